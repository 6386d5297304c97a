//! Timelines, one for each physical row of a vector.

use std::sync::Arc;

use super::{Ends, Measure, Slice, interval};
use crate::value::TimelineValue;

/// Timelines whose pieces stand in one array: those that are computed once for many rows stand there once.
#[derive(Debug, Clone)]
pub(crate) struct Timelines<'a> {
    measure: Measure,
    /// From where to where in `pieces`.
    ranges: Slice<'a, (u32, u32)>,
    pieces: Arc<Vec<Ends>>,
    /// Whether each is complete; empty where all are.
    complete: Slice<'a, bool>,
}

impl Timelines<'_> {
    /// What their moments are.
    pub(crate) fn measure(&self) -> Measure {
        self.measure
    }

    /// The certain pieces of one.
    pub(crate) fn pieces(&self, at: usize) -> &[Ends] {
        let (start, end) = self.ranges[at];
        &self.pieces[start as usize..end as usize]
    }

    /// Whether those are all there are.
    pub(crate) fn is_complete(&self, at: usize) -> bool {
        self.complete.get(at).copied().unwrap_or(true)
    }

    /// One as a value.
    pub(crate) fn value(&self, at: usize) -> TimelineValue {
        let pieces = self.pieces(at).iter().map(|ends| interval(self.measure, *ends)).collect();
        TimelineValue { pieces, complete: self.is_complete(at) }
    }

    /// Some of them, in that order.
    pub(super) fn gather(&self, positions: &[u32]) -> Self {
        let complete =
            if self.complete.is_empty() { Slice::Borrowed(&[][..]) } else { self.complete.gather(positions) };
        Timelines {
            measure: self.measure,
            ranges: self.ranges.gather(positions),
            pieces: Arc::clone(&self.pieces),
            complete,
        }
    }

    /// Several of one kind, one behind the other; `parts` is not empty.
    pub(super) fn join(parts: &[&Timelines<'_>]) -> Self {
        let rows = parts.iter().map(|part| part.ranges.len()).sum();
        let measure = parts.first().map_or(Measure::Date, |part| part.measure);
        let mut all = TimelinesBuilder::new(measure, rows);
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
pub(crate) struct TimelinesBuilder {
    measure: Measure,
    ranges: Vec<(u32, u32)>,
    pieces: Vec<Ends>,
    complete: Vec<bool>,
}

impl TimelinesBuilder {
    /// None yet, of so many.
    pub(crate) fn new(measure: Measure, rows: usize) -> TimelinesBuilder {
        TimelinesBuilder {
            measure,
            ranges: Vec::with_capacity(rows),
            pieces: Vec::with_capacity(rows),
            complete: Vec::new(),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// The certain pieces of the first, and whether those are all there are.
    pub(crate) fn first(&self) -> Option<(&[Ends], bool)> {
        let (start, end) = self.ranges.first()?;
        Some((&self.pieces[*start as usize..*end as usize], self.complete.first().copied().unwrap_or(true)))
    }

    /// Adds one of pieces that are in order, none empty, none touching the next.
    pub(crate) fn push(&mut self, pieces: &[Ends], complete: bool) {
        self.push_with(|out| {
            out.extend_from_slice(pieces);
            complete
        });
    }

    /// Adds one of the pieces that `write` adds; it says whether they are all there are.
    pub(crate) fn push_with(&mut self, write: impl FnOnce(&mut Vec<Ends>) -> bool) {
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
    pub(crate) fn finish<'a>(self) -> Timelines<'a> {
        Timelines {
            measure: self.measure,
            ranges: self.ranges.into(),
            pieces: Arc::new(self.pieces),
            complete: self.complete.into(),
        }
    }
}
