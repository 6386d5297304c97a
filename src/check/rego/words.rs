//! The words of a file of Rego, for what can be said of it without parsing it: which fields it may look at.
//!
//! Only names and short texts are told apart; what is in comments is left out. Everything is in one pass over the text.

/// A name or a text in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word<'t> {
    /// The name, or what stands between the quotes.
    pub(super) text: &'t str,
    /// Where that begins and ends, in bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) place: Place,
}

/// How a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A name that begins a line.
    Leads,
    /// A name behind a dot: `c.state`
    Field,
    /// A text that may name a field: `c["state"]`, or an argument behind the first: `object.get(c, "state", "")`
    Key,
    /// Any other name.
    Name,
    /// Any other text.
    Text,
}

/// The words of a file.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let bytes = text.as_bytes();
    let (mut found, mut open) = (Vec::new(), Vec::new());
    let (mut at, mut before, mut leads) = (0, b'\n', true);
    while let Some(byte) = bytes.get(at).copied() {
        let start = at;
        match byte {
            b'\n' => leads = true,
            b' ' | b'\t' | b'\r' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at);
                continue;
            }
            b'"' | b'`' => {
                at = end_of_text(bytes, at);
                let inner = text.get(start + 1..at.saturating_sub(1)).unwrap_or("");
                let is_key = match before {
                    b'[' => bytes.get(at) == Some(&b']'),
                    b',' => open.last() == Some(&b'('),
                    _ => false,
                };
                let place = if is_key { Place::Key } else { Place::Text };
                found.push(Word { text: inner, start: start + 1, end: start + 1 + inner.len(), place });
                (before, leads) = (byte, false);
                continue;
            }
            _ if is_name(byte) => {
                at += bytes[at..].iter().position(|byte| !is_name(*byte)).unwrap_or(bytes.len() - at);
                let place = match before {
                    b'.' => Place::Field,
                    _ if leads => Place::Leads,
                    _ => Place::Name,
                };
                found.push(Word { text: text.get(start..at).unwrap_or(""), start, end: at, place });
                (before, leads) = (byte, false);
                continue;
            }
            b'(' | b'[' | b'{' => open.push(byte),
            b')' | b']' | b'}' => drop(open.pop()),
            _ => {}
        }
        leads &= byte == b'\n';
        before = byte;
        at += 1;
    }
    found
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Where a text ends that begins at a position: behind its other quote, or with its line.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if quote == b'"' => return at,
            _ if *byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(&str, Place)> {
        words(text).into_iter().map(|word| (word.text, word.place)).collect()
    }

    #[test]
    fn names_and_texts_are_told_apart_by_where_they_stand() {
        use Place::{Field, Key, Leads, Name, Text};
        let text = "deny contains c.number if { # c.owner\n  c[\"risk\"] == \"high\"; object.get(c, \"state\", `x`)\n}";
        assert_eq!(
            shown(text),
            [
                ("deny", Leads),
                ("contains", Name),
                ("c", Name),
                ("number", Field),
                ("if", Name),
                ("c", Leads),
                ("risk", Key),
                ("high", Text),
                ("object", Name),
                ("get", Field),
                ("c", Name),
                ("state", Key),
                ("x", Key),
            ]
        );
    }

    #[test]
    fn members_of_a_set_are_no_keys() {
        assert_eq!(shown("x in {\"a\", \"b\"}").last(), Some(&("b", Place::Text)));
        assert_eq!(shown("x := [\"a\", \"b\"]").last(), Some(&("b", Place::Text)));
    }

    #[test]
    fn a_text_that_does_not_end_ends_with_its_line() {
        assert_eq!(shown("\"a\nb"), [("", Place::Text), ("b", Place::Leads)]);
        assert_eq!(shown("`"), [("", Place::Text)]);
        assert_eq!(shown("\"\\").len(), 1);
        assert_eq!(shown("\"ö\" ö").len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn every_word_stands_where_it_says(text in "[a\\.\\[\\]\"`(){},#\\\\ö\n _]{0,40}") {
            for word in words(&text) {
                assert_eq!(text.get(word.start..word.end), Some(word.text));
            }
        }
    }
}
