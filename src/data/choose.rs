//! Which sources read an export, and which of its files nothing reads.

use std::collections::BTreeSet;

use super::finding::DataError;
use super::pattern::selects;
use crate::diagnostic::{Code, closest, suggest};
use crate::ir::mapping::{Mapping, Source};
use crate::ir::reads::Reads;
use crate::schema::{FieldId, RecordId, Schema};

/// The endings of files that are laid out as the records themselves.
pub(super) const SHAPED: [&str; 10] =
    ["json", "ndjson", "jsonl", "csv", "tsv", "xml", "yaml", "yml", "xlsx", "parquet"];

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
/// A named source does not exist, several fit and feed the same record, or one extends records by a field that another gives, too.
pub fn choose_sources<'a>(
    schema: &Schema,
    sources: &'a [Source],
    named: &[String],
    files: &[String],
) -> Result<Vec<&'a Source>, DataError> {
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
        given_once(schema, &chosen)?;
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
    given_once(schema, &fitting)?;
    Ok(fitting)
}

/// Refuses a field that one source gives records of another which has it, too: one of the two would be lost.
fn given_once(schema: &Schema, sources: &[&Source]) -> Result<(), DataError> {
    for source in sources {
        for extends in source.mappings.iter().filter(|mapping| mapping.extends.is_some()) {
            let others = sources.iter().filter(|other| other.name != source.name);
            let mut mappings = others.flat_map(|other| other.mappings.iter().map(move |mapping| (other, mapping)));
            let twice = mappings.find_map(|(other, mapping)| {
                let is_twice = |field: &&FieldId| extends.gives(schema, **field) && mapping.gives(schema, **field);
                let of_record = mapping.record == extends.record;
                of_record.then(|| mapping.fields.keys().find(is_twice))?.map(|field| (other, *field))
            });
            if let Some((other, field)) = twice {
                let record = schema.record(extends.record);
                let field = &record.field_type(field).name;
                let message =
                    format!("the sources `{}` and `{}` both give `{}.{field}`", other.name, source.name, record.name);
                let help = format!("take the field out of one of them: `{}` only extends the records", source.name);
                return Err(error(Code::AmbiguousSource, message, Some(help)));
            }
        }
    }
    Ok(())
}

fn error(code: Code, message: String, help: Option<String>) -> DataError {
    DataError { record: None, file: None, line: None, code, message, help }
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
