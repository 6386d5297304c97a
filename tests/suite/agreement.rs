//! The evaluator and the oracle agree: on random programs over random exports, whatever the batches and threads.
//!
//! `SHALL_CASES` says how many programs are tried, `SHALL_SEED` from which seed on.

mod coverage;
mod exclusions;
mod graphs;
mod meaning;
mod rego;
mod reported;

use std::cell::RefCell;
use std::fmt;
use std::io::{Cursor, Read};
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use shall::check::Checked;
use shall::data::{Dataset, Files, Loading, MANIFEST, Silent, load, read_manifest};
use shall::diagnostic::render::render;
use shall::eval::{Evaluation, Evaluator, Exclusions, Inputs, Options, Reported, Subject};
use shall::ir::reads::{Reads, for_each_child};
use shall::ir::{Condition, Environment, Expr, ExprKind, Grade, Rule, RunSettings, Step};
use shall::source::Sources;
use shall::syntax::ast::Parsed;
use shall::value::time::{Interval, Moment};
use shall::value::{Date, Timestamp};

use crate::generate::choices::Choices;
use crate::generate::export::{self, File};
use crate::generate::records::{RECORDS, prelude};
use crate::generate::rule::rule;
use crate::oracle::Oracle;
use coverage::Coverage;

/// Rows that are looked at together.
const BATCHES: &[usize] = &[1, 7, 65_536];
const THREADS: &[usize] = &[1, 2, 16];
/// Bytes of a file that are read together.
const BLOCKS: &[usize] = &[1 << 20, 61];

/// Of all generated rules, at most one in so many may be refused by the checker.
const MOST_REFUSED: u64 = 50;

/// The tapes of a case. One for each rule and each record, so that shrinking one leaves the others as they are.
#[derive(Clone)]
struct Case {
    rules: Vec<Vec<u32>>,
    export: Vec<Vec<u32>>,
    settings: Vec<u32>,
}

/// What a failure shows is the program and the files; tapes say nothing to anyone.
impl fmt::Debug for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} rules", self.rules.len())
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let tape = |length: usize| prop::collection::vec(any::<u32>(), 0..length);
    (prop::collection::vec(tape(400), 1..5), prop::collection::vec(tape(350), RECORDS.len()), tape(5))
        .prop_map(|(rules, export, settings)| Case { rules, export, settings })
}

/// What the run is told about time: one case in ten is told nothing.
fn settings(tape: &[u32]) -> RunSettings {
    let mut choices = Choices::new(tape);
    let as_of = match choices.below(10) {
        9 => None,
        7 | 8 => Timestamp::parse("2026-03-29T12:30:15Z"),
        _ => Timestamp::parse("2026-02-01T12:30:15Z"),
    };
    let day = |text| Date::parse(text).map(Moment::Date);
    let period = match choices.below(10) {
        9 => None,
        8 => Interval::new(day("2026-02-01"), day("2026-02-01")),
        7 => Interval::new(day("2025-12-20"), day("2026-03-30")),
        _ => Interval::new(day("2026-01-30"), day("2026-03-02")),
    };
    RunSettings { as_of, period }
}

/// One export in four is said not to hold all records of one kind.
fn incomplete(tape: &[u32], files: &[File]) -> Option<File> {
    let mut choices = Choices::new(tape.get(2..).unwrap_or_default());
    let is_incomplete = choices.below(4) == 3;
    let (name, _) = files.get(choices.below(files.len().max(1)))?;
    let manifest = format!(r#"{{"files": [{{"file": "{name}", "complete": false}}]}}"#);
    is_incomplete.then(|| (MANIFEST.to_owned(), manifest))
}

/// The `when` of a rule's grade.
fn when(rule: &Rule) -> Option<&Expr> {
    match &rule.grade {
        Some(Grade::When(when)) => Some(when),
        _ => None,
    }
}

/// How many subjects hold, hold vacuously, fail and are unknown.
type Counts = (u64, u64, u64, u64);

fn counts(evaluation: &Evaluation) -> Counts {
    (evaluation.holds, evaluation.vacuous, evaluation.fails.len() as u64, evaluation.unknown.len() as u64)
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
    reported: Option<&Reported>,
) -> Result<Evaluation, String> {
    let oracle = Oracle::new(environment, dataset, run).told(reported);
    let expected = oracle.evaluate(&rule.body, when(rule));
    let mut reads = Reads::default();
    reads.add_body(environment, &rule.body);
    reads.add_grade(environment, rule.grade.as_ref());
    let all = Exclusions::of(environment, dataset, run, reads.exclusions.iter().copied());
    let inputs = Inputs { environment, dataset, settings: run, exclusions: &all, reported };
    let mut examined = None;
    for pool in pools {
        for batch in BATCHES {
            let options = Options { batch: *batch, ..Options::default() };
            let found = pool.install(|| {
                let mut exclusions = Exclusions::default();
                for record in &reads.exclusions {
                    exclusions.add(inputs, *record, options)?;
                }
                let inputs = Inputs { exclusions: &exclusions, ..inputs };
                Evaluator::new(inputs, &rule.body, options).evaluate(when(rule))
            });
            let found = found.map_err(|over| format!("{over:?} without a budget"))?;
            let cost = *examined.get_or_insert(found.examined);
            let place = format!("batches of {batch}, {} threads", pool.current_num_threads());
            if cost != found.examined {
                return Err(format!("{place}: {} candidates examined, not {cost}", found.examined));
            }
            let expected = Evaluation { examined: found.examined, ..expected.clone() };
            if expected != found {
                return Err(format!("{place}\nthe oracle says   {expected:?}\nthe evaluator says {found:?}"));
            }
        }
    }
    explained(&oracle, &Evaluator::new(inputs, &rule.body, Options::default()), rule, &expected)?;
    Ok(expected)
}

/// Subjects of a rule whose values are looked at.
const EXPLAINED: usize = 3;

/// Asks both for the values of the parts of a condition, for some of the subjects that a report would show.
fn explained<'a>(
    oracle: &Oracle<'_>,
    evaluator: &Evaluator<'a>,
    rule: &'a Rule,
    evaluation: &Evaluation,
) -> Result<(), String> {
    let mut parts: Vec<&Expr> = match &rule.body.condition {
        Condition::Plain(condition) => vec![condition],
        Condition::AnyOf(branches) | Condition::AllOf(branches) => {
            branches.iter().map(|branch| &branch.condition).collect()
        }
    };
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        // What stands inside of a binder has no value of its own for a subject.
        if !matches!(part.kind, ExprKind::Quantified { .. } | ExprKind::Aggregate { .. } | ExprKind::Stated(_)) {
            for_each_child(part, &mut |child| parts.push(child));
        }
        at += 1;
    }
    let subjects = evaluation.fails.iter().take(EXPLAINED).chain(evaluation.unknown.iter().take(EXPLAINED));
    // Behind an absent `let` that decides a subject nothing is looked at.
    let decided = |subject: &&Subject| {
        rule.body.steps.iter().any(|step| match step {
            Step::Let { value, if_absent: Some(_), .. } => {
                oracle.explain(&rule.body, subject, value).0 == shall::value::Cell::Absent
            }
            _ => false,
        })
    };
    for subject in subjects.filter(|subject| !decided(subject)) {
        for part in &parts {
            let (cell, limits) = oracle.explain(&rule.body, subject, part);
            let found = (evaluator.cell(part, &subject.bindings), evaluator.bounds(part, &subject.bindings));
            if (&cell, &limits) != (&found.0, &found.1) {
                return Err(format!(
                    "{subject:?}\nthe oracle says   {cell:?} {limits:?}\nthe evaluator says {found:?}\nof {part:?}"
                ));
            }
        }
    }
    Ok(())
}

/// The files of an export, in memory.
struct Memory<'a>(&'a [File]);

impl Files for Memory<'_> {
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.0.iter().map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    fn open(&self, name: &str) -> std::io::Result<Box<dyn Read + Send>> {
        let found = self.0.iter().find(|(own, _)| own == name);
        let (_, text) = found.ok_or(std::io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(text.clone().into_bytes())))
    }

    fn size(&self, name: &str) -> Option<u64> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, text)| text.len() as u64)
    }
}

/// Checks rules beside the prelude, which is parsed once. Returns also what makes a rule unusable, rendered.
fn checked(rules: &str) -> (Checked, String) {
    static PRELUDE: LazyLock<(String, Parsed)> = LazyLock::new(|| {
        let text = prelude();
        let parsed = shall::syntax::parse(Sources::new().add("prelude.shall", text.clone()), &text);
        (text, parsed)
    });
    let mut sources = Sources::new();
    let prelude = sources.add("prelude.shall", PRELUDE.0.clone());
    let file = sources.add("rules.shall", rules);
    let parsed = shall::syntax::parse(file, rules);
    let checked = shall::check::check(&[(prelude, PRELUDE.1.clone()), (file, parsed)], &sources);
    let errors = checked.all_diagnostics();
    let errors = errors.iter().filter(|diagnostic| diagnostic.is_error()).map(|error| render(error, &sources, false));
    let errors = errors.collect();
    (checked, errors)
}

/// Reads what the rules of a program look at, so many bytes at a time.
pub(crate) fn loaded(checked: &Checked, files: &[File], block: usize) -> Result<Dataset, String> {
    let environment = &checked.program.environment;
    let schema = &environment.schema;
    let mut reads = Reads::default();
    for rule in &checked.program.rules {
        reads.add_body(environment, &rule.body);
        reads.add_grade(environment, rule.grade.as_ref());
    }
    let manifest = read_manifest(&Memory(files)).map_err(|error| format!("{error:?}"))?;
    let loading = Loading { block, manifest: manifest.as_ref(), ..Loading::new(schema, &reads, &[]) };
    let loaded = load(&loading, &Memory(files), &Silent);
    if loaded.errors.is_empty() { Ok(loaded.dataset) } else { Err(format!("{:?}", loaded.errors)) }
}

/// Judges the one rule of a text over some files, by oracle and evaluator.
fn judge_texts(rule: &str, files: &[File]) -> Evaluation {
    judge_at(rule, files, settings(&[]))
}

/// The same, with what the run is told about time.
fn judge_at(rule: &str, files: &[File], run: RunSettings) -> Evaluation {
    let (checked, errors) = checked(rule);
    assert!(errors.is_empty(), "{errors}");
    let dataset = loaded(&checked, files, BLOCKS[0]).unwrap_or_else(|errors| panic!("{errors}"));
    let environment = &checked.program.environment;
    judged(&pools(), environment, &dataset, run, &checked.program.rules[0], None)
        .unwrap_or_else(|difference| panic!("{rule}\n{difference}"))
}

/// A number that a variable of the environment sets.
fn number(name: &str, default: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse::<u32>().ok()).unwrap_or(default)
}

#[test]
fn evaluator_and_oracle_agree() {
    let (cases_wanted, seed) = (number("SHALL_CASES", 600), number("SHALL_SEED", 0));
    let config =
        Config { cases: cases_wanted, failure_persistence: None, max_shrink_iters: 3_000, ..Config::default() };
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let (coverage, refused, rules_tried) =
        (RefCell::new(Coverage::default()), RefCell::new(Vec::new()), RefCell::new(0u64));
    let pools = pools();
    let outcome = runner.run(&cases(), |case| {
        let texts: Vec<String> =
            case.rules.iter().enumerate().map(|(position, tape)| rule(&format!("rule-{position}"), tape)).collect();
        let mut files = export::files(&case.export);
        files.extend(incomplete(&case.settings, &files));
        let (checked, errors) = checked(&texts.concat());
        *rules_tried.borrow_mut() += texts.len() as u64;
        if !errors.is_empty() {
            refused.borrow_mut().push(errors);
        }
        let shown = || {
            let files = files.iter().map(|(name, text)| format!("--- {name}\n{text}\n"));
            format!("{}\n{}", texts.concat(), files.collect::<String>())
        };
        let fail = |message: String| TestCaseError::fail(format!("{message}\n{}", shown()));
        let dataset = loaded(&checked, &files, BLOCKS[0]).map_err(fail)?;
        let in_pieces = loaded(&checked, &files, BLOCKS[1]).map_err(fail)?;
        coverage.borrow_mut().dataset(&dataset);
        let run = settings(&case.settings);
        let environment = &checked.program.environment;
        for rule in &checked.program.rules {
            if let Some((rule, reported)) = reported::instead(rule, &dataset, &case.settings) {
                judged(&pools, environment, &dataset, run, &rule, Some(&reported)).map_err(|difference| {
                    fail(format!("{}, its condition {:?}, {run:?}: {difference}", rule.id, rule.body.condition))
                })?;
            }
            let evaluation = judged(&pools, environment, &dataset, run, rule, None)
                .map_err(|difference| fail(format!("{}, {run:?}: {difference}", rule.id)))?;
            let oracle = Oracle::new(environment, &in_pieces, run);
            let again = oracle.evaluate(&rule.body, when(rule));
            if again != evaluation {
                return Err(fail(format!("{}: read in pieces {again:?}\nand not {evaluation:?}", rule.id)));
            }
            let mut coverage = coverage.borrow_mut();
            coverage.body(&rule.body);
            let mut reads = Reads::default();
            reads.add_body(environment, &rule.body);
            let exclusions = Exclusions::of(environment, &dataset, run, reads.exclusions.iter().copied());
            coverage.exclusions(&exclusions, reads.exclusions);
            coverage.evaluation(&evaluation, &dataset);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    let (coverage, refused, rules_tried) = (coverage.into_inner(), refused.into_inner(), rules_tried.into_inner());
    println!(
        "{rules_tried} rules in {cases_wanted} programs, {} programs with a rule that was refused\n{coverage}",
        refused.len()
    );
    assert!(refused.len() as u64 * MOST_REFUSED <= rules_tried, "too many refused:\n{}", refused.concat());
    assert!(cases_wanted < 300 || coverage.missed().is_empty(), "never met: {:?}", coverage.missed());
}
