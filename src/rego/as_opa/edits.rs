//! Changes of a text, and where things stand in it.
//!
//! The spans of regorus' parser are not all to be trusted: that of a text lies within its quotes, that of an object begins at its
//! last key, that of something in brackets may have one of them. So places are found with the marks around them.

use std::ops::Range;

use regorus::unstable::{Expr, Span};

/// Something that takes the place of a range.
#[derive(Clone)]
pub(super) struct Edit {
    pub(super) at: Range<usize>,
    pub(super) parts: Vec<Part>,
}

#[derive(Clone)]
pub(super) enum Part {
    /// New text.
    Added(String),
    /// A range of the text as it was.
    Moved(Range<usize>),
}

impl Part {
    pub(super) fn added(text: impl Into<String>) -> Part {
        Part::Added(text.into())
    }
}

/// Edits that belong together.
pub(super) struct Group {
    pub(super) edits: Vec<Edit>,
}

impl Group {
    /// From the first to the last of its edits, with what they move.
    fn covers(&self) -> Range<usize> {
        let start = self.edits.iter().map(|edit| edit.at.start).min().unwrap_or(0);
        let end = self.edits.iter().map(|edit| edit.at.end).max().unwrap_or(0);
        start..end
    }
}

/// Groups that do not touch one another: of those that do, the smaller ones.
pub(super) fn disjoint(mut groups: Vec<Group>) -> Vec<Group> {
    groups.retain(|group| !group.edits.is_empty());
    groups.sort_by_key(|group| (group.covers().len(), group.covers().start));
    let mut taken: Vec<Group> = Vec::new();
    for group in groups {
        let own = group.covers();
        let touches = |other: &Group| own.start <= other.covers().end && other.covers().start <= own.end;
        if !taken.iter().any(touches) {
            taken.push(group);
        }
    }
    taken
}

/// Applies groups that do not touch one another. Returns the text, and where its pieces come from.
pub(super) fn applied(text: &str, groups: Vec<Group>) -> (String, Vec<(usize, usize)>) {
    let mut edits: Vec<Edit> = groups.into_iter().flat_map(|group| group.edits).collect();
    // Of several at one place the order is that in which they were made.
    edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
    let (mut out, mut pieces, mut at) = (String::new(), Vec::new(), 0);
    let mut put = |text: &str, from: usize, out: &mut String| {
        pieces.push((out.len(), from));
        out.push_str(text);
    };
    for edit in &edits {
        put(text.get(at..edit.at.start).unwrap_or(""), at, &mut out);
        for part in &edit.parts {
            match part {
                Part::Added(added) => put(added, edit.at.start, &mut out),
                Part::Moved(range) => put(text.get(range.clone()).unwrap_or(""), range.start, &mut out),
            }
        }
        at = edit.at.end;
    }
    put(text.get(at..).unwrap_or(""), at, &mut out);
    (out, pieces)
}

/// A text in which places are looked for.
#[derive(Clone, Copy)]
pub(super) struct Text<'t>(pub(super) &'t str);

impl Text<'_> {
    pub(super) fn byte(self, at: usize) -> Option<u8> {
        self.0.as_bytes().get(at).copied()
    }

    /// Where something ends: behind its quote, if it ends with a text.
    pub(super) fn end(self, span: &Span) -> usize {
        let end = span.end as usize;
        end + usize::from(matches!(self.byte(end), Some(b'"' | b'`')))
    }

    /// Where blanks and comments end that begin at a place.
    pub(super) fn blank_end(self, mut from: usize) -> usize {
        loop {
            let rest = self.0.get(from..).unwrap_or("");
            let inner = rest.trim_start();
            from += rest.len() - inner.len();
            match inner.strip_prefix('#') {
                Some(comment) => from += 1 + comment.find('\n').unwrap_or(comment.len()),
                None => return from,
            }
        }
    }

    /// Where a statement begins: before its quote, if it begins with a text.
    pub(super) fn start(self, span: &Span) -> usize {
        let start = span.start as usize;
        let is_quote = start > 0 && matches!(self.byte(start - 1), Some(b'"' | b'`'));
        start - usize::from(is_quote)
    }

    /// Where an expression begins, brackets around it left out.
    fn expr_start(self, expr: &Expr) -> usize {
        match expr {
            Expr::Object { fields, span, .. } => match fields.first() {
                Some((_, key, _)) => {
                    let before = self.0.get(..self.expr_start(key)).unwrap_or("");
                    before.rfind('{').unwrap_or(span.start as usize)
                }
                None => span.start as usize,
            },
            Expr::Call { fcn: first, .. }
            | Expr::RefDot { refr: first, .. }
            | Expr::RefBrack { refr: first, .. }
            | Expr::BinExpr { lhs: first, .. }
            | Expr::BoolExpr { lhs: first, .. }
            | Expr::ArithExpr { lhs: first, .. }
            | Expr::AssignExpr { lhs: first, .. } => self.expr_start(first),
            Expr::Membership { key, value, .. } => self.expr_start(key.as_ref().unwrap_or(value)),
            other => self.start(other.span()),
        }
    }

    /// Where an expression stands: with as many brackets closed in it as are opened.
    pub(super) fn range(self, expr: &Expr) -> Option<Range<usize>> {
        let (start, mut end) = (self.expr_start(expr), self.end(expr.span()));
        for _ in 0..64 {
            match self.balance(start..end)? {
                0 => return Some(start..end),
                // It ends before its own bracket, or behind one that is not its own.
                1.. => end = self.blank_end(end) + 1,
                _ => end = self.0.get(start..end)?.trim_end().len() + start - 1,
            }
        }
        None
    }

    /// How many brackets are open at the end of a range; those in texts and comments do not count.
    fn balance(self, range: Range<usize>) -> Option<i32> {
        let bytes = self.0.get(range)?.as_bytes();
        let (mut open, mut at) = (0, 0);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'(' | b'[' | b'{' => open += 1,
                b')' | b']' | b'}' => open -= 1,
                b'#' => at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len()),
                b'"' | b'`' => {
                    let quote = *byte;
                    at += 1;
                    while bytes.get(at).is_some_and(|byte| *byte != quote) {
                        at += 1 + usize::from(bytes[at] == b'\\' && quote == b'"');
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Some(open)
    }
}

/// Whether a value is written out, and so defined.
pub(super) fn is_written_out(expr: &Expr) -> bool {
    match expr {
        Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. } => {
            true
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().all(|item| is_written_out(item)),
        Expr::Object { fields, .. } => {
            fields.iter().all(|(_, key, value)| is_written_out(key) && is_written_out(value))
        }
        _ => false,
    }
}

/// Statements with something before, between and behind them.
pub(super) fn block(before: &str, statements: &[Vec<Part>], behind: &str) -> Vec<Part> {
    let mut parts = vec![Part::added(before)];
    for (position, statement) in statements.iter().enumerate() {
        if position > 0 {
            parts.push(Part::added("; "));
        }
        parts.extend(statement.iter().cloned());
    }
    parts.push(Part::added(behind));
    parts
}
