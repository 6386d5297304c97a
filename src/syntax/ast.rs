//! The syntax tree: policy text as written, with the place of everything that a message may point to.
//!
//! Names of nodes are those of the grammar.

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::value::{CalendarSpan, Date, Number, Timestamp};

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
    /// `parameter`
    Parameter,
    /// `bind`
    Bind,
    /// `define`
    Define,
    /// `rule`
    Rule,
    /// `advice`
    Advice,
    /// `source`
    Source,
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
            ItemKind::Parameter => "parameter",
            ItemKind::Bind => "bind",
            ItemKind::Define => "define",
            ItemKind::Rule => "rule",
            ItemKind::Advice => "advice",
            ItemKind::Source => "source",
            ItemKind::Unknown => "",
        }
    }
}

/// One policy file, parsed.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// The items, in order.
    pub items: Vec<ParsedItem>,
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
    /// `parameter p: duration "…"`
    Parameter(Parameter),
    /// `bind p = 4 hours from "…"`
    Bind(Bind),
    /// `define f(x: incident) = …`
    Define(Define),
    /// `rule … shall …`
    Rule(Box<Rule>),
    /// `advice … should …`
    Advice(Box<Advice>),
    /// `source … { … }`
    Source(Source),
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

/// What stands behind `shall` or `should`.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// One expression.
    Plain(Expr),
    /// `any of { label: … }`
    AnyOf(Vec<Branch>),
    /// `all of { label: … }`
    AllOf(Vec<Branch>),
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

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// Its form.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// The form of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `"text"`
    Text(String),
    /// `12`
    Integer(Number),
    /// `0.5`
    Decimal(Number),
    /// `95%`: the fraction
    Percent(Number),
    /// `4 hours`
    Quantity {
        /// How many.
        amount: i64,
        /// Of what.
        unit: Unit,
    },
    /// `2026-01-31`
    Date(Date),
    /// `2026-01-31T09:00Z`
    Timestamp(Timestamp),
    /// `true`, `false`
    Boolean(bool),
    /// `/pattern/`
    Regex(String),
    /// A word: a binder, a `let`, a parameter, an enum member, `as_of`, `today`, `period` …
    Name(String),
    /// `base.name`
    Field {
        /// What the field is read from.
        base: Box<Expr>,
        /// The field.
        name: Name,
    },
    /// `name(arguments)`; `filled(…)`, `day(…)`, defines
    Call {
        /// The function or define.
        name: Name,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// `x is present`, `x is absent`
    Presence {
        /// What is tested.
        operand: Box<Expr>,
        /// Whether `present` is asked for.
        present: bool,
    },
    /// `x is change`
    IsRecord {
        /// The reference.
        operand: Box<Expr>,
        /// The record.
        record: Name,
    },
    /// `not x`
    Not(Box<Expr>),
    /// `-x`
    Negate(Box<Expr>),
    /// `left op right`
    Binary {
        /// The operator.
        op: Spanned<BinaryOp>,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// `if c then a else b`
    If {
        /// The condition.
        condition: Box<Expr>,
        /// The value where it holds.
        then: Box<Expr>,
        /// The value where it does not.
        otherwise: Box<Expr>,
    },
    /// `{a, b}`: a set
    Set(Vec<Expr>),
    /// `exists r x where c`, `no …`, `every r x where c has d`
    Quantified {
        /// Which of the three.
        quantifier: Quantifier,
        /// What is bound, and its `where`.
        binder: Box<Binder>,
        /// What stands behind `has`; only with `every`.
        has: Option<Box<Expr>>,
    },
    /// `count(r x where c : value)`, `last(r x where c by key)`
    Aggregate {
        /// Which.
        function: Spanned<AggregateFunction>,
        /// What is bound, and its `where`.
        binder: Box<Binder>,
        /// What stands behind `by`.
        by: Option<Box<Expr>>,
        /// What stands behind the colon.
        value: Option<Box<Expr>>,
    },
    /// `(x)`
    Bracketed(Box<Expr>),
}

/// A unit of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unit {
    /// `microseconds`
    Microsecond,
    /// `milliseconds`
    Millisecond,
    /// `seconds`
    Second,
    /// `minutes`
    Minute,
    /// `hours`
    Hour,
    /// `days`: a duration of 24 hours or a calendar span, as its place needs
    Day,
    /// `weeks`: likewise
    Week,
    /// `months`
    Month,
    /// `quarters`
    Quarter,
    /// `years`
    Year,
}

impl Unit {
    /// The length of one, in microseconds, if the unit can be exact.
    pub fn micros(self) -> Option<i64> {
        use crate::value::time::{DAY, HOUR, MINUTE, SECOND};
        Some(match self {
            Unit::Microsecond => 1,
            Unit::Millisecond => 1000,
            Unit::Second => SECOND,
            Unit::Minute => MINUTE,
            Unit::Hour => HOUR,
            Unit::Day => DAY,
            Unit::Week => 7 * DAY,
            Unit::Month | Unit::Quarter | Unit::Year => return None,
        })
    }

    /// One of it as a calendar span, if the unit is one of the calendar.
    pub fn span(self) -> Option<CalendarSpan> {
        let (months, days) = match self {
            Unit::Day => (0, 1),
            Unit::Week => (0, 7),
            Unit::Month => (1, 0),
            Unit::Quarter => (3, 0),
            Unit::Year => (12, 0),
            _ => return None,
        };
        Some(CalendarSpan { months, days })
    }
}

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `and`
    And,
    /// `or`
    Or,
    /// `implies`
    Implies,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `during`
    During,
    /// `overlaps`
    Overlaps,
    /// `covers`
    Covers,
    /// `matches`
    Matches,
    /// `contains`
    Contains,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
    /// `within`
    Within,
    /// `minus`
    Minus,
    /// `union`
    Union,
    /// `..`
    Until,
    /// `through`
    Through,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `otherwise`
    Otherwise,
}

impl BinaryOp {
    /// The operator as written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
            BinaryOp::Implies => "implies",
            BinaryOp::Equal => "=",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessOrEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterOrEqual => ">=",
            BinaryOp::In => "in",
            BinaryOp::NotIn => "not in",
            BinaryOp::During => "during",
            BinaryOp::Overlaps => "overlaps",
            BinaryOp::Covers => "covers",
            BinaryOp::Matches => "matches",
            BinaryOp::Contains => "contains",
            BinaryOp::StartsWith => "starts with",
            BinaryOp::EndsWith => "ends with",
            BinaryOp::Within => "within",
            BinaryOp::Minus => "minus",
            BinaryOp::Union => "union",
            BinaryOp::Until => "..",
            BinaryOp::Through => "through",
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Otherwise => "otherwise",
        }
    }
}

/// A quantifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `exists`
    Exists,
    /// `no`
    No,
    /// `every … has`
    Every,
}

/// A function over records or elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateFunction {
    /// `count`
    Count,
    /// `sum`
    Sum,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `mean`
    Mean,
    /// `share`: the fraction for which the value holds
    Share,
    /// `set`
    Set,
    /// `union`: of list fields
    Union,
    /// `first … by`
    First,
    /// `last … by`
    Last,
}

impl AggregateFunction {
    /// The word, as written.
    pub fn word(self) -> &'static str {
        match self {
            AggregateFunction::Count => "count",
            AggregateFunction::Sum => "sum",
            AggregateFunction::Min => "min",
            AggregateFunction::Max => "max",
            AggregateFunction::Mean => "mean",
            AggregateFunction::Share => "share",
            AggregateFunction::Set => "set",
            AggregateFunction::Union => "union",
            AggregateFunction::First => "first",
            AggregateFunction::Last => "last",
        }
    }
}

/// A source: how a tool's export becomes records.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub title: Text,
    /// Settings, before any mapping.
    pub settings: Vec<Setting>,
    /// One for each record that it feeds; several may feed one record.
    pub mappings: Vec<Mapping>,
}

/// A setting of a source.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// `zone "Europe/Paris"`: of times that carry none
    Zone(Text),
    /// `times "%Y-%m-%d %H:%M:%S"`: the form of times and dates that say nothing else
    Times(Text),
    /// `delimiter ";"`: between cells of CSV
    Delimiter(Text),
    /// `decimal ","`: the decimal mark of numbers
    DecimalMark(Text),
    /// `thousands "."`: the mark between thousands
    Thousands(Text),
    /// `absent "" "?"`: what an empty field is written as
    Absent(Vec<Text>),
}

/// How files become records of one type.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The record.
    pub record: Name,
    /// Patterns of file names; `*` stands for any characters but `/`.
    pub files: Vec<Text>,
    /// `at objects.*.fields`: where the records are
    pub at: Option<Path>,
    /// `keep last of each number`
    pub keep: Option<Keep>,
    /// `only where …`, `exclude where … because "…"`, in order
    pub filters: Vec<Filter>,
    /// The fields, in order.
    pub assignments: Vec<Assignment>,
    /// All of it.
    pub span: Span,
}

/// A path into a row of an export: `service.name`, `objects.*.fields`, `"Case ID"`
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Its steps; at least one.
    pub steps: Vec<PathStep>,
    /// Its place.
    pub span: Span,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathStep {
    /// A key of an object, a column of a table, or a position in an array, as written.
    Name(String),
    /// `*`: every value of an object, every element of an array
    Every,
}

/// `keep last of each F`, `keep first of each F`
#[derive(Debug, Clone, PartialEq)]
pub struct Keep {
    /// Whether the last is kept.
    pub last: bool,
    /// What rows of one record have in common.
    pub path: Path,
    /// All of it.
    pub span: Span,
}

/// A choice of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// What is tested.
    pub test: RowTest,
    /// The reason, for `exclude`; none for `only`.
    pub because: Option<Text>,
    /// All of it.
    pub span: Span,
}

/// A test of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowTest {
    /// What is looked at.
    pub path: Path,
    /// What it is compared with.
    pub kind: RowTestKind,
}

/// The form of a row test.
#[derive(Debug, Clone, PartialEq)]
pub enum RowTestKind {
    /// `= "x"`, `in {"x", "y"}`
    In(Vec<Text>),
    /// `!= "x"`, `not in {"x", "y"}`
    NotIn(Vec<Text>),
    /// `is present`
    Present,
    /// `is absent`
    Absent,
}

/// `field = …`
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The field.
    pub field: Name,
    /// Where its value comes from.
    pub value: AssignedValue,
    /// All of it.
    pub span: Span,
}

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum AssignedValue {
    /// A path, and how what stands there is read.
    Path {
        /// The path.
        path: Path,
        /// `as …`, `match { … }`, `split …`, `absent …`, in order
        conversions: Vec<Conversion>,
    },
    /// `constant "x"`: as if the export had that text
    Constant(Text),
    /// `unknown because "…"`
    Unknown(Text),
}

/// How what stands at a path is read.
#[derive(Debug, Clone, PartialEq)]
pub enum Conversion {
    /// `as timestamp "%d/%m/%Y" in "Europe/Paris"`, `as duration in minutes`
    As {
        /// `timestamp`, `date`, `duration`, `decimal`, `integer`, `percent` …
        ty: Name,
        /// The form of a time.
        format: Option<Text>,
        /// The zone of times that carry none.
        zone: Option<Text>,
        /// The unit of a number that stands for a time or a duration: `seconds`, `milliseconds`, `minutes`, `hours`.
        unit: Option<Name>,
        /// All of it.
        span: Span,
    },
    /// `match { "1" => p1, "2" | "3" => p2 }`
    Match {
        /// The arms.
        arms: Vec<Arm>,
        /// All of it.
        span: Span,
    },
    /// `split ";"`
    Split(Text),
    /// `absent "0" "UNKNOWN"`
    Absent(Vec<Text>),
}

/// An arm of a value map.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// The texts of the export.
    pub from: Vec<Text>,
    /// The member (or `true`, `false`), as a word or a text.
    pub to: Name,
}
