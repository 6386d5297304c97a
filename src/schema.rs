//! Records, fields and types: what data can hold and what expressions can be.
//!
//! Enters: record declarations, checked. Leaves: the [`Schema`], in which records and fields are numbers.

use std::fmt;
use std::sync::Arc;

use crate::source::Span;

/// A record type in a [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(pub u32);

/// A field of a record: its position in the declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub u32);

/// A key space: records between which references can mean one another share one.
///
/// Equal key texts in a space are one [`KeyId`](crate::value::KeyId), whether or not a record of that key was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeySpaceId(pub u32);

/// The members of an enum.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnumType {
    /// The members, in order of declaration.
    pub members: Vec<String>,
    /// Whether the order means something (`<` between the members).
    pub ordered: bool,
}

impl EnumType {
    /// Returns the position of a member.
    pub fn position(&self, member: &str) -> Option<u32> {
        self.members.iter().position(|known| known == member).map(|position| position as u32)
    }
}

/// The type of a field or an expression, without whether it may be absent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// What has an error already; fits everywhere, so that one fault gives one message.
    Error,
    /// `boolean`
    Boolean,
    /// `integer`
    Integer,
    /// `decimal`: exact
    Decimal,
    /// `text`
    Text,
    /// `date`: a civil day
    Date,
    /// `timestamp`: an instant
    Timestamp,
    /// `duration`: exact
    Duration,
    /// `span`: calendar
    Span,
    /// An interval of days.
    DateInterval,
    /// An interval of instants.
    TimestampInterval,
    /// A timeline of days.
    DateTimeline,
    /// A timeline of instants.
    TimestampTimeline,
    /// `{a, b}`
    Enum(Arc<EnumType>),
    /// `calendar`: one of the calendars of the program, by its name. They are the members here, in the order of
    /// [`Environment::calendars`](crate::ir::Environment::calendars).
    Calendar(Arc<EnumType>),
    /// `-> a | b`: the key of a record of one of these, in order of id
    Reference(Vec<RecordId>),
    /// A record itself, as a binder or as what `first` and `last` find.
    Row(RecordId),
    /// `list of T`
    List(Box<Type>),
    /// `set of T`; only of expressions and parameters.
    Set(Box<Type>),
}

impl Type {
    /// The names of which a value of the type is one, by its position: the members of an enum, the calendars.
    pub fn members(&self) -> Option<&Arc<EnumType>> {
        match self {
            Type::Enum(members) | Type::Calendar(members) => Some(members),
            _ => None,
        }
    }
}

/// A type and whether the value may be absent: `T?`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ty {
    /// The type.
    pub base: Type,
    /// Whether the value may be absent.
    pub optional: bool,
}

impl Ty {
    /// A type whose values are never absent.
    pub fn required(base: Type) -> Ty {
        Ty { base, optional: false }
    }

    /// A type whose values may be absent.
    pub fn optional(base: Type) -> Ty {
        Ty { base, optional: true }
    }
}

/// A field of a record type.
#[derive(Debug, Clone)]
pub struct FieldType {
    /// Its name.
    pub name: String,
    /// Its type and whether it may be absent.
    pub ty: Ty,
    /// What it is.
    pub title: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A record type.
#[derive(Debug, Clone)]
pub struct RecordType {
    /// Its name.
    pub name: String,
    /// What it is.
    pub title: Option<String>,
    /// Its fields, in order of declaration; a [`FieldId`] is a position here.
    pub fields: Vec<FieldType>,
    /// The fields that make up its key, in order; may be none or several.
    pub key: Vec<FieldId>,
    /// The key space that its keys are in.
    pub space: KeySpaceId,
    /// Where it is declared (its name).
    pub span: Span,
}

impl RecordType {
    /// Finds a field by name.
    pub fn field(&self, name: &str) -> Option<FieldId> {
        self.fields.iter().position(|field| field.name == name).map(|position| FieldId(position as u32))
    }

    /// Returns the field of that id.
    pub fn field_type(&self, field: FieldId) -> &FieldType {
        &self.fields[field.0 as usize]
    }

    /// Returns the one field that is the key; none if the key is on several fields or there is none.
    pub fn single_key(&self) -> Option<FieldId> {
        match self.key.as_slice() {
            [field] => Some(*field),
            _ => None,
        }
    }
}

/// All record types of a program.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// The record types, in order of name; a [`RecordId`] is a position here.
    pub records: Vec<RecordType>,
    /// How many key spaces there are.
    pub spaces: u32,
}

impl Schema {
    /// Finds a record by name.
    pub fn find(&self, name: &str) -> Option<RecordId> {
        self.records.iter().position(|record| record.name == name).map(|position| RecordId(position as u32))
    }

    /// Returns the record type of that id.
    pub fn record(&self, id: RecordId) -> &RecordType {
        &self.records[id.0 as usize]
    }

    /// Returns the ids of all records, in order.
    pub fn ids(&self) -> impl Iterator<Item = RecordId> + use<> {
        (0..self.records.len() as u32).map(RecordId)
    }

    /// Returns the key space of a reference: that of any of its targets.
    pub fn reference_space(&self, targets: &[RecordId]) -> KeySpaceId {
        targets.first().map_or(KeySpaceId(0), |target| self.record(*target).space)
    }

    /// Returns the type in which a value is written: of a reference, that of the key of the record that it names.
    pub fn key_type<'s>(&'s self, ty: &'s Type) -> &'s Type {
        let mut ty = ty;
        // A key may be a reference itself; any chain of them has fewer links than there are records.
        for _ in 0..=self.records.len() {
            let Type::Reference(targets) = ty else { return ty };
            let Some(record) = targets.first().map(|target| self.record(*target)) else { break };
            let Some(key) = record.single_key() else { break };
            ty = &record.field_type(key).ty.base;
        }
        &Type::Error
    }

    /// Writes a type as in a declaration.
    pub fn show(&self, ty: &Type) -> String {
        struct Shown<'a>(&'a Schema, &'a Type);
        impl fmt::Display for Shown<'_> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                let Shown(schema, ty) = self;
                formatter.write_str(match ty {
                    Type::Error => "error",
                    Type::Boolean => "boolean",
                    Type::Integer => "integer",
                    Type::Decimal => "decimal",
                    Type::Text => "text",
                    Type::Date => "date",
                    Type::Timestamp => "timestamp",
                    Type::Duration => "duration",
                    Type::Span => "span",
                    Type::DateInterval => "interval of days",
                    Type::TimestampInterval => "interval of timestamps",
                    Type::DateTimeline => "timeline of days",
                    Type::TimestampTimeline => "timeline of timestamps",
                    Type::Calendar(_) => "calendar",
                    Type::Enum(members) => {
                        let separator = if members.ordered { " < " } else { ", " };
                        return write!(formatter, "{{{}}}", members.members.join(separator));
                    }
                    Type::Reference(targets) => {
                        let names: Vec<&str> =
                            targets.iter().map(|target| schema.record(*target).name.as_str()).collect();
                        return write!(formatter, "-> {}", names.join(" | "));
                    }
                    Type::Row(record) => &schema.record(*record).name,
                    Type::List(element) => return write!(formatter, "list of {}", Shown(schema, element)),
                    Type::Set(element) => return write!(formatter, "set of {}", Shown(schema, element)),
                })
            }
        }
        Shown(self, ty).to_string()
    }
}
