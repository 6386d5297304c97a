//! The table of what tests have seen.

use super::super::{Coverage, ItemCoverage, Kind, Share};
use super::gate;
use crate::report::terminal::page::{Page, Tone};

/// The width of a column of the table.
const COLUMN: usize = 10;

/// Writes a line for each rule, advice and define, and under it what no test has seen.
pub(super) fn table(page: &mut Page, coverage: &Coverage) {
    page.rule_off();
    page.row(0, "Coverage", Tone::Strong, &columns(["outcomes", "branches", "parts"]), Tone::Quiet);
    page.blank();
    for item in &coverage.items {
        one_item(page, item);
    }
}

fn columns(cells: [&str; 3]) -> String {
    cells.iter().map(|cell| format!("{cell:>COLUMN$}")).collect()
}

fn one_item(page: &mut Page, item: &ItemCoverage) {
    let all = item.outcomes + item.branches + item.parts;
    let (mark, tone) = match () {
        () if all.part == all.whole => ("✓", Tone::Good),
        () if all.part == 0 => ("✗", Tone::Bad),
        () => ("◐", Tone::Doubtful),
    };
    let name = match item.kind {
        Kind::Advice => format!("{} (advice)", item.id),
        Kind::Define => format!("{} (define)", item.id),
        Kind::Rule | Kind::NotKnown => item.id.clone(),
    };
    let cells = [item.outcomes, item.branches, item.parts].map(cell);
    let cells = columns([&cells[0], &cells[1], &cells[2]]);
    page.row(0, &format!("{mark} {name}"), tone, &cells, Tone::Quiet);
    if all.part == 0 {
        page.line(4, Tone::Plain, "no test sees anything of it");
        return;
    }
    for missing in &item.missing {
        let place = format!("{}:{}", missing.policy.file, missing.policy.line);
        page.row(4, &missing.what, Tone::Plain, &place, Tone::Quiet);
    }
}

fn cell(share: Share) -> String {
    if share.whole == 0 { "–".to_owned() } else { format!("{}/{}", share.part, share.whole) }
}

/// Writes how much of all was seen.
pub(super) fn summary(page: &mut Page, coverage: &Coverage) {
    gate(page, "Coverage", coverage.share, "outcomes, branches and parts were seen", coverage.gate.as_ref());
}
