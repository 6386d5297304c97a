//! Parts of conditions that can never decide, as far as types and equal texts show it.

use std::collections::BTreeMap;

use super::checker::{Checker, Mode};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{CompareOp, Expr, ExprKind, print};
use crate::schema::Type;
use crate::source::Span;
use crate::value::Value;

/// Beyond so many nodes in a body its parts are no longer compared: it would take long, and nobody wrote them one by one.
const MOST_NODES: usize = 10_000;

impl Checker<'_, '_> {
    /// Warns of a part that can never decide. Not inside a define: what is pointless there for one caller need not be for another.
    pub(super) fn unreachable(&mut self, span: Span, message: String, label: String, help: String) {
        if self.unfolding.is_empty() && self.mode != Mode::Template && self.is_sound() {
            self.report(Diagnostic::new(Code::UnreachableBranch, span, message, label).with_help(help));
        }
    }

    /// Warns of a condition that is a literal.
    pub(super) fn refuse_constant_condition(&mut self, condition: &Expr) {
        if let ExprKind::Literal(Value::Boolean(value)) = condition.kind
            && condition.ty.base == Type::Boolean
            && self.world.text(condition.span) == value.to_string()
        {
            let message = format!("the condition is always {value}");
            self.unreachable(
                condition.span,
                message,
                "decides nothing".to_owned(),
                "keep the part that is used".to_owned(),
            );
        }
    }

    /// Warns of parts of an `and` or `or` that repeat or exclude each other.
    pub(super) fn refuse_pointless_parts(&mut self, parts: &[Expr], is_and: bool) {
        if !self.unfolding.is_empty() || self.nodes > MOST_NODES || !self.is_sound() {
            return;
        }
        let word = if is_and { "and" } else { "or" };
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        let mut allowed: BTreeMap<String, (Vec<u32>, Span)> = BTreeMap::new();
        for part in parts {
            self.refuse_constant_condition(part);
            // A literal stands for what has an error, or was warned of already.
            if matches!(part.kind, ExprKind::Literal(_)) {
                continue;
            }
            let text = print::expr(&self.world.environment, &self.variables, part);
            if let Some(first) = seen.get(&text).copied() {
                if first != part.span {
                    let message = format!("the same condition stands twice in one `{word}`");
                    self.unreachable(
                        part.span,
                        message,
                        "stands before".to_owned(),
                        "leave one of the two out".to_owned(),
                    );
                }
                continue;
            }
            seen.insert(text, part.span);
            let Some((operand, members)) = self.members_allowed(part).filter(|_| is_and) else { continue };
            match allowed.get_mut(&operand) {
                Some((left, first)) => {
                    left.retain(|member| members.contains(member));
                    if left.is_empty() {
                        let first = *first;
                        let message = format!("`{operand}` cannot be both at once, so this `and` is never true");
                        self.report(
                            Diagnostic::new(
                                Code::UnreachableBranch,
                                part.span,
                                message,
                                "excluded by what stands before",
                            )
                            .with_label(first, "excludes it")
                            .with_help("join the two with `or`, or name the members in one set: `in {…}`"),
                        );
                    }
                }
                None => {
                    allowed.insert(operand, (members, part.span));
                }
            }
        }
    }

    /// The members that `x = a` or `x in {a, b}` leaves to x.
    fn members_allowed(&self, part: &Expr) -> Option<(String, Vec<u32>)> {
        let member = |expr: &Expr| match expr.kind {
            ExprKind::Literal(Value::Member(position)) => Some(position),
            _ => None,
        };
        let (operand, members) = match &part.kind {
            ExprKind::Compare { op: CompareOp::Equal, left, right } => match (member(left), member(right)) {
                (None, Some(position)) => (left, vec![position]),
                (Some(position), None) => (right, vec![position]),
                _ => return None,
            },
            ExprKind::In { element, collection } => match &collection.kind {
                ExprKind::Set(elements) => (element, elements.iter().map(member).collect::<Option<Vec<u32>>>()?),
                _ => return None,
            },
            _ => return None,
        };
        Some((print::expr(&self.world.environment, &self.variables, operand), members))
    }
}
