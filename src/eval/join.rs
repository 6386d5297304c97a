//! Joins: rows with their candidates.

use super::Evaluator;
use super::answers::Answers;
use super::frame::Frame;
use super::index::{Index, Probed};
use super::kernel::positions;
use super::quantity::{Goal, Node, Quantity};
use super::tally::{Answer, Entry, Tally};
use super::vector::{Data, Vector};
use crate::data::State;
use crate::ir::Expr;
use crate::value::{Cell, Truth, Value};

/// How many candidates of a row are looked at in the first round, and how many times more in each next one.
const GROWTH: usize = 4;
/// Most candidates of a row in one round.
const MOST_IN_ROUND: usize = 65_536;

/// Where the candidates of the rows of a frame come from. A candidate is a number: a row of the table, or the position
/// of an element.
pub(crate) enum Supply<'i, 'a> {
    /// The rows of a record.
    Records(&'i Index<'a>, Probed<'a>),
    /// Elements: all of them, where those of each physical list end, and of which lists not all are known.
    Elements { elements: Vector<'a>, ends: Vec<u32>, open: Vec<bool>, constant: bool },
}

/// Pairs of a row and a candidate.
#[derive(Default)]
pub(crate) struct Pairs {
    /// The row.
    pub(crate) outer: Vec<u32>,
    /// The candidate.
    pub(crate) candidates: Vec<u32>,
    /// What is known of w.
    pub(crate) w: Vec<Truth>,
}

impl<'a> Supply<'_, 'a> {
    /// Takes some of a row's candidates, `count` from the one numbered `from` on; returns how many there were.
    pub(crate) fn take(&self, row: usize, from: usize, count: usize, pairs: &mut Pairs) -> usize {
        let before = pairs.outer.len();
        match self {
            Supply::Records(index, probed) => {
                index.take(probed, row, from, count, |candidate, w| {
                    pairs.candidates.push(candidate);
                    pairs.w.push(w);
                });
            }
            Supply::Elements { ends, constant, .. } => {
                let list = if *constant { 0 } else { row };
                let start = if list == 0 { 0 } else { ends[list - 1] as usize };
                let end = ends[list] as usize;
                let first = start.saturating_add(from).min(end);
                let last = first.saturating_add(count).min(end);
                pairs.candidates.extend(first as u32..last as u32);
                pairs.w.resize(pairs.candidates.len(), Truth::True);
            }
        }
        pairs.outer.resize(pairs.candidates.len(), row as u32);
        pairs.outer.len() - before
    }

    /// Whether a row has, besides its candidates, one that stands for any number of unknown ones.
    pub(crate) fn is_open(&self, row: usize) -> bool {
        match self {
            Supply::Records(index, _) => index.missing,
            Supply::Elements { open, constant, .. } => open[if *constant { 0 } else { row }],
        }
    }

    /// The values of the binder's variable for candidates.
    pub(crate) fn values(&self, candidates: &[u32]) -> Vector<'a> {
        match self {
            Supply::Records(..) => Vector::table_rows(candidates.to_vec()),
            Supply::Elements { elements, .. } => elements.gather(candidates),
        }
    }
}

impl<'a> Evaluator<'a> {
    /// Prepares the candidates of the rows of a frame.
    pub(crate) fn supply<'i>(&self, node: &'i Node<'a>, frame: &Frame<'_, 'a>) -> Supply<'i, 'a> {
        match node {
            Node::Records(index) => Supply::Records(index, self.probe(index, frame)),
            Node::Elements(elements) => self.elements(&self.eval(elements, frame)),
            // A constant has no candidates any more.
            Node::Constant(_) => {
                Supply::Elements { elements: Vector::unknown(0), ends: vec![0], open: vec![true], constant: true }
            }
        }
    }

    fn elements<'i>(&self, lists: &Vector<'a>) -> Supply<'i, 'a> {
        let physical = lists.shape().physical();
        let (mut ends, mut open) = (Vec::with_capacity(physical), vec![false; physical]);
        let elements = if let Data::Lists(column, rows) = &lists.data {
            let mut at = Vec::new();
            for row in 0..physical {
                match lists.state(row) {
                    State::Present => at.extend(column.range(rows[row] as usize).map(|position| position as u32)),
                    _ => open[row] = true,
                }
                ends.push(at.len() as u32);
            }
            super::kernel::gather_column(&column.elements, &Vector::table_rows(at))
        } else {
            let mut cells = Vec::new();
            for (row, open) in open.iter_mut().enumerate() {
                match lists.cell(row) {
                    Cell::Present(Value::List(elements)) => cells.extend(elements),
                    Cell::Present(Value::Set(set)) => {
                        cells.extend(set.members.into_iter().map(Cell::Present));
                        *open = !set.complete;
                    }
                    _ => *open = true,
                }
                ends.push(cells.len() as u32);
            }
            Vector::from_cells(cells)
        };
        Supply::Elements { elements, ends, open, constant: lists.is_constant() }
    }

    /// Answers a quantity for every row of a frame.
    pub(crate) fn answers(&self, quantity: &Quantity<'a>, node: &Node<'a>, frame: &Frame<'_, 'a>) -> Answers<'a> {
        let supply = self.supply(node, frame);
        self.examine(frame.rows() as u64);
        if quantity.goal.is_graph() {
            return self.graph_answers(quantity, &supply, frame);
        }
        let finish = |tally: Tally| tally.finish(quantity.goal, quantity.ty, &self.hours);
        if let Supply::Records(index, probed) = &supply
            && index.simple
            && !index.missing
        {
            let (mut answers, mut looked_at) = (Answers::new(quantity, frame.rows(), &self.hours), 0);
            for row in 0..frame.rows() {
                if matches!(quantity.goal, Goal::Timeline | Goal::Log)
                    && let Some(timeline) = index.timeline(probed, row)
                {
                    answers.push_timeline(timeline);
                    continue;
                }
                if quantity.goal == Goal::Streak
                    && let Some(streak) = index.streak(probed, row)
                {
                    answers.push(Answer::of_streak(streak));
                    continue;
                }
                let mut tally = Tally::new(quantity.goal);
                looked_at += index.sum_up(probed, row, &mut tally);
                answers.push(finish(tally));
            }
            self.examine(looked_at);
            return answers;
        }
        let mut tallies: Vec<Tally> = (0..frame.rows()).map(|_| Tally::new(quantity.goal)).collect();
        self.add_open_candidates(quantity, &supply, frame, &mut tallies);
        if !matches!(quantity.goal, Goal::Exists | Goal::Every) {
            return self.gather(quantity, &supply, frame, tallies);
        }
        self.search(quantity, &supply, frame, &mut tallies);
        let mut answers = Answers::new(quantity, frame.rows(), &self.hours);
        tallies.into_iter().for_each(|tally| answers.push(finish(tally)));
        answers
    }

    /// Looks for candidates that decide, in rounds that grow, until each row is decided or has no more.
    fn search(&self, quantity: &Quantity<'a>, supply: &Supply<'_, 'a>, frame: &Frame<'_, 'a>, tallies: &mut [Tally]) {
        let mut open: Vec<u32> = positions(tallies.len(), |row| !tallies[row].is_decided());
        let (mut from, mut count) = (0, 1);
        let mut pairs = Pairs::default();
        while !open.is_empty() && !self.is_over_budget() {
            let mut exhausted = vec![false; open.len()];
            for (row, exhausted) in open.iter().zip(&mut exhausted) {
                let mut taken = 0;
                while taken < count && !*exhausted {
                    let piece = (count - taken).min(self.options.batch.max(1) - pairs.outer.len());
                    let got = supply.take(*row as usize, from + taken, piece, &mut pairs);
                    *exhausted = got < piece;
                    taken += got;
                    if pairs.outer.len() >= self.options.batch {
                        self.settle(quantity, supply, frame, &mut pairs, tallies);
                    }
                }
            }
            self.settle(quantity, supply, frame, &mut pairs, tallies);
            let mut exhausted = exhausted.into_iter();
            open.retain(|row| !exhausted.next().unwrap_or(true) && !tallies[*row as usize].is_decided());
            (from, count) = (from + count, (count * GROWTH).min(MOST_IN_ROUND));
        }
    }

    /// Looks at all candidates of each row, and draws the answers of rows as soon as they are done with.
    fn gather(
        &self,
        quantity: &Quantity<'a>,
        supply: &Supply<'_, 'a>,
        frame: &Frame<'_, 'a>,
        mut tallies: Vec<Tally>,
    ) -> Answers<'a> {
        let mut answers = Answers::new(quantity, tallies.len(), &self.hours);
        let mut pairs = Pairs::default();
        let mut finish_up_to = |row: usize, tallies: &mut [Tally]| {
            for tally in &mut tallies[answers.len()..row] {
                let tally = std::mem::replace(tally, Tally::new(Goal::Each));
                answers.push(tally.finish(quantity.goal, quantity.ty, &self.hours));
            }
        };
        for row in 0..tallies.len() {
            let mut from = 0;
            loop {
                let piece = self.options.batch.max(1) - pairs.outer.len();
                let got = supply.take(row, from, piece, &mut pairs);
                from += got;
                if got < piece || self.is_over_budget() {
                    break;
                }
                self.settle(quantity, supply, frame, &mut pairs, &mut tallies);
                finish_up_to(row, &mut tallies);
            }
        }
        self.settle(quantity, supply, frame, &mut pairs, &mut tallies);
        let rows = tallies.len();
        finish_up_to(rows, &mut tallies);
        answers
    }

    /// Calls `visit` with the candidates of each row, as rows of a frame in which they are bound, with the row of each and
    /// its w, which is never false; some at a time, those of one row in order.
    pub(crate) fn each_candidate(
        &self,
        quantity: &Quantity<'a>,
        supply: &Supply<'_, 'a>,
        frame: &Frame<'_, 'a>,
        mut visit: impl FnMut(&Frame<'_, 'a>, &[u32], &[Truth]),
    ) {
        let mut look = |inside: &Frame<'_, 'a>, rows: &[u32], w: &[Truth]| {
            let kept = positions(w.len(), |pair| w[pair] != Truth::False);
            let of = |pair: &u32| (rows[*pair as usize], w[*pair as usize]);
            let (rows, w): (Vec<u32>, Vec<Truth>) = kept.iter().map(of).unzip();
            visit(&Frame::inside(inside, kept), &rows, &w);
        };
        let mut flush = |pairs: &mut Pairs| {
            let Pairs { outer, candidates, mut w } = std::mem::take(pairs);
            self.examine(outer.len() as u64);
            let mut inside = Frame::inside(frame, outer.clone());
            inside.bind(quantity.binder.variable, supply.values(&candidates));
            self.and_conjuncts(quantity, supply, &inside, &mut w);
            look(&inside, &outer, &w);
        };
        let mut pairs = Pairs::default();
        for row in 0..frame.rows() {
            let mut from = 0;
            while !self.is_over_budget() {
                let piece = self.options.batch.max(1) - pairs.outer.len();
                let got = supply.take(row, from, piece, &mut pairs);
                from += got;
                if got < piece {
                    break;
                }
                flush(&mut pairs);
            }
        }
        flush(&mut pairs);
        let open = positions(frame.rows(), |row| supply.is_open(row));
        if !open.is_empty() {
            let (inside, w) = self.open_candidates(quantity, supply, frame, &open);
            look(&inside, &open, &w);
        }
    }

    /// Evaluates pairs, adds them to the tallies of their rows, and forgets them.
    fn settle(
        &self,
        quantity: &Quantity<'a>,
        supply: &Supply<'_, 'a>,
        frame: &Frame<'_, 'a>,
        pairs: &mut Pairs,
        tallies: &mut [Tally],
    ) {
        let Pairs { outer, candidates, mut w } = std::mem::take(pairs);
        if outer.is_empty() {
            return;
        }
        self.examine(outer.len() as u64);
        let mut inside = Frame::inside(frame, outer.clone());
        inside.bind(quantity.binder.variable, supply.values(&candidates));
        self.and_conjuncts(quantity, supply, &inside, &mut w);
        let kept = positions(w.len(), |pair| w[pair] != Truth::False);
        let entries = self.entries(quantity, supply, &inside, &kept);
        for (position, pair) in kept.iter().enumerate() {
            let pair = *pair as usize;
            entries.add_to(&mut tallies[outer[pair] as usize], w[pair], position, candidates[pair]);
        }
    }

    /// Adds to the w of pairs what their supply has not looked at.
    pub(crate) fn and_conjuncts(
        &self,
        quantity: &Quantity<'a>,
        supply: &Supply<'_, 'a>,
        inside: &Frame<'_, 'a>,
        w: &mut [Truth],
    ) {
        match supply {
            Supply::Records(index, _) => self.and_all(index.residual.iter().copied(), inside, w),
            Supply::Elements { .. } => self.and_all(quantity.binder.conjuncts.iter(), inside, w),
        }
    }

    /// Evaluates what counts of candidates besides their w, for the rows of a frame that are kept.
    fn entries(
        &self,
        quantity: &Quantity<'a>,
        supply: &Supply<'_, 'a>,
        inside: &Frame<'_, 'a>,
        kept: &[u32],
    ) -> Entries<'a> {
        let eval = |expr: &'a Expr| {
            if kept.len() == inside.rows() {
                self.eval(expr, inside)
            } else {
                self.eval(expr, &Frame::inside(inside, kept.to_vec()))
            }
        };
        let who = match (quantity.goal, supply) {
            (Goal::First | Goal::Last, Supply::Elements { .. }) => {
                Some(inside.variable(quantity.binder.variable).gather(kept))
            }
            _ => None,
        };
        Entries {
            goal: quantity.goal,
            value: quantity.by.or(quantity.value).filter(|_| !kept.is_empty()).map(eval),
            condition: quantity.condition.filter(|_| !kept.is_empty()).map(eval),
            who,
        }
    }

    /// Adds the candidates that stand for any number of unknown ones.
    fn add_open_candidates(
        &self,
        quantity: &Quantity<'a>,
        supply: &Supply<'_, 'a>,
        frame: &Frame<'_, 'a>,
        tallies: &mut [Tally],
    ) {
        let rows = positions(frame.rows(), |row| supply.is_open(row));
        if rows.is_empty() {
            return;
        }
        let (inside, w) = self.open_candidates(quantity, supply, frame, &rows);
        let all: Vec<u32> = (0..rows.len() as u32).collect();
        let entries = self.entries(quantity, supply, &inside, &all);
        for (position, row) in rows.iter().enumerate() {
            match quantity.goal {
                Goal::Timeline => tallies[*row as usize].add_timeline(w[position], None),
                goal => tallies[*row as usize].add_open(goal, w[position], entries.entry(position, 0)),
            }
        }
    }

    /// For some rows of a frame, a frame with the candidate of which nothing is known, and its w.
    pub(crate) fn open_candidates<'p>(
        &self,
        quantity: &Quantity<'a>,
        supply: &Supply<'_, 'a>,
        frame: &'p Frame<'p, 'a>,
        rows: &[u32],
    ) -> (Frame<'p, 'a>, Vec<Truth>) {
        let mut inside = Frame::inside(frame, rows.to_vec());
        let unknown = match supply {
            Supply::Records(..) => Vector::unknown_row(rows.len()),
            Supply::Elements { .. } => Vector::unknown(rows.len()),
        };
        inside.bind(quantity.binder.variable, unknown);
        let mut w = vec![Truth::Unknown; rows.len()];
        self.and_all(quantity.binder.conjuncts.iter(), &inside, &mut w);
        (inside, w)
    }
}

/// What counts of candidates besides their w.
struct Entries<'a> {
    goal: Goal,
    value: Option<Vector<'a>>,
    condition: Option<Vector<'a>>,
    who: Option<Vector<'a>>,
}

impl Entries<'_> {
    /// Adds a candidate to the tally of its row.
    fn add_to(&self, tally: &mut Tally, w: Truth, position: usize, candidate: u32) {
        match self.goal {
            Goal::Timeline => {
                tally.add_timeline(w, self.value.as_ref().and_then(|value| value.timeline(position)));
            }
            goal => tally.add(goal, w, self.entry(position, candidate)),
        }
    }

    fn condition(&self, position: usize) -> Truth {
        self.condition.as_ref().map_or(Truth::Unknown, |condition| truth(condition, position))
    }

    fn entry(&self, position: usize, candidate: u32) -> Entry {
        let Some(value) = &self.value else { return Entry::Bare };
        match self.goal {
            Goal::Every | Goal::Share => Entry::Truth(truth(value, position)),
            Goal::Log => Entry::Event(value.moment(position), self.condition(position)),
            Goal::Streak => Entry::Step(value.cell(position), self.condition(position)),
            Goal::First | Goal::Last => {
                let by = value.cell(position);
                match self.who.as_ref().map(|who| who.cell(position)) {
                    None => Entry::Keyed(by, Value::Row(candidate)),
                    Some(Cell::Present(who)) => Entry::Keyed(by, who),
                    Some(_) => Entry::Keyed(Cell::Unknown, Value::Boolean(false)),
                }
            }
            _ => Entry::Value(value.cell(position)),
        }
    }
}

/// The truth value of a row; unknown where it has none.
fn truth(vector: &Vector<'_>, row: usize) -> Truth {
    match (vector.state(row), &vector.data) {
        (State::Present, Data::Truths(truths)) => truths[vector.at(row)],
        _ => Truth::Unknown,
    }
}
