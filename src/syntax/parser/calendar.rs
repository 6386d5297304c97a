//! Calendars.

use super::{Builder, Pair, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Calendar, CalendarLine, Days};
use crate::value::Date;
use crate::value::calendar::{DAY_MINUTES, Hours};

/// The words for weekdays, Monday first.
pub(super) const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Builder<'_> {
    /// `calendar … { … }`
    pub(super) fn calendar(&self, pair: Pair<'_>) -> Option<Calendar> {
        let (mut name, mut title, mut lines) = (None, None, Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::item_name => name = Some(self.item_name(&inner)),
                Rule::title => title = Some(self.texts(inner)),
                _ => lines.extend(self.calendar_line(inner)),
            }
        }
        Some(Calendar { name: name?, title, lines })
    }

    /// A line of a calendar; none of anything else, and of a line with a fault.
    pub(super) fn calendar_line(&self, pair: Pair<'_>) -> Option<CalendarLine> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let (mut weekdays, mut hours, mut days, mut title) = (Vec::new(), Vec::new(), None, None);
        let (mut dates, mut is_from) = (Vec::new(), false);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::weekday => weekdays.extend(self.weekday(&inner)),
                Rule::hours => hours.push(self.hours(inner)),
                Rule::days => days = Some(self.days(inner)),
                Rule::title => title = Some(self.texts(inner)),
                Rule::date => dates.push(self.day(&inner)),
                Rule::from_kw => is_from = true,
                _ => {}
            }
        }
        // A fault of one part is reported, and the others are looked at too.
        let hours: Option<Vec<Spanned<Hours>>> = hours.into_iter().collect();
        let days: Option<Days> = days.unwrap_or_default();
        match rule {
            Rule::calendar_zone => title.map(CalendarLine::Zone),
            Rule::weekly => {
                let mut weekdays = weekdays.into_iter();
                Some(CalendarLine::Weekly { first: weekdays.next()?, last: weekdays.next(), hours: hours? })
            }
            Rule::closed => Some(CalendarLine::Closed { days: days?, title }),
            Rule::open => Some(CalendarLine::Open { days: days?, hours: hours?, title }),
            Rule::holidays => title.map(CalendarLine::Holidays),
            Rule::valid => {
                let mut dates = dates.into_iter().collect::<Option<Vec<Spanned<Date>>>>()?.into_iter();
                let (from, through) = match (dates.next(), dates.next()) {
                    (first, None) if is_from => (first, None),
                    (first, None) => (None, first),
                    both => both,
                };
                Some(CalendarLine::Valid { from, through, span })
            }
            _ => None,
        }
    }

    fn weekday(&self, pair: &Pair<'_>) -> Option<Spanned<u8>> {
        let position = WEEKDAYS.iter().position(|word| *word == pair.as_str())?;
        Some(Spanned::new(position as u8, self.span(pair)))
    }

    /// One day or several; none if one of them has a fault, or the last lies before the first.
    fn days(&self, pair: Pair<'_>) -> Option<Days> {
        let dates: Vec<Option<Spanned<Date>>> =
            pair.into_inner().filter(|inner| inner.as_rule() == Rule::date).map(|date| self.day(&date)).collect();
        let mut dates = dates.into_iter().collect::<Option<Vec<Spanned<Date>>>>()?.into_iter();
        Some(Days { first: dates.next()?, last: dates.next() })
    }

    pub(super) fn day(&self, pair: &Pair<'_>) -> Option<Spanned<Date>> {
        let span = self.span(pair);
        self.date(pair.as_str(), span).map(|date| Spanned::new(date, span))
    }

    /// `08:00-12:00`
    fn hours(&self, pair: Pair<'_>) -> Option<Spanned<Hours>> {
        let span = self.span(&pair);
        let clocks: Vec<(Span, Option<u16>)> = pair
            .into_inner()
            .filter(|inner| inner.as_rule() == Rule::clock)
            .map(|clock| (self.span(&clock), self.clock(&clock)))
            .collect();
        let [(from_span, from), (_, until)] = clocks.as_slice() else { return None };
        let (from, until) = ((*from)?, (*until)?);
        if from == DAY_MINUTES {
            let message = "no hours of a day begin at 24:00";
            self.report(
                Diagnostic::new(Code::InvalidDate, *from_span, message, "the next day begins here")
                    .with_help("begin at 00:00 of the next weekday; only an end may be 24:00"),
            );
            return None;
        }
        if from == until {
            let message = "hours begin and end at the same time of day";
            self.report(
                Diagnostic::new(Code::InvalidDate, span, message, "none, or a day long?")
                    .with_help("write `00:00-24:00` for a whole day"),
            );
            return None;
        }
        Hours::new(from, until).map(|hours| Spanned::new(hours, span))
    }

    /// A time of day in minutes behind midnight; 24:00 is one.
    fn clock(&self, pair: &Pair<'_>) -> Option<u16> {
        let shown = pair.as_str();
        let (hour, minute) = shown.split_once(':')?;
        let (hours, minutes) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        let (message, help) = match hours * 60 + minutes {
            of_day if minutes < 60 && of_day <= DAY_MINUTES => {
                if hour.len() == 2 {
                    return Some(of_day);
                }
                (format!("`{shown}` is no time of day: the hour has two digits"), Some(format!("write `0{shown}`")))
            }
            _ => (format!("there is no time of day `{shown}`"), None),
        };
        self.report(
            Diagnostic::new(Code::InvalidDate, self.span(pair), message, "not a time of day").with_help_if(help),
        );
        None
    }
}
