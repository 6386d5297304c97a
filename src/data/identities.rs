//! Second identities: references that name a record by another value than its key become references by its key.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::column::{Column, ColumnValues, State};
use super::finding::Finding;
use super::keys::Interner;
use super::load::Loading;
use super::table::Collector;
use super::{Dataset, Extract};
use crate::diagnostic::Code;
use crate::ir::reads::Reads;
use crate::schema::{FieldId, RecordId, Schema, Type};

/// The second identity of each row, by record: numbers of the record's key space, as references to it have them.
pub(super) type Identities = BTreeMap<RecordId, Column>;

/// What is known of the keys and second identities of a record.
#[derive(Debug, Clone, Default)]
struct Known {
    /// Whether each number of the key space is the key of a row; what is not here is none.
    is_key: Vec<bool>,
    /// What each number names that is the second identity of a row.
    named: FxHashMap<u32, Named>,
    /// Whether there are rows whose second identity cannot be read: what names nothing else may name them.
    has_unreadable: bool,
}

/// The second identities of all records whose keys are known so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Resolver {
    known: BTreeMap<RecordId, Known>,
}

/// What a reference names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// No record, as far as is known: it stays as it is.
    Nothing,
    /// The records of this key.
    Key(u32),
    /// A record whose key cannot be read.
    Keyless,
    /// Perhaps a record whose second identity cannot be read.
    Unreadable,
    /// Records of several keys.
    Several,
}

impl Named {
    /// What a reference names that names both.
    fn and(self, other: Named) -> Named {
        match (self, other) {
            (Named::Nothing, named) | (named, Named::Nothing) => named,
            (one, other) if one == other => one,
            _ => Named::Several,
        }
    }
}

/// Returns whether somebody reads a reference to a record.
pub(super) fn is_referred_to(schema: &Schema, reads: &Reads, record: RecordId) -> bool {
    reads.fields.iter().any(|(of, field)| {
        targets(&schema.record(*of).field_type(*field).ty.base).is_some_and(|targets| targets.contains(&record))
    })
}

/// Returns the records of an order in which those whose keys are references come behind what they refer to.
pub(super) fn in_order_of_keys(schema: &Schema, reads: &Reads) -> Vec<RecordId> {
    fn visit(schema: &Schema, reads: &Reads, record: RecordId, order: &mut Vec<RecordId>, open: &mut Vec<RecordId>) {
        if order.contains(&record) || open.contains(&record) || !reads.records.contains(&record) {
            return;
        }
        open.push(record);
        let ty = schema.record(record);
        for field in &ty.key {
            for target in targets(&ty.field_type(*field).ty.base).unwrap_or_default() {
                visit(schema, reads, *target, order, open);
            }
        }
        open.pop();
        order.push(record);
    }
    let (mut order, mut open) = (Vec::new(), Vec::new());
    for record in &reads.records {
        visit(schema, reads, *record, &mut order, &mut open);
    }
    order
}

fn targets(ty: &Type) -> Option<&[RecordId]> {
    match ty {
        Type::Reference(targets) => Some(targets),
        Type::List(element) => targets(element),
        _ => None,
    }
}

impl Resolver {
    /// Learns by what the rows of a record are known, once they have their keys; notes the identities that several rows share.
    pub(super) fn learn(
        &mut self,
        record: RecordId,
        dataset: &Dataset,
        identities: &Identities,
        spaces: &[Interner],
        schema: &Schema,
        findings: &mut Collector,
    ) {
        if identities.is_empty() {
            return;
        }
        let table = dataset.table(record);
        let Some((keys, ColumnValues::Symbols(of_rows))) = table.keys.as_ref().map(|keys| (keys, &keys.values)) else {
            return;
        };
        let space = &spaces[schema.record(record).space.0 as usize];
        let mut known = Known { is_key: vec![false; space.len()], ..Known::default() };
        let present = |column: &Column, row: usize| column.state(row) == State::Present;
        for (_, key) in of_rows.iter().enumerate().filter(|(row, _)| present(keys, *row)) {
            known.is_key[*key as usize] = true;
        }
        if let Some((column, ColumnValues::Symbols(identities))) =
            identities.get(&record).map(|column| (column, &column.values))
        {
            let mut first_rows: FxHashMap<u32, usize> = FxHashMap::default();
            for ((row, identity), key) in identities.iter().enumerate().zip(of_rows) {
                if !present(column, row) {
                    known.has_unreadable |= column.state(row) == State::Unknown;
                    continue;
                }
                let first = *first_rows.entry(*identity).or_insert(row);
                let named = if present(keys, row) { Named::Key(*key) } else { Named::Keyless };
                let all = known.named.entry(*identity).or_insert(named);
                let is_shared = *all != named || (named == Named::Keyless && first != row);
                *all = if is_shared { Named::Several } else { named };
                let note = if is_shared {
                    let first = dataset.place(record, first as u32);
                    first.map(|place| format!("{}:{} is known by the same identity", place.file, place.line))
                } else if named != Named::Key(*identity) && known.is_key.get(*identity as usize) == Some(&true) {
                    Some("it is the key of another record".to_owned())
                } else {
                    None
                };
                if let Some(note) = note {
                    let value = super::decode::cut(space.text(*identity));
                    let row = Some(row as u32);
                    findings.add(Finding { record, row, field: None, code: Code::DuplicateKey, value, note });
                }
            }
        }
        self.known.insert(record, known);
    }

    fn named(&self, targets: &[RecordId], number: u32) -> Named {
        let mut named = Named::Nothing;
        for known in targets.iter().filter_map(|target| self.known.get(target)) {
            if known.is_key.get(number as usize) == Some(&true) {
                named = named.and(Named::Key(number));
            }
            named = named.and(known.named.get(&number).copied().unwrap_or(Named::Nothing));
        }
        let has_unreadable = |target| self.known.get(target).is_some_and(|known| known.has_unreadable);
        if named == Named::Nothing && targets.iter().any(has_unreadable) { Named::Unreadable } else { named }
    }

    /// Makes references of a field by second identities references by keys, and those that name several records unknown.
    pub(super) fn resolve(
        &self,
        loading: &Loading<'_>,
        dataset: &mut Dataset,
        (record, field): (RecordId, FieldId),
        spaces: &[Interner],
        findings: &mut Collector,
    ) {
        let table = &mut dataset.tables[record.0 as usize];
        let Some(column) = table.columns.get_mut(&field).filter(|_| table.extract != Extract::Missing) else { return };
        let Some(targets) = targets(&column.ty).map(<[RecordId]>::to_vec) else { return };
        let has_identities = |target: &RecordId| {
            self.known.get(target).is_some_and(|known| known.has_unreadable || !known.named.is_empty())
        };
        if !targets.iter().any(has_identities) {
            return;
        }
        let space = &spaces[loading.schema.reference_space(&targets).0 as usize];
        let mut note = |row: usize, number: u32, code: Code, note: &str| {
            let value = super::decode::cut(space.text(number));
            let (row, field, note) = (Some(row as u32), Some(field), note.to_owned());
            findings.add(Finding { record, row, field, code, value, note });
        };
        let (rows, elements) = match &mut column.values {
            ColumnValues::Lists(lists) => {
                let rows = (0..lists.ends.len()).flat_map(|row| lists.range(row).map(move |_| row)).collect();
                (rows, &mut lists.elements)
            }
            _ => ((0..column.len()).collect::<Vec<usize>>(), column),
        };
        let mut unknown = Vec::new();
        let states = &elements.states;
        let ColumnValues::Symbols(numbers) = &mut elements.values else { return };
        for (at, number) in numbers.iter_mut().enumerate() {
            if states.get(at).is_some_and(|state| *state != State::Present) {
                continue;
            }
            match self.named(&targets, *number) {
                Named::Nothing => {}
                Named::Key(key) => *number = key,
                Named::Several => {
                    note(rows[at], *number, Code::DuplicateKey, "several records are known by it");
                    unknown.push(at);
                }
                Named::Keyless => {
                    note(rows[at], *number, Code::DanglingReference, "the record that is known by it has no key");
                    unknown.push(at);
                }
                Named::Unreadable => {
                    let why = "no record is known by it, but that of some cannot be read";
                    note(rows[at], *number, Code::DanglingReference, why);
                    unknown.push(at);
                }
            }
        }
        for at in unknown {
            elements.make_unknown(at..at + 1);
        }
    }
}
