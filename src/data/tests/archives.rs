//! Compressed files and archives.

use std::io::{Cursor, Write as _};

use insta::assert_snapshot;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

const A: &str = "a: id text key; x text?";

pub(super) fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Reads an export that may hold archives; what is said of one that is refused.
fn unpack(files: &[(&str, Vec<u8>)], limits: Limits) -> String {
    let memory = Memory(files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect());
    let schema = schema(A);
    let reads = all(&schema);
    match Unpacked::new(&memory, limits) {
        Ok(unpacked) => {
            let loading = Loading { limits, ..Loading::new(&schema, &reads, &[]) };
            let loaded = load(&loading, &unpacked, &Silent);
            format!("{}{}", show(&schema, &reads, &loaded), loaded.unused.join(" "))
        }
        Err(error) => {
            let help = error.help.unwrap_or_default();
            format!("{} {} {}\n  help: {help}\n", error.code.name(), error.file.unwrap_or_default(), error.message)
        }
    }
}

fn refused(entries: &[(&str, &[u8])]) -> String {
    unpack(&[("export.zip", archive(entries))], Limits::default())
}

#[test]
fn entries_are_files_of_the_export() {
    let zipped = archive(&[
        ("a.csv", b"id,x\nA1,one\nA2,two\n"),
        ("notes/read.me", b"nothing"),
        ("__MACOSX/._a.csv", b"\0\0"),
        (".DS_Store", b"\0"),
    ]);
    let lines =
        archive(&[(r"a.ndjson.zst", &zstd::encode_all(&b"{\"id\": \"A3\", \"x\": \"three\"}\n"[..], 3).unwrap())]);
    assert_snapshot!(unpack(&[("export.zip", zipped), ("more/Other.ZIP", lines.clone()), ("Other.zip", lines)], Limits::default()), @r#"
    a: id | x
      A3 | three (Other.zip/a.ndjson.zst:1 @0)
      A1 | one (export.zip/a.csv:2 @5)
      A2 | two (export.zip/a.csv:3 @12)
      A3 | three (more/Other.ZIP/a.ndjson.zst:1 @0)
    duplicate-key more/Other.ZIP/a.ndjson.zst:1 a.id "A3": Other.zip/a.ndjson.zst:1 has the same key
    unused: export.zip/notes/read.me
    export.zip/notes/read.me
    "#);
}

#[test]
fn zstandard_may_have_several_frames() {
    let mut bytes = zstd::encode_all(&b"id,x\nA1,on"[..], 3).unwrap();
    bytes.extend(zstd::encode_all(&b"e\nA2,two\n"[..], 3).unwrap());
    let half = bytes[..bytes.len() - 3].to_vec();
    let mut damaged = zstd::encode_all(&b"id,x\nA1,one\nA2,two\n"[..], 3).unwrap();
    damaged[5] ^= 0xFF;
    let cases = [("whole", bytes), ("half", half), ("damaged", damaged), ("other", b"id,x\n".to_vec())];
    let shown: String = cases
        .into_iter()
        .map(|(what, bytes)| format!("{what}\n{}", unpack(&[("a.csv.zst", bytes)], Limits::default())))
        .collect();
    assert_snapshot!(shown, @"
    whole
    a: id | x
      A1 | one (a.csv.zst:2 @5)
      A2 | two (a.csv.zst:3 @12)
    half
    a: no extract
    truncated-file a.csv.zst:3:5 the compressed data ends in the middle
      help: export the file again, and compare its size with the tool's
    damaged
    a: no extract
    malformed-file a.csv.zst:1:1 the compressed data is damaged
      help: export or copy the file again
    other
    a: no extract
    malformed-file a.csv.zst:0:0 the file is not Zstandard
      help: leave `.zst` out of its name, or compress it
    ");
}

#[test]
fn names_that_lead_out_of_an_archive_are_refused() {
    let names = ["../a.csv", "x/../../a.csv", "/etc/a.csv", r"..\a.csv", "C:/a.csv", "x\u{1b}[31m/a.csv"];
    let shown: String = names.iter().map(|name| refused(&[("b.csv", b"id\n"), (name, b"id\nA1\n")])).collect();
    assert_snapshot!(shown, @r"
    malformed-file export.zip the entry `../a.csv` leads out of the archive
      help: check where the archive comes from
    malformed-file export.zip the entry `x/../../a.csv` leads out of the archive
      help: check where the archive comes from
    malformed-file export.zip the entry `/etc/a.csv` leads out of the archive
      help: check where the archive comes from
    malformed-file export.zip the entry `..\\a.csv` leads out of the archive
      help: check where the archive comes from
    malformed-file export.zip the entry `C:/a.csv` leads out of the archive
      help: check where the archive comes from
    malformed-file export.zip the entry `x\u{1b}[31m/a.csv` has a control character in its name
      help: check where the archive comes from
    ");
}

#[test]
fn what_is_no_plain_archive_is_refused() {
    let inner = archive(&[("a.csv", b"id\nA1\n")]);
    let mut shown = refused(&[("x/inner.zip", &inner)]);
    shown += &refused(&[("a.csv", b"id\nA1\n"), (r"x\..\a.csv", b"id\nA1\n")]);
    shown += &refused(&[("x/a.csv", b"id\nA1\n"), (r"x\a.csv", b"id\nA1\n")]);
    shown += &unpack(&[("export.zip", b"id,x\nA1,one\n".to_vec())], Limits::default());
    shown += &unpack(&[("export.zip", inner[..inner.len() - 30].to_vec())], Limits::default());
    shown += &unpack(&[("a.zip", inner)], Limits { entries: 0, ..Limits::default() });
    assert_snapshot!(shown, @r"
    malformed-file export.zip the entry `x/inner.zip` is an archive within an archive
      help: unpack the outer one
    malformed-file export.zip the entry `x\\..\\a.csv` leads out of the archive
      help: check where the archive comes from
    malformed-file export.zip the entry `x/a.csv` stands twice in the archive
      help: pack the archive anew, with each file once
    malformed-file export.zip the file is not a ZIP archive, or is damaged
      help: export or copy the file again
    malformed-file export.zip the file is not a ZIP archive, or is damaged
      help: export or copy the file again
    data-limit a.zip the archive has more than 0 entries
      help: split the export into several archives, or unpack it
    ");
}

#[test]
fn an_entry_that_is_damaged_or_a_bomb_is_not_read() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("a.csv", SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
    writer.write_all(b"id,x\nA1,one\n").unwrap();
    let mut damaged = writer.finish().unwrap().into_inner();
    let place = damaged.windows(3).position(|bytes| bytes == b"one").unwrap();
    damaged[place] = b'0';
    let mut shown = unpack(&[("export.zip", damaged)], Limits::default());
    let bomb = archive(&[("a.ndjson", &vec![b'\n'; 1 << 20])]);
    let limits = Limits { ratio_from: 1 << 18, ..Limits::default() };
    shown += &unpack(&[("export.zip", bomb)], limits);
    let bomb = zstd::encode_all(&vec![b'\n'; 1 << 20][..], 19).unwrap();
    shown += &unpack(&[("a.ndjson.zst", bomb)], limits);
    assert_snapshot!(shown, @"
    a: no extract
    malformed-file export.zip/a.csv:3:1 the compressed data is damaged
      help: export or copy the file again
    a: no extract
    data-limit export.zip/a.ndjson:5:1 the file unpacks to more than 200 times its size
      help: check where the file comes from; unpack it by hand if it is in order
    a: no extract
    data-limit a.ndjson.zst:131073:1 the file unpacks to more than 200 times its size
      help: check where the file comes from; unpack it by hand if it is in order
    ");
}

/// Two entries of the directory lead to the same bytes: a bomb that no ratio shows.
#[test]
fn entries_that_share_bytes_are_refused() {
    let mut bytes = archive(&[("a.csv", b"id,x\nA1,one\n"), ("b.csv", b"id,x\nA1,two\n")]);
    let heads: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..].starts_with(b"PK\x01\x02")).collect();
    // The place of the second entry in the archive stands at byte 42 of its part of the directory.
    bytes[heads[1] + 42..heads[1] + 46].copy_from_slice(&[0; 4]);
    assert_snapshot!(unpack(&[("export.zip", bytes)], Limits::default()), @"
    malformed-file export.zip the entry `b.csv` lies within another entry
      help: check where the archive comes from; unpack it by hand if it is in order
    ");
}
