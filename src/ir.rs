//! The typed form of a program: what evaluates, explains, lowers or compares rules starts here, never from the syntax.
//!
//! Guaranteed: every name is resolved, every define is unfolded, every operator has operands of the types that it
//! needs, every optional value is guarded, every binder has an access path. Evaluation of it is total. Rules and advice
//! are two programs of different types: nothing in a [`Program`] can name an [`Advice`].

pub mod mapping;
pub mod reads;

use std::sync::Arc;

use crate::schema::{FieldId, RecordId, Schema, Ty};
use crate::source::Span;
use crate::value::time::CalendarUnit;
use crate::value::{Interval, Number, Timestamp, Value, Zone};

/// What rules and advice are both read against.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// The records.
    pub schema: Schema,
    /// The zone of civil days; none if the program states none (then no date meets a timestamp in it).
    pub zone: Option<Zone>,
    /// The parameters, in order of name.
    pub parameters: Vec<Parameter>,
    /// The standards, in order of name.
    pub standards: Vec<Standard>,
}

/// A standard.
#[derive(Debug, Clone)]
pub struct Standard {
    /// `iso20000-1`
    pub name: String,
    /// Its title.
    pub title: String,
    /// Whether it holds requirements (or guidance).
    pub is_requirements: bool,
    /// Its clauses, depth first, in order of declaration.
    pub clauses: Vec<Clause>,
}

/// A clause.
#[derive(Debug, Clone)]
pub struct Clause {
    /// `8.6.1`
    pub number: String,
    /// Its short title.
    pub title: String,
}

/// A parameter in [`Environment::parameters`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParameterId(pub u32);

/// A parameter of the organization.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// What it is.
    pub title: Option<String>,
    /// Its value; none makes it an unknown value.
    pub binding: Option<Binding>,
}

/// The value of a parameter.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The value.
    pub value: Value,
    /// The value as written.
    pub shown: String,
    /// The document that says so.
    pub from: String,
}

/// What a run is told about time; both are unknown values where they are not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunSettings {
    /// The instant as of which the data is judged.
    pub as_of: Option<Timestamp>,
    /// The audit period, an interval of days.
    pub period: Option<Interval>,
}

/// The program of rules. Verdict and exit status are computed from this alone.
#[derive(Debug, Clone)]
pub struct Program {
    /// Records, parameters, standards, zone.
    pub environment: Arc<Environment>,
    /// The rules, in order of name.
    pub rules: Vec<Rule>,
}

/// The program of advice.
#[derive(Debug, Clone)]
pub struct AdviceProgram {
    /// Records, parameters, standards, zone.
    pub environment: Arc<Environment>,
    /// The advice, in order of name.
    pub advice: Vec<Advice>,
}

/// A citation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The standard's name.
    pub standard: String,
    /// The clause's number.
    pub clause: String,
    /// Letters of list items.
    pub items: Vec<String>,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it cites.
    pub citations: Vec<Citation>,
    /// Subjects and condition.
    pub body: Body,
    /// When its nonconformity is proposed as major.
    pub grade: Option<Grade>,
    /// Where its name stands.
    pub span: Span,
}

/// An advice.
#[derive(Debug, Clone)]
pub struct Advice {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it cites.
    pub citations: Vec<Citation>,
    /// The ids of the rules that it helps with.
    pub supports: Vec<String>,
    /// Subjects and condition.
    pub body: Body,
    /// Where its name stands.
    pub span: Span,
}

/// When a nonconformity is proposed as major (else minor).
#[derive(Debug, Clone)]
pub enum Grade {
    /// Unwaived failures are more than this fraction of the judged.
    Above(Number),
    /// Always.
    Always,
    /// The condition is true of a failing subject; it sees what the rule's condition sees.
    When(Expr),
}

/// A variable of a body: a binder or a `let`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VariableId(pub u32);

/// A variable.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type. A binder over records has [`Type::Row`](crate::schema::Type::Row).
    pub ty: Ty,
}

/// Subjects and condition of a rule or an advice.
#[derive(Debug, Clone)]
pub struct Body {
    /// All variables of the body: of its steps and of binders inside its expressions.
    pub variables: Vec<Variable>,
    /// `for each` and `let` lines, in order.
    pub steps: Vec<Step>,
    /// What shall or should hold.
    pub condition: Condition,
    /// What a failure says.
    pub because: Option<Template>,
}

/// A line before the condition.
#[derive(Debug, Clone)]
pub enum Step {
    /// `for each …`; a body without any has one subject, the organization
    ForEach {
        /// Candidates and their `where`.
        binder: Box<Binder>,
        /// What it means if there are none: of the first, no population; of a later one, an outer subject without inner ones.
        if_none: Option<IfNone>,
    },
    /// `let x = e`
    Let {
        /// The variable.
        variable: VariableId,
        /// Its value.
        value: Expr,
        /// What its absence means for the subject. The first `let` with this whose value is absent decides the
        /// subject; nothing behind it is looked at. None: the variable is optional where `value` is.
        if_absent: Option<IfAbsent>,
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
    /// `nonconformity`: the subject fails
    Nonconformity,
    /// `not determined`: the subject is unknown
    NotDetermined,
}

/// What shall or should hold.
#[derive(Debug, Clone)]
pub enum Condition {
    /// One expression.
    Plain(Expr),
    /// True if a branch is; the evidence names it.
    AnyOf(Vec<Branch>),
    /// True if all branches are; the evidence names those that are not.
    AllOf(Vec<Branch>),
}

/// A labelled branch.
#[derive(Debug, Clone)]
pub struct Branch {
    /// Its label.
    pub label: String,
    /// Its condition.
    pub condition: Expr,
}

/// A message with holes.
#[derive(Debug, Clone)]
pub struct Template {
    /// Texts and holes, in order.
    pub parts: Vec<TemplatePart>,
}

/// A part of a message.
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Literal text.
    Text(String),
    /// A value; may be absent or unknown, and shows that.
    Hole(Expr),
}

/// Candidates: a variable, what it ranges over, and `where`.
#[derive(Debug, Clone)]
pub struct Binder {
    /// The variable.
    pub variable: VariableId,
    /// What it ranges over.
    pub domain: Domain,
    /// The `where`, cut at its top-level `and`s; w is the Kleene conjunction of them (true if there are none).
    pub conjuncts: Vec<Expr>,
    /// How candidates are found.
    pub access: Access,
    /// All of the binder, as written.
    pub span: Span,
}

/// What a binder ranges over.
#[derive(Debug, Clone)]
pub enum Domain {
    /// All rows of a record, and one unknown candidate more where its extract is missing or incomplete.
    Records(RecordId),
    /// The elements of a list or a set. An unknown element is a candidate with an unknown value; an unknown list, and
    /// a set that is not complete, have one unknown candidate more.
    Elements(Box<Expr>),
}

/// How the candidates of a binder are found. Only a matter of cost: the conjuncts alone say what is meant.
///
/// *Inner* variables are the binder's own; all others that are bound outside of it are *outer*.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Conjuncts of the form inner = outer, used to look candidates up.
    pub key: Vec<KeyPart>,
    /// A conjunct that compares an inner value with an outer one by order, used on sorted candidates.
    pub order: Option<OrderPart>,
    /// Positions of conjuncts that look at the binder's own variable only (or at nothing bound): evaluated once for each row.
    pub local: Vec<usize>,
    /// Positions of all other conjuncts: evaluated for each pair that is left.
    pub residual: Vec<usize>,
    /// Whether anything of the whole quantity (conjuncts, value, key) depends on an outer variable.
    pub correlated: bool,
}

/// A conjunct `inner = outer` (or `outer = inner`, or `inner in {…}` never).
#[derive(Debug, Clone)]
pub struct KeyPart {
    /// Position among the conjuncts.
    pub conjunct: usize,
    /// The side that depends on the binder's own variable only.
    pub inner: Expr,
    /// The side that does not depend on it.
    pub outer: Expr,
}

/// A conjunct `inner op outer`, or `inner during outer`.
#[derive(Debug, Clone)]
pub struct OrderPart {
    /// Position among the conjuncts.
    pub conjunct: usize,
    /// The side that depends on the binder's own variable only.
    pub inner: Expr,
    /// How the two are related, the inner one on the left.
    pub relation: OrderRelation,
    /// The side that does not depend on it.
    pub outer: Expr,
}

/// The relation of an [`OrderPart`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderRelation {
    /// `inner < outer`
    Less,
    /// `inner <= outer`
    LessOrEqual,
    /// `inner > outer`
    Greater,
    /// `inner >= outer`
    GreaterOrEqual,
    /// `inner during outer`
    During,
}

/// The name of an access path, as a plan prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessPath {
    /// Nothing outer: computed once.
    Once,
    /// By equality.
    Key,
    /// By equality, then by order.
    KeyAndOrder,
    /// By order.
    Order,
    /// By `during`, alone or behind equality.
    Bucket,
    /// Every candidate for every outer row.
    Scan,
}

impl Access {
    /// Names the path.
    pub fn path(&self) -> AccessPath {
        match (self.correlated, self.key.is_empty(), &self.order) {
            (false, _, _) => AccessPath::Once,
            (true, _, Some(order)) if order.relation == OrderRelation::During => AccessPath::Bucket,
            (true, false, None) => AccessPath::Key,
            (true, false, Some(_)) => AccessPath::KeyAndOrder,
            (true, true, Some(_)) => AccessPath::Order,
            (true, true, None) => AccessPath::Scan,
        }
    }
}

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
    /// A parameter; unknown where it is not bound.
    Parameter(ParameterId),
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
    /// type, references or rows, sets. For `=`, either side may be absent: absent equals nothing, not even absent
    /// (false). Rows are compared as rows with rows (identity) and by key with references. Orders of enums are by
    /// position. Spans that cannot be ordered are unknown. Sets: unknown unless both are complete, except that a
    /// certain member of one which a complete other does not have makes `=` false.
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
    /// `t during a .. b`. The left is a moment of the interval's kind, or an interval that shall lie in it whole.
    During {
        /// The moment or interval.
        element: Box<Expr>,
        /// The interval.
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
    /// `A covers B` of sets (or of intervals: B lies in A). B complete and inside A's certain part: true; a certain
    /// member of B outside a complete A: false; else unknown. A list operand is read as a set first.
    Covers(Box<Expr>, Box<Expr>),
    /// `A overlaps B` of sets or intervals. Certain parts meet: true; both complete: false; else unknown.
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
    /// A conversion that the checker put in.
    Convert {
        /// Which.
        conversion: Conversion,
        /// What is converted.
        operand: Box<Expr>,
    },
    /// `exists`, `no`, `every … has`
    Quantified {
        /// Which.
        quantifier: Quantifier,
        /// The candidates.
        binder: Box<Binder>,
        /// What stands behind `has`; only with `every`.
        has: Option<Box<Expr>>,
    },
    /// `count sum min max mean share set union first last`
    Aggregate {
        /// Which.
        function: AggregateFunction,
        /// The candidates.
        binder: Box<Binder>,
        /// The value of a candidate; none for `count`, `first`, `last` (a candidate's row or element).
        value: Option<Box<Expr>>,
        /// What `first` and `last` go by.
        by: Option<Box<Expr>>,
    },
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
    /// An interval of days to the interval of their instants.
    WholeDays,
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
}

/// A pattern, compiled. Equal patterns have equal texts.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As written between the slashes.
    pub text: String,
    /// Compiled; takes time linear in the text that it looks at.
    pub regex: regex::Regex,
}
