//! What the files of an export are, as far as it can be told from them: what a first draft of a source is written from.
//!
//! Files whose names differ in digits alone, and files beside one another that each are one record of a kind, are read as one
//! table. Nothing here is certain; every guess comes with what speaks for it.

mod columns;
mod table;

use std::collections::BTreeSet;

use super::beside::Beside;
use super::finding::DataError;
use super::load::{Loading, Scan};
use super::outline::Outline;
use super::pattern::{Format, selects};
use super::plan::mapping_of_record;
use super::profile::Profile;
use super::stream::{Compression, Fault, Files, Limits, Progress, Stream, no_records};
use super::xml::{Dialect, Xml};
use super::{MANIFEST, encoding};
use crate::diagnostic::Code;
use crate::ir::mapping::{Mapping, NumberNotation, Step};
use crate::ir::reads::Reads;
use crate::schema::{KeySpaceId, RecordId, RecordType, Schema};
use crate::source::{FileId, Span};

/// What the files of an export are.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The tables, in order of their first file and place in it.
    pub tables: Vec<DraftTable>,
    /// The files that are in none of them, and why.
    pub left_out: Vec<DataError>,
}

/// Files that hold records of one kind, and what their columns are.
#[derive(Debug, Clone)]
pub struct DraftTable {
    /// The pattern that selects the files, and no other of the export; several if none does.
    pub patterns: Vec<String>,
    /// The files.
    pub files: Vec<String>,
    /// Where the records are in each.
    pub at: Vec<Step>,
    /// How many records there are.
    pub rows: u64,
    /// The delimiter, where the name of the file does not say it.
    pub delimiter: Option<char>,
    /// The encoding, where the files do not say it.
    pub encoding: Option<&'static str>,
    /// The marks of numbers.
    pub number: NumberNotation,
    /// Whether times carry no zone.
    pub lacks_zone: bool,
    /// The form of all times and days, if they have one.
    pub times: Option<String>,
    /// Texts that mean absent in several columns.
    pub absent: Vec<String>,
    /// The column that is the key.
    pub key: Option<usize>,
    /// Where there is none: the column whose equal values stand together, and how many different ones there are.
    pub grouped: Option<(usize, u64)>,
    /// What is read.
    pub columns: Vec<DraftColumn>,
    /// What is not read, and why: paths with clauses.
    pub unread: Vec<(Vec<Step>, String)>,
}

/// A column, or what stands at a path.
#[derive(Debug, Clone)]
pub struct DraftColumn {
    /// The path.
    pub path: Vec<Step>,
    /// What it holds.
    pub kind: Kind,
    /// Whether it lacks a value somewhere.
    pub optional: bool,
    /// Texts that mean absent here alone.
    pub absent: Vec<String>,
    /// What speaks for all that: clauses.
    pub evidence: Vec<String>,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// `true` and `false` or, if not none, texts that mean them.
    Boolean(Option<(Vec<String>, Vec<String>)>),
    /// Whole numbers.
    Integer,
    /// Numbers, perhaps in percent.
    Decimal {
        /// Whether they are percentages.
        percent: bool,
    },
    /// Days, in a form of their own if not in that of the table.
    Date(Option<String>),
    /// Times, in a form of their own if not in that of the table.
    Timestamp(Option<String>),
    /// Times as counts of `seconds` or `milliseconds`.
    Epoch(&'static str),
    /// Lengths of time such as `PT4H30M`.
    Duration,
    /// Lengths of time that are written as times since 1970.
    DurationSince,
    /// One of these texts.
    Enum(Vec<String>),
    /// A list of texts.
    List,
}

/// Files that are read as one.
struct Group {
    names: Vec<String>,
    at: Vec<Step>,
    profile: Profile,
    format: Format,
    delimiter: Option<u8>,
    encoding: Option<&'static encoding_rs::Encoding>,
}

impl Group {
    fn folder(&self) -> Option<(&str, &str)> {
        let plain = Compression::cut(self.names.first()?).0;
        let (folder, name) = plain.rsplit_once('/').map_or(("", plain), |(folder, _)| plain.split_at(folder.len() + 1));
        Some((folder, name.rsplit('.').next()?))
    }

    /// Whether it is one file that is one record.
    fn is_lone(&self) -> bool {
        self.names.len() as u64 == self.profile.rows
            && self.at.is_empty()
            && !matches!(self.format, Format::Cells { .. })
    }
}

/// Reads files, whole, and tells what they are.
pub fn draft(files: &dyn Files, limits: Limits, progress: &dyn Progress) -> Draft {
    let schema = bare_schema();
    let reads = Reads::default();
    let loading = Loading { limits, ..Loading::new(&schema, &reads, &[]) };
    let scan = Scan { loading: &loading, files, progress };
    let mut names = files.names();
    names.retain(|name| name != MANIFEST);
    names.sort_unstable();
    let mut groups: Vec<Group> = Vec::new();
    let mut left_out = Vec::new();
    for name in &names {
        match read(scan, name) {
            Ok(found) => groups.extend(found),
            Err(fault) => left_out.push(fault.into_error(None, name)),
        }
    }
    let mut tables: Vec<DraftTable> = join(groups).into_iter().map(|group| table::table(group, &names)).collect();
    for table in tables.extract_if(.., |table| table.columns.is_empty()) {
        let why: BTreeSet<&str> = table.unread.iter().map(|(_, why)| why.as_str()).collect();
        let message = format!("nothing in it can be mapped: {}", why.into_iter().collect::<Vec<_>>().join("; "));
        left_out.extend(table.files.iter().map(|name| Fault::malformed(message.clone()).into_error(None, name)));
    }
    left_out.sort_by(|one, other| one.file.cmp(&other.file));
    Draft { tables, left_out }
}

/// A schema of one record without fields: its mapping says no more than how files are read.
fn bare_schema() -> Schema {
    let span = Span { file: FileId(0), start: 0, end: 0 };
    let (name, space) = ("record".to_owned(), KeySpaceId(0));
    let record = RecordType { name, title: None, fields: Vec::new(), key: Vec::new(), space, span };
    Schema { records: vec![record], spaces: 1 }
}

/// A mapping that says how a file is read, and nothing of its fields.
fn mapping(
    schema: &Schema,
    at: Vec<Step>,
    delimiter: Option<u8>,
    encoding: Option<&'static encoding_rs::Encoding>,
) -> Mapping {
    Mapping { at, delimiter, encoding, ..mapping_of_record(schema, RecordId(0)) }
}

/// Reads a file: the tables that it holds.
fn read(scan: Scan<'_>, name: &str) -> Result<Vec<Group>, Fault> {
    let is_text = |format: Option<Format>| matches!(format, None | Some(Format::Cells { .. }));
    let (delimiter, encoding) = if is_text(Format::of(name, None)) { sniff(scan, name)? } else { (None, None) };
    let settings = mapping(scan.loading.schema, Vec::new(), delimiter, encoding);
    let format = Format::of(name, delimiter).ok_or_else(unknown_form)?;
    let places = match format {
        Format::Json | Format::Yaml => {
            let mut opened = scan.open(name, &settings, Beside::default())?;
            let outline = opened.cutter.outline()?.unwrap_or_default();
            let places = outline.records();
            if outline.is_empty_list() {
                return Err(no_record());
            }
            if places.is_empty() || is_answer(&outline, &places) {
                return Err(nothing(&outline));
            }
            places
        }
        Format::Xml(Dialect::EventLog) => vec![(["log", "trace"].map(|name| Step::Name(name.to_owned())).into(), 1)],
        Format::Xml(dialect) => {
            let stream = Stream::open(scan.files, name, scan.loading.limits, scan.progress)?;
            let text = encoding::open(stream, None, format)?;
            let shape = super::xml::Shape::default();
            Xml::new(text, &[], shape, dialect, scan.loading.limits)?.read_outline()?
        }
        Format::Lines | Format::Cells { .. } | Format::Parquet | Format::Sheet => vec![(Vec::new(), 1)],
    };
    let mut groups = Vec::new();
    for (at, _) in places {
        if at.iter().any(|step| matches!(step, Step::Name(name) if !columns::is_plain(name))) {
            return Err(Fault::malformed("the names that lead to its records hold what may not stand in a policy")
                .help("rename the keys, or export the file as CSV"));
        }
        let settings = mapping(scan.loading.schema, at, delimiter, encoding);
        let profile = Profile::of(scan, name, &settings)?;
        if profile.rows > 0 {
            groups.push(Group { names: vec![name.to_owned()], at: settings.at, profile, format, delimiter, encoding });
        }
    }
    if groups.is_empty() {
        return Err(
            Fault::new(Code::NoData, "the file holds no record").help("export some, so that there is something to map")
        );
    }
    Ok(groups)
}

fn unknown_form() -> Fault {
    Fault::malformed("neither its name nor its first lines say what form the file has").help(
        "name it `.json`, `.ndjson`, `.csv`, `.tsv`, `.xml`, `.yaml`, `.xlsx` or `.parquet`; a table of cells has a header with one delimiter: `,`, `;`, `|` or a tab",
    )
}

fn no_record() -> Fault {
    Fault::new(Code::NoData, "the file holds no record").help("export some, so that there is something to map")
}

fn nothing(outline: &Outline) -> Fault {
    no_records("the file holds no list of records", "export some, so that there is something to map", said(outline))
}

/// What a tool says in place of records.
fn said(outline: &Outline) -> Option<&str> {
    let says = outline.said.iter().find(|(path, _)| path.last().is_some_and(|name| super::stream::is_message(name)));
    says.map(|(_, text)| text.as_str())
}

/// Whether a file that would be one record is a tool's answer that says why there is none: a message and little else.
fn is_answer(outline: &Outline, places: &[(Vec<Step>, u64)]) -> bool {
    places.iter().all(|(path, _)| path.is_empty()) && outline.said.len() <= 4 && said(outline).is_some()
}

/// How many bytes of a file of cells are looked at for its delimiter.
const BEGIN: usize = 1 << 16;

/// Finds the delimiter of a file of cells in its first lines, if its name does not promise it; and its encoding, if it is not UTF-8.
///
/// # Errors
///
/// The file cannot be opened, or there is no delimiter in a file whose name does not say that it has cells.
fn sniff(scan: Scan<'_>, name: &str) -> Result<(Option<u8>, Option<&'static encoding_rs::Encoding>), Fault> {
    let open = |encoding| {
        let stream = Stream::open(scan.files, name, scan.loading.limits, scan.progress)?;
        encoding::open(stream, encoding, Format::Lines)
    };
    let mut text = open(None)?;
    let mut bytes = vec![0; BEGIN];
    let mut length = 0;
    while length < BEGIN {
        match text.pull(&mut bytes[length..])? {
            0 => break,
            more => length += more,
        }
    }
    let begin = bytes.get(..length).unwrap_or_default();
    let line = begin.split(|byte| *byte == b'\n').find(|line| !line.iter().all(u8::is_ascii_whitespace));
    let mut count = [0usize; 4];
    let (delimiters, mut quoted) = ([b',', b';', b'\t', b'|'], false);
    for byte in line.unwrap_or_default() {
        quoted ^= *byte == b'"';
        if let (false, Some(position)) = (quoted, delimiters.iter().position(|delimiter| delimiter == byte)) {
            count[position] += 1;
        }
    }
    let most = (0..4).rev().max_by_key(|position| count[*position]).filter(|position| count[*position] > 0);
    let found = most.map(|position| delimiters[position]);
    let promised = match Format::of(name, None) {
        Some(Format::Cells { delimiter }) => Some(delimiter),
        _ if found.is_none() || begin.contains(&0) => return Err(unknown_form()),
        _ => None,
    };
    // What is not UTF-8 and does not say what it is, nearly always is what Windows writes.
    let mut is_utf_8 = true;
    let mut rest: Vec<u8> = begin.to_vec();
    loop {
        match simdutf8::compat::from_utf8(&rest) {
            Ok(_) => rest.clear(),
            Err(error) if error.error_len().is_none() => drop(rest.drain(..error.valid_up_to())),
            Err(_) => {
                is_utf_8 = false;
                break;
            }
        }
        match text.pull(&mut bytes)? {
            0 => break,
            more => rest.extend_from_slice(&bytes[..more]),
        }
    }
    is_utf_8 &= rest.is_empty();
    Ok((found.filter(|found| promised != Some(*found)), (!is_utf_8).then_some(encoding_rs::WINDOWS_1252)))
}

/// A letter of a file's name in a pattern: a star for one that means something there, or may not stand in a policy.
fn in_pattern(letter: char) -> char {
    let is_plain = !matches!(letter, '{' | '}') && columns::is_plain(letter.encode_utf8(&mut [0; 4]));
    if is_plain { letter } else { '*' }
}

/// The name of a file with a star for each run of digits, and without what says that it is compressed.
fn skeleton(name: &str) -> String {
    let plain = Compression::cut(name).0;
    let (folder, name) = plain.rsplit_once('/').map_or(("", plain), |(folder, _)| plain.split_at(folder.len() + 1));
    let mut skeleton = folder.to_owned();
    for letter in name.chars() {
        let letter = if letter.is_ascii_digit() { '*' } else { in_pattern(letter) };
        if letter != '*' || !skeleton.ends_with('*') {
            skeleton.push(letter);
        }
    }
    skeleton
}

/// Joins files that differ in the digits of their names alone, then lone records of one kind that lie in one folder.
fn join(groups: Vec<Group>) -> Vec<Group> {
    let reads_alike = |one: &Group, other: &Group| {
        one.at == other.at
            && one.format == other.format
            && one.encoding == other.encoding
            && one.delimiter == other.delimiter
    };
    let by_name = |one: &Group, other: &Group| {
        let of = |group: &Group| group.names.first().map(|name| skeleton(name));
        reads_alike(one, other) && of(one) == of(other)
    };
    let by_content = |one: &Group, other: &Group| {
        let steps = |group: &Group| group.profile.root.below.iter().map(|node| node.step.clone()).collect::<Vec<_>>();
        let (mine, theirs) = (steps(one), steps(other));
        let shared = mine.iter().filter(|step| theirs.contains(step)).count();
        let is_alike = shared * 2 > mine.len() && shared * 2 > theirs.len();
        reads_alike(one, other) && one.folder() == other.folder() && one.is_lone() && other.is_lone() && is_alike
    };
    joined(joined(groups, by_name), by_content)
}

fn joined(groups: Vec<Group>, are_one: impl Fn(&Group, &Group) -> bool) -> Vec<Group> {
    let mut all: Vec<Group> = Vec::new();
    for group in groups {
        match all.iter_mut().find(|known| are_one(known, &group)) {
            Some(known) => {
                known.names.extend(group.names);
                known.profile.append(group.profile);
            }
            None => all.push(group),
        }
    }
    all
}

/// The shortest patterns that select some files of an export and no others.
fn patterns(group: &Group, all: &[String]) -> Vec<String> {
    let plain = |name: &String| {
        let plain = Compression::cut(name).0;
        plain.chars().map(in_pattern).collect::<String>()
    };
    let fits = |pattern: &str| all.iter().all(|name| selects(pattern, name) == group.names.contains(name));
    let [first, _, ..] = group.names.as_slice() else { return group.names.iter().map(plain).collect() };
    let in_folder = group.folder().map(|(folder, ending)| format!("{folder}*.{ending}"));
    let found = [Some(skeleton(first)), in_folder].into_iter().flatten().find(|pattern| fits(pattern));
    found.map_or_else(|| group.names.iter().map(plain).collect(), |pattern| vec![pattern])
}
