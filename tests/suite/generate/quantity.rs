//! What ranges over candidates: binders, quantifiers, aggregates and sets.

use super::expression::Writer;
use super::records::{Kind, RECORDS, is_ordered, members};
use super::scope::{Path, Scope};

/// A binder as written, and what is in sight behind it.
pub(crate) struct Bound {
    pub(crate) text: String,
    /// Whether an equality ties it to an earlier `for each`.
    pub(crate) tied: bool,
    pub(crate) name: String,
    pub(crate) scope: Scope,
}

/// What the elements of generated lists and sets are.
const ELEMENTS: &[&Kind] = &[
    &Kind::Text,
    &Kind::Enum("state"),
    &Kind::Enum("impact"),
    &Kind::Reference(&["team"]),
    &Kind::Reference(&["service"]),
    &Kind::Reference(&["change", "release"]),
    &Kind::Reference(&["incident"]),
    &Kind::Integer,
    &Kind::Date,
    &Kind::Calendar,
];

/// What generated edges lead between.
const EDGES: &[&Kind] = &[
    &Kind::Reference(&["incident"]),
    &Kind::Reference(&["team"]),
    &Kind::Reference(&["service"]),
    &Kind::Reference(&["change", "release"]),
    &Kind::Text,
    &Kind::Integer,
    &Kind::Enum("state"),
];

impl Writer<'_> {
    /// `incident i where …` or `x in list where …`. Strict: an optional value may not stand beside `=`.
    pub(crate) fn binder(&mut self, scope: &Scope, depth: usize, strict: bool) -> Bound {
        match self.choices.chance(20) {
            true => self.elements(scope, depth, strict),
            false => None,
        }
        .unwrap_or_else(|| self.records(scope, depth, strict))
    }

    /// A binder over one of the records.
    pub(crate) fn records(&mut self, scope: &Scope, depth: usize, strict: bool) -> Bound {
        let record = RECORDS[self.choices.below(RECORDS.len())].name;
        self.record(record, scope, depth, strict, false)
    }

    /// A binder over a record; where it is to be tied, by equality with something outside.
    pub(crate) fn record(
        &mut self,
        record: &'static str,
        scope: &Scope,
        depth: usize,
        strict: bool,
        tied: bool,
    ) -> Bound {
        let name = self.name("r");
        let mut inner = scope.clone();
        inner.bind(&name, Kind::Row(record), false);
        let mut conjuncts = Vec::new();
        if tied || self.choices.chance(65) {
            conjuncts.extend(self.tie(&name, scope, &inner, strict, tied));
        }
        if self.choices.chance(25) {
            conjuncts.extend(self.order(&name, scope, &inner));
        }
        let has_tie = conjuncts.iter().any(|conjunct: &String| conjunct.contains(" = "));
        let bound = self.behind_where(format!("{record} {name}"), name, inner, conjuncts, (depth, strict));
        Bound { tied: has_tie, ..bound }
    }

    /// A binder over a list or a set.
    pub(crate) fn elements(&mut self, scope: &Scope, depth: usize, strict: bool) -> Option<Bound> {
        let lists: Vec<Path> = scope
            .paths()
            .into_iter()
            .filter(|path| !path.optional && matches!(path.kind, Kind::List(_) | Kind::Set(_)))
            .collect();
        let (text, element) = match self.choices.below(4) {
            0 | 1 if !lists.is_empty() => {
                let path = lists[self.choices.below(lists.len())].clone();
                match path.kind {
                    Kind::List(element) | Kind::Set(element) => (path.text, *element),
                    _ => return None,
                }
            }
            2 => {
                let element = self.choices.pick(ELEMENTS);
                (self.value(Kind::Set(element), scope, depth.saturating_sub(1))?, *element)
            }
            _ => (self.units(scope, depth.saturating_sub(1))?, Kind::Days),
        };
        let name = self.name("x");
        let mut inner = scope.clone();
        inner.bind(&name, element, false);
        let mut conjuncts = Vec::new();
        if self.choices.chance(25) {
            conjuncts.extend(self.tie(&name, scope, &inner, strict, false));
        }
        Some(self.behind_where(format!("{name} in {text}"), name, inner, conjuncts, (depth, strict)))
    }

    fn behind_where(
        &mut self,
        head: String,
        name: String,
        mut scope: Scope,
        mut conjuncts: Vec<String>,
        (depth, strict): (usize, bool),
    ) -> Bound {
        let more = self.choices.weighted(&[(50, 0), (35, 1), (15, 2)]);
        for _ in 0..more {
            conjuncts.push(self.conjunct(&mut scope, depth.saturating_sub(1), strict));
        }
        let text = if conjuncts.is_empty() { head } else { format!("{head} where {}", conjuncts.join(" and ")) };
        Bound { text, tied: false, name, scope }
    }

    /// An equality of something inside with something outside.
    fn tie(&mut self, name: &str, outer: &Scope, inner: &Scope, strict: bool, tied: bool) -> Option<String> {
        let fits = |inside: &Path, outside: &Path| match (inside.kind, outside.kind) {
            (Kind::Reference([a]), Kind::Row(b)) | (Kind::Row(b), Kind::Reference([a])) => *a == b,
            (Kind::Reference(a), Kind::Reference(b)) => a.iter().any(|target| b.contains(target)),
            (Kind::Row(_), _) | (_, Kind::Row(_)) => false,
            (Kind::List(_) | Kind::Set(_) | Kind::Days | Kind::Instants | Kind::Timeline(_), _) => false,
            (a, b) => a == b,
        };
        let usable = |path: &Path| !path.optional || !strict;
        let weight = |path: &Path| if matches!(path.kind, Kind::Reference(_) | Kind::Row(_)) { 6 } else { 1 };
        let outside: Vec<Path> =
            outer.paths().into_iter().filter(usable).filter(|path| !tied || !is_let(path)).collect();
        let mut pairs = Vec::new();
        for inside in inner.of_variable(name).into_iter().filter(usable) {
            for outside in outside.iter().filter(|outside| fits(&inside, outside)) {
                for _ in 0..weight(&inside) {
                    pairs.push((inside.text.clone(), outside.text.clone()));
                }
            }
        }
        if pairs.is_empty() {
            return None;
        }
        let (inside, outside) = pairs[self.choices.below(pairs.len())].clone();
        Some(if self.choices.chance(30) { format!("{outside} = {inside}") } else { format!("{inside} = {outside}") })
    }

    /// A comparison by order of something inside with something outside.
    fn order(&mut self, name: &str, outer: &Scope, inner: &Scope) -> Option<String> {
        let kind = self.choices.pick(&[Kind::Timestamp, Kind::Date, Kind::Integer, Kind::Decimal, Kind::Duration]);
        let inside: Vec<Path> =
            inner.of_variable(name).into_iter().filter(|path| path.kind == kind && !path.optional).collect();
        let inside = self.pick_path(&inside)?;
        if matches!(kind, Kind::Date | Kind::Timestamp) && self.choices.chance(60) {
            let interval = self.choices.pick(&[Kind::Days, Kind::Instants]);
            return Some(format!("{inside} during {}", self.value(interval, outer, 1)?));
        }
        let outside = self.value(kind, outer, 1)?;
        let operator = self.choices.pick(&["<=", "<", ">", ">="]);
        Some(if self.choices.chance(30) {
            format!("{outside} {operator} {inside}")
        } else {
            format!("{inside} {operator} {outside}")
        })
    }

    /// `exists`, `no` or `every`.
    pub(crate) fn quantified(&mut self, scope: &Scope, depth: usize, strict: bool) -> String {
        match self.choices.below(3) {
            0 => format!("(exists {})", self.binder(scope, depth, strict).text),
            1 => format!("(no {})", self.binder(scope, depth, true).text),
            _ => {
                let bound = self.binder(scope, depth, true);
                let has = self.condition(&bound.scope, depth.saturating_sub(1), strict);
                format!("(every {} has {has})", bound.text)
            }
        }
    }

    pub(crate) fn count(&mut self, scope: &Scope, depth: usize) -> String {
        let bound = self.binder(scope, depth, false);
        format!("count({})", bound.text)
    }

    pub(crate) fn share(&mut self, scope: &Scope, depth: usize) -> String {
        let bound = self.binder(scope, depth, false);
        let value = self.condition(&bound.scope, depth.saturating_sub(1), false);
        format!("share({} : {value})", bound.text)
    }

    /// `sum` of a kind.
    pub(crate) fn total(&mut self, kind: Kind, scope: &Scope, depth: usize) -> Option<String> {
        let bound = self.binder(scope, depth, false);
        let value = self.value(kind, &bound.scope, depth.saturating_sub(1))?;
        Some(format!("sum({} : {value})", bound.text))
    }

    /// A quantity of a kind that is absent over nothing.
    pub(crate) fn extreme(&mut self, kind: Kind, scope: &Scope, depth: usize) -> Option<String> {
        let functions: &[&str] = match kind {
            Kind::Integer | Kind::Date | Kind::Timestamp => &["min", "max"],
            Kind::Decimal => &["mean", "max", "min", "share", "share"],
            Kind::Duration | Kind::Span if self.choices.chance(25) => return self.gap(kind, scope, depth),
            Kind::Duration => &["mean", "max", "min"],
            Kind::Enum(name) if is_ordered(name) => &["min", "max"],
            Kind::Row(record) => return self.at_the_time(record, scope, depth),
            _ => return None,
        };
        let function = self.choices.pick(functions);
        if function == "share" {
            return Some(self.share(scope, depth));
        }
        let bound = self.binder(scope, depth, false);
        let value = self.value(kind, &bound.scope, depth.saturating_sub(1))?;
        Some(format!("{function}({} : {value})", bound.text))
    }

    /// `first` or `last` of a record.
    fn at_the_time(&mut self, record: &'static str, scope: &Scope, depth: usize) -> Option<String> {
        let bound = self.record(record, scope, depth, false, false);
        self.first_or_last(&bound, depth)
    }

    /// `streak(r where c by key while condition)`
    pub(crate) fn streak(&mut self, scope: &Scope, depth: usize) -> Option<String> {
        let bound = self.binder(scope, depth, false);
        let by = self.order_of(&bound, depth)?;
        let condition = self.condition(&bound.scope, depth.saturating_sub(1), false);
        Some(format!("streak({} by {by} while {condition})", bound.text))
    }

    pub(crate) fn first_or_last(&mut self, bound: &Bound, depth: usize) -> Option<String> {
        let by = self.order_of(bound, depth)?;
        Some(format!("{}({} by {by})", self.choices.pick(&["last", "first"]), bound.text))
    }

    /// What candidates go by: mostly a field of their own.
    fn order_of(&mut self, bound: &Bound, depth: usize) -> Option<String> {
        let kind = self.choices.pick(&[Kind::Timestamp, Kind::Date, Kind::Integer, Kind::Duration, Kind::Decimal]);
        let own: Vec<Path> = bound
            .scope
            .of_variable(&bound.name)
            .into_iter()
            .filter(|path| {
                !path.optional
                    && matches!(
                        path.kind,
                        Kind::Timestamp | Kind::Date | Kind::Integer | Kind::Duration | Kind::Decimal
                    )
            })
            .collect();
        match self.pick_path(&own) {
            Some(path) => Some(path),
            None => self.value(kind, &bound.scope, depth.saturating_sub(1)),
        }
    }

    /// Edges of a kind: a binder, and from where to where each of its candidates leads.
    fn edges(&mut self, ends: Kind, scope: &Scope, depth: usize, strict: bool) -> Option<String> {
        let bound = self.binder(scope, depth, strict);
        let mut inner = bound.scope;
        let own = |scope: &Scope, optional: bool| -> Vec<Path> {
            let leads = |path: &Path| {
                path.kind == ends || matches!((path.kind, ends), (Kind::Row(a), Kind::Reference([b])) if a == *b)
            };
            scope.of_variable(&bound.name).into_iter().filter(|path| leads(path) && path.optional == optional).collect()
        };
        // Most edges lead between what their candidate names; some of that needs a guard.
        let mut guard = String::new();
        let optional = own(&inner, true);
        if let Some(path) = self.pick_path(&optional)
            && self.choices.chance(70)
        {
            let word = if bound.text.contains(" where ") { "and" } else { "where" };
            guard = format!(" {word} {path} is present");
            inner.guard(&path);
        }
        let end = |writer: &mut Self| {
            let own = own(&inner, false);
            match writer.pick_path(&own) {
                Some(path) if writer.choices.chance(85) => Some(path),
                _ => writer.value(ends, &inner, depth.saturating_sub(1)),
            }
        };
        let (from, to) = (end(self)?, end(self)?);
        Some(format!("{}{guard} : {from} -> {to}", bound.text))
    }

    /// What edges lead to.
    pub(crate) fn reachable(&mut self, ends: &'static Kind, scope: &Scope, depth: usize) -> Option<String> {
        let edges = self.edges(*ends, scope, depth, false)?;
        let starts = match self.choices.below(3) {
            0 => self.value(Kind::Set(ends), scope, depth.saturating_sub(1))?,
            _ => self.value(*ends, scope, depth.saturating_sub(1))?,
        };
        Some(format!("reachable({edges} from {starts})"))
    }

    /// Whether something is among what edges lead to.
    pub(crate) fn reached(&mut self, scope: &Scope, depth: usize) -> Option<String> {
        let ends = self.choices.pick(EDGES);
        let thing = self.value(*ends, scope, depth.saturating_sub(1))?;
        let reachable = self.reachable(ends, scope, depth)?;
        Some(format!("{thing} {} {reachable}", self.choices.pick(&["in", "not in"])))
    }

    /// Whether edges lead round.
    pub(crate) fn acyclic(&mut self, scope: &Scope, depth: usize) -> Option<String> {
        let ends = self.choices.pick(EDGES);
        Some(format!("acyclic({})", self.edges(*ends, scope, depth, true)?))
    }

    /// `recurs(r where c : date every span from first)`
    pub(crate) fn recurs(&mut self, scope: &Scope, depth: usize, strict: bool) -> Option<String> {
        let bound = self.binder(scope, depth, strict);
        let moments: Vec<Path> = bound
            .scope
            .of_variable(&bound.name)
            .into_iter()
            .filter(|path| !path.optional && matches!(path.kind, Kind::Date | Kind::Timestamp))
            .collect();
        let date = match self.pick_path(&moments) {
            Some(path) => path,
            None => self.value(Kind::Date, &bound.scope, depth.saturating_sub(1))?,
        };
        let every = self.value(Kind::Span, scope, depth)?;
        let from = if self.choices.chance(40) {
            let kind = self.choices.pick(&[Kind::Date, Kind::Timestamp]);
            format!(" from {}", self.value(kind, scope, 0)?)
        } else {
            String::new()
        };
        Some(format!("recurs({} : {date} every {every}{from})", bound.text))
    }

    /// A set of elements of a kind.
    pub(crate) fn set(&mut self, element: &'static Kind, scope: &Scope, depth: usize) -> Option<String> {
        if EDGES.contains(&element) && self.choices.chance(15) {
            return self.reachable(element, scope, depth);
        }
        match self.choices.below(4) {
            0 => {
                let bound = self.binder(scope, depth, false);
                let value = self.value(*element, &bound.scope, depth.saturating_sub(1))?;
                Some(format!("set({} : {value})", bound.text))
            }
            1 => {
                let bound = self.records(scope, depth, false);
                let lists: Vec<Path> =
                    bound.scope.of(Kind::List(element)).into_iter().filter(|path| !path.optional).collect();
                let list = self.pick_path(&lists)?;
                Some(format!("union({} : {list})", bound.text))
            }
            _ => {
                let left = self.value(Kind::Set(element), scope, depth.saturating_sub(1))?;
                let right = self.beside_set(element, scope, depth.saturating_sub(1))?;
                Some(format!("({left} {} {right})", self.choices.pick(&["union", "minus"])))
            }
        }
    }

    /// A set that stands beside another one: members of an enum are understood there.
    pub(crate) fn beside_set(&mut self, element: &'static Kind, scope: &Scope, depth: usize) -> Option<String> {
        match element {
            Kind::Enum(name) if self.choices.chance(50) => {
                let members = members(name);
                let (first, second) = (self.choices.pick(members), self.choices.pick(members));
                Some(if first == second { format!("{{{first}}}") } else { format!("{{{first}, {second}}}") })
            }
            Kind::Calendar if self.choices.chance(50) => {
                let first = self.literal(*element)?;
                let second = self.literal(*element).filter(|second| *second != first);
                Some(second.map_or(format!("{{{first}}}"), |second| format!("{{{first}, {second}}}")))
            }
            _ if self.choices.chance(30) => {
                let (first, second) = (self.value(*element, scope, depth)?, self.value(*element, scope, depth)?);
                Some(format!("{{{first}, {second}}}"))
            }
            _ => self.value(Kind::Set(element), scope, depth),
        }
    }

    pub(crate) fn element_kind(&mut self) -> &'static Kind {
        self.choices.pick(ELEMENTS)
    }
}

/// Whether a path begins with a `let`.
fn is_let(path: &Path) -> bool {
    path.text.starts_with('l')
}
