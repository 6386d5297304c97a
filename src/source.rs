//! Policy texts, the files that they name, and places in them.
//!
//! Enters: the name and the text of each policy file and of each file that one names. Leaves: [`FileId`]s, byte
//! [`Span`]s, and (only when something is shown) lines and columns. This is the only code that turns an offset into a line and a column.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Identifies one file in a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// Whether a character shows nothing and can make a text look like another one.
pub fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{AD}')
}

/// A range of bytes in one file; `start` is included, `end` is not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file that the bytes are in.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// Makes a span from its file and its two offsets.
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        Span { file, start: start as u32, end: end as u32 }
    }

    /// Returns the smallest span that holds both; both must be in one file.
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Returns the offsets as a range of `usize`.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Left out by `{:-?}`, so that trees can be compared wherever their nodes are written.
impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.sign_minus() { f.write_str("_") } else { write!(f, "{}:{}..{}", self.file.0, self.start, self.end) }
    }
}

/// A value together with the place where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub node: T,
    /// Where it is written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Ties a value to its place.
    pub fn new(node: T, span: Span) -> Spanned<T> {
        Spanned { node, span }
    }
}

/// A line and a column, both counted from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
}

/// One file: its name as shown to people, and its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The name shown in messages: relative to where the file was found, with `/` between folders.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
    /// Whether it comes with the program: nobody is told of definitions in it that are not used.
    pub embedded: bool,
    /// Whether it is no policy itself, but named by one.
    pub attached: bool,
}

/// All policy files of a program, and the files that they name, in order of their [`FileId`]s.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    /// By the policy and the path as it is written there: the file, or why it cannot be read.
    attachments: BTreeMap<(FileId, String), Result<FileId, String>>,
}

impl Sources {
    /// Returns an empty collection.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Adds a file and returns its id.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        self.push(SourceFile { name: name.into(), text: text.into(), embedded: false, attached: false })
    }

    /// Adds a file that comes with the program and returns its id.
    pub fn add_embedded(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        self.push(SourceFile { name: name.into(), text: text.into(), embedded: true, attached: false })
    }

    /// Adds a file that policies name and returns its id.
    pub fn add_attached(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        self.push(SourceFile { name: name.into(), text: text.into(), embedded: false, attached: true })
    }

    fn push(&mut self, file: SourceFile) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(file);
        id
    }

    /// Says which file a policy means by a path, or why that cannot be read.
    pub fn attach(&mut self, policy: FileId, path: impl Into<String>, file: Result<FileId, String>) {
        self.attachments.insert((policy, path.into()), file);
    }

    /// The file that a policy means by a path, or why it cannot be read; none if nobody looked for it.
    pub fn attachment(&self, policy: FileId, path: &str) -> Option<&Result<FileId, String>> {
        self.attachments.get(&(policy, path.to_owned()))
    }

    /// Returns the file of that id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Returns the ids of all policy files, in order.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<'_> {
        self.of(false)
    }

    /// Returns the ids of all files that policies name, in order.
    pub fn attached(&self) -> impl Iterator<Item = FileId> + use<'_> {
        self.of(true)
    }

    fn of(&self, attached: bool) -> impl Iterator<Item = FileId> + use<'_> {
        let ids = (0..self.files.len() as u32).map(FileId);
        ids.filter(move |id| self.file(*id).attached == attached)
    }

    /// Returns the text under a span; empty where the span does not fit the file.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.range()).unwrap_or("")
    }

    /// Returns the line and the column of a span's first byte.
    pub fn location(&self, span: Span) -> Location {
        let text = &self.file(span.file).text;
        let mut start = (span.start as usize).min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Location {
            line: before.bytes().filter(|byte| *byte == b'\n').count() as u32 + 1,
            column: before[line_start..].chars().count() as u32 + 1,
        }
    }
}
