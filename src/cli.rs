//! The command line: the only place that reads or writes files and streams.
//!
//! Enters: arguments. Leaves: what is written to standard output, standard error and `--output`, and the exit status. Each
//! verb has a file of its own and writes through the console that it is handed.

mod arguments;
mod attachments;
mod check;
mod console;
mod explain;
mod exports;
mod faults;
mod fmt;
mod lower;
mod manifest;
mod output;
mod policies;
mod progress;
mod rego;
mod rules;
mod select;
mod source;
mod test;
mod time;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

use crate::verdict::ExitStatus;
use arguments::{Arguments, Verb};
use console::Console;

/// Why a run could not be done, as one message for people: what is wrong and, where something is known, what to do.
///
/// Faults in policies and in data have shapes of their own and are shown before; then the message is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Failure {
    message: Option<String>,
    help: Option<String>,
}

impl Failure {
    fn new(message: impl Into<String>) -> Failure {
        Failure { message: Some(message.into()), help: None }
    }

    fn with_help(mut self, help: Option<String>) -> Failure {
        self.help = help;
        self
    }

    /// What is wrong was shown already.
    fn shown() -> Failure {
        Failure::default()
    }
}

/// Runs the program with its arguments, the first being its own name, and returns the exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    ExitCode::from(catch_unwind(AssertUnwindSafe(|| status(arguments))).unwrap_or_else(|_| {
        // The panic hook has said where. Two rather than Rust's 101: the run could not be done.
        Console::new(clap::ColorChoice::Auto)
            .error("internal error", Some("please report it, with the policies that the run used"));
        ExitStatus::CouldNotRun.number()
    }))
}

fn status(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are asked for; everything else is wrong usage. A closed pipe is nobody's fault.
            let _ = error.print();
            return if error.use_stderr() { ExitStatus::CouldNotRun.number() } else { 0 };
        }
    };
    let mut console = Console::new(arguments.color.into());
    let result = match &arguments.verb {
        Verb::Check(check) => check::run(check, &mut console),
        Verb::Explain(explain) => explain::run(explain, &mut console),
        Verb::Fmt(fmt) => fmt::run(fmt, &mut console),
        Verb::Lower(lower) => lower::run(lower, &mut console),
        Verb::Manifest(manifest) => manifest::run(manifest, &mut console),
        Verb::RegoWorker { seconds } => rego::work(*seconds, &mut console),
        Verb::Rules(rules) => rules::run(rules, &mut console),
        Verb::Source(source) => source::run(source, &mut console),
        Verb::Test(test) => test::run(test, &mut console),
    };
    match result {
        Ok(status) => status.number(),
        Err(failure) => {
            if let Some(message) = &failure.message {
                console.error(message, failure.help.as_deref());
            }
            ExitStatus::CouldNotRun.number()
        }
    }
}
