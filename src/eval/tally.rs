//! Tallies: what the candidates of one row come to.

use std::cmp::Ordering;
use std::sync::Arc;

use super::bounds::{Bounds, Share, ShareCounts, Unbounded, share, share_kind};
use super::hours::Hours;
use super::quantity::Goal;
use super::streak::{self, Step};
use super::stretches::{self, Event, Piece};
use crate::schema::Type;
use crate::value::{Cell, Number, SetValue, Truth, Value};

/// What a quantity is for one row.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// A truth value, and whether it is true only because there was nothing to range over.
    Truth(Truth, bool),
    /// A value.
    Cell(Cell),
    /// A number that is not known, within bounds.
    Within(Bounds),
    /// A set.
    Set(Arc<SetValue>),
    /// A timeline: its certain pieces, and whether they are all there are. None if nothing of it is known.
    Timeline(Option<(Vec<Piece>, bool)>),
}

impl Answer {
    /// The answer that bounds of a streak are; unknown where there are none.
    pub(crate) fn of_streak(bounds: Option<(u64, u64)>) -> Answer {
        let whole = |count: u64| Number::from_integer(i128::from(count));
        match bounds {
            None => Answer::Cell(Cell::Unknown),
            Some((least, most)) if least == most => Answer::Cell(Cell::Present(Value::Number(whole(least)))),
            Some((least, most)) => Answer::Within(Bounds { lower: whole(least), upper: Some(whole(most)) }),
        }
    }
}

/// What is known of a candidate besides its w.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    /// Nothing else matters.
    Bare,
    /// Whether it has what is asked.
    Truth(Truth),
    /// Its value.
    Value(Cell),
    /// What it goes by, and itself.
    Keyed(Cell, Value),
    /// When it happened, if that is known, and whether the condition holds then.
    Event(Option<i64>, Truth),
    /// What it goes by, and whether the condition is true of it.
    Step(Cell, Truth),
}

/// What was counted of the candidates of one row.
#[derive(Debug)]
pub(crate) enum Tally {
    /// Whether there is any candidate with w not false, and the disjunction of what is looked for.
    Search { any: bool, found: Truth },
    /// Candidates with w true, and those with w not false.
    Count { certain: u64, possible: u64, unbounded: bool },
    /// Candidates by kind.
    Share { counts: ShareCounts, unbounded: Unbounded },
    /// How many numbers, whether something is not known, and the numbers or sums of some of them.
    Sum { count: u64, open: bool, numbers: Vec<Number> },
    /// The least or greatest so far: what it goes by and what it is.
    Best { open: bool, tie: bool, best: Option<(Value, Value)> },
    /// Certain members, or a set of them that is shared.
    Members { members: Vec<Value>, shared: Option<Arc<SetValue>>, complete: bool },
    /// Certain pieces of time in any order, and whether they are all there are.
    Pieces { pieces: Vec<Piece>, complete: bool },
    /// Events in any order, and whether it is known of all when they happened.
    Events { events: Vec<Event>, known: bool },
    /// Steps in any order, and whether it is known of all what they go by.
    Steps { steps: Vec<Step>, known: bool },
}

impl Tally {
    /// Nothing counted yet.
    pub(crate) fn new(goal: Goal) -> Tally {
        match goal {
            // Edges are never counted one by one.
            Goal::Exists | Goal::Every | Goal::Each | Goal::Reachable | Goal::Acyclic => {
                Tally::Search { any: false, found: Truth::False }
            }
            Goal::Count => Tally::Count { certain: 0, possible: 0, unbounded: false },
            Goal::Share => Tally::Share { counts: [0; 6], unbounded: Unbounded::default() },
            Goal::Sum | Goal::Mean => Tally::Sum { count: 0, open: false, numbers: Vec::new() },
            Goal::Min | Goal::Max | Goal::First | Goal::Last => Tally::Best { open: false, tie: false, best: None },
            Goal::Set | Goal::Union => Tally::Members { members: Vec::new(), shared: None, complete: true },
            Goal::Timeline => Tally::Pieces { pieces: Vec::new(), complete: true },
            Goal::Log => Tally::Events { events: Vec::new(), known: true },
            Goal::Streak => Tally::Steps { steps: Vec::new(), known: true },
        }
    }

    /// Whether no further candidate can change the answer.
    pub(crate) fn is_decided(&self) -> bool {
        matches!(self, Tally::Search { found: Truth::True, .. })
    }

    /// Adds a candidate.
    pub(crate) fn add(&mut self, goal: Goal, w: Truth, entry: Entry) {
        if w == Truth::False {
            return;
        }
        let certain = w == Truth::True;
        match (self, entry) {
            (Tally::Search { any, found }, entry) => {
                *any = true;
                *found = found.or(match entry {
                    Entry::Truth(has) => w.and(!has),
                    _ => w,
                });
            }
            (Tally::Count { certain: true_ones, possible, .. }, _) => {
                *true_ones += u64::from(certain);
                *possible += 1;
            }
            (Tally::Share { counts, .. }, Entry::Truth(value)) => {
                if let Some(kind) = share_kind(w, value) {
                    counts[kind] += 1;
                }
            }
            (Tally::Sum { count, numbers, .. }, Entry::Value(Cell::Present(Value::Number(n) | Value::Duration(n))))
                if certain =>
            {
                *count += 1;
                numbers.push(n);
            }
            (Tally::Sum { open, .. }, _) => *open = true,
            (best @ Tally::Best { .. }, Entry::Value(Cell::Present(value))) if certain => {
                best.offer(goal, value.clone(), value, false);
            }
            (best @ Tally::Best { .. }, Entry::Keyed(Cell::Present(by), candidate)) if certain => {
                best.offer(goal, by, candidate, false);
            }
            (Tally::Best { open, .. }, _) => *open = true,
            (Tally::Members { members, complete, .. }, Entry::Value(Cell::Present(value))) if certain => match value {
                Value::List(elements) if goal == Goal::Union => {
                    for element in elements {
                        match element {
                            Cell::Present(element) => members.push(element),
                            _ => *complete = false,
                        }
                    }
                }
                Value::Set(set) if goal == Goal::Union => {
                    members.extend(set.members);
                    *complete &= set.complete;
                }
                value => members.push(value),
            },
            (Tally::Members { complete, .. } | Tally::Pieces { complete, .. }, _) => *complete = false,
            (Tally::Events { events, .. }, Entry::Event(Some(at), is)) => events.push(Event { at, certain, is }),
            (Tally::Steps { steps, .. }, Entry::Step(Cell::Present(by), is)) => steps.push(Step { by, certain, is }),
            (Tally::Events { known, .. } | Tally::Steps { known, .. }, _) => *known = false,
            (Tally::Share { .. }, _) => {}
        }
    }

    /// Adds a candidate whose value is a timeline: its certain pieces, and whether they are all there are; none if it is not
    /// known.
    pub(crate) fn add_timeline(&mut self, w: Truth, timeline: Option<(&[Piece], bool)>) {
        let Tally::Pieces { pieces, complete } = self else { return };
        match (w, timeline) {
            (Truth::False, _) => {}
            (Truth::True, Some((own, all))) => {
                pieces.extend_from_slice(own);
                *complete &= all;
            }
            _ => *complete = false,
        }
    }

    /// Adds the one extra candidate that stands for any number of unknown ones.
    pub(crate) fn add_open(&mut self, goal: Goal, w: Truth, entry: Entry) {
        match (self, entry) {
            _ if w == Truth::False => {}
            (Tally::Count { unbounded, .. }, _) => *unbounded = true,
            (Tally::Share { unbounded, .. }, Entry::Truth(value)) => {
                unbounded.lowering |= value != Truth::True;
                unbounded.raising |= value != Truth::False;
            }
            (tally, entry) => tally.add(goal, w, entry),
        }
    }

    /// Offers a candidate, or the best of some, as the best of all; `tied`: others were as good.
    pub(crate) fn offer(&mut self, goal: Goal, by: Value, candidate: Value, tied: bool) {
        let Tally::Best { tie, best, .. } = self else { return };
        let order = match best {
            None => Ordering::Less,
            Some((so_far, _)) if matches!(goal, Goal::Max | Goal::Last) => (*so_far).cmp(&by),
            Some((so_far, _)) => by.cmp(so_far),
        };
        match (order, best) {
            (Ordering::Equal, Some((_, who))) => *tie |= tied || *who != candidate,
            (Ordering::Greater, _) => {}
            (_, best) => (*best, *tie) = (Some((by, candidate)), tied),
        }
    }

    /// The set of the members.
    pub(crate) fn into_set(self) -> Arc<SetValue> {
        let Tally::Members { members, shared, complete } = self else { return Arc::default() };
        match shared {
            Some(shared) if members.is_empty() && (complete || !shared.complete) => shared,
            shared => {
                let (mut all, mut complete) = (members, complete);
                if let Some(shared) = shared {
                    all.extend(shared.members.iter().cloned());
                    complete &= shared.complete;
                }
                Arc::new(SetValue::new(all, complete))
            }
        }
    }

    /// The least and the greatest length of the longest run; none if it is not known.
    pub(crate) fn into_streak(self) -> Option<(u64, u64)> {
        match self {
            Tally::Steps { mut steps, known: true } => streak::longest(&mut steps),
            _ => None,
        }
    }

    /// Draws the result. `ty` is the type of the quantity.
    pub(crate) fn finish(self, goal: Goal, ty: &Type, hours: &Hours<'_>) -> Answer {
        let number = |number: Number| {
            Answer::Cell(Cell::Present(if *ty == Type::Duration {
                Value::Duration(number)
            } else {
                Value::Number(number)
            }))
        };
        match self {
            Tally::Search { any, found } => match goal {
                Goal::Every => Answer::Truth(!found, !any),
                _ => Answer::Truth(found, false),
            },
            Tally::Count { certain, possible, unbounded } => {
                let whole = |count: u64| Number::from_integer(i128::from(count));
                if unbounded {
                    Answer::Within(Bounds { lower: whole(certain), upper: None })
                } else if certain == possible {
                    number(whole(certain))
                } else {
                    Answer::Within(Bounds { lower: whole(certain), upper: Some(whole(possible)) })
                }
            }
            Tally::Share { counts, unbounded } => match share(counts, unbounded) {
                Share::Absent => Answer::Cell(Cell::Absent),
                Share::Exact(known) => number(known),
                Share::Within(bounds) => Answer::Within(bounds),
                Share::Unknown => Answer::Cell(Cell::Unknown),
            },
            Tally::Sum { open: true, .. } => Answer::Cell(Cell::Unknown),
            Tally::Sum { count, numbers, .. } => {
                let sum = Number::sum(numbers.iter().copied());
                let result = match (goal, count) {
                    (Goal::Mean, 0) => return Answer::Cell(Cell::Absent),
                    (Goal::Mean, count) => sum.and_then(|sum| sum.checked_div(Number::from_integer(i128::from(count)))),
                    _ => sum,
                };
                result.map_or(Answer::Cell(Cell::Unknown), number)
            }
            Tally::Best { open: true, .. } => Answer::Cell(Cell::Unknown),
            Tally::Best { best: None, .. } => Answer::Cell(Cell::Absent),
            Tally::Best { tie: true, .. } if matches!(goal, Goal::First | Goal::Last) => Answer::Cell(Cell::Unknown),
            Tally::Best { best: Some((_, candidate)), .. } => Answer::Cell(Cell::Present(candidate)),
            members @ Tally::Members { .. } => Answer::Set(members.into_set()),
            Tally::Pieces { mut pieces, complete } => {
                stretches::normalize(&mut pieces, 0, hours);
                Answer::Timeline(Some((pieces, complete)))
            }
            steps @ Tally::Steps { .. } => Answer::of_streak(steps.into_streak()),
            Tally::Events { known: false, .. } => Answer::Timeline(None),
            Tally::Events { mut events, .. } => {
                let mut pieces = Vec::new();
                let complete = stretches::states(&mut events, &mut pieces);
                Answer::Timeline(Some((pieces, complete)))
            }
        }
    }
}
