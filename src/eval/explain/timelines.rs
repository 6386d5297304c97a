//! What timelines have and have not in common.

use super::super::stretches;
use super::super::vector::{Ends, Measure, ends, interval, interval_measure};
use super::{Explainer, Scope};
use crate::ir::{Expr, ExprKind, Function, TimelineOp};
use crate::schema::Type;
use crate::value::{Cell, Interval, TimelineValue, Value};

/// Whether a type is of timelines.
pub(super) fn is_timeline(ty: &Type) -> bool {
    matches!(ty, Type::DateTimeline | Type::TimestampTimeline)
}

/// What lies for certain in the first timeline and not in the second.
pub(super) fn outside(first: &TimelineValue, second: &TimelineValue) -> Vec<Interval> {
    made(first, second, stretches::minus)
}

/// What lies for certain in both timelines.
pub(super) fn within(first: &TimelineValue, second: &TimelineValue) -> Vec<Interval> {
    made(first, second, stretches::within)
}

fn made(
    first: &TimelineValue,
    second: &TimelineValue,
    make: impl Fn(&[Ends], &[Ends], &mut Vec<Ends>),
) -> Vec<Interval> {
    let whole = |timeline: &TimelineValue| timeline.pieces.iter().map(|piece| ends(*piece)).collect::<Vec<Ends>>();
    let mut made = Vec::new();
    make(&whole(first), &whole(second), &mut made);
    // Only of time that is open at both ends it is not known what it is of.
    let has_end = |piece: &&Interval| piece.from.or(piece.until).is_some();
    let measure = first.pieces.iter().chain(&second.pieces).find(has_end).map(|piece| interval_measure(*piece));
    made.into_iter().map(|ends| interval(measure.unwrap_or(Measure::Date), ends)).collect()
}

/// Which time a length or a longest gap is of, where an expression is one: `; counted: …; taken away: …`, `; the gap: …`.
pub(super) fn measured<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, expr: &'a Expr) -> Option<String> {
    let ExprKind::Call { function, arguments } = &explainer.meant(expr).kind else { return None };
    let value = |expr: &'a Expr| match explainer.cell(scope, expr) {
        Cell::Present(Value::Timeline(timeline)) => Some(timeline),
        _ => None,
    };
    let shown = |pieces: &[Interval]| explainer.show.pieces(pieces, true);
    match (function, arguments.as_slice()) {
        (Function::Length, [timeline]) => {
            let counted = value(timeline)?;
            let mut text = format!("; counted: {}", shown(&counted.pieces));
            if let ExprKind::TimelineOperation { op: TimelineOp::Minus, left, .. } = &explainer.meant(timeline).kind {
                let away = outside(&value(left)?, &counted);
                if !away.is_empty() {
                    text.push_str(&format!("; taken away: {}", shown(&away)));
                }
            }
            Some(text)
        }
        (Function::LongestGap, [timeline, window @ ..]) => {
            let timeline = value(timeline)?;
            let window = match window.first() {
                Some(window) => value(window)?,
                None => {
                    let (first, last) = (timeline.pieces.first()?, timeline.pieces.last()?);
                    TimelineValue::new(vec![Interval { from: first.from, until: last.until }], true)
                }
            };
            let gaps = outside(&window, &timeline);
            let length = |gap: &&Interval| ends(**gap).1.saturating_sub(ends(**gap).0);
            // Of several that are as long the first.
            let longest = gaps.iter().rev().max_by_key(length)?;
            Some(format!("; the gap: {}", shown(&[*longest])))
        }
        _ => None,
    }
}
