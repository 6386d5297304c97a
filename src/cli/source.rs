//! `shall source`: a first draft of a source, and a source held against an export.

use super::arguments::{SourceArguments, SourceInferArguments, SourceVerb};
use super::console::Console;
use super::exports::Export;
use super::progress::Bar;
use super::{Failure, faults};
use crate::data::draft::draft;
use crate::data::{DataError, Files, Limits, Unpacked};
use crate::report;
use crate::source::FileId;
use crate::verdict::ExitStatus;

/// Does what the arguments say with sources.
///
/// # Errors
/// If the run could not be done.
pub(super) fn run(arguments: &SourceArguments, console: &mut Console) -> Result<ExitStatus, Failure> {
    match &arguments.verb {
        SourceVerb::Infer(infer) => run_infer(infer, console),
    }
}

/// The end of a run because of data.
fn refuse(errors: &[DataError], console: &mut Console) -> Failure {
    faults::show_data(errors, console);
    Failure::shown()
}

fn run_infer(arguments: &SourceInferArguments, console: &mut Console) -> Result<ExitStatus, Failure> {
    let export = Export::find(&arguments.exports)?;
    let files = Unpacked::new(&export, Limits::default()).map_err(|error| refuse(&[error], console))?;
    if files.names().is_empty() {
        return Err(Failure::new("the export holds no file").with_help(Some(
            "name a folder with files that a tool exported, or the files; names that begin with a dot are left out"
                .to_owned(),
        )));
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
