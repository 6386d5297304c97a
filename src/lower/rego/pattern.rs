//! Patterns that mean the same in every engine of Rego.

/// Whether a pattern is written in what RE2 and Rust's engine read alike: letters as they are, classes of letters and
/// ranges, groups, alternatives, repetition, `.`, `^` and `$`. Named classes differ (`\d` is any digit of Unicode in one, an
/// ASCII one in the other), and so do options and operations on classes.
pub(super) fn is_portable(pattern: &str) -> bool {
    let mut letters = pattern.chars().peekable();
    let mut in_class = false;
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        match letter {
            '\\' => match letters.next() {
                Some(escaped) if escaped.is_ascii_punctuation() => {}
                _ => return false,
            },
            '[' if in_class => return false,
            '[' => in_class = true,
            ']' if in_class => in_class = false,
            '&' | '-' | '~' if in_class && next == Some(letter) => return false,
            '?' if before == '(' && !in_class => return false,
            // More than that is refused by RE2.
            '{' if !in_class => {
                let inside: String = letters.by_ref().take_while(|letter| *letter != '}').collect();
                if !inside.split(',').all(|number| number.is_empty() || number.parse::<u16>().is_ok_and(|n| n <= 1000))
                {
                    return false;
                }
            }
            letter if letter.is_control() => return false,
            _ => {}
        }
        before = letter;
    }
    !in_class
}

#[cfg(test)]
mod tests {
    use super::is_portable;

    #[test]
    fn only_what_all_engines_read_alike_is_portable() {
        for pattern in ["^MF-[0-9]{5}$", r"a\.b|(c|d)+", "[^a-z]*", "ü{1,3}", r"\/x"] {
            assert!(is_portable(pattern), "{pattern}");
        }
        for pattern in [r"\d+", r"\w", r"a\b", "(?i)x", "[a&&b]", "[[:alpha:]]", "a{2000}", "[a"] {
            assert!(!is_portable(pattern), "{pattern}");
        }
    }
}
