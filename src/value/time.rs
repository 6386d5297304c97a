//! Days, instants, lengths of time and intervals, on jiff.
//!
//! Only this module names jiff's types. Instants are microseconds since 1970-01-01T00:00Z, days are counted from
//! 1970-01-01. The zone rules are bundled with the program, never the system's.

mod days;
pub mod format;
mod parse;
mod recurrence;

use std::cmp::Ordering;
use std::fmt;
use std::sync::LazyLock;

use jiff::civil;
use jiff::tz::{TimeZone, TimeZoneDatabase};

pub use days::{DayFinder, Stretch};
pub use recurrence::{Missed, Recurrence};

use super::Number;
use parse::{parse_civil, parse_civil_and_offset, parse_usual};

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day of 24 hours.
pub const DAY: i64 = 24 * HOUR;

/// A civil day: days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(pub i32);

/// An instant: microseconds since 1970-01-01T00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

/// A calendar length of time: months, then days. Not ordered in general: a month has no fixed number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct CalendarSpan {
    /// Whole months; a year is twelve, a quarter three.
    pub months: i32,
    /// Whole days; a week is seven.
    pub days: i32,
}

/// An end of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Moment {
    /// A civil day.
    Date(Date),
    /// An instant.
    Timestamp(Timestamp),
}

/// From one moment up to, and without, another of the same kind; an end that is not there is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Interval {
    /// The first moment in it; none: it has no beginning.
    pub from: Option<Moment>,
    /// The first moment behind it; none: it has no end.
    pub until: Option<Moment>,
}

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i32 = 719_468;

impl Date {
    /// Makes a day from year, month and day of month; `None` if there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Date> {
        civil::Date::new(year, month, day).ok().map(Date::from_civil)
    }

    /// Reads `2026-03-01`; `None` if it is anything else.
    pub fn parse(text: &str) -> Option<Date> {
        let bytes = text.as_bytes();
        if bytes.len() == 10 { parse_civil(bytes).map(Date::from_civil) } else { None }
    }

    pub(crate) fn from_civil(date: civil::Date) -> Date {
        // Years begin in March here, so that the day that some have more than others is their last.
        let (month, day) = (i32::from(date.month()), i32::from(date.day()));
        let year = i32::from(date.year()) - i32::from(month <= 2);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        Date(year * 365 + leap_days + day_of_year - EPOCH)
    }

    pub(crate) fn to_civil(self) -> Option<civil::Date> {
        // The same, backwards, within the 400 years after which the calendar repeats itself.
        let days = i64::from(self.0) + i64::from(EPOCH);
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        civil::Date::new(i16::try_from(year).ok()?, month as i8, day as i8).ok()
    }

    /// The year, the month and the day of month.
    pub fn parts(self) -> Option<(i16, i8, i8)> {
        self.to_civil().map(|date| (date.year(), date.month(), date.day()))
    }

    /// The day so many calendar units later; adding months clamps to the end of the month, then days are added.
    pub fn checked_add(self, span: CalendarSpan) -> Option<Date> {
        let date = self.to_civil()?;
        let date = date.checked_add(jiff::Span::new().try_months(i64::from(span.months)).ok()?).ok()?;
        let date = date.checked_add(jiff::Span::new().try_days(i64::from(span.days)).ok()?).ok()?;
        Some(Date::from_civil(date))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_civil() {
            Some(date) => write!(formatter, "{date}"),
            None => write!(formatter, "day {}", self.0),
        }
    }
}

impl Timestamp {
    /// Reads RFC 3339 with `Z` or an offset (`+01:00`, `+0100`, `+01`), seconds and fraction optional; digits beyond
    /// microseconds are cut. `None` if it is anything else, has no offset, or does not exist.
    pub fn parse(text: &str) -> Option<Timestamp> {
        let (civil, offset) = parse_civil_and_offset(text)?;
        Timestamp::from_civil_offset(civil, offset?)
    }

    /// Reads the same, and where there is no offset a clock of the zone; `None` without a zone too.
    pub fn parse_in(text: &str, zone: Option<&Zone>) -> Option<Timestamp> {
        parse_usual(text).or_else(|| match parse_civil_and_offset(text)? {
            (civil, Some(offset)) => Timestamp::from_civil_offset(civil, offset),
            (civil, None) => zone?.instant(civil),
        })
    }

    /// Reads what a clock without a zone shows, a day and a time such as `1970-01-22 14:03:10`, as if it were UTC.
    pub fn parse_clock(text: &str) -> Option<Timestamp> {
        match parse_civil_and_offset(&text.replacen(' ', "T", 1))? {
            (civil, None) => Timestamp::from_civil_offset(civil, 0),
            (_, Some(_)) => None,
        }
    }

    /// Makes the instant at which a clock set to an offset (seconds east of UTC) shows that time.
    pub(crate) fn from_civil_offset(civil: civil::DateTime, offset: i32) -> Option<Timestamp> {
        let days = i64::from(Date::from_civil(civil.date()).0);
        let time = civil.time();
        let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
            - i64::from(offset);
        let micros = i64::from(time.subsec_nanosecond()) / 1000;
        Some(Timestamp(days.checked_mul(DAY)?.checked_add(seconds * SECOND)?.checked_add(micros)?))
    }

    fn to_jiff(self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_microsecond(self.0).ok()
    }

    /// The instant so many microseconds later; a fraction is rounded to the nearest microsecond.
    pub fn checked_add(self, duration: Number) -> Option<Timestamp> {
        let sum = self.0.checked_add(i64::try_from(duration.round()).ok()?)?;
        Timestamp(sum).to_jiff().map(|_| Timestamp(sum))
    }

    /// The civil day of the instant in a zone.
    pub fn day(self, zone: &Zone) -> Option<Date> {
        let instant = self.to_jiff()?;
        Some(Date::from_civil(zone.time_zone.to_datetime(instant).date()))
    }

    /// The instant with the same clock time so many calendar units later, in a zone.
    pub fn checked_add_span(self, span: CalendarSpan, zone: &Zone) -> Option<Timestamp> {
        let local = zone.time_zone.to_datetime(self.to_jiff()?);
        let date = Date::from_civil(local.date()).checked_add(span)?.to_civil()?;
        zone.instant(date.to_datetime(local.time()))
    }
}

impl fmt::Display for Timestamp {
    /// Writes RFC 3339 in UTC, without seconds where they are zero.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(instant) = self.to_jiff() else { return write!(formatter, "{} µs", self.0) };
        let civil = TimeZone::UTC.to_datetime(instant);
        write!(formatter, "{}T{:02}:{:02}", civil.date(), civil.hour(), civil.minute())?;
        if civil.second() != 0 || civil.subsec_nanosecond() != 0 {
            write!(formatter, ":{:02}", civil.second())?;
        }
        if civil.subsec_nanosecond() != 0 {
            let micros = format!("{:06}", civil.subsec_nanosecond() / 1000);
            write!(formatter, ".{}", micros.trim_end_matches('0'))?;
        }
        formatter.write_str("Z")
    }
}

/// The zone rules that come with the program. The default database of jiff asks the system first where a dependency has
/// switched that on.
static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone of the bundled data.
#[derive(Clone, PartialEq)]
pub struct Zone {
    name: String,
    time_zone: TimeZone,
}

impl fmt::Debug for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Zone({})", self.name)
    }
}

impl Zone {
    /// Finds a zone by its IANA name; `None` if the bundled data does not have it.
    pub fn named(name: &str) -> Option<Zone> {
        if name == "UTC" {
            return Some(Zone { name: name.to_owned(), time_zone: TimeZone::UTC });
        }
        let time_zone = BUNDLED.get(name).ok()?;
        Some(Zone { name: time_zone.iana_name().unwrap_or(name).to_owned(), time_zone })
    }

    /// The names of all zones of the bundled data, sorted.
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> = BUNDLED.available().map(|name| name.to_string()).collect();
        names.sort_unstable();
        names
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The instant at which clocks of the zone show a civil time. In a gap the clock is read as if it had not been put
    /// forward; of a time that comes twice, the first is taken.
    pub(crate) fn instant(&self, civil: civil::DateTime) -> Option<Timestamp> {
        let zoned = self.time_zone.to_ambiguous_timestamp(civil).compatible().ok()?;
        Some(Timestamp(zoned.as_microsecond()))
    }

    /// By how many microseconds clocks of the zone are ahead of UTC: from an instant on, and from each change behind it on that
    /// comes before another instant.
    pub fn offsets(&self, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, i64)> {
        let micros = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * SECOND;
        let Some(first) = from.to_jiff() else { return Vec::new() };
        let mut offsets = vec![(from, micros(self.time_zone.to_offset(first)))];
        for change in self.time_zone.following(first) {
            let (at, offset) = (Timestamp(change.timestamp().as_microsecond()), micros(change.offset()));
            if at >= until {
                break;
            }
            if offsets.last().is_none_or(|(_, before)| *before != offset) {
                offsets.push((at, offset));
            }
        }
        offsets
    }

    /// The first instant of a civil day.
    pub fn start_of_day(&self, date: Date) -> Option<Timestamp> {
        self.instant(date.to_civil()?.to_datetime(civil::Time::midnight()))
    }
}

/// Fewest and most days that 0 to 11 consecutive months can have.
const MONTH_DAYS: [(i64, i64); 12] = [
    (0, 0),
    (28, 31),
    (59, 62),
    (89, 92),
    (120, 123),
    (150, 153),
    (181, 184),
    (212, 215),
    (242, 245),
    (273, 276),
    (303, 306),
    (334, 337),
];

impl CalendarSpan {
    /// The sum; `None` on overflow.
    pub fn checked_add(self, other: CalendarSpan) -> Option<CalendarSpan> {
        Some(CalendarSpan { months: self.months.checked_add(other.months)?, days: self.days.checked_add(other.days)? })
    }

    /// The span so many times; `None` on overflow.
    pub fn checked_mul(self, times: i128) -> Option<CalendarSpan> {
        let times = i32::try_from(times).ok()?;
        Some(CalendarSpan { months: self.months.checked_mul(times)?, days: self.days.checked_mul(times)? })
    }

    /// The span backwards; `None` on overflow.
    pub fn checked_neg(self) -> Option<CalendarSpan> {
        self.checked_mul(-1)
    }

    /// Fewest and most days that the span can take, wherever it begins.
    fn day_bounds(self) -> (i64, i64) {
        let (years, months) = (i64::from(self.months.unsigned_abs()) / 12, self.months.unsigned_abs() as usize % 12);
        // In any 400 years there are 97 leap days; in a run of n years at least n/4 - 2 and at most n/4 + 1.
        let (least, most) = MONTH_DAYS[months];
        let least = least + years * 365 + (years / 4 - 2 - years / 100).max(0);
        let most = most + years * 365 + if years == 0 { 0 } else { years / 4 + 1 };
        let (least, most) = if self.months < 0 { (-most, -least) } else { (least, most) };
        (least + i64::from(self.days), most + i64::from(self.days))
    }

    /// Compares two spans; `None` where it depends on the months in question (one month and thirty days).
    pub fn compare(self, other: CalendarSpan) -> Option<Ordering> {
        let difference =
            CalendarSpan { months: self.months.checked_sub(other.months)?, days: self.days.checked_sub(other.days)? };
        match difference.day_bounds() {
            (0, 0) => Some(Ordering::Equal),
            (least, _) if least > 0 => Some(Ordering::Greater),
            (_, most) if most < 0 => Some(Ordering::Less),
            _ => None,
        }
    }
}

fn plural(formatter: &mut fmt::Formatter<'_>, amount: impl fmt::Display + PartialEq<i64>, unit: &str) -> fmt::Result {
    write!(formatter, "{amount} {unit}{}", if amount == 1 || amount == -1 { "" } else { "s" })
}

impl fmt::Display for CalendarSpan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.months, self.days) {
            (0, days) => plural(formatter, i64::from(days), "day"),
            (months, 0) if months % 12 == 0 => plural(formatter, i64::from(months / 12), "year"),
            (months, 0) => plural(formatter, i64::from(months), "month"),
            (months, days) => {
                plural(formatter, i64::from(months), "month")?;
                formatter.write_str(" ")?;
                plural(formatter, i64::from(days), "day")
            }
        }
    }
}

/// Shows a duration in microseconds as people write it: `2 d 4 h 30 min`, `-5 min`, `1.5 s`, `0 s`.
pub fn show_duration(micros: Number) -> String {
    let sign = if micros < Number::ZERO { "-" } else { "" };
    let Some(whole) = micros.checked_abs().map(Number::round) else { return format!("{micros} µs") };
    let (days, rest) = (whole / i128::from(DAY), whole % i128::from(DAY));
    let (hours, rest) = (rest / i128::from(HOUR), rest % i128::from(HOUR));
    let (minutes, rest) = (rest / i128::from(MINUTE), rest % i128::from(MINUTE));
    let mut parts = Vec::new();
    for (amount, unit) in [(days, "d"), (hours, "h"), (minutes, "min")] {
        if amount != 0 {
            parts.push(format!("{amount} {unit}"));
        }
    }
    if rest != 0 || parts.is_empty() {
        let seconds = Number::from_fraction(rest, i128::from(SECOND)).unwrap_or(Number::ZERO);
        parts.push(format!("{seconds} s"));
    }
    format!("{sign}{}", parts.join(" "))
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Date(date) => date.fmt(formatter),
            Moment::Timestamp(instant) => instant.fmt(formatter),
        }
    }
}

impl Interval {
    /// Makes an interval; `None` if its end lies before its start ("reversed").
    pub fn new(from: Option<Moment>, until: Option<Moment>) -> Option<Interval> {
        match (from, until) {
            (Some(from), Some(until)) if until < from => None,
            _ => Some(Interval { from, until }),
        }
    }

    /// Whether nothing lies in it.
    pub fn is_empty(self) -> bool {
        self.from.is_some() && self.from == self.until
    }

    /// Whether the moment lies in it; both must be of one kind.
    pub fn has(self, moment: Moment) -> bool {
        self.from.is_none_or(|from| from <= moment) && self.until.is_none_or(|until| moment < until)
    }

    /// Whether all of the other interval lies in it; both must be of one kind. An empty one lies in every interval.
    pub fn includes(self, other: Interval) -> bool {
        other.is_empty()
            || (self.from.is_none_or(|from| other.from.is_some_and(|start| from <= start))
                && self.until.is_none_or(|until| other.until.is_some_and(|end| end <= until)))
    }

    /// Whether the two have a moment in common; both must be of one kind.
    pub fn overlaps(self, other: Interval) -> bool {
        let starts_before_end = |a: Interval, b: Interval| match (a.from, b.until) {
            (Some(from), Some(until)) => from < until,
            _ => true,
        };
        !self.is_empty() && !other.is_empty() && starts_before_end(self, other) && starts_before_end(other, self)
    }

    /// The part of it that lies in the other; empty at its own start if there is none.
    #[must_use]
    pub fn clip(self, other: Interval) -> Interval {
        let from = match (self.from, other.from) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        let until = match (self.until, other.until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Interval::new(from, until).unwrap_or(Interval { from, until: from })
    }
}

/// A calendar unit into which a period is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CalendarUnit {
    /// A civil day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// January to March, and so on.
    Quarter,
    /// A calendar year.
    Year,
}

/// Most pieces that a period is cut into; beyond it the list is unknown.
pub const MOST_PIECES: usize = 10_000;

/// Cuts a bounded interval of days into calendar units, the first and the last clipped to it.
///
/// `None` if the interval is open, is not of days, or would give more than [`MOST_PIECES`].
pub fn units(unit: CalendarUnit, interval: Interval) -> Option<Vec<Interval>> {
    let (Some(Moment::Date(from)), Some(Moment::Date(until))) = (interval.from, interval.until) else { return None };
    let civil = from.to_civil()?;
    let start = match unit {
        CalendarUnit::Day => civil,
        CalendarUnit::Week => {
            civil.checked_sub(jiff::Span::new().days(i64::from(civil.weekday().to_monday_zero_offset()))).ok()?
        }
        CalendarUnit::Month => civil.first_of_month(),
        CalendarUnit::Quarter => civil::Date::new(civil.year(), (civil.month() - 1) / 3 * 3 + 1, 1).ok()?,
        CalendarUnit::Year => civil.first_of_year(),
    };
    let span = match unit {
        CalendarUnit::Day => CalendarSpan { months: 0, days: 1 },
        CalendarUnit::Week => CalendarSpan { months: 0, days: 7 },
        CalendarUnit::Month => CalendarSpan { months: 1, days: 0 },
        CalendarUnit::Quarter => CalendarSpan { months: 3, days: 0 },
        CalendarUnit::Year => CalendarSpan { months: 12, days: 0 },
    };
    cut(Date::from_civil(start), span, from, until)
}

/// Cuts a bounded interval of days into consecutive spans that begin at its start, the last clipped to it.
///
/// Each boundary is the start plus a multiple of the span, so month ends do not drift. `None` if the interval is open,
/// is not of days, the span does not lead forward, or there would be more than [`MOST_PIECES`].
pub fn periods(span: CalendarSpan, interval: Interval) -> Option<Vec<Interval>> {
    let (Some(Moment::Date(from)), Some(Moment::Date(until))) = (interval.from, interval.until) else { return None };
    cut(from, span, from, until)
}

fn cut(start: Date, span: CalendarSpan, from: Date, until: Date) -> Option<Vec<Interval>> {
    let mut pieces = Vec::new();
    let (mut low, mut times) = (start, 0i128);
    while low < until {
        times += 1;
        let high = start.checked_add(span.checked_mul(times)?)?;
        if high <= low || pieces.len() == MOST_PIECES {
            return None;
        }
        pieces.push(Interval { from: Some(Moment::Date(low.max(from))), until: Some(Moment::Date(high.min(until))) });
        low = high;
    }
    Some(pieces)
}

impl fmt::Display for Interval {
    /// Writes a whole calendar month as `2026-03`, a whole year as `2026`, a day as itself, days as
    /// `2026-03-01 through 2026-03-31`, anything else as `a .. b`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(Moment::Date(from)), Some(Moment::Date(until))) = (self.from, self.until)
            && let (Some((year, month, day)), Some(_)) = (from.parts(), until.parts())
        {
            let lasts = |months, days| from.checked_add(CalendarSpan { months, days }) == Some(until);
            return match (month, day) {
                (1, 1) if lasts(12, 0) => write!(formatter, "{year:04}"),
                (_, 1) if lasts(1, 0) => write!(formatter, "{year:04}-{month:02}"),
                _ if lasts(0, 1) => write!(formatter, "{from}"),
                _ if from == until => write!(formatter, "{from} .. {until}"),
                _ => write!(formatter, "{from} through {}", Date(until.0 - 1)),
            };
        }
        if let Some(from) = self.from {
            write!(formatter, "{from} ")?;
        }
        formatter.write_str("..")?;
        if let Some(until) = self.until {
            write!(formatter, " {until}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn days(from: &str, until: &str) -> Interval {
        Interval { from: Some(Moment::Date(day(from))), until: Some(Moment::Date(day(until))) }
    }

    #[test]
    fn reads_offsets_of_every_spelling() {
        let expected = Timestamp::parse("2026-01-01T05:00:00Z");
        for text in ["2026-01-01T00:00:00-0500", "2026-01-01T00:00-05:00", "2026-01-01 06:00:00.000+01"] {
            assert_eq!(Timestamp::parse(text), expected, "{text}");
        }
        for text in
            ["2026-01-01T00:00:00", "2026-02-30T00:00Z", "2026-01-01T24:00Z", "2026-01-01T00:00:00.Z", "2026-01-01"]
        {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let epoch = civil::date(1970, 1, 1);
        let (first, last) = (Date::from_civil(civil::Date::MIN).0, Date::from_civil(civil::Date::MAX).0);
        for count in (first..=last).step_by(97).chain([first, -1, 0, 1, last]) {
            let date = Date(count).to_civil().unwrap();
            assert_eq!(epoch.checked_add(jiff::Span::new().days(count)).unwrap(), date, "{count}");
            assert_eq!(Date::from_civil(date), Date(count), "{date}");
        }
        assert_eq!(Date(first - 1).to_civil(), None);
        assert_eq!(Date(last + 1).to_civil(), None);
    }

    #[test]
    fn months_clamp_to_their_end() {
        let month = CalendarSpan { months: 1, days: 0 };
        assert_eq!(day("2026-01-31").checked_add(month), Some(day("2026-02-28")));
        let cut = periods(month, days("2026-01-31", "2026-05-01")).unwrap();
        let starts: Vec<String> = cut.iter().map(|piece| piece.from.unwrap().to_string()).collect();
        assert_eq!(starts, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
    }

    #[test]
    fn spans_compare_where_they_can() {
        let span = |months, days| CalendarSpan { months, days };
        assert_eq!(span(12, 0).compare(span(0, 364)), Some(Ordering::Greater));
        assert_eq!(span(1, 0).compare(span(0, 30)), None);
        assert_eq!(span(1, 0).compare(span(0, 32)), Some(Ordering::Less));
        assert_eq!(span(24, 3).compare(span(24, 3)), Some(Ordering::Equal));
    }

    /// The bounds hold for every start day in eight years around a missed leap year, and many lengths.
    #[test]
    fn month_bounds_hold() {
        for start in (day("1896-01-01").0..day("1905-01-01").0).step_by(7) {
            for months in (0..200).step_by(5) {
                let span = CalendarSpan { months, days: 0 };
                let length = i64::from(Date(start).checked_add(span).unwrap().0 - start);
                let (least, most) = span.day_bounds();
                assert!(least <= length && length <= most, "{months} months from {}: {length}", Date(start));
            }
        }
    }

    #[test]
    fn units_are_clipped_and_named() {
        let names = |unit, interval| units(unit, interval).unwrap().iter().map(Interval::to_string).collect::<Vec<_>>();
        assert_eq!(
            names(CalendarUnit::Month, days("2026-01-01", "2026-03-11")),
            ["2026-01", "2026-02", "2026-03-01 through 2026-03-10"]
        );
        assert_eq!(names(CalendarUnit::Quarter, days("2026-01-01", "2026-04-01")), ["2026-01-01 through 2026-03-31"]);
        assert_eq!(names(CalendarUnit::Year, days("2025-01-01", "2026-01-01")), ["2025"]);
        assert_eq!(
            names(CalendarUnit::Week, days("2026-01-01", "2026-01-06")),
            ["2026-01-01 through 2026-01-04", "2026-01-05"]
        );
    }

    #[test]
    fn a_day_begins_with_its_first_instant() {
        let zone = Zone::named("Europe/Amsterdam").unwrap();
        assert_eq!(zone.start_of_day(day("2026-07-01")), Timestamp::parse("2026-06-30T22:00Z"));
        assert_eq!(Timestamp::parse("2026-06-30T22:00Z").unwrap().day(&zone), Some(day("2026-07-01")));
    }

    #[test]
    fn durations_read_as_people_write_them() {
        let show = |micros: i64| show_duration(Number::from_integer(i128::from(micros)));
        assert_eq!(show(0), "0 s");
        assert_eq!(show(DAY + 2 * HOUR + 5 * MINUTE), "1 d 2 h 5 min");
        assert_eq!(show(-1_500_000), "-1.5 s");
    }
}
