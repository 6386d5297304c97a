//! Standards, their clauses, and who may cite what.

use std::collections::{BTreeMap, BTreeSet};

use super::items::{ItemId, Items, Reach};
use super::world::World;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir;
use crate::source::Span;
use crate::syntax::ast::{self, Item, ItemKind, Modality};

/// The standards that could be read, in order of name, each with its item.
#[derive(Debug, Clone, Default)]
pub(super) struct Standards {
    pub(super) list: Vec<ir::Standard>,
    items: Vec<ItemId>,
}

/// Reads all standards.
pub(super) fn declare(items: &mut Items<'_>) -> Standards {
    let mut declared: BTreeMap<&str, (ItemId, &ast::Standard)> = BTreeMap::new();
    for id in items.of_kind(ItemKind::Standard) {
        if let Some(Item::Standard(standard)) = &items.get(id).item {
            declared.entry(standard.name.node.as_str()).or_insert((id, standard));
        }
    }
    let mut standards = Standards::default();
    for (name, (id, standard)) in declared {
        let mut clauses = Vec::new();
        let mut places: BTreeMap<String, Span> = BTreeMap::new();
        let mut stack: Vec<&ast::Clause> = standard.clauses.iter().rev().collect();
        while let Some(clause) = stack.pop() {
            let number = &clause.number;
            match places.get(&number.node) {
                Some(first) => {
                    let message = format!("clause {} is declared twice", number.node);
                    let diagnostic =
                        Diagnostic::new(Code::DuplicateDefinition, number.span, message, "declared again here")
                            .with_label(*first, "declared here")
                            .with_help("remove one of the two");
                    items.report(id, diagnostic);
                }
                None => {
                    places.insert(number.node.clone(), number.span);
                    clauses.push(ir::Clause { number: number.node.clone(), title: clause.title.node.clone() });
                }
            }
            stack.extend(clause.clauses.iter().rev());
        }
        standards.items.push(id);
        standards.list.push(ir::Standard {
            name: name.to_owned(),
            title: standard.title.node.clone(),
            is_requirements: standard.modality == Modality::Requirements,
            clauses,
        });
    }
    standards
}

fn has_clause(standard: &ir::Standard, number: &str) -> bool {
    standard.clauses.iter().any(|clause| clause.number == number)
}

/// Checks the citations of a rule (`of_rule`) or an advice.
pub(super) fn check(
    world: &World<'_>,
    cites: &[ast::Citation],
    of_rule: bool,
    reaches: &mut BTreeSet<Reach>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<ir::Citation> {
    for citation in cites {
        let name = citation.standard.node.as_str();
        let standards = &world.standards;
        let Some(position) = standards.list.iter().position(|standard| standard.name == name) else {
            let diagnostic = match world.items.find(ItemKind::Standard, name).first().copied() {
                Some(id) => {
                    reaches.insert(Reach::Item(id));
                    world.items.broken_use(id, citation.standard.span)
                }
                None => Diagnostic::new(
                    Code::UnknownStandard,
                    citation.standard.span,
                    format!("unknown standard `{name}`"),
                    "no standard of that name is declared",
                )
                .with_help_if(suggest(name, "standards", world.items.names(ItemKind::Standard))),
            };
            diagnostics.push(diagnostic);
            continue;
        };
        reaches.insert(Reach::Item(standards.items[position]));
        let standard = &standards.list[position];
        let place = world.items.place(standards.items[position]);
        if standard.is_requirements != of_rule {
            diagnostics.push(wrong_modality(world, citation, standard, place, of_rule));
        }
        let number = citation.clause.node.as_str();
        if !has_clause(standard, number) {
            diagnostics.push(
                Diagnostic::new(
                    Code::UnknownClause,
                    citation.clause.span,
                    format!("`{name}` has no clause {number}"),
                    "no clause of that number",
                )
                .with_label(place, "declared here")
                .with_help_if(near_clauses(standard, number)),
            );
        }
    }
    cites
        .iter()
        .map(|citation| ir::Citation {
            standard: citation.standard.node.clone(),
            clause: citation.clause.node.clone(),
            items: citation.items.iter().map(|item| item.node.clone()).collect(),
        })
        .collect()
}

fn wrong_modality(
    world: &World<'_>,
    citation: &ast::Citation,
    standard: &ir::Standard,
    place: Span,
    of_rule: bool,
) -> Diagnostic {
    let (name, number) = (&standard.name, &citation.clause.node);
    let (code, message, kind) = if of_rule {
        let message = format!("a rule cites requirements, and `{name}` is guidance: nothing in it is mandatory");
        (Code::RuleCitesGuidance, message, "guidance")
    } else {
        let message = format!("an advice cites guidance, and `{name}` is requirements: what it says is mandatory");
        (Code::AdviceCitesRequirement, message, "requirements")
    };
    let sibling = world
        .standards
        .list
        .iter()
        .find(|other| other.is_requirements == of_rule && has_clause(other, number))
        .map(|other| format!("did you mean `cites {} {number}`?", other.name));
    let rewrite = if of_rule {
        "if guidance is meant, write it as `advice … should`"
    } else {
        "if the requirement is meant, write it as `rule … shall`"
    };
    Diagnostic::new(code, citation.span, message, format!("`{name}` is a standard of {kind}"))
        .with_label(place, format!("declared as {kind} here"))
        .with_help_if(sibling)
        .with_help(rewrite)
}

/// The clauses beside one that does not exist: those of the same parent, else the parent.
fn near_clauses(standard: &ir::Standard, number: &str) -> Option<String> {
    let mut parent = number;
    while let Some((shorter, _)) = parent.rsplit_once('.') {
        parent = shorter;
        let prefix = format!("{parent}.");
        let below: Vec<&str> = standard
            .clauses
            .iter()
            .map(|clause| clause.number.as_str())
            .filter(|known| known.strip_prefix(&prefix).is_some_and(|rest| !rest.contains('.')))
            .collect();
        if !below.is_empty() {
            return Some(format!("below {parent} there are {}", below.join(", ")));
        }
        if has_clause(standard, parent) {
            return Some(format!("cite {parent} itself, which has no clauses below it"));
        }
    }
    suggest(number, "clauses", standard.clauses.iter().map(|clause| clause.number.as_str()))
}
