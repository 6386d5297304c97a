//! The civil days of many instants.

use jiff::tz::TimeZone;

use super::{DAY, Date, SECOND, Timestamp, Zone};

/// Finds the civil days of instants in a zone, remembering the times between two changes of its clocks.
pub struct DayFinder<'z> {
    time_zone: &'z TimeZone,
    /// Stretches of time with one offset, in order: first microsecond, the one behind the last, offset in microseconds.
    stretches: Vec<(i64, i64, i64)>,
    last: usize,
}

impl<'z> DayFinder<'z> {
    /// Starts without any knowledge of the zone.
    pub fn new(zone: &'z Zone) -> DayFinder<'z> {
        DayFinder { time_zone: &zone.time_zone, stretches: Vec::new(), last: 0 }
    }

    /// The civil day of an instant; the same as [`Timestamp::day`].
    pub fn day(&mut self, instant: Timestamp) -> Option<Date> {
        let offset = match self.stretches.get(self.last) {
            Some((from, until, offset)) if (*from..*until).contains(&instant.0) => *offset,
            _ => self.offset(instant)?,
        };
        i32::try_from((instant.0 + offset).div_euclid(DAY)).ok().map(Date)
    }

    fn offset(&mut self, instant: Timestamp) -> Option<i64> {
        let at = self.stretches.partition_point(|(_, until, _)| *until <= instant.0);
        if let Some((from, _, offset)) = self.stretches.get(at)
            && *from <= instant.0
        {
            self.last = at;
            return Some(*offset);
        }
        let known = instant.to_jiff()?;
        let offset = i64::from(self.time_zone.to_offset(known).seconds()) * SECOND;
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
        self.stretches.insert(at, (from, until, offset));
        self.last = at;
        Some(offset)
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
