//! Running one test: its records as tables, what it is about over them, and what was expected.

use std::borrow::Cow;

use rayon::prelude::*;

use super::expect::{self, Judged};
use super::{Came, Program};
use crate::check::TestStatus;
use crate::data::{Dataset, dataset_of};
use crate::eval::{Evaluator, Exclusions, Inputs, Options, Reported};
use crate::ir::reads::Reads;
use crate::ir::test::{Test, Tested};
use crate::ir::{Advice, Body, Environment, Rule};
use crate::rego::{self, Fault};
use crate::source::Span;

/// What a test is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    /// A rule.
    Rule(&'a Rule),
    /// An advice.
    Advice(&'a Advice),
}

impl<'a> Subject<'a> {
    /// Finds what a test is about; none if it does not check.
    pub(super) fn of(program: Program<'a>, tested: &Tested) -> Option<Subject<'a>> {
        match tested {
            Tested::Rule(id) => program.checked.program.rules.iter().find(|rule| rule.id == *id).map(Subject::Rule),
            Tested::Advice(id) => {
                program.checked.advice.advice.iter().find(|advice| advice.id == *id).map(Subject::Advice)
            }
        }
    }

    /// Where its name stands.
    pub(super) fn span(self) -> Span {
        match self {
            Subject::Rule(rule) => rule.span,
            Subject::Advice(advice) => advice.span,
        }
    }

    pub(super) fn body(self) -> &'a Body {
        match self {
            Subject::Rule(rule) => &rule.body,
            Subject::Advice(advice) => &advice.body,
        }
    }
}

/// A test and all that it runs over; what it is about may be exchanged for something that reads no more fields.
pub(super) struct Prepared<'a> {
    pub(super) test: &'a Test,
    environment: Cow<'a, Environment>,
    dataset: Dataset,
    exclusions: Exclusions,
    /// What Rego reports over its records, if that is the condition of what it is about.
    reported: Option<Reported>,
}

impl<'a> Prepared<'a> {
    /// Makes the tables of a test, and asks the Rego of its rule or advice over them.
    ///
    /// # Errors
    /// The Rego could not be evaluated: a test that rests on that shows nothing.
    pub(super) fn new(program: Program<'a>, test: &'a Test, body: &Body) -> Result<Prepared<'a>, Fault> {
        let environment: &'a Environment = &program.checked.program.environment;
        let mut own = Cow::Borrowed(environment);
        if let Some(zone) = &test.zone {
            own.to_mut().zone = Some(zone.clone());
        }
        for (parameter, bindings) in &test.bindings {
            if let Some(parameter) = own.to_mut().parameters.get_mut(parameter.0 as usize) {
                parameter.bindings.clone_from(bindings);
            }
        }
        let mut reads = Reads::default();
        reads.add_body(environment, body);
        let file = &program.sources.file(test.span.file).name;
        let dataset = dataset_of(&environment.schema, &reads, &test.given, file);
        let exclusions = Exclusions::of(&own, &dataset, test.settings, reads.exclusions);
        let reported = match body.rego() {
            Some(rego) => {
                let inputs = Inputs {
                    environment: &own,
                    dataset: &dataset,
                    settings: test.settings,
                    exclusions: &exclusions,
                    reported: None,
                };
                Some(rego::reported(rego, inputs, program.ask)?)
            }
            None => None,
        };
        Ok(Prepared { test, environment: own, dataset, exclusions, reported })
    }

    /// The records of the test.
    pub(super) fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// Judges what the test is about over its records.
    pub(super) fn judge<'p>(&'p self, program: Program<'p>, subject: Subject<'p>) -> Option<Judged<'p>> {
        let (environment, dataset, exclusions) = (&*self.environment, &self.dataset, &self.exclusions);
        let reported = self.reported.as_ref();
        let inputs = Inputs { environment, dataset, settings: self.test.settings, exclusions, reported };
        let options = Options { list_holding: true, ..Options::default() };
        let evaluator = Evaluator::new(inputs, subject.body(), options);
        // There is no budget, so there is none to be exceeded.
        let evaluation = evaluator.evaluate(None).ok()?;
        let show = program.show(&self.environment, &self.dataset);
        Some(Judged::new(subject, evaluator, evaluation, show))
    }
}

/// Runs tests, each for itself; the results are in their order.
pub(super) fn run_all<'a>(program: Program<'a>, tests: &[&'a TestStatus]) -> Vec<Came> {
    tests.par_iter().map(|status| run_one(program, status)).collect()
}

fn run_one(program: Program<'_>, status: &TestStatus) -> Came {
    let Some((test, subject)) = status.test.as_ref().and_then(|test| Some((test, Subject::of(program, &test.of)?)))
    else {
        let errors = status.diagnostics.iter().filter(|fault| fault.is_error());
        let mut reasons: Vec<String> = errors.map(|fault| program.one_line(fault)).collect();
        if reasons.is_empty() {
            reasons.push(format!("`{}` has errors of its own", status.of.as_deref().unwrap_or_default()));
        }
        return Came::NotRun { reasons };
    };
    let prepared = match Prepared::new(program, test, subject.body()) {
        Ok(prepared) => prepared,
        Err(fault) => return Came::NotRun { reasons: vec![format!("the Rego could not be evaluated: {fault}")] },
    };
    let Some(judged) = prepared.judge(program, subject) else {
        return Came::NotRun { reasons: vec!["internal error: it was not judged".to_owned()] };
    };
    let mismatches: Vec<_> =
        test.expected.iter().filter_map(|expectation| expect::mismatch(&judged, expectation)).collect();
    if mismatches.is_empty() { Came::Passed } else { Came::Failed { mismatches } }
}
