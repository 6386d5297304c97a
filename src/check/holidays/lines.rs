//! The lines of an iCalendar file, and the values of whole days.

use crate::source::{FileId, Span};
use crate::value::Date;

/// A line: `NAME;PARAMETER=…:value`.
pub(super) struct Line {
    /// Its name, in capitals.
    pub(super) name: String,
    parameters: Vec<(String, String)>,
    /// All behind the `:`.
    pub(super) value: String,
    /// Where it begins: its first line in the file.
    pub(super) span: Span,
}

impl Line {
    /// The value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether its value is a day without a time of day.
    pub(super) fn is_whole_day(&self) -> bool {
        let value = self.value.trim();
        !value.contains(['T', 't'])
    }

    /// Cuts a line into its parts; none if there is no `:` between a name and a value.
    fn parse(text: &str, span: Span) -> Option<Line> {
        let mut quoted = false;
        let mut cuts = Vec::new();
        let mut colon = None;
        for (at, mark) in text.char_indices() {
            match mark {
                '"' => quoted = !quoted,
                ';' if !quoted => cuts.push(at),
                ':' if !quoted => {
                    colon = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let colon = colon?;
        cuts.push(colon);
        let mut parts = cuts.iter().scan(0, |start, end| {
            let part = text.get(*start..*end);
            *start = end + 1;
            part
        });
        let name = parts.next()?.trim().to_ascii_uppercase();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return None;
        }
        let parameters = parts
            .filter_map(|part| part.split_once('='))
            .map(|(name, value)| (name.trim().to_ascii_uppercase(), value.trim_matches('"').to_owned()))
            .collect();
        Some(Line { name, parameters, value: text.get(colon + 1..)?.to_owned(), span })
    }
}

/// Reads the lines of a file one by one: each with the lines that go on with it, which begin with a blank.
pub(super) struct LineReader<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
}

impl<'t> LineReader<'t> {
    pub(super) fn new(file: FileId, text: &'t str) -> LineReader<'t> {
        let at = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        LineReader { file, text, at }
    }

    /// The next line of the file, without its end.
    fn physical(&mut self) -> Option<(usize, &'t str)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let (start, length) = (self.at, rest.find('\n').map_or(rest.len(), |end| end + 1));
        self.at += length;
        Some((start, rest.get(..length)?.trim_end_matches(['\n', '\r'])))
    }
}

impl Iterator for LineReader<'_> {
    type Item = Result<Line, Span>;

    fn next(&mut self) -> Option<Result<Line, Span>> {
        let (start, first) = loop {
            let (start, line) = self.physical()?;
            if !line.trim().is_empty() {
                break (start, line);
            }
        };
        let span = Span::new(self.file, start, start + first.len());
        let mut whole = first.to_owned();
        while self.text.get(self.at..).is_some_and(|rest| rest.starts_with([' ', '\t'])) {
            let (_, more) = self.physical()?;
            whole.push_str(more.get(1..).unwrap_or(""));
        }
        Some(Line::parse(&whole, span).ok_or(span))
    }
}

/// Most letters of a title that a message shows.
const MOST_SHOWN: usize = 60;

/// A text as a message shows it: on one line, cut, and without what could change how the message looks.
pub(super) fn shown(value: &str) -> String {
    let plain = value.trim().replace("\\n", " ").replace("\\N", " ").replace('\\', "");
    let is_mark =
        |letter: &char| matches!(*letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    plain.chars().filter(|letter| !letter.is_control() && !is_mark(letter)).take(MOST_SHOWN).collect()
}

/// Reads a day: `20261225`; of a time, the day before its `T`.
pub(super) fn date(value: &str) -> Option<Date> {
    let day = value.split(['T', 't']).next()?;
    if day.len() != 8 || !day.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| day.get(range)?.parse::<i16>().ok();
    Date::new(number(0..4)?, number(4..6)? as i8, number(6..8)? as i8)
}

/// Reads a length of whole days: `P1D`, `P2W`.
pub(super) fn whole_days(value: &str) -> Option<i32> {
    let length = value.strip_prefix('+').unwrap_or(value).strip_prefix(['P', 'p'])?;
    let (number, unit) = length.split_at_checked(length.len().checked_sub(1)?)?;
    let count: i32 = number.parse().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()))?;
    match unit {
        "D" | "d" => Some(count),
        "W" | "w" => count.checked_mul(7),
        _ => None,
    }
}
