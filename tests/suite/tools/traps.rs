//! The traps of the formats: what would come out wrong if one were fallen into.

use super::{Exported, folder, read};

pub(super) fn export(name: &str) -> Exported {
    read(Some(name), &folder(name))
}

pub(super) fn field<'e>(exported: &'e Exported, record: &str, key: &str, field: &str) -> &'e str {
    let rows = &exported.records[record];
    rows.get(key).unwrap_or_else(|| panic!("no {record} {key}: {:?}", rows.keys())).get(field).expect("a field")
}

/// The first trap: codes and labels, ids and names, UTC and the user's own zone, and nothing that says which; the second: a reference
/// is an object, or a text where there is none.
#[test]
fn servicenow_tells_the_same_in_each_form() {
    for form in ["csv-display", "csv-raw", "json", "table-all", "table-labels", "table-values", "xml"] {
        let exported = export(&format!("servicenow-{form}"));
        let of = |number: &str, name: &str| field(&exported, "incident", number, name).to_owned();
        assert_eq!(of("INC0001001", "assigned_to"), "a.okafor", "{form}: an id or a name is the person");
        assert_eq!(of("INC0001005", "assigned_to"), "-", "{form}: nobody");
        assert_eq!(of("INC0001005", "category"), "-", "{form}: an empty text, an empty element or null");
        // In summer, and an hour after clocks were put forward.
        assert_eq!(of("INC0001020", "recorded_at_business"), "2026-06-30T21:15Z", "{form}");
        assert_eq!(of("INC0001009", "resolved_at"), "2026-03-29T05:00Z", "{form}");
        assert_eq!(of("INC0001002", "reopened_count"), "-", "{form}: not counted is not zero");
        assert_eq!(of("INC0001001", "reopened_count"), "0", "{form}");
        assert_eq!(of("INC0001003", "title"), "UNKNOWN", "{form}: what means absent elsewhere is a title here");
        assert_eq!(of("INC0001010", "title"), "Fahrpl\u{e4}ne fehlen auf Gleis \u{dc}", "{form}");
        assert!(!exported.records["incident"].contains_key("INC0009999"), "{form}: a record that tests the tool");
    }
}

#[test]
fn tables_of_servicenow_refer_to_one_another() {
    let exported = export("servicenow-table-values");
    let of = |record: &str, key: &str, name: &str| field(&exported, record, key, name).to_owned();
    assert_eq!(of("incident", "INC0001001", "problem"), "PRB0040001");
    assert_eq!(of("change", "CHG0030001", "requested_by"), "a.okafor");
    // `-1` is a code, and no fault.
    assert_eq!(of("change", "CHG0030003", "state"), "implementing");
    assert_eq!(of("change", "CHG0030003", "backout_plan"), "-");
    let decisions: Vec<&str> =
        exported.records["change_approval"].values().map(|row| row["decision"].as_str()).collect();
    assert_eq!(
        decisions.len(),
        2,
        "what was only asked for, not needed, or decides on a request is no decision on a change"
    );
    assert!(decisions.contains(&"approved") && decisions.contains(&"rejected"), "{decisions:?}");
    let approved: Vec<&str> = exported.records["change_approval"].values().map(|row| row["change"].as_str()).collect();
    assert!(approved.contains(&"CHG0030001") && approved.contains(&"CHG0030003"), "{approved:?}");
    let relation = exported.records["ci_relationship"].values().next().expect("a relation");
    assert_eq!((relation["from_ci"].as_str(), relation["to_ci"].as_str()), ("booking-web", "booking-db"));
    assert_eq!(of("service_request", "RITM0010001", "fulfilled_at"), "2026-02-02T08:00Z");
    assert_eq!(of("service_request", "RITM0010002", "fulfilled_at"), "-");
}

/// Reads an export without one of its files.
pub(super) fn without(name: &str, file: &str) -> Exported {
    let copy = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(folder(name)).expect("the fixture") {
        let path = entry.expect("an entry").path();
        if path.file_name().is_some_and(|known| known != file) {
            std::fs::copy(&path, copy.path().join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
    read(Some(name), copy.path())
}

/// Reads an export with a text of one of its files put in place of another, wherever it stands.
pub(super) fn with(name: &str, file: &str, old: &str, new: &str) -> Exported {
    let copy = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(folder(name)).expect("the fixture") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, copy.path().join(path.file_name().expect("a name"))).expect("a copy");
    }
    let text = std::fs::read_to_string(folder(name).join(file)).expect("the file");
    assert!(text.contains(old), "{file} has no {old}");
    std::fs::write(copy.path().join(file), text.replace(old, new)).expect("a copy");
    read(Some(name), copy.path())
}

#[test]
fn jira_tells_how_many_issues_there_are() {
    let whole = export("jira-rest");
    assert!(whole.shortfalls.is_empty(), "{:?}", whole.shortfalls);
    let cut = without("jira-rest", "search-2.json");
    assert!(cut.shortfalls.iter().any(|found| found.contains("there are 23")), "{:?}", cut.shortfalls);
}

/// Offsets have no colon, and are those of the user; ids of custom fields differ from site to site; a changelog has a key `toString`.
#[test]
fn fields_of_jira_are_found_by_name() {
    for name in ["jira-rest", "jira-rest-v3"] {
        let exported = export(name);
        let of = |number: &str, name: &str| field(&exported, "incident", number, name).to_owned();
        assert_eq!(of("DESK-1002", "recorded_at_business"), "2026-01-06T23:30Z", "{name}");
        assert_eq!((of("DESK-1002", "impact"), of("DESK-1002", "urgency")), ("medium".to_owned(), "high".to_owned()));
        assert_eq!(of("DESK-1005", "category"), "-", "{name}: null");
        assert!(!exported.records["incident"].contains_key("DESK-1900"), "{name}: a task is no incident");
        let first = exported.records["state_event"].values().find(|row| row["record_id"] == "DESK-1001");
        let first = first.expect("a change of state");
        assert_eq!((first["old_value"].as_str(), first["new_value"].as_str()), ("Open", "Work in progress"), "{name}");
        assert_eq!(first["at"], "2026-01-05T08:15:31Z", "{name}");
    }
}

/// The zone of the site is nowhere in the file, and a field with several values is read by its position.
#[test]
fn rows_of_jira_are_read_in_the_zone_of_the_site() {
    let exported = export("jira-csv");
    assert_eq!(field(&exported, "incident", "DESK-1009", "resolved_at"), "2026-03-29T05:00Z", "after clocks changed");
    assert_eq!(field(&exported, "incident", "DESK-1001", "service"), "booking");
}

/// A search gives at most a hundred changes of an issue, and says how many there are.
#[test]
fn a_changelog_of_jira_that_is_cut_is_noticed() {
    let copy = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(folder("jira-rest")).expect("the fixture") {
        let path = entry.expect("an entry").path();
        let mut answer: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&path).expect("a text")).expect("JSON");
        if let Some(issues) = answer.get_mut("issues").and_then(serde_json::Value::as_array_mut) {
            issues[0]["changelog"]["total"] = 132.into();
        }
        let name = path.file_name().expect("a name");
        std::fs::write(copy.path().join(name), answer.to_string()).expect("a copy");
    }
    let cut = read(Some("jira-rest"), copy.path());
    let found = "`history` and says 132 at `changelog.total`";
    assert!(cut.shortfalls.iter().any(|short| short.contains(found)), "{:?}", cut.shortfalls);
}

/// The page of traps names a test for each, which is there.
#[test]
fn the_page_names_tests_that_exist() {
    fn code(folder: &std::path::Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                code(&path, text);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&std::fs::read_to_string(&path).expect("a text"));
            }
        }
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = String::new();
    ["tests", "src/data/tests"].iter().for_each(|folder| code(&root.join(folder), &mut tests));
    let page = std::fs::read_to_string(root.join("docs/traps.md")).expect("the page");
    let is_test = |name: &&str| ["tools::", "data::", "exports::"].iter().any(|begin| name.starts_with(begin));
    let names = page.split('`').filter(is_test).filter(|name| !name.contains(['*', '…']));
    let names: Vec<&str> = names.filter_map(|name| name.rsplit("::").next()).collect();
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        assert!(tests.contains(&format!("fn {name}(")), "no test is called {name}");
    }
}
