//! Between vectors and single values: constants, vectors from cells, vectors put together, choices between two.

use std::sync::Arc;

use super::{Data, Measure, Shape, Slice, Symbol, Timelines, TimelinesBuilder, Vector, ends, interval_measure};
use crate::data::State;
use crate::eval::stretches::Piece;
use crate::value::{Cell, Number, SetValue, TimelineValue, Truth, Value};

/// A whole number that fits 64 bits.
fn small(number: Number) -> Option<i64> {
    number.to_integer().and_then(|whole| i64::try_from(whole).ok())
}

/// The state of a cell.
pub(crate) fn state_of(cell: &Cell) -> State {
    match cell {
        Cell::Present(_) => State::Present,
        Cell::Absent => State::Absent,
        Cell::Unknown => State::Unknown,
    }
}

impl<'a> Vector<'a> {
    /// A value of the program, so many times.
    pub(crate) fn literal(value: &'a Value, rows: usize) -> Vector<'a> {
        let data = match value {
            Value::Text(text) => Data::Texts(vec![text.as_ref()].into()),
            other => owned(std::slice::from_ref(other)),
        };
        Vector::shaped(Shape { rows, constant: true }, data, Slice::Borrowed(&[]))
    }

    /// A cell, so many times.
    pub(crate) fn constant(cell: Cell, rows: usize) -> Vector<'a> {
        Vector::from_cells(vec![cell]).broadcast(rows)
    }

    /// Cells of one type, one for each row.
    pub(crate) fn from_cells(cells: Vec<Cell>) -> Vector<'a> {
        let rows = cells.len();
        let states: Slice<'a, State> = if cells.iter().all(|cell| matches!(cell, Cell::Present(_))) {
            Slice::Borrowed(&[])
        } else {
            cells.iter().map(state_of).collect::<Vec<State>>().into()
        };
        // The value of what is not present means nothing: any present one serves.
        let filler = cells.iter().find_map(|cell| match cell {
            Cell::Present(value) => Some(value.clone()),
            _ => None,
        });
        let Some(filler) = filler else {
            return Vector::new(rows, Data::Others(vec![Value::Boolean(false); rows].into()), states);
        };
        if matches!(filler, Value::Boolean(_)) {
            let truths: Vec<Truth> = cells
                .iter()
                .map(|cell| match cell {
                    Cell::Present(Value::Boolean(known)) => Truth::from(*known),
                    _ => Truth::Unknown,
                })
                .collect();
            return Vector::new(rows, Data::Truths(truths.into()), states);
        }
        let values: Vec<Value> = cells
            .into_iter()
            .map(|cell| match cell {
                Cell::Present(value) => value,
                _ => filler.clone(),
            })
            .collect();
        Vector::new(rows, owned(&values), states)
    }

    /// A row's value with its state.
    pub(crate) fn cell(&self, row: usize) -> Cell {
        match self.state(row) {
            State::Present => Cell::Present(self.value(row)),
            State::Absent => Cell::Absent,
            State::Unknown => Cell::Unknown,
        }
    }

    /// The cells of all rows.
    pub(crate) fn cells(&self) -> Vec<Cell> {
        (0..self.rows()).map(|row| self.cell(row)).collect()
    }

    /// The fractions or whole numbers of it, one for each physical value; none if it is neither.
    pub(crate) fn to_numbers(&self) -> Option<Vec<Number>> {
        match &self.data {
            Data::Whole(_, values) => {
                Some(values.iter().map(|whole| Number::from_integer(i128::from(*whole))).collect())
            }
            Data::Decimals(mantissas, scales) => Some(
                mantissas
                    .iter()
                    .zip(scales.iter())
                    .map(|(mantissa, scale)| super::decimal(*mantissa, *scale))
                    .collect(),
            ),
            Data::Numbers(_, values) => Some(values.to_vec()),
            _ => None,
        }
    }

    /// What its numbers measure; none if it holds no numbers.
    pub(crate) fn measure(&self) -> Option<Measure> {
        match &self.data {
            Data::Whole(measure, _) | Data::Numbers(measure, _) => Some(*measure),
            Data::Decimals(..) => Some(Measure::Number),
            _ => None,
        }
    }

    /// Vectors of one type, one behind the other.
    pub(crate) fn concat(parts: Vec<Vector<'a>>) -> Vector<'a> {
        if parts.len() == 1 && !parts[0].is_constant() {
            return parts.into_iter().next().unwrap_or_else(|| Vector::unknown(0));
        }
        let rows = parts.iter().map(Vector::rows).sum();
        let mut states: Vec<State> = Vec::new();
        if !parts.iter().all(|part| part.states.is_empty() && !matches!(part.data, Data::Truths(_))) {
            states.reserve(rows);
            for part in &parts {
                states.extend((0..part.rows()).map(|row| part.state(row)));
            }
        }
        macro_rules! join {
            ($($pattern:pat => $values:ident, $make:expr);+ $(;)?) => {
                $(if parts.iter().all(|part| part.rows() == 0 || matches!(part.data, $pattern)) {
                    let mut joined = Vec::with_capacity(rows);
                    let mut kind = None;
                    for part in &parts {
                        if let Data::$values(this, values) = &part.data {
                            kind = Some(*this);
                            if part.is_constant() {
                                joined.extend(std::iter::repeat_n(values[0].clone(), part.rows()));
                            } else {
                                joined.extend_from_slice(values);
                            }
                        }
                    }
                    if let Some(kind) = kind {
                        return Vector::new(rows, $make(kind, joined.into()), states.into());
                    }
                })+
            };
        }
        join! {
            Data::Whole(..) => Whole, Data::Whole;
            Data::Symbols(..) => Symbols, Data::Symbols;
            Data::Intervals(..) => Intervals, Data::Intervals;
            Data::Numbers(..) => Numbers, Data::Numbers;
        }
        if parts.iter().all(|part| part.rows() == 0 || matches!(part.data, Data::Texts(_))) {
            let mut joined: Vec<&'a str> = Vec::with_capacity(rows);
            for part in &parts {
                match &part.data {
                    Data::Texts(values) if part.is_constant() => {
                        joined.extend(std::iter::repeat_n(values[0], part.rows()));
                    }
                    Data::Texts(values) => joined.extend_from_slice(values),
                    _ => {}
                }
            }
            return Vector::new(rows, Data::Texts(joined.into()), states.into());
        }
        if let Some(timelines) = joined_timelines(&parts) {
            return Vector::new(rows, Data::Timelines(timelines), states.into());
        }
        Vector::from_cells(parts.iter().flat_map(Vector::cells).collect())
    }

    /// The first vector where `first` says so, else the second; both of one type and as long as `first`.
    pub(crate) fn choose(first: &[bool], yes: &Vector<'a>, no: &Vector<'a>) -> Vector<'a> {
        if first.iter().all(|first| *first) {
            return yes.clone();
        }
        if !first.contains(&true) {
            return no.clone();
        }
        let rows = first.len();
        let both = [yes, no];
        let plain = yes.states.is_empty() && no.states.is_empty() && !matches!(yes.data, Data::Truths(_));
        let states: Vec<State> =
            if plain { Vec::new() } else { (0..rows).map(|row| both[usize::from(!first[row])].state(row)).collect() };
        macro_rules! pick {
            ($yes:expr, $no:expr) => {
                (0..rows)
                    .map(|row| if first[row] { $yes[yes.at(row)].clone() } else { $no[no.at(row)].clone() })
                    .collect::<Vec<_>>()
                    .into()
            };
        }
        let data = match (&yes.data, &no.data) {
            (Data::Truths(a), Data::Truths(b)) => Data::Truths(pick!(a, b)),
            (Data::Whole(measure, a), Data::Whole(_, b)) => Data::Whole(*measure, pick!(a, b)),
            (Data::Numbers(measure, a), Data::Numbers(_, b)) => Data::Numbers(*measure, pick!(a, b)),
            (Data::Symbols(symbol, a), Data::Symbols(_, b)) => Data::Symbols(*symbol, pick!(a, b)),
            (Data::Texts(a), Data::Texts(b)) => Data::Texts(pick!(a, b)),
            (Data::Intervals(measure, a), Data::Intervals(_, b)) => Data::Intervals(*measure, pick!(a, b)),
            (Data::Sets(a), Data::Sets(b)) => Data::Sets(pick!(a, b)),
            (Data::Timelines(a), Data::Timelines(b)) => {
                let behind = yes.shape().physical();
                let at = |row: usize| if first[row] { yes.at(row) } else { behind + no.at(row) };
                let at: Vec<u32> = (0..rows).map(|row| at(row) as u32).collect();
                Data::Timelines(Timelines::join(&[a, b]).gather(&at))
            }
            _ => {
                let cells = (0..rows).map(|row| both[usize::from(!first[row])].cell(row)).collect();
                return Vector::from_cells(cells);
            }
        };
        Vector::new(rows, data, states.into())
    }

    /// The sets of it, one for each physical value: sets as they are, lists with an unknown element as incomplete ones.
    pub(crate) fn to_sets(&self) -> Vec<Arc<SetValue>> {
        let rows = if self.is_constant() { self.rows().min(1) } else { self.rows() };
        match &self.data {
            Data::Sets(sets) => sets.to_vec(),
            _ => {
                let nothing = Arc::new(SetValue::default());
                let mut sets: Vec<Arc<SetValue>> = (0..rows)
                    .map(|row| match self.cell(row) {
                        Cell::Present(Value::List(elements)) => Arc::new(set_of_cells(elements)),
                        Cell::Present(Value::Set(set)) => Arc::new(set),
                        _ => Arc::clone(&nothing),
                    })
                    .collect();
                if self.is_constant() && sets.is_empty() {
                    sets.push(nothing);
                }
                sets
            }
        }
    }
}

/// The set of the known elements; complete if all are known.
pub(crate) fn set_of_cells(elements: Vec<Cell>) -> SetValue {
    let all = elements.len();
    let members: Vec<Value> = elements
        .into_iter()
        .filter_map(|element| match element {
            Cell::Present(value) => Some(value),
            _ => None,
        })
        .collect();
    let complete = members.len() == all;
    SetValue::new(members, complete)
}

/// Present values of one type in the form that suits it; never empty.
fn owned<'a>(values: &[Value]) -> Data<'a> {
    let numbers = |measure: Measure| -> Data<'a> {
        let number = |value: &Value| super::number_of(value).unwrap_or(Number::ZERO);
        match values.iter().map(|value| small(number(value))).collect::<Option<Vec<i64>>>() {
            Some(whole) => Data::Whole(measure, whole.into()),
            None => Data::Numbers(measure, values.iter().map(number).collect::<Vec<Number>>().into()),
        }
    };
    match values.first() {
        Some(Value::Boolean(_)) => Data::Truths(
            values.iter().map(|value| Truth::from(*value == Value::Boolean(true))).collect::<Vec<Truth>>().into(),
        ),
        Some(Value::Number(_)) => numbers(Measure::Number),
        Some(Value::Duration(_)) => numbers(Measure::Duration),
        Some(Value::Date(_)) => whole(Measure::Date, values, |value| match value {
            Value::Date(date) => i64::from(date.0),
            _ => 0,
        }),
        Some(Value::Timestamp(_)) => whole(Measure::Timestamp, values, |value| match value {
            Value::Timestamp(instant) => instant.0,
            _ => 0,
        }),
        Some(Value::Member(_)) => symbols(Symbol::Member, values),
        Some(Value::Reference(_)) => symbols(Symbol::Reference, values),
        Some(Value::Row(_)) => symbols(Symbol::Row, values),
        Some(Value::Interval(first)) => {
            let measure = values
                .iter()
                .find_map(|value| match value {
                    Value::Interval(interval) if interval.from.or(interval.until).is_some() => {
                        Some(interval_measure(*interval))
                    }
                    _ => None,
                })
                .unwrap_or(interval_measure(*first));
            let ends = values
                .iter()
                .map(|value| match value {
                    Value::Interval(interval) => ends(*interval),
                    _ => (0, 0),
                })
                .collect::<Vec<_>>();
            Data::Intervals(measure, ends.into())
        }
        Some(Value::Timeline(_)) => timelines(values),
        Some(Value::Set(_)) => Data::Sets(
            values
                .iter()
                .map(|value| match value {
                    Value::Set(set) => Arc::new(set.clone()),
                    _ => Arc::new(SetValue::default()),
                })
                .collect::<Vec<_>>()
                .into(),
        ),
        _ => Data::Others(values.to_vec().into()),
    }
}

/// The timelines of vectors of them, one behind the other; none if one is of another form.
fn joined_timelines<'a>(parts: &[Vector<'a>]) -> Option<Timelines<'a>> {
    let (mut timelines, mut at, mut behind) = (Vec::new(), Vec::new(), 0);
    for part in parts.iter().filter(|part| part.rows() > 0) {
        let Data::Timelines(own) = &part.data else { return None };
        timelines.push(own);
        at.extend((0..part.rows()).map(|row| (behind + part.at(row)) as u32));
        behind += part.shape().physical();
    }
    (!timelines.is_empty()).then(|| Timelines::join(&timelines).gather(&at))
}

fn timelines<'a>(values: &[Value]) -> Data<'a> {
    let pieces = values.iter().flat_map(|value| match value {
        Value::Timeline(timeline) => timeline.pieces.as_slice(),
        _ => &[],
    });
    let mut with_end = pieces.filter(|piece| piece.from.or(piece.until).is_some());
    let measure = with_end.next().map_or(Measure::Date, |piece| interval_measure(*piece));
    let mut timelines = TimelinesBuilder::new(measure, values.len(), None);
    for value in values {
        timelines.push_with(|out| match value {
            Value::Timeline(TimelineValue { pieces, complete }) => {
                out.extend(pieces.iter().map(|piece| Piece::whole(ends(*piece))));
                *complete
            }
            _ => true,
        });
    }
    Data::Timelines(timelines.finish())
}

fn whole<'a>(measure: Measure, values: &[Value], read: impl Fn(&Value) -> i64) -> Data<'a> {
    Data::Whole(measure, values.iter().map(read).collect::<Vec<i64>>().into())
}

fn symbols<'a>(symbol: Symbol, values: &[Value]) -> Data<'a> {
    let read = |value: &Value| match value {
        Value::Member(at) | Value::Row(at) => *at,
        Value::Reference(key) => key.0,
        _ => 0,
    };
    Data::Symbols(symbol, values.iter().map(read).collect::<Vec<u32>>().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{CalendarSpan, Date, Interval, KeyId, Moment};

    fn timeline(days: &[(i32, i32)], complete: bool) -> Value {
        let day = |day: i32| Some(Moment::Date(Date(day)));
        let days = days.iter().map(|(from, until)| Interval { from: day(*from), until: day(*until) });
        Value::Timeline(TimelineValue::new(days.collect(), complete))
    }

    /// A value of every form, and another of the same type.
    fn values() -> Vec<(Value, Value)> {
        let number = |text| Value::Number(Number::parse(text).unwrap());
        let list = |cells| Value::List(cells);
        vec![
            (Value::Boolean(true), Value::Boolean(false)),
            (number("1"), number("2")),
            (number("0.5"), number("2")),
            (Value::Text("a".into()), Value::Text("b".into())),
            (Value::Date(Date(3)), Value::Date(Date(-3))),
            (Value::Span(CalendarSpan { months: 1, days: 0 }), Value::Span(CalendarSpan { months: 0, days: 30 })),
            (Value::Member(0), Value::Member(4)),
            (Value::Reference(KeyId(7)), Value::Reference(KeyId(0))),
            (Value::Row(1), Value::Row(2)),
            (list(vec![Cell::Unknown, Cell::Present(Value::Member(1))]), list(Vec::new())),
            (Value::Set(SetValue::new(vec![Value::Row(1)], false)), Value::Set(SetValue::default())),
            (timeline(&[(1, 2), (4, 9)], true), timeline(&[], false)),
        ]
    }

    #[test]
    fn cells_come_back_as_they_were() {
        for (one, other) in values() {
            let cells = vec![Cell::Present(one), Cell::Unknown, Cell::Present(other), Cell::Absent];
            let vector = Vector::from_cells(cells.clone());
            assert_eq!(vector.cells(), cells);
            assert_eq!(vector.gather(&[3, 0, 0]).cells(), [cells[3].clone(), cells[0].clone(), cells[0].clone()]);
            let constant = Vector::constant(cells[2].clone(), 2);
            assert_eq!(constant.cells(), [cells[2].clone(), cells[2].clone()]);
            assert_eq!(constant.gather(&[0, 1, 0]).cells(), vec![cells[2].clone(); 3]);
            let joined = Vector::concat(vec![vector.clone(), Vector::unknown(1), constant.clone(), vector.clone()]);
            let all = [cells.clone(), vec![Cell::Unknown], constant.cells(), cells.clone()].concat();
            assert_eq!(joined.cells(), all);
            let chosen = Vector::choose(&[true, false, false, true], &vector, &Vector::constant(cells[0].clone(), 4));
            assert_eq!(chosen.cells(), [&cells[0], &cells[0], &cells[0], &cells[3]].map(Clone::clone));
        }
    }

    #[test]
    fn parts_in_different_forms_join() {
        let half = Cell::Present(Value::Number(Number::parse("0.5").unwrap()));
        let one = Cell::Present(Value::Number(Number::ONE));
        let joined = Vector::concat(vec![
            Vector::from_cells(vec![one.clone()]),
            Vector::from_cells(vec![half.clone(), Cell::Unknown]),
        ]);
        assert_eq!(joined.cells(), [one, half, Cell::Unknown]);
    }
}
