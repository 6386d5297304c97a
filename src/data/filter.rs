//! Choices of rows: `exclude`, `only`.

use super::json::{Raw, resolve};
use super::project::{Item, Slot};
use crate::ir::mapping::{Filter, Test};

/// Returns whether a row passes a choice. Of a path to many places, one that satisfies the test is enough.
pub(super) fn passes(filter: &Filter, slot: &Slot<'_>, scratch: &mut String) -> bool {
    satisfies(&filter.test, slot, scratch) == filter.only
}

/// Returns whether a row satisfies the test of a field; none where something is there that cannot be compared.
pub(super) fn decide(test: &Test, slot: &Slot<'_>, scratch: &mut String) -> Option<bool> {
    let is_comparable = match (test, slot.item) {
        (_, Item::Several) => false,
        (Test::In(_) | Test::NotIn(_), Item::Twice | Item::Value(Raw::Array(_) | Raw::Object(_))) => false,
        (_, Item::Stray(raw)) => {
            matches!(raw, Raw::Null) || matches!(raw, Raw::Text(text, _) if text.trim().is_empty())
        }
        _ => true,
    };
    is_comparable.then(|| satisfies(test, slot, scratch))
}

fn satisfies(test: &Test, slot: &Slot<'_>, scratch: &mut String) -> bool {
    match test {
        Test::In(texts) => {
            any(slot, &mut |item| text(item, scratch).is_some_and(|text| texts.iter().any(|t| t == text)))
        }
        Test::NotIn(texts) => {
            !any(slot, &mut |item| text(item, scratch).is_some_and(|text| texts.iter().any(|t| t == text)))
        }
        Test::Present => any(slot, &mut |item| is_present(item, scratch)),
        Test::Absent => !any(slot, &mut |item| is_present(item, scratch)),
    }
}

fn any(slot: &Slot<'_>, holds: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
    if slot.many && matches!(slot.item, Item::Value(_)) { slot.items.iter().any(holds) } else { holds(&slot.item) }
}

/// The text at a path; none where it is absent, or no single value.
pub(super) fn text<'a>(item: &Item<'a>, scratch: &'a mut String) -> Option<&'a str> {
    let Item::Value(raw) = item else { return None };
    let text = match raw.single() {
        Raw::Text(text, escapes) => resolve(text, escapes, scratch)?,
        Raw::Number(text) => text,
        Raw::Boolean(true) => "true",
        Raw::Boolean(false) => "false",
        _ => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

fn is_present(item: &Item<'_>, scratch: &mut String) -> bool {
    match item {
        Item::Missing | Item::Value(Raw::Null) | Item::Stray(_) => false,
        Item::Value(raw) if matches!(raw.single(), Raw::Text(..)) => text(item, scratch).is_some(),
        Item::Value(_) | Item::Twice | Item::Several => true,
    }
}
