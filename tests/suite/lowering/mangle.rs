//! Values taken away, swapped and made unknown, keys that stand twice, extracts that are not whole.

use shall::check::Checked;
use shall::data::column::{Column, ColumnValues, State};
use shall::data::{Dataset, Extract};

/// A generator of numbers: splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % most.max(1) as u64) as usize
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }
}

/// The data with faults that follow from the seed.
pub(super) fn mangled(whole: &Dataset, checked: &Checked, seed: u64) -> Dataset {
    let mut random = Random(seed);
    let mut dataset = whole.clone();
    let schema = &checked.program.environment.schema;
    for (table, record) in dataset.tables.iter_mut().zip(&schema.records) {
        if table.extract == Extract::Complete && random.one_in(12) {
            table.extract = Extract::Incomplete;
        }
        let rows = table.rows as usize;
        for (field, column) in &mut table.columns {
            // Keys name rows; faults of theirs are made below.
            if record.key.contains(field) || random.one_in(3) {
                continue;
            }
            let optional = record.field_type(*field).ty.optional;
            let chances = [4, 9, 30][random.below(3)];
            for row in 0..rows {
                if random.one_in(chances) {
                    match random.below(3) {
                        0 => set_state(column, rows, row, State::Unknown),
                        1 if optional => set_state(column, rows, row, State::Absent),
                        _ => copy(column, rows, random.below(rows), row),
                    }
                }
            }
        }
        if let Some(keys) = &mut table.keys
            && rows > 1
            && random.one_in(3)
        {
            let (from, to) = (random.below(rows), random.below(rows));
            match random.one_in(2) {
                true => copy(keys, rows, from, to),
                false => set_state(keys, rows, to, State::Unknown),
            }
            let most = match &keys.values {
                ColumnValues::Symbols(symbols) => symbols.iter().max().map_or(0, |most| *most as usize + 1),
                _ => 0,
            };
            table.by_key = shall::data::KeyIndex::new(keys, most);
        }
    }
    dataset
}

fn set_state(column: &mut Column, rows: usize, row: usize, state: State) {
    column.states.resize(rows, State::Present);
    column.states[row] = state;
}

/// Gives a row the value of another; texts and lists, which lie behind one another, stay where they are.
fn copy(column: &mut Column, rows: usize, from: usize, to: usize) {
    match &mut column.values {
        ColumnValues::Booleans(values) => values[to] = values[from],
        ColumnValues::Symbols(values) => values[to] = values[from],
        ColumnValues::Integers(values) => values[to] = values[from],
        ColumnValues::Decimals { mantissas, scales } => {
            mantissas[to] = mantissas[from];
            scales[to] = scales[from];
        }
        ColumnValues::Spans(values) => values[to] = values[from],
        ColumnValues::Texts(_) | ColumnValues::Lists(_) => return,
    }
    let state = column.states.get(from).copied().unwrap_or(State::Present);
    set_state(column, rows, to, state);
}
