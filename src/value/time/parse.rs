//! Texts of days and instants in the forms of ISO 8601 and RFC 3339.

use jiff::civil;

use super::{DAY, Date, SECOND, Timestamp};

/// Reads `yyyy-mm-dd` at the beginning of a text.
pub(super) fn parse_civil(bytes: &[u8]) -> Option<civil::Date> {
    if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let part = |range: std::ops::Range<usize>| -> Option<i16> {
        bytes[range].iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0')))
    };
    civil::Date::new(part(0..4)?, part(5..7)? as i8, part(8..10)? as i8).ok()
}

/// Reads `2026-03-01T09:30:00Z`, the usual form of an instant, and nothing else.
pub(super) fn parse_usual(text: &str) -> Option<Timestamp> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'Z')];
    if marks.iter().any(|(at, mark)| bytes[*at] != *mark) {
        return None;
    }
    let mut is_number = true;
    let mut two = |at: usize| {
        let (tens, ones) = (bytes[at].wrapping_sub(b'0'), bytes[at + 1].wrapping_sub(b'0'));
        is_number &= tens < 10 && ones < 10;
        i32::from(tens) * 10 + i32::from(ones)
    };
    let (year, month, day) = (two(0) * 100 + two(2), two(5), two(8));
    let (hour, minute, second) = (two(11), two(14), two(17));
    if !is_number || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let date = Date::new(i16::try_from(year).ok()?, month as i8, day as i8)?;
    Some(Timestamp(i64::from(date.0) * DAY + i64::from(hour * 3600 + minute * 60 + second) * SECOND))
}

/// Reads `yyyy-mm-dd`, `T` or a blank, `hh:mm[:ss[.fraction]]` and an optional offset in seconds east of UTC.
pub(super) fn parse_civil_and_offset(text: &str) -> Option<(civil::DateTime, Option<i32>)> {
    let date = parse_civil(text.as_bytes())?;
    let rest = text.as_bytes().get(10..)?;
    let number = |range: std::ops::Range<usize>| -> Option<i32> {
        rest.get(range)?
            .iter()
            .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i32::from(byte - b'0')))
    };
    if !matches!(rest.first()?, b'T' | b't' | b' ') || rest.get(3) != Some(&b':') {
        return None;
    }
    let (hour, minute) = (number(1..3)?, number(4..6)?);
    let (mut second, mut nanosecond, mut at) = (0, 0, 6);
    if rest.get(at) == Some(&b':') {
        second = number(7..9)?;
        at = 9;
        if matches!(rest.get(at), Some(b'.' | b',')) {
            let digits = rest[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            for place in 0..9 {
                let digit = if place < digits { i32::from(rest[at + 1 + place] - b'0') } else { 0 };
                nanosecond = nanosecond * 10 + digit;
            }
            at += 1 + digits;
        }
    }
    let offset = match rest.get(at..)? {
        [] => None,
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), digits @ ..] => {
            let two = |pair: &[u8]| -> Option<i32> {
                pair.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i32::from(byte - b'0')))
            };
            let (hours, minutes) = match digits.len() {
                2 => (two(digits)?, 0),
                4 => (two(&digits[..2])?, two(&digits[2..])?),
                5 if digits[2] == b':' => (two(&digits[..2])?, two(&digits[3..])?),
                _ => return None,
            };
            if hours > 18 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3600 + minutes * 60;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => return None,
    };
    // A leap second is read as the last second of its minute.
    let time = civil::Time::new(hour as i8, minute as i8, second.min(59) as i8, nanosecond).ok()?;
    (second <= 60).then_some((date.to_datetime(time), offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The short way to an instant takes nothing that the long way refuses or reads otherwise.
    #[test]
    fn the_usual_form_is_read_as_every_other() {
        for base in ["2026-03-01T09:30:00Z", "2024-02-29T23:59:59Z", "0000-01-01T00:00:00Z", "1900-02-28T12:00:60Z"] {
            for at in 0..base.len() {
                for other in ["0", "1", "2", "3", "5", "6", "9", "-", ":", "T", "Z", " ", "/", "+"] {
                    let text = [&base[..at], other, &base[at + 1..]].concat();
                    let long = parse_civil_and_offset(&text)
                        .and_then(|(civil, offset)| Timestamp::from_civil_offset(civil, offset?));
                    if let Some(usual) = parse_usual(&text) {
                        assert_eq!(Some(usual), long, "{text}");
                    } else {
                        assert_eq!(Timestamp::parse(&text), long, "{text}");
                    }
                }
            }
        }
    }
}
