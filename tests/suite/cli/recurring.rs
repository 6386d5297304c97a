//! What is due again and again: what is said of due dates that were missed, of what is not known, and of what is not yet due.

use super::{Desk, assert_run};

const POLICIES: &str = r#"zone "Europe/Amsterdam"

standard boats "Boats" requirements {
  clause 1 "Checks"
}

record part "A part of a boat" {
  id:        text key
  every:     span
  first_due: date
}

record check "A check of a part" {
  id:      text key
  part:    -> part
  done_at: timestamp
  by:      {inspector, apprentice}
}

rule checked-again
  "An inspector checks each part again in time"
  cites boats 1
  for each part p
    if none: nonconformity
  shall recurs(check c where c.part = p and c.by = inspector: c.done_at every p.every)
  because "{p.id} is checked every {p.every}"

rule checked-from-the-first
  "An inspector checks each part from its first due date on"
  cites boats 1
  for each part p
    if none: nonconformity
  shall recurs(check c where c.part = p and c.by = inspector: c.done_at every p.every from p.first_due)

rule anything-checked
  "Something is checked every month"
  cites boats 1
  shall recurs(check c: c.done_at every 1 month)

rule hull-not-recurring
  "A hull is not checked every month"
  cites boats 1
  for each part p
    where p.id = "hull"
    if none: no population
  shall not recurs(check c where c.part = p: c.done_at every 1 month)
"#;

const PARTS: &str = "id,every,first_due\n\
    hull,P1M,2020-01-01\n\
    keel,P1M,2026-03-15\n\
    mast,P3M,2020-01-01\n\
    rope,P1Y,2026-09-01\n\
    sail,P0D,2026-01-01\n\
    wheel,P2M,2026-01-01\n";
/// The hull in time; the keel with a gap in which an apprentice looked at it; the mast once; the rope never; of the wheel one
/// date cannot be read.
const CHECKS: &str = "id,part,done_at,by\n\
    C01,hull,2025-12-20T10:00Z,inspector\n\
    C02,hull,2026-01-20T10:00Z,inspector\n\
    C03,hull,2026-02-20T22:59Z,inspector\n\
    C04,hull,2026-03-10T10:00Z,inspector\n\
    C05,hull,2026-04-10T10:00Z,inspector\n\
    C06,hull,2026-05-10T10:00Z,inspector\n\
    C07,hull,2026-06-10T10:00Z,inspector\n\
    C08,keel,2025-12-31T10:00Z,inspector\n\
    C09,keel,2026-01-31T10:00Z,inspector\n\
    C10,keel,2026-02-27T10:00Z,apprentice\n\
    C11,keel,2026-02-28T23:30Z,inspector\n\
    C12,keel,2026-04-20T10:00Z,inspector\n\
    C13,mast,2026-02-01T10:00Z,inspector\n\
    C14,wheel,2025-12-31T10:00Z,inspector\n\
    C15,wheel,soon,inspector\n\
    C16,wheel,2026-04-30T10:00Z,inspector\n";

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.write("ours/boats.shall", POLICIES);
    desk.write("export/part.csv", PARTS);
    desk.write("export/check.csv", CHECKS);
    desk
}

/// The report without what all have in common.
fn report(arguments: &str) -> super::Run {
    let mut run = desk().check(&format!("--view auditor {arguments}"));
    let from = run.stdout.find("  ✗").or_else(|| run.stdout.find("  ?")).unwrap_or(0);
    let until = run.stdout.find("\nParameters").or_else(|| run.stdout.find("\nInputs")).unwrap_or(run.stdout.len());
    run.stdout = run.stdout[from..until].to_owned();
    run
}

#[test]
fn a_missed_due_date_is_told_with_the_dates_around_it() {
    assert_run!("recurring", report("--period 2026-01-01..2026-06-30 --as-of 2026-06-15"));
}

#[test]
fn what_recurs_to_the_end_of_the_period_does_so_whenever_it_is_judged() {
    assert_run!("recurring-no-as-of", report("--period 2026-01-01..2026-06-30"));
}

#[test]
fn without_a_period_nothing_can_be_measured() {
    assert_run!("recurring-no-period", report("--as-of 2026-06-15 --select anything-checked"));
}

#[test]
fn what_is_not_yet_due_is_counted_by_itself() {
    let report = desk().json("--period 2026-01-01..2026-06-30 --as-of 2026-06-15");
    let counts = |rule: &str| {
        let rules = report["rules"].as_array().unwrap();
        let found = rules.iter().find(|known| known["id"] == rule).unwrap();
        let count = |name: &str| found["counts"][name].as_u64().unwrap();
        ["holds", "fails", "unknown", "not_yet_due"].map(count)
    };
    assert_eq!(counts("checked-again"), [1, 2, 2, 1]);
    assert_eq!(counts("checked-from-the-first"), [1, 2, 2, 1]);
    // Before anything of the period is over, nothing is due.
    let report = desk().json("--period 2026-01-01..2026-06-30 --as-of 2026-01-01 --select anything-checked");
    assert_eq!(report["rules"][0]["outcome"], "conformity");
    let desk = desk();
    desk.write("export/check.csv", CHECKS.replace("soon", "2026-02-01T09:00Z"));
    let report = desk.json("--period 2024-01-01..2024-06-30 --as-of 2024-01-15 --select anything-checked");
    assert_eq!(report["rules"][0]["because"], "it is not yet due for the organization");
}
