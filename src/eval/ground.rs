//! Grounds: what a condition that is true rests on.

use super::Evaluator;
use super::frame::Frame;
use super::kernel::positions;
use super::vector::{Data, Vector};
use crate::data::State;
use crate::ir::{Condition, Expr, ExprKind};
use crate::value::Truth;

/// What a condition that is true rests on; of several, the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ground {
    /// There was nothing to range over.
    Vacuous,
    /// Nothing was due yet.
    NotYetDue,
    /// Something that was judged.
    Judged,
}

impl<'a> Evaluator<'a> {
    /// What a condition rests on, for rows of which it is true.
    pub(super) fn grounds_of(&self, condition: &'a Condition, frame: &Frame<'_, 'a>) -> Vec<Ground> {
        match condition {
            Condition::Plain(condition) => self.grounds(condition, frame),
            Condition::AnyOf(branches) => {
                self.grounds_of_disjunction(branches.iter().map(|branch| &branch.condition), frame)
            }
            Condition::AllOf(branches) => {
                self.grounds_of_conjunction(branches.iter().map(|branch| &branch.condition), frame)
            }
        }
    }

    /// For rows of which a condition is true, what it rests on. What it says of others means nothing.
    fn grounds(&self, expr: &'a Expr, frame: &Frame<'_, 'a>) -> Vec<Ground> {
        if !self.body.groundless_of(expr).is_possible() {
            return vec![Ground::Judged; frame.rows()];
        }
        let or_judged = |lacks: Vec<bool>, ground: Ground| -> Vec<Ground> {
            lacks.into_iter().map(|lacks| if lacks { ground } else { Ground::Judged }).collect()
        };
        match &expr.kind {
            ExprKind::Quantified { .. } => or_judged(self.ranged_over_nothing(expr, frame), Ground::Vacuous),
            ExprKind::Aggregate { .. } => or_judged(self.had_no_date(expr, frame), Ground::NotYetDue),
            ExprKind::Covers(_, right) => {
                let right = self.eval(right, frame);
                or_judged(is_empty(&right), Ground::Vacuous)
            }
            ExprKind::And(parts) => self.grounds_of_conjunction(parts.iter(), frame),
            ExprKind::Or(parts) => self.grounds_of_disjunction(parts.iter(), frame),
            // As `not left or right`: a false left is a reason of its own.
            ExprKind::Implies(left, right) => {
                let left = self.truths(left, frame);
                self.grounds_where(right, frame, |row| left[row] != Truth::False)
            }
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.truths(condition, frame);
                let then = self.grounds_where(then, frame, |row| condition[row] != Truth::False);
                let otherwise = self.grounds_where(otherwise, frame, |row| condition[row] != Truth::True);
                (0..frame.rows())
                    .map(|row| match condition[row] {
                        Truth::True => then[row],
                        Truth::False => otherwise[row],
                        Truth::Unknown => then[row].max(otherwise[row]),
                    })
                    .collect()
            }
            ExprKind::Variable(variable) => match self.body.let_value(*variable) {
                Some(value) => self.grounds(value, frame),
                None => vec![Ground::Judged; frame.rows()],
            },
            _ => vec![Ground::Judged; frame.rows()],
        }
    }

    /// Asks only some rows; the others count as judged.
    fn grounds_where(&self, expr: &'a Expr, frame: &Frame<'_, 'a>, asked: impl Fn(usize) -> bool) -> Vec<Ground> {
        let rows = positions(frame.rows(), asked);
        let mut grounds = vec![Ground::Judged; frame.rows()];
        if !rows.is_empty() {
            let inside = self.grounds(expr, &Frame::inside(frame, rows.clone()));
            rows.iter().zip(inside).for_each(|(row, inside)| grounds[*row as usize] = inside);
        }
        grounds
    }

    fn grounds_of_conjunction(
        &self,
        parts: impl Iterator<Item = &'a Expr> + Clone,
        frame: &Frame<'_, 'a>,
    ) -> Vec<Ground> {
        let mut all = vec![Ground::Vacuous; frame.rows()];
        for part in parts {
            let grounds = self.grounds_where(part, frame, |row| all[row] != Ground::Judged);
            all.iter_mut().zip(grounds).for_each(|(all, ground)| *all = (*all).max(ground));
        }
        all
    }

    /// Every disjunct that is true counts.
    fn grounds_of_disjunction(
        &self,
        parts: impl Iterator<Item = &'a Expr> + Clone,
        frame: &Frame<'_, 'a>,
    ) -> Vec<Ground> {
        let mut all = vec![Ground::Vacuous; frame.rows()];
        for part in parts {
            let rows = positions(all.len(), |row| all[row] != Ground::Judged);
            if rows.is_empty() {
                break;
            }
            let inside = Frame::inside(frame, rows.clone());
            let truths = self.truths(part, &inside);
            let grounds = self.grounds_where(part, &inside, |row| truths[row] == Truth::True);
            for (position, row) in rows.iter().enumerate() {
                if truths[position] == Truth::True {
                    all[*row as usize] = all[*row as usize].max(grounds[position]);
                }
            }
        }
        all
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
