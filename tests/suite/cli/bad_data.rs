//! Faults in an export: what cannot be read stops the run; what is wrong with a value leaves it unknown.

use super::{APPROVALS, CHANGES, Desk, INCIDENTS, assert_run, gzip};

#[test]
fn json_cut_in_half() {
    let desk = Desk::sound();
    desk.write("export/change.json", &CHANGES[..CHANGES.len() / 2]);
    assert_run!("cut-json", desk.check(""));
}

#[test]
fn gzip_cut_in_half() {
    let desk = Desk::sound();
    desk.remove("export/change.json");
    let packed = gzip(CHANGES);
    desk.write("export/change.json.gz", &packed[..packed.len() / 2]);
    assert_run!("cut-gzip", desk.check(""));
}

#[test]
fn csv_cut_in_a_quoted_cell() {
    let desk = Desk::sound();
    desk.write("export/service.csv", "id,name\nS1,\"Kayak book");
    assert_run!("cut-csv", desk.check(""));
}

#[test]
fn a_short_row() {
    let desk = Desk::sound();
    desk.write("export/incident.csv", format!("{INCIDENTS}INC4,S1,p1\n"));
    assert_run!("short-row", desk.check(""));
}

#[test]
fn a_fault_of_a_file_that_two_mappings_read_is_said_once() {
    let desk = Desk::sound();
    desk.remove("export/incident.csv");
    desk.remove("export/service.csv");
    desk.write("export/desk.csv", "number,service,name\nINC1,S1,Kayak bookings\nINC2,S1\n");
    desk.add_policies(
        "source desk-log \"A log\" {\n  incident from \"desk.csv\"\n    number  = number\n    service = service\n  service from \
         \"desk.csv\" keep last of each service\n    id   = service\n    name = name\n}\n\nrule incident-of-service\n  \"Incidents \
         have a service\"\n  cites desk-1 8.6\n  for each incident i\n    if none: no population\n  shall i.service.name != \"\"\n",
    );
    let run = desk.check("--select incident-of-service --source desk-log");
    assert_eq!(run.stderr.matches("malformed-file").count(), 1, "{}", run.shown());
    assert_eq!(run.status, 2);
}

#[test]
fn nul_bytes() {
    let desk = Desk::sound();
    desk.write("export/incident.csv", INCIDENTS.replace("INC3", "INC\x003"));
    assert_run!("nul-csv", desk.check(""));
    desk.write("export/incident.csv", INCIDENTS);
    desk.write("export/change.json", CHANGES.replace("CHG2", "CHG\x002"));
    assert_run!("nul-json", desk.check(""));
}

#[test]
fn duplicate_keys() {
    let desk = Desk::sound();
    desk.write("export/service.csv", "id,name\nS1,Kayak bookings\nS2,Boat shed\nS2,Boat house\n");
    let incidents = INCIDENTS.replace("INC2,S1", "INC2,S2").replace("14:10Z", "12:10Z");
    desk.write("export/incident.csv", incidents);
    assert_run!("duplicate-keys", desk.check(""));
}

#[test]
fn a_dangling_reference_leaves_the_joins_of_others_alone() {
    let desk = Desk::sound();
    let approvals =
        format!("{APPROVALS}{}\n", r#"{"id": "APR4", "change": "CHG9", "decided_at": "2026-01-06T08:00Z"}"#);
    desk.write("export/approval.ndjson", approvals.replace("2026-01-06T10:05Z", "2026-01-06T08:05Z"));
    let run = desk.check("");
    assert_eq!(run.status, 0, "{}", run.shown());
    assert_run!("dangling-reference", run);
}

#[test]
fn an_unmapped_value() {
    let desk = Desk::sound();
    desk.add_policies(
        "rule incident-not-urgent\n  \"No incident is urgent\"\n  cites desk-1 8.6\n  for each incident i\n    if none: no \
         population\n  shall i.priority != p1\n",
    );
    desk.write("export/incident.csv", INCIDENTS.replace(",p2,", ",urgent,"));
    assert_run!("unmapped-value", desk.check("--select incident-not-urgent"));
}

#[test]
fn an_impossible_date() {
    let desk = Desk::sound();
    desk.write("export/incident.csv", INCIDENTS.replace("2026-01-06T09:00Z", "2026-02-30T09:00Z"));
    assert_run!("impossible-date", desk.check(""));
}

#[test]
fn resolved_before_it_was_opened() {
    let desk = Desk::sound();
    desk.add_policies(
        "rule incident-in-order\n  \"An incident is opened before it is resolved\"\n  cites desk-1 8.6\n  for each incident \
         i\n    where i.resolved_at is present\n    if none: no population\n  shall i.opened_at during i.opened_at .. \
         i.resolved_at\n",
    );
    desk.write("export/incident.csv", INCIDENTS.replace("2026-01-05T12:00Z", "2026-01-05T08:00Z"));
    assert_run!("reversed", desk.check("--select incident-in-order"));
}

#[test]
fn an_empty_folder() {
    let desk = Desk::sound();
    std::fs::create_dir(desk.path("nothing")).unwrap();
    assert_run!("empty-folder", desk.run("check nothing --no-pack --policies ours"));
}

#[test]
fn a_missing_file() {
    let desk = Desk::sound();
    assert_run!("missing-export", desk.run("check export/nowhere.json --no-pack --policies ours"));
}

#[test]
fn a_record_that_was_not_exported_is_not_absent() {
    let desk = Desk::sound();
    desk.remove("export/approval.ndjson");
    let run = desk.check("");
    assert_eq!(run.status, 3, "{}", run.shown());
    assert_run!("missing-extract", run);
}

#[test]
fn a_file_that_only_advice_reads_does_not_stop_the_run() {
    let desk = Desk::sound();
    desk.add_policies(
        "record note {\n  id: text key\n  incident: -> incident\n}\n\nadvice incident-noted\n  \"An incident should be noted\"\n  \
         cites desk-2 8.6\n  for each incident i\n  should exists note n where n.incident = i\n",
    );
    desk.write("export/note.json", "[{\"id\": \"N1\", \"incid");
    let run = desk.check("");
    assert_eq!(run.status, 0, "{}", run.shown());
    assert!(run.stdout.contains("not run") && run.stdout.contains("note.json:1:"), "{}", run.shown());
}

#[test]
fn two_files_of_one_name() {
    let desk = Desk::sound();
    desk.write("other/incident.csv", INCIDENTS);
    let run = desk.run("check export other --no-pack --policies ours");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("two files of the export are called incident.csv"), "{}", run.stderr);
    // The same file, named twice, is read once.
    assert_eq!(desk.run("check export export/incident.csv --no-pack --policies ours").status, 0);
}

#[test]
fn data_cannot_steer_the_terminal() {
    let desk = Desk::sound();
    let evil = "INC\\u001b]0;owned\\u0007\\u202e1";
    desk.remove("export/incident.csv");
    desk.write(
        "export/incident.json",
        format!(
            r#"[{{"number": "{evil}", "service": "S1", "priority": "p1", "opened_at": "2026-01-05T09:00Z", "resolved_at": "2026-01-06T12:00Z"}}]"#
        ),
    );
    let run = desk.check("--color always");
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("INC\\u{1b}]0;owned\\u{7}\\u{202e}1 of Kayak bookings"), "{}", run.stdout);
    assert!(!run.stdout.contains("\u{1b}]") && !run.stdout.contains('\u{202e}') && !run.stdout.contains('\u{7}'));
}
