//! Vacuity: conditions that hold only because there was nothing to range over.

use super::Evaluator;
use super::frame::Frame;
use super::kernel::positions;
use super::vector::{Data, Vector};
use crate::data::State;
use crate::ir::{Condition, Expr, ExprKind, Quantifier, Step, VariableId};
use crate::value::Truth;

impl<'a> Evaluator<'a> {
    /// Whether a condition can hold vacuously at all.
    pub(super) fn can_be_vacuous(&self, condition: &'a Condition) -> bool {
        match condition {
            Condition::Plain(condition) => self.can_hold_vacuously(condition),
            Condition::AnyOf(branches) | Condition::AllOf(branches) => {
                branches.iter().any(|branch| self.can_hold_vacuously(&branch.condition))
            }
        }
    }

    /// Whether a condition holds vacuously, for rows of which it is true.
    pub(super) fn vacuous_condition(&self, condition: &'a Condition, frame: &Frame<'_, 'a>) -> Vec<bool> {
        match condition {
            Condition::Plain(condition) => self.vacuous(condition, frame),
            Condition::AnyOf(branches) => {
                self.vacuous_disjunction(branches.iter().map(|branch| &branch.condition), frame)
            }
            Condition::AllOf(branches) => {
                self.vacuous_conjunction(branches.iter().map(|branch| &branch.condition), frame)
            }
        }
    }

    fn can_hold_vacuously(&self, expr: &'a Expr) -> bool {
        match &expr.kind {
            ExprKind::Quantified { quantifier, .. } => *quantifier == Quantifier::Every,
            ExprKind::Covers(..) => true,
            ExprKind::And(parts) => parts.iter().all(|part| self.can_hold_vacuously(part)),
            ExprKind::Or(parts) => parts.iter().any(|part| self.can_hold_vacuously(part)),
            ExprKind::Implies(_, right) => self.can_hold_vacuously(right),
            ExprKind::If { then, otherwise, .. } => self.can_hold_vacuously(then) || self.can_hold_vacuously(otherwise),
            ExprKind::Variable(variable) => {
                self.let_value(*variable).is_some_and(|value| self.can_hold_vacuously(value))
            }
            _ => false,
        }
    }

    /// For rows of which a condition is true, whether it is so vacuously. What it says of others means nothing.
    fn vacuous(&self, expr: &'a Expr, frame: &Frame<'_, 'a>) -> Vec<bool> {
        if !self.can_hold_vacuously(expr) {
            return vec![false; frame.rows()];
        }
        match &expr.kind {
            ExprKind::Quantified { .. } => self.ranged_over_nothing(expr, frame),
            ExprKind::Covers(_, right) => {
                let right = self.eval(right, frame);
                is_empty(&right)
            }
            ExprKind::And(parts) => self.vacuous_conjunction(parts.iter(), frame),
            ExprKind::Or(parts) => self.vacuous_disjunction(parts.iter(), frame),
            // As `not left or right`: a false left is a reason of its own.
            ExprKind::Implies(left, right) => {
                let left = self.truths(left, frame);
                self.vacuous_where(right, frame, |row| left[row] != Truth::False)
            }
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.truths(condition, frame);
                let then = self.vacuous_where(then, frame, |row| condition[row] != Truth::False);
                let otherwise = self.vacuous_where(otherwise, frame, |row| condition[row] != Truth::True);
                (0..frame.rows())
                    .map(|row| match condition[row] {
                        Truth::True => then[row],
                        Truth::False => otherwise[row],
                        Truth::Unknown => then[row] && otherwise[row],
                    })
                    .collect()
            }
            ExprKind::Variable(variable) => match self.let_value(*variable) {
                Some(value) => self.vacuous(value, frame),
                None => vec![false; frame.rows()],
            },
            _ => vec![false; frame.rows()],
        }
    }

    /// Asks only some rows; the others are not vacuous.
    fn vacuous_where(&self, expr: &'a Expr, frame: &Frame<'_, 'a>, asked: impl Fn(usize) -> bool) -> Vec<bool> {
        let rows = positions(frame.rows(), asked);
        let mut vacuous = vec![false; frame.rows()];
        if !rows.is_empty() {
            let inside = self.vacuous(expr, &Frame::inside(frame, rows.clone()));
            rows.iter().zip(inside).for_each(|(row, inside)| vacuous[*row as usize] = inside);
        }
        vacuous
    }

    fn vacuous_conjunction(&self, parts: impl Iterator<Item = &'a Expr> + Clone, frame: &Frame<'_, 'a>) -> Vec<bool> {
        let mut all = vec![true; frame.rows()];
        for part in parts {
            let vacuous = self.vacuous_where(part, frame, |row| all[row]);
            all.iter_mut().zip(vacuous).for_each(|(all, vacuous)| *all &= vacuous);
        }
        all
    }

    /// Every disjunct that is true must be vacuous.
    fn vacuous_disjunction(&self, parts: impl Iterator<Item = &'a Expr> + Clone, frame: &Frame<'_, 'a>) -> Vec<bool> {
        let mut all = vec![true; frame.rows()];
        for part in parts {
            let rows = positions(all.len(), |row| all[row]);
            if rows.is_empty() {
                break;
            }
            let inside = Frame::inside(frame, rows.clone());
            let truths = self.truths(part, &inside);
            let vacuous = self.vacuous_where(part, &inside, |row| truths[row] == Truth::True);
            for (position, row) in rows.iter().enumerate() {
                all[*row as usize] = truths[position] != Truth::True || vacuous[position];
            }
        }
        all
    }

    /// The value that a `let` of the body gives a variable.
    pub(super) fn let_value(&self, variable: VariableId) -> Option<&'a Expr> {
        self.body.steps.iter().find_map(|step| match step {
            Step::Let { variable: own, value, .. } if *own == variable => Some(value),
            _ => None,
        })
    }
}

/// For each row whether its value is a set, a timeline or an interval in which there is certainly nothing.
fn is_empty(vector: &Vector<'_>) -> Vec<bool> {
    let of = |test: &dyn Fn(usize) -> bool| -> Vec<bool> {
        (0..vector.rows()).map(|row| vector.state(row) == State::Present && test(vector.at(row))).collect()
    };
    match &vector.data {
        Data::Timelines(timelines) => of(&|at| timelines.is_complete(at) && timelines.pieces(at).is_empty()),
        Data::Intervals(_, ends) => of(&|at| ends[at].0 == ends[at].1),
        _ => {
            let sets = vector.to_sets();
            of(&|at| sets[at].complete && sets[at].members.is_empty())
        }
    }
}
