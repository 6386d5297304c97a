//! Policies of Rego beside the rules: what they see, what they say, and what they may take.

use super::{Desk, Run, assert_run};

/// Shaped as the first policy of conftest's documentation: by what is not there, with a message.
const CHANGES: &str = r#"package main

deny contains msg if {
	some change in input.records.change
	not change.started_at
	msg := sprintf("%s never started", [change.number])
}

violation_approval contains {"msg": msg, "record": "change", "key": change.number} if {
	some change in input.records.change
	some approval in input.records.approval
	approval.change == change.number
	time.parse_rfc3339_ns(approval.decided_at) > time.parse_rfc3339_ns(change.started_at)
	msg := sprintf("%s was decided on at %s", [change.number, approval.decided_at])
}

warn contains "incidents are not closed" if some_open

some_open if {
	some incident in input.records.incident
	not incident.resolved_at
}
"#;

fn with(rego: &str) -> Desk {
    let desk = Desk::sound();
    desk.write("rego/main.rego", rego);
    desk
}

fn run(desk: &Desk) -> Run {
    desk.check("--rego rego --rego-seconds 2 --as-of 2026-02-01 --max-findings 2")
}

/// What a policy that denies a text says of itself.
fn said(rego: &str) -> String {
    let run = with(rego).check("--rego rego --rego-seconds 2 --format json");
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.shown()));
    let rule = report["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "rego:main").unwrap();
    let says =
        |list: &str, pointer: &str| rule[list][0].pointer(pointer).and_then(|text| text.as_str()).map(str::to_owned);
    let says = says("findings", "/message").or_else(|| says("unknown", "/causes/0/says"));
    format!("{} (status {}): {}", rule["outcome"].as_str().unwrap(), run.status, says.unwrap())
}

fn deny(condition: &str) -> String {
    said(&format!("package main\n\ndeny contains \"it holds\" if {condition}\n"))
}

#[test]
fn rego_and_rules_stand_in_one_report() {
    let desk = Desk::new();
    desk.write("rego/changes.rego", CHANGES);
    desk.write("rego/lib/times.rego", "package lib.times\n\nlimit := 4\n");
    desk.write("rego/changes_test.rego", "this is no Rego");
    assert_run!("rego", run(&desk));
}

#[test]
fn a_package_that_denies_nothing_is_not_determined() {
    let desk = with("package main\n\ndeny contains \"no\" if false\n");
    assert_run!("rego-nothing-denied", run(&desk));
}

#[test]
fn what_rego_warns_of_changes_no_result() {
    let without = Desk::sound().check("--as-of 2026-02-01");
    assert_eq!(without.status, 0, "{}", without.shown());
    for warning in ["if true", "if false", "if numbers.range(1, 100000000000)[_] == 0"] {
        let desk = with(&format!("package main\n\nwarn contains \"look\" {warning}\n"));
        let run = run(&desk);
        assert_eq!(run.status, 0, "{}", run.shown());
    }
}

#[test]
fn the_records_are_seen_as_documented() {
    let desk = Desk::sound();
    desk.add_policies(
        r#"
record odd {
  id:      text key
  amount:  decimal
  lasted:  duration?
  every:   span?
  on:      date?
  at:      timestamp?
  kinds:   list of text
  is_on:   boolean?
  service: -> service?
  size:    {small < large}?
}
bind resolution = 5 hours since 2027-01-01 from "Desk manual, section 3"
"#,
    );
    desk.write(
        "export/odd.ndjson",
        "{\"id\": \"a\\\"\\u00e9\", \"amount\": 12345678901234.56, \"lasted\": \"PT1H\", \"every\": \"P3M\", \"on\": \"2026-01-05\", \"at\": \"2026-01-05T09:00:01.5+01:00\", \
         \"kinds\": [\"x\", null], \"is_on\": true, \"service\": \"S1\", \"size\": \"large\"}\n\
         {\"id\": \"b\", \"amount\": \"many\", \"lasted\": null, \"every\": null, \"on\": null, \"at\": \"soon\", \"kinds\": [], \"is_on\": null, \"service\": null, \"size\": null}\n",
    );
    desk.write("rego/main.rego", "package main\n\ndeny contains json.marshal(input) if true\n");
    let run = desk.check("--rego rego --format json --as-of 2026-02-01 --period 2026-01-01..2026-01-31");
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.shown()));
    let rule = report["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "rego:main").unwrap();
    let input: serde_json::Value = serde_json::from_str(rule["findings"][0]["message"].as_str().unwrap()).unwrap();
    insta::assert_snapshot!("rego-input", serde_json::to_string_pretty(&input).unwrap());
}

#[test]
fn what_differs_from_run_to_run_or_reaches_outside_is_refused() {
    insta::assert_snapshot!(deny("time.now_ns() > 0"), @"not-determined (status 3): rego/main.rego:3:40: `time.now_ns` would give another result in the next run, or reaches outside");
    insta::assert_snapshot!(deny("rand.intn(\"x\", 9) >= 0"), @"not-determined (status 3): rego/main.rego:3:38: `rand.intn` would give another result in the next run, or reaches outside");
    insta::assert_snapshot!(deny("uuid.rfc4122(\"x\") != \"\""), @"not-determined (status 3): rego/main.rego:3:41: `uuid.rfc4122` would give another result in the next run, or reaches outside");
    insta::assert_snapshot!(deny("http.send({\"url\": \"https://ferries.example\"}).status == 200"), @"not-determined (status 3): rego/main.rego:3:38: `http.send` would give another result in the next run, or reaches outside");
    insta::assert_snapshot!(deny("opa.runtime().env.HOME != \"\""), @"not-determined (status 3): rego/main.rego:3:40: `opa.runtime` would give another result in the next run, or reaches outside");
    insta::assert_snapshot!(said("package main\n\ndeny contains \"x\" if false\n\nexception contains [\"\"] if true\n"), @"not-determined (status 3): `exception` of conftest exempts from rules where nobody sees it, and is not read: change the rules that it names");
}

#[test]
fn hostile_rego_ends_with_a_message() {
    insta::assert_snapshot!(said("package main\n\nf(x) := f(x + 1)\n\ndeny contains \"x\" if f(1)\n"), @"not-determined (status 3): the Rego calls itself, or nests, deeper than the stack of the interpreter");
    insta::assert_snapshot!(said("package main\n\na if b\n\nb if a\n\ndeny contains \"x\" if a\n"), @"not-determined (status 3): rego/main.rego:3:1: recursion detected when evaluating rule:");
    insta::assert_snapshot!(deny("count(numbers.range(1, 100000000000)) > 1"), @"not-determined (status 3): the Rego takes more than 4 GiB of memory");
    insta::assert_snapshot!(deny("regex.match(\"((((a{1,99}){1,99}){1,99}){1,99}){1,99}\", \"aaaa\")"), @"not-determined (status 3): compiled regex exceeded size limit (102400 bytes)");
    let endless = "{\n\tn := numbers.range(1, 3000)\n\tsome a in n\n\tsome b in n\n\tsome c in n\n\ta + b + c == 0\n}";
    insta::assert_snapshot!(deny(endless), @"not-determined (status 3): the Rego takes more than 2 seconds of the processor; `--rego-seconds` allows more");
}

#[test]
fn what_is_no_policy_ends_the_run() {
    let message = |rego: &str| {
        let run = run(&with(rego));
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.shown());
        run.stderr
    };
    insta::assert_snapshot!(message("package main\n\ndeny[msg] { msg := \"old\" }\n"), @r"
    error: no rule was run: rego/main.rego:3:11: `if` keyword is required before rule body
      help: correct it; it is read as Rego v1, with `if` and `contains`
    ");
    insta::assert_snapshot!(message("package main\n\nallow if true\n"), @r"
    error: no package of the Rego has a rule `deny`, `violation` or `warn`
      help: a rule begins a line: `deny contains msg if { … }`
    ");
    let deep = format!("package main\n\ndeny contains \"x\" if {}true{}\n", "(".repeat(5000), ")".repeat(5000));
    insta::assert_snapshot!(message(&deep), @r"
    error: no rule was run: rego/main.rego:3:55: expression nesting too deep (>32)
      help: correct it; it is read as Rego v1, with `if` and `contains`
    ");
    // A few brackets take the parser without end.
    let nested = format!("package main\n\ndeny contains \"x\" if x := {}1{}\n", "[".repeat(28), "]".repeat(28));
    insta::assert_snapshot!(message(&nested), @r"
    error: no rule was run: the Rego takes more than 2 seconds of the processor; `--rego-seconds` allows more
      help: correct it; it is read as Rego v1, with `if` and `contains`
    ");
    insta::assert_snapshot!(message("deny contains \"x\" if true\n"), @r"
    error: no rule was run: rego/main.rego:1:1: expecting `package` Missing package declaration.
      help: correct it; it is read as Rego v1, with `if` and `contains`
    ");
    let desk = Desk::sound();
    desk.write("rego/readme.md", "nothing");
    let run = run(&desk);
    assert_eq!(run.status, 2);
    insta::assert_snapshot!(run.stderr, @r"
    error: there is no Rego in rego
      help: name a folder with `.rego` files; those of tests (`_test.rego`) do not count
    ");
}

#[test]
fn what_rego_yields_is_read_as_conftest_reads_it() {
    insta::assert_snapshot!(said("package main\n\ndeny := [\"a list\"]\n"), @"nonconformity (status 1): a list");
    insta::assert_snapshot!(said("package main\n\n  deny := \"a text\"\n"), @"nonconformity (status 1): a text");
    insta::assert_snapshot!(said("package main\n\ndeny := true\n"), @"nonconformity (status 1): `deny` is true");
    insta::assert_snapshot!(said("package main\n\ndeny := false\n"), @"not-determined (status 3): nothing is denied, and Rego does not state its population");
    insta::assert_snapshot!(said("package main\n\ndeny contains {\"msg\": \"an object\", \"record\": \"change\", \"key\": \"none\"}\n"), @"nonconformity (status 1): an object");
    insta::assert_snapshot!(said("package main\n\ndeny contains 7\n"), @"not-determined (status 3): `deny` yields 7, which is neither a text nor an object with a text `msg`");
    insta::assert_snapshot!(said("package main\n\ndeny contains {\"message\": \"\\u001b[31m\"}\n"), @r#"
    not-determined (status 3): `deny` yields {"message":"\u001b[31m"}, which is neither a text nor an object with a text `msg`
    "#);
    insta::assert_snapshot!(said("package main\n\ndeny := \"x\" if input.none\n"), @"not-determined (status 3): nothing is denied, and Rego does not state its population");
}

#[test]
fn the_example_of_the_page_finds_what_is_wrong_in_the_sample() {
    let page = include_str!("../../../docs/rego.md");
    let example = page.split("```rego\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let desk = Desk::empty();
    desk.write("rego/changes.rego", example);
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/marmalade-ferries");
    let run = desk.run(&format!("check {sample}/export --policies {sample}/policies --rego rego --format json"));
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.shown()));
    let rules = report["rules"].as_array().unwrap();
    assert!(rules.len() > 80, "the rules of the pack stand in the same report");
    let findings = rules.iter().find(|rule| rule["id"] == "rego:main").unwrap()["findings"].as_array().unwrap();
    let about: Vec<&str> = findings.iter().map(|finding| finding["subject"].as_str().unwrap()).collect();
    assert_eq!(about, ["CHG-2018"], "the one closed change of the sample without a plan to back out");
    assert_eq!(findings[0]["records"][0]["file"], "change.json");
}

#[test]
fn what_is_left_out_of_rules_is_not_seen() {
    let desk = with("package main\n\ndeny contains c.number if some c in input.records.change\n");
    desk.add_policies("leave out change c where c.number = \"CHG1\" because \"a drill\"\n");
    let report = desk.json("--rego rego --as-of 2026-02-01");
    let rule = report["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "rego:main").unwrap();
    let denied: Vec<&str> =
        rule["findings"].as_array().unwrap().iter().map(|found| found["message"].as_str().unwrap()).collect();
    assert_eq!(denied, ["CHG2"]);
}

/// As OPA has it; the interpreter would forget those before it.
#[test]
fn a_row_without_the_value_that_is_yielded_does_not_hide_the_others() {
    let desk = with("package main\n\ndeny contains i.resolved_at if {\n\tsome i in input.records.incident\n}\n");
    let report = desk.json("--rego rego --as-of 2026-02-01");
    let rule = report["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "rego:main").unwrap();
    assert_eq!(rule["findings"].as_array().map(Vec::len), Some(2), "{rule}");
}

#[test]
fn what_is_denied_may_be_the_keys_of_an_object() {
    insta::assert_snapshot!(said("package main\n\ndeny[msg] if msg := \"late\"\n"), @"nonconformity (status 1): late");
}
