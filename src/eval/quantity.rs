//! Quantities: quantifiers and aggregates over candidates.

use std::sync::Arc;

use super::Evaluator;
use super::frame::Frame;
use super::index::Index;
use super::tally::Answer;
use super::vector::{Data, Measure, Shape, Slice, Vector};
use crate::data::State;
use crate::ir::reads::free_variables;
use crate::ir::{AggregateFunction, Binder, Domain, Expr, ExprKind, Quantifier};
use crate::schema::Type;
use crate::value::{Cell, SetValue, Truth, Value};

/// What is asked of candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// All of them, one by one: the subjects of a `for each`.
    Each,
    /// Whether there is one.
    Exists,
    /// Whether each has something.
    Every,
    /// How many there are.
    Count,
    /// For which fraction of them something is true.
    Share,
    /// The sum of their values.
    Sum,
    /// The mean of their values.
    Mean,
    /// The least of their values.
    Min,
    /// The greatest of their values.
    Max,
    /// The one with the least key.
    First,
    /// The one with the greatest key.
    Last,
    /// The set of their values.
    Set,
    /// The union of their values.
    Union,
}

/// A quantifier, an aggregate, or the candidates of a `for each`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quantity<'a> {
    /// What is asked.
    pub(crate) goal: Goal,
    /// Whether the answer is turned around: `no`.
    pub(crate) negated: bool,
    /// The candidates.
    pub(crate) binder: &'a Binder,
    /// What stands behind `has`, or a candidate's value.
    pub(crate) value: Option<&'a Expr>,
    /// What `first` and `last` go by.
    pub(crate) by: Option<&'a Expr>,
    /// The type of the answer.
    pub(crate) ty: &'a Type,
    /// The expression; none for a `for each`.
    pub(crate) expr: Option<&'a Expr>,
}

impl<'a> Quantity<'a> {
    /// The quantity that an expression is, if it is one.
    pub(crate) fn of(expr: &'a Expr) -> Option<Quantity<'a>> {
        let quantity = |goal, negated, binder, value: &'a Option<Box<Expr>>, by: Option<&'a Expr>| Quantity {
            goal,
            negated,
            binder,
            value: value.as_deref(),
            by,
            ty: &expr.ty.base,
            expr: Some(expr),
        };
        match &expr.kind {
            ExprKind::Quantified { quantifier, binder, has } => Some(match quantifier {
                Quantifier::Exists => quantity(Goal::Exists, false, binder, &None, None),
                Quantifier::No => quantity(Goal::Exists, true, binder, &None, None),
                Quantifier::Every => quantity(Goal::Every, false, binder, has, None),
            }),
            ExprKind::Aggregate { function, binder, value, by } => {
                let goal = match function {
                    AggregateFunction::Count => Goal::Count,
                    AggregateFunction::Sum => Goal::Sum,
                    AggregateFunction::Min => Goal::Min,
                    AggregateFunction::Max => Goal::Max,
                    AggregateFunction::Mean => Goal::Mean,
                    AggregateFunction::Share => Goal::Share,
                    AggregateFunction::Set => Goal::Set,
                    AggregateFunction::Union => Goal::Union,
                    AggregateFunction::First => Goal::First,
                    AggregateFunction::Last => Goal::Last,
                };
                Some(quantity(goal, false, binder, value, by.as_deref()))
            }
            _ => None,
        }
    }

    /// The candidates of a `for each`.
    pub(crate) fn each(binder: &'a Binder) -> Quantity<'a> {
        Quantity { goal: Goal::Each, negated: false, binder, value: None, by: None, ty: &Type::Boolean, expr: None }
    }
}

/// How a quantity is answered.
pub(crate) enum Node<'a> {
    /// Nothing around it matters: the answer.
    Constant(Answer),
    /// Over records.
    Records(Index<'a>),
    /// Over the elements of a list or a set.
    Elements(&'a Expr),
}

impl<'a> Evaluator<'a> {
    /// Evaluates a quantifier or an aggregate for every row of a frame.
    pub(super) fn quantity(&self, expr: &'a Expr, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let Some(quantity) = Quantity::of(expr) else { return Vector::unknown(frame.rows()) };
        let node = self.node(&quantity);
        match &*node {
            Node::Constant(answer) => assemble(&quantity, vec![answer.clone()]).broadcast(frame.rows()),
            _ => assemble(&quantity, self.answers(&quantity, &node, frame)),
        }
    }

    /// For each row of a frame for which an `every` is true, whether it ranged over nothing.
    pub(super) fn ranged_over_nothing(&self, expr: &'a Expr, frame: &Frame<'_, 'a>) -> Vec<bool> {
        let Some(quantity) = Quantity::of(expr) else { return vec![false; frame.rows()] };
        let node = self.node(&quantity);
        let nothing = |answer: &Answer| matches!(answer, Answer::Truth(_, true));
        match &*node {
            Node::Constant(answer) => vec![nothing(answer); frame.rows()],
            _ => self.answers(&quantity, &node, frame).iter().map(nothing).collect(),
        }
    }

    /// What answers a quantity, made when it is first asked for.
    pub(super) fn node(&self, quantity: &Quantity<'a>) -> Arc<Node<'a>> {
        let at = std::ptr::from_ref(quantity.binder).addr();
        let known = match self.nodes.read() {
            Ok(nodes) => nodes.get(&at).cloned(),
            Err(_) => None,
        };
        if let Some(node) = known {
            return node;
        }
        // Nothing is locked meanwhile: what is made here may ask for other nodes, on other threads.
        let node = Arc::new(self.make_node(quantity));
        if let Ok(mut nodes) = self.nodes.write() {
            nodes.insert(at, Arc::clone(&node));
        }
        node
    }

    fn make_node(&self, quantity: &Quantity<'a>) -> Node<'a> {
        let node = match &quantity.binder.domain {
            Domain::Records(record) => Node::Records(self.build_index(quantity, *record, false)),
            Domain::Elements(elements) => Node::Elements(elements),
        };
        let is_constant = quantity.expr.is_some_and(|expr| free_variables(expr).is_empty());
        match is_constant.then(|| self.answers(quantity, &node, &Frame::new(1)).pop()).flatten() {
            Some(answer) => Node::Constant(answer),
            None => node,
        }
    }
}

/// Puts answers together, one for each row.
fn assemble<'a>(quantity: &Quantity<'a>, answers: Vec<Answer>) -> Vector<'a> {
    let shape = Shape { rows: answers.len(), constant: false };
    match quantity.goal {
        Goal::Each | Goal::Exists | Goal::Every => {
            let truth = |answer: &Answer| match answer {
                Answer::Truth(truth, _) if quantity.negated => !*truth,
                Answer::Truth(truth, _) => *truth,
                _ => Truth::Unknown,
            };
            Vector::truths(shape, answers.iter().map(truth).collect())
        }
        Goal::Set | Goal::Union => {
            let set = |answer: Answer| match answer {
                Answer::Set(set) => set,
                _ => Arc::new(SetValue::default()),
            };
            let sets: Vec<Arc<SetValue>> = answers.into_iter().map(set).collect();
            Vector::shaped(shape, Data::Sets(sets.into()), Slice::Borrowed(&[]))
        }
        goal => {
            let bounds = answers.iter().any(|answer| matches!(answer, Answer::Within(_))).then(|| {
                let bounds = |answer: &Answer| match answer {
                    Answer::Within(bounds) => Some(*bounds),
                    _ => None,
                };
                Arc::new(answers.iter().map(bounds).collect::<Vec<_>>())
            });
            let vector = if goal == Goal::Count { counts(&answers) } else { None };
            let vector = vector.unwrap_or_else(|| {
                let cell = |answer: Answer| match answer {
                    Answer::Cell(cell) => cell,
                    _ => Cell::Unknown,
                };
                Vector::from_cells(answers.into_iter().map(cell).collect())
            });
            Vector { bounds, ..vector }
        }
    }
}

/// Counts, which are small.
fn counts<'a>(answers: &[Answer]) -> Option<Vector<'a>> {
    let mut states = Vec::new();
    let mut counts = Vec::with_capacity(answers.len());
    for (row, answer) in answers.iter().enumerate() {
        let count = match answer {
            Answer::Cell(Cell::Present(Value::Number(number))) => i64::try_from(number.to_integer()?).ok()?,
            _ => {
                if states.is_empty() {
                    states.resize(answers.len(), State::Present);
                }
                states[row] = State::Unknown;
                0
            }
        };
        counts.push(count);
    }
    Some(Vector::new(answers.len(), Data::Whole(Measure::Number, counts.into()), states.into()))
}
