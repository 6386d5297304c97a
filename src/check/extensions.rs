//! Extensions: what an organization adds to records that are declared elsewhere.
//!
//! Every file may extend every record, and no order of files or items means anything: the fields of all extensions of a
//! record follow its own, and the members of an enum with an order must have one order whichever extension is read first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::items::{ItemId, Items};
use super::types::{KnownRecord, unknown_record};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::schema::{EnumType, FieldType, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Extend, Extension, Item, ItemKind, MoreMembers, Name};

/// Returns the extensions that could be read of each record that could be, in order of file and place.
pub(super) fn find<'a>(
    items: &mut Items<'a>,
    records: &BTreeMap<&'a str, KnownRecord>,
) -> BTreeMap<&'a str, Vec<(ItemId, &'a Extend)>> {
    let mut found: BTreeMap<&'a str, Vec<(ItemId, &'a Extend)>> = BTreeMap::new();
    let ids: Vec<ItemId> = items.of_kind(ItemKind::Extend).collect();
    for id in ids {
        let Some(Item::Extend(extend)) = &items.get(id).item else { continue };
        let name = &extend.record;
        if records.contains_key(name.node.as_str()) {
            found.entry(name.node.as_str()).or_default().push((id, extend));
            continue;
        }
        let diagnostic = match items.find(ItemKind::Record, &name.node).first() {
            Some(record) => items.broken_use(*record, name.span),
            None => unknown_record(records.keys().copied(), name),
        };
        items.report(id, diagnostic);
    }
    found
}

/// The fields that an extension adds.
pub(super) fn fields(extend: &Extend) -> impl Iterator<Item = &ast::Field> {
    extend.extensions.iter().filter_map(|extension| match extension {
        Extension::Field(field) => Some(field),
        Extension::MoreMembers(_) => None,
    })
}

/// Refuses a key among the fields of an extension.
pub(super) fn refuse_key(field: &ast::Field, record: &Name) -> Diagnostic {
    let span = field.name.span.to(field.ty.span);
    let message = format!("an extension cannot change the key of record `{}`", record.node);
    Diagnostic::new(Code::InvalidDeclaration, span, message, "marked as key")
        .with_label(record.span, "the record says here what its key is")
        .with_help("remove the word `key`")
}

/// Adds members to the enums of a record's fields. What is wrong with a field goes to `fault`, by the field's position;
/// a field that the record does not have is a fault of the extension.
pub(super) fn add_members(
    items: &mut Items<'_>,
    record: &str,
    fields: &mut [FieldType],
    extensions: &[(ItemId, &Extend)],
    mut fault: impl FnMut(usize, Diagnostic),
) {
    let mut added: BTreeMap<usize, Vec<&MoreMembers>> = BTreeMap::new();
    for (item, extend) in extensions {
        for extension in &extend.extensions {
            let Extension::MoreMembers(more) = extension else { continue };
            match fields.iter().position(|field| field.name == more.field.node) {
                Some(position) => added.entry(position).or_default().push(more),
                None => {
                    let message = format!("unknown field `{}` of record `{record}`", more.field.node);
                    let help = suggest(&more.field.node, "fields", fields.iter().map(|field| field.name.as_str()));
                    let diagnostic =
                        Diagnostic::new(Code::UnknownField, more.field.span, message, "no field of that name");
                    items.report(*item, diagnostic.with_help_if(help));
                }
            }
        }
    }
    for (position, added) in added {
        let field = &mut fields[position];
        let declared = field.span;
        if field.ty.base == Type::Error {
            continue; // Its own fault is reported already.
        }
        let Some(members) = enum_of(&mut field.ty.base) else {
            added.iter().for_each(|added| fault(position, no_enum(added, declared)));
            continue;
        };
        let mut found = Vec::new();
        let all = if members.ordered {
            ordered(members, &added, declared, &mut found)
        } else {
            unordered(members, &added, declared, &mut found)
        };
        if found.is_empty() {
            *members = Arc::new(EnumType { members: all, ordered: members.ordered });
        }
        found.into_iter().for_each(|diagnostic| fault(position, diagnostic));
    }
}

/// The enum of a field, or of the elements of its list.
fn enum_of(ty: &mut Type) -> Option<&mut Arc<EnumType>> {
    match ty {
        Type::Enum(members) => Some(members),
        Type::List(element) => enum_of(element),
        _ => None,
    }
}

fn no_enum(more: &MoreMembers, declared: Span) -> Diagnostic {
    let message = format!("field `{}` has no members that could be added to", more.field.node);
    Diagnostic::new(Code::InvalidDeclaration, more.span, message, "only an enum has members")
        .with_label(declared, "declared here")
        .with_help("add a field of a name of its own")
}

/// The members of an enum without an order, with those that are added behind them.
fn unordered(members: &EnumType, added: &[&MoreMembers], declared: Span, found: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut places: BTreeMap<&str, Span> = members.members.iter().map(|member| (member.as_str(), declared)).collect();
    let mut all = members.members.clone();
    for more in added {
        if more.ordered {
            let message = format!("the members of field `{}` have no order", more.field.node);
            found.push(
                Diagnostic::new(Code::InvalidDeclaration, more.span, message, "`<` would give them one")
                    .with_label(declared, "declared here, with `,` between its members")
                    .with_help("name the new members alone, with `,` between them"),
            );
            continue;
        }
        for member in &more.members {
            match places.get(member.node.as_str()) {
                Some(place) => {
                    let message = format!("field `{}` has member `{}` already", more.field.node, member.node);
                    found.push(
                        Diagnostic::new(Code::DuplicateDefinition, member.span, message, "added again here")
                            .with_label(*place, "it is there since here")
                            .with_help("remove it here"),
                    );
                }
                None => {
                    places.insert(member.node.as_str(), member.span);
                    all.push(member.node.clone());
                }
            }
        }
    }
    all
}

/// The members of an enum with an order, with those that are added in their places. Each extension is a chain that
/// mentions members beside the new ones; together the chains must leave one order.
fn ordered(members: &EnumType, added: &[&MoreMembers], declared: Span, found: &mut Vec<Diagnostic>) -> Vec<String> {
    let declared_members: Vec<&str> = members.members.iter().map(String::as_str).collect();
    let known: BTreeSet<&str> = declared_members.iter().copied().collect();
    let (mut all, mut seen) = (declared_members.clone(), known.clone());
    let mut below: BTreeSet<(&str, &str)> = declared_members.windows(2).map(|pair| (pair[0], pair[1])).collect();
    for more in added {
        let chain: Vec<&str> = more.members.iter().map(|member| member.node.as_str()).collect();
        if !more.ordered && chain.len() > 1 {
            let message = format!("the members of field `{}` have an order", more.field.node);
            found.push(
                Diagnostic::new(Code::InvalidDeclaration, more.span, message, "`,` gives them none")
                    .with_label(declared, "declared here, with `<` between its members")
                    .with_help(format!("write `<` between them: `{}`", shown(&chain))),
            );
        }
        if chain.iter().all(|member| known.contains(member)) {
            let message = format!("field `{}` has all these members already", more.field.node);
            found.push(
                Diagnostic::new(Code::DuplicateDefinition, more.span, message, "adds none")
                    .with_label(declared, "declared here")
                    .with_help("remove it"),
            );
        }
        for member in &chain {
            if seen.insert(member) {
                all.push(member);
            }
        }
        below.extend(chain.windows(2).map(|pair| (pair[0], pair[1])));
    }
    if !found.is_empty() {
        return Vec::new();
    }
    match one_order(&all, &below) {
        Ok(order) => order.into_iter().map(str::to_owned).collect(),
        Err(fault) => {
            let about = |member: &str| added.iter().find(|added| added.members.iter().any(|m| m.node == member));
            let (message, of) = match &fault {
                NoOrder::Contradiction(member) => {
                    (format!("the order of the members around `{member}` contradicts itself"), vec![*member])
                }
                NoOrder::Open(one, other) => {
                    (format!("whether `{one}` stands below or above `{other}` is not said"), vec![*one, *other])
                }
            };
            let mut places: Vec<Span> = of.iter().filter_map(|member| about(member)).map(|added| added.span).collect();
            if places.is_empty() {
                places.extend(added.first().map(|added| added.span));
            }
            let Some(place) = places.first().copied() else { return Vec::new() };
            let mut diagnostic = Diagnostic::new(Code::InvalidDeclaration, place, message, "added here")
                .with_label(declared, format!("the order is `{}` so far", shown(&declared_members)));
            for other in places.into_iter().skip(1).filter(|other| *other != place) {
                diagnostic = diagnostic.with_label(other, "and here");
            }
            let help = match &fault {
                NoOrder::Open(one, other) => {
                    let new = if known.contains(one) { other } else { one };
                    match (declared_members.first(), declared_members.last()) {
                        (Some(first), Some(last)) => format!(
                            "name the members that it stands between, or beside at an end: `{{{last} < {new}}}` or `{{{new} < {first}}}`"
                        ),
                        _ => "name the members that it stands between".to_owned(),
                    }
                }
                NoOrder::Contradiction(_) => "keep the order in which the record declares them".to_owned(),
            };
            found.push(diagnostic.with_help(help));
            Vec::new()
        }
    }
}

/// Why members have no one order.
#[derive(Debug, PartialEq, Eq)]
enum NoOrder<'m> {
    /// A member stands below itself.
    Contradiction(&'m str),
    /// Two members of which nothing says which is lower.
    Open(&'m str, &'m str),
}

/// The one order in which every pair holds; `all` are the members, each once.
fn one_order<'m>(all: &[&'m str], below: &BTreeSet<(&'m str, &'m str)>) -> Result<Vec<&'m str>, NoOrder<'m>> {
    let mut lower: BTreeMap<&str, usize> = all.iter().map(|member| (*member, 0)).collect();
    let mut higher: BTreeMap<&str, Vec<&'m str>> = BTreeMap::new();
    for (low, high) in below {
        *lower.entry(high).or_default() += 1;
        higher.entry(low).or_default().push(high);
    }
    let mut lowest: Vec<&str> = all.iter().filter(|member| lower.get(**member) == Some(&0)).copied().collect();
    let mut order: Vec<&str> = Vec::new();
    while let Some(member) = lowest.pop() {
        if let Some(other) = lowest.pop() {
            return Err(NoOrder::Open(other, member));
        }
        order.push(member);
        for high in higher.get(member).into_iter().flatten() {
            if let Some(left) = lower.get_mut(high) {
                *left -= 1;
                if *left == 0 {
                    lowest.push(high);
                }
            }
        }
    }
    let left = all.iter().find(|member| lower.get(**member).is_some_and(|lower| *lower > 0));
    left.map_or(Ok(order), |member| Err(NoOrder::Contradiction(member)))
}

fn shown(members: &[&str]) -> String {
    format!("{{{}}}", members.join(" < "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(all: &[&'static str], below: &[(&'static str, &'static str)]) -> Result<String, NoOrder<'static>> {
        one_order(all, &below.iter().copied().collect()).map(|order| order.join(" "))
    }

    #[test]
    fn members_have_one_order_or_none() {
        let base = [("low", "high")];
        let with = |more: &[(&'static str, &'static str)]| [&base, more].concat();
        assert_eq!(order(&["low", "high", "top"], &with(&[("high", "top")])), Ok("low high top".to_owned()));
        assert_eq!(
            order(&["low", "high", "mid"], &with(&[("low", "mid"), ("mid", "high")])),
            Ok("low mid high".to_owned())
        );
        // What one extension adds, another may stand beside, whichever is read first.
        let both = with(&[("top", "peak"), ("high", "top")]);
        assert_eq!(order(&["low", "high", "top", "peak"], &both), Ok("low high top peak".to_owned()));
        assert_eq!(order(&["low", "high", "mid"], &with(&[("low", "mid")])), Err(NoOrder::Open("high", "mid")));
        assert_eq!(order(&["low", "high", "new"], &base), Err(NoOrder::Open("low", "new")));
        let turned = with(&[("high", "top"), ("top", "low")]);
        assert_eq!(order(&["low", "high", "top"], &turned), Err(NoOrder::Contradiction("low")));
    }
}
