//! Rules and advice: subjects, names, condition, message, grade.

use std::collections::BTreeSet;

use super::access;
use super::checker::{Checker, Mode};
use super::citations;
use super::items::Reach;
use super::narrow::Fact;
use super::world::World;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{self, CompareOp, Domain, ExprKind};
use crate::schema::Type;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, ItemKind};

/// A rule or an advice, checked: what it became, what it cites and reaches, what is wrong with it.
pub(super) struct Outcome<T> {
    pub(super) result: T,
    pub(super) reaches: BTreeSet<Reach>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Whether it asks for the zone of the program.
    pub(super) needs_zone: bool,
}

/// Checks a rule; `instead` is a define that stands for the one of its name.
pub(super) fn rule(world: &World<'_>, rule: &ast::Rule, instead: Option<&ast::Define>) -> Outcome<ir::Rule> {
    let mut checker = Checker::new(world, Mode::Guarded);
    checker.instead = instead;
    let citations = cite(&mut checker, &rule.cites, true);
    let tail = Tail { due: rule.due.as_ref(), condition: &rule.condition, because: rule.because.as_ref() };
    let body = checker.body(&rule.steps, &tail, Some(rule.name.span));
    let grade = rule.grade.as_ref().map(|grade| match grade {
        ast::Grade::Above(share) => ir::Grade::Above(share.node),
        ast::Grade::Always(_) => ir::Grade::Always,
        ast::Grade::When(condition) => ir::Grade::When(checker.condition(condition).expr),
    });
    let body = checker.finish_body(body);
    let result = ir::Rule {
        id: rule.name.node.clone(),
        title: rule.title.node.clone(),
        citations,
        body,
        grade,
        span: rule.name.span,
    };
    let needs_zone = checker.needs_zone;
    Outcome { result, reaches: checker.reaches, diagnostics: checker.diagnostics, needs_zone }
}

/// Checks an advice, likewise.
pub(super) fn advice(world: &World<'_>, advice: &ast::Advice, instead: Option<&ast::Define>) -> Outcome<ir::Advice> {
    let mut checker = Checker::new(world, Mode::Guarded);
    checker.instead = instead;
    let citations = cite(&mut checker, &advice.cites, false);
    for rule in &advice.supports {
        if world.items.find(ItemKind::Rule, &rule.node).is_empty() {
            let help = crate::diagnostic::suggest(&rule.node, "rules", world.items.names(ItemKind::Rule));
            let message = format!("unknown rule `{}`", rule.node);
            checker.report(
                Diagnostic::new(Code::UnknownRule, rule.span, message, "no rule of that name").with_help_if(help),
            );
        }
    }
    let tail = Tail { due: None, condition: &advice.condition, because: advice.because.as_ref() };
    let body = checker.body(&advice.steps, &tail, None);
    let body = checker.finish_body(body);
    let result = ir::Advice {
        id: advice.name.node.clone(),
        title: advice.title.node.clone(),
        citations,
        supports: advice.supports.iter().map(|rule| rule.node.clone()).collect(),
        body,
        span: advice.name.span,
    };
    let needs_zone = checker.needs_zone;
    Outcome { result, reaches: checker.reaches, diagnostics: checker.diagnostics, needs_zone }
}

/// What stands behind the steps of a rule or an advice.
struct Tail<'a> {
    due: Option<&'a ast::Due>,
    condition: &'a ast::Condition,
    because: Option<&'a ast::Template>,
}

fn cite(checker: &mut Checker<'_, '_>, cites: &[ast::Citation], of_rule: bool) -> Vec<ir::Citation> {
    let citations = citations::check(checker.world, cites, of_rule, &mut checker.reaches, &mut checker.diagnostics);
    checker.cited = Some(checker.items_of(&citations));
    citations
}

impl Checker<'_, '_> {
    /// Checks steps, due date, condition and message. What the steps bring into scope stays there for the grade; `rule` is the
    /// name of a rule, for which an empty population must be decided.
    fn body(&mut self, steps: &[ast::Step], tail: &Tail<'_>, rule: Option<Span>) -> ir::Body {
        let mut checked = Vec::new();
        let mut subjects = 0;
        for step in steps {
            checked.push(match step {
                ast::Step::ForEach { binder, if_none, span } => {
                    subjects += 1;
                    self.for_each(binder, if_none.as_ref(), *span, subjects == 1, rule.is_some())
                }
                ast::Step::Let { name, value, if_absent, .. } => self.let_step(name, value, if_absent.as_ref()),
            });
        }
        let due = tail.due.map(|due| {
            let (step, due) = self.due(due);
            checked.push(step);
            due
        });
        let condition = match tail.condition {
            ast::Condition::Plain(expr) => {
                let typed = self.condition(expr);
                self.refuse_constant_condition(&typed.expr);
                ir::Condition::Plain(typed.expr)
            }
            ast::Condition::AnyOf(branches) => ir::Condition::AnyOf(self.branches(branches, "any of")),
            ast::Condition::AllOf(branches) => ir::Condition::AllOf(self.branches(branches, "all of")),
            ast::Condition::Rego(rego) => ir::Condition::Plain(self.rego(rego, &checked, rule.is_some())),
        };
        let because = tail.because.map(|template| self.template(template));
        ir::Body { variables: Vec::new(), steps: checked, due, condition, because }
    }

    /// Puts the variables, which the grade may have added to, into the body.
    fn finish_body(&mut self, body: ir::Body) -> ir::Body {
        ir::Body { variables: std::mem::take(&mut self.variables), ..body }
    }

    fn for_each(
        &mut self,
        binder: &ast::Binder,
        if_none: Option<&crate::source::Spanned<ast::IfNone>>,
        span: Span,
        is_first: bool,
        of_rule: bool,
    ) -> ir::Step {
        let polarity = self.polarity;
        let mut bound = self.bind(binder, polarity);
        self.facts.extend(bound.facts.clone());
        access::choose(&mut bound.binder, &[]);
        match if_none {
            Some(if_none) if !of_rule => {
                let message = "an advice does not say what an empty population means";
                self.report(
                    Diagnostic::new(Code::MisplacedIfNone, if_none.span, message, "only a rule has it")
                        .with_help("remove it: over nothing there is nothing to look at"),
                );
            }
            None if of_rule && is_first => {
                let message = "the rule does not say what it means if there is nothing to judge";
                self.report(
                    Diagnostic::new(Code::MissingIfNone, span, message, "needs `if none: …`")
                        .with_help("`if none: nonconformity`, if there must be some")
                        .with_help("`if none: not determined`, if none means that something is missing from the export")
                        .with_help("`if none: no population`, if there may be none"),
                );
            }
            _ => {}
        }
        let has_name = match bound.binder.domain {
            Domain::Records(record) => !self.world.schema().record(record).key.is_empty(),
            Domain::Elements(_) => true,
        };
        self.subject = self.subject.take().filter(|_| has_name).map(|mut subject| {
            subject.push(bound.binder.variable);
            subject
        });
        let is_records = matches!(bound.binder.domain, Domain::Records(_));
        // What has an error already may have been the tie.
        if !is_first && is_records && bound.binder.access.key.is_empty() && self.is_sound() {
            self.untied(&bound.binder, binder);
        }
        ir::Step::ForEach {
            binder: Box::new(bound.binder),
            if_none: if_none.map(|if_none| match if_none.node {
                ast::IfNone::Nonconformity => ir::IfNone::Nonconformity,
                ast::IfNone::NotDetermined => ir::IfNone::NotDetermined,
                ast::IfNone::NoPopulation => ir::IfNone::NoPopulation,
            }),
        }
    }

    fn untied(&mut self, binder: &ir::Binder, written: &ast::Binder) {
        let Domain::Records(record) = binder.domain else { return };
        let name = self.world.schema().record(record).name.clone();
        let message = format!("every `{name}` would be judged with every subject before it");
        let help = access::tie(self, binder).unwrap_or_else(|| {
            "move it up, before the `for each` over a list or calendar units, which needs no tie".to_owned()
        });
        self.report(
            Diagnostic::new(Code::UntiedSubject, written.span, message, "not tied to an earlier `for each`")
                .with_help(help),
        );
    }

    fn let_step(
        &mut self,
        name: &ast::Name,
        value: &ast::Expr,
        if_absent: Option<&crate::source::Spanned<ast::IfAbsent>>,
    ) -> ir::Step {
        let before = self.lenient.len();
        self.in_let = true;
        let typed = self.infer(value, None);
        self.in_let = false;
        let lenient = self.lenient.drain(before..).next();
        self.refuse_shadowing(name);
        if let Some(if_absent) = if_absent
            && !typed.declared_optional
            && typed.expr.ty.base != Type::Error
        {
            let message = format!("`{}` is never absent", name.node);
            self.unreachable(if_absent.span, message, "never used".to_owned(), "leave `if absent` out".to_owned());
        }
        let mut ty = typed.expr.ty.clone();
        if if_absent.is_some() {
            ty.optional = false;
            self.facts.extend(typed.path.clone().map(Fact::present));
        }
        let is_condition = ty.base == Type::Boolean;
        let variable = self.declare("the `let`", name, ty, typed.open, false);
        self.details[variable.0 as usize].lenient = lenient.filter(|_| is_condition);
        ir::Step::Let {
            variable,
            value: typed.expr,
            if_absent: if_absent.map(|if_absent| match if_absent.node {
                ast::IfAbsent::Nonconformity => ir::IfAbsent::Nonconformity,
                ast::IfAbsent::NotDetermined => ir::IfAbsent::NotDetermined,
            }),
        }
    }

    /// `due t`: brings `due` into scope as a `let` of t.
    fn due(&mut self, due: &ast::Due) -> (ir::Step, ir::Due) {
        self.in_let = true;
        let value = self.value(&due.value, None).expr;
        self.in_let = false;
        let name = Spanned::new("due".to_owned(), due.word);
        self.refuse_shadowing(&name);
        let span = due.word.to(value.span);
        let (now, op, shown) = match &value.ty.base {
            Type::Date => {
                self.need_zone(span, "a due date meets the day of `as_of`");
                (ExprKind::Today, CompareOp::LessOrEqual, Type::Date)
            }
            other => {
                if !matches!(other, Type::Timestamp | Type::Error) {
                    let found = self.show(other);
                    let message = format!("expected a date or a timestamp behind `due`, found `{found}`");
                    let help = match other {
                        Type::Duration | Type::Span => Some("count it from something: `due t + …`".to_owned()),
                        _ => None,
                    };
                    self.mismatch(value.span, message, format!("`{found}`"), help);
                }
                (ExprKind::AsOf, CompareOp::Less, Type::Timestamp)
            }
        };
        let variable = self.declare("the due date", &name, value.ty.clone(), false, false);
        let left = Box::new(self.make(now, shown, span));
        let right = Box::new(self.make(ExprKind::Variable(variable), value.ty.base.clone(), span));
        let pending = self.make(ExprKind::Compare { op, left, right }, Type::Boolean, span);
        (ir::Step::Let { variable, value, if_absent: None }, ir::Due { variable, pending })
    }

    fn branches(&mut self, branches: &[ast::Branch], word: &str) -> Vec<ir::Branch> {
        let mut checked: Vec<ir::Branch> = Vec::new();
        let mut texts: Vec<String> = Vec::new();
        for (position, branch) in branches.iter().enumerate() {
            if let Some(earlier) = branches[..position].iter().find(|earlier| earlier.label.node == branch.label.node) {
                let message = format!("two branches are labelled `{}`", branch.label.node);
                self.report(
                    Diagnostic::new(Code::DuplicateDefinition, branch.label.span, message, "labelled again here")
                        .with_label(earlier.label.span, "labelled here")
                        .with_help("give each branch a label of its own: the evidence names them"),
                );
            }
            let typed = self.condition(&branch.condition);
            self.refuse_constant_condition(&typed.expr);
            let text = ir::print::expr(&self.world.environment, &self.variables, &typed.expr);
            if let Some(same) = texts.iter().position(|known| *known == text) {
                let message =
                    format!("branch `{}` says the same as branch `{}`", branch.label.node, branches[same].label.node);
                self.unreachable(
                    branch.condition.span,
                    message,
                    format!("decides nothing in this `{word}`"),
                    "leave one of the two out".to_owned(),
                );
            }
            texts.push(text);
            checked.push(ir::Branch { label: branch.label.node.clone(), condition: typed.expr });
        }
        checked
    }

    fn template(&mut self, template: &ast::Template) -> ir::Template {
        let mode = std::mem::replace(&mut self.mode, Mode::Template);
        let parts = template
            .parts
            .iter()
            .map(|part| match part {
                ast::TemplatePart::Text(text) => ir::TemplatePart::Text(text.clone()),
                ast::TemplatePart::Hole(expr) => ir::TemplatePart::Hole(self.infer(expr, None).expr),
            })
            .collect();
        self.mode = mode;
        ir::Template { parts }
    }
}
