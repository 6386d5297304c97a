//! No text makes the parser panic, overflow its stack or take long.

use proptest::prelude::*;
use shall::diagnostic::Code;

use super::{codes, parsed, tree};

/// Texts that parse.
const VALID: [&str; 4] = [
    include_str!("../../../fixtures/valid/declarations.shall"),
    include_str!("../../../fixtures/valid/rules.shall"),
    include_str!("../../../fixtures/valid/sources.shall"),
    include_str!("../../../fixtures/valid/expressions.shall"),
];

/// Pieces that texts of the language are made of, and some that are not.
const PIECES: [&str; 40] = [
    "\nrule a ",
    "\nadvice b ",
    "\nrecord c {",
    "\nsource d \"x\" {",
    "\ndefine f(",
    "\nzone ",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\"text\"",
    "because ",
    "shall ",
    "for each ",
    "if none: ",
    "let x = ",
    "where ",
    "exists a b ",
    "every x in ",
    " has ",
    "count(a x",
    "not ",
    "- ",
    "and ",
    " or ",
    " = ",
    "a.b",
    " is ",
    "2026-02-31T",
    "9%",
    "4 hours",
    "/",
    "\\",
    "'",
    "? ",
    ": ",
    "\u{e9}\u{0}",
];

/// Parses, and checks what holds of every text: a broken item says so, and places lie inside the text.
fn survives(text: &str) {
    for item in parsed(text).items {
        let broken = item.diagnostics.iter().any(|found| found.is_error());
        assert_eq!(item.item.is_none(), broken, "{:#?}", item.diagnostics);
        for found in &item.diagnostics {
            for span in found.secondary.iter().map(|label| label.span).chain([found.primary.span]) {
                assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
            }
            assert!(!found.message.contains("internal"), "{}", found.message);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn no_mixture_of_words_makes_it_panic(pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..60)) {
        survives(&pieces.concat());
    }

    #[test]
    fn no_change_of_a_valid_policy_makes_it_panic(
        which in 0..VALID.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0..8usize, proptest::sample::select(&PIECES[..])), 1..6),
    ) {
        let mut text: Vec<char> = VALID[which].chars().collect();
        for (at, removed, inserted) in changes {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        survives(&text.into_iter().collect::<String>());
    }
}

#[test]
fn a_hundred_levels_of_brackets_calls_and_sets_take_no_time() {
    // A bracket with a condition or a quantifier in it counts as two levels.
    let levels = |open: &str| if open.starts_with("(if") || open.starts_with("(exists") { 60 } else { 100 };
    let deep = |open: &str, close: &str| format!("{}x{}", open.repeat(levels(open)), close.repeat(levels(open)));
    let kinds = [
        ("(", ")"),
        ("(a + ", ")"),
        ("f(", ")"),
        ("f(a, ", ", b)"),
        ("{", "}"),
        ("{a, ", "}"),
        ("count(a x where ", ")"),
        ("min(x in ", ": x)"),
        ("(if ", " then a else b)"),
        ("(exists a x where ", ")"),
        ("not (", ")"),
    ];
    for (open, close) in kinds {
        let text = deep(open, close);
        let tree = tree(&text);
        assert!(tree.contains('x'), "{open}: {tree}");
        // The same cut in half fails, and as fast.
        survives(&format!("define f() = {}", &text[..text.len() / 2]));
    }
}

#[test]
fn depth_is_limited_before_anything_recurses() {
    let deep = |open: &str, close: &str| format!("define f() = {}x{}\n", open.repeat(100_000), close.repeat(100_000));
    for (open, close) in [
        ("(", ")"),
        ("{", "}"),
        ("f(", ")"),
        ("[", "]"),
        ("if ", ""),
        ("if x then y else ", ""),
        ("exists a x where ", ""),
        ("exists\n  a x where ", ""),
        ("every x in ", ""),
        ("every x in y has ", ""),
        ("if\n  let then if\n  major then ", ""),
    ] {
        assert_eq!(codes(&parsed(&deep(open, close)).items), [Code::TooDeep], "{open}");
    }
    let clauses = "clause 1 \"x\" {".repeat(300);
    assert_eq!(codes(&parsed(&format!("standard s \"x\" requirements {{{clauses}")).items), [Code::TooDeep]);
    let lists = "list of ".repeat(10_000);
    assert_eq!(codes(&parsed(&format!("parameter p: {lists} text")).items), [Code::TooDeep]);
    let path = "a.".repeat(200);
    assert_eq!(codes(&parsed(&format!("source s \"x\" {{\n a from \"b\" at {path}c\n}}\n")).items), [Code::TooDeep]);
}

#[test]
fn long_chains_are_refused_without_overflow() {
    for link in [" and x", " or x", " + x", " * x", ".x", " is present", " .. x", " implies x", " otherwise x"] {
        let found = tree(&format!("x{}", link.repeat(10_000)));
        assert_eq!(found, "too-deep", "{link}");
    }
    for sign in ["not ", "- ", "!"] {
        assert_eq!(tree(&format!("{}x", sign.repeat(10_000))), "too-deep", "{sign}");
    }
    let wide: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
    assert!(tree(&format!("{{{}}}", wide.join(", "))).starts_with("{0 1 2"));
    assert!(tree(&format!("x{}", " and x".repeat(200))).starts_with("(and (and"));
}

#[test]
fn characters_that_show_nothing_are_refused_wherever_they_stand() {
    for text in [
        "zone \"a\0b\"\n",
        "zone \"a\u{202E}b\"\n",
        "# a\u{200B}b\nzone \"a\"\n",
        "# a\u{1b}[31m\n",
        "zone \"a\" # \u{2066}\n",
        "zone \"a\"\n# \u{7}\n",
        "zone\u{b}\"a\"\n",
        "zone \"a\"\rrule\n",
        "\0",
    ] {
        let found = codes(&parsed(text).items);
        assert!(found.contains(&Code::InvalidCharacter), "{text:?}: {found:?}");
    }
    assert_eq!(codes(&parsed("\u{FEFF}zone \"Größe → 漢字 👩\u{200D}🔧\"\r\n\t# tab\r\n").items), []);
}

#[test]
fn long_files_of_any_content_survive() {
    for piece in [
        "(",
        "\"",
        "a\n",
        "{\n",
        "/*",
        "/*\n ",
        "x and ",
        "'",
        "\u{e9}",
        "a \"",
        "# a\n",
        "?",
        "zone \"a\"\n",
        "  x:\n",
        "{a}",
        "\n because \"{a}",
        "\n shall any of {x: y}",
        "\n shall",
        "/ ",
        "; ",
        "let x =\n",
    ] {
        let text = piece.repeat((64 << 10) / piece.len());
        survives(&text);
        survives(&format!("rule a\n {text}"));
        survives(&format!("rule a \"A\" cites s 1 shall x because \"{text}\""));
        survives(&format!("record a {{\n {text}"));
    }
}
