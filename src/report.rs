//! The report of a run: one value that holds everything that any format shows.
//!
//! Enters: verdicts, explanations, what was read. Leaves: a [`Report`]; [`terminal`] and [`json`] write it and compute
//! nothing. It holds no run times, no absolute paths and nothing else that differs between two runs over the same input.
//! Texts are kept as they are; each format escapes them for where they land. `docs/report.md` is the page about it.

pub mod build;
pub mod draft;
pub mod inspection;
pub mod json;
pub mod rego;
pub mod terminal;

use serde::Serialize;

use crate::eval::explain::{Explanation, PolicyPlace};
use crate::verdict::{AdviceOutcome, Counts, Outcome, ProposedGrade};

/// The version of the report's form. A field that is added leaves it; a field that changes or goes raises it.
pub const FORMAT_VERSION: u32 = 1;

/// For whom the report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// For those who put things right: with advice.
    Implementer,
    /// For an auditor: without any advice or hint.
    Auditor,
}

/// The report of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The version of this form: [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The program that made it.
    pub tool: Tool,
    /// For whom it is.
    pub view: View,
    /// How the run ended.
    pub exit_status: Exit,
    /// The outcomes, counted.
    pub summary: Summary,
    /// What the run was told about time.
    pub time: Time,
    /// What the run was told to look at: the selections as typed; empty for everything.
    pub selected: Vec<String>,
    /// Most findings, unknown subjects, and faults of one kind in the data that are listed.
    pub max_findings: u64,
    /// What was read.
    pub inputs: Inputs,
    /// The rules, in order of standard, clause and id.
    pub rules: Vec<RuleReport>,
    /// The advice, in the same order; none in the auditor's view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<Vec<AdviceReport>>,
    /// What was found wrong with values of the export.
    pub data_findings: Vec<DataFindings>,
    /// The parameters that the rules read (and the advice, where it is shown).
    pub parameters: Vec<ParameterReport>,
    /// The policy tables that the rules look up (and the advice, where it is shown).
    pub tables: Vec<TableReport>,
    /// The standing exclusions of the records that the rules range over (and the advice, where it is shown).
    pub exclusions: Vec<ExclusionReport>,
    /// What is doubtful about the policies that were used.
    pub warnings: Vec<Warning>,
}

/// The program that made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// How the run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exit {
    /// The number that the process returns.
    pub number: u8,
    /// Why, in a sentence.
    pub because: String,
}

/// Rules by outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All that were run.
    pub rules: u64,
    /// Those with a nonconformity.
    pub nonconformity: u64,
    /// Those that are not determined.
    pub not_determined: u64,
    /// Those that conform.
    pub conformity: u64,
    /// Those that had nothing to judge.
    pub no_population: u64,
}

/// What a run is told about time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Time {
    /// The instant as of which the data was judged; none makes it an unknown value.
    pub as_of: Option<Given>,
    /// The audit period; none makes it an unknown value.
    pub period: Option<Given>,
    /// The zone of civil days; none where the policies state none.
    pub zone: Option<String>,
}

/// A value and who gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Given {
    /// The value.
    pub value: String,
    /// Where it comes from: the option as typed, such as `--as-of 2026-04-01`, or the manifest.
    pub origin: String,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inputs {
    /// The policy files, the pack's among them, in order of name; behind them the files that they name.
    pub policies: Vec<String>,
    /// The sources that mapped the export; empty for data laid out as the records.
    pub sources: Vec<String>,
    /// The files of the export that were read, in order of name.
    pub files: Vec<InputFile>,
    /// The name of the manifest; none if there is none, and that the files hold all there is was assumed.
    pub manifest: Option<String>,
    /// Whether only what a manifest calls complete counts as complete.
    pub manifest_required: bool,
    /// The files of the export that nothing read, in order of name.
    pub files_not_read: Vec<String>,
    /// The records that the rules (and the advice, where it is shown) range over or look up.
    pub records: Vec<InputRecord>,
}

/// A file of the export that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// Its name, relative to the export.
    pub file: String,
    /// What it fed.
    pub fed: Vec<InputFed>,
    /// What the manifest says of it; none if it is not in the manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<ManifestEntry>,
}

/// What a manifest says of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManifestEntry {
    /// The SHA-256 of its bytes; it was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// How many rows it holds; they were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// The system that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The query that selected its rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The period that it covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// When it was extracted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extracted_at: Option<String>,
    /// The zone of its times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Whether it is said to be complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete: Option<bool>,
}

/// What one mapping took from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputFed {
    /// The record.
    pub record: String,
    /// Rows in the file.
    pub rows: u64,
    /// Rows that became records, or extend some.
    pub kept: u64,
    /// Whether they give fields to records of other files in place of being records.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub extends: bool,
    /// Rows that the mapping left out, by choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<InputLeftOut>,
}

/// Rows that a choice of a mapping left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputLeftOut {
    /// The choice, as written.
    pub choice: String,
    /// Its reason, where it states one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// How many rows.
    pub rows: u64,
}

/// A record type and how much of it there was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputRecord {
    /// The record.
    pub record: String,
    /// How many there are.
    pub rows: u64,
    /// Whether no file of the export feeds it: what asks for such records is then not determined.
    pub missing: bool,
    /// Why there may be more than were exported; empty where nothing speaks against it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub incomplete: Vec<String>,
}

/// A citation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CitationReport {
    /// The standard's name.
    pub standard: String,
    /// The standard's title.
    pub standard_title: String,
    /// The clause's number.
    pub clause: String,
    /// The clause's short title.
    pub clause_title: String,
    /// The list items, by letter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
}

/// How many candidates a `for each` had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// The `for each`, as written.
    pub for_each: String,
    /// How many candidates there were.
    pub candidates: u64,
    /// Of how many the `where` is true or not known, and that no standing exclusion leaves out.
    pub kept: u64,
    /// Those of its records that standing exclusions concern, by the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOutReport>,
}

/// How many records a standing exclusion concerns. One that several concern counts for the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOutReport {
    /// The reason.
    pub because: String,
    /// How many it leaves out.
    pub left_out: u64,
    /// How many of which it is not known whether it leaves them out.
    pub perhaps: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What a rule came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleReport {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The outcome.
    pub outcome: Outcome,
    /// How grave a nonconformity is proposed to be; none for other outcomes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_grade: Option<ProposedGrade>,
    /// The outcome in a sentence.
    pub because: String,
    /// What it cites, in order; the first is where it stands.
    pub citations: Vec<CitationReport>,
    /// The subjects, counted.
    pub counts: Counts,
    /// Of those that hold, how many would not if nothing were attested.
    #[serde(skip_serializing_if = "is_zero")]
    pub by_attestation: u64,
    /// Of the unknown ones, how many a person's statement could decide.
    #[serde(skip_serializing_if = "is_zero")]
    pub needs_judgement: u64,
    /// How the subjects were chosen.
    pub filters: Vec<Filter>,
    /// Subjects that fail, in order of name.
    pub findings: Vec<Finding>,
    /// How many more fail that are not listed.
    pub findings_left_out: u64,
    /// Subjects that are unknown, in order of name.
    pub unknown: Vec<Explanation>,
    /// How many more are unknown that are not listed.
    pub unknown_left_out: u64,
    /// The advice that supports the rule, where the rule has a nonconformity; none in the auditor's view.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<SupportingAdvice>,
    /// Where the rule stands.
    pub policy: PolicyPlace,
}

/// A subject that fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Whether the rule's `major when` is true of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub major: bool,
    /// Who and why.
    #[serde(flatten)]
    pub explanation: Explanation,
}

/// An advice that helps with a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SupportingAdvice {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// What an advice came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdviceReport {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it cites.
    pub citations: Vec<CitationReport>,
    /// The rules that it helps with.
    pub supports: Vec<String>,
    /// What it came to, or why it was not run.
    #[serde(flatten)]
    pub result: AdviceResult,
}

/// What an advice came to, or why it was not run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdviceResult {
    /// It was run.
    Run(AdviceRun),
    /// It was not run, and why: each a message that stands alone.
    NotRun(Vec<String>),
}

/// What an advice came to that was run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AdviceRun {
    /// The outcome.
    pub outcome: AdviceOutcome,
    /// The outcome in a sentence.
    pub because: String,
    /// The subjects, counted.
    pub counts: Counts,
    /// Subjects that do not follow it, in order of name.
    pub not_followed: Vec<Explanation>,
    /// How many more do not that are not listed.
    pub not_followed_left_out: u64,
    /// Subjects that are unknown, in order of name.
    pub unknown: Vec<Explanation>,
    /// How many more are unknown that are not listed.
    pub unknown_left_out: u64,
}

/// Findings of one kind on one field of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataFindings {
    /// The record.
    pub record: String,
    /// The field; none where the whole row is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The kind of fault; `shall explain CODE` shows its page.
    pub code: String,
    /// What the code means.
    pub summary: String,
    /// How many there are.
    pub count: u64,
    /// The first few, in order of row.
    pub first: Vec<DataFinding>,
}

/// One fault in the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataFinding {
    /// The record's name; none where the whole extract is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The file, relative to the export.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The value as it stands in the export, shortened.
    pub value: String,
    /// What was expected.
    pub note: String,
}

/// A parameter that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParameterReport {
    /// Its name.
    pub name: String,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its value as of the run, as written; none: it is not bound as of then, and an unknown value.
    pub value: Option<String>,
    /// The document that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// All that is bound to it, in order of the days, where that depends on the day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bindings: Vec<BindingReport>,
}

/// A value of a parameter that has several in the course of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BindingReport {
    /// The value as written.
    pub value: String,
    /// The day from which on it holds; none: from the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The document that says so.
    pub from: String,
}

/// A policy table that was looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableReport {
    /// Its name.
    pub name: String,
    /// Its rows, as written.
    pub rows: Vec<String>,
    /// The document that says so.
    pub from: String,
    /// Where it stands.
    pub policy: PolicyPlace,
}

/// A standing exclusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExclusionReport {
    /// The record.
    pub record: String,
    /// Which of them it leaves out, as written.
    pub which: String,
    /// Why, and how many.
    #[serde(flatten)]
    pub left_out: LeftOutReport,
    /// Where it stands.
    pub policy: PolicyPlace,
}

/// Something doubtful about a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The kind; `shall explain CODE` shows its page.
    pub code: String,
    /// What is doubtful.
    pub message: String,
    /// What to do; nothing in the auditor's view.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub help: Vec<String>,
    /// Where.
    pub policy: PolicyPlace,
}
