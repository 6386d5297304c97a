//! Whole rules.

use super::choices::Choices;
use super::expression::Writer;
use super::quantity::Bound;
use super::records::{Kind, RECORDS};
use super::scope::Scope;

/// How deep conditions are nested.
const DEPTH: usize = 3;

const IF_NONE: &[&str] = &["no population", "nonconformity", "not determined"];

/// Writes a rule of a name.
pub(crate) fn rule(name: &str, tape: &[u32]) -> String {
    let mut writer = Writer::new(Choices::new(tape));
    let (subjects, mut scope) = writer.subjects(true);
    let due = if writer.choices.chance(25) { writer.due(&mut scope) } else { String::new() };
    let mut text = format!("rule {name}\n  \"Made up\"\n  cites made-up 1\n{subjects}{due}");
    text += &format!("  shall {}\n", writer.demand(&scope));
    if writer.choices.chance(30) {
        text += &format!("  because \"{}\"\n", writer.message(&scope));
    }
    match writer.choices.below(8) {
        0..=3 => {}
        4 => text += "  major above 10%\n",
        5 => text += "  major always\n",
        _ => text += &format!("  major when {}\n", writer.condition(&scope, 1, false)),
    }
    text
}

/// Writes an advice of a name.
pub(crate) fn advice(name: &str, tape: &[u32]) -> String {
    let mut writer = Writer::new(Choices::new(tape));
    let (subjects, scope) = writer.subjects(false);
    let demand = writer.demand(&scope);
    format!("advice {name}\n  \"Made up\"\n  cites made-up-guide 1\n{subjects}  should {demand}\n")
}

impl Writer<'_> {
    /// The lines before what is demanded, and what is in sight behind them.
    fn subjects(&mut self, of_rule: bool) -> (String, Scope) {
        let (mut text, mut scope) = (String::new(), Scope::default());
        let lines = self.choices.weighted(&[(60, 1), (25, 2), (10, 3), (5, 0)]);
        for line in 0..lines {
            if self.choices.chance(12) {
                text += &self.local(&mut scope);
            }
            let bound = if line == 0 { self.subject(&scope) } else { self.later_subject(&scope) };
            text += &format!("  for each {}\n", bound.text);
            if of_rule && (line == 0 || self.choices.chance(40)) {
                text += &format!("    if none: {}\n", self.choices.pick(IF_NONE));
            }
            scope = bound.scope;
        }
        for _ in 0..self.choices.weighted(&[(55, 0), (30, 1), (15, 2)]) {
            text += &self.local(&mut scope);
        }
        (text, scope)
    }

    fn subject(&mut self, scope: &Scope) -> Bound {
        if self.choices.chance(12)
            && let Some(bound) = self.elements(scope, 1, false)
        {
            return bound;
        }
        let record = RECORDS[(2 + self.choices.below(RECORDS.len())) % RECORDS.len()].name;
        self.record(record, scope, 2, false, false)
    }

    /// Tied to an earlier one by equality, or over a list.
    fn later_subject(&mut self, scope: &Scope) -> Bound {
        if self.choices.chance(35)
            && let Some(bound) = self.elements(scope, 1, false)
        {
            return bound;
        }
        for _ in 0..4 {
            let record = RECORDS[self.choices.below(RECORDS.len())].name;
            let bound = self.record(record, scope, 1, false, true);
            if bound.tied {
                return bound;
            }
        }
        let name = self.name("x");
        let mut inner = scope.clone();
        inner.bind(&name, Kind::Days, false);
        Bound { text: format!("{name} in months(period)"), tied: false, name, scope: inner }
    }

    /// A `let`.
    fn local(&mut self, scope: &mut Scope) -> String {
        let name = self.name("l");
        let depth = 2;
        let found = match self.choices.below(8) {
            // Under a later `not` an optional value may not stand beside `=` in it.
            0 => Some((self.condition(scope, depth, true), Kind::Boolean, false)),
            1 => Some((self.count(scope, 1), Kind::Integer, false)),
            2 => Some((self.share(scope, 1), Kind::Decimal, true)),
            3 => {
                let record = RECORDS[self.choices.below(RECORDS.len())].name;
                self.extreme(Kind::Row(record), scope, 1).map(|text| (text, Kind::Row(record), true))
            }
            4 => {
                let optional: Vec<_> = scope.paths().into_iter().filter(|path| path.optional).collect();
                let position = self.choices.below(optional.len().max(1));
                optional.get(position).map(|path| (path.text.clone(), path.kind, true))
            }
            5 => {
                let element = self.element_kind();
                self.value(Kind::Set(element), scope, 1).map(|text| (text, Kind::Set(element), false))
            }
            6 => {
                let kind = Kind::Timeline(self.choices.pick(super::timeline::PIECES));
                self.value(kind, scope, depth).map(|text| (text, kind, false))
            }
            _ => {
                let kind = self.choices.pick(&[Kind::Duration, Kind::Decimal, Kind::Date, Kind::Timestamp, Kind::Days]);
                self.value(kind, scope, depth).map(|text| (text, kind, false))
            }
        };
        let (value, kind, optional) = found.unwrap_or_else(|| ("most_reopened + 1".to_owned(), Kind::Integer, false));
        let mut text = format!("  let {name} = {value}\n");
        let decided = optional && self.choices.chance(50);
        if decided {
            text += &format!("    if absent: {}\n", self.choices.pick(&["not determined", "nonconformity"]));
        }
        scope.bind(&name, kind, optional && !decided);
        text
    }

    /// `due t`, and `due` in sight behind it.
    fn due(&mut self, scope: &mut Scope) -> String {
        let kind = self.choices.pick(&[Kind::Date, Kind::Timestamp]);
        let Some(value) = self.value(kind, scope, 1) else { return String::new() };
        scope.bind("due", kind, false);
        format!("  due {value}\n")
    }

    /// What shall hold.
    fn demand(&mut self, scope: &Scope) -> String {
        let form = self.choices.weighted(&[(70, ""), (15, "any"), (15, "all")]);
        if form.is_empty() {
            return self.condition(scope, DEPTH, false);
        }
        let mut text = format!("{form} of {{\n");
        for branch in 0..2 + self.choices.below(2) {
            text += &format!("    part-{branch}: {}\n", self.condition(scope, DEPTH - 1, false));
        }
        text + "  }"
    }

    /// A message with holes, which need no guards.
    fn message(&mut self, scope: &Scope) -> String {
        let paths = scope.paths();
        let mut text = "It {{fails}}".to_owned();
        for _ in 0..self.choices.below(3) {
            if let Some(path) = self.pick_path(&paths) {
                text += &format!(" {{{path}}}");
            }
        }
        text
    }
}
