//! `shall fmt`: rewrites policies in the one layout, or shows what would change.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use anstyle::AnsiColor;
use similar::{ChangeTag, TextDiff};

use super::arguments::FmtArguments;
use super::console::Console;
use super::output::{self, Pending};
use super::policies::{files_under, is_policy, read, slashed};
use super::{Failure, faults};
use crate::data::pattern::selects;
use crate::report::terminal::clean;
use crate::source::Sources;
use crate::syntax::LARGEST_FILE;
use crate::verdict::ExitStatus;

/// How many lines a file may have for its diff to be shown: beyond that, finding one may take long.
const MOST_LINES: usize = 10_000;

/// What became of the files.
#[derive(Debug, Default)]
struct Counts {
    changed: usize,
    unchanged: usize,
    failed: usize,
}

/// Formats files, or standard input to standard output.
///
/// # Errors
/// If nothing is named and nothing is piped in, no policy is found, or a stream cannot be read or written. What is wrong
/// with one file does not keep the others from being formatted.
pub(super) fn run(arguments: &FmtArguments, console: &mut Console) -> Result<ExitStatus, Failure> {
    match arguments.paths.as_slice() {
        [] if io::stdin().is_terminal() => return Err(nothing()),
        [] => return standard_input(false, arguments.check, console),
        [path] if path.as_os_str() == "-" => return standard_input(true, arguments.check, console),
        paths if paths.iter().any(|path| path.as_os_str() == "-") => {
            return Err(Failure::new("`-` stands for standard input, and other paths stand beside it")
                .with_help(Some("name either `-` or files and folders".to_owned())));
        }
        _ => {}
    }
    let mut counts = Counts::default();
    let files = find(arguments, &mut counts, console);
    if files.is_empty() && counts.failed == 0 {
        let paths: Vec<String> = arguments.paths.iter().map(|path| path.display().to_string()).collect();
        let but = if arguments.exclude.is_empty() { "" } else { " but what `--exclude` leaves out" };
        return Err(Failure::new(format!("{} holds no `.shall` file{but}", paths.join(", "))));
    }
    let pending = output::end_on_interrupt();
    for path in files {
        match file(&path, arguments.check, &pending, console) {
            Ok(true) => counts.changed += 1,
            Ok(false) => counts.unchanged += 1,
            Err(failure) => {
                counts.failed += 1;
                show(&failure, console);
            }
        }
    }
    console.notify(&summary(&counts, arguments.check));
    Ok(match counts {
        Counts { failed: 1.., .. } => ExitStatus::CouldNotRun,
        Counts { changed: 1.., .. } if arguments.check => ExitStatus::Nonconformity,
        _ => ExitStatus::Conforms,
    })
}

/// The files that are named, and the policies in folders that are, each once.
fn find(arguments: &FmtArguments, counts: &mut Counts, console: &mut Console) -> Vec<PathBuf> {
    let (mut files, mut known) = (Vec::new(), BTreeSet::new());
    for path in &arguments.paths {
        let found = match files_under(path, &mut BTreeSet::new()) {
            Ok(found) => found,
            Err(failure) => {
                counts.failed += 1;
                show(&failure, console);
                continue;
            }
        };
        let folder = fs::canonicalize(path).ok();
        for file in found {
            // What cannot be found again cannot be read either; reading it says why.
            let place = fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
            // What a link in a folder leads to elsewhere belongs to somebody else.
            let inside = file.named || folder.as_ref().is_none_or(|folder| place.starts_with(folder));
            let wanted = (file.named || is_policy(&file.path)) && !is_excluded(&file.path, &arguments.exclude);
            if inside && wanted && known.insert(place) {
                files.push(file.path);
            }
        }
    }
    files
}

/// Whether a pattern fits a path or a folder that it is in; without a `/`, whether it fits any name in the path.
fn is_excluded(path: &Path, patterns: &[String]) -> bool {
    let path = slashed(path);
    let names: Vec<&str> = path.split('/').collect();
    patterns.iter().any(|pattern| {
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern).trim_end_matches('/');
        if pattern.contains('/') {
            (1..=names.len()).any(|length| selects(pattern, &names[..length].join("/")))
        } else {
            names.iter().any(|name| selects(pattern, name))
        }
    })
}

/// Formats one file, or shows how it would change; returns whether it is not as it should be.
fn file(path: &Path, check: bool, pending: &Pending, console: &mut Console) -> Result<bool, Failure> {
    let name = path.display().to_string();
    let text = read(path)?;
    let formatted = formatted(&name, &text, console)?;
    if formatted == text {
        return Ok(false);
    }
    if check {
        console.print(&difference(&name, &text, &formatted, console.layout().styled))?;
    } else {
        let is_protected = fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly());
        if is_protected {
            return Err(Failure::new(format!("{name} cannot be written: it is protected from writing")));
        }
        output::write(path, &formatted, pending)?;
        console.notify(&format!("formatted {}\n", clean(&name)));
    }
    Ok(true)
}

fn nothing() -> Failure {
    Failure::new("there is nothing to format").with_help(Some(
        "name files or folders, or write a policy to standard input: `shall fmt < ours.shall`".to_owned(),
    ))
}

/// Formats standard input, or shows how it would change. If nobody `asked` for it, it must not be empty: a build that forgets
/// to name its policies shall not pass.
fn standard_input(asked: bool, check: bool, console: &mut Console) -> Result<ExitStatus, Failure> {
    let failed = |why: String| Failure::new(format!("standard input cannot be read: {why}"));
    let mut bytes = Vec::new();
    // The parser says in its own words what is a little too large.
    let most = 2 * LARGEST_FILE as u64;
    io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| failed(format!("byte {} is not UTF-8 text", error.utf8_error().valid_up_to() + 1)))?;
    if !asked && text.is_empty() {
        return Err(nothing());
    }
    let formatted = formatted("standard input", &text, console)?;
    if !check {
        console.print(&formatted)?;
    } else if formatted != text {
        console.print(&difference("standard input", &text, &formatted, console.layout().styled))?;
        return Ok(ExitStatus::Nonconformity);
    }
    Ok(ExitStatus::Conforms)
}

/// The text in the one layout; shows what is wrong with it where that cannot be.
fn formatted(name: &str, text: &str, console: &mut Console) -> Result<String, Failure> {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    crate::format(file, text).map_err(|diagnostics| {
        faults::show(&diagnostics, &sources, console);
        Failure::shown()
    })
}

fn show(failure: &Failure, console: &mut Console) {
    if let Some(message) = &failure.message {
        console.error(message, failure.help.as_deref());
    }
}

/// What would change, as a unified diff.
fn difference(name: &str, text: &str, formatted: &str, styled: bool) -> String {
    let name = clean(name);
    let mut shown = format!("--- {name}\n+++ {name} (formatted)\n");
    // Every line would differ, and look the same.
    let unix = text.replace("\r\n", "\n");
    if unix.len() < text.len() {
        shown.push_str("@@ lines end with CR LF; LF is written @@\n");
    }
    let unix = unix.strip_prefix('\u{FEFF}').unwrap_or(&unix);
    let lines = unix.lines().count().max(formatted.lines().count());
    if lines > MOST_LINES {
        return format!("{shown}@@ {lines} lines: too many to show what would change @@\n");
    }
    let diff = TextDiff::from_lines(unix, formatted);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        shown.push_str(&format!("{}\n", hunk.header()));
        for change in hunk.iter_changes() {
            let color = match change.tag() {
                ChangeTag::Delete => Some(AnsiColor::Red),
                ChangeTag::Insert => Some(AnsiColor::Green),
                ChangeTag::Equal => None,
            };
            let line = format!("{}{}", change.tag(), clean(change.value().trim_end_matches('\n')));
            match color.filter(|_| styled) {
                Some(color) => shown.push_str(&format!("{0}{line}{0:#}\n", color.on_default())),
                None => shown.push_str(&format!("{line}\n")),
            }
            if change.missing_newline() {
                shown.push_str("\\ No newline at end of file\n");
            }
        }
    }
    shown
}

fn summary(counts: &Counts, check: bool) -> String {
    let Counts { changed, unchanged, failed } = counts;
    let mut parts = Vec::new();
    let files = |number: usize| if number == 1 { "1 file".to_owned() } else { format!("{number} files") };
    if *changed > 0 {
        parts.push(format!("{} {}", files(*changed), if check { "would be formatted" } else { "formatted" }));
    }
    if *unchanged > 0 {
        parts.push(format!("{} as {} should be", files(*unchanged), if *unchanged == 1 { "it" } else { "they" }));
    }
    if *failed > 0 {
        parts.push(format!("{} left as {}", files(*failed), if *failed == 1 { "it is" } else { "they are" }));
    }
    format!("{}\n", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_leave_out_files_folders_and_names() {
        let left_out = |path: &str, pattern: &str| is_excluded(Path::new(path), &[pattern.to_owned()]);
        assert!(left_out("fixtures/invalid/syntax/a.shall", "fixtures/invalid"));
        assert!(left_out("./fixtures/invalid/a.shall", "fixtures/invalid/"));
        assert!(left_out("fixtures/invalid/a.shall", "./fixtures/*/a.shall"));
        assert!(left_out("ours/made/a.shall", "made"));
        assert!(left_out("ours/made.shall", "made*"));
        assert!(!left_out("ours/handmade/a.shall", "made"));
        assert!(!left_out("fixtures/invalid-too/a.shall", "fixtures/invalid"));
        assert!(!left_out("other/fixtures/invalid/a.shall", "fixtures/invalid"));
        assert!(!left_out("fixtures/a/b/c.shall", "fixtures/*/c.shall"));
    }
}
