//! Policy tables: every combination has one answer, and who calls them gets it.

mod coverage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::calls::FUNCTIONS;
use super::checker::{Checker, Polarity};
use super::compare::widening;
use super::expression::BUILT_IN;
use super::items::{ItemId, Reach};
use super::narrow::Typed;
use super::parameters::constant_of;
use super::types::{TypeReader, TypeUse};
use super::world::World;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::table::{places, values};
use crate::ir::{ExprKind, Table, TableId, TableRow};
use crate::schema::{Ty, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Item, ItemKind, Name};

/// Most combinations of a table, and of the arguments of a call, each with one place more for an unknown value.
const MOST_PLACES: usize = 10_000;
/// Most faults that are reported of the rows of a table, and most combinations that are named as missing.
const MOST_FAULTS: usize = 20;
const MOST_NAMED: usize = 5;

/// A table that could be read.
#[derive(Debug, Clone)]
pub(super) struct Known<'a> {
    pub(super) id: TableId,
    pub(super) item: ItemId,
    /// What it reaches, itself included.
    pub(super) reaches: BTreeSet<Reach>,
    parameters: Vec<&'a Name>,
}

/// Reads and checks all tables.
pub(super) fn declare<'a>(world: &mut World<'a>) -> (BTreeMap<&'a str, Known<'a>>, Vec<Table>) {
    let mut declared: BTreeMap<&'a str, (ItemId, &'a ast::Table)> = BTreeMap::new();
    for id in world.items.of_kind(ItemKind::Table) {
        if let Some(Item::Table(table)) = &world.items.get(id).item {
            declared.entry(table.name.node.as_str()).or_insert((id, table));
        }
    }
    let (mut known, mut tables) = (BTreeMap::new(), Vec::new());
    for (name, (item, table)) in declared {
        let mut reading = Reading { world, diagnostics: Vec::new(), reaches: BTreeSet::from([Reach::Item(item)]) };
        let read = reading.table(table);
        let Reading { diagnostics, reaches, .. } = reading;
        for diagnostic in diagnostics {
            world.items.report(item, diagnostic);
        }
        let parameters = table.parameters.iter().map(|parameter| &parameter.name).collect();
        known.insert(name, Known { id: TableId(tables.len() as u32), item, reaches, parameters });
        tables.push(read);
    }
    (known, tables)
}

/// A table that is being read.
struct Reading<'w, 'a> {
    world: &'w World<'a>,
    diagnostics: Vec<Diagnostic>,
    reaches: BTreeSet<Reach>,
}

impl Reading<'_, '_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn table(&mut self, table: &ast::Table) -> Table {
        self.refuse_shadowing(&table.name);
        let parameters: Vec<Type> = table.parameters.iter().map(|parameter| self.parameter(parameter)).collect();
        for (position, parameter) in table.parameters.iter().enumerate() {
            let name = &parameter.name;
            if let Some(earlier) = table.parameters[..position].iter().find(|earlier| earlier.name.node == name.node) {
                let message = format!("parameter `{}` is declared twice", name.node);
                self.report(
                    Diagnostic::new(Code::DuplicateDefinition, name.span, message, "declared again here")
                        .with_label(earlier.name.span, "declared here")
                        .with_help("rename one of the two"),
                );
            }
        }
        let ty = self.ty(&table.ty, "what a table gives is one value", |ty| {
            !matches!(ty, Type::Set(_) | Type::List(_) | Type::Reference(_) | Type::Row(_))
        });
        let before = self.diagnostics.len();
        let rows: Vec<Option<TableRow>> = table.rows.iter().map(|row| self.row(row, &parameters, &ty)).collect();
        let sound = self.diagnostics.len() == before && parameters.iter().all(|ty| *ty != Type::Error);
        match places(&parameters) {
            _ if !sound => {}
            Some(places) if places <= MOST_PLACES => {
                let rows: Vec<&TableRow> = rows.iter().flatten().collect();
                self.combinations(&table.name, &parameters, &rows);
            }
            _ => {
                let message = format!("table `{}` has more than {MOST_PLACES} combinations", table.name.node);
                self.report(
                    Diagnostic::new(Code::InvalidDeclaration, table.name.span, message, "too many to be looked up")
                        .with_help("divide it into several tables"),
                );
            }
        }
        Table {
            name: table.name.node.clone(),
            parameters,
            ty: Ty::required(ty),
            rows: rows.into_iter().flatten().collect(),
            from: table.from.node.clone(),
            span: table.name.span,
        }
    }

    /// A table is called like a function: nothing else may have its name.
    fn refuse_shadowing(&mut self, name: &Name) {
        let items = &self.world.items;
        let declared = [(ItemKind::Parameter, "the parameter"), (ItemKind::Define, "the define")]
            .into_iter()
            .find_map(|(kind, what)| Some((what, items.place(*items.find(kind, &name.node).first()?))));
        let is_word = BUILT_IN.contains(&name.node.as_str()) || FUNCTIONS.contains(&name.node.as_str());
        let (what, place) = match declared {
            Some((what, place)) => (what, Some(place)),
            None if is_word => ("the word of the language", None),
            None => return,
        };
        let message = format!("`{}` is already {what} of that name", name.node);
        let mut diagnostic = Diagnostic::new(Code::ShadowedName, name.span, message, "declared again here");
        if let Some(place) = place {
            diagnostic = diagnostic.with_label(place, "declared here");
        }
        self.report(diagnostic.with_help("choose another name"));
    }

    fn parameter(&mut self, parameter: &ast::DefineParameter) -> Type {
        if parameter.optional {
            let span = parameter.name.span.to(parameter.ty.span);
            let message = "a parameter of a table is never absent";
            self.report(
                Diagnostic::new(Code::InvalidDeclaration, span, message, "marked as optional")
                    .with_help("remove the question mark; who calls the table guards the value or gives it a default"),
            );
        }
        self.ty(&parameter.ty, "a parameter of a table is an enum or a boolean", |ty| values(ty).is_some())
    }

    /// Reads a type that must be one of those that `fits` takes.
    fn ty(&mut self, ty: &ast::TypeExpr, rule: &str, fits: impl Fn(&Type) -> bool) -> Type {
        let mut reader = TypeReader {
            items: &self.world.items,
            records: &self.world.known_records,
            usage: TypeUse::Table,
            diagnostics: Vec::new(),
            broken: Vec::new(),
        };
        let read = reader.read(ty);
        self.reaches.extend(reader.broken.into_iter().map(Reach::Item));
        let is_error = read == Type::Error;
        self.diagnostics.append(&mut reader.diagnostics);
        if is_error || fits(&read) {
            return read;
        }
        let shown = self.world.schema().show(&read);
        self.report(
            Diagnostic::new(Code::InvalidDeclaration, ty.span, rule, format!("`{shown}`"))
                .with_help("write a rule or a define for what depends on something else"),
        );
        Type::Error
    }

    /// Reads a row; none if it has faults.
    fn row(&mut self, row: &ast::TableRow, parameters: &[Type], ty: &Type) -> Option<TableRow> {
        if row.cells.len() != parameters.len() {
            let (found, wanted) = (row.cells.len(), parameters.len());
            let message = format!("the row names {found} of {wanted} parameters");
            let message = if found > wanted { format!("the row names {found} members for {wanted}") } else { message };
            let place = row
                .cells
                .first()
                .map_or(row.span, |first| row.cells.last().map_or(first.span, |last| first.span.to(last.span)));
            self.report(
                Diagnostic::new(Code::WrongArguments, place, message, format!("needs {wanted} of them"))
                    .with_help("name a member for each parameter, or `any` where all give the same"),
            );
            return None;
        }
        let cells: Vec<Option<Vec<u32>>> =
            row.cells.iter().zip(parameters).map(|(cell, ty)| self.cell(cell, ty)).collect();
        let (value, found) = constant_of(self.world, &row.value, ty, "a row of the table");
        self.diagnostics.extend(found);
        Some(TableRow { cells: cells.into_iter().collect::<Option<_>>()?, value: value?, span: row.span })
    }

    /// The positions that a cell is for.
    fn cell(&mut self, cell: &ast::TableCell, ty: &Type) -> Option<Vec<u32>> {
        let known = values(ty)?;
        let Some(members) = &cell.members else {
            if known.contains(&"any") {
                let message = "`any` is a member here and the word for all members";
                self.report(
                    Diagnostic::new(Code::ShadowedName, cell.span, message, "which of the two is meant?")
                        .with_help("write the member in quotation marks: `\"any\"`"),
                );
                return None;
            }
            return Some((0..known.len() as u32).collect());
        };
        let mut positions: Vec<u32> = Vec::new();
        let mut sound = true;
        for member in members {
            match known.iter().position(|value| *value == member.node) {
                Some(position) if positions.contains(&(position as u32)) => {
                    sound = false;
                    let message = format!("member `{}` stands twice in one cell", member.node);
                    self.report(
                        Diagnostic::new(Code::DuplicateDefinition, member.span, message, "stands before")
                            .with_help("name it once"),
                    );
                }
                Some(position) => positions.push(position as u32),
                None => {
                    sound = false;
                    let shown = self.world.schema().show(ty);
                    let message = format!("unknown member `{}` of `{shown}`", member.node);
                    let help = suggest(&member.node, "members", known.iter().copied());
                    self.report(
                        Diagnostic::new(Code::UnknownMember, member.span, message, "not a member").with_help_if(help),
                    );
                }
            }
        }
        positions.sort_unstable();
        sound.then_some(positions)
    }

    /// Reports combinations that no row is for, and rows that contradict each other or say nothing of their own.
    fn combinations(&mut self, name: &Name, parameters: &[Type], rows: &[&TableRow]) {
        let known: Vec<Vec<&str>> = parameters.iter().map(|ty| values(ty).unwrap_or_default()).collect();
        let sizes: Vec<usize> = known.iter().map(Vec::len).collect();
        let all: usize = sizes.iter().product();
        if rows.len() > all {
            let message = format!("table `{}` has {} rows for {all} combinations", name.node, rows.len());
            self.report(
                Diagnostic::new(Code::OverlappingRows, rows[all].span, message, "one row too many")
                    .with_help("let each combination fit one row"),
            );
            return;
        }
        let cells: Vec<&[Vec<u32>]> = rows.iter().map(|row| row.cells.as_slice()).collect();
        let faults = coverage::faults(&cells, &sizes, MOST_FAULTS, |one, other| rows[one].value == rows[other].value);
        let shown = |place: usize| {
            let positions = coverage::positions(place, &sizes);
            let members: Vec<&str> = positions.iter().zip(&known).map(|(position, known)| known[*position]).collect();
            format!("`{}`", members.join(", "))
        };
        for (earlier, later, place) in &faults.contradictions {
            let message = format!("two rows give different answers for {}", shown(*place));
            self.report(
                Diagnostic::new(Code::OverlappingRows, rows[*later].span, message, "one answer")
                    .with_label(rows[*earlier].span, "and another")
                    .with_help("narrow one of the two: no row comes before another, in whatever order they stand"),
            );
        }
        for (row, other) in &faults.redundant {
            let message = "other rows give the same answers for all that this row is for";
            self.report(
                Diagnostic::new(Code::OverlappingRows, rows[*row].span, message, "says nothing of its own")
                    .with_label(rows[*other].span, "says it already")
                    .with_help("remove the row"),
            );
        }
        if !faults.missing.is_empty() {
            let mut named: Vec<String> = faults.missing.iter().take(MOST_NAMED).map(|place| shown(*place)).collect();
            if faults.missing.len() > MOST_NAMED {
                named.push(format!("and {} more", faults.missing.len() - MOST_NAMED));
            }
            let combinations = if all == 1 { "combination" } else { "combinations" };
            let message =
                format!("table `{}` has no row for {} of {all} {combinations}", name.node, faults.missing.len());
            self.report(
                Diagnostic::new(Code::IncompleteTable, name.span, message, format!("none for {}", named.join(", ")))
                    .with_help("add rows for them; `any` stands for all members of a parameter"),
            );
        }
    }
}

impl Checker<'_, '_> {
    /// `priority_matrix(a, b)`
    pub(super) fn call_table(&mut self, name: &Name, arguments: &[ast::Expr], span: Span) -> Option<Typed> {
        let world = self.world;
        let known = world.tables.get(name.node.as_str())?;
        self.reaches.extend(&known.reaches);
        let table = world.environment.tables.get(known.id.0 as usize)?;
        if known.parameters.len() != arguments.len() {
            let wanted = match known.parameters.len() {
                1 => "one argument".to_owned(),
                several => format!("{several} arguments"),
            };
            let message = format!("table `{}` takes {wanted}, found {}", name.node, arguments.len());
            self.report(
                Diagnostic::new(Code::WrongArguments, span, message, format!("takes {wanted}"))
                    .with_label(world.items.place(known.item), "declared here"),
            );
            return Some(self.error(span));
        }
        let mut given = Vec::new();
        for ((argument, ty), parameter) in arguments.iter().zip(&table.parameters).zip(&known.parameters) {
            // A condition that is an argument may count either way.
            let typed = self.at(Polarity::Both, |checker| checker.value(argument, Some(ty)));
            if self.fits_table(&typed, ty, parameter) {
                given.push(typed.expr);
            }
        }
        if given.len() != arguments.len() || world.items.is_broken(known.item) {
            return Some(self.error(span));
        }
        let types: Vec<Type> = given.iter().map(|argument| argument.ty.base.clone()).collect();
        if places(&types).is_none_or(|places| places > MOST_PLACES) {
            let message = format!("the arguments of `{}` have more than {MOST_PLACES} combinations", name.node);
            self.report(
                Diagnostic::new(Code::TooLong, span, message, "too many to be looked up")
                    .with_help("give it values of enums with fewer members"),
            );
            return Some(self.error(span));
        }
        let answers = Arc::new(table.answers(&types));
        let kind = ExprKind::Table { table: known.id, arguments: given, answers };
        Some(Typed::plain(self.make(kind, table.ty.base.clone(), span)))
    }

    /// Whether an argument fits a parameter: enums do if one has all members of the other.
    fn fits_table(&mut self, argument: &Typed, ty: &Type, parameter: &Name) -> bool {
        let found = &argument.expr.ty.base;
        let fits = match (found, ty) {
            (Type::Error, _) | (_, Type::Error) => return false,
            (Type::Enum(a), Type::Enum(b)) => widening(a, b).is_some() || widening(b, a).is_some(),
            (a, b) => a == b,
        };
        if !fits {
            let (expected, shown) = (self.show(ty), self.show(found));
            let message = format!("parameter `{}` is `{expected}`, found `{shown}`", parameter.node);
            self.report(
                Diagnostic::new(Code::TypeMismatch, argument.expr.span, message, format!("`{shown}`"))
                    .with_label(parameter.span, format!("`{expected}`")),
            );
        }
        fits
    }
}
