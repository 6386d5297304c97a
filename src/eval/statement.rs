//! Statements: what people have concluded or attested on cited items, and how much rests on that.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::evaluation::{Binding, Evaluation, Subject};
use super::explain::show::Show;
use super::frame::Frame;
use super::kernel::gather_column;
use super::quantity::Quantity;
use super::subjects::{Judge, Judged};
use super::vector::{Data, Shape, Vector};
use super::{Evaluator, Options};
use crate::data::State;
use crate::ir::reads::{for_each_expr, walk};
use crate::ir::{Body, Expr, ExprKind, Stated, Statement, Statements, VariableId};
use crate::schema::Type;
use crate::source::Sources;
use crate::value::{Cell, Truth, Value};

/// How statements are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Taken {
    /// As they are.
    #[default]
    AsTheyAre,
    /// As they are, but nothing is attested.
    WithoutAttestations,
    /// As they are, and what nobody has stated is supposed to be so.
    Supposing(Truth),
}

/// What the statements so far come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Latest {
    /// Whether something is not known of one that counts or may count.
    open: bool,
    /// When the latest were made; none if there are none.
    at: Option<Value>,
    /// What they conclude; unknown if they contradict one another, or conclude nothing.
    concludes: Option<Truth>,
}

impl Latest {
    /// Adds a statement: what is known of its w, when it was made, what it concludes.
    fn add(&mut self, w: Truth, at: Cell, outcome: Option<Truth>) {
        match (w, at, outcome) {
            (Truth::False, ..) => {}
            (Truth::True, Cell::Present(at), Some(outcome)) => self.offer(at, outcome),
            _ => self.open = true,
        }
    }

    fn offer(&mut self, at: Value, outcome: Truth) {
        match self.at.as_ref().map(|latest| at.cmp(latest)) {
            Some(std::cmp::Ordering::Less) => {}
            Some(std::cmp::Ordering::Equal) if self.concludes == Some(outcome) => {}
            Some(std::cmp::Ordering::Equal) => self.concludes = Some(Truth::Unknown),
            Some(std::cmp::Ordering::Greater) | None => (self.at, self.concludes) = (Some(at), Some(outcome)),
        }
    }

    /// Adds what other statements come to.
    fn merge(&mut self, other: &Latest) {
        self.open |= other.open;
        if let (Some(at), Some(outcome)) = (&other.at, other.concludes) {
            self.offer(at.clone(), outcome);
        }
    }

    fn truth(&self, statement: Statement) -> Truth {
        match statement {
            // Whatever else there is, one is enough.
            Statement::Attestation => self.concludes.unwrap_or(Truth::Unknown),
            Statement::Judgement if self.open => Truth::Unknown,
            Statement::Judgement => self.concludes.unwrap_or(Truth::Unknown),
        }
    }
}

/// What an outcome concludes, by the name of its member.
fn concluded(ty: &Type, outcome: &Cell) -> Option<Truth> {
    match (ty, outcome) {
        (Type::Enum(members), Cell::Present(Value::Member(member))) => {
            Some(match members.members.get(*member as usize).map(String::as_str) {
                Some("conforming") => Truth::True,
                Some("nonconforming") => Truth::False,
                _ => Truth::Unknown,
            })
        }
        _ => None,
    }
}

impl<'a> Evaluator<'a> {
    /// `judgement`, `attested`
    pub(super) fn stated(&self, stated: &'a Stated, frame: &Frame<'_, 'a>) -> Vector<'a> {
        let (mut all, mut own): (Latest, Option<Vec<Latest>>) = (Latest::default(), None);
        for statements in &stated.candidates {
            if statements.binder.access.correlated {
                own = Some(self.latest(statements, frame));
            } else {
                all.merge(&self.latest_of_all(statements));
            }
        }
        let truth = |latest: &Latest| match (latest.truth(stated.statement), self.taken) {
            (Truth::True, Taken::WithoutAttestations) if stated.statement == Statement::Attestation => Truth::Unknown,
            (Truth::Unknown, Taken::Supposing(supposed)) => supposed,
            (known, _) => known,
        };
        match own {
            None => Vector::truths(Shape { rows: frame.rows(), constant: true }, vec![truth(&all)]),
            Some(mut own) => {
                let merged = own.iter_mut().map(|own| {
                    own.merge(&all);
                    truth(own)
                });
                Vector::truths(Shape { rows: frame.rows(), constant: false }, merged.collect())
            }
        }
    }

    /// What statements that are the same for every subject come to; looked at once.
    fn latest_of_all(&self, statements: &'a Statements) -> Arc<Latest> {
        let at = std::ptr::from_ref(&statements.binder).addr();
        let known = match self.stated.read() {
            Ok(stated) => stated.get(&at).cloned(),
            Err(_) => None,
        };
        known.unwrap_or_else(|| {
            let latest = self.latest(statements, &Frame::new(1)).into_iter().next().unwrap_or_default();
            let latest = Arc::new(latest);
            if let Ok(mut stated) = self.stated.write() {
                stated.insert(at, Arc::clone(&latest));
            }
            latest
        })
    }

    /// Makes what statements are looked up by, before any batch asks for it.
    pub(super) fn prepare_statements(&self, statements: &'a Statements) {
        self.prepare_access(&statements.binder.access);
        self.node(&Quantity::each(&statements.binder));
        if !statements.binder.access.correlated {
            self.latest_of_all(statements);
        }
    }

    /// What statements come to for each row of a frame.
    fn latest(&self, statements: &'a Statements, frame: &Frame<'_, 'a>) -> Vec<Latest> {
        let quantity = Quantity::each(&statements.binder);
        let node = self.node(&quantity);
        let supply = self.supply(&node, frame);
        self.examine(frame.rows() as u64);
        let mut found = vec![Latest::default(); frame.rows()];
        self.each_candidate(&quantity, &supply, frame, |inside, rows, w| {
            let read = |part: &'a Option<Expr>| part.as_ref().map(|part| (self.eval(part, inside), &part.ty.base));
            let (at, outcome) = (read(&statements.at), read(&statements.outcome));
            for (candidate, row) in rows.iter().enumerate() {
                // An attestation is one whenever it was made, and says yes.
                let at = at.as_ref().map_or(Cell::Present(Value::Boolean(true)), |(at, _)| at.cell(candidate));
                let outcome = match &outcome {
                    Some((outcome, ty)) => concluded(ty, &outcome.cell(candidate)),
                    None => Some(Truth::True),
                };
                found[*row as usize].add(w[candidate], at, outcome);
            }
        });
        found
    }

    /// The name of the subject of each row.
    pub(super) fn subject_names(&self, variables: &'a [VariableId], frame: &Frame<'_, 'a>) -> Vector<'a> {
        let parts: Vec<(Vector<'a>, &Type)> = variables
            .iter()
            .filter_map(|variable| {
                let ty = &self.body.variables.get(variable.0 as usize)?.ty.base;
                Some((frame.variable(*variable), ty))
            })
            .collect();
        // The usual name is one text of a table.
        if let [(rows, Type::Row(record))] = parts.as_slice() {
            let declared = self.inputs.environment.schema.record(*record);
            let key = declared.single_key().filter(|key| declared.field_type(*key).ty.base == Type::Text);
            let column = key.and_then(|key| self.table(*record)?.columns.get(&key));
            if let Some(column) = column {
                return gather_column(column, rows).unknown_where_absent();
            }
        }
        let sources = Sources::new();
        let show = Show { environment: self.inputs.environment, data: self.inputs.dataset, sources: &sources };
        let name = |row: usize| -> Option<Value> {
            let parts = parts.iter().map(|(values, ty)| match ty {
                Type::Row(record) => {
                    let row = values.table_row(row)?;
                    let key = &self.inputs.environment.schema.record(*record).key;
                    let mut cells = key.iter().map(|field| self.inputs.dataset.cell(*record, row, *field));
                    let is_known = cells.all(|cell| matches!(cell, Cell::Present(_)));
                    is_known.then(|| show.row(*record, row))
                }
                _ => match values.cell(row) {
                    Cell::Unknown => None,
                    cell => Some(show.binding(&Binding::Element(cell), ty)),
                },
            });
            Some(Value::Text(parts.collect::<Option<Vec<String>>>()?.join(" / ").into()))
        };
        let (mut states, mut names) = (vec![State::Present; frame.rows()], Vec::with_capacity(frame.rows()));
        for (row, state) in states.iter_mut().enumerate() {
            let name = name(row);
            if name.is_none() {
                *state = State::Unknown;
            }
            names.push(name.unwrap_or_else(|| Value::Text("".into())));
        }
        Vector::new(frame.rows(), Data::Others(names.into()), states.into())
    }

    /// Counts what rests on statements: subjects that would not hold if nothing were attested, and unknown ones that a
    /// statement could decide.
    pub(super) fn count_statements(&self, evaluation: &mut Evaluation) {
        let [attested, any] = [Some(Statement::Attestation), None].map(|statement| asks_for(self.body, statement));
        if !any {
            return;
        }
        let again = |taken| -> Judged {
            let options = Options { budget: None, ..self.options };
            let other = Evaluator { taken, ..Evaluator::new(self.inputs, self.body, options) };
            Judge::new(&other, None).judge()
        };
        if attested && evaluation.holds + evaluation.vacuous > 0 {
            let without = again(Taken::WithoutAttestations);
            let holds = evaluation.holds + evaluation.vacuous;
            evaluation.by_attestation = holds.saturating_sub(without.holds + without.vacuous);
        }
        if !evaluation.unknown.is_empty() {
            let open = |supposed| -> FxHashSet<Subject> {
                again(Taken::Supposing(supposed)).unknown.into_iter().map(|(_, subject)| subject).collect()
            };
            let (if_so, if_not) = (open(Truth::True), open(Truth::False));
            let waits = |subject: &&Subject| !if_so.contains(*subject) || !if_not.contains(*subject);
            evaluation.needs_judgement = evaluation.unknown.iter().filter(waits).count() as u64;
        }
    }
}

/// Whether a body asks for a statement, or for any.
fn asks_for(body: &Body, statement: Option<Statement>) -> bool {
    let mut found = false;
    let mut look = |expr: &Expr| {
        if let ExprKind::Stated(stated) = &expr.kind {
            found |= statement.is_none_or(|statement| stated.statement == statement);
        }
    };
    for_each_expr(body, &mut |expr| walk(expr, &mut look));
    found
}
