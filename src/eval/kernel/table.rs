//! Policy tables: one look-up for each row, by the positions of the arguments.

use crate::data::State;
use crate::eval::vector::{Data, Shape, Vector};
use crate::ir::{Answers, Table};
use crate::value::{Cell, Truth};

/// What a table gives for each row.
pub(super) fn look_up<'a>(table: &'a Table, answers: &Answers, arguments: &[Vector<'a>], rows: usize) -> Vector<'a> {
    let shape = Shape { rows, constant: arguments.iter().all(Vector::is_constant) };
    let mut places = vec![0usize; shape.physical()];
    let mut absent = vec![false; shape.physical()];
    for (number, argument) in arguments.iter().enumerate() {
        for (row, (place, absent)) in places.iter_mut().zip(&mut absent).enumerate() {
            *absent |= argument.state(row) == State::Absent;
            *place = answers.step(*place, number, position(argument, row));
        }
    }
    // Behind the rows stands what is not known.
    let unknown = table.rows.len() as u32;
    let given = |(place, absent): (&usize, &bool)| answers.row(*place).filter(|_| !absent).unwrap_or(unknown);
    let given: Vec<u32> = places.iter().zip(&absent).map(given).collect();
    let cell = |row: u32| match table.rows.get(row as usize) {
        Some(row) => Cell::Present(row.value.clone()),
        None => Cell::Unknown,
    };
    let values = if given.len() <= table.rows.len() {
        Vector::from_cells(given.into_iter().map(cell).collect())
    } else {
        Vector::from_cells((0..=unknown).map(cell).collect()).gather(&given)
    };
    if shape.constant { values.broadcast(rows) } else { values }
}

/// The position of a row's value among those of its type; none where it is not known.
fn position(argument: &Vector<'_>, row: usize) -> Option<u32> {
    let at = argument.at(row);
    match &argument.data {
        Data::Truths(truths) => match truths[at] {
            Truth::False => Some(0),
            Truth::True => Some(1),
            Truth::Unknown => None,
        },
        Data::Symbols(_, members) if argument.state(row) == State::Present => Some(members[at]),
        _ => None,
    }
}
