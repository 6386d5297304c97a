//! The layout of sources: settings, and mappings with the paths of their fields below one another.

use super::writer::Writer;
use crate::syntax::ast::{
    Arm, AssignedValue, Assignment, Conversion, ExpectedCount, Filter, Keep, KnownAs, Level, Mapping, Name, OnePer,
    Path, PathStep, Pick, RowTest, RowTestKind, Setting, Source, Text, WithoutRow,
};

/// A line of a mapping that is no assignment.
enum Line<'a> {
    Keep(&'a Keep),
    Filter(&'a Filter),
    KnownAs(&'a KnownAs),
    Expected(&'a ExpectedCount),
    WithoutRow(&'a WithoutRow),
}

impl Line<'_> {
    fn start(&self) -> u32 {
        match self {
            Line::Keep(keep) => keep.span.start,
            Line::Filter(filter) => filter.span.start,
            Line::KnownAs(known_as) => known_as.span.start,
            Line::Expected(expected) => expected.span.start,
            Line::WithoutRow(without_row) => without_row.span.start,
        }
    }
}

impl Writer<'_> {
    /// `source … { … }`
    pub(super) fn source(&mut self, source: &Source) {
        let Source { name, title, settings, mappings } = source;
        self.word("source");
        self.space();
        self.take(name.span);
        self.space();
        self.texts(title.span);
        self.space();
        self.word("{");
        if settings.is_empty() && mappings.is_empty() && !self.has_comments() {
            return self.word("}");
        }
        self.indented(|writer| {
            for (at, setting) in settings.iter().enumerate() {
                writer.entry(at == 0);
                writer.setting(setting);
            }
            for (at, mapping) in mappings.iter().enumerate() {
                writer.entry(at == 0 && settings.is_empty());
                writer.mapping(mapping);
            }
        });
        self.end_of_block(settings.is_empty() && mappings.is_empty());
        self.word("}");
    }

    fn setting(&mut self, setting: &Setting) {
        let (word, text) = match setting {
            Setting::Zone(text) => ("zone", text),
            Setting::Times(text) => ("times", text),
            Setting::Encoding(text) => ("encoding", text),
            Setting::Delimiter(text) => ("delimiter", text),
            Setting::DecimalMark(text) => ("decimal", text),
            Setting::Thousands(text) => ("thousands", text),
            Setting::Absent(texts) => {
                self.word("absent");
                return self.each(texts);
            }
        };
        self.word(word);
        self.space();
        self.texts(text.span);
    }

    /// Texts that stand for themselves, each behind a blank.
    fn each(&mut self, texts: &[Text]) {
        for text in texts {
            self.space();
            self.take(text.span);
        }
    }

    fn mapping(&mut self, mapping: &Mapping) {
        let Mapping {
            extends,
            record,
            files,
            at,
            names_at,
            levels,
            one_per,
            keep,
            filters,
            known_as,
            expected,
            without_row,
            assignments,
            span: _,
        } = mapping;
        let mut lines: Vec<Line<'_>> = filters.iter().map(Line::Filter).collect();
        lines.extend(keep.as_ref().map(Line::Keep));
        lines.extend(known_as.as_ref().map(Line::KnownAs));
        lines.extend(expected.iter().map(Line::Expected));
        lines.extend(without_row.as_ref().map(Line::WithoutRow));
        lines.sort_by_key(Line::start);
        // Where it stands first it goes with the files.
        let keep_first = match lines.first() {
            Some(Line::Keep(keep)) => Some(*keep),
            _ => None,
        };
        self.group(|writer| {
            if *extends {
                writer.word("extend");
                writer.space();
            }
            writer.take(record.span);
            writer.space();
            writer.word("from");
            writer.indented(|writer| {
                writer.indented(|writer| {
                    writer.line();
                    writer.list(files, |writer, file| writer.texts(file.span));
                    for (word, path) in [("at", at), ("names at", names_at)] {
                        if let Some(path) = path {
                            writer.line();
                            writer.word(word);
                            writer.space();
                            writer.path(path);
                        }
                    }
                    for Level { name, path, span: _ } in levels {
                        writer.line();
                        writer.word("each");
                        writer.space();
                        writer.take(name.span);
                        writer.space();
                        writer.word("in");
                        writer.space();
                        writer.path(path);
                    }
                    if let Some(OnePer { key, order, span: _ }) = one_per {
                        writer.line();
                        writer.word("one per");
                        writer.space();
                        writer.path(key);
                        writer.space();
                        writer.word("in order of");
                        writer.space();
                        writer.path(order);
                    }
                    if let Some(keep) = keep_first {
                        writer.line();
                        writer.keep(keep);
                    }
                });
            });
        });
        self.indented(|writer| {
            for line in lines.iter().skip(usize::from(keep_first.is_some())) {
                writer.entry(false);
                match line {
                    Line::Keep(keep) => writer.keep(keep),
                    Line::Filter(filter) => writer.filter(filter),
                    Line::KnownAs(known_as) => writer.known_as(known_as),
                    Line::Expected(expected) => writer.expected_count(expected),
                    Line::WithoutRow(without_row) => writer.without_row(without_row),
                }
            }
            let widest = assignments.iter().map(|assignment| assignment.field.node.len()).max().unwrap_or(0);
            for assignment in assignments {
                writer.entry(false);
                writer.assignment(assignment, widest - assignment.field.node.len());
            }
        });
    }

    fn keep(&mut self, keep: &Keep) {
        let Keep { last, path, span: _ } = keep;
        self.word(if *last { "keep last of each" } else { "keep first of each" });
        self.space();
        self.path(path);
    }

    fn known_as(&mut self, known_as: &KnownAs) {
        let KnownAs { path, span: _ } = known_as;
        self.word("known as");
        self.space();
        self.path(path);
    }

    fn without_row(&mut self, without_row: &WithoutRow) {
        let WithoutRow { state, span: _ } = without_row;
        self.word("if none");
        self.word(":");
        self.space();
        self.take(state.span);
    }

    fn expected_count(&mut self, expected: &ExpectedCount) {
        let ExpectedCount { of, path, span: _ } = expected;
        self.word("expect");
        self.space();
        self.take(of.span);
        self.space();
        self.word("=");
        self.space();
        self.path(path);
    }

    /// `only where …`, `exclude where … because "…"`
    fn filter(&mut self, filter: &Filter) {
        let Filter { test, because, span: _ } = filter;
        self.word(if because.is_some() { "exclude where" } else { "only where" });
        self.space();
        self.row_test(test);
        if let Some(reason) = because {
            self.below(|writer| {
                writer.word("because");
                writer.space();
                writer.texts(reason.span);
            });
        }
    }

    fn row_test(&mut self, test: &RowTest) {
        let RowTest { path, kind } = test;
        self.path(path);
        self.space();
        let (one, several, texts) = match kind {
            RowTestKind::In(texts) => ("=", "in", texts),
            RowTestKind::NotIn(texts) => ("!=", "not in", texts),
            RowTestKind::Present => return self.word("is present"),
            RowTestKind::Absent => return self.word("is absent"),
        };
        if self.is_next(one) {
            self.word(one);
            return self.each(texts);
        }
        self.word(several);
        self.space();
        self.brackets(["{", "}"], texts, |writer, text| writer.take(text.span));
    }

    fn assignment(&mut self, assignment: &Assignment, missing: usize) {
        let Assignment { field, value, span: _ } = assignment;
        self.take(field.span);
        self.choice("", " ".repeat(missing + 1));
        self.word("=");
        self.space();
        match value {
            AssignedValue::Path { path, conversions, when } => self.group(|writer| {
                writer.path(path);
                for conversion in conversions {
                    writer.conversion(conversion);
                }
                if let Some(test) = when {
                    writer.indented(|writer| writer.fill(false));
                    writer.word("when");
                    writer.space();
                    writer.row_test(test);
                }
            }),
            AssignedValue::Picked { pick, path, conversions, test } => self.group(|writer| {
                writer.word(match pick {
                    Pick::First => "first",
                    Pick::Last => "last",
                    Pick::Count => "count",
                });
                writer.space();
                writer.path(path);
                for conversion in conversions {
                    writer.conversion(conversion);
                }
                if let Some(test) = test {
                    writer.indented(|writer| writer.fill(false));
                    writer.word("where");
                    writer.space();
                    writer.row_test(test);
                }
            }),
            AssignedValue::Joined { parts, by } => self.group(|writer| {
                writer.word("join");
                writer.space();
                writer.list(parts, |writer, part| writer.path(part));
                writer.space();
                writer.word("by");
                writer.space();
                writer.take(by.span);
            }),
            AssignedValue::File { name, conversions } => self.group(|writer| {
                writer.word("file");
                writer.space();
                writer.take(name.span);
                for conversion in conversions {
                    writer.conversion(conversion);
                }
            }),
            AssignedValue::Constant(text) => {
                self.word("constant");
                self.space();
                self.texts(text.span);
            }
            AssignedValue::Unknown(reason) => {
                self.word("unknown because");
                self.space();
                self.texts(reason.span);
            }
        }
    }

    fn path(&mut self, path: &Path) {
        for (at, step) in path.steps.iter().enumerate() {
            match step {
                PathStep::Chosen { .. } => {
                    self.word("[");
                    self.step_name();
                    self.space();
                    self.word("=");
                    self.space();
                    self.text_or_word();
                    self.word("]");
                }
                PathStep::Named(_) => {
                    self.word("[");
                    self.word("named");
                    self.space();
                    self.text_or_word();
                    self.word("]");
                }
                PathStep::Name(_) | PathStep::Every => {
                    if at > 0 {
                        self.word(".");
                    }
                    self.step_name();
                }
            }
        }
    }

    /// The name of a step, or `*`.
    fn step_name(&mut self) {
        if self.is_next("\"") {
            return self.text_or_word();
        }
        self.take_while(|c| c.is_ascii_alphanumeric() || "_-:*".contains(c));
    }

    fn conversion(&mut self, conversion: &Conversion) {
        match conversion {
            Conversion::As { ty, format, zone: _, unit: _, since, span: _ } => {
                self.indented(|writer| writer.fill(false));
                self.word("as");
                self.space();
                self.take(ty.span);
                if let Some(format) = format {
                    self.space();
                    self.take(format.span);
                }
                // The zone and the unit, in any order; a field on the next line may be called `in`.
                while self.is_next("in") && !self.is_next_field("in") {
                    self.space();
                    self.word("in");
                    self.space();
                    self.text_or_word();
                }
                if let Some(since) = since {
                    self.space();
                    self.word("since");
                    self.space();
                    self.take(since.span);
                }
            }
            Conversion::Match { arms, span: _ } => {
                self.space();
                self.arms(arms);
            }
            Conversion::Split(text) => {
                self.indented(|writer| writer.fill(false));
                self.word("split");
                self.space();
                self.take(text.span);
            }
            Conversion::Find(pattern) => {
                self.indented(|writer| writer.fill(false));
                self.word("find");
                self.space();
                self.take(pattern.span);
            }
            // At the beginning of a line it would be the setting of that name.
            Conversion::Absent(texts) => {
                self.space();
                self.word("absent");
                self.each(texts);
            }
        }
    }

    /// `match { … }`, with the members below one another where it does not fit on a line
    fn arms(&mut self, arms: &[Arm]) {
        let widths: Vec<usize> = arms.iter().map(|arm| self.alternatives_width(&arm.from)).collect();
        let widest = widths.iter().copied().max().unwrap_or(0);
        self.group(|writer| {
            writer.word("match");
            writer.space();
            writer.word("{");
            writer.indented(|writer| {
                for (at, (arm, width)) in arms.iter().zip(&widths).enumerate() {
                    if at > 0 {
                        writer.word(",");
                    }
                    writer.line();
                    writer.arm(arm, widest - width);
                }
            });
            writer.skip(",");
            writer.choice("", ",");
            writer.line_before_close();
            writer.word("}");
        });
    }

    fn arm(&mut self, arm: &Arm, missing: usize) {
        let Arm { from, to } = arm;
        self.alternatives(from);
        self.choice(" ", " ".repeat(missing + 1));
        self.word("=>");
        self.space();
        self.take(to.span);
    }

    /// `"1" | "2"`
    pub(super) fn alternatives(&mut self, words: &[Name]) {
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                self.space();
                self.word("|");
                self.space();
            }
            self.take(word.span);
        }
    }

    /// How wide that is, as it is written: quotation marks and escapes count.
    pub(super) fn alternatives_width(&self, words: &[Name]) -> usize {
        let widths: usize = words.iter().map(|word| self.width(word.span)).sum();
        widths + " | ".len() * words.len().saturating_sub(1)
    }
}
