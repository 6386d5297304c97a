//! Records that get fields from the rows of further files.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Asked, Kind, TableBuilder};
use crate::data::column::{Column, State};
use crate::data::finding::Finding;
use crate::diagnostic::Code;
use crate::ir::mapping::{Mapping, WithoutRow};
use crate::schema::{FieldId, Schema};
use crate::value::{Cell, Value};

/// What rows say who they belong to by: the values of the key, or the second identity.
type Tie = Vec<Value>;

/// The row of further files that belongs to a record.
#[derive(Debug, Clone, Copy)]
enum Row {
    /// One.
    One(u32),
    /// Several; the first two.
    Several(u32, u32),
    /// None.
    None,
    /// It cannot be told: the record, or a row that belongs to no other, does not say who it is.
    Untold,
}

/// How many rows of a file belong to a record, and how many to none.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::data) struct Extended {
    pub(in crate::data) rows: u64,
    pub(in crate::data) strays: u64,
}

impl TableBuilder {
    /// What is asked of a mapping that extends the records: of the fields that it gives those that are asked for, and the key.
    pub(in crate::data) fn asked_of(&self, schema: &Schema, mapping: &Mapping) -> Asked {
        let has_identity = mapping.known_as.is_some();
        let is_tie = |field: &FieldId| !has_identity && schema.record(self.record).key.contains(field);
        let is_asked = |field: &&FieldId| is_tie(field) || mapping.gives(schema, **field);
        Asked { fields: self.asked.fields.iter().filter(is_asked).copied().collect(), has_identity }
    }

    /// Notes that a mapping has no file, so that its fields were not exported.
    pub(in crate::data) fn no_file(&mut self, schema: &Schema, mapping: &Mapping) {
        let is_given = |position: &usize| mapping.gives(schema, self.asked.fields[*position]);
        for position in (0..self.asked.fields.len()).filter(is_given).collect::<Vec<usize>>() {
            self.not_exported(position, format!("the export has no file {}", patterns(mapping)));
        }
    }

    /// Gives fields to the records that are there: those that `rows`, which a mapping with `extend` read, has of them. Returns, by file, what
    /// became of its rows. `files` are the names of the files, in the order in which rows number them.
    pub(in crate::data) fn extend(
        &mut self,
        schema: &Schema,
        mapping: &Mapping,
        rows: TableBuilder,
        files: &[&String],
    ) -> BTreeMap<u32, Extended> {
        let by_identity = mapping.known_as.is_some();
        let mut none = Row::None;
        let mut by_tie: HashMap<Tie, Row> = HashMap::new();
        for row in 0..rows.rows() as u32 {
            let Some(tie) = rows.tie(schema, by_identity, row) else {
                none = Row::Untold;
                continue;
            };
            let found = by_tie.entry(tie).or_insert(Row::One(row));
            if let Row::One(first) = *found
                && first != row
            {
                *found = Row::Several(first, row);
            }
        }
        let ties: Vec<Option<Tie>> =
            (0..self.rows() as u32).map(|record| self.tie(schema, by_identity, record)).collect();
        let choose =
            |tie: &Option<Tie>| tie.as_ref().map_or(Row::Untold, |tie| by_tie.get(tie).copied().unwrap_or(none));
        let chosen: Vec<Row> = ties.iter().map(choose).collect();
        let known: HashSet<&Tie> = ties.iter().flatten().collect();
        let mut extended: BTreeMap<u32, Extended> = BTreeMap::new();
        for row in 0..rows.rows() as u32 {
            let of_file = extended.entry(rows.places.files[row as usize]).or_default();
            let is_known = rows.tie(schema, by_identity, row).is_some_and(|tie| known.contains(&tie));
            if is_known { of_file.rows += 1 } else { of_file.strays += 1 }
        }
        let mut record_of: BTreeMap<u32, u32> = BTreeMap::new();
        for (record, row) in chosen.iter().enumerate() {
            if let Row::One(row) = row {
                record_of.entry(*row).or_insert(record as u32);
            }
        }
        for (position, field) in rows.asked.fields.iter().enumerate() {
            if mapping.gives(schema, *field)
                && let Some(own) = self.asked.fields.iter().position(|known| known == field)
            {
                let is_exported = !rows.findings.kinds.contains_key(&(self.record, Some(*field), Code::MissingField));
                self.take(own, &rows, is_exported.then_some(&rows.columns[position]), &chosen, mapping, files);
            }
        }
        self.findings.append_values(rows.findings.values.clone());
        for (kind, (count, found)) in &rows.findings.kinds {
            let moved = found.iter().map(|finding| Finding {
                row: finding.row.and_then(|row| record_of.get(&row).copied()),
                note: match finding.row {
                    Some(row) => format!("{}: {}", rows.place(row, files), finding.note),
                    // The records have the field, but nothing ties these rows to them.
                    None if !finding.field.is_some_and(|field| mapping.gives(schema, field)) => {
                        format!("in {}: {}", patterns(mapping), finding.note)
                    }
                    None => finding.note.clone(),
                },
                ..finding.clone()
            });
            self.findings.merge(*kind, *count, moved);
        }
        extended
    }

    /// Fills a column from that of the rows; none was not exported.
    fn take(
        &mut self,
        own: usize,
        rows: &TableBuilder,
        from: Option<&Column>,
        chosen: &[Row],
        mapping: &Mapping,
        files: &[&String],
    ) {
        let (record, field) = (self.record, self.asked.fields[own]);
        let ty = self.columns[own].ty.clone();
        let Some(from) = from else {
            self.columns[own] = Column::unknown(ty, chosen.len());
            return;
        };
        let mut column = Column::empty(&ty);
        let mut found: BTreeMap<Kind, Vec<Finding>> = BTreeMap::new();
        let mut note = |row: usize, code: Code, note: String| {
            let kind = (record, Some(field), code);
            let (row, value) = (Some(row as u32), String::new());
            found.entry(kind).or_default().push(Finding { record, row, field: Some(field), code, value, note });
        };
        for (at, row) in chosen.iter().enumerate() {
            match (row, mapping.extends) {
                (Row::One(row), _) => column.push_from(from, *row as usize),
                (Row::Several(first, second), _) => {
                    column.push_without_value(State::Unknown);
                    let (first, second) = (rows.place(*first, files), rows.place(*second, files));
                    note(at, Code::DuplicateKey, format!("{first} and {second} both extend the record"));
                }
                (Row::None, Some(WithoutRow::Absent)) => column.push_without_value(State::Absent),
                (Row::Untold, Some(WithoutRow::Absent)) => {
                    column.push_without_value(State::Unknown);
                    let note_of =
                        format!("it cannot be told whether a row of {} extends the record", patterns(mapping));
                    note(at, Code::MissingValue, note_of);
                }
                (Row::None | Row::Untold, _) => {
                    column.push_without_value(State::Unknown);
                    note(at, Code::MissingValue, format!("no row of {} extends the record", patterns(mapping)));
                }
            }
        }
        self.columns[own] = column;
        for (kind, found) in found {
            found.iter().for_each(|finding| self.findings.tally(kind, &finding.value, &finding.note, 1));
            self.findings.merge(kind, found.len() as u64, found.into_iter());
        }
    }

    /// What a row is tied to records by; none if that is not known.
    fn tie(&self, schema: &Schema, by_identity: bool, row: u32) -> Option<Tie> {
        let present = |column: &Column| match column.cell(row as usize) {
            Cell::Present(value) => Some(value),
            Cell::Absent | Cell::Unknown => None,
        };
        if by_identity {
            let identity = self.columns.get(self.asked.fields.len())?;
            return present(identity).map(|value| vec![value]);
        }
        let position = |field: &FieldId| self.asked.fields.iter().position(|known| known == field);
        let key = &schema.record(self.record).key;
        key.iter().map(|field| present(self.columns.get(position(field)?)?)).collect()
    }

    fn place(&self, row: u32, files: &[&String]) -> String {
        let at = row as usize;
        let file =
            self.places.files.get(at).and_then(|file| files.get(*file as usize)).map_or("", |file| file.as_str());
        format!("{file}:{}", self.places.lines.get(at).copied().unwrap_or_default())
    }
}

fn patterns(mapping: &Mapping) -> String {
    mapping.files.iter().map(|file| format!("`{file}`")).collect::<Vec<_>>().join(", ")
}
