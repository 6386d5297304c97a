//! Rego as text: tabs, a term that does not fit on a line on several.

use super::tree::{Head, Module, Rule, Statement, Term};

/// A term that needs more characters, with what stands before it, is written on several lines.
const WIDTH: usize = 120;
/// What a tab counts for.
const TAB: usize = 4;

/// Writes a module.
pub(super) fn module(module: &Module) -> String {
    let mut text = String::new();
    for line in &module.comments {
        text.push_str(&comment(line));
    }
    text.push_str(&format!("package {}\n\n", module.package));
    for import in &module.imports {
        text.push_str(&format!("import {import}\n"));
    }
    for rule in &module.rules {
        text.push('\n');
        rule_text(rule, &mut text);
    }
    text
}

/// Writes a term on one line.
pub(super) fn flat(term: &Term) -> String {
    match term {
        Term::Boolean(known) => known.to_string(),
        Term::Integer(integer) => integer.to_string(),
        Term::Text(text) => quoted(text),
        Term::Name(name) => name.clone(),
        Term::Member(base, field) => format!("{}.{field}", flat(base)),
        Term::Call(function, arguments) => format!("{function}({})", list(arguments)),
        Term::Array(terms) => format!("[{}]", list(terms)),
        Term::Set(terms) if terms.is_empty() => "set()".to_owned(),
        Term::Set(terms) => format!("{{{}}}", list(terms)),
        Term::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, term)| format!("{}: {}", quoted(name), flat(term))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Term::ObjectOfOne(key, value) => format!("{{{}: {}}}", flat(key), flat(value)),
        Term::ArrayOf(head, body) => format!("[{} | {}]", flat(head), statements(body)),
        Term::SetOf(head, body) => format!("{{{} | {}}}", flat(head), statements(body)),
    }
}

fn list(terms: &[Term]) -> String {
    terms.iter().map(flat).collect::<Vec<_>>().join(", ")
}

fn statements(body: &[Statement]) -> String {
    body.iter().map(|statement| written(statement, &flat)).collect::<Vec<_>>().join("; ")
}

/// A text between quotation marks, as in JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// A line of a comment; whatever is in it, it stays one.
fn comment(line: &str) -> String {
    let line: String = line.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("{}\n", format!("# {line}").trim_end())
}

fn written(statement: &Statement, term: &dyn Fn(&Term) -> String) -> String {
    match statement {
        Statement::Assign(name, value) => format!("{name} := {}", term(value)),
        Statement::Some(name, value) => format!("some {name} in {}", term(value)),
        Statement::Differ(left, right) => format!("{} != {}", term(left), term(right)),
        Statement::Holds(value) => term(value),
    }
}

fn rule_text(rule: &Rule, text: &mut String) {
    if !rule.comment.is_empty() {
        text.push_str(&comment(&rule.comment));
    }
    match &rule.head {
        Head::Value(value) => text.push_str(&format!("{} := {}", rule.name, broken(value, 0, rule.name.len() + 4))),
        Head::Function(argument, value) => {
            text.push_str(&format!("{}({argument}) := {}", rule.name, broken(value, 0, rule.name.len() + 12)));
        }
    }
    text.push('\n');
}

fn lines(body: &[Statement], depth: usize, text: &mut String) {
    for statement in body {
        text.push_str(&"\t".repeat(depth));
        text.push_str(&written(statement, &|term| broken(term, depth, 24)));
        text.push('\n');
    }
}

/// Writes a term behind so many characters, on several lines if it does not fit on one.
fn broken(term: &Term, depth: usize, before: usize) -> String {
    let one_line = flat(term);
    if depth * TAB + before + one_line.len() <= WIDTH {
        return one_line;
    }
    let tabs = "\t".repeat(depth);
    let items = |terms: &[Term]| -> String {
        terms.iter().map(|item| format!("{tabs}\t{},\n", broken(item, depth + 1, 1))).collect()
    };
    let comprehension = |open: &str, head: String, body: &[Statement], close: &str| {
        let mut text = format!("{open}{head} |\n");
        lines(body, depth + 1, &mut text);
        format!("{text}{tabs}{close}")
    };
    match term {
        Term::Call(function, arguments)
            if matches!(
                arguments.as_slice(),
                [Term::Set(_) | Term::Array(_) | Term::SetOf(..) | Term::ArrayOf(..)]
            ) =>
        {
            let inner: String =
                arguments.iter().map(|argument| broken(argument, depth, before + function.len())).collect();
            format!("{function}({inner})")
        }
        Term::Call(function, arguments) if !arguments.is_empty() => {
            format!("{function}(\n{}{tabs})", items(arguments))
        }
        Term::Array(terms) if !terms.is_empty() => format!("[\n{}{tabs}]", items(terms)),
        Term::Set(terms) if !terms.is_empty() => format!("{{\n{}{tabs}}}", items(terms)),
        Term::Object(fields) if !fields.is_empty() => {
            let fields: String = fields
                .iter()
                .map(|(name, term)| format!("{tabs}\t{}: {},\n", quoted(name), broken(term, depth + 1, name.len() + 5)))
                .collect();
            format!("{{\n{fields}{tabs}}}")
        }
        Term::ArrayOf(head, body) => comprehension("[", broken(head, depth, 4), body, "]"),
        Term::SetOf(head, body) => comprehension("{", broken(head, depth, 4), body, "}"),
        _ => one_line,
    }
}
