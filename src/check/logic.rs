//! `not`, `and`, `or`, `implies`: what each part may take as known, and what the whole tells.

use super::checker::Checker;
use super::narrow::{Fact, Typed, common};
use crate::ir::ExprKind;
use crate::schema::Type;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, BinaryOp};

impl Checker<'_, '_> {
    /// An expression with a binary operator.
    pub(super) fn binary(
        &mut self,
        op: &Spanned<BinaryOp>,
        left: &ast::Expr,
        right: &ast::Expr,
        whole: &ast::Expr,
        expected: Option<&Type>,
    ) -> Typed {
        let span = whole.span;
        match op.node {
            BinaryOp::And | BinaryOp::Or => self.chain(op.node, whole),
            BinaryOp::Implies => self.implies(left, right, span),
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessOrEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterOrEqual => self.compare(op, left, right, span),
            BinaryOp::In | BinaryOp::NotIn => self.membership(op, left, right, span),
            BinaryOp::During => self.during(left, right, span),
            BinaryOp::Overlaps | BinaryOp::Covers => self.relate_sets(op, left, right, span),
            BinaryOp::Minus | BinaryOp::Union => self.combine_sets(op, left, right, span, expected),
            BinaryOp::Within => self.within(left, right, span),
            BinaryOp::Matches => self.matches(left, right, span),
            BinaryOp::Contains | BinaryOp::StartsWith | BinaryOp::EndsWith => self.text_test(op, left, right, span),
            BinaryOp::Until | BinaryOp::Through => self.interval(op, left, right, span),
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => {
                self.arithmetic(op, left, right, span, expected)
            }
            BinaryOp::Otherwise => self.otherwise(left, right, span, expected),
        }
    }

    pub(super) fn not(&mut self, operand: &ast::Expr, span: Span) -> Typed {
        let operand = self.at(self.polarity.flipped(), |checker| checker.condition(operand));
        let mut typed = Typed::plain(self.make(ExprKind::Not(Box::new(operand.expr)), Type::Boolean, span));
        typed.when_true = operand.when_false;
        typed.when_false = operand.when_true;
        typed
    }

    /// `a and b and …` or `a or b or …`; each part knows what the parts before it tell.
    fn chain(&mut self, op: BinaryOp, whole: &ast::Expr) -> Typed {
        let mut parts = Vec::new();
        let mut rest = whole;
        while let ast::ExprKind::Binary { op: inner, left, right } = &rest.kind
            && inner.node == op
        {
            parts.push(&**right);
            rest = left;
        }
        parts.push(rest);
        parts.reverse();

        let is_and = op == BinaryOp::And;
        let before = self.facts.len();
        let (mut all, mut shared): (Vec<Fact>, Option<Vec<Fact>>) = (Vec::new(), None);
        let mut exprs = Vec::new();
        for part in parts {
            let typed = self.condition(part);
            let (going_on, stopping) =
                if is_and { (typed.when_true, typed.when_false) } else { (typed.when_false, typed.when_true) };
            self.facts.extend_from_slice(&going_on);
            all.extend(going_on);
            shared = Some(shared.map_or_else(|| stopping.clone(), |shared| common(&shared, &stopping)));
            match typed.expr.kind {
                ExprKind::And(inner) if is_and => exprs.extend(inner),
                ExprKind::Or(inner) if !is_and => exprs.extend(inner),
                kind => exprs.push(crate::ir::Expr { kind, ..typed.expr }),
            }
        }
        self.facts.truncate(before);
        self.refuse_pointless_parts(&exprs, is_and);
        let shared = shared.unwrap_or_default();
        let kind = if is_and { ExprKind::And(exprs) } else { ExprKind::Or(exprs) };
        let mut typed = Typed::plain(self.make(kind, Type::Boolean, whole.span));
        (typed.when_true, typed.when_false) = if is_and { (all, shared) } else { (shared, all) };
        typed
    }

    fn implies(&mut self, left: &ast::Expr, right: &ast::Expr, span: Span) -> Typed {
        let left = self.at(self.polarity.flipped(), |checker| checker.condition(left));
        self.refuse_constant_condition(&left.expr);
        let right = self.knowing(&left.when_true, |checker| checker.condition(right));
        let mut when_false = left.when_true;
        when_false.extend(right.when_false);
        let when_true = common(&left.when_false, &right.when_true);
        let kind = ExprKind::Implies(Box::new(left.expr), Box::new(right.expr));
        let mut typed = Typed::plain(self.make(kind, Type::Boolean, span));
        typed.when_false = when_false;
        typed.when_true = when_true;
        typed
    }
}
