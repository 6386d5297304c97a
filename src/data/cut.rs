//! Files cut into chunks of whole records, so that records can be decoded side by side in bounded memory.
//!
//! Every byte of a file is in exactly one chunk. A cutter knows no more of the records than where they end; whether
//! they are in order is found out by who reads them.

mod document;

pub(super) use document::Documents;

use super::beside::Beside;
use super::cells;
use super::outline::Outline;
use super::stream::{Compression, Fault, Limits, Position, Pull};
use crate::diagnostic::Code;

/// Whole records of a file, with the bytes around them.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    /// Holds the bytes; what follows them means nothing.
    buffer: Vec<u8>,
    /// How many bytes there are.
    length: usize,
    /// Where the first of them stands in the file.
    pub(super) start: Position,
    /// Where records are in the bytes; empty where lines or rows show it.
    pub(super) records: Vec<(u32, u32)>,
    /// Whether the file ends behind it.
    pub(super) is_last: bool,
    /// Whether its one record is the whole file.
    pub(super) is_lone: bool,
}

impl Chunk {
    /// The bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

/// The bytes of a file that were read and not yet given out.
pub(super) struct Window<'a> {
    stream: Box<dyn Pull + 'a>,
    /// Holds the bytes; what follows them is room for more.
    buffer: Vec<u8>,
    length: usize,
    /// Buffers of chunks that were decoded, to be used again.
    spare: Vec<Vec<u8>>,
    start: Position,
    ended: bool,
    limits: Limits,
    block: usize,
}

impl<'a> Window<'a> {
    /// Begins a file, behind its byte order mark; `block` is how much is read at a time.
    pub(super) fn new(stream: Box<dyn Pull + 'a>, limits: Limits, block: usize) -> Result<Window<'a>, Fault> {
        let mut window = Window {
            stream,
            buffer: Vec::new(),
            length: 0,
            spare: Vec::new(),
            start: Position::START,
            ended: false,
            limits,
            block: block.max(1),
        };
        while window.length < 4 && window.more()? {}
        let bytes = window.bytes();
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            window.buffer.copy_within(3..window.length, 0);
            window.length -= 3;
            window.start.byte = 3;
        } else if let Some(compression) = Compression::of_bytes(bytes) {
            return Err(Fault::malformed(format!("the file is {} and is not named so", compression.shown()))
                .at(Position::START)
                .help(format!("add `{}` to its name", compression.ending())));
        } else if bytes.starts_with(b"PK\x03\x04") {
            return Err(Fault::malformed("the file is a ZIP archive or a spreadsheet")
                .at(Position::START)
                .help("name it `.zip` if it is an archive, or export it as CSV"));
        }
        Ok(window)
    }

    /// The bytes.
    fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    /// Reads another block; returns whether there was anything.
    fn more(&mut self) -> Result<bool, Fault> {
        if self.ended {
            return Ok(false);
        }
        let before = self.length;
        if self.buffer.len() < before + self.block {
            self.buffer.resize(before + self.block, 0);
        }
        let end = before + self.block;
        while self.length < end {
            match self.stream.pull(&mut self.buffer[self.length..end]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => self.length += count,
                Err(fault) => {
                    self.ended = true;
                    return Err(fault.at_end(self.start.after(self.bytes())));
                }
            }
        }
        Ok(self.length > before)
    }

    /// Gives out the first bytes.
    fn take(&mut self, count: usize, records: Vec<(u32, u32)>) -> Chunk {
        let mut rest = self.spare.pop().unwrap_or_default();
        let left = self.length - count;
        if rest.len() < left {
            rest.resize(left, 0);
        }
        rest[..left].copy_from_slice(&self.buffer[count..self.length]);
        let buffer = std::mem::replace(&mut self.buffer, rest);
        self.length = left;
        let start = self.start;
        self.start = start.after(&buffer[..count]);
        Chunk { buffer, length: count, start, records, is_last: self.ended && left == 0, is_lone: false }
    }

    fn place(&self, offset: usize) -> Position {
        self.start.after(&self.bytes()[..offset])
    }

    /// The fault of a record that is too large, at the offset of its beginning.
    fn too_large(&self, offset: usize) -> Fault {
        Fault::new(Code::DataLimit, format!("a record is larger than {} bytes", self.limits.record))
            .at(self.place(offset))
            .help("check whether the file has the form that its name promises")
    }
}

/// Gives out a file in chunks.
pub(super) trait Cutter: Send {
    /// Returns the next chunk; none at the end. Behind a fault there is nothing more.
    fn next(&mut self) -> Result<Option<Chunk>, Box<Stop>>;

    /// Takes back a chunk that was decoded.
    fn reuse(&mut self, chunk: Chunk);

    /// Returns what the file said beside the records, as far as it was read.
    fn beside(&self) -> Beside {
        Beside::default()
    }

    /// Reads the file to its end, in place of its chunks, for what it is made of; none where the form shows where records are.
    fn outline(&mut self) -> Result<Option<Outline>, Fault> {
        Ok(None)
    }
}

/// Why there are no more chunks: the last one, of what comes before the fault, and the fault.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) last: Option<Chunk>,
    pub(super) fault: Fault,
}

/// Cuts behind line breaks.
pub(super) struct Lines<'a>(pub(super) Window<'a>);

impl Cutter for Lines<'_> {
    fn reuse(&mut self, chunk: Chunk) {
        self.0.spare.push(chunk.buffer);
    }

    fn next(&mut self) -> Result<Option<Chunk>, Box<Stop>> {
        let window = &mut self.0;
        // What is left of the block before has no line break.
        let mut searched = 0;
        loop {
            if let Some(newline) = memchr::memrchr(b'\n', &window.bytes()[searched..]) {
                return Ok(Some(window.take(searched + newline + 1, Vec::new())));
            }
            searched = window.length;
            if window.length > window.limits.record {
                let fault = window.too_large(0);
                return Err(Box::new(Stop { last: None, fault }));
            }
            match window.more() {
                Ok(true) => {}
                Ok(false) if window.length == 0 => return Ok(None),
                Ok(false) => return Ok(Some(window.take(window.length, Vec::new()))),
                Err(fault) => {
                    let whole = memchr::memrchr(b'\n', window.bytes()).map_or(0, |newline| newline + 1);
                    return Err(Box::new(Stop { last: Some(window.take(whole, Vec::new())), fault }));
                }
            }
        }
    }
}

/// Cuts behind rows of cells.
pub(super) struct Rows<'a> {
    window: Window<'a>,
    delimiter: u8,
}

impl<'a> Rows<'a> {
    /// Begins a file and takes its header: the first line that is not blank.
    pub(super) fn new(mut window: Window<'a>, delimiter: u8) -> Result<(Rows<'a>, Chunk), Fault> {
        loop {
            let end = loop {
                if let Some(end) = cells::row_end(window.bytes(), 0, delimiter) {
                    break end;
                }
                if window.length > window.limits.record {
                    return Err(window.too_large(0));
                }
                if !window.more()? {
                    break window.length;
                }
            };
            if end == 0 {
                return Err(Fault::malformed("the file is empty: a header was expected")
                    .at(window.start)
                    .help("export it again; an extract without records still has its header"));
            }
            if let Some(cell) = cells::open_quote(&window.bytes()[..end], 0, delimiter) {
                return Err(in_quotes(&window, cell));
            }
            let header = window.take(end, Vec::new());
            if !header.bytes().iter().all(u8::is_ascii_whitespace) {
                return Ok((Rows { window, delimiter }, header));
            }
        }
    }
}

fn in_quotes(window: &Window<'_>, cell: usize) -> Fault {
    Fault::truncated("the file ends within a quoted cell that begins here").at(window.place(cell))
}

impl Cutter for Rows<'_> {
    fn reuse(&mut self, chunk: Chunk) {
        self.window.spare.push(chunk.buffer);
    }

    fn next(&mut self) -> Result<Option<Chunk>, Box<Stop>> {
        let window = &mut self.window;
        let mut end = 0;
        loop {
            // Without quotation marks every line break ends a row.
            if memchr::memchr(b'"', &window.bytes()[end..]).is_none() {
                end = memchr::memrchr(b'\n', window.bytes()).map_or(end, |newline| newline + 1);
            } else {
                while let Some(next) = cells::row_end(window.bytes(), end, self.delimiter) {
                    end = next;
                }
            }
            if end > 0 {
                return Ok(Some(window.take(end, Vec::new())));
            }
            if window.length - end > window.limits.record {
                let fault = window.too_large(end);
                return Err(Box::new(Stop { last: Some(window.take(end, Vec::new())), fault }));
            }
            match window.more() {
                Ok(true) => {}
                Ok(false) if window.length == 0 => return Ok(None),
                Ok(false) => {
                    if let Some(cell) = cells::open_quote(window.bytes(), end, self.delimiter) {
                        let fault = in_quotes(window, cell);
                        return Err(Box::new(Stop { last: Some(window.take(end, Vec::new())), fault }));
                    }
                    return Ok(Some(window.take(window.length, Vec::new())));
                }
                Err(fault) => return Err(Box::new(Stop { last: Some(window.take(end, Vec::new())), fault })),
            }
        }
    }
}
