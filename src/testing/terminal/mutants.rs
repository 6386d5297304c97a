//! The changes that no test notices.

use super::super::{ItemMutants, Kind, Mutants};
use super::gate;
use crate::report::terminal::grouped;
use crate::report::terminal::page::{Page, Tone};

/// Writes a line for each rule, advice and define, and under it the changes that no test notices.
pub(super) fn table(page: &mut Page, mutants: &Mutants) {
    if mutants.noticed.whole == 0 {
        return;
    }
    page.rule_off();
    page.row(0, "Changes", Tone::Strong, "noticed", Tone::Quiet);
    page.blank();
    for item in mutants.items.iter().filter(|item| item.noticed.whole > 0) {
        one_item(page, item);
    }
}

fn one_item(page: &mut Page, item: &ItemMutants) {
    let (mark, tone) = match () {
        () if item.noticed.part == item.noticed.whole => ("✓", Tone::Good),
        () if item.noticed.part == 0 => ("✗", Tone::Bad),
        () => ("◐", Tone::Doubtful),
    };
    let name = match item.kind {
        Kind::Advice => format!("{} (advice)", item.id),
        Kind::Define => format!("{} (define)", item.id),
        Kind::Rule | Kind::NotKnown => item.id.clone(),
    };
    let counts = format!("{} of {}", grouped(item.noticed.part), grouped(item.noticed.whole));
    page.row(0, &format!("{mark} {name}"), tone, &counts, Tone::Quiet);
    if item.tests == 0 {
        page.line(4, Tone::Plain, "no test is about it");
        return;
    }
    for mutant in &item.unnoticed {
        let place = format!("{}:{}", mutant.policy.file, mutant.policy.line);
        page.row(4, &mutant.change, Tone::Plain, &place, Tone::Quiet);
    }
}

/// Writes how much of all is noticed.
pub(super) fn summary(page: &mut Page, mutants: &Mutants) {
    gate(page, "Mutation", mutants.noticed, "small changes are noticed by a test", mutants.gate.as_ref());
}
