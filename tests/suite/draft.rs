//! First drafts of sources: what is guessed from a file reads all of it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use shall::data::draft::draft;
use shall::data::inspect::inspect;
use shall::data::{Files, Limits, Loading, Silent, choose_sources, load};
use shall::diagnostic::Code;
use shall::ir::reads::Reads;
use shall::schema::FieldId;
use shall::source::{FileId, Sources};

/// Files in memory.
struct Export(BTreeMap<String, Vec<u8>>);

impl Export {
    fn of(files: &[(&str, &str)]) -> Export {
        Export(files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect())
    }

    /// The files under a folder of the project.
    fn under(folder: &Path) -> Export {
        let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
        while let Some(inner) = folders.pop() {
            for entry in std::fs::read_dir(&inner).expect("a folder of the project") {
                let path: PathBuf = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(folder).expect("it is under it").to_string_lossy().replace('\\', "/");
                    files.insert(name, std::fs::read(&path).expect("a file"));
                }
            }
        }
        Export(files)
    }
}

impl Files for Export {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn open(&self, name: &str) -> std::io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(std::io::Cursor::new(self.0[name].clone())))
    }

    fn size(&self, name: &str) -> Option<u64> {
        Some(self.0[name].len() as u64)
    }
}

/// Writes the draft of an export, and holds it to what it promises: it is laid out, checks without any diagnostic, and reads the
/// files that it was guessed from without a finding that makes a value unknown. Returns it.
fn drafted(export: &Export) -> String {
    let draft = draft(export, Limits::default(), &Silent);
    let written = shall::report::draft::render(&draft);
    let text = shall::format(FileId(0), &written).unwrap_or_else(|faults| panic!("{faults:?}\n{written}"));
    assert_eq!(shall::format(FileId(0), &text).as_ref(), Ok(&text), "it is laid out");
    let mut sources = Sources::new();
    let file = sources.add("draft.shall", text.clone());
    let checked = shall::check(&[(file, shall::parse(file, &text))], &sources);
    assert!(checked.all_diagnostics().is_empty(), "{:?}\n{text}", checked.all_diagnostics());
    let schema = &checked.program.environment.schema;
    let mut reads = Reads::default();
    for record in schema.ids() {
        reads.records.insert(record);
        let fields = schema.record(record).fields.len() as u32;
        reads.fields.extend((0..fields).map(|field| (record, FieldId(field))));
    }
    let chosen = choose_sources(schema, &checked.sources, &[], &export.names()).expect("no two fit");
    let loaded = load(&Loading::new(schema, &reads, &chosen), export, &Silent);
    assert!(loaded.errors.is_empty(), "{:?}\n{text}", loaded.errors);
    let inspection = inspect(schema, &chosen, export, Limits::default(), &Silent);
    let report = shall::report::inspection::report(&inspection, schema, &chosen, &sources);
    assert!(report.findings.is_empty(), "{:?}\n{text}", report.findings);
    let findings = &loaded.dataset.findings;
    let is_bad = |code| {
        matches!(
            code,
            Code::MalformedValue
                | Code::UnmappedValue
                | Code::MissingValue
                | Code::MissingField
                | Code::DuplicateKey
                | Code::DanglingReference
        )
    };
    assert!(!findings.counts.iter().any(|count| is_bad(count.code)), "{:?}\n{text}", findings.kept);
    for table in &draft.tables {
        let fed =
            loaded.dataset.files.iter().filter(|file| table.files.contains(&file.name)).flat_map(|file| &file.fed);
        let rows: u64 = fed.map(|fed| fed.kept).sum();
        assert!(rows >= table.rows, "{rows} of {} rows of {:?} are read\n{text}", table.rows, table.files);
    }
    text
}

#[test]
fn drafts_of_the_sample_read_it() {
    let export = Export::under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/marmalade-ferries/export"));
    let text = drafted(&export);
    // One of the files is an empty list.
    assert!(text.contains("# - contract_change.json: the file holds no record\n"), "{text}");
    assert_eq!(text.matches("\nsource ").count(), export.0.len() - 1, "a source for each other file\n{text}");
}

/// Whatever the formats of the tools: each folder of fixtures is an export.
#[test]
fn drafts_of_the_tools_files_read_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tools");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    folders.sort();
    for tool in folders.into_iter().filter(|path| path.is_dir()) {
        drafted(&Export::under(&tool));
    }
    let name = "incidents.ndjson";
    let text = std::fs::read_to_string(folder.join(name)).expect("a fixture");
    drafted(&Export::of(&[(name, &text)]));
}

const DESK: &str = "\
Ticket No;Subject;Status;Opened;Due;Cost;Locked;Owner;Share;Seen;Seen\n\
T-1;Printer;In progress;3/1/2026 09:15;2026-01-05;1.234,50;ja;Nobody;99,5%;1;2\n\
T-2;\"Mail; all\";Done;14/1/2026 10:00;2026-01-06;12,00;nein;Ada Kestrel;100%;1;\n\
T-3;Mail;Done;15/1/2026 11:30;?;7,25;nein;Bo Teal;98%;;\n\
T-4;Phone;In progress;2/2/2026 08:00;2026-02-03;0,00;ja;Nobody;97,25%;;\n";

#[test]
fn a_table_of_cells() {
    insta::assert_snapshot!("a-table-of-cells", drafted(&Export::of(&[("tickets.csv", DESK)])));
}

const ANSWER: &str = r#"{
  "total": 3, "page": {"size": 50},
  "items": [
    {"id": 7, "state": "open", "owner": {"id": "u1", "name": "Ada Kestrel"}, "tags": ["a", "b"], "opened": 1767950000, "is_vip": 0,
     "fields": [{"name": "Impact", "values": ["1 - High"]}, {"name": "Site", "values": []}], "spent": "1970-01-02 03:00:00", "mixed": 1},
    {"id": 8, "state": "closed", "owner": null, "tags": [], "opened": 1767950100, "is_vip": 1,
     "fields": [{"name": "Impact", "values": ["2 - Low"]}], "spent": "1970-01-01 00:10:00", "mixed": {"a": 1}},
    {"id": 9, "state": "open", "owner": "", "opened": 1767950200, "is_vip": 0, "fields": [], "spent": "", "mixed": [1]},
    {"id": 10, "state": "closed", "owner": null, "opened": 1767950300, "is_vip": 0, "fields": [], "spent": "", "mixed": null}
  ]
}"#;

#[test]
fn an_answer_of_a_service() {
    insta::assert_snapshot!("an-answer-of-a-service", drafted(&Export::of(&[("answer.json", ANSWER)])));
}

#[test]
fn other_forms() {
    let xml = "<unload><incident action=\"I\"><number>INC1</number><caller display_value=\"Ada\">a1</caller></incident>\n\
        <incident action=\"I\"><number>INC2</number><caller display_value=\"\"/></incident><journal><id>1</id><text>x</text></journal></unload>";
    let yaml = "kind: Component\nmetadata:\n  name: a\n---\nkind: System\nmetadata:\n  name: b\n";
    let keyed = r#"{"code": 0, "objects": {"Incident::1": {"key": "1", "fields": {"ref": "I-1", "agent_id": "0"}}, "Incident::2": {"key": "2", "fields": {"ref": "I-2", "agent_id": "7"}}}}"#;
    let export = Export::of(&[
        ("unload.xml", xml),
        ("catalog.yaml", yaml),
        ("objects.json", keyed),
        ("history/1.json", r#"{"items": [{"at": "2026-01-05T09:00:00Z", "by": "x"}]}"#),
        ("history/2.json", r#"{"items": [{"at": "2026-01-06T09:00:00.5+02:00", "by": null}]}"#),
        ("sites/north.yml", "url: https://north.example\nup: true\n"),
        ("sites/south.yml", "url: https://south.example\nup: false\n"),
        ("pipes.txt", "a|b\n1|x\n2|y\n"),
        (
            "lists.json",
            r#"[{"id": "a", "l": [{"full": [{"x": "1"}], "some": [{"x": "1"}]}, {"full": [{"x": "2"}], "some": []}]}]"#,
        ),
    ]);
    insta::assert_snapshot!("other-forms", drafted(&export));
}

#[test]
fn day_and_month_are_told_by_all_rows() {
    let column = |rows: &[&str]| format!("a,b\n{}\n", rows.join("\n"));
    let form = |rows: &[&str]| {
        let text = drafted(&Export::of(&[("t.csv", &column(rows))]));
        let line =
            text.lines().find(|line| line.trim_start().starts_with("times ")).unwrap_or_default().trim().to_owned();
        let told = text.lines().find(|line| line.contains("number above 12 tells")).is_none();
        (line, told)
    };
    assert_eq!(form(&["1/2/2026,x", "13/2/2026,x"]), ("times \"%d/%m/%Y\"".to_owned(), true));
    assert_eq!(form(&["1/2/2026,x", "2/13/2026,x"]), ("times \"%m/%d/%Y\"".to_owned(), true));
    assert_eq!(form(&["1/2/2026,x", "2/3/2026,x"]), ("times \"%d/%m/%Y\"".to_owned(), false));
    // Another column tells for this one.
    assert_eq!(form(&["1/2/2026,3/4/2026", "2/3/2026,5/25/2026"]), ("times \"%m/%d/%Y\"".to_owned(), true));
    assert_eq!(form(&["1/2/2026 9:15 AM,x", "2/3/2026 1:00 PM,x"]), ("times \"%m/%d/%Y %I:%M %p\"".to_owned(), false));
}

#[test]
fn what_holds_no_record_is_left_out_with_the_reason() {
    let export = Export::of(&[
        ("empty.csv", ""),
        ("header.csv", "a,b\n"),
        ("answer.json", r#"{"objects": null, "code": 100, "message": "Error: no such class"}"#),
        ("notes.txt", "just a few words\n"),
        ("broken.json", r#"[{"a": 1}, {"a": "#),
        ("t.csv", "a\n1\n2\n"),
    ]);
    let text = drafted(&export);
    insta::assert_snapshot!(
        "left-out",
        text.lines().take_while(|line| line.starts_with('#')).collect::<Vec<_>>().join("\n")
    );
}

fn cell() -> impl Strategy<Value = Vec<String>> {
    let of =
        |texts: &[&str]| prop::sample::select(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>());
    let few = of(&["In Progress", "1 - High", "2 - High", "new", "3", "or", "-5", "é", "\"quoted\"", "a\\b", "TRUE"]);
    let odd = of(&[
        "",
        " ",
        "?",
        "NULL",
        "-",
        "none",
        "0",
        "00",
        "007",
        "1",
        "2.5",
        "1,5",
        "1.234,5",
        "2,000",
        "95%",
        "true",
        "FALSE",
        "yes",
        "no",
        "2026-01-05",
        "2026-01-05 09:00",
        "5/1/2026",
        "13/1/2026 9:05",
        "2026-01-05T09:00:00Z",
        "2026-01-05T09:00:00",
        "1970-01-01 00:00:00",
        "1970-01-22 14:03:10",
        "Mon Jan 05 09:00:00 2026",
        "1767950000",
        "1767950000000",
        "INC0001",
        "x\ny",
        "[]",
        "{}",
        "🦆",
        "\u{202e}",
        "a@b",
        "999999999999999999999",
        "1e5",
        "+49 1",
        "2026-02-30",
        "PT4H30M",
        "P1D",
        "-PT1M",
    ]);
    let alike = prop_oneof![
        few.clone().prop_map(|text| vec![text]),
        prop::collection::vec(few, 2..5),
        prop::collection::vec(odd.clone(), 1..4),
        odd.prop_map(|text| vec![text]),
    ];
    prop_oneof![3 => alike, 1 => (0..10_000u32).prop_map(|number| vec![format!("INC{number:07}"), format!("INC{:07}", number + 1)])]
}

/// A table: the names of its columns and the values of each, from which rows take in turn.
fn tables() -> impl Strategy<Value = (Vec<String>, Vec<Vec<String>>, usize)> {
    let name = prop_oneof![
        "[a-z]{1,6}",
        "[A-Za-z_ .()é#]{0,9}",
        prop::sample::select(vec![
            "zone",
            "times",
            "absent",
            "first",
            "count",
            "file",
            "unknown",
            "in",
            "key",
            "only",
            "keep",
            "id",
            "is_open",
            "created at",
            "Status",
            "1st",
            "match",
            "constant",
            "from",
            "each",
        ])
        .prop_map(str::to_owned)
    ];
    (prop::collection::vec((name, cell()), 1..6), 1..14usize).prop_map(|(columns, rows)| {
        let (names, values) = columns.into_iter().unzip();
        (names, values, rows)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_table_is_read_by_its_draft((names, values, rows) in tables()) {
        let quoted = |text: &String| format!("\"{}\"", text.replace('"', "\"\""));
        let mut csv = names.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
        let mut lines = String::new();
        for row in 0..rows {
            let cells: Vec<&String> = values.iter().enumerate().map(|(column, of)| &of[(row * (column + 1)) % of.len()]).collect();
            csv += &(cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n");
            let object: serde_json::Map<String, serde_json::Value> = names
                .iter()
                .zip(&cells)
                .map(|(name, cell)| (name.clone(), serde_json::from_str(cell).unwrap_or_else(|_| (*cell).clone().into())))
                .collect();
            lines += &(serde_json::Value::Object(object).to_string() + "\n");
        }
        let text = drafted(&Export::of(&[("t.csv", &csv), ("l.ndjson", &lines)]));
        let once: std::collections::BTreeSet<&String> = names.iter().filter(|name| !name.is_empty()).collect();
        if once.len() == names.len() {
            prop_assert!(text.contains("\nsource t "), "the cells are read\n{}", text);
        }
    }
}
