//! Stretches of time: pieces in order, none empty, none overlapping the next, each with what of it counts; and what is made
//! of two such. Moments are whole days or microseconds.
//!
//! Every operation takes time in the pieces of the shorter side, times the logarithm of the longer one, and in what it gives.

use super::hours::{ALL, Hours};
use super::vector::Ends;
use crate::value::Truth;

/// A piece of time, from its first moment up to the first one behind it; an open end is the least or the greatest `i64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Piece {
    /// The first moment.
    pub(crate) from: i64,
    /// The first one behind it.
    pub(crate) until: i64,
    /// What of it counts, as a number of [`Hours`].
    pub(crate) hours: u32,
}

impl Piece {
    /// A piece of which all counts.
    pub(crate) fn whole((from, until): Ends) -> Piece {
        Piece { from, until, hours: ALL }
    }
}

/// Adds what two make together to some pieces.
pub(crate) type Operation = fn(&[Piece], &[Piece], &mut Vec<Piece>, &Hours<'_>);

/// Adds a piece to those from `start` on, which it continues where it touches the last and the same counts.
fn push(out: &mut Vec<Piece>, start: usize, piece: Piece) {
    match out[start..].last_mut() {
        Some(last) if last.until == piece.from && last.hours == piece.hours => last.until = piece.until,
        _ => out.push(piece),
    }
}

/// Brings the pieces from `start` on into order, without the empty ones, those that overlap put together.
pub(crate) fn normalize(pieces: &mut Vec<Piece>, start: usize, hours: &Hours<'_>) {
    pieces[start..].sort_unstable();
    let own = &pieces[start..];
    if own.windows(2).any(|pair| pair[0].hours != pair[1].hours) {
        let joined = joined(own, hours);
        pieces.truncate(start);
        pieces.extend(joined);
        return;
    }
    let mut kept = start;
    for at in start..pieces.len() {
        let piece = pieces[at];
        if piece.from >= piece.until {
            continue;
        }
        if kept > start && piece.from <= pieces[kept - 1].until {
            pieces[kept - 1].until = pieces[kept - 1].until.max(piece.until);
        } else {
            pieces[kept] = piece;
            kept += 1;
        }
    }
    pieces.truncate(kept);
}

/// Pieces of which different parts count, put together.
fn joined(pieces: &[Piece], hours: &Hours<'_>) -> Vec<Piece> {
    if let [piece] = pieces {
        return if piece.from < piece.until { vec![*piece] } else { Vec::new() };
    }
    let (first, second) = pieces.split_at(pieces.len() / 2);
    let mut all = Vec::new();
    union(&joined(first, hours), &joined(second, hours), &mut all, hours);
    all
}

/// The first piece from `at` on that ends behind a moment.
fn seek(pieces: &[Piece], at: usize, moment: i64) -> usize {
    match pieces.get(at) {
        Some(piece) if piece.until <= moment => at + pieces[at..].partition_point(|piece| piece.until <= moment),
        _ => at,
    }
}

/// Adds what lies in both.
pub(crate) fn within(a: &[Piece], b: &[Piece], out: &mut Vec<Piece>, hours: &Hours<'_>) {
    let start = out.len();
    each_common(a, b, |from, until, a, b| {
        push(out, start, Piece { from, until, hours: hours.both(a, b) });
        true
    });
}

/// Calls `visit` with the stretches that two have in common and what of them counts in each, in order, until it says that
/// this is enough.
fn each_common(a: &[Piece], b: &[Piece], mut visit: impl FnMut(i64, i64, u32, u32) -> bool) {
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if y.until <= x.from {
            j = seek(b, j, x.from);
        } else if x.until <= y.from {
            i = seek(a, i, y.from);
        } else {
            if !visit(x.from.max(y.from), x.until.min(y.until), x.hours, y.hours) {
                return;
            }
            if x.until <= y.until {
                i += 1;
            } else {
                j += 1;
            }
        }
    }
}

/// Adds what lies in the first and not in the second.
pub(crate) fn minus(a: &[Piece], b: &[Piece], out: &mut Vec<Piece>, hours: &Hours<'_>) {
    let start = out.len();
    each_outside(a, b, hours, |piece| {
        push(out, start, piece);
        true
    });
}

/// Calls `visit` with the pieces of one that are not in the other, in order, until it says that this is enough.
fn each_outside(a: &[Piece], b: &[Piece], hours: &Hours<'_>, mut visit: impl FnMut(Piece) -> bool) {
    let mut j = 0;
    for piece in a {
        let mut from = piece.from;
        j = seek(b, j, from);
        while let Some(other) = b.get(j).filter(|other| other.from < piece.until) {
            if from < other.from {
                if !visit(Piece { from, until: other.from, ..*piece }) {
                    return;
                }
                from = other.from;
            }
            let until = other.until.min(piece.until);
            if let Some(hours) = hours.without(piece.hours, other.hours)
                && !visit(Piece { from, until, hours })
            {
                return;
            }
            from = until;
            if other.until > piece.until {
                break;
            }
            j += 1;
        }
        if from < piece.until && !visit(Piece { from, ..*piece }) {
            return;
        }
    }
}

/// Adds what lies in either.
pub(crate) fn union(a: &[Piece], b: &[Piece], out: &mut Vec<Piece>, hours: &Hours<'_>) {
    let start = out.len();
    let (mut i, mut j, mut at) = (0, 0, i64::MIN);
    loop {
        // What is left of the first piece of each.
        let rest = |piece: &Piece| Piece { from: piece.from.max(at), ..*piece };
        let piece = match (a.get(i).map(rest), b.get(j).map(rest)) {
            (None, None) => return,
            (Some(one), None) | (None, Some(one)) => one,
            (Some(x), Some(y)) if x.from == y.from => {
                Piece { from: x.from, until: x.until.min(y.until), hours: hours.either(x.hours, y.hours) }
            }
            (Some(x), Some(y)) => {
                let (first, second) = if x.from < y.from { (x, y) } else { (y, x) };
                Piece { until: first.until.min(second.from), ..first }
            }
        };
        push(out, start, piece);
        at = piece.until;
        i += usize::from(a.get(i).is_some_and(|piece| piece.until <= at));
        j += usize::from(b.get(j).is_some_and(|piece| piece.until <= at));
    }
}

/// Whether something of a piece counts; all that calendars say of it must be said.
fn is_something(piece: Piece, hours: &Hours<'_>) -> bool {
    piece.hours == ALL || hours.length(piece).is_some_and(|length| length > 0)
}

/// Whether all of the second lies in the first.
pub(crate) fn covers(outer: &[Piece], inner: &[Piece], hours: &Hours<'_>) -> bool {
    let mut all = true;
    each_outside(inner, outer, hours, |piece| {
        all = !is_something(piece, hours);
        all
    });
    all
}

/// Whether two have a moment in common.
pub(crate) fn overlaps(a: &[Piece], b: &[Piece], hours: &Hours<'_>) -> bool {
    let mut any = false;
    each_common(a, b, |from, until, a, b| {
        any = is_something(Piece { from, until, hours: hours.both(a, b) }, hours);
        !any
    });
    any
}

/// Whether a moment lies in one; none if a calendar does not say it.
pub(crate) fn has(pieces: &[Piece], moment: i64, hours: &Hours<'_>) -> Option<bool> {
    match pieces.get(seek(pieces, 0, moment)) {
        Some(piece) if piece.from <= moment && piece.hours == ALL => Some(true),
        Some(piece) if piece.from <= moment => {
            hours.length(Piece { from: moment, until: moment.saturating_add(1), ..*piece }).map(|length| length > 0)
        }
        _ => Some(false),
    }
}

/// How long they are together; none if an end is open.
pub(crate) fn length(pieces: &[Piece], hours: &Hours<'_>) -> Option<i64> {
    if !is_bounded(pieces) {
        return None;
    }
    pieces.iter().map(|piece| hours.length(*piece)).sum()
}

/// The longest stretch that is between two of them; none if an end is open.
pub(crate) fn longest_between(pieces: &[Piece], hours: &Hours<'_>) -> Option<i64> {
    let plain = hours.plain(pieces)?;
    is_bounded(pieces).then(|| plain.windows(2).map(|pair| pair[1].from - pair[0].until).max().unwrap_or(0))
}

/// The longest stretch of the first that is not in the second; none if an end of the first is open.
pub(crate) fn longest_outside(window: &[Piece], pieces: &[Piece], hours: &Hours<'_>) -> Option<i64> {
    if !is_bounded(window) {
        return None;
    }
    let mut outside = Vec::new();
    minus(window, pieces, &mut outside, hours);
    Some(hours.plain(&outside)?.iter().map(|piece| piece.until - piece.from).max().unwrap_or(0))
}

fn is_bounded(pieces: &[Piece]) -> bool {
    pieces.first().is_none_or(|piece| piece.from != i64::MIN)
        && pieces.last().is_none_or(|piece| piece.until != i64::MAX)
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
pub(crate) fn states(events: &mut [Event], out: &mut Vec<Piece>) -> bool {
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
            (true, false) => out.push(Piece::whole((since, at))),
            _ => {}
        }
    }
    if state == Truth::True {
        out.push(Piece::whole((since, i64::MAX)));
    }
    complete
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(ends: &[Ends]) -> Vec<Piece> {
        ends.iter().map(|ends| Piece::whole(*ends)).collect()
    }

    /// Every set of hours from 0 to 7, as bits and as pieces.
    fn all() -> Vec<(u8, Vec<Piece>)> {
        (0..=u8::MAX)
            .map(|bits| {
                let hours = (0..8).filter(|hour| bits & (1 << hour) != 0).map(|hour| (hour, hour + 1));
                let mut pieces = hours.map(Piece::whole).collect();
                normalize(&mut pieces, 0, &Hours::default());
                (bits, pieces)
            })
            .collect()
    }

    #[test]
    fn operations_are_those_of_sets_of_hours() {
        let all = all();
        let pieces_of = |bits: u8| all[usize::from(bits)].1.clone();
        let hours = &Hours::default();
        let made = |operation: Operation, a: &[Piece], b: &[Piece]| {
            let mut out = Vec::new();
            operation(a, b, &mut out, hours);
            out
        };
        for (a, left) in &all {
            for (b, right) in &all {
                assert_eq!(made(within, left, right), pieces_of(a & b), "{left:?} within {right:?}");
                assert_eq!(made(minus, left, right), pieces_of(a & !b), "{left:?} minus {right:?}");
                assert_eq!(made(union, left, right), pieces_of(a | b), "{left:?} union {right:?}");
                assert_eq!(covers(left, right, hours), b & !a == 0, "{left:?} covers {right:?}");
                assert_eq!(overlaps(left, right, hours), a & b != 0, "{left:?} overlaps {right:?}");
                let longest = pieces_of(a & !b).iter().map(|piece| piece.until - piece.from).max();
                assert_eq!(longest_outside(left, right, hours), Some(longest.unwrap_or(0)), "{left:?} {right:?}");
            }
            assert_eq!(length(left, hours), Some(i64::from(a.count_ones())));
            (0..8).for_each(|hour| assert_eq!(has(left, hour, hours), Some(a & (1 << hour) != 0), "{left:?} {hour}"));
        }
    }

    #[test]
    fn open_ends_have_no_length() {
        let hours = &Hours::default();
        assert_eq!(length(&pieces(&[(0, 4), (8, i64::MAX)]), hours), None);
        assert_eq!(longest_between(&pieces(&[(i64::MIN, 4)]), hours), None);
        assert_eq!(longest_between(&pieces(&[(0, 4), (6, 9), (10, 11)]), hours), Some(2));
        assert_eq!(longest_between(&[], hours), Some(0));
        assert_eq!(longest_outside(&pieces(&[(0, 9)]), &pieces(&[(4, i64::MAX)]), hours), Some(4));
        assert!(covers(&pieces(&[(i64::MIN, i64::MAX)]), &pieces(&[(3, i64::MAX)]), hours));
    }

    #[test]
    fn a_log_says_what_is_the_case_until_the_next_event() {
        use Truth::{False, True, Unknown};
        let told = |events: &[(i64, bool, Truth)]| {
            let event = |(at, certain, is): &(i64, bool, Truth)| Event { at: *at, certain: *certain, is: *is };
            let (mut events, mut out) = (events.iter().map(event).collect::<Vec<Event>>(), Vec::new());
            let complete = states(&mut events, &mut out);
            (out.iter().map(|piece| (piece.from, piece.until)).collect::<Vec<Ends>>(), complete)
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
