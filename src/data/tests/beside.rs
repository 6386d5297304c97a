//! What files say beside their records: how many there are, and what keys are called.

use super::mapping::read_with;

const PAGED: &str = r#"
record ticket {
  id: text key
}
source desk "The desk" {
  ticket from "*.json", "*.ndjson", "*.yaml" at data.items
    expect total = data.page.total
    id = id
}
"#;

fn page(total: &str, ids: &[&str]) -> String {
    let items: Vec<String> = ids.iter().map(|id| format!("{{\"id\": \"{id}\"}}")).collect();
    format!("{{\"data\": {{\"page\": {{\"total\": {total}}}, \"items\": [{}], \"page2\": 1}}}}", items.join(", "))
}

#[test]
fn an_export_has_as_many_records_as_it_says() {
    let (first, second) = (page("3", &["a", "b"]), page("\"3\"", &["c"]));
    insta::assert_snapshot!(read_with(PAGED, &[("1.json", &first), ("2.json", &second)]), @r"
    ticket: id
      a (1.json:1 @42)
      b (1.json:1 @55)
      c (2.json:1 @44)
    ");
    insta::assert_snapshot!(read_with(PAGED, &[("1.json", &first)]), @r"
    ticket: id
      incomplete: 1.json says at `data.page.total` that there are 3, and it has 2
      a (1.json:1 @42)
      b (1.json:1 @55)
    ");
    // A query of its own that is whole does not make up for one that is not.
    let whole = page("2", &["x", "y"]);
    insta::assert_snapshot!(read_with(PAGED, &[("1.json", &first), ("whole.json", &whole)]), @r"
    ticket: id
      incomplete: 1.json says at `data.page.total` that there are 3, and it has 2
      a (1.json:1 @42)
      b (1.json:1 @55)
      x (whole.json:1 @42)
      y (whole.json:1 @55)
    ");
    // Two pages are there, and one is not.
    insta::assert_snapshot!(read_with(PAGED, &[("1.json", &page("4", &["a", "b"])), ("2.json", &page("5", &["c"]))]), @r"
    ticket: id
      incomplete: 2.json says at `data.page.total` that there are 5, and 2 files have 3
      a (1.json:1 @42)
      b (1.json:1 @55)
      c (2.json:1 @42)
    ");
}

#[test]
fn the_total_stands_before_the_records_or_behind_them() {
    let behind = r#"{"data": {"items": [{"id": "a"}], "page": {"total": 2}}}"#;
    insta::assert_snapshot!(read_with(PAGED, &[("1.json", behind)]), @r"
    ticket: id
      incomplete: 1.json says at `data.page.total` that there are 2, and it has 1
      a (1.json:1 @20)
    ");
    let lines = format!("{}\n{}\n", page("2", &["a"]), page("2", &["b"]));
    insta::assert_snapshot!(read_with(PAGED, &[("1.ndjson", &lines)]), @r"
    ticket: id
      a (1.ndjson:1 @42)
      b (1.ndjson:2 @111)
    ");
    insta::assert_snapshot!(read_with(PAGED, &[("1.yaml", "data:\n  items:\n  - id: a\n  page:\n    total: 2\n")]), @r"
    ticket: id
      incomplete: 1.yaml says at `data.page.total` that there are 2, and it has 1
      a (1.yaml:3 @21)
    ");
}

#[test]
fn a_file_that_does_not_say_how_many_there_are_may_not_hold_all() {
    for total in ["null", "-1", "true", "\"many\"", "{\"of\": 2}"] {
        let shown = read_with(PAGED, &[("1.json", &page(total, &["a"]))]);
        assert!(shown.contains("incomplete: 1.json does not say at `data.page.total` how many there are"), "{shown}");
    }
    insta::assert_snapshot!(read_with(PAGED, &[("1.json", r#"{"data": {"items": []}}"#)]), @r"
    ticket: id
      incomplete: 1.json does not say at `data.page.total` how many there are
    ");
    insta::assert_snapshot!(read_with(PAGED, &[("1.json", r#"{"data": {"page": {"total": 1, "items": []}}"#)]), @r"
    ticket: no extract
    missing-path 1.json:1:44 the file has no records at `data.items`
      help: compare the path behind `at` in the source with the file
    ");
    insta::assert_snapshot!(read_with(PAGED, &[("1.json", r#"{"data": {"page": {total}, "items": []}}"#)]), @r"
    ticket: no extract
    malformed-file 1.json:1:19 expected a value
      help: check that the file is JSON, and export it again
    ");
}

#[test]
fn rows_and_columns_say_nothing_beside_the_records() {
    let policy = PAGED.replace("\"*.json\"", "\"*.csv\"");
    insta::assert_snapshot!(read_with(&policy, &[("1.csv", "id\na\n")]), @r"
    ticket: no extract
    malformed-file 1.csv:0:0 a file of this form says nothing beside its records, and `expect total` asks for it
      help: leave `expect total` out of the mapping, or give the files that say it a mapping of their own
    ");
}

const HISTORY: &str = r#"
record event {
  issue: text
  field: text
}
source jira "Issues with their changes" {
  event from "*.json", "*.xml" at issues each history in changelog.histories each item in history.items
    expect history = changelog.total
    expect item = history.count
    issue = key
    field = item.field
}
"#;

#[test]
fn a_list_has_as_many_elements_as_its_record_says() {
    let issues = r#"{"issues": [
 {"key": "A-1", "changelog": {"total": 1, "histories": [{"count": 1, "items": [{"field": "x"}]}]}},
 {"key": "A-2", "changelog": {"total": 0, "histories": []}},
 {"key": "A-3", "changelog": {"total": 0}},
 {"key": "A-4"}
]}"#;
    insta::assert_snapshot!(read_with(HISTORY, &[("1.json", issues)]), @r"
    event: issue | field
      A-1 | x (1.json:2 @92) #3754679b7752c130
    ");
    let cut = r#"{"issues": [
 {"key": "A-1", "changelog": {"total": 0, "histories": []}},
 {"key": "A-2", "changelog": {"total": "101", "histories": [{"count": 2, "items": [{"field": "x"}]}]}},
 {"key": "A-3", "changelog": {"total": 1, "histories": null}},
 {"key": "A-4", "changelog": {"total": 1}},
 {"key": "A-5", "changelog": {"histories": [{"items": [{"field": "y"}]}]}}
]}"#;
    insta::assert_snapshot!(read_with(HISTORY, &[("1.json", issues), ("2.json", cut)]), @r"
    event: issue | field
      incomplete: 2.json:3 has 1 of `history` and says 101 at `changelog.total`, and 3 more like it
      incomplete: 2.json:3 has 1 of `item` and says 2 at `history.count`, and 1 more like it
      A-1 | x (1.json:2 @92) #3754679b7752c130
      A-2 | x (2.json:3 @157) #9b51b91a6affea50
      A-5 | y (2.json:6 @340) #50e5266098416b6b
    ");
}

#[test]
fn a_list_of_xml_has_as_many_elements_as_its_record_says() {
    let policy = HISTORY
        .replace("at issues", "at issues.issue")
        .replace("changelog.total", "changelog.\"@total\"")
        .replace("history.count", "history.\"@count\"");
    let policy = policy.replace("changelog.histories", "changelog.history").replace("history.items", "history.item");
    let issues = "<issues><issue><key>A-1</key><changelog total=\"3\"><history count=\"1\"><item><field>x</field></item></history></changelog></issue></issues>";
    insta::assert_snapshot!(read_with(&policy, &[("1.xml", issues)]), @r"
    event: issue | field
      incomplete: 1.xml:1 has 1 of `history` and says 3 at `changelog.@total`
      A-1 | x (1.xml:1 @72) #02d60217fe6f9a86
    ");
}

const NAMED: &str = r#"
record issue {
  key:    text key
  impact: text?
  sla:    text?
  other:  text?
}
source jira "Issues" {
  issue from "*.json", "*.csv" at issues names at names
    only where fields[named "Kind"].value = "incident"
    key    = key
    impact = fields[named "Impact"].value
    sla    = fields[named "Time to resolution"].cycles.0
    other  = fields[named "Nobody has it"]
}
"#;

#[test]
fn a_key_is_what_the_file_calls_so() {
    let before = r#"{"names": {"k": "Kind", "customfield_1": "Impact", "customfield_2": "Time to resolution"},
"issues": [
 {"key": "A-1", "fields": {"k": {"value": "incident"}, "customfield_1": {"value": "high"}, "customfield_2": {"cycles": ["1h"]}}},
 {"key": "A-2", "fields": {"k": {"value": "incident"}, "customfield_1": null, "customfield_2": ""}},
 {"key": "A-3", "fields": {"k": {"value": "task"}, "Impact": {"value": "low"}}}
]}"#;
    // Another site has other keys, and says so behind its issues.
    let behind = r#"{"issues": [
 {"key": "B-1", "fields": {"customfield_1": {"cycles": ["2h"]}, "customfield_2": {"value": "low"}, "k": {"value": "incident"}}}
], "names": {"customfield_2": "Impact", "customfield_1": "Time to resolution", "k": "Kind", "x": 5}}"#;
    insta::assert_snapshot!(read_with(NAMED, &[("1.json", before), ("2.json", behind)]), @r#"
    issue: key | impact | sla | other
      A-1 | high | 1h | ? (1.json:3 @104)
      A-2 | - | - | ? (1.json:4 @234)
      B-1 | low | 2h | ? (2.json:2 @14)
    1.json fed issue: 2 of 3, left out [1], superseded 0
    missing-field everywhere issue.other "": no record has `fields[named "Nobody has it"]`
    "#);
}

#[test]
fn a_name_that_several_keys_have_is_none() {
    let twice = r#"{"issues": [], "names": {"customfield_2": "Impact", "customfield_1": "Impact"}}"#;
    insta::assert_snapshot!(read_with(NAMED, &[("1.json", twice)]), @r"
    issue: no extract
    missing-path 1.json:0:0 the file calls several keys `Impact`: `customfield_1`, `customfield_2`
      help: write the key that is meant in place of its name
    ");
    insta::assert_snapshot!(read_with(NAMED, &[("1.csv", "key\nA-1\n")]), @r"
    issue: no extract
    malformed-file 1.csv:0:0 a file of this form says nothing beside its records, and `names at` asks for it
      help: leave `names at` out of the mapping, or give the files that say it a mapping of their own
    ");
    let policy = NAMED.replace("fields[named \"Nobody has it\"]", "fields.customfield_1.value");
    let both = r#"{"issues": [], "names": {"customfield_1": "Impact"}}"#;
    insta::assert_snapshot!(read_with(&policy, &[("1.json", both)]), @r"
    issue: no extract
    missing-path 1.json:0:0 another path leads to `fields.customfield_1.value`, too: it means a key by its name
      help: write both in the same way
    ");
    let none = r#"{"issues": [{"key": "A-1", "fields": {"k": {"value": "incident"}}}]}"#;
    insta::assert_snapshot!(read_with(NAMED, &[("1.json", none)]), @r#"
    issue: no extract
    1.json fed issue: 0 of 1, left out [1], superseded 0
    missing-path 1.json:0:0 no record has `fields[named "Kind"].value`, by which the source chooses rows
      help: correct the name behind `where` or `keep` in the source
    "#);
}
