//! Projection: out of each row only the values at the paths that somebody reads.

use std::collections::BTreeSet;
use std::hash::Hasher;

use super::beside::Names;
use super::filter;
use super::json::{Mistake, Raw, Scanner, resolve};
use super::layout::Leads;
use crate::ir::mapping::{Path, Step};

/// What a row has at a path, or at one place of a path to many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item<'a> {
    /// There is no such key.
    Missing,
    /// A value.
    Value(Raw<'a>),
    /// A value on the way to the path that leads no further.
    Stray(Raw<'a>),
    /// The key stands twice in its object.
    Twice,
    /// Several elements are the chosen one.
    Several,
}

impl Item<'_> {
    /// How many bytes it has.
    pub(super) fn length(&self) -> usize {
        match self {
            Item::Value(raw) | Item::Stray(raw) => raw.length(),
            Item::Missing | Item::Twice | Item::Several => 0,
        }
    }
}

/// What a row has at each path.
#[derive(Debug, Clone)]
pub(super) struct Slot<'a> {
    /// What is there; of a path to many, what holds them.
    pub(super) item: Item<'a>,
    /// Of a path to many, what is at each place.
    pub(super) items: Vec<Item<'a>>,
    /// Whether the path leads to many places.
    pub(super) many: bool,
    /// The level in which the path begins.
    level: usize,
}

impl<'a> Slot<'a> {
    /// Hashes what is there, as it is written; nothing and `null` are alike, and so are numbers and texts of the same characters.
    pub(super) fn hash_into(&self, hasher: &mut impl Hasher) {
        for item in std::iter::once(&self.item).filter(|_| !self.many).chain(&self.items) {
            let (kind, text): (u8, &str) = match item {
                Item::Missing | Item::Value(Raw::Null) | Item::Stray(Raw::Null) => (0, ""),
                Item::Value(raw) | Item::Stray(raw) => match raw {
                    Raw::Null => (0, ""),
                    Raw::Boolean(value) => (1, if *value { "true" } else { "false" }),
                    Raw::Text(text, _) if text.trim().is_empty() => (0, ""),
                    Raw::Number(text) | Raw::Text(text, _) => (1, *text),
                    Raw::Array(text) | Raw::Object(text) => (2, *text),
                },
                Item::Twice | Item::Several => (3, ""),
            };
            hasher.write_u8(kind);
            hasher.write(text.as_bytes());
        }
    }

    /// The slot of one value that is in no row.
    pub(super) fn of(item: Item<'a>) -> Slot<'a> {
        Slot { item, items: Vec::new(), many: false, level: 0 }
    }
}

/// The values of a row at the paths of a [`Paths`]; used again from row to row.
#[derive(Debug, Clone)]
pub(super) struct Slots<'a>(Vec<Slot<'a>>);

impl<'a> Slots<'a> {
    /// Forgets what the element before of a level had, and those of the levels within it.
    pub(super) fn clear(&mut self, level: usize) {
        for slot in self.0.iter_mut().filter(|slot| slot.level >= level) {
            slot.item = Item::Missing;
            slot.items.clear();
        }
    }

    /// Returns the slots of the paths that begin in a level.
    pub(super) fn of_level(&self, level: usize) -> impl Iterator<Item = (usize, &Slot<'a>)> {
        self.0.iter().enumerate().filter(move |(_, slot)| slot.level == level)
    }

    /// Returns what is at a path.
    pub(super) fn get(&self, slot: usize) -> &Slot<'a> {
        &self.0[slot]
    }

    /// Notes what is at a path, or at the next place of a path to many.
    pub(super) fn set(&mut self, slot: usize, item: Item<'a>) {
        let slot = &mut self.0[slot];
        slot.item = if slot.item == Item::Missing { item } else { Item::Twice };
    }

    /// Notes what a cell has; of the columns of one name those that have nothing are passed over.
    pub(super) fn set_cell(&mut self, slot: usize, raw: Raw<'a>) {
        if !self.0[slot].many {
            return self.set(slot, Item::Value(raw));
        }
        self.0[slot].item = Item::Value(Raw::Array(""));
        if !matches!(raw, Raw::Text(text, _) if text.trim().is_empty()) {
            self.add(slot, Item::Value(raw));
        }
    }

    fn add(&mut self, slot: usize, item: Item<'a>) {
        self.0[slot].items.push(item);
    }
}

/// The paths that somebody reads, each once.
#[derive(Debug, Clone, Default)]
pub(super) struct Paths {
    paths: Vec<Path>,
}

impl Paths {
    /// Returns the slot of a path, a new one for a new path.
    pub(super) fn slot(&mut self, path: &Path) -> usize {
        if let Some(slot) = self.paths.iter().position(|known| known == path) {
            return slot;
        }
        self.paths.push(path.clone());
        self.paths.len() - 1
    }

    /// Returns the paths, in order of slot.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter()
    }

    /// Makes empty slots.
    pub(super) fn slots<'a>(&self) -> Slots<'a> {
        let slot = |path: &Path| Slot {
            item: Item::Missing,
            items: Vec::new(),
            many: path.steps.contains(&Step::Every),
            level: path.level,
        };
        Slots(self.paths.iter().map(slot).collect())
    }

    /// Makes the tree that finds all paths that begin in a level in one walk. A key that is meant by its name is that to which
    /// `names` gives it; where there is none, the path leads nowhere.
    pub(super) fn tree(&self, level: usize, names: &Names) -> Node {
        let mut root = Node::default();
        for (slot, path) in self.paths.iter().enumerate().filter(|(_, path)| path.level == level) {
            if let Some(steps) = resolved(path, names) {
                root.add(slot, &steps);
            }
        }
        root
    }

    /// Returns a path to where another one leads, too, since a key is meant by its name in one of them.
    pub(super) fn twice(&self, names: &Names) -> Option<&Path> {
        let mut known = BTreeSet::new();
        self.paths.iter().find(|path| resolved(path, names).is_some_and(|steps| !known.insert((path.level, steps))))
    }
}

/// The steps of a path with the keys that are meant by name; none if there is no such key.
fn resolved(path: &Path, names: &Names) -> Option<Vec<Step>> {
    let step = |step: &Step| match step {
        Step::Named(name) => names.get(name)?.first().cloned().map(Step::Name),
        step => Some(step.clone()),
    };
    path.steps.iter().map(step).collect()
}

/// Paths that begin alike, as a tree.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    slot: Option<usize>,
    /// The slots of all paths that lead further.
    below: Vec<usize>,
    names: Vec<(String, Node)>,
    every: Option<Box<Node>>,
    chosen: Vec<Chosen>,
    /// Whether the paths to here lead to many places.
    many: bool,
}

/// What is read of the one element that has a text at a key.
#[derive(Debug, Clone)]
struct Chosen {
    key: String,
    text: String,
    node: Node,
}

/// The elements that are the chosen one.
#[derive(Debug, Clone)]
enum Found<'a> {
    None,
    /// One, behind this scanner.
    One(Scanner<'a>),
    Several,
}

impl Node {
    fn add(&mut self, slot: usize, path: &[Step]) {
        let Some((step, rest)) = path.split_first() else {
            self.slot = Some(slot);
            return;
        };
        self.below.push(slot);
        match step {
            Step::Every => {
                let every = self.every.get_or_insert_with(|| Box::new(Node { many: true, ..Node::default() }));
                every.add(slot, rest);
            }
            Step::Chosen { key, text } => {
                let is_known = |chosen: &Chosen| chosen.key == *key && chosen.text == *text;
                let position = self.chosen.iter().position(is_known).unwrap_or_else(|| {
                    let node = Node { many: self.many, ..Node::default() };
                    self.chosen.push(Chosen { key: key.clone(), text: text.clone(), node });
                    self.chosen.len() - 1
                });
                self.chosen[position].node.add(slot, rest);
            }
            // What is not resolved leads to a key that is called so.
            Step::Name(name) | Step::Named(name) => {
                let position = self.names.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
                    self.names.push((name.clone(), Node { many: self.many, ..Node::default() }));
                    self.names.len() - 1
                });
                self.names[position].1.add(slot, rest);
            }
        }
    }

    /// Whether one of the names is a position in an array.
    fn has_positions(&self) -> bool {
        self.names.iter().any(|(name, _)| name.parse::<usize>().is_ok())
    }

    /// Whether paths lead from here by names of keys, and in no other way.
    pub(super) fn has_names_only(&self) -> bool {
        self.every.is_none() && self.chosen.is_empty() && self.slot.is_none() && !self.names.is_empty()
    }

    /// Says where a key leads.
    pub(super) fn leads(&self, name: &str) -> Leads {
        let Some(child) = self.names.iter().position(|(known, _)| known == name) else { return Leads::Nowhere };
        match &self.names[child].1 {
            Node { slot: Some(slot), below, many: false, .. } if below.is_empty() => Leads::Slot(*slot),
            _ => Leads::Child(child),
        }
    }

    /// Walks the value of a key that leads to a child.
    pub(super) fn walk_child<'a>(
        &self,
        child: usize,
        scanner: &mut Scanner<'a>,
        slots: &mut Slots<'a>,
    ) -> Result<(), Mistake> {
        self.names[child].1.walk(scanner, slots)
    }

    /// Walks a value and notes what is at the paths of the tree.
    pub(super) fn walk<'a>(&self, scanner: &mut Scanner<'a>, slots: &mut Slots<'a>) -> Result<(), Mistake> {
        let first = scanner.peek();
        let start = scanner.at();
        let raw = match first {
            Some(b'{') if !self.below.is_empty() => {
                self.walk_object(scanner, slots)?;
                Raw::Object(scanner.since(start))
            }
            Some(b'[') if self.every.is_some() || self.has_positions() || !self.chosen.is_empty() => {
                self.walk_array(scanner, slots)?;
                Raw::Array(scanner.since(start))
            }
            _ => {
                let raw = scanner.value()?;
                for slot in &self.below {
                    self.note(*slot, Item::Stray(raw), slots);
                }
                raw
            }
        };
        if let Some(slot) = self.slot {
            self.note(slot, Item::Value(raw), slots);
        }
        Ok(())
    }

    fn note<'a>(&self, slot: usize, item: Item<'a>, slots: &mut Slots<'a>) {
        if self.many { slots.add(slot, item) } else { slots.set(slot, item) }
    }

    fn walk_object<'a>(&self, scanner: &mut Scanner<'a>, slots: &mut Slots<'a>) -> Result<(), Mistake> {
        self.open_every(slots);
        let mut scratch = String::new();
        let mut found = vec![Found::None; self.chosen.len()];
        scanner.object(|scanner, key| {
            self.look(scanner, &mut found)?;
            let Raw::Text(key, escapes) = key else { return scanner.value().map(|_| ()) };
            let name = resolve(key, escapes, &mut scratch).unwrap_or(key);
            let child = self.names.iter().find(|(known, _)| known == name).map(|(_, child)| child);
            match (child, &self.every) {
                (None, None) => scanner.value().map(|_| ()),
                (Some(child), None) => child.walk(scanner, slots),
                (None, Some(every)) => every.walk_element(scanner, slots),
                (Some(child), Some(every)) => {
                    child.walk(&mut scanner.clone(), slots)?;
                    every.walk_element(scanner, slots)
                }
            }
        })?;
        self.walk_chosen(found, slots)
    }

    fn walk_array<'a>(&self, scanner: &mut Scanner<'a>, slots: &mut Slots<'a>) -> Result<(), Mistake> {
        self.open_every(slots);
        let mut position = 0usize;
        let mut found = vec![Found::None; self.chosen.len()];
        scanner.array(|scanner| {
            self.look(scanner, &mut found)?;
            let name = position.to_string();
            position += 1;
            let child = self.names.iter().find(|(known, _)| *known == name).map(|(_, child)| child);
            match (child, &self.every) {
                (None, None) => scanner.value().map(|_| ()),
                (Some(child), None) => child.walk(scanner, slots),
                (None, Some(every)) => every.walk_element(scanner, slots),
                (Some(child), Some(every)) => {
                    child.walk(&mut scanner.clone(), slots)?;
                    every.walk_element(scanner, slots)
                }
            }
        })?;
        self.walk_chosen(found, slots)
    }

    /// Looks whether the value that comes next is a chosen one.
    fn look<'a>(&self, scanner: &Scanner<'a>, found: &mut [Found<'a>]) -> Result<(), Mistake> {
        let mut ahead = scanner.clone();
        if self.chosen.is_empty() || ahead.peek() != Some(b'{') {
            return Ok(());
        }
        let mut is_chosen = vec![false; self.chosen.len()];
        let (mut scratch, mut other) = (String::new(), String::new());
        ahead.object(|scanner, key| {
            scanner.peek();
            let value = Item::Value(scanner.value()?);
            let Raw::Text(key, escapes) = key else { return Ok(()) };
            let key = resolve(key, escapes, &mut scratch).unwrap_or(key);
            for (chosen, is_chosen) in self.chosen.iter().zip(&mut is_chosen) {
                *is_chosen |= chosen.key == key && filter::text(&value, &mut other) == Some(chosen.text.as_str());
            }
            Ok(())
        })?;
        for (found, _) in found.iter_mut().zip(is_chosen).filter(|(_, is_chosen)| *is_chosen) {
            *found = match found {
                Found::None => Found::One(scanner.clone()),
                Found::One(_) | Found::Several => Found::Several,
            };
        }
        Ok(())
    }

    /// Walks the chosen elements. What a chosen element lacks is nothing, as if it were `null`: the element itself is there.
    fn walk_chosen<'a>(&self, found: Vec<Found<'a>>, slots: &mut Slots<'a>) -> Result<(), Mistake> {
        for (Chosen { node, .. }, found) in self.chosen.iter().zip(found) {
            let all = || node.below.iter().chain(&node.slot);
            match found {
                Found::None => {}
                Found::One(mut scanner) => {
                    let before: Vec<usize> = all().map(|slot| slots.get(*slot).items.len()).collect();
                    node.walk(&mut scanner, slots)?;
                    for (slot, before) in all().zip(before) {
                        let Slot { item, items, .. } = slots.get(*slot);
                        if if self.many { items.len() == before } else { *item == Item::Missing } {
                            node.note(*slot, Item::Value(Raw::Null), slots);
                        }
                    }
                }
                Found::Several => all().for_each(|slot| node.note(*slot, Item::Several, slots)),
            }
        }
        Ok(())
    }

    /// Notes that what holds the many places is there. Within one of many places it is there already.
    fn open_every<'a>(&self, slots: &mut Slots<'a>) {
        if let (Some(every), false) = (&self.every, self.many) {
            for slot in every.below.iter().chain(&every.slot) {
                slots.set(*slot, Item::Value(Raw::Array("")));
            }
        }
    }

    /// Walks one of many places: each path that leads on from here has an item for it, if only a missing one.
    fn walk_element<'a>(&self, scanner: &mut Scanner<'a>, slots: &mut Slots<'a>) -> Result<(), Mistake> {
        let before: Vec<usize> = self.below.iter().map(|slot| slots.get(*slot).items.len()).collect();
        self.walk(scanner, slots)?;
        for (slot, before) in self.below.iter().zip(before) {
            if slots.get(*slot).items.len() == before {
                slots.add(*slot, Item::Missing);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        let step = |step: &str| match (step, step.split_once('=')) {
            ("*", _) => Step::Every,
            (_, Some((key, text))) => Step::Chosen { key: key.to_owned(), text: text.to_owned() },
            (name, None) => Step::Name(name.to_owned()),
        };
        Path { level: 0, steps: text.split('.').map(step).collect() }
    }

    #[track_caller]
    fn check(paths: &[&str], row: &str, expected: &str) {
        let mut all = Paths::default();
        for text in paths {
            all.slot(&path(text));
        }
        let mut slots = all.slots();
        let mut scanner = Scanner::new(row, 0, 16);
        all.tree(0, &Names::new()).walk(&mut scanner, &mut slots).unwrap();
        assert_eq!(scanner.at(), row.len());
        let show = |item: &Item<'_>| match item {
            Item::Missing => "missing".to_owned(),
            Item::Twice => "twice".to_owned(),
            Item::Several => "several".to_owned(),
            Item::Value(raw) => format!("{raw:?}"),
            Item::Stray(raw) => format!("stray {raw:?}"),
        };
        let shown: Vec<String> = (0..all.paths.len())
            .map(|slot| {
                let slot = slots.get(slot);
                if matches!(slot.item, Item::Value(_)) && slot.many {
                    format!("[{}]", slot.items.iter().map(show).collect::<Vec<_>>().join(", "))
                } else {
                    show(&slot.item)
                }
            })
            .collect();
        assert_eq!(shown.join("; "), expected);
    }

    #[test]
    fn finds_names_and_positions() {
        check(&["a", "c"], r#"{"b": 1, "a": 2}"#, r#"Number("2"); missing"#);
        check(&["a", "a.b.1"], r#"{"a": {"b": [1, 2]}}"#, r#"Object("{\"b\": [1, 2]}"); Number("2")"#);
        check(&["a.b"], r#"{"a": ""}"#, r#"stray Text("", None)"#);
        check(&["a.b"], r#"{"a": [1]}"#, r#"stray Array("[1]")"#);
        check(&["a"], r#"{"a": 1, "\u0061": 2}"#, "twice");
    }

    #[test]
    fn many_places_line_up() {
        check(
            &["l.*.id", "l.*.x"],
            r#"{"l": [{"id": 1}, {"x": 2, "id": 3}, null]}"#,
            r#"[Number("1"), Number("3"), stray Null]; [missing, Number("2"), stray Null]"#,
        );
        check(&["l.*"], r#"{"l": {"a": 1, "b": 2}}"#, r#"[Number("1"), Number("2")]"#);
        check(&["l.*.id"], r#"{"l": null}"#, "stray Null");
        check(&["l.*.id"], r#"{}"#, "missing");
        check(
            &["l.*.m.*"],
            r#"{"l": [{"m": [1, 2]}, {"m": []}, {}]}"#,
            r#"[Number("1"), Number("2"), missing, missing]"#,
        );
    }

    #[test]
    fn elements_are_chosen_by_what_they_hold() {
        check(
            &["f.n=a.v.0", "f.n=b.v", "f.n=c.v", "f.n=2", "f.n=a.w"],
            r#"{"f": [{"v": [1], "n": "a"}, {"n": "b"}, 5, {"n": 2}, {"n": null}]}"#,
            r#"Number("1"); Null; missing; Object("{\"n\": 2}"); Null"#,
        );
        check(&["f.n=a.v", "f.0.n"], r#"{"f": [{"n": "a", "v": 1}, {"n": "\u0061"}]}"#, r#"several; Text("a", None)"#);
        check(&["f.n=a.v"], r#"{"f": {"x": {"n": "b"}, "y": {"n": "a", "v": 1}}}"#, r#"Number("1")"#);
        check(&["f.n=a.v"], r#"{"f": null}"#, "stray Null");
        check(
            &["l.*.f.n=a.v"],
            r#"{"l": [{"f": [{"n": "a", "v": 1}]}, {"f": []}, {"f": [{"n": "a"}]}, {"f": [{"n": "a"}, {"n": "a"}]}]}"#,
            r#"[Number("1"), missing, Null, several]"#,
        );
        check(&["f.n=a.g.m=b.v"], r#"{"f": [{"n": "a", "g": [{"m": "b", "v": 1}]}]}"#, r#"Number("1")"#);
    }
}
