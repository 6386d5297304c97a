//! Pages: their heads are read and they are unpacked here, within bounds, before the library decodes what is in them.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::parquet::basic::{Compression, Encoding, Type};
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result};
use bytes::Bytes;

use super::super::stream::{Fault, Limits};
use super::file::{damaged, too_large, unpacks_to_too_much};
use super::packed::{differences, unpack};
use super::thrift::Thrift;

/// What a value of a dictionary takes in memory beside its bytes.
const VALUE: u64 = 40;

/// What a file was unpacked to, and how much of that is in memory.
#[derive(Debug)]
pub(super) struct Budget {
    limits: Limits,
    /// The bytes of the file.
    file: u64,
    /// What was unpacked of it.
    unpacked: u64,
    /// What was read out of that: texts and places for values.
    read: u64,
    /// What is in memory, at most.
    held: u64,
    /// What of each column stays there when the next rows are read: its dictionary, and the page that it is at.
    kept: Vec<Kept>,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    dictionary: u64,
    page: u64,
    /// How many elements of lists the page has, and those before it of which rows are read.
    elements: u64,
    at_once: u64,
}

/// A budget that the columns of a file share.
pub(super) type Shared = Arc<Mutex<Budget>>;

/// The budget; nothing is left half done in it where a thread gave up.
pub(super) fn lock(budget: &Shared) -> MutexGuard<'_, Budget> {
    budget.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Budget {
    pub(super) fn new(limits: Limits, file: u64) -> Budget {
        Budget { limits, file, unpacked: 0, read: 0, held: 0, kept: Vec::new() }
    }

    /// Begins a part of the file that has all columns.
    pub(super) fn begin_group(&mut self, columns: usize) {
        self.kept = vec![Kept::default(); columns];
    }

    /// Begins to read some rows: of those before nothing is kept.
    pub(super) fn begin_rows(&mut self) {
        self.held = 0;
        for kept in &mut self.kept {
            self.held += kept.dictionary + kept.page;
            kept.at_once = kept.elements;
        }
    }

    /// Takes the texts and the number of some values that were read.
    pub(super) fn take_values(&mut self, bytes: u64) -> std::result::Result<(), Fault> {
        self.hold(bytes)?;
        self.read += bytes;
        self.check(self.read)
    }

    fn hold(&mut self, bytes: u64) -> std::result::Result<(), Fault> {
        self.held = self.held.saturating_add(bytes);
        if self.held > self.limits.workbook { Err(too_large(self.limits)) } else { Ok(()) }
    }

    fn check(&self, bytes: u64) -> std::result::Result<(), Fault> {
        let is_much = bytes > self.limits.ratio_from && bytes / self.file.max(1) > self.limits.ratio;
        if is_much { Err(unpacks_to_too_much(self.limits)) } else { Ok(()) }
    }
}

/// What is asked of a column to read its pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub(super) position: usize,
    pub(super) compression: Compression,
    pub(super) ty: Type,
    /// The bytes of a value, where all have as many.
    pub(super) width: usize,
    pub(super) is_optional: bool,
    pub(super) is_list: bool,
}

/// The pages of a column, one behind the other.
pub(super) struct Pages {
    rest: Bytes,
    facts: Facts,
    budget: Shared,
}

/// What a page says of itself. The fields are those of `PageHeader` in the
/// [specification](https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift).
struct Head {
    kind: i64,
    /// Its bytes unpacked, and as they lie there.
    unpacked: usize,
    packed: usize,
    /// The fields of the head that its kind has.
    own: [Option<i64>; 16],
    /// How long the head is.
    length: usize,
}

const DATA: i64 = 0;
const DICTIONARY: i64 = 2;
const DATA_2: i64 = 3;

impl Head {
    fn read(bytes: &[u8]) -> Option<Head> {
        let mut rest = Thrift(bytes);
        let (mut kind, mut unpacked, mut packed) = (None, None, None);
        let mut owns = [None; 3];
        rest.fields(|inner, field, written| {
            match field {
                1 => kind = Some(inner.number(written)?),
                2 => unpacked = usize::try_from(inner.number(written)?).ok(),
                3 => packed = usize::try_from(inner.number(written)?).ok(),
                5 => owns[0] = Some(inner.numbers()?),
                7 => owns[1] = Some(inner.numbers()?),
                8 => owns[2] = Some(inner.numbers()?),
                _ => inner.pass(written)?,
            }
            Some(())
        })?;
        let kind = kind?;
        let own = match kind {
            DATA => owns[0]?,
            DICTIONARY => owns[1]?,
            DATA_2 => owns[2]?,
            // A page of another kind is passed over.
            _ => [None; 16],
        };
        Some(Head { kind, unpacked: unpacked?, packed: packed?, own, length: bytes.len() - rest.0.len() })
    }

    fn is_known(&self) -> bool {
        matches!(self.kind, DATA | DICTIONARY | DATA_2)
    }

    fn count(&self, field: usize) -> Option<u32> {
        u32::try_from(self.own[field]?).ok()
    }
}

fn encoding(number: i64) -> Option<Encoding> {
    Some(match number {
        0 => Encoding::PLAIN,
        2 => Encoding::PLAIN_DICTIONARY,
        3 => Encoding::RLE,
        5 => Encoding::DELTA_BINARY_PACKED,
        6 => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        7 => Encoding::DELTA_BYTE_ARRAY,
        8 => Encoding::RLE_DICTIONARY,
        9 => Encoding::BYTE_STREAM_SPLIT,
        _ => return None,
    })
}

impl Pages {
    pub(super) fn new(bytes: Bytes, facts: Facts, budget: Shared) -> Pages {
        Pages { rest: bytes, facts, budget }
    }

    /// The head of the next page that is of a known kind. Pages of other kinds are passed over.
    fn head(&mut self) -> std::result::Result<Option<Head>, Fault> {
        while !self.rest.is_empty() {
            let head = Head::read(&self.rest).ok_or_else(damaged)?;
            let end = head.length.saturating_add(head.packed);
            if end > self.rest.len() {
                return Err(damaged());
            }
            if head.is_known() {
                return Ok(Some(head));
            }
            self.rest = self.rest.slice(end..);
        }
        Ok(None)
    }

    fn page(&mut self) -> std::result::Result<Option<Page>, Fault> {
        let Some(head) = self.head()? else { return Ok(None) };
        let body = self.rest.slice(head.length..head.length + head.packed);
        self.rest = self.rest.slice(head.length + head.packed..);
        self.admit(&head)?;
        let page = self.unpack(&head, body).ok_or_else(damaged)?;
        let more = self.decoded(&page).ok_or_else(damaged)?;
        lock(&self.budget).hold(more)?;
        Ok(Some(page))
    }

    /// Takes what a page unpacks to, before it is.
    fn admit(&self, head: &Head) -> std::result::Result<(), Fault> {
        let mut budget = lock(&self.budget);
        let bytes = head.unpacked as u64;
        budget.unpacked = budget.unpacked.saturating_add(bytes);
        budget.check(budget.unpacked)?;
        budget.hold(bytes)?;
        let elements = if self.facts.is_list { head.own[1].unwrap_or_default().max(0) as u64 } else { 0 };
        let kept = budget.kept.get_mut(self.facts.position).ok_or_else(damaged)?;
        if head.kind == DICTIONARY {
            kept.dictionary = bytes;
            return Ok(());
        }
        (kept.page, kept.elements) = (bytes, elements);
        kept.at_once += elements;
        // An element of a list is written as two bytes at least, and all of them may be those of one record.
        if kept.at_once > budget.limits.record as u64 / 2 { Err(too_large(budget.limits)) } else { Ok(()) }
    }

    fn unpack(&self, head: &Head, body: Bytes) -> Option<Page> {
        let compression = self.facts.compression;
        let whole = |body: Bytes| match compression {
            Compression::UNCOMPRESSED => (body.len() == head.unpacked).then_some(body),
            _ => unpack(compression, &body, head.unpacked).map(Bytes::from),
        };
        // How optional values and lists lie is told in one way of those that were once thought of; where there is neither,
        // writers state any.
        let tells = |field: usize, is_there: bool| !is_there || head.own[field] == Some(3);
        let page = match head.kind {
            DATA => {
                if !tells(3, self.facts.is_optional) || !tells(4, self.facts.is_list) {
                    return None;
                }
                Page::DataPage {
                    buf: whole(body)?,
                    num_values: head.count(1)?,
                    encoding: encoding(head.own[2]?)?,
                    def_level_encoding: Encoding::RLE,
                    rep_level_encoding: Encoding::RLE,
                    statistics: None,
                }
            }
            DATA_2 => {
                let (optional, list) = (head.count(5)?, head.count(6)?);
                let levels = (optional as usize).checked_add(list as usize)?;
                let buf = if head.own[7] == Some(0) || compression == Compression::UNCOMPRESSED {
                    (body.len() == head.unpacked).then_some(body)?
                } else {
                    let (told, packed) = body.split_at_checked(levels)?;
                    let size = head.unpacked.checked_sub(levels)?;
                    // Where all values are null there is nothing that could be compressed.
                    let values = if size == 0 { Vec::new() } else { unpack(compression, packed, size)? };
                    Bytes::from([told, &values].concat())
                };
                if levels > buf.len() {
                    return None;
                }
                Page::DataPageV2 {
                    buf,
                    num_values: head.count(1)?,
                    num_nulls: head.count(2)?,
                    num_rows: head.count(3)?,
                    encoding: encoding(head.own[4]?)?,
                    def_levels_byte_len: optional,
                    rep_levels_byte_len: list,
                    is_compressed: false,
                    statistics: None,
                }
            }
            _ => Page::DictionaryPage {
                buf: whole(body)?,
                num_values: head.count(1)?,
                encoding: encoding(head.own[2]?)?,
                is_sorted: false,
            },
        };
        Some(page)
    }

    /// How many bytes the library makes of a page at once; nothing if the page states of itself what cannot be.
    fn decoded(&self, page: &Page) -> Option<u64> {
        let count = u64::from(page.num_values());
        let (values, count) = match page {
            Page::DictionaryPage { buf, .. } => {
                let least = match self.facts.ty {
                    Type::INT64 | Type::DOUBLE => 8,
                    Type::INT96 => 12,
                    Type::FIXED_LEN_BYTE_ARRAY => self.facts.width as u64,
                    Type::BOOLEAN => return None,
                    Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
                };
                return (count.checked_mul(least)? <= buf.len() as u64).then_some(count * VALUE);
            }
            Page::DataPage { buf, .. } => (self.behind_levels(buf)?, count),
            Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, num_nulls, .. } => {
                let levels = def_levels_byte_len + rep_levels_byte_len;
                (buf.get(levels as usize..)?, count.checked_sub(u64::from(*num_nulls))?)
            }
        };
        let is_fixed = self.facts.ty == Type::FIXED_LEN_BYTE_ARRAY;
        match page.encoding() {
            Encoding::DELTA_BINARY_PACKED => differences(values, count, |_| ()).map(|_| 0),
            Encoding::DELTA_LENGTH_BYTE_ARRAY if !is_fixed => {
                differences(values, count, |_| ()).map(|(lengths, _)| lengths * 4)
            }
            Encoding::DELTA_BYTE_ARRAY => {
                let mut repeated = 0u64;
                let (_, rest) =
                    differences(values, count, |length| repeated += u64::from(length.max(0).unsigned_abs()))?;
                let (lengths, _) = differences(rest, count, |_| ())?;
                Some(repeated + lengths * (8 + VALUE))
            }
            Encoding::DELTA_LENGTH_BYTE_ARRAY => None,
            _ => Some(0),
        }
    }

    /// The values of a page of the first form: behind what tells of lists and optional values.
    fn behind_levels<'p>(&self, page: &'p [u8]) -> Option<&'p [u8]> {
        let mut rest = page;
        for _ in [self.facts.is_list, self.facts.is_optional].into_iter().filter(|is_there| *is_there) {
            let (length, after) = rest.split_first_chunk()?;
            rest = after.get(usize::try_from(u32::from_le_bytes(*length)).ok()?..)?;
        }
        Some(rest)
    }
}

/// A fault on its way through the library.
#[derive(Debug)]
pub(super) struct Carried(pub(super) Fault);

impl fmt::Display for Carried {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl std::error::Error for Carried {}

/// What the library says, as what it was.
pub(super) fn fault_of(error: ParquetError) -> Fault {
    match error {
        ParquetError::External(error) => error.downcast::<Carried>().map_or_else(|_| damaged(), |carried| carried.0),
        _ => damaged(),
    }
}

fn carry(fault: Fault) -> ParquetError {
    ParquetError::External(Box::new(Carried(fault)))
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Result<Page>> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.page().map_err(carry)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        let head = self.head().map_err(carry)?;
        Ok(head.map(|head| PageMetadata {
            num_rows: (head.kind == DATA_2).then(|| head.count(3).unwrap_or_default() as usize),
            num_levels: head.count(1).map(|count| count as usize),
            is_dict: head.kind == DICTIONARY,
        }))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        // Rows are read one behind the other.
        Err(carry(damaged()))
    }
}
