//! Edges of an index: graphs that many rows share, made once for each choice of candidates.

use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;

use super::super::graph::{Edges, Graph};
use super::super::tally::Answer;
use super::grouping::Run;
use super::{Index, Probed};
use crate::value::{SetValue, Truth};

/// Most edges of graphs, and most members of sets, that are kept to be used again; more are made again.
const MOST_KEPT: usize = 2_000_000;

/// Which candidates a row may match.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Runs {
    /// The equalities of which the row's own values are known, as bits.
    outer: u32,
    runs: Vec<Run>,
}

/// What an answer depends on: candidates and, for `reachable`, starts.
type Question = (Runs, Option<Arc<SetValue>>);

/// The edges of an index with what was made of them.
#[derive(Debug)]
pub(crate) struct Shared<'a> {
    /// The edges, by candidate.
    pub(crate) edges: Edges<'a>,
    made: Mutex<Made>,
}

/// What was made; nothing where it was not kept.
#[derive(Debug, Default)]
struct Made {
    graphs: FxHashMap<Runs, Option<Arc<Graph>>>,
    answers: FxHashMap<Question, Option<Answer>>,
    kept: usize,
}

/// Something that was made, and whether it is the first time that it is asked for.
pub(crate) struct First<T> {
    pub(crate) made: T,
    pub(crate) is_first: bool,
}

impl<'a> Shared<'a> {
    pub(super) fn new(edges: Edges<'a>) -> Shared<'a> {
        Shared { edges, made: Mutex::default() }
    }

    /// The graph of some candidates.
    pub(crate) fn graph(&self, runs: &Runs, make: impl FnOnce() -> Graph) -> First<Arc<Graph>> {
        if let Ok(made) = self.made.lock()
            && let Some(Some(graph)) = made.graphs.get(runs)
        {
            return First { made: Arc::clone(graph), is_first: false };
        }
        // Nothing is locked meanwhile; what two threads make at the same time is the same.
        let graph = Arc::new(make());
        let mut is_first = false;
        if let Ok(mut made) = self.made.lock() {
            is_first = !made.graphs.contains_key(runs);
            if is_first {
                let kept = made.keep(graph.size()).then(|| Arc::clone(&graph));
                made.graphs.insert(runs.clone(), kept);
            }
        }
        First { made: graph, is_first }
    }

    /// The answer to a question; `make` gives it with how many members it has.
    pub(crate) fn answer(&self, question: Question, make: impl FnOnce() -> (Answer, usize)) -> First<Answer> {
        if let Ok(made) = self.made.lock()
            && let Some(Some(answer)) = made.answers.get(&question)
        {
            return First { made: answer.clone(), is_first: false };
        }
        let (answer, members) = make();
        let mut is_first = false;
        if let Ok(mut made) = self.made.lock() {
            is_first = !made.answers.contains_key(&question);
            if is_first {
                let kept = made.keep(members).then(|| answer.clone());
                made.answers.insert(question, kept);
            }
        }
        First { made: answer, is_first }
    }
}

impl Made {
    /// Whether so much more can be kept.
    fn keep(&mut self, more: usize) -> bool {
        let can = self.kept.saturating_add(more) <= MOST_KEPT;
        self.kept += if can { more } else { 0 };
        can
    }
}

impl<'a> Index<'a> {
    /// Which candidates a row may match.
    pub(crate) fn runs(&self, probed: &Probed<'_>, row: usize) -> Runs {
        let mut runs = Vec::new();
        self.each_run(probed, row, |_, run| runs.push(run));
        Runs { outer: probed.known_parts(row), runs }
    }

    /// The candidates, by their places among the edges, and what is known of their w.
    pub(crate) fn edges_of(&self, runs: &Runs) -> Vec<(u32, Truth)> {
        let Some(grouping) = self.grouping(runs.outer) else { return Vec::new() };
        let mut edges = Vec::with_capacity(runs.runs.iter().map(|run| run.end - run.start).sum());
        for run in &runs.runs {
            let members = &grouping.classes[run.class].members[run.start..run.end];
            edges.extend(members.iter().map(|member| {
                let w = self.w(*member);
                (*member, if run.certain { w } else { w.and(Truth::Unknown) })
            }));
        }
        edges
    }
}
