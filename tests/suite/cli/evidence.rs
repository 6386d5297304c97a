//! Why a subject fails or is unknown: for each form of a condition, what is said of it.

use super::{Desk, assert_run};

/// Records and data for every form: one box of everything, with what is in it.
const RECORDS: &str = r#"zone "Europe/Amsterdam"

standard forms "Forms" requirements {
  clause 1 "Forms of conditions"
}

record box {
  id:      text key
  owner:   -> person?
  size:    {small < medium < large}
  weight:  decimal
  limit:   decimal
  packed:  timestamp
  sent:    timestamp?
  due:     date
  label:   text?
  fragile: boolean
  tags:    list of {red, green, blue}
  handled: -> person | team
}

record person {
  id:   text key
  name: text
}

record team {
  id: text key
}

record item {
  id:    text key
  in:    -> box
  price: decimal
  added: timestamp
  state: {fresh, stale}
}

record scan {
  box: -> box
  at:  timestamp
}

record stay {
  id:    text key
  box:   -> box
  from:  date
  until: date?
}

record move {
  id:    text key
  box:   -> box
  at:    timestamp
  place: {shelf, lorry}
}

calendar office {
  zone "Europe/Amsterdam"
  mon to fri 09:00-17:00
  closed 2026-01-06
  valid 2026-01-01 through 2026-12-31
}

parameter most: decimal "The most that a box may weigh"

bind most = 20 from "Packing manual, section 1"

parameter unset: decimal "A number that nobody has set"

parameter postage: decimal "What a box may cost"

bind postage = 10 from "Price list 2025"

bind postage = 8 since 2026-01-05 from "Price list 2026"

parameter surcharge: decimal "What a late box costs more"

bind surcharge = 2 since 2026-01-06 from "Price list 2026, page 2"

table stamps(size: {small < medium < large}, fragile: boolean): integer {
  small,          any   => 1
  medium | large, true  => 3
  medium,         false => 2
  large,          false => 3
} from "Packing manual, table 2"

table colour(tag: {red, green}): {dark, light} {
  red => dark
  green => light
} from "Packing manual, table 3"

define heavy(b: box) = b.weight > most

define named(b: box) = b.label is present and b.label != ""

"#;

const BOXES: &str = r#"[
{"id": "B1", "owner": "P1", "size": "small", "weight": 25.5, "limit": 20, "packed": "2026-01-05T09:00Z", "sent": "2026-01-05T08:00Z", "due": "2026-01-04", "fragile": false, "tags": ["red"], "handled": "T1"},
{"id": "B2", "owner": "P9", "size": "large", "weight": "much", "limit": 0, "packed": "2026-01-06T09:00Z", "due": "2026-01-07", "label": "To the \"pier\"", "fragile": true, "tags": ["blue", "green"], "handled": "P1"}
]"#;
const ITEMS: &str = "id,in,price,added,state\n\
    I1,B1,10,2026-01-05T10:00Z,fresh\n\
    I2,B1,2.50,2026-01-05T11:30Z,stale\n\
    I3,B1,100,2026-01-04T10:00Z,fresh\n\
    I4,B1,7,2026-01-05T11:30Z,stale\n\
    I5,B2,cheap,2026-01-06T09:00Z,fresh\n";
const STAYS: &str = "id,box,from,until\n\
    S1,B1,2026-01-02,2026-01-05\n\
    S2,B1,2026-01-09,2026-01-10\n\
    S3,B2,2026-01-02,someday\n\
    S4,B2,2026-01-09,2026-01-10\n";
const MOVES: &str = "id,box,at,place\n\
    M1,B1,2026-01-05T11:00Z,lorry\n\
    M2,B1,2026-01-05T10:00Z,shelf\n\
    M3,B1,2026-01-05T12:30Z,shelf\n\
    M4,B2,2026-01-05T10:00Z,lorry\n\
    M5,B2,2026-01-05T10:00Z,shelf\n";

/// Runs one rule for each condition over box B1 (or another), and shows the report without what all have in common.
fn forms(box_id: &str, conditions: &[(&str, &str)]) -> super::Run {
    let desk = Desk::empty();
    let mut text = RECORDS.to_owned();
    for (number, (lets, condition)) in conditions.iter().enumerate() {
        text.push_str(&format!(
            "rule r{number:02}\n  \"{number}\"\n  cites forms 1\n  for each box b where b.id = \"{box_id}\"\n    if none: \
             nonconformity\n{lets}  shall {condition}\n\n"
        ));
    }
    desk.write("ours/forms.shall", text);
    desk.write("export/box.json", BOXES);
    desk.write("export/item.csv", ITEMS);
    desk.write("export/person.csv", "id,name\nP1,Zoë Quill\n");
    desk.write("export/team.csv", "id\nT1\n");
    desk.write("export/stay.csv", STAYS);
    desk.write("export/move.csv", MOVES);
    let mut run = desk.check("--view auditor");
    // From the first rule to the section behind the rules.
    let from = run.stdout.find("  ✗").or_else(|| run.stdout.find("  ?")).unwrap_or(0);
    let until = run.stdout.find("\n───").unwrap_or(run.stdout.len());
    run.stdout = run.stdout[from..until].to_owned();
    run
}

#[test]
fn what_fails_is_said_with_its_values() {
    assert_run!(
        "forms-fail",
        forms(
            "B1",
            &[
                ("", "b.weight <= b.limit"),
                ("", "b.size >= medium"),
                ("", "b.packed < b.due"),
                ("  let late = b.sent is present and b.sent < b.packed\n", "not late"),
                ("", "b.label is present"),
                ("", "filled(b.label, b.owner, b.sent)"),
                ("", "b.size in {medium, large}"),
                ("", "b.packed during 2026-02-01 through 2026-02-28"),
                ("", "b.owner is present and b.owner.name starts with \"A\""),
                ("", "b.id matches /^X/"),
                ("", "b.fragile"),
                ("", "not heavy(b)"),
                ("", "named(b)"),
                ("", "set(x in b.tags : x) = set(x in b.tags where x != red : x)"),
                ("", "b.tags covers {red, green}"),
                ("", "b.tags overlaps {green, blue}"),
                ("", "b.weight > 20 implies b.fragile"),
                ("", "if b.fragile then b.weight < 1 else b.weight < 2"),
                ("", "b.handled is person"),
                ("", "b.sent is absent or b.sent >= b.packed"),
            ]
        )
    );
}

#[test]
fn what_ranges_over_records_names_them() {
    assert_run!(
        "quantities-fail",
        forms(
            "B1",
            &[
                ("", "exists item i where i.in = b and i.added < b.packed and i.price < 100"),
                ("", "exists item i where i.in = b and i.price > 1000"),
                ("", "no item i where i.in = b and i.state = stale"),
                ("", "every item i where i.in = b has i.added >= b.packed"),
                ("", "every x in b.tags has x = blue"),
                ("", "count(item i where i.in = b) <= 3"),
                ("", "sum(item i where i.in = b : i.price) < 100"),
                ("  let part = share(item i where i.in = b : i.state = stale)\n", "part is present and part < 10%"),
                ("  let part = share(item i where i.in = b : i.state = fresh)\n", "part is present and part > 90%"),
                ("  let dear = max(item i where i.in = b : i.price)\n    if absent: not determined\n", "dear < 50"),
                (
                    "  let none = max(item i where i.in = b and i.price > 1000 : i.price)\n    if absent: nonconformity\n",
                    "none < 50",
                ),
                (
                    "  let first_in = first(item i where i.in = b by i.added)\n",
                    "first_in is present and first_in.state = stale",
                ),
                (
                    "  let last_in = last(item i where i.in = b and i.added <= b.packed by i.added)\n    if absent: nonconformity\n",
                    "last_in.state = stale",
                ),
                (
                    "  let last_in = last(item i where i.in = b and i.added <= b.packed and i.state = stale by i.added)\n    if absent: \
                     nonconformity\n",
                    "last_in.state = stale",
                ),
                ("", "streak(item i where i.in = b by i.added while i.state = stale) < 2"),
                ("", "streak(item i where i.in = b by i.added while i.state = fresh) >= 3"),
            ]
        )
    );
}

#[test]
fn sets_are_explained_by_their_members() {
    assert_run!(
        "sets-fail",
        forms(
            "B1",
            &[
                ("", "b.tags covers {red, green, blue}"),
                ("", "set(item i where i.in = b : i.price) covers {1, 2.50, 3, 7, 12}"),
                ("", "set(item i where i.in = b : i) covers set(item i : i)"),
                ("", "b.tags = {green, blue}"),
                ("", "set(item i where i.in = b : i) = set(item i where i.state = stale : i)"),
                ("", "b.tags != {red}"),
                ("", "b.tags overlaps {green}"),
                ("", "not set(item i where i.in = b : i) overlaps set(item i where i.state = stale : i)"),
                ("", "set(item i where i.in = b : i.price) covers set(item i : i.price)"),
                ("", "b.tags covers {green} or b.fragile"),
            ]
        )
    );
    assert_run!(
        "sets-unknown",
        forms(
            "B2",
            &[
                ("", "set(item i where i.in = b : i.price) covers {1, 2}"),
                ("", "set(item i where i.state = stale : i.price) covers set(item i where i.in = b : i.price)"),
                ("", "set(item i where i.in = b : i.price) overlaps {1, 2}"),
                ("", "set(item i where i.in = b : i.price) = {1, 2}"),
            ]
        )
    );
}

#[test]
fn long_lists_of_members_are_capped_and_counted() {
    let desk = Desk::new();
    let numbers: Vec<String> = (0..130).map(|number| format!("\"INC{number:03}\"")).collect();
    desk.add_policies(&format!(
        "rule all-numbers\n  \"All numbers are there\"\n  cites desk-1 8\n  shall set(incident i : i.number) covers \
         {{{}}}\n",
        numbers.join(", ")
    ));
    let report = desk.json("--select all-numbers");
    let reason = &report["rules"][0]["findings"][0]["reasons"][0];
    assert_eq!(
        reason["says"],
        "set(incident i : i.number) lacks \"INC000\", \"INC001\", \"INC002\", \"INC003\", \"INC004\", \"INC005\", \"INC006\", \
         \"INC007\", \"INC008\", \"INC009\", \"INC010\", \"INC011\" and 118 more"
    );
    let members = &reason["members"][0];
    assert_eq!((&members["are"], &members["set"]), (&"missing".into(), &"set(incident i : i.number)".into()));
    assert_eq!((members["members"].as_array().map(Vec::len), &members["left_out"]), (Some(100), &30.into()));
    assert_eq!(members["members"][99], "\"INC099\"");
}

#[test]
fn what_is_not_known_is_traced_to_its_cause() {
    assert_run!(
        "unknown-causes",
        forms(
            "B2",
            &[
                ("", "b.weight <= b.limit"),
                ("", "b.weight / b.limit < 1"),
                ("", "b.owner is present and b.owner.name starts with \"A\""),
                ("", "1 / b.limit < 1"),
                ("", "b.limit < unset"),
                ("", "b.packed < as_of"),
                ("", "b.packed during period"),
                ("", "b.packed during (b.packed + 1 hours) .. b.packed"),
                ("", "exists scan s where s.box = b"),
                ("", "sum(item i where i.in = b : i.price) < 100"),
                (
                    "  let latest = max(item i where i.in = b and i.price > 5 : i.added)\n",
                    "latest is present and latest > b.packed"
                ),
            ]
        )
    );
    // Several items of B1 were added last.
    assert_run!(
        "unknown-tie",
        forms(
            "B1",
            &[
                (
                    "  let last_in = last(item i where i.in = b by i.added)\n",
                    "last_in is present and last_in.price > 5"
                ),
                ("", "streak(item i where i.in = b by i.added while i.price > 5) < 3"),
            ]
        )
    );
}

#[test]
fn timelines_say_which_time_is_missing() {
    let stays = "timeline(stay s where s.box = b : s.from through s.until)";
    let moved = "timeline(move m where m.box = b by m.at while m.place = lorry)";
    let forms = |id: &str, conditions: &[String]| {
        let conditions: Vec<(&str, &str)> = conditions.iter().map(|condition| ("", condition.as_str())).collect();
        forms(id, &conditions)
    };
    assert_run!(
        "timelines-fail",
        forms(
            "B1",
            &[
                format!("{stays} covers 2026-01-01 through 2026-01-12"),
                format!("{stays} = 2026-01-04 through 2026-01-10"),
                format!("{stays} overlaps 2026-01-06 through 2026-01-08"),
                format!("b.packed during {stays} and 2026-01-06 during {stays}"),
                format!("length((b.packed .. 2026-01-05T15:00Z) minus {moved}) <= 4 hours"),
                "length((2026-01-05T09:00Z .. 2026-01-09T15:00Z) within office minus 2026-01-07T09:00Z .. \
                 2026-01-07T20:00Z) <= 8 hours"
                    .to_owned(),
                "office covers 2026-01-05T09:00Z .. 2026-01-07T12:00Z".to_owned(),
                "longest_gap(office, 2026-01-05 through 2026-01-12) <= 10 hours".to_owned(),
                format!("longest_gap({stays}, 2026-01-01 through 2026-01-31) <= 14 days"),
                format!("{moved} covers (b.packed .. 2026-01-05T15:00Z) within 2026-01-05 through 2026-01-05"),
            ]
        )
    );
    assert_run!(
        "timelines-unknown",
        forms(
            "B2",
            &[
                format!("{stays} covers 2026-01-01 through 2026-01-12"),
                format!("length((b.packed .. b.packed + 9 hours) minus {moved}) <= 4 hours"),
                format!("length({stays} within 2026-01-01 through 2026-01-31) >= 4 days"),
                "length((b.packed .. 2027-01-05T15:00Z) within office) <= 4 hours".to_owned(),
                "b.packed - 8760 hours during office".to_owned(),
                "length((b.packed .. 2026-01-05T15:00Z) within 2026-01-01 through 2026-01-09) <= 4 hours".to_owned(),
            ]
        )
    );
}

#[test]
fn the_binding_that_held_is_named() {
    assert_run!(
        "bindings",
        forms(
            "B1",
            &[
                ("", "b.weight <= postage at b.packed"),
                ("  let dear = postage at b.due\n", "b.weight <= 2 * dear"),
                ("", "most at b.packed > 100"),
            ]
        )
    );
    assert_run!(
        "bindings-unknown",
        forms(
            "B1",
            &[("", "b.weight <= postage"), ("", "b.weight <= surcharge at b.packed"), ("", "unset at b.due = 1")]
        )
    );
}

#[test]
fn what_a_table_gave_is_named_with_its_row() {
    assert_run!(
        "tables",
        forms(
            "B1",
            &[
                ("", "stamps(b.size, b.fragile) = 2"),
                ("  let wanted = stamps(b.size, b.weight > 20)\n", "wanted > 1"),
                ("", "b.weight <= 10 * stamps(b.size, b.fragile)"),
            ]
        )
    );
    // The weight of B2 is not known, and blue is no tag of the table.
    assert_run!(
        "tables-unknown",
        forms(
            "B2",
            &[
                ("", "stamps(b.size, b.weight > 20) = 1"),
                ("", "stamps(medium, b.weight > 20) = 1"),
                ("", "every x in b.tags has colour(x) = light"),
            ]
        )
    );
}

#[test]
fn branches_are_named() {
    let desk = Desk::new();
    desk.add_policies(
        "rule change-allowed\n  \"A change is allowed\"\n  cites desk-1 8.5\n  for each change c\n    if none: no population\n  \
         shall any of {\n    approved: exists approval a where a.change = c and c.started_at is present and a.decided_at <= \
         c.started_at\n    waits: c.started_at is absent\n  }\n",
    );
    let report = desk.json("--select change-allowed");
    let reasons = report["rules"][0]["findings"][0]["reasons"].as_array().unwrap();
    let shown: Vec<(&str, &str)> =
        reasons.iter().map(|reason| (reason["branch"].as_str().unwrap(), reason["says"].as_str().unwrap())).collect();
    assert_eq!(
        shown,
        [
            ("approved", "none of the 2 approval records with a.change = c counts"),
            ("waits", "c.started_at is present: 2026-01-06T09:00Z"),
        ]
    );
}

#[test]
fn the_organization_is_a_subject_too() {
    let desk = Desk::new();
    desk.add_policies(
        "rule some-urgent\n  \"Something is urgent\"\n  cites desk-1 8\n  shall exists incident i where i.priority = p1 and \
         i.resolved_at is absent\n",
    );
    let report = desk.json("--select some-urgent");
    let rule = &report["rules"][0];
    assert_eq!(rule["findings"][0]["subject"], "organization");
    assert_eq!(rule["because"], "it does not hold for the organization");
    assert_eq!(rule["findings"][0]["records"], serde_json::json!([]));
}

#[test]
fn no_result_depends_on_threads() {
    let desk = Desk::new();
    let with_threads = |threads: &str| {
        let mut command = desk.command("check export --no-pack --policies ours --format json");
        super::Run::of(command.env("RAYON_NUM_THREADS", threads).output().unwrap()).stdout
    };
    assert_eq!(with_threads("1"), with_threads("7"));
}
