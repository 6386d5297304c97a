//! Policy text to syntax tree.
//!
//! Enters: one policy file. Leaves: [`Parsed`], its items in order, each with its tree or with what is wrong with it. A
//! file is cut into items at column 1 and each is parsed alone, so a fault never reaches past its item. No name is
//! resolved here, and nothing is known of types.

pub mod ast;
mod items;
mod parser;
mod scan;

use self::ast::{ItemKind, Name, Parsed, ParsedItem};
use self::items::RawItem;
use self::scan::{Scan, TokenKind};
use crate::diagnostic::{self, Code, Diagnostic};
use crate::source::{FileId, Span, Spanned};

/// The largest policy file that is read, in bytes.
pub const LARGEST_FILE: usize = 4 << 20;

/// How many items with an unknown first word are reported for one file.
const MOST_UNKNOWN: usize = 20;

/// Words that begin a part of an item, never an item.
const PART_WORDS: [&str; 13] =
    ["cites", "supports", "for", "let", "due", "shall", "should", "because", "major", "if", "clause", "where", "must"];

/// Parses one policy file; total, whatever the text holds.
///
/// ```
/// use shall::source::FileId;
/// let parsed = shall::syntax::parse(FileId(0), "zone \"Europe/Amsterdam\"\n");
/// assert!(parsed.items[0].item.is_some());
/// ```
pub fn parse(file: FileId, text: &str) -> Parsed {
    parse_some(file, text, |_| true)
}

/// Parses one policy file but for its tests, which are not in what leaves: they cost those who do not run them next to nothing, and
/// a fault in one of them is not theirs.
pub fn parse_without_tests(file: FileId, text: &str) -> Parsed {
    parse_some(file, text, |kind| kind != ItemKind::Test)
}

/// Parses the text of one item that stands, or could stand, at an offset in a file; none if something is wrong with it.
pub fn parse_one(file: FileId, base: usize, text: &str) -> Option<ast::Item> {
    let kind = kind_at(text);
    let mut diagnostics = Vec::new();
    let item = parse_scanned(file, base, kind, scan::scan(file, base, text, kind), &mut diagnostics);
    item.filter(|_| !diagnostics.iter().any(Diagnostic::is_error))
}

/// Parses the items of a file that are of some kinds.
fn parse_some(file: FileId, text: &str, is_wanted: fn(ItemKind) -> bool) -> Parsed {
    if text.len() > LARGEST_FILE {
        return Parsed { items: vec![too_large(file, text)] };
    }
    let start = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let raw = items::cut(text, start);
    let preamble = raw.first().map_or(text.len(), |item| item.range.start);
    let mut items = Vec::with_capacity(raw.len());
    items.extend(characters_alone(file, text, start, preamble));
    let mut unknown = 0;
    for item in &raw {
        let kind = kind_at(text.get(item.range.clone()).unwrap_or(""));
        if !is_wanted(kind) {
            continue;
        }
        let begins_none = kind == ItemKind::Unknown;
        unknown += usize::from(begins_none);
        // A file of something else is one mistake, not one for each of its lines.
        if !begins_none || unknown <= MOST_UNKNOWN {
            items.push(parse_item(file, text, item));
        }
    }
    if let Some(last) = items.iter_mut().rfind(|item| item.kind == ItemKind::Unknown)
        && unknown > MOST_UNKNOWN
    {
        let help = format!("{} more lines begin no item: is this file a policy?", unknown - MOST_UNKNOWN);
        last.diagnostics.iter_mut().for_each(|diagnostic| diagnostic.help.push(help.clone()));
    }
    Parsed { items }
}

fn too_large(file: FileId, text: &str) -> ParsedItem {
    let span = Span::new(file, 0, text.chars().next().map_or(0, char::len_utf8));
    let message = format!("a policy file is larger than {} MiB", LARGEST_FILE >> 20);
    let label = format!("{} bytes", text.len());
    let help = "divide it: all files of a directory are one program";
    let diagnostic = Diagnostic::new(Code::TooLarge, span, message, label).with_help(help);
    ParsedItem { kind: ItemKind::Unknown, name: None, span, item: None, diagnostics: vec![diagnostic] }
}

/// Reports characters that may not stand anywhere, in comments before the first item.
fn characters_alone(file: FileId, text: &str, start: usize, end: usize) -> Option<ParsedItem> {
    let mut diagnostics = Vec::new();
    scan::plain_characters(file, start, text.get(start..end)?, &mut diagnostics);
    let span = diagnostics.first()?.primary.span;
    Some(ParsedItem { kind: ItemKind::Unknown, name: None, span, item: None, diagnostics })
}

fn parse_item(file: FileId, text: &str, raw: &RawItem) -> ParsedItem {
    let base = raw.range.start;
    let span = Span::new(file, raw.range.start, raw.range.end);
    let mut diagnostics = Vec::new();
    // Comments behind an item are looked at with it.
    let whole = scan::plain_characters(file, base, text.get(base..raw.end).unwrap_or(""), &mut diagnostics);
    let whole = whole.get(..raw.range.len()).unwrap_or("");
    let kind = kind_at(whole);
    let scan = scan::scan(file, base, whole, kind);
    let name = name_behind_first_word(kind, &scan, file, base);
    let mut parsed = ParsedItem { kind, name, span, item: None, diagnostics };
    if kind == ItemKind::Unknown {
        parsed.diagnostics.push(unknown_item(file, base, whole, raw));
    } else {
        if !raw.in_column_one {
            let place = Span::new(file, base, base + kind.word().len());
            let message = "an item does not begin in column 1";
            let diagnostic = Diagnostic::new(Code::SyntaxError, place, message, "blanks stand before it");
            parsed.diagnostics.push(diagnostic.with_help("remove the blanks before its first word"));
        }
        parsed.item = parse_scanned(file, base, kind, scan, &mut parsed.diagnostics);
    }
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        parsed.item = None;
    }
    diagnostic::sort(&mut parsed.diagnostics);
    parsed
}

fn parse_scanned(
    file: FileId,
    base: usize,
    kind: ItemKind,
    scan: Scan,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<ast::Item> {
    diagnostics.extend(scan.diagnostics);
    if scan.stopped {
        return None;
    }
    let (text, tokens, open_texts) = (&scan.text, &scan.tokens, &scan.open_texts);
    let (item, found) = parser::parse_item(&parser::Input { file, base, text, kind, tokens, open_texts });
    diagnostics.extend(found);
    if item.is_none() && diagnostics.is_empty() {
        // INVARIANT: the grammar and the mapping agree, so this is never reached; a broken item must still say so.
        let place = Span::new(file, base, base + kind.word().len());
        let message = "internal error: this item could not be read";
        diagnostics.push(Diagnostic::new(Code::SyntaxError, place, message, "please report it"));
    }
    item
}

/// What the first word of an item says that it is.
fn kind_at(text: &str) -> ItemKind {
    parser::kind_of(first_word(text))
}

/// The word with which an item begins; empty if it begins with none.
fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

fn name_behind_first_word(kind: ItemKind, scan: &Scan, file: FileId, base: usize) -> Option<Name> {
    if matches!(kind, ItemKind::Zone | ItemKind::Test | ItemKind::Unknown) {
        return None;
    }
    // `extend record` and `leave out` name a record behind both of their words.
    let at = if matches!(kind, ItemKind::Extend | ItemKind::LeaveOut) { 2 } else { 1 };
    let token = scan.tokens.get(at).filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Number))?;
    let text = scan.text.get(token.start..token.end)?;
    Some(Spanned::new(text.to_owned(), Span::new(file, base + token.start, base + token.end)))
}

fn unknown_item(file: FileId, base: usize, text: &str, raw: &RawItem) -> Diagnostic {
    let word = first_word(text);
    if word.is_empty() {
        let mark = text.chars().next().unwrap_or(' ');
        let place = Span::new(file, base, base + mark.len_utf8());
        let message = format!("`{}` stands in column 1 and begins no item", scan::show(mark));
        let help = if mark == '}' {
            "remove it: no brace is open here"
        } else {
            "indent it if it goes on with the item above; only a closing `}` and comments may stand in column 1"
        };
        return Diagnostic::new(Code::UnknownItem, place, message, "an item begins with a word").with_help(help);
    }
    let place = Span::new(file, base, base + word.len());
    if !raw.in_column_one {
        let message = "a line stands before the first item";
        let help = "begin an item in column 1 with its word, such as `rule` or `record`";
        return Diagnostic::new(Code::UnknownItem, place, message, "belongs to no item").with_help(help);
    }
    let message = format!("`{word}` begins no item");
    let diagnostic = Diagnostic::new(Code::UnknownItem, place, message, "not the first word of an item");
    if PART_WORDS.contains(&word) {
        return diagnostic.with_help(format!("indent it: `{word}` goes on with the item above"));
    }
    match diagnostic::closest(word, parser::ITEM_WORDS) {
        Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
        None => diagnostic.with_help(format!(
            "items begin with {}; indent the line if it goes on with the item above",
            parser::ITEM_WORDS.join(", ")
        )),
    }
}
