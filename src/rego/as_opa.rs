//! Rego as OPA reads it.
//!
//! The interpreter of regorus 0.14.1 gives other answers than OPA in some places where a value is undefined or a variable is
//! bound elsewhere, silently, and mostly fewer: a denial that is lost is a false green. docs/agreement.md lists them. A module is
//! rewritten before it is run, so that what it says is said in ways that both read alike; what cannot be rewritten is refused.
//! Each pass does what does not overlap, and parses again. Places in messages are those of the original.

mod edits;
mod rules;
mod statements;

use edits::{Group, Text, applied};
use regorus::unstable::{Parser, Source, Span};

use super::Fault;

/// Most passes over a module: each rewrites one level of nesting.
const MOST_PASSES: usize = 64;

/// A module as it is run.
#[derive(Debug)]
pub(super) struct AsOpa {
    /// Its text.
    pub(super) text: String,
    /// What each pass did, the first first.
    passes: Vec<Pass>,
}

/// A text before a pass, and where its pieces went.
#[derive(Debug)]
struct Pass {
    before: String,
    after: String,
    /// Where pieces begin, in order: behind the pass, and before it. What was added belongs to what follows it there.
    pieces: Vec<(usize, usize)>,
}

impl AsOpa {
    /// Rewrites a module.
    ///
    /// # Errors
    /// The module is no Rego, or says something that OPA reads in another way and that cannot be said otherwise.
    pub(super) fn new(file: &str, text: &str) -> Result<AsOpa, Fault> {
        let mut module = AsOpa { text: text.to_owned(), passes: Vec::new() };
        let mut variables = 0;
        for _ in 0..MOST_PASSES {
            let parsed = Source::from_contents(file.to_owned(), module.text.clone())
                .and_then(|source| {
                    let mut parser = Parser::new(&source)?;
                    // As an engine reads it.
                    parser.enable_rego_v1()?;
                    parser.parse()
                })
                .map_err(|error| module.placed(super::fault(&error.to_string())))?;
            let mut rewriting = Rewriting { text: Text(&module.text), groups: Vec::new(), refused: None, variables };
            rewriting.module(&parsed);
            if let Some((span, message)) = rewriting.refused {
                let place = Some((file.to_owned(), span.line, span.col));
                return Err(module.placed(Fault { message: message.to_owned(), place }));
            }
            variables = rewriting.variables;
            let groups = edits::disjoint(rewriting.groups);
            if groups.is_empty() {
                return Ok(module);
            }
            let (after, pieces) = applied(&module.text, groups);
            let before = std::mem::replace(&mut module.text, after.clone());
            module.passes.push(Pass { before, after, pieces });
        }
        Err(Fault { message: "it is nested too deep to be read as OPA reads it".to_owned(), place: None })
    }

    /// A fault of the module as it is run, at its place in the original.
    pub(super) fn placed(&self, fault: Fault) -> Fault {
        let place = fault.place.map(|(file, line, column)| {
            let (line, column) =
                self.passes.iter().rev().fold((line, column), |(line, column), pass| pass.place_before(line, column));
            (file, line, column)
        });
        Fault { place, ..fault }
    }
}

impl Pass {
    fn place_before(&self, line: u32, column: u32) -> (u32, u32) {
        let Some(offset) = offset_of(&self.after, line, column) else { return (line, column) };
        let piece = self.pieces.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        let Some((start, from)) = self.pieces.get(piece) else { return (line, column) };
        place_of(&self.before, from + (offset - start))
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

/// What one pass over a module finds.
struct Rewriting<'t> {
    text: Text<'t>,
    groups: Vec<Group>,
    /// The first thing that is refused, and why.
    refused: Option<(Span, &'static str)>,
    /// How many variables were made so far.
    variables: usize,
}

impl Rewriting<'_> {
    /// The name of a variable that no module has.
    fn variable(&mut self) -> String {
        self.variables += 1;
        format!("{OWN}{}", self.variables - 1)
    }

    fn refuse(&mut self, span: &Span, why: &'static str) {
        if self.refused.is_none() {
            self.refused = Some((span.clone(), why));
        }
    }
}

/// How variables that are made begin.
const OWN: &str = "__shall_";

#[cfg(test)]
mod tests;
