//! A source held against an export: what of it is read and becomes a value, what is not, and signs that it is not whole.
//!
//! Counts are exact. Signs are hints: each says what was seen, and none says that something is wrong.

mod clocks;
mod signs;
mod unread;

use std::collections::{BTreeMap, BTreeSet};

pub use signs::Sign;
pub use unread::{Unread, UnreadColumn};

use super::choose;
use super::column::{Column, State};
use super::finding::{DataError, FindingValues};
use super::load::{Loaded, Loading, Scan, load};
use super::pattern::selects;
use super::stream::{Files, Limits, Progress};
use super::{Extract, Fed, MANIFEST};
use crate::diagnostic::Code;
use crate::ir::mapping::{Mapping, Source};
use crate::ir::reads::Reads;
use crate::schema::{FieldId, KeySpaceId, RecordId, Schema, Type};

/// What sources make of an export.
#[derive(Debug, Clone, Default)]
pub struct Inspection {
    /// The mappings: those of the sources in order, then of files that are laid out as records.
    pub mappings: Vec<MappingInspection>,
    /// Keys that stand twice and references that lead nowhere, by record, field and code.
    pub links: Vec<FindingValues>,
    /// References whose targets no file holds, so that it is not known whether they lead anywhere: the field, and how many.
    pub untold: Vec<(RecordId, FieldId, u64)>,
    /// What no mapping reads.
    pub unread: Vec<Unread>,
    /// Why files cannot be read. Where there is one, what else is said is not all.
    pub errors: Vec<DataError>,
    /// The files that no mapping reads at all.
    pub unused: Vec<String>,
}

/// What one mapping makes of an export.
#[derive(Debug, Clone)]
pub struct MappingInspection {
    /// The position of its source among those that were chosen; none for files that are laid out as the record.
    pub source: Option<usize>,
    /// The mapping.
    pub mapping: Mapping,
    /// What it took of each file.
    pub files: Vec<(String, Fed)>,
    /// The fields of its record, in order of declaration.
    pub fields: Vec<FieldInspection>,
    /// Signs that something is amiss.
    pub signs: Vec<Sign>,
}

/// What became of one field in the records of a mapping.
#[derive(Debug, Clone)]
pub struct FieldInspection {
    /// The field.
    pub field: FieldId,
    /// Records that have a value, legitimately none, or one that is not known.
    pub present: u64,
    /// Records that legitimately have none.
    pub absent: u64,
    /// Records whose value is not known.
    pub unknown: u64,
    /// What was found wrong with its values, by code; of lists, elements are counted.
    pub findings: Vec<FindingValues>,
    /// Of an enum: how many records have each member, by position.
    pub members: Vec<u64>,
}

/// Holds sources against an export.
pub fn inspect(
    schema: &Schema,
    sources: &[&Source],
    files: &dyn Files,
    limits: Limits,
    progress: &dyn Progress,
) -> Inspection {
    let mut names = files.names();
    names.retain(|name| name != MANIFEST);
    names.sort_unstable();
    let unused = choose::unused(schema, sources, &names);
    let inspector = Inspector { schema, sources, files, limits, progress, names };
    let mappings = inspector.mappings();
    let mut inspection = Inspection { unused, ..Inspection::default() };
    for (source, mapping) in mappings {
        let inspected = inspector.mapping(source, mapping, &mut inspection.errors);
        inspection.mappings.push(inspected);
    }
    inspector.links(&mut inspection);
    if inspection.errors.is_empty() {
        inspection.unread = inspector.unread(&inspection.mappings, &mut inspection.errors);
    }
    // Several readings of one file meet the same fault.
    let mut seen = BTreeSet::new();
    inspection.errors.retain(|error| seen.insert((error.file.clone(), error.line, error.code, error.message.clone())));
    inspection
}

struct Inspector<'a> {
    schema: &'a Schema,
    sources: &'a [&'a Source],
    files: &'a dyn Files,
    limits: Limits,
    progress: &'a dyn Progress,
    names: Vec<String>,
}

impl Inspector<'_> {
    /// The mappings of the sources, and those of records that no source feeds and files are named after.
    fn mappings(&self) -> Vec<(Option<usize>, Mapping)> {
        let mut mappings: Vec<(Option<usize>, Mapping)> = Vec::new();
        for (position, source) in self.sources.iter().enumerate() {
            mappings.extend(source.mappings.iter().map(|mapping| (Some(position), mapping.clone())));
        }
        let makes = mappings.iter().filter(|(_, mapping)| mapping.extends.is_none());
        let made: BTreeSet<RecordId> = makes.map(|(_, mapping)| mapping.record).collect();
        for record in self.schema.ids().filter(|record| !made.contains(record)) {
            let mut of_record = choose::mappings_of(self.schema, record, self.sources);
            of_record.retain(|mapping| mapping.extends.is_none());
            mappings.extend(
                of_record
                    .into_iter()
                    .filter(|mapping| !self.files_of(mapping).is_empty())
                    .map(|mapping| (None, mapping)),
            );
        }
        mappings
    }

    fn files_of(&self, mapping: &Mapping) -> Vec<&str> {
        let fits = |name: &&String| mapping.files.iter().any(|pattern| selects(pattern, name));
        self.names.iter().filter(fits).map(String::as_str).collect()
    }

    /// What is read where these records and all their fields are.
    fn reads(&self, records: impl IntoIterator<Item = RecordId>) -> Reads {
        let mut reads = Reads { spaces: (0..self.schema.spaces).map(KeySpaceId).collect(), ..Reads::default() };
        for record in records {
            reads.records.insert(record);
            let fields = self.schema.record(record).fields.len() as u32;
            reads.fields.extend((0..fields).map(|field| (record, FieldId(field))));
        }
        reads
    }

    /// What is read where the fields that a mapping gives are, and the key.
    fn given_by(&self, mapping: &Mapping) -> Reads {
        let mut reads = self.reads([mapping.record]);
        let key = &self.schema.record(mapping.record).key;
        reads.fields.retain(|(_, field)| key.contains(field) || mapping.gives(self.schema, *field));
        reads
    }

    fn load(&self, reads: &Reads, sources: &[&Source]) -> Loaded {
        let loading = Loading { limits: self.limits, tallies: true, ..Loading::new(self.schema, reads, sources) };
        load(&loading, self.files, self.progress)
    }

    /// Reads what one mapping feeds, by itself.
    fn load_alone(&self, mapping: &Mapping, reads: &Reads) -> Loaded {
        let source = |span| Source { name: String::new(), title: String::new(), mappings: vec![mapping.clone()], span };
        match mapping.span {
            Some(span) => self.load(reads, &[&source(span)]),
            None => self.load(reads, &[]),
        }
    }

    fn mapping(&self, source: Option<usize>, mapping: Mapping, errors: &mut Vec<DataError>) -> MappingInspection {
        let record = mapping.record;
        let loaded = match mapping.extends {
            None => self.load_alone(&mapping, &self.reads([record])),
            // What it gives is seen at the records that others make.
            Some(_) => self.load(&self.given_by(&mapping), self.sources),
        };
        errors.extend(loaded.errors);
        let dataset = loaded.dataset;
        let fields = (0..self.schema.record(record).fields.len() as u32).map(FieldId).map(|field| {
            let column = dataset.table(record).columns.get(&field);
            // Keys and references are looked at where all mappings are read.
            let is_own = |found: &&FindingValues| {
                found.field == Some(field) && !matches!(found.code, Code::DuplicateKey | Code::DanglingReference)
            };
            let findings = dataset.findings.values.iter().filter(is_own).cloned().collect();
            field_of(field, column, findings)
        });
        let fields: Vec<FieldInspection> = fields.collect();
        let own = self.files_of(&mapping);
        let read = dataset.files.iter().filter(|file| own.contains(&file.name.as_str()));
        let files: Vec<(String, Fed)> =
            read.flat_map(|file| file.fed.iter().map(|fed| (file.name.clone(), fed.clone()))).collect();
        let mut signs = Vec::new();
        if errors.is_empty() {
            signs = self.truncation(&mapping, &files, errors);
            signs.extend(dataset.table(record).shortfalls.iter().cloned().map(|says| Sign::Incomplete { says }));
            if mapping.extends.is_none() {
                signs.extend(self.numbering(&mapping, &dataset));
            }
            signs.extend(clocks::signs(self.schema, &mapping, dataset.table(record)));
        }
        MappingInspection { source, mapping, files, fields, signs }
    }

    /// Reads all mappings together, for what leads from record to record.
    fn links(&self, inspection: &mut Inspection) {
        let fed: BTreeSet<RecordId> = inspection.mappings.iter().map(|of| of.mapping.record).collect();
        let loaded = self.load(&self.reads(fed.iter().copied()), self.sources);
        inspection.errors.extend(loaded.errors);
        let dataset = loaded.dataset;
        inspection.links = dataset
            .findings
            .values
            .iter()
            .filter(|found| matches!(found.code, Code::DuplicateKey | Code::DanglingReference))
            .cloned()
            .collect();
        for record in fed {
            for (field, column) in &dataset.table(record).columns {
                let Some(targets) = targets(&column.ty) else { continue };
                let is_there = |target: &RecordId| dataset.table(*target).extract != Extract::Missing;
                let count = references(column);
                if count > 0 && !targets.iter().all(is_there) {
                    inspection.untold.push((record, *field, count));
                }
            }
        }
    }

    /// What stands in files that mappings read, and that none of them reads.
    fn unread(&self, mappings: &[MappingInspection], errors: &mut Vec<DataError>) -> Vec<Unread> {
        let reads = Reads::default();
        let loading = Loading { limits: self.limits, ..Loading::new(self.schema, &reads, &[]) };
        let scan = Scan { loading: &loading, files: self.files, progress: self.progress };
        let mut groups: BTreeMap<Vec<usize>, Vec<&str>> = BTreeMap::new();
        for name in &self.names {
            let readers =
                (0..mappings.len()).filter(|at| self.files_of(&mappings[*at].mapping).contains(&name.as_str()));
            let mut by_place: Vec<Vec<usize>> = Vec::new();
            for reader in readers {
                let is_same = |other: &usize| mappings[*other].mapping.at == mappings[reader].mapping.at;
                match by_place.iter_mut().find(|group| group.first().is_some_and(is_same)) {
                    Some(group) => group.push(reader),
                    None => by_place.push(vec![reader]),
                }
            }
            by_place.into_iter().for_each(|group| groups.entry(group).or_default().push(name));
        }
        let mut found = Vec::new();
        for (readers, names) in groups {
            let readers: Vec<&Mapping> = readers.iter().map(|at| &mappings[*at].mapping).collect();
            match unread::unread(scan, &readers, &names) {
                Ok(unread) => found.push(unread),
                Err((name, fault)) => {
                    errors.push(fault.into_error(readers.first().map(|mapping| mapping.record), name));
                }
            }
        }
        found
    }
}

/// The records to which the values of a type refer.
fn targets(ty: &Type) -> Option<&Vec<RecordId>> {
    match ty {
        Type::Reference(targets) => Some(targets),
        Type::List(element) => targets(element),
        _ => None,
    }
}

/// How many references a column holds.
fn references(column: &Column) -> u64 {
    let present = |column: &Column| (0..column.len()).filter(|row| column.state(*row) == State::Present).count() as u64;
    match &column.values {
        super::ColumnValues::Lists(lists) => present(&lists.elements),
        _ => present(column),
    }
}

fn field_of(field: FieldId, column: Option<&Column>, findings: Vec<FindingValues>) -> FieldInspection {
    let mut of = FieldInspection { field, present: 0, absent: 0, unknown: 0, findings, members: Vec::new() };
    let Some(column) = column else { return of };
    of.members = column.ty.members().map_or_else(Vec::new, |members| vec![0; members.members.len()]);
    for row in 0..column.len() {
        match column.state(row) {
            State::Present => of.present += 1,
            State::Absent => of.absent += 1,
            State::Unknown => of.unknown += 1,
        }
        if let (State::Present, super::ColumnValues::Symbols(symbols)) = (column.state(row), &column.values)
            && let Some(count) = symbols.get(row).and_then(|member| of.members.get_mut(*member as usize))
        {
            *count += 1;
        }
    }
    of
}
