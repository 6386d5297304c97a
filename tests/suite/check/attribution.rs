//! Whose fault a fault is: it breaks what reaches it, and nothing else.

use shall::check::{Checked, Status};
use shall::ir::reads::Reads;

use super::{check_texts, show};

const WORLD: &str = r#"standard harbour "Harbour rules" requirements {
  clause 4 "Incidents"
}

standard harbour-guide "Harbour guidance" guidance {
  clause 4 "Incidents"
}

record incident {
  number: text key
  state:  {open, closed}
  due:    date
  ship:   -> ship?
}

record ship {
  name: text key
}

define settled(i: incident) = i.state = closed

rule incident-handled
  "Incidents are handled"
  cites harbour 4
  for each incident i
    if none: no population
  shall settled(i)

rule incident-numbered
  "Incidents are numbered"
  cites harbour 4
  for each incident i
    if none: no population
  shall i.number != ""
"#;

fn checked(more: &str) -> (Checked, String) {
    let (checked, sources) = check_texts([("world.shall", WORLD), ("more.shall", more)]);
    let shown = show(&checked.all_diagnostics(), &sources);
    (checked, shown)
}

fn codes(status: &Status) -> Vec<&'static str> {
    status.diagnostics.iter().map(|found| found.code.name()).collect()
}

/// What the rules of the world became, in words.
fn rules(checked: &Checked) -> Vec<String> {
    let environment = &checked.program.environment;
    let shown = |rule: &shall::ir::Rule| format!("{}\n{}", rule.id, shall::ir::print::body(environment, &rule.body));
    checked.program.rules.iter().map(shown).collect()
}

#[test]
fn faults_that_advice_reaches_leave_the_rules_as_they_are() {
    let (before, shown) = checked("");
    assert_eq!(shown, "");
    let expected = rules(&before);
    assert_eq!(expected.len(), 2);
    let head = "advice extra\n  \"Made up\"\n  cites harbour-guide 4\n";
    for broken in [
        format!("{head}  for each incident i\n  should i.nowhere = 1\n"),
        format!("{head}  for each incident i\n  should i.state = gone\n"),
        format!("{head}  for each incident i\n  shall i.state = open\n"),
        format!("{head}  supports incident-handeld\n  for each incident i\n  should i.state = open\n"),
        "advice extra\n  \"Made up\"\n  cites harbour 4\n  for each incident i\n  should i.state = open\n".to_owned(),
        "advice extra\n  \"Made up\n  cites harbour-guide 4\n  should {{{\n".to_owned(),
        "advice incident-handled\n  \"Named like a rule\"\n  cites harbour-guide 4\n  for each incident i\n  should i.nowhere = 1\n"
            .to_owned(),
        format!("{head}  for each note n\n  should n.text = 1\n\nrecord note {{\n  text: text key,,\n}}\n"),
        format!("{head}  for each note n\n  should n.text = 1\n\nrecord note {{\n  text: texd\n  other: -> nothing\n}}\n"),
        format!("{head}  for each incident i\n  should odd(i)\n\ndefine odd(i: incident) = i.nowhere\n"),
        format!("{head}  for each incident i\n  should odd(i)\n\ndefine odd(i: incident) = not odd(i)\n"),
        format!("{head}  for each incident i\n  should i.due < today\n"),
        format!("{head}  for each incident i\n  should i.number = code\n\nparameter code: texd \"A code\"\n"),
        format!("{head}  for each incident i\n  should i.number = code\n\nparameter code: text \"A code\"\nbind code = 1 from \"x\"\n"),
        format!("{0}  for each incident i\n  should i.state = open\n{0}  for each incident i\n  should i.state = closed\n", head),
    ] {
        let (after, shown) = checked(&broken);
        assert_eq!(rules(&after), expected, "{broken}");
        assert!(after.rules.iter().all(|status| status.diagnostics.is_empty()), "{broken}");
        assert!(after.advice_status.iter().any(Status::is_broken), "{broken}\n{shown}");
        assert!(after.advice.advice.is_empty(), "{broken}");
    }
}

#[test]
fn a_broken_define_breaks_the_rules_that_call_it() {
    let text = WORLD.replace("i.state = closed", "i.stade = closed");
    let (checked, _) = check_texts([("world.shall", text.as_str())]);
    assert_eq!(checked.rules.iter().map(codes).collect::<Vec<_>>(), [vec!["unknown-field"], vec![]]);
    assert_eq!(checked.program.rules.len(), 1);
    assert_eq!(checked.rules[0].citations.as_ref().map(Vec::len), Some(1));
}

#[test]
fn a_broken_field_breaks_the_rules_that_read_it() {
    let text = WORLD.replace("due:    date", "due:    dade");
    let more = "rule incident-due\n  \"Due\"\n  cites harbour 4\n  for each incident i\n    if none: no population\n  shall i.due is present\n";
    let (checked, _) = check_texts([("world.shall", text.as_str()), ("more.shall", more)]);
    let found: Vec<_> = checked.rules.iter().map(|status| (status.id.as_deref(), codes(status))).collect();
    let expected = [
        (Some("incident-due"), vec!["unknown-name"]),
        (Some("incident-handled"), vec![]),
        (Some("incident-numbered"), vec![]),
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_cannot_be_read_is_a_broken_rule_of_unknown_citations() {
    let (checked, _) = checked("rule incident-lost\n  \"Lost\n\nruel other\n  shall\n\nadvice odd\n  shall\n");
    let unknown: Vec<_> = checked.rules.iter().filter(|status| status.citations.is_none()).collect();
    let ids: Vec<_> = unknown.iter().map(|status| status.id.as_deref()).collect();
    assert_eq!(ids[0], Some("incident-lost"));
    assert_eq!(ids.len(), 2);
    assert!(unknown.iter().all(|status| status.is_broken()));
    assert_eq!(checked.program.rules.len(), 2);
}

#[test]
fn a_zone_that_is_broken_concerns_those_that_need_one() {
    let more = "zone \"Nowhere\"\n\nrule incident-due\n  \"Due\"\n  cites harbour 4\n  for each incident i\n    if none: no population\n  shall i.due > today\n";
    let (checked, _) = checked(more);
    let found: Vec<_> = checked.rules.iter().map(codes).collect();
    assert_eq!(found, [vec!["unknown-zone"], vec![], vec![]]);
}

#[test]
fn a_fault_of_a_source_concerns_the_fields_that_are_read() {
    let more = "source desk \"Desk\" {\n  incident from \"a.csv\"\n    number = id\n    state  = status match { \"1\" => opne }\n    due    = due as timestamp\n}\n";
    let (checked, _) = checked(more);
    let status = &checked.source_status[0];
    let schema = &checked.program.environment.schema;
    let codes_for = |bodies: &[&str]| {
        let mut reads = Reads::default();
        for rule in checked.program.rules.iter().filter(|rule| bodies.contains(&rule.id.as_str())) {
            reads.add_body(&checked.program.environment, &rule.body);
        }
        status.errors_for(&reads).iter().map(|found| found.code.name()).collect::<Vec<_>>()
    };
    assert_eq!(codes_for(&["incident-handled"]), ["unknown-member"]);
    assert_eq!(codes_for(&["incident-numbered"]), Vec::<&str>::new());
    // What is sound of the mapping can be used.
    let incident = schema.find("incident").unwrap();
    let number = schema.record(incident).field("number").unwrap();
    assert_eq!(checked.sources[0].mappings[0].fields.keys().collect::<Vec<_>>(), [&number]);
}

#[test]
fn a_source_that_feeds_a_broken_record_feeds_the_others() {
    let more = "record note {\n  text: text key,,\n}\n\nsource desk \"Desk\" {\n  note from \"n.csv\"\n    text = t\n  incident from \"a.csv\"\n    number = id\n}\n";
    let (checked, _) = checked(more);
    let mut reads = Reads::default();
    for rule in &checked.program.rules {
        reads.add_body(&checked.program.environment, &rule.body);
    }
    assert!(checked.source_status[0].errors_for(&reads).is_empty());
    assert_eq!(checked.sources[0].mappings.len(), 1);
}
