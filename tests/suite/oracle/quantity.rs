//! What ranges over candidates: counts, shares, sums, extremes, sets.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use shall::ir::{AggregateFunction, AggregateParts, Binder, Expr};
use shall::schema::Type;
use shall::value::{CalendarSpan, Cell, Number, SetValue, Truth, Value};

use super::expression::as_set;
use super::scalar::{cell, order, truth_cell};
use super::{Binding, Candidate, Oracle, Scope, with};
use super::{streak, timeline};

/// What an expression comes to: a cell, or a present number of which only bounds are known.
#[derive(Clone)]
pub(super) enum Found {
    Cell(Cell),
    /// At least, and at most where there is a limit; never equal.
    Between(Number, Option<Number>),
}

impl Found {
    pub(super) fn exact(self) -> Cell {
        match self {
            Found::Cell(cell) => cell,
            Found::Between(..) => Cell::Unknown,
        }
    }

    pub(super) fn between(least: Number, most: Option<Number>) -> Found {
        if most == Some(least) { Found::Cell(Cell::Present(Value::Number(least))) } else { Found::Between(least, most) }
    }
}

/// A candidate that takes part, or may.
pub(super) struct Part {
    candidate: Candidate,
    /// Whether it takes part for certain.
    pub(super) certain: bool,
    pub(super) value: Cell,
    pub(super) by: Cell,
    pub(super) condition: Cell,
    to: Cell,
}

impl Oracle<'_> {
    pub(super) fn aggregate(
        &self,
        function: AggregateFunction,
        binder: &Binder,
        uses: &AggregateParts,
        ty: &Type,
        scope: &Scope,
    ) -> Found {
        let mut parts = Vec::new();
        for candidate in self.candidates(binder, scope) {
            let w = self.belongs(binder, &candidate, scope);
            if w != Truth::False {
                let inner = with(scope, binder, &candidate);
                let of = |expr: &Option<Expr>| expr.as_ref().map_or(Cell::Unknown, |expr| self.value(expr, &inner));
                let (value, by, condition, to) = (of(&uses.value), of(&uses.by), of(&uses.condition), of(&uses.to));
                parts.push(Part { certain: w == Truth::True, value, by, condition, to, candidate });
            }
        }
        let all_certain = parts.iter().all(|part| part.certain);
        match function {
            AggregateFunction::Recurs => {
                let (truth, _) = self.recurs(&self.dates(binder, uses, scope), uses, scope);
                Found::Cell(truth_cell(truth))
            }
            AggregateFunction::Count => count(&parts),
            AggregateFunction::Share => share(&parts),
            AggregateFunction::Set => Found::Cell(union(parts.iter().map(|part| match &part.value {
                Cell::Present(value) if part.certain => SetValue::new(vec![value.clone()], true),
                _ => SetValue::default(),
            }))),
            AggregateFunction::Union => Found::Cell(union(parts.iter().map(|part| match &part.value {
                Cell::Present(value) if part.certain => as_set(value.clone()).unwrap_or_default(),
                _ => SetValue::default(),
            }))),
            AggregateFunction::Timeline => Found::Cell(timeline::of_values(&parts)),
            AggregateFunction::Log => Found::Cell(timeline::of_log(&parts)),
            AggregateFunction::Reachable => {
                let starts = uses.from.as_ref().map_or(Cell::Unknown, |from| self.value(from, scope));
                Found::Cell(reachable(&edges(&parts), starts))
            }
            AggregateFunction::Streak => streak::streak(&parts),
            AggregateFunction::Acyclic => Found::Cell(truth_cell(acyclic(&edges(&parts)))),
            // Everything else is unknown if any candidate's w, or a used value, is unknown.
            _ if !all_certain => Found::Cell(Cell::Unknown),
            AggregateFunction::First => Found::Cell(extreme_candidate(&parts, Ordering::Less)),
            AggregateFunction::Last => Found::Cell(extreme_candidate(&parts, Ordering::Greater)),
            AggregateFunction::Sum | AggregateFunction::Min | AggregateFunction::Max | AggregateFunction::Mean => {
                let values: Option<Vec<Value>> = parts
                    .into_iter()
                    .map(|part| match part.value {
                        Cell::Present(value) => Some(value),
                        Cell::Absent | Cell::Unknown => None,
                    })
                    .collect();
                let Some(values) = values else { return Found::Cell(Cell::Unknown) };
                Found::Cell(match function {
                    AggregateFunction::Sum => cell(sum(&values, ty)),
                    _ if values.is_empty() => Cell::Absent,
                    AggregateFunction::Min => cell(extreme(&values, Ordering::Less)),
                    AggregateFunction::Max => cell(extreme(&values, Ordering::Greater)),
                    _ => cell(mean(&values, ty)),
                })
            }
        }
    }
}

/// An edge that there is, or may be: its ends where they are known.
struct Edge {
    certain: bool,
    from: Option<Value>,
    to: Option<Value>,
}

fn edges(parts: &[Part]) -> Vec<Edge> {
    let known = |cell: &Cell| match cell {
        Cell::Present(value) => Some(value.clone()),
        Cell::Absent | Cell::Unknown => None,
    };
    let edge = |part: &Part| {
        let (from, to) = (known(&part.value), known(&part.to));
        Edge { certain: part.certain && from.is_some() && to.is_some(), from, to }
    };
    parts.iter().map(edge).collect()
}

/// The starts and whatever certain edges lead to, over and over until nothing is added. It is all there is if no possible
/// edge could add something.
fn reachable(edges: &[Edge], starts: Cell) -> Cell {
    let starts = match starts {
        Cell::Present(value) => as_set(value).unwrap_or_default(),
        Cell::Absent | Cell::Unknown => SetValue::default(),
    };
    let mut members: BTreeSet<Value> = starts.members.into_iter().collect();
    loop {
        let led =
            edges.iter().filter(|edge| edge.certain && edge.from.as_ref().is_some_and(|from| members.contains(from)));
        let more: Vec<Value> = led.filter_map(|edge| edge.to.clone()).filter(|to| !members.contains(to)).collect();
        if more.is_empty() {
            break;
        }
        members.extend(more);
    }
    let adds = |edge: &Edge| {
        let begins = edge.from.as_ref().map_or(!members.is_empty(), |from| members.contains(from));
        begins && edge.to.as_ref().is_none_or(|to| !members.contains(to))
    };
    let complete = starts.complete && !edges.iter().any(adds);
    Cell::Present(Value::Set(SetValue::new(members.into_iter().collect(), complete)))
}

/// False if certain edges lead round, true if possible ones cannot.
fn acyclic(edges: &[Edge]) -> Truth {
    let certain: Vec<&Edge> = edges.iter().filter(|edge| edge.certain).collect();
    if leads_round(&certain) {
        return Truth::False;
    }
    let all: Vec<&Edge> = edges.iter().collect();
    let open = edges.iter().any(|edge| edge.from.is_none() || edge.to.is_none());
    if open || leads_round(&all) { Truth::Unknown } else { Truth::True }
}

/// Whether what some edge leads to leads back to where that edge begins.
fn leads_round(edges: &[&Edge]) -> bool {
    edges.iter().any(|edge| {
        let mut met: BTreeSet<&Value> = edge.to.iter().collect();
        for _ in edges {
            let led = edges.iter().filter(|next| next.from.as_ref().is_some_and(|from| met.contains(from)));
            let more: Vec<&Value> = led.filter_map(|next| next.to.as_ref()).collect();
            met.extend(more);
        }
        edge.from.as_ref().is_some_and(|from| met.contains(from))
    })
}

impl Oracle<'_> {
    /// The dates of what recurs, as a set.
    pub(super) fn dates(&self, binder: &Binder, parts: &AggregateParts, scope: &Scope) -> SetValue {
        let dates = self.aggregate(AggregateFunction::Set, binder, parts, &Type::Error, scope);
        match dates.exact() {
            Cell::Present(Value::Set(dates)) => dates,
            _ => SetValue::default(),
        }
    }
}

/// From those that belong for certain to those that may. An extra candidate stands for any number of candidates.
fn count(parts: &[Part]) -> Found {
    let whole = |count: usize| Number::from_integer(count as i128);
    let limited = parts.iter().all(|part| !part.candidate.extra);
    Found::between(whole(parts.iter().filter(|part| part.certain).count()), limited.then(|| whole(parts.len())))
}

/// The least and the greatest fraction over all ways to decide what is unknown.
fn share(parts: &[Part]) -> Found {
    let holds = |part: &Part| match part.value {
        Cell::Present(Value::Boolean(known)) => Truth::from(known),
        _ => Truth::Unknown,
    };
    let fraction = |part: usize, of: usize| Number::from_fraction(part as i128, of as i128);
    let (certain, possible): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|part| part.certain);
    if certain.is_empty() {
        // Over nothing it is absent; whether there is nothing may be unknown.
        return Found::Cell(if possible.is_empty() { Cell::Absent } else { Cell::Unknown });
    }
    let surely = certain.iter().filter(|part| holds(part) == Truth::True).count();
    let maybe = certain.iter().filter(|part| holds(part) != Truth::False).count();
    // Whoever may belong lowers the share by belonging and not holding, and raises it by belonging and holding.
    let lowering: Vec<_> = possible.iter().filter(|part| holds(part) != Truth::True).collect();
    let raising: Vec<_> = possible.iter().filter(|part| holds(part) != Truth::False).collect();
    // Any number of them brings it as near to zero, or to one, as one likes.
    let least = if lowering.iter().any(|part| part.candidate.extra) {
        Some(Number::ZERO)
    } else {
        fraction(surely, certain.len() + lowering.len())
    };
    let most = if raising.iter().any(|part| part.candidate.extra) {
        Some(Number::ONE)
    } else {
        fraction(maybe + raising.len(), certain.len() + raising.len())
    };
    match (least, most) {
        (Some(least), Some(most)) => Found::between(least, Some(most)),
        _ => Found::Cell(Cell::Unknown),
    }
}

fn union(sets: impl Iterator<Item = SetValue>) -> Cell {
    let (mut members, mut complete) = (Vec::new(), true);
    for set in sets {
        members.extend(set.members);
        complete &= set.complete;
    }
    Cell::Present(Value::Set(SetValue::new(members, complete)))
}

fn sum(values: &[Value], ty: &Type) -> Option<Value> {
    let numbers: Vec<Number> = values.iter().filter_map(scalar_number).collect();
    match ty {
        Type::Duration => Number::sum(numbers.into_iter()).map(Value::Duration),
        Type::Span => values
            .iter()
            .try_fold(CalendarSpan::default(), |sum, value| match value {
                Value::Span(span) => sum.checked_add(*span),
                _ => None,
            })
            .map(Value::Span),
        _ => Number::sum(numbers.into_iter()).map(Value::Number),
    }
}

fn mean(values: &[Value], ty: &Type) -> Option<Value> {
    let count = Number::from_integer(values.len() as i128);
    match sum(values, ty)? {
        Value::Duration(sum) => sum.checked_div(count).map(Value::Duration),
        Value::Number(sum) => sum.checked_div(count).map(Value::Number),
        _ => None,
    }
}

fn scalar_number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) | Value::Duration(number) => Some(*number),
        _ => None,
    }
}

/// The value that no other is beyond; none if two cannot be ordered.
fn extreme(values: &[Value], beyond: Ordering) -> Option<Value> {
    let mut found = values.first()?;
    for value in values {
        if order(value, found)? == beyond {
            found = value;
        }
    }
    Some(found.clone())
}

/// The candidate with the extreme key; a tie between different ones is unknown.
fn extreme_candidate(parts: &[Part], beyond: Ordering) -> Cell {
    if parts.is_empty() {
        return Cell::Absent;
    }
    let keys: Option<Vec<Value>> = parts
        .iter()
        .map(|part| match &part.by {
            Cell::Present(value) => Some(value.clone()),
            Cell::Absent | Cell::Unknown => None,
        })
        .collect();
    let Some(keys) = keys else { return Cell::Unknown };
    let Some(key) = extreme(&keys, beyond) else { return Cell::Unknown };
    let mut found: Vec<Cell> = parts
        .iter()
        .zip(&keys)
        .filter(|(_, own)| **own == key)
        .map(|(part, _)| match &part.candidate.binding {
            Binding::Row(_, row) => Cell::Present(Value::Row(*row)),
            Binding::Element(element) => element.clone(),
            Binding::Missing(_) => Cell::Unknown,
        })
        .collect();
    found.dedup();
    match found.as_slice() {
        [one] => one.clone(),
        _ => Cell::Unknown,
    }
}
