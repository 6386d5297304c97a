//! Sets, lists, intervals and texts: membership, inclusion, and what they are made of.

use super::checker::{Checker, Polarity};
use super::compare::widening;
use super::narrow::Typed;
use super::timelines::{is_interval, is_time, is_time_or_calendar};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{
    Access, AggregateFunction, AggregateParts, Binder, Conversion, Domain, Expr, ExprKind, Pattern, SetOp, TextTest,
    TimelineOp, Variable, VariableId,
};
use crate::schema::{Ty, Type};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, BinaryOp};

/// The type of the elements of a list or a set.
pub(super) fn element_of(ty: &Type) -> Option<&Type> {
    match ty {
        Type::List(element) | Type::Set(element) => Some(element),
        _ => None,
    }
}

impl Checker<'_, '_> {
    /// `{a, b}`
    pub(super) fn set_literal(&mut self, elements: &[ast::Expr], span: Span, expected: Option<&Type>) -> Typed {
        let mut element_type = expected.and_then(element_of).cloned();
        // The first element that says its own type says it for all.
        let mut telling = None;
        if element_type.is_none()
            && let Some(position) = elements.iter().position(|element| !self.needs_context(element))
        {
            let typed = self.value(&elements[position], None);
            element_type = Some(typed.expr.ty.base.clone());
            telling = Some((position, typed));
        }
        let mut exprs: Vec<Expr> = Vec::new();
        let mut joined: Option<Type> = None;
        let mut open = false;
        let mut sound = true;
        for (position, element) in elements.iter().enumerate() {
            let typed = match telling.take_if(|(known, _)| *known == position) {
                Some((_, typed)) => typed,
                None => self.value(element, element_type.as_ref()),
            };
            open |= typed.open;
            let Some(expr) = self.as_element(typed.expr).filter(|expr| expr.ty.base != Type::Error) else {
                sound = false;
                continue;
            };
            match exprs.pop() {
                None => {
                    joined = Some(expr.ty.base.clone());
                    exprs.push(expr);
                }
                Some(last) => match self.unify(last.clone(), expr, "put into one set") {
                    Some((last, expr, ty)) => {
                        exprs.extend([last, expr]);
                        joined = Some(ty);
                    }
                    None => {
                        exprs.push(last);
                        sound = false;
                    }
                },
            }
        }
        let ty = joined.or(element_type).unwrap_or(Type::Error);
        if elements.is_empty() && ty == Type::Error {
            let message = "the elements of an empty set have no type here";
            self.mismatch(span, message.to_owned(), "of what?".to_owned(), Some("leave the set out".to_owned()));
        }
        if !sound || ty == Type::Error {
            return self.error(span);
        }
        let exprs = exprs.into_iter().map(|expr| self.widen_element(expr, &ty)).collect();
        let mut typed = Typed::plain(self.make(ExprKind::Set(exprs), Type::Set(Box::new(ty)), span));
        typed.open = open;
        typed
    }

    /// Brings an element to the type of its set, which is at least as wide.
    fn widen_element(&self, expr: Expr, ty: &Type) -> Expr {
        match (&expr.ty.base, ty) {
            (Type::Enum(a), Type::Enum(b)) if a != b => match widening(a, b) {
                Some(map) => self.convert(expr, Conversion::WidenEnum(map), ty.clone()),
                None => expr,
            },
            (Type::Reference(a), Type::Reference(b)) if a != b => self.convert(expr, Conversion::Retarget, ty.clone()),
            _ => expr,
        }
    }

    /// Reads a list as the set of its elements.
    pub(super) fn to_set(&self, expr: Expr) -> Expr {
        match &expr.ty.base {
            Type::List(element) => {
                let ty = Type::Set(element.clone());
                self.convert(expr, Conversion::ListToSet, ty)
            }
            _ => expr,
        }
    }

    /// The set of the elements of a set or list, each converted.
    pub(super) fn convert_elements(&mut self, expr: Expr, conversion: Conversion, element: Type) -> Expr {
        let from = element_of(&expr.ty.base).cloned().unwrap_or(Type::Error);
        let span = expr.span;
        let variable = VariableId(self.variables.len() as u32);
        self.variables.push(Variable { name: "element".to_owned(), ty: Ty::required(from.clone()) });
        self.details.push(super::checker::Detail { span, open: false, over_records: false, lenient: None });
        let operand = self.make(ExprKind::Variable(variable), from, span);
        let value = self.convert(operand, conversion, element.clone());
        let mut binder = Binder {
            variable,
            domain: Domain::Elements(Box::new(expr)),
            conjuncts: Vec::new(),
            access: Access::default(),
            span,
        };
        super::access::choose(&mut binder, &[&value]);
        let kind = ExprKind::Aggregate {
            function: AggregateFunction::Set,
            binder: Box::new(binder),
            parts: Box::new(AggregateParts { value: Some(value), ..AggregateParts::default() }),
        };
        self.make(kind, Type::Set(Box::new(element)), span)
    }

    /// Brings two lists or sets to sets of one type. Reports where there is none.
    pub(super) fn unify_sets(&mut self, left: Expr, right: Expr, op: &Spanned<BinaryOp>) -> Option<(Expr, Expr, Type)> {
        let (left, right) = (self.to_set(left), self.to_set(right));
        let (Type::Set(a), Type::Set(b)) = (left.ty.base.clone(), right.ty.base.clone()) else { return None };
        let number = |ty: &Type| matches!(ty, Type::Integer | Type::Decimal);
        match (&*a, &*b) {
            (a, b) if a == b => {
                let ty = left.ty.base.clone();
                return Some((left, right, ty));
            }
            (a, b) if number(a) && number(b) => return Some((left, right, Type::Set(Box::new(Type::Decimal)))),
            (Type::Enum(small), Type::Enum(large)) => {
                if let Some(map) = widening(small, large) {
                    let ty = right.ty.base.clone();
                    let left = self.convert_elements(left, Conversion::WidenEnum(map), (*b).clone());
                    return Some((left, right, ty));
                }
                if let Some(map) = widening(large, small) {
                    let ty = left.ty.base.clone();
                    let right = self.convert_elements(right, Conversion::WidenEnum(map), (*a).clone());
                    return Some((left, right, ty));
                }
                self.incompatible_enums(&left, &right);
                return None;
            }
            (Type::Reference(small), Type::Reference(large)) => {
                if small.iter().all(|target| large.contains(target)) {
                    let ty = right.ty.base.clone();
                    return Some((self.convert_elements(left, Conversion::Retarget, (*b).clone()), right, ty));
                }
                if large.iter().all(|target| small.contains(target)) {
                    let ty = left.ty.base.clone();
                    return Some((left, self.convert_elements(right, Conversion::Retarget, (*a).clone()), ty));
                }
            }
            _ => {}
        }
        let (shown_left, shown_right) = (self.show(&left.ty.base), self.show(&right.ty.base));
        let help = match (&*a, &*b) {
            (Type::Reference(_), Type::Text) | (Type::Text, Type::Reference(_)) => {
                Some("take the keys of the references: `set(x in … : x.<key field>)`".to_owned())
            }
            _ => None,
        };
        let message = format!("`{shown_left}` and `{shown_right}` do not meet in `{}`", op.node.symbol());
        self.report(
            Diagnostic::new(Code::TypeMismatch, right.span, message, format!("`{shown_right}`"))
                .with_label(left.span, format!("`{shown_left}`"))
                .with_help_if(help),
        );
        None
    }

    /// `x in S`, `x not in S`
    pub(super) fn membership(
        &mut self,
        op: &Spanned<BinaryOp>,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Typed {
        let (element, collection) = self.at(Polarity::Both, |checker| {
            if checker.needs_context(left) && !checker.needs_context(right) {
                let collection = checker.value(right, None);
                let hint = element_of(&collection.expr.ty.base).cloned();
                (checker.infer(left, hint.as_ref()), collection)
            } else {
                let element = checker.infer(left, None);
                let hint = Type::Set(Box::new(match &element.expr.ty.base {
                    Type::Row(record) => Type::Reference(vec![*record]),
                    other => other.clone(),
                }));
                (element, checker.value(right, Some(&hint)))
            }
        });
        let element = self.equal_operand(element, op.node);
        let typed = self.member_test(element.expr, collection.expr, span);
        if op.node != BinaryOp::NotIn {
            return typed;
        }
        Typed::plain(self.make(ExprKind::Not(Box::new(typed.expr)), Type::Boolean, span))
    }

    fn member_test(&mut self, element: Expr, collection: Expr, span: Span) -> Typed {
        if element.ty.base == Type::Error || collection.ty.base == Type::Error {
            return self.error_condition(span);
        }
        let Some(inside) = element_of(&collection.ty.base).cloned() else {
            let found = self.show(&collection.ty.base);
            let help = is_interval(&collection.ty.base)
                .then(|| "a moment lies in an interval: `… during …`".to_owned())
                .or_else(|| {
                    (collection.ty.base == Type::Text).then(|| "for a part of a text: `… contains …`".to_owned())
                });
            let message = format!("expected a list or a set behind `in`, found `{found}`");
            self.mismatch(collection.span, message, format!("`{found}`"), help);
            return self.error_condition(span);
        };
        let Some(element) = self.as_element(element) else { return self.error_condition(span) };
        let (element, collection) = match (&element.ty.base, &inside) {
            (a, b) if a == b => (element, collection),
            (Type::Integer | Type::Decimal, Type::Integer | Type::Decimal) => (element, collection),
            (Type::Enum(a), Type::Enum(b)) => {
                if let Some(map) = widening(a, b) {
                    (self.convert(element, Conversion::WidenEnum(map), inside), collection)
                } else if let Some(map) = widening(b, a) {
                    let ty = element.ty.base.clone();
                    (element, self.convert_elements(collection, Conversion::WidenEnum(map), ty))
                } else {
                    self.incompatible_enums(&element, &collection);
                    return self.error_condition(span);
                }
            }
            (Type::Reference(a), Type::Reference(b)) if a.iter().any(|target| b.contains(target)) => {
                (element, collection)
            }
            (found, _) => {
                let (found, shown) = (self.show(found), self.show(&inside));
                let key = self.key_help(&element, &Expr { ty: Ty::required(inside.clone()), ..collection.clone() });
                let help = match (&element.ty.base, &inside) {
                    (Type::Text, Type::Reference(_)) => {
                        Some("ask for the record's key: `exists x in … where x.<key field> = …`".to_owned())
                    }
                    _ => key,
                };
                let message = format!("`{found}` is never among elements of type `{shown}`");
                let (inner, outer) = (format!("`{found}`"), format!("elements of type `{shown}`"));
                self.report(
                    Diagnostic::new(Code::TypeMismatch, element.span, message, inner)
                        .with_label(collection.span, outer)
                        .with_help_if(help),
                );
                return self.error_condition(span);
            }
        };
        let kind = ExprKind::In { element: Box::new(element), collection: Box::new(collection) };
        Typed::plain(self.make(kind, Type::Boolean, span))
    }

    /// Two operands that are both sets or lists, or both intervals or timelines.
    fn set_operands(
        &mut self,
        op: &Spanned<BinaryOp>,
        left: &ast::Expr,
        right: &ast::Expr,
        expected: Option<&Type>,
    ) -> Option<(Typed, Typed)> {
        let (left, right) = self.infer_pair(left, right, expected);
        let (left, right) = (self.present(left), self.present(right));
        for side in [&left.expr, &right.expr] {
            let ty = &side.ty.base;
            if *ty == Type::Error {
                return None;
            }
            if element_of(ty).is_none() && !is_time_or_calendar(ty) {
                let found = self.show(ty);
                let help = (op.node == BinaryOp::Covers || op.node == BinaryOp::Overlaps)
                    .then(|| "for one element: `… in …`".to_owned());
                let message =
                    format!("expected a set, a list or a timeline beside `{}`, found `{found}`", op.node.symbol());
                self.mismatch(side.span, message, format!("`{found}`"), help);
                return None;
            }
        }
        if is_time_or_calendar(&left.expr.ty.base) != is_time_or_calendar(&right.expr.ty.base) {
            let (a, b) = (self.show(&left.expr.ty.base), self.show(&right.expr.ty.base));
            let message = format!("`{a}` and `{b}` do not meet in `{}`", op.node.symbol());
            self.report(
                Diagnostic::new(Code::TypeMismatch, right.expr.span, message, format!("`{b}`"))
                    .with_label(left.expr.span, format!("`{a}`")),
            );
            return None;
        }
        Some((left, right))
    }

    /// `A covers B`, `A overlaps B`
    pub(super) fn relate_sets(
        &mut self,
        op: &Spanned<BinaryOp>,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Typed {
        let Some((left, right)) = self.set_operands(op, left, right, None) else { return self.error_condition(span) };
        let (left, right) = if is_time_or_calendar(&left.expr.ty.base) {
            let both = !is_time(&left.expr.ty.base) && !is_time(&right.expr.ty.base);
            if (both || op.node == BinaryOp::Covers)
                && self.refuse_calendar(&right.expr, if both { "beside another" } else { "behind `covers`" })
            {
                return self.error_condition(span);
            }
            self.align_times(left.expr, right.expr, span)
        } else {
            match self.unify_sets(left.expr, right.expr, op) {
                Some((left, right, _)) => (left, right),
                None => return self.error_condition(span),
            }
        };
        let (left, right) = (Box::new(left), Box::new(right));
        let kind = match op.node {
            BinaryOp::Covers => ExprKind::Covers(left, right),
            _ => ExprKind::Overlaps(left, right),
        };
        Typed::plain(self.make(kind, Type::Boolean, span))
    }

    /// `A union B`, `A minus B`
    pub(super) fn combine_sets(
        &mut self,
        op: &Spanned<BinaryOp>,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        expected: Option<&Type>,
    ) -> Typed {
        let Some((left, right)) = self.set_operands(op, left, right, expected) else { return self.error(span) };
        if is_time_or_calendar(&left.expr.ty.base) {
            let timeline_op = if op.node == BinaryOp::Minus { TimelineOp::Minus } else { TimelineOp::Union };
            return self.combine_timelines(timeline_op, left, right, span);
        }
        let Some((left, right, ty)) = self.unify_sets(left.expr, right.expr, op) else { return self.error(span) };
        let set_op = if op.node == BinaryOp::Minus { SetOp::Minus } else { SetOp::Union };
        let kind = ExprKind::SetOperation { op: set_op, left: Box::new(left), right: Box::new(right) };
        Typed::plain(self.make(kind, ty, span))
    }

    /// `a matches /…/`
    pub(super) fn matches(&mut self, left: &ast::Expr, right: &ast::Expr, span: Span) -> Typed {
        let text = self.value_of(left, &Type::Text).expr;
        let ast::ExprKind::Regex(pattern) = &right.kind else {
            let message = "expected a pattern behind `matches`";
            let help = "write it between slashes: `… matches /…/`; for a part of a text: `… contains …`";
            self.mismatch(right.span, message.to_owned(), "not a pattern".to_owned(), Some(help.to_owned()));
            return self.error_condition(span);
        };
        match regex::Regex::new(pattern) {
            Ok(regex) => {
                let pattern = Pattern { text: pattern.clone(), regex };
                Typed::plain(self.make(ExprKind::Matches { text: Box::new(text), pattern }, Type::Boolean, span))
            }
            Err(_) => {
                let message = "the pattern is not a valid regular expression";
                self.report(Diagnostic::new(Code::InvalidRegex, right.span, message, "cannot be read"));
                self.error_condition(span)
            }
        }
    }

    /// `a contains b`, `a starts with b`, `a ends with b`
    pub(super) fn text_test(
        &mut self,
        op: &Spanned<BinaryOp>,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Typed {
        let whole = self.value(left, None);
        if op.node == BinaryOp::Contains
            && let Some(element) = element_of(&whole.expr.ty.base).cloned()
        {
            let element = self.value(right, Some(&element)).expr;
            return self.member_test(element, whole.expr, span);
        }
        let part = self.value_of(right, &Type::Text).expr;
        match &whole.expr.ty.base {
            Type::Text => {}
            Type::Error => return self.error_condition(span),
            other => {
                let found = self.show(other);
                let message = format!("expected `text` before `{}`, found `{found}`", op.node.symbol());
                self.mismatch(whole.expr.span, message, format!("`{found}`"), None);
                return self.error_condition(span);
            }
        }
        let op = match op.node {
            BinaryOp::StartsWith => TextTest::StartsWith,
            BinaryOp::EndsWith => TextTest::EndsWith,
            _ => TextTest::Contains,
        };
        let kind = ExprKind::TextTest { op, text: Box::new(whole.expr), part: Box::new(part) };
        Typed::plain(self.make(kind, Type::Boolean, span))
    }
}
