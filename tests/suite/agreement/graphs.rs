//! Small graphs of which the design says what comes out: oracle and evaluator both have to say it.

use super::{Counts, File, counts, judge_texts};

const HOLDS: Counts = (1, 0, 0, 0);
const FAILS: Counts = (0, 0, 1, 0);
const UNKNOWN: Counts = (0, 0, 0, 1);

/// `I1 -> I2 -> I3 -> X9`, which was not exported, and `I4 <-> I5`, and `I6 -> I6`.
const INCIDENTS: &str = r#"{"number": "I1", "parent": "I2", "impact": "low", "title": "red", "vip": null, "cause": null}
{"number": "I2", "parent": "I3", "impact": "low", "title": "green"}
{"number": "I3", "parent": "X9", "impact": "low", "title": "blue"}
{"number": "I4", "parent": "I5", "impact": "high", "title": "red"}
{"number": "I5", "parent": "I4", "impact": "high"}
{"number": "I6", "parent": "I6", "impact": "medium", "title": "red"}
{"number": "I7", "impact": "low"}
"#;

fn judge(lines: &str, incidents: Option<&str>) -> Counts {
    let files: Vec<File> =
        incidents.iter().map(|incidents| ("incident.ndjson".to_owned(), (*incidents).to_owned())).collect();
    counts(&judge_texts(&format!("rule tried\n  \"Tried\"\n  cites made-up 1\n{lines}\n"), &files))
}

#[track_caller]
fn comes_to(condition: &str, incidents: Option<&str>, expected: Counts) {
    assert_eq!(judge(&format!("  shall {condition}"), incidents), expected, "{condition}");
}

/// What is reached from an incident.
fn from(start: &str) -> String {
    format!(
        "reachable(incident e where e.parent is present : e -> e.parent from set(incident s where s.number = \"{start}\" : s))"
    )
}

#[test]
fn starts_and_what_edges_lead_to_are_reached() {
    for (start, reached) in [("I1", 4), ("I3", 2), ("I4", 2), ("I6", 1), ("I7", 1), ("I8", 0)] {
        comes_to(&format!("count(x in {}) = {reached}", from(start)), Some(INCIDENTS), HOLDS);
    }
    // What was not exported is reached too: a reference is its key.
    comes_to(&format!("count(x in {} where no incident i where i = x) = 1", from("I1")), Some(INCIDENTS), HOLDS);
    comes_to(&format!("{} covers {}", from("I1"), from("I2")), Some(INCIDENTS), HOLDS);
    comes_to(&format!("{} overlaps {}", from("I1"), from("I4")), Some(INCIDENTS), FAILS);
}

#[test]
fn each_subject_has_its_own_starts() {
    let lines = "  for each incident i\n    if none: no population\n  shall count(x in reachable(incident e where e.parent is \
                 present : e -> e.parent from i)) <= 2";
    assert_eq!(judge(lines, Some(INCIDENTS)), (5, 0, 2, 0));
}

#[test]
fn each_subject_has_its_own_edges() {
    let lines = "  for each incident i\n    if none: no population\n  shall acyclic(incident e where e.parent is present and \
                 e.impact = i.impact : e -> e.parent)";
    assert_eq!(judge(lines, Some(INCIDENTS)), (4, 0, 3, 0));
}

#[test]
fn edges_lead_between_texts_and_members_too() {
    comes_to(
        "\"low\" in reachable(incident e where e.title is present : e.title -> \"low\" from \"green\")",
        Some(INCIDENTS),
        HOLDS,
    );
    comes_to(
        "set(incident i where i.number = \"I4\" : i.impact) overlaps reachable(incident e : e.impact -> e.impact from low)",
        Some(INCIDENTS),
        FAILS,
    );
    comes_to("acyclic(x in {1, 2} : x -> x + 1)", None, HOLDS);
    comes_to("acyclic(x in {1, 2} : x -> 3 - x)", None, FAILS);
    comes_to("3 in reachable(x in {1, 2} : x -> x + 1 from {1, 7})", None, HOLDS);
    comes_to("4 in reachable(x in {1, 2} : x -> x + 1 from 1)", None, FAILS);
}

#[test]
fn a_cycle_is_found_whoever_asks_for_it() {
    comes_to("acyclic(incident e where e.parent is present : e -> e.parent)", Some(INCIDENTS), FAILS);
    comes_to(
        "acyclic(incident e where e.parent is present and e.impact = low : e -> e.parent)",
        Some(INCIDENTS),
        HOLDS,
    );
    comes_to(
        "acyclic(incident e where e.parent is present and e.impact = medium : e -> e.parent)",
        Some(INCIDENTS),
        FAILS,
    );
    comes_to("acyclic(incident e where e.parent is present : e -> e.parent)", Some(""), HOLDS);
}

#[test]
fn an_edge_that_may_be_counts_only_where_it_may_add_something() {
    // Where `I2` leads is not known.
    let open = INCIDENTS.replace("\"parent\": \"I3\", \"impact\": \"low\"", "\"parent\": {}, \"impact\": \"low\"");
    assert_ne!(open, INCIDENTS);
    let member = |thing: &str, start: &str| format!("exists x in {} where x.number = \"{thing}\"", from(start));
    comes_to(&member("I2", "I1"), Some(&open), HOLDS);
    comes_to(&format!("count(x in {}) = 2", from("I1")), Some(&open), UNKNOWN);
    // Nothing leads from `I4` to `I2`, so what `I2` leads to does not matter.
    comes_to(&format!("count(x in {}) = 2", from("I4")), Some(&open), HOLDS);
    comes_to(&format!("count(x in {}) = 1", from("I7")), Some(&open), HOLDS);
    comes_to("acyclic(incident e where e.parent is present and e.impact = low : e -> e.parent)", Some(&open), UNKNOWN);
    // A cycle is one whatever else there is.
    comes_to("acyclic(incident e where e.parent is present : e -> e.parent)", Some(&open), FAILS);

    // Whether there is an edge from `I2` to `I3` is not known.
    let open = INCIDENTS.replace("\"title\": \"green\"", "\"title\": [1]");
    let edges = "incident e where e.parent is present and e.impact = low and (e.title otherwise \"\") != \"brown\" : e -> e.parent";
    let reach = |start: &str| format!("reachable({edges} from set(incident s where s.number = \"{start}\" : s))");
    comes_to(&format!("count(x in {}) = 2", reach("I3")), Some(&open), HOLDS);
    comes_to(&format!("count(x in {}) = 2", reach("I1")), Some(&open), UNKNOWN);
    comes_to(&format!("count(x in {}) >= 2", reach("I1")), Some(&open), HOLDS);
    comes_to(&format!("acyclic({edges})"), Some(&open), HOLDS);
}

#[test]
fn without_an_extract_only_the_starts_are_reached_for_certain() {
    let edges = "approval a : a.change -> a.change";
    let changes = "  for each incident i where i.cause is present and i.cause is change\n    if none: no population\n";
    let incident = "{\"number\": \"I1\", \"cause\": \"C1\", \"vip\": false, \"reopened\": 0}\n";
    let change = ("change.ndjson".to_owned(), "{\"number\": \"C1\", \"phase\": \"new\"}\n".to_owned());
    let files = [("incident.ndjson".to_owned(), incident.to_owned()), change];
    let rule = |condition: &str| {
        let text = format!("rule tried\n  \"Tried\"\n  cites made-up 1\n{changes}  shall {condition}\n");
        counts(&judge_texts(&text, &files))
    };
    assert_eq!(rule(&format!("i.cause in reachable({edges} from i.cause)")), HOLDS);
    assert_eq!(rule(&format!("count(x in reachable({edges} from i.cause)) = 1")), UNKNOWN);
    assert_eq!(rule(&format!("acyclic({edges})")), UNKNOWN);
    assert_eq!(rule("acyclic(approval a where today < 2000-01-01 : a.change -> a.change)"), HOLDS);
}

#[test]
fn starts_that_are_not_known_may_be_anything() {
    comes_to("\"green\" in reachable(x in {\"red\"} : x -> \"green\" from unset_tags)", None, UNKNOWN);
    let known = "{\"red\"} union set(approval a where a.ticket is present : a.ticket)";
    comes_to(&format!("\"green\" in reachable(x in {{\"red\"}} : x -> \"green\" from {known})"), None, HOLDS);
    comes_to(&format!("\"blue\" in reachable(x in {{\"red\"}} : x -> \"green\" from {known})"), None, UNKNOWN);
}
