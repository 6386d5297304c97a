//! The layout of zones, standards, records, parameters, bindings and defines.

use super::writer::Writer;
use crate::syntax::ast::{
    Bind, Clause, Define, DefineParameter, Extend, Extension, Field, LeaveOut, Modality, MoreMembers, Name, Parameter,
    Record, Standard, Text, TypeExpr, TypeExprKind,
};

impl Writer<'_> {
    /// `zone "Europe/Amsterdam"`
    pub(super) fn zone(&mut self, zone: &Text) {
        self.word("zone");
        self.space();
        self.texts(zone.span);
    }

    /// `standard … requirements { … }`
    pub(super) fn standard(&mut self, standard: &Standard) {
        let Standard { name, title, modality, clauses } = standard;
        self.word("standard");
        self.space();
        self.take(name.span);
        self.space();
        self.texts(title.span);
        self.space();
        self.word(match modality {
            Modality::Requirements => "requirements",
            Modality::Guidance => "guidance",
        });
        self.space();
        self.block(clauses, Self::clause);
    }

    fn clause(&mut self, clause: &Clause) {
        let Clause { number, title, clauses } = clause;
        self.word("clause");
        self.space();
        self.take(number.span);
        self.space();
        self.texts(title.span);
        if self.is_next("{") {
            self.space();
            self.block(clauses, Self::clause);
        }
    }

    /// `record … { … }`, with the types of its fields below one another
    pub(super) fn record(&mut self, record: &Record) {
        let Record { name, title, fields } = record;
        self.word("record");
        self.space();
        self.take(name.span);
        self.title(title.as_ref());
        self.space();
        let widest = fields.iter().map(|field| field.name.node.len()).max().unwrap_or(0);
        self.block(fields, |writer, field| writer.field(field, widest));
    }

    /// `extend record … { … }`, laid out like a record
    pub(super) fn extend(&mut self, extend: &Extend) {
        let Extend { record, extensions } = extend;
        self.word("extend record");
        self.space();
        self.take(record.span);
        self.space();
        let name = |extension: &Extension| match extension {
            Extension::Field(field) => field.name.node.len(),
            Extension::MoreMembers(more) => more.field.node.len(),
        };
        let widest = extensions.iter().map(name).max().unwrap_or(0);
        self.block(extensions, |writer, extension| match extension {
            Extension::Field(field) => writer.field(field, widest),
            Extension::MoreMembers(more) => writer.more_members(more, widest),
        });
    }

    fn more_members(&mut self, more: &MoreMembers, widest: usize) {
        let MoreMembers { field, members, ordered, span: _ } = more;
        self.field_type(field, widest, |writer| {
            writer.word("+");
            writer.space();
            writer.enumeration(members, *ordered);
        });
    }

    fn field(&mut self, field: &Field, widest: usize) {
        let Field { name, ty, optional, key, title } = field;
        self.field_type(name, widest, |writer| {
            writer.type_expr(ty);
            if *optional {
                writer.word("?");
            }
        });
        if *key {
            self.space();
            self.word("key");
        }
        self.title(title.as_ref());
    }

    /// The name of a field, and its type below those of other fields, unless it takes several lines.
    fn field_type(&mut self, name: &Name, widest: usize, ty: impl FnOnce(&mut Self)) {
        self.take(name.span);
        self.word(":");
        self.group(|writer| {
            writer.choice(" ".repeat(widest - name.node.len() + 1), " ");
            ty(writer);
        });
    }

    pub(super) fn type_expr(&mut self, ty: &TypeExpr) {
        match &ty.kind {
            TypeExprKind::Named(_) => self.take(ty.span),
            TypeExprKind::Reference(names) => {
                self.word("->");
                self.space();
                self.alternatives(names);
            }
            TypeExprKind::Enum { members, ordered } => self.enumeration(members, *ordered),
            TypeExprKind::List(element) => {
                self.word("list of");
                self.space();
                self.type_expr(element);
            }
            TypeExprKind::Set(element) => {
                self.word("set of");
                self.space();
                self.type_expr(element);
            }
        }
    }

    /// `{a, b}`, `{a < b}`
    fn enumeration(&mut self, members: &[Name], ordered: bool) {
        self.group(|writer| {
            writer.word("{");
            writer.indented(|writer| {
                for (at, member) in members.iter().enumerate() {
                    match (at, ordered) {
                        (0, _) => writer.soft(),
                        (_, true) => {
                            writer.line();
                            writer.word("<");
                            writer.space();
                        }
                        (_, false) => {
                            writer.word(",");
                            writer.line();
                        }
                    }
                    writer.take(member.span);
                }
            });
            writer.soft_before_close();
            writer.word("}");
        });
    }

    /// `parameter p: duration "…"`
    pub(super) fn parameter(&mut self, parameter: &Parameter) {
        let Parameter { name, ty, title } = parameter;
        self.word("parameter");
        self.space();
        self.take(name.span);
        self.word(":");
        self.space();
        self.type_expr(ty);
        if let Some(title) = title {
            self.below(|writer| writer.texts(title.span));
        }
    }

    /// `bind p = 4 hours since 2026-07-01 from "…"`
    pub(super) fn bind(&mut self, bind: &Bind) {
        let Bind { name, value, since, from } = bind;
        self.word("bind");
        self.space();
        self.take(name.span);
        self.space();
        self.word("=");
        self.defined(value, false);
        self.below(|writer| {
            if let Some(since) = since {
                writer.word("since");
                writer.space();
                writer.take(since.span);
                writer.space();
            }
            writer.word("from");
            writer.space();
            writer.texts(from.span);
        });
    }

    /// `leave out incident i where … because "…"`
    pub(super) fn leave_out(&mut self, leave_out: &LeaveOut) {
        let LeaveOut { record, variable, condition, because, span: _ } = leave_out;
        self.word("leave out");
        self.space();
        self.take(record.span);
        self.space();
        self.take(variable.span);
        self.indented(|writer| {
            writer.hard();
            writer.led("where", condition);
            writer.hard();
            writer.word("because");
            writer.space();
            writer.texts(because.span);
        });
    }

    /// `define f(x: incident) = …`
    pub(super) fn define(&mut self, define: &Define) {
        let Define { name, parameters, body } = define;
        self.word("define");
        self.space();
        self.take(name.span);
        self.define_parameters(parameters);
        self.space();
        self.word("=");
        self.defined(body, false);
    }

    pub(super) fn define_parameters(&mut self, parameters: &[DefineParameter]) {
        // In column 1, where items begin, no such bracket may close.
        self.indented(|writer| writer.brackets(["(", ")"], parameters, Self::define_parameter));
    }

    fn define_parameter(&mut self, parameter: &DefineParameter) {
        let DefineParameter { name, ty, optional } = parameter;
        self.take(name.span);
        self.word(":");
        self.space();
        self.type_expr(ty);
        if *optional {
            self.word("?");
        }
    }

    /// What something is, behind it; where it is not said, nothing.
    pub(super) fn title(&mut self, title: Option<&Text>) {
        if let Some(title) = title {
            self.space();
            self.texts(title.span);
        }
    }
}
