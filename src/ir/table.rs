//! Policy tables: rows of members with what they give, and the answers that a call looks up in them.

use crate::schema::{Ty, Type};
use crate::source::Span;
use crate::value::Value;

/// A table in [`Environment::tables`](super::Environment::tables).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u32);

/// A policy table. Every combination of the parameters' values fits a row, and rows that fit the same give the same.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The types of its parameters, in order: enums and booleans.
    pub parameters: Vec<Type>,
    /// The type of what it gives.
    pub ty: Ty,
    /// Its rows, in order.
    pub rows: Vec<TableRow>,
    /// The document that says so.
    pub from: String,
    /// Where its name stands.
    pub span: Span,
}

/// A row of a table.
#[derive(Debug, Clone)]
pub struct TableRow {
    /// For each parameter the positions that the row is for, in order: of members, or 0 for `false` and 1 for `true`.
    pub cells: Vec<Vec<u32>>,
    /// What it gives.
    pub value: Value,
    /// All of it, as written.
    pub span: Span,
}

/// The row that each combination of arguments gives, for arguments of certain types; found by position, whatever is
/// known of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// For each argument how many values its type has. One more position, behind them, stands for an unknown one.
    sizes: Vec<u32>,
    /// A row's position for each combination; the last argument's position changes fastest.
    rows: Vec<Option<u32>>,
}

impl Answers {
    /// How many values each argument can have.
    pub fn sizes(&self) -> &[u32] {
        &self.sizes
    }

    /// Finds the row by the place of a combination: see [`Answers::step`].
    pub fn row(&self, place: usize) -> Option<u32> {
        self.rows.get(place).copied().flatten()
    }

    /// The place of a combination from that of all arguments before the one at `argument`, whose position is `position`;
    /// none stands for an unknown one.
    pub fn step(&self, place: usize, argument: usize, position: Option<u32>) -> usize {
        let size = self.sizes.get(argument).copied().unwrap_or(0);
        place * (size as usize + 1) + position.unwrap_or(size).min(size) as usize
    }
}

/// The members of an enum by name, or `false` and `true`: the values that a parameter or an argument can have, in order
/// of position. None of any other type.
pub fn values(ty: &Type) -> Option<Vec<&str>> {
    match ty {
        Type::Boolean => Some(vec!["false", "true"]),
        Type::Enum(members) => Some(members.members.iter().map(String::as_str).collect()),
        _ => None,
    }
}

/// How many places answers for some types have; none where that is no sensible number.
pub fn places<'t>(types: impl IntoIterator<Item = &'t Type>) -> Option<usize> {
    types.into_iter().try_fold(1usize, |all, ty| all.checked_mul(values(ty)?.len() + 1))
}

impl Table {
    /// Makes the answers for arguments of some types, which have [`places`]. An argument may have members that the
    /// parameter has not: no row is for them. An unknown argument gives a row where every value of its type gives that
    /// row, or one with the same value.
    pub fn answers(&self, arguments: &[Type]) -> Answers {
        let own: Vec<Vec<&str>> = arguments.iter().map(|ty| values(ty).unwrap_or_default()).collect();
        let sizes: Vec<u32> = own.iter().map(|values| values.len() as u32).collect();
        let rows = vec![None; places(arguments).unwrap_or(0)];
        let mut answers = Answers { sizes, rows };
        // Where a row's position stands among the values of an argument.
        let positions: Vec<Vec<Option<usize>>> = self
            .parameters
            .iter()
            .zip(&own)
            .map(|(parameter, own)| {
                let values = values(parameter).unwrap_or_default();
                values.iter().map(|value| own.iter().position(|known| known == value)).collect()
            })
            .collect();
        for (number, row) in self.rows.iter().enumerate() {
            let mut fitting = vec![0usize];
            for (argument, (cell, positions)) in row.cells.iter().zip(&positions).enumerate() {
                let known: Vec<u32> = cell
                    .iter()
                    .filter_map(|position| positions.get(*position as usize).copied().flatten())
                    .map(|position| position as u32)
                    .collect();
                let step = |place: &usize| known.iter().map(|at| answers.step(*place, argument, Some(*at))).collect();
                fitting = fitting.iter().flat_map(|place| -> Vec<usize> { step(place) }).collect();
            }
            for place in fitting {
                if let Some(answer) = answers.rows.get_mut(place) {
                    answer.get_or_insert(number as u32);
                }
            }
        }
        self.agree(&mut answers);
        answers
    }

    /// Fills in the answers of unknown arguments, one argument after the other.
    fn agree(&self, answers: &mut Answers) {
        let mut apart = 1;
        for size in answers.sizes.iter().rev().map(|size| *size as usize) {
            // Places of one combination of the other arguments lie `apart`; the last of them stands for unknown.
            let around = apart * (size + 1);
            for unknown in (0..answers.rows.len()).filter(|place| place % around / apart == size) {
                let first = unknown - size * apart;
                let mut given = (0..size).map(|position| answers.rows[first + position * apart]);
                let row = given.next().flatten();
                let same = |other: Option<u32>| self.value(row).is_some() && self.value(row) == self.value(other);
                let agree = given.all(same);
                answers.rows[unknown] = row.filter(|_| agree);
            }
            apart = around;
        }
    }

    fn value(&self, row: Option<u32>) -> Option<&Value> {
        self.rows.get(row? as usize).map(|row| &row.value)
    }
}
