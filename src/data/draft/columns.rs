//! What stands at one path: a guess from what all its values have in common.

use std::collections::BTreeMap;

use super::super::profile::forms::{FORMS, NOTATIONS, number_bits};
use super::super::profile::measure::Measure;
use crate::ir::mapping::NumberNotation;
use crate::source::is_invisible;

/// A guess, before the table says which forms of times and numbers hold in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Guess {
    Text,
    Boolean(Option<(Vec<String>, Vec<String>)>),
    /// Numbers in at least one notation.
    Number {
        percent: bool,
    },
    /// Times or days in at least one form, by their positions among all, the likeliest first.
    Time(Vec<usize>),
    Epoch(&'static str),
    Duration,
    DurationSince,
    Enum(Vec<String>),
}

/// Pairs of words for yes and no.
const PAIRS: [(&str, &str); 9] = [
    ("yes", "no"),
    ("y", "n"),
    ("on", "off"),
    ("t", "f"),
    ("ja", "nein"),
    ("oui", "non"),
    ("si", "no"),
    ("sí", "no"),
    ("sim", "não"),
];

/// Last words of names of columns that hold one of a few choices, even where those are numbers.
const CHOICES: [&str; 16] = [
    "impact",
    "urgency",
    "priority",
    "severity",
    "state",
    "status",
    "type",
    "kind",
    "risk",
    "class",
    "finalclass",
    "stage",
    "phase",
    "origin",
    "source",
    "level",
];

/// Last words of names of columns that name a thing or a person: text, however few they are.
const NAMES: [&str; 36] = [
    "by",
    "to",
    "caller",
    "owner",
    "agent",
    "assignee",
    "requester",
    "requestor",
    "requestors",
    "group",
    "team",
    "name",
    "user",
    "author",
    "creator",
    "org",
    "organization",
    "company",
    "location",
    "site",
    "email",
    "title",
    "subject",
    "summary",
    "description",
    "comment",
    "notes",
    "url",
    "link",
    "id",
    "ci",
    "service",
    "number",
    "ref",
    "key",
    "queue",
];

/// Most members of an enum, and characters of one.
const MOST_MEMBERS: usize = 24;
const MOST_CHARACTERS: usize = 40;

/// The words of a name: `createdAt`, `created_at`, `Created at`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut is_open, mut was_lower) = (false, false);
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            is_open = false;
            continue;
        }
        if !is_open || (was_lower && letter.is_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
        (is_open, was_lower) = (true, letter.is_lowercase() || letter.is_numeric());
    }
    words
}

/// Guesses what the values of a column are; `name` is the last name of its path.
pub(super) fn guess(measure: &Measure, name: &str) -> Guess {
    let words = words(name);
    let last = words.last().map_or("", String::as_str);
    let is_choice =
        CHOICES.contains(&last) || words.len() > 1 && last == "code" && words.iter().any(|word| word == "impact");
    let typed = measure.values - measure.weak.values().sum::<u64>();
    if measure.values == 0 || typed == 0 {
        return Guess::Text;
    }
    if let Some(boolean) = boolean(measure, &words) {
        return boolean;
    }
    if measure.durations == typed {
        return Guess::Duration;
    }
    let members = members(measure, is_choice);
    if measure.numbers & 0xFF != 0 && (measure.percents == 0 || measure.percents == typed) {
        // Numbers that name a thing are not counted with.
        let names = match last {
            "id" | "key" | "ref" | "number" | "phone" | "zip" => true,
            "code" => measure.json_numbers == 0,
            _ => false,
        };
        return match members {
            Some(members) if is_choice => Guess::Enum(members),
            _ if names => Guess::Text,
            _ => epoch(measure, &words).unwrap_or(Guess::Number { percent: measure.percents == typed }),
        };
    }
    if measure.forms != 0 {
        let forms = (0..FORMS.len()).filter(|form| measure.forms & (1 << form) != 0).collect();
        let is_length = measure.early == typed && typed > measure.epochs.values().sum();
        return if is_length { Guess::DurationSince } else { Guess::Time(forms) };
    }
    match members {
        Some(members) if is_choice || !NAMES.contains(&last) => Guess::Enum(members),
        _ => Guess::Text,
    }
}

fn boolean(measure: &Measure, words: &[String]) -> Option<Guess> {
    let values: Vec<&String> = measure.different.as_ref()?.keys().collect();
    let is = |value: &str, word: &str| value.trim().to_lowercase() == word;
    let split = |yes: &str, no: &str| {
        let (yes, rest): (Vec<&String>, Vec<&String>) = values.iter().copied().partition(|value| is(value, yes));
        rest.iter().all(|value| is(value, no)).then(|| (cloned(&yes), cloned(&rest)))
    };
    if split("true", "false").is_some() {
        return Some(Guess::Boolean(None));
    }
    // A count that never went above 1 looks the same: the name has to say it.
    let asks = words.first().is_some_and(|word| word == "is" || word == "has")
        || words.last().is_some_and(|word| word == "flag");
    let of_words = PAIRS.iter().find_map(|(yes, no)| split(yes, no));
    let found = of_words.or_else(|| split("1", "0").filter(|_| asks));
    found.map(|pair| Guess::Boolean(Some(pair)))
}

fn cloned(texts: &[&String]) -> Vec<String> {
    texts.iter().map(|text| (*text).clone()).collect()
}

/// Counts of seconds or milliseconds since 1970, if the name speaks of a time.
fn epoch(measure: &Measure, words: &[String]) -> Option<Guess> {
    const SPEAKS: [&str; 11] =
        ["at", "on", "time", "date", "timestamp", "created", "updated", "changed", "opened", "closed", "resolved"];
    let last = words.last()?;
    is_whole(measure, 0).filter(|is_whole| *is_whole)?;
    let (least, greatest) = measure.range?;
    let speaks = SPEAKS.iter().any(|word| last == word || last.ends_with("time") || last.ends_with("date"));
    // From 2000 to 2100.
    let within = |unit: i64| 946_684_800 * unit..4_102_444_800 * unit;
    let unit = [("seconds", 1), ("milliseconds", 1000)]
        .into_iter()
        .find(|(_, unit)| within(*unit).contains(&least) && within(*unit).contains(&greatest))?;
    speaks.then_some(Guess::Epoch(unit.0))
}

/// Whether a text may stand in a policy: all of it shows, on one line.
pub(super) fn is_plain(text: &str) -> bool {
    !text.contains(|letter: char| letter.is_control() || is_invisible(letter))
}

/// The values, if they are few, short, occur again and again, and do not look like names of things.
fn members(measure: &Measure, is_choice: bool) -> Option<Vec<String>> {
    let different = measure.different.as_ref()?;
    let is_few = different.len() <= MOST_MEMBERS && measure.longest <= MOST_CHARACTERS;
    let recurs = measure.values >= 2 * different.len() as u64;
    let looks_like_names = different.keys().any(|value| {
        !is_plain(value) || value.contains('@') || value.contains("://") || value.len() >= 32 && !value.contains(' ')
    });
    let is_named = !is_choice && are_numbered(different);
    (is_few && recurs && different.len() > 1 && !looks_like_names && !is_named)
        .then(|| different.keys().cloned().collect())
}

/// Whether most values are a word and a number, as in `Vendor 1` and `CHG0000097`: names of things, not choices.
fn are_numbered(different: &BTreeMap<String, u64>) -> bool {
    let numbered = different.keys().filter(|value| {
        let word = value.trim_end_matches(|c: char| c.is_ascii_digit());
        word.len() < value.len() && word.chars().any(char::is_alphabetic)
    });
    numbered.count() * 2 > different.len()
}

/// The notation in which most columns of numbers are numbers, and whether another would do as well.
pub(super) fn notation(measures: &[&Measure]) -> (usize, bool) {
    let fits =
        |notation: usize| measures.iter().filter(|measure| measure.numbers & number_bits(notation).0 != 0).count();
    let counts: Vec<usize> = (0..NOTATIONS.len()).map(fits).collect();
    let most = counts.iter().copied().max().unwrap_or_default();
    let best = counts.iter().position(|count| *count == most).unwrap_or_default();
    let is_doubtful = best != 0 && counts.iter().filter(|count| **count == most).count() > 1 && {
        // A comma alone may stand before decimals or between thousands.
        let decimals = |at: usize| NOTATIONS[at].decimal;
        (0..NOTATIONS.len()).any(|other| counts[other] == most && decimals(other) != decimals(best))
    };
    (best, is_doubtful)
}

/// Whether the numbers are whole in a notation; none if they are no numbers in it.
pub(super) fn is_whole(measure: &Measure, notation: usize) -> Option<bool> {
    let (number, whole) = number_bits(notation);
    (measure.numbers & number != 0).then_some(measure.numbers & whole != 0)
}

/// The marks of a notation.
pub(super) fn marks(notation: usize) -> NumberNotation {
    NOTATIONS.get(notation).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        let cut = |name: &str| words(name).join(" ");
        assert_eq!(cut("createdAt"), "created at");
        assert_eq!(cut("u_priority_confirmation"), "u priority confirmation");
        assert_eq!(cut("Custom field (Étage 2)"), "custom field étage 2");
        assert_eq!(cut("TTR"), "ttr");
        assert_eq!(cut("--"), "");
    }
}
