//! What people have stated on what a rule cites.

use shall::ir::{Stated, Statement, VariableId};
use shall::schema::Type;
use shall::value::{Cell, Truth, Value};

use super::{Binding, Meaning, Oracle, Scope, with};

/// How statements are taken, to see what rests on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    AsTheyAre,
    /// Nothing is attested.
    WithoutAttestations,
    /// What nobody has stated is so, or is not.
    Supposing(Truth),
}

impl Oracle<'_> {
    pub(super) fn stated(&self, stated: &Stated, scope: &Scope) -> Truth {
        let truth = match stated.statement {
            Statement::Judgement => self.judged(stated, scope),
            Statement::Attestation if self.taken == Taken::WithoutAttestations => Truth::Unknown,
            Statement::Attestation => match self.statements(stated, scope).iter().any(|(w, ..)| *w == Truth::True) {
                true => Truth::True,
                false => Truth::Unknown,
            },
        };
        match (truth, self.taken) {
            (Truth::Unknown, Taken::Supposing(supposed)) => supposed,
            (known, _) => known,
        }
    }

    /// The latest judgements decide, if nothing of any that counts or may count is unknown.
    fn judged(&self, stated: &Stated, scope: &Scope) -> Truth {
        let mut known = Vec::new();
        for (w, at, outcome) in self.statements(stated, scope) {
            match (w, at, outcome) {
                (Truth::True, Cell::Present(at), Some(outcome)) => known.push((at, outcome)),
                _ => return Truth::Unknown,
            }
        }
        let Some(latest) = known.iter().map(|(at, _)| at.clone()).max() else { return Truth::Unknown };
        let outcomes: Vec<&str> =
            known.iter().filter(|(at, _)| *at == latest).map(|(_, outcome)| outcome.as_str()).collect();
        if outcomes.iter().all(|outcome| *outcome == "conforming") {
            Truth::True
        } else if outcomes.iter().all(|outcome| *outcome == "nonconforming") {
            Truth::False
        } else {
            Truth::Unknown
        }
    }

    /// The statements that count or may: w, when, with which outcome.
    fn statements(&self, stated: &Stated, scope: &Scope) -> Vec<(Truth, Cell, Option<String>)> {
        let mut found = Vec::new();
        for statements in &stated.candidates {
            for candidate in self.candidates(&statements.binder, scope) {
                let w = self.belongs(&statements.binder, &candidate, scope);
                if w == Truth::False {
                    continue;
                }
                let inner = with(scope, &statements.binder, &candidate);
                let at = statements.at.as_ref().map_or(Cell::Unknown, |at| self.value(at, &inner));
                let outcome = statements.outcome.as_ref().and_then(|outcome| {
                    match (self.value(outcome, &inner), &outcome.ty.base) {
                        (Cell::Present(Value::Member(member)), Type::Enum(members)) => {
                            Some(members.members[member as usize].clone())
                        }
                        _ => None,
                    }
                });
                found.push((w, at, outcome));
            }
        }
        found
    }

    /// The name of the subject that some variables make up.
    pub(super) fn subject_name(&self, variables: &[VariableId], scope: &Scope) -> Cell {
        let parts = variables.iter().map(|variable| match scope.get(variable)? {
            Meaning::Candidate(Binding::Row(record, row)) => {
                let keys = self.environment.schema.record(*record).key.iter();
                let texts = keys.map(|field| {
                    let ty = &self.environment.schema.record(*record).field_type(*field).ty.base;
                    self.text(&self.dataset.cell(*record, *row, *field), ty)
                });
                Some(texts.collect::<Option<Vec<String>>>()?.join(" / "))
            }
            Meaning::Candidate(Binding::Element(element)) => self.text(element, self.type_of(*variable)?),
            _ => None,
        });
        match parts.collect::<Option<Vec<String>>>() {
            Some(parts) => Cell::Present(Value::Text(parts.join(" / ").into())),
            None => Cell::Unknown,
        }
    }

    fn text(&self, cell: &Cell, ty: &Type) -> Option<String> {
        let Cell::Present(value) = cell else { return None };
        Some(match (value, ty) {
            (Value::Text(text), _) => text.to_string(),
            (Value::Date(date), _) => date.to_string(),
            (Value::Timestamp(instant), _) => instant.to_string(),
            (Value::Interval(interval), _) => interval.to_string(),
            (Value::Number(number), _) => number.to_string(),
            (Value::Member(member), Type::Enum(members)) => members.members[*member as usize].clone(),
            (Value::Reference(key), Type::Reference(targets)) => {
                let space = self.environment.schema.record(targets[0]).space;
                self.dataset.key_text(space, *key).to_owned()
            }
            other => panic!("no subject is named by {other:?}"),
        })
    }
}
