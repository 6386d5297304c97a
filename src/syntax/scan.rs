//! One pass over the characters of an item, before the grammar sees it.
//!
//! Enters: the text of one item. Leaves: its tokens (roughly; enough to find words, lines and depth), what is wrong with
//! quotes, brackets, characters, comments and depth, and the text with foreign marks replaced by ours of the same
//! length, so that the grammar can go on and find more. After a scan that is not `stopped`, quotes and brackets close
//! and nesting is bounded, so no later pass can run out of stack.

use std::borrow::Cow;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};
use crate::syntax::ast::ItemKind;

/// How deeply brackets, conditions and quantifiers may be nested.
pub(super) const DEEPEST: usize = 128;

/// How many characters that may not stand in an item are reported.
const MOST_CHARACTERS: usize = 10;

/// A rough token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: TokenKind,
    /// Offset of its first byte in the item.
    pub(super) start: usize,
    /// Offset behind its last byte.
    pub(super) end: usize,
    /// How many brackets are open around it.
    pub(super) depth: usize,
    /// Whether it is the first of its line.
    pub(super) leads: bool,
}

/// The kind of a rough token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A word, hyphens inside it included.
    Word,
    /// A number, or anything else that begins with a digit.
    Number,
    /// A text or a template.
    Text,
    /// Any other character, or a pattern between slashes.
    Mark,
}

/// What a scan found.
#[derive(Debug)]
pub(super) struct Scan {
    /// The tokens, in order.
    pub(super) tokens: Vec<Token>,
    /// What is wrong.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The text for the grammar: of the same length as the item, byte for byte at the same place.
    pub(super) text: String,
    /// Offsets of quotes that are not closed before the end of their line.
    pub(super) open_texts: Vec<usize>,
    /// Whether the grammar must not see the item: a bracket is open, or the nesting is too deep.
    pub(super) stopped: bool,
}

/// Scans one item of a kind that begins at `base` in its file.
pub(super) fn scan(file: FileId, base: usize, text: &str, kind: ItemKind) -> Scan {
    let mut scanner = Scanner {
        file,
        base,
        text,
        kind,
        position: 0,
        leads: true,
        open: Vec::new(),
        nested: 0,
        after_because: false,
        template_start: 0,
        replacements: Vec::new(),
        scan: Scan {
            tokens: Vec::new(),
            diagnostics: Vec::new(),
            text: String::new(),
            open_texts: Vec::new(),
            stopped: false,
        },
    };
    scanner.run();
    scanner.finish()
}

/// An open bracket.
struct Open {
    /// The bracket.
    mark: char,
    /// Its offset.
    start: usize,
    /// Whether it opens a hole of a template.
    hole: bool,
    /// How many conditions and quantifiers were open around it.
    nested: usize,
}

struct Scanner<'a> {
    file: FileId,
    base: usize,
    text: &'a str,
    kind: ItemKind,
    position: usize,
    leads: bool,
    open: Vec<Open>,
    nested: usize,
    /// Whether a text that follows is a template.
    after_because: bool,
    template_start: usize,
    replacements: Vec<(usize, usize, &'static str)>,
    scan: Scan,
}

impl Scanner<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start, self.base + end)
    }

    fn rest(&self) -> &str {
        self.text.get(self.position..).unwrap_or("")
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or("");
        from + rest.find('\n').map_or(rest.len(), |end| rest[..end].trim_end_matches('\r').len())
    }

    fn token(&mut self, kind: TokenKind, start: usize, end: usize) {
        self.scan.tokens.push(Token { kind, start, end, depth: self.open.len(), leads: self.leads });
        self.leads = false;
        self.position = end;
    }

    /// Reports a mark of another language and lets the grammar see `ours` in its place, filled up with blanks.
    fn foreign(&mut self, start: usize, end: usize, ours: &'static str, message: &str, label: &str, help: String) {
        let diagnostic = Diagnostic::new(Code::ForeignOperator, self.span(start, end), message, label);
        self.scan.diagnostics.push(diagnostic.with_help(help));
        self.replacements.push((start, end, ours));
    }

    fn run(&mut self) {
        while let Some(next) = self.rest().chars().next() {
            let start = self.position;
            if !matches!(next, '"' | '#') && !next.is_whitespace() {
                self.after_because = false;
            }
            match next {
                '\n' => {
                    self.leads = true;
                    self.position += 1;
                }
                '#' => self.position = self.line_end(start),
                '"' => self.quoted(),
                '\'' | '‘' | '’' | '“' | '”' | '„' | '«' | '»' => self.foreign_quoted(next),
                '(' | '[' | '{' => {
                    self.token(TokenKind::Mark, start, start + 1);
                    self.open(next, start, false);
                }
                ')' | ']' | '}' => self.close(next, start),
                '/' => self.slash(),
                '-' if self.rest().starts_with("--") && self.comment_by_dashes(start) => {
                    self.foreign_comment(start, self.line_end(start));
                }
                ';' => {
                    let (message, help) = ("`;` has no meaning", "remove the `;`: a line needs no mark at its end");
                    self.foreign(start, start + 1, "", message, "not a mark of the language", help.to_owned());
                    self.position += 1;
                }
                '?' if self.asks() => {
                    let diagnostic = Diagnostic::new(
                        Code::ForeignOperator,
                        self.span(start, start + 1),
                        "`?` is not an operator of the language",
                        "another spelling",
                    );
                    self.scan.diagnostics.push(diagnostic.with_help("write `if … then … else …`"));
                    self.scan.stopped = true;
                }
                '≤' | '≥' | '≠' => {
                    let ours =
                        [("≤", "<="), ("≥", ">="), ("≠", "!=")].into_iter().find(|pair| pair.0.starts_with(next));
                    let ours = ours.map_or("", |pair| pair.1);
                    let end = start + next.len_utf8();
                    let message = format!("`{next}` is not an operator of the language");
                    self.foreign(start, end, ours, &message, "another spelling", format!("write `{ours}`"));
                    self.token(TokenKind::Mark, start, end);
                }
                _ if next.is_ascii_alphabetic() => self.word(),
                _ if next.is_ascii_digit() => {
                    let length = self.rest().find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
                    let end = start + length.unwrap_or(self.rest().len());
                    self.token(TokenKind::Number, start, end);
                }
                _ if next.is_whitespace() && next.is_ascii() => self.position += 1,
                _ if next.is_ascii() => self.token(TokenKind::Mark, start, start + 1),
                _ => self.foreign_character(next),
            }
            if self.scan.stopped {
                return;
            }
        }
    }

    fn word(&mut self) {
        let start = self.position;
        let bytes = self.text.as_bytes();
        let mut end = start;
        while bytes.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            || (bytes.get(end) == Some(&b'-') && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric))
        {
            end += 1;
        }
        let word = self.text.get(start..end).unwrap_or("");
        self.after_because = word == "because" && matches!(self.kind, ItemKind::Rule | ItemKind::Advice);
        if self.leads {
            self.leave_expression(word, end);
        }
        if matches!(word, "if" | "exists" | "no" | "every") && self.last_shown() != "." {
            self.nested += 1;
            self.check_depth(start, end);
        }
        self.token(TokenKind::Word, start, end);
    }

    /// The last token, as written.
    fn last_shown(&self) -> &str {
        self.scan.tokens.last().and_then(|last| self.text.get(last.start..last.end)).unwrap_or("")
    }

    /// Forgets conditions and quantifiers that ended, where the first word of a line begins a part of a rule or a branch.
    ///
    /// INVARIANT: no expression may go on with such words, or nesting would go uncounted.
    fn leave_expression(&mut self, word: &str, end: usize) {
        let rest = self.text.get(end..).unwrap_or("").trim_start_matches([' ', '\t']);
        let after_quantifier = matches!(self.last_shown(), "exists" | "no" | "every");
        match self.open.last() {
            None => {
                let begins_part = match word {
                    "shall" | "should" | "because" => true,
                    "for" => rest.starts_with("each") && !after_quantifier,
                    "let" => {
                        let name = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
                        name.len() < rest.len() && name.trim_start_matches([' ', '\t']).starts_with('=')
                    }
                    _ => false,
                };
                if begins_part {
                    self.nested = 0;
                }
            }
            Some(open) if open.mark == '{' && rest.starts_with(':') => self.nested = open.nested,
            Some(_) => {}
        }
    }

    fn check_depth(&mut self, start: usize, end: usize) {
        if self.open.len() + self.nested > DEEPEST {
            let message = format!("the text is nested more than {DEEPEST} levels deep");
            let label = format!("level {} opens here", DEEPEST + 1);
            self.scan.diagnostics.push(
                Diagnostic::new(Code::TooDeep, self.span(start, end), message, label)
                    .with_help("name parts of it with `let` or `define`"),
            );
            self.scan.stopped = true;
        }
    }

    fn open(&mut self, mark: char, start: usize, hole: bool) {
        self.open.push(Open { mark, start, hole, nested: self.nested });
        self.check_depth(start, start + 1);
    }

    fn close(&mut self, mark: char, start: usize) {
        let opener = match mark {
            ')' => '(',
            ']' => '[',
            _ => '{',
        };
        match self.open.pop() {
            Some(open) if open.mark == opener => {
                self.nested = open.nested;
                self.token(TokenKind::Mark, start, start + 1);
                if open.hole {
                    self.template(start + 1);
                }
            }
            Some(open) => {
                let open_span = self.span(open.start, open.start + 1);
                let message = format!("`{}` is closed by `{mark}`", open.mark);
                let label = format!("this `{}` is still open", open.mark);
                self.scan.diagnostics.push(
                    Diagnostic::new(Code::UnclosedBrace, open_span, message, label)
                        .with_label(self.span(start, start + 1), format!("where `{mark}` closes something else"))
                        .with_help(format!("write `{}` before this `{mark}`", closer(open.mark))),
                );
                self.scan.stopped = true;
            }
            None => {
                let message = format!("`{mark}` closes nothing");
                self.scan.diagnostics.push(
                    Diagnostic::new(
                        Code::SyntaxError,
                        self.span(start, start + 1),
                        message,
                        format!("no `{opener}` is open here"),
                    )
                    .with_help(format!("remove it, or write the `{opener}` that it closes")),
                );
                self.scan.stopped = true;
            }
        }
    }

    /// Reads a text, or a template up to its first hole; the position is at its quotation mark.
    fn quoted(&mut self) {
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
    fn template(&mut self, from: usize) {
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
                    let closes = self.text.get(end..self.line_end(end)).is_some_and(|hole| hole.contains('}'));
                    if closes {
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
                    self.scan.diagnostics.push(diagnostic.with_help(help));
                    self.scan.stopped = true;
                    return;
                }
                Some(b'\n') | None => return self.unclosed_text(self.template_start),
                Some(b'\\') if bytes.get(end + 1).is_some_and(|next| *next != b'\n') => end += 2,
                Some(_) => end += 1,
            }
        }
    }

    fn unclosed_text(&mut self, start: usize) {
        let end = self.line_end(start).max(start + 1);
        if let Some(hole) = self.open.last().filter(|open| open.hole) {
            let diagnostic = Diagnostic::new(
                Code::UnclosedBrace,
                self.span(hole.start, hole.start + 1),
                "a hole of a template is not closed",
                "this `{` is still open at the end of the line",
            );
            let help = "write `}` behind the expression, or `{{` for a brace in the text";
            self.scan.diagnostics.push(diagnostic.with_help(help));
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
        self.scan.diagnostics.push(diagnostic.with_help(help));
        self.scan.open_texts.push(start);
        self.after_because = false;
        self.token(TokenKind::Text, start, end);
    }

    /// A text in single or curly quotes: reported, and shown to the grammar with ours.
    fn foreign_quoted(&mut self, quote: char) {
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
                self.scan.diagnostics.push(diagnostic.with_help(help));
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

    /// A slash: a division, a pattern, or a comment of another language.
    fn slash(&mut self) {
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
    fn pattern_may_begin(&self) -> bool {
        let Some(last) = self.scan.tokens.last() else { return false };
        let shown = self.text.get(last.start..last.end).unwrap_or("");
        match last.kind {
            TokenKind::Word => matches!(shown, "matches" | "in" | "like" | "LIKE" | "and" | "or" | "not"),
            TokenKind::Mark => !matches!(shown, ")" | "]" | "}" | "%"),
            TokenKind::Number | TokenKind::Text => false,
        }
    }

    /// Whether `?` here is meant as a choice between two values: it stands apart, and a value follows.
    fn asks(&self) -> bool {
        let before = self.text.get(..self.position).unwrap_or("");
        let after = self.rest().get(1..).unwrap_or("");
        let value = after.trim_start().starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '"' | '(' | '{'));
        matches!(self.kind, ItemKind::Rule | ItemKind::Advice | ItemKind::Define | ItemKind::Bind)
            && before.ends_with(char::is_whitespace)
            && after.starts_with(char::is_whitespace)
            && value
    }

    /// Whether `--` at this place is meant as a comment: it stands apart from what is around it.
    fn comment_by_dashes(&self, start: usize) -> bool {
        let blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
        let bytes = self.text.as_bytes();
        blank(start.checked_sub(1).and_then(|before| bytes.get(before))) && blank(bytes.get(start + 2))
    }

    fn foreign_comment(&mut self, start: usize, end: usize) {
        let shown: String = self.text.get(start..start + 2).unwrap_or("").to_owned();
        let message = format!("`{shown}` does not begin a comment");
        let help = "write `#`: a comment goes from there to the end of its line".to_owned();
        self.foreign(start, end, "", &message, "a comment of another language", help);
        self.position = end;
    }

    fn foreign_character(&mut self, character: char) {
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
        self.scan.diagnostics.push(diagnostic.with_help(help));
        let ours = match character {
            '–' | '—' | '−' => "-",
            _ if character.is_alphanumeric() => "xxxx".get(..character.len_utf8()).unwrap_or(""),
            _ => "",
        };
        self.replacements.push((start, end, ours));
        self.position = end;
    }

    fn finish(mut self) -> Scan {
        if !self.scan.stopped && self.scan.open_texts.is_empty() {
            for open in &self.open {
                let span = self.span(open.start, open.start + 1);
                let message = format!("`{}` is not closed before the end of its item", open.mark);
                self.scan.diagnostics.push(
                    Diagnostic::new(Code::UnclosedBrace, span, message, "opened here")
                        .with_help(format!("write `{}` where it ends", closer(open.mark))),
                );
            }
        }
        self.scan.stopped |= !self.open.is_empty() && self.scan.open_texts.is_empty();
        self.scan.text = self.replaced();
        self.scan
    }

    /// The text with the replacements made; those of several marks keep their places.
    fn replaced(&self) -> String {
        let mut text = String::with_capacity(self.text.len());
        let mut done = 0;
        for (start, end, ours) in &self.replacements {
            text.push_str(self.text.get(done..*start).unwrap_or(""));
            text.push_str(ours);
            // Line breaks of a long comment stay where they are.
            let rest = self.text.as_bytes().get(start + ours.len()..*end).unwrap_or(&[]);
            text.extend(rest.iter().map(|byte| if *byte == b'\n' { '\n' } else { ' ' }));
            done = *end;
        }
        text.push_str(self.text.get(done..).unwrap_or(""));
        text
    }
}

fn closer(mark: char) -> char {
    match mark {
        '(' => ')',
        '[' => ']',
        _ => '}',
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

/// Reports characters that may stand nowhere, and returns the text with blanks in their place.
///
/// These are control characters, and characters that show nothing but change how a text looks or compares.
pub(super) fn plain_characters<'a>(
    file: FileId,
    base: usize,
    text: &'a str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Cow<'a, str> {
    let mut plain = Cow::Borrowed(text);
    for (offset, character) in text.char_indices() {
        let line_break = character == '\n' || (character == '\r' && text.as_bytes().get(offset + 1) == Some(&b'\n'));
        if line_break || character == '\t' || !(character.is_control() || is_invisible(character)) {
            continue;
        }
        let length = character.len_utf8();
        if diagnostics.len() < MOST_CHARACTERS {
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
pub(super) fn show(character: char) -> String {
    if character.is_control() || character.is_whitespace() || is_invisible(character) {
        format!("U+{:04X}", u32::from(character))
    } else {
        character.to_string()
    }
}

/// Whether a character shows nothing and can make a text look like another one.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{AD}')
}
