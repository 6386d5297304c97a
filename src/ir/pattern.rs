//! Patterns of file names: what in them is the same in every name, and what differs.

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// These characters.
    Text(&'a str),
    /// `*`: any characters but `/`, or none.
    Any,
    /// `{ticket}`: one character or more, but no `/`, which have this name.
    Named(&'a str),
}

/// Cuts a pattern into its parts, from left to right. Braces that hold no name are characters like others.
pub fn parts(pattern: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut rest, mut text) = (pattern, 0);
    while let Some(next) = rest[text..].chars().next() {
        let (part, length) = match (next, name_in_braces(&rest[text..])) {
            ('*', _) => (Part::Any, 1),
            ('{', Some(name)) => (Part::Named(name), name.len() + 2),
            _ => {
                text += next.len_utf8();
                continue;
            }
        };
        if text > 0 {
            parts.push(Part::Text(&rest[..text]));
        }
        parts.push(part);
        rest = &rest[text + length..];
        text = 0;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

fn name_in_braces(text: &str) -> Option<&str> {
    let name = &text.strip_prefix('{')?[..text.find('}')? - 1];
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_cut_into_parts() {
        assert_eq!(parts("a*.csv"), [Part::Text("a"), Part::Any, Part::Text(".csv")]);
        assert_eq!(parts("{a}/é{b_1}"), [Part::Named("a"), Part::Text("/é"), Part::Named("b_1")]);
        assert_eq!(parts("{}{1}{a b}}{"), [Part::Text("{}{1}{a b}}{")]);
        assert_eq!(parts(""), []);
    }
}
