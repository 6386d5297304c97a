//! What was not held in time: the due date that was missed, with the dates around it and what nearly counted.

use std::collections::BTreeSet;

use super::related::{Looked, Range, with_article};
use super::{Cause, Explainer, MOST_RELATED, Related, Scope, cause};
use crate::eval::Candidate;
use crate::eval::recurrence::day;
use crate::ir::{AggregateParts, Binder, Expr};
use crate::value::time::{Missed, Recurrence};
use crate::value::{Cell, Date, Truth, Value};

/// Most candidates that are looked at to find those to show.
const MOST_CANDIDATES: usize = 1000;

/// Explains a `recurs` that is false, or true.
pub(super) fn look<'a>(range: &Range<'_, '_, 'a>, expr: &'a Expr, parts: &'a AggregateParts) -> Option<Looked> {
    let explainer = range.explainer;
    let (recurrence, dates) = explainer.evaluator.course(expr, &range.scope)?;
    let missed: Vec<Missed> = recurrence.missed(&dates.members, day).collect();
    let one = range.one();
    let Some(first) = missed.first() else {
        let last = dates.members.iter().map(day).rfind(|date| recurrence.has_come(*date));
        let says = match last {
            Some(last) => format!("{} was never overdue; the last was on {last}", with_article(&one)),
            None => format!("no {one} was due yet"),
        };
        return Some(Looked { related: Vec::new(), left_out: 0, says: Some(says) });
    };
    let says = in_words(&one, &recurrence, first, missed.len());
    let (related, left_out) = if range.deep { neighbours(range, parts, &recurrence, first) } else { (Vec::new(), 0) };
    Some(Looked { related, left_out, says: Some(says) })
}

/// The last day that is looked at.
fn end(recurrence: &Recurrence) -> Date {
    let last = Date(recurrence.until.0.saturating_sub(1));
    recurrence.today.map_or(last, |today| today.min(last))
}

fn in_words(one: &str, recurrence: &Recurrence, missed: &Missed, count: usize) -> String {
    let Recurrence { from, span, first_due, .. } = recurrence;
    let counted = match missed.before {
        // Where nothing is due before the first due date, that decides.
        _ if *first_due == Some(missed.due) => "the first due date".to_owned(),
        Some(before) => format!("{span} after {before}"),
        None => format!("the end of the first {span} of the period, which begins on {from} with none before"),
    };
    let next = match missed.after {
        Some(after) => format!("the next was on {after}"),
        None => format!("there was none up to {}", end(recurrence)),
    };
    let more = match count - 1 {
        0 => String::new(),
        1 => "; another due date was missed later".to_owned(),
        more => format!("; {more} more due dates were missed later"),
    };
    format!("{} was due on {}, {counted}; {next}{more}", with_article(one), missed.due)
}

/// The records around a missed due date, and those that do not count although they lie between them.
fn neighbours<'a>(
    range: &Range<'_, '_, 'a>,
    parts: &'a AggregateParts,
    recurrence: &Recurrence,
    missed: &Missed,
) -> (Vec<Related>, u64) {
    let Some(value) = &parts.value else { return (Vec::new(), 0) };
    let explainer = range.explainer;
    let candidates = explainer.evaluator.candidates(range.binder, &range.scope, MOST_CANDIDATES);
    let text = explainer.show.expr(value);
    let date_of = |candidate: &Candidate| match explainer.cell(&range.inside(candidate), value) {
        Cell::Present(Value::Date(date)) => Some(date),
        _ => None,
    };
    let dated = candidates.nearest.iter().filter_map(|candidate| Some((date_of(candidate)?, candidate)));
    let is_between =
        |date: Date| missed.before.unwrap_or(recurrence.from) < date && date < missed.after.unwrap_or(Date(i32::MAX));
    let (mut around, mut between) = (Vec::new(), Vec::new());
    for (date, candidate) in dated {
        let on = format!("{text} = {date}");
        if candidate.counts == Truth::True {
            if missed.before == Some(date) || missed.after == Some(date) {
                around.push((date, range.related(candidate, vec![on])));
            }
        } else if is_between(date) {
            let why = range.first_conjunct(candidate, candidate.counts).into_iter().next();
            between.push((date, range.related(candidate, std::iter::once(on).chain(why).collect())));
        }
    }
    let order = |(date, related): &(Date, Related)| (*date, related.record.clone());
    around.sort_by_key(order);
    around.truncate(MOST_RELATED - 1);
    between.sort_by_key(order);
    between.truncate(MOST_RELATED - around.len());
    around.append(&mut between);
    around.sort_by_key(order);
    let left_out = candidates.total.saturating_sub(around.len() as u64);
    (around.into_iter().map(|(_, related)| related).collect(), left_out)
}

/// Adds why it is not known whether something recurs: what is not known of the dates, of the span, or of the run.
pub(super) fn causes<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    binder: &'a Binder,
    parts: &'a AggregateParts,
    causes: &mut BTreeSet<Cause>,
) {
    let mut are_known = cause::binder_causes(explainer, scope, binder, parts.value.as_ref(), causes);
    for part in parts.every.iter().chain(&parts.from) {
        if explainer.cell(scope, part) == Cell::Unknown {
            are_known = false;
            cause::collect(explainer, scope, part, causes);
        }
    }
    let settings = explainer.evaluator.inputs.settings;
    if settings.period.is_none() {
        are_known = false;
        causes.insert(cause::no_period());
    }
    if settings.as_of.is_none() {
        are_known = false;
        causes.insert(cause::no_as_of());
    }
    let Some(every) = parts.every.as_ref().filter(|_| are_known) else { return };
    let text = explainer.show.expr(every);
    causes.insert(match explainer.cell(scope, every) {
        Cell::Present(Value::Span(span)) if !span.leads_forward() => {
            cause::plain("not-forward", format!("{text} ({span}) does not lead forward"))
        }
        _ => cause::plain("not-computable", "the audit period is open".to_owned()),
    });
}
