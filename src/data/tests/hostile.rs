//! Huge files that hold no record: each ends in a message before much of it is read.

use std::sync::atomic::{AtomicU64, Ordering};

use insta::assert_snapshot;

use super::*;

const GIB: u64 = 1 << 30;

/// A file that begins with something and goes on with one byte, and how much of it was read.
struct Endless {
    name: &'static str,
    head: &'static [u8],
    fill: u8,
    length: u64,
    read: Arc<AtomicU64>,
}

impl Files for Endless {
    fn names(&self) -> Vec<String> {
        vec![self.name.to_owned()]
    }

    fn open(&self, _name: &str) -> std::io::Result<Box<dyn Read + Send>> {
        let rest = self.length - self.head.len() as u64;
        let file = self.head.chain(std::io::repeat(self.fill).take(rest));
        Ok(Box::new(Counted { file, read: self.read.clone() }))
    }

    fn size(&self, _name: &str) -> Option<u64> {
        Some(self.length)
    }
}

struct Counted<R> {
    file: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Reads a file of many bytes; returns what is said of it, and how many MiB of it were read, rounded up.
fn ends(name: &'static str, head: &'static str, fill: u8, length: u64) -> String {
    let schema = schema("a: x text key; y text");
    let reads = all(&schema);
    let files = Endless { name, head: head.as_bytes(), fill, length, read: Arc::default() };
    let loaded = load(&Loading::new(&schema, &reads, &[]), &files, &Silent);
    assert!(!loaded.errors.is_empty(), "{name}");
    let read = files.read.load(Ordering::Relaxed).div_ceil(1 << 20);
    assert!(read <= 2 * (Limits::default().record as u64 >> 20), "{name}: {read} MiB");
    format!("{}  read: {read} MiB\n", show(&schema, &reads, &loaded).replace("a: no extract\n", ""))
}

#[test]
fn a_line_of_two_gigabytes_is_not_held() {
    let shown: String = [
        ("a.json", "[{\"x\": \"1\", \"y\": \""),
        ("a.ndjson", "{\"x\": \"1\", \"y\": \""),
        ("a.csv", "x,y\n1,"),
        ("a.csv", "x,y\n1,\""),
        ("a.csv", ""),
        ("a.xml", "<rows><a><x>1</x><y>"),
        ("a.yaml", "x: 1\ny: "),
    ]
    .map(|(name, head)| ends(name, head, b'y', 2 * GIB))
    .concat();
    assert_snapshot!(shown, @r"
    data-limit a.json:1:2 a record is larger than 16777216 bytes
      help: check whether the file has the form that its name promises
      read: 17 MiB
    data-limit a.ndjson:1:1 a record is larger than 16777216 bytes
      help: check whether the file has the form that its name promises
      read: 17 MiB
    data-limit a.csv:2:1 a record is larger than 16777216 bytes
      help: check whether the file has the form that its name promises
      read: 17 MiB
    data-limit a.csv:2:1 a record is larger than 16777216 bytes
      help: check whether the file has the form that its name promises
      read: 17 MiB
    data-limit a.csv:1:1 a record is larger than 16777216 bytes
      help: check whether the file has the form that its name promises
      read: 17 MiB
    data-limit a.xml:1:21 a tag or a text is larger than a record may be
      help: check whether the file has the form that its name promises
      read: 17 MiB
    data-limit a.yaml:2:16777236 a text is larger than a record may be
      help: check whether the file has the form that its name promises
      read: 17 MiB
    ");
}

#[test]
fn a_hundred_megabytes_of_brackets_are_not_nested() {
    let shown: String = [
        ("a.json", "", b'['),
        ("a.json", "[{\"x\": ", b'['),
        ("a.ndjson", "", b'['),
        ("a.ndjson", "{\"x\": ", b'{'),
        ("a.csv", "x,y\n", b'"'),
        ("a.xml", "", b'<'),
        ("a.yaml", "", b'['),
        ("a.yaml", "", b'-'),
    ]
    .map(|(name, head, fill)| ends(name, head, fill, 100 << 20))
    .concat();
    assert_snapshot!(shown, @r"
    malformed-file a.json:1:2 expected a record: an object
      help: check that the file is JSON, and export it again
      read: 1 MiB
    data-limit a.json:1:135 the JSON is nested more than 128 levels deep
      help: check where the file comes from
      read: 1 MiB
    data-limit a.ndjson:1:1 a record is larger than 16777216 bytes
      help: check whether the file has the form that its name promises
      read: 17 MiB
    data-limit a.ndjson:1:1 a record is larger than 16777216 bytes
      help: check whether the file has the form that its name promises
      read: 17 MiB
    data-limit a.csv:2:1 a record is larger than 16777216 bytes
      help: check whether the file has the form that its name promises
      read: 17 MiB
    data-limit a.xml:1:1 a tag or a text is larger than a record may be
      help: check whether the file has the form that its name promises
      read: 17 MiB
    data-limit a.yaml:1:256 the YAML is nested more than 128 levels deep
      help: check where the file comes from
      read: 1 MiB
    data-limit a.yaml:1:16777218 a text is larger than a record may be
      help: check whether the file has the form that its name promises
      read: 17 MiB
    ");
}
