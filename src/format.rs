//! Policy text to policy text in the one layout: `shall fmt`.
//!
//! Enters: one policy file and its name. Leaves: the same file in the layout that `docs/format.md` shows, or what is wrong
//! with it. Only blanks and line breaks change, and with them the lines that comments stand on (and the comma behind the
//! last arm of a `match`): words, marks, texts and the spelling of values are taken from the text as they are. What comes
//! out is read again and must mean the same; formatting it again changes nothing.

mod calendar;
mod declaration;
mod expression;
mod gap;
mod layout;
mod rule;
mod source;
mod table;
mod test;
mod writer;

use self::gap::Gap;
use self::writer::Writer;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Item, ItemKind, Parsed, ParsedItem};

/// Formats one policy file.
///
/// Lines end with `\n`, the last one too; a byte order mark is left out.
///
/// # Errors
/// If an item is broken: everything that is wrong with the file. If the text could not be laid out without a change of its
/// meaning: one diagnostic that says so; no text is known for which that is so.
///
/// ```
/// use shall::source::FileId;
/// let text = "bind  p=4 hours # agreed\n from \"SMP-004\"";
/// assert_eq!(shall::format(FileId(0), text).unwrap(), "bind p = 4 hours # agreed\n  from \"SMP-004\"\n");
/// ```
pub fn format(file: FileId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = crate::syntax::parse(file, text);
    let broken = |parsed: &Parsed| parsed.items.iter().any(|item| item.item.is_none());
    if broken(&parsed) {
        let diagnostics = parsed.items.into_iter().flat_map(|item| item.diagnostics);
        return Err(diagnostics.filter(Diagnostic::is_error).collect());
    }
    let mut formatted = String::with_capacity(text.len());
    let (mut end, mut before) = (0, None);
    for item in &parsed.items {
        Gap::new(&text[end..item.span.start as usize], before, Some(item.kind)).write(&mut formatted);
        match item.item.as_ref().and_then(|tree| written(text, item.span, tree)) {
            Some(lines) => formatted.push_str(&lines),
            None => return Err(vec![failed(item.span, item.kind)]),
        }
        formatted.push('\n');
        (end, before) = (item.span.end as usize, Some(item.kind));
    }
    Gap::new(&text[end..], before, None).write(&mut formatted);
    let again = crate::syntax::parse(file, &formatted);
    if meaning(&parsed) != meaning(&again) {
        let differs = parsed.items.iter().zip(&again.items).find(|(one, other)| tree(one) != tree(other));
        let item = differs.map(|(item, _)| item).or(parsed.items.last());
        return Err(item.map(|item| failed(item.span, item.kind)).into_iter().collect());
    }
    Ok(formatted)
}

/// The lines of an item; none if its text is not what its tree says.
fn written(text: &str, place: Span, item: &Item) -> Option<String> {
    let mut writer = Writer::new(text, place);
    match item {
        Item::Zone(zone) => writer.zone(zone),
        Item::Standard(standard) => writer.standard(standard),
        Item::Record(record) => writer.record(record),
        Item::Extend(extend) => writer.extend(extend),
        Item::Calendar(calendar) => writer.calendar(calendar),
        Item::Parameter(parameter) => writer.parameter(parameter),
        Item::Bind(bind) => writer.bind(bind),
        Item::Define(define) => writer.define(define),
        Item::Rule(rule) => writer.rule(rule),
        Item::Advice(advice) => writer.advice(advice),
        Item::Source(source) => writer.source(source),
        Item::LeaveOut(leave_out) => writer.leave_out(leave_out),
        Item::Table(table) => writer.table(table),
        Item::Test(test) => writer.test(test),
    }
    let written = writer.finish()?;
    let mut lines = layout::lines(&written.ops);
    if let Some(comment) = written.trailing {
        lines.push(' ');
        lines.push_str(comment);
    }
    Some(lines)
}

/// What a file says, wherever it says it.
fn meaning(parsed: &Parsed) -> Vec<String> {
    parsed.items.iter().map(tree).collect()
}

/// A tree without its places.
fn tree(item: &ParsedItem) -> String {
    format!("{:-?}", item.item)
}

fn failed(item: Span, kind: ItemKind) -> Diagnostic {
    let place = Span { end: item.start + kind.word().len() as u32, ..item };
    let message = "internal error: this item could not be formatted";
    Diagnostic::new(Code::SyntaxError, place, message, "please report it")
        .with_help("the file is left as it is; all else that is done with it is not affected")
}
