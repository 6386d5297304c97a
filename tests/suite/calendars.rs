//! Working time against an independent implementation, and against its definition, minute by minute.
//!
//! `workclock` knows working hours, nights, holidays and changes of the clocks, and means by them almost what a calendar
//! here means. Where it means something else, cases for it are not drawn, for these reasons:
//!
//! - *A clock that is skipped* is moved forward there by as much as is skipped (02:30 becomes 03:30), here to the moment
//!   of the change: a desk that closes at 02:30 is not open when clocks show 03:15. So for `workclock` no hours begin or
//!   end inside of what the zone ever skips in these years. Hours around that, and up to it and from it on, are drawn.
//! - *A holiday* takes away a civil day there; here it takes away what begins on that day. The two are the same where no
//!   night runs into the holiday or out of it. So for `workclock` holidays are days without such nights; nights are drawn
//!   beside them, on other days.
//! - *Hours of single dates* and *versions* are unknown there.
//!
//! The second test draws all of that freely and counts minutes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Time, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use shall::value::calendar::{Calendar, DAY_MINUTES, Hours, Version};
use shall::value::time::{DAY, HOUR, MINUTE};
use shall::value::{Date, Timestamp, Zone};

use crate::generate::choices::Choices;

/// Zones whose clocks are changed by an hour, by half an hour, at odd minutes, at midnight, and never.
const ZONES: &[&str] = &[
    "Europe/Amsterdam",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "America/Santiago",
    "Asia/Kathmandu",
];

/// Whose changes every run must meet, forward and back.
const DEMANDED: &[&str] = &["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham"];

/// Calendars that each test draws.
const CASES: u32 = 400;

fn day(text: &str) -> Date {
    Date::parse(text).expect("a day")
}

/// A zone of the data that comes with the program. (`workclock` takes the system's where there is one.)
fn time_zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).expect("a zone")
}

/// A change of the clocks: its instant and what they show beyond UTC before and behind it, in microseconds.
#[derive(Debug, Clone, Copy)]
struct Change {
    at: i64,
    before: i64,
    behind: i64,
}

/// The changes of a zone's clocks in the years that cases are drawn from.
fn changes(zone: &TimeZone) -> Vec<Change> {
    let (start, end) = ("2023-06-01T00:00Z".parse().unwrap(), "2028-01-01T00:00Z".parse::<jiff::Timestamp>().unwrap());
    let mut before = i64::from(zone.to_offset(start).seconds()) * 1_000_000;
    let mut found = Vec::new();
    for transition in zone.following(start).take_while(|transition| transition.timestamp() < end) {
        let behind = i64::from(transition.offset().seconds()) * 1_000_000;
        found.push(Change { at: transition.timestamp().as_microsecond(), before, behind });
        before = behind;
    }
    found
}

/// Whether some day of these years skips the minute and the one before it.
fn is_inside_of_a_gap(changes: &[Change], minute: u16) -> bool {
    changes.iter().filter(|change| change.before < change.behind).any(|change| {
        let first = (change.at + change.before).rem_euclid(DAY) / MINUTE;
        let skipped = (change.behind - change.before) / MINUTE;
        let minute = i64::from(minute % DAY_MINUTES);
        first < minute && minute < first + skipped
    })
}

/// A tape of a case, whose failure is told by what was drawn from it.
fn tapes() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 0..120)
}

fn runner() -> TestRunner {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]))
}

/// Hours of a day or a night: often close to the hours at which clocks are changed.
fn hours(choices: &mut Choices<'_>, fits: &dyn Fn(u16) -> bool) -> Option<Hours> {
    let mut clock = |first: &[u16]| {
        let start = choices.pick(first) * 60;
        let step = choices.pick(&[0, 30, 45, 15, 1, 59, 60, 90, 120, 7]);
        (start + step) % DAY_MINUTES
    };
    let from = clock(&[8, 1, 22, 0, 2, 3, 13, 20]);
    let until = clock(&[17, 2, 6, 3, 4, 1, 23, 12]);
    let until = if choices.chance(15) { DAY_MINUTES } else { until };
    Hours::new(from, until).filter(|_| fits(from) && fits(until))
}

/// The hours of a week: up to four spans, each on a run of weekdays.
fn week(choices: &mut Choices<'_>, fits: &dyn Fn(u16) -> bool) -> [Vec<Hours>; 7] {
    let mut week: [Vec<Hours>; 7] = std::array::from_fn(|_| Vec::new());
    for _ in 0..=choices.below(4) {
        let (first, count) = (choices.below(7), choices.pick(&[5, 1, 7, 2]));
        let Some(hours) = hours(choices, fits) else { continue };
        for weekday in first..first + count {
            week[weekday % 7].push(hours);
        }
    }
    week
}

/// A day to look at: often one on which clocks of the zone are changed.
fn focus(choices: &mut Choices<'_>, changes: &[Change]) -> Date {
    match choices.below(10) {
        0..7 if !changes.is_empty() => {
            let change = changes[choices.below(changes.len())];
            Date((change.at + change.before).div_euclid(DAY) as i32)
        }
        _ => Date(day("2024-01-01").0 + choices.below(365 * 3) as i32),
    }
}

fn is_night(hours: &Hours) -> bool {
    hours.until() > DAY_MINUTES
}

/// The weekday of a day, Monday first.
fn weekday(date: Date) -> usize {
    (i64::from(date.0) + 3).rem_euclid(7) as usize
}

/// How often something was met.
#[derive(Default)]
struct Met(BTreeMap<String, u32>);

impl Met {
    fn count(&mut self, what: impl Into<String>, happened: bool) {
        *self.0.entry(what.into()).or_default() += u32::from(happened);
    }

    /// Counts what lies between two instants.
    fn between(&mut self, name: &str, version: &Version, changes: &[Change], from: i64, until: i64) {
        for change in changes.iter().filter(|change| from < change.at && change.at < until) {
            let forward = change.before < change.behind;
            self.count(format!("{name} {}", if forward { "forward" } else { "back" }), true);
            let eve = Date((change.at + change.before).div_euclid(DAY) as i32 - 1);
            let in_night = version.hours(eve).iter().any(|hours| {
                is_night(hours)
                    && (change.at + change.before).rem_euclid(DAY) < i64::from(hours.until() - DAY_MINUTES) * MINUTE
            });
            self.count("night with a change of the clocks", in_night);
        }
        let days = (from.div_euclid(DAY) + 2)..(until.div_euclid(DAY) - 2);
        let days = || days.clone().map(|count| Date(count as i32));
        self.count("night", days().any(|date| version.hours(date).iter().any(is_night)));
        let closed = |date: Date| version.dates.get(&date).is_some_and(Vec::is_empty);
        self.count("holiday", days().any(|date| closed(date) && !version.week[weekday(date)].is_empty()));
    }

    /// Demands that things, and each change of the clocks, were met so many times.
    fn demand(&self, least: u32, things: &[&str]) {
        let changes = DEMANDED.iter().flat_map(|zone| ["forward", "back"].map(|way| format!("{zone} {way}")));
        for what in changes.chain(things.iter().map(|thing| (*thing).to_owned())) {
            let times = self.0.get(&what).copied().unwrap_or(0);
            assert!(times >= least, "{what}: met {times} times; {:?}", self.0);
        }
    }
}

/// The same hours and holidays, as `workclock` is told them.
fn schedule(zone: &str, version: &Version) -> Option<workclock::Schedule> {
    const WEEKDAYS: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    let time = |minute: u16| {
        let minute = minute % DAY_MINUTES;
        Time::constant((minute / 60) as i8, (minute % 60) as i8, 0, 0)
    };
    let mut builder = workclock::Schedule::builder().time_zone(zone);
    for (weekday, spans) in WEEKDAYS.into_iter().zip(&version.week) {
        for hours in spans {
            let weekdays = workclock::Weekdays::from_iter([weekday]);
            builder = builder.rule(workclock::WorkDay::new(time(hours.from()), time(hours.until()), weekdays));
        }
    }
    let dates = version.dates.keys().filter_map(|date| date.parts());
    builder = builder.rule(workclock::Holidays::new(dates.map(|(y, m, d)| jiff::civil::date(y, m, d))));
    // The one thing that it refuses is a week without any hours.
    builder.build().ok()
}

#[test]
fn working_time_is_that_of_an_independent_implementation() {
    let met = std::cell::RefCell::new(Met::default());
    let compared = std::cell::Cell::new(0);
    let outcome = runner().run(&tapes(), |tape| {
        let mut choices = Choices::new(&tape);
        let name = choices.pick(ZONES);
        let changes = changes(&time_zone(name));
        let week = week(&mut choices, &|minute| !is_inside_of_a_gap(&changes, minute));
        let focus = focus(&mut choices, &changes);
        let nights: BTreeSet<usize> = (0..7).filter(|weekday| week[*weekday].iter().any(is_night)).collect();
        let mut dates = BTreeMap::new();
        for _ in 0..choices.below(6) {
            let date = Date(focus.0 + choices.below(15) as i32 - 7);
            if !nights.contains(&weekday(date)) && !nights.contains(&weekday(Date(date.0 - 1))) {
                dates.insert(date, Vec::new());
            }
        }
        let zone = Zone::named(name).unwrap();
        let (from, through) = (day("2020-01-01"), day("2030-12-31"));
        let version = Version { zone, week, dates, from, through };
        let Some(schedule) = schedule(name, &version) else { return Ok(()) };
        let calendar = Calendar::new(vec![version.clone()]);
        for _ in 0..3 {
            let middle = i64::from(focus.0) * DAY;
            let from = middle - choices.below(12 * 24 * 60) as i64 * MINUTE + choices.pick(&[0, 1, -1, 30_000_000]);
            let days = if choices.chance(10) { 900 } else { 12 };
            let until = from + choices.below(days * 24 * 60) as i64 * MINUTE + choices.pick(&[0, 1, 59_999_999]);
            let instant = |micros| jiff::Timestamp::from_microsecond(micros).unwrap();
            let expected = schedule.between(instant(from), instant(until)).as_micros();
            let found = calendar.length(from, until).map(i128::from);
            if found != Some(expected) {
                let (from, until) = (Timestamp(from), Timestamp(until));
                return Err(TestCaseError::fail(format!("{from} to {until}: {found:?}, not {expected}\n{version:?}")));
            }
            met.borrow_mut().between(name, &version, &changes, from, until);
            compared.set(compared.get() + 1);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    let compared = compared.get();
    println!("{compared} lengths compared; {:?}", met.borrow().0);
    assert!(compared >= 600, "{compared} lengths were compared");
    met.borrow().demand(15, &["night", "night with a change of the clocks", "holiday"]);
}

/// What is open and what is said, minute by minute: at each instant the latest time that clocks have shown so far decides.
///
/// Hours are open from when clocks have reached their beginning until they have reached their end. So a skipped
/// clock is reached at the change, and one that comes twice is reached when it comes first.
struct Minutes<'a> {
    version: &'a Version,
    zone: TimeZone,
    /// The latest time shown so far, in minutes since clocks showed 1970-01-01T00:00.
    shown: i64,
}

impl<'a> Minutes<'a> {
    /// Starts so long before an instant that no later one has seen an earlier clock than it.
    fn new(version: &'a Version, before: i64) -> Minutes<'a> {
        let zone = time_zone(version.zone.name());
        let mut minutes = Minutes { version, zone, shown: i64::MIN };
        let mut instant = before - 3 * HOUR;
        while instant < before {
            minutes.goes_to(instant);
            instant += MINUTE;
        }
        minutes
    }

    fn goes_to(&mut self, instant: i64) {
        let offset = self.zone.to_offset(jiff::Timestamp::from_microsecond(instant).unwrap()).seconds();
        self.shown = self.shown.max((instant + i64::from(offset) * 1_000_000).div_euclid(MINUTE));
    }

    fn is_valid(&self, date: Date) -> bool {
        self.version.from <= date && date <= self.version.through
    }

    fn is_said(&self) -> bool {
        self.is_valid(Date(self.shown.div_euclid(1440) as i32))
    }

    fn is_open(&self) -> bool {
        let today = self.shown.div_euclid(1440) as i32;
        [today - 1, today].into_iter().map(Date).filter(|date| self.is_valid(*date)).any(|date| {
            let behind_midnight = self.shown - i64::from(date.0) * 1440;
            let spans = match self.version.dates.get(&date) {
                Some(own) => own,
                None => &self.version.week[weekday(date)],
            };
            let has = |hours: &Hours| {
                i64::from(hours.from()) <= behind_midnight && behind_midnight < i64::from(hours.until())
            };
            spans.iter().any(has)
        })
    }
}

#[test]
fn working_time_is_its_definition_minute_by_minute() {
    let met = std::cell::RefCell::new(Met::default());
    let outcome = runner().run(&tapes(), |tape| {
        let mut choices = Choices::new(&tape);
        let name = choices.pick(ZONES);
        let changes = changes(&time_zone(name));
        let focus = focus(&mut choices, &changes);
        let draw = |choices: &mut Choices<'_>, zone: &str, from: Date, through: Date| {
            let week = week(choices, &|_| true);
            let mut dates = BTreeMap::new();
            for _ in 0..choices.below(5) {
                let own = if choices.chance(40) { hours(choices, &|_| true) } else { None };
                dates.insert(Date(focus.0 + choices.below(6) as i32 - 3), own.into_iter().collect());
            }
            Version { zone: Zone::named(zone).unwrap(), week, dates, from, through }
        };
        let (first, last) = (day("2020-01-01"), day("2030-12-31"));
        let versions = if choices.chance(30) {
            // One ends close to the day that is looked at, and another begins, mostly on the next day.
            let end = Date(focus.0 + choices.below(5) as i32 - 2);
            let next = Date(end.0 + 1 + choices.pick(&[0, 0, 0, 1]));
            let other = if choices.chance(30) { choices.pick(ZONES) } else { name };
            vec![draw(&mut choices, name, first, end), draw(&mut choices, other, next, last)]
        } else {
            vec![draw(&mut choices, name, first, last)]
        };
        let calendar = Calendar::new(versions.clone());
        let from = i64::from(focus.0) * DAY - choices.below(3 * 24 * 60) as i64 * MINUTE;
        let until = from + choices.below(6 * 24 * 60) as i64 * MINUTE;

        let mut walks: Vec<Minutes<'_>> = versions.iter().map(|version| Minutes::new(version, from)).collect();
        let (mut expected, mut said) = (Vec::<(i64, i64)>::new(), true);
        for instant in (from..until).step_by(MINUTE as usize) {
            walks.iter_mut().for_each(|walk| walk.goes_to(instant));
            said &= walks.iter().any(Minutes::is_said);
            if walks.iter().any(Minutes::is_open) {
                match expected.last_mut() {
                    Some(last) if last.1 == instant => last.1 += MINUTE,
                    _ => expected.push((instant, instant + MINUTE)),
                }
            }
        }
        let expected = said.then_some(expected);
        let length = expected.as_ref().map(|pieces| pieces.iter().map(|(from, until)| until - from).sum::<i64>());
        let (found, found_length) = (calendar.pieces(from, until), calendar.length(from, until));
        if (&found, found_length) != (&expected, length) {
            let show = |pieces: Option<Vec<(i64, i64)>>| {
                pieces.map(|all| {
                    all.iter().map(|(a, b)| format!("{} .. {}", Timestamp(*a), Timestamp(*b))).collect::<Vec<_>>()
                })
            };
            let (from, until) = (Timestamp(from), Timestamp(until));
            let (found, expected) = (show(found), show(expected));
            return Err(TestCaseError::fail(format!("{from} to {until}: {found:?}\nnot {expected:?}\n{versions:?}")));
        }
        let mut met = met.borrow_mut();
        for version in &versions {
            met.between(name, version, &changes, from, until);
        }
        let own_hours = |version: &Version| version.dates.values().any(|own| !own.is_empty());
        met.count("hours of a date", versions.iter().any(own_hours));
        met.count("two versions", versions.len() == 2 && said);
        met.count("not said", !said);
        let skipped =
            |hours: &Hours| is_inside_of_a_gap(&changes, hours.from()) || is_inside_of_a_gap(&changes, hours.until());
        met.count("skipped clock", versions.iter().any(|version| version.week.iter().flatten().any(skipped)));
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    println!("{:?}", met.borrow().0);
    let things = [
        "holiday",
        "night with a change of the clocks",
        "hours of a date",
        "two versions",
        "not said",
        "skipped clock",
    ];
    met.borrow().demand(5, &things);
}
