//! The files of an export.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Failure;
use super::policies::files_under;
use crate::data::{Archive, Files};

/// The files under the paths that were given, by the name under which they are shown.
pub(super) struct Export {
    files: BTreeMap<String, PathBuf>,
}

impl Export {
    /// Finds the files: a path that is a file, or everything in a folder and its folders.
    ///
    /// # Errors
    /// If a path does not exist or cannot be read, or two files have the same name relative to what was given.
    pub(super) fn find(paths: &[PathBuf]) -> Result<Export, Failure> {
        let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
        for path in paths {
            // A folder that was given twice is read once; `seen` is for one walk only.
            for found in files_under(path, &mut BTreeSet::new())? {
                match files.get(&found.relative) {
                    Some(known) if !is_same(known, &found.path) => {
                        return Err(Failure::new(format!("two files of the export are called {}", found.relative))
                            .with_help(Some(format!(
                                "{} and {}; name the folder that holds both, or check them one by one",
                                known.display(),
                                found.path.display()
                            ))));
                    }
                    _ => {
                        files.insert(found.relative, found.path);
                    }
                }
            }
        }
        Ok(Export { files })
    }

    /// How many bytes the files have.
    pub(super) fn size(&self) -> u64 {
        self.files.values().filter_map(|path| fs::metadata(path).ok()).map(|metadata| metadata.len()).sum()
    }
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

impl Files for Export {
    fn names(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    fn open(&self, name: &str) -> std::io::Result<Box<dyn Read + Send>> {
        let path = self.files.get(name).ok_or(std::io::ErrorKind::NotFound)?;
        Ok(Box::new(File::open(path)?))
    }

    fn open_archive(&self, name: &str) -> std::io::Result<Box<dyn Archive>> {
        let path = self.files.get(name).ok_or(std::io::ErrorKind::NotFound)?;
        Ok(Box::new(File::open(path)?))
    }

    fn size(&self, name: &str) -> Option<u64> {
        fs::metadata(self.files.get(name)?).ok().map(|metadata| metadata.len())
    }
}
