//! The document that lowered rules read: the records after mapping, and what a run is told, as JSON.
//!
//! A value is present, absent (`null`) or unknown (`{"__unknown": true}`). Days are whole numbers from 1970-01-01 on, instants and
//! durations whole microseconds, decimals integers or `{"over": [digits, power of ten]}`, references and members of enums texts.
//! docs/lowering.md describes all of it.

use serde_json::{Map, Value as Json, json};

use super::rego::{MOST_IN_JSON, scaled, unit_name};
use crate::data::{Dataset, Extract};
use crate::ir::reads::Reads;
use crate::ir::{Environment, RunSettings};
use crate::schema::{RecordId, Type};
use crate::value::time::{CalendarUnit, units};
use crate::value::{Cell, Interval, Moment, Timestamp, Value, Zone};

/// A 400th part of 400 years, in microseconds. After 400 years the calendar repeats itself, weekdays too.
const YEAR: i64 = 31_556_952_000_000;
/// The first and the last of these from 1970 on for which offsets are written. Rules of zones are not older; those that are in
/// force today are in force long before the last 400.
const FIRST_YEAR: i64 = -120;
const LAST_YEAR: i64 = 530;
/// Offsets are told for this long around a year, so that clocks of it find theirs.
const AROUND: i64 = 2 * 86_400_000_000;

/// A value that cannot be written as JSON so that every reader takes it exactly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inexact {
    /// The record, or `parameter`.
    pub record: String,
    /// The key of the row, or the name of the parameter.
    pub key: String,
    /// The field; none of a parameter.
    pub field: Option<String>,
}

/// Writes what some rules read.
///
/// # Errors
/// Values that are too large, or too fine, for a number of JSON (2^53), in order.
pub fn document(
    environment: &Environment,
    dataset: &Dataset,
    settings: RunSettings,
    reads: &Reads,
) -> Result<Json, Vec<Inexact>> {
    let writer = Writer { environment, dataset };
    let mut inexact = Vec::new();
    let mut records = Map::new();
    for record in &reads.records {
        let name = environment.schema.record(*record).name.clone();
        records.insert(name, writer.record(*record, reads, &mut inexact));
    }
    let mut parameters = Map::new();
    for parameter in reads.parameters.iter().filter_map(|id| environment.parameters.get(id.0 as usize)) {
        let mut bindings = Vec::new();
        for binding in &parameter.bindings {
            match writer.value(&binding.value, &parameter.ty.base) {
                Some(value) => bindings.push(json!({ "since": binding.since.map(|day| day.0), "value": value })),
                None => {
                    inexact.push(Inexact { record: "parameter".to_owned(), key: parameter.name.clone(), field: None });
                }
            }
        }
        parameters.insert(parameter.name.clone(), Json::Array(bindings));
    }
    if !inexact.is_empty() {
        return Err(inexact);
    }
    let zone = environment.zone.as_ref();
    let today = settings.as_of.and_then(|as_of| as_of.day(zone?));
    let mut document = Map::new();
    document.insert("as_of".to_owned(), settings.as_of.map_or_else(unknown, |as_of| json!(as_of.0)));
    document.insert("today".to_owned(), today.map_or_else(unknown, |day| json!(day.0)));
    document.insert("period".to_owned(), settings.period.map_or_else(unknown, interval));
    if let Some(period) = settings.period {
        let each =
            [CalendarUnit::Day, CalendarUnit::Week, CalendarUnit::Month, CalendarUnit::Quarter, CalendarUnit::Year];
        let cut = each.iter().map(|unit| {
            let pieces = units(*unit, period);
            let list = pieces.map_or_else(unknown, |pieces| pieces.into_iter().map(interval).collect());
            (unit_name(*unit).to_owned(), list)
        });
        document.insert("units".to_owned(), Json::Object(cut.collect()));
    }
    if let Some(zone) = zone {
        document.insert("zone".to_owned(), offsets(zone));
    }
    document.insert("parameters".to_owned(), Json::Object(parameters));
    document.insert("records".to_owned(), Json::Object(records));
    Ok(Json::Object(document))
}

/// What stands for an unknown value.
fn unknown() -> Json {
    json!({ "__unknown": true })
}

fn interval(interval: Interval) -> Json {
    let end = |end: Option<Moment>| match end {
        Some(Moment::Date(date)) => json!(date.0),
        Some(Moment::Timestamp(instant)) => json!(instant.0),
        None => Json::Null,
    };
    json!({ "from": end(interval.from), "until": end(interval.until) })
}

/// The offsets of a zone, year by year.
fn offsets(zone: &Zone) -> Json {
    let (from, until) = (FIRST_YEAR * YEAR, (LAST_YEAR + 1) * YEAR);
    let changes = zone.offsets(Timestamp(from - AROUND), Timestamp(until + AROUND));
    let mut years = Vec::new();
    for year in FIRST_YEAR..=LAST_YEAR {
        let (low, high) = (year * YEAR - AROUND, (year + 1) * YEAR + AROUND);
        let pieces: Vec<Json> = changes
            .iter()
            .enumerate()
            .filter_map(|(at, (begin, offset))| {
                let end = changes.get(at + 1).map_or(high, |(next, _)| next.0);
                let (begin, end) = (begin.0.max(low), end.min(high));
                (begin < end).then(|| json!([begin, end, offset]))
            })
            .collect();
        years.push(Json::Array(pieces));
    }
    let before = changes.first().map_or(0, |(_, offset)| *offset);
    json!({ "name": zone.name(), "from": from, "until": until, "first": FIRST_YEAR, "before": before, "years": years })
}

struct Writer<'a> {
    environment: &'a Environment,
    dataset: &'a Dataset,
}

impl Writer<'_> {
    fn record(&self, record: RecordId, reads: &Reads, inexact: &mut Vec<Inexact>) -> Json {
        let table = self.dataset.table(record);
        let record_type = self.environment.schema.record(record);
        let space = record_type.space;
        let mut by_key: Map<String, Json> = Map::new();
        let mut rows = Vec::with_capacity(table.rows as usize);
        for row in 0..table.rows {
            let mut fields = Map::new();
            let name = self.name(record, row);
            fields.insert("__row".to_owned(), json!(row));
            match self.dataset.key(record, row) {
                Cell::Present(Value::Reference(key)) => {
                    let text = self.dataset.key_text(space, key);
                    fields.insert("__key".to_owned(), json!(text));
                    if let Some(places) = by_key.entry(text).or_insert_with(|| json!([])).as_array_mut() {
                        places.push(json!(row));
                    }
                }
                _ => {
                    fields.insert("__key".to_owned(), unknown());
                }
            }
            fields.insert("__name".to_owned(), name.clone().map_or_else(unknown, Json::String));
            for (_, field) in reads.fields.iter().filter(|(of, _)| *of == record) {
                let field_type = record_type.field_type(*field);
                match self.cell(&self.dataset.cell(record, row, *field), &field_type.ty.base) {
                    Some(value) => {
                        fields.insert(field_type.name.clone(), value);
                    }
                    None => inexact.push(Inexact {
                        record: record_type.name.clone(),
                        key: name.clone().unwrap_or_else(|| format!("row {}", row + 1)),
                        field: Some(field_type.name.clone()),
                    }),
                }
            }
            rows.push(Json::Object(fields));
        }
        json!({ "complete": table.extract == Extract::Complete, "rows": rows, "by_key": by_key })
    }

    /// The texts of a row's key fields, joined; of a record without a key, the digest of its content. None if one is not known.
    fn name(&self, record: RecordId, row: u32) -> Option<String> {
        let record_type = self.environment.schema.record(record);
        if record_type.key.is_empty() {
            let digest = self.dataset.table(record).digests.as_ref()?.get(row as usize)?;
            return Some(format!("{digest:016x}"));
        }
        let part = |field: &crate::schema::FieldId| {
            let Cell::Present(value) = self.dataset.cell(record, row, *field) else { return None };
            Some(match (&value, &record_type.field_type(*field).ty.base) {
                (Value::Text(text), _) => text.to_string(),
                (Value::Date(date), _) => date.to_string(),
                (Value::Timestamp(instant), _) => instant.to_string(),
                (Value::Number(number), _) => number.to_string(),
                (Value::Boolean(known), _) => known.to_string(),
                (Value::Member(position), ty) => ty.members()?.members.get(*position as usize)?.clone(),
                (Value::Reference(key), Type::Reference(targets)) => {
                    let space = self.environment.schema.reference_space(targets);
                    self.dataset.key_text(space, *key).to_owned()
                }
                _ => return None,
            })
        };
        let parts: Option<Vec<String>> = record_type.key.iter().map(part).collect();
        parts.map(|parts| parts.join(" / "))
    }

    fn cell(&self, cell: &Cell, ty: &Type) -> Option<Json> {
        match cell {
            Cell::Present(value) => self.value(value, ty),
            Cell::Absent => Some(Json::Null),
            Cell::Unknown => Some(unknown()),
        }
    }

    /// None where it cannot be written exactly.
    fn value(&self, value: &Value, ty: &Type) -> Option<Json> {
        let whole = |integer: i128| -> Option<Json> {
            let fits = (-MOST_IN_JSON..=MOST_IN_JSON).contains(&integer);
            fits.then(|| i64::try_from(integer).ok().map(|integer| json!(integer)))?
        };
        match (value, ty) {
            (Value::Boolean(known), _) => Some(json!(known)),
            (Value::Text(text), _) => Some(json!(&**text)),
            (Value::Number(number), _) => match scaled(*number)? {
                (integer, 1) => whole(integer),
                (digits, unit) => Some(json!({ "over": [whole(digits)?, whole(unit)?] })),
            },
            (Value::Duration(micros), _) => whole(micros.to_integer()?),
            (Value::Date(date), _) => Some(json!(date.0)),
            (Value::Timestamp(instant), _) => whole(i128::from(instant.0)),
            (Value::Span(span), _) => (span.months == 0).then(|| json!(span.days)),
            (Value::Interval(own), _) => Some(interval(*own)),
            (Value::Member(position), ty) => Some(json!(ty.members()?.members.get(*position as usize)?)),
            (Value::Reference(key), Type::Reference(targets)) => {
                let space = self.environment.schema.reference_space(targets);
                Some(json!(self.dataset.key_text(space, *key)))
            }
            (Value::List(cells), Type::List(element)) => {
                cells.iter().map(|cell| self.cell(cell, element)).collect::<Option<Vec<Json>>>().map(Json::Array)
            }
            (Value::Set(set), Type::Set(element)) => {
                set.members.iter().map(|own| self.value(own, element)).collect::<Option<Vec<Json>>>().map(Json::Array)
            }
            _ => None,
        }
    }
}
