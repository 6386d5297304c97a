//! What a file says beside its records: how many there are, and what their keys are called.

use super::{SourceChecker, SourceScope, path};
use crate::diagnostic::suggest;
use crate::ir::mapping::Level;
use crate::syntax::ast::{self, AssignedValue, PathStep};

/// What is expected of the records, not of the elements of a level.
const TOTAL: &str = "total";

impl SourceChecker<'_, '_> {
    /// The keys to something that a file says once, beside its records.
    pub(super) fn beside(&mut self, scope: SourceScope, mapping: &ast::Mapping, path: &ast::Path) -> Vec<String> {
        let keys: Option<Vec<String>> = path
            .steps
            .iter()
            .map(|step| match step {
                PathStep::Name(name) => Some(name.clone()),
                PathStep::Every | PathStep::Chosen { .. } | PathStep::Named(_) => None,
            })
            .collect();
        let Some(keys) = keys else {
            let message = "what a file says once is found by keys alone".to_owned();
            self.invalid(
                scope,
                path.span,
                message,
                "not a path of keys",
                "write the keys that lead to it: `meta.total`",
            );
            return Vec::new();
        };
        let at: &[PathStep] = mapping.at.as_ref().map_or(&[], |at| &at.steps);
        if at.is_empty() {
            let message = "nothing stands beside the records of this file".to_owned();
            let help = "say behind `at` where in the file the records are: `at issues`";
            self.invalid(scope, path.span, message, "the records are the file", help);
        } else if at.starts_with(&path.steps) || path.steps.starts_with(at) {
            let message = "what a file says once stands beside its records, not around or in them".to_owned();
            self.invalid(
                scope,
                path.span,
                message,
                "leads to the records",
                "write the keys that lead to it: `meta.total`",
            );
        }
        keys
    }

    /// Reads what the mapping expects: the counts of levels go to these, the keys to that of the records are returned.
    pub(super) fn expected_counts(
        &mut self,
        scope: SourceScope,
        mapping: &ast::Mapping,
        levels: &mut [Level],
    ) -> Option<Vec<String>> {
        let (mut total_at, mut seen) = (None, Vec::new());
        for expected in &mapping.expected {
            let of = &expected.of.node;
            if seen.contains(&of) {
                let message = format!("`expect {of}` stands twice in one mapping");
                self.invalid(scope, expected.span, message, "the second", "keep one of them");
            }
            seen.push(of);
            if of == TOTAL {
                total_at = Some(self.beside(scope, mapping, &expected.path));
                continue;
            }
            let Some(level) = levels.iter().position(|level| level.name == *of) else {
                let names = levels.iter().map(|level| level.name.as_str()).chain([TOTAL]);
                let help = suggest(of, "what can be expected", names);
                let message = format!("nothing here is called `{of}`");
                let otherwise =
                    "write `expect total = …` for the records, or the name behind `each` for the elements of a list";
                self.invalid(scope, expected.of.span, message, "of what?", help.as_deref().unwrap_or(otherwise));
                continue;
            };
            self.single(scope, &expected.path);
            let count = path(levels, &expected.path);
            if count.level > level {
                let message = format!("how many `{of}` there are stands outside of them");
                let help = "write where the record says it: `changelog.total`";
                self.invalid(scope, expected.path.span, message, "within what is counted", help);
            }
            levels[level].count = Some(count);
        }
        total_at
    }

    /// Refuses names of keys where the file is not asked for them.
    pub(super) fn refuse_named(&mut self, scope: SourceScope, mapping: &ast::Mapping) {
        for path in paths(mapping) {
            if path.steps.iter().any(|step| matches!(step, PathStep::Named(_))) {
                let message =
                    "a key is meant by its name, and the mapping does not say where names of keys are".to_owned();
                let help = "write where in the file they are, behind `at`: `names at names`";
                self.invalid(scope, path.span, message, "which key is it?", help);
            }
        }
    }
}

/// The paths into the rows of a mapping.
fn paths(mapping: &ast::Mapping) -> impl Iterator<Item = &ast::Path> {
    let of_fields = mapping.assignments.iter().flat_map(|assignment| match &assignment.value {
        AssignedValue::Path { path, when: test, .. } | AssignedValue::Picked { path, test, .. } => {
            [path].into_iter().chain(test.as_ref().map(|test| &test.path)).collect()
        }
        AssignedValue::Joined { parts, .. } => parts.iter().collect(),
        AssignedValue::File { .. } | AssignedValue::Constant(_) | AssignedValue::Unknown(_) => Vec::new(),
    });
    let of_levels = mapping.levels.iter().map(|level| &level.path);
    let of_rows =
        mapping.filters.iter().map(|filter| &filter.test.path).chain(mapping.keep.iter().map(|keep| &keep.path));
    let of_groups = mapping.one_per.iter().flat_map(|one_per| [&one_per.key, &one_per.order]);
    let of_records = mapping.known_as.iter().map(|known_as| &known_as.path);
    let of_counts = mapping.expected.iter().filter(|expected| expected.of.node != TOTAL).map(|expected| &expected.path);
    of_fields.chain(of_levels).chain(of_rows).chain(of_groups).chain(of_records).chain(of_counts)
}
