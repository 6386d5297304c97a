//! Lines of text within a width: wrapped, indented, escaped, and styled if so wished.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::Layout;

/// What a piece of text is, which says how it is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Running text.
    Plain,
    /// A heading or a name.
    Strong,
    /// What explains and may be skipped.
    Quiet,
    /// A nonconformity.
    Bad,
    /// Something unknown.
    Doubtful,
    /// Conformity.
    Good,
    /// Advice.
    Advice,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Tone::Plain => Style::new(),
            Tone::Strong => Style::new().bold(),
            Tone::Quiet => Style::new().dimmed(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Doubtful => AnsiColor::Yellow.on_default(),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Advice => AnsiColor::Cyan.on_default(),
        }
    }
}

/// Text as it grows, line by line. No line is longer than the width unless it is verbatim, and none ends in white space.
pub(crate) struct Page {
    width: usize,
    styled: bool,
    text: String,
}

impl Page {
    pub(crate) fn new(layout: Layout) -> Page {
        Page { width: layout.width.clamp(20, Layout::MOST_COLUMNS), styled: layout.styled, text: String::new() }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// Adds an empty line, unless there is one already or nothing yet.
    pub(crate) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Adds a line across the page.
    pub(crate) fn rule_off(&mut self) {
        self.blank();
        let line = "─".repeat(self.width);
        self.push(0, Tone::Quiet, &line);
    }

    /// Adds text, wrapped under its own indent.
    pub(crate) fn line(&mut self, indent: usize, tone: Tone, text: &str) {
        self.hanging(indent, tone, "", text);
    }

    /// Adds text behind a mark, wrapped under where the text begins.
    pub(crate) fn hanging(&mut self, indent: usize, tone: Tone, mark: &str, text: &str) {
        let (mark, text) = (clean(mark), clean(text));
        let inner = indent + mark.width();
        let mut first = true;
        for piece in textwrap::wrap(&text, self.room(inner)) {
            let lead = if first { mark.clone() } else { " ".repeat(mark.width()) };
            self.push(indent, tone, format!("{lead}{piece}").trim_end());
            first = false;
        }
    }

    /// Adds a line as it is, however long: what is laid out in columns, or to be copied.
    pub(crate) fn verbatim(&mut self, indent: usize, tone: Tone, text: &str) {
        self.push(indent, tone, clean(text).trim_end());
    }

    /// Adds text on the left and text on the right of one line, or of two where one does not hold both.
    pub(crate) fn row(&mut self, indent: usize, left: &str, left_tone: Tone, right: &str, right_tone: Tone) {
        let (left, right) = (clean(left), clean(right));
        let taken = indent + left.width() + right.width();
        if right.is_empty() || taken + 2 > self.width {
            self.line(indent, left_tone, &left);
            if !right.is_empty() {
                self.line(indent + 2, right_tone, &right);
            }
            return;
        }
        let gap = " ".repeat(self.width - taken);
        let (left, right) = (self.paint(left_tone, &left), self.paint(right_tone, &right));
        self.text.push_str(&format!("{}{left}{gap}{right}\n", " ".repeat(indent)));
    }

    /// Adds a list on one line: as many names as it holds, and how many more there are.
    pub(crate) fn list(&mut self, mark: &str, names: &[&str]) {
        let whole = |count: usize| {
            let more = match names.len() - count {
                0 => ".".to_owned(),
                more => format!(" and {more} more."),
            };
            format!("{}{more}", clean(&names[..count].join(", ")))
        };
        let fits = |count: &usize| mark.width() + whole(*count).width() <= self.width;
        let count = (1..=names.len()).rev().find(fits).unwrap_or(names.len().min(1));
        self.hanging(0, Tone::Plain, mark, &whole(count));
    }

    fn room(&self, indent: usize) -> textwrap::Options<'static> {
        textwrap::Options::new(self.width.saturating_sub(indent).max(8))
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
    }

    fn push(&mut self, indent: usize, tone: Tone, text: &str) {
        if !text.is_empty() {
            let text = self.paint(tone, text);
            self.text.push_str(&" ".repeat(indent));
            self.text.push_str(&text);
        }
        self.text.push('\n');
    }

    fn paint(&self, tone: Tone, text: &str) -> String {
        let style = tone.style();
        if self.styled && style != Style::new() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// Makes visible what could steer a terminal or reorder text: control characters, and marks of writing direction.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => cleaned.push_str("\\n"),
            '\t' => cleaned.push_str("\\t"),
            '\r' => cleaned.push_str("\\r"),
            '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                cleaned.extend(character.escape_unicode());
            }
            control if control.is_control() => cleaned.extend(control.escape_unicode()),
            other => cleaned.push(other),
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_gets_through() {
        assert_eq!(
            clean("a\u{1b}[31mb\u{9b}2J\u{7}\r\n\u{202e}c\u{0}"),
            "a\\u{1b}[31mb\\u{9b}2J\\u{7}\\r\\n\\u{202e}c\\u{0}"
        );
        assert_eq!(clean("Zoë ✓ 東京"), "Zoë ✓ 東京");
    }

    #[test]
    fn lines_keep_to_the_width() {
        for width in [20, 33, 57] {
            let mut page = Page::new(Layout { width, styled: false });
            page.line(
                4,
                Tone::Plain,
                "a text that is much longer than any of these widths, with 東京東京東京東京東京東京東京東京東京東京",
            );
            page.hanging(6, Tone::Bad, "• ", &"x".repeat(200));
            page.row(2, "left side of a row", Tone::Good, "right side of it", Tone::Quiet);
            page.rule_off();
            let text = page.finish();
            assert!(text.lines().all(|line| line.width() <= width), "{width}\n{text}");
        }
    }
}
