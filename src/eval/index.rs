//! Indexes: the rows of a record as candidates of a binder, made once and shared by all frames.
//!
//! What looks at a candidate alone is evaluated for the whole table. Candidates are found by the equalities with outer
//! values, and among those by order. A candidate of which a value that is compared is unknown is found by what is known
//! of it, and then it is not known whether it counts.

pub(super) mod codes;
mod edges;
mod grouping;
mod order;
mod summary;

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::Evaluator;
use super::frame::Frame;
use super::graph::Edges;
use super::hours::Hours;
use super::kernel::positions;
use super::quantity::{Goal, Quantity};
use super::stretches::Piece;
use super::vector::{Shape, Vector};
use crate::data::{Extract, State};
use crate::ir::reads::free_variables;
use crate::ir::{AggregateFunction, Expr, ExprKind, KeyPart, OrderPart, OrderRelation, Step};
use crate::schema::{RecordId, Type};
use crate::value::Truth;
use codes::{ABSENT, Codes, UNKNOWN};
pub(super) use edges::Shared;
use grouping::{Class, Grouping, Run};
use order::{Limit, Ordered, is_ordered};

/// Most equalities that are looked up by; more are tested candidate by candidate.
const MOST_PARTS: usize = 6;

/// The candidates of a binder over records.
#[derive(Debug)]
pub(crate) struct Index<'a> {
    /// What is asked of them.
    goal: Goal,
    /// Whether the answer follows from the candidates that are found, without looking at each again.
    pub(crate) simple: bool,
    /// The rows that are candidates, in order; those that fail by themselves are left out.
    rows: Vec<u32>,
    /// For each candidate what the conjuncts say that look at it alone; empty where all are true.
    w: Vec<Truth>,
    all_certain: bool,
    parts: Vec<Part<'a>>,
    order: Option<Order<'a>>,
    payload: Payload<'a>,
    /// The candidates as edges, if their ends are theirs alone.
    pub(crate) graphs: Option<Box<Shared<'a>>>,
    /// Conjuncts that do not look at the candidate at all.
    guards: Vec<&'a Expr>,
    /// The conjuncts that are left.
    pub(crate) residual: Vec<&'a Expr>,
    /// Whether there may be any number of candidates more, of which nothing is known.
    pub(crate) missing: bool,
    hours: Arc<Hours<'a>>,
    groupings: Vec<OnceLock<Grouping>>,
}

/// An equality.
#[derive(Debug)]
struct Part<'a> {
    outer: Side<'a>,
    known: Codes<'a>,
    codes: Vec<u32>,
}

/// An order.
#[derive(Debug)]
struct Order<'a> {
    outer: &'a Expr,
    relation: OrderRelation,
    values: Ordered,
    /// For each candidate, whether its value is known; empty where all are.
    known: Vec<bool>,
}

/// What of a candidate counts besides that it is there.
#[derive(Debug)]
enum Payload<'a> {
    Nothing,
    Truths(Vec<Truth>),
    Values(Vector<'a>),
    Ranked(Vector<'a>, Ordered),
    /// When each happened, and whether the condition holds then.
    Events(Vector<'a>, Vec<Truth>),
    /// What each goes by, and whether the condition is true of it.
    Steps(Vector<'a>, Vec<Truth>),
}

/// A side of an equality: an expression, or the keys of the rows that it gives.
#[derive(Debug, Clone, Copy)]
struct Side<'a> {
    expr: &'a Expr,
    key_of: Option<RecordId>,
    /// Whether the key is read as a field: of an absent row it is unknown, while an absent row itself equals nothing.
    is_field: bool,
}

/// The outer values of the rows of a frame.
#[derive(Debug)]
pub(crate) struct Probed<'a> {
    /// What the guards say; empty where all are true.
    guards: Vec<Truth>,
    codes: Vec<Vec<u32>>,
    limits: Option<Vector<'a>>,
}

impl Probed<'_> {
    /// The equalities of which a row's own value is known, as bits; none of those is absent.
    fn known_parts(&self, row: usize) -> u32 {
        let known = |(part, codes): (usize, &Vec<u32>)| if codes[row] == UNKNOWN { 0 } else { 1 << part };
        self.codes.iter().enumerate().map(known).sum()
    }

    fn limit(&self, order: &Order<'_>, row: usize) -> Option<Limit> {
        let limits = self.limits.as_ref()?;
        (limits.state(row) == State::Present).then(|| order.values.limit(limits, row))
    }
}

/// What was evaluated of some rows of the table.
struct Batch<'a> {
    rows: Vec<u32>,
    w: Vec<Truth>,
    parts: Vec<Vector<'a>>,
    order: Option<Vector<'a>>,
    value: Option<Vector<'a>>,
    condition: Vec<Truth>,
    to: Option<Vector<'a>>,
}

impl<'a> Index<'a> {
    fn all_parts(&self) -> u32 {
        (1 << self.parts.len()) - 1
    }

    fn w(&self, candidate: u32) -> Truth {
        if self.all_certain { Truth::True } else { self.w[candidate as usize] }
    }

    /// The equalities of which a candidate's value is known, as bits.
    fn known_parts(&self, candidate: u32) -> u32 {
        let known = |(part, bits): (&Part<'_>, u32)| if part.codes[candidate as usize] == UNKNOWN { 0 } else { bits };
        self.parts.iter().enumerate().map(|(position, part)| known((part, 1 << position))).sum()
    }

    fn is_sorted(&self, candidate: u32) -> bool {
        self.order.as_ref().is_some_and(|order| order.known.get(candidate as usize).copied().unwrap_or(true))
    }

    /// Whether all values that are compared are known.
    fn is_plain(&self) -> bool {
        self.order.as_ref().is_none_or(|order| order.known.is_empty())
            && self.parts.iter().all(|part| !part.codes.contains(&UNKNOWN))
    }

    fn grouping(&self, outer: u32) -> Option<&Grouping> {
        self.groupings.get(outer as usize).map(|grouping| grouping.get_or_init(|| Grouping::new(self, outer)))
    }

    /// Calls `visit` with the runs of candidates that a row may match.
    fn each_run<'s>(&'s self, probed: &Probed<'_>, row: usize, mut visit: impl FnMut(&'s Class, Run)) {
        let guard = probed.guards.get(row).copied().unwrap_or(Truth::True);
        if guard == Truth::False {
            return;
        }
        if probed.codes.iter().any(|codes| codes[row] == ABSENT) {
            return;
        }
        let outer = probed.known_parts(row);
        let Some(grouping) = self.grouping(outer) else { return };
        for (position, class) in grouping.classes.iter().enumerate() {
            if let Some(mut run) = class.find(position, self, probed, row) {
                run.certain &= guard == Truth::True;
                visit(class, run);
            }
        }
    }

    /// Adds up all candidates that a row may match; only if the index is simple. Returns how many of them had to be
    /// looked at one by one.
    pub(crate) fn sum_up(&self, probed: &Probed<'_>, row: usize, tally: &mut super::tally::Tally) -> u64 {
        let mut looked_at = 0;
        self.each_run(probed, row, |class, run| {
            if let Some(summary) = &class.summary {
                looked_at += summary.add(self, &class.members, run, tally);
            }
        });
        looked_at
    }

    /// The timeline of the candidates that a row may match, where it was made already: its certain pieces, and whether they
    /// are all there are; within, none if nothing of it is known.
    pub(crate) fn timeline(&self, probed: &Probed<'_>, row: usize) -> Option<Option<(&[Piece], bool)>> {
        match self.only_run(probed, row)? {
            None => Some(Some((&[], true))),
            Some((class, run)) => class.summary.as_ref()?.timeline(run.group),
        }
    }

    /// The least and the greatest length of the longest run of the candidates that a row may match, where they were found
    /// already; within, none if they are not known.
    pub(crate) fn streak(&self, probed: &Probed<'_>, row: usize) -> Option<Option<(u64, u64)>> {
        match self.only_run(probed, row)? {
            None => Some(Some((0, 0))),
            Some((class, run)) => class.summary.as_ref()?.streak(run.group),
        }
    }

    /// The only run of candidates that a row may match, if it is certain; within, none if there are no candidates.
    fn only_run(&self, probed: &Probed<'_>, row: usize) -> Option<Option<(&Class, Run)>> {
        let mut found: Option<(&Class, Run)> = None;
        let mut several = false;
        self.each_run(probed, row, |class, run| {
            several |= found.is_some() || !run.certain;
            found = Some((class, run));
        });
        (!several).then_some(found)
    }

    /// Takes some of the candidates that a row may match: `count` of them, from the one numbered `from` on. Calls
    /// `visit` with the row of each and what is known of its w, and returns how many there were.
    pub(crate) fn take(
        &self,
        probed: &Probed<'_>,
        row: usize,
        from: usize,
        count: usize,
        mut visit: impl FnMut(u32, Truth),
    ) -> usize {
        let (mut skip, mut left) = (from, count);
        self.each_run(probed, row, |class, run| {
            let all = run.end - run.start;
            let skipped = skip.min(all);
            skip -= skipped;
            let taken = (all - skipped).min(left);
            left -= taken;
            let start = run.start + skipped;
            for member in &class.members[start..start + taken] {
                let w = self.w(*member);
                visit(self.rows[*member as usize], if run.certain { w } else { w.and(Truth::Unknown) });
            }
        });
        count - left
    }
}

impl<'a> Evaluator<'a> {
    /// Evaluates the outer values by which candidates are looked up, for every row of a frame.
    pub(crate) fn probe(&self, index: &Index<'a>, frame: &Frame<'_, 'a>) -> Probed<'a> {
        let mut guards = vec![Truth::True; if index.guards.is_empty() { 0 } else { frame.rows() }];
        self.and_all(index.guards.iter().copied(), frame, &mut guards);
        Probed {
            guards,
            codes: index.parts.iter().map(|part| part.known.look_up(&self.side(part.outer, frame))).collect(),
            limits: index.order.as_ref().map(|order| self.eval(order.outer, frame)),
        }
    }

    fn side(&self, side: Side<'a>, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let values = self.eval(side.expr, frame);
        match side.key_of {
            Some(record) if side.is_field => self.keys_of(record, &values.unknown_where_absent()),
            Some(record) => self.keys_of(record, &values),
            None => values,
        }
    }

    /// The two sides of an equality in a form in which they can be looked up.
    fn sides(&self, part: &'a KeyPart) -> (Side<'a>, Side<'a>) {
        let key = |expr, record: &RecordId| Side { expr, key_of: Some(*record), is_field: false };
        let plain = |expr| Side { expr, key_of: None, is_field: false };
        let (inner, outer) = (&part.inner, &part.outer);
        match (&inner.ty.base, &outer.ty.base) {
            (Type::Row(record), Type::Reference(_)) => (key(inner, record), plain(outer)),
            (Type::Reference(_), Type::Row(record)) => (plain(inner), key(outer, record)),
            (Type::Text, Type::Text) => match (self.as_key(inner), self.as_key(outer)) {
                (Some(a), Some(b)) if self.key_space(a) == self.key_space(b) => (a, b),
                _ => (plain(inner), plain(outer)),
            },
            _ => (plain(inner), plain(outer)),
        }
    }

    /// The text that is the key of a record, as that key: equal keys are equal texts, and already have numbers.
    fn as_key(&self, expr: &'a Expr) -> Option<Side<'a>> {
        let ExprKind::Field { base, record, field } = &expr.kind else { return None };
        let of = self.inputs.environment.schema.records.get(record.0 as usize)?;
        let is_key = of.single_key() == Some(*field)
            && !of.field_type(*field).ty.optional
            && matches!(base.ty.base, Type::Row(_))
            // The key of no row is unknown, not absent: only a message gets there.
            && !base.ty.optional
            && self.table(*record)?.keys.is_some();
        is_key.then_some(Side { expr: base, key_of: Some(*record), is_field: true })
    }

    /// Whether an expression is a count, a share or a streak, or a `let` of one.
    fn is_bounded(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Aggregate { function, .. } => {
                matches!(function, AggregateFunction::Count | AggregateFunction::Share | AggregateFunction::Streak)
            }
            ExprKind::Variable(own) => self.body.steps.iter().any(|step| match step {
                Step::Let { variable, value, .. } => variable == own && self.is_bounded(value),
                Step::ForEach { .. } => false,
            }),
            _ => false,
        }
    }

    fn key_space(&self, side: Side<'a>) -> Option<crate::schema::KeySpaceId> {
        let record = side.key_of?;
        self.inputs.environment.schema.records.get(record.0 as usize).map(|record| record.space)
    }

    /// Makes the index of a binder over a record. `wide`: candidates are kept and found by their equalities only.
    pub(crate) fn build_index(&self, quantity: &Quantity<'a>, record: RecordId, wide: bool) -> Index<'a> {
        let (binder, access) = (quantity.binder, &quantity.binder.access);
        let goal = if wide { Goal::Each } else { quantity.goal };
        let conjunct = |position: &usize| binder.conjuncts.get(*position);
        let local: Vec<&'a Expr> = if wide { Vec::new() } else { access.local.iter().filter_map(conjunct).collect() };
        // A number of which only bounds may be known is compared, never looked up.
        let has_value = |inner: &Expr, outer: &Expr| !self.is_bounded(inner) && !self.is_bounded(outer);
        let keys: Vec<&'a KeyPart> = access
            .key
            .iter()
            .filter(|part| has_codes(&part.inner.ty.base) && has_value(&part.inner, &part.outer))
            .take(MOST_PARTS)
            .collect();
        let order =
            access.order.as_ref().filter(|order| !wide && can_narrow(order) && has_value(&order.inner, &order.outer));
        let done = |position: &usize| {
            (!wide && access.local.contains(position))
                || keys.iter().any(|part| part.conjunct == *position)
                || order.is_some_and(|order| order.conjunct == *position)
        };
        let left = (0..binder.conjuncts.len()).filter(|position| !done(position)).filter_map(|p| conjunct(&p));
        let (residual, guards): (Vec<&'a Expr>, Vec<&'a Expr>) =
            left.partition(|conjunct| wide || free_variables(conjunct).contains(&binder.variable));
        let sides: Vec<(Side<'a>, Side<'a>)> = keys.iter().map(|part| self.sides(part)).collect();
        let alone = |expr: &&'a Expr| free_variables(expr).iter().all(|variable| *variable == binder.variable);
        let ranked = quantity.by.or(quantity.value);
        let parts = quantity.value.iter().chain(&quantity.by).chain(&quantity.condition).chain(&quantity.to);
        let whole = residual.is_empty() && parts.into_iter().all(alone);
        let is_graph = goal.is_graph() && whole;
        let simple = whole
            && goal != Goal::Each
            && !goal.is_graph()
            && (!is_ranking(goal) || ranked.is_some_and(|by| is_ordered(&by.ty.base)));
        let goes_by = is_ranking(goal) || matches!(goal, Goal::Log | Goal::Streak);
        let value = if goes_by { ranked } else { quantity.value };
        let value = value.filter(|_| simple || is_graph);
        let condition = quantity.condition.filter(|_| simple);

        let table = self.table(record);
        let (rows, batch) = (table.map_or(0, |table| table.rows as usize), self.options.batch.max(1));
        self.examine(rows as u64);
        let starts: Vec<usize> = (0..rows).step_by(batch).collect();
        let batches: Vec<Batch<'a>> = starts
            .into_par_iter()
            .map(|start| {
                let count = batch.min(rows - start);
                let mut frame = Frame::new(count);
                frame.bind(binder.variable, Vector::range(start as u32, count));
                let mut w = vec![Truth::True; count];
                self.and_all(local.iter().copied(), &frame, &mut w);
                let kept = positions(count, |row| w[row] != Truth::False);
                let w: Vec<Truth> = kept.iter().map(|row| w[*row as usize]).collect();
                let rows = kept.iter().map(|row| start as u32 + row).collect();
                let inside = if kept.len() == count { frame } else { Frame::inside(&frame, kept) };
                Batch {
                    rows,
                    w,
                    parts: sides.iter().map(|(inner, _)| self.side(*inner, &inside)).collect(),
                    order: order.map(|order| self.eval(&order.inner, &inside)),
                    value: value.map(|value| match goal {
                        Goal::Every | Goal::Share => {
                            let shape = Shape { rows: inside.rows(), constant: false };
                            Vector::truths(shape, self.truths(value, &inside))
                        }
                        _ => self.eval(value, &inside),
                    }),
                    condition: condition.map_or_else(Vec::new, |condition| self.truths(condition, &inside)),
                    to: quantity.to.filter(|_| is_graph).map(|to| self.eval(to, &inside)),
                }
            })
            .collect();
        let index = Index {
            goal,
            simple,
            rows: Vec::new(),
            w: Vec::new(),
            all_certain: true,
            parts: Vec::new(),
            order: None,
            payload: Payload::Nothing,
            graphs: None,
            guards,
            residual,
            missing: table.is_none_or(|table| table.extract != Extract::Complete),
            hours: Arc::clone(&self.hours),
            groupings: (0..1usize << sides.len()).map(|_| OnceLock::new()).collect(),
        };
        let index = index.fill(batches, &sides, order);
        // The usual grouping now, while nothing waits for it.
        index.grouping(index.all_parts());
        self.count_operations(index.rows.len());
        index
    }
}

impl<'a> Index<'a> {
    /// Puts together what was evaluated.
    fn fill(mut self, batches: Vec<Batch<'a>>, sides: &[(Side<'a>, Side<'a>)], order: Option<&'a OrderPart>) -> Self {
        let mut parts: Vec<Vec<Vector<'a>>> = sides.iter().map(|_| Vec::new()).collect();
        let (mut orders, mut values, mut conditions, mut tos) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for batch in batches {
            self.rows.extend(batch.rows);
            self.w.extend(batch.w);
            parts.iter_mut().zip(batch.parts).for_each(|(all, part)| all.push(part));
            orders.extend(batch.order);
            values.extend(batch.value);
            conditions.extend(batch.condition);
            tos.extend(batch.to);
        }
        let joined = |parts: Vec<Vector<'a>>| if parts.is_empty() { Vector::unknown(0) } else { Vector::concat(parts) };
        let mut coded: Vec<(Codes<'a>, Vec<u32>)> =
            parts.into_iter().map(|part| Codes::assign(&joined(part))).collect();
        let (mut orders, mut values, mut tos) = (joined(orders), joined(values), joined(tos));
        // What equals nothing is no candidate.
        if coded.iter().any(|(_, codes)| codes.contains(&ABSENT)) {
            let kept = positions(self.rows.len(), |row| coded.iter().all(|(_, codes)| codes[row] != ABSENT));
            self.rows = kept.iter().map(|row| self.rows[*row as usize]).collect();
            self.w = kept.iter().map(|row| self.w[*row as usize]).collect();
            for (_, codes) in &mut coded {
                *codes = kept.iter().map(|row| codes[*row as usize]).collect();
            }
            orders = if order.is_some() { orders.gather(&kept) } else { orders };
            values = if values.rows() > 0 { values.gather(&kept) } else { values };
            if !conditions.is_empty() {
                conditions = kept.iter().map(|row| conditions[*row as usize]).collect();
            }
            tos = if tos.rows() > 0 { tos.gather(&kept) } else { tos };
        }
        self.all_certain = !self.w.contains(&Truth::Unknown);
        if self.all_certain {
            self.w = Vec::new();
        }
        self.parts =
            sides.iter().zip(coded).map(|((_, outer), (known, codes))| Part { outer: *outer, known, codes }).collect();
        self.order = order.map(|part| {
            let is_known = |row: usize| orders.state(row) == State::Present;
            let known = if orders.all_present() { Vec::new() } else { (0..orders.rows()).map(is_known).collect() };
            Order { outer: &part.outer, relation: part.relation, values: Ordered::new(&orders), known }
        });
        if self.goal.is_graph() && tos.rows() == self.rows.len() {
            self.graphs = Some(Box::new(Shared::new(Edges::new(values, tos))));
            return self;
        }
        self.payload = match self.goal {
            _ if !self.simple => Payload::Nothing,
            Goal::Every | Goal::Share => Payload::Truths(values.to_truths()),
            Goal::Sum | Goal::Mean | Goal::Set | Goal::Union | Goal::Timeline => Payload::Values(values),
            Goal::Log => Payload::Events(values, conditions),
            Goal::Streak => Payload::Steps(values, conditions),
            Goal::Min | Goal::Max | Goal::First | Goal::Last => {
                let order = Ordered::new(&values);
                Payload::Ranked(values, order)
            }
            Goal::Each | Goal::Exists | Goal::Count | Goal::Reachable | Goal::Acyclic => Payload::Nothing,
        };
        self
    }
}

/// Whether candidates are ranked by a value.
fn is_ranking(goal: Goal) -> bool {
    matches!(goal, Goal::Min | Goal::Max | Goal::First | Goal::Last)
}

/// Whether equality of such values is known wherever the values are, so that they can be looked up.
fn has_codes(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Error
            | Type::Span
            | Type::DateInterval
            | Type::TimestampInterval
            | Type::DateTimeline
            | Type::TimestampTimeline
            | Type::List(_)
            | Type::Set(_)
    )
}

/// Whether an order can be searched in sorted candidates.
fn can_narrow(order: &OrderPart) -> bool {
    is_ordered(&order.inner.ty.base)
        && match order.relation {
            OrderRelation::During => matches!(order.outer.ty.base, Type::DateInterval | Type::TimestampInterval),
            _ => is_ordered(&order.outer.ty.base),
        }
}
