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

/// Incidents for those rules: enough that a join of three is beyond the budget.
const INCIDENTS: usize = 200;

/// Most candidates that an advice may look at in these runs.
const BUDGET: &str = "100000";

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
    BrokenExclusion,
    CostlyExclusion,
    Costly,
}

/// Each with what the report gives as the reason for not running it; none: it is run.
const FAULTS: &[(Fault, Option<&str>)] = &[
    (Fault::None, None),
    (Fault::UnclosedText, Some("unclosed-text")),
    (Fault::UnclosedBrace, Some("unclosed-brace")),
    (Fault::Garbage, Some("syntax-error")),
    (Fault::UnknownField, Some("unknown-field")),
    (Fault::WrongType, Some("type-mismatch")),
    (Fault::Unguarded, Some("unguarded-optional")),
    (Fault::CitesRequirement, Some("advice-cites-requirement")),
    (Fault::SaysShall, Some("advice-uses-shall")),
    (Fault::HasTail, Some("advice-tail")),
    (Fault::NamedLikeRule, None),
    (Fault::Twice, Some("duplicate-definition")),
    (Fault::ReadsCutFile, Some("truncated-file")),
    (Fault::BrokenDefine, Some("broken-item")),
    (Fault::BrokenRecord, Some("broken-item")),
    (Fault::BrokenExclusion, Some("unknown-field")),
    (Fault::CostlyExclusion, Some("100,000 candidates")),
    (Fault::Costly, Some("100,000 candidates")),
];

/// The text of an advice with that fault.
fn advice_with(fault: Fault, position: usize, tape: &[u32]) -> String {
    let head = format!("advice extra-{position}\n  \"Made up\"\n  cites made-up-guide 1\n");
    let sound = |name: &str| advice(name, tape);
    match fault {
        Fault::None => sound(&format!("extra-{position}")),
        Fault::UnclosedText => {
            format!("advice extra-{position}\n  \"Made up\n  cites made-up-guide 1\n  should firm\n")
        }
        Fault::UnclosedBrace => format!("{head}  should all of {{\n    one: firm\n    two: {{1, 2\n"),
        Fault::Garbage => format!("advice extra-{position} ]]) && == $ \\ 'x' {{\n"),
        Fault::UnknownField => format!("{head}  for each incident i\n  should i.nowhere = 1\n"),
        Fault::WrongType => format!("{head}  for each incident i\n  should i.reopened = \"one\"\n"),
        Fault::Unguarded => format!("{head}  for each incident i\n  should i.resolved_at > i.opened_at\n"),
        Fault::CitesRequirement => {
            format!("advice extra-{position}\n  \"Made up\"\n  cites made-up 1\n  should firm\n")
        }
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
        Fault::BrokenExclusion => format!(
            "record odd_{position} {{\n  id: text key\n}}\nleave out odd_{position} o where o.nowhere = 1 because \"made up\"\n\
             {head}  for each odd_{position} o\n  should o.id = \"1\"\n"
        ),
        Fault::CostlyExclusion => format!(
            "record odd_{position} {{\n  id: text key\n}}\nleave out odd_{position} o where exists incident a where exists \
             incident b where exists incident c where a.reopened + b.reopened + c.reopened > 1000 because \"made up\"\n\
             {head}  for each odd_{position} o\n  should o.id = \"1\"\n"
        ),
        Fault::Costly => format!(
            "{head}  for each incident a\n  should no incident b where exists incident c where a.reopened + b.reopened + c.reopened > 1000\n"
        ),
    }
}

/// What came out of a run.
struct Run {
    /// As far as rules decide it: the exit status, and what the report says of each rule.
    result: (Option<i32>, Value),
    /// What it says of advice.
    advice: Value,
    errors: String,
}

fn run(policies: &[(String, String)], files: &[File]) -> Run {
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
        .args(["--no-pack", "--format", "json", "--max-findings", "5", "--advice-budget", BUDGET])
        .args(["--as-of", "2026-02-01T12:00:00Z", "--period", "2026-01-01..2026-02-28"])
        .arg("--policies")
        .arg(folder.path().join("policies"))
        .output()
        .expect("the program starts");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    let rules = report["rules"].as_array().cloned().unwrap_or_default();
    Run {
        result: (output.status.code(), rules.into_iter().map(without_policy).collect()),
        advice: report["advice"].clone(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A part of a report without the places in policy files, which move, and without what explains and decides nothing.
fn without_policy(part: Value) -> Value {
    match part {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(name, _)| name != "policy" && name != "advice")
                .map(|(name, value)| (name, without_policy(value)))
                .collect(),
        ),
        Value::Array(parts) => parts.into_iter().map(without_policy).collect(),
        other => other,
    }
}

fn incidents() -> File {
    let line = |number: usize| {
        json!({ "number": format!("I{number}"), "service": "S1", "impact": "low", "state": "new", "opened_at": "2026-01-31T09:00Z",
            "reopened": number % 100, "tags": [], "efforts": [], "touched": [], "score": 1,
            "vip": null, "cause": null })
        .to_string()
            + "\n"
    };
    ("incident.ndjson".to_owned(), (0..INCIDENTS).map(line).collect())
}

#[test]
fn no_advice_changes_the_result_of_a_run() {
    let cases: u32 = std::env::var("SHALL_MODALITY_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(40);
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
            let before = run(&[("program.shall".to_owned(), format!("{program}{RULES}"))], &files);
            let extra: Vec<String> = faults
                .iter()
                .enumerate()
                .map(|(position, (fault, tape))| advice_with(FAULTS[*fault].0, position, tape))
                .collect();
            let policies = if apart {
                vec![("a.shall".to_owned(), extra.concat()), ("program.shall".to_owned(), format!("{program}{RULES}"))]
            } else {
                // In front of the rules of one file, so that what is not closed could swallow them.
                vec![("program.shall".to_owned(), format!("{program}{}{RULES}", extra.concat()))]
            };
            let after = run(&policies, &files);
            let judged = before.result.1.as_array().map_or(0, Vec::len);
            prop_assert!(judged == rules.len() + 3, "the program itself:\n{}", before.errors);
            prop_assert_eq!(&before.result, &after.result, "with the advice\n{}\n{}", extra.concat(), after.errors);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// Each fault once and alone, so that none is left to chance; and it is the fault that it is meant to be.
#[test]
fn each_kind_of_advice_leaves_the_rules_alone() {
    let program = format!("{}{NOTE}", prelude());
    let files = [incidents(), ("note.json".to_owned(), CUT_FILE.to_owned())];
    let before = run(&[("program.shall".to_owned(), format!("{program}{RULES}"))], &files);
    assert_eq!(before.result.0, Some(1), "{}", before.errors);
    for (fault, reason) in FAULTS {
        let extra = advice_with(*fault, 0, &[]);
        let after = run(&[("program.shall".to_owned(), format!("{program}{extra}{RULES}"))], &files);
        assert_eq!(before.result, after.result, "{fault:?}:\n{extra}\n{}", after.errors);
        let said = after.advice[0].to_string();
        match reason {
            None => assert!(said.contains("\"run\":"), "{fault:?}: {said}"),
            Some(reason) => assert!(said.contains("not_run") && said.contains(reason), "{fault:?}: {said}"),
        }
    }
}
