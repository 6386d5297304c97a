//! YAML, read as JSON: one document behind the other.
//!
//! Plain scalars are what YAML 1.2 says: `null`, `true`, `false`, numbers; everything else, `yes` and `007` too, is text. An alias
//! stands for what its anchor marks, within bounds.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use granit_parser::{ErrorKind, Event, FallibleBufferedInput, Marker, Parser, ScalarStyle, ScanError};

use super::convert::{Converter, Json};
use super::json::{Raw, Scanner};
use super::rows::not_utf_8;
use super::stream::{Fault, Limits, Position, Pull};
use crate::diagnostic::Code;
use crate::ir::mapping::Step;

/// Reads a file of YAML.
pub(super) struct Yaml<'a> {
    parser: Parser<'static, FallibleBufferedInput<Characters<'a>>>,
    shared: Arc<Shared>,
    limits: Limits,
    /// The lists and mappings that are open, from the outside in.
    open: Vec<Frame>,
    /// What the anchors of the document mark, by their number.
    anchors: BTreeMap<usize, Vec<u8>>,
    /// The bytes that anchors of the document hold and that aliases wrote.
    repeated: usize,
    /// How many anchored lists and mappings are open.
    recording: usize,
    /// Whether the records are the documents, or what a list that is a document holds.
    is_flat: bool,
    has_document: bool,
}

/// A list or a mapping that is open.
struct Frame {
    is_mapping: bool,
    /// Whether the next scalar of a mapping is a key.
    is_key: bool,
    is_first: bool,
    /// The number of its anchor and where it begins in what was written.
    anchor: Option<(usize, usize)>,
}

/// What the reader of characters and the reader of events share.
#[derive(Default)]
struct Shared {
    /// How many bytes may be read before the next event.
    left: AtomicUsize,
    /// Why there is nothing more.
    fault: Mutex<Option<Fault>>,
}

/// Written bytes at which they are given out.
const BLOCK: usize = 1 << 16;

/// The help on what is no YAML.
const FORM: &str = "check that the file is YAML, and export it again";

impl<'a> Yaml<'a> {
    /// Begins a file with records at a path.
    pub(super) fn new(text: Box<dyn Pull + 'a>, path: &[Step], limits: Limits) -> Yaml<'a> {
        let shared = Arc::new(Shared::default());
        let characters =
            Characters { text, buffer: vec![0; BLOCK], start: 0, end: 0, is_begin: true, shared: shared.clone() };
        Yaml {
            parser: Parser::new_from_fallible_iter(characters),
            shared,
            limits,
            open: Vec::new(),
            anchors: BTreeMap::new(),
            repeated: 0,
            recording: 0,
            is_flat: path.is_empty(),
            has_document: false,
        }
    }

    fn fault(&self, error: &ScanError) -> Fault {
        let at = place(error.marker());
        let own = self.shared.fault.lock().unwrap_or_else(PoisonError::into_inner).take();
        let fault = own.unwrap_or_else(|| match error.kind() {
            ErrorKind::UnexpectedEof
            | ErrorKind::UnexpectedEofBlockMapping
            | ErrorKind::UnexpectedEofBlockSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofImplicitFlowMapping => {
                Fault::truncated("the file ends in the middle of its YAML")
            }
            ErrorKind::RecursionLimitExceeded => self.too_deep(),
            ErrorKind::UnknownAnchor => {
                Fault::malformed("an alias names an anchor that does not stand before it").help(FORM)
            }
            kind => Fault::malformed(format!("the file is not YAML: {kind}")).help(FORM),
        });
        fault.at_end(at)
    }

    fn too_deep(&self) -> Fault {
        Fault::new(Code::DataLimit, format!("the YAML is nested more than {} levels deep", self.limits.depth))
            .help("check where the file comes from")
    }

    /// Writes what stands between the value or the key before and a value.
    fn separate(&mut self, json: &mut Json) {
        match self.open.last_mut() {
            Some(frame) if !frame.is_mapping => {
                if !std::mem::replace(&mut frame.is_first, false) {
                    json.mark(",");
                }
            }
            Some(frame) => frame.is_key = true,
            // Documents, and single numbers, do not run into one another.
            None => json.mark(" "),
        }
    }

    fn key(&mut self, text: &str, json: &mut Json) -> Result<(), Fault> {
        if text == "<<" {
            return Err(Fault::malformed("the file merges mappings (`<<`), which is not read")
                .help("export it with what is merged written out"));
        }
        if let Some(frame) = self.open.last_mut() {
            if !std::mem::replace(&mut frame.is_first, false) {
                json.mark(",");
            }
            frame.is_key = false;
        }
        json.text(text);
        json.mark(":");
        Ok(())
    }

    fn is_key(&self) -> bool {
        self.open.last().is_some_and(|frame| frame.is_mapping && frame.is_key)
    }

    /// Whether what comes next is a record in a list that is the document.
    fn is_record(&self) -> bool {
        self.is_flat && matches!(self.open.as_slice(), [frame] if !frame.is_mapping)
    }

    fn begin(&mut self, is_mapping: bool, anchor: usize, json: &mut Json) -> Result<(), Fault> {
        if self.is_key() {
            return Err(Fault::malformed("a key is a list or a mapping").help("records have names for their fields"));
        }
        if self.open.len() == self.limits.depth {
            return Err(self.too_deep());
        }
        if !is_mapping && self.is_record() {
            return Err(no_record());
        }
        self.separate(json);
        let anchor = (anchor != 0).then(|| (anchor, json.length()));
        self.recording += usize::from(anchor.is_some());
        json.mark(if is_mapping { "{" } else { "[" });
        self.open.push(Frame { is_mapping, is_key: true, is_first: true, anchor });
        Ok(())
    }

    fn end(&mut self, json: &mut Json) -> Result<(), Fault> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        json.mark(if frame.is_mapping { "}" } else { "]" });
        if let Some((number, start)) = frame.anchor {
            self.recording -= 1;
            self.keep(number, start, json)?;
        }
        Ok(())
    }

    /// Keeps what an anchor marks.
    fn keep(&mut self, number: usize, start: usize, json: &Json) -> Result<(), Fault> {
        let marked = json.since(start).to_vec();
        self.repeat(marked.len())?;
        self.anchors.insert(number, marked);
        Ok(())
    }

    fn repeat(&mut self, count: usize) -> Result<(), Fault> {
        self.repeated += count;
        if self.repeated > self.limits.record {
            let message = format!("the anchors and aliases of a document make more than {} bytes", self.limits.record);
            return Err(Fault::new(Code::DataLimit, message).help("check where the file comes from"));
        }
        Ok(())
    }

    fn scalar(&mut self, text: &str, is_plain: bool, anchor: usize, json: &mut Json) -> Result<(), Fault> {
        if self.is_key() {
            return self.key(text, json);
        }
        if self.is_record() {
            return Err(no_record());
        }
        if self.open.is_empty() {
            return match plain(text) {
                // A document that holds nothing holds no records.
                Some("null") if is_plain => Ok(()),
                _ => Err(no_record()),
            };
        }
        self.separate(json);
        let start = json.length();
        match plain(text) {
            Some(mark) if is_plain => json.mark(mark),
            _ => json.text(text),
        }
        if anchor == 0 { Ok(()) } else { self.keep(anchor, start, json) }
    }

    fn alias(&mut self, number: usize, json: &mut Json) -> Result<(), Fault> {
        if self.is_key() {
            return Err(Fault::malformed("a key is an alias").help("write the key out"));
        }
        self.separate(json);
        let Some(marked) = self.anchors.get(&number) else {
            return Err(Fault::malformed("an alias stands within what its anchor marks").help(FORM));
        };
        let marked = marked.clone();
        self.repeat(marked.len())?;
        json.again(&marked);
        Ok(())
    }

    /// Takes an event; returns whether there is more.
    fn event(&mut self, event: &Event<'_>, json: &mut Json) -> Result<bool, Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = *style == ScalarStyle::Plain && tag.is_none();
                self.scalar(text, is_plain, *anchor, json)?;
            }
            Event::SequenceStart(_, anchor, _) => self.begin(false, *anchor, json)?,
            Event::MappingStart(_, anchor, _) => self.begin(true, *anchor, json)?,
            Event::SequenceEnd | Event::MappingEnd => self.end(json)?,
            Event::Alias(number) => self.alias(*number, json)?,
            Event::DocumentStart(..) => {
                self.has_document = true;
                self.anchors.clear();
                self.repeated = 0;
            }
            Event::StreamEnd if !self.has_document => {
                return Err(Fault::truncated("the file is empty: YAML was expected"));
            }
            Event::StreamEnd => return Ok(false),
            _ => {}
        }
        Ok(true)
    }
}

impl Converter for Yaml<'_> {
    fn convert(&mut self, json: &mut Json) -> Result<bool, Fault> {
        loop {
            self.shared.left.store(self.limits.record, Ordering::Relaxed);
            let (event, span) = match self.parser.next_event() {
                Some(Ok(read)) => read,
                Some(Err(error)) => return Err(self.fault(&error)),
                None => return Ok(false),
            };
            let at = place(&span.start);
            if matches!(event, Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..)) {
                json.go_to_line(at.line);
            }
            if !self.event(&event, json).map_err(|fault| fault.at(at))? {
                return Ok(false);
            }
            // What an open anchor marks must stay.
            if self.recording == 0 && json.length() >= BLOCK {
                return Ok(true);
            }
            if self.recording > 0 && json.length() > self.limits.record {
                let message = format!("an anchor marks more than {} bytes", self.limits.record);
                return Err(Fault::new(Code::DataLimit, message).at(at).help("check where the file comes from"));
            }
        }
    }
}

fn no_record() -> Fault {
    Fault::malformed("expected a record: a mapping").help(FORM)
}

/// What a plain scalar is in JSON, unless it is a text.
fn plain(text: &str) -> Option<&str> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some("null"),
        "true" | "True" | "TRUE" => Some("true"),
        "false" | "False" | "FALSE" => Some("false"),
        _ => {
            let mut scanner = Scanner::new(text, 0, 0);
            let is_number = matches!(scanner.value(), Ok(Raw::Number(_))) && scanner.at() == text.len();
            is_number.then_some(text)
        }
    }
}

fn place(marker: &Marker) -> Position {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Position {
        byte: marker.byte_offset().unwrap_or_default() as u64,
        line: number(marker.line()).max(1),
        column: number(marker.col()).saturating_add(1),
    }
}

/// The characters of a file.
struct Characters<'a> {
    text: Box<dyn Pull + 'a>,
    /// What was read and not yet taken is from `start` to `end`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    is_begin: bool,
    shared: Arc<Shared>,
}

impl Characters<'_> {
    fn stop(&self, fault: Fault) -> Option<Result<char, ErrorKind>> {
        *self.shared.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
        Some(Err(ErrorKind::UnexpectedEof))
    }

    /// Reads until a whole character is there or the file ends.
    fn fill(&mut self, length: usize) -> Result<(), Fault> {
        if self.end - self.start >= length {
            return Ok(());
        }
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        while self.end < length {
            match self.text.pull(&mut self.buffer[self.end..])? {
                0 => break,
                count => self.end += count,
            }
        }
        Ok(())
    }
}

impl Iterator for Characters<'_> {
    type Item = Result<char, ErrorKind>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.start == self.end
            && let Err(fault) = self.fill(1)
        {
            return self.stop(fault);
        }
        let first = *self.buffer[self.start..self.end].first()?;
        let length = match first {
            0x00..=0x7F => 1,
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            _ => 4,
        };
        if let Err(fault) = self.fill(length) {
            return self.stop(fault);
        }
        let bytes = &self.buffer[self.start..self.end.min(self.start + length)];
        let Some(character) = std::str::from_utf8(bytes).ok().and_then(|text| text.chars().next()) else {
            return self.stop(not_utf_8(Some(first)));
        };
        self.start += length;
        if std::mem::replace(&mut self.is_begin, false) && character == '\u{feff}' {
            return self.next();
        }
        let left = self.shared.left.load(Ordering::Relaxed);
        match left.checked_sub(length) {
            Some(rest) => self.shared.left.store(rest, Ordering::Relaxed),
            None => {
                let message = "a text is larger than a record may be";
                return self.stop(
                    Fault::new(Code::DataLimit, message)
                        .help("check whether the file has the form that its name promises"),
                );
            }
        }
        Some(Ok(character))
    }
}
