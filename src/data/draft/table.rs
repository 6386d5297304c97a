//! The columns of a table together: which forms of times and numbers hold in it, what means absent, what the key is.

use std::collections::BTreeMap;

use super::super::pattern::Format;
use super::super::profile::Node;
use super::super::profile::forms::{FORMS, Form};
use super::super::profile::measure::{MOST_DIFFERENT, Measure};
use super::columns::{self, Guess};
use super::{DraftColumn, DraftTable, Group, Kind, patterns};
use crate::ir::mapping::{NumberNotation, Step};
use crate::value::grouped as grouped_number;

/// A path at which there are single values, or a list of them.
struct Leaf<'p> {
    path: Vec<Step>,
    measure: &'p Measure,
    guess: Guess,
    /// How many rows have the list, if it is one.
    list: Option<u64>,
}

impl Leaf<'_> {
    fn name(&self) -> &str {
        last_name(&self.path)
    }
}

fn last_name(path: &[Step]) -> &str {
    let name = path.iter().rev().find_map(|step| match step {
        Step::Name(name) => Some(name.as_str()),
        _ => None,
    });
    name.unwrap_or_default()
}

/// Finds the paths at which there is something.
struct Walk<'p> {
    is_xml: bool,
    leaves: Vec<Leaf<'p>>,
    unread: Vec<(Vec<Step>, String)>,
}

impl<'p> Walk<'p> {
    fn refuse(&mut self, path: &[Step], why: impl Into<String>) {
        self.unread.push((path.to_vec(), why.into()));
    }

    fn node(&mut self, path: &[Step], node: &'p Node) {
        let measure = &node.measure;
        let single = measure.values + measure.markers.values().sum::<u64>();
        if node.columns > 1 && !last_name(path).is_empty() && columns::is_plain(last_name(path)) {
            if !measure.markers.is_empty() {
                return self
                    .refuse(path, format!("{} columns have this name, and in some nothing stands", node.columns));
            }
            // Every row has the columns, so every row has the list.
            let (path, list) = (path.iter().cloned().chain([Step::Every]).collect(), Some(u64::MAX));
            return self.leaves.push(Leaf { path, measure, guess: Guess::Text, list });
        }
        if last_name(path).is_empty() {
            return self.refuse(path, "a column without a name");
        }
        if path.iter().any(|step| matches!(step, Step::Name(name) if !columns::is_plain(name))) {
            return self.refuse(path, "its name holds what may not stand in a policy");
        }
        if node.has_more {
            return self.refuse(path, "an object with very many keys; `each … in` makes a record of each");
        }
        match (measure.lists, measure.objects) {
            (1.., 0) if single == 0 || self.is_xml => self.list(path, node),
            (1.., _) => self.refuse(path, "a list in some records, and something else in others"),
            (0, 1..) if single > 0 => self.refuse(path, "an object in some records, and a single value in others"),
            (0, 1..) => self.below(path, node),
            (0, 0) => {
                let guess = columns::guess(measure, last_name(path));
                self.leaves.push(Leaf { path: path.to_vec(), measure, guess, list: None });
                self.below(path, node);
            }
        }
    }

    fn below(&mut self, path: &[Step], node: &'p Node) {
        for below in &node.below {
            let path: Vec<Step> = path.iter().cloned().chain([below.step.clone()]).collect();
            self.node(&path, below);
        }
    }

    fn list(&mut self, path: &[Step], node: &'p Node) {
        let leaf = |path: Vec<Step>, measure| Leaf {
            path,
            measure,
            guess: Guess::Text,
            list: Some(node.measure.lists + node.measure.values),
        };
        let Some(every) = node.below.iter().find(|below| below.step == Step::Every) else {
            return self.leaves.push(leaf(path.to_vec(), &node.measure));
        };
        let elements = &every.measure;
        let is_single = elements.nothing + elements.lists + elements.objects == 0 && elements.markers.is_empty();
        let single_is_whole =
            node.measure.markers.is_empty() && (node.measure.values == 0 || node.measure.nothing == 0);
        if is_single && every.below.is_empty() && single_is_whole {
            return self.leaves.push(leaf(path.to_vec(), elements));
        }
        let named = every.below.iter().find(|below| {
            let is_name = matches!(&below.step, Step::Name(name) if name.eq_ignore_ascii_case("name"));
            is_name && below.measure.values == elements.objects
        });
        let one = named.and_then(|named| {
            let (Step::Name(key), different) = (&named.step, named.measure.different.as_ref()?) else { return None };
            let first = different.keys().find(|text| columns::is_plain(text) && !text.contains(['"', '\\']))?;
            let list = last_name(path);
            Some(format!("; `{list}[{key} = \"{first}\"]` leads to one of {} kinds", different.len()))
        });
        self.refuse(path, format!("a list; `each … in` makes records of its elements{}", one.unwrap_or_default()));
        if node.measure.values > 0 || elements.objects == 0 || elements.values + elements.nothing + elements.lists > 0 {
            return;
        }
        // What every element has, and nothing else stands there in any: only then a list of it lacks nothing.
        let mut inner = vec![(path.iter().cloned().chain([Step::Every]).collect::<Vec<_>>(), every)];
        while let Some((path, node)) = inner.pop() {
            let around = node.measure.objects;
            for below in node.below.iter().rev() {
                let measure = &below.measure;
                let elements = measure.objects + measure.lists + measure.values + measure.nothing;
                // Of a list it is for its elements to be alike, else for what stands around.
                let (expected, is_list) = if below.step == Step::Every { (elements, true) } else { (around, false) };
                let path: Vec<Step> = path.iter().cloned().chain([below.step.clone()]).collect();
                let marked = !measure.markers.is_empty();
                // An empty list within an element is a place where something is missing.
                if below.has_more
                    || marked
                    || measure.empty_lists > 0
                    || measure.values + measure.objects + measure.lists != expected
                {
                    continue;
                }
                match (measure.values, measure.objects, measure.lists) {
                    (1.., 0, 0) if !is_list => self.leaves.push(leaf(path, measure)),
                    (0, 1.., 0) | (0, 0, 1..) => inner.push((path, below)),
                    _ => {}
                }
            }
        }
    }
}

/// Guesses what a table is; `all` are the names of all files of the export.
pub(super) fn table(group: Group, all: &[String]) -> DraftTable {
    let mut walk = Walk { is_xml: matches!(group.format, Format::Xml(_)), leaves: Vec::new(), unread: Vec::new() };
    walk.below(&[], &group.profile.root);
    let Walk { mut leaves, unread, .. } = walk;
    let rows = group.profile.rows;
    let of_numbers: Vec<&Measure> =
        leaves.iter().filter(|leaf| matches!(leaf.guess, Guess::Number { .. })).map(|leaf| leaf.measure).collect();
    let (notation, is_doubtful) = columns::notation(&of_numbers);
    let key = key(&leaves, rows);
    if let Some(key) = key {
        leaves[key].guess = Guess::Text;
    }
    let times = Times::of(&leaves, group.format == Format::Sheet);
    let absent = common_markers(&leaves);
    let described: Vec<DraftColumn> = leaves
        .iter()
        .enumerate()
        .map(|(position, leaf)| {
            let numbers = Numbers { notation, is_doubtful };
            column((position, leaf), rows, &times, numbers, &absent, key == Some(position))
        })
        .collect();
    DraftTable {
        patterns: patterns(&group, all),
        at: group.at,
        rows,
        delimiter: group.delimiter.map(char::from),
        encoding: group.encoding.map(encoding_rs::Encoding::name),
        number: if of_numbers.is_empty() { NumberNotation::default() } else { columns::marks(notation) },
        lacks_zone: times.lacks_zone,
        times: times.common.and_then(|form| FORMS[form].written.clone()),
        absent,
        grouped: if key.is_none() { grouped(&leaves, rows) } else { None },
        key,
        columns: described,
        unread,
        files: group.names,
    }
}

/// The forms of the times of a table.
struct Times {
    /// Of each leaf that is a time: its form, and whether the order of day and month is not certain.
    chosen: BTreeMap<usize, (usize, Order)>,
    /// The form that is stated once.
    common: Option<usize>,
    lacks_zone: bool,
    /// Whether times at the beginning of a day are days.
    is_sheet: bool,
}

/// How it is known which number is the day and which the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// The form leaves no doubt.
    Plain,
    /// By days above 12.
    DayFirst,
    /// By days above 12.
    MonthFirst,
    /// As in other columns.
    Taken,
    /// By nothing.
    Guessed,
}

/// The form with day and month the other way round.
fn swapped(form: usize) -> Option<usize> {
    let written = FORMS.get(form)?.written.as_ref()?;
    let of_two = |separator: char| {
        let (day, month) = (format!("%d{separator}%m"), format!("%m{separator}%d"));
        if written.contains(&day) {
            Some(written.replacen(&day, &month, 1))
        } else {
            written.contains(&month).then(|| written.replacen(&month, &day, 1))
        }
    };
    let other = ['/', '-', '.']
        .into_iter()
        .filter(|separator| !written.contains(&format!("%Y{separator}%m")))
        .find_map(of_two)?;
    FORMS.iter().position(|form| form.written.as_ref() == Some(&other))
}

fn is_day_first(form: &Form) -> bool {
    form.written.as_ref().is_some_and(|written| written.starts_with("%d"))
}

impl Times {
    fn of(leaves: &[Leaf<'_>], is_sheet: bool) -> Times {
        let all: Vec<(usize, &Vec<usize>)> = leaves
            .iter()
            .enumerate()
            .filter_map(|(position, leaf)| match &leaf.guess {
                Guess::Time(forms) => Some((position, forms)),
                _ => None,
            })
            .collect();
        let is_open = |forms: &[usize]| swapped(forms[0]).is_some_and(|other| forms.contains(&other));
        let told: Vec<bool> = all
            .iter()
            .filter(|(_, forms)| !is_open(forms) && swapped(forms[0]).is_some())
            .map(|(_, forms)| is_day_first(&FORMS[forms[0]]))
            .collect();
        let (days, months) =
            (told.iter().filter(|first| **first).count(), told.iter().filter(|first| !**first).count());
        let choose = |forms: &Vec<usize>| {
            if !is_open(forms) {
                let order = if is_day_first(&FORMS[forms[0]]) { Order::DayFirst } else { Order::MonthFirst };
                return (forms[0], if swapped(forms[0]).is_some() { order } else { Order::Plain });
            }
            let other = swapped(forms[0]).unwrap_or(forms[0]);
            let (day, month) = if is_day_first(&FORMS[forms[0]]) { (forms[0], other) } else { (other, forms[0]) };
            let halves = FORMS[day].written.as_ref().is_some_and(|written| written.contains("%p"));
            match days.cmp(&months) {
                std::cmp::Ordering::Greater => (day, Order::Taken),
                std::cmp::Ordering::Less => (month, Order::Taken),
                // Where the clock has twelve hours, the month mostly stands first.
                std::cmp::Ordering::Equal => (if halves { month } else { day }, Order::Guessed),
            }
        };
        let chosen: BTreeMap<usize, (usize, Order)> =
            all.iter().map(|(position, forms)| (*position, choose(forms))).collect();
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        chosen.values().for_each(|(form, _)| *counts.entry(*form).or_default() += 1);
        // What is stated once holds for all; what needs no form has no way to say so.
        let needs_none = counts.keys().any(|form| FORMS[*form].written.is_none());
        let most =
            counts.iter().max_by_key(|(form, count)| (**count, std::cmp::Reverse(**form))).map(|(form, _)| *form);
        let lacks_zone = chosen.iter().any(|(leaf, (form, _))| {
            let is_time = FORMS[*form].has_time && !(is_sheet && is_midnight(leaves[*leaf].measure));
            is_time && !FORMS[*form].has_offset
        });
        Times { chosen, common: most.filter(|_| !needs_none), lacks_zone, is_sheet }
    }

    /// What a leaf is, with its form if it is not the common one, and what is known of the order of day and month.
    fn kind(&self, leaf: usize, measure: &Measure) -> Option<(Kind, Order)> {
        let (form, order) = *self.chosen.get(&leaf)?;
        let own = FORMS[form].written.clone().filter(|_| self.common != Some(form));
        let is_day = !FORMS[form].has_time || self.is_sheet && is_midnight(measure);
        Some((if is_day { Kind::Date(own) } else { Kind::Timestamp(own) }, order))
    }
}

fn is_midnight(measure: &Measure) -> bool {
    measure.midnights > 0 && measure.midnights == measure.values - measure.weak.values().sum::<u64>()
}

/// The texts that mean absent in two columns or more, in order.
fn common_markers(leaves: &[Leaf<'_>]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for leaf in leaves.iter().filter(|leaf| leaf.list.is_none()) {
        leaf.measure.markers.keys().for_each(|marker| *counts.entry(marker).or_default() += 1);
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(marker, _)| marker.to_owned()).collect()
}

/// How well a name says that a column is the key; the least says it best.
fn rank(path: &[Step]) -> usize {
    let words = columns::words(last_name(path));
    let last = words.last().map_or("", String::as_str);
    match (words.len(), last) {
        (1, "number" | "id" | "key" | "ref" | "no" | "nr") => 0,
        (_, "number" | "no" | "nr" | "ref" | "reference") => 1,
        (_, "id" | "key" | "uuid" | "uid") => 2,
        (1, "name" | "title") => 3,
        _ => 4,
    }
}

/// The column that is the key: in every row, each time another.
fn key(leaves: &[Leaf<'_>], rows: u64) -> Option<usize> {
    let is_unique = |leaf: &Leaf<'_>| {
        let measure = leaf.measure;
        let is_text = matches!(leaf.guess, Guess::Text | Guess::Number { percent: false }) && measure.longest <= 100;
        is_text
            && leaf.list.is_none()
            && measure.values == rows
            && !measure.runs.scattered
            && measure.runs.count == rows
    };
    let found = leaves.iter().enumerate().filter(|(_, leaf)| is_unique(leaf));
    let best = found.min_by_key(|(position, leaf)| (rank(&leaf.path), leaf.path.len(), *position));
    // A single row has nothing but unique values; then the name has to say it.
    best.filter(|(_, leaf)| rows > 1 || rank(&leaf.path) < 4).map(|(position, _)| position)
}

/// The column whose equal values stand together, as in a log with the events of one thing behind one another.
fn grouped(leaves: &[Leaf<'_>], rows: u64) -> Option<(usize, u64)> {
    let stands_together = |leaf: &Leaf<'_>| {
        let (measure, is_text) = (leaf.measure, matches!(leaf.guess, Guess::Text));
        is_text && leaf.list.is_none() && measure.values == rows && !measure.runs.scattered && measure.runs.count > 1
    };
    let found = leaves.iter().enumerate().filter(|(_, leaf)| stands_together(leaf));
    let best =
        found.min_by_key(|(position, leaf)| (rank(&leaf.path), std::cmp::Reverse(leaf.measure.runs.count), *position));
    best.map(|(position, leaf)| (position, leaf.measure.runs.count))
}

/// The notation of the numbers of a table.
#[derive(Clone, Copy)]
struct Numbers {
    notation: usize,
    is_doubtful: bool,
}

fn column(
    (position, leaf): (usize, &Leaf<'_>),
    rows: u64,
    times: &Times,
    numbers: Numbers,
    common: &[String],
    is_key: bool,
) -> DraftColumn {
    let measure = leaf.measure;
    let mut evidence = Vec::new();
    let path = leaf.path.clone();
    if let Some(lists) = leaf.list {
        let what = if measure.values == 0 {
            "always empty".to_owned()
        } else {
            format!("{} elements", grouped_number(measure.values))
        };
        return DraftColumn {
            path,
            kind: Kind::List,
            optional: lists < rows,
            absent: Vec::new(),
            evidence: vec![what],
        };
    }
    let mut order = Order::Plain;
    let kind = match &leaf.guess {
        Guess::Text => Kind::Text,
        Guess::Boolean(words) => Kind::Boolean(words.clone()),
        Guess::Number { percent } => match columns::is_whole(measure, numbers.notation) {
            Some(true) if !percent => Kind::Integer,
            Some(_) => Kind::Decimal { percent: *percent },
            None => Kind::Text,
        },
        Guess::Time(_) => match times.kind(position, measure) {
            Some((kind, known)) => {
                order = known;
                kind
            }
            None => Kind::Text,
        },
        Guess::Epoch(unit) => Kind::Epoch(unit),
        Guess::Duration => Kind::Duration,
        Guess::DurationSince => Kind::DurationSince,
        Guess::Enum(members) => Kind::Enum(members.clone()),
    };
    let is_typed = matches!(
        leaf.guess,
        Guess::Number { .. } | Guess::Time(_) | Guess::Epoch(_) | Guess::Duration | Guess::DurationSince
    );
    let mut markers: BTreeMap<String, u64> =
        measure.markers.iter().map(|(text, count)| ((*text).to_owned(), *count)).collect();
    if is_typed {
        markers.extend(measure.weak.iter().map(|(text, count)| ((*text).to_owned(), *count)));
    }
    if matches!(leaf.guess, Guess::Time(_)) && measure.epochs.values().sum::<u64>() < measure.values {
        markers.extend(measure.epochs.iter().map(|(text, count)| (text.clone(), *count)));
    }
    let words = columns::words(leaf.name());
    let is_reference = kind == Kind::Text && words.len() > 1 && words.last().is_some_and(|word| word == "id");
    if is_reference && measure.zeros > 0 && measure.zeros < measure.values {
        markers.insert("0".to_owned(), measure.zeros);
    }
    let strong: u64 = measure.markers.values().sum();
    let present = measure.values + strong - markers.values().sum::<u64>().min(measure.values + strong);
    if present < rows {
        evidence.push(format!("in {} of {} rows", grouped_number(present), grouped_number(rows)));
    }
    evidence.extend(markers.iter().map(|(text, count)| format!("`{}` in {}", text, grouped_number(*count))));
    evidence.extend(says(&kind, measure, order, numbers));
    if is_key {
        evidence.push("each time another".to_owned());
    }
    let absent = markers.into_keys().filter(|marker| !common.contains(marker)).collect();
    DraftColumn { path, kind, optional: present < rows, absent, evidence }
}

fn says(kind: &Kind, measure: &Measure, order: Order, numbers: Numbers) -> Vec<String> {
    let example = |text: &str| format!("`{text}`");
    let most = || {
        let different = measure.different.as_ref()?;
        different.iter().max_by_key(|(text, count)| (**count, std::cmp::Reverse(*text)))
    };
    let mut says = Vec::new();
    match kind {
        Kind::Text if measure.values == 0 => says.push("nothing stands here".to_owned()),
        Kind::Text | Kind::Enum(_) => match (&measure.different, most()) {
            (Some(different), Some((text, _))) if different.len() == 1 => {
                says.push(format!("always {}", example(text)));
            }
            (Some(different), Some((text, count))) if *count > 1 => says.push(format!(
                "{} values, most often {} ({})",
                different.len(),
                example(text),
                grouped_number(*count)
            )),
            (Some(_), _) => says.extend(measure.example.as_deref().map(|text| format!("such as {}", example(text)))),
            (None, _) => {
                let such = measure.example.as_deref().map(|text| format!(", such as {}", example(text)));
                says.push(format!("more than {MOST_DIFFERENT} values{}", such.unwrap_or_default()));
            }
        },
        Kind::Integer | Kind::Decimal { .. } => {
            if let (Kind::Integer, 0, Some((least, greatest))) = (kind, numbers.notation, measure.range) {
                says.push(if least == greatest {
                    format!("always {least}")
                } else {
                    format!("from {least} to {greatest}")
                });
                if (least, greatest) == (0, 1) {
                    says.push("perhaps a boolean".to_owned());
                }
            } else {
                says.extend(measure.example.as_deref().map(|text| format!("such as {}", example(text))));
            }
            if numbers.is_doubtful && measure.json_numbers < measure.values {
                says.push("whether a mark stands before decimals or between thousands is not certain".to_owned());
            }
        }
        Kind::Date(_) | Kind::Timestamp(_) | Kind::Epoch(_) | Kind::Duration | Kind::DurationSince => {
            says.extend(measure.example.as_deref().map(|text| format!("such as {}", example(text))));
            says.extend(match order {
                Order::Plain => None,
                Order::DayFirst => Some("the day stands first: some are above 12".to_owned()),
                Order::MonthFirst => Some("the month stands first: some days are above 12".to_owned()),
                Order::Taken => Some("day and month stand as in other columns".to_owned()),
                Order::Guessed => Some("no number above 12 tells which is the day".to_owned()),
            });
        }
        Kind::Boolean(_) => {
            let counts = measure.different.iter().flatten();
            says.push(
                counts
                    .map(|(text, count)| format!("`{}` {}", text, grouped_number(*count)))
                    .collect::<Vec<_>>()
                    .join(", "),
            );
        }
        Kind::List => {}
    }
    says
}
