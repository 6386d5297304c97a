//! Advice can never change the result of a run: whatever advice is added to a program, sound or broken, every rule's
//! outcome, its counts and the exit status stay as they were.

use std::fs;
use std::process::Command;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::generate::export::{self, File};
use crate::generate::records::prelude;
use crate::generate::rule::{advice, rule};

/// A record that no rule reads; its file is cut in half.
const NOTE: &str = "record note {\n  id: text key\n  text: text\n}\n";
const CUT_FILE: &str = "[{\"id\": \"N1\", \"text\": \"red\"}, {\"id\": \"N2\", \"te";

/// Rules that always stand there, so that every outcome but `no population` is met: one conforms, one fails, one is not determined.
const RULES: &str = "rule fixed-conforms\n  \"All are what they are\"\n  cites made-up 1\n  for each incident i\n    if none: no population\n  shall i.number = i.number
rule fixed-fails\n  \"Nothing is\"\n  cites made-up 1\n  for each incident i\n    if none: nonconformity\n  shall i.number = \"nothing\"\n  major above 10%
rule fixed-unknown\n  \"Nobody knows\"\n  cites made-up 1\n  shall unset_number > 1\n";

/// Incidents for those rules: enough that a join of three is beyond every budget.
const INCIDENTS: usize = 2_000;

/// What kind of advice is added.
#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    UnclosedText,
    UnclosedBrace,
    Garbage,
    UnknownField,
    WrongType,
    Unguarded,
    CitesRequirement,
    SaysShall,
    HasTail,
    NamedLikeRule,
    Twice,
    ReadsCutFile,
    BrokenDefine,
    BrokenRecord,
    Costly,
}

const FAULTS: &[Fault] = &[
    Fault::None,
    Fault::UnclosedText,
    Fault::UnclosedBrace,
    Fault::Garbage,
    Fault::UnknownField,
    Fault::WrongType,
    Fault::Unguarded,
    Fault::CitesRequirement,
    Fault::SaysShall,
    Fault::HasTail,
    Fault::NamedLikeRule,
    Fault::Twice,
    Fault::ReadsCutFile,
    Fault::BrokenDefine,
    Fault::BrokenRecord,
    Fault::Costly,
];

/// The text of an advice with that fault.
fn advice_with(fault: Fault, position: usize, tape: &[u32]) -> String {
    let head = format!("advice extra-{position}\n  \"Made up\"\n  cites made-up-guide 1\n");
    let sound = |name: &str| advice(name, tape);
    match fault {
        Fault::None => sound(&format!("extra-{position}")),
        Fault::UnclosedText => format!("advice extra-{position}\n  \"Made up\n  cites made-up-guide 1\n  should firm\n"),
        Fault::UnclosedBrace => format!("{head}  should all of {{\n    one: firm\n    two: {{1, 2\n"),
        Fault::Garbage => format!("advice extra-{position} ]]) && == $ \\ 'x' {{\n"),
        Fault::UnknownField => format!("{head}  for each incident i\n  should i.nowhere = 1\n"),
        Fault::WrongType => format!("{head}  for each incident i\n  should i.reopened = \"one\"\n"),
        Fault::Unguarded => format!("{head}  for each incident i\n  should i.resolved_at > i.opened_at\n"),
        Fault::CitesRequirement => format!("advice extra-{position}\n  \"Made up\"\n  cites made-up 1\n  should firm\n"),
        Fault::SaysShall => format!("{head}  shall firm\n"),
        Fault::HasTail => format!("{head}  should firm\n  major always\n"),
        Fault::NamedLikeRule => sound("fixed-conforms"),
        Fault::Twice => format!("{}{}", sound("extra-twice"), sound("extra-twice")),
        Fault::ReadsCutFile => format!("{head}  for each note n\n  should n.text = \"red\"\n"),
        Fault::BrokenDefine => format!(
            "define broken_{position}(x: incident) = x.nowhere + (\n{head}  for each incident i\n  should broken_{position}(i) = 1\n"
        ),
        Fault::BrokenRecord => format!(
            "record odd_{position} {{\n  id: no_such_type\n{head}  for each odd_{position} o\n  should o.id = 1\n"
        ),
        Fault::Costly => format!(
            "{head}  for each incident a\n  should no incident b where b.reopened > a.reopened and (exists incident c where c.score = b.score and c.reopened > a.reopened)\n"
        ),
    }
}

/// The result of a run, as far as rules decide it: the exit status, and what the report says of each rule.
fn result(policies: &[(String, String)], files: &[File]) -> (Option<i32>, Value, String) {
    let folder = tempfile::tempdir().expect("a folder for the run");
    for (kind, named) in [("policies", policies), ("export", files)] {
        fs::create_dir(folder.path().join(kind)).expect("a folder");
        for (name, text) in named {
            fs::write(folder.path().join(kind).join(name), text).expect("a file");
        }
    }
    let output = Command::new(env!("CARGO_BIN_EXE_shall"))
        .arg("check")
        .arg(folder.path().join("export"))
        .args(["--no-pack", "--format", "json", "--as-of", "2026-02-01T12:00:00Z", "--period", "2026-01-01..2026-02-28"])
        .arg("--policies")
        .arg(folder.path().join("policies"))
        .output()
        .expect("the program starts");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    let rules = report["rules"].as_array().cloned().unwrap_or_default();
    // Where a rule stands in its file may change; nothing else may.
    let kept = rules.into_iter().map(|rule| {
        json!({ "id": rule["id"], "outcome": rule["outcome"], "counts": rule["counts"], "grade": rule["grade"], "findings": rule["findings"] })
    });
    (output.status.code(), kept.collect(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn incidents() -> File {
    let line = |number: usize| {
        json!({ "number": format!("I{number}"), "service": "S1", "impact": "low", "state": "new", "opened_at": "2026-01-31T09:00Z",
            "reopened": number % 100, "tags": [], "efforts": [], "touched": [], "score": 1 })
        .to_string()
            + "\n"
    };
    ("incident.ndjson".to_owned(), (0..INCIDENTS).map(line).collect())
}

#[test]
fn no_advice_changes_the_result_of_a_run() {
    let cases: u32 = std::env::var("SHALL_MODALITY_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(24);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let tape = || prop::collection::vec(any::<u32>(), 0..300);
    let faults = prop::collection::vec((0..FAULTS.len(), tape()), 1..5);
    let strategy = (prop::collection::vec(tape(), 0..3), prop::collection::vec(tape(), 7), faults, any::<bool>());
    runner
        .run(&strategy, |(rules, data, faults, apart)| {
            let rules: Vec<String> =
                rules.iter().enumerate().map(|(position, tape)| rule(&format!("made-{position}"), tape)).collect();
            let mut files: Vec<File> =
                export::files(&data).into_iter().filter(|(name, _)| !name.starts_with("incident.")).collect();
            files.extend([incidents(), ("note.json".to_owned(), CUT_FILE.to_owned())]);
            let program = format!("{}{NOTE}{}", prelude(), rules.concat());
            let before = result(&[("program.shall".to_owned(), format!("{program}{RULES}"))], &files);
            let extra: Vec<String> = faults
                .iter()
                .enumerate()
                .map(|(position, (fault, tape))| advice_with(FAULTS[*fault], position, tape))
                .collect();
            let policies = if apart {
                vec![("a.shall".to_owned(), extra.concat()), ("program.shall".to_owned(), format!("{program}{RULES}"))]
            } else {
                // In front of the rules of one file, so that what is not closed could swallow them.
                vec![("program.shall".to_owned(), format!("{program}{}{RULES}", extra.concat()))]
            };
            let after = result(&policies, &files);
            prop_assert!(before.1.as_array().is_some_and(|rules| rules.len() >= 3), "the program itself:\n{}", before.2);
            prop_assert_eq!(
                (&before.0, &before.1),
                (&after.0, &after.1),
                "with the advice\n{}\n{}",
                extra.concat(),
                after.2
            );
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// Each fault once and alone, so that none is left to chance.
#[test]
fn each_kind_of_advice_leaves_the_rules_alone() {
    let program = format!("{}{NOTE}", prelude());
    let files = [incidents(), ("note.json".to_owned(), CUT_FILE.to_owned())];
    let before = result(&[("program.shall".to_owned(), format!("{program}{RULES}"))], &files);
    assert_eq!(before.0, Some(1), "{}", before.2);
    for fault in FAULTS {
        let extra = advice_with(*fault, 0, &[]);
        let after = result(&[("program.shall".to_owned(), format!("{program}{extra}{RULES}"))], &files);
        assert_eq!((&before.0, &before.1), (&after.0, &after.1), "{fault:?}:\n{extra}\n{}", after.2);
    }
}
