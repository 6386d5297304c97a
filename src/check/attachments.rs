//! The files that policies name, holidays and Rego: where they may lie, and which the loader found.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Sources};
use crate::syntax::ast::Text;

/// The largest file that is read, in bytes.
pub const LARGEST_ATTACHMENT: usize = 1 << 20;

/// Whether a path that a policy names stays in the policy's folder, by its form.
pub fn stays_inside(path: &str) -> bool {
    !path.contains(['\\', ':', '\0']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// What a policy names a file for.
pub(super) struct Kind {
    /// The code of what is wrong with it.
    pub(super) code: Code,
    /// What is in it, as in "… in `path` cannot be read".
    pub(super) content: &'static str,
    /// A path that one could have.
    pub(super) example: &'static str,
}

/// Finds the file that a policy names.
///
/// # Errors
/// It lies elsewhere, or the loader could not read it.
pub(super) fn find(sources: &Sources, path: &Text, kind: &Kind) -> Result<FileId, Diagnostic> {
    let invalid = |message: String, label: &str| Diagnostic::new(kind.code, path.span, message, label);
    if !stays_inside(&path.node) {
        let message = format!("`{}` is not a path into the folder of this policy", path.node);
        let help = format!(
            "name a file beside this one, or in a folder beside it, with `/` between folders: `{}`",
            kind.example
        );
        return Err(invalid(message, "leads elsewhere").with_help(help));
    }
    let why = match sources.attachment(path.span.file, &path.node) {
        Some(Ok(file)) => return Ok(*file),
        Some(Err(why)) => why.as_str(),
        None => "the file is not at hand",
    };
    Err(invalid(format!("{} in `{}` cannot be read: {why}", kind.content, path.node), "this file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        for path in ["holidays.ics", "2026/holidays.ics", "a b/c.ics"] {
            assert!(stays_inside(path), "{path}");
        }
        for path in
            ["", "/etc/passwd", "../a.ics", "a/../../b.ics", "a//b.ics", "c:/a.ics", "a\\b.ics", "./a.ics", ".."]
        {
            assert!(!stays_inside(path), "{path}");
        }
    }
}
