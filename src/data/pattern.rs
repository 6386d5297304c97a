//! Names of files: patterns that select them, and the formats that they promise.

use super::stream::is_gzip;

/// Returns whether a pattern selects a file: `*` stands for any characters but `/`, and `.gz` may follow.
pub fn selects(pattern: &str, name: &str) -> bool {
    matches(pattern.as_bytes(), name.as_bytes())
        || (is_gzip(name) && matches(pattern.as_bytes(), &name.as_bytes()[..name.len() - 3]))
}

fn matches(pattern: &[u8], name: &[u8]) -> bool {
    // The last `*` seen, and how far it reaches so far: on a mismatch it takes one more character, or all is lost.
    let (mut at, mut in_name, mut star) = (0, 0, None);
    while in_name < name.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at + 1, in_name));
            at += 1;
        } else if pattern.get(at) == Some(&name[in_name]) {
            at += 1;
            in_name += 1;
        } else {
            match star {
                Some((behind, reach)) if name[reach] != b'/' => {
                    star = Some((behind, reach + 1));
                    (at, in_name) = (behind, reach + 1);
                }
                _ => return false,
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
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
}

impl Format {
    /// Returns the format that a name promises; a mapping's delimiter makes any other name a file of cells.
    pub(super) fn of(name: &str, delimiter: Option<u8>) -> Option<Format> {
        let plain = if is_gzip(name) { &name[..name.len() - 3] } else { name };
        let extension = plain.rsplit(['.', '/']).next().unwrap_or("").to_ascii_lowercase();
        match extension.as_str() {
            "json" => Some(Format::Json),
            "ndjson" | "jsonl" => Some(Format::Lines),
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
            ("*", "anything"),
        ] {
            assert!(selects(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("incident.csv", "Incident.csv"),
            ("*.json", "history/8.json"),
            ("history/*.json", "history/a/8.json"),
            ("incident.csv", "incident.csv.bak"),
            ("a*b", "ac"),
            ("", "a"),
        ] {
            assert!(!selects(pattern, name), "{pattern} {name}");
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
