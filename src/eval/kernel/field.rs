//! Fields of rows, and what leads from keys to rows and back.

use super::super::Evaluator;
use super::super::frame::Frame;
use super::super::vector::{Data, Measure, Slice, Symbol, Vector};
use crate::data::{Column, ColumnValues, State, Table};
use crate::ir::{Conversion, Expr};
use crate::schema::{FieldId, RecordId, Type};
use crate::value::{Cell, KeyId, Truth, Value};

impl<'a> Evaluator<'a> {
    /// The table of a record; none if the data has no such table.
    pub(crate) fn table(&self, record: RecordId) -> Option<&'a Table> {
        self.inputs.dataset.tables.get(record.0 as usize)
    }

    /// `base.field`
    pub(super) fn field(&self, base: &'a Expr, record: RecordId, field: FieldId, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let rows = self.eval(base, frame);
        let Some(table) = self.table(record) else { return Vector::unknown(frame.rows()) };
        let rows = if matches!(base.ty.base, Type::Reference(_)) { rows_of(table, &rows) } else { rows };
        match table.columns.get(&field) {
            Some(column) => gather_column(column, &rows),
            None => Vector::unknown(frame.rows()),
        }
    }

    /// `base.field is present`: asks the states alone, not the values.
    pub(super) fn field_presence(
        &self,
        base: &'a Expr,
        record: RecordId,
        field: FieldId,
        frame: &Frame<'_, 'a>,
    ) -> Vector<'a> {
        let rows = self.eval(base, frame);
        let Some(table) = self.table(record) else { return Vector::unknown(frame.rows()) };
        let rows = if matches!(base.ty.base, Type::Reference(_)) { rows_of(table, &rows) } else { rows };
        let (shape, Some(column)) = (rows.shape(), table.columns.get(&field)) else {
            return Vector::unknown(frame.rows());
        };
        let Some(at) = places(column, &rows) else { return Vector::unknown(frame.rows()) };
        let states = states_at(column, &rows, &at, shape.physical());
        let truth = |state: &State| match state {
            State::Present => Truth::True,
            State::Absent => Truth::False,
            State::Unknown => Truth::Unknown,
        };
        let truths =
            if states.is_empty() { vec![Truth::True; shape.physical()] } else { states.iter().map(truth).collect() };
        Vector::truths(shape, truths)
    }

    /// Rows of a record as references: their keys.
    pub(crate) fn keys_of(&self, record: RecordId, rows: &Vector<'a>) -> Vector<'a> {
        let keys = self.table(record).and_then(|table| table.keys.as_ref());
        let unknown = || Vector::unknown(rows.rows());
        let keys = keys.map_or_else(unknown, |keys| gather_column(keys, rows));
        // No row is no reference, and an unknown one an unknown one.
        if rows.states.contains(&State::Absent) {
            let states: Vec<State> = (0..rows.shape().physical())
                .map(|row| if rows.state(row) == State::Absent { State::Absent } else { keys.state(row) })
                .collect();
            let data = if keys.is_constant() && !rows.is_constant() {
                Data::Symbols(Symbol::Reference, vec![0; rows.rows()].into())
            } else {
                keys.data
            };
            return Vector::shaped(rows.shape(), data, states.into());
        }
        keys
    }

    /// `x is change`
    pub(super) fn is_record(&self, operand: &'a Expr, record: RecordId, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let keys = self.eval(operand, frame);
        let shape = keys.shape();
        let Type::Reference(targets) = &operand.ty.base else {
            let truth = match &operand.ty.base {
                Type::Row(own) => Truth::from(*own == record),
                _ => Truth::Unknown,
            };
            return Vector::truths(shape, vec![truth; shape.physical()]);
        };
        let has =
            |record: RecordId, key: KeyId| self.table(record).is_some_and(|table| !table.by_key.rows(key).is_empty());
        let truth = |row: usize| match key(&keys, row) {
            Some(key) => {
                let this = has(record, key);
                let other = targets.iter().any(|target| *target != record && has(*target, key));
                match (this, other) {
                    (true, false) => Truth::True,
                    (false, true) => Truth::False,
                    _ => Truth::Unknown,
                }
            }
            None => Truth::Unknown,
        };
        Vector::truths(shape, (0..shape.physical()).map(truth).collect())
    }

    /// Conversions that have to do with records, enums and lists; those of time are elsewhere.
    pub(super) fn convert(&self, conversion: &'a Conversion, operand: &'a Expr, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let vector = Vector { bounds: None, ..self.eval(operand, frame) };
        match conversion {
            Conversion::WidenEnum(map) => widen(map, vector),
            Conversion::RowToReference => match &operand.ty.base {
                Type::Row(record) => self.keys_of(*record, &vector),
                _ => vector,
            },
            Conversion::Retarget => vector,
            Conversion::ListToSet => {
                let (shape, states) = (vector.shape(), vector.states.clone());
                Vector::shaped(shape, Data::Sets(vector.to_sets().into()), states)
            }
            Conversion::IntervalToTimeline => super::timelines::of_intervals(&vector),
            Conversion::Day | Conversion::StartOfDay | Conversion::WholeDay | Conversion::WholeDays => {
                super::time::convert(conversion, vector, self.zone())
            }
        }
    }
}

/// The key that a row's value is, if it is one and known.
fn key(keys: &Vector<'_>, row: usize) -> Option<KeyId> {
    match (&keys.data, keys.state(row)) {
        (Data::Symbols(Symbol::Reference, values), State::Present) => Some(KeyId(values[keys.at(row)])),
        _ => None,
    }
}

/// The rows that references name; unknown where one names none or several.
fn rows_of<'a>(table: &Table, keys: &Vector<'a>) -> Vector<'a> {
    let shape = keys.shape();
    let mut states = Vec::new();
    let rows: Vec<u32> = (0..shape.physical())
        .map(|row| match key(keys, row).map(|key| table.by_key.rows(key)) {
            Some([one]) => *one,
            _ => {
                if states.is_empty() {
                    states.resize(shape.physical(), State::Present);
                }
                states[row] = State::Unknown;
                0
            }
        })
        .collect();
    Vector::shaped(shape, Data::Symbols(Symbol::Row, rows.into()), states.into())
}

/// Where the rows of a vector stand in a column.
enum Rows<'v> {
    /// One behind the other, from here on.
    Run(usize),
    /// Each for itself.
    Each(&'v [u32]),
}

/// Where rows of a table stand in a column of it; none if they do not.
fn places<'v>(column: &Column, rows: &'v Vector<'_>) -> Option<Rows<'v>> {
    match &rows.data {
        Data::Range(from) => {
            let from = *from as usize;
            (from + rows.shape().physical() <= column.len()).then_some(Rows::Run(from))
        }
        Data::Symbols(Symbol::Row, values) => Some(Rows::Each(values)),
        _ => None,
    }
}

/// The values of a column at rows of its table; unknown where a row is not known.
pub(crate) fn gather_column<'a>(column: &'a Column, rows: &Vector<'a>) -> Vector<'a> {
    let (shape, physical) = (rows.shape(), rows.shape().physical());
    let Some(at) = places(column, rows) else { return Vector::unknown(rows.rows()) };
    let states = states_at(column, rows, &at, physical);
    let measure = match &column.ty {
        Type::Date => Measure::Date,
        Type::Timestamp => Measure::Timestamp,
        Type::Duration => Measure::Duration,
        _ => Measure::Number,
    };
    let symbol = if column.ty.members().is_some() { Symbol::Member } else { Symbol::Reference };
    let data = match &column.values {
        ColumnValues::Booleans(values) => {
            let known = |row: usize| Truth::from(values.get(row).copied().unwrap_or(false));
            let mut truths: Vec<Truth> = match at {
                Rows::Run(from) => values[from..from + physical].iter().map(|known| Truth::from(*known)).collect(),
                Rows::Each(rows) => rows.iter().map(|row| known(*row as usize)).collect(),
            };
            for (truth, state) in truths.iter_mut().zip(states.iter()) {
                if *state != State::Present {
                    *truth = Truth::Unknown;
                }
            }
            Data::Truths(truths.into())
        }
        ColumnValues::Symbols(values) => Data::Symbols(symbol, copied(values, &at, physical)),
        ColumnValues::Integers(values) => Data::Whole(measure, copied(values, &at, physical)),
        ColumnValues::Decimals { mantissas, scales } => {
            Data::Decimals(copied(mantissas, &at, physical), copied(scales, &at, physical))
        }
        ColumnValues::Texts(texts) => Data::Texts(match at {
            Rows::Run(from) => (from..from + physical).map(|row| texts.get(row)).collect::<Vec<&'a str>>().into(),
            Rows::Each(rows) => rows.iter().map(|row| texts.get(*row as usize)).collect::<Vec<&'a str>>().into(),
        }),
        ColumnValues::Spans(values) => {
            let spans = copied(values, &at, physical);
            Data::Others(spans.iter().map(|span| Value::Span(*span)).collect::<Vec<Value>>().into())
        }
        ColumnValues::Lists(lists) => Data::Lists(
            lists,
            match at {
                Rows::Run(from) => (from as u32..(from + physical) as u32).collect::<Vec<u32>>().into(),
                Rows::Each(rows) => rows.to_vec().into(),
            },
        ),
    };
    Vector::shaped(shape, data, states)
}

fn copied<'a, T: Copy + Default>(values: &'a [T], at: &Rows<'_>, physical: usize) -> Slice<'a, T> {
    match at {
        Rows::Run(from) => Slice::Borrowed(&values[*from..*from + physical]),
        Rows::Each(rows) => {
            rows.iter().map(|row| values.get(*row as usize).copied().unwrap_or_default()).collect::<Vec<T>>().into()
        }
    }
}

fn states_at<'a>(column: &'a Column, rows: &Vector<'_>, at: &Rows<'_>, physical: usize) -> Slice<'a, State> {
    match at {
        _ if column.states.is_empty() && rows.states.is_empty() => Slice::Borrowed(&[]),
        Rows::Run(from) => Slice::Borrowed(column.states.get(*from..*from + physical).unwrap_or(&[])),
        Rows::Each(each) => each
            .iter()
            .enumerate()
            .map(|(position, row)| match rows.state(position) {
                State::Present => column.state(*row as usize),
                _ => State::Unknown,
            })
            .collect::<Vec<State>>()
            .into(),
    }
}

/// Positions of members in a wider enum.
fn widen<'a>(map: &[u32], vector: Vector<'a>) -> Vector<'a> {
    let wide = |member: u32| map.get(member as usize).copied().unwrap_or(member);
    match &vector.data {
        Data::Symbols(Symbol::Member, values) => {
            let values: Vec<u32> = values.iter().map(|member| wide(*member)).collect();
            Vector { data: Data::Symbols(Symbol::Member, values.into()), ..vector }
        }
        Data::Sets(_) | Data::Lists(..) | Data::Others(_) => {
            let (shape, physical) = (vector.shape(), vector.shape().physical());
            let cells = (0..physical).map(|row| widen_cell(map, vector.cell(row))).collect();
            let widened = Vector::from_cells(cells);
            if shape.constant { widened.broadcast(shape.rows) } else { widened }
        }
        _ => vector,
    }
}

fn widen_cell(map: &[u32], cell: Cell) -> Cell {
    let Cell::Present(value) = cell else { return cell };
    Cell::Present(match value {
        Value::Member(member) => Value::Member(map.get(member as usize).copied().unwrap_or(member)),
        Value::List(elements) => Value::List(elements.into_iter().map(|element| widen_cell(map, element)).collect()),
        Value::Set(set) => {
            let members = set.members.into_iter().map(|member| match widen_cell(map, Cell::Present(member)) {
                Cell::Present(member) => member,
                _ => Value::Member(0),
            });
            Value::Set(crate::value::SetValue::new(members.collect(), set.complete))
        }
        other => other,
    })
}
