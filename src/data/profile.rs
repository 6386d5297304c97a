//! What stands in the records of files, path by path: what a draft of a source is guessed from, and what a source leaves
//! unread.
//!
//! A file is read whole. What is kept of it does not grow with it: of each path, counts, the forms that all of its values have,
//! and the first few different values.

pub(super) mod forms;
pub(super) mod measure;

use measure::Measure;

use super::beside::Beside;
use super::cells;
use super::cut::Chunk;
use super::json::{Escapes, Raw, Scanner, TEXT, resolve};
use super::load::{Opened, Scan, for_each_chunk};
use super::pattern::Format;
use super::rows::{mistaken, mistaken_cells, text_of, wrong_width};
use super::stream::Fault;
use crate::ir::mapping::{Mapping, Step};

/// Most paths that are told apart below one, and levels of them.
const MOST_BELOW: usize = 256;
const MOST_LEVELS: usize = 8;

/// What stands in the records of some files.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    /// How many records there are.
    pub(super) rows: u64,
    /// What each of them is.
    pub(super) root: Node,
}

/// What stands at one path, and below it.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The last step of the path.
    pub(super) step: Step,
    pub(super) measure: Measure,
    /// In order of appearance.
    pub(super) below: Vec<Node>,
    /// Whether there are more paths below than are told apart.
    pub(super) has_more: bool,
    /// How many columns of the header have this name.
    pub(super) columns: u32,
}

impl Default for Node {
    fn default() -> Node {
        Node::new(Step::Every, 0)
    }
}

impl Node {
    fn new(step: Step, columns: u32) -> Node {
        Node { step, measure: Measure::default(), below: Vec::new(), has_more: false, columns }
    }

    /// Returns the position of a step below, a new one for a new step. `hint` is where it may be.
    fn position(&mut self, step: &Step, hint: usize) -> Option<usize> {
        if self.below.get(hint).is_some_and(|node| node.step == *step) {
            return Some(hint);
        }
        if let Some(position) = self.below.iter().position(|node| node.step == *step) {
            return Some(position);
        }
        if self.below.len() >= MOST_BELOW {
            self.has_more = true;
            return None;
        }
        self.below.push(Node::new(step.clone(), 0));
        Some(self.below.len() - 1)
    }

    /// Adds a value, the records' own ones in order of rows.
    fn add(&mut self, raw: Raw<'_>, levels: usize, is_row: bool, scratch: &mut String) {
        match raw {
            Raw::Null => self.measure.add_nothing(),
            Raw::Object(object) => {
                let text = raw.single();
                if !matches!(text, Raw::Object(_)) {
                    self.add(text, levels, is_row, scratch);
                } else {
                    self.measure.add_object();
                }
                self.add_members(object, levels, is_row);
            }
            Raw::Array(list) => {
                self.measure.add_list(list.get(1..).is_some_and(|rest| rest.trim_start().starts_with(']')));
                if levels == 0 {
                    self.has_more = true;
                    return;
                }
                let Some(every) = self.position(&Step::Every, 0) else { return };
                let every = &mut self.below[every];
                let mut scanner = Scanner::new(list, 0, usize::MAX);
                // It was scanned before, so it is in order.
                let _ = scanner.array(|scanner| {
                    let element = scanner.value()?;
                    every.add(element, levels - 1, false, scratch);
                    Ok(())
                });
            }
            Raw::Boolean(true) => self.measure.add("true", false, is_row),
            Raw::Boolean(false) => self.measure.add("false", false, is_row),
            Raw::Number(text) => self.measure.add(text, true, is_row),
            Raw::Text(text, escapes) => {
                let text = resolve(text, escapes, scratch).unwrap_or(text);
                self.measure.add(text, false, is_row);
            }
        }
    }

    fn add_members(&mut self, object: &str, levels: usize, is_row: bool) {
        if levels == 0 {
            self.has_more = true;
            return;
        }
        let (mut hint, mut scratch, mut name_scratch) = (0, String::new(), String::new());
        let mut scanner = Scanner::new(object, 0, usize::MAX);
        let _ = scanner.object(|scanner, key| {
            scanner.peek();
            let value = scanner.value()?;
            let Raw::Text(key, escapes) = key else { return Ok(()) };
            let name = resolve(key, escapes, &mut name_scratch).unwrap_or(key);
            if name == TEXT {
                return Ok(());
            }
            if let Some(position) = self.position(&Step::Name(name.to_owned()), hint) {
                self.below[position].add(value, levels - 1, is_row, &mut scratch);
                hint = position + 1;
            }
            Ok(())
        });
    }

    /// Adds what another part of the same files has, which comes behind.
    fn append(&mut self, other: Node) {
        self.measure.append(other.measure);
        self.has_more |= other.has_more;
        self.columns = self.columns.max(other.columns);
        for (hint, node) in other.below.into_iter().enumerate() {
            if let Some(position) = self.position(&node.step, hint) {
                self.below[position].append(node);
            }
        }
    }
}

impl Profile {
    /// Adds what a further part of the files has.
    pub(super) fn append(&mut self, other: Profile) {
        self.rows += other.rows;
        self.root.append(other.root);
    }

    /// Reads a file, whole; of the mapping its place of records and its settings count.
    ///
    /// # Errors
    ///
    /// The file cannot be read to its end.
    pub(super) fn of(scan: Scan<'_>, name: &str, mapping: &Mapping) -> Result<Profile, Fault> {
        let Opened { mut cutter, format, header } = scan.open(name, mapping, Beside::default())?;
        let mut whole = Profile { rows: 0, root: columns(&header) };
        let work = |chunk: &Chunk| of_chunk(chunk, format, &header, scan.loading.limits.depth);
        for_each_chunk(cutter.as_mut(), work, |(part, fault)| {
            whole.append(part);
            fault.map_or(Ok(()), Err)
        })?;
        Ok(whole)
    }
}

/// The paths of columns: those of one name are one.
fn columns(header: &[String]) -> Node {
    let mut root = Node::default();
    for name in header {
        let step = Step::Name(name.clone());
        match root.below.iter_mut().find(|node| node.step == step) {
            Some(node) => node.columns += 1,
            None => root.below.push(Node::new(step, 1)),
        }
    }
    root
}

fn of_chunk(chunk: &Chunk, format: Format, header: &[String], depth: usize) -> (Profile, Option<Fault>) {
    let (text, fault) = text_of(chunk, format);
    let mut profile = Profile { rows: 0, root: columns(header) };
    let read = match format {
        Format::Json | Format::Xml(_) | Format::Yaml => chunk
            .records
            .iter()
            .map(|(start, end)| (*start as usize, *end as usize))
            .filter(|(_, end)| *end <= text.len())
            .try_for_each(|range| record(&mut profile, chunk, text, range, depth)),
        Format::Lines | Format::Parquet | Format::Sheet => lines(text)
            .filter(|(start, end)| !text[*start..*end].trim().is_empty())
            .try_for_each(|range| record(&mut profile, chunk, text, range, depth)),
        Format::Cells { delimiter } => rows(&mut profile, chunk, text, delimiter, header),
    };
    (profile, read.err().or(fault))
}

/// Where lines begin and end.
fn lines(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut start = 0;
    text.split('\n').map(move |line| {
        let range = (start, start + line.len());
        start += line.len() + 1;
        range
    })
}

fn record(
    profile: &mut Profile,
    chunk: &Chunk,
    text: &str,
    (start, end): (usize, usize),
    depth: usize,
) -> Result<(), Fault> {
    let mut scanner = Scanner::new(&text[start..end], 0, depth);
    scanner.peek();
    let value = scanner.value();
    match value {
        Ok(Raw::Object(object)) if scanner.peek().is_none() => {
            profile.rows += 1;
            profile.root.add_members(object, MOST_LEVELS, true);
            Ok(())
        }
        Ok(_) => Err(Fault::malformed("expected a record: an object")
            .help("check that the file has the form that its name promises")
            .at(chunk.start.after(&chunk.bytes()[..start]))),
        Err(mistake) => {
            let ends_file = chunk.is_last && end == text.len();
            Err(mistaken(mistake, depth, ends_file).at(chunk.start.after(&chunk.bytes()[..start + scanner.at()])))
        }
    }
}

fn rows(profile: &mut Profile, chunk: &Chunk, text: &str, delimiter: u8, header: &[String]) -> Result<(), Fault> {
    let places: Vec<Option<usize>> = header
        .iter()
        .map(|name| profile.root.below.iter().position(|node| matches!(&node.step, Step::Name(own) if own == name)))
        .collect();
    let (mut start, mut scratch) = (0, String::new());
    while start < text.len() {
        let below = &mut profile.root.below;
        let mut has_surplus = false;
        let read = cells::read_row(text, start, delimiter, &mut |position, raw| match places.get(position) {
            Some(place) => {
                if let Some(node) = place.and_then(|place| below.get_mut(place)) {
                    node.add(raw, 0, node.columns == 1, &mut scratch);
                }
            }
            None => has_surplus |= raw != Raw::Text("", Escapes::None),
        });
        let place = |at: usize| chunk.start.after(&chunk.bytes()[..at]);
        let (end, count) = read.map_err(|mistake| mistaken_cells(mistake, place))?;
        if count > 0 && (count < header.len() || has_surplus) {
            let is_end = chunk.is_last && !text.ends_with('\n') && end == text.len();
            return Err(wrong_width(count, header.len(), is_end).at(place(start)));
        }
        profile.rows += u64::from(count > 0);
        start = end;
    }
    Ok(())
}
