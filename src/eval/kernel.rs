//! Kernels: expressions over frames, a vector at a time.

mod arithmetic;
mod compare;
mod field;
mod logic;
mod parameter;
mod sets;
mod table;
mod text;
mod time;
mod timelines;

pub(crate) use field::gather_column;
pub(crate) use sets::TextSet;

use super::Evaluator;
use super::frame::Frame;
use super::vector::{Data, Shape, Slice, Vector};
use crate::data::State;
use crate::ir::reads::{free_variables, walk};
use crate::ir::{AggregateFunction, Expr, ExprKind, Function};
use crate::schema::Type;
use crate::value::{Cell, Truth, Value};

/// Whether an expression examines candidates: it is then evaluated only for rows where it matters.
pub(crate) fn examines(expr: &Expr) -> bool {
    let mut found = false;
    walk(expr, &mut |part| {
        found |= matches!(part.kind, ExprKind::Quantified { .. } | ExprKind::Aggregate { .. } | ExprKind::Stated(_));
    });
    found
}

/// Most rows for which sets are held together that each row reaches by itself.
const MOST_SETS: usize = 1024;

/// Whether an expression only looks at sets that each row reaches by itself, which may be large.
fn relates_own_sets(expr: &Expr) -> bool {
    let is_own = |side: &Expr| {
        matches!(&side.kind, ExprKind::Aggregate { function: AggregateFunction::Reachable, .. })
            && !free_variables(side).is_empty()
    };
    match &expr.kind {
        ExprKind::In { collection, .. } => is_own(collection),
        ExprKind::Covers(left, right) | ExprKind::Overlaps(left, right) => is_own(left) || is_own(right),
        _ => false,
    }
}

/// Positions of the rows for which a test holds.
pub(crate) fn positions(rows: usize, test: impl Fn(usize) -> bool) -> Vec<u32> {
    (0..rows as u32).filter(|row| test(*row as usize)).collect()
}

impl<'a> Evaluator<'a> {
    /// Evaluates an expression for every row of a frame.
    pub(crate) fn eval(&self, expr: &'a Expr, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let rows = frame.rows();
        let vector = match &expr.kind {
            _ if rows > MOST_SETS && relates_own_sets(expr) => self.in_pieces(expr, frame),
            ExprKind::Literal(value) => Vector::literal(value, rows),
            ExprKind::Parameter(parameter) => {
                let declared = self.inputs.environment.parameters.get(parameter.0 as usize);
                match declared.and_then(|parameter| parameter.on(self.today())) {
                    Some(binding) => Vector::literal(&binding.value, rows),
                    None => Vector::unknown(rows),
                }
            }
            ExprKind::ParameterAt { parameter, moment } => {
                match self.inputs.environment.parameters.get(parameter.0 as usize) {
                    Some(parameter) => parameter::on_days(parameter, &self.eval(moment, frame)),
                    None => Vector::unknown(rows),
                }
            }
            ExprKind::AsOf => known(self.inputs.settings.as_of.map(Value::Timestamp), rows),
            ExprKind::Today => known(self.today().map(Value::Date), rows),
            ExprKind::Period => known(self.inputs.settings.period.map(Value::Interval), rows),
            ExprKind::Variable(variable) => frame.variable(*variable),
            ExprKind::Field { base, record, field } => self.field(base, *record, *field, frame),
            ExprKind::Not(_) | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Implies(..) | ExprKind::Filled(_) => {
                let truths = self.truths(expr, frame);
                Vector::truths(Shape { rows, constant: false }, truths)
            }
            ExprKind::Compare { op, left, right }
                if matches!(left.ty.base, Type::DateTimeline | Type::TimestampTimeline) =>
            {
                self.timeline_compare(*op, &self.eval(left, frame), &self.eval(right, frame))
            }
            ExprKind::Compare { op, left, right } => {
                let (left, right) = self.comparable(left, right, frame);
                compare::compare(*op, &left, &right)
            }
            ExprKind::Arithmetic { op, left, right } => {
                arithmetic::arithmetic(*op, &self.eval(left, frame), &self.eval(right, frame), self.zone())
            }
            ExprKind::Negate(operand) => arithmetic::negate(&self.eval(operand, frame)),
            ExprKind::Presence { operand, present } => self.presence(operand, *present, frame),
            ExprKind::IsRecord { operand, record } => self.is_record(operand, *record, frame),
            ExprKind::Otherwise { value, default } => self.otherwise(value, default, frame),
            ExprKind::If { condition, then, otherwise } => self.choice(condition, then, otherwise, frame),
            ExprKind::In { element, collection } => self.membership(element, collection, frame),
            ExprKind::During { element, interval } if is_timeline(&element.ty.base) => {
                self.timeline_covers(&self.eval(interval, frame), &self.eval(element, frame))
            }
            ExprKind::During { element, interval } if is_timeline(&interval.ty.base) => {
                self.timeline_has(&self.eval(interval, frame), &self.eval(element, frame))
            }
            ExprKind::During { element, interval } => {
                time::during(&self.eval(element, frame), &self.eval(interval, frame))
            }
            ExprKind::TextTest { op, text, part } => text::test(*op, &self.eval(text, frame), &self.eval(part, frame)),
            ExprKind::Matches { text, pattern } => text::matches(&self.eval(text, frame), &pattern.regex),
            ExprKind::Set(parts) => {
                let parts: Vec<Vector<'a>> = parts.iter().map(|part| self.eval(part, frame)).collect();
                sets::set(&parts, rows)
            }
            ExprKind::SetOperation { op, left, right } => {
                sets::operation(*op, &self.eval(left, frame), &self.eval(right, frame))
            }
            ExprKind::TimelineOperation { op, left, right } => {
                self.timeline_operation(*op, &self.eval(left, frame), &self.eval(right, frame))
            }
            ExprKind::Covers(left, right) if is_timeline(&left.ty.base) => {
                self.timeline_covers(&self.eval(left, frame), &self.eval(right, frame))
            }
            ExprKind::Covers(left, right) => sets::covers(&self.eval(left, frame), &self.eval(right, frame)),
            ExprKind::Overlaps(left, right) if is_timeline(&left.ty.base) => {
                self.timeline_overlaps(&self.eval(left, frame), &self.eval(right, frame))
            }
            ExprKind::Overlaps(left, right) => sets::overlaps(&self.eval(left, frame), &self.eval(right, frame)),
            ExprKind::Interval { from, until, through } => {
                time::interval(&expr.ty.base, &self.eval(from, frame), &self.eval(until, frame), *through)
            }
            ExprKind::Call { function, arguments } => {
                let arguments: Vec<Vector<'a>> = arguments.iter().map(|argument| self.eval(argument, frame)).collect();
                match (function, arguments.as_slice()) {
                    (Function::Length, [timeline]) => self.length(timeline),
                    (Function::LongestGap, [timeline]) => self.longest_gap(timeline),
                    (Function::LongestGap, [timeline, window]) => self.longest_gap_in(timeline, window),
                    (function, arguments) => time::call(*function, arguments, rows, self.zone()),
                }
            }
            ExprKind::Table { table, arguments, answers } => {
                let arguments: Vec<Vector<'a>> = arguments.iter().map(|argument| self.eval(argument, frame)).collect();
                match self.inputs.environment.tables.get(table.0 as usize) {
                    Some(table) => table::look_up(table, answers, &arguments, rows),
                    None => Vector::unknown(rows),
                }
            }
            ExprKind::LeftOut { record, row } => self.left_out(*record, &self.eval(row, frame)),
            ExprKind::Convert { conversion, operand } => self.convert(conversion, operand, frame),
            ExprKind::Quantified { .. } | ExprKind::Aggregate { .. } => self.quantity(expr, frame),
            ExprKind::Stated(stated) => self.stated(stated, frame),
            ExprKind::Unreported(rego) => self.unreported(rego, frame),
            ExprKind::SubjectName(variables) => self.subject_names(variables, frame),
        };
        self.count_operations(if vector.is_constant() { 1 } else { rows });
        vector
    }

    /// Evaluates an expression for some rows of a frame after the other.
    fn in_pieces(&self, expr: &'a Expr, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let rows: Vec<u32> = (0..frame.rows() as u32).collect();
        let pieces = rows.chunks(MOST_SETS).map(|rows| self.eval(expr, &Frame::inside(frame, rows.to_vec())));
        Vector::truths(
            Shape { rows: frame.rows(), constant: false },
            pieces.flat_map(|piece| piece.to_truths()).collect(),
        )
    }

    /// Evaluates an expression for those rows of a frame that need it; what it is for others means nothing.
    pub(crate) fn eval_where(
        &self,
        expr: &'a Expr,
        frame: &Frame<'_, 'a>,
        needed: impl Fn(usize) -> bool,
    ) -> Vector<'a> {
        if !examines(expr) {
            return self.eval(expr, frame);
        }
        let rows = positions(frame.rows(), needed);
        if rows.len() == frame.rows() {
            return self.eval(expr, frame);
        }
        if rows.is_empty() {
            return Vector::unknown(frame.rows());
        }
        let mut back = vec![0u32; frame.rows()];
        for (position, row) in rows.iter().enumerate() {
            back[*row as usize] = position as u32;
        }
        self.eval(expr, &Frame::inside(frame, rows)).gather(&back)
    }

    /// `value otherwise default`
    fn otherwise(&self, value: &'a Expr, default: &'a Expr, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let value = self.eval(value, frame);
        if value.all_present() {
            return Vector { bounds: None, ..value };
        }
        let given: Vec<bool> = (0..frame.rows()).map(|row| value.state(row) != State::Absent).collect();
        let default = self.eval_where(default, frame, |row| !given[row]);
        Vector { bounds: None, ..Vector::choose(&given, &value, &default) }
    }

    /// `if condition then a else b`
    fn choice(&self, condition: &'a Expr, then: &'a Expr, otherwise: &'a Expr, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let condition = self.truths(condition, frame);
        let then = self.eval_where(then, frame, |row| condition[row] != Truth::False);
        let otherwise = self.eval_where(otherwise, frame, |row| condition[row] != Truth::True);
        let taken: Vec<bool> = condition.iter().map(|condition| *condition != Truth::False).collect();
        let chosen = Vector { bounds: None, ..Vector::choose(&taken, &then, &otherwise) };
        let open = |row: usize| {
            condition[row] == Truth::Unknown
                && (then.state(row) != State::Present || then.cell(row) != otherwise.cell(row))
        };
        if condition.contains(&Truth::Unknown) { unknown_where(&chosen, open) } else { chosen }
    }

    /// Adds to the count of what was done.
    pub(crate) fn count_operations(&self, rows: usize) {
        self.operations.fetch_add(rows as u64, std::sync::atomic::Ordering::Relaxed);
    }
}

/// Whether a type is of timelines, or of calendars, which stand for one.
fn is_timeline(ty: &Type) -> bool {
    matches!(ty, Type::DateTimeline | Type::TimestampTimeline | Type::Calendar(_))
}

/// A value of the run, unknown where it is not given.
fn known<'a>(value: Option<Value>, rows: usize) -> Vector<'a> {
    Vector::constant(value.map_or(Cell::Unknown, Cell::Present), rows)
}

/// The vector with some rows made unknown.
fn unknown_where<'a>(vector: &Vector<'a>, unknown: impl Fn(usize) -> bool) -> Vector<'a> {
    let rows: Vec<u32> = (0..vector.rows() as u32).collect();
    let mut vector = if vector.is_constant() { expanded(vector, &rows) } else { vector.clone() };
    let states: Vec<State> =
        (0..rows.len()).map(|row| if unknown(row) { State::Unknown } else { vector.state(row) }).collect();
    if let Data::Truths(truths) = &vector.data {
        let truths: Vec<Truth> = truths
            .iter()
            .zip(&states)
            .map(|(truth, state)| if *state == State::Present { *truth } else { Truth::Unknown })
            .collect();
        vector.data = Data::Truths(truths.into());
    }
    vector.states = states.into();
    vector
}

/// A constant vector with one value for each row.
fn expanded<'a>(vector: &Vector<'a>, rows: &[u32]) -> Vector<'a> {
    let zeros = vec![0u32; rows.len()];
    let single = Vector::shaped(Shape { rows: 1, constant: false }, vector.data.clone(), vector.states.clone());
    single.gather(&zeros)
}

/// The states of what is computed from operands that must all be present: unknown where one is not.
fn joint_states<'a>(operands: &[&Vector<'_>], shape: Shape) -> Slice<'a, State> {
    if operands.iter().all(|operand| operand.all_present()) {
        return Slice::Borrowed(&[]);
    }
    let state = |row: usize| {
        let present = operands.iter().all(|operand| operand.state(row) == State::Present);
        if present { State::Present } else { State::Unknown }
    };
    (0..shape.physical()).map(state).collect::<Vec<State>>().into()
}

/// Makes truth values unknown where an operand is not present.
fn overlay(truths: &mut [Truth], operands: &[&Vector<'_>]) {
    for operand in operands.iter().filter(|operand| !operand.all_present()) {
        for (row, truth) in truths.iter_mut().enumerate() {
            if operand.state(row) != State::Present {
                *truth = Truth::Unknown;
            }
        }
    }
}
