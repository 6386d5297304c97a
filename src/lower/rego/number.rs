//! What is known of numbers before any data is: whether they are whole, and whether equal ones look the same.

use super::scope::{Lowering, Named};
use crate::ir::{AggregateFunction, ArithmeticOp, Expr, ExprKind, Function};
use crate::schema::Type;
use crate::value::{Number, Value};

/// The greatest integer that every reader of JSON takes exactly: 2^53.
pub(crate) const MOST_IN_JSON: i128 = 1 << 53;

/// What a number can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// Any fraction.
    Fraction,
    /// A decimal, which may be written in several ways: 5/10 and 50/100.
    Decimal,
    /// A decimal in its one way.
    Written,
    /// An integer.
    Whole,
}

/// A number as digits over a power of ten, or an integer; none if it is neither, or too large.
pub(crate) fn scaled(number: Number) -> Option<(i128, i128)> {
    let (mantissa, scale) = number.to_scaled()?;
    let unit = 10i128.checked_pow(u32::from(scale))?;
    (i128::from(mantissa).abs() <= MOST_IN_JSON && unit <= MOST_IN_JSON).then_some((i128::from(mantissa), unit))
}

impl Lowering<'_> {
    /// What a number, a duration or another value can be; anything that is no number has one way to be written.
    pub(super) fn form(&self, expr: &Expr) -> Form {
        let of_type = match expr.ty.base {
            Type::Decimal => Form::Written,
            _ => Form::Whole,
        };
        let least = |parts: &[&Expr]| parts.iter().map(|part| self.form(part)).min().unwrap_or(Form::Whole);
        if !matches!(expr.ty.base, Type::Integer | Type::Decimal | Type::Duration) {
            return Form::Whole;
        }
        match &expr.kind {
            ExprKind::Literal(Value::Number(number) | Value::Duration(number)) => match number.to_integer() {
                Some(_) => Form::Whole,
                None => Form::Written,
            },
            ExprKind::Field { .. } | ExprKind::Parameter(_) | ExprKind::ParameterAt { .. } => of_type,
            ExprKind::Table { .. } | ExprKind::Literal(_) => of_type,
            ExprKind::Arithmetic { op, left, right } => match (op, least(&[left, right])) {
                (ArithmeticOp::Divide, _) => Form::Fraction,
                (_, Form::Whole) => Form::Whole,
                (_, Form::Written | Form::Decimal) => Form::Decimal,
                (_, Form::Fraction) => Form::Fraction,
            },
            ExprKind::Negate(operand) | ExprKind::Convert { operand, .. } => self.form(operand),
            ExprKind::Call { function: Function::Abs, arguments } => least(&arguments.iter().collect::<Vec<_>>()),
            ExprKind::Otherwise { value, default } => least(&[value, default]),
            ExprKind::If { then, otherwise, .. } => least(&[then, otherwise]),
            ExprKind::Variable(variable) => match self.named.get(variable) {
                Some(Named::Let(..)) => self.body.let_value(*variable).map_or(Form::Fraction, |value| self.form(value)),
                Some(Named::Element(_)) => of_type,
                _ => Form::Fraction,
            },
            ExprKind::Aggregate { function, parts, .. } => match (function, &parts.value) {
                (AggregateFunction::Count, _) => Form::Whole,
                (AggregateFunction::Sum | AggregateFunction::Min | AggregateFunction::Max, Some(value)) => {
                    self.form(value).min(match self.form(value) {
                        Form::Whole => Form::Whole,
                        _ => Form::Decimal,
                    })
                }
                (AggregateFunction::First | AggregateFunction::Last, _) => of_type,
                _ => Form::Fraction,
            },
            _ => Form::Fraction,
        }
    }
}
