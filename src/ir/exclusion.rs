//! Standing exclusions: records that are candidates of no binder.

use super::{Body, Condition, Environment, Expr, ExprKind, VariableId};
use crate::schema::RecordId;
use crate::source::Span;

/// A standing exclusion in [`Environment::exclusions`]: `leave out incident i where … because "…"`.
#[derive(Debug, Clone)]
pub struct Exclusion {
    /// The record.
    pub record: RecordId,
    /// What stands for a record in the condition.
    pub variable: VariableId,
    /// A body of a condition alone, which sees the variable: true of a record that is left out.
    pub body: Body,
    /// Why.
    pub because: String,
    /// From the record to the end of the condition, as written.
    pub span: Span,
}

impl Exclusion {
    /// The condition.
    pub fn condition(&self) -> Option<&Expr> {
        match &self.body.condition {
            Condition::Plain(condition) => Some(condition),
            Condition::AnyOf(_) | Condition::AllOf(_) => None,
        }
    }
}

impl Environment {
    /// The exclusions of a record, in order of file and place, each with its position among all of them.
    pub fn exclusions_of(&self, record: RecordId) -> impl Iterator<Item = (usize, &Exclusion)> {
        self.exclusions.iter().enumerate().filter(move |(_, exclusion)| exclusion.record == record)
    }
}

/// Whether an expression is the conjunct that keeps a binder from what standing exclusions leave out.
pub fn is_exclusion(conjunct: &Expr) -> bool {
    matches!(&conjunct.kind, ExprKind::Not(operand) if matches!(operand.kind, ExprKind::LeftOut { .. }))
}
