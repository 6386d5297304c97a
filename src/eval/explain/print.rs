//! Expressions as text where the policy's own text will not do: inside a define, which speaks of its parameters.

use super::show::Show;
use crate::ir::reads::for_each_child;
use crate::ir::{ArithmeticOp, Expr, ExprKind, Function, SetOp, TextTest};
use crate::value::time::CalendarUnit;

/// Whether an expression is written in one piece: nothing under it stands elsewhere, as an argument of a define does.
fn is_whole(expr: &Expr, outer: &Expr) -> bool {
    let inside = |part: &Expr| {
        part.span.file == outer.span.file && outer.span.start <= part.span.start && part.span.end <= outer.span.end
    };
    // An exclusion stands nowhere in the text.
    let mut whole = inside(expr) && !matches!(expr.kind, ExprKind::LeftOut { .. });
    for_each_child(expr, &mut |child| whole = whole && is_whole(child, outer));
    whole
}

impl Show<'_> {
    /// Returns an expression as text on one line: as written or, where parts of it were put in for the parameters of a
    /// define, with those parts in their places.
    pub fn expr(&self, expr: &Expr) -> String {
        if is_whole(expr, expr) { self.text(expr.span) } else { self.printed(expr) }
    }

    fn printed(&self, expr: &Expr) -> String {
        let all = |parts: &[Expr], word: &str| -> String {
            parts.iter().map(|part| self.operand(part)).collect::<Vec<_>>().join(word)
        };
        let list = |parts: &[Expr]| parts.iter().map(|part| self.expr(part)).collect::<Vec<_>>().join(", ");
        let two =
            |left: &Expr, word: &str, right: &Expr| format!("{} {word} {}", self.operand(left), self.operand(right));
        match &expr.kind {
            ExprKind::Field { base, record, field } => {
                let name = &self.environment.schema.record(*record).field_type(*field).name;
                format!("{}.{name}", self.operand(base))
            }
            ExprKind::Convert { operand, .. } => self.expr(operand),
            ExprKind::Not(operand) => format!("not {}", self.operand(operand)),
            ExprKind::Negate(operand) => format!("-{}", self.operand(operand)),
            ExprKind::And(parts) => all(parts, " and "),
            ExprKind::Or(parts) => all(parts, " or "),
            ExprKind::Implies(left, right) => two(left, "implies", right),
            ExprKind::Compare { op, left, right } => two(left, op.symbol(), right),
            ExprKind::Arithmetic { op, left, right } => {
                let symbol = match op {
                    ArithmeticOp::Add => "+",
                    ArithmeticOp::Subtract => "-",
                    ArithmeticOp::Multiply => "*",
                    ArithmeticOp::Divide => "/",
                };
                two(left, symbol, right)
            }
            ExprKind::Presence { operand, present } => {
                format!("{} is {}", self.operand(operand), if *present { "present" } else { "absent" })
            }
            ExprKind::Filled(parts) => format!("filled({})", list(parts)),
            ExprKind::IsRecord { operand, record } => {
                format!("{} is {}", self.operand(operand), self.record_name(*record))
            }
            ExprKind::Otherwise { value, default } => two(value, "otherwise", default),
            ExprKind::If { condition, then, otherwise } => {
                format!("if {} then {} else {}", self.expr(condition), self.expr(then), self.expr(otherwise))
            }
            ExprKind::In { element, collection } => two(element, "in", collection),
            ExprKind::During { element, interval } => two(element, "during", interval),
            ExprKind::TextTest { op, text, part } => {
                let word = match op {
                    TextTest::Contains => "contains",
                    TextTest::StartsWith => "starts with",
                    TextTest::EndsWith => "ends with",
                };
                two(text, word, part)
            }
            ExprKind::Matches { text, pattern } => format!("{} matches /{}/", self.operand(text), pattern.text),
            ExprKind::Set(elements) => format!("{{{}}}", list(elements)),
            ExprKind::SetOperation { op, left, right } => {
                two(left, if *op == SetOp::Union { "union" } else { "minus" }, right)
            }
            ExprKind::TimelineOperation { op, left, right } => two(left, op.word(), right),
            ExprKind::Covers(left, right) => two(left, "covers", right),
            ExprKind::Overlaps(left, right) => two(left, "overlaps", right),
            ExprKind::Interval { from, until, through } => two(from, if *through { "through" } else { ".." }, until),
            ExprKind::Call { function, arguments } => {
                let name = match function {
                    Function::Abs => "abs",
                    Function::Day => "day",
                    Function::Periods => "periods",
                    Function::Length => "length",
                    Function::LongestGap => "longest_gap",
                    Function::Units(CalendarUnit::Day) => "days",
                    Function::Units(CalendarUnit::Week) => "weeks",
                    Function::Units(CalendarUnit::Month) => "months",
                    Function::Units(CalendarUnit::Quarter) => "quarters",
                    Function::Units(CalendarUnit::Year) => "years",
                };
                format!("{name}({})", list(arguments))
            }
            ExprKind::Table { table, arguments, .. } => format!("{}({})", self.table_name(*table), list(arguments)),
            ExprKind::LeftOut { row, .. } => format!("{} is left out", self.operand(row)),
            ExprKind::ParameterAt { parameter, moment } => {
                let name =
                    self.environment.parameters.get(parameter.0 as usize).map_or("", |known| known.name.as_str());
                format!("{name} at {}", self.operand(moment))
            }
            // What ranges over records is shown as it is written: its text names its own variable.
            ExprKind::Quantified { .. }
            | ExprKind::Aggregate { .. }
            | ExprKind::Stated(_)
            | ExprKind::Unreported(_)
            | ExprKind::SubjectName(_)
            | ExprKind::Literal(_)
            | ExprKind::Parameter(_)
            | ExprKind::AsOf
            | ExprKind::Today
            | ExprKind::Period
            | ExprKind::Variable(_) => self.text(expr.span),
        }
    }

    /// An expression as a part of another: in brackets unless it is a name, a path, a literal or a call.
    fn operand(&self, expr: &Expr) -> String {
        let text = self.expr(expr);
        let is_tight = match &expr.kind {
            ExprKind::Convert { operand, .. } => return self.operand(operand),
            ExprKind::Field { .. }
            | ExprKind::Literal(_)
            | ExprKind::Parameter(_)
            | ExprKind::AsOf
            | ExprKind::Today
            | ExprKind::Period
            | ExprKind::Variable(_)
            | ExprKind::Filled(_)
            | ExprKind::Set(_)
            | ExprKind::Call { .. }
            | ExprKind::Table { .. }
            | ExprKind::ParameterAt { .. }
            | ExprKind::Aggregate { .. } => true,
            _ => text.starts_with('(') && text.ends_with(')'),
        };
        if is_tight { text } else { format!("({text})") }
    }
}
