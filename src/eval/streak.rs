//! Streaks: the longest run of candidates, in order, for which a condition is true.

use std::cmp::Ordering;

use crate::value::{Truth, Value};

/// A candidate that takes part, or may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// What it goes by.
    pub(crate) by: Value,
    /// Whether it takes part for certain.
    pub(crate) certain: bool,
    /// Whether the condition is true of it.
    pub(crate) is: Truth,
}

/// Finds the least and the greatest length that the longest run can have, however what is not known turns out. None where
/// several go by the same and could be put in an order that matters: where the condition is not true of all of them, and not
/// false of all.
pub(crate) fn longest(steps: &mut [Step]) -> Option<(u64, u64)> {
    steps.sort_by(|a, b| a.by.cmp(&b.by));
    for same in steps.chunk_by(|a, b| a.by.cmp(&b.by) == Ordering::Equal).filter(|same| same.len() > 1) {
        if same.iter().any(|step| step.is == Truth::Unknown || step.is != same[0].is) {
            return None;
        }
    }
    let (mut least, mut most) = (Run::default(), Run::default());
    for step in steps {
        match (step.certain, step.is) {
            (true, Truth::True) => least.go_on(),
            // It shortens the run by not being there, and ends it by being there.
            (false, Truth::True) => {}
            _ => least.end(),
        }
        match (step.certain, step.is) {
            (_, Truth::True | Truth::Unknown) => most.go_on(),
            (false, Truth::False) => {}
            (true, Truth::False) => most.end(),
        }
    }
    Some((least.longest, most.longest))
}

#[derive(Default)]
struct Run {
    longest: u64,
    now: u64,
}

impl Run {
    fn go_on(&mut self) {
        self.now += 1;
        self.longest = self.longest.max(self.now);
    }

    fn end(&mut self) {
        self.now = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    /// The longest run where everything is known; none where an order that is not known matters.
    fn by_hand(steps: &[(u32, bool)]) -> Option<u64> {
        let mut steps = steps.to_vec();
        steps.sort_by_key(|(by, _)| *by);
        let differ = |a: &(u32, bool), b: &(u32, bool)| a.0 == b.0 && a.1 != b.1;
        if steps.iter().any(|a| steps.iter().any(|b| differ(a, b))) {
            return None;
        }
        let runs = steps.split(|(_, is)| !is).map(|run| run.len() as u64);
        Some(runs.max().unwrap_or(0))
    }

    /// Every way in which what is not known may turn out.
    fn completions(steps: &[(u32, bool, Truth)]) -> Vec<Vec<(u32, bool)>> {
        let mut ways: Vec<Vec<(u32, bool)>> = vec![Vec::new()];
        for (by, certain, is) in steps {
            let mut choices: Vec<Option<bool>> = match is {
                Truth::True => vec![Some(true)],
                Truth::False => vec![Some(false)],
                Truth::Unknown => vec![Some(true), Some(false)],
            };
            if !certain {
                choices.push(None);
            }
            ways = ways
                .iter()
                .flat_map(|way| {
                    choices.iter().map(move |choice| {
                        let mut way = way.clone();
                        way.extend(choice.map(|is| (*by, is)));
                        way
                    })
                })
                .collect();
        }
        ways
    }

    #[test]
    fn the_bounds_are_those_of_every_way_in_which_it_may_turn_out() {
        let truths = [Truth::True, Truth::False, Truth::Unknown];
        // Every step is one of six kinds, at a place of its own or at the place of the one before.
        for length in 0..=4u32 {
            for code in 0..12u32.pow(length) {
                let (mut code, mut at) = (code, 0);
                let steps: Vec<(u32, bool, Truth)> = (0..length)
                    .map(|_| {
                        let kind = code % 12;
                        code /= 12;
                        at += u32::from(kind < 6);
                        (at, kind % 2 == 0, truths[kind as usize % 6 / 2])
                    })
                    .collect();
                let found = longest(
                    &mut steps
                        .iter()
                        .map(|(by, certain, is)| Step {
                            by: Value::Number(Number::from_integer(i128::from(*by))),
                            certain: *certain,
                            is: *is,
                        })
                        .collect::<Vec<Step>>(),
                );
                let ways: Option<Vec<u64>> = completions(&steps).iter().map(|way| by_hand(way)).collect();
                let expected =
                    ways.map(|ways| (ways.iter().copied().min().unwrap(), ways.iter().copied().max().unwrap()));
                assert_eq!(found, expected, "{steps:?}");
            }
        }
    }
}
