//! What a run reports.

use super::{Desk, INCIDENTS, assert_run};
use crate::report::assert_fits_schema;

#[test]
fn a_nonconformity() {
    assert_run!("nonconformity", Desk::new().check("--as-of 2026-02-01 --period 2026-01-01..2026-01-31"));
}

#[test]
fn conformity() {
    assert_run!("conformity", Desk::sound().check(""));
}

#[test]
fn nothing_to_judge() {
    let desk = Desk::new();
    desk.write("export/incident.csv", "number,service,priority,opened_at,resolved_at\n");
    desk.write("export/change.json", "[]\n");
    assert_run!("no-population", desk.check(""));
}

#[test]
fn an_auditor_sees_no_advice() {
    let desk = Desk::new();
    let run = desk.check("--view auditor");
    assert_eq!(run.status, 1);
    assert!(!run.stdout.to_lowercase().contains("advice") && !run.stdout.contains("should"), "{}", run.stdout);
    let report = desk.json("--view auditor");
    assert_eq!(report["advice"], serde_json::Value::Null);
    assert_eq!(report["view"], "auditor");
}

#[test]
fn json_fits_its_schema_and_is_the_same_twice() {
    let desk = Desk::new();
    for arguments in ["", "--view auditor", "--as-of 2026-02-01 --period 2026-01-01..2026-01-31", "--max-findings 0"] {
        let arguments = format!("--format json {arguments}");
        let first = desk.check(&arguments);
        assert_eq!((first.status, first.stderr.as_str()), (1, ""));
        assert_fits_schema(&first.stdout);
        assert_eq!(first.stdout, desk.check(&arguments).stdout);
    }
}

#[test]
fn a_report_does_not_tell_of_the_machine() {
    let desk = Desk::new();
    let folder = desk.folder.path().to_string_lossy().into_owned();
    let absolute = format!("check {folder}/export --no-pack --policies {folder}/ours --format json");
    let run = desk.run(&absolute);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(!run.stdout.contains(&folder), "{}", run.stdout);
    assert_eq!(run.stdout, desk.check("--format json").stdout);
}

#[test]
fn lists_are_capped_and_counts_are_not() {
    let desk = Desk::new();
    let rows: String =
        (0..40).map(|number| format!("LATE{number:02},S1,p1,2026-01-05T09:00Z,2026-01-06T09:00Z\n")).collect();
    desk.write("export/incident.csv", format!("{INCIDENTS}{rows}"));
    let report = desk.json("--max-findings 3 --select 8.6");
    let rule = &report["rules"][0];
    assert_eq!(rule["counts"]["fails"], 41);
    assert_eq!(rule["findings_left_out"], 38);
    let names: Vec<&str> =
        rule["findings"].as_array().unwrap().iter().map(|finding| finding["subject"].as_str().unwrap()).collect();
    assert_eq!(names, ["INC2", "LATE00", "LATE01"]);
    assert_eq!(rule["proposed_grade"], "major");
}

#[test]
fn counts_add_up() {
    let report = Desk::new().json("");
    for rule in report["rules"].as_array().unwrap() {
        let count = |name: &str| rule["counts"][name].as_u64().unwrap();
        let judged = count("holds") + count("vacuous") + count("fails");
        assert_eq!(count("population"), judged + count("unknown") + count("not_yet_due"));
    }
}

#[test]
fn near_misses_come_first() {
    let report = Desk::new().json("--select change-approved");
    let reason = &report["rules"][0]["findings"][0]["reasons"][0];
    let keys: Vec<&str> =
        reason["looked_at"].as_array().unwrap().iter().map(|record| record["key"].as_str().unwrap()).collect();
    // Both fail the order alone; APR3 by an hour, APR2 by a day.
    assert_eq!(keys, ["APR3", "APR2"]);
    assert_eq!(
        reason["looked_at"][0]["says"][0],
        "a.decided_at (2026-01-06T10:05Z) is after c.started_at (2026-01-06T09:00Z)"
    );
}

#[test]
fn no_colour_when_piped() {
    let desk = Desk::new();
    assert!(!desk.check("").stdout.contains('\u{1b}'));
    assert!(desk.check("--color always").stdout.contains("\u{1b}["));
    assert!(!desk.check("--color never").stdout.contains('\u{1b}'));
}

#[test]
fn now_is_recorded() {
    let report = Desk::new().json("--as-of now");
    assert_eq!(report["time"]["as_of"]["origin"], "--as-of now");
    assert!(report["time"]["as_of"]["value"].as_str().unwrap().ends_with('Z'));
}
