//! Values: expressions of a wanted kind.

use super::choices::Choices;
use super::records::{CALENDARS, DEFINES, Kind, PARAMETERS, TABLES, members};
use super::scope::{Path, Scope};

/// Texts that literals and data are drawn from.
pub(crate) const TEXTS: &[&str] = &["red", "green", "blue", "C1", "S2", "redder", "Ünder", "a.b"];
/// Days that literals and data are drawn from: close together, around the ends of months and a change of clocks.
pub(crate) const DAYS: &[&str] =
    &["2026-01-31", "2026-02-01", "2026-01-28", "2026-02-28", "2026-03-01", "2026-03-29", "2025-12-31", "2026-02-03"];
/// Instants, with the offsets that people write.
pub(crate) const INSTANTS: &[&str] = &[
    "2026-01-31T09:00Z",
    "2026-02-01T12:30:15Z",
    "2026-01-31T23:30Z",
    "2026-02-01T00:30+01:00",
    "2026-03-29T00:59:59Z",
    "2026-03-29T03:30+02:00",
    "2025-12-31T23:00Z",
    "2026-02-28T10:00Z",
];

/// Writes parts of a program.
pub(crate) struct Writer<'a> {
    pub(crate) choices: Choices<'a>,
    names: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(choices: Choices<'a>) -> Writer<'a> {
        Writer { choices, names: 0 }
    }

    /// A name that nothing else has.
    pub(crate) fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    pub(crate) fn pick_path(&mut self, paths: &[Path]) -> Option<String> {
        (!paths.is_empty()).then(|| paths[self.choices.below(paths.len())].text.clone())
    }

    /// An expression of a kind that is never absent; none if the scope has nothing of that kind.
    pub(crate) fn value(&mut self, kind: Kind, scope: &Scope, depth: usize) -> Option<String> {
        if self.choices.chance(7)
            && let Some(found) = self.looked_up(kind, scope, depth.saturating_sub(1))
        {
            return Some(found);
        }
        let is_made = if matches!(kind, Kind::Timeline(_)) { 75 } else { 35 };
        if depth > 0 && self.choices.chance(is_made) {
            let deeper = match self.choices.below(5) {
                0 => self.otherwise(kind, scope, depth - 1),
                1 => self.conditional(kind, scope, depth - 1),
                _ => self.operation(kind, scope, depth - 1),
            };
            if deeper.is_some() {
                return deeper;
            }
        }
        self.leaf(kind, scope)
    }

    /// An expression of a kind that may be absent.
    pub(crate) fn maybe(&mut self, kind: Kind, scope: &Scope, depth: usize) -> Option<String> {
        let optional: Vec<Path> = scope.of(kind).into_iter().filter(|path| path.optional).collect();
        if depth > 0 && self.choices.chance(30) {
            let found = self.extreme(kind, scope, depth - 1);
            if found.is_some() {
                return found;
            }
        }
        if optional.is_empty() || self.choices.chance(25) {
            return self.value(kind, scope, depth);
        }
        self.pick_path(&optional)
    }

    fn leaf(&mut self, kind: Kind, scope: &Scope) -> Option<String> {
        let mut paths: Vec<Path> = scope.of(kind).into_iter().filter(|path| !path.optional).collect();
        match kind {
            Kind::Decimal => paths.extend(scope.of(Kind::Integer).into_iter().filter(|path| !path.optional)),
            Kind::Reference([target]) => {
                paths.extend(scope.of(Kind::Row(target)).into_iter().filter(|path| !path.optional));
            }
            Kind::Set(element) => {
                paths.extend(scope.of(Kind::List(element)).into_iter().filter(|path| !path.optional));
            }
            Kind::Timeline(piece) => {
                paths.extend(scope.of(*piece).into_iter().filter(|path| !path.optional));
            }
            _ => {}
        }
        let parameters: Vec<&str> =
            PARAMETERS.iter().filter(|(_, known, _)| *known == kind).map(|(name, ..)| *name).collect();
        match self.choices.below(10) {
            0..7 if !paths.is_empty() => self.pick_path(&paths),
            9 if !parameters.is_empty() => {
                let parameter = self.choices.pick(&parameters).to_owned();
                let moment = self.choices.pick(&[Kind::Timestamp, Kind::Date]);
                match self.choices.chance(60).then(|| self.value(moment, scope, 0)).flatten() {
                    Some(moment) => Some(format!("({parameter} at {moment})")),
                    None => Some(parameter),
                }
            }
            _ => self
                .literal(kind)
                .or_else(|| self.pick_path(&paths))
                .or_else(|| (!parameters.is_empty()).then(|| self.choices.pick(&parameters).to_owned())),
        }
    }

    /// A literal that needs nothing beside it to be understood.
    pub(crate) fn literal(&mut self, kind: Kind) -> Option<String> {
        Some(match kind {
            Kind::Boolean => self.choices.pick(&["true", "false"]).to_owned(),
            Kind::Integer => self.choices.pick(&["1", "0", "2", "3", "7", "(-1)"]).to_owned(),
            Kind::Decimal => self.choices.pick(&["0.5", "2", "1.25", "95%", "0", "33.3", "(-0.1)"]).to_owned(),
            Kind::Text => format!("\"{}\"", self.choices.pick(TEXTS)),
            Kind::Date => match self.choices.below(4) {
                0 => "today".to_owned(),
                _ => self.choices.pick(DAYS).to_owned(),
            },
            Kind::Timestamp => match self.choices.below(4) {
                0 => "as_of".to_owned(),
                _ => self.choices.pick(INSTANTS).to_owned(),
            },
            Kind::Duration => {
                self.choices.pick(&["4 hours", "30 minutes", "25 hours", "90 seconds", "0 hours"]).to_owned()
            }
            Kind::Span => {
                self.choices.pick(&["1 month", "10 days", "2 weeks", "3 months", "1 year", "30 days"]).to_owned()
            }
            Kind::Calendar => CALENDARS[self.choices.below(CALENDARS.len())].0.to_owned(),
            Kind::Days => match self.choices.below(2) {
                0 => "period".to_owned(),
                _ => format!("({} through {})", self.choices.pick(&DAYS[..4]), self.choices.pick(DAYS)),
            },
            Kind::Timeline(piece) => return self.literal(*piece),
            Kind::Instants => format!("({} .. {})", self.choices.pick(&INSTANTS[..3]), self.choices.pick(INSTANTS)),
            Kind::Set(Kind::Text) => {
                self.choices.pick(&["{\"red\"}", "{\"red\", \"green\", \"blue\"}", "{\"blue\", \"red\"}"]).to_owned()
            }
            Kind::Set(Kind::Integer) => self.choices.pick(&["{1, 2}", "{0, 1, 2, 3}"]).to_owned(),
            Kind::Set(Kind::Date) => "{2026-01-31, 2026-02-01}".to_owned(),
            Kind::List(Kind::Days) => {
                format!("{}(period)", self.choices.pick(&["months", "weeks", "quarters", "years", "days"]))
            }
            _ => return None,
        })
    }

    /// `x otherwise y`
    fn otherwise(&mut self, kind: Kind, scope: &Scope, depth: usize) -> Option<String> {
        let optional: Vec<Path> = scope.of(kind).into_iter().filter(|path| path.optional).collect();
        let first = match self.pick_path(&optional) {
            Some(path) if !self.choices.chance(30) => path,
            _ => self.extreme(kind, scope, depth)?,
        };
        let default = match kind {
            Kind::Enum(name) if self.choices.chance(50) => self.choices.pick(members(name)).to_owned(),
            _ => self.value(kind, scope, depth)?,
        };
        Some(format!("({first} otherwise {default})"))
    }

    /// `if c then a else b`; half of the time the condition guards the value.
    fn conditional(&mut self, kind: Kind, scope: &Scope, depth: usize) -> Option<String> {
        let mut inner = scope.clone();
        let condition = match self.guard(&mut inner) {
            Some(guard) if self.choices.chance(50) => guard,
            _ => {
                inner = scope.clone();
                self.condition(scope, depth, true)
            }
        };
        let (then, otherwise) = (self.value(kind, &inner, depth)?, self.value(kind, scope, depth)?);
        Some(format!("(if {condition} then {then} else {otherwise})"))
    }

    /// What operators and functions give.
    fn operation(&mut self, kind: Kind, scope: &Scope, depth: usize) -> Option<String> {
        use Kind::{Date, Days, Decimal, Duration, Instants, Integer, List, Set, Span, Timeline, Timestamp};
        let forms: &[(&str, Kind, Kind)] = match kind {
            Integer => &[("+", Integer, Integer), ("-", Integer, Integer), ("*", Integer, Integer)],
            Decimal => &[
                ("+", Decimal, Integer),
                ("-", Decimal, Decimal),
                ("*", Integer, Decimal),
                ("/", Decimal, Decimal),
                ("/", Duration, Duration),
                ("/", Integer, Integer),
            ],
            Date => &[("+", Date, Span), ("-", Date, Span)],
            Timestamp => &[("+", Timestamp, Duration), ("-", Timestamp, Duration), ("+", Timestamp, Span)],
            Duration => &[
                ("-", Timestamp, Timestamp),
                ("+", Duration, Duration),
                ("-", Duration, Duration),
                ("*", Duration, Decimal),
                ("*", Integer, Duration),
                ("/", Duration, Decimal),
            ],
            Span => {
                &[("-", Date, Date), ("+", Span, Span), ("-", Span, Span), ("*", Span, Integer), ("*", Integer, Span)]
            }
            Days => &[("..", Date, Date), ("through", Date, Date)],
            Instants => &[("..", Timestamp, Timestamp), ("..", Timestamp, Date), ("..", Date, Timestamp)],
            Set(element) => return self.set(element, scope, depth),
            Timeline(piece) => return self.timeline(piece, scope, depth),
            List(Kind::Days) => return self.units(scope, depth),
            _ => &[],
        };
        if self.choices.chance(40) || forms.is_empty() {
            return self.function(kind, scope, depth);
        }
        let (operator, left, right) = self.choices.pick(forms);
        // An end of an interval may be absent.
        let open = operator == ".." && self.choices.chance(30);
        let left = if open { self.maybe(left, scope, depth)? } else { self.value(left, scope, depth)? };
        let right = if open { self.maybe(right, scope, depth)? } else { self.value(right, scope, depth)? };
        Some(format!("({left} {operator} {right})"))
    }

    fn function(&mut self, kind: Kind, scope: &Scope, depth: usize) -> Option<String> {
        let defined: Vec<(&str, &str)> = DEFINES
            .iter()
            .filter(|(.., result, _)| *result == kind)
            .map(|(name, record, ..)| (*name, *record))
            .collect();
        if !defined.is_empty() && self.choices.chance(30) {
            let (name, record) = self.choices.pick(&defined);
            let rows: Vec<Path> = scope
                .paths()
                .into_iter()
                .filter(|path| !path.optional && matches!(path.kind, Kind::Row(own) if own == record))
                .collect();
            if let Some(row) = self.pick_path(&rows) {
                return Some(format!("{name}({row})"));
            }
        }
        match (kind, self.choices.below(4)) {
            (Kind::Integer | Kind::Decimal | Kind::Duration, 0) => {
                Some(format!("abs({})", self.value(kind, scope, depth)?))
            }
            (Kind::Duration | Kind::Span, 3) => self.measured(kind, scope, depth),
            (Kind::Integer | Kind::Decimal | Kind::Duration | Kind::Span, 1) => {
                Some(format!("(-{})", self.value(kind, scope, depth)?))
            }
            (Kind::Integer, _) => Some(self.count(scope, depth)),
            (Kind::Decimal | Kind::Duration, 2) => self.total(kind, scope, depth),
            (Kind::Date, _) => Some(format!("day({})", self.value(Kind::Timestamp, scope, depth)?)),
            (Kind::Enum(_) | Kind::Text | Kind::Calendar, _) => self.otherwise(kind, scope, depth),
            _ => None,
        }
    }

    /// A call of a table. What it takes may have more members than its parameter names, or fewer.
    pub(super) fn looked_up(&mut self, kind: Kind, scope: &Scope, depth: usize) -> Option<String> {
        let tables: Vec<(&str, &[Kind])> = TABLES
            .iter()
            .filter(|(_, _, result, _)| *result == kind)
            .map(|(name, kinds, ..)| (*name, *kinds))
            .collect();
        let (name, kinds) = if tables.is_empty() { return None } else { self.choices.pick(&tables) };
        let mut arguments = Vec::new();
        for kind in kinds {
            let others: &[Kind] = match kind {
                Kind::Enum("impact") => &[Kind::Enum("impact"), Kind::Enum("risk")],
                Kind::Enum("risk") => &[Kind::Enum("risk"), Kind::Enum("impact")],
                Kind::Enum("state") => &[Kind::Enum("state"), Kind::Enum("phase")],
                Kind::Enum("phase") => &[Kind::Enum("phase"), Kind::Enum("state")],
                other => std::slice::from_ref(other),
            };
            let other = self.choices.pick(others);
            arguments.push(match kind {
                // What decides a table may count either way.
                Kind::Boolean => self.condition(scope, depth, true),
                Kind::Enum(own) => match self.value(other, scope, depth) {
                    Some(argument) => argument,
                    None => self.choices.pick(members(own)).to_owned(),
                },
                _ => self.value(other, scope, depth)?,
            });
        }
        Some(format!("{name}({})", arguments.join(", ")))
    }

    /// A list of intervals of days.
    pub(super) fn units(&mut self, scope: &Scope, depth: usize) -> Option<String> {
        let bounded = match self.choices.below(3) {
            0 => "period".to_owned(),
            1 => format!("({} through {})", self.choices.pick(&DAYS[..4]), self.choices.pick(DAYS)),
            _ => {
                let (from, until) = (self.value(Kind::Date, scope, depth)?, self.value(Kind::Date, scope, depth)?);
                format!("({from} .. {until})")
            }
        };
        if self.choices.chance(40) {
            let span = self.value(Kind::Span, scope, depth)?;
            return Some(format!("periods({span}, {bounded})"));
        }
        let unit = self.choices.pick(&["months", "days", "weeks", "quarters", "years"]);
        Some(format!("{unit}({bounded})"))
    }
}
