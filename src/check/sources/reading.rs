//! How the texts of an export become values: settings of a source, readings of fields.

use std::collections::BTreeMap;

use encoding_rs::Encoding;

use super::conversion::As;
use super::{SourceChecker, SourceScope};
use crate::check::calendars::unknown_calendar;
use crate::check::unknown_zone;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::mapping::{FieldSource, Level, NumberNotation, Reading, When};
use crate::schema::{FieldId, RecordId, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Conversion, Name, Setting, Text};
use crate::value::time::format::TimeFormat;
use crate::value::{Date, Number, Timestamp, Zone};

/// The settings of a source.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    pub(super) encoding: Option<&'static Encoding>,
    pub(super) delimiter: Option<u8>,
    zone: Option<Zone>,
    /// Whether a zone is stated, if only a wrong one.
    states_zone: bool,
    times: Vec<Text>,
    absent: Vec<String>,
    number: NumberNotation,
}

impl SourceChecker<'_, '_> {
    pub(super) fn settings(&mut self, settings: &[Setting]) -> Settings {
        let mut read = Settings::default();
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for setting in settings {
            let single = match setting {
                Setting::Zone(text) => Some(("zone", text.span)),
                Setting::Encoding(text) => Some(("encoding", text.span)),
                Setting::Delimiter(text) => Some(("delimiter", text.span)),
                Setting::DecimalMark(text) => Some(("decimal", text.span)),
                Setting::Thousands(text) => Some(("thousands", text.span)),
                Setting::Times(_) | Setting::Absent(_) => None,
            };
            if let Some((word, span)) = single
                && let Some(first) = seen.insert(word, span)
            {
                let message = format!("the setting `{word}` stands twice");
                self.report(
                    SourceScope::Source,
                    Diagnostic::new(Code::InvalidMapping, span, message, "set again here")
                        .with_label(first, "set here")
                        .with_help("keep one of the two"),
                );
            }
            match setting {
                Setting::Zone(name) => {
                    read.states_zone = true;
                    read.zone = self.zone(SourceScope::Source, name);
                }
                Setting::Times(form) => {
                    if self.time_format(SourceScope::Source, form).is_some() {
                        read.times.push(form.clone());
                    }
                }
                Setting::Encoding(text) => {
                    read.encoding = Encoding::for_label_no_replacement(text.node.as_bytes());
                    if read.encoding.is_none() {
                        self.invalid(
                            SourceScope::Source,
                            text.span,
                            format!("there is no encoding `{}`", text.node),
                            "not the name of an encoding",
                            "encodings are named as on the web: `windows-1252`, `iso-8859-15`, `utf-16le`, `utf-8`",
                        );
                    }
                }
                Setting::Delimiter(text) => match text.node.as_bytes() {
                    [byte] if byte.is_ascii() && *byte != b'"' && *byte != b'\n' && *byte != b'\r' => {
                        read.delimiter = Some(*byte);
                    }
                    _ => self.invalid(
                        SourceScope::Source,
                        text.span,
                        "a delimiter is one character of ASCII".to_owned(),
                        "not one such character",
                        "write the character between cells: `delimiter \";\"`",
                    ),
                },
                Setting::DecimalMark(text) => {
                    if let Some(mark) = self.mark(text) {
                        read.number.decimal = mark;
                    }
                }
                Setting::Thousands(text) => read.number.thousands = self.mark(text),
                Setting::Absent(texts) => read.absent.extend(texts.iter().map(|text| text.node.clone())),
            }
        }
        if read.number.thousands == Some(read.number.decimal)
            && let Some(span) = seen.get("thousands")
        {
            self.invalid(
                SourceScope::Source,
                *span,
                "the mark between thousands is the decimal mark".to_owned(),
                "same as the decimal mark",
                "state both: `decimal \",\"` and `thousands \".\"`",
            );
        }
        read
    }

    fn mark(&mut self, text: &Text) -> Option<char> {
        let mut characters = text.node.chars();
        match (characters.next(), characters.next()) {
            (Some(mark), None) if !mark.is_ascii_digit() && mark != '-' && mark != '+' => Some(mark),
            _ => {
                self.invalid(
                    SourceScope::Source,
                    text.span,
                    "the mark in numbers is one character that is no digit and no sign".to_owned(),
                    "not one such character",
                    "write the character alone: `decimal \",\"`",
                );
                None
            }
        }
    }

    pub(super) fn zone(&mut self, scope: SourceScope, name: &Text) -> Option<Zone> {
        let zone = Zone::named(&name.node);
        if zone.is_none() {
            self.report(scope, unknown_zone(name));
        }
        zone
    }

    pub(super) fn time_format(&mut self, scope: SourceScope, form: &Text) -> Option<TimeFormat> {
        match TimeFormat::new(&form.node) {
            Ok(format) => Some(format),
            Err(why) => {
                let message = format!("the time format cannot be read: {why}");
                self.report(
                    scope,
                    Diagnostic::new(Code::UnknownTimeFormat, form.span, message, "not a form of times")
                        .with_help("a form names every part: `\"%Y-%m-%d %H:%M:%S\"`, with `%z` for an offset"),
                );
                None
            }
        }
    }

    /// `field = … when …`
    pub(super) fn when(
        &mut self,
        record: RecordId,
        field: FieldId,
        test: &ast::RowTest,
        levels: &[Level],
    ) -> Option<When> {
        let scope = SourceScope::Field(record, field);
        let before = self.faults.len();
        let when = self.row_test(scope, test, levels);
        let declared = self.world.schema().record(record).field_type(field);
        if !declared.ty.optional && declared.ty.base != Type::Error {
            let (name, span) = (&declared.name, declared.span);
            let message = format!("`when` leaves `{name}` absent in other rows, and the field is required");
            self.report(
                scope,
                Diagnostic::new(Code::InvalidMapping, test.path.span, message, "does not hold in every row")
                    .with_label(span, "declared as required here")
                    .with_help("declare the field as optional with `?`, or leave `when` out"),
            );
        }
        (self.faults.len() == before).then_some(when)
    }

    /// How the time is read that orders the rows of a record.
    pub(super) fn order_reading(&mut self, scope: SourceScope, at: Span, settings: &Settings) -> Reading {
        let reading = self.base_reading(&Type::Timestamp, settings);
        self.check_zone(scope, &Type::Timestamp, &reading, settings, &[], at);
        reading
    }

    /// `field = first path …`
    pub(super) fn picked(
        &mut self,
        record: RecordId,
        field: FieldId,
        pick: ast::Pick,
        path: &ast::Path,
        conversions: &[Conversion],
        settings: &Settings,
    ) -> Option<Reading> {
        let scope = SourceScope::Field(record, field);
        if pick != ast::Pick::Count {
            return self.reading(record, field, path, conversions, settings);
        }
        self.single(scope, path);
        let ty = &self.world.schema().record(record).field_type(field).ty.base;
        if !matches!(ty, Type::Integer | Type::Error) {
            let shown = self.world.schema().show(ty);
            let message = format!("`count` gives an integer, and the field is `{shown}`");
            self.invalid(
                scope,
                path.span,
                message,
                &format!("the field is `{shown}`"),
                "declare the field as `integer`",
            );
        }
        if !conversions.is_empty() {
            let message = "`count` counts rows, whatever they have".to_owned();
            self.invalid(scope, path.span, message, "not read", "leave out how it is read");
        }
        Some(Reading::default())
    }

    /// `field = join path, path by "…"`
    pub(super) fn joined(
        &mut self,
        record: RecordId,
        field: FieldId,
        parts: &[ast::Path],
        by: &Text,
        settings: &Settings,
        levels: &[Level],
    ) -> Option<FieldSource> {
        let scope = SourceScope::Field(record, field);
        let schema = self.world.schema();
        let ty = schema.record(record).field_type(field).ty.base.clone();
        if !matches!(ty, Type::Text | Type::Reference(_) | Type::Error) {
            let message = format!("`join` gives a text, and the field is a `{}`", schema.show(&ty));
            self.invalid(scope, by.span, message, "no text", "read one path, or declare the field as a text");
        }
        parts.iter().for_each(|part| self.single(scope, part));
        let reading = self.base_reading(&ty, settings);
        let parts = parts.iter().map(|part| super::path(levels, part)).collect();
        (ty != Type::Error).then(|| FieldSource::Joined { parts, by: by.node.clone(), reading })
    }

    /// `field = file name …`
    pub(super) fn file(
        &mut self,
        record: RecordId,
        field: FieldId,
        name: &Name,
        conversions: &[Conversion],
        settings: &Settings,
        names: &[&str],
    ) -> Option<FieldSource> {
        if !names.contains(&name.node.as_str()) {
            let message = format!("not every pattern of the files has a part `{{{}}}`", name.node);
            let help = suggest(&name.node, "parts", names.iter().copied()).unwrap_or_else(|| {
                format!("name it in each pattern behind `from`: `\"history/{{{}}}.json\"`", name.node)
            });
            let label = "no part of that name";
            self.invalid(SourceScope::Field(record, field), name.span, message, label, &help);
        }
        let path = ast::Path { steps: Vec::new(), span: name.span };
        let reading = self.reading(record, field, &path, conversions, settings)?;
        Some(FieldSource::File { name: name.node.clone(), reading })
    }

    /// How what is at a path is read into a field.
    pub(super) fn reading(
        &mut self,
        record: RecordId,
        field: FieldId,
        from: &ast::Path,
        conversions: &[Conversion],
        settings: &Settings,
    ) -> Option<Reading> {
        let scope = SourceScope::Field(record, field);
        let ty = self.world.schema().record(record).field_type(field).ty.base.clone();
        let before = self.faults.len();
        let (element, is_list) = match &ty {
            Type::List(element) => (&**element, true),
            other => (other, false),
        };
        if *element == Type::Error {
            return None;
        }
        if from.steps.contains(&ast::PathStep::Every) && !is_list {
            let shown = self.world.schema().show(&ty);
            let message = format!("`*` gives several values, and the field is one `{shown}`");
            self.invalid(
                scope,
                from.span,
                message,
                "several values",
                "name the one value, or declare the field as a list",
            );
        }
        let mut reading = self.base_reading(element, settings);
        let mut seen: Vec<&str> = Vec::new();
        for conversion in conversions {
            let (word, span) = match conversion {
                Conversion::As { span, .. } => ("as", *span),
                Conversion::Match { span, .. } => ("match", *span),
                Conversion::Split(text) => ("split", text.span),
                Conversion::Find(pattern) => ("find", pattern.span),
                Conversion::Absent(_) => ("absent", from.span),
            };
            if word != "absent" && seen.contains(&word) {
                let message = format!("`{word}` stands twice for one field");
                self.invalid(scope, span, message, "the second", "keep one of the two");
            }
            seen.push(word);
            match conversion {
                Conversion::As { ty, format, zone, unit, since, span } => {
                    let read = As {
                        ty,
                        format: format.as_ref(),
                        zone: zone.as_ref(),
                        unit: unit.as_ref(),
                        since: since.as_ref(),
                        span: *span,
                    };
                    self.read_as(scope, element, &read, &mut reading);
                }
                Conversion::Match { arms, span } => reading.map = self.value_map(scope, element, arms, *span),
                Conversion::Split(text) => self.split(scope, text, is_list, &mut reading),
                Conversion::Find(pattern) => self.find(scope, pattern, &mut reading),
                Conversion::Absent(texts) => reading.absent.extend(texts.iter().map(|text| text.node.clone())),
            }
        }
        if seen.contains(&"match") && seen.contains(&"as") {
            let message = "`match` and `as` exclude each other".to_owned();
            self.invalid(scope, from.span, message, "read in two ways", "keep one of the two");
        }
        self.check_zone(scope, element, &reading, settings, conversions, from.span);
        (self.faults.len() == before).then_some(reading)
    }

    pub(super) fn base_reading(&self, element: &Type, settings: &Settings) -> Reading {
        let is_time = matches!(element, Type::Date | Type::Timestamp);
        Reading {
            absent: settings.absent.clone(),
            number: settings.number,
            times: settings.times.iter().filter(|_| is_time).map(|form| form.node.clone()).collect(),
            zone: settings.zone.clone().filter(|_| *element == Type::Timestamp),
            ..Reading::default()
        }
    }

    /// Refuses times without a zone where no zone is stated.
    fn check_zone(
        &mut self,
        scope: SourceScope,
        element: &Type,
        reading: &Reading,
        settings: &Settings,
        conversions: &[Conversion],
        at: Span,
    ) {
        let own_zone = conversions.iter().any(|conversion| matches!(conversion, Conversion::As { zone: Some(_), .. }));
        if *element != Type::Timestamp || reading.unit.is_some() || settings.states_zone || own_zone {
            return;
        }
        let unzoned = reading.times.iter().find(|form| TimeFormat::new(form).is_ok_and(|format| !format.has_offset()));
        if let Some(form) = unzoned {
            let own = conversions.iter().find_map(|conversion| match conversion {
                Conversion::As { format: Some(format), .. } => Some(format.span),
                _ => None,
            });
            let setting = settings.times.iter().find(|text| text.node == *form).map(|text| text.span);
            let message = format!("times of the form `{form}` carry no zone, and the source states none");
            let mut diagnostic = Diagnostic::new(Code::UnzonedTime, own.unwrap_or(at), message, "which instant is it?");
            if let (None, Some(span)) = (own, setting) {
                diagnostic = diagnostic.with_label(span, "no offset in this form");
            }
            self.report(
                scope,
                diagnostic
                    .with_help("state the zone of the tool's clock at the top of the source: `zone \"Europe/Paris\"`"),
            );
        }
    }

    fn value_map(
        &mut self,
        scope: SourceScope,
        element: &Type,
        arms: &[ast::Arm],
        span: Span,
    ) -> Option<BTreeMap<String, u32>> {
        let mut map = BTreeMap::new();
        let mut places: BTreeMap<&str, Span> = BTreeMap::new();
        for arm in arms {
            let to = match (element, arm.to.node.as_str()) {
                (Type::Enum(members) | Type::Calendar(members), member) => members.position(member),
                (Type::Boolean, "false") => Some(0),
                (Type::Boolean, "true") => Some(1),
                (Type::Boolean, _) => None,
                _ => {
                    let shown = self.world.schema().show(element);
                    let message = format!(
                        "`match` gives members of an enum, calendars, or `true` and `false`, and the field is `{shown}`"
                    );
                    self.invalid(scope, span, message, &format!("the field is `{shown}`"), "leave `match` out");
                    return None;
                }
            };
            match to {
                Some(position) => {
                    for from in &arm.from {
                        if let Some(first) = places.insert(&from.node, from.span) {
                            let message = format!("the text \"{}\" is mapped twice", from.node);
                            self.report(
                                scope,
                                Diagnostic::new(Code::InvalidMapping, from.span, message, "mapped again here")
                                    .with_label(first, "mapped here")
                                    .with_help("keep one of the two"),
                            );
                        }
                        map.insert(from.node.clone(), position);
                    }
                }
                None => {
                    if let Type::Calendar(calendars) = element {
                        self.report(scope, unknown_calendar(&arm.to.node, calendars, arm.to.span));
                        continue;
                    }
                    let shown = self.world.schema().show(element);
                    let message = format!("unknown member `{}` of `{shown}`", arm.to.node);
                    let help = match element {
                        Type::Enum(members) => {
                            suggest(&arm.to.node, "members", members.members.iter().map(String::as_str))
                        }
                        _ => Some("write `true` or `false`".to_owned()),
                    };
                    self.report(
                        scope,
                        Diagnostic::new(Code::UnknownMember, arm.to.span, message, "not a member").with_help_if(help),
                    );
                }
            }
        }
        Some(map)
    }

    /// `field = constant "…"`
    pub(super) fn constant(
        &mut self,
        record: RecordId,
        field: FieldId,
        text: &Text,
        settings: &Settings,
    ) -> Option<FieldSource> {
        let scope = SourceScope::Field(record, field);
        let ty = self.world.schema().record(record).field_type(field).ty.base.clone();
        let fits = match &ty {
            Type::Error => return None,
            Type::Enum(members) | Type::Calendar(members) => members.position(&text.node).is_some(),
            Type::Boolean => matches!(text.node.as_str(), "true" | "false"),
            Type::Integer => Number::parse(&text.node).is_some_and(|number| number.to_integer().is_some()),
            Type::Decimal => Number::parse(&text.node).is_some(),
            Type::Date => Date::parse(&text.node).is_some(),
            Type::Timestamp => Timestamp::parse(&text.node).is_some(),
            _ => true,
        };
        if let (false, Type::Calendar(calendars)) = (fits, &ty) {
            self.report(scope, unknown_calendar(&text.node, calendars, text.span));
            return None;
        }
        if let (false, Type::Enum(members)) = (fits, &ty) {
            let shown = self.world.schema().show(&ty);
            let message = format!("unknown member `{}` of `{shown}`", text.node);
            let help = suggest(&text.node, "members", members.members.iter().map(String::as_str));
            self.report(
                scope,
                Diagnostic::new(Code::UnknownMember, text.span, message, "not a member").with_help_if(help),
            );
            return None;
        }
        if !fits {
            let shown = self.world.schema().show(&ty);
            let message = format!("the constant \"{}\" is no `{shown}`", text.node);
            let label = format!("not a `{shown}`");
            self.invalid(scope, text.span, message, &label, "write it as record-shaped data would have it");
            return None;
        }
        // A constant is written in the policy, so neither the forms nor the marks of the tool are its own.
        let reading = Reading { absent: settings.absent.clone(), ..Reading::default() };
        Some(FieldSource::Constant { text: text.node.clone(), reading })
    }
}
