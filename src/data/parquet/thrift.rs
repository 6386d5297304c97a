//! What Parquet writes about itself: structs in the compact form of Thrift, out of a slice. Nothing is kept that is not asked for.

/// The rest of what is read. Everything gives nothing where the bytes are none of this form.
pub(super) struct Thrift<'a>(pub(super) &'a [u8]);

/// How a value is written; those that are not named here are not met in what is read of a file.
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const DOUBLE: u8 = 7;
pub(super) const BINARY: u8 = 8;
pub(super) const LIST: u8 = 9;
pub(super) const STRUCT: u8 = 12;

/// The most levels of structs in what is passed over.
const DEPTH: usize = 8;

impl<'a> Thrift<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }

    /// A number of seven bits a byte, the lowest first.
    pub(super) fn unsigned(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// The same, of which the lowest bit is the sign.
    pub(super) fn signed(&mut self) -> Option<i64> {
        self.unsigned().map(|number| (number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A text.
    pub(super) fn binary(&mut self) -> Option<&'a [u8]> {
        let length = self.unsigned()?;
        self.take(usize::try_from(length).ok()?)
    }

    /// A whole number, `true` or `false`.
    pub(super) fn number(&mut self, kind: u8) -> Option<i64> {
        match kind {
            TRUE => Some(1),
            FALSE => Some(0),
            BYTE => self.byte().map(|byte| i64::from(byte as i8)),
            4..=6 => self.signed(),
            _ => None,
        }
    }

    /// The kind of the elements of a list, and how many there are.
    pub(super) fn list(&mut self) -> Option<(u8, u64)> {
        let head = self.byte()?;
        let short = u64::from(head >> 4);
        Some((head & 0x0F, if short == 15 { self.unsigned()? } else { short }))
    }

    /// Reads a struct. `read` reads the field of a number and kind, and stands behind it then.
    pub(super) fn fields(&mut self, mut read: impl FnMut(&mut Self, i64, u8) -> Option<()>) -> Option<()> {
        let mut last = 0i64;
        loop {
            let head = self.byte()?;
            if head & 0x0F == 0 {
                return Some(());
            }
            last = if head >> 4 == 0 { self.signed()? } else { last + i64::from(head >> 4) };
            read(self, last, head & 0x0F)?;
        }
    }

    /// Passes over a value. Lists and maps are none of what is passed over.
    pub(super) fn pass(&mut self, kind: u8) -> Option<()> {
        self.pass_within(kind, DEPTH)
    }

    fn pass_within(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            DOUBLE => self.take(8).map(|_| ()),
            BINARY => self.binary().map(|_| ()),
            STRUCT => {
                let below = depth.checked_sub(1)?;
                self.fields(|inner, _, kind| inner.pass_within(kind, below))
            }
            _ => self.number(kind).map(|_| ()),
        }
    }

    /// The numbers of a struct, up to its fifteenth field.
    pub(super) fn numbers(&mut self) -> Option<[Option<i64>; 16]> {
        let mut numbers = [None; 16];
        self.fields(|inner, field, kind| {
            if matches!(kind, DOUBLE | BINARY | STRUCT) {
                return inner.pass(kind);
            }
            let number = inner.number(kind)?;
            if let Some(place) = usize::try_from(field).ok().and_then(|field| numbers.get_mut(field)) {
                *place = Some(number);
            }
            Some(())
        })?;
        Some(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_or_endless_is_nothing() {
        // Field 1 a number, field 2 a text, field 3 a struct with a number, field 20 `true`.
        let whole = [0x15, 0x05, 0x18, 0x02, b'a', b'b', 0x1C, 0x16, 0x80, 0x01, 0x00, 0x01, 0x28, 0x00];
        assert_eq!(Thrift(&whole).numbers().map(|numbers| numbers[1]), Some(Some(-3)));
        for end in 0..whole.len() {
            assert!(Thrift(&whole[..end]).numbers().is_none(), "{end}");
        }
        assert!(Thrift(&[0xFF; 20]).unsigned().is_none());
        assert!(Thrift(&[0x1C; 20_000]).numbers().is_none());
        assert_eq!(Thrift(&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]).signed(), Some(i64::MIN));
        assert_eq!(Thrift(&[0xF9, 0x80, 0x02]).list(), Some((9, 256)));
    }
}
