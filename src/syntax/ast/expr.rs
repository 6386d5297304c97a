//! The tree of expressions.

use super::{Binder, Name};
use crate::source::{Span, Spanned};
use crate::value::{CalendarSpan, Date, Number, Timestamp};

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
    /// `p at i.opened_at`: the value of a parameter at a time
    ParameterAt {
        /// The parameter.
        name: Name,
        /// The time.
        moment: Box<Expr>,
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
        /// What stands behind that.
        parts: Box<AggregateParts>,
    },
    /// `(x)`
    Bracketed(Box<Expr>),
}

/// What stands behind the binder of a function over records; which of it a function takes depends on the function.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AggregateParts {
    /// `by e`
    pub by: Option<Expr>,
    /// `while e`
    pub condition: Option<Expr>,
    /// `: e`
    pub value: Option<Expr>,
    /// `-> e`
    pub to: Option<Expr>,
    /// `every e`
    pub every: Option<Expr>,
    /// `from e`
    pub from: Option<Expr>,
}

impl AggregateParts {
    /// The parts that are there, in order of the text.
    pub fn each(&self) -> impl Iterator<Item = &Expr> {
        let AggregateParts { by, condition, value, to, every, from } = self;
        by.iter().chain(condition).chain(value).chain(to).chain(every).chain(from)
    }
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
    /// `timeline(… : from .. until)`, `timeline(… by … while …)`
    Timeline,
    /// `recurs(… : date every span from first)`
    Recurs,
    /// `streak(… by … while …)`
    Streak,
    /// `reachable(… : a -> b from starts)`
    Reachable,
    /// `acyclic(… : a -> b)`
    Acyclic,
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
            AggregateFunction::Timeline => "timeline",
            AggregateFunction::Recurs => "recurs",
            AggregateFunction::Streak => "streak",
            AggregateFunction::Reachable => "reachable",
            AggregateFunction::Acyclic => "acyclic",
        }
    }
}
