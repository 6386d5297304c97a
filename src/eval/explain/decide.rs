//! The walk over a condition down to the parts that decided.

use std::collections::BTreeSet;

use super::show::written;
use super::{Came, Cause, Explainer, NamedValue, Reason, Scope, cause, leaf};
use crate::eval::{Binding, Subject};
use crate::ir::{Branch, Condition, Domain, Expr, ExprKind, IfAbsent, Step};
use crate::schema::Type;
use crate::value::{Cell, Truth};

/// Says in words which parts made an expression what it is, without a look at related records.
pub(super) fn in_words<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, expr: &'a Expr, is: Truth) -> Vec<String> {
    let mut walk = Walk::new(*explainer);
    walk.deep = false;
    walk.scope.clone_from(scope);
    walk.decide(expr, is);
    walk.reasons.into_iter().map(|reason| reason.says).collect()
}

/// Whether an expression only asks whether values are there, or keeps what is left out away.
pub(super) fn is_guard(expr: &Expr) -> bool {
    match &written(expr).kind {
        ExprKind::Presence { .. } => true,
        ExprKind::Not(operand) => matches!(operand.kind, ExprKind::LeftOut { .. }),
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().all(is_guard),
        _ => false,
    }
}

/// A walk over the steps and the condition of a body, for one subject.
pub(super) struct Walk<'e, 'a> {
    explainer: Explainer<'e, 'a>,
    /// Whether related records are looked at; not for the parts of a related record.
    deep: bool,
    branch: Option<&'a str>,
    pub(super) scope: Scope,
    pub(super) lets: Vec<NamedValue>,
    pub(super) reasons: Vec<Reason>,
    pub(super) causes: BTreeSet<Cause>,
}

impl<'e, 'a> Walk<'e, 'a> {
    pub(super) fn new(explainer: Explainer<'e, 'a>) -> Walk<'e, 'a> {
        Walk {
            explainer,
            branch: None,
            deep: true,
            scope: Scope::new(),
            lets: Vec::new(),
            reasons: Vec::new(),
            causes: BTreeSet::new(),
        }
    }

    /// Walks to what decided the subject: an unknown membership, an absent `let`, a `for each` without candidates, or
    /// the condition.
    pub(super) fn subject(&mut self, subject: &Subject) {
        let body = self.explainer.body;
        let mut bindings = subject.bindings.iter();
        let mut belongs = true;
        for (step, line) in body.steps.iter().enumerate() {
            match line {
                Step::ForEach { binder, .. } => {
                    let Some((variable, binding)) = bindings.next() else {
                        self.without_candidates(binder);
                        self.due(step);
                        return;
                    };
                    if let Binding::Missing(record) = binding {
                        self.causes.insert(cause::missing_extract(self.explainer.show, *record));
                        return;
                    }
                    if let (Domain::Elements(elements), Binding::Element(Cell::Unknown)) = (&binder.domain, binding) {
                        cause::collect(&self.explainer, &self.scope, elements, &mut self.causes);
                    }
                    self.scope.push((*variable, binding.clone()));
                    for conjunct in &binder.conjuncts {
                        if self.explainer.truth(&self.scope, conjunct) == Truth::Unknown {
                            belongs = false;
                            self.decide(conjunct, Truth::Unknown);
                        }
                    }
                }
                Step::Let { variable, value, if_absent } => {
                    let cell = self.explainer.cell(&self.scope, value);
                    let mut named = self.explainer.named(&self.scope, value);
                    if let Some(declared) = body.variables.get(variable.0 as usize) {
                        named.expression.clone_from(&declared.name);
                    }
                    if let (Some(if_absent), Cell::Absent) = (if_absent, &cell) {
                        self.absent_let(&named, value, *if_absent);
                        self.due(step);
                        return;
                    }
                    self.lets.push(named);
                }
            }
        }
        if belongs {
            self.condition(&body.condition);
            self.due(body.steps.len());
        }
    }

    /// Adds why it is not known whether a subject that does not hold, as a step decided or the condition, is due.
    fn due(&mut self, step: usize) {
        if let Some(due) = self.explainer.body.due_at(step)
            && self.explainer.truth(&self.scope, &due.pending) == Truth::Unknown
        {
            cause::collect(&self.explainer, &self.scope, &due.pending, &mut self.causes);
        }
    }

    fn without_candidates(&mut self, binder: &crate::ir::Binder) {
        let show = self.explainer.show;
        let text = show.text(binder.span);
        self.reasons.push(Reason {
            branch: None,
            says: format!("there is none for each {text}"),
            condition: format!("for each {text}"),
            is: Came::False,
            values: Vec::new(),
            members: Vec::new(),
            looked_at: Vec::new(),
            looked_at_left_out: 0,
            policy: show.policy_place(binder.span),
        });
    }

    fn absent_let(&mut self, named: &NamedValue, value: &'a Expr, if_absent: IfAbsent) {
        let (is, means) = match if_absent {
            IfAbsent::Nonconformity => (Came::False, "a nonconformity"),
            IfAbsent::NotDetermined => (Came::Unknown, "not determined"),
        };
        let says = format!("{} is absent, and the policy says that this is {means}", named.expression);
        if if_absent == IfAbsent::NotDetermined {
            self.causes.insert(Cause {
                reason: "absent".to_owned(),
                says: says.clone(),
                record: None,
                field: None,
                parameter: None,
                found: None,
            });
        }
        let mut reason = leaf::reason(&self.explainer, &self.scope, value, Truth::False, self.deep);
        reason.is = is;
        reason.says = says;
        self.reasons.push(reason);
    }

    fn condition(&mut self, condition: &'a Condition) {
        match condition {
            Condition::Plain(expr) => {
                let is = self.explainer.truth(&self.scope, expr);
                self.decide(expr, is);
            }
            Condition::AnyOf(branches) => self.branches(branches, Truth::or, Truth::False),
            Condition::AllOf(branches) => self.branches(branches, Truth::and, Truth::True),
        }
    }

    /// Walks into the branches that came to what the whole came to: those decided.
    fn branches(&mut self, branches: &'a [Branch], join: fn(Truth, Truth) -> Truth, nothing: Truth) {
        let came: Vec<Truth> =
            branches.iter().map(|branch| self.explainer.truth(&self.scope, &branch.condition)).collect();
        let whole = came.iter().copied().fold(nothing, join);
        for (branch, came) in branches.iter().zip(came) {
            if came == whole {
                self.branch = Some(&branch.label);
                self.decide(&branch.condition, came);
            }
        }
        self.branch = None;
    }

    /// Walks to the parts that made an expression what it is.
    fn decide(&mut self, expr: &'a Expr, is: Truth) {
        match &written(expr).kind {
            ExprKind::Not(operand) => self.decide(operand, !is),
            // The parts that came to the same decided: of a false `and` those that are false, of a false `or` all.
            ExprKind::And(parts) => {
                let mut is_guarded = false;
                let only_guards = parts.iter().all(is_guard);
                for part in parts {
                    // That a value is there is why the next part was asked, not why it is true.
                    let is_idle = is == Truth::True && is_guard(part) && !only_guards;
                    if is_idle || self.explainer.truth(&self.scope, part) != is {
                        continue;
                    }
                    // What stands behind a guard that fails speaks of a value that is not there.
                    if !is_guarded || is_guard(part) {
                        self.decide(part, is);
                    }
                    is_guarded |= is == Truth::False && is_guard(part);
                }
            }
            ExprKind::Or(parts) => {
                // That a value is there is no reason; it is why the next part was asked.
                let is_reason = |part: &&Expr| is != Truth::False || !is_guard(part);
                let reasons: Vec<&Expr> = parts.iter().filter(is_reason).collect();
                let parts = if reasons.is_empty() { parts.iter().collect() } else { reasons };
                for part in parts {
                    if self.explainer.truth(&self.scope, part) == is {
                        self.decide(part, is);
                    }
                }
            }
            ExprKind::Implies(left, right) => {
                let sides = (self.explainer.truth(&self.scope, left), self.explainer.truth(&self.scope, right));
                match is {
                    Truth::False => {
                        if !is_guard(left) {
                            self.decide(left, Truth::True);
                        }
                        self.decide(right, Truth::False);
                    }
                    Truth::True if sides.0 == Truth::False => self.decide(left, Truth::False),
                    Truth::True => self.decide(right, Truth::True),
                    Truth::Unknown => {
                        for (side, came) in [(left, sides.0), (right, sides.1)] {
                            if came == Truth::Unknown {
                                self.decide(side, came);
                            }
                        }
                    }
                }
            }
            ExprKind::If { condition, then, otherwise } => match self.explainer.truth(&self.scope, condition) {
                Truth::Unknown => self.decide(condition, Truth::Unknown),
                chosen => {
                    self.decide(condition, chosen);
                    self.decide(if chosen == Truth::True { then } else { otherwise }, is);
                }
            },
            ExprKind::Variable(variable) if expr.ty.base == Type::Boolean => {
                match self.explainer.body.let_value(*variable) {
                    Some(value) => self.decide(value, is),
                    None => self.leaf(expr, is),
                }
            }
            _ => self.leaf(expr, is),
        }
    }

    fn leaf(&mut self, expr: &'a Expr, is: Truth) {
        let mut reason = leaf::reason(&self.explainer, &self.scope, expr, is, self.deep);
        reason.branch = self.branch.map(str::to_owned);
        self.reasons.push(reason);
        if is == Truth::Unknown && self.deep {
            cause::collect(&self.explainer, &self.scope, expr, &mut self.causes);
        }
    }
}
