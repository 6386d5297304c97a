//! What a file of JSON says beside its records: how many there are, and what their keys are called.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::rows::{Cut, Decoded};
use super::stream::Fault;
use crate::diagnostic::Code;
use crate::ir::mapping::{Mapping, Step};

/// How many keys may be named by one file.
const NAMED_KEYS: usize = 100_000;

/// What is asked of a file beside its records, and what it said.
#[derive(Debug, Clone, Default)]
pub(super) struct Beside {
    total_at: Vec<String>,
    names_at: Vec<String>,
    /// How many records there are in all; the largest number where it says several.
    pub(super) total: Option<u64>,
    /// The keys that it calls by each name.
    pub(super) names: Names,
}

/// Keys, by what a file calls them.
pub(super) type Names = BTreeMap<String, BTreeSet<String>>;

impl Beside {
    /// Asks for how many records there are, as far as the mapping wants to know.
    pub(super) fn total_of(mapping: &Mapping) -> Beside {
        Beside { total_at: mapping.total_at.clone(), ..Beside::default() }
    }

    /// Asks for what keys are called, as far as the mapping wants to know.
    pub(super) fn names_of(mapping: &Mapping) -> Beside {
        Beside { names_at: mapping.names_at.clone(), ..Beside::default() }
    }

    /// Whether something that is asked for is at a key, or in what is there, within the object to which steps lead.
    pub(super) fn wants(&self, around: &[Step], key: &str) -> bool {
        [&self.total_at, &self.names_at].iter().any(|path| rest(path, around, key).is_some())
    }

    /// Takes what is at a key.
    ///
    /// # Errors
    ///
    /// It is no JSON, or names more keys than anybody reads.
    pub(super) fn take(&mut self, around: &[Step], key: &str, text: &[u8]) -> Result<(), Fault> {
        let value: Value = serde_json::from_slice(text).map_err(|_| {
            Fault::malformed("expected a value").help("check that the file is JSON, and export it again")
        })?;
        let at = |path: &[String]| {
            let steps = rest(path, around, key)?;
            steps.iter().try_fold(&value, |value, step| value.get(step))
        };
        let total = at(&self.total_at).and_then(count);
        self.total = self.total.max(total);
        for (key, name) in at(&self.names_at).and_then(Value::as_object).into_iter().flatten() {
            let Some(name) = name.as_str() else { continue };
            self.names.entry(name.to_owned()).or_default().insert(key.clone());
        }
        if self.names.len() > NAMED_KEYS {
            return Err(Fault::new(Code::DataLimit, format!("the file names more than {NAMED_KEYS} keys"))
                .help("check where the file comes from"));
        }
        Ok(())
    }
}

/// The keys that lead on from a key in the object to which steps lead; none if the path does not lead there.
fn rest<'p>(path: &'p [String], around: &[Step], key: &str) -> Option<&'p [String]> {
    let (first, rest) = path.get(around.len()..)?.split_first()?;
    let same = |(step, name): (&Step, &String)| matches!(step, Step::Name(step) if step == name);
    (first == key && around.iter().zip(path).all(same)).then_some(rest)
}

/// A number of records, written as a number or as a text.
fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// How many records of a mapping a file has, and how many it says there are.
#[derive(Debug, Clone)]
pub(super) struct Stated<'a> {
    pub(super) file: &'a str,
    pub(super) records: u64,
    pub(super) total: Option<u64>,
}

/// What there is of the records of a mapping, as its files are read.
#[derive(Debug)]
pub(super) struct Tally<'f> {
    /// How many records there are and, behind them, elements of each level, as far as they are JSON.
    pub(super) reached: Vec<u64>,
    /// What each file says.
    pub(super) stated: Vec<Stated<'f>>,
    /// For each level, the lists that are not whole, with the file of the first.
    cut: Vec<(Cut, &'f str)>,
}

impl<'f> Tally<'f> {
    /// Begins a mapping.
    pub(super) fn new(mapping: &Mapping) -> Tally<'f> {
        let levels = mapping.levels.len();
        Tally { reached: vec![0; levels + 1], stated: Vec::new(), cut: vec![(Cut::default(), ""); levels] }
    }

    /// Counts the records of a chunk.
    pub(super) fn add(&mut self, file: &'f str, decoded: &Decoded) {
        for (count, more) in self.reached.iter_mut().zip(&decoded.reached) {
            *count += more;
        }
        for ((cut, first), more) in self.cut.iter_mut().zip(&decoded.cut) {
            cut.lists += more.lists;
            if cut.first.is_none() {
                (cut.first, *first) = (more.first, file);
            }
        }
    }

    /// Says why the files may not hold all there is.
    pub(super) fn shortfalls(&self, mapping: &Mapping) -> Vec<String> {
        let mut found = Vec::new();
        if !mapping.total_at.is_empty() {
            found = shortfalls(&mapping.total_at.join("."), &self.stated);
        }
        for (level, (cut, file)) in mapping.levels.iter().zip(&self.cut) {
            let (Some((line, there, said)), Some(path)) = (cut.first, &level.count) else { continue };
            let path = mapping.show(path);
            let (name, said) = (&level.name, said.map_or("does not say".to_owned(), |said| format!("says {said}")));
            let more = if cut.lists > 1 { format!(", and {} more like it", cut.lists - 1) } else { String::new() };
            found.push(format!("{file}:{line} has {there} of `{name}` and {said} at `{path}`{more}"));
        }
        found
    }
}

/// Says why the files of a mapping may not hold all records, by what they say themselves. A file with as many as it says is whole
/// by itself; the others are the pages of one answer, which have the largest total of theirs together.
fn shortfalls(key: &str, files: &[Stated<'_>]) -> Vec<String> {
    let unsaid = files.iter().filter(|file| file.total.is_none());
    let mut found: Vec<String> =
        unsaid.map(|file| format!("{} does not say at `{key}` how many there are", file.file)).collect();
    let pages: Vec<&Stated<'_>> =
        files.iter().filter(|file| file.total.is_some_and(|total| total > file.records)).collect();
    let records: u64 = pages.iter().map(|file| file.records).sum();
    let largest =
        pages.iter().filter_map(|file| file.total.map(|total| (total, file.file))).max_by_key(|(total, _)| *total);
    if let Some((total, file)) = largest.filter(|(total, _)| *total > records) {
        let of = if let [_] = pages.as_slice() { "it has".to_owned() } else { format!("{} files have", pages.len()) };
        found.push(format!("{file} says at `{key}` that there are {total}, and {of} {records}"));
    }
    found
}
