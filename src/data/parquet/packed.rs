//! What the bytes of a page come to, told before they are unpacked or decoded.

use std::io::Read;

use ::parquet::basic::Compression;
use flate2::read::MultiGzDecoder;

use super::thrift::Thrift;

/// The most memory that decompression may ask for, as a power of two: what `zstd` itself allows.
const WINDOW: u32 = 27;

/// Whether what is compressed so can be unpacked.
pub(super) fn is_known(compression: Compression) -> bool {
    matches!(compression, Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) | Compression::ZSTD(_))
}

/// Unpacks what comes to so many bytes; nothing if it does not.
pub(super) fn unpack(compression: Compression, packed: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut unpacked = Vec::new();
    let mut read = |reader: &mut dyn Read| reader.take(size as u64 + 1).read_to_end(&mut unpacked).ok();
    match compression {
        Compression::UNCOMPRESSED => unpacked = packed.to_vec(),
        Compression::SNAPPY => {
            if snap::raw::decompress_len(packed).ok()? != size {
                return None;
            }
            unpacked = snap::raw::Decoder::new().decompress_vec(packed).ok()?;
        }
        Compression::GZIP(_) => {
            read(&mut MultiGzDecoder::new(packed))?;
        }
        Compression::ZSTD(_) => {
            let mut decoder = zstd::Decoder::with_buffer(packed).ok()?;
            decoder.window_log_max(WINDOW).ok()?;
            read(&mut decoder)?;
        }
        _ => return None,
    }
    (unpacked.len() == size).then_some(unpacked)
}

/// Numbers as differences (`DELTA_BINARY_PACKED`): how many there are, and what is behind them. Each of them is handed to
/// `sink` as one of 32 bits. Nothing if there are more than `most`, or the bytes are none of this form.
///
/// The form is that of the [specification](https://parquet.apache.org/docs/file-format/data-pages/encodings/).
pub(super) fn differences(bytes: &[u8], most: u64, mut sink: impl FnMut(i32)) -> Option<(u64, &[u8])> {
    let mut rest = Thrift(bytes);
    let (block, parts) = (rest.unsigned()?, rest.unsigned()?);
    let (count, first) = (rest.unsigned()?, rest.signed()?);
    let each = usize::try_from(block.checked_div(parts)?).ok()?;
    let parts = usize::try_from(parts).ok().filter(|parts| *parts <= bytes.len())?;
    if count > most || each == 0 || each % 32 != 0 || each > MOST_IN_PART {
        return None;
    }
    if count == 0 {
        return Some((0, rest.0));
    }
    let mut last = first as i32;
    sink(last);
    let mut left = count - 1;
    while left > 0 {
        let least = rest.signed()?;
        let (widths, after) = rest.0.split_at_checked(parts)?;
        rest.0 = after;
        for width in widths.iter().map(|width| usize::from(*width)) {
            // Behind the last number nothing is written, whatever the widths are.
            if left == 0 {
                break;
            }
            if width > 64 {
                return None;
            }
            let (part, after) = rest.0.split_at_checked(width * each / 8)?;
            rest.0 = after;
            for at in 0..left.min(each as u64) as usize {
                let difference = bits(part, at * width, width);
                last = last.wrapping_add((least as i32).wrapping_add(difference as i32));
                sink(last);
            }
            left = left.saturating_sub(each as u64);
        }
    }
    Some((count, rest.0))
}

/// The most numbers in a part of a block; writers put 32 or 64 into one.
const MOST_IN_PART: usize = 1 << 16;

/// The bits of a number, the lowest first.
fn bits(bytes: &[u8], start: usize, width: usize) -> u64 {
    let mut number = 0u128;
    for (position, byte) in bytes.iter().skip(start / 8).take(9).enumerate() {
        number |= u128::from(*byte) << (8 * position);
    }
    let mask = (1u128 << width) - 1;
    (number >> (start % 8) & mask) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], most: u64) -> Option<(Vec<i32>, usize)> {
        let mut numbers = Vec::new();
        let (count, rest) = differences(bytes, most, |number| numbers.push(number))?;
        assert_eq!(count as usize, numbers.len());
        Some((numbers, rest.len()))
    }

    #[test]
    fn differences_are_read_as_the_specification_has_it() {
        // Blocks of 128 in 4 parts; 7, 5, 3, 1, 2, 3, 4, 5: least difference -2, the others by 0 0 0 3 3 3 3 in two bits.
        let mut bytes = vec![0x80, 0x01, 4, 8, 14, 3, 2, 0, 0, 0, 0b1100_0000, 0b0011_1111];
        bytes.extend([0; 6]);
        bytes.extend(b"behind");
        assert_eq!(read(&bytes, 8), Some((vec![7, 5, 3, 1, 2, 3, 4, 5], 6)));
        assert_eq!(read(&bytes, 7), None);
        assert_eq!(read(&[0x80, 0x01, 4, 1, 14, 9], 8), Some((vec![7], 1)));
        assert_eq!(read(&[0x80, 0x01, 4, 0, 14], 8), Some((vec![], 0)));
        for end in 0..18 {
            assert_eq!(read(&bytes[..end], 8), None, "{end}");
        }
        // A block of none, of a part of none, and of more than there is.
        for head in [[0, 4], [4, 0], [0x7F, 4]] {
            assert_eq!(read(&[head[0], head[1], 8, 14, 3, 2, 0, 0, 0], 8), None);
        }
    }

    #[test]
    fn what_unpacks_to_another_size_is_nothing() {
        let text = b"abcabcabcabc".repeat(40);
        let snappy = snap::raw::Encoder::new().compress_vec(&text).unwrap();
        let zstd = zstd::encode_all(&text[..], 3).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gzip, &text).unwrap();
        for (compression, packed) in [
            (Compression::UNCOMPRESSED, text.clone()),
            (Compression::SNAPPY, snappy),
            (Compression::GZIP(Default::default()), gzip.finish().unwrap()),
            (Compression::ZSTD(Default::default()), zstd),
        ] {
            assert_eq!(unpack(compression, &packed, text.len()).as_ref(), Some(&text), "{compression}");
            for size in [0, text.len() - 1, text.len() + 1, usize::MAX / 2] {
                assert_eq!(unpack(compression, &packed, size), None, "{compression} {size}");
            }
            assert_eq!(unpack(compression, &packed[..packed.len() / 2], text.len()), None, "{compression}");
        }
        assert_eq!(unpack(Compression::LZO, &text, text.len()), None);
    }
}
