//! `shall explain`: a rule, an advice, or a code.

use std::collections::BTreeSet;

use super::Failure;
use super::arguments::ExplainArguments;
use super::console::Console;
use super::policies::{self, Policies};
use crate::check::Status;
use crate::diagnostic::{Code, closest};
use crate::ir::plan::plan;
use crate::ir::reads::Reads;
use crate::ir::{Advice, Binding, Body, Citation, Rule};
use crate::report::build::citations;
use crate::verdict::ExitStatus;

/// Explains what the arguments name.
///
/// # Errors
/// If there is nothing of that name, or it does not check, or the policies cannot be read.
pub(super) fn run(arguments: &ExplainArguments, console: &mut Console) -> Result<ExitStatus, Failure> {
    if let Some(code) = Code::from_name(&arguments.name) {
        console.print(code.page())?;
        return Ok(ExitStatus::Conforms);
    }
    let policies = policies::load_to_show(&arguments.policies)?;
    let checked = &policies.checked;
    let rule = checked.program.rules.iter().find(|rule| rule.id == arguments.name);
    let advice = checked.advice.advice.iter().find(|advice| advice.id == arguments.name);
    let mut text = match (rule, advice) {
        (Some(rule), _) => page_of_rule(&policies, rule),
        (None, Some(advice)) => page_of_advice(&policies, advice),
        (None, None) => return Err(not_found(&policies, &arguments.name, console)),
    };
    if let Some(body) = rule.map(|rule| &rule.body).or_else(|| advice.map(|advice| &advice.body))
        && arguments.plan
    {
        add_plan(&policies, body, &mut text);
    }
    console.print(&text)?;
    Ok(ExitStatus::Conforms)
}

fn not_found(policies: &Policies, name: &str, console: &mut Console) -> Failure {
    let checked = &policies.checked;
    let statuses: Vec<&Status> = checked.rules.iter().chain(&checked.advice_status).collect();
    if let Some(broken) = statuses.iter().find(|status| status.id.as_deref() == Some(name)) {
        super::faults::show(&broken.diagnostics, &policies.sources, console);
        return Failure::new(format!("`{name}` does not check"));
    }
    let known: BTreeSet<&str> = statuses
        .iter()
        .filter_map(|status| status.id.as_deref())
        .chain(Code::ALL.iter().map(|code| code.name()))
        .collect();
    let help = match closest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`shall rules` lists the rules and the advice".to_owned(),
    };
    Failure::new(format!("there is no rule, advice or code `{name}`")).with_help(Some(help))
}

fn page_of_rule(policies: &Policies, rule: &Rule) -> String {
    let mut text = format!("rule {}\n  {}\n", rule.id, rule.title);
    let environment = &policies.checked.program.environment;
    let mut reads = Reads::default();
    reads.add_body(environment, &rule.body);
    reads.add_grade(environment, rule.grade.as_ref());
    add_facts(policies, &reads, &rule.citations, rule.span, &mut text);
    let supporting: Vec<&Advice> =
        policies.checked.advice.advice.iter().filter(|advice| advice.supports.contains(&rule.id)).collect();
    if !supporting.is_empty() {
        text.push_str("\nAdvice that supports it\n");
        supporting.iter().for_each(|advice| text.push_str(&format!("  {}: {}\n", advice.id, advice.title)));
    }
    text
}

fn page_of_advice(policies: &Policies, advice: &Advice) -> String {
    let mut text = format!("advice {}\n  {}\n", advice.id, advice.title);
    let mut reads = Reads::default();
    reads.add_body(&policies.checked.program.environment, &advice.body);
    add_facts(policies, &reads, &advice.citations, advice.span, &mut text);
    if !advice.supports.is_empty() {
        text.push_str(&format!("\nSupports\n  {}\n", advice.supports.join(", ")));
    }
    text
}

/// Adds what a rule and an advice have in common: citations, text, what is read, parameters.
fn add_facts(policies: &Policies, reads: &Reads, cited: &[Citation], name: crate::source::Span, text: &mut String) {
    let environment = &policies.checked.program.environment;
    text.push_str("\nCites\n");
    for citation in citations(environment, cited) {
        let items = if citation.items.is_empty() { String::new() } else { format!(" {}", citation.items.join(", ")) };
        text.push_str(&format!(
            "  {} {}{items}  {}\n",
            citation.standard_title, citation.clause, citation.clause_title
        ));
    }
    let place = policies.sources.location(name);
    text.push_str(&format!("\nText ({}:{})\n", policies.sources.file(name.file).name, place.line));
    for line in policies.item_text(name).trim_end().lines() {
        text.push_str(format!("  {line}").trim_end());
        text.push('\n');
    }
    if !reads.records.is_empty() {
        text.push_str("\nReads\n");
    }
    for record in &reads.records {
        let record_type = environment.schema.record(*record);
        let fields: Vec<&str> = reads
            .fields
            .iter()
            .filter(|(of, _)| of == record)
            .map(|(_, field)| record_type.field_type(*field).name.as_str())
            .collect();
        text.push_str(&format!("  {}: {}\n", record_type.name, fields.join(", ")));
    }
    if !reads.parameters.is_empty() {
        text.push_str("\nParameters\n");
    }
    for parameter in reads.parameters.iter().filter_map(|id| environment.parameters.get(id.0 as usize)) {
        let ty = environment.schema.show(&parameter.ty.base);
        match parameter.bindings.as_slice() {
            [] => text.push_str(&format!("  {}: {ty} = not bound; what reads it is not determined\n", parameter.name)),
            bindings => bindings.iter().for_each(|Binding { shown, since, from, .. }| {
                let since = since.map_or(String::new(), |day| format!("since {day}, "));
                text.push_str(&format!("  {}: {ty} = {shown} ({since}from {from})\n", parameter.name));
            }),
        }
        if let Some(title) = &parameter.title {
            text.push_str(&format!("    {title}\n"));
        }
    }
    add_tables(policies, reads, text);
    add_exclusions(policies, reads, text);
}

/// Adds the policy tables that are looked up.
fn add_tables(policies: &Policies, reads: &Reads, text: &mut String) {
    if !reads.tables.is_empty() {
        text.push_str("\nTables\n");
    }
    for table in reads.tables.iter().filter_map(|id| policies.checked.program.environment.tables.get(id.0 as usize)) {
        text.push_str(&format!("  {} (from {})\n", table.name, table.from));
        for row in &table.rows {
            let shown = policies.sources.text(row.span).split_whitespace().collect::<Vec<_>>().join(" ");
            text.push_str(&format!("    {shown}\n"));
        }
    }
}

/// Adds the standing exclusions of the records that are ranged over.
fn add_exclusions(policies: &Policies, reads: &Reads, text: &mut String) {
    let environment = &policies.checked.program.environment;
    let mut applying =
        reads.exclusions.iter().flat_map(|record| environment.exclusions_of(*record)).map(|(_, one)| one).peekable();
    if applying.peek().is_some() {
        text.push_str("\nLeaves out\n");
    }
    for exclusion in applying {
        let which = policies.sources.text(exclusion.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let (place, file) = (policies.sources.location(exclusion.span), policies.sources.file(exclusion.span.file));
        text.push_str(&format!("  {which} ({}:{})\n    {}\n", file.name, place.line, exclusion.because));
    }
}

/// Adds how the records are found that a body asks for.
fn add_plan(policies: &Policies, body: &Body, text: &mut String) {
    text.push_str("\nPlan\n");
    let lines = plan(&policies.checked.program.environment.schema, body, &policies.sources);
    if lines.is_empty() {
        text.push_str("  no records are looked up\n");
    }
    for line in lines {
        let indent = "  ".repeat(line.depth + 1);
        text.push_str(&format!("{indent}{} {} {}: {}\n", line.word, line.domain, line.variable, line.path.name()));
        text.push_str(&format!("{indent}    {}\n", line.path.cost()));
        for (what, conditions) in [
            ("found by", &line.by),
            ("asked once of each", &line.once_each),
            ("asked of each that is left", &line.each_pair),
        ] {
            conditions.iter().for_each(|condition| text.push_str(&format!("{indent}    {what}: {condition}\n")));
        }
        if let Some(starts) = &line.starts {
            let often = if starts.differ { "once for each distinct start" } else { "once" };
            text.push_str(&format!("{indent}    edges are followed {often}, from: {}\n", starts.text));
        }
    }
    if let Some(rego) = body.rego() {
        text.push_str(&format!(
            "  rego {}: once\n      asked once for the whole run, of all that it reads\n",
            rego.name()
        ));
    }
}
