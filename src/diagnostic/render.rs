//! Diagnostics as text, with the source line and its marks.
//!
//! Enters: diagnostics and the texts they point into. Leaves: text, styled or plain. Pure: nothing is printed here.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Label, Severity};
use crate::source::{FileId, Sources};

/// Renders one diagnostic with its snippet; `styled` adds terminal colours. The text ends with a line break.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, styled: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut files: Vec<FileId> = vec![diagnostic.primary.span.file];
    for label in &diagnostic.secondary {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let mut group = Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.name()));
    for file in files {
        let source = sources.file(file);
        // A place in text that was read for another of the same length may lie inside a letter: the whole letter is shown.
        let range = |label: &Label| {
            let mut end = (label.span.end as usize).min(source.text.len());
            let mut start = (label.span.start as usize).min(end);
            while !source.text.is_char_boundary(start) {
                start -= 1;
            }
            while !source.text.is_char_boundary(end) {
                end += 1;
            }
            start..end
        };
        let mut snippet = Snippet::source(&*source.text).path(&*source.name).fold(true);
        if diagnostic.primary.span.file == file {
            snippet = snippet.annotation(
                AnnotationKind::Primary.span(range(&diagnostic.primary)).label(diagnostic.primary.text.as_str()),
            );
        }
        for label in diagnostic.secondary.iter().filter(|label| label.span.file == file) {
            snippet = snippet.annotation(AnnotationKind::Context.span(range(label)).label(label.text.as_str()));
        }
        group = group.element(snippet);
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.render(&[group]);
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::Span;

    #[test]
    fn a_place_inside_a_letter_shows_the_letter() {
        let mut sources = Sources::new();
        let file = sources.add("a.shall", "i ≤ 3");
        let diagnostic = Diagnostic::new(Code::SyntaxError, Span::new(file, 0, 3), "it is", "here");
        assert!(render(&diagnostic, &sources, false).contains("^^^ here"));
    }
}
