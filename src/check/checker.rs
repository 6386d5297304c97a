//! The state in which one rule, advice, define or binding is checked.

use std::collections::BTreeSet;

use super::calendars::is_calendar;
use super::items::{ItemId, Reach};
use super::narrow::{Fact, Known, Path, Root, Typed};
use super::world::World;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Conversion, Expr, ExprKind, Variable, VariableId};
use crate::schema::{FieldId, RecordId, Ty, Type};
use crate::source::Span;
use crate::syntax::ast;
use crate::syntax::ast::ItemKind;
use crate::value::Value;

/// Most nodes that the expressions of one body may unfold to.
const MOST_NODES: usize = 100_000;

/// Deepest nesting of expressions, defines unfolded.
const MOST_DEPTH: usize = 300;

/// How the truth of the place counts in the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polarity {
    /// What is true here helps the whole to be true.
    Positive,
    /// What is true here helps the whole to be false.
    Negative,
    /// Either.
    Both,
}

impl Polarity {
    /// Under a negation.
    pub(super) fn flipped(self) -> Polarity {
        match self {
            Polarity::Positive => Polarity::Negative,
            Polarity::Negative => Polarity::Positive,
            Polarity::Both => Polarity::Both,
        }
    }
}

/// What is being checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// A condition or a value: what may be absent needs a guard.
    Guarded,
    /// A hole of a template: needs none.
    Template,
    /// A define on its own: guards are the callers' business.
    Define,
}

/// What a name means.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    /// A binder or a `let`.
    Variable(VariableId),
    /// The parameter of a define and the argument that stands for it.
    Argument {
        /// The argument.
        value: Box<Typed>,
        /// Whether the define declares the parameter optional.
        optional: bool,
        /// How many nodes the argument has.
        nodes: usize,
        /// Whether it binds variables of its own.
        binds: bool,
    },
}

/// A name in scope.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    /// What it is, for messages: `the binder`.
    pub(super) what: &'static str,
    pub(super) meaning: Meaning,
    pub(super) span: Span,
}

/// What else is known of a variable.
#[derive(Debug, Clone)]
pub(super) struct Detail {
    /// Where it is bound.
    pub(super) span: Span,
    /// Whether it is an interval (or a list of intervals) that may be open.
    pub(super) open: bool,
    /// Whether it is a binder over records.
    pub(super) over_records: bool,
    /// For a `let` of a condition: that it takes something absent as unequal, which must not be negated.
    pub(super) lenient: Option<Diagnostic>,
}

/// A call of a define that is being unfolded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unfolding {
    /// The call.
    pub(super) span: Span,
    /// Below this, names in scope are the caller's.
    pub(super) visible: usize,
}

/// The checker of one body.
pub(super) struct Checker<'w, 'a> {
    pub(super) world: &'w World<'a>,
    pub(super) mode: Mode,
    pub(super) polarity: Polarity,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) reaches: BTreeSet<Reach>,
    pub(super) variables: Vec<Variable>,
    pub(super) details: Vec<Detail>,
    pub(super) names: Vec<Named>,
    pub(super) facts: Vec<Fact>,
    pub(super) unfolding: Vec<Unfolding>,
    /// Whether a `let` is being checked, where no `and` can guard.
    pub(super) in_let: bool,
    /// Equalities so far in which something absent counts as unequal.
    pub(super) lenient: Vec<Diagnostic>,
    /// Whether a broken define was called: what it would have guarded is not known, so nothing is said of missing guards.
    pub(super) guards_lost: bool,
    /// Whether something asks for the zone of the program.
    pub(super) needs_zone: bool,
    /// The items that the rule or advice cites, each with the texts that mean it in a statement; none elsewhere.
    pub(super) cited: Option<Vec<(String, Vec<String>)>>,
    /// The variables that name the subject so far; none if one of them has no name.
    pub(super) subject: Option<Vec<VariableId>>,
    /// A define that stands for the one of its name.
    pub(super) instead: Option<&'w ast::Define>,
    arguments: u32,
    pub(super) nodes: usize,
    depth: usize,
}

impl<'w, 'a> Checker<'w, 'a> {
    /// A checker in which nothing is in scope.
    pub(super) fn new(world: &'w World<'a>, mode: Mode) -> Checker<'w, 'a> {
        Checker {
            world,
            mode,
            polarity: Polarity::Positive,
            diagnostics: Vec::new(),
            reaches: BTreeSet::new(),
            variables: Vec::new(),
            details: Vec::new(),
            names: Vec::new(),
            facts: Vec::new(),
            unfolding: Vec::new(),
            in_let: false,
            lenient: Vec::new(),
            guards_lost: false,
            needs_zone: false,
            cited: None,
            subject: Some(Vec::new()),
            instead: None,
            arguments: 0,
            nodes: 0,
            depth: 0,
        }
    }

    /// Reports a fault. In a define that is unfolded, the call is shown; in a define on its own, what depends on a
    /// caller's guards is left to the calls.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        let by_callers =
            matches!(diagnostic.code, Code::UnguardedOptional | Code::AmbiguousReference | Code::UnboundedInterval);
        if by_callers && (self.mode == Mode::Define || self.guards_lost) {
            return;
        }
        let call = self.unfolding.first().map(|call| call.span);
        self.diagnostics.push(match call {
            Some(span) if !holds(span, diagnostic.primary.span) => diagnostic.with_label(span, "called here"),
            _ => diagnostic,
        });
    }

    /// Whether no error was found so far; behind one, a warning is often only its echo.
    pub(super) fn is_sound(&self) -> bool {
        self.diagnostics.iter().all(|diagnostic| !diagnostic.is_error())
    }

    /// Counts a node and a level; false (with a diagnostic, once) where a limit is passed.
    pub(super) fn enter(&mut self, span: Span) -> bool {
        self.depth += 1;
        if self.depth <= MOST_DEPTH && self.spend(1, span) {
            return true;
        }
        if self.depth > MOST_DEPTH && self.nodes <= MOST_NODES {
            self.nodes = MOST_NODES + 1;
            let at = self.unfolding.first().map_or(span, |call| call.span);
            let message = format!("the expression is nested more than {MOST_DEPTH} deep with its defines unfolded");
            let diagnostic = Diagnostic::new(Code::TooLong, at, message, "too deep here")
                .with_help("give parts of it names with `let`");
            self.diagnostics.push(diagnostic);
        }
        false
    }

    /// Ends the level that [`Checker::enter`] began.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Counts nodes against the limit.
    pub(super) fn spend(&mut self, nodes: usize, span: Span) -> bool {
        let before = self.nodes;
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MOST_NODES && before <= MOST_NODES {
            let at = self.unfolding.first().map_or(span, |call| call.span);
            let message = format!("this unfolds to more than {MOST_NODES} parts");
            let diagnostic = Diagnostic::new(Code::TooLong, at, message, "too much when it is unfolded")
                .with_help("let the defines use each other less often, or name parts with `let`");
            self.diagnostics.push(diagnostic);
        }
        self.nodes <= MOST_NODES
    }

    /// Notes that an item is reached.
    pub(super) fn reach(&mut self, id: ItemId) {
        self.reaches.insert(Reach::Item(id));
    }

    /// Notes that a record is reached, with the fields of its key.
    pub(super) fn reach_record(&mut self, record: RecordId) {
        if let Some(id) = self.world.record_item(record) {
            self.reach(id);
        }
        let declared = self.world.schema().record(record);
        // A fault of an extension leaves it open what the record has.
        self.reaches.extend(self.world.items.find(ItemKind::Extend, &declared.name).iter().copied().map(Reach::Item));
        let key = &declared.key;
        self.reaches.extend(key.iter().map(|field| Reach::Field(record, *field)));
    }

    /// Notes that a field is read.
    pub(super) fn reach_field(&mut self, record: RecordId, field: FieldId) {
        self.reach_record(record);
        self.reaches.insert(Reach::Field(record, field));
        if is_calendar(&self.world.schema().record(record).field_type(field).ty.base) {
            // The data may name any of them.
            self.reaches.extend(self.world.items.of_kind(ItemKind::Calendar).map(Reach::Item));
        }
    }

    /// Makes an expression.
    pub(super) fn make(&self, kind: ExprKind, base: Type, span: Span) -> Expr {
        Expr { kind, ty: Ty::required(base), span }
    }

    /// Makes what stands for something that has an error already.
    pub(super) fn error(&self, span: Span) -> Typed {
        Typed::plain(self.make(ExprKind::Literal(Value::Boolean(false)), Type::Error, span))
    }

    /// Makes what stands for a condition that has an error already.
    pub(super) fn error_condition(&self, span: Span) -> Typed {
        Typed::plain(self.make(ExprKind::Literal(Value::Boolean(false)), Type::Boolean, span))
    }

    /// Wraps an expression in a conversion.
    pub(super) fn convert(&self, operand: Expr, conversion: Conversion, base: Type) -> Expr {
        let (span, optional) = (operand.span, operand.ty.optional);
        Expr { kind: ExprKind::Convert { conversion, operand: Box::new(operand) }, ty: Ty { base, optional }, span }
    }

    /// Declares a variable and brings its name into scope.
    pub(super) fn declare(
        &mut self,
        what: &'static str,
        name: &crate::syntax::ast::Name,
        ty: Ty,
        open: bool,
        over_records: bool,
    ) -> VariableId {
        let (name, span) = (&name.node, name.span);
        let id = VariableId(self.variables.len() as u32);
        self.variables.push(Variable { name: name.clone(), ty });
        self.details.push(Detail { span, open, over_records, lenient: None });
        self.names.push(Named { name: name.clone(), what, meaning: Meaning::Variable(id), span });
        id
    }

    /// Returns a number for an argument that is no path.
    pub(super) fn next_argument(&mut self) -> u32 {
        self.arguments += 1;
        self.arguments
    }

    /// Finds a name in scope.
    pub(super) fn lookup(&self, name: &str) -> Option<&Named> {
        let from = self.unfolding.last().map_or(0, |call| call.visible);
        self.names[from.min(self.names.len())..].iter().rev().find(|named| named.name == name)
    }

    /// The names in scope.
    pub(super) fn in_scope(&self) -> impl Iterator<Item = &str> {
        let from = self.unfolding.last().map_or(0, |call| call.visible);
        self.names[from.min(self.names.len())..].iter().map(|named| named.name.as_str())
    }

    /// Applies what is known of a path to an expression.
    pub(super) fn narrow(&self, mut typed: Typed) -> Typed {
        let Some(path) = &typed.path else { return typed };
        let mut targets: Option<&Vec<RecordId>> = None;
        for fact in self.facts.iter().filter(|fact| fact.path == *path) {
            match &fact.known {
                Known::Present => typed.expr.ty.optional = false,
                Known::Targets(some) if targets.is_none_or(|fewest| some.len() < fewest.len()) => targets = Some(some),
                Known::Targets(_) => {}
            }
        }
        if let (Some(targets), Type::Reference(all)) = (targets, &typed.expr.ty.base)
            && targets.len() < all.len()
        {
            let ty = Type::Reference(targets.clone());
            typed.expr = self.convert(typed.expr, Conversion::Retarget, ty);
        }
        typed
    }

    /// Runs a part with more facts, which are forgotten behind it.
    pub(super) fn knowing<T>(&mut self, facts: &[Fact], part: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.facts.len();
        self.facts.extend_from_slice(facts);
        let result = part(self);
        self.facts.truncate(before);
        result
    }

    /// Runs a part at another polarity.
    pub(super) fn at<T>(&mut self, polarity: Polarity, part: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.polarity, polarity);
        let result = part(self);
        self.polarity = before;
        result
    }

    /// Writes a type as in a declaration.
    pub(super) fn show(&self, ty: &Type) -> String {
        match ty {
            Type::Row(_) => format!("record {}", self.world.schema().show(ty)),
            _ => self.world.schema().show(ty),
        }
    }

    /// Writes a path as a rule would.
    pub(super) fn show_path(&self, path: &Path) -> Option<String> {
        let mut text = match path.root {
            Root::Variable(id) => self.variables[id.0 as usize].name.clone(),
            Root::Argument(_) => return None,
        };
        for (record, field) in &path.fields {
            text.push('.');
            text.push_str(&self.world.schema().record(*record).field_type(*field).name);
        }
        Some(text)
    }
}

/// Whether a span holds another.
pub(super) fn holds(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
