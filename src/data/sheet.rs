//! Workbooks of Excel, read as JSON: the rows of one sheet under its header, each on the line of its number.
//!
//! A workbook is an archive that is read out of order, so it is in memory as it lies there; what it unpacks to is not. A day
//! or a time is a number under a style, and becomes what the style shows.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use zip::ZipArchive;

use super::apart::{Apart, BLOCK, Giver, whole};
use super::convert::Json;
use super::decode::cut;
use super::stream::{Fault, Limits, Position, Stream};
use crate::diagnostic::{Code, suggest};
use crate::ir::mapping::Step;

/// The rows and columns that a sheet may have.
const MOST_ROWS: u32 = 1 << 20;
const MOST_COLUMNS: u32 = 1 << 14;

/// The name of each column of the header, where it has one.
type Header = Vec<Option<String>>;

/// Begins a workbook: the sheet that a path of one name says, else the first. Of columns of days, only the day is read.
pub(super) fn open(stream: Stream<'_>, path: &[Step], days: BTreeSet<String>, limits: Limits) -> Result<Apart, Fault> {
    let name = match path {
        [] => None,
        [Step::Name(name)] => Some(name.clone()),
        _ => {
            return Err(Fault::new(Code::MissingPath, "a workbook has sheets, and no paths in them")
                .help("name the sheet behind `at`: `at \"Tickets\"`"));
        }
    };
    let bytes = whole(stream, limits.workbook, || too_large(limits))?;
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(Fault::malformed("the workbook has a password, or the form that Excel had before 2007")
            .help("save it without a password as `.xlsx`, or export it as CSV"));
    }
    check(&bytes, limits)?;
    Apart::start("sheet", damaged, move |giver| rows(bytes, name.as_deref(), &days, limits, giver))
}

fn damaged() -> Fault {
    Fault::malformed("the file is not a workbook, or is damaged").help("export it again, or export it as CSV")
}

fn too_large(limits: Limits) -> Fault {
    Fault::new(Code::DataLimit, format!("the workbook is larger than {} bytes, or unpacks to more", limits.workbook))
        .help("export it as CSV, which is read as a stream")
}

/// Unpacks a workbook once, to nowhere: what the library reads of it unbounded stays within bounds.
fn check(bytes: &[u8], limits: Limits) -> Result<(), Fault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > limits.entries {
        return Err(too_large(limits));
    }
    let mut left = limits.workbook;
    let mut buffer = vec![0; BLOCK];
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| damaged())?;
        // Between two tags stands at most a cell.
        let mut between = 0;
        loop {
            let count = entry.read(&mut buffer).map_err(|_| damaged())?;
            if count == 0 {
                break;
            }
            left = left.checked_sub(count as u64).ok_or_else(|| too_large(limits))?;
            between = match memchr::memrchr(b'<', &buffer[..count]) {
                Some(tag) => count - tag,
                None => between + count,
            };
            if between > limits.record {
                return Err(Fault::new(Code::DataLimit, format!("a cell is larger than {} bytes", limits.record))
                    .help("check where the file comes from"));
            }
        }
    }
    Ok(())
}

/// Reads the rows of a sheet and hands them over.
fn rows(
    bytes: Vec<u8>,
    name: Option<&str>,
    days: &BTreeSet<String>,
    limits: Limits,
    giver: &Giver,
) -> Result<(), Fault> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let names = workbook.sheet_names();
    let sheet = match name {
        None => names.first().cloned().ok_or_else(damaged)?,
        Some(name) => names.iter().find(|known| *known == name).cloned().ok_or_else(|| {
            let fault = Fault::new(Code::MissingPath, format!("the workbook has no sheet `{}`", cut(name)));
            let known = names.iter().map(|known| format!("`{}`", cut(known))).collect::<Vec<_>>().join(", ");
            fault.help(
                suggest(name, "sheets", names.iter().map(String::as_str))
                    .unwrap_or_else(|| format!("its sheets are {known}")),
            )
        })?,
    };
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(|_| damaged())?;
    let mut json = Json::default();
    let mut header: Option<Header> = None;
    let mut row: Row = Row { number: 0, cells: Vec::new(), size: 0 };
    loop {
        let cell = cells.next_cell().map_err(|_| damaged())?;
        let place = cell.as_ref().map(|cell| cell.get_position());
        if place.is_none_or(|(number, _)| number != row.number) {
            row.end(&mut header, days, &mut json)?;
            if place.is_some_and(|(number, _)| number < row.number) {
                return Err(damaged());
            }
            if giver.give(&mut json, false).is_err() {
                return Ok(());
            }
        }
        let (Some(cell), Some((number, column))) = (cell, place) else { break };
        if number >= MOST_ROWS || column >= MOST_COLUMNS {
            return Err(damaged());
        }
        row.number = number;
        row.add(column, Value::of(cell.get_value()), limits)?;
    }
    if header.is_none() {
        return Err(Fault::malformed(format!("the sheet `{}` is empty: a header was expected", cut(&sheet)))
            .help("name another sheet behind `at`, or export it again"));
    }
    json.mark("\n");
    // Where nobody listens any more there is nothing to say.
    let _ = giver.give(&mut json, true);
    Ok(())
}

/// The cells of a row that are not empty, in order of column.
struct Row {
    /// From 0.
    number: u32,
    cells: Vec<(u32, Value)>,
    /// How many bytes its texts have.
    size: usize,
}

impl Row {
    fn add(&mut self, column: u32, value: Option<Value>, limits: Limits) -> Result<(), Fault> {
        let Some(value) = value else { return Ok(()) };
        if let Value::Text(text) = &value {
            self.size += text.len();
        }
        if self.size > limits.record {
            return Err(Fault::new(Code::DataLimit, format!("a row is larger than {} bytes", limits.record))
                .at(self.place(column))
                .help("check where the file comes from"));
        }
        if self.cells.last().is_some_and(|(last, _)| *last >= column) {
            return Err(damaged());
        }
        self.cells.push((column, value));
        Ok(())
    }

    fn place(&self, column: u32) -> Position {
        Position { byte: 0, line: self.number + 1, column: column + 1 }
    }

    /// Writes the row, or takes it for the header if there is none yet, and forgets it.
    fn end(&mut self, header: &mut Option<Header>, days: &BTreeSet<String>, json: &mut Json) -> Result<(), Fault> {
        let cells = std::mem::take(&mut self.cells);
        self.size = 0;
        if cells.is_empty() {
            return Ok(());
        }
        let Some(header) = header else {
            let mut names = Header::new();
            for (column, value) in cells {
                names.resize(column as usize, None);
                names.push(Some(value.to_text().trim().to_owned()));
            }
            *header = Some(names);
            return Ok(());
        };
        if let Some((column, _)) = cells.iter().find(|(column, _)| *column as usize >= header.len()) {
            return Err(Fault::malformed("a cell stands in a column that has no header")
                .at(self.place(*column))
                .help("give the column a name, or clear the cell"));
        }
        json.go_to_line(self.number + 1);
        let mut cells = cells.into_iter().peekable();
        let mut separator = "{";
        for (column, name) in header.iter().enumerate() {
            let value = cells.next_if(|(own, _)| *own as usize == column).map(|(_, value)| value);
            let Some(name) = name else { continue };
            json.mark(separator);
            separator = ",";
            json.text(name);
            json.mark(":");
            match value {
                None => json.mark("null"),
                Some(Value::Mark(mark)) => json.mark(&mark),
                Some(Value::Text(text)) => json.text(&text),
                Some(Value::Time { day, clock }) => match clock {
                    None if days.contains(name) => json.text(&day),
                    _ => json.text(&format!("{day}T{}", clock.as_deref().unwrap_or("00:00:00"))),
                },
            }
        }
        json.mark("}");
        Ok(())
    }
}

/// What a cell shows.
enum Value {
    Text(String),
    /// A number, `true` or `false`.
    Mark(String),
    /// A day and, unless it is midnight, the time of it.
    Time {
        day: String,
        clock: Option<String>,
    },
}

impl Value {
    fn of(value: &DataRef<'_>) -> Option<Value> {
        Some(match value {
            DataRef::Empty => return None,
            DataRef::Int(number) => Value::Mark(number.to_string()),
            DataRef::Float(number) if number.is_finite() => Value::Mark(number.to_string()),
            DataRef::Float(_) => Value::Text(String::new()),
            DataRef::Bool(value) => Value::Mark(value.to_string()),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                Value::Text(text.clone())
            }
            DataRef::SharedString(text) => Value::Text((*text).to_owned()),
            DataRef::Error(error) => Value::Text(error.to_string()),
            DataRef::DateTime(time) => Value::time(time),
        })
    }

    fn time(time: &ExcelDateTime) -> Value {
        if time.is_duration() {
            let seconds = (time.as_f64() * 86_400.0).round();
            let sign = if seconds < 0.0 { "-" } else { "" };
            return Value::Text(format!("{sign}PT{}S", seconds.abs()));
        }
        let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
        let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
        let is_midnight = (hour, minute, second, milli) == (0, 0, 0, 0);
        Value::Time {
            day: format!("{year:04}-{month:02}-{day:02}"),
            clock: (!is_midnight).then(|| format!("{hour:02}:{minute:02}:{second:02}{fraction}")),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Value::Text(text) | Value::Mark(text) => text.clone(),
            Value::Time { day, .. } => day.clone(),
        }
    }
}
