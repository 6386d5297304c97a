//! The layout of expressions.
//!
//! What joins conditions (`and`, `or`, `implies`, `where`, `has`, `then`, `else`) breaks together: all on one line, or each
//! on a line of its own, led by its word. Other operators stand as far right as they fit. Brackets of every kind, where
//! they do not fit on a line, hold one thing on each line.

use super::writer::Writer;
use crate::syntax::ast::{AggregateParts, BinaryOp, Binder, Domain, Expr, ExprKind, Quantifier};

/// Where an expression begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    /// At the beginning of a line, if its group is broken: what goes on with it stands below it.
    Line,
    /// Behind a word or a mark: what goes on with it stands further right than that line.
    Behind,
}

/// How tightly operators bind: those of one class may form a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Implies,
    Or,
    And,
    Comparison,
    Between,
    Range,
    Sum,
    Product,
    Otherwise,
}

fn class(op: BinaryOp) -> Class {
    match op {
        BinaryOp::Implies => Class::Implies,
        BinaryOp::Or => Class::Or,
        BinaryOp::And => Class::And,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessOrEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterOrEqual
        | BinaryOp::In
        | BinaryOp::NotIn
        | BinaryOp::During
        | BinaryOp::Overlaps
        | BinaryOp::Covers
        | BinaryOp::Matches
        | BinaryOp::Contains
        | BinaryOp::StartsWith
        | BinaryOp::EndsWith => Class::Comparison,
        BinaryOp::Within | BinaryOp::Minus | BinaryOp::Union => Class::Between,
        BinaryOp::Until | BinaryOp::Through => Class::Range,
        BinaryOp::Add | BinaryOp::Subtract => Class::Sum,
        BinaryOp::Multiply | BinaryOp::Divide => Class::Product,
        BinaryOp::Otherwise => Class::Otherwise,
    }
}

/// Whether an expression, where it is long, is best broken inside the brackets that it begins with.
fn hugs(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Set(members) => !members.is_empty(),
        ExprKind::Call { arguments, .. } => !arguments.is_empty(),
        ExprKind::Aggregate { .. } | ExprKind::Bracketed(_) => true,
        ExprKind::Not(operand) | ExprKind::Negate(operand) => hugs(operand),
        ExprKind::Field { base, .. } => hugs(base),
        ExprKind::ParameterAt { moment, .. } => hugs(moment),
        ExprKind::Presence { operand, .. } | ExprKind::IsRecord { operand, .. } => hugs(operand),
        ExprKind::Text(_)
        | ExprKind::Integer(_)
        | ExprKind::Decimal(_)
        | ExprKind::Percent(_)
        | ExprKind::Quantity { .. }
        | ExprKind::Date(_)
        | ExprKind::Timestamp(_)
        | ExprKind::Boolean(_)
        | ExprKind::Regex(_)
        | ExprKind::Name(_)
        | ExprKind::Binary { .. }
        | ExprKind::If { .. }
        | ExprKind::Quantified { .. } => false,
    }
}

impl Writer<'_> {
    /// Lays out an expression behind `=`, in an item or in a part of one: on the line if it fits, else on lines below.
    pub(super) fn defined(&mut self, expr: &Expr, in_part: bool) {
        // In column 1, where items begin, no bracket but a brace may close.
        let hugs = hugs(expr) && (in_part || matches!(expr.kind, ExprKind::Set(_)));
        let begins = if hugs { Begins::Behind } else { Begins::Line };
        self.group(|writer| writer.filled(hugs, |writer| writer.expression(expr, begins)));
    }

    /// Lays out what ends with an operand, behind what is before if it fits there. One that hugs is not indented there:
    /// what its brackets hold is already.
    fn filled(&mut self, hugs: bool, inside: impl FnOnce(&mut Self)) {
        self.indented(|writer| writer.fill(hugs));
        if hugs {
            self.indented_if_below(inside);
        } else {
            self.indented(inside);
        }
    }

    /// Lays out an expression.
    pub(super) fn expression(&mut self, expr: &Expr, begins: Begins) {
        match &expr.kind {
            ExprKind::Text(_) => self.texts(expr.span),
            ExprKind::Quantity { .. } => {
                self.take_while(|c| c.is_ascii_digit() || c == '_');
                self.space();
                self.take_while(|c| c.is_ascii_alphabetic());
            }
            ExprKind::Integer(_)
            | ExprKind::Decimal(_)
            | ExprKind::Percent(_)
            | ExprKind::Date(_)
            | ExprKind::Timestamp(_)
            | ExprKind::Boolean(_)
            | ExprKind::Regex(_)
            | ExprKind::Name(_) => self.take(expr.span),
            ExprKind::Field { base, name } => {
                self.expression(base, begins);
                self.word(".");
                self.take(name.span);
            }
            ExprKind::Call { name, arguments } => {
                self.take(name.span);
                self.expressions(["(", ")"], arguments);
            }
            ExprKind::ParameterAt { name, moment } => {
                self.take(name.span);
                self.space();
                self.word("at");
                self.space();
                self.expression(moment, begins);
            }
            ExprKind::Presence { operand, present } => {
                self.expression(operand, begins);
                self.space();
                self.word(if *present { "is present" } else { "is absent" });
            }
            ExprKind::IsRecord { operand, record } => {
                self.expression(operand, begins);
                self.space();
                self.word("is");
                self.space();
                self.take(record.span);
            }
            ExprKind::Not(operand) => {
                self.word("not");
                self.space();
                self.expression(operand, Begins::Behind);
            }
            ExprKind::Negate(operand) => {
                self.word("-");
                self.expression(operand, Begins::Behind);
            }
            ExprKind::Binary { op, .. } => match class(op.node) {
                Class::Implies | Class::Or | Class::And => self.conditions(expr, begins),
                _ => self.operation(expr),
            },
            ExprKind::If { .. } => self.choices(expr, begins),
            ExprKind::Set(members) => self.expressions(["{", "}"], members),
            ExprKind::Quantified { quantifier, binder, has } => {
                self.quantified(*quantifier, binder, has.as_deref());
            }
            ExprKind::Aggregate { function, binder, parts } => {
                self.take(function.span);
                self.aggregate(binder, parts);
            }
            ExprKind::Bracketed(inner) => self.expressions(["(", ")"], std::slice::from_ref(inner)),
        }
    }

    fn expressions(&mut self, brackets: [&str; 2], inside: &[impl std::borrow::Borrow<Expr>]) {
        self.brackets(brackets, inside, |writer, expr| writer.expression(expr.borrow(), Begins::Line));
    }

    /// Conditions with `and`, `or` or `implies` between them, and each with what it holds.
    fn conditions(&mut self, expr: &Expr, begins: Begins) {
        let links = chain(expr);
        self.group(|writer| {
            let all = |writer: &mut Self| {
                for (op, operand) in links {
                    match op {
                        Some(op) => {
                            writer.line();
                            writer.led(op.symbol(), operand);
                        }
                        None => writer.expression(operand, Begins::Behind),
                    }
                }
            };
            match begins {
                Begins::Line => all(writer),
                Begins::Behind => writer.indented(all),
            }
        });
    }

    /// Operands of other operators.
    fn operation(&mut self, expr: &Expr) {
        let links = chain(expr);
        self.group(|writer| {
            for (op, operand) in links {
                match op {
                    Some(op) => writer.filled(hugs(operand), |writer| writer.led(op.symbol(), operand)),
                    None => writer.expression(operand, Begins::Behind),
                }
            }
        });
    }

    /// `if c then a else if d then b else e`
    fn choices(&mut self, expr: &Expr, begins: Begins) {
        self.group(|writer| {
            let all = |writer: &mut Self| {
                let mut next = expr;
                while let ExprKind::If { condition, then, otherwise } = &next.kind {
                    writer.group(|writer| {
                        writer.word("if");
                        writer.space();
                        writer.expression(condition, Begins::Behind);
                        writer.indented(|writer| {
                            writer.line();
                            writer.word("then");
                            writer.space();
                            writer.expression(then, Begins::Behind);
                        });
                    });
                    writer.line();
                    writer.word("else");
                    writer.space();
                    next = otherwise;
                }
                writer.expression(next, Begins::Behind);
            };
            match begins {
                Begins::Line => all(writer),
                Begins::Behind => writer.indented(all),
            }
        });
    }

    /// `exists r x where c`, `no …`, `every … has d`
    fn quantified(&mut self, quantifier: Quantifier, binder: &Binder, has: Option<&Expr>) {
        self.group(|writer| {
            writer.word(match quantifier {
                Quantifier::Exists => "exists",
                Quantifier::No => "no",
                Quantifier::Every => "every",
            });
            writer.space();
            writer.bound(binder);
            writer.indented(|writer| {
                if let Some(condition) = &binder.condition {
                    writer.line();
                    writer.led("where", condition);
                }
                if let Some(has) = has {
                    writer.line();
                    writer.led("has", has);
                }
            });
        });
    }

    /// What stands in the brackets of a function over records, and they.
    fn aggregate(&mut self, binder: &Binder, parts: &AggregateParts) {
        let AggregateParts { by, condition, value, to, every, from } = parts;
        self.group(|writer| {
            writer.word("(");
            writer.indented(|writer| {
                writer.soft();
                writer.group(|writer| {
                    writer.bound(binder);
                    if let Some(condition) = &binder.condition {
                        writer.indented(|writer| {
                            writer.line();
                            writer.led("where", condition);
                        });
                    }
                });
                for (word, part) in [("by", by), ("while", condition)] {
                    if let Some(part) = part {
                        writer.line();
                        writer.led(word, part);
                    }
                }
                if let Some(value) = value {
                    writer.soft();
                    writer.group(|writer| {
                        writer.led(":", value);
                        if let Some(to) = to {
                            writer.filled(false, |writer| writer.led("->", to));
                        }
                    });
                }
                for (word, part) in [("every", every), ("from", from)] {
                    if let Some(part) = part {
                        writer.line();
                        writer.led(word, part);
                    }
                }
            });
            writer.soft_before_close();
            writer.word(")");
        });
    }

    /// `incident i`, `m in months(period)`: a binder without its `where`.
    pub(super) fn bound(&mut self, binder: &Binder) {
        match &binder.domain {
            Domain::Records(record) => {
                self.take(record.span);
                self.space();
                self.take(binder.name.span);
            }
            Domain::Elements(elements) => {
                self.take(binder.name.span);
                self.space();
                self.led("in", elements);
            }
        }
    }

    /// A word, and the expression behind it.
    pub(super) fn led(&mut self, word: &str, expr: &Expr) {
        self.word(word);
        self.space();
        self.expression(expr, Begins::Behind);
    }
}

/// The operands of a chain of operators of one class, each with the operator before it.
fn chain(expr: &Expr) -> Vec<(Option<BinaryOp>, &Expr)> {
    let (mut links, mut first) = (Vec::new(), expr);
    while let ExprKind::Binary { op, left, right } = &first.kind {
        if links.last().is_some_and(|(last, _): &(Option<BinaryOp>, _)| last.map(class) != Some(class(op.node))) {
            break;
        }
        links.push((Some(op.node), &**right));
        first = left;
    }
    links.push((None, first));
    links.reverse();
    links
}
