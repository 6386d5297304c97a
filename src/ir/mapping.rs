//! How files of an export become records: the checked form of a `source`.
//!
//! Data laid out as the records themselves needs no source; the reader makes a mapping of this same form for it.

use std::collections::BTreeMap;

use super::expr::Pattern;
use crate::schema::{FieldId, RecordId, Schema};
use crate::source::Span;
use crate::value::{Timestamp, Zone};

/// A source.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Its mappings, in order.
    pub mappings: Vec<Mapping>,
    /// Where its name stands.
    pub span: Span,
}

/// How some files become records of one type.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The record.
    pub record: RecordId,
    /// Whether its rows, in place of being records, give fields to those that other mappings make, and what these fields are where a
    /// record has no row. Rows and records belong together by equal keys, or by the second identity if it has one.
    pub extends: Option<WithoutRow>,
    /// Patterns of file names relative to the export, with `/` between folders, see [`parts`](super::pattern::parts).
    pub files: Vec<String>,
    /// Where the records are in a file of JSON: empty for the top (an array of records, or one line each).
    pub at: Vec<Step>,
    /// Keys to where a file of JSON says what the keys of its records are called; empty: it does not.
    pub names_at: Vec<String>,
    /// Keys to where a file of JSON says how many records there are in all; empty: it is not asked. All files of the mapping together
    /// have as many, unless one has all of its own.
    pub total_at: Vec<String>,
    /// Lists within those records whose elements are the rows, each within the elements of the level before. A record whose list is
    /// absent or empty has no rows. Without levels the records are the rows.
    pub levels: Vec<Level>,
    /// Which rows are one record, where several are; after the filters.
    pub one_per: Option<OnePer>,
    /// Which of several rows with an equal value at a path is the record; after the filters.
    pub keep: Option<Keep>,
    /// Choices of rows, in order.
    pub filters: Vec<Filter>,
    /// A second identity of the records.
    pub known_as: Option<KnownAs>,
    /// Where each field comes from. A field that is not here is not exported: unknown in every row.
    pub fields: BTreeMap<FieldId, FieldSource>,
    /// The encoding of files that do not say it themselves; none: UTF-8.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// The delimiter of CSV; none: a comma, a tab for `.tsv`.
    pub delimiter: Option<u8>,
    /// Where it is written; none for data laid out as the records.
    pub span: Option<Span>,
}

impl Mapping {
    /// Whether it says where a field is that is no key.
    pub fn gives(&self, schema: &Schema, field: FieldId) -> bool {
        let is_given = self.fields.get(&field).is_some_and(|source| !matches!(source, FieldSource::Unknown { .. }));
        is_given && !schema.record(self.record).key.contains(&field)
    }

    /// Returns a path as it is written.
    pub fn show(&self, path: &Path) -> String {
        let level = path.level.checked_sub(1).and_then(|level| self.levels.get(level));
        let name = level.map(|level| level.name.clone());
        let steps = path.steps.iter().map(|step| match step {
            Step::Name(name) => name.clone(),
            Step::Every => "*".to_owned(),
            Step::Chosen { key, text } => format!("[{key} = \"{text}\"]"),
            Step::Named(name) => format!("[named \"{name}\"]"),
        });
        name.into_iter().chain(steps).collect::<Vec<_>>().join(".").replace(".[", "[")
    }
}

/// What the fields of a record are for which an extending mapping has no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutRow {
    /// Unknown: a row is expected for each record.
    Unknown,
    /// Absent.
    Absent,
}

/// A list within a record whose elements are rows, or hold the lists of the next level.
#[derive(Debug, Clone)]
pub struct Level {
    /// What its elements are called.
    pub name: String,
    /// Where the list is: an array, or an object whose values are meant.
    pub list: Path,
    /// Where the record, or the element around it, says how many elements there are.
    pub count: Option<Path>,
}

/// Where something is in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Where the steps begin: 0 for the record, else in the element of a level, counted from 1.
    pub level: usize,
    /// The steps; none for the element itself.
    pub steps: Vec<Step>,
}

/// A step of a path into a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A key of an object, a column of a table, or a position in an array, as written.
    Name(String),
    /// Every value of an object, every element of an array.
    Every,
    /// The one element of an array, or value of an object, that has a text at a key. Without such an element there is nothing; with
    /// several it is not known which is meant.
    Chosen {
        /// The key.
        key: String,
        /// The text that is there; a number or a boolean is compared as it is written.
        text: String,
    },
    /// The key that the file calls so, see [`Mapping::names_at`].
    Named(String),
}

/// Which rows are one record: those with an equal text at a path. A row without a text there is one by itself.
///
/// A field from a path has the value that all of them have; if they differ it is unknown, with a finding. So is what depends on the
/// order of rows if the time of one cannot be read. Rows of one time keep the order of files and rows.
#[derive(Debug, Clone)]
pub struct OnePer {
    /// Where the text is.
    pub key: Path,
    /// Where the time is that orders them.
    pub order: Path,
    /// How it is read.
    pub reading: Reading,
}

/// What a field takes of the rows of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// What the first row has.
    First,
    /// What the last row has.
    Last,
    /// How many rows have something there.
    Count,
}

/// Which of several rows with an equal value is the record.
#[derive(Debug, Clone)]
pub struct Keep {
    /// The last in order of file and row (or the first).
    pub last: bool,
    /// Where the value is.
    pub path: Path,
}

/// A second identity, by which references may name a record as well as by its key.
///
/// It is read like a reference to the record. A reference that is the second identity of one record, and the key of no other, is
/// a reference to that record. One that names several in these ways is unknown.
#[derive(Debug, Clone)]
pub struct KnownAs {
    /// Where it is; a row without it is known by its key alone.
    pub path: Path,
    /// How it is read.
    pub reading: Reading,
}

/// A choice of rows: a row that does not pass is left out, and counted.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Where it looks.
    pub path: Path,
    /// What it demands.
    pub test: Test,
    /// Whether rows that satisfy the test stay (`only`) or go (`exclude`).
    pub only: bool,
    /// The reason, for `exclude`.
    pub because: Option<String>,
    /// As written.
    pub span: Span,
}

/// A test of the text at a path. What is not there, `null` and blank text are absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// It is one of these; false where it is absent.
    In(Vec<String>),
    /// It is none of these; true where it is absent.
    NotIn(Vec<String>),
    /// It is there.
    Present,
    /// It is not there.
    Absent,
}

/// Where a field comes from.
#[derive(Debug, Clone)]
pub enum FieldSource {
    /// From a path into the row.
    Path {
        /// The path; `Every` only for a list.
        path: Path,
        /// How it is read.
        reading: Reading,
        /// Where it is read; in other rows it is absent.
        when: Option<When>,
    },
    /// From a path into some of the rows of one record.
    Picked {
        /// Which rows.
        pick: Pick,
        /// The path.
        path: Path,
        /// How it is read; a count is not.
        reading: Reading,
        /// Which rows are looked at; all without it. If there is no such row, there is nothing, and the count is zero.
        test: Option<When>,
    },
    /// From several paths into the row: their texts, with another between them. If one is absent, so is the whole.
    Joined {
        /// The paths.
        parts: Vec<Path>,
        /// What stands between them.
        by: String,
        /// How the whole is read.
        reading: Reading,
    },
    /// From the name of the file: the characters that a pattern calls so. Every pattern of the mapping does.
    File {
        /// What they are called.
        name: String,
        /// How they are read.
        reading: Reading,
    },
    /// As if the export had this text in every row.
    Constant {
        /// The text.
        text: String,
        /// How it is read.
        reading: Reading,
    },
    /// It is not in the export: unknown in every row.
    Unknown {
        /// Why.
        because: String,
    },
}

/// A test of a row that says whether a field is read in it. Where it cannot be told whether it holds, the field is unknown.
#[derive(Debug, Clone)]
pub struct When {
    /// Where it looks.
    pub path: Path,
    /// What it demands.
    pub test: Test,
}

/// How a text or number of an export becomes a value of the field's type.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Texts that mean absent, besides blank text and `null`.
    pub absent: Vec<String>,
    /// What separates the elements of a list in a text.
    pub split: Option<String>,
    /// What is looked for in the text: what the first group of the pattern matches is read, else all that it matches. In a list (that is not
    /// split) every match is an element; else there is exactly one.
    pub find: Option<Pattern>,
    /// What a text is written in, which is read as plain text.
    pub markup: Option<Markup>,
    /// The value map: text of the export to member position (of an enum) or 0 and 1 (of a boolean). Exhaustive: what is not in it is unmapped.
    pub map: Option<BTreeMap<String, u32>>,
    /// Marks of numbers.
    pub number: NumberNotation,
    /// Forms of times and dates, tried in order; empty: RFC 3339 and ISO 8601.
    pub times: Vec<String>,
    /// The zone of times that carry none.
    pub zone: Option<Zone>,
    /// The unit of a plain number that stands for a timestamp (since 1970-01-01T00:00Z) or a duration: its length in microseconds.
    pub unit: Option<i64>,
    /// The point in time from which a duration is counted that is written as a point in time, `1970-01-22 14:03:10`; neither has a zone.
    pub since: Option<Timestamp>,
    /// Whether a number is a percentage: `95` means 0.95.
    pub percent: bool,
}

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// HTML: `<p>a &amp; b</p>`
    Html,
    /// HTML whose marks are escaped once more: `&lt;p&gt;a &amp;amp; b&lt;/p&gt;`
    EscapedHtml,
}

/// Marks of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberNotation {
    /// Between whole part and decimals.
    pub decimal: char,
    /// Between thousands, if any.
    pub thousands: Option<char>,
}

impl Default for NumberNotation {
    fn default() -> NumberNotation {
        NumberNotation { decimal: '.', thousands: None }
    }
}
