//! Formatting: the one layout, comments in their places, and that neither the meaning changes nor a second time anything.

mod roughen;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use shall::diagnostic::{Code, Diagnostic};
use shall::format;
use shall::source::{FileId, Sources};
use shall::syntax::parse;

use self::roughen::{comments, roughen};
use crate::generate::records::prelude;
use crate::generate::rule::{advice, rule};

#[track_caller]
fn formatted(text: &str) -> String {
    format(FileId(0), text).unwrap_or_else(|found| panic!("{}\n{text}", shown(text, &found)))
}

fn shown(text: &str, found: &[Diagnostic]) -> String {
    let mut sources = Sources::new();
    sources.add("text.shall", text);
    found.iter().map(|diagnostic| shall::diagnostic::render::render(diagnostic, &sources, false)).collect()
}

/// What a text says, whatever its layout.
fn meaning(text: &str) -> String {
    parse(FileId(0), text).items.iter().map(|item| format!("{:-?}\n", item.item)).collect()
}

/// Formats a text, and checks what holds of every text that can be formatted.
#[track_caller]
fn check(text: &str) -> String {
    let once = formatted(text);
    same(&once, &formatted(&once), "formatting twice changes more", text);
    assert_eq!(meaning(text), meaning(&once), "the meaning changed:\n{once}");
    same(&comments(text), &comments(&once), "comments are lost", text);
    for line in once.lines() {
        assert_eq!(line.trim_end(), line, "blanks at the end of a line");
    }
    assert!(once.is_empty() || (once.ends_with('\n') && !once.ends_with("\n\n")), "{once:?}");
    assert!(!once.contains("\n\n\n") && !once.starts_with('\n'), "{once}");
    once
}

/// Compares two texts, and shows where they differ.
#[track_caller]
fn same(one: &str, other: &str, what: &str, from: &str) {
    if one != other {
        let diff = similar::TextDiff::from_lines(one, other);
        panic!("{what}:\n{}\nof\n{from}", diff.unified_diff());
    }
}

/// All policy files under a folder of the project.
fn policies(folder: &str) -> Vec<(PathBuf, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "shall") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

fn parses(text: &str) -> bool {
    parse(FileId(0), text).items.iter().all(|item| item.item.is_some())
}

#[test]
fn the_one_layout() {
    insta::glob!("format/ugly/*.shall", |path| {
        let text = fs::read_to_string(path).unwrap();
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(check(&text));
        });
    });
}

#[test]
fn the_page_shows_what_comes_out() {
    let page = include_str!("../../docs/format.md");
    let blocks: Vec<&str> =
        page.split("```shall\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    let [before, after] = blocks.as_slice() else { panic!("{} blocks", blocks.len()) };
    same(after, &check(before), "docs/format.md", before);
}

#[test]
fn every_policy_that_parses_can_be_formatted() {
    let all: Vec<_> = ["policies", "fixtures"].into_iter().flat_map(policies).collect();
    let mut count = 0;
    for (path, text) in &all {
        if parses(text) {
            check(text);
            count += 1;
        } else {
            let found = format(FileId(0), text).expect_err("it does not parse");
            assert!(found.iter().all(Diagnostic::is_error) && !found.is_empty(), "{}", path.display());
            assert!(!shown(text, &found).contains("internal"), "{}", path.display());
        }
    }
    assert!(count > 100, "{count} of {} files parse", all.len());
}

#[test]
fn the_layout_does_not_depend_on_the_layout_before() {
    for (path, text) in policies("policies").into_iter().chain(policies("fixtures/valid")) {
        for seed in 0..2 {
            let rough = roughen(&text, &tape(seed), false);
            assert_ne!(rough, text, "{}", path.display());
            same(&formatted(&text), &formatted(&rough), &path.display().to_string(), &rough);
            check(&roughen(&text, &tape(seed), true));
        }
    }
}

/// Numbers without an order, the same ones for each seed.
fn tape(seed: u32) -> Vec<u32> {
    (1..2000u32)
        .scan(seed, |last, at| {
            *last = (last.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)) ^ at;
            Some(*last >> 7)
        })
        .collect()
}

fn cases() -> u32 {
    std::env::var("SHALL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(100)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_programs_are_formatted_whatever_their_layout(
        rules in prop::collection::vec(prop::collection::vec(any::<u32>(), 0..400), 1..3),
        roughness in prop::collection::vec(any::<u32>(), 0..400),
    ) {
        let mut program = String::new();
        for (at, tape) in rules.iter().enumerate() {
            program += &rule(&format!("rule-{at}"), tape);
            program += "\n";
            // An advice has no nonconformities; the writer of `let` lines does not know whether it writes one.
            program += &advice(&format!("advice-{at}"), tape).replace("absent: nonconformity", "absent: not determined");
            program += "\n";
        }
        let plain = check(&program);
        let rough = roughen(&program, &roughness, false);
        same(&plain, &formatted(&rough), "the layout depends on the layout before", &rough);
        check(&roughen(&program, &roughness, true));
    }

    #[test]
    fn no_change_of_a_policy_breaks_it(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..3usize, prop::sample::select(PIECES)), 1..6),
    ) {
        let all = policies("tests/suite/format/ugly");
        let mut text: Vec<char> = all[which.index(all.len())].1.chars().collect();
        for (at, removed, inserted) in changes {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        let text: String = text.into_iter().collect();
        match format(FileId(0), &text) {
            Ok(_) => { check(&text); }
            Err(found) => prop_assert!(!shown(&text, &found).contains("internal"), "{}\n{text}", shown(&text, &found)),
        }
    }
}

/// Pieces that often leave a policy one.
const PIECES: &[&str] = &[
    " ",
    "\n",
    "\n\n",
    "\n  ",
    "\t",
    " # c\n",
    "\n# c\n",
    "\n  # c\n\n",
    "\r\n  ",
    "\" \"",
    " and x ",
    "(x) or ",
    ", y",
    "not ",
    "x.",
];

#[test]
fn the_prelude_of_generated_programs_is_formatted() {
    check(&prelude());
}

#[test]
fn files_without_items() {
    for (text, expected) in [
        ("", ""),
        ("\n\n  \n", ""),
        ("\u{FEFF}", ""),
        ("# a", "# a\n"),
        ("\n\n  # a\n\n\n# b\n#c\n\n", "# a\n\n# b\n#c\n"),
        ("\u{FEFF}zone \"UTC\"", "zone \"UTC\"\n"),
        ("zone  \"UTC\" # a\r\n\r\n\r\n# b\r\n", "zone \"UTC\" # a\n\n# b\n"),
    ] {
        assert_eq!(check(text), expected, "{text:?}");
    }
}

#[test]
fn a_change_of_one_clause_is_a_change_of_one_line() {
    let rule = |clauses: &[&str]| {
        let clauses = clauses.join(" and ");
        formatted(&format!(
            "rule a \"A\" cites s 1 for each incident i where {clauses} shall count(incident j where {clauses}: {clauses}) = 1"
        ))
    };
    let clauses: Vec<String> = (0..8).map(|at| format!("i.a_field_of_some_length_{at} = p{at}")).collect();
    let mut clauses: Vec<&str> = clauses.iter().map(String::as_str).collect();
    let before = rule(&clauses);
    clauses[3] = "i.another_field is absent";
    let after = rule(&clauses);
    clauses.remove(3);
    let without = rule(&clauses);
    let differing = |one: &str, other: &str| {
        let other: Vec<&str> = other.lines().collect();
        one.lines().filter(|line| !other.contains(line)).count()
    };
    // It stands in three places.
    assert_eq!((differing(&before, &after), differing(&after, &before)), (3, 3), "{before}\n{after}");
    assert_eq!((differing(&without, &after), differing(&after, &without)), (0, 3), "{without}\n{after}");
}

#[test]
fn comments_in_holes_of_templates_stand_above() {
    let text = "rule a \"A\" cites s 1 shall x because \"{ # b }\n  i.c # d\n }\"\n";
    assert_eq!(formatted(text), "rule a\n  \"A\"\n  cites s 1\n  shall x\n  # b }\n  # d\n  because \"{i.c}\"\n");
}

#[test]
fn a_broken_file_is_refused_with_all_that_is_wrong_with_it() {
    let found = format(FileId(0), "zone UTC\nzone \"UTC\"\nrulle a\n").unwrap_err();
    let codes: Vec<Code> = found.iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::SyntaxError, Code::UnknownItem]);
}

/// Nested groups are measured again and again: that must not add up.
#[test]
fn deep_and_long_policies_take_no_time() {
    let deep = format!("define f() = {}x{}", "f(a, ".repeat(120), ", b)".repeat(120));
    check(&deep);
    let deep = format!("define f() = {}x{}", "(a and ".repeat(100), ")".repeat(100));
    check(&deep);
    let long: Vec<String> = (0..2_000).map(|at| format!("{at} # c{at}\n")).collect();
    check(&format!("define f() = {{\n  {}  }}", long.join("  , ")));
    let wide: Vec<String> = (0..3_000).map(|at| format!("\"{at}\"")).collect();
    check(&format!("define f() = g({})", wide.join(" ,")));
    check(&"bind a = 1 from \"x\" # c\n".repeat(1_000));
    check(&format!("define f() = x{}", " + x".repeat(200)));
}
