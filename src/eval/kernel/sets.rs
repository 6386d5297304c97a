//! Sets, and what is in them.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::super::Evaluator;
use super::super::frame::Frame;
use super::super::vector::{Data, Shape, Slice, Vector};
use super::{joint_states, overlay};
use crate::data::{ColumnValues, ListColumn, State};
use crate::ir::{Expr, SetOp};
use crate::value::{Cell, SetValue, Truth, Value};

/// `{a, b}`
pub(super) fn set<'a>(parts: &[Vector<'a>], rows: usize) -> Vector<'a> {
    let shape = Shape { rows, constant: parts.iter().all(Vector::is_constant) };
    let sets: Vec<Arc<SetValue>> = (0..shape.physical())
        .map(|row| {
            let members: Vec<Value> =
                parts.iter().filter(|part| part.state(row) == State::Present).map(|part| part.value(row)).collect();
            let complete = members.len() == parts.len();
            Arc::new(SetValue::new(members, complete))
        })
        .collect();
    Vector::shaped(shape, Data::Sets(sets.into()), Slice::Borrowed(&[]))
}

/// `a union b`, `a minus b`
pub(super) fn operation<'a>(op: SetOp, left: &Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
    let shape = Shape::of(&[left, right]);
    let (a, b) = (left.to_sets(), right.to_sets());
    let mut states = joint_states(&[left, right], shape).to_vec();
    let sets: Vec<Arc<SetValue>> = (0..shape.physical())
        .map(|row| {
            let (a, b) = (&a[left.at(row)], &b[right.at(row)]);
            match op {
                SetOp::Union => {
                    let members = a.members.iter().chain(&b.members).cloned().collect();
                    Arc::new(SetValue::new(members, a.complete && b.complete))
                }
                SetOp::Minus if a.complete && b.complete => {
                    let members = a.members.iter().filter(|member| !b.has(member)).cloned().collect();
                    Arc::new(SetValue { members, complete: true })
                }
                SetOp::Minus => {
                    if states.is_empty() {
                        states.resize(shape.physical(), State::Present);
                    }
                    states[row] = State::Unknown;
                    Arc::clone(a)
                }
            }
        })
        .collect();
    Vector::shaped(shape, Data::Sets(sets.into()), states.into())
}

/// `A covers B`, of sets or of intervals
pub(super) fn covers<'a>(left: &Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
    relate(
        left,
        right,
        |a, b| {
            if b.members.iter().all(|member| a.has(member)) {
                // What is certain of B lies in A; the rest of B, if there is any, may not.
                if b.complete { Truth::True } else { Truth::Unknown }
            } else if a.complete {
                Truth::False
            } else {
                Truth::Unknown
            }
        },
        |a, b| a.includes(b),
    )
}

/// `A overlaps B`, of sets or of intervals
pub(super) fn overlaps<'a>(left: &Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
    relate(
        left,
        right,
        |a, b| {
            let (few, many) = if a.members.len() <= b.members.len() { (a, b) } else { (b, a) };
            if few.members.iter().any(|member| many.has(member)) {
                Truth::True
            } else if a.complete && b.complete {
                Truth::False
            } else {
                Truth::Unknown
            }
        },
        |a, b| a.overlaps(b),
    )
}

fn relate<'a>(
    left: &Vector<'a>,
    right: &Vector<'a>,
    sets: impl Fn(&SetValue, &SetValue) -> Truth,
    intervals: impl Fn(crate::value::Interval, crate::value::Interval) -> bool,
) -> Vector<'a> {
    let shape = Shape::of(&[left, right]);
    let mut truths: Vec<Truth> = match (&left.data, &right.data) {
        (Data::Intervals(measure, a), Data::Intervals(_, b)) => (0..shape.physical())
            .map(|row| {
                let interval = |ends| super::super::vector::interval(*measure, ends);
                Truth::from(intervals(interval(a[left.at(row)]), interval(b[right.at(row)])))
            })
            .collect(),
        (Data::Others(_), _) | (_, Data::Others(_)) if !holds_lists(left) || !holds_lists(right) => {
            vec![Truth::Unknown; shape.physical()]
        }
        _ => {
            let (a, b) = (left.to_sets(), right.to_sets());
            (0..shape.physical()).map(|row| sets(&a[left.at(row)], &b[right.at(row)])).collect()
        }
    };
    overlay(&mut truths, &[left, right]);
    Vector::truths(shape, truths)
}

/// Whether the vector holds sets or lists; one that holds nothing but unknown values does not.
fn holds_lists(vector: &Vector<'_>) -> bool {
    match &vector.data {
        Data::Sets(_) | Data::Lists(..) => true,
        Data::Others(values) => values.iter().any(|value| matches!(value, Value::List(_) | Value::Set(_))),
        _ => false,
    }
}

impl<'a> Evaluator<'a> {
    /// `x in S`
    pub(super) fn membership(&self, element: &'a Expr, collection: &'a Expr, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let from = collection;
        let (element, collection) = self.comparable(element, collection, frame);
        let shape = Shape::of(&[&element, &collection]);
        let mut truths = match (&collection.data, &element.data) {
            (Data::Sets(sets), Data::Texts(values)) if collection.is_constant() && sets[0].members.len() >= MANY => {
                let texts = self.text_set(from, &sets[0]);
                values.iter().map(|value| found(texts.members.contains(*value), &sets[0])).collect()
            }
            (Data::Sets(sets), _) if collection.is_constant() => in_one_set(&element, &sets[0], shape),
            (Data::Sets(sets), _) => {
                (0..shape.physical()).map(|row| in_set(&element, row, &sets[collection.at(row)])).collect()
            }
            (Data::Lists(column, rows), _) => {
                (0..shape.physical()).map(|row| in_list(&element, row, column, rows[collection.at(row)])).collect()
            }
            _ => (0..shape.physical())
                .map(|row| match (collection.cell(row), element.cell(row)) {
                    (Cell::Present(Value::List(list)), Cell::Present(value)) => in_cells(&value, &list),
                    _ => Truth::Unknown,
                })
                .collect::<Vec<Truth>>(),
        };
        overlay(&mut truths, &[&element, &collection]);
        if !element.all_present() {
            // What is absent is in nothing, known or not.
            for (row, truth) in truths.iter_mut().enumerate() {
                if element.state(row) == State::Absent {
                    *truth = Truth::False;
                }
            }
        }
        Vector::truths(shape, truths)
    }
}

/// So many members of a set of texts are put into a table once, and not for each batch.
const MANY: usize = 4096;

/// A large set of texts, to be looked up in.
#[derive(Debug)]
pub(crate) struct TextSet {
    set: Arc<SetValue>,
    members: FxHashSet<Arc<str>>,
}

impl<'a> Evaluator<'a> {
    /// The table of a large set of texts that an expression gave.
    fn text_set(&self, from: &'a Expr, set: &Arc<SetValue>) -> Arc<TextSet> {
        let at = std::ptr::from_ref(from).addr();
        let known = match self.texts.read() {
            Ok(texts) => texts.get(&at).cloned(),
            Err(_) => None,
        };
        known.filter(|known| Arc::ptr_eq(&known.set, set)).unwrap_or_else(|| {
            let texts = set.members.iter().filter_map(|member| match member {
                Value::Text(text) => Some(Arc::clone(text)),
                _ => None,
            });
            let texts = Arc::new(TextSet { set: Arc::clone(set), members: texts.collect() });
            if let Ok(mut known) = self.texts.write() {
                known.insert(at, Arc::clone(&texts));
            }
            texts
        })
    }
}

fn found(found: bool, set: &SetValue) -> Truth {
    match (found, set.complete) {
        (true, _) => Truth::True,
        (false, true) => Truth::False,
        (false, false) => Truth::Unknown,
    }
}

/// Elements in a set that is the same for all of them.
fn in_one_set(element: &Vector<'_>, set: &SetValue, shape: Shape) -> Vec<Truth> {
    match &element.data {
        Data::Symbols(_, values) => {
            let members = Numbers::new(set, values.len());
            values.iter().map(|value| found(members.has(*value), set)).collect()
        }
        // Looked up one by one, few elements cost less than a table of more members.
        Data::Texts(values) if set.members.len() < 4 * values.len() => {
            let members: FxHashSet<&str> = set
                .members
                .iter()
                .filter_map(|member| match member {
                    Value::Text(text) => Some(text.as_ref()),
                    _ => None,
                })
                .collect();
            values.iter().map(|value| found(members.contains(value), set)).collect()
        }
        _ => (0..shape.physical()).map(|row| in_set(element, row, set)).collect(),
    }
}

/// The members of a set of members of an enum, keys or rows, by their numbers.
enum Numbers<'s> {
    /// A bit for each number.
    Bits(Vec<u64>),
    /// The members, to be searched.
    Sorted(&'s [Value]),
}

fn number_of(member: &Value) -> u32 {
    match member {
        Value::Member(at) | Value::Row(at) => *at,
        Value::Reference(key) => key.0,
        _ => u32::MAX,
    }
}

impl<'s> Numbers<'s> {
    /// Prepares a set in which so many numbers will be looked up.
    fn new(set: &'s SetValue, looked_up: usize) -> Numbers<'s> {
        // Members of one form ascend as their numbers do.
        let words = set.members.last().map_or(0, |last| number_of(last) as usize / 64 + 1);
        if words > looked_up.max(64) {
            return Numbers::Sorted(&set.members);
        }
        let mut bits = vec![0u64; words];
        for member in &set.members {
            let number = number_of(member);
            if let Some(word) = bits.get_mut(number as usize / 64) {
                *word |= 1 << (number % 64);
            }
        }
        Numbers::Bits(bits)
    }

    fn has(&self, number: u32) -> bool {
        match self {
            Numbers::Bits(bits) => bits.get(number as usize / 64).is_some_and(|word| word & (1 << (number % 64)) != 0),
            Numbers::Sorted(members) => members.binary_search_by_key(&number, number_of).is_ok(),
        }
    }
}

fn in_set(element: &Vector<'_>, row: usize, set: &SetValue) -> Truth {
    if element.state(row) != State::Present {
        return Truth::Unknown;
    }
    let has = match &element.data {
        Data::Texts(values) => {
            let text = values[element.at(row)];
            let search = set.members.binary_search_by(|member| match member {
                Value::Text(member) => member.as_ref().cmp(text),
                other => other.cmp(&Value::Text("".into())),
            });
            search.is_ok()
        }
        _ => set.has(&element.value(row)),
    };
    found(has, set)
}

/// An element in the list of a row: a known element that equals decides, then an unknown one.
fn in_list(element: &Vector<'_>, row: usize, column: &ListColumn, list: u32) -> Truth {
    if element.state(row) != State::Present {
        return Truth::Unknown;
    }
    let range = column.range(list as usize);
    let any_unknown = || {
        let unknown = range.clone().any(|position| column.elements.state(position) != State::Present);
        if unknown { Truth::Unknown } else { Truth::False }
    };
    let known = |position: &usize| column.elements.state(*position) == State::Present;
    let equals = match (&element.data, &column.elements.values) {
        (Data::Symbols(_, values), ColumnValues::Symbols(elements)) => {
            let value = values[element.at(row)];
            range.clone().filter(known).any(|position| elements.get(position) == Some(&value))
        }
        (Data::Texts(values), ColumnValues::Texts(elements)) => {
            let value = values[element.at(row)];
            range.clone().filter(known).any(|position| elements.get(position) == value)
        }
        _ => {
            let list: Vec<Cell> = range.map(|position| column.elements.cell(position)).collect();
            return in_cells(&element.value(row), &list);
        }
    };
    if equals { Truth::True } else { any_unknown() }
}

fn in_cells(value: &Value, list: &[Cell]) -> Truth {
    list.iter().fold(Truth::False, |truth, element| {
        truth.or(match element {
            Cell::Present(element) => Truth::from(value == element),
            _ => Truth::Unknown,
        })
    })
}
