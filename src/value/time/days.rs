//! The civil days of many instants, and the stretches of time between two changes of a zone's clocks.

use super::{DAY, Date, SECOND, Timestamp, Zone};

/// A stretch of time in which clocks of a zone are not changed, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The first instant in it.
    pub from: i64,
    /// The first instant behind it.
    pub until: i64,
    /// What clocks show beyond UTC.
    pub offset: i64,
}

impl Stretch {
    fn has(&self, instant: Timestamp) -> bool {
        (self.from..self.until).contains(&instant.0)
    }
}

impl Zone {
    /// The stretch that an instant lies in; `None` beyond the years that can be told.
    pub fn stretch(&self, instant: Timestamp) -> Option<Stretch> {
        let known = instant.to_jiff()?;
        let micros = |transition: jiff::tz::TimeZoneTransition<'_>| transition.timestamp().as_microsecond();
        let next = jiff::Timestamp::from_microsecond(instant.0 + 1).ok();
        let from = next
            .and_then(|next| self.time_zone.preceding(next).map(micros).find(|from| *from <= instant.0))
            .unwrap_or_else(|| jiff::Timestamp::MIN.as_microsecond());
        let until = self
            .time_zone
            .following(known)
            .map(micros)
            .find(|until| *until > instant.0)
            .unwrap_or_else(|| jiff::Timestamp::MAX.as_microsecond());
        Some(Stretch { from, until, offset: i64::from(self.time_zone.to_offset(known).seconds()) * SECOND })
    }
}

/// Finds the civil days of instants in a zone, remembering the times between two changes of its clocks.
pub struct DayFinder<'z> {
    zone: &'z Zone,
    /// In order.
    stretches: Vec<Stretch>,
    last: usize,
}

impl<'z> DayFinder<'z> {
    /// Starts without any knowledge of the zone.
    pub fn new(zone: &'z Zone) -> DayFinder<'z> {
        DayFinder { zone, stretches: Vec::new(), last: 0 }
    }

    /// The civil day of an instant; the same as [`Timestamp::day`].
    pub fn day(&mut self, instant: Timestamp) -> Option<Date> {
        let offset = match self.stretches.get(self.last) {
            Some(stretch) if stretch.has(instant) => stretch.offset,
            _ => self.offset(instant)?,
        };
        i32::try_from((instant.0 + offset).div_euclid(DAY)).ok().map(Date)
    }

    fn offset(&mut self, instant: Timestamp) -> Option<i64> {
        let at = self.stretches.partition_point(|stretch| stretch.until <= instant.0);
        if !self.stretches.get(at).is_some_and(|stretch| stretch.has(instant)) {
            self.stretches.insert(at, self.zone.stretch(instant)?);
        }
        self.last = at;
        self.stretches.get(at).map(|stretch| stretch.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::time::{HOUR, MINUTE};

    #[test]
    fn days_are_those_of_the_zone_around_every_change_of_the_clocks() {
        for name in ["Europe/Amsterdam", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "UTC"] {
            let zone = Zone::named(name).unwrap();
            let mut finder = DayFinder::new(&zone);
            for step in 0..40_000i64 {
                // Back and forth through 1965 to 2045, and close to midnights and changes.
                let instant = Timestamp((step * 7_919 % 40_000 - 2_500) * (17 * HOUR + 31 * MINUTE) + step % 3 - 1);
                assert_eq!(finder.day(instant), instant.day(&zone), "{name} {instant}");
            }
            for change in zone.time_zone.following("2009-12-01T00:00Z".parse().unwrap()).take(8) {
                for shift in [-1, 0, 1] {
                    let instant = Timestamp(change.timestamp().as_microsecond() + shift);
                    assert_eq!(finder.day(instant), instant.day(&zone), "{name} {instant}");
                }
            }
        }
    }
}
