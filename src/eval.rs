//! Programs over tables.
//!
//! Enters: a body of a rule or an advice, a [`Dataset`], and what the run is told about time. Leaves: an
//! [`Evaluation`], every subject with its status. Total: no panics, no errors; what cannot be computed is unknown.
//! Nothing here knows of outcomes, waivers or exit statuses.

pub mod evaluation;
pub mod explain;

pub use evaluation::{Binding, Evaluation, StepCount, Subject};

use crate::data::Dataset;
use crate::ir::{Binder, Body, Environment, Expr, RunSettings, VariableId};
use crate::value::{Cell, Number, Truth};

/// What a body is evaluated over.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Records, parameters and zone of the program.
    pub environment: &'a Environment,
    /// The tables.
    pub dataset: &'a Dataset,
    /// What the run is told about time.
    pub settings: RunSettings,
}

/// How a body is evaluated. Nothing of this changes a result, except that a budget may be exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many rows are looked at together; at least 1.
    pub batch: usize,
    /// How many candidates may be examined; none: any number.
    pub budget: Option<u64>,
}

impl Default for Options {
    fn default() -> Options {
        Options { batch: 65_536, budget: None }
    }
}

/// More candidates than the budget allows would have to be examined. Depends on data and program alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverBudget;

/// A candidate of a binder, for an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What it is.
    pub binding: Binding,
    /// Whether it counts: the conjunction of `conjuncts`.
    pub counts: Truth,
    /// Each conjunct of the binder's `where`, in order.
    pub conjuncts: Vec<Truth>,
}

/// Candidates of a binder, for an explanation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidates {
    /// The nearest: those that count, then those that may, then those that fail the fewest conjuncts; equally near ones in order of row.
    pub nearest: Vec<Candidate>,
    /// How many there are that satisfy, or may satisfy, the equalities with outer values.
    pub total: u64,
}

/// Evaluates one body. What is looked up is indexed once and kept for explanations as long as this lives.
///
/// Runs on the rayon pool that it is called from.
pub struct Evaluator<'a> {
    inputs: Inputs<'a>,
    body: &'a Body,
    options: Options,
}

impl<'a> Evaluator<'a> {
    /// Makes an evaluator of a body; costs nothing yet.
    pub fn new(inputs: Inputs<'a>, body: &'a Body, options: Options) -> Evaluator<'a> {
        Evaluator { inputs, body, options }
    }

    /// Judges every subject. `when` is the condition of the rule's grade, asked of every failing subject.
    pub fn evaluate(&self, when: Option<&'a Expr>) -> Result<Evaluation, OverBudget> {
        let _ = (when, self.inputs, self.body, self.options);
        Ok(Evaluation::default())
    }

    /// Evaluates an expression of the body for one subject. `scope` binds the `for each` variables of the subject and
    /// those of binders around the expression; `let`s are computed from it; what it does not bind is unknown.
    pub fn cell(&self, expr: &'a Expr, scope: &[(VariableId, Binding)]) -> Cell {
        let _ = (expr, scope);
        Cell::Unknown
    }

    /// Returns the least and the greatest value that a `count` or `share` (or a `let` of one) can have; no greatest
    /// where nothing limits it. None for any other expression, and where there may be no value at all.
    pub fn bounds(&self, expr: &'a Expr, scope: &[(VariableId, Binding)]) -> Option<(Number, Option<Number>)> {
        let _ = (expr, scope);
        None
    }

    /// Returns the candidates of a binder for one subject, at most `limit` of them.
    pub fn candidates(&self, binder: &'a Binder, scope: &[(VariableId, Binding)], limit: usize) -> Candidates {
        let _ = (binder, scope, limit);
        Candidates::default()
    }
}
