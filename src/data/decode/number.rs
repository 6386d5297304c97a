//! Numbers of exports: `5`, `1e3`, `3383,436944`, `2,000`.

use crate::ir::mapping::NumberNotation;
use crate::value::Number;

/// `mantissa / 10^scale`, exactly as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::data) struct Scaled {
    mantissa: i128,
    scale: i32,
}

impl Scaled {
    /// Reads a number in a notation, an exponent included; `None` if it is none or longer than 38 digits.
    pub(in crate::data) fn parse(text: &str, notation: NumberNotation) -> Option<Scaled> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let mut parsed = Scaled { mantissa: 0, scale: 0 };
        let (mut any, mut point) = (false, false);
        // Digits since the last mark between thousands; groups behind the first have three.
        let (mut group, mut groups) = (0, 0);
        let mut characters = rest.chars();
        while let Some(next) = characters.next() {
            if let Some(digit) = next.to_digit(10) {
                parsed.mantissa = parsed.mantissa.checked_mul(10)?.checked_add(i128::from(digit))?;
                parsed.scale += i32::from(point);
                any = true;
                group += 1;
            } else if next == notation.decimal && any && !point {
                if groups > 0 && group != 3 {
                    return None;
                }
                point = true;
                groups = 0;
            } else if Some(next) == notation.thousands && any && !point {
                if group == 0 || group > 3 || (groups > 0 && group != 3) {
                    return None;
                }
                groups += 1;
                group = 0;
            } else if matches!(next, 'e' | 'E') && any {
                let exponent: i32 =
                    characters.as_str().parse().ok().filter(|exponent| (-400..=400).contains(exponent))?;
                parsed.scale -= exponent;
                break;
            } else {
                return None;
            }
        }
        if !any || (groups > 0 && group != 3) || (point && parsed.scale == 0 && rest.ends_with(notation.decimal)) {
            return None;
        }
        if negative {
            parsed.mantissa = -parsed.mantissa;
        }
        Some(parsed)
    }

    /// The hundredth of it.
    pub(super) fn percent(self) -> Scaled {
        Scaled { mantissa: self.mantissa, scale: self.scale + 2 }
    }

    /// The number if it is whole and fits.
    pub(in crate::data) fn to_integer(self) -> Option<i64> {
        match self.to_decimal()? {
            (mantissa, 0) => Some(mantissa),
            (mantissa, scale) => {
                let unit = 10i64.checked_pow(u32::from(scale))?;
                (mantissa % unit == 0).then_some(mantissa / unit)
            }
        }
    }

    /// Mantissa and scale, of at most 18 decimals; `None` if it does not fit exactly.
    pub(in crate::data) fn to_decimal(self) -> Option<(i64, u8)> {
        let Scaled { mut mantissa, mut scale } = self;
        if mantissa == 0 {
            return Some((0, 0));
        }
        while scale < 0 {
            mantissa = mantissa.checked_mul(10)?;
            scale += 1;
        }
        while scale > 0 && (scale > 18 || i64::try_from(mantissa).is_err()) {
            if mantissa % 10 != 0 {
                return None;
            }
            mantissa /= 10;
            scale -= 1;
        }
        Some((i64::try_from(mantissa).ok()?, scale as u8))
    }

    /// So many units, in whole ones; a fraction is rounded.
    pub(super) fn times(self, unit: i64) -> Option<i64> {
        let (mantissa, scale) = self.to_decimal()?;
        let number = Number::from_scaled(i128::from(mantissa), u32::from(scale))?;
        i64::try_from(number.checked_mul(Number::from_integer(i128::from(unit)))?.round()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_exactly() {
        let plain = NumberNotation::default();
        let european = NumberNotation { decimal: ',', thousands: Some('.') };
        let cases = [
            ("5", plain, Some((5, 0))),
            ("-0.50", plain, Some((-50, 2))),
            ("1e3", plain, Some((1000, 0))),
            ("1.5E-2", plain, Some((15, 3))),
            ("0e999", plain, None),
            ("0e399", plain, Some((0, 0))),
            ("1.000000000000000000000000", plain, Some((1_000_000_000_000_000_000, 18))),
            ("0.1234567890123456789", plain, None),
            ("99999999999999999999", plain, None),
            ("3383,436944", european, Some((3_383_436_944, 6))),
            ("1.234.567,8", european, Some((12_345_678, 1))),
            ("12.34", european, None),
            ("1.2345", european, None),
            (".5", plain, None),
            ("5.", plain, None),
            ("1 000", plain, None),
            ("", plain, None),
            ("-", plain, None),
            ("0x10", plain, None),
            ("٣", plain, None),
            ("1e", plain, None),
        ];
        for (text, notation, expected) in cases {
            assert_eq!(Scaled::parse(text, notation).and_then(Scaled::to_decimal), expected, "{text}");
        }
        let integer = |text: &str| Scaled::parse(text, plain).and_then(Scaled::to_integer);
        assert_eq!(integer("5.0"), Some(5));
        assert_eq!(integer("5.5"), None);
        assert_eq!(integer("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(integer("9223372036854775808"), None);
    }

    #[test]
    fn counts_units() {
        let micros = |text: &str| Scaled::parse(text, NumberNotation::default()).and_then(|n| n.times(60_000_000));
        assert_eq!(micros("1.5"), Some(90_000_000));
        assert_eq!(micros("0.00000001"), Some(1));
        assert_eq!(micros("1e30"), None);
    }
}
