//! Subjects and condition of a rule: how each subject comes to its result.

use super::expression::kind;
use super::scope::{Lowering, Named, some};
use super::tree::{Statement, Term};
use crate::ir::{Condition, Expr, ExprKind, IfAbsent, IfNone, Quantifier, Step, Template, TemplatePart, VariableId};

/// What decides a subject before its condition does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decided {
    Fails,
    Unknown,
    Vacuous,
}

/// A subject on its way: what it is made of, and the variables that say whether it belongs.
#[derive(Debug, Clone, Default)]
struct Path {
    subject: Vec<VariableId>,
    belongs: Vec<String>,
}

impl<'a> Lowering<'a> {
    /// The results of all subjects of the body, as an array.
    pub(super) fn results(&mut self) -> Term {
        let (body, result) = self.step(0, Path::default());
        match body.is_empty() {
            true => Term::Array(vec![result]),
            false => Term::ArrayOf(Box::new(result), body),
        }
    }

    /// From a step on: the statements, and the result that they lead to.
    fn step(&mut self, at: usize, mut path: Path) -> (Vec<Statement>, Term) {
        let body = self.body;
        match body.steps.get(at) {
            None => self.condition(&path),
            Some(Step::Let { variable, value, if_absent }) => {
                let (term, has_bounds) = (self.quantity(value), self.has_bounds(value));
                let name = self.fresh_variable(*variable);
                let mut statements = vec![Statement::Assign(name.clone(), term)];
                let Some(if_absent) = if_absent else {
                    self.named.insert(*variable, Named::Let(name, has_bounds));
                    let (rest, result) = self.step(at + 1, path);
                    statements.extend(rest);
                    return (statements, result);
                };
                let decided = match if_absent {
                    IfAbsent::Nonconformity => Decided::Fails,
                    IfAbsent::NotDetermined => Decided::Unknown,
                };
                let (before, decided) = self.decided(at, decided, &path);
                statements.extend(before);
                self.named.insert(*variable, Named::Let(name.clone(), has_bounds));
                let (rest, result) = self.step(at + 1, path);
                let rest = nested(rest, result);
                let found = Term::logic("unless_absent", vec![Term::Name(name), Term::Array(vec![decided]), rest]);
                let result = self.fresh("result");
                statements.push(some(&result, found));
                (statements, Term::Name(result))
            }
            Some(Step::ForEach { binder, if_none }) => {
                let is_first = path.subject.is_empty();
                let mut before = Vec::new();
                let mut none = Vec::new();
                if !is_first {
                    let decided = match if_none {
                        None => Some(Decided::Vacuous),
                        Some(IfNone::Nonconformity) => Some(Decided::Fails),
                        Some(IfNone::NotDetermined) => Some(Decided::Unknown),
                        Some(IfNone::NoPopulation) => None,
                    };
                    if let Some(decided) = decided {
                        let (statements, result) = self.decided(at, decided, &path);
                        before = statements;
                        none.push(result);
                    }
                }
                let (candidates, name) = self.candidates(binder);
                let belongs = self.belongs(binder, &name);
                let w = self.fresh("belongs");
                let mut walk = vec![
                    some(&name, candidates),
                    Statement::Assign(w.clone(), belongs),
                    Statement::Differ(Term::Name(w.clone()), Term::Boolean(false)),
                ];
                path.subject.push(binder.variable);
                path.belongs.push(w);
                let (rest, result) = self.step(at + 1, path);
                if is_first {
                    walk.extend(rest);
                    return (walk, result);
                }
                // A candidate may have no result, where a `for each` behind this one has none: still it is one.
                let of_each = Term::ArrayOf(Box::new(nested(rest, result)), walk);
                let found = Term::logic("unless_none", vec![of_each, Term::Array(none)]);
                let result = self.fresh("result");
                before.push(some(&result, found));
                (before, Term::Name(result))
            }
        }
    }

    /// The result of a subject that a step decides.
    fn decided(&mut self, at: usize, decided: Decided, path: &Path) -> (Vec<Statement>, Term) {
        let mut statements = Vec::new();
        let mut pending = Term::Boolean(false);
        // The due date is the last `let`, which this subject never comes to.
        if decided != Decided::Vacuous
            && let Some(due) = self.body.due_at(at)
            && let Some(value) = self.body.let_value(due.variable)
        {
            let value = self.expr(value);
            let name = self.fresh("due");
            statements.push(Statement::Assign(name.clone(), value));
            let before = self.named.insert(due.variable, Named::Let(name, false));
            pending = self.expr(&due.pending);
            match before {
                Some(named) => self.named.insert(due.variable, named),
                None => self.named.remove(&due.variable),
            };
        }
        let (holds, judged) = match decided {
            Decided::Fails => (Term::Boolean(false), true),
            Decided::Unknown => (Term::unknown(), true),
            Decided::Vacuous => (Term::Boolean(true), false),
        };
        let result = self.result(path, holds, Term::Boolean(judged), pending);
        (statements, result)
    }

    fn condition(&mut self, path: &Path) -> (Vec<Statement>, Term) {
        let body = self.body;
        let mut statements = Vec::new();
        let pending = match body.due_at(body.steps.len()) {
            Some(due) => self.expr(&due.pending),
            None => Term::Boolean(false),
        };
        let can_be_vacuous = body.groundless().vacuously;
        let mut name_of = |lowering: &mut Self, wanted: &str, term| {
            let name = lowering.fresh(wanted);
            statements.push(Statement::Assign(name.clone(), term));
            Term::Name(name)
        };
        let (holds, judged) = match &body.condition {
            Condition::Plain(condition) => {
                let term = self.expr(condition);
                let holds = name_of(self, "condition", term);
                let judged = if can_be_vacuous { self.judged(condition) } else { Term::Boolean(true) };
                (holds, judged)
            }
            Condition::AnyOf(branches) | Condition::AllOf(branches) => {
                let (mut truths, mut judged) = (Vec::new(), Vec::new());
                for branch in branches {
                    let term = self.expr(&branch.condition);
                    let truth = name_of(self, &branch.label, term);
                    if can_be_vacuous {
                        judged.push(match body.groundless_of(&branch.condition).is_possible() {
                            true => self.judged(&branch.condition),
                            false => truth.clone(),
                        });
                    }
                    truths.push(truth);
                }
                let function = if matches!(body.condition, Condition::AnyOf(_)) { "any_of" } else { "all_of" };
                let holds = name_of(self, "condition", Term::logic(function, vec![Term::Set(truths)]));
                let judged = match can_be_vacuous {
                    true => Term::logic("any_of", vec![Term::Set(judged)]),
                    false => Term::Boolean(true),
                };
                (holds, judged)
            }
        };
        let result = self.result(path, holds, judged, pending);
        (statements, result)
    }

    /// True where a condition is true and rests on something that was judged.
    fn judged(&mut self, expr: &'a Expr) -> Term {
        let truth = self.expr(expr);
        if !self.body.groundless_of(expr).is_possible() {
            return truth;
        }
        let any_of = |parts: Vec<Term>| Term::logic("any_of", vec![Term::Set(parts)]);
        let also = match &expr.kind {
            ExprKind::Quantified { quantifier: Quantifier::Every, binder, .. } => {
                let (candidates, name) = self.candidates(binder);
                let belongs = self.belongs(binder, &name);
                let each = Term::SetOf(Box::new(belongs), vec![some(&name, candidates)]);
                let term = Term::logic("any_may_be", vec![each]);
                self.once(expr, term)
            }
            ExprKind::Covers(_, right) => {
                let right = self.expr(right);
                Term::logic("may_hold_something", vec![right])
            }
            ExprKind::And(parts) | ExprKind::Or(parts) => any_of(parts.iter().map(|part| self.judged(part)).collect()),
            ExprKind::Implies(left, right) => {
                let left = self.expr(left);
                let right = self.judged(right);
                any_of(vec![Term::logic("negated", vec![left]), right])
            }
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.expr(condition);
                let (then, otherwise) = (self.judged(then), self.judged(otherwise));
                Term::logic("judged_in_either", vec![condition, then, otherwise])
            }
            ExprKind::Variable(variable) => match self.body.let_value(*variable) {
                Some(value) => self.judged(value),
                None => Term::Boolean(true),
            },
            _ => Term::Boolean(true),
        };
        Term::logic("all_of", vec![Term::Set(vec![truth, also])])
    }

    fn result(&mut self, path: &Path, holds: Term, judged: Term, pending: Term) -> Term {
        let belongs = Term::Set(path.belongs.iter().map(|name| Term::Name(name.clone())).collect());
        let status = Term::logic("status_of", vec![Term::logic("all_of", vec![belongs]), holds, judged, pending]);
        let (mut subject, mut names) = (Vec::new(), Vec::new());
        for variable in &path.subject {
            match self.named.get(variable) {
                Some(Named::Row(name)) => {
                    subject.push(Term::logic("identity", vec![Term::Name(name.clone())]));
                    names.push(Term::logic("row_name", vec![Term::Name(name.clone())]));
                }
                Some(Named::Element(name)) => {
                    let candidate = Term::Name(name.clone());
                    subject.push(Term::logic("identity", vec![candidate.clone()]));
                    let ty = self.variable(*variable).map(|variable| &variable.ty.base);
                    let kind = ty.and_then(kind).unwrap_or("value");
                    names.push(Term::logic(
                        "show",
                        vec![Term::text(kind), Term::Member(Box::new(candidate), "element")],
                    ));
                }
                _ => {}
            }
        }
        let key = match names.is_empty() {
            true => Term::text("organization"),
            false => Term::Call("concat".to_owned(), vec![Term::text(" / "), Term::Array(names)]),
        };
        let msg = self.message();
        Term::Object(vec![
            ("subject".to_owned(), Term::Array(subject)),
            ("key".to_owned(), key),
            ("status".to_owned(), status),
            ("msg".to_owned(), msg),
        ])
    }

    /// What a failure says: the template, or the title of the rule where there is none, or where it cannot be said.
    fn message(&mut self) -> Term {
        let Some(Template { parts }) = &self.body.because else { return Term::Name("rule.title".to_owned()) };
        let refused = self.refusals.len();
        let mut pieces = Vec::new();
        for part in parts {
            pieces.push(match part {
                TemplatePart::Text(text) => Term::text(text),
                TemplatePart::Hole(hole) => {
                    let Some(kind) = kind(&hole.ty.base) else { return Term::Name("rule.title".to_owned()) };
                    let value = self.quantity(hole);
                    Term::logic("show", vec![Term::text(kind), value])
                }
            });
        }
        if self.refusals.len() > refused {
            self.refusals.truncate(refused);
            return Term::Name("rule.title".to_owned());
        }
        Term::Call("concat".to_owned(), vec![Term::text(""), Term::Array(pieces)])
    }
}

/// The results of an inner part of a body.
fn nested(body: Vec<Statement>, result: Term) -> Term {
    match body.is_empty() {
        true => Term::Array(vec![result]),
        false => Term::ArrayOf(Box::new(result), body),
    }
}
