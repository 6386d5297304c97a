//! Subjects: the rows that the steps of a body lead to, and what its condition says of each.

use rayon::prelude::*;

use super::Evaluator;
use super::evaluation::{Binding, StepCount, Subject};
use super::frame::Frame;
use super::ground::Ground;
use super::join::Pairs;
use super::kernel::positions;
use super::quantity::Quantity;
use super::vector::Vector;
use crate::data::{Extract, State};
use crate::ir::{Binder, Condition, Domain, Expr, IfAbsent, IfNone, Step};
use crate::schema::RecordId;
use crate::value::Truth;

/// How many batches of tuples are prepared before they are judged, at the same time.
const TOGETHER: usize = 16;

/// What became of the rows of a frame: counts, and subjects by the row that they belong to.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// One for each `for each` of the body.
    pub(crate) steps: Vec<StepCount>,
    /// How many hold, not vacuously.
    pub(crate) holds: u64,
    /// How many hold vacuously.
    pub(crate) vacuous: u64,
    /// Those that hold, and whether vacuously; only if they are to be listed.
    pub(crate) holding: Vec<(u32, Subject, bool)>,
    /// Those that fail, and whether that is major.
    pub(crate) fails: Vec<(u32, Subject, Truth)>,
    /// Those that are not known to hold, or to belong.
    pub(crate) unknown: Vec<(u32, Subject)>,
    /// Those that need not yet hold.
    pub(crate) not_yet_due: Vec<(u32, Subject)>,
}

/// How far rows have come.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The step that is next.
    step: usize,
    /// How many `for each` lines lie behind.
    each: usize,
    /// Whether nothing else is being judged at the same time.
    alone: bool,
}

impl Place {
    /// Behind a `let`.
    fn behind_let(self) -> Place {
        Place { step: self.step + 1, ..self }
    }

    /// Behind a `for each`; `alone`: its rows are not judged in several parts at the same time.
    fn behind_each(self, alone: bool) -> Place {
        Place { step: self.step + 1, each: self.each + 1, alone: self.alone && alone }
    }
}

/// A status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decided {
    Holds,
    Vacuous,
    NotYetDue,
    Fails,
    Unknown,
}

impl Judged {
    fn new(steps: usize) -> Judged {
        Judged { steps: vec![StepCount::default(); steps], ..Judged::default() }
    }

    /// Adds what became of rows that lie at `rows` in the frame around theirs.
    fn add(&mut self, inner: Judged, rows: impl Fn(u32) -> u32) {
        for (step, more) in self.steps.iter_mut().zip(inner.steps) {
            step.candidates += more.candidates;
            step.kept += more.kept;
        }
        self.holds += inner.holds;
        self.vacuous += inner.vacuous;
        self.holding.extend(inner.holding.into_iter().map(|(row, subject, vacuous)| (rows(row), subject, vacuous)));
        self.fails.extend(inner.fails.into_iter().map(|(row, subject, major)| (rows(row), subject, major)));
        let outer = |inner: Vec<(u32, Subject)>, list: &mut Vec<(u32, Subject)>| {
            list.extend(inner.into_iter().map(|(row, subject)| (rows(row), subject)));
        };
        outer(inner.unknown, &mut self.unknown);
        outer(inner.not_yet_due, &mut self.not_yet_due);
    }

    /// Restores the order of rows; what belongs to one row keeps its order.
    fn sort(&mut self) {
        self.holding.sort_by_key(|(row, ..)| *row);
        self.fails.sort_by_key(|(row, ..)| *row);
        self.unknown.sort_by_key(|(row, _)| *row);
        self.not_yet_due.sort_by_key(|(row, _)| *row);
    }
}

/// Tuples: rows of a frame with candidates of a `for each` whose w is not false.
struct Tuples<'a> {
    outer: Vec<u32>,
    values: Vector<'a>,
    w: Vec<Truth>,
}

/// Judges the subjects of one body.
pub(crate) struct Judge<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    when: Option<&'a Expr>,
    /// The variables of the `for each` lines, in order.
    binders: Vec<&'a Binder>,
    steps: &'a [Step],
    condition: &'a Condition,
}

impl<'e, 'a> Judge<'e, 'a> {
    /// Takes the body of an evaluator. `when` is asked of failing subjects.
    pub(crate) fn new(evaluator: &'e Evaluator<'a>, when: Option<&'a Expr>) -> Judge<'e, 'a> {
        let body = evaluator.body;
        let binder = |step: &'a Step| match step {
            Step::ForEach { binder, .. } => Some(binder.as_ref()),
            Step::Let { .. } => None,
        };
        let binders = body.steps.iter().filter_map(binder).collect();
        Judge { evaluator, when, binders, steps: &body.steps, condition: &body.condition }
    }

    /// Judges all subjects.
    pub(crate) fn judge(&self) -> Judged {
        self.run(Frame::new(1), vec![Truth::True], Place { step: 0, each: 0, alone: true })
    }

    /// Takes the rows of a frame, of which w is not false, through the steps from a place on.
    fn run(&self, mut frame: Frame<'_, 'a>, w: Vec<Truth>, place: Place) -> Judged {
        if w.is_empty() || self.evaluator.is_over_budget() {
            return Judged::new(self.binders.len());
        }
        match self.steps.get(place.step) {
            None => self.conclude(&frame, &w, place),
            Some(Step::Let { variable, value, if_absent }) => {
                let values = self.evaluator.eval(value, &frame);
                frame.bind(*variable, values.clone());
                match if_absent {
                    Some(meaning) => self.run_present(&frame, &w, &values, *meaning, place),
                    None => self.run(frame, w, place.behind_let()),
                }
            }
            Some(Step::ForEach { binder, if_none }) => match (&binder.domain, place.each) {
                (Domain::Records(record), 0) => self.run_table(&frame, &w, binder, *record, place),
                _ => self.run_tuples(&frame, &w, binder, *if_none, place),
            },
        }
    }

    /// Decides the rows for which a `let` is absent, and takes the others on.
    fn run_present(
        &self,
        frame: &Frame<'_, 'a>,
        w: &[Truth],
        values: &Vector<'a>,
        meaning: IfAbsent,
        place: Place,
    ) -> Judged {
        let is_absent = |row: usize| values.state(row) == State::Absent;
        let (absent, present) = (positions(w.len(), is_absent), positions(w.len(), |row| !is_absent(row)));
        let mut judged = Judged::new(self.binders.len());
        let decided = match meaning {
            IfAbsent::Nonconformity => Decided::Fails,
            IfAbsent::NotDetermined => Decided::Unknown,
        };
        self.decide(frame, w, &absent, decided, place, &mut judged);
        let rest = present.iter().map(|row| w[*row as usize]).collect();
        let inner = self.run(Frame::inside(frame, present.clone()), rest, place.behind_let());
        judged.add(inner, |row| present[row as usize]);
        if !absent.is_empty() {
            judged.sort();
        }
        judged
    }

    /// Takes all rows of a table through the steps, a batch at a time; the frame has one row, the organization.
    fn run_table(
        &self,
        frame: &Frame<'_, 'a>,
        w: &[Truth],
        binder: &'a Binder,
        record: RecordId,
        place: Place,
    ) -> Judged {
        let evaluator = self.evaluator;
        let table = evaluator.table(record);
        let (rows, batch) = (table.map_or(0, |table| table.rows as usize), evaluator.options.batch.max(1));
        let belongs = w.first().copied().unwrap_or(Truth::Unknown);
        let starts: Vec<usize> = (0..rows).step_by(batch).collect();
        let inner = place.behind_each(starts.len() <= 1);
        let batches: Vec<Judged> = starts
            .into_par_iter()
            .map(|start| {
                if evaluator.is_over_budget() {
                    return Judged::default();
                }
                let count = batch.min(rows - start);
                evaluator.examine(count as u64);
                let mut inside = Frame::inside(frame, vec![0; count]);
                inside.bind(binder.variable, Vector::range(start as u32, count));
                let mut w = vec![belongs; count];
                evaluator.and_all(binder.conjuncts.iter(), &inside, &mut w);
                let kept = positions(count, |row| w[row] != Truth::False);
                let step_count = StepCount { candidates: count as u64, kept: kept.len() as u64 };
                let mut judged = if kept.len() == count {
                    self.run(inside, w, inner)
                } else {
                    w.retain(|w| *w != Truth::False);
                    self.run(Frame::inside(&inside, kept), w, inner)
                };
                if let Some(first) = judged.steps.first_mut() {
                    *first = step_count;
                }
                judged
            })
            .collect();
        let mut judged = Judged::new(self.binders.len());
        for batch in batches {
            judged.add(batch, |_| 0);
        }
        if table.is_none_or(|table| table.extract != Extract::Complete) {
            let mut inside = Frame::inside(frame, vec![0]);
            inside.bind(binder.variable, Vector::unknown_row(1));
            let mut w = vec![belongs.and(Truth::Unknown)];
            evaluator.and_all(binder.conjuncts.iter(), &inside, &mut w);
            w.retain(|w| *w != Truth::False);
            judged.add(self.run(inside, w, inner), |_| 0);
        }
        judged
    }

    /// Takes rows with each of their candidates through the steps, and decides those without any.
    fn run_tuples(
        &self,
        frame: &Frame<'_, 'a>,
        w: &[Truth],
        binder: &'a Binder,
        if_none: Option<IfNone>,
        place: Place,
    ) -> Judged {
        let mut judged = Judged::new(self.binders.len());
        let mut has_any = vec![false; w.len()];
        let mut waiting: Vec<Tuples<'a>> = Vec::new();
        let judge = |waiting: &mut Vec<Tuples<'a>>, judged: &mut Judged| {
            let apart = place.alone && waiting.len() > 1;
            let inner = place.behind_each(!apart);
            let judge = |tuples: Tuples<'a>| {
                let mut inside = Frame::inside(frame, tuples.outer.clone());
                inside.bind(binder.variable, tuples.values);
                (tuples.outer, self.run(inside, tuples.w, inner))
            };
            let waiting = std::mem::take(waiting);
            let done: Vec<(Vec<u32>, Judged)> = if apart {
                waiting.into_par_iter().map(judge).collect()
            } else {
                waiting.into_iter().map(judge).collect()
            };
            for (outer, inner) in done {
                judged.add(inner, |row| outer[row as usize]);
            }
        };
        let (mut candidates, mut kept) = (0, 0);
        self.each_tuples(frame, w, binder, |tuples, looked_at, kept_of_them| {
            (candidates, kept) = (candidates + looked_at, kept + kept_of_them);
            tuples.outer.iter().for_each(|row| has_any[*row as usize] = true);
            waiting.push(tuples);
            if waiting.len() >= if place.alone { TOGETHER } else { 1 } {
                judge(&mut waiting, &mut judged);
            }
        });
        judge(&mut waiting, &mut judged);
        if let Some(count) = judged.steps.get_mut(place.each) {
            *count = StepCount { candidates, kept };
        }
        // Of the first `for each`, having none is a population of none.
        let none = positions(w.len(), |row| place.each > 0 && !has_any[row]);
        let decided = match if_none {
            None => Some(Decided::Vacuous),
            Some(IfNone::Nonconformity) => Some(Decided::Fails),
            Some(IfNone::NotDetermined) => Some(Decided::Unknown),
            Some(IfNone::NoPopulation) => None,
        };
        if let Some(decided) = decided
            && !none.is_empty()
        {
            self.decide(frame, w, &none, decided, place, &mut judged);
            judged.sort();
        }
        judged
    }

    /// Calls `sink` with the tuples of a frame's rows, in order, some at a time, with how many candidates they were among
    /// and how many of those are no unknown extra.
    fn each_tuples(
        &self,
        frame: &Frame<'_, 'a>,
        w: &[Truth],
        binder: &'a Binder,
        mut sink: impl FnMut(Tuples<'a>, u64, u64),
    ) {
        let evaluator = self.evaluator;
        let quantity = Quantity::each(binder);
        let node = evaluator.node(&quantity);
        let supply = evaluator.supply(&node, frame);
        evaluator.examine(frame.rows() as u64);
        let open = positions(frame.rows(), |row| supply.is_open(row));
        let (open_frame, open_w) = evaluator.open_candidates(&quantity, &supply, frame, &open);
        let extra = open_frame.variable(binder.variable);
        let batch = evaluator.options.batch.max(1);
        let flush = |pairs: &mut Pairs, sink: &mut dyn FnMut(Tuples<'a>, u64, u64)| {
            let Pairs { outer, candidates, w: mut inner } = std::mem::take(pairs);
            evaluator.examine(outer.len() as u64);
            let mut inside = Frame::inside(frame, outer.clone());
            let values = supply.values(&candidates);
            inside.bind(binder.variable, values.clone());
            evaluator.and_conjuncts(&quantity, &supply, &inside, &mut inner);
            let kept = positions(inner.len(), |pair| inner[pair] != Truth::False);
            let outer: Vec<u32> = kept.iter().map(|pair| outer[*pair as usize]).collect();
            let both = |(row, pair): (&u32, &u32)| w[*row as usize].and(inner[*pair as usize]);
            let w = outer.iter().zip(&kept).map(both).collect();
            let count = kept.len() as u64;
            sink(Tuples { outer, values: values.gather(&kept), w }, 0, count);
        };
        let all = match (&binder.domain, &supply) {
            (Domain::Records(record), _) => evaluator.table(*record).map_or(0, |table| u64::from(table.rows)),
            _ => 0,
        };
        let (mut pairs, mut candidates) = (Pairs::default(), 0);
        let mut open_rows = open.iter().enumerate().peekable();
        for (row, outer_w) in w.iter().enumerate() {
            if let Domain::Records(_) = binder.domain {
                // Candidates in order of row, whatever they were found by.
                let mut own = Pairs::default();
                supply.take(row, 0, usize::MAX, &mut own);
                let mut order: Vec<u32> = (0..own.outer.len() as u32).collect();
                order.sort_unstable_by_key(|at| own.candidates[*at as usize]);
                candidates += all;
                for at in order {
                    pairs.outer.push(row as u32);
                    pairs.candidates.push(own.candidates[at as usize]);
                    pairs.w.push(own.w[at as usize]);
                    if pairs.outer.len() >= batch {
                        flush(&mut pairs, &mut sink);
                    }
                }
            } else {
                let mut from = 0;
                loop {
                    let piece = batch - pairs.outer.len();
                    let got = supply.take(row, from, piece, &mut pairs);
                    from += got;
                    candidates += got as u64;
                    if got < piece {
                        break;
                    }
                    flush(&mut pairs, &mut sink);
                }
            }
            if let Some((at, _)) = open_rows.next_if(|(_, open)| **open as usize == row)
                && open_w[at] != Truth::False
            {
                flush(&mut pairs, &mut sink);
                let tuple = Tuples {
                    outer: vec![row as u32],
                    values: extra.gather(&[at as u32]),
                    w: vec![outer_w.and(open_w[at])],
                };
                sink(tuple, 0, 0);
            }
            if evaluator.is_over_budget() {
                return;
            }
        }
        flush(&mut pairs, &mut sink);
        sink(Tuples { outer: Vec::new(), values: Vector::unknown(0), w: Vec::new() }, candidates, 0);
    }

    /// Asks the condition of all rows.
    fn conclude(&self, frame: &Frame<'_, 'a>, w: &[Truth], place: Place) -> Judged {
        let mut judged = Judged::new(self.binders.len());
        let mut truths;
        match self.condition {
            Condition::Plain(condition) => truths = self.evaluator.truths(condition, frame),
            Condition::AnyOf(branches) => {
                truths = vec![Truth::False; w.len()];
                self.evaluator.or_all(branches.iter().map(|branch| &branch.condition), frame, &mut truths);
            }
            Condition::AllOf(branches) => {
                truths = vec![Truth::True; w.len()];
                self.evaluator.and_all(branches.iter().map(|branch| &branch.condition), frame, &mut truths);
            }
        }
        let holds = positions(w.len(), |row| w[row] == Truth::True && truths[row] == Truth::True);
        let fails = positions(w.len(), |row| w[row] == Truth::True && truths[row] == Truth::False);
        let unknown = positions(w.len(), |row| w[row] == Truth::Unknown || truths[row] == Truth::Unknown);
        for (ground, rows) in self.by_ground(frame, holds) {
            let decided = match ground {
                Ground::Judged => Decided::Holds,
                Ground::Vacuous => Decided::Vacuous,
                Ground::NotYetDue => Decided::NotYetDue,
            };
            self.decide(frame, w, &rows, decided, place, &mut judged);
        }
        self.decide(frame, w, &fails, Decided::Fails, place, &mut judged);
        self.decide(frame, w, &unknown, Decided::Unknown, place, &mut judged);
        judged
    }

    /// Tells rows of which the condition is true apart by what it rests on.
    fn by_ground(&self, frame: &Frame<'_, 'a>, holds: Vec<u32>) -> Vec<(Ground, Vec<u32>)> {
        if holds.is_empty() || !self.evaluator.body.groundless().is_possible() {
            return vec![(Ground::Judged, holds)];
        }
        let grounds = self.evaluator.grounds_of(self.condition, &Frame::inside(frame, holds.clone()));
        let of = |ground: Ground| {
            let places = positions(holds.len(), |at| grounds[at] == ground);
            (ground, places.iter().map(|at| holds[*at as usize]).collect())
        };
        [Ground::Judged, Ground::Vacuous, Ground::NotYetDue].map(of).to_vec()
    }

    /// The subjects that some rows are which hold, if those are asked for.
    fn holding(&self, frame: &Frame<'_, 'a>, rows: &[u32], place: Place, vacuous: bool) -> Vec<(u32, Subject, bool)> {
        if !self.evaluator.options.list_holding {
            return Vec::new();
        }
        self.subjects(frame, rows, place).into_iter().map(|(row, subject)| (row, subject, vacuous)).collect()
    }

    /// The subjects that some rows are, each with its row.
    fn subjects(&self, frame: &Frame<'_, 'a>, rows: &[u32], place: Place) -> Vec<(u32, Subject)> {
        let bound: Vec<(&'a Binder, Vector<'a>)> =
            self.binders.iter().take(place.each).map(|binder| (*binder, frame.variable(binder.variable))).collect();
        let subject = |row: u32| Subject {
            bindings: bound
                .iter()
                .map(|(binder, values)| (binder.variable, binding(&binder.domain, values, row as usize)))
                .collect(),
        };
        rows.iter().map(|row| (*row, subject(*row))).collect()
    }

    /// Records rows as decided; those of which it is not known whether they belong are unknown.
    fn decide(
        &self,
        frame: &Frame<'_, 'a>,
        w: &[Truth],
        rows: &[u32],
        decided: Decided,
        place: Place,
        judged: &mut Judged,
    ) {
        if rows.is_empty() {
            return;
        }
        let (mut sure, maybe): (Vec<u32>, Vec<u32>) = rows.iter().partition(|row| w[**row as usize] == Truth::True);
        let listed = |rows: &[u32]| self.subjects(frame, rows, place);
        judged.unknown.extend(listed(&maybe));
        if matches!(decided, Decided::Fails | Decided::Unknown)
            && let Some(pending) = self.pending(frame, &sure, place)
        {
            let which = |truth| -> Vec<u32> { positions(sure.len(), |at| pending[at] == truth) };
            let [stay, wait, open] = [Truth::False, Truth::True, Truth::Unknown]
                .map(which)
                .map(|places| places.iter().map(|at| sure[*at as usize]).collect::<Vec<u32>>());
            judged.not_yet_due.extend(listed(&wait));
            judged.unknown.extend(listed(&open));
            sure = stay;
        }
        match decided {
            Decided::Holds => {
                judged.holds += sure.len() as u64;
                judged.holding.extend(self.holding(frame, &sure, place, false));
            }
            Decided::Vacuous => {
                judged.vacuous += sure.len() as u64;
                judged.holding.extend(self.holding(frame, &sure, place, true));
            }
            Decided::NotYetDue => judged.not_yet_due.extend(listed(&sure)),
            Decided::Unknown => judged.unknown.extend(listed(&sure)),
            Decided::Fails => {
                let major = match self.when {
                    Some(when) if !sure.is_empty() => self.evaluator.truths(when, &Frame::inside(frame, sure.clone())),
                    _ => vec![Truth::False; sure.len()],
                };
                let subjects = listed(&sure).into_iter().zip(major);
                judged.fails.extend(subjects.map(|((row, subject), major)| (row, subject, major)));
            }
        }
        judged.sort();
    }

    /// Of rows that do not hold, whether they need not yet; none where no due date follows from the steps so far.
    fn pending(&self, frame: &Frame<'_, 'a>, rows: &[u32], place: Place) -> Option<Vec<Truth>> {
        let due = self.evaluator.body.due_at(place.step)?;
        let mut inside = Frame::inside(frame, rows.to_vec());
        if place.step < self.steps.len() {
            let value = self.evaluator.eval(self.evaluator.body.let_value(due.variable)?, &inside);
            inside.bind(due.variable, value);
        }
        Some(self.evaluator.truths(&due.pending, &inside))
    }
}

/// What a variable of a `for each` stands for in a row.
fn binding(domain: &Domain, values: &Vector<'_>, row: usize) -> Binding {
    match domain {
        Domain::Records(record) => match values.table_row(row) {
            Some(table_row) => Binding::Row(*record, table_row),
            None => Binding::Missing(*record),
        },
        Domain::Elements(_) => Binding::Element(values.cell(row)),
    }
}
