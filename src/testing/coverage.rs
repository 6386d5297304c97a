//! What no test has seen: outcomes, branches and parts of conditions.
//!
//! Enters: a program, tests, and what is to be covered. Leaves: [`Coverage`]. `docs/testing.md` says what counts as seen.
//! What there is to see, and what a test sees of it, is found by one walk (`walk`): to find what there is, it goes everywhere once,
//! with nothing known; for a test it goes where the records lead.

mod walk;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use self::walk::{Items, Owner, Part, Point, Walk};
use super::expect::words;
use super::run::{Prepared, Subject};
use super::{Gate, Kind, Program, Scope, Share};
use crate::check::TestStatus;
use crate::eval::explain::PolicyPlace;
use crate::eval::explain::show::{one_line, shorten};
use crate::ir::reads::for_each_expr;
use crate::ir::test::{ExpectedOutcome, Tested};
use crate::ir::{Binder, Body, Condition, Domain, ExprKind, IfAbsent, IfNone, Step};
use crate::source::Span;
use crate::syntax::ast::ItemKind;

/// Most characters of policy text that are shown.
const MOST_TEXT: usize = 64;

/// What tests have seen of rules, advice and defines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Rules, advice, then defines, in the order of the results; those without any test too.
    pub items: Vec<ItemCoverage>,
    /// All together.
    pub share: Share,
    /// What that has to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
}

/// What tests have seen of a rule, an advice or a define.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemCoverage {
    /// Its id.
    pub id: String,
    /// Which of the three it is.
    pub kind: Kind,
    /// The outcomes that can occur.
    pub outcomes: Share,
    /// The branches.
    pub branches: Share,
    /// The parts of conditions, each true and false, and the lines for when there is nothing.
    pub parts: Share,
    /// What no test has seen, in order of the text.
    pub missing: Vec<Missing>,
    /// Where it stands.
    pub policy: PolicyPlace,
}

/// Something that no test has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// What, in words.
    pub what: String,
    /// Where it stands.
    pub policy: PolicyPlace,
}

/// A rule or an advice to be covered, and its tests.
struct Covered<'a> {
    tested: Tested,
    subject: Subject<'a>,
    tests: Vec<&'a TestStatus>,
}

impl<'a> Program<'a> {
    /// Finds what tests see of rules and advice, and of the defines that those reach.
    ///
    /// Rules and advice that are not in the scope are walked all the same: their tests see the defines that are.
    pub fn coverage(&self, tests: &[&'a TestStatus], scope: &Scope<'_>) -> Coverage {
        let items = Items::new(self.parsed);
        let covered = self.covered(tests);
        let mut points: BTreeMap<(Owner, Point), bool> = BTreeMap::new();
        for one in &covered {
            let Some(owner) = items.owner(one.subject.span()) else { continue };
            let mut found = BTreeSet::new();
            Walk::to_find(&items, &mut found, owner, one.subject.body()).body();
            let outcomes = possible_outcomes(&one.tested, one.subject.body());
            found.extend(outcomes.into_iter().map(|outcome| (owner, Point::Outcome(outcome))));
            points.extend(found.into_iter().map(|point| (point, false)));
        }
        let seen: Vec<BTreeSet<(Owner, Point)>> = covered.par_iter().map(|one| self.seen(&items, one)).collect();
        for point in seen.into_iter().flatten() {
            points.entry(point).and_modify(|seen| *seen = true);
        }
        let mut by_owner: BTreeMap<Owner, Vec<(Point, bool)>> = BTreeMap::new();
        for ((owner, point), seen) in points {
            by_owner.entry(owner).or_default().push((point, seen));
        }
        let mut reported: Vec<ItemCoverage> = Vec::new();
        for one in &covered {
            let points = items.owner(one.subject.span()).and_then(|owner| by_owner.remove(&owner));
            if (scope.tested)(&one.tested) {
                let kind = if matches!(one.tested, Tested::Rule(_)) { Kind::Rule } else { Kind::Advice };
                let body = Some(one.subject.body());
                reported.push(self.item(
                    &items,
                    one.tested.id(),
                    kind,
                    one.subject.span(),
                    body,
                    points.unwrap_or_default(),
                ));
            }
        }
        let mut defines: Vec<ItemCoverage> = by_owner
            .into_iter()
            .filter(|(owner, _)| (scope.define)(items.span(*owner)))
            .map(|(owner, points)| {
                self.item(&items, items.name(owner), Kind::Define, items.name_span(owner), None, points)
            })
            .collect();
        defines.sort_by(|a, b| a.id.cmp(&b.id));
        reported.append(&mut defines);
        let share =
            reported.iter().fold(Share::default(), |share, item| share + item.outcomes + item.branches + item.parts);
        Coverage { items: reported, share, gate: None }
    }

    /// All rules and advice that can be run with those of the tests that are about them, in the order of the results.
    fn covered(&self, tests: &[&'a TestStatus]) -> Vec<Covered<'a>> {
        let rules = self.checked.program.rules.iter().map(|rule| (Tested::Rule(rule.id.clone()), Subject::Rule(rule)));
        let advice = self
            .checked
            .advice
            .advice
            .iter()
            .map(|advice| (Tested::Advice(advice.id.clone()), Subject::Advice(advice)));
        let mut covered: Vec<Covered<'a>> = rules
            .chain(advice)
            .map(|(tested, subject)| {
                let of = |status: &&&'a TestStatus| status.test.as_ref().is_some_and(|test| test.of == tested);
                let tests = tests.iter().filter(of).copied().collect();
                Covered { tested, subject, tests }
            })
            .collect();
        covered.sort_by_cached_key(|one| self.place_of(Some(&one.tested)));
        covered
    }

    /// What the tests of a rule or an advice see.
    fn seen(&self, items: &Items<'a>, one: &Covered<'a>) -> BTreeSet<(Owner, Point)> {
        let mut seen = BTreeSet::new();
        let Some(owner) = items.owner(one.subject.span()) else { return seen };
        for test in one.tests.iter().filter_map(|status| status.test.as_ref()) {
            let Ok(prepared) = Prepared::new(*self, test, one.subject.body()) else { continue };
            let Some(judged) = prepared.judge(*self, one.subject) else { continue };
            seen.insert((owner, Point::Outcome(judged.outcome)));
            if judged.has(ExpectedOutcome::NotYetDue) {
                seen.insert((owner, Point::Outcome(ExpectedOutcome::NotYetDue)));
            }
            Walk::to_see(items, &mut seen, owner, one.subject.body(), judged.evaluator(), prepared.dataset()).body();
        }
        seen
    }

    fn item(
        &self,
        items: &Items<'_>,
        id: &str,
        kind: Kind,
        span: Span,
        body: Option<&Body>,
        points: Vec<(Point, bool)>,
    ) -> ItemCoverage {
        let share = |is: fn(&Point) -> bool| {
            let of = points.iter().filter(|(point, _)| is(point));
            Share { part: of.clone().filter(|(_, seen)| *seen).count() as u64, whole: of.count() as u64 }
        };
        let is_missing = |point: &Point| points.contains(&(*point, false));
        let mut missing = Vec::new();
        for (point, _) in points.iter().filter(|(_, seen)| !seen) {
            let other = match point {
                Point::Part(part) => is_missing(&Point::Part(Part { truth: !part.truth, ..*part })),
                _ => false,
            };
            // What was never asked is neither true nor false; that is said once.
            match point {
                Point::Part(Part { truth: true, .. }) if other => {}
                _ => missing.push(self.missing(items, kind, span, body, point, other)),
            }
        }
        ItemCoverage {
            id: id.to_owned(),
            kind,
            outcomes: share(|point| matches!(point, Point::Outcome(_))),
            branches: share(|point| matches!(point, Point::Branch(..))),
            parts: share(|point| !matches!(point, Point::Outcome(_) | Point::Branch(..))),
            missing,
            policy: self.place_at(span),
        }
    }

    /// Something that no test has seen, in words; of a part, whether it was not even asked.
    fn missing(
        &self,
        items: &Items<'_>,
        kind: Kind,
        span: Span,
        body: Option<&Body>,
        point: &Point,
        never_asked: bool,
    ) -> Missing {
        let text = |span: Span| shorten(&one_line(self.sources.text(span)), MOST_TEXT);
        let (what, at) = match point {
            Point::Outcome(outcome) => (format!("never {}", words(kind == Kind::Rule, *outcome)), span),
            Point::Branch(at, position) => {
                let label = match body.map(|body| &body.condition) {
                    Some(Condition::AnyOf(branches) | Condition::AllOf(branches)) => {
                        branches.get(*position as usize).map_or("", |branch| branch.label.as_str())
                    }
                    _ => "",
                };
                (format!("never via {label}"), *at)
            }
            Point::IfNone(at) => (format!("never none: for each {}", text(*at)), *at),
            Point::IfAbsent(at) => (format!("never absent: {}", text(*at)), *at),
            Point::Part(Part { at, call, truth }) => {
                let came = if never_asked { "asked".to_owned() } else { truth.to_string() };
                match items.owner(*at) {
                    Some(owner) if *call => (format!("never {came}: {}(…)", items.name(owner)), span),
                    _ => (format!("never {came}: {}", text(*at)), *at),
                }
            }
        };
        Missing { what, policy: self.place_at(at) }
    }
}

/// The outcomes that a rule or an advice can have, whatever records there are.
fn possible_outcomes(tested: &Tested, body: &Body) -> BTreeSet<ExpectedOutcome> {
    let mut outcomes = BTreeSet::from([ExpectedOutcome::Holds, ExpectedOutcome::Fails]);
    let each: Vec<(&Binder, Option<IfNone>)> = body
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::ForEach { binder, if_none } => Some((binder.as_ref(), *if_none)),
            Step::Let { .. } => None,
        })
        .collect();
    let may_lack = |meaning: Option<IfNone>| {
        each.iter().skip(1).any(|(binder, if_none)| *if_none == meaning && !binder.is_never_empty())
    };
    let first_may_lack = each.first().is_some_and(|(binder, _)| !binder.is_never_empty());
    let population_may_be_empty = first_may_lack || (!each.is_empty() && may_lack(Some(IfNone::NoPopulation)));
    // Where every subject is vacuous it is as if there were none.
    let groundless = body.groundless();
    let may_have_nothing = population_may_be_empty || groundless.vacuously || may_lack(None);
    let may_be_early = body.due.is_some() || groundless.not_yet_due;
    let means = match (tested, each.first()) {
        (Tested::Rule(_), Some((_, if_none))) => if_none.unwrap_or(IfNone::NoPopulation),
        _ => IfNone::NoPopulation,
    };
    if (may_have_nothing && means == IfNone::NoPopulation) || may_be_early {
        outcomes.insert(ExpectedOutcome::Nothing);
    }
    if may_be_early {
        outcomes.insert(ExpectedOutcome::NotYetDue);
    }
    let says_so = body.steps.iter().any(|step| {
        matches!(step, Step::Let { if_absent: Some(IfAbsent::NotDetermined), .. })
            || matches!(step, Step::ForEach { if_none: Some(IfNone::NotDetermined), .. })
    });
    if reads_something(body) || says_so {
        outcomes.insert(ExpectedOutcome::NotDetermined);
    }
    outcomes
}

/// Whether a body looks at anything that may be unknown: a record, a parameter, what the run is told about time.
fn reads_something(body: &Body) -> bool {
    let over_records = |domain: &Domain| matches!(domain, Domain::Records(_));
    let mut reads =
        body.steps.iter().any(|step| matches!(step, Step::ForEach { binder, .. } if over_records(&binder.domain)));
    for_each_expr(body, &mut |expr| {
        reads |= match &expr.kind {
            ExprKind::Field { .. }
            | ExprKind::Parameter(_)
            | ExprKind::AsOf
            | ExprKind::Today
            | ExprKind::Period
            | ExprKind::IsRecord { .. } => true,
            ExprKind::Quantified { binder, .. } | ExprKind::Aggregate { binder, .. } => over_records(&binder.domain),
            _ => false,
        };
    });
    reads
}

/// The items that can own a point.
pub(super) fn is_owner(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Rule | ItemKind::Advice | ItemKind::Define)
}
