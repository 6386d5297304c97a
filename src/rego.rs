//! Rego that an organization has already, read as conftest reads it.
//!
//! Enters: the modules of a package and the document that they judge. Leaves: what the package's rules `deny`, `violation`
//! and `warn` (or `deny_…` and so on) say, and which rows those mean that are the condition of a rule. The interpreter of regorus evaluates; it has no network, no clock and no files, and
//! what would give another result in the next run is refused. It cannot bound what it takes by itself: `cli` gives it a process
//! of its own with limits.

mod as_opa;
mod input;
mod reported;

use as_opa::AsOpa;
pub use input::input;
use regorus::{Engine, Extension, QueryResult, Value};
pub use reported::{Ask, reported, unanswered};
use serde::{Deserialize, Serialize};

use crate::ir::rego::{Module, is_of_kind};

/// What is asked of a policy. Only to parse it may take without end, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// Which packages judge; those with rules to `deny`, `violation` or `warn`, in order of name.
    Packages(Vec<Module>),
    /// What one of them says.
    Ruling {
        /// All modules of the policy.
        modules: Vec<Module>,
        /// The package that is evaluated, such as `main`.
        package: String,
        /// The document that is `input`, as JSON.
        input: String,
    },
    /// What one rule of one of them says.
    Rule {
        /// All modules of the policy.
        modules: Vec<Module>,
        /// The package of the rule.
        package: String,
        /// The rule.
        rule: String,
        /// The document that is `input`, as JSON.
        input: String,
    },
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// The packages that judge.
    Packages(Vec<Package>),
    /// What the package says.
    Ruling(Ruling),
    /// What the rule says, sorted.
    Statements(Vec<Statement>),
}

/// Answers a question.
///
/// # Errors
/// What is wrong with the Rego, or that its rules yield what nobody can read.
pub fn answer(question: &Question) -> Result<Answer, Fault> {
    match question {
        Question::Packages(modules) => packages(modules).map(Answer::Packages),
        Question::Ruling { modules, package, input } => evaluate(modules, package, input).map(Answer::Ruling),
        Question::Rule { modules, package, rule, input } => {
            let yields = Judge::new(modules, input)?.value(&format!("data.{package}.{rule}"), true)?;
            let mut statements = said(rule, &yields)?;
            statements.sort();
            Ok(Answer::Statements(statements))
        }
    }
}

/// Something that a rule of Rego says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Statement {
    /// The rule: `deny`, `violation_owner`.
    pub rule: String,
    /// What it says.
    pub message: String,
    /// The type of the record that it is about, if it says so.
    pub record: Option<String>,
    /// The key of that record, if it says so.
    pub key: Option<String>,
}

/// What a package says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ruling {
    /// What `deny` and `violation` say, sorted.
    pub denied: Vec<Statement>,
    /// What `warn` says, sorted.
    pub warned: Vec<Statement>,
}

/// Why Rego could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What is wrong, on one line.
    pub message: String,
    /// The file, with its line from 1 and column.
    pub place: Option<(String, u32, u32)>,
}

impl Fault {
    /// The fault that what was asked and what was answered do not go together.
    pub fn beside_the_point() -> Fault {
        let message = "internal error: the interpreter of Rego answered another question";
        Fault { message: message.to_owned(), place: None }
    }
}

impl std::fmt::Display for Fault {
    /// On one line, with its place.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Some((file, line, column)) => write!(formatter, "{file}:{line}:{column}: {}", self.message),
            None => formatter.write_str(&self.message),
        }
    }
}

/// Functions whose result differs from run to run, or that reach outside, with how many arguments each has.
const REFUSED: [(&str, u8); 8] = [
    ("http.send", 1),
    ("net.lookup_ip_addr", 1),
    ("opa.runtime", 0),
    ("rand.intn", 2),
    ("rego.metadata.chain", 0),
    ("rego.metadata.rule", 0),
    ("time.now_ns", 0),
    ("uuid.rfc4122", 1),
];

/// A package that judges.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Package {
    /// Its name: `main`.
    pub name: String,
    /// Where its first rule `deny` or `violation` stands: the file, and the line from 1.
    pub denies: Option<(String, u32)>,
    /// Where its first rule `warn` stands.
    pub warns: Option<(String, u32)>,
}

/// Reads modules; returns the packages that have rules to `deny`, `violation` or `warn`, in order of name. The others serve them.
///
/// # Errors
/// The first module that is no Rego.
fn packages(modules: &[Module]) -> Result<Vec<Package>, Fault> {
    let mut packages: Vec<Package> = Vec::new();
    let mut engine = Engine::new();
    for module in modules {
        let name = add(&mut engine, module)?;
        let name = name.strip_prefix("data.").unwrap_or(&name).to_owned();
        // A rule begins a line. So may a call in a rule's body: better a package too many than one that nobody asks.
        let first = |words: &[&str]| {
            let mut lines = module.text.lines().zip(1..);
            let found = lines.find(|(line, _)| {
                let line = line.trim_start();
                let end = line.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(line.len());
                words.iter().any(|word| is_of_kind(&line[..end], word))
            });
            found.map(|(_, line)| (module.file.clone(), line))
        };
        let (denies, warns) = (first(&["deny", "violation"]), first(&["warn"]));
        match packages.iter_mut().find(|known| known.name == name) {
            Some(known) => {
                known.denies = known.denies.take().or(denies);
                known.warns = known.warns.take().or(warns);
            }
            None => packages.push(Package { name, denies, warns }),
        }
    }
    packages.retain(|package| package.denies.is_some() || package.warns.is_some());
    packages.sort();
    Ok(packages)
}

/// An engine with modules and what they judge.
struct Judge {
    engine: Engine,
    /// The modules as they are run, by file.
    run: Vec<(String, AsOpa)>,
}

impl Judge {
    /// # Errors
    /// A module is no Rego, or the input no JSON.
    fn new(modules: &[Module], input: &str) -> Result<Judge, Fault> {
        let mut judge = Judge { engine: Engine::new(), run: Vec::new() };
        for Module { file, text } in modules {
            let rewritten = AsOpa::new(file, text)?;
            let module = Module { file: file.clone(), text: rewritten.text.clone() };
            judge.run.push((file.clone(), rewritten));
            add(&mut judge.engine, &module).map_err(|fault| judge.placed(fault))?;
        }
        for (name, arguments) in REFUSED {
            let refuse: Box<dyn Extension> = Box::new(move |_: Vec<Value>| {
                let message = format!("`{name}` would give another result in the next run, or reaches outside");
                Err(std::io::Error::other(message).into())
            });
            judge
                .engine
                .add_extension(name.to_owned(), arguments, refuse)
                .map_err(|error| fault(&error.to_string()))?;
        }
        judge.engine.set_strict_builtin_errors(true);
        let input = Value::from_json_str(input).map_err(|error| fault(&error.to_string()))?;
        judge.engine.set_input(input);
        Ok(judge)
    }

    /// The value of a rule or a package: `data.main.deny`; undefined if it has none.
    ///
    /// # Errors
    /// It could not be evaluated.
    fn value(&mut self, path: &str, is_rule: bool) -> Result<Value, Fault> {
        let value = if is_rule {
            self.engine.eval_rule(path.to_owned())
        } else {
            let rows = self.engine.eval_query(path.to_owned(), false);
            let value = |row: &QueryResult| row.expressions.first().map(|shown| shown.value.clone());
            rows.map(|rows| rows.result.first().and_then(value).unwrap_or(Value::Undefined))
        };
        value.map_err(|error| self.placed(fault(&error.to_string())))
    }

    /// A fault of a module as it is run, at its place in the module.
    fn placed(&self, fault: Fault) -> Fault {
        let file = fault.place.as_ref().map(|(file, _, _)| file);
        match self.run.iter().find(|(known, _)| Some(known) == file) {
            Some((_, module)) => module.placed(fault),
            None => fault,
        }
    }
}

/// Evaluates a package.
///
/// # Errors
/// What is wrong with the Rego, or that its rules yield what nobody can read.
fn evaluate(modules: &[Module], package: &str, input: &str) -> Result<Ruling, Fault> {
    let value = Judge::new(modules, input)?.value(&format!("data.{package}"), false)?;
    let Ok(rules) = value.as_object() else { return Ok(Ruling::default()) };
    let mut ruling = Ruling::default();
    for (name, yields) in rules.iter() {
        let Ok(name) = name.as_string() else { continue };
        let is = |kind: &str| is_of_kind(name, kind);
        if is("exception") {
            return Err(Fault {
                message: "`exception` of conftest exempts from rules where nobody sees it, and is not read: change the rules that it names".to_owned(),
                place: None,
            });
        }
        let statements = if is("deny") || is("violation") {
            &mut ruling.denied
        } else if is("warn") {
            &mut ruling.warned
        } else {
            continue;
        };
        statements.extend(said(name, yields)?);
    }
    ruling.denied.sort();
    ruling.warned.sort();
    Ok(ruling)
}

/// What a rule yields: texts or objects with `msg`, in a set, an array, as the keys of an object, or alone.
fn said(rule: &str, yields: &Value) -> Result<Vec<Statement>, Fault> {
    let values: Vec<&Value> = match yields {
        Value::Set(values) => values.iter().collect(),
        Value::Array(values) => values.iter().collect(),
        Value::Undefined | Value::Bool(false) => Vec::new(),
        // `deny[msg] if …`
        Value::Object(values) if values.iter().all(|(_, value)| *value == Value::Bool(true)) => {
            values.iter().map(|(key, _)| key).collect()
        }
        other => vec![other],
    };
    values.into_iter().map(|value| statement(rule, value)).collect()
}

fn statement(rule: &str, value: &Value) -> Result<Statement, Fault> {
    let text = |key: &str| match value.as_object().ok()?.get(&Value::from(key))? {
        Value::String(text) => Some(text.to_string()),
        Value::Number(number) => Some(number.format_decimal()),
        _ => None,
    };
    let message = match value {
        Value::String(message) => Some(message.to_string()),
        Value::Bool(true) => Some(format!("`{rule}` is true")),
        _ => text("msg"),
    };
    let Some(message) = message else {
        let shown: String = value.to_string().chars().take(80).collect();
        let message = format!("`{rule}` yields {shown}, which is neither a text nor an object with a text `msg`");
        return Err(Fault { message, place: None });
    };
    Ok(Statement { rule: rule.to_owned(), message, record: text("record"), key: text("key") })
}

fn add(engine: &mut Engine, module: &Module) -> Result<String, Fault> {
    engine.add_policy(module.file.clone(), module.text.clone()).map_err(|error| fault(&error.to_string()))
}

/// The fault that regorus tells on several lines: `--> file:line:column`, the line with a mark, and `error: …`.
fn fault(text: &str) -> Fault {
    let place = text.lines().find_map(|line| {
        let (file, column) = line.trim().strip_prefix("--> ")?.rsplit_once(':')?;
        let (file, line) = file.rsplit_once(':')?;
        Some((file.to_owned(), line.parse().ok()?, column.parse().ok()?))
    });
    let said = text.lines().find_map(|line| line.trim().strip_prefix("error: "));
    // What it holds in its scopes is nobody's business.
    let said = said.map(|said| said.split(" (path [").next().unwrap_or(said));
    let first = || text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it cannot be evaluated");
    Fault { message: said.unwrap_or_else(first).to_owned(), place }
}
