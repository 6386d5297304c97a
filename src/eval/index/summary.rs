//! Summaries: what the candidates of a class come to, so that any run of them is added up without looking at each.

use std::sync::Arc;

use super::super::bounds::share_kind;
use super::super::quantity::Goal;
use super::super::stretches::{self, Event, Piece};
use super::super::tally::{Entry, Tally};
use super::super::vector::Vector;
use super::grouping::Run;
use super::order::Ordered;
use super::{Index, Payload};
use crate::value::{Cell, Number, SetValue, Truth, Value};

/// No candidate.
const NOBODY: u32 = u32::MAX;

/// Sums over the candidates up to each cut: between two groups where a run is always a whole group, else between any two
/// members.
#[derive(Debug)]
pub(crate) struct Summary {
    /// Whether runs are whole groups.
    by_group: bool,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Every candidate is there and is what is looked for.
    All,
    /// Candidates for which it is true, and for which it is not false, that they are there and are what is looked for.
    Marks { certain: Vec<u32>, possible: Vec<u32> },
    /// Candidates by kind.
    Shares(Vec<[u32; 6]>),
    /// Candidates of which something is not known, and sums in units of one over `denominator`.
    Sums { open: Vec<u32>, sums: Option<Vec<i128>>, denominator: i128 },
    /// Candidates of which something is not known, and who is best.
    Best { open: Vec<u32>, winners: Winners },
    /// The set of each group; none where runs are not whole groups.
    Members(Option<Vec<Arc<SetValue>>>),
    /// The timeline of each group; none where runs are not whole groups.
    Timelines(Option<Groups>),
    /// The longest run of each group; none where runs are not whole groups.
    Streaks(Option<Vec<Option<(u64, u64)>>>),
}

/// The timelines of groups.
#[derive(Debug, Default)]
struct Groups {
    pieces: Vec<Piece>,
    /// Where the pieces of each group end, behind where those of the first start.
    ends: Vec<u32>,
    complete: Vec<bool>,
    /// Whether anything is known of each.
    known: Vec<bool>,
}

/// The best of some candidates.
#[derive(Debug, Clone, Copy)]
struct Winner {
    candidate: u32,
    tied: bool,
}

#[derive(Debug)]
enum Winners {
    /// Of each group.
    Groups(Vec<Winner>),
    /// Of each node of a tree over all members; the leaves are its second half.
    Tree(Vec<Winner>),
}

/// Sums up to each cut of what `add` makes of each member.
fn prefix<S: Copy>(members: &[u32], cuts: &[u32], zero: S, mut add: impl FnMut(&mut S, u32)) -> Vec<S> {
    let mut sums = Vec::with_capacity(cuts.len());
    let mut sum = zero;
    let mut at = 0;
    for cut in cuts {
        for member in &members[at..*cut as usize] {
            add(&mut sum, *member);
        }
        at = *cut as usize;
        sums.push(sum);
    }
    sums
}

fn count(members: &[u32], cuts: &[u32], test: impl Fn(u32) -> bool) -> Vec<u32> {
    prefix(members, cuts, 0, |sum, member| *sum += u32::from(test(member)))
}

impl Summary {
    /// Sums up members of an index, up to each cut; where they are not `certain` to be found, they are at most unknown.
    pub(crate) fn new(index: &Index<'_>, certain: bool, members: &[u32], cuts: &[u32], by_group: bool) -> Summary {
        let w = |member: u32| if certain { index.w(member) } else { Truth::Unknown };
        let open = || count(members, cuts, |member| w(member) != Truth::True || !index.payload.is_known(member));
        let kind = match index.goal {
            Goal::Exists | Goal::Count | Goal::Each if certain && index.all_certain => Kind::All,
            Goal::Exists | Goal::Count | Goal::Every | Goal::Each | Goal::Reachable | Goal::Acyclic => {
                let looked_for = |member: u32| match &index.payload {
                    Payload::Truths(has) => w(member).and(!has[member as usize]),
                    _ => w(member),
                };
                Kind::Marks {
                    certain: count(members, cuts, |member| looked_for(member) == Truth::True),
                    possible: count(members, cuts, |member| looked_for(member) != Truth::False),
                }
            }
            Goal::Share => {
                let value = |member: u32| match &index.payload {
                    Payload::Truths(values) => values[member as usize],
                    _ => Truth::Unknown,
                };
                Kind::Shares(prefix(members, cuts, [0; 6], |sums: &mut [u32; 6], member| {
                    if let Some(kind) = share_kind(w(member), value(member)) {
                        sums[kind] += 1;
                    }
                }))
            }
            Goal::Sum | Goal::Mean => {
                let (sums, denominator) = sums(index, members, cuts).map_or((None, 1), |(sums, d)| (Some(sums), d));
                Kind::Sums { open: open(), sums, denominator }
            }
            Goal::Min | Goal::Max | Goal::First | Goal::Last => {
                Kind::Best { open: open(), winners: Winners::new(index, members, cuts, by_group) }
            }
            Goal::Set | Goal::Union => {
                let group = |cut: &[u32]| {
                    let mut tally = Tally::new(index.goal);
                    for member in &members[cut[0] as usize..cut[1] as usize] {
                        tally.add(index.goal, w(*member), index.payload.entry(*member));
                    }
                    tally.into_set()
                };
                let groups = (by_group && certain).then(|| cuts.windows(2).map(group).collect());
                Kind::Members(groups)
            }
            Goal::Timeline | Goal::Log => {
                Kind::Timelines((by_group && certain).then(|| Groups::new(index, members, cuts)))
            }
            Goal::Streak => {
                let group = |cut: &[u32]| {
                    let mut tally = Tally::new(index.goal);
                    for member in &members[cut[0] as usize..cut[1] as usize] {
                        tally.add(index.goal, w(*member), index.payload.entry(*member));
                    }
                    tally.into_streak()
                };
                Kind::Streaks((by_group && certain).then(|| cuts.windows(2).map(group).collect()))
            }
        };
        Summary { by_group, kind }
    }

    /// The timeline of a group, where it was made: its certain pieces, and whether they are all there are; within, none if
    /// nothing of it is known.
    pub(crate) fn timeline(&self, group: usize) -> Option<Option<(&[Piece], bool)>> {
        match &self.kind {
            Kind::Timelines(Some(groups)) => Some(groups.get(group)),
            _ => None,
        }
    }

    /// The longest run of a group, where it was found: its least and its greatest length; within, none if it is not known.
    pub(crate) fn streak(&self, group: usize) -> Option<Option<(u64, u64)>> {
        let Kind::Streaks(Some(groups)) = &self.kind else { return None };
        groups.get(group).copied()
    }

    /// Adds a run of the class's members to a tally; returns how many of them had to be looked at one by one.
    pub(crate) fn add(&self, index: &Index<'_>, members: &[u32], run: Run, tally: &mut Tally) -> u64 {
        let (low, high) = if self.by_group { (run.group, run.group + 1) } else { (run.start, run.end) };
        let between = |sums: &[u32]| u64::from(sums[high] - sums[low]);
        let all = (run.end - run.start) as u64;
        match (&self.kind, tally) {
            (Kind::All, Tally::Search { any, found }) => {
                *any = true;
                *found = found.or(if run.certain { Truth::True } else { Truth::Unknown });
            }
            (Kind::All, Tally::Count { certain, possible, .. }) => {
                *certain += if run.certain { all } else { 0 };
                *possible += all;
            }
            (Kind::Marks { certain, possible }, Tally::Search { any, found }) => {
                *any = true;
                *found = found.or(if run.certain && between(certain) > 0 {
                    Truth::True
                } else if between(possible) > 0 {
                    Truth::Unknown
                } else {
                    Truth::False
                });
            }
            (Kind::Marks { certain, possible }, Tally::Count { certain: sure, possible: maybe, .. }) => {
                *sure += if run.certain { between(certain) } else { 0 };
                *maybe += between(possible);
            }
            (Kind::Shares(sums), Tally::Share { counts, .. }) => {
                for (kind, (above, below)) in sums[high].iter().zip(&sums[low]).enumerate() {
                    // What is not certain to be there counts with those of which that is not known.
                    let into = if run.certain || kind >= 3 { kind } else { kind + 3 };
                    counts[into] += u64::from(above - below);
                }
            }
            (Kind::Timelines(_) | Kind::Streaks(_), tally) => {
                for member in &members[run.start..run.end] {
                    let w = index.w(*member).and(if run.certain { Truth::True } else { Truth::Unknown });
                    match index.goal {
                        Goal::Timeline => tally.add_timeline(w, index.payload.timeline(*member)),
                        goal => tally.add(goal, w, index.payload.entry(*member)),
                    }
                }
                return all;
            }
            (_, tally) if !run.certain => tally.add(index.goal, Truth::Unknown, Entry::Bare),
            (Kind::Sums { open, .. } | Kind::Best { open, .. }, tally) if between(open) > 0 => {
                tally.add(index.goal, Truth::Unknown, Entry::Bare);
            }
            (Kind::Sums { sums, denominator, .. }, Tally::Sum { count, numbers, .. }) => {
                *count += all;
                let sum = sums
                    .as_ref()
                    .and_then(|sums| Number::from_fraction(sums[high].checked_sub(sums[low])?, *denominator));
                match sum {
                    Some(sum) => numbers.push(sum),
                    None => {
                        let each = members[run.start..run.end].iter();
                        numbers.extend(each.filter_map(|member| index.payload.number(*member)));
                        return all;
                    }
                }
            }
            (Kind::Best { winners, .. }, tally) => {
                let winner = match winners {
                    Winners::Groups(winners) => winners[run.group],
                    Winners::Tree(tree) => best_between(index, tree, run.start, run.end),
                };
                if let Entry::Keyed(Cell::Present(by), candidate) = index.keyed(winner.candidate) {
                    tally.offer(index.goal, by, candidate, winner.tied);
                }
            }
            (Kind::Members(Some(groups)), Tally::Members { shared, .. }) => {
                *shared = Some(Arc::clone(&groups[run.group]));
            }
            (Kind::Members(None), tally) => {
                for member in &members[run.start..run.end] {
                    tally.add(index.goal, index.w(*member), index.payload.entry(*member));
                }
                return all;
            }
            _ => {}
        }
        0
    }
}

impl Groups {
    /// The timelines of the members between each two cuts.
    fn new(index: &Index<'_>, members: &[u32], cuts: &[u32]) -> Groups {
        let mut groups = Groups { ends: vec![0], ..Groups::default() };
        let mut events = Vec::new();
        for cut in cuts.windows(2) {
            let members = &members[cut[0] as usize..cut[1] as usize];
            let is_certain = |member: &u32| index.w(*member) == Truth::True;
            let pieces = &mut groups.pieces;
            let (start, mut complete, mut known) = (pieces.len(), true, true);
            if index.goal == Goal::Timeline {
                for member in members {
                    match index.payload.timeline(*member) {
                        Some((own, all)) if is_certain(member) => {
                            pieces.extend_from_slice(own);
                            complete &= all;
                        }
                        _ => complete = false,
                    }
                }
                stretches::normalize(pieces, start, &index.hours);
            } else {
                events.clear();
                for member in members {
                    match index.payload.event(*member) {
                        (Some(at), is) => events.push(Event { at, certain: is_certain(member), is }),
                        (None, _) => known = false,
                    }
                }
                complete = !known || stretches::states(&mut events, pieces);
            }
            groups.ends.push(groups.pieces.len() as u32);
            groups.complete.push(complete);
            groups.known.push(known);
        }
        groups
    }

    /// The certain pieces of a group's timeline, and whether they are all there are; none if nothing of it is known.
    fn get(&self, group: usize) -> Option<(&[Piece], bool)> {
        let pieces = &self.pieces[self.ends[group] as usize..self.ends[group + 1] as usize];
        self.known[group].then_some((pieces, self.complete[group]))
    }
}

/// Sums of the numbers of members that are certain, up to each cut, over a common denominator; none on overflow.
fn sums(index: &Index<'_>, members: &[u32], cuts: &[u32]) -> Option<(Vec<i128>, i128)> {
    let mut denominator = 1i128;
    for member in members {
        if let Some(number) = index.payload.number(*member)
            && denominator % number.denominator() != 0
        {
            denominator = lowest_common_multiple(denominator, number.denominator())?;
        }
    }
    let mut overflow = false;
    let sums = prefix(members, cuts, 0i128, |sum, member| {
        let Some(number) = index.payload.number(member) else { return };
        let scaled = number.numerator().checked_mul(denominator / number.denominator());
        match scaled.and_then(|scaled| sum.checked_add(scaled)) {
            Some(more) => *sum = more,
            None => overflow = true,
        }
    });
    (!overflow).then_some((sums, denominator))
}

fn lowest_common_multiple(a: i128, b: i128) -> Option<i128> {
    // The fraction in lowest terms has b without the common divisor below.
    a.checked_mul(Number::from_fraction(a, b)?.denominator())
}

impl Winners {
    fn new(index: &Index<'_>, members: &[u32], cuts: &[u32], by_group: bool) -> Winners {
        let single = |member: u32| Winner { candidate: member, tied: false };
        if by_group {
            let best = |cut: &[u32]| {
                members[cut[0] as usize..cut[1] as usize]
                    .iter()
                    .map(|member| single(*member))
                    .fold(Winner { candidate: NOBODY, tied: false }, |a, b| better(index, a, b))
            };
            return Winners::Groups(cuts.windows(2).map(best).collect());
        }
        let size = members.len();
        let mut tree = vec![Winner { candidate: NOBODY, tied: false }; 2 * size];
        for (leaf, member) in tree[size..].iter_mut().zip(members) {
            *leaf = single(*member);
        }
        for node in (1..size).rev() {
            tree[node] = better(index, tree[2 * node], tree[2 * node + 1]);
        }
        Winners::Tree(tree)
    }
}

/// The better of two; a candidate whose value is not known is nobody's better.
fn better(index: &Index<'_>, a: Winner, b: Winner) -> Winner {
    if a.candidate == NOBODY || !index.payload.is_known(a.candidate) {
        return b;
    }
    if b.candidate == NOBODY || !index.payload.is_known(b.candidate) {
        return a;
    }
    let order = index.ranking().map_or(std::cmp::Ordering::Equal, |order| order.compare(a.candidate, b.candidate));
    let order = if matches!(index.goal, Goal::Max | Goal::Last) { order.reverse() } else { order };
    match order {
        std::cmp::Ordering::Less => a,
        std::cmp::Ordering::Greater => b,
        std::cmp::Ordering::Equal => Winner { tied: true, ..a },
    }
}

/// The best of the leaves from `start` up to, and without, `end`.
fn best_between(index: &Index<'_>, tree: &[Winner], start: usize, end: usize) -> Winner {
    let size = tree.len() / 2;
    let (mut low, mut high) = (start + size, end + size);
    let mut best = Winner { candidate: NOBODY, tied: false };
    while low < high {
        if low % 2 == 1 {
            best = better(index, best, tree[low]);
            low += 1;
        }
        if high % 2 == 1 {
            high -= 1;
            best = better(index, best, tree[high]);
        }
        (low, high) = (low / 2, high / 2);
    }
    best
}

impl Payload<'_> {
    /// Whether what counts of a candidate is known.
    pub(crate) fn is_known(&self, candidate: u32) -> bool {
        let present = |vector: &Vector<'_>| vector.state(candidate as usize) == crate::data::State::Present;
        match self {
            Payload::Nothing => true,
            Payload::Truths(truths) => truths[candidate as usize] != Truth::Unknown,
            Payload::Values(values)
            | Payload::Ranked(values, _)
            | Payload::Events(values, _)
            | Payload::Steps(values, _) => present(values),
        }
    }

    fn number(&self, candidate: u32) -> Option<Number> {
        match self {
            Payload::Values(values) if self.is_known(candidate) => {
                super::super::vector::number_of(&values.value(candidate as usize))
            }
            _ => None,
        }
    }

    fn entry(&self, candidate: u32) -> Entry {
        match self {
            Payload::Nothing => Entry::Bare,
            Payload::Truths(truths) => Entry::Truth(truths[candidate as usize]),
            Payload::Values(values) | Payload::Ranked(values, _) => Entry::Value(values.cell(candidate as usize)),
            Payload::Events(..) => {
                let (at, is) = self.event(candidate);
                Entry::Event(at, is)
            }
            Payload::Steps(values, conditions) => {
                Entry::Step(values.cell(candidate as usize), conditions[candidate as usize])
            }
        }
    }

    /// The timeline of a candidate: its certain pieces, and whether they are all there are; none if it is not known.
    fn timeline(&self, candidate: u32) -> Option<(&[Piece], bool)> {
        match self {
            Payload::Values(values) if self.is_known(candidate) => values.timeline(candidate as usize),
            _ => None,
        }
    }

    /// When a candidate happened, if that is known, and whether the condition holds then.
    fn event(&self, candidate: u32) -> (Option<i64>, Truth) {
        match self {
            Payload::Events(values, conditions) => (values.moment(candidate as usize), conditions[candidate as usize]),
            _ => (None, Truth::Unknown),
        }
    }
}

impl Index<'_> {
    /// What candidates are ranked by.
    fn ranking(&self) -> Option<&Ordered> {
        match &self.payload {
            Payload::Ranked(_, order) => Some(order),
            _ => None,
        }
    }

    /// A candidate with what it is ranked by.
    fn keyed(&self, candidate: u32) -> Entry {
        let Payload::Ranked(values, _) = &self.payload else { return Entry::Bare };
        if candidate == NOBODY {
            return Entry::Bare;
        }
        let by = values.cell(candidate as usize);
        let who = match (self.goal, &by) {
            (Goal::Min | Goal::Max, Cell::Present(value)) => value.clone(),
            _ => Value::Row(self.rows[candidate as usize]),
        };
        Entry::Keyed(by, who)
    }
}
