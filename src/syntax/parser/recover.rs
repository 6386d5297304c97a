//! Finding every fault of a broken item: its parts are parsed one by one.

use std::ops::Range;

use pest::Parser;
use pest::error::Error;

use super::{Builder, Grammar, Input, Pair, Rule};
use crate::syntax::ast::ItemKind;
use crate::syntax::scan::{MOST_FAULTS, Token, TokenKind};

/// A part of an item, and what it should be.
struct Part {
    rule: Rule,
    start: usize,
    end: usize,
}

impl<'a> Builder<'a> {
    /// Reports what is wrong with the parts of an item that cannot be parsed as a whole.
    ///
    /// Where each part fits the grammar by itself, what `error` says of the whole is reported, too.
    pub(super) fn recover(&self, input: &Input<'a>, error: Option<&Error<Rule>>) {
        let mut misfit = false;
        for part in parts(input) {
            if input.open_texts.iter().any(|quote| (part.start..part.end).contains(quote)) {
                continue;
            }
            // A part sees what follows it, for messages on what stands where it should have gone on.
            let Some(text) = input.text.get(part.start..) else { continue };
            let Some(own) = input.text.get(part.start..part.end) else { continue };
            let alone = Builder::new(&Input { base: input.base + part.start, text, ..*input });
            match Grammar::parse(part.rule, own) {
                Ok(pairs) => pairs.for_each(|pair| alone.read_alone(pair)),
                Err(error) => {
                    alone.misfit(&error);
                    misfit = true;
                }
            }
            self.diagnostics.borrow_mut().append(&mut alone.diagnostics.into_inner());
            if self.diagnostics.borrow().len() > MOST_FAULTS {
                return;
            }
        }
        if let Some(error) = error.filter(|_| !misfit) {
            self.misfit(error);
        }
    }

    fn read_alone(&self, pair: Pair<'_>) {
        match pair.as_rule() {
            Rule::part_alone => self.parts_alone(pair),
            Rule::entry_alone => self.entries_alone(pair),
            Rule::test_line_alone => self.test_lines_alone(pair),
            _ => pair.into_inner().for_each(|inner| match inner.as_rule() {
                Rule::item_name => drop(self.item_name(&inner)),
                Rule::branch => drop(self.branch(inner)),
                Rule::calendar_zone | Rule::weekly | Rule::closed | Rule::open | Rule::holidays | Rule::valid => {
                    drop(self.calendar_line(inner));
                }
                Rule::field => drop(self.field(inner)),
                Rule::more_members => drop(self.more_members(inner)),
                Rule::table_row => drop(self.table_row(inner)),
                Rule::comma => self.needless_comma(&inner),
                _ => {}
            }),
        }
    }
}

/// Cuts an item into parts, where lines begin with a word that can only begin one.
fn parts(input: &Input<'_>) -> Vec<Part> {
    match input.kind {
        ItemKind::Rule | ItemKind::Advice => rule_parts(input),
        ItemKind::Record => block_parts(input, Rule::record_head, Rule::field_alone, begins_field),
        ItemKind::Extend => block_parts(input, Rule::extend_head, Rule::extension_alone, begins_field),
        ItemKind::Calendar => block_parts(input, Rule::calendar_head, Rule::calendar_line_alone, |_, _| true),
        ItemKind::Table => block_parts(input, Rule::table_head, Rule::row_alone, |_, _| true),
        ItemKind::Source => block_parts(input, Rule::source_head, Rule::entry_alone, begins_entry),
        ItemKind::Test => block_parts(input, Rule::test_head, Rule::test_line_alone, begins_test_line),
        _ => Vec::new(),
    }
}

/// The text of the token at a position; empty behind the last.
fn word<'a>(input: &Input<'a>, at: usize) -> &'a str {
    input.tokens.get(at).and_then(|token| input.text.get(token.start..token.end)).unwrap_or("")
}

/// Positions, among those of a range, of the tokens that lead a line at a depth and begin something.
fn starts(input: &Input<'_>, among: Range<usize>, depth: usize, begins: fn(&Input<'_>, usize) -> bool) -> Vec<usize> {
    let leads = |token: &Token| token.leads && token.depth == depth && token.kind == TokenKind::Word;
    among.filter(|at| input.tokens.get(*at).is_some_and(leads) && begins(input, *at)).collect()
}

/// Parts from each of some tokens to the next of them, the last up to `end`.
fn between(input: &Input<'_>, rule: Rule, starts: &[usize], end: usize) -> Vec<Part> {
    let offset = |at: &usize| input.tokens.get(*at).map_or(end, |token| token.start);
    let ends = starts.iter().skip(1).map(offset).chain([end]);
    starts.iter().map(offset).zip(ends).map(|(start, end)| Part { rule, start, end }).collect()
}

fn rule_parts(input: &Input<'_>) -> Vec<Part> {
    let starts = starts(input, 1..input.tokens.len(), 0, begins_part);
    let end = input.text.len();
    let first = starts.first().and_then(|at| input.tokens.get(*at)).map_or(end, |token| token.start);
    let mut parts = vec![Part { rule: Rule::rule_head, start: 0, end: first }];
    let nexts = starts.iter().skip(1).copied().chain([input.tokens.len()]);
    for ((part, at), next) in between(input, Rule::part_alone, &starts, end).into_iter().zip(&starts).zip(nexts) {
        let text = input.text.get(part.start..part.end).unwrap_or("");
        match branches(input, *at..next) {
            // The whole is at fault only if each branch is good.
            Some(branches) if Grammar::parse(part.rule, text).is_err() => parts.extend(branches),
            _ => parts.push(part),
        }
    }
    parts
}

/// The branches of a condition that is made of some tokens, if it has branches.
fn branches(input: &Input<'_>, tokens: Range<usize>) -> Option<Vec<Part>> {
    let at = tokens.start;
    let opens = matches!(word(input, at), "shall" | "should" | "must")
        && matches!(word(input, at + 1), "any" | "all")
        && word(input, at + 2) == "of"
        && word(input, at + 3) == "{";
    if !opens {
        return None;
    }
    let closes = |at: &usize| word(input, *at) == "}" && input.tokens.get(*at).is_some_and(|token| token.depth == 0);
    let close = tokens.rev().find(closes)?;
    let starts = starts(input, at..close, 1, begins_branch);
    let end = input.tokens.get(close)?.start;
    Some(between(input, Rule::branch_alone, &starts, end)).filter(|parts| !parts.is_empty())
}

/// The head of an item with a block, and what begins on lines inside the block.
fn block_parts(input: &Input<'_>, head: Rule, inner: Rule, begins: fn(&Input<'_>, usize) -> bool) -> Vec<Part> {
    let is_mark = |token: &Token, mark: &str| token.depth == 0 && input.text.get(token.start..token.end) == Some(mark);
    let all = |mark: &'static str| (0..input.tokens.len()).filter(move |at| is_mark(&input.tokens[*at], mark));
    // Members in braces may stand before the block, never behind it.
    let (Some(open), Some(close)) = (all("{").next_back(), all("}").next_back()) else { return Vec::new() };
    let (start, end) = (input.tokens[open].end, input.tokens[close].start);
    let mut parts = vec![Part { rule: head, start: 0, end: start }];
    parts.extend(between(input, inner, &starts(input, open..input.tokens.len(), 1, begins), end));
    parts
}

fn begins_part(input: &Input<'_>, at: usize) -> bool {
    match word(input, at) {
        "cites" | "supports" | "let" | "due" | "shall" | "should" | "must" | "reads" | "because" | "major" => true,
        // `if none` and `if absent` go with what stands above them.
        "for" => word(input, at + 1) == "each",
        _ => false,
    }
}

fn begins_branch(input: &Input<'_>, at: usize) -> bool {
    word(input, at + 1) == ":"
}

/// Lines of a record begin with a field, unless they go on with one.
fn begins_field(input: &Input<'_>, at: usize) -> bool {
    word(input, at) != "key" || word(input, at + 1) == ":"
}

/// Lines of a source begin with an entry, unless they go on with one.
fn begins_entry(input: &Input<'_>, at: usize) -> bool {
    !matches!(
        word(input, at),
        "as" | "match" | "split" | "find" | "at" | "names" | "each" | "one" | "when" | "where" | "because"
    ) || matches!(word(input, at + 1), "=" | "from")
}

/// Lines of a test begin with their word; others go on with the line above.
fn begins_test_line(input: &Input<'_>, at: usize) -> bool {
    !matches!(word(input, at), "on" | "via" | "because" | "through")
}
