//! Expressions of the typed form, and the contract of each: what it is of present, absent and unknown operands.

use std::sync::Arc;

use super::{Answers, Binder, ParameterId, Rego, TableId, VariableId};
use crate::schema::{FieldId, RecordId, Ty};
use crate::source::Span;
use crate::value::Value;
use crate::value::time::CalendarUnit;

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Its form.
    pub kind: ExprKind,
    /// Its type, after narrowing.
    pub ty: Ty,
    /// Where it is written; inside a define, the place in the define.
    pub span: Span,
}

/// The form of an expression.
///
/// A value is present, absent or unknown. Unless said otherwise an operation over an unknown operand is unknown; over an
/// absent one too (only templates get there: elsewhere the checker has excluded it).
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A literal; an enum member is a position in the expression's own type.
    Literal(Value),
    /// A parameter: the value that is bound to it on the day of `as_of` in the program's zone. Unknown where none is, and
    /// where `as_of` is not given, unless there is one binding only and that always holds.
    Parameter(ParameterId),
    /// `p at moment`: the value that is bound to a parameter on a day. Unknown where none is bound yet, and where the day
    /// is absent or unknown, unless there is one binding only and that always holds.
    ParameterAt {
        /// The parameter.
        parameter: ParameterId,
        /// The day; of a timestamp, its day in the program's zone.
        moment: Box<Expr>,
    },
    /// `as_of`: a timestamp; unknown where it is not given.
    AsOf,
    /// `today`: the day of `as_of` in the program's zone.
    Today,
    /// `period`: an interval of days; unknown where it is not given.
    Period,
    /// A binder or a `let`.
    Variable(VariableId),
    /// `base.field`. The base has type `Row(record)` or `Reference([record])`. Through a reference that no row or more
    /// than one row has as its key: unknown.
    Field {
        /// What it is read from.
        base: Box<Expr>,
        /// The record.
        record: RecordId,
        /// The field.
        field: FieldId,
    },
    /// `not x`
    Not(Box<Expr>),
    /// `a and b and …`: Kleene
    And(Vec<Expr>),
    /// `a or b or …`: Kleene
    Or(Vec<Expr>),
    /// `a implies b`: `not a or b`, Kleene
    Implies(Box<Expr>, Box<Expr>),
    /// `left op right`, both of one kind: numbers, texts, days, instants, durations, spans, booleans, enums of equal
    /// type, references or rows, sets, timelines. For `=`, either side may be absent: absent equals nothing, not even absent
    /// (false). Rows are compared as rows with rows (identity) and by key with references. Orders of enums are by
    /// position. Spans that cannot be ordered are unknown. Sets: unknown unless both are complete, except that a
    /// certain member of one which a complete other does not have makes `=` false. Timelines: likewise, of their moments.
    Compare {
        /// How they are compared.
        op: CompareOp,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// `+ - * /` on numbers, durations, spans, days and instants, as the types say. Unknown on overflow and division by zero.
    Arithmetic {
        /// The operator.
        op: ArithmeticOp,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// `-x` of a number, a duration or a span.
    Negate(Box<Expr>),
    /// `x is present` (`present`) or `x is absent`: false or true; unknown of an unknown value.
    Presence {
        /// What is tested.
        operand: Box<Expr>,
        /// Whether `is present` is asked.
        present: bool,
    },
    /// `filled(a, b, …)`: all are present; false if one is absent, else unknown if one is unknown.
    Filled(Vec<Expr>),
    /// `x is change`: whether the record that a reference names is of that type. True if the key is one of that record's
    /// and of no other target's; false if it is one of another target's and not of this one's; else unknown.
    IsRecord {
        /// The reference.
        operand: Box<Expr>,
        /// The record.
        record: RecordId,
    },
    /// `x otherwise y`: x where it is present, y where x is absent, unknown where x is unknown.
    Otherwise {
        /// The value that may be absent.
        value: Box<Expr>,
        /// What stands for an absent one.
        default: Box<Expr>,
    },
    /// `if c then a else b`: unknown where c is, unless both are the same present value.
    If {
        /// The condition.
        condition: Box<Expr>,
        /// The value where it is true.
        then: Box<Expr>,
        /// The value where it is false.
        otherwise: Box<Expr>,
    },
    /// `x in S` for a set or a list. Of a set: certain member, true; else complete, false; else unknown. Of a list: true if a
    /// known element equals; else unknown if an element is unknown; else false. An absent x is in nothing (false).
    In {
        /// The element.
        element: Box<Expr>,
        /// The set or list.
        collection: Box<Expr>,
    },
    /// `t during a .. b`. The left is a moment of the interval's kind, or an interval that shall lie in it whole. Of a
    /// timeline: in its certain part, true; else complete, false; else unknown. An interval is then one timeline, and the
    /// question is whether the other covers it.
    During {
        /// The moment or interval.
        element: Box<Expr>,
        /// The interval or timeline.
        interval: Box<Expr>,
    },
    /// `a contains b`, `a starts with b`, `a ends with b`: of texts, letter by letter.
    TextTest {
        /// Which.
        op: TextTest,
        /// The text looked at.
        text: Box<Expr>,
        /// What is looked for.
        part: Box<Expr>,
    },
    /// `a matches /…/`: the pattern is found in the text.
    Matches {
        /// The text.
        text: Box<Expr>,
        /// The pattern.
        pattern: Pattern,
    },
    /// `{a, b}`: a set of values; an unknown element makes it incomplete.
    Set(Vec<Expr>),
    /// `a union b`, `a minus b` of sets. `minus` is unknown unless both are complete.
    SetOperation {
        /// Which.
        op: SetOp,
        /// The left set.
        left: Box<Expr>,
        /// The right set.
        right: Box<Expr>,
    },
    /// `a within b`, `a minus b`, `a union b` of timelines of one kind. `within` and `union` join the certain parts, and
    /// are complete if both are; `minus` is unknown unless both are complete.
    ///
    /// Here, in `covers`, `overlaps`, `during` and `longest_gap` one side may be a calendar beside instants: a complete
    /// timeline of the time in which it is open. Unknown if the other side has a certain part of which the calendar does not
    /// say whether it is open.
    TimelineOperation {
        /// Which.
        op: TimelineOp,
        /// The left timeline.
        left: Box<Expr>,
        /// The right timeline.
        right: Box<Expr>,
    },
    /// `A covers B` of sets, of timelines (or of intervals: B lies in A). B complete and inside A's certain part: true; a
    /// certain member (moment) of B outside a complete A: false; else unknown. A list operand is read as a set first.
    Covers(Box<Expr>, Box<Expr>),
    /// `A overlaps B` of sets, timelines or intervals. Certain parts meet: true; both complete: false; else unknown.
    Overlaps(Box<Expr>, Box<Expr>),
    /// `a .. b` (`through` false: without b) or `a through b` (days, b included). An absent end is open. Unknown, reason
    /// "reversed", if b lies before a.
    Interval {
        /// The start.
        from: Box<Expr>,
        /// The end.
        until: Box<Expr>,
        /// Whether the end is included.
        through: bool,
    },
    /// A function.
    Call {
        /// Which.
        function: Function,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// `priority_matrix(a, b)`: what the row of a policy table gives that fits the arguments. Unknown if an argument is
    /// absent or has a member that the table's parameter has not. An unknown argument may have any value of its own type:
    /// known where all of them give the same value, else unknown.
    Table {
        /// The table.
        table: TableId,
        /// One for each of its parameters, in order: an enum for an enum, a boolean for a boolean.
        arguments: Vec<Expr>,
        /// The row for each combination; only a matter of cost.
        answers: Arc<Answers>,
    },
    /// Whether standing exclusions leave a record out: the Kleene `or` of the conditions of all exclusions of that record,
    /// with the row for their variable, also where it is not known which row it is. The checker puts it in.
    LeftOut {
        /// The record.
        record: RecordId,
        /// A row of it.
        row: Box<Expr>,
    },
    /// A conversion that the checker put in. What is absent stays absent.
    Convert {
        /// Which.
        conversion: Conversion,
        /// What is converted.
        operand: Box<Expr>,
    },
    /// `judgement`, `attested`: what people have stated on one item that the rule cites, for the subject.
    ///
    /// Candidates are those of all its binders together. A judgement: unknown if w of a candidate is unknown, or, of one with w
    /// true, the moment or the outcome; else the latest with w true decide: true if the outcome of all of them is
    /// `conforming`, false if it is `nonconforming` of all, else (there are none, they contradict one another, or have another
    /// outcome) unknown. An attestation: true if there is a candidate with w true, else unknown.
    Stated(Box<Stated>),
    /// The name of the subject that these variables make up, as a report shows it: what they stand for, joined by ` / `.
    /// Unknown if a part of it is.
    SubjectName(Vec<VariableId>),
    /// A condition that is Rego: whether its rule does not report the subject. False if it reports a record that the subject is
    /// made of; else unknown if a key or a value that it reads of the subject is, or if more may be reported than is told of which
    /// record (the Rego could not be evaluated, it names no record, not all that it looks at is known); else true.
    Unreported(Box<Rego>),
    /// `exists`, `no`, `every … has`
    Quantified {
        /// Which.
        quantifier: Quantifier,
        /// The candidates.
        binder: Box<Binder>,
        /// What stands behind `has`; only with `every`.
        has: Option<Box<Expr>>,
    },
    /// `count sum min max mean share set union first last timeline reachable acyclic recurs streak`
    Aggregate {
        /// Which.
        function: AggregateFunction,
        /// The candidates.
        binder: Box<Binder>,
        /// What is taken of each candidate, and what else the function needs.
        parts: Box<AggregateParts>,
    },
}

/// What people may have stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Statement {
    /// `judgement`: somebody looked and concluded.
    Judgement,
    /// `attested`: somebody says so.
    Attestation,
}

impl Statement {
    /// The word that asks for it.
    pub fn word(self) -> &'static str {
        match self {
            Statement::Judgement => "judgement",
            Statement::Attestation => "attested",
        }
    }

    /// The record that it is.
    pub fn record(self) -> &'static str {
        match self {
            Statement::Judgement => "judgement",
            Statement::Attestation => "attestation",
        }
    }
}

/// A question for statements on one item.
#[derive(Debug, Clone)]
pub struct Stated {
    /// What is asked for.
    pub statement: Statement,
    /// The item: standard, clause and letter.
    pub item: String,
    /// The statements: those that hold for every subject, and those that name the subject.
    pub candidates: Vec<Statements>,
}

/// Statements on an item that are valid at `as_of`.
#[derive(Debug, Clone)]
pub struct Statements {
    /// The candidates; the first conjunct says whether they are on the item.
    pub binder: Binder,
    /// When a judgement was made: a date or a timestamp.
    pub at: Option<Expr>,
    /// What a judgement came to: an enum with `conforming` and `nonconforming`.
    pub outcome: Option<Expr>,
}

impl Statements {
    /// What is read of each.
    pub fn parts(&self) -> impl Iterator<Item = &Expr> {
        self.at.iter().chain(&self.outcome)
    }
}

/// What an aggregate needs besides its candidates; which of it there is follows from the function.
#[derive(Debug, Clone, Default)]
pub struct AggregateParts {
    /// What candidates are ordered by.
    pub by: Option<Expr>,
    /// What is asked of each candidate in that order: `while`.
    pub condition: Option<Expr>,
    /// The value of a candidate; of an edge where it begins; none for `count`, `first`, `last` (a candidate's row or element).
    pub value: Option<Expr>,
    /// Where an edge leads.
    pub to: Option<Expr>,
    /// How often something recurs; does not see the candidate.
    pub every: Option<Expr>,
    /// Where it starts; does not see the candidate.
    pub from: Option<Expr>,
}

impl AggregateParts {
    /// The parts that are there, in order of the text.
    pub fn each(&self) -> impl Iterator<Item = &Expr> {
        let AggregateParts { by, condition, value, to, every, from } = self;
        by.iter().chain(condition).chain(value).chain(to).chain(every).chain(from)
    }

    /// The same, to be changed.
    pub fn each_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        let AggregateParts { by, condition, value, to, every, from } = self;
        by.iter_mut().chain(condition).chain(value).chain(to).chain(every).chain(from)
    }
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
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
}

impl CompareOp {
    /// The operator as written.
    pub fn symbol(self) -> &'static str {
        match self {
            CompareOp::Equal => "=",
            CompareOp::NotEqual => "!=",
            CompareOp::Less => "<",
            CompareOp::LessOrEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterOrEqual => ">=",
        }
    }

    /// Whether two operands in that order satisfy it.
    pub fn admits(self, order: std::cmp::Ordering) -> bool {
        match self {
            CompareOp::Equal => order.is_eq(),
            CompareOp::NotEqual => order.is_ne(),
            CompareOp::Less => order.is_lt(),
            CompareOp::LessOrEqual => order.is_le(),
            CompareOp::Greater => order.is_gt(),
            CompareOp::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArithmeticOp {
    /// `+`: number + number, duration + duration, span + span, date + span, timestamp + duration, timestamp + span
    Add,
    /// `-`: likewise; timestamp - timestamp is a duration, date - date a span of days
    Subtract,
    /// `*`: number * number, duration * number, span * integer (either side)
    Multiply,
    /// `/`: number / number, duration / number, duration / duration (a number)
    Divide,
}

/// A test of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextTest {
    /// `contains`
    Contains,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
}

/// An operation on sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetOp {
    /// `union`
    Union,
    /// `minus`
    Minus,
}

/// An operation on timelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimelineOp {
    /// `within`: what lies in both
    Within,
    /// `minus`: what lies in the left alone
    Minus,
    /// `union`: what lies in either
    Union,
}

impl TimelineOp {
    /// The word, as written.
    pub fn word(self) -> &'static str {
        match self {
            TimelineOp::Within => "within",
            TimelineOp::Minus => "minus",
            TimelineOp::Union => "union",
        }
    }
}

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// `abs(x)`: a number or a duration without its sign
    Abs,
    /// `day(t)`: the civil day of an instant in the program's zone
    Day,
    /// `days(i)`, `weeks(i)`, `months(i)`, `quarters(i)`, `years(i)`: a list of intervals of days, clipped to `i`
    Units(CalendarUnit),
    /// `periods(span, i)`: a list of intervals of days; each begins at the start of `i` plus a multiple of the span
    Periods,
    /// `length(x)` of a timeline that is bounded: a duration of instants, a span of so many days of days. Unknown of one that
    /// is not complete.
    Length,
    /// `longest_gap(x)` of a bounded timeline, as `length`: the longest stretch between its first and its last moment that is
    /// not in it, zero if there is none; absent if nothing is in it. `longest_gap(x, window)`: the longest stretch of a
    /// bounded window that is not in x, zero if there is none. Unknown of one that is not complete.
    LongestGap,
}

/// A conversion that the checker puts in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conversion {
    /// A member's position in a wider enum: `map[position]`.
    WidenEnum(Vec<u32>),
    /// An instant to its civil day in the program's zone: where it meets a date.
    Day,
    /// A day to its first instant in the program's zone: as an end of an interval of instants.
    StartOfDay,
    /// A day to the interval of its instants.
    WholeDay,
    /// An interval, or a timeline, of days to that of their instants.
    WholeDays,
    /// An interval to the timeline that holds nothing else; complete.
    IntervalToTimeline,
    /// A record to the reference that its key is.
    RowToReference,
    /// A reference to one of several, narrowed by `is`, to a reference to one; also a reference to one among more targets.
    Retarget,
    /// A list to the set of its elements; an unknown element makes it incomplete.
    ListToSet,
}

/// A quantifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `exists`: Kleene `or` over the candidates of w
    Exists,
    /// `no`: its negation
    No,
    /// `every … has d`: Kleene `and` over the candidates of (not w or d)
    Every,
}

impl Quantifier {
    /// The word, as written.
    pub fn word(self) -> &'static str {
        match self {
            Quantifier::Exists => "exists",
            Quantifier::No => "no",
            Quantifier::Every => "every",
        }
    }
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
            AggregateFunction::Timeline | AggregateFunction::Log => "timeline",
            AggregateFunction::Reachable => "reachable",
            AggregateFunction::Acyclic => "acyclic",
            AggregateFunction::Recurs => "recurs",
            AggregateFunction::Streak => "streak",
        }
    }
}

/// A function over candidates. In all of them a candidate with w false takes no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateFunction {
    /// `count`: how many; with bounds: from those with w true to those with w not false
    Count,
    /// `sum` of the values; over nothing zero
    Sum,
    /// `min`; over nothing absent
    Min,
    /// `max`; over nothing absent
    Max,
    /// `mean`; over nothing absent
    Mean,
    /// `share`: of the candidates, the fraction for which the value is true; with bounds; over nothing absent
    Share,
    /// `set` of the values
    Set,
    /// `union` of lists
    Union,
    /// `first … by`: the candidate with the least key; over nothing absent
    First,
    /// `last … by`: the candidate with the greatest key; over nothing absent
    Last,
    /// `timeline` of values that are timelines: what lies in any of them. Candidates with w and value known are its certain
    /// part; it is complete if there are no others, and all their values are
    Timeline,
    /// `timeline … by … while`: the state over time of a log. Each candidate begins a state at the moment that it goes by,
    /// which lasts up to the next moment at which one does, the last without end; a moment is in the timeline where the
    /// condition is true of the candidate whose state it is. Before the first one none is. Several at one moment
    /// begin one state if their conditions agree; if not, it is unknown whether the condition holds (a tie). So it is
    /// where the condition is unknown, and where a candidate with w unknown would make a difference. Certain is what is
    /// known to be in it; complete if nothing is unknown. All of it is unknown if what a candidate goes by is
    Log,
    /// `reachable(… : value -> to from starts)`: the set of what edges lead to from the starts, the starts among it. A
    /// candidate is an edge from its value to its `to`. It is certain if w is true and both ends are known, else it is a
    /// possible one. Certain members: the certain starts, and where a certain edge leads from a certain member. Complete if
    /// the starts are and no possible edge adds a member: none that may begin at a certain member leads, or may lead, to
    /// something else. An unknown end may be anything. Starts that are not known are an incomplete set of none.
    Reachable,
    /// `acyclic(… : value -> to)`: whether no edges lead from anything back to it. False if the certain edges have a cycle
    /// (an edge from a thing to itself is one); else true if all possible ones together have none and no end of a possible
    /// edge is unknown; else unknown.
    Acyclic,
    /// `recurs … : date every span` or `… every span from first`: whether the dates follow one another in time, in days
    /// (of a timestamp, its day in the program's zone). A date is in time until its day is over.
    ///
    /// Let S be the first day of `period`. What is due first: the last date at or before S plus the span; if there is none,
    /// `first`, or without it the last day of the span that begins with S. Then each time the date before plus the span; with
    /// `first`, never before that. A due date is missed if no date came until its day was over, and that lies before
    /// `today` and in the period; before the period has begun none is. True if none is missed.
    ///
    /// The dates are a set with certain members and a flag *complete*. Unknown if the period is unknown or open, if the span
    /// or `first` is unknown, or if the span does not lead forward wherever it begins. Else, if the certain dates suffice:
    /// true, unless an unknown one could be the one to count from (the set is not complete, there is no `first`, no certain
    /// date at or before S, and the period has begun). Else false if the set is complete and `as_of` is known. Where `as_of`
    /// is unknown, the certain dates suffice if they do to the end of the period.
    ///
    /// True without any certain date so far (at or before `today`, in the period or before it): nothing was due yet, and a
    /// subject that holds for no other reason is not yet due.
    Recurs,
    /// `streak … by … while`: the greatest number of candidates that follow one another, in order of what they go by, and for
    /// all of which the condition is true; over nothing zero. With bounds: from the least to the greatest over all ways in
    /// which those with w unknown take part or not, and unknown conditions turn out. Unknown if of a candidate what it goes by
    /// is unknown, or if several go by the same and their conditions are not all true and not all false (a tie)
    Streak,
}

/// A pattern, compiled. Equal patterns have equal texts.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As written between the slashes.
    pub text: String,
    /// Compiled; takes time linear in the text that it looks at.
    pub regex: regex::Regex,
}
