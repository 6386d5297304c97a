//! What stands between two items: comments and blank lines.

use super::layout::{Comment, INDENT};
use crate::syntax::ast::ItemKind;

/// The comments between two items, before the first or behind the last.
#[derive(Debug)]
pub(super) struct Gap<'a> {
    before: Option<ItemKind>,
    next: Option<ItemKind>,
    comments: Vec<Comment<'a>>,
    /// How many of them, the first ones, are indented: they go on with the item before.
    indented: usize,
    /// Whether a blank line stands before the next item.
    blank: bool,
}

impl<'a> Gap<'a> {
    /// Reads the text between an item, or the beginning of the file, and the next item, or the end of the file.
    pub(super) fn new(text: &'a str, before: Option<ItemKind>, next: Option<ItemKind>) -> Gap<'a> {
        let mut gap = Gap { before, next, comments: Vec::new(), indented: 0, blank: false };
        let text = text.trim_start_matches('\u{FEFF}');
        // What is left of the line on which an item ends, and what stands before one on its line, are no blank lines.
        let behind = if before.is_some() { text.split_once('\n').map_or("", |(_, behind)| behind) } else { text };
        for line in behind.split_inclusive('\n') {
            let content = line.trim();
            if content.starts_with('#') {
                let goes_on = before.is_some() && line.starts_with([' ', '\t']) && gap.indented == gap.comments.len();
                gap.indented += usize::from(goes_on);
                gap.comments.push(Comment { text: content, blank: gap.blank });
            }
            gap.blank = content.is_empty() && line.ends_with('\n');
        }
        gap.set_blank_lines();
        gap
    }

    /// One blank line at most stands anywhere, none at the beginning and at the end of the file, and one between items
    /// unless both are of a kind that takes one line.
    fn set_blank_lines(&mut self) {
        if self.before.is_none() {
            match self.comments.first_mut() {
                Some(first) => first.blank = false,
                None => self.blank = false,
            }
        }
        let (Some(before), Some(next)) = (self.before, self.next) else {
            self.blank &= self.next.is_some();
            return;
        };
        let separated = self.blank || self.comments.iter().skip(self.indented).any(|comment| comment.blank);
        let may_touch = takes_one_line(before) && takes_one_line(next);
        if !separated && !may_touch {
            match self.comments.get_mut(self.indented) {
                Some(first) => first.blank = true,
                None => self.blank = true,
            }
        }
    }

    /// Writes it behind the line break with which the item before ends.
    pub(super) fn write(&self, text: &mut String) {
        for (at, comment) in self.comments.iter().enumerate() {
            if comment.blank {
                text.push('\n');
            }
            if at < self.indented {
                text.extend(std::iter::repeat_n(' ', INDENT));
            }
            text.push_str(comment.text);
            text.push('\n');
        }
        if self.blank {
            text.push('\n');
        }
    }
}

/// Whether items of a kind usually take one line, so that they may stand below one another without a blank line.
fn takes_one_line(kind: ItemKind) -> bool {
    match kind {
        ItemKind::Zone | ItemKind::Parameter | ItemKind::Bind | ItemKind::Define => true,
        ItemKind::Standard
        | ItemKind::Record
        | ItemKind::Extend
        | ItemKind::Calendar
        | ItemKind::Rule
        | ItemKind::Advice
        | ItemKind::Source
        | ItemKind::LeaveOut
        | ItemKind::Table
        | ItemKind::Test
        | ItemKind::Unknown => false,
    }
}
