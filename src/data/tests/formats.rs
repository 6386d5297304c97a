use std::io::Write as _;

use insta::assert_snapshot;

use super::*;

const INCIDENT: &str = "incident: number text key; impact {low < medium < high}?; cis list of text?";

#[test]
fn every_format_gives_the_same_records() {
    let expected = "incident: number | impact | cis\n  INC1 | high | [a,b]";
    for (name, text) in [
        ("incident.json", r#"[{"number": "INC1", "impact": "high", "cis": ["a", "b"]}]"#),
        ("incident.json", "\u{feff}{\"number\": \"INC1\", \"impact\": \"high\", \"cis\": [\"a\", \"b\"]}"),
        ("incident.ndjson", "\r\n{\"number\": \"INC1\", \"impact\": \"high\", \"cis\": [\"a\", \"b\"]}\r\n\r\n"),
        ("incident.jsonl", "{\"number\": \"INC1\", \"impact\": \"high\", \"cis\": [\"a\", \"b\"]}"),
        ("incident.csv", "\u{feff}number,impact,cis\r\nINC1,high,a;b\r\n"),
        ("incident.csv", "number,impact,cis\n\n\"INC1\",\"high\",\"a; b\""),
        ("incident.tsv", "other\tcis\timpact\tnumber\nx\ta;b\thigh\tINC1\n"),
    ] {
        let shown = read_shaped(INCIDENT, &[(name, text)]);
        assert!(shown.starts_with(expected), "{name}: {shown}");
    }
}

#[test]
fn lines_and_offsets_are_those_of_the_file() {
    assert_snapshot!(read_shaped(INCIDENT, &[
        ("incident.csv", "number,impact,cis\nINC1,low,\"a\nb\"\nINC2,high,\n"),
        ("incident.json", "[\n  {\"number\": \"INC3\"},\n  {\n    \"number\": \"INC4\"\n  }, {\"number\": \"é\"}, {\"number\": \"INC6\"}\n]\n"),
        ("incident.ndjson", "{\"number\": \"INC7\"}\n\n{\"number\": \"INC8\"}"),
    ]), @r#"
    incident: number | impact | cis
      INC1 | low | [a
    b] (incident.csv:2 @18)
      INC2 | high | - (incident.csv:4 @33)
      INC3 | ? | ? (incident.json:2 @4)
      INC4 | ? | ? (incident.json:3 @26)
      é | ? | ? (incident.json:5 @54)
      INC6 | ? | ? (incident.json:5 @72)
      INC7 | ? | ? (incident.ndjson:1 @0)
      INC8 | ? | ? (incident.ndjson:3 @20)
    missing-field everywhere incident.impact "": no record has `impact`
    missing-field everywhere incident.cis "": no record has `cis`
    "#);
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressed_files_may_have_several_members() {
    let mut bytes = gzip("{\"number\": \"INC1\"}\n{\"num");
    bytes.extend(gzip("ber\": \"INC2\"}\n"));
    let files = Memory(BTreeMap::from([("incident.ndjson.gz".to_owned(), bytes)]));
    assert_snapshot!(read(&schema(INCIDENT), &[], &files), @r#"
    incident: number | impact | cis
      INC1 | ? | ? (incident.ndjson.gz:1 @0)
      INC2 | ? | ? (incident.ndjson.gz:2 @19)
    missing-field everywhere incident.impact "": no record has `impact`
    missing-field everywhere incident.cis "": no record has `cis`
    "#);
}

#[test]
fn records_are_found_under_a_path() {
    let schema = schema(INCIDENT);
    let itop = r#"{"code": 0, "x": [{"a": "]}"}, -1.5e3, null], "objects": {
      "Incident::1": {"code": 0, "fields": {"ref": "I-1", "l": [{"n": "a"}, {}]}, "z": 1},
      "Incident::2": {"fields": {"ref": "I-2", "l": []}}}, "message": "Found: 2"}"#;
    let fields = [("number", "ref"), ("cis", "l.*.n")];
    let files = Memory::of(&[("a.json", itop), ("b.json", r#"{"objects": null}"#), ("c.ndjson", "")]);
    let mut mapping = mapping(&schema, "incident", "*.*json", "objects.*.fields", &fields);
    assert_snapshot!(read(&schema, &[&source(vec![mapping.clone()])], &files), @r#"
    incident: number | impact | cis
      I-1 | ? | [a,?] (a.json:2 @102)
      I-2 | ? | [] (a.json:3 @182)
    missing-field everywhere incident.impact "": the source does not map it
    missing-value a.json:2 incident.cis "": a value is required
    "#);
    mapping.at = steps("result");
    let files = Memory::of(&[
        ("a.json", r#"{"result": [{"ref": "I-1", "l": null}]}"#),
        ("b.ndjson", "{\"result\": {\"ref\": \"I-2\", \"l\": []}}\n{\"result\": [{\"ref\": \"I-3\", \"l\": []}]}\n"),
    ]);
    assert_snapshot!(read(&schema, &[&source(vec![mapping])], &files), @r#"
    incident: number | impact | cis
      I-1 | ? | - (a.json:1 @12)
      I-2 | ? | [] (b.ndjson:1 @11)
      I-3 | ? | [] (b.ndjson:2 @48)
    missing-field everywhere incident.impact "": the source does not map it
    "#);
}

#[test]
fn rows_are_chosen_and_counted() {
    let schema = schema("incident: number text key; impact text?");
    let mut mapping = mapping(&schema, "incident", "log-*.csv", "", &[("number", "number"), ("impact", "impact")]);
    let filter =
        |path_text: &str, test, only| Filter { path: path(path_text), test, only, because: None, span: span() };
    mapping.filters =
        vec![filter("number", Test::In(vec!["TEST".to_owned()]), false), filter("state", Test::Present, true)];
    mapping.keep = Some(Keep { last: true, path: path("number") });
    let files = Memory::of(&[
        ("log-1.csv", "number,impact,state\nINC1,low,new\nINC2,high,new\nTEST,high,new\n,high,new\n"),
        ("log-2.csv", "number,impact,state\nINC2,medium,closed\nINC1,low,\n,low,new\nINC3,low,x\nINC3,high,x\n"),
    ]);
    assert_snapshot!(read(&schema, &[&source(vec![mapping.clone()])], &files), @r#"
    incident: number | impact
      INC1 | low (log-1.csv:2 @20)
      ? | high (log-1.csv:5 @61)
      INC2 | medium (log-2.csv:2 @20)
      ? | low (log-2.csv:4 @49)
      INC3 | high (log-2.csv:6 @69)
    log-1.csv fed incident: 2 of 4, left out [1, 0], superseded 1
    log-2.csv fed incident: 3 of 5, left out [0, 1], superseded 1
    missing-value log-1.csv:5 incident.number "": a value is required
    missing-value log-2.csv:4 incident.number "": a value is required
    "#);
    mapping.keep = Some(Keep { last: false, path: path("number") });
    assert_snapshot!(read(&schema, &[&source(vec![mapping.clone()])], &files), @r#"
    incident: number | impact
      INC1 | low (log-1.csv:2 @20)
      INC2 | high (log-1.csv:3 @33)
      ? | high (log-1.csv:5 @61)
      ? | low (log-2.csv:4 @49)
      INC3 | low (log-2.csv:5 @58)
    log-1.csv fed incident: 3 of 4, left out [1, 0], superseded 0
    log-2.csv fed incident: 2 of 5, left out [0, 1], superseded 2
    missing-value log-1.csv:5 incident.number "": a value is required
    missing-value log-2.csv:4 incident.number "": a value is required
    "#);
    mapping.keep = Some(Keep { last: false, path: path("nummer") });
    assert_snapshot!(read(&schema, &[&source(vec![mapping])], &files), @"
    incident: no extract
    missing-path log-1.csv:0:0 no column of the header has `nummer`, by which the source chooses rows
      help: correct the name behind `where` or `keep` in the source
    ");
}

#[test]
fn several_mappings_feed_one_record() {
    let schema = schema("incident: number text key; impact text?; by text");
    let by = schema.records[0].field("by").unwrap();
    let mut first = mapping(&schema, "incident", "a.csv", "", &[("number", "id")]);
    first.fields.insert(by, FieldSource::Constant { text: "robot".to_owned(), reading: Reading::default() });
    let mut second = mapping(&schema, "incident", "b.txt", "", &[("number", "id"), ("impact", "im pact")]);
    second.delimiter = Some(b'|');
    second.fields.insert(by, FieldSource::Unknown { because: "the tool does not record it".to_owned() });
    let files = Memory::of(&[("a.csv", "id\nA1\n"), ("b.txt", "id|im pact\nB1|high\nB2|\n"), ("c.txt", "?")]);
    assert_snapshot!(read(&schema, &[&source(vec![first, second])], &files), @r#"
    incident: number | impact | by
      A1 | ? | robot (a.csv:2 @3)
      B1 | high | ? (b.txt:2 @11)
      B2 | - | ? (b.txt:3 @19)
    missing-field everywhere incident.impact "": the source does not map it
    missing-field everywhere incident.by "": the tool does not record it
    unused: c.txt
    "#);
}

#[test]
fn sources_are_chosen_by_the_files() {
    let schema = schema("change: id text key\nincident: id text key");
    let named = |name: &str, record: &str, files: &str| {
        let mut source = source(vec![mapping(&schema, record, files, "", &[("id", "id")])]);
        name.clone_into(&mut source.name);
        source
    };
    let sources =
        [named("a", "incident", "a-*.json"), named("b", "incident", "b.json"), named("c", "change", "c.json")];
    let choose = |names: &[&str], files: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        match choose_sources(&schema, &sources, &owned(names), &owned(files)) {
            Ok(chosen) => chosen.iter().map(|source| source.name.as_str()).collect::<Vec<_>>().join(" "),
            Err(error) => format!("{}: {}; {}", error.code.name(), error.message, error.help.unwrap_or_default()),
        }
    };
    assert_eq!(choose(&[], &["incident.json"]), "");
    assert_eq!(choose(&[], &["a-1.json.gz", "x"]), "a");
    assert_eq!(choose(&[], &["a-1.json", "c.json"]), "a c");
    assert_eq!(choose(&["b", "a", "b"], &[]), "b a");
    assert_snapshot!(choose(&[], &["a-1.json", "b.json"]), @"ambiguous-source: the sources `a` and `b` both fit the export and feed `incident`; say which one it is: `--source a` or `--source b`");
    assert_snapshot!(choose(&["d"], &[]), @"unknown-name: there is no source `d`; did you mean `a`?");
}

#[test]
fn what_is_not_there_is_said() {
    let schema = schema("change: id text key\nincident: id text key; change -> change?");
    let files = Memory::of(&[("incidents.json", "[]"), ("change.json", "[]"), ("sub/incident.json", "[]")]);
    assert_snapshot!(read(&schema, &[], &files), @"
    change: id
    incident: no extract
    unused: incidents.json, sub/incident.json
    ");
    let error = no_data(&schema, &all(&schema), &["incidents.json".to_owned()]).unwrap();
    assert_snapshot!(format!("{}\n{}", error.message, error.help.unwrap()), @"
    no file of the export holds records that the rules read: `change`, `incident`
    `incidents.json` is read as `incident` if it is named after it
    ");
}

fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn texts_of_other_encodings_are_the_same_texts() {
    let text = "number,impact,cis\nINC€1é,high,a\nINC😀2,low,b\n";
    let expected = read_shaped(INCIDENT, &[("incident.csv", text)]);
    assert!(expected.contains("INC😀2 | low | [b] (incident.csv:3"), "{expected}");
    let little = utf_16(&format!("\u{feff}{text}"), u16::to_le_bytes);
    let big = utf_16(&format!("\u{feff}{text}"), u16::to_be_bytes);
    let schema = schema(INCIDENT);
    let reads = all(&schema);
    for bytes in [little, big] {
        let files = Memory(BTreeMap::from([("incident.csv".to_owned(), bytes)]));
        for block in [1, 3, 1 << 20] {
            let loaded = load(&Loading { block, ..Loading::new(&schema, &reads, &[]) }, &files, &Silent);
            assert_eq!(show(&schema, &reads, &loaded), expected);
        }
    }
}

#[test]
fn a_stated_encoding_holds_for_files_that_say_nothing() {
    let schema = schema(INCIDENT);
    let encoded = |label: &str| {
        let mut mapping = mapping(&schema, "incident", "*.csv", "", &[("number", "n")]);
        mapping.encoding = encoding_rs::Encoding::for_label(label.as_bytes());
        source(vec![mapping])
    };
    let shown = |label: &str, bytes: &[u8]| {
        let files = Memory(BTreeMap::from([("i.csv".to_owned(), bytes.to_vec())]));
        read(&schema, &[&encoded(label)], &files).lines().skip(1).take(1).collect::<String>()
    };
    assert_eq!(shown("windows-1252", b"n\nM\xFCnze \x80\n"), "  Münze € | ? | ? (i.csv:2 @2)");
    assert_eq!(shown("windows-1252", b"\xEF\xBB\xBFn\nM\xC3\xBCnze\n"), "  Münze | ? | ? (i.csv:2 @5)");
    assert_eq!(shown("utf-16le", &utf_16("n\nMünze\n", u16::to_le_bytes)), "  Münze | ? | ? (i.csv:2 @2)");
    assert_eq!(
        shown("utf-16le", &[&utf_16("n\nINC1\n", u16::to_le_bytes)[..], b"\x00\xD8\x20\x20"].concat()),
        "malformed-file i.csv:3:1 the file is not UTF-16LE: here stand bytes that are no character of it"
    );
}
