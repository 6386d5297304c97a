//! Checks on real exports that stand beside the project and are not part of it: `cargo test --release --test exports`.
//!
//! They are read where they stand, in `../shared/data`, or where the variable `SHALL_EXPORTS` says. A check whose export is not there
//! fails: `cargo test` alone does not run these.

mod drafts;
mod records;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

fn export(name: &str) -> PathBuf {
    let root =
        std::env::var_os("SHALL_EXPORTS").map_or_else(|| PathBuf::from(PROJECT).join("../shared/data"), PathBuf::from);
    let path = root.join(name);
    assert!(path.exists(), "{} is not there", path.display());
    path
}

/// Judges exports by the rules of one example, without the pack; returns the exit status, the report and standard error.
fn check(example: &str, exports: &[&str], arguments: &[&str]) -> (i32, Value, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_shall"))
        .arg("check")
        .args(exports.iter().map(|name| export(name)))
        .args(["--no-pack", "--policies", &format!("{PROJECT}/policies/examples/{example}"), "--format", "json"])
        .args(arguments)
        .output()
        .expect("the program starts");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap_or(-1), report, errors)
}

/// Outcome, population and failures of each rule.
fn outcomes(report: &Value) -> BTreeMap<&str, (&str, u64, u64)> {
    let rules = report["rules"].as_array().expect("the report has rules");
    rules
        .iter()
        .map(|rule| {
            let count = |name: &str| rule["counts"][name].as_u64().expect("a count");
            let outcome = rule["outcome"].as_str().expect("an outcome");
            (rule["id"].as_str().expect("an id"), (outcome, count("population"), count("fails")))
        })
        .collect()
}

fn fed(report: &Value, record: &str) -> (u64, u64) {
    let files = report["inputs"]["files"].as_array().expect("files");
    let fed = files.iter().flat_map(|file| file["fed"].as_array().expect("what a file fed"));
    let of_record = fed.filter(|fed| fed["record"] == record);
    of_record.fold((0, 0), |(rows, kept), fed| {
        (rows + fed["rows"].as_u64().expect("rows"), kept + fed["kept"].as_u64().expect("kept"))
    })
}

const UCI: &str = "uci-servicenow/incident_event_log.csv.gz";

/// The answers were counted in the file by other means.
#[test]
fn audit_log_of_24_918_incidents() {
    let (status, report, errors) = check("uci", &[UCI], &[]);
    assert_eq!(status, 1, "{errors}");
    assert_eq!(fed(&report, "incident"), (141_712, 24_918));
    assert_eq!(fed(&report, "state_event"), (141_712, 141_712));
    let expected = BTreeMap::from([
        ("critical-incident-target-met", (270, None)),
        ("event-cause-recorded", (141_712, Some(141_689))),
        ("event-change-request-recorded", (141_712, Some(140_721))),
        ("event-ci-recorded", (141_712, Some(141_267))),
        ("event-closing-time-agrees", (24_918, Some(0))),
        ("event-creation-time-recorded", (141_712, Some(53_076))),
        ("event-problem-recorded", (141_712, Some(139_417))),
        ("event-resolution-time-agrees", (23_362, Some(0))),
        ("event-state-named", (141_712, Some(5))),
        ("event-times-follow-changes", (141_712, Some(5))),
        ("event-vendor-recorded", (141_712, Some(141_468))),
        ("high-incident-target-met", (408, None)),
        ("incident-assignee-recorded", (24_918, Some(725))),
        ("incident-assignment-group-recorded", (24_918, Some(2_157))),
        ("incident-category-recorded", (24_918, Some(7))),
        ("incident-closed", (24_918, Some(0))),
        ("incident-closed-after-resolved", (23_362, Some(0))),
        ("incident-closure-code-recorded", (24_918, Some(107))),
        ("incident-not-reopened", (24_918, Some(275))),
        ("incident-number-unique", (24_918, Some(0))),
        ("incident-priority-follows-matrix", (24_918, Some(671))),
        ("incident-resolution-time-recorded", (24_918, Some(1_556))),
        ("incident-resolved-after-opened", (23_362, Some(0))),
        ("incident-target-met", (24_918, Some(9_115))),
        ("low-incident-target-met", (774, None)),
        ("moderate-incident-target-met", (23_466, None)),
    ]);
    let found = outcomes(&report);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (rule, (population, fails)) in expected {
        let (outcome, found_population, found_fails) = found[rule];
        assert_eq!(found_population, population, "population of {rule}");
        if let Some(fails) = fails {
            assert_eq!(found_fails, fails, "failures of {rule}");
        }
        assert_eq!(outcome, if found_fails == 0 { "conformity" } else { "nonconformity" }, "outcome of {rule}");
    }
    let by_priority: u64 = ["critical", "high", "moderate", "low"]
        .map(|priority| found[format!("{priority}-incident-target-met").as_str()].2)
        .iter()
        .sum();
    assert_eq!(by_priority, 9_115, "the priorities share out the missed targets");
}

#[test]
fn audit_log_gives_the_same_bytes_again() {
    let report = || {
        let output = Command::new(env!("CARGO_BIN_EXE_shall"))
            .arg("check")
            .arg(export(UCI))
            .args(["--no-pack", "--policies", &format!("{PROJECT}/policies/examples/uci"), "--format", "json"])
            .output()
            .expect("the program starts");
        output.stdout
    };
    let first = report();
    assert!(!first.is_empty());
    assert!(first == report(), "two runs over the same export gave different reports");
}

/// A search in three pages, fifty single tickets and four histories; counted in the files by other means.
#[test]
fn search_single_tickets_and_histories_agree() {
    let (status, report, errors) = check("rt", &["rt"], &["--source", "rt"]);
    assert_eq!(status, 1, "{errors}");
    assert_eq!(fed(&report, "ticket"), (50, 50));
    assert_eq!(fed(&report, "single"), (50, 50));
    assert_eq!(fed(&report, "state_event"), (44, 10));
    assert_eq!(report["data_findings"], Value::Array(Vec::new()), "every value is read");
    let found = outcomes(&report);
    assert_eq!(found["ticket-told-alike"], ("conformity", 50, 0));
    assert_eq!(found["ticket-state-as-last-told"], ("conformity", 4, 0));
    // `Resolved` stays when a ticket is opened again: 6 and 8.
    assert_eq!(found["ticket-not-opened-again"], ("nonconformity", 49, 2));
    assert_eq!(found["ticket-resolved-when-due"], ("conformity", 47, 0));
    assert_eq!(found["ticket-owned"], ("nonconformity", 47, 47));
}

#[test]
fn a_spreadsheet_holds_the_same_tickets_as_a_search() {
    let pages = ["rt/tickets_page1_fields.json", "rt/tickets_page2_fields.json", "rt/tickets_page3_fields.json"];
    let search = records::of("rt", "rt", &pages);
    let spreadsheet = records::of("rt", "rt-tsv", &["rt/search_results.tsv"]);
    assert_eq!(spreadsheet["ticket"].len(), 50);
    for (id, ticket) in &search["ticket"] {
        assert_eq!(&spreadsheet["ticket"][id], ticket, "{id}");
    }
}

/// A list with raw values: codes, times in UTC, references by `sys_id`; counted in the file by other means.
#[test]
fn list_of_raw_values() {
    let (status, report, errors) = check("servicenow", &["servicenow-csv"], &[]);
    assert_eq!(status, 1, "{errors}");
    assert_eq!(fed(&report, "incident"), (67, 67));
    assert_eq!(report["data_findings"], Value::Array(Vec::new()), "every value is read, and no reference dangles");
    let found = outcomes(&report);
    assert_eq!(found["incident-priority-follows-matrix"], ("conformity", 67, 0));
    assert_eq!(found["incident-classified"], ("conformity", 27, 0));
    assert_eq!(found["incident-child-not-open-longer"], ("conformity", 1, 0));
    assert_eq!(found["incident-closed-after-resolved"], ("nonconformity", 27, 20));
    assert_eq!(found["incident-open-without-closing-time"], ("nonconformity", 40, 8));
}

#[test]
fn tool_answers_of_core_get() {
    let files =
        ["itop/rest_core_get_Incident.json", "itop/rest_core_get_Change.json", "itop/rest_core_get_Ticket.json"];
    let (status, report, errors) = check("itop", &files, &[]);
    assert_eq!(status, 1, "{errors}");
    assert_eq!(fed(&report, "incident"), (22, 22));
    assert_eq!(fed(&report, "change"), (15, 15));
    assert_eq!(fed(&report, "ticket"), (58, 58));
    assert_eq!(report["data_findings"], Value::Array(Vec::new()), "every value is read");
    let found = outcomes(&report);
    for (rule, expected) in ITOP {
        assert_eq!(found.get(rule), Some(expected), "{rule}");
    }
    assert_eq!(found.len(), ITOP.len());
}

/// The answers were counted in the files by other means.
const ITOP: &[(&str, (&str, u64, u64))] = &[
    ("change-approved-before-start", ("nonconformity", 6, 1)),
    ("change-has-fallback", ("nonconformity", 15, 1)),
    ("change-outage-planned", ("nonconformity", 5, 1)),
    ("incident-agent-recorded", ("conformity", 19, 0)),
    ("incident-ci-recorded", ("conformity", 22, 0)),
    ("incident-service-recorded", ("conformity", 22, 0)),
    ("incident-times-in-order", ("conformity", 22, 0)),
    ("ticket-agent-recorded", ("nonconformity", 58, 8)),
    ("ticket-changes-complete", ("conformity", 15, 0)),
    ("ticket-incidents-complete", ("conformity", 22, 0)),
];

#[test]
fn exports_to_xml_hold_the_same_records_as_answers_of_core_get() {
    let json = ["itop/rest_core_get_Incident.json", "itop/rest_core_get_Change.json"];
    let xml = ["itop/export_Incident.xml", "itop/export_NormalChange.xml"];
    let (json, xml) = (records::of("itop", "itop", &json), records::of("itop", "itop-xml", &xml));
    assert_eq!(json["incident"].len(), 22);
    assert_eq!(xml["change"].len(), 8);
    let incidents = ["ci_ids", "cis"];
    assert_eq!(without(&xml["incident"], &incidents), without(&json["incident"], &incidents));
    let is_normal = |fields: &BTreeMap<String, String>| fields["kind"] == xml["change"]["C-000044"]["kind"];
    let normal: records::Rows = json["change"].clone().into_iter().filter(|(_, fields)| is_normal(fields)).collect();
    assert_eq!(xml["change"], normal);
}

/// The source for the tool, as it is shipped, on the answers of a genuine instance; counted in the files by other means.
#[test]
fn the_source_for_the_tool_reads_its_answers() {
    let classes = ["Incident", "UserRequest", "Problem", "Change", "FunctionalCI", "Service", "Person", "SLT"];
    let names: Vec<(String, String)> =
        classes.iter().map(|class| (format!("{class}.json"), format!("itop/rest_core_get_{class}.json"))).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|(name, export)| (name.as_str(), export.as_str())).collect();
    let found = records::of_tool("itop", &files);
    let counts: BTreeMap<&str, usize> = found.iter().map(|(record, rows)| (record.as_str(), rows.len())).collect();
    let expected = [
        ("change", 15),
        ("change_approval", 8),
        ("ci", 31),
        ("ci_relationship", 8),
        ("incident", 22),
        ("person", 35),
        ("problem", 7),
        ("service", 3),
        ("service_level_target", 2),
        ("service_request", 14),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
    let without_state: Vec<&String> =
        found["incident"].iter().filter(|(_, row)| row["state"] == "Unknown").map(|(key, _)| key).collect();
    assert!(without_state.is_empty(), "{without_state:?}");
}

/// Rows of cells have numbers of teams, agents and services where the answers have names; all else is the same.
#[test]
fn exports_to_csv_hold_the_same_records_as_answers_of_core_get() {
    let json = ["itop/rest_core_get_Incident.json", "itop/rest_core_get_Change.json"];
    let localized = ["itop/export_Incident.csv", "itop/export_NormalChange.csv"];
    let codes = ["itop/export_Incident_nolocalize_semicolon.csv", "itop/export_NormalChange_nolocalize_semicolon.csv"];
    let json = records::of("itop", "itop", &json);
    for (source, files) in [("itop-csv", localized), ("itop-codes", codes)] {
        let csv = records::of("itop", source, &files);
        assert_eq!(csv["incident"].len(), 22, "{source}");
        assert_eq!(csv["change"].len(), 8, "{source}");
        let named = ["agent", "cis", "service", "team"];
        assert_eq!(without(&csv["incident"], &named), without(&json["incident"], &named), "{source}");
        let exported = json["change"].iter().filter(|(key, _)| csv["change"].contains_key(*key));
        let exported = exported.map(|(key, fields)| (key.clone(), fields.clone())).collect();
        assert_eq!(without(&csv["change"], &["created_at"]), without(&exported, &["created_at"]), "{source}");
    }
}

fn without(rows: &records::Rows, fields: &[&str]) -> records::Rows {
    let rows = rows.iter().map(|(key, row)| {
        let row = row.iter().filter(|(name, _)| !fields.contains(&name.as_str()));
        (key.clone(), row.map(|(name, cell)| (name.clone(), cell.clone())).collect())
    });
    rows.collect()
}

/// Outages and those that lasted for more than an hour were counted in the log by other means.
#[test]
fn subjects_of_commits_are_outages() {
    let (status, report, errors) = check("upptime", &["upptime"], &[]);
    assert_eq!(status, 1, "{errors}");
    // One commit changes the tool, and is no probe.
    assert_eq!(fed(&report, "state_event"), (3_374, 3_373));
    assert_eq!(fed(&report, "site"), (4, 4));
    assert_eq!(fed(&report, "site_summary"), (4, 4));
    assert_eq!(report["data_findings"], Value::Array(Vec::new()), "every value is read");
    let found = outcomes(&report);
    assert_eq!(found["outage-ends-in-time"], ("nonconformity", 38, 9));
    assert_eq!(found["site-told-as-probed"], ("conformity", 4, 0));
    assert_eq!(found["site-was-available"], ("nonconformity", 4, 1));
}

#[test]
fn an_empty_answer_is_a_population_of_none() {
    let arguments = ["--select", "incident-service-recorded", "--select", "incident-times-in-order"];
    let (status, report, errors) = check("itop", &["itop/rest_core_get_empty.json"], &arguments);
    assert_eq!(status, 3, "{errors}");
    assert_eq!(fed(&report, "incident"), (0, 0));
    for (rule, outcome) in outcomes(&report) {
        assert_eq!(outcome, ("no-population", 0, 0), "{rule}");
    }
}

#[test]
fn an_error_answer_is_unreadable_data() {
    let (status, report, errors) = check("itop", &["itop/rest_core_get_error_bad_class.json"], &[]);
    assert_eq!(status, 2, "{errors}");
    assert_eq!(report, Value::Null, "a run that could not be done gives no report");
    for part in ["missing-path", "rest_core_get_error_bad_class.json", "is not a valid class"] {
        assert!(errors.contains(part), "`{part}` is not in\n{errors}");
    }
}
