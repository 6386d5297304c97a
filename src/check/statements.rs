//! `judgement` and `attested`: what people state on the items that a rule cites.
//!
//! The records of those names are read as every other; what their fields have to be is checked here. Which of them count
//! is a condition like any that a rule could write, and is checked as one.

use super::access;
use super::checker::{Checker, Mode, Polarity};
use super::narrow::Typed;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Access, Binder, CompareOp, Domain, Expr, ExprKind, Stated, Statement, Statements, VariableId};
use crate::schema::{FieldId, RecordId, Ty, Type};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, BinaryOp, Name};

/// The words that ask for a statement.
pub(super) const STATEMENTS: [&str; 2] = ["judgement", "attested"];

/// What a statement is called where its fields are read.
const IT: &str = "it";

/// What a field of a statement has to be.
struct Wanted {
    name: &'static str,
    /// As in a declaration.
    declared: &'static str,
    /// Whether the record has to have it.
    needed: bool,
    fits: fn(&Ty) -> bool,
}

fn is_requirement(ty: &Ty) -> bool {
    let base = match &ty.base {
        Type::List(element) => element,
        base => base,
    };
    *base == Type::Text && !ty.optional
}

fn is_outcome(ty: &Ty) -> bool {
    let Type::Enum(members) = &ty.base else { return false };
    !ty.optional && ["conforming", "nonconforming"].iter().all(|member| members.position(member).is_some())
}

fn is_moment(ty: &Ty) -> bool {
    matches!(ty.base, Type::Date | Type::Timestamp)
}

fn is_given_moment(ty: &Ty) -> bool {
    is_moment(ty) && !ty.optional
}

fn is_name(ty: &Ty) -> bool {
    *ty == Ty::optional(Type::Text)
}

const REQUIREMENT: Wanted = Wanted { name: "requirement", declared: "text", needed: true, fits: is_requirement };
const VALID_FROM: Wanted = Wanted { name: "valid_from", declared: "date?", needed: false, fits: is_moment };
const VALID_UNTIL: Wanted = Wanted { name: "valid_until", declared: "date?", needed: false, fits: is_moment };
const WITHDRAWN_AT: Wanted = Wanted { name: "withdrawn_at", declared: "timestamp?", needed: false, fits: is_moment };
const SUBJECT: Wanted = Wanted { name: "subject", declared: "text?", needed: false, fits: is_name };

/// The fields of a judgement.
const JUDGEMENT: &[Wanted] = &[
    REQUIREMENT,
    Wanted { name: "outcome", declared: "{conforming, nonconforming, not_determined}", needed: true, fits: is_outcome },
    Wanted { name: "assessed_at", declared: "timestamp", needed: true, fits: is_given_moment },
    VALID_FROM,
    VALID_UNTIL,
    WITHDRAWN_AT,
    SUBJECT,
];

/// The fields of an attestation.
const ATTESTATION: &[Wanted] = &[
    REQUIREMENT,
    Wanted { name: "attested_at", declared: "timestamp", needed: true, fits: is_given_moment },
    VALID_FROM,
    VALID_UNTIL,
    WITHDRAWN_AT,
    SUBJECT,
];

/// The statement that a word asks for.
pub(super) fn statement_of(word: &str) -> Option<Statement> {
    [Statement::Judgement, Statement::Attestation].into_iter().find(|statement| statement.word() == word)
}

impl Checker<'_, '_> {
    /// `judgement`, `attested`
    pub(super) fn statement(&mut self, statement: Statement, span: Span) -> Typed {
        // What a define's caller cites is known at the call.
        if self.mode == Mode::Define {
            let nothing = Stated { statement, item: String::new(), candidates: Vec::new() };
            return Typed::plain(self.make(ExprKind::Stated(Box::new(nothing)), Type::Boolean, span));
        }
        let word = statement.word();
        let Some(items) = self.cited.clone() else {
            let message = format!("`{word}` is about what a rule cites, and this is no rule");
            self.report(
                Diagnostic::new(Code::UnknownName, span, message, "nothing is cited here")
                    .with_help("ask for it in the condition of a rule"),
            );
            return self.error_condition(span);
        };
        let Some(record) = self.statement_record(statement, span) else { return self.error_condition(span) };
        let mut stated = Vec::new();
        for (item, names) in items {
            let candidates = self.statements(statement, record, &names, span);
            stated.push(self.make(
                ExprKind::Stated(Box::new(Stated { statement, item, candidates })),
                Type::Boolean,
                span,
            ));
        }
        let one = if stated.len() == 1 { stated.pop() } else { None };
        Typed::plain(one.unwrap_or_else(|| self.make(ExprKind::And(stated), Type::Boolean, span)))
    }

    /// Finds the record that a word reads and checks its fields.
    fn statement_record(&mut self, statement: Statement, span: Span) -> Option<RecordId> {
        let (word, name) = (statement.word(), statement.record());
        let wanted = match statement {
            Statement::Judgement => JUDGEMENT,
            Statement::Attestation => ATTESTATION,
        };
        let declaration = || -> String {
            let fields = wanted.iter().filter(|field| field.needed);
            fields.map(|field| format!("{}: {}", field.name, field.declared)).collect::<Vec<_>>().join(", ")
        };
        let Some(known) = self.world.known_records.get(name).copied() else {
            if self.world.items.find(ast::ItemKind::Record, name).is_empty() {
                let message = format!("`{word}` reads records `{name}`, and no such record is declared");
                self.report(
                    Diagnostic::new(Code::UnknownRecord, span, message, format!("reads records `{name}`"))
                        .with_help(format!("declare one that has at least: `{}`", declaration())),
                );
            } else {
                self.unknown_record(&Spanned::new(name.to_owned(), span));
            }
            return None;
        };
        self.reach_record(known.id);
        let mut sound = true;
        for field in wanted {
            let declared = self.world.schema().record(known.id);
            let place = declared.span;
            match declared.field(field.name).map(|id| declared.field_type(id).clone()) {
                None if field.needed => {
                    let message = format!("record `{name}` has no field `{}`, which `{word}` reads", field.name);
                    self.report(
                        Diagnostic::new(Code::UnknownField, span, message, format!("reads `{}`", field.name))
                            .with_label(place, "declared here")
                            .with_help(format!("add the field: `{}: {}`", field.name, field.declared)),
                    );
                    sound = false;
                }
                Some(found) if !(field.fits)(&found.ty) && found.ty.base != Type::Error => {
                    let mark = if found.ty.optional { "?" } else { "" };
                    let shown = format!("{}{mark}", self.show(&found.ty.base));
                    let message =
                        format!("`{word}` cannot read the field `{}` of record `{name}`: `{shown}`", field.name);
                    self.report(
                        Diagnostic::new(Code::TypeMismatch, span, message, format!("reads `{}`", field.name))
                            .with_label(found.span, format!("`{shown}`"))
                            .with_help(format!("declare it `{}: {}`", field.name, field.declared)),
                    );
                    sound = false;
                }
                _ => {}
            }
        }
        sound.then_some(known.id)
    }

    /// The statements on an item: those that hold for every subject, and those that name one.
    fn statements(&mut self, statement: Statement, record: RecordId, names: &[String], span: Span) -> Vec<Statements> {
        let has_subject = self.world.schema().record(record).field(SUBJECT.name).is_some();
        let mut all = vec![self.candidates(statement, record, names, has_subject.then_some(false), span)];
        if has_subject && self.subject.as_ref().is_some_and(|subject| !subject.is_empty()) {
            all.push(self.candidates(statement, record, names, Some(true), span));
        }
        all
    }

    /// The statements on an item that are valid at `as_of`. `named`: those that name the subject, or none; without, all.
    fn candidates(
        &mut self,
        statement: Statement,
        record: RecordId,
        names: &[String],
        named: Option<bool>,
        span: Span,
    ) -> Statements {
        let write = Write { span };
        let texts = names.iter().map(|name| write.expr(ast::ExprKind::Text(name.clone()))).collect();
        let set = write.expr(ast::ExprKind::Set(texts));
        let declared = self.world.schema().record(record);
        let ty = |name: &str| declared.field(name).map(|field| declared.field_type(field).ty.clone());
        let mut conditions = vec![match ty(REQUIREMENT.name).map(|ty| ty.base) {
            Some(Type::List(_)) => write.binary(set, BinaryOp::Overlaps, write.field(REQUIREMENT.name)),
            _ => write.binary(write.field(REQUIREMENT.name), BinaryOp::In, set),
        }];
        if let Some(named) = named {
            conditions.push(write.presence(SUBJECT.name, named));
        }
        let since = match statement {
            Statement::Judgement => "assessed_at",
            Statement::Attestation => "attested_at",
        };
        let bounds = [
            (since, BinaryOp::LessOrEqual),
            (VALID_FROM.name, BinaryOp::LessOrEqual),
            (VALID_UNTIL.name, BinaryOp::GreaterOrEqual),
            (WITHDRAWN_AT.name, BinaryOp::Greater),
        ];
        for (name, op) in bounds {
            let Some(ty) = ty(name) else { continue };
            let now = if ty.base == Type::Date { "today" } else { "as_of" };
            let bound = write.binary(write.field(name), op, write.name(now));
            conditions.push(if ty.optional {
                write.binary(write.presence(name, false), BinaryOp::Or, bound)
            } else {
                bound
            });
        }
        let (subject, outcome) = (declared.field(SUBJECT.name), declared.field("outcome"));
        let (scope, visible) = (self.names.len(), self.unfolding.len());
        let name: Name = Spanned::new(IT.to_owned(), span);
        let variable = self.declare("the statement", &name, Ty::required(Type::Row(record)), false, true);
        // The names that these conditions use mean the same inside a define that is unfolded.
        self.unfolding.push(super::checker::Unfolding { span, visible: scope });
        let mut conjuncts: Vec<Expr> = conditions
            .iter()
            .map(|condition| self.at(Polarity::Positive, |checker| checker.condition(condition).expr))
            .collect();
        let mut read = |name: &str| self.infer(&write.field(name), None).expr;
        let (at, outcome) = match statement {
            Statement::Judgement => (Some(read(since)), outcome.map(|_| read("outcome"))),
            Statement::Attestation => (None, None),
        };
        self.unfolding.truncate(visible);
        self.names.truncate(scope);
        if let (Some(true), Some(subject)) = (named, subject) {
            conjuncts.push(self.is_subject(record, subject, variable, span));
        }
        conjuncts.extend(self.not_left_out(record, variable, span));
        let domain = Domain::Records(record);
        let mut binder = Binder { variable, domain, conjuncts, access: Access::default(), span };
        let parts: Vec<&Expr> = at.iter().chain(&outcome).collect();
        access::choose(&mut binder, &parts);
        Statements { binder, at, outcome }
    }

    /// Whether a statement names the subject that is judged.
    fn is_subject(&mut self, record: RecordId, field: FieldId, variable: VariableId, span: Span) -> Expr {
        self.reach_field(record, field);
        let it = self.make(ExprKind::Variable(variable), Type::Row(record), span);
        // That it is present stands before.
        let named = self.make(ExprKind::Field { base: Box::new(it), record, field }, Type::Text, span);
        let name = self.make(ExprKind::SubjectName(self.subject.clone().unwrap_or_default()), Type::Text, span);
        let kind = ExprKind::Compare { op: CompareOp::Equal, left: Box::new(named), right: Box::new(name) };
        self.make(kind, Type::Boolean, span)
    }

    /// The items that citations name, each with the texts that mean it in a statement.
    pub(super) fn items_of(&self, citations: &[crate::ir::Citation]) -> Vec<(String, Vec<String>)> {
        let standards = &self.world.environment.standards;
        let mut items = Vec::new();
        for citation in citations {
            let is_requirements =
                standards.iter().any(|standard| standard.name == citation.standard && standard.is_requirements);
            // A clause number alone is enough where no other standard of that kind has that clause.
            let others = standards
                .iter()
                .filter(|other| other.name != citation.standard && other.is_requirements == is_requirements);
            let is_alone = !others.flat_map(|other| &other.clauses).any(|clause| clause.number == citation.clause);
            let letters: Vec<String> = citation.items.iter().map(|letter| format!(" {letter}")).collect();
            for letter in if letters.is_empty() { vec![String::new()] } else { letters } {
                let short = format!("{}{letter}", citation.clause);
                let whole = format!("{} {short}", citation.standard);
                let names = if is_alone { vec![whole.clone(), short] } else { vec![whole.clone()] };
                items.push((whole, names));
            }
        }
        items
    }
}

/// Writes conditions on a statement, all of them at the place of the word that asks for it.
#[derive(Clone, Copy)]
struct Write {
    span: Span,
}

impl Write {
    fn expr(self, kind: ast::ExprKind) -> ast::Expr {
        ast::Expr { kind, span: self.span }
    }

    fn name(self, name: &str) -> ast::Expr {
        self.expr(ast::ExprKind::Name(name.to_owned()))
    }

    fn field(self, name: &str) -> ast::Expr {
        let base = Box::new(self.name(IT));
        self.expr(ast::ExprKind::Field { base, name: Spanned::new(name.to_owned(), self.span) })
    }

    fn presence(self, name: &str, present: bool) -> ast::Expr {
        self.expr(ast::ExprKind::Presence { operand: Box::new(self.field(name)), present })
    }

    fn binary(self, left: ast::Expr, op: BinaryOp, right: ast::Expr) -> ast::Expr {
        let (left, right) = (Box::new(left), Box::new(right));
        self.expr(ast::ExprKind::Binary { op: Spanned::new(op, self.span), left, right })
    }
}
