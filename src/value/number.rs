//! Exact numbers: fractions of 128-bit integers.

use std::cmp::Ordering;
use std::fmt;

/// A fraction in lowest terms with a positive denominator, so equal numbers are equal bit by bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number {
    numerator: i128,
    denominator: i128,
}

fn gcd(a: u128, b: u128) -> u128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Number {
    /// Zero.
    pub const ZERO: Number = Number { numerator: 0, denominator: 1 };
    /// One.
    pub const ONE: Number = Number { numerator: 1, denominator: 1 };

    /// Makes a whole number.
    pub const fn from_integer(integer: i128) -> Number {
        Number { numerator: integer, denominator: 1 }
    }

    /// Makes a fraction; `None` for a denominator of zero or an overflow.
    pub fn from_fraction(numerator: i128, denominator: i128) -> Option<Number> {
        if denominator == 0 {
            return None;
        }
        let divisor = i128::try_from(gcd(numerator.unsigned_abs(), denominator.unsigned_abs())).ok()?;
        let divisor = if denominator < 0 { divisor.checked_neg()? } else { divisor };
        Some(Number { numerator: numerator.checked_div(divisor)?, denominator: denominator.checked_div(divisor)? })
    }

    /// Makes `mantissa / 10^scale`; `None` for a scale above 38.
    pub fn from_scaled(mantissa: i128, scale: u32) -> Option<Number> {
        if scale == 0 {
            return Some(Number::from_integer(mantissa));
        }
        Number::from_fraction(mantissa, 10i128.checked_pow(scale)?)
    }

    /// Reads `-12`, `0.5` or `1_000`: digits with an optional sign and decimal point; `None` if it is anything else or too long.
    pub fn parse(text: &str) -> Option<Number> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mut mantissa, mut scale, mut point, mut any) = (0i128, 0u32, false, false);
        for byte in digits.bytes() {
            match byte {
                b'0'..=b'9' => {
                    mantissa = mantissa.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
                    scale += u32::from(point);
                    any = true;
                }
                b'.' if !point && any => point = true,
                b'_' if any => {}
                _ => return None,
            }
        }
        if !any || (point && scale == 0) {
            return None;
        }
        Number::from_scaled(if negative { -mantissa } else { mantissa }, scale)
    }

    /// The numerator, in lowest terms.
    pub fn numerator(self) -> i128 {
        self.numerator
    }

    /// The denominator, in lowest terms; at least 1.
    pub fn denominator(self) -> i128 {
        self.denominator
    }

    /// Returns the number if it is whole.
    pub fn to_integer(self) -> Option<i128> {
        (self.denominator == 1).then_some(self.numerator)
    }

    /// Returns it as digits and how many of them are decimals, at most 18 of either; `None` where that is not exact.
    pub fn to_scaled(self) -> Option<(i64, u8)> {
        (0..=18u8).find_map(|scale| {
            let unit = 10i128.checked_pow(u32::from(scale))?;
            let whole = self.checked_mul(Number::from_integer(unit))?.to_integer()?;
            Some((i64::try_from(whole).ok()?, scale))
        })
    }

    /// Returns the nearest whole number; halves go to the even one.
    pub fn round(self) -> i128 {
        let floor = self.numerator.div_euclid(self.denominator);
        let rest = self.numerator.rem_euclid(self.denominator);
        match rest.cmp(&(self.denominator - rest)) {
            Ordering::Less => floor,
            Ordering::Greater => floor + 1,
            Ordering::Equal => floor + (floor & 1),
        }
    }

    /// The sum; `None` on overflow.
    pub fn checked_add(self, other: Number) -> Option<Number> {
        if self.denominator == 1 && other.denominator == 1 {
            return Some(Number::from_integer(self.numerator.checked_add(other.numerator)?));
        }
        let divisor = i128::try_from(gcd(self.denominator.unsigned_abs(), other.denominator.unsigned_abs())).ok()?;
        let left = self.numerator.checked_mul(other.denominator / divisor)?;
        let right = other.numerator.checked_mul(self.denominator / divisor)?;
        Number::from_fraction(left.checked_add(right)?, self.denominator.checked_mul(other.denominator / divisor)?)
    }

    /// The difference; `None` on overflow.
    pub fn checked_sub(self, other: Number) -> Option<Number> {
        self.checked_add(other.checked_neg()?)
    }

    /// The product; `None` on overflow.
    pub fn checked_mul(self, other: Number) -> Option<Number> {
        let left = Number::from_fraction(self.numerator, other.denominator)?;
        let right = Number::from_fraction(other.numerator, self.denominator)?;
        Some(Number {
            numerator: left.numerator.checked_mul(right.numerator)?,
            denominator: left.denominator.checked_mul(right.denominator)?,
        })
    }

    /// The quotient; `None` for a divisor of zero and on overflow.
    pub fn checked_div(self, other: Number) -> Option<Number> {
        self.checked_mul(Number::from_fraction(other.denominator, other.numerator)?)
    }

    /// The number with the other sign; `None` on overflow.
    pub fn checked_neg(self) -> Option<Number> {
        Some(Number { numerator: self.numerator.checked_neg()?, denominator: self.denominator })
    }

    /// The number without its sign; `None` on overflow.
    pub fn checked_abs(self) -> Option<Number> {
        if self.numerator < 0 { self.checked_neg() } else { Some(self) }
    }

    /// Adds up numbers; the result does not depend on their order, and only an overflow of the total is `None`.
    ///
    /// All are brought to their common denominator and added in 256 bits.
    pub fn sum(numbers: impl Iterator<Item = Number> + Clone) -> Option<Number> {
        let mut common: i128 = 1;
        for number in numbers.clone() {
            if common % number.denominator != 0 {
                let divisor = i128::try_from(gcd(common.unsigned_abs(), number.denominator.unsigned_abs())).ok()?;
                common = common.checked_mul(number.denominator / divisor)?;
            }
        }
        let (mut high, mut low) = (0i128, 0u128);
        for number in numbers {
            let addend = number.numerator.checked_mul(common / number.denominator)?;
            let (sum, carry) = low.overflowing_add(addend as u128);
            low = sum;
            high += if addend < 0 { -1 } else { 0 } + i128::from(carry);
        }
        let total = low as i128;
        (high == if total < 0 { -1 } else { 0 }).then(|| Number::from_fraction(total, common))?
    }
}

impl Ord for Number {
    /// Compares exactly, without overflow: by whole parts, then by the reciprocals of the rests.
    fn cmp(&self, other: &Number) -> Ordering {
        if self.denominator == 1 && other.denominator == 1 {
            return self.numerator.cmp(&other.numerator);
        }
        if let (Some(left), Some(right)) =
            (self.numerator.checked_mul(other.denominator), other.numerator.checked_mul(self.denominator))
        {
            return left.cmp(&right);
        }
        let (mut a, mut b, mut flipped) =
            ((self.numerator, self.denominator), (other.numerator, other.denominator), false);
        loop {
            let whole = a.0.div_euclid(a.1).cmp(&b.0.div_euclid(b.1));
            let rests = (a.0.rem_euclid(a.1), b.0.rem_euclid(b.1));
            let order = match (whole, rests) {
                (Ordering::Equal, (0, 0)) => Ordering::Equal,
                (Ordering::Equal, (0, _)) => Ordering::Less,
                (Ordering::Equal, (_, 0)) => Ordering::Greater,
                (Ordering::Equal, (left, right)) => {
                    (a, b, flipped) = ((a.1, left), (b.1, right), !flipped);
                    continue;
                }
                (order, _) => order,
            };
            return if flipped { order.reverse() } else { order };
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Number {
    /// Writes up to six decimals, without trailing zeros; the sixth is rounded.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 {
            return write!(formatter, "{}", self.numerator);
        }
        let whole = self.numerator / self.denominator;
        let rest = (self.numerator % self.denominator).unsigned_abs();
        let sign = if self.numerator < 0 { "-" } else { "" };
        let millionths = rest
            .checked_mul(1_000_000)
            .and_then(|scaled| Number::from_fraction(i128::try_from(scaled).ok()?, self.denominator))
            .map_or(0, Number::round);
        let (whole, millionths) =
            if millionths == 1_000_000 { (whole.unsigned_abs() + 1, 0) } else { (whole.unsigned_abs(), millionths) };
        if millionths == 0 {
            return write!(formatter, "{sign}{whole}");
        }
        let decimals = format!("{millionths:06}");
        write!(formatter, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

/// Writes a number with commas between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn sums_do_not_depend_on_order() {
        let large = Number::from_integer(i128::MAX);
        let back = Number::from_integer(-i128::MAX);
        assert_eq!(Number::sum([large, Number::ONE, back].into_iter()), Some(Number::ONE));
        assert_eq!(Number::sum([large, back, Number::ONE].into_iter()), Some(Number::ONE));
        assert_eq!(Number::sum([large, Number::ONE].into_iter()), None);
        assert_eq!(Number::sum([number("0.1"), number("0.2")].into_iter()), Some(number("0.3")));
    }

    #[test]
    fn comparison_is_exact_where_products_overflow() {
        let third = Number::from_fraction(i128::MAX / 3, i128::MAX - 1).unwrap();
        let less = Number::from_fraction(i128::MAX / 3 - 1, i128::MAX - 1).unwrap();
        assert_eq!(third.cmp(&less), Ordering::Greater);
        assert_eq!(less.cmp(&third), Ordering::Less);
        assert_eq!(number("0.95").cmp(&Number::from_fraction(19, 20).unwrap()), Ordering::Equal);
    }

    #[test]
    fn shows_at_most_six_decimals() {
        assert_eq!(Number::from_fraction(1, 3).unwrap().to_string(), "0.333333");
        assert_eq!(Number::from_fraction(-1, 2).unwrap().to_string(), "-0.5");
        assert_eq!(Number::from_fraction(9_999_999, 10_000_000).unwrap().to_string(), "1");
    }

    #[test]
    fn refuses_what_is_not_a_number() {
        for text in ["", "-", ".", "1.", "1e3", "1,5", " 1", "_1"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
