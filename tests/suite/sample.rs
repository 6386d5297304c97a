//! The sample organization: what a run says of its export is what was planted there, no less and no more.
//!
//! `truth.json` was worked out from the export and the meaning of the rules, never from a run.

use std::fs;
use std::process::Command;

use serde_json::Value;

const ORGANIZATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/marmalade-ferries");

/// Runs the sample's check and returns its exit status and report.
fn run() -> (Option<i32>, Value) {
    let truth = truth();
    let told = |name: &str| truth[name].as_str().unwrap_or_else(|| panic!("truth.json has no `{name}`")).to_owned();
    let output = Command::new(env!("CARGO_BIN_EXE_shall"))
        .args(["check", &format!("{ORGANIZATION}/export"), "--policies", &format!("{ORGANIZATION}/policies")])
        .args(["--as-of", &told("as_of"), "--period", &told("period")])
        .args(["--format", "json", "--max-findings", "10000"])
        .output()
        .expect("the program starts");
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("no report ({error}):\n{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

fn truth() -> Value {
    let text = fs::read_to_string(format!("{ORGANIZATION}/truth.json")).expect("truth.json can be read");
    serde_json::from_str(&text).expect("truth.json is JSON")
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

/// Outcomes are written with hyphens in a report, with blanks in the truth.
fn words(value: &Value) -> String {
    value.as_str().unwrap_or("?").replace('-', " ")
}

/// Everything that the truth says, a line for each fact.
fn expected() -> Vec<String> {
    let truth = truth();
    let mut facts = Vec::new();
    for (kind, good, bad, failing) in
        [("rules", "holds", "fails", "failing"), ("advice", "followed", "not_followed", "not_followed")]
    {
        for (id, item) in truth[kind].as_object().into_iter().flatten() {
            facts.push(format!("{kind} {id}: {}", words(&item["outcome"])));
            let counts = &item["counts"];
            facts.push(format!(
                "{kind} {id}: {} = {} + {} + {} + {}",
                counts["population"],
                counts[good],
                counts[bad],
                counts["unknown"],
                counts["not_yet_due"].as_u64().unwrap_or(0)
            ));
            facts.push(stated(kind, id, item));
            facts.extend(list(item, failing).map(|subject| format!("{kind} {id}: {subject} fails")));
            facts.extend(list(item, "unknown").map(|subject| format!("{kind} {id}: {subject} is unknown")));
        }
    }
    for finding in list(&truth, "findings") {
        facts.push(fact(finding, &finding["record"], &finding["field"], &finding["code"]));
    }
    facts.extend(list(&truth, "left_out").map(left_out));
    facts.extend(list(&truth, "missing_extracts").map(|record| format!("no extract of {record}")));
    facts.sort();
    facts
}

/// Everything that a report says, in the same words.
fn found(report: &Value) -> Vec<String> {
    let mut facts = Vec::new();
    for rule in list(report, "rules") {
        facts.extend(subjects("rules", rule, rule, "findings"));
    }
    for advice in list(report, "advice") {
        facts.extend(subjects("advice", advice, &advice["run"], "not_followed"));
    }
    for findings in list(report, "data_findings") {
        for finding in list(findings, "first") {
            facts.push(fact(finding, &findings["record"], &findings["field"], &findings["code"]));
        }
    }
    facts.extend(list(report, "exclusions").map(left_out));
    let records = list(&report["inputs"], "records");
    facts.extend(
        records.filter(|record| record["missing"] == true).map(|record| format!("no extract of {}", record["record"])),
    );
    facts.sort();
    facts
}

fn subjects(kind: &str, item: &Value, run: &Value, failing: &str) -> Vec<String> {
    let id = item["id"].as_str().unwrap_or("?");
    let counts = &run["counts"];
    let count = |name: &str| counts[name].as_u64().unwrap_or(u64::MAX);
    let mut facts = vec![
        format!("{kind} {id}: {}", words(&run["outcome"])),
        format!(
            "{kind} {id}: {} = {} + {} + {} + {}",
            count("population"),
            count("holds").saturating_add(count("vacuous")),
            count("fails"),
            count("unknown"),
            count("not_yet_due")
        ),
    ];
    facts.push(stated(kind, id, run));
    facts.extend(list(run, failing).map(|subject| format!("{kind} {id}: {} fails", subject["subject"])));
    facts.extend(list(run, "unknown").map(|subject| format!("{kind} {id}: {} is unknown", subject["subject"])));
    facts
}

/// What of a rule people have to state, and what holds only because they do; written where it is not nothing.
fn stated(kind: &str, id: &str, item: &Value) -> String {
    let count = |name: &str| item[name].as_u64().unwrap_or(0);
    format!("{kind} {id}: {} need judgement, {} are attested", count("needs_judgement"), count("by_attestation"))
}

fn fact(finding: &Value, record: &Value, field: &Value, code: &Value) -> String {
    format!("{}:{}: {code} in {field} of {record} {}", finding["file"], finding["line"], finding["key"])
}

fn left_out(exclusion: &Value) -> String {
    let (record, because) = (&exclusion["record"], &exclusion["because"]);
    format!("{} of {record} left out, {} perhaps: {because}", exclusion["left_out"], exclusion["perhaps"])
}

/// Those of one sorted list that the other does not have, counting repetitions.
fn difference(left: &[String], right: &[String]) -> Vec<String> {
    let mut rest = right.to_vec();
    left.iter()
        .filter(|fact| match rest.iter().position(|other| other == *fact) {
            Some(position) => {
                rest.remove(position);
                false
            }
            None => true,
        })
        .cloned()
        .collect()
}

#[test]
fn the_sample_has_exactly_what_was_planted() {
    let (status, report) = run();
    let (expected, found) = (expected(), found(&report));
    let missing = difference(&expected, &found);
    let unexpected = difference(&found, &expected);
    assert!(
        missing.is_empty() && unexpected.is_empty(),
        "missing:\n  {}\nunexpected:\n  {}",
        missing.join("\n  "),
        unexpected.join("\n  ")
    );
    assert_eq!(status, Some(1), "nonconformities were planted");
}

#[test]
fn the_truth_holds_every_kind_of_outcome_and_fault() {
    let facts = expected().join("\n");
    for word in [
        ": nonconformity",
        ": conformity",
        ": not determined",
        ": no population",
        ": followed",
        ": not followed",
        ": nothing to look at",
        ": 1 need judgement",
        " 1 are attested",
        "malformed-value",
        "unmapped-value",
        "missing-value",
        "missing-field",
        "duplicate-key",
        "dangling-reference",
        "no extract of",
        "2 of \"incident\" left out, 1 perhaps",
    ] {
        assert!(facts.contains(word), "nothing in truth.json is `{word}`");
    }
    let truth = truth();
    let waits = |rule: &Value| rule["counts"]["not_yet_due"].as_u64() > Some(0);
    assert!(truth["rules"].as_object().is_some_and(|rules| rules.values().any(waits)), "nothing is not yet due");
}
