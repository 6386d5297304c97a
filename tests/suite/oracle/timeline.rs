//! Timelines: every operation asks of each stretch between two ends, whichever timeline they are of, where it lies.

use std::cmp::Ordering;

use shall::ir::{CompareOp, Function, TimelineOp};
use shall::schema::Type;
use shall::value::{CalendarSpan, Cell, Interval, Moment, Number, TimelineValue, Truth, Value};

use super::quantity::Part;

/// A value that is a timeline, or an interval as one.
pub(super) fn as_timeline(value: Value) -> Option<TimelineValue> {
    match value {
        Value::Timeline(timeline) => Some(timeline),
        Value::Interval(interval) => Some(TimelineValue::new(vec![interval], true)),
        _ => None,
    }
}

/// The stretches between one end and the next, with an open one before the first and behind the last.
fn stretches(mut ends: Vec<Moment>) -> Vec<Interval> {
    ends.sort_unstable();
    ends.dedup();
    let starts = std::iter::once(None).chain(ends.iter().copied().map(Some));
    let stops = ends.iter().copied().map(Some).chain(std::iter::once(None));
    starts.zip(stops).map(|(from, until)| Interval { from, until }).collect()
}

/// The stretches of two timelines for which something holds of whether they lie in the one and in the other.
fn stretches_where(left: &TimelineValue, right: &TimelineValue, keep: impl Fn(bool, bool) -> bool) -> Vec<Interval> {
    let pieces = left.pieces.iter().chain(&right.pieces);
    let lies_in = |timeline: &TimelineValue, stretch| timeline.pieces.iter().any(|piece| piece.includes(stretch));
    let kept = stretches(pieces.flat_map(|piece| piece.from.into_iter().chain(piece.until)).collect())
        .into_iter()
        .filter(|stretch| keep(lies_in(left, *stretch), lies_in(right, *stretch)))
        .collect();
    TimelineValue::new(kept, true).pieces
}

pub(super) fn operation(op: TimelineOp, left: &TimelineValue, right: &TimelineValue) -> Option<Value> {
    let complete = left.complete && right.complete;
    let pieces = match op {
        TimelineOp::Within => stretches_where(left, right, |left, right| left && right),
        TimelineOp::Union => stretches_where(left, right, |left, right| left || right),
        TimelineOp::Minus if !complete => return None,
        TimelineOp::Minus => stretches_where(left, right, |left, right| left && !right),
    };
    Some(Value::Timeline(TimelineValue { pieces, complete }))
}

fn has_more(left: &TimelineValue, right: &TimelineValue) -> bool {
    !stretches_where(left, right, |left, right| left && !right).is_empty()
}

pub(super) fn covers(outer: &TimelineValue, inner: &TimelineValue) -> Truth {
    match has_more(inner, outer) {
        false if inner.complete => Truth::True,
        true if outer.complete => Truth::False,
        _ => Truth::Unknown,
    }
}

pub(super) fn overlaps(left: &TimelineValue, right: &TimelineValue) -> Truth {
    if !stretches_where(left, right, |left, right| left && right).is_empty() {
        Truth::True
    } else if left.complete && right.complete {
        Truth::False
    } else {
        Truth::Unknown
    }
}

pub(super) fn has(timeline: &TimelineValue, moment: Moment) -> Truth {
    if timeline.pieces.iter().any(|piece| piece.has(moment)) {
        Truth::True
    } else if timeline.complete {
        Truth::False
    } else {
        Truth::Unknown
    }
}

pub(super) fn compare(op: CompareOp, left: &TimelineValue, right: &TimelineValue) -> Truth {
    let differ = (right.complete && has_more(left, right)) || (left.complete && has_more(right, left));
    let equal = if differ {
        Truth::False
    } else if left.complete && right.complete {
        Truth::True
    } else {
        Truth::Unknown
    };
    match op {
        CompareOp::Equal => equal,
        CompareOp::NotEqual => !equal,
        _ => Truth::Unknown,
    }
}

/// `length` and `longest_gap` of arguments that are present.
pub(super) fn measure(function: Function, timelines: &[TimelineValue], ty: &Type) -> Cell {
    if !timelines.iter().all(|timeline| timeline.complete) {
        return Cell::Unknown;
    }
    let stretches = match (function, timelines) {
        (Function::Length, [timeline]) => timeline.pieces.clone(),
        (_, [timeline, window]) => stretches_where(timeline, window, |timeline, window| window && !timeline),
        (_, [timeline]) => match (timeline.pieces.first(), timeline.pieces.last()) {
            (Some(first), Some(last)) => {
                let whole = TimelineValue::new(vec![Interval { from: first.from, until: last.until }], true);
                if first.from.is_none() || last.until.is_none() {
                    return Cell::Unknown;
                }
                stretches_where(&whole, timeline, |whole, timeline| whole && !timeline)
            }
            _ => return Cell::Absent,
        },
        _ => return Cell::Unknown,
    };
    let lengths: Option<Vec<i128>> = stretches.iter().map(length).collect();
    let Some(lengths) = lengths else { return Cell::Unknown };
    let length = match function {
        Function::Length => lengths.into_iter().sum(),
        _ => lengths.into_iter().max().unwrap_or(0),
    };
    Cell::Present(match ty {
        Type::Span => Value::Span(CalendarSpan { months: 0, days: length as i32 }),
        _ => Value::Duration(Number::from_integer(length)),
    })
}

fn length(stretch: &Interval) -> Option<i128> {
    Some(match (stretch.from?, stretch.until?) {
        (Moment::Date(from), Moment::Date(until)) => i128::from(until.0) - i128::from(from.0),
        (Moment::Timestamp(from), Moment::Timestamp(until)) => i128::from(until.0) - i128::from(from.0),
        _ => return None,
    })
}

/// What lies in any of the values of some candidates.
pub(super) fn of_values(parts: &[Part]) -> Cell {
    let (mut intervals, mut complete) = (Vec::new(), true);
    for part in parts {
        match &part.value {
            Cell::Present(value) if part.certain => {
                let timeline = as_timeline(value.clone()).unwrap_or_default();
                intervals.extend(timeline.pieces);
                complete &= timeline.complete;
            }
            _ => complete = false,
        }
    }
    Cell::Present(Value::Timeline(TimelineValue::new(intervals, complete)))
}

/// When the condition of a log's last event holds. Between two moments at which there are events, every event that may be
/// the last one has a say: those of the last moment with one that is certain, and all that may have happened since.
pub(super) fn of_log(parts: &[Part]) -> Cell {
    let at: Option<Vec<Moment>> = parts
        .iter()
        .map(|part| match part.by {
            Cell::Present(Value::Date(date)) => Some(Moment::Date(date)),
            Cell::Present(Value::Timestamp(instant)) => Some(Moment::Timestamp(instant)),
            _ => None,
        })
        .collect();
    let Some(at) = at else { return Cell::Unknown };
    let (mut intervals, mut complete) = (Vec::new(), true);
    for stretch in stretches(at.clone()) {
        let happened = |moment: &Moment| stretch.from.is_some_and(|from| moment.cmp(&from) != Ordering::Greater);
        let events = || parts.iter().zip(&at).filter(|(_, moment)| happened(moment));
        let last = events().filter(|(part, _)| part.certain).map(|(_, moment)| *moment).max();
        let mut says: Vec<Truth> = events()
            .filter(|(_, moment)| last.is_none_or(|last| **moment >= last))
            .map(|(part, _)| match part.condition {
                Cell::Present(Value::Boolean(known)) => Truth::from(known),
                _ => Truth::Unknown,
            })
            .collect();
        if last.is_none() {
            says.push(Truth::False);
        }
        if says.iter().all(|says| *says == Truth::True) {
            intervals.push(stretch);
        } else if !says.iter().all(|says| *says == Truth::False) {
            complete = false;
        }
    }
    Cell::Present(Value::Timeline(TimelineValue::new(intervals, complete)))
}
