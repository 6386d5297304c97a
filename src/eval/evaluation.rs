//! What comes out of evaluating a body: each subject's status, and how many candidates were looked at.

use crate::ir::VariableId;
use crate::schema::RecordId;
use crate::value::{Cell, Truth};

/// What a variable of a `for each` stands for in a subject.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Binding {
    /// A row of a record.
    Row(RecordId, u32),
    /// An element of a list, a set or calendar units.
    Element(Cell),
    /// The one extra candidate of a record whose extract is missing or incomplete: everything about it is unknown.
    Missing(RecordId),
}

/// A subject: what each `for each` of the body is bound to, in order; empty for the organization.
///
/// An outer subject whose later `for each` has no candidates, or that a `let` decided, has the outer bindings only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Subject {
    /// The bindings.
    pub bindings: Vec<(VariableId, Binding)>,
}

/// How many candidates a `for each` had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepCount {
    /// All of them: rows of the record, elements of the lists; the extra candidate of a missing extract is not counted.
    pub candidates: u64,
    /// Those whose `where` is true or unknown.
    pub kept: u64,
}

/// Every subject of a body with its status.
///
/// The population is `holds + vacuous + fails + unknown + not_yet_due`. Lists are in order of the candidates (row order), whatever the
/// batches and threads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evaluation {
    /// One for each `for each`, in order.
    pub steps: Vec<StepCount>,
    /// How many subjects hold, not counting those that hold vacuously.
    pub holds: u64,
    /// How many hold only because an `every`, a `covers` or a later `for each` had nothing to range over.
    pub vacuous: u64,
    /// The subjects that hold, and whether vacuously, if they were asked for ([`Options::list_holding`](super::Options)).
    pub holding: Vec<(Subject, bool)>,
    /// The subjects that fail.
    pub fails: Vec<Subject>,
    /// For each that fails, what the `when` of the rule's grade says; empty if there is none.
    pub major: Vec<Truth>,
    /// The subjects of which it is not known whether they hold, or whether they belong.
    pub unknown: Vec<Subject>,
    /// The subjects that do not hold, or are not known to, and need not yet.
    pub not_yet_due: Vec<Subject>,
    /// Of those that hold, vacuously or not, how many would not if nothing were attested.
    pub by_attestation: u64,
    /// Of the unknown ones, how many would be known if a person stated what nobody has stated: that it is so, or that it is not.
    pub needs_judgement: u64,
    /// Whether it is not known of which records the condition, which is Rego, reports something: more of the subjects, or what
    /// is none, may fail.
    pub more_may_fail: bool,
    /// How many candidates were examined to get there: a measure of cost that depends on the data alone, not on batches or threads.
    pub examined: u64,
}

impl Evaluation {
    /// How many subjects there are.
    pub fn population(&self) -> u64 {
        let listed = self.fails.len() + self.unknown.len() + self.not_yet_due.len();
        self.holds + self.vacuous + listed as u64
    }
}
