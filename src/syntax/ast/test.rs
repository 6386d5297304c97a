//! The tree of tests.

use super::{Expr, Name, Text};
use crate::source::{Span, Spanned};
use crate::value::{Date, Timestamp};

/// A test of a rule or an advice.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// What it shows.
    pub title: Text,
    /// The rule or the advice.
    pub of: Name,
    /// `zone`, `as_of`, `period` and `bind`, in order.
    pub settings: Vec<TestSetting>,
    /// The records that there are, and the extracts that there are not, in order.
    pub given: Vec<Given>,
    /// What shall come out, in order; at least one.
    pub expected: Vec<Expect>,
}

/// What a test says of its run.
#[derive(Debug, Clone, PartialEq)]
pub enum TestSetting {
    /// `zone "Europe/Amsterdam"`
    Zone {
        /// The zone.
        zone: Text,
        /// All of it.
        span: Span,
    },
    /// `as_of 2026-02-01T00:00Z`
    AsOf {
        /// The instant, or the day whose first instant is meant.
        at: Spanned<AsOf>,
        /// All of it.
        span: Span,
    },
    /// `period 2026-01-01 through 2026-01-31`
    Period {
        /// The first day.
        from: Spanned<Date>,
        /// The last day.
        last: Spanned<Date>,
        /// All of it.
        span: Span,
    },
    /// `bind p = 4 hours since 2026-07-01`
    Bind {
        /// The parameter.
        name: Name,
        /// Its value.
        value: Expr,
        /// `since 2026-07-01`: the day from which on it holds; none: from the beginning.
        since: Option<Spanned<Date>>,
        /// All of it.
        span: Span,
    },
}

impl TestSetting {
    /// All of it.
    pub fn span(&self) -> Span {
        match self {
            TestSetting::Zone { span, .. }
            | TestSetting::AsOf { span, .. }
            | TestSetting::Period { span, .. }
            | TestSetting::Bind { span, .. } => *span,
        }
    }
}

/// As of when a test judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// `2026-02-01T00:00Z`
    Instant(Timestamp),
    /// `2026-02-01`
    Day(Date),
}

/// What a test gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// `given incident { number: "INC1", merged_into: absent }`
    Record {
        /// The record type.
        record: Name,
        /// Its fields, in order.
        fields: Vec<GivenField>,
        /// All of it.
        span: Span,
    },
    /// `given no approval extract`
    NoExtract {
        /// The record type.
        record: Name,
        /// All of it.
        span: Span,
    },
}

/// A field of a record that a test gives.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenField {
    /// The field.
    pub name: Name,
    /// Its value; the bare words `absent` and `unknown` are no members here but say that it has none.
    pub value: Expr,
}

/// `expect …`
#[derive(Debug, Clone, PartialEq)]
pub struct Expect {
    /// What shall come out.
    pub what: Expected,
    /// `via LABEL`: the branch that shall have decided.
    pub via: Option<Name>,
    /// `because …`: what shall not be known.
    pub because: Option<ExpectedCause>,
    /// All of it.
    pub span: Span,
}

/// What shall come out.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// `nonconformity on "INC1"`
    Outcome {
        /// The outcome.
        outcome: Spanned<ExpectedOutcome>,
        /// The subject whose status is meant; none: the outcome of the whole.
        on: Option<Text>,
    },
    /// `no subject "INC1"`: it is not in the population.
    NoSubject(Text),
}

/// An outcome, in the words of rules and in those of advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExpectedOutcome {
    /// `nonconformity`
    Nonconformity,
    /// `conformity`
    Conformity,
    /// `no population`
    NoPopulation,
    /// `not determined`, of rules and of advice
    NotDetermined,
    /// `not yet due`: of a subject
    NotYetDue,
    /// `not followed`
    NotFollowed,
    /// `followed`
    Followed,
    /// `nothing to look at`
    NothingToLookAt,
}

impl ExpectedOutcome {
    /// Every outcome, those of rules first.
    pub const ALL: [ExpectedOutcome; 8] = [
        ExpectedOutcome::Nonconformity,
        ExpectedOutcome::Conformity,
        ExpectedOutcome::NoPopulation,
        ExpectedOutcome::NotDetermined,
        ExpectedOutcome::NotYetDue,
        ExpectedOutcome::NotFollowed,
        ExpectedOutcome::Followed,
        ExpectedOutcome::NothingToLookAt,
    ];

    /// The outcome as written.
    pub fn words(self) -> &'static str {
        match self {
            ExpectedOutcome::Nonconformity => "nonconformity",
            ExpectedOutcome::Conformity => "conformity",
            ExpectedOutcome::NoPopulation => "no population",
            ExpectedOutcome::NotDetermined => "not determined",
            ExpectedOutcome::NotYetDue => "not yet due",
            ExpectedOutcome::NotFollowed => "not followed",
            ExpectedOutcome::Followed => "followed",
            ExpectedOutcome::NothingToLookAt => "nothing to look at",
        }
    }

    /// Whether only a rule, or only an advice, can have it; none: both can.
    pub fn of_rule(self) -> Option<bool> {
        match self {
            ExpectedOutcome::Nonconformity | ExpectedOutcome::Conformity | ExpectedOutcome::NoPopulation => Some(true),
            ExpectedOutcome::NotDetermined | ExpectedOutcome::NotYetDue => None,
            ExpectedOutcome::NotFollowed | ExpectedOutcome::Followed | ExpectedOutcome::NothingToLookAt => Some(false),
        }
    }
}

/// Why something shall not be known.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectedCause {
    /// `unknown decided_at`: a field, a parameter, `as_of` or `period`
    Unknown(Name),
    /// `no approval extract`
    NoExtract(Name),
}
