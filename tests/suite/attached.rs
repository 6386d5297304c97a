//! The files that policies of tests name.

use std::path::Path;

use shall::source::{FileId, Sources};

/// Attaches what policies name, read from a folder.
pub(crate) fn attach_from(folder: &Path, sources: &mut Sources) {
    let policies: Vec<FileId> = sources.ids().collect();
    for policy in policies {
        let parsed = shall::syntax::parse(policy, &sources.file(policy).text);
        for path in parsed.attachments().map(|path| path.node.clone()) {
            let found = match std::fs::read_to_string(folder.join(&path)) {
                Ok(text) => Ok(sources.add_attached(path.clone(), text)),
                Err(_) => Err("there is no such file".to_owned()),
            };
            sources.attach(policy, path, found);
        }
    }
}
