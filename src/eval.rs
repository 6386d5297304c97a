//! Programs over tables.
//!
//! Enters: a body of a rule or an advice, a [`Dataset`](crate::data::Dataset), and what the run is told about time.
//! Leaves: an [`Evaluation`], every subject with its status. Total: no panics, no errors; what cannot be computed is
//! unknown. Nothing here knows of outcomes, waivers or exit statuses.

pub mod evaluation;

pub use evaluation::{Binding, Evaluation, StepCount, Subject};
