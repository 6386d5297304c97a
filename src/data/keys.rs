//! Keys as numbers: equal texts in a key space are one number.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::column::TextColumn;

/// The texts of a key space, each once, numbered in order of appearance.
#[derive(Debug, Clone, Default)]
pub(super) struct Interner {
    texts: TextColumn,
    ids: HashTable<(u64, u32)>,
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

impl Interner {
    /// Returns the number of a text; a new text gets the next.
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        let hash = hash(text);
        let texts = &self.texts;
        if let Some((_, id)) = self.ids.find(hash, |(known, id)| *known == hash && texts.get(*id as usize) == text) {
            return *id;
        }
        let id = self.texts.len() as u32;
        self.texts.push(text);
        self.ids.insert_unique(hash, (hash, id), |(hash, _)| *hash);
        id
    }

    /// Makes room for so many further texts.
    pub(super) fn reserve(&mut self, texts: usize) {
        self.ids.reserve(texts, |(hash, _)| *hash);
    }

    /// Adds the texts of another interner, in order; returns the number here of each number there.
    pub(super) fn add(&mut self, other: &Interner) -> Vec<u32> {
        (0..other.len()).map(|id| self.intern(other.texts.get(id))).collect()
    }

    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The text of a number.
    pub(super) fn text(&self, id: u32) -> &str {
        self.texts.get(id as usize)
    }

    /// The texts, in order of their numbers.
    pub(super) fn into_texts(self) -> TextColumn {
        self.texts
    }
}
