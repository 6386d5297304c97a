//! The manifest of an export: what it says is held against the files, and what it leaves open makes nothing pass.

use super::{Desk, INCIDENTS, Run, assert_run};

impl Desk {
    fn with_manifest(manifest: &str) -> Desk {
        let desk = Desk::sound();
        desk.write("export/manifest.json", manifest);
        desk
    }

    fn counted(&self, arguments: &str) -> Run {
        self.check(&format!("--select incident-resolved-in-time {arguments}"))
    }
}

#[test]
fn the_manifest_that_is_written_is_true() {
    let desk = Desk::sound();
    let said = "--period 2026-01-01..2026-03-31 --extracted-at 2026-04-01T02:00Z --complete --system";
    assert_run!("manifest-written", desk.run(&format!("manifest export --policies ours --no-pack {said} desk")));
    let run = desk.check("");
    assert_eq!(run.status, 0, "{}", run.shown());
    assert!(run.stdout.contains("as of     2026-04-01T02:00Z (manifest.json)"), "{}", run.stdout);
    assert!(run.stdout.contains("period    2026-01-01 through 2026-03-31 (manifest.json)"), "{}", run.stdout);
    assert!(!run.stdout.contains("taken as complete"), "{}", run.stdout);
    assert_run!("manifest-there", desk.run("manifest export --policies ours --no-pack"));
}

#[test]
fn a_file_that_was_changed_is_unreadable() {
    let desk = Desk::sound();
    assert_eq!(desk.run("manifest export --policies ours --no-pack").status, 0);
    desk.write("export/incident.csv", INCIDENTS.replace("INC2", "INC9"));
    let run = desk.counted("");
    assert_eq!(run.status, 2, "{}", run.shown());
    assert!(run.stderr.contains("error[manifest-mismatch]: its SHA-256 is "), "{}", run.stderr);
}

#[test]
fn a_wrong_number_of_rows_is_unreadable() {
    assert_run!(
        "manifest-rows",
        Desk::with_manifest(r#"{"files": [{"file": "incident.csv", "rows": 40}]}"#).counted("")
    );
}

#[test]
fn a_file_that_is_not_there() {
    assert_run!("manifest-file", Desk::with_manifest(r#"{"files": [{"file": "incidents.csv"}]}"#).counted(""));
}

#[test]
fn manifests_that_cannot_be_read() {
    let cases = [
        "",
        "[1]",
        r#"{"files": [{"file": "incident.csv", "row": 3}]}"#,
        "{\n  \"files\": [{\"file\": \"incident.csv\"}, {\"file\": \"incident.csv\"}]\n}",
        r#"{"files": [{"file": "incident.csv", "sha256": "abc"}]}"#,
        "{\n  \"period\": {\"from\": \"2026-01-01\", \"through\": \"2026-02-30\"},\n  \"files\": []\n}",
        r#"{"period": {"from": "2026-02-01", "through": "2026-01-01"}, "files": []}"#,
        r#"{"extracted_at": "2026-04-01 02:00", "files": []}"#,
    ];
    let shown: Vec<String> = cases
        .iter()
        .map(|manifest| {
            let run = Desk::with_manifest(manifest).counted("");
            assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{manifest}");
            format!("{manifest}\n{}", run.stderr)
        })
        .collect();
    insta::assert_snapshot!("manifests-that-cannot-be-read", shown.join("\n"));
}

#[test]
fn what_is_not_complete_is_no_evidence() {
    let incomplete = Desk::with_manifest(r#"{"files": [{"file": "incident.csv", "complete": false}]}"#);
    assert_run!("manifest-incomplete", incomplete.counted(""));
    // A fault among those that are there stays one.
    incomplete.write("export/incident.csv", INCIDENTS.replace("2026-01-05T13:00Z", "2026-01-09T13:00Z"));
    assert_eq!(incomplete.counted("").status, 1);
    // Rules that read other records are as they were.
    assert_eq!(incomplete.check("--select change-approved").status, 0);
}

#[test]
fn what_was_exported_covers_what_is_judged() {
    let desk = Desk::with_manifest(
        r#"{"extracted_at": "2026-04-01T00:00Z", "complete": true, "files": [
            {"file": "incident.csv", "period": {"from": "2026-01-01", "through": "2026-03-31"}}]}"#,
    );
    let status = |arguments: &str| desk.counted(arguments).status;
    assert_eq!(status("--period 2026-01-01..2026-03-31 --as-of 2026-04-01T00:00Z"), 0);
    assert_eq!(status("--period 2026-02-01..2026-02-28 --as-of 2026-12-01T00:00Z"), 0);
    let longer = desk.counted("--period 2026-01-01..2026-04-30 --as-of 2026-05-01T00:00Z");
    assert_eq!(longer.status, 3);
    assert_run!("manifest-covers-less", longer);
    // Extracted before the end of what is judged, though the period is covered.
    assert_eq!(status("--as-of 2026-04-02T00:00Z"), 3);
}

#[test]
fn without_a_manifest_completeness_is_assumed_unless_one_is_required() {
    let desk = Desk::sound();
    let run = desk.counted("");
    assert_eq!(run.status, 0);
    assert!(run.stdout.contains("manifest  none; what was exported is taken as complete"), "{}", run.stdout);
    let run = desk.counted("--require-manifest");
    assert_eq!(run.status, 3);
    assert_run!("manifest-required", run);
    desk.write("export/manifest.json", r#"{"files": [{"file": "incident.csv"}]}"#);
    assert_eq!(desk.counted("--require-manifest").status, 3);
    desk.write("export/manifest.json", r#"{"complete": true, "files": [{"file": "incident.csv"}]}"#);
    assert_eq!(desk.counted("--require-manifest").status, 0);
}

#[test]
fn an_export_that_states_more_is_not_complete() {
    let desk = Desk::sound();
    desk.remove("export/incident.csv");
    desk.add_policies(
        "source desk \"The desk\" {\n  incident from \"answers.json\" at found\n    expect total = total\n    \
         number      = number\n    service     = service\n    priority    = priority\n    opened_at   = opened_at\n    \
         resolved_at = resolved_at\n}\n",
    );
    let found = r#"{"number": "INC1", "service": "S1", "priority": "p1", "opened_at": "2026-01-05T09:00Z", "resolved_at": "2026-01-05T12:00Z"}"#;
    desk.write("export/answers.json", format!("{{\"total\": 1, \"found\": [{found}]}}"));
    let run = desk.counted("");
    assert_eq!(run.status, 0, "{}", run.shown());
    assert!(run.stdout.contains("is taken as complete\n"), "{}", run.stdout);
    desk.write("export/answers.json", format!("{{\"total\": 2, \"found\": [{found}]}}"));
    let run = desk.counted("");
    assert_eq!(run.status, 3, "{}", run.shown());
    assert!(run.stdout.contains("is taken as complete, but for records of which more are stated"), "{}", run.stdout);
    assert!(run.stdout.contains("answers.json says at `total` that there are 2, and it has 1"), "{}", run.stdout);
}
