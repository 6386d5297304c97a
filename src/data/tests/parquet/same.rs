//! What Parquet gives is what the same records give as JSON.

use std::collections::BTreeMap;

use ::parquet::basic::{Compression, Encoding};
use ::parquet::file::properties::{WriterProperties, WriterVersion};
use ::parquet::schema::types::ColumnPath;
use insta::assert_snapshot;

use super::super::*;
use super::written::{Values, compressed, parquet, rows, texts};

/// Reads Parquet and the same records as lines of JSON, under the same mapping; demands that both come to the same, and shows it.
fn both(
    schema_text: &str,
    bytes: Vec<u8>,
    json: &str,
    fields: &[(&str, &str)],
    change: impl Fn(&mut Mapping),
) -> String {
    let schema = schema(schema_text);
    let record = schema.record(RecordId(0)).name.clone();
    let shown = |ending: &str, bytes: Vec<u8>| {
        let mut mapping = mapping(&schema, &record, &format!("export.{ending}"), "", fields);
        change(&mut mapping);
        let files = Memory(BTreeMap::from([(format!("export.{ending}"), bytes)]));
        read(&schema, &[&source(vec![mapping])], &files).replace(&format!("export.{ending}"), "export")
    };
    let of_parquet = shown("parquet", bytes);
    assert_eq!(of_parquet, shown("ndjson", json.as_bytes().to_vec()));
    of_parquet
}

#[test]
fn every_type_is_read_as_it_is_in_json() {
    let message = "message m {
        required binary number (STRING);
        optional boolean live;
        optional int32 count;
        optional int64 large (INTEGER(64, false));
        optional float single;
        optional double double;
        optional int32 cents (DECIMAL(9, 2));
        optional binary amount (DECIMAL(20, 3));
        optional int32 day (DATE);
        optional int64 utc (TIMESTAMP(MICROS, true));
        optional int64 local (TIMESTAMP(MILLIS, false));
        optional int64 nanos (TIMESTAMP(NANOS, true));
        optional int96 old;
        optional int32 clock (TIME(MILLIS, true));
        optional fixed_len_byte_array(16) id (UUID);
        optional binary state (ENUM);
        optional binary note (JSON);
        optional binary bare;
    }";
    let one = || vec![1, 0];
    let none = Vec::new;
    let uuid: Vec<u8> = (0..16).map(|byte| byte * 16 + 1).collect();
    let bytes = parquet(
        message,
        compressed(Compression::SNAPPY),
        vec![vec![
            (texts(&["T-1", "T\"2"]), none(), none()),
            (Values::Booleans(vec![true]), one(), none()),
            (Values::Ints(vec![-7]), one(), none()),
            (Values::Longs(vec![-1]), one(), none()),
            (Values::Floats(vec![0.1]), one(), none()),
            (Values::Doubles(vec![2.5e-5]), one(), none()),
            (Values::Ints(vec![-1205]), one(), none()),
            (Values::Texts(vec![vec![0xFF, 0x00, 0x01]]), one(), none()),
            (Values::Ints(vec![20_374]), one(), none()),
            (Values::Longs(vec![1_760_360_400_123_456]), one(), none()),
            (Values::Longs(vec![1_760_360_400_000]), one(), none()),
            (Values::Longs(vec![-1]), one(), none()),
            (Values::Times96(vec![[500_000_000, 0, 2_440_589]]), one(), none()),
            (Values::Ints(vec![45_296_007]), one(), none()),
            (Values::Fixed(vec![uuid]), one(), none()),
            (texts(&["open"]), one(), none()),
            (texts(&["{\"a\":1}"]), one(), none()),
            (texts(&["Née"]), one(), none()),
        ]],
    );
    let json = concat!(
        r#"{"number":"T-1","live":true,"count":-7,"large":18446744073709551615,"single":0.1,"double":0.000025,"cents":-12.05,"amount":-65.535,"#,
        r#""day":"2025-10-13","utc":"2025-10-13T13:00:00.123456Z","local":"2025-10-13T13:00:00","nanos":"1969-12-31T23:59:59.999999999Z","#,
        r#""old":"1970-01-02T00:00:00.500000000","clock":"12:34:56.007","id":"01112131-4151-6171-8191-a1b1c1d1e1f1","state":"open","note":"{\"a\":1}","bare":"Née"}"#,
        "\n",
        r#"{"number":"T\"2","live":null,"count":null,"large":null,"single":null,"double":null,"cents":null,"amount":null,"day":null,"utc":null,"local":null,"#,
        r#""nanos":null,"old":null,"clock":null,"id":null,"state":null,"note":null,"bare":null}"#,
        "\n",
    );
    let names = [
        "number", "live", "count", "large", "single", "double", "cents", "amount", "day", "utc", "local", "nanos",
        "old", "clock", "id", "state", "note", "bare",
    ];
    let fields: Vec<(&str, &str)> = names.into_iter().zip(names).collect();
    let schema_text = "ticket: number text key; live boolean?; count integer?; large decimal?; single decimal?; double decimal?; cents decimal?; amount decimal?;
        day date?; utc timestamp?; local timestamp?; nanos timestamp?; old timestamp?; clock text?; id text?; state {open, closed}?; note text?; bare text?"
        .replace('\n', " ");
    let shown = both(&schema_text, bytes, json, &fields, |mapping| {
        let schema = schema(&schema_text);
        for field in ["local", "old"] {
            reading(&schema, mapping, field, |reading| reading.zone = crate::value::Zone::named("Europe/Paris"));
        }
    });
    assert_snapshot!(shown, @r#"
    ticket: number | live | count | large | single | double | cents | amount | day | utc | local | nanos | old | clock | id | state | note | bare
      T-1 | true | -7 | ? | 0.1 | 0.000025 | -12.05 | -65.535 | 2025-10-13 | 2025-10-13T13:00:00.123456Z | 2025-10-13T11:00Z | 1969-12-31T23:59:59.999999Z | 1970-01-01T23:00:00.5Z | 12:34:56.007 | 01112131-4151-6171-8191-a1b1c1d1e1f1 | open | {"a":1} | Née (export:1 @0)
      T"2 | - | - | - | - | - | - | - | - | - | - | - | - | - | - | - | - | - (export:2 @411)
    malformed-value export:1 ticket.large "18446744073709551615": expected a number of at most 18 digits
    "#);
}

#[test]
fn lists_objects_and_maps_are_those_of_json() {
    let message = "message m {
        required binary number (STRING);
        optional group caller { optional binary name (STRING); required group place { required int32 room; } }
        repeated group items { required binary field (STRING); optional int32 n; }
        optional group rooms (LIST) { repeated int32 array; }
        optional group nested (LIST) { repeated group list { optional group element (LIST) { repeated group list { required int32 element; } } } }
        optional group labels (MAP) { repeated group key_value { required binary key (STRING); optional binary value (STRING); } }
    }";
    let none = Vec::new;
    let bytes = parquet(
        message,
        compressed(Compression::ZSTD(Default::default())),
        vec![vec![
            (texts(&["1", "2", "3"]), none(), none()),
            (texts(&["Ann"]), vec![2, 1, 0], none()),
            (Values::Ints(vec![4, 5]), vec![1, 1, 0], none()),
            (texts(&["a", "b", "c"]), vec![1, 1, 0, 1], vec![0, 1, 0, 0]),
            (Values::Ints(vec![1, 2]), vec![2, 1, 0, 2], vec![0, 1, 0, 0]),
            (Values::Ints(vec![7, 8]), vec![2, 2, 1, 0], vec![0, 1, 0, 0]),
            (Values::Ints(vec![1, 2, 3]), vec![4, 4, 4, 3, 2, 0, 1], vec![0, 2, 1, 1, 1, 0, 0]),
            (texts(&["x", "y"]), vec![2, 2, 1, 0], vec![0, 1, 0, 0]),
            (texts(&["X"]), vec![3, 2, 1, 0], vec![0, 1, 0, 0]),
        ]],
    );
    let json = concat!(
        r#"{"number":"1","caller":{"name":"Ann","place":{"room":4}},"items":[{"field":"a","n":1},{"field":"b","n":null}],"rooms":[7,8],"nested":[[1,2],[3],[],null],"labels":{"x":"X","y":null}}"#,
        "\n",
        r#"{"number":"2","caller":{"name":null,"place":{"room":5}},"items":[],"rooms":[],"nested":null,"labels":{}}"#,
        "\n",
        r#"{"number":"3","caller":null,"items":[{"field":"c","n":2}],"rooms":null,"nested":[],"labels":null}"#,
        "\n",
    );
    let fields = [
        ("number", "number"),
        ("name", "caller.name"),
        ("room", "caller.place.room"),
        ("fields", "items.*.field"),
        ("rooms", "rooms"),
        ("label", "labels.x"),
    ];
    let schema_text =
        "ticket: number text key; name text?; room integer?; fields list of text?; rooms list of integer?; label text?";
    assert_snapshot!(both(schema_text, bytes.clone(), json, &fields, |_| {}), @r#"
    ticket: number | name | room | fields | rooms | label
      1 | Ann | 4 | [a,b] | [7,8] | X (export:1 @0)
      2 | - | 5 | [] | [] | - (export:2 @182)
      3 | - | - | [c] | - | - (export:3 @287)
    "#);
    // The elements of a list within a list, as records of their own.
    let schema_text = "part: number text?; n integer?";
    let shown = both(schema_text, bytes, json, &[("number", "number")], |mapping| {
        mapping.levels = vec![crate::ir::mapping::Level { name: "list".to_owned(), list: path("nested"), count: None }];
        let inner = Path { level: 1, steps: steps("0") };
        mapping.fields.insert(FieldId(1), FieldSource::Path { path: inner, reading: Reading::default(), when: None });
    });
    assert_snapshot!(shown, @r#"
    part: number | n
      1 | 1 (export:1 @134) #5257d93fc5eaeaa5
      1 | 3 (export:1 @140) #a986f21e301e2af1
      1 | - (export:1 @144) #2b9054a3ad3719b9
      1 | - (export:1 @147) #b0d6a3d82056194f
    "#);
}

#[test]
fn every_way_of_writing_gives_the_same() {
    let fields = [("n", "n"), ("who", "who"), ("tags", "tags")];
    let schema_text = "row: n integer key; who text?; tags list of text?";
    let compressions = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::ZSTD(Default::default()),
    ];
    let encodings = [
        None,
        Some((Encoding::DELTA_BINARY_PACKED, Encoding::DELTA_BYTE_ARRAY)),
        Some((Encoding::BYTE_STREAM_SPLIT, Encoding::DELTA_LENGTH_BYTE_ARRAY)),
        Some((Encoding::PLAIN, Encoding::PLAIN)),
    ];
    for (turn, compression) in compressions.into_iter().enumerate() {
        for (place, encoding) in encodings.into_iter().enumerate() {
            let is_second = (turn + place) % 2 == 1;
            let version = if is_second { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
            let mut properties = WriterProperties::builder()
                .set_compression(compression)
                .set_writer_version(version)
                .set_data_page_row_count_limit(90)
                .set_write_batch_size(30)
                .set_dictionary_enabled(encoding.is_none());
            if let Some((number, text)) = encoding {
                properties = properties.set_column_encoding(ColumnPath::from("n"), number);
                for name in [vec!["who"], vec!["tags", "list", "element"]] {
                    let path = ColumnPath::new(name.into_iter().map(str::to_owned).collect());
                    properties = properties.set_column_encoding(path, text);
                }
            }
            let (bytes, json) = rows(800, properties.build());
            let shown = both(schema_text, bytes, &json, &fields, |_| {});
            assert_eq!(
                shown.lines().filter(|line| line.contains("(export:")).count(),
                800,
                "{compression} {encoding:?}"
            );
        }
    }
}

#[test]
fn a_file_named_after_its_record_needs_no_source_and_may_be_packed() {
    let (bytes, json) = rows(3, compressed(Compression::SNAPPY));
    let schema = schema("row: n integer key; who text?; tags list of text?");
    let of_json = read(&schema, &[], &Memory::of(&[("row.ndjson", json.as_str())])).replace("row.ndjson", "");
    let gzip = {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gzip, &bytes).unwrap();
        gzip.finish().unwrap()
    };
    for (name, bytes) in [("row.parquet", bytes.clone()), ("row.PARQUET", Vec::new()), ("row.parquet.gz", gzip)] {
        let shown = read(&schema, &[], &Memory(BTreeMap::from([(name.to_owned(), bytes)])));
        if name.ends_with("PARQUET") {
            assert!(shown.contains("unused: row.PARQUET"), "{shown}");
        } else {
            assert_eq!(shown.replace(name, ""), of_json);
        }
    }
    let archive = super::super::archives::archive(&[("row.parquet", bytes.as_slice())]);
    let files = Memory(BTreeMap::from([("export.zip".to_owned(), archive)]));
    let files = Unpacked::new(&files, Limits::default()).unwrap();
    let reads = all(&schema);
    let loaded = load(&Loading::new(&schema, &reads, &[]), &files, &Silent);
    assert_eq!(show(&schema, &reads, &loaded).replace("export.zip/row.parquet", ""), of_json);
}

#[test]
fn a_draft_is_that_of_the_same_json() {
    let (bytes, json) = rows(60, compressed(Compression::SNAPPY));
    let drafted = |name: &str, bytes: Vec<u8>| {
        let files = Memory(BTreeMap::from([(name.to_owned(), bytes)]));
        let draft = super::super::super::draft::draft(&files, Limits::default(), &Silent);
        assert_eq!(draft.tables.len(), 1, "{draft:?}");
        format!("{draft:?}").replace(name, "")
    };
    let of_parquet = drafted("row.parquet", bytes).replace("parquet", "");
    assert_eq!(of_parquet, drafted("row.ndjson", json.into_bytes()).replace("ndjson", ""));
}
