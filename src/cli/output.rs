//! Files that a run writes: whole or not at all.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::NamedTempFile;

use super::Failure;

/// The temporary file of a run, known to the handler of interrupts so that it can take it away.
#[derive(Debug, Clone, Default)]
pub(super) struct Pending(Arc<Mutex<Option<PathBuf>>>);

impl Pending {
    fn set(&self, path: Option<PathBuf>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = path;
    }

    fn remove(&self) {
        if let Some(path) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = fs::remove_file(path);
        }
    }
}

/// The exit status of an interrupted run.
const INTERRUPTED: i32 = 130;

/// Ends the process with status 130 when it is interrupted, without leaving a temporary file behind.
#[expect(clippy::exit, reason = "an interrupt ends the process wherever it stands")]
pub(super) fn end_on_interrupt() -> Pending {
    let pending = Pending::default();
    let known = pending.clone();
    // A second handler in one process is refused; then the first serves.
    let _ = ctrlc::set_handler(move || {
        known.remove();
        std::process::exit(INTERRUPTED);
    });
    pending
}

/// Writes a file beside its place and renames it, so that its name always stands for a whole one.
///
/// What is not a regular file (a device, a pipe) is written to directly.
///
/// # Errors
/// If it cannot be written; an older file of that name is then as it was.
pub(super) fn write(path: &Path, text: &str, pending: &Pending) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("{} cannot be written: {error}", path.display()));
    // A symbolic link stays one: what it points to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let existing = fs::metadata(&target).ok();
    if existing.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(Failure::new(format!("{} cannot be written: it is a folder", path.display())));
    }
    if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
        return fs::write(&target, text).map_err(failed);
    }
    let folder = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = temporary(folder).map_err(failed)?;
    pending.set(Some(file.path().to_owned()));
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.as_file().sync_all())
        .and_then(|()| existing.map_or(Ok(()), |existing| file.as_file().set_permissions(existing.permissions())))
        .and_then(|()| file.persist(&target).map(|_| ()).map_err(|error| error.error));
    pending.set(None);
    written.map_err(failed)
}

/// A temporary file with the permissions that a new file gets, not the narrow ones of a secret.
fn temporary(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".shall-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
