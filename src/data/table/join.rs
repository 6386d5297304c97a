//! Records each of which is made of several rows.

use std::collections::BTreeMap;

use super::TableBuilder;
use crate::data::column::State;
use crate::data::finding::Finding;
use crate::diagnostic::Code;
use crate::schema::FieldId;

/// A record that is made of several rows.
#[derive(Debug, Clone, Default)]
pub(in crate::data) struct Joined {
    /// The row that stands for it.
    pub(in crate::data) first: u32,
    /// The rows in which fields are read.
    pub(in crate::data) rows: Vec<u32>,
}

/// What a field of such a record has.
#[derive(Debug, Clone)]
pub(in crate::data) enum Taken {
    /// What it has in a row.
    Row(u32),
    /// So many rows.
    Count(i64),
    /// There is no row for it.
    Nothing,
    /// It cannot be told.
    Unknown(&'static str),
}

impl TableBuilder {
    /// Adds records each of which is made of several rows of another table.
    pub(in crate::data) fn join(&mut self, rows: TableBuilder, joined: &[Joined], fields: &[(State, Vec<Taken>)]) {
        let base = self.rows() as u32;
        let record_of: BTreeMap<u32, u32> = joined
            .iter()
            .zip(base..)
            .flat_map(|(joined, record)| joined.rows.iter().map(move |row| (*row, record)))
            .collect();
        let is_missing =
            |field: Option<FieldId>| rows.findings.kinds.contains_key(&(self.record, field, Code::MissingField));
        let exported: Vec<bool> =
            (0..fields.len()).map(|position| !is_missing(self.asked.fields.get(position).copied())).collect();
        self.findings.append_values(rows.findings.values);
        for (key, (count, found)) in rows.findings.kinds {
            let moved = found
                .into_iter()
                .map(|finding| Finding { row: finding.row.and_then(|row| record_of.get(&row).copied()), ..finding });
            self.findings.merge(key, count, moved);
        }
        for (position, (nothing, taken)) in fields.iter().enumerate() {
            let (column, from) = (&mut self.columns[position], &rows.columns[position]);
            let (record, field) = (self.record, self.asked.fields.get(position).copied());
            let mut found: BTreeMap<Code, Vec<Finding>> = BTreeMap::new();
            for (taken, row) in taken.iter().zip(base..) {
                let mut note = |code, note: &str| {
                    let (row, value, note) = (Some(row), String::new(), note.to_owned());
                    found.entry(code).or_default().push(Finding { record, row, field, code, value, note });
                };
                match taken {
                    _ if !exported[position] => column.push_without_value(State::Unknown),
                    Taken::Row(row) => column.push_from(from, *row as usize),
                    Taken::Count(count) => column.push_integer(*count),
                    Taken::Nothing => {
                        column.push_without_value(*nothing);
                        if *nothing == State::Unknown {
                            note(Code::MissingValue, "a value is required, and no row of the record passes the test");
                        }
                    }
                    Taken::Unknown(why) => {
                        column.push_without_value(State::Unknown);
                        note(Code::MalformedValue, why);
                    }
                }
            }
            for (code, found) in found {
                let kind = (record, field, code);
                found.iter().for_each(|finding| self.findings.tally(kind, &finding.value, &finding.note, 1));
                self.findings.merge(kind, found.len() as u64, found.into_iter());
            }
        }
        for joined in joined {
            let at = joined.first as usize;
            self.places.files.extend(rows.places.files.get(at));
            self.places.lines.extend(rows.places.lines.get(at));
            self.places.bytes.extend(rows.places.bytes.get(at));
            if let (Some(digests), Some(of_rows)) = (&mut self.digests, &rows.digests) {
                digests.extend(of_rows.get(at));
            }
        }
    }

    /// The row that was read at an offset of a file.
    pub(in crate::data) fn row_at(&self, file: u32, byte: u64) -> Option<u32> {
        let places = &self.places;
        let (mut low, mut high) = (0, places.bytes.len());
        while low < high {
            let middle = low.midpoint(high);
            if (places.files[middle], places.bytes[middle]) < (file, byte) { low = middle + 1 } else { high = middle }
        }
        (places.bytes.get(low) == Some(&byte) && places.files.get(low) == Some(&file)).then_some(low as u32)
    }
}
