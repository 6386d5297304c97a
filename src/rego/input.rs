//! The document that Rego sees as `input`: the records after mapping, as of when, the period and the parameters, as JSON.
//!
//! It holds what is known: an absent value and an unknown one are not there, and `_unknown` names the latter. docs/rego.md describes it.

use std::fmt::Write;

use crate::data::{Dataset, Extract};
use crate::eval::Inputs;
use crate::ir::reads::Reads;
use crate::ir::{Environment, ParameterId};
use crate::schema::{FieldId, RecordId, Type};
use crate::value::{Cell, Interval, Moment, Number, Truth, Value};

/// The names of the fields of a row that should be there and are not known.
const UNKNOWN: &str = "_unknown";

/// Writes the document: `as_of`, `today`, `period`, `parameters` by name, and in `records` the rows of each record that was exported, by
/// name, in order of file and row, but those that are left out. With `reads`, only what that names of records and parameters.
pub fn input(inputs: Inputs<'_>, reads: Option<&Reads>) -> String {
    let Inputs { environment, dataset, settings, .. } = inputs;
    let writer = Writer { environment, dataset, inputs, reads };
    let mut object = Object::begin();
    if let Some(as_of) = settings.as_of {
        object.put("as_of", &writer.text(&Value::Timestamp(as_of)));
    }
    let today = settings.as_of.and_then(|as_of| as_of.day(environment.zone.as_ref()?));
    if let Some(today) = today {
        object.put("today", &writer.text(&Value::Date(today)));
    }
    if let Some(period) = settings.period {
        object.put("period", &writer.interval(&period));
    }
    let mut parameters = Object::begin();
    for (parameter, id) in environment.parameters.iter().zip((0..).map(ParameterId)) {
        let bound = parameter.on(today).filter(|_| reads.is_none_or(|reads| reads.parameters.contains(&id)));
        if let Some(value) = bound.and_then(|binding| writer.value(&binding.value, &parameter.ty.base)) {
            parameters.put(&parameter.name, &value);
        }
    }
    object.put("parameters", &parameters.end());
    let mut records = Object::begin();
    let is_there = |record: &RecordId| {
        dataset.table(*record).extract != Extract::Missing && reads.is_none_or(|reads| reads.records.contains(record))
    };
    for record in environment.schema.ids().filter(is_there) {
        records.put(&environment.schema.record(record).name, &writer.rows(record));
    }
    object.put("records", &records.end());
    object.end()
}

/// An object of JSON while it is written.
struct Object(String);

impl Object {
    fn begin() -> Object {
        Object("{".to_owned())
    }

    fn put(&mut self, name: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        let _ = write!(self.0, "{}:{json}", quoted(name));
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A text of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An instant with six decimals of the second, so that the order of two such texts is that of what they mean.
fn fixed(instant: &str) -> String {
    let clock = instant.trim_end_matches('Z');
    let (whole, decimals) = clock.split_once('.').unwrap_or((clock, ""));
    let seconds = if whole.matches(':').count() == 1 { ":00" } else { "" };
    format!("{whole}{seconds}.{decimals:0<6}Z")
}

/// A decimal as it is; none of a number that is none.
fn decimal(number: Number) -> Option<String> {
    let (digits, scale) = number.to_scaled()?;
    let sign = if digits < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", digits.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, decimals) = digits.split_at(digits.len() - usize::from(scale));
    Some(if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") })
}

struct Writer<'a> {
    environment: &'a Environment,
    dataset: &'a Dataset,
    inputs: Inputs<'a>,
    reads: Option<&'a Reads>,
}

impl Writer<'_> {
    fn rows(&self, record: RecordId) -> String {
        let table = self.dataset.table(record);
        let ty = self.environment.schema.record(record);
        let row = |row: u32| {
            let mut object = Object::begin();
            let mut unknown: Vec<String> = Vec::new();
            let is_read = |field: &&FieldId| self.reads.is_none_or(|reads| reads.fields.contains(&(record, **field)));
            for field in table.columns.keys().filter(is_read) {
                let declared = ty.field_type(*field);
                let shown = match self.dataset.cell(record, row, *field) {
                    Cell::Absent => continue,
                    Cell::Present(value) => self.value(&value, &declared.ty.base),
                    Cell::Unknown => None,
                };
                match shown {
                    Some(value) => object.put(&declared.name, &value),
                    None => unknown.push(quoted(&declared.name)),
                }
            }
            if !unknown.is_empty() {
                object.put(UNKNOWN, &format!("[{}]", unknown.join(",")));
            }
            object.end()
        };
        let is_left_out = |row: &u32| self.inputs.exclusions.is_left_out(record, Some(*row)) == Truth::True;
        let rows: Vec<String> = (0..table.rows).filter(|row| !is_left_out(row)).map(row).collect();
        format!("[{}]", rows.join(","))
    }

    /// A value as JSON; none of what cannot be written.
    fn value(&self, value: &Value, ty: &Type) -> Option<String> {
        Some(match (value, ty) {
            (Value::Boolean(known), _) => known.to_string(),
            (Value::Number(number), _) => decimal(*number)?,
            // The unit of Rego's own functions on time.
            (Value::Duration(micros), _) => micros.to_integer()?.checked_mul(1000)?.to_string(),
            (Value::Interval(interval), _) => self.interval(interval),
            (Value::Member(position), ty) => quoted(ty.members()?.members.get(*position as usize)?),
            (Value::Reference(key), Type::Reference(targets)) => {
                quoted(self.dataset.key_text(self.environment.schema.reference_space(targets), *key))
            }
            (Value::List(cells), Type::List(element)) => {
                // An element that is not known is `null`: the others keep their places.
                let shown = cells.iter().map(|cell| match cell {
                    Cell::Present(value) => self.value(value, element),
                    Cell::Absent | Cell::Unknown => Some("null".to_owned()),
                });
                format!("[{}]", shown.collect::<Option<Vec<String>>>()?.join(","))
            }
            (Value::Set(set), Type::Set(element)) => {
                let shown: Option<Vec<String>> = set.members.iter().map(|own| self.value(own, element)).collect();
                format!("[{}]", shown?.join(","))
            }
            (Value::Text(_) | Value::Date(_) | Value::Timestamp(_) | Value::Span(_), _) => self.text(value),
            _ => return None,
        })
    }

    fn text(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => quoted(text),
            Value::Timestamp(instant) => quoted(&fixed(&instant.to_string())),
            Value::Date(date) => quoted(&date.to_string()),
            Value::Span(span) => quoted(&span.to_string()),
            _ => quoted(""),
        }
    }

    fn interval(&self, interval: &Interval) -> String {
        let mut object = Object::begin();
        let ends = [("from", interval.from), ("until", interval.until)];
        for (name, end) in ends {
            match end {
                Some(Moment::Date(date)) => object.put(name, &self.text(&Value::Date(date))),
                Some(Moment::Timestamp(instant)) => object.put(name, &self.text(&Value::Timestamp(instant))),
                None => {}
            }
        }
        object.end()
    }
}
