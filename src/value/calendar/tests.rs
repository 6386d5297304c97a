use super::*;
use crate::value::Timestamp;
use crate::value::time::HOUR;

fn at(text: &str) -> i64 {
    Timestamp::parse(text).unwrap_or_else(|| panic!("{text} is an instant")).0
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap_or_else(|| panic!("{text} is a day"))
}

/// Hours as `08:00-12:00`.
fn hours(text: &str) -> Hours {
    let minute = |clock: &str| clock[..2].parse::<u16>().unwrap() * 60 + clock[3..].parse::<u16>().unwrap();
    Hours::new(minute(&text[..5]), minute(&text[6..])).unwrap()
}

/// A version with the same hours from Monday to Sunday, valid always.
fn daily(zone: &str, spans: &[&str]) -> Version {
    let spans: Vec<Hours> = spans.iter().map(|span| hours(span)).collect();
    Version {
        zone: Zone::named(zone).unwrap(),
        week: std::array::from_fn(|_| spans.clone()),
        dates: BTreeMap::new(),
        from: FIRST_DAY,
        through: LAST_DAY,
    }
}

fn show(pieces: Option<Vec<(i64, i64)>>) -> Vec<String> {
    let pieces = pieces.expect("the calendar says so");
    pieces.iter().map(|(from, until)| format!("{} {}", Timestamp(*from), Timestamp(*until))).collect()
}

#[test]
fn the_last_day_is_the_end_of_the_century() {
    assert_eq!(LAST_DAY, day("2099-12-31"));
}

#[test]
fn hours_are_written_as_they_are_read() {
    for text in ["08:00-12:00", "22:00-06:00", "00:00-24:00", "12:00-24:00", "12:00-00:00"] {
        let shown = hours(text).to_string();
        assert_eq!(shown, if text == "12:00-00:00" { "12:00-24:00" } else { text });
    }
    assert_eq!(Hours::new(1440, 60), None);
    assert_eq!(Hours::new(60, 1441), None);
}

#[test]
fn office_hours_are_counted_over_weekends_and_weeks() {
    let mut version = daily("Europe/Amsterdam", &["08:00-12:00", "13:00-17:30"]);
    version.week[5] = vec![hours("09:00-13:00")];
    version.week[6] = Vec::new();
    version.dates.insert(day("2026-12-25"), Vec::new());
    version.dates.insert(day("2026-12-27"), vec![hours("10:00-11:00")]);
    let calendar = Calendar::new(vec![version]);
    // Friday 15:00 to Monday 09:00: two and a half hours, four on Saturday, one on Monday.
    assert_eq!(
        calendar.length(at("2026-01-09T14:00Z"), at("2026-01-12T08:00Z")),
        Some(2 * HOUR + HOUR / 2 + 4 * HOUR + HOUR)
    );
    assert_eq!(calendar.length(at("2026-01-05T00:00Z"), at("2026-01-12T00:00Z")), Some(46 * HOUR + HOUR / 2));
    assert_eq!(
        show(calendar.pieces(at("2026-12-24T16:00Z"), at("2026-12-27T23:00Z"))),
        [
            "2026-12-24T16:00Z 2026-12-24T16:30Z",
            "2026-12-26T08:00Z 2026-12-26T12:00Z",
            "2026-12-27T09:00Z 2026-12-27T10:00Z"
        ]
    );
    assert_eq!(calendar.covers(at("2026-01-09T14:00Z"), at("2026-01-09T16:30Z")), Some(true));
    assert_eq!(calendar.covers(at("2026-01-09T14:00Z"), at("2026-01-09T16:30:00.000001Z")), Some(false));
}

#[test]
fn a_skipped_clock_is_the_moment_of_the_change() {
    let shown = |spans: &[&str], zone: &str, from: &str, until: &str| {
        show(Calendar::new(vec![daily(zone, spans)]).pieces(at(from), at(until)))
    };
    // Amsterdam goes from 02:00 to 03:00 at 01:00Z.
    let amsterdam = |span: &str| shown(&[span], "Europe/Amsterdam", "2026-03-29T00:00Z", "2026-03-29T20:00Z");
    assert_eq!(amsterdam("02:30-04:00"), ["2026-03-29T01:00Z 2026-03-29T02:00Z"]);
    assert_eq!(amsterdam("01:30-02:30"), ["2026-03-29T00:30Z 2026-03-29T01:00Z"]);
    assert!(amsterdam("02:00-02:59").is_empty());
    // Lord Howe goes from 02:00 to 02:30.
    let lord_howe = |span: &str| shown(&[span], "Australia/Lord_Howe", "2026-10-03T14:00Z", "2026-10-04T12:00Z");
    assert_eq!(lord_howe("02:15-03:00"), ["2026-10-03T15:30Z 2026-10-03T16:00Z"]);
    // Samoa left out the 30th of December 2011.
    let samoa = shown(&["09:00-17:00"], "Pacific/Apia", "2011-12-29T12:00Z", "2011-12-31T12:00Z");
    assert_eq!(samoa, ["2011-12-29T19:00Z 2011-12-30T03:00Z", "2011-12-30T19:00Z 2011-12-31T03:00Z"]);
}

#[test]
fn of_a_clock_that_comes_twice_the_first_counts() {
    let amsterdam = |spans: &[&str]| {
        let calendar = Calendar::new(vec![daily("Europe/Amsterdam", spans)]);
        show(calendar.pieces(at("2026-10-24T22:00Z"), at("2026-10-25T20:00Z")))
    };
    // Clocks show 02:00 to 03:00 at 00:00Z and again at 01:00Z.
    assert_eq!(amsterdam(&["02:00-02:30"]), ["2026-10-25T00:00Z 2026-10-25T00:30Z"]);
    assert_eq!(amsterdam(&["02:30-04:00"]), ["2026-10-25T00:30Z 2026-10-25T03:00Z"]);
    assert_eq!(amsterdam(&["01:00-02:30", "02:30-04:00"]), ["2026-10-24T23:00Z 2026-10-25T03:00Z"]);
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_begins() {
    let mut version = daily("Europe/Amsterdam", &["22:00-06:00"]);
    version.dates.insert(day("2026-01-07"), Vec::new());
    let calendar = Calendar::new(vec![version]);
    assert_eq!(
        show(calendar.pieces(at("2026-01-06T12:00Z"), at("2026-01-09T12:00Z"))),
        ["2026-01-06T21:00Z 2026-01-07T05:00Z", "2026-01-08T21:00Z 2026-01-09T05:00Z"]
    );
    // Nine hours of work in the night in which clocks are put back, seven when they are put forward.
    assert_eq!(calendar.length(at("2026-10-24T12:00Z"), at("2026-10-25T12:00Z")), Some(9 * HOUR));
    assert_eq!(calendar.length(at("2026-03-28T12:00Z"), at("2026-03-29T12:00Z")), Some(7 * HOUR));
}

#[test]
fn nothing_is_said_of_days_that_are_not_valid() {
    let old = Version { through: day("2026-06-30"), ..daily("Europe/Amsterdam", &["08:00-16:00"]) };
    let new = Version { from: day("2026-07-01"), ..daily("Europe/Amsterdam", &["09:00-17:00"]) };
    let later = Version { from: day("2026-07-02"), ..new.clone() };
    let span =
        |versions: Vec<Version>| Calendar::new(versions).length(at("2026-06-30T00:00Z"), at("2026-07-02T00:00Z"));
    assert_eq!(span(vec![old.clone(), new.clone()]), Some(16 * HOUR));
    assert_eq!(span(vec![new, old.clone()]), Some(16 * HOUR));
    assert_eq!(span(vec![old.clone(), later]), None);

    let old = Calendar::new(vec![old]);
    // June ends in Amsterdam at 22:00Z.
    let end = at("2026-06-30T22:00Z");
    assert_eq!(old.length(at("2026-06-30T00:00Z"), end), Some(8 * HOUR));
    assert_eq!(old.length(at("2026-06-30T00:00Z"), end + 1), None);
    assert_eq!(old.pieces(end, end + 1), None);
    assert_eq!(old.length(end + 1, end + 1), Some(0));
    assert_eq!(old.length(end, end - 1), None);
    assert_eq!(Calendar::new(vec![daily("UTC", &["00:00-24:00"])]).length(-1, 1), None);
}

#[test]
fn a_calendar_that_never_closes_is_one_piece() {
    let calendar = Calendar::new(vec![daily("America/New_York", &["00:00-24:00"])]);
    let (from, until) = (at("1971-01-01T00:00Z"), at("2099-01-01T00:00Z"));
    assert_eq!(calendar.pieces(from, until), Some(vec![(from, until)]));
    assert_eq!(calendar.length(from, until), Some(until - from));
    let closed = Calendar::new(vec![daily("America/New_York", &[])]);
    assert_eq!((closed.length(from, until), closed.pieces(from, until)), (Some(0), Some(Vec::new())));
}
