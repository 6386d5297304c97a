//! `shall source`: a source held against an export, a first draft of one, and those for tools.

use std::collections::BTreeSet;

use super::arguments::{SourceArguments, SourceCheckArguments, SourceFormat, SourceInferArguments, SourceVerb};
use super::console::Console;
use super::exports::Export;
use super::progress::Bar;
use super::{Failure, faults, policies};
use crate::data::draft::draft;
use crate::data::inspect::inspect;
use crate::data::{DataError, Files, Limits, Unpacked, choose_sources};
use crate::diagnostic::suggest;
use crate::ir::mapping::Source;
use crate::ir::reads::Reads;
use crate::report;
use crate::schema::{FieldId, RecordId, Schema};
use crate::source::FileId;
use crate::verdict::ExitStatus;

/// Does what the arguments say with sources.
///
/// # Errors
/// If the run could not be done.
pub(super) fn run(arguments: &SourceArguments, console: &mut Console) -> Result<ExitStatus, Failure> {
    match &arguments.verb {
        SourceVerb::Check(check) => run_check(check, console),
        SourceVerb::Infer(infer) => run_infer(infer, console),
        SourceVerb::List(_) => run_list(console),
        SourceVerb::Show(show) => run_show(&show.name, console),
    }
}

/// The end of a run because of data.
fn refuse(errors: &[DataError], console: &mut Console) -> Failure {
    faults::show_data(errors, console);
    Failure::shown()
}

fn no_file() -> Failure {
    Failure::new("the export holds no file").with_help(Some(
        "name a folder with files that a tool exported, or the files; names that begin with a dot are left out"
            .to_owned(),
    ))
}

fn run_check(arguments: &SourceCheckArguments, console: &mut Console) -> Result<ExitStatus, Failure> {
    let policies = policies::load(&arguments.policies)?;
    let checked = &policies.checked;
    let schema = &checked.program.environment.schema;
    let export = Export::find(&arguments.exports)?;
    let files = Unpacked::new(&export, Limits::default()).map_err(|error| refuse(&[error], console))?;
    let names = files.names();
    if names.is_empty() {
        return Err(no_file());
    }
    let sources = choose_sources(schema, &checked.sources, &arguments.source, &names);
    let sources = sources.map_err(|error| refuse(&[error], console))?;
    let errors = policies.source_errors(&arguments.source, &sources, &all_fields(schema, &sources));
    if !errors.is_empty() {
        faults::show(&errors, &policies.sources, console);
        return Err(Failure::new("the export was not read: the source has an error"));
    }
    let bar = Bar::new(export.size());
    let inspection = inspect(schema, &sources, &files, Limits::default(), &bar);
    bar.finish();
    if !inspection.errors.is_empty() {
        return Err(refuse(&inspection.errors, console));
    }
    if inspection.mappings.iter().all(|of| of.files.is_empty()) {
        return Err(nothing_fits(&checked.sources, &arguments.source, &names));
    }
    let report = report::inspection::report(&inspection, schema, &sources, &policies.sources);
    let text = match arguments.format {
        SourceFormat::Terminal => report::inspection::terminal::render(&report, console.layout()),
        SourceFormat::Json => report
            .to_json()
            .map_err(|error| Failure::new(format!("internal error: it cannot be written as JSON: {error}")))?,
    };
    console.print(&text)?;
    Ok(report.status())
}

/// All fields of the records that sources feed.
fn all_fields(schema: &Schema, sources: &[&Source]) -> Reads {
    let records: BTreeSet<RecordId> =
        sources.iter().flat_map(|source| &source.mappings).map(|mapping| mapping.record).collect();
    let fields = |record: &RecordId| {
        let count = schema.record(*record).fields.len() as u32;
        (0..count).map(|field| (*record, FieldId(field))).collect::<Vec<_>>()
    };
    Reads { fields: records.iter().flat_map(fields).collect(), records, ..Reads::default() }
}

/// Most patterns and files that a message lists.
const MOST_LISTED: usize = 12;

/// The end of a run in which no file fits: which patterns there are, and which files.
fn nothing_fits(sources: &[Source], named: &[String], names: &[String]) -> Failure {
    let list = |names: Vec<String>| {
        let more = names.len().saturating_sub(MOST_LISTED);
        let shown = names.into_iter().take(MOST_LISTED).collect::<Vec<_>>().join(", ");
        if more == 0 { shown } else { format!("{shown} and {more} more") }
    };
    let meant = sources.iter().filter(|source| named.is_empty() || named.contains(&source.name));
    let patterns: Vec<String> = meant
        .flat_map(|source| source.mappings.iter().flat_map(|mapping| &mapping.files))
        .map(|pattern| format!("`{pattern}`"))
        .collect::<BTreeSet<String>>()
        .into_iter()
        .collect();
    let files = list(names.to_vec());
    if patterns.is_empty() {
        return Failure::new("no file of the export is named after a record, and the policies hold no source")
            .with_help(Some(format!("the files: {files}; `shall source infer` writes a first draft for them")));
    }
    Failure::new("no file of the export fits a pattern of a source, or is named after a record").with_help(Some(
        format!(
            "the patterns: {}; the files: {files}; correct the pattern behind `from`, or rename the files",
            list(patterns)
        ),
    ))
}

fn run_infer(arguments: &SourceInferArguments, console: &mut Console) -> Result<ExitStatus, Failure> {
    let export = Export::find(&arguments.exports)?;
    let files = Unpacked::new(&export, Limits::default()).map_err(|error| refuse(&[error], console))?;
    if files.names().is_empty() {
        return Err(no_file());
    }
    let bar = Bar::new(export.size());
    let draft = draft(&files, Limits::default(), &bar);
    bar.finish();
    if draft.tables.is_empty() {
        faults::show_data(&draft.left_out, console);
        return Err(Failure::new("no draft was written: no file of the export holds records that could be read"));
    }
    let text = report::draft::render(&draft);
    let text = crate::format(FileId(0), &text).map_err(|diagnostics| {
        let first = diagnostics.first().map_or("", |diagnostic| diagnostic.message.as_str());
        Failure::new(format!("internal error: the draft cannot be laid out: {first}"))
            .with_help(Some("please report it, with the header of the file".to_owned()))
    })?;
    console.print(&text)?;
    Ok(ExitStatus::Conforms)
}

fn run_list(console: &mut Console) -> Result<ExitStatus, Failure> {
    let mut text = String::new();
    for source in policies::shipped() {
        text.push_str(&format!("{}\n  {}: {}\n", source.name, source.title, source.records.join(", ")));
    }
    text.push_str("\n`shall source show NAME > desk.shall` writes one to a file, to be adapted.\n");
    console.print(&text)?;
    Ok(ExitStatus::Conforms)
}

fn run_show(name: &str, console: &mut Console) -> Result<ExitStatus, Failure> {
    let shipped = policies::shipped();
    let Some(source) = shipped.iter().find(|source| source.name == name) else {
        let names = || shipped.iter().map(|source| source.name.as_str());
        // A tool may have several, one for each form in which it exports.
        let of_tool: Vec<&str> = names().filter(|known| known.starts_with(name) && !name.is_empty()).collect();
        let help = match of_tool.as_slice() {
            [] => suggest(name, "sources", names()).or_else(|| Some("`shall source list` lists them".to_owned())),
            of_tool => Some(format!("there are {}; `shall source list` says what each reads", of_tool.join(", "))),
        };
        return Err(Failure::new(format!("no source that comes with the program is called `{name}`")).with_help(help));
    };
    console.print(source.text)?;
    Ok(ExitStatus::Conforms)
}
