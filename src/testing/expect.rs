//! What was expected of a test against what came out.

use super::run::Subject as Tested;
use super::{MOST_EXPLAINED, Mismatch, SubjectEvidence};
use crate::diagnostic::Code;
use crate::eval::explain::show::Show;
use crate::eval::explain::{Cause, Explainer, Explanation, Limits};
use crate::eval::{Evaluation, Evaluator, Subject};
use crate::ir::test::{Expectation, ExpectedCause, ExpectedOutcome, Whom};
use crate::verdict::{AdviceOutcome, Outcome, judge_advice, judge_rule};

/// What a test is about, judged over its records.
pub(super) struct Judged<'a> {
    tested: Tested<'a>,
    evaluator: Evaluator<'a>,
    show: Show<'a>,
    /// What the whole came to.
    pub(super) outcome: ExpectedOutcome,
    /// Every subject with its name and status: those that fail, those that are unknown, those that hold.
    subjects: Vec<(String, ExpectedOutcome, Subject)>,
}

impl<'a> Judged<'a> {
    pub(super) fn new(
        tested: Tested<'a>,
        evaluator: Evaluator<'a>,
        evaluation: Evaluation,
        show: Show<'a>,
    ) -> Judged<'a> {
        let outcome = match tested {
            Tested::Rule(rule) => match judge_rule(rule, &evaluation).outcome {
                Outcome::Nonconformity => ExpectedOutcome::Fails,
                Outcome::NotDetermined => ExpectedOutcome::NotDetermined,
                Outcome::Conformity => ExpectedOutcome::Holds,
                Outcome::NoPopulation => ExpectedOutcome::Nothing,
            },
            Tested::Advice(_) => match judge_advice(&evaluation).outcome {
                AdviceOutcome::NotFollowed => ExpectedOutcome::Fails,
                AdviceOutcome::NotDetermined => ExpectedOutcome::NotDetermined,
                AdviceOutcome::Followed => ExpectedOutcome::Holds,
                AdviceOutcome::NothingToLookAt => ExpectedOutcome::Nothing,
            },
        };
        let fails = evaluation.fails.into_iter().map(|subject| (ExpectedOutcome::Fails, subject));
        let unknown = evaluation.unknown.into_iter().map(|subject| (ExpectedOutcome::NotDetermined, subject));
        let holds = evaluation.holding.into_iter().map(|(subject, vacuously)| {
            (if vacuously { ExpectedOutcome::Nothing } else { ExpectedOutcome::Holds }, subject)
        });
        let name = |subject: &Subject| show.subject(tested.body(), subject);
        let waiting = evaluation.not_yet_due.into_iter().map(|subject| (ExpectedOutcome::NotYetDue, subject));
        let all = fails.chain(unknown).chain(holds).chain(waiting);
        let subjects = all.map(|(came, subject)| (name(&subject), came, subject)).collect();
        Judged { tested, evaluator, show, outcome, subjects }
    }

    fn explainer(&self) -> Explainer<'_, 'a> {
        Explainer { evaluator: &self.evaluator, body: self.tested.body(), show: self.show, limits: Limits::NONE }
    }

    fn words(&self, outcome: ExpectedOutcome) -> &'static str {
        words(matches!(self.tested, Tested::Rule(_)), outcome)
    }

    /// What judged it.
    pub(super) fn evaluator(&self) -> &Evaluator<'a> {
        &self.evaluator
    }

    /// Whether a subject came to that.
    pub(super) fn has(&self, outcome: ExpectedOutcome) -> bool {
        self.subjects.iter().any(|(_, came, _)| *came == outcome)
    }

    /// An expectation as it is written.
    fn shown(&self, expectation: &Expectation) -> String {
        let mut text = self.words(expectation.outcome).to_owned();
        match (&expectation.of, expectation.outcome) {
            (Whom::All, _) => {}
            (Whom::Subject(name), ExpectedOutcome::NoSubject) => text.push_str(&format!(" \"{name}\"")),
            (Whom::Subject(name), _) => text.push_str(&format!(" on \"{name}\"")),
        }
        if let Some(via) = &expectation.via {
            text.push_str(&format!(" via {via}"));
        }
        match &expectation.because {
            Some(ExpectedCause::Unknown(name)) => text.push_str(&format!(" because unknown {name}")),
            Some(ExpectedCause::NoExtract(record)) => text.push_str(&format!(" because no {record} extract")),
            None => {}
        }
        text
    }

    /// The subjects that an expectation looks at: the one that it names, or those that made the whole what it came to.
    fn looked_at(&self, of: &Whom) -> Vec<&(String, ExpectedOutcome, Subject)> {
        self.subjects
            .iter()
            .filter(|(name, came, _)| match of {
                Whom::Subject(wanted) => name == wanted,
                Whom::All => *came == self.outcome,
            })
            .collect()
    }
}

/// An outcome in the words of a rule, or in those of an advice.
pub(super) fn words(of_rule: bool, outcome: ExpectedOutcome) -> &'static str {
    match (outcome, of_rule) {
        (ExpectedOutcome::NotDetermined, _) => Outcome::NotDetermined.words(),
        (ExpectedOutcome::NoSubject, _) => "no subject",
        (ExpectedOutcome::NotYetDue, _) => "not yet due",
        (ExpectedOutcome::Fails, true) => Outcome::Nonconformity.words(),
        (ExpectedOutcome::Holds, true) => Outcome::Conformity.words(),
        (ExpectedOutcome::Nothing, true) => Outcome::NoPopulation.words(),
        (ExpectedOutcome::Fails, false) => AdviceOutcome::NotFollowed.words(),
        (ExpectedOutcome::Holds, false) => AdviceOutcome::Followed.words(),
        (ExpectedOutcome::Nothing, false) => AdviceOutcome::NothingToLookAt.words(),
    }
}

/// What makes an expectation fail, with the evidence; none if it is met.
pub(super) fn mismatch(judged: &Judged<'_>, expectation: &Expectation) -> Option<Mismatch> {
    let got = difference(judged, expectation)?;
    let explainer = judged.explainer();
    let explained = judged.looked_at(&expectation.of).into_iter().take(MOST_EXPLAINED);
    let subjects = explained.map(|(_, came, subject)| SubjectEvidence {
        came: judged.words(*came).to_owned(),
        explanation: explainer.explain(subject),
    });
    Some(Mismatch {
        expected: judged.shown(expectation),
        got,
        subjects: subjects.collect(),
        policy: judged.show.policy_place(expectation.span),
    })
}

/// What came out instead of what was expected, in words; none if that is what came out.
pub(super) fn difference(judged: &Judged<'_>, expectation: &Expectation) -> Option<String> {
    let looked_at = judged.looked_at(&expectation.of);
    let (got, came) = match &expectation.of {
        Whom::All => (judged.words(judged.outcome).to_owned(), Some(judged.outcome)),
        Whom::Subject(name) => match looked_at.as_slice() {
            [] => (no_such_subject(judged, name), None),
            [(name, came, _), others @ ..] => {
                // Of several subjects of one name, each must be what is expected.
                let came = others
                    .iter()
                    .map(|(_, came, _)| *came)
                    .find(|other| *other != expectation.outcome)
                    .unwrap_or(*came);
                (format!("{} on \"{name}\"", judged.words(came)), Some(came))
            }
        },
    };
    if came.unwrap_or(ExpectedOutcome::NoSubject) != expectation.outcome {
        return Some(got);
    }
    let is_open = expectation.outcome == ExpectedOutcome::NotDetermined;
    if !is_open && expectation.via.is_none() {
        return None;
    }
    let explainer = judged.explainer();
    let explained: Vec<Explanation> = looked_at.iter().map(|(.., subject)| explainer.explain(subject)).collect();
    let causes = || explained.iter().flat_map(|explanation| &explanation.causes);
    let not_given: Vec<&str> =
        causes().filter(|cause| cause.reason == Code::NotGiven.name()).map(|cause| cause.says.as_str()).collect();
    if is_open && !not_given.is_empty() {
        return Some(format!("{got}, which rests on what the test does not give: {}", not_given.join("; ")));
    }
    if let Some(via) = &expectation.via {
        let decided = branches(&explained);
        if !decided.contains(&via.as_str()) {
            let by = if decided.is_empty() { "no branch".to_owned() } else { decided.join(" and ") };
            return Some(format!("{got} via {by}"));
        }
    }
    if let Some(because) = &expectation.because
        && !causes().any(|cause| is_meant(because, cause))
    {
        let mut says: Vec<&str> = causes().map(|cause| cause.says.as_str()).collect();
        says.dedup();
        let says = if says.is_empty() {
            "the policy says so, not because something is unknown".to_owned()
        } else {
            says.join("; ")
        };
        return Some(format!("{got}, because {says}"));
    }
    None
}

/// The branches that decided, each once, in order.
fn branches(explanations: &[Explanation]) -> Vec<&str> {
    let mut labels: Vec<&str> = Vec::new();
    for label in explanations.iter().flat_map(|one| &one.reasons).filter_map(|reason| reason.branch.as_deref()) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

/// Whether a cause is the one that was expected.
fn is_meant(expected: &ExpectedCause, cause: &Cause) -> bool {
    match expected {
        ExpectedCause::Unknown(name) => {
            cause.field.as_ref() == Some(name)
                || cause.parameter.as_ref() == Some(name)
                || (cause.reason == "no-as-of" && matches!(name.as_str(), "as_of" | "today"))
                || (cause.reason == "no-period" && name == "period")
        }
        ExpectedCause::NoExtract(record) => {
            cause.reason == "missing-extract" && cause.record.as_ref().is_some_and(|place| place.record == *record)
        }
    }
}

/// Says that a subject is not there, and which are.
fn no_such_subject(judged: &Judged<'_>, name: &str) -> String {
    let mut names: Vec<&str> = judged.subjects.iter().map(|(name, ..)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [] => format!("no subject \"{name}\": there is none at all"),
        names => format!("no subject \"{name}\": there are {}", names.join(", ")),
    }
}
