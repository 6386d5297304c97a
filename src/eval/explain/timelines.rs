//! What timelines have and have not in common.

use super::super::hours::Hours;
use super::super::stretches::{self, Piece};
use super::super::vector::{Measure, ends, interval, interval_measure};
use super::show::Show;
use super::{Explainer, Scope};
use crate::ir::{Expr, ExprKind, Function, TimelineOp};
use crate::schema::Type;
use crate::value::{Cell, Interval, Moment, TimelineValue, Timestamp, Value};

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
    make: impl Fn(&[Piece], &[Piece], &mut Vec<Piece>, &Hours<'_>),
) -> Vec<Interval> {
    let whole = |timeline: &TimelineValue| {
        timeline.pieces.iter().map(|piece| Piece::whole(ends(*piece))).collect::<Vec<Piece>>()
    };
    let mut made = Vec::new();
    make(&whole(first), &whole(second), &mut made, &Hours::default());
    // Only of time that is open at both ends it is not known what it is of.
    let has_end = |piece: &&Interval| piece.from.or(piece.until).is_some();
    let measure = first.pieces.iter().chain(&second.pieces).find(has_end).map(|piece| interval_measure(*piece));
    let measure = measure.unwrap_or(Measure::Date);
    made.into_iter().map(|piece| interval(measure, (piece.from, piece.until))).collect()
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
            let (timeline, window) = match window.first() {
                Some(window) => {
                    let cells = [timeline, window].map(|expr| explainer.cell(scope, expr));
                    let own = timeline_of(explainer.show, &timeline.ty.base, &cells[0], &cells[1])?;
                    (own, value(window)?)
                }
                None => {
                    let timeline = value(timeline)?;
                    let (first, last) = (timeline.pieces.first()?, timeline.pieces.last()?);
                    let whole = TimelineValue::new(vec![Interval { from: first.from, until: last.until }], true);
                    (timeline, whole)
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

/// The timeline that a cell is; of a calendar, the time in which it is open as far as the cell beside it goes.
pub(super) fn timeline_of(show: Show<'_>, ty: &Type, cell: &Cell, beside: &Cell) -> Option<TimelineValue> {
    match (ty, cell, beside) {
        (_, Cell::Present(Value::Timeline(timeline)), _) => Some(timeline.clone()),
        (Type::Calendar(_), Cell::Present(Value::Member(position)), Cell::Present(Value::Timeline(beside))) => {
            let calendar = show.environment.calendars.get(*position as usize)?;
            let mut open = Vec::new();
            for piece in &beside.pieces {
                let (from, until) = ends(*piece);
                let pieces = calendar.hours.pieces(from, until)?;
                open.extend(pieces.into_iter().map(|ends| interval(Measure::Timestamp, ends)));
            }
            Some(TimelineValue::new(open, true))
        }
        _ => None,
    }
}

/// Why an expression beside a calendar is not known: the calendar, and the first stretch of the other side of which it does
/// not say when it is open.
pub(super) fn beyond_calendar<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, expr: &'a Expr) -> Option<String> {
    let sides: [&'a Expr; 2] = match &expr.kind {
        ExprKind::TimelineOperation { left, right, .. }
        | ExprKind::Covers(left, right)
        | ExprKind::Overlaps(left, right)
        | ExprKind::During { element: left, interval: right } => [left, right],
        ExprKind::Call { function: Function::LongestGap, arguments } => match arguments.as_slice() {
            [timeline, window] => [timeline, window],
            _ => return None,
        },
        _ => return None,
    };
    let (calendar, other) = match sides {
        [calendar, other] if matches!(calendar.ty.base, Type::Calendar(_)) => (calendar, other),
        [other, calendar] if matches!(calendar.ty.base, Type::Calendar(_)) => (calendar, other),
        _ => return None,
    };
    let Cell::Present(Value::Member(position)) = explainer.cell(scope, calendar) else { return None };
    let calendar = explainer.show.environment.calendars.get(position as usize)?;
    let pieces = match explainer.cell(scope, other) {
        Cell::Present(Value::Timeline(timeline)) => timeline.pieces,
        Cell::Present(Value::Timestamp(instant)) => {
            let moment = |instant: i64| Some(Moment::Timestamp(Timestamp(instant)));
            vec![Interval { from: moment(instant.0), until: moment(instant.0.saturating_add(1)) }]
        }
        _ => return None,
    };
    let is_beyond = |piece: &&Interval| {
        let (from, until) = ends(**piece);
        calendar.hours.length(from, until).is_none()
    };
    let beyond = pieces.iter().find(is_beyond)?;
    let when = match (other.ty.base == Type::Timestamp, beyond.from) {
        (true, Some(moment)) => format!("at {moment}"),
        _ => format!("on all of {}", explainer.show.piece(*beyond)),
    };
    Some(format!("calendar {} does not say whether it is open {when}", calendar.name))
}
