//! The tree of sources: settings, mappings, assignments and conversions.

use super::{Name, Text};
use crate::source::Span;

/// A source: how a tool's export becomes records.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub title: Text,
    /// Settings, before any mapping.
    pub settings: Vec<Setting>,
    /// One for each record that it feeds; several may feed one record.
    pub mappings: Vec<Mapping>,
}

/// A setting of a source.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// `zone "Europe/Paris"`: of times that carry none
    Zone(Text),
    /// `times "%Y-%m-%d %H:%M:%S"`: the form of times and dates that say nothing else
    Times(Text),
    /// `encoding "windows-1252"`: of files that do not say it themselves
    Encoding(Text),
    /// `delimiter ";"`: between cells of CSV
    Delimiter(Text),
    /// `decimal ","`: the decimal mark of numbers
    DecimalMark(Text),
    /// `thousands "."`: the mark between thousands
    Thousands(Text),
    /// `absent "" "?"`: what an empty field is written as
    Absent(Vec<Text>),
}

/// How files become records of one type.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// `extend`: whether its rows add fields to records that other mappings make
    pub extends: bool,
    /// The record.
    pub record: Name,
    /// Patterns of file names; `*` stands for any characters but `/`, and so does `{ticket}`, whose characters are data.
    pub files: Vec<Text>,
    /// `at objects.*.fields`: where the records are
    pub at: Option<Path>,
    /// `names at names`: where the file says what the keys of its records are called
    pub names_at: Option<Path>,
    /// `each history in changelog.histories`, from the outside in
    pub levels: Vec<Level>,
    /// `one per "Case ID" in order of "Time"`
    pub one_per: Option<OnePer>,
    /// `keep last of each number`
    pub keep: Option<Keep>,
    /// `only where …`, `exclude where … because "…"`, in order
    pub filters: Vec<Filter>,
    /// `known as sys_id`
    pub known_as: Option<KnownAs>,
    /// `expect total = total`, `expect history = changelog.total`, in order
    pub expected: Vec<ExpectedCount>,
    /// `if none: absent`
    pub without_row: Option<WithoutRow>,
    /// The fields, in order.
    pub assignments: Vec<Assignment>,
    /// All of it.
    pub span: Span,
}

/// `each item in history.items`: a list whose elements are the rows, or hold those of the next level
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// What an element is called, in paths that begin there.
    pub name: Name,
    /// Where the list is.
    pub path: Path,
    /// All of it.
    pub span: Span,
}

/// A path into a row of an export: `service.name`, `objects.*.fields`, `"Case ID"`
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Its steps; at least one.
    pub steps: Vec<PathStep>,
    /// Its place.
    pub span: Span,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathStep {
    /// A key of an object, a column of a table, or a position in an array, as written.
    Name(String),
    /// `*`: every value of an object, every element of an array
    Every,
    /// `[name = "Impact"]`: the element that has this text at this key
    Chosen {
        /// The key.
        key: String,
        /// The text.
        text: String,
    },
    /// `[named "Impact"]`: the key that the file calls so
    Named(String),
}

/// `one per "Case ID" in order of "Time"`: the rows with one value are one record
#[derive(Debug, Clone, PartialEq)]
pub struct OnePer {
    /// What rows of one record have in common.
    pub key: Path,
    /// The time by which they are ordered.
    pub order: Path,
    /// All of it.
    pub span: Span,
}

/// What is taken of the rows of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// What the first row has.
    First,
    /// What the last row has.
    Last,
    /// How many rows have something.
    Count,
}

/// `keep last of each F`, `keep first of each F`
#[derive(Debug, Clone, PartialEq)]
pub struct Keep {
    /// Whether the last is kept.
    pub last: bool,
    /// What rows of one record have in common.
    pub path: Path,
    /// All of it.
    pub span: Span,
}

/// `known as sys_id`: a second identity of the records, by which references may name them
#[derive(Debug, Clone, PartialEq)]
pub struct KnownAs {
    /// Where it stands.
    pub path: Path,
    /// All of it.
    pub span: Span,
}

/// `expect total = total`: how many there are, as the file itself says
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedCount {
    /// What is counted: `total` for the records, else the name of a level.
    pub of: Name,
    /// Where the number stands.
    pub path: Path,
    /// All of it.
    pub span: Span,
}

/// `if none: absent`: what the fields of a record are for which an extending mapping has no row
#[derive(Debug, Clone, PartialEq)]
pub struct WithoutRow {
    /// The state: `absent`.
    pub state: Name,
    /// All of it.
    pub span: Span,
}

/// A choice of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// What is tested.
    pub test: RowTest,
    /// The reason, for `exclude`; none for `only`.
    pub because: Option<Text>,
    /// All of it.
    pub span: Span,
}

/// A test of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowTest {
    /// What is looked at.
    pub path: Path,
    /// What it is compared with.
    pub kind: RowTestKind,
}

/// The form of a row test.
#[derive(Debug, Clone, PartialEq)]
pub enum RowTestKind {
    /// `= "x"`, `in {"x", "y"}`
    In(Vec<Text>),
    /// `!= "x"`, `not in {"x", "y"}`
    NotIn(Vec<Text>),
    /// `is present`
    Present,
    /// `is absent`
    Absent,
}

/// `field = …`
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The field.
    pub field: Name,
    /// Where its value comes from.
    pub value: AssignedValue,
    /// All of it.
    pub span: Span,
}

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum AssignedValue {
    /// A path, and how what stands there is read.
    Path {
        /// The path.
        path: Path,
        /// `as …`, `match { … }`, `split …`, `absent …`, in order
        conversions: Vec<Conversion>,
        /// `when Status = "resolved"`
        when: Option<RowTest>,
    },
    /// `first "Time" where Activity = "Resolve"`: of the rows of one record
    Picked {
        /// Which row.
        pick: Pick,
        /// The path.
        path: Path,
        /// As for a path.
        conversions: Vec<Conversion>,
        /// Which rows are looked at; all without it.
        test: Option<RowTest>,
    },
    /// `join key, item.id by "-"`: several texts, with another between them
    Joined {
        /// The paths; at least two.
        parts: Vec<Path>,
        /// What stands between them.
        by: Text,
    },
    /// `file ticket`, and how that is read
    File {
        /// What the pattern of the file calls it.
        name: Name,
        /// As for a path.
        conversions: Vec<Conversion>,
    },
    /// `constant "x"`: as if the export had that text
    Constant(Text),
    /// `unknown because "…"`
    Unknown(Text),
}

/// How what stands at a path is read.
#[derive(Debug, Clone, PartialEq)]
pub enum Conversion {
    /// `as timestamp "%d/%m/%Y" in "Europe/Paris"`, `as duration in minutes`
    As {
        /// `timestamp`, `date`, `duration`, `decimal`, `integer`, `percent` …
        ty: Name,
        /// The form of a time.
        format: Option<Text>,
        /// The zone of times that carry none.
        zone: Option<Text>,
        /// The unit of a number that stands for a time or a duration: `seconds`, `milliseconds`, `minutes`, `hours`. Of a text, what
        /// it is written in: `html`, `escaped_html`.
        unit: Option<Name>,
        /// The point in time from which a length of time that is written as one is counted.
        since: Option<Text>,
        /// All of it.
        span: Span,
    },
    /// `match { "1" => p1, "2" | "3" => p2 }`
    Match {
        /// The arms.
        arms: Vec<Arm>,
        /// All of it.
        span: Span,
    },
    /// `split ";"`
    Split(Text),
    /// `find /id:([0-9]+)/`: the part of the text that the group matches, or all of the pattern
    Find(Text),
    /// `absent "0" "UNKNOWN"`
    Absent(Vec<Text>),
}

/// An arm of a value map.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// The texts of the export.
    pub from: Vec<Text>,
    /// The member (or `true`, `false`), as a word or a text.
    pub to: Name,
}
