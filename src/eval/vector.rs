//! Vectors: the values of one expression, one for each row of a frame, in the physical form that suits their type.

pub(crate) mod convert;
mod timelines;

use std::ops::Deref;
use std::sync::Arc;

pub(crate) use timelines::{Timelines, TimelinesBuilder};

use crate::data::{ListColumn, State};
use crate::eval::bounds::Bounds;
use crate::eval::stretches::Piece;
use crate::value::time::CalendarSpan;
use crate::value::{Date, Interval, KeyId, Moment, Number, SetValue, Timestamp, Truth, Value};

/// Values that are borrowed from a table or shared between vectors; cheap to clone.
#[derive(Debug)]
pub(crate) enum Slice<'a, T> {
    Borrowed(&'a [T]),
    Shared(Arc<Vec<T>>),
}

impl<T> Clone for Slice<'_, T> {
    fn clone(&self) -> Self {
        match self {
            Slice::Borrowed(values) => Slice::Borrowed(values),
            Slice::Shared(values) => Slice::Shared(Arc::clone(values)),
        }
    }
}

impl<T> Deref for Slice<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        match self {
            Slice::Borrowed(values) => values,
            Slice::Shared(values) => values,
        }
    }
}

impl<T> From<Vec<T>> for Slice<'_, T> {
    fn from(values: Vec<T>) -> Self {
        Slice::Shared(Arc::new(values))
    }
}

impl<T: Clone> Slice<'_, T> {
    fn gather(&self, positions: &[u32]) -> Self {
        let values: &[T] = self;
        positions.iter().map(|position| values[*position as usize].clone()).collect::<Vec<T>>().into()
    }
}

/// What whole numbers and fractions measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// A number.
    Number,
    /// A day.
    Date,
    /// An instant, in microseconds.
    Timestamp,
    /// A length of time, in microseconds.
    Duration,
}

/// What small integers stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Symbol {
    /// A position among the members of an enum.
    Member,
    /// A key.
    Reference,
    /// A row of a table.
    Row,
}

/// An interval as two whole numbers: from the first up to, and without, the second. An open end is the least or the
/// greatest `i64`, which no moment is.
pub(crate) type Ends = (i64, i64);

/// The values of a vector.
#[derive(Debug, Clone)]
pub(crate) enum Data<'a> {
    /// Truth values: unknown where the state is not present.
    Truths(Slice<'a, Truth>),
    /// Whole numbers.
    Whole(Measure, Slice<'a, i64>),
    /// Decimals as a column holds them: mantissas and scales.
    Decimals(Slice<'a, i64>, Slice<'a, u8>),
    /// Fractions.
    Numbers(Measure, Slice<'a, Number>),
    /// Enum members, keys, rows.
    Symbols(Symbol, Slice<'a, u32>),
    /// So many rows of a table from this one on; never constant.
    Range(u32),
    /// Texts.
    Texts(Slice<'a, &'a str>),
    /// Intervals of days or instants.
    Intervals(Measure, Slice<'a, Ends>),
    /// Timelines of days or instants.
    Timelines(Timelines<'a>),
    /// Lists of a column, by row.
    Lists(&'a ListColumn, Slice<'a, u32>),
    /// Sets.
    Sets(Slice<'a, Arc<SetValue>>),
    /// Anything else, and texts that no table holds.
    Others(Slice<'a, Value>),
}

/// The values of an expression over the rows of a frame.
///
/// One that is constant holds one value, which stands for all rows. Otherwise it holds one for each. The value of a row
/// that is not present means nothing.
#[derive(Debug, Clone)]
pub(crate) struct Vector<'a> {
    pub(super) rows: usize,
    pub(super) constant: bool,
    /// The values.
    pub(crate) data: Data<'a>,
    /// The states; empty where all are present, or where truth values say all there is to say.
    pub(crate) states: Slice<'a, State>,
    /// For some unknown values, the range that they are in.
    pub(crate) bounds: Option<Arc<Vec<Option<Bounds>>>>,
}

impl<'a> Vector<'a> {
    /// A vector with one value for each row.
    pub(crate) fn new(rows: usize, data: Data<'a>, states: Slice<'a, State>) -> Vector<'a> {
        Vector { rows, constant: false, data, states, bounds: None }
    }

    /// A vector of so many physical values as `shape` says.
    pub(crate) fn shaped(shape: Shape, data: Data<'a>, states: Slice<'a, State>) -> Vector<'a> {
        Vector { rows: shape.rows, constant: shape.constant, data, states, bounds: None }
    }

    /// A vector of truth values.
    pub(crate) fn truths(shape: Shape, truths: Vec<Truth>) -> Vector<'a> {
        Vector::shaped(shape, Data::Truths(truths.into()), Slice::Borrowed(&[]))
    }

    /// So many unknown values.
    pub(crate) fn unknown(rows: usize) -> Vector<'a> {
        Vector {
            rows,
            constant: true,
            data: Data::Others(Slice::Borrowed(&[Value::Boolean(false)])),
            states: Slice::Borrowed(&[State::Unknown]),
            bounds: None,
        }
    }

    /// An unknown row, so many times.
    pub(crate) fn unknown_row(rows: usize) -> Vector<'a> {
        Vector { data: Data::Symbols(Symbol::Row, Slice::Borrowed(&[0])), ..Vector::unknown(rows) }
    }

    /// The rows of a table from one on.
    pub(crate) fn range(from: u32, rows: usize) -> Vector<'a> {
        Vector::new(rows, Data::Range(from), Slice::Borrowed(&[]))
    }

    /// Rows of a table.
    pub(crate) fn table_rows(rows: Vec<u32>) -> Vector<'a> {
        Vector::new(rows.len(), Data::Symbols(Symbol::Row, rows.into()), Slice::Borrowed(&[]))
    }

    /// How many rows it stands for.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether one value stands for all rows.
    pub(crate) fn is_constant(&self) -> bool {
        self.constant
    }

    /// The same values as one that stands for so many rows; only of a constant, or of a vector of one row.
    pub(crate) fn broadcast(mut self, rows: usize) -> Vector<'a> {
        if let Data::Range(from) = self.data {
            self.data = Data::Symbols(Symbol::Row, vec![from].into());
        }
        (self.rows, self.constant) = (rows, true);
        self
    }

    /// How rows map to physical values.
    pub(crate) fn shape(&self) -> Shape {
        Shape { rows: self.rows, constant: self.constant }
    }

    /// The position of a row's value.
    pub(crate) fn at(&self, row: usize) -> usize {
        if self.constant { 0 } else { row }
    }

    /// Whether every value is present.
    pub(crate) fn all_present(&self) -> bool {
        match &self.data {
            Data::Truths(truths) => !truths.contains(&Truth::Unknown),
            _ => self.states.is_empty(),
        }
    }

    /// The state of a row's value.
    pub(crate) fn state(&self, row: usize) -> State {
        let at = self.at(row);
        match &self.data {
            Data::Truths(truths) if truths[at] != Truth::Unknown => State::Present,
            Data::Truths(_) => match self.states.get(at) {
                Some(State::Absent) => State::Absent,
                _ => State::Unknown,
            },
            _ => self.states.get(at).copied().unwrap_or(State::Present),
        }
    }

    /// The vector at some of its rows, in that order.
    pub(crate) fn gather(&self, positions: &[u32]) -> Vector<'a> {
        if self.constant {
            return Vector { rows: positions.len(), ..self.clone() };
        }
        let data = match &self.data {
            Data::Truths(values) => Data::Truths(values.gather(positions)),
            Data::Whole(measure, values) => Data::Whole(*measure, values.gather(positions)),
            Data::Decimals(mantissas, scales) => Data::Decimals(mantissas.gather(positions), scales.gather(positions)),
            Data::Numbers(measure, values) => Data::Numbers(*measure, values.gather(positions)),
            Data::Symbols(symbol, values) => Data::Symbols(*symbol, values.gather(positions)),
            Data::Range(from) => {
                Data::Symbols(Symbol::Row, positions.iter().map(|row| from + row).collect::<Vec<u32>>().into())
            }
            Data::Texts(values) => Data::Texts(values.gather(positions)),
            Data::Intervals(measure, values) => Data::Intervals(*measure, values.gather(positions)),
            Data::Timelines(values) => Data::Timelines(values.gather(positions)),
            Data::Lists(column, values) => Data::Lists(column, values.gather(positions)),
            Data::Sets(values) => Data::Sets(values.gather(positions)),
            Data::Others(values) => Data::Others(values.gather(positions)),
        };
        let states = if self.states.is_empty() { Slice::Borrowed(&[][..]) } else { self.states.gather(positions) };
        let bounds = self
            .bounds
            .as_ref()
            .map(|bounds| Arc::new(positions.iter().map(|position| bounds[*position as usize]).collect()));
        Vector { rows: positions.len(), constant: false, data, states, bounds }
    }

    /// The vector with what is absent made unknown.
    pub(crate) fn unknown_where_absent(self) -> Vector<'a> {
        if !self.states.contains(&State::Absent) {
            return self;
        }
        let known = |state: &State| if *state == State::Absent { State::Unknown } else { *state };
        let states: Vec<State> = self.states.iter().map(known).collect();
        Vector { states: states.into(), ..self }
    }

    /// The value of a row, which must be present.
    pub(crate) fn value(&self, row: usize) -> Value {
        let at = self.at(row);
        match &self.data {
            Data::Truths(truths) => Value::Boolean(truths[at] == Truth::True),
            Data::Whole(measure, values) => whole_value(*measure, values[at]),
            Data::Decimals(mantissas, scales) => Value::Number(decimal(mantissas[at], scales[at])),
            Data::Numbers(Measure::Duration, values) => Value::Duration(values[at]),
            Data::Numbers(_, values) => Value::Number(values[at]),
            Data::Symbols(Symbol::Member, values) => Value::Member(values[at]),
            Data::Symbols(Symbol::Reference, values) => Value::Reference(KeyId(values[at])),
            Data::Symbols(Symbol::Row, values) => Value::Row(values[at]),
            Data::Range(from) => Value::Row(from + at as u32),
            Data::Texts(values) => Value::Text(Arc::from(values[at])),
            Data::Intervals(measure, values) => Value::Interval(interval(*measure, values[at])),
            Data::Timelines(values) => Value::Timeline(values.value(at)),
            Data::Lists(column, rows) => {
                Value::List(column.range(rows[at] as usize).map(|position| column.elements.cell(position)).collect())
            }
            Data::Sets(values) => Value::Set((*values[at]).clone()),
            Data::Others(values) => values[at].clone(),
        }
    }

    /// The text of a row's value, which must be a present text.
    pub(crate) fn text(&self, row: usize) -> &str {
        match &self.data {
            Data::Texts(values) => values[self.at(row)],
            Data::Others(values) => match &values[self.at(row)] {
                Value::Text(text) => text,
                _ => "",
            },
            _ => "",
        }
    }

    /// The row of a table that a row's value is, if it is one and known.
    pub(crate) fn table_row(&self, row: usize) -> Option<u32> {
        if self.state(row) != State::Present {
            return None;
        }
        match &self.data {
            Data::Range(from) => Some(from + row as u32),
            Data::Symbols(Symbol::Row, values) => Some(values[self.at(row)]),
            _ => None,
        }
    }

    /// The certain pieces of a row's timeline, and whether they are all there are; none if it is not known.
    pub(crate) fn timeline(&self, row: usize) -> Option<(&[Piece], bool)> {
        match (&self.data, self.state(row)) {
            (Data::Timelines(timelines), State::Present) => {
                Some((timelines.pieces(self.at(row)), timelines.is_complete(self.at(row))))
            }
            _ => None,
        }
    }

    /// The day or instant that a row's value is, as a whole number; none if it is not known.
    pub(crate) fn moment(&self, row: usize) -> Option<i64> {
        match (&self.data, self.state(row)) {
            (Data::Whole(_, values), State::Present) => Some(values[self.at(row)]),
            _ => None,
        }
    }

    /// The range that the unknown value of a row is in, where there is one.
    pub(crate) fn bounds_of(&self, row: usize) -> Option<Bounds> {
        self.bounds.as_ref().and_then(|bounds| bounds.get(self.at(row)).copied().flatten())
    }

    /// The truth values of its rows; what is not a truth value, or absent, is unknown.
    pub(crate) fn to_truths(&self) -> Vec<Truth> {
        match &self.data {
            Data::Truths(truths) if self.constant => vec![truths[0]; self.rows],
            Data::Truths(truths) => truths.to_vec(),
            Data::Others(_) => (0..self.rows)
                .map(|row| match self.state(row) {
                    State::Present => match self.value(row) {
                        Value::Boolean(known) => Truth::from(known),
                        _ => Truth::Unknown,
                    },
                    _ => Truth::Unknown,
                })
                .collect(),
            _ => vec![Truth::Unknown; self.rows],
        }
    }
}

/// How the rows of a vector map to its physical values: one for each, or one for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// How many rows there are.
    pub(crate) rows: usize,
    /// Whether one value stands for all.
    pub(crate) constant: bool,
}

impl Shape {
    /// The shape of what is computed from several vectors: constant if all of them are.
    pub(crate) fn of(operands: &[&Vector<'_>]) -> Shape {
        Shape {
            rows: operands.first().map_or(0, |operand| operand.rows),
            constant: operands.iter().all(|operand| operand.constant),
        }
    }

    /// How many physical values there are.
    pub(crate) fn physical(self) -> usize {
        if self.constant { 1 } else { self.rows }
    }
}

/// A whole number as the value that it measures.
pub(crate) fn whole_value(measure: Measure, whole: i64) -> Value {
    match measure {
        Measure::Number => Value::Number(Number::from_integer(i128::from(whole))),
        Measure::Date => Value::Date(Date(whole as i32)),
        Measure::Timestamp => Value::Timestamp(Timestamp(whole)),
        Measure::Duration => Value::Duration(Number::from_integer(i128::from(whole))),
    }
}

/// A decimal as a column holds it.
pub(crate) fn decimal(mantissa: i64, scale: u8) -> Number {
    // A column's scale is at most 18, which always fits.
    Number::from_scaled(i128::from(mantissa), u32::from(scale)).unwrap_or(Number::ZERO)
}

/// Two ends as an interval.
pub(crate) fn interval(measure: Measure, (from, until): Ends) -> Interval {
    let moment = |end: i64| match (end, measure) {
        (i64::MIN | i64::MAX, _) => None,
        (day, Measure::Date) => Some(Moment::Date(Date(day as i32))),
        (instant, _) => Some(Moment::Timestamp(Timestamp(instant))),
    };
    Interval { from: moment(from), until: moment(until) }
}

/// An interval as two ends.
pub(crate) fn ends(interval: Interval) -> Ends {
    let whole = |moment: Moment| match moment {
        Moment::Date(date) => i64::from(date.0),
        Moment::Timestamp(instant) => instant.0,
    };
    (interval.from.map_or(i64::MIN, whole), interval.until.map_or(i64::MAX, whole))
}

/// What an interval is of; days if it is open at both ends.
pub(crate) fn interval_measure(interval: Interval) -> Measure {
    match interval.from.or(interval.until) {
        Some(Moment::Timestamp(_)) => Measure::Timestamp,
        _ => Measure::Date,
    }
}

/// The number that a value is, if it is a number or a duration.
pub(crate) fn number_of(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) | Value::Duration(number) => Some(*number),
        _ => None,
    }
}

/// The span that a value is.
pub(crate) fn span_of(value: &Value) -> Option<CalendarSpan> {
    match value {
        Value::Span(span) => Some(*span),
        _ => None,
    }
}
