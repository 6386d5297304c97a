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
