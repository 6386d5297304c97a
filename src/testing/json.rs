//! What came of tests as JSON.

use super::Results;

/// Writes results as JSON, indented, with a line break at the end.
///
/// # Errors
/// Only a failure of the writer of JSON itself, which results do not give occasion to.
pub fn render(results: &Results) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(results)?;
    text.push('\n');
    Ok(text)
}
