//! Recurrence: whether the dates of candidates follow one another in time.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::evaluation::Binding;
use super::frame::Frame;
use super::vector::{Shape, Vector, span_of};
use super::{Evaluator, levels};
use crate::data::State;
use crate::ir::{AggregateParts, Expr, ExprKind, VariableId};
use crate::value::time::Recurrence;
use crate::value::{Date, Moment, SetValue, Truth, Value};

/// What recurs is measured by, for the rows of a frame.
struct Measures<'a> {
    /// The first day of the period and the one behind the last; none if they are not known.
    days: Option<(Date, Date)>,
    today: Option<Date>,
    spans: Vector<'a>,
    first_due: Option<Vector<'a>>,
}

impl Measures<'_> {
    /// What a row is measured by; none if that is not known.
    fn of(&self, row: usize) -> Option<Recurrence> {
        let (from, until) = self.days?;
        let present = |vector: &Vector<'_>| (vector.state(row) == State::Present).then(|| vector.value(row));
        let span = span_of(&present(&self.spans)?).filter(|span| span.leads_forward())?;
        let first_due = match &self.first_due {
            Some(first_due) => Some(date_of(&present(first_due)?)?),
            None => None,
        };
        Some(Recurrence { from, until, today: self.today, span, first_due })
    }
}

fn date_of(value: &Value) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        _ => None,
    }
}

/// A member of a set of days.
pub(super) fn day(value: &Value) -> Date {
    date_of(value).unwrap_or(Date(i32::MAX))
}

fn recurs(recurrence: Recurrence, dates: &SetValue) -> Truth {
    if recurrence.missed(&dates.members, day).next().is_some() {
        return if dates.complete && recurrence.today.is_some() { Truth::False } else { Truth::Unknown };
    }
    let suffices = dates.complete || recurrence.can_only_gain(dates.members.first().map(day));
    if suffices { Truth::True } else { Truth::Unknown }
}

impl<'a> Evaluator<'a> {
    /// Whether the dates of each row recur. `dates` are sets of days.
    pub(super) fn recurs(&self, dates: &Vector<'a>, parts: &'a AggregateParts, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let Some(measures) = self.measures(parts, frame) else { return Vector::unknown(frame.rows()) };
        let mut operands = vec![dates, &measures.spans];
        operands.extend(&measures.first_due);
        let (shape, sets) = (Shape::of(&operands), dates.to_sets());
        // Rows that share their dates share what these come to.
        let mut known: FxHashMap<(usize, Recurrence), Truth> = FxHashMap::default();
        let truth = |row: usize| match measures.of(row) {
            Some(recurrence) => {
                let dates = &sets[dates.at(row)];
                *known.entry((Arc::as_ptr(dates).addr(), recurrence)).or_insert_with(|| recurs(recurrence, dates))
            }
            None => Truth::Unknown,
        };
        Vector::truths(shape, (0..shape.physical()).map(truth).collect())
    }

    /// For each row of a frame for which a `recurs` is true, whether that rests on no date at all.
    pub(super) fn had_no_date(&self, expr: &'a Expr, frame: &Frame<'_, 'a>) -> Vec<bool> {
        let ExprKind::Aggregate { parts, .. } = &expr.kind else { return vec![false; frame.rows()] };
        let Some(measures) = self.measures(parts, frame) else { return vec![false; frame.rows()] };
        let dates = self.candidates_of(expr, frame);
        let sets: Vec<Arc<SetValue>> = dates.to_sets();
        (0..frame.rows())
            .map(|row| {
                let earliest = sets[dates.at(row)].members.first().map(day);
                let has_come = |recurrence: Recurrence| earliest.is_some_and(|date| recurrence.has_come(date));
                !measures.of(row).is_some_and(has_come)
            })
            .collect()
    }

    /// What a `recurs` is measured by for one subject, and its certain dates; none if that is not known.
    pub(super) fn course(
        &self,
        expr: &'a Expr,
        scope: &[(VariableId, Binding)],
    ) -> Option<(Recurrence, Arc<SetValue>)> {
        let ExprKind::Aggregate { parts, .. } = &expr.kind else { return None };
        self.with_stack(levels(expr), || {
            let frame = self.scope_frame(scope, std::iter::once(expr));
            let recurrence = self.measures(parts, &frame)?.of(0)?;
            let dates = self.candidates_of(expr, &frame);
            Some((recurrence, Arc::clone(dates.to_sets().first()?)))
        })
    }

    fn measures(&self, parts: &'a AggregateParts, frame: &Frame<'_, 'a>) -> Option<Measures<'a>> {
        let days = self.inputs.settings.period.and_then(|period| match (period.from, period.until) {
            (Some(Moment::Date(from)), Some(Moment::Date(until))) => Some((from, until)),
            _ => None,
        });
        Some(Measures {
            days,
            today: self.today(),
            spans: self.eval(parts.every.as_ref()?, frame),
            first_due: parts.from.as_ref().map(|first_due| self.eval(first_due, frame)),
        })
    }
}
