//! Numbers, quantities, dates, instants and patterns.

use super::{Builder, Pair, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{ExprKind, Unit};
use crate::value::{Date, Number, Timestamp};

impl Builder<'_> {
    /// Reads a literal; `None` where it has a fault, which is reported.
    pub(super) fn literal(&self, pair: Pair<'_>) -> Option<ExprKind> {
        let span = self.span(&pair);
        let shown = pair.as_str();
        match pair.as_rule() {
            Rule::texts => Some(ExprKind::Text(self.texts(pair).node)),
            Rule::boolean => Some(ExprKind::Boolean(shown == "true")),
            Rule::number => self.number(shown, span),
            Rule::percent => self.percent(&pair).map(ExprKind::Percent),
            Rule::quantity => self.quantity(pair),
            Rule::date => self.date(shown, span).map(ExprKind::Date),
            Rule::timestamp => self.timestamp(shown, span).map(ExprKind::Timestamp),
            Rule::regex => self.regex(shown, span).map(ExprKind::Regex),
            _ => None,
        }
    }

    fn number(&self, shown: &str, span: Span) -> Option<ExprKind> {
        if let Some(number) = Number::parse(shown) {
            return Some(if shown.contains('.') { ExprKind::Decimal(number) } else { ExprKind::Integer(number) });
        }
        let digits = shown.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match shown.get(digits.len()..).unwrap_or("") {
            "s" | "sec" | "secs" => Some("seconds"),
            "m" | "min" | "mins" => Some("minutes"),
            "h" | "hr" | "hrs" => Some("hours"),
            "d" => Some("days"),
            "w" => Some("weeks"),
            "ms" => Some("milliseconds"),
            _ => None,
        };
        let diagnostic = if shown.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            Diagnostic::new(Code::InvalidNumber, span, format!("`{shown}` is not a number"), "digits and letters")
                .with_help(match unit {
                    Some(unit) => format!("write `{digits} {unit}`"),
                    None => "write numbers with digits, `_` and one decimal point, and units with a blank before them"
                        .to_owned(),
                })
        } else {
            let message = "a number has more digits than can be computed with exactly".to_owned();
            Diagnostic::new(Code::InvalidNumber, span, message, "too many digits").with_help("write at most 38 digits")
        };
        self.report(diagnostic);
        None
    }

    /// Reads a percentage as a fraction.
    pub(super) fn percent(&self, pair: &Pair<'_>) -> Option<Number> {
        let number = Number::parse(pair.as_str().trim_end_matches('%'))
            .and_then(|number| number.checked_div(Number::from_integer(100)));
        if number.is_none() {
            let message = "a percentage has more digits than can be computed with exactly";
            self.report(
                Diagnostic::new(Code::InvalidNumber, self.span(pair), message, "too many digits")
                    .with_help("write at most 36 digits"),
            );
        }
        number
    }

    fn quantity(&self, pair: Pair<'_>) -> Option<ExprKind> {
        let span = self.span(&pair);
        let (mut amount, mut unit) = (None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::amount => amount = Number::parse(inner.as_str()),
                Rule::unit => unit = unit_named(inner.as_str()),
                _ => {}
            }
        }
        let unit = unit?;
        let whole = amount.and_then(Number::to_integer).and_then(|whole| i64::try_from(whole).ok());
        // Days and weeks must fit as either: their place decides later which of the two they are.
        let fits = |whole: &i64| {
            unit.micros().is_none_or(|micros| whole.checked_mul(micros).is_some())
                && unit.span().is_none_or(|one| one.checked_mul(i128::from(*whole)).is_some())
        };
        if let Some(whole) = whole.filter(fits) {
            return Some(ExprKind::Quantity { amount: whole, unit });
        }
        let diagnostic = match amount {
            Some(amount) if amount.to_integer().is_none() => {
                let message = "a length of time is counted in whole units";
                Diagnostic::new(Code::InvalidNumber, span, message, "a fraction of a unit")
                    .with_help_if(smaller_unit(amount, unit))
            }
            _ => {
                Diagnostic::new(Code::InvalidNumber, span, "a length of time is too long", "beyond what can be counted")
                    .with_help("write at most a few thousand years")
            }
        };
        self.report(diagnostic);
        None
    }

    /// Reads a date; none, with a diagnostic, if there is no such day.
    pub(super) fn date(&self, shown: &str, span: Span) -> Option<Date> {
        if let Some(date) = Date::parse(shown) {
            return Some(date);
        }
        let (message, label, help) = match written_otherwise(shown) {
            Some(date) => {
                ("a date is written year-month-day", "another order or length", Some(format!("write `{date}`")))
            }
            None if shown.len() == 10 && shown.as_bytes().get(4) == Some(&b'-') => {
                ("a date does not exist", "there is no such day", last_day(shown))
            }
            None => {
                let help = "write four digits of the year, two of the month, two of the day: `2026-01-31`";
                ("a date is written year-month-day", "another order or length", Some(help.to_owned()))
            }
        };
        let message = format!("{message}: `{shown}`");
        self.report(Diagnostic::new(Code::InvalidDate, span, message, label).with_help_if(help));
        None
    }

    pub(super) fn timestamp(&self, shown: &str, span: Span) -> Option<Timestamp> {
        let spaced = shown.contains(' ');
        if let Some(timestamp) = Timestamp::parse(shown).filter(|_| !spaced) {
            return Some(timestamp);
        }
        let diagnostic = if Timestamp::parse(&format!("{shown}Z")).is_some() {
            let with_t = shown.replace(' ', "T");
            Diagnostic::new(
                Code::InvalidDate,
                span,
                "an instant does not say its offset",
                "which zone is this time in?",
            )
            .with_help(format!("write `{with_t}Z` for UTC, or the offset behind it: `{with_t}+01:00`"))
        } else if spaced && Timestamp::parse(shown).is_some() {
            Diagnostic::new(Code::InvalidDate, span, "an instant is written with `T`", "a blank stands before the time")
                .with_help(format!("write `{}`", shown.replace(' ', "T")))
        } else {
            let message = format!("`{shown}` is not a time that exists");
            Diagnostic::new(Code::InvalidDate, span, message, "no such day, time or offset")
                .with_help("write it as `2026-01-31T09:00Z` or `2026-01-31T10:00:00+01:00`")
        };
        self.report(diagnostic);
        None
    }

    /// Reads a pattern between slashes.
    pub(super) fn regex(&self, shown: &str, span: Span) -> Option<String> {
        let pattern = shown.get(1..shown.len().saturating_sub(1)).unwrap_or("").replace("\\/", "/");
        match regex::Regex::new(&pattern) {
            Ok(_) => Some(pattern),
            Err(error) => {
                let reason = match &error {
                    regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                    _ => error.to_string().lines().last().unwrap_or("").trim_start_matches("error: ").to_owned(),
                };
                let help = "patterns have no look-around and no back references; write `\\` before a mark that stands for itself";
                self.report(
                    Diagnostic::new(Code::InvalidRegex, span, "a pattern cannot be read", reason).with_help(help),
                );
                None
            }
        }
    }
}

/// The unit of that name, singular or plural.
fn unit_named(word: &str) -> Option<Unit> {
    Some(match word.strip_suffix('s').unwrap_or(word) {
        "microsecond" => Unit::Microsecond,
        "millisecond" => Unit::Millisecond,
        "second" => Unit::Second,
        "minute" => Unit::Minute,
        "hour" => Unit::Hour,
        "day" => Unit::Day,
        "week" => Unit::Week,
        "month" => Unit::Month,
        "quarter" => Unit::Quarter,
        "year" => Unit::Year,
        _ => return None,
    })
}

/// The same length in whole units, the largest that fit, as help.
fn smaller_unit(amount: Number, unit: Unit) -> Option<String> {
    let months = match unit {
        Unit::Year => Some((12, "months")),
        Unit::Quarter => Some((3, "months")),
        _ => None,
    };
    if let Some((months, word)) = months {
        let whole = amount.checked_mul(Number::from_integer(months))?.to_integer()?;
        return Some(format!("write `{whole} {word}`"));
    }
    let micros = amount.checked_mul(Number::from_integer(i128::from(unit.micros()?)))?;
    let units = [
        (Unit::Day, "days"),
        (Unit::Hour, "hours"),
        (Unit::Minute, "minutes"),
        (Unit::Second, "seconds"),
        (Unit::Millisecond, "milliseconds"),
        (Unit::Microsecond, "microseconds"),
    ];
    units.into_iter().find_map(|(unit, word)| {
        let whole = micros.checked_div(Number::from_integer(i128::from(unit.micros()?)))?.to_integer()?;
        Some(format!("write `{whole} {word}`"))
    })
}

/// The date that is meant by `2026-1-5`, or by `31-12-2026` where no other order is possible.
fn written_otherwise(shown: &str) -> Option<Date> {
    let parts: Vec<&str> = shown.split(['-', '/']).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let number = |text: &str| text.parse::<i16>().ok();
    if first.len() == 4 {
        if second.len() == 2 && third.len() == 2 {
            return None;
        }
        return Date::new(number(first)?, number(second)? as i8, number(third)? as i8);
    }
    let (day, month) = (number(first)?, number(second)?);
    match (day > 12, month > 12) {
        (true, false) => Date::new(number(third)?, month as i8, day as i8),
        (false, true) => Date::new(number(third)?, day as i8, month as i8),
        _ => None,
    }
}

/// The last day of the month that a date with too high a day names, as help.
fn last_day(shown: &str) -> Option<String> {
    let month = shown.get(..8)?;
    (28..=31).rev().find_map(|day| Date::parse(&format!("{month}{day}"))).map(|date| {
        let (year, month, day) = date.parts().unwrap_or((0, 0, 0));
        format!("the last day of that month is `{year:04}-{month:02}-{day:02}`")
    })
}
