//! Calendar declarations to calendars.
//!
//! All declarations of one name are the versions of one calendar; each is valid on days of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::holidays::Holidays;
use super::items::{ItemId, Items};
use super::unknown_zone;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir;
use crate::schema::{EnumType, Type};
use crate::source::{Sources, Span, Spanned};
use crate::syntax::ast::{self, CalendarLine, Days, Item, ItemKind};
use crate::value::calendar::{Calendar, DAY_MINUTES, FIRST_DAY, Hours, LAST_DAY, Version};
use crate::value::{Date, Zone};

/// Most spans of hours that may begin on one day.
const MOST_HOURS: usize = 24;

/// Weekdays as people name them, Monday first.
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Whether a type is that of calendars, or of lists or sets of them.
pub(super) fn is_calendar(ty: &Type) -> bool {
    match ty {
        Type::Calendar(_) => true,
        Type::List(element) | Type::Set(element) => is_calendar(element),
        _ => false,
    }
}

/// Makes the diagnostic of a calendar that does not exist.
pub(super) fn unknown_calendar(name: &str, known: &EnumType, span: Span) -> Diagnostic {
    let help = suggest(name, "calendars", known.members.iter().map(String::as_str));
    Diagnostic::new(
        Code::UnknownCalendar,
        span,
        format!("unknown calendar `{name}`"),
        "no calendar of that name is declared",
    )
    .with_help(help.unwrap_or_else(|| "declare it: `calendar office { … }`".to_owned()))
}

/// Reads all calendars, in order of name. One with faults is there too: what uses it reaches its faults.
pub(super) fn declare(items: &mut Items<'_>, sources: &Sources) -> Vec<ir::Calendar> {
    let mut files = Holidays::new(sources);
    let names: Vec<&str> = items.names(ItemKind::Calendar).collect();
    let mut calendars = Vec::with_capacity(names.len());
    for name in names {
        let ids: Vec<ItemId> = items.find(ItemKind::Calendar, name).to_vec();
        let mut title = None;
        let mut versions = Vec::new();
        for id in &ids {
            let Some(Item::Calendar(tree)) = &items.get(*id).item else { continue };
            title = title.or_else(|| tree.title.as_ref().map(|title| title.node.clone()));
            let mut reader = Reader::default();
            let version = reader.version(tree, &mut files);
            reader.diagnostics.extend(shadowed(items, tree));
            reader.diagnostics.into_iter().for_each(|diagnostic| items.report(*id, diagnostic));
            versions.extend(version.map(|version| (*id, version)));
        }
        refuse_overlap(items, name, &mut versions);
        let span = ids.first().map_or(Span::new(crate::source::FileId(0), 0, 0), |id| items.place(*id));
        let hours = Calendar::new(versions.into_iter().map(|(_, version)| version).collect());
        calendars.push(ir::Calendar { name: name.to_owned(), title, hours, span });
    }
    calendars
}

/// What else a calendar's name means.
fn shadowed(items: &Items<'_>, calendar: &ast::Calendar) -> Option<Diagnostic> {
    let name = &calendar.name;
    let (kind, id) = [ItemKind::Parameter, ItemKind::Define]
        .into_iter()
        .find_map(|kind| items.find(kind, &name.node).first().map(|id| (kind, *id)))?;
    let word = kind.word();
    let message = format!("`{}` is already the {word} of that name", name.node);
    Some(
        Diagnostic::new(Code::ShadowedName, name.span, message, "declared again here")
            .with_label(items.place(id), format!("the {word} is declared here"))
            .with_help("rename one of the two"),
    )
}

/// Reports versions of one calendar that are valid on the same day.
fn refuse_overlap(items: &mut Items<'_>, name: &str, versions: &mut [(ItemId, Version)]) {
    versions.sort_by_key(|(id, version)| (version.from, version.through, *id));
    let Some((mut last, mut through)) = versions.first().map(|(id, version)| (*id, version.through)) else { return };
    for (id, version) in versions.iter().skip(1) {
        if version.from <= through {
            let day = version.from;
            for (one, other) in [(last, *id), (*id, last)] {
                let message = format!("calendar `{name}` is declared twice for {day}");
                items.report(
                    one,
                    Diagnostic::new(Code::DuplicateDefinition, items.place(one), message, "declared here")
                        .with_label(items.place(other), "and here")
                        .with_help(
                            "let one be valid before the other: `valid through …` in one, `valid from …` in the other",
                        ),
                );
            }
        }
        if version.through >= through {
            (last, through) = (*id, version.through);
        }
    }
}

/// Reads one version of a calendar.
#[derive(Default)]
struct Reader {
    diagnostics: Vec<Diagnostic>,
    zone: Option<(Option<Zone>, Span)>,
    /// The hours of each weekday.
    week: [Vec<Spanned<Hours>>; 7],
    /// Dates with hours of their own: the first day of a run of them, its last day, the hours, and the place.
    dates: BTreeMap<Date, (Date, Vec<Hours>, Span)>,
    valid: Option<(Date, Date, Span)>,
}

impl Reader {
    fn invalid(&mut self, span: Span, message: impl Into<String>, label: &str, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(Code::InvalidDeclaration, span, message, label).with_help(help));
    }

    fn twice(&mut self, span: Span, first: Span, message: &str, help: &str) {
        self.diagnostics.push(
            Diagnostic::new(Code::DuplicateDefinition, span, message, "again here")
                .with_label(first, "here first")
                .with_help(help),
        );
    }

    /// Reads all lines; none without a zone that exists.
    fn version(&mut self, calendar: &ast::Calendar, files: &mut Holidays<'_>) -> Option<Version> {
        let mut holidays: Vec<&ast::Text> = Vec::new();
        for line in &calendar.lines {
            match line {
                CalendarLine::Zone(name) => self.zone(name),
                CalendarLine::Weekly { first, last, hours } => self.weekly(first, last.as_ref(), hours),
                CalendarLine::Closed { days, .. } => self.days(days, &[]),
                CalendarLine::Open { days, hours, .. } => self.days(days, hours),
                CalendarLine::Holidays(path) => holidays.push(path),
                CalendarLine::Valid { from, through, span } => self.valid(from.as_ref(), through.as_ref(), *span),
            }
        }
        self.refuse_nights_into_hours();
        let name = &calendar.name;
        let is_open =
            self.week.iter().any(|hours| !hours.is_empty()) || self.dates.values().any(|(_, own, _)| !own.is_empty());
        if !is_open && self.diagnostics.is_empty() {
            let message = format!("calendar `{}` is never open", name.node);
            self.invalid(name.span, message, "has no hours", "say when it is open: `mon to fri 08:00-17:00`");
        }
        let Some((zone, _)) = self.zone.take() else {
            let message = format!("calendar `{}` states no zone", name.node);
            self.invalid(
                name.span,
                message,
                "whose clocks are meant?",
                "add a line such as `zone \"Europe/Amsterdam\"`",
            );
            return None;
        };
        let (from, through, _) = self.valid.unwrap_or((FIRST_DAY, LAST_DAY, name.span));
        let week = std::mem::take(&mut self.week);
        let mut dates = self.own_hours(from, through);
        for path in holidays {
            for day in files.days(path, from, through, &mut self.diagnostics) {
                // What the calendar itself says of a day stands.
                dates.entry(day).or_default();
            }
        }
        Some(Version {
            zone: zone?,
            week: week.map(|hours| hours.into_iter().map(|hours| hours.node).collect()),
            dates,
            from,
            through,
        })
    }

    fn zone(&mut self, name: &ast::Text) {
        match &self.zone {
            Some((_, first)) => {
                let first = *first;
                self.twice(name.span, first, "a calendar states its zone twice", "keep one of the two");
            }
            None => {
                let zone = Zone::named(&name.node);
                if zone.is_none() {
                    self.diagnostics.push(unknown_zone(name));
                }
                self.zone = Some((zone, name.span));
            }
        }
    }

    fn valid(&mut self, from: Option<&Spanned<Date>>, through: Option<&Spanned<Date>>, span: Span) {
        if let Some((.., first)) = self.valid {
            let help = "keep one of the two; another stretch of time is another `calendar` of the same name";
            self.twice(span, first, "a calendar says twice when it is valid", help);
            return;
        }
        for day in [from, through].into_iter().flatten() {
            if day.node < FIRST_DAY || day.node > LAST_DAY {
                let help = format!("write a day from {FIRST_DAY} through {LAST_DAY}, or leave that end open");
                self.invalid(
                    day.span,
                    "a calendar can tell of the years 1970 to 2099 only",
                    "not in these years",
                    help,
                );
                return;
            }
        }
        let (from, through) = (from.map_or(FIRST_DAY, |day| day.node), through.map_or(LAST_DAY, |day| day.node));
        if through < from {
            self.invalid(span, "a calendar is valid on no day", "ends before it begins", "exchange the two days");
            return;
        }
        self.valid = Some((from, through, span));
    }

    fn weekly(&mut self, first: &Spanned<u8>, last: Option<&Spanned<u8>>, hours: &[Spanned<Hours>]) {
        let span = last.map_or(first.span, |last| first.span.to(last.span));
        if last.is_some_and(|last| last.node == first.node) {
            self.invalid(
                span,
                "the first and the last weekday are the same",
                "one day or all?",
                "write one day as itself, all days as `mon to sun`",
            );
            return;
        }
        let mut weekday = usize::from(first.node % 7);
        let last = usize::from(last.map_or(first.node, |last| last.node) % 7);
        let mut reported = BTreeSet::new();
        loop {
            for hours in hours {
                let own = &self.week[weekday];
                let overlapped = own.iter().find(|other| other.node.overlaps(hours.node)).map(|other| other.span);
                if let Some(other) = overlapped {
                    if reported.insert((other, hours.span)) {
                        self.overlap(hours.span, other, &format!("on {}", WEEKDAYS[weekday]));
                    }
                } else if own.len() == MOST_HOURS {
                    let message = format!("{} has more than {MOST_HOURS} spans of hours", WEEKDAYS[weekday]);
                    self.invalid(hours.span, message, "one too many", "join some of them");
                    return;
                } else {
                    self.week[weekday].push(hours.clone());
                }
            }
            if weekday == last {
                return;
            }
            weekday = (weekday + 1) % 7;
        }
    }

    fn overlap(&mut self, span: Span, other: Span, when: &str) {
        self.diagnostics.push(
            Diagnostic::new(Code::InvalidDeclaration, span, format!("hours overlap {when}"), "open already then")
                .with_label(other, "by these hours")
                .with_help("let one begin when the other ends, or join them"),
        );
    }

    /// Reports hours that are still running, past midnight, when hours of the next weekday begin.
    fn refuse_nights_into_hours(&mut self) {
        let mut found: Vec<(Span, Span, usize)> = Vec::new();
        for (weekday, own) in self.week.iter().enumerate() {
            let next = (weekday + 1) % 7;
            for night in own.iter().filter(|hours| hours.node.until() > DAY_MINUTES) {
                for hours in &self.week[next] {
                    let is_known = found.iter().any(|(a, b, _)| (*a, *b) == (hours.span, night.span));
                    if hours.node.from() < night.node.until() - DAY_MINUTES && !is_known {
                        found.push((hours.span, night.span, next));
                    }
                }
            }
        }
        for (hours, night, weekday) in found {
            self.overlap(hours, night, &format!("on {}, behind the midnight before it", WEEKDAYS[weekday]));
        }
    }

    fn days(&mut self, days: &Days, hours: &[Spanned<Hours>]) {
        let (first, last) = (days.first.node, days.last());
        if last < first {
            self.invalid(days.span(), "the last day lies before the first", "no day at all", "exchange the two days");
            return;
        }
        let before = self.dates.range(..=last).next_back().filter(|(_, (through, ..))| *through >= first);
        if let Some((day, (.., place))) = before {
            let message = format!("{} is told of twice", (*day).max(first));
            let place = *place;
            self.twice(
                days.span(),
                place,
                &message,
                "keep one of the two: what it says holds in place of the weekday's hours",
            );
            return;
        }
        let mut own: Vec<&Spanned<Hours>> = Vec::new();
        for hours in hours {
            match own.iter().find(|other| other.node.overlaps(hours.node)) {
                Some(other) => {
                    let other = other.span;
                    self.overlap(hours.span, other, "on that day");
                }
                None if own.len() == MOST_HOURS => {
                    let message = format!("a day has more than {MOST_HOURS} spans of hours");
                    self.invalid(hours.span, message, "one too many", "join some of them");
                    return;
                }
                None => own.push(hours),
            }
        }
        let own = own.into_iter().map(|hours| hours.node).collect();
        self.dates.insert(first, (last, own, days.span()));
    }

    /// The hours of single dates, each of which must be a valid day.
    fn own_hours(&mut self, from: Date, through: Date) -> BTreeMap<Date, Vec<Hours>> {
        let mut all = BTreeMap::new();
        for (first, (last, hours, span)) in std::mem::take(&mut self.dates) {
            if first < from || last > through {
                let message = format!("the calendar is not valid on {}", if first < from { first } else { last });
                let mut diagnostic = Diagnostic::new(
                    Code::InvalidDeclaration,
                    span,
                    message,
                    "outside of the days on which it is valid",
                );
                diagnostic = match self.valid {
                    Some((.., valid)) => diagnostic
                        .with_label(valid, "the calendar is valid on these days")
                        .with_help("move it to the version that is valid then, or remove it"),
                    None => diagnostic
                        .with_help(format!("a calendar tells of the days from {FIRST_DAY} through {LAST_DAY}")),
                };
                self.diagnostics.push(diagnostic);
                continue;
            }
            all.extend((first.0..=last.0).map(|day| (Date(day), hours.clone())));
        }
        all
    }
}
