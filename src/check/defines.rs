//! Defines: checked once on their own, unfolded where they are called.

use std::collections::{BTreeMap, BTreeSet};

use super::calls::FUNCTIONS;
use super::checker::{Checker, Mode};
use super::expression::BUILT_IN;
use super::items::{ItemId, Reach};
use super::statements::STATEMENTS;
use super::types::{TypeReader, TypeUse};
use super::world::World;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{Ty, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Item, ItemKind, Name};

/// The type that a define states for a parameter.
#[derive(Debug, Clone)]
pub(super) enum ParameterType {
    /// This type.
    Exact(Type),
    /// An interval, of days or of timestamps.
    Interval,
    /// A timeline or an interval, of days or of timestamps, or a calendar.
    Timeline,
}

/// A parameter of a define.
#[derive(Debug, Clone)]
pub(super) struct Parameter<'a> {
    pub(super) name: &'a Name,
    pub(super) ty: ParameterType,
    pub(super) optional: bool,
}

/// Whether a define can be unfolded.
#[derive(Debug, Clone, Copy)]
pub(super) enum State<'a> {
    /// It has errors, or was not checked yet.
    Broken,
    /// It can; its body.
    Sound(&'a ast::Expr),
}

/// A define.
#[derive(Debug, Clone)]
pub(super) struct Define<'a> {
    pub(super) item: ItemId,
    pub(super) parameters: Vec<Parameter<'a>>,
    pub(super) state: State<'a>,
    /// What it reaches, itself included.
    pub(super) reaches: BTreeSet<Reach>,
}

/// Calls `visit` for every call in an expression.
fn for_each_call<'a>(expr: &'a ast::Expr, visit: &mut dyn FnMut(&'a Name)) {
    use ast::ExprKind as Form;
    let all = |parts: &[&'a ast::Expr], visit: &mut dyn FnMut(&'a Name)| {
        for part in parts {
            for_each_call(part, visit);
        }
    };
    match &expr.kind {
        Form::Text(_)
        | Form::Integer(_)
        | Form::Decimal(_)
        | Form::Percent(_)
        | Form::Quantity { .. }
        | Form::Date(_)
        | Form::Timestamp(_)
        | Form::Boolean(_)
        | Form::Regex(_)
        | Form::Name(_) => {}
        Form::Field { base: operand, .. }
        | Form::ParameterAt { moment: operand, .. }
        | Form::Presence { operand, .. }
        | Form::IsRecord { operand, .. }
        | Form::Not(operand)
        | Form::Negate(operand)
        | Form::Bracketed(operand) => for_each_call(operand, visit),
        Form::Call { name, arguments } => {
            visit(name);
            all(&arguments.iter().collect::<Vec<_>>(), visit);
        }
        Form::Binary { left, right, .. } => all(&[left, right], visit),
        Form::If { condition, then, otherwise } => all(&[condition, then, otherwise], visit),
        Form::Set(elements) => all(&elements.iter().collect::<Vec<_>>(), visit),
        Form::Quantified { binder, has, .. } => {
            binder_calls(binder, visit);
            all(&has.iter().map(|has| &**has).collect::<Vec<_>>(), visit);
        }
        Form::Aggregate { binder, parts, .. } => {
            binder_calls(binder, visit);
            all(&parts.each().collect::<Vec<_>>(), visit);
        }
    }
}

fn binder_calls<'a>(binder: &'a ast::Binder, visit: &mut dyn FnMut(&'a Name)) {
    if let ast::Domain::Elements(elements) = &binder.domain {
        for_each_call(elements, visit);
    }
    if let Some(condition) = &binder.condition {
        for_each_call(condition, visit);
    }
}

/// Reads and checks all defines, those that are called before those that call them.
pub(super) fn check_all<'a>(world: &mut World<'a>) {
    let mut declared: BTreeMap<&'a str, (ItemId, &'a ast::Define)> = BTreeMap::new();
    for id in world.items.of_kind(ItemKind::Define) {
        if let Some(Item::Define(define)) = &world.items.get(id).item {
            declared.entry(define.name.node.as_str()).or_insert((id, define));
        }
    }
    let mut calls: BTreeMap<&'a str, Vec<(&'a str, Span)>> = BTreeMap::new();
    for (name, (_, define)) in &declared {
        let mut called = Vec::new();
        for_each_call(&define.body, &mut |call| {
            if let Some((known, _)) = declared.get_key_value(call.node.as_str()) {
                called.push((*known, call.span));
            }
        });
        calls.insert(name, called);
    }
    for (name, (item, define)) in &declared {
        let define = declare(world, *item, define);
        world.defines.insert(name, define);
    }
    for name in order(&calls) {
        let Some((item, define)) = declared.get(name).copied() else { continue };
        if let Some(cycle) = cycle_through(name, &calls) {
            let path: Vec<&str> = cycle.iter().map(|(name, _)| *name).collect();
            let message = format!("define `{name}` uses itself: {} → {name}", path.join(" → "));
            let at = cycle.last().map_or(define.name.span, |(_, span)| *span);
            let mut diagnostic = Diagnostic::new(Code::RecursiveDefine, define.name.span, message, "declared here");
            if at != define.name.span {
                diagnostic = diagnostic.with_label(at, "and called here");
            }
            let diagnostic = diagnostic.with_help("write what it stands for without the call");
            world.items.report(item, diagnostic);
            let around: Vec<Reach> =
                cycle.iter().filter_map(|(name, _)| Some(Reach::Item(declared.get(name)?.0))).collect();
            if let Some(known) = world.defines.get_mut(name) {
                known.reaches.extend(around);
            }
            continue;
        }
        check_one(world, name, item, define);
    }
}

/// Reads the head of a define.
fn declare<'a>(world: &mut World<'a>, item: ItemId, define: &'a ast::Define) -> Define<'a> {
    let mut reader = TypeReader {
        items: &world.items,
        records: &world.known_records,
        usage: TypeUse::DefineParameter,
        diagnostics: Vec::new(),
        broken: Vec::new(),
    };
    let mut parameters: Vec<Parameter<'a>> = Vec::new();
    for parameter in &define.parameters {
        let before = reader.diagnostics.len();
        let ty = match reader.read(&parameter.ty) {
            Type::Error if reader.diagnostics.len() == before => match &parameter.ty.kind {
                ast::TypeExprKind::Named(name) if name == "timeline" => ParameterType::Timeline,
                _ => ParameterType::Interval,
            },
            ty => ParameterType::Exact(ty),
        };
        parameters.push(Parameter { name: &parameter.name, ty, optional: parameter.optional });
    }
    let mut reaches: BTreeSet<Reach> = reader.broken.iter().map(|id| Reach::Item(*id)).collect();
    reaches.insert(Reach::Item(item));
    let mut found = reader.diagnostics;
    for (position, parameter) in parameters.iter().enumerate() {
        let name = &parameter.name;
        if let Some(earlier) = parameters[..position].iter().find(|earlier| earlier.name.node == name.node) {
            let message = format!("parameter `{}` is declared twice", name.node);
            found.push(
                Diagnostic::new(Code::DuplicateDefinition, name.span, message, "declared again here")
                    .with_label(earlier.name.span, "declared here")
                    .with_help("rename one of the two"),
            );
        } else if let Some((what, place)) = world.taken(&name.node) {
            let message = format!("`{}` is already {what} of that name", name.node);
            let mut diagnostic = Diagnostic::new(Code::ShadowedName, name.span, message, "declared again here");
            if let Some(place) = place {
                diagnostic = diagnostic.with_label(place, "declared here");
            }
            found.push(diagnostic.with_help("choose another name"));
        }
    }
    let name = &define.name;
    let is_word = BUILT_IN.contains(&name.node.as_str())
        || STATEMENTS.contains(&name.node.as_str())
        || FUNCTIONS.contains(&name.node.as_str());
    let parameter = world.items.find(ItemKind::Parameter, &name.node).first().map(|id| world.items.place(*id));
    if is_word || parameter.is_some() {
        let what = if is_word { "the word of the language" } else { "the parameter" };
        let message = format!("`{}` is already {what} of that name", name.node);
        let mut diagnostic = Diagnostic::new(Code::ShadowedName, name.span, message, "declared again here");
        if let Some(place) = parameter {
            diagnostic = diagnostic.with_label(place, "declared here");
        }
        found.push(diagnostic.with_help("choose another name"));
    }
    for diagnostic in found {
        world.items.report(item, diagnostic);
    }
    Define { item, parameters, state: State::Broken, reaches }
}

/// Checks a define on its own, with parameters of the types that it states.
fn check_one<'a>(world: &mut World<'a>, name: &'a str, item: ItemId, define: &'a ast::Define) {
    let Some(known) = world.defines.get(name) else { return };
    let mut checker = Checker::new(world, Mode::Define);
    for parameter in &known.parameters {
        let base = match &parameter.ty {
            ParameterType::Exact(ty) => ty.clone(),
            ParameterType::Interval | ParameterType::Timeline => Type::Error,
        };
        let over_records = matches!(base, Type::Row(_));
        let ty = Ty { base, optional: parameter.optional };
        checker.declare("the parameter", parameter.name, ty, true, over_records);
    }
    checker.infer(&define.body, None);
    let (diagnostics, reaches) = (checker.diagnostics, checker.reaches);
    for diagnostic in diagnostics {
        world.items.report(item, diagnostic);
    }
    let broken = world.items.is_broken(item) || world.faults(&reaches).iter().any(Diagnostic::is_error);
    if let Some(known) = world.defines.get_mut(name) {
        known.reaches.extend(reaches);
        if !broken {
            known.state = State::Sound(&define.body);
        }
    }
}

/// The names in an order in which what is called comes before what calls it, as far as there is one.
fn order<'a>(calls: &BTreeMap<&'a str, Vec<(&'a str, Span)>>) -> Vec<&'a str> {
    let mut done: Vec<&str> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for start in calls.keys() {
        // Depth first, with a stack of its own: chains of defines may be long.
        let mut stack: Vec<(&str, usize)> = Vec::new();
        if seen.insert(start) {
            stack.push((start, 0));
        }
        while let Some((name, at)) = stack.pop() {
            match calls.get(name).and_then(|called| called.get(at)) {
                Some((next, _)) => {
                    stack.push((name, at + 1));
                    if seen.insert(next) {
                        stack.push((next, 0));
                    }
                }
                None => done.push(name),
            }
        }
    }
    done
}

/// The shortest chain of calls that leads from a define back to it: the names in order, each with the call in it that leads on.
fn cycle_through<'a>(name: &'a str, calls: &BTreeMap<&'a str, Vec<(&'a str, Span)>>) -> Option<Vec<(&'a str, Span)>> {
    let mut came_from: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([name]);
    while let Some(at) = queue.pop_front() {
        for (next, span) in calls.get(at).into_iter().flatten() {
            if *next == name {
                let mut chain = vec![(at, *span)];
                let mut back = at;
                while back != name {
                    let (previous, span) = *came_from.get(back)?;
                    chain.push((previous, span));
                    back = previous;
                }
                chain.reverse();
                return Some(chain);
            }
            if !came_from.contains_key(next) {
                came_from.insert(next, (at, *span));
                queue.push_back(next);
            }
        }
    }
    None
}
