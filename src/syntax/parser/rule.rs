//! Rules and advice.

use super::{Builder, Pair, Rule as Grammar};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{
    Advice, Branch, Citation, Condition, Due, Expr, Grade, IfAbsent, IfNone, ItemKind, Name, Rego, Rule, Step,
    Template, Text,
};

/// The parts of a rule or an advice, as far as they are read.
#[derive(Default)]
struct Parts {
    name: Option<Name>,
    title: Option<Text>,
    cites: Vec<Citation>,
    supports: Vec<Name>,
    steps: Vec<Step>,
    due: Option<Due>,
    condition: Option<Condition>,
    /// What stands behind `reads`, and the word.
    reads: Option<(Vec<Expr>, Span)>,
    because: Option<Template>,
    grade: Option<Grade>,
    /// The part that stands latest in the order of parts, and its place.
    latest: Option<(Rank, Span)>,
}

/// The order of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Cites,
    Supports,
    Steps,
    Due,
    Condition,
    Reads,
    Because,
    Grade,
}

impl Builder<'_> {
    /// `rule … shall …`
    pub(super) fn rule(&self, pair: Pair<'_>) -> Option<Rule> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let name = parts.name.clone()?;
        self.check_missing(&parts, &name, span);
        self.take_reads(&mut parts);
        Some(Rule {
            name,
            title: parts.title?,
            cites: parts.cites,
            steps: parts.steps,
            due: parts.due,
            condition: parts.condition?,
            because: parts.because,
            grade: parts.grade,
        })
    }

    /// `advice … should …`
    pub(super) fn advice(&self, pair: Pair<'_>) -> Option<Advice> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let name = parts.name.clone()?;
        self.check_missing(&parts, &name, span);
        self.take_reads(&mut parts);
        Some(Advice {
            name,
            title: parts.title?,
            cites: parts.cites,
            supports: parts.supports,
            steps: parts.steps,
            condition: parts.condition?,
            because: parts.because,
        })
    }

    fn is_advice(&self) -> bool {
        self.kind == ItemKind::Advice
    }

    /// The word before the condition.
    fn modal(&self) -> &'static str {
        if self.is_advice() { "should" } else { "shall" }
    }

    fn check_missing(&self, parts: &Parts, name: &Name, span: Span) {
        let (kind, modal) = (self.kind.word(), self.modal());
        let missing = |what: &str, label: &str, help: String| {
            let message = format!("{kind} `{}` {what}", name.node);
            self.report(Diagnostic::new(Code::SyntaxError, name.span, message, label).with_help(help));
        };
        if parts.title.is_none() {
            missing(
                "has no title",
                "a title stands behind the name",
                "write one line in quotes on what is meant".into(),
            );
        }
        if parts.cites.is_empty() {
            missing(
                "cites nothing",
                "no `cites` under it",
                "write `cites`, a standard and a clause under the title".into(),
            );
        }
        if parts.condition.is_none() {
            let end = Span { start: span.end.saturating_sub(1), ..span };
            let message = format!("{kind} `{}` has no `{modal}`", name.node);
            self.report(
                Diagnostic::new(Code::SyntaxError, name.span, message, format!("no `{modal}` under it"))
                    .with_label(end, format!("the {kind} ends here"))
                    .with_help(format!("write `{modal}` and what has to hold")),
            );
        }
    }

    fn parts(&self, pair: Pair<'_>) -> Parts {
        let mut parts = Parts::default();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Grammar::item_name => parts.name = Some(self.item_name(&inner)),
                Grammar::title => parts.title = Some(self.texts(inner)),
                _ => self.part(inner, &mut parts),
            }
        }
        parts
    }

    /// Reads parts that stand alone, of an item that is broken elsewhere.
    pub(super) fn parts_alone(&self, pair: Pair<'_>) {
        let mut parts = Parts::default();
        for inner in pair.into_inner() {
            self.part(inner, &mut parts);
        }
    }

    fn part(&self, pair: Pair<'_>, parts: &mut Parts) {
        let span = self.span(&pair);
        match pair.as_rule() {
            Grammar::cites => {
                self.check_order(parts, Rank::Cites, span, "cites");
                parts.cites.extend(self.citation(pair));
            }
            Grammar::supports => {
                self.check_order(parts, Rank::Supports, span, "supports");
                if !self.is_advice() {
                    let message = "only an advice `supports` a rule";
                    self.report(
                        Diagnostic::new(Code::SyntaxError, span, message, "this is a rule")
                            .with_help("write `supports` in the advice that helps with this rule"),
                    );
                }
                let names = pair.into_inner().filter(|inner| inner.as_rule() == Grammar::rule_name);
                parts.supports.extend(names.map(|name| self.name(&name)));
            }
            Grammar::for_each => {
                self.check_order(parts, Rank::Steps, span, "for each");
                let binder = pair.into_inner().find(|inner| inner.as_rule() == Grammar::binder);
                let step = binder.map(|binder| Step::ForEach { binder: self.binder(binder), if_none: None, span });
                parts.steps.extend(step);
            }
            Grammar::let_step => {
                self.check_order(parts, Rank::Steps, span, "let");
                parts.steps.extend(self.let_step(pair, span));
            }
            Grammar::if_none => self.if_none(pair, parts),
            Grammar::if_absent => self.if_absent(pair, parts),
            Grammar::due => {
                self.check_once(parts.due.is_some(), span, "due");
                self.check_order(parts, Rank::Due, span, "due");
                if self.is_advice() {
                    self.advice_tail(span, "due", "an advice is followed or not; nothing is due by it");
                }
                parts.due = self.due(pair);
            }
            Grammar::condition => {
                self.check_once(parts.condition.is_some(), span, self.modal());
                self.check_order(parts, Rank::Condition, span, self.modal());
                parts.condition = self.condition(pair);
            }
            Grammar::reads => {
                self.check_once(parts.reads.is_some(), span, "reads");
                self.check_order(parts, Rank::Reads, span, "reads");
                let word = Span { end: span.start + "reads".len() as u32, ..span };
                let is_read = |inner: &Pair<'_>| inner.as_rule() == Grammar::expr;
                let reads = pair.into_inner().filter(is_read).map(|inner| self.expression(inner)).collect();
                parts.reads = Some((reads, word));
            }
            Grammar::because => {
                self.check_once(parts.because.is_some(), span, "because");
                self.check_order(parts, Rank::Because, span, "because");
                parts.because = Some(self.because(pair));
            }
            Grammar::grade => {
                self.check_once(parts.grade.is_some(), span, "major");
                self.check_order(parts, Rank::Grade, span, "major");
                if self.is_advice() {
                    self.advice_tail(span, "major", "an advice is followed or not; it has no grade");
                }
                parts.grade = self.grade(pair);
            }
            _ => {}
        }
    }

    /// Reports a part that stands behind a later one.
    fn check_order(&self, parts: &mut Parts, rank: Rank, span: Span, word: &str) {
        match parts.latest {
            Some((latest, latest_span)) if latest > rank => {
                let order = if self.is_advice() {
                    "title, `cites`, `supports`, `for each` and `let`, `should`, `reads`, `because`"
                } else {
                    "title, `cites`, `for each` and `let`, `due`, `shall`, `reads`, `because`, `major`"
                };
                let place = Span { end: span.start + word.len() as u32, ..span };
                let before = latest_word(latest, self.modal());
                let first = Span { end: latest_span.start + before.len() as u32, ..latest_span };
                self.report(
                    Diagnostic::new(
                        Code::SyntaxError,
                        place,
                        format!("`{word}` stands behind `{before}`"),
                        format!("move it before `{before}`"),
                    )
                    .with_label(first, format!("`{before}` stands here"))
                    .with_help(format!("write the parts in this order: {order}")),
                );
            }
            _ => parts.latest = Some((rank, span)),
        }
    }

    fn check_once(&self, repeated: bool, span: Span, word: &str) {
        if repeated {
            let kind = self.kind.word();
            let place = Span { end: span.start + word.len() as u32, ..span };
            let help = if word == self.modal() {
                format!("write `{word} all of {{ … }}` with a label for each condition, or two of them")
            } else {
                format!("keep one `{word}`")
            };
            self.report(
                Diagnostic::new(Code::SyntaxError, place, format!("`{word}` stands twice in one {kind}"), "the second")
                    .with_help(help),
            );
        }
    }

    fn advice_tail(&self, span: Span, word: &str, label: &str) {
        let message = format!("`{word}` stands in an advice");
        let help = "remove it: an advice has `because` and nothing else of a rule's tail, for no verdict rests on it";
        self.report(Diagnostic::new(Code::AdviceTail, span, message, label).with_help(help));
    }

    fn citation(&self, pair: Pair<'_>) -> Option<Citation> {
        let span = self.span(&pair);
        let (mut standard, mut clause, mut items) = (None, None, Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Grammar::standard_name => standard = Some(self.name(&inner)),
                Grammar::clause_number => clause = Some(self.name(&inner)),
                Grammar::letter => items.push(self.name(&inner)),
                _ => {}
            }
        }
        Some(Citation { standard: standard?, clause: clause?, items, span })
    }

    fn let_step(&self, pair: Pair<'_>, span: Span) -> Option<Step> {
        let (mut name, mut value) = (None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Grammar::variable => name = Some(self.name(&inner)),
                Grammar::expr => value = Some(self.expression(inner)),
                _ => {}
            }
        }
        Some(Step::Let { name: name?, value: value?, if_absent: None, span })
    }

    fn if_none(&self, pair: Pair<'_>, parts: &mut Parts) {
        let place = self.span(&pair);
        if self.is_advice() {
            return self.advice_tail(place, "if none", "an advice with nothing to look at says so by itself");
        }
        let outcome = self.outcome(pair);
        let no_subject = || {
            let message = "`if none` stands where there is no population";
            let label = "`if none` belongs directly under a `for each`";
            Diagnostic::new(Code::MisplacedIfNone, place, message, label)
        };
        if parts.latest.is_some_and(|(latest, _)| latest > Rank::Steps) {
            return self.report(no_subject().with_help("move it under the `for each` that it belongs to"));
        }
        match parts.steps.last_mut() {
            Some(Step::ForEach { if_none: Some(first), .. }) => self.report(
                no_subject()
                    .with_label(first.span, "this `for each` has its `if none` already")
                    .with_help("remove one of the two"),
            ),
            Some(Step::ForEach { if_none, span, .. }) => {
                let node = match outcome {
                    "nonconformity" => IfNone::Nonconformity,
                    "not determined" => IfNone::NotDetermined,
                    _ => IfNone::NoPopulation,
                };
                *if_none = Some(Spanned::new(node, place));
                *span = span.to(place);
            }
            Some(Step::Let { .. }) => self.report(
                no_subject().with_help("move it under the `for each`, or write `if absent` to say what absence means"),
            ),
            None => {
                let help = "remove it: without `for each` the one subject is the organization, which is never none";
                self.report(no_subject().with_help(help));
            }
        }
    }

    fn if_absent(&self, pair: Pair<'_>, parts: &mut Parts) {
        let place = self.span(&pair);
        let outcome = self.outcome(pair);
        let node = match outcome {
            "nonconformity" => {
                if self.is_advice() {
                    let label = "nothing in an advice is a nonconformity";
                    self.advice_tail(place, "if absent: nonconformity", label);
                }
                IfAbsent::Nonconformity
            }
            "not determined" => IfAbsent::NotDetermined,
            _ => {
                let message = "a value that is absent cannot mean `no population`";
                self.report(
                    Diagnostic::new(Code::SyntaxError, place, message, "not an outcome of one subject")
                        .with_help("write `not determined` or `nonconformity`"),
                );
                IfAbsent::NotDetermined
            }
        };
        let in_steps = parts.latest.is_none_or(|(latest, _)| latest == Rank::Steps);
        match parts.steps.last_mut() {
            Some(Step::Let { if_absent, span, .. }) if in_steps && if_absent.is_none() => {
                *if_absent = Some(Spanned::new(node, place));
                *span = span.to(place);
            }
            _ => self.report(
                Diagnostic::new(
                    Code::SyntaxError,
                    place,
                    "`if absent` stands where there is no `let`",
                    "it belongs directly under a `let`, once",
                )
                .with_help("name the value that may be absent with `let`"),
            ),
        }
    }

    /// `nonconformity`, `not determined`, `no population`; blanks as one.
    fn outcome(&self, pair: Pair<'_>) -> &'static str {
        let outcome = pair.into_inner().find(|inner| inner.as_rule() == Grammar::outcome);
        match outcome.as_ref().map(|outcome| outcome.as_str()) {
            Some("nonconformity") => "nonconformity",
            Some(words) if words.starts_with("not") => "not determined",
            _ => "no population",
        }
    }

    /// `due t`
    fn due(&self, pair: Pair<'_>) -> Option<Due> {
        let (mut word, mut value) = (None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Grammar::due_kw => word = Some(self.span(&inner)),
                Grammar::expr => value = Some(self.expression(inner)),
                _ => {}
            }
        }
        Some(Due { value: value?, word: word? })
    }

    fn condition(&self, pair: Pair<'_>) -> Option<Condition> {
        let mut condition = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Grammar::modal => self.check_modal(&inner),
                Grammar::branches => condition = Some(self.branches(inner)),
                Grammar::rego => condition = self.rego(inner).map(Condition::Rego),
                Grammar::expr => condition = Some(Condition::Plain(self.expression(inner))),
                _ => {}
            }
        }
        condition
    }

    /// `rego "change.rego" at data.change.violation`; what it reads stands behind it.
    fn rego(&self, pair: Pair<'_>) -> Option<Rego> {
        let span = self.span(&pair);
        let (mut files, mut rule) = (Vec::new(), None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Grammar::text => files.push(self.text(&inner)),
                Grammar::rego_rule => rule = Some(self.name(&inner)),
                _ => {}
            }
        }
        Some(Rego { files, rule: rule?, reads: Vec::new(), span })
    }

    /// Puts what stands behind `reads` into the condition that is Rego; without either, the other means nothing.
    fn take_reads(&self, parts: &mut Parts) {
        match (&mut parts.condition, parts.reads.take()) {
            (Some(Condition::Rego(rego)), Some((reads, _))) => rego.reads = reads,
            (Some(Condition::Rego(rego)), None) => self.report(
                Diagnostic::new(Code::SyntaxError, rego.span, "Rego does not say what it looks at", "needs `reads …`")
                    .with_help(
                        "write `reads` and the fields under it, such as `reads c.state, c.actual_start`: they are all \
                         that it sees",
                    ),
            ),
            (Some(_), Some((_, word))) => self.report(
                Diagnostic::new(
                    Code::SyntaxError,
                    word,
                    "`reads` stands behind a condition that is no Rego",
                    "only Rego needs it",
                )
                .with_help("remove it: what a condition looks at follows from the condition"),
            ),
            (None, _) | (_, None) => {}
        }
    }

    fn check_modal(&self, pair: &Pair<'_>) {
        let span = self.span(pair);
        match (pair.as_str(), self.is_advice()) {
            ("must", _) => self.foreign(span, "must", format!("write `{}`", self.modal())),
            ("should", false) => self.report(
                Diagnostic::new(Code::RuleUsesShould, span, "a rule is written with `should`", "a rule says `shall`")
                    .with_help("write `shall` if a standard requires it, or begin the item with `advice`"),
            ),
            ("shall", true) => self.report(
                Diagnostic::new(
                    Code::AdviceUsesShall,
                    span,
                    "an advice is written with `shall`",
                    "an advice says `should`",
                )
                .with_help("write `should` if it is guidance, or begin the item with `rule`"),
            ),
            _ => {}
        }
    }

    fn branches(&self, pair: Pair<'_>) -> Condition {
        let (mut all, mut branches) = (false, Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Grammar::all_of => all = true,
                Grammar::branch => branches.extend(self.branch(inner)),
                _ => {}
            }
        }
        if all { Condition::AllOf(branches) } else { Condition::AnyOf(branches) }
    }

    /// `label: condition`
    pub(super) fn branch(&self, pair: Pair<'_>) -> Option<Branch> {
        let (mut label, mut condition) = (None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Grammar::label => label = Some(self.name(&inner)),
                Grammar::expr => condition = Some(self.expression(inner)),
                _ => {}
            }
        }
        Some(Branch { label: label?, condition: condition? })
    }

    fn grade(&self, pair: Pair<'_>) -> Option<Grade> {
        let span = self.span(&pair);
        let mut grade = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Grammar::percent => {
                    grade = self.percent(&inner).map(|share| Grade::Above(Spanned::new(share, self.span(&inner))));
                }
                Grammar::always_kw => grade = Some(Grade::Always(span)),
                Grammar::expr => grade = Some(Grade::When(self.expression(inner))),
                _ => {}
            }
        }
        grade
    }
}

fn latest_word(rank: Rank, modal: &'static str) -> &'static str {
    match rank {
        Rank::Cites => "cites",
        Rank::Supports => "supports",
        Rank::Steps => "for each",
        Rank::Due => "due",
        Rank::Condition => modal,
        Rank::Reads => "reads",
        Rank::Because => "because",
        Rank::Grade => "major",
    }
}
