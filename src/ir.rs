//! The typed form of a program: what evaluates, explains, lowers or compares rules starts here, never from the syntax.
//!
//! Guaranteed: every name is resolved, every define is unfolded, every operator has operands of the types that it
//! needs, every optional value is guarded, every binder has an access path. Evaluation of it is total. Rules and advice
//! are two programs of different types: nothing in a [`Program`] can name an [`Advice`].

pub mod exclusion;
pub mod expr;
pub mod mapping;
pub mod pattern;
pub mod plan;
pub mod print;
pub mod reads;
pub mod rego;
pub mod table;
pub mod test;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use exclusion::Exclusion;
pub use expr::*;
pub use rego::Rego;
pub use table::{Answers, Table, TableId, TableRow};

use crate::schema::{RecordId, Schema, Ty};
use crate::source::Span;
use crate::value::{Date, Interval, Number, Timestamp, Value, Zone};

/// What rules and advice are both read against.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// The records.
    pub schema: Schema,
    /// The zone of civil days; none if the program states none (then no date meets a timestamp in it).
    pub zone: Option<Zone>,
    /// The parameters, in order of name.
    pub parameters: Vec<Parameter>,
    /// The standing exclusions, in order of file and place. What is left out of a record never depends on itself.
    pub exclusions: Vec<Exclusion>,
    /// The policy tables, in order of name.
    pub tables: Vec<Table>,
    /// The standards, in order of name.
    pub standards: Vec<Standard>,
    /// The calendars, in order of name; a value of type `calendar` is a position here.
    pub calendars: Vec<Calendar>,
}

/// A calendar.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Its name.
    pub name: String,
    /// What it is.
    pub title: Option<String>,
    /// When it is open: all that is declared under its name.
    pub hours: crate::value::Calendar,
    /// Where it is declared (its name).
    pub span: Span,
}

/// A standard.
#[derive(Debug, Clone)]
pub struct Standard {
    /// `iso20000-1`
    pub name: String,
    /// Its title.
    pub title: String,
    /// Whether it holds requirements (or guidance).
    pub is_requirements: bool,
    /// Its clauses, depth first, in order of declaration.
    pub clauses: Vec<Clause>,
}

/// A clause.
#[derive(Debug, Clone)]
pub struct Clause {
    /// `8.6.1`
    pub number: String,
    /// Its short title.
    pub title: String,
}

/// A parameter in [`Environment::parameters`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParameterId(pub u32);

/// A parameter of the organization.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// What it is.
    pub title: Option<String>,
    /// Its values, the one without a `since` first, the others in order of theirs; none makes it an unknown value.
    pub bindings: Vec<Binding>,
}

impl Parameter {
    /// The binding that holds on a day: the last whose `since` is not after it. None where no binding holds yet, and on
    /// a day that is not known unless there is but one binding, which always holds.
    pub fn on(&self, day: Option<Date>) -> Option<&Binding> {
        self.bindings.get(self.position_on(day)?)
    }

    /// The position of the binding that holds on a day: see [`Parameter::on`].
    pub fn position_on(&self, day: Option<Date>) -> Option<usize> {
        match (self.bindings.as_slice(), day) {
            ([Binding { since: None, .. }], _) => Some(0),
            (_, None) => None,
            (bindings, day) => {
                bindings.partition_point(|binding| binding.since.is_none() || binding.since <= day).checked_sub(1)
            }
        }
    }

    /// Whether it depends on the day which binding holds, or whether one does.
    pub fn depends_on_day(&self) -> bool {
        self.bindings.iter().any(|binding| binding.since.is_some())
    }
}

/// A value of a parameter.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The day from which on it holds, in the program's zone; none: from the beginning.
    pub since: Option<Date>,
    /// The value.
    pub value: Value,
    /// The value as written.
    pub shown: String,
    /// The document that says so.
    pub from: String,
}

/// What a run is told about time; both are unknown values where they are not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunSettings {
    /// The instant as of which the data is judged.
    pub as_of: Option<Timestamp>,
    /// The audit period, an interval of days.
    pub period: Option<Interval>,
}

/// The program of rules. Verdict and exit status are computed from this alone.
#[derive(Debug, Clone)]
pub struct Program {
    /// Records, parameters, standards, zone.
    pub environment: Arc<Environment>,
    /// The rules, in order of name.
    pub rules: Vec<Rule>,
}

/// The program of advice.
#[derive(Debug, Clone)]
pub struct AdviceProgram {
    /// Records, parameters, standards, zone.
    pub environment: Arc<Environment>,
    /// The advice, in order of name.
    pub advice: Vec<Advice>,
}

/// A citation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The standard's name.
    pub standard: String,
    /// The clause's number.
    pub clause: String,
    /// Letters of list items.
    pub items: Vec<String>,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it cites.
    pub citations: Vec<Citation>,
    /// Subjects and condition.
    pub body: Body,
    /// When its nonconformity is proposed as major.
    pub grade: Option<Grade>,
    /// Where its name stands.
    pub span: Span,
}

/// An advice.
#[derive(Debug, Clone)]
pub struct Advice {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it cites.
    pub citations: Vec<Citation>,
    /// The ids of the rules that it helps with.
    pub supports: Vec<String>,
    /// Subjects and condition.
    pub body: Body,
    /// Where its name stands.
    pub span: Span,
}

/// When a nonconformity is proposed as major (else minor).
#[derive(Debug, Clone)]
pub enum Grade {
    /// Unwaived failures are more than this fraction of the judged.
    Above(Number),
    /// Always.
    Always,
    /// The condition is true of a failing subject; it sees what the rule's condition sees.
    When(Expr),
}

/// A variable of a body: a binder or a `let`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VariableId(pub u32);

/// A variable.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type. A binder over records has [`Type::Row`](crate::schema::Type::Row).
    pub ty: Ty,
}

/// Subjects and condition of a rule or an advice.
#[derive(Debug, Clone)]
pub struct Body {
    /// All variables of the body: of its steps and of binders inside its expressions.
    pub variables: Vec<Variable>,
    /// `for each` and `let` lines, in order.
    pub steps: Vec<Step>,
    /// Until when a subject may still come to hold; only of a rule.
    pub due: Option<Due>,
    /// What shall or should hold.
    pub condition: Condition,
    /// What a failure says.
    pub because: Option<Template>,
}

impl Body {
    /// The due date of a subject that a step decides, or, behind the last step, the condition. None if the rule has none, or
    /// if it does not follow from what the steps before that one bind.
    pub fn due_at(&self, step: usize) -> Option<&Due> {
        let due = self.due.as_ref()?;
        let Some(Step::Let { value, .. }) = self.steps.last().filter(|_| step < self.steps.len()) else {
            return Some(due);
        };
        let bound: BTreeSet<VariableId> = self.steps[..step].iter().map(Step::variable).collect();
        reads::free_variables(value).is_subset(&bound).then_some(due)
    }

    /// The Rego that is the condition.
    pub fn rego(&self) -> Option<&Rego> {
        match &self.condition {
            Condition::Plain(Expr { kind: ExprKind::Unreported(rego), .. }) => Some(rego),
            _ => None,
        }
    }

    /// The value that a `let` gives a variable.
    pub fn let_value(&self, variable: VariableId) -> Option<&Expr> {
        self.steps.iter().find_map(|step| match step {
            Step::Let { variable: own, value, .. } if *own == variable => Some(value),
            _ => None,
        })
    }

    /// How the condition can hold although nothing was judged.
    pub fn groundless(&self) -> Groundless {
        match &self.condition {
            Condition::Plain(condition) => self.groundless_of(condition),
            Condition::AnyOf(branches) | Condition::AllOf(branches) => branches
                .iter()
                .map(|branch| self.groundless_of(&branch.condition))
                .fold(Groundless::default(), Groundless::or),
        }
    }

    /// How an expression of the body can hold although nothing was judged.
    pub fn groundless_of(&self, expr: &Expr) -> Groundless {
        let all = |parts: &[Expr]| -> Vec<Groundless> { parts.iter().map(|part| self.groundless_of(part)).collect() };
        match &expr.kind {
            ExprKind::Quantified { quantifier, .. } => {
                Groundless { vacuously: *quantifier == Quantifier::Every, not_yet_due: false }
            }
            ExprKind::Aggregate { function, .. } => {
                Groundless { vacuously: false, not_yet_due: *function == AggregateFunction::Recurs }
            }
            ExprKind::Covers(_, right) => Groundless { vacuously: !is_never_empty(right), not_yet_due: false },
            // One part with a ground is ground enough; of several without, that something is not due yet says more.
            ExprKind::And(parts) => {
                let parts = all(parts);
                Groundless {
                    vacuously: parts.iter().all(|part| part.vacuously),
                    not_yet_due: parts.iter().all(|part| part.is_possible())
                        && parts.iter().any(|part| part.not_yet_due),
                }
            }
            ExprKind::Or(parts) => all(parts).into_iter().fold(Groundless::default(), Groundless::or),
            ExprKind::Implies(_, right) => self.groundless_of(right),
            ExprKind::If { then, otherwise, .. } => self.groundless_of(then).or(self.groundless_of(otherwise)),
            ExprKind::Variable(variable) => {
                self.let_value(*variable).map_or(Groundless::default(), |value| self.groundless_of(value))
            }
            _ => Groundless::default(),
        }
    }
}

/// How a condition can hold although nothing was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Groundless {
    /// There is nothing to range over.
    pub vacuously: bool,
    /// Nothing is due yet.
    pub not_yet_due: bool,
}

impl Groundless {
    /// Whether there is any such way.
    pub fn is_possible(self) -> bool {
        self.vacuously || self.not_yet_due
    }

    /// The ways of either of two.
    fn or(self, other: Groundless) -> Groundless {
        Groundless { vacuously: self.vacuously || other.vacuously, not_yet_due: self.not_yet_due || other.not_yet_due }
    }
}

/// Whether a list, a set or a timeline has an element whatever the data is.
pub fn is_never_empty(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Set(elements) => !elements.is_empty(),
        ExprKind::Convert { operand, .. } => is_never_empty(operand),
        // The units of the audit period, which is at least a day.
        ExprKind::Call { function: Function::Units(_) | Function::Periods, arguments } => {
            arguments.last().is_some_and(|interval| matches!(interval.kind, ExprKind::Period))
        }
        ExprKind::Aggregate { function: AggregateFunction::Set, binder, .. } => binder.is_never_empty(),
        _ => false,
    }
}

impl Binder {
    /// Whether it has a candidate whatever the data is.
    pub fn is_never_empty(&self) -> bool {
        self.conjuncts.is_empty() && matches!(&self.domain, Domain::Elements(elements) if is_never_empty(elements))
    }
}

impl Step {
    /// The variable that it binds.
    pub fn variable(&self) -> VariableId {
        match self {
            Step::ForEach { binder, .. } => binder.variable,
            Step::Let { variable, .. } => *variable,
        }
    }
}

/// A line before the condition.
#[derive(Debug, Clone)]
pub enum Step {
    /// `for each …`; a body without any has one subject, the organization
    ForEach {
        /// Candidates and their `where`.
        binder: Box<Binder>,
        /// What it means if there are none: of the first, no population; of a later one, an outer subject without inner ones.
        if_none: Option<IfNone>,
    },
    /// `let x = e`
    Let {
        /// The variable.
        variable: VariableId,
        /// Its value.
        value: Expr,
        /// What its absence means for the subject. The first `let` with this whose value is absent decides the
        /// subject; nothing behind it is looked at. None: the variable is optional where `value` is.
        if_absent: Option<IfAbsent>,
    },
}

/// `due t`: the last step is a `let` of t under the name `due`, and of what does not hold it is asked whether that may wait.
///
/// Of a subject that belongs and holds: nothing. Of one that fails or is unknown: where `pending` is true, it is not yet
/// due; where it is false, it stays what it is; where it is unknown, the subject is. A subject that a step decides (a
/// `let` that is absent, a `for each` without candidates) likewise, if t follows from what the steps before that one bind;
/// else there is no due date for it.
#[derive(Debug, Clone)]
pub struct Due {
    /// The variable that has t: a date or a timestamp, never absent.
    pub variable: VariableId,
    /// `as_of < due`; of a date `today <= due`: it is in time on that day.
    pub pending: Expr,
}

/// What an empty population means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IfNone {
    /// `nonconformity`
    Nonconformity,
    /// `not determined`
    NotDetermined,
    /// `no population`
    NoPopulation,
}

/// What the absence of a `let` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IfAbsent {
    /// `nonconformity`: the subject fails
    Nonconformity,
    /// `not determined`: the subject is unknown
    NotDetermined,
}

/// What shall or should hold.
#[derive(Debug, Clone)]
pub enum Condition {
    /// One expression.
    Plain(Expr),
    /// True if a branch is; the evidence names it.
    AnyOf(Vec<Branch>),
    /// True if all branches are; the evidence names those that are not.
    AllOf(Vec<Branch>),
}

/// A labelled branch.
#[derive(Debug, Clone)]
pub struct Branch {
    /// Its label.
    pub label: String,
    /// Its condition.
    pub condition: Expr,
}

/// A message with holes.
#[derive(Debug, Clone)]
pub struct Template {
    /// Texts and holes, in order.
    pub parts: Vec<TemplatePart>,
}

/// A part of a message.
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Literal text.
    Text(String),
    /// A value; may be absent or unknown, and shows that.
    Hole(Expr),
}

/// Candidates: a variable, what it ranges over, and `where`.
#[derive(Debug, Clone)]
pub struct Binder {
    /// The variable.
    pub variable: VariableId,
    /// What it ranges over.
    pub domain: Domain,
    /// The `where`, cut at its top-level `and`s; w is the Kleene conjunction of them (true if there are none). Over a record
    /// that has standing exclusions the last of them is `not` [`ExprKind::LeftOut`] of the variable.
    pub conjuncts: Vec<Expr>,
    /// How candidates are found.
    pub access: Access,
    /// All of the binder, as written.
    pub span: Span,
}

/// What a binder ranges over.
#[derive(Debug, Clone)]
pub enum Domain {
    /// All rows of a record, and one unknown candidate more where its extract is missing or incomplete.
    Records(RecordId),
    /// The elements of a list or a set. An unknown element is a candidate with an unknown value; an unknown list, and
    /// a set that is not complete, have one unknown candidate more.
    Elements(Box<Expr>),
}

/// How the candidates of a binder are found. Only a matter of cost: the conjuncts alone say what is meant.
///
/// *Inner* variables are the binder's own; all others that are bound outside of it are *outer*.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Conjuncts of the form inner = outer, used to look candidates up.
    pub key: Vec<KeyPart>,
    /// A conjunct that compares an inner value with an outer one by order, used on sorted candidates.
    pub order: Option<OrderPart>,
    /// Positions of conjuncts that look at the binder's own variable only (or at nothing bound): evaluated once for each row.
    pub local: Vec<usize>,
    /// Positions of all other conjuncts: evaluated for each pair that is left.
    pub residual: Vec<usize>,
    /// Whether anything of the whole quantity (conjuncts, value, key) depends on an outer variable.
    pub correlated: bool,
}

/// A conjunct `inner = outer` (or `outer = inner`, or `inner in {…}` never).
#[derive(Debug, Clone)]
pub struct KeyPart {
    /// Position among the conjuncts.
    pub conjunct: usize,
    /// The side that depends on the binder's own variable only.
    pub inner: Expr,
    /// The side that does not depend on it.
    pub outer: Expr,
}

/// A conjunct `inner op outer`, or `inner during outer`.
#[derive(Debug, Clone)]
pub struct OrderPart {
    /// Position among the conjuncts.
    pub conjunct: usize,
    /// The side that depends on the binder's own variable only.
    pub inner: Expr,
    /// How the two are related, the inner one on the left.
    pub relation: OrderRelation,
    /// The side that does not depend on it.
    pub outer: Expr,
}

/// The relation of an [`OrderPart`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderRelation {
    /// `inner < outer`
    Less,
    /// `inner <= outer`
    LessOrEqual,
    /// `inner > outer`
    Greater,
    /// `inner >= outer`
    GreaterOrEqual,
    /// `inner during outer`
    During,
}

/// The name of an access path, as a plan prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessPath {
    /// Nothing outer: computed once.
    Once,
    /// By equality.
    Key,
    /// By equality, then by order.
    KeyAndOrder,
    /// By order.
    Order,
    /// By `during`, alone or behind equality.
    Bucket,
    /// Every candidate for every outer row.
    Scan,
}

impl Access {
    /// Names the path.
    pub fn path(&self) -> AccessPath {
        match (self.correlated, self.key.is_empty(), &self.order) {
            (false, _, _) => AccessPath::Once,
            (true, _, Some(order)) if order.relation == OrderRelation::During => AccessPath::Bucket,
            (true, false, None) => AccessPath::Key,
            (true, false, Some(_)) => AccessPath::KeyAndOrder,
            (true, true, Some(_)) => AccessPath::Order,
            (true, true, None) => AccessPath::Scan,
        }
    }
}
