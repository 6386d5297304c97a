//! What the values at one path have in common.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use rustc_hash::FxHasher;

use super::forms::{Forms, Numbers, all_forms, forms_of, numbers_of};
use crate::data::decode::cut;
use crate::data::decode::period::duration;

/// Most different values that are kept apart.
pub(in crate::data) const MOST_DIFFERENT: usize = 64;

/// Most runs of rows whose values are compared with all others.
const MOST_RUNS: usize = 1 << 22;

/// Texts by which tools say that there is nothing.
const MARKERS: [&str; 16] = [
    "?",
    "null",
    "NULL",
    "(null)",
    "N/A",
    "n/a",
    "#N/A",
    "UNKNOWN",
    "unknown",
    "Unknown",
    "Nobody",
    "Nobody in particular",
    "&nbsp;",
    "-",
    "--",
    "NaN",
];

/// Further texts that say so where the other values are numbers or times.
const MARKERS_OF_NUMBERS: [&str; 7] = ["none", "None", "NONE", "nil", "NA", "n.a.", "0000-00-00 00:00:00"];

/// What the values at one path have in common. Values are those that are there and say something.
#[derive(Debug, Clone)]
pub(in crate::data) struct Measure {
    /// How many values there are.
    pub(in crate::data) values: u64,
    /// How many times there is `null` or blank text.
    pub(in crate::data) nothing: u64,
    pub(in crate::data) objects: u64,
    pub(in crate::data) lists: u64,
    pub(in crate::data) empty_lists: u64,
    /// Texts by which tools say that there is nothing, and that stand in place of values.
    pub(in crate::data) markers: BTreeMap<&'static str, u64>,
    /// Those that are such only among numbers and times, and are no values then. They are among the values.
    pub(in crate::data) weak: BTreeMap<&'static str, u64>,
    /// Values and how many times they occur; none once there are too many.
    pub(in crate::data) different: Option<BTreeMap<String, u64>>,
    /// The forms that read all values but the weak markers.
    pub(in crate::data) forms: Forms,
    /// The notations in which all of those are numbers.
    pub(in crate::data) numbers: Numbers,
    /// How many of them are numbers of JSON, end with a percent sign, are `0`, begin in 1970, in 1970 or 1971.
    pub(in crate::data) json_numbers: u64,
    pub(in crate::data) percents: u64,
    pub(in crate::data) zeros: u64,
    pub(in crate::data) epochs: BTreeMap<String, u64>,
    pub(in crate::data) early: u64,
    /// How many of them are lengths of time such as `PT4H30M`.
    pub(in crate::data) durations: u64,
    /// How many of them are the beginning of a day as workbooks have it.
    pub(in crate::data) midnights: u64,
    /// The least and the greatest of whole numbers.
    pub(in crate::data) range: Option<(i64, i64)>,
    /// The most characters of one.
    pub(in crate::data) longest: usize,
    /// The first value, cut.
    pub(in crate::data) example: Option<String>,
    pub(in crate::data) runs: Runs,
}

impl Default for Measure {
    fn default() -> Measure {
        Measure {
            values: 0,
            nothing: 0,
            objects: 0,
            lists: 0,
            empty_lists: 0,
            markers: BTreeMap::new(),
            weak: BTreeMap::new(),
            different: Some(BTreeMap::new()),
            forms: all_forms(),
            numbers: Numbers::MAX,
            json_numbers: 0,
            percents: 0,
            zeros: 0,
            epochs: BTreeMap::new(),
            early: 0,
            durations: 0,
            midnights: 0,
            range: None,
            longest: 0,
            example: None,
            runs: Runs::default(),
        }
    }
}

impl Measure {
    /// How many times there is something, whatever it is.
    pub(in crate::data) fn present(&self) -> u64 {
        self.values + self.objects + (self.lists - self.empty_lists) + self.markers.values().sum::<u64>()
    }

    pub(super) fn add_nothing(&mut self) {
        self.nothing += 1;
    }

    pub(super) fn add_object(&mut self) {
        self.objects += 1;
        self.example.get_or_insert_with(|| "{…}".to_owned());
    }

    pub(super) fn add_list(&mut self, is_empty: bool) {
        self.lists += 1;
        self.empty_lists += u64::from(is_empty);
        if !is_empty {
            self.example.get_or_insert_with(|| "[…]".to_owned());
        }
    }

    /// Adds a text or a number. Of those of rows, which come in order, runs of equal ones are followed.
    pub(super) fn add(&mut self, text: &str, is_number: bool, is_row: bool) {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return self.add_nothing();
        }
        // Markers are compared as they stand: so the source will.
        if let Some(marker) = MARKERS.iter().find(|marker| **marker == text) {
            *self.markers.entry(marker).or_default() += 1;
            return;
        }
        self.values += 1;
        if self.example.is_none() {
            self.example = Some(cut(text));
        }
        self.longest = self.longest.max(text.chars().count());
        if let Some(different) = &mut self.different {
            if let Some(count) = different.get_mut(text) {
                *count += 1;
            } else if different.len() < MOST_DIFFERENT && text.chars().count() <= 80 {
                different.insert(text.to_owned(), 1);
            } else {
                self.different = None;
            }
        }
        if is_row {
            self.runs.add(text);
        }
        if let Some(marker) = MARKERS_OF_NUMBERS.iter().find(|marker| **marker == text) {
            *self.weak.entry(marker).or_default() += 1;
            return;
        }
        self.json_numbers += u64::from(is_number);
        self.zeros += u64::from(trimmed == "0");
        if text.starts_with("197") {
            self.early += u64::from(text.starts_with("1970-") || text.starts_with("1971-"));
            if text.starts_with("1970-01-01") && (self.epochs.len() < 4 || self.epochs.contains_key(text)) {
                *self.epochs.entry(text.to_owned()).or_default() += 1;
            }
        }
        let is_duration = trimmed.trim_start_matches('-').starts_with('P') && duration(trimmed).is_some();
        self.durations += u64::from(is_duration);
        self.midnights += u64::from(text.ends_with("T00:00:00"));
        self.forms = forms_of(trimmed, self.forms);
        let percent = trimmed.strip_suffix('%').filter(|_| !is_number);
        self.percents += u64::from(percent.is_some());
        self.numbers = numbers_of(percent.unwrap_or(trimmed).trim_end(), is_number, self.numbers);
        if self.numbers != 0
            && let Ok(number) = trimmed.parse::<i64>()
        {
            let (least, greatest) = self.range.unwrap_or((number, number));
            self.range = Some((least.min(number), greatest.max(number)));
        }
    }

    /// Adds what further values have in common, which come behind.
    pub(super) fn append(&mut self, other: Measure) {
        fn join<K: Ord>(all: &mut BTreeMap<K, u64>, more: BTreeMap<K, u64>) {
            more.into_iter().for_each(|(key, count)| *all.entry(key).or_default() += count);
        }
        self.values += other.values;
        self.nothing += other.nothing;
        self.objects += other.objects;
        self.lists += other.lists;
        self.empty_lists += other.empty_lists;
        join(&mut self.markers, other.markers);
        join(&mut self.weak, other.weak);
        self.different = match (self.different.take(), other.different) {
            (Some(mut all), Some(more)) => {
                join(&mut all, more);
                Some(all).filter(|all| all.len() <= MOST_DIFFERENT)
            }
            _ => None,
        };
        self.forms &= other.forms;
        self.numbers &= other.numbers;
        self.json_numbers += other.json_numbers;
        self.percents += other.percents;
        self.zeros += other.zeros;
        join(&mut self.epochs, other.epochs);
        self.early += other.early;
        self.durations += other.durations;
        self.midnights += other.midnights;
        self.range = match (self.range, other.range) {
            (Some((least, greatest)), Some((low, high))) => Some((least.min(low), greatest.max(high))),
            (one, other) => one.or(other),
        };
        self.longest = self.longest.max(other.longest);
        self.example = self.example.take().or(other.example);
        self.runs.append(other.runs);
    }
}

/// Runs of rows with one value: whether each value has a single run, as in a log where the rows of one thing stand together.
#[derive(Debug, Clone, Default)]
pub(in crate::data) struct Runs {
    /// How many.
    pub(in crate::data) count: u64,
    /// Whether a value begins a second run, or there are too many to tell.
    pub(in crate::data) scattered: bool,
    last: Option<u64>,
    first: Option<u64>,
    begun: HashSet<u64, BuildHasherDefault<FxHasher>>,
}

impl Runs {
    fn add(&mut self, text: &str) {
        if self.scattered {
            return;
        }
        let mut hasher = FxHasher::default();
        hasher.write(text.as_bytes());
        let hash = hasher.finish();
        if self.last == Some(hash) {
            return;
        }
        self.first.get_or_insert(hash);
        self.last = Some(hash);
        self.count += 1;
        if !self.begun.insert(hash) || self.begun.len() > MOST_RUNS {
            self.scatter();
        }
    }

    fn scatter(&mut self) {
        self.scattered = true;
        self.begun = HashSet::default();
    }

    #[expect(clippy::iter_over_hash_type, reason = "the order in which they are added changes nothing")]
    fn append(&mut self, other: Runs) {
        if self.scattered || other.scattered {
            return self.scatter();
        }
        let goes_on = self.last.is_some() && self.last == other.first;
        self.count += other.count - u64::from(goes_on);
        for hash in other.begun {
            let is_known = !self.begun.insert(hash);
            if is_known && !(goes_on && other.first == Some(hash)) {
                return self.scatter();
            }
        }
        if self.begun.len() > MOST_RUNS {
            self.scatter();
        }
        self.first = self.first.or(other.first);
        self.last = other.last.or(self.last);
    }
}
