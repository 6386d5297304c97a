//! Faults in policies and in the files of an export, on standard error.

use anstyle::AnsiColor;

use super::console::Console;
use crate::data::DataError;
use crate::diagnostic::render::render;
use crate::diagnostic::{Code, Diagnostic};
use crate::report::terminal::clean;
use crate::source::Sources;

/// Shows diagnostics, each with its lines of policy. Of those that one missing line makes, the first and their number.
pub(super) fn show(diagnostics: &[Diagnostic], sources: &Sources, console: &mut Console) {
    let styled = console.errors_styled();
    let mut without_zone = diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::MissingZone);
    let first = without_zone.next();
    for diagnostic in diagnostics {
        if diagnostic.code == Code::MissingZone && first != Some(diagnostic) {
            continue;
        }
        console.notify(&render(diagnostic, sources, styled));
        console.notify("\n");
    }
    match without_zone.count() {
        0 => {}
        1 => console.notify("1 more place needs the zone\n\n"),
        more => console.notify(&format!("{more} more places need the zone\n\n")),
    }
}

/// Shows errors in files of the export, each with its place.
pub(super) fn show_data(errors: &[DataError], console: &mut Console) {
    for error in errors {
        let kind = format!("error[{}]", error.code.name());
        let place = match (&error.file, error.line) {
            (Some(file), Some((line, column))) => format!("\n  --> {}:{line}:{column}", clean(file)),
            (Some(file), None) => format!("\n  --> {}", clean(file)),
            _ => String::new(),
        };
        console.message(&kind, AnsiColor::Red, &error.message, &place, error.help.as_deref());
    }
}

/// An error in a file of the export, on one line.
pub(super) fn one_line(error: &DataError) -> String {
    let place = match (&error.file, error.line) {
        (Some(file), Some((line, column))) => format!("{file}:{line}:{column}: "),
        (Some(file), None) => format!("{file}: "),
        _ => String::new(),
    };
    format!("{place}{} [{}]", error.message, error.code.name())
}
