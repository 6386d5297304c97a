//! Lengths of time of exports in ISO 8601: `PT4H30M`, `P2D`, `P1Y6M`.

use crate::value::CalendarSpan;
use crate::value::time::{DAY, HOUR, MINUTE, SECOND};

/// The parts of an ISO 8601 length of time: amount in millionths, and unit; units behind `T` are lower case.
fn parts(text: &str) -> Option<(bool, Vec<(i128, char)>)> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut rest = rest.strip_prefix('P')?;
    let (mut found, mut in_time, mut last_rank) = (Vec::new(), false, 0);
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix('T') {
            if in_time || behind.is_empty() {
                return None;
            }
            (in_time, rest) = (true, behind);
            continue;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let whole: i128 = rest.get(..digits)?.parse::<u32>().ok()?.into();
        let mut amount = whole * 1_000_000;
        rest = &rest[digits..];
        let mut fractional = false;
        if let Some(behind) = rest.strip_prefix(['.', ',']) {
            let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || digits > 6 {
                return None;
            }
            let fraction: i128 = behind[..digits].parse().ok()?;
            amount += fraction * 10i128.pow(6 - digits as u32);
            rest = &behind[digits..];
            fractional = true;
        }
        let unit = rest.chars().next()?;
        let (order, unit) = if in_time { ("HMS", unit.to_ascii_lowercase()) } else { ("YMWD", unit) };
        let rank = order.find(rest.chars().next()?)? + if in_time { 11 } else { 1 };
        rest = &rest[1..];
        // Each unit at most once, the larger first; only the last may have a fraction.
        if rank <= last_rank || (fractional && !rest.is_empty()) {
            return None;
        }
        last_rank = rank;
        found.push((amount, unit));
    }
    (!found.is_empty()).then_some((negative, found))
}

/// Reads an exact length of time, in microseconds; a day has 24 hours, and months and years have no exact length.
pub(in crate::data) fn duration(text: &str) -> Option<i64> {
    let (negative, parts) = parts(text)?;
    let mut total = 0i128;
    for (amount, unit) in parts {
        let length = match unit {
            'W' => 7 * DAY,
            'D' => DAY,
            'h' => HOUR,
            'm' => MINUTE,
            's' => SECOND,
            _ => return None,
        };
        total = total.checked_add(amount.checked_mul(i128::from(length))? / 1_000_000)?;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

/// Reads a calendar length of time; it has no hours and no fractions.
pub(super) fn span(text: &str) -> Option<CalendarSpan> {
    let (negative, parts) = parts(text)?;
    let mut total = CalendarSpan::default();
    for (amount, unit) in parts {
        if amount % 1_000_000 != 0 {
            return None;
        }
        let one = match unit {
            'Y' => CalendarSpan { months: 12, days: 0 },
            'M' => CalendarSpan { months: 1, days: 0 },
            'W' => CalendarSpan { months: 0, days: 7 },
            'D' => CalendarSpan { months: 0, days: 1 },
            _ => return None,
        };
        total = total.checked_add(one.checked_mul(amount / 1_000_000)?)?;
    }
    if negative { total.checked_neg() } else { Some(total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_iso_8601() {
        assert_eq!(duration("PT4H30M"), Some(4 * HOUR + 30 * MINUTE));
        assert_eq!(duration("P2D"), Some(2 * DAY));
        assert_eq!(duration("-P1W"), Some(-7 * DAY));
        assert_eq!(duration("PT1.5S"), Some(1_500_000));
        assert_eq!(duration("P1DT0,5H"), Some(DAY + HOUR / 2));
        assert_eq!(span("P1Y6M"), Some(CalendarSpan { months: 18, days: 0 }));
        assert_eq!(span("P2W1D"), Some(CalendarSpan { months: 0, days: 15 }));
        assert_eq!(span("-P12M"), Some(CalendarSpan { months: -12, days: 0 }));
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "PT5",
            "P1M",
            "P1Y",
            "PT1.5H5M",
            "PT5M4H",
            "P1.D",
            "P99999999999D",
            "4h",
            "PTé",
            "P1DT",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
        for text in ["PT4H", "P1.5M", "P1D1M", "P", "P4294967295Y"] {
            assert_eq!(span(text), None, "{text}");
        }
    }
}
