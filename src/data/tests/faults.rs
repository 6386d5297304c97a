use std::io::Write as _;

use insta::assert_snapshot;

use super::*;

const A: &str = "a: x text?; y text?";

#[track_caller]
fn fault(name: &str, bytes: &[u8]) -> String {
    let files = Memory(BTreeMap::from([(name.to_owned(), bytes.to_vec())]));
    let shown = read(&schema(A), &[], &files);
    shown.strip_prefix("a: no extract\n").unwrap_or_else(|| panic!("{shown}")).to_owned()
}

#[test]
fn json_that_ends_or_goes_wrong_is_placed() {
    let cases: &[&str] = &[
        "",
        " \n",
        "[{\"x\": 1}, {\"x\": \"a",
        "[{\"x\": 1}, ",
        "[{\"x\": 1}",
        "[{\"x\": 1}\n{\"x\": 1}]",
        "[{\"x\": 1},]",
        "[{\"x\": 1}] []",
        "{\"x\": 1}\n{\"x\": 2}\n",
        "[1]",
        "[null]",
        "[[]]",
        "5",
        "[{\"x\": tru}]",
        "[{\"x\": [1}, {\"x\": 2}]",
        "[{\"x\" 1}]",
        "[{\"x\": 01}]",
        "{\"result\": [{\"x\": 1}]}",
        "{\"code\": 100, \"message\": \"no\\tclass\"}",
        "\u{feff}[{\"é\": 1}, x]",
    ];
    let shown: String = cases.iter().map(|text| format!("{text:?}\n{}", fault("a.json", text.as_bytes()))).collect();
    assert_snapshot!(shown, @r#"
    ""
    truncated-file a.json:1:1 the file is empty: JSON was expected
      help: export the file again, and compare its size with the tool's
    " \n"
    truncated-file a.json:2:1 the file is empty: JSON was expected
      help: export the file again, and compare its size with the tool's
    "[{\"x\": 1}, {\"x\": \"a"
    truncated-file a.json:1:20 the file ends in the middle of its JSON
      help: export the file again, and compare its size with the tool's
    "[{\"x\": 1}, "
    truncated-file a.json:1:12 the file ends in the middle of its JSON
      help: export the file again, and compare its size with the tool's
    "[{\"x\": 1}"
    truncated-file a.json:1:10 the file ends in the middle of its JSON
      help: export the file again, and compare its size with the tool's
    "[{\"x\": 1}\n{\"x\": 1}]"
    malformed-file a.json:2:1 expected a comma or a closing bracket
      help: check that the file is JSON, and export it again
    "[{\"x\": 1},]"
    malformed-file a.json:1:11 expected a further value behind the comma
      help: check that the file is JSON, and export it again
    "[{\"x\": 1}] []"
    malformed-file a.json:1:12 expected the end of the file
      help: a file with one value on each line is named `.ndjson` or `.jsonl`
    "{\"x\": 1}\n{\"x\": 2}\n"
    malformed-file a.json:2:1 expected the end of the file
      help: a file with one value on each line is named `.ndjson` or `.jsonl`
    "[1]"
    malformed-file a.json:1:2 expected a record: an object
      help: check that the file is JSON, and export it again
    "[null]"
    malformed-file a.json:1:2 expected a record: an object
      help: check that the file is JSON, and export it again
    "[[]]"
    malformed-file a.json:1:2 expected a record: an object
      help: check that the file is JSON, and export it again
    "5"
    malformed-file a.json:1:1 expected records: an array of objects, or an object
      help: check that the file is JSON, and export it again
    "[{\"x\": tru}]"
    malformed-file a.json:1:8 expected a value
      help: check that the file is JSON, and export it again
    "[{\"x\": [1}, {\"x\": 2}]"
    malformed-file a.json:1:10 expected a comma or a closing bracket
      help: check that the file is JSON, and export it again
    "[{\"x\" 1}]"
    malformed-file a.json:1:7 expected a colon
      help: check that the file is JSON, and export it again
    "[{\"x\": 01}]"
    malformed-file a.json:1:9 expected a number without leading zeros
      help: check that the file is JSON, and export it again
    "{\"result\": [{\"x\": 1}]}"
    missing-path a.json:1:1 the file is one object that has no field of the record
      help: write a source, and say behind `at` where in the file the records are
    "{\"code\": 100, \"message\": \"no\\tclass\"}"
    missing-path a.json:1:1 the file is one object that has no field of the record; it says "no\tclass"
      help: the tool answered with this message in place of records: export again
    "\u{feff}[{\"é\": 1}, x]"
    malformed-file a.json:1:12 expected a record: an object
      help: check that the file is JSON, and export it again
    "#);
}

#[test]
fn lines_that_end_or_go_wrong_are_placed() {
    let cases: &[&str] = &[
        "{\"x\": 1}\n{\"x\": \"a",
        "{\"x\": 1}\n{\"x\": \"a\n{\"x\": 1}\n",
        "{\"x\": 1}\n{\"x\": \"a\n",
        "{\"x\": 1} {\"x\": 1}\n",
        "5\n",
        "{\"x\": 1}\n[{\"x\": 1}]\n",
    ];
    let shown: String = cases.iter().map(|text| format!("{text:?}\n{}", fault("a.ndjson", text.as_bytes()))).collect();
    assert_snapshot!(shown, @r#"
    "{\"x\": 1}\n{\"x\": \"a"
    truncated-file a.ndjson:2:9 the file ends in the middle of its JSON
      help: export the file again, and compare its size with the tool's
    "{\"x\": 1}\n{\"x\": \"a\n{\"x\": 1}\n"
    malformed-file a.ndjson:2:9 the line ends in the middle of its JSON
      help: a file of this name has one whole value of JSON on each line
    "{\"x\": 1}\n{\"x\": \"a\n"
    malformed-file a.ndjson:2:9 the line ends in the middle of its JSON
      help: a file of this name has one whole value of JSON on each line
    "{\"x\": 1} {\"x\": 1}\n"
    malformed-file a.ndjson:1:10 expected the end of the line
      help: check that the file is JSON, and export it again
    "5\n"
    malformed-file a.ndjson:1:1 expected a record: an object
      help: check that the file is JSON, and export it again
    "{\"x\": 1}\n[{\"x\": 1}]\n"
    malformed-file a.ndjson:2:1 expected a record: an object
      help: check that the file is JSON, and export it again
    "#);
}

#[test]
fn cells_that_end_or_go_wrong_are_placed() {
    let cases: &[&str] = &[
        "",
        "\n\n",
        "x,y\n1,\"a\nb",
        "x,y\n1,2\n1",
        "x,y\n1,2\n1\n3,4\n",
        "x,y\n1,2,3\n",
        "x,y\n\"1\"2,3\n",
        "x,y\r1,2\r",
        "x,y\n1,a\rb\n",
        "x;y\n1;2\n",
        "x,y,x\n1,2,3\n",
        "x,\"y\n1,2\n",
    ];
    let shown: String = cases.iter().map(|text| format!("{text:?}\n{}", fault("a.csv", text.as_bytes()))).collect();
    assert_snapshot!(shown, @r#"
    ""
    malformed-file a.csv:1:1 the file is empty: a header was expected
      help: export it again; an extract without records still has its header
    "\n\n"
    malformed-file a.csv:3:1 the file is empty: a header was expected
      help: export it again; an extract without records still has its header
    "x,y\n1,\"a\nb"
    truncated-file a.csv:2:3 the file ends within a quoted cell that begins here
      help: export the file again, and compare its size with the tool's
    "x,y\n1,2\n1"
    truncated-file a.csv:3:1 the file ends in the middle of a row: 1 cell of 2
      help: export the file again, and compare its size with the tool's
    "x,y\n1,2\n1\n3,4\n"
    malformed-file a.csv:3:1 the row has 1 cell and the header has 2
      help: check quotation marks and line breaks in this row, and export the file again
    "x,y\n1,2,3\n"
    malformed-file a.csv:2:1 the row has 3 cells and the header has 2
      help: check quotation marks and line breaks in this row, and export the file again
    "x,y\n\"1\"2,3\n"
    malformed-file a.csv:2:4 something stands between a closing quotation mark and the end of its cell
      help: a quotation mark within a quoted cell is written twice
    "x,y\r1,2\r"
    malformed-file a.csv:1:1 the header cannot be cut into columns
      help: check its quotation marks and line breaks
    "x,y\n1,a\rb\n"
    malformed-file a.csv:2:4 a carriage return stands without a line feed
      help: save the file with line feeds, or quote the cell
    "x;y\n1;2\n"
    malformed-file a.csv:1:1 the header is one column: it holds `;` and the delimiter is `,`
      help: state the delimiter in a source
    "x,y,x\n1,2,3\n"
    malformed-file a.csv:0:0 two columns of the header are named `x`
      help: rename one of them, or export the file without it
    "x,\"y\n1,2\n"
    truncated-file a.csv:1:3 the file ends within a quoted cell that begins here
      help: export the file again, and compare its size with the tool's
    "#);
    let surplus = read_shaped(A, &[("a.csv", "x,y\n1,2,,\n")]);
    assert!(surplus.contains("1 | 2"), "{surplus}");
}

#[test]
fn bytes_that_are_no_text_are_placed() {
    let cases: &[(&str, &[u8])] = &[
        ("a.json", b"[{\"x\": \"a\xE9b\"}]"),
        ("a.ndjson", b"{\"x\": 1}\n{\"x\": \"\xC3\xA9\xE9\"}\n"),
        ("a.csv", b"x,y\n1,2\n3,\xE9\n"),
        ("a.csv", b"x,\xE9\n1,2\n"),
        ("a.csv", b"x,y\n1,2\n3,\0\n"),
        ("a.json", b"[{\"x\": 1}, {\"x\": \"\0\"}]"),
        ("a.csv", b"\xFF\xFEx\0,\0\x00\xD8x\0"),
        ("a.csv", b"\x1F\x8B\x08\x00"),
        ("a.csv", b"PK\x03\x04"),
        // What goes wrong first is said.
        ("a.ndjson", b"{\"x\" 1}\n{\"x\": \"\xE9\"}\n"),
        ("a.csv", b"x,y\n1\n3,\xE9\n"),
    ];
    let shown: String = cases
        .iter()
        .map(|(name, bytes)| format!("{:?}\n{}", String::from_utf8_lossy(bytes), fault(name, bytes)))
        .collect();
    assert_snapshot!(shown, @r#"
    "[{\"x\": \"a�b\"}]"
    malformed-file a.json:1:10 the file is not UTF-8: it holds the byte 0xE9
      help: export it as UTF-8, or state its encoding in the source: many tools write `encoding "windows-1252"`
    "{\"x\": 1}\n{\"x\": \"é�\"}\n"
    malformed-file a.ndjson:2:9 the file is not UTF-8: it holds the byte 0xE9
      help: export it as UTF-8, or state its encoding in the source: many tools write `encoding "windows-1252"`
    "x,y\n1,2\n3,�\n"
    malformed-file a.csv:3:3 the file is not UTF-8: it holds the byte 0xE9
      help: export it as UTF-8, or state its encoding in the source: many tools write `encoding "windows-1252"`
    "x,�\n1,2\n"
    malformed-file a.csv:1:3 the file is not UTF-8: it holds the byte 0xE9
      help: export it as UTF-8, or state its encoding in the source: many tools write `encoding "windows-1252"`
    "x,y\n1,2\n3,\0\n"
    malformed-file a.csv:3:3 the file holds a NUL byte
      help: it is UTF-16 (state `encoding "utf-16le"` in the source), damaged, or no text at all
    "[{\"x\": 1}, {\"x\": \"\0\"}]"
    malformed-file a.json:1:19 the file holds a NUL byte
      help: it is UTF-16 (state `encoding "utf-16le"` in the source), damaged, or no text at all
    "��x\0,\0\0�x\0"
    malformed-file a.csv:1:3 the file is not UTF-16LE: here stand bytes that are no character of it
      help: it is damaged, or of another encoding than its beginning or the source says
    "\u{1f}�\u{8}\0"
    malformed-file a.csv:1:1 the file is gzip and is not named so
      help: add `.gz` to its name
    "PK\u{3}\u{4}"
    malformed-file a.csv:1:1 the file is a ZIP archive or a spreadsheet
      help: name it `.zip` if it is an archive, or export it as CSV
    "{\"x\" 1}\n{\"x\": \"�\"}\n"
    malformed-file a.ndjson:1:6 expected a colon
      help: check that the file is JSON, and export it again
    "x,y\n1\n3,�\n"
    malformed-file a.csv:2:1 the row has 1 cell and the header has 2
      help: check quotation marks and line breaks in this row, and export the file again
    "#);
}

#[test]
fn compressed_files_that_end_or_go_wrong_are_placed() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    for row in 0..200 {
        writeln!(encoder, "{{\"x\": \"{}\"}}", row * 7919 % 1000).unwrap();
    }
    let whole = encoder.finish().unwrap();
    let mut damaged = whole.clone();
    let last = damaged.len() - 6;
    damaged[last] ^= 0xFF;
    let cases: &[(&str, &[u8])] = &[
        ("half", &whole[..whole.len() / 2]),
        ("damaged", &damaged),
        ("empty", b""),
        ("no gzip", b"{\"x\": 1}\n"),
        ("something behind", &[whole.as_slice(), b"garbage that is longer than a header"].concat()),
    ];
    let shown: String = cases.iter().map(|(what, bytes)| format!("{what}\n{}", fault("a.ndjson.gz", bytes))).collect();
    assert_snapshot!(shown, @"
    half
    truncated-file a.ndjson.gz:83:10 the compressed data ends in the middle
      help: export the file again, and compare its size with the tool's
    damaged
    malformed-file a.ndjson.gz:201:1 the compressed data is damaged
      help: export or copy the file again
    empty
    truncated-file a.ndjson.gz:1:1 the compressed data ends in the middle
      help: export the file again, and compare its size with the tool's
    no gzip
    malformed-file a.ndjson.gz:0:0 the file is not gzip
      help: leave `.gz` out of its name, or compress it
    something behind
    malformed-file a.ndjson.gz:201:1 the compressed data is damaged
      help: export or copy the file again
    ");
}

#[test]
fn limits_hold() {
    let deep = format!("[{{\"x\": {}{}}}]", "[".repeat(300), "]".repeat(300));
    assert_snapshot!(fault("a.json", deep.as_bytes()), @"
    data-limit a.json:1:135 the JSON is nested more than 128 levels deep
      help: check where the file comes from
    ");
    assert_snapshot!(fault("a.ndjson", &deep.as_bytes()[1..deep.len() - 1]), @"
    data-limit a.ndjson:1:135 the JSON is nested more than 128 levels deep
      help: check where the file comes from
    ");
    let schema = schema(A);
    let reads = all(&schema);
    let limits = Limits { record: 100, file: 1000, ..Limits::default() };
    let long = "y".repeat(200);
    for (name, text) in [
        ("a.json", format!("[{{\"x\": \"{long}\"}}]")),
        ("a.ndjson", format!("{{\"x\": \"{long}\"}}")),
        ("a.csv", format!("x,y\n1,{long}")),
        ("a.json", format!("[{}]", " ".repeat(2000))),
    ] {
        let loading = Loading { limits, block: 16, ..Loading::new(&schema, &reads, &[]) };
        let errors = load(&loading, &Memory::of(&[(name, &text)]), &Silent).errors;
        assert_eq!(errors.iter().map(|error| error.code).collect::<Vec<_>>(), [Code::DataLimit], "{name}");
    }
}

#[test]
fn a_bomb_is_not_unpacked() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b'\n'; 1 << 20]).unwrap();
    let files = Memory(BTreeMap::from([("a.ndjson.gz".to_owned(), encoder.finish().unwrap())]));
    let (schema, limits) = (schema(A), Limits { ratio_from: 1 << 18, ..Limits::default() });
    let reads = all(&schema);
    let loaded = load(&Loading { limits, ..Loading::new(&schema, &reads, &[]) }, &files, &Silent);
    assert_snapshot!(show(&schema, &reads, &loaded), @"
    a: no extract
    data-limit a.ndjson.gz:5:1 the file unpacks to more than 200 times its size
      help: check where the file comes from; unpack it by hand if it is in order
    ");
}

#[test]
fn a_tools_error_is_told_from_an_empty_answer() {
    let schema = schema(A);
    let source = source(vec![mapping(&schema, "a", "a.json", "objects.*.fields", &[("x", "x"), ("y", "y")])]);
    let cases = [
        r#"{"code":100,"message":"Error: class: 'Nope'\u001b[31m is not a valid class'"}"#,
        r#"{"code":0,"message":"Found: 0","objects":null}"#,
        r#"{"code":0,"objects":[]}"#,
        r#"{"code":0,"objects":{"I::1":{"x": 1}}}"#,
        r#"{"code":0,"objects":5}"#,
        r#"{"code":0,"objects":{"I::1":{"fields":{}}},"objects":{}}"#,
        r#"{"code":0,"objects":{"I::1":{"fields":{"x":"#,
        r#"[]"#,
    ];
    let shown: String = cases
        .iter()
        .map(|text| format!("{text}\n{}", read(&schema, &[&source], &Memory::of(&[("a.json", text)]))))
        .collect();
    assert_snapshot!(shown, @r#"
    {"code":100,"message":"Error: class: 'Nope'\u001b[31m is not a valid class'"}
    a: no extract
    missing-path a.json:1:77 the file has no records at `objects`; it says "Error: class: 'Nope'\u{1b}[31m is not a valid class'"
      help: the tool answered with this message in place of records: export again
    {"code":0,"message":"Found: 0","objects":null}
    a: x | y
    {"code":0,"objects":[]}
    a: x | y
    {"code":0,"objects":{"I::1":{"x": 1}}}
    a: no extract
    missing-path a.json:1:36 the file has no records at `objects.*.fields`
      help: compare the path behind `at` in the source with the file
    {"code":0,"objects":5}
    a: no extract
    missing-path a.json:1:21 the file has no records at `objects`
      help: compare the path behind `at` in the source with the file
    {"code":0,"objects":{"I::1":{"fields":{}}},"objects":{}}
    a: no extract
    malformed-file a.json:1:54 expected one `objects`: the key stands twice
      help: check that the file is JSON, and export it again
    {"code":0,"objects":{"I::1":{"fields":{"x":
    a: no extract
    truncated-file a.json:1:44 the file ends in the middle of its JSON
      help: export the file again, and compare its size with the tool's
    []
    a: no extract
    missing-path a.json:1:1 the file has no records at `objects`
      help: compare the path behind `at` in the source with the file
    "#);
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_others() {
    let files = [("a.json", "[{"), ("b.json", r#"[{"id": "B1"}]"#)];
    assert_snapshot!(read_shaped("a: id text key; b -> b\nb: id text key; a -> a", &files), @r#"
    a: no extract
    b: id | a
      B1 | ? (b.json:1 @1)
    missing-field everywhere b.a "": no record has `a`
    truncated-file a.json:1:3 the file ends in the middle of its JSON
      help: export the file again, and compare its size with the tool's
    "#);
}

#[test]
fn files_that_cannot_be_opened_are_named() {
    struct Broken;
    impl Files for Broken {
        fn names(&self) -> Vec<String> {
            vec!["a.csv".to_owned()]
        }
        fn open(&self, _name: &str) -> std::io::Result<Box<dyn Read + Send>> {
            Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, "/secret/path"))
        }
        fn size(&self, _name: &str) -> Option<u64> {
            None
        }
    }
    let schema = schema(A);
    let reads = all(&schema);
    let loaded = load(&Loading::new(&schema, &reads, &[]), &Broken, &Silent);
    assert_snapshot!(show(&schema, &reads, &loaded), @"
    a: no extract
    unreadable-file a.csv:0:0 the file cannot be read: permission is denied
    ");
}
