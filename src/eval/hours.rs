//! Hours: which part of a stretch of time counts, as calendars say.

use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::stretches::{self, Operation, Piece};
use super::vector::Ends;
use crate::ir::Calendar;

/// All of a stretch counts.
pub(crate) const ALL: u32 = 0;

/// The ways in which a part of a stretch can count, as numbers: [`ALL`] of it, what one of the calendars says, or what is made
/// of other ways. Behind the calendars the numbers depend on the order in which they are asked for; equal numbers
/// mean the same, and nothing else follows from them.
#[derive(Debug, Default)]
pub(crate) struct Hours<'a> {
    calendars: &'a [Calendar],
    made: RwLock<MadeHours>,
}

#[derive(Debug, Default)]
struct MadeHours {
    list: Vec<Arc<Made>>,
    known: FxHashMap<Arc<Made>, u32>,
}

/// What is made of other hours.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Made {
    /// What counts in all of them; in order, none twice.
    Both(Vec<u32>),
    /// What counts in any of them; in order, none twice.
    Either(Vec<u32>),
    /// What counts in the first and not in the second.
    Without(u32, u32),
}

impl<'a> Hours<'a> {
    /// The hours of some calendars.
    pub(crate) fn new(calendars: &'a [Calendar]) -> Hours<'a> {
        Hours { calendars, made: RwLock::default() }
    }

    /// What counts in both.
    pub(crate) fn both(&self, a: u32, b: u32) -> u32 {
        match (a, b) {
            (ALL, other) | (other, ALL) => other,
            (a, b) if a == b => a,
            (a, b) => self.number(Made::Both(self.joined(a, b, |made| match made {
                Made::Both(parts) => Some(parts),
                _ => None,
            }))),
        }
    }

    /// What counts in either.
    pub(crate) fn either(&self, a: u32, b: u32) -> u32 {
        match (a, b) {
            (ALL, _) | (_, ALL) => ALL,
            (a, b) if a == b => a,
            (a, b) => self.number(Made::Either(self.joined(a, b, |made| match made {
                Made::Either(parts) => Some(parts),
                _ => None,
            }))),
        }
    }

    /// What counts in the first and not in the second; none if that is nothing.
    pub(crate) fn without(&self, a: u32, b: u32) -> Option<u32> {
        if b == ALL || a == b { None } else { Some(self.number(Made::Without(a, b))) }
    }

    /// The parts of two, where they are made of parts in one way, in order.
    fn joined(&self, a: u32, b: u32, parts: impl Fn(&Made) -> Option<&Vec<u32>>) -> Vec<u32> {
        let mut joined = Vec::new();
        for hours in [a, b] {
            match self.made(hours).as_deref().and_then(&parts) {
                Some(parts) => joined.extend_from_slice(parts),
                None => joined.push(hours),
            }
        }
        joined.sort_unstable();
        joined.dedup();
        joined
    }

    fn number(&self, made: Made) -> u32 {
        let mut all = self.made.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.known.get(&made) {
            return *known;
        }
        let number = (1 + self.calendars.len() + all.list.len()) as u32;
        let made = Arc::new(made);
        all.list.push(Arc::clone(&made));
        all.known.insert(made, number);
        number
    }

    fn calendar(&self, hours: u32) -> Option<&'a Calendar> {
        self.calendars.get((hours as usize).wrapping_sub(1))
    }

    fn made(&self, hours: u32) -> Option<Arc<Made>> {
        let at = (hours as usize).checked_sub(1 + self.calendars.len())?;
        self.made.read().unwrap_or_else(PoisonError::into_inner).list.get(at).cloned()
    }

    /// How much of a piece counts; none if a calendar does not say what is open on all of it.
    pub(crate) fn length(&self, piece: Piece) -> Option<i64> {
        let Piece { from, until, hours } = piece;
        match (hours, self.calendar(hours)) {
            (ALL, _) => Some(until.saturating_sub(from)),
            (_, Some(calendar)) => calendar.hours.length(from, until),
            (_, None) => Some(self.pieces(piece)?.iter().map(|(from, until)| until - from).sum()),
        }
    }

    /// The stretches of a piece that count, in order and apart; none if a calendar does not say what is open on all of it.
    pub(crate) fn pieces(&self, piece: Piece) -> Option<Vec<Ends>> {
        let Piece { from, until, hours } = piece;
        if hours == ALL {
            return Some(vec![(from, until)]);
        }
        if let Some(calendar) = self.calendar(hours) {
            return calendar.hours.pieces(from, until);
        }
        let made = self.made(hours)?;
        let of = |hours: u32| -> Option<Vec<Piece>> {
            Some(self.pieces(Piece { from, until, hours })?.into_iter().map(Piece::whole).collect())
        };
        let (parts, join): (&[u32], Operation) = match &*made {
            Made::Both(parts) => (parts, stretches::within),
            Made::Either(parts) => (parts, stretches::union),
            Made::Without(a, b) => (&[*a, *b], stretches::minus),
        };
        let (first, rest) = parts.split_first()?;
        let mut all = of(*first)?;
        for part in rest {
            let mut joined = Vec::new();
            join(&all, &of(*part)?, &mut joined, self);
            all = joined;
        }
        Some(all.into_iter().map(|piece| (piece.from, piece.until)).collect())
    }

    /// The stretches of some pieces that count, those that touch put together; none if a calendar does not say it.
    pub(crate) fn plain(&self, pieces: &[Piece]) -> Option<Vec<Piece>> {
        if pieces.iter().all(|piece| piece.hours == ALL) {
            return Some(pieces.to_vec());
        }
        let mut plain: Vec<Piece> = Vec::new();
        for piece in pieces {
            for (from, until) in self.pieces(*piece)? {
                match plain.last_mut() {
                    Some(last) if last.until == from => last.until = until,
                    _ => plain.push(Piece::whole((from, until))),
                }
            }
        }
        Some(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::value::calendar;
    use crate::value::time::{HOUR, Zone};

    /// A calendar that is open from one hour to another on every day of 2026.
    fn daily(from: u16, until: u16) -> Calendar {
        let hours = vec![calendar::Hours::new(from * 60, until * 60).unwrap()];
        let day = |text| crate::value::Date::parse(text).unwrap();
        let version = calendar::Version {
            zone: Zone::named("UTC").unwrap(),
            week: std::array::from_fn(|_| hours.clone()),
            dates: std::collections::BTreeMap::new(),
            from: day("2026-01-01"),
            through: day("2026-12-31"),
        };
        let hours = calendar::Calendar::new(vec![version]);
        Calendar { name: String::new(), title: None, hours, span: Span::new(crate::source::FileId(0), 0, 0) }
    }

    #[test]
    fn hours_are_made_of_hours() {
        let calendars = [daily(8, 16), daily(12, 20)];
        let hours = Hours::new(&calendars);
        let day = crate::value::Timestamp::parse("2026-03-02T00:00Z").unwrap().0;
        let open = |number: u32| {
            let pieces = hours.pieces(Piece { from: day, until: day + 24 * HOUR, hours: number })?;
            let hour = |instant: i64| (instant - day) / HOUR;
            Some(pieces.into_iter().map(|(from, until)| (hour(from), hour(until))).collect::<Vec<_>>())
        };
        let (both, either) = (hours.both(1, 2), hours.either(2, 1));
        assert_eq!(open(ALL), Some(vec![(0, 24)]));
        assert_eq!(open(both), Some(vec![(12, 16)]));
        assert_eq!(open(either), Some(vec![(8, 20)]));
        assert_eq!(hours.without(1, 2).and_then(open), Some(vec![(8, 12)]));
        assert_eq!(hours.without(ALL, 1).and_then(open), Some(vec![(0, 8), (16, 24)]));
        assert_eq!(hours.without(either, both).and_then(open), Some(vec![(8, 12), (16, 20)]));
        // What says the same in the same way is one.
        assert_eq!((hours.both(2, 1), hours.either(either, 1), hours.both(both, both)), (both, either, both));
        assert_eq!(
            (hours.without(1, 1), hours.without(2, ALL), hours.both(ALL, 2), hours.either(1, ALL)),
            (None, None, 2, ALL)
        );
        let outside = Piece { from: day, until: day + 400 * 24 * HOUR, hours: both };
        assert_eq!((hours.pieces(outside), hours.length(outside)), (None, None));
        assert_eq!(hours.length(Piece { from: day, until: day + 48 * HOUR, hours: either }), Some(24 * HOUR));
    }
}
