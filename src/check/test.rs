//! Tests: what they are about, what they give, what they expect.

use std::collections::{BTreeMap, BTreeSet};

use super::checker::{Checker, Mode};
use super::expression::BUILT_IN;
use super::items::{ItemId, Reach};
use super::parameters::{self, constant};
use super::world::World;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::test::{
    Expectation, ExpectedCause, ExpectedOutcome, GivenData, GivenRecord, GivenValue, Test, Tested, Whom,
};
use crate::ir::{Binding, ParameterId, RunSettings};
use crate::schema::{FieldId, RecordId, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Item, ItemKind, Name};
use crate::value::{Interval, Moment, Number, Value, Zone};

/// A test, and what is wrong with it.
#[derive(Debug, Clone)]
pub struct TestStatus {
    /// Its title; none if not even that can be read.
    pub title: Option<String>,
    /// What it is about, as far as it can be read.
    pub of: Option<String>,
    /// Where its title stands, else where it begins.
    pub span: Span,
    /// What it means; none if it has an error, or the rule or the advice that it is about has one.
    pub test: Option<Test>,
    /// What is wrong with it and with the records that it gives; sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// What tests need to know of a rule or an advice that can be run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Runnable {
    /// Whether it asks for the zone of the program.
    pub(super) needs_zone: bool,
}

/// The rules and the advice that can be run, by id.
#[derive(Debug, Clone, Default)]
pub(super) struct Runnables<'a> {
    pub(super) rules: BTreeMap<&'a str, Runnable>,
    pub(super) advice: BTreeMap<&'a str, Runnable>,
}

/// Checks all tests, in order of place.
pub(super) fn check(world: &World<'_>, runnables: &Runnables<'_>) -> Vec<TestStatus> {
    let mut titles: BTreeMap<(&str, &str), Span> = BTreeMap::new();
    let mut statuses = Vec::new();
    for id in world.items.of_kind(ItemKind::Test) {
        let item = world.items.get(id);
        let Some(Item::Test(tree)) = &item.item else {
            statuses.push(TestStatus {
                title: None,
                of: None,
                span: item.span,
                test: None,
                diagnostics: world.items.diagnostics[id.0 as usize].clone(),
            });
            continue;
        };
        let mut status = check_one(world, id, tree, runnables);
        match titles.entry((&tree.of.node, &tree.title.node)) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(tree.title.span);
            }
            std::collections::btree_map::Entry::Occupied(first) => {
                let message = format!("two tests of `{}` have the title \"{}\"", tree.of.node, tree.title.node);
                status.test = None;
                status.diagnostics.push(
                    Diagnostic::new(Code::DuplicateDefinition, tree.title.span, message, "the second")
                        .with_label(*first.get(), "the first")
                        .with_help("say in the title what this one shows that the other does not"),
                );
            }
        }
        statuses.push(status);
    }
    statuses
}

fn check_one(world: &World<'_>, id: ItemId, tree: &ast::Test, runnables: &Runnables<'_>) -> TestStatus {
    let mut tests = TestChecker { world, diagnostics: Vec::new(), reaches: BTreeSet::from([Reach::Item(id)]) };
    let (of, runnable) = tests.tested(tree, runnables);
    let zone = tests.zone(tree, runnable);
    let settings = tests.settings(tree, zone.as_ref());
    let bindings = tests.bindings(tree);
    let given = tests.given(&tree.given, tree.title.span);
    let expected = tests.expected(tree, of.as_ref());
    let mut diagnostics = world.faults(&tests.reaches);
    diagnostics.extend(tests.diagnostics);
    crate::diagnostic::sort(&mut diagnostics);
    let is_sound = diagnostics.iter().all(|diagnostic| !diagnostic.is_error());
    let test = of.filter(|_| is_sound && runnable.is_some()).map(|of| Test {
        title: tree.title.node.clone(),
        of,
        zone: tests_zone(tree),
        settings,
        bindings,
        given,
        expected,
        span: tree.title.span,
    });
    TestStatus {
        title: Some(tree.title.node.clone()),
        of: Some(tree.of.node.clone()),
        span: tree.title.span,
        test,
        diagnostics,
    }
}

/// The zone that a test states, where there is one of that name.
fn tests_zone(tree: &ast::Test) -> Option<Zone> {
    tree.settings.iter().find_map(|setting| match setting {
        ast::TestSetting::Zone { zone, .. } => Zone::named(&zone.node),
        _ => None,
    })
}

/// The checker of one test.
struct TestChecker<'w, 'a> {
    world: &'w World<'a>,
    diagnostics: Vec<Diagnostic>,
    reaches: BTreeSet<Reach>,
}

impl<'w, 'a> TestChecker<'w, 'a> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn invalid(&mut self, span: Span, message: impl Into<String>, label: impl Into<String>, help: impl Into<String>) {
        self.report(Diagnostic::new(Code::InvalidTest, span, message, label).with_help(help));
    }

    /// Runs some work with a checker of expressions in which nothing is in scope.
    fn with_checker<T>(&mut self, work: impl FnOnce(&mut Checker<'w, 'a>) -> T) -> T {
        let mut checker = Checker::new(self.world, Mode::Guarded);
        let result = work(&mut checker);
        self.diagnostics.append(&mut checker.diagnostics);
        self.reaches.append(&mut checker.reaches);
        result
    }

    /// What the test is about: a rule, or an advice where there is no rule of that name or the words are those of advice.
    fn tested(&mut self, tree: &ast::Test, runnables: &Runnables<'_>) -> (Option<Tested>, Option<Runnable>) {
        let (items, name) = (&self.world.items, tree.of.node.as_str());
        let is_there = |kind| !items.find(kind, name).is_empty();
        let (rule, advice) = (is_there(ItemKind::Rule), is_there(ItemKind::Advice));
        let speaks_of_advice = tree.expected.iter().any(|expect| match &expect.what {
            ast::Expected::Outcome { outcome, .. } => outcome.node.of_rule() == Some(false),
            ast::Expected::NoSubject(_) => false,
        });
        if !rule && !advice {
            let known = items.names(ItemKind::Rule).chain(items.names(ItemKind::Advice));
            let help = suggest(name, "rules and advice", known);
            let message = format!("unknown rule `{name}`");
            let label = "no rule or advice of that name";
            self.report(Diagnostic::new(Code::UnknownRule, tree.of.span, message, label).with_help_if(help));
            return (None, None);
        }
        if rule && !(advice && speaks_of_advice) {
            (Some(Tested::Rule(name.to_owned())), runnables.rules.get(name).copied())
        } else {
            (Some(Tested::Advice(name.to_owned())), runnables.advice.get(name).copied())
        }
    }

    /// The zone of civil days in the test.
    fn zone(&mut self, tree: &ast::Test, runnable: Option<Runnable>) -> Option<Zone> {
        let stated = tree.settings.iter().find_map(|setting| match setting {
            ast::TestSetting::Zone { zone, .. } => Some(zone),
            _ => None,
        });
        match stated {
            Some(name) => {
                let zone = Zone::named(&name.node);
                if zone.is_none() {
                    self.report(super::unknown_zone(name));
                }
                zone
            }
            None => {
                let zone = self.world.environment.zone.clone();
                let as_of_day = tree.settings.iter().find_map(|setting| match setting {
                    ast::TestSetting::AsOf { at, .. } if matches!(at.node, ast::AsOf::Day(_)) => Some(at.span),
                    _ => None,
                });
                let is_asked_for = runnable.is_some_and(|runnable| runnable.needs_zone);
                if self.world.zones.is_empty() && (is_asked_for || as_of_day.is_some()) {
                    let message = if is_asked_for {
                        format!("`{}` needs a zone, and neither the program nor the test states one", tree.of.node)
                    } else {
                        "a day meets instants, and neither the program nor the test states a zone".to_owned()
                    };
                    let place = if is_asked_for { tree.of.span } else { as_of_day.unwrap_or(tree.of.span) };
                    self.report(
                        Diagnostic::new(Code::MissingZone, place, message, "needs the zone")
                            .with_help("state it first in the test: `zone \"Europe/Amsterdam\"`"),
                    );
                }
                zone
            }
        }
    }

    fn settings(&mut self, tree: &ast::Test, zone: Option<&Zone>) -> RunSettings {
        let mut settings = RunSettings::default();
        for setting in &tree.settings {
            match setting {
                ast::TestSetting::AsOf { at, .. } => {
                    settings.as_of = match at.node {
                        ast::AsOf::Instant(instant) => Some(instant),
                        ast::AsOf::Day(day) => zone.and_then(|zone| zone.start_of_day(day)),
                    };
                }
                ast::TestSetting::Period { from, last, span } => {
                    if last.node < from.node {
                        let (message, label) = ("the period ends before it begins", "reversed");
                        self.invalid(
                            *span,
                            message,
                            label,
                            format!("write `period {} through {}`", last.node, from.node),
                        );
                        continue;
                    }
                    let until = last.node.checked_add(crate::value::CalendarSpan { months: 0, days: 1 });
                    settings.period =
                        until.and_then(|until| Interval::new(Some(Moment::Date(from.node)), Some(Moment::Date(until))));
                }
                ast::TestSetting::Zone { .. } | ast::TestSetting::Bind { .. } => {}
            }
        }
        settings
    }

    fn bindings(&mut self, tree: &ast::Test) -> BTreeMap<ParameterId, Vec<Binding>> {
        let mut bindings: BTreeMap<ParameterId, Vec<Binding>> = BTreeMap::new();
        for setting in &tree.settings {
            let ast::TestSetting::Bind { name, value, since, .. } = setting else { continue };
            let Some(known) = self.world.parameters.known.get(name.node.as_str()) else {
                let diagnostic = parameters::unknown(self.world, name);
                self.report(diagnostic);
                continue;
            };
            let (bound, mut found) = parameters::constant_of(self.world, value, &known.ty, "the parameter");
            self.diagnostics.append(&mut found);
            if let Some(bound) = bound {
                let (shown, since) = (self.world.text(value.span), since.as_ref().map(|since| since.node));
                let binding = Binding { since, value: bound, shown, from: "the test".to_owned() };
                bindings.entry(known.id).or_default().push(binding);
            }
        }
        bindings.values_mut().for_each(|bindings| bindings.sort_by_key(|binding| binding.since));
        bindings
    }

    fn given(&mut self, given: &[ast::Given], title: Span) -> GivenData {
        let mut data = GivenData::default();
        let (mut line, mut counted) = (self.world.sources.location(title).line, title);
        let mut first_of: BTreeMap<RecordId, Span> = BTreeMap::new();
        for one in given {
            match one {
                ast::Given::NoExtract { record, span } => {
                    let Some(known) = self.record(record) else { continue };
                    if let Some(other) = first_of.get(&known).copied() {
                        self.extract_and_records(record, *span, other);
                    }
                    data.missing.insert(known);
                    first_of.entry(known).or_insert(*span);
                }
                ast::Given::Record { record, fields, span } => {
                    let Some(known) = self.record(record) else { continue };
                    if data.missing.contains(&known) {
                        let other = first_of.get(&known).copied().unwrap_or(*span);
                        self.extract_and_records(record, *span, other);
                    }
                    first_of.entry(known).or_insert(*span);
                    let fields = self.fields(known, record, fields);
                    // Lines are counted on from one record to the next: from the top of the file would take the square of it.
                    let between = Span { start: counted.start, end: span.start, ..counted };
                    line += self.world.sources.text(between).matches('\n').count() as u32;
                    counted = *span;
                    data.records.push(GivenRecord { record: known, fields, line });
                }
            }
        }
        data
    }

    fn extract_and_records(&mut self, record: &Name, span: Span, other: Span) {
        let message = format!("the test gives `{}` records and says that there is no extract of them", record.node);
        self.report(
            Diagnostic::new(Code::InvalidTest, span, message, "contradicts the other")
                .with_label(other, "the other")
                .with_help("leave one of the two out"),
        );
    }

    fn record(&mut self, name: &Name) -> Option<RecordId> {
        let known = self.world.known_records.get(name.node.as_str()).map(|known| known.id);
        self.with_checker(|checker| match known {
            Some(record) => checker.reach_record(record),
            None => checker.unknown_record(name),
        });
        known
    }

    fn fields(&mut self, record: RecordId, name: &Name, given: &[ast::GivenField]) -> BTreeMap<FieldId, GivenValue> {
        let world = self.world;
        let declared = world.schema().record(record);
        let mut fields: BTreeMap<FieldId, GivenValue> = BTreeMap::new();
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for field in given {
            let shown = field.name.node.as_str();
            if let Some(first) = seen.insert(shown, field.name.span) {
                let message = format!("field `{shown}` is given twice");
                self.report(
                    Diagnostic::new(Code::InvalidTest, field.name.span, message, "given again here")
                        .with_label(first, "given here")
                        .with_help("keep one of the two"),
                );
            }
            let Some(id) = declared.field(shown) else {
                let message = format!("unknown field `{shown}` of record `{}`", declared.name);
                let help = suggest(shown, "fields", declared.fields.iter().map(|field| field.name.as_str()));
                self.report(
                    Diagnostic::new(Code::UnknownField, field.name.span, message, "no field of that name")
                        .with_help_if(help),
                );
                continue;
            };
            let ty = &declared.field_type(id).ty;
            if let Some(value) = self.with_checker(|checker| {
                checker.reach_field(record, id);
                checker.given_field(field, &ty.base, ty.optional)
            }) {
                fields.insert(id, value);
            }
        }
        for key in &declared.key {
            let key = &declared.field_type(*key).name;
            if !seen.contains_key(key.as_str()) {
                let message = format!("a record `{}` is given without its key `{key}`", declared.name);
                self.invalid(name.span, message, format!("no `{key}`"), format!("give it: `{key}: …`"));
            }
        }
        fields
    }

    fn expected(&mut self, tree: &ast::Test, of: Option<&Tested>) -> Vec<Expectation> {
        let mut expected = Vec::new();
        for expect in &tree.expected {
            let (of_whom, outcome) = match &expect.what {
                ast::Expected::NoSubject(subject) => (Whom::Subject(subject.node.clone()), ExpectedOutcome::NoSubject),
                ast::Expected::Outcome { outcome, on } => {
                    let of_rule = of.map(|of| matches!(of, Tested::Rule(_)));
                    if let (Some(of_rule), Some(wanted)) = (of_rule, outcome.node.of_rule())
                        && of_rule != wanted
                    {
                        self.other_modality(tree, outcome, of_rule);
                    }
                    if outcome.node == ast::ExpectedOutcome::NotYetDue && on.is_none() {
                        let message = "`not yet due` is said of a subject, not of a rule";
                        let help = "name the subject: `not yet due on \"…\"`; a rule all of whose subjects are so is `no population`";
                        self.invalid(outcome.span, message, "of which subject?", help);
                    }
                    let whom = on.as_ref().map_or(Whom::All, |subject| Whom::Subject(subject.node.clone()));
                    (whom, expected_outcome(outcome.node))
                }
            };
            if let (Some(via), Some(of)) = (&expect.via, of) {
                self.branch(of, via);
            }
            if let Some(because) = &expect.because {
                self.cause(because);
                if outcome != ExpectedOutcome::NotDetermined {
                    let place = expect.span;
                    let message = "something that is known is expected because something is not";
                    self.invalid(
                        place,
                        message,
                        "not `not determined`",
                        "leave `because` out, or expect `not determined`",
                    );
                }
            }
            expected.push(Expectation {
                of: of_whom,
                outcome,
                via: expect.via.as_ref().map(|via| via.node.clone()),
                because: expect.because.as_ref().map(|because| match because {
                    ast::ExpectedCause::Unknown(name) => ExpectedCause::Unknown(name.node.clone()),
                    ast::ExpectedCause::NoExtract(record) => ExpectedCause::NoExtract(record.node.clone()),
                }),
                span: expect.span,
            });
        }
        expected
    }

    fn other_modality(
        &mut self,
        tree: &ast::Test,
        outcome: &crate::source::Spanned<ast::ExpectedOutcome>,
        of_rule: bool,
    ) {
        let name = &tree.of.node;
        let words = |of_rule: bool| {
            let own = ast::ExpectedOutcome::ALL.into_iter().filter(move |word| word.of_rule() != Some(!of_rule));
            own.map(|word| format!("`{}`", word.words())).collect::<Vec<_>>().join(", ")
        };
        let (is, of) = if of_rule { ("a rule", "an advice") } else { ("an advice", "a rule") };
        let message = format!("`{}` is an outcome of {of}, and `{name}` is {is}", outcome.node.words());
        self.invalid(
            outcome.span,
            message,
            format!("not an outcome of {is}"),
            format!("write one of {}", words(of_rule)),
        );
    }

    /// Reports a branch that the condition does not have.
    fn branch(&mut self, of: &Tested, label: &Name) {
        let kind = if matches!(of, Tested::Rule(_)) { ItemKind::Rule } else { ItemKind::Advice };
        let item = self.world.items.find(kind, of.id()).first().and_then(|id| self.world.items.get(*id).item.as_ref());
        let condition = match item {
            Some(Item::Rule(rule)) => &rule.condition,
            Some(Item::Advice(advice)) => &advice.condition,
            _ => return,
        };
        let labels: Vec<&str> = match condition {
            ast::Condition::Plain(_) | ast::Condition::Rego(_) => Vec::new(),
            ast::Condition::AnyOf(branches) | ast::Condition::AllOf(branches) => {
                branches.iter().map(|branch| branch.label.node.as_str()).collect()
            }
        };
        if labels.contains(&label.node.as_str()) {
            return;
        }
        let message = format!("`{}` has no branch `{}`", of.id(), label.node);
        let help = if labels.is_empty() {
            Some("leave `via` out: its condition has no branches".to_owned())
        } else {
            suggest(&label.node, "branches", labels)
        };
        self.report(
            Diagnostic::new(Code::UnknownName, label.span, message, "no branch of that label").with_help_if(help),
        );
    }

    /// Reports a cause that cannot be: a name that is no field, no parameter and no word of a run.
    fn cause(&mut self, cause: &ast::ExpectedCause) {
        match cause {
            ast::ExpectedCause::NoExtract(record) => drop(self.record(record)),
            ast::ExpectedCause::Unknown(name) => {
                let world = self.world;
                let fields = world.schema().records.iter().flat_map(|record| &record.fields);
                let known: BTreeSet<&str> = fields
                    .map(|field| field.name.as_str())
                    .chain(world.items.names(ItemKind::Parameter))
                    .chain(BUILT_IN)
                    .collect();
                if !known.contains(name.node.as_str()) {
                    let message = format!("unknown name `{}`", name.node);
                    let help =
                        crate::diagnostic::closest(&name.node, known).map(|near| format!("did you mean `{near}`?"));
                    self.report(
                        Diagnostic::new(Code::UnknownName, name.span, message, "no field or parameter of that name")
                            .with_help_if(help),
                    );
                }
            }
        }
    }
}

fn expected_outcome(word: ast::ExpectedOutcome) -> ExpectedOutcome {
    match word {
        ast::ExpectedOutcome::Nonconformity | ast::ExpectedOutcome::NotFollowed => ExpectedOutcome::Fails,
        ast::ExpectedOutcome::Conformity | ast::ExpectedOutcome::Followed => ExpectedOutcome::Holds,
        ast::ExpectedOutcome::NoPopulation | ast::ExpectedOutcome::NothingToLookAt => ExpectedOutcome::Nothing,
        ast::ExpectedOutcome::NotDetermined => ExpectedOutcome::NotDetermined,
        ast::ExpectedOutcome::NotYetDue => ExpectedOutcome::NotYetDue,
    }
}

/// Whether an expression is a bare word.
fn is_word(expr: &ast::Expr, word: &str) -> bool {
    matches!(&expr.kind, ast::ExprKind::Name(name) if name == word)
}

impl Checker<'_, '_> {
    /// The value that a test gives a field.
    fn given_field(&mut self, field: &ast::GivenField, ty: &Type, optional: bool) -> Option<GivenValue> {
        let value = &field.value;
        if is_word(value, "absent") {
            if !optional && *ty != Type::Error {
                let message = format!("field `{}` is required and never absent", field.name.node);
                let help = "write `unknown` for a value that should be there and is not, or declare the field with `?`";
                self.report(
                    Diagnostic::new(Code::InvalidTest, value.span, message, "given as absent here").with_help(help),
                );
                return None;
            }
            return Some(GivenValue::Absent);
        }
        match ty {
            Type::Error => None,
            Type::List(element) if !is_word(value, "unknown") => {
                let ast::ExprKind::Set(elements) = &value.kind else {
                    let (text, shown) = (self.world.text(value.span), self.show(ty));
                    let message = format!("field `{}` is `{shown}`, and a list stands in braces", field.name.node);
                    self.mismatch(value.span, message, "not a list".to_owned(), Some(format!("write `{{{text}}}`")));
                    return None;
                };
                let given: Vec<Option<GivenValue>> =
                    elements.iter().map(|one| self.given_value(&field.name.node, one, element)).collect();
                given.into_iter().collect::<Option<Vec<GivenValue>>>().map(GivenValue::List)
            }
            _ => self.given_value(&field.name.node, value, ty),
        }
    }

    /// The value that stands for a field, or for an element of it: a constant of its type, the key of a record, or `unknown`.
    fn given_value(&mut self, field: &str, expr: &ast::Expr, ty: &Type) -> Option<GivenValue> {
        if is_word(expr, "unknown") {
            return Some(GivenValue::Unknown);
        }
        let wanted = self.world.schema().key_type(ty).clone();
        let typed = self.value(expr, Some(&wanted)).expr;
        let found = typed.ty.base.clone();
        if found == Type::Error || wanted == Type::Error {
            return None;
        }
        if found != wanted && !(found == Type::Integer && wanted == Type::Decimal) {
            let (shown, found) = (self.show(ty), self.show(&found));
            let (message, help) = match ty {
                Type::Reference(_) => {
                    let key = self.show(&wanted);
                    (format!("field `{field}` is `{shown}`, whose key is `{key}`; given is `{found}`"), None)
                }
                Type::Timestamp if found == "date" => (
                    format!("field `{field}` is `{shown}`, given is `{found}`"),
                    Some(format!("write an instant: `{}T00:00Z`", self.world.text(expr.span))),
                ),
                _ => (format!("field `{field}` is `{shown}`, given is `{found}`"), None),
            };
            self.mismatch(expr.span, message, format!("`{found}`"), help);
            return None;
        }
        let Some(value) = constant(&typed) else {
            if self.is_sound() {
                let message = "what a test gives is a constant".to_owned();
                let label = "depends on something, or is too large".to_owned();
                self.mismatch(expr.span, message, label, Some("write the value itself".to_owned()));
            }
            return None;
        };
        if !can_be_stored(&value, &wanted) {
            let message = format!("no export can hold this value of field `{field}`");
            self.report(
                Diagnostic::new(Code::InvalidNumber, expr.span, message, "too large, or too precise")
                    .with_help("write a number of at most 18 digits"),
            );
            return None;
        }
        Some(match ty {
            Type::Reference(_) => GivenValue::Key(value),
            _ => GivenValue::Value(value),
        })
    }
}

/// Whether a column can hold a value as it is.
fn can_be_stored(value: &Value, ty: &Type) -> bool {
    let fits = |number: Number| number.to_integer().is_some_and(|whole| i64::try_from(whole).is_ok());
    match (value, ty) {
        (Value::Number(number), Type::Decimal) => number.to_scaled().is_some(),
        (Value::Number(number), _) | (Value::Duration(number), _) => fits(*number),
        _ => true,
    }
}
