//! Values of an export to values of a field's type.

pub(super) mod number;
pub(super) mod period;

use number::Scaled;

use super::column::{Column, State};
use super::html;
use super::json::{Escapes, Mistake, Raw, Scanner, resolve};
use super::keys::Interner;
use super::project::{Item, Slot};
use crate::diagnostic::{Code, suggest};
use crate::ir::expr::Pattern;
use crate::ir::mapping::{NumberNotation, Reading};
use crate::schema::{KeySpaceId, Schema, Ty, Type};
use crate::value::CalendarSpan;
use crate::value::time::format::TimeFormat;
use crate::value::time::{DAY, Date, Timestamp};

/// Why a value is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is not there, and must be.
    Missing,
    /// It is not what is named here.
    Malformed(&'static str),
    /// It is not in the value map, or no member of the enum.
    Unmapped,
}

/// The codes of findings that complaints become, in the order of [`Trouble::kind`].
pub(super) const KINDS: [Code; 3] = [Code::MissingValue, Code::MalformedValue, Code::UnmappedValue];

impl Trouble {
    /// The kind of finding that it makes: a position in [`KINDS`].
    pub(super) fn kind(self) -> usize {
        match self {
            Trouble::Missing => 0,
            Trouble::Malformed(_) => 1,
            Trouble::Unmapped => 2,
        }
    }
}

/// Something wrong with the value of a field, or with an element of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) trouble: Trouble,
    /// The value as it stands in the export, cut.
    pub(super) value: String,
}

/// Most characters of a value that are kept for a finding.
const SHOWN: usize = 80;

/// What is expected where several elements are the chosen one.
const SEVERAL: &str = "one element of that kind, and there are several";

/// What is expected where a source looks for a part of a text.
const NOT_FOUND: &str = "a text in which the source finds what it looks for";

/// Cuts a text to so many characters; the last of a cut one is an ellipsis.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some(_) => text.chars().take(SHOWN - 1).chain(['…']).collect(),
    }
}

/// What decoders share while they decode the rows of a chunk.
#[derive(Debug, Clone, Default)]
pub(super) struct Work {
    pub(super) scratch: String,
    /// What was found wrong with the field of a row; whoever decodes takes it away.
    pub(super) complaints: Vec<Complaint>,
    /// The keys of the chunk, by key space: references become numbers of these.
    pub(super) keys: Vec<Interner>,
}

/// Reads the values of one field.
#[derive(Debug, Clone)]
pub(super) struct Decoder {
    ty: Type,
    optional: bool,
    /// The key space of references, as a position in [`Work::keys`].
    space: Option<usize>,
    reading: Reading,
    times: Vec<TimeFormat>,
    /// Whether keys of a reference are integers, so that `007` and `7` are one key.
    integer_keys: bool,
    depth: usize,
}

/// A value as a text, or that there is none.
enum Text<'a> {
    Absent,
    /// The text, and whether it is a number of JSON, which is never in a local notation.
    Some(&'a str, bool),
    Trouble(Trouble),
}

impl Decoder {
    /// Makes the decoder of a field. Forms of times that cannot be read were refused when the source was checked.
    ///
    /// `spaces` are the key spaces of the decoders of a plan, each once; the decoder adds its own.
    pub(super) fn new(
        schema: &Schema,
        ty: &Ty,
        reading: &Reading,
        depth: usize,
        spaces: &mut Vec<KeySpaceId>,
    ) -> Decoder {
        let times = reading.times.iter().filter_map(|form| TimeFormat::new(form).ok()).collect();
        let innermost = match &ty.base {
            Type::List(element) => element,
            other => other,
        };
        let integer_keys = match innermost {
            Type::Reference(targets) => targets.iter().all(|target| {
                let record = schema.record(*target);
                record.single_key().is_some_and(|key| record.field_type(key).ty.base == Type::Integer)
            }),
            _ => false,
        };
        let space = match innermost {
            Type::Reference(targets) => Some(schema.reference_space(targets)),
            _ => None,
        };
        let space = space.map(|space| {
            spaces.iter().position(|known| *known == space).unwrap_or_else(|| {
                spaces.push(space);
                spaces.len() - 1
            })
        });
        Decoder {
            ty: ty.base.clone(),
            optional: ty.optional,
            space,
            reading: reading.clone(),
            times,
            integer_keys,
            depth,
        }
    }

    /// The key space of references, as a position in [`Work::keys`].
    pub(super) fn space(&self) -> Option<usize> {
        self.space
    }

    /// The field's type.
    pub(super) fn ty(&self) -> &Type {
        &self.ty
    }

    /// The state of a value that is not there.
    pub(super) fn state_of_nothing(&self) -> State {
        if self.optional { State::Absent } else { State::Unknown }
    }

    /// Adds a row's value to a column, and complaints about it to those of the work. Returns whether the key was there.
    pub(super) fn decode(&self, slot: &Slot<'_>, column: &mut Column, work: &mut Work) -> bool {
        let before = work.complaints.len();
        let trouble = match (&self.ty, slot.item) {
            (_, Item::Missing) => {
                column.push_without_value(self.state_of_nothing());
                return false;
            }
            (_, Item::Twice) => Some(Trouble::Malformed("one value, and its key stands twice in its object")),
            (_, Item::Several) => Some(Trouble::Malformed(SEVERAL)),
            (Type::List(element), _) => self.list(element, slot, column, work),
            (_, Item::Stray(raw)) => self.stray(raw, column, &mut work.scratch),
            (ty, Item::Value(raw)) => match self.text(&raw, &mut work.scratch) {
                Text::Absent => self.nothing(column),
                Text::Some(text, is_number) => self.scalar(ty, text, is_number, column, &mut work.keys).err(),
                Text::Trouble(trouble) => Some(trouble),
            },
        };
        if let Some(trouble) = trouble {
            column.push_without_value(State::Unknown);
            // What is wrong with elements of a list that is itself in order is in the list of complaints already.
            work.complaints.truncate(before);
            work.complaints.push(Complaint { trouble, value: shown(&slot.item) });
        }
        true
    }

    /// Adds a row without a value: absent, or in trouble where one is required.
    fn nothing(&self, column: &mut Column) -> Option<Trouble> {
        if self.optional {
            column.push_without_value(State::Absent);
            return None;
        }
        Some(Trouble::Missing)
    }

    /// What lies on the way to a value: nothing there is nothing here; anything else should have been an object.
    fn stray(&self, raw: Raw<'_>, column: &mut Column, scratch: &mut String) -> Option<Trouble> {
        match self.text(&raw, scratch) {
            Text::Absent => self.nothing(column),
            _ => Some(Trouble::Malformed("an object that holds the value")),
        }
    }

    fn text<'a>(&self, raw: &Raw<'a>, scratch: &'a mut String) -> Text<'a> {
        let (text, is_number) = match &raw.single() {
            Raw::Null => return Text::Absent,
            Raw::Boolean(true) => ("true", false),
            Raw::Boolean(false) => ("false", false),
            Raw::Number(text) => (*text, true),
            Raw::Text(text, escapes) => match resolve(text, *escapes, scratch) {
                Some(text) => (text, false),
                None => return Text::Trouble(Trouble::Malformed("a text whose escapes stand for characters")),
            },
            Raw::Array(_) => return Text::Trouble(Trouble::Malformed("a single value, not a list")),
            Raw::Object(_) => return Text::Trouble(Trouble::Malformed("a single value, not an object")),
        };
        if self.is_absent(text) { Text::Absent } else { Text::Some(text, is_number) }
    }

    /// The one part of a text that the source looks for.
    fn found<'t>(&self, text: &'t str) -> Result<&'t str, Trouble> {
        let Some(pattern) = &self.reading.find else { return Ok(text) };
        let mut found = matches(pattern, text);
        match (found.next(), found.next()) {
            (Some(found), None) => Ok(found),
            (None, _) => Err(Trouble::Malformed(NOT_FOUND)),
            (Some(_), Some(_)) => Err(Trouble::Malformed("a text in which the source finds one part, not several")),
        }
    }

    fn is_absent(&self, text: &str) -> bool {
        is_blank(text) || self.reading.absent.iter().any(|marker| marker == text)
    }

    fn list(&self, element: &Type, slot: &Slot<'_>, column: &mut Column, work: &mut Work) -> Option<Trouble> {
        match slot.item {
            Item::Value(_) if slot.many => {
                for item in &slot.items {
                    self.element(element, item, column, work);
                }
            }
            Item::Value(Raw::Array(text)) => {
                let mut scanner = Scanner::new(text, 0, self.depth);
                let read: Result<(), Mistake> = scanner.array(|scanner| {
                    let raw = scanner.value()?;
                    self.element(element, &Item::Value(raw), column, work);
                    Ok(())
                });
                // The text was scanned before, so it is an array.
                debug_assert!(read.is_ok());
            }
            Item::Value(Raw::Text(text, escapes)) => {
                let mut own = String::new();
                let Some(text) = resolve(text, escapes, &mut own) else {
                    return Some(Trouble::Malformed("a text whose escapes stand for characters"));
                };
                if self.is_absent(text) {
                    return self.nothing(column);
                }
                let Some(split) = self.reading.split.as_deref() else {
                    if let Some(pattern) = &self.reading.find {
                        let mut parts = matches(pattern, text).peekable();
                        if parts.peek().is_none() {
                            return Some(Trouble::Malformed(NOT_FOUND));
                        }
                        for part in parts {
                            self.part(element, part, column, work);
                        }
                        column.push_list();
                        return None;
                    }
                    return Some(Trouble::Malformed("a list, or a text that the source splits"));
                };
                if text.trim() != "[]" {
                    for part in text.split(split).map(str::trim).filter(|part| !part.is_empty()) {
                        self.element(element, &Item::Value(Raw::Text(part, Escapes::None)), column, work);
                    }
                }
            }
            Item::Value(Raw::Null) => return self.nothing(column),
            Item::Stray(raw) => return self.stray(raw, column, &mut work.scratch),
            Item::Value(raw) => {
                return match self.text(&raw, &mut work.scratch) {
                    Text::Absent => self.nothing(column),
                    _ => Some(Trouble::Malformed("a list")),
                };
            }
            Item::Missing | Item::Twice | Item::Several => return Some(Trouble::Missing),
        }
        column.push_list();
        None
    }

    fn element(&self, ty: &Type, item: &Item<'_>, column: &mut Column, work: &mut Work) {
        let Some(elements) = column.elements() else { return };
        let trouble = match item {
            Item::Value(raw) => match self.text(raw, &mut work.scratch) {
                Text::Absent => Some(Trouble::Missing),
                Text::Some(text, is_number) => self.scalar(ty, text, is_number, elements, &mut work.keys).err(),
                Text::Trouble(trouble) => Some(trouble),
            },
            Item::Stray(Raw::Null) | Item::Missing => Some(Trouble::Missing),
            Item::Stray(_) => Some(Trouble::Malformed("an object that holds the value")),
            Item::Twice => Some(Trouble::Malformed("one value, and its key stands twice in its object")),
            Item::Several => Some(Trouble::Malformed(SEVERAL)),
        };
        if let Some(trouble) = trouble {
            elements.push_without_value(State::Unknown);
            work.complaints.push(Complaint { trouble, value: shown(item) });
        }
    }

    /// Adds an element that was found in a text.
    fn part(&self, ty: &Type, part: &str, column: &mut Column, work: &mut Work) {
        let Some(elements) = column.elements() else { return };
        let read = if self.is_absent(part) {
            Err(Trouble::Missing)
        } else {
            self.value(ty, part, false, elements, &mut work.keys)
        };
        if let Err(trouble) = read {
            elements.push_without_value(State::Unknown);
            work.complaints.push(Complaint { trouble, value: cut(part) });
        }
    }

    /// Adds a single present value to a column of its type: what the source finds in a text.
    fn scalar(
        &self,
        ty: &Type,
        text: &str,
        is_number: bool,
        column: &mut Column,
        keys: &mut [Interner],
    ) -> Result<(), Trouble> {
        let found = self.found(text)?;
        if let Some(markup) = self.reading.markup {
            let plain = html::plain(found, markup);
            return match (self.is_absent(&plain), self.optional) {
                (false, _) => self.value(ty, &plain, is_number, column, keys),
                // A text that has marks and no words says nothing.
                (true, true) => {
                    column.push_without_value(State::Absent);
                    Ok(())
                }
                (true, false) => Err(Trouble::Missing),
            };
        }
        self.value(ty, found, is_number, column, keys)
    }

    /// Adds a value to a column of its type.
    fn value(
        &self,
        ty: &Type,
        text: &str,
        is_number: bool,
        column: &mut Column,
        keys: &mut [Interner],
    ) -> Result<(), Trouble> {
        if let (Some(map), Type::Enum(_) | Type::Calendar(_) | Type::Boolean) = (&self.reading.map, ty) {
            let position = *map.get(text).ok_or(Trouble::Unmapped)?;
            match ty {
                Type::Boolean => column.push_boolean(position != 0),
                _ => column.push_symbol(position),
            }
            return Ok(());
        }
        let notation = if is_number { NumberNotation::default() } else { self.reading.number };
        match ty {
            Type::Text => column.push_text(text),
            Type::Reference(_) => {
                let integer = if self.integer_keys { Scaled::parse(text.trim(), notation) } else { None };
                let Some(keys) = self.space.and_then(|space| keys.get_mut(space)) else { return Err(Trouble::Missing) };
                column.push_symbol(match integer.and_then(Scaled::to_integer) {
                    Some(key) => keys.intern(&key.to_string()),
                    None => keys.intern(text),
                });
            }
            Type::Enum(members) | Type::Calendar(members) => {
                column.push_symbol(members.position(text).ok_or(Trouble::Unmapped)?);
            }
            Type::Boolean => column.push_boolean(boolean(text.trim()).ok_or(Trouble::Malformed("`true` or `false`"))?),
            Type::Integer => {
                let number = Scaled::parse(text.trim(), notation).ok_or(Trouble::Malformed("a whole number"))?;
                column
                    .push_integer(number.to_integer().ok_or(Trouble::Malformed("a whole number, of 64 bits at most"))?);
            }
            Type::Decimal => {
                let number = self.decimal(text.trim(), notation).ok_or(Trouble::Malformed("a number"))?;
                let too_long = Trouble::Malformed("a number of at most 18 digits");
                let (mantissa, scale) = number.to_decimal().ok_or(too_long)?;
                column.push_decimal(mantissa, scale);
            }
            Type::Date => column.push_integer(i64::from(self.date(text.trim())?.0)),
            Type::Timestamp => column.push_integer(self.timestamp(text.trim(), notation)?.0),
            Type::Duration => column.push_integer(self.duration(text.trim(), notation)?),
            Type::Span => column.push_span(self.span(text.trim(), notation)?),
            // No field has these types.
            Type::Error
            | Type::DateInterval
            | Type::TimestampInterval
            | Type::DateTimeline
            | Type::TimestampTimeline
            | Type::Row(_)
            | Type::List(_)
            | Type::Set(_) => return Err(Trouble::Malformed("a value of a field's type")),
        }
        Ok(())
    }

    fn decimal(&self, text: &str, notation: NumberNotation) -> Option<Scaled> {
        if !self.reading.percent {
            return Scaled::parse(text, notation);
        }
        Scaled::parse(text.strip_suffix('%').unwrap_or(text).trim_end(), notation).map(Scaled::percent)
    }

    fn date(&self, text: &str) -> Result<Date, Trouble> {
        if self.times.is_empty() {
            return Date::parse(text).ok_or(Trouble::Malformed("a day that exists, such as 2026-03-01"));
        }
        let read = self.times.iter().find_map(|form| form.date(text));
        read.ok_or(Trouble::Malformed("a day that exists, in the form that the source states"))
    }

    fn timestamp(&self, text: &str, notation: NumberNotation) -> Result<Timestamp, Trouble> {
        if let Some(unit) = self.reading.unit {
            let micros = Scaled::parse(text, notation).and_then(|number| number.times(unit));
            let instant = micros.and_then(|micros| Timestamp(micros).checked_add(crate::value::Number::ZERO));
            return instant.ok_or(Trouble::Malformed("a number that counts from 1970"));
        }
        if self.times.is_empty() {
            let read = Timestamp::parse_in(text, self.reading.zone.as_ref());
            return read.ok_or(match &self.reading.zone {
                Some(_) => Trouble::Malformed("a time that exists, such as 2026-03-01T09:30:00"),
                None => Trouble::Malformed("a time that exists, with its offset, such as 2026-03-01T09:30:00Z"),
            });
        }
        let read = self.times.iter().find_map(|form| form.timestamp(text, self.reading.zone.as_ref()));
        read.ok_or(Trouble::Malformed("a time that exists, in the form that the source states"))
    }

    fn duration(&self, text: &str, notation: NumberNotation) -> Result<i64, Trouble> {
        if let Some(unit) = self.reading.unit
            && let Some(number) = Scaled::parse(text, notation)
        {
            return number.times(unit).ok_or(Trouble::Malformed("a shorter length of time"));
        }
        if let Some(since) = self.reading.since {
            let until = Timestamp::parse_clock(text)
                .ok_or(Trouble::Malformed("a length of time written as a date and a time"))?;
            return until.0.checked_sub(since.0).ok_or(Trouble::Malformed("a shorter length of time"));
        }
        period::duration(text).ok_or(Trouble::Malformed("a length of time such as PT4H30M"))
    }

    fn span(&self, text: &str, notation: NumberNotation) -> Result<CalendarSpan, Trouble> {
        if let Some(unit) = self.reading.unit
            && unit % DAY == 0
            && let Some(number) = Scaled::parse(text, notation)
        {
            let days = number
                .times(unit)
                .filter(|micros| micros % DAY == 0)
                .and_then(|micros| i32::try_from(micros / DAY).ok());
            return days
                .map(|days| CalendarSpan { months: 0, days })
                .ok_or(Trouble::Malformed("a number of whole days"));
        }
        period::span(text).ok_or(Trouble::Malformed("a calendar length of time such as P12M"))
    }

    /// What to say of a complaint: a fragment.
    pub(super) fn note(&self, complaint: &Complaint) -> String {
        match complaint.trouble {
            Trouble::Missing => "a value is required".to_owned(),
            Trouble::Malformed(what) => format!("expected {what}"),
            Trouble::Unmapped => {
                let innermost = match &self.ty {
                    Type::List(element) => element,
                    other => other,
                };
                let (what, help) = match (&self.reading.map, innermost) {
                    (Some(map), _) => (
                        "the value map of the source does not have it",
                        suggest(&complaint.value, "values", map.keys().map(String::as_str)),
                    ),
                    (None, Type::Enum(members)) => (
                        "the enum has no such member",
                        suggest(&complaint.value, "members", members.members.iter().map(String::as_str)),
                    ),
                    (None, Type::Calendar(calendars)) => (
                        "there is no calendar of that name",
                        suggest(&complaint.value, "calendars", calendars.members.iter().map(String::as_str)),
                    ),
                    (None, _) => ("it is not known", None),
                };
                help.map_or_else(|| what.to_owned(), |help| format!("{what}; {help}"))
            }
        }
    }
}

/// Whether a text is nothing but blanks. Most are seen not to be by their first byte.
fn is_blank(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(first) if first.is_ascii_graphic() => false,
        _ => text.trim().is_empty(),
    }
}

/// The parts of a text that a pattern matches, or its group does.
fn matches<'t>(pattern: &Pattern, text: &'t str) -> impl Iterator<Item = &'t str> {
    let group = pattern.regex.captures_len() - 1;
    pattern.regex.captures_iter(text).filter_map(move |found| found.get(group)).map(|found| found.as_str())
}

/// The spellings of tools; they are read where the field is a boolean.
fn boolean(text: &str) -> Option<bool> {
    let is_one_of = |spellings: &[&str]| spellings.iter().any(|spelling| text.eq_ignore_ascii_case(spelling));
    match () {
        () if is_one_of(&["true", "yes", "y", "t", "on", "1"]) => Some(true),
        () if is_one_of(&["false", "no", "n", "f", "off", "0"]) => Some(false),
        () => None,
    }
}

/// A value as it stands in the export, cut; a text without its quotation marks.
pub(super) fn shown(item: &Item<'_>) -> String {
    let mut scratch = String::new();
    match item {
        Item::Missing | Item::Twice | Item::Several => String::new(),
        Item::Value(raw) | Item::Stray(raw) => match raw {
            Raw::Null => "null".to_owned(),
            Raw::Boolean(value) => value.to_string(),
            Raw::Number(text) | Raw::Array(text) | Raw::Object(text) => cut(text),
            Raw::Text(text, escapes) => cut(resolve(text, *escapes, &mut scratch).unwrap_or(text)),
        },
    }
}
