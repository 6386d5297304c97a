//! Archives: what a `.zip` file holds stands among the files of the export, named behind it: `export.zip/tickets.csv`.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, SeekFrom};

use zip::{CompressionMethod, ZipArchive};

use super::finding::DataError;
use super::pattern::is_archive;
use super::stream::{Archive, Entry, Fault, Files, Limits, unreadable};
use crate::diagnostic::Code;

/// The files of an export, with the entries of archives in place of the archives.
pub struct Unpacked<'a> {
    files: &'a dyn Files,
    entries: BTreeMap<String, Packed>,
    names: Vec<String>,
}

/// Where an entry lies.
struct Packed {
    archive: String,
    /// The offset of its first byte in the archive.
    start: u64,
    /// How many bytes it has there.
    size: u64,
    entry: Entry,
}

impl<'a> Unpacked<'a> {
    /// Lists the archives of an export. Nothing is unpacked before it is read.
    ///
    /// # Errors
    ///
    /// An archive cannot be read, holds more than the limits allow or another archive, or names its entries as no
    /// export does: such an archive is not read in part.
    pub fn new(files: &'a dyn Files, limits: Limits) -> Result<Unpacked<'a>, DataError> {
        let mut unpacked = Unpacked { files, entries: BTreeMap::new(), names: Vec::new() };
        for name in files.names() {
            if is_archive(&name) {
                unpacked.list(&name, limits).map_err(|fault| fault.into_error(None, &name))?;
            } else {
                unpacked.names.push(name);
            }
        }
        unpacked.names.sort_unstable();
        Ok(unpacked)
    }

    fn list(&mut self, archive: &str, limits: Limits) -> Result<(), Fault> {
        let file = self.files.open_archive(archive).map_err(|error| unreadable(&error))?;
        let mut listing = ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(&error))?;
        if listing.len() > limits.entries {
            return Err(Fault::new(Code::DataLimit, format!("the archive has more than {} entries", limits.entries))
                .help("split the export into several archives, or unpack it"));
        }
        let mut places: Vec<(u64, u64, String)> = Vec::new();
        for index in 0..listing.len() {
            let entry = listing.by_index_raw(index).map_err(|error| damaged(&error))?;
            let written = entry.name().map_err(|error| damaged(&error))?.into_owned();
            let name = plain(&written)?;
            let start = entry.data_start().ok_or_else(|| damaged(&"it has no place"))?;
            places.push((entry.header_start(), start + entry.compressed_size(), written));
            if entry.is_dir() || is_litter(&name) {
                continue;
            }
            let is_deflated = match entry.compression() {
                _ if entry.encrypted() => {
                    return Err(refused(&name, "is encrypted").help("unpack the archive with its password"));
                }
                CompressionMethod::Stored => false,
                CompressionMethod::Deflated => true,
                _ => {
                    return Err(refused(&name, "is compressed in another way than by deflate")
                        .help("unpack the archive, or pack it anew with the usual method"));
                }
            };
            if is_archive(&name) {
                return Err(refused(&name, "is an archive within an archive").help("unpack the outer one"));
            }
            let name = format!("{archive}/{name}");
            let packed = Packed {
                archive: archive.to_owned(),
                start,
                size: entry.compressed_size(),
                entry: Entry { is_deflated, checksum: entry.crc32() },
            };
            if self.entries.insert(name.clone(), packed).is_some() {
                return Err(refused(&name[archive.len() + 1..], "stands twice in the archive")
                    .help("pack the archive anew, with each file once"));
            }
            self.names.push(name);
        }
        // Entries that share bytes multiply what unpacking gives: only a bomb has them.
        places.sort_unstable();
        match places.windows(2).find(|pair| pair[0].1 > pair[1].0) {
            Some(pair) => Err(refused(&pair[1].2, "lies within another entry")
                .help("check where the archive comes from; unpack it by hand if it is in order")),
            None => Ok(()),
        }
    }
}

/// The name of an entry with `/` between folders.
fn plain(written: &str) -> Result<String, Fault> {
    // Some tools of Windows write their own separator.
    let name = written.replace('\\', "/");
    let has_drive = name.as_bytes().get(1) == Some(&b':');
    if name.starts_with('/') || has_drive || name.split('/').any(|folder| folder == "..") {
        return Err(refused(written, "leads out of the archive").help("check where the archive comes from"));
    }
    if name.chars().any(char::is_control) {
        return Err(refused(written, "has a control character in its name").help("check where the archive comes from"));
    }
    let folders: Vec<&str> = name.split('/').filter(|folder| !folder.is_empty() && *folder != ".").collect();
    Ok(folders.join("/"))
}

/// Whether an entry is what a desktop adds to an archive of its own accord.
fn is_litter(name: &str) -> bool {
    name.is_empty() || name.split('/').any(|folder| folder == "__MACOSX" || folder.starts_with('.'))
}

fn refused(name: &str, what: &str) -> Fault {
    let shown: String = super::decode::cut(name).escape_debug().collect();
    Fault::malformed(format!("the entry `{shown}` {what}"))
}

fn damaged(_: &dyn std::fmt::Display) -> Fault {
    Fault::malformed("the file is not a ZIP archive, or is damaged").help("export or copy the file again")
}

impl Files for Unpacked<'_> {
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn open(&self, name: &str) -> std::io::Result<Box<dyn Read + Send>> {
        let Some(packed) = self.entries.get(name) else { return self.files.open(name) };
        let mut archive = self.files.open_archive(&packed.archive)?;
        archive.seek(SeekFrom::Start(packed.start))?;
        Ok(Box::new(archive.take(packed.size)))
    }

    fn size(&self, name: &str) -> Option<u64> {
        self.entries.get(name).map_or_else(|| self.files.size(name), |packed| Some(packed.size))
    }

    fn open_archive(&self, name: &str) -> std::io::Result<Box<dyn Archive>> {
        self.files.open_archive(name)
    }

    fn entry(&self, name: &str) -> Option<Entry> {
        self.entries.get(name).map(|packed| packed.entry)
    }
}
