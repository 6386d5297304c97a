//! What an evaluation means for a rule, and what the rules mean for the run.
//!
//! Enters: the [`Evaluation`] of a body, the rule's `if none` and grade. Leaves: an outcome with its counts and, from
//! the verdicts of rules alone, the exit status. Pure: nothing is read or written, and advice has types of its own that
//! no function about rules takes.

use serde::Serialize;

use crate::eval::Evaluation;
use crate::ir::{Body, Grade, IfNone, Rule, Step};
use crate::value::{Number, Truth};

/// What a rule comes to, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A subject fails; or the population is empty and the rule says that this is one.
    Nonconformity,
    /// A subject is unknown; or the population is empty and the rule calls that not determined.
    NotDetermined,
    /// Something was judged and everything judged holds.
    Conformity,
    /// Nothing to judge, and the rule allows it; or nothing that was due yet.
    NoPopulation,
}

impl Outcome {
    /// Every outcome, the gravest first.
    pub const ALL: [Outcome; 4] =
        [Outcome::Nonconformity, Outcome::NotDetermined, Outcome::Conformity, Outcome::NoPopulation];

    /// The outcome in words.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Nonconformity => "nonconformity",
            Outcome::NotDetermined => "not determined",
            Outcome::Conformity => "conformity",
            Outcome::NoPopulation => "no population",
        }
    }
}

/// What an advice comes to. The words are its own: none of them is an outcome of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdviceOutcome {
    /// A subject does not follow it.
    NotFollowed,
    /// Whether it is followed is not known of a subject.
    NotDetermined,
    /// Every subject follows it.
    Followed,
    /// There is no subject.
    NothingToLookAt,
}

impl AdviceOutcome {
    /// The outcome in words.
    pub fn words(self) -> &'static str {
        match self {
            AdviceOutcome::NotFollowed => "not followed",
            AdviceOutcome::NotDetermined => "not determined",
            AdviceOutcome::Followed => "followed",
            AdviceOutcome::NothingToLookAt => "nothing to look at",
        }
    }
}

/// How grave a nonconformity is proposed to be; people decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProposedGrade {
    /// A minor nonconformity.
    Minor,
    /// A major nonconformity.
    Major,
}

impl ProposedGrade {
    /// The grade in words.
    pub fn words(self) -> &'static str {
        match self {
            ProposedGrade::Minor => "minor",
            ProposedGrade::Major => "major",
        }
    }
}

/// How many subjects there are, and how each was judged. The parts add up to the population.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// All subjects.
    pub population: u64,
    /// Those that hold, not counting those that hold vacuously.
    pub holds: u64,
    /// Those that hold only because there was nothing to range over.
    pub vacuous: u64,
    /// Those that fail.
    pub fails: u64,
    /// Those of which it is not known whether they hold, or whether they belong.
    pub unknown: u64,
    /// Those that do not hold, or are not known to, and need not yet.
    pub not_yet_due: u64,
}

impl Counts {
    /// Counts the subjects of an evaluation.
    pub fn of(evaluation: &Evaluation) -> Counts {
        Counts {
            population: evaluation.population(),
            holds: evaluation.holds,
            vacuous: evaluation.vacuous,
            fails: evaluation.fails.len() as u64,
            unknown: evaluation.unknown.len() as u64,
            not_yet_due: evaluation.not_yet_due.len() as u64,
        }
    }

    /// Those that were judged: they hold, vacuously or not, or fail.
    pub fn judged(&self) -> u64 {
        self.holds + self.vacuous + self.fails
    }
}

/// What a rule comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleVerdict {
    /// The outcome.
    pub outcome: Outcome,
    /// The subjects.
    pub counts: Counts,
    /// How grave a nonconformity is proposed to be; none for any other outcome.
    pub grade: Option<ProposedGrade>,
}

/// What an advice comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdviceVerdict {
    /// The outcome.
    pub outcome: AdviceOutcome,
    /// The subjects.
    pub counts: Counts,
}

/// Judges a rule from what its evaluation gave.
pub fn judge_rule(rule: &Rule, evaluation: &Evaluation) -> RuleVerdict {
    let counts = Counts::of(evaluation);
    let outcome = outcome(counts, if_none(&rule.body), evaluation.more_may_fail);
    let grade = (outcome == Outcome::Nonconformity).then(|| grade(rule.grade.as_ref(), counts, &evaluation.major));
    RuleVerdict { outcome, counts, grade }
}

/// Judges a rule whose one subject is the organization and that has neither `for each` nor grade.
pub fn judge_organization(holds: Truth) -> RuleVerdict {
    let is = |truth: Truth| u64::from(holds == truth);
    let counts = Counts {
        population: 1,
        holds: is(Truth::True),
        fails: is(Truth::False),
        unknown: is(Truth::Unknown),
        ..Counts::default()
    };
    let outcome = outcome(counts, IfNone::NoPopulation, false);
    RuleVerdict { outcome, counts, grade: (outcome == Outcome::Nonconformity).then_some(ProposedGrade::Minor) }
}

/// Judges an advice from what its evaluation gave.
pub fn judge_advice(evaluation: &Evaluation) -> AdviceVerdict {
    let counts = Counts::of(evaluation);
    let outcome = match outcome(counts, IfNone::NoPopulation, evaluation.more_may_fail) {
        Outcome::Nonconformity => AdviceOutcome::NotFollowed,
        Outcome::NotDetermined => AdviceOutcome::NotDetermined,
        Outcome::Conformity => AdviceOutcome::Followed,
        Outcome::NoPopulation => AdviceOutcome::NothingToLookAt,
    };
    AdviceVerdict { outcome, counts }
}

/// What an empty population means: the `if none` of the first `for each`; a rule without any has nothing to judge then.
fn if_none(body: &Body) -> IfNone {
    body.steps
        .iter()
        .find_map(|step| match step {
            Step::ForEach { if_none, .. } => Some(*if_none),
            Step::Let { .. } => None,
        })
        .flatten()
        .unwrap_or(IfNone::NoPopulation)
}

/// The first line of the table of outcomes that applies. `more_may_fail`: something that is no subject may be one that fails.
fn outcome(counts: Counts, if_none: IfNone, more_may_fail: bool) -> Outcome {
    // Where every subject holds vacuously there was as little to judge as where there is none. One that is not yet due is
    // a subject: that there is none is not so, and yet nothing was judged.
    let nothing_to_judge = counts.population == counts.vacuous;
    if counts.fails > 0 || (nothing_to_judge && if_none == IfNone::Nonconformity) {
        Outcome::Nonconformity
    } else if counts.unknown > 0 || more_may_fail || (nothing_to_judge && if_none == IfNone::NotDetermined) {
        Outcome::NotDetermined
    } else if counts.population == counts.vacuous + counts.not_yet_due {
        Outcome::NoPopulation
    } else {
        Outcome::Conformity
    }
}

fn grade(grade: Option<&Grade>, counts: Counts, major: &[Truth]) -> ProposedGrade {
    let is_major = match grade {
        None => false,
        Some(Grade::Always) => true,
        Some(Grade::Above(limit)) => {
            // Without a judged subject (an empty population) there is no share that could be above anything.
            Number::from_fraction(i128::from(counts.fails), i128::from(counts.judged()))
                .is_some_and(|share| share > *limit)
        }
        Some(Grade::When(_)) => major.contains(&Truth::True),
    };
    if is_major { ProposedGrade::Major } else { ProposedGrade::Minor }
}

/// How a run ends. The numbers are fixed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExitStatus {
    /// 0: every selected rule is conformity or no population, and at least one is conformity.
    Conforms,
    /// 1: at least one nonconformity.
    Nonconformity,
    /// 2: the run could not be done.
    CouldNotRun,
    /// 3: no nonconformity, but something is not determined, or nothing was judged at all.
    NotDetermined,
}

impl ExitStatus {
    /// The number that the process returns.
    pub fn number(self) -> u8 {
        match self {
            ExitStatus::Conforms => 0,
            ExitStatus::Nonconformity => 1,
            ExitStatus::CouldNotRun => 2,
            ExitStatus::NotDetermined => 3,
        }
    }
}

/// Returns how a run with these outcomes of rules ends; without any rule it could not be done.
pub fn exit_status(outcomes: impl IntoIterator<Item = Outcome>) -> ExitStatus {
    let outcomes: std::collections::BTreeSet<Outcome> = outcomes.into_iter().collect();
    if outcomes.is_empty() {
        ExitStatus::CouldNotRun
    } else if outcomes.contains(&Outcome::Nonconformity) {
        ExitStatus::Nonconformity
    } else if outcomes.contains(&Outcome::NotDetermined) || !outcomes.contains(&Outcome::Conformity) {
        ExitStatus::NotDetermined
    } else {
        ExitStatus::Conforms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(holds: u64, vacuous: u64, fails: u64, unknown: u64) -> Counts {
        Counts { population: holds + vacuous + fails + unknown, holds, vacuous, fails, unknown, not_yet_due: 0 }
    }

    fn waiting(counts: Counts, not_yet_due: u64) -> Counts {
        Counts { population: counts.population + not_yet_due, not_yet_due, ..counts }
    }

    #[test]
    fn the_first_line_of_the_table_that_applies_decides() {
        use IfNone::{NoPopulation, Nonconformity, NotDetermined};
        for (subjects, if_none, expected) in [
            (counts(1, 1, 1, 1), NoPopulation, Outcome::Nonconformity),
            (counts(1, 1, 0, 1), Nonconformity, Outcome::NotDetermined),
            (counts(0, 1, 0, 1), Nonconformity, Outcome::NotDetermined),
            (counts(1, 1, 0, 0), Nonconformity, Outcome::Conformity),
            (counts(0, 2, 0, 0), Nonconformity, Outcome::Nonconformity),
            (counts(0, 2, 0, 0), NotDetermined, Outcome::NotDetermined),
            (counts(0, 2, 0, 0), NoPopulation, Outcome::NoPopulation),
            (counts(0, 0, 0, 0), Nonconformity, Outcome::Nonconformity),
            (counts(0, 0, 0, 0), NotDetermined, Outcome::NotDetermined),
            (counts(0, 0, 0, 0), NoPopulation, Outcome::NoPopulation),
            (waiting(counts(1, 0, 1, 0), 1), NoPopulation, Outcome::Nonconformity),
            (waiting(counts(1, 0, 0, 1), 1), NoPopulation, Outcome::NotDetermined),
            (waiting(counts(1, 0, 0, 0), 1), Nonconformity, Outcome::Conformity),
            (waiting(counts(0, 1, 0, 0), 1), Nonconformity, Outcome::NoPopulation),
            (waiting(counts(0, 0, 0, 0), 2), Nonconformity, Outcome::NoPopulation),
            (waiting(counts(0, 0, 0, 0), 2), NotDetermined, Outcome::NoPopulation),
        ] {
            assert_eq!(outcome(subjects, if_none, false), expected, "{subjects:?} {if_none:?}");
            let expected = expected.min(Outcome::NotDetermined);
            assert_eq!(outcome(subjects, if_none, true), expected, "{subjects:?} {if_none:?}, and more may fail");
        }
    }

    #[test]
    fn a_share_of_failures_is_of_the_judged_and_exact() {
        let limit = Grade::Above(Number::from_fraction(1, 10).unwrap());
        assert_eq!(grade(Some(&limit), counts(8, 1, 1, 90), &[]), ProposedGrade::Minor);
        assert_eq!(grade(Some(&limit), counts(7, 1, 1, 90), &[]), ProposedGrade::Major);
        assert_eq!(grade(Some(&limit), counts(0, 0, 0, 0), &[]), ProposedGrade::Minor);
        assert_eq!(grade(Some(&limit), waiting(counts(8, 0, 1, 0), 90), &[]), ProposedGrade::Major);
        assert_eq!(grade(Some(&Grade::Always), counts(0, 0, 0, 0), &[]), ProposedGrade::Major);
        assert_eq!(grade(None, counts(0, 0, 9, 0), &[]), ProposedGrade::Minor);
    }

    #[test]
    fn only_what_is_known_to_be_major_is_proposed_as_major() {
        use crate::ir::{Expr, ExprKind};
        use crate::schema::{Ty, Type};
        use crate::source::{FileId, Span};
        use crate::value::Value;
        let when = Grade::When(Expr {
            kind: ExprKind::Literal(Value::Boolean(true)),
            ty: Ty::required(Type::Boolean),
            span: Span::new(FileId(0), 0, 0),
        });
        let two = counts(0, 0, 2, 0);
        assert_eq!(grade(Some(&when), two, &[Truth::Unknown, Truth::False]), ProposedGrade::Minor);
        assert_eq!(grade(Some(&when), two, &[Truth::Unknown, Truth::True]), ProposedGrade::Major);
    }

    /// Every set of outcomes, against the sentences of the manual page.
    #[test]
    fn the_exit_status_follows_from_the_set_of_outcomes() {
        for bits in 0..16u8 {
            let outcomes: Vec<Outcome> =
                (0..4).filter(|place| bits & (1 << place) != 0).map(|place| Outcome::ALL[place]).collect();
            let has = |outcome| outcomes.contains(&outcome);
            let expected = match () {
                () if outcomes.is_empty() => 2,
                () if has(Outcome::Nonconformity) => 1,
                () if has(Outcome::NotDetermined) => 3,
                () if has(Outcome::Conformity) => 0,
                () => 3,
            };
            assert_eq!(exit_status(outcomes.clone()).number(), expected, "{outcomes:?}");
        }
    }
}
