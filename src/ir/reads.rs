//! What a program looks at: walks over expressions, and what of data and policy they read.

use std::collections::BTreeSet;

use super::{
    Binder, Body, Condition, Domain, Environment, Expr, ExprKind, Grade, ParameterId, Rego, Step, TableId, Template,
    TemplatePart, VariableId,
};
use crate::schema::{FieldId, KeySpaceId, RecordId, Schema, Type};

/// The fields, records, key spaces, parameters, policy tables and standing exclusions that bodies look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Records that are ranged over or looked up; the key fields of each are among `fields`.
    pub records: BTreeSet<RecordId>,
    /// Fields that are read.
    pub fields: BTreeSet<(RecordId, FieldId)>,
    /// Key spaces in which keys are compared or looked up.
    pub spaces: BTreeSet<KeySpaceId>,
    /// Parameters whose value is used.
    pub parameters: BTreeSet<ParameterId>,
    /// Policy tables in which something is looked up.
    pub tables: BTreeSet<TableId>,
    /// Records that are ranged over and have standing exclusions; what their conditions read is among all the above.
    pub exclusions: BTreeSet<RecordId>,
}

impl Reads {
    /// Adds what a body looks at.
    pub fn add_body(&mut self, environment: &Environment, body: &Body) {
        for_each_expr(body, &mut |expr| self.add_expr(environment, expr));
        for step in &body.steps {
            if let Step::ForEach { binder, .. } = step {
                self.add_binder(&environment.schema, binder);
            }
        }
    }

    /// Adds what the condition of a grade looks at.
    pub fn add_grade(&mut self, environment: &Environment, grade: Option<&Grade>) {
        if let Some(Grade::When(condition)) = grade {
            self.add_tree(environment, condition);
        }
    }

    /// Adds what an expression and all under it look at.
    pub fn add_tree(&mut self, environment: &Environment, expr: &Expr) {
        walk(expr, &mut |expr| self.add_expr(environment, expr));
    }

    /// Adds what a condition that is Rego looks at.
    pub fn add_rego(&mut self, environment: &Environment, rego: &Rego) {
        self.add_columns(environment, rego);
        rego.needed().for_each(|read| self.add_tree(environment, read));
    }

    /// Adds all records with all their fields, and all parameters: what looks at them does not say at which.
    pub fn add_all(&mut self, environment: &Environment) {
        let schema = &environment.schema;
        for record in schema.ids() {
            self.records.insert(record);
            self.add_exclusions(environment, record);
            self.fields.extend((0..schema.record(record).fields.len() as u32).map(|field| (record, FieldId(field))));
        }
        self.spaces.extend((0..schema.spaces).map(KeySpaceId));
        self.parameters.extend((0..environment.parameters.len() as u32).map(ParameterId));
    }

    /// Adds what another set of bodies looks at.
    pub fn add(&mut self, other: &Reads) {
        self.records.extend(&other.records);
        self.fields.extend(&other.fields);
        self.spaces.extend(&other.spaces);
        self.parameters.extend(&other.parameters);
        self.tables.extend(&other.tables);
        self.exclusions.extend(&other.exclusions);
    }

    fn add_exclusions(&mut self, environment: &Environment, record: RecordId) {
        if self.exclusions.insert(record) {
            environment.exclusions_of(record).for_each(|(_, exclusion)| self.add_body(environment, &exclusion.body));
        }
    }

    fn add_expr(&mut self, environment: &Environment, expr: &Expr) {
        let schema = &environment.schema;
        self.add_type(schema, &expr.ty.base);
        match &expr.kind {
            ExprKind::Parameter(parameter) | ExprKind::ParameterAt { parameter, .. } => {
                self.parameters.insert(*parameter);
            }
            ExprKind::Table { table, .. } => {
                self.tables.insert(*table);
            }
            ExprKind::LeftOut { record, .. } => self.add_exclusions(environment, *record),
            ExprKind::Field { record, field, .. } => {
                self.add_record(schema, *record);
                self.fields.insert((*record, *field));
            }
            ExprKind::IsRecord { operand, record } => {
                self.add_record(schema, *record);
                if let Type::Reference(targets) = &operand.ty.base {
                    targets.iter().for_each(|target| self.add_record(schema, *target));
                }
            }
            ExprKind::Quantified { binder, .. } | ExprKind::Aggregate { binder, .. } => self.add_binder(schema, binder),
            ExprKind::Stated(stated) => {
                stated.candidates.iter().for_each(|statements| self.add_binder(schema, &statements.binder));
            }
            ExprKind::Unreported(rego) => self.add_columns(environment, rego),
            _ => {}
        }
    }

    fn add_columns(&mut self, environment: &Environment, rego: &Rego) {
        let schema = &environment.schema;
        rego.subject.iter().for_each(|(_, record)| self.add_record(schema, *record));
        for (record, field) in &rego.columns {
            self.add_record(schema, *record);
            self.add_exclusions(environment, *record);
            self.fields.insert((*record, *field));
            self.add_type(schema, &schema.record(*record).field_type(*field).ty.base);
        }
    }

    fn add_binder(&mut self, schema: &Schema, binder: &Binder) {
        if let Domain::Records(record) = binder.domain {
            self.add_record(schema, record);
        }
    }

    fn add_record(&mut self, schema: &Schema, record: RecordId) {
        self.records.insert(record);
        self.fields.extend(schema.record(record).key.iter().map(|field| (record, *field)));
    }

    fn add_type(&mut self, schema: &Schema, ty: &Type) {
        match ty {
            Type::Reference(targets) => {
                self.spaces.insert(schema.reference_space(targets));
            }
            Type::List(element) | Type::Set(element) => self.add_type(schema, element),
            _ => {}
        }
    }
}

/// Calls `visit` for the direct parts of an expression, binders' parts included, in order of the text.
///
/// The two sides of a key or order part are parts of a conjunct already and are not visited again.
pub fn for_each_child<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    match &expr.kind {
        ExprKind::Literal(_)
        | ExprKind::Parameter(_)
        | ExprKind::AsOf
        | ExprKind::Today
        | ExprKind::Period
        | ExprKind::SubjectName(_)
        | ExprKind::Variable(_) => {}
        ExprKind::Stated(stated) => {
            for statements in &stated.candidates {
                for_each_binder_part(&statements.binder, visit);
                statements.parts().for_each(&mut *visit);
            }
        }
        ExprKind::Field { base: operand, .. }
        | ExprKind::Not(operand)
        | ExprKind::Negate(operand)
        | ExprKind::Presence { operand, .. }
        | ExprKind::IsRecord { operand, .. }
        | ExprKind::Matches { text: operand, .. }
        | ExprKind::ParameterAt { moment: operand, .. }
        | ExprKind::LeftOut { row: operand, .. }
        | ExprKind::Convert { operand, .. } => visit(operand),
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Filled(parts) | ExprKind::Set(parts) => {
            parts.iter().for_each(visit);
        }
        ExprKind::Call { arguments, .. } | ExprKind::Table { arguments, .. } => arguments.iter().for_each(visit),
        ExprKind::Unreported(rego) => rego.needed().for_each(visit),
        ExprKind::Implies(left, right)
        | ExprKind::Compare { left, right, .. }
        | ExprKind::Arithmetic { left, right, .. }
        | ExprKind::SetOperation { left, right, .. }
        | ExprKind::TimelineOperation { left, right, .. }
        | ExprKind::Covers(left, right)
        | ExprKind::Overlaps(left, right)
        | ExprKind::Otherwise { value: left, default: right }
        | ExprKind::In { element: left, collection: right }
        | ExprKind::During { element: left, interval: right }
        | ExprKind::TextTest { text: left, part: right, .. }
        | ExprKind::Interval { from: left, until: right, .. } => {
            visit(left);
            visit(right);
        }
        ExprKind::If { condition, then, otherwise } => {
            visit(condition);
            visit(then);
            visit(otherwise);
        }
        ExprKind::Quantified { binder, has, .. } => {
            for_each_binder_part(binder, visit);
            has.iter().for_each(|has| visit(has));
        }
        ExprKind::Aggregate { binder, parts, .. } => {
            for_each_binder_part(binder, visit);
            parts.each().for_each(visit);
        }
    }
}

fn for_each_binder_part<'a>(binder: &'a Binder, visit: &mut dyn FnMut(&'a Expr)) {
    if let Domain::Elements(elements) = &binder.domain {
        visit(elements);
    }
    binder.conjuncts.iter().for_each(visit);
}

/// Calls `visit` for an expression and everything under it, outer first.
pub fn walk<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    visit(expr);
    for_each_child(expr, &mut |child| walk(child, visit));
}

/// Calls `visit` for every expression of a body, template holes included, outer first.
pub fn for_each_expr<'a>(body: &'a Body, visit: &mut dyn FnMut(&'a Expr)) {
    for_each_root(body, &mut |root| walk(root, visit));
}

/// Calls `visit` for every expression of a body that is part of no other, template holes included, in order of the text.
pub fn for_each_root<'a>(body: &'a Body, visit: &mut dyn FnMut(&'a Expr)) {
    for step in &body.steps {
        match step {
            Step::ForEach { binder, .. } => for_each_binder_part(binder, visit),
            Step::Let { value, .. } => visit(value),
        }
    }
    if let Some(due) = &body.due {
        visit(&due.pending);
    }
    match &body.condition {
        Condition::Plain(condition) => visit(condition),
        Condition::AnyOf(branches) | Condition::AllOf(branches) => {
            branches.iter().for_each(|branch| visit(&branch.condition));
        }
    }
    if let Some(Template { parts }) = &body.because {
        for part in parts {
            if let TemplatePart::Hole(hole) = part {
                visit(hole);
            }
        }
    }
}

/// Returns the variables that an expression uses and does not bind itself.
pub fn free_variables(expr: &Expr) -> BTreeSet<VariableId> {
    let (mut used, mut bound) = (BTreeSet::new(), BTreeSet::new());
    walk(expr, &mut |part| match &part.kind {
        ExprKind::Variable(variable) => {
            used.insert(*variable);
        }
        ExprKind::SubjectName(variables) => used.extend(variables),
        ExprKind::Unreported(rego) => used.extend(rego.subject.iter().map(|(variable, _)| *variable)),
        ExprKind::Quantified { binder, .. } | ExprKind::Aggregate { binder, .. } => {
            bound.insert(binder.variable);
        }
        ExprKind::Stated(stated) => bound.extend(stated.candidates.iter().map(|of| of.binder.variable)),
        _ => {}
    });
    // Variables are unique in a body, so what is bound inside is nowhere else.
    used.difference(&bound).copied().collect()
}
