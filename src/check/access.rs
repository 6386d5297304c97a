//! How the candidates of a binder are found, and what is slow about it.

use std::collections::BTreeSet;

use super::checker::Checker;
use super::compare::{is_ordered, mirrored};
use super::timelines::is_interval;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::reads::free_variables;
use crate::ir::{
    Access, AccessPath, Binder, CompareOp, Domain, Expr, ExprKind, KeyPart, OrderPart, OrderRelation, VariableId,
};
use crate::schema::{RecordId, Type};

/// What an expression depends on, seen from a binder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// On nothing that is bound.
    Neither,
    /// On the binder's own variable only.
    Inner,
    /// On other variables only.
    Outer,
    /// On both.
    Mixed,
}

fn side(variable: VariableId, expr: &Expr) -> Side {
    side_of(variable, &free_variables(expr))
}

fn side_of(variable: VariableId, free: &BTreeSet<VariableId>) -> Side {
    match (free.contains(&variable), free.iter().any(|other| *other != variable)) {
        (false, false) => Side::Neither,
        (true, false) => Side::Inner,
        (false, true) => Side::Outer,
        (true, true) => Side::Mixed,
    }
}

/// Chooses the access path of a binder; `parts` are the other expressions that see its variable.
pub(super) fn choose(binder: &mut Binder, parts: &[&Expr]) {
    let mut access = Access::default();
    for (position, conjunct) in binder.conjuncts.iter().enumerate() {
        let whole = side(binder.variable, conjunct);
        access.correlated |= matches!(whole, Side::Outer | Side::Mixed);
        match whole {
            Side::Neither | Side::Inner => access.local.push(position),
            Side::Outer => access.residual.push(position),
            Side::Mixed => {
                if let Some((inner, outer)) = key_sides(binder.variable, conjunct) {
                    access.key.push(KeyPart { conjunct: position, inner: inner.clone(), outer: outer.clone() });
                } else {
                    access.residual.push(position);
                }
            }
        }
    }
    access.order = order_part(binder, &access.residual);
    if let Some(order) = &access.order {
        let used = order.conjunct;
        access.residual.retain(|position| *position != used);
    }
    if let Domain::Elements(elements) = &binder.domain {
        access.correlated |= !free_variables(elements).is_empty();
    }
    access.correlated |= parts.iter().any(|part| matches!(side(binder.variable, part), Side::Outer | Side::Mixed));
    binder.access = access;
}

/// The sides of `inner = outer`, whichever way round it is written.
fn key_sides(variable: VariableId, conjunct: &Expr) -> Option<(&Expr, &Expr)> {
    let ExprKind::Compare { op: CompareOp::Equal, left, right } = &conjunct.kind else { return None };
    // Whether they are equal may be unknown though both are known.
    if matches!(left.ty.base, Type::List(_) | Type::Set(_) | Type::DateTimeline | Type::TimestampTimeline) {
        return None;
    }
    match (side(variable, left), side(variable, right)) {
        (Side::Inner, Side::Outer) => Some((left, right)),
        (Side::Outer, Side::Inner) => Some((right, left)),
        _ => None,
    }
}

/// The best of the conjuncts that compare by order: `during` finds the fewest candidates.
fn order_part(binder: &Binder, positions: &[usize]) -> Option<OrderPart> {
    let mut best: Option<OrderPart> = None;
    for position in positions {
        let Some(part) = order_sides(binder.variable, *position, &binder.conjuncts[*position]) else { continue };
        if part.relation == OrderRelation::During {
            return Some(part);
        }
        best = best.or(Some(part));
    }
    best
}

fn order_sides(variable: VariableId, conjunct: usize, expr: &Expr) -> Option<OrderPart> {
    match &expr.kind {
        ExprKind::Compare { op, left, right } if is_ordered(&left.ty.base) && is_ordered(&right.ty.base) => {
            let (inner, op, outer) = match (side(variable, left), side(variable, right)) {
                (Side::Inner, Side::Outer) => (left, *op, right),
                (Side::Outer, Side::Inner) => (right, mirrored(*op), left),
                _ => return None,
            };
            let relation = match op {
                CompareOp::Less => OrderRelation::Less,
                CompareOp::LessOrEqual => OrderRelation::LessOrEqual,
                CompareOp::Greater => OrderRelation::Greater,
                CompareOp::GreaterOrEqual => OrderRelation::GreaterOrEqual,
                CompareOp::Equal | CompareOp::NotEqual => return None,
            };
            Some(OrderPart { conjunct, inner: (**inner).clone(), relation, outer: (**outer).clone() })
        }
        ExprKind::During { element, interval }
            if matches!(element.ty.base, Type::Date | Type::Timestamp)
                && is_interval(&interval.ty.base)
                && side(variable, element) == Side::Inner
                && side(variable, interval) == Side::Outer =>
        {
            let (inner, outer) = ((**element).clone(), (**interval).clone());
            Some(OrderPart { conjunct, inner, relation: OrderRelation::During, outer })
        }
        _ => None,
    }
}

/// The warning that a binder scans records for records, with the equality that is missing.
pub(super) fn scan(checker: &Checker<'_, '_>, binder: &Binder) -> Option<Diagnostic> {
    let Domain::Records(record) = binder.domain else { return None };
    if binder.access.path() != AccessPath::Scan {
        return None;
    }
    let mut outer: BTreeSet<VariableId> = BTreeSet::new();
    for position in &binder.access.residual {
        outer.extend(free_variables(&binder.conjuncts[*position]));
    }
    outer.remove(&binder.variable);
    let over = outer.into_iter().find(|id| checker.details[id.0 as usize].over_records)?;
    let Type::Row(other) = checker.variables[over.0 as usize].ty.base else { return None };
    let schema = checker.world.schema();
    let (inner_record, outer_record) = (&schema.record(record).name, &schema.record(other).name);
    let message = format!("every `{inner_record}` is looked at for every `{outer_record}`");
    Some(
        Diagnostic::new(Code::ScanJoin, binder.span, message, "no equality ties these to what is outside")
            .with_label(
                checker.details[over.0 as usize].span,
                format!("for every one of these `{outer_record}` records"),
            )
            .with_help(tie_to(checker, binder.variable, record, over, other)),
    )
}

/// The equality that would tie a later `for each` to an earlier one.
pub(super) fn tie(checker: &Checker<'_, '_>, binder: &Binder) -> Option<String> {
    let Domain::Records(record) = binder.domain else { return None };
    let earlier = (0..binder.variable.0)
        .map(VariableId)
        .filter_map(|id| match checker.variables[id.0 as usize].ty.base {
            Type::Row(other) if checker.details[id.0 as usize].over_records => Some((id, other)),
            _ => None,
        })
        .collect::<Vec<_>>();
    let related = earlier
        .iter()
        .find(|(_, other)| refers(checker, record, *other).or_else(|| refers(checker, *other, record)).is_some());
    let (id, other) = related.or(earlier.first())?;
    Some(tie_to(checker, binder.variable, record, *id, *other))
}

fn tie_to(
    checker: &Checker<'_, '_>,
    inner: VariableId,
    inner_record: RecordId,
    outer: VariableId,
    outer_record: RecordId,
) -> String {
    let name = |id: VariableId| checker.variables[id.0 as usize].name.as_str();
    let (inner, outer) = (name(inner), name(outer));
    match (refers(checker, inner_record, outer_record), refers(checker, outer_record, inner_record)) {
        (Some(field), _) => format!("tie the two: `where {inner}.{field} = {outer}`"),
        (None, Some(field)) => format!("tie the two: `where {inner} = {outer}.{field}`"),
        (None, None) => format!("tie the two by an equality: `where {inner}.… = {outer}.…`"),
    }
}

/// The first field of a record that refers to another.
fn refers<'c>(checker: &'c Checker<'_, '_>, from: RecordId, to: RecordId) -> Option<&'c str> {
    checker.world.schema().record(from).fields.iter().find_map(|field| match &field.ty.base {
        Type::Reference(targets) if targets.contains(&to) => Some(field.name.as_str()),
        _ => None,
    })
}
