//! What Rego reports, as the evaluator needs it: which rows, and whether there may be more.

use std::collections::{BTreeMap, BTreeSet};

use super::Evaluator;
use super::explain::{Cause, is_open};
use super::frame::Frame;
use super::vector::{Shape, Vector};
use crate::ir::Rego;
use crate::schema::RecordId;
use crate::value::Truth;

/// What the Rego of a condition reports over a dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reported {
    /// The rows that it reports, and what it says of each, sorted.
    pub rows: BTreeMap<(RecordId, u32), BTreeSet<String>>,
    /// Why others may be reported, too; none if they are known not to be.
    pub open: Vec<Cause>,
}

impl<'a> Evaluator<'a> {
    /// `rego … at …`
    pub(super) fn unreported(&self, rego: &'a Rego, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let Some(reported) = self.inputs.reported else { return Vector::unknown(frame.rows()) };
        let subject: Vec<(RecordId, Vector<'a>)> =
            rego.subject.iter().map(|(variable, record)| (*record, frame.variable(*variable))).collect();
        let reads: Vec<Vector<'a>> = rego.needed().map(|read| self.eval(read, frame)).collect();
        let truth = |row: usize| {
            let is_reported = |(record, rows): &(RecordId, Vector<'a>)| {
                rows.table_row(row).is_some_and(|row| reported.rows.contains_key(&(*record, row)))
            };
            if subject.iter().any(is_reported) {
                Truth::False
            } else if !reported.open.is_empty() || reads.iter().any(|read| is_open(&read.cell(row))) {
                Truth::Unknown
            } else {
                Truth::True
            }
        };
        let truths = (0..frame.rows()).map(truth).collect();
        Vector::truths(Shape { rows: frame.rows(), constant: false }, truths)
    }

    /// Whether Rego that the body asks may report more than is told of which record.
    pub(super) fn more_may_fail(&self) -> bool {
        self.body.rego().is_some() && self.inputs.reported.is_none_or(|reported| !reported.open.is_empty())
    }

    /// What Rego says of a subject that it reports.
    pub(super) fn messages(&self, subject: impl Iterator<Item = (RecordId, u32)>) -> BTreeSet<&'a str> {
        let said = subject.filter_map(|row| self.inputs.reported?.rows.get(&row));
        said.flatten().map(String::as_str).collect()
    }
}
