//! Conditions that are Rego, over random reports: instead of the conditions of generated rules, which give them subjects and
//! values to look at. What Rego makes of data is asked elsewhere; here it is what a report comes to.

use shall::data::Dataset;
use shall::eval::Reported;
use shall::eval::explain::Cause;
use shall::ir::reads::for_each_expr;
use shall::ir::{Body, Condition, Domain, Expr, ExprKind, Rego, Rule, Step, VariableId};
use shall::schema::{RecordId, Ty, Type};

use crate::generate::choices::Choices;

/// Most values that are looked at.
const MOST_READS: usize = 4;

/// A rule with Rego in the place of its condition, and what is reported; none if its subjects are not made of records.
pub(super) fn instead(rule: &Rule, dataset: &Dataset, tape: &[u32]) -> Option<(Rule, Reported)> {
    let mut choices = Choices::new(tape);
    let subject = subject(&rule.body)?;
    let mut reads: Vec<Expr> = Vec::new();
    for_each_expr(&rule.body, &mut |expr| {
        let is_of_subject = |base: &Expr| matches!(base.kind, ExprKind::Variable(variable) if subject.iter().any(|(own, _)| *own == variable));
        if let ExprKind::Field { base, .. } = &expr.kind
            && is_of_subject(base)
            && reads.len() < MOST_READS
        {
            reads.push(expr.clone());
        }
    });
    // Which are which is all the same to them.
    let keys = reads.split_off(reads.len() / 2);
    let mut reported = Reported::default();
    for (_, record) in &subject {
        for row in 0..dataset.table(*record).rows {
            if choices.chance(30) {
                reported.rows.entry((*record, row)).or_default().insert("made up".to_owned());
            }
        }
    }
    if choices.chance(20) {
        reported.open.push(Cause {
            reason: "made-up".to_owned(),
            says: "made up".to_owned(),
            record: None,
            field: None,
            parameter: None,
            found: None,
        });
    }
    let (package, name) = ("made".to_owned(), "violation".to_owned());
    let rego = Rego { modules: Vec::new(), package, rule: name, subject, keys, reads, columns: Vec::new() };
    let kind = ExprKind::Unreported(Box::new(rego));
    let mut rule = rule.clone();
    rule.body.condition = Condition::Plain(Expr { kind, ty: Ty::required(Type::Boolean), span: rule.span });
    Some((rule, reported))
}

fn subject(body: &Body) -> Option<Vec<(VariableId, RecordId)>> {
    let binders = body.steps.iter().filter_map(|step| match step {
        Step::ForEach { binder, .. } => Some(binder),
        Step::Let { .. } => None,
    });
    let subject: Option<Vec<_>> = binders
        .map(|binder| match binder.domain {
            Domain::Records(record) => Some((binder.variable, record)),
            Domain::Elements(_) => None,
        })
        .collect();
    subject.filter(|subject| !subject.is_empty())
}
