//! Whole exports in memory, read and shown.

mod archives;
mod beside;
mod conversions;
mod extending;
mod faults;
mod formats;
mod hostile;
mod mapping;
mod parquet;
mod same;
mod sheet;
mod values;
mod xml;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read;
use std::sync::Arc;

use super::*;
use crate::diagnostic::Code;
use crate::ir::mapping::{FieldSource, Filter, Keep, Mapping, Path, Reading, Source, Step, Test};
use crate::ir::reads::Reads;
use crate::schema::{EnumType, FieldId, FieldType, KeySpaceId, RecordType, Schema, Ty, Type};
use crate::source::{FileId, Span};
use crate::value::Value;

/// Files in memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory(pub(super) BTreeMap<String, Vec<u8>>);

impl Memory {
    pub(super) fn of(files: &[(&str, &str)]) -> Memory {
        Memory(files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect())
    }
}

impl Files for Memory {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn open(&self, name: &str) -> std::io::Result<Box<dyn Read + Send>> {
        let bytes = self.0.get(name).cloned().ok_or(std::io::ErrorKind::NotFound)?;
        Ok(Box::new(std::io::Cursor::new(bytes)))
    }

    fn open_archive(&self, name: &str) -> std::io::Result<Box<dyn Archive>> {
        let bytes = self.0.get(name).cloned().ok_or(std::io::ErrorKind::NotFound)?;
        Ok(Box::new(std::io::Cursor::new(bytes)))
    }

    fn size(&self, name: &str) -> Option<u64> {
        self.0.get(name).map(|bytes| bytes.len() as u64)
    }
}

pub(super) fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

fn ty(schema: &[&str], text: &str) -> Ty {
    let (text, optional) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
    let enum_type = |inside: &str, separator: &str| {
        let members = inside.split(separator).map(|member| member.trim().to_owned()).collect();
        Type::Enum(Arc::new(EnumType { members, ordered: separator == "<" }))
    };
    let base = if let Some(targets) = text.strip_prefix("-> ") {
        let id = |target: &str| RecordId(schema.iter().position(|name| *name == target.trim()).unwrap() as u32);
        Type::Reference(targets.split('|').map(id).collect())
    } else if let Some(element) = text.strip_prefix("list of ") {
        Type::List(Box::new(ty(schema, element).base))
    } else if let Some(inside) = text.strip_prefix('{') {
        let inside = inside.strip_suffix('}').unwrap();
        enum_type(inside, if inside.contains('<') { "<" } else { "," })
    } else {
        match text {
            "text" => Type::Text,
            "boolean" => Type::Boolean,
            "integer" => Type::Integer,
            "decimal" => Type::Decimal,
            "date" => Type::Date,
            "timestamp" => Type::Timestamp,
            "duration" => Type::Duration,
            "span" => Type::Span,
            other => panic!("{other}"),
        }
    };
    Ty { base, optional }
}

/// Makes a schema: `incident: number text key; service -> service?`, one record a line, in order of name. All records
/// share one key space.
pub(super) fn schema(text: &str) -> Schema {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let names: Vec<&str> = lines.iter().map(|line| line.split(':').next().unwrap()).collect();
    let record = |line: &&str| {
        let (name, fields) = line.split_once(':').unwrap();
        let mut key = Vec::new();
        let fields = fields
            .split(';')
            .enumerate()
            .map(|(position, field)| {
                let (name, text) = field.trim().split_once(' ').unwrap();
                let text = text.strip_suffix(" key").inspect(|_| key.push(FieldId(position as u32))).unwrap_or(text);
                FieldType { name: name.to_owned(), ty: ty(&names, text), title: None, span: span() }
            })
            .collect();
        RecordType { name: name.to_owned(), title: None, fields, key, space: KeySpaceId(0), span: span() }
    };
    Schema { records: lines.iter().map(record).collect(), spaces: 1 }
}

/// Everything of a schema.
pub(super) fn all(schema: &Schema) -> Reads {
    let mut reads = Reads::default();
    for record in schema.ids() {
        reads.records.insert(record);
        let fields = schema.record(record).fields.len() as u32;
        reads.fields.extend((0..fields).map(|field| (record, FieldId(field))));
    }
    reads.spaces = BTreeSet::from([KeySpaceId(0)]);
    reads
}

pub(super) fn path(text: &str) -> Path {
    Path { level: 0, steps: steps(text) }
}

pub(super) fn steps(text: &str) -> Vec<Step> {
    if text.is_empty() {
        return Vec::new();
    }
    text.split('.').map(|step| if step == "*" { Step::Every } else { Step::Name(step.to_owned()) }).collect()
}

/// A mapping of the first record: the paths of some of its fields.
pub(super) fn mapping(schema: &Schema, record: &str, files: &str, at: &str, fields: &[(&str, &str)]) -> Mapping {
    let record = schema.find(record).unwrap();
    let ty = schema.record(record);
    let source = |text: &str| FieldSource::Path { path: path(text), reading: Reading::default(), when: None };
    Mapping {
        record,
        extends: None,
        files: vec![files.to_owned()],
        at: steps(at),
        names_at: Vec::new(),
        total_at: Vec::new(),
        levels: Vec::new(),
        one_per: None,
        keep: None,
        known_as: None,
        filters: Vec::new(),
        fields: fields.iter().map(|(name, text)| (ty.field(name).unwrap(), source(text))).collect(),
        encoding: None,
        delimiter: None,
        span: Some(span()),
    }
}

/// Changes how a field is read.
pub(super) fn reading(schema: &Schema, mapping: &mut Mapping, field: &str, change: impl Fn(&mut Reading)) {
    let field = schema.record(mapping.record).field(field).unwrap();
    if let Some(FieldSource::Path { reading, .. } | FieldSource::Constant { reading, .. }) =
        mapping.fields.get_mut(&field)
    {
        change(reading);
    }
}

pub(super) fn source(mappings: Vec<Mapping>) -> Source {
    Source { name: "tool".to_owned(), title: String::new(), mappings, span: span() }
}

fn show_cell(schema: &Schema, dataset: &Dataset, ty: &Type, cell: &Cell) -> String {
    match cell {
        Cell::Absent => "-".to_owned(),
        Cell::Unknown => "?".to_owned(),
        Cell::Present(value) => match (value, ty) {
            (Value::Text(text), _) => text.to_string(),
            (Value::Boolean(value), _) => value.to_string(),
            (Value::Number(number), _) => number.to_string(),
            (Value::Date(date), _) => date.to_string(),
            (Value::Timestamp(instant), _) => instant.to_string(),
            (Value::Duration(micros), _) => crate::value::time::show_duration(*micros),
            (Value::Span(span), _) => span.to_string(),
            (Value::Member(position), Type::Enum(members)) => members.members[*position as usize].clone(),
            (Value::Reference(key), Type::Reference(targets)) => {
                format!("->{}", dataset.key_text(schema.reference_space(targets), *key))
            }
            (Value::List(cells), Type::List(element)) => {
                let cells: Vec<String> = cells.iter().map(|cell| show_cell(schema, dataset, element, cell)).collect();
                format!("[{}]", cells.join(","))
            }
            other => panic!("{other:?}"),
        },
    }
}

/// Shows everything that was read.
pub(super) fn show(schema: &Schema, reads: &Reads, loaded: &Loaded) -> String {
    let mut text = String::new();
    let dataset = &loaded.dataset;
    for record in &reads.records {
        let ty = schema.record(*record);
        let table = dataset.table(*record);
        if table.extract == Extract::Missing {
            writeln!(text, "{}: no extract", ty.name).unwrap();
            continue;
        }
        let fields: Vec<&str> = table.columns.keys().map(|field| ty.field_type(*field).name.as_str()).collect();
        writeln!(text, "{}: {}", ty.name, fields.join(" | ")).unwrap();
        for shortfall in &table.shortfalls {
            writeln!(text, "  incomplete: {shortfall}").unwrap();
        }
        for row in 0..table.rows {
            let place = dataset.place(*record, row).unwrap();
            let cells: Vec<String> = table
                .columns
                .values()
                .map(|column| show_cell(schema, dataset, &column.ty, &column.cell(row as usize)))
                .collect();
            let digest =
                table.digests.as_ref().map_or(String::new(), |digests| format!(" #{:016x}", digests[row as usize]));
            writeln!(text, "  {} ({}:{} @{}){digest}", cells.join(" | "), place.file, place.line, place.byte).unwrap();
        }
    }
    for file in &dataset.files {
        for fed in &file.fed {
            let left_out: Vec<u64> = fed.left_out.iter().map(|left_out| left_out.rows).collect();
            if fed.rows != fed.kept {
                let name = &schema.record(fed.record).name;
                writeln!(
                    text,
                    "{} fed {name}: {} of {}, left out {left_out:?}, superseded {}{}",
                    file.name,
                    fed.kept,
                    fed.rows,
                    fed.superseded,
                    if fed.strays > 0 { format!(", strays {}", fed.strays) } else { String::new() }
                )
                .unwrap();
            }
        }
    }
    for finding in &dataset.findings.kept {
        let ty = schema.record(finding.record);
        let field = finding.field.map_or("", |field| &ty.field_type(field).name);
        let place = finding.row.and_then(|row| dataset.place(finding.record, row));
        let place = place.map_or("everywhere".to_owned(), |place| format!("{}:{}", place.file, place.line));
        writeln!(text, "{} {place} {}.{field} \"{}\": {}", finding.code.name(), ty.name, finding.value, finding.note)
            .unwrap();
    }
    for error in &loaded.errors {
        let (line, column) = error.line.unwrap_or_default();
        let file = error.file.as_deref().unwrap_or("");
        writeln!(text, "{} {file}:{line}:{column} {}", error.code.name(), error.message).unwrap();
        if let Some(help) = &error.help {
            writeln!(text, "  help: {help}").unwrap();
        }
    }
    if !loaded.unused.is_empty() {
        writeln!(text, "unused: {}", loaded.unused.join(", ")).unwrap();
    }
    text
}

/// The keys of all spaces, in order of their numbers.
pub(super) fn keys(loaded: &Loaded) -> Vec<Vec<String>> {
    let texts = |space: &KeySpace| (0..space.texts.len()).map(|id| space.texts.get(id).to_owned()).collect();
    loaded.dataset.spaces.iter().map(texts).collect()
}

/// Reads files with the usual settings, with tiny blocks and with several threads, demands that all come to the same,
/// and shows it.
pub(super) fn read(schema: &Schema, sources: &[&Source], files: &Memory) -> String {
    let reads = all(schema);
    let shown = |block: usize, threads: Option<usize>| {
        let loading = Loading { block, threads, ..Loading::new(schema, &reads, sources) };
        let loaded = load(&loading, files, &Silent);
        (show(schema, &reads, &loaded), keys(&loaded))
    };
    let usual = shown(1 << 20, None);
    for (block, threads) in [(1, Some(1)), (7, Some(2)), (64, Some(16))] {
        assert_eq!(shown(block, threads), usual, "blocks of {block}, {threads:?} threads");
    }
    usual.0
}

/// Reads files that are laid out as the records.
pub(super) fn read_shaped(schema_text: &str, files: &[(&str, &str)]) -> String {
    read(&schema(schema_text), &[], &Memory::of(files))
}
