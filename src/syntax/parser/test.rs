//! Tests.

use super::{Builder, Pair, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{
    AsOf, Expect, Expected, ExpectedCause, ExpectedOutcome, Given, GivenField, Name, Test, TestSetting,
};
use crate::value::{Date, Timestamp};

/// The lines of a test, as far as they are read.
#[derive(Default)]
struct Lines {
    settings: Vec<TestSetting>,
    given: Vec<Given>,
    expected: Vec<Expect>,
    /// The first line of the latest kind so far, and its word.
    latest: Option<(Rank, Span, &'static str)>,
}

/// The order of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Setting,
    Given,
    Expect,
}

impl Builder<'_> {
    /// `test … of … { … }`
    pub(super) fn test(&self, pair: Pair<'_>) -> Option<Test> {
        let (mut title, mut of, mut lines) = (None, None, Lines::default());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::title => title = Some(self.texts(inner)),
                Rule::rule_name => of = Some(self.name(&inner)),
                _ => self.test_line(inner, &mut lines),
            }
        }
        let title = title?;
        if lines.expected.is_empty() {
            let message = "a test expects nothing";
            self.report(
                Diagnostic::new(Code::SyntaxError, title.span, message, "no `expect` under it")
                    .with_help("say what shall come out: `expect nonconformity on \"INC1\"`"),
            );
        }
        Some(Test { title, of: of?, settings: lines.settings, given: lines.given, expected: lines.expected })
    }

    /// Reads lines that stand alone, of a test that is broken elsewhere.
    pub(super) fn test_lines_alone(&self, pair: Pair<'_>) {
        let mut lines = Lines::default();
        for inner in pair.into_inner() {
            self.test_line(inner, &mut lines);
        }
    }

    fn test_line(&self, pair: Pair<'_>, lines: &mut Lines) {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::given => {
                self.check_line(lines, Rank::Given, span, "given");
                lines.given.extend(self.given(pair, span));
            }
            Rule::expect => {
                self.check_line(lines, Rank::Expect, span, "expect");
                lines.expected.extend(self.expect(pair, span));
            }
            Rule::test_zone | Rule::test_as_of | Rule::test_period | Rule::test_bind => {
                let word = match pair.as_rule() {
                    Rule::test_zone => "zone",
                    Rule::test_as_of => "as_of",
                    Rule::test_period => "period",
                    _ => "bind",
                };
                self.check_line(lines, Rank::Setting, span, word);
                if let Some(setting) = self.test_setting(pair, span) {
                    self.check_repeated(&lines.settings, &setting, word);
                    lines.settings.push(setting);
                }
            }
            _ => {}
        }
    }

    /// Reports a line that stands behind one of a later kind.
    fn check_line(&self, lines: &mut Lines, rank: Rank, span: Span, word: &'static str) {
        match lines.latest {
            Some((latest, first, before)) if latest > rank => {
                let place = Span { end: span.start + word.len() as u32, ..span };
                let first = Span { end: first.start + before.len() as u32, ..first };
                let message = format!("`{word}` stands behind `{before}`");
                self.report(
                    Diagnostic::new(Code::SyntaxError, place, message, format!("move it before `{before}`"))
                        .with_label(first, format!("`{before}` stands here"))
                        .with_help(
                            "write the lines in this order: `zone`, `as_of`, `period` and `bind`, then `given`, then `expect`",
                        ),
                );
            }
            Some((latest, ..)) if latest == rank => {}
            _ => lines.latest = Some((rank, span, word)),
        }
    }

    fn check_repeated(&self, settings: &[TestSetting], setting: &TestSetting, word: &str) {
        let same = |other: &&TestSetting| match (setting, other) {
            (TestSetting::Bind { name, since, .. }, TestSetting::Bind { name: other, since: others, .. }) => {
                let day = |since: &Option<Spanned<Date>>| since.as_ref().map(|since| since.node);
                name.node == other.node && day(since) == day(others)
            }
            _ => std::mem::discriminant(setting) == std::mem::discriminant(*other),
        };
        if let Some(first) = settings.iter().find(same) {
            let message = match setting {
                TestSetting::Bind { name, .. } => format!("`{}` is bound twice in one test", name.node),
                _ => format!("`{word}` stands twice in one test"),
            };
            self.report(
                Diagnostic::new(Code::SyntaxError, setting.span(), message, "the second")
                    .with_label(first.span(), "the first")
                    .with_help("keep one of the two"),
            );
        }
    }

    fn test_setting(&self, pair: Pair<'_>, span: Span) -> Option<TestSetting> {
        let rule = pair.as_rule();
        let (mut title, mut name, mut value, mut dates, mut instant) = (None, None, None, Vec::new(), None);
        let mut since = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::title => title = Some(self.texts(inner)),
                Rule::name => name = Some(self.name(&inner)),
                Rule::expr => value = Some(self.expression(inner)),
                Rule::since => since = self.since(inner),
                Rule::date => dates.push(self.day(&inner)?),
                Rule::timestamp => instant = Some(self.instant(&inner)?),
                _ => {}
            }
        }
        Some(match (rule, dates.as_slice()) {
            (Rule::test_zone, _) => TestSetting::Zone { zone: title?, span },
            (Rule::test_as_of, [day]) => TestSetting::AsOf { at: Spanned::new(AsOf::Day(day.node), day.span), span },
            (Rule::test_as_of, _) => {
                let instant = instant?;
                TestSetting::AsOf { at: Spanned::new(AsOf::Instant(instant.node), instant.span), span }
            }
            (Rule::test_period, [from, last]) => TestSetting::Period { from: from.clone(), last: last.clone(), span },
            _ => TestSetting::Bind { name: name?, value: value?, since, span },
        })
    }

    fn instant(&self, pair: &Pair<'_>) -> Option<Spanned<Timestamp>> {
        let span = self.span(pair);
        self.timestamp(pair.as_str(), span).map(|instant| Spanned::new(instant, span))
    }

    fn given(&self, pair: Pair<'_>, span: Span) -> Option<Given> {
        let (mut record, mut fields) = (None, Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name => record = Some(self.name(&inner)),
                Rule::given_field => fields.extend(self.given_field(inner)),
                Rule::no_extract => return Some(Given::NoExtract { record: self.no_extract(inner)?, span }),
                _ => {}
            }
        }
        Some(Given::Record { record: record?, fields, span })
    }

    fn given_field(&self, pair: Pair<'_>) -> Option<GivenField> {
        let (mut name, mut value) = (None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::word => name = Some(self.name(&inner)),
                Rule::expr => value = Some(self.expression(inner)),
                _ => {}
            }
        }
        Some(GivenField { name: name?, value: value? })
    }

    /// The record of `no approval extract`.
    fn no_extract(&self, pair: Pair<'_>) -> Option<Name> {
        pair.into_inner().find(|inner| inner.as_rule() == Rule::name).map(|name| self.name(&name))
    }

    fn expect(&self, pair: Pair<'_>, span: Span) -> Option<Expect> {
        let (mut outcome, mut on, mut no_subject, mut via, mut because) = (None, None, None, None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::expected_outcome => {
                    let node = outcome_named(inner.as_str())?;
                    outcome = Some(Spanned::new(node, self.span(&inner)));
                }
                Rule::text => on = Some(self.text(&inner)),
                Rule::no_subject => {
                    let text = inner.into_inner().find(|part| part.as_rule() == Rule::text);
                    no_subject = text.map(|text| self.text(&text));
                }
                Rule::label => via = Some(self.name(&inner)),
                Rule::expected_cause => because = self.expected_cause(inner),
                _ => {}
            }
        }
        let what = match (no_subject, outcome) {
            (Some(subject), _) => {
                if via.is_some() || because.is_some() {
                    let message = "a subject that is not there has no status";
                    self.report(
                        Diagnostic::new(Code::SyntaxError, span, message, "`via` and `because` ask for one")
                            .with_help("leave `via` and `because` out"),
                    );
                }
                Expected::NoSubject(subject)
            }
            (None, outcome) => Expected::Outcome { outcome: outcome?, on },
        };
        Some(Expect { what, via, because, span })
    }

    fn expected_cause(&self, pair: Pair<'_>) -> Option<ExpectedCause> {
        let mut cause = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::word => cause = Some(ExpectedCause::Unknown(self.name(&inner))),
                Rule::no_extract => cause = self.no_extract(inner).map(ExpectedCause::NoExtract),
                _ => {}
            }
        }
        cause
    }
}

/// The outcome of some words, whatever blanks and comments stand between them.
fn outcome_named(shown: &str) -> Option<ExpectedOutcome> {
    let shown = super::one_line(shown).split_whitespace().collect::<Vec<_>>().join(" ");
    ExpectedOutcome::ALL.into_iter().find(|outcome| outcome.words() == shown)
}
