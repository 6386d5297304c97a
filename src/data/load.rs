//! Exports to tables: which files are read, in what order, and how their chunks come together.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::beside::{Beside, Names, Stated, Tally};
use super::choose;
use super::convert::Converted;
use super::cut::{Chunk, Cutter, Documents, Lines, Rows, Stop, Window};
use super::encoding;
use super::finding::DataError;
use super::groups::{Again, Groups};
use super::identities::{self, Identities};
use super::json::{Raw, resolve};
use super::keys::Interner;
use super::manifest::{self, Demand, MANIFEST, Manifest};
use super::pattern::{Format, named, selects};
use super::plan::{Asked, NotExported, Plan, Said, check_header, days_of, plan, shape_of};
use super::rows::{Decoded, decode, text_of};
use super::stream::{Fault, Files, Limits, Position, Progress, Pull, Stream};
use super::table::{Collector, TableBuilder};
use super::xml::Xml;
use super::yaml::Yaml;
use super::{Column, DataFile, Dataset, Fed, KeySpace, LeftOut, Table, cells, parquet, references, sheet};
use crate::ir::mapping::{Mapping, Source, Step};
use crate::ir::reads::Reads;
use crate::schema::{FieldId, RecordId, Schema};

/// What is to be read of an export.
#[derive(Debug, Clone)]
pub struct Loading<'a> {
    /// The record types.
    pub schema: &'a Schema,
    /// The records and fields that somebody reads; nothing else is decoded.
    pub reads: &'a Reads,
    /// The sources that were chosen for the export, see [`choose_sources`](super::choose_sources).
    pub sources: &'a [&'a Source],
    /// What the files are said to be.
    pub manifest: Option<&'a Manifest>,
    /// What the manifest is asked for.
    pub demand: Demand<'a>,
    /// How much a file may hold.
    pub limits: Limits,
    /// How many bytes are read at a time. It changes nothing but speed and memory.
    pub block: usize,
    /// Whether the values that findings are about are counted, each; see [`Findings::values`](super::Findings::values).
    pub tallies: bool,
    /// How many threads decode; none: as many as there are. It changes nothing but speed and memory.
    pub threads: Option<usize>,
}

impl<'a> Loading<'a> {
    /// Reads with the usual limits.
    pub fn new(schema: &'a Schema, reads: &'a Reads, sources: &'a [&'a Source]) -> Loading<'a> {
        Loading {
            schema,
            reads,
            sources,
            manifest: None,
            demand: Demand::default(),
            limits: Limits::default(),
            block: 1 << 20,
            tallies: false,
            threads: None,
        }
    }
}

/// What was read, and what could not be.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The tables. That of a record with an error is missing: [`Extract::Missing`](super::Extract::Missing).
    pub dataset: Dataset,
    /// Why files cannot be read, each with the record that it concerns; at most one for each record and file.
    pub errors: Vec<DataError>,
    /// The files of the export that neither a source nor their own name makes data of.
    pub unused: Vec<String>,
}

/// Reads what somebody reads of an export.
///
/// Equal files give equal tables, whatever the block and the threads. A file that cannot be read makes the table of its
/// record missing and leaves the others as they are; whether that ends the run is for the caller to say.
pub fn load(loading: &Loading<'_>, files: &dyn Files, progress: &dyn Progress) -> Loaded {
    let read = || Loader::new(loading, files, progress).load();
    match loading.threads.map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build()) {
        Some(Ok(pool)) => pool.install(read),
        // Without threads of its own it does with those there are.
        Some(Err(_)) | None => read(),
    }
}

struct Loader<'a> {
    loading: &'a Loading<'a>,
    files: &'a dyn Files,
    progress: &'a dyn Progress,
    names: Vec<String>,
    spaces: Vec<Interner>,
}

impl<'a> Loader<'a> {
    fn new(loading: &'a Loading<'a>, files: &'a dyn Files, progress: &'a dyn Progress) -> Loader<'a> {
        let mut names = files.names();
        names.retain(|name| name != MANIFEST);
        names.sort_unstable();
        names.dedup();
        let spaces = vec![Interner::default(); loading.schema.spaces as usize];
        Loader { loading, files, progress, names, spaces }
    }

    fn load(mut self) -> Loaded {
        let schema = self.loading.schema;
        let mappings: Vec<(Mapping, Vec<String>)> = self
            .loading
            .reads
            .records
            .iter()
            .flat_map(|record| choose::mappings_of(schema, *record, self.loading.sources))
            .filter(|mapping| {
                let reads = &self.loading.reads.fields;
                let is_read = |(record, field): &_| *record == mapping.record && mapping.gives(schema, *field);
                mapping.extends.is_none() || reads.iter().any(is_read)
            })
            .map(|mapping| {
                let names = self.names.iter().filter(|name| mapping.files.iter().any(|pattern| selects(pattern, name)));
                let names = names.cloned().collect();
                (mapping, names)
            })
            .collect();
        let read: BTreeSet<&String> = mappings.iter().flat_map(|(_, names)| names).collect();
        let read: Vec<&String> = read.into_iter().collect();
        let mut loaded = Loaded {
            dataset: Dataset {
                tables: vec![Table::default(); schema.records.len()],
                files: read.iter().map(|name| DataFile { name: (*name).clone(), fed: Vec::new() }).collect(),
                ..Dataset::default()
            },
            errors: Vec::new(),
            unused: choose::unused(schema, self.loading.sources, &self.names),
        };
        let mut findings = Collector::new(self.loading.tallies);
        let mut second = Identities::new();
        let mut shortfalls: BTreeMap<RecordId, Vec<String>> = BTreeMap::new();
        for record in &self.loading.reads.records {
            let of_record: Vec<_> = mappings.iter().filter(|(mapping, _)| mapping.record == *record).collect();
            let (makes, extends): (Vec<_>, Vec<_>) =
                of_record.into_iter().partition(|(mapping, _)| mapping.extends.is_none());
            let is_known = |(mapping, _): &&(Mapping, Vec<String>)| mapping.known_as.is_some();
            let has_identity = makes.iter().any(is_known)
                && identities::is_referred_to(schema, self.loading.reads, *record)
                || extends.iter().any(is_known);
            let fields = self.fields_of(*record);
            let is_given = |field: &FieldId| extends.iter().any(|(mapping, _)| mapping.gives(schema, *field));
            let given = (0..fields.len()).filter(|position| is_given(&fields[*position])).collect();
            let asked = Asked { fields, has_identity };
            let mut builder = TableBuilder::new(schema, *record, asked, self.loading.tallies);
            builder.given_elsewhere = given;
            let (mut errors, mut has_files) = (Vec::new(), false);
            for (mapping, names) in makes {
                has_files |= !names.is_empty();
                let (all_fed, short) = self.read_mapping(mapping, &indexed(names, &read), &mut builder, &mut errors);
                for (file, fed) in all_fed {
                    loaded.dataset.files[file as usize].fed.push(fed);
                }
                shortfalls.entry(*record).or_default().extend(short);
            }
            for (mapping, names) in extends {
                let asked = builder.asked_of(schema, mapping);
                let mut rows = TableBuilder::new(schema, *record, asked, self.loading.tallies);
                if names.is_empty() {
                    rows.no_file(schema, mapping);
                }
                let (all_fed, short) = self.read_mapping(mapping, &indexed(names, &read), &mut rows, &mut errors);
                let extended = builder.extend(schema, mapping, rows, &read);
                for (file, mut fed) in all_fed {
                    let of_file = extended.get(&file).copied().unwrap_or_default();
                    (fed.kept, fed.strays) = (of_file.rows, of_file.strays);
                    loaded.dataset.files[file as usize].fed.push(fed);
                }
                shortfalls.entry(*record).or_default().extend(short);
            }
            let (table, identity, found) = builder.finish();
            if has_files && errors.is_empty() {
                second.extend(identity.map(|identity| (*record, identity)));
                loaded.dataset.tables[record.0 as usize] = table;
                findings.append(found);
            } else {
                loaded.dataset.tables[record.0 as usize].columns = self
                    .fields_of(*record)
                    .into_iter()
                    .map(|field| (field, Column::unknown(schema.record(*record).field_type(field).ty.base.clone(), 0)))
                    .collect();
            }
            loaded.errors.append(&mut errors);
        }
        manifest::verify(self.loading.manifest, self.loading.demand, self.files, shortfalls, &mut loaded);
        references::index_keys(self.loading, &mut loaded.dataset, &second, &mut self.spaces, &mut findings);
        references::find_dangling(self.loading, &loaded.dataset, &self.spaces, &mut findings);
        loaded.dataset.findings = findings.finish();
        loaded.dataset.spaces = self.spaces.into_iter().map(|space| KeySpace { texts: space.into_texts() }).collect();
        loaded
    }

    fn fields_of(&self, record: RecordId) -> Vec<FieldId> {
        self.loading.reads.fields.iter().filter(|(of, _)| *of == record).map(|(_, field)| *field).collect()
    }

    /// Reads the files of a mapping into the table of its record; returns what each fed, and why they may not hold all there is.
    fn read_mapping(
        &mut self,
        mapping: &Mapping,
        files: &[(u32, &str)],
        builder: &mut TableBuilder,
        errors: &mut Vec<DataError>,
    ) -> (Vec<(u32, Fed)>, Vec<String>) {
        let mut tally = Tally::new(mapping);
        if mapping.one_per.is_some() {
            let fed = self.read_groups(mapping, files, builder, errors, &mut tally);
            return (fed, tally.shortfalls(mapping));
        }
        let record = mapping.record;
        let mut fed = Vec::new();
        let winners = match self.winners(mapping, files) {
            Ok(winners) => winners,
            Err((file, fault)) => {
                errors.push(fault.into_error(record, file));
                return (fed, Vec::new());
            }
        };
        let mut json_plan = None;
        for (index, name) in files {
            let rows = winners.as_ref().map(|of| again(of.get(index)));
            let (counts, read) = self.read_file((*index, name), mapping, rows, builder, &mut tally);
            match read {
                Ok(plan) if is_json(&plan) => json_plan = Some(plan),
                Ok(_) => {}
                Err(fault) => errors.push(fault.into_error(record, name)),
            }
            fed.push((*index, counts));
        }
        if let Err(fault) = builder.end_mapping(mapping, json_plan.as_ref(), &tally.reached) {
            errors.push(fault.into_error(record, files.first().map_or("", |(_, name)| name)));
        }
        (fed, tally.shortfalls(mapping))
    }

    /// Reads the files of a mapping that makes one record of several rows; returns what each fed.
    fn read_groups<'f>(
        &mut self,
        mapping: &Mapping,
        files: &[(u32, &'f str)],
        builder: &mut TableBuilder,
        errors: &mut Vec<DataError>,
        tally: &mut Tally<'f>,
    ) -> Vec<(u32, Fed)> {
        let record = mapping.record;
        let asked = builder.asked.clone();
        let scan = Scan { loading: self.loading, files: self.files, progress: self.progress };
        let mut groups = Groups::default();
        for (index, name) in files {
            let read = scan.file(name, mapping, &asked, None, |plan, decoded| {
                if let Some(grouping) = &plan.grouping {
                    groups.add(*index, &decoded, grouping);
                }
                Ok(())
            });
            if let Err(fault) = read {
                errors.push(fault.into_error(record, name));
                return Vec::new();
            }
        }
        let mut of_files = groups.again(asked.fields.len() + usize::from(asked.has_identity));
        let mut rows = TableBuilder::new(self.loading.schema, record, asked, self.loading.tallies);
        let (mut fed, mut last_plan, mut json_plan) = (Vec::new(), None, None);
        for (index, name) in files {
            let again = of_files.remove(index).unwrap_or_default();
            let (mut counts, read) = self.read_file((*index, name), mapping, Some(again), &mut rows, tally);
            match read {
                Ok(plan) => {
                    if is_json(&plan) {
                        json_plan = Some(plan.clone());
                    }
                    last_plan = Some(plan);
                }
                Err(fault) => errors.push(fault.into_error(record, name)),
            }
            let passed = counts.kept + counts.superseded;
            (counts.kept, counts.superseded) = (groups.count_in(*index), 0);
            counts.joined = passed - counts.kept.min(passed);
            fed.push((*index, counts));
        }
        if let Err(fault) = rows.end_mapping(mapping, json_plan.as_ref(), &tally.reached) {
            errors.push(fault.into_error(record, files.first().map_or("", |(_, name)| name)));
        }
        if let Some(Plan { fields, grouping: Some(grouping), .. }) = &last_plan {
            let nothing: Vec<_> = fields.iter().map(|field| field.decoder.state_of_nothing()).collect();
            groups.finish(rows, &grouping.picks, &nothing, builder);
        }
        fed
    }

    /// Reads a file into a table; returns what it fed, and how it was read. What there is of the mapping is counted in the tally.
    fn read_file<'m, 'f>(
        &mut self,
        (index, name): (u32, &'f str),
        mapping: &'m Mapping,
        again: Option<Again>,
        builder: &mut TableBuilder,
        tally: &mut Tally<'f>,
    ) -> (Fed, Result<Plan<'m>, Fault>) {
        let asked = builder.asked.clone();
        let (mut counts, mut records) = (nothing_fed(mapping), 0);
        let spaces = &mut self.spaces;
        let scan = Scan { loading: self.loading, files: self.files, progress: self.progress };
        let read = scan.file(name, mapping, &asked, again, |plan, decoded| {
            counts.add(&decoded);
            if is_json(plan) {
                tally.add(name, &decoded);
            }
            records += decoded.reached.first().copied().unwrap_or_default();
            builder.append(plan, decoded, index, is_json(plan), spaces)
        });
        let read = read.map(|Scanned { plan, not_exported, total }| {
            for (position, note) in not_exported {
                builder.not_exported(position, note);
            }
            tally.stated.push(Stated { file: name, records, total });
            plan
        });
        (counts, read)
    }

    /// Finds, by a first reading, which rows are the records where several rows are one: their offsets, by file.
    fn winners<'f>(&self, mapping: &Mapping, files: &[(u32, &'f str)]) -> Result<Option<Winners>, (&'f str, Fault)> {
        let Some(keep) = &mapping.keep else { return Ok(None) };
        let mut values = Interner::default();
        let mut places: Vec<(u32, u64)> = Vec::new();
        let mut winners = Winners::new();
        for (index, name) in files {
            let scan = Scan { loading: self.loading, files: self.files, progress: self.progress };
            let result = scan.file(name, mapping, &Asked::default(), None, |_, decoded| {
                for (row, offset) in decoded.offsets.iter().enumerate() {
                    let value = decoded.keeps.get(row);
                    if value.is_empty() {
                        // Rows without a value have nothing in common; each is a record.
                        winners.entry(*index).or_default().push(*offset);
                        continue;
                    }
                    let known = values.len();
                    let id = values.intern(value) as usize;
                    if id == known {
                        places.push((*index, *offset));
                    } else if keep.last {
                        places[id] = (*index, *offset);
                    }
                }
                Ok(())
            });
            result.map_err(|fault| (*name, fault))?;
        }
        for (file, offset) in places {
            winners.entry(file).or_default().push(offset);
        }
        winners.values_mut().for_each(|offsets| offsets.sort_unstable());
        Ok(Some(winners))
    }
}

/// The files of a mapping with their numbers among all that are read.
fn indexed<'n>(names: &'n [String], read: &[&String]) -> Vec<(u32, &'n str)> {
    let index = |name: &'n String| (read.binary_search(&name).unwrap_or_default() as u32, name.as_str());
    names.iter().map(index).collect()
}

/// What a mapping took of a file before any of it is read.
fn nothing_fed(mapping: &Mapping) -> Fed {
    let left_out = mapping
        .filters
        .iter()
        .map(|filter| LeftOut { filter: filter.span, because: filter.because.clone(), rows: 0 })
        .collect();
    Fed {
        record: mapping.record,
        rows: 0,
        kept: 0,
        extends: mapping.extends.is_some(),
        left_out,
        superseded: 0,
        joined: 0,
        strays: 0,
    }
}

impl Fed {
    /// Counts the rows of a chunk.
    fn add(&mut self, decoded: &Decoded) {
        self.rows += decoded.rows;
        self.kept += decoded.bytes.len() as u64;
        self.superseded += decoded.superseded;
        for (left_out, more) in self.left_out.iter_mut().zip(&decoded.left_out) {
            left_out.rows += more;
        }
    }
}

/// A file, to be cut into records.
pub(super) struct Opened<'m> {
    pub(super) cutter: Box<dyn Cutter + 'm>,
    /// The form of what is cut.
    pub(super) format: Format,
    /// The columns of a file of cells.
    pub(super) header: Vec<String>,
}

/// A file that was read.
struct Scanned<'m> {
    plan: Plan<'m>,
    not_exported: Vec<NotExported>,
    /// How many records it says there are.
    total: Option<u64>,
}

/// Whether rows are read as JSON, not as cells.
fn is_json(plan: &Plan<'_>) -> bool {
    !matches!(plan.format, Format::Cells { .. })
}

/// What is to be read again of a file whose rows are records.
fn again(rows: Option<&Vec<u64>>) -> Again {
    Again { rows: rows.cloned().unwrap_or_default(), readers: Vec::new() }
}

/// The offsets of the rows that are the records, sorted, by file.
type Winners = BTreeMap<u32, Vec<u64>>;

/// Reads single files.
#[derive(Clone, Copy)]
pub(super) struct Scan<'a> {
    pub(super) loading: &'a Loading<'a>,
    pub(super) files: &'a dyn Files,
    pub(super) progress: &'a dyn Progress,
}

impl<'a> Scan<'a> {
    /// Opens a file to cut it into records; what is asked for beside them is told by the cutter at the end.
    pub(super) fn open<'m>(self, name: &str, mapping: &'m Mapping, beside: Beside) -> Result<Opened<'m>, Fault>
    where
        'a: 'm,
    {
        let limits = self.loading.limits;
        let format = Format::of(name, mapping.delimiter).ok_or_else(|| {
            Fault::malformed("the name of the file does not say what form it has")
                .help("rename it to `.json`, `.ndjson`, `.csv`, `.tsv`, `.xml`, `.yaml`, `.xlsx` or `.parquet`, or state its delimiter in the source")
        })?;
        let asks = [("names at", &mapping.names_at), ("expect total", &mapping.total_at)];
        if let Some((word, _)) = asks.into_iter().find(|(_, path)| !path.is_empty())
            && !matches!(format, Format::Json | Format::Lines | Format::Yaml)
        {
            return Err(Fault::malformed(format!(
                "a file of this form says nothing beside its records, and `{word}` asks for it"
            ))
            .help(format!("leave `{word}` out of the mapping, or give the files that say it a mapping of their own")));
        }
        let stream = Stream::open(self.files, name, limits, self.progress)?;
        let (text, at): (Box<dyn Pull + 'm>, &[Step]) = match format {
            // Each record is a value of JSON by itself then.
            Format::Xml(dialect) => {
                let text = encoding::open(stream, mapping.encoding, format)?;
                let shape = shape_of(self.loading.schema, mapping);
                (Box::new(Converted::new(Xml::new(text, &mapping.at, shape, dialect, limits)?)), &[])
            }
            Format::Yaml => {
                let text = encoding::open(stream, mapping.encoding, format)?;
                (Box::new(Converted::new(Yaml::new(text, &mapping.at, limits))), &mapping.at)
            }
            Format::Sheet => {
                let days = days_of(self.loading.schema, mapping);
                (Box::new(Converted::new(sheet::open(stream, &mapping.at, days, limits)?)), &[])
            }
            Format::Parquet => (Box::new(Converted::new(parquet::open(stream, limits)?)), &mapping.at),
            Format::Json | Format::Lines | Format::Cells { .. } => {
                (encoding::open(stream, mapping.encoding, format)?, &mapping.at)
            }
        };
        let window = Window::new(text, limits, self.loading.block)?;
        // Lines that hold records deeper down are so many values of JSON.
        let has_lines = matches!(format, Format::Lines | Format::Parquet);
        let several = matches!(format, Format::Xml(_) | Format::Yaml) || has_lines && !at.is_empty();
        let format = if several { Format::Json } else { format };
        let (cutter, header): (Box<dyn Cutter + 'm>, Vec<String>) = match format {
            Format::Json | Format::Xml(_) | Format::Yaml => {
                (Box::new(Documents::new(window, at, several, beside)), Vec::new())
            }
            Format::Lines | Format::Parquet | Format::Sheet => (Box::new(Lines(window)), Vec::new()),
            Format::Cells { delimiter } => {
                let (rows, header) = Rows::new(window, delimiter)?;
                let header = header_of(&header, delimiter)?;
                (Box::new(rows), header)
            }
        };
        Ok(Opened { cutter, format, header })
    }

    /// Finds, by a first reading, what a file calls the keys of its records, if the mapping asks.
    pub(super) fn names(self, name: &str, mapping: &Mapping) -> Result<Names, Fault> {
        if mapping.names_at.is_empty() {
            return Ok(Names::new());
        }
        let mut cutter = self.open(name, mapping, Beside::names_of(mapping))?.cutter;
        while let Some(chunk) = cutter.next().map_err(|stop| stop.fault)? {
            cutter.reuse(chunk);
        }
        Ok(cutter.beside().names)
    }

    /// Reads a file and hands its decoded chunks, in order, to `sink`. `again` says what is
    /// read, where several rows are one record and this is the second reading.
    fn file<'m>(
        self,
        name: &str,
        mapping: &'m Mapping,
        asked: &Asked,
        again: Option<Again>,
        mut sink: impl FnMut(&Plan<'m>, Decoded) -> Result<(), Fault>,
    ) -> Result<Scanned<'m>, Fault> {
        let limits = self.loading.limits;
        let names = self.names(name, mapping)?;
        let Opened { mut cutter, format, header } = self.open(name, mapping, Beside::total_of(mapping))?;
        let file = mapping.files.iter().find_map(|pattern| named(pattern, name)).unwrap_or_default();
        let said = Said { file, names };
        let (mut plan, not_exported) = plan(self.loading.schema, mapping, asked, format, &header, &said, limits)?;
        plan.keeps_all = self.loading.tallies;
        if let Some(Again { rows, readers }) = again {
            plan.winners = Some(rows);
            plan.readers = Some(readers).filter(|readers| !readers.is_empty());
        }
        let decode = |chunk: &Chunk| decode(&plan, chunk);
        for_each_chunk(cutter.as_mut(), decode, |mut decoded| {
            let found = decoded.fault.take();
            sink(&plan, decoded)?;
            found.map_or(Ok(()), Err)
        })?;
        Ok(Scanned { plan, not_exported, total: cutter.beside().total })
    }
}

/// Reads a file to its end: its chunks side by side, and what became of them in order.
///
/// # Errors
///
/// What `sink` says, or the file cannot be read any further; what comes before that was handed to `sink`.
pub(super) fn for_each_chunk<T: Send>(
    cutter: &mut dyn Cutter,
    work: impl Fn(&Chunk) -> T + Sync,
    mut sink: impl FnMut(T) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let at_once = rayon::current_num_threads().max(1) * 2;
    let (mut chunks, mut fault) = read_some(cutter, at_once);
    while !chunks.is_empty() {
        // The next chunks are read while these are worked on.
        let is_over = fault.is_some();
        let ((next, next_fault), done) = rayon::join(
            || if is_over { (Vec::new(), None) } else { read_some(cutter, at_once) },
            || chunks.par_iter().map(&work).collect::<Vec<_>>(),
        );
        done.into_iter().try_for_each(&mut sink)?;
        for chunk in std::mem::replace(&mut chunks, next) {
            cutter.reuse(chunk);
        }
        fault = fault.or(next_fault);
    }
    fault.map_or(Ok(()), Err)
}

/// Reads up to so many chunks; behind a fault there are none.
fn read_some(cutter: &mut dyn Cutter, at_once: usize) -> (Vec<Chunk>, Option<Fault>) {
    let mut chunks = Vec::new();
    while chunks.len() < at_once {
        match cutter.next() {
            Ok(Some(chunk)) => chunks.push(chunk),
            Ok(None) => break,
            Err(stop) => {
                let Stop { last, fault } = *stop;
                chunks.extend(last);
                return (chunks, Some(fault));
            }
        }
    }
    (chunks, None)
}

/// The names of the columns.
fn header_of(chunk: &Chunk, delimiter: u8) -> Result<Vec<String>, Fault> {
    let (text, fault) = text_of(chunk, Format::Cells { delimiter });
    if let Some(fault) = fault {
        return Err(fault);
    }
    let mut header = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let read = cells::read_row(text, at, delimiter, &mut |_, raw| {
            if let Raw::Text(text, escapes) = raw {
                header.push(resolve(text, escapes, &mut String::new()).unwrap_or(text).to_owned());
            }
        });
        match read {
            Ok((end, _)) => at = end,
            Err(_) => {
                return Err(Fault::malformed("the header cannot be cut into columns")
                    .at(Position::START)
                    .help("check its quotation marks and line breaks"));
            }
        }
    }
    check_header(&header, delimiter).map_err(|fault| fault.at(chunk.start))?;
    Ok(header)
}
