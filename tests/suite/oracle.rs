//! The oracle: a row-by-row evaluator of the typed form, slow and obvious, written from DESIGN.md 2.2 to 2.5 and from
//! the contracts in `ir.rs`, not from the evaluator. Every binder tries every candidate, whatever its access path says.
//!
//! Read in this order: here how subjects come about, then `expression` (one arm for each form), `quantity` (everything
//! that ranges over candidates), `timeline` and `scalar` (single values).

mod expression;
mod quantity;
mod recurrence;
mod rego;
mod scalar;
mod statement;
mod streak;
mod timeline;

use std::collections::BTreeMap;

use shall::data::{Dataset, Extract};
use shall::eval::{Binding, Evaluation, Reported, StepCount, Subject};
use shall::ir::reads::free_variables;
use shall::ir::{Binder, Body, Condition, Domain, Environment, Expr, IfAbsent, IfNone, RunSettings, Step, VariableId};
use shall::schema::Type;
use shall::value::{Cell, Number, Truth, Value};

use quantity::Found;
use statement::Taken;

/// What everything is evaluated against.
pub(crate) struct Oracle<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) dataset: &'a Dataset,
    pub(crate) run: RunSettings,
    /// What Rego reports, if that is the condition.
    reported: Option<&'a Reported>,
    /// How statements are taken.
    taken: Taken,
    /// The types of the variables of the body that is judged.
    types: Vec<Type>,
}

/// At least, and at most where there is a limit.
pub(crate) type Limits = (Number, Option<Number>);

/// What a variable stands for.
#[derive(Clone)]
enum Meaning {
    Candidate(Binding),
    Let { found: Found, ground: Option<Ground> },
}

/// What the variables in sight stand for. A variable that is not here is unknown.
type Scope = BTreeMap<VariableId, Meaning>;

/// A candidate of a binder.
#[derive(Clone)]
struct Candidate {
    binding: Binding,
    /// Whether it is one more candidate, of which it is not even known that it is there.
    extra: bool,
}

/// A subject on its way to a status.
struct Path {
    scope: Scope,
    bindings: Vec<(VariableId, Binding)>,
    /// False once some `where` on the way was unknown: the subject may not belong.
    belongs: bool,
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(environment: &'a Environment, dataset: &'a Dataset, run: RunSettings) -> Oracle<'a> {
        Oracle { environment, dataset, run, reported: None, taken: Taken::AsTheyAre, types: Vec::new() }
    }

    /// The same, told what Rego reports.
    pub(crate) fn told(self, reported: Option<&'a Reported>) -> Oracle<'a> {
        Oracle { reported, ..self }
    }
}

impl Oracle<'_> {
    /// Evaluates the body of a rule or an advice; `major` is the `when` of its grade.
    pub(crate) fn evaluate(&self, body: &Body, major: Option<&Expr>) -> Evaluation {
        let again = |taken| self.about(body, taken).judge(body, None);
        let mut out = self.about(body, Taken::AsTheyAre).judge(body, major);
        let without = again(Taken::WithoutAttestations);
        out.by_attestation = out.holds + out.vacuous - without.holds - without.vacuous;
        let (if_so, if_not) = (again(Taken::Supposing(Truth::True)), again(Taken::Supposing(Truth::False)));
        let decided = |subject: &&Subject| !if_so.unknown.contains(subject) || !if_not.unknown.contains(subject);
        out.needs_judgement = out.unknown.iter().filter(decided).count() as u64;
        out.more_may_fail = body.rego().is_some() && self.reported.is_none_or(|reported| !reported.open.is_empty());
        out
    }

    /// The oracle for a body.
    fn about(&self, body: &Body, taken: Taken) -> Oracle<'_> {
        let types = body.variables.iter().map(|variable| variable.ty.base.clone()).collect();
        Oracle { taken, types, ..*self }
    }

    fn type_of(&self, variable: VariableId) -> Option<&Type> {
        self.types.get(variable.0 as usize)
    }

    fn judge(&self, body: &Body, major: Option<&Expr>) -> Evaluation {
        let binders = body.steps.iter().filter(|step| matches!(step, Step::ForEach { .. })).count();
        let mut out = Evaluation { steps: vec![StepCount::default(); binders], ..Evaluation::default() };
        let start = Path { scope: Scope::new(), bindings: Vec::new(), belongs: true };
        self.walk(body, major, 0, start, &mut out);
        out
    }

    /// What an expression of a body comes to for a subject, and the least and the greatest that it can be where it is a
    /// count or a share that is not known.
    pub(crate) fn explain(&self, body: &Body, subject: &Subject, expr: &Expr) -> (Cell, Option<Limits>) {
        self.about(body, Taken::AsTheyAre).explained(body, subject, expr)
    }

    fn explained(&self, body: &Body, subject: &Subject, expr: &Expr) -> (Cell, Option<Limits>) {
        let mut scope: Scope =
            subject.bindings.iter().map(|(variable, own)| (*variable, Meaning::Candidate(own.clone()))).collect();
        for step in &body.steps {
            if let Step::Let { variable, value, .. } = step {
                let (found, ground) = (self.found(value, &scope), self.ground(value, &scope));
                scope.insert(*variable, Meaning::Let { found, ground });
            }
        }
        match self.found(expr, &scope) {
            Found::Between(least, most) => (Cell::Unknown, Some((least, most))),
            Found::Cell(cell) => (cell, None),
        }
    }

    /// Goes on with the step at `at`, or judges where there is none left.
    fn walk(&self, body: &Body, major: Option<&Expr>, at: usize, mut path: Path, out: &mut Evaluation) {
        match body.steps.get(at) {
            None => {
                let (truth, ground) = self.condition(&body.condition, &path.scope);
                let status = match truth {
                    Truth::True => match ground {
                        Some(Ground::Vacuous) => Status::Vacuous,
                        Some(Ground::NotYetDue) => Status::NotYetDue,
                        Some(Ground::Judged) | None => Status::Holds,
                    },
                    Truth::False => Status::Fails,
                    Truth::Unknown => Status::Unknown,
                };
                self.record(body, status, major, path, out);
            }
            Some(Step::Let { variable, value, if_absent }) => {
                let found = self.found(value, &path.scope);
                let ground = self.ground(value, &path.scope);
                if let (Found::Cell(Cell::Absent), Some(meaning)) = (&found, if_absent) {
                    let status = match meaning {
                        IfAbsent::Nonconformity => Status::Fails,
                        IfAbsent::NotDetermined => Status::Unknown,
                    };
                    return self.record(body, status, major, path, out);
                }
                path.scope.insert(*variable, Meaning::Let { found, ground });
                self.walk(body, major, at + 1, path, out);
            }
            Some(Step::ForEach { binder, if_none }) => {
                let position = path.bindings.len();
                let kept: Vec<(Candidate, Truth)> = self
                    .candidates(binder, &path.scope)
                    .into_iter()
                    .inspect(|candidate| out.steps[position].candidates += u64::from(!candidate.extra))
                    .map(|candidate| (self.belongs(binder, &candidate, &path.scope), candidate))
                    .filter(|(w, _)| *w != Truth::False)
                    .map(|(w, candidate)| (candidate, w))
                    .collect();
                out.steps[position].kept += kept.iter().filter(|(candidate, _)| !candidate.extra).count() as u64;
                if kept.is_empty() && position > 0 {
                    match if_none {
                        None => self.record(body, Status::Vacuous, major, path, out),
                        Some(IfNone::Nonconformity) => self.record(body, Status::Fails, major, path, out),
                        Some(IfNone::NotDetermined) => self.record(body, Status::Unknown, major, path, out),
                        Some(IfNone::NoPopulation) => {}
                    }
                    return;
                }
                for (candidate, w) in kept {
                    let mut bindings = path.bindings.clone();
                    bindings.push((binder.variable, candidate.binding.clone()));
                    let scope = with(&path.scope, binder, &candidate);
                    let inner = Path { scope, bindings, belongs: path.belongs && w == Truth::True };
                    self.walk(body, major, at + 1, inner, out);
                }
            }
        }
    }

    /// Whether a subject that does not hold, as the condition says or a step before it, need not yet.
    fn pending(&self, body: &Body, scope: &Scope) -> Truth {
        let Some(due) = &body.due else { return Truth::False };
        let value = body.steps.iter().find_map(|step| match step {
            Step::Let { variable, value, .. } if *variable == due.variable => Some(value),
            _ => None,
        });
        let mut scope = scope.clone();
        match value {
            // What the due date depends on was never looked at: there is none.
            Some(value) if free_variables(value).iter().any(|variable| !scope.contains_key(variable)) => Truth::False,
            Some(value) => {
                let found = self.found(value, &scope);
                scope.insert(due.variable, Meaning::Let { found, ground: None });
                self.truth(&due.pending, &scope)
            }
            None => Truth::Unknown,
        }
    }

    fn record(&self, body: &Body, status: Status, major: Option<&Expr>, path: Path, out: &mut Evaluation) {
        let pending = match status {
            Status::Fails | Status::Unknown => self.pending(body, &path.scope),
            Status::Holds | Status::Vacuous | Status::NotYetDue => Truth::False,
        };
        let subject = Subject { bindings: path.bindings };
        match status {
            _ if !path.belongs => out.unknown.push(subject),
            _ if pending == Truth::True => out.not_yet_due.push(subject),
            _ if pending == Truth::Unknown => out.unknown.push(subject),
            Status::Unknown => out.unknown.push(subject),
            Status::Holds => out.holds += 1,
            Status::Vacuous => out.vacuous += 1,
            Status::NotYetDue => out.not_yet_due.push(subject),
            Status::Fails => {
                out.fails.push(subject);
                out.major.extend(major.map(|major| self.truth(major, &path.scope)));
            }
        }
    }

    /// The truth of a condition, and what it rests on where it is true.
    fn condition(&self, condition: &Condition, scope: &Scope) -> (Truth, Option<Ground>) {
        match condition {
            Condition::Plain(condition) => (self.truth(condition, scope), self.ground(condition, scope)),
            Condition::AllOf(branches) => (
                branches.iter().map(|branch| self.truth(&branch.condition, scope)).fold(Truth::True, Truth::and),
                branches.iter().map(|branch| self.ground(&branch.condition, scope)).max().flatten(),
            ),
            Condition::AnyOf(branches) => (
                branches.iter().map(|branch| self.truth(&branch.condition, scope)).fold(Truth::False, Truth::or),
                branches.iter().map(|branch| self.ground(&branch.condition, scope)).max().flatten(),
            ),
        }
    }

    /// All candidates of a binder, before its `where`, in order.
    fn candidates(&self, binder: &Binder, scope: &Scope) -> Vec<Candidate> {
        let known = |binding| Candidate { binding, extra: false };
        let mut candidates = Vec::new();
        match &binder.domain {
            Domain::Records(record) => {
                let table = self.dataset.table(*record);
                candidates.extend((0..table.rows).map(|row| known(Binding::Row(*record, row))));
                if table.extract != Extract::Complete {
                    candidates.push(Candidate { binding: Binding::Missing(*record), extra: true });
                }
            }
            Domain::Elements(elements) => {
                let complete = match self.value(elements, scope) {
                    Cell::Present(Value::List(list)) => {
                        candidates.extend(list.into_iter().map(|element| known(Binding::Element(element))));
                        true
                    }
                    Cell::Present(Value::Set(set)) => {
                        let members = set.members.into_iter().map(Cell::Present);
                        candidates.extend(members.map(|member| known(Binding::Element(member))));
                        set.complete
                    }
                    _ => false,
                };
                if !complete {
                    candidates.push(Candidate { binding: Binding::Element(Cell::Unknown), extra: true });
                }
            }
        }
        candidates
    }

    /// w: whether a candidate belongs. An extra candidate never does for certain.
    fn belongs(&self, binder: &Binder, candidate: &Candidate, scope: &Scope) -> Truth {
        let scope = with(scope, binder, candidate);
        let there = if candidate.extra { Truth::Unknown } else { Truth::True };
        binder.conjuncts.iter().map(|conjunct| self.truth(conjunct, &scope)).fold(there, Truth::and)
    }

    fn truth(&self, condition: &Expr, scope: &Scope) -> Truth {
        debug_assert!(matches!(condition.ty.base, Type::Boolean), "a condition is a boolean");
        match self.value(condition, scope) {
            Cell::Present(Value::Boolean(known)) => Truth::from(known),
            _ => Truth::Unknown,
        }
    }
}

/// What a true condition rests on; of several, the last of these counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ground {
    Vacuous,
    NotYetDue,
    Judged,
}

enum Status {
    Holds,
    Vacuous,
    NotYetDue,
    Fails,
    Unknown,
}

/// The scope with a binder's variable standing for a candidate.
fn with(scope: &Scope, binder: &Binder, candidate: &Candidate) -> Scope {
    let mut inner = scope.clone();
    inner.insert(binder.variable, Meaning::Candidate(candidate.binding.clone()));
    inner
}
