//! Programs over tables.
//!
//! Enters: a body of a rule or an advice, a [`Dataset`], and what the run is told about time. Leaves: an
//! [`Evaluation`], every subject with its status. Total: no panics, no errors; what cannot be computed is unknown.
//! Nothing here knows of outcomes, waivers or exit statuses.

mod answers;
mod bounds;
pub mod evaluation;
mod exclusions;
pub mod explain;
mod frame;
mod graph;
mod ground;
mod hours;
mod index;
mod join;
mod kernel;
mod quantity;
mod recurrence;
mod reported;
mod single;
mod statement;
mod streak;
mod stretches;
mod subjects;
mod tally;
mod vector;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

pub use evaluation::{Binding, Evaluation, StepCount, Subject};
pub use exclusions::{Exclusions, LeftOut};
pub use graph::trace::{Edge, Trace};
pub use reported::Reported;
use rustc_hash::FxHashMap;

use crate::data::Dataset;
use crate::ir::reads::for_each_child;
use crate::ir::{Access, Binder, Body, Condition, Domain, Environment, Expr, ExprKind, RunSettings, Step};
use crate::schema::RecordId;
use crate::value::Truth;
use hours::Hours;
use index::Index;
use kernel::TextSet;
use quantity::{Node, Quantity};
use statement::{Latest, Taken};
use subjects::Judge;

/// Expressions nested up to so many levels are evaluated on the stack of the caller's threads.
const SHALLOW: usize = 64;
/// The stack of a thread that evaluates deeper ones, in bytes.
const DEEP_STACK: usize = 256 << 20;

/// What a body is evaluated over.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Records, parameters and zone of the program.
    pub environment: &'a Environment,
    /// The tables.
    pub dataset: &'a Dataset,
    /// What the run is told about time.
    pub settings: RunSettings,
    /// What standing exclusions leave out of every record that is ranged over.
    pub exclusions: &'a Exclusions,
    /// What Rego reports, if the body's condition is Rego; without it nothing is known of its subjects.
    pub reported: Option<&'a Reported>,
}

/// How a body is evaluated. Nothing of this changes a result, except that a budget may be exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many rows are looked at together; at least 1.
    pub batch: usize,
    /// How many candidates may be examined; none: any number.
    pub budget: Option<u64>,
    /// Whether the subjects that hold are listed as well: a test asks for them by name, a report counts them.
    pub list_holding: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { batch: 65_536, budget: None, list_holding: false }
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
    /// How deep the expressions of the body are nested.
    levels: usize,
    /// What answers each quantity of the body, by the address of its binder.
    nodes: RwLock<FxHashMap<usize, Arc<Node<'a>>>>,
    /// Indexes by equality alone, for explanations, likewise.
    wide: RwLock<FxHashMap<usize, Arc<Index<'a>>>>,
    /// The edges of graphs that are the same for all subjects, for explanations, likewise.
    traces: RwLock<FxHashMap<usize, Arc<Trace<'a>>>>,
    /// Large sets of texts, by the address of the expression that gave them.
    texts: RwLock<FxHashMap<usize, Arc<TextSet>>>,
    /// What the statements come to that are the same for every subject, by the address of their binder.
    stated: RwLock<FxHashMap<usize, Arc<Latest>>>,
    /// How statements are taken.
    taken: Taken,
    /// What calendars say, and what is made of it.
    hours: Arc<Hours<'a>>,
    examined: AtomicU64,
    operations: AtomicU64,
}

impl<'a> Evaluator<'a> {
    /// Makes an evaluator of a body; costs nothing yet.
    pub fn new(inputs: Inputs<'a>, body: &'a Body, options: Options) -> Evaluator<'a> {
        Evaluator {
            inputs,
            body,
            options,
            levels: body_levels(body),
            nodes: RwLock::default(),
            wide: RwLock::default(),
            traces: RwLock::default(),
            texts: RwLock::default(),
            stated: RwLock::default(),
            taken: Taken::default(),
            hours: Arc::new(Hours::new(&inputs.environment.calendars)),
            examined: AtomicU64::new(0),
            operations: AtomicU64::new(0),
        }
    }

    /// What the body is evaluated over.
    pub fn inputs(&self) -> Inputs<'a> {
        self.inputs
    }

    /// Judges every subject. `when` is the condition of the rule's grade, asked of every failing subject.
    ///
    /// # Errors
    ///
    /// More candidates than the budget allows would have to be examined.
    pub fn evaluate(&self, when: Option<&'a Expr>) -> Result<Evaluation, OverBudget> {
        self.with_stack(when.map_or(0, levels), || self.evaluate_here(when))
    }

    fn evaluate_here(&self, when: Option<&'a Expr>) -> Result<Evaluation, OverBudget> {
        self.examined.store(0, Ordering::Relaxed);
        // What is looked up is made before any batch asks for it; none of it is made twice, or waited for.
        if let Ok(mut nodes) = self.nodes.write() {
            nodes.clear();
        }
        if let Ok(mut stated) = self.stated.write() {
            stated.clear();
        }
        self.prepare(when);
        let judged = Judge::new(self, when).judge();
        if self.is_over_budget() {
            return Err(OverBudget);
        }
        let (mut fails, mut major) = (Vec::with_capacity(judged.fails.len()), Vec::new());
        for (_, subject, truth) in judged.fails {
            fails.push(subject);
            if when.is_some() {
                major.push(truth);
            }
        }
        let mut evaluation = Evaluation {
            steps: judged.steps,
            holds: judged.holds,
            vacuous: judged.vacuous,
            holding: judged.holding.into_iter().map(|(_, subject, vacuously)| (subject, vacuously)).collect(),
            fails,
            major,
            unknown: judged.unknown.into_iter().map(|(_, subject)| subject).collect(),
            not_yet_due: judged.not_yet_due.into_iter().map(|(_, subject)| subject).collect(),
            more_may_fail: self.more_may_fail(),
            examined: self.examined.load(Ordering::Relaxed),
            ..Evaluation::default()
        };
        self.count_statements(&mut evaluation);
        Ok(evaluation)
    }

    /// How many values kernels computed so far: a measure of what was really done. Unlike
    /// [`Evaluation::examined`] it depends on the batches.
    pub fn operations(&self) -> u64 {
        self.operations.load(Ordering::Relaxed)
    }

    /// Makes what answers each quantity of the body and of `when`, inner ones first.
    fn prepare(&self, when: Option<&'a Expr>) {
        let body = self.body;
        let mut first = true;
        for step in &body.steps {
            match step {
                Step::Let { value, .. } => self.prepare_expr(value),
                Step::ForEach { binder, .. } => {
                    if let Domain::Elements(elements) = &binder.domain {
                        self.prepare_expr(elements);
                    }
                    binder.conjuncts.iter().for_each(|conjunct| self.prepare_expr(conjunct));
                    self.prepare_access(&binder.access);
                    // All rows of the first are looked at anyway.
                    if !(first && matches!(binder.domain, Domain::Records(_))) {
                        self.node(&Quantity::each(binder));
                    }
                    first = false;
                }
            }
        }
        match &body.condition {
            Condition::Plain(condition) => self.prepare_expr(condition),
            Condition::AnyOf(branches) | Condition::AllOf(branches) => {
                branches.iter().for_each(|branch| self.prepare_expr(&branch.condition));
            }
        }
        if let Some(when) = when {
            self.prepare_expr(when);
        }
    }

    fn prepare_expr(&self, expr: &'a Expr) {
        for_each_child(expr, &mut |child| self.prepare_expr(child));
        if let ExprKind::Stated(stated) = &expr.kind {
            stated.candidates.iter().for_each(|statements| self.prepare_statements(statements));
        }
        if let Some(quantity) = Quantity::of(expr)
            && !self.is_over_budget()
        {
            self.prepare_access(&quantity.binder.access);
            self.node(&quantity);
        }
    }

    /// The sides by which candidates are looked up are copies of parts of conjuncts, with quantities of their own.
    fn prepare_access(&self, access: &'a Access) {
        for part in &access.key {
            self.prepare_expr(&part.inner);
            self.prepare_expr(&part.outer);
        }
        if let Some(part) = &access.order {
            self.prepare_expr(&part.inner);
            self.prepare_expr(&part.outer);
        }
    }

    /// Runs some work on the caller's threads, or, where expressions are nested so deep that their stack may not do, on
    /// as many threads with a stack that does.
    fn with_stack<R: Send>(&self, levels: usize, work: impl FnOnce() -> R + Send) -> R {
        if levels.max(self.levels) <= SHALLOW {
            return work();
        }
        let threads = rayon::ThreadPoolBuilder::new().num_threads(rayon::current_num_threads());
        match threads.stack_size(DEEP_STACK).build() {
            Ok(pool) => pool.install(work),
            Err(_) => work(),
        }
    }

    /// The index of a binder by its equalities alone.
    fn wide_index(&self, quantity: &Quantity<'a>, record: RecordId) -> Arc<Index<'a>> {
        let at = std::ptr::from_ref(quantity.binder).addr();
        let known = match self.wide.read() {
            Ok(wide) => wide.get(&at).cloned(),
            Err(_) => None,
        };
        known.unwrap_or_else(|| {
            let index = Arc::new(self.build_index(quantity, record, true));
            if let Ok(mut wide) = self.wide.write() {
                wide.insert(at, Arc::clone(&index));
            }
            index
        })
    }

    /// Counts candidates that are looked at.
    fn examine(&self, candidates: u64) {
        self.examined.fetch_add(candidates, Ordering::Relaxed);
    }

    /// Whether more candidates were looked at than the budget allows; what is computed from then on means nothing.
    fn is_over_budget(&self) -> bool {
        self.options.budget.is_some_and(|budget| self.examined.load(Ordering::Relaxed) > budget)
    }
}

/// How deep an expression is nested.
fn levels(expr: &Expr) -> usize {
    let mut deepest = 0;
    for_each_child(expr, &mut |child| deepest = deepest.max(levels(child)));
    deepest + 1
}

/// How deep the deepest expression of a body is nested. A `let` that refers to another is no deeper for that.
fn body_levels(body: &Body) -> usize {
    let in_binder = |binder: &Binder| {
        let domain = match &binder.domain {
            Domain::Elements(elements) => levels(elements),
            Domain::Records(_) => 0,
        };
        binder.conjuncts.iter().map(levels).max().unwrap_or(0).max(domain)
    };
    let in_step = |step: &Step| match step {
        Step::Let { value, .. } => levels(value),
        Step::ForEach { binder, .. } => in_binder(binder),
    };
    let condition = match &body.condition {
        Condition::Plain(condition) => levels(condition),
        Condition::AnyOf(branches) | Condition::AllOf(branches) => {
            branches.iter().map(|branch| levels(&branch.condition)).max().unwrap_or(0)
        }
    };
    body.steps.iter().map(in_step).max().unwrap_or(0).max(condition)
}
