//! YAML.

use insta::assert_snapshot;

use super::*;

const ITEMS: &str = "item: name text key; owner text?; uses list of text?; since date?; size decimal?; live boolean?";

fn fields() -> [(&'static str, &'static str); 6] {
    [
        ("name", "metadata.name"),
        ("owner", "spec.owner"),
        ("uses", "spec.dependsOn"),
        ("since", "metadata.since"),
        ("size", "spec.size"),
        ("live", "spec.live"),
    ]
}

fn catalog(text: &str) -> String {
    catalog_with(text, "", Limits::default(), 1 << 20)
}

fn catalog_with(text: &str, at: &str, limits: Limits, block: usize) -> String {
    let schema = schema(ITEMS);
    let source = source(vec![mapping(&schema, "item", "*.yaml", at, &fields())]);
    let files = Memory::of(&[("catalog-info.yaml", text)]);
    let reads = all(&schema);
    let sources = [&source];
    let loading = Loading { limits, block, ..Loading::new(&schema, &reads, &sources) };
    show(&schema, &reads, &load(&loading, &files, &Silent))
}

const CATALOG: &str = r#"# Two documents and an empty one
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: artist-web      # with a comment
  since: 2026-01-05
  description: |
    several
    lines: of text
spec: &common
  owner: 'team-a'
  dependsOn: [resource:default/artists-db, "component:x"]
  size: 1.50
  live: yes
---
---
kind: System
metadata: {name: "007", since: ~}
spec:
  <unused>: 1
  owner: group:default/team-é
  live: TRUE
...
---
metadata:
  name: 007
spec: null
"#;

#[test]
fn documents_are_records() {
    let shown = catalog(CATALOG);
    assert_snapshot!(shown, @r#"
    item: name | owner | uses | since | size | live
      artist-web | team-a | [resource:default/artists-db,component:x] | 2026-01-05 | 1.5 | true (catalog-info.yaml:3 @3)
      007 | group:default/team-é | - | - | - | true (catalog-info.yaml:18 @289)
      007 | - | - | - | - | - (catalog-info.yaml:26 @420)
    duplicate-key catalog-info.yaml:26 item.name "007": catalog-info.yaml:18 has the same key
    "#);
    for block in [1, 7] {
        assert_eq!(catalog_with(CATALOG, "", Limits::default(), block), shown);
    }
}

#[test]
fn lists_in_a_document_are_records() {
    let text = "total: 2\nitems:\n- metadata: {name: a}\n  spec: &s {owner: o, dependsOn: [x, y]}\n- metadata:\n    name: b\n  spec: *s\n";
    assert_snapshot!(catalog_with(text, "items", Limits::default(), 64), @r#"
    item: name | owner | uses | since | size | live
      a | o | [x,y] | ? | ? | ? (catalog-info.yaml:3 @23)
      b | o | [x,y] | ? | ? | ? (catalog-info.yaml:5 @94)
    missing-field everywhere item.since "": no record has `metadata.since`
    missing-field everywhere item.size "": no record has `spec.size`
    missing-field everywhere item.live "": no record has `spec.live`
    "#);
    assert_snapshot!(read_shaped("item: name text key; uses list of text", &[("item.yml", "- name: a\n  uses: [x]\n- name: b\n  uses: []\n")]), @"
    item: name | uses
      a | [x] (item.yml:1 @2)
      b | [] (item.yml:3 @30)
    ");
}

#[test]
fn what_is_wrong_with_a_file_of_yaml_is_placed() {
    let cases = [
        "",
        "metadata:\n  name: a\n name: b\n",
        "metadata: [a, b\n",
        "metadata:\n\tname: a\n",
        "metadata: {name: a}\nspec: *unknown\n",
        "metadata: {name: a}\nspec: &a {owner: *a}\n",
        "metadata: {name: a}\nspec:\n  <<: {owner: o}\n",
        "metadata: {name: a}\n? [a, b]\n: c\n",
        "just a text\n",
        "- a\n- b\n",
        "metadata: {name: a, name: b}\n",
        "<html><body>Not found</body></html>",
        "{\"metadata\": {\"name\": \"json\"}}",
        "metadata: {name: \"a\n",
        "%TAG ! x\nmetadata: 1\n",
    ];
    let shown: String = cases.iter().map(|text| format!("{text}\n{}\n", catalog(text))).collect();
    assert_snapshot!(shown, @r#"
    item: no extract
    truncated-file catalog-info.yaml:1:1 the file is empty: YAML was expected
      help: export the file again, and compare its size with the tool's

    metadata:
      name: a
     name: b

    item: no extract
    malformed-file catalog-info.yaml:3:2 the file is not YAML: while parsing a block mapping, did not find expected key
      help: check that the file is YAML, and export it again

    metadata: [a, b

    item: no extract
    malformed-file catalog-info.yaml:1:11 the file is not YAML: unclosed bracket '['
      help: check that the file is YAML, and export it again

    metadata:
    	name: a

    item: no extract
    malformed-file catalog-info.yaml:2:2 the file is not YAML: tabs disallowed within this context (block indentation)
      help: check that the file is YAML, and export it again

    metadata: {name: a}
    spec: *unknown

    item: no extract
    malformed-file catalog-info.yaml:2:7 an alias names an anchor that does not stand before it
      help: check that the file is YAML, and export it again

    metadata: {name: a}
    spec: &a {owner: *a}

    item: no extract
    malformed-file catalog-info.yaml:2:18 an alias stands within what its anchor marks
      help: check that the file is YAML, and export it again

    metadata: {name: a}
    spec:
      <<: {owner: o}

    item: no extract
    malformed-file catalog-info.yaml:3:3 the file merges mappings (`<<`), which is not read
      help: export it with what is merged written out

    metadata: {name: a}
    ? [a, b]
    : c

    item: no extract
    malformed-file catalog-info.yaml:2:3 a key is a list or a mapping
      help: records have names for their fields

    just a text

    item: no extract
    malformed-file catalog-info.yaml:1:1 expected a record: a mapping
      help: check that the file is YAML, and export it again

    - a
    - b

    item: no extract
    malformed-file catalog-info.yaml:1:3 expected a record: a mapping
      help: check that the file is YAML, and export it again

    metadata: {name: a, name: b}

    item: name | owner | uses | since | size | live
      ? | ? | ? | ? | ? | ? (catalog-info.yaml:1 @1)
    missing-field everywhere item.owner "": no record has `spec.owner`
    missing-field everywhere item.uses "": no record has `spec.dependsOn`
    missing-field everywhere item.since "": no record has `metadata.since`
    missing-field everywhere item.size "": no record has `spec.size`
    missing-field everywhere item.live "": no record has `spec.live`
    malformed-value catalog-info.yaml:1 item.name "": expected one value, and its key stands twice in its object

    <html><body>Not found</body></html>
    item: no extract
    malformed-file catalog-info.yaml:1:1 expected a record: a mapping
      help: check that the file is YAML, and export it again

    {"metadata": {"name": "json"}}
    item: name | owner | uses | since | size | live
      json | ? | ? | ? | ? | ? (catalog-info.yaml:1 @1)
    missing-field everywhere item.owner "": no record has `spec.owner`
    missing-field everywhere item.uses "": no record has `spec.dependsOn`
    missing-field everywhere item.since "": no record has `metadata.since`
    missing-field everywhere item.size "": no record has `spec.size`
    missing-field everywhere item.live "": no record has `spec.live`

    metadata: {name: "a

    item: no extract
    malformed-file catalog-info.yaml:1:18 the file is not YAML: unclosed quote
      help: check that the file is YAML, and export it again

    %TAG ! x
    metadata: 1

    item: no extract
    malformed-file catalog-info.yaml:2:1 the file is not YAML: did not find expected <document start>
      help: check that the file is YAML, and export it again
    "#);
    let files = Memory(BTreeMap::from([("item.yaml".to_owned(), b"name: a\xE9\n".to_vec())]));
    assert_snapshot!(read(&schema("item: name text key"), &[], &files), @r#"
    item: no extract
    malformed-file item.yaml:1:5 the file is not UTF-8: it holds the byte 0xE9
      help: export it as UTF-8, or state its encoding in the source: many tools write `encoding "windows-1252"`
    "#);
}

/// The document that holds a thousand million texts, were its aliases followed.
#[test]
fn bombs_of_yaml_are_stopped() {
    let mut laughs = "metadata:\n  name: &l0 lol\n".to_owned();
    for level in 1..10 {
        let before = vec![format!("*l{}", level - 1); 10].join(", ");
        writeln!(laughs, "l{level}: &l{level} [{before}]").unwrap();
    }
    let limits = Limits { record: 10_000, ..Limits::default() };
    let cases = [
        ("laughs", laughs),
        ("brackets", "[".repeat(100_000)),
        ("braces", "{a: ".repeat(100_000)),
        ("dashes", "- ".repeat(100_000)),
        ("one text", format!("metadata: {}", "x".repeat(100_000))),
        ("one quoted text", format!("metadata: \"{}", "x".repeat(100_000))),
        ("one comment", format!("# {}", "x".repeat(100_000))),
        ("one record", format!("metadata: {{name: a}}\nspec:\n{}", "  a: b\n".repeat(10_000))),
        ("one anchor", format!("metadata: &a\n{}", "  a: b\n".repeat(20_000))),
        ("many anchors", (0..10_000).map(|n| format!("a{n}: &a{n} {n}\n")).collect()),
    ];
    let shown: String =
        cases.iter().map(|(what, text)| format!("{what}\n{}\n", catalog_with(text, "", limits, 512))).collect();
    assert_snapshot!(shown, @"
    laughs
    item: no extract
    data-limit catalog-info.yaml:5:58 the anchors and aliases of a document make more than 10000 bytes
      help: check where the file comes from

    brackets
    item: no extract
    data-limit catalog-info.yaml:1:256 the YAML is nested more than 128 levels deep
      help: check where the file comes from

    braces
    item: no extract
    data-limit catalog-info.yaml:1:1021 the YAML is nested more than 128 levels deep
      help: check where the file comes from

    dashes
    item: no extract
    malformed-file catalog-info.yaml:1:3 expected a record: a mapping
      help: check that the file is YAML, and export it again

    one text
    item: no extract
    data-limit catalog-info.yaml:1:10027 a text is larger than a record may be
      help: check whether the file has the form that its name promises

    one quoted text
    item: no extract
    data-limit catalog-info.yaml:1:10027 a text is larger than a record may be
      help: check whether the file has the form that its name promises

    one comment
    item: no extract
    data-limit catalog-info.yaml:1:10002 a text is larger than a record may be
      help: check whether the file has the form that its name promises

    one record
    item: no extract
    data-limit catalog-info.yaml:1:2 a record is larger than 10000 bytes
      help: check whether the file has the form that its name promises

    one anchor
    item: no extract
    data-limit catalog-info.yaml:1111:6 an anchor marks more than 10000 bytes
      help: check where the file comes from

    many anchors
    item: no extract
    data-limit catalog-info.yaml:1:2 a record is larger than 10000 bytes
      help: check whether the file has the form that its name promises
    ");
}
