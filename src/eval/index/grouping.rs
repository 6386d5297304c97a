//! Groupings: the candidates of an index by the values of its equalities.

use super::codes::{FOREIGN, PairCodes};
use super::order::Ordered;
use super::summary::Summary;
use super::{Index, Probed};

/// All candidates, in classes that are looked up alike.
#[derive(Debug)]
pub(crate) struct Grouping {
    /// The classes, none of them empty.
    pub(crate) classes: Vec<Class>,
}

/// Candidates of which the same equalities can be tested, grouped by the values of those.
#[derive(Debug)]
pub(crate) struct Class {
    /// Which equalities are tested, as bits.
    parts: u32,
    /// Whether the values that the candidates are sorted by are known.
    pub(crate) sorted: bool,
    /// Whether all equalities are tested: then being found says that they hold.
    pub(crate) certain: bool,
    /// How the codes of several equalities become one number.
    chain: Vec<PairCodes>,
    /// The position in `members` at which each group starts, and the end of the last.
    starts: Vec<u32>,
    /// Candidates, group by group; within a group in order of what they are sorted by, then of row.
    pub(crate) members: Vec<u32>,
    /// What `members` are sorted by, where it is whole numbers.
    keys: Option<Vec<i64>>,
    /// What its candidates come to; none if that depends on outer values.
    pub(crate) summary: Option<Summary>,
}

/// Candidates of a class that were found for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Run {
    /// The class, by position.
    pub(crate) class: usize,
    /// The group in the class.
    pub(crate) group: usize,
    /// The first of them in the class's members.
    pub(crate) start: usize,
    /// Behind the last of them.
    pub(crate) end: usize,
    /// Whether equalities and order hold for all of them; else it is not known.
    pub(crate) certain: bool,
}

impl Grouping {
    /// Groups the candidates of an index for rows of which the outer values of some equalities are known, as bits.
    pub(crate) fn new(index: &Index<'_>, outer: u32) -> Grouping {
        let all = index.all_parts();
        let mut kinds: Vec<((u32, bool), Vec<u32>)> = Vec::new();
        if index.is_plain() {
            kinds.push(((outer, index.order.is_some()), (0..index.rows.len() as u32).collect()));
        } else {
            for candidate in 0..index.rows.len() as u32 {
                let kind = (index.known_parts(candidate) & outer, index.is_sorted(candidate));
                match kinds.iter_mut().find(|(known, _)| *known == kind) {
                    Some((_, members)) => members.push(candidate),
                    None => kinds.push((kind, vec![candidate])),
                }
            }
        }
        kinds.retain(|(_, members)| !members.is_empty());
        let class = |((parts, sorted), members): ((u32, bool), Vec<u32>)| {
            let certain = parts == all && (sorted || index.order.is_none());
            Class::new(index, parts, sorted, certain, members)
        };
        Grouping { classes: kinds.into_iter().map(class).collect() }
    }
}

impl Class {
    fn new(index: &Index<'_>, parts: u32, sorted: bool, certain: bool, candidates: Vec<u32>) -> Class {
        let tested: Vec<usize> = (0..index.parts.len()).filter(|part| parts & (1 << part) != 0).collect();
        let mut chain: Vec<PairCodes> = tested.iter().skip(1).map(|_| PairCodes::default()).collect();
        let mut groups = 1;
        let (mut starts, mut members) = (vec![0, candidates.len() as u32], candidates);
        if let Some((first, rest)) = tested.split_first() {
            let group_of: Vec<u32> = members
                .iter()
                .map(|candidate| {
                    let at = *candidate as usize;
                    rest.iter().zip(&mut chain).fold(index.parts[*first].codes[at], |group, (part, pairs)| {
                        pairs.code((group, index.parts[*part].codes[at]))
                    })
                })
                .collect();
            groups = chain.last().map_or(index.parts[*first].known.len(), PairCodes::len);
            (starts, members) = sorted_by_group(&group_of, groups, &members);
        }
        let order = index.order.as_ref().filter(|_| sorted).map(|order| &order.values);
        if let Some(order) = order {
            for group in 0..groups {
                let group = &mut members[starts[group] as usize..starts[group + 1] as usize];
                group.sort_by(|a, b| order.compare(*a, *b));
            }
        }
        let keys = match order {
            Some(Ordered::Whole(_, values)) => Some(members.iter().map(|member| values[*member as usize]).collect()),
            _ => None,
        };
        let cuts: Vec<u32> = if order.is_some() { (0..=members.len() as u32).collect() } else { starts.clone() };
        let summary = index.simple.then(|| Summary::new(index, certain, &members, &cuts, order.is_none()));
        Class { parts, sorted: order.is_some(), certain, chain, starts, members, keys, summary }
    }

    /// The group of a row; none if no candidate has its values.
    fn group(&self, codes: &[Vec<u32>], row: usize) -> Option<usize> {
        let mut tested = (0..codes.len()).filter(|part| self.parts & (1 << part) != 0);
        let Some(first) = tested.next() else { return Some(0) };
        let mut group = codes[first][row];
        for (part, pairs) in tested.zip(&self.chain) {
            if group >= FOREIGN || codes[part][row] >= FOREIGN {
                return None;
            }
            group = pairs.find((group, codes[part][row]));
        }
        ((group as usize) + 1 < self.starts.len()).then_some(group as usize)
    }

    /// The candidates that a row may match; none if there are none.
    pub(crate) fn find(&self, class: usize, index: &Index<'_>, probed: &Probed<'_>, row: usize) -> Option<Run> {
        let group = self.group(&probed.codes, row)?;
        let (mut start, mut end) = (self.starts[group] as usize, self.starts[group + 1] as usize);
        let mut certain = self.certain;
        if let Some(order) = &index.order {
            match probed.limit(order, row) {
                Some(limit) if self.sorted => {
                    let keys = self.keys.as_ref().map(|keys| &keys[start..end]);
                    let narrow = order.values.narrow(&self.members[start..end], keys, order.relation, &limit);
                    (start, end) = (start + narrow.start, start + narrow.end);
                }
                _ => certain = false,
            }
        }
        (start < end).then_some(Run { class, group, start, end, certain })
    }
}

/// Sorts candidates by group, keeping their order within each.
fn sorted_by_group(group_of: &[u32], groups: usize, candidates: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; groups + 1];
    for group in group_of {
        starts[*group as usize + 1] += 1;
    }
    for group in 0..groups {
        starts[group + 1] += starts[group];
    }
    let mut next = starts.clone();
    let mut members = vec![0u32; candidates.len()];
    for (group, candidate) in group_of.iter().zip(candidates) {
        let at = &mut next[*group as usize];
        members[*at as usize] = *candidate;
        *at += 1;
    }
    (starts, members)
}
