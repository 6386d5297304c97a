//! Which combinations the rows of a table are for: those that none is for, and rows that speak of the same.

/// What is wrong with the rows of a table.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct Faults {
    /// Pairs of rows, the earlier first, and a combination for which they give different values.
    pub(super) contradictions: Vec<(usize, usize, usize)>,
    /// Rows that are for no combination that others are not for, each with one of those others; looked for where there is
    /// no contradiction.
    pub(super) redundant: Vec<(usize, usize)>,
    /// Combinations that no row is for.
    pub(super) missing: Vec<usize>,
}

/// The combinations that a row is for, in order, from the positions that it has for each parameter. The last parameter's
/// position changes fastest; `sizes` says how many positions each has.
fn fitting(cells: &[Vec<u32>], sizes: &[usize]) -> Vec<usize> {
    let mut places = vec![0];
    for (cell, size) in cells.iter().zip(sizes) {
        places = places
            .iter()
            .flat_map(|place| cell.iter().map(move |position| place * size + *position as usize))
            .collect();
    }
    places
}

/// The positions that make up a combination.
pub(super) fn positions(mut place: usize, sizes: &[usize]) -> Vec<usize> {
    let mut positions: Vec<usize> = sizes
        .iter()
        .rev()
        .map(|size| {
            let position = place % size;
            place /= size;
            position
        })
        .collect();
    positions.reverse();
    positions
}

/// Finds what is wrong with rows, at most `most` faults of each kind that concerns two rows. `same` says whether two rows
/// give the same value.
pub(super) fn faults(
    rows: &[&[Vec<u32>]],
    sizes: &[usize],
    most: usize,
    same: impl Fn(usize, usize) -> bool,
) -> Faults {
    let all: usize = sizes.iter().product();
    let mut faults = Faults::default();
    let mut first: Vec<Option<usize>> = vec![None; all];
    let mut covered = vec![0usize; all];
    for (number, row) in rows.iter().enumerate() {
        for place in fitting(row, sizes) {
            covered[place] += 1;
            let earlier = *first[place].get_or_insert(number);
            let is_told = |(one, other, _): &(usize, usize, usize)| (*one, *other) == (earlier, number);
            if faults.contradictions.len() < most
                && !same(earlier, number)
                && !faults.contradictions.iter().any(is_told)
            {
                faults.contradictions.push((earlier, number, place));
            }
        }
    }
    faults.missing = (0..all).filter(|place| first[*place].is_none()).collect();
    if !faults.contradictions.is_empty() {
        return faults;
    }
    // From the last on: of two rows that say the same, the later one is too many.
    for (number, row) in rows.iter().enumerate().rev() {
        let places = fitting(row, sizes);
        if faults.redundant.len() == most || places.iter().any(|place| covered[*place] == 1) {
            continue;
        }
        places.iter().for_each(|place| covered[*place] -= 1);
        let is_for = |row: &[Vec<u32>], place: usize| {
            row.iter().zip(positions(place, sizes)).all(|(cell, position)| cell.contains(&(position as u32)))
        };
        let other = |place: usize| (0..rows.len()).find(|other| *other != number && is_for(rows[*other], place));
        if let Some(other) = places.first().and_then(|place| other(*place)) {
            faults.redundant.push((number, other));
        }
    }
    faults.redundant.reverse();
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[u32] = &[0, 1, 2];

    /// Rows over two parameters of three members, each with the letter that it gives.
    fn found(rows: &[(&[u32], &[u32], char)]) -> Faults {
        let cells: Vec<Vec<Vec<u32>>> = rows.iter().map(|(a, b, _)| vec![a.to_vec(), b.to_vec()]).collect();
        let cells: Vec<&[Vec<u32>]> = cells.iter().map(Vec::as_slice).collect();
        faults(&cells, &[3, 3], 20, |one, other| rows[one].2 == rows[other].2)
    }

    #[test]
    fn each_combination_needs_a_row() {
        assert_eq!(found(&[(ALL, ALL, 'a')]), Faults::default());
        assert_eq!(found(&[(&[0, 2], ALL, 'a'), (&[1], &[0, 1], 'b')]).missing, [5]);
        assert_eq!(positions(5, &[3, 3]), [1, 2]);
    }

    #[test]
    fn rows_that_meet_give_the_same() {
        let rows = found(&[(&[0], ALL, 'a'), (ALL, &[0], 'b'), (&[1, 2], &[1, 2], 'a')]);
        assert_eq!(rows, Faults { contradictions: vec![(0, 1, 0)], ..Faults::default() });
        assert_eq!(found(&[(&[0], ALL, 'a'), (ALL, &[0], 'a'), (&[1, 2], &[1, 2], 'b')]), Faults::default());
    }

    #[test]
    fn a_row_says_something_of_its_own() {
        assert_eq!(found(&[(ALL, ALL, 'a'), (&[1], &[1], 'a')]).redundant, [(1, 0)]);
        assert_eq!(found(&[(&[1], &[1], 'a'), (ALL, ALL, 'a')]).redundant, [(0, 1)]);
        assert_eq!(found(&[(ALL, ALL, 'a'), (ALL, ALL, 'a')]).redundant, [(1, 0)]);
    }
}
