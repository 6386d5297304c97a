//! The walk over the parts of a body: everywhere once, or where the records of a test lead.

use std::collections::BTreeSet;

use super::is_owner;
use crate::data::{Dataset, Extract};
use crate::eval::{Binding, Evaluator};
use crate::ir::exclusion::is_exclusion;
use crate::ir::reads::for_each_child;
use crate::ir::test::ExpectedOutcome;
use crate::ir::{AggregateParts, Binder, Body, Condition, Domain, Expr, ExprKind, IfNone, Statement, Step, VariableId};
use crate::schema::Type;
use crate::source::{FileId, Span};
use crate::syntax::ast::{ItemKind, Parsed};
use crate::value::{Cell, Truth, Value};

/// A rule, an advice or a define: its position among all of them, in order of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Owner(u32);

/// The rules, advice and defines of a program by their places.
pub(super) struct Items<'a> {
    all: Vec<(Span, ItemKind, &'a str, Span)>,
}

impl<'a> Items<'a> {
    pub(super) fn new(files: &'a [(FileId, Parsed)]) -> Items<'a> {
        let items = files.iter().flat_map(|(_, parsed)| &parsed.items).filter(|item| is_owner(item.kind));
        let named = items.filter_map(|item| item.name.as_ref().map(|name| (item.span, item.kind, name)));
        let mut all: Vec<_> = named.map(|(span, kind, name)| (span, kind, name.node.as_str(), name.span)).collect();
        all.sort_unstable();
        Items { all }
    }

    /// The item that a place is in.
    pub(super) fn owner(&self, place: Span) -> Option<Owner> {
        let behind = self.all.partition_point(|(span, ..)| (span.file, span.start) <= (place.file, place.start));
        let at = behind.checked_sub(1)?;
        let (span, ..) = self.all.get(at)?;
        (span.file == place.file && place.end <= span.end).then_some(Owner(at as u32))
    }

    pub(super) fn name(&self, owner: Owner) -> &'a str {
        self.all.get(owner.0 as usize).map_or("", |(_, _, name, _)| name)
    }

    pub(super) fn span(&self, owner: Owner) -> Span {
        self.all.get(owner.0 as usize).map_or(Span::new(FileId(0), 0, 0), |(span, ..)| *span)
    }

    pub(super) fn name_span(&self, owner: Owner) -> Span {
        self.all.get(owner.0 as usize).map_or(Span::new(FileId(0), 0, 0), |(.., span)| *span)
    }

    fn is_define(&self, owner: Owner) -> bool {
        self.all.get(owner.0 as usize).is_some_and(|(_, kind, ..)| *kind == ItemKind::Define)
    }
}

/// Something to be seen of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Point {
    /// It came to that.
    Outcome(ExpectedOutcome),
    /// A branch decided, by its place and its position: one of `any of` is true of a subject, one of `all of` false.
    Branch(Span, u32),
    /// The `for each` at that place found nothing, and `if none` said what that means.
    IfNone(Span),
    /// The `let` at that place was absent, and `if absent` said what that means.
    IfAbsent(Span),
    /// A part of a condition came to that.
    Part(Part),
}

/// A part of a condition and what it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    /// Where it stands; of a call of a define, the name of the define.
    pub(super) at: Span,
    /// Whether it is a call of a define.
    pub(super) call: bool,
    /// What it came to.
    pub(super) truth: bool,
}

/// What the binders in scope stand for.
type Scope = Vec<(VariableId, Binding)>;

/// What leads the walk.
struct Records<'w, 'a> {
    evaluator: &'w Evaluator<'a>,
    dataset: &'w Dataset,
    scope: Scope,
}

/// A walk.
///
/// Without records nothing is known and every binder has one candidate, so it goes everywhere: what is not known decides no `and`
/// and no `or`.
pub(super) struct Walk<'w, 'a> {
    items: &'w Items<'a>,
    points: &'w mut BTreeSet<(Owner, Point)>,
    owner: Owner,
    body: &'a Body,
    records: Option<Records<'w, 'a>>,
}

impl<'w, 'a> Walk<'w, 'a> {
    /// A walk that finds every point.
    pub(super) fn to_find(
        items: &'w Items<'a>,
        points: &'w mut BTreeSet<(Owner, Point)>,
        owner: Owner,
        body: &'a Body,
    ) -> Walk<'w, 'a> {
        Walk { items, points, owner, body, records: None }
    }

    /// A walk that finds the points to which some records lead.
    pub(super) fn to_see(
        items: &'w Items<'a>,
        points: &'w mut BTreeSet<(Owner, Point)>,
        owner: Owner,
        body: &'a Body,
        evaluator: &'w Evaluator<'a>,
        dataset: &'w Dataset,
    ) -> Walk<'w, 'a> {
        Walk { items, points, owner, body, records: Some(Records { evaluator, dataset, scope: Scope::new() }) }
    }

    /// Walks over steps and condition.
    pub(super) fn body(&mut self) {
        self.steps(0, Truth::True, true);
    }

    fn mark(&mut self, owner: Owner, point: Point) {
        self.points.insert((owner, point));
    }

    /// Notes what a part came to; where nothing is known, that it can come to either.
    fn mark_part(&mut self, owner: Owner, at: Span, call: bool, came: Truth) {
        for truth in [false, true] {
            if self.records.is_none() || came == Truth::from(truth) {
                self.mark(owner, Point::Part(Part { at, call, truth }));
            }
        }
    }

    fn cell(&self, expr: &'a Expr) -> Cell {
        self.records.as_ref().map_or(Cell::Unknown, |records| records.evaluator.cell(expr, &records.scope))
    }

    fn truth(&self, expr: &'a Expr) -> Truth {
        match self.cell(expr) {
            Cell::Present(Value::Boolean(known)) => Truth::from(known),
            _ => Truth::Unknown,
        }
    }

    /// Walks on from a step. `belongs` says whether what is bound so far is a subject; `first` whether no `for each` lies behind.
    fn steps(&mut self, at: usize, belongs: Truth, first: bool) {
        let (body, owner) = (self.body, self.owner);
        match body.steps.get(at) {
            None => self.condition(belongs),
            Some(Step::Let { value, if_absent, .. }) => {
                self.value(value, owner);
                if if_absent.is_some() {
                    if self.records.is_none() || self.cell(value) == Cell::Absent {
                        self.mark(owner, Point::IfAbsent(value.span));
                    }
                    if self.cell(value) == Cell::Absent {
                        return;
                    }
                }
                self.steps(at + 1, belongs, first);
            }
            Some(Step::ForEach { binder, if_none }) => {
                let mut is_empty = true;
                self.each_candidate(binder, owner, &mut |walk, counts| {
                    is_empty = false;
                    walk.steps(at + 1, belongs.and(counts), false);
                });
                // Of the first, an empty population that is allowed is an outcome already.
                let is_allowed = first && *if_none == Some(IfNone::NoPopulation);
                let is_point = if_none.is_some() && !is_allowed && !binder.is_never_empty();
                if is_point && (self.records.is_none() || is_empty) {
                    self.mark(owner, Point::IfNone(binder.span));
                }
            }
        }
    }

    fn condition(&mut self, belongs: Truth) {
        let owner = self.owner;
        if let Some(due) = &self.body.due {
            self.nested(&due.pending, owner);
        }
        let (branches, decides) = match &self.body.condition {
            Condition::Plain(condition) => {
                self.ask(condition, owner);
                return;
            }
            Condition::AnyOf(branches) => (branches, Truth::True),
            Condition::AllOf(branches) => (branches, Truth::False),
        };
        // Each branch stands for itself: none waits for what another comes to.
        for (position, branch) in branches.iter().enumerate() {
            let came = self.ask(&branch.condition, owner);
            if self.records.is_none() || (belongs == Truth::True && came == decides) {
                self.mark(owner, Point::Branch(branch.condition.span, position as u32));
            }
        }
    }

    /// Asks a condition part by part: of an `and` none behind one that is false, of an `or` none behind one that is true.
    fn ask(&mut self, expr: &'a Expr, around: Owner) -> Truth {
        self.ask_all(std::slice::from_ref(expr), around, Truth::False, Truth::and)
    }

    fn ask_form(&mut self, expr: &'a Expr, owner: Owner) -> Truth {
        match &expr.kind {
            ExprKind::And(parts) => self.ask_all(parts, owner, Truth::False, Truth::and),
            ExprKind::Or(parts) => self.ask_all(parts, owner, Truth::True, Truth::or),
            // `x not in S` is one part: it is written as one.
            ExprKind::Not(operand) if operand.span != expr.span => !self.ask(operand, owner),
            ExprKind::Implies(left, right) => match self.ask(left, owner) {
                Truth::False => Truth::True,
                left => (!left).or(self.ask(right, owner)),
            },
            ExprKind::If { condition, then, otherwise } => {
                match self.ask(condition, owner) {
                    Truth::True => {
                        self.ask(then, owner);
                    }
                    Truth::False => {
                        self.ask(otherwise, owner);
                    }
                    Truth::Unknown => {
                        if self.records.is_none() {
                            self.ask(then, owner);
                            self.ask(otherwise, owner);
                        }
                    }
                }
                self.truth(expr)
            }
            // What is left out is told by an exclusion, which no test of a rule has to see.
            _ if is_exclusion(expr) => self.truth(expr),
            ExprKind::Literal(_) => self.truth(expr),
            // Nobody attests the opposite: it is true or not known.
            ExprKind::Stated(stated) if stated.statement == Statement::Attestation => {
                let came = self.truth(expr);
                if self.records.is_none() || came == Truth::True {
                    self.mark(owner, Point::Part(Part { at: expr.span, call: false, truth: true }));
                }
                came
            }
            // Where it is given its name it was asked already.
            ExprKind::Variable(variable) if self.is_let(*variable) => self.truth(expr),
            _ => {
                let came = self.truth(expr);
                self.mark_part(owner, expr.span, false, came);
                self.nested(expr, owner);
                came
            }
        }
    }

    /// Asks parts that are joined, up to one that decides.
    ///
    /// What a define stands for may have been cut at its own `and`s: parts of one call that follow one another are one part of
    /// what is around them.
    fn ask_all(&mut self, parts: &'a [Expr], around: Owner, decided: Truth, join: fn(Truth, Truth) -> Truth) -> Truth {
        let mut all = !decided;
        let mut rest = parts;
        while let Some(first) = rest.first().filter(|_| all != decided) {
            let owner = self.items.owner(first.span).unwrap_or(around);
            let is_call = owner != around && self.items.is_define(owner);
            let length = if is_call { self.of_one_call(rest, owner) } else { 1 };
            let (own, behind) = rest.split_at(length);
            let mut came = !decided;
            for part in own {
                came = join(came, self.ask_form(part, owner));
                if came == decided {
                    break;
                }
            }
            if is_call {
                self.mark_part(around, self.items.name_span(owner), true, came);
            }
            all = join(all, came);
            rest = behind;
        }
        all
    }

    /// How many of the first parts are of one call of a define; where a place comes again, another begins.
    fn of_one_call(&self, parts: &[Expr], define: Owner) -> usize {
        let mut places: Vec<Span> = Vec::new();
        for part in parts {
            if self.items.owner(part.span) != Some(define) || places.contains(&part.span) {
                break;
            }
            places.push(part.span);
        }
        places.len()
    }

    fn is_let(&self, variable: VariableId) -> bool {
        self.body.steps.iter().any(|step| matches!(step, Step::Let { variable: known, .. } if *known == variable))
    }

    /// Walks over a value: a condition is asked, of anything else the conditions in it.
    fn value(&mut self, expr: &'a Expr, owner: Owner) {
        if expr.ty.base == Type::Boolean {
            self.ask(expr, owner);
        } else {
            let owner = self.items.owner(expr.span).unwrap_or(owner);
            self.nested(expr, owner);
        }
    }

    /// Walks over the conditions inside an expression.
    fn nested(&mut self, expr: &'a Expr, owner: Owner) {
        match &expr.kind {
            ExprKind::Quantified { binder, has, .. } => self.each_candidate(binder, owner, &mut |walk, _| {
                has.iter().for_each(|has| walk.value(has, owner));
            }),
            ExprKind::Aggregate { binder, parts, .. } => {
                let AggregateParts { by, condition, value, to, every, from } = &**parts;
                self.each_candidate(binder, owner, &mut |walk, _| {
                    let of_each = by.iter().chain(condition).chain(value).chain(to);
                    of_each.for_each(|part| walk.value(part, owner));
                });
                // These do not see the candidate, and are read where there is none.
                every.iter().chain(from).for_each(|part| self.value(part, owner));
            }
            // Which statements count is no condition that somebody wrote.
            ExprKind::Stated(_) => {}
            ExprKind::If { condition, then, otherwise } => {
                let came = self.ask(condition, owner);
                for (value, when) in [(then, Truth::True), (otherwise, Truth::False)] {
                    if self.records.is_none() || came == when {
                        self.nested(value, owner);
                    }
                }
            }
            _ => for_each_child(expr, &mut |child| {
                let owner = self.items.owner(child.span).unwrap_or(owner);
                self.nested(child, owner);
            }),
        }
    }

    /// Calls `inside` for each candidate of a binder of which its `where` is not false, with what it is.
    fn each_candidate(&mut self, binder: &'a Binder, owner: Owner, inside: &mut dyn FnMut(&mut Self, Truth)) {
        if let Domain::Elements(elements) = &binder.domain {
            self.nested(elements, owner);
        }
        let Some(bindings) = self.bindings(binder) else {
            self.ask_all(&binder.conjuncts, owner, Truth::False, Truth::and);
            return inside(self, Truth::Unknown);
        };
        for binding in bindings {
            if let Some(records) = &mut self.records {
                records.scope.push((binder.variable, binding));
            }
            let counts = self.ask_all(&binder.conjuncts, owner, Truth::False, Truth::and);
            if counts != Truth::False {
                inside(self, counts);
            }
            if let Some(records) = &mut self.records {
                records.scope.pop();
            }
        }
    }

    /// What a binder ranges over; none where there are no records to range over.
    fn bindings(&self, binder: &'a Binder) -> Option<Vec<Binding>> {
        let records = self.records.as_ref()?;
        Some(match &binder.domain {
            Domain::Records(record) => {
                let table = records.dataset.table(*record);
                let rows = (0..table.rows).map(|row| Binding::Row(*record, row));
                let extra = (table.extract != Extract::Complete).then_some(Binding::Missing(*record));
                rows.chain(extra).collect()
            }
            Domain::Elements(elements) => match self.cell(elements) {
                Cell::Present(Value::List(cells)) => cells.into_iter().map(Binding::Element).collect(),
                Cell::Present(Value::Set(set)) => {
                    set.members.into_iter().map(|member| Binding::Element(Cell::Present(member))).collect()
                }
                _ => Vec::new(),
            },
        })
    }
}
