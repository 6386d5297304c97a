//! The policies of the sample organization, beside the pack, and those of the examples check.

use std::path::Path;
use std::process::Command;

use crate::check::{check_texts, files, show};

/// The examples, each with its number of rules.
const EXAMPLES: [(&str, usize); 5] = [("uci", 26), ("itop", 10), ("rt", 5), ("servicenow", 5), ("upptime", 3)];

/// Checks the files under some folders as one program; returns how many rules and advice it has, and every diagnostic as text.
fn check(folders: &[&str]) -> (usize, usize, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let texts: Vec<(String, String)> = folders
        .iter()
        .flat_map(|folder| files(&root.join(folder)))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a policy file can be read");
            (path.strip_prefix(root).expect("under the project").display().to_string(), text)
        })
        .collect();
    let (checked, sources) = check_texts(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    (checked.program.rules.len(), checked.advice.advice.len(), show(&checked.all_diagnostics(), &sources))
}

#[test]
fn the_pack_and_the_sample_organization_check() {
    let pack = ["policies/standards", "policies/records", "policies/rules", "policies/advice"];
    let (rules, advice, found) = check(&[&pack[..], &["fixtures/marmalade-ferries/policies"]].concat());
    insta::assert_snapshot!(
        "the_pack_and_the_sample_organization_check",
        format!("{rules} rules, {advice} advice\n{found}")
    );
}

#[test]
fn the_examples_check() {
    for (example, expected) in EXAMPLES {
        let (rules, _, found) = check(&[&format!("policies/examples/{example}")]);
        assert_eq!((rules, found.as_str()), (expected, ""), "{example}");
    }
}

#[test]
fn the_tests_of_the_pack_and_of_the_examples_pass() {
    let of_example = |(example, _)| vec!["--no-pack".to_owned(), format!("policies/examples/{example}")];
    let of_pack = [vec!["policies".to_owned()]];
    for arguments in of_pack.into_iter().chain(EXAMPLES.map(of_example)) {
        let run = Command::new(env!("CARGO_BIN_EXE_shall"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .arg("test")
            .args(&arguments)
            .output()
            .expect("the program starts");
        let shown = String::from_utf8_lossy(&run.stdout);
        let wrong: Vec<&str> = shown.lines().filter(|line| !line.starts_with('✓')).collect();
        assert!(run.status.success(), "{arguments:?}\n{}\n{}", wrong.join("\n"), String::from_utf8_lossy(&run.stderr));
    }
}
