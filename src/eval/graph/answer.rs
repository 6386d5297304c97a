//! What graphs come to for the rows of a frame.

use std::sync::Arc;

use super::{Edges, Graph, Met, Reached, starts_of};
use crate::eval::Evaluator;
use crate::eval::answers::Answers;
use crate::eval::frame::Frame;
use crate::eval::index::{Index, Probed, Shared};
use crate::eval::join::{Pairs, Supply};
use crate::eval::kernel::positions;
use crate::eval::quantity::Quantity;
use crate::eval::tally::Answer;
use crate::eval::vector::Vector;
use crate::ir::Expr;
use crate::schema::Type;
use crate::value::{SetValue, Truth};

/// The starts of the rows of a frame; none for `acyclic`.
struct Starts {
    sets: Vec<Arc<SetValue>>,
    constant: bool,
}

impl Starts {
    fn of(&self, row: usize) -> Option<&Arc<SetValue>> {
        self.sets.get(if self.constant { 0 } else { row })
    }
}

/// The type of what is at the ends of edges.
fn end_type<'a>(quantity: &Quantity<'a>) -> &'a Type {
    quantity.value.map_or(&Type::Error, |from| &from.ty.base)
}

impl<'a> Evaluator<'a> {
    /// Answers `reachable` or `acyclic` for every row of a frame.
    pub(in crate::eval) fn graph_answers(
        &self,
        quantity: &Quantity<'a>,
        supply: &Supply<'_, 'a>,
        frame: &Frame<'_, 'a>,
    ) -> Answers<'a> {
        let starts = match quantity.from {
            Some(from) => {
                let vector = self.eval(from, frame);
                Starts { sets: starts_of(&vector), constant: vector.is_constant() }
            }
            None => Starts { sets: Vec::new(), constant: true },
        };
        match supply {
            Supply::Records(index, probed) if !index.missing => match &index.graphs {
                Some(shared) => self.shared_answers(quantity, index, probed, shared, &starts, frame.rows()),
                None => self.own_answers(quantity, supply, &starts, frame),
            },
            _ => self.own_answers(quantity, supply, &starts, frame),
        }
    }

    /// Answers for rows that share graphs: each graph, and each answer, is made once and counted once.
    fn shared_answers(
        &self,
        quantity: &Quantity<'a>,
        index: &Index<'a>,
        probed: &Probed<'a>,
        shared: &Shared<'a>,
        starts: &Starts,
        rows: usize,
    ) -> Answers<'a> {
        let mut answers = Answers::new(quantity, rows, &self.hours);
        let mut met = Met::default();
        for row in 0..rows {
            if self.is_over_budget() {
                answers.push(Answer::Truth(Truth::Unknown, false));
                continue;
            }
            let runs = index.runs(probed, row);
            let starts = starts.of(row).cloned();
            let question = (runs.clone(), starts.clone());
            let mut followed = 0;
            let answer = shared.answer(question, || {
                let graph = shared.graph(&runs, || Graph::new(&shared.edges, &index.edges_of(&runs)));
                if graph.is_first {
                    self.examine(graph.made.size() as u64);
                }
                let (answer, edges) =
                    answer(&shared.edges, &graph.made, starts.as_deref(), end_type(quantity), &mut met);
                followed = edges;
                let members = if let Answer::Set(set) = &answer { set.members.len() } else { 0 };
                (answer, members)
            });
            if answer.is_first {
                self.examine(followed);
            }
            answers.push(answer.made);
        }
        answers
    }

    /// Answers for rows each of which has a graph of its own.
    fn own_answers(
        &self,
        quantity: &Quantity<'a>,
        supply: &Supply<'_, 'a>,
        starts: &Starts,
        frame: &Frame<'_, 'a>,
    ) -> Answers<'a> {
        let mut answers = Answers::new(quantity, frame.rows(), &self.hours);
        let (mut pairs, mut first, mut met) = (Pairs::default(), 0, Met::default());
        for row in 0..frame.rows() {
            if !self.is_over_budget() {
                supply.take(row, 0, usize::MAX, &mut pairs);
            }
            // The candidates of several rows are looked at together; those of one row never apart.
            if pairs.outer.len() < self.options.batch.max(1) && row + 1 < frame.rows() {
                continue;
            }
            let open: Vec<u32> = (first as u32..=row as u32).filter(|row| supply.is_open(*row as usize)).collect();
            let Own { edges, which, .. } = self.own_edges(quantity, supply, frame, std::mem::take(&mut pairs), open);
            let mut by_row = which.chunk_by(|a, b| a.0 == b.0).peekable();
            for row in first..=row {
                let own = by_row.next_if(|own| own[0].0 as usize == row).unwrap_or(&[]);
                let own: Vec<(u32, Truth)> = own.iter().map(|(_, edge, w)| (*edge, *w)).collect();
                let graph = Graph::new(&edges, &own);
                let starts = starts.of(row).map(AsRef::as_ref);
                let (answer, followed) = answer(&edges, &graph, starts, end_type(quantity), &mut met);
                self.examine(followed);
                answers.push(answer);
            }
            first = row + 1;
        }
        answers
    }

    /// The edges that pairs of rows and candidates are; `open` are the rows that have one more of which nothing is known.
    pub(super) fn own_edges(
        &self,
        quantity: &Quantity<'a>,
        supply: &Supply<'_, 'a>,
        frame: &Frame<'_, 'a>,
        pairs: Pairs,
        open: Vec<u32>,
    ) -> Own<'a> {
        let Pairs { outer, candidates, mut w } = pairs;
        self.examine(outer.len() as u64);
        let mut inside = Frame::inside(frame, outer.clone());
        inside.bind(quantity.binder.variable, supply.values(&candidates));
        self.and_conjuncts(quantity, supply, &inside, &mut w);
        let kept = positions(w.len(), |pair| w[pair] != Truth::False);
        let known = kept.iter().map(|pair| Some(candidates[*pair as usize]));
        let candidates = known.chain(open.iter().map(|_| None)).collect();
        let (opened, open_w) = self.open_candidates(quantity, supply, frame, &open);
        let rows =
            kept.iter().map(|pair| (outer[*pair as usize], w[*pair as usize])).chain(open.into_iter().zip(open_w));
        let mut which: Vec<(u32, u32, Truth)> =
            rows.enumerate().map(|(edge, (row, w))| (row, edge as u32, w)).collect();
        which.sort_by_key(|(row, ..)| *row);
        let inside = if kept.len() == inside.rows() { inside } else { Frame::inside(&inside, kept) };
        let end = |end: Option<&'a Expr>| match end {
            Some(end) => Vector::concat(vec![self.eval(end, &inside), self.eval(end, &opened)]),
            None => Vector::unknown(which.len()),
        };
        Own { edges: Edges::new(end(quantity.value), end(quantity.to)), which, candidates }
    }
}

/// Edges of some rows.
pub(super) struct Own<'a> {
    pub(super) edges: Edges<'a>,
    /// In order of row: the row, the position of the edge, what is known of its w.
    pub(super) which: Vec<(u32, u32, Truth)>,
    /// The candidate that each edge is; none for those of which nothing is known.
    pub(super) candidates: Vec<Option<u32>>,
}

/// What a graph comes to, and how many edges were followed to see it.
fn answer(edges: &Edges<'_>, graph: &Graph, starts: Option<&SetValue>, ty: &Type, met: &mut Met) -> (Answer, u64) {
    match starts {
        Some(starts) => {
            let Reached { set, followed } = graph.reached(edges, starts, ty, met);
            (Answer::Set(Arc::new(set)), followed)
        }
        None => (Answer::Truth(graph.is_acyclic(), false), graph.size() as u64),
    }
}
