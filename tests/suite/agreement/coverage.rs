//! What a run of the property reached.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write};

use shall::data::{Dataset, Extract};
use shall::eval::{Binding, Evaluation, Exclusions};
use shall::ir::reads::for_each_expr;
use shall::ir::{Access, Binder, Body, Condition, Domain, Expr, ExprKind, Step};
use shall::schema::RecordId;
use shall::value::Truth;

/// How often each construct, status and kind of data was met.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    counts: BTreeMap<String, u64>,
}

/// Everything that a run must have met.
const DEMANDED: &[&str] = &[
    // statuses
    "status holds",
    "status vacuous",
    "status fails",
    "status unknown",
    "status not yet due",
    "status missing extract",
    "status incomplete extract",
    "status by attestation",
    "status needs judgement",
    "grade True",
    "grade False",
    "grade Unknown",
    // steps
    "steps 0 for each",
    "steps 1 for each",
    "steps 2 for each",
    "steps 3 for each",
    "step records",
    "step elements",
    "step let",
    "step let if absent",
    "due Date",
    "due Timestamp",
    "condition Plain",
    "condition AnyOf",
    "condition AllOf",
    // forms
    "Literal",
    "Parameter",
    "ParameterAt",
    "AsOf",
    "Today",
    "Period",
    "Variable",
    "Field",
    "Not",
    "And",
    "Or",
    "Implies",
    "Compare Equal",
    "Compare NotEqual",
    "Compare Less",
    "Compare LessOrEqual",
    "Compare Greater",
    "Compare GreaterOrEqual",
    "compared Boolean",
    "compared Integer",
    "compared Decimal",
    "compared Text",
    "compared Date",
    "compared Timestamp",
    "compared Duration",
    "compared Span",
    "compared Enum",
    "compared Reference",
    "compared Calendar",
    "compared Row",
    "compared Set",
    "compared DateTimeline",
    "compared TimestampTimeline",
    "Arithmetic Add",
    "Arithmetic Subtract",
    "Arithmetic Multiply",
    "Arithmetic Divide",
    "computed Integer",
    "computed Decimal",
    "computed Date",
    "computed Timestamp",
    "computed Duration",
    "computed Span",
    "Negate",
    "Presence",
    "Filled",
    "IsRecord",
    "Otherwise",
    "If",
    "In List",
    "In Set",
    "During",
    "TextTest Contains",
    "TextTest StartsWith",
    "TextTest EndsWith",
    "Matches",
    "Set",
    "SetOperation Union",
    "SetOperation Minus",
    "TimelineOperation Within",
    "TimelineOperation Minus",
    "TimelineOperation Union",
    "Covers Set",
    "Covers DateInterval",
    "Covers TimestampInterval",
    "Covers DateTimeline",
    "Covers TimestampTimeline",
    "Overlaps Set",
    "Overlaps DateInterval",
    "Overlaps TimestampInterval",
    "Overlaps DateTimeline",
    "Overlaps TimestampTimeline",
    "Interval",
    "Call Abs",
    "Call Day",
    "Call Units",
    "Call Periods",
    "Call Length",
    "Call LongestGap",
    "Table Integer",
    "Table Decimal",
    "Table Enum",
    "Table Text",
    "Table Boolean",
    "Table Duration",
    "Table Span",
    // beside a calendar
    "Within calendar left",
    "Within calendar right",
    "Minus calendar right",
    "Covers calendar left",
    "Overlaps calendar left",
    "Overlaps calendar right",
    "During calendar right",
    "LongestGap calendar left",
    "LeftOut",
    "Convert WidenEnum",
    "Convert Day",
    "Convert StartOfDay",
    "Convert WholeDay",
    "Convert WholeDays",
    "Convert RowToReference",
    "Convert Retarget",
    "Convert ListToSet",
    "Convert IntervalToTimeline",
    "Exists Records",
    "Exists Elements",
    "No Records",
    "No Elements",
    "Every Records",
    "Every Elements",
    "Count Records",
    "Count Elements",
    "Sum Records",
    "Min Records",
    "Max Records",
    "Mean Records",
    "Share Records",
    "Share Elements",
    "Set Records",
    "Union Records",
    "First Records",
    "Last Records",
    "Timeline Records",
    "Timeline Elements",
    "Log Records",
    "Log Elements",
    "Reachable Records",
    "Acyclic Records",
    "Streak Records",
    "Streak Elements",
    "Recurs Records",
    "Recurs Elements",
    "Recurs from",
    "Stated Judgement",
    "Stated Attestation",
    "SubjectName",
    // standing exclusions
    "left out for certain",
    "left out perhaps",
    "left out of a missing extract perhaps",
    // access paths
    "access Once",
    "access Key",
    "access KeyAndOrder",
    "access Order",
    "access Bucket",
    "access Scan",
    // data
    "finding malformed-value",
    "finding missing-value",
    "finding missing-field",
    "finding duplicate-key",
    "finding dangling-reference",
];

impl Coverage {
    pub(crate) fn met(&mut self, what: impl Into<String>, times: u64) {
        *self.counts.entry(what.into()).or_default() += times;
    }

    /// What was demanded and never met.
    pub(crate) fn missed(&self) -> Vec<&'static str> {
        DEMANDED.iter().copied().filter(|what| self.counts.get(*what).is_none_or(|times| *times == 0)).collect()
    }

    pub(crate) fn evaluation(&mut self, evaluation: &Evaluation, dataset: &Dataset) {
        self.met("status holds", evaluation.holds);
        self.met("status vacuous", evaluation.vacuous);
        self.met("status fails", evaluation.fails.len() as u64);
        self.met("status unknown", evaluation.unknown.len() as u64);
        self.met("status not yet due", evaluation.not_yet_due.len() as u64);
        self.met("status by attestation", evaluation.by_attestation);
        self.met("status needs judgement", evaluation.needs_judgement);
        for (_, binding) in evaluation.unknown.iter().flat_map(|subject| &subject.bindings) {
            if let Binding::Missing(record) = binding {
                let is_incomplete = dataset.table(*record).extract == Extract::Incomplete;
                self.met(if is_incomplete { "status incomplete extract" } else { "status missing extract" }, 1);
            }
        }
        for truth in [Truth::True, Truth::False, Truth::Unknown] {
            let times = evaluation.major.iter().filter(|major| **major == truth).count() as u64;
            self.met(format!("grade {truth:?}"), times);
        }
    }

    pub(crate) fn dataset(&mut self, dataset: &Dataset) {
        for finding in &dataset.findings.counts {
            self.met(format!("finding {}", finding.code.name()), finding.count);
        }
    }

    /// What exclusions come to for the records that are ranged over.
    pub(crate) fn exclusions(&mut self, exclusions: &Exclusions, records: impl IntoIterator<Item = RecordId>) {
        for record in records {
            for left_out in exclusions.counts(record).into_iter().flat_map(BTreeMap::into_values) {
                self.met("left out for certain", left_out.for_certain);
                self.met("left out perhaps", left_out.perhaps);
            }
            let of_missing = exclusions.is_left_out(record, None);
            self.met("left out of a missing extract perhaps", u64::from(of_missing == Truth::Unknown));
        }
    }

    pub(crate) fn body(&mut self, body: &Body) {
        let mut binders = 0;
        for step in &body.steps {
            match step {
                Step::ForEach { binder, .. } => {
                    binders += 1;
                    self.met(format!("step {}", domain(binder).to_lowercase()), 1);
                    self.access(&binder.access);
                }
                Step::Let { if_absent, .. } => {
                    self.met(if if_absent.is_some() { "step let if absent" } else { "step let" }, 1);
                }
            }
        }
        if let Some(due) = &body.due {
            self.met(format!("due {}", name(&body.variables[due.variable.0 as usize].ty.base)), 1);
        }
        self.met(format!("steps {binders} for each"), 1);
        self.met(
            match body.condition {
                Condition::Plain(_) => "condition Plain",
                Condition::AnyOf(_) => "condition AnyOf",
                Condition::AllOf(_) => "condition AllOf",
            },
            1,
        );
        for_each_expr(body, &mut |expr| self.expression(expr));
    }

    fn beside_calendar(&mut self, what: &str, left: &Expr, right: &Expr) {
        for (side, word) in [(left, "left"), (right, "right")] {
            if name(&side.ty.base) == "Calendar" {
                self.met(format!("{what} calendar {word}"), 1);
            }
        }
    }

    fn access(&mut self, access: &Access) {
        self.met(format!("access {:?}", access.path()), 1);
    }

    fn expression(&mut self, expr: &Expr) {
        let kind = name(&expr.kind);
        let ty = |expr: &Expr| name(&expr.ty.base);
        match &expr.kind {
            ExprKind::Compare { op, left, .. } => {
                self.met(format!("Compare {op:?}"), 1);
                self.met(format!("compared {}", ty(left)), 1);
            }
            ExprKind::Arithmetic { op, .. } => {
                self.met(format!("Arithmetic {op:?}"), 1);
                self.met(format!("computed {}", ty(expr)), 1);
            }
            ExprKind::In { collection, .. } => self.met(format!("In {}", ty(collection)), 1),
            ExprKind::Covers(left, right) | ExprKind::Overlaps(left, right) => {
                self.met(format!("{kind} {}", ty(left)), 1);
                self.beside_calendar(&kind, left, right);
            }
            ExprKind::During { element, interval } => {
                self.met(kind.clone(), 1);
                self.beside_calendar(&kind, element, interval);
            }
            ExprKind::TextTest { op, .. } => self.met(format!("{kind} {op:?}"), 1),
            ExprKind::SetOperation { op, .. } => self.met(format!("{kind} {op:?}"), 1),
            ExprKind::TimelineOperation { op, left, right } => {
                self.met(format!("{kind} {op:?}"), 1);
                self.beside_calendar(&format!("{op:?}"), left, right);
            }
            ExprKind::Call { function, arguments } => {
                self.met(format!("{kind} {}", name(function)), 1);
                if let [timeline, window] = arguments.as_slice() {
                    self.beside_calendar(&name(function), timeline, window);
                }
            }
            ExprKind::Table { .. } => self.met(format!("{kind} {}", ty(expr)), 1),
            ExprKind::Convert { conversion, .. } => self.met(format!("{kind} {}", name(conversion)), 1),
            ExprKind::Stated(stated) => {
                self.met(format!("{kind} {:?}", stated.statement), 1);
                stated.candidates.iter().for_each(|statements| self.access(&statements.binder.access));
            }
            ExprKind::Quantified { quantifier, binder, .. } => {
                self.met(format!("{quantifier:?} {}", domain(binder)), 1);
                self.access(&binder.access);
            }
            ExprKind::Aggregate { function, binder, parts } => {
                self.met(format!("{function:?} {}", domain(binder)), 1);
                if parts.from.is_some() {
                    self.met(format!("{function:?} from"), 1);
                }
                self.access(&binder.access);
            }
            _ => self.met(kind, 1),
        }
    }
}

impl std::fmt::Display for Coverage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (what, times) in &self.counts {
            writeln!(formatter, "{times:>9}  {what}")?;
        }
        Ok(())
    }
}

fn domain(binder: &Binder) -> &'static str {
    match binder.domain {
        Domain::Records(_) => "Records",
        Domain::Elements(_) => "Elements",
    }
}

/// The name of a variant: the first word of what `Debug` writes, and no more of it.
fn name(variant: &impl Debug) -> String {
    struct FirstWord(String);
    impl Write for FirstWord {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            for letter in text.chars() {
                if !letter.is_alphanumeric() {
                    return Err(std::fmt::Error);
                }
                self.0.push(letter);
            }
            Ok(())
        }
    }
    let mut word = FirstWord(String::new());
    // An error is how it stops.
    let _ = write!(word, "{variant:?}");
    word.0
}
