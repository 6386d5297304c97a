//! What pest says of a text that does not fit the grammar, in words.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::calendar::WEEKDAYS;
use super::declaration::{a_kind, is_reserved};
use super::{Builder, Rule};
use crate::diagnostic::{Code, Diagnostic, closest};
use crate::syntax::ast::ItemKind;

/// The first words of items.
pub(in crate::syntax) const ITEM_WORDS: [&str; 14] = [
    "zone",
    "standard",
    "record",
    "extend",
    "parameter",
    "bind",
    "define",
    "calendar",
    "leave",
    "table",
    "rule",
    "advice",
    "source",
    "test",
];

/// How many things a message says could stand at a place.
const MOST_EXPECTED: usize = 5;

impl Builder<'_> {
    /// Reports where the grammar could not go on.
    pub(super) fn misfit(&self, error: &Error<Rule>) {
        let offset = match error.location {
            InputLocation::Pos(offset) | InputLocation::Span((offset, _)) => offset,
        };
        let expected = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => self.expected_texts(positives, offset),
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        let (offset, expected) = self.on_its_line(offset, expected);
        let unfinished = self.unfinished_line(offset, &expected);
        let found = if unfinished.is_some() { "" } else { self.found(offset) };
        let shown = match found {
            "" if unfinished.is_some() => LINE_END.to_owned(),
            "" => format!("the end of the {}", self.kind.noun()),
            found => format!("`{found}`"),
        };
        // At the end of the item or the line, the place is its last character.
        let (from, to) = match found {
            "" => {
                let end = unfinished.unwrap_or(self.text.trim_end().len());
                let last = self.text.get(..end).and_then(|text| text.chars().next_back()).map_or(0, char::len_utf8);
                (end - last, end)
            }
            found => (offset, offset + found.len()),
        };
        let message = match grouped(&expected).as_slice() {
            [] => format!("{shown} does not fit here"),
            expected => format!("expected {}, found {shown}", listed(expected)),
        };
        let diagnostic =
            Diagnostic::new(Code::SyntaxError, self.place(from, to), message, "cannot be read from here on");
        self.report(diagnostic.with_help_if(self.help(found, offset, &expected)));
    }

    /// The end of a line of a calendar that something is missing from, if that is what is wrong at an offset behind it.
    fn unfinished_line(&self, offset: usize, expected: &[&'static str]) -> Option<usize> {
        let ahead = self.text.get(..offset)?;
        let end = ahead.trim_end().len();
        let begins_line = expected.iter().any(|text| matches!(*text, WEEKDAY | CALENDAR_LINE));
        let on_next_line = end > 0 && ahead.get(end..)?.contains('\n');
        (self.kind == ItemKind::Calendar && on_next_line && !begins_line).then_some(end)
    }

    /// Moves a fault of a source or a record back to its line.
    ///
    /// A word too many on a line reads like the beginning of the next line, which then lacks its `=` or `:`.
    fn on_its_line(&self, offset: usize, expected: Vec<&'static str>) -> (usize, Vec<&'static str>) {
        let ahead = self.text.get(..offset).unwrap_or("").trim_end();
        let word = ahead.rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).map_or(0, |before| before + 1);
        let before = ahead.get(..word).unwrap_or("");
        let leads = before.rsplit('\n').next().unwrap_or("").trim().is_empty();
        let (mark, end): (_, &[&str]) = match self.kind {
            ItemKind::Source => ("`=`", &["the end of the line"]),
            ItemKind::Record | ItemKind::Extend => ("`:`", &["`key`", "a title in quotes", "the end of the line"]),
            _ => return (offset, expected),
        };
        if expected.contains(&mark) && word < ahead.len() && !leads {
            return (word, end.to_vec());
        }
        (offset, expected)
    }

    /// What stands at an offset: a word, a number, a text or one mark; empty at the end of the item.
    fn found(&self, offset: usize) -> &str {
        let rest = self.text.get(offset..).unwrap_or("");
        let Some(first) = rest.chars().next() else { return "" };
        let length = if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len())
        } else if first == '"' {
            let line = rest.lines().next().unwrap_or("");
            line.get(1..).and_then(|inner| inner.find('"')).map_or(line.len(), |end| end + 2)
        } else {
            first.len_utf8()
        };
        let found = rest.get(..length).unwrap_or("");
        if found.trim().is_empty() { "" } else { found }
    }

    fn help(&self, found: &str, offset: usize, expected: &[&'static str]) -> Option<String> {
        let line = self.text.get(..offset).unwrap_or("").rsplit('\n').next().unwrap_or("");
        if offset > 0
            && ITEM_WORDS.contains(&found)
            && line.trim().is_empty()
            && self.next_is_name(offset + found.len())
        {
            return Some(format!("if this begins {}, begin it in column 1", a_kind(kind_of(found))));
        }
        let is_word = |word: &str| word.len() > 1 && word.starts_with(|c: char| c.is_ascii_alphabetic());
        let words = expected.iter().flat_map(|text| quoted_words(text)).filter(|word| is_word(word));
        if let Some(near) = closest(found, words).filter(|_| is_word(found)) {
            return Some(format!("did you mean `{near}`?"));
        }
        if is_reserved(found) && found != "where" && expected.iter().any(|text| text.contains("name")) {
            return Some(format!(
                "`{found}` is a word of expressions; only fields, members and labels may be named so"
            ));
        }
        let rule = matches!(self.kind, ItemKind::Rule | ItemKind::Advice);
        let help = match expected {
            _ if expected.contains(&"`else`") => {
                "an `if` always has its `else`: what is the value where the condition does not hold?"
            }
            _ if rule && line.trim_end().ends_with("rego") && found.starts_with('"') => {
                "Rego stands alone behind `shall` or `should`: write two rules, or say the rest in Rego, too"
            }
            _ if expected.contains(&REGO_RULE) || (rule && expected == ["`,`", "`at`"]) => {
                "name the rule of Rego that reports what fails: `at data.change.violation`"
            }
            _ if expected.contains(&"`has`") => {
                "say behind `has` what each of them must have: `every a in x has a.late`"
            }
            _ if expected.contains(&VARIABLE) => "name it to speak of it: `count(incident i where i.state = closed)`",
            _ if expected.contains(&PERCENTAGE) => "write a share as a percentage: `major above 10%`",
            _ if self.kind == ItemKind::Bind
                && self.text.get(..offset).is_some_and(|ahead| ahead.trim_end().ends_with("since")) =>
            {
                "name the day from which on it holds: `since 2026-07-01`"
            }
            _ if self.kind == ItemKind::Bind && expected.contains(&"`from`") => {
                "say which document the value comes from: `from \"Incident policy, version 3\"`"
            }
            _ if self.kind == ItemKind::Table && expected.contains(&"`from`") => {
                "say which document the table comes from: `from \"Incident policy, annex B\"`"
            }
            _ if self.kind == ItemKind::Table && expected.contains(&"`=>`") => {
                "write a row as `high, low => p2`: a member for each parameter, or `any`, and what they give"
            }
            _ if self.kind == ItemKind::Source && expected.contains(&"`because`") => {
                "say why rows are left out: `because \"test records\"`"
            }
            _ if expected.contains(&WEEKDAY) && expected.contains(&TEXT) && is_word(found) => {
                return Some(format!("a title stands in quotation marks: `\"{found}\"`"));
            }
            _ if expected.contains(&WEEKDAY) || expected.contains(&CALENDAR_LINE) => match weekday(found) {
                Some(word) => return Some(format!("write `{word}`")),
                None => {
                    "the lines of a calendar begin with a weekday such as `mon`, with `zone`, `closed`, `open`, `holidays` or \
                     `valid`"
                }
            },
            _ if expected.contains(&HOURS) => "write hours as `08:00-12:00`, several with commas between them",
            _ if matches!(self.kind, ItemKind::Record | ItemKind::Extend) && expected.contains(&"`:`") => {
                "write a field as `name: type`"
            }
            _ if expected.contains(&EXPECTED_OUTCOME) => {
                "write `conformity`, `nonconformity`, `not determined`, `no population`, `not yet due` or `no subject \"…\"`; of an \
                 advice `followed`, `not followed`, `not determined` or `nothing to look at`"
            }
            _ if expected.contains(&MODALITY) => {
                "write `requirements` if it says what shall be done, `guidance` if it says what should be"
            }
            _ if expected.contains(&LEAVE_OUT) => "say what is left out: `leave out incident i where … because \"…\"`",
            _ if self.kind == ItemKind::LeaveOut && expected.contains(&"`because`") => {
                "say why they are left out: `because \"merged into another incident\"`"
            }
            _ if expected.contains(&EXTEND) => "say what is extended: `extend record incident { … }`",
            _ if rule && expected.contains(&"`because`") && self.kind == ItemKind::Advice => {
                "the parts of an advice begin with `cites`, `supports`, `for each`, `let`, `should` and `because`"
            }
            _ if rule && expected.contains(&"`because`") => {
                "the parts of a rule begin with `cites`, `for each`, `if none`, `let`, `if absent`, `due`, `shall`, `because` \
                 and `major`"
            }
            _ if expected == [EXPRESSION] => {
                "write the value or the condition that is missing, or remove what asks for it"
            }
            _ => return None,
        };
        Some(help.to_owned())
    }

    fn next_is_name(&self, offset: usize) -> bool {
        let rest = self.text.get(offset..).unwrap_or("").trim_start_matches([' ', '\t']);
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '"')
    }

    /// What rules are called, each once, as far as it helps to name them.
    fn expected_texts(&self, rules: &[Rule], offset: usize) -> Vec<&'static str> {
        let mut texts: Vec<&'static str> = Vec::new();
        for expected in rules {
            let text = match *expected {
                Rule::modal if self.kind == ItemKind::Advice => "`should`",
                Rule::date if self.kind == ItemKind::Calendar => DATE,
                Rule::through if self.kind == ItemKind::Calendar => "`through`",
                Rule::EOI if self.kind == ItemKind::Calendar => LINE_END,
                other => display(other),
            };
            if text != NOTHING && !texts.contains(&text) {
                texts.push(text);
            }
        }
        if texts.contains(&VARIABLE) {
            return vec![VARIABLE];
        }
        // A bracket behind a name would make it a call, and a text behind a text would join it: hardly what is missing.
        let behind_text = self.text.get(..offset).is_some_and(|ahead| ahead.trim_end().ends_with('"'));
        let unlikely = |text: &str| {
            (text == "`(`" && texts.contains(&OPERATOR)) || (text == TEXT && texts.len() > 1 && behind_text)
        };
        texts.iter().copied().filter(|text| !unlikely(text)).collect()
    }
}

/// The kind of item that begins with a word.
pub(in crate::syntax) fn kind_of(word: &str) -> ItemKind {
    match word {
        "zone" => ItemKind::Zone,
        "standard" => ItemKind::Standard,
        "record" => ItemKind::Record,
        "extend" => ItemKind::Extend,
        "parameter" => ItemKind::Parameter,
        "bind" => ItemKind::Bind,
        "define" => ItemKind::Define,
        "calendar" => ItemKind::Calendar,
        "leave" => ItemKind::LeaveOut,
        "table" => ItemKind::Table,
        "rule" => ItemKind::Rule,
        "advice" => ItemKind::Advice,
        "source" => ItemKind::Source,
        "test" => ItemKind::Test,
        _ => ItemKind::Unknown,
    }
}

/// The word for the weekday that a word means in full, or in capitals.
fn weekday(found: &str) -> Option<&'static str> {
    WEEKDAYS.into_iter().find(|word| found.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(word)))
}

/// Things in a list: `a`, `a or b`, `a, b or c`.
fn listed(texts: &[&str]) -> String {
    match texts {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// The words between backticks in a text.
fn quoted_words<'a>(text: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
    text.split('`').skip(1).step_by(2)
}

/// Things to expect with those that are many of a kind as one, the most telling first.
fn grouped(expected: &[&'static str]) -> Vec<&'static str> {
    let mut texts = expected.to_vec();
    for (group, members) in [(PART, PARTS), (ENTRY, ENTRIES), (ENTRY, CALENDAR_LINES), (TEST_LINE, TEST_LINES)] {
        if texts.iter().filter(|text| members.contains(text)).count() > 2 {
            texts.retain(|text| !members.contains(text));
            texts.push(group);
        }
    }
    // What may merely go on counts less than what may come next.
    texts.sort_by_key(|text| matches!(*text, OPERATOR | END));
    if texts.len() > MOST_EXPECTED {
        texts.truncate(MOST_EXPECTED - 1);
        texts.push("something else that may follow");
    }
    texts
}

const PARTS: &[&str] = &[
    "`cites`",
    "`supports`",
    "`for each`",
    "`if none`",
    "`let`",
    "`if absent`",
    "`due`",
    "`shall`",
    "`should`",
    "`reads`",
    "`because`",
    "`major`",
    END,
];
const ENTRIES: &[&str] = &["a word", "a name", "a setting", "`keep`", "`only`", "`exclude`", MAPPING, ASSIGNMENT];
const CALENDAR_LINES: &[&str] = &["`zone`", WEEKDAY, "`closed`", "`open`", "`holidays`", "`valid`", LINE_END];
const CALENDAR_LINE: &str = "a line of a calendar";
const LINE_END: &str = "the end of the line";
const TEST_LINES: &[&str] = &["`zone`", "`as_of`", "`period`", "`bind`", "`given`", "`expect`"];
const TEST_LINE: &str = "a line that begins with `zone`, `as_of`, `period`, `bind`, `given` or `expect`";
const EXPECTED_OUTCOME: &str = "an outcome";
const MAPPING: &str = "a mapping such as `incident from \"incidents*.json\"`";
const ASSIGNMENT: &str = "an assignment such as `number = ref`";
const OPERATOR: &str = "an operator";
const EXPRESSION: &str = "an expression";
const PART: &str = "the next part";
const ENTRY: &str = "the next line";
const END: &str = "the end of the item";
const NOTHING: &str = "";
const TEXT: &str = "a text in quotes";
const VARIABLE: &str = "a name for the record, as in `incident i`";
const REGO_RULE: &str = "a rule of Rego such as `data.change.violation`";
const PERCENTAGE: &str = "a percentage such as `10%`";
const MODALITY: &str = "`requirements` or `guidance`";
const LEAVE_OUT: &str = "`leave out`";
const EXTEND: &str = "`extend record`";
const LITERAL: &str = "a value";
const WEEKDAY: &str = "a weekday such as `mon`";
const DATE: &str = "a date such as `2026-12-25`";
const HOURS: &str = "hours such as `08:00-12:00`";

/// What a rule of the grammar is called in a message; empty for rules that no message should name.
fn display(rule: Rule) -> &'static str {
    match rule {
        Rule::EOI => END,
        Rule::WHITESPACE | Rule::COMMENT | Rule::gap | Rule::name_char | Rule::end | Rule::reserved => NOTHING,
        Rule::reserved_word | Rule::digits | Rule::decimal | Rule::ranges => NOTHING,
        Rule::rule_head | Rule::part_alone | Rule::branch_alone | Rule::record_head => NOTHING,
        Rule::calendar_head => NOTHING,
        Rule::calendar_line_alone => CALENDAR_LINE,
        Rule::extend_head | Rule::extension_alone | Rule::extension => NOTHING,
        Rule::table_head | Rule::row_alone => NOTHING,
        Rule::field_alone | Rule::source_head | Rule::entry_alone => NOTHING,
        Rule::test_head => NOTHING,

        Rule::open_brace => "`{`",
        Rule::close_brace => "`}`",
        Rule::open_paren => "`(`",
        Rule::close_paren => "`)`",
        Rule::open_square => "`[`",
        Rule::close_square => "`]`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::equals => "`=`",
        Rule::less => "`<`",
        Rule::bar => "`|`",
        Rule::arrow => "`->`",
        Rule::maps_to => "`=>`",
        Rule::question_mark => "`?`",
        Rule::plus => "`+`",

        Rule::word => "a word",
        Rule::name => "a name",
        Rule::variable => VARIABLE,
        Rule::label => "a label",
        Rule::item_name => "the name of the item",
        Rule::standard_name => "the name of a standard",
        Rule::rule_name => "the name of a rule",
        Rule::clause_number => "the number of a clause",
        Rule::letter => "the letter of a list item",
        Rule::text | Rule::texts | Rule::title | Rule::reason | Rule::template => TEXT,
        Rule::plain | Rule::template_text | Rule::stray_brace => "the rest of the text",
        Rule::hole => "an expression in braces",

        Rule::zone | Rule::zone_kw => "`zone`",
        Rule::standard | Rule::standard_kw => "`standard`",
        Rule::modality => MODALITY,
        Rule::clause | Rule::clause_kw => "`clause`",
        Rule::record | Rule::record_kw => "`record`",
        Rule::field => "a field",
        Rule::key_kw => "`key`",
        Rule::type_expr => "a type",
        Rule::list_of => "`list of`",
        Rule::set_of => "`set of`",
        Rule::reference => "a reference such as `-> incident`",
        Rule::enumeration => "an enum such as `{a, b}`",
        Rule::member => "a member: a word, or a text in quotes",
        Rule::extend | Rule::extend_kw => EXTEND,
        Rule::more_members => "more members such as `state: + {parked}`",
        Rule::parameter | Rule::parameter_kw => "`parameter`",
        Rule::bind | Rule::bind_kw => "`bind`",
        Rule::since | Rule::since_kw => "`since`",
        Rule::from_kw => "`from`",
        Rule::define | Rule::define_kw => "`define`",
        Rule::define_parameter => "a parameter such as `i: incident`",

        Rule::calendar | Rule::calendar_kw => "`calendar`",
        Rule::calendar_line => ENTRY,
        Rule::calendar_zone => "`zone`",
        Rule::weekly | Rule::weekday => WEEKDAY,
        Rule::to_kw => "`to`",
        Rule::hours | Rule::clock => HOURS,
        Rule::dash => "`-`",
        Rule::closed | Rule::closed_kw => "`closed`",
        Rule::open | Rule::open_kw => "`open`",
        Rule::days => DATE,
        Rule::holidays | Rule::holidays_kw => "`holidays`",
        Rule::valid | Rule::valid_kw => "`valid`",
        Rule::leave_out | Rule::leave_out_kw => LEAVE_OUT,
        Rule::table | Rule::table_kw => "`table`",
        Rule::table_row => "a row such as `high, low => p2`",
        Rule::table_cell => "a member",
        Rule::any_kw => "`any`",
        Rule::table_value => LITERAL,
        Rule::row_texts => TEXT,

        Rule::rule_item | Rule::rule_kw => "`rule`",
        Rule::advice | Rule::advice_kw => "`advice`",
        Rule::part => PART,
        Rule::cites | Rule::cites_kw => "`cites`",
        Rule::supports | Rule::supports_kw => "`supports`",
        Rule::for_each | Rule::for_each_kw => "`for each`",
        Rule::if_none | Rule::if_none_kw => "`if none`",
        Rule::let_step | Rule::let_kw => "`let`",
        Rule::if_absent | Rule::if_absent_kw => "`if absent`",
        Rule::due | Rule::due_kw => "`due`",
        Rule::outcome => "`nonconformity`, `not determined` or `no population`",
        Rule::condition => "a condition",
        Rule::modal => "`shall`",
        Rule::branches => "`any of` or `all of`",
        Rule::any_of => "`any of`",
        Rule::all_of => "`all of`",
        Rule::branch => "a branch such as `label: condition`",
        Rule::rego | Rule::rego_kw => "`rego`",
        Rule::rego_rule => REGO_RULE,
        Rule::reads | Rule::reads_kw => "`reads`",
        Rule::because | Rule::because_kw => "`because`",
        Rule::grade => "a grade",
        Rule::major_kw => "`major`",
        Rule::above_kw => "`above`",
        Rule::always_kw => "`always`",
        Rule::when_kw => "`when`",

        Rule::source | Rule::source_kw => "`source`",
        Rule::entry => ENTRY,
        Rule::setting | Rule::setting_kw => "a setting",
        Rule::mapping => MAPPING,
        Rule::extends => "`extend`",
        Rule::without_row => "`if none`",
        Rule::level | Rule::each_kw => "`each`",
        Rule::one_per | Rule::one_per_kw => "`one per`",
        Rule::in_order_of_kw => "`in order of`",
        Rule::at | Rule::at_kw => "`at`",
        Rule::names_at | Rule::names_kw => "`names at`",
        Rule::keep | Rule::keep_kw => "`keep`",
        Rule::keep_which => "`last` or `first`",
        Rule::of_each_kw => "`of each`",
        Rule::only | Rule::only_kw => "`only`",
        Rule::exclude | Rule::exclude_kw => "`exclude`",
        Rule::known | Rule::known_kw => "`known as`",
        Rule::expected_count => "`expect`",
        Rule::row_test => "a test of a row, such as `status = \"closed\"`",
        Rule::row_state => "`is present` or `is absent`",
        Rule::assignment => ASSIGNMENT,
        Rule::constant | Rule::constant_kw => "`constant`",
        Rule::unknown | Rule::unknown_kw => "`unknown`",
        Rule::from_file | Rule::file_kw => "`file`",
        Rule::joined | Rule::join_kw => "`join`",
        Rule::picked | Rule::pick => "`first`, `last` or `count`",
        Rule::picked_where => "`where`",
        Rule::when => "`when`",
        Rule::conversion => "a conversion",
        Rule::read_as | Rule::as_kw => "`as`",
        Rule::value_map | Rule::match_kw => "`match`",
        Rule::arm => "an arm such as `\"1\" => high`",
        Rule::split | Rule::split_kw => "`split`",
        Rule::find | Rule::find_kw => "`find`",
        Rule::absent | Rule::absent_kw => "`absent`",
        Rule::path | Rule::step | Rule::step_name => "a path such as `service.name` or `\"Case ID\"`",
        Rule::every_step => "`*`",
        Rule::chosen | Rule::named => "`[`",
        Rule::named_kw => "`named`",

        Rule::test | Rule::test_kw => "`test`",
        Rule::of_kw => "`of`",
        Rule::test_line | Rule::test_line_alone => TEST_LINE,
        Rule::test_zone => "`zone`",
        Rule::test_as_of | Rule::as_of_kw => "`as_of`",
        Rule::test_period | Rule::period_kw => "`period`",
        Rule::test_bind => "`bind`",
        Rule::given | Rule::given_kw => "`given`",
        Rule::given_field => "a field such as `number: \"INC1\"`",
        Rule::no_extract => "`no … extract`",
        Rule::no_kw => "`no`",
        Rule::extract_kw => "`extract`",
        Rule::expect | Rule::expect_kw => "`expect`",
        Rule::expected_outcome => EXPECTED_OUTCOME,
        Rule::no_subject => "`no subject`",
        Rule::subject_kw => "`subject`",
        Rule::on_kw => "`on`",
        Rule::via_kw => "`via`",
        Rule::expected_cause => "`unknown` and a field",

        Rule::expr
        | Rule::operand
        | Rule::primary
        | Rule::name_or_call
        | Rule::prefix
        | Rule::not_op
        | Rule::negate => EXPRESSION,
        Rule::paren | Rule::set | Rule::square_list | Rule::quantified | Rule::conditional | Rule::aggregate => {
            EXPRESSION
        }
        Rule::exists_or_no | Rule::every_kw | Rule::if_kw | Rule::aggregate_name => EXPRESSION,
        Rule::infix | Rule::operator_word | Rule::operator_mark => OPERATOR,
        Rule::not_in | Rule::starts_with | Rule::ends_with | Rule::through | Rule::implies | Rule::and | Rule::or => {
            OPERATOR
        }
        Rule::in_op | Rule::matches | Rule::contains | Rule::during | Rule::overlaps | Rule::covers => OPERATOR,
        Rule::within | Rule::minus | Rule::union | Rule::otherwise | Rule::foreign_word | Rule::foreign_mark => {
            OPERATOR
        }
        Rule::range | Rule::and_mark | Rule::or_mark | Rule::less_or_equal | Rule::greater_or_equal => OPERATOR,
        Rule::not_equal | Rule::equal | Rule::less_than | Rule::greater_than => OPERATOR,
        Rule::add | Rule::subtract | Rule::multiply | Rule::divide => OPERATOR,
        Rule::postfix | Rule::field_access | Rule::dot | Rule::state | Rule::is_kw => OPERATOR,
        Rule::moment | Rule::moment_kw => OPERATOR,
        Rule::moment_value => EXPRESSION,
        Rule::not_kw => "`not`",
        Rule::arguments => "`(`",
        Rule::quantifier_call => "`(`",
        Rule::has_kw => "`has`",
        Rule::binder => "a record and a name for it, as in `incident i`",
        Rule::in_kw => "`in`",
        Rule::where_clause | Rule::where_kw => "`where`",
        Rule::then_kw => "`then`",
        Rule::elif_kw => NOTHING,
        Rule::else_kw => "`else`",
        Rule::by_kw | Rule::by_part => "`by`",
        Rule::while_kw | Rule::while_part => "`while`",
        Rule::value_part => "`:`",
        Rule::to_part => "`->`",
        Rule::every_part => "`every`",
        Rule::from_part => "`from`",
        Rule::literal | Rule::boolean | Rule::date | Rule::timestamp | Rule::number | Rule::regex => LITERAL,
        Rule::quantity | Rule::amount | Rule::unit => LITERAL,
        Rule::percent => PERCENTAGE,
    }
}
