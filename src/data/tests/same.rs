use proptest::prelude::*;

use super::*;

const RECORDS: &str = "a: id text key; b -> b?; n integer; l list of integer?; c list of -> a | b?\nb: id text key";

fn shown(files: &Memory, block: usize, threads: usize) -> String {
    let schema = schema(RECORDS);
    let reads = all(&schema);
    let loading = Loading { block, threads: Some(threads), ..Loading::new(&schema, &reads, &[]) };
    let loaded = load(&loading, files, &Silent);
    format!("{}{:?}", show(&schema, &reads, &loaded), keys(&loaded))
}

fn row() -> impl Strategy<Value = String> {
    let id = "[ab1\\\\é\"]{0,3}";
    (id, id, "[0-9x]{0,2}", proptest::collection::vec(0u8..20, 0..3), any::<bool>()).prop_map(|(id, b, n, l, spare)| {
        let value = serde_json::json!({"id": id, "b": b, "n": n, "l": l, "c": [b, id], "z": {"deep": [1, "]}\n"]}});
        if spare { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Neither the block nor the threads change anything, and the file that is cut anywhere is an error or fewer rows.
    #[test]
    fn blocks_and_threads_change_nothing(rows in proptest::collection::vec(row(), 0..12), block in 1usize..300, cut in 0.0f64..1.0) {
        let json = format!("[{}]", rows.join(",\n"));
        let lines: String = rows.iter().map(|row| format!("{}\n", row.replace('\n', ""))).collect();
        let whole = Memory::of(&[("a.json", &json), ("b.ndjson", &lines)]);
        let expected = shown(&whole, 1 << 20, 1);
        prop_assert!(!expected.contains("no extract"), "{}", expected);
        for threads in [1, 2, 16] {
            prop_assert_eq!(shown(&whole, block, threads), expected.as_str());
        }
        let mut half = whole;
        for bytes in half.0.values_mut() {
            bytes.truncate((bytes.len() as f64 * cut) as usize);
        }
        let expected = shown(&half, 1 << 20, 1);
        prop_assert!(expected.starts_with("a: no extract"), "{}", expected);
        prop_assert_eq!(shown(&half, block, 2), expected);
    }

    /// Whatever the bytes, every reader comes to an end, and to the same one with blocks of any size.
    #[test]
    fn any_bytes_are_read_or_refused(
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..60),
            "[\\[\\]{},:\"\\\\abid0-9\n\r\t é-]{0,60}".prop_map(String::into_bytes),
            "(\"id\"|\"b\"|[\\[\\]{},:\n]|null|1){0,20}".prop_map(String::into_bytes),
        ],
        block in 1usize..40,
    ) {
        for name in ["a.json", "a.ndjson", "a.csv", "a.tsv", "a.json.gz", "a.csv.gz"] {
            let files = Memory(BTreeMap::from([(name.to_owned(), bytes.clone())]));
            let expected = shown(&files, 1 << 20, 1);
            prop_assert_eq!(shown(&files, block, 2), expected, "{}", name);
        }
    }
}
