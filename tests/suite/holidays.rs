//! Holidays of iCalendar files: rules of recurrence against an independent implementation, and a file as a tool writes it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use shall::source::Sources;
use shall::value::time::DAY;
use shall::value::{Calendar, Date};

use crate::generate::choices::Choices;

/// The first and the last day of what is compared.
const FROM: &str = "2020-01-01";
const THROUGH: &str = "2031-12-31";

fn day(text: &str) -> Date {
    Date::parse(text).expect("a day")
}

/// A calendar that is always open but on the holidays of a file; or what is wrong.
fn calendar(file: &str) -> Result<Calendar, String> {
    let mut sources = Sources::new();
    let text = format!(
        "calendar c {{ zone \"UTC\" mon to sun 00:00-24:00 holidays from \"h.ics\" valid {FROM} through {THROUGH} }}\n"
    );
    let policy = sources.add("policy.shall", text.as_str());
    let attached = sources.add_attached("h.ics", file);
    sources.attach(policy, "h.ics", Ok(attached));
    let checked = shall::check::check(&[(policy, shall::syntax::parse(policy, &text))], &sources);
    let found = checked.all_diagnostics().into_iter().filter(shall::diagnostic::Diagnostic::is_error);
    let found: Vec<String> = found.map(|diagnostic| diagnostic.message).collect();
    if found.is_empty() { Ok(checked.program.environment.calendars[0].hours.clone()) } else { Err(found.join("; ")) }
}

/// The days on which a calendar is closed.
fn closed(calendar: &Calendar) -> BTreeSet<Date> {
    let midnight = |date: Date| i64::from(date.0) * DAY;
    let end = midnight(day(THROUGH)) + DAY;
    let open = calendar.pieces(midnight(day(FROM)), end).expect("the calendar says so");
    let starts = open.iter().map(|(from, _)| *from).chain([end]);
    let ends = [midnight(day(FROM))].into_iter().chain(open.iter().map(|(_, until)| *until));
    ends.zip(starts).flat_map(|(from, until)| from / DAY..until / DAY).map(|count| Date(count as i32)).collect()
}

fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(",")
}

/// A rule of every kind that is read.
fn rule(choices: &mut Choices<'_>) -> (String, &'static str) {
    let frequency = choices.pick(&["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]);
    let mut text = format!("FREQ={frequency}");
    if choices.chance(40) {
        text += &format!(";INTERVAL={}", choices.pick(&[2, 3, 5, 13]));
    }
    if choices.chance(50) {
        let months = (0..=choices.below(3)).map(|_| choices.below(12) + 1);
        text += &format!(";BYMONTH={}", list(months));
    }
    let by_months = matches!(frequency, "YEARLY" | "MONTHLY");
    let has_month_days = frequency != "WEEKLY" && choices.chance(35);
    if has_month_days {
        let days = (0..=choices.below(3)).map(|_| choices.pick(&[1, 13, 25, 29, 31, -1, -7, 15]));
        text += &format!(";BYMONTHDAY={}", list(days));
    }
    if choices.chance(50) {
        let ordinals = by_months && !has_month_days && choices.chance(90);
        let days = (0..=choices.below(3)).map(|_| {
            let weekday = choices.pick(&["MO", "FR", "TH", "SU", "WE", "SA", "TU"]);
            // `MO,1MO` is every Monday by the standard; the other implementation wants both at once.
            let ordinal = choices.pick(&["1", "-1", "4", "2", "5", "-2"]);
            if ordinals { format!("{ordinal}{weekday}") } else { weekday.to_owned() }
        });
        text += &format!(";BYDAY={}", list(days));
    }
    if choices.chance(30) {
        text += &format!(";WKST={}", choices.pick(&["SU", "TH", "MO"]));
    }
    (text, frequency)
}

/// The days of a rule, by the independent implementation; at most so many.
fn independent(rule: &str, start: &str, most: u16) -> Vec<String> {
    let set: rrule::RRuleSet = format!("DTSTART:{start}T000000Z\nRRULE:{rule}").parse().expect("a rule of recurrence");
    set.all(most).dates.iter().map(|date| date.format("%Y%m%d").to_string()).collect()
}

#[test]
fn rules_recur_as_an_independent_implementation_has_it() {
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[5; 32]));
    let met = std::cell::RefCell::new(std::collections::BTreeMap::<&str, u32>::new());
    let outcome = runner.run(&prop::collection::vec(any::<u32>(), 0..60), |tape| {
        let mut choices = Choices::new(&tape);
        let (mut rule, frequency) = rule(&mut choices);
        let start = format!("20{}{:02}{:02}", 20 + choices.below(8), choices.below(12) + 1, choices.below(28) + 1);
        // What a first day means that the rule does not have, the standard leaves open; so the first day is one that it has.
        // A rule that has none at all (the 31st of February) is another case.
        let until = "UNTIL=20311231T000000Z";
        let Some(start) = independent(&format!("{rule};{until}"), &start, 1).pop() else { return Ok(()) };
        rule += &match choices.below(3) {
            0 => format!(";{until}"),
            1 => format!(";COUNT={}", choices.below(40) + 1),
            _ => format!(";UNTIL={}1231", start[..4].parse::<usize>().unwrap_or(2031) + choices.below(5)),
        };
        let length = choices.pick(&[1, 1, 2, 10]);
        let mut expected = BTreeSet::new();
        for first in independent(&if rule.ends_with("1231") { format!("{rule}T000000Z") } else { rule.clone() }, &start, 10_000) {
            let first = day(&format!("{}-{}-{}", &first[..4], &first[4..6], &first[6..]));
            expected.extend((0..length).map(|more| Date(first.0 + more)).filter(|date| *date <= day(THROUGH)));
        }
        let file = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:{start}\nDURATION:P{length}D\nRRULE:{rule}\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        let found = calendar(&file).map_err(|error| TestCaseError::fail(format!("{rule}: {error}")))?;
        let found = closed(&found);
        let show = |days: Vec<&Date>| list(days.into_iter().take(8));
        prop_assert!(
            found == expected,
            "{rule} from {start}: not expected {}; missing {}",
            show(found.difference(&expected).collect()),
            show(expected.difference(&found).collect())
        );
        let mut met = met.borrow_mut();
        *met.entry(frequency).or_default() += 1;
        for part in ["INTERVAL", "BYMONTH=", "BYMONTHDAY", "BYDAY", "WKST", "COUNT", "UNTIL"] {
            *met.entry(part).or_default() += u32::from(rule.contains(part));
        }
        let by_day = rule.split_once("BYDAY=").map_or("", |(_, days)| days);
        let is_numbered = by_day.starts_with(|mark: char| mark == '-' || mark.is_ascii_digit());
        let kind = if rule.contains("BYMONTH=") { "numbered in months" } else { "numbered in years or months" };
        *met.entry(kind).or_default() += u32::from(is_numbered);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    let met = met.into_inner();
    println!("{met:?}");
    assert!(met.len() == 13 && met.values().all(|times| *times >= 10), "{met:?}");
}

#[test]
fn a_file_as_a_tool_writes_it_closes_its_days() {
    let calendar = calendar(include_str!("../../fixtures/holidays.ics")).unwrap();
    let of_years: Vec<String> = closed(&calendar)
        .into_iter()
        .filter(|date| day("2026-01-01") <= *date && *date <= day("2027-12-31"))
        .map(|date| date.to_string())
        .collect();
    assert_eq!(
        of_years,
        [
            "2026-01-01",
            "2026-04-06",
            "2026-06-01",
            "2026-12-25",
            "2026-12-26",
            "2027-01-01",
            "2027-03-29",
            "2027-12-25",
            "2027-12-26"
        ]
    );
}

#[test]
fn what_the_calendar_says_of_a_day_stands_before_its_holidays() {
    let mut sources = Sources::new();
    let text = "calendar c {\n  zone \"UTC\"\n  mon to sun 08:00-16:00\n  open 2026-12-26 10:00-12:00\n  holidays from \"h.ics\"\n}\n";
    let policy = sources.add("policy.shall", text);
    let attached = sources.add_attached("h.ics", include_str!("../../fixtures/holidays.ics"));
    sources.attach(policy, "h.ics", Ok(attached));
    let checked = shall::check::check(&[(policy, shall::syntax::parse(policy, text))], &sources);
    let hours = &checked.program.environment.calendars[0].hours;
    let open = |text: &str| {
        let start = i64::from(day(text).0) * DAY;
        hours.length(start, start + DAY).map(|micros| micros / shall::value::time::HOUR)
    };
    assert_eq!([open("2026-12-24"), open("2026-12-25"), open("2026-12-26")], [Some(8), Some(0), Some(2)]);
}
