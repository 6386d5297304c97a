//! What people state: judgements and attestations in the report.

use super::{Desk, assert_run};

const POLICIES: &str = r#"zone "Europe/Amsterdam"

standard house "House rules" requirements {
  clause 5 "Leadership"
}

record person {
  id:   text key
  name: text
}

record project {
  id:   text key
  lead: -> person
}

record judgement {
  id:          text key
  requirement: text
  subject:     text?
  outcome:     {conforming, nonconforming, not_determined}
  assessed_at: timestamp
  valid_until: date?
  assessor:    -> person
}

record attestation {
  id:           text key
  requirement:  list of text
  attested_at:  timestamp
  valid_from:   date
  valid_until:  date
  withdrawn_at: timestamp?
}

rule a-judged
  "Leaders lead"
  cites house 5 a
  shall judgement

rule b-judged-late
  "Leaders followed"
  cites house 5 b
  shall judgement

rule c-attested
  "Leaders say that they lead"
  cites house 5 c
  shall attested

rule d-not-attested
  "Leaders say that they follow"
  cites house 5 d
  shall attested

rule e-projects-led
  "Projects are led well"
  cites house 5 e
  for each project p
    if none: no population
  shall any of {
    judged: judgement
    said:   attested
  }

rule f-several
  "Leaders do several things"
  cites house 5 a, b, f
  shall judgement and attested

rule g-contradicted
  "Leaders do what nobody agrees on"
  cites house 5 g
  shall judgement
"#;

const JUDGEMENTS: &str = "id,requirement,subject,outcome,assessed_at,valid_until,assessor\n\
    J1,house 5 a,,nonconforming,2026-02-01T09:00Z,,P1\n\
    J2,house 5 a,,conforming,2026-01-01T09:00Z,,P1\n\
    J3,5 b,,conforming,2025-01-01T09:00Z,2025-12-31,P1\n\
    J4,5 b,,not_determined,2024-01-01T09:00Z,,P1\n\
    J5,5 e,APOLLO,conforming,2026-01-01T09:00Z,,P1\n\
    J6,5 e,BRAVO,nonconforming,2026-01-01T09:00Z,,P1\n\
    J7,5 e,CHARLIE,conforming,2026-01-01T09:00Z,some day,P1\n\
    J8,5 g,,conforming,2026-01-01T09:00Z,,P1\n\
    J9,5 g,,nonconforming,2026-01-01T09:00Z,,P1\n";
const ATTESTATIONS: &str = r#"[
{"id": "A1", "requirement": ["5 c", "5 f"], "attested_at": "2026-01-05T09:00Z", "valid_from": "2026-01-05", "valid_until": "2026-12-31", "withdrawn_at": null},
{"id": "A2", "requirement": ["5 d"], "attested_at": "2026-01-05T09:00Z", "valid_from": "2026-01-05", "valid_until": "2026-12-31", "withdrawn_at": "2026-02-01T09:00Z"}
]"#;

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.write("ours/house.shall", POLICIES);
    desk.write("export/person.csv", "id,name\nP1,Zoë Quill\n");
    desk.write("export/project.csv", "id,lead\nAPOLLO,P1\nBRAVO,P1\nCHARLIE,P1\nDELTA,P1\n");
    desk.write("export/judgement.csv", JUDGEMENTS);
    desk.write("export/attestation.json", ATTESTATIONS);
    desk
}

#[test]
fn what_people_state_is_told_by_whom_and_when() {
    let mut run = desk().check("--as-of 2026-03-01");
    let from = run.stdout.find("House rules").unwrap_or(0);
    let until = run.stdout.find("\n───").unwrap_or(run.stdout.len());
    run.stdout = run.stdout[from..until].to_owned();
    assert_run!("statements", run);
}

#[test]
fn what_waits_for_a_person_is_counted() {
    let report = desk().json("--as-of 2026-03-01");
    let counts = |id: &str| {
        let rules = report["rules"].as_array().unwrap();
        let rule = rules.iter().find(|rule| rule["id"] == id).unwrap();
        (rule["needs_judgement"].as_u64().unwrap_or(0), rule["by_attestation"].as_u64().unwrap_or(0))
    };
    assert_eq!(counts("a-judged"), (0, 0));
    assert_eq!(counts("b-judged-late"), (1, 0));
    assert_eq!(counts("c-attested"), (0, 1));
    assert_eq!(counts("d-not-attested"), (1, 0));
    assert_eq!(counts("e-projects-led"), (3, 0));
    assert_eq!(counts("g-contradicted"), (1, 0));
}

#[test]
fn without_any_record_everything_needs_judgement() {
    let desk = desk();
    std::fs::remove_file(desk.path("export/judgement.csv")).unwrap();
    let report = desk.json("--as-of 2026-03-01");
    let rules = report["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "a-judged").unwrap();
    assert_eq!((&rule["outcome"], &rule["needs_judgement"]), (&"not-determined".into(), &1.into()));
    let causes: Vec<&str> = rule["unknown"][0]["causes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cause| cause["reason"].as_str().unwrap())
        .collect();
    assert_eq!(causes, ["missing-extract", "needs-judgement"]);
}
