//! The syntax tree: policy text as written, with the place of everything that a message may point to.
//!
//! Names of nodes are those of the grammar.

pub mod calendar;
pub mod expr;
pub mod source;
pub mod test;

pub use calendar::*;
pub use expr::*;
pub use source::*;
pub use test::*;

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::value::{Date, Number};

/// A name and its place.
pub type Name = Spanned<String>;

/// A text and its place (the quotation marks included).
pub type Text = Spanned<String>;

/// What the first word of an item says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemKind {
    /// `zone`
    Zone,
    /// `standard`
    Standard,
    /// `record`
    Record,
    /// `extend record`
    Extend,
    /// `parameter`
    Parameter,
    /// `bind`
    Bind,
    /// `define`
    Define,
    /// `calendar`
    Calendar,
    /// `leave out`
    LeaveOut,
    /// `table`
    Table,
    /// `rule`
    Rule,
    /// `advice`
    Advice,
    /// `source`
    Source,
    /// `test`
    Test,
    /// Any other first word; counts as a broken rule.
    Unknown,
}

impl ItemKind {
    /// The first word, as written; empty for [`ItemKind::Unknown`].
    pub fn word(self) -> &'static str {
        match self {
            ItemKind::Zone => "zone",
            ItemKind::Standard => "standard",
            ItemKind::Record => "record",
            ItemKind::Extend => "extend",
            ItemKind::Parameter => "parameter",
            ItemKind::Bind => "bind",
            ItemKind::Define => "define",
            ItemKind::Calendar => "calendar",
            ItemKind::LeaveOut => "leave",
            ItemKind::Table => "table",
            ItemKind::Rule => "rule",
            ItemKind::Advice => "advice",
            ItemKind::Source => "source",
            ItemKind::Test => "test",
            ItemKind::Unknown => "",
        }
    }

    /// What an item of the kind is called in a message.
    pub fn noun(self) -> &'static str {
        match self {
            ItemKind::Extend => "extension",
            ItemKind::LeaveOut => "exclusion",
            ItemKind::Unknown => "item",
            _ => self.word(),
        }
    }
}

/// One policy file, parsed.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// The items, in order.
    pub items: Vec<ParsedItem>,
}

impl Parsed {
    /// The paths of the files that items name, as written.
    pub fn attachments(&self) -> impl Iterator<Item = &Text> {
        self.items.iter().filter_map(|item| item.item.as_ref()).flat_map(|item| -> Vec<&Text> {
            let condition = match item {
                Item::Calendar(calendar) => {
                    let lines = calendar.lines.iter();
                    return lines
                        .filter_map(|line| if let CalendarLine::Holidays(path) = line { Some(path) } else { None })
                        .collect();
                }
                Item::Rule(rule) => &rule.condition,
                Item::Advice(advice) => &advice.condition,
                _ => return Vec::new(),
            };
            if let Condition::Rego(rego) = condition { rego.files.iter().collect() } else { Vec::new() }
        })
    }
}

/// One item of a file: what its first words say, and its tree where it could be parsed.
#[derive(Debug, Clone)]
pub struct ParsedItem {
    /// What the first word says that it is.
    pub kind: ItemKind,
    /// The name behind the first word, if one can be read; known even if the rest is broken.
    pub name: Option<Name>,
    /// From column 1 to the end of the item.
    pub span: Span,
    /// The tree; none if the item is broken.
    pub item: Option<Item>,
    /// What is wrong with it; at least one error if there is no tree.
    pub diagnostics: Vec<Diagnostic>,
}

/// The tree of one item.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// `zone "Europe/Amsterdam"`
    Zone(Text),
    /// `standard … requirements { … }`
    Standard(Standard),
    /// `record … { … }`
    Record(Record),
    /// `extend record … { … }`
    Extend(Extend),
    /// `parameter p: duration "…"`
    Parameter(Parameter),
    /// `bind p = 4 hours from "…"`
    Bind(Bind),
    /// `define f(x: incident) = …`
    Define(Define),
    /// `calendar … { … }`
    Calendar(Calendar),
    /// `leave out incident i where … because "…"`
    LeaveOut(LeaveOut),
    /// `table f(x: {a, b}): {c, d} { … } from "…"`
    Table(Table),
    /// `rule … shall …`
    Rule(Box<Rule>),
    /// `advice … should …`
    Advice(Box<Advice>),
    /// `source … { … }`
    Source(Source),
    /// `test … of … { … }`
    Test(Box<Test>),
}

/// Whether a standard's clauses are mandatory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Modality {
    /// What an organization shall do; only rules cite it.
    Requirements,
    /// What it should do; only advice cites it.
    Guidance,
}

/// A standard and its tree of clauses.
#[derive(Debug, Clone, PartialEq)]
pub struct Standard {
    /// `iso20000-1`
    pub name: Name,
    /// `"ISO/IEC 20000-1:2018"`
    pub title: Text,
    /// `requirements` or `guidance`
    pub modality: Modality,
    /// The top clauses.
    pub clauses: Vec<Clause>,
}

/// A clause of a standard.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// `8.6.1` or `A.5.15`
    pub number: Name,
    /// Its short title.
    pub title: Text,
    /// The clauses under it.
    pub clauses: Vec<Clause>,
}

/// A record type.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub title: Option<Text>,
    /// Its fields, in order.
    pub fields: Vec<Field>,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type, without the question mark.
    pub ty: TypeExpr,
    /// `?`: whether it may be absent.
    pub optional: bool,
    /// `key`
    pub key: bool,
    /// What it is.
    pub title: Option<Text>,
}

/// What an organization adds to a record that is declared elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Extend {
    /// The record.
    pub record: Name,
    /// What is added, in order.
    pub extensions: Vec<Extension>,
}

/// One thing that is added to a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Extension {
    /// `vendor_ticket: text?`
    Field(Field),
    /// `state: + {awaiting_vendor}` or, of an enum with an order, `impact: + {high < critical}`
    MoreMembers(MoreMembers),
}

/// Members that are added to the enum of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct MoreMembers {
    /// The field.
    pub field: Name,
    /// The members, in order; of an enum with an order, with those that they stand beside.
    pub members: Vec<Name>,
    /// Whether `<` stands between them.
    pub ordered: bool,
    /// From the field to the end of the members.
    pub span: Span,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeExpr {
    /// Its form.
    pub kind: TypeExprKind,
    /// Its place.
    pub span: Span,
}

/// The form of a type.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeExprKind {
    /// `text`, `duration`, `incident`: a word that names a type or a record
    Named(String),
    /// `-> change | release`
    Reference(Vec<Name>),
    /// `{a, b}` or `{low < medium < high}`
    Enum {
        /// The members, in order.
        members: Vec<Name>,
        /// Whether `<` stands between them.
        ordered: bool,
    },
    /// `list of T`
    List(Box<TypeExpr>),
    /// `set of T`
    Set(Box<TypeExpr>),
}

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// What it is.
    pub title: Option<Text>,
}

/// A binding of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Bind {
    /// The parameter.
    pub name: Name,
    /// Its value.
    pub value: Expr,
    /// `since 2026-07-01`: the day from which on it holds; none: from the beginning.
    pub since: Option<Spanned<Date>>,
    /// The document that says so.
    pub from: Text,
}

/// A named expression with parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Define {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub parameters: Vec<DefineParameter>,
    /// What it stands for.
    pub body: Expr,
}

/// A parameter of a define.
#[derive(Debug, Clone, PartialEq)]
pub struct DefineParameter {
    /// Its name.
    pub name: Name,
    /// Its type; a record's name means a record of it.
    pub ty: TypeExpr,
    /// `?`: whether it may be absent.
    pub optional: bool,
}

/// A standing exclusion: records that nothing ranges over.
#[derive(Debug, Clone, PartialEq)]
pub struct LeaveOut {
    /// The record.
    pub record: Name,
    /// What it is called in the condition.
    pub variable: Name,
    /// `where`: which of them are left out.
    pub condition: Expr,
    /// Why.
    pub because: Text,
    /// From the record to the end of the condition.
    pub span: Span,
}

/// A policy table: what each combination of members gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Its parameters, in order of the columns.
    pub parameters: Vec<DefineParameter>,
    /// The type of what it gives.
    pub ty: TypeExpr,
    /// Its rows, in order.
    pub rows: Vec<TableRow>,
    /// The document that says so.
    pub from: Text,
}

/// A row of a table: `high, low | medium => p2`
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// One for each parameter, in order.
    pub cells: Vec<TableCell>,
    /// What the row gives.
    pub value: Expr,
    /// All of it.
    pub span: Span,
}

/// What a row says of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct TableCell {
    /// The members that the row is for; none: `any`.
    pub members: Option<Vec<Name>>,
    /// All of it.
    pub span: Span,
}

/// A citation: `cites iso20000-1 8.6.1 d, e`
#[derive(Debug, Clone, PartialEq)]
pub struct Citation {
    /// The standard.
    pub standard: Name,
    /// The clause.
    pub clause: Name,
    /// The letters of list items.
    pub items: Vec<Name>,
    /// All of it.
    pub span: Span,
}

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its id.
    pub name: Name,
    /// Its title.
    pub title: Text,
    /// What it cites; at least one.
    pub cites: Vec<Citation>,
    /// `for each` and `let` lines, in order.
    pub steps: Vec<Step>,
    /// `due …`
    pub due: Option<Due>,
    /// What stands behind `shall`.
    pub condition: Condition,
    /// `because`
    pub because: Option<Template>,
    /// `major …`
    pub grade: Option<Grade>,
}

/// An advice.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// Its id.
    pub name: Name,
    /// Its title.
    pub title: Text,
    /// What it cites; at least one.
    pub cites: Vec<Citation>,
    /// The rules that it helps with.
    pub supports: Vec<Name>,
    /// `for each` and `let` lines, in order.
    pub steps: Vec<Step>,
    /// What stands behind `should`.
    pub condition: Condition,
    /// `because`
    pub because: Option<Template>,
}

/// A line before the condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `for each incident i where … if none: …`
    ForEach {
        /// What is bound, and its `where`.
        binder: Binder,
        /// `if none: …`
        if_none: Option<Spanned<IfNone>>,
        /// All of it.
        span: Span,
    },
    /// `let x = e if absent: …`
    Let {
        /// The name.
        name: Name,
        /// What it stands for.
        value: Expr,
        /// `if absent: …`
        if_absent: Option<Spanned<IfAbsent>>,
        /// All of it.
        span: Span,
    },
}

/// What an empty population means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IfNone {
    /// `nonconformity`
    Nonconformity,
    /// `not determined`
    NotDetermined,
    /// `no population`
    NoPopulation,
}

/// What the absence of a `let` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IfAbsent {
    /// `nonconformity`
    Nonconformity,
    /// `not determined`
    NotDetermined,
}

/// `due t`: until when a subject may still come to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// The date or the timestamp.
    pub value: Expr,
    /// The word `due`.
    pub word: Span,
}

/// What stands behind `shall` or `should`.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// One expression.
    Plain(Expr),
    /// `any of { label: … }`
    AnyOf(Vec<Branch>),
    /// `all of { label: … }`
    AllOf(Vec<Branch>),
    /// `rego "change.rego" at data.change.violation` with its `reads`
    Rego(Rego),
}

/// A condition that is Rego: a subject that it reports fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Rego {
    /// The files of Rego; at least one.
    pub files: Vec<Text>,
    /// The rule that reports subjects: `data.change.violation`
    pub rule: Name,
    /// What its Rego looks at; at least one.
    pub reads: Vec<Expr>,
    /// From `rego` to the end of the rule's name.
    pub span: Span,
}

/// A labelled branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// Its label.
    pub label: Name,
    /// Its condition.
    pub condition: Expr,
}

/// The template behind `because`.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Texts and holes, in order.
    pub parts: Vec<TemplatePart>,
    /// All of it.
    pub span: Span,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// Literal text.
    Text(String),
    /// `{expr}`
    Hole(Expr),
}

/// When a nonconformity is proposed as major.
#[derive(Debug, Clone, PartialEq)]
pub enum Grade {
    /// `major above 10%`: the share of failures among the judged, as a fraction
    Above(Spanned<Number>),
    /// `major always`
    Always(Span),
    /// `major when e`: `e` holds for a failing subject
    When(Expr),
}

/// `incident i where …` or `m in months(period) where …`
#[derive(Debug, Clone, PartialEq)]
pub struct Binder {
    /// The name that is bound.
    pub name: Name,
    /// What it ranges over.
    pub domain: Domain,
    /// `where`
    pub condition: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// What a binder ranges over.
#[derive(Debug, Clone, PartialEq)]
pub enum Domain {
    /// All records of a type.
    Records(Name),
    /// The elements of a list, a set or calendar units.
    Elements(Expr),
}
