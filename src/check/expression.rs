//! Expressions: literals, names, fields, presence, choice. The other forms have files of their own.

use super::calendars::{is_calendar, unknown_calendar};
use super::checker::{Checker, Meaning, Polarity};
use super::items::Reach;
use super::narrow::{Fact, Known, Path, Root, Typed, common};
use super::statements::{self, STATEMENTS};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::{Expr, ExprKind};
use crate::schema::{EnumType, FieldId, RecordId, Ty, Type};
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind, Name, Unit};
use crate::value::{Number, Value};

/// Names that mean something in every program.
pub(super) const BUILT_IN: [&str; 3] = ["as_of", "today", "period"];

impl Checker<'_, '_> {
    /// Checks an expression; `expected` is what its place suggests, for words and quantities that need it.
    pub(super) fn infer(&mut self, expr: &ast::Expr, expected: Option<&Type>) -> Typed {
        let typed = if self.enter(expr.span) { self.infer_form(expr, expected) } else { self.error(expr.span) };
        self.leave();
        typed
    }

    fn infer_form(&mut self, expr: &ast::Expr, expected: Option<&Type>) -> Typed {
        use ast::ExprKind as Form;
        let span = expr.span;
        match &expr.kind {
            Form::Text(text) => self.text(text, span, expected),
            Form::Integer(number) => self.literal(Value::Number(*number), Type::Integer, span),
            Form::Decimal(number) | Form::Percent(number) => self.literal(Value::Number(*number), Type::Decimal, span),
            Form::Quantity { amount, unit } => self.quantity(*amount, *unit, span, expected),
            Form::Date(date) => self.literal(Value::Date(*date), Type::Date, span),
            Form::Timestamp(instant) => self.literal(Value::Timestamp(*instant), Type::Timestamp, span),
            Form::Boolean(value) => self.literal(Value::Boolean(*value), Type::Boolean, span),
            Form::Regex(_) => {
                let message = "a pattern stands only behind `matches`";
                self.report(
                    Diagnostic::new(Code::TypeMismatch, span, message, "a pattern is no value")
                        .with_help("write `… matches /…/`"),
                );
                self.error(span)
            }
            Form::Name(name) => self.name(name, span, expected),
            Form::Field { base, name } => self.field(base, name, span),
            Form::Call { name, arguments } => self.call(name, arguments, span, expected),
            Form::ParameterAt { name, moment } => self.parameter_at(name, moment, span),
            Form::Presence { operand, present } => self.presence(operand, *present, span),
            Form::IsRecord { operand, record } => self.is_record(operand, record, span),
            Form::Not(operand) => self.not(operand, span),
            Form::Negate(operand) => self.negate(operand, span, expected),
            Form::Binary { op, left, right } => self.binary(op, left, right, expr, expected),
            Form::If { condition, then, otherwise } => self.choice(condition, then, otherwise, span, expected),
            Form::Set(elements) => self.set_literal(elements, span, expected),
            Form::Quantified { quantifier, binder, has } => self.quantified(*quantifier, binder, has.as_deref(), span),
            Form::Aggregate { function, binder, parts } => self.aggregate(function, binder, parts, span),
            Form::Bracketed(inner) => self.infer(inner, expected),
        }
    }

    /// Checks an expression whose value must be there.
    pub(super) fn value(&mut self, expr: &ast::Expr, expected: Option<&Type>) -> Typed {
        let typed = self.infer(expr, expected);
        self.present(typed)
    }

    /// Checks an expression that must be of a type and there.
    pub(super) fn value_of(&mut self, expr: &ast::Expr, ty: &Type) -> Typed {
        let typed = self.value(expr, Some(ty));
        if typed.expr.ty.base != Type::Error && typed.expr.ty.base != *ty {
            let (expected, found) = (self.show(ty), self.show(&typed.expr.ty.base));
            self.mismatch(
                typed.expr.span,
                format!("expected `{expected}`, found `{found}`"),
                format!("`{found}`"),
                None,
            );
            return self.error(expr.span);
        }
        typed
    }

    /// Checks a condition.
    pub(super) fn condition(&mut self, expr: &ast::Expr) -> Typed {
        // Inside a condition an `and` can guard, even in a `let`.
        let in_let = std::mem::take(&mut self.in_let);
        let typed = self.infer(expr, Some(&Type::Boolean));
        self.in_let = in_let;
        match &typed.expr.ty.base {
            Type::Boolean if typed.expr.ty.optional => {
                self.unguarded_condition(&typed);
                self.error_condition(expr.span)
            }
            Type::Boolean => {
                self.refuse_negated_let(&typed);
                typed
            }
            Type::Error => self.error_condition(expr.span),
            other => {
                let found = self.show(other);
                let help = match other {
                    Type::List(_) | Type::Set(_) => Some("ask for an element: `exists x in …`".to_owned()),
                    _ if typed.declared_optional => Some("ask whether it is there: `… is present`".to_owned()),
                    _ => None,
                };
                let message = format!("expected a condition, found `{found}`");
                self.mismatch(typed.expr.span, message, format!("`{found}`, not true or false"), help);
                self.error_condition(expr.span)
            }
        }
    }

    /// A `let` of an equality that takes something absent as unequal must not stand under a negation.
    fn refuse_negated_let(&mut self, typed: &Typed) {
        let ExprKind::Variable(id) = typed.expr.kind else { return };
        if let Some(diagnostic) = self.details[id.0 as usize].lenient.clone() {
            if self.polarity == Polarity::Positive {
                self.lenient.push(diagnostic);
                return;
            }
            let name = self.variables[id.0 as usize].name.clone();
            self.report(diagnostic.with_label(typed.expr.span, format!("`{name}` is negated here")));
        }
    }

    /// Reports a type that does not fit.
    pub(super) fn mismatch(&mut self, span: Span, message: String, label: String, help: Option<String>) {
        self.report(Diagnostic::new(Code::TypeMismatch, span, message, label).with_help_if(help));
    }

    pub(super) fn literal(&self, value: Value, ty: Type, span: Span) -> Typed {
        Typed::plain(self.make(ExprKind::Literal(value), ty, span))
    }

    fn text(&mut self, text: &str, span: Span, expected: Option<&Type>) -> Typed {
        if let Some((ty, members)) = expected.and_then(|ty| Some((ty, ty.members()?))) {
            return match members.position(text) {
                Some(position) => self.member(text, position, ty, span),
                None => self.unknown_member(text, members, ty, span),
            };
        }
        self.literal(Value::Text(text.into()), Type::Text, span)
    }

    /// A member of an enum, or a calendar.
    fn member(&mut self, name: &str, position: u32, ty: &Type, span: Span) -> Typed {
        if is_calendar(ty) {
            self.reaches.extend(self.world.items.find(ItemKind::Calendar, name).iter().copied().map(Reach::Item));
        }
        self.literal(Value::Member(position), ty.clone(), span)
    }

    fn unknown_member(&mut self, word: &str, members: &EnumType, ty: &Type, span: Span) -> Typed {
        if is_calendar(ty) {
            self.report(unknown_calendar(word, members, span));
            return self.error(span);
        }
        let message = format!("unknown member `{word}` of `{}`", self.show(ty));
        let help = suggest(word, "members", members.members.iter().map(String::as_str));
        self.report(Diagnostic::new(Code::UnknownMember, span, message, "not a member").with_help_if(help));
        self.error(span)
    }

    fn quantity(&mut self, amount: i64, unit: Unit, span: Span, expected: Option<&Type>) -> Typed {
        let exact = unit.micros().and_then(|micros| i128::from(amount).checked_mul(i128::from(micros)));
        let calendar = unit.span().and_then(|one| one.checked_mul(i128::from(amount)));
        let wants_exact = matches!(expected, Some(Type::Duration | Type::Timestamp | Type::TimestampInterval));
        match (exact, calendar) {
            (Some(micros), calendar) if wants_exact || (calendar.is_none() && unit.span().is_none()) => {
                self.literal(Value::Duration(Number::from_integer(micros)), Type::Duration, span)
            }
            (_, Some(calendar)) => self.literal(Value::Span(calendar), Type::Span, span),
            _ => {
                let message = "the length of time is too large";
                self.report(
                    Diagnostic::new(Code::InvalidNumber, span, message, "too large").with_help("use a larger unit"),
                );
                self.error(span)
            }
        }
    }

    fn name(&mut self, name: &str, span: Span, expected: Option<&Type>) -> Typed {
        let member = expected.and_then(Type::members).and_then(|members| members.position(name));
        if let (Some(position), Some(ty)) = (member, expected) {
            if let Some((what, place)) = self.declared(name) {
                let (member, beside) = if is_calendar(ty) { ("calendar", "a calendar") } else { ("member", "an enum") };
                let message = match ty {
                    Type::Calendar(_) => format!("`{name}` is a calendar and {what} of that name"),
                    _ => format!("`{name}` is a member of `{}` and {what} of that name", self.show(ty)),
                };
                let mut diagnostic = Diagnostic::new(Code::ShadowedName, span, message, "which of the two is meant?");
                if let Some(place) = place {
                    diagnostic = diagnostic.with_label(place, format!("{what} is declared here"));
                }
                self.report(
                    diagnostic.with_help(format!("rename {what}: beside {beside}, `{name}` means the {member} alone")),
                );
            }
            return self.member(name, position, ty, span);
        }
        if let Some(named) = self.lookup(name) {
            let named = named.meaning.clone();
            return self.meaning(named, span);
        }
        if let Some(typed) = self.parameter(name, span) {
            return typed;
        }
        match name {
            "as_of" => return Typed::plain(self.make(ExprKind::AsOf, Type::Timestamp, span)),
            "today" => {
                self.need_zone(span, "`today` is the day of `as_of` in the program's zone");
                return Typed::plain(self.make(ExprKind::Today, Type::Date, span));
            }
            "period" => return Typed::plain(self.make(ExprKind::Period, Type::DateInterval, span)),
            _ => {}
        }
        if let Some(statement) = statements::statement_of(name) {
            return self.statement(statement, span);
        }
        // Beside an enum a word can only be a member.
        let world = self.world;
        let calendar = &world.items.calendar;
        if let (Some(position), false) =
            (calendar.members().and_then(|calendars| calendars.position(name)), matches!(expected, Some(Type::Enum(_))))
        {
            return self.member(name, position, calendar, span);
        }
        self.unknown_name(name, span, expected)
    }

    /// What a name is declared as, as far as it may not also be an enum member.
    fn declared(&self, name: &str) -> Option<(&'static str, Option<Span>)> {
        if let Some(named) = self.lookup(name) {
            return Some((named.what, Some(named.span)));
        }
        if let Some((what, place)) = self.world.named_item(name) {
            return Some((what, Some(place)));
        }
        BUILT_IN.contains(&name).then_some(("the word of the language", None))
    }

    fn meaning(&mut self, meaning: Meaning, span: Span) -> Typed {
        match meaning {
            Meaning::Variable(id) => {
                let ty = self.variables[id.0 as usize].ty.clone();
                let mut typed = Typed::plain(Expr { kind: ExprKind::Variable(id), ty, span });
                typed.path = Some(Path::of(Root::Variable(id)));
                typed.open = self.details[id.0 as usize].open;
                self.narrow(typed)
            }
            Meaning::Argument { value, optional, nodes, binds } => {
                if !self.spend(nodes, span) {
                    return self.error(span);
                }
                let mut typed = *value;
                typed.declared_optional = typed.declared_optional || optional;
                if binds {
                    self.freshen(&mut typed.expr);
                }
                self.narrow(typed)
            }
        }
    }

    fn unknown_name(&mut self, name: &str, span: Span, expected: Option<&Type>) -> Typed {
        match expected {
            Some(ty @ (Type::Enum(members) | Type::Calendar(members))) => {
                return self.unknown_member(name, members, ty, span);
            }
            // What stands beside it has an error already, and might have been an enum.
            Some(Type::Error) => return self.error(span),
            _ => {}
        }
        if let Some((what, place)) = self.world.named_item(name) {
            let message = format!("`{name}` is {} and needs its arguments", what.replacen("the", "a", 1));
            let diagnostic = Diagnostic::new(Code::UnknownName, span, message, "not a value by itself")
                .with_label(place, "declared here")
                .with_help(format!("call it: `{name}(…)`"));
            self.report(diagnostic);
            return self.error(span);
        }
        let names = |kind| self.world.items.names(kind);
        let known: Vec<&str> = self
            .in_scope()
            .chain(names(ItemKind::Parameter))
            .chain(names(ItemKind::Calendar))
            .chain(BUILT_IN)
            .chain(STATEMENTS)
            .collect();
        let near = crate::diagnostic::closest(name, known).map(|near| format!("did you mean `{near}`?"));
        let help = match expected {
            _ if name == "due" => Some("say before `shall` until when it may wait: `due` and a date".to_owned()),
            Some(Type::Text) if near.is_none() => Some(format!("a text stands in quotation marks: `\"{name}\"`")),
            _ => near.or_else(|| Some("an enum member is known only beside a value of its enum".to_owned())),
        };
        let message = format!("unknown name `{name}`");
        let label = "no binder, `let` or parameter of that name";
        self.report(Diagnostic::new(Code::UnknownName, span, message, label).with_help_if(help));
        self.error(span)
    }

    /// Finds the field of a record by its name, and notes that it is read.
    pub(super) fn field_of(&mut self, record: RecordId, name: &Name) -> Option<FieldId> {
        let declared = self.world.schema().record(record);
        self.reach_record(record);
        if let Some(field) = declared.field(&name.node) {
            self.reach_field(record, field);
            return Some(field);
        }
        if let Some(extension) = self.world.items.broken_extension(&declared.name) {
            self.report(self.world.items.broken_use(extension, name.span));
            return None;
        }
        let message = format!("unknown field `{}` of record `{}`", name.node, declared.name);
        let help = suggest(&name.node, "fields", declared.fields.iter().map(|field| field.name.as_str()));
        self.report(
            Diagnostic::new(Code::UnknownField, name.span, message, "no field of that name").with_help_if(help),
        );
        None
    }

    fn field(&mut self, base: &ast::Expr, name: &Name, span: Span) -> Typed {
        let base = self.infer(base, None);
        let record = match &base.expr.ty.base {
            Type::Error => return self.error(span),
            Type::Row(record) => *record,
            Type::Reference(targets) => match targets.as_slice() {
                [record] => *record,
                _ => {
                    self.ambiguous_reference(&base, name);
                    return self.error(span);
                }
            },
            other => {
                let found = self.show(other);
                let message = format!("`{found}` has no fields");
                self.mismatch(base.expr.span, message, format!("`{found}`, not a record or a reference"), None);
                return self.error(span);
            }
        };
        let base = self.present(base);
        let Some(field) = self.field_of(record, name) else { return self.error(span) };
        let ty: Ty = self.world.schema().record(record).field_type(field).ty.clone();
        let mut typed =
            Typed::plain(Expr { kind: ExprKind::Field { base: Box::new(base.expr), record, field }, ty, span });
        typed.path = base.path.map(|path| path.field(record, field));
        self.narrow(typed)
    }

    fn ambiguous_reference(&mut self, base: &Typed, name: &Name) {
        let shown = self.show(&base.expr.ty.base);
        let text = self.world.text(base.expr.span);
        let Type::Reference(targets) = &base.expr.ty.base else { return };
        let schema = self.world.schema();
        let having: Vec<&str> = targets
            .iter()
            .map(|target| schema.record(*target))
            .filter(|record| record.field(&name.node).is_some())
            .map(|record| record.name.as_str())
            .collect();
        let help = having.first().map(|record| format!("ask first: `{text} is {record} and …`"));
        let message = format!("`{text}` may refer to one of several records: `{shown}`");
        self.report(
            Diagnostic::new(Code::AmbiguousReference, name.span, message, "read here without knowing which")
                .with_help_if(help),
        );
    }

    fn presence(&mut self, operand: &ast::Expr, present: bool, span: Span) -> Typed {
        let operand = self.infer(operand, None);
        self.refuse_presence_of_required(&operand, if present { "is present" } else { "is absent" });
        let facts: Vec<Fact> = operand.path.clone().map(Fact::present).into_iter().collect();
        let kind = ExprKind::Presence { operand: Box::new(operand.expr), present };
        let mut typed = Typed::plain(self.make(kind, Type::Boolean, span));
        if present {
            typed.when_true = facts;
        } else {
            typed.when_false = facts;
        }
        typed
    }

    fn is_record(&mut self, operand: &ast::Expr, record: &Name, span: Span) -> Typed {
        let operand = self.value(operand, None);
        let Some(known) = self.world.known_records.get(record.node.as_str()).copied() else {
            self.unknown_record(record);
            return self.error_condition(span);
        };
        self.reach_record(known.id);
        let targets = match &operand.expr.ty.base {
            Type::Reference(targets) => targets.clone(),
            Type::Error => return self.error_condition(span),
            other => {
                let found = self.show(other);
                let message = format!("expected a reference to one of several records, found `{found}`");
                self.mismatch(operand.expr.span, message, format!("`{found}`"), None);
                return self.error_condition(span);
            }
        };
        let shown = self.show(&operand.expr.ty.base);
        if !targets.contains(&known.id) {
            let message = format!("`{shown}` never refers to a `{}`", record.node);
            let names: Vec<String> =
                targets.iter().map(|target| self.world.schema().record(*target).name.clone()).collect();
            let help = suggest(&record.node, "records there", names.iter().map(String::as_str));
            self.mismatch(record.span, message, "not among what it refers to".to_owned(), help);
            return self.error_condition(span);
        }
        if targets.len() == 1 {
            let message = format!("`{shown}` refers to nothing else");
            self.unreachable(span, message, "always so".to_owned(), "leave the question out".to_owned());
        }
        let others: Vec<_> = targets.iter().copied().filter(|target| *target != known.id).collect();
        let kind = ExprKind::IsRecord { operand: Box::new(operand.expr), record: known.id };
        let mut typed = Typed::plain(self.make(kind, Type::Boolean, span));
        if let Some(path) = operand.path {
            typed.when_true.push(Fact { path: path.clone(), known: Known::Targets(vec![known.id]) });
            if !others.is_empty() {
                typed.when_false.push(Fact { path, known: Known::Targets(others) });
            }
        }
        typed
    }

    /// Reports a record that does not exist or could not be read.
    pub(super) fn unknown_record(&mut self, name: &Name) {
        let diagnostic = match self.world.items.find(ItemKind::Record, &name.node).first().copied() {
            Some(id) => {
                self.reach(id);
                self.world.items.broken_use(id, name.span)
            }
            None => super::types::unknown_record(self.world.known_records.keys().copied(), name),
        };
        self.report(diagnostic);
    }

    fn choice(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Expr,
        otherwise: &ast::Expr,
        span: Span,
        expected: Option<&Type>,
    ) -> Typed {
        let condition = self.condition(condition);
        self.refuse_constant_condition(&condition.expr);
        let (yes, no) = (condition.when_true, condition.when_false);
        let (then, otherwise) = if self.needs_context(then) && !self.needs_context(otherwise) {
            let otherwise = self.knowing(&no, |checker| checker.infer(otherwise, expected));
            let hint = expected.cloned().unwrap_or_else(|| otherwise.expr.ty.base.clone());
            (self.knowing(&yes, |checker| checker.infer(then, Some(&hint))), otherwise)
        } else {
            let then = self.knowing(&yes, |checker| checker.infer(then, expected));
            let hint = expected.cloned().unwrap_or_else(|| then.expr.ty.base.clone());
            let otherwise = self.knowing(&no, |checker| checker.infer(otherwise, Some(&hint)));
            (then, otherwise)
        };
        let optional = then.expr.ty.optional || otherwise.expr.ty.optional;
        let open = then.open || otherwise.open;
        let when_true = common(&then.when_true, &otherwise.when_true);
        let when_false = common(&then.when_false, &otherwise.when_false);
        let Some((then, otherwise, base)) = self.unify(then.expr, otherwise.expr, "choose between") else {
            return self.error(span);
        };
        let kind =
            ExprKind::If { condition: Box::new(condition.expr), then: Box::new(then), otherwise: Box::new(otherwise) };
        let mut typed = Typed::plain(Expr { kind, ty: Ty { base, optional }, span });
        typed.open = open;
        typed.when_true = when_true;
        typed.when_false = when_false;
        typed
    }

    /// `x otherwise y`
    pub(super) fn otherwise(
        &mut self,
        value: &ast::Expr,
        default: &ast::Expr,
        span: Span,
        expected: Option<&Type>,
    ) -> Typed {
        let (value, default) = self.infer_pair(value, default, expected);
        if !value.declared_optional && value.expr.ty.base != Type::Error {
            let text = self.world.text(value.expr.span);
            let message = format!("`{text}` is never absent");
            self.unreachable(
                default.expr.span,
                message,
                "never used".to_owned(),
                "leave `otherwise` and what follows it out".to_owned(),
            );
        }
        let (optional, open) = (default.expr.ty.optional, value.open || default.open);
        let Some((value, default, base)) = self.unify(value.expr, default.expr, "choose between") else {
            return self.error(span);
        };
        let kind = ExprKind::Otherwise { value: Box::new(value), default: Box::new(default) };
        let mut typed = Typed::plain(Expr { kind, ty: Ty { base, optional }, span });
        typed.open = open;
        typed
    }

    /// Checks two expressions of which one may tell the type of the other.
    pub(super) fn infer_pair(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        expected: Option<&Type>,
    ) -> (Typed, Typed) {
        if self.needs_context(left) && !self.needs_context(right) {
            let right = self.infer(right, expected);
            let hint = right.expr.ty.base.clone();
            (self.infer(left, Some(&hint)), right)
        } else {
            let left = self.infer(left, expected);
            let hint = left.expr.ty.base.clone();
            let right = self.infer(right, Some(&hint));
            (left, right)
        }
    }

    /// Whether the type of an expression depends on what stands beside it.
    pub(super) fn needs_context(&self, expr: &ast::Expr) -> bool {
        use ast::{BinaryOp, ExprKind as Form};
        match &expr.kind {
            Form::Name(name) => self.declared(name).is_none(),
            Form::Text(_) => true,
            Form::Quantity { unit, .. } => matches!(unit, Unit::Day | Unit::Week),
            Form::Set(elements) => elements.iter().all(|element| self.needs_context(element)),
            Form::If { then, otherwise, .. } => self.needs_context(then) && self.needs_context(otherwise),
            Form::Negate(inner) | Form::Bracketed(inner) => self.needs_context(inner),
            Form::Binary { op, left, right } => match op.node {
                BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Otherwise => {
                    self.needs_context(left) && self.needs_context(right)
                }
                BinaryOp::Multiply | BinaryOp::Divide => self.needs_context(left) || self.needs_context(right),
                _ => false,
            },
            _ => false,
        }
    }
}
