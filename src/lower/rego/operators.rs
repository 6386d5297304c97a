//! Comparisons and arithmetic.

use super::expression::{is_interval, is_timeline};
use super::number::Form;
use super::scope::Lowering;
use super::tree::Term;
use crate::ir::{ArithmeticOp, CompareOp, Expr};
use crate::lower::refusal::Construct;
use crate::schema::Type;

impl<'a> Lowering<'a> {
    pub(super) fn comparison(&mut self, expr: &'a Expr, op: CompareOp, left: &'a Expr, right: &'a Expr) -> Term {
        let is_equality = matches!(op, CompareOp::Equal | CompareOp::NotEqual);
        let equal = match (&left.ty.base, &right.ty.base) {
            (Type::Row(_), Type::Row(_)) => self.call("same_row", &[left, right]),
            (one, other) if is_timeline(one) || is_timeline(other) => {
                return self.refuse(expr, Construct::Timelines);
            }
            (one, _) if is_interval(one) => self.call("same", &[left, right]),
            (Type::Set(_) | Type::List(_), _) => self.call("same_set", &[left, right]),
            (Type::Enum(members), _) if !is_equality => {
                let members = Term::texts(members.members.iter().map(String::as_str));
                let rank = |term| Term::logic("rank", vec![term, members.clone()]);
                let (left, right) = (rank(self.expr(left)), rank(self.expr(right)));
                return compare(op, left, right);
            }
            _ => {
                let (left, right) = (self.compared(left, right), self.compared(right, left));
                return compare(op, left, right);
            }
        };
        match op {
            CompareOp::Equal => equal,
            CompareOp::NotEqual => Term::logic("negated", vec![equal]),
            _ => self.refuse(expr, Construct::Orders),
        }
    }

    /// An operand as it is compared: a row beside a reference is its key.
    pub(super) fn compared(&mut self, operand: &'a Expr, beside: &Expr) -> Term {
        let term = self.quantity(operand);
        match (&operand.ty.base, &beside.ty.base) {
            (Type::Row(_), Type::Reference(_)) => Term::logic("key_of", vec![term]),
            _ => term,
        }
    }

    pub(super) fn arithmetic(&mut self, expr: &'a Expr, op: ArithmeticOp, left: &'a Expr, right: &'a Expr) -> Term {
        use ArithmeticOp::{Add, Divide, Multiply, Subtract};
        let is_number = |ty: &Type| matches!(ty, Type::Integer | Type::Decimal | Type::Duration);
        match (op, &left.ty.base, &right.ty.base) {
            (Subtract, Type::Date, Type::Date) | (Subtract, Type::Timestamp, Type::Timestamp) => {
                self.call("subtract", &[left, right])
            }
            (Add | Subtract, Type::Date, Type::Span) => self.later(expr, op, "later_day", left, right),
            (Add, Type::Span, Type::Date) => self.later(expr, op, "later_day", right, left),
            (Add | Subtract, Type::Timestamp, Type::Duration) => self.later(expr, op, "later_instant", left, right),
            (Add, Type::Duration, Type::Timestamp) => self.later(expr, op, "later_instant", right, left),
            (_, left_type, right_type) if is_number(left_type) && is_number(right_type) => {
                let function = match op {
                    Add => "add",
                    Subtract => "subtract",
                    Multiply => "multiply",
                    Divide => "divide",
                };
                self.call(function, &[left, right])
            }
            // Spans are days here, within bounds that sums of them might leave; and days on a clock depend on the zone.
            _ => self.refuse(expr, Construct::Months),
        }
    }

    /// A day or an instant so much later, or earlier.
    fn later(&mut self, expr: &'a Expr, op: ArithmeticOp, function: &str, moment: &'a Expr, amount: &'a Expr) -> Term {
        if self.form(amount) != Form::Whole {
            // The evaluator rounds to a microsecond.
            return self.refuse(expr, Construct::Numbers);
        }
        let (moment, amount) = (self.expr(moment), self.expr(amount));
        let amount = if op == ArithmeticOp::Subtract { Term::logic("negative", vec![amount]) } else { amount };
        Term::logic(function, vec![moment, amount])
    }
}

fn compare(op: CompareOp, left: Term, right: Term) -> Term {
    Term::logic("compare", vec![left, Term::text(op.symbol()), right])
}
