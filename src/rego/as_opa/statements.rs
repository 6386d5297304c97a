//! Statements: what is negated, `every`, comprehensions, and what cannot be rewritten.

use std::collections::BTreeSet;
use std::ops::Range;

use regorus::unstable::{AssignOp, BoolOp, Expr, Literal, LiteralStmt, Query, Ref, Span};

use super::edits::{Edit, Group, Part, is_written_out};
use super::rules::is_own;
use super::{OWN, Rewriting};

const WALK: &str = "`walk` as a value finds nothing: let it yield pairs, as in `walk(x, [path, value])`";
const PATTERN: &str =
    "an object as a pattern would fit objects with more keys, too: take its values by name, as in `x := o.a`";
const SHADOWS: &str =
    "the variable of this `some` has the name of one outside, and would be the same one: call it otherwise";
const LOST: &str = "internal error: a part of this is not where it should be";

impl Rewriting<'_> {
    /// A body. `rule` is where its rule stands; `is_inner` if it is that of an `every` or a comprehension.
    pub(super) fn query(&mut self, query: &Query, rule: &Range<usize>, is_inner: bool) {
        let is_braced = is_inner
            || query.stmts.first().is_some_and(|first| (query.span.start as usize) < self.text.start(&first.span));
        for stmt in &query.stmts {
            self.statement(stmt, rule, is_inner, is_braced);
        }
    }

    fn statement(&mut self, stmt: &LiteralStmt, rule: &Range<usize>, is_inner: bool, is_braced: bool) {
        // What stands for something else is computed before anything stands for it.
        let values: Vec<&Ref<Expr>> = stmt.with_mods.iter().map(|with| &with.r#as).collect();
        values.iter().for_each(|value| self.expression(value, rule));
        self.move_before(stmt, &values, is_braced, false);
        match &stmt.literal {
            Literal::SomeVars { vars, .. } => {
                if is_inner {
                    vars.iter().for_each(|var| self.shadows(var, rule));
                }
            }
            Literal::SomeIn { key, value, collection, .. } => {
                key.iter().for_each(|key| self.pattern(key));
                self.pattern(value);
                self.expression(collection, rule);
            }
            Literal::Expr { expr, .. } => {
                if let Expr::AssignExpr { op, lhs, rhs, .. } = expr.as_ref() {
                    self.pattern(lhs);
                    if *op == AssignOp::Eq {
                        self.pattern(rhs);
                    }
                    if let Expr::Membership { key, value, collection, .. } = rhs.as_ref() {
                        let operands: Vec<&Ref<Expr>> = key.iter().chain([value, collection]).collect();
                        self.move_before(stmt, &operands, is_braced, true);
                    }
                }
                if let Expr::Membership { key: Some(key), value, collection, .. } = expr.as_ref() {
                    self.move_before(stmt, &[key, value, collection], is_braced, true);
                }
                self.expression(expr, rule);
            }
            Literal::NotExpr { expr, .. } => {
                self.negated(stmt, expr, is_braced);
                self.expression(expr, rule);
            }
            Literal::Every { key, value, domain, query, .. } => {
                self.every(key.as_ref(), value, query);
                self.indexes_of_every(query);
                self.expression(domain, rule);
                self.query(query, rule, true);
            }
        }
    }

    /// What is looked for inside of an expression.
    fn expression(&mut self, expr: &Expr, rule: &Range<usize>) {
        match expr {
            Expr::ArrayCompr { span, term, query, .. } | Expr::SetCompr { span, term, query, .. } => {
                self.comprehension(span, &[term], query);
                self.expression(term, rule);
                self.query(query, rule, true);
            }
            Expr::ObjectCompr { span, key, value, query, .. } => {
                self.comprehension(span, &[key, value], query);
                self.expression(key, rule);
                self.expression(value, rule);
                self.query(query, rule, true);
            }
            Expr::Call { span, fcn, params, .. } => {
                if fcn.span().text() == "walk" && params.len() == 1 {
                    self.refuse(span, WALK);
                }
                params.iter().for_each(|param| self.expression(param, rule));
            }
            other => each_part(other, &mut |part| self.expression(part, rule)),
        }
    }

    /// An object with variables, where something is taken apart.
    pub(super) fn pattern(&mut self, expr: &Expr) {
        match expr {
            Expr::Object { span, .. } if !is_written_out(expr) => self.refuse(span, PATTERN),
            Expr::Array { items, .. } => items.iter().for_each(|item| self.pattern(item)),
            _ => {}
        }
    }

    /// `some x` in an inner body, where `x` stands elsewhere in the rule before it.
    fn shadows(&mut self, var: &Span, rule: &Range<usize>) {
        let before = self.text.0.get(rule.start..var.start as usize).unwrap_or("");
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        let name = var.text();
        let mut from = 0;
        while let Some(at) = before.get(from..).and_then(|rest| rest.find(name)).map(|at| from + at) {
            let starts = !before.get(..at).unwrap_or("").ends_with(|letter: char| is_name(letter) || letter == '.');
            let ends = !before.get(at + name.len()..).unwrap_or("").starts_with(is_name);
            // The term of a comprehension stands before its body, and means the inner one.
            if starts && ends && !self.is_term(at + rule.start, var.start as usize) {
                return self.refuse(var, SHADOWS);
            }
            from = at + name.len();
        }
    }

    /// Whether a place is in the term of the comprehension whose body begins before another: nothing but a `|` closes between.
    fn is_term(&self, at: usize, body: usize) -> bool {
        let between = self.text.0.get(at..body).unwrap_or("");
        let mut open = 0;
        let mut bar = false;
        for byte in between.bytes() {
            match byte {
                b'(' | b'[' | b'{' => open += 1,
                b')' | b']' | b'}' => open -= 1,
                b'|' if open <= 0 => bar = true,
                b';' | b'\n' if open <= 0 && !bar => return false,
                _ => {}
            }
        }
        bar
    }

    /// What may be undefined under a `not`: OPA takes operands out before it, so that an undefined one fails the body; the
    /// interpreter takes all of it for false. And variables as indexes, which it would run through.
    fn negated(&mut self, stmt: &LiteralStmt, expr: &Ref<Expr>, is_braced: bool) {
        let mut operands: Vec<&Ref<Expr>> = Vec::new();
        match expr.as_ref() {
            Expr::Call { params, .. } => operands.extend(params),
            Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. } => {
                operands.extend([lhs, rhs].into_iter().filter(|side| !is_reference(side)));
            }
            Expr::BoolExpr { lhs, rhs, .. } | Expr::ArithExpr { lhs, rhs, .. } | Expr::BinExpr { lhs, rhs, .. } => {
                operands.extend([lhs, rhs]);
            }
            Expr::Membership { key, value, collection, .. } => operands.extend(key.iter().chain([value, collection])),
            _ => {}
        }
        operands.retain(|operand| !is_comprehension(operand));
        if self.move_before(stmt, &operands, is_braced, true) {
            return;
        }
        let sides: Vec<&Ref<Expr>> = match expr.as_ref() {
            Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. } => vec![lhs, rhs],
            Expr::RefDot { .. } | Expr::RefBrack { .. } => vec![expr],
            _ => return,
        };
        let mut indexes: Vec<&Ref<Expr>> = Vec::new();
        sides.into_iter().for_each(|side| open_indexes(side, &mut indexes));
        let values: Vec<&Ref<Expr>> =
            indexes.iter().copied().filter(|index| !matches!(index.as_ref(), Expr::Var { .. })).collect();
        if !self.move_before(stmt, &values, is_braced, true) {
            self.fix(&indexes);
        }
    }

    /// Writes `[k][0]` for variables that are indexes: they have a value, and are not run through.
    fn fix(&mut self, indexes: &[&Ref<Expr>]) {
        let edit = |index: &&Ref<Expr>| {
            let at = index.span().start as usize..index.span().end as usize;
            Edit { at: at.clone(), parts: vec![Part::added("["), Part::Moved(at), Part::added("][0]")] }
        };
        self.groups.push(Group { edits: indexes.iter().map(edit).collect() });
    }

    /// Gives parts of a statement names before it, `with` what the statement is asked with; false if there was nothing to do.
    fn move_before(&mut self, stmt: &LiteralStmt, parts: &[&Ref<Expr>], is_braced: bool, with: bool) -> bool {
        let parts: Vec<&&Ref<Expr>> = parts.iter().filter(|part| !is_written_out(part) && !is_own(part)).collect();
        if parts.is_empty() {
            return false;
        }
        let (start, end) = (self.text.start(&stmt.span), self.text.end(&stmt.span));
        let with = stmt.with_mods.first().filter(|_| with).and_then(|first| {
            let before = self.text.0.get(start..first.refr.span().start as usize).unwrap_or("");
            before.rfind("with").map(|at| start + at..end)
        });
        let mut edits = Vec::new();
        let mut before = Vec::new();
        if !is_braced {
            before.push(Part::added("{ "));
            edits.push(Edit { at: end..end, parts: vec![Part::added(" }")] });
        }
        for part in parts {
            let Some(at) = self.text.range(part) else {
                self.refuse(part.span(), LOST);
                return true;
            };
            let name = self.variable();
            before.extend([Part::added(format!("{name} := ")), Part::Moved(at.clone())]);
            if let Some(with) = &with {
                before.extend([Part::added(" "), Part::Moved(with.clone())]);
            }
            before.push(Part::added("; "));
            edits.push(Edit { at, parts: vec![Part::added(name)] });
        }
        edits.push(Edit { at: start..start, parts: before });
        self.groups.push(Group { edits });
        true
    }

    /// The interpreter does not know that the variables of `every` have values; what is bound in its body it does.
    fn every(&mut self, key: Option<&Span>, value: &Span, query: &Query) {
        let Some(first) = query.stmts.first() else { return };
        let mut edits = Vec::new();
        let mut bound = Vec::new();
        for variable in key.into_iter().chain([value]) {
            let name = variable.text();
            if name == "_" || name.starts_with(OWN) {
                continue;
            }
            let own = self.variable();
            bound.push(Part::added(format!("{name} := {own}; ")));
            edits.push(Edit { at: variable.start as usize..variable.end as usize, parts: vec![Part::added(own)] });
        }
        if !edits.is_empty() {
            let start = self.text.start(&first.span);
            edits.push(Edit { at: start..start, parts: bound });
            self.groups.push(Group { edits });
        }
    }

    /// In the body of an `every`, an index that is bound outside might be run through.
    fn indexes_of_every(&mut self, query: &Query) {
        let mut bound: BTreeSet<&str> = BTreeSet::new();
        for stmt in &query.stmts {
            match &stmt.literal {
                Literal::SomeVars { vars, .. } => bound.extend(vars.iter().map(Span::text)),
                Literal::SomeIn { key, value, .. } => {
                    key.iter().chain([value]).for_each(|pattern| variables(pattern, &mut bound));
                }
                Literal::Expr { expr, .. } => {
                    if let Expr::AssignExpr { lhs, .. } = expr.as_ref() {
                        variables(lhs, &mut bound);
                    }
                }
                _ => {}
            }
        }
        let mut indexes: Vec<&Ref<Expr>> = Vec::new();
        for stmt in &query.stmts {
            if let Literal::Expr { expr, .. } = &stmt.literal {
                all_indexes(expr, &mut indexes);
            }
        }
        let is_outside = |index: &&Ref<Expr>| matches!(index.as_ref(), Expr::Var { span, .. } if span.text() != "_" && !bound.contains(span.text()));
        let indexes: Vec<&Ref<Expr>> = indexes.into_iter().filter(is_outside).collect();
        self.fix(&indexes);
    }

    /// A term that runs through something yields nothing where it stands: `[x | …; x := term]`.
    fn comprehension(&mut self, span: &Span, terms: &[&Ref<Expr>], query: &Query) {
        let Some(last) = query.stmts.last() else { return };
        if terms.iter().all(|term| is_written_out(term) || is_own(term)) {
            return;
        }
        // The body begins with its `|`.
        let (start, bar) = (span.start as usize + 1, query.span.start as usize);
        let end = self.text.end(&last.span);
        let inner = self.text.0.get(start..bar).unwrap_or("").trim_end();
        let whole = self.text.blank_end(start)..start + inner.len();
        let ranges = match terms {
            [_] => Some(vec![whole]),
            [key, value] => self.text.range(key).zip(self.text.range(value)).map(|(key, value)| vec![key, value]),
            _ => None,
        };
        let Some(ranges) = ranges.filter(|_| self.text.byte(bar) == Some(b'|')) else {
            return self.refuse(span, LOST);
        };
        let mut edits = Vec::new();
        let mut behind = Vec::new();
        for (term, at) in terms.iter().zip(ranges) {
            if is_written_out(term) || is_own(term) {
                continue;
            }
            let name = self.variable();
            behind.extend([Part::added(format!("; {name} := ")), Part::Moved(at.clone())]);
            edits.push(Edit { at, parts: vec![Part::added(name)] });
        }
        edits.push(Edit { at: end..end, parts: behind });
        self.groups.push(Group { edits });
    }
}

/// Whether an expression is a name, with what is read of it.
fn is_reference(expr: &Expr) -> bool {
    match expr {
        Expr::Var { .. } => true,
        Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => is_reference(refr),
        _ => false,
    }
}

fn is_comprehension(expr: &Expr) -> bool {
    matches!(expr, Expr::ArrayCompr { .. } | Expr::SetCompr { .. } | Expr::ObjectCompr { .. })
}

/// The indexes of a reference that are not written out, and not yet fixed.
fn open_indexes<'e>(expr: &'e Expr, found: &mut Vec<&'e Ref<Expr>>) {
    match expr {
        Expr::RefDot { refr, .. } => open_indexes(refr, found),
        Expr::RefBrack { refr, index, .. } => {
            open_indexes(refr, found);
            let is_fixed =
                matches!(index.as_ref(), Expr::RefBrack { refr, .. } if matches!(refr.as_ref(), Expr::Array { .. }));
            let is_any = matches!(index.as_ref(), Expr::Var { span, .. } if span.text() == "_");
            if !is_fixed && !is_any && !is_written_out(index) {
                found.push(index);
            }
        }
        _ => {}
    }
}

/// The indexes in an expression, those of comprehensions left out.
fn all_indexes<'e>(expr: &'e Expr, found: &mut Vec<&'e Ref<Expr>>) {
    if let Expr::RefBrack { refr, index, .. } = expr
        && !matches!(refr.as_ref(), Expr::Array { .. })
    {
        found.push(index);
    }
    if !is_comprehension(expr) {
        each_part(expr, &mut |part| all_indexes(part, found));
    }
}

/// The variables of a pattern.
fn variables<'e>(expr: &'e Expr, found: &mut BTreeSet<&'e str>) {
    if let Expr::Var { span, .. } = expr {
        found.insert(span.text());
    }
    each_part(expr, &mut |part| variables(part, found));
}

/// The direct parts of an expression, bodies of comprehensions left out.
fn each_part<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().for_each(|item| visit(item)),
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
            visit(key);
            visit(value);
        }),
        Expr::Call { params, .. } => params.iter().for_each(|param| visit(param)),
        Expr::UnaryExpr { expr, .. } | Expr::RefDot { refr: expr, .. } => visit(expr),
        Expr::RefBrack { refr: left, index: right, .. }
        | Expr::BinExpr { lhs: left, rhs: right, .. }
        | Expr::BoolExpr { lhs: left, rhs: right, .. }
        | Expr::ArithExpr { lhs: left, rhs: right, .. }
        | Expr::AssignExpr { lhs: left, rhs: right, .. } => {
            visit(left);
            visit(right);
        }
        Expr::Membership { key, value, collection, .. } => {
            key.iter().for_each(|key| visit(key));
            visit(value);
            visit(collection);
        }
        _ => {}
    }
}
