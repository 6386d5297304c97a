//! The same program in another layout: blanks, line breaks and comments between its pieces are drawn anew.

use crate::generate::choices::Choices;

/// Lays a program out by chance; with comments between its pieces, or without.
///
/// Without them, what is formatted must come out the same: so no blank lines are added where they would stay.
pub(crate) fn roughen(text: &str, tape: &[u32], with_comments: bool) -> String {
    let mut choices = Choices::new(tape);
    let (mut rough, mut item, mut last, mut count) = (String::new(), "", "", 0);
    for (gap, piece) in pieces(text) {
        let begins_item = (gap.is_empty() && rough.is_empty()) || (gap.ends_with('\n') && piece != "}");
        if begins_item {
            item = piece;
        }
        // These are read by their lines: items, comments that are there, the entries of a source.
        let by_line = begins_item
            || gap.contains('#')
            || (item == "source" && (gap.contains('\n') || piece == "absent" || last == "absent"));
        // A number and its unit are one value.
        let is_number = last.trim_start_matches(['-', '.']).starts_with(|c: char| c.is_ascii_digit());
        let one_value = is_number && piece.starts_with(|c: char| c.is_ascii_lowercase());
        // A path is one piece, and so are a minus and a mark behind it, as `->`.
        let glued = gap.is_empty() && !(is_bracket(last) || is_bracket(piece));
        if by_line || glued || rough.is_empty() {
            rough += gap;
        } else if one_value {
            rough += choices.pick(&[" ", "   ", "\t"]);
        } else {
            let mut comment = |before: &str, behind: &str| {
                count += 1;
                format!("{before}# comment {count}{behind}")
            };
            rough += &match choices.below(if with_comments { 14 } else { 8 }) {
                0..=2 => {
                    if gap.is_empty() {
                        String::new()
                    } else {
                        " ".to_owned()
                    }
                }
                3 => "  ".to_owned(),
                4 => "\n ".to_owned(),
                5 => "\r\n\t".to_owned(),
                6 | 7 => "\n        ".to_owned(),
                8 | 9 => comment(" ", "\n   "),
                10 => comment("\n  ", "\n  "),
                11 => comment("\n\n", "\n\n  "),
                12 => comment(" ", "\n ") + &comment("", "\r\n  "),
                _ => "\n\n ".to_owned(),
            };
        }
        rough += piece;
        last = piece;
    }
    rough + "\n"
}

fn is_bracket(piece: &str) -> bool {
    matches!(piece, "(" | ")" | "," | "{" | "}" | ":")
}

/// The pieces of a text, each with the blanks and comments before it. Texts are one piece, whatever is in them.
fn pieces(text: &str) -> Vec<(&str, &str)> {
    let (mut pieces, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let start = at + blank(&text[at..]);
        let is_found = pieces.last().is_some_and(|(_, before)| *before == "find");
        let length = piece(&text[start..], is_found);
        if length > 0 {
            pieces.push((&text[at..start], &text[start..start + length]));
        }
        at = start + length.max(usize::from(start == at && length == 0));
    }
    pieces
}

fn blank(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let next = rest.trim_start();
        at += rest.len() - next.len();
        match next.strip_prefix('#') {
            Some(comment) => at += 1 + comment.find('\n').unwrap_or(comment.len()),
            None => return at,
        }
    }
}

/// The length of the piece with which a text begins; `is_found` says that it is what `find` looks for.
fn piece(text: &str, is_found: bool) -> usize {
    if text.starts_with('"') {
        return quoted(text);
    }
    // The colons of an instant have no blank behind them.
    let ends = |at: usize, c: char| {
        matches!(c, '(' | ')' | ',' | '{' | '}' | '"')
            || c.is_whitespace()
            || (c == ':' && text[at..].starts_with(": "))
    };
    if text.starts_with(|c| ends(0, c)) {
        return 1;
    }
    // A pattern may hold anything; elsewhere a blank behind the mark makes a division of it.
    if text.starts_with('/') && (is_found || !text[1..].starts_with(char::is_whitespace)) {
        let mut escaped = true;
        let end = text.find(|c| {
            let ends = c == '/' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        return end.map_or(1, |end| end + 1);
    }
    text.char_indices().find(|(at, c)| ends(*at, *c)).map_or(text.len(), |(at, _)| at)
}

/// The length of a text, texts in its holes included.
fn quoted(text: &str) -> usize {
    let (mut at, mut holes) = (1, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'{' if bytes.get(at + 1) == Some(&b'{') => at += 1,
            b'}' if holes == 0 && bytes.get(at + 1) == Some(&b'}') => at += 1,
            b'{' => holes += 1,
            b'}' => holes -= 1,
            b'"' if holes <= 0 => return at + 1,
            b'"' => at += quoted(&text[at..]) - 1,
            b'\n' => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// All comments of a text, sorted, one on each line. None is in a hole of a template.
pub(crate) fn comments(text: &str) -> String {
    let pieces = pieces(text);
    let end: usize = pieces.iter().map(|(gap, piece)| gap.len() + piece.len()).sum();
    let gaps = pieces.into_iter().map(|(gap, _)| gap).chain([&text[end..]]);
    let mut found: Vec<&str> = gaps.flat_map(str::lines).map(str::trim).filter(|line| line.starts_with('#')).collect();
    found.sort_unstable();
    found.join("\n") + "\n"
}
