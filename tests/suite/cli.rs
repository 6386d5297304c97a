//! The program as it is run: what it prints, what it returns, what it leaves behind.

mod bad_data;
mod bad_policies;
mod calendars;
mod ending;
mod evidence;
mod fmt;
mod graphs;
mod left_out;
mod lower;
mod manifest;
mod recurring;
mod rego;
mod rego_condition;
mod report;
mod sources;
mod statements;
mod testing;
mod verbs;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder with policies and an export, in which the program is run.
struct Desk {
    folder: tempfile::TempDir,
}

/// Two standards, four records, two rules, one advice.
const POLICIES: &str = r#"zone "Europe/Amsterdam"

standard desk-1 "Desk requirements" requirements {
  clause 8 "Operation" {
    clause 8.5 "Changes"
    clause 8.6 "Incidents"
  }
}

standard desk-2 "Desk guidance" guidance {
  clause 8.6 "Incidents"
}

record service {
  id:   text key
  name: text
}

record incident {
  number:      text key
  service:     -> service
  priority:    {p1, p2, p3}
  opened_at:   timestamp
  resolved_at: timestamp?
}

record change {
  number:     text key
  started_at: timestamp?
}

record approval {
  id:         text key
  change:     -> change
  decided_at: timestamp
}

parameter resolution: duration "How long an incident may take"

bind resolution = 4 hours from "Desk manual, section 2"

rule incident-resolved-in-time
  "An incident is resolved in time"
  cites desk-1 8.6
  for each incident i
    where i.resolved_at is present
    if none: no population
  let taken = i.resolved_at - i.opened_at
  shall taken <= resolution
  because "{i.number} of {i.service.name} took {taken}; the limit is {resolution}"
  major above 50%

rule change-approved
  "A change is approved before it starts"
  cites desk-1 8.5 a
  for each change c
    where c.started_at is present
    if none: no population
  shall exists approval a where a.change = c and a.decided_at <= c.started_at
  because "{c.number} started {c.started_at} without an approval"

advice incident-has-an-end
  "An incident should be resolved"
  cites desk-2 8.6
  supports incident-resolved-in-time
  for each incident i
  should i.resolved_at is present
"#;

const SERVICES: &str = "id,name\nS1,Kayak bookings\n";
const INCIDENTS: &str = "number,service,priority,opened_at,resolved_at\n\
    INC1,S1,p1,2026-01-05T09:00Z,2026-01-05T12:00Z\n\
    INC2,S1,p2,2026-01-06T09:00Z,2026-01-06T14:10Z\n\
    INC3,S1,p3,2026-01-07T09:00Z,\n";
const CHANGES: &str = r#"[
  {"number": "CHG1", "started_at": "2026-01-05T09:00Z"},
  {"number": "CHG2", "started_at": "2026-01-06T09:00Z"}
]
"#;
const APPROVALS: &str = r#"{"id": "APR1", "change": "CHG1", "decided_at": "2026-01-05T08:00Z"}
{"id": "APR2", "change": "CHG2", "decided_at": "2026-01-07T10:05Z"}
{"id": "APR3", "change": "CHG2", "decided_at": "2026-01-06T10:05Z"}
"#;

impl Desk {
    /// An empty folder.
    fn empty() -> Desk {
        Desk { folder: tempfile::tempdir().expect("a folder for the test") }
    }

    /// Policies that check, and an export with one fault for each rule.
    fn new() -> Desk {
        let desk = Desk::empty();
        desk.write("ours/desk.shall", POLICIES);
        desk.write("export/service.csv", SERVICES);
        desk.write("export/incident.csv", INCIDENTS);
        desk.write("export/change.json", CHANGES);
        desk.write("export/approval.ndjson", APPROVALS);
        desk
    }

    /// An export without faults.
    fn sound() -> Desk {
        let desk = Desk::new();
        desk.write("export/incident.csv", INCIDENTS.replace("14:10Z", "12:10Z"));
        desk.write("export/approval.ndjson", APPROVALS.replace("2026-01-06T10:05Z", "2026-01-06T08:05Z"));
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder can be made");
        fs::write(path, content).expect("the file can be written");
    }

    /// Adds policies behind those that are there.
    fn add_policies(&self, text: &str) {
        self.write("ours/more.shall", text);
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).expect("the file can be removed");
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shall"));
        command.args(arguments.split_whitespace()).current_dir(self.folder.path());
        // What a developer's terminal says must not reach a test.
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM"] {
            command.env_remove(variable);
        }
        command
    }

    fn run(&self, arguments: &str) -> Run {
        Run::of(self.command(arguments).output().expect("the program starts"))
    }

    /// Judges the export by the desk's own policies alone.
    fn check(&self, arguments: &str) -> Run {
        self.run(&format!("check export --no-pack --policies ours {arguments}"))
    }

    /// The report of a run as JSON.
    fn json(&self, arguments: &str) -> serde_json::Value {
        let run = self.check(&format!("--format json {arguments}"));
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}\n{}", run.shown()))
    }
}

/// What a run printed and returned.
struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Run {
    fn of(output: Output) -> Run {
        Run {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("standard output is text"),
            stderr: String::from_utf8(output.stderr).expect("standard error is text"),
        }
    }

    /// All of it, for a snapshot.
    fn shown(&self) -> String {
        format!("status: {}\n-- standard output\n{}-- standard error\n{}", self.status, self.stdout, self.stderr)
    }
}

/// Runs a check and keeps all of what it printed and returned.
macro_rules! assert_run {
    ($name:literal, $run:expr) => {
        insta::assert_snapshot!($name, $run.shown())
    };
}
use assert_run;

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).expect("it can be compressed");
    encoder.finish().expect("it can be compressed")
}

/// The names of the files in a folder, hidden ones too.
fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("the entry can be read").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn spawn(mut command: Command) -> std::process::Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}
