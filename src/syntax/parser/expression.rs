//! Expressions.

use super::operators::{self, Piece};
use super::{Builder, Pair, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{AggregateFunction, AggregateParts, BinaryOp, Binder, Domain, Expr, ExprKind, Quantifier};

/// How many nodes of an expression may be nested; a chain of operators counts each of them.
pub(super) const MOST_LEVELS: usize = 256;

impl Builder<'_> {
    /// Makes the tree of a flat chain of operators and operands.
    pub(super) fn expression(&self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let pieces: Vec<Piece<'_>> = operators::pieces(pair);
        let operators = pieces.iter().filter(|piece| !matches!(piece, Piece::Operand(_))).count();
        let level = self.level.get();
        let Some(inner) = self.deeper(operators + 1, span) else { return self.nothing(span) };
        self.level.set(inner);
        self.check_pieces(&pieces);
        let pairs = pieces.into_iter().map(Piece::into_pair);
        let expr = operators::PRECEDENCE
            .map_primary(|operand| self.operand(operand))
            .map_prefix(|operator, operand| {
                let span = self.span(&operator).to(operand.span);
                if operator.as_rule() == Rule::negate {
                    return Expr { kind: ExprKind::Negate(Box::new(operand)), span };
                }
                if operator.as_str() != "not" {
                    self.foreign(self.span(&operator), operator.as_str(), "write `not`");
                }
                Expr { kind: ExprKind::Not(Box::new(operand)), span }
            })
            .map_infix(|left, operator, right| {
                let span = left.span.to(right.span);
                let op = Spanned::new(self.operator(&operator), self.span(&operator));
                Expr { kind: ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, span }
            })
            .parse(pairs);
        self.level.set(level);
        expr
    }

    /// The level so many nodes deeper; reports and returns `None` beyond the limit.
    fn deeper(&self, nodes: usize, span: Span) -> Option<usize> {
        let level = self.level.get() + nodes;
        if level <= MOST_LEVELS {
            return Some(level);
        }
        let message = format!("an expression has more than {MOST_LEVELS} levels");
        self.report(
            Diagnostic::new(Code::TooDeep, span, message, "each operator of a chain counts as a level")
                .with_help("name parts of it with `let` or `define`, or compare with a set: `x in {a, b, c}`"),
        );
        None
    }

    /// What an operator stands for; one of another language is reported.
    fn operator(&self, pair: &Pair<'_>) -> BinaryOp {
        let shown = pair.as_str();
        let op = match (pair.as_rule(), shown) {
            (Rule::foreign_word, "between" | "BETWEEN") => BinaryOp::GreaterOrEqual,
            (Rule::foreign_word, _) => BinaryOp::Contains,
            (Rule::foreign_mark, "??" | "?:") => BinaryOp::Otherwise,
            (Rule::foreign_mark, _) => BinaryOp::Matches,
            (rule, _) => operators::operator(rule),
        };
        let span = self.span(pair);
        match shown {
            // Where it stands decides on the help: see `check_pieces`.
            "between" | "BETWEEN" => {}
            "like" | "LIKE" => self.foreign(
                span,
                shown,
                "write `contains`, `starts with` or `ends with` with a text, or `matches` with a pattern: `matches /^INC/`",
            ),
            "~=" => self.foreign(span, shown, "write `!=` for \"differs from\", `matches` for a pattern"),
            "=~" => self.foreign(span, shown, "write `matches` and a pattern between slashes: `matches /^INC/`"),
            _ if pair.as_rule() == Rule::foreign_mark => self.foreign(span, shown, "write `otherwise`"),
            _ if shown != op.symbol() && super::one_line(shown).split_whitespace().ne(op.symbol().split(' ')) => {
                self.foreign(span, shown, format!("write `{}`", op.symbol()));
            }
            _ => {}
        }
        op
    }

    fn operand(&self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let Some(primary) = inner.next() else { return self.nothing(span) };
        let postfixes: Vec<Pair<'_>> = inner.collect();
        let level = self.level.get();
        let Some(deeper) = self.deeper(postfixes.len(), span) else { return self.nothing(span) };
        self.level.set(deeper);
        let mut expr = self.primary(primary);
        self.level.set(level);
        for postfix in postfixes {
            expr = match postfix.as_rule() {
                Rule::field_access => self.field_access(expr, postfix),
                Rule::moment => self.parameter_at(expr, postfix),
                _ => self.state(expr, postfix),
            };
        }
        expr
    }

    fn field_access(&self, base: Expr, pair: Pair<'_>) -> Expr {
        let span = base.span.to(self.span(&pair));
        match pair.into_inner().find(|inner| inner.as_rule() == Rule::word) {
            Some(word) => Expr { kind: ExprKind::Field { base: Box::new(base), name: self.name(&word) }, span },
            None => self.nothing(span),
        }
    }

    /// `p at i.opened_at`
    fn parameter_at(&self, parameter: Expr, pair: Pair<'_>) -> Expr {
        let span = parameter.span.to(self.span(&pair));
        let at = pair.as_span().start();
        let value = pair.into_inner().find(|inner| inner.as_rule() == Rule::moment_value);
        let moment = value.and_then(|value| {
            let mut inner = value.into_inner();
            let start = self.primary(inner.next()?);
            Some(inner.fold(start, |base, access| self.field_access(base, access)))
        });
        match (parameter.kind, moment) {
            (ExprKind::Name(name), Some(moment)) => {
                let name = Spanned::new(name, parameter.span);
                Expr { kind: ExprKind::ParameterAt { name, moment: Box::new(moment) }, span }
            }
            _ => {
                let message = "`at` stands only behind the name of a parameter";
                self.report(
                    Diagnostic::new(Code::SyntaxError, self.place(at, at + 2), message, "no parameter before it")
                        .with_help("only parameters have a value at a time: `p1_resolution at i.opened_at`"),
                );
                self.nothing(span)
            }
        }
    }

    /// `is present`, `is absent`, `is RECORD`
    fn state(&self, operand: Expr, pair: Pair<'_>) -> Expr {
        let place = self.span(&pair);
        let span = operand.span.to(place);
        let tested = operand.span;
        let (mut negated, mut what) = (false, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::is_kw if inner.as_str() != "is" => self.foreign(self.span(&inner), "IS", "write `is`"),
                Rule::is_kw => {}
                Rule::not_kw => negated = true,
                _ => what = Some(inner),
            }
        }
        let Some(what) = what else { return self.nothing(span) };
        let presence = |operand: Expr, present: bool| ExprKind::Presence { operand: Box::new(operand), present };
        let foreign = |help: String| self.foreign(place, &self.shown(place), help);
        let write = |rest: &str| foreign(format!("write `{}{rest}`", self.shown(tested)));
        let kind = match what.as_str() {
            word @ ("present" | "absent") => {
                let present = (word == "present") != negated;
                if negated {
                    write(if present { " is present" } else { " is absent" });
                }
                presence(operand, present)
            }
            word if operators::is_null(word) || word == "empty" || word == "missing" => {
                write(if negated { " is present" } else { " is absent" });
                presence(operand, negated)
            }
            word @ ("true" | "false") => {
                if (word == "true") == negated {
                    foreign(format!("write `not {}`", self.shown(tested)));
                } else {
                    write("");
                }
                operand.kind
            }
            word if what.as_rule() != Rule::word => {
                write(&format!(" {} {}", if negated { "!=" } else { "=" }, super::one_line(word)));
                operand.kind
            }
            word => {
                if negated {
                    foreign(format!("write `not ({} is {word})`", self.shown(tested)));
                }
                ExprKind::IsRecord { operand: Box::new(operand), record: self.name(&what) }
            }
        };
        Expr { kind, span }
    }

    fn primary(&self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::quantified => return self.quantified(pair),
            Rule::conditional => return self.conditional(pair),
            Rule::aggregate => return self.aggregate(pair),
            Rule::name_or_call => return self.name_or_call(pair),
            Rule::paren => match pair.into_inner().find(|inner| inner.as_rule() == Rule::expr) {
                Some(expr) => ExprKind::Bracketed(Box::new(self.expression(expr))),
                None => return self.nothing(span),
            },
            Rule::set => ExprKind::Set(self.expressions(pair)),
            Rule::square_list => {
                let members = self.expressions(pair);
                let shown: Vec<String> = members.iter().map(|member| self.shown(member.span)).collect();
                self.foreign(span, "[", format!("write a set with braces: `{{{}}}`", shown.join(", ")));
                ExprKind::Set(members)
            }
            _ => match self.literal(pair) {
                Some(kind) => kind,
                None => return self.nothing(span),
            },
        };
        Expr { kind, span }
    }

    /// The expressions directly under a rule, in order.
    fn expressions(&self, pair: Pair<'_>) -> Vec<Expr> {
        pair.into_inner().filter(|inner| inner.as_rule() == Rule::expr).map(|expr| self.expression(expr)).collect()
    }

    fn name_or_call(&self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let Some(name) = inner.next() else { return self.nothing(span) };
        let kind = match inner.next() {
            Some(arguments) => ExprKind::Call { name: self.name(&name), arguments: self.expressions(arguments) },
            None => ExprKind::Name(name.as_str().to_owned()),
        };
        Expr { kind, span }
    }

    fn quantified(&self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let start = pair.as_span().start();
        let (mut quantifier, mut binder, mut has) = (Quantifier::Every, None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::exists_or_no if inner.as_str() == "no" => quantifier = Quantifier::No,
                Rule::exists_or_no => quantifier = Quantifier::Exists,
                Rule::binder => {
                    self.check_bare_or(&inner, start, quantifier);
                    binder = Some(self.binder(inner));
                }
                Rule::quantifier_call => binder = self.quantifier_call(inner, quantifier),
                Rule::expr => has = Some(Box::new(self.expression(inner))),
                _ => {}
            }
        }
        match binder {
            Some(binder) => Expr { kind: ExprKind::Quantified { quantifier, binder: Box::new(binder), has }, span },
            None => self.nothing(span),
        }
    }

    /// `exists(approval a where …)`, as in other languages.
    fn quantifier_call(&self, pair: Pair<'_>, quantifier: Quantifier) -> Option<Binder> {
        let word = if quantifier == Quantifier::No { "no" } else { "exists" };
        let span = self.span(&pair);
        let binder = pair.into_inner().find(|inner| inner.as_rule() == Rule::binder)?;
        let shown = super::shown(&binder);
        self.report(
            Diagnostic::new(
                Code::ForeignOperator,
                self.place(span.start as usize - self.base, span.start as usize - self.base + 1),
                format!("`{word}` is not a function"),
                "its brackets stand around all of it",
            )
            .with_help(format!("write `({word} {shown})`")),
        );
        Some(self.binder(binder))
    }

    /// `incident i where …`, `m in months(period) where …`
    pub(super) fn binder(&self, pair: Pair<'_>) -> Binder {
        let span = self.span(&pair);
        let (mut first, mut variable, mut elements, mut condition) = (None, None, None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name => first = Some(self.name(&inner)),
                Rule::variable => variable = Some(self.name(&inner)),
                Rule::expr => elements = Some(self.expression(inner)),
                Rule::where_clause => condition = self.expressions(inner).pop(),
                _ => {}
            }
        }
        let first = first.unwrap_or(Spanned::new(String::new(), span));
        match (elements, variable) {
            (Some(elements), _) => Binder { name: first, domain: Domain::Elements(elements), condition, span },
            (None, variable) => {
                let name = variable.unwrap_or_else(|| first.clone());
                Binder { name, domain: Domain::Records(first), condition, span }
            }
        }
    }

    fn conditional(&self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let mut branches = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::elif_kw => self.foreign(self.span(&inner), inner.as_str(), "write `else if`"),
                Rule::expr => branches.push(self.expression(inner)),
                _ => {}
            }
        }
        // Pairs of condition and value, and the value behind `else`.
        let Some(mut otherwise) = branches.pop() else { return self.nothing(span) };
        while let (Some(then), Some(condition)) = (branches.pop(), branches.pop()) {
            let span = condition.span.to(otherwise.span);
            let kind =
                ExprKind::If { condition: Box::new(condition), then: Box::new(then), otherwise: Box::new(otherwise) };
            otherwise = Expr { kind, span };
        }
        Expr { kind: otherwise.kind, span }
    }

    fn aggregate(&self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let (mut function, mut binder, mut parts) = (None, None, AggregateParts::default());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::aggregate_name => {
                    function = aggregate_function(inner.as_str()).map(|node| Spanned::new(node, self.span(&inner)));
                }
                Rule::binder => binder = Some(self.binder(inner)),
                Rule::by_part => parts.by = self.expressions(inner).pop(),
                Rule::while_part => parts.condition = self.expressions(inner).pop(),
                Rule::value_part => parts.value = self.expressions(inner).pop(),
                Rule::to_part => parts.to = self.expressions(inner).pop(),
                Rule::every_part => parts.every = self.expressions(inner).pop(),
                Rule::from_part => parts.from = self.expressions(inner).pop(),
                _ => {}
            }
        }
        match (function, binder) {
            (Some(function), Some(binder)) => {
                let (binder, parts) = (Box::new(binder), Box::new(parts));
                Expr { kind: ExprKind::Aggregate { function, binder, parts }, span }
            }
            _ => self.nothing(span),
        }
    }
}

fn aggregate_function(word: &str) -> Option<AggregateFunction> {
    Some(match word {
        "count" => AggregateFunction::Count,
        "sum" => AggregateFunction::Sum,
        "min" => AggregateFunction::Min,
        "max" => AggregateFunction::Max,
        "mean" => AggregateFunction::Mean,
        "share" => AggregateFunction::Share,
        "set" => AggregateFunction::Set,
        "union" => AggregateFunction::Union,
        "first" => AggregateFunction::First,
        "last" => AggregateFunction::Last,
        "timeline" => AggregateFunction::Timeline,
        "recurs" => AggregateFunction::Recurs,
        "streak" => AggregateFunction::Streak,
        "reachable" => AggregateFunction::Reachable,
        "acyclic" => AggregateFunction::Acyclic,
        _ => return None,
    })
}
