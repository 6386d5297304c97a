//! Signs that an export is not whole: round numbers of rows, what a file says beside its records, gaps in numbering.

use std::collections::BTreeMap;

use super::super::beside::Beside;
use super::super::column::{ColumnValues, State};
use super::super::finding::DataError;
use super::super::load::{Loading, Scan};
use super::super::pattern::Format;
use super::super::{Dataset, Fed};
use super::Inspector;
use crate::ir::mapping::Mapping;
use crate::ir::reads::Reads;
use crate::schema::FieldId;

/// Something that was seen, and may mean that the export is not what it should be. It is never certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// A file has exactly as many rows as tools export at most, and none of the same mapping has fewer.
    RoundNumber {
        /// The file.
        file: String,
        /// The rows.
        rows: u64,
    },
    /// A file says that there are more records than were read.
    StatesMore {
        /// The file.
        file: String,
        /// Where it says so, by names.
        path: Vec<String>,
        /// How many it says.
        stated: u64,
        /// How many were read of all files of the mapping that say it.
        rows: u64,
    },
    /// There is less than the mapping expects, so that its records are incomplete.
    Incomplete {
        /// What there is and what is expected.
        says: String,
    },
    /// Every file of a mapping says that another follows.
    MoreFollows {
        /// The last of them.
        file: String,
        /// Where it says so, by names.
        path: Vec<String>,
        /// What it says, cut.
        says: String,
    },
    /// Numbers of keys are missing between others.
    Gaps {
        /// What the keys begin with.
        prefix: String,
        /// The least and the greatest number, as they are written.
        first: String,
        /// The greatest number.
        last: String,
        /// How many keys there are of those.
        present: u64,
        /// How many numbers between the least and the greatest have no key.
        missing: u64,
    },
    /// Two times of a record are apart by the same whole number of hours, again and again.
    WholeHours {
        /// One field.
        earlier: FieldId,
        /// The other.
        later: FieldId,
        /// By how many hours the other lies behind the one.
        hours: i64,
        /// How many records, those that are one hour more or less apart with them.
        count: u64,
        /// Of how many.
        of: u64,
    },
}

/// What a file says beside its records: names that lead there, and the text.
type Said = Vec<(Vec<String>, String)>;

/// Numbers of rows at which exports of tools end.
const ROUND: [u64; 14] =
    [100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 20_000, 25_000, 50_000, 100_000, 1_000_000];

/// Names, in small letters without marks, of how many records there are in all.
const TOTALS: [&str; 14] = [
    "total",
    "totalcount",
    "totalresults",
    "totalrecords",
    "totalsize",
    "totalitems",
    "totalelements",
    "recordstotal",
    "numfound",
    "count",
    "rowcount",
    "matched",
    "hits",
    "found",
];

/// Names of a truth value or a place that says whether another page follows.
const MORE: [&str; 12] = [
    "more",
    "hasmore",
    "hasmorerows",
    "hasnext",
    "hasnextpage",
    "moreresults",
    "nextpagetoken",
    "nextpage",
    "next",
    "nexturl",
    "nextlink",
    "nextcursor",
];
/// Names of a truth value that says that no page follows.
const LAST: [&str; 3] = ["islast", "islastpage", "last"];

/// Fewest keys of which gaps are looked for, and the least share of numbers that have a key.
const FEWEST_KEYS: u64 = 20;
const LEAST_SHARE: u64 = 2;

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether what a file says at a name means that another page follows; none if it says nothing of pages.
fn more_follows(name: &str, says: &str) -> Option<bool> {
    let name = plain(name);
    let is_nothing = says.trim().is_empty() || matches!(says, "null" | "false" | "0");
    if MORE.contains(&name.as_str()) {
        return Some(!is_nothing);
    }
    (LAST.contains(&name.as_str()) && matches!(says, "true" | "false")).then_some(says == "false")
}

impl Inspector<'_> {
    /// Looks for signs that files are cut off.
    pub(super) fn truncation(
        &self,
        mapping: &Mapping,
        files: &[(String, Fed)],
        errors: &mut Vec<DataError>,
    ) -> Vec<Sign> {
        let mut signs = Vec::new();
        let said: Vec<(&str, u64, Said)> = files
            .iter()
            .map(|(name, fed)| {
                let said = self.said(mapping, name).unwrap_or_else(|error| {
                    errors.push(error);
                    Vec::new()
                });
                // Within records there are several rows, and what is said is of records.
                (name.as_str(), if mapping.levels.is_empty() { fed.rows } else { 0 }, said)
            })
            .collect();
        let mut totals: BTreeMap<&[String], (u64, u64, &str)> = BTreeMap::new();
        let mut is_stated = false;
        for (name, rows, said) in &said {
            for (path, says) in said {
                let is_total = path.last().is_some_and(|last| TOTALS.contains(&plain(last).as_str()));
                let Some(stated) = says.parse::<u64>().ok().filter(|_| is_total && mapping.levels.is_empty()) else {
                    continue;
                };
                let (most, read, file) = totals.entry(path).or_insert((0, 0, name));
                *read += rows;
                if stated > *most {
                    (*most, *file) = (stated, name);
                }
            }
        }
        for (path, (stated, rows, file)) in totals {
            is_stated |= stated == rows;
            if stated > rows {
                signs.push(Sign::StatesMore { file: file.to_owned(), path: path.to_vec(), stated, rows });
            }
        }
        let pages: Vec<Option<(&str, &Vec<String>, &String)>> = said
            .iter()
            .map(|(name, _, said)| {
                let flags =
                    said.iter().filter_map(|(path, says)| Some((path, says, more_follows(path.last()?, says)?)));
                let mut flags = flags.collect::<Vec<_>>().into_iter();
                flags.find(|(_, _, more)| *more).map(|(path, says, _)| (*name, path, says))
            })
            .collect();
        if let Some(Some((file, path, says))) = pages.last().filter(|_| pages.iter().all(Option::is_some)) {
            let says = super::super::decode::cut(says);
            signs.push(Sign::MoreFollows { file: (*file).to_owned(), path: (*path).clone(), says });
        }
        // Pages that are full, and a last one that is not, are all there are.
        let least = files.iter().map(|(_, fed)| fed.rows).min().unwrap_or_default();
        let round = files.iter().find(|(_, fed)| fed.rows == least && ROUND.contains(&fed.rows));
        if let (Some((file, fed)), false, true) = (round, is_stated, mapping.levels.is_empty()) {
            signs.insert(0, Sign::RoundNumber { file: file.clone(), rows: fed.rows });
        }
        signs
    }

    /// What a file says beside its records, if it has a form in which it can.
    fn said(&self, mapping: &Mapping, name: &str) -> Result<Said, DataError> {
        let is_document = matches!(Format::of(name, mapping.delimiter), Some(Format::Json | Format::Yaml));
        if !is_document || mapping.at.is_empty() {
            return Ok(Vec::new());
        }
        let reads = Reads::default();
        let loading = Loading { limits: self.limits, ..Loading::new(self.schema, &reads, &[]) };
        let scan = Scan { loading: &loading, files: self.files, progress: self.progress };
        let outline = scan.open(name, mapping, Beside::default()).and_then(|mut opened| opened.cutter.outline());
        outline
            .map(|outline| outline.unwrap_or_default().said)
            .map_err(|fault| fault.into_error(Some(mapping.record), name))
    }

    /// Looks for gaps between the numbers of the keys of all rows, whether they became records or not.
    pub(super) fn numbering(&self, mapping: &Mapping, dataset: &Dataset) -> Vec<Sign> {
        let Some(field) = self.schema.record(mapping.record).single_key() else { return Vec::new() };
        if mapping.filters.is_empty() {
            return dataset.table(mapping.record).columns.get(&field).map_or_else(Vec::new, gaps);
        }
        // What is left out has a number all the same.
        let all = Mapping { filters: Vec::new(), ..mapping.clone() };
        let reads =
            Reads { records: [mapping.record].into(), fields: [(mapping.record, field)].into(), ..Reads::default() };
        let loaded = self.load_alone(&all, &reads);
        loaded.dataset.table(mapping.record).columns.get(&field).map_or_else(Vec::new, gaps)
    }
}

/// The numbers of keys that begin alike: `INC0000012` is the number 12 behind `INC`.
fn gaps(keys: &super::super::Column) -> Vec<Sign> {
    let mut series: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
    for row in (0..keys.len()).filter(|row| keys.state(*row) == State::Present) {
        let key = match &keys.values {
            ColumnValues::Texts(texts) => texts.get(row).to_owned(),
            ColumnValues::Integers(numbers) => numbers.get(row).map_or_else(String::new, i64::to_string),
            _ => continue,
        };
        let digits = key.len() - key.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (prefix, number) = key.split_at(key.len() - digits);
        if let Some(value) = number.parse::<u64>().ok().filter(|_| digits <= 15) {
            series.entry(prefix.to_owned()).or_default().push((value, key.clone()));
        }
    }
    let mut signs = Vec::new();
    for (prefix, mut numbers) in series {
        numbers.sort_unstable();
        numbers.dedup_by_key(|(number, _)| *number);
        let (Some((least, first)), Some((greatest, last))) = (numbers.first(), numbers.last()) else { continue };
        let (present, span) = (numbers.len() as u64, greatest - least + 1);
        if present >= FEWEST_KEYS && present * LEAST_SHARE >= span && present < span {
            let (first, last) = (first.clone(), last.clone());
            signs.push(Sign::Gaps { prefix, first, last, present, missing: span - present });
        }
    }
    signs
}
