//! `shall source`: first drafts, and sources held against exports.

use super::{Desk, assert_run};

const TICKETS: &str = "\
number,state,priority,opened,resolved,caller,made_sla\n\
T-1,New,2 - High,3/1/2026 09:15,?,Caller 12,true\n\
T-2,Done,1 - Low,14/1/2026 10:00,15/1/2026 08:30,Caller 7,false\n\
T-3,Done,1 - Low,15/1/2026 11:30,16/1/2026 09:00,?,true\n\
T-4,New,2 - High,16/1/2026 08:00,?,Caller 12,true\n";

#[test]
fn a_draft_is_written_to_standard_output() {
    let desk = Desk::empty();
    desk.write("export/tickets.csv", TICKETS);
    desk.write("export/README.md", "Tickets of January\n");
    assert_run!("source-infer", desk.run("source infer export"));
    desk.write("draft.shall", desk.run("source infer export").stdout);
    assert_eq!(desk.run("fmt --check draft.shall").status, 0);
}

#[test]
fn nothing_to_draft_from() {
    let desk = Desk::empty();
    desk.write("empty/.hidden", "");
    assert_run!("source-infer-empty-folder", desk.run("source infer empty"));
    desk.write("words/notes.txt", "just a few words\n");
    desk.write("words/broken.json", "[{\"a\": 1}, {\"a\": ");
    assert_run!("source-infer-nothing", desk.run("source infer words"));
    let missing = desk.run("source infer nowhere");
    assert_eq!((missing.status, missing.stderr.as_str()), (2, "error: nowhere does not exist\n"));
}

const SOURCE: &str = r#"record service {
  id:   text key
  name: text
}

record ticket {
  number:      text key
  state:       {new, in_progress, waiting, resolved}
  priority:    {p1, p2, p3}
  service:     -> service
  urgent:      boolean
  opened_at:   timestamp
  resolved_at: timestamp?
  recorded_at: timestamp?
  owner:       text?
  team:        text
  cause:       text
  site:        text?
}

source desk "Answers of the desk" {
  zone "Europe/Amsterdam"
  times "%Y-%m-%d %H:%M:%S"
  absent "-"
  ticket from "tickets*.json" at result.items
    exclude where title = "TEST" because "test tickets"
    number      = number
    state       = status match { "New" => new, "Working" => in_progress, "Done" => resolved }
    priority    = prio
    service     = service.id
    urgent      = urgent
    opened_at   = opened
    resolved_at = resolvd
    recorded_at = recorded as timestamp "%Y-%m-%dT%H:%M:%S%z"
    owner       = owner.name
    cause       = unknown because "the desk does not link problems"
}
"#;

/// Twenty-four tickets whose numbers miss some, every one of them recorded two hours before it was opened, to the second.
fn tickets() -> String {
    let statuses = ["New", "Working", "Parked", "done", "In Progress"];
    let rows: Vec<String> = (0..24)
        .map(|row| {
            let number = 100 + row + 2 * (row / 10);
            let (status, prio) = (statuses[row % 5], ["p1", "P2", "3", "urgent"][row % 4]);
            let (title, urgent) = if row == 7 { ("TEST", "true") } else { ("Printer", if row % 2 == 0 { "Yes" } else { "no" }) };
            let opened = if row == 3 { "yesterday".to_owned() } else { format!("2026-01-{:02} 12:00:{row:02}", row + 1) };
            let service = if row % 6 == 5 { r#"{"id": "S9"}"# } else { r#"{"id": "S1"}"# };
            let owner = if row % 3 == 0 { r#"{"name": "Ada Kestrel", "mail": "ada@example.com"}"# } else { "null" };
            format!(
                r#"{{"number": "T-{number}", "status": "{status}", "prio": "{prio}", "title": "{title}", "urgent": "{urgent}", "service": {service},
                    "opened": "{opened}", "recorded": "2026-01-{:02}T09:00:{row:02}+00:00", "owner": {owner}, "site": "Quay {row}", "notes": []}}"#,
                row + 1
            )
        })
        .collect();
    let again = rows[0].clone();
    format!(
        r#"{{"result": {{"items": [{}, {again}]}}, "paging": {{"total": 40, "next_page": "2"}}}}"#,
        rows.join(",\n")
    )
}

impl Desk {
    fn with_source() -> Desk {
        let desk = Desk::empty();
        desk.write("ours/desk.shall", SOURCE);
        desk.write("export/tickets.json", tickets());
        desk.write("export/service.csv", "id,name,cost\nS1,Kayak bookings,12\n");
        desk.write("export/staff.csv", "id\n1\n");
        desk
    }
}

#[test]
fn everything_that_is_wrong_is_counted() {
    let desk = Desk::with_source();
    assert_run!("source-check", desk.run("source check export --no-pack --policies ours"));
    let json = desk.run("source check export --no-pack --policies ours --format json");
    assert_eq!(json.status, 1);
    insta::assert_snapshot!("source-check-json", json.stdout);
    let again = desk.run("source check export --no-pack --policies ours --format json");
    assert_eq!(again.stdout, json.stdout, "the same bytes");
}

#[test]
fn counts_are_exact_however_many_there_are() {
    let desk = Desk::empty();
    desk.write("ours/desk.shall", SOURCE);
    let mut rows = String::new();
    for row in 0..30_000 {
        let value = if row % 3 == 0 { "odd" } else { "p1" };
        rows += &format!(
            "{}{{\"number\": \"T-{row}\", \"status\": \"s{}\", \"prio\": \"{value}\", \"title\": \"\"}}",
            if row == 0 { "" } else { "," },
            row % 1_500
        );
    }
    desk.write("export/tickets.json", format!("{{\"result\": {{\"items\": [{rows}]}}}}"));
    let run = desk.run("source check export --no-pack --policies ours --format json");
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    let fields = report["mappings"][0]["fields"].as_array().expect("fields");
    let found = |name: &str| &fields.iter().find(|field| field["field"] == name).expect("the field")["findings"][0];
    assert_eq!(
        found("priority")["values"][0],
        serde_json::json!({"value": "odd", "count": 10_000, "note": found("priority")["values"][0]["note"]})
    );
    assert_eq!(found("priority")["count"], 10_000);
    let state = found("state");
    assert_eq!((state["count"].as_u64(), state["others"].as_u64()), (Some(30_000), Some(10_000)));
    let values = state["values"].as_array().expect("values");
    assert_eq!(values.len(), 1_000);
    assert!(values.iter().all(|value| value["count"] == 20), "each value occurs 20 times");
}

#[test]
fn a_sound_export_of_all_its_rows() {
    let desk = Desk::empty();
    desk.write("export/tickets.csv", TICKETS);
    desk.write("draft.shall", desk.run("source infer export").stdout);
    assert_run!("source-check-sound", desk.run("source check export --no-pack --policies draft.shall"));
}

#[test]
fn signs_of_what_is_cut_off() {
    let desk = Desk::empty();
    let csv = |rows: u32| (0..rows).fold("id,state\n".to_owned(), |csv, row| csv + &format!("K{},open\n", row * 7));
    desk.write(
        "ours/desk.shall",
        "record row {\n  id: text key\n}\n\nsource rows \"Rows\" {\n  row from \"rows*.csv\"\n    id = id\n}\n",
    );
    let signs = |desk: &Desk| -> Vec<String> {
        let run = desk.run("source check export --no-pack --policies ours");
        run.stdout.lines().filter_map(|line| Some(line.trim().strip_prefix("sign: ")?.to_owned())).collect()
    };
    desk.write("export/rows1.csv", csv(10_000));
    assert_eq!(signs(&desk), ["rows1.csv has exactly 10,000 rows: an export may end at such a number"]);
    // A last page that is not full.
    desk.write("export/rows2.csv", "id,state\nL1,open\n");
    assert_eq!(signs(&desk), [""; 0]);
    desk.remove("export/rows2.csv");
    desk.write("export/rows1.csv", csv(9_999));
    assert_eq!(signs(&desk), [""; 0]);
}

#[test]
fn no_file_fits() {
    let desk = Desk::with_source();
    desk.write("other/ticket.txt", "x");
    desk.write("other/tickets.csv", "a\n1\n");
    assert_run!("source-check-no-file-fits", desk.run("source check other --no-pack --policies ours"));
    desk.write("none/desk.shall", "record ticket {\n  number: text key\n}\n");
    assert_run!("source-check-no-source", desk.run("source check other --no-pack --policies none"));
    assert_run!("source-check-unknown-source", desk.run("source check export --no-pack --policies ours --source dask"));
    desk.write("export/tickets2.json", "{\"result\": {\"items\": [");
    assert_run!("source-check-unreadable", desk.run("source check export --no-pack --policies ours"));
    desk.write("ours/desk.shall", SOURCE.replace("prio\n", "prio as date\n"));
    let broken = desk.run("source check export --no-pack --policies ours");
    assert_eq!(broken.status, 2);
    assert!(broken.stderr.contains("error: the export was not read: the source has an error"), "{}", broken.stderr);
}

#[test]
fn the_sources_for_tools_come_with_the_program() {
    let desk = Desk::empty();
    let listed = desk.run("source list");
    assert_eq!((listed.status, listed.stderr.as_str()), (0, ""));
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/sources");
    let mut names: Vec<String> = super::names_in(&folder).iter().map(|name| name.replace(".shall", "")).collect();
    names.sort();
    let heads = listed.stdout.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '`']));
    assert_eq!(heads.collect::<Vec<_>>(), names, "each is listed by the name of its file");
    for name in &names {
        let shown = desk.run(&format!("source show {name}"));
        let text = std::fs::read_to_string(folder.join(format!("{name}.shall"))).expect("a source");
        assert_eq!((shown.status, shown.stdout), (0, text), "{name}");
    }
    let title = "servicenow-json\n  ServiceNow: lists as JSON: incident, ";
    assert!(listed.stdout.contains(title), "{}", listed.stdout);
    let several = desk.run("source show servicenow-table");
    assert_eq!((several.status, several.stdout.as_str()), (2, ""));
    let names = "there are servicenow-table-all, servicenow-table-labels, servicenow-table-values;";
    assert!(several.stderr.contains(names), "{}", several.stderr);
    assert_run!("source-show-unknown", desk.run("source show servicenow-jsn"));
}

#[test]
fn help() {
    let desk = Desk::empty();
    assert_run!("help-source", desk.run("source --help"));
    assert_run!("help-source-check", desk.run("help source check"));
    assert_run!("help-source-infer", desk.run("help source infer"));
    assert_run!("help-source-show", desk.run("help source show"));
}
