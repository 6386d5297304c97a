//! What the forms of tools do not tell apart.

/// A source, the number of an incident (`*`: any), a field, as it was authored, and as it comes out. Each is needed.
pub(super) const DIFFERENCES: &[(&str, &str, &str, &str, &str)] = &[
    // BMC Helix has four priorities.
    ("bmc-helix", "*", "priority", "p5", "p4"),
    // Freshservice has four priorities.
    ("freshservice", "*", "priority", "p5", "p4"),
    // GLPI closes what was given up, too.
    ("glpi", "1015", "state", "cancelled", "closed"),
    ("glpi-search", "1015", "state", "cancelled", "closed"),
    // iTop has four priorities, and no state for what was given up.
    ("itop", "*", "priority", "p5", "p4"),
    ("itop", "1015", "state", "cancelled", "closed"),
    ("itop-codes", "*", "priority", "p5", "p4"),
    ("itop-codes", "1015", "state", "cancelled", "closed"),
    ("itop-csv", "*", "priority", "p5", "p4"),
    ("itop-csv", "1015", "state", "cancelled", "closed"),
    ("itop-xml", "*", "priority", "p5", "p4"),
    ("itop-xml", "1015", "state", "cancelled", "closed"),
    // PagerDuty has two urgencies and three states, the last of which is resolved, whatever the reason.
    ("pagerduty", "*", "urgency", "medium", "low"),
    ("pagerduty", "*", "state", "closed", "resolved"),
    ("pagerduty", "1013", "state", "on_hold", "in_progress"),
    ("pagerduty", "1015", "state", "cancelled", "resolved"),
    ("pagerduty", "1015", "resolved_at", "-", "2026-05-05T10:05Z"),
    // The lifecycle of Request Tracker ends with resolved.
    ("rt", "*", "state", "closed", "resolved"),
    ("rt-ticket", "*", "state", "closed", "resolved"),
    ("rt-tsv", "*", "state", "closed", "resolved"),
    // A Statuspage tells its readers less than the desk knows, and always says something at the end.
    ("statuspage", "*", "state", "closed", "resolved"),
    ("statuspage", "1013", "state", "on_hold", "in_progress"),
    ("statuspage", "1015", "state", "cancelled", "resolved"),
    ("statuspage", "1015", "resolved_at", "-", "2026-05-05T10:05Z"),
    ("statuspage", "1015", "resolution", "-", "Never mind."),
    // Zammad and Znuny close what is resolved, and have one time for both.
    ("zammad", "*", "state", "closed", "resolved"),
    ("znuny", "*", "state", "closed", "resolved"),
];

/// Takes the differences of a source into what was authored; each has to make one.
pub(super) fn differ(source: &str, authored: &mut super::Rows) {
    for (_, number, field, is, told) in DIFFERENCES.iter().filter(|difference| difference.0 == source) {
        let mut met = 0;
        for (_, incident) in authored.iter_mut().filter(|(key, _)| *number == "*" || key == number) {
            if incident.get(*field).is_some_and(|value| value == is) {
                incident.insert((*field).to_owned(), (*told).to_owned());
                met += 1;
            }
        }
        assert!(met > 0 && is != told, "{source}: no {field} of {number} is {is}");
    }
}
