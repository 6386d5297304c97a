//! XML and event logs.

use insta::assert_snapshot;

use super::*;
use crate::ir::mapping::Level;

const TICKETS: &str = "\
    comment: id text key; of text; said text\n\
    ticket: id text key; caller text?; caller_name text?; cis list of text?; tags list of text?; notes text?";

fn unload(text: &str) -> String {
    unload_with(text.as_bytes(), Limits::default(), 1 << 20)
}

/// Two tables of one file, chosen by the names of their elements.
fn unload_with(text: &[u8], limits: Limits, block: usize) -> String {
    let schema = schema(TICKETS);
    let ticket = mapping(
        &schema,
        "ticket",
        "*.xml",
        "unload.incident",
        &[
            ("id", "@id"),
            ("caller", "caller_id"),
            ("caller_name", "caller_id.@display_value"),
            ("cis", "cis.ci.*.name"),
            ("tags", "tag"),
            ("notes", "notes"),
        ],
    );
    let comment = mapping(
        &schema,
        "comment",
        "*.xml",
        "unload.sys_journal_field",
        &[("id", "sys_id"), ("of", "element_id"), ("said", "value")],
    );
    let source = source(vec![ticket, comment]);
    let files = Memory(BTreeMap::from([("unload.xml".to_owned(), text.to_vec())]));
    let reads = all(&schema);
    let sources = [&source];
    let loading = Loading { limits, block, ..Loading::new(&schema, &reads, &sources) };
    show(&schema, &reads, &load(&loading, &files, &Silent))
}

const UNLOAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- written by a tool -->
<unload unload_date="2026-01-05 09:00:00" xmlns="urn:x">
<incident action="INSERT_OR_UPDATE" id="INC1">
  <caller_id display_value="Abel &quot;A&quot; T&#252;ter">62826bf0</caller_id>
  <cis><ci><name>db1</name></ci></cis>
  <tag>one</tag>
  <notes>a &lt;b&gt; &amp;amp; <![CDATA[<c> & d]]>
e</notes>
</incident>
<sys_journal_field action="INSERT"><sys_id>J1</sys_id><element_id>INC1</element_id><value>said "so"</value></sys_journal_field>
<sys_attachment_doc><data>H4sIAAAA</data></sys_attachment_doc>
<incident action="INSERT_OR_UPDATE" id="INC2"><caller_id display_value=""/><tag>one</tag>
  <cis><ci><name>db1</name></ci>
    <ci><name>db2</name></ci></cis>
  <tag lang="de">zwei</tag><notes/></incident>
<incident id="INC3"><caller_id>681ccaf9</caller_id><cis/></incident>
</unload>
"#;

#[test]
fn tables_of_one_file_are_told_by_their_elements() {
    let shown = unload(UNLOAD);
    assert_snapshot!(shown, @r#"
    comment: id | of | said
      J1 | INC1 | said "so" (unload.xml:11 @10)
    ticket: id | caller | caller_name | cis | tags | notes
      INC1 | 62826bf0 | Abel "A" Tüter | [db1] | [one] | a <b> &amp; <c> & d
    e (unload.xml:4 @3)
      INC2 | - | - | [db1,db2] | [one,zwei] | - (unload.xml:13 @206)
      INC3 | 681ccaf9 | - | - | - | - (unload.xml:17 @398)
    "#);
    for block in [1, 7, 64] {
        assert_eq!(unload_with(UNLOAD.as_bytes(), Limits::default(), block), shown);
    }
}

#[test]
fn a_file_of_xml_may_be_laid_out_as_the_record() {
    let text = "<services>\n  <service><id>S1</id><name>Mail</name><tags>a</tags></service>\n\n  <service>\n<tags>a</tags><id>S2</id><tags>b</tags></service></services>";
    assert_snapshot!(read_shaped("service: id text key; name text?; tags list of text?", &[("service.xml", text)]), @"
    service: id | name | tags
      S1 | Mail | [a] (service.xml:2 @1)
      S2 | - | [a,b] (service.xml:4 @41)
    ");
}

#[test]
fn a_declared_encoding_is_that_of_the_text() {
    let text =
        |label: &str| format!("<?xml version='1.0' encoding='{label}'?>\n<s><service><id>M\u{1}</id></service></s>");
    let bytes = |label: &str, umlaut: &[u8]| {
        let text = text(label);
        let (before, behind) = text.split_once('\u{1}').unwrap();
        [before.as_bytes(), umlaut, behind.as_bytes()].concat()
    };
    let shown = |bytes: Vec<u8>| {
        let files = Memory(BTreeMap::from([("service.xml".to_owned(), bytes)]));
        read(&schema("service: id text key"), &[], &files)
    };
    let mut all = shown(bytes("ISO-8859-1", b"\xFC"));
    all += &shown(bytes("UTF-8", b"\xC3\xBC"));
    all += &shown(bytes("UTF-8", b"\xFC"));
    all += &shown(bytes("cp-of-the-house", b"u"));
    let wide: Vec<u8> =
        format!("\u{feff}{}", text("UTF-16").replace('\u{1}', "ü")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    all += &shown(wide);
    assert_snapshot!(all, @r#"
    service: id
      Mü (service.xml:2 @1)
    service: id
      Mü (service.xml:2 @1)
    service: no extract
    malformed-file service.xml:2:17 the file is not UTF-8
      help: export it as UTF-8, or state its encoding in the source: many tools write `encoding "windows-1252"`
    service: no extract
    malformed-file service.xml:1:1 the XML states an encoding that is not known: `cp-of-the-house`
      help: export it as UTF-8
    service: id
      Mü (service.xml:2 @1)
    "#);
}

#[test]
fn an_event_log_is_read_by_its_keys() {
    let log = r#"<?xml version="1.0" encoding="UTF-8" ?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
  <string key="concept:name" value="Made up"/>
  <trace>
    <string key="concept:name" value="1-364285768"/>
    <event>
      <string key="org:group" value="V5 3rd"/>
      <date key="time:timestamp" value="2010-03-31T15:59:42+01:00"/>
      <string key="concept:name" value="Accepted"/>
    </event>
  </trace>
  <trace>
    <event><string key="concept:name" value="Queued"><string key="note" value="held &lt;"/></string></event>
    <string key="concept:name" value="1-2"/>
    <event><string key="concept:name" value="Completed"/></event>
  </trace>
</log>"#;
    let schema = schema("case: id text key; steps list of text; times list of timestamp; notes list of text");
    let mapping = mapping(
        &schema,
        "case",
        "*.xes",
        "log.trace",
        &[
            ("id", "concept:name"),
            ("steps", "event.*.concept:name"),
            ("times", "event.*.time:timestamp"),
            ("notes", "event.*.concept:name.note"),
        ],
    );
    assert_snapshot!(read(&schema, &[&source(vec![mapping])], &Memory::of(&[("log.xes", log)])), @r#"
    case: id | steps | times | notes
      1-364285768 | [Accepted] | [2010-03-31T14:59:42Z] | [?] (log.xes:6 @5)
      1-2 | [Queued,Completed] | [?,?] | [held <,?] (log.xes:14 @147)
    malformed-value log.xes:6 case.notes "Accepted": expected an object that holds the value
    missing-value log.xes:14 case.times "": a value is required
    missing-value log.xes:14 case.times "": a value is required
    malformed-value log.xes:14 case.notes "Completed": expected an object that holds the value
    "#);
}

/// A level with one element in a record is a list as one with several is.
#[test]
fn the_events_of_a_log_are_rows() {
    let log = "<log>\n<trace><string key='concept:name' value='1'/>\n<event><string key='concept:name' value='A'/></event></trace>\n\
        <trace><string key='concept:name' value='2'/>\n<event><string key='concept:name' value='B'/></event>\n\
        <event><string key='concept:name' value='C'/></event></trace><trace><string key='concept:name' value='3'/></trace></log>";
    let schema = schema("event: of text key; name text key");
    let mut mapping =
        mapping(&schema, "event", "*.xes", "log.trace", &[("of", "concept:name"), ("name", "concept:name")]);
    let list = Path { level: 0, steps: vec![Step::Name("event".to_owned())] };
    mapping.levels.push(Level { name: "event".to_owned(), list, count: None });
    if let Some(FieldSource::Path { path, .. }) = mapping.fields.values_mut().nth(1) {
        path.level = 1;
    }
    assert_snapshot!(read(&schema, &[&source(vec![mapping])], &Memory::of(&[("log.xes", log)])), @"
    event: of | name
      1 | A (log.xes:3 @31)
      2 | B (log.xes:5 @84)
      2 | C (log.xes:6 @106)
    ");
}

#[test]
fn what_is_wrong_with_a_file_of_xml_is_placed() {
    let cases = [
        "",
        "<unload><incident id='INC1'>",
        "<unload><incident id='INC1'",
        "<unload>\n<incident id='INC1'><a></b></incident></unload>",
        "<unload><incident id='INC1' id='INC2'/></unload>",
        "<unload><incident id=INC1/></unload>",
        "<unload>\n <incident id='a&nbsp;b'/></unload>",
        "<unload>\n <incident><notes>a&nbsp;b</notes></incident></unload>",
        "<unload><incident><notes>a & b</notes></incident></unload>",
        "<unload/>\n<unload/>",
        "<unload/>and more",
        "no XML at all",
        "{\"unload\": []}",
        "<xml><incident id='INC1'/></xml>",
        "<unload/>",
        "<unload></incident></unload>",
        "<!DOCTYPE unload SYSTEM 'file:///etc/passwd'><unload>\n<incident id='&x;'/></unload>",
    ];
    let shown: String = cases
        .iter()
        .map(|text| {
            let shown = unload(text);
            let of_ticket: Vec<&str> = shown.lines().skip_while(|line| !line.starts_with("ticket")).skip(1).collect();
            format!("{text}\n{}\n", of_ticket.join("\n").replace("unload.xml", ""))
        })
        .collect();
    assert_snapshot!(shown, @r#"
    truncated-file :1:1 the file is empty: XML was expected
      help: export the file again, and compare its size with the tool's
    truncated-file :1:1 the file is empty: XML was expected
      help: export the file again, and compare its size with the tool's
    <unload><incident id='INC1'>
    truncated-file :1:29 the file ends in the middle of its XML
      help: export the file again, and compare its size with the tool's
    truncated-file :1:29 the file ends in the middle of its XML
      help: export the file again, and compare its size with the tool's
    <unload><incident id='INC1'
    truncated-file :1:9 the file ends in the middle of its XML
      help: export the file again, and compare its size with the tool's
    truncated-file :1:9 the file ends in the middle of its XML
      help: export the file again, and compare its size with the tool's
    <unload>
    <incident id='INC1'><a></b></incident></unload>
    malformed-file :2:24 the file is not XML: the element `a` is open where `</b>` stands
      help: check that the file is XML, and export it again
    malformed-file :2:24 the file is not XML: the element `a` is open where `</b>` stands
      help: check that the file is XML, and export it again
    <unload><incident id='INC1' id='INC2'/></unload>
    malformed-file :1:9 the file is not XML: an attribute stands twice in one tag
      help: check that the file is XML, and export it again
    <unload><incident id=INC1/></unload>
    malformed-file :1:9 the file is not XML: the value of an attribute stands without quotation marks
      help: check that the file is XML, and export it again
    <unload>
     <incident id='a&nbsp;b'/></unload>
      a b | ? | ? | ? | ? | ? (:2 @1)
    missing-field everywhere ticket.caller "": no record has `caller_id`
    missing-field everywhere ticket.caller_name "": no record has `caller_id.@display_value`
    missing-field everywhere ticket.cis "": no record has `cis.ci.*.name`
    missing-field everywhere ticket.tags "": no record has `tag`
    missing-field everywhere ticket.notes "": no record has `notes`
    <unload>
     <incident><notes>a&nbsp;b</notes></incident></unload>
      ? | ? | ? | ? | ? | a b (:2 @1)
    missing-field everywhere ticket.id "": no record has `@id`
    missing-field everywhere ticket.caller "": no record has `caller_id`
    missing-field everywhere ticket.caller_name "": no record has `caller_id.@display_value`
    missing-field everywhere ticket.cis "": no record has `cis.ci.*.name`
    missing-field everywhere ticket.tags "": no record has `tag`
    <unload><incident><notes>a & b</notes></incident></unload>
    malformed-file :1:28 the file is not XML: `&` begins an entity that does not end with `;`
      help: check that the file is XML, and export it again
    malformed-file :1:28 the file is not XML: `&` begins an entity that does not end with `;`
      help: check that the file is XML, and export it again
    <unload/>
    <unload/>
    malformed-file :2:1 a second root element begins here
      help: check that the file is XML, and export it again
    malformed-file :2:1 a second root element begins here
      help: check that the file is XML, and export it again
    <unload/>and more
    malformed-file :1:10 text stands outside of the root element
      help: check that the file is XML, and export it again
    malformed-file :1:10 text stands outside of the root element
      help: check that the file is XML, and export it again
    no XML at all
    malformed-file :1:1 text stands outside of the root element
      help: check that the file is XML, and export it again
    malformed-file :1:1 text stands outside of the root element
      help: check that the file is XML, and export it again
    {"unload": []}
    malformed-file :1:1 text stands outside of the root element
      help: check that the file is XML, and export it again
    malformed-file :1:1 text stands outside of the root element
      help: check that the file is XML, and export it again
    <xml><incident id='INC1'/></xml>
    missing-path :1:33 the file has no element at `unload`
      help: compare the path behind `at` in the source with the file: it begins with the root element
    missing-path :1:33 the file has no element at `unload`
      help: compare the path behind `at` in the source with the file: it begins with the root element
    <unload/>

    <unload></incident></unload>
    malformed-file :1:9 the file is not XML: the element `unload` is open where `</incident>` stands
      help: check that the file is XML, and export it again
    malformed-file :1:9 the file is not XML: the element `unload` is open where `</incident>` stands
      help: check that the file is XML, and export it again
    <!DOCTYPE unload SYSTEM 'file:///etc/passwd'><unload>
    <incident id='&x;'/></unload>
    malformed-file :2:1 `&x;` stands for no character that XML knows
      help: entities that a file declares are not expanded: export it again, with characters as they are
    "#);
}

/// The file that expands to a thousand million texts, were its entities expanded.
#[test]
fn entities_that_a_file_declares_are_not_expanded() {
    let mut text = "<!DOCTYPE lolz [<!ENTITY lol0 \"lol\">".to_owned();
    for level in 1..10 {
        writeln!(text, "<!ENTITY lol{level} \"{}\">", format!("&lol{};", level - 1).repeat(10)).unwrap();
    }
    text += "]>\n<unload><incident id=\"&lol9;\"/></unload>";
    assert_snapshot!(unload(&text), @"
    comment: no extract
    ticket: no extract
    malformed-file unload.xml:1:1 the file declares a document type with entities of its own
      help: nothing that a file declares is expanded: export it without a document type
    malformed-file unload.xml:1:1 the file declares a document type with entities of its own
      help: nothing that a file declares is expanded: export it without a document type
    ");
    let outside = "<!DOCTYPE unload [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><unload><incident id='&x;'/></unload>";
    assert!(unload(outside).contains("document type"));
}

#[test]
fn bombs_of_xml_are_stopped() {
    let limits = Limits { record: 10_000, ..Limits::default() };
    let cases = [
        ("deep", "<a>".repeat(100_000)),
        ("deep in a record", format!("<unload><incident>{}", "<a>".repeat(100_000))),
        ("one tag", format!("<unload><incident id='{}", "x".repeat(100_000))),
        ("one text", format!("<unload><incident><notes>{}", "x".repeat(100_000))),
        ("one text outside", format!("<unload>{}", "x".repeat(100_000))),
        ("many texts", format!("<unload><incident><notes>{}", "xxxxxxxxxx<b/>".repeat(10_000))),
        ("many elements", format!("<unload><incident>{}", "<a/>".repeat(1000))),
        (
            "many attributes",
            format!("<unload><incident {}/></unload>", (0..1000).map(|n| format!("a{n}='' ")).collect::<String>()),
        ),
        ("a comment", format!("<unload><!--{}", "x".repeat(100_000))),
    ];
    let shown: String = cases
        .iter()
        .map(|(what, text)| {
            let shown = unload_with(text.as_bytes(), limits, 512);
            let of_ticket: Vec<&str> = shown.lines().skip_while(|line| !line.starts_with("ticket")).skip(1).collect();
            format!("{what}\n{}\n", of_ticket.join("\n"))
        })
        .collect();
    assert_snapshot!(shown, @"
    deep
    data-limit unload.xml:1:193 the XML is nested more than 64 levels deep
      help: check where the file comes from
    data-limit unload.xml:1:193 the XML is nested more than 64 levels deep
      help: check where the file comes from
    deep in a record
    data-limit unload.xml:1:205 the XML is nested more than 64 levels deep
      help: check where the file comes from
    data-limit unload.xml:1:205 the XML is nested more than 64 levels deep
      help: check where the file comes from
    one tag
    data-limit unload.xml:1:9 a tag or a text is larger than a record may be
      help: check whether the file has the form that its name promises
    data-limit unload.xml:1:9 a tag or a text is larger than a record may be
      help: check whether the file has the form that its name promises
    one text
    data-limit unload.xml:1:26 a tag or a text is larger than a record may be
      help: check whether the file has the form that its name promises
    data-limit unload.xml:1:26 a tag or a text is larger than a record may be
      help: check whether the file has the form that its name promises
    one text outside
    data-limit unload.xml:1:9 a tag or a text is larger than a record may be
      help: check whether the file has the form that its name promises
    data-limit unload.xml:1:9 a tag or a text is larger than a record may be
      help: check whether the file has the form that its name promises
    many texts
    truncated-file unload.xml:1:140026 the file ends in the middle of its XML
      help: export the file again, and compare its size with the tool's
    data-limit unload.xml:1:2192 a record has more than 156 elements and attributes
      help: compare the path behind `at` in the source with the file: it leads to what holds the records
    many elements
    truncated-file unload.xml:1:4019 the file ends in the middle of its XML
      help: export the file again, and compare its size with the tool's
    data-limit unload.xml:1:639 a record has more than 156 elements and attributes
      help: compare the path behind `at` in the source with the file: it leads to what holds the records
    many attributes
    data-limit unload.xml:1:9 a record has more than 156 elements and attributes
      help: compare the path behind `at` in the source with the file: it leads to what holds the records
    a comment
    data-limit unload.xml:1:9 a tag or a text is larger than a record may be
      help: check whether the file has the form that its name promises
    data-limit unload.xml:1:9 a tag or a text is larger than a record may be
      help: check whether the file has the form that its name promises
    ");
}
