//! Holidays from an iCalendar file (RFC 5545): the days that its events close.
//!
//! Enters: the text of a file, which the loader read. Leaves: the days on which one of its events of whole days takes
//! place, or what is wrong, with the line of the file. What could change which days are meant and is not read is an error;
//! an event with times of day closes nothing, and a warning says so.

mod lines;
mod recurrence;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use self::lines::{Line, LineReader};
use self::recurrence::Recurrence;
use super::attachments::{self, Kind, LARGEST_ATTACHMENT};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::Text;
use crate::value::Date;

/// Most events of a file.
const MOST_EVENTS: usize = 10_000;

/// Most days that one event takes, and that are looked at for all recurring events of a program.
const LONGEST_EVENT: i32 = 366;
const MOST_DAYS: u64 = 20_000_000;

const FILE: Kind = Kind { code: Code::InvalidHolidays, content: "the holidays", example: "holidays/2026.ics" };

/// An event of whole days.
struct Event {
    /// Its first day, and how many days it takes.
    start: Date,
    days: i32,
    rules: Vec<Recurrence>,
    /// Further first days.
    more: Vec<Date>,
    /// First days on which it does not take place after all.
    except: BTreeSet<Date>,
    is_cancelled: bool,
    uid: Option<String>,
    /// The first day of the recurring event of the same identifier in whose place it stands.
    replaces: Option<Date>,
}

/// The events of a file, and what is wrong with it.
#[derive(Default)]
struct Content {
    events: Vec<Event>,
    diagnostics: Vec<Diagnostic>,
}

/// Reads files of holidays, each once.
pub(super) struct Holidays<'s> {
    sources: &'s Sources,
    contents: BTreeMap<FileId, Rc<Content>>,
    /// Days that may still be looked at.
    budget: u64,
}

impl<'s> Holidays<'s> {
    pub(super) fn new(sources: &'s Sources) -> Holidays<'s> {
        Holidays { sources, contents: BTreeMap::new(), budget: MOST_DAYS }
    }

    /// The days from one through another that a file closes, named by a policy.
    pub(super) fn days(
        &mut self,
        path: &Text,
        from: Date,
        through: Date,
        found: &mut Vec<Diagnostic>,
    ) -> BTreeSet<Date> {
        let file = match attachments::find(self.sources, path, &FILE) {
            Ok(file) => file,
            Err(fault) => {
                found.push(fault);
                return BTreeSet::new();
            }
        };
        let text = &self.sources.file(file).text;
        let content = Rc::clone(self.contents.entry(file).or_insert_with(|| Rc::new(read(file, text))));
        found.extend(content.diagnostics.iter().cloned());
        if content.diagnostics.iter().any(Diagnostic::is_error) {
            return BTreeSet::new();
        }
        let Some(days) = self.expand(&content.events, from, through) else {
            let message = format!("the holidays in `{}` recur too often", path.node);
            let help = "end them with `UNTIL` in the file, or with `valid through …` here";
            let label = "more than can be looked through";
            found.push(Diagnostic::new(Code::InvalidHolidays, path.span, message, label).with_help(help));
            return BTreeSet::new();
        };
        // Where every event is warned of, that says it all.
        if days.is_empty() && (content.diagnostics.is_empty() || !content.events.is_empty()) {
            let message = format!("the holidays in `{}` close no day of this calendar", path.node);
            let label = format!("no event of whole days from {from} through {through}");
            let help = "name the file of these years, or leave the line out";
            found.push(Diagnostic::new(Code::IgnoredHolidays, path.span, message, label).with_help(help));
        }
        days
    }

    /// The days that events take; none if there are too many to look at.
    fn expand(&mut self, events: &[Event], from: Date, through: Date) -> Option<BTreeSet<Date>> {
        let mut replaced: BTreeMap<&str, BTreeSet<Date>> = BTreeMap::new();
        for event in events {
            if let (Some(uid), Some(day)) = (&event.uid, event.replaces) {
                replaced.entry(uid).or_default().insert(day);
            }
        }
        let mut days = BTreeSet::new();
        for event in events.iter().filter(|event| !event.is_cancelled) {
            let mut starts: BTreeSet<Date> = event.more.iter().copied().chain([event.start]).collect();
            for rule in &event.rules {
                starts.extend(rule.days(event.start, through, &mut self.budget)?);
            }
            let replaced = event.uid.as_deref().filter(|_| event.replaces.is_none()).and_then(|uid| replaced.get(uid));
            for start in starts {
                if event.except.contains(&start) || replaced.is_some_and(|days| days.contains(&start)) {
                    continue;
                }
                self.budget = self.budget.checked_sub(event.days as u64)?;
                let (first, last) = (start.max(from), Date(start.0.saturating_add(event.days - 1)).min(through));
                days.extend((first.0..=last.0).map(Date));
            }
        }
        Some(days)
    }
}

/// Reads a file.
fn read(file: FileId, text: &str) -> Content {
    let mut content = Content::default();
    let error = |span: Span, message: String, label: &str| Diagnostic::new(Code::InvalidHolidays, span, message, label);
    if text.len() > LARGEST_ATTACHMENT {
        let message = format!("a file of holidays is larger than {} MiB", LARGEST_ATTACHMENT >> 20);
        content.diagnostics.push(error(Span::new(file, 0, 0), message, "too large"));
        return content;
    }
    // What is open: the names of components, each with its line.
    let mut open: Vec<(String, Span)> = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    let mut ended = false;
    for line in LineReader::new(file, text) {
        let line = match line {
            Ok(line) => line,
            Err(span) => {
                let message = "a line has no `:` between a name and a value".to_owned();
                let help = "is this an iCalendar file? Lines that go on begin with a blank";
                content.diagnostics.push(error(span, message, "not a line of an iCalendar file").with_help(help));
                return content;
            }
        };
        let component = line.value.trim().to_ascii_uppercase();
        match line.name.as_str() {
            "BEGIN" => {
                let fits = if open.is_empty() { component == "VCALENDAR" } else { open.len() < 8 };
                if !fits {
                    let message = format!("a calendar begins with `BEGIN:VCALENDAR`, found `BEGIN:{component}`");
                    content.diagnostics.push(error(line.span, message, "not the begin of a calendar"));
                    return content;
                }
                if open.len() == 1 && component == "VEVENT" {
                    lines.clear();
                }
                open.push((component, line.span));
                ended = false;
            }
            "END" => {
                let Some((begun, begin)) = open.pop().filter(|(begun, _)| *begun == component) else {
                    let message = format!("`END:{component}` ends what was not begun");
                    content.diagnostics.push(error(line.span, message, "nothing of that name is open"));
                    return content;
                };
                if open.len() == 1 && begun == "VEVENT" {
                    if content.events.len() == MOST_EVENTS {
                        let message = format!("a file of holidays has more than {MOST_EVENTS} events");
                        content.diagnostics.push(error(begin, message, "one too many"));
                        return content;
                    }
                    match event(&lines, begin) {
                        Ok(event) => content.events.push(event),
                        Err(diagnostic) => content.diagnostics.push(*diagnostic),
                    }
                }
                ended = open.is_empty();
            }
            _ if open.is_empty() => {
                let message = "a calendar begins with `BEGIN:VCALENDAR`".to_owned();
                content.diagnostics.push(error(line.span, message, "stands outside of a calendar"));
                return content;
            }
            // What stands deeper, such as an alarm, says nothing of the days.
            _ if open.len() == 2 && open[1].0 == "VEVENT" => lines.push(line),
            _ => {}
        }
    }
    if let Some((component, begin)) = open.last() {
        let message = format!("the file ends before `END:{component}`");
        content
            .diagnostics
            .push(error(*begin, message, "begun here and never ended").with_help("load the whole file again"));
    } else if !ended {
        let message = "the file holds no calendar".to_owned();
        content.diagnostics.push(error(Span::new(file, 0, 0), message, "empty"));
    }
    content
}

/// Makes an event of its lines.
fn event(lines: &[Line], begin: Span) -> Result<Event, Box<Diagnostic>> {
    let invalid = |span: Span, message: String, label: &str| {
        Box::new(Diagnostic::new(Code::InvalidHolidays, span, message, label))
    };
    let of = |name: &'static str| lines.iter().filter(move |line| line.name == name);
    let Some(start_line) = of("DTSTART").next() else {
        return Err(invalid(begin, "an event has no `DTSTART`".to_owned(), "when does it begin?"));
    };
    let title = of("SUMMARY").next().map(|line| format!(" \"{}\"", lines::shown(&line.value))).unwrap_or_default();
    if !start_line.is_whole_day() {
        let message = format!("the event{title} has a time of day and closes nothing");
        let help = "make it an event of whole days, or write the hours of that day: `open 2026-12-24 08:00-12:00`";
        let diagnostic = Diagnostic::new(Code::IgnoredHolidays, start_line.span, message, "not a whole day");
        return Err(Box::new(diagnostic.with_help(help)));
    }
    let date = |line: &Line, value: &str| {
        lines::date(value).ok_or_else(|| invalid(line.span, format!("`{value}` is not a day"), "no such day"))
    };
    let dates = |name: &'static str| -> Result<Vec<Date>, Box<Diagnostic>> {
        let mut all = Vec::new();
        for line in of(name) {
            if line.parameter("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("PERIOD")) {
                return Err(invalid(line.span, format!("`{name}` with periods is not read"), "not of whole days"));
            }
            for value in line.value.split(',') {
                all.push(date(line, value.trim())?);
            }
        }
        Ok(all)
    };
    if let Some(line) = of("EXRULE").next() {
        return Err(invalid(line.span, "`EXRULE` is not read".to_owned(), "exceptions by a rule")
            .with_help("name the exceptions one by one: `EXDATE`")
            .into());
    }
    let start = date(start_line, start_line.value.trim())?;
    let days = match (of("DTEND").next(), of("DURATION").next()) {
        (Some(line), _) => match date(line, line.value.trim())?.0 - start.0 {
            // Some tools end an event of one day on the day itself.
            0 => 1,
            days => days,
        },
        (None, Some(line)) => lines::whole_days(line.value.trim()).ok_or_else(|| {
            invalid(line.span, format!("`{}` is not a number of days", line.value.trim()), "not of whole days")
        })?,
        (None, None) => 1,
    };
    if !(1..=LONGEST_EVENT).contains(&days) {
        let message = match days {
            ..1 => format!("the event{title} ends before it begins"),
            _ => format!("the event{title} takes more than {LONGEST_EVENT} days"),
        };
        return Err(invalid(begin, message, "this event"));
    }
    let mut rules = Vec::new();
    for line in of("RRULE") {
        let rule = Recurrence::parse(line.value.trim(), start).map_err(|fault| {
            let diagnostic = invalid(line.span, fault.message, "how it recurs");
            Box::new(diagnostic.with_help_if(fault.help))
        })?;
        rules.push(rule);
    }
    let replaces = match of("RECURRENCE-ID").next() {
        Some(line) if line.parameter("RANGE").is_some() => {
            return Err(invalid(
                line.span,
                "`RECURRENCE-ID` with a range is not read".to_owned(),
                "changes what follows too",
            ));
        }
        Some(line) => Some(date(line, line.value.trim())?),
        None => None,
    };
    Ok(Event {
        start,
        days,
        rules,
        more: dates("RDATE")?,
        except: dates("EXDATE")?.into_iter().collect(),
        is_cancelled: of("STATUS").any(|line| line.value.trim().eq_ignore_ascii_case("CANCELLED")),
        uid: of("UID").next().map(|line| line.value.trim().to_owned()),
        replaces,
    })
}

#[cfg(test)]
mod tests;
