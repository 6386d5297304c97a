//! Definitions that nothing uses.

use std::collections::BTreeSet;

use super::calendars::is_calendar;
use super::items::{ItemId, Reach};
use super::sources::SourceStatus;
use super::world::World;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::ItemKind;

/// Warns of defines, parameters, records and calendars that nothing uses. Files that are embedded in the program are left out: an
/// organization does not use all of a pack. While an item cannot be read, nobody knows what it uses, and nothing is said.
pub(super) fn find(world: &World<'_>, reached: &BTreeSet<Reach>, sources: &[SourceStatus]) -> Vec<Diagnostic> {
    let unread = world.items.all.iter().any(|item| item.item.is_none());
    if unread {
        return Vec::new();
    }
    let mut used: BTreeSet<ItemId> = reached
        .iter()
        .filter_map(|reach| match reach {
            Reach::Item(id) => Some(*id),
            Reach::Field(..) => None,
        })
        .collect();
    let mut records: Vec<_> = world.referred.clone();
    records.extend(sources.iter().flat_map(|source| &source.records));
    used.extend(records.into_iter().filter_map(|record| world.record_item(record)));
    for define in world.defines.values() {
        for reach in &define.reaches {
            match reach {
                // A define that only another define uses counts as used; the other is reported.
                Reach::Item(id) if *id != define.item => {
                    used.insert(*id);
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    let by_data =
        world.schema().records.iter().flat_map(|record| &record.fields).any(|field| is_calendar(&field.ty.base));
    if by_data {
        // The data may name any of them.
        used.extend(world.items.of_kind(ItemKind::Calendar));
    }
    for kind in [ItemKind::Define, ItemKind::Table, ItemKind::Parameter, ItemKind::Record, ItemKind::Calendar] {
        for id in world.items.of_kind(kind) {
            let item = world.items.get(id);
            let Some(name) = item.name.as_ref().filter(|_| !used.contains(&id)) else { continue };
            // All versions of a calendar are one definition.
            let is_first = world.items.find(kind, &name.node).first() == Some(&id);
            if world.sources.file(name.span.file).embedded || !is_first {
                continue;
            }
            let word = kind.word();
            let message = format!("{word} `{}` is never used", name.node);
            found.push(
                Diagnostic::new(Code::UnusedDefinition, name.span, message, "no rule, advice or source uses it")
                    .with_help("use it or remove it"),
            );
        }
    }
    found
}
