//! Mappings as they are written, from their text to the records.

use super::*;

/// Reads files with the records and the source that a policy declares.
pub(super) fn read_with(policy: &str, files: &[(&str, &str)]) -> String {
    let mut sources = crate::source::Sources::new();
    let file = sources.add("policy.shall", policy);
    let checked = crate::check(&[(file, crate::parse(file, policy))], &sources);
    let faults: Vec<&str> = checked
        .source_status
        .iter()
        .flat_map(|source| &source.faults)
        .map(|fault| fault.diagnostic.message.as_str())
        .collect();
    assert!(faults.is_empty(), "{faults:?}");
    let environment = &checked.program.environment;
    let chosen: Vec<&Source> = checked.sources.iter().collect();
    assert!(!chosen.is_empty(), "no source");
    read(&environment.schema, &chosen, &Memory::of(files))
}

const KNOWN: &str = r#"
record change {
  number: text key
  parent: -> change?
  also:   list of -> change
}
source desk "The desk" {
  absent ""
  change from "changes*.json" at result
    known as sys_id
    number = number
    parent = parent.value
    also   = also split ","
}
"#;

#[test]
fn references_may_use_a_second_identity() {
    let rows = r#"{"result": [
{"number": "C1", "sys_id": "aa", "parent": "", "also": "bb,C1,zz"},
{"number": "C2", "sys_id": "bb", "parent": {"value": "aa"}, "also": "aa,bb"},
{"number": "C3", "sys_id": "", "parent": {"value": "C2"}, "also": ""},
{"number": "C4", "parent": {"value": "cc"}, "also": "[]"}
]}"#;
    insta::assert_snapshot!(read_with(KNOWN, &[("changes.json", rows)]), @r#"
    change: number | parent | also
      C1 | - | [->C2,->C1,->zz] (changes.json:2 @13)
      C2 | ->C1 | [->C1,->C2] (changes.json:3 @81)
      C3 | ->C2 | ? (changes.json:4 @159)
      C4 | ->cc | [] (changes.json:5 @230)
    dangling-reference changes.json:2 change.also "zz": no change with this key was exported
    missing-value changes.json:4 change.also "": a value is required
    dangling-reference changes.json:5 change.parent "cc": no change with this key was exported
    "#);
}

#[test]
fn an_identity_that_several_records_have_names_none() {
    let rows = r#"{"result": [
{"number": "C1", "sys_id": "aa", "also": "C2,bb,aa"},
{"number": "C2", "sys_id": "aa", "parent": {"value": "aa"}, "also": "[]"},
{"number": "C3", "sys_id": "C1", "parent": {"value": "C1"}, "also": "[]"},
{"number": "C4", "sys_id": "dd", "parent": {"value": "dd"}, "also": "[]"},
{"number": "C4", "sys_id": "dd", "parent": {"value": "ee"}, "also": "[]"},
{"sys_id": "ee", "parent": {"value": "ff"}, "also": "[]"},
{"number": "C6", "sys_id": {"value": "ff"}, "also": "[]"}
]}"#;
    insta::assert_snapshot!(read_with(KNOWN, &[("changes.json", rows)]), @r#"
    change: number | parent | also
      C1 | - | [->C2,?,?] (changes.json:2 @13)
      C2 | ? | [] (changes.json:3 @67)
      C3 | ? | [] (changes.json:4 @142)
      C4 | ->C4 | [] (changes.json:5 @217)
      C4 | ? | [] (changes.json:6 @292)
      ? | ? | [] (changes.json:7 @367)
      C6 | - | [] (changes.json:8 @426)
    duplicate-key changes.json:2 change.also "aa": several records are known by it
    dangling-reference changes.json:2 change.also "bb": no record is known by it, but that of some cannot be read
    duplicate-key changes.json:3 change. "aa": changes.json:2 is known by the same identity
    duplicate-key changes.json:3 change.parent "aa": several records are known by it
    duplicate-key changes.json:4 change. "C1": it is the key of another record
    duplicate-key changes.json:4 change.parent "C1": several records are known by it
    duplicate-key changes.json:6 change.number "C4": changes.json:5 has the same key
    dangling-reference changes.json:6 change.parent "ee": the record that is known by it has no key
    missing-value changes.json:7 change.number "": a value is required, and the record does not have the key
    dangling-reference changes.json:7 change.parent "ff": no record is known by it, but that of some cannot be read
    malformed-value changes.json:8 change. "{"value": "ff"}": expected a single value, not an object
    "#);
}

#[test]
fn an_identity_that_no_record_has_is_a_mistake() {
    insta::assert_snapshot!(read_with(KNOWN, &[("changes.json", r#"{"result": [{"number": "C1"}]}"#)]), @r"
    change: no extract
    missing-path changes.json:0:0 no record has `sys_id`, by which the source says that records are known
      help: correct the name behind `known as` in the source, or leave the line out
    ");
    let policy = KNOWN.replace(" at result", "").replace("*.json", ".csv");
    insta::assert_snapshot!(read_with(&policy, &[("changes.csv", "number,parent.value,also\nC1,C1,\n")]), @r"
    change: no extract
    missing-path changes.csv:0:0 no column of the header has `sys_id`, by which the source says that records are known
      help: correct the name behind `known as` in the source, or leave the line out
    ");
}

const NESTED: &str = r#"
record event {
  issue: text
  at:    text
  what:  text?
}
source jira "Issues with their changes" {
  event from "*.json", "*.ndjson" at issues each history in changelog.histories each item in history.items
    only where item.field = "status"
    issue = key
    at    = history.created
    what  = item.toString
}
"#;

const ISSUES: &str = r#"{"issues": [
 {"key": "A-1", "changelog": {"total": 2, "histories": [
   {"created": "monday", "items": [{"field": "status", "toString": "open"}, {"field": "owner", "toString": "me"}]},
   {"items": [{"toString": null, "field": "status"}], "created": "tuesday"},
   {"created": "wednesday", "items": []}]}},
 {"key": "A-2", "changelog": {"histories": null}},
 {"key": "A-3", "changelog": ""},
 {"key": "A-4"},
 {"changelog": {"histories": [{"created": "friday", "items": [{"field": "status", "toString": "done"}]}]}, "key": "A-5"}
]}"#;

#[test]
fn lists_within_records_are_records_of_their_own() {
    insta::assert_snapshot!(read_with(NESTED, &[("issues.json", ISSUES)]), @r"
    event: issue | at | what
      A-1 | monday | open (issues.json:3 @105) #c25309607398d0c4
      A-1 | tuesday | - (issues.json:4 @200) #64dfc5a6c5361b49
      A-5 | friday | done (issues.json:9 @472) #d9318e1266fe329f
    issues.json fed event: 3 of 4, left out [1], superseded 0
    ");
    let alone: String = ISSUES.lines().collect();
    assert!(read_with(NESTED, &[("issues.ndjson", &alone)]).contains("A-5 | friday | done (issues.ndjson:1 @"));
}

#[test]
fn the_elements_of_a_list_may_be_values_and_a_list_an_object() {
    let policy = r#"
record tag {
  name: text key
  of:   text
}
source desk "Tags" {
  tag from "tags.json" each tag in tags
    name = tag
    of   = id
}
"#;
    let rows = r#"[{"id": 1, "tags": ["a", 2, null]}, {"id": 2, "tags": {"x": "b", "y": {"z": 1}}}]"#;
    insta::assert_snapshot!(read_with(policy, &[("tags.json", rows)]), @r#"
    tag: name | of
      a | 1 (tags.json:1 @20)
      2 | 1 (tags.json:1 @25)
      ? | 1 (tags.json:1 @28)
      b | 2 (tags.json:1 @60)
      ? | 2 (tags.json:1 @70)
    missing-value tags.json:1 tag.name "null": a value is required
    malformed-value tags.json:1 tag.name "{"z": 1}": expected a single value, not an object
    "#);
}

#[test]
fn a_list_that_is_none_or_nowhere_is_a_mistake() {
    let read = |rows: &str| read_with(NESTED, &[("issues.json", rows)]);
    insta::assert_snapshot!(read(r#"{"issues": [{"key": "A-1", "changelog": {}}]}"#), @r"
    event: no extract
    missing-path issues.json:0:0 no record has the list `changelog.histories`
      help: correct the path behind `each` in the source, or export the lists too
    ");
    insta::assert_snapshot!(read(r#"{"issues": [{"key": "A-1", "changelog": {"histories": [{"created": "x"}]}}]}"#), @r"
    event: no extract
    missing-path issues.json:0:0 no record has the list `history.items`
      help: correct the path behind `each` in the source, or export the lists too
    ");
    insta::assert_snapshot!(read("{\"issues\": [\n{\"key\": \"A-1\", \"changelog\": {\"histories\": [{\"items\": 5}]}}]}"), @r"
    event: no extract
    malformed-file issues.json:2:44 what the record has at `items` is no list
      help: compare the path behind `each` in the source with the file
    ");
    insta::assert_snapshot!(read(r#"{"issues": [{"changelog": "none"}]}"#), @r"
    event: no extract
    malformed-file issues.json:1:13 what the record has at `histories` is no list
      help: compare the path behind `each` in the source with the file
    ");
    insta::assert_snapshot!(read(r#"{"issues": []}"#), @r"
    event: issue | at | what
    ");
    let cells = NESTED.replace("*.json", "issues.csv").replace(" at issues", "");
    insta::assert_snapshot!(read_with(&cells, &[("issues.csv", "key,changelog\n")]), @r"
    event: no extract
    missing-path issues.csv:0:0 a file of rows and columns has no list `changelog.histories` within its rows
      help: leave `each` out of the source, or export JSON
    ");
}

#[test]
fn what_a_record_repeats_in_its_rows_is_bounded() {
    let (long, many) = ("x".repeat(5000), "1,".repeat(3000));
    let policy = "record tag {\n  id: text\n  of: text\n}\n\nsource desk \"Tags\" {\n  tag from \"tags.json\" each tag in tags\n    id = tag\n    of = id\n}\n";
    let rows = format!(r#"[{{"id": "{long}", "tags": [{many}1]}}]"#);
    let read = read_with(policy, &[("tags.json", &rows)]);
    insta::assert_snapshot!(read, @r"
    tag: no extract
    data-limit tags.json:1:2 the rows within a record repeat more than 200 times its size
      help: check where the file comes from
    ");
}

const CHOSEN: &str = r#"
record incident {
  number:      text key
  impact:      {high, low}?
  teams:       list of text?
  resolved_at: timestamp?
}
source rt "Request Tracker" {
  incident from "tickets.json" at items
    number      = id
    impact      = CustomFields[name = "Impact"].values.0 match { "1" => high, "2" => low }
    teams       = CustomFields["the name" = "Teams"].values.*
    resolved_at = Resolved as timestamp "%Y-%m-%dT%H:%M:%SZ" in "UTC" when Status = "resolved"
}
"#;

#[test]
fn values_are_chosen_by_an_inner_name_and_read_on_a_condition() {
    let rows = r#"{"items": [
{"id": 1, "CustomFields": [{"name": "Impact", "values": ["2"]}, {"the name": "Teams", "values": ["a", "b"]}], "Status": "resolved", "Resolved": "2026-01-05T09:00:00Z"},
{"id": 2, "CustomFields": [{"values": ["1"], "name": "Impact"}, {"name": "Impact", "values": ["2"]}], "Status": "open", "Resolved": "2026-01-05T09:00:00Z"},
{"id": 3, "CustomFields": [{"name": "Impact", "values": []}], "Status": ["resolved"], "Resolved": "2026-01-05T09:00:00Z"},
{"id": 4, "CustomFields": [], "Status": "resolved"},
{"id": 5, "CustomFields": "", "Resolved": "2026-01-05T09:00:00Z"},
{"id": 6, "CustomFields": [{"name": "Impact", "values": ["3"]}], "Status": "resolved", "Resolved": "soon"}
]}"#;
    insta::assert_snapshot!(read_with(CHOSEN, &[("tickets.json", rows)]), @r#"
    incident: number | impact | teams | resolved_at
      1 | low | [a,b] | 2026-01-05T09:00Z (tickets.json:2 @12)
      2 | ? | - | - (tickets.json:3 @181)
      3 | - | - | ? (tickets.json:4 @338)
      4 | - | - | - (tickets.json:5 @461)
      5 | - | - | - (tickets.json:6 @514)
      6 | ? | - | ? (tickets.json:7 @581)
    malformed-value tickets.json:3 incident.impact "": expected one element of that kind, and there are several
    malformed-value tickets.json:4 incident.resolved_at "["resolved"]": expected a single text by which to tell whether the field is read
    unmapped-value tickets.json:7 incident.impact "3": the value map of the source does not have it; did you mean `1`?
    malformed-value tickets.json:7 incident.resolved_at "soon": expected a time that exists, in the form that the source states
    "#);
}

#[test]
fn what_no_record_has_to_choose_by_leaves_fields_unknown() {
    let rows = r#"{"items": [{"id": 1, "CustomFields": [{"name": "impact", "values": ["2"]}], "Resolved": "2026-01-05T09:00:00Z"}]}"#;
    insta::assert_snapshot!(read_with(CHOSEN, &[("tickets.json", rows)]), @r#"
    incident: number | impact | teams | resolved_at
      1 | ? | ? | ? (tickets.json:1 @11)
    missing-field everywhere incident.impact "": no record has `CustomFields[name = "Impact"].values.0`
    missing-field everywhere incident.teams "": no record has `CustomFields[the name = "Teams"].values.*`
    missing-field everywhere incident.resolved_at "": no record has `Status`
    "#);
    let cells = CHOSEN.replace("tickets.json", "tickets.csv").replace(" at items", "");
    insta::assert_snapshot!(read_with(&cells, &[("tickets.csv", "id,Resolved\n1,2026-01-05T09:00:00Z\n")]), @r#"
    incident: number | impact | teams | resolved_at
      1 | ? | ? | ? (tickets.csv:2 @12)
    missing-field everywhere incident.impact "": the header has no column `CustomFields[name = "Impact"].values.0`; known columns: Resolved, id
    missing-field everywhere incident.teams "": the header has no column `CustomFields[the name = "Teams"].values.*`; known columns: Resolved, id
    missing-field everywhere incident.resolved_at "": the header has no column `Status`; known columns: Resolved, id
    "#);
}

#[test]
fn names_of_files_are_data() {
    let policy = r#"
record step {
  ticket: integer
  day:    date
  by:     text
}
source rt "Request Tracker" {
  step from "history/{ticket}-{day}.json", "{day}_{ticket}.csv"
    ticket = file ticket
    day    = file day as date "%Y%m%d"
    by     = by
}
"#;
    let files = [
        ("history/7-20260105.json", r#"[{"by": "me"}, {"by": "you"}]"#),
        ("20260106_x.csv", "by\nme\n"),
        ("x.csv", "by\nme\n"),
    ];
    insta::assert_snapshot!(read_with(policy, &files), @r#"
    step: ticket | day | by
      ? | 2026-01-06 | me (20260106_x.csv:2 @3) #2744ccd10c7533bd
      7 | 2026-01-05 | me (history/7-20260105.json:1 @1) #f3bc0f6746e932ac
      7 | 2026-01-05 | you (history/7-20260105.json:1 @15) #118d4142fb289961
    malformed-value 20260106_x.csv:2 step.ticket "x": expected a whole number
    unused: x.csv
    "#);
}

const LOG: &str = r#"
record incident {
  number:      text key
  title:       text
  opened_at:   timestamp
  resolved_at: timestamp?
  owner:       text
  reopened:    integer
  why:         text?
}
source help-desk "An event log with one row per step" {
  zone "UTC"
  times "%Y/%m/%d %H:%M"
  incident from "*.csv" one per "Case ID" in order of Time
    only where Kind != "note"
    number      = "Case ID"
    title       = Title
    opened_at   = first Time
    resolved_at = last Time where Activity = "Resolve"
    owner       = last Owner where Owner is present
    reopened    = count Activity where Activity = "Reopen"
    why         = unknown because "not recorded"
}
"#;

#[test]
fn several_rows_are_one_record() {
    let a = "Case ID,Title,Time,Activity,Owner,Kind\n\
             1,Mail,2026/01/05 11:00,Resolve,,step\n\
             2,Net,2026/01/05 09:00,Open,ann,step\n\
             1,Mail,2026/01/05 10:00,Open,bob,step\n\
             1,Mail,2026/01/05 09:00,Note,eve,note\n\
             ,Alone,2026/01/06 09:00,Open,cay,step\n";
    let b = "Case ID,Title,Time,Activity,Owner,Kind\n\
             1,Mail,2026/01/05 12:00,Reopen,dan,step\n\
             1,Mail,2026/01/05 13:00,Resolve,,step\n\
             1,Mail,2026/01/05 13:00,Reopen,fay,step\n\
             3,Net,soon,Open,gil,step\n\
             4,Fax,2026/01/05 09:00,Open,,step\n\
             4,Phone,late,Resolve,,step\n\
             5,Tape,2026/01/05 09:00,Reopen,hal,step\n\
             5,Tape,2026/01/05 09:00,Resolve,ida,step\n\
             5,Tape,2026/01/05 09:00,Resolve,jon,step\n";
    insta::assert_snapshot!(read_with(LOG, &[("a.csv", a), ("b.csv", b)]), @r#"
    incident: number | title | opened_at | resolved_at | owner | reopened | why
      1 | Mail | 2026-01-05T10:00Z | 2026-01-05T13:00Z | fay | 2 | ? (a.csv:2 @39)
      2 | Net | 2026-01-05T09:00Z | - | ann | 0 | ? (a.csv:3 @77)
      ? | Alone | 2026-01-06T09:00Z | - | cay | 0 | ? (a.csv:6 @190)
      3 | Net | ? | - | gil | 0 | ? (b.csv:5 @157)
      4 | ? | ? | ? | ? | 0 | ? (b.csv:6 @182)
      5 | Tape | 2026-01-05T09:00Z | 2026-01-05T09:00Z | jon | 1 | ? (b.csv:8 @243)
    a.csv fed incident: 3 of 5, left out [1], superseded 0
    b.csv fed incident: 3 of 9, left out [0], superseded 0
    missing-field everywhere incident.why "": not recorded
    missing-value a.csv:6 incident.number "": a value is required
    malformed-value b.csv:5 incident.opened_at "soon": expected a time that exists, in the form that the source states
    malformed-value b.csv:6 incident.title "": expected one value in all rows of the record; `first` or `last` says which
    malformed-value b.csv:6 incident.opened_at "": expected a time in every row of the record, by which they are ordered
    malformed-value b.csv:6 incident.resolved_at "late": expected a time that exists, in the form that the source states
    missing-value b.csv:6 incident.owner "": a value is required, and no row of the record passes the test
    "#);
    let without = b.replace("Activity", "Action");
    insta::assert_snapshot!(read_with(LOG, &[("b.csv", &without)]), @r#"
    incident: number | title | opened_at | resolved_at | owner | reopened | why
      1 | Mail | 2026-01-05T12:00Z | ? | fay | ? | ? (b.csv:2 @37)
      3 | Net | ? | ? | gil | ? | ? (b.csv:5 @155)
      4 | ? | ? | ? | ? | ? | ? (b.csv:6 @180)
      5 | Tape | 2026-01-05T09:00Z | ? | jon | ? | ? (b.csv:8 @241)
    b.csv fed incident: 4 of 9, left out [0], superseded 0
    missing-field everywhere incident.resolved_at "": the header has no column `Activity`; known columns: Action, Case ID, Kind, Owner, Time, Title
    missing-field everywhere incident.reopened "": the header has no column `Activity`; known columns: Action, Case ID, Kind, Owner, Time, Title
    missing-field everywhere incident.why "": not recorded
    malformed-value b.csv:5 incident.opened_at "soon": expected a time that exists, in the form that the source states
    malformed-value b.csv:6 incident.title "": expected one value in all rows of the record; `first` or `last` says which
    malformed-value b.csv:6 incident.opened_at "": expected a time in every row of the record, by which they are ordered
    missing-value b.csv:6 incident.owner "": a value is required, and no row of the record passes the test
    "#);
    insta::assert_snapshot!(read_with(LOG, &[("b.csv", &b.replace("Case ID", "Case"))]), @r"
    incident: no extract
    missing-path b.csv:0:0 no column of the header has `Case ID`, by which the source makes several rows one record
      help: correct the name behind `one per` or `in order of` in the source
    ");
}

#[test]
fn elements_of_lists_may_be_one_record_too() {
    let policy = r#"
record issue {
  key:  text key
  last: text?
  moves: integer
  tags: list of text?
}
source jira "Issues by their changes" {
  issue from "*.json" each item in items one per key in order of item.at
    key   = key
    last  = last item.to
    moves = count item.to
    tags  = first item.tags
}
"#;
    let rows = r#"[
{"key": "A", "items": [{"at": "2026-01-05T10:00:00Z", "to": "b", "tags": ["x", "y"]}, {"at": "2026-01-05T09:00:00Z", "tags": []}]},
{"key": "B", "items": [{"at": "2026-01-05T10:00:00Z", "to": {"x": 1}, "tags": 5}, {"at": "2026-01-05T09:00:00Z", "to": null}]},
{"key": "A", "items": [{"at": "2026-01-05T11:00:00Z", "to": "c"}]}
]"#;
    insta::assert_snapshot!(read_with(policy, &[("issues.json", rows)]), @r#"
    issue: key | last | moves | tags
      A | c | 2 | [] (issues.json:2 @25)
      B | ? | 1 | - (issues.json:3 @157)
    issues.json fed issue: 2 of 5, left out [], superseded 0
    malformed-value issues.json:3 issue.last "{"x": 1}": expected a single value, not an object
    "#);
}

#[test]
fn a_length_of_time_may_be_written_as_a_date() {
    let policy = r#"
record incident {
  number: text key
  open:   duration?
}
source servicenow "A table" {
  incident from "*.csv"
    number = number
    open   = calendar_duration as duration since "1970-01-01 00:00:00"
}
"#;
    let rows = "number,calendar_duration\n1,1970-01-22 14:03:10\n2,\n3,1970-01-01 00:00:00\n4,1969-12-31 23:00:00\n5,864990\n6,1970-02-30 00:00:00\n";
    insta::assert_snapshot!(read_with(policy, &[("incident.csv", rows)]), @r#"
    incident: number | open
      1 | 21 d 14 h 3 min 10 s (incident.csv:2 @25)
      2 | - (incident.csv:3 @47)
      3 | 0 s (incident.csv:4 @50)
      4 | -1 h (incident.csv:5 @72)
      5 | ? (incident.csv:6 @94)
      6 | ? (incident.csv:7 @103)
    malformed-value incident.csv:6 incident.open "864990": expected a length of time written as a date and a time
    malformed-value incident.csv:7 incident.open "1970-02-30 00:00:00": expected a length of time written as a date and a time
    "#);
}

#[test]
fn a_key_may_be_joined_of_several_parts() {
    let policy = r#"
record relation {
  id:   text key
  from: text
  note: text?
}
source catalogue "Names and what they need" {
  relation from "*.json" each target in needs
    id   = join name, target.id by "/"
    from = name
    note = join target.note, target.by by " by "
  relation from "*.csv"
    id   = join "The name", Target by "/"
    from = "The name"
    note = join Note, By by " by "
}
"#;
    let json = r#"[
{"name": "a", "needs": [{"id": 1, "note": "n", "by": "ann"}, {"id": "x\u00e9", "note": "n"}, {"id": null}, {"id": {"x": 1}, "note": " ", "by": "b"}]},
{"name": "b", "needs": []}
]"#;
    let cells = "The name,Target,Note,By\nc,1,n,\nc,,n,bob\n";
    insta::assert_snapshot!(read_with(policy, &[("a.json", json), ("b.csv", cells)]), @r#"
    relation: id | from | note
      a/1 | a | n by ann (a.json:2 @26)
      a/xé | a | - (a.json:2 @63)
      ? | a | - (a.json:2 @95)
      ? | a | - (a.json:2 @109)
      c/1 | c | - (b.csv:2 @24)
      ? | c | n by bob (b.csv:3 @31)
    missing-value a.json:2 relation.id "null": a value is required
    malformed-value a.json:2 relation.id "{"x": 1}": expected a single value, not an object
    missing-value b.csv:3 relation.id "": a value is required
    "#);
    // What no record has makes the whole unknown.
    let json = json.replace("\"by\"", "\"who\"");
    let cells = cells.replace("Note", "Remark");
    insta::assert_snapshot!(read_with(policy, &[("a.json", &json), ("b.csv", &cells)]), @r#"
    relation: id | from | note
      a/1 | a | ? (a.json:2 @26)
      a/xé | a | ? (a.json:2 @64)
      ? | a | ? (a.json:2 @96)
      ? | a | ? (a.json:2 @110)
      c/1 | c | ? (b.csv:2 @26)
      ? | c | ? (b.csv:3 @33)
    missing-field everywhere relation.note "": no record has `target.by`
    missing-field everywhere relation.note "": the header has no column `Note`; known columns: By, Remark, Target, The name
    missing-value a.json:2 relation.id "null": a value is required
    malformed-value a.json:2 relation.id "{"x": 1}": expected a single value, not an object
    missing-value b.csv:3 relation.id "": a value is required
    "#);
}
