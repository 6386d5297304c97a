//! What came of tests as text for a terminal or a log: a line for each rule, the evidence of what failed under it.

mod coverage;
mod mutants;

use super::{Came, Gate, Kind, Mismatch, Results, Share, TestResult, TestedResults};
use crate::eval::explain::ValueState;
use crate::report::terminal::page::{Page, Tone};
use crate::report::terminal::{Layout, evidence, grouped, one_unknown, subject};

/// Writes results. The text ends with the summary and a line break.
pub fn render(results: &Results, layout: Layout) -> String {
    let mut page = Page::new(layout);
    for tested in &results.tested {
        one_tested(&mut page, tested);
    }
    if let Some(coverage) = &results.coverage {
        coverage::table(&mut page, coverage);
    }
    if let Some(mutants) = &results.mutants {
        mutants::table(&mut page, mutants);
    }
    page.rule_off();
    summary(&mut page, results);
    page.finish()
}

/// Writes the summary alone.
pub fn render_summary(results: &Results, layout: Layout) -> String {
    let mut page = Page::new(layout);
    summary(&mut page, results);
    page.finish()
}

fn one_tested(page: &mut Page, tested: &TestedResults) {
    let passed = tested.tests.iter().filter(|test| test.came == Came::Passed).count() as u64;
    let total = tested.tests.len() as u64;
    let (mark, tone) = match () {
        () if passed == total => ("✓", Tone::Good),
        () if tested.tests.iter().any(|test| matches!(test.came, Came::Failed { .. })) => ("✗", Tone::Bad),
        () => ("?", Tone::Doubtful),
    };
    let count = if passed == total { tests(total) } else { format!("{} of {} passed", grouped(passed), tests(total)) };
    let name = match tested.kind {
        Kind::Rule | Kind::Define => tested.id.clone(),
        Kind::Advice => format!("{} (advice)", tested.id),
        Kind::NotKnown => "tests of nothing that is known".to_owned(),
    };
    page.row(0, &format!("{mark} {name}"), tone, &count, Tone::Quiet);
    for test in &tested.tests {
        one_test(page, test);
    }
}

fn tests(count: u64) -> String {
    format!("{} test{}", grouped(count), if count == 1 { "" } else { "s" })
}

fn one_test(page: &mut Page, test: &TestResult) {
    let place = format!("{}:{}", test.policy.file, test.policy.line);
    let title = test.title.as_deref().unwrap_or("(without a title)");
    match &test.came {
        Came::Passed => {}
        Came::Failed { mismatches } => {
            page.row(2, &format!("✗ {title}"), Tone::Bad, &place, Tone::Quiet);
            mismatches.iter().for_each(|mismatch| one_mismatch(page, mismatch));
        }
        Came::NotRun { reasons } => {
            page.row(2, &format!("? {title}: not run"), Tone::Doubtful, &place, Tone::Quiet);
            reasons.iter().for_each(|reason| page.line(6, Tone::Plain, reason));
        }
    }
}

fn one_mismatch(page: &mut Page, mismatch: &Mismatch) {
    let line = format!("line {}", mismatch.policy.line);
    page.row(4, &format!("- expected {}", mismatch.expected), Tone::Good, &line, Tone::Quiet);
    page.hanging(4, Tone::Bad, "+ got ", &mismatch.got);
    for one in &mismatch.subjects {
        if one.explanation.causes.is_empty() {
            subject(page, &one.explanation, &format!("  ({})", one.came));
            evidence(page, &one.explanation);
        } else {
            one_unknown(page, &one.explanation);
        }
        let unknown = one.explanation.lets.iter().filter(|value| value.state == ValueState::Unknown);
        let unknown: Vec<&str> = unknown.map(|value| value.expression.as_str()).collect();
        if !unknown.is_empty() && !one.explanation.causes.is_empty() {
            page.line(8, Tone::Quiet, &format!("so {} not known", listed(&unknown)));
        }
    }
}

/// `a is`, `a and b are`
fn listed(names: &[&str]) -> String {
    format!("{} {}", names.join(" and "), if names.len() == 1 { "is" } else { "are" })
}

fn summary(page: &mut Page, results: &Results) {
    let summary = results.summary;
    let parts: Vec<String> =
        [(summary.failed, "failed"), (summary.not_run, "could not be run"), (summary.passed, "passed")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", grouped(count)))
            .collect();
    let tone = match (summary.failed, summary.not_run) {
        (0, 0) => Tone::Good,
        (_, 0) => Tone::Bad,
        _ => Tone::Doubtful,
    };
    let rules = results.tested.iter().filter(|tested| tested.kind == Kind::Rule).count() as u64;
    let advice = results.tested.iter().filter(|tested| tested.kind == Kind::Advice).count() as u64;
    let mut of = Vec::new();
    if rules > 0 {
        of.push(format!("{} rule{}", grouped(rules), if rules == 1 { "" } else { "s" }));
    }
    if advice > 0 {
        of.push(format!("{} advice", grouped(advice)));
    }
    let of = if of.is_empty() { String::new() } else { format!(" of {}", of.join(" and ")) };
    page.line(0, tone, &format!("{}{of}: {}.", tests(summary.tests), parts.join(", ")));
    if let Some(coverage) = &results.coverage {
        coverage::summary(page, coverage);
    }
    if let Some(mutants) = &results.mutants {
        mutants::summary(page, mutants);
    }
}

/// Writes a share of something, and whether it is what it has to be.
fn gate(page: &mut Page, name: &str, share: Share, what: &str, gate: Option<&Gate>) {
    let (demand, tone) = match gate {
        None => (String::new(), Tone::Plain),
        Some(gate) if gate.is_met => (format!("; at least {} was asked for", gate.at_least), Tone::Good),
        Some(gate) => (format!("; that is less than {}", gate.at_least), Tone::Bad),
    };
    let counts = format!("{} of {} {what}", grouped(share.part), grouped(share.whole));
    page.line(0, tone, &format!("{name} {}: {counts}{demand}.", share.percent()));
}
