//! Rules: heads, `else`, maps of sets.

use std::ops::Range;

use regorus::unstable::{Expr, Module, Rule as Declaration, RuleAssign, RuleBody, RuleHead};

use super::edits::{Edit, Group, Part, block, is_written_out};
use super::{OWN, Rewriting};

const MAP_OF_MAPS: &str = "sets in maps in a map (`m[a][b] contains …`) would be undefined while there are none: use one key, such as `[a, b]`";
const MISPLACED: &str = "internal error: a head of a rule is not where it should be";

impl Rewriting<'_> {
    pub(super) fn module(&mut self, module: &Module) {
        for rule in &module.policy {
            let Declaration::Spec { span, head, bodies } = rule.as_ref() else { continue };
            if self.head(head, bodies).is_none() {
                self.refuse(span, MISPLACED);
            }
            self.map_of_sets(head);
            if let RuleHead::Func { args, assign, .. } = head {
                args.iter().for_each(|argument| self.pattern(argument));
                if assign.is_some() {
                    bodies.iter().for_each(|body| self.else_without_value(body));
                }
            }
            let whole = span.start as usize..self.text.end(span);
            for body in bodies {
                self.query(&body.query, &whole, false);
            }
        }
    }

    /// What may be undefined in a head is moved into the bodies. OPA's compiler does so; the interpreter evaluates it where it
    /// stands, and forgets all that the body has yielded before.
    fn head(&mut self, head: &RuleHead, bodies: &[RuleBody]) -> Option<()> {
        let (span, refr, value) = match head {
            RuleHead::Compr { span, refr, assign } | RuleHead::Func { span, refr, assign, .. } => {
                (span, refr, assign.as_ref().map(|assign| self.assigned(assign)))
            }
            RuleHead::Set { span, refr, key } => {
                let value = key.as_ref().map(|key| {
                    let word = self.text.blank_end(self.reference_end(refr));
                    let from = self.text.0.get(word..)?.strip_prefix("contains").map(|_| word + "contains".len())?;
                    Some((key.as_ref(), self.text.blank_end(from)..self.text.end(span)))
                });
                (span, refr, value)
            }
        };
        let mut edits = Vec::new();
        let mut of_each = Vec::new();
        self.indexes(refr, &mut of_each, &mut edits)?;
        let mut of_first = of_each.clone();
        if let Some(value) = value {
            let (value, at) = value?;
            of_first.extend(self.moved(value, at, &mut edits));
        }
        if bodies.is_empty() && !of_first.is_empty() {
            let end = self.text.end(span);
            edits.push(Edit { at: end..end, parts: block(" if { ", &of_first, " }") });
        }
        for body in bodies {
            let mut of_body = if body.is_else { of_each.clone() } else { of_first.clone() };
            if let Some(assign) = &body.assign {
                let (value, at) = self.assigned(assign)?;
                of_body.extend(self.moved(value, at, &mut edits));
            }
            if !of_body.is_empty() {
                self.add_to_body(body, &of_body, &mut edits);
            }
        }
        self.groups.push(Group { edits });
        Some(())
    }

    /// Where a reference ends: behind its bracket, which its span leaves out.
    fn reference_end(&self, refr: &Expr) -> usize {
        let end = self.text.end(refr.span());
        if matches!(refr, Expr::RefBrack { .. }) { self.text.blank_end(end) + 1 } else { end }
    }

    /// `:= value`, and where the value stands.
    fn assigned<'e>(&self, assign: &'e RuleAssign) -> Option<(&'e Expr, Range<usize>)> {
        let start = assign.span.start as usize;
        let length = if self.text.0.get(start..)?.starts_with(":=") { 2 } else { 1 };
        Some((assign.value.as_ref(), self.text.blank_end(start + length)..self.text.end(&assign.span)))
    }

    /// Moves what may be undefined in the brackets of a head: `owners[c.service] := …`
    fn indexes(&mut self, refr: &Expr, moved: &mut Vec<Vec<Part>>, edits: &mut Vec<Edit>) -> Option<()> {
        match refr {
            Expr::RefDot { refr, .. } => self.indexes(refr, moved, edits),
            Expr::RefBrack { span, refr, index, .. } => {
                self.indexes(refr, moved, edits)?;
                let (open, close) = (self.reference_end(refr), self.text.blank_end(self.text.end(span)));
                if self.text.byte(open) != Some(b'[') || self.text.byte(close) != Some(b']') {
                    return None;
                }
                moved.extend(self.moved(index, open + 1..close, edits));
                Some(())
            }
            _ => Some(()),
        }
    }

    /// Puts a variable in the place of a value, unless that is written out; what gives it the value.
    fn moved(&mut self, value: &Expr, at: Range<usize>, edits: &mut Vec<Edit>) -> Option<Vec<Part>> {
        if is_written_out(value) || is_own(value) {
            return None;
        }
        let name = self.variable();
        edits.push(Edit { at: at.clone(), parts: vec![Part::added(&*name)] });
        Some(vec![Part::added(format!("{name} := ")), Part::Moved(at)])
    }

    /// Adds statements to a body.
    fn add_to_body(&self, body: &RuleBody, statements: &[Vec<Part>], edits: &mut Vec<Edit>) {
        let end = self.text.end(&body.span);
        match body.query.stmts.first() {
            // A body in braces begins with one.
            Some(first) if (body.query.span.start as usize) < self.text.start(&first.span) => {
                edits.push(Edit { at: end - 1..end - 1, parts: block("; ", statements, "") });
            }
            Some(first) => {
                let start = self.text.start(&first.span);
                edits.push(Edit { at: start..start, parts: vec![Part::added("{ ")] });
                edits.push(Edit { at: end..end, parts: block("; ", statements, " }") });
            }
            None => edits.push(Edit { at: end..end, parts: block(" if { ", statements, " }") }),
        }
    }

    /// A map of sets, or of objects, that has nothing in it is undefined to the interpreter, and empty to OPA.
    fn map_of_sets(&mut self, head: &RuleHead) {
        let (map, nothing) = match head {
            RuleHead::Set { refr, key: Some(_), .. } => match refr.as_ref() {
                Expr::RefBrack { refr, .. } if has_brackets(refr) => return self.refuse(refr.span(), MAP_OF_MAPS),
                Expr::RefBrack { refr, .. } => (refr, "set()"),
                _ => return,
            },
            RuleHead::Compr { refr, .. } => match refr.as_ref() {
                Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => match refr.as_ref() {
                    Expr::RefBrack { refr, .. } if !has_brackets(refr) => (refr, "{}"),
                    _ => return,
                },
                _ => return,
            },
            _ => return,
        };
        let Some(name) = self.text.range(map).and_then(|range| self.text.0.get(range)) else { return };
        let first = format!("{name}[\"{OWN}\"] := ");
        if !self.text.0.contains(&first) {
            let end = self.text.0.len();
            let parts = vec![Part::added(format!("\n{first}{nothing} if false\n"))];
            self.groups.push(Group { edits: vec![Edit { at: end..end, parts }] });
        }
    }

    /// `else if` in a function whose head has a value yields that of the head to the interpreter; to OPA it is true.
    fn else_without_value(&mut self, body: &RuleBody) {
        let start = body.span.start as usize;
        if body.is_else
            && body.assign.is_none()
            && self.text.0.get(start..).is_some_and(|text| text.starts_with("else"))
        {
            let at = start + "else".len();
            self.groups.push(Group { edits: vec![Edit { at: at..at, parts: vec![Part::added(" := true")] }] });
        }
    }
}

fn has_brackets(refr: &Expr) -> bool {
    match refr {
        Expr::RefBrack { .. } => true,
        Expr::RefDot { refr, .. } => has_brackets(refr),
        _ => false,
    }
}

/// Whether an expression is a variable that was made here.
pub(super) fn is_own(expr: &Expr) -> bool {
    matches!(expr, Expr::Var { span, .. } if span.text().starts_with(OWN))
}
