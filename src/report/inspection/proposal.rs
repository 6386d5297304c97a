//! Arms of a value map for values that are not mapped, guessed from the names of the members.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::data::inspect::FieldInspection;
use crate::diagnostic::{Code, closest};
use crate::ir::mapping::{FieldSource, Mapping};
use crate::schema::Type;

/// An arm of a value map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProposedArm {
    /// The values, the most frequent first.
    pub values: Vec<ProposedValue>,
    /// The member; none where no name is like the value: to be filled in.
    pub member: Option<String>,
}

/// A value of an arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProposedValue {
    /// The value.
    pub value: String,
    /// How many records have it.
    pub count: u64,
}

/// Texts for yes and no.
const YES: [&str; 9] = ["true", "yes", "y", "on", "1", "ja", "oui", "si", "t"];
const NO: [&str; 9] = ["false", "no", "n", "off", "0", "nein", "non", "nej", "f"];

/// Proposes arms for what is not mapped, and says whether they are the whole map. Values that were cut, or of which there are more
/// than are told apart, are not among them.
pub(super) fn proposed(inspected: &FieldInspection, mapping: &Mapping, ty: &Type) -> (Vec<ProposedArm>, bool) {
    let Some(FieldSource::Path { reading, .. } | FieldSource::Picked { reading, .. }) =
        mapping.fields.get(&inspected.field)
    else {
        return (Vec::new(), false);
    };
    let mut ty = ty;
    while let Type::List(element) = ty {
        ty = element;
    }
    let members: Vec<&str> = match ty {
        Type::Boolean => vec!["false", "true"],
        Type::Enum(members) | Type::Calendar(members) => members.members.iter().map(String::as_str).collect(),
        _ => return (Vec::new(), false),
    };
    let known: BTreeMap<&str, &str> = reading
        .map
        .iter()
        .flatten()
        .filter_map(|(text, position)| Some((text.as_str(), *members.get(*position as usize)?)))
        .collect();
    let is_unmapped = |code: Code| code == Code::UnmappedValue || *ty == Type::Boolean && code == Code::MalformedValue;
    let found = inspected.findings.iter().filter(|found| is_unmapped(found.code)).flat_map(|found| &found.values);
    let found = found.filter(|value| !value.value.is_empty() && !value.value.ends_with('…'));
    let mut arms: Vec<ProposedArm> = Vec::new();
    let mut add = |value: &str, count: u64, member: Option<String>| {
        let value = ProposedValue { value: value.to_owned(), count };
        match arms.iter_mut().find(|arm| arm.member.is_some() && arm.member == member) {
            Some(arm) => arm.values.push(value),
            None => arms.push(ProposedArm { values: vec![value], member }),
        }
    };
    let mut any = false;
    for value in found {
        any = true;
        let member = guess(&value.value, &members, &known, *ty == Type::Boolean);
        add(&value.value, value.count, member);
    }
    if !any {
        return (Vec::new(), false);
    }
    // A map is exhaustive: where there was none, it has to have the members that were read by their own names.
    let is_whole = reading.map.is_none();
    if is_whole {
        for (member, count) in members.iter().zip(&inspected.members).filter(|(_, count)| **count > 0) {
            add(member, *count, Some((*member).to_owned()));
        }
    }
    (arms, is_whole)
}

/// The words of a text in small letters; of `2 - High` only what stands behind the number.
fn words(text: &str) -> Vec<String> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let label = rest.trim_start().trim_start_matches(['-', '.', ':', ')']);
    let text = if rest.len() < text.len() && label.chars().any(char::is_alphabetic) { label } else { text };
    let mut words: Vec<String> = Vec::new();
    let (mut is_open, mut was_small) = (false, false);
    for letter in text.chars() {
        if !letter.is_alphanumeric() {
            is_open = false;
            continue;
        }
        if !is_open || was_small && letter.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
        (is_open, was_small) = (true, letter.is_lowercase());
    }
    words
}

/// Guesses which member a value means: by its name, by one value that is mapped and nearly the same, by words that they share, by a
/// number that only one of them ends in.
fn guess(value: &str, members: &[&str], known: &BTreeMap<&str, &str>, is_boolean: bool) -> Option<String> {
    let own = words(value);
    if is_boolean {
        let word = own.join(" ");
        let is_one = |texts: &[&str]| texts.contains(&word.as_str());
        return if is_one(&YES) { Some("true".to_owned()) } else { is_one(&NO).then(|| "false".to_owned()) };
    }
    let name = own.join("_");
    let same = members.iter().find(|member| words(member).join("_") == name);
    let mapped = || {
        let lower: BTreeMap<String, &str> = known.iter().map(|(text, member)| (text.to_lowercase(), *member)).collect();
        let near = closest(&value.to_lowercase(), lower.keys().map(String::as_str));
        lower.get(&value.to_lowercase()).copied().or_else(|| near.and_then(|near| lower.get(near).copied()))
    };
    let near = || closest(&name, members.iter().copied()).filter(|_| name.len() > 2);
    let only = |fits: &dyn Fn(&str) -> bool| {
        let mut fitting = members.iter().filter(|member| fits(member));
        fitting.next().copied().filter(|_| fitting.next().is_none())
    };
    let shares = |member: &str| {
        let theirs = words(member);
        let within = |few: &[String], many: &[String]| !few.is_empty() && few.iter().all(|word| many.contains(word));
        within(&own, &theirs) || within(&theirs, &own)
    };
    let number = |text: &str| text.trim_start_matches(|c: char| !c.is_ascii_digit()).to_owned();
    let is_numbered = |member: &str| {
        let theirs = number(member);
        !theirs.is_empty() && theirs == number(value) && value.chars().filter(|c| c.is_alphabetic()).count() <= 4
    };
    let found = same.copied().or_else(mapped).or_else(near).or_else(|| only(&shares)).or_else(|| only(&is_numbered));
    found.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_guessed_from_names() {
        let members = ["new", "in_progress", "on_hold", "resolved", "p1", "p2"];
        let known = BTreeMap::from([("Working", "in_progress"), ("Waiting", "on_hold")]);
        let of = |value: &str| guess(value, &members, &known, false);
        for (value, expected) in [
            ("In Progress", "in_progress"),
            ("InProgress", "in_progress"),
            ("2 - Resolved", "resolved"),
            ("resolvd", "resolved"),
            ("working", "in_progress"),
            ("Waitng", "on_hold"),
            ("Resolved by workaround", "resolved"),
            ("Hold", "on_hold"),
            ("1", "p1"),
            ("Sev 2", "p2"),
        ] {
            assert_eq!(of(value).as_deref(), Some(expected), "{value}");
        }
        for value in ["", "-", "Parked", "3", "Priority one"] {
            assert_eq!(of(value), None, "{value}");
        }
        assert_eq!(guess("Ja", &["false", "true"], &BTreeMap::new(), true).as_deref(), Some("true"));
        assert_eq!(guess("maybe", &["false", "true"], &BTreeMap::new(), true), None);
    }
}
