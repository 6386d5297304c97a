//! `shall rules`: what there is, by clause.

use super::Failure;
use super::arguments::RulesArguments;
use super::console::Console;
use super::policies;
use crate::check::Status;
use crate::ir::{Citation, Environment};
use crate::report::build::{citations, place};
use crate::verdict::ExitStatus;

/// Lists rules and advice.
///
/// # Errors
/// If the policies cannot be read, or some of them do not check; then what does is listed all the same.
pub(super) fn run(arguments: &RulesArguments, console: &mut Console) -> Result<ExitStatus, Failure> {
    let policies = policies::load_to_show(&arguments.policies)?;
    let checked = &policies.checked;
    let environment = &checked.program.environment;
    let mut text = String::new();
    add(environment, &checked.rules, "Rules", &mut text);
    add(environment, &checked.advice_status, "Advice", &mut text);
    console.print(&text)?;
    let errors: Vec<_> =
        checked.all_diagnostics().into_iter().filter(crate::diagnostic::Diagnostic::is_error).collect();
    if errors.is_empty() {
        return Ok(ExitStatus::Conforms);
    }
    super::faults::show(&errors, &policies.sources, console);
    Err(Failure::shown())
}

fn add(environment: &Environment, statuses: &[Status], heading: &str, text: &mut String) {
    let mut listed: Vec<(Option<&Citation>, &Status)> =
        statuses.iter().map(|status| (status.citations.iter().flatten().next(), status)).collect();
    listed.sort_by_cached_key(|(citation, status)| {
        let clause = citation.map(|citation| (citation.standard.as_str(), citation.clause.as_str()));
        (clause.is_none(), place(clause, status.id.as_deref().unwrap_or("")))
    });
    if listed.is_empty() {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&format!("{heading} ({})\n", listed.len()));
    for group in listed.chunk_by(|a, b| {
        let key =
            |citation: Option<&Citation>| citation.map(|citation| (citation.standard.clone(), citation.clause.clone()));
        key(a.0) == key(b.0)
    }) {
        match group.first().and_then(|(citation, _)| *citation) {
            Some(citation) => citations(environment, std::slice::from_ref(citation)).iter().for_each(|cited| {
                text.push_str(&format!("\n{} {}  {}\n", cited.standard_title, cited.clause, cited.clause_title));
            }),
            None => text.push_str("\nwithout a clause\n"),
        }
        for (_, status) in group {
            let id = status.id.as_deref().unwrap_or("(without a name)");
            let broken = if status.is_broken() { " (does not check)" } else { "" };
            text.push_str(&format!("  {id}{broken}\n    {}\n", status.title.as_deref().unwrap_or("")));
        }
    }
}
