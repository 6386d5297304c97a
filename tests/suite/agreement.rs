//! The evaluator and the oracle agree: on random programs over random exports, whatever the batches and threads.
//!
//! `SHALL_CASES` says how many programs are tried, `SHALL_SEED` from which seed on.

mod coverage;
mod meaning;

use std::cell::RefCell;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use shall::data::Dataset;
use shall::eval::{Evaluation, Evaluator, Inputs, Options};
use shall::ir::{Environment, Expr, Grade, Rule, RunSettings};
use shall::value::time::{Interval, Moment};
use shall::value::{Date, Timestamp};

use crate::generate::choices::Choices;
use crate::generate::export::{self, File};
use crate::generate::records::prelude;
use crate::generate::rule::rule;
use crate::oracle::Oracle;
use coverage::Coverage;

/// Rows that are looked at together.
const BATCHES: &[usize] = &[1, 7, 65_536];
const THREADS: &[usize] = &[1, 2, 16];

/// Of all generated rules, at most one in so many may be refused by the checker.
const MOST_REFUSED: u64 = 50;

/// The tapes of a case. One for each rule and each record, so that shrinking one leaves the others as they are.
#[derive(Debug, Clone)]
struct Case {
    rules: Vec<Vec<u32>>,
    export: Vec<Vec<u32>>,
    settings: Vec<u32>,
}

fn cases() -> impl Strategy<Value = Case> {
    let tape = |length: usize| prop::collection::vec(any::<u32>(), 0..length);
    (prop::collection::vec(tape(400), 1..5), prop::collection::vec(tape(250), 7), tape(3))
        .prop_map(|(rules, export, settings)| Case { rules, export, settings })
}

/// What the run is told about time: one case in ten is told nothing.
fn settings(tape: &[u32]) -> RunSettings {
    let mut choices = Choices::new(tape);
    let as_of = if choices.chance(10) { None } else { Timestamp::parse("2026-02-01T12:30:15Z") };
    let day = |text| Date::parse(text).map(Moment::Date);
    let period = match choices.below(10) {
        9 => None,
        8 => Interval::new(day("2026-02-01"), day("2026-02-01")),
        7 => Interval::new(day("2025-12-20"), day("2026-03-30")),
        _ => Interval::new(day("2026-01-30"), day("2026-03-02")),
    };
    RunSettings { as_of, period }
}

/// The `when` of a rule's grade.
fn when(rule: &Rule) -> Option<&Expr> {
    match &rule.grade {
        Some(Grade::When(when)) => Some(when),
        _ => None,
    }
}

/// Pools of every number of threads, made once.
fn pools() -> Vec<rayon::ThreadPool> {
    let pool = |threads: &usize| rayon::ThreadPoolBuilder::new().num_threads(*threads).build().expect("threads");
    THREADS.iter().map(pool).collect()
}

/// Judges a rule by evaluator and oracle; the evaluation, or where they differ.
fn judged(
    pools: &[rayon::ThreadPool],
    environment: &Environment,
    dataset: &Dataset,
    run: RunSettings,
    rule: &Rule,
) -> Result<Evaluation, String> {
    let oracle = Oracle { environment, dataset, run };
    let expected = oracle.evaluate(&rule.body, when(rule));
    let inputs = Inputs { environment, dataset, settings: run };
    let mut examined = None;
    for pool in pools {
        for batch in BATCHES {
            let options = Options { batch: *batch, budget: None };
            let found = pool.install(|| Evaluator::new(inputs, &rule.body, options).evaluate(when(rule)));
            let found = found.map_err(|over| format!("{over:?} without a budget"))?;
            let cost = *examined.get_or_insert(found.examined);
            let place = format!("batches of {batch}, {} threads", pool.current_num_threads());
            if cost != found.examined {
                return Err(format!("{place}: {} candidates examined, not {cost}", found.examined));
            }
            let expected = Evaluation { examined: cost, ..expected.clone() };
            if expected != found {
                return Err(format!("{place}\nthe oracle says   {expected:?}\nthe evaluator says {found:?}"));
            }
        }
    }
    Ok(expected)
}
