//! Cuts files of JSON: finds the records under a path without reading what is in them.
//!
//! Around the records the grammar is checked; values beside them, which nobody reads, are checked for brackets and
//! quotation marks only. The records themselves are checked by who reads them.

mod outline;

use memchr::memchr2;

use super::{Chunk, Cutter, Stop, Window};
use crate::data::beside::Beside;
use crate::data::decode::cut;
use crate::data::json::{Escapes, Mistake, Scanner, resolve};
use crate::data::outline::Outline;
use crate::data::stream::{Fault, is_message, no_records};
use crate::diagnostic::Code;
use crate::ir::mapping::Step;

/// An object or an array on the way to the records.
#[derive(Debug, Clone, Copy)]
struct Frame {
    is_object: bool,
    /// The step of the path that chooses among its values; behind the last, all of them are records.
    step: usize,
    /// Whether nothing in it was read yet.
    is_fresh: bool,
    /// Position of the next element of an array.
    position: usize,
    /// Whether the name of the step was found.
    found: bool,
}

/// How deep in brackets and quotation marks a value is that is being passed over.
#[derive(Debug, Clone, Default)]
struct Nesting {
    /// The closing brackets that are due.
    closing: Vec<u8>,
    in_text: bool,
    is_escaped: bool,
}

enum Passed {
    /// The value ends before this offset.
    Until(usize),
    /// It goes on behind the bytes.
    All,
    /// A bracket closes what it did not open.
    Mismatch(usize),
    /// It is nested too deeply.
    Depth(usize),
}

impl Nesting {
    /// Passes over bytes of an object, an array or a text from an offset.
    fn pass(&mut self, bytes: &[u8], mut at: usize, depth: usize) -> Passed {
        while at < bytes.len() {
            if self.in_text {
                if self.is_escaped {
                    self.is_escaped = false;
                    at += 1;
                    continue;
                }
                let Some(found) = memchr2(b'"', b'\\', &bytes[at..]) else { return Passed::All };
                at += found + 1;
                if bytes[at - 1] == b'\\' {
                    self.is_escaped = true;
                    continue;
                }
                self.in_text = false;
                if self.closing.is_empty() {
                    return Passed::Until(at);
                }
            }
            let Some(byte) = bytes.get(at) else { return Passed::All };
            match byte {
                b'"' => self.in_text = true,
                b'{' | b'[' if self.closing.len() == depth => return Passed::Depth(at),
                b'{' => self.closing.push(b'}'),
                b'[' => self.closing.push(b']'),
                b'}' | b']' => {
                    if self.closing.pop() != Some(*byte) {
                        return Passed::Mismatch(at);
                    }
                    if self.closing.is_empty() {
                        return Passed::Until(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Passed::All
    }
}

enum Advance {
    /// Something was read; there is more.
    On,
    End,
}

/// Gives out the records of a file of JSON.
pub(in crate::data) struct Documents<'a> {
    window: Window<'a>,
    path: Vec<Step>,
    /// Whether values may follow one another.
    several: bool,
    frames: Vec<Frame>,
    is_started: bool,
    /// The offset of what is read next.
    at: usize,
    records: Vec<(u32, u32)>,
    is_lone: bool,
    passing: Option<Nesting>,
    /// What a tool says in place of records.
    message: Option<String>,
    beside: Beside,
}

impl<'a> Documents<'a> {
    /// Begins a file; with `several`, it is one value behind the other, each with records under the path.
    pub(in crate::data) fn new(window: Window<'a>, path: &[Step], several: bool, beside: Beside) -> Documents<'a> {
        Documents {
            window,
            path: path.to_vec(),
            several,
            frames: Vec::new(),
            is_started: false,
            at: 0,
            records: Vec::new(),
            is_lone: false,
            passing: None,
            message: None,
            beside,
        }
    }

    /// Skips blanks; returns the byte behind them, none at the end of the file.
    fn peek(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            while let Some(byte) = self.window.bytes().get(self.at) {
                if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                    return Ok(Some(*byte));
                }
                self.at += 1;
            }
            if !self.window.more()? {
                return Ok(None);
            }
        }
    }

    fn need(&mut self) -> Result<u8, Fault> {
        self.peek()?.ok_or_else(|| self.truncated())
    }

    fn truncated(&self) -> Fault {
        Fault::truncated("the file ends in the middle of its JSON").at(self.window.place(self.window.length))
    }

    fn malformed(&self, expected: &str) -> Fault {
        Fault::malformed(format!("expected {expected}"))
            .at(self.window.place(self.at))
            .help("check that the file is JSON, and export it again")
    }

    /// The fault of an incomplete or too large record: that of its text if it has one, else `otherwise`.
    fn fault_in_record(&self, start: usize, otherwise: Fault) -> Fault {
        let text = match simdutf8::compat::from_utf8(&self.window.bytes()[start..]) {
            Ok(text) => text,
            Err(error) => {
                let valid = &self.window.bytes()[start..start + error.valid_up_to()];
                let Ok(text) = simdutf8::basic::from_utf8(valid) else { return otherwise };
                text
            }
        };
        let mut scanner = Scanner::new(text, 0, self.window.limits.depth);
        match scanner.value() {
            Err(Mistake::Expected(what)) => Fault::malformed(format!("expected {what}"))
                .at(self.window.place(start + scanner.at()))
                .help("check that the file is JSON, and export it again"),
            _ => otherwise,
        }
    }

    fn too_deep(&self, at: usize) -> Fault {
        Fault::new(Code::DataLimit, format!("the JSON is nested more than {} levels deep", self.window.limits.depth))
            .at(self.window.place(at))
            .help("check where the file comes from")
    }

    /// Takes a record: an object.
    fn record(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.whole()?;
        self.records.push((start as u32, self.at as u32));
        Ok(())
    }

    /// Goes behind an object, an array or a text that is held as a whole.
    fn whole(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let mut nesting = Nesting::default();
        let mut from = start;
        loop {
            match nesting.pass(self.window.bytes(), from, self.window.limits.depth) {
                Passed::Until(end) => {
                    self.at = end;
                    return Ok(());
                }
                Passed::Depth(at) => return Err(self.too_deep(at)),
                Passed::Mismatch(at) => {
                    self.at = at;
                    let fault = self.malformed("another closing bracket");
                    return Err(self.fault_in_record(start, fault));
                }
                Passed::All => from = self.window.length,
            }
            if from - start > self.window.limits.record {
                return Err(self.fault_in_record(start, self.window.too_large(start)));
            }
            if !self.window.more()? {
                return Err(self.fault_in_record(start, self.truncated()));
            }
        }
    }

    /// Goes on to pass over an object, an array or a text.
    fn pass(&mut self, mut nesting: Nesting) -> Result<Advance, Fault> {
        match nesting.pass(self.window.bytes(), self.at, self.window.limits.depth) {
            Passed::Until(end) => self.at = end,
            Passed::Depth(at) => return Err(self.too_deep(at)),
            Passed::Mismatch(at) => {
                self.at = at;
                return Err(self.malformed("another closing bracket"));
            }
            Passed::All => {
                self.at = self.window.length;
                self.passing = Some(nesting);
                if !self.window.more()? {
                    return Err(self.truncated());
                }
            }
        }
        Ok(Advance::On)
    }

    /// Passes over a value.
    fn skip(&mut self) -> Result<Advance, Fault> {
        match self.need()? {
            b'{' | b'[' | b'"' => self.pass(Nesting::default()),
            _ => {
                let start = self.at;
                let mut end = start;
                loop {
                    while self.window.bytes().get(end).is_some_and(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b))
                    {
                        end += 1;
                    }
                    if end < self.window.length || !self.window.more()? {
                        break;
                    }
                }
                let token = std::str::from_utf8(&self.window.bytes()[start..end]).unwrap_or("");
                let mut scanner = Scanner::new(token, 0, 0);
                let read = scanner.value();
                let whole = scanner.at() == token.len();
                match read {
                    Ok(_) if whole => {
                        self.at = end;
                        Ok(Advance::On)
                    }
                    Err(Mistake::End) if end == self.window.length => Err(self.truncated()),
                    _ => Err(self.malformed("a value")),
                }
            }
        }
    }

    /// Takes a text, whole and short, and resolves it.
    fn text(&mut self) -> Result<String, Fault> {
        let start = self.at;
        let mut nesting = Nesting::default();
        let mut from = start;
        let end = loop {
            match nesting.pass(self.window.bytes(), from, 0) {
                Passed::Until(end) => break end,
                _ => from = self.window.length,
            }
            if from - start > self.window.limits.record {
                return Err(self.window.too_large(start));
            }
            if !self.window.more()? {
                return Err(self.truncated());
            }
        };
        let inside = String::from_utf8_lossy(&self.window.bytes()[start + 1..end - 1]);
        self.at = end;
        let mut scratch = String::new();
        let resolved = resolve(&inside, Escapes::Backslashes, &mut scratch);
        Ok(resolved.unwrap_or(&inside).to_owned())
    }

    fn shown_path(&self, steps: usize) -> String {
        let shown: Vec<&str> = self.path[..steps]
            .iter()
            .map(|step| match step {
                Step::Name(name) => name.as_str(),
                Step::Every | Step::Chosen { .. } | Step::Named(_) => "*",
            })
            .collect();
        shown.join(".")
    }

    fn missing_path(&self, steps: usize) -> Fault {
        let path = self.shown_path(steps);
        let at = self.window.place(self.at.min(self.window.length));
        no_records(
            &format!("the file has no records at `{path}`"),
            "compare the path behind `at` in the source with the file",
            self.message.as_deref(),
        )
        .at(at)
    }

    fn push(&mut self, is_object: bool, step: usize) {
        self.at += 1;
        self.frames.push(Frame { is_object, step, is_fresh: true, position: 0, found: false });
    }

    /// Enters the value to which the first steps of the path lead.
    fn enter(&mut self, step: usize) -> Result<Advance, Fault> {
        let byte = self.need()?;
        let is_element = self.frames.last().is_some_and(|frame| frame.step == self.path.len());
        match (self.path.get(step), byte) {
            (None, b'{') => {
                self.is_lone = self.frames.is_empty() && !self.several;
                self.record()?;
            }
            (None, b'[') if !is_element => self.push(false, step),
            (None, b'n') if !is_element && step > 0 => return self.skip(),
            (None, _) if is_element => return Err(self.malformed("a record: an object")),
            (None, _) if step == 0 => return Err(self.malformed("records: an array of objects, or an object")),
            (Some(Step::Name(_)), b'{') => self.push(true, step),
            (Some(Step::Name(name)), b'[') if name.parse::<usize>().is_ok() => self.push(false, step),
            (Some(Step::Every), b'{') => self.push(true, step),
            (Some(Step::Every), b'[') => self.push(false, step),
            (Some(Step::Every), b'n') => return self.skip(),
            (Some(Step::Name(_)), _) => return Err(self.missing_path(step + 1)),
            _ => return Err(self.missing_path(step)),
        }
        Ok(Advance::On)
    }

    fn advance(&mut self) -> Result<Advance, Fault> {
        if let Some(nesting) = self.passing.take() {
            return self.pass(nesting);
        }
        let Some(frame) = self.frames.last().copied() else {
            return match (self.peek()?, self.is_started) {
                (None, false) if !self.several => {
                    Err(Fault::truncated("the file is empty: JSON was expected").at(self.window.place(self.at)))
                }
                (None, _) => Ok(Advance::End),
                (Some(_), true) if !self.several => Err(self
                    .malformed("the end of the file")
                    .help("a file with one value on each line is named `.ndjson` or `.jsonl`")),
                (Some(_), _) => {
                    self.is_started = true;
                    self.message = None;
                    self.enter(0)
                }
            };
        };
        let byte = self.need()?;
        let closing = if frame.is_object { b'}' } else { b']' };
        if byte == closing {
            self.frames.pop();
            if matches!(self.path.get(frame.step), Some(Step::Name(_))) && !frame.found {
                return Err(self.missing_path(frame.step + 1));
            }
            self.at += 1;
            return Ok(Advance::On);
        }
        if !frame.is_fresh {
            if byte != b',' {
                let what = if frame.is_object { "a comma or a closing brace" } else { "a comma or a closing bracket" };
                return Err(self.malformed(what));
            }
            self.at += 1;
            if self.need()? == closing {
                return Err(self.malformed("a further value behind the comma"));
            }
        }
        let name = match self.path.get(frame.step) {
            _ if frame.is_object => self.key()?,
            Some(Step::Name(_)) => frame.position.to_string(),
            _ => String::new(),
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.is_fresh = false;
            frame.position += 1;
        }
        match self.path.get(frame.step) {
            Some(Step::Name(wanted)) if *wanted == name => {
                if frame.found {
                    return Err(self.malformed(&format!("one `{}`: the key stands twice", cut(&name))));
                }
                if let Some(frame) = self.frames.last_mut() {
                    frame.found = true;
                }
                self.enter(frame.step + 1)
            }
            Some(Step::Name(_)) => {
                if self.message.is_none() && is_message(&name) && self.need()? == b'"' {
                    self.message = Some(self.text()?);
                    return Ok(Advance::On);
                }
                if frame.is_object && self.beside.wants(&self.path[..frame.step], &name) {
                    return self.said(frame.step, &name);
                }
                self.skip()
            }
            Some(Step::Every | Step::Chosen { .. } | Step::Named(_)) => self.enter(frame.step + 1),
            None => self.enter(frame.step),
        }
    }

    /// Takes what the file says at a key beside the way to the records.
    fn said(&mut self, step: usize, key: &str) -> Result<Advance, Fault> {
        let byte = self.need()?;
        let start = self.at;
        match byte {
            b'{' | b'[' | b'"' => self.whole()?,
            _ => {
                self.skip()?;
            }
        }
        let said = &self.window.bytes()[start..self.at];
        self.beside.take(&self.path[..step], key, said).map_err(|fault| fault.at(self.window.place(start)))?;
        Ok(Advance::On)
    }

    /// Takes a key and its colon.
    fn key(&mut self) -> Result<String, Fault> {
        if self.need()? != b'"' {
            return Err(self.malformed("a key in quotation marks"));
        }
        let key = self.text()?;
        if self.need()? != b':' {
            return Err(self.malformed("a colon"));
        }
        self.at += 1;
        Ok(key)
    }

    /// Gives out what was read so far.
    fn chunk(&mut self, mut until: usize) -> Chunk {
        while until > 0 && self.window.bytes().get(until).is_some_and(|byte| byte & 0xC0 == 0x80) {
            until -= 1;
        }
        let records = std::mem::take(&mut self.records);
        let mut chunk = self.window.take(until, records);
        chunk.is_lone = std::mem::take(&mut self.is_lone);
        self.at -= until;
        chunk
    }
}

impl Cutter for Documents<'_> {
    fn beside(&self) -> Beside {
        self.beside.clone()
    }

    fn outline(&mut self) -> Result<Option<Outline>, Fault> {
        self.read_outline().map(Some)
    }

    fn reuse(&mut self, chunk: Chunk) {
        self.window.spare.push(chunk.buffer);
    }

    fn next(&mut self) -> Result<Option<Chunk>, Box<Stop>> {
        loop {
            match self.advance() {
                Ok(Advance::On) if self.at < self.window.block => {}
                Ok(Advance::On) => return Ok(Some(self.chunk(self.at))),
                Ok(Advance::End) if self.window.length == 0 => return Ok(None),
                Ok(Advance::End) => return Ok(Some(self.chunk(self.window.length))),
                Err(fault) => {
                    let until = self.records.last().map_or(0, |(_, end)| *end as usize).min(self.at);
                    return Err(Box::new(Stop { last: Some(self.chunk(until)), fault }));
                }
            }
        }
    }
}
