//! The layout that the rows of a file share: after which key comes which, foretold from the rows before.
//!
//! Tools write every row with the same keys in the same order and with the same blanks between them. What stands between two values is
//! therefore compared as a whole; a key is looked at letter by letter only where it is not the one that was foretold.

use super::json::{Mistake, Scanner, resolve};
use super::project::{Item, Node, Slots};

/// Most keys that are remembered; others are looked at each time.
const MOST: usize = 256;

/// The keys of the rows so far, in the order in which they stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    keys: Vec<Key>,
}

#[derive(Debug, Clone)]
struct Key {
    /// All that stands between the brace, or the value before, and the value: `,"state":`. A scanner found it in order.
    mark: String,
    /// Whether it stands behind the brace.
    is_first: bool,
    /// What its values are.
    leads: Leads,
}

/// Where a key of the root leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leads {
    /// Nobody reads its values.
    Nowhere,
    /// Its values are read whole, into this slot.
    Slot(usize),
    /// The child of the root at this position looks into its values.
    Child(usize),
}

impl Layout {
    /// Walks a row and notes what is at the paths of the tree, just as [`Node::walk`] does.
    pub(super) fn walk<'a>(
        &mut self,
        root: &Node,
        scanner: &mut Scanner<'a>,
        slots: &mut Slots<'a>,
    ) -> Result<(), Mistake> {
        if scanner.peek() != Some(b'{') || !root.has_names_only() {
            return root.walk(scanner, slots);
        }
        if !scanner.open_object()? {
            return Ok(());
        }
        let (mut next, mut is_first) = (0, true);
        loop {
            let foretold = self.keys.get(next).filter(|key| key.is_first == is_first && scanner.follow(&key.mark));
            let leads = match foretold {
                Some(key) => key.leads,
                None => {
                    let before = scanner.at();
                    if !is_first && !scanner.next_member()? {
                        return Ok(());
                    }
                    let (name, escapes) = scanner.key()?;
                    let mut scratch = String::new();
                    let leads = root.leads(resolve(name, escapes, &mut scratch).unwrap_or(name));
                    next = self.remember(next, Key { mark: scanner.since(before).to_owned(), is_first, leads });
                    leads
                }
            };
            match leads {
                Leads::Nowhere => scanner.skip()?,
                Leads::Slot(slot) => slots.set(slot, Item::Value(scanner.value()?)),
                Leads::Child(child) => root.walk_child(child, scanner, slots)?,
            }
            (next, is_first) = (next + 1, false);
        }
    }

    /// Returns the position of a key that is not the one that was foretold at a position.
    fn remember(&mut self, next: usize, key: Key) -> usize {
        if let Some(known) = self.keys.iter().position(|known| known.is_first == key.is_first && known.mark == key.mark)
        {
            return known;
        }
        if self.keys.len() < MOST {
            self.keys.insert(next.min(self.keys.len()), key);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::project::Paths;
    use super::*;
    use crate::ir::mapping::{Path, Step};

    fn paths() -> Paths {
        let mut paths = Paths::default();
        for path in [&["a"][..], &["b"], &["b", "c"], &["d\n"]] {
            let steps = path.iter().map(|name| Step::Name((*name).to_owned())).collect();
            paths.slot(&Path { level: 0, steps });
        }
        paths
    }

    /// What a walk finds and where it ends, or the mistake and its place.
    fn walked<'a>(
        row: &'a str,
        paths: &Paths,
        walk: impl FnOnce(&mut Scanner<'a>, &mut Slots<'a>) -> Result<(), Mistake>,
    ) -> String {
        let (mut scanner, mut slots) = (Scanner::new(row, 0, 8), paths.slots());
        match walk(&mut scanner, &mut slots) {
            Ok(()) => format!("{slots:?} {}", scanner.at()),
            Err(mistake) => format!("{mistake:?} {}", scanner.at()),
        }
    }

    #[track_caller]
    fn check(rows: &[&str]) {
        let (paths, mut layout) = (paths(), Layout::default());
        let tree = paths.tree(0, &Default::default());
        for row in rows {
            assert_eq!(
                walked(row, &paths, |scanner, slots| layout.walk(&tree, scanner, slots)),
                walked(row, &paths, |scanner, slots| tree.walk(scanner, slots)),
                "{row} of {rows:?}",
            );
        }
    }

    #[test]
    fn rows_that_differ_are_read_alike() {
        check(&[
            r#"{"a":1,"x":2,"b":3}"#,
            r#"{"a":1,"b":3}"#,
            r#"{"x":2,"a":1}"#,
            r#"{"a":1,"x":2,"b":3,"a":4}"#,
            "{}",
        ]);
        check(&[r#"{ "a" : 1 , "b":{"c":2}}"#, r#"{ "a" : 1 , "b":{"c":[]}} "#, r#"{ "a" :1,"b":null,"d\n":"x"}"#]);
    }

    #[test]
    fn a_foretold_key_does_not_hide_a_mistake() {
        check(&[r#"{ "a":1}"#, r#"{"b":1 "a":2}"#, r#"{"b":1, "a":2}"#, r#"{"b":1 "a":2}"#]);
        check(&[r#"{"a":1,"b":2}"#, r#"{"a":1,"b":}"#, r#"{"a":1,"b":"#, r#"{"a":1,"b":2"#, r#"{"a":1,"b":2,}"#]);
        check(&[r#"{,"a":1}"#, r#"{"a":1}"#, r#"{,"a":1}"#, "[1]", r#"{"a":1}}"#]);
    }

    proptest! {
        #[test]
        fn any_rows_are_read_alike(rows in prop::collection::vec(
            r#"\{?( ?,? ?"[abdx]":? ?(1|null|"y"|\{"c":2\}|\[\]) ?){0,5}\}?"#, 1..6,
        )) {
            check(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}
