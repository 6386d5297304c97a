//! Which sources read an export, and which of its files nothing reads.

use std::collections::BTreeSet;

use super::finding::DataError;
use super::pattern::selects;
use crate::diagnostic::{Code, closest, suggest};
use crate::ir::mapping::{Mapping, Source};
use crate::ir::reads::Reads;
use crate::schema::{RecordId, Schema};

/// The endings of files that are laid out as the records themselves.
pub(super) const SHAPED: [&str; 9] = ["json", "ndjson", "jsonl", "csv", "tsv", "xml", "yaml", "yml", "xlsx"];

/// Returns the record that a file is laid out as: `incident.json` at the top of the export.
fn shaped(schema: &Schema, name: &str) -> Option<RecordId> {
    schema.ids().find(|id| {
        let record = &schema.record(*id).name;
        SHAPED.iter().any(|ending| selects(&format!("{record}.{ending}"), name))
    })
}

fn selects_any(mapping: &Mapping, names: &[String]) -> bool {
    mapping.files.iter().any(|pattern| names.iter().any(|name| selects(pattern, name)))
}

/// Chooses the sources that read an export: those that are named, else the one whose patterns fit its files.
///
/// Several fitting sources are fine where no record is fed by two of them. None leaves the files that are laid out as
/// records.
///
/// # Errors
///
/// A named source does not exist, or several fit and feed the same record.
pub fn choose_sources<'a>(
    schema: &Schema,
    sources: &'a [Source],
    named: &[String],
    files: &[String],
) -> Result<Vec<&'a Source>, DataError> {
    let error = |code, message: String, help: Option<String>| DataError {
        record: None,
        file: None,
        line: None,
        code,
        message,
        help,
    };
    if !named.is_empty() {
        let mut chosen: Vec<&Source> = Vec::new();
        for name in named {
            let Some(source) = sources.iter().find(|source| source.name == *name) else {
                let help = suggest(name, "sources", sources.iter().map(|source| source.name.as_str()));
                return Err(error(Code::UnknownName, format!("there is no source `{name}`"), help));
            };
            if !chosen.iter().any(|known| known.name == source.name) {
                chosen.push(source);
            }
        }
        return Ok(chosen);
    }
    let fitting: Vec<&Source> =
        sources.iter().filter(|source| source.mappings.iter().any(|mapping| selects_any(mapping, files))).collect();
    for (position, source) in fitting.iter().enumerate() {
        for other in &fitting[..position] {
            if let Some(record) = made_by(&[*source]).intersection(&made_by(&[*other])).next() {
                let record = &schema.record(*record).name;
                let message = format!(
                    "the sources `{}` and `{}` both fit the export and feed `{record}`",
                    other.name, source.name
                );
                let help = format!("say which one it is: `--source {}` or `--source {}`", other.name, source.name);
                return Err(error(Code::AmbiguousSource, message, Some(help)));
            }
        }
    }
    Ok(fitting)
}

/// The records that sources make, not counting those that they only extend.
fn made_by(sources: &[&Source]) -> BTreeSet<RecordId> {
    let mappings = sources.iter().flat_map(|source| &source.mappings);
    mappings.filter(|mapping| mapping.extends.is_none()).map(|mapping| mapping.record).collect()
}

/// The mappings that feed a record: those of the chosen sources, and files laid out as the record if none of these makes it. Those that
/// extend it come last.
pub(super) fn mappings_of(schema: &Schema, record: RecordId, sources: &[&Source]) -> Vec<Mapping> {
    let of_record = sources.iter().flat_map(|source| &source.mappings).filter(|mapping| mapping.record == record);
    let (mut makes, extends): (Vec<Mapping>, Vec<Mapping>) =
        of_record.cloned().partition(|mapping| mapping.extends.is_none());
    if makes.is_empty() {
        let mut laid_out = super::plan::mapping_of_record(schema, record);
        // What an extending mapping gives stands in its files.
        laid_out.fields.retain(|field, _| !extends.iter().any(|mapping| mapping.gives(schema, *field)));
        makes.push(laid_out);
    }
    makes.extend(extends);
    makes
}

/// The files of the export that neither a chosen source nor their own name makes data of.
pub(super) fn unused(schema: &Schema, sources: &[&Source], files: &[String]) -> Vec<String> {
    let made = made_by(sources);
    let is_used = |name: &str| {
        sources
            .iter()
            .flat_map(|source| &source.mappings)
            .any(|mapping| mapping.files.iter().any(|pattern| selects(pattern, name)))
            || shaped(schema, name).is_some_and(|record| !made.contains(&record))
    };
    files.iter().filter(|name| !is_used(name)).cloned().collect()
}

/// The error of an export in which no file feeds any of the records that are read; none if there are no such records.
pub fn no_data(schema: &Schema, reads: &Reads, unused: &[String]) -> Option<DataError> {
    let names: Vec<&str> = reads.records.iter().map(|record| schema.record(*record).name.as_str()).collect();
    let first = names.first()?;
    let shown = names.iter().take(5).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let more = if names.len() > 5 { format!(" and {} more", names.len() - 5) } else { String::new() };
    let near = unused.iter().find_map(|file| {
        let stem = file.split('.').next()?;
        Some((file, closest(stem, names.iter().copied())?))
    });
    let help = match near {
        Some((file, record)) => format!("`{file}` is read as `{record}` if it is named after it"),
        None => format!("name files after the records, such as `{first}.csv`, or choose a source with `--source`"),
    };
    Some(DataError {
        record: None,
        file: None,
        line: None,
        code: Code::NoData,
        message: format!("no file of the export holds records that the rules read: {shown}{more}"),
        help: Some(help),
    })
}
