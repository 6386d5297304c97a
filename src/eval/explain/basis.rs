//! What of the policy a value rests on: the row of a table that gave it, the binding of a parameter that held.

use super::{Basis, Explainer, Scope};
use crate::ir::table::values;
use crate::ir::{Answers, Expr, ExprKind, ParameterId, TableId};
use crate::schema::Type;
use crate::value::{Cell, Date, Value};

/// The basis of an expression's value, if it is known and the expression alone does not say it.
pub(super) fn of<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, expr: &'a Expr) -> Option<Basis> {
    match &explainer.meant(expr).kind {
        ExprKind::Table { table, arguments, answers } => {
            let table = explainer.show.environment.tables.get(table.0 as usize)?;
            let (row, is_sure) = row(explainer, scope, arguments, answers)?;
            let row = table.rows.get(row as usize)?;
            let row = is_sure.then(|| explainer.show.text(row.span));
            Some(Basis { row, since: None, from: table.from.clone() })
        }
        ExprKind::Parameter(parameter) => binding(explainer, *parameter, explainer.evaluator.today()),
        ExprKind::ParameterAt { parameter, moment } => binding(explainer, *parameter, day(explainer, scope, moment)),
        _ => None,
    }
}

/// The day that an expression is.
pub(super) fn day<'a>(explainer: &Explainer<'_, 'a>, scope: &Scope, moment: &'a Expr) -> Option<Date> {
    match explainer.cell(scope, moment) {
        Cell::Present(Value::Date(day)) => Some(day),
        _ => None,
    }
}

/// The binding of a parameter that held on a day; none where the parameter has one value for all days.
fn binding(explainer: &Explainer<'_, '_>, parameter: ParameterId, day: Option<Date>) -> Option<Basis> {
    let parameter = explainer.show.environment.parameters.get(parameter.0 as usize)?;
    let binding = parameter.on(day).filter(|_| parameter.depends_on_day())?;
    Some(Basis { row: None, since: binding.since.map(|day| day.to_string()), from: binding.from.clone() })
}

/// The row that arguments lead to, and whether it is the one: where an argument is not known, other rows give the same.
fn row<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    arguments: &'a [Expr],
    answers: &Answers,
) -> Option<(u32, bool)> {
    let (mut place, mut is_sure) = (0, true);
    for (number, argument) in arguments.iter().enumerate() {
        let position = match explainer.cell(scope, argument) {
            Cell::Present(Value::Member(position)) => Some(position),
            Cell::Present(Value::Boolean(known)) => Some(u32::from(known)),
            Cell::Present(_) | Cell::Unknown => None,
            Cell::Absent => return None,
        };
        is_sure &= position.is_some();
        place = answers.step(place, number, position);
    }
    Some((answers.row(place)?, is_sure))
}

/// Says that a table has no row for an argument's value, which its parameter does not have.
pub(super) fn no_row<'a>(
    explainer: &Explainer<'_, 'a>,
    scope: &Scope,
    table: TableId,
    arguments: &'a [Expr],
) -> String {
    let show = explainer.show;
    let parameters = show.environment.tables.get(table.0 as usize).map_or(&[][..], |table| &table.parameters);
    let strange = |(ty, argument): (&Type, &'a Expr)| {
        let value = show.cell(&explainer.cell(scope, argument), &argument.ty.base);
        let is_known = values(ty).is_none_or(|values| values.contains(&value.as_str()));
        (!is_known).then(|| format!("{} is {value}", show.expr(argument)))
    };
    let strange: Vec<String> = parameters.iter().zip(arguments).filter_map(strange).collect();
    format!("table {} has no row for it: {}", show.table_name(table), strange.join(", "))
}
