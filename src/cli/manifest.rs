//! `shall manifest`: what the files of an export are, written down beside them.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::arguments::ManifestArguments;
use super::console::Console;
use super::exports::Export;
use super::progress::Bar;
use super::{Failure, faults, output, policies, time};
use crate::data::manifest::sha256;
use crate::data::{Files, Limits, Loading, MANIFEST, Unpacked, choose_sources, load};
use crate::ir::reads::Reads;
use crate::schema::RecordId;
use crate::value::{CalendarSpan, Interval, Moment};
use crate::verdict::ExitStatus;

/// A manifest as it is written; the keys are those of `docs/manifest.md`.
#[derive(Serialize)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<WrittenPeriod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extracted_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    complete: Option<bool>,
    files: Vec<WrittenFile>,
}

#[derive(Serialize)]
struct WrittenPeriod {
    from: String,
    through: String,
}

#[derive(Serialize)]
struct WrittenFile {
    file: String,
    sha256: String,
    rows: u64,
}

/// Writes the manifest of an export.
///
/// # Errors
/// If the export cannot be read, nothing of it is data, or the manifest cannot be written or would replace another.
pub(super) fn run(arguments: &ManifestArguments, console: &mut Console) -> Result<ExitStatus, Failure> {
    let pending = output::end_on_interrupt();
    let place = place(arguments)?;
    let policies = policies::load(&arguments.policies)?;
    let checked = &policies.checked;
    let environment = &checked.program.environment;
    let export = Export::find(&arguments.exports)?;
    let files = Unpacked::new(&export, Limits::default()).map_err(|error| {
        faults::show_data(&[error], console);
        Failure::new("no manifest was written: the export cannot be read")
    })?;
    let sources = choose_sources(&environment.schema, &checked.sources, &arguments.source, &files.names());
    let sources = sources.map_err(|error| {
        faults::show_data(&[error], console);
        Failure::shown()
    })?;
    // To count rows no field is needed.
    let records = (0..environment.schema.records.len()).filter_map(|at| u32::try_from(at).ok().map(RecordId));
    let reads = Reads { records: records.collect(), ..Reads::default() };
    let bar = Bar::new(export.size());
    let loaded = load(&Loading::new(&environment.schema, &reads, &sources), &files, &bar);
    bar.finish();
    if !loaded.errors.is_empty() {
        faults::show_data(&loaded.errors, console);
        return Err(Failure::new("no manifest was written: the export cannot be read"));
    }
    let mut listed = Vec::new();
    for file in &loaded.dataset.files {
        let Some(fed) = file.fed.first() else { continue };
        let sha256 = sha256(&files, &file.name)
            .map_err(|error| Failure::new(format!("{} cannot be read: {error}", file.name)))?;
        listed.push(WrittenFile { file: file.name.clone(), sha256, rows: fed.rows });
    }
    if listed.is_empty() {
        return Err(Failure::new("no manifest was written: no file of the export feeds a record").with_help(Some(
            "name files after the records, or add the `source` that maps them with `--policies`".to_owned(),
        )));
    }
    let written = Written {
        system: arguments.system.clone(),
        period: arguments.period.as_deref().map(time::period).transpose()?.and_then(written_period),
        extracted_at: match &arguments.extracted_at {
            Some(text) => Some(time::as_of(text, environment.zone.as_ref())?.to_string()),
            None => None,
        },
        complete: arguments.complete.then_some(true),
        files: listed,
    };
    let text = serde_json::to_string_pretty(&written)
        .map_err(|error| Failure::new(format!("internal error: the manifest cannot be written as JSON: {error}")))?;
    output::write(&place, &format!("{text}\n"), &pending)?;
    let count = written.files.len();
    let of = if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    let mut said = format!("{}: {of}\n", place.display());
    if !loaded.unused.is_empty() {
        said.push_str(&format!("not in it, since nothing reads them: {}\n", loaded.unused.join(", ")));
    }
    console.print(&said)?;
    Ok(ExitStatus::Conforms)
}

/// Where the manifest is written: the file that was named, or beside the files of the one folder that was given.
fn place(arguments: &ManifestArguments) -> Result<PathBuf, Failure> {
    let place = match (&arguments.output, arguments.exports.as_slice()) {
        (Some(place), _) => return Ok(place.clone()),
        (None, [folder]) if folder.is_dir() => folder.join(MANIFEST),
        _ => {
            return Err(Failure::new("a manifest lies in the folder of an export, and no single folder was given")
                .with_help(Some("name the folder, or the file to write with `--output`".to_owned())));
        }
    };
    if Path::new(&place).exists() {
        return Err(Failure::new(format!("{} is there already", place.display())).with_help(Some(
            "take it away, or name it with `--output` to replace it: what was entered by hand would be lost".to_owned(),
        )));
    }
    Ok(place)
}

/// An interval of days with both ends.
fn written_period(period: Interval) -> Option<WrittenPeriod> {
    let (Some(Moment::Date(from)), Some(Moment::Date(until))) = (period.from, period.until) else { return None };
    let through = until.checked_add(CalendarSpan { months: 0, days: -1 })?;
    Some(WrittenPeriod { from: from.to_string(), through: through.to_string() })
}
