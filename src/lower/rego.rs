//! Rules as Rego v1: a module for each, and a support module for three-valued logic.
//!
//! What a rule becomes runs as it is in OPA, conftest and regorus, over the document that
//! [`document`](super::document) writes. Read in this order: `tree` (as much of Rego as is needed), `print` (its text),
//! `body` (how subjects come to their results), `expression`, `operators` and `quantity` (one arm for each form), `number` and
//! `pattern` (what is not approximated). The support module is `rego/*.rego`.

mod body;
mod expression;
mod number;
mod operators;
mod pattern;
mod print;
mod quantity;
mod scope;
mod tree;

pub(crate) use expression::unit_name;
pub(crate) use number::{MOST_IN_JSON, scaled};

use super::refusal::{Construct, Refusal};
use crate::ir::reads::for_each_child;
use crate::ir::{Body, Environment, Expr, IfNone, Rule, Step};
use scope::Lowering;
use tree::{Head, Module, Term};

/// Expressions nested deeper are refused.
const MOST_LEVELS: usize = 64;
/// So are terms with more brackets around one another: regorus and OPA both take twice as long to parse each further pair.
const MOST_BRACKETS: usize = 14;

/// A file of Rego.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name: `rules/change_approved.rego`
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// The files of the support module: package `shall.logic`.
pub fn support() -> Vec<File> {
    [
        ("logic", include_str!("rego/logic.rego")),
        ("number", include_str!("rego/number.rego")),
        ("collection", include_str!("rego/collection.rego")),
        ("quantity", include_str!("rego/quantity.rego")),
        ("day", include_str!("rego/day.rego")),
        ("message", include_str!("rego/message.rego")),
        ("result", include_str!("rego/result.rego")),
    ]
    .map(|(name, text)| File { name: format!("logic/{name}.rego"), text: text.to_owned() })
    .into()
}

/// The last part of the package of a rule; rules of different ids have different ones.
pub fn package(id: &str) -> String {
    // An underscore of the id is doubled, and a word of Rego's has one ahead, so that no two ids come out alike.
    let word = if scope::is_reserved(id) { "_" } else { "" };
    let letters = id.chars();
    let own: String = letters
        .map(|letter| match letter {
            '_' => "__".to_owned(),
            letter if letter.is_ascii_alphanumeric() => letter.to_string(),
            _ => "_".to_owned(),
        })
        .collect();
    format!("{word}{own}")
}

/// Lowers a rule to a module of the package `shall.rules.` and [`package`] of its id.
///
/// # Errors
/// What cannot be said in Rego with the same three-valued result, in order of place, each thing once.
pub fn lower(environment: &Environment, rule: &Rule) -> Result<File, Vec<Refusal>> {
    if let Some(deep) = too_deep(environment, rule) {
        return Err(vec![Refusal { construct: Construct::Depth, span: deep }]);
    }
    let mut lowering = Lowering::new(environment, &rule.body);
    let results = lowering.results();
    let mut refusals = std::mem::take(&mut lowering.refusals);
    let deepest = lowering.rules.iter().map(|rule| rule.head.term().brackets()).max().unwrap_or(0);
    if deepest.max(results.brackets()) > MOST_BRACKETS {
        refusals.push(Refusal { construct: Construct::Depth, span: rule.span });
    }
    if !refusals.is_empty() {
        refusals.sort();
        refusals.dedup();
        return Err(refusals);
    }
    let value = |name: &str, comment: &str, term| tree::Rule {
        comment: comment.to_owned(),
        name: name.to_owned(),
        head: Head::Value(term),
    };
    let of_results = |function: &str, more: Option<&str>| {
        let mut arguments = vec![Term::Name("rule".to_owned()), Term::Name("results".to_owned())];
        arguments.extend(more.map(Term::text));
        Term::logic(function, arguments)
    };
    let mut rules = vec![value("rule", "", facts(rule))];
    rules.append(&mut lowering.rules);
    rules.extend([
        value("results", "Every subject with its status.", results),
        value("violation", "Subjects that fail.", of_results("violations", None)),
        value(
            "warn",
            "Subjects of which it is not known: conftest shows them as warnings.",
            of_results("warnings", None),
        ),
        value("unknown", "The same, by themselves.", of_results("undetermined", None)),
        value("holds", "", of_results("with_status", Some("holds"))),
        value("counts", "", Term::logic("counted", vec![Term::Name("results".to_owned())])),
        value("outcome", "", of_results("outcome", None)),
    ]);
    let module = Module {
        comments: vec![
            format!("{}: {}", rule.id, rule.title),
            "Written by `shall lower --to rego`; docs/lowering.md tells how to run it.".to_owned(),
        ],
        package: format!("shall.rules.{}", package(&rule.id)),
        imports: vec!["rego.v1".to_owned(), "data.shall.logic".to_owned()],
        rules,
    };
    Ok(File { name: format!("rules/{}.rego", package(&rule.id)), text: print::module(&module) })
}

/// What results say of the rule.
fn facts(rule: &Rule) -> Term {
    let cites: Vec<String> = rule
        .citations
        .iter()
        .map(|cited| {
            let mut place = format!("{} {}", cited.standard, cited.clause);
            if !cited.items.is_empty() {
                place.push_str(&format!(" {}", cited.items.join(", ")));
            }
            place
        })
        .collect();
    let if_none = rule.body.steps.iter().find_map(|step| match step {
        Step::ForEach { if_none, .. } => Some(*if_none),
        Step::Let { .. } => None,
    });
    let if_none = match if_none.flatten() {
        Some(IfNone::Nonconformity) => "nonconformity",
        Some(IfNone::NotDetermined) => "not determined",
        Some(IfNone::NoPopulation) | None => "no population",
    };
    Term::Object(vec![
        ("id".to_owned(), Term::text(&rule.id)),
        ("title".to_owned(), Term::text(&rule.title)),
        ("cites".to_owned(), Term::texts(cites.iter().map(String::as_str))),
        ("if_none".to_owned(), Term::text(if_none)),
    ])
}

/// The place of an expression that is nested too deep, in the rule or in what is left out of records.
fn too_deep(environment: &Environment, rule: &Rule) -> Option<crate::source::Span> {
    fn look(expr: &Expr, levels: usize, found: &mut Option<crate::source::Span>) {
        if levels == 0 {
            *found = found.or(Some(expr.span));
        } else {
            for_each_child(expr, &mut |child| look(child, levels - 1, found));
        }
    }
    let mut found = None;
    let mut each = |body: &Body| crate::ir::reads::for_each_root(body, &mut |expr| look(expr, MOST_LEVELS, &mut found));
    each(&rule.body);
    environment.exclusions.iter().for_each(|exclusion| each(&exclusion.body));
    found
}
