//! Standing exclusions: why a record is left out, or why nobody knows whether it is.

use std::collections::BTreeSet;

use super::{Cause, Explainer, Scope, cause};
use crate::eval::{Binding, Evaluator, Options};
use crate::ir::Expr;
use crate::schema::RecordId;
use crate::value::{Cell, Truth, Value};

/// Says whether a record is left out, and why.
pub(super) fn says<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    record: RecordId,
    row: &'a Expr,
    is: Truth,
) -> String {
    let text = explainer.show.expr(row);
    if is != Truth::True {
        return format!("{text} is not left out");
    }
    let because = place(explainer, scope, row).and_then(|row| {
        let position = explainer.evaluator.inputs().exclusions.reason(record, row)?;
        explainer.show.environment.exclusions.get(position)
    });
    match because {
        Some(exclusion) => format!("{text} is left out: {}", exclusion.because),
        None => format!("{text} is left out"),
    }
}

/// Adds why it is not known whether a record is left out.
pub(super) fn causes<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    record: RecordId,
    row: &'a Expr,
    causes: &mut BTreeSet<Cause>,
) {
    let Some(place) = place(explainer, scope, row) else { return cause::collect(explainer, scope, row, causes) };
    for (_, exclusion) in explainer.show.environment.exclusions_of(record) {
        let Some(condition) = exclusion.condition() else { continue };
        // An exclusion has variables of its own.
        let evaluator = Evaluator::new(explainer.evaluator.inputs(), &exclusion.body, Options::default());
        let inner = Explainer { evaluator: &evaluator, body: &exclusion.body, ..*explainer };
        let scope = vec![(exclusion.variable, Binding::Row(record, place))];
        if inner.truth(&scope, condition) == Truth::Unknown {
            cause::collect(&inner, &scope, condition, causes);
        }
    }
}

/// The row that an expression is.
fn place<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, row: &'a Expr) -> Option<u32> {
    match explainer.cell(scope, row) {
        Cell::Present(Value::Row(row)) => Some(row),
        _ => None,
    }
}
