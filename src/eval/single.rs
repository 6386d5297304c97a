//! Single subjects: the same kernels over frames of one row, for explanations.

use super::evaluation::Binding;
use super::frame::Frame;
use super::join::{Pairs, Supply};
use super::kernel::positions;
use super::quantity::{Node, Quantity};
use super::vector::Vector;
use super::{Candidate, Candidates, Evaluator, levels};
use crate::data::State;
use crate::ir::reads::free_variables;
use crate::ir::{Binder, Domain, Expr, Step, VariableId};
use crate::value::{Cell, Number, Truth, Value};

impl<'a> Evaluator<'a> {
    /// Evaluates an expression of the body for one subject. `scope` binds the `for each` variables of the subject and
    /// those of binders around the expression; `let`s are computed from it; what it does not bind is unknown.
    pub fn cell(&self, expr: &'a Expr, scope: &[(VariableId, Binding)]) -> Cell {
        self.with_stack(levels(expr), || self.eval(expr, &self.scope_frame(scope, [expr].into_iter())).cell(0))
    }

    /// Returns the least and the greatest value that a `count` or `share` (or a `let` of one) can have; no greatest
    /// where nothing limits it. None for any other expression, where it is known, and where there may be no value at all.
    pub fn bounds(&self, expr: &'a Expr, scope: &[(VariableId, Binding)]) -> Option<(Number, Option<Number>)> {
        let bounds = || self.eval(expr, &self.scope_frame(scope, [expr].into_iter())).bounds_of(0);
        self.with_stack(levels(expr), bounds).map(|bounds| (bounds.lower, bounds.upper))
    }

    /// Returns the candidates of a binder for one subject, at most `limit` of them.
    pub fn candidates(&self, binder: &'a Binder, scope: &[(VariableId, Binding)], limit: usize) -> Candidates {
        self.with_stack(0, || self.candidates_here(binder, scope, limit, None))
    }

    /// Returns those candidates of a binder for which an expression has a value, likewise.
    pub fn candidates_having(
        &self,
        binder: &'a Binder,
        (expr, value): (&'a Expr, &Value),
        scope: &[(VariableId, Binding)],
        limit: usize,
    ) -> Candidates {
        self.with_stack(0, || self.candidates_here(binder, scope, limit, Some((expr, value))))
    }

    fn candidates_here(
        &self,
        binder: &'a Binder,
        scope: &[(VariableId, Binding)],
        limit: usize,
        having: Option<(&'a Expr, &Value)>,
    ) -> Candidates {
        let quantity = Quantity::each(binder);
        let domain = match &binder.domain {
            Domain::Elements(elements) => Some(elements.as_ref()),
            Domain::Records(_) => None,
        };
        let asked = having.map(|(expr, _)| expr);
        let frame = self.scope_frame(scope, binder.conjuncts.iter().chain(domain).chain(asked));
        let node = match &binder.domain {
            Domain::Elements(elements) => Node::Elements(elements),
            Domain::Records(record) => return self.record_candidates(binder, *record, &frame, limit, having),
        };
        let supply = self.supply(&node, &frame);
        self.ranked(&quantity, &supply, &frame, (limit, having), |values, row| Binding::Element(values.cell(row)))
    }

    fn record_candidates(
        &self,
        binder: &'a Binder,
        record: crate::schema::RecordId,
        frame: &Frame<'_, 'a>,
        limit: usize,
        having: Option<(&'a Expr, &Value)>,
    ) -> Candidates {
        let quantity = Quantity::each(binder);
        let index = self.wide_index(&quantity, record);
        let supply = Supply::Records(&index, self.probe(&index, frame));
        self.ranked(&quantity, &supply, frame, (limit, having), |values, row| match values.table_row(row) {
            Some(row) => Binding::Row(record, row),
            None => Binding::Missing(record),
        })
    }

    /// The nearest of the candidates of the one row of a frame.
    fn ranked(
        &self,
        quantity: &Quantity<'a>,
        supply: &Supply<'_, 'a>,
        frame: &Frame<'_, 'a>,
        (limit, having): (usize, Option<(&'a Expr, &Value)>),
        binding: impl Fn(&Vector<'a>, usize) -> Binding,
    ) -> Candidates {
        let conjuncts = &quantity.binder.conjuncts;
        let mut found: Vec<(usize, u32, Candidate)> = Vec::new();
        let mut add = |inside: &Frame<'_, 'a>, at_most: Truth, places: &[u32]| {
            let truths: Vec<Vec<Truth>> = conjuncts.iter().map(|conjunct| self.truths(conjunct, inside)).collect();
            let values = inside.variable(quantity.binder.variable);
            for row in 0..inside.rows() {
                let conjuncts: Vec<Truth> = truths.iter().map(|truths| truths[row]).collect();
                let counts = conjuncts.iter().fold(at_most, |counts, conjunct| counts.and(*conjunct));
                let failed = conjuncts.iter().filter(|conjunct| **conjunct == Truth::False).count();
                let open = conjuncts.iter().filter(|conjunct| **conjunct == Truth::Unknown).count();
                let distance = failed * (conjuncts.len() + 1) + open;
                let candidate = Candidate { binding: binding(&values, row), counts, conjuncts };
                found.push((distance, places[row], candidate));
            }
            found.sort_by_key(|(distance, place, _)| (*distance, *place));
            found.truncate(limit);
        };
        let (mut from, mut total) = (0, 0);
        loop {
            let mut pairs = Pairs::default();
            let got = supply.take(0, from, self.options.batch.max(1), &mut pairs);
            if got == 0 {
                break;
            }
            from += got;
            if let Some((expr, value)) = having {
                let mut inside = Frame::inside(frame, pairs.outer.clone());
                inside.bind(quantity.binder.variable, supply.values(&pairs.candidates));
                let values = self.eval(expr, &inside);
                let has = |row: usize| values.state(row) == State::Present && values.value(row) == *value;
                let kept = positions(inside.rows(), has);
                pairs.candidates = kept.iter().map(|row| pairs.candidates[*row as usize]).collect();
                pairs.outer.truncate(kept.len());
            }
            total += pairs.outer.len();
            let mut inside = Frame::inside(frame, pairs.outer);
            inside.bind(quantity.binder.variable, supply.values(&pairs.candidates));
            add(&inside, Truth::True, &pairs.candidates);
        }
        if supply.is_open(0) {
            let (inside, _) = self.open_candidates(quantity, supply, frame, &[0]);
            add(&inside, Truth::Unknown, &[u32::MAX]);
        }
        Candidates { nearest: found.into_iter().map(|(.., candidate)| candidate).collect(), total: total as u64 }
    }

    /// A frame of one row in which a scope is bound, and the `let`s that some expressions need.
    pub(super) fn scope_frame<'p>(
        &self,
        scope: &[(VariableId, Binding)],
        exprs: impl Iterator<Item = &'a Expr>,
    ) -> Frame<'p, 'a> {
        let mut frame = Frame::new(1);
        for (variable, binding) in scope {
            let value = match binding {
                Binding::Row(_, row) => Vector::table_rows(vec![*row]),
                Binding::Element(cell) => Vector::from_cells(vec![cell.clone()]),
                Binding::Missing(_) => Vector::unknown_row(1),
            };
            frame.bind(*variable, value);
        }
        let mut needed: std::collections::BTreeSet<VariableId> = exprs.flat_map(free_variables).collect();
        let lets = self.body.steps.iter().filter_map(|step| match step {
            Step::Let { variable, value, .. } => Some((*variable, value)),
            Step::ForEach { .. } => None,
        });
        let lets: Vec<(VariableId, &'a Expr)> = lets.collect();
        for (variable, value) in lets.iter().rev() {
            if needed.contains(variable) {
                needed.extend(free_variables(value));
            }
        }
        for (variable, value) in lets {
            if needed.contains(&variable) {
                let value = self.eval(value, &frame);
                frame.bind(variable, value);
            }
        }
        frame
    }
}
