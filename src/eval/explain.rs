//! Why a subject fails, or is unknown: the parts of the condition that decided, with the values that they read.
//!
//! Enters: a body, one of its subjects, and the evaluator that judged it. Leaves: an [`Explanation`] in words and values
//! that every report format shows as it is. Computed only for subjects that are shown: each costs a walk over the
//! condition and a look at the candidates of the quantities in it.

mod basis;
mod cause;
mod decide;
mod leaf;
mod left_out;
pub mod members;
mod print;
mod recurrence;
mod related;
pub mod show;
mod statement;
mod timelines;
mod ways;

pub(crate) use cause::{is_open, missing_extract, plain, value_cause};
pub use members::{Members, Standing};
use serde::Serialize;

use crate::eval::{Binding, Evaluator, Subject};
use crate::ir::{Body, Expr, ExprKind, TemplatePart, VariableId};
use crate::value::{Cell, Number, Truth, Value};
use show::Show;

/// Most related records that are shown under one reason.
pub const MOST_RELATED: usize = 3;

/// Why a subject fails, or is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The subject's name: its keys joined by ` / `.
    pub subject: String,
    /// The records that the subject is made of, in order.
    pub records: Vec<RecordPlace>,
    /// The rule's `because`, with its holes filled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The values of the `let` lines, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lets: Vec<NamedValue>,
    /// The parts of the condition that decided, in order of the text.
    pub reasons: Vec<Reason>,
    /// For an unknown subject: what is not known, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
}

/// A record and where it was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RecordPlace {
    /// The record type.
    pub record: String,
    /// Its name: the texts of its key fields joined by ` / `, or a digest.
    pub key: String,
    /// The file, relative to the export.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The offset of its first byte in that file, where several records stand on the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte: Option<u64>,
}

/// The state of a shown value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueState {
    /// It has a value.
    Present,
    /// It legitimately has none.
    Absent,
    /// It should be known and is not.
    Unknown,
}

/// A value under the text that it is the value of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedValue {
    /// The expression, as written.
    pub expression: String,
    /// Its value as text; `(absent)` or `(unknown)` where it has none.
    pub value: String,
    /// Whether it has one.
    pub state: ValueState,
    /// What of the policy it rests on, where the expression alone does not say it.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

/// What of the policy a value rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Basis {
    /// The row of a policy table, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    /// The day from which on the binding of a parameter holds that has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The document that says so.
    pub from: String,
}

/// What a part of a condition came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Came {
    /// It is true, and should not be (or is why another part counts).
    True,
    /// It is false.
    False,
    /// It is not known.
    Unknown,
}

/// A part of the condition that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The label of the branch that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The part, as written.
    pub condition: String,
    /// What it came to.
    pub is: Came,
    /// That in words, with the values of both sides.
    pub says: String,
    /// The values that it read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<NamedValue>,
    /// Of a condition on sets: which members made it what it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Members>,
    /// Records that were looked at: those nearest to fitting, or those that should not be there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub looked_at: Vec<Related>,
    /// How many more were looked at that are not listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub looked_at_left_out: u64,
    /// Where the part stands.
    pub policy: PolicyPlace,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A place in a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyPlace {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// A record that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Related {
    /// The record; for an element of a list or a set, its value and no place.
    #[serde(flatten)]
    pub record: RecordPlace,
    /// Why it does not count, or why it does, in words.
    pub says: Vec<String>,
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cause {
    /// A word for the reason: the code of a data finding, or `needs-judgement`, `missing-extract`, `reversed`, `tie`,
    /// `outside-calendar`, `division-by-zero`, `overflow`, `not-forward`, `unbound-parameter`, `no-row`, `no-as-of`,
    /// `no-period`, `not-computable`.
    pub reason: String,
    /// The reason in words.
    pub says: String,
    /// The record whose value is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordPlace>,
    /// The field that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The parameter that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The value as it stands in the export, where it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// How far explanations go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most causes that are given for one subject.
    pub causes: usize,
    /// Most candidates of one binder that are looked at for causes.
    pub candidates: usize,
}

impl Limits {
    /// As far as anybody reads: a subject of a large export may have millions of causes.
    pub const READABLE: Limits = Limits { causes: 8, candidates: 64 };
    /// To every cause that there is, for the few records of a test.
    pub const NONE: Limits = Limits { causes: usize::MAX, candidates: usize::MAX };
}

/// Explains subjects of one body.
#[derive(Clone, Copy)]
pub struct Explainer<'e, 'a> {
    /// What judged them.
    pub evaluator: &'e Evaluator<'a>,
    /// The body.
    pub body: &'a Body,
    /// How values and policy text are shown.
    pub show: Show<'a>,
    /// How far it goes.
    pub limits: Limits,
}

/// What the binders in scope stand for.
type Scope = Vec<(VariableId, Binding)>;

impl<'a> Explainer<'_, 'a> {
    /// Explains why a subject fails (or is unknown).
    pub fn explain(&self, subject: &Subject) -> Explanation {
        let mut walk = decide::Walk::new(*self);
        walk.subject(subject);
        let records = subject
            .bindings
            .iter()
            .filter_map(|(_, binding)| match binding {
                Binding::Row(record, row) => Some(self.show.record_place(*record, *row)),
                _ => None,
            })
            .collect();
        // The message speaks of a failure; of what is not known it would say something untrue.
        let message = self.body.because.as_ref().filter(|_| walk.causes.is_empty());
        Explanation {
            subject: self.show.subject(self.body, subject),
            records,
            message: message.map(|because| self.message(&because.parts, &walk.scope)),
            lets: walk.lets,
            reasons: walk.reasons,
            causes: walk.causes.into_iter().collect(),
        }
    }

    fn message(&self, parts: &'a [TemplatePart], scope: &Scope) -> String {
        parts
            .iter()
            .map(|part| match part {
                TemplatePart::Text(text) => text.clone(),
                TemplatePart::Hole(hole) => self.shown(scope, hole, &self.cell(scope, hole), false),
            })
            .collect()
    }

    /// Looks through conversions and the names of `let`s.
    fn meant(&self, expr: &'a Expr) -> &'a Expr {
        match &show::written(expr).kind {
            ExprKind::Variable(variable) => match self.body.let_value(*variable) {
                Some(value) => self.meant(value),
                None => expr,
            },
            _ => show::written(expr),
        }
    }

    fn cell(&self, scope: &Scope, expr: &'a Expr) -> Cell {
        self.evaluator.cell(expr, scope)
    }

    fn truth(&self, scope: &Scope, expr: &'a Expr) -> Truth {
        match self.cell(scope, expr) {
            Cell::Present(Value::Boolean(known)) => Truth::from(known),
            _ => Truth::Unknown,
        }
    }

    /// The value of an expression as text. Of a count that is known within bounds only, the bounds.
    fn shown(&self, scope: &Scope, expr: &'a Expr, cell: &Cell, quoted: bool) -> String {
        if *cell == Cell::Unknown
            && let Some((least, most)) = self.evaluator.bounds(expr, scope)
            && (least > Number::ZERO || most.is_some())
        {
            return match most {
                Some(most) => format!("between {least} and {most}"),
                None => format!("at least {least}"),
            };
        }
        if quoted { self.show.quoted(cell, &expr.ty.base) } else { self.show.cell(cell, &expr.ty.base) }
    }

    fn named(&self, scope: &Scope, expr: &'a Expr) -> NamedValue {
        let cell = self.cell(scope, expr);
        NamedValue {
            expression: self.show.expr(expr),
            value: self.shown(scope, expr, &cell, false),
            state: match cell {
                Cell::Present(_) => ValueState::Present,
                Cell::Absent => ValueState::Absent,
                Cell::Unknown => ValueState::Unknown,
            },
            basis: basis::of(self, scope, expr),
        }
    }
}
