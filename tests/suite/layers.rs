//! Tidiness: the order of the modules, where input and output happen, the size of files, and what belongs together.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use shall::diagnostic::Code;

/// The modules in their order: each may use itself and what stands to its left.
const ORDER: &[&str] = &[
    "source",
    "diagnostic",
    "value",
    "syntax",
    "schema",
    "ir",
    "check",
    "data",
    "eval",
    "lower",
    "rego",
    "verdict",
    "report",
    "testing",
    "format",
    "cli",
];

/// These know the typed program only, never the text it came from.
const WITHOUT_SYNTAX: &[&str] = &["schema", "ir", "data", "eval", "lower", "rego", "verdict", "report"];

/// What reaches for the world outside; only `cli` may.
const OUTSIDE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "io::stdout",
    "io::stderr",
    "io::stdin",
    "println!",
    "eprintln!",
    "print!(",
    "eprint!(",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
];

/// Most lines of code in a file: no comments, no blank lines, no tests.
const MOST_LINES: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files under a folder with one of the endings, in order of path, relative to the project.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.expect("a folder of the project can be read").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path.strip_prefix(root()).expect("it is under the project").to_owned());
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines that are code, with their numbers: no comments, no blank lines, nothing behind `#[cfg(test)]`.
fn code(text: &str) -> Vec<(usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, line))
        .collect()
}

/// The module that a file of `src` belongs to; none for the roots of the crate.
fn module(path: &Path) -> Option<String> {
    let name = path.components().nth(1)?.as_os_str().to_string_lossy().into_owned();
    let name = name.strip_suffix(".rs").map(str::to_owned).unwrap_or(name);
    (name != "lib" && name != "main").then_some(name)
}

/// The modules of the crate that some code names as `crate::x` or in `crate::{x, y}`.
fn named_modules(text: &str) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    let lines = code(text);
    for (position, (number, line)) in lines.iter().enumerate() {
        for (at, _) in line.match_indices("crate::") {
            let rest = &line[at + "crate::".len()..];
            if let Some(inside) = rest.strip_prefix('{') {
                // A group may go on over lines; what stands in braces of its own is not a module.
                let mut depth = 0;
                let mut word = String::new();
                let all = std::iter::once(inside).chain(lines[position + 1..].iter().map(|(_, line)| *line));
                'group: for part in all {
                    for letter in part.chars().chain(['\n']) {
                        match letter {
                            '{' => depth += 1,
                            '}' if depth == 0 => {
                                named.push((*number, std::mem::take(&mut word)));
                                break 'group;
                            }
                            '}' => depth -= 1,
                            ',' if depth == 0 => named.push((*number, std::mem::take(&mut word))),
                            _ if depth == 0 => word.push(letter),
                            _ => {}
                        }
                    }
                }
            } else {
                named.push((*number, rest.to_owned()));
            }
        }
    }
    let first = |path: &str| -> String {
        path.trim().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
    };
    named.into_iter().map(|(number, path)| (number, first(&path))).filter(|(_, name)| !name.is_empty()).collect()
}

#[test]
fn a_module_uses_only_what_stands_to_its_left() {
    let place = |name: &str| ORDER.iter().position(|known| *known == name);
    let mut faults = Vec::new();
    for path in files("src", ".rs") {
        let Some(own) = module(&path) else { continue };
        let Some(at) = place(&own) else {
            faults.push(format!("{}: the module `{own}` has no place in the order", path.display()));
            continue;
        };
        for (line, used) in named_modules(&read(&path)) {
            let Some(other) = place(&used) else { continue };
            if other > at {
                faults.push(format!("{}:{line}: `{own}` uses `{used}`, which stands to its right", path.display()));
            }
            if used == "syntax" && WITHOUT_SYNTAX.contains(&own.as_str()) {
                faults.push(format!("{}:{line}: `{own}` knows the syntax", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn uses_are_found_in_every_spelling() {
    let text = "use crate::data::Dataset;\nuse crate::{\n    eval::{self, Evaluation},\n    ir,\n};\n// crate::cli\nfn f() -> crate::value::Cell {}\n#[cfg(test)]\nuse crate::report;";
    let names: Vec<String> = named_modules(text).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["data", "eval", "ir", "value"]);
}

#[test]
fn only_the_command_line_reaches_outside() {
    let mut faults = Vec::new();
    for path in files("src", ".rs") {
        if module(&path).is_none_or(|own| own == "cli") {
            continue;
        }
        for (line, code) in code(&read(&path)) {
            if let Some(found) = OUTSIDE.iter().find(|needle| code.contains(**needle)) {
                faults.push(format!("{}:{line}: `{found}`", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Each of these words stands in the code of some files only.
#[test]
fn libraries_are_named_where_they_belong() {
    let belongs: &[(&str, &[&str])] = &[
        ("Rule::", &["src/syntax/parser"]),
        ("pest::", &["src/syntax/parser"]),
        ("jiff::", &["src/value/time"]),
        ("clap::", &["src/cli"]),
        ("regorus::", &["src/rego"]),
    ];
    let mut faults = Vec::new();
    for path in files("src", ".rs") {
        let name = path.to_string_lossy().replace('\\', "/");
        for (line, code) in code(&read(&path)) {
            for (word, places) in belongs {
                let stands_alone = code.match_indices(word).any(|(at, _)| {
                    !code[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':')
                });
                if stands_alone && !places.iter().any(|place| name.starts_with(place)) {
                    faults.push(format!("{name}:{line}: `{word}` belongs to {}", places.join(", ")));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_are_short_and_finished() {
    // Put together, so that this file does not hold them.
    let unfinished = [["to", "do!("].concat(), ["unimple", "mented!("].concat(), ["FIX", "ME"].concat()];
    let mut faults = Vec::new();
    for path in files("src", ".rs").into_iter().chain(files("tests", ".rs")).chain(files("benches", ".rs")) {
        let text = read(&path);
        let lines = code(&text).len();
        if lines > MOST_LINES {
            faults.push(format!("{}: {lines} lines of code", path.display()));
        }
        for (at, line) in text.lines().enumerate() {
            if let Some(word) = unfinished.iter().find(|word| line.contains(word.as_str())) {
                faults.push(format!("{}:{}: `{word}`", path.display(), at + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_module_is_called_mod() {
    let found: Vec<PathBuf> = files("src", "/mod.rs").into_iter().chain(files("tests", "/mod.rs")).collect();
    assert!(found.is_empty(), "{found:?}");
}

/// A snapshot belongs to an assertion that is still there, or to an input of its name.
#[test]
fn no_snapshot_is_left_over() {
    let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let inputs: BTreeSet<String> = ["tests", "docs", "policies", "fixtures"]
        .iter()
        .flat_map(|folder| files(folder, ""))
        .filter(|path| path.extension().is_some_and(|ending| ending != "snap"))
        .map(|path| stem(&path))
        .collect();
    let mut faults = Vec::new();
    for path in files("tests", ".snap").into_iter().chain(files("src", ".snap")) {
        let text = read(&path);
        let source = text.lines().find_map(|line| line.strip_prefix("source: "));
        let Some(source) = source.map(|name| root().join(name.trim_matches('"'))).filter(|file| file.exists()) else {
            faults.push(format!("{}: its source is gone", path.display()));
            continue;
        };
        let own = stem(&path);
        let (name, input) = own.split_once('@').map_or((own.as_str(), None), |(name, input)| (name, Some(input)));
        let name = name.rsplit("__").next().unwrap_or(name);
        // The second snapshot of a function has a number behind its name.
        let unnumbered = name.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches('-');
        let asserted = fs::read_to_string(&source).is_ok_and(|source| source.contains(unnumbered));
        if !asserted && !inputs.contains(name) {
            faults.push(format!("{}: neither {} nor an input names it", path.display(), source.display()));
        }
        let input = input.map(|input| input.rsplit("__").next().unwrap_or(input));
        if input.is_some_and(|input| !inputs.contains(&stem(Path::new(input))) && !inputs.contains(input)) {
            faults.push(format!("{}: its input is gone", path.display()));
        }
    }
    faults.extend(files("tests", ".snap.new").iter().map(|path| format!("{}: not reviewed", path.display())));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_code_has_its_page_and_every_page_its_code() {
    let pages: BTreeSet<String> = files("docs/codes", ".md")
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| code.name().to_owned()).collect();
    assert_eq!(pages, codes);
    for code in Code::ALL {
        let title = code.page().lines().next().unwrap_or_default();
        assert!(title.contains(code.name()), "the page of {} begins with {title:?}", code.name());
    }
}

#[test]
fn the_changelog_tells_of_this_version() {
    let text = read(Path::new("CHANGELOG.md"));
    let version = env!("CARGO_PKG_VERSION");
    let told = |line: &str| line.starts_with("## ") && (line.contains("Unreleased") || line.contains(version));
    assert!(text.lines().any(told), "no heading of CHANGELOG.md names {version} or what is unreleased");
}
