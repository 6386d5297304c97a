//! What is wrong with policy text, in one shape for every stage.
//!
//! Enters: facts that a stage found. Leaves: [`Diagnostic`]s, ordered by file and offset, and their rendering as text
//! ([`render`]). Faults in *data* are not diagnostics: see `data::Finding`.

pub mod code;
pub mod render;

use crate::source::Span;
pub use code::Code;

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The item cannot be used.
    Error,
    /// The item can be used, but is probably not what was meant.
    Warning,
}

/// A place with a short text that says what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be said of this place; a fragment.
    pub text: String,
}

/// One fault in policy text: code, place, what is wrong here, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of fault; `shall explain CODE` shows its page.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// One clause that stands alone: lower case, no period, names in backticks.
    pub message: String,
    /// The place of the fault and what is wrong there.
    pub primary: Label,
    /// Other places that explain it, such as the declaration that it contradicts.
    pub secondary: Vec<Label>,
    /// What to do, computed from what is known; imperative. Several only where they are alternatives.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// Makes a diagnostic with the severity that the code's table gives.
    pub fn new(code: Code, span: Span, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity(),
            message: message.into(),
            primary: Label { span, text: label.into() },
            secondary: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Adds another place that explains the fault.
    #[must_use]
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds a sentence that says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    /// Adds the help where there is one.
    #[must_use]
    pub fn with_help_if(mut self, help: Option<String>) -> Diagnostic {
        self.help.extend(help);
        self
    }

    /// Whether the diagnostic makes its item unusable.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Orders diagnostics by file, offset and code, and drops those that say the same of the same place.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        (a.primary.span, a.code, &a.message, &a.help).cmp(&(b.primary.span, b.code, &b.message, &b.help))
    });
    diagnostics.dedup_by(|a, b| a.primary.span == b.primary.span && a.code == b.code && a.message == b.message);
}

/// Returns the candidate nearest to a misspelt name, or none where nothing is near.
///
/// A candidate that differs only in letter case wins; else the least edit distance (a transposition counts one) of at
/// most a third of the name's length, and at least one; ties go to the first in order of name.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let limit = (name.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        let distance =
            if candidate.to_lowercase() == lower { 0 } else { edit_distance(&lower, &candidate.to_lowercase()) };
        if distance <= limit && best.is_none_or(|(least, kept)| (distance, candidate) < (least, kept)) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Builds the usual help for a name that is not known: the nearest one, else the few there are.
pub fn suggest<'a>(name: &str, kind: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut known: Vec<&str> = candidates.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    if let Some(near) = closest(name, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    match known.len() {
        0 => None,
        1..=8 => Some(format!("known {kind}: {}", known.join(", "))),
        _ => None,
    }
}

/// Edit distance in which a transposition of neighbours counts one (optimal string alignment).
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > a.len().max(b.len()) / 2 {
        return usize::MAX;
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}
