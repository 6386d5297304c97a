//! Forms of dates and times as exports write them: `%d/%m/%Y %H:%M`.
//!
//! A form is compiled once and then read against many texts. The directives are those of `strptime`, and stricter: a
//! year has its four digits, a text matches as a whole, and a time that no clock shows is none.

use jiff::civil;

use super::{Date, SECOND, Timestamp, Zone};

/// A form of dates or times, ready to read texts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeFormat {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Literal(char),
    Blanks,
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    Hour,
    HalfDayHour,
    HalfDay,
    Minute,
    Second,
    Fraction,
    OptionalFraction,
    Weekday,
    Offset,
    Epoch,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What a form found in a text.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    afternoon: bool,
    minute: i8,
    second: i8,
    nanosecond: i32,
    offset: Option<i32>,
    epoch: Option<i64>,
}

impl TimeFormat {
    /// Compiles a form.
    ///
    /// # Errors
    ///
    /// A clause on what is wrong with it: a directive that is not known or stands twice, or a form without a whole date.
    pub fn new(form: &str) -> Result<TimeFormat, String> {
        let mut parts = Vec::new();
        let mut rest = form.chars().peekable();
        while let Some(next) = rest.next() {
            if next.is_whitespace() {
                if parts.last() != Some(&Part::Blanks) {
                    parts.push(Part::Blanks);
                }
                continue;
            }
            if next != '%' {
                parts.push(Part::Literal(next));
                continue;
            }
            let mut directive = String::from('%');
            while let Some(modifier) = rest.next_if(|c| matches!(c, '.' | ':' | '-' | '_' | '0'..='9')) {
                directive.push(modifier);
            }
            directive.extend(rest.next());
            match directive.as_str() {
                "%F" => parts.extend([Part::Year, Part::Literal('-'), Part::Month, Part::Literal('-'), Part::Day]),
                "%T" => parts.extend([
                    Part::Hour,
                    Part::Literal(':'),
                    Part::Minute,
                    Part::Literal(':'),
                    Part::Second,
                ]),
                "%R" => parts.extend([Part::Hour, Part::Literal(':'), Part::Minute]),
                "%D" => parts.extend([
                    Part::Month,
                    Part::Literal('/'),
                    Part::Day,
                    Part::Literal('/'),
                    Part::ShortYear,
                ]),
                other => parts.push(directive_part(other).ok_or_else(|| {
                    format!(
                        "`{other}` is no directive; known are %Y %y %m %b %B %d %e %H %k %I %l %p %M %S %f %.f %a %A %z %:z %s %F %T %R %D %%"
                    )
                })?),
            }
        }
        let format = TimeFormat { parts };
        format.check()?;
        Ok(format)
    }

    fn count(&self, kinds: &[Part]) -> usize {
        self.parts.iter().filter(|part| kinds.contains(part)).count()
    }

    fn check(&self) -> Result<(), String> {
        let once: [(&[Part], &str); 10] = [
            (&[Part::Year, Part::ShortYear], "year"),
            (&[Part::Month, Part::MonthName], "month"),
            (&[Part::Day], "day"),
            (&[Part::Hour, Part::HalfDayHour], "hour"),
            (&[Part::HalfDay], "half of the day"),
            (&[Part::Minute], "minute"),
            (&[Part::Second], "second"),
            (&[Part::Fraction, Part::OptionalFraction], "fraction"),
            (&[Part::Offset], "offset"),
            (&[Part::Epoch], "count of seconds"),
        ];
        if let Some((_, name)) = once.iter().find(|(kinds, _)| self.count(kinds) > 1) {
            return Err(format!("the {name} stands twice"));
        }
        if self.count(&[Part::Epoch]) == 1 {
            return Ok(());
        }
        if let Some((_, name)) = once[..3].iter().find(|(kinds, _)| self.count(kinds) == 0) {
            return Err(format!("there is no {name} in it"));
        }
        if self.count(&[Part::HalfDayHour]) != self.count(&[Part::HalfDay]) {
            return Err("`%I` and `%p` stand together or not at all".to_owned());
        }
        if self.has_time() && self.count(&[Part::Hour, Part::HalfDayHour]) == 0 {
            return Err("there is a minute or a second and no hour in it".to_owned());
        }
        Ok(())
    }

    /// Whether it reads a time of day besides the date.
    pub fn has_time(&self) -> bool {
        let parts = [
            Part::Hour,
            Part::HalfDayHour,
            Part::Minute,
            Part::Second,
            Part::Fraction,
            Part::OptionalFraction,
            Part::Epoch,
        ];
        self.count(&parts) > 0
    }

    /// Whether it reads an offset, so that a text of this form needs no zone.
    pub fn has_offset(&self) -> bool {
        self.count(&[Part::Offset, Part::Epoch]) > 0
    }

    /// Reads a day: that which the text states, whatever its time and offset.
    pub fn date(&self, text: &str) -> Option<Date> {
        let found = self.read(text)?;
        match found.epoch {
            Some(_) => None,
            None => Date::new(found.year, found.month, found.day),
        }
    }

    /// Reads an instant; the zone is that of texts without an offset.
    pub fn timestamp(&self, text: &str, zone: Option<&Zone>) -> Option<Timestamp> {
        let found = self.read(text)?;
        if let Some(seconds) = found.epoch {
            let instant = Timestamp(seconds.checked_mul(SECOND)?);
            return instant.to_jiff().map(|_| instant);
        }
        let hour = if found.afternoon { found.hour + 12 } else { found.hour };
        let time = civil::Time::new(hour, found.minute, found.second.min(59), found.nanosecond).ok()?;
        let moment = civil::Date::new(found.year, found.month, found.day).ok()?.to_datetime(time);
        match found.offset {
            Some(offset) => Timestamp::from_civil_offset(moment, offset),
            None => zone?.instant(moment),
        }
    }

    fn read(&self, text: &str) -> Option<Found> {
        let mut found = Found::default();
        let mut rest = text;
        for part in &self.parts {
            match part {
                Part::Literal(literal) => rest = rest.strip_prefix(*literal)?,
                Part::Blanks => {
                    let trimmed = rest.trim_start();
                    if trimmed.len() == rest.len() {
                        return None;
                    }
                    rest = trimmed;
                }
                Part::Year => found.year = digits(&mut rest, 4, 4)? as i16,
                Part::ShortYear => {
                    let year = digits(&mut rest, 2, 2)? as i16;
                    found.year = if year < 69 { 2000 + year } else { 1900 + year };
                }
                Part::Month => found.month = digits(&mut rest, 1, 2)? as i8,
                Part::MonthName => found.month = name(&mut rest, &MONTHS)? + 1,
                Part::Day => {
                    rest = rest.trim_start_matches(' ');
                    found.day = digits(&mut rest, 1, 2)? as i8;
                }
                Part::Hour => {
                    rest = rest.trim_start_matches(' ');
                    found.hour = digits(&mut rest, 1, 2)? as i8;
                }
                Part::HalfDayHour => {
                    rest = rest.trim_start_matches(' ');
                    let hour = digits(&mut rest, 1, 2)? as i8;
                    if !(1..=12).contains(&hour) {
                        return None;
                    }
                    found.hour = hour % 12;
                }
                Part::HalfDay => {
                    let marker = rest.get(..2)?;
                    found.afternoon = match marker {
                        "AM" | "am" => false,
                        "PM" | "pm" => true,
                        _ => return None,
                    };
                    rest = &rest[2..];
                }
                Part::Minute => found.minute = digits(&mut rest, 2, 2)? as i8,
                Part::Second => {
                    found.second = digits(&mut rest, 2, 2)? as i8;
                    if found.second > 60 {
                        return None;
                    }
                }
                Part::Fraction => found.nanosecond = fraction(&mut rest)?,
                Part::OptionalFraction => {
                    if let Some(behind) = rest.strip_prefix(['.', ',']) {
                        rest = behind;
                        found.nanosecond = fraction(&mut rest)?;
                    }
                }
                Part::Weekday => {
                    name(&mut rest, &WEEKDAYS)?;
                }
                Part::Offset => found.offset = Some(offset(&mut rest)?),
                Part::Epoch => {
                    let behind = rest.strip_prefix('-');
                    rest = behind.unwrap_or(rest);
                    let seconds = digits(&mut rest, 1, 15)?;
                    found.epoch = Some(if behind.is_some() { -seconds } else { seconds });
                }
            }
        }
        rest.is_empty().then_some(found)
    }
}

fn directive_part(directive: &str) -> Option<Part> {
    // `%-d` and its like ask a writer not to pad; a reader takes one digit anyhow.
    let plain = directive.strip_prefix("%-").unwrap_or_else(|| directive.strip_prefix("%_").unwrap_or(&directive[1..]));
    Some(match plain {
        "Y" => Part::Year,
        "y" => Part::ShortYear,
        "m" => Part::Month,
        "b" | "B" | "h" => Part::MonthName,
        "d" | "e" => Part::Day,
        "H" | "k" => Part::Hour,
        "I" | "l" => Part::HalfDayHour,
        "p" | "P" => Part::HalfDay,
        "M" => Part::Minute,
        "S" => Part::Second,
        "f" | "3f" | "6f" | "9f" => Part::Fraction,
        ".f" | ".3f" | ".6f" | ".9f" => Part::OptionalFraction,
        "a" | "A" => Part::Weekday,
        "z" | ":z" => Part::Offset,
        "s" => Part::Epoch,
        "%" => Part::Literal('%'),
        _ => return None,
    })
}

/// Takes as many digits as there are, at least `least` and at most `most`.
fn digits(rest: &mut &str, least: usize, most: usize) -> Option<i64> {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least {
        return None;
    }
    let value = rest.bytes().take(count).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    *rest = &rest[count..];
    Some(value)
}

/// Takes the digits of a fraction of a second, in nanoseconds; those beyond the ninth are cut.
fn fraction(rest: &mut &str) -> Option<i32> {
    let count = rest.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 {
        return None;
    }
    let nanoseconds = (0..9).fold(0, |sum, place| {
        sum * 10 + rest.as_bytes().get(place).filter(|_| place < count).map_or(0, |digit| i32::from(digit - b'0'))
    });
    *rest = &rest[count..];
    Some(nanoseconds)
}

/// Takes an English name, whole or its first three letters, in any case; returns its position.
fn name(rest: &mut &str, names: &[&str]) -> Option<i8> {
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let word = &rest[..letters];
    let position =
        names.iter().position(|name| word.eq_ignore_ascii_case(name) || word.eq_ignore_ascii_case(&name[..3]))?;
    *rest = &rest[letters..];
    Some(position as i8)
}

/// Takes `Z`, `+0100`, `+01:00` or `+01`; seconds east of UTC.
fn offset(rest: &mut &str) -> Option<i32> {
    if let Some(behind) = rest.strip_prefix(['Z', 'z']) {
        *rest = behind;
        return Some(0);
    }
    let (negative, mut behind) = match rest.as_bytes().first()? {
        b'+' => (false, &rest[1..]),
        b'-' => (true, &rest[1..]),
        _ => return None,
    };
    let hours = digits(&mut behind, 2, 2)?;
    let mut minutes_text = behind.strip_prefix(':').unwrap_or(behind);
    let minutes = match digits(&mut minutes_text, 2, 2) {
        Some(minutes) => {
            behind = minutes_text;
            minutes
        }
        None => 0,
    };
    if hours > 18 || minutes > 59 {
        return None;
    }
    *rest = behind;
    let seconds = (hours * 3600 + minutes * 60) as i32;
    Some(if negative { -seconds } else { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(form: &str, text: &str) -> Option<String> {
        let zone = Zone::named("Europe/Paris").unwrap();
        TimeFormat::new(form).unwrap().timestamp(text, Some(&zone)).map(|instant| instant.to_string())
    }

    #[test]
    fn reads_the_forms_of_real_exports() {
        let cases = [
            ("%Y-%m-%d %H:%M:%S", "2026-11-22 16:04:12", "2026-11-22T15:04:12Z"),
            ("%d/%m/%Y %H:%M", "29/2/2016 01:16", "2016-02-29T00:16Z"),
            ("%Y-%m-%dT%H:%M:%S%.f%z", "2015-11-21T07:03:02.000-0500", "2015-11-21T12:03:02Z"),
            ("%Y-%m-%dT%H:%M:%S%.f%z", "2015-11-21T07:03:02Z", "2015-11-21T07:03:02Z"),
            ("%d.%m.%Y %k:%M:%S", "24.10.2023 7:07:31", "2023-10-24T05:07:31Z"),
            ("%m/%d/%Y %I:%M %p", "10/24/2023 12:07 AM", "2023-10-23T22:07Z"),
            ("%d/%b/%y %I:%M %p", "21/Nov/15 7:03 PM", "2015-11-21T18:03Z"),
            ("%a %b %e %H:%M:%S %Y", "Sun Nov 22 14:49:20 2026", "2026-11-22T13:49:20Z"),
            (
                "%a %b %d %Y %H:%M:%S GMT%z (Coordinated Universal Time)",
                "Mon Aug 10 2020 07:54:39 GMT+0000 (Coordinated Universal Time)",
                "2020-08-10T07:54:39Z",
            ),
            ("%s", "1444290120", "2015-10-08T07:42Z"),
        ];
        for (form, text, expected) in cases {
            assert_eq!(instant(form, text).as_deref(), Some(expected), "{form} {text}");
        }
    }

    #[test]
    fn refuses_what_is_not_of_the_form_or_does_not_exist() {
        for text in [
            "2026-02-30 10:00:00",
            "2026-01-01 24:00:00",
            "2026-01-01 10:60:00",
            "2026-01-01 10:00",
            "2026-01-01 10:00:00 ",
            "26-01-01 10:00:00",
            "2026-01-01  ",
            "",
            "é",
        ] {
            assert_eq!(instant("%Y-%m-%d %H:%M:%S", text), None, "{text}");
        }
        assert_eq!(instant("%m/%d/%Y %I:%M %p", "10/24/2023 13:07 PM"), None);
        assert_eq!(instant("%m/%d/%Y %I:%M %p", "10/24/2023 1:07 é"), None);
    }

    #[test]
    fn clocks_put_forward_and_back_follow_the_zone() {
        assert_eq!(instant("%F %R", "2026-03-29 02:30").as_deref(), Some("2026-03-29T01:30Z"));
        assert_eq!(instant("%F %R", "2026-10-25 02:30").as_deref(), Some("2026-10-25T00:30Z"));
    }

    #[test]
    fn a_day_is_what_the_text_states() {
        let form = TimeFormat::new("%Y-%m-%dT%H:%M%z").unwrap();
        assert_eq!(form.date("2026-01-01T23:30-0500"), Date::parse("2026-01-01"));
    }

    #[test]
    fn says_what_is_wrong_with_a_form() {
        let wrong = |form: &str| TimeFormat::new(form).unwrap_err();
        assert!(wrong("%Y-%m-%d %Q").starts_with("`%Q` is no directive"));
        assert!(wrong("%Y-%m-%d %").starts_with("`%` is no directive"));
        assert_eq!(wrong("%Y-%m"), "there is no day in it");
        assert_eq!(wrong("%Y-%m-%d %d"), "the day stands twice");
        assert_eq!(wrong("%Y-%m-%d %I:%M"), "`%I` and `%p` stand together or not at all");
        assert_eq!(wrong("%Y-%m-%d %M"), "there is a minute or a second and no hour in it");
    }

    /// jiff's own reader agrees on every text that this one takes.
    #[test]
    fn agrees_with_strptime() {
        let forms = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%b %d %Y %I:%M %p", "%Y%m%d %H%M%S"];
        let zone = Zone::named("Europe/Amsterdam").unwrap();
        for form in forms {
            let format = TimeFormat::new(form).unwrap();
            for step in 0..3000i64 {
                let seconds = step * 987_654 + step % 60;
                let moment = jiff::Timestamp::from_second(seconds).unwrap();
                let text = moment.to_zoned(zone.time_zone.clone()).strftime(form).to_string();
                let civil = jiff::fmt::strtime::parse(form, &text).unwrap().to_datetime().unwrap();
                assert_eq!(format.timestamp(&text, Some(&zone)), zone.instant(civil), "{form} {text}");
            }
        }
    }
}
