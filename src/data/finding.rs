//! What is wrong with data: findings on values, and errors that make a file unreadable.

use crate::diagnostic::Code;
use crate::schema::{FieldId, RecordId};

/// Something wrong with one value of an export. The value becomes unknown (or, for a duplicate key, stays); nothing else does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The record.
    pub record: RecordId,
    /// The row of its table; none if it concerns the whole extract (a field that no row has).
    pub row: Option<u32>,
    /// The field; none if it concerns the whole row.
    pub field: Option<FieldId>,
    /// What kind of fault.
    pub code: Code,
    /// The value as it stands in the export, cut to 80 characters.
    pub value: String,
    /// What was expected, or why it is unknown: a fragment.
    pub note: String,
}

/// The findings of a run: exact counts, and the first few of each kind in order of row.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Those that are kept, sorted by record, row and field; at most [`Findings::KEPT`] of a code, record and field.
    pub kept: Vec<Finding>,
    /// How many there are of each code, record and field, sorted.
    pub counts: Vec<FindingCount>,
    /// The values of each code, record and field, sorted; only where [`Loading::tallies`](super::Loading::tallies) asks.
    pub values: Vec<FindingValues>,
}

/// The values that findings of one kind are about, each with its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FindingValues {
    /// The record.
    pub record: RecordId,
    /// The field.
    pub field: Option<FieldId>,
    /// What kind of fault.
    pub code: Code,
    /// The values, the most frequent first.
    pub values: Vec<FindingValue>,
    /// How many findings are about other values than those: more are not told apart.
    pub others: u64,
}

/// A value that findings are about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FindingValue {
    /// The value as it stands in the export, cut to 80 characters.
    pub value: String,
    /// How many findings are about it.
    pub count: u64,
    /// What the first of them says.
    pub note: String,
}

/// How many findings there are of one kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FindingCount {
    /// The record.
    pub record: RecordId,
    /// The field.
    pub field: Option<FieldId>,
    /// What kind of fault.
    pub code: Code,
    /// How many.
    pub count: u64,
}

impl Findings {
    /// How many findings of one code, record and field are kept.
    pub const KEPT: usize = 1000;

    /// Returns the kept finding on a field of a row, or on the field as a whole.
    pub fn of(&self, record: RecordId, row: u32, field: FieldId) -> Option<&Finding> {
        let of_row = self
            .kept
            .partition_point(|finding| (finding.record, finding.row, finding.field) < (record, Some(row), Some(field)));
        self.kept
            .get(of_row)
            .filter(|finding| (finding.record, finding.row, finding.field) == (record, Some(row), Some(field)))
            .or_else(|| {
                self.kept
                    .iter()
                    .find(|finding| (finding.record, finding.row, finding.field) == (record, None, Some(field)))
            })
    }
}

/// Why data cannot be read: the run ends with exit status 2 if a selected rule reads it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataError {
    /// The record that was being read, where there is one.
    pub record: Option<RecordId>,
    /// The file, relative to the export.
    pub file: Option<String>,
    /// The line, from 1, and the column, from 1 in characters, where they are known.
    pub line: Option<(u32, u32)>,
    /// What kind of fault.
    pub code: Code,
    /// What is wrong: one clause that stands alone.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}
