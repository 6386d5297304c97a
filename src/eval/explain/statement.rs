//! Statements of people in a part of a condition: who said what, or that nobody did.

use std::collections::BTreeSet;

use super::related::{Looked, Range};
use super::{Cause, Explainer, MOST_RELATED, Related, Scope, cause};
use crate::eval::{Binding, Candidate};
use crate::ir::reads::walk;
use crate::ir::{Expr, ExprKind, Stated, Statement, Statements};
use crate::schema::{FieldId, RecordId};
use crate::value::{Cell, Truth};

/// Most statements on one item that are looked at.
const MOST_STATEMENTS: usize = 64;

/// A statement that counts, or might.
struct Found<'a> {
    statements: &'a Statements,
    candidate: Candidate,
    at: Cell,
    outcome: String,
}

/// What statements on an item come to, in words.
fn summary(stated: &Stated, found: &[Found<'_>], is: Truth) -> String {
    let counting: Vec<&Found<'_>> = found.iter().filter(|found| found.candidate.counts == Truth::True).collect();
    let item = &stated.item;
    match (stated.statement, is) {
        (Statement::Attestation, Truth::Unknown) => {
            format!("{item} needs an attestation: nobody has given one that is valid")
        }
        (Statement::Attestation, _) => format!("{item} is attested"),
        (Statement::Judgement, Truth::True) => format!("{item} is judged to conform"),
        (Statement::Judgement, Truth::False) => format!("{item} is judged not to conform"),
        (Statement::Judgement, Truth::Unknown)
            if found.iter().any(|found| found.candidate.counts == Truth::Unknown) =>
        {
            format!("{item} needs judgement: whether a judgement counts is not known")
        }
        (Statement::Judgement, Truth::Unknown) if counting.is_empty() => {
            format!("{item} needs judgement: nobody has given one that is valid")
        }
        (Statement::Judgement, Truth::Unknown) => format!("{item} needs judgement: those that there are do not decide"),
    }
}

/// Looks at the statements that a part of a condition asks for.
pub(super) fn look<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    stated: &'a Stated,
    is: Truth,
    deep: bool,
) -> Looked {
    let found = found(explainer, scope, stated);
    let says = summary(stated, &found, is);
    // What decided, and where nothing did, what there is on the item.
    let latest =
        found.iter().filter(|found| found.candidate.counts == Truth::True).map(|found| &found.at).max().cloned();
    let shown = found.iter().filter(|found| match is {
        Truth::Unknown => true,
        _ => found.candidate.counts == Truth::True && Some(&found.at) == latest.as_ref(),
    });
    let shown: Vec<&Found<'_>> = shown.collect();
    let most = if deep { MOST_RELATED } else { 0 };
    let related: Vec<Related> = shown
        .iter()
        .take(most)
        .map(|found| {
            let range = Range::new(explainer, scope, &found.statements.binder, deep);
            range.related(&found.candidate, words(explainer, stated.statement, found))
        })
        .collect();
    Looked { left_out: (shown.len() - related.len()) as u64, related, says: Some(says) }
}

/// Adds that a person has to state something, and what is not known of statements that there are.
pub(super) fn causes<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    stated: &'a Stated,
    causes: &mut BTreeSet<Cause>,
) {
    let found = found(explainer, scope, stated);
    let says = summary(stated, &found, Truth::Unknown);
    // The first statement that there is, if there is one, and why it is not enough.
    let cause = match found.first() {
        None => cause::plain("needs-judgement", says),
        Some(latest) => {
            let range = Range::new(explainer, scope, &latest.statements.binder, true);
            let Related { record, says: words } =
                range.related(&latest.candidate, words(explainer, stated.statement, latest));
            let says = format!("{says}; {} {}: {}", record.record, record.key, words.join(", "));
            Cause { record: Some(record), ..cause::plain("needs-judgement", says) }
        }
    };
    causes.insert(cause);
    for statements in &stated.candidates {
        let known = explainer.evaluator.candidates(&statements.binder, scope, MOST_STATEMENTS);
        for candidate in known.nearest {
            let mut inside = scope.clone();
            match candidate.binding {
                Binding::Missing(record) => {
                    causes.insert(cause::missing_extract(explainer.show, record));
                    continue;
                }
                binding => inside.push((statements.binder.variable, binding)),
            }
            let conjuncts = statements.binder.conjuncts.iter().zip(&candidate.conjuncts);
            let open = conjuncts.filter(|(_, came)| candidate.counts == Truth::Unknown && **came == Truth::Unknown);
            open.for_each(|(conjunct, _)| cause::collect(explainer, &inside, conjunct, causes));
            let parts = statements.parts().filter(|_| candidate.counts == Truth::True);
            let parts = parts.filter(|part| explainer.cell(&inside, part) == Cell::Unknown);
            parts.for_each(|part| cause::collect(explainer, &inside, part, causes));
        }
    }
}

/// The statements on the item and, where they name one, on the subject: first those that count, of those the latest.
fn found<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, stated: &'a Stated) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    for statements in &stated.candidates {
        let binder = &statements.binder;
        for candidate in explainer.evaluator.candidates(binder, scope, MOST_STATEMENTS).nearest {
            let is_named = |place: usize| is_about_subject(&binder.conjuncts[place]);
            let mut asked = candidate.conjuncts.iter().enumerate();
            let is_of_item = asked.all(|(place, came)| *came != Truth::False || (place > 0 && !is_named(place)));
            if !is_of_item || matches!(candidate.binding, Binding::Missing(_)) {
                continue;
            }
            let range = Range::new(explainer, scope, binder, false);
            let read = |part: &'a Option<Expr>| part.as_ref().map(|part| (range.cell(&candidate, part), &part.ty.base));
            let outcome = read(&statements.outcome).map_or(String::new(), |(cell, ty)| explainer.show.cell(&cell, ty));
            let at = read(&statements.at).map_or(Cell::Absent, |(cell, _)| cell);
            found.push(Found { statements, candidate, at, outcome });
        }
    }
    found.sort_by(|a, b| (b.candidate.counts, &b.at).cmp(&(a.candidate.counts, &a.at)));
    found
}

/// Whether a condition on a statement asks whom it is about.
fn is_about_subject(conjunct: &Expr) -> bool {
    match &conjunct.kind {
        ExprKind::Presence { .. } => true,
        ExprKind::Compare { right, .. } => matches!(right.kind, ExprKind::SubjectName(_)),
        _ => false,
    }
}

/// What a statement says, and why it does not count.
fn words(explainer: &Explainer<'_, '_>, statement: Statement, found: &Found<'_>) -> Vec<String> {
    let at = found.statements.at.as_ref().map(|at| explainer.show.cell(&found.at, &at.ty.base));
    let says = match (statement, at) {
        (Statement::Judgement, Some(at)) => format!("{} since {at}", found.outcome),
        _ => "attested".to_owned(),
    };
    let conjuncts = found.statements.binder.conjuncts.iter().zip(&found.candidate.conjuncts);
    let why = conjuncts.filter(|(_, came)| **came != Truth::True).filter_map(|(conjunct, came)| {
        let (record, field) = field_of(conjunct)?;
        let name = &explainer.show.environment.schema.record(record).field_type(field).name;
        let value = match &found.candidate.binding {
            Binding::Row(of, row) => explainer.show.data.cell(*of, *row, field),
            _ => Cell::Unknown,
        };
        let ty = &explainer.show.environment.schema.record(record).field_type(field).ty.base;
        let value = explainer.show.cell(&value, ty);
        Some(match came {
            Truth::False => format!("does not count: {name} is {value}"),
            _ => format!("may not count: {name} is {value}"),
        })
    });
    std::iter::once(says).chain(why).collect()
}

/// The field that a condition on a statement asks about.
fn field_of(conjunct: &Expr) -> Option<(RecordId, FieldId)> {
    let mut found = None;
    walk(conjunct, &mut |part| {
        if let ExprKind::Field { record, field, .. } = &part.kind {
            found = found.or(Some((*record, *field)));
        }
    });
    found
}
