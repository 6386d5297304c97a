//! All items of a program by kind and name, and what is wrong with each.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{EnumType, FieldId, RecordId, Type};
use crate::source::{FileId, Span};
use crate::syntax::ast::{ItemKind, Parsed, ParsedItem};

/// An item of a program: its position among all items, in order of file and place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemId(pub u32);

/// What a rule or an advice can reach and be broken by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// An item.
    Item(ItemId),
    /// A field of a record: a fault in a field is no fault of those that do not read it.
    Field(RecordId, FieldId),
}

/// All items.
pub(super) struct Items<'a> {
    /// In order of file and place.
    pub(super) all: Vec<&'a ParsedItem>,
    /// What is wrong with each; of itself alone.
    pub(super) diagnostics: Vec<Vec<Diagnostic>>,
    named: BTreeMap<ItemKind, BTreeMap<&'a str, Vec<ItemId>>>,
    /// The type of a calendar: the names of all, broken ones too.
    pub(super) calendar: Type,
}

impl<'a> Items<'a> {
    /// Collects the items, with what the parser found, and finds names that are declared twice.
    pub(super) fn new(files: &'a [(FileId, Parsed)]) -> Items<'a> {
        let all: Vec<&ParsedItem> = files.iter().flat_map(|(_, parsed)| &parsed.items).collect();
        let diagnostics = all.iter().map(|item| item.diagnostics.clone()).collect();
        let mut named: BTreeMap<ItemKind, BTreeMap<&str, Vec<ItemId>>> = BTreeMap::new();
        for (position, item) in all.iter().enumerate() {
            if let Some(name) = &item.name {
                let ids = named.entry(item.kind).or_default().entry(name.node.as_str()).or_default();
                ids.push(ItemId(position as u32));
            }
        }
        let calendars = named.get(&ItemKind::Calendar).into_iter().flatten().map(|(name, _)| (*name).to_owned());
        let calendar = Type::Calendar(Arc::new(EnumType { members: calendars.collect(), ordered: false }));
        let mut items = Items { all, diagnostics, named, calendar };
        items.find_duplicates();
        items
    }

    /// Returns an item.
    pub(super) fn get(&self, id: ItemId) -> &'a ParsedItem {
        self.all[id.0 as usize]
    }

    /// Returns the items of a kind, in order.
    pub(super) fn of_kind(&self, kind: ItemKind) -> impl Iterator<Item = ItemId> + use<'_, 'a> {
        (0..self.all.len() as u32).map(ItemId).filter(move |id| self.get(*id).kind == kind)
    }

    /// Returns the items of a kind with a name, broken ones too, in order.
    pub(super) fn find(&self, kind: ItemKind, name: &str) -> &[ItemId] {
        self.named.get(&kind).and_then(|names| names.get(name)).map_or(&[], Vec::as_slice)
    }

    /// Returns the names of a kind, broken items too, in order.
    pub(super) fn names(&self, kind: ItemKind) -> impl Iterator<Item = &'a str> + use<'_, 'a> {
        self.named.get(&kind).into_iter().flat_map(|names| names.keys().copied())
    }

    /// Adds to what is wrong with an item.
    pub(super) fn report(&mut self, id: ItemId, diagnostic: Diagnostic) {
        self.diagnostics[id.0 as usize].push(diagnostic);
    }

    /// Whether the item has an error of its own.
    pub(super) fn is_broken(&self, id: ItemId) -> bool {
        self.get(id).item.is_none() || self.diagnostics[id.0 as usize].iter().any(Diagnostic::is_error)
    }

    /// The place that stands for an item: its name, else its first line.
    pub(super) fn place(&self, id: ItemId) -> Span {
        let item = self.get(id);
        item.name.as_ref().map_or(item.span, |name| name.span)
    }

    /// An extension of a record that could not be read, if there is one: nobody knows what it adds.
    pub(super) fn broken_extension(&self, record: &str) -> Option<ItemId> {
        self.find(ItemKind::Extend, record).iter().copied().find(|id| self.get(*id).item.is_none())
    }

    /// Makes the diagnostic of a use of an item that did not parse.
    pub(super) fn broken_use(&self, id: ItemId, at: Span) -> Diagnostic {
        let item = self.get(id);
        let (word, name) = (item.kind.noun(), item.name.as_ref().map_or("", |name| name.node.as_str()));
        Diagnostic::new(Code::BrokenItem, at, format!("{word} `{name}` has errors of its own"), "used here")
            .with_label(self.place(id), format!("this {word} could not be read"))
            .with_help(format!("mend {word} `{name}` first"))
    }

    fn find_duplicates(&mut self) {
        let mut found = Vec::new();
        let all = self.named.iter().flat_map(|(kind, names)| names.iter().map(move |(name, ids)| (kind, name, ids)));
        for (kind, name, ids) in all.filter(|(.., ids)| ids.len() > 1) {
            for id in ids {
                let Some(other) = ids.iter().find(|other| *other != id) else { continue };
                let at = self.place(*id);
                let diagnostic = match kind {
                    // A record may be extended and left out in several places, and a parameter bound from several days on.
                    ItemKind::Zone | ItemKind::Extend | ItemKind::LeaveOut | ItemKind::Bind | ItemKind::Unknown => {
                        continue;
                    }
                    // The versions of a calendar bear one name.
                    ItemKind::Calendar => continue,
                    _ => {
                        let word = kind.word();
                        Diagnostic::new(
                            Code::DuplicateDefinition,
                            at,
                            format!("{word} `{name}` is declared twice"),
                            "declared here",
                        )
                        .with_label(self.place(*other), "and here")
                        .with_help("rename one of the two")
                    }
                };
                found.push((*id, diagnostic));
            }
        }
        let zones: Vec<ItemId> = self.of_kind(ItemKind::Zone).collect();
        for id in zones.iter().filter(|_| zones.len() > 1) {
            let Some(other) = zones.iter().find(|other| *other != id) else { continue };
            let message = "the program states its zone twice";
            found.push((
                *id,
                Diagnostic::new(Code::DuplicateDefinition, self.place(*id), message, "stated here")
                    .with_label(self.place(*other), "and here")
                    .with_help("keep one of the two"),
            ));
        }
        for (id, diagnostic) in found {
            self.report(id, diagnostic);
        }
    }
}
