//! The files that policies name: holidays and Rego.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::policies::{shown_name, text_of};
use crate::check::{LARGEST_ATTACHMENT, stays_inside};
use crate::source::{FileId, Sources};
use crate::syntax::ast::Parsed;

/// Reads the files that policies name, each once; `paths` says where the policies are.
pub(super) fn attach(sources: &mut Sources, parsed: &[(FileId, Parsed)], paths: &BTreeMap<FileId, PathBuf>) {
    let mut known: BTreeMap<PathBuf, FileId> = BTreeMap::new();
    for (policy, path) in parsed.iter().flat_map(|(id, parsed)| parsed.attachments().map(move |path| (*id, &path.node)))
    {
        let Some(folder) = paths.get(&policy).and_then(|policy| policy.parent()) else { continue };
        if !stays_inside(path) || sources.attachment(policy, path).is_some() {
            continue;
        }
        let file = folder.join(path);
        let found = read_attachment(folder, &file)
            .map(|(place, text)| *known.entry(place).or_insert_with(|| sources.add_attached(shown_name(&file), text)));
        sources.attach(policy, path.as_str(), found);
    }
}

/// The place and the text of a file in the folder of the policy that names it, or why it cannot be read. A link must not
/// lead out of the folder: policies may come from people who may not read every file of this machine.
fn read_attachment(folder: &Path, file: &Path) -> Result<(PathBuf, String), String> {
    // An empty path is the folder in which the command runs.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    };
    let place = fs::canonicalize(file).map_err(failed)?;
    if !place.starts_with(fs::canonicalize(folder).map_err(failed)?) {
        return Err("a link leads out of the folder".to_owned());
    }
    let metadata = fs::metadata(&place).map_err(failed)?;
    if !metadata.is_file() {
        return Err("it is no file".to_owned());
    }
    if metadata.len() > LARGEST_ATTACHMENT as u64 {
        return Err(format!("it has {} bytes, more than the limit of {LARGEST_ATTACHMENT}", metadata.len()));
    }
    let text = text_of(fs::read(&place).map_err(failed)?)?;
    Ok((place, text))
}
