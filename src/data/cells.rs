//! Files of cells (CSV, TSV): where rows end, and the cells of a row.

use memchr::{memchr, memchr2, memchr3};

use super::json::{Escapes, Raw};

/// Why a row is not one; the offset is that of the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellMistake {
    /// The text ends within a quoted cell that begins here.
    OpenQuote(usize),
    /// Something stands between a closing quotation mark and the end of its cell.
    BehindQuote(usize),
    /// A carriage return stands alone.
    CarriageReturn(usize),
}

/// Returns the offset behind the row that begins at an offset, its line break included; `None` if the bytes do not hold all of it.
pub(super) fn row_end(bytes: &[u8], start: usize, delimiter: u8) -> Option<usize> {
    let mut at = start;
    loop {
        if bytes.get(at) == Some(&b'"') {
            at = behind_quotes(bytes, at)?;
        }
        at += memchr2(delimiter, b'\n', bytes.get(at..)?)?;
        at += 1;
        if bytes[at - 1] == b'\n' {
            return Some(at);
        }
    }
}

/// Returns the offset behind the closing quotation mark of the cell that begins at an offset. At the end of the bytes
/// a mark may be the first of two.
fn behind_quotes(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr(b'"', bytes.get(at..)?)? + 1;
        match bytes.get(at) {
            Some(b'"') => at += 1,
            Some(_) => return Some(at),
            None => return None,
        }
    }
}

/// Returns the offset of the quoted cell in which the bytes end, if they do.
pub(super) fn open_quote(bytes: &[u8], start: usize, delimiter: u8) -> Option<usize> {
    let mut at = start;
    while at < bytes.len() {
        if bytes[at] == b'"' {
            let cell = at;
            match behind_quotes(bytes, at) {
                Some(end) => at = end,
                // A mark at the very end closes the cell, if it is not one of a pair.
                None => return is_open(&bytes[cell + 1..]).then_some(cell),
            }
        }
        at += memchr2(delimiter, b'\n', &bytes[at..])? + 1;
    }
    None
}

fn is_open(inside: &[u8]) -> bool {
    inside.iter().filter(|byte| **byte == b'"').count() % 2 == 0
}

/// Reads the row at an offset, which is not the end of the text: gives each cell with its position, and returns the
/// offset behind the row and how many cells it has. A blank line has none.
pub(super) fn read_row<'a>(
    text: &'a str,
    start: usize,
    delimiter: u8,
    cell: &mut dyn FnMut(usize, Raw<'a>),
) -> Result<(usize, usize), CellMistake> {
    let bytes = text.as_bytes();
    let (mut at, mut count) = (start, 0);
    let slice = |from: usize, until: usize| text.get(from..until).unwrap_or("");
    loop {
        let cell_start = at;
        let mut quoted = None;
        if bytes.get(at) == Some(&b'"') {
            let mut escapes = Escapes::None;
            at += 1;
            loop {
                at += memchr(b'"', &bytes[at..]).ok_or(CellMistake::OpenQuote(cell_start))?;
                if bytes.get(at + 1) != Some(&b'"') {
                    break;
                }
                escapes = Escapes::DoubledQuotes;
                at += 2;
            }
            quoted = Some(Raw::Text(slice(cell_start + 1, at), escapes));
            at += 1;
        }
        let behind = at;
        let (end, next) = match memchr3(delimiter, b'\n', b'\r', &bytes[at..]).map(|found| at + found) {
            None => (bytes.len(), None),
            Some(end) if bytes[end] != b'\r' => (end, Some(end)),
            Some(end) => match bytes.get(end + 1) {
                Some(b'\n') => (end, Some(end + 1)),
                None => (end, None),
                Some(_) => return Err(CellMistake::CarriageReturn(end)),
            },
        };
        if quoted.is_some() && behind != end {
            return Err(CellMistake::BehindQuote(behind));
        }
        let is_last = next.is_none_or(|next| bytes[next] == b'\n');
        let behind_row = next.map_or(bytes.len(), |next| next + 1);
        if is_last && count == 0 && quoted.is_none() && end == cell_start {
            return Ok((behind_row, 0));
        }
        cell(count, quoted.unwrap_or_else(|| Raw::Text(slice(cell_start, end), Escapes::None)));
        count += 1;
        at = behind_row;
        if is_last {
            return Ok((behind_row, count));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::json::resolve;
    use super::*;

    fn rows(text: &str) -> Result<Vec<Vec<String>>, CellMistake> {
        let (mut rows, mut at) = (Vec::new(), 0);
        while at < text.len() {
            let mut row = Vec::new();
            let (end, count) = read_row(text, at, b',', &mut |_, raw| {
                let Raw::Text(text, escapes) = raw else { panic!("{raw:?}") };
                row.push(resolve(text, escapes, &mut String::new()).unwrap().to_owned());
            })?;
            assert_eq!(count, row.len());
            assert!(end > at);
            at = end;
            if count > 0 {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    #[test]
    fn reads_quotes_line_breaks_and_carriage_returns() {
        assert_eq!(
            rows("a,b\r\n\"x, \"\"y\"\"\nz\",2\r\n\r\n,\n5\" disk,\"\"").unwrap(),
            [vec!["a", "b"], vec!["x, \"y\"\nz", "2"], vec!["", ""], vec!["5\" disk", ""]]
        );
        assert_eq!(rows("a,\"b\nc"), Err(CellMistake::OpenQuote(2)));
        assert_eq!(rows("a,\"b\"c"), Err(CellMistake::BehindQuote(5)));
        assert_eq!(rows("a\rb"), Err(CellMistake::CarriageReturn(1)));
    }

    proptest! {
        /// Where a row ends does not depend on how much of the text there is.
        #[test]
        fn row_ends_agree(text in "[a,\"\n\r]{0,24}") {
            let bytes = text.as_bytes();
            if let Some(end) = row_end(bytes, 0, b',') {
                if let Ok((read, _)) = read_row(&text, 0, b',', &mut |_, _| {}) {
                    prop_assert_eq!(read, end);
                }
                for cut in 0..bytes.len() {
                    let found = row_end(&bytes[..cut], 0, b',');
                    prop_assert_eq!(found, (cut >= end).then_some(end));
                }
            }
        }

        /// The `csv` crate reads the same cells wherever the text is taken here.
        #[test]
        fn agrees_with_the_csv_crate(text in "[ab,\"\n]{0,24}") {
            if let Ok(ours) = rows(&text) {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
                let theirs: Vec<Vec<String>> =
                    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
                prop_assert_eq!(ours, theirs);
            }
        }

        #[test]
        fn an_open_quote_is_found(text in "[a,\"\n]{0,24}") {
            let open = open_quote(text.as_bytes(), 0, b',');
            let mut at = 0;
            let mut mistake = None;
            while at < text.len() && mistake.is_none() {
                match read_row(&text, at, b',', &mut |_, _| {}) {
                    Ok((end, _)) => at = end,
                    Err(error) => mistake = Some(error),
                }
            }
            match mistake {
                Some(CellMistake::OpenQuote(cell)) => prop_assert_eq!(open, Some(cell)),
                None => prop_assert_eq!(open, None),
                Some(_) => {}
            }
        }
    }
}
