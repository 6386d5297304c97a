//! What is at hand while a body is lowered: names of variables, rules that it needs beside it, what was refused.

use std::collections::{BTreeMap, BTreeSet};

use super::print;
use super::tree::{Head, Rule, Statement, Term};
use crate::ir::reads::free_variables;
use crate::ir::{AggregateFunction, Body, Environment, Expr, ExprKind, Variable, VariableId};
use crate::lower::refusal::{Construct, Refusal};
use crate::schema::RecordId;

/// Words that are no names of variables: those of the language, and functions of Rego's that text of ours calls.
const RESERVED: &[&str] = &[
    "abs",
    "array",
    "as",
    "bits",
    "concat",
    "contains",
    "count",
    "crypto",
    "data",
    "default",
    "div",
    "else",
    "endswith",
    "every",
    "false",
    "floor",
    "format_int",
    "glob",
    "graph",
    "hex",
    "http",
    "if",
    "import",
    "in",
    "input",
    "intersection",
    "io",
    "json",
    "logic",
    "lower",
    "max",
    "min",
    "minus",
    "mul",
    "net",
    "not",
    "null",
    "numbers",
    "object",
    "opa",
    "package",
    "plus",
    "print",
    "product",
    "rand",
    "regex",
    "rego",
    "rem",
    "replace",
    "round",
    "semver",
    "set",
    "some",
    "sort",
    "split",
    "sprintf",
    "startswith",
    "strings",
    "substring",
    "sum",
    "time",
    "to_number",
    "trace",
    "trim",
    "true",
    "type_name",
    "union",
    "units",
    "upper",
    "urlquery",
    "uuid",
    "walk",
    "with",
    "yaml",
    // Rules of the module.
    "counts",
    "holds",
    "outcome",
    "results",
    "rule",
    "unknown",
    "violation",
    "warn",
    "deny",
];

/// Whether a word is none that can be a name.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// What stands for a variable of the body.
#[derive(Debug, Clone)]
pub(super) enum Named {
    /// A row of a record, under that name.
    Row(String),
    /// An element of a list, as a candidate under that name.
    Element(String),
    /// What a `let` names, and whether it may be known by bounds only.
    Let(String, bool),
}

/// A body on its way to Rego.
pub(super) struct Lowering<'a> {
    pub(super) environment: &'a Environment,
    /// The body whose variables are in sight.
    pub(super) body: &'a Body,
    pub(super) named: BTreeMap<VariableId, Named>,
    /// Names that something has; in regorus a variable must not be called as a rule of the module.
    taken: BTreeSet<String>,
    /// Rules beside the results, those that others use first.
    pub(super) rules: Vec<Rule>,
    /// The functions that say whether a record is left out.
    pub(super) left_out: BTreeMap<RecordId, String>,
    /// The index of a record by some keys, and its rows whose key is not known.
    pub(super) indexes: BTreeMap<(RecordId, String), (String, String)>,
    /// Rules by what they say, so that nothing is said twice.
    said: BTreeMap<String, String>,
    pub(super) refusals: Vec<Refusal>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(environment: &'a Environment, body: &'a Body) -> Lowering<'a> {
        Lowering {
            environment,
            body,
            named: BTreeMap::new(),
            taken: RESERVED.iter().map(|word| (*word).to_owned()).collect(),
            rules: Vec::new(),
            left_out: BTreeMap::new(),
            indexes: BTreeMap::new(),
            said: BTreeMap::new(),
            refusals: Vec::new(),
        }
    }

    /// Refuses a part; what stands for it means nothing.
    pub(super) fn refuse(&mut self, expr: &Expr, construct: Construct) -> Term {
        self.refusals.push(Refusal { construct, span: expr.span });
        Term::unknown()
    }

    /// A name like the one wanted that nothing else has.
    pub(super) fn fresh(&mut self, wanted: &str) -> String {
        let mut name: String =
            wanted.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            name.insert_str(0, "x_");
        }
        let mut number = 1;
        let mut unique = name.clone();
        while !self.taken.insert(unique.clone()) {
            number += 1;
            unique = format!("{name}_{number}");
        }
        unique
    }

    /// The name of a variable of the body, as a name of its own.
    pub(super) fn fresh_variable(&mut self, variable: VariableId) -> String {
        let name = self.variable(variable).map_or("x", |variable| variable.name.as_str());
        self.fresh(name)
    }

    pub(super) fn variable(&self, variable: VariableId) -> Option<&'a Variable> {
        self.body.variables.get(variable.0 as usize)
    }

    /// What an expression is as a text, for a comment.
    pub(super) fn shown(&self, expr: &Expr) -> String {
        shortened(&crate::ir::print::expr(self.environment, &self.body.variables, expr))
    }

    /// Where nothing bound outside takes part, a rule of its own says what it is, once for all subjects.
    pub(super) fn once(&mut self, expr: &Expr, term: Term) -> Term {
        let is_small = matches!(term, Term::Name(_) | Term::Text(_) | Term::Integer(_) | Term::Boolean(_));
        if is_small || !free_variables(expr).is_empty() {
            return term;
        }
        let comment = self.shown(expr);
        Term::Name(self.rule_for(term, "fixed", comment))
    }

    /// The name of the rule that says what a term is; it is made if there is none.
    pub(super) fn rule_for(&mut self, term: Term, wanted: &str, comment: String) -> String {
        let text = print::flat(&term);
        if let Some(name) = self.said.get(&text) {
            return name.clone();
        }
        let name = self.fresh(wanted);
        self.said.insert(text, name.clone());
        self.rules.push(Rule { comment, name: name.clone(), head: Head::Value(term) });
        name
    }

    /// Whether a `let` may be known by bounds only.
    pub(super) fn has_bounds(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Aggregate { function, .. } => {
                matches!(function, AggregateFunction::Count | AggregateFunction::Share)
            }
            ExprKind::Variable(variable) => matches!(self.named.get(variable), Some(Named::Let(_, true))),
            _ => false,
        }
    }

    /// Lowers something with the variables of another body in sight, and those alone.
    pub(super) fn within<R>(
        &mut self,
        body: &'a Body,
        variable: VariableId,
        name: &str,
        work: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let named = std::mem::replace(&mut self.named, BTreeMap::from([(variable, Named::Row(name.to_owned()))]));
        let outer = std::mem::replace(&mut self.body, body);
        let result = work(self);
        self.named = named;
        self.body = outer;
        result
    }
}

/// A text as it stands in a comment.
pub(super) fn shortened(text: &str) -> String {
    /// Most characters of it.
    const MOST: usize = 140;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// `some name in candidates`
pub(super) fn some(name: &str, candidates: Term) -> Statement {
    Statement::Some(name.to_owned(), candidates)
}
