//! `recurs`, day by day.

use shall::ir::AggregateParts;
use shall::value::{CalendarSpan, Cell, Date, Moment, SetValue, Truth, Value};

use super::{Oracle, Scope};

/// What is measured.
struct Course {
    /// The first day of the period, and the one behind its last.
    period: (Date, Date),
    span: CalendarSpan,
    first: Option<Date>,
}

impl Course {
    /// The day until whose end the next date is awaited at the start of a day.
    fn due(&self, dates: &[Date], day: Date) -> Option<Date> {
        let first = self.first.unwrap_or(Date(i32::MIN));
        match dates.iter().filter(|date| **date < day).max() {
            Some(last) => last.checked_add(self.span).map(|due| due.max(first)),
            None if self.first.is_some() => self.first,
            None => self.period.0.checked_add(self.span)?.checked_add(CalendarSpan { months: 0, days: -1 }),
        }
    }

    /// Whether some day, up to the start of `end`, began with a due date behind it. The period's first day is over then.
    fn is_ever_overdue(&self, dates: &[Date], end: Date) -> bool {
        (self.period.0.0 + 1..=end.0).map(Date).any(|day| self.due(dates, day).is_some_and(|due| due < day))
    }
}

impl Oracle<'_> {
    /// Whether dates, of which certain ones are known, recur; and whether none of them has come so far.
    pub(super) fn recurs(&self, dates: &SetValue, parts: &AggregateParts, scope: &Scope) -> (Truth, bool) {
        let known = |expr: &Option<shall::ir::Expr>| expr.as_ref().map(|expr| self.value(expr, scope));
        let date = |value: &Value| match value {
            Value::Date(date) => Some(*date),
            _ => None,
        };
        let (Some(Cell::Present(Value::Span(span))), Some(period)) = (known(&parts.every), self.run.period) else {
            return (Truth::Unknown, false);
        };
        let (Some(Moment::Date(from)), Some(Moment::Date(until))) = (period.from, period.until) else {
            return (Truth::Unknown, false);
        };
        let first = match known(&parts.from) {
            None => None,
            Some(Cell::Present(value)) => date(&value),
            Some(_) => return (Truth::Unknown, false),
        };
        // It leads forward from wherever it begins: here, from any day of four years.
        let leads = |start: i32| Date(start).checked_add(span).is_none_or(|end| end > Date(start));
        if !(from.0..from.0 + 1461).all(leads) {
            return (Truth::Unknown, false);
        }
        let certain: Vec<Date> = dates.members.iter().filter_map(date).collect();
        let today = self.run.as_of.and_then(|as_of| self.day(as_of));
        let course = Course { period: (from, until), span, first };
        let end = today.map_or(until, |today| today.min(until));
        let none_came = !certain.iter().any(|date| *date < until && today.is_none_or(|today| *date <= today));
        let overdue = course.is_ever_overdue(&certain, end);
        let truth = match (overdue, dates.complete) {
            (true, true) if today.is_some() => Truth::False,
            (true, _) => Truth::Unknown,
            (false, true) => Truth::True,
            // A date that is not known may lie as far back as one likes.
            (false, false) => {
                let mut more = certain;
                more.push(Date(from.0 - 100_000));
                if course.is_ever_overdue(&more, end) { Truth::Unknown } else { Truth::True }
            }
        };
        (truth, none_came)
    }
}
