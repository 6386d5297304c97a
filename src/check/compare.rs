//! Comparisons, and how two types meet.

use std::sync::Arc;

use super::checker::{Checker, Polarity};
use super::narrow::Typed;
use super::timelines::{is_time, is_time_or_calendar, is_timeline};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{ArithmeticOp, CompareOp, Conversion, Expr, ExprKind};
use crate::schema::{EnumType, RecordId, Type};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, BinaryOp};

fn compare_op(op: BinaryOp) -> CompareOp {
    match op {
        BinaryOp::NotEqual => CompareOp::NotEqual,
        BinaryOp::Less => CompareOp::Less,
        BinaryOp::LessOrEqual => CompareOp::LessOrEqual,
        BinaryOp::Greater => CompareOp::Greater,
        BinaryOp::GreaterOrEqual => CompareOp::GreaterOrEqual,
        _ => CompareOp::Equal,
    }
}

/// The comparison that says the same with its sides exchanged.
pub(super) fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessOrEqual => CompareOp::GreaterOrEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterOrEqual => CompareOp::LessOrEqual,
        CompareOp::Equal | CompareOp::NotEqual => op,
    }
}

/// Where each member of one enum stands in another that has them all.
pub(super) fn widening(from: &EnumType, to: &EnumType) -> Option<Vec<u32>> {
    from.members.iter().map(|member| to.position(member)).collect()
}

/// Whether a type has an order that `<`, `min` and `by` can go by.
pub(super) fn is_ordered(ty: &Type) -> bool {
    match ty {
        Type::Integer | Type::Decimal | Type::Date | Type::Timestamp | Type::Duration => true,
        Type::Enum(members) => members.ordered,
        _ => false,
    }
}

fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Integer | Type::Decimal)
}

fn is_text_literal(expr: &Expr) -> bool {
    expr.ty.base == Type::Text && matches!(expr.kind, ExprKind::Literal(_))
}

/// The records whose key a value is.
fn targets(ty: &Type) -> Option<Vec<RecordId>> {
    match ty {
        Type::Row(record) => Some(vec![*record]),
        Type::Reference(targets) => Some(targets.clone()),
        _ => None,
    }
}

impl Checker<'_, '_> {
    /// `left op right`
    pub(super) fn compare(&mut self, op: &Spanned<BinaryOp>, left: &ast::Expr, right: &ast::Expr, span: Span) -> Typed {
        // A condition inside a comparison may count either way, unless the other side is `true` or `false`.
        let polarity = match (&left.kind, &right.kind, op.node) {
            (_, ast::ExprKind::Boolean(value), BinaryOp::Equal)
            | (ast::ExprKind::Boolean(value), _, BinaryOp::Equal) => {
                if *value {
                    self.polarity
                } else {
                    self.polarity.flipped()
                }
            }
            _ => Polarity::Both,
        };
        let (left, right) = self.at(polarity, |checker| checker.infer_pair(left, right, None));
        let (left, right) = match op.node {
            BinaryOp::Equal | BinaryOp::NotEqual => {
                (self.equal_operand(left, op.node), self.equal_operand(right, op.node))
            }
            _ => (self.present(left), self.present(right)),
        };
        if left.expr.ty.base == Type::Error || right.expr.ty.base == Type::Error {
            return self.error_condition(span);
        }
        if left.path.is_some() && left.path == right.path {
            let text = self.show_typed(&left);
            let message = format!("`{text}` is compared with itself");
            let label = "the same on both sides".to_owned();
            self.unreachable(span, message, label, "name the other value that is meant".to_owned());
        }
        let is_order = !matches!(op.node, BinaryOp::Equal | BinaryOp::NotEqual);
        let Some((left, right)) = self.comparable(left.expr, right.expr, is_order, op) else {
            return self.error_condition(span);
        };
        let (op, left, right) = span_of_days(compare_op(op.node), left, right);
        let kind = ExprKind::Compare { op, left: Box::new(left), right: Box::new(right) };
        Typed::plain(self.make(kind, Type::Boolean, span))
    }

    /// Brings two operands of a comparison to one kind, or reports why there is none.
    fn comparable(&mut self, left: Expr, right: Expr, is_order: bool, op: &Spanned<BinaryOp>) -> Option<(Expr, Expr)> {
        let (l, r) = (left.ty.base.clone(), right.ty.base.clone());
        match (&l, &r) {
            (Type::Enum(a), Type::Enum(b)) => return self.comparable_enums(left, right, (a, b), is_order, op),
            (Type::Date, Type::Timestamp) => {
                self.need_zone(op.span, "a date meets a timestamp");
                return Some((left, self.convert(right, Conversion::Day, Type::Date)));
            }
            (Type::Timestamp, Type::Date) => {
                self.need_zone(op.span, "a date meets a timestamp");
                return Some((self.convert(left, Conversion::Day, Type::Date), right));
            }
            (Type::List(_) | Type::Set(_), Type::List(_) | Type::Set(_)) if !is_order => {
                return self.unify_sets(left, right, op).map(|(left, right, _)| (left, right));
            }
            (a, b) if !is_order && (is_time(a) || is_time(b)) && is_time_or_calendar(a) && is_time_or_calendar(b) => {
                let place = format!("in `{}`", op.node.symbol());
                if self.refuse_calendar(&left, &place) || self.refuse_calendar(&right, &place) {
                    return None;
                }
                return Some(self.align_timelines(left, right, op.span));
            }
            _ => {}
        }
        let fits = match (&l, &r) {
            (a, b) if is_number(a) && is_number(b) => true,
            (Type::Span, Type::Span) => true,
            (a, b) if is_order => a == b && is_ordered(a),
            (Type::Row(a), Type::Row(b)) => a == b,
            (a, b) => match (targets(a), targets(b)) {
                (Some(a), Some(b)) => a.iter().any(|target| b.contains(target)),
                _ => a == b,
            },
        };
        if fits {
            if let (Type::Row(record), Type::Reference(_)) | (Type::Reference(_), Type::Row(record)) = (&l, &r) {
                self.reach_record(*record);
            }
            return Some((left, right));
        }
        self.incomparable(&left, &right, is_order, op);
        None
    }

    fn comparable_enums(
        &mut self,
        left: Expr,
        right: Expr,
        (a, b): (&Arc<EnumType>, &Arc<EnumType>),
        is_order: bool,
        op: &Spanned<BinaryOp>,
    ) -> Option<(Expr, Expr)> {
        if is_order {
            for (expr, members) in [(&left, a), (&right, b)] {
                if !members.ordered {
                    let shown = self.show(&expr.ty.base);
                    let message = format!("the members of `{shown}` have no order");
                    self.report(
                        Diagnostic::new(Code::UnorderedEnum, op.span, message, "compared by order here")
                            .with_label(expr.span, "of that enum")
                            .with_help(
                                "declare the enum with `<` between its members, or name those you mean: `in {…}`",
                            ),
                    );
                    return None;
                }
            }
        }
        if a == b {
            return Some((left, right));
        }
        let monotonic = |map: &Vec<u32>| !is_order || map.is_sorted();
        if let Some(map) = widening(a, b).filter(monotonic) {
            let ty = right.ty.base.clone();
            return Some((self.convert(left, Conversion::WidenEnum(map), ty), right));
        }
        if let Some(map) = widening(b, a).filter(monotonic) {
            let ty = left.ty.base.clone();
            return Some((left, self.convert(right, Conversion::WidenEnum(map), ty)));
        }
        self.incompatible_enums(&left, &right);
        None
    }

    pub(super) fn incompatible_enums(&mut self, left: &Expr, right: &Expr) {
        let (a, b) = (self.show(&left.ty.base), self.show(&right.ty.base));
        let message = format!("neither of `{a}` and `{b}` has all members of the other");
        self.report(
            Diagnostic::new(Code::IncompatibleEnums, right.span, message, format!("`{b}`"))
                .with_label(left.span, format!("`{a}`"))
                .with_help(
                    "declare the members that both can have in one of the two, in the same order if they are ordered",
                ),
        );
    }

    fn incomparable(&mut self, left: &Expr, right: &Expr, is_order: bool, op: &Spanned<BinaryOp>) {
        let (a, b) = (self.show(&left.ty.base), self.show(&right.ty.base));
        let help = self.key_help(left, right).or_else(|| self.key_help(right, left)).or_else(|| {
            match (&left.ty.base, &right.ty.base) {
                (Type::Duration, Type::Span) | (Type::Span, Type::Duration) => Some(
                    "a duration is exact, a span counts calendar days and months; a difference of timestamps is a duration, one of dates a span"
                        .to_owned(),
                ),
                (Type::Text, other) | (other, Type::Text)
                    if is_number(other) && [left, right].iter().any(|side| is_text_literal(side)) =>
                {
                    Some("a number stands without quotation marks".to_owned())
                }
                (Type::List(_) | Type::Set(_), _) => Some(format!("ask `… in {}`", self.world.text(left.span))),
                (_, Type::List(_) | Type::Set(_)) => Some("ask `… in …`".to_owned()),
                _ => None,
            }
        });
        let message = if a == b && is_order {
            format!("`{a}` has no order for `{}`", op.node.symbol())
        } else {
            format!("`{a}` cannot be compared with `{b}` by `{}`", op.node.symbol())
        };
        self.report(
            Diagnostic::new(Code::TypeMismatch, right.span, message, format!("`{b}`"))
                .with_label(left.span, format!("`{a}`"))
                .with_help_if(help),
        );
    }

    /// What to write where a record or reference meets the text of its key.
    pub(super) fn key_help(&self, record: &Expr, text: &Expr) -> Option<String> {
        let [target] = *targets(&record.ty.base)? else { return None };
        let schema = self.world.schema();
        let key = schema.record(target).single_key()?;
        let field = schema.record(target).field_type(key);
        (field.ty.base == text.ty.base)
            .then(|| format!("compare its key: `{}.{}`", self.world.text(record.span), field.name))
    }

    /// Brings two values to one type: the branches of a choice, the elements of a set. Reports where there is none.
    pub(super) fn unify(&mut self, left: Expr, right: Expr, what: &str) -> Option<(Expr, Expr, Type)> {
        let (l, r) = (left.ty.base.clone(), right.ty.base.clone());
        match (&l, &r) {
            (Type::Error, _) | (_, Type::Error) => return None,
            (a, b) if a == b => return Some((left, right, l)),
            (a, b) if is_number(a) && is_number(b) => return Some((left, right, Type::Decimal)),
            (Type::Enum(a), Type::Enum(b)) => {
                if let Some(map) = widening(a, b) {
                    return Some((self.convert(left, Conversion::WidenEnum(map), r.clone()), right, r));
                }
                if let Some(map) = widening(b, a) {
                    return Some((left, self.convert(right, Conversion::WidenEnum(map), l.clone()), l));
                }
                self.incompatible_enums(&left, &right);
                return None;
            }
            (Type::List(_) | Type::Set(_), Type::List(_) | Type::Set(_)) => {
                let op = Spanned::new(BinaryOp::Union, right.span);
                return self.unify_sets(left, right, &op);
            }
            (a, b) if is_time(a) && is_time(b) => {
                let span = right.span;
                let (left, right) = self.align_times(left, right, span);
                let ty = left.ty.base.clone();
                return Some((left, right, ty));
            }
            (a, b) => {
                if let (Some(a), Some(b)) = (targets(a), targets(b)) {
                    let wide = if a.iter().all(|target| b.contains(target)) {
                        Some(b)
                    } else if b.iter().all(|target| a.contains(target)) {
                        Some(a)
                    } else {
                        None
                    };
                    if let Some(wide) = wide {
                        let ty = Type::Reference(wide);
                        let left = self.reference_of(left, &ty)?;
                        let right = self.reference_of(right, &ty)?;
                        return Some((left, right, ty));
                    }
                }
            }
        }
        let (a, b) = (self.show(&l), self.show(&r));
        let help = self.key_help(&left, &right).or_else(|| self.key_help(&right, &left));
        self.report(
            Diagnostic::new(Code::TypeMismatch, right.span, format!("cannot {what} `{a}` and `{b}`"), format!("`{b}`"))
                .with_label(left.span, format!("`{a}`"))
                .with_help_if(help),
        );
        None
    }

    /// Reads a record as the reference that its key is, and a reference as one to more records.
    pub(super) fn reference_of(&mut self, expr: Expr, ty: &Type) -> Option<Expr> {
        match &expr.ty.base {
            Type::Row(record) => {
                let record = *record;
                self.reach_record(record);
                if self.world.schema().record(record).single_key().is_none() {
                    let name = self.world.schema().record(record).name.clone();
                    let message = format!("record `{name}` has no key of one field that could stand for it");
                    self.mismatch(
                        expr.span,
                        message,
                        "used as a value here".to_owned(),
                        Some("use one of its fields".to_owned()),
                    );
                    return None;
                }
                let narrow = Type::Reference(vec![record]);
                let expr = self.convert(expr, Conversion::RowToReference, narrow.clone());
                if narrow == *ty { Some(expr) } else { Some(self.convert(expr, Conversion::Retarget, ty.clone())) }
            }
            Type::Reference(_) if expr.ty.base != *ty => Some(self.convert(expr, Conversion::Retarget, ty.clone())),
            _ => Some(expr),
        }
    }

    /// Reads a record as a reference, so that it can be an element.
    pub(super) fn as_element(&mut self, expr: Expr) -> Option<Expr> {
        match &expr.ty.base {
            Type::Row(record) => {
                let ty = Type::Reference(vec![*record]);
                self.reference_of(expr, &ty)
            }
            ty if is_timeline(ty) => {
                let message = "a timeline cannot be an element";
                let help = "`timeline(… : …)` and `union` put timelines together";
                self.mismatch(expr.span, message.to_owned(), "a timeline".to_owned(), Some(help.to_owned()));
                None
            }
            _ => Some(expr),
        }
    }
}

/// `(date - date) op span` as `date op date + span`, which the calendar can decide.
fn span_of_days(op: CompareOp, left: Expr, right: Expr) -> (CompareOp, Expr, Expr) {
    fn is_difference(expr: &Expr) -> bool {
        matches!(
            &expr.kind,
            ExprKind::Arithmetic { op: ArithmeticOp::Subtract, left, right }
                if left.ty.base == Type::Date && right.ty.base == Type::Date
        )
    }
    let (op, difference, other) = match (is_difference(&left), is_difference(&right)) {
        (true, false) => (op, left, right),
        (false, true) => (mirrored(op), right, left),
        _ => return (op, left, right),
    };
    // What is absent equals nothing; a sum with it would be unknown.
    if other.ty.optional {
        return (op, difference, other);
    }
    let ExprKind::Arithmetic { left: end, right: start, .. } = difference.kind else {
        return (op, difference, other);
    };
    let span = start.span;
    let ty = crate::schema::Ty::required(Type::Date);
    let sum = ExprKind::Arithmetic { op: ArithmeticOp::Add, left: start, right: Box::new(other) };
    (op, *end, Expr { kind: sum, ty, span })
}
