//! Rego in the report: what a package denies stands beside the rules, what it warns of beside the advice.
//!
//! A package does not state its population, so the best that it can come to is "not determined".

use super::build::{Context, grouped};
use super::{AdviceReport, AdviceResult, AdviceRun, Finding, RuleReport};
use crate::eval::explain::{Cause, Explanation, PolicyPlace, RecordPlace};
use crate::rego::{Package, Ruling, Statement};
use crate::value::{KeyId, Truth};
use crate::verdict::{AdviceOutcome, judge_organization};

/// The subject of a package.
const ORGANIZATION: &str = "organization";

/// Reports what a package denies; none if it has no rule for that. `ruling` may be why it could not be evaluated.
pub fn rule(context: &Context<'_>, package: &Package, ruling: Result<&Ruling, &str>) -> Option<RuleReport> {
    let place = place(package.denies.as_ref()?);
    let denied: &[Statement] = ruling.map_or(&[], |ruling| &ruling.denied);
    // That nothing is denied says nothing: Rego does not say of what.
    let verdict = judge_organization(if denied.is_empty() { Truth::Unknown } else { Truth::False });
    let (findings, findings_left_out) = explanations(context, denied);
    let (because, says) = match ruling {
        Ok(_) if !denied.is_empty() => {
            (format!("the organization fails: {}", times(denied, "is", "are", "denied")), None)
        }
        Ok(_) => {
            let says = "nothing is denied, and Rego does not state its population";
            (says.to_owned(), Some(("population-not-stated", says.to_owned())))
        }
        Err(fault) => ("the Rego could not be evaluated".to_owned(), Some(("rego-error", fault.to_owned()))),
    };
    let unknown = says.map(|(reason, says)| Explanation {
        causes: vec![Cause {
            reason: reason.to_owned(),
            says,
            record: None,
            field: None,
            parameter: None,
            found: None,
        }],
        ..explanation(ORGANIZATION.to_owned(), Vec::new(), None)
    });
    Some(RuleReport {
        id: id(package),
        title: format!("What the Rego package `{}` denies", package.name),
        outcome: verdict.outcome,
        proposed_grade: verdict.grade,
        because,
        citations: Vec::new(),
        counts: verdict.counts,
        by_attestation: 0,
        needs_judgement: 0,
        filters: Vec::new(),
        findings: findings.into_iter().map(|explanation| Finding { major: false, explanation }).collect(),
        findings_left_out,
        unknown: unknown.into_iter().collect(),
        unknown_left_out: 0,
        advice: Vec::new(),
        policy: place,
    })
}

/// Reports what a package warns of; none if it has no rule for that.
pub fn advice(context: &Context<'_>, package: &Package, ruling: Result<&Ruling, &str>) -> Option<AdviceReport> {
    package.warns.as_ref()?;
    let run = |ruling: &Ruling| {
        let warned = &ruling.warned;
        let verdict = judge_organization(if warned.is_empty() { Truth::Unknown } else { Truth::False });
        let (not_followed, not_followed_left_out) = explanations(context, warned);
        let (outcome, because) = if warned.is_empty() {
            (AdviceOutcome::NotDetermined, "nothing is warned of, and Rego does not state its population".to_owned())
        } else {
            (AdviceOutcome::NotFollowed, times(warned, "warning", "warnings", ""))
        };
        AdviceRun {
            outcome,
            because,
            counts: verdict.counts,
            not_followed,
            not_followed_left_out,
            unknown: Vec::new(),
            unknown_left_out: 0,
        }
    };
    Some(AdviceReport {
        id: id(package),
        title: format!("What the Rego package `{}` warns of", package.name),
        citations: Vec::new(),
        supports: Vec::new(),
        result: match ruling {
            Ok(ruling) => AdviceResult::Run(run(ruling)),
            Err(fault) => AdviceResult::NotRun(vec![fault.to_owned()]),
        },
    })
}

fn id(package: &Package) -> String {
    format!("rego:{}", package.name)
}

fn place((file, line): &(String, u32)) -> PolicyPlace {
    PolicyPlace { file: file.clone(), line: *line }
}

fn times(statements: &[Statement], one: &str, many: &str, what: &str) -> String {
    let word = if statements.len() == 1 { one } else { many };
    format!("{} {word} {what}", grouped(statements.len() as u64)).trim_end().to_owned()
}

/// The first statements as explanations, and how many more there are.
fn explanations(context: &Context<'_>, statements: &[Statement]) -> (Vec<Explanation>, u64) {
    let shown = statements.len().min(context.max_findings);
    let explained = statements[..shown].iter().map(|statement| {
        let (subject, records) = match (&statement.record, &statement.key) {
            (Some(record), Some(key)) => (key.clone(), vec![found(context, record, key)]),
            _ => (ORGANIZATION.to_owned(), Vec::new()),
        };
        explanation(subject, records, Some(statement.message.clone()))
    });
    (explained.collect(), (statements.len() - shown) as u64)
}

fn explanation(subject: String, records: Vec<RecordPlace>, message: Option<String>) -> Explanation {
    Explanation { subject, records, message, lets: Vec::new(), reasons: Vec::new(), causes: Vec::new() }
}

/// The record that Rego names, with its place if there is one of that key.
fn found(context: &Context<'_>, record: &str, key: &str) -> RecordPlace {
    let show = context.show;
    let row = show.environment.schema.find(record).and_then(|id| {
        let space = show.data.spaces.get(show.environment.schema.record(id).space.0 as usize)?;
        let number = (0..space.texts.len()).find(|number| space.texts.get(*number) == key)?;
        show.data.rows_of(id, KeyId(number as u32)).first().map(|row| (id, *row))
    });
    match row {
        Some((id, row)) => show.record_place(id, row),
        None => RecordPlace { record: record.to_owned(), key: key.to_owned(), file: None, line: None, byte: None },
    }
}
