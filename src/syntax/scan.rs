//! One pass over the characters of an item, before the grammar sees it.
//!
//! Enters: the text of one item. Leaves: its tokens (roughly; enough to find words, lines and depth), what is wrong with
//! quotes, brackets, characters, comments and depth, and the text with foreign marks replaced by ours of the same
//! length, so that the grammar can go on and find more. After a scan that is not `stopped`, quotes and brackets close
//! and nesting is bounded, so no later pass can run out of stack.

mod foreign;
mod quotes;

pub(super) use self::foreign::{plain_characters, show};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};
use crate::syntax::ast::ItemKind;

/// How deeply brackets, conditions and quantifiers may be nested.
pub(super) const DEEPEST: usize = 128;

/// How many faults of one kind are reported for one item.
pub(super) const MOST_FAULTS: usize = 20;

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

    fn report(&mut self, diagnostic: Diagnostic) {
        self.scan.diagnostics.push(diagnostic);
        self.scan.stopped |= self.scan.diagnostics.len() >= MOST_FAULTS;
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
                    self.report(diagnostic.with_help("write `if … then … else …`"));
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
            Some(open) if self.kind == ItemKind::Test && matches!(word, "given" | "expect") => {
                self.nested = open.nested;
            }
            Some(_) => {}
        }
    }

    fn check_depth(&mut self, start: usize, end: usize) {
        if self.open.len() + self.nested > DEEPEST {
            let message = format!("the text is nested more than {DEEPEST} levels deep");
            let label = format!("level {} opens here", DEEPEST + 1);
            self.report(
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
                self.report(
                    Diagnostic::new(Code::UnclosedBrace, open_span, message, label)
                        .with_label(self.span(start, start + 1), format!("where `{mark}` closes something else"))
                        .with_help(format!("write `{}` before this `{mark}`", closer(open.mark))),
                );
                self.scan.stopped = true;
            }
            None => {
                let message = format!("`{mark}` closes nothing");
                self.report(
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

    fn finish(mut self) -> Scan {
        // What is open behind a text that is not closed may be closed in it.
        if !self.scan.stopped && self.scan.open_texts.is_empty() {
            for open in std::mem::take(&mut self.open) {
                let span = self.span(open.start, open.start + 1);
                let message = format!("`{}` is not closed before the end of its item", open.mark);
                let diagnostic = Diagnostic::new(Code::UnclosedBrace, span, message, "opened here");
                self.report(diagnostic.with_help(format!("write `{}` where it ends", closer(open.mark))));
                self.scan.stopped = true;
            }
        }
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
