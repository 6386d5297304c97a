//! Comparisons.

use super::super::Evaluator;
use super::super::frame::Frame;
use super::super::vector::{Data, Shape, Vector};
use super::overlay;
use crate::data::State;
use crate::ir::{CompareOp, Expr};
use crate::schema::Type;
use crate::value::{Number, SetValue, Truth, Value};

impl<'a> Evaluator<'a> {
    /// Evaluates two operands so that they can be compared: a record beside a reference is its key.
    pub(crate) fn comparable(
        &self,
        left: &'a Expr,
        right: &'a Expr,
        frame: &Frame<'_, 'a>,
    ) -> (Vector<'a>, Vector<'a>) {
        let (mut first, mut second) = (self.eval(left, frame), self.eval(right, frame));
        let element = |ty: &'a Type| match ty {
            Type::List(element) | Type::Set(element) => element.as_ref(),
            other => other,
        };
        match (element(&left.ty.base), element(&right.ty.base)) {
            (Type::Row(record), Type::Reference(_)) => first = self.keys_of(*record, &first),
            (Type::Reference(_), Type::Row(record)) => second = self.keys_of(*record, &second),
            _ => {}
        }
        (first, second)
    }
}

/// Compares two vectors of one kind.
pub(crate) fn compare<'a>(op: CompareOp, left: &Vector<'a>, right: &Vector<'a>) -> Vector<'a> {
    let shape = Shape::of(&[left, right]);
    let mut truths = present_values(op, left, right, shape);
    overlay(&mut truths, &[left, right]);
    if left.bounds.is_some() || right.bounds.is_some() {
        for (row, truth) in truths.iter_mut().enumerate() {
            match (left.bounds_of(row), right.bounds_of(row)) {
                (Some(bounds), None) => {
                    *truth = known_number(right, row).map_or(*truth, |known| bounds.compare(op, known));
                }
                (None, Some(bounds)) => {
                    *truth = known_number(left, row).map_or(*truth, |known| bounds.compare_reversed(op, known));
                }
                _ => {}
            }
        }
    }
    if op == CompareOp::Equal {
        // What is absent equals nothing, known or not.
        for operand in [left, right].into_iter().filter(|operand| !operand.states.is_empty()) {
            for (row, truth) in truths.iter_mut().enumerate() {
                if operand.state(row) == State::Absent {
                    *truth = Truth::False;
                }
            }
        }
    }
    Vector::truths(shape, truths)
}

fn known_number(vector: &Vector<'_>, row: usize) -> Option<Number> {
    match vector.state(row) {
        State::Present => super::super::vector::number_of(&vector.value(row)),
        _ => None,
    }
}

fn present_values(op: CompareOp, left: &Vector<'_>, right: &Vector<'_>, shape: Shape) -> Vec<Truth> {
    match (&left.data, &right.data) {
        (Data::Truths(a), Data::Truths(b)) => ordered(op, a, left.is_constant(), b, right.is_constant(), shape),
        (Data::Whole(_, a), Data::Whole(_, b)) => ordered(op, a, left.is_constant(), b, right.is_constant(), shape),
        (Data::Symbols(_, a), Data::Symbols(_, b)) => ordered(op, a, left.is_constant(), b, right.is_constant(), shape),
        (Data::Texts(a), Data::Texts(b)) => ordered(op, a, left.is_constant(), b, right.is_constant(), shape),
        (Data::Texts(_), _) | (_, Data::Texts(_)) => {
            by_row(shape, |row| Truth::from(op.admits(left.text(row).cmp(right.text(row)))))
        }
        (Data::Range(_), _) | (_, Data::Range(_)) => {
            by_row(shape, |row| match (left.table_row(row), right.table_row(row)) {
                (Some(a), Some(b)) => Truth::from(op.admits(a.cmp(&b))),
                _ => Truth::Unknown,
            })
        }
        (Data::Decimals(mantissas, scales), _) if right.is_constant() => {
            decimals_with(op, mantissas, scales, right, shape)
        }
        (Data::Sets(_), _) | (_, Data::Sets(_)) => {
            let (a, b) = (left.to_sets(), right.to_sets());
            by_row(shape, |row| {
                let equal = sets_equal(&a[left.at(row)], &b[right.at(row)]);
                if op == CompareOp::NotEqual { !equal } else { equal }
            })
        }
        _ => match (left.to_numbers(), right.to_numbers()) {
            (Some(a), Some(b)) => ordered(op, &a, left.is_constant(), &b, right.is_constant(), shape),
            _ => by_row(shape, |row| {
                if left.state(row) != State::Present || right.state(row) != State::Present {
                    return Truth::Unknown;
                }
                compare_values(op, &left.value(row), &right.value(row))
            }),
        },
    }
}

fn by_row(shape: Shape, truth: impl FnMut(usize) -> Truth) -> Vec<Truth> {
    (0..shape.physical()).map(truth).collect()
}

/// Compares values that are ordered.
fn ordered<T: Ord>(
    op: CompareOp,
    left: &[T],
    left_constant: bool,
    right: &[T],
    right_constant: bool,
    shape: Shape,
) -> Vec<Truth> {
    let pair = Pair { left, left_constant, right, right_constant, shape };
    match op {
        CompareOp::Equal => pair.test(|a, b| a == b),
        CompareOp::NotEqual => pair.test(|a, b| a != b),
        CompareOp::Less => pair.test(|a, b| a < b),
        CompareOp::LessOrEqual => pair.test(|a, b| a <= b),
        CompareOp::Greater => pair.test(|a, b| a > b),
        CompareOp::GreaterOrEqual => pair.test(|a, b| a >= b),
    }
}

/// The values of two operands.
struct Pair<'v, T> {
    left: &'v [T],
    left_constant: bool,
    right: &'v [T],
    right_constant: bool,
    shape: Shape,
}

impl<T> Pair<'_, T> {
    fn test(&self, test: impl Fn(&T, &T) -> bool) -> Vec<Truth> {
        let truth = |a: &T, b: &T| Truth::from(test(a, b));
        match (self.left_constant, self.right_constant) {
            (false, false) => self.left.iter().zip(self.right).map(|(a, b)| truth(a, b)).collect(),
            (false, true) => {
                let b = &self.right[0];
                self.left.iter().map(|a| truth(a, b)).collect()
            }
            (true, false) => {
                let a = &self.left[0];
                self.right.iter().map(|b| truth(a, b)).collect()
            }
            (true, true) => vec![truth(&self.left[0], &self.right[0]); self.shape.physical()],
        }
    }
}

/// Compares a column of decimals with one number, by cross-multiplication.
fn decimals_with(op: CompareOp, mantissas: &[i64], scales: &[u8], constant: &Vector<'_>, shape: Shape) -> Vec<Truth> {
    let Some(known) = known_number(constant, 0) else { return vec![Truth::Unknown; shape.physical()] };
    let scaled: Vec<Option<i128>> = (0..=18u32)
        .map(|scale| 10i128.checked_pow(scale).and_then(|power| known.numerator().checked_mul(power)))
        .collect();
    mantissas
        .iter()
        .zip(scales)
        .map(|(mantissa, scale)| {
            let order = match (
                i128::from(*mantissa).checked_mul(known.denominator()),
                scaled.get(usize::from(*scale)).copied().flatten(),
            ) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => super::super::vector::decimal(*mantissa, *scale).cmp(&known),
            };
            Truth::from(op.admits(order))
        })
        .collect()
}

/// Compares two present values of one kind; unknown where they cannot be compared.
fn compare_values(op: CompareOp, left: &Value, right: &Value) -> Truth {
    match (left, right) {
        (Value::Span(a), Value::Span(b)) => a.compare(*b).map(|order| op.admits(order)).into(),
        (Value::Set(a), Value::Set(b)) => {
            let equal = sets_equal(a, b);
            if op == CompareOp::NotEqual { !equal } else { equal }
        }
        _ if std::mem::discriminant(left) == std::mem::discriminant(right) => Truth::from(op.admits(left.cmp(right))),
        _ => Truth::Unknown,
    }
}

/// Whether two sets are equal. A certain member of one that a complete other does not have decides.
fn sets_equal(left: &SetValue, right: &SetValue) -> Truth {
    let lacks = |whole: &SetValue, part: &SetValue| whole.complete && part.members.iter().any(|m| !whole.has(m));
    if lacks(left, right) || lacks(right, left) {
        Truth::False
    } else if left.complete && right.complete {
        Truth::True
    } else {
        Truth::Unknown
    }
}
