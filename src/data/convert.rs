//! Files of other forms, read as JSON: values one behind the other, each thing on the line on which it stands in the file.
//!
//! What reads JSON so reads all of them: paths, lists, choices of rows. Lines are those of the file; columns and offsets
//! are those of the JSON.

use super::stream::{Fault, Pull};

/// JSON that is being written.
#[derive(Debug, Default)]
pub(super) struct Json {
    text: Vec<u8>,
    /// How many lines were ended.
    lines: u32,
}

impl Json {
    /// Goes on to a line, from 1, unless it is there or behind it.
    pub(super) fn go_to_line(&mut self, line: u32) {
        while self.lines + 1 < line {
            self.text.push(b'\n');
            self.lines += 1;
        }
    }

    /// Writes a mark: a bracket, a brace, a comma, a colon, `null`, a number.
    pub(super) fn mark(&mut self, mark: &str) {
        self.text.extend_from_slice(mark.as_bytes());
    }

    /// Writes a text with its quotation marks.
    pub(super) fn text(&mut self, text: &str) {
        self.text.push(b'"');
        let mut rest = text.as_bytes();
        while let Some(at) = rest.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\') {
            self.text.extend_from_slice(&rest[..at]);
            match rest[at] {
                byte @ (b'"' | b'\\') => self.text.extend_from_slice(&[b'\\', byte]),
                byte => self.text.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            }
            rest = &rest[at + 1..];
        }
        self.text.extend_from_slice(rest);
        self.text.push(b'"');
    }

    /// Writes what was written elsewhere, on lines that follow.
    pub(super) fn written(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
    }

    /// Takes what was written and not given out yet.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.text)
    }

    /// How many bytes were written and not given out yet.
    pub(super) fn length(&self) -> usize {
        self.text.len()
    }

    /// What was written and not given out yet, from an offset.
    pub(super) fn since(&self, start: usize) -> &[u8] {
        &self.text[start..]
    }

    /// Writes again what was written before, on one line.
    pub(super) fn again(&mut self, written: &[u8]) {
        self.text.extend(written.iter().filter(|byte| **byte != b'\n'));
    }
}

/// What reads a file of another form.
pub(super) trait Converter: Send {
    /// Reads on and writes what it read, if that is something whole; returns whether there is more.
    ///
    /// # Errors
    ///
    /// Why the file cannot be read any further, with the place in the file. What was written before stands.
    fn convert(&mut self, json: &mut Json) -> Result<bool, Fault>;
}

/// Gives out what a converter writes.
pub(super) struct Converted<C> {
    converter: C,
    json: Json,
    given: usize,
    ended: bool,
    fault: Option<Fault>,
}

impl<C: Converter> Converted<C> {
    /// Begins.
    pub(super) fn new(converter: C) -> Converted<C> {
        Converted { converter, json: Json::default(), given: 0, ended: false, fault: None }
    }
}

impl<C: Converter> Pull for Converted<C> {
    fn pull(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        while self.given == self.json.text.len() {
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            if self.ended {
                return Ok(0);
            }
            self.json.text.clear();
            self.given = 0;
            match self.converter.convert(&mut self.json) {
                Ok(more) => self.ended = !more,
                Err(fault) => (self.ended, self.fault) = (true, Some(fault)),
            }
        }
        let rest = &self.json.text[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_what_any_reader_of_json_reads() {
        let all: String = (0..0x250u32).filter_map(char::from_u32).chain("\u{2028}😀\u{10FFFF}".chars()).collect();
        let mut json = Json::default();
        json.text(&all);
        assert_eq!(serde_json::from_slice::<String>(&json.text).unwrap(), all);
    }

    #[test]
    fn lines_go_on_and_never_back() {
        let mut json = Json::default();
        for line in [1, 3, 2, 3, 5] {
            json.go_to_line(line);
            json.mark("1,");
        }
        assert_eq!(json.text, b"1,\n\n1,1,1,\n\n1,");
    }
}
