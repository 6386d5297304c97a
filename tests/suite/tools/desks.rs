//! The traps of desks that are run by those who use them: what would come out wrong if one were fallen into.

use super::traps::{export, field};

#[test]
fn itop_tells_the_same_in_each_form() {
    for form in ["itop", "itop-codes", "itop-csv", "itop-xml"] {
        let exported = export(form);
        let of = |number: &str, name: &str| field(&exported, "incident", number, name).to_owned();
        // Times are the server's, Europe/Paris: an hour ahead of UTC in winter, two in summer.
        assert_eq!(of("I-001009", "recorded_at_business"), "2026-03-28T22:30Z", "{form}");
        assert_eq!(of("I-001009", "resolved_at"), "2026-03-29T05:00Z", "{form}");
        assert_eq!(of("I-001005", "assigned_to"), "-", "{form}: \"0\" is nobody");
        assert_eq!(of("I-001005", "resolved_at"), "-", "{form}: an empty text, an empty element or an empty cell");
        assert_eq!(of("I-001005", "resolution"), "-", "{form}");
        assert_eq!(of("I-001006", "title"), "<b> shown as text & not as bold", "{form}: titles are no HTML");
        assert!(!exported.records["incident"].contains_key("I-000999"), "{form}: what the tool is tried out with");
    }
}

#[test]
fn itop_links_records() {
    let exported = export("itop");
    let of = |record: &str, key: &str, name: &str| field(&exported, record, key, name).to_owned();
    assert_eq!(of("incident", "I-001001", "cis"), "[Booking site, VM-QUAY-1, Bookings DB]");
    assert_eq!(of("incident", "I-001002", "cis"), "[]");
    assert_eq!(of("incident", "I-001005", "resolution_code"), "-", "an unset choice is null");
    assert_eq!(of("incident", "I-001008", "problem"), "P-000071");
    assert_eq!(of("incident", "I-001002", "problem"), "-", "\"0\" beside an empty name");
    assert_eq!(of("problem", "P-000071", "incidents"), "[I-001008]");
    // One file holds changes of three classes, each under its own.
    assert_eq!(of("change", "C-000082", "category"), "EmergencyChange");
    assert_eq!(of("change", "C-000082", "backout_plan"), "-");
    assert_eq!(of("change", "C-000081", "backout_plan"), "Set the pool back", "HTML");
    assert_eq!(of("change_approval", "C-000081", "approver"), "m.ferro");
    assert_eq!(of("ci_relationship", "Booking site / VM-QUAY-1", "to_ci"), "VM-QUAY-1");
    assert_eq!(of("service_request", "R-000052", "approved_by"), "-");
    assert_eq!(of("service_level_target", "1", "unit"), "minutes");
    // In a cell of CSV, the links are one text.
    for form in ["itop-codes", "itop-csv"] {
        assert_eq!(field(&export(form), "incident", "I-001001", "cis"), "[61, 62, 63]", "{form}");
    }
}

#[test]
fn request_tracker_tells_the_same_in_each_form() {
    for form in ["rt", "rt-ticket", "rt-tsv"] {
        let exported = export(form);
        let of = |number: &str, name: &str| field(&exported, "incident", number, name).to_owned();
        assert_eq!(of("1005", "assigned_to"), "-", "{form}: the user Nobody");
        assert_eq!(of("1013", "title"), "Nobody", "{form}: what means absent elsewhere is a title here");
        assert_eq!(of("1005", "category"), "-", "{form}: a custom field without a value");
        assert_eq!(of("1005", "resolved_at"), "-", "{form}: 1970");
        assert_eq!(of("1013", "resolved_at"), "-", "{form}: no key at all");
        assert_eq!(of("1012", "resolved_at"), "-", "{form}: kept when it was opened again");
        assert_eq!(of("1015", "resolved_at"), "-", "{form}: set when it was rejected");
        assert_eq!(of("1009", "resolved_at"), "2026-03-29T05:00Z", "{form}");
        assert_eq!(of("1001", "reported_by"), "p.quill@ferries.example", "{form}");
    }
}

#[test]
fn request_tracker_tells_queues_and_transactions_apart() {
    let exported = export("rt");
    let of = |record: &str, key: &str, name: &str| field(&exported, record, key, name).to_owned();
    assert!(!exported.records["incident"].contains_key("1901"), "an approval is no incident");
    assert!(!exported.records["incident"].contains_key("1902"), "a ticket of training");
    assert_eq!(of("service_request", "1903", "fulfilled_by"), "l.brandt");
    assert_eq!(of("service_request", "1904", "fulfilled_at"), "-");
    assert_eq!(field(&export("rt-tsv"), "service_request", "1903", "fulfilled_by"), "l.brandt");
    assert_eq!(of("state_event", "505", "new_value"), "resolved");
    assert_eq!(of("state_event", "505", "record_id"), "1012");
    assert_eq!(of("state_event", "506", "by"), "-", "RT_System is nobody");
    assert!(!exported.records["state_event"].contains_key("504"), "a due date that is set is no state");
}

#[test]
fn glpi_tells_the_same_in_each_form() {
    for form in ["glpi", "glpi-search"] {
        let exported = export(form);
        let of = |number: &str, name: &str| field(&exported, "incident", number, name).to_owned();
        assert_eq!(of("1006", "title"), "<b> shown as text & not as bold", "{form}: titles have entities");
        assert_eq!(of("1005", "category"), "-", "{form}: `&nbsp;`, or null");
        assert_eq!(of("1019", "category"), "-", "{form}: an empty text, or null");
        assert_eq!(of("1005", "closed_at"), "-", "{form}");
        // Times are the server's, Europe/Berlin.
        assert_eq!(of("1009", "resolved_at"), "2026-03-29T05:00Z", "{form}");
        assert!(!exported.records["incident"].contains_key("1903"), "{form}: a request is no incident");
    }
    let searched = export("glpi-search");
    assert_eq!(field(&searched, "incident", "1003", "resolution"), "Asked the caller; restarted", "HTML in entities");
    assert_eq!(field(&searched, "incident", "1003", "assigned_to"), "m.ferro", "a number");
}

#[test]
fn glpi_tells_items_apart() {
    let exported = export("glpi");
    let of = |record: &str, key: &str, name: &str| field(&exported, record, key, name).to_owned();
    assert!(!exported.records["incident"].contains_key("1901"), "what is in the bin");
    assert_eq!(of("incident", "1020", "is_major"), "Boolean(true)", "priority 6");
    assert_eq!(of("incident", "1001", "is_major"), "Boolean(false)");
    assert_eq!(of("problem", "31", "root_cause"), "Nobody watches the dates & nobody is told");
    assert_eq!(of("change", "81", "backout_plan"), "Set the pool back");
    assert_eq!(of("change", "82", "backout_plan"), "-");
    assert_eq!(of("change_approval", "6", "decision"), "rejected");
    assert!(!exported.records["change_approval"].contains_key("7"), "nobody has decided yet");
    assert_eq!(of("ci", "KIOSK-7", "owner"), "-", "`&nbsp;`");
    assert_eq!(of("ci", "VM-QUAY-1", "last_discovered_at"), "2026-06-30T04:00Z");
    assert!(!exported.records["ci"].contains_key("Template of a kiosk"));
    assert_eq!(of("state_event", "904", "by"), "l.brandt", "a name with its number");
    assert_eq!(of("state_event", "905", "by"), "-");
    assert!(!exported.records["state_event"].contains_key("903"), "an assignment is no state");
}
