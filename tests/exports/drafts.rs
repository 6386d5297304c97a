//! First drafts of sources for files that nobody has mapped.

use std::process::Command;

use shall::data::{Loading, Silent, State, load};
use shall::ir::reads::Reads;
use shall::schema::{FieldId, Ty};
use shall::source::Sources;

/// Runs `shall source` with a verb and an export; returns the exit status, what was printed, and standard error.
fn source(verb: &str, export: &str, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_shall"))
        .args(["source", verb])
        .arg(super::export(export))
        .args(arguments)
        .output()
        .expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// Each column of the audit log, with its type, and how many rows have nothing there: looked at in the file by other means.
#[test]
fn every_column_of_the_audit_log_is_guessed_right() {
    let (status, draft, errors) = source("infer", super::UCI, &[]);
    assert_eq!(status, 0, "{errors}");
    let mut sources = Sources::new();
    let file = sources.add("draft.shall", draft.clone());
    let checked = shall::check(&[(file, shall::parse(file, &draft))], &sources);
    assert!(checked.all_diagnostics().is_empty(), "{:?}", checked.all_diagnostics());
    let schema = &checked.program.environment.schema;
    let record = schema.find("incident_event_log").expect("a record named after the file");
    let fields = &schema.record(record).fields;
    let ty = |ty: &Ty| format!("{}{}", schema.show(&ty.base), if ty.optional { "?" } else { "" });
    let found: Vec<(&str, String)> = fields.iter().map(|field| (field.name.as_str(), ty(&field.ty))).collect();
    let expected = [
        ("number", "text"),
        (
            "incident_state",
            "{value_100, active, awaiting_evidence, awaiting_problem, awaiting_user_info, awaiting_vendor, closed, new, resolved}",
        ),
        ("active", "boolean"),
        ("reassignment_count", "integer"),
        ("reopen_count", "integer"),
        ("sys_mod_count", "integer"),
        ("made_sla", "boolean"),
        ("caller_id", "text?"),
        ("opened_by", "text?"),
        ("opened_at", "timestamp"),
        ("sys_created_by", "text?"),
        ("sys_created_at", "timestamp?"),
        ("sys_updated_by", "text"),
        ("sys_updated_at", "timestamp"),
        ("contact_type", "{direct_opening, email, ivr, phone, self_service}"),
        ("location", "text?"),
        ("category", "text?"),
        ("subcategory", "text?"),
        ("u_symptom", "text?"),
        ("cmdb_ci", "text?"),
        ("impact", "{high, medium, low}"),
        ("urgency", "{high, medium, low}"),
        ("priority", "{critical, high, moderate, low}"),
        ("assignment_group", "text?"),
        ("assigned_to", "text?"),
        ("knowledge", "boolean"),
        ("u_priority_confirmation", "boolean"),
        ("notify", "{do_not_notify, send_email}"),
        ("problem_id", "text?"),
        ("rfc", "text?"),
        ("vendor", "text?"),
        ("caused_by", "text?"),
        ("closed_code", "text?"),
        ("resolved_by", "text?"),
        ("resolved_at", "timestamp?"),
        ("closed_at", "timestamp"),
    ];
    assert_eq!(found, expected.map(|(name, ty)| (name, ty.to_owned())));
    for setting in ["  zone \"UTC\" # assumed", "  times \"%d/%m/%Y %H:%M\"\n", "  absent \"?\"\n"] {
        assert_eq!(draft.matches(setting).count(), 1, "{setting}\n{draft}");
    }
    assert!(draft.contains("24,918 of them, as in a log of events"), "{draft}");
    let reads = Reads {
        records: [record].into(),
        fields: (0..fields.len() as u32).map(|field| (record, FieldId(field))).collect(),
        ..Reads::default()
    };
    let chosen: Vec<_> = checked.sources.iter().collect();
    let export = super::records::Export::of(&[super::UCI]);
    let loaded = load(&Loading::new(schema, &reads, &chosen), &export, &Silent);
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    assert!(loaded.dataset.findings.counts.is_empty(), "{:?}", loaded.dataset.findings.counts);
    let table = loaded.dataset.table(record);
    assert_eq!(table.rows, 141_712);
    for (name, expected) in [
        ("caused_by", 141_689),
        ("vendor", 141_468),
        ("cmdb_ci", 141_267),
        ("rfc", 140_721),
        ("problem_id", 139_417),
        ("sys_created_at", 53_076),
        ("sys_created_by", 53_076),
        ("u_symptom", 32_964),
        ("assigned_to", 27_496),
        ("assignment_group", 14_213),
        ("opened_by", 4_835),
        ("resolved_at", 3_141),
        ("closed_code", 714),
        ("closed_at", 0),
    ] {
        let field = schema.record(record).field(name).expect("a field");
        let column = &table.columns[&field];
        let absent = (0..column.len()).filter(|row| column.state(*row) == State::Absent).count();
        assert_eq!(absent, expected, "{name}");
    }
}

/// Whatever the files are: their draft is laid out, checks, and reads them without a value that it does not know.
#[test]
fn drafts_of_all_exports_read_them() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, tables) in [("itop", 21), ("rt", 6), ("servicenow-csv", 1), ("uci-servicenow", 1), ("upptime", 3)] {
        let (status, draft, errors) = source("infer", name, &[]);
        assert_eq!(status, 0, "{name}: {errors}");
        assert_eq!(draft.matches("\nsource ").count(), tables, "{name}");
        let path = folder.path().join(format!("{name}.shall"));
        std::fs::write(&path, &draft).expect("the draft can be written");
        let policies = path.to_string_lossy().into_owned();
        let formatted = Command::new(env!("CARGO_BIN_EXE_shall")).args(["fmt", "--check", &policies]).status();
        assert!(formatted.expect("the program starts").success(), "{name}");
        let (status, report, errors) =
            source("check", name, &["--no-pack", "--policies", &policies, "--format", "json"]);
        assert_eq!(status, 0, "{name}: {errors}{report}");
        let report: serde_json::Value = serde_json::from_str(&report).expect("it is JSON");
        assert_eq!(report["findings"], serde_json::json!([]), "{name}");
        let mappings = report["mappings"].as_array().expect("mappings");
        assert_eq!(mappings.len(), tables, "{name}");
        for mapping in mappings {
            let kept: u64 =
                mapping["files"].as_array().expect("files").iter().filter_map(|file| file["kept"].as_u64()).sum();
            assert!(kept > 0, "{name}: {mapping}");
        }
    }
}

/// The examples' own sources: what is wrong and what is amiss was looked at by other means.
#[test]
fn sources_of_the_examples_held_against_their_exports() {
    let check = |example: &str, export: &str, named: &[&str]| {
        let policies = format!("{}/policies/examples/{example}", super::PROJECT);
        let (status, report, errors) =
            source("check", export, &[&["--no-pack", "--policies", &policies, "--format", "json"], named].concat());
        let report: serde_json::Value = serde_json::from_str(&report).unwrap_or_default();
        (status, report, errors)
    };
    let signs = |report: &serde_json::Value| -> Vec<String> {
        let mappings = report["mappings"].as_array().expect("mappings");
        let of = mappings.iter().flat_map(|mapping| mapping["signs"].as_array().expect("signs"));
        of.map(|sign| format!("{}: {}", sign["sign"].as_str().unwrap_or(""), sign["says"].as_str().unwrap_or("")))
            .collect()
    };
    let (status, report, errors) = check("uci", super::UCI, &[]);
    assert_eq!((status, errors.as_str()), (0, ""), "{report}");
    assert_eq!(signs(&report), [""; 0]);
    let (status, report, errors) = check("servicenow", "servicenow-csv/incidents_REST.csv", &[]);
    assert_eq!((status, errors.as_str()), (0, ""), "{report}");
    let unread = report["unread"][0]["columns"].as_array().expect("columns");
    assert!(unread.iter().any(|column| column["column"] == "sys_updated_on"), "{unread:?}");
    let (status, report, errors) = check("rt", "rt", &["--source", "rt"]);
    assert_eq!((status, errors.as_str()), (0, ""), "{report}");
    assert_eq!(signs(&report), [""; 0]);
}
