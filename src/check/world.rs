//! What all rules and advice are read against: the declarations of a program, resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::calls::FUNCTIONS;
use super::citations::Standards;
use super::defines::Define;
use super::exclusions;
use super::expression::BUILT_IN;
use super::items::{ItemId, Items, Reach};
use super::parameters::Parameters;
use super::records::{FieldFault, Records};
use super::statements::STATEMENTS;
use super::tables;
use super::types::KnownRecord;
use crate::diagnostic::Diagnostic;
use crate::ir::Environment;
use crate::schema::{FieldId, RecordId, Schema};
use crate::source::{Sources, Span};
use crate::syntax::ast::ItemKind;

/// The declarations of a program.
pub(super) struct World<'a> {
    pub(super) sources: &'a Sources,
    pub(super) items: Items<'a>,
    pub(super) known_records: BTreeMap<&'a str, KnownRecord>,
    pub(super) field_faults: BTreeMap<(RecordId, FieldId), FieldFault>,
    pub(super) referred: Vec<RecordId>,
    pub(super) environment: Arc<Environment>,
    pub(super) zones: Vec<ItemId>,
    /// Whether a zone need not be stated here, since each test states its own.
    pub(super) zone_from_tests: bool,
    pub(super) parameters: Parameters<'a>,
    pub(super) standards: Standards,
    pub(super) tables: BTreeMap<&'a str, tables::Known<'a>>,
    pub(super) defines: BTreeMap<&'a str, Define<'a>>,
    /// What each exclusion asks for: so does whatever ranges over its record.
    pub(super) exclusions: BTreeMap<ItemId, exclusions::Asks>,
}

impl<'a> World<'a> {
    pub(super) fn new(
        sources: &'a Sources,
        items: Items<'a>,
        records: Records<'a>,
        zones: Vec<ItemId>,
        environment: Environment,
        standards: Standards,
    ) -> World<'a> {
        World {
            sources,
            items,
            known_records: records.known,
            field_faults: records.faults,
            referred: records.referred,
            environment: Arc::new(environment),
            zones,
            zone_from_tests: false,
            parameters: Parameters::default(),
            standards,
            tables: BTreeMap::new(),
            defines: BTreeMap::new(),
            exclusions: BTreeMap::new(),
        }
    }

    /// The records.
    pub(super) fn schema(&self) -> &Schema {
        &self.environment.schema
    }

    /// The item that declares a record.
    pub(super) fn record_item(&self, record: RecordId) -> Option<ItemId> {
        self.known_records.get(self.schema().record(record).name.as_str()).map(|known| known.item)
    }

    /// What a name means everywhere, and where it is declared; no binder may take it.
    pub(super) fn taken(&self, name: &str) -> Option<(&'static str, Option<Span>)> {
        if let Some((what, place)) = self.named_item(name) {
            return Some((what, Some(place)));
        }
        let is_word = BUILT_IN.contains(&name) || STATEMENTS.contains(&name) || FUNCTIONS.contains(&name);
        is_word.then_some(("the word of the language", None))
    }

    /// The parameter, define or table of a name, and where it is declared.
    pub(super) fn named_item(&self, name: &str) -> Option<(&'static str, Span)> {
        [(ItemKind::Parameter, "the parameter"), (ItemKind::Define, "the define"), (ItemKind::Table, "the table")]
            .into_iter()
            .find_map(|(kind, what)| Some((what, self.items.place(*self.items.find(kind, name).first()?))))
    }

    /// The text under a span, on one line.
    pub(super) fn text(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What is reached, with what the exclusions among it reach.
    pub(super) fn with_exclusions(&self, mut reaches: BTreeSet<Reach>) -> BTreeSet<Reach> {
        let mut open: Vec<Reach> = reaches.iter().copied().collect();
        while let Some(reach) = open.pop() {
            let Reach::Item(id) = reach else { continue };
            for more in self.exclusions.get(&id).into_iter().flat_map(|asks| &asks.reaches) {
                if reaches.insert(*more) {
                    open.push(*more);
                }
            }
        }
        reaches
    }

    /// Whether an exclusion among what is reached compares days with instants.
    pub(super) fn exclusions_need_zone(&self, reaches: &BTreeSet<Reach>) -> bool {
        self.exclusions.iter().any(|(id, asks)| asks.needs_zone && reaches.contains(&Reach::Item(*id)))
    }

    /// Everything that is wrong with what is reached.
    pub(super) fn faults(&self, reaches: &BTreeSet<Reach>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for reach in reaches {
            match reach {
                Reach::Item(id) => found.extend_from_slice(&self.items.diagnostics[id.0 as usize]),
                Reach::Field(record, field) => {
                    if let Some(fault) = self.field_faults.get(&(*record, *field)) {
                        found.extend_from_slice(&fault.diagnostics);
                        for id in &fault.items {
                            found.extend_from_slice(&self.items.diagnostics[id.0 as usize]);
                        }
                    }
                }
            }
        }
        found
    }
}
