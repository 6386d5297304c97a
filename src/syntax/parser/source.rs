//! Sources: settings and mappings.

use super::{Builder, Pair, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Arm, AssignedValue, Assignment, Conversion, ExpectedCount, Filter, Keep, KnownAs, Level, Mapping, OnePer, Path,
    PathStep, Pick, RowTest, RowTestKind, Setting, Source, Text, WithoutRow,
};
use crate::syntax::scan::DEEPEST;

impl Builder<'_> {
    /// `source … { … }`
    pub(super) fn source(&self, pair: Pair<'_>) -> Option<Source> {
        let (mut name, mut title, mut settings, mut mappings) = (None, None, Vec::new(), Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::item_name => name = Some(self.item_name(&inner)),
                Rule::title => title = Some(self.texts(inner)),
                _ => self.entry(inner, &mut settings, &mut mappings, true),
            }
        }
        Some(Source { name: name?, title: title?, settings, mappings })
    }

    /// Reads entries that stand alone, of a source that is broken elsewhere.
    pub(super) fn entries_alone(&self, pair: Pair<'_>) {
        let (mut settings, mut mappings) = (Vec::new(), Vec::new());
        for inner in pair.into_inner() {
            self.entry(inner, &mut settings, &mut mappings, false);
        }
    }

    /// Reads one entry; `placed` says whether its place among the others is known and can be judged.
    fn entry(&self, pair: Pair<'_>, settings: &mut Vec<Setting>, mappings: &mut Vec<Mapping>, placed: bool) {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::setting => {
                if !mappings.is_empty() {
                    self.misplaced_setting(&pair);
                }
                settings.extend(self.setting(pair));
            }
            Rule::mapping => mappings.extend(self.mapping(pair)),
            rule @ (Rule::keep
            | Rule::only
            | Rule::exclude
            | Rule::known
            | Rule::expected_count
            | Rule::without_row
            | Rule::assignment) => {
                let keep = (rule == Rule::keep).then(|| self.keep(pair.clone())).flatten();
                let known_as = (rule == Rule::known).then(|| self.known_as(pair.clone())).flatten();
                let expected = (rule == Rule::expected_count).then(|| self.expected_count(pair.clone())).flatten();
                let without_row = (rule == Rule::without_row).then(|| self.without_row(pair.clone())).flatten();
                let filter = matches!(rule, Rule::only | Rule::exclude).then(|| self.filter(pair.clone())).flatten();
                let assignment = (rule == Rule::assignment).then(|| self.assignment(pair)).flatten();
                let Some(mapping) = mappings.last_mut() else {
                    if placed {
                        let message = "a line of a mapping stands before the first mapping";
                        self.report(
                            Diagnostic::new(Code::SyntaxError, span, message, "belongs to no mapping").with_help(
                                "write the record and its files above it: `incident from \"incidents*.json\"`",
                            ),
                        );
                    }
                    return;
                };
                if assignment.is_none() && !mapping.assignments.is_empty() {
                    let (message, label) = match rule {
                        Rule::known => ("a second identity stands behind an assignment", "concerns all fields"),
                        Rule::without_row => ("`if none` stands behind an assignment", "concerns all fields"),
                        Rule::expected_count => ("`expect` stands behind an assignment", "concerns all fields"),
                        _ => ("a choice of rows stands behind an assignment", "chooses rows"),
                    };
                    self.report(
                        Diagnostic::new(Code::SyntaxError, span, message, label)
                            .with_help("move it up, directly under the line with `from`"),
                    );
                }
                let twice = [
                    ("keep", keep.is_some() && mapping.keep.is_some()),
                    ("known as", known_as.is_some() && mapping.known_as.is_some()),
                    ("if none", without_row.is_some() && mapping.without_row.is_some()),
                ];
                for (word, _) in twice.into_iter().filter(|(_, is_twice)| *is_twice) {
                    let message = format!("`{word}` stands twice in one mapping");
                    self.report(
                        Diagnostic::new(Code::SyntaxError, span, message, "the second").with_help("keep one of them"),
                    );
                }
                if assignment.is_some() && !self.begins_line(span) {
                    let message = "two things stand on one line of a mapping";
                    self.report(
                        Diagnostic::new(Code::SyntaxError, span, message, "an assignment has a line of its own")
                            .with_help("begin it on a new line"),
                    );
                }
                mapping.span = mapping.span.to(span);
                mapping.keep = keep.or(mapping.keep.take());
                mapping.known_as = known_as.or(mapping.known_as.take());
                mapping.without_row = without_row.or(mapping.without_row.take());
                mapping.expected.extend(expected);
                mapping.filters.extend(filter);
                mapping.assignments.extend(assignment);
            }
            _ => {}
        }
    }

    /// Whether nothing but blanks stands before a place on its line.
    fn begins_line(&self, span: Span) -> bool {
        let start = (span.start as usize).saturating_sub(self.base);
        let before = self.text.get(..start).unwrap_or("");
        before.rsplit('\n').next().unwrap_or("").trim().is_empty()
    }

    fn misplaced_setting(&self, pair: &Pair<'_>) {
        let word = pair.as_str().split_whitespace().next().unwrap_or("");
        let span = self.span(pair);
        let place = Span { end: span.start + word.len() as u32, ..span };
        let message = format!("the setting `{word}` stands behind a mapping");
        let help = match pair.as_rule() {
            Rule::absent => "move it up before the first mapping; if it is meant for the field above, onto its line",
            _ => "move it up before the first mapping; settings hold for the whole source",
        };
        self.report(Diagnostic::new(Code::MisplacedSetting, place, message, "a setting of the source").with_help(help));
    }

    fn setting(&self, pair: Pair<'_>) -> Option<Setting> {
        let word = pair.clone().into_inner().find(|inner| inner.as_rule() == Rule::setting_kw)?.as_str().to_owned();
        let texts = self.list_of_texts(pair);
        if word == "absent" {
            return Some(Setting::Absent(texts));
        }
        let text = joined(texts)?;
        Some(match word.as_str() {
            "zone" => Setting::Zone(text),
            "times" => Setting::Times(text),
            "encoding" => Setting::Encoding(text),
            "delimiter" => Setting::Delimiter(text),
            "decimal" => Setting::DecimalMark(text),
            _ => Setting::Thousands(text),
        })
    }

    fn mapping(&self, pair: Pair<'_>) -> Option<Mapping> {
        let span = self.span(&pair);
        let (mut record, mut files, mut at, mut levels) = (None, Vec::new(), None, Vec::new());
        let (mut names_at, mut one_per, mut extends) = (None, None, false);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::extends => extends = true,
                Rule::name => record = Some(self.name(&inner)),
                Rule::texts => files.push(self.texts(inner)),
                Rule::at => at = self.path_within(inner),
                Rule::names_at => names_at = self.path_within(inner),
                Rule::level => levels.extend(self.level(inner)),
                Rule::one_per => one_per = self.one_per(inner),
                _ => {}
            }
        }
        if let Some(level) = levels.get(DEEPEST) {
            let message = format!("a mapping has more than {DEEPEST} levels");
            self.report(
                Diagnostic::new(Code::TooDeep, level.span, message, "deeper than any export that is read")
                    .with_help("no file of an export is read deeper than that"),
            );
        }
        Some(Mapping {
            extends,
            record: record?,
            files,
            at,
            names_at,
            levels,
            one_per,
            keep: None,
            filters: Vec::new(),
            known_as: None,
            expected: Vec::new(),
            without_row: None,
            assignments: Vec::new(),
            span,
        })
    }

    fn level(&self, pair: Pair<'_>) -> Option<Level> {
        let span = self.span(&pair);
        let (mut name, mut path) = (None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name => name = Some(self.name(&inner)),
                Rule::path => path = Some(self.path(inner)),
                _ => {}
            }
        }
        Some(Level { name: name?, path: path?, span })
    }

    fn one_per(&self, pair: Pair<'_>) -> Option<OnePer> {
        let span = self.span(&pair);
        let mut paths = pair.into_inner().filter(|inner| inner.as_rule() == Rule::path).map(|path| self.path(path));
        Some(OnePer { key: paths.next()?, order: paths.next()?, span })
    }

    /// `join key, item.id by "-"`
    fn joined(&self, pair: Pair<'_>) -> Option<AssignedValue> {
        let (mut parts, mut by) = (Vec::new(), None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::path => parts.push(self.path(inner)),
                Rule::text => by = Some(self.text(&inner)),
                _ => {}
            }
        }
        Some(AssignedValue::Joined { parts, by: by? })
    }

    /// `first "Time"`
    fn picked(&self, pair: Pair<'_>) -> Option<(Pick, Path)> {
        let (mut pick, mut path) = (Pick::First, None);
        for inner in pair.into_inner() {
            match (inner.as_rule(), inner.as_str()) {
                (Rule::pick, "last") => pick = Pick::Last,
                (Rule::pick, "count") => pick = Pick::Count,
                (Rule::path, _) => path = Some(self.path(inner)),
                _ => {}
            }
        }
        Some((pick, path?))
    }

    fn keep(&self, pair: Pair<'_>) -> Option<Keep> {
        let span = self.span(&pair);
        let (mut last, mut path) = (true, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::keep_which => last = inner.as_str() == "last",
                Rule::path => path = Some(self.path(inner)),
                _ => {}
            }
        }
        Some(Keep { last, path: path?, span })
    }

    fn known_as(&self, pair: Pair<'_>) -> Option<KnownAs> {
        let span = self.span(&pair);
        Some(KnownAs { path: self.path_within(pair)?, span })
    }

    /// `expect total = total`
    fn expected_count(&self, pair: Pair<'_>) -> Option<ExpectedCount> {
        let span = self.span(&pair);
        let (mut of, mut path) = (None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::word => of = Some(self.name(&inner)),
                Rule::path => path = Some(self.path(inner)),
                _ => {}
            }
        }
        Some(ExpectedCount { of: of?, path: path?, span })
    }

    /// `if none: absent`
    fn without_row(&self, pair: Pair<'_>) -> Option<WithoutRow> {
        let span = self.span(&pair);
        let state = pair.into_inner().find(|inner| inner.as_rule() == Rule::word)?;
        Some(WithoutRow { state: self.name(&state), span })
    }

    /// `only where …`, `exclude where … because "…"`
    fn filter(&self, pair: Pair<'_>) -> Option<Filter> {
        let span = self.span(&pair);
        let (mut test, mut because) = (None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::row_test => test = self.row_test(inner),
                Rule::reason => because = Some(self.texts(inner)),
                _ => {}
            }
        }
        Some(Filter { test: test?, because, span })
    }

    fn row_test(&self, pair: Pair<'_>) -> Option<RowTest> {
        let (mut path, mut kind, mut texts, mut negated) = (None, None, Vec::new(), false);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::path => path = Some(self.path(inner)),
                Rule::row_state => kind = self.row_state(inner),
                Rule::text => texts.push(self.text(&inner)),
                Rule::not_in | Rule::not_equal | Rule::in_op | Rule::equal => {
                    negated = matches!(inner.as_rule(), Rule::not_in | Rule::not_equal);
                    let right = match inner.as_rule() {
                        Rule::not_in => "not in",
                        Rule::not_equal => "!=",
                        Rule::in_op => "in",
                        _ => "=",
                    };
                    if super::one_line(inner.as_str()).split_whitespace().ne(right.split(' ')) {
                        self.foreign(self.span(&inner), inner.as_str(), format!("write `{right}`"));
                    }
                }
                _ => {}
            }
        }
        let listed = if negated { RowTestKind::NotIn(texts) } else { RowTestKind::In(texts) };
        Some(RowTest { path: path?, kind: kind.unwrap_or(listed) })
    }

    fn row_state(&self, pair: Pair<'_>) -> Option<RowTestKind> {
        let span = self.span(&pair);
        let shown = super::one_line(pair.as_str());
        let (mut negated, mut state) = (false, String::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::not_kw => negated = true,
                Rule::word => state = inner.as_str().to_owned(),
                _ => {}
            }
        }
        let present = match state.as_str() {
            "present" => !negated,
            "absent" | "empty" | "missing" => negated,
            word if super::operators::is_null(word) => negated,
            _ => {
                let message = format!("a row cannot be tested with `{shown}`");
                self.report(
                    Diagnostic::new(Code::SyntaxError, span, message, "`is present` or `is absent`")
                        .with_help(format!("write `= \"{state}\"` to compare with a text")),
                );
                return None;
            }
        };
        let word = if present { "present" } else { "absent" };
        if negated || state != word {
            self.foreign(span, &shown, format!("write `is {word}`"));
        }
        Some(if present { RowTestKind::Present } else { RowTestKind::Absent })
    }

    fn assignment(&self, pair: Pair<'_>) -> Option<Assignment> {
        let span = self.span(&pair);
        let (mut field, mut value, mut path, mut file, mut when) = (None, None, None, None, None);
        let (mut picked, mut conversions) = (None, Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::word => field = Some(self.name(&inner)),
                Rule::constant | Rule::unknown => {
                    let constant = inner.as_rule() == Rule::constant;
                    let text = inner.into_inner().find(|text| matches!(text.as_rule(), Rule::texts | Rule::reason))?;
                    let text = self.texts(text);
                    value = Some(if constant { AssignedValue::Constant(text) } else { AssignedValue::Unknown(text) });
                }
                Rule::path => path = Some(self.path(inner)),
                Rule::from_file => {
                    file = inner.into_inner().find(|name| name.as_rule() == Rule::name).map(|name| self.name(&name));
                }
                Rule::joined => value = self.joined(inner),
                Rule::picked => picked = self.picked(inner),
                Rule::when | Rule::picked_where => {
                    when = inner
                        .into_inner()
                        .find(|test| test.as_rule() == Rule::row_test)
                        .and_then(|test| self.row_test(test));
                }
                Rule::read_as => conversions.extend(self.read_as(inner)),
                Rule::value_map => {
                    let span = self.span(&inner);
                    let arms = inner.into_inner().filter(|arm| arm.as_rule() == Rule::arm);
                    let arms = arms.filter_map(|arm| self.arm(arm)).collect();
                    conversions.push(Conversion::Match { arms, span });
                }
                Rule::split => conversions.extend(self.list_of_texts(inner).pop().map(Conversion::Split)),
                Rule::find => {
                    conversions.extend(self.find(inner).map(Conversion::Find));
                }
                Rule::absent => {
                    // On a line of its own it would read like the setting of that name.
                    if self.begins_line(self.span(&inner)) {
                        self.misplaced_setting(&inner);
                    }
                    conversions.push(Conversion::Absent(self.list_of_texts(inner)));
                }
                _ => {}
            }
        }
        if let Some((pick, path)) = picked {
            value = Some(AssignedValue::Picked {
                pick,
                path,
                conversions: std::mem::take(&mut conversions),
                test: when.take(),
            });
        }
        let value = match (value, path, file) {
            (Some(value), ..) => value,
            (None, Some(path), _) => AssignedValue::Path { path, conversions, when },
            (None, None, Some(name)) => AssignedValue::File { name, conversions },
            (None, None, None) => return None,
        };
        Some(Assignment { field: field?, value, span })
    }

    /// `find /id:([0-9]+)/`
    fn find(&self, pair: Pair<'_>) -> Option<Text> {
        let looked_for = pair.into_inner().find(|inner| matches!(inner.as_rule(), Rule::regex | Rule::text))?;
        let span = self.span(&looked_for);
        if looked_for.as_rule() == Rule::text {
            let message = "what is looked for is a pattern, and stands between slashes";
            let help = "write it between slashes, with `\\` before a mark that stands for itself: `find /CHG[0-9]+/`";
            self.report(Diagnostic::new(Code::SyntaxError, span, message, "a text").with_help(help));
        }
        self.regex(looked_for.as_str(), span).map(|node| Text { node, span })
    }

    /// `[named "Impact"]`
    fn named(&self, pair: Pair<'_>) -> Option<PathStep> {
        let name = pair.into_inner().find(|inner| matches!(inner.as_rule(), Rule::text | Rule::step_name))?;
        if name.as_rule() == Rule::text {
            return Some(PathStep::Named(self.text(&name).node));
        }
        let help = format!("write `[named \"{}\"]`", name.as_str());
        let message = "the name of a key stands in quotation marks";
        self.report(Diagnostic::new(Code::SyntaxError, self.span(&name), message, "not a text").with_help(help));
        None
    }

    fn read_as(&self, pair: Pair<'_>) -> Option<Conversion> {
        let span = self.span(&pair);
        let (mut ty, mut format, mut zone, mut unit, mut behind_in) = (None, None, None, None, false);
        let (mut since, mut behind_since) = (None, false);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::in_kw => behind_in = true,
                Rule::since_kw => behind_since = true,
                Rule::text if behind_since => since = Some(self.text(&inner)),
                Rule::text if behind_in => zone = Some(self.text(&inner)),
                Rule::text => format = Some(self.text(&inner)),
                Rule::word if behind_in => unit = Some(self.name(&inner)),
                Rule::word => ty = Some(self.name(&inner)),
                _ => {}
            }
        }
        Some(Conversion::As { ty: ty?, format, zone, unit, since, span })
    }

    fn arm(&self, pair: Pair<'_>) -> Option<Arm> {
        let (mut from, mut to) = (Vec::new(), None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::text => from.push(self.text(&inner)),
                Rule::member => to = self.member(inner),
                _ => {}
            }
        }
        Some(Arm { from, to: to? })
    }

    /// `[name = "Impact"]`
    fn chosen(&self, pair: Pair<'_>) -> Option<PathStep> {
        let mut parts = pair.into_inner().filter_map(|inner| match inner.as_rule() {
            Rule::text => Some(self.text(&inner).node),
            Rule::step_name => Some(inner.as_str().to_owned()),
            _ => None,
        });
        Some(PathStep::Chosen { key: parts.next()?, text: parts.next()? })
    }

    fn path_within(&self, pair: Pair<'_>) -> Option<Path> {
        pair.into_inner().find(|inner| inner.as_rule() == Rule::path).map(|path| self.path(path))
    }

    fn path(&self, pair: Pair<'_>) -> Path {
        let span = self.span(&pair);
        let steps = pair.into_inner().flat_map(|step| step.into_inner()).filter_map(|step| {
            Some(match step.as_rule() {
                Rule::every_step => PathStep::Every,
                Rule::chosen => return self.chosen(step),
                Rule::named => return self.named(step),
                Rule::text => PathStep::Name(self.text(&step).node),
                _ => PathStep::Name(step.as_str().to_owned()),
            })
        });
        let steps: Vec<PathStep> = steps.collect();
        if steps.len() > DEEPEST {
            let message = format!("a path has more than {DEEPEST} steps");
            self.report(
                Diagnostic::new(Code::TooDeep, span, message, "deeper than any export that is read")
                    .with_help("no file of an export is read deeper than that"),
            );
        }
        Path { steps, span }
    }
}

/// Adjacent texts as one.
fn joined(texts: Vec<Text>) -> Option<Text> {
    texts.into_iter().reduce(|mut first, next| {
        first.node.push_str(&next.node);
        first.span = first.span.to(next.span);
        first
    })
}
