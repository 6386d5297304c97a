//! Parameters of the organization, and the values that are bound to them.

use std::collections::BTreeMap;

use super::calendars::is_calendar;
use super::checker::{Checker, Mode};
use super::collections::element_of;
use super::expression::BUILT_IN;
use super::items::ItemId;
use super::narrow::Typed;
use super::statements::STATEMENTS;
use super::types::{TypeReader, TypeUse};
use super::world::World;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::{self, ArithmeticOp, Conversion, Expr, ExprKind, ParameterId};
use crate::schema::{Ty, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Item, ItemKind, Name};
use crate::value::{Date, Number, SetValue, Value};

/// A parameter that could be read.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) id: ParameterId,
    pub(super) ty: Type,
    /// The items that declare and bind it, broken ones too.
    pub(super) items: Vec<ItemId>,
}

/// The parameters by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameters<'a> {
    pub(super) known: BTreeMap<&'a str, Known>,
}

/// Reads all parameters.
pub(super) fn declare<'a>(world: &mut World<'a>) -> (Parameters<'a>, Vec<ir::Parameter>) {
    let mut declared: BTreeMap<&'a str, (ItemId, &'a ast::Parameter)> = BTreeMap::new();
    for id in world.items.of_kind(ItemKind::Parameter) {
        if let Some(Item::Parameter(parameter)) = &world.items.get(id).item {
            declared.entry(parameter.name.node.as_str()).or_insert((id, parameter));
        }
    }
    let (mut parameters, mut list) = (Parameters::default(), Vec::new());
    for (name, (item, parameter)) in declared {
        let mut reader = TypeReader {
            items: &world.items,
            records: &world.known_records,
            usage: TypeUse::Parameter,
            diagnostics: Vec::new(),
            broken: Vec::new(),
        };
        let ty = reader.read(&parameter.ty);
        let mut found = reader.diagnostics;
        if BUILT_IN.contains(&name) || STATEMENTS.contains(&name) {
            let message = format!("`{name}` is already a word of the language");
            found.push(
                Diagnostic::new(Code::ShadowedName, parameter.name.span, message, "declared again here")
                    .with_help("choose another name"),
            );
        }
        for diagnostic in found {
            world.items.report(item, diagnostic);
        }
        let mut items = vec![item];
        items.extend(world.items.find(ItemKind::Parameter, name));
        items.extend(world.items.find(ItemKind::Bind, name));
        if is_calendar(&ty) {
            items.extend(world.items.of_kind(ItemKind::Calendar));
        }
        items.sort_unstable();
        items.dedup();
        parameters.known.insert(name, Known { id: ParameterId(list.len() as u32), ty: ty.clone(), items });
        list.push(ir::Parameter {
            name: name.to_owned(),
            ty: Ty::required(ty),
            title: parameter.title.as_ref().map(|title| title.node.clone()),
            bindings: Vec::new(),
        });
    }
    (parameters, list)
}

/// Reads all bindings; returns those of each parameter that has any, in order of the day from which on they hold.
pub(super) fn bind(world: &mut World<'_>) -> BTreeMap<ParameterId, Vec<ir::Binding>> {
    let mut bound: BTreeMap<ParameterId, Vec<ir::Binding>> = BTreeMap::new();
    let mut places: BTreeMap<(ParameterId, Option<Date>), (ItemId, Span)> = BTreeMap::new();
    let ids: Vec<ItemId> = world.items.of_kind(ItemKind::Bind).collect();
    for id in ids {
        let Some(Item::Bind(bind)) = &world.items.get(id).item else { continue };
        let name = bind.name.node.as_str();
        let Some(known) = world.parameters.known.get(name) else {
            let diagnostic = unknown(world, &bind.name);
            world.items.report(id, diagnostic);
            continue;
        };
        let parameter = known.id;
        let ty = known.ty.clone();
        let since = bind.since.as_ref().map(|since| since.node);
        let place = bind.since.as_ref().map_or(bind.name.span, |since| since.span);
        match places.get(&(parameter, since)).copied() {
            Some((other, there)) => {
                let from = since.map_or("from the beginning".to_owned(), |day| format!("since {day}"));
                for (item, at, beside) in [(other, there, place), (id, place, there)] {
                    let message = format!("parameter `{name}` is bound twice {from}");
                    let diagnostic = Diagnostic::new(Code::DuplicateBinding, at, message, "bound here")
                        .with_label(beside, "and here")
                        .with_help("keep one of the two, or say since when it holds: `… since 2026-07-01 from …`");
                    world.items.report(item, diagnostic);
                }
            }
            None => {
                places.insert((parameter, since), (id, place));
            }
        }
        let (value, diagnostics) = constant_of(world, &bind.value, &ty, "the parameter");
        for diagnostic in diagnostics {
            world.items.report(id, diagnostic);
        }
        if let Some(value) = value {
            let shown = world.text(bind.value.span);
            let from = bind.from.node.clone();
            bound.entry(parameter).or_default().push(ir::Binding { since, value, shown, from });
        }
    }
    for bindings in bound.values_mut() {
        bindings.sort_by_key(|binding| binding.since);
    }
    let mut unbound = Vec::new();
    for (name, known) in &world.parameters.known {
        let has_bind = !world.items.find(ItemKind::Bind, name).is_empty();
        if let Some(item) = world.items.find(ItemKind::Parameter, name).first().filter(|_| !has_bind) {
            let shown = world.schema().show(&known.ty);
            let message = format!("parameter `{name}` has no binding; what reads it is not determined");
            unbound.push((
                *item,
                Diagnostic::new(
                    Code::UnboundParameter,
                    world.items.place(*item),
                    message,
                    "declared here, bound nowhere",
                )
                .with_help(format!(
                    "bind it to your own `{shown}`: `bind {name} = {} from \"the document that says so\"`",
                    example(&known.ty)
                )),
            ));
        }
    }
    for (item, diagnostic) in unbound {
        world.items.report(item, diagnostic);
    }
    bound
}

/// What is wrong with binding a parameter that does not exist, or could not be read.
pub(super) fn unknown(world: &World<'_>, name: &ast::Name) -> Diagnostic {
    match world.items.find(ItemKind::Parameter, &name.node).first() {
        Some(parameter) => world.items.broken_use(*parameter, name.span),
        None => Diagnostic::new(
            Code::UnknownParameter,
            name.span,
            format!("unknown parameter `{}`", name.node),
            "no parameter of that name is declared",
        )
        .with_help_if(suggest(&name.node, "parameters", world.items.names(ItemKind::Parameter))),
    }
}

/// A value of a type, to show how one is written.
fn example(ty: &Type) -> String {
    match ty {
        Type::Boolean => "true".to_owned(),
        Type::Integer => "3".to_owned(),
        Type::Decimal => "95%".to_owned(),
        Type::Text => "\"…\"".to_owned(),
        Type::Date => "2026-01-31".to_owned(),
        Type::Timestamp => "2026-01-31T09:00Z".to_owned(),
        Type::Duration => "4 hours".to_owned(),
        Type::Span => "12 months".to_owned(),
        Type::Enum(members) | Type::Calendar(members) => {
            members.members.first().cloned().unwrap_or_else(|| "…".to_owned())
        }
        Type::Set(element) => format!("{{{}}}", example(element)),
        _ => "…".to_owned(),
    }
}

/// The value of a constant for something of a type, such as `the parameter`, or what is wrong with it.
pub(super) fn constant_of(
    world: &World<'_>,
    expr: &ast::Expr,
    ty: &Type,
    of: &str,
) -> (Option<Value>, Vec<Diagnostic>) {
    let mut checker = Checker::new(world, Mode::Guarded);
    let typed = checker.value(expr, Some(ty));
    let found = typed.expr.ty.base.clone();
    let mut value = None;
    if found != Type::Error && *ty != Type::Error {
        let fits = found == *ty
            || (found == Type::Integer && *ty == Type::Decimal)
            || matches!((element_of(&found), element_of(ty)), (Some(Type::Integer), Some(Type::Decimal)));
        if fits {
            value = constant(&typed.expr);
            if value.is_none() && checker.diagnostics.is_empty() {
                let message = format!("the value of {of} is a constant");
                checker.mismatch(
                    expr.span,
                    message,
                    "depends on something, or is too large".to_owned(),
                    Some("write the value itself".to_owned()),
                );
            }
        } else {
            let (expected, shown) = (checker.show(ty), checker.show(&found));
            let help = match (ty, &found) {
                (Type::Set(_), _) => Some(format!("write a set: `{{{}}}`", world.text(expr.span))),
                (Type::Duration, Type::Span) => {
                    Some("months and years have no exact length; write hours, days or weeks".to_owned())
                }
                _ => None,
            };
            let message = format!("expected `{expected}` for {of}, found `{shown}`");
            checker.mismatch(expr.span, message, format!("`{shown}`"), help);
        }
    }
    (value, checker.diagnostics)
}

/// The value of an expression that depends on nothing.
pub(super) fn constant(expr: &Expr) -> Option<Value> {
    Some(match &expr.kind {
        ExprKind::Literal(value) => value.clone(),
        ExprKind::Negate(operand) => match constant(operand)? {
            Value::Number(number) => Value::Number(number.checked_neg()?),
            Value::Duration(length) => Value::Duration(length.checked_neg()?),
            Value::Span(span) => Value::Span(span.checked_neg()?),
            _ => return None,
        },
        ExprKind::Arithmetic { op, left, right } => arithmetic(*op, constant(left)?, constant(right)?)?,
        ExprKind::Set(elements) => {
            let members = elements.iter().map(constant).collect::<Option<Vec<Value>>>()?;
            Value::Set(SetValue::new(members, true))
        }
        _ => return None,
    })
}

fn arithmetic(op: ArithmeticOp, left: Value, right: Value) -> Option<Value> {
    let number = |a: Number, b: Number| match op {
        ArithmeticOp::Add => a.checked_add(b),
        ArithmeticOp::Subtract => a.checked_sub(b),
        ArithmeticOp::Multiply => a.checked_mul(b),
        ArithmeticOp::Divide => a.checked_div(b),
    };
    Some(match (op, left, right) {
        (_, Value::Number(a), Value::Number(b)) => Value::Number(number(a, b)?),
        (ArithmeticOp::Divide, Value::Duration(a), Value::Duration(b)) => Value::Number(a.checked_div(b)?),
        (ArithmeticOp::Add | ArithmeticOp::Subtract, Value::Duration(a), Value::Duration(b)) => {
            Value::Duration(number(a, b)?)
        }
        (ArithmeticOp::Multiply, Value::Number(a), Value::Duration(b)) => Value::Duration(number(a, b)?),
        (ArithmeticOp::Multiply | ArithmeticOp::Divide, Value::Duration(a), Value::Number(b)) => {
            Value::Duration(number(a, b)?)
        }
        (ArithmeticOp::Add, Value::Span(a), Value::Span(b)) => Value::Span(a.checked_add(b)?),
        (ArithmeticOp::Subtract, Value::Span(a), Value::Span(b)) => Value::Span(a.checked_add(b.checked_neg()?)?),
        (ArithmeticOp::Multiply, Value::Span(a), Value::Number(b))
        | (ArithmeticOp::Multiply, Value::Number(b), Value::Span(a)) => Value::Span(a.checked_mul(b.to_integer()?)?),
        (ArithmeticOp::Add, Value::Date(a), Value::Span(b)) => Value::Date(a.checked_add(b)?),
        (ArithmeticOp::Subtract, Value::Date(a), Value::Span(b)) => Value::Date(a.checked_add(b.checked_neg()?)?),
        _ => return None,
    })
}

impl Checker<'_, '_> {
    /// A parameter of that name, if there is one; its type is an error where it could not be read.
    fn named_parameter(&mut self, name: &str, span: Span) -> Option<(ParameterId, Type)> {
        let world = self.world;
        let Some(known) = world.parameters.known.get(name) else {
            let id = world.items.find(ItemKind::Parameter, name).first().copied()?;
            self.reach(id);
            self.report(world.items.broken_use(id, span));
            return Some((ParameterId(u32::MAX), Type::Error));
        };
        for id in &known.items {
            self.reach(*id);
        }
        Some((known.id, known.ty.clone()))
    }

    /// The value of a parameter of that name as of the run, if there is such a parameter.
    pub(super) fn parameter(&mut self, name: &str, span: Span) -> Option<Typed> {
        let (parameter, ty) = self.named_parameter(name, span)?;
        let declared = self.world.environment.parameters.get(parameter.0 as usize);
        if declared.is_some_and(ir::Parameter::depends_on_day) {
            self.need_zone(span, "the day of `as_of` in the program's zone decides which binding holds");
        }
        Some(Typed::plain(self.make(ExprKind::Parameter(parameter), ty, span)))
    }

    /// `p at i.opened_at`
    pub(super) fn parameter_at(&mut self, name: &Name, moment: &ast::Expr, span: Span) -> Typed {
        let moment = self.value(moment, None).expr;
        let (what, place) = match self.lookup(&name.node).map(|named| (named.what, named.span)) {
            Some((what, place)) => (what, Some(place)),
            None => match self.named_parameter(&name.node, name.span) {
                Some((_, Type::Error)) => return self.error(span),
                Some((parameter, ty)) => return self.bound_at(parameter, ty, moment, span),
                None => match self.world.taken(&name.node) {
                    Some((what, place)) => (what, place),
                    None => {
                        let diagnostic = unknown(self.world, name);
                        self.report(diagnostic);
                        return self.error(span);
                    }
                },
            },
        };
        let message = format!("`{}` is {what} of that name, and only parameters have a value at a time", name.node);
        let mut diagnostic = Diagnostic::new(Code::TypeMismatch, name.span, message, "no parameter");
        if let Some(place) = place {
            diagnostic = diagnostic.with_label(place, "declared here");
        }
        self.report(diagnostic.with_help("leave `at` and what follows it out"));
        self.error(span)
    }

    fn bound_at(&mut self, parameter: ParameterId, ty: Type, moment: Expr, span: Span) -> Typed {
        let moment = match &moment.ty.base {
            Type::Date => moment,
            Type::Timestamp => {
                self.need_zone(span, "the day of the timestamp decides which binding holds");
                self.convert(moment, Conversion::Day, Type::Date)
            }
            Type::Error => return self.error(span),
            other => {
                let found = self.show(other);
                let message = format!("expected a date or a timestamp behind `at`, found `{found}`");
                let help = "name the time whose value is meant: `… at i.opened_at`";
                self.mismatch(moment.span, message, format!("`{found}`"), Some(help.to_owned()));
                return self.error(span);
            }
        };
        let kind = ExprKind::ParameterAt { parameter, moment: Box::new(moment) };
        Typed::plain(self.make(kind, ty, span))
    }
}
