//! The ways through one graph, for explanations: which edges lead somewhere, or round.
//!
//! Of several ways the shortest is meant; of several shortest ones the first by the names of what it leads over.

use std::sync::Arc;

use super::{Edges, UNKNOWN, Ways, starts_of};
use crate::eval::Evaluator;
use crate::eval::evaluation::Binding;
use crate::eval::frame::Frame;
use crate::eval::join::{Pairs, Supply};
use crate::eval::quantity::{Node, Quantity};
use crate::ir::{Domain, Expr, VariableId};
use crate::schema::Type;
use crate::value::{Cell, SetValue, Truth, Value};

/// An edge that there is, or may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The candidate that it is.
    pub binding: Binding,
    /// What is known of its w.
    pub counts: Truth,
    /// Where it begins; none if that is not known.
    pub from: Option<Value>,
    /// Where it leads; none if that is not known.
    pub to: Option<Value>,
}

/// The edges of one graph.
#[derive(Debug)]
pub struct Trace<'a> {
    edges: Edges<'a>,
    ty: &'a Type,
    bindings: Vec<Binding>,
    w: Vec<Truth>,
    /// For each thing the certain edges that begin at it, and those that lead to it.
    out: Ways,
    into: Ways,
}

/// Texts of things, by which ways are told apart.
pub(crate) type Name<'n> = &'n dyn Fn(&Value) -> String;

impl<'a> Evaluator<'a> {
    /// Returns the edges of a `reachable` or `acyclic` for one subject, and the starts of a `reachable`; none of any other
    /// expression.
    pub fn trace(&self, expr: &'a Expr, scope: &[(VariableId, Binding)]) -> Option<(Arc<Trace<'a>>, SetValue)> {
        self.with_stack(0, || self.trace_here(expr, scope))
    }

    fn trace_here(&self, expr: &'a Expr, scope: &[(VariableId, Binding)]) -> Option<(Arc<Trace<'a>>, SetValue)> {
        let quantity = Quantity::of(expr).filter(|quantity| quantity.goal.is_graph())?;
        let frame = self.scope_frame(scope, std::iter::once(expr));
        let starts = quantity.from.map(|from| starts_of(&self.eval(from, &frame)));
        let starts = starts.and_then(|starts| starts.first().map(|starts| (**starts).clone())).unwrap_or_default();
        if quantity.binder.access.correlated {
            return Some((Arc::new(self.traced(&quantity, &self.node(&quantity), &frame)), starts));
        }
        let at = std::ptr::from_ref(quantity.binder).addr();
        let known = match self.traces.read() {
            Ok(traces) => traces.get(&at).cloned(),
            Err(_) => None,
        };
        let trace = known.unwrap_or_else(|| {
            // What answered it has forgotten its edges.
            let trace = Arc::new(self.traced(&quantity, &self.candidates_node(&quantity), &frame));
            if let Ok(mut traces) = self.traces.write() {
                traces.insert(at, Arc::clone(&trace));
            }
            trace
        });
        Some((trace, starts))
    }

    fn traced(&self, quantity: &Quantity<'a>, node: &Node<'a>, frame: &Frame<'_, 'a>) -> Trace<'a> {
        let supply = self.supply(node, frame);
        let mut pairs = Pairs::default();
        supply.take(0, 0, usize::MAX, &mut pairs);
        let open: Vec<u32> = if supply.is_open(0) { vec![0] } else { Vec::new() };
        let own = self.own_edges(quantity, &supply, frame, pairs, open);
        let bindings = own.candidates.iter().map(|candidate| match (candidate, &quantity.binder.domain, &supply) {
            (Some(row), Domain::Records(record), _) => Binding::Row(*record, *row),
            (None, Domain::Records(record), _) => Binding::Missing(*record),
            (Some(at), _, Supply::Elements { elements, .. }) => Binding::Element(elements.cell(*at as usize)),
            _ => Binding::Element(Cell::Unknown),
        });
        let bindings: Vec<Binding> = bindings.collect();
        let w = own.which.iter().map(|(_, _, w)| *w).collect();
        Trace::new(own.edges, quantity.value.map_or(&Type::Error, |from| &from.ty.base), bindings, w)
    }
}

impl<'a> Trace<'a> {
    fn new(edges: Edges<'a>, ty: &'a Type, bindings: Vec<Binding>, w: Vec<Truth>) -> Trace<'a> {
        let things = edges.codes.len();
        let certain: Vec<u32> = (0..w.len() as u32).filter(|edge| is_certain(&edges, &w, *edge)).collect();
        let out: Vec<(u32, u32)> = certain.iter().map(|edge| (edges.from[*edge as usize], *edge)).collect();
        let into: Vec<(u32, u32)> = certain.iter().map(|edge| (edges.to[*edge as usize], *edge)).collect();
        let [out, into] = [out, into].map(|edges| Ways::new(things, &edges));
        Trace { edges, ty, bindings, w, out, into }
    }

    fn from(&self, edge: u32) -> u32 {
        self.edges.from[edge as usize]
    }

    fn to(&self, edge: u32) -> u32 {
        self.edges.to[edge as usize]
    }

    fn thing(&self, code: u32) -> Option<Value> {
        (code != UNKNOWN).then(|| self.edges.thing(code, self.ty))
    }

    fn edge(&self, edge: u32) -> Edge {
        Edge {
            binding: self.bindings[edge as usize].clone(),
            counts: self.w[edge as usize],
            from: self.thing(self.from(edge)),
            to: self.thing(self.to(edge)),
        }
    }

    fn named(&self, code: u32, name: Name<'_>) -> String {
        self.thing(code).map_or(String::new(), |thing| name(&thing))
    }

    /// The type of what is at the ends.
    pub fn ty(&self) -> &'a Type {
        self.ty
    }

    /// Returns the certain edges of a way from one of some starts to a thing, in order; none if there is no way. Of a start the
    /// way is empty.
    pub fn way(&self, starts: &SetValue, thing: &Value, name: Name<'_>) -> Option<Vec<Edge>> {
        if starts.has(thing) {
            return Some(Vec::new());
        }
        let target = self.edges.find(std::slice::from_ref(thing)).into_iter().flatten().next()?;
        let starts: Vec<u32> = self.edges.find(&starts.members).into_iter().flatten().collect();
        let distances = self.distances(target);
        let far = |start: &&u32| distances[**start as usize];
        let nearest = starts.iter().filter(|start| far(start) != UNKNOWN).map(|start| far(&start)).min()?;
        let start =
            starts.iter().filter(|start| far(start) == nearest).min_by_key(|start| self.named(**start, name))?;
        Some(self.follow(*start, &distances, name))
    }

    /// Returns the certain edges of a way that leads back to where it begins, in order; none if there is no such way.
    pub fn round(&self, name: Name<'_>) -> Option<Vec<Edge>> {
        let things = self.edges.codes.len() as u32;
        // To the way round on which the first thing lies that one comes to by going back from the first of those that are
        // left when everything is taken away that is on no way round.
        let loops = (0..self.w.len() as u32).filter(|edge| is_certain(&self.edges, &self.w, *edge));
        let own = loops.filter(|edge| self.from(*edge) == self.to(*edge)).map(|edge| self.from(edge));
        let first = match own.min_by_key(|thing| self.named(*thing, name)) {
            Some(thing) => thing,
            None => {
                let left = self.core();
                let first = (0..things).filter(|thing| left[*thing as usize]);
                let mut thing = first.min_by_key(|thing| self.named(*thing, name))?;
                let mut visited = vec![false; things as usize];
                let mut order = Vec::new();
                while !std::mem::replace(&mut visited[thing as usize], true) {
                    order.push(thing);
                    let before = self.into.of(thing).iter().map(|edge| self.from(*edge));
                    thing = before.filter(|from| left[*from as usize]).min_by_key(|from| self.named(*from, name))?;
                }
                let again = order.iter().position(|known| *known == thing)?;
                order[again..].iter().copied().min_by_key(|thing| self.named(*thing, name))?
            }
        };
        let distances = self.distances(first);
        let step = self.out.of(first).iter().filter(|edge| distances[self.to(**edge) as usize] != UNKNOWN);
        let step =
            step.min_by_key(|edge| (distances[self.to(**edge) as usize], self.named(self.to(**edge), name), **edge))?;
        let mut way = vec![self.edge(*step)];
        way.extend(self.follow(self.to(*step), &distances, name));
        Some(way)
    }

    /// Returns the edges that may add something to what is reached from some starts.
    pub fn may_add(&self, starts: &SetValue) -> Vec<Edge> {
        let mut reached = vec![false; self.edges.codes.len()];
        let mut waiting: Vec<u32> = self.edges.find(&starts.members).into_iter().flatten().collect();
        while let Some(thing) = waiting.pop() {
            if !std::mem::replace(&mut reached[thing as usize], true) {
                waiting.extend(self.out.of(thing).iter().map(|edge| self.to(*edge)));
            }
        }
        let is_in = |thing: u32| thing != UNKNOWN && reached[thing as usize];
        let adds = |edge: &u32| (self.from(*edge) == UNKNOWN || is_in(self.from(*edge))) && !is_in(self.to(*edge));
        self.uncertain().filter(adds).map(|edge| self.edge(edge)).collect()
    }

    /// Returns the edges that may close a way round.
    pub fn may_close(&self) -> Vec<Edge> {
        let known = |edge: &u32| self.from(*edge) != UNKNOWN && self.to(*edge) != UNKNOWN;
        let all: Vec<u32> = (0..self.w.len() as u32).filter(known).collect();
        let things = self.edges.codes.len();
        let out: Vec<(u32, u32)> = all.iter().map(|edge| (self.from(*edge), self.to(*edge))).collect();
        let into: Vec<(u32, u32)> = out.iter().map(|(from, to)| (*to, *from)).collect();
        let core = core(&Ways::new(things, &out), &Ways::new(things, &into));
        let closes = |edge: &u32| !known(edge) || (core[self.from(*edge) as usize] && core[self.to(*edge) as usize]);
        self.uncertain().filter(closes).map(|edge| self.edge(edge)).collect()
    }

    fn uncertain(&self) -> impl Iterator<Item = u32> {
        (0..self.w.len() as u32).filter(|edge| !is_certain(&self.edges, &self.w, *edge))
    }

    /// How many certain edges lead from each thing to one; [`UNKNOWN`] where none do.
    fn distances(&self, target: u32) -> Vec<u32> {
        let mut distances = vec![UNKNOWN; self.edges.codes.len()];
        distances[target as usize] = 0;
        let (mut met, mut next) = (vec![target], 0);
        while let Some(thing) = met.get(next).copied() {
            for edge in self.into.of(thing) {
                let from = self.from(*edge);
                if distances[from as usize] == UNKNOWN {
                    distances[from as usize] = distances[thing as usize] + 1;
                    met.push(from);
                }
            }
            next += 1;
        }
        distances
    }

    /// The edges from a thing to where the distances are from.
    fn follow(&self, from: u32, distances: &[u32], name: Name<'_>) -> Vec<Edge> {
        let (mut thing, mut way) = (from, Vec::new());
        while distances[thing as usize] != 0 {
            let nearer = distances[thing as usize] - 1;
            let steps = self.out.of(thing).iter().filter(|edge| distances[self.to(**edge) as usize] == nearer);
            let Some(step) = steps.min_by_key(|edge| (self.named(self.to(**edge), name), **edge)) else { break };
            way.push(self.edge(*step));
            thing = self.to(*step);
        }
        way
    }

    fn core(&self) -> Vec<bool> {
        let ends = |ways: &Ways, end: fn(&Trace<'a>, u32) -> u32| Ways {
            starts: ways.starts.clone(),
            targets: ways.targets.iter().map(|edge| end(self, *edge)).collect(),
        };
        core(&ends(&self.out, Trace::to), &ends(&self.into, Trace::from))
    }
}

fn is_certain(edges: &Edges<'_>, w: &[Truth], edge: u32) -> bool {
    let at = edge as usize;
    w[at] == Truth::True && edges.from[at] != UNKNOWN && edges.to[at] != UNKNOWN
}

/// What is left when everything is taken away, over and over, that no edge leads to or that no edge begins at.
fn core(out: &Ways, into: &Ways) -> Vec<bool> {
    let things = out.starts.len() - 1;
    let mut left = vec![true; things];
    for (away, back) in [(out, into), (into, out)] {
        let mut count: Vec<usize> = (0..things as u32)
            .map(|thing| back.of(thing).iter().filter(|other| left[**other as usize]).count())
            .collect();
        let mut free: Vec<usize> = (0..things).filter(|thing| left[*thing] && count[*thing] == 0).collect();
        while let Some(thing) = free.pop() {
            left[thing] = false;
            for other in away.of(thing as u32) {
                let other = *other as usize;
                count[other] -= 1;
                if count[other] == 0 && left[other] {
                    free.push(other);
                }
            }
        }
    }
    left
}
