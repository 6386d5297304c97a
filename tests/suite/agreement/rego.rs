//! Lowered rules on regorus' interpreter and the evaluator agree on random programs over random exports.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use shall::lower::document::document;
use shall::lower::rego;

use super::{BLOCKS, cases, checked, incomplete, loaded, number, settings};
use crate::generate::export;
use crate::generate::rule::rule;
use crate::lowering::regorus::{Rego, subjects};
use crate::lowering::{evaluated, reads_of};

#[test]
fn lowered_rules_and_the_evaluator_agree() {
    let (cases_wanted, seed) = (number("SHALL_CASES", 200), number("SHALL_SEED", 0));
    let config =
        Config { cases: cases_wanted, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let mut bytes = [11; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let support = Rego::new([]);
    let (statuses, refused, tried) = (
        RefCell::new(BTreeMap::<String, u64>::new()),
        RefCell::new(BTreeMap::<&str, u64>::new()),
        RefCell::new((0, 0)),
    );
    let outcome = runner.run(&cases(), |case| {
        let texts: Vec<String> =
            case.rules.iter().enumerate().map(|(position, tape)| rule(&format!("rule-{position}"), tape)).collect();
        let mut files = export::files(&case.export);
        files.extend(incomplete(&case.settings, &files));
        let (checked, _) = checked(&texts.concat());
        let environment = &checked.program.environment;
        let run = settings(&case.settings);
        let mut modules = Vec::new();
        for rule in &checked.program.rules {
            tried.borrow_mut().0 += 1;
            match rego::lower(environment, rule) {
                Ok(file) => modules.push((rule, file)),
                Err(refusals) => refusals
                    .iter()
                    .for_each(|refusal| *refused.borrow_mut().entry(refusal.construct.name()).or_default() += 1),
            }
        }
        let shown = || {
            let files = files.iter().map(|(name, text)| format!("--- {name}\n{text}\n"));
            let texts = format!("{}\n{}", texts.concat(), files.collect::<String>());
            modules.iter().fold(texts, |texts, (_, file)| format!("{texts}\n{}", file.text))
        };
        let fail = |message: String| TestCaseError::fail(format!("{message}\n{}", shown()));
        let dataset = loaded(&checked, &files, BLOCKS[0]).map_err(fail)?;
        let reads = reads_of(&checked, modules.iter().map(|(rule, _)| *rule));
        // Some generated numbers are larger than JSON carries; then there is no document.
        let Ok(input) = document(environment, &dataset, run, &reads) else { return Ok(()) };
        let mut rego = support.with(modules.iter().map(|(_, file)| file.clone())).map_err(fail)?;
        rego.read(&input);
        for (rule, _) in &modules {
            let evaluation = evaluated(&checked, &dataset, run, rule);
            let expected = subjects(environment, &dataset, &rule.body, &evaluation);
            let (found, told) = rego.judge(&rule.id).map_err(|error| fail(format!("{}: {error}", rule.id)))?;
            let outcome = shall::verdict::judge_rule(rule, &evaluation).outcome.words();
            if (&found, told.as_str()) != (&expected, outcome) {
                return Err(fail(format!(
                    "{}, {run:?}:\nthe evaluator says {outcome}, {expected:?}\nRego says          {told}, {found:?}",
                    rule.id
                )));
            }
            tried.borrow_mut().1 += 1;
            expected.into_iter().for_each(|(_, status)| *statuses.borrow_mut().entry(status).or_default() += 1);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    let ((tried, compared), statuses) = (tried.into_inner(), statuses.into_inner());
    println!("{tried} rules, {compared} lowered and compared: {statuses:?}; refused {:?}", refused.into_inner());
    assert!(compared * 4 > tried, "too few lower");
    let met: Vec<&str> = statuses.keys().map(String::as_str).collect();
    assert!(
        cases_wanted < 100 || met == ["fails", "holds", "not yet due", "unknown", "vacuous"],
        "never met others: {met:?}"
    );
}
