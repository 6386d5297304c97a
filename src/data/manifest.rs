//! The manifest of an export: what whoever exported the files says of them, and what of it proves true.
//!
//! Enters: `manifest.json` and the files that were read. Leaves: errors for files that are not what the manifest says, and
//! for each record why there may be more of it than was exported. `docs/manifest.md` documents the form.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use rayon::prelude::*;
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use super::finding::DataError;
use super::stream::unpacked;
use super::{DataFile, Dataset, Extract, Files, Loaded};
use crate::diagnostic::{Code, closest};
use crate::ir::RunSettings;
use crate::schema::RecordId;
use crate::value::{CalendarSpan, Date, Interval, Moment, Timestamp, Zone};

/// The name under which a manifest lies beside the files of an export.
pub const MANIFEST: &str = "manifest.json";

/// Most bytes of a manifest.
const MOST_BYTES: u64 = 16 << 20;

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// The period that was exported, where it is said of all files together.
    pub period: Option<Interval>,
    /// The files, by name relative to the export.
    pub files: BTreeMap<String, ManifestFile>,
}

/// What a manifest says of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ManifestFile {
    /// The SHA-256 of its bytes as they lie there, in 64 hexadecimal digits in lower case.
    pub sha256: Option<String>,
    /// How many rows it holds.
    pub rows: Option<u64>,
    /// The system that it comes from.
    pub system: Option<String>,
    /// The query that selected its rows.
    pub query: Option<String>,
    /// The period that it covers, an interval of days; none if it is not said.
    pub period: Option<Interval>,
    /// When it was extracted.
    pub extracted_at: Option<Timestamp>,
    /// The zone of its times.
    pub zone: Option<String>,
    /// Whether it holds everything that the query asks for; none if it is not said.
    pub complete: Option<bool>,
}

/// What a run asks of a manifest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Demand<'a> {
    /// As of when, and over which period, is judged.
    pub settings: RunSettings,
    /// The zone of civil days.
    pub zone: Option<&'a Zone>,
    /// Whether a file counts as complete only if a manifest says so.
    pub required: bool,
}

/// A day, as JSON has it.
struct Day(Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom(format!("`{text}` is not a day such as 2026-03-31"));
        Date::parse(&text).map(Day).ok_or_else(wrong)
    }
}

/// An instant, as JSON has it.
struct Instant(Timestamp);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || {
            serde::de::Error::custom(format!(
                "`{text}` is not an instant with its offset, such as 2026-04-01T02:00:00Z"
            ))
        };
        Timestamp::parse(&text).map(Instant).ok_or_else(wrong)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPeriod {
    from: Day,
    through: Day,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawManifest {
    system: Option<String>,
    period: Option<RawPeriod>,
    extracted_at: Option<Instant>,
    zone: Option<String>,
    complete: Option<bool>,
    files: Vec<RawFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    file: String,
    sha256: Option<String>,
    rows: Option<u64>,
    system: Option<String>,
    query: Option<String>,
    period: Option<RawPeriod>,
    extracted_at: Option<Instant>,
    zone: Option<String>,
    complete: Option<bool>,
}

fn error(code: Code, message: String, help: &str) -> DataError {
    DataError { record: None, file: Some(MANIFEST.to_owned()), line: None, code, message, help: Some(help.to_owned()) }
}

/// Reads the manifest of an export; none if there is no file of that name.
///
/// # Errors
///
/// If it cannot be read, or does not have the form of a manifest: with the place.
pub fn read_manifest(files: &dyn Files) -> Result<Option<Manifest>, DataError> {
    if !files.names().iter().any(|name| name == MANIFEST) {
        return Ok(None);
    }
    let mut text = String::new();
    let read = files.open(MANIFEST).and_then(|file| file.take(MOST_BYTES + 1).read_to_string(&mut text));
    if let Err(failed) = read {
        let message = format!("the manifest cannot be read: {failed}");
        return Err(error(Code::InvalidManifest, message, "a manifest is JSON in UTF-8"));
    }
    if text.len() as u64 > MOST_BYTES {
        let message = "the manifest is larger than 16 MiB".to_owned();
        return Err(error(Code::InvalidManifest, message, "list each file of the export once"));
    }
    parse(&text).map(Some)
}

fn parse(text: &str) -> Result<Manifest, DataError> {
    const HELP: &str = "`shall manifest EXPORT` writes one; `shall explain invalid-manifest` says what may stand in it";
    let invalid = |message: String| error(Code::InvalidManifest, message, HELP);
    let raw: RawManifest = serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|failed| {
        let says = failed.to_string();
        let says = says.split(" at line ").next().unwrap_or(&says).to_owned();
        let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).max(1);
        DataError { line: Some((place(failed.line()), place(failed.column()))), ..invalid(says) }
    })?;
    let period = |raw: Option<RawPeriod>| -> Result<Option<Interval>, DataError> {
        let Some(RawPeriod { from: Day(from), through: Day(through) }) = raw else { return Ok(None) };
        if through < from {
            return Err(invalid(format!("a period ends on {through}, before it begins on {from}")));
        }
        let until = through.checked_add(CalendarSpan { months: 0, days: 1 });
        let interval = until.and_then(|until| Interval::new(Some(Moment::Date(from)), Some(Moment::Date(until))));
        interval.map(Some).ok_or_else(|| invalid(format!("the period from {from} is out of range")))
    };
    let of_all = period(raw.period)?;
    let mut manifest = Manifest { period: of_all, files: BTreeMap::new() };
    for file in raw.files {
        let sha256 = file.sha256.map(|hash| hash.to_ascii_lowercase());
        if let Some(hash) = sha256.as_ref().filter(|hash| !is_hash(hash)) {
            return Err(invalid(format!("`sha256` of {} is not 64 hexadecimal digits: `{hash}`", file.file)));
        }
        let entry = ManifestFile {
            sha256,
            rows: file.rows,
            system: file.system.or_else(|| raw.system.clone()),
            query: file.query,
            period: period(file.period)?.or(of_all),
            extracted_at: file.extracted_at.as_ref().or(raw.extracted_at.as_ref()).map(|instant| instant.0),
            zone: file.zone.or_else(|| raw.zone.clone()),
            complete: file.complete.or(raw.complete),
        };
        if manifest.files.insert(file.file.clone(), entry).is_some() {
            return Err(invalid(format!("{} is listed twice", file.file)));
        }
    }
    Ok(manifest)
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Manifest {
    /// The earliest extraction among the files that lie there; none if none is told.
    pub fn extracted_at(&self, names: &[String]) -> Option<Timestamp> {
        let there = self.files.iter().filter(|(name, _)| names.binary_search(name).is_ok());
        there.filter_map(|(_, file)| file.extracted_at).min()
    }
}

/// Returns the SHA-256 of a file as it lies there (in an archive: as that was packed), in lower-case hexadecimal digits.
///
/// # Errors
///
/// That of the system.
pub fn sha256(files: &dyn Files, name: &str) -> std::io::Result<String> {
    let mut file = unpacked(files.open(name)?, files.entry(name));
    let mut hasher = Sha256::new();
    let mut block = vec![0; 1 << 20];
    loop {
        match file.read(&mut block)? {
            0 => break,
            read => hasher.update(&block[..read]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Compares what was read with the manifest. A file that is not what the manifest says makes the records that it feeds
/// missing, with an error; a file that may not hold all there is makes them incomplete. So do the shortfalls that the files show
/// themselves.
pub(super) fn verify(
    manifest: Option<&Manifest>,
    demand: Demand<'_>,
    files: &dyn Files,
    mut shortfalls: BTreeMap<RecordId, Vec<String>>,
    loaded: &mut Loaded,
) {
    let listed = manifest.into_iter().flat_map(|manifest| manifest.files.keys());
    let names = files.names();
    for name in listed.filter(|name| !names.contains(name)) {
        let near = closest(name, names.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`? "));
        let help = format!("{}export it again, or take it out of the manifest", near.unwrap_or_default());
        loaded.errors.push(error(
            Code::ManifestMismatch,
            format!("{name} is in the manifest and not in the export"),
            &help,
        ));
    }
    let entry = |file: &DataFile| manifest.and_then(|manifest| manifest.files.get(&file.name));
    let faults: Vec<Option<(String, &str)>> = loaded
        .dataset
        .files
        .par_iter()
        .map(|file| entry(file).and_then(|entry| mismatch(entry, file, files)))
        .collect();
    let mut missing: BTreeSet<RecordId> = BTreeSet::new();
    for (file, fault) in loaded.dataset.files.iter().zip(faults) {
        let Some((message, help)) = fault else { continue };
        for fed in &file.fed {
            missing.insert(fed.record);
            let fault = error(Code::ManifestMismatch, message.clone(), help);
            loaded.errors.push(DataError { record: Some(fed.record), file: Some(file.name.clone()), ..fault });
        }
    }
    for file in &loaded.dataset.files {
        let found = shortfalls_of(&file.name, entry(file), demand);
        for fed in &file.fed {
            shortfalls.entry(fed.record).or_default().extend(found.iter().cloned());
        }
    }
    settle(&mut loaded.dataset, &missing, shortfalls);
}

/// Marks the tables that are not all there is.
fn settle(dataset: &mut Dataset, missing: &BTreeSet<RecordId>, shortfalls: BTreeMap<RecordId, Vec<String>>) {
    for (record, mut found) in shortfalls {
        let Some(table) = dataset.tables.get_mut(record.0 as usize) else { continue };
        if missing.contains(&record) {
            table.extract = Extract::Missing;
        } else if table.extract == Extract::Complete && !found.is_empty() {
            found.dedup();
            table.extract = Extract::Incomplete;
            table.shortfalls = found;
        }
    }
}

/// What of a file is not as the manifest says, and what to do.
fn mismatch(entry: &ManifestFile, file: &DataFile, files: &dyn Files) -> Option<(String, &'static str)> {
    const HELP: &str = "the file was changed, cut or exchanged after the manifest was written: export both again";
    if let Some(stated) = &entry.sha256 {
        match sha256(files, &file.name) {
            Ok(found) if found == *stated => {}
            Ok(found) => return Some((format!("its SHA-256 is {found}, and the manifest says {stated}"), HELP)),
            Err(failed) => return Some((format!("its SHA-256 cannot be computed: {failed}"), HELP)),
        }
    }
    let rows = entry.rows?;
    // Mappings may cut a file into different rows; the manifest counts those of one of them.
    if file.fed.is_empty() || file.fed.iter().any(|fed| fed.rows == rows) {
        return None;
    }
    let found = file.fed.first().map_or(0, |fed| fed.rows);
    Some((format!("it has {found} rows, and the manifest says {rows}"), HELP))
}

/// Why a file may not hold all that is asked for.
fn shortfalls_of(name: &str, entry: Option<&ManifestFile>, demand: Demand<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let complete = entry.and_then(|entry| entry.complete);
    if complete == Some(false) {
        found.push(format!("the manifest says that {name} is not complete"));
    } else if demand.required && complete.is_none() {
        found.push(format!("no manifest says that {name} is complete"));
    }
    let Some(entry) = entry else { return found };
    if let (Some(covered), Some(asked)) = (entry.period, demand.settings.period)
        && !covers(covered, asked)
    {
        found.push(format!("{name} covers {covered}, and the audit period is {asked}"));
    }
    if let (Some(extracted), Some(end)) = (entry.extracted_at, judged_until(demand))
        && extracted < end
    {
        found.push(format!("{name} was extracted at {extracted}, and what is judged ends at {end}"));
    }
    found
}

/// Whether all days of one interval of days lie in another.
fn covers(covered: Interval, asked: Interval) -> bool {
    let day = |moment: Option<Moment>| match moment {
        Some(Moment::Date(date)) => Some(date),
        _ => None,
    };
    match (day(covered.from), day(covered.until), day(asked.from), day(asked.until)) {
        (Some(from), Some(until), Some(asked_from), Some(asked_until)) => from <= asked_from && asked_until <= until,
        _ => false,
    }
}

/// The end of what is judged: the end of the period or the instant as of which is judged, whichever comes first.
fn judged_until(demand: Demand<'_>) -> Option<Timestamp> {
    let end_of_period = match demand.settings.period.and_then(|period| period.until) {
        Some(Moment::Date(until)) => demand.zone.and_then(|zone| zone.start_of_day(until)),
        Some(Moment::Timestamp(until)) => Some(until),
        None => None,
    };
    [end_of_period, demand.settings.as_of].into_iter().flatten().min()
}
