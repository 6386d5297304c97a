//! What the checker accepts and refuses, condition by condition, and the access paths that it chooses.

use shall::diagnostic::Diagnostic;
use shall::ir::{Body, Step, plan, print};

use super::check_texts;

const WORLD: &str = r#"zone "Europe/Amsterdam"

standard harbour "Harbour rules" requirements {
  clause 4 "Incidents"
}

record person {
  id:   text key
  name: text?
}

record service {
  id:    text key
  owner: -> person?
  live:  boolean?
}

record incident {
  number:      text key
  service:     -> service
  backup:      -> service?
  kind:        {ferry, quay}?
  wide:        {ferry, quay, crane}
  impact:      {low < medium < high}
  priority:    {lowest < low < medium < high}?
  events:      integer
  cost:        decimal
  opened_at:   timestamp
  resolved_at: timestamp?
  due:         date
  until:       date?
  notice:      span
  effort:      duration
  tags:        list of text
  links:       list of -> service?
  cause:       -> change | release
}

record change {
  number:     text key
  service:    -> service
  starts_at:  timestamp
  ends_at:    timestamp?
  day:        date
  weight:     integer
}

record release {
  number: text key
  day:    date
}

record pair {
  left:  text key
  right: text key
}

parameter limit: duration "A limit"
bind limit = 3 days from "Harbour policy"

parameter kinds: set of {ferry, crane} "Kinds"
bind kinds = {ferry} from "Harbour policy"

define settled(i: incident) = i.resolved_at is present and i.resolved_at <= as_of

define late(i: incident) = i.resolved_at > i.opened_at

define known(t: text?) = t is present and t != ""

define of(s: service, o: service) = s = o
"#;

fn rule(condition: &str) -> String {
    format!(
        "rule it\n  \"It\"\n  cites harbour 4\n  for each incident i\n    if none: no population\n  shall {condition}\n"
    )
}

/// The codes that a condition over an incident raises.
fn codes(condition: &str) -> Vec<&'static str> {
    let text = rule(condition);
    let (checked, _) = check_texts([("world.shall", WORLD), ("rule.shall", text.as_str())]);
    checked.rules[0].diagnostics.iter().map(|found| found.code.name()).collect()
}

#[track_caller]
fn accepts(condition: &str) {
    assert_eq!(codes(condition), Vec::<&str>::new(), "{condition}");
}

#[track_caller]
fn refuses(condition: &str, code: &str) {
    assert_eq!(codes(condition), [code], "{condition}");
}

#[test]
fn presence_is_known_where_it_was_asked() {
    let early = "i.resolved_at < as_of";
    refuses(early, "unguarded-optional");
    for guarded in [
        "i.resolved_at is present and @",
        "i.resolved_at is absent or @",
        "not (i.resolved_at is absent) and @",
        "i.resolved_at is present implies @",
        "if i.resolved_at is present then @ else i.events = 1",
        "if i.resolved_at is absent then i.events = 1 else @",
        "filled(i.resolved_at, i.kind) and @",
        "i.events = 1 and i.resolved_at is present and (i.events = 2 or @)",
        "((i.resolved_at is present and i.events = 1) or (i.resolved_at is present and i.events = 2)) and @",
        "not (i.resolved_at is absent or not (@))",
        "i.resolved_at is present and (exists change c where c.service = i.service and @)",
        "settled(i) and @",
        "exists incident j where j = i and i.resolved_at is present and @",
    ] {
        accepts(&guarded.replace('@', early));
    }
    for unguarded in [
        "i.resolved_at is absent and @",
        "@ and i.resolved_at is present",
        "i.resolved_at is present or @",
        "i.resolved_at is absent implies @",
        "if i.resolved_at is present then i.events = 1 else @",
        "(i.resolved_at is present or i.events = 1) and @",
        "(exists incident j where j.resolved_at is present and j.service = i.service) and @",
        "any of {\n    one: i.resolved_at is present\n    two: @\n  }",
        "all of {\n    one: i.resolved_at is present\n    two: @\n  }",
    ] {
        refuses(&unguarded.replace('@', early), "unguarded-optional");
    }
}

#[test]
fn presence_is_known_of_paths() {
    accepts("i.service.owner is present and i.service.owner.name is present and i.service.owner.name != \"\"");
    refuses("i.service.owner is present and i.service.owner.name != \"\"", "unguarded-optional");
    refuses("i.backup is present and i.backup.owner.name is present", "unguarded-optional");
    refuses("i.backup is present and i.service.owner.name is present", "unguarded-optional");
    accepts("i.service.owner is present and known(i.service.owner.name)");
    accepts("last(change c where c.service = i.service by c.starts_at) is absent or i.events = 1");
    accepts("known(i.number)");
}

#[test]
fn a_define_is_checked_at_its_call() {
    refuses("late(i)", "unguarded-optional");
    accepts("i.resolved_at is present and late(i)");
    accepts("exists incident j where j.service = i.service and j.resolved_at is present and late(j)");
    refuses(
        "i.resolved_at is present and (exists incident j where j.service = i.service and late(j))",
        "unguarded-optional",
    );
    refuses("of(i.backup, i.service)", "unguarded-optional");
    accepts("i.backup is present and of(i.backup, i.service)");
    refuses("settled(i.service)", "type-mismatch");
}

#[test]
fn absence_is_not_negated() {
    accepts("i.kind = ferry");
    accepts("i.kind in {ferry, quay}");
    accepts("not not i.kind = ferry");
    accepts("i.kind = ferry or i.events = 1");
    accepts("i.events = 1 implies i.kind = ferry");
    accepts("exists incident j where j = i and j.kind = ferry");
    accepts("every incident j where j = i has j.kind = ferry");
    accepts("count(incident j where j.kind = ferry) = 3");
    accepts("(i.kind = ferry) = true");
    for negated in [
        "i.kind != ferry",
        "i.kind not in {ferry}",
        "not i.kind = ferry",
        "i.kind = ferry implies i.events = 1",
        "no incident j where j = i and j.kind = ferry",
        "every incident j where j = i and j.kind = ferry has j.events = 1",
        "(i.kind = ferry) = false",
        "(i.kind = ferry) = (i.events = 1)",
    ] {
        refuses(negated, "unguarded-optional");
    }
}

#[test]
fn absence_is_not_negated_behind_a_name() {
    let text = rule("not twice")
        .replace("  shall", "  let once = i.kind = ferry\n  let twice = once or i.events = 1\n  shall");
    let (checked, _) = check_texts([("world.shall", WORLD), ("rule.shall", text.as_str())]);
    let found: Vec<_> = checked.rules[0].diagnostics.iter().map(|found| found.code.name()).collect();
    assert_eq!(found, ["unguarded-optional"]);
}

#[test]
fn references_are_keys() {
    accepts("exists change c where c = i.cause");
    accepts("exists change c where i.cause = c and c.service = i.service");
    accepts("i.service = i.backup");
    accepts("i.cause is change and i.cause.weight = 1");
    accepts("i.cause is change or i.cause.day = i.due");
    accepts("i.cause is release implies i.cause.day = i.due");
    refuses("i.cause.day = i.due", "ambiguous-reference-type");
    refuses("i.service = i.cause", "type-mismatch");
    refuses("i.service = \"S1\"", "type-mismatch");
    refuses("i = i.service", "type-mismatch");
    accepts("i.service.id = \"S1\"");
    accepts("i.links is present and i.service in i.links");
    accepts("i.links is present and (exists s in i.links where s = i.service and s.live = true)");
    refuses("i.links is present and \"S1\" in i.links", "type-mismatch");
    accepts("i.service in set(change c : c.service)");
    accepts("exists c in set(change c1 where c1.day = i.due : c1) where c.weight = 1");
    refuses("(exists p in set(pair q : q) where p.left = \"\")", "type-mismatch");
}

#[test]
fn time_meets_time_as_the_types_say() {
    for sound in [
        "i.opened_at < i.due",
        "i.due >= today and i.opened_at <= as_of",
        "i.opened_at during period",
        "i.due during i.opened_at .. as_of",
        "i.due during i.due through i.until",
        "i.opened_at during i.due .. as_of",
        "as_of - i.opened_at <= limit and limit < 3 days and 3 days > limit",
        "as_of - i.opened_at <= 2 weeks",
        "i.due + 3 days >= today and i.due + i.notice - 1 month < today",
        "today - i.due <= i.notice and today - i.due > 30 days",
        "i.opened_at + i.notice + i.effort * 2 <= as_of",
        "i.effort / limit <= 0.5 and i.effort / 2 < limit",
        "i.notice * 2 >= 1 year",
        "abs(as_of - i.opened_at) > 1 hour",
        "(i.due through i.until) overlaps period",
        "period covers (i.due .. today)",
        "(i.due .. today) during period",
        "(i.opened_at .. as_of) during period",
        "(if i.events = 1 then 2 days else limit) > limit",
        "i.due + (if i.events = 1 then 2 days else 1 month) > today",
        "exists m in months(period) where i.due during m",
        "exists m in periods(2 weeks, period) where i.opened_at during m",
        "i.due in {2026-01-01, today}",
    ] {
        accepts(sound);
    }
    for wrong in [
        "i.due + 3 hours > today",
        "i.due - i.opened_at < 3 days",
        "i.effort < i.notice",
        "i.notice * 1.5 > 1 month",
        "i.opened_at in period",
        "i.events during period",
        "i.opened_at + as_of = as_of",
        "day(i.due) = today",
        "(i.opened_at through as_of) overlaps period",
        "i.due = period",
    ] {
        refuses(wrong, "type-mismatch");
    }
    refuses("exists m in months(i.due through i.until) where i.due during m", "unbounded-interval");
}

#[test]
fn enums_compare_where_one_includes_the_other() {
    accepts("i.wide = i.kind");
    refuses("i.wide = i.wide", "unreachable-branch");
    accepts("i.kind = quay");
    refuses("i.kind = crane", "unknown-member");
    accepts("i.impact < high and i.impact <= (i.priority otherwise low)");
    refuses("i.wide < crane", "unordered-enum");
    refuses("i.impact = i.wide", "incompatible-enums");
    accepts("i.wide in kinds");
    accepts("i.wide in {ferry, crane}");
    refuses("i.kind in kinds", "incompatible-enums");
    accepts("set(incident j where j.kind is present : j.kind) overlaps set(incident k : k.wide)");
    accepts("(if i.events = 1 then ferry else i.wide) = crane");
    accepts("(i.kind otherwise ferry) = quay");
    accepts("\"ferry\" = i.kind");
}

#[test]
fn sets_and_lists_meet_as_sets() {
    accepts("i.tags covers {\"a\"} and i.tags contains \"a\" and \"b\" in i.tags and i.tags != {\"b\"}");
    accepts("i.tags union {\"c\"} covers set(incident j : j.number) minus {\"x\"}");
    accepts("union(incident j where j.service = i.service : j.tags) = i.tags");
    accepts("{i.events, 2} covers {1.5}");
    refuses("i.tags contains 3", "type-mismatch");
    refuses("i.tags < {\"b\"}", "type-mismatch");
    refuses("i.events in 3", "type-mismatch");
    refuses("i.tags union 3 = i.tags", "type-mismatch");
    refuses("i.tags within period = i.tags", "type-mismatch");
}

#[test]
fn one_fault_gives_one_message() {
    refuses("i.nowhere = ferry", "unknown-field");
    refuses("i.nowhere.there.and_there + 3 > 4", "unknown-field");
    refuses("(i.nowhere otherwise low) != i.impact", "unknown-field");
    refuses("exists nothing n where n.x = i.events and n.y in {a, b}", "unknown-record");
    assert_eq!(codes("count(incident j where j.x = 1) > nowhere"), ["unknown-field", "unknown-name"]);
    assert_eq!(codes("i.nowhere = 1 and i.elsewhere = 2"), ["unknown-field", "unknown-field"]);
}

/// The one body of a program with that rule.
fn body(condition: &str) -> (Body, String, Vec<plan::PlanLine>) {
    let text = rule(condition);
    let (checked, sources) = check_texts([("world.shall", WORLD), ("rule.shall", text.as_str())]);
    let errors: Vec<&Diagnostic> = checked.rules[0].diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{condition}: {errors:?}");
    let schema = &checked.program.environment.schema;
    let body = checked.program.rules[0].body.clone();
    (body.clone(), print::body(&checked.program.environment, &body), plan::plan(schema, &body, &sources))
}

#[test]
fn access_paths_follow_the_conditions() {
    for (condition, expected) in [
        ("exists change c where c.service = i.service", "by key"),
        ("exists change c where i.service = c.service and c.weight = 1", "by key"),
        ("exists change c where c = i.cause", "by key"),
        ("exists change c where c.service.owner = i.service.owner", "by key"),
        ("exists change c where c.number = i.number", "by key"),
        ("exists change c where c.service = i.service and c.starts_at < i.opened_at", "by key and order"),
        ("exists change c where c.starts_at >= i.opened_at and c.weight = 1", "by order"),
        ("exists change c where i.opened_at > c.starts_at", "by order"),
        ("exists change c where c.starts_at during i.opened_at .. as_of", "by bucket"),
        ("exists change c where c.day < i.due and c.starts_at during i.opened_at .. as_of", "by bucket"),
        ("exists change c where i.due during c.day .. today", "scan"),
        ("exists change c where c.weight + i.events = 1", "scan"),
        ("exists change c where c.day != i.due", "scan"),
        ("exists change c where c.weight = 1", "once"),
        ("exists change c where c.weight = c.weight and c.starts_at < as_of", "once"),
        ("every change c where c.weight = 1 has c.starts_at < i.opened_at", "scan"),
        ("sum(change c where c.service = i.service : c.weight) = 1", "by key"),
        ("sum(change c : c.weight) = 1", "once"),
        ("sum(change c : c.weight * i.events) = 1", "scan"),
    ] {
        let (_, _, lines) = body(condition);
        assert_eq!(lines.last().map(|line| line.path.name()), Some(expected), "{condition}");
    }
}

#[test]
fn a_scan_of_records_names_the_equality_that_is_missing() {
    let text = rule("exists change c where c.day != i.due");
    let (checked, _) = check_texts([("world.shall", WORLD), ("rule.shall", text.as_str())]);
    let found = &checked.rules[0].diagnostics;
    assert_eq!(found.iter().map(|found| found.code.name()).collect::<Vec<_>>(), ["scan-join"]);
    assert_eq!(found[0].help, ["tie the two: `where c = i.cause`"]);
}

#[test]
fn conditions_are_unfolded_and_converted() {
    let (body, text, _) = body(
        "settled(i) and today - i.due <= i.notice and i.opened_at during period and i.wide in kinds\n    \
         and i.service in set(change c where c.day = i.due and known(c.service.id) : c.service)",
    );
    insta::assert_snapshot!(text);
    // Every binder has a variable of its own, though a define is called several times.
    let Step::ForEach { binder, .. } = &body.steps[0] else { panic!("a rule begins with its subjects") };
    assert_eq!(binder.variable.0, 0);
}
