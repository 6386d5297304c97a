//! Files of Parquet that are damaged, or state of themselves what they are not.

use std::collections::BTreeMap;

use ::parquet::basic::{Compression, Encoding};
use ::parquet::file::properties::WriterProperties;
use insta::assert_snapshot;

use super::super::*;
use super::written::{Values, compressed, parquet, rows, texts};

const SCHEMA: &str = "row: n integer key; who text?; tags list of text?";

fn loaded(bytes: Vec<u8>, limits: Limits) -> (Schema, Reads, Loaded) {
    let schema = schema(SCHEMA);
    let reads = all(&schema);
    let files = Memory(BTreeMap::from([("row.parquet".to_owned(), bytes)]));
    let loaded = load(&Loading { limits, ..Loading::new(&schema, &reads, &[]) }, &files, &Silent);
    (schema, reads, loaded)
}

/// What reading says.
fn said(bytes: Vec<u8>, limits: Limits) -> String {
    let (schema, reads, loaded) = loaded(bytes, limits);
    let rows = loaded.dataset.tables[0].rows;
    if rows > 5 { format!("{rows} rows\n") } else { show(&schema, &reads, &loaded) }
}

/// A number as Thrift writes it.
fn unsigned(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn signed(number: i64) -> Vec<u8> {
    unsigned((number << 1 ^ number >> 63) as u64)
}

/// A struct: fields by number, each with its kind and bytes.
fn fields(fields: &[(i64, u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, kind, value) in fields {
        bytes.push(*kind);
        bytes.extend(signed(*number));
        bytes.extend(value);
    }
    bytes.push(0);
    bytes
}

fn text(text: &str) -> Vec<u8> {
    [unsigned(text.len() as u64), text.as_bytes().to_vec()].concat()
}

fn list(kind: u8, elements: &[Vec<u8>]) -> Vec<u8> {
    [vec![0xF0 | kind], unsigned(elements.len() as u64), elements.concat()].concat()
}

/// The part of a schema that holds so many others.
fn group(below: i64) -> Vec<u8> {
    fields(&[(3, 5, signed(1)), (4, 8, text("g")), (5, 5, signed(below))])
}

fn column(name: &str) -> Vec<u8> {
    fields(&[(1, 5, signed(1)), (3, 5, signed(0)), (4, 8, text(name))])
}

/// A file of these bytes and a footer.
fn file(body: &[u8], footer: &[u8]) -> Vec<u8> {
    [b"PAR1", body, footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

fn footer(schema: &[Vec<u8>], rows: i64, groups: &[Vec<u8>]) -> Vec<u8> {
    fields(&[(1, 5, signed(1)), (2, 9, list(12, schema)), (3, 6, signed(rows)), (4, 9, list(12, groups))])
}

/// A file of a column of whole numbers and some rows, of one page with a head and a body.
fn one_page(head: &[(i64, u8, Vec<u8>)], body: &[u8], codec: i64, rows: i64) -> Vec<u8> {
    let page = [fields(head), body.to_vec()].concat();
    let chunk = fields(&[
        (1, 5, signed(1)),
        (2, 9, list(5, &[signed(0)])),
        (3, 9, list(8, &[text("n")])),
        (4, 5, signed(codec)),
        (5, 6, signed(rows)),
        (6, 6, signed(page.len() as i64)),
        (7, 6, signed(page.len() as i64)),
        (9, 6, signed(4)),
    ]);
    let column_chunk = fields(&[(2, 6, signed(4)), (3, 12, chunk)]);
    let group = fields(&[(1, 9, list(12, &[column_chunk])), (2, 6, signed(page.len() as i64)), (3, 6, signed(rows))]);
    file(&page, &footer(&[self::group(1), column("n")], rows, &[group]))
}

/// The head of a page of whole numbers.
fn head(kind: i64, unpacked: i64, packed: i64, count: i64, encoding: i64) -> Vec<(i64, u8, Vec<u8>)> {
    let own = fields(&[(1, 5, signed(count)), (2, 5, signed(encoding)), (3, 5, signed(3)), (4, 5, signed(3))]);
    vec![
        (1, 5, signed(kind)),
        (2, 5, signed(unpacked)),
        (3, 5, signed(packed)),
        (if kind == 2 { 7 } else { 5 }, 12, own),
    ]
}

#[test]
fn what_a_file_states_of_itself_is_not_believed() {
    let (whole, _) = rows(2000, compressed(Compression::SNAPPY));
    let usual = Limits::default();
    let mut shown = String::new();
    let mut say = |what: &str, bytes: Vec<u8>, limits: Limits| {
        shown += &format!("# {what}\n{}", said(bytes, limits));
    };
    say("whole", whole.clone(), usual);
    say("empty", Vec::new(), usual);
    say("text", b"n,who\n1,Ann\n".to_vec(), usual);
    say("its beginning alone", b"PAR1".to_vec(), usual);
    say("the first half", whole[..whole.len() / 2].to_vec(), usual);
    say("encrypted", [&whole[..whole.len() - 4], b"PARE"].concat(), usual);
    let length = |length: u32| [&whole[..whole.len() - 8], &length.to_le_bytes(), b"PAR1"].concat();
    say("a footer of 4 GiB", length(u32::MAX), usual);
    say("a footer larger than the file", length(whole.len() as u32), usual);
    say("larger than the limit", whole.clone(), Limits { workbook: 1000, ..usual });
    say("more at a time than the limit", whole.clone(), Limits { workbook: whole.len() as u64, ..usual });
    say("more than so many times its size", whole, Limits { ratio: 1, ratio_from: 10, ..usual });
    let page = [1, 2, 3].map(i32::to_le_bytes).concat();
    say("a page written by hand", one_page(&head(0, 12, 12, 3, 0), &page, 0, 3), usual);
    say("a page of 2 GiB", one_page(&head(0, i64::from(i32::MAX), 12, 3, 0), &page, 1, 3), usual);
    say("a page of less than nothing", one_page(&head(0, -1, 12, 3, 0), &page, 1, 3), usual);
    say("a page that is packed larger than the file", one_page(&head(0, 12, 1 << 30, 3, 0), &page, 0, 3), usual);
    say("more rows than there are", one_page(&head(0, 12, 12, 3, 0), &page, 0, 4), usual);
    say("fewer rows than there are", one_page(&head(0, 12, 12, 3, 0), &page, 0, 2), usual);
    say("rows without end", one_page(&head(0, 12, 12, 3, 0), &page, 0, i64::MAX), usual);
    say("a dictionary without end", one_page(&head(2, 12, 12, i64::from(i32::MAX), 0), &page, 0, 3), usual);
    let endless = [unsigned(128), unsigned(4), unsigned(1 << 40), signed(0)].concat();
    let size = endless.len() as i64;
    say("differences without end", one_page(&head(0, size, size, 3, 5), &endless, 0, 3), usual);
    say("another encoding", one_page(&head(0, 12, 12, 3, 77), &page, 0, 3), usual);
    say("another compression", one_page(&head(0, 12, 12, 3, 0), &page, 4, 3), usual);
    say("a kind of page that is passed over", one_page(&head(1, 12, 12, 3, 0), &page, 0, 0), usual);
    say("no column", file(b"", &footer(&[group(0)], 0, &[])), usual);
    say("room for columns without end", file(b"", &footer(&[group(i64::from(i32::MAX)), column("n")], 0, &[])), usual);
    let deep: Vec<Vec<u8>> = (0..10_000).map(|_| group(1)).chain([column("n")]).collect();
    say("levels without end", file(b"", &footer(&deep, 0, &[])), usual);
    let wide: Vec<Vec<u8>> = [group(20_000)].into_iter().chain((0..20_000).map(|n| column(&n.to_string()))).collect();
    say("columns without end", file(b"", &footer(&wide, 0, &[])), usual);
    say("two columns of one name", file(b"", &footer(&[group(2), column("n"), column("n")], 0, &[])), usual);
    say(
        "a schema behind what is not known",
        file(b"", &fields(&[(9, 5, signed(1)), (2, 9, list(12, &[group(1), column("n")]))])),
        usual,
    );
    assert_snapshot!(shown, @r#"
    # whole
    2000 rows
    # empty
    row: no extract
    malformed-file row.parquet:0:0 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # text
    row: no extract
    malformed-file row.parquet:0:0 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # its beginning alone
    row: no extract
    truncated-file row.parquet:0:0 the file ends in the middle, or is not Parquet
      help: export the file again, and compare its size with the tool's
    # the first half
    row: no extract
    truncated-file row.parquet:0:0 the file ends in the middle, or is not Parquet
      help: export the file again, and compare its size with the tool's
    # encrypted
    row: no extract
    malformed-file row.parquet:0:0 the file is encrypted
      help: export it without encryption
    # a footer of 4 GiB
    row: no extract
    data-limit row.parquet:0:0 the footer of the file is larger than 16777216 bytes
      help: export the file with fewer and larger row groups
    # a footer larger than the file
    row: no extract
    malformed-file row.parquet:0:0 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # larger than the limit
    row: no extract
    data-limit row.parquet:0:0 the file is larger than 1000 bytes, or needs more than that at a time
      help: export it in smaller row groups and pages, in several files, or as NDJSON, which is read as a stream
    # more at a time than the limit
    row: no extract
    data-limit row.parquet:1:1 the file is larger than 18882 bytes, or needs more than that at a time
      help: export it in smaller row groups and pages, in several files, or as NDJSON, which is read as a stream
    # more than so many times its size
    row: no extract
    data-limit row.parquet:1:1 the file unpacks to more than 1 times its size
      help: check where the file comes from; export it as NDJSON if it is in order
    # a page written by hand
    row: n | who | tags
      1 | ? | ? (row.parquet:1 @0)
      2 | ? | ? (row.parquet:2 @8)
      3 | ? | ? (row.parquet:3 @16)
    missing-field everywhere row.who "": no record has `who`
    missing-field everywhere row.tags "": no record has `tags`
    # a page of 2 GiB
    row: no extract
    data-limit row.parquet:1:1 the file unpacks to more than 200 times its size
      help: check where the file comes from; export it as NDJSON if it is in order
    # a page of less than nothing
    row: no extract
    malformed-file row.parquet:1:1 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # a page that is packed larger than the file
    row: no extract
    malformed-file row.parquet:1:1 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # more rows than there are
    row: no extract
    malformed-file row.parquet:1:1 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # fewer rows than there are
    row: no extract
    malformed-file row.parquet:1:1 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # rows without end
    row: no extract
    malformed-file row.parquet:1:1 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # a dictionary without end
    row: no extract
    malformed-file row.parquet:1:1 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # differences without end
    row: no extract
    malformed-file row.parquet:1:1 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # another encoding
    row: no extract
    malformed-file row.parquet:1:1 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # another compression
    row: no extract
    malformed-file row.parquet:1:1 the column `n` is compressed in a way that is not read
      help: export the file with Zstandard, Snappy, gzip, or without compression
    # a kind of page that is passed over
    row: n | who | tags
    # no column
    row: no extract
    malformed-file row.parquet:1:1 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # room for columns without end
    row: no extract
    malformed-file row.parquet:0:0 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    # levels without end
    row: no extract
    data-limit row.parquet:0:0 the file has more than 16384 columns, more than 128 levels of them, or names that are too long
      help: check where the file comes from
    # columns without end
    row: no extract
    data-limit row.parquet:0:0 the file has more than 16384 columns, more than 128 levels of them, or names that are too long
      help: check where the file comes from
    # two columns of one name
    row: no extract
    malformed-file row.parquet:1:1 two columns are called `n`
      help: export the file with a name of its own for each column
    # a schema behind what is not known
    row: no extract
    malformed-file row.parquet:0:0 the file is not Parquet, or is damaged
      help: export it again, or export it as NDJSON or CSV
    "#);
}

#[test]
fn bombs_end_within_bounds() {
    let usual = Limits::default();
    let none = Vec::new;
    // A page of zeros that gzip makes a thousandth of.
    let zeros = vec![vec![0; 10 << 20]];
    let gzip = || compressed(Compression::GZIP(Default::default()));
    let packed =
        parquet("message m { required binary who; }", gzip(), vec![vec![(Values::Texts(zeros), none(), none())]]);
    assert!(packed.len() < 1 << 16);
    let mut shown = said(packed, Limits { ratio_from: 1 << 20, ..usual });
    // Equal rows are told by their number: a few bytes are as many rows as anybody likes.
    let count = 200_000;
    let equal = parquet(
        "message m { optional int32 n; }",
        compressed(Compression::UNCOMPRESSED),
        vec![vec![(Values::Ints(Vec::new()), vec![0; count], none())]],
    );
    shown += &said(equal, Limits { ratio_from: 100_000, ..usual });
    // A list that is one row.
    let list = parquet(
        "message m { repeated int32 n; }",
        compressed(Compression::UNCOMPRESSED),
        vec![vec![(Values::Ints(vec![1; 40_000]), vec![1; 40_000], [vec![0], vec![1; (40_000) - 1]].concat())]],
    );
    shown += &said(list, Limits { record: 1 << 16, ..usual });
    // Texts each of which repeats the one before it.
    let long = "x".repeat(1 << 18);
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::DELTA_BYTE_ARRAY)
        .set_data_page_size_limit(1 << 30)
        .build();
    let equal: Vec<&str> = (0..200).map(|_| long.as_str()).collect();
    let repeated =
        parquet("message m { required binary who (STRING); }", properties, vec![vec![(texts(&equal), none(), none())]]);
    assert!(repeated.len() < 1 << 19, "{}", repeated.len());
    shown += &said(repeated, Limits { workbook: 32 << 20, ..usual });
    assert_snapshot!(shown, @r#"
    row: no extract
    data-limit row.parquet:1:1 the file unpacks to more than 200 times its size
      help: check where the file comes from; export it as NDJSON if it is in order
    row: no extract
    data-limit row.parquet:119161:1 the file unpacks to more than 200 times its size
      help: check where the file comes from; export it as NDJSON if it is in order
    row: no extract
    data-limit row.parquet:1:1 the file is larger than 536870912 bytes, or needs more than that at a time
      help: export it in smaller row groups and pages, in several files, or as NDJSON, which is read as a stream
    row: no extract
    data-limit row.parquet:1:1 the file is larger than 33554432 bytes, or needs more than that at a time
      help: export it in smaller row groups and pages, in several files, or as NDJSON, which is read as a stream
    "#);
}

#[test]
fn what_is_no_text_or_no_type_is_refused() {
    let none = Vec::new;
    let plain = || compressed(Compression::UNCOMPRESSED);
    let mut shown = said(
        parquet(
            "message m { required binary who; }",
            plain(),
            vec![vec![(Values::Texts(vec![vec![0xFF]]), none(), none())]],
        ),
        Limits::default(),
    );
    shown += &said(
        parquet(
            "message m { required fixed_len_byte_array(12) n (INTERVAL); }",
            plain(),
            vec![vec![(Values::Fixed(vec![vec![0; 12]]), none(), none())]],
        ),
        Limits::default(),
    );
    shown += &said(
        parquet(
            "message m { required fixed_len_byte_array(20) n (DECIMAL(40, 0)); }",
            plain(),
            vec![vec![(Values::Fixed(vec![vec![1; 20]]), none(), none())]],
        ),
        Limits::default(),
    );
    assert_snapshot!(shown, @r#"
    row: no extract
    malformed-file row.parquet:1:1 the column `who` holds bytes that are no text
      help: export the file without the column, or with texts in it
    row: no extract
    malformed-file row.parquet:1:1 the column `n` has a type that nothing is read as
      help: export the file without the column, or with texts or numbers in it
    row: no extract
    malformed-file row.parquet:1:1 a number in the column `n` has more than 128 bits
      help: export it with at most 38 digits
    "#);
}

#[test]
fn damage_is_told_or_gives_other_values_and_never_a_crash() {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let properties = [
        compressed(Compression::UNCOMPRESSED),
        compressed(Compression::SNAPPY),
        WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_encoding(Encoding::DELTA_BYTE_ARRAY)
            .set_column_encoding("n".into(), Encoding::DELTA_BINARY_PACKED)
            .set_writer_version(::parquet::file::properties::WriterVersion::PARQUET_2_0)
            .build(),
    ];
    let mut refused = 0;
    for properties in properties {
        let (whole, _) = rows(40, properties);
        for end in (0..whole.len()).step_by(37) {
            let (_, _, loaded) = loaded(whole[..end].to_vec(), Limits::default());
            assert_eq!(loaded.errors.len(), 1, "{end}");
        }
        for _ in 0..300 {
            let mut bytes = whole.clone();
            for _ in 0..1 + random(3) {
                let at = random(bytes.len());
                bytes[at] = match random(3) {
                    0 => bytes[at] ^ 1 << random(8),
                    1 => 0xFF,
                    _ => random(256) as u8,
                };
            }
            let (_, _, loaded) = loaded(bytes, Limits::default());
            refused += loaded.errors.len();
        }
    }
    assert!(refused > 100, "{refused}");
}
