//! The test suite: one binary, one module for each concern.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so; clippy knows test functions but not what they call"
)]

mod agreement;
mod attached;
mod calendars;
mod check;
mod cli;
mod draft;
mod errors;
mod format;
mod generate;
mod holidays;
mod language;
mod layers;
mod linear;
mod lowering;
mod modality;
mod oracle;
mod policies;
mod report;
mod sample;
mod services;
mod syntax;
mod tools;
mod workload;
