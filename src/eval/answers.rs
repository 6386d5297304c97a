//! Answers: what a quantity is for each row of a frame, in the form that its values have.

use std::sync::Arc;

use super::bounds::Bounds;
use super::hours::Hours;
use super::quantity::{Goal, Quantity};
use super::stretches::Piece;
use super::tally::Answer;
use super::vector::{Data, Measure, Shape, Slice, TimelinesBuilder, Vector};
use crate::data::State;
use crate::schema::Type;
use crate::value::{Cell, Number, SetValue, Truth, Value};

/// One answer for each row, in order.
pub(crate) struct Answers<'a> {
    /// Whether truth values are turned around.
    negated: bool,
    form: Form<'a>,
}

enum Form<'a> {
    /// Truth values, and for an `every` whether they are true only because there was nothing to range over.
    Truths(Vec<Truth>, Option<Vec<bool>>),
    /// Counts; those that are not known have bounds.
    Counts(Vec<i64>, Vec<Option<Bounds>>),
    /// Values; some of those that are not known have bounds.
    Cells(Vec<Cell>, Vec<Option<Bounds>>),
    /// Sets.
    Sets(Vec<Arc<SetValue>>),
    /// Timelines, and the states of them; no states where all are known.
    Timelines(TimelinesBuilder<'a>, Vec<State>),
}

impl<'a> Answers<'a> {
    /// None yet, of so many.
    pub(crate) fn new(quantity: &Quantity<'_>, rows: usize, hours: &Arc<Hours<'a>>) -> Answers<'a> {
        let form = match quantity.goal {
            Goal::Each | Goal::Exists | Goal::Every | Goal::Acyclic => {
                let nothing = (quantity.goal == Goal::Every).then(|| Vec::with_capacity(rows));
                Form::Truths(Vec::with_capacity(rows), nothing)
            }
            Goal::Count => Form::Counts(Vec::with_capacity(rows), Vec::new()),
            Goal::Set | Goal::Union | Goal::Reachable => Form::Sets(Vec::with_capacity(rows)),
            Goal::Timeline | Goal::Log => {
                let measure = if *quantity.ty == Type::DateTimeline { Measure::Date } else { Measure::Timestamp };
                Form::Timelines(TimelinesBuilder::new(measure, rows, Some(Arc::clone(hours))), Vec::new())
            }
            _ => Form::Cells(Vec::with_capacity(rows), Vec::new()),
        };
        Answers { negated: quantity.negated, form }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match &self.form {
            Form::Truths(truths, _) => truths.len(),
            Form::Counts(counts, _) => counts.len(),
            Form::Cells(cells, _) => cells.len(),
            Form::Sets(sets) => sets.len(),
            Form::Timelines(timelines, _) => timelines.len(),
        }
    }

    /// Adds the answer of the next row.
    pub(crate) fn push(&mut self, answer: Answer) {
        match (&mut self.form, answer) {
            (Form::Truths(truths, nothing), Answer::Truth(truth, over_nothing)) => {
                truths.push(truth);
                nothing.iter_mut().for_each(|nothing| nothing.push(over_nothing));
            }
            (Form::Truths(truths, nothing), _) => {
                truths.push(Truth::Unknown);
                nothing.iter_mut().for_each(|nothing| nothing.push(false));
            }
            (Form::Counts(counts, bounds), Answer::Cell(Cell::Present(Value::Number(count)))) => {
                // A count of rows fits.
                counts.push(count.to_integer().and_then(|count| i64::try_from(count).ok()).unwrap_or(i64::MAX));
                if !bounds.is_empty() {
                    bounds.push(None);
                }
            }
            (Form::Counts(counts, bounds), answer) => {
                bounds.resize(counts.len(), None);
                counts.push(0);
                bounds.push(Some(match answer {
                    Answer::Within(within) => within,
                    _ => Bounds { lower: Number::ZERO, upper: None },
                }));
            }
            (Form::Cells(cells, bounds), Answer::Within(within)) => {
                bounds.resize(cells.len(), None);
                cells.push(Cell::Unknown);
                bounds.push(Some(within));
            }
            (Form::Cells(cells, bounds), answer) => {
                if !bounds.is_empty() {
                    bounds.push(None);
                }
                cells.push(match answer {
                    Answer::Cell(cell) => cell,
                    _ => Cell::Unknown,
                });
            }
            (Form::Sets(sets), Answer::Set(set)) => sets.push(set),
            (Form::Sets(sets), _) => sets.push(Arc::default()),
            (Form::Timelines(..), Answer::Timeline(Some((pieces, complete)))) => {
                self.push_timeline(Some((&pieces, complete)));
            }
            (Form::Timelines(..), _) => self.push_timeline(None),
        }
    }

    /// Adds a timeline as the answer of the next row: its certain pieces, and whether they are all there are; none if
    /// nothing of it is known.
    pub(crate) fn push_timeline(&mut self, timeline: Option<(&[Piece], bool)>) {
        let Form::Timelines(timelines, states) = &mut self.form else { return };
        if timeline.is_none() && states.is_empty() {
            states.resize(timelines.len(), State::Present);
        }
        if timeline.is_none() || !states.is_empty() {
            states.push(if timeline.is_some() { State::Present } else { State::Unknown });
        }
        let (pieces, complete) = timeline.unwrap_or((&[], true));
        timelines.push(pieces, complete);
    }

    /// The answer of the first row.
    pub(crate) fn first(&self) -> Option<Answer> {
        let within = |bounds: &[Option<Bounds>]| bounds.first().copied().flatten().map(Answer::Within);
        Some(match &self.form {
            Form::Truths(truths, nothing) => {
                let over_nothing = nothing.as_ref().and_then(|nothing| nothing.first()) == Some(&true);
                Answer::Truth(*truths.first()?, over_nothing)
            }
            Form::Counts(counts, bounds) => within(bounds).unwrap_or({
                let count = Number::from_integer(i128::from(*counts.first()?));
                Answer::Cell(Cell::Present(Value::Number(count)))
            }),
            Form::Cells(cells, bounds) => within(bounds).unwrap_or(Answer::Cell(cells.first()?.clone())),
            Form::Sets(sets) => Answer::Set(Arc::clone(sets.first()?)),
            Form::Timelines(timelines, states) => {
                let (pieces, complete) = timelines.get(0)?;
                let is_known = states.first().is_none_or(|state| *state == State::Present);
                Answer::Timeline(is_known.then(|| (pieces.to_vec(), complete)))
            }
        })
    }

    /// For each row, whether an `every` is true only because there was nothing to range over.
    pub(crate) fn over_nothing(self) -> Vec<bool> {
        match self.form {
            Form::Truths(_, Some(nothing)) => nothing,
            form => vec![false; Answers { negated: false, form }.len()],
        }
    }

    /// The answers as a vector.
    pub(crate) fn into_vector(self) -> Vector<'a> {
        let shape = Shape { rows: self.len(), constant: false };
        match self.form {
            Form::Truths(mut truths, _) => {
                if self.negated {
                    truths.iter_mut().for_each(|truth| *truth = !*truth);
                }
                Vector::truths(shape, truths)
            }
            Form::Counts(counts, bounds) => {
                let state = |bounds: &Option<Bounds>| match bounds {
                    Some(_) => State::Unknown,
                    None => State::Present,
                };
                let states: Vec<State> = bounds.iter().map(state).collect();
                let counts = Vector::shaped(shape, Data::Whole(Measure::Number, counts.into()), states.into());
                Vector { bounds: shared(bounds), ..counts }
            }
            Form::Cells(cells, bounds) => Vector { bounds: shared(bounds), ..Vector::from_cells(cells) },
            Form::Sets(sets) => Vector::shaped(shape, Data::Sets(sets.into()), Slice::Borrowed(&[])),
            Form::Timelines(timelines, states) => {
                Vector::shaped(shape, Data::Timelines(timelines.finish()), states.into())
            }
        }
    }
}

fn shared(bounds: Vec<Option<Bounds>>) -> Option<Arc<Vec<Option<Bounds>>>> {
    (!bounds.is_empty()).then(|| Arc::new(bounds))
}
