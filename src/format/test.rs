//! The layout of tests.

use super::expression::Begins;
use super::writer::Writer;
use crate::syntax::ast::{Expect, Expected, ExpectedCause, Given, GivenField, Name, Test, TestSetting};

/// A line of a test.
enum Line<'a> {
    Setting(&'a TestSetting),
    Given(&'a Given),
    Expect(&'a Expect),
}

impl Writer<'_> {
    /// `test "…" of … { … }`
    pub(super) fn test(&mut self, test: &Test) {
        let Test { title, of, settings, given, expected } = test;
        self.word("test");
        self.space();
        self.texts(title.span);
        self.space();
        self.word("of");
        self.space();
        self.take(of.span);
        self.space();
        let settings = settings.iter().map(Line::Setting);
        let lines: Vec<Line<'_>> =
            settings.chain(given.iter().map(Line::Given)).chain(expected.iter().map(Line::Expect)).collect();
        self.block(&lines, |writer, line| match line {
            Line::Setting(setting) => writer.test_setting(setting),
            Line::Given(given) => writer.given(given),
            Line::Expect(expect) => writer.expect(expect),
        });
    }

    fn test_setting(&mut self, setting: &TestSetting) {
        match setting {
            TestSetting::Zone { zone, span: _ } => self.zone(zone),
            TestSetting::AsOf { at, span: _ } => {
                self.word("as_of");
                self.space();
                self.take(at.span);
            }
            TestSetting::Period { from, last, span: _ } => {
                self.word("period");
                self.space();
                self.take(from.span);
                self.space();
                self.word("through");
                self.space();
                self.take(last.span);
            }
            TestSetting::Bind { name, value, since, span: _ } => {
                self.word("bind");
                self.space();
                self.take(name.span);
                self.space();
                self.word("=");
                self.defined(value, true);
                if let Some(since) = since {
                    self.space();
                    self.word("since");
                    self.space();
                    self.take(since.span);
                }
            }
        }
    }

    fn given(&mut self, given: &Given) {
        self.word("given");
        self.space();
        match given {
            Given::Record { record, fields, span: _ } => {
                self.take(record.span);
                self.space();
                self.given_fields(fields);
            }
            Given::NoExtract { record, span: _ } => self.no_extract(record),
        }
    }

    /// `{ number: "INC1", … }`: all on one line, or the fields on one of their own, or each on one and the values below one
    /// another
    fn given_fields(&mut self, fields: &[GivenField]) {
        self.group(|writer| {
            writer.word("{");
            if !fields.is_empty() {
                writer.indented(|writer| {
                    writer.line();
                    writer.group(|writer| {
                        writer.list(fields, |writer, field| writer.given_field(field));
                        writer.skip(",");
                        writer.choice("", ",");
                    });
                });
                writer.line_before_close();
            }
            writer.word("}");
        });
    }

    fn given_field(&mut self, field: &GivenField) {
        let GivenField { name, value } = field;
        self.take(name.span);
        self.word(":");
        self.space();
        self.expression(value, Begins::Behind);
    }

    fn no_extract(&mut self, record: &Name) {
        self.word("no");
        self.space();
        self.take(record.span);
        self.space();
        self.word("extract");
    }

    fn expect(&mut self, expect: &Expect) {
        let Expect { what, via, because, span: _ } = expect;
        self.word("expect");
        self.space();
        match what {
            Expected::Outcome { outcome, on } => {
                self.word(outcome.node.words());
                if let Some(subject) = on {
                    self.space();
                    self.word("on");
                    self.space();
                    self.take(subject.span);
                }
            }
            Expected::NoSubject(subject) => {
                self.word("no subject");
                self.space();
                self.take(subject.span);
            }
        }
        if let Some(label) = via {
            self.space();
            self.word("via");
            self.space();
            self.take(label.span);
        }
        if let Some(cause) = because {
            self.space();
            self.word("because");
            self.space();
            match cause {
                ExpectedCause::Unknown(name) => {
                    self.word("unknown");
                    self.space();
                    self.take(name.span);
                }
                ExpectedCause::NoExtract(record) => self.no_extract(record),
            }
        }
    }
}
