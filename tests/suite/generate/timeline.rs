//! Timelines.

use super::expression::Writer;
use super::records::Kind;
use super::scope::{Path, Scope};

/// Timelines of days and of instants, by their pieces.
pub(crate) const PIECES: &[&Kind] = &[&Kind::Days, &Kind::Instants];

impl Writer<'_> {
    /// A timeline that a quantity or an operator gives.
    pub(crate) fn timeline(&mut self, piece: &'static Kind, scope: &Scope, depth: usize) -> Option<String> {
        let deeper = depth.saturating_sub(1);
        match self.choices.below(6) {
            0 | 1 => {
                let bound = self.binder(scope, depth, false);
                // Mostly an interval of its own moments.
                let own =
                    self.choices.chance(60).then(|| self.own_interval(piece, &bound.name, &bound.scope)).flatten();
                let value = match own {
                    Some(own) => own,
                    None => {
                        let kind = *self.choices_of_pieces(piece);
                        self.value(kind, &bound.scope, deeper)?
                    }
                };
                Some(format!("timeline({} : {value})", bound.text))
            }
            2 => {
                let bound = self.binder(scope, depth, false);
                let kind = moment(piece);
                let paths = bound.scope.of_variable(&bound.name);
                let own: Vec<Path> = paths.into_iter().filter(|path| !path.optional && path.kind == kind).collect();
                let by = match self.pick_path(&own) {
                    Some(path) => path,
                    None => self.value(kind, &bound.scope, deeper)?,
                };
                let condition = self.condition(&bound.scope, deeper, false);
                Some(format!("timeline({} by {by} while {condition})", bound.text))
            }
            3 if *piece == Kind::Instants => {
                let own = self.choices.pick(PIECES);
                let timeline = self.value(Kind::Timeline(own), scope, deeper)?;
                let calendar = self.value(Kind::Calendar, scope, 0)?;
                Some(match self.choices.below(4) {
                    0 => format!("({calendar} within {timeline})"),
                    1 => format!("({timeline} minus {calendar})"),
                    _ => format!("({timeline} within {calendar})"),
                })
            }
            _ => {
                let operator = self.choices.pick(&["within", "minus", "union"]);
                let beside = if *piece == Kind::Days { piece } else { self.choices.pick(&[piece, &Kind::Days]) };
                let left = self.value(Kind::Timeline(piece), scope, deeper)?;
                let right = self.value(Kind::Timeline(beside), scope, deeper)?;
                Some(format!("({left} {operator} {right})"))
            }
        }
    }

    /// Timelines of that kind may be values of a timeline, too.
    fn choices_of_pieces(&mut self, piece: &'static Kind) -> &'static Kind {
        match (piece, self.choices.below(4)) {
            (Kind::Days, 3) => &Kind::Timeline(&Kind::Days),
            (_, 3) => &Kind::Timeline(&Kind::Instants),
            _ => piece,
        }
    }

    /// From one moment of a variable to another, either of which may be absent.
    fn own_interval(&mut self, piece: &Kind, name: &str, scope: &Scope) -> Option<String> {
        let paths = scope.of_variable(name);
        let own: Vec<Path> = paths.into_iter().filter(|path| path.kind == moment(piece)).collect();
        let (from, until) = (self.pick_path(&own)?, self.pick_path(&own)?);
        Some(format!("({from} .. {until})"))
    }

    /// An interval or a timeline with both ends.
    pub(crate) fn bounded(&mut self, piece: &'static Kind, scope: &Scope, depth: usize) -> Option<String> {
        let window = self.literal(*piece)?;
        match self.choices.below(3) {
            0 => Some(window),
            _ => Some(format!("({} within {window})", self.value(Kind::Timeline(piece), scope, depth)?)),
        }
    }

    /// The length of a timeline, or its longest gap in a window.
    pub(crate) fn measured(&mut self, kind: Kind, scope: &Scope, depth: usize) -> Option<String> {
        let piece = measured_by(kind);
        if self.choices.chance(35) {
            let timeline = match self.choices.below(3) {
                2 if *piece == Kind::Instants => self.value(Kind::Calendar, scope, 0)?,
                _ => self.value(Kind::Timeline(piece), scope, depth)?,
            };
            return Some(format!("longest_gap({timeline}, {})", self.bounded(piece, scope, depth)?));
        }
        Some(format!("length({})", self.bounded(piece, scope, depth)?))
    }

    /// The longest gap of a timeline, which is absent if nothing is in it.
    pub(crate) fn gap(&mut self, kind: Kind, scope: &Scope, depth: usize) -> Option<String> {
        Some(format!("longest_gap({})", self.bounded(measured_by(kind), scope, depth)?))
    }

    /// A question about timelines.
    pub(crate) fn about_time(&mut self, scope: &Scope, depth: usize) -> Option<String> {
        if self.choices.chance(35) {
            let kind = self.choices.pick(&[Kind::Duration, Kind::Span]);
            let (length, other) = (self.measured(kind, scope, depth)?, self.value(kind, scope, 0)?);
            return Some(format!("{length} {} {other}", self.choices.pick(&["<=", "<", ">", ">="])));
        }
        let left = self.choices.pick(PIECES);
        let right = self.choices.pick(&[left, left, PIECES[0], PIECES[1]]);
        let left = self.value(Kind::Timeline(left), scope, depth)?;
        let right = self.value(Kind::Timeline(right), scope, depth)?;
        if self.choices.chance(25) {
            let calendar = self.value(Kind::Calendar, scope, 0)?;
            return Some(match self.choices.below(4) {
                0 => format!("{calendar} overlaps {right}"),
                1 => format!("{left} overlaps {calendar}"),
                2 => {
                    let kind = self.choices.pick(&[Kind::Timestamp, Kind::Date, Kind::Instants, Kind::Days]);
                    format!("{} during {calendar}", self.value(kind, scope, depth)?)
                }
                _ => format!("{calendar} covers {right}"),
            });
        }
        Some(format!("{left} {} {right}", self.choices.pick(&["covers", "covers", "overlaps", "overlaps", "=", "!="])))
    }
}

fn moment(piece: &Kind) -> Kind {
    if *piece == Kind::Days { Kind::Date } else { Kind::Timestamp }
}

fn measured_by(kind: Kind) -> &'static Kind {
    if kind == Kind::Span { &Kind::Days } else { &Kind::Instants }
}
