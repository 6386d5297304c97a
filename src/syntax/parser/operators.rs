//! Operators: their precedence, and chains of them that could be read in two ways.

use std::sync::LazyLock;

use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::{Builder, Pair, Rule, one_line};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{BinaryOp, Quantifier};

/// From loose to tight.
pub(super) static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let infix = |rule| Op::infix(rule, Assoc::Left);
    let any = |rules: &[Rule]| {
        let mut rules = rules.iter();
        let first = rules.next().map_or_else(|| infix(Rule::implies), |rule| infix(*rule));
        rules.fold(first, |all, rule| all | infix(*rule))
    };
    PrattParser::new()
        .op(infix(Rule::implies))
        .op(any(&[Rule::or, Rule::or_mark]))
        .op(any(&[Rule::and, Rule::and_mark]))
        .op(Op::prefix(Rule::not_op))
        .op(any(&[
            Rule::equal,
            Rule::not_equal,
            Rule::less_than,
            Rule::less_or_equal,
            Rule::greater_than,
            Rule::greater_or_equal,
            Rule::in_op,
            Rule::not_in,
            Rule::during,
            Rule::overlaps,
            Rule::covers,
            Rule::matches,
            Rule::contains,
            Rule::starts_with,
            Rule::ends_with,
            Rule::foreign_word,
            Rule::foreign_mark,
        ]))
        .op(any(&[Rule::within, Rule::minus, Rule::union]))
        .op(any(&[Rule::range, Rule::through]))
        .op(any(&[Rule::add, Rule::subtract]))
        .op(any(&[Rule::multiply, Rule::divide]))
        .op(infix(Rule::otherwise))
        .op(Op::prefix(Rule::negate))
});

/// The operator of a rule that is an infix.
pub(super) fn operator(rule: Rule) -> BinaryOp {
    match rule {
        Rule::implies => BinaryOp::Implies,
        Rule::or | Rule::or_mark => BinaryOp::Or,
        Rule::not_equal => BinaryOp::NotEqual,
        Rule::equal => BinaryOp::Equal,
        Rule::less_than => BinaryOp::Less,
        Rule::less_or_equal => BinaryOp::LessOrEqual,
        Rule::greater_than => BinaryOp::Greater,
        Rule::greater_or_equal => BinaryOp::GreaterOrEqual,
        Rule::in_op => BinaryOp::In,
        Rule::not_in => BinaryOp::NotIn,
        Rule::during => BinaryOp::During,
        Rule::overlaps => BinaryOp::Overlaps,
        Rule::covers => BinaryOp::Covers,
        Rule::matches => BinaryOp::Matches,
        Rule::contains => BinaryOp::Contains,
        Rule::starts_with => BinaryOp::StartsWith,
        Rule::ends_with => BinaryOp::EndsWith,
        Rule::within => BinaryOp::Within,
        Rule::minus => BinaryOp::Minus,
        Rule::union => BinaryOp::Union,
        Rule::range => BinaryOp::Until,
        Rule::through => BinaryOp::Through,
        Rule::add => BinaryOp::Add,
        Rule::subtract => BinaryOp::Subtract,
        Rule::multiply => BinaryOp::Multiply,
        Rule::divide => BinaryOp::Divide,
        Rule::otherwise => BinaryOp::Otherwise,
        // `and`, `&&`; nothing else is an infix.
        _ => BinaryOp::And,
    }
}

/// A piece of a flat chain.
pub(super) enum Piece<'i> {
    /// `not`, `-`
    Prefix(Pair<'i>),
    /// An operand with what follows it tightly.
    Operand(Pair<'i>),
    /// An operator between two operands.
    Infix(Pair<'i>),
}

impl<'i> Piece<'i> {
    /// The pair itself.
    pub(super) fn into_pair(self) -> Pair<'i> {
        match self {
            Piece::Prefix(pair) | Piece::Operand(pair) | Piece::Infix(pair) => pair,
        }
    }

    fn pair(&self) -> &Pair<'i> {
        match self {
            Piece::Prefix(pair) | Piece::Operand(pair) | Piece::Infix(pair) => pair,
        }
    }

    fn start(&self) -> usize {
        self.pair().as_span().start()
    }

    /// How tightly it binds, if it is an infix.
    fn tightness(&self) -> Option<Tightness> {
        let Piece::Infix(pair) = self else { return None };
        Some(match pair.as_rule() {
            Rule::implies => Tightness::Implies,
            Rule::or | Rule::or_mark => Tightness::Or,
            Rule::and | Rule::and_mark => Tightness::And,
            Rule::within | Rule::minus | Rule::union | Rule::range | Rule::through => Tightness::Between,
            Rule::add | Rule::subtract | Rule::multiply | Rule::divide => Tightness::Arithmetic,
            Rule::otherwise => Tightness::Otherwise,
            _ => Tightness::Comparison,
        })
    }
}

/// The pieces of a flat chain, in order.
pub(super) fn pieces(pair: Pair<'_>) -> Vec<Piece<'_>> {
    pair.into_inner()
        .map(|inner| match inner.as_rule() {
            Rule::operand => Piece::Operand(inner),
            Rule::not_op | Rule::negate => Piece::Prefix(inner),
            _ => Piece::Infix(inner),
        })
        .collect()
}

/// Classes of operators, from loose to tight, as far as reading them wrongly is a danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tightness {
    Implies,
    Or,
    And,
    Comparison,
    Between,
    Arithmetic,
    Otherwise,
}

/// Whether a word means "no value" in another language.
pub(super) fn is_null(word: &str) -> bool {
    matches!(word, "null" | "NULL" | "Null" | "nil" | "None" | "undefined")
}

impl Builder<'_> {
    /// Reports chains that could be read in two ways, and words that stand for "no value".
    pub(super) fn check_pieces(&self, pieces: &[Piece<'_>]) {
        self.check_foreign_words(pieces);
        let between = self.check_between(pieces);
        if let [first, second, ..] = infixes(pieces, |tightness| tightness == Tightness::Implies).as_slice() {
            self.report_mixed(Code::MixedAndOr, "`implies` beside `implies`", first, second, implications(pieces));
        }
        for part in split(pieces, |tightness| tightness == Tightness::Implies) {
            let or = infixes(part, |tightness| tightness == Tightness::Or);
            let and = infixes(part, |tightness| tightness == Tightness::And);
            if let (Some(or), Some(and)) = (or.first(), and.first())
                && !between
            {
                let (first, second) = in_order(or, and);
                let ways = ways(part, Tightness::And, Tightness::Or);
                self.report_mixed(Code::MixedAndOr, "`and` beside `or`", first, second, ways);
            }
        }
        for part in split(pieces, |tightness| tightness <= Tightness::And) {
            if let [first, second, ..] = infixes(part, |tightness| tightness == Tightness::Comparison).as_slice()
                && !between
            {
                let operands: Vec<String> =
                    split(part, |tightness| tightness == Tightness::Comparison).map(shown).collect();
                let signs = infixes(part, |tightness| tightness == Tightness::Comparison);
                let links: Vec<String> = operands
                    .windows(2)
                    .zip(&signs)
                    .map(|(sides, sign)| format!("{} {} {}", sides[0], one_line(sign.as_str()), sides[1]))
                    .collect();
                self.report(
                    Diagnostic::new(
                        Code::ChainedComparison,
                        self.span(second),
                        "two comparisons are chained",
                        "compares the result of the first comparison",
                    )
                    .with_label(self.span(first), "the first comparison")
                    .with_help(format!("write `{}`", links.join(" and "))),
                );
            }
        }
        for part in split(pieces, |tightness| tightness <= Tightness::Between) {
            let otherwise = infixes(part, |tightness| tightness == Tightness::Otherwise);
            let arithmetic = infixes(part, |tightness| tightness == Tightness::Arithmetic);
            if let (Some(otherwise), Some(arithmetic)) = (otherwise.first(), arithmetic.first()) {
                let (first, second) = in_order(otherwise, arithmetic);
                let ways = ways(part, Tightness::Otherwise, Tightness::Arithmetic);
                self.report_mixed(Code::MixedOtherwise, "`otherwise` beside arithmetic", first, second, ways);
            }
        }
    }

    /// Reports operators that stand side by side, with the two ways of bracketing them.
    fn report_mixed(&self, code: Code, what: &str, first: &Pair<'_>, second: &Pair<'_>, ways: [String; 2]) {
        let message = format!("{what} needs brackets");
        let label = format!("`{}` beside `{}`", second.as_str(), first.as_str());
        let mut diagnostic = Diagnostic::new(code, self.span(second), message, label)
            .with_label(self.span(first), format!("`{}`", first.as_str()));
        for (at, way) in ways.iter().enumerate() {
            diagnostic = diagnostic.with_help(format!("{} `{way}`", if at == 0 { "write" } else { "or" }));
        }
        self.report(diagnostic);
    }

    /// Reports `True`, and `null` and its like; beside `=` or `!=` with the test for presence.
    fn check_foreign_words(&self, pieces: &[Piece<'_>]) {
        for (at, piece) in pieces.iter().enumerate() {
            // Cheap to ask of every operand: what stands there for nothing is one short word.
            let word = piece.pair().as_str().split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
            if !matches!(piece, Piece::Operand(_)) || super::end(piece.pair()) != piece.start() + word.len() {
                continue;
            }
            if matches!(word, "True" | "TRUE" | "False" | "FALSE") {
                let help = format!("write `{}`; a member of that name is written \"{word}\"", word.to_lowercase());
                self.foreign(self.span(piece.pair()), word, help);
            }
            if !is_null(word) {
                continue;
            }
            let beside = |at: Option<usize>| at.and_then(|at| pieces.get(at)).map(|piece| piece.pair());
            let comparison = |pair: &&Pair<'_>| matches!(pair.as_rule(), Rule::equal | Rule::not_equal);
            let before = beside(at.checked_sub(1)).filter(comparison).zip(beside(at.checked_sub(2)));
            let after = beside(Some(at + 1)).filter(comparison).zip(beside(Some(at + 2)));
            let help = match before.or(after) {
                Some((sign, tested)) => {
                    let state = if sign.as_rule() == Rule::equal { "absent" } else { "present" };
                    format!("write `{} is {state}`", super::shown(tested))
                }
                None => format!("test with `is absent` or `is present`; a member of that name is written \"{word}\""),
            };
            self.foreign(self.span(piece.pair()), word, help);
        }
    }

    /// Reports `x between a and b`; says whether there was one.
    fn check_between(&self, pieces: &[Piece<'_>]) -> bool {
        let mut found = false;
        for (at, piece) in pieces.iter().enumerate() {
            let Piece::Infix(pair) = piece else { continue };
            if pair.as_rule() != Rule::foreign_word || !pair.as_str().eq_ignore_ascii_case("between") {
                continue;
            }
            found = true;
            let behind = pieces.get(at + 1..).unwrap_or(&[]);
            let mut sides = split(behind, |tightness| tightness == Tightness::And)
                .map(|side| split(side, |tightness| tightness <= Tightness::And).next().unwrap_or(side));
            let ahead = split(pieces.get(..at).unwrap_or(&[]), |tightness| tightness <= Tightness::Comparison).last();
            let help = match (ahead, sides.next(), sides.next()) {
                (Some(tested), Some(low), Some(high)) => {
                    let (tested, low, high) = (shown(tested), shown(low), shown(high));
                    format!("write `{tested} >= {low} and {tested} <= {high}`")
                }
                _ => "write `x >= a and x <= b`".to_owned(),
            };
            self.foreign(self.span(pair), pair.as_str(), help);
        }
        found
    }

    /// Reports a bare `or` or `implies` at the top of a quantifier's `where`; the quantifier begins at `start`.
    pub(super) fn check_bare_or(&self, binder: &Pair<'_>, start: usize, quantifier: Quantifier) {
        let condition = binder
            .clone()
            .into_inner()
            .find(|inner| inner.as_rule() == Rule::where_clause)
            .and_then(|clause| clause.into_inner().find(|inner| inner.as_rule() == Rule::expr));
        let Some(condition) = condition else { return };
        let whole = condition.as_span().start()..super::end(&condition);
        let pieces = pieces(condition);
        let loose = infixes(&pieces, |tightness| tightness <= Tightness::Or);
        let mixed = split(&pieces, |tightness| tightness == Tightness::Implies).any(|part| {
            [Tightness::And, Tightness::Or].iter().all(|tight| !infixes(part, |other| other == *tight).is_empty())
        });
        let Some(first) = loose.first().filter(|_| !mixed) else { return };
        let text = |from: usize, to: usize| one_line(self.text.get(from..to).unwrap_or(""));
        let head = text(start, whole.start);
        let word = first.as_str();
        let mut diagnostic = Diagnostic::new(
            Code::BareOr,
            self.span(first),
            format!("a bare `{word}` stands in the `where` of a quantifier"),
            "does it belong to the `where`?",
        )
        .with_label(self.place(start, whole.start), "the `where` goes on to the end of the condition")
        .with_help(format!("write `{head} ({})`", text(whole.start, whole.end)));
        if quantifier != Quantifier::Every {
            let operator = first.as_span();
            let inside = text(whole.start, operator.start());
            let outside = text(operator.start(), whole.end);
            diagnostic = diagnostic.with_help(format!("or `({head} {inside}) {outside}`"));
        }
        self.report(diagnostic);
    }
}

/// Two pairs in the order in which they are written.
fn in_order<'a, 'i>(one: &'a Pair<'i>, other: &'a Pair<'i>) -> (&'a Pair<'i>, &'a Pair<'i>) {
    if one.as_span().start() < other.as_span().start() { (one, other) } else { (other, one) }
}

/// The infixes of some classes, in order.
fn infixes<'a, 'i>(pieces: &'a [Piece<'i>], of: impl Fn(Tightness) -> bool) -> Vec<&'a Pair<'i>> {
    pieces.iter().filter(|piece| piece.tightness().is_some_and(&of)).map(Piece::pair).collect()
}

/// The parts between the infixes of some classes.
fn split<'a, 'i>(pieces: &'a [Piece<'i>], at: impl Fn(Tightness) -> bool) -> impl Iterator<Item = &'a [Piece<'i>]> {
    pieces.split(move |piece| piece.tightness().is_some_and(&at))
}

/// Pieces as written, on one line; very long ones are cut.
fn shown(pieces: &[Piece<'_>]) -> String {
    const LONGEST: usize = 60;
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return String::new() };
    let start = first.pair().as_span();
    let text = one_line(start.get_input().get(start.start()..super::end(last.pair())).unwrap_or(""));
    if text.chars().count() <= LONGEST {
        return text;
    }
    let mut cut: String = text.chars().take(LONGEST).collect();
    cut.push('…');
    cut
}

/// The two ways of bracketing a chain of operators of two classes.
fn ways(pieces: &[Piece<'_>], one: Tightness, other: Tightness) -> [String; 2] {
    [bracketed(pieces, one, other), bracketed(pieces, other, one)]
}

/// The chain with brackets around what the operators of one class hold together between those of another.
fn bracketed(pieces: &[Piece<'_>], tight: Tightness, loose: Tightness) -> String {
    let mut text = String::new();
    let mut operators = infixes(pieces, |tightness| tightness == loose).into_iter();
    for group in split(pieces, |tightness| tightness == loose) {
        let inside = shown(group);
        if infixes(group, |tightness| tightness == tight).is_empty() {
            text.push_str(&inside);
        } else {
            text.push_str(&format!("({inside})"));
        }
        if let Some(operator) = operators.next() {
            text.push_str(&format!(" {} ", operator.as_str()));
        }
    }
    text
}

/// The two ways of bracketing a chain of `implies`.
fn implications(pieces: &[Piece<'_>]) -> [String; 2] {
    let parts: Vec<String> = split(pieces, |tightness| tightness == Tightness::Implies).map(shown).collect();
    match parts.split_first().zip(parts.split_last()) {
        Some(((first, behind), (last, ahead))) => [
            format!("({}) implies {last}", ahead.join(" implies ")),
            format!("{first} implies ({})", behind.join(" implies ")),
        ],
        None => [String::new(), String::new()],
    }
}
