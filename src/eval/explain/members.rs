//! Sets and timelines in a part of a condition: which members, or stretches of time, made it what it is.

use serde::Serialize;

use super::leaf::Side;
use super::timelines::{outside, timeline_of, within};
use super::{Explainer, Scope, show::Show};
use crate::ir::{CompareOp, Expr, ExprKind};
use crate::schema::Type;
use crate::value::{Cell, Interval, SetValue, Truth, Value};

/// Most members that are listed.
const MOST_MEMBERS: usize = 100;

/// How members stand to the sets, or stretches of time to the timelines, of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The set should have them and does not.
    Missing,
    /// The set should have them, and it is not known whether it does.
    MaybeMissing,
    /// Of two sets that should be the same, this one alone has them.
    OnlyHere,
    /// Both sets have them.
    Shared,
}

/// Members of sets, or stretches of time, that made a part of a condition what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Members {
    /// How they stand to the sets.
    pub are: Standing,
    /// The set or timeline that they are missing from or only in, as written; of shared ones the left.
    pub set: String,
    /// The first of them, in order, as the language writes them; references by key; stretches of time as intervals.
    pub members: Vec<String>,
    /// How many more there are that are not listed.
    #[serde(skip_serializing_if = "super::is_zero")]
    pub left_out: u64,
}

/// Members as text, how they stand, and the side that they are missing from or in.
type Group<'s, 'a> = (Standing, &'s Side<'a>, Vec<String>);

/// What two sets or timelines make of a part of a condition.
pub(super) struct Sets {
    pub(super) says: String,
    pub(super) members: Vec<Members>,
}

/// Explains a `covers`, an `overlaps` or an equality of two sets or timelines by what is in them; none of any other part,
/// and of one that is not known for another reason than that they are not complete.
pub(super) fn explain<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, expr: &'a Expr, is: Truth) -> Option<Sets> {
    let (ExprKind::Covers(left, right)
    | ExprKind::Overlaps(left, right)
    | ExprKind::Compare { op: CompareOp::Equal | CompareOp::NotEqual, left, right }) = &expr.kind
    else {
        return None;
    };
    let types = [&left.ty.base, &right.ty.base];
    let [left, right] = [left, right].map(|side| Side::of(explainer, scope, side));
    let show = explainer.show;
    let Two { a_only, b_only, shared, a_complete, b_complete } = compare(show, types, [&left.cell, &right.cell])?;
    let others = if b_complete { "" } else { " and perhaps others" };
    let (says, groups): (String, Vec<Group<'_, '_>>) = match (&expr.kind, is) {
        (ExprKind::Covers(..), Truth::False) => {
            let says = format!("{} lacks {}{others}", left.text, show.several(&b_only));
            (says, vec![(Standing::Missing, &left, b_only)])
        }
        (ExprKind::Covers(..), Truth::Unknown) if b_only.is_empty() => {
            (format!("{} may lack what is not known of {}", left.text, right.text), Vec::new())
        }
        (ExprKind::Covers(..), Truth::Unknown) => {
            let says = format!("{} may lack {}{others}", left.text, show.several(&b_only));
            (says, vec![(Standing::MaybeMissing, &left, b_only)])
        }
        (ExprKind::Overlaps(..), Truth::True) => {
            let says = format!("{} and {} share {}", left.text, right.text, show.several(&shared));
            (says, vec![(Standing::Shared, &left, shared)])
        }
        (ExprKind::Compare { .. }, Truth::True | Truth::False) => {
            // What is not known of the other set might be the same.
            let (here, there) =
                (if b_complete { a_only } else { Vec::new() }, if a_complete { b_only } else { Vec::new() });
            let groups: Vec<_> = [(Standing::OnlyHere, &left, here), (Standing::OnlyHere, &right, there)]
                .into_iter()
                .filter(|(.., members)| !members.is_empty())
                .collect();
            let part = |(_, side, members): &Group<'_, '_>| format!("only in {}: {}", side.text, show.several(members));
            let says = match groups.as_slice() {
                [] => format!("{} and {} are the same", left.text, right.text),
                groups => groups.iter().map(part).collect::<Vec<_>>().join("; "),
            };
            (says, groups)
        }
        _ => return None,
    };
    let members = groups
        .into_iter()
        .map(|(are, side, mut members)| {
            let left_out = members.len().saturating_sub(MOST_MEMBERS) as u64;
            members.truncate(MOST_MEMBERS);
            Members { are, set: side.text.clone(), members, left_out }
        })
        .collect();
    Some(Sets { says, members })
}

/// What is certain of two sets or timelines, as text: what the first alone has, the second alone, and both.
struct Two {
    a_only: Vec<String>,
    b_only: Vec<String>,
    shared: Vec<String>,
    a_complete: bool,
    b_complete: bool,
}

fn compare(show: Show<'_>, types: [&Type; 2], [left, right]: [&Cell; 2]) -> Option<Two> {
    Some(match (types[0], left, right) {
        (Type::Set(element), Cell::Present(Value::Set(a)), Cell::Present(Value::Set(b))) => {
            let texts = |members: Vec<Value>| show.sorted(members, element);
            Two {
                a_only: texts(only(a, b)),
                b_only: texts(only(b, a)),
                shared: texts(a.members.iter().filter(|member| b.has(member)).cloned().collect()),
                a_complete: a.complete,
                b_complete: b.complete,
            }
        }
        _ => {
            let (a, b) = (timeline_of(show, types[0], left, right)?, timeline_of(show, types[1], right, left)?);
            let (a, b) = (&a, &b);
            let texts = |pieces: Vec<Interval>| pieces.into_iter().map(|piece| show.piece(piece)).collect();
            Two {
                a_only: texts(outside(a, b)),
                b_only: texts(outside(b, a)),
                shared: texts(within(a, b)),
                a_complete: a.complete,
                b_complete: b.complete,
            }
        }
    })
}

/// The certain members of one set that are not certain members of another.
fn only(these: &SetValue, those: &SetValue) -> Vec<Value> {
    these.members.iter().filter(|member| !those.has(member)).cloned().collect()
}
