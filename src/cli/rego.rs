//! Rego in a process of its own: the interpreter cannot bound what it takes, so the system does.
//!
//! The program starts itself with a hidden verb. What is asked goes in as JSON, the answer comes out as JSON, and a process that
//! takes too much of anything ends without one.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus as ChildStatus, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use super::Failure;
use super::policies::{files_under, shown_name, text_of};
use crate::check::LARGEST_ATTACHMENT;
use crate::ir::rego::Module;
use crate::rego::{self, Answer, Fault, Package, Question, Ruling};
use crate::verdict::ExitStatus;

/// Most memory, in bytes, that the evaluation of one package may take.
const MEMORY: u64 = 4 << 30;
/// How many times its time of the processor it may take by the clock: for systems that cannot limit the former, and busy ones.
const PATIENCE: u64 = 10;
/// The stack on which the interpreter runs, in bytes.
const STACK: usize = 64 << 20;

/// Policies as conftest has them.
#[derive(Default)]
pub(super) struct Policy {
    /// Their modules, in order of name.
    pub(super) modules: Vec<Module>,
    /// The packages that judge.
    pub(super) packages: Vec<Package>,
}

/// Reads all `.rego` files under some paths but tests.
///
/// # Errors
/// There is none, or one cannot be read, or is no Rego, or no package judges.
pub(super) fn policy(paths: &[PathBuf], seconds: u64) -> Result<Policy, Failure> {
    let mut modules: Vec<Module> = Vec::new();
    for path in paths {
        let known = modules.len();
        for found in files_under(path, &mut BTreeSet::new())? {
            let name = found.relative.as_str();
            if !name.ends_with(".rego") || name.ends_with("_test.rego") {
                continue;
            }
            let file = shown_name(&found.path);
            let failed = |why: String| Failure::new(format!("{file} cannot be read: {why}"));
            let size = fs::metadata(&found.path).map_err(|error| failed(error.to_string()))?.len();
            if size > LARGEST_ATTACHMENT as u64 {
                return Err(failed(format!("it has {size} bytes, more than the limit of {LARGEST_ATTACHMENT}")));
            }
            let bytes = fs::read(&found.path).map_err(|error| failed(error.to_string()))?;
            modules.push(Module { text: text_of(bytes).map_err(failed)?, file });
        }
        if modules.len() == known {
            let help = "name a folder with `.rego` files; those of tests (`_test.rego`) do not count";
            return Err(
                Failure::new(format!("there is no Rego in {}", path.display())).with_help(Some(help.to_owned()))
            );
        }
    }
    modules.sort_by(|one, other| one.file.cmp(&other.file));
    modules.dedup_by(|one, other| one.file == other.file);
    let packages = packages(&modules, seconds).map_err(|fault| {
        let help = "correct it; it is read as Rego v1, with `if` and `contains`";
        Failure::new(format!("no rule was run: {fault}")).with_help(Some(help.to_owned()))
    })?;
    if packages.is_empty() && !paths.is_empty() {
        let help = "a rule begins a line: `deny contains msg if { … }`";
        return Err(Failure::new("no package of the Rego has a rule `deny`, `violation` or `warn`")
            .with_help(Some(help.to_owned())));
    }
    Ok(Policy { modules, packages })
}

/// The packages of a policy that judge.
fn packages(modules: &[Module], seconds: u64) -> Result<Vec<Package>, Fault> {
    if modules.is_empty() {
        return Ok(Vec::new());
    }
    match ask(&Question::Packages(modules.to_vec()), seconds)? {
        Answer::Packages(packages) => Ok(packages),
        Answer::Ruling(_) | Answer::Statements(_) => Err(Fault::beside_the_point()),
    }
}

/// What a package says of a document.
pub(super) fn ruling(policy: &Policy, package: &Package, input: &str, seconds: u64) -> Result<Ruling, Fault> {
    let (modules, package) = (policy.modules.clone(), package.name.clone());
    match ask(&Question::Ruling { modules, package, input: input.to_owned() }, seconds)? {
        Answer::Ruling(ruling) => Ok(ruling),
        Answer::Packages(_) | Answer::Statements(_) => Err(Fault::beside_the_point()),
    }
}

/// How many seconds of the processor Rego may take where nobody says.
pub(super) const SECONDS: u64 = 60;

/// Asks in a process of its own, for as long as is usual.
pub(super) fn ask_as_usual(question: &Question) -> Result<Answer, Fault> {
    ask(question, SECONDS)
}

/// Asks in a process of its own.
pub(super) fn ask(question: &Question, seconds: u64) -> Result<Answer, Fault> {
    let fault = |message: String| Fault { message, place: None };
    let failed = |error: std::io::Error| fault(format!("Rego cannot be run: {error}"));
    let asked = serde_json::to_vec(question).map_err(|error| fault(error.to_string()))?;
    let mut child = Command::new(std::env::current_exe().map_err(failed)?)
        .args(["rego-worker", &seconds.to_string()])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let (mut input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = thread::spawn(move || {
        // A process that has ended reads no more; what it ended of is told below.
        let _ = input.as_mut().map(|input| input.write_all(&asked));
    });
    let output = thread::spawn(move || read(output));
    let errors = thread::spawn(move || read(errors));
    let status = wait(&mut child, Duration::from_secs(PATIENCE * seconds)).map_err(failed)?;
    let _ = write.join();
    let (output, errors) = (output.join().unwrap_or_default(), errors.join().unwrap_or_default());
    if let (Some(true), Ok(answer)) = (status.map(|status| status.success()), serde_json::from_slice(&output)) {
        return answer;
    }
    Err(fault(ended(status, &String::from_utf8_lossy(&errors), seconds)))
}

fn read(stream: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        let _ = stream.read_to_end(&mut bytes);
    }
    bytes
}

/// Waits for a process, and ends it if that takes too long: then there is no status.
fn wait(child: &mut Child, patience: Duration) -> std::io::Result<Option<ChildStatus>> {
    let begin = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begin.elapsed() > patience {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// Why a process ended without an answer.
fn ended(status: Option<ChildStatus>, errors: &str, seconds: u64) -> String {
    if errors.contains("overflowed its stack") {
        return "the Rego calls itself, or nests, deeper than the stack of the interpreter".to_owned();
    }
    if errors.contains("memory allocation") {
        return format!("the Rego takes more than {} GiB of memory", MEMORY >> 30);
    }
    if status.is_none_or(is_out_of_time) {
        let unit = if seconds == 1 { "second" } else { "seconds" };
        return format!("the Rego takes more than {seconds} {unit} of the processor; `--rego-seconds` allows more");
    }
    match errors.lines().find(|line| !line.trim().is_empty()) {
        Some(line) => format!("the interpreter of Rego ended: {}", line.trim()),
        None => "the interpreter of Rego ended without an answer".to_owned(),
    }
}

#[cfg(unix)]
fn is_out_of_time(status: ChildStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    // SIGXCPU, and SIGKILL where that was not heeded.
    matches!(status.signal(), Some(24 | 9))
}

#[cfg(not(unix))]
fn is_out_of_time(_: ChildStatus) -> bool {
    false
}

/// Answers one question from standard input: the hidden verb.
///
/// # Errors
/// The question cannot be read.
pub(super) fn work(seconds: u64, console: &mut super::console::Console) -> Result<ExitStatus, Failure> {
    limit(seconds);
    let mut asked = Vec::new();
    let unreadable = |error: &dyn std::fmt::Display| Failure::new(format!("cannot read what is asked: {error}"));
    std::io::stdin().read_to_end(&mut asked).map_err(|error| unreadable(&error))?;
    let question: Question = serde_json::from_slice(&asked).map_err(|error| unreadable(&error))?;
    drop(asked);
    let (send, answer) = channel();
    let evaluate = move || {
        let _ = send.send(rego::answer(&question));
    };
    let spawned = thread::Builder::new().stack_size(STACK).spawn(evaluate);
    let answer = match (spawned, answer.recv()) {
        (Ok(_), Ok(answer)) => answer,
        _ => return Err(Failure::new("the interpreter gave up")),
    };
    let text = serde_json::to_string(&answer).map_err(|error| unreadable(&error))?;
    console.print(&text)?;
    Ok(ExitStatus::Conforms)
}

#[cfg(unix)]
fn limit(seconds: u64) {
    use rlimit::Resource;
    // A system that knows no such limit has the clock.
    let _ = rlimit::setrlimit(Resource::AS, MEMORY, MEMORY);
    let _ = rlimit::setrlimit(Resource::CPU, seconds, seconds + 1);
    let _ = rlimit::setrlimit(Resource::CORE, 0, 0);
}

#[cfg(not(unix))]
fn limit(_: u64) {}
