//! What declarations mean to the rules that use them, and whose fault theirs is.

use super::{check_texts, show};

const WORLD: &str = r#"zone "Europe/Amsterdam"

standard harbour "Harbour rules" requirements {
  clause 4 "Incidents"
}

record incident {
  number: text key
  state:  {open, closed}
  impact: {low < medium < high}
  urgency: {low < medium < high}
}

define is_open(state: {open, closed}) = state = open

define grave(impact: {low < medium < high}) = impact >= medium
"#;

fn rule(name: &str, condition: &str) -> String {
    format!(
        "rule {name}\n  \"Made up\"\n  cites harbour 4\n  for each incident i\n    if none: no population\n  shall {condition}\n"
    )
}

/// The codes that each of some conditions over an incident raises beside some declarations, each with its conditions.
#[track_caller]
fn raises(declarations: &str, conditions: &[(&str, &[&str])]) {
    let rules: Vec<String> =
        conditions.iter().enumerate().map(|(at, (condition, _))| rule(&format!("rule-{at}"), condition)).collect();
    let rules = rules.concat();
    let (checked, sources) =
        check_texts([("world.shall", WORLD), ("declarations.shall", declarations), ("rules.shall", rules.as_str())]);
    let shown = show(&checked.all_diagnostics(), &sources);
    for (status, (condition, expected)) in checked.rules.iter().zip(conditions) {
        let found: Vec<&str> = status.diagnostics.iter().map(|found| found.code.name()).collect();
        assert_eq!(found, *expected, "{condition}\n{shown}");
    }
}

#[test]
fn what_an_extension_adds_is_typed_like_any_other_field() {
    let extension = "extend record incident {\n  berth: text?\n  state: + {parked}\n  impact: + {high < critical}\n  \
                     impact: + {trivial < low}\n  reopened: integer\n}\n\n\
                     extend record incident {\n  impact: + {critical < disaster}\n}\n";
    raises(
        extension,
        &[
            ("i.berth is present and i.berth != \"\" and i.reopened < 2", &[]),
            ("i.berth != \"\"", &["unguarded-optional"]),
            ("i.bert is present", &["unknown-field"]),
            ("i.state in {open, parked} and i.impact > critical and i.impact <= disaster and i.impact != trivial", &[]),
            ("i.state = archived", &["unknown-member"]),
            ("i.urgency = critical", &["unknown-member"]),
            // What is written for the shorter enum goes on to hold.
            ("i.impact > i.urgency and is_open(i.state) and grave(i.impact) and grave(i.urgency)", &[]),
        ],
    );
}

#[test]
fn an_extension_that_comes_first_says_the_same() {
    let extension = "extend record incident {\n  impact: + {critical < disaster}\n}\n\n\
                     extend record incident {\n  impact: + {high < critical}\n}\n";
    let (checked, _) = check_texts([("a.shall", extension), ("world.shall", WORLD)]);
    let schema = &checked.program.environment.schema;
    let incident = schema.record(schema.find("incident").unwrap());
    let impact = incident.field_type(incident.field("impact").unwrap());
    assert_eq!(schema.show(&impact.ty.base), "{low < medium < high < critical < disaster}");
}

#[test]
fn a_fault_of_an_extension_concerns_those_that_read_the_field() {
    let numbered = "i.number != \"\"";
    raises(
        "extend record incident {\n  berth: texd\n  state: + {open}\n}\n",
        &[("i.berth is present", &["unknown-name"]), ("i.state = closed", &["duplicate-definition"]), (numbered, &[])],
    );
    // Of one that cannot be read nobody knows what it adds.
    raises("extend record incident {\n  berth text?\n}\n", &[(numbered, &["syntax-error"])]);
    raises("extend record ship {\n  berth: text?\n}\n", &[(numbered, &[])]);
}
