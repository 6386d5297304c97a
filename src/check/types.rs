//! Types as written to types as meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::items::{ItemId, Items};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::schema::{EnumType, RecordId, Type};
use crate::source::Span;
use crate::syntax::ast::{ItemKind, Name, TypeExpr, TypeExprKind};

/// The types that have a name of their own.
const NAMED: [(&str, Type); 8] = [
    ("text", Type::Text),
    ("boolean", Type::Boolean),
    ("integer", Type::Integer),
    ("decimal", Type::Decimal),
    ("date", Type::Date),
    ("timestamp", Type::Timestamp),
    ("duration", Type::Duration),
    ("span", Type::Span),
];

/// The name of the type of calendars, which depends on what calendars there are.
const CALENDAR: &str = "calendar";

/// Whether a word names a type of the language; no record may be called so.
pub(super) fn is_type_word(word: &str) -> bool {
    NAMED.iter().any(|(name, _)| *name == word)
        || matches!(word, CALENDAR | "interval" | "timeline" | "list" | "set" | "key")
}

/// What a type is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeUse {
    /// A field of a record.
    Field,
    /// A parameter of the organization.
    Parameter,
    /// A parameter of a define.
    DefineParameter,
    /// A parameter of a table, or what the table gives.
    Table,
}

/// A record that can be named in a type.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownRecord {
    /// Its number.
    pub(super) id: RecordId,
    /// The item that declares it.
    pub(super) item: ItemId,
    /// How many fields make up its key.
    pub(super) keys: usize,
}

/// Reads types against the records of the program.
pub(super) struct TypeReader<'w, 'a> {
    pub(super) items: &'w Items<'a>,
    pub(super) records: &'w BTreeMap<&'a str, KnownRecord>,
    pub(super) usage: TypeUse,
    /// What was found wrong.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Broken items that the types name.
    pub(super) broken: Vec<ItemId>,
}

impl TypeReader<'_, '_> {
    fn fail(&mut self, diagnostic: Diagnostic) -> Type {
        self.diagnostics.push(diagnostic);
        Type::Error
    }

    fn invalid(&mut self, span: Span, message: &str, help: &str) -> Type {
        let label = match self.usage {
            TypeUse::Field => "not the type of a field",
            TypeUse::Parameter => "not the type of a parameter",
            TypeUse::DefineParameter => "not the type of a define's parameter",
            TypeUse::Table => "not a type of a table",
        };
        self.fail(Diagnostic::new(Code::InvalidDeclaration, span, message, label).with_help(help))
    }

    /// Returns the type; [`Type::Error`] with a diagnostic if there is none, and (silently) for `interval` and
    /// `timeline`, each of which is one of several types and known only at a call.
    pub(super) fn read(&mut self, ty: &TypeExpr) -> Type {
        match &ty.kind {
            TypeExprKind::Named(name) => self.named(name, ty.span),
            TypeExprKind::Reference(targets) => self.reference(targets, ty.span),
            TypeExprKind::Enum { members, ordered } => self.enumeration(members, *ordered),
            TypeExprKind::List(element) if self.usage == TypeUse::Parameter => {
                self.element(element);
                self.invalid(ty.span, "a parameter cannot be a list", "write `set of …`")
            }
            TypeExprKind::List(element) => self.element(element).map_or(Type::Error, |ty| Type::List(Box::new(ty))),
            TypeExprKind::Set(element) if self.usage == TypeUse::Field => {
                self.element(element);
                self.invalid(ty.span, "a field cannot be a set", "write `list of …`")
            }
            TypeExprKind::Set(element) => self.element(element).map_or(Type::Error, |ty| Type::Set(Box::new(ty))),
        }
    }

    fn element(&mut self, ty: &TypeExpr) -> Option<Type> {
        if let TypeExprKind::List(_) | TypeExprKind::Set(_) = ty.kind {
            self.invalid(ty.span, "the elements of a list or a set are no lists or sets", "flatten it");
            return None;
        }
        match self.read(ty) {
            Type::Error => None,
            Type::Row(record) => Some(Type::Reference(vec![record])),
            other => Some(other),
        }
    }

    fn named(&mut self, name: &str, span: Span) -> Type {
        if let Some((_, ty)) = NAMED.iter().find(|(known, _)| *known == name) {
            return ty.clone();
        }
        if name == CALENDAR {
            return self.items.calendar.clone();
        }
        match (name, self.usage) {
            ("interval" | "timeline", TypeUse::DefineParameter) => return Type::Error,
            ("interval" | "timeline" | "set", _) => {
                let message = format!("`{name}` is a type of expressions");
                return self.invalid(span, &message, "declare both ends as dates or timestamps, or a `list of …`");
            }
            _ => {}
        }
        if let Some(record) = self.records.get(name) {
            if matches!(self.usage, TypeUse::DefineParameter | TypeUse::Table) {
                return Type::Row(record.id);
            }
            let message = format!("`{name}` is a record, not a type");
            return self.fail(
                Diagnostic::new(Code::UnknownName, span, message, "a record cannot stand here itself")
                    .with_help(format!("refer to it by its key: `-> {name}`")),
            );
        }
        if let Some(id) = self.items.find(ItemKind::Record, name).first().copied() {
            self.broken.push(id);
            return self.fail(self.items.broken_use(id, span));
        }
        let mut known: Vec<&str> = NAMED.iter().map(|(name, _)| *name).chain([CALENDAR]).collect();
        if self.usage == TypeUse::DefineParameter {
            known.extend(self.records.keys());
        }
        let help = suggest(name, "types", known);
        self.fail(
            Diagnostic::new(Code::UnknownName, span, format!("unknown type `{name}`"), "no type of that name")
                .with_help_if(help),
        )
    }

    fn reference(&mut self, targets: &[Name], span: Span) -> Type {
        if self.usage == TypeUse::Parameter {
            let message = "a parameter cannot be a reference";
            return self.invalid(span, message, "declare it as `text` and compare it with the record's key");
        }
        let mut found = Vec::new();
        let mut sound = true;
        for target in targets {
            match self.target(target) {
                Some(id) if found.contains(&id) => {
                    sound = false;
                    let message = format!("record `{}` is named twice", target.node);
                    self.fail(
                        Diagnostic::new(Code::DuplicateDefinition, target.span, message, "named before")
                            .with_help("name it once"),
                    );
                }
                Some(id) => found.push(id),
                None => sound = false,
            }
        }
        found.sort_unstable();
        if sound { Type::Reference(found) } else { Type::Error }
    }

    fn target(&mut self, name: &Name) -> Option<RecordId> {
        let Some(record) = self.records.get(name.node.as_str()).copied() else {
            let diagnostic = match self.items.find(ItemKind::Record, &name.node).first().copied() {
                Some(id) => {
                    self.broken.push(id);
                    self.items.broken_use(id, name.span)
                }
                None => unknown_record(self.records.keys().copied(), name),
            };
            self.diagnostics.push(diagnostic);
            return None;
        };
        if record.keys == 1 {
            return Some(record.id);
        }
        let (has, help) = match record.keys {
            0 => ("has no key", "mark the field that identifies it with `key`"),
            _ => (
                "has a key of several fields",
                "give it one field that identifies it, or refer to those fields one by one",
            ),
        };
        let message = format!("record `{}` {has}, so nothing can refer to it", name.node);
        self.diagnostics.push(
            Diagnostic::new(Code::InvalidDeclaration, name.span, message, "referred to here")
                .with_label(self.items.place(record.item), "declared here")
                .with_help(help),
        );
        None
    }

    fn enumeration(&mut self, members: &[Name], ordered: bool) -> Type {
        let mut names: Vec<String> = Vec::new();
        for member in members {
            if names.contains(&member.node) {
                let message = format!("member `{}` stands twice in the enum", member.node);
                self.diagnostics.push(
                    Diagnostic::new(Code::DuplicateDefinition, member.span, message, "stands before")
                        .with_help("remove one of the two"),
                );
            } else {
                names.push(member.node.clone());
            }
        }
        Type::Enum(Arc::new(EnumType { members: names, ordered }))
    }
}

/// Makes the diagnostic of a record that does not exist.
pub(super) fn unknown_record<'n>(known: impl Iterator<Item = &'n str>, name: &Name) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownRecord,
        name.span,
        format!("unknown record `{}`", name.node),
        "no record of that name is declared",
    )
    .with_help_if(suggest(&name.node, "records", known))
}
