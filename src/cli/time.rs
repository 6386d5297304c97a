//! `--as-of` and `--period`.

use super::Failure;
use crate::value::time::DAY;
use crate::value::{CalendarSpan, Date, Interval, Moment, Timestamp, Zone};

/// Reads an instant, a day, or `now`.
///
/// # Errors
/// If it is none of these, or is a day and no zone is stated.
pub(super) fn as_of(text: &str, zone: Option<&Zone>) -> Result<Timestamp, Failure> {
    if text == "now" {
        return now().ok_or_else(|| Failure::new("the system's clock shows a time that cannot be used"));
    }
    if let Some(instant) = Timestamp::parse(text) {
        return Ok(instant);
    }
    let Some(day) = Date::parse(text) else {
        return Err(Failure::new(format!("`--as-of {text}` is neither an instant nor a day"))
            .with_help(Some("write 2026-04-01T00:00Z (with `Z` or an offset), 2026-04-01, or now".to_owned())));
    };
    let Some(zone) = zone else {
        return Err(Failure::new(format!("`--as-of {text}` is a day, and the policies state no zone"))
            .with_help(Some(format!("write an instant, such as {text}T00:00Z, or add `zone \"…\"` to the policies"))));
    };
    zone.start_of_day(day).ok_or_else(|| Failure::new(format!("`--as-of {text}` is out of range")))
}

/// The one place where the clock is read, and only because `now` was asked for; whole seconds.
fn now() -> Option<Timestamp> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp(i64::try_from(since.as_secs()).ok()?.checked_mul(DAY / 86_400)?))
}

/// Reads two days, both included.
///
/// # Errors
/// If it is anything else, or the second lies before the first.
pub(super) fn period(text: &str) -> Result<Interval, Failure> {
    let days = text.split_once("..").and_then(|(from, until)| Some((Date::parse(from)?, Date::parse(until)?)));
    let Some((from, last)) = days else {
        return Err(Failure::new(format!("`--period {text}` is not two days"))
            .with_help(Some("write 2026-01-01..2026-03-31; both days are included".to_owned())));
    };
    if last < from {
        return Err(Failure::new(format!("`--period {text}` ends before it begins"))
            .with_help(Some(format!("write {last}..{from}"))));
    }
    last.checked_add(CalendarSpan { months: 0, days: 1 })
        .and_then(|until| Interval::new(Some(Moment::Date(from)), Some(Moment::Date(until))))
        .ok_or_else(|| Failure::new(format!("`--period {text}` is out of range")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_first_instant_in_the_zone() {
        let zone = Zone::named("Europe/Amsterdam").unwrap();
        assert_eq!(as_of("2026-04-01", Some(&zone)), Ok(Timestamp::parse("2026-03-31T22:00Z").unwrap()));
        assert_eq!(as_of("2026-04-01T09:00+02:00", None), Ok(Timestamp::parse("2026-04-01T07:00Z").unwrap()));
        assert!(as_of("2026-04-01", None).unwrap_err().message.unwrap().contains("no zone"));
        assert!(as_of("2026-04-31", Some(&zone)).unwrap_err().help.unwrap().contains("2026-04-01T00:00Z"));
    }

    #[test]
    fn a_period_includes_both_days() {
        assert_eq!(period("2026-01-01..2026-03-31").unwrap().to_string(), "2026-01-01 through 2026-03-31");
        assert_eq!(period("2026-03-01..2026-03-31").unwrap().to_string(), "2026-03");
        assert_eq!(period("2026-03-31..2026-03-01").unwrap_err().help.unwrap(), "write 2026-03-01..2026-03-31");
        for text in ["", "2026-01-01", "2026-01-01..", "2026-01-01...2026-01-02", "2026-02-30..2026-03-01"] {
            assert!(period(text).unwrap_err().message.unwrap().contains("not two days"), "{text}");
        }
    }
}
