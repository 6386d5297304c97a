//! Whatever the texts hold, the checker answers.

use std::path::Path;

use proptest::prelude::*;

use super::{check_texts, files};

/// Words and marks of a text, with the blanks between them.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut last = None;
    for letter in text.chars() {
        let kind = match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => 0,
            ' ' => 1,
            '\n' => 2,
            _ => 3,
        };
        match pieces.last_mut() {
            Some(piece) if last == Some(kind) && kind < 3 => piece.push(letter),
            _ => pieces.push(letter.to_string()),
        }
        last = Some(kind);
    }
    pieces
}

/// Every policy file of the project that parses, as pieces.
fn corpus() -> Vec<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["policies", "fixtures"]
        .iter()
        .flat_map(|folder| files(&root.join(folder)))
        .map(|path| pieces(&std::fs::read_to_string(path).unwrap()))
        .filter(|pieces| pieces.len() < 4_000)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Pieces of a program are exchanged for pieces of another, left out or doubled: most of it still parses.
    #[test]
    fn a_mutated_program_is_answered(
        file in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3u8), 1..12),
    ) {
        static CORPUS: std::sync::OnceLock<Vec<Vec<String>>> = std::sync::OnceLock::new();
        let corpus = CORPUS.get_or_init(corpus);
        let mut text = file.get(corpus).clone();
        let donor = other.get(corpus);
        for (at, from, kind) in edits {
            let at = at.index(text.len());
            match kind {
                0 => text[at] = from.get(donor).clone(),
                1 => text[at] = String::new(),
                _ => text[at] = format!("{} {}", text[at], from.get(donor)),
            }
        }
        let (text, donor) = (text.concat(), donor.concat());
        let (checked, sources) = check_texts([("mutated.shall", text.as_str()), ("donor.shall", donor.as_str())]);
        // Every diagnostic can be shown, and a rule that is run has no error.
        super::show(&checked.all_diagnostics(), &sources);
        for rule in &checked.program.rules {
            prop_assert!(checked.rules.iter().any(|status| status.id.as_ref() == Some(&rule.id) && !status.is_broken()));
        }
    }
}

#[test]
fn deep_and_wide_programs_are_answered() {
    let world =
        "standard s \"S\" requirements {\n  clause 1 \"One\"\n}\n\nrecord r {\n  k: text key\n  n: integer\n}\n\n";
    let rule = |condition: &str| {
        format!(
            "{world}rule a\n  \"A\"\n  cites s 1\n  for each r x\n    if none: no population\n  shall {condition}\n"
        )
    };
    let chain = |length: usize| {
        let mut text: String = (0..length).map(|at| format!("define d{at}(x: r) = not d{}(x)\n", at + 1)).collect();
        text.push_str(&format!("define d{length}(x: r) = x.n = 1\n\n"));
        text + &rule("d0(x)")
    };
    for (text, broken) in [
        (rule(&format!("{}x.n{} = 1", "(".repeat(120), ")".repeat(120))), false),
        (rule(&format!("x.n = {}", vec!["x.n"; 250].join(" + "))), false),
        (rule(&(0..120).map(|at| format!("x.n = {at}")).collect::<Vec<_>>().join(" or ")), false),
        (rule(&format!("x.n = {}3", "if x.n = 1 then 2 else ".repeat(120))), false),
        (rule(&"exists r y where ".repeat(100)), true),
        (chain(140), false),
        (chain(2_000), true),
    ] {
        let (checked, _) = check_texts([("a.shall", text.as_str())]);
        assert_eq!(checked.rules[0].is_broken(), broken, "{}", &text[text.len().saturating_sub(200)..]);
    }
}
