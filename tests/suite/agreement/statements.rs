//! What people state, in cases of which the design says what comes out: oracle and evaluator both have to say it.

use shall::eval::Evaluation;

use super::{Counts, File, counts, judge_texts};

const HOLDS: Counts = (1, 0, 0, 0);
const FAILS: Counts = (0, 0, 1, 0);
const UNKNOWN: Counts = (0, 0, 0, 1);

/// As of 2026-02-01, 12:30:15 in UTC.
fn judge(lines: &str, judgements: Option<&str>, attestations: Option<&str>) -> Evaluation {
    let file = |name: &str, text: Option<&str>| text.map(|text| (format!("{name}.ndjson"), text.to_owned()));
    let teams = "{\"id\": \"T1\", \"size\": 3, \"busy\": true}\n{\"id\": \"T2\", \"size\": 5, \"busy\": false}\n";
    let files: Vec<File> = [
        file("team", Some(teams)),
        file("judgement", judgements),
        file("attestation", attestations),
    ]
    .into_iter()
    .flatten()
    .collect();
    judge_texts(&format!("rule tried\n  \"Tried\"\n{lines}\n"), &files)
}

fn judgement(about: &str, outcome: &str, at: &str, more: &str) -> String {
    format!("{{\"requirement\": \"{about}\", \"outcome\": \"{outcome}\", \"assessed_at\": \"{at}\"{more}}}\n")
}

const ONE: &str = "  cites made-up 1\n  shall judgement";

#[track_caller]
fn comes_to(judgements: &str, expected: Counts) {
    assert_eq!(counts(&judge(ONE, Some(judgements), None)), expected, "{judgements}");
}

#[test]
fn the_latest_valid_judgement_decides() {
    let good = |at: &str| judgement("made-up 1", "conforming", at, "");
    let bad = |at: &str| judgement("made-up 1", "nonconforming", at, "");
    let [early, late, future] = ["2026-01-02T09:00Z", "2026-01-03T09:00Z", "2026-02-01T12:30:16Z"];
    comes_to(&good(early), HOLDS);
    comes_to(&bad(early), FAILS);
    comes_to("", UNKNOWN);
    comes_to(&(good(early) + &bad(late)), FAILS);
    comes_to(&(good(late) + &bad(early)), HOLDS);
    comes_to(&(good(late) + &bad(late)), UNKNOWN);
    comes_to(&(good(late) + &good(late)), HOLDS);
    comes_to(&(good(early) + &judgement("made-up 1", "undecided", late, "")), UNKNOWN);
    // Not yet made, as of then.
    comes_to(&(good(early) + &bad(future)), HOLDS);
    comes_to(&good(future), UNKNOWN);
}

#[test]
fn a_judgement_is_on_what_its_requirement_names() {
    let good = |about: &str, more: &str| judgement(about, "conforming", "2026-01-02T09:00Z", more);
    // No other standard of requirements has a clause 1; the guide is none.
    comes_to(&good("1", ""), HOLDS);
    comes_to(&good("2", ""), UNKNOWN);
    comes_to(&good("made-up 1 a", ""), UNKNOWN);
    comes_to(&good("made-up-guide 1", ""), UNKNOWN);
    let letters = "  cites made-up 1 a, b\n  shall judgement";
    let both = good("made-up 1 a", "") + &good("made-up 1 b", "");
    assert_eq!(counts(&judge(letters, Some(&good("made-up 1 a", "")), None)), UNKNOWN);
    assert_eq!(counts(&judge(letters, Some(&good("made-up 1", "")), None)), UNKNOWN);
    assert_eq!(counts(&judge(letters, Some(&both), None)), HOLDS);
    let bad = judgement("made-up 1 b", "nonconforming", "2026-01-02T09:00Z", "");
    assert_eq!(counts(&judge(letters, Some(&bad), None)), FAILS);
}

#[test]
fn a_judgement_is_valid_up_to_and_with_its_day() {
    let until = |day: &str| judgement("made-up 1", "conforming", "2026-01-02T09:00Z", &format!(", \"valid_until\": \"{day}\""));
    comes_to(&until("2026-02-01"), HOLDS);
    comes_to(&until("2026-01-31"), UNKNOWN);
    // What is not known of one that may count leaves the whole unknown.
    let open = judgement("made-up 1", "nonconforming", "2026-01-01T09:00Z", ", \"valid_until\": \"soon\"");
    comes_to(&(until("2026-02-01") + &open), UNKNOWN);
    comes_to(&(until("2026-02-01") + &open.replace("made-up 1", "made-up 2")), HOLDS);
}

#[test]
fn a_judgement_may_be_about_one_subject() {
    let about = |subject: &str, outcome: &str, day: u32| {
        judgement("made-up 1", outcome, &format!("2026-01-0{day}T09:00Z"), &format!(", \"subject\": {subject}"))
    };
    let each = "  cites made-up 1\n  for each team t\n    if none: no population\n  shall judgement";
    let judged = |judgements: &str| counts(&judge(each, Some(judgements), None));
    assert_eq!(judged(&about("\"T1\"", "conforming", 1)), (1, 0, 0, 1));
    assert_eq!(judged(&about("null", "conforming", 1)), (2, 0, 0, 0));
    assert_eq!(judged(&(about("null", "conforming", 1) + &about("\"T2\"", "nonconforming", 2))), (1, 0, 1, 0));
    assert_eq!(judged(&(about("null", "conforming", 3) + &about("\"T2\"", "nonconforming", 2))), (2, 0, 0, 0));
    // Of the organization, what is about one subject says nothing.
    comes_to(&about("\"T1\"", "conforming", 1), UNKNOWN);
    let tuples = "  cites made-up 1\n  for each team t\n    if none: no population\n  for each m in months(period)\n  shall judgement";
    let names = about("\"T1 / 2026-02\"", "conforming", 1) + &about("\"T2\"", "nonconforming", 1);
    let found = judge(tuples, Some(&names), None);
    assert_eq!((found.holds, found.fails.len()), (1, 0));
}

#[test]
fn an_attestation_is_evidence_and_no_attestation_is_none() {
    let attested = |more: &str| {
        format!(
            "{{\"requirement\": [\"made-up 2\", \"made-up 1\"], \"attested_at\": \"2026-01-02\", \"valid_from\": \"2026-01-02\"{more}}}\n"
        )
    };
    let tried = |lines: &str, judgements: Option<&str>, attestations: Option<&str>| {
        let found = judge(&format!("  cites made-up 1\n  shall {lines}"), judgements, attestations);
        (counts(&found), found.by_attestation, found.needs_judgement)
    };
    let good = judgement("made-up 1", "conforming", "2026-01-02T09:00Z", "");
    assert_eq!(tried("attested", None, Some(&attested(""))), (HOLDS, 1, 0));
    assert_eq!(tried("attested", None, Some("")), (UNKNOWN, 0, 1));
    assert_eq!(tried("attested", None, None), (UNKNOWN, 0, 1));
    assert_eq!(
        tried("attested", None, Some(&attested(", \"withdrawn_at\": \"2026-01-31T09:00Z\""))),
        (UNKNOWN, 0, 1)
    );
    assert_eq!(
        tried("attested", None, Some(&attested(", \"withdrawn_at\": \"2026-02-28T09:00Z\""))),
        (HOLDS, 1, 0)
    );
    assert_eq!(tried("judgement or attested", Some(&good), Some(&attested(""))), (HOLDS, 0, 0));
    assert_eq!(tried("judgement or attested", Some(""), Some(&attested(""))), (HOLDS, 1, 0));
    assert_eq!(tried("judgement and attested", Some(&good), Some(&attested(""))), (HOLDS, 1, 0));
    assert_eq!(tried("not attested", None, Some(&attested(""))), (FAILS, 0, 0));
}

#[test]
fn what_a_statement_could_decide_needs_judgement() {
    let open = |lines: &str| judge(&format!("  cites made-up 1\n  shall {lines}"), Some(""), None).needs_judgement;
    assert_eq!(open("judgement"), 1);
    assert_eq!(open("not judgement"), 1);
    assert_eq!(open("judgement and unset_number = 1"), 1);
    assert_eq!(open("judgement or unset_number = 1"), 1);
    assert_eq!(open("(judgement and firm = false) or unset_number = 1"), 0);
    assert_eq!(open("unset_number = 1"), 0);
    let each = "  cites made-up 1\n  for each team t\n    if none: no population\n  shall t.busy or judgement";
    assert_eq!(judge(each, Some(""), None).needs_judgement, 1);
}

#[test]
fn without_an_instant_or_an_extract_nothing_is_judged() {
    let good = judgement("made-up 1", "conforming", "2026-01-02T09:00Z", "");
    assert_eq!(counts(&judge(ONE, None, None)), UNKNOWN);
    assert_eq!(judge(ONE, None, None).needs_judgement, 1);
    let files = [("judgement.ndjson".to_owned(), good)];
    let text = format!("rule tried\n  \"Tried\"\n{ONE}\n");
    assert_eq!(counts(&super::judge_at(&text, &files, shall::ir::RunSettings::default())), UNKNOWN);
}

#[test]
fn a_judgement_that_is_left_out_decides_nothing() {
    let good = judgement("made-up 1", "conforming", "2026-01-02T09:00Z", "");
    let bad = judgement("made-up 1", "nonconforming", "2026-01-03T09:00Z", "");
    let without = |which: &str| {
        let lines = format!("{ONE}\n\nleave out judgement x where {which} because \"made up\"");
        counts(&judge(&lines, Some(&(good.clone() + &bad)), None))
    };
    assert_eq!(without("x.assessed_at < 2026-01-03"), FAILS);
    assert_eq!(without("x.outcome = nonconforming"), HOLDS);
    assert_eq!(without("x.assessed_at < 2026-02-01"), UNKNOWN);
    assert_eq!(without("x.outcome = nonconforming and unset_number > 1"), UNKNOWN);
}
