//! A file: its footer is checked, and its rows are read a batch at a time.

use ::parquet::basic::Type;
use ::parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader, ParquetStatisticsPolicy,
    RowGroupMetaData,
};
use bytes::Bytes;
use std::sync::{Arc, Mutex};

use super::super::apart::{Apart, Giver, whole};
use super::super::convert::Json;
use super::super::decode::cut;
use super::super::stream::{Fault, Limits, Stream};
use super::column::Column;
use super::packed;
use super::page::{Budget, Facts, Pages, Shared, lock};
use super::record::{Node, record};
use super::thrift::{BINARY, LIST, STRUCT, Thrift};
use crate::diagnostic::Code;

/// The rows that are read at a time.
const BATCH: usize = 256;

/// The most columns and what holds them, as of a workbook.
const MOST_COLUMNS: u64 = 1 << 14;

/// What a file begins and ends with; and what one ends with whose footer is encrypted.
const MAGIC: &[u8; 4] = b"PAR1";
const ENCRYPTED: &[u8; 4] = b"PARE";

/// Begins a file.
///
/// # Errors
///
/// It cannot be read, is larger than the limits allow, or is no file of Parquet.
pub(in crate::data) fn open(stream: Stream<'_>, limits: Limits) -> Result<Apart, Fault> {
    let bytes = Bytes::from(whole(stream, limits.workbook, || too_large(limits))?);
    let footer = footer(&bytes, limits)?;
    Apart::start("parquet", damaged, move |giver| rows(&bytes, &footer, limits, giver))
}

pub(super) fn damaged() -> Fault {
    Fault::malformed("the file is not Parquet, or is damaged").help("export it again, or export it as NDJSON or CSV")
}

pub(super) fn too_large(limits: Limits) -> Fault {
    let message = format!("the file is larger than {} bytes, or needs more than that at a time", limits.workbook);
    Fault::new(Code::DataLimit, message)
        .help("export it in smaller row groups and pages, in several files, or as NDJSON, which is read as a stream")
}

pub(super) fn unpacks_to_too_much(limits: Limits) -> Fault {
    Fault::new(Code::DataLimit, format!("the file unpacks to more than {} times its size", limits.ratio))
        .help("check where the file comes from; export it as NDJSON if it is in order")
}

/// The footer, in which the sizes that the library would take at their word are checked.
fn footer(bytes: &Bytes, limits: Limits) -> Result<Bytes, Fault> {
    let cut_off = || Fault::truncated("the file ends in the middle, or is not Parquet");
    if !bytes.starts_with(MAGIC) && !bytes.starts_with(ENCRYPTED) {
        return Err(damaged());
    }
    let (rest, magic) = bytes.split_last_chunk::<4>().ok_or_else(cut_off)?;
    if magic == ENCRYPTED {
        return Err(Fault::malformed("the file is encrypted").help("export it without encryption"));
    }
    if magic != MAGIC {
        return Err(cut_off());
    }
    let (rest, length) = rest.split_last_chunk::<4>().ok_or_else(cut_off)?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > limits.record {
        return Err(Fault::new(
            Code::DataLimit,
            format!("the footer of the file is larger than {} bytes", limits.record),
        )
        .help("export the file with fewer and larger row groups"));
    }
    let start = rest.len().checked_sub(length).filter(|start| *start >= MAGIC.len()).ok_or_else(damaged)?;
    check_schema(&rest[start..], limits)?;
    Ok(bytes.slice(start..rest.len()))
}

/// Checks the tree that a schema is written as, before it is built by recursion, with room for as many parts as it states.
fn check_schema(footer: &[u8], limits: Limits) -> Result<(), Fault> {
    let mut fits = true;
    // How many parts are still to come of those that are open, and how long the names are that lead there.
    let mut open: Vec<(u64, usize)> = Vec::new();
    let (mut names, mut is_first) = (0usize, true);
    let mut read = |rest: &mut Thrift<'_>| {
        let (kind, size) = rest.list()?;
        if kind != STRUCT || size > footer.len() as u64 {
            return None;
        }
        fits &= size <= MOST_COLUMNS;
        for position in 0..size {
            let (mut name, mut below) = (0, 0);
            rest.fields(|inner, field, written| {
                match (field, written) {
                    (4, BINARY) => name = inner.binary()?.len(),
                    (5, _) => below = u64::try_from(inner.number(written)?).ok()?,
                    _ => inner.pass(written)?,
                }
                Some(())
            })?;
            while open.last().is_some_and(|(left, _)| *left == 0) {
                open.pop();
            }
            let before = match open.last_mut() {
                Some((left, before)) => {
                    *left -= 1;
                    *before
                }
                None if position == 0 => 0,
                None => return None,
            };
            names = names.saturating_add(before.saturating_add(name));
            fits &= open.len() < limits.depth && names <= limits.record;
            if !fits {
                return Some(());
            }
            if below > size - 1 - position {
                return None;
            }
            open.push((below, before + name + 1));
        }
        open.iter().all(|(left, _)| *left == 0).then_some(())
    };
    let mut found = false;
    // The schema is the second field of a footer, behind the version, and all that comes before is known so. What is behind it
    // is not looked at here.
    let mut rest = Thrift(footer);
    let _ = rest.fields(|inner, field, kind| match (field, kind) {
        (1, _) if is_first => {
            is_first = false;
            inner.number(kind).map(|_| ())
        }
        (2, LIST) if !is_first => {
            found = read(inner).is_some();
            None
        }
        _ => None,
    });
    match (fits, found) {
        (false, _) => Err(Fault::new(
            Code::DataLimit,
            format!("the file has more than {MOST_COLUMNS} columns, more than {} levels of them, or names that are too long", limits.depth),
        )
        .help("check where the file comes from")),
        (true, false) => Err(damaged()),
        (true, true) => Ok(()),
    }
}

/// Reads the rows of a file and hands them over.
fn rows(bytes: &Bytes, footer: &[u8], limits: Limits, giver: &Giver) -> Result<(), Fault> {
    let options = ParquetMetaDataOptions::new()
        .with_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll)
        .with_column_stats_policy(ParquetStatisticsPolicy::SkipAll)
        .with_size_stats_policy(ParquetStatisticsPolicy::SkipAll);
    let metadata: ParquetMetaData =
        ParquetMetaDataReader::decode_metadata_with_options(footer, Some(&options)).map_err(|_| damaged())?;
    let said = metadata.file_metadata();
    let record = record(said.schema_descr())?;
    let budget = Arc::new(Mutex::new(Budget::new(limits, bytes.len() as u64)));
    let mut json = Json::default();
    let mut count = 0;
    for group in metadata.row_groups() {
        let mut columns = open_columns(bytes, group, said.schema_descr().num_columns(), &budget, limits)?;
        let mut left = usize::try_from(group.num_rows()).map_err(|_| damaged())?;
        count += group.num_rows();
        loop {
            // Behind the last row each column has to be at its end, too.
            let rows = if left == 0 { 1 } else { left.min(BATCH) };
            lock(&budget).begin_rows();
            for column in &mut columns {
                if column.read(rows, &budget)? != left.min(rows) {
                    return Err(damaged());
                }
            }
            if left == 0 {
                break;
            }
            left -= rows;
            for _ in 0..rows {
                write(&record, &mut columns, &mut json)?;
                // Where nobody listens any more there is nothing to read.
                if giver.give(&mut json, false).is_err() {
                    return Ok(());
                }
            }
            if columns.iter().any(|column| !column.is_over()) {
                return Err(damaged());
            }
        }
    }
    if count != said.num_rows() {
        return Err(damaged());
    }
    let _ = giver.give(&mut json, true);
    Ok(())
}

fn write(record: &Node, columns: &mut [Column], json: &mut Json) -> Result<(), Fault> {
    if columns.iter().any(|column| column.repeated() != 0) {
        return Err(damaged());
    }
    record.write(columns, json)?;
    json.mark("\n");
    Ok(())
}

/// Begins the columns of a row group.
fn open_columns(
    bytes: &Bytes,
    group: &RowGroupMetaData,
    count: usize,
    budget: &Shared,
    limits: Limits,
) -> Result<Vec<Column>, Fault> {
    if group.num_columns() != count {
        return Err(damaged());
    }
    lock(budget).begin_group(count);
    let column = |(position, column): (usize, &ColumnChunkMetaData)| {
        let descriptor = column.column_descr_ptr();
        let compression = column.compression();
        if !packed::is_known(compression) {
            let name = cut(&descriptor.path().string());
            return Err(Fault::malformed(format!("the column `{name}` is compressed in a way that is not read"))
                .help("export the file with Zstandard, Snappy, gzip, or without compression"));
        }
        let width = usize::try_from(descriptor.type_length()).unwrap_or(0);
        let ty = descriptor.physical_type();
        if ty == Type::FIXED_LEN_BYTE_ARRAY && (width == 0 || width > limits.record) || column.file_path().is_some() {
            return Err(damaged());
        }
        // Some writers say 0 of a dictionary that is not there.
        let dictionary = column.dictionary_page_offset().filter(|offset| *offset > 0);
        let start = dictionary.unwrap_or(column.data_page_offset());
        let start = usize::try_from(start).map_err(|_| damaged())?;
        let length = usize::try_from(column.compressed_size()).map_err(|_| damaged())?;
        let end = start.checked_add(length).filter(|end| *end <= bytes.len()).ok_or_else(damaged)?;
        let facts = Facts {
            position,
            compression,
            ty,
            width,
            is_optional: descriptor.max_def_level() > 0,
            is_list: descriptor.max_rep_level() > 0,
        };
        Ok(Column::new(descriptor, Pages::new(bytes.slice(start..end), facts, budget.clone())))
    };
    group.columns().iter().enumerate().map(column).collect()
}
