//! Timelines: stretches of days or of instants.

use super::Interval;

/// Stretches of time of which some are certain.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct TimelineValue {
    /// The certain stretches, all of days or all of instants: in order, none empty, none touching the next.
    pub pieces: Vec<Interval>,
    /// Whether the certain stretches are all there are.
    pub complete: bool,
}

impl TimelineValue {
    /// Makes a timeline of intervals of one kind, in any order.
    pub fn new(mut intervals: Vec<Interval>, complete: bool) -> TimelineValue {
        // An open start sorts first, since `None` is less than any moment.
        intervals.sort_unstable_by_key(|interval| interval.from);
        let mut pieces: Vec<Interval> = Vec::with_capacity(intervals.len());
        for interval in intervals.into_iter().filter(|interval| !interval.is_empty()) {
            match pieces.last_mut() {
                Some(last) if last.until.is_none_or(|until| interval.from.is_none_or(|from| from <= until)) => {
                    last.until = last.until.zip(interval.until).map(|(a, b)| a.max(b));
                }
                _ => pieces.push(interval),
            }
        }
        TimelineValue { pieces, complete }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Date, Moment};

    fn days(from: Option<i32>, until: Option<i32>) -> Interval {
        let day = |day: i32| Moment::Date(Date(day));
        Interval { from: from.map(day), until: until.map(day) }
    }

    #[test]
    fn intervals_that_touch_become_one_stretch() {
        let intervals = vec![
            days(Some(7), Some(9)),
            days(Some(1), Some(3)),
            days(Some(5), Some(5)),
            days(Some(3), Some(4)),
            days(None, Some(0)),
            days(Some(8), None),
            days(Some(30), Some(40)),
        ];
        let expected = vec![days(None, Some(0)), days(Some(1), Some(4)), days(Some(7), None)];
        assert_eq!(TimelineValue::new(intervals, true).pieces, expected);
    }
}
