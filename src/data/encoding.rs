//! Texts in other encodings than UTF-8: what is read of them is UTF-8, and offsets are those of that.

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::decode::cut;
use super::pattern::Format;
use super::stream::{Fault, Position, Pull, Stream};

/// Begins to read a text: in the encoding that its byte order mark says, else in the one that is stated, else as UTF-8.
///
/// Text that is UTF-8 goes through as it is; whether it is valid is for its reader to find out.
pub(super) fn open<'a>(
    mut stream: Stream<'a>,
    stated: Option<&'static Encoding>,
    format: Format,
) -> Result<Box<dyn Pull + 'a>, Fault> {
    let mut begin = vec![0; if matches!(format, Format::Xml(_)) { DECLARATION } else { 4 }];
    let mut length = 0;
    while length < begin.len() {
        match stream.pull(&mut begin[length..]).map_err(|fault| fault.at_end(Position::START))? {
            0 => break,
            count => length += count,
        }
    }
    begin.truncate(length);
    let marked = Encoding::for_bom(&begin).map(|(encoding, _)| encoding);
    let declared = if marked.is_none() && matches!(format, Format::Xml(_)) { declared(&begin)? } else { None };
    let encoding = marked.or(declared).or(stated).unwrap_or(UTF_8);
    let begun = Begun { begin, at: 0, stream };
    if encoding == UTF_8 {
        return Ok(Box::new(begun));
    }
    Ok(Box::new(Text {
        inner: begun,
        decoder: encoding.new_decoder_with_bom_removal(),
        encoding,
        bytes: vec![0; BLOCK],
        start: 0,
        end: 0,
        // Room for what the bytes may become, so that none of it is allotted again.
        decoded: String::with_capacity(3 * BLOCK),
        given: 0,
        ended: false,
        fault: None,
    }))
}

/// Bytes at the beginning of a file of XML among which its declaration is looked for.
pub(super) const DECLARATION: usize = 256;

/// The encoding that the declaration of a file of XML states. That of a text of two bytes a character cannot be read here, so where
/// one stands the file was written anew in another encoding, and what it states is no longer so.
fn declared(begin: &[u8]) -> Result<Option<&'static Encoding>, Fault> {
    let text: String = begin.iter().map(|byte| char::from(*byte)).collect();
    let Some((declaration, _)) = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) else {
        return Ok(None);
    };
    let Some((_, rest)) = declaration.split_once("encoding") else { return Ok(None) };
    let quoted = rest.trim_start().strip_prefix('=').map(str::trim_start).unwrap_or_default();
    let label = quoted.split(['"', '\'']).nth(1).unwrap_or_default();
    match Encoding::for_label_no_replacement(label.as_bytes()) {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(None),
        Some(encoding) => Ok(Some(encoding)),
        None => {
            let message = format!("the XML states an encoding that is not known: `{}`", cut(label).escape_debug());
            Err(Fault::malformed(message).at(Position::START).help("export it as UTF-8"))
        }
    }
}

/// How many bytes are decoded at a time.
const BLOCK: usize = 1 << 16;

/// A stream whose first bytes were looked at.
struct Begun<'a> {
    begin: Vec<u8>,
    at: usize,
    stream: Stream<'a>,
}

impl Pull for Begun<'_> {
    fn pull(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        let rest = &self.begin[self.at..];
        if rest.is_empty() {
            return self.stream.pull(buffer);
        }
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

/// A text of another encoding, as UTF-8.
struct Text<'a> {
    inner: Begun<'a>,
    decoder: encoding_rs::Decoder,
    encoding: &'static Encoding,
    /// What was read and not yet decoded is from `start` to `end`.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// What was decoded, and how much of it was given out.
    decoded: String,
    given: usize,
    ended: bool,
    /// What comes behind the text that was decoded.
    fault: Option<Fault>,
}

impl Text<'_> {
    /// Decodes some more.
    fn decode(&mut self) {
        if self.start == self.end {
            self.start = 0;
            self.end = match self.inner.pull(&mut self.bytes) {
                Ok(count) => count,
                Err(fault) => return self.fault = Some(fault),
            };
        }
        let is_last = self.end == 0;
        let source = &self.bytes[self.start..self.end];
        let (result, read) = self.decoder.decode_to_string_without_replacement(source, &mut self.decoded, is_last);
        self.start += read;
        match result {
            DecoderResult::InputEmpty => self.ended = is_last,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                let name = self.encoding.name();
                let message = format!("the file is not {name}: here stand bytes that are no character of it");
                let help = "it is damaged, or of another encoding than its beginning or the source says";
                self.fault = Some(Fault::malformed(message).help(help));
            }
        }
    }
}

impl Pull for Text<'_> {
    fn pull(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        while self.given == self.decoded.len() {
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            if self.ended {
                return Ok(0);
            }
            self.decoded.clear();
            self.given = 0;
            self.decode();
        }
        let rest = &self.decoded.as_bytes()[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}
