//! XML, read as JSON: the elements at a path, one record each.
//!
//! Nothing that a document type declares is read, and nothing outside of the file: an entity is one of the five of XML
//! itself or a number.

mod element;
mod outline;

use std::io::BufRead;

use element::Element;
pub(super) use element::Shape;
use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::escape::unescape;
use quick_xml::events::attributes::AttrError;
use quick_xml::events::{BytesStart, Event};

use super::convert::{Converter, Json};
use super::decode::cut;
use super::encoding::DECLARATION;
use super::stream::{Fault, Limits, Position, Pull, no_records};
use crate::diagnostic::Code;
use crate::ir::mapping::Step;

/// How an element says what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// By its name.
    Plain,
    /// By its attribute `key`, with its value in the attribute `value`, as event logs (XES) do.
    EventLog,
}

/// Reads a file of XML.
pub(super) struct Xml<'a> {
    reader: Reader<Bytes<'a>>,
    event: Vec<u8>,
    dialect: Dialect,
    path: Vec<Step>,
    shape: Shape,
    limits: Limits,
    /// How many of the elements that are open are on the path.
    on_path: usize,
    /// How many elements are open.
    depth: usize,
    /// The elements of a record that are open, from the outside in.
    open: Vec<Element>,
    /// How many elements and attributes the record has so far.
    parts: usize,
    /// The offset at which the record begins.
    record_at: u64,
    /// The most steps of the path that were found.
    reached: usize,
    has_root: bool,
}

/// The bytes of a record for which it may have one element or attribute.
const BYTES_OF_A_PART: usize = 64;

impl<'a> Xml<'a> {
    /// Begins a file. Without a path, the records are the elements in the root.
    pub(super) fn new(
        text: Box<dyn Pull + 'a>,
        path: &[Step],
        shape: Shape,
        dialect: Dialect,
        limits: Limits,
    ) -> Result<Xml<'a>, Fault> {
        let path = if path.is_empty() { vec![Step::Every, Step::Every] } else { path.to_vec() };
        let mut bytes =
            Bytes { text, buffer: vec![0; BLOCK], start: 0, end: 0, place: Position::START, left: 0, fault: None };
        bytes.pass_declaration()?;
        Ok(Xml {
            reader: Reader::from_reader(bytes),
            event: Vec::new(),
            dialect,
            path,
            // A record is an object, whatever is in it.
            shape: shape.with_attributes(),
            limits,
            on_path: 0,
            depth: 0,
            open: Vec::new(),
            parts: 0,
            record_at: 0,
            reached: 0,
            has_root: false,
        })
    }

    /// The elements and attributes that a record may have.
    fn most_parts(&self) -> usize {
        self.limits.record / BYTES_OF_A_PART
    }

    fn begin(&mut self, start: &BytesStart<'_>, place: Position) -> Result<(), Fault> {
        if self.depth == 0 && self.has_root {
            return Err(Fault::malformed("a second root element begins here").help(FORM));
        }
        self.check_depth(self.depth)?;
        self.has_root = true;
        self.depth += 1;
        let name = start.name();
        let name: &str = name.as_ref();
        if self.open.is_empty() {
            let fits = match self.path.get(self.on_path) {
                Some(Step::Every | Step::Chosen { .. } | Step::Named(_)) => true,
                Some(Step::Name(wanted)) => wanted == name,
                None => false,
            };
            if !fits || self.on_path + 1 != self.depth {
                return Ok(());
            }
            self.on_path += 1;
            self.reached = self.reached.max(self.on_path);
            if self.on_path < self.path.len() {
                return Ok(());
            }
            self.parts = 0;
            self.record_at = place.byte;
        }
        let mut element = Element { name: name.to_owned(), line: place.line, ..Element::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| malformed(wrong_attribute(&error)))?;
            let name: &str = attribute.key.as_ref();
            let value = unescape(&attribute.value).map_err(|_| entity(&attribute.value))?;
            self.part()?;
            if name != "xmlns" && !name.starts_with("xmlns:") {
                element.attributes.push((name.to_owned(), value.into_owned()));
            }
        }
        self.part()?;
        self.open.push(element);
        Ok(())
    }

    /// Refuses an element within so many others.
    fn check_depth(&self, depth: usize) -> Result<(), Fault> {
        // Lists are levels of their own in the JSON.
        let most = self.limits.depth / 2;
        if depth < most {
            return Ok(());
        }
        let message = format!("the XML is nested more than {most} levels deep");
        Err(Fault::new(Code::DataLimit, message).help("check where the file comes from"))
    }

    fn part(&mut self) -> Result<(), Fault> {
        self.parts += 1;
        if self.parts > self.most_parts() {
            let message = format!("a record has more than {} elements and attributes", self.most_parts());
            return Err(Fault::new(Code::DataLimit, message)
                .help("compare the path behind `at` in the source with the file: it leads to what holds the records"));
        }
        Ok(())
    }

    /// Ends an element; returns whether it was a record, which is written then.
    fn end(&mut self, json: &mut Json) -> bool {
        self.depth = self.depth.saturating_sub(1);
        let ended = self.open.pop();
        if self.open.is_empty() {
            self.on_path = self.on_path.min(self.depth);
        }
        let Some(mut element) = ended else { return false };
        if self.dialect == Dialect::EventLog {
            element = typed(element);
        }
        match self.open.last_mut() {
            Some(outer) => {
                outer.elements.push(element);
                false
            }
            None => {
                element.write(Some(&self.shape), json);
                true
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }

    /// What is said at the end of the file.
    fn finish(&self) -> Result<bool, Fault> {
        if self.depth > 0 {
            return Err(Fault::truncated("the file ends in the middle of its XML"));
        }
        if !self.has_root {
            return Err(Fault::truncated("the file is empty: XML was expected"));
        }
        if self.reached + 1 < self.path.len() || self.reached == 0 {
            let steps = self.path[..=self.reached].iter().map(|step| match step {
                Step::Name(name) => name.as_str(),
                Step::Every | Step::Chosen { .. } | Step::Named(_) => "*",
            });
            let path = steps.collect::<Vec<_>>().join(".");
            let help = "compare the path behind `at` in the source with the file: it begins with the root element";
            return Err(no_records(&format!("the file has no element at `{path}`"), help, None));
        }
        Ok(false)
    }

    fn fault(&mut self, error: Error) -> Fault {
        if let Some(fault) = self.reader.get_mut().fault.take() {
            return fault;
        }
        match error {
            Error::Syntax(SyntaxError::InvalidBangMarkup) => malformed("`<!` begins nothing that it knows"),
            Error::Syntax(_) | Error::IllFormed(IllFormedError::MissingEndTag(_)) => {
                Fault::truncated("the file ends in the middle of its XML")
            }
            Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
                malformed(&format!("the element `{}` is open where `</{}>` stands", cut(&expected), cut(&found)))
            }
            Error::IllFormed(IllFormedError::UnmatchedEndTag(name)) => {
                malformed(&format!("`</{}>` ends an element that does not begin", cut(&name)))
            }
            Error::IllFormed(IllFormedError::UnclosedReference) => {
                malformed("`&` begins an entity that does not end with `;`")
            }
            Error::Encoding(_) => super::rows::not_utf_8(None),
            other => malformed(&other.to_string()),
        }
    }

    fn step(&mut self, json: &mut Json) -> Result<bool, Fault> {
        loop {
            let mut buffer = std::mem::take(&mut self.event);
            buffer.clear();
            let bytes = self.reader.get_mut();
            bytes.left = self.limits.record;
            let place = bytes.place;
            let read = self.reader.read_event_into(&mut buffer);
            let done = match read {
                Ok(Event::Start(start)) => self.begin(&start, place).map(|()| None),
                Ok(Event::Empty(start)) => self.begin(&start, place).map(|()| self.end(json).then_some(true)),
                Ok(Event::End(_)) => Ok(self.end(json).then_some(true)),
                Ok(Event::Text(text)) => {
                    let text = text.into_inner();
                    if self.depth == 0 && !text.trim().is_empty() {
                        Err(Fault::malformed("text stands outside of the root element").help(FORM))
                    } else {
                        self.text(&text);
                        Ok(None)
                    }
                }
                Ok(Event::CData(text)) => {
                    self.text(&text.into_inner());
                    Ok(None)
                }
                Ok(Event::GeneralRef(name)) => {
                    let written = format!("&{};", name.into_inner());
                    match unescape(&written) {
                        Ok(character) => {
                            self.text(&character);
                            Ok(None)
                        }
                        Err(_) => Err(entity(&written)),
                    }
                }
                Ok(Event::DocType(declared)) if declared.contains('[') => {
                    Err(Fault::malformed("the file declares a document type with entities of its own")
                        .help("nothing that a file declares is expanded: export it without a document type"))
                }
                Ok(Event::DocType(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_)) => Ok(None),
                Ok(Event::Eof) => self.finish().map(Some),
                Err(error) => Err(self.fault(error)),
            };
            self.event = buffer;
            let is_large =
                !self.open.is_empty() && self.reader.get_ref().place.byte - self.record_at > self.limits.record as u64;
            match done {
                Ok(None) if is_large => {
                    let message = format!("a record is larger than {} bytes", self.limits.record);
                    return Err(Fault::new(Code::DataLimit, message)
                        .at(place)
                        .help("check whether the path behind `at` in the source leads to the records"));
                }
                Ok(None) => {}
                Ok(Some(more)) => return Ok(more),
                Err(fault) => return Err(fault.at_end(place)),
            }
        }
    }
}

impl Converter for Xml<'_> {
    fn convert(&mut self, json: &mut Json) -> Result<bool, Fault> {
        self.step(json)
    }
}

/// The help on what is no XML.
const FORM: &str = "check that the file is XML, and export it again";

fn malformed(what: &str) -> Fault {
    Fault::malformed(format!("the file is not XML: {what}")).help(FORM)
}

/// What is wrong with the attributes of a tag.
fn wrong_attribute(error: &AttrError) -> &'static str {
    match error {
        AttrError::Duplicated(..) => "an attribute stands twice in one tag",
        AttrError::UnquotedValue(_) => "the value of an attribute stands without quotation marks",
        AttrError::ExpectedEq(_) | AttrError::ExpectedValue(_) | AttrError::ExpectedQuote(..) => {
            "an attribute has no whole value"
        }
    }
}

/// The fault of a text with an entity that is none of XML itself.
fn entity(text: &str) -> Fault {
    let from = text.find('&').unwrap_or(0);
    let until = text[from..].find(';').map_or(text.len(), |end| from + end + 1);
    Fault::malformed(format!("`{}` stands for no character that XML knows", cut(&text[from..until])))
        .help("entities that a file declares are not expanded: export it again, with characters as they are")
}

/// An element of an event log: what it is says its attribute `key`, and its value another.
fn typed(mut element: Element) -> Element {
    let mut take = |name: &str| {
        let position = element.attributes.iter().position(|(own, _)| own == name)?;
        Some(element.attributes.remove(position).1)
    };
    if let Some(key) = take("key") {
        element.text = take("value").unwrap_or_default();
        element.name = key;
    }
    element
}

/// How many bytes are read at a time.
const BLOCK: usize = 1 << 16;

/// The bytes of a file with their places, for the reader of XML.
struct Bytes<'a> {
    text: Box<dyn Pull + 'a>,
    /// What was read and not yet taken is from `start` to `end`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// The place of what is taken next.
    place: Position,
    /// How many bytes may be taken before somebody asks again: one tag, one text.
    left: usize,
    /// Why there is nothing more; the reader of XML knows only errors of the system.
    fault: Option<Fault>,
}

impl Bytes<'_> {
    /// Reads until so many bytes are there, or all of them.
    fn need(&mut self, count: usize) -> Result<(), Fault> {
        while self.end < count {
            match self.text.pull(&mut self.buffer[self.end..])? {
                0 => break,
                more => self.end += more,
            }
        }
        Ok(())
    }

    /// Passes over the byte order mark and the declaration: the encoding that it states was seen to.
    fn pass_declaration(&mut self) -> Result<(), Fault> {
        self.need(DECLARATION)?;
        if self.buffer[..self.end].starts_with(b"\xEF\xBB\xBF") {
            self.start = 3;
            self.place.byte = 3;
        }
        let begin = &self.buffer[self.start..self.end.min(DECLARATION)];
        if begin.starts_with(b"<?xml")
            && let Some(end) = memchr::memmem::find(begin, b"?>")
        {
            self.left = end + 2;
            self.consume(end + 2);
        }
        Ok(())
    }
}

impl std::io::Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Bytes<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.left == 0 {
            let fault = Fault::new(Code::DataLimit, "a tag or a text is larger than a record may be");
            self.fault = Some(fault.help("check whether the file has the form that its name promises"));
            return Err(std::io::ErrorKind::Other.into());
        }
        if self.start == self.end {
            self.start = 0;
            self.end = match self.text.pull(&mut self.buffer) {
                Ok(count) => count,
                Err(fault) => {
                    self.end = 0;
                    self.fault = Some(fault.at_end(self.place));
                    return Err(std::io::ErrorKind::Other.into());
                }
            };
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, count: usize) {
        let taken = &self.buffer[self.start..(self.start + count).min(self.end)];
        self.place = self.place.after(taken);
        self.left = self.left.saturating_sub(taken.len());
        self.start += taken.len();
    }
}
