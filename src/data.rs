//! Exports to tables.
//!
//! Enters: the files of an export, the mappings, and the fields that the selected rules read. Leaves: a [`Dataset`] of
//! typed columns in which enums and references are small integers, with the findings made on the way. Whether a record
//! is *judged* is not known here.

mod apart;
mod archive;
mod beside;
mod build;
mod cells;
mod choose;
pub mod column;
mod convert;
mod cut;
mod decode;
pub mod draft;
mod encoding;
mod filter;
pub mod finding;
mod given;
mod groups;
mod html;
mod identities;
pub mod inspect;
mod json;
mod keys;
mod layout;
mod load;
pub mod manifest;
mod outline;
mod parquet;
pub mod pattern;
mod plan;
mod profile;
mod project;
mod references;
mod rows;
mod sheet;
mod stream;
mod table;
#[cfg(test)]
mod tests;
mod xml;
mod yaml;

use std::collections::BTreeMap;

pub use archive::Unpacked;
pub use choose::{choose_sources, no_data};
pub use column::{Column, ColumnValues, ListColumn, State, TextColumn};
pub use finding::{DataError, Finding, FindingValue, FindingValues, Findings};
pub use given::dataset_of;
pub use load::{Loaded, Loading, load};
pub use manifest::{MANIFEST, Manifest, ManifestFile, read_manifest};
pub use stream::{Archive, Entry, Files, Limits, Progress, Silent};

use crate::schema::{FieldId, KeySpaceId, RecordId};
use crate::value::{Cell, KeyId};

/// What was read of an export.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    /// A table for each record of the schema, in order of id; those that nothing reads are empty and missing.
    pub tables: Vec<Table>,
    /// A space for each key space of the schema, in order of id; those that nothing reads are empty.
    pub spaces: Vec<KeySpace>,
    /// The files that were read, in order of name.
    pub files: Vec<DataFile>,
    /// What was found wrong with values.
    pub findings: Findings,
}

/// A file of the export that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Its name relative to the export, with `/` between folders.
    pub name: String,
    /// What it fed and how many rows of it.
    pub fed: Vec<Fed>,
}

/// What one mapping took from one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fed {
    /// The record.
    pub record: RecordId,
    /// Rows in the file.
    pub rows: u64,
    /// Rows that became records, or extend some.
    pub kept: u64,
    /// Whether they give fields to records of other files in place of being records.
    pub extends: bool,
    /// Rows left out, by filter, in order; the text of the filter, its reason, the number.
    pub left_out: Vec<LeftOut>,
    /// Rows that `keep last of each` (or `first`) left out.
    pub superseded: u64,
    /// Rows that are a part of a record beside the one that stands for it.
    pub joined: u64,
    /// Rows that extend a record which no other file has.
    pub strays: u64,
}

/// Rows that a choice of rows left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The choice, as written.
    pub filter: crate::source::Span,
    /// The reason, for `exclude`.
    pub because: Option<String>,
    /// How many.
    pub rows: u64,
}

/// Whether all records of a type are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Extract {
    /// No file feeds the record: one extra candidate about which everything is unknown.
    #[default]
    Missing,
    /// There may be more than were exported: those there are, and one extra candidate about which everything is unknown.
    Incomplete,
    /// All there are, as far as is known.
    Complete,
}

/// The records of one type.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// How many there are.
    pub rows: u32,
    /// Whether that is all of them.
    pub extract: Extract,
    /// Why there may be more; empty unless the extract is [`Extract::Incomplete`]. Clauses that stand alone.
    pub shortfalls: Vec<String>,
    /// The columns that were asked for, by field.
    pub columns: BTreeMap<FieldId, Column>,
    /// The key of each row in its key space; [`Extract::Missing`] tables and records without a single key have none.
    /// Unknown where the row's key field is not present.
    pub keys: Option<Column>,
    /// The rows of each key: `by_key` of [`KeyId`] `k` are `rows[starts[k]..starts[k + 1]]`.
    pub by_key: KeyIndex,
    /// Where each row was read.
    pub places: Places,
    /// For a record without a key: a digest of each row's content, in hexadecimal; it names the row.
    pub digests: Option<Vec<u64>>,
}

/// Rows by key.
#[derive(Debug, Clone, Default)]
pub struct KeyIndex {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl KeyIndex {
    /// Builds the index from each row's key; rows without one are in no list. `keys` is the number of keys in the space.
    pub fn new(row_keys: &Column, keys: usize) -> KeyIndex {
        let ColumnValues::Symbols(symbols) = &row_keys.values else { return KeyIndex::default() };
        let is_present = |row: usize| row_keys.states.get(row).is_none_or(|state| *state == State::Present);
        // Each key's count stands two places behind it, then its start one place behind; filling in the rows moves the
        // starts to where they belong.
        let mut starts = vec![0u32; keys + 2];
        for (row, key) in symbols.iter().enumerate() {
            if is_present(row)
                && let Some(count) = starts.get_mut(*key as usize + 2)
            {
                *count += 1;
            }
        }
        let mut total = 0;
        for count in &mut starts {
            total += *count;
            *count = total;
        }
        let mut rows = vec![0u32; total as usize];
        for (row, key) in symbols.iter().enumerate() {
            if is_present(row)
                && let Some(next) = starts.get_mut(*key as usize + 1)
                && let Some(place) = rows.get_mut(*next as usize)
            {
                *place = row as u32;
                *next += 1;
            }
        }
        starts.pop();
        KeyIndex { starts, rows }
    }

    /// Returns the rows that have a key, in order.
    pub fn rows(&self, key: KeyId) -> &[u32] {
        let at = key.0 as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => &self.rows[*start as usize..*end as usize],
            _ => &[],
        }
    }
}

/// The keys of a key space.
#[derive(Debug, Clone, Default)]
pub struct KeySpace {
    /// The text of each [`KeyId`], in order of id.
    pub texts: TextColumn,
}

/// Where the rows of a table were read.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// For each row, the position of its file in [`Dataset::files`].
    pub files: Vec<u32>,
    /// For each row, the line in the (uncompressed) file, from 1.
    pub lines: Vec<u32>,
    /// For each row, the offset of its first byte in the (uncompressed) file.
    pub bytes: Vec<u64>,
}

/// Where a row was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's name relative to the export.
    pub file: String,
    /// The line in the (uncompressed) file, from 1.
    pub line: u32,
    /// The offset in the (uncompressed) file.
    pub byte: u64,
}

impl Dataset {
    /// Returns the table of a record.
    pub fn table(&self, record: RecordId) -> &Table {
        &self.tables[record.0 as usize]
    }

    /// Returns a field of a row; unknown where the field was not read or not exported.
    pub fn cell(&self, record: RecordId, row: u32, field: FieldId) -> Cell {
        self.table(record).columns.get(&field).map_or(Cell::Unknown, |column| column.cell(row as usize))
    }

    /// Returns the key of a row as a reference to it; unknown where the row has none.
    pub fn key(&self, record: RecordId, row: u32) -> Cell {
        self.table(record).keys.as_ref().map_or(Cell::Unknown, |keys| keys.cell(row as usize))
    }

    /// Returns the rows of a record that have a key: none if the reference dangles, several if it is ambiguous.
    pub fn rows_of(&self, record: RecordId, key: KeyId) -> &[u32] {
        self.table(record).by_key.rows(key)
    }

    /// Returns the text of a key.
    pub fn key_text(&self, space: KeySpaceId, key: KeyId) -> &str {
        self.spaces[space.0 as usize].texts.get(key.0 as usize)
    }

    /// Whether the record before or behind a row stands on the same line, so that the line alone does not find it.
    pub fn shares_line(&self, record: RecordId, row: u32) -> bool {
        let places = &self.table(record).places;
        let at = row as usize;
        let line = |row: usize| Some((*places.files.get(row)?, *places.lines.get(row)?));
        let here = line(at);
        here.is_some() && (line(at + 1) == here || at.checked_sub(1).is_some_and(|before| line(before) == here))
    }

    /// Returns where a row was read.
    pub fn place(&self, record: RecordId, row: u32) -> Option<Place> {
        let places = &self.table(record).places;
        let at = row as usize;
        Some(Place {
            file: self.files.get(*places.files.get(at)? as usize)?.name.clone(),
            line: *places.lines.get(at)?,
            byte: *places.bytes.get(at)?,
        })
    }
}
