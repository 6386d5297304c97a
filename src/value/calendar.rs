//! Calendars of working hours: which instants are open, and how much open time lies between two of them.
//!
//! A calendar is one or more [`Version`]s, each valid on civil days of its own. A version has a zone, hours for each day
//! of the week, and hours of single dates that stand in place of those of their weekday.
//!
//! - *A span of hours belongs to the day on which it begins*, also where it runs past midnight. A date without hours
//!   closes what begins on it; the night before runs on to its end. What runs past the last valid day is open as far as
//!   another version says what the next day is.
//! - *A clock is the first instant at which clocks of the zone show that time or a later one.* So where clocks are put
//!   forward, a time that they skip is the moment of the change; where they are put back, a time that comes twice is the
//!   first of the two. Open time is what really passes between the two instants: a night on which clocks are put back is
//!   an hour longer.
//! - *Spans that overlap count once.*
//! - *A calendar says nothing* of days on which none of its versions is valid, and of none before [`FIRST_DAY`] or after
//!   [`LAST_DAY`].

mod table;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::time::{Date, Zone};
use table::Table;

/// The first day that a calendar can say something of: 1970-01-01.
pub const FIRST_DAY: Date = Date(0);

/// The last day that a calendar can say something of: 2099-12-31.
pub const LAST_DAY: Date = Date(47_481);

/// Minutes in a day of 24 hours.
pub const DAY_MINUTES: u16 = 24 * 60;

/// From one clock to another: minutes behind the midnight with which its day begins; the end is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hours {
    from: u16,
    until: u16,
}

impl Hours {
    /// Makes hours from two clocks in minutes behind midnight, the first below 24:00, the second up to 24:00. An end at or
    /// before the start is one of the next day. `None` if a clock is none.
    pub fn new(from: u16, until: u16) -> Option<Hours> {
        if from >= DAY_MINUTES || until > DAY_MINUTES {
            return None;
        }
        Some(Hours { from, until: if until <= from { until + DAY_MINUTES } else { until } })
    }

    /// The minute at which it begins.
    pub fn from(self) -> u16 {
        self.from
    }

    /// The minute at which it ends: beyond [`DAY_MINUTES`] if it ends on the next day.
    pub fn until(self) -> u16 {
        self.until
    }

    /// Whether two spans of one day have a minute in common.
    pub fn overlaps(self, other: Hours) -> bool {
        self.from < other.until && other.from < self.until
    }
}

impl std::fmt::Display for Hours {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let until = if self.until > DAY_MINUTES { self.until - DAY_MINUTES } else { self.until };
        write!(formatter, "{:02}:{:02}-{:02}:{:02}", self.from / 60, self.from % 60, until / 60, until % 60)
    }
}

/// A calendar as it is on some civil days of its zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Whose clocks the hours are told by.
    pub zone: Zone,
    /// The hours of Monday to Sunday.
    pub week: [Vec<Hours>; 7],
    /// Dates with hours of their own, in place of those of their weekday; none at all on a closed day.
    pub dates: BTreeMap<Date, Vec<Hours>>,
    /// The first valid day.
    pub from: Date,
    /// The last valid day.
    pub through: Date,
}

impl Version {
    /// The hours that begin on a day.
    pub fn hours(&self, date: Date) -> &[Hours] {
        match self.dates.get(&date) {
            Some(own) => own,
            // 1970-01-01 was a Thursday.
            None => &self.week[(i64::from(date.0) + 3).rem_euclid(7) as usize],
        }
    }
}

/// Working hours through the years.
#[derive(Debug, Clone)]
pub struct Calendar {
    versions: Vec<Version>,
    table: OnceLock<Table>,
}

impl Calendar {
    /// Makes a calendar of versions; where two are valid on one day, it is open when one of them is.
    pub fn new(versions: Vec<Version>) -> Calendar {
        Calendar { versions, table: OnceLock::new() }
    }

    /// What it was made of.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The open time between two instants, in microseconds as they are. `None` if the calendar does not say what is open on all of the
    /// way, or the second lies before the first. The first call builds a table; each takes the same time, however far the
    /// instants lie apart.
    pub fn length(&self, from: i64, until: i64) -> Option<i64> {
        self.table_for(from, until)?.map_or(Some(0), |table| Some(table.open_before(until) - table.open_before(from)))
    }

    /// The longest open stretches between two instants, in order, cut to them: first instant, first instant behind.
    /// `None` as for [`Calendar::length`].
    pub fn pieces(&self, from: i64, until: i64) -> Option<Vec<(i64, i64)>> {
        Some(self.table_for(from, until)?.map(|table| table.pieces(from, until)).unwrap_or_default())
    }

    /// Whether every instant from the first up to the second is open. `None` as for [`Calendar::length`].
    pub fn covers(&self, from: i64, until: i64) -> Option<bool> {
        Some(self.length(from, until)? == until - from)
    }

    /// The table, if it says all of the way; within, none if there is no way.
    fn table_for(&self, from: i64, until: i64) -> Option<Option<&Table>> {
        if from >= until {
            return (from == until).then_some(None);
        }
        let table = self.table.get_or_init(|| Table::new(&self.versions));
        table.says(from, until).then_some(Some(table))
    }
}

#[cfg(test)]
mod tests;
