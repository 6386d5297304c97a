//! Timelines: how they are made of intervals, meet, and are measured.

use super::super::stretches;
use super::super::vector::{Data, Ends, Measure, Shape, Timelines, TimelinesBuilder, Vector};
use super::{joint_states, overlay};
use crate::data::State;
use crate::ir::{CompareOp, Function, TimelineOp};
use crate::value::{CalendarSpan, Cell, Truth, Value};

/// An interval as a timeline.
pub(super) fn of_intervals<'a>(vector: &Vector<'a>) -> Vector<'a> {
    let Data::Intervals(measure, ends) = &vector.data else { return vector.clone() };
    let mut timelines = TimelinesBuilder::new(*measure, ends.len());
    for (from, until) in ends.iter() {
        timelines.push_with(|out| {
            out.extend((from < until).then_some((*from, *until)));
            true
        });
    }
    Vector::shaped(vector.shape(), Data::Timelines(timelines.finish()), vector.states.clone())
}

/// A timeline of days as that of their instants; `start` gives the first instant of a day.
pub(super) fn whole_days<'a>(
    vector: &Vector<'a>,
    timelines: &Timelines<'a>,
    mut start: impl FnMut(i64) -> Option<i64>,
) -> Vector<'a> {
    let mut instants = TimelinesBuilder::new(Measure::Timestamp, vector.shape().physical());
    let mut open = Vec::new();
    for row in 0..vector.shape().physical() {
        instants.push_with(|out| {
            let behind = out.len();
            for (from, until) in timelines.pieces(row) {
                match (start(*from), start(*until)) {
                    (Some(from), Some(until)) => out.push((from, until)),
                    _ => open.push(row),
                }
            }
            // A day that a zone left out has no instant.
            stretches::normalize(out, behind);
            timelines.is_complete(row)
        });
    }
    super::time::with_unknown(vector, Data::Timelines(instants.finish()), |row| open.binary_search(&row).is_ok())
}

/// `a within b`, `a minus b`, `a union b`
pub(super) fn operation<'a>(op: TimelineOp, left: &Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
    let shape = Shape::of(&[left, right]);
    let (Data::Timelines(a), Data::Timelines(b)) = (&left.data, &right.data) else {
        return Vector::unknown(shape.rows);
    };
    let mut result = TimelinesBuilder::new(a.measure(), shape.physical());
    let mut open = false;
    for row in 0..shape.physical() {
        let (at, beside) = (left.at(row), right.at(row));
        let complete = a.is_complete(at) && b.is_complete(beside);
        open |= !complete;
        let (a, b) = (a.pieces(at), b.pieces(beside));
        result.push_with(|out| {
            match op {
                TimelineOp::Within => stretches::within(a, b, out),
                TimelineOp::Minus => stretches::minus(a, b, out),
                TimelineOp::Union => stretches::union(a, b, out),
            }
            complete
        });
    }
    let result = Vector::shaped(shape, Data::Timelines(result.finish()), joint_states(&[left, right], shape));
    let is_open = |row: usize| match &result.data {
        Data::Timelines(timelines) => !timelines.is_complete(row),
        _ => false,
    };
    if op == TimelineOp::Minus && open {
        return super::time::with_unknown(&result, result.data.clone(), is_open);
    }
    result
}

/// Two timelines, each with whether it is complete.
#[derive(Clone, Copy)]
struct Two<'t> {
    left: &'t [Ends],
    left_complete: bool,
    right: &'t [Ends],
    right_complete: bool,
}

fn relate<'a>(left: &Vector<'a>, right: &Vector<'a>, relation: impl Fn(Two<'_>) -> Truth) -> Vec<Truth> {
    let physical = Shape::of(&[left, right]).physical();
    let (Data::Timelines(a), Data::Timelines(b)) = (&left.data, &right.data) else {
        return vec![Truth::Unknown; physical];
    };
    let two = |row: usize| {
        let (at, beside) = (left.at(row), right.at(row));
        Two {
            left: a.pieces(at),
            left_complete: a.is_complete(at),
            right: b.pieces(beside),
            right_complete: b.is_complete(beside),
        }
    };
    (0..physical).map(|row| relation(two(row))).collect()
}

/// `A covers B`
pub(super) fn covers<'a>(left: &Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
    let mut truths = relate(left, right, |two| match stretches::covers(two.left, two.right) {
        true if two.right_complete => Truth::True,
        false if two.left_complete => Truth::False,
        _ => Truth::Unknown,
    });
    overlay(&mut truths, &[left, right]);
    Vector::truths(Shape::of(&[left, right]), truths)
}

/// `A overlaps B`
pub(super) fn overlaps<'a>(left: &Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
    let mut truths = relate(left, right, |two| match stretches::overlaps(two.left, two.right) {
        true => Truth::True,
        false if two.left_complete && two.right_complete => Truth::False,
        false => Truth::Unknown,
    });
    overlay(&mut truths, &[left, right]);
    Vector::truths(Shape::of(&[left, right]), truths)
}

/// `a = b`, `a != b`; what is not present is left to the caller
pub(super) fn compare(op: CompareOp, left: &Vector<'_>, right: &Vector<'_>) -> Vec<Truth> {
    relate(left, right, |two| {
        let lacks = |whole: &[Ends], part: &[Ends]| !stretches::covers(whole, part);
        let differ =
            (two.left_complete && lacks(two.left, two.right)) || (two.right_complete && lacks(two.right, two.left));
        let equal = match (differ, two.left_complete && two.right_complete) {
            (true, _) => Truth::False,
            (false, complete) => {
                if complete {
                    Truth::True
                } else {
                    Truth::Unknown
                }
            }
        };
        if op == CompareOp::NotEqual { !equal } else { equal }
    })
}

/// Whether moments lie in timelines; what is not present is left to the caller.
pub(super) fn during(moments: &Vector<'_>, timeline: &Vector<'_>, physical: usize) -> Vec<Truth> {
    let (Data::Whole(_, values), Data::Timelines(timelines)) = (&moments.data, &timeline.data) else {
        return vec![Truth::Unknown; physical];
    };
    let truth = |row: usize| {
        let at = timeline.at(row);
        match stretches::has(timelines.pieces(at), values[moments.at(row)]) {
            true => Truth::True,
            false if timelines.is_complete(at) => Truth::False,
            false => Truth::Unknown,
        }
    };
    (0..physical).map(truth).collect()
}

/// `length(x)`, `longest_gap(x)`, `longest_gap(x, window)`
pub(super) fn measure<'a>(function: Function, arguments: &[Vector<'a>], rows: usize) -> Vector<'a> {
    let operands: Vec<&Vector<'a>> = arguments.iter().collect();
    let mut all = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let Data::Timelines(timelines) = &argument.data else { return Vector::unknown(rows) };
        all.push((argument, timelines));
    }
    let Some((_, first)) = all.first() else { return Vector::unknown(rows) };
    let (shape, unit) = (Shape::of(&operands), first.measure());
    let mut states = joint_states(&operands, shape).to_vec();
    let pieces = |at: usize, row: usize| all.get(at).map(|(vector, own)| own.pieces(vector.at(row)));
    let is_complete = |row: usize| all.iter().all(|(vector, own)| own.is_complete(vector.at(row)));
    let mut lengths: Vec<i64> = Vec::with_capacity(shape.physical());
    for row in 0..shape.physical() {
        let own = pieces(0, row).unwrap_or(&[]);
        let (length, state) = match (function, pieces(1, row)) {
            _ if !is_complete(row) => (None, State::Unknown),
            (Function::Length, _) => (stretches::length(own), State::Unknown),
            (_, Some(window)) => (stretches::longest_outside(window, own), State::Unknown),
            (_, None) if own.is_empty() => (None, State::Absent),
            (_, None) => (stretches::longest_between(own), State::Unknown),
        };
        if length.is_none() {
            if states.is_empty() {
                states.resize(shape.physical(), State::Present);
            }
            if states[row] == State::Present {
                states[row] = state;
            }
        }
        lengths.push(length.unwrap_or(0));
    }
    if unit == Measure::Timestamp {
        return Vector::shaped(shape, Data::Whole(Measure::Duration, lengths.into()), states.into());
    }
    let lengths = Vector::shaped(shape, Data::Whole(Measure::Number, lengths.into()), states.into());
    let span = |row: usize| match lengths.cell(row) {
        Cell::Present(Value::Number(days)) => {
            let days = days.to_integer().and_then(|days| i32::try_from(days).ok());
            days.map_or(Cell::Unknown, |days| Cell::Present(Value::Span(CalendarSpan { months: 0, days })))
        }
        other => other,
    };
    let spans = Vector::from_cells((0..shape.physical()).map(span).collect());
    if shape.constant { spans.broadcast(shape.rows) } else { spans }
}
