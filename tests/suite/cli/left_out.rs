//! Standing exclusions in a run: counted with their reasons, in the evidence, in tests, and broken.

use serde_json::json;

use super::{CHANGES, Desk, assert_run};
use crate::report::assert_fits_schema;

/// Drills and retracted approvals count nowhere.
const EXCLUSIONS: &str = r#"extend record incident {
  drill: boolean
}

extend record approval {
  retracted: boolean?
}

leave out incident i
  where i.drill
  because "an emergency drill"

leave out approval a where a.retracted is present and a.retracted because "retracted by whoever gave it"

leave out approval a where a.decided_at < 2020-01-01 because "from the old tool"
"#;

/// INC2, which is late, is a drill; of INC4, which is late too, nobody knows.
const INCIDENTS: &str = "number,service,priority,opened_at,resolved_at,drill\n\
    INC1,S1,p1,2026-01-05T09:00Z,2026-01-05T12:00Z,false\n\
    INC2,S1,p2,2026-01-06T09:00Z,2026-01-06T14:10Z,true\n\
    INC3,S1,p3,2026-01-07T09:00Z,,true\n\
    INC4,S1,p3,2026-01-08T09:00Z,2026-01-08T14:10Z,perhaps\n";

/// The one approval of CHG1 is retracted. APR3 would be left out for two reasons.
const APPROVALS: &str = r#"{"id": "APR1", "change": "CHG1", "decided_at": "2026-01-05T08:00Z", "retracted": true}
{"id": "APR2", "change": "CHG2", "decided_at": "2026-01-06T08:05Z"}
{"id": "APR3", "change": "CHG2", "decided_at": "2019-12-31T08:05Z", "retracted": true}
"#;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.add_policies(EXCLUSIONS);
    desk.write("export/incident.csv", INCIDENTS);
    desk.write("export/change.json", CHANGES);
    desk.write("export/approval.ndjson", APPROVALS);
    desk
}

#[test]
fn what_is_left_out_is_counted_with_its_reason() {
    let desk = desk();
    assert_run!("left-out", desk.check(""));
    let run = desk.check("--format json");
    assert_fits_schema(&run.stdout);
    let report = desk.json("");
    let counts: Vec<_> = report["exclusions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|exclusion| (exclusion["record"].clone(), exclusion["left_out"].clone(), exclusion["perhaps"].clone()))
        .collect();
    let expected = [("approval", 2, 0), ("approval", 0, 0), ("incident", 2, 1)];
    assert_eq!(counts, expected.map(|(record, left_out, perhaps)| (json!(record), json!(left_out), json!(perhaps))));
    let late =
        &report["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "incident-resolved-in-time").unwrap();
    let left_out = json!([{ "because": "an emergency drill", "left_out": 2, "perhaps": 1 }]);
    assert_eq!(late["filters"][0]["left_out"], left_out);
    // INC1 holds; INC4 is late, but may be a drill.
    assert_eq!((&late["counts"]["population"], &late["counts"]["fails"]), (&json!(2), &json!(0)));
    assert_eq!(late["unknown"][0]["subject"], "INC4");
    assert_eq!(late["unknown"][0]["causes"][0]["field"], "drill");
}

#[test]
fn a_rule_is_explained_with_what_is_left_out() {
    assert_run!("explain-left-out", desk().run("explain change-approved --plan --no-pack --policies ours"));
}

#[test]
fn exclusions_apply_in_tests_and_their_fields_have_to_be_given() {
    let desk = desk();
    desk.write(
        "ours/tests.shall",
        r#"test "a drill is nobody's business" of incident-resolved-in-time {
  given incident { number: "INC1", opened_at: 2026-01-05T09:00Z, resolved_at: 2026-01-05T19:00Z, drill: true }
  given incident { number: "INC2", opened_at: 2026-01-05T09:00Z, resolved_at: 2026-01-05T10:00Z, drill: false }
  expect conformity
  expect no subject "INC1"
}

test "no drill is late" of incident-resolved-in-time {
  given incident { number: "INC1", opened_at: 2026-01-05T09:00Z, resolved_at: 2026-01-05T19:00Z, drill: false }
  expect nonconformity on "INC1"
}

test "an approval that may be retracted" of change-approved {
  given change { number: "CHG1", started_at: 2026-01-05T09:00Z }
  given approval { id: "APR1", change: "CHG1", decided_at: 2026-01-05T08:00Z, retracted: unknown }
  expect not determined because unknown retracted
}

test "whether it was a drill is not given" of incident-resolved-in-time {
  given incident { number: "INC1", opened_at: 2026-01-05T09:00Z, resolved_at: 2026-01-05T19:00Z }
  expect not determined
}
"#,
    );
    assert_run!("test-left-out", desk.run("test ours --no-pack --coverage"));
}

#[test]
fn a_broken_exclusion_breaks_what_ranges_over_its_record() {
    let desk = desk();
    desk.add_policies(&EXCLUSIONS.replace("where i.drill", "where i.dril"));
    assert_run!("broken-exclusion", desk.check(""));
    // What does not range over incidents can be judged.
    assert_eq!(desk.check("--select 8.5").status, 1);
    assert_eq!(desk.check("--select 8.6").status, 2);
}
