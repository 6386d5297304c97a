//! The values of parameters on days.

use crate::data::State;
use crate::eval::vector::{Data, Measure, Vector};
use crate::ir::Parameter;
use crate::value::{Cell, Date};

/// The value that is bound to a parameter on each of some days.
pub(super) fn on_days<'a>(parameter: &'a Parameter, days: &Vector<'a>) -> Vector<'a> {
    let shape = days.shape();
    let day = |row: usize| match &days.data {
        Data::Whole(Measure::Date, values) if days.state(row) == State::Present => {
            Some(Date(values[days.at(row)] as i32))
        }
        _ => None,
    };
    // Behind the bindings stands what is not known.
    let cells: Vec<Cell> = parameter.bindings.iter().map(|binding| Cell::Present(binding.value.clone())).collect();
    let unknown = cells.len() as u32;
    let held = |row: usize| parameter.position_on(day(row)).map_or(unknown, |position| position as u32);
    let held: Vec<u32> = (0..shape.physical()).map(held).collect();
    let values = Vector::from_cells(cells.into_iter().chain([Cell::Unknown]).collect()).gather(&held);
    if shape.constant { values.broadcast(shape.rows) } else { values }
}
