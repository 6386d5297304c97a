//! Mappings that extend records: what other mappings make gets fields from further files.

use super::{SourceChecker, SourceScope};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::mapping::WithoutRow;
use crate::schema::{FieldId, RecordId};
use crate::syntax::ast::{self, AssignedValue, Assignment, Item, ItemKind};

impl SourceChecker<'_, '_> {
    /// Checks what only mappings with `extend` have, and what they lack; returns what becomes of records without a row.
    pub(super) fn extending(
        &mut self,
        record: RecordId,
        source: &ast::Source,
        mapping: &ast::Mapping,
    ) -> Option<WithoutRow> {
        let scope = SourceScope::Record(record);
        if !mapping.extends {
            if let Some(without_row) = &mapping.without_row {
                let message = "`if none` speaks of records that have no row, and this mapping makes them".to_owned();
                let help = "leave it out, or begin the mapping with `extend`";
                self.invalid(scope, without_row.span, message, "each row is a record", help);
            }
            return None;
        }
        let ty = self.world.schema().record(record);
        let name = &ty.name;
        let is_key =
            |assignment: &&Assignment| ty.field(&assignment.field.node).is_some_and(|field| ty.key.contains(&field));
        if ty.key.is_empty() && mapping.known_as.is_none() {
            let message = format!("a `{name}` has no key by which a row could belong to it");
            let diagnostic = Diagnostic::new(Code::InvalidMapping, mapping.record.span, message, "extended here")
                .with_label(ty.span, "declared without a key")
                .with_help("give the record a key, or read all of its fields from the same files");
            self.report(scope, diagnostic);
        }
        if let (Some(_), Some(key)) = (&mapping.known_as, mapping.assignments.iter().find(is_key)) {
            let message = "the rows are tied to records twice: by `known as` and by the key".to_owned();
            self.invalid(scope, key.span, message, "the second", "keep the one that the file has");
        }
        if let Some(known_as) = &mapping.known_as
            && !self.makes(record).any(|other| other.known_as.is_some())
        {
            let message = format!("no mapping says by what else than its key a `{name}` is known");
            let help = format!("write `known as …` in the mapping that makes each `{name}`, too");
            self.invalid(scope, known_as.span, message, "leads to no record", &help);
        }
        if mapping.assignments.iter().all(|assignment| is_key(&assignment)) {
            let message = "the mapping gives the records that it extends no field".to_owned();
            self.invalid(scope, mapping.record.span, message, "only a key", "say which fields its files have");
        }
        let without_row = self.without_row(record, mapping);
        for assignment in mapping.assignments.iter().filter(|assignment| !is_key(assignment)) {
            if let Some(field) = ty.field(&assignment.field.node) {
                self.given_elsewhere(record, field, (source, mapping), assignment);
            }
        }
        Some(without_row)
    }

    fn without_row(&mut self, record: RecordId, mapping: &ast::Mapping) -> WithoutRow {
        let Some(without_row) = &mapping.without_row else { return WithoutRow::Unknown };
        let scope = SourceScope::Record(record);
        if without_row.state.node != "absent" {
            let message = format!("a field of a record without a row cannot be `{}`", without_row.state.node);
            let help = "write `if none: absent`, or leave the line out: then it is unknown";
            self.invalid(scope, without_row.state.span, message, "not `absent`", help);
            return WithoutRow::Unknown;
        }
        let ty = self.world.schema().record(record);
        for assignment in &mapping.assignments {
            let Some(field) = ty.field(&assignment.field.node).filter(|field| !ty.key.contains(field)) else {
                continue;
            };
            let declared = ty.field_type(field);
            if !declared.ty.optional {
                let message = format!("`{}` cannot be absent where a record has no row", declared.name);
                let diagnostic =
                    Diagnostic::new(Code::InvalidMapping, assignment.field.span, message, "always required")
                        .with_label(declared.span, "declared without `?`")
                        .with_label(without_row.span, "absent without a row")
                        .with_help("declare it with `?`, or leave `if none` out: then it is unknown");
                self.report(SourceScope::Field(record, field), diagnostic);
            }
        }
        WithoutRow::Absent
    }

    /// Refuses a field that another mapping of the source gives the record, too: one of the two would be lost. Of other sources, those that are
    /// chosen together are looked at.
    fn given_elsewhere(
        &mut self,
        record: RecordId,
        field: FieldId,
        (source, mapping): (&ast::Source, &ast::Mapping),
        given: &Assignment,
    ) {
        let name = &given.field.node;
        let name_of = &self.world.schema().record(record).name;
        let mut others =
            source.mappings.iter().filter(|other| other.record.node == *name_of && other.span != mapping.span);
        let other = others.find_map(|other| {
            let gives = |assignment: &&Assignment| {
                assignment.field.node == *name && !matches!(assignment.value, AssignedValue::Unknown(_))
            };
            other.assignments.iter().find(gives).map(|assignment| assignment.field.span)
        });
        let Some(other) = other else { return };
        let message = format!("the field `{name}` is given by another mapping, too");
        let diagnostic = Diagnostic::new(Code::InvalidMapping, given.field.span, message, "given again here")
            .with_label(other, "given here")
            .with_help("keep one of the two");
        self.report(SourceScope::Field(record, field), diagnostic);
    }

    /// All mappings of the program that make a record.
    fn makes(&self, record: RecordId) -> impl Iterator<Item = &ast::Mapping> {
        let world = self.world;
        let name = &world.schema().record(record).name;
        let sources = world.items.of_kind(ItemKind::Source).filter_map(move |id| match &world.items.get(id).item {
            Some(Item::Source(source)) => Some(source),
            _ => None,
        });
        let mappings = sources.flat_map(|source| &source.mappings);
        mappings.filter(move |mapping| mapping.record.node == *name && !mapping.extends)
    }
}
