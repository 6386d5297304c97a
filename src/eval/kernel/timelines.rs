//! Timelines: how they are made of intervals, meet, and are measured.

use std::sync::Arc;

use super::super::Evaluator;
use super::super::hours::Hours;
use super::super::stretches::{self, Piece};
use super::super::vector::{Data, Measure, Shape, Timelines, TimelinesBuilder, Vector};
use super::{joint_states, overlay};
use crate::data::State;
use crate::ir::{CompareOp, TimelineOp};
use crate::value::{CalendarSpan, Cell, Truth, Value};

/// An interval as a timeline.
pub(super) fn of_intervals<'a>(vector: &Vector<'a>) -> Vector<'a> {
    let Data::Intervals(measure, ends) = &vector.data else { return vector.clone() };
    let mut timelines = TimelinesBuilder::new(*measure, ends.len(), None);
    for (from, until) in ends.iter() {
        timelines.push_with(|out| {
            out.extend((from < until).then_some(Piece::whole((*from, *until))));
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
    let mut instants = TimelinesBuilder::new(Measure::Timestamp, vector.shape().physical(), None);
    let mut open = Vec::new();
    for row in 0..vector.shape().physical() {
        instants.push_with(|out| {
            let behind = out.len();
            for piece in timelines.pieces(row) {
                match (start(piece.from), start(piece.until)) {
                    (Some(from), Some(until)) => out.push(Piece::whole((from, until))),
                    _ => open.push(row),
                }
            }
            // A day that a zone left out has no instant.
            stretches::normalize(out, behind, &Hours::default());
            timelines.is_complete(row)
        });
    }
    super::time::with_unknown(vector, Data::Timelines(instants.finish()), |row| open.binary_search(&row).is_ok())
}

/// A side of an operation: timelines, or calendars as such.
struct Side<'v, 'a> {
    vector: &'v Vector<'a>,
    timelines: Timelines<'a>,
    is_calendar: bool,
}

impl<'v, 'a> Side<'v, 'a> {
    /// None of a vector in which nothing is known.
    fn new(vector: &'v Vector<'a>, hours: &Arc<Hours<'a>>) -> Option<Side<'v, 'a>> {
        match &vector.data {
            Data::Timelines(timelines) => Some(Side { vector, timelines: timelines.clone(), is_calendar: false }),
            Data::Symbols(_, calendars) => {
                let mut timelines = TimelinesBuilder::new(Measure::Timestamp, calendars.len(), Some(Arc::clone(hours)));
                for calendar in calendars.iter() {
                    timelines.push(&[Piece { from: i64::MIN, until: i64::MAX, hours: calendar + 1 }], true);
                }
                Some(Side { vector, timelines: timelines.finish(), is_calendar: true })
            }
            _ => None,
        }
    }

    fn pieces(&self, row: usize) -> &[Piece] {
        self.timelines.pieces(self.vector.at(row))
    }

    fn is_complete(&self, row: usize) -> bool {
        self.timelines.is_complete(self.vector.at(row))
    }
}

/// Two sides.
struct Two<'v, 'a> {
    left: Side<'v, 'a>,
    right: Side<'v, 'a>,
    hours: Arc<Hours<'a>>,
}

impl<'v, 'a> Two<'v, 'a> {
    fn shape(&self) -> Shape {
        Shape::of(&[self.left.vector, self.right.vector])
    }

    /// Calls `made` with the pieces of both for a row; none if one is a calendar that does not say what is open on all
    /// of the other.
    fn at<R>(&self, row: usize, made: impl FnOnce(&[Piece], &[Piece]) -> R) -> Option<R> {
        let (left, right) = (self.left.pieces(row), self.right.pieces(row));
        match (self.left.is_calendar, self.right.is_calendar) {
            (false, false) => Some(made(left, right)),
            (true, true) => None,
            (true, false) => self.said(left, right, |right| made(left, right)),
            (false, true) => self.said(right, left, |left| made(left, right)),
        }
    }

    /// Calls `made` with pieces of all of which a calendar says what is open: those given, or what counts of them.
    fn said<R>(&self, calendar: &[Piece], pieces: &[Piece], made: impl FnOnce(&[Piece]) -> R) -> Option<R> {
        let hours = calendar.first()?.hours;
        let says = |piece: &Piece| self.hours.length(Piece { hours, ..*piece }).is_some();
        if pieces.iter().all(says) {
            return Some(made(pieces));
        }
        let plain = self.hours.plain(pieces)?;
        plain.iter().all(says).then(|| made(&plain))
    }

    fn are_complete(&self, row: usize) -> bool {
        self.left.is_complete(row) && self.right.is_complete(row)
    }

    /// Truth values of the rows; unknown where an operand is, or is beyond a calendar.
    fn truths(&self, truth: impl Fn(usize, &[Piece], &[Piece]) -> Truth) -> Vec<Truth> {
        (0..self.shape().physical())
            .map(|row| self.at(row, |left, right| truth(row, left, right)).unwrap_or(Truth::Unknown))
            .collect()
    }
}

impl<'a> Evaluator<'a> {
    fn two<'v>(&self, left: &'v Vector<'a>, right: &'v Vector<'a>) -> Option<Two<'v, 'a>> {
        let hours = Arc::clone(&self.hours);
        Some(Two { left: Side::new(left, &hours)?, right: Side::new(right, &hours)?, hours })
    }

    /// `a within b`, `a minus b`, `a union b`
    pub(super) fn timeline_operation(&self, op: TimelineOp, left: &Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
        let shape = Shape::of(&[left, right]);
        let Some(two) = self.two(left, right) else { return Vector::unknown(shape.rows) };
        let measure = two.left.timelines.measure();
        let mut result = TimelinesBuilder::new(measure, shape.physical(), Some(Arc::clone(&self.hours)));
        let mut open = Vec::new();
        for row in 0..shape.physical() {
            let complete = two.are_complete(row);
            result.push_with(|out| {
                let made = two.at(row, |left, right| match op {
                    TimelineOp::Within => stretches::within(left, right, out, &self.hours),
                    TimelineOp::Minus => stretches::minus(left, right, out, &self.hours),
                    TimelineOp::Union => stretches::union(left, right, out, &self.hours),
                });
                if made.is_none() || (op == TimelineOp::Minus && !complete) {
                    open.push(row);
                }
                complete
            });
        }
        let result = Vector::shaped(shape, Data::Timelines(result.finish()), joint_states(&[left, right], shape));
        if open.is_empty() {
            return result;
        }
        super::time::with_unknown(&result, result.data.clone(), |row| open.binary_search(&row).is_ok())
    }

    /// `A covers B`
    pub(super) fn timeline_covers(&self, left: &Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
        self.related(left, right, |two, row, outer, inner| match stretches::covers(outer, inner, &two.hours) {
            true if two.right.is_complete(row) => Truth::True,
            false if two.left.is_complete(row) => Truth::False,
            _ => Truth::Unknown,
        })
    }

    /// `A overlaps B`
    pub(super) fn timeline_overlaps(&self, left: &Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
        self.related(left, right, |two, row, a, b| match stretches::overlaps(a, b, &two.hours) {
            true => Truth::True,
            false if two.are_complete(row) => Truth::False,
            false => Truth::Unknown,
        })
    }

    /// `a = b`, `a != b`
    pub(super) fn timeline_compare(&self, op: CompareOp, left: &Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
        self.related(left, right, |two, row, a, b| {
            let lacks = |whole: &[Piece], part: &[Piece]| !stretches::covers(whole, part, &two.hours);
            let differ = (two.left.is_complete(row) && lacks(a, b)) || (two.right.is_complete(row) && lacks(b, a));
            let equal = if differ {
                Truth::False
            } else if two.are_complete(row) {
                Truth::True
            } else {
                Truth::Unknown
            };
            if op == CompareOp::NotEqual { !equal } else { equal }
        })
    }

    fn related(
        &self,
        left: &Vector<'a>,
        right: &Vector<'a>,
        relation: impl Fn(&Two<'_, 'a>, usize, &[Piece], &[Piece]) -> Truth,
    ) -> Vector<'a> {
        let shape = Shape::of(&[left, right]);
        let mut truths = match self.two(left, right) {
            Some(two) => two.truths(|row, a, b| relation(&two, row, a, b)),
            None => vec![Truth::Unknown; shape.physical()],
        };
        overlay(&mut truths, &[left, right]);
        Vector::truths(shape, truths)
    }

    /// Whether moments lie in timelines or calendars.
    pub(super) fn timeline_has(&self, timeline: &Vector<'a>, moments: &Vector<'a>) -> Vector<'a> {
        let shape = Shape::of(&[moments, timeline]);
        let mut truths = match (&moments.data, Side::new(timeline, &self.hours)) {
            (Data::Whole(_, values), Some(side)) => (0..shape.physical())
                .map(|row| match stretches::has(side.pieces(row), values[moments.at(row)], &self.hours) {
                    Some(true) => Truth::True,
                    Some(false) if side.is_complete(row) => Truth::False,
                    _ => Truth::Unknown,
                })
                .collect(),
            _ => vec![Truth::Unknown; shape.physical()],
        };
        overlay(&mut truths, &[moments, timeline]);
        Vector::truths(shape, truths)
    }

    /// `length(x)`
    pub(super) fn length(&self, timeline: &Vector<'a>) -> Vector<'a> {
        let Some(side) = Side::new(timeline, &self.hours) else { return Vector::unknown(timeline.rows()) };
        let measured = |row: usize| match side.is_complete(row) {
            true => stretches::length(side.pieces(row), &self.hours).ok_or(State::Unknown),
            false => Err(State::Unknown),
        };
        lengths(side.timelines.measure(), &[timeline], measured)
    }

    /// `longest_gap(x)`
    pub(super) fn longest_gap(&self, timeline: &Vector<'a>) -> Vector<'a> {
        let Some(side) = Side::new(timeline, &self.hours) else { return Vector::unknown(timeline.rows()) };
        let measured = |row: usize| match (side.is_complete(row), side.pieces(row)) {
            (false, _) => Err(State::Unknown),
            (true, []) => Err(State::Absent),
            (true, pieces) => stretches::longest_between(pieces, &self.hours).ok_or(State::Unknown),
        };
        lengths(side.timelines.measure(), &[timeline], measured)
    }

    /// `longest_gap(x, window)`
    pub(super) fn longest_gap_in(&self, timeline: &Vector<'a>, window: &Vector<'a>) -> Vector<'a> {
        let Some(two) = self.two(timeline, window) else { return Vector::unknown(timeline.rows()) };
        let longest =
            |row: usize| two.at(row, |own, window| stretches::longest_outside(window, own, &self.hours)).flatten();
        let measured = |row: usize| match two.are_complete(row) {
            true => longest(row).ok_or(State::Unknown),
            false => Err(State::Unknown),
        };
        lengths(two.right.timelines.measure(), &[timeline, window], measured)
    }
}

/// Lengths of time, in the unit of what they are measured of: durations of instants, spans of days.
fn lengths<'a>(unit: Measure, operands: &[&Vector<'a>], measured: impl Fn(usize) -> Result<i64, State>) -> Vector<'a> {
    let shape = Shape::of(operands);
    let mut states = joint_states(operands, shape).to_vec();
    let mut lengths: Vec<i64> = Vec::with_capacity(shape.physical());
    for row in 0..shape.physical() {
        let length = measured(row);
        if let Err(state) = length {
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
    let span = |row: usize| match (states.get(row), i32::try_from(lengths[row])) {
        (Some(State::Absent), _) => Cell::Absent,
        (Some(State::Unknown), _) | (_, Err(_)) => Cell::Unknown,
        (_, Ok(days)) => Cell::Present(Value::Span(CalendarSpan { months: 0, days })),
    };
    let spans = Vector::from_cells((0..shape.physical()).map(span).collect());
    if shape.constant { spans.broadcast(shape.rows) } else { spans }
}
