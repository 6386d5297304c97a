//! One arm for each form of expression.

use shall::ir::{AggregateFunction, CompareOp, Conversion, Expr, ExprKind, Function, Quantifier, SetOp, TextTest};
use shall::schema::{RecordId, Type};
use shall::value::time::{periods, units};
use shall::value::{CalendarSpan, Cell, Date, Interval, Moment, SetValue, TimelineValue, Timestamp, Truth, Value};

use super::quantity::Found;
use super::scalar::{arithmetic, cell, compare, negate, truth_cell};
use super::timeline::{self, as_timeline};
use super::{Binding, Ground, Meaning, Oracle, Scope};

impl Oracle<'_> {
    /// What an expression comes to, with the bounds of a count or a share.
    pub(super) fn found(&self, expr: &Expr, scope: &Scope) -> Found {
        match &expr.kind {
            ExprKind::Variable(variable) => match scope.get(variable) {
                Some(Meaning::Let { found, .. }) => found.clone(),
                Some(Meaning::Candidate(Binding::Row(_, row))) => Found::Cell(Cell::Present(Value::Row(*row))),
                Some(Meaning::Candidate(Binding::Element(element))) => Found::Cell(element.clone()),
                Some(Meaning::Candidate(Binding::Missing(_))) | None => Found::Cell(Cell::Unknown),
            },
            ExprKind::Aggregate { function, binder, parts } => {
                self.aggregate(*function, binder, parts, &expr.ty.base, scope)
            }
            _ => Found::Cell(self.simple(expr, scope)),
        }
    }

    /// The value of an expression; a count or a share of which only bounds are known is unknown.
    pub(super) fn value(&self, expr: &Expr, scope: &Scope) -> Cell {
        self.found(expr, scope).exact()
    }

    fn simple(&self, expr: &Expr, scope: &Scope) -> Cell {
        let value = |part: &Expr| self.value(part, scope);
        // Most operations over an absent or unknown operand are unknown: `?` in here says so.
        let present = |part: &Expr| match value(part) {
            Cell::Present(value) => Some(value),
            Cell::Absent | Cell::Unknown => None,
        };
        let truth = |part: &Expr| self.truth(part, scope);
        match &expr.kind {
            ExprKind::Variable(_) | ExprKind::Aggregate { .. } => value(expr),
            ExprKind::Literal(literal) => Cell::Present(literal.clone()),
            ExprKind::Parameter(id) => self.bound(id.0 as usize, self.run.as_of.and_then(|as_of| self.day(as_of))),
            ExprKind::ParameterAt { parameter, moment } => {
                let day = match value(moment) {
                    Cell::Present(Value::Date(day)) => Some(day),
                    _ => None,
                };
                self.bound(parameter.0 as usize, day)
            }
            ExprKind::AsOf => cell(self.run.as_of.map(Value::Timestamp)),
            ExprKind::Today => cell(self.run.as_of.and_then(|as_of| self.day(as_of)).map(Value::Date)),
            ExprKind::Period => cell(self.run.period.map(Value::Interval)),
            ExprKind::Field { base, record, field } => match value(base) {
                Cell::Present(Value::Row(row)) => self.dataset.cell(*record, row, *field),
                Cell::Present(Value::Reference(key)) => match self.dataset.rows_of(*record, key) {
                    [row] => self.dataset.cell(*record, *row, *field),
                    _ => Cell::Unknown,
                },
                _ => Cell::Unknown,
            },
            ExprKind::Not(operand) => truth_cell(!truth(operand)),
            ExprKind::And(parts) => truth_cell(parts.iter().map(truth).fold(Truth::True, Truth::and)),
            ExprKind::Or(parts) => truth_cell(parts.iter().map(truth).fold(Truth::False, Truth::or)),
            ExprKind::Implies(left, right) => truth_cell((!truth(left)).or(truth(right))),
            ExprKind::Compare { op, left, right } => truth_cell(self.compared(*op, left, right, scope)),
            ExprKind::Arithmetic { op, left, right } => {
                cell((|| arithmetic(*op, present(left)?, present(right)?, self.environment.zone.as_ref()))())
            }
            ExprKind::Negate(operand) => cell(present(operand).and_then(negate)),
            ExprKind::Presence { operand, present } => truth_cell(match self.found(operand, scope) {
                Found::Cell(Cell::Unknown) => Truth::Unknown,
                Found::Cell(Cell::Absent) => Truth::from(!present),
                Found::Cell(Cell::Present(_)) | Found::Between(..) => Truth::from(*present),
            }),
            ExprKind::Filled(parts) => truth_cell(
                parts
                    .iter()
                    .map(|part| match self.found(part, scope) {
                        Found::Cell(Cell::Present(_)) | Found::Between(..) => Truth::True,
                        Found::Cell(Cell::Absent) => Truth::False,
                        Found::Cell(Cell::Unknown) => Truth::Unknown,
                    })
                    .fold(Truth::True, Truth::and),
            ),
            ExprKind::IsRecord { operand, record } => truth_cell(self.is_record(operand, *record, scope)),
            ExprKind::Otherwise { value: first, default } => match value(first) {
                Cell::Absent => value(default),
                known => known,
            },
            ExprKind::If { condition, then, otherwise } => match truth(condition) {
                Truth::True => value(then),
                Truth::False => value(otherwise),
                Truth::Unknown => match (value(then), value(otherwise)) {
                    (Cell::Present(a), Cell::Present(b)) if a == b => Cell::Present(a),
                    _ => Cell::Unknown,
                },
            },
            ExprKind::In { element, collection } => truth_cell(match (value(element), value(collection)) {
                (Cell::Absent, _) => Truth::False,
                (Cell::Present(element), Cell::Present(Value::Set(set))) if set.has(&element) => Truth::True,
                (Cell::Present(_), Cell::Present(Value::Set(set))) if set.complete => Truth::False,
                (element @ Cell::Present(_), Cell::Present(Value::List(list))) => {
                    if list.contains(&element) {
                        Truth::True
                    } else if list.contains(&Cell::Unknown) {
                        Truth::Unknown
                    } else {
                        Truth::False
                    }
                }
                _ => Truth::Unknown,
            }),
            ExprKind::During { element, interval } if is_calendar(interval) => truth_cell(match present(element) {
                Some(Value::Timestamp(instant)) => {
                    let open = present(interval).and_then(|calendar| self.open_at(&calendar, instant));
                    Truth::from(open)
                }
                _ => self
                    .timelines(interval, element, scope)
                    .map_or(Truth::Unknown, |(outer, inner)| timeline::covers(&outer, &inner)),
            }),
            ExprKind::During { element, interval } => truth_cell(match (present(element), present(interval)) {
                (Some(Value::Interval(inner)), Some(Value::Interval(outer))) => Truth::from(outer.includes(inner)),
                (Some(Value::Timeline(inner)), Some(Value::Timeline(outer))) => timeline::covers(&outer, &inner),
                (Some(element), Some(Value::Timeline(outer))) => {
                    moment(&element).map_or(Truth::Unknown, |moment| timeline::has(&outer, moment))
                }
                (Some(element), Some(Value::Interval(interval))) => {
                    Truth::from(moment(&element).map(|moment| interval.has(moment)))
                }
                _ => Truth::Unknown,
            }),
            ExprKind::TextTest { op, text, part } => truth_cell(match (present(text), present(part)) {
                (Some(Value::Text(text)), Some(Value::Text(part))) => Truth::from(match op {
                    TextTest::Contains => text.contains(&*part),
                    TextTest::StartsWith => text.starts_with(&*part),
                    TextTest::EndsWith => text.ends_with(&*part),
                }),
                _ => Truth::Unknown,
            }),
            ExprKind::Matches { text, pattern } => truth_cell(match present(text) {
                Some(Value::Text(text)) => Truth::from(pattern.regex.is_match(&text)),
                _ => Truth::Unknown,
            }),
            ExprKind::Set(parts) => {
                let cells: Vec<Cell> = parts.iter().map(value).collect();
                Cell::Present(Value::Set(set_of(cells)))
            }
            ExprKind::SetOperation { op, left, right } => cell((|| {
                let (left, right) = (as_set(present(left)?)?, as_set(present(right)?)?);
                let complete = left.complete && right.complete;
                let members = match op {
                    SetOp::Union => left.members.into_iter().chain(right.members).collect(),
                    SetOp::Minus if !complete => return None,
                    SetOp::Minus => left.members.into_iter().filter(|member| !right.has(member)).collect(),
                };
                Some(Value::Set(SetValue::new(members, complete)))
            })()),
            ExprKind::TimelineOperation { op, left, right } => cell((|| {
                let (left, right) = self.timelines(left, right, scope)?;
                timeline::operation(*op, &left, &right)
            })()),
            ExprKind::Covers(left, right) if is_calendar(left) => truth_cell(
                self.timelines(left, right, scope)
                    .map_or(Truth::Unknown, |(outer, inner)| timeline::covers(&outer, &inner)),
            ),
            ExprKind::Overlaps(left, right) if is_calendar(left) || is_calendar(right) => truth_cell(
                self.timelines(left, right, scope)
                    .map_or(Truth::Unknown, |(left, right)| timeline::overlaps(&left, &right)),
            ),
            ExprKind::Covers(left, right) => truth_cell(match (present(left), present(right)) {
                (Some(Value::Timeline(outer)), Some(Value::Timeline(inner))) => timeline::covers(&outer, &inner),
                (Some(Value::Interval(outer)), Some(Value::Interval(inner))) => Truth::from(outer.includes(inner)),
                (Some(outer), Some(inner)) => match (as_set(outer), as_set(inner)) {
                    (Some(outer), Some(inner)) => {
                        let inside = inner.members.iter().all(|member| outer.has(member));
                        match inside {
                            true if inner.complete => Truth::True,
                            false if outer.complete => Truth::False,
                            _ => Truth::Unknown,
                        }
                    }
                    _ => Truth::Unknown,
                },
                _ => Truth::Unknown,
            }),
            ExprKind::Overlaps(left, right) => truth_cell(match (present(left), present(right)) {
                (Some(Value::Timeline(left)), Some(Value::Timeline(right))) => timeline::overlaps(&left, &right),
                (Some(Value::Interval(left)), Some(Value::Interval(right))) => Truth::from(left.overlaps(right)),
                (Some(left), Some(right)) => match (as_set(left), as_set(right)) {
                    (Some(left), Some(right)) if left.members.iter().any(|member| right.has(member)) => Truth::True,
                    (Some(left), Some(right)) if left.complete && right.complete => Truth::False,
                    _ => Truth::Unknown,
                },
                _ => Truth::Unknown,
            }),
            ExprKind::Interval { from, until, through } => cell(interval(value(from), value(until), *through)),
            ExprKind::Call { function: function @ (Function::Length | Function::LongestGap), arguments } => {
                let arguments: Option<Vec<TimelineValue>> = match arguments.as_slice() {
                    [timeline, window] => {
                        self.timelines(timeline, window, scope).map(|(timeline, window)| vec![timeline, window])
                    }
                    arguments => arguments.iter().map(|argument| present(argument).and_then(as_timeline)).collect(),
                };
                arguments.map_or(Cell::Unknown, |arguments| timeline::measure(*function, &arguments, &expr.ty.base))
            }
            ExprKind::Call { function, arguments } => cell((|| {
                let arguments: Vec<Value> = arguments.iter().map(present).collect::<Option<_>>()?;
                self.call(*function, &arguments)
            })()),
            ExprKind::Table { table, arguments, .. } => self.looked_up(table.0 as usize, arguments, scope),
            ExprKind::LeftOut { record, row } => {
                let who = match value(row) {
                    Cell::Present(Value::Row(row)) => Binding::Row(*record, row),
                    _ => Binding::Missing(*record),
                };
                let exclusions = self.environment.exclusions.iter().filter(|exclusion| exclusion.record == *record);
                let asked = exclusions.map(|exclusion| {
                    let scope = Scope::from([(exclusion.variable, Meaning::Candidate(who.clone()))]);
                    self.condition(&exclusion.body.condition, &scope).0
                });
                truth_cell(asked.fold(Truth::False, Truth::or))
            }
            ExprKind::Convert { conversion, operand } => match value(operand) {
                Cell::Present(value) => self.convert(conversion, value, &operand.ty.base),
                // An absent end of an interval is absent, of whatever kind.
                absent_or_unknown => absent_or_unknown,
            },
            ExprKind::Stated(stated) => truth_cell(self.stated(stated, scope)),
            ExprKind::Unreported(rego) => truth_cell(self.unreported(rego, scope)),
            ExprKind::SubjectName(variables) => self.subject_name(variables, scope),
            ExprKind::Quantified { quantifier, binder, has } => {
                truth_cell(self.quantified(*quantifier, binder, has.as_deref(), scope))
            }
        }
    }

    /// A comparison. Absent equals nothing; a count or a share with bounds is compared with an exact number only.
    fn compared(&self, op: CompareOp, left: &Expr, right: &Expr, scope: &Scope) -> Truth {
        match (self.found(left, scope), self.found(right, scope)) {
            (Found::Between(least, most), Found::Cell(Cell::Present(Value::Number(number)))) => {
                quantity_compare(op, (least, most), number, false)
            }
            (Found::Cell(Cell::Present(Value::Number(number))), Found::Between(least, most)) => {
                quantity_compare(op, (least, most), number, true)
            }
            (Found::Cell(Cell::Absent), _) | (_, Found::Cell(Cell::Absent)) if op == CompareOp::Equal => Truth::False,
            (Found::Cell(Cell::Present(a)), Found::Cell(Cell::Present(b))) => {
                let identity = self.key_of(a, &left.ty.base, &right.ty.base);
                let other = self.key_of(b, &right.ty.base, &left.ty.base);
                match (identity, other) {
                    (Some(a), Some(b)) => compare(op, &a, &b),
                    _ => Truth::Unknown,
                }
            }
            _ => Truth::Unknown,
        }
    }

    /// The operand as it is compared: a row beside a reference is its key.
    fn key_of(&self, value: Value, own: &Type, beside: &Type) -> Option<Value> {
        match (value, own, beside) {
            (Value::Row(row), Type::Row(record), Type::Reference(_)) => present(self.dataset.key(*record, row)),
            (value, ..) => Some(value),
        }
    }

    fn is_record(&self, operand: &Expr, record: RecordId, scope: &Scope) -> Truth {
        let (Cell::Present(Value::Reference(key)), Type::Reference(targets)) =
            (self.value(operand, scope), &operand.ty.base)
        else {
            return Truth::Unknown;
        };
        let has = |target: RecordId| !self.dataset.rows_of(target, key).is_empty();
        let elsewhere = targets.iter().any(|target| *target != record && has(*target));
        match (has(record), elsewhere) {
            (true, false) => Truth::True,
            (false, true) => Truth::False,
            _ => Truth::Unknown,
        }
    }

    /// The value of a parameter on a day: the last that is bound since that day or before.
    fn bound(&self, parameter: usize, day: Option<Date>) -> Cell {
        let bindings = &self.environment.parameters[parameter].bindings;
        if let ([only], None) = (bindings.as_slice(), day) {
            return cell(only.since.is_none().then(|| only.value.clone()));
        }
        let mut held = None;
        for binding in bindings {
            let begun = binding.since.is_none_or(|since| day.is_some_and(|day| since <= day));
            if begun && day.is_some() {
                held = Some(binding.value.clone());
            }
        }
        cell(held)
    }

    /// What a table gives: the one value of all rows that fit what the arguments may be.
    fn looked_up(&self, table: usize, arguments: &[Expr], scope: &Scope) -> Cell {
        let table = &self.environment.tables[table];
        let names = |ty: &Type| -> Vec<String> {
            match ty {
                Type::Boolean => vec!["false".to_owned(), "true".to_owned()],
                Type::Enum(members) => members.members.clone(),
                _ => panic!("{ty:?} is no type of a parameter"),
            }
        };
        let mut combinations: Vec<Vec<String>> = vec![Vec::new()];
        for argument in arguments {
            let own = names(&argument.ty.base);
            let may_be = match self.value(argument, scope) {
                Cell::Present(Value::Member(position)) => vec![own[position as usize].clone()],
                Cell::Present(Value::Boolean(known)) => vec![known.to_string()],
                Cell::Unknown => own,
                Cell::Absent | Cell::Present(_) => return Cell::Unknown,
            };
            let longer = |start: &Vec<String>| -> Vec<Vec<String>> {
                may_be.iter().map(|name| [start.as_slice(), std::slice::from_ref(name)].concat()).collect()
            };
            combinations = combinations.iter().flat_map(longer).collect();
        }
        let given = |combination: &Vec<String>| {
            table.rows.iter().find(|row| {
                let parts = combination.iter().zip(&row.cells).zip(&table.parameters);
                parts.into_iter().all(|((name, cell), parameter)| {
                    cell.iter().any(|position| names(parameter)[*position as usize] == *name)
                })
            })
        };
        let values: Option<Vec<Value>> =
            combinations.iter().map(|combination| given(combination).map(|row| row.value.clone())).collect();
        cell(values.and_then(|values| {
            let first = values.first()?.clone();
            values.iter().all(|value| *value == first).then_some(first)
        }))
    }

    fn call(&self, function: Function, arguments: &[Value]) -> Option<Value> {
        let list = |pieces: Vec<Interval>| {
            Value::List(pieces.into_iter().map(|piece| Cell::Present(Value::Interval(piece))).collect())
        };
        match (function, arguments) {
            (Function::Abs, [Value::Number(number)]) => number.checked_abs().map(Value::Number),
            (Function::Abs, [Value::Duration(micros)]) => micros.checked_abs().map(Value::Duration),
            (Function::Day, [Value::Timestamp(instant)]) => self.day(*instant).map(Value::Date),
            (Function::Units(unit), [Value::Interval(interval)]) => units(unit, *interval).map(list),
            (Function::Periods, [Value::Span(span), Value::Interval(interval)]) => periods(*span, *interval).map(list),
            _ => None,
        }
    }

    fn convert(&self, conversion: &Conversion, value: Value, from: &Type) -> Cell {
        let start = |date| Some(Moment::Timestamp(self.environment.zone.as_ref()?.start_of_day(date)?));
        let instants = |Interval { from, until }| {
            // Outside: an end that there is. Inside: what it becomes, if it can.
            let end = |end: Option<Moment>| match end {
                Some(Moment::Date(date)) => start(date).map(Some),
                Some(Moment::Timestamp(_)) => None,
                None => Some(None),
            };
            Some(Interval { from: end(from)?, until: end(until)? })
        };
        cell((|| match (conversion, value) {
            (Conversion::WidenEnum(map), Value::Member(member)) => map.get(member as usize).copied().map(Value::Member),
            (Conversion::Day, Value::Timestamp(instant)) => self.day(instant).map(Value::Date),
            (Conversion::StartOfDay, Value::Date(date)) => match start(date)? {
                Moment::Timestamp(instant) => Some(Value::Timestamp(instant)),
                Moment::Date(_) => None,
            },
            (Conversion::WholeDay, Value::Date(date)) => {
                let next = date.checked_add(CalendarSpan { months: 0, days: 1 })?;
                Some(Value::Interval(Interval { from: Some(start(date)?), until: Some(start(next)?) }))
            }
            (Conversion::WholeDays, Value::Interval(interval)) => Some(Value::Interval(instants(interval)?)),
            (Conversion::WholeDays, Value::Timeline(TimelineValue { pieces, complete })) => {
                let pieces: Vec<Interval> = pieces.into_iter().map(instants).collect::<Option<_>>()?;
                Some(Value::Timeline(TimelineValue::new(pieces, complete)))
            }
            (Conversion::IntervalToTimeline, interval @ Value::Interval(_)) => {
                as_timeline(interval).map(Value::Timeline)
            }
            (Conversion::RowToReference, Value::Row(row)) => match from {
                Type::Row(record) => present(self.dataset.key(*record, row)),
                _ => None,
            },
            (Conversion::Retarget, reference @ Value::Reference(_)) => Some(reference),
            (Conversion::ListToSet, list @ Value::List(_)) => as_set(list).map(Value::Set),
            _ => None,
        })())
    }

    fn quantified(&self, quantifier: Quantifier, binder: &super::Binder, has: Option<&Expr>, scope: &Scope) -> Truth {
        let candidates = self.candidates(binder, scope);
        let w = |candidate: &super::Candidate| self.belongs(binder, candidate, scope);
        let exists = || candidates.iter().map(w).fold(Truth::False, Truth::or);
        match (quantifier, has) {
            (Quantifier::Exists, _) => exists(),
            (Quantifier::No, _) => !exists(),
            (Quantifier::Every, Some(has)) => candidates
                .iter()
                .map(|candidate| (!w(candidate)).or(self.truth(has, &super::with(scope, binder, candidate))))
                .fold(Truth::True, Truth::and),
            (Quantifier::Every, None) => Truth::Unknown,
        }
    }

    /// What a condition rests on; none if it is not true. Of several parts that make it true, the most telling counts.
    pub(super) fn ground(&self, condition: &Expr, scope: &Scope) -> Option<Ground> {
        let ground = |part: &Expr| self.ground(part, scope);
        if condition.ty.base != Type::Boolean || self.truth(condition, scope) != Truth::True {
            return None;
        }
        let unless_judged = |lacks: bool, ground: Ground| Some(if lacks { ground } else { Ground::Judged });
        match &condition.kind {
            ExprKind::Quantified { quantifier: Quantifier::Every, binder, .. } => {
                let candidates = self.candidates(binder, scope);
                let out = |candidate: &super::Candidate| self.belongs(binder, candidate, scope) == Truth::False;
                unless_judged(candidates.iter().all(out), Ground::Vacuous)
            }
            ExprKind::Aggregate { function: AggregateFunction::Recurs, binder, parts } => {
                let (_, none_came) = self.recurs(&self.dates(binder, parts, scope), parts, scope);
                unless_judged(none_came, Ground::NotYetDue)
            }
            ExprKind::Covers(_, right) => {
                let nothing = match present(self.value(right, scope)) {
                    Some(value @ (Value::Interval(_) | Value::Timeline(_))) => {
                        as_timeline(value).is_some_and(|timeline| timeline.complete && timeline.pieces.is_empty())
                    }
                    value => value.and_then(as_set).is_some_and(|set| set.complete && set.members.is_empty()),
                };
                unless_judged(nothing, Ground::Vacuous)
            }
            // Of those that are not true there is none, which is less than any.
            ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().map(ground).max().flatten(),
            ExprKind::Implies(left, right) => match self.truth(left, scope) {
                Truth::False => Some(Ground::Judged),
                Truth::True | Truth::Unknown => ground(right),
            },
            ExprKind::If { condition, then, otherwise } => match self.truth(condition, scope) {
                Truth::True => ground(then),
                Truth::False => ground(otherwise),
                Truth::Unknown => ground(then).max(ground(otherwise)),
            },
            ExprKind::Variable(variable) => match scope.get(variable) {
                Some(Meaning::Let { ground: Some(ground), .. }) => Some(*ground),
                _ => Some(Ground::Judged),
            },
            _ => Some(Ground::Judged),
        }
    }

    /// Two timelines; a calendar is the time in which it is open, as far as the other one goes.
    fn timelines(&self, left: &Expr, right: &Expr, scope: &Scope) -> Option<(TimelineValue, TimelineValue)> {
        let value = |expr: &Expr| present(self.value(expr, scope));
        match (is_calendar(left), is_calendar(right)) {
            (true, _) => {
                let right = as_timeline(value(right)?)?;
                Some((self.open_in(&value(left)?, &right)?, right))
            }
            (_, true) => {
                let left = as_timeline(value(left)?)?;
                let right = self.open_in(&value(right)?, &left)?;
                Some((left, right))
            }
            _ => Some((as_timeline(value(left)?)?, as_timeline(value(right)?)?)),
        }
    }

    /// When a calendar is open in the certain part of a timeline; none if it does not say that of all of it.
    fn open_in(&self, calendar: &Value, timeline: &TimelineValue) -> Option<TimelineValue> {
        let mut open = Vec::new();
        for piece in &timeline.pieces {
            let (Some(Moment::Timestamp(from)), Some(Moment::Timestamp(until))) = (piece.from, piece.until) else {
                return None;
            };
            let instant = |instant| Some(Moment::Timestamp(Timestamp(instant)));
            for (from, until) in self.calendar(calendar)?.pieces(from.0, until.0)? {
                open.push(Interval { from: instant(from), until: instant(until) });
            }
        }
        Some(TimelineValue::new(open, true))
    }

    fn open_at(&self, calendar: &Value, instant: Timestamp) -> Option<bool> {
        self.calendar(calendar)?.covers(instant.0, instant.0 + 1)
    }

    fn calendar(&self, value: &Value) -> Option<&shall::value::Calendar> {
        match value {
            Value::Member(position) => Some(&self.environment.calendars.get(*position as usize)?.hours),
            _ => None,
        }
    }

    pub(super) fn day(&self, instant: shall::value::Timestamp) -> Option<shall::value::Date> {
        instant.day(self.environment.zone.as_ref()?)
    }
}

fn is_calendar(expr: &Expr) -> bool {
    matches!(expr.ty.base, Type::Calendar(_))
}

fn present(cell: Cell) -> Option<Value> {
    match cell {
        Cell::Present(value) => Some(value),
        Cell::Absent | Cell::Unknown => None,
    }
}

fn moment(value: &Value) -> Option<Moment> {
    match value {
        Value::Date(date) => Some(Moment::Date(*date)),
        Value::Timestamp(instant) => Some(Moment::Timestamp(*instant)),
        _ => None,
    }
}

/// The set of some values; an unknown one makes it incomplete.
pub(super) fn set_of(cells: Vec<Cell>) -> SetValue {
    let complete = cells.iter().all(|cell| matches!(cell, Cell::Present(_)));
    SetValue::new(cells.into_iter().filter_map(present).collect(), complete)
}

pub(super) fn as_set(value: Value) -> Option<SetValue> {
    match value {
        Value::Set(set) => Some(set),
        Value::List(list) => Some(set_of(list)),
        _ => None,
    }
}

/// `from .. until` or `from through until`: an absent end is open, an unknown one makes the interval unknown.
fn interval(from: Cell, until: Cell, through: bool) -> Option<Value> {
    let end = |cell: Cell| match cell {
        Cell::Absent => Some(None),
        Cell::Unknown => None,
        Cell::Present(value) => moment(&value).map(Some),
    };
    let (from, until) = (end(from)?, end(until)?);
    let reversed = matches!((from, until), (Some(from), Some(until)) if until < from);
    let behind = match until {
        Some(Moment::Date(date)) if through => {
            Some(Moment::Date(date.checked_add(CalendarSpan { months: 0, days: 1 })?))
        }
        end => end,
    };
    (!reversed).then_some(Value::Interval(Interval { from, until: behind }))
}

/// A number of which bounds are known beside an exact one: decided where every number between says the same.
fn quantity_compare(
    op: CompareOp,
    (least, most): (shall::value::Number, Option<shall::value::Number>),
    exact: shall::value::Number,
    exact_is_left: bool,
) -> Truth {
    let holds = |between| {
        let (left, right) = if exact_is_left { (exact, between) } else { (between, exact) };
        op.admits(left.cmp(&right))
    };
    let outside = exact < least || most.is_some_and(|most| most < exact);
    match op {
        CompareOp::Equal | CompareOp::NotEqual if outside => Truth::from(op == CompareOp::NotEqual),
        CompareOp::Equal | CompareOp::NotEqual => Truth::Unknown,
        // Without an upper bound some number between is beyond any exact one.
        _ => {
            let beyond =
                most.unwrap_or_else(|| least.max(exact).checked_add(shall::value::Number::ONE).unwrap_or(least));
            if holds(least) == holds(beyond) { Truth::from(holds(least)) } else { Truth::Unknown }
        }
    }
}
