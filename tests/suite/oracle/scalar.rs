//! Single values: comparison and arithmetic.

use std::cmp::Ordering;

use shall::ir::{ArithmeticOp, CompareOp};
use shall::value::{CalendarSpan, Cell, SetValue, Truth, Value, Zone};

/// What cannot be computed is unknown.
pub(super) fn cell(value: Option<Value>) -> Cell {
    value.map_or(Cell::Unknown, Cell::Present)
}

pub(super) fn truth_cell(truth: Truth) -> Cell {
    match truth {
        Truth::True => Cell::Present(Value::Boolean(true)),
        Truth::False => Cell::Present(Value::Boolean(false)),
        Truth::Unknown => Cell::Unknown,
    }
}

/// How two values of one kind are ordered; none where they cannot be.
pub(super) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Span(left), Value::Span(right)) => left.compare(*right),
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
        (Value::Duration(left), Value::Duration(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Timestamp(left), Value::Timestamp(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Member(left), Value::Member(right)) => Some(left.cmp(right)),
        (Value::Boolean(left), Value::Boolean(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// A comparison of two present values.
pub(super) fn compare(op: CompareOp, left: &Value, right: &Value) -> Truth {
    let equal = match (left, right) {
        (Value::Set(left), Value::Set(right)) => same_set(left, right),
        (Value::Timeline(left), Value::Timeline(right)) => return super::timeline::compare(op, left, right),
        // Only whether they are the same means anything.
        (Value::Reference(_), Value::Reference(_))
        | (Value::Row(_), Value::Row(_))
        | (Value::Interval(_), Value::Interval(_)) => Truth::from(left == right),
        _ => return Truth::from(order(left, right).map(|order| op.admits(order))),
    };
    match op {
        CompareOp::Equal => equal,
        CompareOp::NotEqual => !equal,
        _ => Truth::Unknown,
    }
}

fn same_set(left: &SetValue, right: &SetValue) -> Truth {
    let outside =
        |one: &SetValue, other: &SetValue| other.complete && one.members.iter().any(|member| !other.has(member));
    if outside(left, right) || outside(right, left) {
        Truth::False
    } else if left.complete && right.complete {
        Truth::True
    } else {
        Truth::Unknown
    }
}

pub(super) fn negate(value: Value) -> Option<Value> {
    match value {
        Value::Number(number) => number.checked_neg().map(Value::Number),
        Value::Duration(micros) => micros.checked_neg().map(Value::Duration),
        Value::Span(span) => span.checked_neg().map(Value::Span),
        _ => None,
    }
}

pub(super) fn arithmetic(op: ArithmeticOp, left: Value, right: Value, zone: Option<&Zone>) -> Option<Value> {
    use ArithmeticOp::{Add, Divide, Multiply, Subtract};
    use Value::{Date, Duration, Number, Span, Timestamp};
    match (op, left, right) {
        (Add, Number(a), Number(b)) => a.checked_add(b).map(Number),
        (Subtract, Number(a), Number(b)) => a.checked_sub(b).map(Number),
        (Multiply, Number(a), Number(b)) => a.checked_mul(b).map(Number),
        (Divide, Number(a), Number(b)) => a.checked_div(b).map(Number),

        (Add, Duration(a), Duration(b)) => a.checked_add(b).map(Duration),
        (Subtract, Duration(a), Duration(b)) => a.checked_sub(b).map(Duration),
        (Multiply, Duration(a), Number(b)) | (Multiply, Number(b), Duration(a)) => a.checked_mul(b).map(Duration),
        (Divide, Duration(a), Number(b)) => a.checked_div(b).map(Duration),
        (Divide, Duration(a), Duration(b)) => a.checked_div(b).map(Number),

        (Add, Span(a), Span(b)) => a.checked_add(b).map(Span),
        (Subtract, Span(a), Span(b)) => a.checked_add(b.checked_neg()?).map(Span),
        (Multiply, Span(a), Number(b)) | (Multiply, Number(b), Span(a)) => a.checked_mul(b.to_integer()?).map(Span),

        (Add, Date(a), Span(b)) | (Add, Span(b), Date(a)) => a.checked_add(b).map(Date),
        (Subtract, Date(a), Span(b)) => a.checked_add(b.checked_neg()?).map(Date),
        (Subtract, Date(a), Date(b)) => Some(Span(CalendarSpan { months: 0, days: a.0.checked_sub(b.0)? })),

        (Add, Timestamp(a), Duration(b)) | (Add, Duration(b), Timestamp(a)) => a.checked_add(b).map(Timestamp),
        (Subtract, Timestamp(a), Duration(b)) => a.checked_add(b.checked_neg()?).map(Timestamp),
        (Add, Timestamp(a), Span(b)) | (Add, Span(b), Timestamp(a)) => a.checked_add_span(b, zone?).map(Timestamp),
        (Subtract, Timestamp(a), Span(b)) => a.checked_add_span(b.checked_neg()?, zone?).map(Timestamp),
        (Subtract, Timestamp(a), Timestamp(b)) => {
            Some(Duration(shall::value::Number::from_integer(i128::from(a.0) - i128::from(b.0))))
        }
        _ => None,
    }
}
