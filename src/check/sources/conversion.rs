//! Conversions: `as …`, `split …`, `find …`.

use super::{SourceChecker, SourceScope};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::expr::Pattern;
use crate::ir::mapping::{Markup, Reading};
use crate::schema::Type;
use crate::source::Span;
use crate::syntax::ast::{Name, Text};
use crate::value::Timestamp;
use crate::value::time::{DAY, HOUR, MINUTE, SECOND};

/// The parts of `as …`.
pub(super) struct As<'a> {
    pub(super) ty: &'a Name,
    pub(super) format: Option<&'a Text>,
    pub(super) zone: Option<&'a Text>,
    pub(super) unit: Option<&'a Name>,
    pub(super) since: Option<&'a Text>,
    pub(super) span: Span,
}

/// The units in which a number may stand for a time, with their lengths in microseconds.
const UNITS: [(&str, i64); 7] = [
    ("microseconds", 1),
    ("milliseconds", 1000),
    ("seconds", SECOND),
    ("minutes", MINUTE),
    ("hours", HOUR),
    ("days", DAY),
    ("weeks", 7 * DAY),
];

impl SourceChecker<'_, '_> {
    pub(super) fn split(&mut self, scope: SourceScope, text: &Text, is_list: bool, reading: &mut Reading) {
        if !is_list {
            let message = "only a list is split".to_owned();
            self.invalid(scope, text.span, message, "the field is no list", "declare the field as `list of …`");
        } else if text.node.is_empty() {
            let message = "an empty text separates nothing".to_owned();
            self.invalid(scope, text.span, message, "empty", "write what stands between the elements: `split \";\"`");
        }
        reading.split = Some(text.node.clone());
    }

    pub(super) fn find(&mut self, scope: SourceScope, pattern: &Text, reading: &mut Reading) {
        match regex::Regex::new(&pattern.node) {
            Ok(regex) if regex.captures_len() > 2 => {
                let message = "a pattern that is looked for has several groups".to_owned();
                let help = "keep one pair of parentheses around what is meant, and write the others as `(?:…)`";
                self.invalid(scope, pattern.span, message, "which of them is meant?", help);
            }
            Ok(regex) => reading.find = Some(Pattern { text: pattern.node.clone(), regex }),
            // Refused when it was parsed.
            Err(_) => {}
        }
    }

    pub(super) fn read_as(&mut self, scope: SourceScope, element: &Type, read: &As<'_>, reading: &mut Reading) {
        let word = read.ty.node.as_str();
        let fits = match word {
            "percent" => *element == Type::Decimal,
            "decimal" => *element == Type::Decimal,
            "integer" => *element == Type::Integer,
            "boolean" => *element == Type::Boolean,
            "text" => matches!(element, Type::Text | Type::Reference(_)),
            "date" => *element == Type::Date,
            "timestamp" => *element == Type::Timestamp,
            "duration" => *element == Type::Duration,
            "span" => *element == Type::Span,
            _ => {
                let known =
                    ["timestamp", "date", "duration", "span", "decimal", "integer", "percent", "boolean", "text"];
                let message = format!("nothing is read as `{word}`");
                let help = suggest(word, "forms", known);
                let label = "no such form";
                self.report(
                    scope,
                    Diagnostic::new(Code::InvalidMapping, read.ty.span, message, label).with_help_if(help),
                );
                return;
            }
        };
        if !fits {
            let shown = self.world.schema().show(element);
            let message = format!("the field is `{shown}` and is read as `{word}`");
            let label = format!("the field is `{shown}`");
            let help = match element {
                Type::Enum(_) => "map the texts to members: `match { \"…\" => … }`".to_owned(),
                _ => format!("read it as `{shown}`, or change the type of the field"),
            };
            self.invalid(scope, read.ty.span, message, &label, &help);
            return;
        }
        reading.percent = word == "percent";
        if let Some(unit) = read.unit {
            self.read_unit(scope, unit, read, reading);
        }
        if let Some(since) = read.since {
            reading.since = Timestamp::parse_clock(&since.node);
            if word != "duration" || read.unit.is_some() {
                let message = "only a length of time without a unit is counted from a point in time".to_owned();
                self.invalid(scope, since.span, message, "not needed", "leave `since` out");
            } else if reading.since.is_none() {
                let message = format!("\"{}\" is no point in time", since.node);
                self.invalid(
                    scope,
                    since.span,
                    message,
                    "not a day and a time",
                    "write it as `since \"1970-01-01 00:00:00\"`",
                );
            }
        }
        if let Some(form) = read.format {
            self.read_format(scope, form, word, reading);
        }
        if let Some(name) = read.zone {
            if word == "timestamp" {
                reading.zone = self.zone(scope, name);
            } else {
                let message = format!("`{word}` has no zone");
                self.invalid(scope, name.span, message, "not needed", "remove the zone");
            }
        }
    }

    fn read_unit(&mut self, scope: SourceScope, unit: &Name, read: &As<'_>, reading: &mut Reading) {
        let word = read.ty.node.as_str();
        if word == "text" {
            return self.read_markup(scope, unit, reading);
        }
        if !matches!(word, "timestamp" | "duration") {
            let message = format!("`{word}` has no unit");
            self.invalid(scope, unit.span, message, "not needed", "remove the unit");
            return;
        }
        if read.format.is_some() || read.zone.is_some() {
            let message = "a number in a unit has no form and no zone".to_owned();
            self.invalid(scope, read.span, message, "read in two ways", "keep the unit, or the form with its zone");
            return;
        }
        match UNITS.iter().find(|(name, _)| *name == unit.node) {
            Some((_, micros)) => reading.unit = Some(*micros),
            None => {
                let message = format!("unknown unit `{}`", unit.node);
                let help = suggest(&unit.node, "units", UNITS.map(|(name, _)| name));
                self.report(
                    scope,
                    Diagnostic::new(Code::InvalidMapping, unit.span, message, "no unit of that name")
                        .with_help_if(help),
                );
            }
        }
    }

    fn read_markup(&mut self, scope: SourceScope, markup: &Name, reading: &mut Reading) {
        const MARKUPS: [(&str, Markup); 2] = [("html", Markup::Html), ("escaped_html", Markup::EscapedHtml)];
        reading.markup = MARKUPS.iter().find(|(name, _)| *name == markup.node).map(|(_, markup)| *markup);
        if reading.markup.is_none() {
            let message = format!("no text is read in `{}`", markup.node);
            let help = suggest(&markup.node, "what a text may be written in", MARKUPS.map(|(name, _)| name));
            let diagnostic = Diagnostic::new(Code::InvalidMapping, markup.span, message, "not known");
            self.report(scope, diagnostic.with_help_if(help));
        }
    }

    fn read_format(&mut self, scope: SourceScope, form: &Text, word: &str, reading: &mut Reading) {
        if !matches!(word, "timestamp" | "date") {
            let message = format!("`{word}` has no form of times");
            self.invalid(scope, form.span, message, "not needed", "remove the form");
            return;
        }
        let Some(format) = self.time_format(scope, form) else { return };
        if word == "timestamp" && !format.has_time() {
            let message = "a timestamp has a time of day, and the form has none".to_owned();
            let help = "add the time of day (`%H:%M`), or declare the field as `date`";
            self.invalid(scope, form.span, message, "no time of day in it", help);
        }
        reading.times = vec![form.node.clone()];
    }
}
