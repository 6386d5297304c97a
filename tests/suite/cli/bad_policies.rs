//! Faults in policies: each stops what it reaches, and says where it is and what to do.

use super::{Desk, POLICIES, assert_run};

/// The desk's policies with one text in place of another.
fn desk_with(from: &str, to: &str) -> Desk {
    assert!(POLICIES.contains(from), "{from}");
    let desk = Desk::sound();
    desk.write("ours/desk.shall", POLICIES.replace(from, to));
    desk
}

#[test]
fn a_misspelt_field() {
    assert_run!("misspelt-field", desk_with("- i.opened_at\n", "- i.opend_at\n").check(""));
}

#[test]
fn a_misspelt_record() {
    assert_run!("misspelt-record", desk_with("exists approval a", "exists aproval a").check(""));
}

#[test]
fn a_misspelt_enum_member() {
    let desk = desk_with("where i.resolved_at is present", "where i.resolved_at is present and i.priority = p11");
    assert_run!("misspelt-member", desk.check(""));
}

#[test]
fn a_misspelt_rule() {
    let desk = desk_with("supports incident-resolved-in-time", "supports incident-resolved-in-tme");
    // Only the advice reaches the fault: the rules are judged, and the advice is not run.
    assert_run!("misspelt-rule", desk.check(""));
}

#[test]
fn an_optional_value_without_a_guard() {
    assert_run!("unguarded", desk_with("\n    where i.resolved_at is present\n", "\n").check(""));
}

#[test]
fn an_advice_that_cites_a_requirement() {
    assert_run!("advice-cites-requirement", desk_with("cites desk-2 8.6", "cites desk-1 8.6").check(""));
}

#[test]
fn a_rule_that_cites_guidance() {
    assert_run!("rule-cites-guidance", desk_with("cites desk-1 8.6", "cites desk-2 8.6").check(""));
}

#[test]
fn two_faults_in_one_file() {
    let desk = Desk::sound();
    let text = POLICIES.replace("- i.opened_at\n", "- i.opend_at\n").replace("a.change = c", "a.chnge == c");
    desk.write("ours/desk.shall", text);
    assert_run!("two-faults", desk.check(""));
}

#[test]
fn three_hundred_levels_of_nesting() {
    let deep = format!("shall {}taken <= resolution{}", "(".repeat(300), ")".repeat(300));
    let run = desk_with("shall taken <= resolution", &deep).check("");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("error[too-deep]") && run.stderr.contains("ours/desk.shall:"), "{}", run.stderr);
}

#[test]
fn a_broken_rule_that_is_not_selected_does_not_stop_the_run() {
    let desk = desk_with("- i.opened_at\n", "- i.opend_at\n");
    assert_eq!(desk.check("--select change-approved").status, 0);
    assert_eq!(desk.check("--select 8.5").status, 0);
    assert_eq!(desk.check("--select 8.6").status, 2);
}

#[test]
fn a_rule_that_cannot_be_parsed_stops_every_run() {
    let desk = desk_with("shall taken <= resolution", "shall taken <= <= resolution");
    assert_eq!(desk.check("--select change-approved").status, 2);
}

#[test]
fn an_unclosed_quote_in_an_advice_does_not_swallow_the_rule_behind_it() {
    let desk = Desk::sound();
    let advice = "advice broken\n  \"An unclosed quote\n  cites desk-2 8.6\n  should true\n\n";
    desk.write("ours/desk.shall", POLICIES.replace("rule change-approved", &format!("{advice}rule change-approved")));
    let report = desk.json("");
    let ids: Vec<&str> = report["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["change-approved", "incident-resolved-in-time"]);
    assert_eq!(report["exit_status"]["number"], 0);
    let broken = report["advice"].as_array().unwrap().iter().find(|advice| advice["id"] == "broken").unwrap();
    assert!(broken["not_run"][0].as_str().unwrap().contains("unclosed-text"), "{broken}");
}

#[test]
fn a_binding_of_a_parameter_that_does_not_exist_is_a_warning() {
    let desk = desk_with("bind resolution", "bind resoluton");
    let run = desk.check("");
    // What reads the parameter is not determined; the warning says why it has no value.
    assert_run!("misspelt-parameter", run);
}

#[test]
fn a_selection_that_selects_nothing() {
    let desk = Desk::sound();
    for (selector, help) in [
        ("change-aproved", "did you mean `change-approved`?"),
        ("8.7", "rules cite the clauses 8.5, 8.6"),
        ("desk-1:9", "rules cite the clauses 8.5, 8.6"),
        ("desk-3:8.6", "did you mean `desk-1:8.6`?"),
        ("ours/desk.shall", "rules are read from `--policies ours/desk.shall`; here stand ids of rules, or clauses"),
        ("incident-has-an-end", "is an advice; select a rule that it supports: incident-resolved-in-time"),
    ] {
        let run = desk.check(&format!("--select change-approved --select {selector}"));
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{selector}");
        assert!(run.stderr.contains(&format!("`{selector}` selects no rule")), "{}", run.stderr);
        assert!(run.stderr.contains(help), "{}", run.stderr);
    }
}

#[test]
fn a_selection_by_clause_and_by_id() {
    let desk = Desk::sound();
    for (selectors, expected) in [
        ("--select 8", vec!["change-approved", "incident-resolved-in-time"]),
        ("--select 8.6", vec!["incident-resolved-in-time"]),
        ("--select desk-1:8.5", vec!["change-approved"]),
        ("--select change-approved", vec!["change-approved"]),
        ("--select 8.6 --select change-approved", vec!["change-approved", "incident-resolved-in-time"]),
    ] {
        let report = desk.json(selectors);
        let ids: Vec<&str> =
            report["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{selectors}");
    }
}

#[test]
fn policies_that_are_no_text() {
    let desk = Desk::sound();
    desk.write("ours/bytes.shall", b"zone \"UTC\"\n\xff\xfe\n");
    let run = desk.check("");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("ours/bytes.shall cannot be read: byte 12 is not UTF-8 text"), "{}", run.stderr);
}
