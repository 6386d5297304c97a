//! `shall lower`: what is written, what is refused, how it ends; and that conftest's questions get the answers of a check.

use serde_json::Value as Json;

use super::{Desk, assert_run, names_in};

/// Two rules that Rego cannot say.
const REFUSED: &str = r#"calendar office {
  zone "Europe/Amsterdam"
  mon to fri 08:00-17:00
}

rule incident-recorded-in-hours
  "An incident is opened in working hours"
  cites desk-1 8.6
  for each incident i
    if none: no population
  shall i.opened_at during office

rule incident-numbered
  "Incidents are numbered"
  cites desk-1 8.6
  for each incident i
    if none: no population
  shall i.number matches /^INC\d+$/
"#;

const LOWER: &str = "lower --to rego --no-pack --policies ours";

#[test]
fn rules_are_shown_as_rego() {
    let desk = Desk::new();
    assert_run!("lower", desk.run(LOWER));
    desk.add_policies(REFUSED);
    assert_run!("lower-refused", desk.run(&format!("{LOWER} incident-recorded-in-hours incident-numbered")));
    assert_run!("lower-nothing", desk.run(&format!("{LOWER} incident-numbred")));
}

#[test]
fn what_lowers_is_written_and_gives_what_a_check_gives() {
    let desk = Desk::new();
    desk.add_policies(REFUSED);
    let run = desk.run(&format!("{LOWER} --output rego --data export"));
    assert_eq!(run.status, 1, "{}", run.shown());
    assert_eq!(run.stdout, "2 of 4 rules lowered, 10 files written to rego\n");
    assert_eq!(names_in(&desk.path("rego")), ["input.json", "logic", "rules"]);
    assert_eq!(names_in(&desk.path("rego/rules")), ["change_approved.rego", "incident_resolved_in_time.rego"]);

    let mut engine = regorus::Engine::new();
    for folder in ["rego/logic", "rego/rules"] {
        for name in names_in(&desk.path(folder)) {
            let text = std::fs::read_to_string(desk.path(folder).join(&name)).expect("a module");
            engine.add_policy(name, text).expect("Rego");
        }
    }
    let input = std::fs::read_to_string(desk.path("rego/input.json")).expect("the document");
    engine.set_input(regorus::Value::from_json_str(&input).expect("JSON"));
    let messages = |engine: &mut regorus::Engine, rule: &str| -> Vec<String> {
        let value = engine.eval_rule(format!("data.shall.rules.{rule}.violation")).expect("an answer");
        let told: Json = serde_json::from_str(&value.to_json_str().expect("JSON")).expect("JSON");
        told.as_array().expect("a set").iter().map(|one| one["msg"].as_str().expect("a message").to_owned()).collect()
    };
    let report = desk.json("");
    for (id, rule) in
        [("change-approved", "change_approved"), ("incident-resolved-in-time", "incident_resolved_in_time")]
    {
        let of = report["rules"].as_array().unwrap().iter().find(|one| one["id"] == id).expect("the rule");
        let expected: Vec<String> = of["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{id}: {}: {}", one["subject"].as_str().unwrap(), one["message"].as_str().unwrap()))
            .collect();
        assert_eq!(messages(&mut engine, rule), expected);
        assert_eq!(expected.len(), 1, "one fault was planted");
    }
}

#[test]
fn what_cannot_be_written_exactly_is_named() {
    let desk = Desk::new();
    let late = "number,service,priority,opened_at,resolved_at\nINC1,S1,p1,2026-01-05T09:00Z,9999-12-31T00:00Z\n";
    desk.write("export/incident.csv", late);
    let run = desk.run(&format!("{LOWER} --output rego --data export"));
    assert_run!("lower-inexact", run);
    assert!(!desk.path("rego").exists(), "nothing is written");
}
