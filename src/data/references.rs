//! Keys and references, once all tables are there: rows by key, keys that stand twice, references that lead nowhere.

use std::collections::HashMap;

use super::column::{Column, ColumnValues};
use super::finding::Finding;
use super::identities::{self, Identities, Resolver};
use super::keys::Interner;
use super::load::Loading;
use super::table::Collector;
use super::{Dataset, Extract, KeyIndex};
use crate::diagnostic::Code;
use crate::schema::{FieldId, RecordId, Schema, Type};
use crate::value::{Cell, KeyId, Value};

/// The text of a present value as a key; none of a value that no key has.
pub(super) fn key_text(schema: &Schema, ty: &Type, value: &Value, spaces: &[Interner]) -> Option<String> {
    Some(match (value, ty) {
        (Value::Text(text), _) => text.to_string(),
        (Value::Number(number), _) => number.to_string(),
        (Value::Date(date), _) => date.to_string(),
        (Value::Timestamp(instant), _) => instant.to_string(),
        (Value::Boolean(value), _) => value.to_string(),
        (Value::Member(position), Type::Enum(members) | Type::Calendar(members)) => {
            members.members.get(*position as usize)?.clone()
        }
        (Value::Reference(key), Type::Reference(targets)) => {
            spaces.get(schema.reference_space(targets).0 as usize)?.text(key.0).to_owned()
        }
        _ => return None,
    })
}

/// Gives each row its key, indexes rows by key, and notes the keys that stand twice. References by second identities become
/// references by keys.
pub(super) fn index_keys(
    loading: &Loading<'_>,
    dataset: &mut Dataset,
    identities: &Identities,
    spaces: &mut [Interner],
    findings: &mut Collector,
) {
    let schema = loading.schema;
    let mut resolver = Resolver::default();
    for record in &identities::in_order_of_keys(schema, loading.reads) {
        let ty = schema.record(*record);
        for field in &ty.key {
            resolver.resolve(loading, dataset, (*record, *field), spaces, findings);
        }
        let table = &mut dataset.tables[record.0 as usize];
        if table.extract == Extract::Missing {
            continue;
        }
        match ty.single_key() {
            None if ty.key.is_empty() => {}
            None => composite_duplicates(loading, dataset, *record, spaces, findings),
            Some(field) => {
                let Some(column) = table.columns.get(&field) else { continue };
                let rows = column.len();
                spaces[ty.space.0 as usize].reserve(rows);
                let mut keys = vec![0; rows];
                let mut states = column.states.clone();
                for (row, key) in keys.iter_mut().enumerate() {
                    let space = ty.space.0 as usize;
                    let text = match (&column.values, column.state(row)) {
                        (ColumnValues::Texts(texts), super::State::Present) => {
                            *key = spaces[space].intern(texts.get(row));
                            continue;
                        }
                        (_, super::State::Present) => match column.cell(row) {
                            Cell::Present(value) => key_text(schema, &column.ty, &value, spaces),
                            _ => None,
                        },
                        _ => None,
                    };
                    match text {
                        Some(text) => *key = spaces[space].intern(&text),
                        None => {
                            states.resize(rows, super::State::Present);
                            states[row] = super::State::Unknown;
                        }
                    }
                }
                table.keys =
                    Some(Column { ty: Type::Reference(vec![*record]), values: ColumnValues::Symbols(keys), states });
                resolver.learn(*record, dataset, identities, spaces, schema, findings);
            }
        }
    }
    for (record, field) in &loading.reads.fields {
        if !schema.record(*record).key.contains(field) {
            resolver.resolve(loading, dataset, (*record, *field), spaces, findings);
        }
    }
    // Only now every key of every space has its number.
    for record in &loading.reads.records {
        let ty = schema.record(*record);
        let table = &mut dataset.tables[record.0 as usize];
        let (Some(keys), Some(field)) = (&table.keys, ty.single_key()) else { continue };
        let space = &spaces[ty.space.0 as usize];
        table.by_key = KeyIndex::new(keys, space.len());
        let mut repeated: Vec<(u32, u32, u32)> = Vec::new();
        for key in 0..space.len() as u32 {
            if let [first, others @ ..] = table.by_key.rows(KeyId(key)) {
                repeated.extend(others.iter().map(|row| (*row, *first, key)));
            }
        }
        repeated.sort_unstable();
        for (row, first, key) in repeated {
            let text = spaces[ty.space.0 as usize].text(key).to_owned();
            add_duplicate(dataset, *record, field, row, first, text, findings);
        }
    }
}

fn add_duplicate(
    dataset: &Dataset,
    record: RecordId,
    field: FieldId,
    row: u32,
    first: u32,
    key: String,
    findings: &mut Collector,
) {
    let place = dataset.place(record, first);
    let note = place.map_or_else(String::new, |place| format!("{}:{} has the same key", place.file, place.line));
    let value = super::decode::cut(&key);
    findings.add(Finding { record, row: Some(row), field: Some(field), code: Code::DuplicateKey, value, note });
}

/// Notes the rows in which a key on several fields stands for another time.
fn composite_duplicates(
    loading: &Loading<'_>,
    dataset: &Dataset,
    record: RecordId,
    spaces: &[Interner],
    findings: &mut Collector,
) {
    let schema = loading.schema;
    let ty = schema.record(record);
    let table = dataset.table(record);
    let mut first_rows: HashMap<Vec<Value>, u32> = HashMap::new();
    for row in 0..table.rows {
        let cells = ty.key.iter().map(|field| dataset.cell(record, row, *field));
        let key: Option<Vec<Value>> = cells
            .map(|cell| match cell {
                Cell::Present(value) => Some(value),
                _ => None,
            })
            .collect();
        let Some(key) = key else { continue };
        if let Some(first) = first_rows.get(&key) {
            let texts: Vec<String> = ty
                .key
                .iter()
                .zip(&key)
                .filter_map(|(field, value)| key_text(schema, &ty.field_type(*field).ty.base, value, spaces))
                .collect();
            add_duplicate(dataset, record, ty.key[0], row, *first, texts.join(" / "), findings);
            continue;
        }
        first_rows.insert(key, row);
    }
}

/// Notes references to records that were not exported, where the extracts of all their targets are there.
pub(super) fn find_dangling(loading: &Loading<'_>, dataset: &Dataset, spaces: &[Interner], findings: &mut Collector) {
    let schema = loading.schema;
    for (record, field) in &loading.reads.fields {
        let table = dataset.table(*record);
        if table.extract == Extract::Missing {
            continue;
        }
        let Some(column) = table.columns.get(field) else { continue };
        let targets = match &column.ty {
            Type::Reference(targets) => targets,
            Type::List(element) => match element.as_ref() {
                Type::Reference(targets) => targets,
                _ => continue,
            },
            _ => continue,
        };
        let is_there = |target: &RecordId| {
            dataset.table(*target).extract == Extract::Complete && dataset.table(*target).keys.is_some()
        };
        if !targets.iter().all(is_there) {
            continue;
        }
        let space = &spaces[schema.reference_space(targets).0 as usize];
        let names: Vec<&str> = targets.iter().map(|target| schema.record(*target).name.as_str()).collect();
        let note = format!("no {} with this key was exported", names.join(" or "));
        let dangles = |key: u32| targets.iter().all(|target| dataset.rows_of(*target, KeyId(key)).is_empty());
        let mut add = |row: usize, key: u32| {
            findings.add(Finding {
                record: *record,
                row: Some(row as u32),
                field: Some(*field),
                code: Code::DanglingReference,
                value: super::decode::cut(space.text(key)),
                note: note.clone(),
            });
        };
        match &column.values {
            ColumnValues::Symbols(keys) => {
                for (row, key) in keys.iter().enumerate() {
                    if dangles(*key) && column.state(row) == super::State::Present {
                        add(row, *key);
                    }
                }
            }
            ColumnValues::Lists(lists) => {
                let ColumnValues::Symbols(keys) = &lists.elements.values else { continue };
                for row in 0..column.len() {
                    for element in lists.range(row) {
                        if dangles(keys[element]) && lists.elements.state(element) == super::State::Present {
                            add(row, keys[element]);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
