//! Tests: the checked form of a `test`.
//!
//! What a test says of a rule or an advice: the records that there are, and what shall come out. It is no part of a
//! program; what runs it is handed the body that it is about.

use std::collections::{BTreeMap, BTreeSet};

use super::{Binding, ParameterId, RunSettings};
use crate::schema::{FieldId, RecordId};
use crate::source::Span;
use crate::value::{Value, Zone};

/// A test.
#[derive(Debug, Clone)]
pub struct Test {
    /// What it shows.
    pub title: String,
    /// What it is about.
    pub of: Tested,
    /// The zone of civil days in it, if it states one; else that of the program.
    pub zone: Option<Zone>,
    /// As of when, and for which period.
    pub settings: RunSettings,
    /// The parameters that it binds, each to values in order of their `since`; others have the bindings of the program.
    pub bindings: BTreeMap<ParameterId, Vec<Binding>>,
    /// The records that there are.
    pub given: GivenData,
    /// What shall come out, in order.
    pub expected: Vec<Expectation>,
    /// Where its title stands.
    pub span: Span,
}

/// What a test is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tested {
    /// The rule of that id.
    Rule(String),
    /// The advice of that id.
    Advice(String),
}

impl Tested {
    /// The id.
    pub fn id(&self) -> &str {
        match self {
            Tested::Rule(id) | Tested::Advice(id) => id,
        }
    }
}

/// Records that are written down. Of every other record type there are none, and that is known.
#[derive(Debug, Clone, Default)]
pub struct GivenData {
    /// The records, in order.
    pub records: Vec<GivenRecord>,
    /// The record types whose extract is missing.
    pub missing: BTreeSet<RecordId>,
}

/// A record that is written down.
#[derive(Debug, Clone)]
pub struct GivenRecord {
    /// Its type.
    pub record: RecordId,
    /// Its fields. One that is not here was *not given*: it is unknown, and nothing may rest on it.
    pub fields: BTreeMap<FieldId, GivenValue>,
    /// The line of the policy file that it stands on.
    pub line: u32,
}

/// The value of a field that is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenValue {
    /// `absent`
    Absent,
    /// `unknown`
    Unknown,
    /// A value of the field's type.
    Value(Value),
    /// The key of the record that a reference names.
    Key(Value),
    /// The elements of a list; each is unknown, a value or a key.
    List(Vec<GivenValue>),
}

/// What shall come out of a test.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Of what it speaks.
    pub of: Whom,
    /// What it shall come to.
    pub outcome: ExpectedOutcome,
    /// The branch that shall have decided.
    pub via: Option<String>,
    /// What shall not be known.
    pub because: Option<ExpectedCause>,
    /// Where it stands.
    pub span: Span,
}

/// Of what an expectation speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// The rule or the advice.
    All,
    /// The subject of that name.
    Subject(String),
}

/// What something shall come to; the words differ between rules and advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExpectedOutcome {
    /// `conformity`, `followed`: a subject holds, and not only because there was nothing to range over.
    Holds,
    /// `nonconformity`, `not followed`
    Fails,
    /// `not determined`
    NotDetermined,
    /// `no population`, `nothing to look at`: of a subject, that it holds only because there was nothing to range over.
    Nothing,
    /// `not yet due`: of a subject alone, that it does not hold and need not yet.
    NotYetDue,
    /// `no subject`: it is not in the population.
    NoSubject,
}

/// Why something shall not be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedCause {
    /// A field of that name, a parameter, `as_of` or `period` is not known.
    Unknown(String),
    /// The extract of a record is missing.
    NoExtract(String),
}
