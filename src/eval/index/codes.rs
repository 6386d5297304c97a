//! Codes: the values of an equality as small integers, equal where the values are.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::super::vector::{Data, Vector};
use crate::data::State;
use crate::schema::Type;
use crate::value::{KeyId, Number, Truth, Value};

/// The value is not known.
pub(crate) const UNKNOWN: u32 = u32::MAX;
/// There is no value; it equals nothing.
pub(crate) const ABSENT: u32 = u32::MAX - 1;
/// The value is none of those that have a code.
pub(crate) const FOREIGN: u32 = u32::MAX - 2;

/// Gives values codes, from 0 on.
#[derive(Debug)]
pub(crate) enum Codes<'a> {
    /// Enum members, keys and rows are codes as they are; so many are known.
    Symbols(u32),
    /// Whole numbers, days, instants, durations.
    Whole(Known<i64>),
    /// Texts.
    Texts(Known<&'a str>),
    /// Anything else.
    Values(Known<Value>),
}

/// Values by code, and codes by value.
#[derive(Debug)]
pub(crate) struct Known<T> {
    values: Vec<T>,
    codes: HashTable<u32>,
}

impl<T> Default for Known<T> {
    fn default() -> Known<T> {
        Known { values: Vec::new(), codes: HashTable::new() }
    }
}

impl<T: Hash + Eq> Known<T> {
    fn find<Q: Hash + Eq + ?Sized>(&self, value: &Q, same: impl Fn(&T, &Q) -> bool) -> u32 {
        let hash = FxBuildHasher.hash_one(value);
        self.codes.find(hash, |code| same(&self.values[*code as usize], value)).map_or(FOREIGN, |code| *code)
    }

    fn code(&mut self, value: T) -> u32 {
        let hash = FxBuildHasher.hash_one(&value);
        let Known { values, codes } = self;
        let same = |code: &u32| values[*code as usize] == value;
        if let Some(code) = codes.find(hash, same) {
            return *code;
        }
        let code = values.len() as u32;
        codes.insert_unique(hash, code, |code| FxBuildHasher.hash_one(&values[*code as usize]));
        values.push(value);
        code
    }
}

impl<'a> Codes<'a> {
    /// Gives codes to the values of a vector; [`UNKNOWN`] and [`ABSENT`] where there is none.
    pub(crate) fn assign(vector: &Vector<'a>) -> (Codes<'a>, Vec<u32>) {
        let rows = vector.rows();
        match &vector.data {
            Data::Symbols(_, values) => {
                let codes = coded(vector, |row| values[vector.at(row)]);
                let known = codes.iter().filter(|code| **code < FOREIGN).max().map_or(0, |most| most + 1);
                (Codes::Symbols(known), codes)
            }
            Data::Range(from) => (Codes::Symbols(from + rows as u32), (*from..from + rows as u32).collect()),
            Data::Truths(values) => (Codes::Symbols(2), coded(vector, |row| truth_code(values[vector.at(row)]))),
            Data::Whole(_, values) => {
                let mut known = Known::default();
                let codes = coded(vector, |row| known.code(values[vector.at(row)]));
                (Codes::Whole(known), codes)
            }
            Data::Texts(values) => {
                let mut known = Known::default();
                let codes = coded(vector, |row| known.code(values[vector.at(row)]));
                (Codes::Texts(known), codes)
            }
            _ => {
                let mut known = Known::default();
                let codes = coded(vector, |row| known.code(vector.value(row)));
                (Codes::Values(known), codes)
            }
        }
    }

    /// Looks up the codes of other values; [`FOREIGN`] where a value has none.
    pub(crate) fn look_up(&self, vector: &Vector<'_>) -> Vec<u32> {
        match (self, &vector.data) {
            (Codes::Symbols(known), Data::Symbols(_, values)) => coded(vector, |row| {
                let value = values[vector.at(row)];
                if value < *known { value } else { FOREIGN }
            }),
            (Codes::Symbols(known), Data::Range(from)) => {
                coded(vector, |row| if from + (row as u32) < *known { from + row as u32 } else { FOREIGN })
            }
            (Codes::Symbols(_), Data::Truths(values)) => coded(vector, |row| truth_code(values[vector.at(row)])),
            (Codes::Whole(known), Data::Whole(_, values)) => {
                coded(vector, |row| known.find(&values[vector.at(row)], |a, b| a == b))
            }
            (Codes::Whole(known), _) => {
                let numbers = vector.to_numbers().unwrap_or_default();
                let whole = |number: &Number| number.to_integer().and_then(|whole| i64::try_from(whole).ok());
                coded(vector, |row| match numbers.get(vector.at(row)).and_then(whole) {
                    Some(whole) => known.find(&whole, |a, b| a == b),
                    None => FOREIGN,
                })
            }
            (Codes::Texts(known), _) => coded(vector, |row| known.find(vector.text(row), |a, b| *a == b)),
            (Codes::Values(known), _) => coded(vector, |row| known.find(&vector.value(row), |a, b| a == b)),
            // A vector of another form holds no known value.
            _ => coded(vector, |_| FOREIGN),
        }
    }

    /// The value of a code; `ty` is the type of the values: integers, texts, members of an enum or references.
    pub(crate) fn value(&self, code: u32, ty: &Type) -> Value {
        match (self, ty) {
            (Codes::Symbols(_), Type::Enum(_)) => Value::Member(code),
            (Codes::Symbols(_), _) => Value::Reference(KeyId(code)),
            (Codes::Whole(known), _) => Value::Number(Number::from_integer(i128::from(known.values[code as usize]))),
            (Codes::Texts(known), _) => Value::Text(known.values[code as usize].into()),
            (Codes::Values(known), _) => known.values[code as usize].clone(),
        }
    }

    /// How many codes there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Codes::Symbols(known) => *known as usize,
            Codes::Whole(known) => known.values.len(),
            Codes::Texts(known) => known.values.len(),
            Codes::Values(known) => known.values.len(),
        }
    }
}

fn truth_code(truth: Truth) -> u32 {
    u32::from(truth == Truth::True)
}

/// One code for each row: what `code` says of those that are present.
fn coded(vector: &Vector<'_>, mut code: impl FnMut(usize) -> u32) -> Vec<u32> {
    if vector.is_constant() {
        let one = match vector.state(0) {
            State::Present => code(0),
            State::Absent => ABSENT,
            State::Unknown => UNKNOWN,
        };
        return vec![one; vector.rows()];
    }
    if vector.all_present() {
        return (0..vector.rows()).map(code).collect();
    }
    (0..vector.rows())
        .map(|row| match vector.state(row) {
            State::Present => code(row),
            State::Absent => ABSENT,
            State::Unknown => UNKNOWN,
        })
        .collect()
}

/// Codes of pairs of codes.
#[derive(Debug, Default)]
pub(crate) struct PairCodes(Known<(u32, u32)>);

impl PairCodes {
    /// The code of a pair, a new one if it has none.
    pub(crate) fn code(&mut self, pair: (u32, u32)) -> u32 {
        self.0.code(pair)
    }

    /// The code of a pair, or [`FOREIGN`].
    pub(crate) fn find(&self, pair: (u32, u32)) -> u32 {
        self.0.find(&pair, |a, b| a == b)
    }

    /// How many pairs have a code.
    pub(crate) fn len(&self) -> usize {
        self.0.values.len()
    }
}
