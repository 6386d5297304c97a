//! Columns that grow: rows are decoded into small columns, which are joined in order.
//!
//! References are numbers of the keys of their chunk in the small columns, and of all keys once they are joined.

use super::column::{Column, ColumnValues, State};
use crate::schema::Type;
use crate::value::CalendarSpan;

impl Column {
    /// A column without rows.
    pub(super) fn empty(ty: &Type) -> Column {
        Column { states: Vec::new(), ..Column::unknown(ty.clone(), 0) }
    }

    /// Adds the state of a row whose value was just added.
    fn add_state(&mut self, state: State) {
        if state == State::Present && self.states.is_empty() {
            return;
        }
        let rows = self.len();
        self.states.resize(rows - 1, State::Present);
        self.states.push(state);
    }

    /// Adds a row that is not present.
    pub(super) fn push_without_value(&mut self, state: State) {
        match &mut self.values {
            ColumnValues::Booleans(values) => values.push(false),
            ColumnValues::Symbols(values) => values.push(0),
            ColumnValues::Integers(values) => values.push(0),
            ColumnValues::Decimals { mantissas, scales } => {
                mantissas.push(0);
                scales.push(0);
            }
            ColumnValues::Texts(texts) => texts.push(""),
            ColumnValues::Spans(values) => values.push(CalendarSpan::default()),
            ColumnValues::Lists(lists) => lists.ends.push(lists.elements.len() as u32),
        }
        self.add_state(state);
    }

    /// Adds a present boolean; nothing happens in a column of another kind. So do the others of this name.
    pub(super) fn push_boolean(&mut self, value: bool) {
        if let ColumnValues::Booleans(values) = &mut self.values {
            values.push(value);
            self.add_state(State::Present);
        }
    }

    /// Adds a present position of an enum member, or number of a key.
    pub(super) fn push_symbol(&mut self, value: u32) {
        if let ColumnValues::Symbols(values) = &mut self.values {
            values.push(value);
            self.add_state(State::Present);
        }
    }

    /// Adds a present integer, day, instant or duration.
    pub(super) fn push_integer(&mut self, value: i64) {
        if let ColumnValues::Integers(values) = &mut self.values {
            values.push(value);
            self.add_state(State::Present);
        }
    }

    /// Adds a present decimal.
    pub(super) fn push_decimal(&mut self, mantissa: i64, scale: u8) {
        if let ColumnValues::Decimals { mantissas, scales } = &mut self.values {
            mantissas.push(mantissa);
            scales.push(scale);
            self.add_state(State::Present);
        }
    }

    /// Adds a present text.
    pub(super) fn push_text(&mut self, value: &str) {
        if let ColumnValues::Texts(texts) = &mut self.values {
            texts.push(value);
            self.add_state(State::Present);
        }
    }

    /// Adds a present calendar span.
    pub(super) fn push_span(&mut self, value: CalendarSpan) {
        if let ColumnValues::Spans(values) = &mut self.values {
            values.push(value);
            self.add_state(State::Present);
        }
    }

    /// The elements of the lists so far, to which those of the next list are added.
    pub(super) fn elements(&mut self) -> Option<&mut Column> {
        match &mut self.values {
            ColumnValues::Lists(lists) => Some(&mut lists.elements),
            _ => None,
        }
    }

    /// Adds a present list: the elements that were added since the last.
    pub(super) fn push_list(&mut self) {
        if let ColumnValues::Lists(lists) = &mut self.values {
            lists.ends.push(lists.elements.len() as u32);
            self.add_state(State::Present);
        }
    }

    /// Adds a row of another column of the same type, whose references have the same numbers.
    pub(super) fn push_from(&mut self, other: &Column, row: usize) {
        let state = other.state(row);
        if state != State::Present {
            return self.push_without_value(state);
        }
        match (&mut self.values, &other.values) {
            (ColumnValues::Booleans(values), ColumnValues::Booleans(more)) => values.extend(more.get(row)),
            (ColumnValues::Symbols(values), ColumnValues::Symbols(more)) => values.extend(more.get(row)),
            (ColumnValues::Integers(values), ColumnValues::Integers(more)) => values.extend(more.get(row)),
            (
                ColumnValues::Decimals { mantissas, scales },
                ColumnValues::Decimals { mantissas: more_mantissas, scales: more_scales },
            ) => {
                mantissas.extend(more_mantissas.get(row));
                scales.extend(more_scales.get(row));
            }
            (ColumnValues::Texts(texts), ColumnValues::Texts(more)) => texts.push(more.get(row)),
            (ColumnValues::Spans(values), ColumnValues::Spans(more)) => values.extend(more.get(row)),
            (ColumnValues::Lists(lists), ColumnValues::Lists(more)) => {
                for element in more.range(row) {
                    lists.elements.push_from(&more.elements, element);
                }
                lists.ends.push(lists.elements.len() as u32);
            }
            // A column is made from its type alone, so two of one type have one kind of values.
            _ => return,
        }
        self.add_state(State::Present);
    }

    /// Adds all rows of another column of the same type. For references, `keys` gives the key of each of their numbers.
    pub(super) fn append(&mut self, other: Column, keys: &[u32]) {
        let (before, added) = (self.len(), other.len());
        if !self.states.is_empty() || !other.states.is_empty() {
            self.states.resize(before, State::Present);
            if other.states.is_empty() {
                self.states.resize(before + added, State::Present);
            } else {
                self.states.extend_from_slice(&other.states);
            }
        }
        let is_reference = matches!(self.ty, Type::Reference(_));
        match (&mut self.values, other.values) {
            (ColumnValues::Booleans(values), ColumnValues::Booleans(more)) => values.extend(more),
            (ColumnValues::Symbols(values), ColumnValues::Symbols(more)) if is_reference => {
                // The number of a row without a value means nothing.
                values.extend(more.iter().map(|number| keys.get(*number as usize).copied().unwrap_or(0)));
            }
            (ColumnValues::Symbols(values), ColumnValues::Symbols(more)) => values.extend(more),
            (ColumnValues::Integers(values), ColumnValues::Integers(more)) => values.extend(more),
            (
                ColumnValues::Decimals { mantissas, scales },
                ColumnValues::Decimals { mantissas: more_mantissas, scales: more_scales },
            ) => {
                mantissas.extend(more_mantissas);
                scales.extend(more_scales);
            }
            (ColumnValues::Texts(texts), ColumnValues::Texts(more)) => texts.append(&more),
            (ColumnValues::Spans(values), ColumnValues::Spans(more)) => values.extend(more),
            (ColumnValues::Lists(lists), ColumnValues::Lists(more)) => {
                let base = lists.elements.len() as u32;
                lists.elements.append(more.elements, keys);
                lists.ends.extend(more.ends.iter().map(|end| base + end));
            }
            // A column is made from its type alone, so two of one type have one kind of values.
            _ => {}
        }
    }

    /// How many elements the lists have together; none in a column of another kind.
    pub(super) fn element_count(&self) -> usize {
        match &self.values {
            ColumnValues::Lists(lists) => lists.elements.len(),
            _ => 0,
        }
    }

    /// Makes rows unknown.
    pub(super) fn make_unknown(&mut self, rows: std::ops::Range<usize>) {
        let all = self.len();
        self.states.resize(all, State::Present);
        if let Some(states) = self.states.get_mut(rows) {
            states.fill(State::Unknown);
        }
    }
}
