//! Marks and comments of other languages, and characters that may not stand in a policy.

use std::borrow::Cow;

use super::{MOST_FAULTS, Scanner, TokenKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span, is_invisible};
use crate::syntax::ast::ItemKind;

impl Scanner<'_> {
    /// Reports a mark of another language and lets the grammar see `ours` in its place, filled up with blanks.
    pub(super) fn foreign(
        &mut self,
        start: usize,
        end: usize,
        ours: &'static str,
        message: &str,
        label: &str,
        help: String,
    ) {
        let diagnostic = Diagnostic::new(Code::ForeignOperator, self.span(start, end), message, label);
        self.report(diagnostic.with_help(help));
        self.replacements.push((start, end, ours));
    }

    /// A slash: a division, a pattern, or a comment of another language.
    pub(super) fn slash(&mut self) {
        let start = self.position;
        if self.rest().starts_with("//") {
            return self.foreign_comment(start, self.line_end(start));
        }
        if self.rest().starts_with("/*") {
            let end = self.rest().find("*/").map_or_else(|| self.line_end(start), |end| start + end + 2);
            return self.foreign_comment(start, end);
        }
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        while self.pattern_may_begin() {
            match bytes.get(end) {
                Some(b'/') => return self.token(TokenKind::Mark, start, end + 1),
                Some(b'\n') | None => break,
                Some(b'\\') if bytes.get(end + 1).is_some_and(|next| *next != b'\n') => end += 2,
                Some(_) => end += 1,
            }
        }
        self.token(TokenKind::Mark, start, start + 1);
    }

    /// Whether a `/` here begins a pattern: after a mark that opens or separates, or after an operator's word.
    pub(super) fn pattern_may_begin(&self) -> bool {
        let Some(last) = self.scan.tokens.last() else { return false };
        let shown = self.text.get(last.start..last.end).unwrap_or("");
        match last.kind {
            TokenKind::Word if shown == "find" => self.kind == ItemKind::Source,
            TokenKind::Word => matches!(shown, "matches" | "in" | "like" | "LIKE" | "and" | "or" | "not"),
            TokenKind::Mark => !matches!(shown, ")" | "]" | "}" | "%"),
            TokenKind::Number | TokenKind::Text => false,
        }
    }

    /// Whether `?` here is meant as a choice between two values: it stands apart, and a value follows.
    pub(super) fn asks(&self) -> bool {
        let before = self.text.get(..self.position).unwrap_or("");
        let after = self.rest().get(1..).unwrap_or("");
        let value = after.trim_start().starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '"' | '(' | '{'));
        matches!(
            self.kind,
            ItemKind::Rule | ItemKind::Advice | ItemKind::Define | ItemKind::Bind | ItemKind::Test | ItemKind::LeaveOut
        ) && before.ends_with(char::is_whitespace)
            && after.starts_with(char::is_whitespace)
            && value
    }

    /// Whether `--` at this place is meant as a comment: it stands apart from what is around it.
    pub(super) fn comment_by_dashes(&self, start: usize) -> bool {
        let blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
        let bytes = self.text.as_bytes();
        blank(start.checked_sub(1).and_then(|before| bytes.get(before))) && blank(bytes.get(start + 2))
    }

    pub(super) fn foreign_comment(&mut self, start: usize, end: usize) {
        let shown: String = self.text.get(start..start + 2).unwrap_or("").to_owned();
        let message = format!("`{shown}` does not begin a comment");
        let help = "write `#`: a comment goes from there to the end of its line".to_owned();
        self.foreign(start, end, "", &message, "a comment of another language", help);
        self.position = end;
    }

    pub(super) fn foreign_character(&mut self, character: char) {
        let start = self.position;
        let end = start + character.len_utf8();
        let message = format!("`{}` may not stand outside a text", show(character));
        let label = if character.is_whitespace() { "this blank is none" } else { "not a character of the language" };
        let diagnostic = Diagnostic::new(Code::InvalidCharacter, self.span(start, end), message, label);
        let help = match character {
            '–' | '—' | '−' => "write `-`".to_owned(),
            _ if character.is_whitespace() => "write a plain blank".to_owned(),
            _ if character.is_alphabetic() => {
                "write names with a to z, 0 to 9 and `_`; anything else stands in quotes".to_owned()
            }
            _ => "remove it, or put it into a text".to_owned(),
        };
        self.report(diagnostic.with_help(help));
        let ours = match character {
            '–' | '—' | '−' => "-",
            _ if character.is_alphanumeric() => "xxxx".get(..character.len_utf8()).unwrap_or(""),
            _ => "",
        };
        self.replacements.push((start, end, ours));
        self.position = end;
    }
}

/// Reports characters that may stand nowhere, and returns the text with blanks in their place.
///
/// These are control characters, and characters that show nothing but change how a text looks or compares.
pub(in crate::syntax) fn plain_characters<'a>(
    file: FileId,
    base: usize,
    text: &'a str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Cow<'a, str> {
    let mut plain = Cow::Borrowed(text);
    let mut before = ' ';
    for (offset, character) in text.char_indices() {
        // Some scripts, and signs made of several, need joiners between their letters.
        let joins = matches!(character, '\u{200C}' | '\u{200D}') && !before.is_ascii();
        before = character;
        let line_break = character == '\n' || (character == '\r' && text.as_bytes().get(offset + 1) == Some(&b'\n'));
        if line_break || joins || character == '\t' || !(character.is_control() || is_invisible(character)) {
            continue;
        }
        let length = character.len_utf8();
        if diagnostics.len() < MOST_FAULTS {
            let place = Span::new(file, base + offset, base + offset + length);
            let message = format!("the character {} may not stand in a policy", show(character));
            let help = if character == '\0' {
                "save the file as text in UTF-8: this looks like another encoding, or no text at all"
            } else {
                "remove it: it shows nothing, and a reviewer cannot see it"
            };
            diagnostics.push(
                Diagnostic::new(Code::InvalidCharacter, place, message, "a character that shows nothing")
                    .with_help(help),
            );
        }
        plain.to_mut().replace_range(offset..offset + length, "    ".get(..length).unwrap_or(""));
    }
    plain
}

/// A character as it can be shown: itself, or its number if it shows nothing.
pub(in crate::syntax) fn show(character: char) -> String {
    if character.is_control() || character.is_whitespace() || is_invisible(character) {
        format!("U+{:04X}", u32::from(character))
    } else {
        character.to_string()
    }
}
