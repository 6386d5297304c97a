//! `shall lower`: rules in another language, and the document that they read.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::arguments::{LowerArguments, LowerTarget};
use super::console::Console;
use super::exports::Export;
use super::policies::{self, Policies};
use super::{Failure, faults, output, select, time};
use crate::data::manifest::Demand;
use crate::data::{Limits, Loading, Silent, Unpacked, choose_sources, load, read_manifest};
use crate::ir::reads::Reads;
use crate::ir::{Rule, RunSettings};
use crate::lower::document::{self, Inexact};
use crate::lower::refusal::Refusal;
use crate::lower::rego;
use crate::report::terminal::clean;
use crate::verdict::ExitStatus;

/// Lowers rules, and lists those that cannot be.
///
/// # Errors
/// If the policies do not check, or the export cannot be read, or a file cannot be written.
pub(super) fn run(arguments: &LowerArguments, console: &mut Console) -> Result<ExitStatus, Failure> {
    let LowerTarget::Rego = arguments.to;
    let pending = output::end_on_interrupt();
    let policies = policies::load(&arguments.policies)?;
    let selection = select::select(&policies.checked, &arguments.rules, true)?;
    let errors = selection.errors(&policies.checked);
    if !errors.is_empty() {
        faults::show(&errors, &policies.sources, console);
        return Err(Failure::new("nothing was lowered: the policies have an error"));
    }
    let program = &policies.checked.program;
    let (mut files, mut lowered, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for rule in program.rules.iter().filter(|rule| selection.has_rule(&rule.id)) {
        match rego::lower(&program.environment, rule) {
            Ok(file) => {
                files.push(file);
                lowered.push(rule);
            }
            Err(refusals) => refused.push((rule, refusals)),
        }
    }
    let input = match arguments.data.as_slice() {
        [] => None,
        _ => Some(input(arguments, &policies, &lowered, console)?),
    };
    match &arguments.output {
        None => {
            let texts = files.iter().map(|file| format!("# --- {}\n{}", file.name, file.text));
            console.print(&texts.collect::<Vec<_>>().join("\n"))?;
        }
        Some(folder) => {
            files.extend(rego::support());
            files.extend(input.map(|text| rego::File { name: "input.json".to_owned(), text }));
            for file in &files {
                let path = folder.join(&file.name);
                create(path.parent().unwrap_or(folder))?;
                output::write(&path, &file.text, &pending)?;
            }
            let counts = format!("{} of {} rules lowered", lowered.len(), lowered.len() + refused.len());
            console.print(&format!("{counts}, {} files written to {}\n", files.len(), folder.display()))?;
        }
    }
    list(&policies, &refused, console);
    Ok(if refused.is_empty() { ExitStatus::Conforms } else { ExitStatus::Nonconformity })
}

fn create(folder: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::new(format!("the folder {} cannot be made: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(failed)
}

/// Lists what was refused: the rule, and each reason with its place.
fn list(policies: &Policies, refused: &[(&Rule, Vec<Refusal>)], console: &mut Console) {
    if refused.is_empty() {
        return;
    }
    let mut text = format!("Not lowered ({})\n", refused.len());
    for (rule, refusals) in refused {
        text.push_str(&format!("  {}\n", rule.id));
        for refusal in refusals {
            let place = policies.sources.location(refusal.span);
            let file = clean(&policies.sources.file(refusal.span.file).name);
            let (name, reason) = (refusal.construct.name(), refusal.construct.reason());
            text.push_str(&format!("    {file}:{}:{}: {name}: {reason}\n", place.line, place.column));
        }
    }
    console.notify(&text);
}

/// What the lowered rules read of an export.
fn input(
    arguments: &LowerArguments,
    policies: &Policies,
    rules: &[&Rule],
    console: &mut Console,
) -> Result<String, Failure> {
    let checked = &policies.checked;
    let environment = &checked.program.environment;
    let export = Export::find(&arguments.data)?;
    let mut refuse = |errors: &[crate::data::DataError]| {
        faults::show_data(errors, console);
        Failure::new("nothing was written: the export has an error")
    };
    let files = Unpacked::new(&export, Limits::default()).map_err(|error| refuse(&[error]))?;
    let manifest = read_manifest(&files).map_err(|error| refuse(&[error]))?;
    let names = crate::data::Files::names(&files);
    let sources = choose_sources(&environment.schema, &checked.sources, &arguments.source, &names)
        .map_err(|error| refuse(&[error]))?;
    let settings = RunSettings {
        as_of: match arguments.as_of.as_deref() {
            Some(text) => Some(time::as_of(text, environment.zone.as_ref())?),
            None => manifest.as_ref().and_then(|manifest| manifest.extracted_at(&names)),
        },
        period: match arguments.period.as_deref() {
            Some(text) => Some(time::period(text)?),
            None => manifest.as_ref().and_then(|manifest| manifest.period),
        },
    };
    let mut reads = Reads::default();
    rules.iter().for_each(|rule| reads.add_body(environment, &rule.body));
    let loading = Loading {
        manifest: manifest.as_ref(),
        demand: Demand { settings, zone: environment.zone.as_ref(), required: arguments.require_manifest },
        ..Loading::new(&environment.schema, &reads, &sources)
    };
    let loaded = load(&loading, &files, &Silent);
    if !loaded.errors.is_empty() {
        return Err(refuse(&loaded.errors));
    }
    let errors = policies.source_errors(&arguments.source, &sources, &reads);
    if !errors.is_empty() {
        faults::show(&errors, &policies.sources, console);
        return Err(Failure::new("nothing was written: the source of the export has an error"));
    }
    let document = document::document(environment, &loaded.dataset, settings, &reads).map_err(|all| inexact(&all))?;
    Ok(format!("{document}\n"))
}

/// Values that JSON cannot carry.
fn inexact(all: &[Inexact]) -> Failure {
    /// Most that are named.
    const MOST: usize = 5;
    let named: BTreeSet<String> = all
        .iter()
        .map(|one| match &one.field {
            Some(field) => format!("{field} of {} {}", one.record, clean(&one.key)),
            None => format!("the {} {}", one.record, one.key),
        })
        .collect();
    let shown: Vec<&str> = named.iter().take(MOST).map(String::as_str).collect();
    let more = match named.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Failure::new(format!(
        "these values are no numbers that every reader of JSON takes exactly: {}{more}",
        shown.join(", ")
    ))
    .with_help(Some(
        "a value that stands for none (such as a date in the year 9999) can be mapped as absent".to_owned(),
    ))
}
