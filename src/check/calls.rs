//! Calls: the functions of the language, and defines, which are unfolded where they are called.

use std::collections::BTreeMap;

use super::checker::{Checker, Meaning, Named, Unfolding};
use super::collections::element_of;
use super::compare::widening;
use super::defines::{ParameterType, State};
use super::narrow::{Fact, Path, Root, Typed};
use super::timelines::{is_interval, is_time_or_calendar};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::{Access, Domain, Expr, ExprKind, Function, VariableId};
use crate::schema::Type;
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind, Name};
use crate::value::time::CalendarUnit;

/// The functions of the language.
pub(super) const FUNCTIONS: [&str; 11] =
    ["filled", "abs", "day", "days", "weeks", "months", "quarters", "years", "periods", "length", "longest_gap"];

impl Checker<'_, '_> {
    /// `name(arguments)`
    pub(super) fn call(&mut self, name: &Name, arguments: &[ast::Expr], span: Span, expected: Option<&Type>) -> Typed {
        match (name.node.as_str(), arguments) {
            ("filled", []) => self.wrong_arguments(name, "at least one argument", 0, span),
            ("filled", _) => self.filled(arguments, span),
            ("abs", [argument]) => self.abs(argument, span, expected),
            ("day", [argument]) => self.day(argument, span),
            ("periods", [length, interval]) => {
                let length = self.value_of(length, &Type::Span);
                let interval = self.bounded_days(interval, name);
                self.units(Function::Periods, vec![length.expr, interval.expr], span)
            }
            ("days" | "weeks" | "months" | "quarters" | "years", [interval]) => {
                let unit = match name.node.as_str() {
                    "days" => CalendarUnit::Day,
                    "weeks" => CalendarUnit::Week,
                    "months" => CalendarUnit::Month,
                    "quarters" => CalendarUnit::Quarter,
                    _ => CalendarUnit::Year,
                };
                let interval = self.bounded_days(interval, name);
                self.units(Function::Units(unit), vec![interval.expr], span)
            }
            ("length", [timeline]) => self.length(name, timeline, span),
            ("longest_gap", [timeline]) => self.longest_gap(name, timeline, None, span),
            ("longest_gap", [timeline, window]) => self.longest_gap(name, timeline, Some(window), span),
            ("longest_gap", _) => self.wrong_arguments(name, "a timeline, and perhaps a window", arguments.len(), span),
            ("periods", _) => self.wrong_arguments(name, "a span and an interval", arguments.len(), span),
            (known, _) if FUNCTIONS.contains(&known) => {
                self.wrong_arguments(name, "one argument", arguments.len(), span)
            }
            _ => match self.call_table(name, arguments, span) {
                Some(typed) => typed,
                None => self.call_define(name, arguments, span, expected),
            },
        }
    }

    fn wrong_arguments(&mut self, name: &Name, wanted: &str, found: usize, span: Span) -> Typed {
        let message = format!("`{}` takes {wanted}, found {found}", name.node);
        self.report(Diagnostic::new(Code::WrongArguments, span, message, format!("takes {wanted}")));
        self.error(span)
    }

    fn filled(&mut self, arguments: &[ast::Expr], span: Span) -> Typed {
        let mut facts = Vec::new();
        let mut parts = Vec::new();
        for argument in arguments {
            let typed = self.infer(argument, None);
            self.refuse_presence_of_required(&typed, "filled");
            facts.extend(typed.path.map(Fact::present));
            parts.push(typed.expr);
        }
        let mut typed = Typed::plain(self.make(ExprKind::Filled(parts), Type::Boolean, span));
        typed.when_true = facts;
        typed
    }

    fn abs(&mut self, argument: &ast::Expr, span: Span, expected: Option<&Type>) -> Typed {
        let argument = self.value(argument, expected).expr;
        let ty = argument.ty.base.clone();
        match ty {
            Type::Integer | Type::Decimal | Type::Duration => {
                let kind = ExprKind::Call { function: Function::Abs, arguments: vec![argument] };
                Typed::plain(self.make(kind, ty, span))
            }
            Type::Error => self.error(span),
            _ => {
                let found = self.show(&ty);
                let message = format!("`abs` takes a number or a duration, found `{found}`");
                self.mismatch(argument.span, message, format!("`{found}`"), None);
                self.error(span)
            }
        }
    }

    fn day(&mut self, argument: &ast::Expr, span: Span) -> Typed {
        let argument = self.value(argument, None).expr;
        match &argument.ty.base {
            Type::Timestamp => {
                self.need_zone(span, "`day` gives the day in the program's zone");
                let kind = ExprKind::Call { function: Function::Day, arguments: vec![argument] };
                Typed::plain(self.make(kind, Type::Date, span))
            }
            Type::Error => self.error(span),
            other => {
                let found = self.show(other);
                let help = (*other == Type::Date).then(|| "it is a day already".to_owned());
                let message = format!("`day` takes a timestamp, found `{found}`");
                self.mismatch(argument.span, message, format!("`{found}`"), help);
                self.error(span)
            }
        }
    }

    /// An interval of days that has both ends.
    fn bounded_days(&mut self, argument: &ast::Expr, function: &Name) -> Typed {
        let typed = self.value_of(argument, &Type::DateInterval);
        if typed.open && typed.expr.ty.base != Type::Error {
            let message = format!("`{}` takes an interval with both ends, and this one may be open", function.node);
            self.report(
                Diagnostic::new(Code::UnboundedInterval, typed.expr.span, message, "an end of it may be absent")
                    .with_help("guard the end: `… is present and …`, or give it a default: `(… otherwise today)`"),
            );
        }
        typed
    }

    fn units(&self, function: Function, arguments: Vec<Expr>, span: Span) -> Typed {
        let ty = Type::List(Box::new(Type::DateInterval));
        Typed::plain(self.make(ExprKind::Call { function, arguments }, ty, span))
    }

    fn call_define(&mut self, name: &Name, arguments: &[ast::Expr], span: Span, expected: Option<&Type>) -> Typed {
        let world = self.world;
        let Some(define) = world.defines.get(name.node.as_str()) else {
            return self.unknown_function(name, arguments, span);
        };
        self.reaches.extend(&define.reaches);
        if define.parameters.len() != arguments.len() {
            let wanted = match define.parameters.len() {
                1 => "one argument".to_owned(),
                several => format!("{several} arguments"),
            };
            let message = format!("define `{}` takes {wanted}, found {}", name.node, arguments.len());
            self.report(
                Diagnostic::new(Code::WrongArguments, span, message, format!("takes {wanted}"))
                    .with_label(world.items.place(define.item), "declared here"),
            );
            return self.error(span);
        }
        let mut named = Vec::new();
        let mut sound = true;
        for (parameter, argument) in define.parameters.iter().zip(arguments) {
            let before = self.nodes;
            let hint = match &parameter.ty {
                ParameterType::Exact(Type::Row(_)) | ParameterType::Interval | ParameterType::Timeline => None,
                ParameterType::Exact(ty) => Some(ty.clone()),
            };
            let mut typed = self.infer(argument, hint.as_ref());
            if !parameter.optional {
                typed = self.present(typed);
            }
            let Some(mut typed) = self.fit_argument(typed, &parameter.ty, parameter.name) else {
                sound = false;
                continue;
            };
            if typed.path.is_none() {
                typed.path = Some(Path::of(Root::Argument(self.next_argument())));
            }
            let mut binds = false;
            crate::ir::reads::walk(&typed.expr, &mut |part| {
                binds |=
                    matches!(part.kind, ExprKind::Quantified { .. } | ExprKind::Aggregate { .. } | ExprKind::Stated(_));
            });
            named.push(Named {
                name: parameter.name.node.clone(),
                what: "the parameter",
                meaning: Meaning::Argument {
                    value: Box::new(typed),
                    optional: parameter.optional,
                    nodes: self.nodes - before,
                    binds,
                },
                span: parameter.name.span,
            });
        }
        let body = match (self.instead.filter(|instead| instead.name.node == name.node), &define.state) {
            (Some(instead), _) => &instead.body,
            (None, State::Sound(body)) => body,
            (None, State::Broken) => {
                self.guards_lost = true;
                return self.error(span);
            }
        };
        if !sound {
            return self.error(span);
        }
        let visible = self.names.len();
        self.names.extend(named);
        self.unfolding.push(Unfolding { span, visible });
        let typed = self.infer(body, expected);
        self.unfolding.pop();
        self.names.truncate(visible);
        typed
    }

    /// Checks that an argument has the type of its parameter; it keeps its own type, so that what is known of it stays known.
    fn fit_argument(&mut self, typed: Typed, ty: &ParameterType, parameter: &Name) -> Option<Typed> {
        let found = typed.expr.ty.base.clone();
        if found == Type::Error {
            return None;
        }
        let fits = match ty {
            ParameterType::Interval => is_interval(&found),
            ParameterType::Timeline => is_time_or_calendar(&found),
            ParameterType::Exact(Type::Error) => return None,
            ParameterType::Exact(ty) => match (ty, &found) {
                (a, b) if a == b => true,
                (Type::Decimal, Type::Integer) => true,
                (Type::Row(record), Type::Reference(targets)) => targets.as_slice() == [*record],
                (Type::Reference(targets), Type::Row(record)) => targets.contains(record),
                (Type::Reference(wide), Type::Reference(narrow)) => narrow.iter().all(|target| wide.contains(target)),
                (Type::Enum(wide), Type::Enum(narrow)) if widening(narrow, wide).is_some() => {
                    let (typed, mut converted) = (typed, None);
                    if let Some(map) = widening(narrow, wide) {
                        let conversion = crate::ir::Conversion::WidenEnum(map);
                        converted = Some(self.convert(typed.expr.clone(), conversion, ty.clone()));
                    }
                    return converted.map(|expr| Typed { expr, ..typed });
                }
                // The define is unfolded, and checked again, with the members that its argument has.
                (Type::Enum(narrow), Type::Enum(wide)) if widening(narrow, wide).is_some() => true,
                (Type::Set(_) | Type::List(_), Type::Set(_) | Type::List(_)) => element_of(ty) == element_of(&found),
                _ => false,
            },
        };
        if fits {
            return Some(typed);
        }
        let (expected, shown) = match ty {
            ParameterType::Interval => ("interval".to_owned(), self.show(&found)),
            ParameterType::Timeline => ("timeline".to_owned(), self.show(&found)),
            ParameterType::Exact(ty) => (self.show(ty), self.show(&found)),
        };
        let message = format!("parameter `{}` is `{expected}`, found `{shown}`", parameter.node);
        self.report(
            Diagnostic::new(Code::TypeMismatch, typed.expr.span, message, format!("`{shown}`"))
                .with_label(parameter.span, format!("`{expected}`")),
        );
        None
    }

    fn unknown_function(&mut self, name: &Name, arguments: &[ast::Expr], span: Span) -> Typed {
        let called = [ItemKind::Define, ItemKind::Table];
        let declared = |kind: &ItemKind| self.world.items.find(*kind, &name.node).first().copied();
        if let Some(id) = called.iter().find_map(declared) {
            self.reach(id);
            let diagnostic = self.world.items.broken_use(id, name.span);
            self.report(diagnostic);
            return self.error(span);
        }
        for argument in arguments {
            self.infer(argument, None);
        }
        let later = ["recurs", "streak"];
        let quantities = [
            "count",
            "sum",
            "min",
            "max",
            "mean",
            "share",
            "set",
            "union",
            "first",
            "last",
            "timeline",
            "reachable",
            "acyclic",
        ];
        let help = if quantities.contains(&name.node.as_str()) {
            Some(format!(
                "it ranges over records or elements: `{}(x in … )` or `{}(record x where …)`",
                name.node, name.node
            ))
        } else if later.contains(&name.node.as_str()) {
            Some("the language does not have it yet".to_owned())
        } else {
            let named = called.iter().flat_map(|kind| self.world.items.names(*kind));
            suggest(&name.node, "functions", FUNCTIONS.into_iter().chain(named))
        };
        let message = format!("unknown function `{}`", name.node);
        let label = "no function or define of that name";
        self.report(Diagnostic::new(Code::UnknownFunction, name.span, message, label).with_help_if(help));
        self.error(span)
    }

    /// Gives the variables that a copied expression binds numbers of their own: a variable is bound in one place.
    pub(super) fn freshen(&mut self, expr: &mut Expr) {
        let mut renamed = BTreeMap::new();
        self.freshen_tree(expr, &mut renamed);
    }

    fn freshen_tree(&mut self, expr: &mut Expr, renamed: &mut BTreeMap<VariableId, VariableId>) {
        match &mut expr.kind {
            ExprKind::Variable(id) => {
                if let Some(new) = renamed.get(id) {
                    *id = *new;
                }
            }
            ExprKind::Literal(_) | ExprKind::Parameter(_) | ExprKind::AsOf | ExprKind::Today | ExprKind::Period => {}
            ExprKind::Field { base: operand, .. }
            | ExprKind::Not(operand)
            | ExprKind::Negate(operand)
            | ExprKind::Presence { operand, .. }
            | ExprKind::IsRecord { operand, .. }
            | ExprKind::Matches { text: operand, .. }
            | ExprKind::ParameterAt { moment: operand, .. }
            | ExprKind::LeftOut { row: operand, .. }
            | ExprKind::Convert { operand, .. } => self.freshen_tree(operand, renamed),
            ExprKind::And(parts)
            | ExprKind::Or(parts)
            | ExprKind::Filled(parts)
            | ExprKind::Set(parts)
            | ExprKind::Call { arguments: parts, .. }
            | ExprKind::Table { arguments: parts, .. } => {
                for part in parts {
                    self.freshen_tree(part, renamed);
                }
            }
            ExprKind::Implies(left, right)
            | ExprKind::Compare { left, right, .. }
            | ExprKind::Arithmetic { left, right, .. }
            | ExprKind::SetOperation { left, right, .. }
            | ExprKind::TimelineOperation { left, right, .. }
            | ExprKind::Covers(left, right)
            | ExprKind::Overlaps(left, right)
            | ExprKind::Otherwise { value: left, default: right }
            | ExprKind::In { element: left, collection: right }
            | ExprKind::During { element: left, interval: right }
            | ExprKind::TextTest { text: left, part: right, .. }
            | ExprKind::Interval { from: left, until: right, .. } => {
                self.freshen_tree(left, renamed);
                self.freshen_tree(right, renamed);
            }
            ExprKind::If { condition, then, otherwise } => {
                for part in [condition, then, otherwise] {
                    self.freshen_tree(part, renamed);
                }
            }
            ExprKind::SubjectName(variables) => {
                for id in variables {
                    *id = renamed.get(id).copied().unwrap_or(*id);
                }
            }
            ExprKind::Unreported(rego) => {
                for (id, _) in &mut rego.subject {
                    *id = renamed.get(id).copied().unwrap_or(*id);
                }
                for part in rego.keys.iter_mut().chain(&mut rego.reads) {
                    self.freshen_tree(part, renamed);
                }
            }
            ExprKind::Stated(stated) => {
                for statements in &mut stated.candidates {
                    self.freshen_binder(&mut statements.binder, renamed);
                    for part in statements.at.iter_mut().chain(&mut statements.outcome) {
                        self.freshen_tree(part, renamed);
                    }
                }
            }
            ExprKind::Quantified { binder, has, .. } => {
                self.freshen_binder(binder, renamed);
                if let Some(part) = has {
                    self.freshen_tree(part, renamed);
                }
            }
            ExprKind::Aggregate { binder, parts, .. } => {
                self.freshen_binder(binder, renamed);
                for part in parts.each_mut() {
                    self.freshen_tree(part, renamed);
                }
            }
        }
    }

    fn freshen_binder(&mut self, binder: &mut crate::ir::Binder, renamed: &mut BTreeMap<VariableId, VariableId>) {
        if let Domain::Elements(elements) = &mut binder.domain {
            self.freshen_tree(elements, renamed);
        }
        let old = binder.variable;
        let new = VariableId(self.variables.len() as u32);
        self.variables.push(self.variables[old.0 as usize].clone());
        self.details.push(self.details[old.0 as usize].clone());
        renamed.insert(old, new);
        binder.variable = new;
        let Access { key, order, .. } = &mut binder.access;
        for part in key {
            self.freshen_tree(&mut part.inner, renamed);
            self.freshen_tree(&mut part.outer, renamed);
        }
        if let Some(part) = order {
            self.freshen_tree(&mut part.inner, renamed);
            self.freshen_tree(&mut part.outer, renamed);
        }
        for conjunct in &mut binder.conjuncts {
            self.freshen_tree(conjunct, renamed);
        }
    }
}
