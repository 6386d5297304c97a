//! Sources: whether each mapping can give the fields of its record what they need.
//!
//! A fault belongs to a field, a mapping or the whole source, so that a run is stopped only by faults in what it reads.

mod beside;
mod conversion;
mod extending;
mod reading;

use std::collections::BTreeMap;

use self::reading::Settings;
use super::items::ItemId;
use super::types::unknown_record;
use super::world::World;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::mapping::{self, FieldSource, Level, When};
use crate::ir::pattern::{self, Part};
use crate::ir::reads::Reads;
use crate::schema::{FieldId, RecordId, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Item, ItemKind};

/// What a fault of a source concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceScope {
    /// The whole source.
    Source,
    /// The mapping of a record.
    Record(RecordId),
    /// One field of a record.
    Field(RecordId, FieldId),
    /// The mapping of a record that is broken itself, which nothing sound reads.
    Unreadable,
}

/// Something wrong with a source.
#[derive(Debug, Clone)]
pub struct SourceFault {
    /// What it concerns.
    pub scope: SourceScope,
    /// What is wrong.
    pub diagnostic: Diagnostic,
}

/// A source, and what is wrong with it.
#[derive(Debug, Clone)]
pub struct SourceStatus {
    /// Its name; none if not even that can be read.
    pub name: Option<String>,
    /// Where its name stands, else where it begins.
    pub span: Span,
    /// The records that it feeds, broken mappings included, in order.
    pub records: Vec<RecordId>,
    /// What is wrong with it.
    pub faults: Vec<SourceFault>,
}

impl SourceStatus {
    /// Returns the errors that concern a run which looks at those records and fields.
    pub fn errors_for(&self, reads: &Reads) -> Vec<&Diagnostic> {
        let concerns = |scope: SourceScope| match scope {
            SourceScope::Source => true,
            SourceScope::Record(record) => reads.records.contains(&record),
            SourceScope::Field(record, field) => reads.fields.contains(&(record, field)),
            SourceScope::Unreadable => false,
        };
        self.faults
            .iter()
            .filter(|fault| fault.diagnostic.is_error() && concerns(fault.scope))
            .map(|fault| &fault.diagnostic)
            .collect()
    }
}

/// Checks all sources; returns those that could be read, with what can be used of them, and what is wrong with each.
pub(super) fn check(world: &World<'_>) -> (Vec<mapping::Source>, Vec<SourceStatus>) {
    let (mut sources, mut statuses) = (Vec::new(), Vec::new());
    for id in world.items.of_kind(ItemKind::Source) {
        let item = world.items.get(id);
        let own = world.items.diagnostics[id.0 as usize].iter();
        let faults = own.map(|diagnostic| SourceFault { scope: SourceScope::Source, diagnostic: diagnostic.clone() });
        let mut checker = SourceChecker { world, faults: faults.collect(), records: Vec::new() };
        if let Some(Item::Source(source)) = &item.item {
            sources.push(checker.source(source));
        }
        checker.records.sort_unstable();
        checker.records.dedup();
        statuses.push(SourceStatus {
            name: item.name.as_ref().map(|name| name.node.clone()),
            span: world.items.place(id),
            records: checker.records,
            faults: checker.faults,
        });
    }
    (sources, statuses)
}

struct SourceChecker<'w, 'a> {
    world: &'w World<'a>,
    faults: Vec<SourceFault>,
    records: Vec<RecordId>,
}

impl SourceChecker<'_, '_> {
    fn report(&mut self, scope: SourceScope, diagnostic: Diagnostic) {
        self.faults.push(SourceFault { scope, diagnostic });
    }

    fn invalid(&mut self, scope: SourceScope, span: Span, message: String, label: &str, help: &str) {
        self.report(scope, Diagnostic::new(Code::InvalidMapping, span, message, label).with_help(help));
    }

    fn source(&mut self, source: &ast::Source) -> mapping::Source {
        let settings = self.settings(&source.settings);
        let mappings = source.mappings.iter().filter_map(|mapping| self.mapping(source, mapping, &settings)).collect();
        mapping::Source {
            name: source.name.node.clone(),
            title: source.title.node.clone(),
            mappings,
            span: source.name.span,
        }
    }

    fn mapping(
        &mut self,
        source: &ast::Source,
        mapping: &ast::Mapping,
        settings: &Settings,
    ) -> Option<mapping::Mapping> {
        let Some(known) = self.world.known_records.get(mapping.record.node.as_str()).copied() else {
            let broken: Option<ItemId> = self.world.items.find(ItemKind::Record, &mapping.record.node).first().copied();
            match broken {
                Some(id) => {
                    let diagnostic = self.world.items.broken_use(id, mapping.record.span);
                    self.report(SourceScope::Unreadable, diagnostic);
                }
                None => {
                    let diagnostic = unknown_record(self.world.known_records.keys().copied(), &mapping.record);
                    self.report(SourceScope::Source, diagnostic);
                }
            }
            return None;
        };
        let record = known.id;
        self.records.push(record);
        let scope = SourceScope::Record(record);
        let before = self.faults.len();
        if let Some(at) = &mapping.at
            && at.steps.iter().any(|step| matches!(step, ast::PathStep::Chosen { .. } | ast::PathStep::Named(_)))
        {
            let message = "`at` leads to all records that a file has, and is given one of several".to_owned();
            let help = "choose rows by `only where`, or the lists within a record by `each … in …`";
            self.invalid(scope, at.span, message, "chosen by what it holds", help);
        }
        let mut levels = self.levels(scope, &mapping.levels);
        let names_at = mapping.names_at.as_ref().map(|path| self.beside(scope, mapping, path));
        let total_at = self.expected_counts(scope, mapping, &mut levels);
        if names_at.is_none() {
            self.refuse_named(scope, mapping);
        }
        let keep = mapping.keep.as_ref().map(|keep| {
            self.single(scope, &keep.path);
            mapping::Keep { last: keep.last, path: path(&levels, &keep.path) }
        });
        let filters = mapping.filters.iter().map(|filter| self.filter(scope, filter, &levels)).collect();
        let known_as = mapping.known_as.as_ref().map(|known_as| self.known_as(record, known_as, settings, &levels));
        let one_per = mapping.one_per.as_ref().map(|one_per| {
            self.single(scope, &one_per.key);
            self.single(scope, &one_per.order);
            if mapping.keep.is_some() {
                let message = "`one per` and `keep` exclude each other".to_owned();
                self.invalid(scope, one_per.span, message, "makes one record of many rows", "leave `keep` out");
            }
            mapping::OnePer {
                key: path(&levels, &one_per.key),
                order: path(&levels, &one_per.order),
                reading: self.order_reading(scope, one_per.order.span, settings),
            }
        });
        let extends = self.extending(record, source, mapping);
        let names = self.patterns(scope, &mapping.files);
        let fields =
            self.assignments(record, mapping, settings, &Places { levels: &levels, names, one_per: one_per.is_some() });
        let broken = self.faults[before..]
            .iter()
            .any(|fault| fault.diagnostic.is_error() && !matches!(fault.scope, SourceScope::Field(..)));
        (!broken).then(|| mapping::Mapping {
            record,
            extends,
            files: mapping.files.iter().map(|file| file.node.clone()).collect(),
            at: mapping.at.as_ref().map(|at| steps(&at.steps)).unwrap_or_default(),
            names_at: names_at.unwrap_or_default(),
            total_at: total_at.unwrap_or_default(),
            levels,
            one_per,
            keep,
            filters,
            known_as,
            fields,
            encoding: settings.encoding,
            delimiter: settings.delimiter,
            span: Some(mapping.span),
        })
    }

    /// The levels of a mapping. Each is within the one before, so that there are no more rows than there are elements in a file.
    fn levels(&mut self, scope: SourceScope, levels: &[ast::Level]) -> Vec<Level> {
        let mut known: Vec<Level> = Vec::new();
        for level in levels {
            self.single(scope, &level.path);
            let name = &level.name.node;
            if known.iter().any(|other| other.name == *name) {
                let message = format!("two levels are called `{name}`");
                self.invalid(scope, level.name.span, message, "the second", "call it something else");
            }
            let list = path(&known, &level.path);
            if let Some(outer) = known.last()
                && list.level != known.len()
            {
                let message = format!("the list of `{name}` is not within `{}`", outer.name);
                let help = format!("write where in it the list is: `each {name} in {}.…`", outer.name);
                self.invalid(scope, level.path.span, message, "begins outside the level before", &help);
            }
            known.push(Level { name: name.clone(), list, count: None });
        }
        known
    }

    /// Refuses `*` where one value is needed.
    fn single(&mut self, scope: SourceScope, path: &ast::Path) {
        if path.steps.contains(&ast::PathStep::Every) {
            let message = "`*` gives several values where one is needed".to_owned();
            self.invalid(scope, path.span, message, "several values", "name the one value that is meant");
        }
    }

    fn known_as(
        &mut self,
        record: RecordId,
        known_as: &ast::KnownAs,
        settings: &Settings,
        levels: &[Level],
    ) -> mapping::KnownAs {
        let scope = SourceScope::Record(record);
        self.single(scope, &known_as.path);
        let ty = self.world.schema().record(record);
        if ty.single_key().is_none() {
            let (name, span) = (&ty.name, ty.span);
            let message = format!("nothing refers to a `{name}`, which has no single key");
            let diagnostic = Diagnostic::new(Code::InvalidMapping, known_as.span, message, "known to no reference");
            self.report(
                scope,
                diagnostic
                    .with_label(span, "declared without a single key")
                    .with_help("leave the line out, or declare one field of the record as its key"),
            );
        }
        let reading = self.base_reading(&Type::Reference(vec![record]), settings);
        mapping::KnownAs { path: path(levels, &known_as.path), reading }
    }

    fn filter(&mut self, scope: SourceScope, filter: &ast::Filter, levels: &[Level]) -> mapping::Filter {
        let When { path, test } = self.row_test(scope, &filter.test, levels);
        mapping::Filter {
            path,
            test,
            only: filter.because.is_none(),
            because: filter.because.as_ref().map(|because| because.node.clone()),
            span: filter.span,
        }
    }

    fn row_test(&mut self, scope: SourceScope, test: &ast::RowTest, levels: &[Level]) -> When {
        self.single(scope, &test.path);
        let texts = |texts: &[ast::Text]| texts.iter().map(|text| text.node.clone()).collect();
        When {
            path: path(levels, &test.path),
            test: match &test.kind {
                ast::RowTestKind::In(values) => mapping::Test::In(texts(values)),
                ast::RowTestKind::NotIn(values) => mapping::Test::NotIn(texts(values)),
                ast::RowTestKind::Present => mapping::Test::Present,
                ast::RowTestKind::Absent => mapping::Test::Absent,
            },
        }
    }

    /// Checks the patterns of file names; returns the names that all of them give to some characters.
    fn patterns<'m>(&mut self, scope: SourceScope, files: &'m [ast::Text]) -> Vec<&'m str> {
        let mut common: Option<Vec<&str>> = None;
        for file in files {
            let parts = pattern::parts(&file.node);
            let mut names: Vec<&str> = Vec::new();
            for part in &parts {
                match part {
                    Part::Named(name) if names.contains(name) => {
                        let message = format!("two parts of a file's name are called `{name}`");
                        self.invalid(scope, file.span, message, "called so twice", "call one of them something else");
                    }
                    Part::Named(name) => names.push(name),
                    Part::Text(text) if text.contains(['{', '}']) => self.invalid(
                        scope,
                        file.span,
                        "braces in the name of a file hold no name".to_owned(),
                        "not a name in braces",
                        "write a word in braces: `history/{ticket}.json`",
                    ),
                    Part::Text(_) | Part::Any => {}
                }
            }
            let touch = |pair: &[Part<'_>]| !pair.iter().any(|part| matches!(part, Part::Text(_)));
            if !names.is_empty() && parts.windows(2).any(touch) {
                let message = "two parts of a file's name that differ have nothing between them".to_owned();
                let help = "write what stands between them, or make them one";
                self.invalid(scope, file.span, message, "where does the first of them end?", help);
            }
            common = Some(match common {
                Some(before) => before.into_iter().filter(|name| names.contains(name)).collect(),
                None => names,
            });
        }
        common.unwrap_or_default()
    }

    fn assignments(
        &mut self,
        record: RecordId,
        mapping: &ast::Mapping,
        settings: &Settings,
        places: &Places<'_>,
    ) -> BTreeMap<FieldId, FieldSource> {
        let world = self.world;
        let declared = world.schema().record(record);
        let scope = SourceScope::Record(record);
        let mut fields = BTreeMap::new();
        let mut given: BTreeMap<FieldId, Span> = BTreeMap::new();
        for assignment in &mapping.assignments {
            let name = &assignment.field;
            let Some(field) = declared.field(&name.node) else {
                if let Some(extension) = world.items.broken_extension(&declared.name) {
                    self.report(scope, world.items.broken_use(extension, name.span));
                    continue;
                }
                let message = format!("unknown field `{}` of record `{}`", name.node, declared.name);
                let help = suggest(&name.node, "fields", declared.fields.iter().map(|field| field.name.as_str()));
                let diagnostic = Diagnostic::new(Code::UnknownField, name.span, message, "no field of that name");
                self.report(scope, diagnostic.with_help_if(help));
                continue;
            };
            if let Some(first) = given.get(&field).copied() {
                let message = format!("field `{}` is given twice", name.node);
                self.report(
                    SourceScope::Field(record, field),
                    Diagnostic::new(Code::InvalidMapping, name.span, message, "given again here")
                        .with_label(first, "given here")
                        .with_help("keep one of the two"),
                );
                continue;
            }
            given.insert(field, name.span);
            let value = match &assignment.value {
                ast::AssignedValue::Unknown(because) => Some(FieldSource::Unknown { because: because.node.clone() }),
                ast::AssignedValue::Constant(text) => self.constant(record, field, text, settings),
                ast::AssignedValue::Path { path, conversions, when } => {
                    if let (Some(test), true) = (when, places.one_per) {
                        let message = "`when` tests a row, and several rows are one record".to_owned();
                        let help = "say which of the rows is meant: `last Resolved where Status = \"resolved\"`";
                        self.invalid(SourceScope::Field(record, field), test.path.span, message, "of which row?", help);
                    }
                    let when = when.as_ref().and_then(|test| self.when(record, field, test, places.levels));
                    let reading = self.reading(record, field, path, conversions, settings);
                    reading.map(|reading| FieldSource::Path { path: self::path(places.levels, path), reading, when })
                }
                ast::AssignedValue::Picked { pick, path, conversions, test } => {
                    if !places.one_per {
                        let message =
                            "the mapping has one row for each record, and a field takes one of many".to_owned();
                        let help = "say behind `from` which rows are one record: `one per number in order of time`";
                        self.invalid(SourceScope::Field(record, field), path.span, message, "of which rows?", help);
                    }
                    let test =
                        test.as_ref().map(|test| self.row_test(SourceScope::Field(record, field), test, places.levels));
                    let reading = self.picked(record, field, *pick, path, conversions, settings);
                    let path = self::path(places.levels, path);
                    let pick = match pick {
                        ast::Pick::First => mapping::Pick::First,
                        ast::Pick::Last => mapping::Pick::Last,
                        ast::Pick::Count => mapping::Pick::Count,
                    };
                    reading.map(|reading| FieldSource::Picked { pick, path, reading, test })
                }
                ast::AssignedValue::Joined { parts, by } => {
                    if places.one_per {
                        let message = "`join` reads one row, and several rows are one record".to_owned();
                        let help = "take one of the paths alone: `first …`, `last …`";
                        self.invalid(
                            SourceScope::Field(record, field),
                            assignment.span,
                            message,
                            "of which row?",
                            help,
                        );
                    }
                    self.joined(record, field, parts, by, settings, places.levels)
                }
                ast::AssignedValue::File { name, conversions } => {
                    self.file(record, field, name, conversions, settings, &places.names)
                }
            };
            if let Some(value) = value {
                fields.insert(field, value);
            }
        }
        // A row that extends a record may be tied to it by another identity than the key.
        let needs_key = !(mapping.extends && mapping.known_as.is_some());
        for key in declared.key.iter().filter(|_| needs_key) {
            let name = &declared.field_type(*key).name;
            let given = mapping.assignments.iter().find(|assignment| assignment.field.node == *name);
            let is_unknown = given.is_some_and(|assignment| matches!(assignment.value, ast::AssignedValue::Unknown(_)));
            if given.is_none() || is_unknown {
                let what = if is_unknown { "is unknown" } else { "is not given" };
                let message = format!("the key `{name}` of record `{}` {what}", declared.name);
                let span = given.map_or(mapping.record.span, |assignment| assignment.span);
                self.report(
                    scope,
                    Diagnostic::new(Code::InvalidMapping, span, message, "a record is known by its key")
                        .with_label(declared.field_type(*key).span, "declared as key here")
                        .with_help(format!("say where it stands: `{name} = …`")),
                );
            }
        }
        fields
    }
}

/// What the values of a mapping's fields may come from.
struct Places<'m> {
    levels: &'m [Level],
    /// What the patterns of the files give a name.
    names: Vec<&'m str>,
    /// Whether several rows are one record.
    one_per: bool,
}

/// A path as the reader of data takes it: it begins in the level that its first step names, else in the record.
fn path(levels: &[Level], path: &ast::Path) -> mapping::Path {
    let level = match path.steps.first() {
        Some(ast::PathStep::Name(first)) => levels.iter().position(|level| level.name == *first),
        _ => None,
    };
    match level {
        Some(level) => mapping::Path { level: level + 1, steps: steps(&path.steps[1..]) },
        None => mapping::Path { level: 0, steps: steps(&path.steps) },
    }
}

fn steps(steps: &[ast::PathStep]) -> Vec<mapping::Step> {
    steps
        .iter()
        .map(|step| match step {
            ast::PathStep::Name(name) => mapping::Step::Name(name.clone()),
            ast::PathStep::Every => mapping::Step::Every,
            ast::PathStep::Chosen { key, text } => mapping::Step::Chosen { key: key.clone(), text: text.clone() },
            ast::PathStep::Named(name) => mapping::Step::Named(name.clone()),
        })
        .collect()
}
