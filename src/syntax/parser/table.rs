//! Policy tables.

use super::{Builder, Pair, Rule};
use crate::syntax::ast::{Expr, ExprKind, Table, TableCell, TableRow};

impl Builder<'_> {
    /// `table f(x: {a, b}): {c, d} { … } from "…"`
    pub(super) fn table(&self, pair: Pair<'_>) -> Option<Table> {
        let (mut name, mut parameters, mut ty, mut rows, mut from) = (None, Vec::new(), None, Vec::new(), None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::item_name => name = Some(self.item_name(&inner)),
                Rule::define_parameter => parameters.extend(self.define_parameter(inner)),
                Rule::type_expr => ty = self.type_expr(inner),
                Rule::table_row => rows.extend(self.table_row(inner)),
                Rule::title => from = Some(self.texts(inner)),
                _ => {}
            }
        }
        Some(Table { name: name?, parameters, ty: ty?, rows, from: from? })
    }

    pub(super) fn table_row(&self, pair: Pair<'_>) -> Option<TableRow> {
        let (span, mut cells, mut value) = (self.span(&pair), Vec::new(), None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::table_cell => cells.push(self.table_cell(inner)),
                Rule::table_value => value = self.table_value(inner),
                _ => {}
            }
        }
        Some(TableRow { cells, value: value?, span })
    }

    fn table_cell(&self, pair: Pair<'_>) -> TableCell {
        let (span, mut members) = (self.span(&pair), Some(Vec::new()));
        for inner in pair.into_inner() {
            match (inner.as_rule(), &mut members) {
                (Rule::any_kw, _) => members = None,
                (Rule::member, Some(members)) => members.extend(self.member(inner)),
                _ => {}
            }
        }
        TableCell { members, span }
    }

    /// A literal or the name of a member.
    fn table_value(&self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let (mut negative, mut value) = (false, None);
        for inner in pair.into_inner() {
            let span = self.span(&inner);
            value = match inner.as_rule() {
                Rule::negate => {
                    negative = true;
                    continue;
                }
                Rule::name => Some(Expr { kind: ExprKind::Name(inner.as_str().to_owned()), span }),
                Rule::row_texts => Some(Expr { kind: ExprKind::Text(self.texts(inner).node), span }),
                _ => self.literal(inner).map(|kind| Expr { kind, span }),
            };
        }
        let value = value?;
        Some(if negative { Expr { kind: ExprKind::Negate(Box::new(value)), span } } else { value })
    }
}
