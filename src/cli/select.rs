//! `--select`: which rules, and which advice with them.

use std::collections::BTreeSet;

use super::Failure;
use crate::check::{Checked, Status};
use crate::diagnostic::{Diagnostic, closest};
use crate::ir::Citation;

/// What a run looks at.
pub(super) struct Selection<'a> {
    selectors: Vec<Selector<'a>>,
    /// The selected rules, broken ones too, in order of name.
    pub(super) rules: Vec<&'a Status>,
}

/// One `--select`.
struct Selector<'a> {
    text: &'a str,
    /// The standard before a colon, if there is one, and the clause.
    clause: (Option<&'a str>, &'a str),
}

impl<'a> Selector<'a> {
    fn new(text: &'a str) -> Selector<'a> {
        let clause = match text.split_once(':') {
            Some((standard, clause)) => (Some(standard), clause),
            None => (None, text),
        };
        Selector { text, clause }
    }

    /// Whether the citation is of the clause or of one under it.
    fn fits(&self, citation: &Citation) -> bool {
        let (standard, clause) = self.clause;
        standard.is_none_or(|standard| standard == citation.standard)
            && citation.clause.strip_prefix(clause).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    fn selects(&self, status: &Status) -> bool {
        status.id.as_deref() == Some(self.text) || status.citations.iter().flatten().any(|citation| self.fits(citation))
    }
}

/// Selects rules.
///
/// # Errors
/// If a selector selects nothing, or there is no rule at all where one is needed.
pub(super) fn select<'a>(
    checked: &'a Checked,
    selectors: &'a [String],
    needs_rules: bool,
) -> Result<Selection<'a>, Failure> {
    let selectors: Vec<Selector> = selectors.iter().map(|text| Selector::new(text)).collect();
    for selector in &selectors {
        if !checked.rules.iter().any(|status| selector.selects(status)) {
            return Err(Failure::new(format!("`{}` selects no rule", selector.text)).with_help(near(checked, selector)));
        }
    }
    let rules: Vec<&Status> = checked
        .rules
        .iter()
        .filter(|status| selectors.is_empty() || selectors.iter().any(|selector| selector.selects(status)))
        .collect();
    if rules.is_empty() && needs_rules {
        return Err(Failure::new("the policies hold no rule"));
    }
    Ok(Selection { selectors, rules })
}

impl Selection<'_> {
    /// Whether a rule of that id is selected.
    pub(super) fn has_rule(&self, id: &str) -> bool {
        self.rules.iter().any(|status| status.id.as_deref() == Some(id))
    }

    /// Whether an advice is looked at: it supports a selected rule, or stands on a selected clause.
    pub(super) fn has_advice(&self, supports: &[String], citations: &[Citation]) -> bool {
        self.selectors.is_empty()
            || supports.iter().any(|rule| self.has_rule(rule))
            || self.selectors.iter().any(|selector| citations.iter().any(|citation| selector.fits(citation)))
    }

    /// The errors that stop the run: those of selected rules, and those of rules of which nobody can tell whether they are.
    pub(super) fn errors(&self, checked: &Checked) -> Vec<Diagnostic> {
        let unreadable = checked.rules.iter().filter(|status| status.citations.is_none());
        let mut errors: Vec<Diagnostic> = self
            .rules
            .iter()
            .copied()
            .chain(unreadable)
            .flat_map(|status| &status.diagnostics)
            .filter(|diagnostic| diagnostic.is_error())
            .cloned()
            .collect();
        crate::diagnostic::sort(&mut errors);
        errors
    }
}

/// What may have been meant by a selector that selects nothing.
fn near(checked: &Checked, selector: &Selector<'_>) -> Option<String> {
    let ids: BTreeSet<&str> = checked.rules.iter().filter_map(|status| status.id.as_deref()).collect();
    let advice = checked.advice.advice.iter().find(|advice| advice.id == selector.text);
    if let Some(advice) = advice {
        let supported = match advice.supports.as_slice() {
            [] => "which supports no rule; `shall rules` lists the rules".to_owned(),
            rules => format!("select a rule that it supports: {}", rules.join(", ")),
        };
        return Some(format!("`{}` is an advice; {supported}", selector.text));
    }
    if selector.text.ends_with(".shall") || selector.text.contains('/') {
        return Some(format!(
            "rules are read from `--policies {}`; here stand ids of rules, or clauses",
            selector.text
        ));
    }
    let cited: Vec<&Citation> = checked.rules.iter().flat_map(|status| status.citations.iter().flatten()).collect();
    let is_clause = selector.clause.1.starts_with(|first: char| first.is_ascii_digit()) || selector.clause.0.is_some();
    if is_clause {
        let standards: BTreeSet<&str> = cited.iter().map(|citation| citation.standard.as_str()).collect();
        if let Some(standard) = selector.clause.0.filter(|standard| !standards.contains(standard)) {
            return match closest(standard, standards.iter().copied()) {
                Some(near) => Some(format!("did you mean `{near}:{}`?", selector.clause.1)),
                None => Some(format!("rules cite {}", list(&standards))),
            };
        }
        let clauses: BTreeSet<&str> = cited.iter().map(|citation| citation.clause.as_str()).collect();
        let family = selector.clause.1.split('.').next().unwrap_or("");
        let kin: BTreeSet<&str> =
            clauses.iter().copied().filter(|clause| clause.split('.').next() == Some(family)).collect();
        return Some(format!("rules cite the clauses {}", list(if kin.is_empty() { &clauses } else { &kin })));
    }
    match closest(selector.text, ids.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None => Some("`shall rules` lists the rules and the clauses that they cite".to_owned()),
    }
}

fn list(names: &BTreeSet<&str>) -> String {
    let mut names: Vec<&str> = names.iter().copied().collect();
    names.sort_by_key(|name| crate::report::build::place(Some(("", name)), ""));
    names.join(", ")
}
