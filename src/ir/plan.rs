//! The plan of a body: how the candidates of each of its binders are found, for `shall explain RULE --plan`.
//!
//! Enters: a body, and the policy texts that it was written in. Leaves: a line for each binder, in order of the text,
//! indented as the binders are nested.

use super::exclusion::is_exclusion;
use super::reads::{for_each_child, free_variables};
use super::{
    Access, AccessPath, AggregateFunction, Binder, Body, Condition, Domain, Expr, ExprKind, Step, TemplatePart,
};
use crate::schema::Schema;
use crate::source::{Sources, Span};

/// How the candidates of one binder are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// How many binders stand around it.
    pub depth: usize,
    /// What asks: `for each`, `exists`, `count` …
    pub word: String,
    /// What is ranged over: a record, or a list as written.
    pub domain: String,
    /// The name of the variable.
    pub variable: String,
    /// How candidates are found.
    pub path: AccessPath,
    /// The conditions that choose them, as written: first those of the key, then that of the order.
    pub by: Vec<String>,
    /// Conditions that look at the candidate alone and are evaluated once for each record, as written.
    pub once_each: Vec<String>,
    /// Conditions that are evaluated for each pair that is left, as written.
    pub each_pair: Vec<String>,
    /// Of `reachable`: from where edges are followed.
    pub starts: Option<Starts>,
}

/// From where edges are followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starts {
    /// The starts, as written.
    pub text: String,
    /// Whether they differ from subject to subject: edges are then followed once for each distinct ones.
    pub differ: bool,
}

impl AccessPath {
    /// The name that a plan prints.
    pub fn name(self) -> &'static str {
        match self {
            AccessPath::Once => "once",
            AccessPath::Key => "by key",
            AccessPath::KeyAndOrder => "by key and order",
            AccessPath::Order => "by order",
            AccessPath::Bucket => "by bucket",
            AccessPath::Scan => "scan",
        }
    }

    /// What the path costs, in a sentence.
    pub fn cost(self) -> &'static str {
        match self {
            AccessPath::Once => "computed once for the whole run",
            AccessPath::Key => "looked up by equality: records plus matches",
            AccessPath::KeyAndOrder => "looked up by equality, then by order: records plus matches",
            AccessPath::Order => "looked up by order: records plus matches",
            AccessPath::Bucket => "looked up by the interval: records plus matches",
            AccessPath::Scan => "every candidate is looked at for each: the product of the two counts",
        }
    }
}

/// Plans a body.
pub fn plan(schema: &Schema, body: &Body, sources: &Sources) -> Vec<PlanLine> {
    let mut planner = Planner { schema, body, sources, lines: Vec::new() };
    for step in &body.steps {
        match step {
            Step::ForEach { binder, .. } => planner.binder("for each", binder, 0),
            Step::Let { value, .. } => planner.expr(value, 0),
        }
    }
    match &body.condition {
        Condition::Plain(condition) => planner.expr(condition, 0),
        Condition::AnyOf(branches) | Condition::AllOf(branches) => {
            branches.iter().for_each(|branch| planner.expr(&branch.condition, 0));
        }
    }
    for part in body.because.iter().flat_map(|because| &because.parts) {
        if let TemplatePart::Hole(hole) = part {
            planner.expr(hole, 0);
        }
    }
    planner.lines
}

struct Planner<'a> {
    schema: &'a Schema,
    body: &'a Body,
    sources: &'a Sources,
    lines: Vec<PlanLine>,
}

impl Planner<'_> {
    fn text(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn expr(&mut self, expr: &Expr, depth: usize) {
        match &expr.kind {
            ExprKind::Quantified { quantifier, binder, .. } => self.line(quantifier.word(), binder, depth),
            ExprKind::Aggregate { function, binder, parts } => {
                self.line(function.word(), binder, depth);
                let starts = parts.from.as_ref().filter(|_| *function == AggregateFunction::Reachable);
                let starts =
                    starts.map(|from| Starts { text: self.text(from.span), differ: !free_variables(from).is_empty() });
                self.lines.iter_mut().last().into_iter().for_each(|line| line.starts.clone_from(&starts));
            }
            ExprKind::Stated(stated) => {
                let word = stated.statement.word();
                stated.candidates.iter().for_each(|statements| self.line(word, &statements.binder, depth));
            }
            _ => return for_each_child(expr, &mut |child| self.expr(child, depth)),
        }
        for_each_child(expr, &mut |child| self.expr(child, depth + 1));
    }

    fn binder(&mut self, word: &str, binder: &Binder, depth: usize) {
        self.line(word, binder, depth);
        if let Domain::Elements(elements) = &binder.domain {
            self.expr(elements, depth + 1);
        }
        binder.conjuncts.iter().for_each(|conjunct| self.expr(conjunct, depth + 1));
    }

    fn line(&mut self, word: &str, binder: &Binder, depth: usize) {
        let conjunct = |at: &usize| match binder.conjuncts.get(*at) {
            Some(conjunct) if is_exclusion(conjunct) => "not left out".to_owned(),
            Some(conjunct) => self.text(conjunct.span),
            None => String::new(),
        };
        let Access { key, order, local, residual, .. } = &binder.access;
        let by = key.iter().map(|part| part.conjunct).chain(order.iter().map(|part| part.conjunct));
        let line = PlanLine {
            depth,
            word: word.to_owned(),
            domain: match &binder.domain {
                Domain::Records(record) => self.schema.record(*record).name.clone(),
                Domain::Elements(elements) => self.text(elements.span),
            },
            variable: self.body.variables[binder.variable.0 as usize].name.clone(),
            path: binder.access.path(),
            by: by.map(|at| conjunct(&at)).collect(),
            once_each: local.iter().map(conjunct).collect(),
            each_pair: residual.iter().map(conjunct).collect(),
            starts: None,
        };
        self.lines.push(line);
    }
}
