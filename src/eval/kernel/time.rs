//! Intervals, days and calendar units.

use rustc_hash::FxHashMap;

use super::super::Evaluator;
use super::super::vector::{Data, Ends, Measure, Shape, Vector, span_of};
use super::arithmetic::{absolute, by_row};
use super::{joint_states, overlay};
use crate::data::State;
use crate::ir::{Conversion, Function};
use crate::schema::Type;
use crate::value::time::{DayFinder, periods, units};
use crate::value::{Cell, Date, Interval, Timestamp, Truth, Value, Zone};

impl<'a> Evaluator<'a> {
    /// The zone of civil days.
    pub(crate) fn zone(&self) -> Option<&'a Zone> {
        self.inputs.environment.zone.as_ref()
    }

    /// The day of `as_of`.
    pub(crate) fn today(&self) -> Option<Date> {
        self.inputs.settings.as_of?.day(self.zone()?)
    }
}

/// `t during a .. b`, of a moment or of an interval
pub(super) fn during<'a>(element: &Vector<'a>, interval: &Vector<'a>) -> Vector<'a> {
    let shape = Shape::of(&[element, interval]);
    let mut truths = match (&element.data, &interval.data) {
        (Data::Whole(_, moments), Data::Intervals(_, ends)) => {
            let has = |(from, until): Ends, moment: i64| Truth::from(from <= moment && moment < until);
            if interval.is_constant() && !element.is_constant() {
                let ends = ends[0];
                moments.iter().map(|moment| has(ends, *moment)).collect()
            } else {
                (0..shape.physical()).map(|row| has(ends[interval.at(row)], moments[element.at(row)])).collect()
            }
        }
        (Data::Intervals(measure, inner), Data::Intervals(_, outer)) => (0..shape.physical())
            .map(|row| {
                let interval_of = |ends| super::super::vector::interval(*measure, ends);
                let outer = interval_of(outer[interval.at(row)]);
                Truth::from(outer.includes(interval_of(inner[element.at(row)])))
            })
            .collect(),
        _ => vec![Truth::Unknown; shape.physical()],
    };
    overlay(&mut truths, &[element, interval]);
    Vector::truths(shape, truths)
}

/// `a .. b` or `a through b`: an absent end is open, and a reversed interval unknown.
pub(super) fn interval<'a>(ty: &Type, from: &Vector<'a>, until: &Vector<'a>, through: bool) -> Vector<'a> {
    let shape = Shape::of(&[from, until]);
    let measure = if *ty == Type::TimestampInterval { Measure::Timestamp } else { Measure::Date };
    let mut states = Vec::new();
    let end = |vector: &Vector<'a>, row: usize, open: i64| -> Option<i64> {
        match (vector.state(row), &vector.data) {
            (State::Absent, _) => Some(open),
            (State::Present, Data::Whole(_, values)) => Some(values[vector.at(row)]),
            _ => None,
        }
    };
    let ends_of = |row: usize| -> Option<Ends> {
        let (from, until) = (end(from, row, i64::MIN)?, end(until, row, i64::MAX)?);
        if until < from {
            return None;
        }
        Some((from, if through { until.saturating_add(1) } else { until }))
    };
    let ends: Vec<Ends> = (0..shape.physical())
        .map(|row| {
            ends_of(row).unwrap_or_else(|| {
                if states.is_empty() {
                    states.resize(shape.physical(), State::Present);
                }
                states[row] = State::Unknown;
                (0, 0)
            })
        })
        .collect();
    Vector::shaped(shape, Data::Intervals(measure, ends.into()), states.into())
}

/// A function's value.
pub(super) fn call<'a>(function: Function, arguments: &[Vector<'a>], rows: usize, zone: Option<&Zone>) -> Vector<'a> {
    match (function, arguments) {
        (Function::Abs, [operand]) => absolute(operand),
        (Function::Day, [operand]) => match zone {
            Some(zone) => {
                let days = day(operand.clone(), zone);
                let states = joint_states(&[&days], days.shape());
                Vector { states, ..days }
            }
            None => Vector::unknown(rows),
        },
        (Function::Units(unit), [operand]) => by_row(operand.shape(), &[operand], |row| {
            let Value::Interval(interval) = operand.value(row) else { return None };
            Some(interval_list(units(unit, interval)?))
        }),
        (Function::Periods, [span, operand]) => by_row(Shape::of(&[span, operand]), &[span, operand], |row| {
            let Value::Interval(interval) = operand.value(row) else { return None };
            Some(interval_list(periods(span_of(&span.value(row))?, interval)?))
        }),
        _ => Vector::unknown(rows),
    }
}

fn interval_list(pieces: Vec<Interval>) -> Value {
    Value::List(pieces.into_iter().map(|piece| Cell::Present(Value::Interval(piece))).collect())
}

/// Conversions between days and instants; what is absent stays absent.
pub(super) fn convert<'a>(conversion: &Conversion, vector: Vector<'a>, zone: Option<&Zone>) -> Vector<'a> {
    let Some(zone) = zone else { return Vector::unknown(vector.rows()) };
    if *conversion == Conversion::Day {
        return day(vector, zone);
    }
    let mut starts = Starts { zone, known: FxHashMap::default() };
    match (conversion, &vector.data) {
        (Conversion::StartOfDay, Data::Whole(Measure::Date, days)) => {
            let instants: Vec<Option<i64>> = days.iter().map(|day| starts.of(*day)).collect();
            let data = instants.iter().map(|instant| instant.unwrap_or(0)).collect::<Vec<i64>>();
            with_unknown(&vector, Data::Whole(Measure::Timestamp, data.into()), |row| instants[row].is_none())
        }
        (Conversion::WholeDay, Data::Whole(Measure::Date, days)) => {
            let ends: Vec<Option<Ends>> =
                days.iter().map(|day| Some((starts.of(*day)?, starts.of(day.checked_add(1)?)?))).collect();
            intervals(&vector, &ends)
        }
        (Conversion::WholeDays, Data::Intervals(Measure::Date, days)) => {
            let ends: Vec<Option<Ends>> =
                days.iter().map(|(from, until)| Some((starts.of_end(*from)?, starts.of_end(*until)?))).collect();
            intervals(&vector, &ends)
        }
        (Conversion::WholeDays, Data::Timelines(days)) => {
            super::timelines::whole_days(&vector, days, |day| starts.of_end(day))
        }
        _ => vector,
    }
}

fn intervals<'a>(vector: &Vector<'a>, ends: &[Option<Ends>]) -> Vector<'a> {
    let data = ends.iter().map(|ends| ends.unwrap_or((0, 0))).collect::<Vec<Ends>>();
    with_unknown(vector, Data::Intervals(Measure::Timestamp, data.into()), |row| ends[row].is_none())
}

/// Other values with the states of a vector, and unknown where they could not be computed.
pub(super) fn with_unknown<'a>(vector: &Vector<'a>, data: Data<'a>, unknown: impl Fn(usize) -> bool) -> Vector<'a> {
    let shape = vector.shape();
    let mut states = vector.states.clone();
    if (0..shape.physical()).any(&unknown) {
        let state = |row: usize| match vector.state(row) {
            State::Present if unknown(row) => State::Unknown,
            state => state,
        };
        states = (0..shape.physical()).map(state).collect::<Vec<State>>().into();
    }
    Vector::shaped(shape, data, states)
}

/// The civil days of instants.
fn day<'a>(vector: Vector<'a>, zone: &Zone) -> Vector<'a> {
    match &vector.data {
        Data::Whole(Measure::Timestamp, instants) => {
            let mut finder = DayFinder::new(zone);
            let days: Vec<Option<Date>> = instants.iter().map(|instant| finder.day(Timestamp(*instant))).collect();
            let data = days.iter().map(|day| day.map_or(0, |day| i64::from(day.0))).collect::<Vec<i64>>();
            with_unknown(&vector, Data::Whole(Measure::Date, data.into()), |row| days[row].is_none())
        }
        _ => vector,
    }
}

/// First instants of days, each computed once.
struct Starts<'z> {
    zone: &'z Zone,
    known: FxHashMap<i64, Option<i64>>,
}

impl Starts<'_> {
    fn of(&mut self, day: i64) -> Option<i64> {
        *self.known.entry(day).or_insert_with(|| {
            let date = Date(i32::try_from(day).ok()?);
            self.zone.start_of_day(date).map(|instant| instant.0)
        })
    }

    /// The same of an end of an interval, which may be open.
    fn of_end(&mut self, day: i64) -> Option<i64> {
        match day {
            i64::MIN | i64::MAX => Some(day),
            _ => self.of(day),
        }
    }
}
