//! What stands in the records of files and no assignment reads.

use super::super::load::Scan;
use super::super::profile::{Node, Profile};
use super::super::stream::Fault;
use crate::ir::mapping::{FieldSource, Mapping, Path, Step};

/// What no mapping reads in files that are read by the same mappings.
#[derive(Debug, Clone)]
pub struct Unread {
    /// The files.
    pub files: Vec<String>,
    /// Where the records are in them.
    pub at: Vec<Step>,
    /// How many records there are.
    pub rows: u64,
    /// What is not read, in order of appearance.
    pub columns: Vec<UnreadColumn>,
    /// How many further columns have nothing in any row.
    pub empty: u64,
}

/// A column or a key that is not read, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadColumn {
    /// The path.
    pub path: Vec<Step>,
    /// How often something is there.
    pub present: u64,
    /// What is there the first time, cut; `{…}` and `[…]` for objects and lists.
    pub example: String,
}

/// Looks for what mappings with records at one place do not read in some files.
///
/// # Errors
///
/// A file cannot be read to its end.
pub(super) fn unread<'f>(scan: Scan<'_>, readers: &[&Mapping], names: &[&'f str]) -> Result<Unread, (&'f str, Fault)> {
    let mut profile = Profile::default();
    let mut read: Vec<Vec<Step>> = Vec::new();
    for name in names {
        for (position, mapping) in readers.iter().enumerate() {
            let named = scan.names(name, mapping).map_err(|fault| (*name, fault))?;
            let paths = paths(mapping).into_iter().map(|path| {
                let step = |step| match step {
                    Step::Named(name) => {
                        named.get(&name).and_then(|keys| keys.first()).cloned().map_or(Step::Named(name), Step::Name)
                    }
                    other => other,
                };
                path.into_iter().map(step).collect::<Vec<Step>>()
            });
            for path in paths {
                if !read.contains(&path) {
                    read.push(path);
                }
            }
            if position == 0 {
                profile.append(Profile::of(scan, name, mapping).map_err(|fault| (*name, fault))?);
            }
        }
    }
    let is_cells = profile.root.below.iter().any(|node| node.columns > 0);
    if is_cells {
        // A column is one name, whatever is in it; behind a `.` may stand which of several is meant.
        let names = |step: &Step| profile.root.below.iter().any(|node| node.step == *step);
        read = read.into_iter().map(|path| column(&path, names)).collect();
    }
    let mut unread = Unread {
        files: names.iter().map(|name| (*name).to_owned()).collect(),
        at: readers.first().map_or_else(Vec::new, |mapping| mapping.at.clone()),
        rows: profile.rows,
        columns: Vec::new(),
        empty: 0,
    };
    let read: Vec<&[Step]> = read.iter().map(Vec::as_slice).collect();
    for node in &profile.root.below {
        look(node, &read, &mut Vec::new(), &mut unread);
    }
    Ok(unread)
}

/// The column that a path into a row of cells means.
fn column(path: &[Step], is_column: impl Fn(&Step) -> bool) -> Vec<Step> {
    let shown = |steps: &[Step]| {
        let names = steps.iter().map(|step| match step {
            Step::Name(name) | Step::Named(name) => name.as_str(),
            Step::Every | Step::Chosen { .. } => "*",
        });
        Step::Name(names.collect::<Vec<_>>().join("."))
    };
    let whole = shown(path);
    match path.split_last() {
        Some((_, before @ [_, ..])) if !is_column(&whole) => vec![shown(before)],
        _ => vec![whole],
    }
}

/// The paths that a mapping reads, from the record that the file holds.
fn paths(mapping: &Mapping) -> Vec<Vec<Step>> {
    // The way to the elements of each level.
    let mut begins: Vec<Vec<Step>> = vec![Vec::new()];
    for level in &mapping.levels {
        let mut begin = whole(&begins, &level.list);
        begin.push(Step::Every);
        begins.push(begin);
    }
    let mut all: Vec<&Path> = Vec::new();
    for source in mapping.fields.values() {
        match source {
            FieldSource::Path { path, when, .. } => {
                all.extend([path].into_iter().chain(when.as_ref().map(|when| &when.path)));
            }
            FieldSource::Picked { path, test, .. } => {
                all.extend([path].into_iter().chain(test.as_ref().map(|test| &test.path)));
            }
            FieldSource::Joined { parts, .. } => all.extend(parts),
            FieldSource::File { .. } | FieldSource::Constant { .. } | FieldSource::Unknown { .. } => {}
        }
    }
    all.extend(mapping.filters.iter().map(|filter| &filter.path));
    all.extend(mapping.keep.iter().map(|keep| &keep.path));
    all.extend(mapping.one_per.iter().flat_map(|one_per| [&one_per.key, &one_per.order]));
    all.extend(mapping.known_as.iter().map(|known_as| &known_as.path));
    all.extend(mapping.levels.iter().filter_map(|level| level.count.as_ref()));
    all.into_iter().map(|path| whole(&begins, path)).collect()
}

/// A path from the record. Behind an element that is chosen by what it holds, all counts as read.
fn whole(begins: &[Vec<Step>], path: &Path) -> Vec<Step> {
    let steps = path.steps.iter().take_while(|step| !matches!(step, Step::Chosen { .. }));
    begins.get(path.level).into_iter().flatten().chain(steps).cloned().collect()
}

fn look(node: &Node, read: &[&[Step]], path: &mut Vec<Step>, unread: &mut Unread) {
    let leads = |step: &Step| match (step, &node.step) {
        (Step::Every, _) => true,
        (Step::Name(position), Step::Every) => position.parse::<usize>().is_ok(),
        (step, own) => step == own,
    };
    let rest: Vec<&[Step]> = read
        .iter()
        .filter_map(|path| path.split_first())
        .filter(|(step, _)| leads(step))
        .map(|(_, rest)| rest)
        .collect();
    path.push(node.step.clone());
    if rest.is_empty() {
        let present = node.measure.present();
        if present == 0 {
            unread.empty += 1;
        } else {
            let marker = node.measure.markers.keys().next().map(|marker| (*marker).to_owned());
            let example = node.measure.example.clone().or(marker).unwrap_or_default();
            unread.columns.push(UnreadColumn { path: path.clone(), present, example });
        }
    } else if !rest.iter().any(|rest| rest.is_empty()) {
        for below in &node.below {
            look(below, &rest, path, unread);
        }
    }
    path.pop();
}
