//! What Rego reports of the subjects of a rule or an advice whose condition it is.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, Fault, Question, Statement, input};
use crate::data::Extract;
use crate::eval::explain::show::Show;
use crate::eval::explain::{Cause, missing_extract, plain, value_cause};
use crate::eval::{Inputs, Reported};
use crate::ir::Rego;
use crate::ir::reads::Reads;
use crate::schema::{FieldId, RecordId};
use crate::source::Sources;
use crate::value::{Cell, Truth, Value};

/// Most causes of one kind that are kept: so many say enough.
const MOST_CAUSES: usize = 8;

/// Who answers questions: a process of its own.
pub type Ask<'a> = &'a (dyn Fn(&Question) -> Result<Answer, Fault> + Sync);

/// Asks the Rego of a condition over the tables of `inputs`; what `inputs` says of reports is not looked at.
///
/// # Errors
/// The Rego could not be evaluated.
pub fn reported(rego: &Rego, inputs: Inputs<'_>, ask: Ask<'_>) -> Result<Reported, Fault> {
    let sources = Sources::new();
    let show = Show { environment: inputs.environment, data: inputs.dataset, sources: &sources };
    // What it reports may be that a record is not there, and it may be in what was not exported.
    let missing: Vec<Cause> = columns(rego)
        .keys()
        .filter(|record| inputs.dataset.table(**record).extract != Extract::Complete)
        .map(|record| missing_extract(show, *record))
        .collect();
    if !missing.is_empty() {
        return Ok(Reported { open: missing, ..Reported::default() });
    }
    let mut reads = Reads::default();
    reads.add_rego(inputs.environment, rego);
    let question = Question::Rule {
        modules: rego.modules.clone(),
        package: rego.package.clone(),
        rule: rego.rule.clone(),
        input: input(inputs, Some(&reads)),
    };
    let Answer::Statements(statements) = ask(&question)? else {
        return Err(Fault::beside_the_point());
    };
    let mut reported = Reported { open: not_seen(rego, inputs, show), ..Reported::default() };
    if statements.is_empty() {
        return Ok(reported);
    }
    let names = Names::of(rego, show);
    for statement in statements {
        match names.rows(&statement) {
            Ok(rows) => rows.iter().for_each(|row| {
                reported.rows.entry(*row).or_default().insert(statement.message.clone());
            }),
            Err(why) if reported.open.len() < MOST_CAUSES => reported.open.push(plain("rego-names-nothing", why)),
            Err(_) => {}
        }
    }
    Ok(reported)
}

/// What is known of subjects if the Rego could not be evaluated: nothing.
pub fn unanswered(fault: &Fault) -> Reported {
    let says = format!("the Rego could not be evaluated: {fault}");
    Reported { rows: BTreeMap::new(), open: vec![plain("rego-error", says)] }
}

/// The fields of other records that the Rego looks at, by record.
fn columns(rego: &Rego) -> BTreeMap<RecordId, Vec<FieldId>> {
    let mut columns: BTreeMap<RecordId, Vec<FieldId>> = BTreeMap::new();
    for (record, field) in &rego.columns {
        columns.entry(*record).or_default().push(*field);
    }
    columns
}

/// What of the columns that the Rego looks at is not known: it may report more if it were.
fn not_seen(rego: &Rego, inputs: Inputs<'_>, show: Show<'_>) -> Vec<Cause> {
    let mut open = Vec::new();
    for (record, fields) in columns(rego) {
        for row in 0..inputs.dataset.table(record).rows {
            let left_out = inputs.exclusions.is_left_out(record, Some(row));
            if left_out == Truth::True {
                continue;
            }
            if left_out == Truth::Unknown {
                let place = show.record_place(record, row);
                let says = format!("whether {} {} is left out is not known", place.record, place.key);
                open.push(Cause { record: Some(place), ..plain("left-out", says) });
            }
            let is_unknown = |field: &&FieldId| inputs.dataset.cell(record, row, **field) == Cell::Unknown;
            open.extend(fields.iter().filter(is_unknown).map(|field| value_cause(show, record, row, *field)));
            if open.len() >= MOST_CAUSES {
                return open;
            }
        }
    }
    open
}

/// The rows of the records that subjects are made of, by name.
struct Names<'a> {
    show: Show<'a>,
    rows: BTreeMap<RecordId, BTreeMap<String, Vec<u32>>>,
}

impl<'a> Names<'a> {
    fn of(rego: &Rego, show: Show<'a>) -> Names<'a> {
        let records: BTreeSet<RecordId> = rego.subject.iter().map(|(_, record)| *record).collect();
        let rows = records.into_iter().map(|record| {
            let mut names: BTreeMap<String, Vec<u32>> = BTreeMap::new();
            for row in 0..show.data.table(record).rows {
                names.entry(name(show, record, row)).or_default().push(row);
            }
            (record, names)
        });
        Names { show, rows: rows.collect() }
    }

    /// The rows that a statement is about, or why that cannot be told.
    fn rows(&self, statement: &Statement) -> Result<Vec<(RecordId, u32)>, String> {
        let Statement { rule, message, record, key } = statement;
        let unclear = |why: String| Err(format!("`{rule}` {why}: {message}"));
        let of = |record: RecordId, key: &str| -> Option<Vec<(RecordId, u32)>> {
            Some(self.rows.get(&record)?.get(key)?.iter().map(|row| (record, *row)).collect())
        };
        let declared: Vec<&str> = self.rows.keys().map(|record| self.show.record_name(*record)).collect();
        // Where there is but one type it need not be said.
        let said = record.as_deref().or(if let [one] = declared.as_slice() { Some(*one) } else { None });
        let found = said.and_then(|said| self.rows.keys().find(|record| self.show.record_name(**record) == said));
        match (record, found, key) {
            (_, Some(record), Some(key)) => of(*record, key).map_or_else(
                || unclear(format!("reports {} {key}, which was not exported", self.show.record_name(*record))),
                Ok,
            ),
            (Some(record), None, _) => {
                unclear(format!("reports a record `{record}`, and the subjects are `{}`", declared.join("`, `")))
            }
            // A text that is a key of a subject names that.
            (None, Some(record), None) if of(*record, message).is_some() => {
                Ok(of(*record, message).unwrap_or_default())
            }
            _ => unclear("does not say of which record (it yields no `record` and `key`)".to_owned()),
        }
    }
}

/// The name of a row, as Rego can say it: the values of its key, joined by ` / `.
fn name(show: Show<'_>, record: RecordId, row: u32) -> String {
    let declared = show.environment.schema.record(record);
    let part = |field: &_| match show.data.cell(record, row, *field) {
        Cell::Present(Value::Text(text)) => text.to_string(),
        cell => show.cell(&cell, &declared.field_type(*field).ty.base),
    };
    declared.key.iter().map(part).collect::<Vec<String>>().join(" / ")
}
