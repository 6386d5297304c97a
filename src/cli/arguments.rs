//! The arguments of the program and their manual.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::report::View;
use crate::value::Number;

/// Policy as code: judges exported service-management data against the requirements of a standard.
///
/// A requirement is a `rule … shall`; guidance is an `advice … should`. Rules decide the outcome and the exit status,
/// with evidence for every finding; advice is shown and never changes either.
#[derive(Debug, Parser)]
#[command(name = "shall", version, propagate_version = true, max_term_width = 100, after_help = AFTER_HELP, after_long_help = AFTER_LONG_HELP)]
pub(super) struct Arguments {
    /// When to write colours
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(super) color: Color,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

const AFTER_HELP: &str = "`shall help VERB` is the manual page of a verb.";

const AFTER_LONG_HELP: &str = "\
Exit status:
  0    every selected rule is conformity or no population, and at least one is conformity
  1    at least one nonconformity
  2    the run could not be done: usage, policies that do not check, unreadable data, no rule
       selected, no data found, disk full, internal error
  3    no nonconformity, but something is not determined, or nothing was judged at all
  130  interrupted
  Where several apply: 2 over 1 over 3 over 0. Advice is in none of this.

Examples:
  shall check export/ --policies ours/
      judges the files of a folder by the rules of the pack, with the organization's own numbers
  shall check export/ --policies ours/ --period 2026-01-01..2026-03-31 --as-of 2026-04-01
      for a quarter, as of the day after it
  shall check export/ --policies ours/ --select 8.6 --format json --output report.json
      the rules on clause 8.6 only, as JSON
  shall explain incident-escalated
      what a rule asks for, and what it reads
  shall explain unmapped-value
      what a code in a message means";

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Check(CheckArguments),
    Explain(ExplainArguments),
    Fmt(FmtArguments),
    Lower(LowerArguments),
    Manifest(ManifestArguments),
    #[command(hide = true)]
    RegoWorker {
        seconds: u64,
    },
    Rules(RulesArguments),
    Source(SourceArguments),
    Test(TestArguments),
}

/// When to write colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for clap::ColorChoice {
    fn from(color: Color) -> clap::ColorChoice {
        match color {
            Color::Auto => clap::ColorChoice::Auto,
            Color::Always => clap::ColorChoice::Always,
            Color::Never => clap::ColorChoice::Never,
        }
    }
}

/// Where policies come from.
#[derive(Debug, Args)]
pub(super) struct PolicyArguments {
    /// Add the organization's own policies: a file, or a folder with all `.shall` files under it
    #[arg(long, value_name = "PATH", help_heading = "Policies")]
    pub(super) policies: Vec<PathBuf>,
    /// Leave out the pack of policies that comes with the program
    #[arg(long, help_heading = "Policies")]
    pub(super) no_pack: bool,
}

/// Judge an export by the rules and report with evidence
///
/// Reads the files under EXPORT, judges every selected rule, and writes a report. Each rule comes to one outcome:
/// conformity, nonconformity, not determined, or no population. Data that is missing or cannot be read makes what asks
/// for it not determined, with the reason and the place; it is never taken for conformity.
///
/// Files named after a record (`incident.json`, `incident.csv`, `incident.xml`; also `.gz`, `.zst` or in a `.zip`) need no mapping.
/// For anything else the policies hold a `source`.
#[derive(Debug, Args)]
#[command(after_long_help = CHECK_AFTER_HELP)]
pub(super) struct CheckArguments {
    /// The export: folders, read with everything under them, or single files
    #[arg(required = true, value_name = "EXPORT")]
    pub(super) exports: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) policies: PolicyArguments,
    /// Judge by policies of Rego, too, as conftest has them: a folder with `.rego` files
    ///
    /// What the rules `deny` and `violation` of a package say is a nonconformity of the organization, what `warn` says is advice. That
    /// nothing is denied is not determined, as Rego does not state its population. They are run whatever `--select` says.
    #[arg(long, value_name = "DIR", help_heading = "Policies")]
    pub(super) rego: Vec<PathBuf>,
    /// Most time of the processor, in seconds, that one package of Rego, or one condition that is Rego, may take
    #[arg(long, value_name = "N", default_value_t = super::rego::SECONDS, value_parser = clap::value_parser!(u64).range(1..=86_400), help_heading = "Policies")]
    pub(super) rego_seconds: u64,
    /// Use this source; may be given several times
    ///
    /// Without it, the sources are used whose file patterns fit a file of the export. If several that feed one record
    /// fit, the run stops and asks.
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(super) source: Vec<String>,
    /// The instant as of which the data is judged: 2026-04-01T00:00Z, a day, or `now`
    ///
    /// A day means its first instant in the zone of the policies. Recorded in the report. Without it, the earliest extraction
    /// that the manifest of the export tells; else what asks for `as_of` or `today` is not determined. The clock is read
    /// for `now` only.
    #[arg(long, value_name = "T", help_heading = "Input")]
    pub(super) as_of: Option<String>,
    /// The audit period: two days, both included
    ///
    /// Recorded in the report. Without it, that of the manifest; else what asks for `period` is not determined.
    #[arg(long, value_name = "A..B", help_heading = "Input")]
    pub(super) period: Option<String>,
    /// Take nothing as complete that the manifest of the export does not call complete
    ///
    /// Without it, what the manifest does not speak of is assumed to be complete, and the report says so.
    #[arg(long, help_heading = "Input")]
    pub(super) require_manifest: bool,
    /// Only the rules on a clause and those under it (`8.6`, `iso20000-1:8.6`), or one rule by its id
    ///
    /// May be given several times. Advice is shown that supports a selected rule.
    #[arg(long, value_name = "CLAUSE|RULE", help_heading = "Policies")]
    pub(super) select: Vec<String>,
    /// The form of the report
    #[arg(long, value_name = "FORM", default_value = "terminal", help_heading = "Report")]
    pub(super) format: Format,
    /// Write the report to a file, and its summary to standard output
    ///
    /// The file is written beside its place and renamed; a run that fails leaves an older one as it is.
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub(super) output: Option<PathBuf>,
    /// For whom the report is: an auditor sees no advice and no hints
    #[arg(long, value_name = "VIEW", default_value = "implementer", help_heading = "Report")]
    pub(super) view: ViewArgument,
    /// Most findings that are listed for a rule; all are counted
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Report")]
    pub(super) max_findings: u32,
    /// Most candidates that one advice may look at; one that would look at more is not run
    #[arg(long, value_name = "N", default_value_t = 200_000_000, hide = true)]
    pub(super) advice_budget: u64,
}

const CHECK_AFTER_HELP: &str = "\
Outcomes:
  nonconformity   a subject fails; or there is none and the rule says that there must be
  not determined  a subject is unknown, with the reason; or there is none and the rule cannot tell
  conformity      something was judged and everything judged holds
  no population   there is nothing to judge, and the rule allows that

Exit status:
  0    every selected rule is conformity or no population, and at least one is conformity
  1    at least one nonconformity
  2    the run could not be done: usage, policies that do not check, unreadable data, no rule
       selected, no data found, disk full, internal error
  3    no nonconformity, but something is not determined, or nothing was judged at all
  130  interrupted
  Where several apply: 2 over 1 over 3 over 0. Advice is in none of this. A closed pipe
  (`| head`) keeps the status.

Examples:
  shall check export/ --policies ours/
      judges the files of a folder by the rules of the pack, with the organization's own numbers
  shall check export/ --policies ours/ --period 2026-01-01..2026-03-31 --as-of 2026-04-01
      for a quarter, as of the day after it
  shall check export/ --policies ours/ --select 8.6 --select change-approved-before-start --view auditor
      the rules on clause 8.6 and one more, without advice
  shall check export/ --policies ours/ --format json --output report.json
      the report as JSON; docs/report.schema.json is its schema";

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Text for people
    Terminal,
    /// JSON for programs
    Json,
}

/// For whom a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ViewArgument {
    /// For those who put things right: with advice
    Implementer,
    /// For an auditor: without advice and hints
    Auditor,
}

impl From<ViewArgument> for View {
    fn from(view: ViewArgument) -> View {
        match view {
            ViewArgument::Implementer => View::Implementer,
            ViewArgument::Auditor => View::Auditor,
        }
    }
}

/// Explain a rule, an advice, or a code of a message
///
/// For a rule or an advice: its text, what it cites, what it reads, and its parameters. For a code, such as
/// `unmapped-value`: the page about it.
#[derive(Debug, Args)]
#[command(after_long_help = EXPLAIN_AFTER_HELP)]
pub(super) struct ExplainArguments {
    /// The id of a rule or an advice, or a code
    #[arg(value_name = "RULE|CODE")]
    pub(super) name: String,
    /// Show how the records are found that the rule asks for
    ///
    /// Each line is a quantity of the rule with its access path: once, by key, by key and order, by order, by bucket, or
    /// scan. A scan costs the product of the two record counts.
    #[arg(long)]
    pub(super) plan: bool,
    #[command(flatten)]
    pub(super) policies: PolicyArguments,
}

const EXPLAIN_AFTER_HELP: &str = "\
Exit status:
  0  it was explained
  2  there is no such rule, advice or code, or the policies cannot be read

Examples:
  shall explain change-approved-before-start --plan
  shall explain unguarded-optional";

/// Rewrite policies in the one layout
///
/// Reads `.shall` files and writes each back in the layout of the language, where it is not in it yet. Only blanks, line
/// breaks and the lines of comments change; the meaning never does. Comments stay where they belong. Formatting twice
/// changes nothing more.
///
/// Without a path, or with `-`, formats standard input to standard output.
#[derive(Debug, Args)]
#[command(after_long_help = FMT_AFTER_HELP)]
pub(super) struct FmtArguments {
    /// Files, and folders with all `.shall` files under them; `-` is standard input
    ///
    /// Hidden files are left out, and what links in a folder lead to elsewhere.
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Write nothing; show what would change, as a diff
    #[arg(long)]
    pub(super) check: bool,
    /// Leave out files and folders that fit a pattern; may be given several times
    ///
    /// A pattern with a `/` is compared with paths as they are typed and found (`ours/made`), one without with every name
    /// in them (`made`, `*-old.shall`). `*` stands for any characters but `/`.
    #[arg(long, value_name = "PATTERN")]
    pub(super) exclude: Vec<String>,
}

const FMT_AFTER_HELP: &str = "\
Exit status:
  0    every file is in the one layout now; with `--check`, was in it before
  1    with `--check`: some file would change
  2    some file cannot be formatted: it does not parse, or cannot be read or written; usage;
       no `.shall` file found, internal error. It is left as it is; all others are formatted
  130  interrupted
  Where several apply: 2 over 1.

Examples:
  shall fmt ours/
      formats all policies of a folder
  shall fmt --check ours/ --exclude ours/drafts
      for a build: shows what would change, and fails if anything would
  shall fmt < ours.shall
      for an editor: writes the formatted text to standard output";

/// Write rules in another language, for engines that an organization already has
///
/// `--to rego` makes of each rule a module of Rego v1 that OPA, conftest and regorus run as it is, beside a support module for what is
/// not known: a result is a failure, or stands apart as not determined. What Rego cannot say with the same result is refused and
/// listed with the reason. The modules read the records as one JSON document, which `--data` writes of an export.
#[derive(Debug, Args)]
#[command(after_long_help = LOWER_AFTER_HELP)]
pub(super) struct LowerArguments {
    /// Only the rules on a clause and those under it, or one rule by its id; without it, all
    #[arg(value_name = "CLAUSE|RULE")]
    pub(super) rules: Vec<String>,
    /// The language
    #[arg(long, value_name = "LANGUAGE")]
    pub(super) to: LowerTarget,
    #[command(flatten)]
    pub(super) policies: PolicyArguments,
    /// Write the modules, the support module and the document into a folder; without it, the modules go to standard output
    ///
    /// Each file is written beside its place and renamed. Other files of the folder stay as they are.
    #[arg(long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Write also what the rules read of an export, as `input.json`; may be given several times
    #[arg(long, value_name = "EXPORT", requires = "output", help_heading = "Input")]
    pub(super) data: Vec<PathBuf>,
    /// Use this source; may be given several times
    #[arg(long, value_name = "NAME", requires = "data", help_heading = "Input")]
    pub(super) source: Vec<String>,
    /// The instant as of which the data is judged, as in `check`
    #[arg(long, value_name = "T", requires = "data", help_heading = "Input")]
    pub(super) as_of: Option<String>,
    /// The audit period: two days, both included
    #[arg(long, value_name = "A..B", requires = "data", help_heading = "Input")]
    pub(super) period: Option<String>,
    /// Take nothing as complete that the manifest of the export does not call complete
    #[arg(long, requires = "data", help_heading = "Input")]
    pub(super) require_manifest: bool,
}

/// A language that rules can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LowerTarget {
    /// Rego v1
    Rego,
}

const LOWER_AFTER_HELP: &str = "\
Exit status:
  0  every selected rule was lowered
  1  some rule was refused; all others are written
  2  nothing was lowered: usage, policies that do not check, an export that cannot be read,
     a folder that cannot be written
  Where several apply: 2 over 1.

Examples:
  shall lower --to rego change-approved-before-start
      shows one rule
  shall lower --to rego --policies ours/ --output rego/ --data export/ --as-of 2026-07-01
      all rules, and the document that they read
  opa eval -d rego/logic -d rego/rules -i rego/input.json data.shall.rules
  conftest test rego/input.json -p rego --all-namespaces
      runs them";

/// Write the manifest of an export: its files, their hashes and numbers of rows
///
/// `shall check` holds the files against it. What only the tool knows (the period, when it was extracted, that it is complete) is told
/// here, or written into the file later; docs/manifest.md lists all that may stand in it.
#[derive(Debug, Args)]
#[command(after_long_help = MANIFEST_AFTER_HELP)]
pub(super) struct ManifestArguments {
    /// The export: a folder, or files if `--output` is given
    #[arg(required = true, value_name = "EXPORT")]
    pub(super) exports: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) policies: PolicyArguments,
    /// Use this source; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(super) source: Vec<String>,
    /// The system that the export comes from
    #[arg(long, value_name = "TEXT")]
    pub(super) system: Option<String>,
    /// The period that was exported: two days, both included
    #[arg(long, value_name = "A..B")]
    pub(super) period: Option<String>,
    /// When it was extracted: 2026-04-01T02:00Z, a day, or `now`
    #[arg(long, value_name = "T")]
    pub(super) extracted_at: Option<String>,
    /// Say that the files hold everything that was asked for
    #[arg(long)]
    pub(super) complete: bool,
    /// Write it here, and not as manifest.json in the folder of the export
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

const MANIFEST_AFTER_HELP: &str = "\
Exit status:
  0  it was written
  2  the export cannot be read, nothing of it is data, or there is a manifest already

Examples:
  shall manifest export/ --policies ours/ --period 2026-01-01..2026-03-31 --extracted-at now --complete
      behind the job that exports
  shall manifest export/ --output export/manifest.json
      replaces one";

/// Hold a source against an export, write a first draft of one, or show those for tools
///
/// A source says how the files of a tool's export become records; docs/sources.md is the page about it.
#[derive(Debug, Args)]
pub(super) struct SourceArguments {
    #[command(subcommand)]
    pub(super) verb: SourceVerb,
}

/// What to do with sources.
#[derive(Debug, Subcommand)]
pub(super) enum SourceVerb {
    Check(SourceCheckArguments),
    Infer(SourceInferArguments),
    List(SourceListArguments),
    Show(SourceShowArguments),
}

/// List the sources for tools that come with the program
///
/// They are no part of the pack: `shall source show` writes one out, to be copied and adapted.
#[derive(Debug, Args)]
#[command(after_long_help = SOURCE_LIST_AFTER_HELP)]
pub(super) struct SourceListArguments {}

const SOURCE_LIST_AFTER_HELP: &str = "\
Exit status:
  0  they were listed";

/// Write out a source for a tool, to be copied and adapted
///
/// Its text goes to standard output, with comments on what to look at. docs/tools.md leads to a page for each tool.
#[derive(Debug, Args)]
#[command(after_long_help = SOURCE_SHOW_AFTER_HELP)]
pub(super) struct SourceShowArguments {
    /// The source, by its name in `shall source list`
    #[arg(value_name = "NAME")]
    pub(super) name: String,
}

const SOURCE_SHOW_AFTER_HELP: &str = "\
Exit status:
  0  it was written
  2  there is no such source

Examples:
  shall source show servicenow-json > ours/desk.shall
      a source of the organization's own, to begin with
  shall source check export/ --policies ours/
      what it makes of the organization's export";

/// Hold sources against an export: what is read of it, what is not, and whether it looks whole
///
/// For each mapping: how many rows of each file became records, how many records have each field, and every value that could not be
/// read or is not in its value map, with counts and a proposal for the map. Then keys that stand twice, references that lead nowhere,
/// what stands in the files and nothing reads, and signs that the export was cut off or a zone is wrong.
#[derive(Debug, Args)]
#[command(after_long_help = SOURCE_CHECK_AFTER_HELP)]
pub(super) struct SourceCheckArguments {
    /// The export: folders, read with everything under them, or single files
    #[arg(required = true, value_name = "EXPORT")]
    pub(super) exports: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) policies: PolicyArguments,
    /// Use this source; may be given several times
    ///
    /// Without it, the sources are used whose file patterns fit a file of the export. If several that feed one record
    /// fit, the run stops and asks.
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(super) source: Vec<String>,
    /// The form of what is written
    #[arg(long, value_name = "FORM", default_value = "terminal")]
    pub(super) format: SourceFormat,
}

/// The form of what a source makes of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SourceFormat {
    /// Text for people
    #[value(alias = "text")]
    Terminal,
    /// JSON for programs
    Json,
}

const SOURCE_CHECK_AFTER_HELP: &str = "\
Exit status:
  0  nothing makes a value unknown that a mapping reads
  1  something does: malformed, unmapped, missing or not exported values, keys that stand
     twice, references that lead nowhere
  2  the export cannot be read, no file of it fits a source, or the source has an error
  Where several apply: 2 over 1. Signs are hints, and in none of this.

Examples:
  shall source check export/ --policies ours/
      what the organization's sources make of an export
  shall source check tickets.csv --no-pack --policies desk.shall --format json
      one file, one source, for a program";

/// Write a first draft of records and sources for files that nobody has mapped yet
///
/// Reads the files whole and writes to standard output: for each kind of file a `record` with a type for each column, and a `source` that
/// reads it, with what speaks for each guess as comments. The draft checks without errors and reads the files that it
/// was guessed from. It is a beginning, to be read and corrected.
#[derive(Debug, Args)]
#[command(after_long_help = SOURCE_INFER_AFTER_HELP)]
pub(super) struct SourceInferArguments {
    /// The export: folders, read with everything under them, or single files
    #[arg(required = true, value_name = "EXPORT")]
    pub(super) exports: Vec<PathBuf>,
}

const SOURCE_INFER_AFTER_HELP: &str = "\
Exit status:
  0  a draft was written; files that are in none of its sources stand at its head, with the reason
  2  no file could be read

Examples:
  shall source infer tickets.csv > desk.shall
      a draft of one source
  shall source check tickets.csv --no-pack --policies desk.shall
      what the draft makes of the file";

/// List the rules and the advice, by clause
#[derive(Debug, Args)]
#[command(after_long_help = RULES_AFTER_HELP)]
pub(super) struct RulesArguments {
    #[command(flatten)]
    pub(super) policies: PolicyArguments,
}

const RULES_AFTER_HELP: &str = "\
Exit status:
  0  they were listed
  2  the policies cannot be read

Examples:
  shall rules
  shall rules --policies ours/ --no-pack";

/// Run the tests of rules and advice
///
/// A test gives records and says what a rule or an advice shall come to over them. Without PATH the tests of the pack run that
/// comes with the program; with PATH those under it, where the pack takes part as in `check`, unless files under PATH are the
/// pack's own.
#[derive(Debug, Args)]
#[command(after_long_help = TEST_AFTER_HELP)]
pub(super) struct TestArguments {
    /// Policies whose tests are run: files, or folders with all `.shall` files under them but for `examples`
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Leave out the pack of policies that comes with the program
    #[arg(long)]
    pub(super) no_pack: bool,
    /// Only the tests that have this in their title, or in the id of what they are about
    #[arg(long, value_name = "TEXT")]
    pub(super) filter: Option<String>,
    /// Tell what no test has seen: outcomes, branches and parts of conditions
    #[arg(long)]
    pub(super) coverage: bool,
    /// Change rules in small ways and tell which changes no test notices
    #[arg(long)]
    pub(super) mutate: bool,
    /// The least that is enough, in percent, of what `--coverage` or `--mutate` counts; less is exit status 1
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(super) at_least: Option<AtLeast>,
    /// The form of the results
    #[arg(long, value_name = "FORM", default_value = "terminal")]
    pub(super) format: TestFormat,
    /// Write the results to a file, and their summary to standard output
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

const TEST_AFTER_HELP: &str = "\
Exit status:
  0  every test passed
  1  at least one test failed, or less is covered or noticed than `--at-least`
     asks for
  2  the tests could not be run: usage, policies or tests that do not check, no test at all,
     none that the filter lets through
  Where several apply: 2 over 1 over 0.

Examples:
  shall test
      runs the tests of the pack
  shall test ours/
      runs the organization's own tests, of its own rules and of the pack's
  shall test ours/ --filter incident --format junit --output tests.xml
      those that speak of incidents, for a CI system
  shall test ours/ --coverage --at-least 95%
      and what no test has seen, which may be a twentieth of all
  shall test ours/ --mutate --filter incident-resolved-in-time
      and the changes of one rule that no test would notice";

/// A share that is enough.
#[derive(Debug, Clone)]
pub(super) struct AtLeast {
    /// As a percentage.
    pub(super) shown: String,
    /// As a fraction.
    pub(super) share: Number,
}

/// Reads `95`, `95%` or `99.5%`.
fn percent(text: &str) -> Result<AtLeast, String> {
    let digits = text.strip_suffix('%').unwrap_or(text);
    let share = Number::parse(digits).and_then(|number| number.checked_div(Number::from_integer(100)));
    match share.filter(|share| *share >= Number::ZERO && *share <= Number::ONE) {
        Some(share) => Ok(AtLeast { shown: format!("{digits}%"), share }),
        None => Err("write a percentage from 0 to 100, such as 95%".to_owned()),
    }
}

/// The form of the results of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TestFormat {
    /// Text for people
    Terminal,
    /// XML as CI systems read it
    Junit,
    /// JSON for programs
    Json,
}
