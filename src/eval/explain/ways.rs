//! Graphs in a part of a condition: the way to something, why no edge leads to it, the edges that lead round.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::related::{Looked, Range};
use super::show::{shorten, written};
use super::{Cause, Explainer, MOST_RELATED, Related, Scope, cause};
use crate::eval::{Binding, Candidate, Edge, Trace};
use crate::ir::{AggregateFunction, AggregateParts, Binder, Expr, ExprKind};
use crate::value::{Cell, SetValue, Truth, Value};

/// Most edges of a way that are listed.
const MOST_STEPS: usize = 12;
/// Most edges that are looked at for causes, or among which those that lead to something are sought.
const MOST_EDGES: usize = 64;
/// Most characters of an expression's text inside a sentence.
const MOST_TEXT: usize = 60;

/// A graph in a condition.
struct Graph<'s, 'e, 'a> {
    explainer: &'s Explainer<'e, 'a>,
    scope: &'s Scope,
    binder: &'a Binder,
    parts: &'a AggregateParts,
    trace: Arc<Trace<'a>>,
    starts: SetValue,
    deep: bool,
}

/// Looks at the edges of the graph in a part of a condition; none if there is no graph in it. Lists them only if it is to
/// go deep.
pub(super) fn look<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    expr: &'a Expr,
    is: Truth,
    deep: bool,
) -> Option<Looked> {
    let graph = |expr| Graph::of(explainer, scope, expr, deep);
    let expr = written(expr);
    match &expr.kind {
        ExprKind::Aggregate { function: AggregateFunction::Acyclic, .. } => Some(graph(expr)?.round(expr, is)),
        ExprKind::In { element, collection } => {
            let Cell::Present(thing) = explainer.cell(scope, element) else { return None };
            Some(graph(collection)?.member(element, collection, &thing, is))
        }
        // The sentence of these names members; here is how the first of them comes to be one, or does not.
        ExprKind::Covers(left, right) if is == Truth::False => {
            let graph = graph(left)?;
            let missing = graph.first(&sets(explainer, scope, [right, left])?, false)?;
            Some(Looked { says: None, ..graph.edges_into(&missing) })
        }
        ExprKind::Overlaps(left, right) if is == Truth::True => {
            let graph = graph(left).or_else(|| graph(right))?;
            let shared = graph.first(&sets(explainer, scope, [left, right])?, true)?;
            Some(graph.steps(&graph.way(&shared)))
        }
        _ => None,
    }
}

fn sets<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, sides: [&'a Expr; 2]) -> Option<[SetValue; 2]> {
    let [left, right] = sides.map(|side| explainer.cell(scope, side));
    match (left, right) {
        (Cell::Present(Value::Set(left)), Cell::Present(Value::Set(right))) => Some([left, right]),
        _ => None,
    }
}

/// Adds why a graph is not known: what is not known of the edges and starts that it depends on.
pub(super) fn causes<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, expr: &'a Expr, causes: &mut BTreeSet<Cause>) {
    let Some(graph) = Graph::of(explainer, scope, expr, true) else { return };
    if let Some(starts) = graph.parts.from.as_ref().filter(|starts| cause::is_open(&explainer.cell(scope, starts))) {
        cause::collect(explainer, scope, starts, causes);
    }
    for edge in graph.uncertain().iter().take(MOST_EDGES) {
        if let Binding::Missing(record) = edge.binding {
            causes.insert(cause::missing_extract(explainer.show, record));
            continue;
        }
        let mut inside = scope.clone();
        inside.push((graph.binder.variable, edge.binding.clone()));
        let ends = [(&graph.parts.value, &edge.from), (&graph.parts.to, &edge.to)];
        let ends = ends.into_iter().filter(|(_, thing)| thing.is_none()).filter_map(|(end, _)| end.as_ref());
        let conjuncts = graph.binder.conjuncts.iter();
        let open = conjuncts.filter(|conjunct| explainer.truth(&inside, conjunct) == Truth::Unknown).chain(ends);
        open.for_each(|open| cause::collect(explainer, &inside, open, causes));
    }
}

impl<'s, 'e, 'a> Graph<'s, 'e, 'a> {
    fn of(explainer: &'s Explainer<'e, 'a>, scope: &'s Scope, expr: &'a Expr, deep: bool) -> Option<Graph<'s, 'e, 'a>> {
        let expr = explainer.meant(expr);
        let ExprKind::Aggregate { binder, parts, .. } = &expr.kind else { return None };
        let (trace, starts) = explainer.evaluator.trace(expr, scope)?;
        Some(Graph { explainer, scope, binder, parts, trace, starts, deep })
    }

    fn name(&self, thing: &Value) -> String {
        self.explainer.show.quoted(&Cell::Present(thing.clone()), self.trace.ty())
    }

    fn end(&self, thing: Option<&Value>) -> String {
        thing.map_or_else(|| "(unknown)".to_owned(), |thing| self.name(thing))
    }

    fn way(&self, thing: &Value) -> Vec<Edge> {
        self.trace.way(&self.starts, thing, &|thing| self.name(thing)).unwrap_or_default()
    }

    /// The first, by name, of the members of a set that another has, or has not.
    fn first(&self, [these, those]: &[SetValue; 2], has: bool) -> Option<Value> {
        let wanted = these.members.iter().filter(|member| those.has(member) == has);
        wanted.min_by_key(|member| self.name(member)).cloned()
    }

    /// The edges of which something is not known that matters.
    fn uncertain(&self) -> Vec<Edge> {
        match self.parts.from {
            Some(_) => self.trace.may_add(&self.starts),
            None => self.trace.may_close(),
        }
    }

    fn range(&self) -> Range<'s, 'e, 'a> {
        Range::new(self.explainer, self.scope, self.binder, self.deep)
    }

    fn related(&self, edge: &Edge, says: Vec<String>) -> Related {
        let candidate = Candidate { binding: edge.binding.clone(), counts: edge.counts, conjuncts: Vec::new() };
        self.range().related(&candidate, says)
    }

    /// Lists the edges of a way, in order.
    fn steps(&self, way: &[Edge]) -> Looked {
        let most = if self.deep { MOST_STEPS } else { 0 };
        let step = |edge: &Edge| {
            let says = format!("{} -> {}", self.end(edge.from.as_ref()), self.end(edge.to.as_ref()));
            self.related(edge, vec![says])
        };
        let related: Vec<Related> = way.iter().take(most).map(step).collect();
        Looked { left_out: (way.len() - related.len()) as u64, related, says: None }
    }

    /// The things that a way leads over, in order.
    fn over(&self, way: &[Edge]) -> String {
        let first = way.first().and_then(|edge| edge.from.as_ref());
        let mut things: Vec<String> = vec![self.end(first)];
        things.extend(way.iter().map(|edge| self.end(edge.to.as_ref())));
        if things.len() > MOST_STEPS + 1 {
            let left_out = things.len() - MOST_STEPS;
            things.splice(MOST_STEPS - 1..things.len() - 1, [format!("({left_out} more)")]);
        }
        things.join(" -> ")
    }

    /// Lists edges of which it is not known whether they count, or where they lead.
    fn unknown(&self, says: String) -> Looked {
        let uncertain = self.uncertain();
        let most = if self.deep { MOST_RELATED } else { 0 };
        let shown = |edge: &Edge| {
            let ends = format!("{} -> {}", self.end(edge.from.as_ref()), self.end(edge.to.as_ref()));
            self.related(edge, vec![ends])
        };
        let related: Vec<Related> = uncertain.iter().take(most).map(shown).collect();
        Looked { left_out: (uncertain.len() - related.len()) as u64, related, says: Some(says) }
    }

    /// Whether edges lead round.
    fn round(&self, expr: &'a Expr, is: Truth) -> Looked {
        match is {
            Truth::Unknown => self.unknown("whether there is a cycle is not known".to_owned()),
            Truth::True => {
                let text = shorten(&self.explainer.show.expr(expr), MOST_TEXT);
                Looked { related: Vec::new(), left_out: 0, says: Some(format!("there is no cycle in {text}")) }
            }
            Truth::False => {
                let way = self.trace.round(&|thing| self.name(thing)).unwrap_or_default();
                Looked { says: Some(format!("there is a cycle: {}", self.over(&way))), ..self.steps(&way) }
            }
        }
    }

    /// Whether something is among what is reached.
    fn member(&self, element: &'a Expr, collection: &'a Expr, thing: &Value, is: Truth) -> Looked {
        let show = self.explainer.show;
        let text = |expr| shorten(&show.expr(expr), MOST_TEXT);
        let (element, name) = (text(element), self.name(thing));
        match is {
            Truth::Unknown => {
                self.unknown(format!("whether {element} ({name}) is in {} is not known", text(collection)))
            }
            Truth::True => match self.way(thing).as_slice() {
                [] => {
                    let says = format!("{element} ({name}) is reached: it is one of the starts");
                    Looked { related: Vec::new(), left_out: 0, says: Some(says) }
                }
                way => Looked {
                    says: Some(format!("{element} ({name}) is reached: {}", self.over(way))),
                    ..self.steps(way)
                },
            },
            Truth::False => {
                let looked = self.edges_into(thing);
                let behind = looked.says.as_deref().unwrap_or("no edge leads to it");
                Looked { says: Some(format!("{element} ({name}) is not reached: {behind}")), ..looked }
            }
        }
    }

    /// Looks at the edges that lead to something that is not reached, and at those that would if they counted.
    fn edges_into(&self, thing: &Value) -> Looked {
        let Some(to) = &self.parts.to else { return Looked { related: Vec::new(), left_out: 0, says: None } };
        let candidates = self.explainer.evaluator.candidates_having(self.binder, (to, thing), self.scope, MOST_EDGES);
        let range = self.range();
        let begins = |candidate: &Candidate| match &self.parts.value {
            Some(from) => range.cell(candidate, from),
            None => Cell::Unknown,
        };
        let (counting, other): (Vec<&Candidate>, Vec<&Candidate>) = candidates
            .nearest
            .iter()
            .filter(|candidate| !matches!(candidate.binding, Binding::Missing(_)))
            .partition(|candidate| candidate.counts == Truth::True);
        let mut sources: Vec<String> = counting
            .iter()
            .filter_map(|candidate| match begins(candidate) {
                Cell::Present(from) => Some(self.name(&from)),
                _ => None,
            })
            .collect();
        sources.sort();
        sources.dedup();
        let says = if sources.is_empty() {
            "no edge leads to it".to_owned()
        } else {
            let not_reached =
                if sources.len() == 1 { "which is not reached either" } else { "which are not reached either" };
            format!("edges lead to it only from {}, {not_reached}", self.explainer.show.several(&sources))
        };
        let most = if self.deep { MOST_RELATED } else { 0 };
        let related: Vec<Related> = counting
            .iter()
            .chain(&other)
            .take(most)
            .map(|candidate| {
                let words = if candidate.counts == Truth::True {
                    Vec::new()
                } else {
                    range.first_conjunct(candidate, candidate.counts)
                };
                let from = match begins(candidate) {
                    Cell::Present(from) => self.name(&from),
                    _ => "(unknown)".to_owned(),
                };
                let edge = format!("{from} -> {}", self.name(thing));
                range.related(candidate, std::iter::once(edge).chain(words).collect())
            })
            .collect();
        let left_out = candidates.total.saturating_sub(related.len() as u64);
        Looked { related, left_out, says: Some(says) }
    }
}
