//! Tables that grow: the decoded chunks of all files of a record, joined in order.

mod extend;
mod join;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

pub(super) use self::join::{Joined, Taken};
use super::column::{Column, State};
use super::decode::{Decoder, KINDS};
use super::finding::{Finding, FindingCount, FindingValue, FindingValues, Findings};
use super::keys::Interner;
use super::plan::{Asked, Origin, Plan, Planned};
use super::rows::{Decoded, Keyless};
use super::stream::Fault;
use super::{Places, Table};
use crate::diagnostic::Code;
use crate::ir::mapping::Mapping;
use crate::schema::{FieldId, RecordId, Schema, Type};

/// What findings are counted by.
type Kind = (RecordId, Option<FieldId>, Code);

/// Collects findings: exact counts, and the first of each kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Collector {
    kinds: BTreeMap<Kind, (u64, Vec<Finding>)>,
    /// The values of each kind with their numbers and first notes, and the number of others, if they are counted.
    values: Option<BTreeMap<Kind, Values>>,
}

/// Most values of one kind that are told apart.
const MOST_VALUES: usize = 1000;

/// Values that findings are about.
#[derive(Debug, Clone, Default)]
struct Values {
    told: BTreeMap<String, (u64, String)>,
    others: u64,
}

impl Values {
    fn add(&mut self, value: &str, note: &str, count: u64) {
        if let Some((known, _)) = self.told.get_mut(value) {
            *known += count;
        } else if self.told.len() < MOST_VALUES {
            self.told.insert(value.to_owned(), (count, note.to_owned()));
        } else {
            self.others += count;
        }
    }
}

impl Collector {
    /// Begins; with `tallies`, the values that findings are about are counted, each.
    pub(super) fn new(tallies: bool) -> Collector {
        Collector { values: tallies.then(BTreeMap::new), ..Collector::default() }
    }

    /// Adds a finding; those of one kind come in order of row.
    pub(super) fn add(&mut self, finding: Finding) {
        let kind = (finding.record, finding.field, finding.code);
        self.tally(kind, &finding.value, &finding.note, 1);
        let (count, kept) = self.kinds.entry(kind).or_default();
        *count += 1;
        if kept.len() < Findings::KEPT {
            kept.push(finding);
        }
    }

    /// Adds the findings of one kind: how many, and the first of them, which may lie between those that are there.
    fn merge(&mut self, key: Kind, count: u64, findings: impl Iterator<Item = Finding>) {
        let (total, kept) = self.kinds.entry(key).or_default();
        *total += count;
        kept.extend(findings);
        kept.sort_by_key(|finding| finding.row);
        kept.truncate(Findings::KEPT);
    }

    fn tally(&mut self, kind: Kind, value: &str, note: &str, count: u64) {
        if let Some(values) = &mut self.values {
            values.entry(kind).or_default().add(value, note, count);
        }
    }

    /// Adds findings of one kind that are all about one value: how many, and the first of them.
    fn merge_equal(&mut self, kind: Kind, count: u64, findings: Vec<Finding>) {
        if let Some(first) = findings.first() {
            self.tally(kind, &first.value, &first.note, count);
        }
        self.merge(kind, count, findings.into_iter());
    }

    pub(super) fn append(&mut self, other: Collector) {
        self.kinds.extend(other.kinds);
        self.append_values(other.values);
    }

    fn append_values(&mut self, values: Option<BTreeMap<Kind, Values>>) {
        let Some(all) = &mut self.values else { return };
        for (kind, values) in values.into_iter().flatten() {
            let of_kind = all.entry(kind).or_default();
            values.told.iter().for_each(|(value, (count, note))| of_kind.add(value, note, *count));
            of_kind.others += values.others;
        }
    }

    pub(super) fn finish(self) -> Findings {
        let counts = self
            .kinds
            .iter()
            .map(|((record, field, code), (count, _))| FindingCount {
                record: *record,
                field: *field,
                code: *code,
                count: *count,
            })
            .collect();
        let values = self.values.into_iter().flatten().map(|((record, field, code), values)| {
            let of = |(value, (count, note))| FindingValue { value, count, note };
            let mut told: Vec<FindingValue> = values.told.into_iter().map(of).collect();
            told.sort_by(|one, other| (other.count, &one.value).cmp(&(one.count, &other.value)));
            FindingValues { record, field, code, values: told, others: values.others }
        });
        let values = values.collect();
        let mut kept: Vec<Finding> = self.kinds.into_values().flat_map(|(_, kept)| kept).collect();
        kept.sort_by_key(|finding| (finding.record, finding.row, finding.field, finding.code));
        Findings { kept, counts, values }
    }
}

/// The table of one record while it grows.
pub(super) struct TableBuilder {
    pub(super) record: RecordId,
    /// What is asked for, in the order of the columns.
    pub(super) asked: Asked,
    columns: Vec<Column>,
    places: Places,
    digests: Option<Vec<u64>>,
    pub(super) findings: Collector,
    keyless: Vec<Keyless>,
    /// For each path of the mapping, whether a row of JSON has it; and the rows that came from JSON.
    seen: Vec<bool>,
    json_rows: Vec<Range<usize>>,
    /// The positions of fields that a further mapping gives: that they are missing here says nothing.
    pub(super) given_elsewhere: BTreeSet<usize>,
}

impl TableBuilder {
    pub(super) fn new(schema: &Schema, record: RecordId, asked: Asked, tallies: bool) -> TableBuilder {
        let ty = schema.record(record);
        let mut columns: Vec<Column> =
            asked.fields.iter().map(|field| Column::empty(&ty.field_type(*field).ty.base)).collect();
        columns.extend(asked.has_identity.then(|| Column::empty(&Type::Reference(vec![record]))));
        TableBuilder {
            record,
            keyless: vec![Keyless::default(); columns.len()],
            columns,
            places: Places::default(),
            digests: ty.key.is_empty().then(Vec::new),
            findings: Collector::new(tallies),
            seen: Vec::new(),
            json_rows: Vec::new(),
            given_elsewhere: BTreeSet::new(),
            asked,
        }
    }

    fn rows(&self) -> usize {
        self.places.bytes.len()
    }

    /// Adds the rows of a chunk.
    pub(super) fn append(
        &mut self,
        plan: &Plan<'_>,
        decoded: Decoded,
        file: u32,
        is_json: bool,
        spaces: &mut [Interner],
    ) -> Result<(), Fault> {
        let base = self.rows();
        let added = decoded.bytes.len();
        let is_full = |count: usize| u32::try_from(count).is_err();
        let elements = |column: &Column| column.element_count();
        let too_many_elements =
            decoded.columns.iter().zip(&self.columns).any(|(more, known)| is_full(elements(more) + elements(known)));
        if is_full(base + added) || too_many_elements {
            return Err(Fault::new(Code::DataLimit, "there are more than 4,294,967,295 records or elements of lists")
                .help("split the export, by year for example"));
        }
        for noted in decoded.noted {
            let complaint = &noted.complaint;
            let decoder = &plan.fields[noted.field].decoder;
            self.findings.add(Finding {
                record: self.record,
                row: Some(base as u32 + noted.row),
                field: self.asked.fields.get(noted.field).copied(),
                code: KINDS[complaint.trouble.kind()],
                note: decoder.note(complaint),
                value: noted.complaint.value,
            });
        }
        for (field, counts) in decoded.counts.iter().enumerate() {
            for (kind, count) in counts.iter().enumerate() {
                // The first of them were added one by one.
                if let Some(more) = count.checked_sub(Findings::KEPT as u64).filter(|more| *more > 0 && !plan.keeps_all)
                {
                    let field = self.asked.fields.get(field).copied();
                    self.findings.merge((self.record, field, KINDS[kind]), more, std::iter::empty());
                }
            }
        }
        for (keyless, more) in self.keyless.iter_mut().zip(decoded.keyless) {
            keyless.count += more.count;
            let room = Findings::KEPT.saturating_sub(keyless.rows.len());
            keyless.rows.extend(more.rows.iter().take(room).map(|row| base as u32 + row));
        }
        if is_json {
            self.seen.resize(decoded.seen.len(), false);
            for (seen, more) in self.seen.iter_mut().zip(&decoded.seen) {
                *seen |= more;
            }
            match self.json_rows.last_mut() {
                Some(last) if last.end == base => last.end = base + added,
                _ => self.json_rows.push(base..base + added),
            }
        }
        // Keys are numbered in the order in which the rows name them, so that no number depends on where chunks end.
        let keys: Vec<Vec<u32>> =
            plan.spaces.iter().zip(&decoded.keys).map(|(space, keys)| spaces[space.0 as usize].add(keys)).collect();
        for ((column, more), field) in self.columns.iter_mut().zip(decoded.columns).zip(&plan.fields) {
            column.append(more, field.decoder.space().map_or(&[], |space| &keys[space]));
        }
        self.places.files.resize(base + added, file);
        self.places.lines.extend(decoded.lines);
        self.places.bytes.extend(decoded.bytes);
        if let Some(digests) = &mut self.digests {
            digests.extend(decoded.digests);
        }
        Ok(())
    }

    /// Ends a mapping: what no row of its JSON has was not exported.
    ///
    /// # Errors
    ///
    /// A choice of rows looks where no row has anything.
    pub(super) fn end_mapping(
        &mut self,
        mapping: &Mapping,
        plan: Option<&Plan<'_>>,
        reached: &[u64],
    ) -> Result<(), Fault> {
        let seen = std::mem::take(&mut self.seen);
        let ranges = std::mem::take(&mut self.json_rows);
        let Some(plan) = plan else { return Ok(()) };
        // Where there was nothing to look into, nothing is missing.
        let is_seen = |slot: usize| {
            let level = plan.paths.iter().nth(slot).map_or(0, |path| path.level);
            seen.get(slot) == Some(&true) || reached.get(level).is_none_or(|count| *count == 0)
        };
        for (level, nested) in mapping.levels.iter().zip(&plan.levels) {
            if !is_seen(nested.list) {
                let message = format!("no record has the list `{}`", mapping.show(&level.list));
                return Err(Fault::new(Code::MissingPath, message)
                    .help("correct the path behind `each` in the source, or export the lists too"));
            }
        }
        for slot in plan
            .filters
            .iter()
            .map(|(slot, _)| *slot)
            .chain(plan.keep)
            .chain(plan.grouping.iter().flat_map(|of| [of.key, of.order.0]))
        {
            if !is_seen(slot) {
                let path = plan.paths.iter().nth(slot).map(|path| mapping.show(path)).unwrap_or_default();
                return Err(nothing_to_choose_by(&path, "no record"));
            }
        }
        if let (Some(one_per), Some(grouping)) = (&mapping.one_per, &plan.grouping) {
            for (slot, path) in [(grouping.key, &one_per.key), (grouping.order.0, &one_per.order)] {
                if !is_seen(slot) {
                    return Err(nothing_to_join_by(&mapping.show(path), "no record"));
                }
            }
        }
        if let Some(Planned { origin: Origin::Slot(slot), .. }) = plan.fields.get(self.asked.fields.len())
            && let Some(known_as) = &mapping.known_as
            && !is_seen(*slot)
        {
            return Err(nothing_to_know_by(&mapping.show(&known_as.path), "no record"));
        }
        for position in 0..self.asked.fields.len() {
            let keyless = std::mem::take(&mut self.keyless[position]);
            let Some(Planned { decoder, origin, when }) = plan.fields.get(position) else { continue };
            let slots = match origin {
                Origin::Slot(slot) => std::slice::from_ref(slot),
                Origin::Joined(slots, _) => slots,
                Origin::Constant(_) | Origin::Nowhere => continue,
            };
            let tested = when.iter().map(|(tested, _)| tested);
            let Some(unseen) = tested.chain(slots).copied().find(|slot| !is_seen(*slot)) else {
                self.missing_values(position, decoder, keyless);
                continue;
            };
            for rows in &ranges {
                self.columns[position].make_unknown(rows.clone());
            }
            if let Some(path) = plan.paths.iter().nth(unseen) {
                self.not_exported(position, format!("no record has `{}`", mapping.show(path)));
            }
        }
        Ok(())
    }

    /// Notes the rows that lack the key of a field which others have; only a required field misses anything.
    fn missing_values(&mut self, position: usize, decoder: &Decoder, keyless: Keyless) {
        if decoder.state_of_nothing() == State::Absent || keyless.count == 0 {
            return;
        }
        let (record, field) = (self.record, self.asked.fields[position]);
        let findings = keyless.rows.into_iter().map(|row| Finding {
            record,
            row: Some(row),
            field: Some(field),
            code: Code::MissingValue,
            value: String::new(),
            note: "a value is required, and the record does not have the key".to_owned(),
        });
        self.findings.merge_equal((record, Some(field), Code::MissingValue), keyless.count, findings.collect());
    }

    /// Notes, once, that a field is in no row.
    pub(super) fn not_exported(&mut self, position: usize, note: String) {
        if self.given_elsewhere.contains(&position) {
            return;
        }
        let key = (self.record, Some(self.asked.fields[position]), Code::MissingField);
        let is_new = self.findings.kinds.get(&key).is_none_or(|(_, kept)| kept.iter().all(|known| known.note != note));
        if is_new {
            self.findings.add(Finding {
                record: key.0,
                row: None,
                field: key.1,
                code: key.2,
                value: String::new(),
                note,
            });
        }
    }

    /// The table, complete but for its keys.
    /// Beside it the second identity of each row, where it was asked for.
    pub(super) fn finish(mut self) -> (Table, Option<Column>, Collector) {
        let identity = if self.asked.has_identity { self.columns.pop() } else { None };
        let table = Table {
            rows: self.rows() as u32,
            extract: super::Extract::Complete,
            shortfalls: Vec::new(),
            columns: self.asked.fields.into_iter().zip(self.columns).collect(),
            keys: None,
            by_key: super::KeyIndex::default(),
            places: self.places,
            digests: self.digests,
        };
        (table, identity, self.findings)
    }
}

/// The fault of a choice of rows by something that no row has: it would choose all or none.
pub(super) fn nothing_to_choose_by(path: &str, who: &str) -> Fault {
    Fault::new(Code::MissingPath, format!("{who} has `{path}`, by which the source chooses rows"))
        .help("correct the name behind `where` or `keep` in the source")
}

/// The fault of a second identity that no row has: the references that use it would name nothing.
pub(super) fn nothing_to_know_by(path: &str, who: &str) -> Fault {
    Fault::new(Code::MissingPath, format!("{who} has `{path}`, by which the source says that records are known"))
        .help("correct the name behind `known as` in the source, or leave the line out")
}

/// The fault of rows that are one record by something that no row has.
pub(super) fn nothing_to_join_by(path: &str, who: &str) -> Fault {
    Fault::new(Code::MissingPath, format!("{who} has `{path}`, by which the source makes several rows one record"))
        .help("correct the name behind `one per` or `in order of` in the source")
}
