//! Takes the pieces of an item from its text, in order, and lays them out.
//!
//! Every word, mark and text is taken from where the last one ended, and must be the one that the tree announces. So no
//! piece can be lost, doubled or respelt: where tree and text do not agree, the item is not written at all. What stands
//! between two pieces is blanks and comments. A comment behind a piece stays at the end of its line; one on a line of its
//! own stays above the line of the piece that follows.

use unicode_width::UnicodeWidthStr;

use super::layout::{Break, BreakKind, Comment, Op};
use crate::source::Span;
use crate::syntax::ast::{Expr, Template, TemplatePart};

/// Lays out one item.
pub(super) struct Writer<'a> {
    text: &'a str,
    /// Where the next piece begins.
    position: usize,
    /// Where the item ends.
    end: usize,
    ops: Vec<Op<'a>>,
    /// The position in `ops` of the last break that comments can go up to.
    last_break: usize,
    /// Comments behind pieces of the line that is being written.
    behind: Vec<&'a str>,
    /// Whether the last piece has one of them behind it.
    is_behind_comment: bool,
    /// Comments on lines of their own since the last piece.
    above: Vec<Comment<'a>>,
    /// Whether a blank line stands before the next piece.
    blank: bool,
    /// How many holes of templates are around the next piece: no line breaks there.
    holes: usize,
    /// Whether the text is not what the tree says.
    lost: bool,
}

/// An item, laid out.
pub(super) struct Written<'a> {
    /// What is written.
    pub(super) ops: Vec<Op<'a>>,
    /// A comment at the end of its last line.
    pub(super) trailing: Option<&'a str>,
}

impl<'a> Writer<'a> {
    /// Begins with the item under a place of a file's text.
    pub(super) fn new(text: &'a str, place: Span) -> Writer<'a> {
        let range = place.range();
        let mut writer = Writer {
            text,
            position: range.start,
            end: range.end,
            ops: Vec::new(),
            last_break: 0,
            behind: Vec::new(),
            is_behind_comment: false,
            above: Vec::new(),
            blank: false,
            holes: 0,
            lost: false,
        };
        writer.push_break(BreakKind::Start, "", false);
        writer
    }

    /// What was written; none if the text is not what the tree says.
    pub(super) fn finish(mut self) -> Option<Written<'a>> {
        let trailing = self.take_behind();
        let complete = !self.lost && self.position == self.end && self.above.is_empty();
        complete.then_some(Written { ops: self.ops, trailing })
    }

    // ---- pieces

    /// Takes words or marks; several stand with a blank between them.
    pub(super) fn word(&mut self, words: &str) {
        for (at, word) in words.split(' ').enumerate() {
            if at > 0 {
                self.space();
            }
            self.lost |= !self.rest().starts_with(word);
            self.take_to(self.position + word.len());
        }
    }

    /// Takes what stands under a place, as it is.
    pub(super) fn take(&mut self, place: Span) {
        self.lost |= place.start as usize != self.position;
        self.take_to(place.end as usize);
    }

    /// Takes the characters that come next as long as they belong together.
    pub(super) fn take_while(&mut self, belongs: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.take_to(self.position + rest.find(|c| !belongs(c)).unwrap_or(rest.len()));
    }

    /// Takes a mark that may be there, without writing it.
    pub(super) fn skip(&mut self, mark: &str) {
        if self.rest().starts_with(mark) {
            self.position += mark.len();
            self.skip_blanks();
        }
    }

    /// Whether a word or a mark comes next.
    pub(super) fn is_next(&self, word: &str) -> bool {
        self.rest().strip_prefix(word).is_some_and(|rest| {
            let goes_on = |c: char| c.is_ascii_alphanumeric() || c == '_';
            !(word.ends_with(goes_on) && rest.starts_with(goes_on))
        })
    }

    /// Whether a word comes next as a field to which something is assigned.
    pub(super) fn is_next_field(&self, word: &str) -> bool {
        let behind = self.rest().strip_prefix(word).unwrap_or("");
        behind.trim_start().starts_with('=')
    }

    /// Takes a text or a word.
    pub(super) fn text_or_word(&mut self) {
        if self.is_next("\"") {
            self.take_to(self.position + end_of_text(self.rest()));
        } else {
            self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        }
    }

    /// How wide what stands under a place is, on one line.
    pub(super) fn width(&self, place: Span) -> usize {
        self.text.get(place.range()).unwrap_or("").width()
    }

    /// Whether comments stand between the last piece and the next and can stay there.
    pub(super) fn has_comments(&self) -> bool {
        !self.above.is_empty() || (self.is_behind_comment && self.behind.len() == 1)
    }

    /// Takes the texts under a place, which join: one to a line.
    pub(super) fn texts(&mut self, place: Span) {
        self.one_below_the_other(place, |writer| {
            let end = end_of_text(writer.rest());
            writer.take_to(writer.position + end);
        });
    }

    /// Takes the texts of a template, which join: one to a line. What is in its holes is laid out by `hole`.
    pub(super) fn template(&mut self, template: &Template, hole: impl Fn(&mut Writer<'a>, &Expr)) {
        let mut holes = template.parts.iter().filter_map(|part| match part {
            TemplatePart::Hole(expr) => Some(expr),
            TemplatePart::Text(_) => None,
        });
        self.one_below_the_other(template.span, |writer| {
            loop {
                let end = end_of_template_text(writer.rest());
                let text = writer.text.get(writer.position..writer.position + end).unwrap_or("");
                if !text.ends_with('{') {
                    return writer.take_to(writer.position + end);
                }
                writer.holes += 1;
                writer.take_to(writer.position + end);
                match holes.next() {
                    Some(expr) => hole(writer, expr),
                    None => writer.lost = true,
                }
                writer.holes -= 1;
                // What follows the brace is text again: no blanks and no comments are skipped.
                writer.lost |= !writer.rest().starts_with('}');
                if writer.lost {
                    return;
                }
            }
        });
    }

    fn one_below_the_other(&mut self, place: Span, mut one: impl FnMut(&mut Writer<'a>)) {
        self.lost |= place.start as usize != self.position;
        self.aligned(|writer| {
            one(writer);
            while !writer.lost && writer.position < place.end as usize {
                writer.hard();
                one(writer);
            }
        });
    }

    /// Takes a piece up to an offset, and looks at what stands behind it.
    fn take_to(&mut self, end: usize) {
        match self.text.get(self.position..end) {
            Some(piece) if !self.lost && !piece.is_empty() && end <= self.end => {
                let comments = self.take_above();
                if let Some(Op::Break(place)) = self.ops.get_mut(self.last_break) {
                    place.above.extend(comments);
                }
                self.ops.push(Op::Text(piece));
                self.position = end;
                self.skip_blanks();
            }
            _ => self.lost = true,
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..self.end).unwrap_or("")
    }

    /// Goes on to the next piece, and notes the comments up to it.
    fn skip_blanks(&mut self) {
        let mut lines = 0;
        (self.blank, self.is_behind_comment) = (false, false);
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            lines += rest[..blanks].bytes().filter(|byte| *byte == b'\n').count();
            self.position += blanks;
            let rest = &rest[blanks..];
            if !rest.starts_with('#') {
                break;
            }
            let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
            if lines == 0 && self.above.is_empty() {
                self.behind.push(line.trim_end());
                self.is_behind_comment = true;
            } else {
                self.above.push(Comment { text: line.trim_end(), blank: lines > 1 });
            }
            self.position += line.len();
            lines = 0;
        }
        self.blank = lines > 1;
    }

    // ---- what stands between pieces

    /// Writes a blank.
    pub(super) fn space(&mut self) {
        self.ops.push(Op::Text(" "));
    }

    /// Writes so many blanks.
    pub(super) fn spaces(&mut self, count: usize) {
        self.choice(" ".repeat(count), " ".repeat(count));
    }

    /// Writes one text in groups on one line, another one in groups that are broken.
    pub(super) fn choice(&mut self, flat: impl Into<String>, broken: impl Into<String>) {
        let flat = flat.into();
        let broken = if self.holes > 0 { flat.clone() } else { broken.into() };
        self.ops.push(Op::Choice(flat, broken));
    }

    /// A blank, or a line break where the group does not fit on one line.
    pub(super) fn line(&mut self) {
        self.push_break(BreakKind::Soft, " ", false);
    }

    /// Nothing, or a line break where the group does not fit on one line.
    pub(super) fn soft(&mut self) {
        self.push_break(BreakKind::Soft, "", false);
    }

    /// As [`Writer::line`], before a bracket that closes.
    pub(super) fn line_before_close(&mut self) {
        self.push_break(BreakKind::Soft, " ", true);
    }

    /// As [`Writer::soft`], before a bracket that closes.
    pub(super) fn soft_before_close(&mut self) {
        self.push_break(BreakKind::Soft, "", true);
    }

    /// A blank, or a line break where what follows does not fit; see [`BreakKind::Fill`].
    ///
    /// Of comments, only one directly before it makes it a line break: others stay behind the whole line.
    pub(super) fn fill(&mut self, hugs: bool) {
        let stays = self.above.is_empty() && !self.is_behind_comment;
        let further = if stays { std::mem::take(&mut self.behind) } else { Vec::new() };
        self.push_break(BreakKind::Fill { hugs }, " ", false);
        self.behind.extend(further);
    }

    /// A line break.
    pub(super) fn hard(&mut self) {
        self.push_break(BreakKind::Hard, " ", false);
    }

    fn push_break(&mut self, kind: BreakKind, flat: &'static str, closes: bool) {
        if self.holes > 0 {
            return self.ops.push(Op::Text(flat));
        }
        let trailing = self.take_behind();
        let above = self.take_above();
        // Comments that go up go further: so that no operation is broken for the sake of them.
        if !matches!(kind, BreakKind::Fill { .. }) {
            self.last_break = self.ops.len();
        }
        self.ops.push(Op::Break(Break { kind, flat, closes, blank: false, trailing, above }));
    }

    /// The comments on lines of their own, without blank lines.
    fn take_above(&mut self) -> Vec<Comment<'a>> {
        self.above.drain(..).map(|comment| Comment { blank: false, ..comment }).collect()
    }

    /// The comment at the end of the line that is being written; several stand above it.
    fn take_behind(&mut self) -> Option<&'a str> {
        if self.behind.len() > 1 {
            let comments = self.behind.drain(..).map(|text| Comment { text, blank: false });
            if let Some(Op::Break(place)) = self.ops.get_mut(self.last_break) {
                place.above.extend(comments);
            }
        }
        self.behind.pop()
    }

    // ---- what stands around pieces

    /// Lays out a group: on one line if it fits, else with all its breaks.
    pub(super) fn group(&mut self, inside: impl FnOnce(&mut Writer<'a>)) {
        self.around(Op::Open, inside, Op::Close);
    }

    /// Lays out lines one level further right.
    pub(super) fn indented(&mut self, inside: impl FnOnce(&mut Writer<'a>)) {
        self.around(Op::Indent, inside, Op::Dedent);
    }

    /// As [`Writer::indented`] if the last break is a line break.
    pub(super) fn indented_if_below(&mut self, inside: impl FnOnce(&mut Writer<'a>)) {
        self.around(Op::IndentIfBelow, inside, Op::Dedent);
    }

    /// Lays out what stands behind what is before if it fits, else below it.
    pub(super) fn below(&mut self, inside: impl FnOnce(&mut Writer<'a>)) {
        self.group(|writer| {
            writer.indented(|writer| {
                writer.line();
                inside(writer);
            });
        });
    }

    /// Lays out lines below the current column.
    fn aligned(&mut self, inside: impl FnOnce(&mut Writer<'a>)) {
        self.around(Op::Align, inside, Op::Dedent);
    }

    fn around(&mut self, before: Op<'a>, inside: impl FnOnce(&mut Writer<'a>), after: Op<'a>) {
        let laid_out = self.holes == 0;
        if laid_out {
            self.ops.push(before);
        }
        inside(self);
        if laid_out {
            self.ops.push(after);
        }
    }

    /// Lays out things with a comma between them, each of which may begin a line.
    pub(super) fn list<T>(&mut self, things: &[T], one: impl Fn(&mut Writer<'a>, &T)) {
        for (at, thing) in things.iter().enumerate() {
            if at > 0 {
                self.word(",");
                self.line();
            }
            one(self, thing);
        }
    }

    /// Lays out a list in brackets: on one line, or one thing to a line.
    pub(super) fn brackets<T>(&mut self, brackets: [&str; 2], things: &[T], one: impl Fn(&mut Writer<'a>, &T)) {
        let [opening, closing] = brackets;
        self.group(|writer| {
            writer.word(opening);
            if !things.is_empty() {
                writer.indented(|writer| {
                    writer.soft();
                    writer.list(things, one);
                });
                writer.soft_before_close();
            }
            writer.word(closing);
        });
    }

    /// Lays out a block in braces: each entry begins a line, and blank lines between them stay.
    pub(super) fn block<T>(&mut self, entries: &[T], one: impl Fn(&mut Writer<'a>, &T)) {
        self.word("{");
        if entries.is_empty() && !self.has_comments() {
            return self.word("}");
        }
        self.indented(|writer| {
            for (at, entry) in entries.iter().enumerate() {
                writer.entry(at == 0);
                one(writer, entry);
            }
        });
        self.end_of_block(entries.is_empty());
        self.word("}");
    }

    /// A line break before an entry of a block; blank lines stay, except before the first.
    pub(super) fn entry(&mut self, first: bool) {
        self.break_with_blanks(first, false);
    }

    /// A line break before the end of a block.
    pub(super) fn end_of_block(&mut self, empty: bool) {
        self.blank = false;
        self.break_with_blanks(empty, true);
    }

    fn break_with_blanks(&mut self, first: bool, closes: bool) {
        let mut above = std::mem::take(&mut self.above);
        let blank = self.blank && !(first && above.is_empty());
        if let (true, Some(comment)) = (first, above.first_mut()) {
            comment.blank = false;
        }
        self.push_break(BreakKind::Hard, " ", closes);
        if let (0, Some(Op::Break(place))) = (self.holes, self.ops.get_mut(self.last_break)) {
            (place.above, place.blank) = (above, blank);
        }
    }
}

/// Where the text in quotes with which a text begins ends.
fn end_of_text(text: &str) -> usize {
    let mut escaped = true;
    for (at, character) in text.char_indices() {
        if character == '"' && !escaped {
            return at + 1;
        }
        // The first character is the opening quotation mark.
        escaped = if at == 0 { false } else { character == '\\' && !escaped };
    }
    text.len()
}

/// Where the text of a template ends that begins with its quotation mark or with the end of a hole: behind its closing
/// quotation mark, or behind the brace that opens the next hole.
fn end_of_template_text(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '{' if characters.peek().is_some_and(|(_, next)| *next == '{') => {
                characters.next();
            }
            '"' | '{' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
