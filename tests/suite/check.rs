//! The checker: what it accepts, what it says of what, and that it never falls over.

mod attribution;
mod declarations;
mod robust;
mod typing;

use std::path::{Path, PathBuf};

use shall::check::{Checked, check};
use shall::diagnostic::Diagnostic;
use shall::diagnostic::render::render;
use shall::source::Sources;

/// The policy files under a folder, in order of name.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "shall") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Checks texts as one program.
pub(crate) fn check_texts<'t>(texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> (Checked, Sources) {
    let mut sources = Sources::new();
    let parsed: Vec<_> = texts
        .into_iter()
        .map(|(name, text)| {
            let file = sources.add(name, text);
            (file, shall::syntax::parse(file, text))
        })
        .collect();
    (check(&parsed, &sources), sources)
}

pub(crate) fn show(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    diagnostics.iter().map(|diagnostic| render(diagnostic, sources, false)).collect()
}

#[test]
fn the_pack_checks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let folders = ["standards", "records", "rules", "advice"];
    let mut sources = Sources::new();
    let zone = "zone \"Europe/Amsterdam\"\n";
    let own = sources.add("zone.shall", zone);
    let parsed: Vec<_> = folders
        .iter()
        .flat_map(|folder| files(&root.join(folder)))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            let file = sources.add_embedded(name, text.as_str());
            (file, shall::syntax::parse(file, &text))
        })
        .chain([(own, shall::syntax::parse(own, zone))])
        .collect();
    let checked = check(&parsed, &sources);
    let errors: Vec<Diagnostic> = checked
        .all_diagnostics()
        .into_iter()
        .filter(|diagnostic| !matches!(diagnostic.code.name(), "unbound-parameter" | "scan-join"))
        .collect();
    assert!(errors.is_empty(), "{}", show(&errors, &sources));
}
