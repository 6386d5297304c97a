//! The layout of policy tables: columns below one another.

use super::writer::Writer;
use crate::syntax::ast::{Table, TableCell, TableRow};

impl Writer<'_> {
    /// `table f(x: {a, b}): {c, d} { … } from "…"`
    pub(super) fn table(&mut self, table: &Table) {
        let Table { name, parameters, ty, rows, from } = table;
        self.word("table");
        self.space();
        self.take(name.span);
        self.define_parameters(parameters);
        self.word(":");
        self.space();
        self.type_expr(ty);
        self.space();
        let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let widest: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = rows.iter().filter_map(|row| row.cells.get(column));
                cells.map(|cell| self.cell_width(cell)).max().unwrap_or(0)
            })
            .collect();
        self.block(rows, |writer, row| writer.row(row, &widest));
        self.below(|writer| {
            writer.word("from");
            writer.space();
            writer.texts(from.span);
        });
    }

    fn row(&mut self, row: &TableRow, widest: &[usize]) {
        let TableRow { cells, value, span: _ } = row;
        let mut missing = 0;
        for (at, (cell, widest)) in cells.iter().zip(widest).enumerate() {
            if at > 0 {
                self.word(",");
                self.spaces(missing + 1);
            }
            missing = widest - self.cell_width(cell);
            self.cell(cell);
        }
        self.spaces(missing + 1);
        self.led("=>", value);
    }

    fn cell(&mut self, cell: &TableCell) {
        match &cell.members {
            Some(members) => self.alternatives(members),
            None => self.word("any"),
        }
    }

    fn cell_width(&self, cell: &TableCell) -> usize {
        cell.members.as_ref().map_or("any".len(), |members| self.alternatives_width(members))
    }
}
