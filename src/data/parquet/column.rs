//! Columns: what a batch of rows has in each.

use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::schema::types::ColumnDescPtr;

use super::super::stream::Fault;
use super::file::damaged;
use super::page::{Pages, Shared, fault_of, lock};

/// A value as it lies in a file, whatever it stands for.
#[derive(Debug, Clone)]
pub(super) enum Raw {
    Boolean(bool),
    Int(i64),
    Single(f32),
    Double(f64),
    /// Nanoseconds of a day, and a day of the Julian calendar's count.
    Nanos(u64, u32),
    Bytes(ByteArray),
}

/// A column of the rows that are being read: for each place of a value how deep it is there (`defined`), and at which list it
/// goes on (`repeated`); and the values that are there.
pub(super) struct Column {
    reader: ColumnReader,
    /// The level at which a value is there, and how many lists are around it.
    most_defined: i16,
    most_repeated: i16,
    defined: Vec<i16>,
    repeated: Vec<i16>,
    values: std::vec::IntoIter<Raw>,
    /// How many places there are, and at which the reading is.
    places: usize,
    place: usize,
}

impl Column {
    pub(super) fn new(descriptor: ColumnDescPtr, pages: Pages) -> Column {
        Column {
            most_defined: descriptor.max_def_level(),
            most_repeated: descriptor.max_rep_level(),
            reader: get_column_reader(descriptor, Box::new(pages)),
            defined: Vec::new(),
            repeated: Vec::new(),
            values: Vec::new().into_iter(),
            places: 0,
            place: 0,
        }
    }

    /// Reads on by up to so many rows, and returns how many.
    pub(super) fn read(&mut self, rows: usize, budget: &Shared) -> Result<usize, Fault> {
        let (defined, repeated) = (&mut self.defined, &mut self.repeated);
        defined.clear();
        repeated.clear();
        let nanos = |day: &[u32]| Raw::Nanos(u64::from(day[1]) << 32 | u64::from(day[0]), day[2]);
        let (read, places, values) = match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => take(reader, rows, defined, repeated, Raw::Boolean),
            ColumnReader::Int32ColumnReader(reader) => {
                take(reader, rows, defined, repeated, |number| Raw::Int(i64::from(number)))
            }
            ColumnReader::Int64ColumnReader(reader) => take(reader, rows, defined, repeated, Raw::Int),
            ColumnReader::Int96ColumnReader(reader) => {
                take(reader, rows, defined, repeated, |number| nanos(number.data()))
            }
            ColumnReader::FloatColumnReader(reader) => take(reader, rows, defined, repeated, Raw::Single),
            ColumnReader::DoubleColumnReader(reader) => take(reader, rows, defined, repeated, Raw::Double),
            ColumnReader::ByteArrayColumnReader(reader) => take(reader, rows, defined, repeated, Raw::Bytes),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                take(reader, rows, defined, repeated, |bytes| Raw::Bytes(bytes.into()))
            }
        }?;
        let texts: u64 = values.iter().map(Raw::size).sum();
        lock(budget).take_values(places as u64 + texts)?;
        (self.places, self.place, self.values) = (places, 0, values.into_iter());
        Ok(read)
    }

    /// How deep it is defined where the reading is; nothing behind the last place.
    pub(super) fn defined(&self) -> Option<i16> {
        if self.place >= self.places {
            return None;
        }
        if self.most_defined == 0 { Some(0) } else { self.defined.get(self.place).copied() }
    }

    /// At which list it goes on where the reading is; 0 where a row begins, and behind the last.
    pub(super) fn repeated(&self) -> i16 {
        if self.most_repeated == 0 { 0 } else { self.repeated.get(self.place).copied().unwrap_or(0) }
    }

    /// Goes on by a place, with the value if it is there.
    pub(super) fn advance(&mut self) -> Result<Option<Raw>, Fault> {
        let defined = self.defined().ok_or_else(damaged)?;
        self.place += 1;
        if defined < self.most_defined { Ok(None) } else { self.values.next().map(Some).ok_or_else(damaged) }
    }

    /// Whether all that was read is used up.
    pub(super) fn is_over(&self) -> bool {
        self.place >= self.places
    }
}

impl Raw {
    fn size(&self) -> u64 {
        match self {
            Raw::Bytes(bytes) => bytes.len() as u64,
            _ => 0,
        }
    }
}

/// Reads some rows of a column: how many, how many places they have, and the values.
fn take<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    defined: &mut Vec<i16>,
    repeated: &mut Vec<i16>,
    make: impl Fn(T::T) -> Raw,
) -> Result<(usize, usize, Vec<Raw>), Fault> {
    let mut values = Vec::new();
    let (read, _, places) = reader.read_records(rows, Some(defined), Some(repeated), &mut values).map_err(fault_of)?;
    Ok((read, places, values.into_iter().map(make).collect()))
}
