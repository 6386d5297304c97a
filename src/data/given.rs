//! Records that are written down in a policy, as a dataset: what tests run over.

use super::column::{Column, State};
use super::finding::{Finding, Findings};
use super::identities::Identities;
use super::keys::Interner;
use super::load::Loading;
use super::references;
use super::table::Collector;
use super::{DataFile, Dataset, Extract, KeyIndex, KeySpace, Places, Table};
use crate::diagnostic::Code;
use crate::ir::reads::Reads;
use crate::ir::test::{GivenData, GivenRecord, GivenValue};
use crate::schema::{FieldId, RecordId, Schema, Type};
use crate::value::Value;

/// Makes the tables of what is given, as far as somebody reads it; `file` is the policy file that it stands in.
///
/// A record type of which nothing is given has no records, and all of them are there. A field that is not given is unknown,
/// with a finding that says so. Rows are in the order in which they are given; one without a key has no other name.
pub fn dataset_of(schema: &Schema, reads: &Reads, given: &GivenData, file: &str) -> Dataset {
    let mut spaces = vec![Interner::default(); schema.spaces as usize];
    let mut dataset = Dataset {
        tables: vec![Table::default(); schema.records.len()],
        files: vec![DataFile { name: file.to_owned(), fed: Vec::new() }],
        ..Dataset::default()
    };
    let mut kept = Vec::new();
    for record in &reads.records {
        let rows: Vec<&GivenRecord> = given.records.iter().filter(|row| row.record == *record).collect();
        let fields = reads.fields.iter().filter(|(of, _)| of == record).map(|(_, field)| *field);
        let columns = fields.map(|field| (field, column(schema, *record, field, &rows, &mut spaces))).collect();
        kept.extend(not_given(*record, &rows, reads));
        dataset.tables[record.0 as usize] = Table {
            rows: rows.len() as u32,
            extract: if given.missing.contains(record) { Extract::Missing } else { Extract::Complete },
            shortfalls: Vec::new(),
            columns,
            keys: None,
            by_key: KeyIndex::default(),
            places: Places {
                files: vec![0; rows.len()],
                lines: rows.iter().map(|row| row.line).collect(),
                bytes: vec![0; rows.len()],
            },
            digests: None,
        };
    }
    // What the reader of an export notes of keys and references is seen by whoever looks at the test.
    let (loading, identities) = (Loading::new(schema, reads, &[]), Identities::new());
    references::index_keys(&loading, &mut dataset, &identities, &mut spaces, &mut Collector::default());
    dataset.spaces = spaces.into_iter().map(|space| KeySpace { texts: space.into_texts() }).collect();
    dataset.findings = Findings { kept, ..Findings::default() };
    dataset
}

/// A finding for each field that somebody reads and a row does not give, in order.
fn not_given<'r>(
    record: RecordId,
    rows: &'r [&GivenRecord],
    reads: &'r Reads,
) -> impl Iterator<Item = Finding> + use<'r> {
    rows.iter().enumerate().flat_map(move |(row, given)| {
        let of_record = reads.fields.range((record, FieldId(0))..=(record, FieldId(u32::MAX)));
        of_record.filter(|(_, field)| !given.fields.contains_key(field)).map(move |(_, field)| Finding {
            record,
            row: Some(row as u32),
            field: Some(*field),
            code: Code::NotGiven,
            value: String::new(),
            note: "not given".to_owned(),
        })
    })
}

fn column(schema: &Schema, record: RecordId, field: FieldId, rows: &[&GivenRecord], spaces: &mut [Interner]) -> Column {
    let ty = &schema.record(record).field_type(field).ty.base;
    let mut column = Column::empty(ty);
    for row in rows {
        push(schema, ty, row.fields.get(&field).unwrap_or(&GivenValue::Unknown), &mut column, spaces);
    }
    column
}

/// Adds a row; what no column of the type can hold, which the checker does not let through, is unknown.
fn push(schema: &Schema, ty: &Type, given: &GivenValue, column: &mut Column, spaces: &mut [Interner]) {
    let before = column.len();
    match given {
        GivenValue::Absent => column.push_without_value(State::Absent),
        GivenValue::Unknown => {}
        GivenValue::Value(value) => push_value(value, column),
        GivenValue::Key(value) => {
            if let Type::Reference(targets) = ty
                && let Some(text) = references::key_text(schema, schema.key_type(ty), value, spaces)
            {
                let space = schema.reference_space(targets).0 as usize;
                column.push_symbol(spaces[space].intern(&text));
            }
        }
        GivenValue::List(elements) => {
            if let (Type::List(element), Some(inner)) = (ty, column.elements()) {
                elements.iter().for_each(|one| push(schema, element, one, inner, spaces));
                column.push_list();
            }
        }
    }
    if column.len() == before {
        column.push_without_value(State::Unknown);
    }
}

fn push_value(value: &Value, column: &mut Column) {
    match value {
        Value::Boolean(value) => column.push_boolean(*value),
        Value::Member(position) => column.push_symbol(*position),
        Value::Text(text) => column.push_text(text),
        Value::Date(date) => column.push_integer(i64::from(date.0)),
        Value::Timestamp(instant) => column.push_integer(instant.0),
        Value::Span(span) => column.push_span(*span),
        Value::Duration(number) | Value::Number(number) if column.ty != Type::Decimal => {
            if let Some(whole) = number.to_integer().and_then(|whole| i64::try_from(whole).ok()) {
                column.push_integer(whole);
            }
        }
        Value::Number(number) => {
            if let Some((mantissa, scale)) = number.to_scaled() {
                column.push_decimal(mantissa, scale);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::value::Cell;

    /// A record `a` with a key, an optional reference to itself and a list of decimals, and a record `b` that refers to `a`.
    fn schema() -> Schema {
        let text = "record a {\n  id: text key\n  up: -> a?\n  shares: list of decimal\n}\nrecord b {\n  a: -> a\n}\n";
        let mut sources = crate::source::Sources::new();
        let file = sources.add("x.shall", text);
        let checked = crate::check(&[(file, crate::parse(file, text))], &sources);
        checked.program.environment.schema.clone()
    }

    fn all(schema: &Schema) -> Reads {
        let mut reads = Reads::default();
        for record in schema.ids() {
            reads.records.insert(record);
            let fields = schema.record(record).fields.len() as u32;
            reads.fields.extend((0..fields).map(|field| (record, FieldId(field))));
        }
        reads
    }

    fn row(record: u32, fields: Vec<(u32, GivenValue)>) -> GivenRecord {
        let fields: BTreeMap<FieldId, GivenValue> =
            fields.into_iter().map(|(field, value)| (FieldId(field), value)).collect();
        GivenRecord { record: RecordId(record), fields, line: 7 }
    }

    fn text(value: &str) -> Value {
        Value::Text(value.into())
    }

    #[test]
    fn what_is_given_is_there_and_nothing_else() {
        let schema = schema();
        let share = Value::Number(crate::value::Number::parse("0.95").unwrap());
        let given = GivenData {
            records: vec![
                row(0, vec![(0, GivenValue::Value(text("A1"))), (1, GivenValue::Absent)]),
                row(
                    0,
                    vec![
                        (0, GivenValue::Value(text("A2"))),
                        (1, GivenValue::Key(text("A1"))),
                        (2, GivenValue::List(vec![GivenValue::Value(share.clone()), GivenValue::Unknown])),
                    ],
                ),
            ],
            missing: [RecordId(1)].into(),
        };
        let data = dataset_of(&schema, &all(&schema), &given, "p.shall");
        let (a, b) = (RecordId(0), RecordId(1));
        assert_eq!((data.table(a).rows, data.table(a).extract), (2, Extract::Complete));
        assert_eq!((data.table(b).rows, data.table(b).extract), (0, Extract::Missing));
        assert_eq!(data.cell(a, 0, FieldId(1)), Cell::Absent);
        assert_eq!(data.cell(a, 0, FieldId(2)), Cell::Unknown);
        let Cell::Present(Value::Reference(key)) = data.cell(a, 1, FieldId(1)) else { panic!("no reference") };
        assert_eq!(data.rows_of(a, key), [0]);
        let list = Value::List(vec![Cell::Present(share), Cell::Unknown]);
        assert_eq!(data.cell(a, 1, FieldId(2)), Cell::Present(list));
        assert_eq!(data.place(a, 1).map(|place| (place.file, place.line)), Some(("p.shall".to_owned(), 7)));
        let found: Vec<_> = data.findings.kept.iter().map(|finding| (finding.row, finding.field)).collect();
        assert_eq!(found, [(Some(0), Some(FieldId(2)))]);
    }
}
