//! What is known of a value at a place: that it is present, or which record it refers to.
//!
//! Facts are about paths (a variable and its fields), so that they hold through defines, in nested binders and in
//! templates. They are gathered from conditions: what holds where one is true, and what where it is false.

use crate::ir::{Expr, VariableId};
use crate::schema::{FieldId, RecordId};

/// What a path begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// A binder or a `let`.
    Variable(VariableId),
    /// An argument of a define that is no path itself.
    Argument(u32),
}

/// A variable and fields read from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) root: Root,
    pub(super) fields: Vec<(RecordId, FieldId)>,
}

impl Path {
    /// A variable itself.
    pub(super) fn of(root: Root) -> Path {
        Path { root, fields: Vec::new() }
    }

    /// One field further.
    pub(super) fn field(&self, record: RecordId, field: FieldId) -> Path {
        let mut fields = self.fields.clone();
        fields.push((record, field));
        Path { root: self.root, fields }
    }
}

/// What is known of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known {
    /// It has a value.
    Present,
    /// It refers to one of these.
    Targets(Vec<RecordId>),
}

/// A path and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) path: Path,
    pub(super) known: Known,
}

impl Fact {
    /// The path has a value.
    pub(super) fn present(path: Path) -> Fact {
        Fact { path, known: Known::Present }
    }
}

/// Facts that hold whichever of two sets of facts does.
pub(super) fn common(left: &[Fact], right: &[Fact]) -> Vec<Fact> {
    left.iter().filter(|fact| right.contains(fact)).cloned().collect()
}

/// An expression with what the checker knows of it besides its type.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    /// The expression; its type is that after narrowing.
    pub(super) expr: Expr,
    /// The path that it is, if it is one.
    pub(super) path: Option<Path>,
    /// Whether it was declared so that it may be absent, whatever is known here.
    pub(super) declared_optional: bool,
    /// What holds where it is true.
    pub(super) when_true: Vec<Fact>,
    /// What holds where it is false.
    pub(super) when_false: Vec<Fact>,
    /// For an interval, or a list or set of them: whether an end may be open.
    pub(super) open: bool,
}

impl Typed {
    /// Wraps an expression of which nothing else is known.
    pub(super) fn plain(expr: Expr) -> Typed {
        let declared_optional = expr.ty.optional;
        Typed { expr, path: None, declared_optional, when_true: Vec::new(), when_false: Vec::new(), open: false }
    }
}
