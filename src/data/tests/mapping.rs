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
