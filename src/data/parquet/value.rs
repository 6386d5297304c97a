//! What values stand for, and how each is written so that nothing of it is lost.

use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use ::parquet::schema::types::ColumnDescriptor;

use super::super::convert::Json;
use super::super::decode::cut;
use super::super::stream::Fault;
use super::column::Raw;
use super::file::damaged;
use crate::value::time::Date;

/// What the values of a column stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// What they are: `true`, `false` or a number.
    Plain,
    /// A number without a sign, of so many bits.
    Unsigned(u32),
    /// A number of which so many digits are behind the point.
    Decimal(u32),
    Date,
    /// A clock, as a count since midnight of which so many are a second.
    Clock(i64),
    /// A time, as a count since 1970-01-01 of which so many are a second; in UTC, or of a zone that is not said.
    Time {
        unit: i64,
        is_utc: bool,
    },
    /// A time of a zone that is not said, in the form of old writers.
    Nanos,
    Text,
    Uuid,
}

/// The most digits of a decimal that any writer knows.
const MOST_DIGITS: u32 = 76;

const MILLIS: i64 = 1_000;
const MICROS: i64 = 1_000_000;
const NANOS: i64 = 1_000_000_000;

fn unit_of(unit: &TimeUnit) -> i64 {
    match unit {
        TimeUnit::MILLIS => MILLIS,
        TimeUnit::MICROS => MICROS,
        TimeUnit::NANOS => NANOS,
    }
}

impl Form {
    /// What a column says of its values; nothing if that is nothing that a policy has a type for.
    pub(super) fn of(column: &ColumnDescriptor) -> Option<Form> {
        let ty = column.physical_type();
        let is_bytes = matches!(ty, Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY);
        let is_count = matches!(ty, Type::INT32 | Type::INT64);
        let bits = if ty == Type::INT64 { 64 } else { 32 };
        let scale = u32::try_from(column.type_scale()).ok().filter(|scale| *scale <= MOST_DIGITS);
        let decimal = || scale.map(Form::Decimal);
        let plain = match ty {
            Type::INT96 => Form::Nanos,
            // Old writers do not say of texts that they are.
            _ if is_bytes => Form::Text,
            _ => Form::Plain,
        };
        let form = match column.logical_type_ref() {
            Some(LogicalType::String | LogicalType::Enum | LogicalType::Json) => Form::Text,
            Some(LogicalType::Decimal(_)) => decimal()?,
            Some(LogicalType::Date) => Form::Date,
            Some(LogicalType::Time(time)) => Form::Clock(unit_of(&time.unit)),
            Some(LogicalType::Timestamp(time)) => {
                Form::Time { unit: unit_of(&time.unit), is_utc: time.is_adjusted_to_u_t_c }
            }
            Some(LogicalType::Integer(int)) if int.is_signed => Form::Plain,
            Some(LogicalType::Integer(_)) => Form::Unsigned(bits),
            Some(LogicalType::Uuid) => Form::Uuid,
            // A column of nothing but nulls.
            Some(LogicalType::Unknown) => plain,
            Some(_) => return None,
            None => match column.converted_type() {
                ConvertedType::DECIMAL => decimal()?,
                ConvertedType::DATE => Form::Date,
                ConvertedType::TIME_MILLIS => Form::Clock(MILLIS),
                ConvertedType::TIME_MICROS => Form::Clock(MICROS),
                ConvertedType::TIMESTAMP_MILLIS => Form::Time { unit: MILLIS, is_utc: true },
                ConvertedType::TIMESTAMP_MICROS => Form::Time { unit: MICROS, is_utc: true },
                ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64 => {
                    Form::Unsigned(bits)
                }
                ConvertedType::BSON | ConvertedType::INTERVAL => return None,
                _ => plain,
            },
        };
        let fits = match form {
            Form::Plain | Form::Nanos => true,
            Form::Unsigned(_) | Form::Date | Form::Clock(_) | Form::Time { .. } => is_count,
            Form::Decimal(_) => is_count || is_bytes,
            Form::Text => is_bytes,
            Form::Uuid => column.type_length() == 16,
        };
        fits.then_some(form)
    }

    /// Writes a value.
    ///
    /// # Errors
    ///
    /// It is no text, or has more digits than 128 bits hold.
    pub(super) fn write(self, raw: &Raw, name: &str, json: &mut Json) -> Result<(), Fault> {
        match (self, raw) {
            (Form::Plain, Raw::Boolean(value)) => json.mark(if *value { "true" } else { "false" }),
            (Form::Plain, Raw::Int(number)) => json.mark(&number.to_string()),
            // What is no number is no number in JSON either.
            (Form::Plain, Raw::Single(number)) if !number.is_finite() => json.text(&number.to_string()),
            (Form::Plain, Raw::Double(number)) if !number.is_finite() => json.text(&number.to_string()),
            (Form::Plain, Raw::Single(number)) => json.mark(&number.to_string()),
            (Form::Plain, Raw::Double(number)) => json.mark(&number.to_string()),
            (Form::Unsigned(32), Raw::Int(number)) => json.mark(&(*number as u32).to_string()),
            (Form::Unsigned(_), Raw::Int(number)) => json.mark(&(*number as u64).to_string()),
            (Form::Decimal(scale), Raw::Int(number)) => json.mark(&decimal(i128::from(*number), scale)),
            (Form::Decimal(scale), Raw::Bytes(bytes)) => {
                let number = number_of(bytes.data()).ok_or_else(|| {
                    Fault::malformed(format!("a number in the column `{}` has more than 128 bits", cut(name)))
                        .help("export it with at most 38 digits")
                })?;
                json.mark(&decimal(number, scale));
            }
            (Form::Date, Raw::Int(day)) => json.text(&date(*day)),
            (Form::Clock(unit), Raw::Int(count)) => json.text(&clock(*count, unit)),
            (Form::Time { unit, is_utc }, Raw::Int(count)) => {
                let day = unit * 86_400;
                let zone = if is_utc { "Z" } else { "" };
                let (date, clock) = (date(count.div_euclid(day)), clock(count.rem_euclid(day), unit));
                json.text(&format!("{date}T{clock}{zone}"));
            }
            (Form::Nanos, Raw::Nanos(nanos, day)) => {
                let nanos = i64::try_from(*nanos).map_err(|_| damaged())?;
                json.text(&format!("{}T{}", date(i64::from(*day) - EPOCH), clock(nanos, NANOS)));
            }
            (Form::Text, Raw::Bytes(bytes)) => {
                let text = std::str::from_utf8(bytes.data()).map_err(|_| {
                    Fault::malformed(format!("the column `{}` holds bytes that are no text", cut(name)))
                        .help("export the file without the column, or with texts in it")
                })?;
                json.text(text);
            }
            (Form::Uuid, Raw::Bytes(bytes)) => {
                let digits: String = bytes.data().iter().map(|byte| format!("{byte:02x}")).collect();
                let parts: Vec<&str> = [0..8, 8..12, 12..16, 16..20, 20..32]
                    .into_iter()
                    .map(|range| digits.get(range).ok_or_else(damaged))
                    .collect::<Result<_, _>>()?;
                json.text(&parts.join("-"));
            }
            _ => return Err(damaged()),
        }
        Ok(())
    }
}

/// 1970-01-01 as a day of the Julian calendar's count.
const EPOCH: i64 = 2_440_588;

fn date(day: i64) -> String {
    // A day that no calendar has is written so that the finding shows it.
    i32::try_from(day).map_or_else(|_| format!("day {day}"), |day| Date(day).to_string())
}

/// A count since midnight, of which `unit` are a second.
fn clock(count: i64, unit: i64) -> String {
    let (seconds, fraction) = (count.div_euclid(unit), count.rem_euclid(unit));
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if fraction == 0 {
        return clock;
    }
    let digits = unit.ilog10() as usize;
    format!("{clock}.{fraction:0digits$}")
}

/// A number of which so many digits are behind the point.
fn decimal(number: i128, scale: u32) -> String {
    let scale = scale as usize;
    let digits = format!("{:0>1$}", number.unsigned_abs(), scale.saturating_add(1));
    let (whole, part) = digits.split_at(digits.len() - scale);
    let sign = if number < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// A number of as many bytes as there are, the highest first, the highest bit the sign.
fn number_of(bytes: &[u8]) -> Option<i128> {
    let is_negative = bytes.first()? & 0x80 != 0;
    let filler = if is_negative { 0xFF } else { 0 };
    let extra = bytes.len().saturating_sub(16);
    let (more, low) = bytes.split_at(extra);
    // What is beyond 128 bits may only repeat the sign.
    if more.iter().any(|byte| *byte != filler) || extra > 0 && (low[0] & 0x80 != 0) != is_negative {
        return None;
    }
    let mut whole = [filler; 16];
    whole[16 - low.len()..].copy_from_slice(low);
    Some(i128::from_be_bytes(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact() {
        for (number, scale, shown) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (-5, 2, "-0.05"),
            (12_345, 2, "123.45"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
        ] {
            assert_eq!(decimal(number, scale), shown);
        }
        assert_eq!(number_of(&[]), None);
        assert_eq!(number_of(&[0xFF]), Some(-1));
        assert_eq!(number_of(&[0x00, 0xFF]), Some(255));
        assert_eq!(number_of(&[[0xFF; 17].as_slice(), &[0xFE]].concat()), Some(-2));
        assert_eq!(number_of(&[[0xFF].as_slice(), &[0x7F; 16]].concat()), None);
        assert_eq!(number_of(&[1; 17]), None);
    }

    #[test]
    fn times_are_exact() {
        assert_eq!(clock(0, MILLIS), "00:00:00");
        assert_eq!(clock(86_399_999, MILLIS), "23:59:59.999");
        assert_eq!(clock(1, NANOS), "00:00:00.000000001");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(date(i64::from(i32::MAX) + 1), "day 2147483648");
        assert_eq!(date(2_440_588 - EPOCH), "1970-01-01");
    }
}
