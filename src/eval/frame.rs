//! Frames: rows over which expressions are evaluated together, with the values of the variables that are bound in them.

use std::sync::OnceLock;

use super::vector::Vector;
use crate::ir::VariableId;

/// Rows with the values of variables.
///
/// A frame inside another has its own variables and sees those of the outer one through the position that each of its
/// rows has there; what it sees is gathered when it is first looked at.
pub(crate) struct Frame<'p, 'a> {
    rows: usize,
    outer: Option<(&'p Frame<'p, 'a>, Vec<u32>)>,
    own: Vec<(VariableId, Vector<'a>)>,
    seen: Vec<OnceLock<Vector<'a>>>,
}

impl<'p, 'a> Frame<'p, 'a> {
    /// So many rows in which nothing is bound yet.
    pub(crate) fn new(rows: usize) -> Frame<'p, 'a> {
        Frame { rows, outer: None, own: Vec::new(), seen: Vec::new() }
    }

    /// Rows inside another frame, each at a position there.
    pub(crate) fn inside(outer: &'p Frame<'p, 'a>, positions: Vec<u32>) -> Frame<'p, 'a> {
        let variables = outer.variables();
        Frame {
            rows: positions.len(),
            outer: Some((outer, positions)),
            own: Vec::new(),
            seen: (0..variables).map(|_| OnceLock::new()).collect(),
        }
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Binds a variable.
    pub(crate) fn bind(&mut self, variable: VariableId, values: Vector<'a>) {
        self.own.push((variable, values));
    }

    /// Returns the values of a variable; unknown ones where it is not bound.
    pub(crate) fn variable(&self, variable: VariableId) -> Vector<'a> {
        if let Some((_, values)) = self.own.iter().find(|(own, _)| *own == variable) {
            return values.clone();
        }
        let gather = |outer: &Frame<'p, 'a>, positions: &[u32]| outer.variable(variable).gather(positions);
        match &self.outer {
            None => Vector::unknown(self.rows),
            Some((outer, positions)) => match self.seen.get(variable.0 as usize) {
                Some(seen) => seen.get_or_init(|| gather(outer, positions)).clone(),
                None => gather(outer, positions),
            },
        }
    }

    /// One more than the greatest variable that is bound.
    fn variables(&self) -> usize {
        let own = self.own.iter().map(|(variable, _)| variable.0 as usize + 1).max().unwrap_or(0);
        own.max(self.seen.len())
    }
}
