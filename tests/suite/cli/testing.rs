//! `shall test`: which tests run, what they print, what they return.

use super::{Desk, POLICIES, assert_run};

/// Tests of the desk's rules and advice, all of which pass.
const TESTS: &str = r#"test "the limit is still in time" of incident-resolved-in-time {
  given incident { number: "INC1", opened_at: 2026-01-05T09:00Z, resolved_at: 2026-01-05T13:00Z }
  given incident { number: "INC2", opened_at: 2026-01-05T09:00Z, resolved_at: absent }
  expect conformity
  expect conformity on "INC1"
  expect no subject "INC2"
}

test "another limit" of incident-resolved-in-time {
  bind resolution = 1 hour
  given incident { number: "INC1", opened_at: 2026-01-05T09:00Z, resolved_at: 2026-01-05T13:00Z }
  expect nonconformity on "INC1"
}

test "an unreadable decision is not a missing one" of change-approved {
  given change { number: "CHG1", started_at: 2026-01-05T09:00Z }
  given approval { id: "APR1", change: "CHG1", decided_at: unknown }
  expect not determined on "CHG1" because unknown decided_at
}

test "without approvals nobody can tell" of change-approved {
  given change { number: "CHG1", started_at: 2026-01-05T09:00Z }
  given no approval extract
  expect not determined because no approval extract
}

test "no change at all" of change-approved {
  expect no population
}

test "an open incident" of incident-has-an-end {
  given incident { number: "INC1", resolved_at: absent }
  expect not followed on "INC1"
}
"#;

impl Desk {
    /// Policies with tests beside them.
    fn tested(tests: &str) -> Desk {
        let desk = Desk::new();
        desk.write("ours/tests.shall", tests);
        desk
    }

    fn test(&self, arguments: &str) -> super::Run {
        self.run(&format!("test ours --no-pack {arguments}"))
    }
}

#[test]
fn tests_that_pass() {
    assert_run!("test-pass", Desk::tested(TESTS).test(""));
}

#[test]
fn tests_that_fail_show_what_was_expected_and_what_came_out_and_why() {
    let wrong = TESTS
        .replace("expect conformity\n", "expect no population\n")
        .replace("expect no subject \"INC2\"", "expect nonconformity on \"INC2\"")
        .replace("expect nonconformity on \"INC1\"", "expect conformity on \"INC1\"")
        .replace("because unknown decided_at", "because unknown started_at")
        .replace("because no approval extract", "because no change extract")
        .replace("expect not followed on", "expect followed on");
    assert_run!("test-fail", Desk::tested(&wrong).test(""));
}

#[test]
fn a_test_must_not_rest_on_what_it_does_not_give() {
    let tests = r#"test "the start is not given" of change-approved {
  given change { number: "CHG1" }
  expect not determined
}

test "what is given decides" of change-approved {
  given change { number: "CHG1", started_at: 2026-01-05T09:00Z }
  given change { number: "CHG2" }
  expect nonconformity
  expect nonconformity on "CHG1"
}
"#;
    assert_run!("test-not-given", Desk::tested(tests).test(""));
}

#[test]
fn the_forms_of_the_results() {
    let wrong = TESTS.replace("expect conformity on \"INC1\"", "expect nonconformity on \"INC1\"");
    let desk = Desk::tested(&wrong);
    assert_run!("test-json", desk.test("--format json --filter limit"));
    assert_run!("test-junit", desk.test("--format junit --filter limit"));
    let run = desk.test("--format junit --output tests.xml");
    assert_eq!((run.status, run.stderr.as_str()), (1, ""), "{}", run.shown());
    assert!(run.stdout.starts_with("6 tests of 2 rules and 1 advice: 1 failed, 5 passed."), "{}", run.stdout);
    let written = std::fs::read_to_string(desk.path("tests.xml")).expect("it was written");
    assert!(written.contains("failures=\"1\""), "{written}");
}

#[test]
fn a_filter_chooses_by_title_and_by_rule() {
    let desk = Desk::tested(TESTS);
    let run = desk.test("--filter APPROVED");
    assert_eq!(run.status, 0, "{}", run.shown());
    assert!(run.stdout.contains("3 tests of 1 rule: 3 passed."), "{}", run.stdout);
    let run = desk.test("--filter limit");
    assert!(run.stdout.contains("2 tests of 1 rule: 2 passed."), "{}", run.stdout);
}

#[test]
fn runs_that_cannot_be_done() {
    let desk = Desk::tested(TESTS);
    let nothing = desk.test("--filter nothing-of-that-name");
    assert_eq!((nothing.status, nothing.stdout.as_str()), (2, ""));
    assert!(nothing.stderr.contains("lets no test through"), "{}", nothing.stderr);
    let without = Desk::new().test("");
    assert_eq!((without.status, without.stdout.as_str()), (2, ""));
    assert!(without.stderr.contains("ours holds no test"), "{}", without.stderr);
    let nowhere = desk.run("test nowhere");
    assert!((nowhere.status, nowhere.stderr.contains("nowhere does not exist")) == (2, true), "{}", nowhere.stderr);
}

#[test]
fn broken_tests_and_tests_of_broken_rules_are_told_apart_from_failures() {
    let desk = Desk::tested(&TESTS.replace("decided_at: unknown", "decided_at: absent"));
    desk.write("ours/desk.shall", POLICIES.replace("i.resolved_at - i.opened_at", "i.resolved_at - i.opend_at"));
    assert_run!("test-broken", desk.test(""));
}

#[test]
fn a_fault_in_a_test_stops_no_check() {
    let desk = Desk::tested("test \"nothing\" of no-such-rule {\n  given {{{\n");
    assert_eq!(desk.check("").status, 1);
    assert_eq!(desk.test("").status, 2);
    let rules = desk.run("rules --no-pack --policies ours");
    assert_eq!(rules.status, 0, "{}", rules.shown());
}

#[test]
fn an_organization_tests_the_rules_of_the_pack() {
    let desk = Desk::empty();
    desk.write(
        "ours/own.shall",
        r#"zone "Europe/Amsterdam"

bind escalation_after = 2 hours from "Desk manual, section 3"

test "our two hours" of incident-escalated {
  period 2026-01-01 through 2026-01-31
  given incident {
    number: "INC1", merged_into: absent, duplicate_of: absent, state: closed, priority: p1, escalated_at: absent,
    recorded_at_business: 2026-01-05T09:00Z, resolved_at: 2026-01-05T11:00:01Z
  }
  expect nonconformity on "INC1"
}
"#,
    );
    let run = desk.run("test ours");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.shown());
    assert!(run.stdout.contains("1 test of 1 rule: 1 passed."), "{}", run.stdout);
}

/// A program that states no zone, as a pack does not, needs one in each test of what asks for it.
#[test]
fn a_test_states_the_zone_where_the_program_does_not() {
    let tests = r#"test "a day" of incident-opened-in-period {
  period 2026-01-01 through 2026-01-31
  given incident { number: "INC1", opened_at: 2026-01-31T23:30Z }
  expect conformity
}

test "a day in a zone" of incident-opened-in-period {
  zone "Europe/Amsterdam"
  period 2026-01-01 through 2026-01-31
  given incident { number: "INC1", opened_at: 2026-01-31T23:30Z }
  expect nonconformity
}
"#;
    let rule = r#"
rule incident-opened-in-period
  "Incidents are of the period"
  cites desk-1 8.6
  for each incident i
    if none: no population
  shall i.opened_at during period
"#;
    let desk = Desk::tested(tests);
    desk.write("ours/desk.shall", POLICIES.replace("zone \"Europe/Amsterdam\"\n", "") + rule);
    assert_run!("test-zone", desk.test(""));
}

#[test]
fn a_subject_without_a_key_is_named_by_its_place_among_those_given() {
    let tests = r#"test "the second" of note-signed {
  given note { signed: true }
  given note { signed: false }
  expect conformity on "row 1"
  expect nonconformity on "row 2"
}

test "the organization" of note-written {
  expect nonconformity on "organization"
}
"#;
    let rules = r#"
record note {
  signed: boolean
}

rule note-signed
  "Notes are signed"
  cites desk-1 8
  for each note n
    if none: no population
  shall n.signed

rule note-written
  "Somebody writes"
  cites desk-1 8
  shall exists note n
"#;
    let desk = Desk::tested(tests);
    desk.add_policies(rules);
    assert_eq!(desk.test("").status, 0, "{}", desk.test("").shown());
}

#[test]
fn branches_that_decided() {
    let rule = r#"
rule change-allowed
  "A change is approved or late"
  cites desk-1 8.5
  for each change c
    where c.started_at is present
    if none: no population
  shall any of {
    approved: exists approval a where a.change = c
    late: c.started_at >= as_of
  }
"#;
    let tests = r#"test "which of the two" of change-allowed {
  as_of 2026-02-01
  given change { number: "CHG1", started_at: 2026-01-05T09:00Z }
  given change { number: "CHG2", started_at: 2026-02-05T09:00Z }
  given change { number: "CHG3", started_at: 2026-01-05T09:00Z }
  given approval { id: "APR1", change: "CHG1" }
  expect conformity on "CHG1" via approved
  expect conformity on "CHG2" via late
  expect nonconformity on "CHG3" via late
  expect nonconformity on "CHG3" via approved
  expect conformity on "CHG1" via late
}

test "an unknown instant" of change-allowed {
  given change { number: "CHG1", started_at: 2026-01-05T09:00Z }
  expect not determined on "CHG1" via late because unknown as_of
}
"#;
    let desk = Desk::tested(tests);
    desk.add_policies(rule);
    assert_run!("test-via", desk.test(""));
}

#[test]
fn what_is_not_yet_due_is_neither_met_nor_missed() {
    let rule = r#"
rule change-finished
  "A change is finished a day after it starts"
  cites desk-1 8.5
  for each change c
    where c.started_at is present
    if none: no population
  due c.started_at + 24 hours
  shall exists approval a where a.change = c
"#;
    let tests = r#"test "before and after" of change-finished {
  as_of 2026-01-06T00:00Z
  given change { number: "CHG1", started_at: 2026-01-05T09:00Z }
  given change { number: "CHG2", started_at: 2026-01-01T09:00Z }
  expect not yet due on "CHG1"
  expect nonconformity on "CHG2"
}

test "all before" of change-finished {
  as_of 2026-01-06T00:00Z
  given change { number: "CHG1", started_at: 2026-01-05T09:00Z }
  expect no population
}
"#;
    let desk = Desk::tested(tests);
    desk.add_policies(rule);
    assert_eq!(desk.test("").status, 0, "{}", desk.test("").shown());
}

/// A rule with branches, a define, and parts that one test alone does not see.
const COVERED: &str = r#"
define open(i: incident) = i.resolved_at is absent and i.priority in {p1, p2}

rule incident-escalated
  "An open incident is looked after"
  cites desk-1 8.6
  for each incident i
    where open(i)
    if none: nonconformity
  let service = i.service
  shall any of {
    fresh: i.opened_at >= as_of - 4 hours
    same: exists incident j where j.service = service and j.resolved_at is present and j.priority not in {p3}
  }
"#;

#[test]
fn coverage_tells_what_no_test_has_seen() {
    let one = r#"test "an old one" of incident-escalated {
  as_of 2026-01-06
  given incident { number: "INC1", opened_at: 2026-01-05T09:00Z, resolved_at: absent, priority: p1, service: "S1" }
  expect nonconformity
}
"#;
    let desk = Desk::tested(one);
    desk.add_policies(COVERED);
    assert_run!("test-coverage", desk.test("--coverage --at-least 90%"));
    assert_run!("test-coverage-json", desk.test("--coverage --filter escalated --format json"));
    let others = r#"
test "a fresh one" of incident-escalated {
  as_of 2026-01-06
  given incident { number: "INC1", opened_at: 2026-01-05T23:00Z, resolved_at: absent, priority: p1, service: "S1" }
  expect conformity via fresh
}

test "another of the service" of incident-escalated {
  as_of 2026-01-06
  given incident { number: "INC1", opened_at: 2026-01-05T09:00Z, resolved_at: absent, priority: p1, service: "S1" }
  given incident { number: "INC2", resolved_at: 2026-01-05T23:00Z, priority: p1, service: "S1" }
  given incident { number: "INC3", resolved_at: 2026-01-05T23:00Z, priority: p3, service: "S1" }
  given incident { number: "INC4", resolved_at: absent, priority: p3, service: "S2" }
  expect conformity via same
}

test "none that is open" of incident-escalated {
  expect nonconformity
}

test "nobody knows when" of incident-escalated {
  as_of 2026-01-06
  given incident { number: "INC1", opened_at: unknown, resolved_at: absent, priority: p1, service: "S1" }
  expect not determined
}
"#;
    desk.write("ours/tests.shall", one.to_owned() + others);
    let run = desk.test("--coverage --filter escalated --at-least 100");
    assert_eq!(run.status, 0, "{}", run.shown());
    assert!(run.stdout.contains("Coverage 100%: 18 of 18"), "{}", run.stdout);
}

#[test]
fn how_much_is_enough_is_a_percentage_of_something() {
    let desk = Desk::tested(TESTS);
    for (arguments, expected) in [
        ("--at-least 95", "add `--coverage` or `--mutate`"),
        ("--coverage --at-least 101%", "from 0 to 100"),
        ("--coverage --at-least much", "from 0 to 100"),
    ] {
        let run = desk.test(arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    }
}

#[test]
fn a_test_binds_parameters_from_a_day_on() {
    let rule = r#"
rule incident-resolved-as-agreed
  "An incident is resolved in the time that was agreed when it was opened"
  cites desk-1 8.6
  for each incident i
    where i.resolved_at is present
    if none: no population
  shall i.resolved_at - i.opened_at <= resolution at i.opened_at
"#;
    let tests = r#"test "then and now" of incident-resolved-as-agreed {
  bind resolution = 8 hours
  bind resolution = 2 hours since 2026-01-10
  given incident { number: "INC1", opened_at: 2026-01-05T09:00Z, resolved_at: 2026-01-05T14:00Z }
  given incident { number: "INC2", opened_at: 2026-01-15T09:00Z, resolved_at: 2026-01-15T14:00Z }
  expect conformity on "INC1"
  expect nonconformity on "INC2"
}
"#;
    let desk = Desk::tested(tests);
    desk.add_policies(rule);
    assert_eq!(desk.test("").status, 0, "{}", desk.test("").shown());
}

/// A rule in which much can be changed, with tests that notice less than all of it.
const MUTABLE: &str = r#"
define urgent(i: incident) = i.priority in {p1, p2}

rule incident-looked-after
  "An urgent incident is resolved in time or has a service"
  cites desk-1 8.6
  for each incident i
    where urgent(i) and i.resolved_at is present
    if none: no population
  shall all of {
    quick: i.resolved_at - i.opened_at <= 4 hours or not (i.service.name = "Kayak bookings")
    alone: no incident j where j.service = i.service and j != i and j.resolved_at is absent
  }
"#;

#[test]
fn mutation_tells_which_changes_no_test_notices() {
    let tests = r#"test "the limit" of incident-looked-after {
  given service { id: "S1", name: "Kayak bookings" }
  given incident { number: "INC1", service: "S1", priority: p1, opened_at: 2026-01-05T09:00Z, resolved_at: 2026-01-05T13:00Z }
  given incident { number: "INC2", service: "S1", priority: p1, opened_at: 2026-01-05T09:00Z, resolved_at: 2026-01-05T13:00:01Z }
  given incident { number: "INC3", service: "S1", priority: p3, resolved_at: 2026-01-05T13:00Z }
  expect conformity on "INC1"
  expect nonconformity on "INC2" via quick
  expect no subject "INC3"
}
"#;
    let desk = Desk::tested(tests);
    desk.add_policies(MUTABLE);
    assert_run!("test-mutate", desk.test("--mutate --at-least 90%"));
    let run = desk.test("--mutate --filter looked-after --format json");
    let results: serde_json::Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    let noticed = &results["mutants"]["noticed"];
    let unnoticed: usize = results["mutants"]["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| item["unnoticed"].as_array().expect("a list").len())
        .sum();
    let whole = noticed["whole"].as_u64().expect("a number");
    assert_eq!(whole, noticed["part"].as_u64().expect("a number") + unnoticed as u64);
    assert!(unnoticed > 0 && whole > 10, "{results:#}");
}

#[test]
fn a_change_that_a_test_notices_is_not_told() {
    let tests = r#"test "resolved or not" of incident-done {
  given incident { number: "INC1", resolved_at: 2026-01-05T13:00Z }
  given incident { number: "INC2", resolved_at: absent }
  expect conformity on "INC1"
  expect nonconformity on "INC2"
}

test "none" of incident-done {
  expect no population
}
"#;
    let rule = r#"
rule incident-done
  "Every incident is resolved"
  cites desk-1 8.6
  for each incident i
    if none: no population
  shall i.resolved_at is present
"#;
    let desk = Desk::tested(tests);
    desk.add_policies(rule);
    let run = desk.test("--mutate --filter incident-done --at-least 100%");
    assert_eq!(run.status, 0, "{}", run.shown());
    assert!(run.stdout.contains("Mutation 100%: 2 of 2 small changes are noticed by a test"), "{}", run.stdout);
}

#[test]
fn where_a_test_fails_nothing_is_changed() {
    let desk = Desk::tested(&TESTS.replace("expect no population", "expect conformity"));
    let run = desk.test("--mutate");
    assert_eq!(run.status, 1);
    assert!(!run.stdout.contains("Mutation"), "{}", run.stdout);
}

#[test]
fn mutation_needs_tests_that_pass() {
    let run = Desk::tested(&TESTS.replace("expect no population", "expect conformity")).test("--mutate");
    assert_eq!(run.status, 1);
    assert_eq!(run.stderr, "note: no changes were tried: `--mutate` needs tests that all pass\n");
    assert!(!run.stdout.contains("Changes"), "{}", run.stdout);
}
