//! Six rules, `shall` beside DuckDB.
//!
//! Both read the same files and have to find the same number of failing and of undetermined subjects for each rule; if they do not, the run fails.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::measure::{Cost, measure};
use crate::{Found, benches, shall, show_answer, show_costs};

/// The release of DuckDB that is measured against.
const DUCKDB: &str = "2.0.0";

/// Measures both in turn.
///
/// # Errors
///
/// If one of them cannot be run, or if their answers differ.
pub(crate) fn run(export: &Path, workload: &Path, runs: usize, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let duckdb = duckdb(workload);
    if let Err(reason) = &duckdb {
        writeln!(out, "DuckDB is left out: {reason}")?;
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // The first round fills the page cache and is not counted.
    for round in 0..=runs {
        // Faults are planted, so the run ends with 1.
        let (our_cost, our_answer) = shall(export, workload, &["records.shall", "six-rules"], 1)?;
        if let Ok(python) = &duckdb {
            let (their_cost, their_answer) = six_rules(python, export, workload)?;
            if our_answer != their_answer {
                return Err(format!(
                    "the two differ (fails, unknown)\n  shall  {our_answer:?}\n  DuckDB {their_answer:?}"
                )
                .into());
            }
            if round > 0 {
                theirs.push(their_cost);
            }
        }
        match round {
            0 => show_answer(out, &our_answer)?,
            _ => ours.push(our_cost),
        }
    }
    let mut kinds = vec![(concat!("shall ", env!("CARGO_PKG_VERSION")), ours)];
    let name = format!("DuckDB {DUCKDB}");
    if !theirs.is_empty() {
        kinds.push((&name, theirs));
    }
    show_costs(out, &kinds)?;
    Ok(())
}

/// The Python that has DuckDB, made on the first run.
fn duckdb(workload: &Path) -> Result<PathBuf, String> {
    let venv = workload.join(format!("duckdb-{DUCKDB}"));
    let python = venv.join("bin/python");
    let succeeds = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    let ready = || succeeds(Command::new(&python).args(["-c", "import duckdb"]));
    if ready() {
        return Ok(python);
    }
    if !succeeds(Command::new("python3").args(["-m", "venv"]).arg(&venv)) {
        return Err("`python3 -m venv` does not work here".into());
    }
    if !succeeds(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).arg(format!("duckdb=={DUCKDB}")))
        || !ready()
    {
        return Err(format!("duckdb {DUCKDB} could not be installed from PyPI"));
    }
    Ok(python)
}

/// Runs DuckDB on the export.
fn six_rules(python: &Path, export: &Path, workload: &Path) -> Result<(Cost, Found), Box<dyn Error>> {
    let mut command = Command::new(python);
    command.arg(benches("six-rules/six_rules.py")).arg(benches("six-rules/six_rules.sql")).current_dir(export);
    // Where it may spill to.
    command.env("TMPDIR", workload);
    let (cost, answer) = measure(&command, 0)?;
    let mut found = Found::new();
    for line in answer.lines() {
        let [rule, fails, unknown] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("DuckDB answered {line:?}").into());
        };
        found.insert(rule.to_owned(), (fails.parse()?, unknown.parse()?));
    }
    Ok((cost, found))
}
