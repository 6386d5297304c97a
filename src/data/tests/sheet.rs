//! Workbooks.

use insta::assert_snapshot;

use super::archives::archive;
use super::*;

const TYPES: &str =
    r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;

/// A workbook of two sheets, of which the first holds these rows.
fn workbook(rows: &str, is_1904: bool) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let of_office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let book = format!(
        "<workbook xmlns='{main}' xmlns:r='{of_office}'><workbookPr date1904='{}'/><sheets>\
         <sheet name='Tickets' sheetId='1' r:id='rId1'/><sheet name='Other' sheetId='2' r:id='rId2'/></sheets></workbook>",
        u8::from(is_1904)
    );
    let relation = |id: u8, kind: &str, target: &str| {
        format!("<Relationship Id='rId{id}' Type='{of_office}/{kind}' Target='{target}'/>")
    };
    let relations = format!(
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{}{}{}{}</Relationships>",
        relation(1, "worksheet", "worksheets/sheet1.xml"),
        relation(2, "worksheet", "worksheets/sheet2.xml"),
        relation(3, "sharedStrings", "sharedStrings.xml"),
        relation(4, "styles", "styles.xml"),
    );
    let package = format!(
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{}</Relationships>",
        relation(1, "officeDocument", "xl/workbook.xml")
    );
    let strings = format!(
        "<sst xmlns='{main}'><si><t>Number</t></si><si><t>Née &amp; Co</t></si><si><r><t>a</t></r><r><t>;b</t></r></si></sst>"
    );
    // Styles 1 to 3: a day, a day with its time, a length of time.
    let styles = format!(
        "<styleSheet xmlns='{main}'><numFmts><numFmt numFmtId='164' formatCode='[h]:mm:ss'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/>\
         <xf numFmtId='22'/><xf numFmtId='164'/></cellXfs></styleSheet>"
    );
    let sheet = |rows: &str| format!("<worksheet xmlns='{main}'><sheetData>{rows}</sheetData></worksheet>");
    archive(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", package.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet(rows).as_bytes()),
        ("xl/worksheets/sheet2.xml", sheet("<row r='1'><c r='A1' t='inlineStr'><is><t>Number</t></is></c></row><row r='2'><c r='A2'><v>7</v></c></row>").as_bytes()),
    ])
}

fn sheet(bytes: Vec<u8>, at: &str, limits: Limits) -> String {
    let schema = schema(
        "ticket: number text key; who text?; tags list of text?; on date?; opened timestamp?; held duration?; live boolean?; size decimal?",
    );
    let fields = ["number", "who", "tags", "on", "opened", "held", "live", "size"];
    let columns = ["Number", "Who", "Tags", "On", "Opened", "Held", "Live", "Size"];
    let pairs: Vec<(&str, &str)> = fields.into_iter().zip(columns).collect();
    let mut mapping = mapping(&schema, "ticket", "*.xlsx", at, &pairs);
    reading(&schema, &mut mapping, "tags", |reading| reading.split = Some(";".to_owned()));
    reading(&schema, &mut mapping, "opened", |reading| reading.zone = crate::value::Zone::named("Europe/Paris"));
    let source = source(vec![mapping]);
    let files = Memory(BTreeMap::from([("export.xlsx".to_owned(), bytes)]));
    let reads = all(&schema);
    let sources = [&source];
    let loading = Loading { limits, ..Loading::new(&schema, &reads, &sources) };
    show(&schema, &reads, &load(&loading, &files, &Silent))
}

const ROWS: &str = "<row r='2'><c r='A2' t='s'><v>0</v></c><c r='B2' t='str'><v>Who</v></c><c r='C2' t='str'><v>Tags</v></c><c r='D2' t='str'><v>On</v></c>\
    <c r='E2' t='str'><v>Opened</v></c><c r='F2' t='str'><v>Held</v></c><c r='G2' t='str'><v>Live</v></c><c r='I2' t='str'><v>Size</v></c></row>\
    <row r='3'><c r='A3'><v>1</v></c><c r='B3' t='s'><v>1</v></c><c r='C3' t='s'><v>2</v></c><c r='D3' s='1'><v>45943</v></c><c r='E3' s='2'><v>45943.541666666664</v></c>\
    <c r='F3' s='3'><v>1.5</v></c><c r='G3' t='b'><v>1</v></c><c r='I3'><v>0.1</v></c></row>\
    <row r='6'><c r='A6' t='str'><v>T-2</v></c><c r='E6' s='2'><v>45943</v></c><c r='G6' t='e'><v>#N/A</v></c><c r='H6'><v>5</v></c></row>";

#[test]
fn the_rows_of_a_sheet_are_records() {
    let mut shown = sheet(workbook(ROWS, false), "", Limits::default());
    shown += &sheet(workbook(ROWS, true), "Tickets", Limits::default());
    shown += &sheet(workbook(ROWS, false), "Other", Limits::default());
    shown += &sheet(workbook(ROWS, false), "Ticket", Limits::default());
    assert_snapshot!(shown, @r##"
    ticket: number | who | tags | on | opened | held | live | size
      1 | Née & Co | [a,b] | 2025-10-13 | 2025-10-13T11:00Z | 1 d 12 h | true | 0.1 (export.xlsx:3 @2)
      T-2 | - | - | - | 2025-10-12T22:00Z | - | ? | - (export.xlsx:6 @139)
    malformed-value export.xlsx:6 ticket.live "#N/A": expected `true` or `false`
    ticket: number | who | tags | on | opened | held | live | size
      1 | Née & Co | [a,b] | 2029-10-14 | 2029-10-14T11:00Z | 1 d 12 h | true | 0.1 (export.xlsx:3 @2)
      T-2 | - | - | - | 2029-10-13T22:00Z | - | ? | - (export.xlsx:6 @139)
    malformed-value export.xlsx:6 ticket.live "#N/A": expected `true` or `false`
    ticket: number | who | tags | on | opened | held | live | size
      7 | ? | ? | ? | ? | ? | ? | ? (export.xlsx:2 @1)
    missing-field everywhere ticket.who "": no record has `Who`
    missing-field everywhere ticket.tags "": no record has `Tags`
    missing-field everywhere ticket.on "": no record has `On`
    missing-field everywhere ticket.opened "": no record has `Opened`
    missing-field everywhere ticket.held "": no record has `Held`
    missing-field everywhere ticket.live "": no record has `Live`
    missing-field everywhere ticket.size "": no record has `Size`
    ticket: no extract
    missing-path export.xlsx:1:1 the workbook has no sheet `Ticket`
      help: did you mean `Tickets`?
    "##);
}

#[test]
fn what_is_wrong_with_a_workbook_is_said() {
    let whole = workbook(ROWS, false);
    let limits = Limits::default();
    let mut shown = sheet(whole[..whole.len() / 2].to_vec(), "", limits);
    shown += &sheet(b"number\n1\n".to_vec(), "", limits);
    shown += &sheet(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "", limits);
    shown += &sheet(workbook("", false), "", limits);
    shown += &sheet(
        workbook("<row r='1'><c r='A1'><v>1</v></c></row><row r='2'><c r='B2'><v>1</v></c></row>", false),
        "",
        limits,
    );
    shown += &sheet(
        workbook("<row r='1'><c r='A1'><v>1</v></c></row><row r='99999999'><c r='A99999999'><v>1</v></c></row>", false),
        "",
        limits,
    );
    shown += &sheet(workbook("<row r='1'><c r='A1'", false), "", limits);
    shown += &sheet(whole, "", Limits { workbook: 1000, ..limits });
    let long = format!("<row r='1'><c r='A1' t='str'><v>{}</v></c></row>", "x".repeat(100_000));
    shown += &sheet(workbook(&long, false), "", Limits { record: 10_000, ..limits });
    shown += &sheet(workbook(&long, false), "", Limits { workbook: 50_000, ..limits });
    assert_snapshot!(shown, @"
    ticket: no extract
    malformed-file export.xlsx:0:0 the file is not a workbook, or is damaged
      help: export it again, or export it as CSV
    ticket: no extract
    malformed-file export.xlsx:0:0 the file is not a workbook, or is damaged
      help: export it again, or export it as CSV
    ticket: no extract
    malformed-file export.xlsx:0:0 the workbook has a password, or the form that Excel had before 2007
      help: save it without a password as `.xlsx`, or export it as CSV
    ticket: no extract
    malformed-file export.xlsx:1:1 the sheet `Tickets` is empty: a header was expected
      help: name another sheet behind `at`, or export it again
    ticket: no extract
    malformed-file export.xlsx:2:2 a cell stands in a column that has no header
      help: give the column a name, or clear the cell
    ticket: no extract
    malformed-file export.xlsx:1:1 the file is not a workbook, or is damaged
      help: export it again, or export it as CSV
    ticket: no extract
    malformed-file export.xlsx:1:1 the file is not a workbook, or is damaged
      help: export it again, or export it as CSV
    ticket: no extract
    data-limit export.xlsx:0:0 the workbook is larger than 1000 bytes, or unpacks to more
      help: export it as CSV, which is read as a stream
    ticket: no extract
    data-limit export.xlsx:1:1 a row is larger than 10000 bytes
      help: check where the file comes from
    ticket: no extract
    data-limit export.xlsx:0:0 the workbook is larger than 50000 bytes, or unpacks to more
      help: export it as CSV, which is read as a stream
    ");
}

#[test]
fn a_draft_knows_days_from_times() {
    let files = Memory(BTreeMap::from([("export.xlsx".to_owned(), workbook(ROWS, false))]));
    let draft = super::super::draft::draft(&files, Limits::default(), &Silent);
    let [table] = draft.tables.as_slice() else { panic!("{draft:?}") };
    let shown: Vec<String> = table
        .columns
        .iter()
        .map(|column| format!("{} {:?}{}", path_of(&column.path), column.kind, if column.optional { "?" } else { "" }))
        .collect();
    assert_snapshot!(shown.join("\n"), @r"
    Number Text
    Who Text?
    Tags Text?
    On Date(None)?
    Opened Timestamp(None)
    Held Duration?
    Live Boolean(None)?
    Size Decimal { percent: false }?
    ");
    assert!(table.lacks_zone && table.key.is_some());
}

fn path_of(steps: &[Step]) -> String {
    let [Step::Name(name)] = steps else { panic!("{steps:?}") };
    name.clone()
}
