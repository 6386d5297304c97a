//! What no test notices: small changes of rules, advice and defines under which every test still passes.
//!
//! Enters: a program, tests that pass, and what is to be changed. Leaves: [`Mutants`]. A change is made in the text of an
//! item, which is parsed and checked anew against everything else as it is; one that does not check is none, and neither is one that says
//! what the item says anyway. `docs/testing.md` lists the changes.

mod edits;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use self::edits::{Edit, Editor, Members};
use super::expect::difference;
use super::run::{Prepared, Subject};
use super::{Gate, Kind, Program, Scope, Share};
use crate::check::{Declarations, ItemId, Reach, STACK, TestStatus};
use crate::eval::explain::PolicyPlace;
use crate::ir::reads::for_each_expr;
use crate::ir::test::Tested;
use crate::ir::{Advice, Body, ExprKind, Rule, print};
use crate::schema::Type;
use crate::source::Span;
use crate::syntax::ast::{self, Item, ItemKind, ParsedItem};
use crate::syntax::parse_one;
use crate::value::Value;

/// Small changes of rules, advice and defines, and which of them a test notices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mutants {
    /// Rules, advice, then defines, in the order of the results.
    pub items: Vec<ItemMutants>,
    /// Of all changes, those that a test notices.
    pub noticed: Share,
    /// What that has to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
}

/// Changes of a rule, an advice or a define.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemMutants {
    /// Its id.
    pub id: String,
    /// Which of the three it is.
    pub kind: Kind,
    /// How many tests there are that could notice.
    pub tests: u64,
    /// Of the changes, those that a test notices.
    pub noticed: Share,
    /// How many changes are none: they do not check, or say the same.
    pub discarded: u64,
    /// The changes that no test notices, in order of the text.
    pub unnoticed: Vec<Mutant>,
    /// Where it stands.
    pub policy: PolicyPlace,
}

/// A change that no test notices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mutant {
    /// The change, on one line.
    pub change: String,
    /// Where.
    pub policy: PolicyPlace,
}

/// A rule or an advice with its tests, ready to be run again and again.
struct Target<'a> {
    tested: Tested,
    subject: Subject<'a>,
    item: &'a Item,
    place: Span,
    reaches: &'a BTreeSet<Reach>,
    tests: Vec<Prepared<'a>>,
}

/// A rule or an advice that was changed.
enum Changed {
    Rule(Box<Rule>),
    Advice(Box<Advice>),
}

impl Changed {
    fn subject(&self) -> Subject<'_> {
        match self {
            Changed::Rule(rule) => Subject::Rule(rule),
            Changed::Advice(advice) => Subject::Advice(advice),
        }
    }

    fn body(&self) -> &Body {
        self.subject().body()
    }
}

/// What became of a change.
enum Fate {
    Discarded,
    Noticed,
    Unnoticed,
}

impl<'a> Program<'a> {
    /// Changes rules, advice and defines in small ways, and finds the changes that no test notices. The tests are those that pass.
    pub fn mutants(&self, tests: &[&'a TestStatus], scope: &Scope<'_>) -> Mutants {
        let find = || self.find_mutants(tests, scope);
        // Checking needs a larger stack than threads have by themselves.
        match rayon::ThreadPoolBuilder::new().stack_size(STACK).build() {
            Ok(pool) => pool.install(find),
            Err(_) => find(),
        }
    }

    fn find_mutants(&self, tests: &[&'a TestStatus], scope: &Scope<'_>) -> Mutants {
        let declarations = Declarations::of(self.parsed, self.sources);
        let items: Vec<&'a ParsedItem> = self.parsed.iter().flat_map(|(_, parsed)| &parsed.items).collect();
        let targets = self.targets(&items, tests);
        let members = members(targets.iter().map(|target| target.subject.body()));
        let mutation = Mutation { program: *self, declarations: &declarations, targets: &targets, members: &members };
        let own: Vec<&Target<'a>> = targets.iter().filter(|target| (scope.tested)(&target.tested)).collect();
        let mut reported: Vec<ItemMutants> = own.par_iter().map(|target| mutation.of_target(target)).collect();
        let mut defines: Vec<(ItemId, &'a ParsedItem, &'a ast::Define)> = Vec::new();
        for (position, item) in items.iter().enumerate() {
            if let Some(Item::Define(define)) = &item.item
                && (scope.define)(item.span)
            {
                defines.push((ItemId(position as u32), item, define));
            }
        }
        defines.sort_by(|a, b| a.2.name.node.cmp(&b.2.name.node));
        let of_defines: Vec<Option<ItemMutants>> =
            defines.par_iter().map(|(id, item, define)| mutation.of_define(*id, item, define)).collect();
        reported.extend(of_defines.into_iter().flatten());
        let noticed = reported.iter().fold(Share::default(), |share, item| share + item.noticed);
        Mutants { items: reported, noticed, gate: None }
    }

    /// All rules and advice that can be run, with their tests, in the order of the results.
    fn targets(&self, items: &[&'a ParsedItem], tests: &[&'a TestStatus]) -> Vec<Target<'a>> {
        let named = |kind: ItemKind, name: &str| -> Option<&'a ParsedItem> {
            let is_meant = |item: &&&'a ParsedItem| {
                item.kind == kind && item.name.as_ref().is_some_and(|known| known.node == name)
            };
            items.iter().find(is_meant).copied()
        };
        let mut targets = Vec::new();
        let statuses = self.checked.rules.iter().map(|status| (ItemKind::Rule, status));
        for (kind, status) in statuses.chain(self.checked.advice_status.iter().map(|status| (ItemKind::Advice, status)))
        {
            let Some(id) = &status.id else { continue };
            let tested = if kind == ItemKind::Rule { Tested::Rule(id.clone()) } else { Tested::Advice(id.clone()) };
            let (Some(subject), Some(parsed)) = (Subject::of(*self, &tested), named(kind, id)) else { continue };
            let Some(item) = &parsed.item else { continue };
            let own = tests.iter().filter_map(|status| status.test.as_ref()).filter(|test| test.of == tested);
            let tests = own.filter_map(|test| Prepared::new(*self, test, subject.body()).ok()).collect();
            targets.push(Target { tested, subject, item, place: parsed.span, reaches: &status.reaches, tests });
        }
        targets.sort_by_cached_key(|target| self.place_of(Some(&target.tested)));
        targets
    }
}

/// The words in bodies that are members of enums.
fn members<'b>(bodies: impl Iterator<Item = &'b Body>) -> Members {
    let mut members = BTreeMap::new();
    for body in bodies {
        for_each_expr(body, &mut |expr| {
            if let (ExprKind::Literal(Value::Member(_)), Type::Enum(known)) = (&expr.kind, &expr.ty.base) {
                members.entry(expr.span).or_insert_with(|| known.clone());
            }
        });
    }
    members
}

/// What all changes share.
struct Mutation<'m, 'a> {
    program: Program<'a>,
    declarations: &'m Declarations<'a>,
    targets: &'m [Target<'a>],
    members: &'m Members,
}

impl<'a> Mutation<'_, 'a> {
    /// The changes of a rule or an advice.
    fn of_target(&self, target: &Target<'a>) -> ItemMutants {
        let (edits, kind) = match target.item {
            Item::Rule(rule) => (Editor::rule(self.program.sources, self.members, rule), Kind::Rule),
            Item::Advice(advice) => (Editor::advice(self.program.sources, self.members, advice), Kind::Advice),
            _ => (Vec::new(), Kind::NotKnown),
        };
        let mut known = BTreeSet::from([self.printed(target.subject.body())]);
        let fate = |edit: &Edit| {
            let text = self.edited(target.place, edit);
            let item = parse_one(target.place.file, target.place.start as usize, &text);
            let Some(changed) = item.and_then(|item| self.checked(&item, None)) else { return Fate::Discarded };
            if !known.insert(self.printed(changed.body())) {
                return Fate::Discarded;
            }
            if self.is_noticed(target, &changed) { Fate::Noticed } else { Fate::Unnoticed }
        };
        let tests = target.tests.len() as u64;
        self.item(target.tested.id(), kind, target.subject.span(), tests, edits, fate)
    }

    /// The changes of a define, which the tests of every rule and advice that reaches it may notice; none if nothing does.
    fn of_define(&self, id: ItemId, item: &ParsedItem, define: &ast::Define) -> Option<ItemMutants> {
        let reaching: Vec<&Target<'a>> =
            self.targets.iter().filter(|target| target.reaches.contains(&Reach::Item(id))).collect();
        if reaching.is_empty() {
            return None;
        }
        let edits = Editor::define(self.program.sources, self.members, define);
        let all = |bodies: Vec<&Body>| bodies.into_iter().map(|body| self.printed(body)).collect::<Vec<String>>();
        let mut known = BTreeSet::from([all(reaching.iter().map(|target| target.subject.body()).collect())]);
        let fate = |edit: &Edit| {
            let text = self.edited(item.span, edit);
            let Some(Item::Define(instead)) = parse_one(item.span.file, item.span.start as usize, &text) else {
                return Fate::Discarded;
            };
            let changed: Option<Vec<Changed>> =
                reaching.iter().map(|target| self.checked(target.item, Some(&instead))).collect();
            let Some(changed) = changed else { return Fate::Discarded };
            if !known.insert(all(changed.iter().map(Changed::body).collect())) {
                return Fate::Discarded;
            }
            let mut pairs = reaching.iter().zip(&changed);
            if pairs.any(|(target, changed)| self.is_noticed(target, changed)) {
                Fate::Noticed
            } else {
                Fate::Unnoticed
            }
        };
        let tests = reaching.iter().map(|target| target.tests.len() as u64).sum();
        Some(self.item(&define.name.node, Kind::Define, define.name.span, tests, edits, fate))
    }

    fn item(
        &self,
        id: &str,
        kind: Kind,
        span: Span,
        tests: u64,
        edits: Vec<Edit>,
        mut fate: impl FnMut(&Edit) -> Fate,
    ) -> ItemMutants {
        let mut item = ItemMutants {
            id: id.to_owned(),
            kind,
            tests,
            noticed: Share::default(),
            discarded: 0,
            unnoticed: Vec::new(),
            policy: self.program.place_at(span),
        };
        for edit in edits::without_repetition(edits) {
            match fate(&edit) {
                Fate::Discarded => item.discarded += 1,
                Fate::Noticed => item.noticed = item.noticed + Share { part: 1, whole: 1 },
                Fate::Unnoticed => {
                    item.noticed = item.noticed + Share { part: 0, whole: 1 };
                    let policy = self.program.place_at(edit.at);
                    item.unnoticed.push(Mutant { change: edit.change, policy });
                }
            }
        }
        item.unnoticed.sort_by_key(|mutant| mutant.policy.line);
        item
    }

    /// Checks a rule or an advice, with another define in the place of one.
    fn checked(&self, item: &Item, instead: Option<&ast::Define>) -> Option<Changed> {
        match item {
            Item::Rule(rule) => self.declarations.rule(rule, instead).map(|rule| Changed::Rule(Box::new(rule))),
            Item::Advice(advice) => {
                self.declarations.advice(advice, instead).map(|advice| Changed::Advice(Box::new(advice)))
            }
            _ => None,
        }
    }

    /// Whether a test does not pass any more.
    fn is_noticed(&self, target: &Target<'a>, changed: &Changed) -> bool {
        target.tests.iter().any(|prepared| {
            let judged = prepared.judge(self.program, changed.subject());
            judged.is_none_or(|judged| {
                prepared.test.expected.iter().any(|expectation| difference(&judged, expectation).is_some())
            })
        })
    }

    /// The text of an item with a change in it.
    fn edited(&self, item: Span, edit: &Edit) -> String {
        let sources = self.program.sources;
        let before = sources.text(Span { end: edit.at.start, ..item });
        let behind = sources.text(Span { start: edit.at.end, ..item });
        format!("{before}{}{behind}", edit.text)
    }

    fn printed(&self, body: &Body) -> String {
        print::body(&self.program.checked.program.environment, body)
    }
}
