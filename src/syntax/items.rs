//! Cutting a file into items, before any grammar sees it.
//!
//! An item begins in column 1 and nothing else does, except its closing `}` and `#` comments. So an item ends where the
//! next one begins, whatever quotes or braces it leaves open.

use std::ops::Range;

/// An item's place in its file, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawItem {
    /// From its first byte to the last that is neither blank nor in a comment behind it.
    pub(super) range: Range<usize>,
    /// Where the next item begins.
    pub(super) end: usize,
    /// Whether it begins in column 1; if not, it is text that stands before the first item.
    pub(super) in_column_one: bool,
}

/// Cuts a text, from the offset `start` on, into items; blank lines and comments before the first belong to none.
pub(super) fn cut(text: &str, start: usize) -> Vec<RawItem> {
    let mut items: Vec<RawItem> = Vec::new();
    let mut offset = start;
    for line in text.get(start..).unwrap_or("").split_inclusive('\n') {
        let content = line.trim();
        let blank = content.is_empty() || content.starts_with('#');
        let indented = line.starts_with(|first: char| first.is_whitespace());
        let continues = items.last().is_some_and(|_| blank || indented || line.starts_with('}'));
        let end = offset + line.len();
        match items.last_mut() {
            Some(item) if continues => {
                item.end = end;
                if !blank {
                    item.range.end = offset + line.trim_end().len();
                }
            }
            _ if blank => {}
            _ => {
                let first = offset + (line.len() - line.trim_start().len());
                let range = first..offset + line.trim_end().len();
                items.push(RawItem { range, end, in_column_one: !indented });
            }
        }
        offset = end;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        cut(text, 0).into_iter().map(|item| &text[item.range]).collect()
    }

    #[test]
    fn an_item_ends_where_the_next_begins_in_column_one() {
        assert_eq!(pieces("zone \"a\"\n\nrule b\n  c\n"), ["zone \"a\"", "rule b\n  c"]);
    }

    #[test]
    fn a_closing_brace_and_comments_in_column_one_stay_inside() {
        assert_eq!(pieces("record a {\n# why\n  b: text\n}\n# c\n\nzone"), ["record a {\n# why\n  b: text\n}", "zone"]);
    }

    #[test]
    fn open_quotes_and_braces_end_with_their_item() {
        assert_eq!(pieces("advice a \"b {\n  c (\nrule d\n"), ["advice a \"b {\n  c (", "rule d"]);
    }

    #[test]
    fn text_before_the_first_item_is_an_item_outside_column_one() {
        let items = cut("# c\n  rule a\n  b\nzone", 0);
        assert_eq!(items.iter().map(|item| item.in_column_one).collect::<Vec<_>>(), [false, true]);
        assert_eq!(items[0].range, 6..16);
    }

    #[test]
    fn carriage_returns_belong_to_the_line_break() {
        assert_eq!(pieces("zone \"a\"\r\nrule b\r\n  c\r\n"), ["zone \"a\"", "rule b\r\n  c"]);
    }
}
