//! The policies of a run: the pack that comes with the program, and the organization's own files.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::Failure;
use super::arguments::PolicyArguments;
use super::attachments::attach;
use crate::check::{Checked, SourceStatus, check, check_for_tests};
use crate::diagnostic::Diagnostic;
use crate::ir::mapping::Source;
use crate::ir::reads::Reads;
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{Item, ItemKind, Parsed};
use crate::syntax::{parse, parse_without_tests};
use crate::testing::Program;

/// The folder of a pack with programs that are no part of it.
const EXAMPLES: &str = "examples";

/// The folder of sources for tools, which an organization copies and adapts.
const TOOLS: &str = "sources";

/// The end of the names of those files of the pack that hold nothing but tests, and the calendars that those need.
const TESTS: &str = ".test.shall";

static PACK: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/policies");

/// Policies, read and checked.
pub(super) struct Policies {
    /// Their texts.
    pub(super) sources: Sources,
    /// Their items.
    parsed: Vec<(FileId, Parsed)>,
    /// What they mean, and what is wrong with them.
    pub(super) checked: Checked,
}

impl Policies {
    /// Parses and checks texts but for their tests; `paths` says where those are that were read from files.
    fn new(mut sources: Sources, paths: &BTreeMap<FileId, PathBuf>) -> Policies {
        let parsed: Vec<(FileId, Parsed)> =
            sources.ids().map(|id| (id, parse_without_tests(id, &sources.file(id).text))).collect();
        attach(&mut sources, &parsed, paths);
        let checked = check(&parsed, &sources);
        Policies { sources, parsed, checked }
    }

    /// Whether an item states a zone, however well.
    fn states_zone(&self) -> bool {
        self.parsed.iter().flat_map(|(_, parsed)| &parsed.items).any(|item| item.kind == ItemKind::Zone)
    }

    /// The policies as a program whose tests are run.
    pub(super) fn as_program(&self) -> Program<'_> {
        Program {
            checked: &self.checked,
            parsed: &self.parsed,
            sources: &self.sources,
            ask: &super::rego::ask_as_usual,
        }
    }

    /// The names of the files, in order; those that they name behind them.
    pub(super) fn names(&self) -> Vec<String> {
        self.sources.ids().chain(self.sources.attached()).map(|id| self.sources.file(id).name.to_string()).collect()
    }

    /// The errors in sources that concern what is read: in those that were chosen, and in those that cannot be read at all,
    /// of which nobody can tell whether they fit. `named` are the sources that were asked for; none: any.
    pub(super) fn source_errors(&self, named: &[String], chosen: &[&Source], reads: &Reads) -> Vec<Diagnostic> {
        let is_read = |status: &SourceStatus| self.checked.sources.iter().any(|source| source.span == status.span);
        let may_be_meant =
            |status: &SourceStatus| named.is_empty() || status.name.as_ref().is_none_or(|name| named.contains(name));
        self.checked
            .source_status
            .iter()
            .filter(|status| {
                chosen.iter().any(|source| source.span == status.span) || (!is_read(status) && may_be_meant(status))
            })
            .flat_map(|status| status.errors_for(reads))
            .cloned()
            .collect()
    }

    /// The text of the item that a place is in.
    pub(super) fn item_text(&self, place: Span) -> &str {
        let items = self.parsed.iter().filter(|(file, _)| *file == place.file).flat_map(|(_, parsed)| &parsed.items);
        let around = |span: Span| span.start <= place.start && place.end <= span.end;
        items.map(|item| item.span).find(|span| around(*span)).map_or("", |span| self.sources.text(span))
    }
}

/// Reads and checks the policies that the arguments name.
///
/// # Errors
/// If a file cannot be read or is no text, a path does not exist, or there is no policy at all.
pub(super) fn load(arguments: &PolicyArguments) -> Result<Policies, Failure> {
    let (sources, paths) = read_all(arguments)?;
    Ok(Policies::new(sources, &paths))
}

/// Reads and checks policies that are to be shown, not run: where they state no zone, as the pack alone does not, UTC
/// stands in for the one that the organization will state.
///
/// # Errors
/// As [`load`].
pub(super) fn load_to_show(arguments: &PolicyArguments) -> Result<Policies, Failure> {
    let (sources, paths) = read_all(arguments)?;
    let policies = Policies::new(sources, &paths);
    if policies.states_zone() {
        return Ok(policies);
    }
    let mut sources = policies.sources;
    sources.add_embedded("no zone is stated", "zone \"UTC\"\n");
    Ok(Policies::new(sources, &paths))
}

/// Reads and checks policies with their tests. The files of the pack that stand under the paths take the place of those that
/// come with the program: who writes the pack tests what is written.
///
/// # Errors
/// As [`load`].
pub(super) fn load_for_tests(paths: &[PathBuf], no_pack: bool) -> Result<Policies, Failure> {
    let mut own: Vec<(PathBuf, String)> = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let before = own.len();
        for file in files_under(path, &mut seen)? {
            // Each folder of examples is a program of its own; whoever wants it names it.
            let is_example = file.relative.split('/').rev().skip(1).any(|folder| folder == EXAMPLES);
            if file.named || (is_policy(&file.path) && !is_example) {
                let text = read(&file.path)?;
                own.push((file.path, text));
            }
        }
        if own.len() == before {
            return Err(Failure::new(format!("{} holds no `.shall` file", path.display())));
        }
    }
    let mut sources = Sources::new();
    if !no_pack {
        // Beside an organization's own tests, those of the pack do not run.
        for (name, text) in pack(paths.is_empty()) {
            if !own.iter().any(|(path, own)| is_newer(path, own, &name, text)) {
                sources.add_embedded(name, text);
            }
        }
    }
    let mut places = BTreeMap::new();
    for (path, text) in own {
        places.insert(sources.add(shown_name(&path), text), path);
    }
    if sources.ids().next().is_none() {
        return Err(no_policies(""));
    }
    let parsed: Vec<(FileId, Parsed)> = sources.ids().map(|id| (id, parse(id, &sources.file(id).text))).collect();
    attach(&mut sources, &parsed, &places);
    let checked = check_for_tests(&parsed, &sources);
    Ok(Policies { sources, parsed, checked })
}

/// Whether a file is one of the pack's, as it is being written: it has its name, and declares something that it declares.
fn is_newer(path: &Path, text: &str, pack_name: &str, pack_text: &str) -> bool {
    let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let inner = pack_name.strip_prefix("policies/").unwrap_or(pack_name);
    if !whole.ends_with(inner) {
        return false;
    }
    let declared = |text: &str| -> BTreeSet<(ItemKind, String)> {
        let items = parse_without_tests(FileId(0), text).items;
        items.into_iter().filter_map(|item| Some((item.kind, item.name?.node))).collect()
    };
    !declared(text).is_disjoint(&declared(pack_text))
}

fn no_policies(how: &str) -> Failure {
    Failure::new("there are no policies").with_help(Some(format!("leave out `--no-pack`, or name policies{how}")))
}

/// Reads the policies, and says where each is that is no part of the pack.
fn read_all(arguments: &PolicyArguments) -> Result<(Sources, BTreeMap<FileId, PathBuf>), Failure> {
    let (mut sources, mut paths) = (Sources::new(), BTreeMap::new());
    if !arguments.no_pack {
        for (name, text) in pack(false) {
            sources.add_embedded(name, text);
        }
    }
    let mut seen = BTreeSet::new();
    for path in &arguments.policies {
        let before = sources.ids().count();
        for file in files_under(path, &mut seen)?.into_iter().filter(|file| file.named || is_policy(&file.path)) {
            let id = sources.add(shown_name(&file.path), read(&file.path)?);
            paths.insert(id, file.path);
        }
        if sources.ids().count() == before {
            return Err(Failure::new(format!("{} holds no `.shall` file", path.display())));
        }
    }
    if sources.ids().next().is_none() {
        return Err(no_policies(" with `--policies PATH`"));
    }
    Ok((sources, paths))
}

/// The files of the pack with their names, in order of name; with those that hold its tests, or without. The examples and the
/// sources for tools are no part of it.
fn pack(with_tests: bool) -> Vec<(String, &'static str)> {
    fn add(folder: &'static Dir<'static>, files: &mut Vec<(String, &'static str)>) {
        for file in folder.files() {
            if let (true, Some(text)) = (is_policy(file.path()), file.contents_utf8()) {
                files.push((format!("policies/{}", slashed(file.path())), text));
            }
        }
        let is_part = |inner: &&Dir<'_>| ![EXAMPLES, TOOLS].iter().any(|other| inner.path() == Path::new(other));
        folder.dirs().filter(is_part).for_each(|inner| add(inner, files));
    }
    let mut files = Vec::new();
    add(&PACK, &mut files);
    files.retain(|(name, _)| with_tests || !name.ends_with(TESTS));
    files.sort_unstable();
    files
}

/// The text of a source for tools, as the program ships it.
pub(super) struct Shipped {
    /// Its name.
    pub(super) name: String,
    /// What it is.
    pub(super) title: String,
    /// The records that it feeds, each once, in order.
    pub(super) records: Vec<String>,
    /// The file that it stands in, with what is to be said of it.
    pub(super) text: &'static str,
}

/// The sources for tools, in order of name.
pub(super) fn shipped() -> Vec<Shipped> {
    let files = PACK.get_dir(TOOLS).into_iter().flat_map(Dir::files).filter(|file| is_policy(file.path()));
    let mut shipped = Vec::new();
    for text in files.filter_map(|file| file.contents_utf8()) {
        for parsed in parse_without_tests(FileId(0), text).items {
            let Some(Item::Source(source)) = parsed.item else { continue };
            let mut records: Vec<String> = Vec::new();
            for mapping in source.mappings {
                if !records.contains(&mapping.record.node) {
                    records.push(mapping.record.node);
                }
            }
            shipped.push(Shipped { name: source.name.node, title: source.title.node, records, text });
        }
    }
    shipped.sort_by(|one, other| one.name.cmp(&other.name));
    shipped
}

/// Whether a file is one of policies, by its name.
pub(super) fn is_policy(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("shall"))
}

/// Reads a policy file.
///
/// # Errors
/// If it cannot be read, is far too large, or is not text in UTF-8.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    let failed = |why: String| Failure::new(format!("the policy file {} cannot be read: {why}", path.display()));
    let size = fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    // The parser says so in its own words where it is only a little too large.
    if size > 4 * crate::syntax::LARGEST_FILE as u64 {
        return Err(failed(format!("it has {size} bytes, more than the limit of {}", crate::syntax::LARGEST_FILE)));
    }
    let bytes = fs::read(path).map_err(|error| failed(error.to_string()))?;
    text_of(bytes).map_err(failed)
}

/// Reads bytes as text, or says why they are none.
pub(super) fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| format!("byte {} is not UTF-8 text", error.utf8_error().valid_up_to() + 1))
}

/// A file under a path that was given.
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its name relative to the path that was given, with `/` between folders; its own name if that is the file.
    pub(super) relative: String,
    /// Whether the path that was given is the file itself.
    pub(super) named: bool,
}

/// Returns the files under a path, in order of name: the file itself, or everything in a folder and its folders.
///
/// Hidden files and folders are left out. `seen` holds the folders that were entered, so that links cannot lead in a circle.
///
/// # Errors
/// If the path does not exist, or a folder cannot be read.
pub(super) fn files_under(path: &Path, seen: &mut BTreeSet<PathBuf>) -> Result<Vec<Found>, Failure> {
    let failed = |path: &Path, error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::new(format!("{} does not exist", path.display())),
        _ => Failure::new(format!("{} cannot be read: {error}", path.display())),
    };
    let metadata = fs::metadata(path).map_err(|error| failed(path, error))?;
    if !metadata.is_dir() {
        let relative = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        return Ok(vec![Found { path: path.to_owned(), relative, named: true }]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let known = fs::canonicalize(&folder).map_err(|error| failed(&folder, error))?;
        if !seen.insert(known) {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(|error| failed(&folder, error))? {
            let entry = entry.map_err(|error| failed(&folder, error))?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            // A link that leads nowhere is no file.
            match fs::metadata(entry.path()) {
                Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                Ok(_) => {
                    let inner = entry.path();
                    let relative = slashed(inner.strip_prefix(path).unwrap_or(&inner));
                    files.push(Found { path: inner, relative, named: false });
                }
                Err(_) => {}
            }
        }
    }
    files.sort_by(|a, b| a.relative.cmp(&b.relative));
    Ok(files)
}

/// A path with `/` between its names, without what it begins with: `./`, `../`, `/`.
pub(super) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        })
        .collect();
    parts.join("/")
}

/// The name under which a file of the organization's is shown: as it was typed. Of an absolute path, or one that leads
/// upwards, the last two names: a report shall not tell where on a machine it was made.
pub(super) fn shown_name(path: &Path) -> String {
    let outside =
        path.components().any(|part| matches!(part, Component::RootDir | Component::Prefix(_) | Component::ParentDir));
    let all = slashed(path);
    if !outside {
        return all;
    }
    let parts: Vec<&str> = all.split('/').collect();
    parts[parts.len().saturating_sub(2)..].join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pack_is_embedded_without_examples_and_sources() {
        let names: Vec<String> = pack(true).into_iter().map(|(name, _)| name).collect();
        assert!(names.contains(&"policies/rules/incident.shall".to_owned()), "{names:?}");
        assert!(names.contains(&"policies/standards/iso20000-1.shall".to_owned()), "{names:?}");
        assert!(!names.iter().any(|name| name.contains("examples") || name.contains("sources")), "{names:?}");
        assert!(names.is_sorted());
    }

    #[test]
    fn files_of_tests_hold_tests_and_their_calendars() {
        let without: BTreeSet<String> = pack(false).into_iter().map(|(name, _)| name).collect();
        let of_tests: Vec<_> = pack(true).into_iter().filter(|(name, _)| !without.contains(name)).collect();
        assert!(of_tests.iter().any(|(name, _)| name == "policies/rules/incident.test.shall"), "{without:?}");
        for (name, text) in of_tests {
            let items = parse(FileId(0), text).items;
            assert!(items.iter().any(|item| item.kind == ItemKind::Test), "{name}");
            assert!(items.iter().all(|item| matches!(item.kind, ItemKind::Test | ItemKind::Calendar)), "{name}");
        }
    }

    #[test]
    fn names_do_not_tell_of_the_machine() {
        assert_eq!(shown_name(Path::new("ours/x/a.shall")), "ours/x/a.shall");
        assert_eq!(shown_name(Path::new("./ours/a.shall")), "ours/a.shall");
        assert_eq!(shown_name(Path::new("/home/someone/ours/a.shall")), "ours/a.shall");
        assert_eq!(shown_name(Path::new("../ours/a.shall")), "ours/a.shall");
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_in_a_circle() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("b/x.shall"), "").unwrap();
        fs::write(folder.path().join("a.shall"), "").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("b/up")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("c.shall")).unwrap();
        let found = files_under(folder.path(), &mut BTreeSet::new()).unwrap();
        let names: Vec<&str> = found.iter().map(|file| file.relative.as_str()).collect();
        assert_eq!(names, ["a.shall", "b/x.shall"]);
    }
}
