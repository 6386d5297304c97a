//! Files of Parquet, as the tests write them.

use std::sync::Arc;

use ::parquet::basic::Compression;
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;

/// The values of a column.
pub(super) enum Values {
    Booleans(Vec<bool>),
    Ints(Vec<i32>),
    Longs(Vec<i64>),
    Times96(Vec<[u32; 3]>),
    Floats(Vec<f32>),
    Doubles(Vec<f64>),
    Texts(Vec<Vec<u8>>),
    Fixed(Vec<Vec<u8>>),
}

/// A column of a row group: its values, how deep each place is defined, and at which list it goes on.
pub(super) type Written = (Values, Vec<i16>, Vec<i16>);

pub(super) fn texts(texts: &[&str]) -> Values {
    Values::Texts(texts.iter().map(|text| text.as_bytes().to_vec()).collect())
}

/// Writes row groups under a schema.
pub(super) fn parquet(schema: &str, properties: WriterProperties, groups: Vec<Vec<Written>>) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    for columns in groups {
        let mut group = writer.next_row_group().unwrap();
        for (values, defined, repeated) in columns {
            let mut column = group.next_column().unwrap().unwrap();
            let levels = |levels: &Vec<i16>| (!levels.is_empty()).then(|| levels.clone());
            let (defined, repeated) = (levels(&defined), levels(&repeated));
            let (defined, repeated) = (defined.as_deref(), repeated.as_deref());
            match (column.untyped(), values) {
                (ColumnWriter::BoolColumnWriter(writer), Values::Booleans(values)) => {
                    writer.write_batch(&values, defined, repeated)
                }
                (ColumnWriter::Int32ColumnWriter(writer), Values::Ints(values)) => {
                    writer.write_batch(&values, defined, repeated)
                }
                (ColumnWriter::Int64ColumnWriter(writer), Values::Longs(values)) => {
                    writer.write_batch(&values, defined, repeated)
                }
                (ColumnWriter::Int96ColumnWriter(writer), Values::Times96(values)) => {
                    let values: Vec<Int96> = values.into_iter().map(|value| Int96::from(value.to_vec())).collect();
                    writer.write_batch(&values, defined, repeated)
                }
                (ColumnWriter::FloatColumnWriter(writer), Values::Floats(values)) => {
                    writer.write_batch(&values, defined, repeated)
                }
                (ColumnWriter::DoubleColumnWriter(writer), Values::Doubles(values)) => {
                    writer.write_batch(&values, defined, repeated)
                }
                (ColumnWriter::ByteArrayColumnWriter(writer), Values::Texts(values)) => {
                    let values: Vec<ByteArray> = values.into_iter().map(ByteArray::from).collect();
                    writer.write_batch(&values, defined, repeated)
                }
                (ColumnWriter::FixedLenByteArrayColumnWriter(writer), Values::Fixed(values)) => {
                    let values: Vec<FixedLenByteArray> = values.into_iter().map(FixedLenByteArray::from).collect();
                    writer.write_batch(&values, defined, repeated)
                }
                _ => panic!("the values are not those of the column"),
            }
            .unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

/// Properties with a compression.
pub(super) fn compressed(compression: Compression) -> WriterProperties {
    WriterProperties::builder().set_compression(compression).build()
}

/// Rows of a number, a name that some lack, and a list of some lengths; the same as JSON.
pub(super) fn rows(count: usize, properties: WriterProperties) -> (Vec<u8>, String) {
    let schema = "message rows { required int64 n; optional binary who (STRING);
        optional group tags (LIST) { repeated group list { optional binary element (STRING); } } }";
    let mut groups = Vec::new();
    let mut json = String::new();
    for start in (0..count).step_by(700) {
        let (mut numbers, mut who, mut is_named) = (Vec::new(), Vec::new(), Vec::new());
        let (mut tags, mut defined, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
        for row in start..count.min(start + 700) {
            numbers.push(row as i64 * 3 - 5);
            let name = (row % 5 != 0).then(|| format!("Person of number {}", row / 3));
            is_named.push(i16::from(name.is_some()));
            let shown = name.as_ref().map_or("null".to_owned(), |name| format!("\"{name}\""));
            who.extend(name.map(String::into_bytes));
            let list = match row % 4 {
                0 => {
                    defined.push(0);
                    repeated.push(0);
                    "null".to_owned()
                }
                1 => {
                    defined.push(1);
                    repeated.push(0);
                    "[]".to_owned()
                }
                length => {
                    let mut elements = Vec::new();
                    for element in 0..length * (row % 7) + 1 {
                        repeated.push(i16::from(element > 0));
                        let is_there = element % 3 != 2;
                        defined.push(if is_there { 3 } else { 2 });
                        if is_there {
                            tags.push(format!("t{}", element % 9).into_bytes());
                        }
                        elements.push(if is_there { format!("\"t{}\"", element % 9) } else { "null".to_owned() });
                    }
                    format!("[{}]", elements.join(","))
                }
            };
            json += &format!("{{\"n\":{},\"who\":{shown},\"tags\":{list}}}\n", row as i64 * 3 - 5);
        }
        groups.push(vec![
            (Values::Longs(numbers), Vec::new(), Vec::new()),
            (Values::Texts(who), is_named, Vec::new()),
            (Values::Texts(tags), defined, repeated),
        ]);
    }
    (parquet(schema, properties, groups), json)
}
