//! Lists within records, whose elements are the rows.

use sha2::Digest;

use super::Reader;
use crate::data::filter;
use crate::data::json::{Raw, Scanner};
use crate::data::plan::Nested;
use crate::data::project::Item;
use crate::data::stream::Fault;
use crate::diagnostic::Code;
use crate::ir::mapping::Step;

impl<'c> Reader<'_, 'c> {
    /// Takes the rows within the record or the element whose values are in the slots: the elements of the list of a level, or
    /// those of the levels within it. `start` is where it stands, and `most` how many bytes may still be repeated in its rows.
    pub(super) fn rows_within(&mut self, level: usize, start: usize, most: &mut u64) -> Result<(), Fault> {
        let plan = self.plan;
        let Some(Nested { list, tree, .. }) = plan.levels.get(level) else { return Ok(()) };
        let (text, is_array) = match self.slots.get(*list).item {
            Item::Value(Raw::Array(text)) => (text, true),
            Item::Value(Raw::Object(text)) => (text, false),
            Item::Missing => {
                self.compare_count(level, start, 0);
                return Ok(());
            }
            item => {
                let nothing = matches!(item, Item::Value(Raw::Null) | Item::Stray(Raw::Null))
                    || matches!(item, Item::Value(Raw::Text(text, _)) | Item::Stray(Raw::Text(text, _)) if text.trim().is_empty());
                let path = plan.paths.iter().nth(*list);
                let path = path.and_then(|path| path.steps.last()).map_or("", |step| match step {
                    Step::Name(name) | Step::Named(name) => name,
                    Step::Every | Step::Chosen { .. } => "*",
                });
                let fault =
                    || Fault::malformed(format!("what the record has at `{path}` is no list")).at(self.place(start));
                return if nothing {
                    self.compare_count(level, start, 0);
                    Ok(())
                } else {
                    Err(fault().help("compare the path behind `each` in the source with the file"))
                };
            }
        };
        // The list is a part of the text of the chunk.
        let base = text.as_ptr() as usize - self.text.as_ptr() as usize;
        let repeated: usize = (0..=level)
            .flat_map(|outer| self.slots.of_level(outer))
            .filter(|(slot, _)| plan.levels.iter().all(|level| level.list != *slot))
            .map(|(_, slot)| slot.item.length() + slot.items.iter().map(Item::length).sum::<usize>())
            .sum();
        let is_last = level + 1 == plan.levels.len();
        let (mut fault, mut elements) = (None, 0);
        let mut element = |scanner: &mut Scanner<'c>| {
            scanner.peek();
            elements += 1;
            let begin = scanner.at();
            self.slots.clear(level + 1);
            tree.walk(scanner, &mut self.slots)?;
            if fault.is_some() {
                return Ok(());
            }
            self.reach(level + 1);
            let (own, at) = (scanner.since(begin), base + begin);
            if !is_last {
                let around = self.around.last().map(|around| around.clone().chain_update(own));
                self.around.extend(around);
                fault = self.rows_within(level + 1, at, most).err();
                self.around.truncate(level + 1);
                return Ok(());
            }
            match most.checked_sub(repeated as u64) {
                Some(rest) => {
                    *most = rest;
                    self.row(own, at);
                }
                None => {
                    let message = format!("the rows within a record repeat more than {} times its size", plan.ratio);
                    fault = Some(
                        Fault::new(Code::DataLimit, message)
                            .at(self.place(start))
                            .help("check where the file comes from"),
                    );
                }
            }
            Ok(())
        };
        let mut scanner = Scanner::new(text, 0, plan.depth);
        let read = if is_array { scanner.array(element) } else { scanner.object(|scanner, _| element(scanner)) };
        // The text was scanned before, so it is in order.
        debug_assert!(read.is_ok());
        self.compare_count(level, start, elements);
        fault.map_or(Ok(()), Err)
    }

    /// Compares how many elements the list of a level has with how many it is said to have.
    fn compare_count(&mut self, level: usize, start: usize, elements: u64) {
        let Some(slot) = self.plan.levels[level].count else { return };
        let said =
            filter::text(&self.slots.get(slot).item, &mut self.work.scratch).and_then(|text| text.trim().parse().ok());
        if said.map_or(elements == 0, |said: u64| said <= elements) {
            return;
        }
        let place = self.decoded.cut[level].first.is_none().then(|| self.place(start).line);
        let cut = &mut self.decoded.cut[level];
        cut.lists += 1;
        cut.first = cut.first.or(place.map(|line| (line, elements, said)));
    }
}
