//! Binders, quantifiers, and quantities over records and elements.

use super::access;
use super::checker::{Checker, Polarity};
use super::collections::element_of;
use super::compare::is_ordered;
use super::narrow::{Fact, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{self, AggregateFunction, AggregateParts, Binder, Domain, Expr, ExprKind, Quantifier};
use crate::schema::{Ty, Type};
use crate::source::{Span, Spanned};
use crate::syntax::ast;

/// A binder whose name is in scope; its access path is not chosen yet.
pub(super) struct Bound {
    pub(super) binder: Binder,
    /// What its `where` tells.
    pub(super) facts: Vec<Fact>,
    /// Whether its elements are intervals that may be open.
    pub(super) open: bool,
}

impl Checker<'_, '_> {
    /// Refuses a name that already means something here.
    pub(super) fn refuse_shadowing(&mut self, name: &ast::Name) {
        let place = if let Some(named) = self.lookup(&name.node) {
            Some((named.what, Some(named.span)))
        } else {
            self.world.taken(&name.node)
        };
        if let Some((what, place)) = place {
            let message = format!("`{}` is already {what} of that name", name.node);
            let mut diagnostic = Diagnostic::new(Code::ShadowedName, name.span, message, "declared again here");
            if let Some(place) = place {
                diagnostic = diagnostic.with_label(place, "declared here");
            }
            self.report(diagnostic.with_help("choose another name"));
        }
    }

    /// Checks a binder and brings its name into scope, until the caller cuts `names` back.
    pub(super) fn bind(&mut self, binder: &ast::Binder, polarity: Polarity) -> Bound {
        let (domain, ty, open) = match &binder.domain {
            ast::Domain::Records(name) => match self.world.known_records.get(name.node.as_str()).copied() {
                Some(known) => {
                    self.reach_record(known.id);
                    (Domain::Records(known.id), Type::Row(known.id), false)
                }
                None => {
                    self.unknown_record(name);
                    let nothing = self.error(name.span).expr;
                    (Domain::Elements(Box::new(nothing)), Type::Error, false)
                }
            },
            ast::Domain::Elements(expr) => {
                let elements = self.value(expr, None);
                let ty = match (&elements.expr.ty.base, element_of(&elements.expr.ty.base)) {
                    (_, Some(element)) => element.clone(),
                    (Type::Error, _) => Type::Error,
                    (other, _) => {
                        let found = self.show(other);
                        let message = format!("expected a list or a set behind `in`, found `{found}`");
                        let help = matches!(other, Type::DateInterval)
                            .then(|| format!("cut it into units: `months({})`", self.world.text(expr.span)));
                        self.mismatch(expr.span, message, format!("`{found}`"), help);
                        Type::Error
                    }
                };
                (Domain::Elements(Box::new(elements.expr)), ty, elements.open)
            }
        };
        self.refuse_shadowing(&binder.name);
        let over_records = matches!(domain, Domain::Records(_));
        let variable = self.declare("the binder", &binder.name, Ty::required(ty), open, over_records);
        let (mut conjuncts, mut facts) = (Vec::new(), Vec::new());
        if let Some(condition) = &binder.condition {
            let typed = self.at(polarity, |checker| checker.condition(condition));
            self.refuse_constant_condition(&typed.expr);
            facts = typed.when_true;
            conjuncts = match typed.expr.kind {
                ExprKind::And(parts) => parts,
                kind => vec![Expr { kind, ..typed.expr }],
            };
        }
        if let Domain::Records(record) = domain {
            conjuncts.extend(self.not_left_out(record, variable, binder.name.span));
        }
        let binder = Binder { variable, domain, conjuncts, access: ir::Access::default(), span: binder.span };
        Bound { binder, facts, open }
    }

    /// Chooses a binder's access path and warns if it is a scan of records for records.
    pub(super) fn finish(&mut self, mut bound: Bound, parts: &[&Expr]) -> Box<Binder> {
        access::choose(&mut bound.binder, parts);
        if let Some(diagnostic) = access::scan(self, &bound.binder) {
            self.report(diagnostic);
        }
        Box::new(bound.binder)
    }

    /// `exists`, `no`, `every … has`
    pub(super) fn quantified(
        &mut self,
        quantifier: ast::Quantifier,
        binder: &ast::Binder,
        has: Option<&ast::Expr>,
        span: Span,
    ) -> Typed {
        let scope = self.names.len();
        let polarity = match quantifier {
            ast::Quantifier::Exists => self.polarity,
            ast::Quantifier::No | ast::Quantifier::Every => self.polarity.flipped(),
        };
        let bound = self.bind(binder, polarity);
        let has = has.map(|has| self.knowing(&bound.facts.clone(), |checker| checker.condition(has)).expr);
        self.names.truncate(scope);
        let quantifier = match quantifier {
            ast::Quantifier::Exists => Quantifier::Exists,
            ast::Quantifier::No => Quantifier::No,
            ast::Quantifier::Every => Quantifier::Every,
        };
        let parts: Vec<&Expr> = has.iter().collect();
        let binder = self.finish(bound, &parts);
        let kind = ExprKind::Quantified { quantifier, binder, has: has.map(Box::new) };
        Typed::plain(self.make(kind, Type::Boolean, span))
    }

    /// `count(r x where c : value)`, `last(r x where c by key)`
    pub(super) fn aggregate(
        &mut self,
        function: &Spanned<ast::AggregateFunction>,
        binder: &ast::Binder,
        parts: &ast::AggregateParts,
        span: Span,
    ) -> Typed {
        let word = function.node.word();
        let kind = match function.node {
            ast::AggregateFunction::Timeline => return self.timeline(function, binder, parts, span),
            ast::AggregateFunction::Recurs => return self.recurs(function, binder, parts, span),
            ast::AggregateFunction::Streak => return self.streak(function, binder, parts, span),
            ast::AggregateFunction::Reachable => {
                return self.graph(AggregateFunction::Reachable, function.span, binder, parts, span);
            }
            ast::AggregateFunction::Acyclic => {
                return self.graph(AggregateFunction::Acyclic, function.span, binder, parts, span);
            }
            ast::AggregateFunction::Count => AggregateFunction::Count,
            ast::AggregateFunction::Sum => AggregateFunction::Sum,
            ast::AggregateFunction::Min => AggregateFunction::Min,
            ast::AggregateFunction::Max => AggregateFunction::Max,
            ast::AggregateFunction::Mean => AggregateFunction::Mean,
            ast::AggregateFunction::Share => AggregateFunction::Share,
            ast::AggregateFunction::Set => AggregateFunction::Set,
            ast::AggregateFunction::Union => AggregateFunction::Union,
            ast::AggregateFunction::First => AggregateFunction::First,
            ast::AggregateFunction::Last => AggregateFunction::Last,
        };
        if self.takes_none(
            word,
            &[("while", &parts.condition), ("->", &parts.to), ("every", &parts.every), ("from", &parts.from)],
        ) {
            return self.error(span);
        }
        let (by, value) = (parts.by.as_ref(), parts.value.as_ref());
        let scope = self.names.len();
        let bound = self.at(Polarity::Positive, |checker| checker.bind(binder, Polarity::Positive));
        let facts = bound.facts.clone();
        let (value, by) = self.at(Polarity::Positive, |checker| {
            checker.knowing(&facts, |checker| {
                let by = by.map(|by| checker.value(by, None));
                let value = value.map(|value| match kind {
                    AggregateFunction::Share => checker.condition(value),
                    _ => checker.value(value, None),
                });
                (value, by)
            })
        });
        self.names.truncate(scope);
        let needs_value =
            !matches!(kind, AggregateFunction::Count | AggregateFunction::First | AggregateFunction::Last);
        let needs_by = matches!(kind, AggregateFunction::First | AggregateFunction::Last);
        let shape = match (needs_value, value.is_some(), needs_by, by.is_some()) {
            (true, false, ..) => {
                Some(("has no value", format!("say what is taken of each: `{word}({} … : …)`", binder.name.node)))
            }
            (false, true, ..) if kind == AggregateFunction::Count => {
                Some(("takes no value", "put conditions into its `where`".to_owned()))
            }
            (false, true, ..) => {
                Some(("takes no value", format!("read the field from what is found: `{word}(…).field`")))
            }
            (.., true, false) => Some(("has no `by`", format!("say what it goes by: `{word}(… by …)`"))),
            (.., false, true) => Some(("takes no `by`", "only `first` and `last` go by something".to_owned())),
            _ => None,
        };
        if let Some((what, help)) = shape {
            let message = format!("`{word}` {what}");
            self.report(Diagnostic::new(Code::WrongArguments, function.span, message, what).with_help(help));
            return self.error(span);
        }
        let open = value.as_ref().map_or(bound.open, |value| value.open);
        let (mut value, by) = (value.map(|value| value.expr), by.map(|by| by.expr));
        if kind == AggregateFunction::Set {
            value = match value {
                Some(value) => self.as_element(value),
                None => None,
            };
            if value.is_none() {
                return self.error(span);
            }
        }
        if by.as_ref().is_some_and(|by| by.ty.base != Type::Error && !self.goes_by(word, by)) {
            return self.error(span);
        }
        let element = self.variables[bound.binder.variable.0 as usize].ty.base.clone();
        let result = match self.result_type(kind, word, value.as_ref(), element) {
            Some(ty) => ty,
            None => return self.error(span),
        };
        let parts: Vec<&Expr> = value.iter().chain(&by).collect();
        let binder = self.finish(bound, &parts);
        let parts = Box::new(AggregateParts { by, value, ..AggregateParts::default() });
        let kind = ExprKind::Aggregate { function: kind, binder, parts };
        let mut typed = Typed::plain(Expr { kind, ty: result, span });
        typed.open = open;
        typed
    }

    /// Whether a function can go by a value; reports where it has no order.
    pub(super) fn goes_by(&mut self, word: &str, by: &Expr) -> bool {
        if is_ordered(&by.ty.base) || by.ty.base == Type::Error {
            return is_ordered(&by.ty.base);
        }
        let found = self.show(&by.ty.base);
        let message = format!("`{word}` cannot go by `{found}`, which has no order");
        let help = "go by a date, a timestamp, a number or an ordered enum";
        self.mismatch(by.span, message, format!("`{found}`"), Some(help.to_owned()));
        false
    }

    /// Refuses parts that a function does not take; returns whether there was one.
    pub(super) fn takes_none(&mut self, word: &str, parts: &[(&str, &Option<ast::Expr>)]) -> bool {
        let Some((what, part)) = parts.iter().find_map(|(what, part)| Some((what, part.as_ref()?))) else {
            return false;
        };
        let message = format!("`{word}` takes no `{what}`");
        let label = format!("`{word}` takes no `{what}`");
        self.report(
            Diagnostic::new(Code::WrongArguments, part.span, message, label).with_help(format!("leave out `{what}`")),
        );
        true
    }

    fn result_type(&mut self, kind: AggregateFunction, word: &str, value: Option<&Expr>, element: Type) -> Option<Ty> {
        let base = value.map(|value| value.ty.base.clone());
        if base == Some(Type::Error) || element == Type::Error {
            return None;
        }
        let Some(ty) = base else {
            return Some(match kind {
                AggregateFunction::Count => Ty::required(Type::Integer),
                _ => Ty::optional(element),
            });
        };
        let (result, expected) = match kind {
            AggregateFunction::Sum => (
                matches!(ty, Type::Integer | Type::Decimal | Type::Duration).then(|| Ty::required(ty.clone())),
                "a number or a duration",
            ),
            AggregateFunction::Min | AggregateFunction::Max => {
                (is_ordered(&ty).then(|| Ty::optional(ty.clone())), "something with an order")
            }
            AggregateFunction::Mean => (
                match ty {
                    Type::Integer | Type::Decimal => Some(Ty::optional(Type::Decimal)),
                    Type::Duration => Some(Ty::optional(Type::Duration)),
                    _ => None,
                },
                "a number or a duration",
            ),
            AggregateFunction::Share => (Some(Ty::optional(Type::Decimal)), "a condition"),
            AggregateFunction::Union => {
                (element_of(&ty).map(|element| Ty::required(Type::Set(Box::new(element.clone())))), "a list or a set")
            }
            _ => (
                element_of(&ty).is_none().then(|| Ty::required(Type::Set(Box::new(ty.clone())))),
                "a single value (`union` joins lists)",
            ),
        };
        if result.is_none() {
            let found = self.show(&ty);
            let span = value.map(|value| value.span)?;
            self.mismatch(span, format!("`{word}` takes {expected}, found `{found}`"), format!("`{found}`"), None);
        }
        result
    }
}
