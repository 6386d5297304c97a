use super::*;

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// The days that the events between two lines close in 2026 and 2027, or what is wrong with them.
fn closed(events: &str) -> Result<Vec<String>, Vec<String>> {
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n", events.replace('\n', "\r\n"));
    let mut sources = Sources::new();
    let policy = sources.add("policy.shall", "");
    let file = sources.add_attached("holidays.ics", text);
    sources.attach(policy, "holidays.ics", Ok(file));
    let path = Text::new("holidays.ics".to_owned(), Span::new(policy, 0, 0));
    let mut found = Vec::new();
    let days = Holidays::new(&sources).days(&path, day("2026-01-01"), day("2027-12-31"), &mut found);
    if found.is_empty() {
        Ok(days.iter().map(Date::to_string).collect())
    } else {
        Err(found.into_iter().map(|diagnostic| diagnostic.message).collect())
    }
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT")
}

#[track_caller]
fn check(lines: &str, expected: &[&str]) {
    assert_eq!(closed(&event(lines)), Ok(expected.iter().map(|day| (*day).to_owned()).collect()));
}

#[track_caller]
fn refused(lines: &str, message: &str) {
    assert_eq!(closed(&event(lines)), Err(vec![message.to_owned()]));
}

#[test]
fn events_of_whole_days_close_them() {
    check("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227", &["2026-12-25", "2026-12-26"]);
    check("DTSTART:20261225\nDTEND:20261225", &["2026-12-25"]);
    check("DTSTART;VALUE=DATE:20251231\nDURATION:P3D", &["2026-01-01", "2026-01-02"]);
    check("DTSTART;VALUE=DATE:20271231\nDURATION:P1W", &["2027-12-31"]);
    check(
        "dtstart;value=date:20260427\nrdate;value=date:20270427,\n 20270428",
        &["2026-04-27", "2027-04-27", "2027-04-28"],
    );
}

#[test]
fn lines_go_on_behind_a_blank_and_parameters_may_be_quoted() {
    check("SUMMARY;X-WHY=\"a:b;c\":A day\n  off: at last\nDTSTART;VAL\n UE=DATE:2026\n\t1225", &["2026-12-25"]);
}

#[test]
fn rules_recur() {
    check("DTSTART;VALUE=DATE:19991225\nRRULE:FREQ=YEARLY", &["2026-12-25", "2027-12-25"]);
    check("DTSTART;VALUE=DATE:16010101\nRRULE:FREQ=YEARLY;INTERVAL=2", &["2027-01-01"]);
    check("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY\nRDATE:20270301", &["2027-03-01"]);
    check("DTSTART;VALUE=DATE:20251127\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", &["2026-11-26", "2027-11-25"]);
    check("DTSTART;VALUE=DATE:20250526\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20270101", &["2026-05-25"]);
    check("DTSTART;VALUE=DATE:20261028\nRRULE:FREQ=DAILY;COUNT=3", &["2026-10-28", "2026-10-29", "2026-10-30"]);
    check(
        "DTSTART;VALUE=DATE:20270930\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1",
        &["2027-09-30", "2027-10-31", "2027-11-30", "2027-12-31"],
    );
    check("DTSTART;VALUE=DATE:20271201\nRRULE:FREQ=WEEKLY;INTERVAL=2", &["2027-12-01", "2027-12-15", "2027-12-29"]);
    check(
        "DTSTART;VALUE=DATE:20260213\nRRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        &["2026-02-13", "2026-03-13", "2026-11-13", "2027-08-13"],
    );
    check("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20271225", &["2026-12-25"]);
}

#[test]
fn single_occurrences_are_moved_and_cancelled() {
    let recurring = event("UID:a\nDTSTART;VALUE=DATE:20250427\nRRULE:FREQ=YEARLY");
    let moved = event("UID:a\nRECURRENCE-ID;VALUE=DATE:20260427\nDTSTART;VALUE=DATE:20260428");
    let cancelled = event("UID:a\nRECURRENCE-ID;VALUE=DATE:20270427\nDTSTART;VALUE=DATE:20270427\nSTATUS:CANCELLED");
    let other = event("UID:b\nDTSTART;VALUE=DATE:20260427");
    assert_eq!(closed(&[recurring.as_str(), &moved, &cancelled].join("\n")), Ok(vec!["2026-04-28".to_owned()]));
    assert_eq!(
        closed(&[moved.as_str(), &other].join("\n")),
        Ok(vec!["2026-04-27".to_owned(), "2026-04-28".to_owned()])
    );
}

#[test]
fn what_would_change_the_days_and_is_not_read_is_refused() {
    refused(
        "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;BYYEARDAY=100",
        "`BYYEARDAY` is not read in a rule of recurrence",
    );
    refused("DTSTART;VALUE=DATE:20261225\nRRULE:BYMONTH=1", "a rule has no `FREQ`");
    refused(
        "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;INTERVAL=0",
        "`INTERVAL=0` is not a number from 1 to 10000",
    );
    refused(
        "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY;COUNT=2;UNTIL=20270101",
        "a rule has both `COUNT` and `UNTIL`",
    );
    refused(
        "DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=WEEKLY;BYDAY=1MO",
        "`BYDAY with a number here` is not read in a rule of recurrence",
    );
    refused("DTSTART;VALUE=DATE:20261225\nRDATE;VALUE=PERIOD:20270101T000000Z/P1D", "`RDATE` with periods is not read");
    refused(
        "DTSTART;VALUE=DATE:20261225\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261225",
        "`RECURRENCE-ID` with a range is not read",
    );
    refused(
        "SUMMARY:Half\\, a \u{1b}[31mday\u{202e}\nDTSTART:20261224T120000Z\nDTEND:20261224T180000Z",
        "the event \"Half, a [31mday\" has a time of day and closes nothing",
    );
}

#[test]
fn a_file_that_recurs_without_bound_is_refused() {
    let events: String =
        (0..3_000).map(|_| event("DTSTART;VALUE=DATE:16010101\nRRULE:FREQ=DAILY;INTERVAL=9999") + "\n").collect();
    assert_eq!(closed(&events), Err(vec!["the holidays in `holidays.ics` recur too often".to_owned()]));
}
