//! The report as JSON. Its schema is `docs/report.schema.json`.

use super::Report;

/// Writes a report as JSON, indented, with a line break at the end.
///
/// # Errors
/// Only a failure of the writer of JSON itself, which a report does not give occasion to.
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}
