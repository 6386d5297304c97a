//! Values: what a field or an expression has once it is known, and arithmetic on them.
//!
//! Exact throughout: numbers are fractions, instants and durations whole microseconds (durations as quotients may be
//! fractions). Everything here is total: what cannot be computed is `None`, which the logic above calls unknown.

pub mod calendar;
pub mod number;
pub mod time;
pub mod timeline;

use std::sync::Arc;

pub use calendar::Calendar;
pub use number::{Number, grouped};
pub use time::{CalendarSpan, Date, Interval, Moment, Timestamp, Zone};
pub use timeline::TimelineValue;

/// A value in one of the three states of the logic.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cell {
    /// It has a value.
    Present(Value),
    /// It legitimately has none.
    Absent,
    /// It should be known and is not.
    Unknown,
}

/// A key in a key space: equal keys have equal numbers, and nothing else follows from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub u32);

/// A present value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// `true` or `false`.
    Boolean(bool),
    /// An integer or a decimal.
    Number(Number),
    /// A text.
    Text(Arc<str>),
    /// A civil day.
    Date(Date),
    /// An instant.
    Timestamp(Timestamp),
    /// An exact length of time, in microseconds.
    Duration(Number),
    /// A calendar length of time.
    Span(CalendarSpan),
    /// From one moment to another.
    Interval(Interval),
    /// A member of an enum, or a calendar: its position among the members of the expression's type.
    Member(u32),
    /// A reference: the key of a record.
    Reference(KeyId),
    /// A record itself: its row in its table.
    Row(u32),
    /// A list, in the order of the data; an element may be unknown.
    List(Vec<Cell>),
    /// A set.
    Set(SetValue),
    /// A timeline.
    Timeline(TimelineValue),
}

/// A set of which some members are certain.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct SetValue {
    /// The certain members, sorted, without repetition.
    pub members: Vec<Value>,
    /// Whether the certain members are all there are.
    pub complete: bool,
}

impl SetValue {
    /// Makes a set from members in any order.
    pub fn new(mut members: Vec<Value>, complete: bool) -> SetValue {
        members.sort_unstable();
        members.dedup();
        SetValue { members, complete }
    }

    /// Whether the value is a certain member.
    pub fn has(&self, value: &Value) -> bool {
        self.members.binary_search(value).is_ok()
    }
}

/// A truth value of Kleene's logic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Truth {
    /// Known to be false.
    False = 0,
    /// Not known.
    Unknown = 1,
    /// Known to be true.
    True = 2,
}

impl std::ops::Not for Truth {
    type Output = Truth;
    fn not(self) -> Truth {
        match self {
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
            Truth::True => Truth::False,
        }
    }
}

impl Truth {
    /// True if both are, false if one is, else unknown.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        self.min(other)
    }

    /// False if both are, true if one is, else unknown.
    #[must_use]
    pub fn or(self, other: Truth) -> Truth {
        self.max(other)
    }
}

impl From<bool> for Truth {
    fn from(known: bool) -> Truth {
        if known { Truth::True } else { Truth::False }
    }
}

impl From<Option<bool>> for Truth {
    fn from(maybe: Option<bool>) -> Truth {
        maybe.map_or(Truth::Unknown, Truth::from)
    }
}
