//! The traps of other desks, of what calls people out and of what tells the public, and of a catalogue.

use super::traps::{export, field, with, without};

#[test]
fn zammad_tells_tickets_apart() {
    let exported = export("zammad");
    let of = |record: &str, key: &str, name: &str| field(&exported, record, key, name).to_owned();
    assert_eq!(of("incident", "771005", "assigned_to"), "-", "the user `-`");
    assert_eq!(of("incident", "771005", "category"), "-", "null");
    assert_eq!(of("incident", "771019", "category"), "-", "an empty text");
    assert_eq!(of("incident", "771012", "resolved_at"), "-", "`close_at` stays when a ticket is opened again");
    assert_eq!(of("incident", "771015", "resolved_at"), "-", "`close_at` is set when one is given up");
    assert_eq!(of("service_request", "771903", "fulfilled_by"), "l.brandt");
    assert!(!exported.records["incident"].contains_key("771901"), "merged");
    assert!(!exported.records["incident"].contains_key("771902"), "training");
    assert_eq!(of("state_event", "702", "by"), "l.brandt", "a number");
    assert_eq!(of("state_event", "705", "by"), "-", "user 1 is nobody");
    assert!(!exported.records["state_event"].contains_key("703"), "an owner is no state");
}

#[test]
fn znuny_tells_tickets_apart() {
    let exported = export("znuny");
    let of = |record: &str, key: &str, name: &str| field(&exported, record, key, name).to_owned();
    assert_eq!(of("incident", "771005", "assigned_to"), "-", "root@localhost is nobody");
    assert_eq!(of("incident", "771005", "category"), "-", "a dynamic field without a value");
    // Times are the system's, Europe/Vienna.
    assert_eq!(of("incident", "771009", "resolved_at"), "2026-03-29T05:00Z");
    assert_eq!(of("incident", "771012", "resolved_at"), "-", "`Closed` stays when a ticket is opened again");
    assert_eq!(of("incident", "771015", "state"), "cancelled", "closed unsuccessful");
    assert!(!exported.records["incident"].contains_key("771901"), "merged");
    assert!(!exported.records["incident"].contains_key("771902"), "unclassified");
    assert_eq!(of("problem", "771905", "assigned_to"), "a.okafor");
    assert_eq!(of("service_request", "771904", "fulfilled_at"), "-");
}

/// Errors come with HTTP status 200, so whoever fetches does not notice.
#[test]
fn an_error_of_znuny_is_no_empty_answer() {
    let failed = with("znuny", "tickets-2.json", "{\"Ticket\":", "{\"Error\":");
    assert!(failed.errors.iter().any(|error| error.contains("no records at `Ticket`")), "{:?}", failed.errors);
}

/// A dynamic field has a text, or a list where several may be chosen.
#[test]
fn a_list_of_znuny_is_no_text() {
    let several =
        with("znuny", "tickets-1.json", "\"Value\": \"application\"", "\"Value\": [\"application\", \"network\"]");
    assert!(!several.findings.is_empty(), "a list was taken for a text");
    for (at, finding) in &several.findings {
        assert_eq!(at, "incident.category");
        assert!(finding.contains("expected a single value, not a list"), "{finding}");
    }
}

/// Times of resolution and closing are there only with `include=stats`. Nothing notices where they are not, which the page warns of.
#[test]
fn freshservice_without_stats_tells_no_times() {
    let bare = with("freshservice", "tickets-1.json", "\"stats\":", "\"other\":");
    assert_eq!(field(&bare, "incident", "1001", "state"), "closed");
    assert_eq!(field(&bare, "incident", "1001", "resolved_at"), "-");
    assert!(bare.findings.is_empty() && bare.errors.is_empty() && bare.shortfalls.is_empty());
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tools/freshservice.md"));
    assert!(page.expect("the page").contains("counts as resolved at no time"));
}

#[test]
fn freshservice_tells_tickets_apart() {
    let exported = export("freshservice");
    let of = |record: &str, key: &str, name: &str| field(&exported, record, key, name).to_owned();
    assert_eq!(of("incident", "1005", "assigned_to"), "-", "null");
    assert_eq!(of("incident", "1001", "assigned_to"), "a.okafor", "a number, of an agent");
    assert_eq!(of("incident", "1001", "reported_by"), "p.quill", "a number, of a requester");
    assert_eq!(of("incident", "1012", "state"), "in_progress", "a status of one's own");
    assert!(!exported.records["incident"].contains_key("1901"), "deleted");
    assert!(!exported.records["incident"].contains_key("1902"), "spam");
    assert_eq!(of("service_request", "1903", "closed_at"), "2026-03-06T10:00Z");
    assert_eq!(of("change", "81", "backout_plan"), "Set the pool back");
    assert_eq!(of("change", "82", "backout_plan"), "-", "null in place of an object");
    assert_eq!(of("change", "82", "risk_level"), "high");
    assert_eq!(of("problem", "31", "root_cause"), "Nobody watches the dates");
}

#[test]
fn pagerduty_tells_entries_apart() {
    let exported = export("pagerduty");
    let of = |record: &str, key: &str, name: &str| field(&exported, record, key, name).to_owned();
    assert_eq!(of("incident", "1005", "resolved_at"), "-", "null");
    assert!(!exported.records["incident"].contains_key("1901"), "training");
    assert_eq!(of("state_event", "RL002", "record_id"), "1012", "out of the summary: ids are no numbers");
    assert_eq!(of("state_event", "RL002", "new_value"), "acknowledge");
    assert!(!exported.records["state_event"].contains_key("RL001"), "that somebody was told is no state");
}

/// Pages follow one another until `more` is false; how many incidents there are is told only with `total=true`.
#[test]
fn pages_of_pagerduty_that_are_missing_are_noticed() {
    let cut = without("pagerduty", "incidents-2.json");
    assert!(cut.shortfalls.iter().any(|found| found.contains("there are 21")), "{:?}", cut.shortfalls);
    let untold = with("pagerduty", "incidents-2.json", "\"total\": 21", "\"total\": null");
    assert!(untold.shortfalls.iter().any(|found| found.contains("does not say at `total`")), "{:?}", untold.shortfalls);
}

#[test]
fn a_statuspage_tells_outages() {
    let exported = export("statuspage");
    let of = |record: &str, key: &str, name: &str| field(&exported, record, key, name).to_owned();
    // The page's offset is -06:00 in winter and -05:00 in summer.
    assert_eq!(of("incident", "f3rr135x1001", "recorded_at_business"), "2026-01-05T08:12:31Z");
    assert_eq!(of("incident", "f3rr135x1020", "resolved_at"), "2026-06-30T22:45:30Z");
    assert!(!exported.records["incident"].contains_key("f3rr135x9001"), "a notice");
    assert_eq!(of("incident", "f3rr135x1001", "resolution"), "Connection pool enlarged", "updates are newest first");
    assert_eq!(of("incident", "f3rr135x1012", "resolution"), "-", "the newest update of an open one is no resolution");
    assert_eq!(of("outage", "f3rr135x1001", "ended_at"), "2026-01-05T10:40:02Z");
    assert_eq!(of("outage", "f3rr135x1012", "ended_at"), "-");
    assert_eq!(of("outage", "f3rr135x1001", "planned"), "Boolean(false)");
    assert!(!exported.records["outage"].contains_key("f3rr135x1003"), "minor");
    assert_eq!(of("outage", "f3rr135m0001", "planned"), "Boolean(true)");
    assert_eq!(of("outage", "f3rr135m0001", "started_at"), "2026-02-08T02:00Z");
    assert!(!exported.records["outage"].contains_key("f3rr135m0002"), "still to come");
    assert_eq!(of("state_event", "u1001c", "record_id"), "f3rr135x1001");
}

#[test]
fn backstage_tells_kinds_apart() {
    let exported = export("backstage");
    let of = |record: &str, key: &str, name: &str| field(&exported, record, key, name).to_owned();
    assert_eq!(of("ci", "booking-site", "description"), "The site where passengers\nbook.\n", "a block of text");
    assert_eq!(of("ci", "seat-map", "status"), "in_build", "documents in flow style");
    assert_eq!(of("ci", "old-till", "status"), "live", "deprecated is in use");
    assert_eq!(of("ci", "bookings-db", "status"), "?", "resources have no lifecycle");
    // A system is named `booking` or `system:default/booking`.
    assert_eq!(of("ci_relationship", "booking-site", "to_ci"), "booking");
    assert_eq!(of("ci_relationship", "bookings-db", "to_ci"), "booking");
    assert!(!exported.records["ci_relationship"].contains_key("old-till"), "it is part of nothing");
    // A relation to each of a list of names has them both as its key.
    assert_eq!(of("ci_relationship", "booking-site -> resource:bookings-db", "to_ci"), "bookings-db");
    assert_eq!(of("ci_relationship", "booking-site -> Component:default/seat-map", "to_ci"), "seat-map");
    assert_eq!(of("service", "booking", "ci"), "booking");
    assert_eq!(of("person", "a.okafor", "organization_unit"), "team-booking");
}

#[test]
fn servicedesk_plus_tells_requests_apart() {
    let exported = export("servicedesk-plus");
    let of = |record: &str, key: &str, name: &str| field(&exported, record, key, name).to_owned();
    // What is shown is a time of Lisbon to the minute; what is meant stands beside it, in milliseconds since 1970.
    assert_eq!(of("incident", "1009", "resolved_at"), "2026-03-29T05:00Z");
    assert_eq!(of("incident", "1001", "recorded_at_business"), "2026-01-05T08:12:31Z");
    assert_eq!(of("incident", "1005", "assigned_to"), "-", "null in place of an object");
    assert_eq!(of("incident", "1005", "resolution"), "-");
    assert!(!exported.records["incident"].contains_key("1901"), "what is in the trash");
    assert_eq!(of("service_request", "1903", "request_model"), "New phone");
    assert_eq!(of("service_request", "1904", "closed_at"), "-");
}

#[test]
fn bmc_helix_tells_entries() {
    let exported = export("bmc-helix");
    let of = |record: &str, key: &str, name: &str| field(&exported, record, key, name).to_owned();
    // Offsets have no colon.
    assert_eq!(of("incident", "INC000000001020", "resolved_at"), "2026-06-30T22:45:30Z");
    assert_eq!(of("incident", "INC000000001005", "assigned_to"), "-", "null");
    assert!(!exported.records["incident"].contains_key("INC000000001901"), "an event of the infrastructure");
    assert_eq!(of("change", "CRQ000000000081", "actual_start"), "2026-01-10T21:03Z");
    assert_eq!(of("change", "CRQ000000000082", "backout_plan"), "-");
}

#[test]
fn upptime_tells_outages() {
    let exported = export("upptime");
    let of = |key: &str, name: &str| field(&exported, "outage", key, name).to_owned();
    assert_eq!(of("10", "service"), "booking");
    assert_eq!(of("11", "ended_at"), "2026-03-29T01:30Z");
    assert_eq!(of("14", "ended_at"), "-", "still down");
    assert!(!exported.records["outage"].contains_key("13"), "slow is not down");
    assert!(!exported.records["outage"].contains_key("12"), "an issue that people wrote");
}
