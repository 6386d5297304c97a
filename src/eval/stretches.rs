//! Stretches of time: pieces in order, none empty, none touching the next, as whole days or microseconds; and what is
//! made of two such.
//!
//! Every operation takes time in the pieces of the shorter side, times the logarithm of the longer one, and in what it gives.

use super::vector::Ends;
use crate::value::Truth;

/// Brings the pieces from `start` on into order, without the empty ones, those that touch put together.
pub(crate) fn normalize(pieces: &mut Vec<Ends>, start: usize) {
    pieces[start..].sort_unstable();
    let mut kept = start;
    for at in start..pieces.len() {
        let (from, until) = pieces[at];
        if from >= until {
            continue;
        }
        if kept > start && from <= pieces[kept - 1].1 {
            pieces[kept - 1].1 = pieces[kept - 1].1.max(until);
        } else {
            pieces[kept] = (from, until);
            kept += 1;
        }
    }
    pieces.truncate(kept);
}

/// The first piece from `at` on that ends behind a moment.
fn seek(pieces: &[Ends], at: usize, moment: i64) -> usize {
    match pieces.get(at) {
        Some((_, until)) if *until <= moment => at + pieces[at..].partition_point(|(_, until)| *until <= moment),
        _ => at,
    }
}

/// Calls `visit` with the parts that two have in common, in order, until it says that this is enough.
fn each_common(a: &[Ends], b: &[Ends], mut visit: impl FnMut(Ends) -> bool) {
    let (mut i, mut j) = (0, 0);
    while let (Some((_, b_until)), Some((a_from, a_until))) = (b.get(j), a.get(i)) {
        if b_until <= a_from {
            j = seek(b, j, *a_from);
        } else if *a_until <= b[j].0 {
            i = seek(a, i, b[j].0);
        } else {
            if !visit((b[j].0.max(*a_from), (*b_until).min(*a_until))) {
                return;
            }
            if a_until <= b_until {
                i += 1;
            } else {
                j += 1;
            }
        }
    }
}

/// Calls `visit` with the parts of one that are not in the other, in order, until it says that this is enough.
fn each_outside(a: &[Ends], b: &[Ends], mut visit: impl FnMut(Ends) -> bool) {
    let mut j = 0;
    for (from, until) in a {
        let mut start = *from;
        j = seek(b, j, start);
        while let Some((b_from, b_until)) = b.get(j).filter(|(b_from, _)| b_from < until) {
            if start < *b_from && !visit((start, *b_from)) {
                return;
            }
            start = *b_until;
            if start >= *until {
                break;
            }
            j += 1;
        }
        if start < *until && !visit((start, *until)) {
            return;
        }
    }
}

/// Adds what lies in both.
pub(crate) fn within(a: &[Ends], b: &[Ends], out: &mut Vec<Ends>) {
    each_common(a, b, |piece| {
        out.push(piece);
        true
    });
}

/// Adds what lies in the first and not in the second.
pub(crate) fn minus(a: &[Ends], b: &[Ends], out: &mut Vec<Ends>) {
    each_outside(a, b, |piece| {
        out.push(piece);
        true
    });
}

/// Adds what lies in either.
pub(crate) fn union(a: &[Ends], b: &[Ends], out: &mut Vec<Ends>) {
    let start = out.len();
    let (mut i, mut j) = (0, 0);
    loop {
        let a_is_first = match (a.get(i), b.get(j)) {
            (Some(a), Some(b)) => a <= b,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => return,
        };
        let (from, until) = if a_is_first { a[i] } else { b[j] };
        (i, j) = (i + usize::from(a_is_first), j + usize::from(!a_is_first));
        match out[start..].last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => out.push((from, until)),
        }
    }
}

/// Whether all of the second lies in the first.
pub(crate) fn covers(outer: &[Ends], inner: &[Ends]) -> bool {
    let mut all = true;
    each_outside(inner, outer, |_| {
        all = false;
        false
    });
    all
}

/// Whether two have a moment in common.
pub(crate) fn overlaps(a: &[Ends], b: &[Ends]) -> bool {
    let mut any = false;
    each_common(a, b, |_| {
        any = true;
        false
    });
    any
}

/// Whether a moment lies in one.
pub(crate) fn has(pieces: &[Ends], moment: i64) -> bool {
    pieces.get(seek(pieces, 0, moment)).is_some_and(|(from, _)| *from <= moment)
}

/// How long they are together; none if an end is open.
pub(crate) fn length(pieces: &[Ends]) -> Option<i64> {
    is_bounded(pieces).then(|| pieces.iter().map(|(from, until)| until - from).sum())
}

/// The longest stretch that is between two of them; none if an end is open.
pub(crate) fn longest_between(pieces: &[Ends]) -> Option<i64> {
    is_bounded(pieces).then(|| pieces.windows(2).map(|pair| pair[1].0 - pair[0].1).max().unwrap_or(0))
}

/// The longest stretch of the first that is not in the second; none if an end of the first is open.
pub(crate) fn longest_outside(window: &[Ends], pieces: &[Ends]) -> Option<i64> {
    let mut longest = 0;
    each_outside(window, pieces, |(from, until)| {
        longest = longest.max(until.saturating_sub(from));
        true
    });
    is_bounded(window).then_some(longest)
}

fn is_bounded(pieces: &[Ends]) -> bool {
    pieces.first().is_none_or(|(from, _)| *from != i64::MIN)
        && pieces.last().is_none_or(|(_, until)| *until != i64::MAX)
}

/// What is the case from some moments on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Event {
    /// From when on.
    pub(crate) at: i64,
    /// Whether this is certain to have happened; else it may have.
    pub(crate) certain: bool,
    /// Whether the condition holds then.
    pub(crate) is: Truth,
}

/// Adds the stretches in which the condition of a log's last event holds for certain; returns whether there are no others
/// in which it may. Leaves the events in order.
pub(crate) fn states(events: &mut [Event], out: &mut Vec<Ends>) -> bool {
    events.sort_unstable();
    let (mut complete, mut state) = (true, Truth::False);
    let mut since = 0;
    for together in events.chunk_by(|a, b| a.at == b.at) {
        let before = state;
        // Those that are certain begin a new state; those that are not may, or leave it as it is.
        for (position, event) in together.iter().rev().enumerate() {
            state = match position == 0 && event.certain {
                true => event.is,
                false if event.is == state => state,
                false => Truth::Unknown,
            };
        }
        complete &= state != Truth::Unknown;
        let at = together[0].at;
        match (before == Truth::True, state == Truth::True) {
            (false, true) => since = at,
            (true, false) => out.push((since, at)),
            _ => {}
        }
    }
    if state == Truth::True {
        out.push((since, i64::MAX));
    }
    complete
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every set of hours from 0 to 7, as bits and as pieces.
    fn all() -> Vec<(u8, Vec<Ends>)> {
        (0..=u8::MAX)
            .map(|bits| {
                let mut pieces = (0..8).filter(|hour| bits & (1 << hour) != 0).map(|hour| (hour, hour + 1)).collect();
                normalize(&mut pieces, 0);
                (bits, pieces)
            })
            .collect()
    }

    #[test]
    fn operations_are_those_of_sets_of_hours() {
        let all = all();
        let pieces_of = |bits: u8| all[usize::from(bits)].1.clone();
        let made = |operation: fn(&[Ends], &[Ends], &mut Vec<Ends>), a: &[Ends], b: &[Ends]| {
            let mut out = Vec::new();
            operation(a, b, &mut out);
            out
        };
        for (a, left) in &all {
            for (b, right) in &all {
                assert_eq!(made(within, left, right), pieces_of(a & b), "{left:?} within {right:?}");
                assert_eq!(made(minus, left, right), pieces_of(a & !b), "{left:?} minus {right:?}");
                assert_eq!(made(union, left, right), pieces_of(a | b), "{left:?} union {right:?}");
                assert_eq!(covers(left, right), b & !a == 0, "{left:?} covers {right:?}");
                assert_eq!(overlaps(left, right), a & b != 0, "{left:?} overlaps {right:?}");
                let longest = pieces_of(a & !b).iter().map(|(from, until)| until - from).max();
                assert_eq!(longest_outside(left, right), Some(longest.unwrap_or(0)), "{left:?} {right:?}");
            }
            assert_eq!(length(left), Some(i64::from(a.count_ones())));
            (0..8).for_each(|hour| assert_eq!(has(left, hour), a & (1 << hour) != 0, "{left:?} {hour}"));
        }
    }

    #[test]
    fn open_ends_have_no_length() {
        assert_eq!(length(&[(0, 4), (8, i64::MAX)]), None);
        assert_eq!(longest_between(&[(i64::MIN, 4)]), None);
        assert_eq!(longest_between(&[(0, 4), (6, 9), (10, 11)]), Some(2));
        assert_eq!(longest_between(&[]), Some(0));
        assert_eq!(longest_outside(&[(0, 9)], &[(4, i64::MAX)]), Some(4));
        assert!(covers(&[(i64::MIN, i64::MAX)], &[(3, i64::MAX)]));
    }

    #[test]
    fn a_log_says_what_is_the_case_until_the_next_event() {
        use Truth::{False, True, Unknown};
        let told = |events: &[(i64, bool, Truth)]| {
            let event = |(at, certain, is): &(i64, bool, Truth)| Event { at: *at, certain: *certain, is: *is };
            let (mut events, mut out) = (events.iter().map(event).collect::<Vec<Event>>(), Vec::new());
            let complete = states(&mut events, &mut out);
            (out, complete)
        };
        assert_eq!(told(&[(5, true, False), (2, true, True), (8, true, True)]), (vec![(2, 5), (8, i64::MAX)], true));
        // The same again changes nothing; a tie of different ones is not known.
        assert_eq!(told(&[(2, true, True), (4, true, True), (4, true, True), (6, true, False)]), (vec![(2, 6)], true));
        assert_eq!(
            told(&[(2, true, True), (4, true, True), (4, true, False), (6, true, False)]),
            (vec![(2, 4)], false)
        );
        assert_eq!(told(&[(2, true, True), (4, true, Unknown), (6, true, True)]), (vec![(2, 4), (6, i64::MAX)], false));
        // What may have happened matters only if it would make a difference.
        assert_eq!(told(&[(2, true, True), (4, false, True), (6, true, False)]), (vec![(2, 6)], true));
        assert_eq!(told(&[(2, true, True), (4, false, False), (6, true, False)]), (vec![(2, 4)], false));
        assert_eq!(told(&[(2, false, False), (4, true, True)]), (vec![(4, i64::MAX)], true));
        assert_eq!(told(&[(4, false, False), (4, true, True)]), (vec![], false));
    }
}
