//! Columns: the values of one field, row by row.

use std::sync::Arc;

use crate::schema::Type;
use crate::value::{CalendarSpan, Cell, Date, KeyId, Number, Timestamp, Value};

/// The state of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// It has a value.
    Present,
    /// It legitimately has none.
    Absent,
    /// It should be known and is not.
    Unknown,
}

/// A column: one value and one state for each row. The value of a row that is not present means nothing.
#[derive(Debug, Clone)]
pub struct Column {
    /// The type of the values, which says how `values` are to be read.
    pub ty: Type,
    /// The values.
    pub values: ColumnValues,
    /// The states; empty where all are present.
    pub states: Vec<State>,
}

/// The values of a column.
#[derive(Debug, Clone)]
pub enum ColumnValues {
    /// Booleans.
    Booleans(Vec<bool>),
    /// Positions of enum members, or keys of references.
    Symbols(Vec<u32>),
    /// Integers; dates (days since 1970-01-01); timestamps and durations (microseconds).
    Integers(Vec<i64>),
    /// Decimals: `mantissa / 10^scale`.
    Decimals {
        /// The digits.
        mantissas: Vec<i64>,
        /// How many of them are decimals; at most 18.
        scales: Vec<u8>,
    },
    /// Texts.
    Texts(TextColumn),
    /// Calendar spans.
    Spans(Vec<CalendarSpan>),
    /// Lists.
    Lists(Box<ListColumn>),
}

/// Texts, one behind the other.
#[derive(Debug, Clone, Default)]
pub struct TextColumn {
    bytes: String,
    ends: Vec<u64>,
}

impl TextColumn {
    /// Adds a text.
    pub fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u64);
    }

    /// Adds all texts of another column.
    pub fn append(&mut self, other: &TextColumn) {
        let base = self.bytes.len() as u64;
        self.bytes.push_str(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| base + end));
    }

    /// Returns a text; empty behind the last.
    pub fn get(&self, row: usize) -> &str {
        let Some(end) = self.ends.get(row) else { return "" };
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        self.bytes.get(start as usize..*end as usize).unwrap_or("")
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Lists, their elements one behind the other.
#[derive(Debug, Clone)]
pub struct ListColumn {
    /// For each row, the position behind its last element.
    pub ends: Vec<u32>,
    /// The elements.
    pub elements: Column,
}

impl ListColumn {
    /// Returns the positions of a row's elements.
    pub fn range(&self, row: usize) -> std::ops::Range<usize> {
        let Some(end) = self.ends.get(row) else { return 0..0 };
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        start as usize..*end as usize
    }
}

impl Column {
    /// A column of so many unknown values.
    pub fn unknown(ty: Type, rows: usize) -> Column {
        let values = match &ty {
            Type::Boolean => ColumnValues::Booleans(vec![false; rows]),
            Type::Enum(_) | Type::Calendar(_) | Type::Reference(_) => ColumnValues::Symbols(vec![0; rows]),
            Type::Decimal => ColumnValues::Decimals { mantissas: vec![0; rows], scales: vec![0; rows] },
            Type::Text => {
                let mut texts = TextColumn::default();
                (0..rows).for_each(|_| texts.push(""));
                ColumnValues::Texts(texts)
            }
            Type::Span => ColumnValues::Spans(vec![CalendarSpan::default(); rows]),
            Type::List(element) => ColumnValues::Lists(Box::new(ListColumn {
                ends: vec![0; rows],
                elements: Column::unknown((**element).clone(), 0),
            })),
            _ => ColumnValues::Integers(vec![0; rows]),
        };
        Column { ty, values, states: vec![State::Unknown; rows] }
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        match &self.values {
            ColumnValues::Booleans(values) => values.len(),
            ColumnValues::Symbols(values) => values.len(),
            ColumnValues::Integers(values) => values.len(),
            ColumnValues::Decimals { mantissas, .. } => mantissas.len(),
            ColumnValues::Texts(texts) => texts.len(),
            ColumnValues::Spans(values) => values.len(),
            ColumnValues::Lists(lists) => lists.ends.len(),
        }
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the state of a row; unknown behind the last.
    pub fn state(&self, row: usize) -> State {
        if row >= self.len() {
            return State::Unknown;
        }
        self.states.get(row).copied().unwrap_or(State::Present)
    }

    /// Returns a row's value with its state. For single rows: evidence, messages, tests.
    pub fn cell(&self, row: usize) -> Cell {
        match self.state(row) {
            State::Absent => Cell::Absent,
            State::Unknown => Cell::Unknown,
            State::Present => self.value(row).map_or(Cell::Unknown, Cell::Present),
        }
    }

    fn value(&self, row: usize) -> Option<Value> {
        Some(match (&self.values, &self.ty) {
            (ColumnValues::Booleans(values), _) => Value::Boolean(values[row]),
            (ColumnValues::Symbols(values), Type::Enum(_) | Type::Calendar(_)) => Value::Member(values[row]),
            (ColumnValues::Symbols(values), _) => Value::Reference(KeyId(values[row])),
            (ColumnValues::Integers(values), Type::Date) => Value::Date(Date(i32::try_from(values[row]).ok()?)),
            (ColumnValues::Integers(values), Type::Timestamp) => Value::Timestamp(Timestamp(values[row])),
            (ColumnValues::Integers(values), Type::Duration) => {
                Value::Duration(Number::from_integer(i128::from(values[row])))
            }
            (ColumnValues::Integers(values), _) => Value::Number(Number::from_integer(i128::from(values[row]))),
            (ColumnValues::Decimals { mantissas, scales }, _) => {
                Value::Number(Number::from_scaled(i128::from(mantissas[row]), u32::from(scales[row]))?)
            }
            (ColumnValues::Texts(texts), _) => Value::Text(Arc::from(texts.get(row))),
            (ColumnValues::Spans(values), _) => Value::Span(values[row]),
            (ColumnValues::Lists(lists), _) => {
                Value::List(lists.range(row).map(|element| lists.elements.cell(element)).collect())
            }
        })
    }
}
