//! One part of a condition in words, with the values of its sides.

use std::cmp::Ordering;

use super::show::{shorten, written};
use super::timelines::{self, is_timeline};
use super::{Came, Explainer, NamedValue, Reason, Scope};
use super::{left_out, members, related};
use crate::eval::Binding;
use crate::ir::{AggregateFunction, CompareOp, Expr, ExprKind, TextTest};
use crate::schema::Type;
use crate::value::{Cell, Truth, Value};

/// Most characters of an expression's text inside a sentence.
const MOST_TEXT: usize = 60;

/// Explains what a part of a condition came to.
pub(super) fn reason<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    expr: &'a Expr,
    is: Truth,
    deep: bool,
) -> Reason {
    let show = explainer.show;
    let looked = related::look(explainer, scope, expr, is, deep);
    let (looked_at, left_out, says) = match looked {
        Some(looked) => (looked.related, looked.left_out, looked.says),
        None => (Vec::new(), 0, None),
    };
    let sets = members::explain(explainer, scope, written(expr), is);
    Reason {
        branch: None,
        condition: show.expr(expr),
        is: match is {
            Truth::True => Came::True,
            Truth::False => Came::False,
            Truth::Unknown => Came::Unknown,
        },
        says: says.unwrap_or_else(|| self::says(explainer, scope, expr, is)),
        values: values(explainer, scope, expr),
        members: sets.map_or(Vec::new(), |sets| sets.members),
        looked_at,
        looked_at_left_out: left_out,
        policy: show.policy_place(expr.span),
    }
}

/// Says in words what a part of a condition came to.
pub(super) fn says<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, expr: &'a Expr, is: Truth) -> String {
    let expr = written(expr);
    let side = |expr: &'a Expr| Side::of(explainer, scope, expr);
    if let Some(sets) = members::explain(explainer, scope, expr, is) {
        return sets.says;
    }
    let not = if is == Truth::True { "" } else { " not" };
    let sides: Vec<Side> = operands(expr).into_iter().map(side).collect();
    if is == Truth::Unknown {
        let unknown: Vec<&str> = sides.iter().filter(|side| side.is_open()).map(|side| side.text.as_str()).collect();
        let text = shorten(&explainer.show.expr(expr), MOST_TEXT);
        return match unknown.as_slice() {
            [] if matches!(expr.kind, ExprKind::Unreported(_)) => "whether Rego reports it is not known".to_owned(),
            [] => format!("whether {text} is not known"),
            [one] if *one == text => format!("{text} is not known"),
            several => format!("{} {} not known", several.join(" and "), if several.len() == 1 { "is" } else { "are" }),
        };
    }
    match (&expr.kind, sides.as_slice()) {
        (ExprKind::Compare { .. } | ExprKind::In { .. } | ExprKind::Covers(..), [left, right])
            if left.cell == Cell::Absent || right.cell == Cell::Absent =>
        {
            let absent: Vec<&str> =
                [left, right].iter().filter(|side| side.cell == Cell::Absent).map(|side| side.text.as_str()).collect();
            format!("{} {} absent", absent.join(" and "), if absent.len() == 1 { "is" } else { "are" })
        }
        (ExprKind::Compare { op, left: first, right: second }, [left, right]) => {
            let time = [first, second].map(|side| timelines::measured(explainer, scope, side).unwrap_or_default());
            format!("{}{}", compared(*op, left, right, is), time.concat())
        }
        (ExprKind::Presence { .. }, [operand]) => match operand.cell {
            Cell::Absent => format!("{} is absent", operand.text),
            _ => format!("{} is present: {}", operand.text, operand.value),
        },
        (ExprKind::Filled(_), sides) => {
            let absent: Vec<&str> =
                sides.iter().filter(|side| side.cell == Cell::Absent).map(|side| side.text.as_str()).collect();
            match absent.as_slice() {
                [] => "all are present".to_owned(),
                absent => format!("absent: {}", absent.join(", ")),
            }
        }
        (ExprKind::In { .. }, [element, collection]) => format!("{element} is{not} in {collection}"),
        (ExprKind::During { .. }, [element, interval]) => format!("{element} is{not} during {interval}"),
        (ExprKind::TextTest { op, .. }, [text, part]) => {
            let verb = match (op, is) {
                (TextTest::Contains, Truth::True) => "contains",
                (TextTest::Contains, _) => "does not contain",
                (TextTest::StartsWith, Truth::True) => "starts with",
                (TextTest::StartsWith, _) => "does not start with",
                (TextTest::EndsWith, Truth::True) => "ends with",
                (TextTest::EndsWith, _) => "does not end with",
            };
            format!("{text} {verb} {part}")
        }
        (ExprKind::Matches { pattern, .. }, [text]) => {
            let verb = if is == Truth::True { "matches" } else { "does not match" };
            format!("{text} {verb} /{}/", pattern.text)
        }
        (ExprKind::Covers(..), [left, right]) => {
            let verb = if is == Truth::True { "covers" } else { "does not cover" };
            format!("{left} {verb} {right}")
        }
        (ExprKind::Overlaps(..), [left, right]) => {
            let verb = if is == Truth::True { "overlap" } else { "have nothing in common" };
            format!("{left} and {right} {verb}")
        }
        (ExprKind::LeftOut { record, row }, _) => left_out::says(explainer, scope, *record, row, is),
        (ExprKind::Unreported(_), _) if is == Truth::True => "Rego does not report it".to_owned(),
        (ExprKind::Unreported(rego), _) => {
            let rows = rego.subject.iter().filter_map(|(variable, record)| {
                let bound = scope.iter().find(|(known, _)| known == variable);
                if let Some((_, Binding::Row(_, row))) = bound { Some((*record, *row)) } else { None }
            });
            let messages: Vec<&str> = explainer.evaluator.messages(rows).into_iter().collect();
            let values: Vec<String> = sides.iter().map(|side| format!("{} = {}", side.text, side.value)).collect();
            format!("Rego reports it: {} ({})", messages.join("; "), values.join(", "))
        }
        (ExprKind::IsRecord { record, .. }, [operand]) => {
            format!("{operand} is{not} a {}", explainer.show.record_name(*record))
        }
        _ => {
            let text = shorten(&explainer.show.expr(expr), MOST_TEXT);
            format!("{text} is {}", if is == Truth::True { "true" } else { "false" })
        }
    }
}

/// One side of a comparison: its text and its value.
pub(super) struct Side<'a> {
    pub(super) text: String,
    pub(super) value: String,
    pub(super) cell: Cell,
    pub(super) ty: &'a Type,
    literal: bool,
}

impl<'a> Side<'a> {
    pub(super) fn of(explainer: &Explainer<'_, 'a>, scope: &Scope, expr: &'a Expr) -> Side<'a> {
        let show = explainer.show;
        let cell = explainer.cell(scope, expr);
        Side {
            text: shorten(&show.expr(expr), MOST_TEXT),
            value: explainer.shown(scope, expr, &cell, true),
            cell,
            ty: &expr.ty.base,
            literal: is_constant(expr),
        }
    }

    /// Whether it, or a part of it, is not known.
    fn is_open(&self) -> bool {
        super::cause::is_open(&self.cell)
    }
}

impl std::fmt::Display for Side<'_> {
    /// Writes a literal as it is written, anything else with its value.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.literal {
            formatter.write_str(&self.value)
        } else {
            write!(formatter, "{} ({})", self.text, self.value)
        }
    }
}

/// Whether an expression is written out, so that its text is its value.
fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) => true,
        ExprKind::Convert { operand, .. } => is_constant(operand),
        ExprKind::Set(elements) => elements.iter().all(is_constant),
        ExprKind::Interval { from, until, .. } => is_constant(from) && is_constant(until),
        _ => false,
    }
}

fn compared(op: CompareOp, left: &Side<'_>, right: &Side<'_>, is: Truth) -> String {
    let equality = matches!(op, CompareOp::Equal | CompareOp::NotEqual);
    let relation = match order(&left.cell, &right.cell) {
        _ if equality => {
            if (op == CompareOp::Equal) == (is == Truth::True) {
                "is"
            } else {
                "is not"
            }
        }
        Some(order) => words(order, left.ty),
        // A count that is only known within bounds can still decide.
        None => decided(op, is),
    };
    format!("{left} {relation} {right}")
}

/// What a comparison that was decided says, where the values themselves cannot be named.
fn decided(op: CompareOp, is: Truth) -> &'static str {
    match (op, is == Truth::True) {
        (CompareOp::Less, true) | (CompareOp::GreaterOrEqual, false) => "is less than",
        (CompareOp::LessOrEqual, true) | (CompareOp::Greater, false) => "is at most",
        (CompareOp::Greater, true) | (CompareOp::LessOrEqual, false) => "is more than",
        (CompareOp::GreaterOrEqual, true) | (CompareOp::Less, false) => "is at least",
        (CompareOp::Equal, true) | (CompareOp::NotEqual, false) => "is",
        (CompareOp::Equal, false) | (CompareOp::NotEqual, true) => "is not",
    }
}

/// How two values of one kind stand to each other, where they have an order.
pub(super) fn order(left: &Cell, right: &Cell) -> Option<Ordering> {
    match (left, right) {
        (Cell::Present(Value::Span(a)), Cell::Present(Value::Span(b))) => a.compare(*b),
        (Cell::Present(a), Cell::Present(b)) if std::mem::discriminant(a) == std::mem::discriminant(b) => {
            Some(a.cmp(b))
        }
        _ => None,
    }
}

fn words(order: Ordering, ty: &Type) -> &'static str {
    match (ty, order) {
        (Type::Timestamp | Type::Date, Ordering::Less) => "is before",
        (Type::Timestamp | Type::Date, Ordering::Equal) => "is at",
        (Type::Timestamp | Type::Date, Ordering::Greater) => "is after",
        (Type::Enum(_), Ordering::Less) => "is below",
        (Type::Enum(_), Ordering::Greater) => "is above",
        (Type::Text, Ordering::Less) => "sorts before",
        (Type::Text, Ordering::Greater) => "sorts behind",
        (_, Ordering::Less) => "is less than",
        (_, Ordering::Equal) => "equals",
        (_, Ordering::Greater) => "is more than",
    }
}

/// The parts of an expression that its sentence speaks of.
fn operands(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Compare { left, right, .. }
        | ExprKind::In { element: left, collection: right }
        | ExprKind::During { element: left, interval: right }
        | ExprKind::TextTest { text: left, part: right, .. }
        | ExprKind::Covers(left, right)
        | ExprKind::Overlaps(left, right) => vec![left, right],
        ExprKind::Presence { operand, .. }
        | ExprKind::IsRecord { operand, .. }
        | ExprKind::Matches { text: operand, .. } => vec![operand],
        ExprKind::Filled(parts) => parts.iter().collect(),
        ExprKind::Unreported(rego) => rego.reads.iter().collect(),
        ExprKind::Aggregate { function: AggregateFunction::Recurs, parts, .. } => {
            parts.every.iter().chain(&parts.from).collect()
        }
        ExprKind::Field { .. } | ExprKind::Variable(_) | ExprKind::Parameter(_) => vec![expr],
        ExprKind::ParameterAt { .. } | ExprKind::Table { .. } => vec![expr],
        _ => Vec::new(),
    }
}

/// The values of the sides, then the values that they are made of.
fn values<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, expr: &'a Expr) -> Vec<NamedValue> {
    let mut values: Vec<NamedValue> = Vec::new();
    let mut add = |expr: &'a Expr| {
        let named = explainer.named(scope, expr);
        if !values.iter().any(|known| known.expression == named.expression) {
            values.push(named);
        }
    };
    let sides: Vec<&Expr> = operands(written(expr)).into_iter().filter(|side| !is_constant(side)).collect();
    sides.iter().for_each(|side| add(side));
    for side in sides {
        read_values(written(side), &mut add);
    }
    values
}

fn read_values<'a>(expr: &'a Expr, add: &mut dyn FnMut(&'a Expr)) {
    crate::ir::reads::for_each_child(expr, &mut |child| match &written(child).kind {
        // Which time was counted, and which of it was taken away.
        ExprKind::TimelineOperation { .. } => {
            add(child);
            read_pieces(written(child), add);
        }
        ExprKind::Aggregate { .. } if is_timeline(&child.ty.base) => add(child),
        // What a quantity reads belongs to its candidates, which are listed on their own.
        ExprKind::Quantified { .. } | ExprKind::Aggregate { .. } => {}
        ExprKind::Variable(_) if matches!(child.ty.base, Type::Row(_)) => {}
        ExprKind::Field { .. }
        | ExprKind::Variable(_)
        | ExprKind::Parameter(_)
        | ExprKind::AsOf
        | ExprKind::Today
        | ExprKind::Period => {
            add(child);
        }
        ExprKind::ParameterAt { .. } | ExprKind::Table { .. } => {
            add(child);
            read_values(child, add);
        }
        _ => read_values(child, add),
    });
}

/// The values that a timeline is made of, without the timelines between.
fn read_pieces<'a>(expr: &'a Expr, add: &mut dyn FnMut(&'a Expr)) {
    crate::ir::reads::for_each_child(expr, &mut |child| match &written(child).kind {
        ExprKind::TimelineOperation { .. } => read_pieces(written(child), add),
        ExprKind::Field { .. } | ExprKind::Variable(_) | ExprKind::Aggregate { .. } => add(child),
        _ => read_values(child, add),
    });
}
