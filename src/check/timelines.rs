//! Intervals and timelines: how they are made, meet, and are measured.

use super::checker::{Checker, Polarity};
use super::narrow::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{AggregateFunction, AggregateParts, Conversion, Expr, ExprKind, Function, TimelineOp};
use crate::schema::{Ty, Type};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, BinaryOp, Name};

/// Whether a type is of intervals.
pub(super) fn is_interval(ty: &Type) -> bool {
    matches!(ty, Type::DateInterval | Type::TimestampInterval)
}

/// Whether a type is of timelines.
pub(super) fn is_timeline(ty: &Type) -> bool {
    matches!(ty, Type::DateTimeline | Type::TimestampTimeline)
}

/// Whether values of a type are timelines, or intervals, which can stand for one.
pub(super) fn is_time(ty: &Type) -> bool {
    is_interval(ty) || is_timeline(ty)
}

/// Whether values of a type can stand beside a timeline: a calendar, too, is one without ends.
pub(super) fn is_time_or_calendar(ty: &Type) -> bool {
    is_time(ty) || matches!(ty, Type::Calendar(_))
}

fn is_instants(ty: &Type) -> bool {
    matches!(ty, Type::TimestampInterval | Type::TimestampTimeline | Type::Calendar(_))
}

impl Checker<'_, '_> {
    /// Reads an interval as a timeline.
    fn to_timeline(&self, expr: Expr) -> Expr {
        let ty = match &expr.ty.base {
            Type::DateInterval => Type::DateTimeline,
            Type::TimestampInterval => Type::TimestampTimeline,
            _ => return expr,
        };
        self.convert(expr, Conversion::IntervalToTimeline, ty)
    }

    /// Brings two intervals or timelines to one type: days beside instants (and calendars) to instants, an interval beside a
    /// timeline or a calendar to a timeline.
    pub(super) fn align_times(&mut self, left: Expr, right: Expr, span: Span) -> (Expr, Expr) {
        let (left, right) = if is_interval(&left.ty.base) && is_interval(&right.ty.base) {
            (left, right)
        } else {
            (self.to_timeline(left), self.to_timeline(right))
        };
        if is_instants(&left.ty.base) == is_instants(&right.ty.base) {
            return (left, right);
        }
        self.need_zone(span, "days meet timestamps");
        (self.to_instants(left), self.to_instants(right))
    }

    /// Reads days as their instants.
    fn to_instants(&self, expr: Expr) -> Expr {
        let ty = match &expr.ty.base {
            Type::DateInterval => Type::TimestampInterval,
            Type::DateTimeline => Type::TimestampTimeline,
            _ => return expr,
        };
        self.convert(expr, Conversion::WholeDays, ty)
    }

    /// Refuses a calendar where something is needed that has ends; returns whether it is one.
    pub(super) fn refuse_calendar(&mut self, expr: &Expr, place: &str) -> bool {
        if !matches!(expr.ty.base, Type::Calendar(_)) {
            return false;
        }
        let text = self.world.text(expr.span);
        let message = format!("a calendar has no ends, and one {place} needs them");
        self.report(
            Diagnostic::new(Code::UnboundedInterval, expr.span, message, "a calendar, from its first day to its last")
                .with_help(format!("clip it: `({text} within period)`")),
        );
        true
    }

    /// Brings two intervals or timelines to timelines of one type.
    pub(super) fn align_timelines(&mut self, left: Expr, right: Expr, span: Span) -> (Expr, Expr) {
        let (left, right) = (self.to_timeline(left), self.to_timeline(right));
        self.align_times(left, right, span)
    }

    /// `t during x`
    pub(super) fn during(&mut self, left: &ast::Expr, right: &ast::Expr, span: Span) -> Typed {
        let (element, interval) = (self.value(left, None).expr, self.value(right, None).expr);
        if element.ty.base == Type::Error || interval.ty.base == Type::Error {
            return self.error_condition(span);
        }
        let (element, interval) = match (&element.ty.base, &interval.ty.base) {
            (_, other) if !is_time_or_calendar(other) => {
                let found = self.show(other);
                let help = match other {
                    Type::List(_) | Type::Set(_) => "for an element: `… in …`",
                    _ => "write an interval: `a .. b`, `a through b`, `period`",
                };
                let message =
                    format!("expected an interval, a timeline or a calendar behind `during`, found `{found}`");
                self.mismatch(interval.span, message, format!("`{found}`"), Some(help.to_owned()));
                return self.error_condition(span);
            }
            (Type::Date, other) if !is_instants(other) => (element, interval),
            (Type::Timestamp, other) if is_instants(other) => (element, interval),
            (Type::Timestamp, _) => {
                self.need_zone(span, "a timestamp meets days");
                (self.convert(element, Conversion::Day, Type::Date), interval)
            }
            (Type::Date, _) => {
                self.need_zone(span, "a date meets timestamps");
                let day = self.convert(element, Conversion::WholeDay, Type::TimestampInterval);
                self.align_times(day, interval, span)
            }
            (other, _) if is_interval(other) => self.align_times(element, interval, span),
            (other, _) => {
                let found = self.show(other);
                let help = is_time(other)
                    .then(|| format!("write `{} covers {}`", self.world.text(right.span), self.world.text(left.span)));
                let message = format!("expected a date, a timestamp or an interval before `during`, found `{found}`");
                self.mismatch(element.span, message, format!("`{found}`"), help);
                return self.error_condition(span);
            }
        };
        let kind = ExprKind::During { element: Box::new(element), interval: Box::new(interval) };
        Typed::plain(self.make(kind, Type::Boolean, span))
    }

    /// `a .. b`, `a through b`
    pub(super) fn interval(
        &mut self,
        op: &Spanned<BinaryOp>,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Typed {
        let (from, until) = self.infer_pair(left, right, None);
        let (from, until) = (from.expr, until.expr);
        let through = op.node == BinaryOp::Through;
        if from.ty.base == Type::Error || until.ty.base == Type::Error {
            return self.error(span);
        }
        let open = from.ty.optional || until.ty.optional;
        for end in [&from, &until] {
            let wrong = match &end.ty.base {
                Type::Date => None,
                Type::Timestamp if !through => None,
                Type::Timestamp => Some("take the day of the instant, or write `..`, which leaves the end out"),
                _ => Some("an interval goes from one date or timestamp to another"),
            };
            if let Some(help) = wrong {
                let found = self.show(&end.ty.base);
                let expected = if through { "a date" } else { "a date or a timestamp" };
                let message = format!("expected {expected} beside `{}`, found `{found}`", op.node.symbol());
                let help = if end.ty.base == Type::Timestamp {
                    format!("{help}: `day({})`", self.world.text(end.span))
                } else {
                    help.to_owned()
                };
                self.mismatch(end.span, message, format!("`{found}`"), Some(help));
                return self.error(span);
            }
        }
        let (from, until, ty) = match (&from.ty.base, &until.ty.base) {
            (Type::Date, Type::Date) => (from, until, Type::DateInterval),
            (Type::Timestamp, Type::Timestamp) => (from, until, Type::TimestampInterval),
            (Type::Date, _) => {
                self.need_zone(span, "a date meets a timestamp");
                (self.convert(from, Conversion::StartOfDay, Type::Timestamp), until, Type::TimestampInterval)
            }
            _ => {
                self.need_zone(span, "a date meets a timestamp");
                (from, self.convert(until, Conversion::StartOfDay, Type::Timestamp), Type::TimestampInterval)
            }
        };
        let kind = ExprKind::Interval { from: Box::new(from), until: Box::new(until), through };
        let mut typed = Typed::plain(self.make(kind, ty, span));
        typed.open = open;
        typed
    }

    /// `A within B`
    pub(super) fn within(&mut self, left: &ast::Expr, right: &ast::Expr, span: Span) -> Typed {
        let (left, right) = (self.value(left, None), self.value(right, None));
        for side in [&left.expr, &right.expr] {
            let ty = &side.ty.base;
            if *ty == Type::Error {
                return self.error(span);
            }
            if !is_time_or_calendar(ty) {
                let found = self.show(ty);
                let help = match ty {
                    Type::Date | Type::Timestamp => Some("for a moment inside an interval: `… during …`"),
                    _ => None,
                };
                let message =
                    format!("expected an interval, a timeline or a calendar beside `within`, found `{found}`");
                self.mismatch(side.span, message, format!("`{found}`"), help.map(str::to_owned));
                return self.error(span);
            }
        }
        if !is_time(&left.expr.ty.base) && self.refuse_calendar(&right.expr, "beside another") {
            return self.error(span);
        }
        self.combine_timelines(TimelineOp::Within, left, right, span)
    }

    /// An operation on two intervals or timelines, one of which may be a calendar.
    pub(super) fn combine_timelines(&mut self, op: TimelineOp, left: Typed, right: Typed, span: Span) -> Typed {
        let needs_ends: &[&Typed] = match op {
            TimelineOp::Within => &[],
            TimelineOp::Minus => &[&left],
            TimelineOp::Union => &[&left, &right],
        };
        for side in needs_ends {
            if self.refuse_calendar(&side.expr, &format!("in `{}`", op.word())) {
                return self.error(span);
            }
        }
        let is_open = |side: &Typed| side.open || !is_time(&side.expr.ty.base);
        let open = match op {
            TimelineOp::Within => is_open(&left) && is_open(&right),
            TimelineOp::Minus => left.open,
            TimelineOp::Union => left.open || right.open,
        };
        let (left, right) = self.align_timelines(left.expr, right.expr, span);
        let ty = if left.ty.base == Type::DateTimeline { Type::DateTimeline } else { Type::TimestampTimeline };
        let kind = ExprKind::TimelineOperation { op, left: Box::new(left), right: Box::new(right) };
        let mut typed = Typed::plain(self.make(kind, ty, span));
        typed.open = open;
        typed
    }

    /// `length(x)`
    pub(super) fn length(&mut self, name: &Name, argument: &ast::Expr, span: Span) -> Typed {
        let Some(argument) = self.bounded_timeline(name, argument) else { return self.error(span) };
        let ty = length_type(&argument.ty.base);
        let kind = ExprKind::Call { function: Function::Length, arguments: vec![argument] };
        Typed::plain(self.make(kind, ty, span))
    }

    /// `longest_gap(x)`, `longest_gap(x, window)`
    pub(super) fn longest_gap(
        &mut self,
        name: &Name,
        timeline: &ast::Expr,
        window: Option<&ast::Expr>,
        span: Span,
    ) -> Typed {
        let (arguments, optional) = match window {
            None => {
                let Some(timeline) = self.bounded_timeline(name, timeline) else { return self.error(span) };
                (vec![timeline], true)
            }
            Some(window) => {
                let timeline = self.value(timeline, None);
                let timeline = match &timeline.expr.ty.base {
                    Type::Calendar(_) => Some(timeline),
                    _ => self.as_timeline(name, timeline),
                };
                let (Some(timeline), Some(window)) = (timeline, self.bounded_timeline(name, window)) else {
                    return self.error(span);
                };
                let (timeline, window) = self.align_timelines(timeline.expr, window, span);
                (vec![timeline, window], false)
            }
        };
        let base = arguments.last().map_or(Type::Error, |argument| length_type(&argument.ty.base));
        let kind = ExprKind::Call { function: Function::LongestGap, arguments };
        Typed::plain(Expr { kind, ty: Ty { base, optional }, span })
    }

    /// An argument that is an interval or a timeline, as a timeline.
    fn as_timeline(&mut self, function: &Name, typed: Typed) -> Option<Typed> {
        let ty = &typed.expr.ty.base;
        if is_time(ty) {
            let expr = self.to_timeline(typed.expr);
            return Some(Typed { expr, ..typed });
        }
        let place = format!("in `{}`", function.node);
        if *ty != Type::Error && !self.refuse_calendar(&typed.expr, &place) {
            let found = self.show(&typed.expr.ty.base);
            let message = format!("`{}` takes an interval or a timeline, found `{found}`", function.node);
            self.mismatch(typed.expr.span, message, format!("`{found}`"), None);
        }
        None
    }

    /// An argument that is an interval or a timeline with both ends, as a timeline.
    fn bounded_timeline(&mut self, function: &Name, argument: &ast::Expr) -> Option<Expr> {
        let typed = self.value(argument, None);
        let typed = self.as_timeline(function, typed)?;
        if typed.open {
            let is_plain = matches!(
                &typed.expr.kind,
                ExprKind::Convert { operand, .. } if matches!(operand.kind, ExprKind::Interval { .. })
            );
            let text = self.world.text(typed.expr.span);
            let help = if is_plain {
                "guard the end: `… is present and …`, or give it a default: `(… otherwise today)`".to_owned()
            } else {
                format!("clip it: `{text} within period`")
            };
            let message = format!("`{}` takes what has both ends, and this may be open", function.node);
            let label = "may go on without end";
            self.report(Diagnostic::new(Code::UnboundedInterval, typed.expr.span, message, label).with_help(help));
        }
        Some(typed.expr)
    }

    /// `timeline(r x where c : from .. until)`, `timeline(r x where c by key while condition)`
    pub(super) fn timeline(
        &mut self,
        function: &Spanned<ast::AggregateFunction>,
        binder: &ast::Binder,
        parts: &ast::AggregateParts,
        span: Span,
    ) -> Typed {
        let word = function.node.word();
        let nothing = [("->", &parts.to), ("every", &parts.every), ("from", &parts.from)];
        if self.takes_none(word, &nothing) {
            return self.error(span);
        }
        let scope = self.names.len();
        let bound = self.at(Polarity::Positive, |checker| checker.bind(binder, Polarity::Positive));
        let facts = bound.facts.clone();
        let (value, by, condition) = self.at(Polarity::Positive, |checker| {
            checker.knowing(&facts, |checker| {
                let value = parts.value.as_ref().map(|value| checker.value(value, None));
                let by = parts.by.as_ref().map(|by| checker.value(by, None).expr);
                (value, by, parts.condition.as_ref().map(|condition| checker.condition(condition).expr))
            })
        });
        self.names.truncate(scope);
        let shape = match (&value, &by, &condition) {
            (Some(_), None, None) | (None, Some(_), Some(_)) => None,
            (Some(_), ..) => Some(("has a value beside `by` or `while`", "leave one of the two out")),
            (None, Some(_), None) => Some(("has no `while`", "say in which state: `timeline(… by … while …)`")),
            (None, None, Some(_)) => Some(("has no `by`", "say when each begins: `timeline(… by … while …)`")),
            (None, None, None) => Some((
                "has no value",
                "say how long each lasts: `timeline(… : from .. until)`; of events, what is the case: `timeline(… by … while …)`",
            )),
        };
        if let Some((what, help)) = shape {
            let message = format!("`{word}` {what}");
            self.report(Diagnostic::new(Code::WrongArguments, function.span, message, what).with_help(help));
            return self.error(span);
        }
        let wrong = |ty: &Type| match (&value, ty) {
            (_, Type::Error) => None,
            (Some(_), ty) => (!is_time(ty)).then_some(("takes an interval or a timeline", "write `from .. until`")),
            (None, ty) => (!matches!(ty, Type::Date | Type::Timestamp))
                .then_some(("goes by a date or a timestamp", "go by the moment at which each event happens")),
        };
        let of = value.as_ref().map(|value| &value.expr).or(by.as_ref());
        if let Some(value) = &value
            && self.refuse_calendar(&value.expr, "in `timeline`")
        {
            return self.error(span);
        }
        if let Some(of) = of
            && let Some((what, help)) = wrong(&of.ty.base)
        {
            let found = self.show(&of.ty.base);
            let message = format!("`{word}` {what}, found `{found}`");
            self.mismatch(of.span, message, format!("`{found}`"), Some(help.to_owned()));
            return self.error(span);
        }
        let element = &self.variables[bound.binder.variable.0 as usize].ty.base;
        if *element == Type::Error || of.is_none_or(|of| of.ty.base == Type::Error) {
            return self.error(span);
        }
        let open = value.as_ref().is_none_or(|value| value.open);
        let value = value.map(|value| self.to_timeline(value.expr));
        let (kind, ty) = match (&value, &by) {
            (Some(value), _) => (AggregateFunction::Timeline, value.ty.base.clone()),
            (None, Some(Expr { ty: Ty { base: Type::Date, .. }, .. })) => (AggregateFunction::Log, Type::DateTimeline),
            _ => (AggregateFunction::Log, Type::TimestampTimeline),
        };
        let used: Vec<&Expr> = by.iter().chain(&condition).chain(&value).collect();
        let binder = self.finish(bound, &used);
        let parts = Box::new(AggregateParts { by, condition, value, ..AggregateParts::default() });
        let mut typed = Typed::plain(self.make(ExprKind::Aggregate { function: kind, binder, parts }, ty, span));
        typed.open = open;
        typed
    }
}

/// What the length of a timeline is.
fn length_type(ty: &Type) -> Type {
    if *ty == Type::DateTimeline { Type::Span } else { Type::Duration }
}
