//! Graphs: edges between things, what they lead to, and whether they lead round.

use super::checker::{Checker, Polarity};
use super::collections::element_of;
use super::compare::widening;
use super::narrow::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{AggregateFunction, AggregateParts, Conversion, Expr, ExprKind};
use crate::schema::{Ty, Type};
use crate::source::Span;
use crate::syntax::ast;

/// The two ends of an edge, brought to one type.
struct Ends {
    from: Expr,
    to: Expr,
    ty: Type,
}

impl Checker<'_, '_> {
    /// `reachable(r x where c : a -> b from starts)`, `acyclic(r x where c : a -> b)`
    pub(super) fn graph(
        &mut self,
        function: AggregateFunction,
        word: Span,
        binder: &ast::Binder,
        parts: &ast::AggregateParts,
        span: Span,
    ) -> Typed {
        let is_reachable = function == AggregateFunction::Reachable;
        let name = function.word();
        let mut unused = vec![("by", &parts.by), ("while", &parts.condition), ("every", &parts.every)];
        if !is_reachable {
            unused.push(("from", &parts.from));
        }
        if self.takes_none(name, &unused) {
            return self.error(span);
        }
        let variable = &binder.name.node;
        let missing = match (&parts.value, &parts.to, &parts.from) {
            (Some(_), Some(_), None) if is_reachable => {
                Some(("has no `from`", format!("say where it starts: `{name}({variable} … : … -> … from …)`")))
            }
            (Some(_), Some(_), _) => None,
            _ => {
                let behind = if is_reachable { " from …" } else { "" };
                let help =
                    format!("say where each leads: `{name}({variable} … : {variable}.… -> {variable}.…{behind})`");
                Some(("has no edge", help))
            }
        };
        let (Some(from), Some(to), None) = (&parts.value, &parts.to, &missing) else {
            if let Some((what, help)) = missing {
                let message = format!("`{name}` {what}");
                self.report(Diagnostic::new(Code::WrongArguments, word, message, what).with_help(help));
            }
            return self.error(span);
        };
        // An edge that is left out makes the way shorter, and a cycle less likely.
        let polarity = if is_reachable { Polarity::Positive } else { self.polarity.flipped() };
        let scope = self.names.len();
        let bound = self.bind(binder, polarity);
        let ends = self.knowing(&bound.facts, |checker| {
            checker.at(Polarity::Positive, |checker| {
                let (from, to) = checker.infer_pair(from, to, None);
                let (from, to) = (checker.present(from).expr, checker.present(to).expr);
                checker.ends(from, to)
            })
        });
        self.names.truncate(scope);
        let Some(mut ends) = ends else { return self.error(span) };
        let starts = match &parts.from {
            Some(starts) => match self.at(Polarity::Both, |checker| checker.starts(starts, &mut ends)) {
                Some(starts) => Some(starts),
                None => return self.error(span),
            },
            None => None,
        };
        let binder = self.finish(bound, &[&ends.from, &ends.to]);
        let ty = if is_reachable { Type::Set(Box::new(ends.ty)) } else { Type::Boolean };
        let parts =
            AggregateParts { value: Some(ends.from), to: Some(ends.to), from: starts, ..AggregateParts::default() };
        let kind = ExprKind::Aggregate { function, binder, parts: Box::new(parts) };
        Typed::plain(Expr { kind, ty: Ty::required(ty), span })
    }

    /// Brings the two ends of an edge to one type, which things can be told apart by.
    fn ends(&mut self, from: Expr, to: Expr) -> Option<Ends> {
        let (from, to) = (self.as_element(from)?, self.as_element(to)?);
        for end in [&from, &to] {
            match &end.ty.base {
                Type::Reference(_) | Type::Text | Type::Integer | Type::Enum(_) => {}
                Type::Error => return None,
                other => {
                    let found = self.show(other);
                    let message = format!("an edge leads from one thing to another, and `{found}` names none");
                    let help = "a reference, a text, an integer or a member of an enum names something".to_owned();
                    self.mismatch(end.span, message, format!("`{found}`"), Some(help));
                    return None;
                }
            }
        }
        let (from, to, ty) = self.unify(from, to, "join by an edge")?;
        Some(Ends { from, to, ty })
    }

    /// Reads the starts as a set of what edges lead to; widens the ends where the starts may be more.
    fn starts(&mut self, starts: &ast::Expr, ends: &mut Ends) -> Option<Expr> {
        let set = Type::Set(Box::new(ends.ty.clone()));
        let hint = if is_set(starts) { &set } else { &ends.ty };
        let starts = self.value(starts, Some(hint)).expr;
        let span = starts.span;
        let starts = match &starts.ty.base {
            Type::Error => return None,
            Type::List(_) | Type::Set(_) => self.to_set(starts),
            _ => {
                let start = self.as_element(starts)?;
                let ty = Type::Set(Box::new(start.ty.base.clone()));
                self.make(ExprKind::Set(vec![start]), ty, span)
            }
        };
        let element = element_of(&starts.ty.base)?.clone();
        // How the one is read as the other, if it can be: starts as what edges lead to, or the other way round.
        let reading = |few: &Type, many: &Type| match (few, many) {
            (Type::Enum(few), Type::Enum(many)) => widening(few, many).map(Conversion::WidenEnum),
            (Type::Reference(few), Type::Reference(many)) => {
                few.iter().all(|target| many.contains(target)).then_some(Conversion::Retarget)
            }
            _ => None,
        };
        if element == ends.ty {
            return Some(starts);
        }
        if let Some(conversion) = reading(&element, &ends.ty) {
            return Some(self.convert_elements(starts, conversion, ends.ty.clone()));
        }
        if let Some(conversion) = reading(&ends.ty, &element) {
            for end in [&mut ends.from, &mut ends.to] {
                *end = self.convert(end.clone(), conversion.clone(), element.clone());
            }
            ends.ty = element;
            return Some(starts);
        }
        let (start, end) = (self.show(&element), self.show(&ends.ty));
        let message = format!("edges between `{end}` do not start from `{start}`");
        self.report(
            Diagnostic::new(Code::TypeMismatch, span, message, format!("`{start}`"))
                .with_label(ends.from.span, format!("`{end}`")),
        );
        None
    }
}

/// Whether starts are written as a set.
fn is_set(starts: &ast::Expr) -> bool {
    match &starts.kind {
        ast::ExprKind::Bracketed(inner) => is_set(inner),
        ast::ExprKind::Set(_) => true,
        ast::ExprKind::Binary { op, .. } => matches!(op.node, ast::BinaryOp::Union | ast::BinaryOp::Minus),
        _ => false,
    }
}
