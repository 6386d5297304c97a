//! Zones, standards, records, parameters, bindings and defines.

use super::{Builder, Pair, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{
    Bind, Binder, Clause, Define, DefineParameter, Domain, Extend, Extension, Field, ItemKind, LeaveOut, Modality,
    MoreMembers, Name, Parameter, Record, Standard, Text, TypeExpr, TypeExprKind,
};
use crate::syntax::scan::DEEPEST;
use crate::value::Date;

impl Builder<'_> {
    /// `zone "Europe/Amsterdam"`
    pub(super) fn zone(&self, pair: Pair<'_>) -> Option<Text> {
        pair.into_inner().find(|inner| inner.as_rule() == Rule::title).map(|title| self.texts(title))
    }

    /// `standard … requirements { … }`
    pub(super) fn standard(&self, pair: Pair<'_>) -> Option<Standard> {
        let (mut name, mut title, mut modality, mut clauses) = (None, None, Modality::Requirements, Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::item_name => name = Some(self.item_name(&inner)),
                Rule::title => title = Some(self.texts(inner)),
                Rule::modality if inner.as_str() == "guidance" => modality = Modality::Guidance,
                Rule::clause => clauses.extend(self.clause(inner)),
                _ => {}
            }
        }
        Some(Standard { name: name?, title: title?, modality, clauses })
    }

    fn clause(&self, pair: Pair<'_>) -> Option<Clause> {
        let (mut number, mut title, mut clauses) = (None, None, Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::clause_number => number = Some(self.name(&inner)),
                Rule::title => title = Some(self.texts(inner)),
                Rule::clause => clauses.extend(self.clause(inner)),
                _ => {}
            }
        }
        Some(Clause { number: number?, title: title?, clauses })
    }

    /// `record … { … }`
    pub(super) fn record(&self, pair: Pair<'_>) -> Option<Record> {
        let (mut name, mut title, mut fields) = (None, None, Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::item_name => name = Some(self.item_name(&inner)),
                Rule::title => title = Some(self.texts(inner)),
                Rule::field => fields.extend(self.field(inner)),
                Rule::comma => self.needless_comma(&inner),
                _ => {}
            }
        }
        Some(Record { name: name?, title, fields })
    }

    /// `extend record … { … }`
    pub(super) fn extend(&self, pair: Pair<'_>) -> Option<Extend> {
        let (mut record, mut extensions) = (None, Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::item_name => record = Some(self.item_name(&inner)),
                Rule::field => extensions.extend(self.field(inner).map(Extension::Field)),
                Rule::more_members => extensions.extend(self.more_members(inner).map(Extension::MoreMembers)),
                Rule::comma => self.needless_comma(&inner),
                _ => {}
            }
        }
        Some(Extend { record: record?, extensions })
    }

    pub(super) fn more_members(&self, pair: Pair<'_>) -> Option<MoreMembers> {
        let (span, mut field, mut added) = (self.span(&pair), None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::word => field = Some(self.name(&inner)),
                Rule::enumeration => added = Some(self.members(inner)),
                _ => {}
            }
        }
        let (members, ordered) = added?;
        Some(MoreMembers { field: field?, members, ordered, span })
    }

    pub(super) fn needless_comma(&self, pair: &Pair<'_>) {
        self.report(
            Diagnostic::new(Code::SyntaxError, self.span(pair), "a comma stands between fields", "not needed here")
                .with_help("remove the comma: fields stand on lines of their own"),
        );
    }

    pub(super) fn field(&self, pair: Pair<'_>) -> Option<Field> {
        let (mut name, mut ty, mut optional, mut key, mut title) = (None, None, false, false, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::word => name = Some(self.name(&inner)),
                Rule::type_expr => ty = self.type_expr(inner),
                Rule::question_mark => optional = true,
                Rule::key_kw => key = true,
                Rule::title => title = Some(self.texts(inner)),
                _ => {}
            }
        }
        Some(Field { name: name?, ty: ty?, optional, key, title })
    }

    pub(super) fn type_expr(&self, pair: Pair<'_>) -> Option<TypeExpr> {
        let span = self.span(&pair);
        let mut around: Vec<(Rule, Span)> = Vec::new();
        let mut kind = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                rule @ (Rule::list_of | Rule::set_of) => around.push((rule, self.span(&inner))),
                Rule::reference => kind = Some((self.reference(inner.clone()), self.span(&inner))),
                Rule::enumeration => kind = Some((self.enumeration(inner.clone()), self.span(&inner))),
                Rule::name => kind = Some((TypeExprKind::Named(inner.as_str().to_owned()), self.span(&inner))),
                _ => {}
            }
        }
        if around.len() > DEEPEST {
            let message = format!("a type is nested more than {DEEPEST} levels deep");
            self.report(
                Diagnostic::new(Code::TooDeep, span, message, "lists of lists")
                    .with_help("declare a record for what a list of lists stands for"),
            );
            return None;
        }
        let (kind, inner_span) = kind?;
        let mut ty = TypeExpr { kind, span: inner_span };
        while let Some((rule, start)) = around.pop() {
            let span = start.to(ty.span);
            let element = Box::new(ty);
            let kind = if rule == Rule::list_of { TypeExprKind::List(element) } else { TypeExprKind::Set(element) };
            ty = TypeExpr { kind, span };
        }
        Some(ty)
    }

    fn reference(&self, pair: Pair<'_>) -> TypeExprKind {
        let names = pair.into_inner().filter(|inner| inner.as_rule() == Rule::name);
        TypeExprKind::Reference(names.map(|name| self.name(&name)).collect())
    }

    fn enumeration(&self, pair: Pair<'_>) -> TypeExprKind {
        let (members, ordered) = self.members(pair);
        TypeExprKind::Enum { members, ordered }
    }

    /// Members in braces, and whether `<` stands between them.
    fn members(&self, pair: Pair<'_>) -> (Vec<Name>, bool) {
        let mut members: Vec<Name> = Vec::new();
        let mut marks: Vec<Pair<'_>> = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::member => members.extend(self.member(inner)),
                Rule::comma | Rule::less => marks.push(inner),
                _ => {}
            }
        }
        let ordered = marks.first().is_some_and(|mark| mark.as_rule() == Rule::less);
        if let Some((first, other)) =
            marks.first().and_then(|first| Some((first, marks.iter().find(|mark| mark.as_rule() != first.as_rule())?)))
        {
            let message = "`,` and `<` stand between the members of one enum";
            self.report(
                Diagnostic::new(Code::SyntaxError, self.span(other), message, format!("`{}` here", other.as_str()))
                    .with_label(self.span(first), format!("`{}` here", first.as_str()))
                    .with_help("write `<` between all of them if they have an order, `,` if they have none"),
            );
        }
        (members, ordered)
    }

    /// A member of an enum: a word, or a text.
    pub(super) fn member(&self, pair: Pair<'_>) -> Option<Name> {
        let inner = pair.into_inner().next()?;
        Some(if inner.as_rule() == Rule::text { self.text(&inner) } else { self.name(&inner) })
    }

    /// `leave out incident i where … because "…"`
    pub(super) fn leave_out(&self, pair: Pair<'_>) -> Option<LeaveOut> {
        let (mut binder, mut because) = (None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::binder => binder = Some(self.binder(inner)),
                Rule::reason => because = Some(self.texts(inner)),
                _ => {}
            }
        }
        let Binder { name: variable, domain, condition, span } = binder?;
        let Domain::Records(record) = domain else {
            let message = "elements of a list cannot be left out";
            self.report(
                Diagnostic::new(Code::SyntaxError, span, message, "no records")
                    .with_help("name a record and a name for it: `leave out incident i where …`"),
            );
            return None;
        };
        let Some(condition) = condition else {
            let message = format!("it is not said which `{}` records are left out", record.node);
            self.report(
                Diagnostic::new(Code::SyntaxError, span, message, "needs a `where`")
                    .with_help(format!("say which: `{} {} where …`", record.node, variable.node)),
            );
            return None;
        };
        Some(LeaveOut { record, variable, condition, because: because?, span })
    }

    /// `parameter p: duration "…"`
    pub(super) fn parameter(&self, pair: Pair<'_>) -> Option<Parameter> {
        let (mut name, mut ty, mut title) = (None, None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::item_name => name = Some(self.item_name(&inner)),
                Rule::type_expr => ty = self.type_expr(inner),
                Rule::title => title = Some(self.texts(inner)),
                _ => {}
            }
        }
        Some(Parameter { name: name?, ty: ty?, title })
    }

    /// `bind p = 4 hours since 2026-07-01 from "…"`
    pub(super) fn bind(&self, pair: Pair<'_>) -> Option<Bind> {
        let (mut name, mut value, mut since, mut from) = (None, None, None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::item_name => name = Some(self.item_name(&inner)),
                Rule::expr => value = Some(self.expression(inner)),
                Rule::since => since = self.since(inner),
                Rule::title => from = Some(self.texts(inner)),
                _ => {}
            }
        }
        Some(Bind { name: name?, value: value?, since, from: from? })
    }

    /// `since 2026-07-01`
    pub(super) fn since(&self, pair: Pair<'_>) -> Option<Spanned<Date>> {
        let day = pair.into_inner().find(|inner| inner.as_rule() != Rule::since_kw)?;
        let span = self.span(&day);
        if day.as_rule() == Rule::timestamp {
            let message = "a binding holds from a day on";
            self.report(
                Diagnostic::new(Code::SyntaxError, span, message, "an instant")
                    .with_help("write the day alone: `since 2026-07-01`"),
            );
            return None;
        }
        self.date(day.as_str(), span).map(|date| Spanned::new(date, span))
    }

    /// `define f(x: incident) = …`
    pub(super) fn define(&self, pair: Pair<'_>) -> Option<Define> {
        let (mut name, mut parameters, mut body) = (None, Vec::new(), None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::item_name => name = Some(self.item_name(&inner)),
                Rule::define_parameter => parameters.extend(self.define_parameter(inner)),
                Rule::expr => body = Some(self.expression(inner)),
                _ => {}
            }
        }
        Some(Define { name: name?, parameters, body: body? })
    }

    pub(super) fn define_parameter(&self, pair: Pair<'_>) -> Option<DefineParameter> {
        let (mut name, mut ty, mut optional) = (None, None, false);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name => name = Some(self.name(&inner)),
                Rule::type_expr => ty = self.type_expr(inner),
                Rule::question_mark => optional = true,
                _ => {}
            }
        }
        Some(DefineParameter { name: name?, ty: ty?, optional })
    }

    /// The name of an item; reported if it has not the form that its kind of item asks for.
    pub(super) fn item_name(&self, pair: &Pair<'_>) -> Name {
        let shown = pair.as_str();
        let hyphenated = matches!(self.kind, ItemKind::Rule | ItemKind::Advice | ItemKind::Standard | ItemKind::Source);
        let letters = shown.bytes();
        let (fits, wanted, example) = if hyphenated {
            let fits = letters.clone().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            let fits = fits && !shown.ends_with('-') && !shown.contains("--");
            let wanted = "a lower-case letter, then lower-case letters, digits and hyphens";
            let example = shown.to_ascii_lowercase().replace('_', "-");
            (fits && shown.starts_with(|c: char| c.is_ascii_lowercase()), wanted, example)
        } else {
            let fits = letters.clone().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            let wanted = "a letter, then letters, digits and `_`";
            (fits && shown.starts_with(|c: char| c.is_ascii_alphabetic()), wanted, shown.replace('-', "_"))
        };
        if !fits {
            let message = format!("`{shown}` is not a name of {}", a_kind(self.kind));
            let example = example.trim_matches(['-', '_']);
            let help = example.starts_with(|c: char| c.is_ascii_alphabetic()).then(|| format!("write `{example}`"));
            self.report(Diagnostic::new(Code::SyntaxError, self.span(pair), message, wanted).with_help_if(help));
        } else if !hyphenated && is_reserved(shown) {
            let message = format!("`{shown}` is a word of expressions and cannot be a name");
            self.report(
                Diagnostic::new(Code::SyntaxError, self.span(pair), message, "a reserved word")
                    .with_help("choose another name; fields and enum members may have it"),
            );
        }
        Spanned::new(shown.to_owned(), self.span(pair))
    }
}

/// A kind of item with its article.
pub(super) fn a_kind(kind: ItemKind) -> String {
    match kind {
        ItemKind::Unknown => "an item".to_owned(),
        ItemKind::Advice => "an advice".to_owned(),
        ItemKind::Extend | ItemKind::LeaveOut => format!("an {}", kind.noun()),
        _ => format!("a {}", kind.noun()),
    }
}

/// Whether a word is reserved: no name of an item, a binder or a parameter.
pub(super) fn is_reserved(word: &str) -> bool {
    use pest::Parser;
    super::Grammar::parse(Rule::reserved_word, word).is_ok()
}
