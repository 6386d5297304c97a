//! `shall test`: runs the tests that stand beside rules and advice.

use std::collections::BTreeSet;

use super::arguments::{AtLeast, TestArguments, TestFormat};
use super::console::Console;
use super::policies::{self, Policies};
use super::{Failure, faults, output};
use crate::check::TestStatus;
use crate::diagnostic::Diagnostic;
use crate::ir::test::Tested;
use crate::source::Span;
use crate::testing::{Gate, Results, Scope, Share, json, junit, terminal};
use crate::verdict::ExitStatus;

/// Runs tests and writes what came of them.
///
/// # Errors
/// If there is no test to run, or the policies cannot be read, or the results cannot be written.
pub(super) fn run(arguments: &TestArguments, console: &mut Console) -> Result<ExitStatus, Failure> {
    if arguments.at_least.is_some() && !(arguments.coverage || arguments.mutate) {
        return Err(Failure::new("`--at-least` says how much is enough of nothing")
            .with_help(Some("add `--coverage` or `--mutate`".to_owned())));
    }
    let pending = output::end_on_interrupt();
    let policies = policies::load_for_tests(&arguments.paths, arguments.no_pack)?;
    let errors: Vec<Diagnostic> = policies.checked.all_diagnostics().into_iter().filter(Diagnostic::is_error).collect();
    faults::show(&errors, &policies.sources, console);
    let tests = select(&policies, arguments)?;
    let program = policies.as_program();
    let mut results = program.run(&tests);
    measure(&policies, arguments, &tests, &mut results);
    if arguments.mutate && results.mutants.is_none() {
        console.notify("note: no changes were tried: `--mutate` needs tests that all pass\n");
    }
    write(arguments, &results, console, &pending)?;
    let gates = [
        results.coverage.as_ref().and_then(|coverage| coverage.gate.as_ref()),
        results.mutants.as_ref().and_then(|mutants| mutants.gate.as_ref()),
    ];
    let is_enough = gates.into_iter().flatten().all(|gate| gate.is_met);
    Ok(match () {
        () if !errors.is_empty() || results.summary.not_run > 0 => ExitStatus::CouldNotRun,
        () if results.summary.failed > 0 || !is_enough => ExitStatus::Nonconformity,
        () => ExitStatus::Conforms,
    })
}

/// The tests of the files that were named (of the pack, where none was) that the filter lets through.
fn select<'p>(policies: &'p Policies, arguments: &TestArguments) -> Result<Vec<&'p TestStatus>, Failure> {
    let of_pack = arguments.paths.is_empty();
    let all: Vec<&TestStatus> = policies
        .checked
        .tests
        .iter()
        .filter(|test| policies.sources.file(test.span.file).embedded == of_pack)
        .collect();
    if all.is_empty() {
        let shown: Vec<String> = arguments.paths.iter().map(|path| path.display().to_string()).collect();
        let place = if of_pack { "the pack".to_owned() } else { shown.join(", ") };
        return Err(Failure::new(format!("{place} holds no test"))
            .with_help(Some("write tests beside the rules: `test \"…\" of RULE { given … expect … }`".to_owned())));
    }
    let Some(filter) = &arguments.filter else { return Ok(all) };
    let wanted = filter.to_lowercase();
    let fits = |text: &Option<String>| text.as_ref().is_some_and(|text| text.to_lowercase().contains(&wanted));
    let selected: Vec<&TestStatus> = all.iter().copied().filter(|test| fits(&test.of) || fits(&test.title)).collect();
    if selected.is_empty() {
        let ids = all.iter().filter_map(|test| test.of.as_deref());
        let near = crate::diagnostic::closest(filter, ids).map(|near| format!("did you mean `{near}`?"));
        return Err(Failure::new(format!("`--filter {filter}` lets no test through")).with_help(near));
    }
    Ok(selected)
}

/// Adds what the tests see and notice of the rules, advice and defines in the files that were named; with a filter, of those rules
/// and advice alone that it lets through.
fn measure(policies: &Policies, arguments: &TestArguments, tests: &[&TestStatus], results: &mut Results) {
    let of_pack = arguments.paths.is_empty();
    let checked = &policies.checked;
    let is_own = |span: Span| policies.sources.file(span.file).embedded == of_pack;
    let is_filtered = arguments.filter.is_some();
    let selected: BTreeSet<&str> = tests.iter().filter_map(|test| test.of.as_deref()).collect();
    let tested = |tested: &Tested| {
        let statuses = match tested {
            Tested::Rule(_) => &checked.rules,
            Tested::Advice(_) => &checked.advice_status,
        };
        let status = statuses.iter().find(|status| status.id.as_deref() == Some(tested.id()));
        status.is_some_and(|status| is_own(status.span)) && (!is_filtered || selected.contains(tested.id()))
    };
    let scope = Scope { tested: &tested, define: &|span| is_own(span) && !is_filtered };
    let program = policies.as_program();
    let gate = |share| arguments.at_least.as_ref().map(|least| gate(least, share));
    if arguments.coverage {
        let mut coverage = program.coverage(tests, &scope);
        coverage.gate = gate(coverage.share);
        results.coverage = Some(coverage);
    }
    // A test that fails anyway notices nothing.
    if arguments.mutate && results.summary.passed == results.summary.tests {
        let mut mutants = program.mutants(tests, &scope);
        mutants.gate = gate(mutants.noticed);
        results.mutants = Some(mutants);
    }
}

fn gate(least: &AtLeast, share: Share) -> Gate {
    Gate { at_least: least.shown.clone(), is_met: share.is_at_least(least.share) }
}

fn write(
    arguments: &TestArguments,
    results: &Results,
    console: &mut Console,
    pending: &output::Pending,
) -> Result<(), Failure> {
    let internal = |error: String| Failure::new(format!("internal error: the results cannot be written: {error}"));
    let render = |layout| match arguments.format {
        TestFormat::Terminal => Ok(terminal::render(results, layout)),
        TestFormat::Json => json::render(results).map_err(|error| internal(error.to_string())),
        TestFormat::Junit => junit::render(results).map_err(|error| internal(error.to_string())),
    };
    match &arguments.output {
        Some(path) => {
            output::write(path, &render(console.file_layout())?, pending)?;
            console.print(&terminal::render_summary(results, console.layout()))
        }
        None => console.print(&render(console.layout())?),
    }
}
