//! Standing exclusions of which the design says what comes out: oracle and evaluator both have to say it.

use super::Counts;
use super::meaning::{TEAMS, each, judge, judge_over, shall};

const NOBODY: Counts = (0, 0, 0, 0);
const HOLDS: Counts = (1, 0, 0, 0);
const VACUOUS: Counts = (0, 1, 0, 0);
const FAILS: Counts = (0, 0, 1, 0);
const UNKNOWN: Counts = (0, 0, 0, 1);

/// A rule, and what is left out.
fn without(which: &[&str], lines: &str) -> String {
    let exclusions = which.iter().map(|which| format!("\n\nleave out {which} because \"made up\""));
    format!("{lines}{}", exclusions.collect::<String>())
}

#[track_caller]
fn comes_to(which: &[&str], lines: &str, expected: Counts) {
    assert_eq!(judge(&without(which, lines), &[]), expected, "without {which:?}: {lines}");
}

#[test]
fn what_is_left_out_is_no_subject() {
    let bigger = each("team t", "t.size > 1");
    comes_to(&[], &bigger, (1, 0, 0, 1));
    comes_to(&["team x where x.busy"], &bigger, UNKNOWN);
    comes_to(&["team x where not x.busy"], &bigger, HOLDS);
    comes_to(&["team x where x.busy", "team x where x.founded is absent"], &bigger, NOBODY);
    // With what the `where` says besides, and of a later `for each` too.
    comes_to(&["team x where not x.busy"], &each("team t where not t.busy", "t.size > 1"), NOBODY);
    let approvals =
        "  for each change c\n    if none: no population\n  for each approval a where a.change = c\n  shall a.by.busy";
    comes_to(&[], approvals, (2, 0, 2, 0));
    comes_to(&["approval x where x.decision = rejected"], approvals, (1, 0, 1, 0));
}

#[test]
fn what_may_be_left_out_may_belong() {
    // It is not known whether T2 is left out.
    let larger = "team x where x.size > 1";
    comes_to(&[larger], &each("team t", "t.busy = false"), UNKNOWN);
    comes_to(&[larger], &each("team t", "t.busy"), UNKNOWN);
    comes_to(&[larger], &each("team t where t.busy", "t.size > 0"), NOBODY);
    comes_to(&[larger], &shall("count(team t) = 0"), UNKNOWN);
    comes_to(&[larger], &shall("count(team t) <= 1"), HOLDS);
    comes_to(&[larger], &shall("exists team t"), UNKNOWN);
    comes_to(&[larger], &shall("no team t where t.busy"), HOLDS);
    comes_to(&[larger], &shall("sum(team t where t.busy : t.size) = 0"), HOLDS);
    comes_to(&[larger], &shall("max(team t : t.size) is absent"), UNKNOWN);
    // Another exclusion leaves it out for certain.
    comes_to(&[larger, "team x where not x.busy"], &each("team t", "t.busy"), NOBODY);
    comes_to(&["team x where unset_number > 1"], &each("team t", "t.busy or not t.busy"), (0, 0, 0, 2));
}

#[test]
fn nothing_that_ranges_over_records_meets_what_is_left_out() {
    // X1, of size 2.
    let larger = &["release x where x.size > 1"][..];
    for holds in [
        "count(release r) = 1",
        "no release r where r.size = 2",
        "every release r has r.size = 1",
        "sum(release r : r.size) = 1",
        "max(release r : r.size) = 1",
        "mean(release r : r.size) = 1",
        "share(release r : r.size = 1) = 1",
        "set(release r : r.size) = {1}",
        "count(release r where r.size = 1 and r = last(release s by s.released_on)) = 1",
        "count(release r where count(release s where s.released_on > r.released_on) = 0) = 1",
    ] {
        comes_to(larger, &shall(holds), HOLDS);
    }
    comes_to(larger, &shall("exists release r where r.size = 2"), FAILS);
    comes_to(&["release x where x.size = 1"], &shall("count(x in union(release r : r.causes)) = 0"), HOLDS);
    comes_to(&["release x where x.size > 0"], &shall("min(release r : r.size) is absent"), HOLDS);
    comes_to(&["release x where x.size > 0"], &shall("every release r has r.size > 9"), VACUOUS);
    // Nor does what is no record of its own: edges between changes.
    let edges = shall("acyclic(approval a : a.change -> a.change)");
    comes_to(&[], &edges, FAILS);
    comes_to(&["approval x where x.decided_at > 2026-01-01"], &edges, HOLDS);
}

#[test]
fn a_reference_to_what_is_left_out_remains_what_it_is() {
    // X1.
    let unplanned = &["change x where not x.planned"][..];
    comes_to(unplanned, &each("approval a", "exists change c where c = a.change"), (2, 0, 3, 0));
    comes_to(unplanned, &each("approval a", "a.change.planned = true"), (2, 0, 2, 1));
    comes_to(unplanned, &each("approval a", "count(approval b where b.change = a.change) = 2"), (4, 0, 1, 0));
    let causes = "  for each release r\n    if none: no population\n  for each x in r.causes\n  shall x is change";
    comes_to(unplanned, causes, (1, 1, 1, 2));
}

#[test]
fn a_key_that_stands_twice_does_even_if_one_is_left_out() {
    let files = [("team.ndjson".to_owned(), format!("{TEAMS}{}", TEAMS.replace("\"busy\": true", "\"busy\": false")))];
    let twice = |which: &[&str], lines: &str| judge_over(&without(which, lines), &files);
    let unique = each("team t", "count(team u where u.id = t.id) = 1");
    assert_eq!(twice(&[], &unique), (0, 0, 4, 0));
    assert_eq!(twice(&["team x where x.busy"], &unique), (1, 0, 2, 0));
    let approval = ("approval.ndjson".to_owned(), "{\"change\": \"C1\", \"by\": \"T1\"}\n".to_owned());
    let files = [files[0].clone(), approval];
    let through = each("approval a", "a.by.busy or not a.by.busy");
    assert_eq!(judge_over(&without(&["team x where x.busy"], &through), &files), UNKNOWN);
}

#[test]
fn exclusions_know_what_others_leave_out() {
    let rejected = "change x where exists approval a where a.change = x and a.decision = rejected";
    let all = each("change c", "c.planned");
    comes_to(&[], &all, (1, 0, 1, 0));
    comes_to(&[rejected], &all, NOBODY);
    // The rejection of C1 has the ticket.
    comes_to(&[rejected, "approval x where x.ticket is present"], &all, HOLDS);
    // An unknown one is passed on.
    comes_to(&[rejected, "approval x where x.ticket is present and unset_number > 1"], &all, UNKNOWN);
}

#[test]
fn of_a_missing_extract_nobody_knows_what_is_left_out() {
    let missing = |which: &str, record: &str, lines: &str| judge(&without(&[which], lines), &[record]);
    let larger = "release x where x.size > 1";
    assert_eq!(missing(larger, "release", &shall("count(release r) <= 5")), UNKNOWN);
    assert_eq!(missing(larger, "release", &each("release r", "r.size > 0")), UNKNOWN);
    assert_eq!(missing(larger, "release", &shall("count(release r) >= 0")), HOLDS);
    // Whatever there was, none of it would count.
    let ever = "release x where x.size > 1 or today > 2000-01-01";
    assert_eq!(missing(ever, "release", &shall("no release r where r.size > 0")), HOLDS);
    assert_eq!(missing(ever, "release", &each("release r", "r.size > 0")), NOBODY);
    // What the exclusion itself asks for is not there.
    let approved = "change x where exists approval a where a.change = x";
    assert_eq!(missing(approved, "approval", &each("change c", "c.planned or not c.planned")), (0, 0, 0, 2));
}
