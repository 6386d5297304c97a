//! Why something is not known: down to the value that is missing, with its place.

use std::collections::{BTreeMap, BTreeSet};

use super::show::{Show, written};
use super::timelines;
use super::{Cause, Explainer, RecordPlace, Scope, basis, left_out, recurrence, statement, ways};
use crate::data::Extract;
use crate::eval::Binding;
use crate::ir::reads::for_each_child;
use crate::ir::{AggregateFunction, ArithmeticOp, Binder, Domain, Expr, ExprKind, ParameterId};
use crate::schema::{FieldId, RecordId, Type};
use crate::value::{Cell, Number, Truth, Value};

/// Whether a value, or a part of it, is not known.
pub(crate) fn is_open(cell: &Cell) -> bool {
    match cell {
        Cell::Unknown => true,
        Cell::Absent => false,
        Cell::Present(Value::Set(set)) => !set.complete,
        Cell::Present(Value::Timeline(timeline)) => !timeline.complete,
        Cell::Present(Value::List(elements)) => elements.contains(&Cell::Unknown),
        Cell::Present(_) => false,
    }
}

/// The cause that no file of the export feeds a record, or that there may be more than were exported.
pub(crate) fn missing_extract(show: Show<'_>, record: RecordId) -> Cause {
    let name = show.record_name(record);
    let table = show.data.table(record);
    let (reason, says) = match table.extract {
        Extract::Incomplete => {
            ("incomplete-extract", format!("there may be more {name} records: {}", table.shortfalls.join("; ")))
        }
        Extract::Missing | Extract::Complete => {
            ("missing-extract", format!("no file of the export holds {name} records"))
        }
    };
    Cause {
        reason: reason.to_owned(),
        says,
        record: Some(RecordPlace { record: name.to_owned(), key: String::new(), file: None, line: None, byte: None }),
        field: None,
        parameter: None,
        found: None,
    }
}

/// The cause that it is not known as of when to judge.
pub(super) fn no_as_of() -> Cause {
    plain("no-as-of", "the run was not told as of when to judge (--as-of)".to_owned())
}

/// The cause that the period is not known.
pub(super) fn no_period() -> Cause {
    plain("no-period", "the run was not told the audit period (--period)".to_owned())
}

/// A cause that lies in no record.
pub(crate) fn plain(reason: &str, says: String) -> Cause {
    Cause { reason: reason.to_owned(), says, record: None, field: None, parameter: None, found: None }
}

/// Whether a parameter has a value, if only from some day on.
fn is_bound(explainer: &Explainer<'_, '_>, parameter: ParameterId) -> bool {
    explainer.show.environment.parameters.get(parameter.0 as usize).is_some_and(|known| !known.bindings.is_empty())
}

/// The cause that a parameter has no value, or none yet.
fn unbound(explainer: &Explainer<'_, '_>, parameter: ParameterId) -> Cause {
    let known = explainer.show.environment.parameters.get(parameter.0 as usize);
    let name = known.map_or("", |parameter| parameter.name.as_str());
    let since = known.and_then(|parameter| parameter.bindings.first()?.since);
    let says = match since {
        Some(day) => format!("the parameter {name} has no value before {day}"),
        None => format!("the parameter {name} is not bound to a value"),
    };
    Cause { parameter: Some(name.to_owned()), ..plain("unbound-parameter", says) }
}

/// Adds why an expression, which is not known, is not.
pub(super) fn collect<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, expr: &'a Expr, causes: &mut BTreeSet<Cause>) {
    if causes.len() >= explainer.limits.causes {
        return;
    }
    let expr = written(expr);
    match &expr.kind {
        ExprKind::Parameter(parameter) => match explainer.evaluator.today() {
            None if is_bound(explainer, *parameter) => {
                causes.insert(no_as_of());
            }
            _ => {
                causes.insert(unbound(explainer, *parameter));
            }
        },
        ExprKind::ParameterAt { parameter, moment } => {
            if is_bound(explainer, *parameter) && basis::day(explainer, scope, moment).is_none() {
                collect(explainer, scope, moment, causes);
            } else {
                causes.insert(unbound(explainer, *parameter));
            }
        }
        ExprKind::LeftOut { record, row } => left_out::causes(explainer, scope, *record, row, causes),
        ExprKind::AsOf | ExprKind::Today => {
            causes.insert(no_as_of());
        }
        ExprKind::Period => {
            causes.insert(no_period());
        }
        ExprKind::Variable(variable) => match explainer.body.let_value(*variable) {
            Some(value) => collect(explainer, scope, value, causes),
            None => {
                if let Type::Row(record) = expr.ty.base {
                    causes.insert(missing_extract(explainer.show, record));
                } else {
                    causes.insert(plain(
                        "unknown-element",
                        format!("an element {} is not known", explainer.show.expr(expr)),
                    ));
                }
            }
        },
        ExprKind::Field { base, record, field } => field_cause(explainer, scope, base, *record, *field, causes),
        ExprKind::Quantified { binder, has, .. } => {
            binder_causes(explainer, scope, binder, has.as_deref(), causes);
        }
        ExprKind::Stated(stated) => statement::causes(explainer, scope, stated, causes),
        ExprKind::Unreported(rego) => {
            for read in rego.needed().filter(|read| is_open(&explainer.cell(scope, read))) {
                collect(explainer, scope, read, causes);
            }
            let rest = explainer.limits.causes.saturating_sub(causes.len());
            let open = explainer.evaluator.inputs().reported.map_or(&[][..], |reported| &reported.open);
            causes.extend(open.iter().take(rest).cloned());
        }
        ExprKind::Aggregate { function: AggregateFunction::Reachable | AggregateFunction::Acyclic, .. } => {
            ways::causes(explainer, scope, expr, causes);
        }
        ExprKind::Aggregate { function: AggregateFunction::Recurs, binder, parts } => {
            recurrence::causes(explainer, scope, binder, parts, causes);
        }
        ExprKind::Aggregate { function, binder, parts } => {
            let mut are_known = binder_causes(explainer, scope, binder, parts.value.as_ref(), causes);
            for part in parts.by.iter().chain(&parts.condition) {
                are_known &= binder_causes(explainer, scope, binder, Some(part), causes);
            }
            if are_known {
                causes.insert(match function {
                    AggregateFunction::First | AggregateFunction::Last => plain(
                        "tie",
                        format!("several are equally {}: {}", function_word(*function), explainer.show.expr(expr)),
                    ),
                    AggregateFunction::Log => order_tie(explainer, scope, expr, "events"),
                    AggregateFunction::Streak => order_tie(explainer, scope, expr, "those"),
                    _ => plain("overflow", format!("{} is too large to compute", explainer.show.expr(expr))),
                });
            }
        }
        _ => {
            let mut parts_are_known = true;
            for_each_child(expr, &mut |child| {
                if is_open(&explainer.cell(scope, child)) {
                    parts_are_known = false;
                    collect(explainer, scope, child, causes);
                }
            });
            if parts_are_known {
                causes.insert(own_cause(explainer, scope, expr));
            }
        }
    }
}

fn function_word(function: AggregateFunction) -> &'static str {
    if function == AggregateFunction::First { "first" } else { "last" }
}

/// The place in their order at which events of a log, or steps of a streak, differ.
fn order_tie<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, expr: &'a Expr, these: &str) -> Cause {
    let mut seen: BTreeMap<Cell, Truth> = BTreeMap::new();
    let mut tied: Option<(&'a Expr, Cell)> = None;
    if let ExprKind::Aggregate { binder, parts, .. } = &expr.kind
        && let (Some(by), Some(condition)) = (&parts.by, &parts.condition)
    {
        let mut inner = scope.clone();
        for candidate in explainer.evaluator.candidates(binder, scope, explainer.limits.candidates).nearest {
            if candidate.counts != Truth::True {
                continue;
            }
            inner.push((binder.variable, candidate.binding));
            let (at, is) = (explainer.cell(&inner, by), explainer.truth(&inner, condition));
            inner.pop();
            if *seen.entry(at.clone()).or_insert(is) != is && tied.as_ref().is_none_or(|(_, first)| at < *first) {
                tied = Some((by, at));
            }
        }
    }
    let at = tied
        .map_or_else(|| "of one moment".to_owned(), |(by, at)| format!("at {}", explainer.show.cell(&at, &by.ty.base)));
    plain("tie", format!("{these} {at} differ: {}", explainer.show.expr(expr)))
}

/// Why an expression is not known although all of its parts are.
fn own_cause<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, expr: &'a Expr) -> Cause {
    let text = explainer.show.expr(expr);
    match &expr.kind {
        ExprKind::Interval { from, until, .. } => {
            let [from, until] = [from, until].map(|end| explainer.show.cell(&explainer.cell(scope, end), &end.ty.base));
            plain("reversed", format!("{text} ends before it begins: {from}, {until}"))
        }
        ExprKind::Arithmetic { op: ArithmeticOp::Divide, right, .. } if matches!(explainer.cell(scope, right), Cell::Present(Value::Number(zero) | Value::Duration(zero)) if zero == Number::ZERO) => {
            plain("division-by-zero", format!("{} is zero in {text}", explainer.show.expr(right)))
        }
        ExprKind::Arithmetic { .. } | ExprKind::Negate(_) => {
            plain("overflow", format!("{text} is too large to compute"))
        }
        ExprKind::IsRecord { operand, .. } => {
            let key = explainer.show.cell(&explainer.cell(scope, operand), &operand.ty.base);
            plain("dangling-reference", format!("{} names {key}, which was not exported", explainer.show.expr(operand)))
        }
        ExprKind::Table { table, arguments, .. } => plain("no-row", basis::no_row(explainer, scope, *table, arguments)),
        _ => match timelines::beyond_calendar(explainer, scope, expr) {
            Some(says) => plain("outside-calendar", says),
            None => plain("not-computable", format!("{text} cannot be told from these values")),
        },
    }
}

/// Why a field is not known: what it is read from is not, is not there, or is there several times; or its own value is not.
fn field_cause<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    base: &'a Expr,
    record: RecordId,
    field: FieldId,
    causes: &mut BTreeSet<Cause>,
) {
    let show = explainer.show;
    match explainer.cell(scope, base) {
        Cell::Present(Value::Row(row)) => {
            causes.insert(value_cause(show, record, row, field));
        }
        Cell::Present(Value::Reference(key)) => match show.data.rows_of(record, key) {
            [row] => {
                causes.insert(value_cause(show, record, *row, field));
            }
            [] if show.data.table(record).extract != Extract::Complete => {
                causes.insert(missing_extract(explainer.show, record));
            }
            rows => {
                let key = show.cell(&Cell::Present(Value::Reference(key)), &Type::Reference(vec![record]));
                let (name, base) = (show.record_name(record), show.expr(base));
                let place =
                    RecordPlace { record: name.to_owned(), key: key.clone(), file: None, line: None, byte: None };
                let (reason, says) = if rows.is_empty() {
                    ("dangling-reference", format!("{base} names {name} {key}, which was not exported"))
                } else {
                    ("duplicate-key", format!("{base} names {name} {key}, which was exported {} times", rows.len()))
                };
                causes.insert(Cause { record: Some(place), ..plain(reason, says) });
            }
        },
        _ => collect(explainer, scope, base, causes),
    }
}

/// Why a value of a row is not known, as the reader of the export found.
pub(crate) fn value_cause(show: Show<'_>, record: RecordId, row: u32, field: FieldId) -> Cause {
    let place = show.record_place(record, row);
    let name = &show.environment.schema.record(record).field_type(field).name;
    let of = format!("{name} of {} {}", place.record, place.key);
    let (reason, says, found) = match show.data.findings.of(record, row, field) {
        Some(finding) => {
            let found = (!finding.value.is_empty()).then(|| finding.value.clone());
            let quoted = found.as_ref().map_or(String::new(), |found| format!(" (\"{found}\")"));
            let note = if finding.note.is_empty() { finding.code.summary() } else { finding.note.as_str() };
            (finding.code.name().to_owned(), format!("{of}{quoted}: {note}"), found)
        }
        None => ("not-known".to_owned(), format!("{of} is not known"), None),
    };
    Cause { reason, says, record: Some(place), field: Some(name.clone()), parameter: None, found }
}

/// Why a quantity over candidates is not known: an extract is missing, or a condition or value of a candidate is not
/// known. Returns whether all of them are known.
pub(super) fn binder_causes<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    binder: &'a Binder,
    value: Option<&'a Expr>,
    causes: &mut BTreeSet<Cause>,
) -> bool {
    let mut are_known = true;
    if let Domain::Elements(elements) = &binder.domain
        && is_open(&explainer.cell(scope, elements))
    {
        are_known = false;
        collect(explainer, scope, elements, causes);
    }
    let mut inner = scope.clone();
    for candidate in explainer.evaluator.candidates(binder, scope, explainer.limits.candidates).nearest {
        if let Binding::Missing(record) = candidate.binding {
            are_known = false;
            causes.insert(missing_extract(explainer.show, record));
            continue;
        }
        if matches!(candidate.binding, Binding::Element(Cell::Unknown)) || candidate.counts == Truth::False {
            continue;
        }
        inner.push((binder.variable, candidate.binding));
        if candidate.counts == Truth::Unknown {
            are_known = false;
            for (conjunct, came) in binder.conjuncts.iter().zip(&candidate.conjuncts) {
                if *came == Truth::Unknown {
                    collect(explainer, &inner, conjunct, causes);
                }
            }
        }
        if let Some(value) = value
            && is_open(&explainer.cell(&inner, value))
        {
            are_known = false;
            collect(explainer, &inner, value, causes);
        }
        inner.pop();
    }
    are_known
}
