//! The records that a quantity looked at: those that nearly fit, those that should not be there, those that were counted.

use super::cause::is_open;
use super::decide::{in_words, is_guard};
use super::leaf::order;
use super::show::written;
use super::{Explainer, MOST_RELATED, RecordPlace, Related, Scope, recurrence, statement, ways};
use crate::eval::{Binding, Candidate, Candidates};
use crate::ir::reads::for_each_child;
use crate::ir::{AggregateFunction, Binder, CompareOp, Domain, Expr, ExprKind, Quantifier};
use crate::schema::{RecordId, Type};
use crate::value::{Cell, Number, Truth, Value};

/// Most candidates that are looked at to find those to show; behind it they are not counted.
const MOST_CANDIDATES: usize = 1000;
/// Most reasons that are given for one related record.
const MOST_WORDS: usize = 2;

/// What a look at candidates gave.
pub(super) struct Looked {
    pub(super) related: Vec<Related>,
    pub(super) left_out: u64,
    /// The whole in words, where the quantity itself is the condition.
    pub(super) says: Option<String>,
}

/// Looks at the candidates of the quantity in a part of a condition; none if there is no quantity in it. Lists them only
/// if it is to go deep: not for what is itself a related record's reason.
pub(super) fn look<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    expr: &'a Expr,
    is: Truth,
    deep: bool,
) -> Option<Looked> {
    if let ExprKind::Quantified { quantifier, binder, has } = &written(expr).kind {
        return Some(quantified(explainer, scope, *quantifier, binder, has.as_deref(), is, deep));
    }
    if let ExprKind::Stated(stated) = &written(expr).kind {
        return Some(statement::look(explainer, scope, stated, is, deep));
    }
    if let Some(looked) = ways::look(explainer, scope, expr, is, deep) {
        return Some(looked);
    }
    if let ExprKind::Aggregate { function: AggregateFunction::Recurs, binder, parts } = &written(expr).kind
        && is != Truth::Unknown
    {
        return recurrence::look(&Range::new(explainer, scope, binder, deep), written(expr), parts);
    }
    if !deep {
        return None;
    }
    let aggregate = aggregate_in(explainer, expr)?;
    // Of a graph single edges say nothing.
    if matches!(aggregate.function, AggregateFunction::Reachable | AggregateFunction::Acyclic) {
        return None;
    }
    let offending = if is_too_large(explainer, expr, is) { Truth::True } else { Truth::False };
    Some(aggregated(explainer, scope, &aggregate, is, offending))
}

/// Whether a comparison failed because its quantity is too large (rather than too small).
fn is_too_large<'a>(explainer: &Explainer<'_, 'a>, expr: &'a Expr, is: Truth) -> bool {
    let ExprKind::Compare { op, left, .. } = &written(expr).kind else { return false };
    let quantity_is_left = aggregate_in(explainer, left).is_some();
    let asks_for_less = match op {
        CompareOp::Less | CompareOp::LessOrEqual => quantity_is_left,
        CompareOp::Greater | CompareOp::GreaterOrEqual => !quantity_is_left,
        CompareOp::Equal | CompareOp::NotEqual => return false,
    };
    asks_for_less == (is == Truth::False)
}

/// A binder with the scope outside of it.
pub(super) struct Range<'s, 'e, 'a> {
    pub(super) explainer: &'s Explainer<'e, 'a>,
    pub(super) scope: Scope,
    pub(super) binder: &'a Binder,
    /// Whether candidates are listed.
    pub(super) deep: bool,
}

impl<'s, 'e, 'a> Range<'s, 'e, 'a> {
    /// A binder with the scope outside of it.
    pub(super) fn new(
        explainer: &'s Explainer<'e, 'a>,
        scope: &Scope,
        binder: &'a Binder,
        deep: bool,
    ) -> Range<'s, 'e, 'a> {
        Range { explainer, scope: scope.clone(), binder, deep }
    }

    /// The value of an expression for a candidate.
    pub(super) fn cell(&self, candidate: &Candidate, expr: &'a Expr) -> Cell {
        self.explainer.cell(&self.inside(candidate), expr)
    }

    /// The scope of one candidate.
    pub(super) fn inside(&self, candidate: &Candidate) -> Scope {
        let mut inside = self.scope.clone();
        inside.push((self.binder.variable, candidate.binding.clone()));
        inside
    }

    fn truth(&self, candidate: &Candidate, expr: &'a Expr) -> Truth {
        self.explainer.truth(&self.inside(candidate), expr)
    }

    /// What one candidate is called: `change_approval`, `element of c.review_actions`; with the equalities by which it
    /// is found: `change_approval with a.change = c`.
    pub(super) fn one(&self) -> String {
        match &self.binder.domain {
            Domain::Records(record) => format!("{}{}", self.explainer.show.record_name(*record), self.with_key()),
            Domain::Elements(elements) => format!("element of {}", self.explainer.show.expr(elements)),
        }
    }

    /// What so many candidates are called: `change_approval records with a.change = c`.
    fn many(&self, count: u64) -> String {
        if count == 1 {
            return self.one();
        }
        match &self.binder.domain {
            Domain::Records(record) => {
                format!("{} records{}", self.explainer.show.record_name(*record), self.with_key())
            }
            Domain::Elements(elements) => format!("elements of {}", self.explainer.show.expr(elements)),
        }
    }

    /// ` with a.change = c` for the equalities by which candidates are found.
    fn with_key(&self) -> String {
        let texts: Vec<String> = self
            .binder
            .access
            .key
            .iter()
            .filter_map(|part| self.binder.conjuncts.get(part.conjunct))
            .map(|conjunct| self.explainer.show.expr(conjunct))
            .collect();
        if texts.is_empty() { String::new() } else { format!(" with {}", texts.join(" and ")) }
    }

    pub(super) fn related(&self, candidate: &Candidate, says: Vec<String>) -> Related {
        let show = self.explainer.show;
        let variable = self.explainer.body.variables.get(self.binder.variable.0 as usize);
        let ty = variable.map_or(&Type::Error, |variable| &variable.ty.base);
        let record = match (&candidate.binding, ty) {
            (Binding::Row(record, row), _) => show.record_place(*record, *row),
            // An element that refers to a record is shown as that record, where it was exported once.
            (Binding::Element(Cell::Present(Value::Reference(key))), Type::Reference(targets)) => {
                let rows: Vec<(RecordId, u32)> = targets
                    .iter()
                    .flat_map(|target| show.data.rows_of(*target, *key).iter().map(|row| (*target, *row)))
                    .collect();
                match rows.as_slice() {
                    [(record, row)] => show.record_place(*record, *row),
                    _ => element(show.binding(&candidate.binding, ty)),
                }
            }
            (other, _) => element(show.binding(other, ty)),
        };
        Related { record, says: says.into_iter().take(MOST_WORDS).collect() }
    }

    /// Why a condition of a candidate is what it is.
    fn words(&self, candidate: &Candidate, expr: &'a Expr, is: Truth) -> Vec<String> {
        in_words(self.explainer, &self.inside(candidate), expr, is)
    }

    /// Why the first conjunct that came to this did.
    pub(super) fn first_conjunct(&self, candidate: &Candidate, came: Truth) -> Vec<String> {
        let mut conjuncts = self.binder.conjuncts.iter().zip(&candidate.conjuncts);
        match conjuncts.find(|(_, is)| **is == came) {
            Some((conjunct, _)) => self.words(candidate, conjunct, came),
            None => Vec::new(),
        }
    }

    /// What makes a candidate count, besides the equalities by which it was found.
    fn why_it_counts(&self, candidate: &Candidate) -> Vec<String> {
        let is_key = |place: usize| self.binder.access.key.iter().any(|part| part.conjunct == place);
        let conjuncts = self.binder.conjuncts.iter().enumerate();
        let rest = conjuncts.filter(|(place, conjunct)| !is_key(*place) && !is_guard(conjunct));
        rest.flat_map(|(_, conjunct)| self.words(candidate, conjunct, Truth::True)).collect()
    }

    /// How near a candidate that does not count is: conjuncts that fail, then how far apart the sides of the first one are.
    fn distance(&self, candidate: &Candidate) -> (usize, Option<Number>) {
        let failed = candidate.conjuncts.iter().filter(|came| **came == Truth::False).count();
        let first = self.binder.conjuncts.iter().zip(&candidate.conjuncts).find(|(_, came)| **came == Truth::False);
        let apart = first.and_then(|(conjunct, _)| match &written(conjunct).kind {
            ExprKind::Compare { left, right, .. } => {
                let inside = self.inside(candidate);
                let (left, right) = (self.explainer.cell(&inside, left), self.explainer.cell(&inside, right));
                order(&left, &right)?;
                apart(&left, &right)
            }
            _ => None,
        });
        (failed, apart)
    }
}

fn element(key: String) -> RecordPlace {
    RecordPlace { record: String::new(), key, file: None, line: None, byte: None }
}

/// The distance between two values that have one.
fn apart(left: &Cell, right: &Cell) -> Option<Number> {
    let place = |cell: &Cell| match cell {
        Cell::Present(Value::Number(number) | Value::Duration(number)) => Some(*number),
        Cell::Present(Value::Date(date)) => Some(Number::from_integer(i128::from(date.0))),
        Cell::Present(Value::Timestamp(instant)) => Some(Number::from_integer(i128::from(instant.0))),
        Cell::Present(Value::Member(position)) => Some(Number::from_integer(i128::from(*position))),
        _ => None,
    };
    place(left)?.checked_sub(place(right)?)?.checked_abs()
}

fn quantified<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    quantifier: Quantifier,
    binder: &'a Binder,
    has: Option<&'a Expr>,
    is: Truth,
    deep: bool,
) -> Looked {
    let range = Range::new(explainer, scope, binder, deep);
    let candidates = explainer.evaluator.candidates(binder, scope, MOST_CANDIDATES);
    let one = range.one();
    let which = |wanted: fn(&Candidate) -> bool| -> Vec<&Candidate> {
        candidates.nearest.iter().filter(|candidate| wanted(candidate)).collect()
    };
    let counting = which(|candidate| candidate.counts == Truth::True);
    match (quantifier, is) {
        (_, Truth::Unknown) => {
            let open: Vec<&Candidate> = candidates
                .nearest
                .iter()
                .filter(|candidate| match has {
                    _ if candidate.counts == Truth::False => false,
                    _ if candidate.counts == Truth::Unknown => true,
                    Some(has) => range.truth(candidate, has) == Truth::Unknown,
                    None => false,
                })
                .collect();
            let listed = listed(&range, &open, |candidate| match has {
                Some(has) if candidate.counts == Truth::True => range.words(candidate, has, Truth::Unknown),
                _ => range.first_conjunct(candidate, Truth::Unknown),
            });
            let says = match quantifier {
                Quantifier::Every => format!("whether every {one} does is not known"),
                _ => format!("whether there is {} that counts is not known", with_article(&one)),
            };
            Looked { says: Some(says), ..listed }
        }
        (Quantifier::Exists, Truth::False) | (Quantifier::No, Truth::True) => {
            let shown = near_misses(&range, &candidates);
            let says = match candidates.total {
                0 => format!("there is no {one}"),
                1 => format!("the one {one} does not count"),
                total => format!("none of the {total} {} counts", range.many(total)),
            };
            Looked { says: Some(says), ..shown }
        }
        (Quantifier::Exists, Truth::True) | (Quantifier::No, Truth::False) => {
            let says = match counting.len() {
                1 => format!("there is {} that counts", with_article(&one)),
                many => format!("there are {many} {} that count", range.many(many as u64)),
            };
            Looked { says: Some(says), ..listed(&range, &counting, |candidate| range.why_it_counts(candidate)) }
        }
        (Quantifier::Every, _) => {
            let failing: Vec<&Candidate> = counting
                .iter()
                .copied()
                .filter(|candidate| has.is_some_and(|has| range.truth(candidate, has) == Truth::False))
                .collect();
            let says = match (failing.len(), counting.len()) {
                (0, _) => format!("every {one} does"),
                (1, 1) => format!("the one {one} does not"),
                (1, all) => format!("1 of the {all} {} does not", range.many(all as u64)),
                (some, all) => format!("{some} of the {all} {} do not", range.many(all as u64)),
            };
            let shown = listed(&range, &failing, |candidate| {
                has.map_or(Vec::new(), |has| range.words(candidate, has, Truth::False))
            });
            Looked { says: Some(says), ..shown }
        }
    }
}

pub(super) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// Lists the candidates that are nearest to counting, where none does.
fn near_misses(range: &Range<'_, '_, '_>, candidates: &Candidates) -> Looked {
    let mut near: Vec<&Candidate> = candidates.nearest.iter().collect();
    near.sort_by_cached_key(|candidate| {
        let (failed, apart) = range.distance(candidate);
        let name = range.related(candidate, Vec::new()).record;
        (failed, apart.is_none(), apart, name)
    });
    let shown = listed(range, &near, |candidate| range.first_conjunct(candidate, Truth::False));
    let left_out = candidates.total.saturating_sub(shown.related.len() as u64);
    Looked { left_out, ..shown }
}

/// Lists the first few of some candidates, each with what is to be said of it.
fn listed(range: &Range<'_, '_, '_>, these: &[&Candidate], says: impl Fn(&Candidate) -> Vec<String>) -> Looked {
    let most = if range.deep { MOST_RELATED } else { 0 };
    let related: Vec<Related> =
        these.iter().take(most).map(|candidate| range.related(candidate, says(candidate))).collect();
    Looked { left_out: (these.len() - related.len()) as u64, related, says: None }
}

fn aggregated<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    aggregate: &Aggregate<'a>,
    is: Truth,
    offending: Truth,
) -> Looked {
    let Aggregate { whole, function, binder, value, by, condition } = *aggregate;
    let range = Range::new(explainer, scope, binder, true);
    let candidates = explainer.evaluator.candidates(binder, scope, MOST_CANDIDATES);
    let result = explainer.cell(scope, whole);
    // Where nothing was found, what nearly was.
    if result == Cell::Absent {
        return near_misses(&range, &candidates);
    }
    let value_of = |candidate: &Candidate| value.map(|value| range.cell(candidate, value));
    let takes_part = |candidate: &&Candidate| match (is, function) {
        (Truth::Unknown, _) => {
            candidate.counts == Truth::Unknown
                || (candidate.counts == Truth::True
                    && value.iter().chain(&by).chain(&condition).any(|part| is_open(&range.cell(candidate, part))))
        }
        _ if candidate.counts != Truth::True => false,
        (_, AggregateFunction::Share) => value.is_some_and(|value| range.truth(candidate, value) == offending),
        // Of these one candidate is the result, or has it.
        (_, AggregateFunction::First | AggregateFunction::Last) => match (&candidate.binding, &result) {
            (Binding::Row(_, row), Cell::Present(Value::Row(found))) => row == found,
            (Binding::Element(element), found) => element == found,
            _ => false,
        },
        (_, AggregateFunction::Min | AggregateFunction::Max) => value_of(candidate).as_ref() == Some(&result),
        _ => true,
    };
    let mut these: Vec<&Candidate> = candidates.nearest.iter().filter(takes_part).collect();
    if let (AggregateFunction::Log | AggregateFunction::Streak, Some(by)) = (function, by) {
        these.sort_by_cached_key(|candidate| range.cell(candidate, by));
    }
    if let (AggregateFunction::Streak, Some(condition)) = (function, condition)
        && is != Truth::Unknown
    {
        these = longest_run(these, |candidate| range.truth(candidate, condition) == Truth::True);
    }
    listed(&range, &these, |candidate| match (is, value) {
        (Truth::Unknown, _) if candidate.counts == Truth::Unknown => range.first_conjunct(candidate, Truth::Unknown),
        (_, Some(value)) if function == AggregateFunction::Share => range.words(candidate, value, offending),
        (_, Some(value)) => {
            let named = explainer.named(&range.inside(candidate), value);
            vec![format!("{} = {}", named.expression, named.value)]
        }
        _ => by.map_or_else(Vec::new, |by| {
            let inside = range.inside(candidate);
            let named = explainer.named(&inside, by);
            let mut says = vec![format!("{} = {}", named.expression, named.value)];
            let asked = condition.map(|condition| (condition, explainer.truth(&inside, condition)));
            says.extend(asked.into_iter().flat_map(|(condition, is)| range.words(candidate, condition, is)));
            says
        }),
    })
}

/// The longest run of candidates for which something is the case; of several, the first.
fn longest_run(these: Vec<&Candidate>, is: impl Fn(&Candidate) -> bool) -> Vec<&Candidate> {
    let (mut longest, mut run) = (Vec::new(), Vec::new());
    for candidate in these {
        if is(candidate) {
            run.push(candidate);
        } else {
            run.clear();
        }
        if run.len() > longest.len() {
            longest.clone_from(&run);
        }
    }
    longest
}

/// An aggregate and its parts.
#[derive(Clone, Copy)]
struct Aggregate<'a> {
    whole: &'a Expr,
    function: AggregateFunction,
    binder: &'a Binder,
    value: Option<&'a Expr>,
    by: Option<&'a Expr>,
    condition: Option<&'a Expr>,
}

/// The first aggregate in an expression, also under the name of a `let`; not those inside of other quantities.
fn aggregate_in<'a>(explainer: &Explainer<'_, 'a>, expr: &'a Expr) -> Option<Aggregate<'a>> {
    let expr = explainer.meant(expr);
    match &expr.kind {
        ExprKind::Aggregate { function, binder, parts } => Some(Aggregate {
            whole: expr,
            function: *function,
            binder,
            value: parts.value.as_ref(),
            by: parts.by.as_ref(),
            condition: parts.condition.as_ref(),
        }),
        ExprKind::Quantified { .. } => None,
        _ => {
            let mut found = None;
            for_each_child(expr, &mut |child| {
                if found.is_none() {
                    found = aggregate_in(explainer, child);
                }
            });
            found
        }
    }
}
