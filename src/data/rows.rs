//! The records of a chunk, decoded into small columns.

mod levels;

use std::hash::Hasher;

use rustc_hash::FxHasher;
use sha2::{Digest, Sha256};

use super::cells::{self, CellMistake};
use super::column::{Column, State, TextColumn};
use super::cut::Chunk;
use super::decode::{Complaint, Trouble, Work, shown};
use super::filter;
use super::finding::Findings;
use super::json::{Escapes, Mistake, Raw, Scanner, resolve};
use super::keys::Interner;
use super::layout::Layout;
use super::pattern::Format;
use super::plan::{Grouping, Origin, Plan, Planned, RowPick};
use super::project::{Item, Slot, Slots};
use super::stream::{Fault, Position, is_message, no_records};
use crate::diagnostic::Code;
use crate::ir::mapping::{Pick, Test};

/// What a row means for a field of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mark {
    /// It does not count.
    #[default]
    No,
    /// It counts.
    Yes,
    /// It cannot be told.
    Undecided,
    /// It counts if those of all rows are the same: the hash of what it has.
    Equal(u64),
}

/// The rows of a chunk, while it is not known which of them are one record.
#[derive(Debug, Clone)]
pub(super) struct Survey {
    /// The times that order them.
    pub(super) orders: Column,
    /// For each row, what it means for each field.
    pub(super) marks: Vec<Mark>,
}

/// A complaint about a field of a row.
#[derive(Debug, Clone)]
pub(super) struct Noted {
    pub(super) row: u32,
    pub(super) field: usize,
    pub(super) complaint: Complaint,
}

/// Rows that do not have the key of a field.
#[derive(Debug, Clone, Default)]
pub(super) struct Keyless {
    pub(super) count: u64,
    /// The first of them.
    pub(super) rows: Vec<u32>,
}

/// Lists that have fewer elements than their records say, or records that do not say it.
#[derive(Debug, Clone, Default)]
pub(super) struct Cut {
    /// How many.
    pub(super) lists: u64,
    /// The first of them: its line, how many elements it has, and how many it is said to have.
    pub(super) first: Option<(u32, u64, Option<u64>)>,
}

/// The records of a chunk. Rows are counted from the first record of the chunk.
#[derive(Debug, Clone, Default)]
pub(super) struct Decoded {
    /// Rows, chosen or not.
    pub(super) rows: u64,
    /// Rows that each filter left out.
    pub(super) left_out: Vec<u64>,
    pub(super) superseded: u64,
    /// The values, a column for each field.
    pub(super) columns: Vec<Column>,
    /// The keys to which references refer, for each key space of the plan.
    pub(super) keys: Vec<Interner>,
    pub(super) lines: Vec<u32>,
    pub(super) bytes: Vec<u64>,
    pub(super) digests: Vec<u64>,
    /// The first complaints of each field and kind.
    pub(super) noted: Vec<Noted>,
    /// How many complaints there are of each field and kind.
    pub(super) counts: Vec<[u64; 3]>,
    /// For each field.
    pub(super) keyless: Vec<Keyless>,
    /// How many records there are and, behind them, elements of each level.
    pub(super) reached: Vec<u64>,
    /// For each level, the lists that are not whole.
    pub(super) cut: Vec<Cut>,
    /// For each path, whether any record or element has it.
    pub(super) seen: Vec<bool>,
    /// While it is not known which rows are the records: the value that decides it for each row, and the row's offset.
    pub(super) keeps: TextColumn,
    pub(super) offsets: Vec<u64>,
    /// The same where several rows are one record.
    pub(super) survey: Option<Survey>,
    /// Why the file cannot be read any further.
    pub(super) fault: Option<Fault>,
}

/// Returns the text of a chunk as far as it is text and, if it is not to its end, why. What follows the last whole
/// record before the place is not returned.
pub(super) fn text_of(chunk: &Chunk, format: Format) -> (&str, Option<Fault>) {
    let bytes = chunk.bytes();
    let (valid, invalid) = match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(_) => {
            let length = simdutf8::compat::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
            let valid = simdutf8::basic::from_utf8(&bytes[..length]).unwrap_or("");
            (valid, bytes.get(valid.len()))
        }
    };
    let (end, fault) = match (memchr::memchr(0, valid.as_bytes()), invalid) {
        (Some(zero), _) => (
            zero,
            Fault::malformed("the file holds a NUL byte")
                .help("it is UTF-16 (state `encoding \"utf-16le\"` in the source), damaged, or no text at all"),
        ),
        (None, Some(byte)) => (valid.len(), not_utf_8(Some(*byte))),
        (None, None) => return (valid, None),
    };
    let fault = fault.at(chunk.start.after(&bytes[..end]));
    let whole = match format {
        Format::Json | Format::Xml(_) | Format::Yaml => end,
        Format::Lines | Format::Parquet | Format::Sheet => {
            memchr::memrchr(b'\n', &bytes[..end]).map_or(0, |newline| newline + 1)
        }
        Format::Cells { delimiter } => {
            let mut whole = 0;
            while let Some(next) = cells::row_end(&bytes[..end], whole, delimiter) {
                whole = next;
            }
            whole
        }
    };
    (valid.get(..whole).unwrap_or(""), Some(fault))
}

/// The fault of a byte that is no part of UTF-8; the byte where it is known.
pub(super) fn not_utf_8(byte: Option<u8>) -> Fault {
    let byte = byte.map_or_else(String::new, |byte| format!(": it holds the byte 0x{byte:02X}"));
    Fault::malformed(format!("the file is not UTF-8{byte}"))
        .help("export it as UTF-8, or state its encoding in the source: many tools write `encoding \"windows-1252\"`")
}

/// Decodes the records of a chunk.
pub(super) fn decode(plan: &Plan<'_>, chunk: &Chunk) -> Decoded {
    let (text, fault) = text_of(chunk, plan.format);
    let mut reader = Reader::new(plan, chunk, text, fault.is_none());
    let read = match plan.format {
        Format::Json | Format::Xml(_) | Format::Yaml => reader.records(),
        Format::Lines | Format::Parquet | Format::Sheet => reader.lines(),
        Format::Cells { delimiter } => reader.cells(delimiter),
    };
    let mut decoded = reader.decoded;
    decoded.keys = reader.work.keys;
    decoded.fault = read.err().or(fault);
    decoded
}

/// The fault of JSON that is none, at its place; `ends_file` says whether the file ends behind it.
pub(super) fn mistaken(mistake: Mistake, depth: usize, ends_file: bool) -> Fault {
    match mistake {
        Mistake::End if ends_file => Fault::truncated("the file ends in the middle of its JSON"),
        Mistake::End => Fault::malformed("the line ends in the middle of its JSON")
            .help("a file of this name has one whole value of JSON on each line"),
        Mistake::Expected(what) => {
            Fault::malformed(format!("expected {what}")).help("check that the file is JSON, and export it again")
        }
        Mistake::Depth => {
            let message = format!("the JSON is nested more than {depth} levels deep");
            Fault::new(Code::DataLimit, message).help("check where the file comes from")
        }
    }
}

/// The fault of a row of `count` cells under a header of `width`; `ends_file` says whether the file ends behind it.
pub(super) fn wrong_width(count: usize, width: usize, ends_file: bool) -> Fault {
    let cells = if count == 1 { "cell" } else { "cells" };
    if ends_file && count < width {
        return Fault::truncated(format!("the file ends in the middle of a row: {count} {cells} of {width}"));
    }
    Fault::malformed(format!("the row has {count} {cells} and the header has {width}"))
        .help("check quotation marks and line breaks in this row, and export the file again")
}

/// The fault of a row that cannot be cut into cells; `place` tells where an offset is.
pub(super) fn mistaken_cells(mistake: CellMistake, place: impl Fn(usize) -> Position) -> Fault {
    match mistake {
        CellMistake::OpenQuote(at) => {
            Fault::truncated("the file ends within a quoted cell that begins here").at(place(at))
        }
        CellMistake::BehindQuote(at) => {
            Fault::malformed("something stands between a closing quotation mark and the end of its cell")
                .help("a quotation mark within a quoted cell is written twice")
                .at(place(at))
        }
        CellMistake::CarriageReturn(at) => Fault::malformed("a carriage return stands without a line feed")
            .help("save the file with line feeds, or quote the cell")
            .at(place(at)),
    }
}

struct Reader<'p, 'c> {
    plan: &'p Plan<'p>,
    chunk: &'c Chunk,
    text: &'c str,
    /// Whether the text goes on to the end of the chunk.
    is_whole: bool,
    slots: Slots<'c>,
    layout: Layout,
    decoded: Decoded,
    /// Whether there is a path that no record or element had so far, by level.
    has_unseen: Vec<bool>,
    /// The beginnings of the digests of rows within the record and the elements that are open, from the outside in.
    around: Vec<Sha256>,
    /// The offset up to which lines are counted, and the line there.
    counted: (usize, u32),
    work: Work,
}

impl<'p, 'c> Reader<'p, 'c> {
    fn new(plan: &'p Plan<'p>, chunk: &'c Chunk, text: &'c str, is_whole: bool) -> Reader<'p, 'c> {
        let decoded = Decoded {
            left_out: vec![0; plan.filters.len()],
            columns: plan.fields.iter().map(|field| Column::empty(field.decoder.ty())).collect(),
            counts: vec![[0; 3]; plan.fields.len()],
            keyless: vec![Keyless::default(); plan.fields.len()],
            reached: vec![0; plan.levels.len() + 1],
            cut: vec![Cut::default(); plan.levels.len()],
            seen: vec![false; plan.paths.iter().count()],
            ..Decoded::default()
        };
        Reader {
            plan,
            chunk,
            text,
            is_whole,
            slots: plan.paths.slots(),
            layout: Layout::default(),
            decoded,
            has_unseen: vec![true; plan.levels.len() + 1],
            around: Vec::new(),
            counted: (0, chunk.start.line),
            work: Work { keys: vec![Interner::default(); plan.spaces.len()], ..Work::default() },
        }
    }

    fn place(&self, offset: usize) -> Position {
        self.chunk.start.after(&self.chunk.bytes()[..offset])
    }

    fn mistake(&self, mistake: Mistake, at: usize, ends_file: bool) -> Fault {
        mistaken(mistake, self.plan.depth, ends_file).at(self.place(at))
    }

    fn lines(&mut self) -> Result<(), Fault> {
        let bytes = self.text.as_bytes();
        let mut start = 0;
        while start < bytes.len() {
            let newline = memchr::memchr(b'\n', &bytes[start..]).map(|found| start + found);
            let end = newline.unwrap_or(bytes.len());
            let line = &self.text[start..end];
            if !line.bytes().all(|byte| byte.is_ascii_whitespace()) {
                self.record(start, end, newline.is_none() && self.is_whole && self.chunk.is_last)?;
            }
            start = end + 1;
            self.counted = (start.min(bytes.len()), self.counted.1.saturating_add(1));
        }
        Ok(())
    }

    fn records(&mut self) -> Result<(), Fault> {
        for (start, end) in &self.chunk.records {
            if *end as usize > self.text.len() {
                break;
            }
            if self.chunk.is_lone {
                self.check_lone(*start as usize, *end as usize)?;
            }
            self.record(*start as usize, *end as usize, false)?;
        }
        Ok(())
    }

    /// A file that is one record has at least one of its keys: else it is a tool's answer of another kind.
    fn check_lone(&self, start: usize, end: usize) -> Result<(), Fault> {
        let mut scanner = Scanner::new(&self.text[start..end], 0, self.plan.depth);
        let (mut has_any, mut message) = (false, None);
        let read = scanner.object(|scanner, key| {
            let value = scanner.value()?;
            if let Raw::Text(key, _) = key {
                has_any |= self.plan.names.iter().any(|name| name == key);
                if let (Raw::Text(text, escapes), true, None) = (value, is_message(key), &message) {
                    message = Some(resolve(text, escapes, &mut String::new()).unwrap_or(text).to_owned());
                }
            }
            Ok(())
        });
        if read.is_ok() && !has_any {
            let fault = "the file is one object that has no field of the record";
            let help = "write a source, and say behind `at` where in the file the records are";
            return Err(no_records(fault, help, message.as_deref()).at(self.place(start)));
        }
        Ok(())
    }

    fn record(&mut self, start: usize, end: usize, ends_file: bool) -> Result<(), Fault> {
        let text = &self.text[start..end];
        let mut scanner = Scanner::new(text, 0, self.plan.depth);
        self.slots.clear(0);
        let walked = match scanner.peek() {
            Some(b'{') => self.layout.walk(&self.plan.tree, &mut scanner, &mut self.slots),
            _ => Err(Mistake::Expected("a record: an object")),
        };
        walked.map_err(|mistake| self.mistake(mistake, start + scanner.at(), ends_file))?;
        if scanner.peek().is_some() {
            return Err(self.mistake(Mistake::Expected("the end of the line"), start + scanner.at(), ends_file));
        }
        self.reach(0);
        if self.plan.levels.is_empty() {
            self.row(text, start);
            return Ok(());
        }
        self.around.clear();
        self.around.extend(self.plan.has_digests.then(|| Sha256::new_with_prefix(text)));
        let mut most = self.plan.ratio.saturating_mul(text.len() as u64);
        self.rows_within(0, start, &mut most)
    }

    /// Notes that a record or an element of a level was read, and which paths it has.
    fn reach(&mut self, level: usize) {
        self.decoded.reached[level] += 1;
        if self.has_unseen[level] {
            self.has_unseen[level] = false;
            for (slot, found) in self.slots.of_level(level) {
                let seen = &mut self.decoded.seen[slot];
                *seen |= found.item != Item::Missing;
                self.has_unseen[level] |= !*seen;
            }
        }
    }

    fn cells(&mut self, delimiter: u8) -> Result<(), Fault> {
        let plan = self.plan;
        let mut start = 0;
        while start < self.text.len() {
            self.slots.clear(0);
            let (slots, mut has_surplus) = (&mut self.slots, false);
            let read =
                cells::read_row(self.text, start, delimiter, &mut |position, raw| match plan.cells.get(position) {
                    Some(of_column) => of_column.iter().for_each(|slot| slots.set_cell(*slot, raw)),
                    None => has_surplus |= !matches!(raw, Raw::Text("", _)),
                });
            let (end, count) = read.map_err(|mistake| mistaken_cells(mistake, |at| self.place(at)))?;
            if count > 0 {
                if count < plan.cells.len() || has_surplus {
                    let is_cut = self.is_whole && self.chunk.is_last && !self.text.ends_with('\n');
                    let fault = wrong_width(count, plan.cells.len(), is_cut && end == self.text.len());
                    return Err(fault.at(self.place(start)));
                }
                self.reach(0);
                self.row(&self.text[start..end], start);
            }
            start = end;
        }
        Ok(())
    }

    /// Notes what a row means for the record that it is a part of.
    fn survey(&mut self, grouping: &Grouping<'_>, byte: u64) {
        let scratch = &mut self.work.scratch;
        self.decoded.offsets.push(byte);
        self.decoded.keeps.push(filter::text(&self.slots.get(grouping.key).item, scratch).unwrap_or(""));
        let (order, decoder) = &grouping.order;
        let survey = self
            .decoded
            .survey
            .get_or_insert_with(|| Survey { orders: Column::empty(decoder.ty()), marks: Vec::new() });
        for pick in &grouping.picks {
            survey.marks.push(match pick {
                RowPick::Any => Mark::Yes,
                RowPick::Equal(slot) => {
                    let mut hasher = FxHasher::default();
                    self.slots.get(*slot).hash_into(&mut hasher);
                    Mark::Equal(hasher.finish())
                }
                RowPick::Picked { pick, slot, test } => {
                    let passes =
                        test.map_or(Some(true), |(tested, test)| filter::decide(test, self.slots.get(tested), scratch));
                    let counts = match pick {
                        Pick::Count => filter::decide(&Test::Present, self.slots.get(*slot), scratch),
                        Pick::First | Pick::Last => Some(true),
                    };
                    match (passes, counts) {
                        (Some(false), _) | (_, Some(false)) => Mark::No,
                        (Some(true), Some(true)) => Mark::Yes,
                        _ => Mark::Undecided,
                    }
                }
            });
        }
        decoder.decode(self.slots.get(*order), &mut survey.orders, &mut self.work);
        self.work.complaints.clear();
    }

    /// Takes the row whose values are in the slots.
    fn row(&mut self, text: &str, offset: usize) {
        let plan = self.plan;
        self.decoded.rows += 1;
        for (position, (slot, filter)) in plan.filters.iter().enumerate() {
            if !filter::passes(filter, self.slots.get(*slot), &mut self.work.scratch) {
                self.decoded.left_out[position] += 1;
                return;
            }
        }
        let byte = self.chunk.start.byte + offset as u64;
        match (&plan.winners, plan.keep) {
            (Some(winners), _) => {
                if winners.binary_search(&byte).is_err() {
                    self.decoded.superseded += 1;
                    return;
                }
            }
            (None, Some(keep)) => {
                self.decoded.offsets.push(byte);
                self.decoded.keeps.push(filter::text(&self.slots.get(keep).item, &mut self.work.scratch).unwrap_or(""));
                return;
            }
            (None, None) => {}
        }
        if let (Some(grouping), None) = (&plan.grouping, &plan.winners) {
            self.survey(grouping, byte);
            return;
        }
        let row = self.decoded.bytes.len() as u32;
        for (field, Planned { decoder, origin, when }) in plan.fields.iter().enumerate() {
            let column = &mut self.decoded.columns[field];
            if plan.readers.as_ref().is_some_and(|readers| readers[field].binary_search(&byte).is_err()) {
                column.push_without_value(State::Unknown);
                continue;
            }
            let is_read = when
                .map_or(Some(true), |(slot, test)| filter::decide(test, self.slots.get(slot), &mut self.work.scratch));
            let had_key = match (is_read, origin) {
                (Some(false), _) => {
                    column.push_without_value(State::Absent);
                    true
                }
                (Some(true), Origin::Slot(slot)) => decoder.decode(self.slots.get(*slot), column, &mut self.work),
                (Some(true), Origin::Joined(slots, by)) => {
                    let mut whole = String::new();
                    let joined = join(&self.slots, slots, by, &mut whole, &mut self.work.scratch);
                    decoder.decode(&Slot::of(joined), column, &mut self.work)
                }
                (Some(true), Origin::Constant(text)) => {
                    let item = Item::Value(Raw::Text(text, Escapes::None));
                    decoder.decode(&Slot::of(item), column, &mut self.work)
                }
                (Some(true), Origin::Nowhere) => {
                    column.push_without_value(State::Unknown);
                    true
                }
                (None, _) => {
                    column.push_without_value(State::Unknown);
                    let trouble = Trouble::Malformed("a single text by which to tell whether the field is read");
                    let value = when.map_or_else(String::new, |(slot, _)| shown(&self.slots.get(slot).item));
                    self.work.complaints.push(Complaint { trouble, value });
                    true
                }
            };
            if !had_key {
                let keyless = &mut self.decoded.keyless[field];
                keyless.count += 1;
                if keyless.rows.len() < Findings::KEPT {
                    keyless.rows.push(row);
                }
            }
            if self.work.complaints.is_empty() {
                continue;
            }
            for complaint in self.work.complaints.drain(..) {
                let count = &mut self.decoded.counts[field][complaint.trouble.kind()];
                *count += 1;
                if *count <= Findings::KEPT as u64 || plan.keeps_all {
                    self.decoded.noted.push(Noted { row, field, complaint });
                }
            }
        }
        let (counted, line) = self.counted;
        let lines = memchr::memchr_iter(b'\n', &self.text.as_bytes()[counted..offset]).count();
        let line = line.saturating_add(lines as u32);
        self.counted = (offset, line);
        self.decoded.lines.push(line);
        self.decoded.bytes.push(byte);
        if plan.has_digests {
            let around = self.around.last().cloned().unwrap_or_default();
            self.decoded.digests.push(digest(around, text.trim_end_matches(['\r', '\n'])));
        }
    }
}

/// Joins the texts at several paths. If there is no text at one of them, the whole is what is there.
fn join<'t>(slots: &Slots<'t>, parts: &[usize], by: &str, whole: &'t mut String, scratch: &mut String) -> Item<'t> {
    for (position, part) in parts.iter().enumerate() {
        let item = &slots.get(*part).item;
        let Some(text) = filter::text(item, scratch) else { return *item };
        if position > 0 {
            whole.push_str(by);
        }
        whole.push_str(text);
    }
    Item::Value(Raw::Text(whole, Escapes::None))
}

/// The first eight bytes of the SHA-256 of what was begun with, and the text.
fn digest(around: Sha256, text: &str) -> u64 {
    let digest = around.chain_update(text).finalize();
    digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
