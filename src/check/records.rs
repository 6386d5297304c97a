//! Record declarations to the schema.

use std::collections::BTreeMap;

use super::extensions;
use super::items::{ItemId, Items};
use super::types::{KnownRecord, TypeReader, TypeUse, is_type_word};
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{FieldId, FieldType, KeySpaceId, RecordId, RecordType, Schema, Ty, Type};
use crate::syntax::ast::{self, Item, ItemKind};

/// What is wrong with a field, and the broken items that it names.
#[derive(Debug, Clone, Default)]
pub(super) struct FieldFault {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) items: Vec<ItemId>,
}

/// The schema, and what is wrong with single fields.
pub(super) struct Records<'a> {
    pub(super) schema: Schema,
    pub(super) known: BTreeMap<&'a str, KnownRecord>,
    pub(super) faults: BTreeMap<(RecordId, FieldId), FieldFault>,
    /// Records that fields of other records refer to.
    pub(super) referred: Vec<RecordId>,
}

/// Returns the record that each name means: the first that is declared and could be read.
fn known_records<'a>(items: &Items<'a>) -> BTreeMap<&'a str, (ItemId, &'a ast::Record)> {
    let mut known = BTreeMap::new();
    for id in items.of_kind(ItemKind::Record) {
        if let Some(Item::Record(record)) = &items.get(id).item {
            known.entry(record.name.node.as_str()).or_insert((id, record));
        }
    }
    known
}

/// Builds the schema of all records that could be read; `more` are reference types of other declarations, whose
/// targets share a key space too.
pub(super) fn build<'a>(items: &mut Items<'a>) -> Records<'a> {
    let declared = known_records(items);
    let known: BTreeMap<&str, KnownRecord> = declared
        .iter()
        .enumerate()
        .map(|(position, (name, (item, record)))| {
            let keys = record.fields.iter().filter(|field| field.key).count();
            (*name, KnownRecord { id: RecordId(position as u32), item: *item, keys })
        })
        .collect();
    let extended = extensions::find(items, &known);
    let mut faults: BTreeMap<(RecordId, FieldId), FieldFault> = BTreeMap::new();
    let mut records = Vec::new();
    let mut own = Vec::new();
    for (name, (item, record)) in &declared {
        let id = RecordId(records.len() as u32);
        if is_type_word(name) {
            let message = format!("`{name}` is a word for types");
            own.push((
                *item,
                Diagnostic::new(Code::ShadowedName, record.name.span, message, "not the name of a record")
                    .with_help("rename the record"),
            ));
        }
        let mut fields: Vec<FieldType> = Vec::new();
        let mut key = Vec::new();
        let extensions = extended.get(name).map_or(&[][..], Vec::as_slice);
        let more = extensions.iter().flat_map(|(_, extend)| extensions::fields(extend)).map(|field| (field, true));
        for (field, is_added) in record.fields.iter().map(|field| (field, false)).chain(more) {
            let at = FieldId(fields.len() as u32);
            let fault = faults.entry((id, at)).or_default();
            let ty = field_type(items, &known, field, fault);
            if let Some(earlier) = fields.iter().find(|earlier| earlier.name == field.name.node) {
                fault.diagnostics.push(
                    Diagnostic::new(
                        Code::DuplicateDefinition,
                        field.name.span,
                        format!("field `{}` is declared twice", field.name.node),
                        "declared again here",
                    )
                    .with_label(earlier.span, "declared here")
                    .with_help("rename one of the two"),
                );
                let diagnostic = fault.diagnostics[fault.diagnostics.len() - 1].clone();
                if let Some(first) = earlier_field(&fields, &field.name.node) {
                    faults.entry((id, first)).or_default().diagnostics.push(diagnostic);
                }
            }
            match (field.key, is_added) {
                (true, false) => key.push(at),
                (true, true) => {
                    let diagnostic = extensions::refuse_key(field, &record.name);
                    faults.entry((id, at)).or_default().diagnostics.push(diagnostic);
                }
                (false, _) => {}
            }
            fields.push(FieldType {
                name: field.name.node.clone(),
                ty,
                title: field.title.as_ref().map(|title| title.node.clone()),
                span: field.name.span,
            });
        }
        extensions::add_members(items, name, &mut fields, extensions, |position, diagnostic| {
            faults.entry((id, FieldId(position as u32))).or_default().diagnostics.push(diagnostic);
        });
        records.push(RecordType {
            name: (*name).to_owned(),
            title: record.title.as_ref().map(|title| title.node.clone()),
            fields,
            key,
            space: KeySpaceId(0),
            span: record.name.span,
        });
    }
    faults.retain(|_, fault| !fault.diagnostics.is_empty());
    for (item, diagnostic) in own {
        items.report(item, diagnostic);
    }
    let referred = assign_spaces(&mut records);
    let spaces = records.iter().map(|record| record.space.0 + 1).max().unwrap_or(0);
    Records { schema: Schema { records, spaces }, known, faults, referred }
}

fn earlier_field(fields: &[FieldType], name: &str) -> Option<FieldId> {
    fields.iter().position(|field| field.name == name).map(|position| FieldId(position as u32))
}

fn field_type(
    items: &Items<'_>,
    known: &BTreeMap<&str, KnownRecord>,
    field: &ast::Field,
    fault: &mut FieldFault,
) -> Ty {
    let mut reader =
        TypeReader { items, records: known, usage: TypeUse::Field, diagnostics: Vec::new(), broken: Vec::new() };
    let base = reader.read(&field.ty);
    fault.diagnostics.append(&mut reader.diagnostics);
    fault.items.append(&mut reader.broken);
    if field.key {
        let wrong = match (&base, field.optional) {
            (_, true) => Some(("a key is never absent", "remove the question mark, or the word `key`")),
            (Type::List(_), _) => Some(("a list cannot be a key", "choose a field with one value")),
            _ => None,
        };
        if let Some((message, help)) = wrong {
            let span = field.name.span.to(field.ty.span);
            fault
                .diagnostics
                .push(Diagnostic::new(Code::InvalidDeclaration, span, message, "marked as key").with_help(help));
        }
    }
    Ty { base, optional: field.optional }
}

/// Puts records into one key space wherever a reference may mean either of them; returns the records referred to.
fn assign_spaces(records: &mut [RecordType]) -> Vec<RecordId> {
    let mut parent: Vec<usize> = (0..records.len()).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    let mut referred = Vec::new();
    for field in records.iter().flat_map(|record| &record.fields) {
        let base = match &field.ty.base {
            Type::List(element) => element,
            other => other,
        };
        let Type::Reference(targets) = base else { continue };
        referred.extend(targets);
        for pair in targets.windows(2) {
            let (a, b) = (root(&mut parent, pair[0].0 as usize), root(&mut parent, pair[1].0 as usize));
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut number = BTreeMap::new();
    for (at, record) in records.iter_mut().enumerate() {
        let next = number.len() as u32;
        let space = *number.entry(root(&mut parent, at)).or_insert(next);
        record.space = KeySpaceId(space);
    }
    referred.sort_unstable();
    referred.dedup();
    referred
}
