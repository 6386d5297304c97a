//! Timelines, one for each physical row of a vector.

use std::sync::Arc;

use super::{Measure, Slice, interval};
use crate::eval::hours::Hours;
use crate::eval::stretches::Piece;
use crate::value::TimelineValue;

/// Timelines whose pieces stand in one array: those that are computed once for many rows stand there once.
#[derive(Debug, Clone)]
pub(crate) struct Timelines<'a> {
    measure: Measure,
    /// From where to where in `pieces`.
    ranges: Slice<'a, (u32, u32)>,
    pieces: Arc<Vec<Piece>>,
    /// Whether each is complete; empty where all are.
    complete: Slice<'a, bool>,
    /// What counts of the pieces; none where all of them does.
    hours: Option<Arc<Hours<'a>>>,
}

impl Timelines<'_> {
    /// What their moments are.
    pub(crate) fn measure(&self) -> Measure {
        self.measure
    }

    /// The certain pieces of one.
    pub(crate) fn pieces(&self, at: usize) -> &[Piece] {
        let (start, end) = self.ranges[at];
        &self.pieces[start as usize..end as usize]
    }

    /// Whether those are all there are.
    pub(crate) fn is_complete(&self, at: usize) -> bool {
        self.complete.get(at).copied().unwrap_or(true)
    }

    /// One as a value.
    pub(crate) fn value(&self, at: usize) -> TimelineValue {
        let pieces = self.pieces(at);
        let plain = self.hours.as_ref().and_then(|hours| hours.plain(pieces));
        let plain = plain.as_deref().unwrap_or(pieces);
        let pieces = plain.iter().map(|piece| interval(self.measure, (piece.from, piece.until))).collect();
        TimelineValue { pieces, complete: self.is_complete(at) }
    }

    /// Some of them, in that order.
    pub(super) fn gather(&self, positions: &[u32]) -> Self {
        let complete =
            if self.complete.is_empty() { Slice::Borrowed(&[][..]) } else { self.complete.gather(positions) };
        Timelines { ranges: self.ranges.gather(positions), complete, ..self.clone() }
    }

    /// Several of one kind, one behind the other; `parts` is not empty.
    pub(super) fn join(parts: &[&Self]) -> Self {
        let rows = parts.iter().map(|part| part.ranges.len()).sum();
        let measure = parts.first().map_or(Measure::Date, |part| part.measure);
        let hours = parts.iter().find_map(|part| part.hours.clone());
        let mut all = TimelinesBuilder::new(measure, rows, hours);
        for part in parts {
            let offset = all.pieces.len() as u32;
            all.pieces.extend_from_slice(&part.pieces);
            all.ranges.extend(part.ranges.iter().map(|(start, end)| (start + offset, end + offset)));
        }
        if parts.iter().any(|part| !part.complete.is_empty()) {
            all.complete =
                parts.iter().flat_map(|part| (0..part.ranges.len()).map(|at| part.is_complete(at))).collect();
        }
        all.finish()
    }
}

/// Timelines that are being made, one after the other.
#[derive(Debug)]
pub(crate) struct TimelinesBuilder<'a> {
    measure: Measure,
    ranges: Vec<(u32, u32)>,
    pieces: Vec<Piece>,
    complete: Vec<bool>,
    hours: Option<Arc<Hours<'a>>>,
}

impl<'a> TimelinesBuilder<'a> {
    /// None yet, of so many.
    pub(crate) fn new(measure: Measure, rows: usize, hours: Option<Arc<Hours<'a>>>) -> TimelinesBuilder<'a> {
        TimelinesBuilder {
            measure,
            ranges: Vec::with_capacity(rows),
            pieces: Vec::with_capacity(rows),
            complete: Vec::new(),
            hours,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// The certain pieces of one, and whether those are all there are.
    pub(crate) fn get(&self, at: usize) -> Option<(&[Piece], bool)> {
        let (start, end) = self.ranges.get(at)?;
        Some((&self.pieces[*start as usize..*end as usize], self.complete.get(at).copied().unwrap_or(true)))
    }

    /// Adds one of pieces that are in order, none empty, none overlapping the next.
    pub(crate) fn push(&mut self, pieces: &[Piece], complete: bool) {
        self.push_with(|out| {
            out.extend_from_slice(pieces);
            complete
        });
    }

    /// Adds one of the pieces that `write` adds; it says whether they are all there are.
    pub(crate) fn push_with(&mut self, write: impl FnOnce(&mut Vec<Piece>) -> bool) {
        let start = self.pieces.len() as u32;
        let complete = write(&mut self.pieces);
        if !complete && self.complete.is_empty() {
            self.complete.resize(self.ranges.len(), true);
        }
        if !complete || !self.complete.is_empty() {
            self.complete.push(complete);
        }
        self.ranges.push((start, self.pieces.len() as u32));
    }

    /// All of them.
    pub(crate) fn finish(self) -> Timelines<'a> {
        Timelines {
            measure: self.measure,
            ranges: self.ranges.into(),
            pieces: Arc::new(self.pieces),
            complete: self.complete.into(),
            hours: self.hours,
        }
    }
}
