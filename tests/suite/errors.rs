//! Each fixture under `fixtures/invalid` raises exactly the code that its name begins with, in words that are kept.

use std::path::{Path, PathBuf};

use shall::diagnostic::code::Stage;
use shall::diagnostic::{self, Code, Diagnostic, render};
use shall::source::{FileId, Sources};
use shall::syntax;

use crate::attached::attach_from;

/// A folder of fixtures: the stage whose faults they hold, and what finds them.
struct Folder {
    name: &'static str,
    stage: Stage,
    find: fn(&Sources) -> Vec<Diagnostic>,
    /// Codes whose fixture would be too large to keep; a test of their own makes it.
    made: &'static [Code],
}

const SYNTAX: Folder =
    Folder { name: "syntax", stage: Stage::Syntax, find: syntax_diagnostics, made: &[Code::TooLarge] };

const CHECK: Folder = Folder { name: "check", stage: Stage::Check, find: check_diagnostics, made: &[] };

/// What the checker says of a program; what its parser says is left out.
fn check_diagnostics(sources: &Sources) -> Vec<Diagnostic> {
    let parsed: Vec<_> = sources.ids().map(|id| (id, syntax::parse(id, &sources.file(id).text))).collect();
    let mut found = shall::check::check(&parsed, sources).all_diagnostics();
    found.retain(|diagnostic| diagnostic.code.stage() == Stage::Check);
    found
}

fn syntax_diagnostics(sources: &Sources) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<Diagnostic> = sources
        .ids()
        .flat_map(|id| syntax::parse(id, &sources.file(id).text).items)
        .flat_map(|item| item.diagnostics)
        .collect();
    diagnostic::sort(&mut diagnostics);
    diagnostics
}

impl Folder {
    fn path(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invalid").join(self.name)
    }

    fn fixtures(&self) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "shall"))
            .collect();
        paths.sort();
        paths
    }

    /// What is found in a fixture, and the texts that it points into.
    fn find(&self, path: &Path) -> (Sources, Vec<Diagnostic>) {
        let mut sources = Sources::new();
        sources.add(stem(path) + ".shall", std::fs::read_to_string(path).unwrap());
        attach_from(&self.path(), &mut sources);
        let found = (self.find)(&sources);
        (sources, found)
    }

    /// Snapshots of every fixture: its text, and what is said of it.
    fn snapshots(&self) {
        for path in self.fixtures() {
            let (sources, found) = self.find(&path);
            let rendered: String = found.iter().map(|found| render::render(found, &sources, false)).collect();
            let text = &sources.file(FileId(0)).text;
            insta::with_settings!({
                snapshot_path => format!("snapshots/errors/{}", self.name),
                prepend_module_to_snapshot => false,
                omit_expression => true,
            }, {
                insta::assert_snapshot!(stem(&path), format!("{text}\n{rendered}"));
            });
        }
    }

    fn each_fixture_raises_exactly_its_code(&self) {
        for path in self.fixtures() {
            let name = stem(&path);
            let (_, found) = self.find(&path);
            let codes: Vec<&str> = found.iter().map(|found| found.code.name()).collect();
            assert!(!codes.is_empty(), "{name} raises nothing");
            for code in codes {
                let rest = name.strip_prefix(code);
                assert!(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-')), "{name} raises {code}");
            }
        }
    }

    fn each_code_has_a_fixture(&self) {
        let raised: Vec<Code> =
            self.fixtures().iter().flat_map(|path| self.find(path).1).map(|found| found.code).collect();
        for code in Code::ALL.iter().filter(|code| code.stage() == self.stage) {
            assert!(raised.contains(code) || self.made.contains(code), "no fixture raises {}", code.name());
        }
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

#[test]
fn syntax_faults_are_reported_in_words_that_are_kept() {
    SYNTAX.snapshots();
}

#[test]
fn each_syntax_fixture_raises_exactly_its_code() {
    SYNTAX.each_fixture_raises_exactly_its_code();
}

#[test]
fn each_syntax_code_has_a_fixture() {
    SYNTAX.each_code_has_a_fixture();
}

/// What the examples of the checker's pages are read with. It is not told of what they do not use.
const EXAMPLE_WORLD: &str = include_str!("../../fixtures/examples.shall");

/// What the checker says of an example. The page about zones shows a program that states none.
fn example_codes(code: Code, text: &str) -> Vec<Code> {
    let mut sources = Sources::new();
    sources.add_embedded("examples.shall", EXAMPLE_WORLD);
    if code != Code::MissingZone {
        sources.add_embedded("zone.shall", "zone \"Europe/Amsterdam\"\n");
    }
    sources.add("example.shall", text);
    attach_from(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut sources);
    check_diagnostics(&sources).iter().map(|found| found.code).collect()
}

#[test]
fn the_page_of_each_code_of_the_checker_shows_what_is_wrong_and_what_is_right() {
    for code in Code::ALL.iter().copied().filter(|code| code.stage() == Stage::Check) {
        let (name, page) = (code.name(), code.page());
        assert!(page.starts_with(&format!("# {name}\n\n")), "{name}");
        assert!(page.contains(&format!("```shall refused={name}\n")), "{name}");
        for (heading, refused) in [("Wrong", true), ("Right", false)] {
            let found = examples(page, heading);
            assert!(!found.is_empty(), "{name} has nothing under {heading}");
            for text in found {
                let codes = example_codes(code, &text);
                assert_eq!(codes.is_empty(), !refused, "{name}, {heading}: {codes:?}");
                assert!(codes.iter().all(|found| *found == code), "{name}: {codes:?}");
            }
        }
    }
}

#[test]
fn faults_of_meaning_are_reported_in_words_that_are_kept() {
    CHECK.snapshots();
}

#[test]
fn each_fixture_of_meaning_raises_exactly_its_code() {
    CHECK.each_fixture_raises_exactly_its_code();
}

#[test]
fn each_code_of_the_checker_has_a_fixture() {
    CHECK.each_code_has_a_fixture();
}

#[test]
fn a_file_beyond_the_limit_is_refused_as_a_whole() {
    let text = "# too much\n".repeat(syntax::LARGEST_FILE / 10);
    let parsed = syntax::parse(FileId(0), &text);
    let codes: Vec<Code> = parsed.items.iter().flat_map(|item| &item.diagnostics).map(|found| found.code).collect();
    assert_eq!(codes, [Code::TooLarge]);
}

#[test]
fn a_file_of_something_else_is_not_reported_line_by_line() {
    let text = "INC0001;closed\n".repeat(5000);
    let parsed = syntax::parse(FileId(0), &text);
    let found: Vec<&Diagnostic> = parsed.items.iter().flat_map(|item| &item.diagnostics).collect();
    assert!(found.len() <= 20 && found.iter().all(|found| found.code == Code::UnknownItem), "{}", found.len());
    assert!(found.last().unwrap().help.iter().any(|help| help.starts_with("4980 more lines")), "{:?}", found.last());
}

/// The fenced examples under a heading of a code's page.
fn examples(page: &str, heading: &str) -> Vec<String> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).unwrap_or("");
    section.split("```").skip(1).step_by(2).map(|fence| fence.split_once('\n').unwrap().1.to_owned()).collect()
}

#[test]
fn the_page_of_each_syntax_code_shows_what_is_wrong_and_what_is_right() {
    for code in Code::ALL.iter().filter(|code| code.stage() == Stage::Syntax && !SYNTAX.made.contains(code)) {
        let (name, page) = (code.name(), code.page());
        assert!(page.starts_with(&format!("# {name}\n\n")) && page.lines().count() < 40, "{name}");
        assert!(page.contains(&format!("```shall refused={name}\n")), "{name}");
        for (heading, refused) in [("Wrong", true), ("Right", false)] {
            let found = examples(page, heading);
            assert!(!found.is_empty(), "{name} has nothing under {heading}");
            for text in found {
                let mut sources = Sources::new();
                sources.add("example.shall", text);
                let codes: Vec<Code> = syntax_diagnostics(&sources).iter().map(|found| found.code).collect();
                assert_eq!(codes.is_empty(), !refused, "{name}, {heading}: {codes:?}");
                assert!(codes.iter().all(|found| found == code), "{name}: {codes:?}");
            }
        }
    }
}
