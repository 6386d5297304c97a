//! What may be absent and what is done about it.

use super::checker::{Checker, Mode, Polarity};
use super::narrow::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::Type;
use crate::source::Span;
use crate::syntax::ast::BinaryOp;

impl Checker<'_, '_> {
    /// Demands that a value is there.
    pub(super) fn present(&mut self, mut typed: Typed) -> Typed {
        if typed.expr.ty.optional && self.mode != Mode::Template {
            let diagnostic = self.unguarded(&typed);
            self.report(diagnostic);
            typed.expr.ty.optional = false;
        }
        typed
    }

    /// The text of an expression as the rule that is checked would write it.
    pub(super) fn show_typed(&self, typed: &Typed) -> String {
        match typed.path.as_ref().and_then(|path| self.show_path(path)) {
            Some(text) => text,
            None => self.world.text(typed.expr.span),
        }
    }

    fn unguarded_base(&self, typed: &Typed, message: String) -> Diagnostic {
        let shown = self.show(&typed.expr.ty.base);
        let diagnostic =
            Diagnostic::new(Code::UnguardedOptional, typed.expr.span, message, format!("`{shown}?`: may be absent"));
        match typed.path.as_ref().and_then(|path| path.fields.last()) {
            Some((record, field)) => {
                let declared = self.world.schema().record(*record).field_type(*field);
                diagnostic.with_label(declared.span, "declared optional here")
            }
            None => diagnostic,
        }
    }

    fn unguarded(&self, typed: &Typed) -> Diagnostic {
        let text = self.show_typed(typed);
        let diagnostic = self.unguarded_base(typed, format!("`{text}` may be absent"));
        if typed.path.is_some() {
            let guard = if self.in_let {
                format!("leave out what does not have it, where it is chosen: `where {text} is present`")
            } else {
                format!("guard it: `{text} is present and …`")
            };
            diagnostic.with_help(guard).with_help(format!("or give a default: `({text} otherwise …)`"))
        } else {
            diagnostic
                .with_help(format!("name it and say what its absence means: `let x = {text}` with `if absent: …`"))
                .with_help(format!("or give a default: `({text} otherwise …)`"))
        }
    }

    /// Reports an optional boolean as a condition.
    pub(super) fn unguarded_condition(&mut self, typed: &Typed) {
        if self.mode == Mode::Template {
            return;
        }
        let text = self.show_typed(typed);
        let help = match self.polarity {
            Polarity::Positive => format!("ask for what you mean: `{text} = true`"),
            _ => {
                format!("ask for what you mean: `{text} is present and {text} = false`, or `({text} otherwise false)`")
            }
        };
        let diagnostic = self.unguarded_base(typed, format!("`{text}` may be absent")).with_help(help);
        self.report(diagnostic);
    }

    /// An operand of `=` or `in`: may be absent, except under a negation.
    pub(super) fn equal_operand(&mut self, mut typed: Typed, op: BinaryOp) -> Typed {
        if !typed.expr.ty.optional || self.mode == Mode::Template {
            return typed;
        }
        let negated = matches!(op, BinaryOp::NotEqual | BinaryOp::NotIn);
        let text = self.show_typed(&typed);
        let message = if negated {
            format!("`{text}` may be absent, and `{}` would take that as a difference", op.symbol())
        } else {
            format!("`{text}` may be absent, which equals nothing, and that is negated here")
        };
        let diagnostic = self
            .unguarded_base(&typed, message)
            .with_help(format!("if absent shall not count: `{text} is present and …`"))
            .with_help(format!("if absent shall count: `{text} is absent or …`"));
        if negated || self.polarity != Polarity::Positive {
            self.report(diagnostic);
            typed.expr.ty.optional = false;
        } else {
            self.lenient.push(diagnostic);
        }
        typed
    }

    /// Refuses the question whether something required is there.
    pub(super) fn refuse_presence_of_required(&mut self, typed: &Typed, asked: &str) {
        if typed.declared_optional || typed.expr.ty.base == Type::Error {
            return;
        }
        let text = self.show_typed(typed);
        let shown = self.show(&typed.expr.ty.base);
        let message = format!("`{text}` is required, so `{asked}` is no question");
        let diagnostic =
            Diagnostic::new(Code::PresenceOfRequired, typed.expr.span, message, format!("`{shown}`: never absent"));
        let diagnostic = match typed.path.as_ref().and_then(|path| path.fields.last()) {
            Some((record, field)) if self.world.schema().record(*record).key.contains(field) => {
                diagnostic.with_help("leave the question out: a record has its key")
            }
            Some((record, field)) => {
                let declared = self.world.schema().record(*record).field_type(*field);
                diagnostic.with_label(declared.span, "declared required here").with_help(format!(
                    "if it may legitimately be missing, declare it `{shown}?`; else leave the question out: a missing value is unknown"
                ))
            }
            None => diagnostic.with_help("leave the question out"),
        };
        self.report(diagnostic);
    }

    /// Notes that the zone is needed.
    pub(super) fn need_zone(&mut self, span: Span, why: &str) {
        let zones = self.world.zones.clone();
        for id in &zones {
            self.reach(*id);
        }
        self.needs_zone = true;
        if zones.is_empty() && !self.world.zone_from_tests {
            let message = format!("{why}, and the program states no zone");
            self.report(
                Diagnostic::new(Code::MissingZone, span, message, "needs the zone")
                    .with_help("state it once, in a file of its own: `zone \"Europe/Amsterdam\"`"),
            );
        }
    }
}
