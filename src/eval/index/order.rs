//! Orders: values that candidates are sorted by.

use std::cmp::Ordering;

use super::super::vector::{Data, Ends, Measure, Vector, whole_value};
use crate::data::State;
use crate::ir::OrderRelation;
use crate::schema::Type;
use crate::value::Value;

/// Whether all values of a type are ordered.
pub(crate) fn is_ordered(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Integer | Type::Decimal | Type::Text | Type::Date | Type::Timestamp | Type::Duration | Type::Enum(_)
    )
}

/// One value for each candidate; that of one without a known value means nothing.
#[derive(Debug)]
pub(crate) enum Ordered {
    /// Whole numbers, days, instants, durations, positions of members.
    Whole(Measure, Vec<i64>),
    /// Anything else.
    Values(Vec<Value>),
}

/// What candidates are compared with.
#[derive(Debug)]
pub(crate) enum Limit {
    /// A whole number.
    Whole(i64),
    /// A value.
    Value(Value),
    /// An interval.
    Interval(Ends),
}

impl Ordered {
    /// Reads the values of a vector.
    pub(crate) fn new(vector: &Vector<'_>) -> Ordered {
        let rows = 0..vector.rows();
        match &vector.data {
            Data::Whole(measure, values) => Ordered::Whole(*measure, rows.map(|row| values[vector.at(row)]).collect()),
            Data::Symbols(_, values) => {
                Ordered::Whole(Measure::Number, rows.map(|row| i64::from(values[vector.at(row)])).collect())
            }
            _ => Ordered::Values(
                rows.map(|row| match vector.state(row) {
                    State::Present => vector.value(row),
                    _ => Value::Boolean(false),
                })
                .collect(),
            ),
        }
    }

    /// Orders two candidates.
    pub(crate) fn compare(&self, left: u32, right: u32) -> Ordering {
        match self {
            Ordered::Whole(_, values) => values[left as usize].cmp(&values[right as usize]),
            Ordered::Values(values) => values[left as usize].cmp(&values[right as usize]),
        }
    }

    /// Orders a candidate against a limit that is no interval.
    fn against(&self, candidate: u32, limit: &Limit) -> Ordering {
        match (self, limit) {
            (Ordered::Whole(_, values), Limit::Whole(limit)) => values[candidate as usize].cmp(limit),
            (Ordered::Whole(measure, values), Limit::Value(limit)) => {
                whole_value(*measure, values[candidate as usize]).cmp(limit)
            }
            (Ordered::Values(values), Limit::Value(limit)) => values[candidate as usize].cmp(limit),
            _ => Ordering::Equal,
        }
    }

    /// What the value of a row is as a limit.
    pub(crate) fn limit(&self, vector: &Vector<'_>, row: usize) -> Limit {
        match (self, &vector.data) {
            (_, Data::Intervals(_, ends)) => Limit::Interval(ends[vector.at(row)]),
            (Ordered::Whole(..), Data::Whole(_, values)) => Limit::Whole(values[vector.at(row)]),
            (Ordered::Whole(..), Data::Symbols(_, values)) => Limit::Whole(i64::from(values[vector.at(row)])),
            _ => Limit::Value(vector.value(row)),
        }
    }

    /// Narrows candidates that are sorted by it to those that stand in the relation to the limit.
    pub(crate) fn narrow(
        &self,
        sorted: &[u32],
        keys: Option<&[i64]>,
        relation: OrderRelation,
        limit: &Limit,
    ) -> std::ops::Range<usize> {
        if let Limit::Interval((from, until)) = limit {
            let start = self.first(sorted, keys, &Limit::Whole(*from), false);
            let end = self.first(sorted, keys, &Limit::Whole(*until), false);
            return start..end.max(start);
        }
        match relation {
            OrderRelation::Less => 0..self.first(sorted, keys, limit, false),
            OrderRelation::LessOrEqual => 0..self.first(sorted, keys, limit, true),
            OrderRelation::Greater => self.first(sorted, keys, limit, true)..sorted.len(),
            OrderRelation::GreaterOrEqual => self.first(sorted, keys, limit, false)..sorted.len(),
            // `during` something that is no interval.
            OrderRelation::During => 0..0,
        }
    }

    /// The position of the first candidate that is at or behind the limit; `behind`: really behind it.
    fn first(&self, sorted: &[u32], keys: Option<&[i64]>, limit: &Limit, behind: bool) -> usize {
        let before = |order: Ordering| if behind { order.is_le() } else { order.is_lt() };
        match (keys, limit) {
            (Some(keys), Limit::Whole(limit)) => keys.partition_point(|key| before(key.cmp(limit))),
            _ => sorted.partition_point(|candidate| before(self.against(*candidate, limit))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELATIONS: [OrderRelation; 4] =
        [OrderRelation::Less, OrderRelation::LessOrEqual, OrderRelation::Greater, OrderRelation::GreaterOrEqual];

    fn admits(relation: OrderRelation, order: Ordering) -> bool {
        match relation {
            OrderRelation::Less => order.is_lt(),
            OrderRelation::LessOrEqual => order.is_le(),
            OrderRelation::Greater => order.is_gt(),
            OrderRelation::GreaterOrEqual => order.is_ge(),
            OrderRelation::During => false,
        }
    }

    #[test]
    fn narrowing_keeps_exactly_those_in_the_relation() {
        let values = vec![1, 3, 3, 3, 7, 9];
        let sorted: Vec<u32> = (0..values.len() as u32).collect();
        let as_values = values.iter().map(|value| whole_value(Measure::Number, *value)).collect();
        let whole = Ordered::Whole(Measure::Number, values.clone());
        for (ordered, keys) in [(&whole, Some(&values[..])), (&whole, None), (&Ordered::Values(as_values), None)] {
            for (relation, limit) in RELATIONS.into_iter().flat_map(|relation| (0..=10).map(move |l| (relation, l))) {
                let as_value = Limit::Value(whole_value(Measure::Number, limit));
                let limits = if keys.is_some() { vec![Limit::Whole(limit), as_value] } else { vec![as_value] };
                let expected: Vec<usize> =
                    (0..values.len()).filter(|at| admits(relation, values[*at].cmp(&limit))).collect();
                for limit in limits {
                    let found: Vec<usize> = ordered.narrow(&sorted, keys, relation, &limit).collect();
                    assert_eq!(found, expected, "{relation:?} {limit:?}");
                }
            }
        }
        let during =
            |from, until| whole.narrow(&sorted, Some(&values), OrderRelation::During, &Limit::Interval((from, until)));
        assert_eq!((during(3, 7), during(3, 3), during(i64::MIN, i64::MAX)), (1..4, 1..1, 0..6));
    }
}
