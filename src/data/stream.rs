//! The bytes of a file: opened, decompressed, limited, and places in them.

use std::io::{BufRead, BufReader, Read, Seek};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Crc;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder};

use super::finding::DataError;
use crate::diagnostic::Code;
use crate::schema::RecordId;

/// The files of an export. The reader opens files through this alone.
pub trait Files: Sync {
    /// Returns the names relative to the export, with `/` between folders, in order of name.
    fn names(&self) -> Vec<String>;

    /// Opens a file.
    ///
    /// # Errors
    ///
    /// That of the system: it is not there, it may not be read.
    fn open(&self, name: &str) -> std::io::Result<Box<dyn Read + Send>>;

    /// Returns the size of a file in bytes, as it lies there, where it is known.
    fn size(&self, name: &str) -> Option<u64>;

    /// Opens a file whose parts are read out of order: an archive.
    ///
    /// # Errors
    ///
    /// That of the system. An implementation without archives need not offer this.
    fn open_archive(&self, _name: &str) -> std::io::Result<Box<dyn Archive>> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    /// Returns how a file lies in its archive, if it is part of one: then what [`open`](Files::open) gives is not yet
    /// what the file holds.
    fn entry(&self, _name: &str) -> Option<Entry> {
        None
    }
}

/// A file that is read out of order.
pub trait Archive: Read + Seek + Send {}

impl<T: Read + Seek + Send> Archive for T {}

/// How a file lies in its archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Whether it is compressed there, by deflate without a head; else it lies there as it is.
    pub is_deflated: bool,
    /// The CRC-32 of what it holds.
    pub checksum: u32,
}

/// Hears how far the reading has come. It knows of no time.
pub trait Progress: Sync {
    /// A file is opened.
    fn begin(&self, _file: &str) {}

    /// So many further bytes were read, as they lie there (compressed).
    fn advance(&self, bytes: u64);
}

/// Progress that nobody hears of.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _bytes: u64) {}
}

/// How much a file may hold. What exceeds a limit is a data error, never a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most levels of objects and arrays in a file of JSON.
    pub depth: usize,
    /// Most bytes of one record.
    pub record: usize,
    /// Most bytes of one file, decompressed.
    pub file: u64,
    /// Most bytes that one compressed byte may stand for.
    pub ratio: u64,
    /// Decompressed bytes below which the ratio is not looked at: small files of equal rows compress well in earnest.
    pub ratio_from: u64,
    /// Most entries of one archive.
    pub entries: usize,
    /// Most bytes of a workbook, as it lies there and unpacked; and of a file of Parquet, as it lies there and of what is
    /// unpacked of it at a time.
    pub workbook: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            depth: 128,
            record: 16 << 20,
            file: 64 << 30,
            ratio: 200,
            ratio_from: 64 << 20,
            entries: 100_000,
            workbook: 512 << 20,
        }
    }
}

/// A place in the (uncompressed) bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// The offset, from 0.
    pub(super) byte: u64,
    /// The line, from 1.
    pub(super) line: u32,
    /// The column, from 1, in characters.
    pub(super) column: u32,
}

impl Position {
    /// The beginning of a file.
    pub(super) const START: Position = Position { byte: 0, line: 1, column: 1 };

    /// The place behind some further bytes.
    pub(super) fn after(self, bytes: &[u8]) -> Position {
        let (mut line, mut column, mut rest) = (self.line, self.column, bytes);
        if let Some(newline) = memchr::memrchr(b'\n', bytes) {
            let lines = memchr::memchr_iter(b'\n', bytes).count();
            line = line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
            column = 1;
            rest = &bytes[newline + 1..];
        }
        // A byte that begins with the bits 10 continues a character.
        let characters = rest.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        column = column.saturating_add(u32::try_from(characters).unwrap_or(u32::MAX));
        Position { byte: self.byte + bytes.len() as u64, line, column }
    }
}

/// Why a file cannot be read; a [`DataError`] once the file and the record are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: Code,
    pub(super) at: Option<Position>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Fault {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Fault {
        Fault { code, at: None, message: message.into(), help: None }
    }

    pub(super) fn malformed(message: impl Into<String>) -> Fault {
        Fault::new(Code::MalformedFile, message)
    }

    pub(super) fn truncated(message: impl Into<String>) -> Fault {
        Fault::new(Code::TruncatedFile, message).help("export the file again, and compare its size with the tool's")
    }

    pub(super) fn at(mut self, position: Position) -> Fault {
        self.at = Some(position);
        self
    }

    /// Places it at the end of what was read, unless it has a place.
    pub(super) fn at_end(mut self, position: Position) -> Fault {
        self.at.get_or_insert(position);
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }

    pub(super) fn into_error(self, record: impl Into<Option<RecordId>>, file: &str) -> DataError {
        DataError {
            record: record.into(),
            file: Some(file.to_owned()),
            line: self.at.map(|at| (at.line, at.column)),
            code: self.code,
            message: self.message,
            help: self.help,
        }
    }
}

/// The keys under which tools say what went wrong, in place of records.
pub(super) fn is_message(key: &str) -> bool {
    let says = ["message", "error", "errormessage", "error_description", "detail"];
    says.iter().any(|word| key.eq_ignore_ascii_case(word))
}

/// The fault of a file without records where they should be; `message` is what it says in their place.
pub(super) fn no_records(fault: &str, help: &str, message: Option<&str>) -> Fault {
    let Some(message) = message else { return Fault::new(Code::MissingPath, fault).help(help) };
    let escaped: String = super::decode::cut(message)
        .chars()
        .map(|c| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() })
        .collect();
    Fault::new(Code::MissingPath, format!("{fault}; it says \"{escaped}\""))
        .help("the tool answered with this message in place of records: export again")
}

/// Counts the bytes that go by.
struct Counted<'a> {
    inner: Box<dyn Read + Send>,
    count: Arc<AtomicU64>,
    progress: &'a dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        self.progress.advance(count as u64);
        Ok(count)
    }
}

/// What a file holds that lies in an archive; any other is as it is.
pub(super) fn unpacked<'a>(mut reader: Box<dyn Read + Send + 'a>, entry: Option<Entry>) -> Box<dyn Read + Send + 'a> {
    let Some(entry) = entry else { return reader };
    if entry.is_deflated {
        reader = Box::new(DeflateDecoder::new(BufReader::with_capacity(BUFFER, reader)));
    }
    Box::new(Checked { inner: reader, sum: Crc::new(), expected: entry.checksum })
}

/// Checks what an entry of an archive holds against the sum that its archive states.
struct Checked<'a> {
    inner: Box<dyn Read + Send + 'a>,
    sum: Crc,
    expected: u32,
}

impl Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.sum.update(&buffer[..count]);
        if count == 0 && !buffer.is_empty() && self.sum.sum() != self.expected {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        Ok(count)
    }
}

/// How many compressed bytes are read at a time.
const BUFFER: usize = 1 << 18;

/// Gives out the bytes of a file, as far as it is read.
pub(super) trait Pull: Send {
    /// Reads some bytes; 0 at the end. Behind a fault there is nothing more.
    fn pull(&mut self, buffer: &mut [u8]) -> Result<usize, Fault>;
}

/// The decompressed bytes of a file, within the limits.
pub(super) struct Stream<'a> {
    reader: Box<dyn Read + Send + 'a>,
    compressed: Option<Arc<AtomicU64>>,
    limits: Limits,
    given: u64,
}

/// How a file is compressed, as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstandard,
}

impl Compression {
    const ALL: [Compression; 2] = [Compression::Gzip, Compression::Zstandard];

    /// Cuts a name into that of what is compressed and the compression, if it says one.
    pub(super) fn cut(name: &str) -> (&str, Option<Compression>) {
        for compression in Compression::ALL {
            let ending = compression.ending();
            let at = name.len().saturating_sub(ending.len());
            if at > 0 && name.as_bytes()[at..].eq_ignore_ascii_case(ending.as_bytes()) {
                return (&name[..at], Some(compression));
            }
        }
        (name, None)
    }

    /// The compression that the first bytes of a file show.
    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Compression> {
        Compression::ALL.into_iter().find(|compression| bytes.starts_with(compression.magic()))
    }

    /// What a name ends in.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Compression::Gzip => ".gz",
            Compression::Zstandard => ".zst",
        }
    }

    /// What it is called.
    pub(super) fn shown(self) -> &'static str {
        match self {
            Compression::Gzip => "gzip",
            Compression::Zstandard => "Zstandard",
        }
    }

    fn magic(self) -> &'static [u8] {
        match self {
            Compression::Gzip => b"\x1F\x8B",
            Compression::Zstandard => b"\x28\xB5\x2F\xFD",
        }
    }
}

/// The most memory that decompression may ask for, as a power of two: what `zstd` itself allows.
const WINDOW: u32 = 27;

impl<'a> Stream<'a> {
    /// Opens a file; one whose name says that it is compressed is decompressed, and so is an entry of an archive.
    pub(super) fn open(
        files: &dyn Files,
        name: &str,
        limits: Limits,
        progress: &'a dyn Progress,
    ) -> Result<Stream<'a>, Fault> {
        progress.begin(name);
        let inner = files.open(name).map_err(|error| unreadable(&error))?;
        let count = Arc::new(AtomicU64::new(0));
        let mut reader: Box<dyn Read + Send + 'a> = Box::new(Counted { inner, count: count.clone(), progress });
        let (entry, compression) = (files.entry(name), Compression::cut(name).1);
        reader = unpacked(reader, entry);
        if let Some(compression) = compression {
            let mut buffered = BufReader::with_capacity(BUFFER, reader);
            let begin = buffered.fill_buf().map_err(|error| unreadable(&error))?;
            if begin.iter().zip(compression.magic()).any(|(byte, expected)| byte != expected) {
                let message = format!("the file is not {}", compression.shown());
                let help = format!("leave `{}` out of its name, or compress it", compression.ending());
                return Err(Fault::malformed(message).help(help));
            }
            if begin.is_empty() {
                return Err(Fault::truncated("the compressed data ends in the middle").at(Position::START));
            }
            reader = match compression {
                Compression::Gzip => Box::new(MultiGzDecoder::new(buffered)),
                Compression::Zstandard => {
                    let mut decoder = zstd::Decoder::with_buffer(buffered).map_err(|error| unreadable(&error))?;
                    decoder.window_log_max(WINDOW).map_err(|error| unreadable(&error))?;
                    Box::new(decoder)
                }
            };
        }
        let compressed = (entry.is_some() || compression.is_some()).then_some(count);
        Ok(Stream { reader, compressed, limits, given: 0 })
    }

    fn fault(&self, error: &std::io::Error) -> Fault {
        match (&self.compressed, error.kind()) {
            (Some(_), std::io::ErrorKind::UnexpectedEof) => Fault::truncated("the compressed data ends in the middle"),
            // The decompressors tell damage by these kinds; what the system says of the file itself has others.
            (
                Some(_),
                std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput | std::io::ErrorKind::Other,
            ) => Fault::malformed("the compressed data is damaged").help("export or copy the file again"),
            _ => unreadable(error),
        }
    }
}

impl Pull for Stream<'_> {
    fn pull(&mut self, buffer: &mut [u8]) -> Result<usize, Fault> {
        let count = loop {
            match self.reader.read(buffer) {
                Ok(count) => break count as u64,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.fault(&error)),
            }
        };
        self.given += count;
        if self.given > self.limits.file {
            return Err(Fault::new(Code::DataLimit, format!("the file holds more than {} bytes", self.limits.file))
                .help("split the export into several files"));
        }
        if let Some(compressed) = &self.compressed {
            let compressed = compressed.load(Ordering::Relaxed).max(1);
            if self.given > self.limits.ratio_from && self.given / compressed > self.limits.ratio {
                let message = format!("the file unpacks to more than {} times its size", self.limits.ratio);
                return Err(Fault::new(Code::DataLimit, message)
                    .help("check where the file comes from; unpack it by hand if it is in order"));
            }
        }
        Ok(count as usize)
    }
}

pub(super) fn unreadable(error: &std::io::Error) -> Fault {
    // The system's own words differ between systems and may name paths; its kind does not.
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => "it is not there".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        kind => kind.to_string(),
    };
    Fault::new(Code::UnreadableFile, format!("the file cannot be read: {reason}"))
}
