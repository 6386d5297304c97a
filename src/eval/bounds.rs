//! Bounds: what is known of a `count` or a `share` of which some candidates are not decided.

use std::cmp::Ordering;

use crate::ir::CompareOp;
use crate::value::{Number, Truth};

/// A number that is not known, and the range that it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The least that it can be.
    pub(crate) lower: Number,
    /// The greatest that it can be; none if nothing limits it.
    pub(crate) upper: Option<Number>,
}

impl Bounds {
    /// Compares a number in the range with a known one, the range on the left.
    pub(crate) fn compare(self, op: CompareOp, known: Number) -> Truth {
        let below = self.upper.is_some_and(|upper| upper < known);
        match op {
            CompareOp::Equal | CompareOp::NotEqual => {
                let equal = if self.upper == Some(self.lower) {
                    Truth::from(self.lower == known)
                } else if below || known < self.lower {
                    Truth::False
                } else {
                    Truth::Unknown
                };
                if op == CompareOp::Equal { equal } else { !equal }
            }
            _ => {
                let at_lower = op.admits(self.lower.cmp(&known));
                let at_upper = op.admits(self.upper.map_or(Ordering::Greater, |upper| upper.cmp(&known)));
                if at_lower == at_upper { Truth::from(at_lower) } else { Truth::Unknown }
            }
        }
    }

    /// Compares a known number with one in the range, the range on the right.
    pub(crate) fn compare_reversed(self, op: CompareOp, known: Number) -> Truth {
        let turned = match op {
            CompareOp::Equal | CompareOp::NotEqual => op,
            CompareOp::Less => CompareOp::Greater,
            CompareOp::LessOrEqual => CompareOp::GreaterOrEqual,
            CompareOp::Greater => CompareOp::Less,
            CompareOp::GreaterOrEqual => CompareOp::LessOrEqual,
        };
        self.compare(turned, known)
    }
}

/// How many candidates there are of each kind that matters to a share: by w (true, then unknown) and, within, by the
/// value (true, unknown, false).
pub(crate) type ShareCounts = [u64; 6];

/// The position of a candidate's kind in [`ShareCounts`]; none if w is false.
pub(crate) fn share_kind(w: Truth, value: Truth) -> Option<usize> {
    let row = match w {
        Truth::True => 0,
        Truth::Unknown => 3,
        Truth::False => return None,
    };
    Some(row + 2 - value as usize)
}

/// What is known of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// There are no candidates.
    Absent,
    /// It is known.
    Exact(Number),
    /// There is one, within bounds.
    Within(Bounds),
    /// There may be none.
    Unknown,
}

/// Candidates of which there may be any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Unbounded {
    /// Whether there may be such for which the value is not true.
    pub(crate) lowering: bool,
    /// Whether there may be such for which the value is not false.
    pub(crate) raising: bool,
}

/// Computes a share over all ways in which the open candidates may turn out.
pub(crate) fn share(counts: ShareCounts, unbounded: Unbounded) -> Share {
    let [yes, maybe, no, open_yes, open_maybe, open_no] = counts.map(i128::from);
    let (certain, open) = (yes + maybe + no, open_yes + open_maybe + open_no);
    if certain == 0 {
        return if open == 0 && unbounded == Unbounded::default() { Share::Absent } else { Share::Unknown };
    }
    let fraction = |part: i128, whole: i128| Number::from_fraction(part, whole).unwrap_or(Number::ZERO);
    // Enough of any number bring it as near to nothing, or to all, as one likes.
    let lower = if unbounded.lowering { Number::ZERO } else { fraction(yes, certain + open_maybe + open_no) };
    let upper = if unbounded.raising {
        Number::ONE
    } else {
        fraction(yes + maybe + open_yes + open_maybe, certain + open_yes + open_maybe)
    };
    if lower == upper { Share::Exact(lower) } else { Share::Within(Bounds { lower, upper: Some(upper) }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fraction(part: i128, whole: i128) -> Number {
        Number::from_fraction(part, whole).unwrap()
    }

    /// All ways to decide the open candidates, one by one.
    fn by_hand(counts: ShareCounts) -> Share {
        let mut ways = vec![(0i128, 0i128)];
        for (kind, count) in counts.iter().enumerate() {
            for _ in 0..*count {
                let choices: &[(i128, i128)] = match kind {
                    0 => &[(1, 1)],
                    1 => &[(0, 1), (1, 1)],
                    2 => &[(0, 1)],
                    3 => &[(0, 0), (1, 1)],
                    4 => &[(0, 0), (0, 1), (1, 1)],
                    _ => &[(0, 0), (0, 1)],
                };
                ways = ways
                    .iter()
                    .flat_map(|(part, whole)| choices.iter().map(move |(a, b)| (part + a, whole + b)))
                    .collect();
            }
        }
        if ways.iter().all(|(_, whole)| *whole == 0) {
            return Share::Absent;
        }
        if ways.iter().any(|(_, whole)| *whole == 0) {
            return Share::Unknown;
        }
        let values: Vec<Number> = ways.iter().map(|(part, whole)| fraction(*part, *whole)).collect();
        let (lower, upper) = (*values.iter().min().unwrap(), *values.iter().max().unwrap());
        if lower == upper { Share::Exact(lower) } else { Share::Within(Bounds { lower, upper: Some(upper) }) }
    }

    #[test]
    fn shares_are_bounded_by_every_way_to_decide() {
        for code in 0..4u64.pow(6) {
            let counts: ShareCounts = std::array::from_fn(|kind| (code / 4u64.pow(kind as u32)) % 4);
            if counts.iter().sum::<u64>() <= 7 {
                assert_eq!(share(counts, Unbounded::default()), by_hand(counts), "{counts:?}");
            }
        }
    }

    #[test]
    fn comparisons_are_decided_where_all_values_agree() {
        let bounds = Bounds { lower: fraction(2, 1), upper: Some(fraction(4, 1)) };
        let known = |whole| Number::from_integer(whole);
        assert_eq!(bounds.compare(CompareOp::Equal, known(5)), Truth::False);
        assert_eq!(bounds.compare(CompareOp::NotEqual, known(1)), Truth::True);
        assert_eq!(bounds.compare(CompareOp::Equal, known(3)), Truth::Unknown);
        assert_eq!(bounds.compare(CompareOp::GreaterOrEqual, known(2)), Truth::True);
        assert_eq!(bounds.compare(CompareOp::Greater, known(2)), Truth::Unknown);
        assert_eq!(bounds.compare_reversed(CompareOp::Less, known(1)), Truth::True);
        assert_eq!(bounds.compare_reversed(CompareOp::Less, known(4)), Truth::False);
        let open = Bounds { lower: fraction(2, 1), upper: None };
        assert_eq!(open.compare(CompareOp::Greater, known(1)), Truth::True);
        assert_eq!(open.compare(CompareOp::LessOrEqual, known(9)), Truth::Unknown);
        assert_eq!(open.compare(CompareOp::LessOrEqual, known(1)), Truth::False);
    }
}
