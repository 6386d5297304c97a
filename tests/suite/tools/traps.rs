//! The traps of the formats: what would come out wrong if one were fallen into.

use super::{Exported, folder, read};

fn export(name: &str) -> Exported {
    read(Some(name), &folder(name))
}

fn field<'e>(exported: &'e Exported, record: &str, key: &str, field: &str) -> &'e str {
    &exported.records[record][key][field]
}

/// References are internal ids, which a second identity resolves.
#[test]
fn ids_of_servicenow_are_resolved() {
    let raw = export("servicenow-csv-raw");
    assert_eq!(field(&raw, "incident", "INC0001001", "assigned_to"), "a.okafor");
}
