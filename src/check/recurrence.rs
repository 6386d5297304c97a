//! `recurs`: what it ranges over, how soon, from when.

use super::checker::Checker;
use super::narrow::Typed;
use super::quantities::Bound;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::reads::free_variables;
use crate::ir::{AggregateFunction, AggregateParts, Conversion, Expr, ExprKind};
use crate::schema::Type;
use crate::source::{Span, Spanned};
use crate::syntax::ast;

impl Checker<'_, '_> {
    /// `recurs(r x where c : date every span from first)`
    pub(super) fn recurs(
        &mut self,
        function: &Spanned<ast::AggregateFunction>,
        binder: &ast::Binder,
        parts: &ast::AggregateParts,
        span: Span,
    ) -> Typed {
        self.need_zone(function.span, "`recurs` measures up to the day of `as_of`");
        let scope = self.names.len();
        let bound = self.bind(binder, self.polarity);
        let checked = self.recurs_parts(function, &bound, &binder.name.node, parts);
        self.names.truncate(scope);
        let Some(parts) = checked else { return self.error_condition(span) };
        let binder = self.finish(bound, &parts.value.iter().collect::<Vec<_>>());
        let kind = ExprKind::Aggregate { function: AggregateFunction::Recurs, binder, parts: Box::new(parts) };
        Typed::plain(self.make(kind, Type::Boolean, span))
    }

    /// Checks date, span and first due date; none if there is something wrong with them.
    fn recurs_parts(
        &mut self,
        function: &Spanned<ast::AggregateFunction>,
        bound: &Bound,
        name: &str,
        parts: &ast::AggregateParts,
    ) -> Option<AggregateParts> {
        if self.takes_none("recurs", &[("by", &parts.by), ("while", &parts.condition), ("->", &parts.to)]) {
            return None;
        }
        let (Some(date), Some(every)) = (&parts.value, &parts.every) else {
            let (what, help) = match &parts.value {
                None => ("has no date", format!("say when each happened: `recurs({name} … : {name}.… every …)`")),
                Some(_) => {
                    ("has no `every`", "say how soon each follows the one before: `… every 12 months`".to_owned())
                }
            };
            let message = format!("`recurs` {what}");
            self.report(Diagnostic::new(Code::WrongArguments, function.span, message, what).with_help(help));
            return None;
        };
        let date = self.knowing(&bound.facts, |checker| checker.value(date, None)).expr;
        let date = self.as_day(date, "of what recurs");
        let every = self.span_of(every);
        let from = parts.from.as_ref().map(|from| {
            let from = self.value(from, None).expr;
            self.as_day(from, "behind `from`")
        });
        for part in every.iter().chain(from.iter().flatten()) {
            if free_variables(part).contains(&bound.binder.variable) {
                self.same_for_all(part, name);
                return None;
            }
        }
        let from = match from {
            Some(from) => Some(from?),
            None => None,
        };
        Some(AggregateParts { value: Some(date?), every: Some(every?), from, ..AggregateParts::default() })
    }

    /// Refuses a span or a first due date that differs from one candidate to the next.
    fn same_for_all(&mut self, part: &Expr, name: &str) {
        let message = format!("`{name}` means nothing behind `every` and `from`");
        let label = format!("differs from one `{name}` to the next");
        self.report(
            Diagnostic::new(Code::UnknownName, part.span, message, label)
                .with_help("how soon, and from when, is one for all of them: read it from what they belong to"),
        );
    }

    /// Reads a date, or an instant as its day.
    fn as_day(&mut self, expr: Expr, place: &str) -> Option<Expr> {
        match &expr.ty.base {
            Type::Date => Some(expr),
            Type::Timestamp => Some(self.convert(expr, Conversion::Day, Type::Date)),
            Type::Error => None,
            other => {
                let found = self.show(other);
                let message = format!("expected a date or a timestamp {place}, found `{found}`");
                self.mismatch(expr.span, message, format!("`{found}`"), None);
                None
            }
        }
    }

    fn span_of(&mut self, every: &ast::Expr) -> Option<Expr> {
        let every = self.value(every, Some(&Type::Span)).expr;
        match &every.ty.base {
            Type::Span => Some(every),
            Type::Error => None,
            other => {
                let found = self.show(other);
                let help = (*other == Type::Duration).then(|| {
                    "days, weeks, months and years are spans; declare the length of time as `span`".to_owned()
                });
                let message = format!("expected a span behind `every`, found `{found}`");
                self.mismatch(every.span, message, format!("`{found}`"), help);
                None
            }
        }
    }
}
