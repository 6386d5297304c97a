//! A rule on working time with holds, beside a rule that reads the same fields and judges nothing.
//!
//! What the first costs more is what judging costs, with the explanation of its findings.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use crate::{shall, show_answer, show_costs};

/// Measures both in turn.
///
/// # Errors
///
/// If one of them cannot be run.
pub(crate) fn run(export: &Path, workload: &Path, runs: usize, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let (mut judging, mut reading) = (Vec::new(), Vec::new());
    // The first round fills the page cache and is not counted.
    for round in 0..=runs {
        let (judged, answer) = shall(export, workload, &["records.shall", "working-time/judging.shall"], 1)?;
        // Nothing is judged, which is status 3.
        let (read, _) = shall(export, workload, &["records.shall", "working-time/reading.shall"], 3)?;
        match round {
            0 => show_answer(out, &answer)?,
            _ => {
                judging.push(judged);
                reading.push(read);
            }
        }
    }
    show_costs(out, &[("judging", judging), ("reading", reading)])?;
    Ok(())
}
