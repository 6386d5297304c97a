//! Conditions.

use super::expression::Writer;
use super::records::{Kind, is_ordered, members};
use super::scope::{Path, Scope};

const EQUALITIES: &[&str] = &["=", "!="];
const ORDERS: &[&str] = &["<=", "=", "<", ">", ">=", "!="];

impl Writer<'_> {
    /// A condition. Strict: it stands under a negation, where an optional value may not stand beside `=`.
    pub(crate) fn condition(&mut self, scope: &Scope, depth: usize, strict: bool) -> String {
        let form = if depth == 0 { self.choices.below(8) } else { self.choices.below(31) };
        let deeper = depth.saturating_sub(1);
        let found = match form {
            0..=2 => self.comparison(scope, deeper, strict),
            3 => self.presence(scope, deeper),
            4 => self.membership(scope, deeper, strict),
            5 if self.choices.chance(15) => Some(self.choices.pick(&["judgement", "attested"]).to_owned()),
            5 => self.boolean(scope),
            6 => self.text_test(scope),
            7 => self.within_interval(scope, deeper),
            8 | 9 => {
                let mut inner = scope.clone();
                let count = 2 + self.choices.below(2);
                let parts: Vec<String> = (0..count).map(|_| self.conjunct(&mut inner, deeper, strict)).collect();
                Some(format!("({})", parts.join(" and ")))
            }
            10 => {
                let (left, right) = (self.condition(scope, deeper, strict), self.condition(scope, deeper, strict));
                Some(format!("({left} or {right})"))
            }
            11 => self.guarded_or(scope, deeper, strict),
            12 => {
                let mut inner = scope.clone();
                let left = self.conjunct(&mut inner, deeper, true);
                Some(format!("({left} implies {})", self.condition(&inner, deeper, strict)))
            }
            13 => Some(format!("(not {})", self.condition(scope, deeper, true))),
            14 => {
                let mut inner = scope.clone();
                let condition = self.conjunct(&mut inner, deeper, true);
                let (then, otherwise) = (self.condition(&inner, deeper, strict), self.condition(scope, deeper, strict));
                Some(format!("(if {condition} then {then} else {otherwise})"))
            }
            15 | 16 => self.sets(scope, deeper),
            17 | 18 => self.counted(scope, deeper),
            19 => self.narrowed(scope, deeper, strict),
            20 if self.choices.chance(30) => self.looked_up(Kind::Boolean, scope, deeper),
            20..=22 => self.about_time(scope, deeper),
            23 => self.recurs(scope, deeper, strict),
            28 => self.acyclic(scope, depth),
            29 => self.reached(scope, depth),
            30 => Some(self.choices.pick(&["judgement", "attested"]).to_owned()),
            _ => Some(self.quantified(scope, deeper, strict)),
        };
        found.or_else(|| self.comparison(scope, 0, strict)).unwrap_or_else(|| "firm".to_owned())
    }

    /// A condition, or a guard that what stands behind it can rely on.
    pub(crate) fn conjunct(&mut self, scope: &mut Scope, depth: usize, strict: bool) -> String {
        if self.choices.chance(35)
            && let Some(guard) = self.guard(scope)
        {
            return guard;
        }
        self.condition(scope, depth, strict)
    }

    /// `p is present` or `p is change`, and the scope that follows from it.
    pub(crate) fn guard(&mut self, scope: &mut Scope) -> Option<String> {
        let paths = scope.paths();
        let several: Vec<&Path> = paths
            .iter()
            .filter(|path| !path.optional && matches!(path.kind, Kind::Reference(targets) if targets.len() > 1))
            .collect();
        if !several.is_empty() && self.choices.chance(60) {
            let path = several[self.choices.below(several.len())].text.clone();
            let target: &'static [&'static str] = self.choices.pick(&[&["change"] as &[_], &["release"]]);
            scope.narrow(&path, target);
            return Some(format!("{path} is {}", target[0]));
        }
        let optional: Vec<Path> = paths.into_iter().filter(|path| path.optional).collect();
        let path = self.pick_path(&optional)?;
        scope.guard(&path);
        Some(format!("{path} is present"))
    }

    /// `p is absent or …`, where what follows can rely on p.
    fn guarded_or(&mut self, scope: &Scope, depth: usize, strict: bool) -> Option<String> {
        let optional: Vec<Path> = scope.paths().into_iter().filter(|path| path.optional).collect();
        let path = self.pick_path(&optional)?;
        let mut inner = scope.clone();
        inner.guard(&path);
        Some(format!("({path} is absent or {})", self.condition(&inner, depth, strict)))
    }

    /// `p is change and …`, or its negation or implication.
    fn narrowed(&mut self, scope: &Scope, depth: usize, strict: bool) -> Option<String> {
        let several = |path: &Path| matches!(path.kind, Kind::Reference(targets) if targets.len() > 1);
        let paths: Vec<Path> = scope.paths().into_iter().filter(|path| several(path)).collect();
        let chosen = paths.get(self.choices.below(paths.len().max(1)))?;
        let mut inner = scope.clone();
        let guard = if chosen.optional {
            inner.guard(&chosen.text);
            format!("{} is present and ", chosen.text)
        } else {
            String::new()
        };
        let target: &'static [&'static str] = self.choices.pick(&[&["change"] as &[_], &["release"]]);
        let test = format!("{} is {}", chosen.text, target[0]);
        Some(match self.choices.below(3) {
            0 => {
                inner.narrow(&chosen.text, target);
                format!("({guard}{test} and {})", self.condition(&inner, depth, strict))
            }
            1 => format!("({guard}(not {test}))"),
            _ => {
                let own = inner.clone();
                inner.narrow(&chosen.text, target);
                let own: Vec<Path> = own.of(chosen.kind);
                let beside = self.pick_path(&own).unwrap_or_else(|| chosen.text.clone());
                let fields: Vec<Path> = inner
                    .of_variable(&chosen.text)
                    .into_iter()
                    .filter(|path| path.text != chosen.text && !path.optional)
                    .collect();
                match fields.iter().find(|path| matches!(path.kind, Kind::Reference(_) | Kind::Integer | Kind::Boolean))
                {
                    Some(Path { text, kind: Kind::Boolean, .. }) => format!("({guard}{test} and {text})"),
                    Some(Path { text, kind: Kind::Integer, .. }) => {
                        format!("({guard}{test} and {text} <= {})", self.value(Kind::Integer, &inner, depth)?)
                    }
                    _ => format!("({guard}{test} and {} = {beside})", chosen.text),
                }
            }
        })
    }

    fn comparison(&mut self, scope: &Scope, depth: usize, strict: bool) -> Option<String> {
        let kind = self.choices.pick(&[
            Kind::Integer,
            Kind::Text,
            Kind::Timestamp,
            Kind::Enum("impact"),
            Kind::Reference(&["service"]),
            Kind::Duration,
            Kind::Date,
            Kind::Decimal,
            Kind::Span,
            Kind::Enum("state"),
            Kind::Enum("decision"),
            Kind::Enum("phase"),
            Kind::Enum("risk"),
            Kind::Boolean,
            Kind::Reference(&["team"]),
            Kind::Reference(&["change", "release"]),
            Kind::Row("incident"),
            Kind::Calendar,
        ]);
        match kind {
            Kind::Enum(name) => self.enums(name, scope, depth, strict),
            Kind::Reference(_) => self.references(kind, scope, strict),
            Kind::Row(_) => self.rows(scope),
            Kind::Date | Kind::Timestamp => self.moments(kind, scope, depth, strict),
            Kind::Span if self.choices.chance(60) => {
                let (left, right) = (self.value(Kind::Date, scope, depth)?, self.value(Kind::Date, scope, depth)?);
                let span = self.value(Kind::Span, scope, 0)?;
                Some(format!("{left} - {right} {} {span}", self.choices.pick(ORDERS)))
            }
            Kind::Boolean => {
                let left = self.value(kind, scope, depth)?;
                Some(format!("{left} {} {}", self.choices.pick(EQUALITIES), self.value(kind, scope, depth)?))
            }
            Kind::Text | Kind::Calendar => self.plain(kind, kind, EQUALITIES, scope, depth, strict),
            _ => self.plain(kind, kind, ORDERS, scope, depth, strict),
        }
    }

    /// Two operands, which may be absent beside `=`.
    fn plain(
        &mut self,
        left: Kind,
        right: Kind,
        operators: &[&str],
        scope: &Scope,
        depth: usize,
        strict: bool,
    ) -> Option<String> {
        if !strict && self.choices.chance(30) {
            let left = self.maybe(left, scope, depth)?;
            let right = if self.choices.chance(30) {
                self.maybe(right, scope, depth)?
            } else {
                self.value(right, scope, depth)?
            };
            return Some(format!("{left} = {right}"));
        }
        let (left, right) = (self.value(left, scope, depth)?, self.value(right, scope, depth)?);
        Some(format!("{left} {} {right}", self.choices.pick(operators)))
    }

    /// Days and instants, each beside either.
    fn moments(&mut self, kind: Kind, scope: &Scope, depth: usize, strict: bool) -> Option<String> {
        let other = self.choices.weighted(&[(3, kind), (1, Kind::Date), (1, Kind::Timestamp)]);
        self.plain(kind, other, ORDERS, scope, depth, strict)
    }

    fn enums(&mut self, name: &'static str, scope: &Scope, depth: usize, strict: bool) -> Option<String> {
        let kind = Kind::Enum(name);
        let optional = !strict && self.choices.chance(30);
        let left = if optional { self.maybe(kind, scope, depth)? } else { self.value(kind, scope, depth)? };
        let operators = if optional {
            &["="]
        } else if is_ordered(name) {
            ORDERS
        } else {
            EQUALITIES
        };
        let operator = self.choices.pick(operators);
        let wider = match name {
            "impact" => "risk",
            "state" => "phase",
            _ => name,
        };
        let right = match self.choices.below(4) {
            0 => self.value(kind, scope, depth),
            1 => self.value(Kind::Enum(wider), scope, depth),
            _ => None,
        };
        let right = right.unwrap_or_else(|| self.choices.pick(members(name)).to_owned());
        Some(format!("{left} {operator} {right}"))
    }

    fn references(&mut self, kind: Kind, scope: &Scope, strict: bool) -> Option<String> {
        let Kind::Reference(targets) = kind else { return None };
        let usable = |path: &Path| match path.kind {
            Kind::Reference(own) => own.iter().any(|target| targets.contains(target)),
            Kind::Row(own) => targets.contains(&own),
            _ => false,
        };
        let (maybe, sure): (Vec<Path>, Vec<Path>) =
            scope.paths().into_iter().filter(usable).partition(|path| path.optional);
        let optional = !strict && !maybe.is_empty() && self.choices.chance(40);
        let left = if optional { self.pick_path(&maybe)? } else { self.pick_path(&sure)? };
        // Two rows are another matter.
        let references: Vec<Path> = sure.into_iter().filter(|path| matches!(path.kind, Kind::Reference(_))).collect();
        let right = self.pick_path(&references)?;
        let fits = scope.paths().into_iter().find(|path| path.text == left)?;
        let beside = scope.paths().into_iter().find(|path| path.text == right)?;
        let own: &[&str] = match &fits.kind {
            Kind::Reference(own) => own,
            Kind::Row(own) => std::slice::from_ref(own),
            _ => return None,
        };
        let common = matches!(beside.kind, Kind::Reference(other) if other.iter().any(|target| own.contains(target)));
        let operator = if optional { "=" } else { self.choices.pick(EQUALITIES) };
        common.then(|| format!("{left} {operator} {right}"))
    }

    /// Two binders of one record.
    fn rows(&mut self, scope: &Scope) -> Option<String> {
        let rows: Vec<Path> =
            scope.paths().into_iter().filter(|path| !path.optional && matches!(path.kind, Kind::Row(_))).collect();
        let left = rows.get(self.choices.below(rows.len().max(1)))?.clone();
        let same: Vec<Path> =
            rows.into_iter().filter(|path| path.kind == left.kind && path.text != left.text).collect();
        let right = self.pick_path(&same)?;
        Some(format!("{} {} {right}", left.text, self.choices.pick(EQUALITIES)))
    }

    fn presence(&mut self, scope: &Scope, depth: usize) -> Option<String> {
        let state = self.choices.pick(&["present", "absent"]);
        let optional: Vec<Path> = scope.paths().into_iter().filter(|path| path.optional).collect();
        if optional.len() > 1 && self.choices.chance(25) {
            let (first, second) = (self.pick_path(&optional)?, self.pick_path(&optional)?);
            return (first != second).then(|| format!("filled({first}, {second})"));
        }
        match self.choices.below(6) {
            0 if depth > 0 => {
                let kind =
                    self.choices.pick(&[Kind::Duration, Kind::Decimal, Kind::Row("approval"), Kind::Row("incident")]);
                Some(format!("{} is {state}", self.extreme(kind, scope, depth - 1)?))
            }
            _ => Some(format!("{} is {state}", self.pick_path(&optional)?)),
        }
    }

    fn boolean(&mut self, scope: &Scope) -> Option<String> {
        let paths: Vec<Path> = scope.of(Kind::Boolean).into_iter().filter(|path| !path.optional).collect();
        match self.pick_path(&paths) {
            Some(path) => Some(path),
            None => {
                let incidents: Vec<Path> =
                    scope.of(Kind::Row("incident")).into_iter().filter(|path| !path.optional).collect();
                Some(format!("settled({})", self.pick_path(&incidents)?))
            }
        }
    }

    fn membership(&mut self, scope: &Scope, depth: usize, strict: bool) -> Option<String> {
        let element = self.element_kind();
        let optional = !strict && self.choices.chance(30);
        let left = if optional { self.maybe(*element, scope, depth)? } else { self.value(*element, scope, depth)? };
        let operator = if optional { "in" } else { self.choices.pick(&["in", "not in"]) };
        let lists: Vec<Path> = scope.of(Kind::List(element)).into_iter().filter(|path| !path.optional).collect();
        let right = match self.choices.below(2) {
            0 if !lists.is_empty() => self.pick_path(&lists)?,
            _ => self.beside_set(element, scope, depth)?,
        };
        Some(format!("{left} {operator} {right}"))
    }

    fn text_test(&mut self, scope: &Scope) -> Option<String> {
        let texts: Vec<Path> = scope.of(Kind::Text).into_iter().filter(|path| !path.optional).collect();
        let text = self.pick_path(&texts)?;
        Some(match self.choices.below(4) {
            0 => format!("{text} matches /{}/", self.choices.pick(&["^r", "[0-9]$", "e+", "^(red|C1)$"])),
            1 => format!("{text} contains {}", self.value(Kind::Text, scope, 0)?),
            2 => format!("{text} starts with {}", self.value(Kind::Text, scope, 0)?),
            _ => format!("{text} ends with {}", self.value(Kind::Text, scope, 0)?),
        })
    }

    fn within_interval(&mut self, scope: &Scope, depth: usize) -> Option<String> {
        let moment = self.choices.pick(&[Kind::Timestamp, Kind::Date]);
        let interval = self.choices.pick(&[
            Kind::Days,
            Kind::Instants,
            Kind::Timeline(&Kind::Days),
            Kind::Timeline(&Kind::Instants),
        ]);
        let inner = match self.choices.below(5) {
            0 => {
                let own = self.choices.pick(&[Kind::Days, Kind::Instants]);
                self.value(own, scope, depth)?
            }
            _ => self.value(moment, scope, depth)?,
        };
        Some(format!("{inner} during {}", self.value(interval, scope, depth)?))
    }

    /// Sets, or intervals.
    fn sets(&mut self, scope: &Scope, depth: usize) -> Option<String> {
        if self.choices.chance(30) {
            let left = self.choices.pick(&[Kind::Days, Kind::Instants]);
            let right = self.choices.pick(&[left, Kind::Days, Kind::Instants]);
            let (left, right) = (self.value(left, scope, depth)?, self.value(right, scope, depth)?);
            return Some(format!("{left} {} {right}", self.choices.pick(&["overlaps", "covers"])));
        }
        let element = self.element_kind();
        let left = match self.choices.chance(40) {
            true => self.set(element, scope, depth)?,
            false => self.value(Kind::Set(element), scope, depth)?,
        };
        let right = self.beside_set(element, scope, depth)?;
        Some(format!("{left} {} {right}", self.choices.pick(&["covers", "overlaps", "=", "!="])))
    }

    /// A count or a share beside a number.
    fn counted(&mut self, scope: &Scope, depth: usize) -> Option<String> {
        if self.choices.chance(30) {
            let share = self.share(scope, depth);
            return Some(match self.choices.below(2) {
                0 => format!(
                    "({share} otherwise 1) {} {}",
                    self.choices.pick(ORDERS),
                    self.value(Kind::Decimal, scope, 0)?
                ),
                _ => format!("({share} otherwise 0) {} {}", self.choices.pick(ORDERS), self.literal(Kind::Decimal)?),
            });
        }
        let count = match self.choices.chance(30) {
            true => self.streak(scope, depth)?,
            false => self.count(scope, depth),
        };
        let number = self.value(Kind::Integer, scope, 0)?;
        let operator = self.choices.pick(ORDERS);
        Some(if self.choices.chance(30) {
            format!("{number} {operator} {count}")
        } else {
            format!("{count} {operator} {number}")
        })
    }
}
