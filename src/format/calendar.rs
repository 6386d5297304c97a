//! The layout of calendars.

use super::writer::Writer;
use crate::source::Spanned;
use crate::syntax::ast::{Calendar, CalendarLine, Days};
use crate::value::calendar::Hours;

impl Writer<'_> {
    /// `calendar … { … }`
    pub(super) fn calendar(&mut self, calendar: &Calendar) {
        let Calendar { name, title, lines } = calendar;
        self.word("calendar");
        self.space();
        self.take(name.span);
        self.title(title.as_ref());
        self.space();
        self.block(lines, Self::calendar_line);
    }

    fn calendar_line(&mut self, line: &CalendarLine) {
        match line {
            CalendarLine::Zone(zone) => self.zone(zone),
            CalendarLine::Weekly { first, last, hours } => {
                self.take(first.span);
                if let Some(last) = last {
                    self.space();
                    self.word("to");
                    self.space();
                    self.take(last.span);
                }
                self.hours(hours);
            }
            CalendarLine::Closed { days, title } => {
                self.word("closed");
                self.days(days);
                self.title(title.as_ref());
            }
            CalendarLine::Open { days, hours, title } => {
                self.word("open");
                self.days(days);
                self.hours(hours);
                self.title(title.as_ref());
            }
            CalendarLine::Holidays(file) => {
                self.word("holidays from");
                self.space();
                self.texts(file.span);
            }
            CalendarLine::Valid { from, through, span: _ } => {
                self.word("valid");
                if let Some(from) = from {
                    self.word_before("from", through.is_none());
                    self.space();
                    self.take(from.span);
                }
                if let Some(through) = through {
                    self.word_before("through", true);
                    self.space();
                    self.take(through.span);
                }
            }
        }
    }

    fn word_before(&mut self, word: &str, is_there: bool) {
        if is_there {
            self.space();
            self.word(word);
        }
    }

    fn days(&mut self, days: &Days) {
        let Days { first, last } = days;
        self.space();
        self.take(first.span);
        if let Some(last) = last {
            self.space();
            self.word("through");
            self.space();
            self.take(last.span);
        }
    }

    fn hours(&mut self, hours: &[Spanned<Hours>]) {
        let clock = |c: char| c.is_ascii_digit() || c == ':';
        for at in 0..hours.len() {
            if at > 0 {
                self.word(",");
            }
            self.space();
            self.take_while(clock);
            self.word("-");
            self.take_while(clock);
        }
    }
}
