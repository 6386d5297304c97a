//! Syntax trees to the typed program: names resolved, types checked, defines unfolded, absence guarded.
//!
//! Enters: all policy files of a program, parsed. Leaves: the rules and the advice that can be run, as two programs, the
//! sources, and for every rule, advice and source what is wrong with it and with what it reaches. A fault belongs to
//! its item: it breaks those that reach the item, and nothing else.

mod access;
mod arithmetic;
mod attachments;
mod body;
mod calendars;
mod calls;
mod checker;
mod citations;
mod collections;
mod compare;
mod defines;
mod exclusions;
mod expression;
mod extensions;
mod graphs;
mod guard;
mod holidays;
mod items;
mod logic;
mod narrow;
mod parameters;
mod quantities;
mod records;
mod recurrence;
mod rego;
mod sources;
mod statements;
mod streak;
mod tables;
mod test;
mod timelines;
mod types;
mod unreachable;
mod unused;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use self::attachments::{LARGEST_ATTACHMENT, stays_inside};
pub use self::items::{ItemId, Reach};
pub use self::sources::{SourceFault, SourceScope, SourceStatus};
pub use self::test::TestStatus;

use self::items::Items;
use self::world::World;
use crate::diagnostic::{self, Code, Diagnostic, closest};
use crate::ir::{self, AdviceProgram, Citation, Environment, Program, mapping};
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{self, Item, ItemKind, Parsed};
use crate::value::Zone;

/// The stack of a thread that checks, in bytes: expressions nest.
pub const STACK: usize = 32 << 20;

/// A checked program.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The rules that can be run, in order of name, selected or not.
    pub program: Program,
    /// The advice that can be run, in order of name.
    pub advice: AdviceProgram,
    /// The sources, in order of place, with those of their mappings that can be used.
    pub sources: Vec<mapping::Source>,
    /// Every rule, broken ones too, in order of name; those without a name last.
    pub rules: Vec<Status>,
    /// Every advice, broken ones too, in order of name; those without a name last.
    pub advice_status: Vec<Status>,
    /// What is wrong with each source, in order of place; broken ones that are in no other list are here too.
    pub source_status: Vec<SourceStatus>,
    /// Every test, broken ones too, in order of place; none if they were not parsed.
    pub tests: Vec<TestStatus>,
    /// What is wrong with items that no rule, advice or source reaches, and definitions that nothing uses; sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// A rule or an advice, and what is wrong with it.
#[derive(Debug, Clone)]
pub struct Status {
    /// Its id; none if not even that can be read.
    pub id: Option<String>,
    /// Its title, as far as it can be read.
    pub title: Option<String>,
    /// Where its name stands, else where it begins.
    pub span: Span,
    /// What it cites; none if it does not parse, so that nobody can tell whether it is selected.
    pub citations: Option<Vec<Citation>>,
    /// What it reaches.
    pub reaches: BTreeSet<Reach>,
    /// What is wrong with it and with all that it reaches; sorted.
    pub diagnostics: Vec<Diagnostic>,
}

impl Status {
    /// Whether it cannot be run.
    pub fn is_broken(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

impl Checked {
    /// Every diagnostic of the program once, sorted by file and place.
    pub fn all_diagnostics(&self) -> Vec<Diagnostic> {
        let mut all: Vec<Diagnostic> = self.diagnostics.clone();
        for status in self.rules.iter().chain(&self.advice_status) {
            all.extend_from_slice(&status.diagnostics);
        }
        for test in &self.tests {
            all.extend_from_slice(&test.diagnostics);
        }
        for source in &self.source_status {
            all.extend(source.faults.iter().map(|fault| fault.diagnostic.clone()));
        }
        diagnostic::sort(&mut all);
        all
    }
}

/// Checks a program; `sources` holds the texts of `files`, and the files that they name.
///
/// ```
/// use shall::source::Sources;
/// let mut sources = Sources::new();
/// let text = "record incident { number: text key }\n";
/// let file = sources.add("records.shall", text);
/// let checked = shall::check::check(&[(file, shall::syntax::parse(file, text))], &sources);
/// assert!(checked.program.environment.schema.find("incident").is_some());
/// ```
pub fn check(files: &[(FileId, Parsed)], sources: &Sources) -> Checked {
    with_stack(|| check_here(files, sources, false))
}

/// Checks a program whose tests are to be run: where it states no zone, each test that needs one has to.
///
/// A pack states none, since the zone is the organization's.
pub fn check_for_tests(files: &[(FileId, Parsed)], sources: &Sources) -> Checked {
    with_stack(|| check_here(files, sources, true))
}

/// The declarations of a program, against which rules and advice can be checked one by one, as often as anybody likes.
///
/// Zones are as for [`check_for_tests`]. Checking takes a thread with a stack of [`STACK`] bytes.
pub struct Declarations<'a> {
    world: World<'a>,
}

impl<'a> Declarations<'a> {
    /// Resolves the declarations of a program.
    pub fn of(files: &'a [(FileId, Parsed)], sources: &'a Sources) -> Declarations<'a> {
        Declarations { world: declared(files, sources, true) }
    }

    /// Checks a rule, with another define in the place of the one that has its name; none if something is wrong.
    pub fn rule(&self, rule: &ast::Rule, instead: Option<&ast::Define>) -> Option<ir::Rule> {
        sound(body::rule(&self.world, rule, instead))
    }

    /// Checks an advice likewise.
    pub fn advice(&self, advice: &ast::Advice, instead: Option<&ast::Define>) -> Option<ir::Advice> {
        sound(body::advice(&self.world, advice, instead))
    }
}

fn sound<T>(outcome: body::Outcome<T>) -> Option<T> {
    outcome.diagnostics.iter().all(|diagnostic| !diagnostic.is_error()).then_some(outcome.result)
}

/// Runs some work on a thread whose stack holds the deepest expressions.
fn with_stack<T: Send>(work: impl Fn() -> T + Sync) -> T {
    // Expressions nest, and the stack of a pool's or a test's thread is too small for the deepest in unoptimized code.
    let thread = std::thread::Builder::new().name("check".to_owned()).stack_size(STACK);
    std::thread::scope(|scope| match thread.spawn_scoped(scope, &work) {
        Ok(running) => running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        Err(_) => work(),
    })
}

/// Resolves the declarations of a program and checks those that have conditions of their own.
fn declared<'a>(files: &'a [(FileId, Parsed)], sources: &'a Sources, zone_from_tests: bool) -> World<'a> {
    let mut world = resolve(files, sources);
    world.zone_from_tests = zone_from_tests;
    defines::check_all(&mut world);
    exclusions::check_all(&mut world);
    world
}

fn check_here(files: &[(FileId, Parsed)], sources: &Sources, zone_from_tests: bool) -> Checked {
    let world = declared(files, sources, zone_from_tests);
    let environment = world.environment.clone();

    let (mut rules, mut advice) = (Vec::new(), Vec::new());
    let (mut rule_status, mut advice_status) = (Vec::new(), Vec::new());
    let mut runnables = test::Runnables::default();
    for position in 0..world.items.all.len() {
        let id = ItemId(position as u32);
        let parsed = world.items.get(id);
        match (&parsed.item, parsed.kind) {
            (Some(Item::Rule(tree)), _) => {
                let outcome = body::rule(&world, tree, None);
                let (citations, title) = (outcome.result.citations.clone(), tree.title.node.clone());
                let status = status(&world, id, Some(citations), Some(title), outcome.reaches, outcome.diagnostics);
                if !status.is_broken() {
                    let needs_zone = outcome.needs_zone || world.exclusions_need_zone(&status.reaches);
                    let runnable = test::Runnable { needs_zone };
                    runnables.rules.insert(&tree.name.node, runnable);
                    rules.push(outcome.result);
                }
                rule_status.push(status);
            }
            (Some(Item::Advice(tree)), _) => {
                let outcome = body::advice(&world, tree, None);
                let (citations, title) = (outcome.result.citations.clone(), tree.title.node.clone());
                let status = status(&world, id, Some(citations), Some(title), outcome.reaches, outcome.diagnostics);
                if !status.is_broken() {
                    let needs_zone = outcome.needs_zone || world.exclusions_need_zone(&status.reaches);
                    let runnable = test::Runnable { needs_zone };
                    runnables.advice.insert(&tree.name.node, runnable);
                    advice.push(outcome.result);
                }
                advice_status.push(status);
            }
            (None, ItemKind::Rule | ItemKind::Unknown) => {
                rule_status.push(status(&world, id, None, None, BTreeSet::new(), Vec::new()));
            }
            (None, ItemKind::Advice) => {
                advice_status.push(status(&world, id, None, None, BTreeSet::new(), Vec::new()));
            }
            _ => {}
        }
    }
    let (mapped, source_status) = sources::check(&world);
    let tests = test::check(&world, &runnables);
    let diagnostics = rest(&world, &rule_status, &advice_status, &source_status);

    rules.sort_by(|a, b| a.id.cmp(&b.id));
    advice.sort_by(|a, b| a.id.cmp(&b.id));
    let by_name = |a: &Status, b: &Status| (a.id.is_none(), &a.id, a.span).cmp(&(b.id.is_none(), &b.id, b.span));
    rule_status.sort_by(by_name);
    advice_status.sort_by(by_name);
    Checked {
        program: Program { environment: environment.clone(), rules },
        advice: AdviceProgram { environment, advice },
        sources: mapped,
        rules: rule_status,
        advice_status,
        source_status,
        tests,
        diagnostics,
    }
}

/// Resolves what rules and advice are read against, all but the defines.
fn resolve<'a>(files: &'a [(FileId, Parsed)], sources: &'a Sources) -> World<'a> {
    let mut items = Items::new(files);
    let (zones, zone) = zone(&mut items);
    let calendars = calendars::declare(&mut items, sources);
    let standards = citations::declare(&mut items);
    let mut records = records::build(&mut items);
    let schema = std::mem::take(&mut records.schema);
    let standard_list = standards.list.clone();
    let environment = Environment { schema, zone, standards: standard_list, calendars, ..Environment::default() };
    let mut world = World::new(sources, items, records, zones, environment, standards);
    let (parameters, list) = parameters::declare(&mut world);
    world.parameters = parameters;
    let bindings = parameters::bind(&mut world);
    let mut environment = (*world.environment).clone();
    environment.parameters = list;
    for (id, bindings) in bindings {
        if let Some(parameter) = environment.parameters.get_mut(id.0 as usize) {
            parameter.bindings = bindings;
        }
    }
    world.environment = Arc::new(environment);
    let (tables, list) = tables::declare(&mut world);
    world.tables = tables;
    Arc::make_mut(&mut world.environment).tables = list;
    world
}

/// Finds the zone, and the items that state one.
fn zone(items: &mut Items<'_>) -> (Vec<ItemId>, Option<Zone>) {
    let ids: Vec<ItemId> = items.of_kind(ItemKind::Zone).collect();
    let mut zone = None;
    for id in &ids {
        let Some(Item::Zone(name)) = &items.get(*id).item else { continue };
        match Zone::named(&name.node) {
            Some(known) => zone = zone.or(Some(known)),
            None => items.report(*id, unknown_zone(name)),
        }
    }
    (ids, zone)
}

/// Makes the diagnostic of a zone that does not exist.
fn unknown_zone(name: &ast::Text) -> Diagnostic {
    let names = Zone::names();
    let near = closest(&name.node, names.iter().map(String::as_str)).or_else(|| {
        // Of the parts of a name people know the city best.
        let city = name.node.rsplit('/').next().unwrap_or(&name.node).replace(' ', "_").to_lowercase();
        names
            .iter()
            .map(String::as_str)
            .find(|known| known.rsplit('/').next().is_some_and(|last| last.to_lowercase() == city))
    });
    let help = near.map(|near| format!("did you mean `{near}`?"));
    Diagnostic::new(Code::UnknownZone, name.span, format!("unknown zone `{}`", name.node), "no time zone of that name")
        .with_help(
            help.unwrap_or_else(|| "name a zone of the IANA data, such as `Europe/Amsterdam` or `UTC`".to_owned()),
        )
}

fn status(
    world: &World<'_>,
    id: ItemId,
    citations: Option<Vec<Citation>>,
    title: Option<String>,
    mut reaches: BTreeSet<Reach>,
    own: Vec<Diagnostic>,
) -> Status {
    reaches.insert(Reach::Item(id));
    let reaches = world.with_exclusions(reaches);
    let mut diagnostics = world.faults(&reaches);
    // What an unfolded define reports of itself again adds nothing.
    diagnostics.extend(own);
    diagnostic::sort(&mut diagnostics);
    let name = world.items.get(id).name.as_ref().map(|name| name.node.clone());
    Status { id: name, title, span: world.items.place(id), citations, reaches, diagnostics }
}

/// What is wrong with items that nothing reaches, and what is never used.
fn rest(world: &World<'_>, rules: &[Status], advice: &[Status], sources: &[SourceStatus]) -> Vec<Diagnostic> {
    let mut reached: BTreeSet<Reach> = BTreeSet::new();
    for status in rules.iter().chain(advice) {
        reached.extend(&status.reaches);
    }
    let mut diagnostics = unused::find(world, &reached, sources);
    for position in 0..world.items.all.len() {
        let id = ItemId(position as u32);
        // Those of sources and tests are in lists of their own.
        let is_elsewhere = matches!(world.items.get(id).kind, ItemKind::Source | ItemKind::Test);
        if !is_elsewhere && !reached.contains(&Reach::Item(id)) {
            diagnostics.extend_from_slice(&world.items.diagnostics[position]);
        }
    }
    for ((record, field), fault) in &world.field_faults {
        if !reached.contains(&Reach::Field(*record, *field)) {
            diagnostics.extend_from_slice(&fault.diagnostics);
        }
    }
    diagnostic::sort(&mut diagnostics);
    diagnostics
}
