//! Graphs: what edges lead to from some starts, and whether they lead round.
//!
//! Enters: edges as pairs of codes, each certain or not. Leaves: what is reached, or a truth value. Linear in the edges, and
//! never deeper on the stack than one call, however long the way.

pub(super) mod answer;
pub(super) mod trace;

use super::index::codes::{Codes, FOREIGN};
use super::vector::Vector;
use crate::data::State;
use crate::schema::Type;
use crate::value::{Cell, SetValue, Truth, Value};

/// An end that is not known.
const UNKNOWN: u32 = u32::MAX;

/// Edges: where each begins and where it leads.
#[derive(Debug)]
pub(crate) struct Edges<'a> {
    /// What the codes stand for.
    codes: Codes<'a>,
    from: Vec<u32>,
    to: Vec<u32>,
}

impl<'a> Edges<'a> {
    /// Reads the ends of edges, of one type and number.
    pub(crate) fn new(from: Vector<'a>, to: Vector<'a>) -> Edges<'a> {
        let edges = from.rows();
        let (codes, mut from) = Codes::assign(&Vector::concat(vec![from, to]));
        // An end that is absent or unknown has a code behind all others.
        from.iter_mut().filter(|code| **code >= FOREIGN).for_each(|code| *code = UNKNOWN);
        let to = from.split_off(edges);
        Edges { codes, from, to }
    }

    /// The codes of things; of one that is at no end of an edge none.
    fn find(&self, things: &[Value]) -> Vec<Option<u32>> {
        let things = Vector::from_cells(things.iter().cloned().map(Cell::Present).collect());
        self.codes.look_up(&things).into_iter().map(|code| (code < FOREIGN).then_some(code)).collect()
    }

    /// The thing of a code; `ty` is the type of what is at the ends.
    fn thing(&self, code: u32, ty: &Type) -> Value {
        self.codes.value(code, ty)
    }
}

/// How the things of a graph are numbered.
#[derive(Debug)]
enum Numbers {
    /// By their codes, of which there are so many.
    Codes(usize),
    /// By their places among these codes, which ascend.
    Places(Vec<u32>),
}

impl Numbers {
    fn len(&self) -> usize {
        match self {
            Numbers::Codes(count) => *count,
            Numbers::Places(codes) => codes.len(),
        }
    }

    /// The number of a code; none if nothing in the graph has it.
    fn of(&self, code: u32) -> Option<u32> {
        match self {
            Numbers::Codes(count) => ((code as usize) < *count).then_some(code),
            Numbers::Places(codes) => codes.binary_search(&code).ok().map(|place| place as u32),
        }
    }

    fn code(&self, number: u32) -> u32 {
        match self {
            Numbers::Codes(_) => number,
            Numbers::Places(codes) => codes[number as usize],
        }
    }
}

/// Where the edges of each thing lead.
#[derive(Debug)]
struct Ways {
    starts: Vec<u32>,
    targets: Vec<u32>,
}

impl Ways {
    fn new(things: usize, edges: &[(u32, u32)]) -> Ways {
        let mut starts = vec![0u32; things + 1];
        edges.iter().for_each(|(from, _)| starts[*from as usize + 1] += 1);
        for thing in 0..things {
            starts[thing + 1] += starts[thing];
        }
        let (mut next, mut targets) = (starts.clone(), vec![0u32; edges.len()]);
        for (from, to) in edges {
            let at = &mut next[*from as usize];
            targets[*at as usize] = *to;
            *at += 1;
        }
        Ways { starts, targets }
    }

    fn of(&self, thing: u32) -> &[u32] {
        &self.targets[self.starts[thing as usize] as usize..self.starts[thing as usize + 1] as usize]
    }
}

/// The edges of one graph, put in order.
#[derive(Debug)]
pub(crate) struct Graph {
    numbers: Numbers,
    /// Edges that there are.
    certain: Ways,
    /// Edges that there may be, with both ends known.
    possible: Ways,
    /// Where edges lead of which it is not known where they begin; [`UNKNOWN`] where that is not known either.
    from_anywhere: Vec<u32>,
    /// Things from which an edge may lead to something that is not known.
    to_anything: Vec<u32>,
}

/// What is reached from some starts.
pub(crate) struct Reached {
    /// The set, starts included.
    pub(crate) set: SetValue,
    /// How many edges were followed.
    pub(crate) followed: u64,
}

/// Which things were met, by the round in which they were, so that no round has to forget them one by one.
#[derive(Debug, Default)]
pub(crate) struct Met {
    round: u32,
    rounds: Vec<u32>,
}

impl Met {
    /// Forgets everything; so many things can be met from now on.
    fn restart(&mut self, things: usize) {
        if self.round == u32::MAX {
            *self = Met::default();
        }
        self.round += 1;
        self.rounds.resize(self.rounds.len().max(things), 0);
    }

    /// Notes that a thing is met; whether it is for the first time.
    fn meet(&mut self, thing: u32) -> bool {
        std::mem::replace(&mut self.rounds[thing as usize], self.round) != self.round
    }

    fn has(&self, thing: u32) -> bool {
        self.rounds[thing as usize] == self.round
    }
}

impl Graph {
    /// Puts edges in order: positions among `edges`, and what is known of their w.
    pub(crate) fn new(edges: &Edges<'_>, which: &[(u32, Truth)]) -> Graph {
        let ends = |edge: u32| (edges.from[edge as usize], edges.to[edge as usize]);
        let known = edges.codes.len();
        let numbers = if known <= 4 * which.len() + 64 {
            Numbers::Codes(known)
        } else {
            let both = which.iter().flat_map(|(edge, _)| <[u32; 2]>::from(ends(*edge)));
            let mut codes: Vec<u32> = both.filter(|code| *code != UNKNOWN).collect();
            codes.sort_unstable();
            codes.dedup();
            Numbers::Places(codes)
        };
        let number = |code: u32| numbers.of(code).unwrap_or(UNKNOWN);
        let (mut certain, mut possible) = (Vec::with_capacity(which.len()), Vec::new());
        let (mut from_anywhere, mut to_anything) = (Vec::new(), Vec::new());
        for (edge, w) in which.iter().filter(|(_, w)| *w != Truth::False) {
            let (from, to) = ends(*edge);
            match (number(from), number(to)) {
                (UNKNOWN, to) => from_anywhere.push(to),
                (from, UNKNOWN) => to_anything.push(from),
                ends if *w == Truth::True => certain.push(ends),
                ends => possible.push(ends),
            }
        }
        let things = numbers.len();
        let [certain, possible] = [certain, possible].map(|edges| Ways::new(things, &edges));
        to_anything.sort_unstable();
        Graph { numbers, certain, possible, from_anywhere, to_anything }
    }

    /// How many edges there are, or may be.
    pub(crate) fn size(&self) -> usize {
        let unknown = self.from_anywhere.len() + self.to_anything.len();
        self.certain.targets.len() + self.possible.targets.len() + unknown
    }

    /// What is reached from a set of starts; `ty` is the type of what is at the ends.
    pub(crate) fn reached(&self, edges: &Edges<'_>, starts: &SetValue, ty: &Type, met: &mut Met) -> Reached {
        met.restart(self.numbers.len());
        let (mut reached, mut foreign): (Vec<u32>, Vec<Value>) = (Vec::new(), Vec::new());
        for (start, code) in starts.members.iter().zip(edges.find(&starts.members)) {
            match code.and_then(|code| self.numbers.of(code)) {
                Some(thing) if met.meet(thing) => reached.push(thing),
                Some(_) => {}
                // No edge of which both ends are known is at it.
                None => foreign.push(start.clone()),
            }
        }
        let (mut next, mut followed) = (0, 0);
        while let Some(thing) = reached.get(next).copied() {
            let ways = self.certain.of(thing);
            followed += ways.len() as u64;
            reached.extend(ways.iter().copied().filter(|to| met.meet(*to)));
            next += 1;
        }
        let leaves = |to: u32| to == UNKNOWN || !met.has(to);
        let may_leave = |thing: &u32| {
            self.possible.of(*thing).iter().any(|to| leaves(*to)) || self.to_anything.binary_search(thing).is_ok()
        };
        let is_empty = reached.is_empty() && foreign.is_empty();
        let complete = starts.complete
            && !reached.iter().any(may_leave)
            && (is_empty || !self.from_anywhere.iter().any(|to| leaves(*to)));
        let mut codes: Vec<u32> = reached.into_iter().map(|thing| self.numbers.code(thing)).collect();
        codes.sort_unstable();
        let mut members: Vec<Value> = codes.into_iter().map(|code| edges.thing(code, ty)).collect();
        members.extend(foreign);
        Reached { set: SetValue::new(members, complete), followed }
    }

    /// Whether no edges lead from a thing back to it.
    pub(crate) fn is_acyclic(&self) -> Truth {
        if self.leads_round(&[&self.certain]) {
            Truth::False
        } else if self.from_anywhere.is_empty()
            && self.to_anything.is_empty()
            && (self.possible.targets.is_empty() || !self.leads_round(&[&self.certain, &self.possible]))
        {
            Truth::True
        } else {
            Truth::Unknown
        }
    }

    /// Whether some of the edges form a cycle: what no edge leads to is taken away as long as there is anything like that.
    fn leads_round(&self, ways: &[&Ways]) -> bool {
        let things = self.numbers.len();
        let mut incoming = vec![0u32; things];
        ways.iter().flat_map(|ways| &ways.targets).for_each(|to| incoming[*to as usize] += 1);
        let mut free: Vec<u32> = (0..things as u32).filter(|thing| incoming[*thing as usize] == 0).collect();
        let mut taken = 0;
        while let Some(thing) = free.pop() {
            taken += 1;
            for to in ways.iter().flat_map(|ways| ways.of(thing)) {
                let left = &mut incoming[*to as usize];
                *left -= 1;
                if *left == 0 {
                    free.push(*to);
                }
            }
        }
        taken < things
    }
}

/// The starts that a vector holds for its rows, one for each physical value: what is not known is an incomplete set of none.
fn starts_of(starts: &Vector<'_>) -> Vec<std::sync::Arc<SetValue>> {
    let mut sets = starts.to_sets();
    for (row, set) in sets.iter_mut().enumerate() {
        if starts.state(row) != State::Present {
            *set = std::sync::Arc::default();
        }
    }
    sets
}
