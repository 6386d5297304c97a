//! The grammar's pairs to the syntax tree.
//!
//! Enters: the text of one item, of which [`super::scan`] has found that quotes and brackets close and that nesting is
//! bounded. Leaves: its tree, or diagnostics. This module and those below it are the only ones that name the grammar's
//! rules. One function for each rule; a function always returns a node, and where something is wrong with it, it leaves
//! a diagnostic and returns what comes nearest: an item with an error gives no tree in the end.

mod calendar;
mod declaration;
mod error;
mod expression;
mod literal;
mod operators;
mod recover;
mod rule;
mod source;
mod table;
mod test;
mod text;

use std::cell::{Cell, RefCell};

use pest::Parser;
use pest::iterators::Pair as PestPair;

pub(super) use self::error::{ITEM_WORDS, kind_of};
use self::grammar::{Grammar, Rule};
use super::ast::{Expr, ExprKind, Item, ItemKind, Name};
use super::scan::Token;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span, Spanned};

#[allow(missing_docs, unreachable_pub, reason = "the derive makes public items without documentation")]
mod grammar {
    /// The parser that is made from the grammar.
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/shall.pest"]
    pub struct Grammar;
}

type Pair<'i> = PestPair<'i, Rule>;

/// An item before it is parsed.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    /// The file that it is in.
    pub(super) file: FileId,
    /// Its offset in the file.
    pub(super) base: usize,
    /// Its text, as the scan leaves it.
    pub(super) text: &'a str,
    /// What it is.
    pub(super) kind: ItemKind,
    /// Its rough tokens.
    pub(super) tokens: &'a [Token],
    /// Offsets of quotes that are not closed.
    pub(super) open_texts: &'a [usize],
}

/// Parses one item; without a tree there is at least one diagnostic, unless `open_texts` is not empty.
pub(super) fn parse_item(input: &Input<'_>) -> (Option<Item>, Vec<Diagnostic>) {
    let builder = Builder::new(input);
    let rule = match input.kind {
        ItemKind::Zone => Rule::zone,
        ItemKind::Standard => Rule::standard,
        ItemKind::Record => Rule::record,
        ItemKind::Extend => Rule::extend,
        ItemKind::Parameter => Rule::parameter,
        ItemKind::Bind => Rule::bind,
        ItemKind::Define => Rule::define,
        ItemKind::Calendar => Rule::calendar,
        ItemKind::LeaveOut => Rule::leave_out,
        ItemKind::Table => Rule::table,
        ItemKind::Rule => Rule::rule_item,
        ItemKind::Advice => Rule::advice,
        ItemKind::Source => Rule::source,
        ItemKind::Test => Rule::test,
        ItemKind::Unknown => return (None, Vec::new()),
    };
    let item = if input.open_texts.is_empty() {
        match Grammar::parse(rule, input.text) {
            Ok(mut pairs) => pairs.next().and_then(|pair| builder.item(pair)),
            Err(error) => {
                builder.recover(input, Some(&error));
                None
            }
        }
    } else {
        builder.recover(input, None);
        None
    };
    (item, builder.diagnostics.into_inner())
}

/// What the functions that make nodes share.
struct Builder<'a> {
    file: FileId,
    base: usize,
    text: &'a str,
    kind: ItemKind,
    /// How many nodes of an expression are around the one that is being made.
    level: Cell<usize>,
    diagnostics: RefCell<Vec<Diagnostic>>,
}

impl<'a> Builder<'a> {
    fn new(input: &Input<'a>) -> Builder<'a> {
        Builder {
            file: input.file,
            base: input.base,
            text: input.text,
            kind: input.kind,
            level: Cell::new(0),
            diagnostics: RefCell::new(Vec::new()),
        }
    }

    /// Makes the tree of an item.
    fn item(&self, pair: Pair<'_>) -> Option<Item> {
        match pair.as_rule() {
            Rule::zone => self.zone(pair).map(Item::Zone),
            Rule::standard => self.standard(pair).map(Item::Standard),
            Rule::record => self.record(pair).map(Item::Record),
            Rule::extend => self.extend(pair).map(Item::Extend),
            Rule::parameter => self.parameter(pair).map(Item::Parameter),
            Rule::bind => self.bind(pair).map(Item::Bind),
            Rule::define => self.define(pair).map(Item::Define),
            Rule::calendar => self.calendar(pair).map(Item::Calendar),
            Rule::leave_out => self.leave_out(pair).map(Item::LeaveOut),
            Rule::table => self.table(pair).map(Item::Table),
            Rule::rule_item => self.rule(pair).map(|rule| Item::Rule(Box::new(rule))),
            Rule::advice => self.advice(pair).map(|advice| Item::Advice(Box::new(advice))),
            Rule::source => self.source(pair).map(Item::Source),
            Rule::test => self.test(pair).map(|test| Item::Test(Box::new(test))),
            _ => None,
        }
    }

    fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// Reports a mark or a word of another language.
    fn foreign(&self, span: Span, shown: &str, help: impl Into<String>) {
        let message = format!("`{shown}` is not part of the language");
        let label = "the spelling of another language";
        self.report(Diagnostic::new(Code::ForeignOperator, span, message, label).with_help(help));
    }

    /// The place of a range of the item's text.
    fn place(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start, self.base + end)
    }

    fn span(&self, pair: &Pair<'_>) -> Span {
        self.place(pair.as_span().start(), end(pair))
    }

    /// The text under a place, on one line.
    fn shown(&self, span: Span) -> String {
        let start = (span.start as usize).saturating_sub(self.base);
        let end = (span.end as usize).saturating_sub(self.base);
        one_line(self.text.get(start..end).unwrap_or(""))
    }

    /// A name as written.
    fn name(&self, pair: &Pair<'_>) -> Name {
        Spanned::new(pair.as_str().to_owned(), self.span(pair))
    }

    /// What stands for an expression that could not be made.
    fn nothing(&self, span: Span) -> Expr {
        Expr { kind: ExprKind::Name(String::new()), span }
    }
}

/// The offset behind the last token of a pair.
///
/// The pair itself may go on over blanks and comments, up to where something optional could have stood.
fn end(pair: &Pair<'_>) -> usize {
    match pair.as_rule() {
        // Its closing quotation mark is no token of its own.
        Rule::template => pair.as_span().end(),
        _ => pair.clone().into_inner().next_back().map_or(pair.as_span().end(), |last| end(&last)),
    }
}

/// A pair as written, on one line.
fn shown(pair: &Pair<'_>) -> String {
    let span = pair.as_span();
    one_line(span.get_input().get(span.start()..end(pair)).unwrap_or(""))
}

/// Writes a text on one line, without comments: blanks around a line break become one.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let (mut quoted, mut escaped) = (false, false);
    let mut characters = text.trim().chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '#' if !quoted => while characters.next_if(|next| *next != '\n').is_some() {},
            '\n' | '\r' => {
                while characters.next_if(|next| next.is_whitespace()).is_some() {}
                line.truncate(line.trim_end().len());
                line.push(' ');
            }
            _ => line.push(character),
        }
        quoted ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
    }
    line.truncate(line.trim_end().len());
    line
}
