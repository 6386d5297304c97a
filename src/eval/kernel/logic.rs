//! Kleene's logic over vectors of truth values.

use super::super::Evaluator;
use super::super::frame::Frame;
use super::super::vector::{Shape, Vector};
use super::{examines, positions};
use crate::data::State;
use crate::ir::{Expr, ExprKind};
use crate::value::Truth;

/// Below this share of rows left undecided, only those are looked at.
const WORTH_SELECTING: usize = 8;

impl<'a> Evaluator<'a> {
    /// Evaluates a condition for every row of a frame; an absent value is unknown.
    pub(crate) fn truths(&self, expr: &'a Expr, frame: &Frame<'_, 'a>) -> Vec<Truth> {
        match &expr.kind {
            ExprKind::Not(operand) => {
                let mut truths = self.truths(operand, frame);
                truths.iter_mut().for_each(|truth| *truth = !*truth);
                truths
            }
            ExprKind::And(parts) => {
                let mut truths = vec![Truth::True; frame.rows()];
                self.join(parts.iter(), Truth::False, frame, &mut truths);
                truths
            }
            ExprKind::Or(parts) => {
                let mut truths = vec![Truth::False; frame.rows()];
                self.join(parts.iter(), Truth::True, frame, &mut truths);
                truths
            }
            ExprKind::Implies(left, right) => {
                let mut truths = self.truths(left, frame);
                truths.iter_mut().for_each(|truth| *truth = !*truth);
                self.join(std::iter::once(right.as_ref()), Truth::True, frame, &mut truths);
                truths
            }
            ExprKind::Filled(parts) => {
                let mut truths = vec![Truth::True; frame.rows()];
                for part in parts {
                    let present = self.presence(part, true, frame).to_truths();
                    truths.iter_mut().zip(present).for_each(|(truth, present)| *truth = truth.and(present));
                }
                truths
            }
            _ => self.eval(expr, frame).to_truths(),
        }
    }

    /// `x is present` (`present`) or `x is absent`
    pub(super) fn presence(&self, operand: &'a Expr, present: bool, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let truths = match &operand.kind {
            ExprKind::Field { base, record, field } => self.field_presence(base, *record, *field, frame),
            _ => presence(&self.eval(operand, frame)),
        };
        if present {
            return truths;
        }
        let turned = truths.to_truths().into_iter().map(|truth| !truth).collect();
        Vector::truths(Shape { rows: frame.rows(), constant: false }, turned)
    }

    /// Adds conjuncts to what is known so far: false decides.
    pub(crate) fn and_all(
        &self,
        parts: impl Iterator<Item = &'a Expr> + Clone,
        frame: &Frame<'_, 'a>,
        truths: &mut [Truth],
    ) {
        self.join(parts, Truth::False, frame, truths);
    }

    /// Adds disjuncts to what is known so far: true decides.
    pub(crate) fn or_all(
        &self,
        parts: impl Iterator<Item = &'a Expr> + Clone,
        frame: &Frame<'_, 'a>,
        truths: &mut [Truth],
    ) {
        self.join(parts, Truth::True, frame, truths);
    }

    /// Joins conditions by `and` (false decides) or `or` (true decides) with what is known so far.
    ///
    /// Conditions that examine candidates come last and are asked only for rows that are not decided, always, so that
    /// what is examined depends on each row alone. Others are asked for fewer rows only where that saves something.
    fn join(
        &self,
        parts: impl Iterator<Item = &'a Expr> + Clone,
        decisive: Truth,
        frame: &Frame<'_, 'a>,
        truths: &mut [Truth],
    ) {
        let combine = |known: Truth, more: Truth| match decisive {
            Truth::True => known.or(more),
            _ => known.and(more),
        };
        for heavy in [false, true] {
            for part in parts.clone().filter(|part| examines(part) == heavy) {
                let open = truths.iter().filter(|truth| **truth != decisive).count();
                if open == 0 {
                    return;
                }
                if open == truths.len() || (!heavy && open * WORTH_SELECTING > truths.len()) {
                    let more = self.truths(part, frame);
                    truths.iter_mut().zip(more).for_each(|(known, more)| *known = combine(*known, more));
                } else {
                    let rows = positions(truths.len(), |row| truths[row] != decisive);
                    let more = self.truths(part, &Frame::inside(frame, rows.clone()));
                    for (row, more) in rows.iter().zip(more) {
                        let known = &mut truths[*row as usize];
                        *known = combine(*known, more);
                    }
                }
            }
        }
    }
}

/// Whether values are present. A number in a range is one, though it is not known which.
fn presence<'a>(operand: &Vector<'a>) -> Vector<'a> {
    let shape = operand.shape();
    let truth = |row: usize| match operand.state(row) {
        State::Present => Truth::True,
        State::Absent => Truth::False,
        State::Unknown if operand.bounds_of(row).is_some() => Truth::True,
        State::Unknown => Truth::Unknown,
    };
    let truths = if operand.all_present() {
        vec![Truth::True; shape.physical()]
    } else {
        (0..shape.physical()).map(truth).collect()
    };
    Vector::truths(shape, truths)
}
