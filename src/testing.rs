//! Tests of rules and advice.
//!
//! Enters: a checked program with its tests. Leaves: [`Results`], what came of each, with the evidence of those that
//! fail. Every format renders this one value. A test runs what a run would: the one evaluator, over the records that it
//! gives; nothing is simulated.
//!
//! # What is not given
//!
//! A record type of which a test gives nothing has no records, and all of them are there. A *field* that it does not give
//! is neither present nor absent: it is unknown, with a cause of its own. Kleene's logic is monotone: whatever value the
//! field had, a result that is true or false with the field unknown would be the same. So only what is *not determined* can rest
//! on it, and a test whose expectation rests on something unknown fails as soon as one of its causes is a field that was
//! not given, even where `not determined` was expected.

pub mod coverage;
mod expect;
pub mod json;
pub mod junit;
pub mod mutate;
mod run;
pub mod terminal;

use serde::Serialize;

pub use self::coverage::{Coverage, ItemCoverage, Missing};
pub use self::mutate::{ItemMutants, Mutant, Mutants};
use crate::check::{Checked, TestStatus};
use crate::diagnostic::Diagnostic;
use crate::eval::explain::show::Show;
use crate::eval::explain::{Explanation, PolicyPlace};
use crate::ir::Citation;
use crate::ir::test::Tested;
use crate::rego::Ask;
use crate::report::build::{ClausePart, place};
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::Parsed;
use crate::value::Number;

/// What came of some tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Results {
    /// The tests, by what they are about: in order of standard, clause and id.
    pub tested: Vec<TestedResults>,
    /// How many there are of each kind.
    pub summary: Summary,
    /// What the tests have seen, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// What the tests notice, if that was asked for and they all pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mutants: Option<Mutants>,
}

/// What a share has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// The least that it may be, as it was asked for.
    pub at_least: String,
    /// Whether it is.
    pub is_met: bool,
}

/// Tests, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// All that were selected.
    pub tests: u64,
    /// Those of which everything came out as expected.
    pub passed: u64,
    /// Those of which something did not.
    pub failed: u64,
    /// Those that could not be run.
    pub not_run: u64,
}

/// Whether something is a rule or an advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A rule.
    Rule,
    /// An advice.
    Advice,
    /// A define.
    Define,
    /// A test that does not say what it is about.
    NotKnown,
}

/// What came of the tests of a rule or an advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestedResults {
    /// Its id; empty where tests do not say what they are about.
    pub id: String,
    /// Which of the two it is.
    pub kind: Kind,
    /// Its tests, in order of place.
    pub tests: Vec<TestResult>,
}

/// What came of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestResult {
    /// Its title; none if it cannot be read.
    pub title: Option<String>,
    /// Where it stands.
    pub policy: PolicyPlace,
    /// What came of it.
    #[serde(flatten)]
    pub came: Came,
}

/// What came of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "came", rename_all = "kebab-case")]
pub enum Came {
    /// Everything came out as expected.
    Passed,
    /// Something did not.
    Failed {
        /// What, in order.
        mismatches: Vec<Mismatch>,
    },
    /// It could not be run.
    NotRun {
        /// Why: each a message that stands alone.
        reasons: Vec<String>,
    },
}

/// Something that came out otherwise than expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// What was expected, in the words of the test.
    pub expected: String,
    /// What came out, in the same words.
    pub got: String,
    /// The subjects that it came from, with the evidence; no more than [`MOST_EXPLAINED`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<SubjectEvidence>,
    /// Where the expectation stands.
    pub policy: PolicyPlace,
}

/// A subject and what made it what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubjectEvidence {
    /// What it came to, in words.
    pub came: String,
    /// Who and why.
    #[serde(flatten)]
    pub explanation: Explanation,
}

/// Most subjects that are explained under one expectation.
pub const MOST_EXPLAINED: usize = 5;

/// A program whose tests are run.
#[derive(Clone, Copy)]
pub struct Program<'a> {
    /// What it means, checked with its tests.
    pub checked: &'a Checked,
    /// Its items.
    pub parsed: &'a [(FileId, Parsed)],
    /// Its texts.
    pub sources: &'a Sources,
    /// Who evaluates the conditions that are Rego.
    pub ask: Ask<'a>,
}

/// What tests are measured by.
pub struct Scope<'s> {
    /// Whether a rule or an advice is looked at.
    pub tested: &'s (dyn Fn(&Tested) -> bool + Sync),
    /// Whether a define is, by where it is declared.
    pub define: &'s (dyn Fn(Span) -> bool + Sync),
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Share {
    /// How many are meant.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
}

impl Share {
    /// Whether it is at least some fraction; a part of nothing is all of it.
    pub fn is_at_least(self, least: Number) -> bool {
        let share = Number::from_fraction(i128::from(self.part), i128::from(self.whole));
        share.is_none_or(|share| share >= least)
    }

    /// The share in percent, rounded down to a tenth; `100` only where nothing is missing.
    pub fn percent(self) -> String {
        if self.part == self.whole {
            return "100%".to_owned();
        }
        let tenths = u128::from(self.part) * 1000 / u128::from(self.whole.max(1));
        format!("{}.{}%", tenths / 10, tenths % 10)
    }
}

impl std::ops::Add for Share {
    type Output = Share;
    fn add(self, other: Share) -> Share {
        Share { part: self.part + other.part, whole: self.whole + other.whole }
    }
}

impl<'a> Program<'a> {
    /// Runs tests of the program.
    pub fn run(&self, tests: &[&'a TestStatus]) -> Results {
        let came = run::run_all(*self, tests);
        let mut by_tested: Vec<(Option<Tested>, TestedResults)> = Vec::new();
        for (status, came) in tests.iter().zip(came) {
            let of = status.test.as_ref().map(|test| test.of.clone()).or_else(|| self.guess(status));
            let result = TestResult { title: status.title.clone(), policy: self.place_at(status.span), came };
            match by_tested.iter_mut().find(|(known, _)| *known == of) {
                Some((_, results)) => results.tests.push(result),
                None => {
                    let kind = match &of {
                        Some(Tested::Rule(_)) => Kind::Rule,
                        Some(Tested::Advice(_)) => Kind::Advice,
                        None => Kind::NotKnown,
                    };
                    let id = of.as_ref().map_or(String::new(), |of| of.id().to_owned());
                    by_tested.push((of, TestedResults { id, kind, tests: vec![result] }));
                }
            }
        }
        by_tested.sort_by_cached_key(|(of, _)| self.place_of(of.as_ref()));
        let tested: Vec<TestedResults> = by_tested.into_iter().map(|(_, results)| results).collect();
        let summary = summary(&tested);
        Results { tested, summary, coverage: None, mutants: None }
    }

    /// What a broken test is about, as far as it can be read.
    fn guess(&self, status: &TestStatus) -> Option<Tested> {
        let id = status.of.as_deref()?;
        let is_rule = self.checked.rules.iter().any(|rule| rule.id.as_deref() == Some(id));
        Some(if is_rule { Tested::Rule(id.to_owned()) } else { Tested::Advice(id.to_owned()) })
    }

    fn place_at(&self, span: Span) -> PolicyPlace {
        PolicyPlace { file: self.sources.file(span.file).name.to_string(), line: self.sources.location(span).line }
    }

    /// Where something stands in the results: rules before advice, then by what it cites; what is not known last.
    fn place_of(&self, of: Option<&Tested>) -> (u8, (String, Vec<ClausePart>, String)) {
        let cited = |statuses: &'a [crate::check::Status], id: &str| -> Option<&'a Citation> {
            statuses.iter().find(|status| status.id.as_deref() == Some(id))?.citations.as_ref()?.first()
        };
        let (rank, citation) = match of {
            Some(Tested::Rule(id)) => (0, cited(&self.checked.rules, id)),
            Some(Tested::Advice(id)) => (1, cited(&self.checked.advice_status, id)),
            None => (2, None),
        };
        let first = citation.map(|citation| (citation.standard.as_str(), citation.clause.as_str()));
        (rank, place(first, of.map_or("", Tested::id)))
    }

    fn one_line(&self, fault: &Diagnostic) -> String {
        let place = self.sources.location(fault.primary.span);
        let file = &self.sources.file(fault.primary.span.file).name;
        format!("{file}:{}:{}: {} [{}]", place.line, place.column, fault.message, fault.code.name())
    }

    fn show(&self, environment: &'a crate::ir::Environment, data: &'a crate::data::Dataset) -> Show<'a> {
        Show { environment, data, sources: self.sources }
    }
}

fn summary(tested: &[TestedResults]) -> Summary {
    let mut summary = Summary::default();
    for test in tested.iter().flat_map(|tested| &tested.tests) {
        summary.tests += 1;
        *match test.came {
            Came::Passed => &mut summary.passed,
            Came::Failed { .. } => &mut summary.failed,
            Came::NotRun { .. } => &mut summary.not_run,
        } += 1;
    }
    summary
}
