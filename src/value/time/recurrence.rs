//! What recurs: whether dates follow one another in time.

use super::{CalendarSpan, Date};

/// The days over which dates are looked at, and how soon each has to follow the one before.
///
/// A date is in time until its day is over. The first due date is the last date at or before `from` plus the span; if there
/// is none, the first-due date, or else the last day of the span that begins with `from`. Each further one is the date
/// before plus the span. Where a first-due date is given, nothing is due before it. A due date that lies before both `until`
/// and `today` and was not met is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Recurrence {
    /// The first day.
    pub from: Date,
    /// The day behind the last.
    pub until: Date,
    /// The day that is not over yet; none: all days are.
    pub today: Option<Date>,
    /// How soon a date has to follow; leads forward.
    pub span: CalendarSpan,
    /// When the first is due.
    pub first_due: Option<Date>,
}

/// A due date that was missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// The due date.
    pub due: Date,
    /// The date from which it was counted; none if there was none.
    pub before: Option<Date>,
    /// The next date, up to `today` and the last day.
    pub after: Option<Date>,
}

impl CalendarSpan {
    /// Whether it leads to a later day, wherever it begins.
    pub fn leads_forward(self) -> bool {
        self.compare(CalendarSpan::default()).is_some_and(std::cmp::Ordering::is_gt)
    }
}

impl Recurrence {
    /// Whether a date lies behind neither the last day nor `today`.
    pub fn has_come(&self, date: Date) -> bool {
        date < self.until && self.today.is_none_or(|today| date <= today)
    }

    /// Whether more dates than some could only help. Without a first-due date, and without a date at or before `from`, one
    /// that lies far back would be the one to count from.
    pub fn can_only_gain(&self, earliest: Option<Date>) -> bool {
        self.first_due.is_some() || earliest.is_some_and(|earliest| earliest <= self.from) || !self.has_begun()
    }

    /// The due dates that were missed, in order, among dates in ascending order. Takes steps for the due dates between
    /// `from` and `until`, or for the dates if those are fewer.
    pub fn missed<'r, T>(&'r self, dates: &'r [T], day: impl Fn(&T) -> Date + 'r) -> impl Iterator<Item = Missed> + 'r {
        let mut at = dates.partition_point(|date| day(date) <= self.from);
        let mut before = at.checked_sub(1).map(|last| day(&dates[last]));
        let mut due = match (before, self.first_due) {
            (Some(before), _) => self.due_after(before),
            (None, Some(first_due)) => first_due,
            (None, None) => self.last_day_of_first_span(),
        };
        let mut is_over = !self.has_begun();
        std::iter::from_fn(move || {
            while !is_over && self.is_past(due) {
                let in_time = at + dates[at..].partition_point(|date| day(date) <= due);
                if in_time > at {
                    let last = day(&dates[in_time - 1]);
                    (at, before, due) = (in_time, Some(last), self.due_after(last));
                    continue;
                }
                let after = dates.get(at).map(&day).filter(|after| self.has_come(*after));
                let missed = Missed { due, before, after };
                match after {
                    Some(after) => (at, before, due) = (at + 1, Some(after), self.due_after(after)),
                    None => is_over = true,
                }
                return Some(missed);
            }
            None
        })
    }

    /// Whether any day of the period is over.
    fn has_begun(&self) -> bool {
        self.until > self.from && self.today.is_none_or(|today| today > self.from)
    }

    fn is_past(&self, due: Date) -> bool {
        due < self.until && self.today.is_none_or(|today| due < today)
    }

    fn due_after(&self, date: Date) -> Date {
        // What lies behind the last day of the calendar is never due.
        let due = date.checked_add(self.span).unwrap_or(Date(i32::MAX));
        self.first_due.map_or(due, |first_due| due.max(first_due))
    }

    fn last_day_of_first_span(&self) -> Date {
        self.from.checked_add(self.span).map_or(Date(i32::MAX), |behind| Date(behind.0 - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    const MONTH: CalendarSpan = CalendarSpan { months: 1, days: 0 };

    /// The year 2025, with all of its days over.
    fn year(span: CalendarSpan) -> Recurrence {
        Recurrence { from: day("2025-01-01"), until: day("2026-01-01"), today: None, span, first_due: None }
    }

    fn missed(recurrence: &Recurrence, dates: &[&str]) -> Vec<String> {
        let dates: Vec<Date> = dates.iter().map(|date| day(date)).collect();
        recurrence.missed(&dates, |date| *date).map(|missed| missed.due.to_string()).collect()
    }

    #[test]
    fn each_due_date_is_the_date_before_plus_the_span() {
        let half_years = year(CalendarSpan { months: 6, days: 0 });
        assert_eq!(missed(&half_years, &["2024-12-20", "2025-06-20", "2025-12-20"]), [""; 0]);
        assert_eq!(missed(&half_years, &["2024-12-20", "2025-06-21", "2025-12-20"]), ["2025-06-20"]);
        // What was before the last date at or before the start does not matter.
        assert_eq!(missed(&half_years, &["2020-01-01", "2025-01-01", "2025-07-01", "2025-12-31"]), [""; 0]);
        // Held early, due early.
        assert_eq!(missed(&half_years, &["2025-01-01", "2025-02-01", "2025-09-01"]), ["2025-08-01"]);
        assert_eq!(missed(&half_years, &["2023-01-01", "2025-09-01"]), ["2023-07-01"]);
    }

    #[test]
    fn without_an_earlier_date_the_first_span_of_the_period_must_hold_one() {
        let years = year(CalendarSpan { months: 12, days: 0 });
        assert_eq!(missed(&years, &[]), ["2025-12-31"]);
        assert_eq!(missed(&years, &["2025-12-31"]), [""; 0]);
        assert_eq!(missed(&years, &["2026-01-01"]), ["2025-12-31"]);
        assert_eq!(missed(&year(CalendarSpan { months: 12, days: 1 }), &[]), [""; 0]);
    }

    #[test]
    fn nothing_is_due_before_the_first_due_date() {
        let from_july = Recurrence { first_due: Some(day("2025-07-15")), ..year(MONTH) };
        assert_eq!(missed(&from_july, &[]), ["2025-07-15"]);
        assert_eq!(missed(&from_july, &["2025-02-01", "2025-07-15"]), ["2025-08-15"]);
        assert_eq!(missed(&from_july, &["2020-02-01", "2025-07-16"]), ["2025-07-15", "2025-08-16"]);
        let long_ago = Recurrence { first_due: Some(day("2020-01-01")), ..year(MONTH) };
        assert_eq!(missed(&long_ago, &["2025-01-10"]), ["2020-01-01", "2025-02-10"]);
    }

    #[test]
    fn only_days_that_are_over_count() {
        let until_june = Recurrence { today: Some(day("2025-06-15")), ..year(MONTH) };
        assert_eq!(missed(&until_june, &["2025-05-15"]), ["2025-01-31"]);
        assert_eq!(
            missed(&until_june, &["2024-12-31", "2025-01-31", "2025-02-28", "2025-03-28", "2025-04-28"]),
            ["2025-05-28"]
        );
        let before = Recurrence { today: Some(day("2025-01-01")), ..year(MONTH) };
        assert_eq!(missed(&before, &["2020-01-01"]), [""; 0]);
        let next_day = Recurrence { today: Some(day("2025-01-02")), ..year(MONTH) };
        assert_eq!(missed(&next_day, &["2020-01-01"]), ["2020-02-01"]);
    }

    #[test]
    fn every_missed_due_date_is_told_with_its_neighbours() {
        let quarters = year(CalendarSpan { months: 3, days: 0 });
        let dates = [day("2024-11-01"), day("2025-03-01"), day("2025-04-01"), day("2026-02-01")];
        let found: Vec<Missed> = quarters.missed(&dates, |date| *date).collect();
        let some = |text| Some(day(text));
        assert_eq!(
            found,
            [
                Missed { due: day("2025-02-01"), before: some("2024-11-01"), after: some("2025-03-01") },
                Missed { due: day("2025-07-01"), before: some("2025-04-01"), after: None },
            ]
        );
    }

    /// More dates never turn what recurs into what does not, if it can only gain.
    #[test]
    fn dates_only_help_where_they_are_said_to() {
        let start = day("2025-01-01").0;
        let mut seed = 7u32;
        let mut next = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        };
        for _ in 0..5_000 {
            let recurrence = Recurrence {
                from: Date(start + 40),
                until: Date(start + 60 + next(60) as i32),
                today: (next(2) == 0).then(|| Date(start + 30 + next(90) as i32)),
                span: CalendarSpan { months: next(2) as i32, days: 1 + next(20) as i32 },
                first_due: (next(2) == 0).then(|| Date(start + next(100) as i32)),
            };
            let mut dates: Vec<Date> = (0..next(6)).map(|_| Date(start + next(120) as i32)).collect();
            dates.sort_unstable();
            let recurs = |dates: &[Date]| recurrence.missed(dates, |date| *date).next().is_none();
            if recurs(&dates) && recurrence.can_only_gain(dates.first().copied()) {
                dates.push(Date(start - 400 + next(600) as i32));
                dates.sort_unstable();
                assert!(recurs(&dates), "{recurrence:?} {dates:?}");
            }
        }
    }
}
