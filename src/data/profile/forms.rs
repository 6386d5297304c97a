//! Forms in which exports write times and numbers, as far as they can be told from values.

use std::sync::LazyLock;

use crate::data::decode::number::Scaled;
use crate::ir::mapping::NumberNotation;
use crate::value::time::format::TimeFormat;
use crate::value::{Date, Timestamp, Zone};

/// A form of times or days.
#[derive(Debug)]
pub(in crate::data) struct Form {
    /// As it is written behind `times`; none for what is read without a form.
    pub(in crate::data) written: Option<String>,
    /// Whether it reads a time of day.
    pub(in crate::data) has_time: bool,
    /// Whether its texts carry an offset.
    pub(in crate::data) has_offset: bool,
    read: Option<TimeFormat>,
}

/// The forms of days that are written with numbers alone, or with names of months.
const DAYS: [&str; 15] = [
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%d/%b/%y",
    "%d/%b/%Y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%b %d, %Y",
];

/// What stands behind the day.
const TIMES: [&str; 7] = ["", " %H:%M", " %H:%M:%S", " %H:%M:%S%.f", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S %z"];

/// Forms of other kinds.
const OTHERS: [&str; 5] = [
    "%Y-%m-%dT%H:%M:%S%.f%z",
    "%a %b %d %H:%M:%S %Y",
    "%a %b %d %Y %H:%M:%S GMT%z (Coordinated Universal Time)",
    "%a, %d %b %Y %H:%M:%S %z",
    "%A, %d %B %Y %H:%M:%S",
];

/// All forms, the usual ones first: what they read needs no form.
pub(in crate::data) static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let usual = |has_time, has_offset| Form { written: None, has_time, has_offset, read: None };
    let mut forms = vec![usual(true, true), usual(true, false), usual(false, false)];
    let written = DAYS.iter().flat_map(|day| TIMES.iter().map(move |time| format!("{day}{time}")));
    for form in written.chain(OTHERS.iter().map(|form| (*form).to_owned())) {
        if let Ok(read) = TimeFormat::new(&form) {
            let (has_time, has_offset) = (read.has_time(), read.has_offset());
            forms.push(Form { written: Some(form), has_time, has_offset, read: Some(read) });
        }
    }
    forms
});

/// Which of the forms read a text.
pub(in crate::data) type Forms = u128;

/// All forms there are.
pub(in crate::data) fn all_forms() -> Forms {
    (1 << FORMS.len()) - 1
}

/// Returns which of some forms read a text.
pub(in crate::data) fn forms_of(text: &str, among: Forms) -> Forms {
    if among == 0 || !(6..=80).contains(&text.len()) || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    static UTC: LazyLock<Option<Zone>> = LazyLock::new(|| Zone::named("UTC"));
    let zone = UTC.as_ref();
    let (mut found, mut left) = (among, among);
    while let Some(form) = FORMS.get(left.trailing_zeros() as usize) {
        let position = left.trailing_zeros();
        left &= left - 1;
        let reads = match (&form.read, form.has_time, form.has_offset) {
            (Some(read), true, _) => read.timestamp(text, zone).is_some(),
            (Some(read), false, _) => read.date(text).is_some(),
            (None, true, true) => Timestamp::parse_in(text, None).is_some(),
            (None, true, false) => Timestamp::parse_in(text, zone).is_some(),
            (None, false, _) => Date::parse(text).is_some(),
        };
        if !reads {
            found &= !(1 << position);
        }
    }
    found
}

/// The notations of numbers, the plain one first.
pub(in crate::data) const NOTATIONS: [NumberNotation; 5] = [
    NumberNotation { decimal: '.', thousands: None },
    NumberNotation { decimal: '.', thousands: Some(',') },
    NumberNotation { decimal: ',', thousands: None },
    NumberNotation { decimal: ',', thousands: Some('.') },
    NumberNotation { decimal: ',', thousands: Some(' ') },
];

/// In which notations all values are numbers (the lower bits) and whole ones (the upper).
pub(in crate::data) type Numbers = u16;

/// The bits of one notation.
pub(in crate::data) fn number_bits(notation: usize) -> (Numbers, Numbers) {
    (1 << notation, 1 << (notation + 8))
}

/// Digits up to which a number counts as one: longer ones are names of things.
const MOST_DIGITS: usize = 15;

/// Returns in which of some notations a text is a number. What begins with a zero or a plus, or is long, is a name.
pub(in crate::data) fn numbers_of(text: &str, is_number: bool, among: Numbers) -> Numbers {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let is_name = unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes()[1].is_ascii_digit();
    let has_letters = !is_number && text.bytes().any(|byte| byte.is_ascii_alphabetic() || byte == b'+');
    if among == 0 || digits == 0 || digits > MOST_DIGITS || is_name || has_letters {
        return 0;
    }
    let mut found = 0;
    for (position, notation) in NOTATIONS.iter().enumerate() {
        let (number, whole) = number_bits(position);
        // A number of JSON is never in a local notation.
        let notation = if is_number { NOTATIONS[0] } else { *notation };
        let Some(read) = Scaled::parse(text, notation).filter(|read| read.to_decimal().is_some()) else { continue };
        let is_whole = read.to_integer().is_some() && !text.contains([notation.decimal, 'e', 'E']);
        found |= number | if is_whole { whole } else { 0 };
    }
    found & among
}
