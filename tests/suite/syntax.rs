//! Policy text to syntax tree: precedence, places, isolation of items, and what no text may do.

mod print;
mod robustness;

use shall::diagnostic::Code;
use shall::source::{FileId, Span};
use shall::syntax::ast::{Item, ItemKind, Parsed, ParsedItem, TemplatePart};
use shall::syntax::parse;

use self::print::expression;

fn parsed(text: &str) -> Parsed {
    parse(FileId(0), text)
}

fn codes(items: &[ParsedItem]) -> Vec<Code> {
    items.iter().flat_map(|item| &item.diagnostics).map(|diagnostic| diagnostic.code).collect()
}

fn under(text: &str, span: Span) -> &str {
    &text[span.range()]
}

/// The tree of an expression, or the codes of what is wrong with it.
fn tree(text: &str) -> String {
    let parsed = parsed(&format!("define f() = {text}"));
    match &parsed.items[0].item {
        Some(Item::Define(define)) => expression(&define.body),
        _ => codes(&parsed.items).iter().map(|code| code.name()).collect::<Vec<_>>().join(" "),
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(tree(text), expected, "{text}");
}

#[test]
fn operators_bind_as_the_language_says() {
    check("a.b is present and c", "(and (present a.b) c)");
    check("-a.b * c", "(* (- a.b) c)");
    check("p at a.b.c <= -p at day(x) + q", "(<= (at p a.b.c) (+ (- (at p (day x))) q))");
    check("p at a is present and at at at = at.at", "(and (present (at p a)) (= (at at at) at.at))");
    check("p at (a + b) otherwise p at 2026-01-31", "(otherwise (at p [(+ a b)]) (at p 2026-01-31))");
    check("-a otherwise b", "(otherwise (- a) b)");
    check("a + b * c - d", "(- (+ a (* b c)) d)");
    check("a / b / c", "(/ (/ a b) c)");
    check("a + b .. c + d", "(.. (+ a b) (+ c d))");
    check("a through b overlaps c .. d", "(overlaps (through a b) (.. c d))");
    check("a .. b within c minus d union e", "(union (minus (within (.. a b) c) d) e)");
    check("a minus b covers c union d", "(covers (minus a b) (union c d))");
    check("a - b <= c + d", "(<= (- a b) (+ c d))");
    check("not a = b", "(not (= a b))");
    check("not a in b and c", "(and (not (in a b)) c)");
    check("a not in b", "(not in a b)");
    check("not not a", "(not (not a))");
    check("a and b and c", "(and (and a b) c)");
    check("a or b or c", "(or (or a b) c)");
    check("a and b implies c or d", "(implies (and a b) (or c d))");
    check("a starts with b or c ends with d", "(or (starts with a b) (ends with c d))");
    check("(a or b) and c", "(and [(or a b)] c)");
    check("a is change and b is absent", "(and (is change a) (absent b))");
    check("x = -1", "(= x (- 1))");
    check("a - -b", "(- a (- b))");
    check("1..2", "(.. 1 2)");
}

#[test]
fn a_where_takes_the_longest_condition() {
    check("exists a x where b and c", "(exists a x (and b c))");
    check("no a x where exists c y where d and e", "(no a x (exists c y (and d e)))");
    check("f and exists a x where b and c", "(and f (exists a x (and b c)))");
    check("every x in a.b where c has d and e", "(every x in a.b c has (and d e))");
    check("if a then b else c and d", "(if a b (and c d))");
    check("if a then b else if c then d else e", "(if a b (if c d e))");
}

#[test]
fn functions_over_records_and_calls_are_told_apart() {
    check("count(a x where b)", "(count a x b)");
    check("sum(a x where b or c: x.d)", "(sum a x (or b c) : x.d)");
    check("last(a x where b by x.at)", "(last a x b by x.at)");
    check("first(a x by x.at: x.b)", "(first a x by x.at : x.b)");
    check("max(x in a.b where c: x)", "(max x in a.b c : x)");
    check("min(a, b)", "(min a b)");
    check("first(a.b)", "(first a.b)");
    check("count", "count");
    check("f()", "(f)");
    check("filled(a.b, c)", "(filled a.b c)");
    check("{a, \"b c\", {}}", "{a \"b c\" {}}");
}

#[test]
fn literals_are_exact() {
    check("1_000", "1000");
    check("95%", "19/20");
    check("0.5%", "1/200");
    check("0.10", "1/10");
    check("4 hours", "4 Hour");
    check("1 day", "1 Day");
    check("2026-01-31", "2026-01-31");
    check("2026-01-31T10:00:00+01:00", "2026-01-31T09:00Z");
    check("2026-01-31 .. 2026-02-01", "(.. 2026-01-31 2026-02-01)");
    check(r#""a" "b""#, "\"ab\"");
    check(r#""\"\\\n\t""#, "\"\\\"\\\\\\n\\t\"");
    check(r"/a\/b\.c/", "/a/b\\.c/");
    check("a matches /x#y/ and b", "(and (matches a /x#y/) b)");
    check("a / b / c", "(/ (/ a b) c)");
}

#[test]
fn readings_in_two_ways_are_refused() {
    check("a and b or c", "mixed-and-or");
    check("a implies b implies c", "mixed-and-or");
    check("(a and b) or c", "(or [(and a b)] c)");
    check("a and b implies c and d", "(implies (and a b) (and c d))");
    check("a < b < c", "chained-comparison");
    check("a = b in c", "chained-comparison");
    check("a = b and c = d", "(and (= a b) (= c d))");
    check("(a = b) = c", "(= [(= a b)] c)");
    check("a + b otherwise c", "mixed-otherwise");
    check("a otherwise b * c", "mixed-otherwise");
    check("a otherwise b otherwise c", "(otherwise (otherwise a b) c)");
    check("a + (b otherwise c)", "(+ a [(otherwise b c)])");
    check("a otherwise b < c + d", "(< (otherwise a b) (+ c d))");
    check("exists a x where b or c", "bare-or");
    check("exists a x where b implies c", "bare-or");
    check("exists a x where (b or c)", "(exists a x [(or b c)])");
    check("every x in a where b has c or d", "(every x in a b has (or c d))");
    // Its bracket says where the condition of a function ends.
    check("count(a x where b or c)", "(count a x (or b c))");
}

#[test]
fn reserved_words_name_fields_and_members_behind_dots_only() {
    check("a.and.in.is.present", "a.and.in.is.present");
    check("a.is is present", "(present a.is)");
    check("starts + with", "(+ starts with)");
    check("union + a", "syntax-error");
    check("exists a in", "syntax-error");
}

#[test]
fn valid_fixtures_have_no_faults() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/valid");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for item in parsed(&text).items {
            assert!(item.diagnostics.is_empty(), "{}: {:#?}", path.display(), item.diagnostics);
            assert!(item.item.is_some());
            count += 1;
        }
    }
    assert!(count >= 30, "{count} items");
}

#[test]
fn open_quotes_and_braces_of_an_advice_do_not_swallow_the_rule_behind_it() {
    let rule = "rule b\n  \"B\"\n  cites s 1\n  shall x\n";
    for fault in ["\"open", "{", "(", "because \"{open", "should any of {\n a: x", "\"", "\\\"", "/*", "'"] {
        let text = format!("advice a\n  \"A\"\n  cites g 1\n  should x {fault}\n{rule}");
        let parsed = parsed(&text);
        let [advice, after] = parsed.items.as_slice() else { panic!("{fault}: {:#?}", parsed.items) };
        assert_eq!((advice.kind, advice.name.as_ref().unwrap().node.as_str()), (ItemKind::Advice, "a"), "{fault}");
        assert!(advice.item.is_none() && advice.diagnostics.iter().any(|found| found.is_error()), "{fault}");
        assert!(matches!(after.item, Some(Item::Rule(_))) && after.diagnostics.is_empty(), "{fault}");
    }
}

#[test]
fn kind_and_name_are_known_of_broken_items() {
    let text = "rule a-b\n  ?\nrecord c {\nsource d-e \"x\nadvice\ndefine f g\nrulle h\n";
    let parsed = parsed(text);
    let heads: Vec<(ItemKind, Option<&str>)> =
        parsed.items.iter().map(|item| (item.kind, item.name.as_ref().map(|name| name.node.as_str()))).collect();
    assert_eq!(
        heads,
        [
            (ItemKind::Rule, Some("a-b")),
            (ItemKind::Record, Some("c")),
            (ItemKind::Source, Some("d-e")),
            (ItemKind::Advice, None),
            (ItemKind::Define, Some("f")),
            (ItemKind::Unknown, None),
        ]
    );
    assert!(parsed.items.iter().all(|item| item.item.is_none() && !item.diagnostics.is_empty()));
    let name = parsed.items[0].name.as_ref().unwrap();
    assert_eq!(under(text, name.span), "a-b");
}

#[test]
fn words_of_later_versions_begin_no_item() {
    for word in ["waive", "waiver", "judgement", "timeline"] {
        assert_eq!(codes(&parsed(&format!("{word} x {{}}\n")).items), [Code::UnknownItem], "{word}");
    }
}

#[test]
fn places_cover_what_they_name_and_nothing_else() {
    let text = "\u{FEFF}rule a\r\n  \"A\"\r\n  cites s 8.6.1 d, e # first\r\n  for each  incident i  where  i.x = 1 # second\r\n    if none: no population\r\n  let  y = i.a  +  i.b # third\r\n  shall any of { one: y > 1\r\n    two: not  y  }\r\n  because \"took {i.a} of {y} {{x}} é{i.é}\"\r\n";
    let text = text.replace(" é{i.é}", " é{ i.z }");
    let parsed = parsed(&text);
    assert_eq!(codes(&parsed.items), []);
    let Some(Item::Rule(rule)) = &parsed.items[0].item else { panic!("no rule") };
    assert_eq!(under(&text, rule.name.span), "a");
    assert_eq!(under(&text, rule.title.span), "\"A\"");
    assert_eq!(under(&text, rule.cites[0].span), "cites s 8.6.1 d, e");
    let spans: Vec<&str> = print::places(rule).into_iter().map(|span| under(&text, span)).collect();
    insta::assert_snapshot!(spans.join("\n").replace('\r', ""), @r"
for each  incident i  where  i.x = 1 # second
    if none: no population
incident i  where  i.x = 1
i
if none: no population
i.x = 1
i.x
i
x
=
1
let  y = i.a  +  i.b
y
i.a  +  i.b
i.a
i
a
+
i.b
i
b
one
y > 1
y
>
1
two
not  y
y
i.a
i
a
y
i.z
i
z
");
    let because = rule.because.as_ref().unwrap();
    let holes: Vec<&str> = because
        .parts
        .iter()
        .filter_map(|part| match part {
            TemplatePart::Hole(hole) => Some(under(&text, hole.span)),
            TemplatePart::Text(_) => None,
        })
        .collect();
    assert_eq!(holes, ["i.a", "y", "i.z"]);
    assert_eq!(because.parts[4], TemplatePart::Text(" {x} é".to_owned()));
}

#[test]
fn adjacent_templates_join() {
    let text = "rule a \"A\" cites s 1 shall x because \"b {c}\" # d\n  \" e\" \"{f}\"\n";
    let parsed = parsed(text);
    let Some(Item::Rule(rule)) = &parsed.items[0].item else { panic!("{:#?}", parsed.items) };
    let because = rule.because.as_ref().unwrap();
    assert_eq!(because.parts.len(), 4);
    assert_eq!(because.parts[2], TemplatePart::Text(" e".to_owned()));
    assert_eq!(under(text, because.span), "\"b {c}\" # d\n  \" e\" \"{f}\"");
}

#[test]
fn several_faults_of_one_file_and_of_one_item_are_reported() {
    let text = "rule a\n  \"A\"\n  cites\n  for each incident\n  let x = \n  shall x == 1\n  because \"{}\"\n\nrecord b {\n  c text\n  d: {}\n}\n";
    let parsed = parsed(text);
    assert_eq!(parsed.items[0].diagnostics.len(), 5, "{:#?}", parsed.items[0].diagnostics);
    assert_eq!(parsed.items[1].diagnostics.len(), 2, "{:#?}", parsed.items[1].diagnostics);
}

#[test]
fn no_message_names_a_rule_of_the_grammar() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/valid");
    // Every valid policy, cut off behind each of its characters, asks for everything that the grammar knows.
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for item in parsed(&text).items {
            let item = under(&text, item.span);
            for (end, _) in item.char_indices().step_by(3) {
                for found in parsed(&item[..end]).items.iter().flat_map(|item| &item.diagnostics) {
                    let words = found.message.replace("p_", "");
                    let named = words.split(['`', '"']).step_by(2).any(|outside| outside.contains('_'));
                    assert!(!named, "{}\n{}", found.message, &item[..end]);
                    assert!(!found.help.is_empty() || found.code == Code::SyntaxError, "{}", found.message);
                }
            }
        }
    }
}
