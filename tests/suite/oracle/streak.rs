//! `streak`: the longest run, by looking at every stretch of candidates.

use shall::value::{Cell, Number, Truth, Value};

use super::quantity::{Found, Part};
use super::scalar::order;

/// The least and the greatest that the longest run can be.
pub(super) fn streak(parts: &[Part]) -> Found {
    let mut steps: Vec<(Value, bool, Truth)> = Vec::new();
    for part in parts {
        let is = match part.condition {
            Cell::Present(Value::Boolean(known)) => Truth::from(known),
            _ => Truth::Unknown,
        };
        match &part.by {
            Cell::Present(by) => steps.push((by.clone(), part.certain, is)),
            Cell::Absent | Cell::Unknown => return Found::Cell(Cell::Unknown),
        }
    }
    let tied = |a: usize, b: usize| {
        let ((by, _, is), (other_by, _, other_is)) = (&steps[a], &steps[b]);
        by == other_by && (is != other_is || *is == Truth::Unknown)
    };
    if (0..steps.len()).any(|a| (0..a).any(|b| tied(a, b))) {
        return Found::Cell(Cell::Unknown);
    }
    steps.sort_by(|a, b| order(&a.0, &b.0).unwrap_or(std::cmp::Ordering::Equal));
    let (mut least, mut most) = (0, 0);
    for from in 0..steps.len() {
        for until in from..=steps.len() {
            let stretch = &steps[from..until];
            let count = |test: fn(&(Value, bool, Truth)) -> bool| stretch.iter().filter(|step| test(step)).count();
            // A run whatever happens: nothing in it could end it.
            if count(|(_, _, is)| *is != Truth::True) == 0 {
                least = least.max(count(|(_, certain, _)| *certain));
            }
            // A run if all goes well: what would end it is not there.
            if count(|(_, certain, is)| *certain && *is == Truth::False) == 0 {
                most = most.max(count(|(_, _, is)| *is != Truth::False));
            }
        }
    }
    let whole = |count: usize| Number::from_integer(count as i128);
    Found::between(whole(least), Some(whole(most)))
}
