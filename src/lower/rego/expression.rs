//! One arm for each form of expression.

use super::number::{Form, MOST_IN_JSON, scaled};
use super::pattern::is_portable;
use super::scope::{Lowering, Named};
use super::tree::{Head, Rule, Term};
use crate::ir::{Conversion, Expr, ExprKind, Function, Quantifier, SetOp, TableId, TextTest, VariableId, table};
use crate::lower::refusal::Construct;
use crate::schema::{RecordId, Type};
use crate::value::Value;
use crate::value::time::CalendarUnit;

/// Most combinations of the arguments of a policy table.
const MOST_COMBINATIONS: usize = 4_096;

impl<'a> Lowering<'a> {
    /// Lowers an expression; a count or a share of which only bounds are known is unknown in what comes out.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Term {
        let term = self.quantity(expr);
        if self.has_bounds(expr) { Term::logic("exact", vec![term]) } else { term }
    }

    /// The same, with bounds.
    pub(super) fn quantity(&mut self, expr: &'a Expr) -> Term {
        match &expr.kind {
            ExprKind::Literal(value) => match literal(value, &expr.ty.base) {
                Ok(term) => term,
                Err(construct) => self.refuse(expr, construct),
            },
            ExprKind::Parameter(id) | ExprKind::ParameterAt { parameter: id, .. } => {
                let Some(parameter) = self.environment.parameters.get(id.0 as usize) else { return Term::unknown() };
                let refused = parameter.bindings.iter().find_map(|one| literal(&one.value, &parameter.ty.base).err());
                if let Some(construct) = refused {
                    return self.refuse(expr, construct);
                }
                let name = Term::text(&parameter.name);
                match &expr.kind {
                    ExprKind::ParameterAt { moment, .. } => {
                        let moment = self.expr(moment);
                        Term::logic("parameter_at", vec![name, moment])
                    }
                    _ => {
                        let term = Term::logic("parameter", vec![name]);
                        self.once(expr, term)
                    }
                }
            }
            ExprKind::AsOf => Term::Name("logic.as_of".to_owned()),
            ExprKind::Today => Term::Name("logic.today".to_owned()),
            ExprKind::Period => Term::Name("logic.period".to_owned()),
            ExprKind::Variable(variable) => match self.named.get(variable) {
                Some(Named::Row(name) | Named::Let(name, _)) => Term::Name(name.clone()),
                Some(Named::Element(name)) => Term::Member(Box::new(Term::Name(name.clone())), "element"),
                None => Term::unknown(),
            },
            ExprKind::Field { base, record, field } => {
                let field = self.environment.schema.record(*record).field_type(*field);
                if has_spans(&field.ty.base) {
                    return self.refuse(expr, Construct::Months);
                }
                let row = match &base.ty.base {
                    Type::Reference(_) => {
                        let key = self.expr(base);
                        self.row_of(*record, key)
                    }
                    _ => self.expr(base),
                };
                Term::logic("field", vec![row, Term::text(&field.name)])
            }
            ExprKind::Not(operand) => {
                let operand = self.expr(operand);
                Term::logic("negated", vec![operand])
            }
            ExprKind::And(parts) => self.all_of(parts),
            ExprKind::Or(parts) => {
                let parts = self.exprs(parts);
                Term::logic("any_of", vec![Term::Set(parts)])
            }
            ExprKind::Implies(left, right) => self.call("implied", &[left, right]),
            ExprKind::Compare { op, left, right } => self.comparison(expr, *op, left, right),
            ExprKind::Arithmetic { op, left, right } => {
                let term = self.arithmetic(expr, *op, left, right);
                self.once(expr, term)
            }
            ExprKind::Negate(operand) => self.call("negative", &[operand]),
            ExprKind::Presence { operand, present } => {
                let operand = self.quantity(operand);
                let asked = Term::logic("present", vec![operand]);
                if *present { asked } else { Term::logic("negated", vec![asked]) }
            }
            ExprKind::Filled(parts) => {
                let parts = parts.iter().map(|part| Term::logic("present", vec![self.quantity(part)])).collect();
                Term::logic("all_of", vec![Term::Set(parts)])
            }
            ExprKind::IsRecord { operand, record } => self.is_record(operand, *record),
            ExprKind::Otherwise { value, default } => self.call("otherwise", &[value, default]),
            ExprKind::If { condition, then, otherwise } => self.call("choose", &[condition, then, otherwise]),
            ExprKind::In { element, collection } => match self.as_member(element) {
                Err(construct) => self.refuse(element, construct),
                Ok(()) => self.call("is_member", &[element, collection]),
            },
            ExprKind::During { element, interval } => match (&element.ty.base, &interval.ty.base) {
                (_, Type::Calendar(_)) | (Type::Calendar(_), _) => self.refuse(expr, Construct::WorkingTime),
                (_, timeline) | (timeline, _) if is_timeline(timeline) => self.refuse(expr, Construct::Timelines),
                (inner, _) if is_interval(inner) => self.call("includes", &[interval, element]),
                _ => self.call("during", &[element, interval]),
            },
            ExprKind::TextTest { op, text, part } => {
                let function = match op {
                    TextTest::Contains => "text_contains",
                    TextTest::StartsWith => "text_starts_with",
                    TextTest::EndsWith => "text_ends_with",
                };
                self.call(function, &[text, part])
            }
            ExprKind::Matches { text, pattern } if is_portable(&pattern.text) => {
                let text = self.expr(text);
                Term::logic("matches", vec![text, Term::text(&pattern.text.replace("\\/", "/"))])
            }
            ExprKind::Matches { .. } => self.refuse(expr, Construct::Patterns),
            ExprKind::Set(parts) => {
                if let Some((part, construct)) = parts.iter().find_map(|part| Some((part, self.as_member(part).err()?)))
                {
                    return self.refuse(part, construct);
                }
                let parts = self.exprs(parts);
                let term = Term::logic("set_of", vec![Term::Array(parts)]);
                self.once(expr, term)
            }
            ExprKind::SetOperation { op, left, right } => {
                let function = match op {
                    SetOp::Union => "union_of",
                    SetOp::Minus => "without",
                };
                let term = self.call(function, &[left, right]);
                self.once(expr, term)
            }
            ExprKind::TimelineOperation { left, right, .. } => {
                let construct =
                    if is_calendar(left) || is_calendar(right) { Construct::WorkingTime } else { Construct::Timelines };
                self.refuse(expr, construct)
            }
            ExprKind::Covers(left, right) => self.of_two_collections(expr, left, right, "includes", "covers"),
            ExprKind::Overlaps(left, right) => self.of_two_collections(expr, left, right, "meet", "overlap"),
            ExprKind::Interval { from, until, through } => {
                let term = self.call(if *through { "interval_through" } else { "interval" }, &[from, until]);
                self.once(expr, term)
            }
            ExprKind::Call { function, arguments } => self.function(expr, *function, arguments),
            ExprKind::Table { table, arguments, .. } => self.table(expr, *table, arguments),
            ExprKind::LeftOut { record, row } => {
                let function = self.exclusion(*record);
                let row = self.expr(row);
                Term::Call(function, vec![row])
            }
            ExprKind::Convert { conversion, operand } => self.convert(expr, conversion, operand),
            ExprKind::Stated(stated) => self.stated(stated),
            ExprKind::Unreported(_) => self.refuse(expr, Construct::Rego),
            ExprKind::SubjectName(variables) => self.subject_name(expr, variables),
            ExprKind::Quantified { quantifier, binder, has } => {
                let (candidates, name) = self.candidates(binder);
                let belongs = self.belongs(binder, &name);
                let asked = match (quantifier, has) {
                    (Quantifier::Every, Some(has)) => {
                        let has = self.expr(has);
                        Term::logic("implied", vec![belongs, has])
                    }
                    _ => belongs,
                };
                let asked = Term::SetOf(Box::new(asked), vec![super::scope::some(&name, candidates)]);
                let term = match quantifier {
                    Quantifier::Exists => Term::logic("any_of", vec![asked]),
                    Quantifier::No => Term::logic("negated", vec![Term::logic("any_of", vec![asked])]),
                    Quantifier::Every => Term::logic("all_of", vec![asked]),
                };
                self.once(expr, term)
            }
            ExprKind::Aggregate { function, binder, parts } => {
                let term = self.aggregate(expr, *function, binder, parts);
                self.once(expr, term)
            }
        }
    }

    pub(super) fn exprs(&mut self, parts: &'a [Expr]) -> Vec<Term> {
        parts.iter().map(|part| self.expr(part)).collect()
    }

    pub(super) fn all_of(&mut self, parts: &'a [Expr]) -> Term {
        let parts = self.exprs(parts);
        Term::logic("all_of", vec![Term::Set(parts)])
    }

    pub(super) fn call(&mut self, function: &str, arguments: &[&'a Expr]) -> Term {
        let arguments = arguments.iter().map(|argument| self.expr(argument)).collect();
        Term::logic(function, arguments)
    }

    pub(super) fn record_name(&self, record: RecordId) -> Term {
        Term::text(&self.environment.schema.record(record).name)
    }

    fn row_of(&self, record: RecordId, key: Term) -> Term {
        Term::logic("row_of", vec![self.record_name(record), key])
    }

    /// Why a value cannot be a member of a set, if it cannot.
    pub(super) fn as_member(&self, expr: &Expr) -> Result<(), Construct> {
        match &expr.ty.base {
            Type::Row(_) => Err(Construct::Rows),
            ty if is_timeline(ty) => Err(Construct::Timelines),
            _ if self.form(expr) < Form::Written => Err(Construct::Numbers),
            _ => Ok(()),
        }
    }

    fn of_two_collections(
        &mut self,
        expr: &'a Expr,
        left: &'a Expr,
        right: &'a Expr,
        intervals: &str,
        sets: &str,
    ) -> Term {
        match (&left.ty.base, &right.ty.base) {
            _ if is_calendar(left) || is_calendar(right) => self.refuse(expr, Construct::WorkingTime),
            (one, other) if is_timeline(one) || is_timeline(other) => self.refuse(expr, Construct::Timelines),
            (one, _) if is_interval(one) => self.call(intervals, &[left, right]),
            _ => self.call(sets, &[left, right]),
        }
    }

    fn is_record(&mut self, operand: &'a Expr, record: RecordId) -> Term {
        let others = match &operand.ty.base {
            Type::Reference(targets) => targets.iter().filter(|target| **target != record).copied().collect(),
            _ => Vec::new(),
        };
        let others = Term::Array(others.into_iter().map(|other| self.record_name(other)).collect());
        let key = self.expr(operand);
        Term::logic("names_record", vec![key, self.record_name(record), others])
    }

    fn function(&mut self, expr: &'a Expr, function: Function, arguments: &'a [Expr]) -> Term {
        match (function, arguments) {
            (Function::Abs, [operand]) => self.call("absolute", &[operand]),
            (Function::Day, [operand]) => self.call("day_of", &[operand]),
            (Function::Units(unit), [Expr { kind: ExprKind::Period, .. }]) => {
                Term::logic("units_of_period", vec![Term::text(unit_name(unit))])
            }
            (Function::Units(_) | Function::Periods, _) => self.refuse(expr, Construct::Months),
            (Function::Length | Function::LongestGap, arguments) => {
                // What is refused inside says more.
                let before = self.refusals.len();
                self.exprs(arguments);
                match self.refusals.len() > before {
                    true => Term::unknown(),
                    false => self.refuse(expr, Construct::Timelines),
                }
            }
            _ => self.refuse(expr, Construct::Numbers),
        }
    }

    /// What a policy table gives for every combination of what its arguments may be.
    fn table(&mut self, expr: &'a Expr, id: TableId, arguments: &'a [Expr]) -> Term {
        let Some(table) = self.environment.tables.get(id.0 as usize) else { return Term::unknown() };
        let mut combinations: Vec<Vec<&str>> = vec![Vec::new()];
        for argument in arguments {
            let own = table::values(&argument.ty.base).unwrap_or_default();
            if combinations.len().saturating_mul(own.len()) > MOST_COMBINATIONS {
                return self.refuse(expr, Construct::Depth);
            }
            combinations = combinations
                .iter()
                .flat_map(|start| own.iter().map(move |name| [start.as_slice(), &[*name]].concat()))
                .collect();
        }
        let mut rows = Vec::with_capacity(combinations.len());
        for combination in combinations {
            let fits = |row: &&table::TableRow| {
                let mut parts = combination.iter().zip(&row.cells).zip(&table.parameters);
                parts.all(|((name, cell), parameter)| {
                    let own = table::values(parameter).unwrap_or_default();
                    cell.iter().any(|position| own.get(*position as usize) == Some(name))
                })
            };
            let given = match table.rows.iter().find(fits).map(|row| literal(&row.value, &table.ty.base)) {
                Some(Ok(term)) => term,
                Some(Err(construct)) => return self.refuse(expr, construct),
                None => Term::unknown(),
            };
            let names = combination.iter().zip(arguments).map(|(name, argument)| match argument.ty.base {
                Type::Boolean => Term::Boolean(*name == "true"),
                _ => Term::text(name),
            });
            rows.push(Term::Array(vec![Term::Array(names.collect()), given]));
        }
        let comment = format!("table {} (from {})", table.name, table.from);
        let name = self.rule_for(Term::Array(rows), &table.name, comment);
        let arguments = self.exprs(arguments);
        Term::logic("answer", vec![Term::Name(name), Term::Array(arguments)])
    }

    /// The function that says whether a record is left out.
    fn exclusion(&mut self, record: RecordId) -> String {
        if let Some(name) = self.left_out.get(&record) {
            return name.clone();
        }
        let environment = self.environment;
        let name = self.fresh(&format!("left_out_{}", environment.schema.record(record).name));
        self.left_out.insert(record, name.clone());
        let row = self.fresh("row");
        let conditions = environment
            .exclusions_of(record)
            .filter_map(|(_, exclusion)| Some((exclusion, exclusion.condition()?)))
            .map(|(exclusion, condition)| {
                self.within(&exclusion.body, exclusion.variable, &row, |lowering| lowering.expr(condition))
            })
            .collect();
        let reasons: Vec<&str> = environment.exclusions_of(record).map(|(_, one)| one.because.as_str()).collect();
        self.rules.push(Rule {
            comment: format!("Left out: {}", reasons.join("; ")),
            name: name.clone(),
            head: Head::Function(row, Term::logic("any_of", vec![Term::Set(conditions)])),
        });
        name
    }

    fn convert(&mut self, expr: &'a Expr, conversion: &Conversion, operand: &'a Expr) -> Term {
        let function = match conversion {
            Conversion::WidenEnum(_) | Conversion::Retarget => return self.expr(operand),
            Conversion::Day => "day_of",
            Conversion::StartOfDay => "start_of_day",
            Conversion::WholeDay => "whole_day",
            Conversion::WholeDays if is_interval(&operand.ty.base) => "days_to_instants",
            Conversion::WholeDays | Conversion::IntervalToTimeline => return self.refuse(expr, Construct::Timelines),
            Conversion::RowToReference => "key_of",
            Conversion::ListToSet => "as_set",
        };
        let term = self.call(function, &[operand]);
        self.once(expr, term)
    }

    fn subject_name(&mut self, expr: &'a Expr, variables: &[VariableId]) -> Term {
        let mut parts = Vec::new();
        for variable in variables {
            parts.push(match self.named.get(variable).cloned() {
                Some(Named::Row(name)) => Term::logic("field", vec![Term::Name(name), Term::text("__name")]),
                Some(Named::Element(name)) => {
                    let element = Term::Member(Box::new(Term::Name(name)), "element");
                    let kind = self.variable(*variable).and_then(|variable| kind(&variable.ty.base));
                    match kind {
                        Some(kind) => Term::logic("shown_if_known", vec![Term::text(kind), element]),
                        None => return self.refuse(expr, Construct::Timelines),
                    }
                }
                _ => Term::unknown(),
            });
        }
        Term::logic("subject_name", vec![Term::Array(parts)])
    }
}

/// A value that is written in a policy.
pub(super) fn literal(value: &Value, ty: &Type) -> Result<Term, Construct> {
    let bounded = |integer: i128| {
        if integer.abs() <= MOST_IN_JSON { Ok(Term::Integer(integer)) } else { Err(Construct::Numbers) }
    };
    match (value, ty) {
        (Value::Boolean(known), _) => Ok(Term::Boolean(*known)),
        (Value::Text(text), _) => Ok(Term::text(text)),
        (Value::Number(number), _) => match scaled(*number) {
            Some((integer, 1)) => Ok(Term::Integer(integer)),
            Some((digits, unit)) => Ok(Term::Object(vec![(
                "over".to_owned(),
                Term::Array(vec![Term::Integer(digits), Term::Integer(unit)]),
            )])),
            None => Err(Construct::Numbers),
        },
        (Value::Duration(micros), _) => micros.to_integer().ok_or(Construct::Numbers).and_then(bounded),
        (Value::Date(date), _) => Ok(Term::Integer(i128::from(date.0))),
        (Value::Timestamp(instant), _) => bounded(i128::from(instant.0)),
        (Value::Span(span), _) if span.months == 0 => Ok(Term::Integer(i128::from(span.days))),
        (Value::Span(_), _) => Err(Construct::Months),
        (Value::Member(position), ty) => {
            let member = ty.members().and_then(|members| members.members.get(*position as usize));
            member.map(|member| Term::text(member)).ok_or(Construct::Orders)
        }
        (Value::Set(set), Type::Set(element) | Type::List(element)) => {
            let members: Result<Vec<Term>, Construct> =
                set.members.iter().map(|member| literal(member, element)).collect();
            Ok(Term::logic("set_of", vec![Term::Array(members?)]))
        }
        (Value::Interval(_) | Value::Timeline(_), _) => Err(Construct::Timelines),
        (Value::Reference(_) | Value::Row(_) | Value::List(_) | Value::Set(_), _) => Err(Construct::Rows),
    }
}

/// How values of a type are shown; none for those that have no such form.
pub(super) fn kind(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Text | Type::Enum(_) | Type::Calendar(_) | Type::Reference(_) => Some("text"),
        Type::Integer | Type::Decimal => Some("number"),
        Type::Date => Some("date"),
        Type::Timestamp => Some("timestamp"),
        Type::Duration => Some("duration"),
        Type::Span => Some("span"),
        Type::DateInterval => Some("days"),
        Type::TimestampInterval => Some("instants"),
        Type::Boolean => Some("boolean"),
        Type::Row(_) => Some("row"),
        Type::List(_) | Type::Set(_) => Some("collection"),
        Type::DateTimeline | Type::TimestampTimeline | Type::Error => None,
    }
}

/// The name of a unit, as a function of the language.
pub(crate) fn unit_name(unit: CalendarUnit) -> &'static str {
    match unit {
        CalendarUnit::Day => "days",
        CalendarUnit::Week => "weeks",
        CalendarUnit::Month => "months",
        CalendarUnit::Quarter => "quarters",
        CalendarUnit::Year => "years",
    }
}

fn has_spans(ty: &Type) -> bool {
    match ty {
        Type::Span => true,
        Type::List(element) | Type::Set(element) => has_spans(element),
        _ => false,
    }
}

pub(super) fn is_timeline(ty: &Type) -> bool {
    matches!(ty, Type::DateTimeline | Type::TimestampTimeline)
}

pub(super) fn is_interval(ty: &Type) -> bool {
    matches!(ty, Type::DateInterval | Type::TimestampInterval)
}

fn is_calendar(expr: &Expr) -> bool {
    matches!(expr.ty.base, Type::Calendar(_))
}
