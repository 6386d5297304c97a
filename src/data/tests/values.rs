use insta::assert_snapshot;

use super::*;
use crate::ir::mapping::NumberNotation;
use crate::value::Zone;

#[test]
fn every_type_is_read_leniently_and_exactly() {
    assert_snapshot!(read_shaped(
        "a: b boolean?; i integer?; d decimal?; day date?; at timestamp?; for duration?; every span?; e {x, \"24x7\"}?; t text?",
        &[("a.ndjson", r#"
{"b": true, "i": 5, "d": 1.50, "day": "2026-03-01", "at": "2026-03-01T10:00:00-0500", "for": "PT4H30M", "every": "P1Y", "e": "x", "t": "é\n"}
{"b": "FALSE", "i": "5", "d": "1e3", "day": " 2026-03-01 ", "at": "2026-03-01 10:00Z", "for": "P2D", "every": "P2W", "e": "x", "t": 5}
{"b": null, "i": "", "d": " ", "day": null, "at": "", "for": null, "every": null, "e": "", "t": "\t"}
{}
{"b": 1, "i": 5.5, "d": "1,5", "day": "2026-02-30", "at": "2026-03-01T10:00:00", "for": "4h", "every": "PT1H", "e": "X", "t": {"a": 1}}
{"b": "yes", "i": 1e30, "d": "NaN", "day": "1/2/2026", "at": "now", "for": 5, "every": "P1", "e": "24", "t": ["a"], "t": "b"}
"#)]
    ), @r#"
    a: b | i | d | day | at | for | every | e | t
      true | 5 | 1.5 | 2026-03-01 | 2026-03-01T15:00Z | 4 h 30 min | 1 year | x | é
     (a.ndjson:2 @1) #5eff6037d7c30160
      false | 5 | 1000 | 2026-03-01 | 2026-03-01T10:00Z | 2 d | 14 days | x | 5 (a.ndjson:3 @144) #315fdf6388c82221
      - | - | - | - | - | - | - | - | - (a.ndjson:4 @279) #65f8e9d8a2a16f10
      - | - | - | - | - | - | - | - | - (a.ndjson:5 @381) #44136fa355b3678a
      true | ? | ? | ? | ? | ? | ? | ? | ? (a.ndjson:6 @384) #9256d23861853dbe
      true | ? | ? | ? | ? | ? | ? | ? | ? (a.ndjson:7 @520) #a97f04da07c95a58
    malformed-value a.ndjson:6 a.i "5.5": expected a whole number, of 64 bits at most
    malformed-value a.ndjson:6 a.d "1,5": expected a number
    malformed-value a.ndjson:6 a.day "2026-02-30": expected a day that exists, such as 2026-03-01
    malformed-value a.ndjson:6 a.at "2026-03-01T10:00:00": expected a time that exists, with its offset, such as 2026-03-01T09:30:00Z
    malformed-value a.ndjson:6 a.for "4h": expected a length of time such as PT4H30M
    malformed-value a.ndjson:6 a.every "PT1H": expected a calendar length of time such as P12M
    unmapped-value a.ndjson:6 a.e "X": the enum has no such member; did you mean `x`?
    malformed-value a.ndjson:6 a.t "{"a": 1}": expected a single value, not an object
    malformed-value a.ndjson:7 a.i "1e30": expected a whole number, of 64 bits at most
    malformed-value a.ndjson:7 a.d "NaN": expected a number
    malformed-value a.ndjson:7 a.day "1/2/2026": expected a day that exists, such as 2026-03-01
    malformed-value a.ndjson:7 a.at "now": expected a time that exists, with its offset, such as 2026-03-01T09:30:00Z
    malformed-value a.ndjson:7 a.for "5": expected a length of time such as PT4H30M
    malformed-value a.ndjson:7 a.every "P1": expected a calendar length of time such as P12M
    unmapped-value a.ndjson:7 a.e "24": the enum has no such member; known members: "24x7", x
    malformed-value a.ndjson:7 a.t "": expected one value, and its key stands twice in its object
    "#);
}

#[test]
fn missing_absent_and_not_exported_are_three_things() {
    assert_snapshot!(read_shaped("a: must text; may text?; never_must text; never_may text?", &[(
        "a.json",
        r#"[{"must": "x", "may": "y"}, {"must": "", "may": null}, {"other": 1}]"#
    )]), @r#"
    a: must | may | never_must | never_may
      x | y | ? | ? (a.json:1 @1) #d8d80394b70f1585
      ? | - | ? | ? (a.json:1 @28) #6776eba1e830c5e7
      ? | - | ? | ? (a.json:1 @55) #ba15681d40dc8af3
    missing-field everywhere a.never_must "": no record has `never_must`
    missing-field everywhere a.never_may "": no record has `never_may`
    missing-value a.json:1 a.must "": a value is required
    missing-value a.json:1 a.must "": a value is required, and the record does not have the key
    "#);
    assert_snapshot!(read_shaped("a: must text; may text?; never_must text; never_may text?", &[(
        "a.csv",
        "must,may,Never_must\nx,,z\n,y,z\n"
    )]), @r#"
    a: must | may | never_must | never_may
      x | - | ? | ? (a.csv:2 @20) #4c04910a50958b6b
      ? | y | ? | ? (a.csv:3 @25) #6aebf97eed997025
    missing-field everywhere a.never_must "": the header has no column `never_must`; did you mean `Never_must`?
    missing-field everywhere a.never_may "": the header has no column `never_may`; did you mean `Never_must`?
    missing-value a.csv:3 a.must "": a value is required
    "#);
    assert_snapshot!(read_shaped("a: must text", &[("a.json", "[]")]), @"a: must");
    assert_snapshot!(read_shaped("a: must text", &[("a.csv", "must\n")]), @"a: must");
}

#[test]
fn lists_have_unknown_elements() {
    assert_snapshot!(read_shaped("a: must list of integer; may list of integer?", &[(
        "a.ndjson",
        r#"
{"must": [1, "2"], "may": []}
{"must": [1, "x", null, [3], ""], "may": null}
{"must": null, "may": "1;2"}
{"must": {"a": 1}}
"#
    )]), @r#"
    a: must | may
      [1,2] | [] (a.ndjson:2 @1) #e6cbbad8dabf6147
      [1,?,?,?,?] | - (a.ndjson:3 @31) #806ab743404b9485
      ? | ? (a.ndjson:4 @78) #d4b9d458cb71638d
      ? | - (a.ndjson:5 @107) #84c8d6dc5af3415c
    malformed-value a.ndjson:3 a.must "x": expected a whole number
    malformed-value a.ndjson:3 a.must "[3]": expected a single value, not a list
    missing-value a.ndjson:3 a.must "null": a value is required
    missing-value a.ndjson:3 a.must "": a value is required
    missing-value a.ndjson:4 a.must "null": a value is required
    malformed-value a.ndjson:4 a.may "1;2": expected a list, or a text that the source splits
    malformed-value a.ndjson:5 a.must "{"a": 1}": expected a list
    "#);
    assert_snapshot!(read_shaped("a: must list of integer; may list of integer?", &[(
        "a.csv",
        "must,may\n1;2,\n1;;x,3\n,\n[],[]\n"
    )]), @r#"
    a: must | may
      [1,2] | - (a.csv:2 @9) #469d97bcc82e0f2f
      [1,?] | [3] (a.csv:3 @14) #598f2c16dcabc11b
      ? | - (a.csv:4 @21) #d03502c43d74a30b
      [] | [] (a.csv:5 @23) #c542eba294d3ea50
    malformed-value a.csv:3 a.must "x": expected a whole number
    missing-value a.csv:4 a.must "": a value is required
    "#);
}

#[test]
fn references_meet_their_records() {
    assert_snapshot!(read_shaped(
        "change: id integer key\nci: name text key\nincident: id text key; cis list of -> ci?; cause -> change | ci?; change -> change?\nservice: name text",
        &[
            ("change.csv", "id\n7\n8\n8\nx\n"),
            ("ci.csv", "name\nlaptop\n"),
            ("incident.ndjson", concat!(
                r#"{"id": "I1", "cis": ["laptop", "toaster"], "cause": "laptop", "change": 7}"#, "\n",
                r#"{"id": "I2", "cis": [], "cause": "9", "change": "007"}"#, "\n",
                r#"{"id": "I1", "cause": "8", "change": "9"}"#, "\n",
            )),
        ]
    ), @r#"
    change: id
      7 (change.csv:2 @3)
      8 (change.csv:3 @5)
      8 (change.csv:4 @7)
      ? (change.csv:5 @9)
    ci: name
      laptop (ci.csv:2 @5)
    incident: id | cis | cause | change
      I1 | [->laptop,->toaster] | ->laptop | ->7 (incident.ndjson:1 @0)
      I2 | [] | ->9 | ->7 (incident.ndjson:2 @75)
      I1 | - | ->8 | ->9 (incident.ndjson:3 @130)
    service: no extract
    duplicate-key change.csv:4 change.id "8": change.csv:3 has the same key
    malformed-value change.csv:5 change.id "x": expected a whole number
    dangling-reference incident.ndjson:1 incident.cis "toaster": no ci with this key was exported
    dangling-reference incident.ndjson:2 incident.cause "9": no change or ci with this key was exported
    duplicate-key incident.ndjson:3 incident.id "I1": incident.ndjson:1 has the same key
    dangling-reference incident.ndjson:3 incident.change "9": no change with this key was exported
    "#);
}

#[test]
fn references_to_what_was_not_exported_are_no_findings() {
    let shown = read_shaped(
        "change: id text key\nincident: id text key; change -> change",
        &[("incident.json", r#"[{"id": "I1", "change": "C1"}]"#)],
    );
    assert!(!shown.contains("dangling"), "{shown}");
}

#[test]
fn keys_on_several_fields_may_stand_twice_too() {
    assert_snapshot!(read_shaped("target: service text key; month date key; value decimal", &[(
        "target.csv",
        "service,month,value\nPAY,2026-01-01,1\nPAY,2026-02-01,2\nPAY,2026-01-01,3\n,2026-01-01,3\n,2026-01-01,4\n"
    )]), @r#"
    target: service | month | value
      PAY | 2026-01-01 | 1 (target.csv:2 @20)
      PAY | 2026-02-01 | 2 (target.csv:3 @37)
      PAY | 2026-01-01 | 3 (target.csv:4 @54)
      ? | 2026-01-01 | 3 (target.csv:5 @71)
      ? | 2026-01-01 | 4 (target.csv:6 @85)
    duplicate-key target.csv:4 target.service "PAY / 2026-01-01": target.csv:2 has the same key
    missing-value target.csv:5 target.service "": a value is required
    missing-value target.csv:6 target.service "": a value is required
    "#);
}

#[test]
fn a_source_says_how_values_are_written() {
    let schema = schema(
        "a: at timestamp?; day date?; cost decimal?; share decimal?; e {p1, p2}?; b boolean?; l list of text?; took duration?; since timestamp?",
    );
    let fields = ["at", "day", "cost", "share", "e", "b", "l", "took", "since"].map(|name| (name, name));
    let mut mapping = mapping(&schema, "a", "a.*", "rows", &fields);
    let mut change = |field: &str, change: &dyn Fn(&mut Reading)| {
        reading(&schema, &mut mapping, field, |reading| {
            reading.absent = vec!["?".to_owned(), "0".to_owned()];
            change(reading);
        });
    };
    change("at", &|reading| {
        reading.times = vec!["%d/%m/%Y %H:%M".to_owned(), "%Y-%m-%dT%H:%M:%S%z".to_owned()];
        reading.zone = Zone::named("Europe/Paris");
    });
    change("day", &|reading| reading.times = vec!["%d.%m.%Y".to_owned()]);
    change("cost", &|reading| reading.number = NumberNotation { decimal: ',', thousands: Some('.') });
    change("share", &|reading| reading.percent = true);
    change("e", &|reading| {
        reading.map = Some(BTreeMap::from([("1 - Critical".to_owned(), 0), ("2 - High".to_owned(), 1)]));
    });
    change("b", &|reading| reading.map = Some(BTreeMap::from([("yes".to_owned(), 1), ("no".to_owned(), 0)])));
    change("l", &|reading| reading.split = Some(",".to_owned()));
    change("took", &|reading| reading.unit = Some(60_000_000));
    change("since", &|reading| reading.unit = Some(1000));
    let files = Memory::of(&[(
        "a.json",
        r#"{"rows": [
{"at": "29/2/2016 01:16", "day": "1.3.2026", "cost": "1.234,5", "share": "99.95%", "e": "1 - Critical", "b": "no", "l": "a, b", "took": 90, "since": "1444290120000"},
{"at": "2026-07-01T12:00:00+0200", "day": "?", "cost": 1234.5, "share": 95, "e": "?", "b": "?", "l": ["a"], "took": "PT1H", "since": 0},
{"at": "29/2/2015 01:16", "day": "2026-03-01", "cost": "1,234.5", "share": "x%", "e": "1 - critical", "b": "true", "l": 5, "took": "soon", "since": 1e300}
]}"#,
    )]);
    assert_snapshot!(read(&schema, &[&source(vec![mapping])], &files), @r#"
    a: at | day | cost | share | e | b | l | took | since
      2016-02-29T00:16Z | 2026-03-01 | 1234.5 | 0.9995 | p1 | false | [a,b] | 1 h 30 min | 2015-10-08T07:42Z (a.json:2 @11) #aec8cdd725e53a10
      2026-07-01T10:00Z | - | 1234.5 | 0.95 | - | - | [a] | 1 h | - (a.json:3 @178) #d778bc42f9f6d6fd
      ? | ? | ? | ? | ? | ? | ? | ? | ? (a.json:4 @315) #d046a93c32943a71
    malformed-value a.json:4 a.at "29/2/2015 01:16": expected a time that exists, in the form that the source states
    malformed-value a.json:4 a.day "2026-03-01": expected a day that exists, in the form that the source states
    malformed-value a.json:4 a.cost "1,234.5": expected a number
    malformed-value a.json:4 a.share "x%": expected a number
    unmapped-value a.json:4 a.e "1 - critical": the value map of the source does not have it; did you mean `1 - Critical`?
    unmapped-value a.json:4 a.b "true": the value map of the source does not have it; known values: no, yes
    malformed-value a.json:4 a.l "5": expected a list
    malformed-value a.json:4 a.took "soon": expected a length of time such as PT4H30M
    malformed-value a.json:4 a.since "1e300": expected a number that counts from 1970
    "#);
}

#[test]
fn a_reference_may_be_an_object_or_nothing() {
    let schema = schema("a: caller text?; must text");
    let source =
        source(vec![mapping(&schema, "a", "a.json", "", &[("caller", "caller.value"), ("must", "caller.value")])]);
    let files = Memory::of(&[(
        "a.json",
        r#"[{"caller": {"value": "x"}}, {"caller": ""}, {"caller": null}, {"caller": {}}, {}, {"caller": "Jane"}, {"caller": [1]}]"#,
    )]);
    assert_snapshot!(read(&schema, &[&source], &files), @r#"
    a: caller | must
      x | x (a.json:1 @1) #71fcf082c8fd817f
      - | ? (a.json:1 @29) #5f08e343cbe4a07b
      - | ? (a.json:1 @45) #ce38216ccefbdc41
      - | ? (a.json:1 @63) #a0a97991fedfb60b
      - | ? (a.json:1 @79) #44136fa355b3678a
      ? | ? (a.json:1 @83) #f761a72730d665b1
      ? | ? (a.json:1 @103) #3cf584a6819b2a52
    missing-value a.json:1 a.must "": a value is required
    missing-value a.json:1 a.must "null": a value is required
    missing-value a.json:1 a.must "": a value is required, and the record does not have the key
    missing-value a.json:1 a.must "": a value is required, and the record does not have the key
    malformed-value a.json:1 a.caller "Jane": expected an object that holds the value
    malformed-value a.json:1 a.must "Jane": expected an object that holds the value
    malformed-value a.json:1 a.caller "[1]": expected an object that holds the value
    malformed-value a.json:1 a.must "[1]": expected an object that holds the value
    "#);
}

#[test]
fn findings_are_counted_exactly_and_kept_in_part() {
    let schema = schema("a: n integer; m integer");
    let rows: String =
        (0..3000).map(|row| format!("{{\"n\": \"x{row}\"{}}}\n", if row == 0 { ", \"m\": 1" } else { "" })).collect();
    let reads = all(&schema);
    for block in [100, 5_000, 1 << 20] {
        let loading = Loading { block, ..Loading::new(&schema, &reads, &[]) };
        let findings = load(&loading, &Memory::of(&[("a.ndjson", &rows)]), &Silent).dataset.findings;
        let counts: Vec<(Code, u64)> = findings.counts.iter().map(|count| (count.code, count.count)).collect();
        assert_eq!(counts, [(Code::MalformedValue, 3000), (Code::MissingValue, 2999)]);
        assert_eq!(findings.kept.len(), 2000);
        assert_eq!(findings.kept.iter().filter_map(|finding| finding.row).max(), Some(1000));
        assert_eq!(findings.of(RecordId(0), 7, FieldId(0)).unwrap().value, "x7");
    }
}
