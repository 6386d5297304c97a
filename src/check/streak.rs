//! `streak`: what it ranges over, in which order, and what is asked of each.

use super::checker::{Checker, Polarity};
use super::narrow::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{AggregateFunction, AggregateParts, ExprKind};
use crate::schema::Type;
use crate::source::{Span, Spanned};
use crate::syntax::ast;

impl Checker<'_, '_> {
    /// `streak(r x where c by key while condition)`
    pub(super) fn streak(
        &mut self,
        function: &Spanned<ast::AggregateFunction>,
        binder: &ast::Binder,
        parts: &ast::AggregateParts,
        span: Span,
    ) -> Typed {
        let scope = self.names.len();
        let bound = self.at(Polarity::Positive, |checker| checker.bind(binder, Polarity::Positive));
        let (by, condition) = self.at(Polarity::Positive, |checker| {
            checker.knowing(&bound.facts, |checker| {
                let by = parts.by.as_ref().map(|by| checker.value(by, None).expr);
                (by, parts.condition.as_ref().map(|condition| checker.condition(condition).expr))
            })
        });
        self.names.truncate(scope);
        let others = [(":", &parts.value), ("->", &parts.to), ("every", &parts.every), ("from", &parts.from)];
        if self.takes_none("streak", &others) {
            return self.error(span);
        }
        let (Some(by), Some(condition)) = (by, condition) else {
            let (what, help) = match &parts.by {
                None => ("has no `by`", "say in which order they follow one another: `streak(… by … while …)`"),
                Some(_) => ("has no `while`", "say what is asked of each: `streak(… by … while …)`"),
            };
            let message = format!("`streak` {what}");
            self.report(Diagnostic::new(Code::WrongArguments, function.span, message, what).with_help(help));
            return self.error(span);
        };
        self.refuse_constant_condition(&condition);
        let element = &self.variables[bound.binder.variable.0 as usize].ty.base;
        if *element == Type::Error || !self.goes_by("streak", &by) {
            return self.error(span);
        }
        let binder = self.finish(bound, &[&by, &condition]);
        let parts = AggregateParts { by: Some(by), condition: Some(condition), ..AggregateParts::default() };
        let kind = ExprKind::Aggregate { function: AggregateFunction::Streak, binder, parts: Box::new(parts) };
        Typed::plain(self.make(kind, Type::Integer, span))
    }
}
