//! Signs of a zone that is stated wrongly: differences between two times of one record that cluster at whole hours.

use std::collections::BTreeMap;

use super::super::column::{ColumnValues, State};
use super::super::{Column, Table};
use super::signs::Sign;
use crate::ir::mapping::{FieldSource, Mapping, Reading};
use crate::schema::{FieldId, Schema, Type};
use crate::value::time::format::TimeFormat;

/// Microseconds of an hour, and how far from a whole one still counts as near.
const HOUR: i64 = 3_600_000_000;
const NEAR: i64 = 120_000_000;

/// The most hours by which zones differ.
const MOST_HOURS: i64 = 14;

/// Fewest records that make a cluster.
const FEWEST: u64 = 10;

/// Where a time takes its zone from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Clock {
    /// From its own text: an offset, or a count since 1970.
    Own,
    /// From the source.
    Stated(String),
    /// From its own text where it carries an offset, else from the source.
    Either(String),
}

fn clock(reading: &Reading) -> Clock {
    let forms: Vec<TimeFormat> = reading.times.iter().filter_map(|form| TimeFormat::new(form).ok()).collect();
    let zone = reading.zone.as_ref().map(|zone| zone.name().to_owned());
    match zone {
        _ if reading.unit.is_some() => Clock::Own,
        None => Clock::Own,
        Some(_) if !forms.is_empty() && forms.iter().all(TimeFormat::has_offset) => Clock::Own,
        Some(zone) if forms.is_empty() => Clock::Either(zone),
        Some(zone) => Clock::Stated(zone),
    }
}

/// Looks at each pair of times of the records of a mapping.
pub(super) fn signs(schema: &Schema, mapping: &Mapping, table: &Table) -> Vec<Sign> {
    let record = schema.record(mapping.record);
    let times: Vec<(FieldId, &Column, Clock)> = table
        .columns
        .iter()
        .filter(|(field, _)| record.field_type(**field).ty.base == Type::Timestamp)
        .filter_map(|(field, column)| match mapping.fields.get(field)? {
            FieldSource::Path { reading, .. } | FieldSource::Picked { reading, .. } => {
                Some((*field, column, clock(reading)))
            }
            _ => None,
        })
        .collect();
    let mut signs = Vec::new();
    for (position, (later, of_later, later_clock)) in times.iter().enumerate() {
        for (earlier, of_earlier, earlier_clock) in &times[..position] {
            let sign = Differences::of(of_earlier, of_later).and_then(|of| of.sign(earlier_clock != later_clock));
            signs.extend(sign.map(|(hours, count, of)| Sign::WholeHours {
                earlier: *earlier,
                later: *later,
                hours,
                count,
                of,
            }));
        }
    }
    signs
}

/// How far two times of each record are apart.
#[derive(Debug, Default)]
struct Differences {
    count: u64,
    negative: u64,
    positive: u64,
    /// How many are near to each whole number of hours, zero included.
    near: BTreeMap<i64, u64>,
}

impl Differences {
    fn of(earlier: &Column, later: &Column) -> Option<Differences> {
        let (ColumnValues::Integers(from), ColumnValues::Integers(until)) = (&earlier.values, &later.values) else {
            return None;
        };
        let mut differences = Differences::default();
        for (row, (from, until)) in from.iter().zip(until).enumerate() {
            if earlier.state(row) != State::Present || later.state(row) != State::Present {
                continue;
            }
            let difference = until.saturating_sub(*from);
            differences.count += 1;
            differences.negative += u64::from(difference < -NEAR);
            differences.positive += u64::from(difference > NEAR);
            let hours = difference.saturating_add(HOUR / 2).div_euclid(HOUR);
            if hours.abs() <= MOST_HOURS && difference.abs_diff(hours * HOUR) <= NEAR as u64 {
                *differences.near.entry(hours).or_default() += 1;
            }
        }
        Some(differences)
    }

    /// The whole hours at which they cluster, how many do, and how many there are: with its neighbour, as in summer and winter.
    fn cluster(&self) -> Option<(i64, u64)> {
        let at = |hours: i64| self.near.get(&hours).copied().unwrap_or_default();
        let beside = |hours: i64| {
            [hours - 1, hours + 1].into_iter().filter(|other| *other != 0).map(at).max().unwrap_or_default()
        };
        let most = self
            .near
            .keys()
            .copied()
            .filter(|hours| *hours != 0)
            .max_by_key(|hours| (at(*hours), -hours.abs(), *hours))?;
        Some((most, at(most) + beside(most)))
    }

    /// Whether that is a sign; `differ` says whether the two times take their zones from different places.
    fn sign(&self, differ: bool) -> Option<(i64, u64, u64)> {
        let (hours, count) = self.cluster().filter(|(_, count)| *count >= FEWEST)?;
        // Two clocks that tell of one moment: a quarter or more are apart by the same hours, and fewer are not apart.
        let same = self.near.get(&0).copied().unwrap_or_default();
        if differ && count * 4 >= self.count && count > same {
            return Some((hours, count, self.count));
        }
        // Times that mostly come in one order, and in the other nearly always by the same hours. A planned window never does.
        let against = if hours < 0 { self.negative } else { self.positive };
        let along = if hours < 0 { self.positive } else { self.negative };
        (along > against && count * 4 >= against * 3).then_some((hours, count, against))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(minutes: &[i64], differ: bool) -> Option<(i64, u64, u64)> {
        let column = |values: Vec<i64>| Column {
            ty: Type::Timestamp,
            values: ColumnValues::Integers(values),
            states: Vec::new(),
        };
        let from = column(vec![0; minutes.len()]);
        let until = column(minutes.iter().map(|minutes| minutes * 60_000_000).collect());
        Differences::of(&from, &until)?.sign(differ)
    }

    #[test]
    fn clocks_that_differ_by_the_same_hours_are_a_sign() {
        let mut apart = vec![120; 12];
        apart.extend([133, 500, 1_000, 90]);
        assert_eq!(sign(&apart, true), Some((2, 12, 16)));
        // Times of one clock may well be two hours apart: a planned window is.
        assert_eq!(sign(&apart, false), None);
        // Summer and winter.
        let summer: Vec<i64> = (0..20).map(|row| if row % 3 == 0 { -60 } else { -120 }).collect();
        assert_eq!(sign(&summer, true), Some((-2, 20, 20)));
        assert_eq!(sign(&[0; 30], true), None);
        assert_eq!(sign(&[120; 9], true), None, "too few");
    }

    #[test]
    fn what_is_before_its_cause_by_whole_hours_is_a_sign() {
        let mut mixed: Vec<i64> = (0..40).map(|row| row * 37 + 5).collect();
        mixed.extend([-60; 12]);
        assert_eq!(sign(&mixed, false), Some((-1, 12, 12)));
        // Anything from the other end of the day is no cluster.
        let mut spread: Vec<i64> = (0..40).map(|row| row * 37 + 5).collect();
        spread.extend((1..30).map(|row| -row * 23));
        assert_eq!(sign(&spread, false), None);
    }
}
