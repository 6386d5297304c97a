//! Exports: files laid out as the records, with every kind of fault in their values.

use serde_json::{Value, json};

use super::choices::Choices;
use super::expression::{DAYS, INSTANTS, TEXTS};
use super::records::{CALENDARS, Field, Kind, RECORDS, Record, members, record};

/// A file: its name and what it holds.
pub(crate) type File = (String, String);

/// Most rows of a record without a key.
const MOST_ROWS: usize = 14;

/// Items that a rule cites, and others.
const REQUIREMENTS: &[&str] = &["made-up 1", "made-up-guide 1", "made-up 1", "1", "made-up 1 a"];
/// Names of subjects, and others.
const SUBJECTS: &[&str] =
    &["I1", "S1", "T1", "C1", "X1", "S2", "T2", "I2", "2026-01", "S1 / 2026-01-31", "I1 / S1", "red", "2026-02-01"];

/// Writes the files of an export; a record in twelve has none.
pub(crate) fn files(tapes: &[Vec<u32>]) -> Vec<File> {
    let mut files = Vec::new();
    for (position, record) in RECORDS.iter().enumerate() {
        let mut choices = Choices::new(tapes.get(position).map_or(&[], Vec::as_slice));
        if choices.chance(8) {
            continue;
        }
        files.extend(file(record, &mut choices));
    }
    files
}

fn file(record: &Record, choices: &mut Choices) -> Option<File> {
    let exported: Vec<bool> = record.fields.iter().map(|_| !choices.chance(3)).collect();
    // More rows than keys: some are duplicates.
    let most = if record.keys.is_empty() { MOST_ROWS } else { record.keys.len() + 1 };
    let count = choices.below(most + 1);
    let rows: Vec<Vec<(&str, Value)>> = (0..count).map(|position| row(record, &exported, position, choices)).collect();
    let flat = record.fields.iter().all(|field| !matches!(field.kind, Kind::List(_)));
    match choices.below(3) {
        0 => {
            let lines: Vec<String> = rows.into_iter().map(|row| object(row).to_string() + "\n").collect();
            Some((format!("{}.ndjson", record.name), lines.concat()))
        }
        1 if flat => {
            let fields = record.fields.iter().zip(&exported).filter(|(_, exported)| **exported);
            let names: Vec<&str> = fields.map(|(field, _)| field.name).collect();
            let mut text = names.join(",") + "\n";
            for row in rows {
                let cell = |name: &&str| {
                    row.iter().find(|(own, _)| own == name).map_or(String::new(), |(_, value)| quoted(value))
                };
                text += &(names.iter().map(cell).collect::<Vec<_>>().join(",") + "\n");
            }
            Some((format!("{}.csv", record.name), text))
        }
        _ => {
            let rows: Vec<Value> = rows.into_iter().map(object).collect();
            Some((format!("{}.json", record.name), serde_json::to_string_pretty(&rows).ok()?))
        }
    }
}

fn object(row: Vec<(&str, Value)>) -> Value {
    Value::Object(row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn quoted(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        other => other.to_string(),
    }
}

fn row(record: &Record, exported: &[bool], position: usize, choices: &mut Choices) -> Vec<(&'static str, Value)> {
    let mut row = Vec::new();
    for (at, field) in fields(record).iter().enumerate() {
        if !exported[at] {
            continue;
        }
        if let Some(value) = cell(record, field, position, choices) {
            row.push((field.name, value));
        }
    }
    row
}

fn fields(record: &Record) -> &'static [Field] {
    super::records::record(record.name).fields
}

/// A value of a field; none where the row does not have the key at all.
fn cell(record: &Record, field: &Field, position: usize, choices: &mut Choices) -> Option<Value> {
    if field.key && !record.keys.is_empty() {
        // Mostly a key of its own; now and then another's, or one that nothing refers to.
        let at = if choices.chance(12) { choices.below(record.keys.len()) } else { position % record.keys.len() };
        return (!choices.chance(1)).then(|| json!(record.keys[at]));
    }
    let absent = if field.optional { 22 } else { 3 };
    // What statements are about.
    let about = match field.name {
        "requirement" => Some(REQUIREMENTS),
        "subject" => Some(SUBJECTS),
        _ => None,
    };
    if let Some(about) = about
        && choices.chance(85)
    {
        if field.optional && choices.chance(50) {
            return Some(Value::Null);
        }
        let text = json!(choices.pick(about));
        return Some(if matches!(field.kind, Kind::List(_)) { json!([text, "made-up 9"]) } else { text });
    }
    match choices.weighted(&[(100, 0), (absent, 1), (2, 2), (3, 3), (absent / 4, 4)]) {
        0 => Some(proper(field.kind, choices)),
        1 => Some(Value::Null),
        2 => Some(json!("")),
        3 => Some(malformed(field.kind, choices)),
        _ => None,
    }
}

/// A value as its type wants it.
fn proper(kind: Kind, choices: &mut Choices) -> Value {
    match kind {
        Kind::Boolean => json!(choices.below(2) == 0),
        Kind::Integer => match choices.below(12) {
            11 => json!(9_000_000_000_000_000_000_i64),
            small => json!(small as i64 % 5 - 1),
        },
        Kind::Decimal => json!(choices.pick(&[0.5, 1.0, 2.0, 1.25, 0.95, 100.0, -0.1, 0.0, 33.3])),
        Kind::Text => json!(choices.pick(TEXTS)),
        Kind::Date => json!(choices.pick(DAYS)),
        Kind::Timestamp => json!(choices.pick(INSTANTS)),
        Kind::Duration => json!(choices.pick(&["PT4H", "PT30M", "PT90S", "PT0S", "PT26H", "PT48H"])),
        Kind::Span => json!(choices.pick(&["P1M", "P10D", "P1Y", "P14D", "P3M"])),
        Kind::Calendar => json!(CALENDARS[choices.below(CALENDARS.len())].0),
        Kind::Enum(name) => json!(choices.pick(members(name)).trim_matches('"')),
        Kind::Reference(targets) => {
            // One in sixteen dangles.
            if choices.below(16) == 15 {
                return json!("Z9");
            }
            let target = choices.pick(targets);
            json!(choices.pick(record(target).keys))
        }
        Kind::List(element) => {
            let count = choices.below(4);
            Value::Array(
                (0..count).map(|_| if choices.chance(5) { Value::Null } else { proper(*element, choices) }).collect(),
            )
        }
        Kind::Row(_) | Kind::Days | Kind::Instants | Kind::Timeline(_) | Kind::Set(_) => Value::Null,
    }
}

/// A value that cannot be read as its type.
fn malformed(kind: Kind, choices: &mut Choices) -> Value {
    match kind {
        Kind::Text => json!("red "),
        Kind::Date => json!(choices.pick(&["2026-02-30", "01/02/2026", "soon"])),
        Kind::Timestamp => json!(choices.pick(&["2026-02-01T10:00", "2026-02-01", "never"])),
        Kind::List(Kind::Integer) => json!([1, "one", 2]),
        Kind::List(_) => json!("red;green"),
        Kind::Reference(_) => json!("Z9"),
        _ => json!(choices.pick(&["?", "1e", "unheard of"])),
    }
}
