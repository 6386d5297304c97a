//! The open stretches of a calendar's years, with the open time before each.

use super::{FIRST_DAY, Hours, LAST_DAY, Version};
use crate::value::time::{DAY, MINUTE, Stretch, Timestamp, Zone};

/// From the first instant of something up to the first one behind it.
type Piece = (i64, i64);

/// What is open when, in microseconds.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// When the calendar says what is open: apart from each other, in order.
    said: Vec<Piece>,
    /// When it is open: apart from each other, in order.
    open: Vec<Piece>,
    /// How much open time lies before each of them.
    before: Vec<i64>,
    /// For each day of UTC from `first_day` on, how many of them begin before it or with it.
    by_day: Vec<u32>,
    first_day: i64,
}

impl Table {
    pub(super) fn new(versions: &[Version]) -> Table {
        let (mut said, mut open) = (Vec::new(), Vec::new());
        for version in versions {
            let (from, through) = (version.from.max(FIRST_DAY), version.through.min(LAST_DAY));
            let mut clocks = Clocks::new(&version.zone);
            let begin = clocks.midnight(i64::from(from.0));
            for day in from.0..=through.0 {
                let midnight = i64::from(day) * DAY;
                clocks.advance(midnight);
                for hours in version.hours(crate::value::Date(day)) {
                    let Hours { from, until } = *hours;
                    let clock = |minute: u16| clocks.instant(midnight + i64::from(minute) * MINUTE);
                    open.push((clock(from), clock(until)));
                }
            }
            said.push((begin, clocks.midnight(i64::from(through.0) + 1)));
        }
        let (said, open) = (joined(said), joined(open));
        let mut sum = 0;
        let before = open
            .iter()
            .map(|(from, until)| {
                sum += until - from;
                sum - (until - from)
            })
            .collect();
        let first_day = said.first().map_or(0, |(from, _)| from.div_euclid(DAY));
        let last_day = said.last().map_or(0, |(_, until)| until.div_euclid(DAY));
        let mut count = 0;
        let by_day = (first_day..=last_day)
            .map(|day| {
                count += open[count..].iter().take_while(|(from, _)| *from <= day * DAY).count();
                count as u32
            })
            .collect();
        Table { said, open, before, by_day, first_day }
    }

    /// Whether the calendar says what is open on all of the way between two instants.
    pub(super) fn says(&self, from: i64, until: i64) -> bool {
        let after = self.said.partition_point(|(start, _)| *start <= from);
        after > 0 && until <= self.said[after - 1].1
    }

    /// How many stretches begin before an instant or with it.
    fn begun(&self, instant: i64) -> usize {
        let day = (instant.div_euclid(DAY) - self.first_day).max(0) as usize;
        let known = self.by_day.get(day).or(self.by_day.last()).map_or(0, |count| *count as usize);
        known + self.open[known..].iter().take_while(|(from, _)| *from <= instant).count()
    }

    /// The open time before an instant, since the calendar begins.
    pub(super) fn open_before(&self, instant: i64) -> i64 {
        match self.begun(instant) {
            0 => 0,
            begun => {
                let (from, until) = self.open[begun - 1];
                self.before[begun - 1] + instant.min(until) - from
            }
        }
    }

    /// The open stretches between two instants, cut to them.
    pub(super) fn pieces(&self, from: i64, until: i64) -> Vec<Piece> {
        let first = self.begun(from).saturating_sub(1);
        self.open[first..]
            .iter()
            .take_while(|(start, _)| *start < until)
            .map(|(start, end)| ((*start).max(from), (*end).min(until)))
            .filter(|(start, end)| start < end)
            .collect()
    }
}

/// Brings pieces into order and joins those that overlap or touch; empty ones are left out.
fn joined(mut pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.retain(|(from, until)| from < until);
    pieces.sort_unstable();
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    for (from, until) in pieces {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}

/// Finds the instants at which clocks of a zone show a time, in the years that a calendar can say something of.
struct Clocks {
    stretches: Vec<Stretch>,
    /// Stretches before this one have ended before every clock that is still asked for.
    first: usize,
}

impl Clocks {
    fn new(zone: &Zone) -> Clocks {
        // A day more at both ends: clocks are ahead of UTC or behind it.
        let mut at = i64::from(FIRST_DAY.0 - 1) * DAY;
        let end = i64::from(LAST_DAY.0 + 3) * DAY;
        let mut stretches = Vec::new();
        while at < end
            && let Some(stretch) = zone.stretch(Timestamp(at))
        {
            stretches.push(stretch);
            at = stretch.until;
        }
        Clocks { stretches, first: 0 }
    }

    /// Says that no clock before this one will be asked for.
    fn advance(&mut self, clock: i64) {
        self.first += self.stretches[self.first..].iter().take_while(|stretch| ended(stretch, clock)).count();
    }

    /// The first instant at which clocks show a time or a later one. Times are told like instants: microseconds since
    /// clocks showed 1970-01-01T00:00.
    fn instant(&self, clock: i64) -> i64 {
        let stretch = self.stretches[self.first..].iter().find(|stretch| !ended(stretch, clock));
        stretch.map_or(clock, |stretch| stretch.from.max(clock - stretch.offset))
    }

    /// The first instant of a day, counted from 1970-01-01.
    fn midnight(&self, day: i64) -> i64 {
        self.instant(day * DAY)
    }
}

/// Whether a stretch is over before clocks show a time.
fn ended(stretch: &Stretch, clock: i64) -> bool {
    stretch.until + stretch.offset <= clock
}
