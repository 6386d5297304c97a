//! The parts of the page around the rules.

use super::page::{Page, Tone};
use super::{evidence, grouped, one_unknown, subject};
use crate::report::{AdviceReport, AdviceResult, BindingReport, InputFed, InputFile, LeftOutReport, Report};
use crate::verdict::{AdviceOutcome, Outcome};

/// Writes what was looked at, as of when.
pub(super) fn heading(page: &mut Page, report: &Report) {
    page.line(0, Tone::Strong, &format!("{} {}", report.tool.name, report.tool.version));
    let records: u64 = report.inputs.records.iter().map(|record| record.rows).sum();
    let present = report.inputs.records.iter().filter(|record| !record.missing).count() as u64;
    let mut read = format!(
        "{} in {}",
        number(records, "record", "records"),
        number(report.inputs.files.len() as u64, "file", "files")
    );
    let missing = report.inputs.records.len() as u64 - present;
    if missing > 0 {
        read.push_str(&format!("; {} not exported", number(missing, "kind of record is", "kinds of record are")));
    }
    fact(page, "export", &read);
    fact(page, "manifest", &manifest(report));
    if !report.inputs.sources.is_empty() {
        fact(page, "source", &report.inputs.sources.join(", "));
    }
    for (name, given) in [("as of", &report.time.as_of), ("period", &report.time.period)] {
        let text = match given {
            Some(given) => format!("{} ({})", given.value, given.origin),
            None => "not given; what asks for it is not determined".to_owned(),
        };
        fact(page, name, &text);
    }
    if !report.selected.is_empty() {
        fact(page, "selected", &report.selected.join(", "));
    }
}

/// What is known of the completeness of the export.
fn manifest(report: &Report) -> String {
    let inputs = &report.inputs;
    let counts = if inputs.manifest_required { "not taken as complete" } else { "taken as complete" };
    let Some(name) = &inputs.manifest else {
        // Exports may say themselves that there is more.
        let short = inputs.records.iter().any(|record| !record.incomplete.is_empty()) && !inputs.manifest_required;
        let but = if short { ", but for records of which more are stated" } else { "" };
        return format!("none; what was exported is {counts}{but}");
    };
    let is_silent = |file: &&InputFile| file.manifest.as_ref().is_none_or(|entry| entry.complete.is_none());
    match inputs.files.iter().filter(is_silent).count() as u64 {
        0 => name.clone(),
        silent => format!("{name}, which is silent on {}: {counts}", number(silent, "file", "files")),
    }
}

fn fact(page: &mut Page, name: &str, text: &str) {
    page.hanging(2, Tone::Plain, &format!("{name:<10}"), text);
}

fn number(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// Writes the advice, in a section of its own.
pub(super) fn advice(page: &mut Page, report: &Report) {
    let Some(advice) = report.advice.as_ref().filter(|advice| !advice.is_empty()) else { return };
    section(page, "Advice", "what the guidance says; it never changes the result");
    let clause_of = |advice: &AdviceReport| {
        advice.citations.first().map(|citation| (citation.standard.clone(), citation.clause.clone()))
    };
    for group in advice.chunk_by(|a, b| clause_of(a) == clause_of(b)) {
        page.blank();
        if let Some(citation) = group.first().and_then(|advice| advice.citations.first()) {
            let heading = format!("{}  {}", citation.clause, citation.clause_title);
            page.row(2, &heading, Tone::Strong, &citation.standard_title, Tone::Quiet);
        }
        group.iter().for_each(|advice| one_advice(page, advice));
    }
}

fn one_advice(page: &mut Page, advice: &AdviceReport) {
    match &advice.result {
        AdviceResult::NotRun(reasons) => {
            page.row(4, &advice.id, Tone::Plain, "not run", Tone::Doubtful);
            page.line(6, Tone::Plain, &advice.title);
            reasons.iter().for_each(|reason| page.line(6, Tone::Quiet, reason));
        }
        AdviceResult::Run(run) => {
            let tone = match run.outcome {
                AdviceOutcome::NotFollowed => Tone::Advice,
                AdviceOutcome::NotDetermined => Tone::Doubtful,
                AdviceOutcome::Followed => Tone::Good,
                AdviceOutcome::NothingToLookAt => Tone::Quiet,
            };
            page.row(4, &advice.id, Tone::Plain, run.outcome.words(), tone);
            page.line(6, Tone::Plain, &advice.title);
            page.line(6, Tone::Quiet, &run.because);
            for one in &run.not_followed {
                subject(page, one, "");
                evidence(page, one);
            }
            super::left_out(page, run.not_followed_left_out, "do not follow it");
            run.unknown.iter().for_each(|one| one_unknown(page, one));
            super::left_out(page, run.unknown_left_out, "are unknown");
        }
    }
}

fn section(page: &mut Page, title: &str, about: &str) {
    page.rule_off();
    page.row(0, title, Tone::Strong, about, Tone::Quiet);
}

/// Writes what is wrong with values of the export.
pub(super) fn data_findings(page: &mut Page, report: &Report) {
    if report.data_findings.is_empty() {
        return;
    }
    section(page, "Data findings", "values that could not be used; what reads them is not determined");
    for group in &report.data_findings {
        page.blank();
        let field = group.field.as_ref().map_or(group.record.clone(), |field| format!("{}.{field}", group.record));
        page.row(2, &field, Tone::Strong, &format!("{} {}", grouped(group.count), group.code), Tone::Doubtful);
        page.line(4, Tone::Quiet, &group.summary);
        for one in &group.first {
            let place = match (&one.file, one.line) {
                (Some(file), Some(line)) => format!("{file}:{line}: "),
                (Some(file), None) => format!("{file}: "),
                _ => String::new(),
            };
            let key = one.key.as_ref().map_or(String::new(), |key| format!("{key}: "));
            let value = if one.value.is_empty() { String::new() } else { format!("\"{}\": ", one.value) };
            page.hanging(4, Tone::Plain, "- ", &format!("{place}{key}{value}{}", one.note));
        }
        let more = group.count.saturating_sub(group.first.len() as u64);
        if more > 0 && !group.first.is_empty() {
            page.line(4, Tone::Quiet, &format!("and {} more", grouped(more)));
        }
    }
}

/// Writes the parameters with the documents that set them.
pub(super) fn parameters(page: &mut Page, report: &Report) {
    if report.parameters.is_empty() {
        return;
    }
    section(page, "Parameters", "the organization's own numbers");
    page.blank();
    for parameter in &report.parameters {
        if !parameter.bindings.is_empty() {
            for BindingReport { value, since, from } in &parameter.bindings {
                let since = since.as_ref().map_or(String::new(), |since| format!(" since {since}"));
                page.row(2, &format!("{} = {value}{since}", parameter.name), Tone::Plain, from, Tone::Quiet);
            }
            continue;
        }
        match &parameter.value {
            Some(value) => {
                let from = parameter.from.clone().unwrap_or_default();
                page.row(2, &format!("{} = {value}", parameter.name), Tone::Plain, &from, Tone::Quiet);
            }
            None => page.row(2, &parameter.name, Tone::Plain, "not bound", Tone::Doubtful),
        }
    }
}

/// Writes the policy tables with the documents that state them.
pub(super) fn tables(page: &mut Page, report: &Report) {
    if report.tables.is_empty() {
        return;
    }
    section(page, "Tables", "what the organization's policies state as tables");
    page.blank();
    for table in &report.tables {
        page.row(2, &table.name, Tone::Plain, &table.from, Tone::Quiet);
        table.rows.iter().for_each(|row| page.line(4, Tone::Quiet, row));
    }
}

/// Writes the standing exclusions, with how many records each leaves out.
pub(super) fn exclusions(page: &mut Page, report: &Report) {
    if report.exclusions.is_empty() {
        return;
    }
    section(page, "Left out", "records that count nowhere");
    page.blank();
    for exclusion in &report.exclusions {
        let place = format!("{}:{}", exclusion.policy.file, exclusion.policy.line);
        page.row(2, &exclusion.record, Tone::Plain, &place, Tone::Quiet);
        page.line(4, Tone::Quiet, &exclusion.which);
        page.line(4, Tone::Quiet, &left_out(&exclusion.left_out));
    }
}

/// `3 left out, 1 perhaps: merged into another incident`
pub(super) fn left_out(report: &LeftOutReport) -> String {
    let perhaps = match report.perhaps {
        0 => String::new(),
        perhaps => format!(", {} perhaps", grouped(perhaps)),
    };
    format!("{} left out{perhaps}: {}", grouped(report.left_out), report.because)
}

/// Writes which files were read, and what was left out of them.
pub(super) fn inputs(page: &mut Page, report: &Report) {
    let missing: Vec<&str> =
        report.inputs.records.iter().filter(|record| record.missing).map(|record| record.record.as_str()).collect();
    if report.inputs.files.is_empty() && report.inputs.files_not_read.is_empty() && missing.is_empty() {
        return;
    }
    section(page, "Export", "the files that were read");
    page.blank();
    for file in &report.inputs.files {
        file.fed.iter().for_each(|fed| one_fed(page, &file.file, fed));
    }
    if !report.inputs.files_not_read.is_empty() {
        page.hanging(2, Tone::Quiet, "not read: ", &report.inputs.files_not_read.join(", "));
    }
    if !missing.is_empty() {
        page.hanging(2, Tone::Doubtful, "not exported: ", &missing.join(", "));
    }
    for record in report.inputs.records.iter().filter(|record| !record.incomplete.is_empty()) {
        let text = format!("perhaps not all: {}", record.incomplete.join("; "));
        page.hanging(2, Tone::Doubtful, &format!("{}: ", record.record), &text);
    }
}

/// Writes what a mapping took from a file, and what it left out.
pub(crate) fn one_fed(page: &mut Page, file: &str, fed: &InputFed) {
    page.row(2, file, Tone::Plain, &took(fed), Tone::Quiet);
    for left_out in &fed.left_out {
        let because = left_out.because.as_ref().map_or(String::new(), |because| format!(" ({because})"));
        let text = format!("{} left out: {}{because}", grouped(left_out.rows), left_out.choice);
        page.line(4, Tone::Quiet, &text);
    }
}

fn took(fed: &InputFed) -> String {
    if fed.extends {
        let of = if fed.rows == fed.kept { String::new() } else { format!(" of {}", grouped(fed.rows)) };
        let rows = if fed.rows == 1 { "row extends" } else { "rows extend" };
        format!("{}{of} {rows} {}", grouped(fed.kept), fed.record)
    } else if fed.rows == fed.kept {
        format!("{} {}", grouped(fed.kept), fed.record)
    } else {
        format!("{} {} of {} rows", grouped(fed.kept), fed.record, grouped(fed.rows))
    }
}

/// Writes what is doubtful about the policies.
pub(super) fn warnings(page: &mut Page, report: &Report) {
    if report.warnings.is_empty() {
        return;
    }
    section(page, "Warnings", "what is doubtful about the policies");
    page.blank();
    for warning in &report.warnings {
        let text = format!("{}:{}: {} [{}]", warning.policy.file, warning.policy.line, warning.message, warning.code);
        page.hanging(2, Tone::Plain, "- ", &text);
    }
}

/// Writes three lines: the outcomes counted, which rules are meant, and the exit status with its reason.
pub(super) fn summary(page: &mut Page, report: &Report) {
    let summary = &report.summary;
    let tone = match report.exit_status.number {
        0 => Tone::Good,
        1 => Tone::Bad,
        _ => Tone::Doubtful,
    };
    let parts: Vec<String> = [
        (summary.nonconformity, "with a nonconformity"),
        (summary.not_determined, "not determined"),
        (summary.conformity, "conforming"),
        (summary.no_population, "with nothing to judge"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{} {what}", grouped(count)))
    .collect();
    page.line(0, Tone::Plain, &format!("{}: {}.", number(summary.rules, "rule", "rules"), parts.join(", ")));
    let named = |outcome| -> Vec<&str> {
        report.rules.iter().filter(|rule| rule.outcome == outcome).map(|rule| rule.id.as_str()).collect()
    };
    let subjects: u64 = report.rules.iter().map(|rule| rule.counts.population).sum();
    match (named(Outcome::Nonconformity).as_slice(), named(Outcome::NotDetermined).as_slice()) {
        ([], []) => {
            let looked = number(subjects, "subject was", "subjects were");
            page.line(0, Tone::Plain, &format!("{looked} looked at."));
        }
        ([], open) => page.list("Not determined: ", open),
        (bad, _) => page.list("Nonconformity: ", bad),
    }
    page.line(0, tone, &format!("Exit status {}: {}.", report.exit_status.number, report.exit_status.because));
}
