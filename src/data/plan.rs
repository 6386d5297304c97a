//! What is to be read of each record of a file: a mapping, as far as somebody reads its fields.

use std::collections::{BTreeMap, BTreeSet};

use super::beside::Names;
use super::decode::{Decoder, cut};
use super::pattern::Format;
use super::project::{Node, Paths};
use super::stream::{Fault, Limits};
use super::table::{nothing_to_choose_by, nothing_to_join_by, nothing_to_know_by};
use super::xml::Shape;
use crate::diagnostic::{Code, suggest};
use crate::ir::mapping::{FieldSource, Filter, Mapping, Path, Pick, Reading, Step, Test};
use crate::schema::{FieldId, KeySpaceId, RecordId, Schema, Ty, Type};

/// What separates the elements of a list in a cell of a file that is laid out as the record.
const SPLIT: &str = ";";

/// Where the values of a field come from.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// What is at a path.
    Slot(usize),
    /// What is at several paths, with a text between.
    Joined(Vec<usize>, String),
    /// The same text in every row.
    Constant(String),
    /// The file does not have it.
    Nowhere,
}

/// How a field is read.
#[derive(Debug, Clone)]
pub(super) struct Planned<'a> {
    pub(super) decoder: Decoder,
    pub(super) origin: Origin,
    /// The path that is tested, and the test, where it is read in some rows only.
    pub(super) when: Option<(usize, &'a Test)>,
}

/// How the records of a file are read.
#[derive(Debug, Clone)]
pub(super) struct Plan<'a> {
    pub(super) format: Format,
    /// The fields that are asked for, with where they come from.
    pub(super) fields: Vec<Planned<'a>>,
    /// The key spaces of references among the fields, each once.
    pub(super) spaces: Vec<KeySpaceId>,
    pub(super) paths: Paths,
    /// What is read of the record itself.
    pub(super) tree: Node,
    /// The lists within it whose elements are the rows, from the outside in.
    pub(super) levels: Vec<Nested>,
    /// The slots of each column of a file of cells.
    pub(super) cells: Vec<Vec<usize>>,
    pub(super) filters: Vec<(usize, &'a Filter)>,
    /// The path whose equal values make several rows one record.
    pub(super) keep: Option<usize>,
    /// How rows are one record, where several are.
    pub(super) grouping: Option<Grouping<'a>>,
    /// Of several rows that are one record, the offsets of those in which each field is read, sorted, once they are known.
    pub(super) readers: Option<Vec<Vec<u64>>>,
    /// The offsets of the rows that are the records, sorted, once they are known.
    pub(super) winners: Option<Vec<u64>>,
    /// Whether all complaints of a chunk are kept, not the first alone.
    pub(super) keeps_all: bool,
    /// Whether rows are named by a digest.
    pub(super) has_digests: bool,
    /// The names that a record may begin with, for files that are one record.
    pub(super) names: Vec<String>,
    pub(super) depth: usize,
    /// How many times its own size a record may repeat in its rows.
    pub(super) ratio: u64,
}

/// How several rows are one record.
#[derive(Debug, Clone)]
pub(super) struct Grouping<'a> {
    /// The path whose equal texts make rows one record.
    pub(super) key: usize,
    /// The path of the time that orders them, and how it is read.
    pub(super) order: (usize, Decoder),
    /// For each field, in which of the rows it is read.
    pub(super) picks: Vec<RowPick<'a>>,
}

/// In which of the rows of a record a field is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum RowPick<'a> {
    /// In any of them: it does not come from rows.
    Any,
    /// In any of them: what is at this path has to be equal in all.
    Equal(usize),
    /// In one of those that pass a test of what is at a path, if there is one.
    Picked { pick: Pick, slot: usize, test: Option<(usize, &'a Test)> },
}

/// A list whose elements are rows, or hold those of the next level.
#[derive(Debug, Clone)]
pub(super) struct Nested {
    /// The slot of the list.
    pub(super) list: usize,
    /// The slot of how many elements it is said to have.
    pub(super) count: Option<usize>,
    /// What is read of an element.
    pub(super) tree: Node,
}

/// The mapping of files that are laid out as a record: `incident.json` and its like, each field under its own name.
pub(super) fn mapping_of_record(schema: &Schema, record: RecordId) -> Mapping {
    let ty = schema.record(record);
    let source = |name: &str| {
        let path = Path { level: 0, steps: vec![Step::Name(name.to_owned())] };
        FieldSource::Path { path, reading: Reading::default(), when: None }
    };
    Mapping {
        record,
        extends: None,
        files: super::choose::SHAPED.iter().map(|ending| format!("{}.{ending}", ty.name)).collect(),
        at: Vec::new(),
        names_at: Vec::new(),
        total_at: Vec::new(),
        levels: Vec::new(),
        one_per: None,
        keep: None,
        known_as: None,
        filters: Vec::new(),
        fields: (0..).map(FieldId).zip(ty.fields.iter().map(|field| source(&field.name))).collect::<BTreeMap<_, _>>(),
        encoding: None,
        delimiter: None,
        span: None,
    }
}

/// What a plan leaves out: the position of a field, and why it is in no row of the file.
pub(super) type NotExported = (usize, String);

/// What is asked for of each record.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// The fields, in order.
    pub(super) fields: Vec<FieldId>,
    /// Whether the second identity is, too; it comes behind the fields.
    pub(super) has_identity: bool,
}

/// What a file says of itself.
#[derive(Debug, Default)]
pub(super) struct Said<'f> {
    /// The parts of its name that have one.
    pub(super) file: Vec<(&'f str, &'f str)>,
    /// What it calls the keys of its records.
    pub(super) names: Names,
}

/// Makes the plan of a file. `header` are the columns of a file of cells.
///
/// # Errors
///
/// The header does not fit: a column stands twice, or one is missing by which rows are chosen. Several keys have the name by which
/// one is meant.
pub(super) fn plan<'a>(
    schema: &Schema,
    mapping: &'a Mapping,
    asked: &Asked,
    format: Format,
    header: &[String],
    said: &Said<'_>,
    limits: Limits,
) -> Result<(Plan<'a>, Vec<NotExported>), Fault> {
    let record = schema.record(mapping.record);
    let is_cells = matches!(format, Format::Cells { .. });
    if is_cells && let Some(level) = mapping.levels.first() {
        let message = format!("a file of rows and columns has no list `{}` within its rows", mapping.show(&level.list));
        return Err(Fault::new(Code::MissingPath, message).help("leave `each` out of the source, or export JSON"));
    }
    let mut paths = Paths::default();
    let mut not_exported = Vec::new();
    let (mut planned, mut spaces) = (Vec::new(), Vec::new());
    let mut picks = Vec::new();
    for (position, field) in asked.fields.iter().enumerate() {
        let ty = &record.field_type(*field).ty;
        let (mut reading, mut when, mut pick) = (Reading::default(), None, RowPick::Any);
        let origin = match mapping.fields.get(field) {
            Some(FieldSource::Path { path, reading: of_path, when: of_field }) => {
                reading.clone_from(of_path);
                let tested = of_field.as_ref().map(|when| &when.path);
                let lacks = |path: &Path| is_cells.then(|| no_column(header, mapping, path)).flatten();
                if let Some(note) = [Some(path), tested].into_iter().flatten().find_map(lacks) {
                    not_exported.push((position, note));
                    Origin::Nowhere
                } else {
                    if (is_cells || format == Format::Sheet) && mapping.span.is_none() {
                        reading.split = Some(SPLIT.to_owned());
                    }
                    when = of_field.as_ref().map(|when| (paths.slot(&when.path), &when.test));
                    pick = RowPick::Equal(paths.slot(path));
                    Origin::Slot(paths.slot(path))
                }
            }
            Some(FieldSource::Picked { pick: which, path, reading: of_path, test }) => {
                reading.clone_from(of_path);
                let tested = test.as_ref().map(|when| &when.path);
                let lacks = |path: &Path| is_cells.then(|| no_column(header, mapping, path)).flatten();
                if let Some(note) = [Some(path), tested].into_iter().flatten().find_map(lacks) {
                    not_exported.push((position, note));
                    Origin::Nowhere
                } else {
                    let slot = paths.slot(path);
                    let test = test.as_ref().map(|when| (paths.slot(&when.path), &when.test));
                    pick = RowPick::Picked { pick: *which, slot, test };
                    Origin::Slot(slot)
                }
            }
            Some(FieldSource::Joined { parts, by, reading: of_parts }) => {
                reading.clone_from(of_parts);
                match parts.iter().filter(|_| is_cells).find_map(|path| no_column(header, mapping, path)) {
                    Some(note) => {
                        not_exported.push((position, note));
                        Origin::Nowhere
                    }
                    None => Origin::Joined(parts.iter().map(|path| paths.slot(path)).collect(), by.clone()),
                }
            }
            Some(FieldSource::File { name, reading: of_file }) => {
                reading.clone_from(of_file);
                Origin::Constant(
                    said.file.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text).to_owned(),
                )
            }
            Some(FieldSource::Constant { text, reading: of_text }) => {
                reading.clone_from(of_text);
                Origin::Constant(text.clone())
            }
            Some(FieldSource::Unknown { because }) => {
                not_exported.push((position, because.clone()));
                Origin::Nowhere
            }
            None => {
                not_exported.push((position, "the source does not map it".to_owned()));
                Origin::Nowhere
            }
        };
        planned.push(Planned { decoder: Decoder::new(schema, ty, &reading, limits.depth, &mut spaces), origin, when });
        picks.push(pick);
    }
    if asked.has_identity {
        let ty = Ty { base: Type::Reference(vec![mapping.record]), optional: true };
        let (reading, origin) = match &mapping.known_as {
            Some(known_as) if is_cells && no_column(header, mapping, &known_as.path).is_some() => {
                return Err(nothing_to_know_by(&mapping.show(&known_as.path), "no column of the header"));
            }
            Some(known_as) => (known_as.reading.clone(), Origin::Slot(paths.slot(&known_as.path))),
            // Rows of this mapping have none.
            None => (Reading::default(), Origin::Constant(String::new())),
        };
        let decoder = Decoder::new(schema, &ty, &reading, limits.depth, &mut spaces);
        picks.push(if let Origin::Slot(slot) = &origin { RowPick::Equal(*slot) } else { RowPick::Any });
        planned.push(Planned { decoder, origin, when: None });
    }
    let filters: Vec<_> = mapping.filters.iter().map(|filter| (paths.slot(&filter.path), filter)).collect();
    let keep = mapping.keep.as_ref().map(|keep| paths.slot(&keep.path));
    let grouping = mapping.one_per.as_ref().map(|one_per| {
        let ty = Ty { base: Type::Timestamp, optional: false };
        let decoder = Decoder::new(schema, &ty, &one_per.reading, limits.depth, &mut spaces);
        Grouping { key: paths.slot(&one_per.key), order: (paths.slot(&one_per.order), decoder), picks }
    });
    let mut cells = vec![Vec::new(); header.len()];
    if is_cells {
        for path in mapping.one_per.iter().flat_map(|one_per| [&one_per.key, &one_per.order]) {
            if no_column(header, mapping, path).is_some() {
                return Err(nothing_to_join_by(&mapping.show(path), "no column of the header"));
            }
        }
        let of_filters = mapping.filters.iter().map(|filter| &filter.path);
        for path in of_filters.chain(mapping.keep.iter().map(|keep| &keep.path)) {
            if no_column(header, mapping, path).is_some() {
                return Err(nothing_to_choose_by(&mapping.show(path), "no column of the header"));
            }
        }
        for (slot, path) in paths.iter().enumerate() {
            let found = columns(header, mapping, path);
            if let ([_, _, ..], false) = (found.as_slice(), path.steps.contains(&Step::Every)) {
                let name = mapping.show(path);
                let help = match mapping.span {
                    Some(_) => format!("write `{name}.*` for the list of all of them, or `{name}.0` for the first"),
                    None => "rename one of them, or export the file without it".to_owned(),
                };
                return Err(Fault::malformed(format!("two columns of the header are named `{name}`")).help(help));
            }
            for column in found {
                if let Some(cell) = cells.get_mut(column) {
                    cell.push(slot);
                }
            }
        }
    }
    let lists: Vec<(usize, Option<usize>)> = mapping
        .levels
        .iter()
        .map(|level| (paths.slot(&level.list), level.count.as_ref().map(|count| paths.slot(count))))
        .collect();
    check_names(mapping, &paths, &said.names)?;
    let levels = lists
        .into_iter()
        .zip(1..)
        .map(|((list, count), level)| Nested { list, count, tree: paths.tree(level, &said.names) })
        .collect();
    let of_fields = mapping.fields.values().flat_map(|source| match source {
        FieldSource::Path { path, .. } => std::slice::from_ref(path),
        FieldSource::Joined { parts, .. } => parts,
        _ => &[],
    });
    let of_record = of_fields.chain(mapping.levels.iter().map(|level| &level.list)).filter(|path| path.level == 0);
    let names = of_record.filter_map(|path| match path.steps.first() {
        Some(Step::Name(name)) => Some(name.clone()),
        _ => None,
    });
    let plan = Plan {
        format,
        fields: planned,
        spaces,
        tree: paths.tree(0, &said.names),
        levels,
        paths,
        cells,
        filters,
        keep,
        grouping,
        winners: None,
        readers: None,
        keeps_all: false,
        has_digests: record.key.is_empty(),
        names: names.collect(),
        depth: limits.depth,
        ratio: limits.ratio,
    };
    Ok((plan, not_exported))
}

/// Refuses a name by which one key is meant, and which several have.
fn check_names(mapping: &Mapping, paths: &Paths, names: &Names) -> Result<(), Fault> {
    let mut named = paths.iter().flat_map(|path| &path.steps).filter_map(|step| match step {
        Step::Named(name) => names.get_key_value(name),
        Step::Name(_) | Step::Every | Step::Chosen { .. } => None,
    });
    if let Some((name, keys)) = named.find(|(_, keys)| keys.len() > 1) {
        let keys: Vec<String> = keys.iter().map(|key| format!("`{}`", cut(key))).collect();
        let message = format!("the file calls several keys `{}`: {}", cut(name), keys.join(", "));
        return Err(Fault::new(Code::MissingPath, message).help("write the key that is meant in place of its name"));
    }
    if let Some(path) = paths.twice(names) {
        let message = format!("another path leads to `{}`, too: it means a key by its name", mapping.show(path));
        return Err(Fault::new(Code::MissingPath, message).help("write both in the same way"));
    }
    Ok(())
}

/// The columns of a sheet that are read as days.
pub(super) fn days_of(schema: &Schema, mapping: &Mapping) -> BTreeSet<String> {
    let days = mapping.fields.iter().filter_map(|(field, source)| {
        let FieldSource::Path { path, .. } = source else { return None };
        let [Step::Name(name)] = path.steps.as_slice() else { return None };
        let is_day = schema.record(mapping.record).field_type(*field).ty.base == Type::Date;
        is_day.then(|| name.clone())
    });
    days.collect()
}

/// What a mapping asks of the elements of XML: which are one of a list, and which have attributes.
pub(super) fn shape_of(schema: &Schema, mapping: &Mapping) -> Shape {
    fn step(step: &Step) -> Option<&str> {
        match step {
            Step::Name(name) => Some(name),
            // The file of XML does not name its keys.
            Step::Every | Step::Chosen { .. } | Step::Named(_) => None,
        }
    }
    // The way from the record to the elements of each level.
    let mut begins: Vec<Vec<Option<&str>>> = vec![Vec::new()];
    for level in &mapping.levels {
        let begin = begins.get(level.list.level).cloned().unwrap_or_default();
        begins.push(begin.into_iter().chain(level.list.steps.iter().map(step)).chain([None]).collect());
    }
    let mut shape = Shape::default();
    for begin in &begins {
        shape.add(begin.iter().copied());
    }
    let mut add = |path: &Path, is_list: bool| {
        let begin: Vec<Option<&str>> = begins.get(path.level).cloned().unwrap_or_default();
        for (at, chosen) in path.steps.iter().enumerate() {
            if let Step::Chosen { key, .. } = chosen {
                let until = path.steps[..=at].iter().map(step);
                shape.add(begin.iter().copied().chain(until).chain([Some(key.as_str())]));
            }
        }
        shape.add(begin.into_iter().chain(path.steps.iter().map(step)).chain(is_list.then_some(None)));
    };
    for (field, source) in &mapping.fields {
        let (path, reading, when) = match source {
            FieldSource::Path { path, reading, when } => (path, reading, when),
            FieldSource::Picked { path, reading, test, .. } => (path, reading, test),
            FieldSource::Joined { parts, .. } => {
                parts.iter().for_each(|part| add(part, false));
                continue;
            }
            FieldSource::File { .. } | FieldSource::Constant { .. } | FieldSource::Unknown { .. } => continue,
        };
        when.iter().for_each(|when| add(&when.path, false));
        let is_list = matches!(schema.record(mapping.record).field_type(*field).ty.base, Type::List(_));
        add(path, is_list && reading.split.is_none() && reading.find.is_none() && !path.steps.contains(&Step::Every));
    }
    mapping.levels.iter().filter_map(|level| level.count.as_ref()).for_each(|count| add(count, false));
    mapping.filters.iter().for_each(|filter| add(&filter.path, false));
    mapping.keep.iter().for_each(|keep| add(&keep.path, false));
    mapping.one_per.iter().flat_map(|one_per| [&one_per.key, &one_per.order]).for_each(|path| add(path, false));
    mapping.known_as.iter().for_each(|known_as| add(&known_as.path, false));
    shape
}

/// The columns that a path means: those of its name. Behind the name of several, `*` means all of them, and a number one.
fn columns(header: &[String], mapping: &Mapping, path: &Path) -> Vec<usize> {
    let of_name = |name: &str| (0..header.len()).filter(|column| header[*column] == name).collect::<Vec<usize>>();
    let exact = of_name(&mapping.show(path));
    let Some((last, before @ [_, ..])) = path.steps.split_last().filter(|_| exact.is_empty()) else { return exact };
    let all = of_name(&mapping.show(&Path { level: path.level, steps: before.to_vec() }));
    match last {
        Step::Every => all,
        Step::Name(number) => {
            number.parse().ok().and_then(|number: usize| all.get(number)).copied().into_iter().collect()
        }
        Step::Chosen { .. } | Step::Named(_) => exact,
    }
}

/// Says that the header lacks the column of a path, if it does.
fn no_column(header: &[String], mapping: &Mapping, path: &Path) -> Option<String> {
    let name = mapping.show(path);
    if !columns(header, mapping, path).is_empty() {
        return None;
    }
    let help = suggest(&name, "columns", header.iter().map(String::as_str));
    let help = help.map_or_else(String::new, |help| format!("; {help}"));
    Some(format!("the header has no column `{name}`{help}"))
}

/// Checks that a header was cut into columns at all.
///
/// # Errors
///
/// It is one column whose name holds another delimiter.
pub(super) fn check_header(header: &[String], delimiter: u8) -> Result<(), Fault> {
    let [only] = header else { return Ok(()) };
    let other =
        [b',', b';', b'\t', b'|'].into_iter().find(|other| *other != delimiter && only.as_bytes().contains(other));
    let Some(other) = other else { return Ok(()) };
    let shown = |byte: u8| if byte == b'\t' { "tab".to_owned() } else { format!("`{}`", char::from(byte)) };
    Err(Fault::malformed(format!(
        "the header is one column: it holds {} and the delimiter is {}",
        shown(other),
        shown(delimiter)
    ))
    .help("state the delimiter in a source"))
}
