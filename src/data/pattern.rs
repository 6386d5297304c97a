//! Names of files: patterns that select them, and the formats that they promise.

use super::stream::Compression;
use super::xml::Dialect;
use crate::ir::pattern::{Part, parts};

/// Returns whether a pattern selects a file.
pub fn selects(pattern: &str, name: &str) -> bool {
    named(pattern, name).is_some()
}

/// Returns the parts of a file's name to which a pattern gives names, in order; none if the pattern does not select the file.
/// Behind the pattern the ending of a compression may follow, and the archive that holds the file need not be named: what
/// differs from file to file is as short as can be, from left to right.
pub(super) fn named<'a>(pattern: &'a str, name: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let parts = parts(pattern);
    let whole = |name: &'a str| matches(&parts, name).or_else(|| matches(&parts, Compression::cut(name).0));
    whole(name).or_else(|| whole(within_archive(name)?))
}

/// The name of a file within its archive, if it is in one.
fn within_archive(name: &str) -> Option<&str> {
    let ends = name.match_indices('/').map(|(end, _)| end);
    let archive = ends.into_iter().find(|end| is_archive(&name[..*end]) && !name[..*end].ends_with("/.zip"))?;
    name.get(archive + 1..)
}

/// Whether a file is an archive, by its name.
pub(super) fn is_archive(name: &str) -> bool {
    let at = name.len().saturating_sub(ARCHIVE.len());
    at > 0 && name.as_bytes()[at..].eq_ignore_ascii_case(ARCHIVE.as_bytes())
}

/// What the name of an archive ends in.
const ARCHIVE: &str = ".zip";

fn matches<'a>(parts: &[Part<'a>], name: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let (mut found, mut rest) = (Vec::new(), name);
    // What differs and whose end is not found yet: its name, if it has one.
    let mut open: Option<Option<&str>> = None;
    for (at, part) in parts.iter().enumerate() {
        let text = match part {
            Part::Text(text) => *text,
            Part::Any | Part::Named(_) => "",
        };
        let end = match open {
            None if rest.starts_with(text) => 0,
            None => return None,
            // The last text ends the name, and as it is the last there is no other place for it.
            Some(_) if at + 1 == parts.len() && !text.is_empty() => rest.len().checked_sub(text.len())?,
            Some(of) => {
                let least = of.map_or(0, |_| rest.chars().next().map_or(1, char::len_utf8));
                least + rest.get(least..)?.find(text)?
            }
        };
        if let Some(of) = open {
            found.extend(differing(of, rest.get(..end)?)?);
        }
        rest = rest.get(end..)?.strip_prefix(text)?;
        open = match part {
            Part::Text(_) => None,
            Part::Any => Some(None),
            Part::Named(name) => Some(Some(*name)),
        };
    }
    match open {
        Some(of) => found.extend(differing(of, rest)?),
        None if rest.is_empty() => {}
        None => return None,
    }
    Some(found)
}

/// What differs from file to file may not hold a `/` and, if it has a name, is not empty.
fn differing<'a>(of: Option<&'a str>, text: &'a str) -> Option<Option<(&'a str, &'a str)>> {
    let fits = !text.contains('/') && (of.is_none() || !text.is_empty());
    fits.then(|| of.map(|of| (of, text)))
}

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// One value of JSON.
    Json,
    /// One value of JSON on each line.
    Lines,
    /// Rows of cells under a header.
    Cells {
        /// What separates the cells.
        delimiter: u8,
    },
    /// XML: elements, or what an event log has in their place.
    Xml(Dialect),
    /// YAML, one document behind the other.
    Yaml,
    /// Rows of cells of a workbook, under a header.
    Sheet,
    /// Rows whose columns lie one behind the other.
    Parquet,
}

impl Format {
    /// Returns the format that a name promises; a mapping's delimiter makes any other name a file of cells.
    pub(super) fn of(name: &str, delimiter: Option<u8>) -> Option<Format> {
        let plain = Compression::cut(name).0;
        let extension = plain.rsplit(['.', '/']).next().unwrap_or("").to_ascii_lowercase();
        match extension.as_str() {
            "json" => Some(Format::Json),
            "ndjson" | "jsonl" => Some(Format::Lines),
            "xml" => Some(Format::Xml(Dialect::Plain)),
            "yaml" | "yml" => Some(Format::Yaml),
            "xlsx" | "xlsm" => Some(Format::Sheet),
            "parquet" => Some(Format::Parquet),
            "xes" => Some(Format::Xml(Dialect::EventLog)),
            "csv" => Some(Format::Cells { delimiter: delimiter.unwrap_or(b',') }),
            "tsv" => Some(Format::Cells { delimiter: delimiter.unwrap_or(b'\t') }),
            _ => delimiter.map(|delimiter| Format::Cells { delimiter }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_but_a_slash() {
        for (pattern, name) in [
            ("incident.csv", "incident.csv"),
            ("incident.csv", "incident.csv.gz"),
            ("incident_event_log.csv*", "incident_event_log.csv.gz"),
            ("rest_core_get_Incident*.json", "rest_core_get_Incident.json"),
            ("rest_core_get_Incident*.json", "rest_core_get_Incident-2.json.gz"),
            ("history/*.json", "history/8.json"),
            ("*/a*b*.json", "x/aabab.json"),
            ("incident.csv", "incident.csv.ZST"),
            ("incident.csv", "export.zip/incident.csv.gz"),
            ("history/*.json", "x.zip/history/8.json"),
            ("incident.csv", "x/y.zip/incident.csv"),
            ("export.zip/*.csv", "export.zip/incident.csv"),
            ("*", "anything"),
        ] {
            assert!(selects(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("incident.csv", "Incident.csv"),
            ("*.json", "history/8.json"),
            ("history/*.json", "history/a/8.json"),
            ("incident.csv", "incident.csv.bak"),
            ("incident.csv", "export.zip/x/incident.csv"),
            ("incident.csv", ".zip/incident.csv"),
            ("incident.csv", "x/incident.csv"),
            ("a*b", "ac"),
            ("", "a"),
        ] {
            assert!(!selects(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn parts_of_names_are_data() {
        let named = |pattern, name| named(pattern, name).map(|found| format!("{found:?}"));
        for (pattern, name, expected) in [
            ("history/{ticket}.json", "history/8.json", r#"[("ticket", "8")]"#),
            ("{ticket}.json", "8.json.gz", r#"[("ticket", "8")]"#),
            ("{a}-{b}.csv", "x-y-z.csv", r#"[("a", "x"), ("b", "y-z")]"#),
            ("{a}-{b}.csv", "--z.csv", r#"[("a", "-"), ("b", "z")]"#),
            ("{a}/*_{b}", "é/x_y_z", r#"[("a", "é"), ("b", "y_z")]"#),
            ("a*b*", "aabab", "[]"),
            ("{}", "{}", "[]"),
        ] {
            assert_eq!(named(pattern, name).as_deref(), Some(expected), "{pattern} {name}");
        }
        for (pattern, name) in
            [("{a}.json", ".json"), ("h/{a}.json", "h/x/y.json"), ("{a}-{b}", "-x"), ("{a}x", "x"), ("{a}", "")]
        {
            assert_eq!(named(pattern, name), None, "{pattern} {name}");
        }
    }

    #[test]
    fn names_promise_formats() {
        assert_eq!(Format::of("a.JSON.gz", None), Some(Format::Json));
        assert_eq!(Format::of("x/a.jsonl", None), Some(Format::Lines));
        assert_eq!(Format::of("a.tsv", None), Some(Format::Cells { delimiter: b'\t' }));
        assert_eq!(Format::of("a.tsv", Some(b';')), Some(Format::Cells { delimiter: b';' }));
        assert_eq!(Format::of("a.txt", None), None);
        assert_eq!(Format::of("a.txt", Some(b'|')), Some(Format::Cells { delimiter: b'|' }));
        assert_eq!(Format::of("json", None), Some(Format::Json));
    }
}
