//! Arithmetic. What overflows, or divides by zero, is unknown.

use super::super::vector::{Data, Measure, Shape, Vector, whole_value};
use super::joint_states;
use crate::data::State;
use crate::ir::ArithmeticOp;
use crate::value::time::CalendarSpan;
use crate::value::{Cell, Date, Number, Value, Zone};

/// Instants within these microseconds, some ten thousand years, are certainly ones that the calendar knows.
const SAFE_INSTANTS: std::ops::Range<i64> = -250_000_000_000_000_000..250_000_000_000_000_000;
/// Likewise, days.
const SAFE_DAYS: std::ops::Range<i64> = -4_000_000..2_900_000;

/// `left op right`
pub(super) fn arithmetic<'a>(
    op: ArithmeticOp,
    left: &Vector<'a>,
    right: &Vector<'a>,
    zone: Option<&Zone>,
) -> Vector<'a> {
    let shape = Shape::of(&[left, right]);
    let fast = whole(op, left, right, shape).or_else(|| days_later(op, left, right, shape));
    match fast {
        Some(data) => Vector::shaped(shape, data, joint_states(&[left, right], shape)),
        None => match fractions(op, left, right, shape) {
            Some(vector) => vector,
            None => by_row(shape, &[left, right], |row| value(op, &left.value(row), &right.value(row), zone)),
        },
    }
}

/// Computes row by row where all operands are present.
pub(super) fn by_row<'a>(
    shape: Shape,
    operands: &[&Vector<'a>],
    compute: impl Fn(usize) -> Option<Value>,
) -> Vector<'a> {
    let cell = |row: usize| {
        if operands.iter().any(|operand| operand.state(row) != State::Present) {
            return Cell::Unknown;
        }
        compute(row).map_or(Cell::Unknown, Cell::Present)
    };
    let vector = Vector::from_cells((0..shape.physical()).map(cell).collect());
    if shape.constant { vector.broadcast(shape.rows) } else { vector }
}

/// What the result of an operation on two measures measures; none if it is neither a number nor a moment.
fn result_measure(op: ArithmeticOp, left: Measure, right: Measure) -> Option<Measure> {
    use ArithmeticOp::{Add, Divide, Multiply, Subtract};
    use Measure::{Duration, Number, Timestamp};
    Some(match (op, left, right) {
        (_, Number, Number) => Number,
        (Add | Subtract, Duration, Duration) => Duration,
        (Add | Subtract, Timestamp, Duration) | (Add, Duration, Timestamp) => Timestamp,
        (Subtract, Timestamp, Timestamp) => Duration,
        (Multiply | Divide, Duration, Number) | (Multiply, Number, Duration) => Duration,
        (Divide, Duration, Duration) => Number,
        _ => return None,
    })
}

/// In 64 bits; none where that is not enough, or cannot be.
fn whole<'a>(op: ArithmeticOp, left: &Vector<'a>, right: &Vector<'a>, shape: Shape) -> Option<Data<'a>> {
    let (Data::Whole(first, a), Data::Whole(second, b)) = (&left.data, &right.data) else { return None };
    let measure = result_measure(op, *first, *second)?;
    let compute = |row: usize| -> Option<i64> {
        let (a, b) = (a[left.at(row)], b[right.at(row)]);
        let result = match op {
            ArithmeticOp::Add => a.checked_add(b)?,
            ArithmeticOp::Subtract => a.checked_sub(b)?,
            ArithmeticOp::Multiply => a.checked_mul(b)?,
            ArithmeticOp::Divide => return None,
        };
        (measure != Measure::Timestamp || SAFE_INSTANTS.contains(&result)).then_some(result)
    };
    let results: Option<Vec<i64>> = (0..shape.physical()).map(compute).collect();
    Some(Data::Whole(measure, results?.into()))
}

/// A day and a constant number of days; none for any other operands.
fn days_later<'a>(op: ArithmeticOp, left: &Vector<'a>, right: &Vector<'a>, shape: Shape) -> Option<Data<'a>> {
    let (Data::Whole(Measure::Date, dates), Data::Others(span)) = (&left.data, &right.data) else { return None };
    let [Value::Span(CalendarSpan { months: 0, days })] = span[..] else { return None };
    let days = match op {
        ArithmeticOp::Add => i64::from(days),
        ArithmeticOp::Subtract => -i64::from(days),
        _ => return None,
    };
    if !right.is_constant() {
        return None;
    }
    let later = |date: &i64| {
        let later = date.checked_add(days)?;
        (SAFE_DAYS.contains(date) && SAFE_DAYS.contains(&later)).then_some(later)
    };
    let results: Option<Vec<i64>> = dates.iter().map(later).collect();
    let mut results = results?;
    results.truncate(shape.physical());
    Some(Data::Whole(Measure::Date, results.into()))
}

/// With fractions; none if the operands are not all numbers or durations.
fn fractions<'a>(op: ArithmeticOp, left: &Vector<'a>, right: &Vector<'a>, shape: Shape) -> Option<Vector<'a>> {
    let measure = result_measure(op, left.measure()?, right.measure()?)?;
    if measure == Measure::Timestamp || left.measure() == Some(Measure::Timestamp) {
        return None;
    }
    let (a, b) = (left.to_numbers()?, right.to_numbers()?);
    let mut states = joint_states(&[left, right], shape).to_vec();
    let results: Vec<Number> = (0..shape.physical())
        .map(|row| {
            number(op, a[left.at(row)], b[right.at(row)]).unwrap_or_else(|| {
                if states.is_empty() {
                    states.resize(shape.physical(), State::Present);
                }
                states[row] = State::Unknown;
                Number::ZERO
            })
        })
        .collect();
    Some(Vector::shaped(shape, Data::Numbers(measure, results.into()), states.into()))
}

fn number(op: ArithmeticOp, left: Number, right: Number) -> Option<Number> {
    match op {
        ArithmeticOp::Add => left.checked_add(right),
        ArithmeticOp::Subtract => left.checked_sub(right),
        ArithmeticOp::Multiply => left.checked_mul(right),
        ArithmeticOp::Divide => left.checked_div(right),
    }
}

/// One value; none where it cannot be computed.
fn value(op: ArithmeticOp, left: &Value, right: &Value, zone: Option<&Zone>) -> Option<Value> {
    use ArithmeticOp::{Add, Divide, Multiply, Subtract};
    let negative = |span: CalendarSpan| if op == Subtract { span.checked_neg() } else { Some(span) };
    Some(match (op, left, right) {
        (_, Value::Number(a), Value::Number(b)) => Value::Number(number(op, *a, *b)?),
        (Add | Subtract, Value::Duration(a), Value::Duration(b)) => Value::Duration(number(op, *a, *b)?),
        (Multiply | Divide, Value::Duration(a), Value::Number(b)) => Value::Duration(number(op, *a, *b)?),
        (Multiply, Value::Number(a), Value::Duration(b)) => Value::Duration(a.checked_mul(*b)?),
        (Divide, Value::Duration(a), Value::Duration(b)) => Value::Number(a.checked_div(*b)?),
        (Add, Value::Timestamp(instant), Value::Duration(length))
        | (Add, Value::Duration(length), Value::Timestamp(instant)) => Value::Timestamp(instant.checked_add(*length)?),
        (Subtract, Value::Timestamp(instant), Value::Duration(length)) => {
            Value::Timestamp(instant.checked_add(length.checked_neg()?)?)
        }
        (Subtract, Value::Timestamp(a), Value::Timestamp(b)) => {
            Value::Duration(Number::from_integer(i128::from(a.0) - i128::from(b.0)))
        }
        (Add, Value::Span(span), Value::Date(date)) => Value::Date(date.checked_add(*span)?),
        (Add | Subtract, Value::Date(date), Value::Span(span)) => Value::Date(date.checked_add(negative(*span)?)?),
        (Add, Value::Span(span), Value::Timestamp(instant)) => {
            Value::Timestamp(instant.checked_add_span(*span, zone?)?)
        }
        (Add | Subtract, Value::Timestamp(instant), Value::Span(span)) => {
            Value::Timestamp(instant.checked_add_span(negative(*span)?, zone?)?)
        }
        (Subtract, Value::Date(a), Value::Date(b)) => Value::Span(days_between(*a, *b)?),
        (Add | Subtract, Value::Span(a), Value::Span(b)) => Value::Span(a.checked_add(negative(*b)?)?),
        (Multiply, Value::Span(span), Value::Number(times)) | (Multiply, Value::Number(times), Value::Span(span)) => {
            Value::Span(span.checked_mul(times.to_integer()?)?)
        }
        _ => return None,
    })
}

fn days_between(later: Date, earlier: Date) -> Option<CalendarSpan> {
    Some(CalendarSpan { months: 0, days: later.0.checked_sub(earlier.0)? })
}

/// `-x`
pub(super) fn negate<'a>(operand: &Vector<'a>) -> Vector<'a> {
    turned(operand, i64::checked_neg, Number::checked_neg, |span| span.checked_neg())
}

/// `abs(x)`
pub(super) fn absolute<'a>(operand: &Vector<'a>) -> Vector<'a> {
    turned(operand, i64::checked_abs, Number::checked_abs, |_| None)
}

/// Computes one number from each.
fn turned<'a>(
    operand: &Vector<'a>,
    whole: impl Fn(i64) -> Option<i64>,
    fraction: impl Fn(Number) -> Option<Number>,
    span: impl Fn(CalendarSpan) -> Option<CalendarSpan>,
) -> Vector<'a> {
    let shape = operand.shape();
    if let Data::Whole(measure, values) = &operand.data
        && let Some(values) = values.iter().map(|value| whole(*value)).collect::<Option<Vec<i64>>>()
    {
        return Vector::shaped(shape, Data::Whole(*measure, values.into()), joint_states(&[operand], shape));
    }
    by_row(shape, &[operand], |row| {
        let value = match &operand.data {
            Data::Whole(measure, values) => whole_value(*measure, values[operand.at(row)]),
            _ => operand.value(row),
        };
        Some(match value {
            Value::Number(number) => Value::Number(fraction(number)?),
            Value::Duration(length) => Value::Duration(fraction(length)?),
            Value::Span(length) => Value::Span(span(length)?),
            _ => return None,
        })
    })
}
