//! What the evaluator does besides judging: single values, bounds and candidates for explanations, and conditions of any depth.

use std::sync::LazyLock;

use shall::data::Dataset;
use shall::eval::{Binding, Candidates, Evaluator, Exclusions, Inputs, Options};
use shall::ir::{Body, Condition, Expr, ExprKind, Program, RunSettings, Step, VariableId};
use shall::schema::RecordId;
use shall::value::{Cell, Number, Truth, Value};

use crate::agreement::loaded;
use crate::check::{check_texts, show};
use crate::generate::export::File;

const RECORDS: &str = r#"zone "UTC"
standard made-up "Made up" requirements {
  clause 1 "One"
}
record change "A change" {
  number: text key
  start:  timestamp
}
record approval "A decision" {
  change:     -> change
  decision:   {approved, rejected}
  decided_at: timestamp
}
"#;

const CHANGES: &str = r#"{"number": "C1", "start": "2026-01-02T09:00Z"}
{"number": "C2", "start": "2026-01-03T09:00Z"}
"#;
const APPROVALS: &str = r#"{"change": "C2", "decision": "approved", "decided_at": "2026-01-01T09:00Z"}
{"change": "C1", "decision": "approved", "decided_at": "2026-01-02T10:00Z"}
{"change": "C1", "decision": "rejected", "decided_at": "2026-01-02T11:00Z"}
{"change": "C1", "decision": null, "decided_at": "2026-01-02T08:00Z"}
{"change": null, "decision": "approved", "decided_at": "2026-01-02T08:00Z"}
"#;

fn file(name: &str, text: &str) -> File {
    (name.to_owned(), text.to_owned())
}

/// Checks a rule's lines behind its citation and reads the files.
fn prepared(lines: &str, files: &[File]) -> (Program, Dataset) {
    let text = format!("{RECORDS}rule tried\n  \"Tried\"\n  cites made-up 1\n{lines}\n");
    let (checked, sources) = check_texts([("services.shall", text.as_str())]);
    let mut errors = checked.all_diagnostics();
    errors.retain(|diagnostic| diagnostic.is_error());
    assert!(errors.is_empty(), "{}", show(&errors, &sources));
    let dataset = loaded(&checked, files, 1 << 20).expect("files that can be read");
    (checked.program, dataset)
}

fn evaluator<'a>(program: &'a Program, dataset: &'a Dataset) -> Evaluator<'a> {
    static NONE: LazyLock<Exclusions> = LazyLock::new(Exclusions::default);
    let settings = RunSettings::default();
    let inputs = Inputs { environment: &program.environment, dataset, settings, exclusions: &NONE, reported: None };
    Evaluator::new(inputs, &program.rules[0].body, Options { batch: 2, ..Options::default() })
}

fn condition(body: &Body) -> &Expr {
    match &body.condition {
        Condition::Plain(condition) => condition,
        _ => panic!("one condition"),
    }
}

fn row(program: &Program, record: &str, row: u32) -> (RecordId, Binding) {
    let record = program.environment.schema.find(record).expect("a record");
    (record, Binding::Row(record, row))
}

/// The variable of the first `for each`.
fn subject(body: &Body) -> VariableId {
    body.steps
        .iter()
        .find_map(|step| match step {
            Step::ForEach { binder, .. } => Some(binder.variable),
            Step::Let { .. } => None,
        })
        .expect("a for each")
}

#[test]
fn values_are_those_of_the_subject_with_its_lets() {
    let lines = "  for each change c
    if none: no population
  let decisions = count(approval a where a.change = c and a.decision = approved)
  let twice = decisions + decisions
  shall twice >= 3";
    let (program, dataset) = prepared(lines, &[file("change.ndjson", CHANGES), file("approval.ndjson", APPROVALS)]);
    let (evaluator, body) = (evaluator(&program, &dataset), &program.rules[0].body);
    let ExprKind::Compare { left: twice, .. } = &condition(body).kind else { panic!("a comparison") };
    let Step::Let { value: decisions, .. } = &body.steps[1] else { panic!("a let") };
    let scope = |number| [(subject(body), row(&program, "change", number).1)];
    let number = |number| Number::from_integer(number);
    // Of C1 one is approved, one may be, and one may be of C1.
    assert_eq!(evaluator.bounds(decisions, &scope(0)), Some((number(1), Some(number(3)))));
    assert_eq!(evaluator.cell(twice, &scope(0)), Cell::Unknown);
    assert_eq!(evaluator.cell(condition(body), &scope(0)), Cell::Unknown);
    assert_eq!(evaluator.bounds(decisions, &scope(1)), Some((number(1), Some(number(2)))));
    // Nothing is known of a subject that is not bound.
    assert_eq!(evaluator.cell(condition(body), &[]), Cell::Unknown);

    let (program, dataset) = prepared(lines, &[file("change.ndjson", CHANGES)]);
    let (evaluator, body) = (self::evaluator(&program, &dataset), &program.rules[0].body);
    let Step::Let { value: decisions, .. } = &body.steps[1] else { panic!("a let") };
    let scope = [(subject(body), row(&program, "change", 0).1)];
    assert_eq!(evaluator.bounds(decisions, &scope), Some((number(0), None)));

    let known = r#"{"change": "C1", "decision": "approved", "decided_at": "2026-01-01T09:00Z"}
"#;
    let (program, dataset) = prepared(lines, &[file("change.ndjson", CHANGES), file("approval.ndjson", known)]);
    let (evaluator, body) = (self::evaluator(&program, &dataset), &program.rules[0].body);
    let ExprKind::Compare { left: twice, .. } = &condition(body).kind else { panic!("a comparison") };
    let scope = [(subject(body), row(&program, "change", 0).1)];
    assert_eq!(evaluator.cell(twice, &scope), Cell::Present(Value::Number(number(2))));
    assert_eq!(evaluator.bounds(twice, &scope), None);
}

#[test]
fn candidates_come_nearest_first() {
    let lines = "  for each change c
    if none: no population
  shall exists approval a where a.change = c and a.decision = approved and a.decided_at <= c.start";
    let (program, dataset) = prepared(lines, &[file("change.ndjson", CHANGES), file("approval.ndjson", APPROVALS)]);
    let (evaluator, body) = (evaluator(&program, &dataset), &program.rules[0].body);
    let ExprKind::Quantified { binder, .. } = &condition(body).kind else { panic!("a quantifier") };
    let candidates =
        |number, limit| evaluator.candidates(binder, &[(subject(body), row(&program, "change", number).1)], limit);
    let shown = |candidates: Candidates| -> Vec<(u32, Truth, Vec<Truth>)> {
        let row = |binding: &Binding| match binding {
            Binding::Row(_, row) => *row,
            other => panic!("{other:?}"),
        };
        candidates.nearest.iter().map(|found| (row(&found.binding), found.counts, found.conjuncts.clone())).collect()
    };
    let (yes, no, maybe) = (Truth::True, Truth::False, Truth::Unknown);
    let of_first = candidates(0, 9);
    assert_eq!(of_first.total, 4);
    assert_eq!(
        shown(of_first),
        [
            (3, maybe, vec![yes, maybe, yes]),
            (4, maybe, vec![maybe, yes, yes]),
            (1, no, vec![yes, yes, no]),
            (2, no, vec![yes, no, no]),
        ]
    );
    assert_eq!(shown(candidates(0, 1)).len(), 1);
    assert_eq!(shown(candidates(1, 1)), [(0, yes, vec![yes, yes, yes])]);

    let (program, dataset) = prepared(lines, &[file("change.ndjson", CHANGES)]);
    let (evaluator, body) = (self::evaluator(&program, &dataset), &program.rules[0].body);
    let ExprKind::Quantified { binder, .. } = &condition(body).kind else { panic!("a quantifier") };
    let found = evaluator.candidates(binder, &[(subject(body), row(&program, "change", 0).1)], 9);
    let (approval, _) = row(&program, "approval", 0);
    assert_eq!((found.total, found.nearest.len()), (0, 1));
    assert_eq!((&found.nearest[0].binding, found.nearest[0].counts), (&Binding::Missing(approval), maybe));
}

/// The stack of a test's thread, or of one of a pool, is not what limits the depth.
#[test]
fn the_deepest_conditions_are_judged() {
    let mut nots = "c.start > 2000-01-01T00:00Z".to_owned();
    let mut quantifiers = nots.clone();
    for level in 0..120 {
        nots = format!("not {nots}");
        quantifiers = format!("exists x{level} in numbers where {quantifiers}");
    }
    for condition in [nots, quantifiers] {
        let lines =
            format!("  for each change c\n    if none: no population\n  let numbers = {{1}}\n  shall {condition}");
        let (program, dataset) = prepared(&lines, &[file("change.ndjson", CHANGES)]);
        let evaluation = evaluator(&program, &dataset).evaluate(None).expect("there is no budget");
        assert_eq!((evaluation.holds, evaluation.population()), (2, 2));
    }
}
