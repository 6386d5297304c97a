//! Calendars as written.

use super::{Name, Text};
use crate::source::{Span, Spanned};
use crate::value::Date;
use crate::value::calendar::Hours;

/// A calendar, or one of its versions: `calendar office "…" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub title: Option<Text>,
    /// Its lines, in order.
    pub lines: Vec<CalendarLine>,
}

/// A line of a calendar.
#[derive(Debug, Clone, PartialEq)]
pub enum CalendarLine {
    /// `zone "Europe/Amsterdam"`
    Zone(Text),
    /// `mon to fri 08:00-12:00, 13:00-17:30`
    Weekly {
        /// The first weekday: 0 is Monday.
        first: Spanned<u8>,
        /// The last weekday, which may stand before the first; none: the first alone.
        last: Option<Spanned<u8>>,
        /// The hours that begin on each of them.
        hours: Vec<Spanned<Hours>>,
    },
    /// `closed 2026-12-25 through 2026-12-26 "Christmas"`
    Closed {
        /// The days.
        days: Days,
        /// Why.
        title: Option<Text>,
    },
    /// `open 2026-12-19 10:00-16:00 "Stocktaking"`
    Open {
        /// The days.
        days: Days,
        /// The hours that begin on each of them, in place of those of its weekday.
        hours: Vec<Spanned<Hours>>,
        /// Why.
        title: Option<Text>,
    },
    /// `holidays from "holidays.ics"`
    Holidays(Text),
    /// `valid 2026-01-01 through 2026-12-31`, `valid from 2026-01-01`, `valid through 2026-12-31`
    Valid {
        /// The first valid day; none: always so far.
        from: Option<Spanned<Date>>,
        /// The last valid day; none: for ever.
        through: Option<Spanned<Date>>,
        /// All of the line.
        span: Span,
    },
}

/// One day, or several in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Days {
    /// The first.
    pub first: Spanned<Date>,
    /// The last, where it is another.
    pub last: Option<Spanned<Date>>,
}

impl Days {
    /// The last day; the first if there is but one.
    pub fn last(&self) -> Date {
        self.last.as_ref().map_or(self.first.node, |last| last.node)
    }

    /// All of it.
    pub fn span(&self) -> Span {
        self.last.as_ref().map_or(self.first.span, |last| self.first.span.to(last.span))
    }
}
