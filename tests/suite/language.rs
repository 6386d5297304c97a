//! Every example of the language reference compiles, or is refused with the code that it names.

use std::path::Path;

use shall::diagnostic::render::render;
use shall::source::Sources;

use crate::attached::attach_from;

const PAGE: &str = include_str!("../../docs/language.md");

/// The fenced examples of the page: the code that they must be refused with, and their text.
fn examples() -> Vec<(Option<&'static str>, String)> {
    let (mut examples, mut open): (Vec<(Option<&str>, String)>, bool) = (Vec::new(), false);
    for line in PAGE.lines() {
        match (open, line.strip_prefix("```")) {
            (false, Some(info)) if info.starts_with("shall") => {
                open = true;
                examples.push((info.split_once("refused=").map(|(_, code)| code.trim()), String::new()));
            }
            (true, Some(_)) => open = false,
            (true, None) => {
                if let Some((_, text)) = examples.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
            (false, _) => {}
        }
    }
    examples
}

/// Checks texts as one program and returns every diagnostic with its code.
fn codes(texts: &[&str]) -> Vec<(&'static str, String)> {
    let mut sources = Sources::new();
    let parsed: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(number, text)| {
            let file = sources.add(format!("example-{number}.shall"), *text);
            (file, shall::syntax::parse(file, text))
        })
        .collect();
    attach_from(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut sources);
    let checked = shall::check::check(&parsed, &sources);
    checked
        .all_diagnostics()
        .iter()
        .map(|diagnostic| (diagnostic.code.name(), render(diagnostic, &sources, false)))
        .collect()
}

#[test]
fn every_example_compiles() {
    let examples = examples();
    let sound: Vec<&str> =
        examples.iter().filter(|(refused, _)| refused.is_none()).map(|(_, text)| text.as_str()).collect();
    assert!(sound.len() > 15, "only {} examples were found", sound.len());
    let found: String = codes(&sound).into_iter().map(|(_, text)| text).collect();
    assert!(found.is_empty(), "the examples of docs/language.md have faults:\n{found}");
}

#[test]
fn every_refused_example_is_refused_with_its_code() {
    let examples = examples();
    let sound: Vec<&str> =
        examples.iter().filter(|(refused, _)| refused.is_none()).map(|(_, text)| text.as_str()).collect();
    let mut refused_examples = 0;
    for (refused, text) in &examples {
        let Some(code) = refused else { continue };
        refused_examples += 1;
        let mut texts = sound.clone();
        texts.push(text);
        let found = codes(&texts);
        let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, [*code], "for the example\n{text}");
    }
    assert!(refused_examples >= 5, "only {refused_examples} refused examples were found");
}
