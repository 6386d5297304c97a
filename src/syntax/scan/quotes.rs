//! Texts and templates: where they end, and quotation marks of other languages.

use super::{Scanner, TokenKind};
use crate::diagnostic::{Code, Diagnostic};

impl Scanner<'_> {
    /// Reads a text, or a template up to its first hole; the position is at its quotation mark.
    pub(super) fn quoted(&mut self) {
        let start = self.position;
        if self.after_because {
            self.template_start = start;
            self.token(TokenKind::Text, start, start + 1);
            return self.template(start + 1);
        }
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        loop {
            match bytes.get(end) {
                Some(b'"') => return self.token(TokenKind::Text, start, end + 1),
                Some(b'\n') | None => return self.unclosed_text(start),
                Some(b'\\') if bytes.get(end + 1).is_some_and(|next| *next != b'\n') => end += 2,
                Some(_) => end += 1,
            }
        }
    }

    /// Reads on in a template from `from`, up to its end or to its next hole.
    pub(super) fn template(&mut self, from: usize) {
        let bytes = self.text.as_bytes();
        let mut end = from;
        loop {
            match bytes.get(end) {
                Some(b'"') => {
                    // Another text may follow and join.
                    self.after_because = true;
                    self.position = end + 1;
                    return;
                }
                Some(b'{') if bytes.get(end + 1) == Some(&b'{') => end += 2,
                Some(b'{') => {
                    let mut rest = bytes.get(end..).unwrap_or(&[]).iter();
                    if rest.find(|byte| matches!(byte, b'}' | b'\n')) == Some(&b'}') {
                        self.position = end + 1;
                        self.after_because = false;
                        return self.open('{', end, true);
                    }
                    let diagnostic = Diagnostic::new(
                        Code::UnclosedBrace,
                        self.span(end, end + 1),
                        "a hole of a template is not closed",
                        "this `{` is still open at the end of the line",
                    );
                    let help = "write `}` behind the expression, or `{{` for a brace in the text";
                    self.report(diagnostic.with_help(help));
                    self.scan.stopped = true;
                    return;
                }
                Some(b'\n') | None => return self.unclosed_text(self.template_start),
                Some(b'\\') if bytes.get(end + 1).is_some_and(|next| *next != b'\n') => end += 2,
                Some(_) => end += 1,
            }
        }
    }

    pub(super) fn unclosed_text(&mut self, start: usize) {
        let end = self.line_end(start).max(start + 1);
        if let Some(hole) = self.open.last().filter(|open| open.hole) {
            let diagnostic = Diagnostic::new(
                Code::UnclosedBrace,
                self.span(hole.start, hole.start + 1),
                "a hole of a template is not closed",
                "this `{` is still open at the end of the line",
            );
            let help = "write `}` behind the expression, or `{{` for a brace in the text";
            self.report(diagnostic.with_help(help));
            self.scan.stopped = true;
            return;
        }
        let diagnostic = Diagnostic::new(
            Code::UnclosedText,
            self.span(start, end),
            "a text is not closed before the end of its line",
            "this text has no closing `\"`",
        );
        let help = "write `\"` at its end; a long text is several texts on lines of their own, which join";
        self.report(diagnostic.with_help(help));
        self.scan.open_texts.push(start);
        self.after_because = false;
        self.token(TokenKind::Text, start, end);
    }

    /// A text in single or curly quotes: reported, and shown to the grammar with ours.
    pub(super) fn foreign_quoted(&mut self, quote: char) {
        let start = self.position;
        let closers: &[char] = match quote {
            '\'' => &['\''],
            '‘' | '’' => &['’', '‘'],
            '«' | '»' => &['»', '«'],
            _ => &['”', '“', '"'],
        };
        let inner = start + quote.len_utf8();
        let line_end = self.line_end(inner);
        let content = self.text.get(inner..line_end).unwrap_or("");
        let shown = |mark: char| format!("`{mark}` is not a quotation mark of the language");
        let label = "texts stand in straight double quotes";
        match content.char_indices().find(|(_, c)| closers.contains(c)) {
            Some((length, closing)) if !content[..length].contains('"') => {
                let end = inner + length;
                let help = format!("write \"{}\"", &content[..length]);
                let span_end = end + closing.len_utf8();
                let diagnostic =
                    Diagnostic::new(Code::ForeignOperator, self.span(start, span_end), shown(quote), label);
                self.report(diagnostic.with_help(help));
                // The opening quote stays next to its text and the closing one, too, so that the text stays as it is.
                self.replacements.push((start, inner, pad_before(quote)));
                self.replacements.push((end, span_end, "\""));
                self.token(TokenKind::Text, start, span_end);
            }
            _ => {
                let help = "write `\"` on both sides of the text".to_owned();
                self.foreign(start, inner, "", &shown(quote), label, help);
                self.position = inner;
                self.scan.stopped = true;
            }
        }
    }
}

/// Our quotation mark behind as many blanks as make it as long as the foreign one.
fn pad_before(quote: char) -> &'static str {
    match quote.len_utf8() {
        1 => "\"",
        2 => " \"",
        _ => "  \"",
    }
}
