//! Calendars, the files that they name, and the data that names them.

use super::{Desk, POLICIES, SERVICES, assert_run};

const CALENDARS: &str = r#"calendar office "Desk hours" {
  zone "Europe/Amsterdam"
  mon to fri 08:00-17:00
  holidays from "holidays.ics"
}

calendar always {
  zone "UTC"
  mon to sun 00:00-24:00
}

rule service-hours
  "A service is supported in office hours"
  cites desk-1 8.6
  for each service s
    if none: no population
  shall s.hours = office
  because "{s.name} is supported in {s.hours}"
"#;

const HOLIDAYS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Christmas Day\r\n\
    DTSTART;VALUE=DATE:20251225\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// A desk whose services have hours.
fn desk() -> Desk {
    let desk = Desk::sound();
    desk.write("ours/desk.shall", POLICIES.replace("  name: text\n", "  name: text\n  hours: calendar\n"));
    desk.add_policies(CALENDARS);
    desk.write("ours/holidays.ics", HOLIDAYS);
    desk.write(
        "export/service.csv",
        "id,name,hours\nS1,Kayak bookings,office\nS2,Night ferry,always\nS3,Locker rooms,ofice\n",
    );
    desk
}

#[test]
fn a_calendar_is_named_by_the_data() {
    assert_run!("named-by-data", desk().check("--select service-hours"));
}

#[test]
fn a_column_of_hours_that_is_not_there() {
    let desk = desk();
    desk.write("export/service.csv", SERVICES);
    assert_run!("not-exported", desk.check("--select service-hours"));
}

#[test]
fn the_files_that_policies_name_stand_in_the_report() {
    let report = desk().json("--select service-hours");
    let policies = report["inputs"]["policies"].as_array().unwrap().clone();
    assert_eq!(policies, ["ours/desk.shall", "ours/more.shall", "ours/holidays.ics"]);
}

#[test]
fn holidays_that_are_not_there() {
    let desk = desk();
    desk.remove("ours/holidays.ics");
    assert_run!("missing-holidays", desk.check(""));
    // Only what reaches the calendar is stopped.
    assert_eq!(desk.check("--select change-approved").status, 0);
}

#[test]
fn holidays_that_end_in_the_middle() {
    let desk = desk();
    desk.write("ours/holidays.ics", &HOLIDAYS[..HOLIDAYS.find("END:VEVENT").unwrap()]);
    assert_run!("cut-holidays", desk.check("--select service-hours"));
}

#[test]
fn holidays_beyond_the_limit_and_of_another_encoding() {
    let desk = desk();
    desk.write("ours/holidays.ics", HOLIDAYS.repeat(10_000));
    let run = desk.check("--select service-hours");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("more than the limit of 1048576"), "{}", run.stderr);
    desk.write("ours/holidays.ics", b"BEGIN:VCALENDAR\nSUMMARY:No\xeb\xff\n");
    let run = desk.check("--select service-hours");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("cannot be read: byte 27 is not UTF-8 text"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_link_to_holidays_does_not_lead_out_of_the_folder() {
    let desk = desk();
    desk.write("elsewhere/holidays.ics", HOLIDAYS);
    desk.write("ours/kept/holidays.ics", HOLIDAYS);
    for (target, status) in [("../elsewhere/holidays.ics", 2), ("kept/holidays.ics", 3)] {
        desk.remove("ours/holidays.ics");
        std::os::unix::fs::symlink(target, desk.path("ours/holidays.ics")).unwrap();
        let run = desk.check("--select service-hours");
        assert_eq!(run.stderr.contains("a link leads out of the folder"), status == 2, "{}", run.stderr);
        assert_ne!(run.status, 0, "{}", run.shown());
    }
}

#[test]
fn a_policy_file_may_be_named_alone() {
    let desk = desk();
    let run =
        desk.run("check export --no-pack --policies ours/desk.shall --policies ours/more.shall --select service-hours");
    assert!(!run.stderr.contains("holidays"), "{}", run.stderr);
    assert_ne!(run.status, 2, "{}", run.shown());
}
