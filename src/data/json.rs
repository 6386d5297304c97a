//! JSON in memory: values as slices of the text, checked against the grammar and never copied.

use memchr::memchr2;

/// A value of an export, as a slice of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A number, as written.
    Number(&'a str),
    /// A text; what stands for other characters in it is still to be resolved.
    Text(&'a str, Escapes),
    /// An array, brackets included.
    Array(&'a str),
    /// An object, braces included.
    Object(&'a str),
}

impl Raw<'_> {
    /// How many bytes of the text it takes, without quotation marks.
    pub(super) fn length(&self) -> usize {
        match self {
            Raw::Null | Raw::Boolean(_) => 1,
            Raw::Number(text) | Raw::Text(text, _) | Raw::Array(text) | Raw::Object(text) => text.len(),
        }
    }
}

/// The name under which an element of XML that is an object has its text; it stands first.
pub(super) const TEXT: &str = "#text";

impl<'a> Raw<'a> {
    /// The value where a single one is read: an object that begins with a `#text` (an element of XML with attributes) is
    /// that text.
    pub(super) fn single(self) -> Raw<'a> {
        let Raw::Object(object) = self else { return self };
        let first = object.strip_prefix("{\"").and_then(|rest| rest.strip_prefix(TEXT));
        let Some(text) = first.and_then(|rest| rest.strip_prefix("\":")) else { return self };
        match Scanner::new(text, 0, 0).value() {
            Ok(text @ Raw::Text(..)) => text,
            _ => self,
        }
    }
}

/// What stands for other characters in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// Nothing does.
    None,
    /// `\n`, `\u00e9`: JSON's.
    Backslashes,
    /// `""`: that of files of cells.
    DoubledQuotes,
}

/// Why a text is not JSON; the scanner stands at the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mistake {
    /// It ends within a value.
    End,
    /// Something else was expected.
    Expected(&'static str),
    /// It is nested too deeply.
    Depth,
}

/// Bytes up to which a text counts as short.
const SHORT: usize = 64;

/// Reads values of a text, one behind the other.
#[derive(Debug, Clone)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Scanner<'a> {
    /// Begins at an offset of a text; values may be nested so many levels.
    pub(super) fn new(text: &'a str, at: usize, depth: usize) -> Scanner<'a> {
        Scanner { text, at, depth }
    }

    /// The offset of what is read next, or of the mistake.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The text from an offset to where the scanner stands.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or("")
    }

    /// Skips blanks and returns the byte behind them; none at the end.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// Skips blanks and takes the byte, which the caller has seen.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expected(&mut self, what: &'static str) -> Mistake {
        if self.peek().is_none() { Mistake::End } else { Mistake::Expected(what) }
    }

    /// Reads a value, whole, and forgets it.
    #[inline]
    pub(super) fn skip(&mut self) -> Result<(), Mistake> {
        if self.text.as_bytes().get(self.at) == Some(&b'"')
            && let Some((end, _)) = end_of_text(self.text.as_bytes(), self.at + 1)
        {
            self.at = end + 1;
            return Ok(());
        }
        self.any_value().map(|_| ())
    }

    /// Reads a value, whole.
    #[inline]
    pub(super) fn value(&mut self) -> Result<Raw<'a>, Mistake> {
        match self.text.as_bytes().get(self.at) {
            Some(b'"') => self.text().map(|(text, escapes)| Raw::Text(text, escapes)),
            _ => self.any_value(),
        }
    }

    fn any_value(&mut self) -> Result<Raw<'a>, Mistake> {
        let first = self.peek();
        let start = self.at;
        match first {
            Some(b'"') => self.text().map(|(text, escapes)| Raw::Text(text, escapes)),
            Some(b'{') => {
                self.object(|scanner, _| scanner.value().map(|_| ()))?;
                Ok(Raw::Object(self.since(start)))
            }
            Some(b'[') => {
                self.array(|scanner| scanner.value().map(|_| ()))?;
                Ok(Raw::Array(self.since(start)))
            }
            Some(b't') => self.word("true").map(|()| Raw::Boolean(true)),
            Some(b'f') => self.word("false").map(|()| Raw::Boolean(false)),
            Some(b'n') => self.word("null").map(|()| Raw::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(Mistake::Expected("a value")),
            None => Err(Mistake::End),
        }
    }

    /// Reads an object: `member` reads the value of each key, which is still escaped.
    pub(super) fn object(
        &mut self,
        mut member: impl FnMut(&mut Scanner<'a>, Raw<'a>) -> Result<(), Mistake>,
    ) -> Result<(), Mistake> {
        let mut is_open = self.open_object()?;
        while is_open {
            let (key, escapes) = self.key()?;
            member(self, Raw::Text(key, escapes))?;
            is_open = self.next_member()?;
        }
        Ok(())
    }

    /// Begins an object; returns whether it has members. If it has none, it is read.
    pub(super) fn open_object(&mut self) -> Result<bool, Mistake> {
        if !self.take(b'{') {
            return Err(self.expected("an object"));
        }
        self.enter()?;
        Ok(!self.leave(b'}'))
    }

    /// Reads a key, which is still escaped, and the colon.
    pub(super) fn key(&mut self) -> Result<(&'a str, Escapes), Mistake> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("a key in quotation marks"));
        }
        let key = self.text()?;
        if !self.take(b':') {
            return Err(self.expected("a colon"));
        }
        Ok(key)
    }

    /// Goes on behind a member; returns whether there is another. If there is none, the object is read.
    pub(super) fn next_member(&mut self) -> Result<bool, Mistake> {
        if self.leave(b'}') {
            return Ok(false);
        }
        if !self.take(b',') {
            return Err(self.expected("a comma or a closing brace"));
        }
        Ok(true)
    }

    /// Goes on behind a text if it stands next, letter by letter.
    #[inline]
    pub(super) fn follow(&mut self, text: &str) -> bool {
        let follows = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(text.as_bytes()));
        self.at += if follows { text.len() } else { 0 };
        follows
    }

    /// Reads an array: `element` reads each value.
    pub(super) fn array(
        &mut self,
        mut element: impl FnMut(&mut Scanner<'a>) -> Result<(), Mistake>,
    ) -> Result<(), Mistake> {
        if !self.take(b'[') {
            return Err(self.expected("an array"));
        }
        self.enter()?;
        if self.leave(b']') {
            return Ok(());
        }
        loop {
            element(self)?;
            if self.leave(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(self.expected("a comma or a closing bracket"));
            }
        }
    }

    fn enter(&mut self) -> Result<(), Mistake> {
        self.depth = self.depth.checked_sub(1).ok_or(Mistake::Depth)?;
        Ok(())
    }

    /// Takes a closing bracket or brace, if it stands next.
    fn leave(&mut self, byte: u8) -> bool {
        let left = self.take(byte);
        self.depth += usize::from(left);
        left
    }

    /// Reads a text; the scanner stands at its quotation mark.
    #[inline]
    fn text(&mut self) -> Result<(&'a str, Escapes), Mistake> {
        let start = self.at + 1;
        let Some((end, escapes)) = end_of_text(self.text.as_bytes(), start) else {
            self.at = self.text.len();
            return Err(Mistake::End);
        };
        self.at = end + 1;
        Ok((self.text.get(start..end).unwrap_or(""), escapes))
    }

    fn word(&mut self, word: &'static str) -> Result<(), Mistake> {
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest.len().min(word.len());
        if rest[..length] != word.as_bytes()[..length] {
            return Err(Mistake::Expected("a value"));
        }
        self.at += length;
        match rest.get(length) {
            None if length < word.len() => Err(Mistake::End),
            Some(byte) if byte.is_ascii_alphanumeric() => Err(Mistake::Expected("a value")),
            _ => Ok(()),
        }
    }

    fn digits(&mut self) -> Result<(), Mistake> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        while bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        match (self.at > start, bytes.get(self.at)) {
            (true, _) => Ok(()),
            (false, None) => Err(Mistake::End),
            (false, Some(_)) => Err(Mistake::Expected("a digit")),
        }
    }

    fn number(&mut self) -> Result<Raw<'a>, Mistake> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        self.at += usize::from(bytes[self.at] == b'-');
        if bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
            if bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
                return Err(Mistake::Expected("a number without leading zeros"));
            }
        } else {
            self.digits()?;
        }
        if bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(bytes.get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        if bytes.get(self.at).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'.') {
            return Err(Mistake::Expected("a number"));
        }
        Ok(Raw::Number(self.since(start)))
    }
}

/// Returns where the quotation mark stands that ends a text, and what stands for other characters before it.
#[inline]
fn end_of_text(bytes: &[u8], start: usize) -> Option<(usize, Escapes)> {
    let (mut at, mut escapes) = (start, Escapes::None);
    loop {
        at += quote_or_backslash(bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some((at, escapes));
        }
        escapes = Escapes::Backslashes;
        at += 2;
    }
}

/// Returns where the first `"` or `\` stands.
#[inline]
fn quote_or_backslash(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    // The highest bit of each byte that is the one looked for is set; bits behind the first such byte mean nothing.
    let mark = |word: u64, byte: u8| {
        let differences = word ^ (ONES * u64::from(byte));
        differences.wrapping_sub(ONES) & !differences & (ONES << 7)
    };
    let mut at = 0;
    // Most texts are short, and eight bytes at a time find their end before a search for long ones has begun.
    while at < SHORT {
        let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) else { break };
        let word = u64::from_le_bytes(*eight);
        let marks = mark(word, b'"') | mark(word, b'\\');
        if marks != 0 {
            return Some(at + marks.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    memchr2(b'"', b'\\', &bytes[at..]).map(|found| at + found)
}

/// Resolves what stands for other characters in a text. `None` if an escape stands for no character.
pub(super) fn resolve<'a>(text: &'a str, escapes: Escapes, scratch: &'a mut String) -> Option<&'a str> {
    match escapes {
        Escapes::None => Some(text),
        Escapes::DoubledQuotes => {
            scratch.clear();
            let mut rest = text;
            while let Some(quote) = rest.find("\"\"") {
                scratch.push_str(&rest[..=quote]);
                rest = &rest[quote + 2..];
            }
            scratch.push_str(rest);
            Some(scratch)
        }
        Escapes::Backslashes => {
            scratch.clear();
            let mut rest = text;
            while let Some(backslash) = rest.find('\\') {
                scratch.push_str(&rest[..backslash]);
                rest = &rest[backslash + 1..];
                let plain = match rest.as_bytes().first()? {
                    b'"' => '"',
                    b'\\' => '\\',
                    b'/' => '/',
                    b'b' => '\u{8}',
                    b'f' => '\u{c}',
                    b'n' => '\n',
                    b'r' => '\r',
                    b't' => '\t',
                    b'u' => {
                        let (character, length) = unicode(rest)?;
                        scratch.push(character);
                        rest = &rest[length..];
                        continue;
                    }
                    _ => return None,
                };
                scratch.push(plain);
                rest = &rest[1..];
            }
            scratch.push_str(rest);
            Some(scratch)
        }
    }
}

/// Reads `u00e9`, or two of them that make a pair; returns the character and the length in bytes.
fn unicode(text: &str) -> Option<(char, usize)> {
    let four = |from: usize| {
        let digits = text.get(from..from + 4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let first = four(1)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Some((char::from_u32(first)?, 5));
    }
    let second = four(7).filter(|second| text.get(5..7) == Some("\\u") && (0xDC00..0xE000).contains(second))?;
    Some((char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))?, 11))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scan(text: &str) -> Result<(), (Mistake, usize)> {
        let mut scanner = Scanner::new(text, 0, 16);
        scanner.value().map_err(|mistake| (mistake, scanner.at()))?;
        if scanner.peek().is_some() { Err((Mistake::Expected("the end"), scanner.at())) } else { Ok(()) }
    }

    #[test]
    fn says_where_a_text_is_not_json() {
        assert_eq!(scan(r#"{"a": [1, -0.5e+3, true, null, "x\"y"], "b": {}}"#), Ok(()));
        assert_eq!(scan(r#"{"a" 1}"#), Err((Mistake::Expected("a colon"), 5)));
        assert_eq!(scan(r#"{"a":1,}"#), Err((Mistake::Expected("a key in quotation marks"), 7)));
        assert_eq!(scan("[1}"), Err((Mistake::Expected("a comma or a closing bracket"), 2)));
        assert_eq!(scan("[01]"), Err((Mistake::Expected("a number without leading zeros"), 2)));
        assert_eq!(scan("[nul"), Err((Mistake::End, 4)));
        assert_eq!(scan("[nulx"), Err((Mistake::Expected("a value"), 1)));
        assert_eq!(scan(r#"{"a": "b"#), Err((Mistake::End, 8)));
        assert_eq!(scan(&"[".repeat(17)), Err((Mistake::Depth, 17)));
        assert_eq!(scan("NaN"), Err((Mistake::Expected("a value"), 0)));
    }

    #[test]
    fn resolves_escapes() {
        let resolved = |text: &str| resolve(text, Escapes::Backslashes, &mut String::new()).map(str::to_owned);
        assert_eq!(resolved(r"a\/b\u00e9\n\ud83d\ude00").as_deref(), Some("a/bé\n😀"));
        assert_eq!(resolved(r"\ud83d"), None);
        assert_eq!(resolved(r"\ud83dxx"), None);
        assert_eq!(resolved(r"\u+123"), None);
        assert_eq!(resolved(r"\x"), None);
        assert_eq!(resolve("a\"\"b", Escapes::DoubledQuotes, &mut String::new()), Some("a\"b"));
    }

    proptest! {
        /// serde_json takes what is taken here, and reads the same texts (control characters aside, which it refuses).
        #[test]
        fn agrees_with_serde_json(text in r#"[\[\]{},:"\\ntu0-9a-f.eE+\- ]{0,24}"#) {
            let ours = scan(&text).is_ok();
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text);
            if theirs.is_ok() {
                prop_assert!(ours, "{text}");
            } else if ours {
                // What is left: escapes that stand for nothing are looked at only where a text is read.
                prop_assert!(text.contains('\\'), "{text}");
            }
        }

        #[test]
        fn finds_the_first_quote_or_backslash(text in r#"([^"\\]{0,80}["\\\x01\x80-\xff]){0,3}[!#\[\]]{0,9}"#) {
            let bytes = text.as_bytes();
            prop_assert_eq!(quote_or_backslash(bytes), bytes.iter().position(|byte| matches!(byte, b'"' | b'\\')));
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = scan(&text);
            let _ = resolve(&text, Escapes::Backslashes, &mut String::new());
            let _ = resolve(&text, Escapes::DoubledQuotes, &mut String::new());
        }
    }
}
