//! A body as text: stable, for snapshots, plans, and for telling whether two expressions say the same.
//!
//! Everything is bracketed where precedence could matter, enum members and fields have their names, and conversions
//! that the checker put in are written as functions.

use std::fmt::Write as _;

use super::{
    AggregateParts, Binder, Body, Condition, Conversion, Domain, Environment, Expr, ExprKind, Function, Grade,
    IfAbsent, IfNone, Quantifier, Rego, SetOp, Step, TemplatePart, TextTest, Variable,
};
use crate::schema::Type;
use crate::value::time::{CalendarUnit, show_duration};
use crate::value::{Cell, Value};

struct Printer<'a> {
    environment: &'a Environment,
    variables: &'a [Variable],
    out: String,
}

/// Writes an expression on one line.
pub fn expr(environment: &Environment, variables: &[Variable], expr: &Expr) -> String {
    let mut printer = Printer { environment, variables, out: String::new() };
    printer.expr(expr);
    printer.out
}

/// Writes a body, one line for each step and branch.
pub fn body(environment: &Environment, body: &Body) -> String {
    let mut printer = Printer { environment, variables: &body.variables, out: String::new() };
    for step in &body.steps {
        match step {
            Step::ForEach { binder, if_none } => {
                printer.out.push_str("for each ");
                printer.binder(binder);
                if let Some(if_none) = if_none {
                    printer.out.push_str(match if_none {
                        IfNone::Nonconformity => " if none: nonconformity",
                        IfNone::NotDetermined => " if none: not determined",
                        IfNone::NoPopulation => " if none: no population",
                    });
                }
            }
            Step::Let { variable, value, if_absent } => {
                let name = printer.variable(*variable);
                if body.due.as_ref().is_some_and(|due| due.variable == *variable) {
                    printer.out.push_str("due ");
                } else {
                    let _ = write!(printer.out, "let {name} = ");
                }
                printer.expr(value);
                if let Some(if_absent) = if_absent {
                    printer.out.push_str(match if_absent {
                        IfAbsent::Nonconformity => " if absent: nonconformity",
                        IfAbsent::NotDetermined => " if absent: not determined",
                    });
                }
            }
        }
        printer.out.push('\n');
    }
    match &body.condition {
        Condition::Plain(condition) => {
            printer.expr(condition);
            printer.out.push('\n');
        }
        Condition::AnyOf(branches) | Condition::AllOf(branches) => {
            let word = if matches!(body.condition, Condition::AnyOf(_)) { "any of" } else { "all of" };
            printer.out.push_str(word);
            printer.out.push('\n');
            for branch in branches {
                let _ = write!(printer.out, "  {}: ", branch.label);
                printer.expr(&branch.condition);
                printer.out.push('\n');
            }
        }
    }
    if let Some(because) = &body.because {
        printer.out.push_str("because ");
        for part in &because.parts {
            match part {
                TemplatePart::Text(text) => {
                    let _ = write!(printer.out, "{text:?} ");
                }
                TemplatePart::Hole(hole) => {
                    printer.out.push('{');
                    printer.expr(hole);
                    printer.out.push_str("} ");
                }
            }
        }
        printer.out.truncate(printer.out.trim_end().len());
        printer.out.push('\n');
    }
    printer.out
}

/// Writes when a nonconformity is proposed as major.
pub fn grade(environment: &Environment, variables: &[Variable], grade: &Grade) -> String {
    match grade {
        Grade::Above(share) => format!("major above {share}"),
        Grade::Always => "major always".to_owned(),
        Grade::When(condition) => format!("major when {}", expr(environment, variables, condition)),
    }
}

impl Printer<'_> {
    fn variable(&self, id: super::VariableId) -> String {
        self.variables.get(id.0 as usize).map_or_else(|| format!("#{}", id.0), |variable| variable.name.clone())
    }

    fn parameter(&mut self, id: super::ParameterId) {
        match self.environment.parameters.get(id.0 as usize) {
            Some(parameter) => self.out.push_str(&parameter.name),
            None => {
                let _ = write!(self.out, "parameter {}", id.0);
            }
        }
    }

    fn list(&mut self, parts: &[Expr], separator: &str) {
        for (position, part) in parts.iter().enumerate() {
            if position > 0 {
                self.out.push_str(separator);
            }
            self.expr(part);
        }
    }

    fn infix(&mut self, left: &Expr, symbol: &str, right: &Expr) {
        self.out.push('(');
        self.expr(left);
        let _ = write!(self.out, " {symbol} ");
        self.expr(right);
        self.out.push(')');
    }

    fn call(&mut self, name: &str, parts: &[&Expr]) {
        self.out.push_str(name);
        self.out.push('(');
        for (position, part) in parts.iter().enumerate() {
            if position > 0 {
                self.out.push_str(", ");
            }
            self.expr(part);
        }
        self.out.push(')');
    }

    fn binder(&mut self, binder: &Binder) {
        let name = self.variable(binder.variable);
        match &binder.domain {
            Domain::Records(record) => {
                let _ = write!(self.out, "{} {name}", self.environment.schema.record(*record).name);
            }
            Domain::Elements(elements) => {
                let _ = write!(self.out, "{name} in ");
                self.expr(elements);
            }
        }
        if !binder.conjuncts.is_empty() {
            self.out.push_str(" where ");
            self.list(&binder.conjuncts, " and ");
        }
    }

    fn value(&mut self, value: &Value, ty: &Type) {
        let _ = match (value, ty) {
            (Value::Boolean(value), _) => write!(self.out, "{value}"),
            (Value::Number(number), _) => write!(self.out, "{number}"),
            (Value::Text(text), _) => write!(self.out, "{text:?}"),
            (Value::Date(date), _) => write!(self.out, "{date}"),
            (Value::Timestamp(instant), _) => write!(self.out, "{instant}"),
            (Value::Duration(length), _) => write!(self.out, "{}", show_duration(*length)),
            (Value::Span(span), _) => write!(self.out, "{span}"),
            (Value::Interval(interval), _) => write!(self.out, "{interval}"),
            (Value::Member(position), Type::Enum(members) | Type::Calendar(members)) => {
                match members.members.get(*position as usize) {
                    Some(member) => write!(self.out, "{member}"),
                    None => write!(self.out, "member {position}"),
                }
            }
            (Value::Member(position), _) => write!(self.out, "member {position}"),
            (Value::Reference(key), _) => write!(self.out, "key {}", key.0),
            (Value::Row(row), _) => write!(self.out, "row {row}"),
            (Value::List(cells), Type::List(element)) => {
                self.out.push('[');
                for (position, cell) in cells.iter().enumerate() {
                    if position > 0 {
                        self.out.push_str(", ");
                    }
                    match cell {
                        Cell::Present(value) => self.value(value, element),
                        Cell::Absent => self.out.push_str("absent"),
                        Cell::Unknown => self.out.push_str("unknown"),
                    }
                }
                write!(self.out, "]")
            }
            (Value::Set(set), Type::Set(element)) => {
                self.out.push('{');
                for (position, value) in set.members.iter().enumerate() {
                    if position > 0 {
                        self.out.push_str(", ");
                    }
                    self.value(value, element);
                }
                write!(self.out, "}}")
            }
            (Value::List(_) | Value::Set(_) | Value::Timeline(_), _) => write!(self.out, "…"),
        };
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(value) => self.value(value, &expr.ty.base),
            ExprKind::Parameter(id) => self.parameter(*id),
            ExprKind::ParameterAt { parameter, moment } => {
                self.out.push('(');
                self.parameter(*parameter);
                self.out.push_str(" at ");
                self.expr(moment);
                self.out.push(')');
            }
            ExprKind::AsOf => self.out.push_str("as_of"),
            ExprKind::Today => self.out.push_str("today"),
            ExprKind::Period => self.out.push_str("period"),
            ExprKind::Variable(id) => {
                let name = self.variable(*id);
                self.out.push_str(&name);
            }
            ExprKind::Field { base, record, field } => {
                self.expr(base);
                let _ = write!(self.out, ".{}", self.environment.schema.record(*record).field_type(*field).name);
            }
            ExprKind::Not(operand) => self.call("not ", &[operand]),
            ExprKind::And(parts) => {
                self.out.push('(');
                self.list(parts, " and ");
                self.out.push(')');
            }
            ExprKind::Or(parts) => {
                self.out.push('(');
                self.list(parts, " or ");
                self.out.push(')');
            }
            ExprKind::Implies(left, right) => self.infix(left, "implies", right),
            ExprKind::Compare { op, left, right } => self.infix(left, op.symbol(), right),
            ExprKind::Arithmetic { op, left, right } => {
                let symbol = match op {
                    super::ArithmeticOp::Add => "+",
                    super::ArithmeticOp::Subtract => "-",
                    super::ArithmeticOp::Multiply => "*",
                    super::ArithmeticOp::Divide => "/",
                };
                self.infix(left, symbol, right);
            }
            ExprKind::Negate(operand) => self.call("-", &[operand]),
            ExprKind::Presence { operand, present } => {
                self.out.push('(');
                self.expr(operand);
                self.out.push_str(if *present { " is present)" } else { " is absent)" });
            }
            ExprKind::Filled(parts) => self.call("filled", &parts.iter().collect::<Vec<_>>()),
            ExprKind::IsRecord { operand, record } => {
                self.out.push('(');
                self.expr(operand);
                let _ = write!(self.out, " is {})", self.environment.schema.record(*record).name);
            }
            ExprKind::Otherwise { value, default } => self.infix(value, "otherwise", default),
            ExprKind::If { condition, then, otherwise } => {
                self.out.push_str("(if ");
                self.expr(condition);
                self.out.push_str(" then ");
                self.expr(then);
                self.out.push_str(" else ");
                self.expr(otherwise);
                self.out.push(')');
            }
            ExprKind::In { element, collection } => self.infix(element, "in", collection),
            ExprKind::During { element, interval } => self.infix(element, "during", interval),
            ExprKind::TextTest { op, text, part } => {
                let symbol = match op {
                    TextTest::Contains => "contains",
                    TextTest::StartsWith => "starts with",
                    TextTest::EndsWith => "ends with",
                };
                self.infix(text, symbol, part);
            }
            ExprKind::Matches { text, pattern } => {
                self.out.push('(');
                self.expr(text);
                let _ = write!(self.out, " matches /{}/)", pattern.text);
            }
            ExprKind::Set(parts) => {
                self.out.push('{');
                self.list(parts, ", ");
                self.out.push('}');
            }
            ExprKind::SetOperation { op, left, right } => {
                self.infix(left, if *op == SetOp::Union { "union" } else { "minus" }, right);
            }
            ExprKind::TimelineOperation { op, left, right } => self.infix(left, op.word(), right),
            ExprKind::Covers(left, right) => self.infix(left, "covers", right),
            ExprKind::Overlaps(left, right) => self.infix(left, "overlaps", right),
            ExprKind::Interval { from, until, through } => {
                self.infix(from, if *through { "through" } else { ".." }, until);
            }
            ExprKind::Call { function, arguments } => {
                let name = match function {
                    Function::Abs => "abs",
                    Function::Day => "day",
                    Function::Units(CalendarUnit::Day) => "days",
                    Function::Units(CalendarUnit::Week) => "weeks",
                    Function::Units(CalendarUnit::Month) => "months",
                    Function::Units(CalendarUnit::Quarter) => "quarters",
                    Function::Units(CalendarUnit::Year) => "years",
                    Function::Periods => "periods",
                    Function::Length => "length",
                    Function::LongestGap => "longest_gap",
                };
                self.call(name, &arguments.iter().collect::<Vec<_>>());
            }
            ExprKind::Table { table, arguments, .. } => {
                let environment = self.environment;
                let name = environment.tables.get(table.0 as usize).map_or("table", |table| table.name.as_str());
                self.call(name, &arguments.iter().collect::<Vec<_>>());
            }
            ExprKind::LeftOut { row, .. } => self.call("left_out", &[row]),
            ExprKind::Convert { conversion, operand } => self.conversion(conversion, operand, &expr.ty.base),
            ExprKind::Stated(stated) => {
                let _ = write!(self.out, "{}({})", stated.statement.word(), stated.item);
            }
            ExprKind::SubjectName(_) => self.out.push_str("subject"),
            ExprKind::Unreported(rego) => self.rego(rego),
            ExprKind::Quantified { quantifier, binder, has } => {
                self.out.push_str(match quantifier {
                    Quantifier::Exists => "(exists ",
                    Quantifier::No => "(no ",
                    Quantifier::Every => "(every ",
                });
                self.binder(binder);
                if let Some(has) = has {
                    self.out.push_str(" has ");
                    self.expr(has);
                }
                self.out.push(')');
            }
            ExprKind::Aggregate { function, binder, parts } => {
                self.out.push_str(function.word());
                self.out.push('(');
                self.binder(binder);
                let AggregateParts { by, condition, value, to, every, from } = &**parts;
                let words = [" by ", " while ", " : ", " -> ", " every ", " from "];
                for (word, part) in words.into_iter().zip([by, condition, value, to, every, from]) {
                    if let Some(part) = part {
                        self.out.push_str(word);
                        self.expr(part);
                    }
                }
                self.out.push(')');
            }
        }
    }

    fn rego(&mut self, rego: &Rego) {
        let files: Vec<String> = rego.modules.iter().map(|module| format!("{:?}", module.file)).collect();
        let _ = write!(self.out, "(rego {} at {} reads ", files.join(", "), rego.name());
        for (position, read) in rego.reads.iter().enumerate() {
            if position > 0 {
                self.out.push_str(", ");
            }
            self.expr(read);
        }
        for (position, (record, field)) in rego.columns.iter().enumerate() {
            let declared = self.environment.schema.record(*record);
            let comma = if position + rego.reads.len() > 0 { ", " } else { "" };
            let _ = write!(self.out, "{comma}{}.{}", declared.name, declared.field_type(*field).name);
        }
        self.out.push(')');
    }

    fn conversion(&mut self, conversion: &Conversion, operand: &Expr, to: &Type) {
        let name = match conversion {
            Conversion::Day => "day".to_owned(),
            Conversion::StartOfDay => "start_of_day".to_owned(),
            Conversion::WholeDay => "whole_day".to_owned(),
            Conversion::WholeDays => "whole_days".to_owned(),
            Conversion::RowToReference => "reference".to_owned(),
            Conversion::ListToSet => "set".to_owned(),
            Conversion::IntervalToTimeline => "timeline".to_owned(),
            Conversion::WidenEnum(_) | Conversion::Retarget => format!("as[{}]", self.environment.schema.show(to)),
        };
        self.call(&name, &[operand]);
    }
}
