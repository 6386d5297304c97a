//! Rules over a wide generated export: whole processes, in turn, in one run.
//!
//! `cargo bench --bench workload -- six-rules --incidents 1000000 --runs 5`: `shall` beside DuckDB.
//! `cargo bench --bench workload -- working-time --incidents 1000000 --runs 5`: a rule on working time beside the reading of its data.
//!
//! The export is generated once for each size. `docs/performance.md` says what the figures mean.

mod generate;
mod measure;
mod six_rules;
mod working_time;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use generate::Size;
use measure::{Cost, Figure, measure};

const SEED: u64 = 20_000;

/// How many subjects of a rule fail, and of how many it is not known.
type Found = BTreeMap<String, (u64, u64)>;

#[derive(Debug, Clone, Copy)]
enum Workload {
    SixRules,
    WorkingTime,
}

struct Arguments {
    workload: Workload,
    incidents: u64,
    runs: usize,
}

fn arguments() -> Result<Arguments, Box<dyn Error>> {
    let mut arguments = Arguments { workload: Workload::SixRules, incidents: 1_000_000, runs: 5 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number =
            || words.next().ok_or(format!("{word} needs a number"))?.parse::<u64>().map_err(|e| e.to_string());
        match word.as_str() {
            "six-rules" => arguments.workload = Workload::SixRules,
            "working-time" => arguments.workload = Workload::WorkingTime,
            "--incidents" => arguments.incidents = number()?,
            "--runs" => arguments.runs = number()?.max(1) as usize,
            // Cargo adds this.
            "--bench" => {}
            _ => {
                let known = "six-rules or working-time, --incidents N and --runs N";
                return Err(format!("{word} is not understood; there are {known}").into());
            }
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
    let Arguments { workload, incidents, runs } = arguments()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workload");
    let export = export(&folder, Size::of(incidents), out)?;
    match workload {
        Workload::SixRules => six_rules::run(&export, &folder, runs, out),
        Workload::WorkingTime => working_time::run(&export, &folder, runs, out),
    }
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

/// A file or a folder of this benchmark.
fn benches(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/workload").join(path)
}

/// Runs `shall` on the export; it has to end with the status that is expected.
fn shall(export: &Path, workload: &Path, policies: &[&str], expected: i32) -> Result<(Cost, Found), Box<dyn Error>> {
    let report = workload.join("report.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_shall"));
    command.arg("check").arg(export).arg("--no-pack");
    for policies in policies {
        command.arg("--policies").arg(benches(policies));
    }
    command.args(["--format", "json", "--output"]).arg(&report);
    let (cost, _) = measure(&command, expected)?;
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(report)?)?;
    let mut found = Found::new();
    for rule in report["rules"].as_array().ok_or("the report has no rules")? {
        let count = |name: &str| rule["counts"][name].as_u64().ok_or(format!("the report has no count of {name}"));
        let name = rule["id"].as_str().ok_or("a rule of the report has no id")?;
        found.insert(name.to_owned(), (count("fails")?, count("unknown")?));
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

/// What runs cost: each kind on a line, and the ratio of the first to the second.
fn show_costs(out: &mut impl Write, kinds: &[(&str, Vec<Cost>)]) -> io::Result<()> {
    let runs = format!("{} runs", kinds.first().map_or(0, |(_, costs)| costs.len()));
    writeln!(out, "\n{runs:<16}{:>24}{:>24}{:>24}", "CPU s", "elapsed s", "peak MB")?;
    writeln!(out, "{:<16}{:>24}{:>24}{:>24}", "", "least median most", "least median most", "least median most")?;
    let mut medians = Vec::new();
    for (name, costs) in kinds {
        let [cpu, elapsed, peak] = [
            Figure::of(costs, |cost| cost.cpu),
            Figure::of(costs, |cost| cost.elapsed),
            Figure::of(costs, |cost| cost.peak),
        ];
        writeln!(out, "{name:<16}{cpu:>24.2}{elapsed:>24.2}{peak:>24.0}")?;
        medians.push([cpu.median, elapsed.median, peak.median]);
    }
    if let [first, second] = medians[..] {
        let [cpu, elapsed, peak] = [0, 1, 2].map(|at| first[at] / second[at]);
        writeln!(out, "{:<16}{cpu:>24.2}{elapsed:>24.2}{peak:>24.2}", "ratio")?;
    }
    Ok(())
}
