//! Conditions that are Rego: what a report comes to, what does not become a pass, what a run says of it.

use serde_json::Value as Json;

use super::{Desk, Run, assert_run};

/// The rule `change-approved` of the desk, whose condition is Rego.
const POLICY: &str = r#"
rule change-approved-by-rego
  "A change is approved before it starts"
  cites desk-1 8.5 a
  for each change c
    where c.started_at is present
    if none: no population
  shall rego "change.rego" at data.change.violation
  reads c.started_at, approval.change, approval.decided_at
  because "{c.number} started {c.started_at} without an approval"
"#;

const REGO: &str = r#"package change

violation contains {"msg": msg, "record": "change", "key": c.number} if {
	some c in input.records.change
	not approved_in_time(c)
	msg := sprintf("nothing was decided on %s before it started", [c.number])
}

approved_in_time(c) if {
	some a in input.records.approval
	a.change == c.number
	a.decided_at <= c.started_at
}
"#;

/// An advice that rests on warnings, and a rule about all of a change's approvals.
const MORE: &str = r#"
advice incident-warned-of
  "An incident should be resolved"
  cites desk-2 8.6
  for each incident i
  should rego "incident.rego" at data.incident.warn
  reads i.resolved_at
"#;

const INCIDENT: &str = r#"package incident

warn contains i.number if {
	some i in input.records.incident
	not i.resolved_at
}
"#;

fn desk(policy: &str, rego: &str) -> Desk {
    let desk = Desk::new();
    desk.write("ours/rego.shall", policy);
    desk.write("ours/change.rego", rego);
    desk
}

fn run(desk: &Desk, arguments: &str) -> Run {
    desk.check(&format!("--as-of 2026-02-01 {arguments}"))
}

fn rule(report: &Json) -> &Json {
    let rules = report["rules"].as_array().unwrap();
    rules.iter().find(|rule| rule["id"] == "change-approved-by-rego").unwrap()
}

/// What comes of the rule, its subjects that fail or are unknown, and the first cause of the unknown.
fn comes_to(desk: &Desk) -> String {
    let report = desk.json("--select change-approved-by-rego --as-of 2026-02-01 --rego-seconds 2");
    let rule = rule(&report);
    let subjects = |list: &str| {
        let all = rule[list].as_array().into_iter().flatten();
        all.map(|found| found["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let cause = rule["unknown"][0]["causes"][0]["says"].as_str().unwrap_or_default().to_owned();
    format!(
        "{}: fails [{}], unknown [{}] {cause}; {}",
        rule["outcome"].as_str().unwrap(),
        subjects("findings"),
        subjects("unknown"),
        rule["because"].as_str().unwrap()
    )
}

/// What comes of a rule that reads a change's start alone.
fn told(rego: &str) -> String {
    let policy = POLICY.replace(", approval.change, approval.decided_at", "");
    comes_to(&desk(&policy, &format!("package change\n\n{rego}\n")))
}

#[test]
fn rego_as_a_condition_stands_in_the_report_like_any_rule() {
    let desk = desk(&format!("{POLICY}{MORE}"), REGO);
    desk.write("ours/incident.rego", INCIDENT);
    assert_run!("rego-condition", run(&desk, "--select 8.5 --select 8.6"));
    let finding = rule(&desk.json("--as-of 2026-02-01"))["findings"][0].clone();
    insta::assert_snapshot!("rego-condition-evidence", serde_json::to_string_pretty(&finding).unwrap());
}

#[test]
fn it_comes_to_what_the_same_condition_in_the_language_comes_to() {
    for approvals in ["", "{\"id\": \"A1\", \"change\": \"CHG2\", \"decided_at\": \"2026-01-06T09:00Z\"}\n"] {
        let desk = desk(POLICY, REGO);
        desk.write("export/approval.ndjson", format!("{}{approvals}", super::APPROVALS));
        let report = desk.json("--as-of 2026-02-01");
        let rules = report["rules"].as_array().unwrap();
        let ours = rules.iter().find(|rule| rule["id"] == "change-approved").unwrap();
        let theirs = rule(&report);
        assert_eq!((&ours["outcome"], &ours["counts"]), (&theirs["outcome"], &theirs["counts"]));
    }
}

#[test]
fn a_subject_is_named_by_record_and_key_or_by_a_text_that_is_its_key() {
    insta::assert_snapshot!(told(r#"violation contains {"msg": "late", "record": "change", "key": "CHG1"} if true"#), @"nonconformity: fails [CHG1], unknown [] ; of 2 subjects, 1 fails, 1 holds");
    insta::assert_snapshot!(told(r#"violation contains {"msg": "late", "key": "CHG2"} if true"#), @"nonconformity: fails [CHG2], unknown [] ; of 2 subjects, 1 fails, 1 holds");
    insta::assert_snapshot!(told(r#"violation := ["CHG1", "CHG2"]"#), @"nonconformity: fails [CHG1 CHG2], unknown [] ; of 2 subjects, 2 fail");
    insta::assert_snapshot!(told(r#"violation := {"msg": "late", "key": "CHG2"}"#), @"nonconformity: fails [CHG2], unknown [] ; of 2 subjects, 1 fails, 1 holds");
    insta::assert_snapshot!(told(r#"violation contains "CHG1" if false"#), @"conformity: fails [], unknown [] ; of 2 subjects, 2 hold");
    insta::assert_snapshot!(told(r#"violation if false"#), @"conformity: fails [], unknown [] ; of 2 subjects, 2 hold");
}

#[test]
fn what_names_no_subject_makes_unknown_who_is_not_reported() {
    insta::assert_snapshot!(told(r#"violation contains "a change is late" if true"#), @"not-determined: fails [], unknown [CHG1 CHG2] `violation` does not say of which record (it yields no `record` and `key`): a change is late; of 2 subjects, 2 are unknown; `violation` does not say of which record (it yields no `record` and `key`): a change is late");
    insta::assert_snapshot!(told(r#"violation contains {"msg": "late", "record": "change"} if true"#), @"not-determined: fails [], unknown [CHG1 CHG2] `violation` does not say of which record (it yields no `record` and `key`): late; of 2 subjects, 2 are unknown; `violation` does not say of which record (it yields no `record` and `key`): late");
    insta::assert_snapshot!(told(r#"violation contains {"msg": "late", "key": "CHG9"} if true"#), @"not-determined: fails [], unknown [CHG1 CHG2] `violation` reports change CHG9, which was not exported: late; of 2 subjects, 2 are unknown; `violation` reports change CHG9, which was not exported: late");
    insta::assert_snapshot!(told(r#"violation contains {"msg": "late", "record": "incident", "key": "INC1"} if true"#), @"not-determined: fails [], unknown [CHG1 CHG2] `violation` reports a record `incident`, and the subjects are `change`: late; of 2 subjects, 2 are unknown; `violation` reports a record `incident`, and the subjects are `change`: late");
    insta::assert_snapshot!(told("violation contains \"CHG1\" if true\n\nviolation contains \"who?\" if true"), @"nonconformity: fails [CHG1], unknown [CHG2] `violation` does not say of which record (it yields no `record` and `key`): who?; of 2 subjects, 1 fails, 1 is unknown; `violation` does not say of which record (it yields no `record` and `key`): who?");
    insta::assert_snapshot!(told(r#"violation contains 3 if true"#), @"not-determined: fails [], unknown [CHG1 CHG2] the Rego could not be evaluated: `violation` yields 3, which is neither a text nor an object with a text `msg`; of 2 subjects, 2 are unknown; the Rego could not be evaluated: `violation` yields 3, which is neither a text nor an object with a text `msg`");
    insta::assert_snapshot!(told(r#"violation if true"#), @"not-determined: fails [], unknown [CHG1 CHG2] `violation` does not say of which record (it yields no `record` and `key`): `violation` is true; of 2 subjects, 2 are unknown; `violation` does not say of which record (it yields no `record` and `key`): `violation` is true");
}

#[test]
fn what_is_not_known_is_no_pass() {
    let policy = POLICY.replace(", approval.change, approval.decided_at", "");
    let late = r#"package change

violation contains c.number if {
	some c in input.records.change
	c.started_at > "2026-01-06"
}
"#;
    let desk = desk(&policy, late);
    desk.write("export/change.json", super::CHANGES.replace("2026-01-06T09:00Z", "soon"));
    // It is not known either whether the change belongs.
    insta::assert_snapshot!(comes_to(&desk), @r#"not-determined: fails [], unknown [CHG2] started_at of change CHG2 ("soon"): expected a time that exists, with its offset, such as 2026-03-01T09:30:00Z; of 2 subjects, 1 is unknown, 1 holds"#);
    let desk = self::desk(&policy.replace("    where c.started_at is present\n", ""), late);
    desk.write("export/change.json", super::CHANGES.replace("2026-01-06T09:00Z", "soon"));
    insta::assert_snapshot!(comes_to(&desk), @r#"not-determined: fails [], unknown [CHG2] started_at of change CHG2 ("soon"): expected a time that exists, with its offset, such as 2026-03-01T09:30:00Z; of 2 subjects, 1 is unknown, 1 holds"#);
}

#[test]
fn a_subject_without_a_key_is_no_pass() {
    let policy = POLICY.replace(", approval.change, approval.decided_at", "");
    let desk =
        desk(&policy, "package change\n\nviolation contains c.number if {\n\tsome c in input.records.change\n}\n");
    desk.write("export/change.json", super::CHANGES.replace("\"CHG2\"", "null"));
    insta::assert_snapshot!(comes_to(&desk), @r#"nonconformity: fails [CHG1], unknown [(unknown)] number of change (unknown) ("null"): a value is required; of 2 subjects, 1 fails, 1 is unknown"#);
}

#[test]
fn other_records_that_are_not_known_are_no_pass() {
    let with = |approvals: Option<&str>| {
        let desk = desk(POLICY, REGO);
        match approvals {
            Some(text) => desk.write("export/approval.ndjson", text),
            None => desk.remove("export/approval.ndjson"),
        }
        comes_to(&desk)
    };
    let approvals = super::APPROVALS.replace("2026-01-06T10:05Z", "2026-01-06T08:05Z");
    insta::assert_snapshot!(with(Some(&approvals)), @"conformity: fails [], unknown [] ; of 2 subjects, 2 hold");
    insta::assert_snapshot!(with(Some(&approvals.replace("2026-01-05T08:00Z", "early"))), @r#"nonconformity: fails [CHG1], unknown [CHG2] decided_at of approval APR1 ("early"): expected a time that exists, with its offset, such as 2026-03-01T09:30:00Z; of 2 subjects, 1 fails, 1 is unknown; decided_at of approval APR1 ("early"): expected a time that exists, with its offset, such as 2026-03-01T09:30:00Z"#);
    insta::assert_snapshot!(with(None), @"not-determined: fails [], unknown [CHG1 CHG2] no file of the export holds approval records; of 2 subjects, 2 are unknown; no file of the export holds approval records");
}

#[test]
fn what_is_left_out_is_not_seen() {
    let desk = desk(POLICY, REGO);
    desk.write("export/approval.ndjson", super::APPROVALS.replace("2026-01-06T10:05Z", "2026-01-06T08:05Z"));
    desk.add_policies("leave out approval a where a.id = \"APR3\" because \"made by mistake\"\n");
    insta::assert_snapshot!(comes_to(&desk), @"nonconformity: fails [CHG2], unknown [] ; of 2 subjects, 1 fails, 1 holds");
    desk.add_policies("leave out change c where c.number = \"CHG2\" because \"a drill\"\n");
    insta::assert_snapshot!(comes_to(&desk), @"conformity: fails [], unknown [] ; of 1 subject, 1 holds");
    desk.add_policies(
        "leave out approval a where a.decided_at > as_of - 1 day because \"of tomorrow\"\n\n\
         leave out approval a where a.decided_at > unbound because \"nobody knows\"\n\nparameter unbound: timestamp\n",
    );
    insta::assert_snapshot!(comes_to(&desk), @"not-determined: fails [], unknown [CHG1 CHG2] whether approval APR1 is left out is not known; of 2 subjects, 2 are unknown; whether approval APR1 is left out is not known; and more like it");
}

#[test]
fn what_the_run_and_the_organization_have_not_said_is_no_pass() {
    let policy = format!("parameter slack: duration\n{}", POLICY.replace(", approval.change, approval.decided_at", ""));
    let rego = |condition: &str| {
        format!(
            "package change\n\nviolation contains c.number if {{\n\tsome c in input.records.change\n\tc.started_at != \"\"\n\t{condition}\n}}\n"
        )
    };
    insta::assert_snapshot!(comes_to(&desk(&policy, &rego("input.parameters.slack > 3"))), @"not-determined: fails [], unknown [CHG1 CHG2] the parameter slack is not bound to a value; of 2 subjects, 2 are unknown");
    insta::assert_snapshot!(comes_to(&desk(&policy, &rego("input.period.from < \"2026\""))), @"not-determined: fails [], unknown [CHG1 CHG2] the run was not told the audit period (--period); of 2 subjects, 2 are unknown");
    let bound = format!("{policy}\nbind slack = 2 hours from \"Desk manual, section 4\"\n");
    insta::assert_snapshot!(comes_to(&desk(&bound, &rego("input.parameters.slack == 7200000000000; input.as_of > c.started_at"))), @"nonconformity: fails [CHG1 CHG2], unknown [] ; of 2 subjects, 2 fail");
}

#[test]
fn an_error_makes_a_rule_not_determined_and_an_advice_not_run() {
    insta::assert_snapshot!(told("violation contains \"CHG1\" if {"), @"not-determined: fails [], unknown [CHG1 CHG2] the Rego could not be evaluated: ours/change.rego:4:1: expecting expression; of 2 subjects, 2 are unknown; the Rego could not be evaluated: ours/change.rego:4:1: expecting expression");
    insta::assert_snapshot!(told("violation contains \"CHG1\" if 1 / 0 == 1"), @"not-determined: fails [], unknown [CHG1 CHG2] the Rego could not be evaluated: ours/change.rego:3:32: divide by zero; of 2 subjects, 2 are unknown; the Rego could not be evaluated: ours/change.rego:3:32: divide by zero");
    insta::assert_snapshot!(told("violation contains \"CHG1\" if time.now_ns() > 0"), @"not-determined: fails [], unknown [CHG1 CHG2] the Rego could not be evaluated: ours/change.rego:3:41: `time.now_ns` would give another result in the next run, or reaches outside; of 2 subjects, 2 are unknown; the Rego could not be evaluated: ours/change.rego:3:41: `time.now_ns` would give another result in the next run, or reaches outside");
    insta::assert_snapshot!(told("f(x) := f(x + 1)\n\nviolation contains \"CHG1\" if f(1)"), @"not-determined: fails [], unknown [CHG1 CHG2] the Rego could not be evaluated: the Rego calls itself, or nests, deeper than the stack of the interpreter; of 2 subjects, 2 are unknown; the Rego could not be evaluated: the Rego calls itself, or nests, deeper than the stack of the interpreter");
    insta::assert_snapshot!(told("violation contains \"CHG1\" if count(numbers.range(1, 100000000000)) > 1"), @"not-determined: fails [], unknown [CHG1 CHG2] the Rego could not be evaluated: the Rego takes more than 4 GiB of memory; of 2 subjects, 2 are unknown; the Rego could not be evaluated: the Rego takes more than 4 GiB of memory");
    insta::assert_snapshot!(told("violation contains \"CHG1\" if {\n\tn := numbers.range(1, 3000)\n\tsome a in n\n\tsome b in n\n\tsome c in n\n\ta + b + c == 0\n}"), @"not-determined: fails [], unknown [CHG1 CHG2] the Rego could not be evaluated: the Rego takes more than 2 seconds of the processor; `--rego-seconds` allows more; of 2 subjects, 2 are unknown; the Rego could not be evaluated: the Rego takes more than 2 seconds of the processor; `--rego-seconds` allows more");
    let desk = desk(MORE, REGO);
    desk.write("ours/incident.rego", INCIDENT.replace("not i.resolved_at", "1 / 0 == 1"));
    let with = run(&desk, "");
    let without = run(&Desk::new(), "");
    assert_eq!(with.status, without.status, "{}", with.shown());
    let report = desk.json("--as-of 2026-02-01");
    let advice =
        report["advice"].as_array().unwrap().iter().find(|advice| advice["id"] == "incident-warned-of").unwrap();
    insta::assert_snapshot!(serde_json::to_string(advice).unwrap(), @r#"{"id":"incident-warned-of","title":"An incident should be resolved","citations":[{"standard":"desk-2","standard_title":"Desk guidance","clause":"8.6","clause_title":"Incidents"}],"supports":[],"not_run":["the Rego could not be evaluated: ours/incident.rego:5:7: divide by zero"]}"#);
}

#[test]
fn an_error_or_a_report_of_nobody_makes_a_rule_without_subjects_not_determined() {
    let nobody = POLICY.replace(", approval.change, approval.decided_at", "").replace("present", "absent");
    let desk = |rego: &str| desk(&nobody, &format!("package change\n\n{rego}\n"));
    insta::assert_snapshot!(comes_to(&desk("violation contains \"CHG1\" if true")), @"no-population: fails [], unknown [] ; there is nothing to judge, and the rule allows that");
    insta::assert_snapshot!(comes_to(&desk("violation contains \"who?\" if true")), @"not-determined: fails [], unknown [] ; there is nothing to judge; `violation` does not say of which record (it yields no `record` and `key`): who?");
    insta::assert_snapshot!(comes_to(&desk("violation contains \"CHG1\" if 1 / 0 == 1")), @"not-determined: fails [], unknown [] ; there is nothing to judge; the Rego could not be evaluated: ours/change.rego:3:32: divide by zero");
}

#[test]
fn advice_that_is_rego_changes_no_result() {
    let without = Desk::sound().check("--as-of 2026-02-01");
    assert_eq!(without.status, 0, "{}", without.shown());
    for rego in
        [INCIDENT, "package incident\n\nwarn contains \"who?\" if true\n", "package incident\n\nwarn if 1 / 0 == 1\n"]
    {
        let desk = Desk::sound();
        desk.write("ours/rego.shall", MORE);
        desk.write("ours/incident.rego", rego);
        let run = desk.check("--as-of 2026-02-01");
        assert_eq!(run.status, 0, "{}", run.shown());
    }
}

#[test]
fn several_for_each_several_files_and_references() {
    let policy = r#"
rule approvals-by-rego
  "An approval comes before the start"
  cites desk-1 8.5 a
  for each change c
    if none: no population
  for each approval a
    where a.change = c
  shall rego "rego/late.rego", "rego/lib.rego" at data.late.deny_approval
  reads c.started_at, a.decided_at, a.change.started_at
  because "{a.id} came too late"
  major always
"#;
    let desk = desk(policy, REGO);
    desk.write(
        "ours/rego/late.rego",
        "package late\n\nimport data.lib.times\n\ndeny_approval contains {\"msg\": \"late\", \"record\": \"approval\", \"key\": a.id} if {\n\
         \tsome a in input.records.approval\n\tsome c in input.records.change\n\tc.number == a.change\n\ttimes.after(a.decided_at, c.started_at)\n}\n",
    );
    desk.write("ours/rego/lib.rego", "package lib.times\n\nafter(a, b) if a > b\n");
    assert_run!("rego-condition-several", run(&desk, "--select approvals-by-rego"));
}

#[test]
fn a_link_out_of_the_folder_and_a_file_too_large_are_refused() {
    let desk = desk(POLICY, REGO);
    desk.write("ours/change.rego", format!("{REGO}#{}", "x".repeat(1 << 20)));
    insta::assert_snapshot!(run(&desk, "").stderr, @r#"
error[invalid-rego]: the Rego in `change.rego` cannot be read: it has 1048915 bytes, more than the limit of 1048576
 --> ours/rego.shall:8:14
  |
8 |   shall rego "change.rego" at data.change.violation
  |              ^^^^^^^^^^^^^ this file

error: no rule was run: the policies have an error
"#);
    #[cfg(unix)]
    {
        desk.remove("ours/change.rego");
        desk.write("change.rego", REGO);
        std::os::unix::fs::symlink("../change.rego", desk.path("ours/change.rego")).unwrap();
        insta::assert_snapshot!(run(&desk, "").stderr, @r#"
error[invalid-rego]: the Rego in `change.rego` cannot be read: a link leads out of the folder
 --> ours/rego.shall:8:14
  |
8 |   shall rego "change.rego" at data.change.violation
  |              ^^^^^^^^^^^^^ this file

error: no rule was run: the policies have an error
"#);
    }
}

#[test]
fn what_is_rego_already_is_not_lowered() {
    let run = desk(POLICY, REGO).run("lower change-approved-by-rego --to rego --no-pack --policies ours");
    insta::assert_snapshot!(run.shown(), @r#"
status: 1
-- standard output
-- standard error
Not lowered (1)
  change-approved-by-rego
    ours/rego.shall:8:9: rego: its condition is Rego already: the engines of Rego take its file as it is
"#);
}

#[test]
fn a_rule_of_rego_is_explained() {
    let run = desk(POLICY, REGO).run("explain change-approved-by-rego --plan --no-pack --policies ours");
    let from_reads = run.stdout.find("Reads").map(|at| &run.stdout[at..]);
    insta::assert_snapshot!(from_reads.unwrap_or(&run.stderr), @r#"
Reads
  approval: id, change, decided_at
  change: number, started_at

Plan
  for each change c: once
      computed once for the whole run
      asked once of each: c.started_at is present
  rego data.change.violation: once
      asked once for the whole run, of all that it reads
"#);
}

#[test]
fn what_is_doubtful_in_rego_is_warned_of() {
    let run = run(&desk(POLICY, &REGO.replace("a.change ==", "a.chnage ==")), "--select change-approved-by-rego");
    insta::assert_snapshot!("rego-condition-doubtful", run.shown());
}

#[test]
fn tests_of_rego_are_run_and_measured() {
    let tests = r#"
test "a change that was approved too late" of change-approved-by-rego {
  zone "Europe/Amsterdam"
  given change { number: "C1", started_at: 2026-01-05T09:00Z }
  given change { number: "C2", started_at: 2026-01-05T09:00Z }
  given change { number: "C3" }
  given approval { id: "A1", change: "C1", decided_at: 2026-01-05T10:00Z }
  given approval { id: "A2", change: "C2", decided_at: 2026-01-05T08:00Z }
  expect nonconformity on "C1"
  expect conformity on "C2"
  expect no subject "C4"
}

test "no change" of change-approved-by-rego {
  expect no population
}

test "no approvals were exported" of change-approved-by-rego {
  given change { number: "C1", started_at: 2026-01-05T09:00Z }
  given no approval extract
  expect not determined on "C1"
}
"#;
    let desk = desk(POLICY, REGO);
    desk.write("ours/rego.test.shall", tests);
    let shall_test =
        |arguments: &str| desk.run(&format!("test ours --no-pack --filter change-approved-by-rego {arguments}"));
    assert_run!("rego-condition-tests", shall_test("--coverage --mutate"));
    desk.write("ours/change.rego", REGO.replace("a.decided_at <= c.started_at", "a.decided_at <= 1 / 0"));
    assert_run!("rego-condition-tests-error", shall_test(""));
}
