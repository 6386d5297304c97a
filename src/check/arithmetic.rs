//! `+ - * /` and the unary minus.

use super::checker::Checker;
use super::narrow::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{ArithmeticOp, Expr, ExprKind};
use crate::schema::Type;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, BinaryOp};

/// The type of a sum, difference, product or quotient; none if there is no such.
fn result(op: ArithmeticOp, left: &Type, right: &Type) -> Option<Type> {
    use ArithmeticOp::{Add, Divide, Multiply, Subtract};
    use Type::{Date, Decimal, Duration, Integer, Span, Timestamp};
    Some(match (op, left, right) {
        (Add | Subtract | Multiply, Integer, Integer) => Integer,
        (_, Integer | Decimal, Integer | Decimal) => Decimal,
        (Add | Subtract, Duration, Duration) => Duration,
        (Add | Subtract, Span, Span) => Span,
        (Add | Subtract, Date, Span) => Date,
        (Add | Subtract, Timestamp, Duration | Span) => Timestamp,
        (Subtract, Timestamp, Timestamp) => Duration,
        (Subtract, Date, Date) => Span,
        (Multiply, Duration, Integer | Decimal) | (Multiply, Integer | Decimal, Duration) => Duration,
        (Multiply, Span, Integer) | (Multiply, Integer, Span) => Span,
        (Divide, Duration, Integer | Decimal) => Duration,
        (Divide, Duration, Duration) => Decimal,
        _ => return None,
    })
}

impl Checker<'_, '_> {
    /// `left op right`
    pub(super) fn arithmetic(
        &mut self,
        op: &Spanned<BinaryOp>,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        expected: Option<&Type>,
    ) -> Typed {
        let arithmetic = match op.node {
            BinaryOp::Add => ArithmeticOp::Add,
            BinaryOp::Subtract => ArithmeticOp::Subtract,
            BinaryOp::Multiply => ArithmeticOp::Multiply,
            _ => ArithmeticOp::Divide,
        };
        let hint = expected.filter(|ty| {
            matches!(ty, Type::Duration | Type::Span | Type::Timestamp | Type::Date | Type::TimestampInterval)
        });
        let (left, right) = match arithmetic {
            ArithmeticOp::Add | ArithmeticOp::Subtract => self.infer_pair(left, right, hint),
            ArithmeticOp::Multiply | ArithmeticOp::Divide => (self.infer(left, hint), self.infer(right, hint)),
        };
        let (left, right) = (self.present(left).expr, self.present(right).expr);
        let (l, r) = (left.ty.base.clone(), right.ty.base.clone());
        if l == Type::Error || r == Type::Error {
            return self.error(span);
        }
        // A moment stands left of what is added to it.
        let (left, right) = match (arithmetic, &l, &r) {
            (ArithmeticOp::Add, Type::Duration | Type::Span, Type::Date | Type::Timestamp) => (right, left),
            _ => (left, right),
        };
        let Some(ty) = result(arithmetic, &left.ty.base, &right.ty.base) else {
            self.refuse_arithmetic(op, &left, &right);
            return self.error(span);
        };
        if left.ty.base == Type::Timestamp && right.ty.base == Type::Span {
            self.need_zone(span, "a calendar span is added to a timestamp");
        }
        let kind = ExprKind::Arithmetic { op: arithmetic, left: Box::new(left), right: Box::new(right) };
        Typed::plain(self.make(kind, ty, span))
    }

    fn refuse_arithmetic(&mut self, op: &Spanned<BinaryOp>, left: &Expr, right: &Expr) {
        let (a, b) = (self.show(&left.ty.base), self.show(&right.ty.base));
        let help = match (&left.ty.base, &right.ty.base) {
            (Type::Date, Type::Duration) | (Type::Duration, Type::Date) => {
                Some("a date takes a span of calendar days or months; declare the length of time as `span`".to_owned())
            }
            (Type::Date, Type::Timestamp) => {
                Some(format!("take the day of the instant: `day({})`", self.world.text(right.span)))
            }
            (Type::Timestamp, Type::Date) => {
                Some(format!("take the day of the instant: `day({})`", self.world.text(left.span)))
            }
            (Type::Duration, Type::Span) | (Type::Span, Type::Duration) => Some(
                "a duration is exact, a span counts calendar days and months; add one after the other to a timestamp"
                    .to_owned(),
            ),
            (Type::Text, _) | (_, Type::Text) => Some("texts are put together in a `because` template only".to_owned()),
            _ => None,
        };
        let message = format!("`{a}` {} `{b}` has no meaning", op.node.symbol());
        self.report(
            Diagnostic::new(Code::TypeMismatch, op.span, message, "not defined for these")
                .with_label(left.span, format!("`{a}`"))
                .with_label(right.span, format!("`{b}`"))
                .with_help_if(help),
        );
    }

    /// `-x`
    pub(super) fn negate(&mut self, operand: &ast::Expr, span: Span, expected: Option<&Type>) -> Typed {
        let operand = self.value(operand, expected).expr;
        let ty = operand.ty.base.clone();
        match ty {
            Type::Integer | Type::Decimal | Type::Duration | Type::Span => {
                Typed::plain(self.make(ExprKind::Negate(Box::new(operand)), ty, span))
            }
            Type::Error => self.error(span),
            _ => {
                let found = self.show(&ty);
                let message = format!("expected a number or a length of time behind `-`, found `{found}`");
                self.mismatch(operand.span, message, format!("`{found}`"), None);
                self.error(span)
            }
        }
    }
}
