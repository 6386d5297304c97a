//! The report as text for a terminal or a log: grouped by clause, evidence indented, the summary last.
//!
//! Every text goes through one page, which escapes what could steer a terminal and keeps to the width.

pub(crate) mod page;
pub(crate) mod section;

use super::{CitationReport, Explanation, Finding, Report, RuleReport};
use crate::eval::explain::{Basis, Came, NamedValue, Reason, RecordPlace};
use crate::verdict::{Outcome, ProposedGrade};

pub(crate) use page::clean;
use page::{Page, Tone};

/// How a report is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Columns that a line may take.
    pub width: usize,
    /// Whether colours are written, as ANSI sequences.
    pub styled: bool,
}

impl Layout {
    /// Columns where the output is no terminal.
    pub const PLAIN_WIDTH: usize = 100;
    /// Most columns that are used, however wide the terminal: longer lines are hard to read.
    pub const MOST_COLUMNS: usize = 120;
}

/// Writes a report. The text ends with the summary and a line break.
pub fn render(report: &Report, layout: Layout) -> String {
    let mut page = Page::new(layout);
    section::heading(&mut page, report);
    rules(&mut page, report);
    section::advice(&mut page, report);
    section::data_findings(&mut page, report);
    section::parameters(&mut page, report);
    section::tables(&mut page, report);
    section::exclusions(&mut page, report);
    section::inputs(&mut page, report);
    section::warnings(&mut page, report);
    page.rule_off();
    section::summary(&mut page, report);
    page.finish()
}

/// Writes the summary alone: three lines on how the run ended and why.
pub fn render_summary(report: &Report, layout: Layout) -> String {
    let mut page = Page::new(layout);
    section::summary(&mut page, report);
    page.finish()
}

/// Writes a number with commas between thousands.
pub(crate) fn grouped(number: u64) -> String {
    super::build::grouped(number)
}

fn rules(page: &mut Page, report: &Report) {
    let clause_of =
        |rule: &RuleReport| rule.citations.first().map(|citation| (citation.standard.clone(), citation.clause.clone()));
    let mut standard = None;
    for group in report.rules.chunk_by(|a, b| clause_of(a) == clause_of(b)) {
        if let Some(citation) = group.first().and_then(|rule| rule.citations.first()) {
            if standard != Some(&citation.standard) {
                page.blank();
                page.line(0, Tone::Strong, &citation.standard_title);
                standard = Some(&citation.standard);
            }
            page.blank();
            page.line(0, Tone::Strong, &format!("{}  {}", citation.clause, citation.clause_title));
        } else {
            page.blank();
            page.line(0, Tone::Strong, "Rego, which cites no clause");
        }
        let mut group: Vec<&RuleReport> = group.iter().collect();
        group.sort_by_key(|rule| rule.outcome);
        for rule in group {
            page.blank();
            one_rule(page, rule);
        }
    }
}

fn one_rule(page: &mut Page, rule: &RuleReport) {
    let (mark, tone) = match rule.outcome {
        Outcome::Nonconformity => ("✗", Tone::Bad),
        Outcome::NotDetermined => ("?", Tone::Doubtful),
        Outcome::Conformity => ("✓", Tone::Good),
        Outcome::NoPopulation => ("○", Tone::Quiet),
    };
    let outcome = match rule.proposed_grade {
        Some(ProposedGrade::Major) => "nonconformity, proposed as major",
        Some(ProposedGrade::Minor) => "nonconformity, proposed as minor",
        // What only a person can tell, and what only rests on somebody's word, is seen at once.
        None if rule.outcome == Outcome::NotDetermined && rule.needs_judgement > 0 => "not determined, needs judgement",
        None if rule.outcome == Outcome::Conformity && rule.by_attestation > 0 => "conformity, as attested",
        None => rule.outcome.words(),
    };
    page.row(2, &format!("{mark} {}", rule.id), tone, outcome, tone);
    page.line(4, Tone::Plain, &rule.title);
    page.line(4, Tone::Quiet, &rule.because);
    for filter in &rule.filters {
        let counts = format!("{} of {}", grouped(filter.kept), grouped(filter.candidates));
        page.hanging(4, Tone::Quiet, &format!("{counts}: "), &filter.for_each);
        filter.left_out.iter().for_each(|left_out| page.line(6, Tone::Quiet, &section::left_out(left_out)));
    }
    cited(page, &rule.citations);
    for finding in &rule.findings {
        one_finding(page, finding);
    }
    left_out(page, rule.findings_left_out, "fail");
    for unknown in &rule.unknown {
        one_unknown(page, unknown);
    }
    left_out(page, rule.unknown_left_out, "are unknown");
    for advice in &rule.advice {
        page.hanging(6, Tone::Advice, "advice: ", &format!("{} ({})", advice.title, advice.id));
    }
}

/// Writes the list items of the clause that the rule stands under, and what else it cites.
fn cited(page: &mut Page, citations: &[CitationReport]) {
    let Some((first, others)) = citations.split_first() else { return };
    let name = |citation: &CitationReport| format!("{} {}", citation.clause, citation.items.join(", "));
    let mut parts = Vec::new();
    if !first.items.is_empty() {
        parts.push(name(first));
    }
    for other in others {
        let standard = if first.standard == other.standard { "" } else { &other.standard_title };
        parts.push(format!("{standard} {} ({})", name(other).trim(), other.clause_title).trim().to_owned());
    }
    if !parts.is_empty() {
        page.hanging(4, Tone::Quiet, "cites ", &parts.join("; "));
    }
}

fn left_out(page: &mut Page, number: u64, what: &str) {
    if number > 0 {
        page.line(6, Tone::Quiet, &format!("and {} more {what} (--max-findings lists more)", grouped(number)));
    }
}

fn one_finding(page: &mut Page, finding: &Finding) {
    let major = if finding.major { "  (major)" } else { "" };
    subject(page, &finding.explanation, major);
    evidence(page, &finding.explanation);
}

/// Writes a subject that is unknown, with what is not known and why.
pub(crate) fn one_unknown(page: &mut Page, unknown: &Explanation) {
    subject(page, unknown, "  (unknown)");
    if unknown.causes.is_empty() {
        evidence(page, unknown);
    } else {
        // Causes say why it is not known, and not which members of a set are at stake.
        unknown.reasons.iter().filter(|reason| !reason.members.is_empty()).for_each(|one| reason(page, one));
    }
    for cause in &unknown.causes {
        let place = cause.record.as_ref().map_or(String::new(), |record| format!(" ({})", at(record)));
        let place = if place == " ()" { String::new() } else { place };
        page.hanging(8, Tone::Plain, "? ", &format!("{}{place}", cause.says));
    }
}

fn at(record: &RecordPlace) -> String {
    match (&record.file, record.line) {
        (Some(file), Some(line)) => match record.byte {
            Some(byte) => format!("{file}:{line}, byte {byte}"),
            None => format!("{file}:{line}"),
        },
        (Some(file), None) => file.clone(),
        _ => String::new(),
    }
}

/// Writes the name of a subject and where its records stand.
pub(crate) fn subject(page: &mut Page, explanation: &Explanation, suffix: &str) {
    let places: Vec<String> = explanation.records.iter().map(at).filter(|place| !place.is_empty()).collect();
    page.row(6, &format!("{}{suffix}", explanation.subject), Tone::Strong, &places.join(", "), Tone::Quiet);
}

/// Writes message, `let` values and reasons of a subject.
pub(crate) fn evidence(page: &mut Page, explanation: &Explanation) {
    if let Some(message) = &explanation.message {
        page.line(8, Tone::Plain, message);
    }
    let shown = |name: &str| {
        explanation.reasons.iter().any(|reason| reason.values.iter().any(|value| value.expression == name))
    };
    let lets: Vec<String> = explanation
        .lets
        .iter()
        .filter(|value| !shown(&value.expression))
        .map(|value| format!("{} = {}", value.expression, value.value))
        .collect();
    if !lets.is_empty() {
        page.line(8, Tone::Quiet, &format!("with {}", lets.join(", ")));
        explanation.lets.iter().filter(|value| !shown(&value.expression)).for_each(|value| basis(page, value));
    }
    for one in &explanation.reasons {
        reason(page, one);
    }
}

/// Writes what of the policy a value rests on.
fn basis(page: &mut Page, value: &NamedValue) {
    if let Some(Basis { row, since, from }) = &value.basis {
        let row = row.as_ref().map_or(String::new(), |row| format!("{row}, "));
        let since = since.as_ref().map_or(String::new(), |since| format!("since {since}, "));
        let says = format!("{} is {}: {row}{since}from {from}", value.expression, value.value);
        page.hanging(10, Tone::Quiet, "- ", &says);
    }
}

fn reason(page: &mut Page, reason: &Reason) {
    let branch = reason.branch.as_ref().map_or(String::new(), |label| format!("{label}: "));
    let tone = if reason.is == Came::Unknown { Tone::Doubtful } else { Tone::Plain };
    page.hanging(8, tone, "• ", &format!("{branch}{}", reason.says));
    reason.values.iter().for_each(|value| basis(page, value));
    for related in &reason.looked_at {
        let place = at(&related.record);
        let place = if place.is_empty() { place } else { format!(" ({place})") };
        let name = if related.record.record.is_empty() {
            related.record.key.clone()
        } else {
            format!("{} {}", related.record.record, related.record.key)
        };
        let says = if related.says.is_empty() { String::new() } else { format!(": {}", related.says.join("; ")) };
        page.hanging(10, Tone::Quiet, "- ", &format!("{name}{place}{says}"));
    }
    if reason.looked_at_left_out > 0 {
        page.line(10, Tone::Quiet, &format!("and {} more", grouped(reason.looked_at_left_out)));
    }
}
