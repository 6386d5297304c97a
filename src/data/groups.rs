//! Records that are made of several rows: which rows are one record, and in which of them each field is read.
//!
//! The files are read twice. The first reading finds, for each record and field, the row in which the field is read; the second
//! reads the fields in those rows alone.

use std::collections::BTreeMap;

use super::column::{Column, State};
use super::keys::Interner;
use super::plan::{Grouping, RowPick};
use super::rows::{Decoded, Mark};
use super::table::{Joined, TableBuilder, Taken};
use crate::ir::mapping::Pick;
use crate::value::{Cell, Value};

/// A row: its file and its offset there.
type At = (u32, u64);

/// What is known of a field of a record.
#[derive(Debug, Clone, Copy, Default)]
struct Choice {
    /// The row in which it is read, and the time of that row.
    row: Option<(At, Option<i64>)>,
    /// How many rows count.
    count: i64,
    /// The hash of what the rows have, where all have to have the same.
    hash: Option<u64>,
    /// Whether it cannot be told which rows count, or they differ.
    is_undecided: bool,
    /// Whether it cannot be told which of those that count comes first and last, as the time of one of them cannot be read.
    is_unordered: bool,
}

/// A record.
#[derive(Debug, Clone)]
struct Group {
    first: At,
    choices: Vec<Choice>,
}

/// The records that rows are parts of, in the order in which they appear.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    keys: Interner,
    of_keys: Vec<usize>,
    groups: Vec<Group>,
}

/// What is to be read again of a file: the rows, and those in which each field is read, by their sorted offsets.
#[derive(Debug, Clone, Default)]
pub(super) struct Again {
    pub(super) rows: Vec<u64>,
    pub(super) readers: Vec<Vec<u64>>,
}

impl Groups {
    /// Adds the rows of a chunk of a file.
    pub(super) fn add(&mut self, file: u32, decoded: &Decoded, grouping: &Grouping<'_>) {
        let Some(survey) = &decoded.survey else { return };
        let fields = grouping.picks.len();
        for (row, offset) in decoded.offsets.iter().enumerate() {
            let group = self.group_of(decoded.keeps.get(row), (file, *offset), fields);
            let time = time_of(&survey.orders, row);
            let marks = survey.marks.iter().skip(row * fields);
            for ((choice, mark), pick) in group.choices.iter_mut().zip(marks).zip(&grouping.picks) {
                choice.add(*mark, *pick, (file, *offset), time);
            }
        }
    }

    fn group_of(&mut self, key: &str, at: At, fields: usize) -> &mut Group {
        let next = self.groups.len();
        let known = self.keys.len();
        // Rows without a key have nothing in common.
        let id = if key.is_empty() { None } else { Some(self.keys.intern(key) as usize) };
        let position = match id {
            Some(id) if id < known => self.of_keys[id],
            Some(_) => {
                self.of_keys.push(next);
                next
            }
            None => next,
        };
        if position == next {
            self.groups.push(Group { first: at, choices: vec![Choice::default(); fields] });
        }
        &mut self.groups[position]
    }

    /// How many records begin in a file.
    pub(super) fn count_in(&self, file: u32) -> u64 {
        self.groups.iter().filter(|group| group.first.0 == file).count() as u64
    }

    /// Says what is to be read again, by file.
    pub(super) fn again(&self, fields: usize) -> BTreeMap<u32, Again> {
        let mut again: BTreeMap<u32, Again> = BTreeMap::new();
        let mut of = |at: At, field: Option<usize>| {
            let of_file =
                again.entry(at.0).or_insert_with(|| Again { rows: Vec::new(), readers: vec![Vec::new(); fields] });
            of_file.rows.push(at.1);
            if let Some(readers) = field.and_then(|field| of_file.readers.get_mut(field)) {
                readers.push(at.1);
            }
        };
        for group in &self.groups {
            of(group.first, None);
            for (field, choice) in group.choices.iter().enumerate() {
                if let (Some((at, _)), false) = (choice.row, choice.is_undecided || choice.is_unordered) {
                    of(at, Some(field));
                }
            }
        }
        for of_file in again.values_mut() {
            for offsets in of_file.readers.iter_mut().chain([&mut of_file.rows]) {
                offsets.sort_unstable();
                offsets.dedup();
            }
        }
        again
    }

    /// Adds the records to a table; `rows` are those that were read again.
    pub(super) fn finish(&self, rows: TableBuilder, picks: &[RowPick<'_>], nothing: &[State], into: &mut TableBuilder) {
        let row_at = |at: At| rows.row_at(at.0, at.1).unwrap_or_default();
        let joined: Vec<Joined> = self
            .groups
            .iter()
            .map(|group| {
                let read = group.choices.iter().filter_map(|choice| choice.row).map(|(at, _)| row_at(at));
                Joined { first: row_at(group.first), rows: read.collect() }
            })
            .collect();
        let fields: Vec<(State, Vec<Taken>)> = picks
            .iter()
            .zip(nothing)
            .enumerate()
            .map(|(field, (pick, nothing))| {
                let taken = |group: &Group| {
                    let choice = group.choices[field];
                    match (pick, choice.row) {
                        (RowPick::Equal(_), _) if choice.is_undecided => {
                            Taken::Unknown("expected one value in all rows of the record; `first` or `last` says which")
                        }
                        _ if choice.is_undecided => Taken::Unknown("expected rows that can be tested"),
                        (RowPick::Picked { pick: Pick::Count, .. }, _) => Taken::Count(choice.count),
                        _ if choice.is_unordered => {
                            Taken::Unknown("expected a time in every row of the record, by which they are ordered")
                        }
                        (_, Some((at, _))) => Taken::Row(row_at(at)),
                        (_, None) => Taken::Nothing,
                    }
                };
                (*nothing, self.groups.iter().map(taken).collect())
            })
            .collect();
        into.join(rows, &joined, &fields);
    }
}

impl Choice {
    fn add(&mut self, mark: Mark, pick: RowPick<'_>, at: At, time: Option<i64>) {
        match mark {
            Mark::No => return,
            Mark::Undecided => {
                self.is_undecided = true;
                return;
            }
            Mark::Equal(hash) => self.is_undecided |= *self.hash.get_or_insert(hash) != hash,
            Mark::Yes => {}
        }
        self.count += 1;
        let RowPick::Picked { pick, .. } = pick else {
            self.row.get_or_insert((at, None));
            return;
        };
        let is_better = match (pick, self.row) {
            (Pick::Count, _) => return,
            (_, None) => true,
            (Pick::Last, Some((_, before))) => time >= before,
            (Pick::First, Some((_, before))) => time < before,
        };
        // One row alone needs no time.
        self.is_unordered |= self.row.is_some_and(|(_, before)| before.is_none() || time.is_none());
        if is_better {
            self.row = Some((at, time));
        }
    }
}

fn time_of(times: &Column, row: usize) -> Option<i64> {
    match times.cell(row) {
        Cell::Present(Value::Timestamp(instant)) => Some(instant.0),
        _ => None,
    }
}
