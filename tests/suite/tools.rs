//! The sources for tools: each reads an authored export in the form of its tool, and finds in it the twenty incidents that were
//! authored once, `fixtures/tools/incidents.ndjson`.

mod desks;
mod differences;
mod hosted;
mod traps;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use shall::check::Checked;
use shall::data::{Archive, Dataset, Files, Limits, Loading, Silent, Unpacked, load};
use shall::ir::mapping::{FieldSource, Source};
use shall::ir::reads::Reads;
use shall::schema::{FieldId, RecordId, Schema, Type};
use shall::value::{Cell, Value};

use crate::check::{check_texts, files, show};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A source in `policies/sources`, with an export of that name in `fixtures/tools`.
struct Tool {
    /// The name of both.
    name: &'static str,
    /// What the tool writes before the number of an incident; none where the export has no incidents.
    prefix: Option<&'static str>,
    /// The fields of the twenty incidents that the form does not carry.
    lacks: &'static [&'static str],
    /// Whether its times are without seconds.
    to_the_minute: bool,
    /// How many records of each other type the export has.
    others: &'static [(&'static str, usize)],
    /// What is found to be wrong with values, as `record.field`, each once; on purpose.
    findings: &'static [&'static str],
}

/// The sources, in order of name.
const TOOLS: &[Tool] = &[
    Tool {
        name: "backstage",
        prefix: None,
        lacks: &[],
        to_the_minute: false,
        others: &[("ci", 6), ("ci_relationship", 6), ("person", 1), ("service", 1)],
        findings: &[],
    },
    Tool {
        name: "bmc-helix",
        prefix: Some("INC00000000"),
        lacks: &[],
        to_the_minute: false,
        others: &[("change", 2)],
        findings: &[],
    },
    Tool {
        name: "freshservice",
        prefix: Some(""),
        lacks: &[],
        to_the_minute: false,
        others: &[("change", 2), ("person", 4), ("problem", 1), ("service_request", 2)],
        findings: &[],
    },
    Tool {
        name: "glpi",
        prefix: Some(""),
        lacks: &["assigned_to", "resolution", "service"],
        to_the_minute: false,
        others: &[
            ("change", 3),
            ("change_approval", 2),
            ("ci", 2),
            ("person", 4),
            ("problem", 1),
            ("service_request", 2),
            ("state_event", 3),
        ],
        findings: &[],
    },
    Tool {
        name: "glpi-search",
        prefix: Some(""),
        lacks: &["service"],
        to_the_minute: false,
        others: &[("person", 4)],
        findings: &[],
    },
    Tool {
        name: "itop",
        prefix: Some("I-00"),
        lacks: &[],
        to_the_minute: false,
        others: &[
            ("change", 3),
            ("change_approval", 1),
            ("ci", 5),
            ("ci_relationship", 3),
            ("person", 4),
            ("problem", 1),
            ("service", 4),
            ("service_level_target", 2),
            ("service_request", 2),
        ],
        findings: &[],
    },
    Tool { name: "itop-codes", prefix: Some("I-00"), lacks: &[], to_the_minute: false, others: &[], findings: &[] },
    Tool { name: "itop-csv", prefix: Some("I-00"), lacks: &[], to_the_minute: false, others: &[], findings: &[] },
    Tool {
        name: "itop-xml",
        prefix: Some("I-00"),
        lacks: &[],
        to_the_minute: false,
        others: &[("person", 4)],
        findings: &[],
    },
    Tool { name: "jira-csv", prefix: Some("DESK-"), lacks: &[], to_the_minute: true, others: &[], findings: &[] },
    Tool {
        name: "jira-rest",
        prefix: Some("DESK-"),
        lacks: &[],
        to_the_minute: false,
        others: &[("change", 1), ("person", 3), ("service_request", 1), ("state_event", 47)],
        findings: &[],
    },
    Tool {
        name: "jira-rest-v3",
        prefix: Some("DESK-"),
        lacks: &[],
        to_the_minute: false,
        others: &[("person", 3), ("state_event", 47)],
        findings: &[],
    },
    Tool {
        name: "pagerduty",
        prefix: Some(""),
        lacks: &["assigned_to", "category", "closed_at", "impact", "resolution"],
        to_the_minute: false,
        others: &[("person", 3), ("state_event", 2)],
        findings: &[],
    },
    Tool {
        name: "rt",
        prefix: Some(""),
        lacks: &["closed_at"],
        to_the_minute: false,
        others: &[("person", 4), ("service_request", 2), ("state_event", 4)],
        findings: &[],
    },
    Tool {
        name: "rt-ticket",
        prefix: Some(""),
        lacks: &["closed_at"],
        to_the_minute: false,
        others: &[],
        findings: &[],
    },
    Tool {
        name: "rt-tsv",
        prefix: Some(""),
        lacks: &["closed_at"],
        to_the_minute: false,
        others: &[("service_request", 2)],
        findings: &[],
    },
    Tool {
        name: "servicedesk-plus",
        prefix: Some(""),
        lacks: &[],
        to_the_minute: false,
        others: &[("service_request", 2)],
        findings: &[],
    },
    Tool {
        name: "servicenow-csv-display",
        prefix: Some("INC000"),
        lacks: &[],
        to_the_minute: false,
        others: &[("person", 3), ("service", 4)],
        findings: &[],
    },
    Tool {
        name: "servicenow-csv-raw",
        prefix: Some("INC000"),
        lacks: &[],
        to_the_minute: false,
        others: &[("person", 3), ("service", 4)],
        findings: &[],
    },
    Tool {
        name: "servicenow-json",
        prefix: Some("INC000"),
        lacks: &[],
        to_the_minute: false,
        others: &[("person", 3), ("service", 4)],
        findings: &[],
    },
    Tool {
        name: "servicenow-table-all",
        prefix: Some("INC000"),
        lacks: &[],
        to_the_minute: false,
        others: &[("person", 3), ("service", 4)],
        findings: &[],
    },
    Tool {
        name: "servicenow-table-labels",
        prefix: Some("INC000"),
        lacks: &[],
        to_the_minute: false,
        others: &[("person", 3), ("service", 4)],
        findings: &[],
    },
    Tool {
        name: "servicenow-table-values",
        prefix: Some("INC000"),
        lacks: &[],
        to_the_minute: false,
        others: &[
            ("change", 3),
            ("change_approval", 2),
            ("ci", 3),
            ("ci_relationship", 1),
            ("person", 3),
            ("problem", 2),
            ("service", 4),
            ("service_request", 3),
        ],
        findings: &[],
    },
    Tool {
        name: "servicenow-xml",
        prefix: Some("INC000"),
        lacks: &[],
        to_the_minute: false,
        others: &[("person", 3), ("service", 4)],
        findings: &[],
    },
    Tool {
        name: "statuspage",
        prefix: Some("f3rr135x"),
        lacks: &["assigned_to", "category", "closed_at", "priority", "urgency"],
        to_the_minute: false,
        others: &[("outage", 14), ("state_event", 39)],
        findings: &[],
    },
    Tool { name: "upptime", prefix: None, lacks: &[], to_the_minute: false, others: &[("outage", 3)], findings: &[] },
    Tool {
        name: "zammad",
        prefix: Some("77"),
        lacks: &["closed_at"],
        to_the_minute: false,
        others: &[("person", 4), ("service_request", 2), ("state_event", 3)],
        findings: &[],
    },
    Tool {
        name: "znuny",
        prefix: Some("77"),
        lacks: &["closed_at"],
        to_the_minute: false,
        others: &[("problem", 1), ("service_request", 2)],
        findings: &[],
    },
];

/// Files of a folder, by their names in it.
struct Export(BTreeMap<String, PathBuf>);

impl Export {
    fn of(folder: &Path) -> Export {
        fn add(folder: &Path, before: &str, found: &mut BTreeMap<String, PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
                let path = entry.unwrap().path();
                let name = format!("{before}{}", path.file_name().unwrap().to_string_lossy());
                if path.is_dir() {
                    add(&path, &format!("{name}/"), found);
                } else {
                    found.insert(name, path);
                }
            }
        }
        let mut found = BTreeMap::new();
        add(folder, "", &mut found);
        Export(found)
    }
}

impl Files for Export {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn open(&self, name: &str) -> std::io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(&self.0[name])?))
    }

    fn open_archive(&self, name: &str) -> std::io::Result<Box<dyn Archive>> {
        Ok(Box::new(File::open(&self.0[name])?))
    }

    fn size(&self, _name: &str) -> Option<u64> {
        None
    }
}

/// The pack, with one source beside it.
fn pack_with(source: Option<&str>) -> Checked {
    let root = Path::new(ROOT).join("policies");
    let folders = ["standards", "records", "rules", "advice"];
    let mut texts: Vec<(String, String)> = folders
        .iter()
        .flat_map(|folder| files(&root.join(folder)))
        .filter(|path| !path.to_string_lossy().ends_with(".test.shall"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    texts.push(("zone.shall".to_owned(), "zone \"Europe/Amsterdam\"\n".to_owned()));
    if let Some(source) = source {
        let path = root.join(format!("sources/{source}.shall"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        texts.push((path.display().to_string(), text));
    }
    let (checked, sources) = check_texts(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let faults: Vec<_> = checked.source_status.iter().flat_map(|status| &status.faults).collect();
    let faults: Vec<_> = faults.into_iter().map(|fault| fault.diagnostic.clone()).collect();
    assert!(faults.is_empty(), "{}", show(&faults, &sources));
    checked
}

/// Fields as they are shown, by name, by the key of the record.
type Rows = BTreeMap<String, BTreeMap<String, String>>;

/// What was read of an export.
pub(crate) struct Exported {
    /// The records of each type that the source feeds.
    pub(crate) records: BTreeMap<String, Rows>,
    /// What is wrong with values: `record.field`, the code and the value.
    pub(crate) findings: Vec<(String, String)>,
    /// Why extracts are not complete.
    pub(crate) shortfalls: Vec<String>,
    /// Why files could not be read.
    pub(crate) errors: Vec<String>,
}

/// Reads everything that a source, or the files' own layout, makes of the files of a folder.
pub(crate) fn read(source: Option<&str>, folder: &Path) -> Exported {
    let checked = pack_with(source);
    let schema = &checked.program.environment.schema;
    let chosen: Vec<&Source> = checked.sources.iter().collect();
    assert_eq!(chosen.len(), usize::from(source.is_some()), "{source:?}");
    let fed: BTreeSet<RecordId> = match chosen.first() {
        Some(source) => source.mappings.iter().map(|mapping| mapping.record).collect(),
        None => schema.find("incident").into_iter().collect(),
    };
    let mut reads = Reads { records: fed.clone(), ..Reads::default() };
    for record in &fed {
        let fields = schema.record(*record).fields.len() as u32;
        reads.fields.extend((0..fields).map(|field| (*record, FieldId(field))));
    }
    let export = Export::of(folder);
    let files = Unpacked::new(&export, Limits::default()).expect("archives are in order");
    let loaded = load(&Loading::new(schema, &reads, &chosen), &files, &Silent);
    let dataset = &loaded.dataset;
    let records = fed.iter().map(|record| (schema.record(*record).name.clone(), rows(schema, dataset, *record)));
    let findings = dataset.findings.kept.iter().filter(|finding| finding.row.is_some()).map(|finding| {
        let record = schema.record(finding.record);
        let field = finding.field.map_or("", |field| record.field_type(field).name.as_str());
        (format!("{}.{field}", record.name), format!("{} {:?}: {}", finding.code.name(), finding.value, finding.note))
    });
    Exported {
        records: records.collect(),
        findings: findings.collect(),
        shortfalls: dataset.tables.iter().flat_map(|table| table.shortfalls.clone()).collect(),
        errors: loaded.errors.iter().map(|error| format!("{:?}: {}", error.file, error.message)).collect(),
    }
}

fn rows(schema: &Schema, dataset: &Dataset, record: RecordId) -> Rows {
    let ty = schema.record(record);
    let row = |row: u32| {
        let shown = |field: u32| {
            let field = FieldId(field);
            let ty = ty.field_type(field);
            (ty.name.clone(), shown(schema, dataset, &ty.ty.base, &dataset.cell(record, row, field)))
        };
        let fields: BTreeMap<String, String> = (0..ty.fields.len() as u32).map(shown).collect();
        (fields[&ty.field_type(ty.key[0]).name].clone(), fields)
    };
    (0..dataset.table(record).rows).map(row).collect()
}

fn shown(schema: &Schema, dataset: &Dataset, ty: &Type, cell: &Cell) -> String {
    let value = match cell {
        Cell::Absent => return "-".to_owned(),
        Cell::Unknown => return "?".to_owned(),
        Cell::Present(value) => value,
    };
    match (value, ty) {
        (Value::Text(text), _) => text.to_string(),
        (Value::Number(number), _) => number.to_string(),
        (Value::Timestamp(instant), _) => instant.to_string(),
        (Value::Date(date), _) => date.to_string(),
        (Value::Duration(micros), _) => shall::value::time::show_duration(*micros),
        (Value::Member(position), Type::Enum(members)) => members.members[*position as usize].clone(),
        (Value::Reference(key), Type::Reference(targets)) => {
            dataset.key_text(schema.reference_space(targets), *key).to_owned()
        }
        (Value::List(cells), Type::List(element)) => {
            let cells: Vec<String> = cells.iter().map(|cell| shown(schema, dataset, element, cell)).collect();
            format!("[{}]", cells.join(", "))
        }
        (other, _) => format!("{other:?}"),
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(ROOT).join("fixtures/tools").join(name)
}

/// The fields that the authored incidents have.
const FIELDS: [&str; 13] = [
    "assigned_to",
    "category",
    "closed_at",
    "impact",
    "number",
    "priority",
    "recorded_at_business",
    "resolution",
    "resolved_at",
    "service",
    "state",
    "title",
    "urgency",
];

/// Those of them that are times.
const TIMES: [&str; 3] = ["closed_at", "recorded_at_business", "resolved_at"];

/// A time without its seconds, as it is shown.
fn minute(time: &str) -> String {
    match time.split_once('T') {
        Some((day, clock)) if clock.len() > 5 => format!("{day}T{}Z", &clock[..5]),
        _ => time.to_owned(),
    }
}

/// The incidents as they were authored.
fn authored() -> Rows {
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(folder("incidents.ndjson"), copy.path().join("incident.ndjson")).unwrap();
    let mut exported = read(None, copy.path());
    assert!(exported.errors.is_empty(), "{:?}", exported.errors);
    exported.records.remove("incident").unwrap()
}

#[test]
fn every_tool_tells_the_same_incidents() {
    let authored = authored();
    assert_eq!(authored.len(), 20);
    for tool in TOOLS {
        let exported = read(Some(tool.name), &folder(tool.name));
        assert!(exported.errors.is_empty(), "{}: {:?}", tool.name, exported.errors);
        assert!(exported.shortfalls.is_empty(), "{}: {:?}", tool.name, exported.shortfalls);
        let found: BTreeSet<&str> = exported.findings.iter().map(|(field, _)| field.as_str()).collect();
        let expected: BTreeSet<&str> = tool.findings.iter().copied().collect();
        assert_eq!(found, expected, "{}: {:#?}", tool.name, exported.findings);
        let others: BTreeMap<&str, usize> = exported
            .records
            .iter()
            .filter(|(record, _)| *record != "incident")
            .map(|(record, rows)| (record.as_str(), rows.len()))
            .collect();
        assert_eq!(others, tool.others.iter().copied().collect(), "{}", tool.name);
        let Some(prefix) = tool.prefix else {
            assert!(!exported.records.contains_key("incident"), "{}", tool.name);
            continue;
        };
        let carried = |rows: &Rows| -> Rows {
            let of = |(key, row): (&String, &BTreeMap<String, String>)| {
                let fields = row
                    .iter()
                    .filter(|(name, _)| FIELDS.contains(&name.as_str()) && !tool.lacks.contains(&name.as_str()));
                let fields = fields.map(|(name, value)| {
                    let value = if name == "number" { value.strip_prefix(prefix).unwrap_or(value) } else { value };
                    let is_time = TIMES.contains(&name.as_str()) && tool.to_the_minute;
                    (name.clone(), if is_time { minute(value) } else { value.to_owned() })
                });
                (key.strip_prefix(prefix).unwrap_or(key).to_owned(), fields.collect())
            };
            rows.iter().map(of).collect()
        };
        let (mut expected, found) = (carried(&authored), carried(&exported.records["incident"]));
        differences::differ(tool.name, &mut expected);
        for (number, incident) in &expected {
            assert_eq!(found.get(number), Some(incident), "{}: {number}", tool.name);
        }
        assert_eq!(found.len(), expected.len(), "{}: {:?}", tool.name, found.keys());
        lacks_what_it_says(tool);
    }
}

/// A field that is said not to be carried comes from nowhere in the source; so nothing that is there goes without comparison.
fn lacks_what_it_says(tool: &Tool) {
    let checked = pack_with(Some(tool.name));
    let schema = &checked.program.environment.schema;
    let incident = schema.find("incident").unwrap();
    for name in tool.lacks {
        let field = schema.record(incident).field(name).unwrap_or_else(|| panic!("no field {name}"));
        let mappings = checked.sources[0].mappings.iter().filter(|mapping| mapping.record == incident);
        for mapping in mappings {
            let is_read = !matches!(mapping.fields.get(&field), None | Some(FieldSource::Unknown { .. }));
            assert!(!is_read, "{}: `{name}` is read, and not compared", tool.name);
        }
    }
}

#[test]
fn every_source_is_tested() {
    let tested: Vec<String> = TOOLS.iter().map(|tool| tool.name.to_owned()).collect();
    let there: Vec<String> = files(&Path::new(ROOT).join("policies/sources"))
        .iter()
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(tested, there.into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
}

const BEGIN: &str = "<!-- rules: written by the tests, from the sources -->\n";
const END: &str = "<!-- end of rules -->\n";

/// The rules and the advice of the pack that a source gives all that they read.
fn fed(source: &str) -> (Vec<String>, Vec<String>) {
    let checked = pack_with(Some(source));
    let environment = &checked.program.environment;
    let mappings = &checked.sources[0].mappings;
    let is_fed = |reads: &Reads| {
        let has = |record: RecordId, field: FieldId| {
            let of_record: Vec<_> = mappings.iter().filter(|mapping| mapping.record == record).collect();
            let given = |source: Option<&FieldSource>| !matches!(source, None | Some(FieldSource::Unknown { .. }));
            !of_record.is_empty() && of_record.iter().all(|mapping| given(mapping.fields.get(&field)))
        };
        let is_there = |record: &RecordId| mappings.iter().any(|mapping| mapping.record == *record);
        reads.records.iter().all(is_there) && reads.fields.iter().all(|(record, field)| has(*record, *field))
    };
    let rules = checked.program.rules.iter().filter(|rule| {
        let mut reads = Reads::default();
        reads.add_body(environment, &rule.body);
        is_fed(&reads)
    });
    let advice = checked.advice.advice.iter().filter(|advice| {
        let mut reads = Reads::default();
        reads.add_body(environment, &advice.body);
        is_fed(&reads)
    });
    (rules.map(|rule| rule.id.clone()).collect(), advice.map(|advice| advice.id.clone()).collect())
}

/// The pages of `docs/tools` say which rules each source of the tool feeds. `SHALL_WRITE_DOCS=1` writes it anew.
#[test]
fn pages_say_which_rules_are_fed() {
    let mut pages: BTreeMap<PathBuf, Vec<&str>> = BTreeMap::new();
    for tool in TOOLS {
        let all = std::fs::read_dir(Path::new(ROOT).join("docs/tools")).unwrap().map(|entry| entry.unwrap().path());
        let page = all.filter(|page| {
            let stem = page.file_stem().unwrap().to_string_lossy().into_owned();
            tool.name == stem || tool.name.strip_prefix(&stem).is_some_and(|rest| rest.starts_with('-'))
        });
        let page =
            page.max_by_key(|page| page.as_os_str().len()).unwrap_or_else(|| panic!("{} has no page", tool.name));
        pages.entry(page).or_default().push(tool.name);
    }
    for (page, tools) in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        let (before, rest) = text.split_once(BEGIN).unwrap_or_else(|| panic!("{}: no {BEGIN}", page.display()));
        let (_, after) = rest.split_once(END).unwrap_or_else(|| panic!("{}: no {END}", page.display()));
        let list = |what: &str, ids: &[String]| match ids {
            [] => format!("no {what}"),
            ids => format!("{what} {}", ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")),
        };
        let told = tools.iter().map(|tool| {
            let (rules, advice) = fed(tool);
            format!("- `{tool}` gives all that is read by: {}; {}\n", list("rules", &rules), list("advice", &advice))
        });
        let expected = format!("{before}{BEGIN}\n{}\n{END}{after}", told.collect::<String>());
        if std::env::var_os("SHALL_WRITE_DOCS").is_some() {
            std::fs::write(&page, &expected).unwrap();
        } else {
            assert!(text == expected, "{} is stale: run this test with SHALL_WRITE_DOCS=1", page.display());
        }
    }
}
