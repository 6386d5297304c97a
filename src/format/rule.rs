//! The layout of rules and advice: each part on lines of its own.

use super::expression::Begins;
use super::writer::Writer;
use crate::syntax::ast::{
    Advice, Branch, Citation, Condition, Grade, IfAbsent, IfNone, Name, Rego, Rule, Step, Template, Text,
};

impl Writer<'_> {
    /// `rule … shall …`
    pub(super) fn rule(&mut self, rule: &Rule) {
        let Rule { name, title, cites, steps, due, condition, because, grade } = rule;
        self.head("rule", name, title, cites);
        self.indented(|writer| {
            writer.steps(steps);
            if let Some(due) = due {
                writer.hard();
                writer.led("due", &due.value);
            }
            writer.condition("shall", condition);
            writer.because(because.as_ref());
            if let Some(grade) = grade {
                writer.hard();
                writer.grade(grade);
            }
        });
    }

    /// `advice … should …`
    pub(super) fn advice(&mut self, advice: &Advice) {
        let Advice { name, title, cites, supports, steps, condition, because } = advice;
        self.head("advice", name, title, cites);
        self.indented(|writer| {
            writer.supports(supports);
            writer.steps(steps);
            writer.condition("should", condition);
            writer.because(because.as_ref());
        });
    }

    fn head(&mut self, word: &str, name: &Name, title: &Text, cites: &[Citation]) {
        self.word(word);
        self.space();
        self.take(name.span);
        self.indented(|writer| {
            writer.hard();
            writer.texts(title.span);
            for citation in cites {
                writer.hard();
                writer.citation(citation);
            }
        });
    }

    fn citation(&mut self, citation: &Citation) {
        let Citation { standard, clause, items, span: _ } = citation;
        self.word("cites");
        for name in [standard, clause] {
            self.space();
            self.take(name.span);
        }
        for (at, letter) in items.iter().enumerate() {
            if at > 0 {
                self.word(",");
            }
            self.space();
            self.take(letter.span);
        }
    }

    fn supports(&mut self, rules: &[Name]) {
        // A rule may be supported by several lines, which the tree has as one list.
        let mut rules = rules;
        while let Some((first, rest)) = rules.split_first() {
            self.hard();
            self.group(|writer| {
                writer.word("supports");
                writer.space();
                writer.take(first.span);
                writer.indented(|writer| {
                    rules = rest;
                    while let (true, Some((next, rest))) = (writer.is_next(","), rules.split_first()) {
                        writer.word(",");
                        writer.line();
                        writer.take(next.span);
                        rules = rest;
                    }
                });
            });
        }
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.hard();
            match step {
                Step::ForEach { binder, if_none, span: _ } => {
                    self.word("for each");
                    self.space();
                    self.bound(binder);
                    self.indented(|writer| {
                        if let Some(condition) = &binder.condition {
                            writer.hard();
                            writer.led("where", condition);
                        }
                        if let Some(outcome) = if_none {
                            writer.hard();
                            writer.outcome("if none", if_none_word(outcome.node));
                        }
                    });
                }
                Step::Let { name, value, if_absent, span: _ } => {
                    self.word("let");
                    self.space();
                    self.take(name.span);
                    self.space();
                    self.word("=");
                    self.defined(value, true);
                    if let Some(outcome) = if_absent {
                        self.indented(|writer| {
                            writer.hard();
                            writer.outcome("if absent", if_absent_word(outcome.node));
                        });
                    }
                }
            }
        }
    }

    fn outcome(&mut self, words: &str, outcome: &str) {
        self.word(words);
        self.word(":");
        self.space();
        self.word(outcome);
    }

    fn condition(&mut self, modal: &str, condition: &Condition) {
        self.hard();
        self.word(modal);
        self.space();
        match condition {
            Condition::Plain(expr) => self.expression(expr, Begins::Behind),
            Condition::AnyOf(branches) => self.branches("any of", branches),
            Condition::AllOf(branches) => self.branches("all of", branches),
            Condition::Rego(rego) => self.rego(rego),
        }
    }

    fn rego(&mut self, rego: &Rego) {
        let Rego { files, rule, reads, span: _ } = rego;
        self.word("rego");
        self.space();
        for (at, file) in files.iter().enumerate() {
            if at > 0 {
                self.word(",");
                self.space();
            }
            self.take(file.span);
        }
        self.space();
        self.word("at");
        self.space();
        self.take(rule.span);
        self.hard();
        self.group(|writer| {
            writer.word("reads");
            writer.space();
            writer.indented(|writer| {
                for (at, read) in reads.iter().enumerate() {
                    if at > 0 {
                        writer.word(",");
                        writer.line();
                    }
                    writer.expression(read, Begins::Behind);
                }
            });
        });
    }

    fn branches(&mut self, words: &str, branches: &[Branch]) {
        self.word(words);
        self.space();
        self.block(branches, |writer, branch| {
            let Branch { label, condition } = branch;
            writer.take(label.span);
            writer.led(":", condition);
        });
    }

    fn because(&mut self, because: Option<&Template>) {
        if let Some(template) = because {
            self.hard();
            self.word("because");
            self.space();
            self.template(template, |writer, hole| writer.expression(hole, Begins::Behind));
        }
    }

    fn grade(&mut self, grade: &Grade) {
        self.word("major");
        self.space();
        match grade {
            Grade::Above(share) => {
                self.word("above");
                self.space();
                self.take(share.span);
            }
            Grade::Always(_) => self.word("always"),
            Grade::When(condition) => self.led("when", condition),
        }
    }
}

fn if_none_word(outcome: IfNone) -> &'static str {
    match outcome {
        IfNone::Nonconformity => "nonconformity",
        IfNone::NotDetermined => "not determined",
        IfNone::NoPopulation => "no population",
    }
}

fn if_absent_word(outcome: IfAbsent) -> &'static str {
    match outcome {
        IfAbsent::Nonconformity => "nonconformity",
        IfAbsent::NotDetermined => "not determined",
    }
}
