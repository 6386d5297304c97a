//! What standing exclusions leave out: asked once of each row of a record, before anything ranges over it, and shared by
//! all that does.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::frame::Frame;
use super::vector::{Shape, Vector};
use super::{Evaluator, Inputs, Options, OverBudget, levels};
use crate::data::Dataset;
use crate::ir::reads::walk;
use crate::ir::{Environment, Exclusion, ExprKind, RunSettings};
use crate::schema::RecordId;
use crate::value::Truth;

/// What a row of a record is to its exclusions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decided {
    /// None leaves it out.
    Kept,
    /// One leaves it out: the first that does, by its position in [`Environment::exclusions`].
    LeftOut(u32),
    /// None does for certain: the first that may.
    Perhaps(u32),
}

impl Decided {
    fn truth(self) -> Truth {
        match self {
            Decided::Kept => Truth::False,
            Decided::LeftOut(_) => Truth::True,
            Decided::Perhaps(_) => Truth::Unknown,
        }
    }

    /// Adds what one more exclusion says.
    fn or(self, exclusion: u32, truth: Truth) -> Decided {
        match (self, truth) {
            (Decided::LeftOut(_), _) | (_, Truth::False) | (Decided::Perhaps(_), Truth::Unknown) => self,
            (_, Truth::True) => Decided::LeftOut(exclusion),
            (Decided::Kept, Truth::Unknown) => Decided::Perhaps(exclusion),
        }
    }
}

/// The rows of one record.
#[derive(Debug, Clone)]
struct Rows {
    decided: Vec<Decided>,
    /// Of a row of which nothing is known.
    extra: Truth,
}

/// How many records an exclusion concerns. One that several concern counts for the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// Those that it leaves out.
    pub for_certain: u64,
    /// Those of which it is not known whether it leaves them out.
    pub perhaps: u64,
}

/// What is left out of the records of a dataset, as far as it was asked.
#[derive(Debug, Clone, Default)]
pub struct Exclusions {
    records: BTreeMap<RecordId, Rows>,
}

impl Exclusions {
    /// Asks of all rows of some records whether they are left out, however much there is to look at.
    pub fn of(
        environment: &Environment,
        dataset: &Dataset,
        settings: RunSettings,
        records: impl IntoIterator<Item = RecordId>,
    ) -> Exclusions {
        let mut exclusions = Exclusions::default();
        for record in records {
            let inputs = Inputs { environment, dataset, settings, exclusions: &Exclusions::default(), reported: None };
            // Without a budget none is exceeded; what was not asked would be unknown.
            let _ = exclusions.add(inputs, record, Options::default());
        }
        exclusions
    }

    /// Asks of all rows of a record whether they are left out, unless that was done before. What `inputs` says of
    /// exclusions is not looked at.
    ///
    /// # Errors
    ///
    /// More candidates than the budget of `options` allows would have to be examined.
    pub fn add(&mut self, inputs: Inputs<'_>, record: RecordId, options: Options) -> Result<(), OverBudget> {
        self.add_after(inputs, record, options, &mut Vec::new())
    }

    /// What a condition ranges over is asked first; `asking` holds the records that wait for this one.
    fn add_after(
        &mut self,
        inputs: Inputs<'_>,
        record: RecordId,
        options: Options,
        asking: &mut Vec<RecordId>,
    ) -> Result<(), OverBudget> {
        // INVARIANT: what is left out of a record does not depend on itself, so nothing waits for what waits for it.
        if self.records.contains_key(&record) || asking.contains(&record) {
            return Ok(());
        }
        asking.push(record);
        for needed in inputs.environment.exclusions_of(record).flat_map(|(_, exclusion)| ranged_over(exclusion)) {
            self.add_after(inputs, needed, options, asking)?;
        }
        asking.pop();
        let rows = inputs.dataset.tables.get(record.0 as usize).map_or(0, |table| table.rows as usize);
        let mut found = Rows { decided: vec![Decided::Kept; rows], extra: Truth::False };
        for (position, exclusion) in inputs.environment.exclusions_of(record) {
            let inputs = Inputs { exclusions: self, ..inputs };
            let (truths, extra) = Evaluator::new(inputs, &exclusion.body, options).ask(exclusion, rows)?;
            for (decided, truth) in found.decided.iter_mut().zip(truths) {
                *decided = decided.or(position as u32, truth);
            }
            found.extra = found.extra.or(extra);
        }
        self.records.insert(record, found);
        Ok(())
    }

    /// Whether a row is left out; no row means one of which nothing is known.
    pub fn is_left_out(&self, record: RecordId, row: Option<u32>) -> Truth {
        let Some(rows) = self.records.get(&record) else { return Truth::Unknown };
        match row {
            Some(row) => rows.decided.get(row as usize).map_or(Truth::Unknown, |decided| decided.truth()),
            None => rows.extra,
        }
    }

    /// The exclusion that leaves a row out: the first that does, else the first that may. By its position in
    /// [`Environment::exclusions`].
    pub fn reason(&self, record: RecordId, row: u32) -> Option<usize> {
        match self.records.get(&record)?.decided.get(row as usize)? {
            Decided::Kept => None,
            Decided::LeftOut(exclusion) | Decided::Perhaps(exclusion) => Some(*exclusion as usize),
        }
    }

    /// How many records each exclusion of a record concerns, by its position in [`Environment::exclusions`]; nothing for
    /// those that concern no record. None of a record that was not asked.
    pub fn counts(&self, record: RecordId) -> Option<BTreeMap<usize, LeftOut>> {
        let mut counts: BTreeMap<usize, LeftOut> = BTreeMap::new();
        for decided in &self.records.get(&record)?.decided {
            match decided {
                Decided::Kept => {}
                Decided::LeftOut(exclusion) => counts.entry(*exclusion as usize).or_default().for_certain += 1,
                Decided::Perhaps(exclusion) => counts.entry(*exclusion as usize).or_default().perhaps += 1,
            }
        }
        Some(counts)
    }
}

/// The records with exclusions that a condition ranges over.
fn ranged_over(exclusion: &Exclusion) -> BTreeSet<RecordId> {
    let mut records = BTreeSet::new();
    if let Some(condition) = exclusion.condition() {
        walk(condition, &mut |part| {
            if let ExprKind::LeftOut { record, .. } = part.kind {
                records.insert(record);
            }
        });
    }
    records
}

impl<'a> Evaluator<'a> {
    /// Asks the condition of an exclusion of all rows of its record, and of one of which nothing is known.
    fn ask(&self, exclusion: &'a Exclusion, rows: usize) -> Result<(Vec<Truth>, Truth), OverBudget> {
        let Some(condition) = exclusion.condition() else { return Ok((Vec::new(), Truth::Unknown)) };
        let ask = |rows: Vector<'a>| {
            self.examine(rows.rows() as u64);
            let mut frame = Frame::new(rows.rows());
            frame.bind(exclusion.variable, rows);
            self.truths(condition, &frame)
        };
        let (truths, extra) = self.with_stack(levels(condition), || {
            self.prepare_expr(condition);
            let batch = self.options.batch.max(1);
            let starts: Vec<usize> = (0..rows).step_by(batch).collect();
            let truths: Vec<Vec<Truth>> =
                starts.into_par_iter().map(|start| ask(Vector::range(start as u32, batch.min(rows - start)))).collect();
            (truths.concat(), ask(Vector::unknown_row(1)))
        });
        if self.is_over_budget() {
            return Err(OverBudget);
        }
        Ok((truths, extra.first().copied().unwrap_or(Truth::Unknown)))
    }

    /// Whether rows are left out.
    pub(crate) fn left_out(&self, record: RecordId, rows: &Vector<'a>) -> Vector<'a> {
        let exclusions = self.inputs.exclusions;
        let truths = (0..rows.rows()).map(|row| exclusions.is_left_out(record, rows.table_row(row))).collect();
        Vector::truths(Shape { rows: rows.rows(), constant: false }, truths)
    }
}
