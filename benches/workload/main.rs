//! Six rules over a wide export, `shall` beside DuckDB: whole processes, in turn, in one run.
//!
//! `cargo bench --bench workload -- --incidents 1000000 --runs 5`
//!
//! The export is generated once for each size. Both programs read the same files and have to find the same number of failing and
//! of undetermined subjects for each rule; if they do not, the run fails. `docs/performance.md` says what the figures mean.

mod generate;
mod measure;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use generate::Size;
use measure::{Cost, Figure, measure};

/// The release of DuckDB that is measured against.
const DUCKDB: &str = "2.0.0";
const SEED: u64 = 20_000;

/// How many subjects of a rule fail, and of how many it is not known.
type Found = BTreeMap<String, (u64, u64)>;

struct Arguments {
    incidents: u64,
    runs: usize,
}

fn arguments() -> Result<Arguments, Box<dyn Error>> {
    let mut arguments = Arguments { incidents: 1_000_000, runs: 5 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number =
            || words.next().ok_or(format!("{word} needs a number"))?.parse::<u64>().map_err(|e| e.to_string());
        match word.as_str() {
            "--incidents" => arguments.incidents = number()?,
            "--runs" => arguments.runs = number()?.max(1) as usize,
            // Cargo adds this.
            "--bench" => {}
            _ => return Err(format!("{word} is not understood; there are --incidents N and --runs N").into()),
        }
    }
    Ok(arguments)
}

fn main() -> ExitCode {
    match run(&mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "workload: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let Arguments { incidents, runs } = arguments()?;
    let workload = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workload");
    let export = export(&workload, Size::of(incidents), out)?;
    let duckdb = duckdb(&workload);
    if let Err(reason) = &duckdb {
        writeln!(out, "DuckDB is left out: {reason}")?;
    }

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // The first round fills the page cache and is not counted.
    for round in 0..=runs {
        let (our_cost, our_answer) = shall(&export, &workload)?;
        if let Ok(python) = &duckdb {
            let (their_cost, their_answer) = six_rules(python, &export, &workload)?;
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
    show_costs(out, &ours, &theirs)?;
    Ok(())
}

/// Generates the export of that size unless it is there.
fn export(workload: &Path, size: Size, out: &mut impl Write) -> io::Result<PathBuf> {
    let folder = workload.join(size.incidents.to_string());
    // The file that is written last.
    if !folder.join("approval.ndjson").exists() {
        fs::create_dir_all(&folder)?;
        generate::generate(&folder, size, SEED)?;
    }
    let mut bytes = 0;
    for file in fs::read_dir(&folder)? {
        bytes += file?.metadata()?.len();
    }
    let Size { incidents, changes, services } = size;
    writeln!(out, "{incidents} incidents, {changes} changes, {services} services: {} MB of NDJSON", bytes / 1_000_000)?;
    Ok(folder)
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

fn benches(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/workload").join(path)
}

/// Runs `shall` on the export.
fn shall(export: &Path, workload: &Path) -> Result<(Cost, Found), Box<dyn Error>> {
    let report = workload.join("report.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_shall"));
    command.arg("check").arg(export).arg("--no-pack").arg("--policies").arg(benches("policies"));
    command.args(["--format", "json", "--output"]).arg(&report);
    // Faults are planted, so the run ends with 1.
    let (cost, _) = measure(&command, 1)?;
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(report)?)?;
    let mut found = Found::new();
    for rule in report["rules"].as_array().ok_or("the report has no rules")? {
        let count = |name: &str| rule["counts"][name].as_u64().ok_or(format!("the report has no count of {name}"));
        let name = rule["id"].as_str().ok_or("a rule of the report has no id")?;
        found.insert(name.to_owned(), (count("fails")?, count("unknown")?));
    }
    Ok((cost, found))
}

/// Runs DuckDB on the export.
fn six_rules(python: &Path, export: &Path, workload: &Path) -> Result<(Cost, Found), Box<dyn Error>> {
    let mut command = Command::new(python);
    command.arg(benches("six_rules.py")).arg(benches("six-rules.sql")).current_dir(export);
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

fn show_answer(out: &mut impl Write, answer: &Found) -> io::Result<()> {
    writeln!(out, "\n{:<32}{:>10}{:>10}", "rule", "fails", "unknown")?;
    for (rule, (fails, unknown)) in answer {
        writeln!(out, "{rule:<32}{fails:>10}{unknown:>10}")?;
    }
    Ok(())
}

fn show_costs(out: &mut impl Write, ours: &[Cost], theirs: &[Cost]) -> io::Result<()> {
    let runs = format!("{} runs", ours.len());
    writeln!(out, "\n{runs:<16}{:>24}{:>24}{:>24}", "CPU s", "elapsed s", "peak MB")?;
    writeln!(out, "{:<16}{:>24}{:>24}{:>24}", "", "least median most", "least median most", "least median most")?;
    let figures = |costs: &[Cost]| {
        [
            Figure::of(costs, |cost| cost.cpu),
            Figure::of(costs, |cost| cost.elapsed),
            Figure::of(costs, |cost| cost.peak),
        ]
    };
    let mut line = |name: &str, figures: &[Figure; 3]| {
        let [cpu, elapsed, peak] = figures;
        writeln!(out, "{name:<16}{cpu:>24.2}{elapsed:>24.2}{peak:>24.0}")
    };
    let ours = figures(ours);
    line(concat!("shall ", env!("CARGO_PKG_VERSION")), &ours)?;
    if !theirs.is_empty() {
        let theirs = figures(theirs);
        line(&format!("DuckDB {DUCKDB}"), &theirs)?;
        let [cpu, elapsed, peak] = [0, 1, 2].map(|at| ours[at].median / theirs[at].median);
        writeln!(out, "{:<16}{cpu:>24.2}{elapsed:>24.2}{peak:>24.2}", "ratio")?;
    }
    Ok(())
}
