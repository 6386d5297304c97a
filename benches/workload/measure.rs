//! What a process cost, as the system accounts for it once it has ended.

use std::error::Error;
use std::fmt;
use std::process::Command;

/// What one run of a process cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// User and system time of all its threads, in seconds.
    pub(crate) cpu: f64,
    /// From start to end, in seconds.
    pub(crate) elapsed: f64,
    /// The most memory that was resident at once, in MB.
    pub(crate) peak: f64,
}

/// The least, the middle and the greatest of several runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figure {
    least: f64,
    pub(crate) median: f64,
    most: f64,
}

impl Figure {
    /// Of one figure of several runs, of which there is at least one.
    pub(crate) fn of(costs: &[Cost], figure: impl Fn(&Cost) -> f64) -> Figure {
        let mut figures: Vec<f64> = costs.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        Figure { least: figures[0], median: figures[figures.len() / 2], most: figures[figures.len() - 1] }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = formatter.precision().unwrap_or(2);
        let Figure { least, median, most } = self;
        formatter.pad_integral(true, "", &format!("{least:.precision$} {median:.precision$} {most:.precision$}"))
    }
}

/// Runs a command through `time` (GNU), and returns its cost and what it printed.
///
/// # Errors
///
/// If `time` is not there, or the command ends with another status than `expected`.
pub(crate) fn measure(command: &Command, expected: i32) -> Result<(Cost, String), Box<dyn Error>> {
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["--quiet", "--format", "%U %S %e %M"]).arg(command.get_program()).args(command.get_args());
    timed.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        timed.current_dir(folder);
    }
    let output = timed.output().map_err(|error| format!("/usr/bin/time (GNU) does not run: {error}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() != Some(expected) {
        return Err(format!("{command:?} ended with {} instead of {expected}:\n{errors}", output.status).into());
    }
    let line = errors.lines().last().unwrap_or_default();
    let numbers: Vec<f64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [user, system, elapsed, kilobytes] = numbers[..] else { return Err(format!("time wrote {line:?}").into()) };
    let cost = Cost { cpu: user + system, elapsed, peak: kilobytes * 1024.0 / 1e6 };
    Ok((cost, String::from_utf8(output.stdout)?))
}
