//! Quantities: quantifiers and aggregates over candidates.

use std::sync::Arc;

use super::Evaluator;
use super::answers::Answers;
use super::frame::Frame;
use super::index::Index;
use super::tally::Answer;
use super::vector::Vector;
use crate::ir::reads::free_variables;
use crate::ir::{AggregateFunction, Binder, Domain, Expr, ExprKind, Quantifier};
use crate::schema::Type;

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
    /// What lies in any of their timelines.
    Timeline,
    /// When something is the case, as a log of them tells.
    Log,
    /// How many follow one another for which something is true.
    Streak,
    /// What they lead to, as edges.
    Reachable,
    /// Whether they lead round, as edges.
    Acyclic,
}

impl Goal {
    /// Whether candidates are edges, which count together and not one by one.
    pub(crate) fn is_graph(self) -> bool {
        matches!(self, Goal::Reachable | Goal::Acyclic)
    }
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
    /// What `first`, `last`, a log and a streak go by.
    pub(crate) by: Option<&'a Expr>,
    /// What is asked of each in that order.
    pub(crate) condition: Option<&'a Expr>,
    /// Where an edge leads.
    pub(crate) to: Option<&'a Expr>,
    /// Where `reachable` starts.
    pub(crate) from: Option<&'a Expr>,
    /// The type of the answer.
    pub(crate) ty: &'a Type,
    /// The expression; none for a `for each`.
    pub(crate) expr: Option<&'a Expr>,
}

impl<'a> Quantity<'a> {
    /// The quantity that an expression is, if it is one.
    pub(crate) fn of(expr: &'a Expr) -> Option<Quantity<'a>> {
        let quantity = |goal, negated, binder, value: Option<&'a Expr>, by: Option<&'a Expr>| Quantity {
            goal,
            negated,
            binder,
            value,
            by,
            condition: None,
            to: None,
            from: None,
            ty: &expr.ty.base,
            expr: Some(expr),
        };
        match &expr.kind {
            ExprKind::Quantified { quantifier, binder, has } => Some(match quantifier {
                Quantifier::Exists => quantity(Goal::Exists, false, binder, None, None),
                Quantifier::No => quantity(Goal::Exists, true, binder, None, None),
                Quantifier::Every => quantity(Goal::Every, false, binder, has.as_deref(), None),
            }),
            ExprKind::Aggregate { function, binder, parts } => {
                let goal = match function {
                    AggregateFunction::Count => Goal::Count,
                    AggregateFunction::Sum => Goal::Sum,
                    AggregateFunction::Min => Goal::Min,
                    AggregateFunction::Max => Goal::Max,
                    AggregateFunction::Mean => Goal::Mean,
                    AggregateFunction::Share => Goal::Share,
                    // Of what recurs, the set of its dates is gathered, and then followed.
                    AggregateFunction::Set | AggregateFunction::Recurs => Goal::Set,
                    AggregateFunction::Union => Goal::Union,
                    AggregateFunction::First => Goal::First,
                    AggregateFunction::Last => Goal::Last,
                    AggregateFunction::Timeline => Goal::Timeline,
                    AggregateFunction::Log => Goal::Log,
                    AggregateFunction::Streak => Goal::Streak,
                    AggregateFunction::Reachable => Goal::Reachable,
                    AggregateFunction::Acyclic => Goal::Acyclic,
                };
                let quantity = quantity(goal, false, binder, parts.value.as_ref(), parts.by.as_ref());
                let (condition, to, from) = (parts.condition.as_ref(), parts.to.as_ref(), parts.from.as_ref());
                Some(Quantity { condition, to, from, ..quantity })
            }
            _ => None,
        }
    }

    /// The candidates of a `for each`.
    pub(crate) fn each(binder: &'a Binder) -> Quantity<'a> {
        Quantity {
            goal: Goal::Each,
            negated: false,
            binder,
            value: None,
            by: None,
            condition: None,
            to: None,
            from: None,
            ty: &Type::Boolean,
            expr: None,
        }
    }
}

/// How a quantity is answered.
pub(crate) enum Node<'a> {
    /// Nothing around it matters: the answer.
    Constant(Answer),
    /// Over records.
    Records(Box<Index<'a>>),
    /// Over the elements of a list or a set.
    Elements(&'a Expr),
}

impl<'a> Evaluator<'a> {
    /// Evaluates a quantifier or an aggregate for every row of a frame.
    pub(super) fn quantity(&self, expr: &'a Expr, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let answers = self.candidates_of(expr, frame);
        match &expr.kind {
            ExprKind::Aggregate { function: AggregateFunction::Recurs, parts, .. } => {
                self.recurs(&answers, parts, frame)
            }
            _ => answers,
        }
    }

    /// Evaluates what the candidates of a quantity come to: the quantity itself, or of a `recurs` the set of its dates.
    pub(super) fn candidates_of(&self, expr: &'a Expr, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let Some(quantity) = Quantity::of(expr) else { return Vector::unknown(frame.rows()) };
        let node = self.node(&quantity);
        match &*node {
            Node::Constant(answer) => {
                let mut answers = Answers::new(&quantity, 1, &self.hours);
                answers.push(answer.clone());
                answers.into_vector().broadcast(frame.rows())
            }
            _ => self.answers(&quantity, &node, frame).into_vector(),
        }
    }

    /// For each row of a frame for which an `every` is true, whether it ranged over nothing.
    pub(super) fn ranged_over_nothing(&self, expr: &'a Expr, frame: &Frame<'_, 'a>) -> Vec<bool> {
        let Some(quantity) = Quantity::of(expr) else { return vec![false; frame.rows()] };
        let node = self.node(&quantity);
        match &*node {
            Node::Constant(answer) => vec![matches!(answer, Answer::Truth(_, true)); frame.rows()],
            _ => self.answers(&quantity, &node, frame).over_nothing(),
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

    /// What finds the candidates of a quantity.
    pub(super) fn candidates_node(&self, quantity: &Quantity<'a>) -> Node<'a> {
        match &quantity.binder.domain {
            Domain::Records(record) => Node::Records(Box::new(self.build_index(quantity, *record, false))),
            Domain::Elements(elements) => Node::Elements(elements),
        }
    }

    fn make_node(&self, quantity: &Quantity<'a>) -> Node<'a> {
        let node = self.candidates_node(quantity);
        let is_constant = quantity.expr.is_some_and(|expr| free_variables(expr).is_empty());
        match is_constant.then(|| self.answers(quantity, &node, &Frame::new(1)).first()).flatten() {
            Some(answer) => Node::Constant(answer),
            None => node,
        }
    }
}
