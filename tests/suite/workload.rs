//! The export of the benchmark: the same bytes on every machine.

#[path = "../../benches/workload/generate.rs"]
mod generate;

use std::{fs, io};

use sha2::{Digest, Sha256};

/// Each file of an export of 1,000 incidents: its name, its size in bytes and the beginning of its digest.
fn files(seed: u64) -> io::Result<String> {
    let folder = tempfile::tempdir()?;
    generate::generate(folder.path(), generate::Size::of(1_000), seed)?;
    let mut files = String::new();
    for name in ["approval", "change", "incident", "service", "sla", "state_event"] {
        let bytes = fs::read(folder.path().join(format!("{name}.ndjson")))?;
        let digest: String = Sha256::digest(&bytes)[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        files += &format!("{name} {} {digest}\n", bytes.len());
    }
    Ok(files)
}

#[test]
fn one_seed_gives_one_export() {
    let expected = "\
approval 64646 aad404e3
change 141597 1ed434f6
incident 1448695 458f018c
service 435 9df73d4e
sla 324 58e21766
state_event 632207 c4e454d6
";
    assert_eq!(files(1).unwrap(), expected);
    assert_ne!(files(2).unwrap(), expected);
}
