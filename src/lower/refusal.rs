//! What another language cannot say, and why.

use crate::source::Span;

/// A part of a rule that cannot be lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// What it is about.
    pub construct: Construct,
    /// Where it is written.
    pub span: Span,
}

/// What cannot be said in Rego with the same three-valued result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Construct {
    /// Calendars, working time.
    WorkingTime,
    /// Timelines: stretches of time and their lengths.
    Timelines,
    /// Spans of months, and calendar units of anything but the audit period.
    Months,
    /// `recurs`
    Recurrence,
    /// `streak`
    Streaks,
    /// `reachable`, `acyclic`
    Graphs,
    /// Patterns that the engines of Rego read in different ways.
    Patterns,
    /// Numbers that are not exact everywhere.
    Numbers,
    /// Orders of values that have none in Rego.
    Orders,
    /// Expressions nested too deep.
    Depth,
    /// Records as values in a set or a list.
    Rows,
    /// A condition that is Rego.
    Rego,
}

impl Construct {
    /// All of them.
    pub const ALL: [Construct; 12] = [
        Construct::WorkingTime,
        Construct::Timelines,
        Construct::Months,
        Construct::Recurrence,
        Construct::Streaks,
        Construct::Graphs,
        Construct::Patterns,
        Construct::Numbers,
        Construct::Orders,
        Construct::Depth,
        Construct::Rows,
        Construct::Rego,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Construct::WorkingTime => "working time",
            Construct::Timelines => "timelines",
            Construct::Months => "calendar spans",
            Construct::Recurrence => "recurs",
            Construct::Streaks => "streak",
            Construct::Graphs => "reachable, acyclic",
            Construct::Patterns => "patterns",
            Construct::Numbers => "fractions",
            Construct::Orders => "orders",
            Construct::Depth => "deep nesting",
            Construct::Rows => "records as values",
            Construct::Rego => "rego",
        }
    }

    /// Why it is refused, as a clause that stands alone.
    pub fn reason(self) -> &'static str {
        match self {
            Construct::WorkingTime => {
                "Rego has no calendars, and nothing that could compute open time in a zone exactly"
            }
            Construct::Timelines => "Rego has no timelines, and their partly known stretches have no form in it",
            Construct::Months => {
                "adding months, and units of an interval that is not the audit period, come out differently in OPA and regorus"
            }
            Construct::Recurrence => "due dates that follow from one another need repetition, which Rego does not have",
            Construct::Streaks => "runs in an order need repetition, which Rego does not have",
            Construct::Graphs => "edges that may be there cannot be told from those that are by Rego's walk of a graph",
            Construct::Patterns => {
                "the pattern means something else in another engine of Rego (`\\d`, `\\w`, `\\s`, `\\b`, options)"
            }
            Construct::Numbers => {
                "the number is a fraction, or too large, and Rego would round it or take equal ones for different"
            }
            Construct::Orders => "Rego puts such values in another order",
            Construct::Depth => "it is nested too deep for the engines of Rego",
            Construct::Rego => "its condition is Rego already: the engines of Rego take its file as it is",
            Construct::Rows => "a record as a member of a set or a list is not known apart from one that may be there",
        }
    }
}
