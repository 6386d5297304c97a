//! Conditions that are Rego: one subject after the other.

use shall::ir::Rego;
use shall::value::{Cell, Truth, Value};

use super::{Binding, Meaning, Oracle, Scope};

impl Oracle<'_> {
    /// `rego … at …`: a subject that is reported fails; of others nothing is known if more may be reported, or if a value that
    /// is read, or a part of it, is not known.
    pub(super) fn unreported(&self, rego: &Rego, scope: &Scope) -> Truth {
        let Some(reported) = self.reported else { return Truth::Unknown };
        for (variable, record) in &rego.subject {
            if let Some(Meaning::Candidate(Binding::Row(_, row))) = scope.get(variable)
                && reported.rows.keys().any(|known| *known == (*record, *row))
            {
                return Truth::False;
            }
        }
        let is_known = rego.keys.iter().chain(&rego.reads).all(|read| match self.value(read, scope) {
            Cell::Unknown => false,
            Cell::Present(Value::List(elements)) => elements.iter().all(|element| *element != Cell::Unknown),
            Cell::Present(Value::Set(set)) => set.complete,
            Cell::Present(Value::Timeline(timeline)) => timeline.complete,
            Cell::Present(_) | Cell::Absent => true,
        });
        if is_known && reported.open.is_empty() { Truth::True } else { Truth::Unknown }
    }
}
