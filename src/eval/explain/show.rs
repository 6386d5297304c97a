//! Values, rows and pieces of policy as text for people.

use super::{PolicyPlace, RecordPlace};
use crate::data::{Dataset, Extract, Place};
use crate::eval::{Binding, Subject};
use crate::ir::{Body, Environment, Expr, ExprKind, TableId};
use crate::schema::{RecordId, Schema, Type};
use crate::source::{Sources, Span};
use crate::value::time::show_duration;
use crate::value::{Cell, Interval, Moment, Value};

/// Most characters of a text, and most elements of a list or set, that are shown.
const MOST_CHARACTERS: usize = 160;
const MOST_ELEMENTS: usize = 12;
/// Most pieces of a timeline that are shown.
const MOST_PIECES: usize = 6;

/// Shows cells, rows and policy text of one run.
#[derive(Debug, Clone, Copy)]
pub struct Show<'a> {
    /// Records and types.
    pub environment: &'a Environment,
    /// The data.
    pub data: &'a Dataset,
    /// The policy texts.
    pub sources: &'a Sources,
}

impl<'a> Show<'a> {
    fn schema(&self) -> &'a Schema {
        &self.environment.schema
    }

    /// Shows a value as it stands in a message: `5 h`, `p1`, `(absent)`, `(unknown)`.
    pub fn cell(&self, cell: &Cell, ty: &Type) -> String {
        match cell {
            Cell::Present(value) => self.value(value, ty),
            Cell::Absent => "(absent)".to_owned(),
            Cell::Unknown => "(unknown)".to_owned(),
        }
    }

    /// Shows a value as it stands in a sentence: as [`Show::cell`], texts, and members that are no words, in quotation marks.
    pub fn quoted(&self, cell: &Cell, ty: &Type) -> String {
        match cell {
            Cell::Present(Value::Text(text)) => format!("\"{}\"", shorten(text, MOST_CHARACTERS)),
            Cell::Present(Value::Member(_)) => match self.cell(cell, ty) {
                word if is_word(&word) => word,
                other => format!("\"{other}\""),
            },
            _ => self.cell(cell, ty),
        }
    }

    fn value(&self, value: &Value, ty: &Type) -> String {
        match (value, ty) {
            (Value::Boolean(known), _) => known.to_string(),
            (Value::Number(number), _) => number.to_string(),
            (Value::Text(text), _) => shorten(text, MOST_CHARACTERS),
            (Value::Date(date), _) => date.to_string(),
            (Value::Timestamp(instant), _) => instant.to_string(),
            (Value::Duration(micros), _) => show_duration(*micros),
            (Value::Span(span), _) => span.to_string(),
            (Value::Interval(interval), _) => interval.to_string(),
            (Value::Timeline(timeline), _) => self.pieces(&timeline.pieces, timeline.complete),
            (Value::Member(position), Type::Enum(members) | Type::Calendar(members)) => {
                members.members.get(*position as usize).cloned().unwrap_or_else(|| position.to_string())
            }
            (Value::Member(position), _) => position.to_string(),
            (Value::Reference(key), Type::Reference(targets)) => {
                self.data.key_text(self.schema().reference_space(targets), *key).to_owned()
            }
            (Value::Reference(key), Type::Row(record)) => {
                self.data.key_text(self.schema().record(*record).space, *key).to_owned()
            }
            (Value::Reference(key), _) => key.0.to_string(),
            (Value::Row(row), Type::Row(record)) => self.row(*record, *row),
            (Value::Row(row), _) => row.to_string(),
            (Value::List(elements), ty) => {
                let element = match ty {
                    Type::List(element) => element,
                    _ => &Type::Error,
                };
                self.elements(elements.iter().map(|cell| self.quoted(cell, element)).collect(), true)
            }
            (Value::Set(set), ty) => {
                let element = match ty {
                    Type::Set(element) | Type::List(element) => element,
                    _ => &Type::Error,
                };
                self.elements(self.sorted(set.members.clone(), element), set.complete)
            }
        }
    }

    fn elements(&self, mut shown: Vec<String>, complete: bool) -> String {
        let more = shown.len().saturating_sub(MOST_ELEMENTS);
        shown.truncate(MOST_ELEMENTS);
        if more > 0 {
            shown.push(format!("and {more} more"));
        }
        if !complete {
            shown.push("and perhaps others".to_owned());
        }
        format!("{{{}}}", shown.join(", "))
    }

    /// Shows members of a set, in order: references by their keys, anything else by its values.
    pub fn sorted(&self, members: Vec<Value>, element: &Type) -> Vec<String> {
        let mut members = members;
        members.sort();
        let mut shown: Vec<String> =
            members.into_iter().map(|value| self.quoted(&Cell::Present(value), element)).collect();
        if matches!(element, Type::Reference(_)) {
            shown.sort();
        }
        shown
    }

    /// Shows stretches of time: `2026-01-05, 2026-01-07T09:00Z .. 2026-01-07T10:00Z and 3 more`.
    pub fn pieces(&self, pieces: &[Interval], complete: bool) -> String {
        let shown: Vec<String> = pieces.iter().take(MOST_PIECES).map(|piece| self.piece(*piece)).collect();
        let perhaps = if complete { "" } else { " and perhaps others" };
        match pieces.len().saturating_sub(MOST_PIECES) {
            _ if pieces.is_empty() && complete => "(at no time)".to_owned(),
            _ if pieces.is_empty() => "(unknown)".to_owned(),
            0 => format!("{}{perhaps}", shown.join(", ")),
            more => format!("{} and {more} more{perhaps}", shown.join(", ")),
        }
    }

    /// Shows a stretch of time; instants from the start of a day to the start of a day as those days.
    pub fn piece(&self, piece: Interval) -> String {
        let day = |end: Option<Moment>| match (end, &self.environment.zone) {
            (Some(Moment::Timestamp(instant)), Some(zone)) => {
                let date = instant.day(zone)?;
                (zone.start_of_day(date) == Some(instant)).then_some(Some(Moment::Date(date)))
            }
            (Some(_), _) => None,
            (None, _) => Some(None),
        };
        match (day(piece.from), day(piece.until)) {
            (Some(from), Some(until)) => Interval { from, until }.to_string(),
            _ => piece.to_string(),
        }
    }

    /// The name of a policy table.
    pub fn table_name(&self, table: TableId) -> &'a str {
        self.environment.tables.get(table.0 as usize).map_or("", |table| table.name.as_str())
    }

    /// Shows which of some members are meant: `a, b and 3 more`.
    pub fn several(&self, members: &[String]) -> String {
        let shown = members.iter().take(MOST_ELEMENTS).cloned().collect::<Vec<_>>().join(", ");
        match members.len().saturating_sub(MOST_ELEMENTS) {
            0 => shown,
            more => format!("{shown} and {more} more"),
        }
    }

    /// Names a row: the texts of its key fields, joined; for a record without a key, the digest of the row's content.
    pub fn row(&self, record: RecordId, row: u32) -> String {
        let record_type = self.schema().record(record);
        if record_type.key.is_empty() {
            let digests = self.data.table(record).digests.as_ref();
            return match digests.and_then(|digests| digests.get(row as usize)) {
                Some(digest) => format!("{digest:016x}"),
                None => format!("row {}", row + 1),
            };
        }
        let parts: Vec<String> = record_type
            .key
            .iter()
            .map(|field| self.cell(&self.data.cell(record, row, *field), &record_type.field_type(*field).ty.base))
            .collect();
        parts.join(" / ")
    }

    /// Returns a record type's name.
    pub fn record_name(&self, record: RecordId) -> &'a str {
        &self.schema().record(record).name
    }

    /// Names a row and says where it was read.
    pub fn record_place(&self, record: RecordId, row: u32) -> RecordPlace {
        let place = self.place(record, row);
        RecordPlace {
            record: self.record_name(record).to_owned(),
            key: self.row(record, row),
            file: place.as_ref().map(|place| place.file.clone()),
            line: place.as_ref().map(|place| place.line),
            byte: place.filter(|_| self.data.shares_line(record, row)).map(|place| place.byte),
        }
    }

    /// Returns where a piece of policy stands.
    pub fn policy_place(&self, span: Span) -> PolicyPlace {
        PolicyPlace { file: self.sources.file(span.file).name.to_string(), line: self.sources.location(span).line }
    }

    /// Names a subject: its keys joined by ` / `; `organization` where there is no `for each`.
    pub fn subject(&self, body: &Body, subject: &Subject) -> String {
        let parts: Vec<String> = subject
            .bindings
            .iter()
            .map(|(variable, binding)| {
                let ty = body.variables.get(variable.0 as usize).map_or(&Type::Error, |variable| &variable.ty.base);
                self.binding(binding, ty)
            })
            .collect();
        if parts.is_empty() { "organization".to_owned() } else { parts.join(" / ") }
    }

    /// Names what a binder stands for.
    pub fn binding(&self, binding: &Binding, ty: &Type) -> String {
        match binding {
            Binding::Row(record, row) => self.row(*record, *row),
            Binding::Element(cell) => self.cell(cell, ty),
            Binding::Missing(record) => match self.data.table(*record).extract {
                Extract::Incomplete => format!("(more {} records)", self.record_name(*record)),
                Extract::Missing | Extract::Complete => format!("(no {} extract)", self.record_name(*record)),
            },
        }
    }

    /// Returns where a row was read.
    pub fn place(&self, record: RecordId, row: u32) -> Option<Place> {
        self.data.place(record, row)
    }

    /// Returns the policy text under a span on one line, without its comments.
    pub fn text(&self, span: Span) -> String {
        one_line(self.sources.text(span))
    }
}

/// Looks through the conversions that the checker put in, which nobody wrote.
pub fn written(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Convert { operand, .. } => written(operand),
        _ => expr,
    }
}

/// Brings a piece of policy onto one line: comments go, every run of white space becomes a blank. Texts stay as they are.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let (mut in_text, mut in_comment, mut escaped) = (false, false, false);
    for character in text.chars() {
        if in_comment {
            in_comment = character != '\n';
            continue;
        }
        // Inside a pattern a `#` may stand for itself; a comment has white space before it.
        if !in_text && character == '#' && (line.is_empty() || line.ends_with(' ')) {
            in_comment = true;
            continue;
        }
        if !in_text && character.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
            continue;
        }
        if character == '"' && !escaped {
            in_text = !in_text;
        }
        escaped = in_text && character == '\\' && !escaped;
        line.push(character);
    }
    line.truncate(line.trim_end().len());
    line
}

/// Whether a member of an enum is written without quotation marks.
fn is_word(member: &str) -> bool {
    member.starts_with(|first: char| first.is_ascii_alphabetic())
        && member.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Cuts a text behind so many characters, and says so with `…`.
pub fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_text_comes_on_one_line_without_comments() {
        assert_eq!(
            one_line("exists a\n    where x = \"a  # b\" # why\n  and y"),
            "exists a where x = \"a  # b\" and y"
        );
        assert_eq!(one_line("\"a \\\" # b\" # c"), "\"a \\\" # b\"");
        assert_eq!(one_line("  x \n"), "x");
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        assert_eq!(shorten("äöü", 2), "äö…");
        assert_eq!(shorten("äö", 2), "äö");
    }
}
