//! The small changes that can be made to an item: pieces of its text, each with another in its place.
//!
//! A change that does not type-check, or that says the same in other words, is left to be found out by whoever makes it; what can never
//! make a difference is not made here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::eval::explain::show::{one_line, shorten};
use crate::schema::EnumType;
use crate::source::{Sources, Span};
use crate::syntax::ast::{
    Advice, AggregateFunction, BinaryOp, Binder, Branch, Condition, Define, Domain, Due, Expr, ExprKind, IfAbsent,
    IfNone, Quantifier, Rule, Step,
};
use crate::value::{CalendarSpan, Number, Timestamp};

/// Most characters of policy text that are shown on either side of a change.
const MOST_TEXT: usize = 72;

/// A change of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// The piece that goes.
    pub(super) at: Span,
    /// What comes in its place.
    pub(super) text: String,
    /// The change in words, on one line.
    pub(super) change: String,
}

/// The words that are members of enums: the place of each, and the enum.
pub(super) type Members = BTreeMap<Span, Arc<EnumType>>;

/// Makes the changes of one item.
pub(super) struct Editor<'a> {
    sources: &'a Sources,
    members: &'a Members,
    edits: Vec<Edit>,
}

/// Cuts two texts so that what differs between them is seen.
fn around_the_difference(before: &str, after: &str) -> (String, String) {
    let same = before.chars().zip(after.chars()).take_while(|(one, other)| one == other).count();
    let cut = |text: &str| match same.saturating_sub(MOST_TEXT / 2) {
        // What differs is seen when the end is cut.
        0 => shorten(text, MOST_TEXT),
        hidden => format!("…{}", shorten(&text.chars().skip(hidden).collect::<String>(), MOST_TEXT)),
    };
    if before.chars().count().max(after.chars().count()) <= MOST_TEXT {
        return (before.to_owned(), after.to_owned());
    }
    (cut(before), cut(after))
}

impl<'a> Editor<'a> {
    fn new(sources: &'a Sources, members: &'a Members) -> Editor<'a> {
        Editor { sources, members, edits: Vec::new() }
    }

    /// The changes of a rule; what it cites and says, and its grade, are left as they are.
    pub(super) fn rule(sources: &'a Sources, members: &'a Members, rule: &Rule) -> Vec<Edit> {
        let mut editor = Editor::new(sources, members);
        editor.steps(&rule.steps);
        if let Some(due) = &rule.due {
            editor.due(due);
        }
        editor.condition(&rule.condition, rule.name.span);
        editor.edits
    }

    /// The changes of an advice.
    pub(super) fn advice(sources: &'a Sources, members: &'a Members, advice: &Advice) -> Vec<Edit> {
        let mut editor = Editor::new(sources, members);
        editor.steps(&advice.steps);
        editor.condition(&advice.condition, advice.name.span);
        editor.edits
    }

    /// The changes of a define.
    pub(super) fn define(sources: &'a Sources, members: &'a Members, define: &Define) -> Vec<Edit> {
        let mut editor = Editor::new(sources, members);
        editor.value(&define.body);
        editor.edits
    }

    fn text(&self, span: Span) -> &'a str {
        self.sources.text(span)
    }

    fn shown(&self, span: Span) -> String {
        shorten(&one_line(self.text(span)), MOST_TEXT)
    }

    /// Puts a text in the place of a piece.
    fn replace(&mut self, at: Span, text: impl Into<String>) {
        let text = text.into();
        let change = format!("`{}` → `{}`", self.shown(at), shorten(&one_line(&text), MOST_TEXT));
        self.edits.push(Edit { at, text, change });
    }

    /// Puts a text in the place of a piece of something that is shown with it.
    fn replace_in(&mut self, around: Span, at: Span, text: &str) {
        let before = self.text(Span { end: at.start, ..around });
        let behind = self.text(Span { start: at.end, ..around });
        let after = one_line(&format!("{before}{text}{behind}"));
        let (was, after) = around_the_difference(&one_line(self.text(around)), &after);
        let change = format!("`{was}` → `{after}`");
        self.edits.push(Edit { at, text: text.to_owned(), change });
    }

    /// Puts a text in the place of a whole of which a part is dropped.
    fn drop_part(&mut self, whole: Span, text: String, part: Span) {
        self.edits.push(Edit { at: whole, text, change: format!("`{}` dropped", self.shown(part)) });
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::ForEach { binder, if_none, .. } => {
                    self.binder(binder);
                    if let Some(if_none) = if_none {
                        let other = match if_none.node {
                            IfNone::NoPopulation => "nonconformity",
                            IfNone::Nonconformity | IfNone::NotDetermined => "no population",
                        };
                        self.replace(if_none.span, format!("if none: {other}"));
                    }
                }
                Step::Let { value, if_absent, .. } => {
                    self.value(value);
                    if let Some(if_absent) = if_absent {
                        let other = match if_absent.node {
                            IfAbsent::Nonconformity => "not determined",
                            IfAbsent::NotDetermined => "nonconformity",
                        };
                        self.replace(if_absent.span, format!("if absent: {other}"));
                    }
                }
            }
        }
    }

    fn due(&mut self, due: &Due) {
        let whole = due.word.to(due.value.span);
        self.drop_part(whole, String::new(), whole);
        self.value(&due.value);
    }

    fn condition(&mut self, condition: &Condition, name: Span) {
        let (branches, words, other) = match condition {
            Condition::Plain(condition) => return self.is(condition),
            // What Rego says is in its own files.
            Condition::Rego(_) => return,
            Condition::AnyOf(branches) => (branches, "any", "all"),
            Condition::AllOf(branches) => (branches, "all", "any"),
        };
        if let (Some(first), true) = (branches.first(), branches.len() > 1) {
            // The word stands right before the first branch.
            let before = Span { end: first.label.span.start, ..name };
            if let Some(at) = self.text(before).rfind(words) {
                let start = before.start + at as u32;
                let word = Span { start, end: start + words.len() as u32, ..name };
                let change = format!("`{words} of` → `{other} of`");
                self.edits.push(Edit { at: word, text: other.to_owned(), change });
            }
        }
        for branch in branches {
            let Branch { label, condition } = branch;
            if branches.len() > 1 {
                let whole = label.span.to(condition.span);
                self.edits.push(Edit {
                    at: whole,
                    text: String::new(),
                    change: format!("branch `{}` dropped", label.node),
                });
            }
            self.is(condition);
        }
    }

    fn binder(&mut self, binder: &Binder) {
        if let Domain::Elements(elements) = &binder.domain {
            self.value(elements);
        }
        let Some(condition) = &binder.condition else { return };
        if chain(condition).is_none() {
            // A part that stands alone goes with its `where`.
            let before = Span { end: condition.span.start, ..binder.span };
            if let Some(at) = self.text(before).rfind("where") {
                let whole = Span { start: before.start + at as u32, end: condition.span.end, ..binder.span };
                self.drop_part(whole, String::new(), condition.span);
            }
        }
        self.is(condition);
    }

    /// The changes of a condition.
    fn is(&mut self, expr: &Expr) {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Bracketed(inner) => self.is(inner),
            ExprKind::Not(operand) => {
                self.replace(span, self.text(operand.span));
                self.is(operand);
            }
            ExprKind::Binary { op, left, right } => match op.node {
                BinaryOp::And | BinaryOp::Or => self.chain(expr, op.node),
                BinaryOp::Implies => {
                    self.drop_part(span, self.text(right.span).to_owned(), left.span);
                    self.replace(span, format!("({}) and ({})", self.text(left.span), self.text(right.span)));
                    self.is(left);
                    self.is(right);
                }
                _ => self.value(expr),
            },
            ExprKind::If { condition, then, otherwise } => {
                self.is(condition);
                self.is(then);
                self.is(otherwise);
            }
            ExprKind::Presence { .. } | ExprKind::Quantified { .. } | ExprKind::Boolean(_) => self.value(expr),
            // A field, a name or a call that is true or false.
            _ => {
                self.replace(span, format!("(not ({}))", self.text(span)));
                self.value(expr);
            }
        }
    }

    /// `a and b and c`: each part dropped, the operator exchanged.
    fn chain(&mut self, expr: &Expr, op: BinaryOp) {
        let parts = chain(expr).unwrap_or_default();
        let word = format!(" {} ", op.symbol());
        for (position, part) in parts.iter().enumerate() {
            let others = parts.iter().enumerate().filter(|(other, _)| *other != position);
            let rest: Vec<&str> = others.map(|(_, other)| self.text(other.span)).collect();
            self.drop_part(expr.span, rest.join(&word), part.span);
        }
        let other = if op == BinaryOp::And { " or " } else { " and " };
        let all: Vec<&str> = parts.iter().map(|part| self.text(part.span)).collect();
        let change = format!("`{}` → `{}` in `{}`", word.trim(), other.trim(), self.shown(expr.span));
        self.edits.push(Edit { at: expr.span, text: format!("({})", all.join(other)), change });
        parts.iter().for_each(|part| self.is(part));
    }

    /// The changes of a value, or of a condition that has an operator of its own.
    fn value(&mut self, expr: &Expr) {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Bracketed(inner) => self.value(inner),
            ExprKind::Name(word) | ExprKind::Text(word) => self.word(expr, word, &[]),
            ExprKind::Integer(number) => {
                let more = number.checked_add(Number::ONE);
                let less = number.checked_sub(Number::ONE).filter(|less| *less >= Number::ZERO);
                for shifted in more.into_iter().chain(less) {
                    self.replace(span, shifted.to_string());
                }
            }
            ExprKind::Decimal(_) | ExprKind::Percent(_) => self.decimal(span),
            ExprKind::Quantity { amount, .. } => {
                let unit = self.text(span).trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
                for shifted in [amount + 1, amount - 1].into_iter().filter(|shifted| *shifted >= 0) {
                    self.replace(span, format!("{shifted}{unit}"));
                }
            }
            ExprKind::Date(date) => {
                for days in [1, -1] {
                    if let Some(shifted) = date.checked_add(CalendarSpan { months: 0, days }) {
                        self.replace(span, shifted.to_string());
                    }
                }
            }
            ExprKind::Timestamp(instant) => {
                for shift in [1, -1] {
                    let shifted = instant.0.checked_add(shift * crate::value::time::SECOND);
                    if let Some(shifted) = shifted {
                        self.replace(span, Timestamp(shifted).to_string());
                    }
                }
            }
            ExprKind::Boolean(value) => self.replace(span, (!value).to_string()),
            ExprKind::Regex(_) => {}
            ExprKind::Field { base: operand, .. }
            | ExprKind::Negate(operand)
            | ExprKind::ParameterAt { moment: operand, .. } => {
                self.value(operand);
            }
            ExprKind::IsRecord { operand, .. } => {
                self.replace(span, format!("(not ({}))", self.text(span)));
                self.value(operand);
            }
            ExprKind::Presence { operand, present } => {
                let word = if *present { "absent" } else { "present" };
                self.replace(span, format!("{} is {word}", self.text(operand.span)));
                self.value(operand);
            }
            ExprKind::Call { name, arguments } => self.call(&name.node, arguments, span),
            ExprKind::Not(_) => self.is(expr),
            ExprKind::Binary { op, left, right } => self.binary(expr, op.node, op.span, left, right),
            ExprKind::If { condition, then, otherwise } => {
                self.is(condition);
                self.value(then);
                self.value(otherwise);
            }
            ExprKind::Set(elements) => self.set(elements, span),
            ExprKind::Quantified { quantifier, binder, has } => {
                self.quantified(expr, *quantifier, binder, has.as_deref());
            }
            ExprKind::Aggregate { function, binder, parts } => {
                let other = match function.node {
                    AggregateFunction::First => Some("last"),
                    AggregateFunction::Last => Some("first"),
                    AggregateFunction::Min => Some("max"),
                    AggregateFunction::Max => Some("min"),
                    _ => None,
                };
                if let Some(other) = other {
                    self.replace_in(span, function.span, other);
                }
                self.binder(binder);
                if let Some(condition) = &parts.condition {
                    self.is(condition);
                }
                let values =
                    parts.each().filter(|part| parts.condition.as_ref().is_none_or(|is| !std::ptr::eq(is, *part)));
                values.for_each(|part| {
                    if function.node == AggregateFunction::Share { self.is(part) } else { self.value(part) }
                });
            }
        }
    }

    /// A member of an enum, or a text; `beside` are the members that stand in the same set.
    fn word(&mut self, expr: &Expr, word: &str, beside: &[&str]) {
        let members = self.members;
        let Some(members) = members.get(&expr.span) else {
            // No value of an export that a test gives is likely to be this one.
            if let ExprKind::Text(_) = expr.kind {
                let text = self.text(expr.span);
                if let Some(open) = text.strip_suffix('"') {
                    self.replace(expr.span, format!("{open}?\""));
                }
            }
            return;
        };
        let all = &members.members;
        let Some(position) = all.iter().position(|member| member == word) else { return };
        let others = all.iter().cycle().skip(position + 1).take(all.len().saturating_sub(1));
        if let Some(other) = others.into_iter().find(|other| !beside.contains(&other.as_str())) {
            self.replace(expr.span, format!("\"{other}\""));
        }
    }

    /// One unit of the last digit more or less, as it is written.
    fn decimal(&mut self, span: Span) {
        let text = self.text(span);
        let digits = text.trim_end_matches('%');
        let sign = &text[digits.len()..];
        let scale = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len() as u32);
        let (Some(number), Some(step)) = (Number::parse(digits), Number::from_scaled(1, scale)) else { return };
        let less = number.checked_sub(step).filter(|less| *less >= Number::ZERO);
        for shifted in number.checked_add(step).into_iter().chain(less) {
            // Written with a point even where it is whole, so that it stays a decimal.
            let shown = shifted.to_string();
            let shown = if scale > 0 && !shown.contains('.') { format!("{shown}.0") } else { shown };
            self.replace(span, format!("{shown}{sign}"));
        }
    }

    fn call(&mut self, name: &str, arguments: &[Expr], span: Span) {
        match (name, arguments) {
            ("abs", [argument]) => self.replace(span, format!("({})", self.text(argument.span))),
            ("filled", [_, _, ..]) => {
                for (position, argument) in arguments.iter().enumerate() {
                    let rest = arguments.iter().enumerate().filter(|(other, _)| *other != position);
                    let rest: Vec<&str> = rest.map(|(_, other)| self.text(other.span)).collect();
                    self.drop_part(span, format!("filled({})", rest.join(", ")), argument.span);
                }
            }
            _ => {}
        }
        arguments.iter().for_each(|argument| self.value(argument));
    }

    fn set(&mut self, elements: &[Expr], span: Span) {
        let words: Vec<&str> = elements
            .iter()
            .filter_map(|element| match &element.kind {
                ExprKind::Name(word) | ExprKind::Text(word) => Some(word.as_str()),
                _ => None,
            })
            .collect();
        for (position, element) in elements.iter().enumerate() {
            if elements.len() > 1 {
                let rest = elements.iter().enumerate().filter(|(other, _)| *other != position);
                let rest: Vec<&str> = rest.map(|(_, other)| self.text(other.span)).collect();
                self.replace(span, format!("{{{}}}", rest.join(", ")));
            }
            match &element.kind {
                ExprKind::Name(word) | ExprKind::Text(word) => self.word(element, word, &words),
                _ => self.value(element),
            }
        }
    }

    fn binary(&mut self, expr: &Expr, op: BinaryOp, at: Span, left: &Expr, right: &Expr) {
        let span = expr.span;
        let (others, negated): (&[&str], bool) = match op {
            BinaryOp::And | BinaryOp::Or | BinaryOp::Implies => return self.is(expr),
            BinaryOp::Equal => (&["!="], false),
            BinaryOp::NotEqual => (&["="], false),
            // The other way round, and the boundary.
            BinaryOp::Less => (&[">=", "<="], false),
            BinaryOp::LessOrEqual => (&[">", "<"], false),
            BinaryOp::Greater => (&["<=", ">="], false),
            BinaryOp::GreaterOrEqual => (&["<", ">"], false),
            BinaryOp::In => (&["not in"], false),
            BinaryOp::NotIn => (&["in"], false),
            BinaryOp::During
            | BinaryOp::Overlaps
            | BinaryOp::Covers
            | BinaryOp::Matches
            | BinaryOp::Contains
            | BinaryOp::StartsWith
            | BinaryOp::EndsWith => (&[], true),
            BinaryOp::Until => (&["through"], false),
            BinaryOp::Through => (&[".."], false),
            BinaryOp::Add => (&["-"], false),
            BinaryOp::Subtract => (&["+"], false),
            BinaryOp::Multiply => (&["/"], false),
            BinaryOp::Divide => (&["*"], false),
            BinaryOp::Within | BinaryOp::Minus | BinaryOp::Union => {
                self.drop_part(span, self.text(left.span).to_owned(), Span { start: at.start, ..span });
                (&[], false)
            }
            BinaryOp::Otherwise => (&[], false),
        };
        others.iter().for_each(|other| self.replace_in(span, at, other));
        if negated {
            self.replace(span, format!("(not ({}))", self.text(span)));
        }
        self.value(left);
        self.value(right);
    }

    fn quantified(&mut self, expr: &Expr, quantifier: Quantifier, binder: &Binder, has: Option<&Expr>) {
        let span = expr.span;
        match (quantifier, has) {
            (Quantifier::Every, Some(has)) => {
                // `every r x where c has d` as `exists r x where c and d`, and as `no …`.
                let head =
                    Span { end: binder.condition.as_ref().map_or(has.span.start, |is| is.span.start), ..binder.span };
                let head = one_line(self.text(head));
                let head = head.trim_end_matches("where").trim_end().trim_end_matches("has").trim_end();
                let both = match &binder.condition {
                    Some(condition) => format!("({}) and ({})", self.text(condition.span), self.text(has.span)),
                    None => self.text(has.span).to_owned(),
                };
                for word in ["exists", "no"] {
                    let text = format!("({word} {head} where {both})");
                    let change = format!("`every` → `{word}` in `{}`", self.shown(span));
                    self.edits.push(Edit { at: span, text, change });
                }
            }
            (Quantifier::Exists | Quantifier::No, _) => {
                let (word, other) = if quantifier == Quantifier::Exists { ("exists", "no") } else { ("no", "exists") };
                let at = Span { end: span.start + word.len() as u32, ..span };
                self.replace_in(span, at, other);
            }
            (Quantifier::Every, None) => {}
        }
        self.binder(binder);
        if let Some(has) = has {
            self.is(has);
        }
    }
}

/// The parts of a chain of `and`s, or of `or`s; none of anything else.
fn chain(expr: &Expr) -> Option<Vec<&Expr>> {
    let ExprKind::Binary { op, left, right } = &expr.kind else { return None };
    if !matches!(op.node, BinaryOp::And | BinaryOp::Or) {
        return None;
    }
    let same = |left: &&Expr| matches!(&left.kind, ExprKind::Binary { op: inner, .. } if inner.node == op.node);
    let mut parts = Some(left.as_ref()).filter(same).and_then(chain).unwrap_or_else(|| vec![left]);
    parts.push(right);
    Some(parts)
}

/// Leaves of several changes with one result the first.
pub(super) fn without_repetition(edits: Vec<Edit>) -> Vec<Edit> {
    let mut seen: BTreeSet<(Span, String)> = BTreeSet::new();
    edits.into_iter().filter(|edit| seen.insert((edit.at, edit.text.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_seen_in_a_long_text() {
        assert_eq!(around_the_difference("a < b", "a >= b"), ("a < b".to_owned(), "a >= b".to_owned()));
        let long = "length((i.opened_at .. i.resolved_at) within office minus holds_of_the_incident)";
        let (before, after) = around_the_difference(&format!("{long} <= 8 hours"), &format!("{long} > 8 hours"));
        assert_eq!(before, "…office minus holds_of_the_incident) <= 8 hours");
        assert_eq!(after, "…office minus holds_of_the_incident) > 8 hours");
    }
}
