//! A condition that is Rego: what its modules are, who asks them, and what they see.

use serde::{Deserialize, Serialize};

use super::{Expr, VariableId};
use crate::schema::{FieldId, RecordId};

/// A file of Rego.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Its name, as messages show it.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// A rule of Rego that reports subjects, and what it looks at to do so.
#[derive(Debug, Clone)]
pub struct Rego {
    /// The modules, in order of the text.
    pub modules: Vec<Module>,
    /// The package that has the rule: `change`
    pub package: String,
    /// The rule: `violation`
    pub rule: String,
    /// The variables that the subject is made of, each a row of a record with a key, and what they range over.
    pub subject: Vec<(VariableId, RecordId)>,
    /// The keys of those rows: without them the Rego could not report one.
    pub keys: Vec<Expr>,
    /// Values of the subject, of the run and of the organization that the Rego looks at.
    pub reads: Vec<Expr>,
    /// Fields of records of which the Rego may look at every row.
    pub columns: Vec<(RecordId, FieldId)>,
}

impl Rego {
    /// All that has to be known of a subject that is not reported.
    pub fn needed(&self) -> impl Iterator<Item = &Expr> {
        self.keys.iter().chain(&self.reads)
    }

    /// The rule with its package, as it is written: `data.change.violation`
    pub fn name(&self) -> String {
        format!("data.{}.{}", self.package, self.rule)
    }
}

/// Whether a rule of Rego is of a kind by its name, as conftest has it: of `deny` are `deny` and `deny_owner`.
pub fn is_of_kind(rule: &str, kind: &str) -> bool {
    rule.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}
