//! Heads of rules whose values may be undefined.
//!
//! In Rego a rule says nothing where the value of its head is undefined: `deny contains c.owner if { some c in … }` passes over
//! those without an owner. OPA's compiler moves such values into the body; the interpreter of regorus 0.14.1 evaluates them
//! where they stand, and forgets all that the body has yielded before. So they are moved here, as OPA does: `deny contains
//! __shall_0 if { some c in …; __shall_0 := c.owner }`. What is moved keeps its place for messages.

use std::ops::Range;

use regorus::unstable::{Expr, Module, Parser, Rule as Declaration, RuleAssign, RuleBody, RuleHead, Source, Span};

/// A module whose heads are defined wherever their bodies are.
#[derive(Debug)]
pub(super) struct Defined {
    /// Its text.
    pub(super) text: String,
    original: String,
    /// Where pieces begin, in order: in the text, and in the original. What was added belongs to what follows it there.
    pieces: Vec<(usize, usize)>,
}

impl Defined {
    /// Moves what may be undefined in the heads of a module into their bodies.
    ///
    /// # Errors
    /// The module is no Rego, in the words of its parser.
    pub(super) fn new(file: &str, text: &str) -> Result<Defined, String> {
        let parsed = Source::from_contents(file.to_owned(), text.to_owned())
            .and_then(|source| {
                let mut parser = Parser::new(&source)?;
                // As an engine reads it.
                parser.enable_rego_v1()?;
                parser.parse()
            })
            .map_err(|error| error.to_string())?;
        let mut edits = Edits { text, edits: Vec::new(), moved: 0 };
        edits.module(&parsed).ok_or("internal error: a head of a rule is not where it should be")?;
        Ok(edits.applied())
    }

    /// The line from 1 and the column in the original of a place in the text.
    pub(super) fn original_place(&self, line: u32, column: u32) -> (u32, u32) {
        let Some(offset) = offset_of(&self.text, line, column) else { return (line, column) };
        let piece = self.pieces.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        let Some((start, from)) = self.pieces.get(piece) else { return (line, column) };
        place_of(&self.original, from + (offset - start))
    }
}

/// The offset in bytes of a place.
fn offset_of(text: &str, line: u32, column: u32) -> Option<usize> {
    let line = text.split_inclusive('\n').nth(line.checked_sub(1)? as usize)?;
    let start = line.as_ptr().addr() - text.as_ptr().addr();
    let within = line.char_indices().nth(column.saturating_sub(1) as usize).map_or(line.len(), |(at, _)| at);
    Some(start + within)
}

/// The place of an offset in bytes.
fn place_of(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line as u32, column as u32)
}

/// Something that takes the place of a range of the original.
struct Edit {
    at: Range<usize>,
    parts: Vec<Part>,
}

#[derive(Clone)]
enum Part {
    Added(String),
    Moved(Range<usize>),
}

struct Edits<'t> {
    text: &'t str,
    edits: Vec<Edit>,
    moved: usize,
}

impl Edits<'_> {
    /// The spans of regorus' values are not all to be trusted (that of an object begins at its last key, that of a text within its
    /// quotes), so places are found by marks around them.
    fn module(&mut self, module: &Module) -> Option<()> {
        for rule in &module.policy {
            let Declaration::Spec { head, bodies, .. } = rule.as_ref() else { continue };
            let mut of_each = Vec::new();
            let (span, refr, value) = match head {
                RuleHead::Compr { span, refr, assign } | RuleHead::Func { span, refr, assign, .. } => {
                    (span, refr, assign.as_ref().map(|assign| self.assigned(assign)))
                }
                RuleHead::Set { span, refr, key } => {
                    let value = key.as_ref().map(|key| {
                        let word = self.blank_end(self.reference_end(refr));
                        let from = self.text.get(word..)?.strip_prefix("contains").map(|_| word + "contains".len())?;
                        Some((key.as_ref(), self.blank_end(from)..self.end(span)))
                    });
                    (span, refr, value)
                }
            };
            self.indexes(refr, &mut of_each)?;
            let mut of_first = of_each.clone();
            if let Some(value) = value {
                let (value, at) = value?;
                of_first.extend(self.moved(value, at));
            }
            if bodies.is_empty() && !of_first.is_empty() {
                let end = self.end(span);
                self.edits.push(Edit { at: end..end, parts: block(" if { ", &of_first, " }") });
            }
            for body in bodies {
                let mut of_body = if body.is_else { of_each.clone() } else { of_first.clone() };
                if let Some(assign) = &body.assign {
                    let (value, at) = self.assigned(assign)?;
                    of_body.extend(self.moved(value, at));
                }
                if !of_body.is_empty() {
                    self.body(body, &of_body);
                }
            }
        }
        Some(())
    }

    /// Where something ends: behind its quote, if it ends with a text.
    fn end(&self, span: &Span) -> usize {
        let end = span.end as usize;
        let is_quote = matches!(self.text.as_bytes().get(end), Some(b'"' | b'`'));
        end + usize::from(is_quote)
    }

    /// Where a reference ends: behind its bracket, which its span leaves out.
    fn reference_end(&self, refr: &Expr) -> usize {
        let end = self.end(refr.span());
        if matches!(refr, Expr::RefBrack { .. }) { self.blank_end(end) + 1 } else { end }
    }

    /// Where blanks and comments end that begin at a place.
    fn blank_end(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or("");
        let inner = rest.trim_start();
        let at = from + (rest.len() - inner.len());
        match inner.strip_prefix('#') {
            Some(comment) => self.blank_end(at + 1 + comment.find('\n').unwrap_or(comment.len())),
            None => at,
        }
    }

    /// `:= value`, and where the value stands.
    fn assigned<'e>(&self, assign: &'e RuleAssign) -> Option<(&'e Expr, Range<usize>)> {
        let start = assign.span.start as usize;
        let mark = self.text.get(start..)?;
        let length = if mark.starts_with(":=") { 2 } else { 1 };
        Some((assign.value.as_ref(), self.blank_end(start + length)..self.end(&assign.span)))
    }

    /// Moves what may be undefined in the brackets of a head: `owners[c.service] := …`
    fn indexes(&mut self, refr: &Expr, moved: &mut Vec<Vec<Part>>) -> Option<()> {
        match refr {
            Expr::RefDot { refr, .. } => self.indexes(refr, moved),
            Expr::RefBrack { span, refr, index, .. } => {
                self.indexes(refr, moved)?;
                let (open, close) = (self.reference_end(refr), self.blank_end(self.end(span)));
                let has = |at: usize, mark| self.text.as_bytes().get(at) == Some(&mark);
                if !(has(open, b'[') && has(close, b']')) {
                    return None;
                }
                moved.extend(self.moved(index, open + 1..close));
                Some(())
            }
            _ => Some(()),
        }
    }

    /// Puts a variable in the place of a value, unless that is written out; what gives it the value.
    fn moved(&mut self, value: &Expr, at: Range<usize>) -> Option<Vec<Part>> {
        if is_written_out(value) {
            return None;
        }
        let name = format!("__shall_{}", self.moved);
        self.moved += 1;
        self.edits.push(Edit { at: at.clone(), parts: vec![Part::Added(name.clone())] });
        Some(vec![Part::Added(format!("{name} := ")), Part::Moved(at)])
    }

    /// Adds statements to a body.
    fn body(&mut self, body: &RuleBody, statements: &[Vec<Part>]) {
        let end = self.end(&body.span);
        match body.query.stmts.first() {
            // A body in braces begins with one.
            Some(first) if body.query.span.start < first.span.start => {
                self.edits.push(Edit { at: end - 1..end - 1, parts: block("; ", statements, "") });
            }
            Some(_) => {
                let start = body.query.span.start as usize;
                self.edits.push(Edit { at: start..start, parts: vec![Part::Added("{ ".to_owned())] });
                self.edits.push(Edit { at: end..end, parts: block("; ", statements, " }") });
            }
            None => self.edits.push(Edit { at: end..end, parts: block(" if { ", statements, " }") }),
        }
    }

    fn applied(mut self) -> Defined {
        // What is put in at the end of something that is replaced stands behind it.
        self.edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
        let mut out = Defined { text: String::new(), original: self.text.to_owned(), pieces: Vec::new() };
        let mut at = 0;
        let copy = |range: Range<usize>, out: &mut Defined| {
            out.pieces.push((out.text.len(), range.start));
            out.text.push_str(self.text.get(range).unwrap_or(""));
        };
        for edit in &self.edits {
            copy(at..edit.at.start, &mut out);
            for part in &edit.parts {
                match part {
                    Part::Added(text) => {
                        out.pieces.push((out.text.len(), edit.at.start));
                        out.text.push_str(text);
                    }
                    Part::Moved(range) => copy(range.clone(), &mut out),
                }
            }
            at = edit.at.end;
        }
        copy(at..self.text.len(), &mut out);
        out
    }
}

/// Statements with something before, between and behind them.
fn block(before: &str, statements: &[Vec<Part>], behind: &str) -> Vec<Part> {
    let mut parts = vec![Part::Added(before.to_owned())];
    for (position, statement) in statements.iter().enumerate() {
        if position > 0 {
            parts.push(Part::Added("; ".to_owned()));
        }
        parts.extend(statement.iter().cloned());
    }
    parts.push(Part::Added(behind.to_owned()));
    parts
}

/// Whether a value is written out, and so defined.
fn is_written_out(expr: &Expr) -> bool {
    match expr {
        Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. } => {
            true
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().all(|item| is_written_out(item)),
        Expr::Object { fields, .. } => {
            fields.iter().all(|(_, key, value)| is_written_out(key) && is_written_out(value))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use regorus::{Engine, Value};

    use super::*;

    /// What a rule yields over some rows, the last of them without an owner.
    fn yields(rules: &str) -> String {
        let text = format!("package p\n\n{rules}\n");
        let defined = Defined::new("p.rego", &text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
        let mut engine = Engine::new();
        engine
            .add_policy("p.rego".to_owned(), defined.text.clone())
            .unwrap_or_else(|error| panic!("{error}\n{}", defined.text));
        let rows = r#"{"rows": [{"id": "a", "owner": "o"}, {"id": "b", "owner": "p"}, {"id": "c"}]}"#;
        engine.set_input(Value::from_json_str(rows).unwrap());
        let value = engine.eval_rule("data.p.p".to_owned()).unwrap_or_else(|error| panic!("{error}\n{}", defined.text));
        value.to_json_str().unwrap_or_else(|_| "undefined".to_owned()).split_whitespace().collect()
    }

    #[test]
    fn what_is_undefined_in_a_head_is_passed_over() {
        for (rules, expected) in [
            ("p contains r.owner if some r in input.rows", r#"["o","p"]"#),
            ("p contains r.owner if { some r in input.rows }", r#"["o","p"]"#),
            ("p contains r.owner if { some r in input.rows } # {\n\np contains \"q\"", r#"["o","p","q"]"#),
            (
                "p contains {\n\t\"msg\": r.owner, # }\n\t\"key\": r.id,\n} if {\n\tsome r in input.rows # x\n}",
                r#"[{"key":"a","msg":"o"},{"key":"b","msg":"p"}]"#,
            ),
            ("p contains input.rows[_].owner", r#"["o","p"]"#),
            ("p contains sprintf(\"%s\", [r.owner]) if { some r in input.rows; r.id != \"a\" }", r#"["p"]"#),
            ("p[r.owner] := r.id if some r in input.rows", r#"{"o":"a","p":"b"}"#),
            ("p[r.id] := r.owner if { some r in input.rows }", r#"{"a":"o","b":"p"}"#),
            ("p[r.id] contains r.owner if some r in input.rows", r#"{"a":["o"],"b":["p"]}"#),
            ("p[r.id] if some r in input.rows", r#"{"a":true,"b":true,"c":true}"#),
            ("p := r.owner if { some r in input.rows; r.id != \"a\" }", r#""p""#),
            ("p := input.none if input.rows else := input.rows[0].owner if input.rows", r#""o""#),
            ("p := input.none if input.rows else := input.rows[1].owner", r#""p""#),
            ("p := input.rows[_].id if false\n\ndefault p := 3", "3"),
            ("f(x) := r.owner if { some r in input.rows; r.id == x }\n\np := [f(\"a\"), f(\"b\")]", r#"["o","p"]"#),
            ("f(x) := y if y := x.owner\n\np contains f(r) if some r in input.rows", r#"["o","p"]"#),
            ("p := {\"a\": [1, {true, null}]}", r#"{"a":[1,[null,true]]}"#),
            ("p if every r in input.rows { r.id }", "true"),
            ("p contains msg if { some r in input.rows; msg := r.owner }", r#"["o","p"]"#),
            ("p contains x if x := input.rows[0].id with input.rows as [{\"id\": \"w\"}]", r#"["w"]"#),
            ("p contains r[\"owner\"] if { some r in input.rows; r.id != \"c\"\n}", r#"["o","p"]"#),
            ("p contains r.owner # if {\n  if # {\n{ # x\n some r in input.rows\n # }\n}", r#"["o","p"]"#),
            ("p # contains x\n contains # y\n r.owner if { some r in input.rows }", r#"["o","p"]"#),
            ("p contains concat(`a`, [r.owner, \"x\"]) if { some r in input.rows }", r#"["oax","pax"]"#),
            ("q[r.owner][\"x\"] := `y` if some r in input.rows\n\np := q", r#"{"o":{"x":"y"},"p":{"x":"y"}}"#),
            ("p contains [x | x := input.rows[_].owner] if true", r#"[["o","p"]]"#),
        ] {
            assert_eq!(yields(rules), expected, "{rules}");
        }
    }

    /// If this fails, the interpreter has learned it, and all of this can go.
    #[test]
    fn the_interpreter_forgets_what_it_has_if_a_head_is_undefined() {
        let mut engine = Engine::new();
        let text = "package p\n\np contains r.owner if some r in input.rows\n";
        engine.add_policy("p.rego".to_owned(), text.to_owned()).unwrap();
        engine.set_input(Value::from_json_str(r#"{"rows": [{"owner": "o"}, {}]}"#).unwrap());
        assert_eq!(engine.eval_rule("data.p.p".to_owned()).unwrap(), Value::new_set());
    }

    #[test]
    fn places_are_those_of_the_original() {
        let text = "package p\n\np contains {\n\t\"msg\": r.owner,\n} if {\n\tsome r in input.rows\n}\n\nq := 1\n";
        let defined = Defined::new("p.rego", text).unwrap();
        assert_ne!(defined.text, text);
        for (found, expected) in [("owner", "owner"), ("some", "some"), ("q := 1", "q := 1"), ("__shall_0 if", "{")] {
            let (line, column) = place_of(&defined.text, defined.text.find(found).unwrap());
            assert_eq!(defined.original_place(line, column), place_of(text, text.find(expected).unwrap()), "{found}");
        }
        assert_eq!(defined.original_place(99, 1), (99, 1));
        // What needs nothing is left as it is.
        assert_eq!(Defined::new("p.rego", "package p\n\np := 1\n").unwrap().text, "package p\n\np := 1\n");
        assert!(Defined::new("p.rego", "package p\n\np contains if\n").is_err());
    }
}
