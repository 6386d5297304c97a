//! A first draft of records and sources, as text in the language, with what speaks for each guess as comments.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::build::grouped;
use super::terminal::clean;
use crate::data::draft::{Draft, DraftColumn, DraftTable, Kind};
use crate::ir::mapping::{NumberNotation, Step};
use crate::source::is_invisible;

/// Characters of a comment at the head of a draft.
const WIDTH: usize = 120;

/// Writes a draft. It parses; the layout is for `format` to make.
pub fn render(draft: &Draft) -> String {
    let mut text = String::new();
    let files: BTreeSet<&String> = draft.tables.iter().flat_map(|table| &table.files).collect();
    let files = if files.len() == 1 { "1 file".to_owned() } else { format!("{} files", grouped(files.len() as u64)) };
    let head = format!(
        "A first draft, guessed from all rows of {files}. Behind each line stands what speaks for it. Read it, correct it, give things \
         the names that your rules use, and hold it against the files again: \
         shall source check EXPORT --no-pack --policies THIS-FILE"
    );
    comment(&mut text, &head);
    if !draft.left_out.is_empty() {
        comment(&mut text, "Not in it:");
        for error in &draft.left_out {
            comment(&mut text, &format!("- {}: {}", error.file.as_deref().unwrap_or_default(), error.message));
        }
    }
    let mut names = Names::default();
    for table in &draft.tables {
        let name = names.unused(&word(&name_of(table), "table"));
        let (mut record, mut source) = (String::new(), String::new());
        let fields = fields(table);
        render_record(&mut record, table, &fields);
        render_source(&mut source, table, &fields, &name);
        let files = match table.files.as_slice() {
            [one] => one.clone(),
            _ => format!("{} files", grouped(table.files.len() as u64)),
        };
        let rows = if table.rows == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(table.rows)) };
        let of = quoted(&shown(&format!("A row of {}", table.patterns.join(", "))));
        let from = quoted(&shown(&format!("Draft from {files}: {rows}")));
        // Items are told apart by what stands at the beginning of a line, so what is in them does not.
        let (record, source) = (indented(&record), indented(&source));
        let _ = write!(
            text,
            "\nrecord {name} {of} {{\n{record}}}\n\nsource {} {from} {{\n{source}}}\n",
            name.replace('_', "-")
        );
    }
    text
}

/// Names that are given out, each once.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn unused(&mut self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !self.0.contains(name));
        let free = free.unwrap_or_else(|| name.to_owned());
        self.0.insert(free.clone());
        free
    }
}

/// What a table is called: as its elements or its sheet, else as its file or, of several, their folder.
fn name_of(table: &DraftTable) -> String {
    let pattern = table.patterns.first().map_or("", String::as_str);
    let (folder, file) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    let stem = file.split('.').next().unwrap_or(file);
    let has_letters = |text: &str| text.chars().any(|c| c.is_ascii_alphabetic());
    let own = if has_letters(stem) { stem } else { folder.rsplit('/').next().unwrap_or(folder) };
    match table.at.last() {
        Some(Step::Name(last)) if file.ends_with(".xml") && file.split('.').next() != Some(last) => last.clone(),
        _ if has_letters(own) => own.to_owned(),
        _ => "table".to_owned(),
    }
}

/// Makes a word of the language of a name: its words in small letters; `otherwise` where nothing is left.
fn word(name: &str, otherwise: &str) -> String {
    let mut word = String::new();
    let mut was_small = false;
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() {
            was_small = false;
            if !word.ends_with('_') && !word.is_empty() {
                word.push('_');
            }
            continue;
        }
        if was_small && letter.is_ascii_uppercase() {
            word.push('_');
        }
        was_small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        word.push(letter.to_ascii_lowercase());
    }
    let word = word.trim_end_matches('_');
    match word.chars().next() {
        None => otherwise.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{otherwise}_{word}"),
        Some(_) => word.to_owned(),
    }
}

/// The names of the members of an enum, by its texts: `2 - Medium` is `medium`.
fn members(texts: &[String]) -> Vec<String> {
    let mut names = Names::default();
    let label = |text: &str| {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let cut = rest.trim_start().trim_start_matches(['-', '.', ':', ')']);
        if rest.len() < text.len() && cut.len() < rest.len() && cut.chars().any(|c| c.is_ascii_alphabetic()) {
            cut.trim().to_owned()
        } else {
            text.to_owned()
        }
    };
    texts.iter().map(|text| names.unused(&word(&label(text), "value"))).collect()
}

/// A text of an export as it may stand in a policy.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for letter in clean(text).chars() {
        if is_invisible(letter) { shown.extend(letter.escape_unicode()) } else { shown.push(letter) }
    }
    shown
}

fn comment(text: &mut String, says: &str) {
    for line in textwrap::wrap(&shown(says), WIDTH - 2) {
        text.push_str("# ");
        text.push_str(&line);
        text.push('\n');
    }
}

/// A text in quotation marks.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    format!("\"{escaped}\"")
}

/// A path as a mapping writes it.
fn path(steps: &[Step]) -> String {
    let written = steps.iter().map(|step| match step {
        Step::Name(name) => {
            let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && name.starts_with(|c: char| c.is_ascii_alphabetic());
            if is_plain && !TAKEN.contains(&name.as_str()) { name.clone() } else { quoted(name) }
        }
        _ => "*".to_owned(),
    });
    written.collect::<Vec<_>>().join(".")
}

/// Words that mean something where a path may stand.
const TAKEN: [&str; 6] = ["first", "last", "count", "file", "constant", "unknown"];

/// Words that go on with the line before, or begin a setting, where the name of a field would stand.
const AWKWARD: [&str; 20] = [
    "as",
    "at",
    "in",
    "since",
    "match",
    "split",
    "absent",
    "when",
    "where",
    "each",
    "from",
    "keep",
    "only",
    "exclude",
    "zone",
    "times",
    "encoding",
    "delimiter",
    "decimal",
    "thousands",
];

/// The type of a field, as it is declared.
fn type_of(column: &DraftColumn, is_key: bool) -> String {
    let base = match &column.kind {
        Kind::Text if is_key => return "text key".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Boolean(_) => "boolean".to_owned(),
        Kind::Integer => "integer".to_owned(),
        Kind::Decimal { .. } => "decimal".to_owned(),
        Kind::Date(_) => "date".to_owned(),
        Kind::Timestamp(_) | Kind::Epoch(_) => "timestamp".to_owned(),
        Kind::Duration | Kind::DurationSince => "duration".to_owned(),
        Kind::Enum(texts) => format!("{{{}}}", members(texts).join(", ")),
        Kind::List => "list of text".to_owned(),
    };
    if column.optional { format!("{base}?") } else { base }
}

/// How a field is read, behind its path.
fn reading(column: &DraftColumn) -> String {
    let mut reading = match &column.kind {
        Kind::Date(Some(form)) => format!(" as date {}", quoted(form)),
        Kind::Timestamp(Some(form)) => format!(" as timestamp {}", quoted(form)),
        Kind::Epoch(unit) => format!(" as timestamp in {unit}"),
        Kind::DurationSince => " as duration since \"1970-01-01 00:00:00\"".to_owned(),
        Kind::Decimal { percent: true } => " as percent".to_owned(),
        Kind::Boolean(Some((yes, no))) => {
            let arm = |texts: &[String], member: &str| {
                let texts = texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(" | ");
                (!texts.is_empty()).then(|| format!("{texts} => {member}"))
            };
            let arms: Vec<String> = [arm(yes, "true"), arm(no, "false")].into_iter().flatten().collect();
            format!(" match {{ {} }}", arms.join(", "))
        }
        Kind::Enum(texts) => {
            let arms = texts.iter().zip(members(texts)).map(|(text, member)| format!("{} => {member}", quoted(text)));
            format!(" match {{ {} }}", arms.collect::<Vec<_>>().join(", "))
        }
        _ => String::new(),
    };
    if !column.absent.is_empty() {
        reading.push_str(" absent");
        column.absent.iter().for_each(|text| reading.push_str(&format!(" {}", quoted(text))));
    }
    reading
}

/// The name of a field: that of the column or, of a path, its last names, as many as it takes to tell it from others.
fn fields(table: &DraftTable) -> Vec<String> {
    let names = |column: &DraftColumn| -> Vec<String> {
        let names = column.path.iter().filter_map(|step| match step {
            Step::Name(name) => Some(name.clone()),
            _ => None,
        });
        names.collect()
    };
    let tail = |names: &[String], count: usize| names[names.len().saturating_sub(count)..].join("_");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for column in &table.columns {
        let names = names(column);
        (1..=names.len()).for_each(|count| *counts.entry(word(&tail(&names, count), "column")).or_default() += 1);
    }
    let mut given = Names::default();
    let name = |column: &DraftColumn| {
        let names = names(column);
        let mut shortest = (1..=names.len()).map(|count| word(&tail(&names, count), "column"));
        let generic = ["id", "name", "value", "key", "display_value", "link", "type", "self"];
        let fits =
            |name: &String| counts.get(name) == Some(&1) && (names.len() == 1 || !generic.contains(&name.as_str()));
        let whole = || word(&tail(&names, names.len()), "column");
        shortest.find(fits).unwrap_or_else(whole)
    };
    let told = |name: String| if AWKWARD.contains(&name.as_str()) { format!("{name}_value") } else { name };
    table.columns.iter().map(|column| given.unused(&told(name(column)))).collect()
}

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("  {line}\n")).collect()
}

fn render_record(text: &mut String, table: &DraftTable, fields: &[String]) {
    for (position, (column, field)) in table.columns.iter().zip(fields).enumerate() {
        let _ = writeln!(text, "{field}: {}", type_of(column, table.key == Some(position)));
    }
}

fn render_source(text: &mut String, table: &DraftTable, fields: &[String], name: &str) {
    if table.lacks_zone {
        text.push_str("zone \"UTC\" # assumed: the times carry none; state the one of the tool, or of who exported\n");
    }
    if let Some(form) = &table.times {
        let _ = writeln!(text, "times {}", quoted(form));
    }
    if let Some(encoding) = table.encoding {
        let _ = writeln!(text, "encoding {} # assumed: it is not UTF-8", quoted(&encoding.to_ascii_lowercase()));
    }
    if let Some(delimiter) = table.delimiter {
        let _ = writeln!(text, "delimiter {}", quoted(&delimiter.to_string()));
    }
    if table.number.decimal != NumberNotation::default().decimal {
        let _ = writeln!(text, "decimal {}", quoted(&table.number.decimal.to_string()));
    }
    if let Some(thousands) = table.number.thousands {
        let _ = writeln!(text, "thousands {}", quoted(&thousands.to_string()));
    }
    if !table.absent.is_empty() {
        let texts: Vec<String> = table.absent.iter().map(|text| quoted(text)).collect();
        let _ = writeln!(text, "absent {}", texts.join(" "));
    }
    let patterns: Vec<String> = table.patterns.iter().map(|pattern| quoted(pattern)).collect();
    let at = if table.at.is_empty() { String::new() } else { format!(" at {}", path(&table.at)) };
    let _ = writeln!(text, "{name} from {}{at}", patterns.join(", "));
    if let Some((column, count)) = table.grouped {
        let key = path(&table.columns[column].path);
        comment(
            text,
            &format!(
                "No column is a key. Rows with one {key} stand together, {} of them, as in a log of events: \"keep last of each {key}\" makes \
                 one record of each, its last row, and {key} the key.",
                grouped(count)
            ),
        );
    } else if table.key.is_none() && table.rows > 1 {
        comment(text, "No column is a key: none has another value in each row.");
    }
    for (column, field) in table.columns.iter().zip(fields) {
        let _ = write!(text, "{field} = {}{}", path(&column.path), reading(column));
        let evidence: Vec<String> = column.evidence.iter().map(|says| shown(says)).collect();
        text.push_str(&if evidence.is_empty() { "\n".to_owned() } else { format!(" # {}\n", evidence.join("; ")) });
    }
    if !table.unread.is_empty() {
        comment(text, "Not mapped:");
        for (steps, why) in &table.unread {
            comment(text, &format!("- {}: {why}", path(steps)));
        }
    }
}
