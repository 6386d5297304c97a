//! What ranges over candidates: how they are found, whether they belong, and what is made of them.

use super::expression::is_timeline;
use super::number::Form;
use super::scope::{Lowering, Named, some};
use super::tree::{Head, Rule, Statement, Term};
use crate::ir::{AggregateFunction, AggregateParts, Binder, Domain, Expr, KeyPart, Stated, Statement as Asked};
use crate::lower::refusal::Construct;
use crate::schema::{RecordId, Type};

impl<'a> Lowering<'a> {
    /// The candidates of a binder, and the name that its variable has from now on.
    pub(super) fn candidates(&mut self, binder: &'a Binder) -> (Term, String) {
        match &binder.domain {
            Domain::Records(record) => {
                let keys: Vec<&'a KeyPart> = binder.access.key.iter().filter(|part| self.is_indexable(part)).collect();
                let found = match keys.is_empty() || !binder.access.correlated {
                    true => Term::logic("candidates", vec![self.record_name(*record)]),
                    false => self.looked_up(binder, *record, &keys),
                };
                let name = self.fresh_variable(binder.variable);
                self.named.insert(binder.variable, Named::Row(name.clone()));
                (found, name)
            }
            Domain::Elements(elements) => {
                let found = self.call("elements", &[elements]);
                let name = self.fresh_variable(binder.variable);
                self.named.insert(binder.variable, Named::Element(name.clone()));
                (found, name)
            }
        }
    }

    /// w: whether the candidate under a name belongs.
    pub(super) fn belongs(&mut self, binder: &'a Binder, name: &str) -> Term {
        let there = Term::logic("there", vec![Term::Name(name.to_owned())]);
        if binder.conjuncts.is_empty() {
            return there;
        }
        let mut parts = vec![there];
        parts.extend(self.exprs(&binder.conjuncts));
        Term::logic("all_of", vec![Term::Set(parts)])
    }

    /// Whether equal values of a key look the same.
    fn is_indexable(&self, part: &KeyPart) -> bool {
        let plain = |expr: &Expr| match &expr.ty.base {
            Type::Row(_) => {
                matches!((&part.inner.ty.base, &part.outer.ty.base), (Type::Reference(_), _) | (_, Type::Reference(_)))
            }
            Type::Boolean | Type::Integer | Type::Text | Type::Date | Type::Timestamp | Type::Enum(_) => true,
            Type::Calendar(_) | Type::Reference(_) => true,
            _ => false,
        };
        plain(&part.inner) && plain(&part.outer) && !self.has_bounds(&part.outer)
    }

    /// The candidates that an index has under a key, and those whose key is not known.
    fn looked_up(&mut self, binder: &'a Binder, record: RecordId, keys: &[&'a KeyPart]) -> Term {
        let outer: Vec<Term> = keys.iter().map(|part| self.compared(&part.outer, &part.inner)).collect();
        let (index, unplaced) = self.index(binder, record, keys);
        let key = Term::Array(outer);
        // What is passed to a function is small: OPA remembers calls by their arguments.
        let path = Term::Array(vec![key.clone()]);
        let places = Term::Call("object.get".to_owned(), vec![Term::Name(index), path, Term::Object(Vec::new())]);
        Term::logic("looked_up", vec![self.record_name(record), places, Term::Name(unplaced), key])
    }

    /// The rules that place the rows of a record under their keys: a row's place is a key of the object that is under its key.
    fn index(&mut self, binder: &'a Binder, record: RecordId, keys: &[&'a KeyPart]) -> (String, String) {
        let print = |part: &&KeyPart| {
            // A row beside a reference is its key, beside anything else it is not.
            let beside = matches!(part.outer.ty.base, Type::Reference(_));
            let own = crate::ir::print::expr(self.environment, &self.body.variables, &part.inner);
            if beside && matches!(part.inner.ty.base, Type::Row(_)) { format!("{own}'s key") } else { own }
        };
        let by = keys.iter().map(print).collect::<Vec<_>>().join(", ");
        if let Some(known) = self.indexes.get(&(record, by.clone())) {
            return known.clone();
        }
        let record_name = &self.environment.schema.record(record).name;
        let wanted = match keys {
            [KeyPart { inner: Expr { kind: crate::ir::ExprKind::Field { record, field, .. }, .. }, .. }] => {
                format!("{record_name}_by_{}", self.environment.schema.record(*record).field_type(*field).name)
            }
            _ => format!("{record_name}_by_key"),
        };
        let row = self.fresh_variable(binder.variable);
        self.named.insert(binder.variable, Named::Row(row.clone()));
        let inner: Vec<Term> = keys.iter().map(|part| self.compared(&part.inner, &part.outer)).collect();
        let index = self.fresh(&wanted);
        let unplaced = self.fresh(&format!("{index}_unplaced"));
        let (key, place) = (self.fresh("key"), self.fresh("place"));
        let walk = some(&row, Term::logic("candidates", vec![self.record_name(record)]));
        let at = Statement::Assign(key.clone(), Term::Array(inner));
        let key = Term::Name(key);
        let under = |key: &Term, value: Term| Term::ObjectOfOne(Box::new(key.clone()), Box::new(value));
        let entry = under(&key, under(&Term::Name(place.clone()), Term::Boolean(true)));
        let known = vec![
            walk.clone(),
            Statement::Assign(place, Term::Member(Box::new(Term::Name(row.clone())), "__row")),
            at.clone(),
            Statement::Holds(Term::logic("is_known_key", vec![key.clone()])),
        ];
        self.rules.push(Rule {
            comment: format!("{record_name} by {}", super::scope::shortened(&by)),
            name: index.clone(),
            head: Head::Value(Term::logic("index", vec![Term::ArrayOf(Box::new(entry), known)])),
        });
        let open = Statement::Holds(Term::logic("may_have_any_key", vec![Term::Name(row.clone()), key]));
        self.rules.push(Rule {
            comment: String::new(),
            name: unplaced.clone(),
            head: Head::Value(Term::ArrayOf(Box::new(Term::Name(row)), vec![walk, at, open])),
        });
        self.indexes.insert((record, by), (index.clone(), unplaced.clone()));
        (index, unplaced)
    }

    /// The candidates of a binder that belong, or may, with what is taken of each.
    fn parts(&mut self, binder: &'a Binder, value: Option<&'a Expr>, by: Option<&'a Expr>) -> Term {
        let (candidates, name) = self.candidates(binder);
        let belongs = self.belongs(binder, &name);
        let w = self.fresh("w");
        let mut fields = vec![("w".to_owned(), Term::Name(w.clone())), ("of".to_owned(), Term::Name(name.clone()))];
        if let Some(value) = value {
            fields.push(("value".to_owned(), self.expr(value)));
        }
        if let Some(by) = by {
            fields.push(("by".to_owned(), self.ordered(by)));
        }
        Term::ArrayOf(
            Box::new(Term::Object(fields)),
            vec![
                some(&name, candidates),
                Statement::Assign(w.clone(), belongs),
                Statement::Differ(Term::Name(w), Term::Boolean(false)),
            ],
        )
    }

    /// A value in whose place Rego's own order is the one meant.
    fn ordered(&mut self, by: &'a Expr) -> Term {
        let term = self.expr(by);
        match &by.ty.base {
            Type::Enum(members) => {
                Term::logic("rank", vec![term, Term::texts(members.members.iter().map(String::as_str))])
            }
            Type::Date | Type::Timestamp | Type::Text | Type::Integer => term,
            Type::Duration if self.form(by) == Form::Whole => term,
            _ => self.refuse(by, Construct::Orders),
        }
    }

    pub(super) fn aggregate(
        &mut self,
        expr: &'a Expr,
        function: AggregateFunction,
        binder: &'a Binder,
        parts: &'a AggregateParts,
    ) -> Term {
        let value = parts.value.as_ref();
        if let Some(construct) = refused(function, value) {
            return self.refuse(expr, construct);
        }
        let term = match function {
            AggregateFunction::First | AggregateFunction::Last => self.parts(binder, None, parts.by.as_ref()),
            _ => self.parts(binder, value, None),
        };
        // What the value can be follows from what stands for its variables, which are in sight only now.
        let form = value.map_or(Form::Whole, |value| self.form(value));
        let (name, least, end) = match function {
            AggregateFunction::Count => ("count_of", Form::Fraction, None),
            AggregateFunction::Share => ("share_of", Form::Fraction, None),
            AggregateFunction::Sum => ("sum_of", Form::Decimal, None),
            AggregateFunction::Mean => ("mean_of", Form::Decimal, None),
            AggregateFunction::Min => ("extreme_of", Form::Decimal, Some("first")),
            AggregateFunction::Max => ("extreme_of", Form::Decimal, Some("last")),
            AggregateFunction::Set => ("set_from", Form::Written, None),
            AggregateFunction::Union => ("union_from", Form::Written, None),
            AggregateFunction::First => ("candidate_at", Form::Fraction, Some("first")),
            _ => ("candidate_at", Form::Fraction, Some("last")),
        };
        if form < least {
            return self.refuse(expr, Construct::Numbers);
        }
        let mut arguments = vec![term];
        arguments.extend(end.map(Term::text));
        Term::logic(name, arguments)
    }

    /// What people have stated on an item.
    pub(super) fn stated(&mut self, stated: &'a Stated) -> Term {
        let parts = stated
            .candidates
            .iter()
            .map(|one| self.parts(&one.binder, one.outcome.as_ref(), one.at.as_ref()))
            .reduce(|all, more| Term::Call("array.concat".to_owned(), vec![all, more]))
            .unwrap_or(Term::Array(Vec::new()));
        match stated.statement {
            Asked::Judgement => Term::logic("judged", vec![parts]),
            Asked::Attestation => Term::logic("attested", vec![parts]),
        }
    }
}

/// What Rego cannot say of a function over candidates.
fn refused(function: AggregateFunction, value: Option<&Expr>) -> Option<Construct> {
    let ty = value.map(|value| &value.ty.base);
    match (function, ty) {
        (AggregateFunction::Timeline | AggregateFunction::Log, _) => Some(Construct::Timelines),
        (AggregateFunction::Reachable | AggregateFunction::Acyclic, _) => Some(Construct::Graphs),
        (AggregateFunction::Recurs, _) => Some(Construct::Recurrence),
        (AggregateFunction::Streak, _) => Some(Construct::Streaks),
        (AggregateFunction::Sum | AggregateFunction::Mean, Some(Type::Span)) => Some(Construct::Months),
        (AggregateFunction::Min | AggregateFunction::Max, Some(Type::Enum(_) | Type::Boolean)) => {
            Some(Construct::Orders)
        }
        (AggregateFunction::Set | AggregateFunction::Union, Some(Type::Row(_))) => Some(Construct::Rows),
        (AggregateFunction::Set, Some(ty)) if is_timeline(ty) => Some(Construct::Timelines),
        _ => None,
    }
}
