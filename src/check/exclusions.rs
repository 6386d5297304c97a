//! Standing exclusions: what is left out of a record wherever it is ranged over.

use std::collections::{BTreeMap, BTreeSet};

use super::checker::{Checker, Mode, Polarity};
use super::items::{ItemId, Reach};
use super::types::unknown_record;
use super::world::World;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::reads::walk;
use crate::ir::{Body, Condition, Exclusion, Expr, ExprKind, VariableId};
use crate::schema::{RecordId, Ty, Type};
use crate::source::Span;
use crate::syntax::ast::{Item, ItemKind, LeaveOut};

/// What an exclusion asks for.
pub(super) struct Asks {
    /// What it reaches.
    pub(super) reaches: BTreeSet<Reach>,
    /// Whether it compares days with instants.
    pub(super) needs_zone: bool,
}

/// An exclusion that was checked.
struct Checked {
    item: ItemId,
    exclusion: Exclusion,
    /// The records with exclusions that its condition ranges over, each with the first place where it does.
    ranges_over: BTreeMap<RecordId, Span>,
}

/// Checks all exclusions, and keeps those that are sound.
pub(super) fn check_all(world: &mut World<'_>) {
    let mut checked = Vec::new();
    let ids: Vec<ItemId> = world.items.of_kind(ItemKind::LeaveOut).collect();
    for item in ids {
        let Some(Item::LeaveOut(leave_out)) = &world.items.get(item).item else { continue };
        let Some(known) = world.known_records.get(leave_out.record.node.as_str()).copied() else {
            let diagnostic = match world.items.find(ItemKind::Record, &leave_out.record.node).first() {
                Some(record) => world.items.broken_use(*record, leave_out.record.span),
                None => unknown_record(world.known_records.keys().copied(), &leave_out.record),
            };
            world.items.report(item, diagnostic);
            continue;
        };
        let (exclusion, asks, diagnostics) = check_one(world, leave_out, known.id);
        for diagnostic in diagnostics {
            world.items.report(item, diagnostic);
        }
        world.exclusions.insert(item, asks);
        let ranges_over = exclusion.condition().map(ranged_over).unwrap_or_default();
        checked.push(Checked { item, exclusion, ranges_over });
    }
    refuse_cycles(world, &checked);
    // What reaches a broken one is broken too, so that nothing misses it.
    let is_sound = |checked: &Checked| {
        let reaches = world.with_exclusions(BTreeSet::from([Reach::Item(checked.item)]));
        !world.faults(&reaches).iter().any(Diagnostic::is_error)
    };
    let sound: Vec<Exclusion> =
        checked.iter().filter(|checked| is_sound(checked)).map(|checked| checked.exclusion.clone()).collect();
    std::sync::Arc::make_mut(&mut world.environment).exclusions = sound;
}

fn check_one(world: &World<'_>, leave_out: &LeaveOut, record: RecordId) -> (Exclusion, Asks, Vec<Diagnostic>) {
    let mut checker = Checker::new(world, Mode::Guarded);
    checker.reach_record(record);
    checker.refuse_shadowing(&leave_out.variable);
    let variable = checker.declare("the binder", &leave_out.variable, Ty::required(Type::Row(record)), false, true);
    let condition = checker.at(Polarity::Positive, |checker| checker.condition(&leave_out.condition));
    checker.refuse_constant_condition(&condition.expr);
    let body = Body {
        variables: std::mem::take(&mut checker.variables),
        steps: Vec::new(),
        due: None,
        condition: Condition::Plain(condition.expr),
        because: None,
    };
    let because = leave_out.because.node.clone();
    let asks = Asks { reaches: checker.reaches, needs_zone: checker.needs_zone };
    (Exclusion { record, variable, body, because, span: leave_out.span }, asks, checker.diagnostics)
}

fn ranged_over(condition: &Expr) -> BTreeMap<RecordId, Span> {
    let mut records = BTreeMap::new();
    walk(condition, &mut |part| {
        if let ExprKind::LeftOut { record, .. } = part.kind {
            records.entry(record).or_insert(part.span);
        }
    });
    records
}

/// Reports exclusions whose condition depends on what they themselves leave out.
fn refuse_cycles(world: &mut World<'_>, checked: &[Checked]) {
    let mut next: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
    for Checked { exclusion, ranges_over, .. } in checked {
        next.entry(exclusion.record).or_default().extend(ranges_over.keys());
    }
    let mut found = Vec::new();
    for Checked { item, exclusion, ranges_over } in checked {
        for (over, span) in ranges_over {
            let Some(path) = path(*over, exclusion.record, &next) else { continue };
            let name = |record: &RecordId| world.schema().record(*record).name.clone();
            let own = name(&exclusion.record);
            let names: Vec<String> = path.iter().map(name).collect();
            let message = format!("what is left out of `{own}` depends on itself: {own} → {}", names.join(" → "));
            let label = format!("ranges over `{}`, of which some are left out", name(over));
            found.push((
                *item,
                Diagnostic::new(Code::RecursiveExclusion, *span, message, label)
                    .with_label(world.items.place(*item), "of these records some are left out here")
                    .with_help("ask the fields of the record itself, or what its references lead to"),
            ));
            break;
        }
    }
    for (item, diagnostic) in found {
        world.items.report(item, diagnostic);
    }
}

/// The shortest way from one record to another, both included.
fn path(from: RecordId, to: RecordId, next: &BTreeMap<RecordId, BTreeSet<RecordId>>) -> Option<Vec<RecordId>> {
    let mut came_from: BTreeMap<RecordId, RecordId> = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        if at == to {
            let mut path = vec![at];
            let mut back = at;
            while back != from {
                back = *came_from.get(&back)?;
                path.push(back);
            }
            path.reverse();
            return Some(path);
        }
        for record in next.get(&at).into_iter().flatten() {
            if *record != from && !came_from.contains_key(record) {
                came_from.insert(*record, at);
                queue.push_back(*record);
            }
        }
    }
    None
}

impl Checker<'_, '_> {
    /// The conjunct that keeps a binder from what exclusions leave out; none over a record without exclusions.
    pub(super) fn not_left_out(&mut self, record: RecordId, variable: VariableId, span: Span) -> Option<Expr> {
        let world = self.world;
        let exclusions = world.items.find(ItemKind::LeaveOut, &world.schema().record(record).name);
        exclusions.iter().for_each(|id| self.reach(*id));
        if exclusions.is_empty() {
            return None;
        }
        let row = self.make(ExprKind::Variable(variable), Type::Row(record), span);
        let left_out = self.make(ExprKind::LeftOut { record, row: Box::new(row) }, Type::Boolean, span);
        Some(self.make(ExprKind::Not(Box::new(left_out)), Type::Boolean, span))
    }
}
