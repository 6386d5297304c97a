//! Texts and templates.

use super::{Builder, Pair, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use crate::syntax::ast::{Template, TemplatePart, Text};

impl Builder<'_> {
    /// Reads one text.
    pub(super) fn text(&self, pair: &Pair<'_>) -> Text {
        let raw = pair.as_str();
        let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
        let mut content = String::with_capacity(inner.len());
        self.unescape(inner, pair.as_span().start() + 1, &mut content);
        Spanned::new(content, self.span(pair))
    }

    /// Joins the texts under a rule that holds nothing else.
    pub(super) fn texts(&self, pair: Pair<'_>) -> Text {
        let span = self.span(&pair);
        let mut content = String::new();
        for text in pair.into_inner().filter(|inner| inner.as_rule() == Rule::text) {
            content.push_str(&self.text(&text).node);
        }
        Spanned::new(content, span)
    }

    /// Reads the texts under a rule without joining them.
    pub(super) fn list_of_texts(&self, pair: Pair<'_>) -> Vec<Text> {
        pair.into_inner().filter(|inner| inner.as_rule() == Rule::text).map(|text| self.text(&text)).collect()
    }

    /// Reads a template: adjacent ones join.
    pub(super) fn because(&self, pair: Pair<'_>) -> Template {
        let mut parts: Vec<TemplatePart> = Vec::new();
        let templates: Vec<Pair<'_>> = pair.into_inner().filter(|inner| inner.as_rule() == Rule::template).collect();
        let span = match (templates.first(), templates.last()) {
            (Some(first), Some(last)) => self.span(first).to(self.span(last)),
            _ => self.place(0, 0),
        };
        for part in templates.into_iter().flat_map(Pair::into_inner) {
            match part.as_rule() {
                Rule::template_text => self.template_text(&part, &mut parts),
                Rule::hole => {
                    let place = self.span(&part);
                    match part.into_inner().find(|inner| inner.as_rule() == Rule::expr) {
                        Some(expr) => parts.push(TemplatePart::Hole(self.expression(expr))),
                        None => self.report(
                            Diagnostic::new(
                                Code::SyntaxError,
                                place,
                                "a hole of a template is empty",
                                "nothing to show",
                            )
                            .with_help("write the expression to show, or `{{}}` for two braces in the text"),
                        ),
                    }
                }
                _ => self.report(
                    Diagnostic::new(
                        Code::SyntaxError,
                        self.span(&part),
                        "`}` closes nothing in a template",
                        "no hole is open here",
                    )
                    .with_help("write `}}` for a brace in the text"),
                ),
            }
        }
        Template { parts, span }
    }

    fn template_text(&self, pair: &Pair<'_>, parts: &mut Vec<TemplatePart>) {
        let mut content = String::new();
        self.unescape(pair.as_str(), pair.as_span().start(), &mut content);
        let content = content.replace("{{", "{").replace("}}", "}");
        match parts.last_mut() {
            Some(TemplatePart::Text(last)) => last.push_str(&content),
            _ => parts.push(TemplatePart::Text(content)),
        }
    }

    /// Appends what a piece of a text stands for; `start` is its offset in the item.
    fn unescape(&self, raw: &str, start: usize, content: &mut String) {
        let mut characters = raw.char_indices();
        while let Some((offset, character)) = characters.next() {
            if character != '\\' {
                content.push(character);
                continue;
            }
            match characters.next() {
                Some((_, '"')) => content.push('"'),
                Some((_, '\\')) => content.push('\\'),
                Some((_, 'n')) => content.push('\n'),
                Some((_, 't')) => content.push('\t'),
                Some((_, other)) => {
                    let span = self.place(start + offset, start + offset + 1 + other.len_utf8());
                    let help = match other {
                        '{' | '}' => format!("write `{other}{other}` for a brace in a template, `{other}` elsewhere"),
                        _ => format!("write `\\\\{other}` for a backslash, or `{other}` alone"),
                    };
                    self.report(
                        Diagnostic::new(
                            Code::InvalidEscape,
                            span,
                            format!("`\\{other}` is not an escape of the language"),
                            "only `\\\"`, `\\\\`, `\\n` and `\\t` are",
                        )
                        .with_help(help),
                    );
                }
                None => {}
            }
        }
    }
}
