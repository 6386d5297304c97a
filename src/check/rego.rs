//! `rego … at … reads …`: a condition that is Rego.
//!
//! The Rego itself is not parsed here. That it has the rule, and looks at nothing that `reads` does not name, is told by its
//! words: what it does not name is not there when it is asked, and would be silently undefined.

mod words;

use std::collections::BTreeSet;

use self::words::{Place, Word, words};
use super::attachments::{self, Kind};
use super::checker::{Checker, Mode};
use crate::diagnostic::{Code, Diagnostic, closest, suggest};
use crate::ir::rego::{Module, is_of_kind};
use crate::ir::{Domain, Expr, ExprKind, Rego, Step, VariableId};
use crate::schema::{FieldId, RecordId, Type};
use crate::source::{FileId, Span, Spanned};
use crate::syntax::ast::{self, ItemKind, Name};

const FILE: Kind = Kind { code: Code::InvalidRego, content: "the Rego", example: "rego/change.rego" };

/// A file of Rego while it is checked.
struct File<'w> {
    id: FileId,
    words: Vec<Word<'w>>,
    package: Option<String>,
}

impl File<'_> {
    fn span(&self, word: &Word<'_>) -> Span {
        Span::new(self.id, word.start, word.end)
    }

    /// The first word that begins a line and is a name.
    fn leading(&self, name: &str) -> Option<Span> {
        self.words.iter().find(|word| word.place == Place::Leads && word.text == name).map(|word| self.span(word))
    }
}

/// The variables that a report can name, and what they range over.
type Subject = Vec<(VariableId, RecordId)>;

/// What `reads` names.
#[derive(Default)]
struct Read {
    exprs: Vec<Expr>,
    columns: Vec<(RecordId, FieldId)>,
    /// Every field on the way to a value, the keys of records, and the records that are looked at.
    fields: BTreeSet<(RecordId, FieldId)>,
    records: BTreeSet<RecordId>,
    /// The records that the Rego names.
    named: BTreeSet<RecordId>,
}

impl<'w> Checker<'w, '_> {
    /// Checks a condition that is Rego, behind its steps; `is_rule` tells a rule from an advice.
    pub(super) fn rego(&mut self, rego: &ast::Rego, steps: &[Step], is_rule: bool) -> Expr {
        let subject = self.rego_subject(steps, rego.span);
        let mut read = Read { records: subject.iter().map(|(_, record)| *record).collect(), ..Read::default() };
        for expr in &rego.reads {
            self.read(expr, &mut read);
        }
        let schema = self.world.schema();
        for record in &read.records {
            read.fields.extend(schema.record(*record).key.iter().map(|field| (*record, *field)));
        }
        let named = self.rego_rule(&rego.rule, is_rule);
        let mut modules = Vec::new();
        let mut files = Vec::new();
        for path in &rego.files {
            let sources = self.world.sources;
            let id = match attachments::find(sources, path, &FILE) {
                Ok(id) => id,
                Err(fault) => {
                    self.report(fault);
                    continue;
                }
            };
            let text: &'w str = &sources.file(id).text;
            let words = words(text);
            modules.push(Module { file: sources.file(id).name.to_string(), text: text.to_owned() });
            files.push(File { id, package: package_of(&words), words });
        }
        if files.len() == rego.files.len() {
            if let Some((package, rule)) = named {
                self.rego_has_rule(rego, &files, package, rule);
            }
            read.named = files.iter().flat_map(|file| self.named_records(file)).collect();
            for file in &files {
                self.looks_at(rego, file, &subject, &mut read);
            }
        }
        let (package, rule) = named.unwrap_or_default();
        let kind = Rego {
            modules,
            package: package.to_owned(),
            rule: rule.to_owned(),
            keys: self.rego_keys(&subject, rego.span),
            subject,
            reads: read.exprs,
            columns: read.columns,
        };
        self.make(ExprKind::Unreported(Box::new(kind)), Type::Boolean, rego.span)
    }

    fn rego_keys(&self, subject: &Subject, span: Span) -> Vec<Expr> {
        let mut keys = Vec::new();
        for (variable, record) in subject {
            let declared = self.world.schema().record(*record);
            for field in &declared.key {
                let base = Box::new(self.make(ExprKind::Variable(*variable), Type::Row(*record), span));
                let ty = declared.field_type(*field).ty.base.clone();
                keys.push(self.make(ExprKind::Field { base, record: *record, field: *field }, ty, span));
            }
        }
        keys
    }

    fn invalid_rego(&mut self, span: Span, message: impl Into<String>, label: impl Into<String>, help: &str) {
        self.report(Diagnostic::new(Code::InvalidRego, span, message, label).with_help(help));
    }

    /// The variables that a report of Rego can name.
    fn rego_subject(&mut self, steps: &[Step], span: Span) -> Subject {
        let mut subject = Vec::new();
        let mut are_named = true;
        for step in steps {
            let Step::ForEach { binder, .. } = step else { continue };
            let Domain::Records(record) = binder.domain else {
                are_named = false;
                let help = "range over records alone, and look at what is in them in the Rego";
                self.invalid_rego(binder.span, "Rego reports records, and this is none", "no record", help);
                continue;
            };
            let declared = self.world.schema().record(record);
            if declared.key.is_empty() {
                are_named = false;
                let message = format!("record `{}` has no key by which Rego could report it", declared.name);
                self.invalid_rego(binder.span, message, "has no key", "declare a field of it as its `key`");
            }
            subject.push((binder.variable, record));
        }
        if subject.is_empty() && are_named {
            let message = "a condition that is Rego has nothing to judge";
            let help =
                "write `for each` and the records that it judges above it: what Rego does not report of them holds";
            self.invalid_rego(span, message, "needs a `for each`", help);
        }
        subject
    }

    /// The package and the rule of a name such as `data.change.violation`.
    fn rego_rule<'n>(&mut self, name: &'n Name, is_rule: bool) -> Option<(&'n str, &'n str)> {
        let path = name.node.strip_prefix("data.").unwrap_or(&name.node);
        let Some((package, rule)) = path.rsplit_once('.') else {
            let message = format!("`{}` names no package and rule", name.node);
            let help = "write `data`, the package and the rule: `data.change.violation`";
            self.invalid_rego(name.span, message, "a package alone, or a rule alone", help);
            return None;
        };
        let is = |kind: &str| is_of_kind(rule, kind);
        if is("deny") || is("violation") || (!is_rule && is("warn")) {
            return Some((package, rule));
        }
        if is("warn") {
            let help = "ask for its rule `deny` or `violation`, or begin the item with `advice`";
            self.invalid_rego(name.span, "a rule is no warning", "only an advice rests on `warn`", help);
        } else {
            let message = format!("whether `{rule}` says what fails, or what does not, cannot be told from its name");
            let names = if is_rule { "`deny` or `violation`" } else { "`deny`, `violation` or `warn`" };
            let help = format!("name the rule of the Rego {names}, or begin its name so: `violation_{rule}`");
            self.invalid_rego(name.span, message, "not the name of a rule that reports", &help);
        }
        Some((package, rule))
    }

    /// Checks that the files have the package, the rule in it, and nothing that exempts from it.
    fn rego_has_rule(&mut self, rego: &ast::Rego, files: &[File<'_>], package: &str, rule: &str) {
        let of_package: Vec<&File<'_>> = files.iter().filter(|file| file.package.as_deref() == Some(package)).collect();
        if of_package.is_empty() {
            let known: Vec<String> = files.iter().filter_map(|file| file.package.clone()).collect();
            let message = format!("no package `{package}` in the Rego");
            let help = match known.as_slice() {
                [] => "write `package` and its name in the first line of the Rego".to_owned(),
                known => format!("the Rego has: `{}`", known.join("`, `")),
            };
            self.invalid_rego(rego.rule.span, message, "no such package", &help);
            return;
        }
        if of_package.iter().all(|file| file.leading(rule).is_none()) {
            let message = format!("package `{package}` has no rule `{rule}`");
            let help = format!("a rule begins a line of the Rego: `{rule} contains c.number if {{ … }}`");
            self.invalid_rego(rego.rule.span, message, "no such rule", &help);
        }
        if let Some(exception) = of_package.iter().find_map(|file| file.leading("exception")) {
            let message = "`exception` of conftest exempts from rules where nobody sees it, and is not read";
            let help = "say whom the rule judges in its `for each … where`, or use `leave out`";
            self.invalid_rego(exception, message, "not read", help);
        }
    }

    /// One of `reads`: a value of the subject, or a field of all records of a type.
    fn read(&mut self, expr: &ast::Expr, read: &mut Read) {
        if let ast::ExprKind::Field { base, name } = &expr.kind
            && let ast::ExprKind::Name(record) = &base.kind
            && self.lookup(record).is_none()
        {
            let record = Spanned::new(record.clone(), base.span);
            let Some(known) = self.world.known_records.get(record.node.as_str()).map(|known| known.id) else {
                self.unknown_record(&record);
                return;
            };
            let Some(field) = self.field_of(known, name) else { return };
            read.fields.insert((known, field));
            read.records.insert(known);
            if !read.columns.contains(&(known, field)) {
                read.columns.push((known, field));
            }
            return;
        }
        if !is_path(expr) {
            let message = "`reads` names fields, and this is none";
            self.invalid_rego(expr.span, message, "not a field", "write fields such as `c.state, c.actual_start`");
            return;
        }
        let mode = std::mem::replace(&mut self.mode, Mode::Template);
        let typed = self.infer(expr, None);
        self.mode = mode;
        let mut part = &typed.expr;
        loop {
            match &part.kind {
                ExprKind::Field { base, record, field } => {
                    read.fields.insert((*record, *field));
                    read.records.insert(*record);
                    part = base;
                }
                ExprKind::Convert { operand, .. } => part = operand,
                _ => break,
            }
        }
        read.exprs.push(typed.expr);
    }

    /// The records that a file names: `input.records.change`
    fn named_records(&self, file: &File<'_>) -> Vec<RecordId> {
        let pairs = file.words.iter().zip(file.words.iter().skip(1));
        let named = pairs.filter(|(before, word)| before.text == "records" && word.place != Place::Text);
        named.filter_map(|(_, word)| self.world.known_records.get(word.text).map(|known| known.id)).collect()
    }

    /// Finds by the words of a file what it looks at: parameters and what the run was told are read then; a record or a field
    /// that `reads` does not name, and what is not there at all, is a fault.
    fn looks_at(&mut self, rego: &ast::Rego, file: &File<'_>, subject: &Subject, read: &mut Read) {
        let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut behind = "";
        for word in &file.words {
            let before = std::mem::replace(&mut behind, word.text);
            let context = if matches!(before, "input" | "records" | "parameters") { before } else { "" };
            if !matches!(word.place, Place::Field | Place::Key) || !seen.insert((context, word.text)) {
                continue;
            }
            let span = file.span(word);
            match context {
                "input" => self.looks_at_run(rego, word.text, span, read),
                "parameters" => self.looks_at_parameter(rego, word.text, span, read),
                "records" => self.looks_at_record(rego, word.text, span, read),
                _ => self.looks_at_field(rego, word.text, span, subject, read),
            }
        }
    }

    fn looks_in_vain(&mut self, rego: &ast::Rego, span: Span, message: String, help: Option<String>) {
        self.report(
            Diagnostic::new(Code::InvalidRego, span, message, "not there when it is asked")
                .with_label(rego.span, "asked here")
                .with_help_if(help),
        );
    }

    /// `input.as_of`
    fn looks_at_run(&mut self, rego: &ast::Rego, name: &str, span: Span, read: &mut Read) {
        let (kind, ty) = match name {
            "records" | "parameters" => return,
            "as_of" => (ExprKind::AsOf, Type::Timestamp),
            "today" => {
                self.need_zone(span, "Rego looks at the day of `as_of`");
                (ExprKind::Today, Type::Date)
            }
            "period" => (ExprKind::Period, Type::DateInterval),
            _ => {
                let message = format!("the Rego looks at `input.{name}`, and there is no such thing");
                let help = "`input` has `records`, `parameters`, `as_of`, `today` and `period`".to_owned();
                return self.looks_in_vain(rego, span, message, Some(help));
            }
        };
        read.exprs.push(self.make(kind, ty, span));
    }

    /// `input.parameters.longest`
    fn looks_at_parameter(&mut self, rego: &ast::Rego, name: &str, span: Span, read: &mut Read) {
        if self.world.items.find(ItemKind::Parameter, name).is_empty() {
            let message = format!("the Rego looks at a parameter `{name}`, and none is declared");
            let help = suggest(name, "parameters", self.world.items.names(ItemKind::Parameter));
            return self.looks_in_vain(rego, span, message, help);
        }
        let name = ast::Expr { kind: ast::ExprKind::Name(name.to_owned()), span };
        read.exprs.push(self.infer(&name, None).expr);
    }

    /// `input.records.change`
    fn looks_at_record(&mut self, rego: &ast::Rego, name: &str, span: Span, read: &Read) {
        match self.world.known_records.get(name).map(|known| known.id) {
            Some(record) if read.records.contains(&record) => {}
            Some(_) => {
                let message = format!("the Rego looks at records `{name}`, which `reads` does not name");
                let help = format!("name the fields that it looks at behind `reads`, too: `{name}.…`");
                self.looks_in_vain(rego, span, message, Some(help));
            }
            None => {
                let message = format!("the Rego looks at records `{name}`, and none is declared");
                let help = suggest(name, "records", self.world.known_records.keys().copied());
                self.looks_in_vain(rego, span, message, help);
            }
        }
    }

    /// `c.state`; what has the name of no field may be something else than a record.
    fn looks_at_field(&mut self, rego: &ast::Rego, name: &str, span: Span, subject: &Subject, read: &Read) {
        let schema = self.world.schema();
        let have_it: Vec<(RecordId, bool)> = read
            .records
            .iter()
            .filter_map(|record| Some((*record, read.fields.contains(&(*record, schema.record(*record).field(name)?)))))
            .collect();
        let is_any_read = have_it.iter().any(|(_, is_read)| *is_read);
        let is_missed =
            |(record, is_read): &&(RecordId, bool)| !is_read && (!is_any_read || read.named.contains(record));
        let Some((record, _)) = have_it.iter().find(is_missed) else {
            let read =
                read.fields.iter().map(|(record, field)| schema.record(*record).field_type(*field).name.as_str());
            if let Some(near) = closest(name, read).filter(|_| have_it.is_empty()) {
                let message = format!("the Rego looks at `{name}`, and no record has such a field");
                self.doubtful_rego(
                    rego,
                    span,
                    message,
                    "of a record, it is never there",
                    format!("did you mean `{near}`?"),
                );
            }
            return;
        };
        let variable = subject.iter().find(|(_, of)| of == record).map(|(variable, _)| *variable);
        let of = match variable.and_then(|variable| self.variables.get(variable.0 as usize)) {
            Some(variable) => &variable.name,
            None => &schema.record(*record).name,
        };
        if is_any_read {
            let message =
                format!("the Rego looks at `{name}`, and `reads` does not name that of every record which has it");
            let help = format!("if it looks at `{of}.{name}`, add that to `reads`");
            self.doubtful_rego(rego, span, message, "there of some records", help);
        } else {
            let message = format!("the Rego looks at `{name}`, which `reads` does not name");
            self.looks_in_vain(rego, span, message, Some(format!("add `{of}.{name}` to `reads`")));
        }
    }

    fn doubtful_rego(&mut self, rego: &ast::Rego, span: Span, message: String, label: &str, help: String) {
        self.report(
            Diagnostic::new(Code::DoubtfulRego, span, message, label)
                .with_label(rego.span, "asked here")
                .with_help(help),
        );
    }
}

/// Whether an expression is a name with fields behind it.
fn is_path(expr: &ast::Expr) -> bool {
    let ast::ExprKind::Field { base, .. } = &expr.kind else { return false };
    matches!(base.kind, ast::ExprKind::Name(_)) || is_path(base)
}

/// The package of a file: `change.risk`.
fn package_of(words: &[Word<'_>]) -> Option<String> {
    let at = words.iter().position(|word| word.place == Place::Leads && word.text == "package")?;
    let mut name = words.get(at + 1).filter(|word| word.place == Place::Name)?.text.to_owned();
    for word in words[at + 2..].iter().take_while(|word| matches!(word.place, Place::Field | Place::Key)) {
        name.push('.');
        name.push_str(word.text);
    }
    Some(name)
}
