//! Ten times the records are about ten times the work, also where one key holds half of the rows.
//!
//! What is counted is what was really done, not seconds: values that kernels computed and candidates that were examined.

use shall::data::{Column, ColumnValues, Dataset, Extract, KeyIndex, KeySpace, State, Table, TextColumn};
use shall::eval::{Evaluation, Evaluator, Exclusions, Inputs, Options};
use shall::ir::{Program, RunSettings};
use shall::schema::{Schema, Type};
use shall::value::time::{HOUR, Interval, Moment};
use shall::value::{Date, Timestamp};

use crate::check::{check_texts, show};

const RECORDS: &str = r#"zone "UTC"
standard made-up "Made up" requirements {
  clause 1 "One"
}
record service "A service" {
  id: text key
}
record change "A change" {
  number: text key
  start:  timestamp
}
record approval "A decision" {
  change:     -> change
  approved:   boolean
  decided_at: timestamp
}
record incident "An incident" {
  number:      text key
  service:     -> service
  team:        text
  opened_at:   timestamp
  resolved_at: timestamp?
  minutes:     integer
}
leave out change c
  where exists approval a where a.change = c and a.decided_at > c.start and not a.approved
  because "rejected when it was too late"
"#;

/// What a rule asks, by the way its candidates are found.
const RULES: &[(&str, &str)] = &[
    (
        "a deadline",
        "for each incident i where i.resolved_at is present
    if none: no population
  shall i.resolved_at - i.opened_at <= 4 hours",
    ),
    (
        "key and order: approval before the start",
        "for each change c
    if none: no population
  shall exists approval a where a.change = c and a.approved and a.decided_at <= c.start",
    ),
    (
        "key and order: the last decision",
        "for each change c
    if none: no population
  let latest = last(approval a where a.change = c and a.decided_at <= c.start by a.decided_at)
  shall latest is absent or latest.approved",
    ),
    (
        "key: unique numbers",
        "for each incident i
    if none: no population
  shall count(incident j where j.number = i.number) = 1",
    ),
    (
        "key: unique texts",
        "for each incident i
    if none: no population
  shall count(incident j where j.team = i.team) <= 3",
    ),
    (
        "key: another one",
        "for each incident i
    if none: no population
  shall exists incident j where j.team = i.team and j != i",
    ),
    (
        "key: share of a service",
        "for each service s
    if none: no population
  let met = share(incident i where i.service = s and i.resolved_at is present: i.resolved_at - i.opened_at <= 4 hours)
  shall met is absent or met >= 80%",
    ),
    (
        "key: share, from below",
        "for each incident i
    if none: no population
  let met = share(incident j where j.team = i.team: j.minutes > 5)
  shall met is absent or met >= 80%",
    ),
    (
        "key: sum, largest and set",
        "for each incident i
    if none: no population
  let most = max(incident j where j.team = i.team: j.minutes)
    if absent: nonconformity
  shall sum(incident j where j.team = i.team: j.minutes) >= most
    and 3 in set(incident j where j.team = i.team: j.minutes)",
    ),
    (
        "key and order: largest before",
        "for each incident i
    if none: no population
  let most = max(incident j where j.team = i.team and j.opened_at <= i.opened_at: j.minutes)
    if absent: nonconformity
  shall i.minutes <= most and sum(incident j where j.team = i.team and j.opened_at <= i.opened_at: j.minutes) > 0",
    ),
    (
        "bucket: of a month",
        "for each service s
    if none: no population
  for each m in months(period)
  shall count(incident i where i.service = s and i.opened_at during m) >= 1",
    ),
    (
        "order: those before",
        "for each incident i
    if none: no population
  shall count(incident j where j.opened_at < i.opened_at) >= 10
    and (exists incident k where k.opened_at > i.opened_at)",
    ),
    (
        "once: those of all",
        "for each incident i
    if none: no population
  shall i.minutes <= max(incident j: j.minutes) otherwise 0",
    ),
    (
        "every",
        "for each service s
    if none: no population
  shall every incident i where i.service = s has i.minutes >= 0",
    ),
    (
        "key: the longest streak",
        "for each incident i
    if none: no population
  shall streak(incident j where j.team = i.team by j.opened_at while j.minutes > 5) >= 1",
    ),
    (
        "key: what recurs",
        "for each incident i
    if none: no population
  shall recurs(incident j where j.team = i.team: j.opened_at every 1 day from i.opened_at)",
    ),
    (
        "tuples by key",
        "for each service s
    if none: no population
  for each incident i where i.service = s
  shall i.minutes >= 1",
    ),
    (
        "graph: once",
        "for each incident i
    if none: no population
  shall i.number in reachable(incident j: j.team -> j.number from set(incident k where k.minutes > 5: k.team))",
    ),
    (
        "graph: by key",
        "for each incident i
    if none: no population
  shall acyclic(incident j where j.service = i.service: j.team -> j.number)",
    ),
    (
        "graph: from each",
        "for each incident i
    if none: no population
  shall i.number in reachable(incident j: j.team -> j.number from i.team)",
    ),
];

/// A small generator of numbers that are always the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn column(ty: Type, values: ColumnValues) -> Column {
    Column { ty, values, states: Vec::new() }
}

fn texts(values: impl Iterator<Item = String>) -> Column {
    let mut texts = TextColumn::default();
    values.for_each(|value| texts.push(&value));
    column(Type::Text, ColumnValues::Texts(texts))
}

/// The tables of so many incidents, half as many changes and approvals, and a hundredth as many services; half of all
/// have one service, one team, one change.
fn dataset(schema: &Schema, incidents: u64) -> Dataset {
    let mut numbers = Numbers(7);
    let mut tables: Vec<Table> = schema.ids().map(|_| Table::default()).collect();
    let mut spaces = vec![KeySpace::default(); schema.spaces as usize];
    let (services, changes) = (incidents / 100, incidents / 2);
    let mut skewed = |of: u64, count: u64| -> Vec<u64> {
        (0..count).map(|row| if row % 2 == 0 { 0 } else { numbers.below(of.max(1)) }).collect()
    };
    let service = skewed(services, incidents);
    let team = skewed(incidents, incidents);
    let change = skewed(changes, changes);
    let mut instants = |count: u64| -> Vec<i64> {
        (0..count).map(|_| 20_000 * 24 * HOUR + numbers.below(60 * 24 * 60) as i64 * HOUR / 60).collect()
    };
    let (opened, start, decided) = (instants(incidents), instants(changes), instants(changes));
    let timestamps = |values: Vec<i64>| column(Type::Timestamp, ColumnValues::Integers(values));
    let mut put = |record: &str, rows: u64, columns: Vec<(&str, Column)>| {
        let id = schema.find(record).expect("a record");
        let of = schema.record(id);
        let table = &mut tables[id.0 as usize];
        (table.rows, table.extract) = (rows as u32, Extract::Complete);
        for (name, mut column) in columns {
            let field = of.field(name).expect("a field");
            column.ty = of.field_type(field).ty.base.clone();
            table.columns.insert(field, column);
        }
        if of.single_key().is_some() {
            let keys = column(Type::Reference(vec![id]), ColumnValues::Symbols((0..rows as u32).collect()));
            table.by_key = KeyIndex::new(&keys, rows as usize);
            table.keys = Some(keys);
            let space = &mut spaces[of.space.0 as usize];
            (0..rows).for_each(|row| space.texts.push(&format!("{row}")));
        }
    };
    let symbols =
        |values: &[u64]| column(Type::Text, ColumnValues::Symbols(values.iter().map(|value| *value as u32).collect()));
    put("service", services, vec![("id", texts((0..services).map(|row| row.to_string())))]);
    put(
        "change",
        changes,
        vec![("number", texts((0..changes).map(|row| row.to_string()))), ("start", timestamps(start))],
    );
    put(
        "approval",
        changes,
        vec![
            ("change", symbols(&change)),
            ("approved", column(Type::Boolean, ColumnValues::Booleans((0..changes).map(|row| row % 7 != 0).collect()))),
            ("decided_at", timestamps(decided)),
        ],
    );
    let mut resolved =
        timestamps(opened.iter().enumerate().map(|(row, opened)| opened + (row % 9) as i64 * HOUR).collect());
    resolved.states = (0..incidents).map(|row| if row % 5 == 0 { State::Absent } else { State::Present }).collect();
    put(
        "incident",
        incidents,
        vec![
            ("number", texts((0..incidents).map(|row| row.to_string()))),
            ("service", symbols(&service)),
            ("team", texts(team.iter().map(|team| format!("team {team}")))),
            ("opened_at", timestamps(opened)),
            ("resolved_at", resolved),
            (
                "minutes",
                column(Type::Integer, ColumnValues::Integers((0..incidents as i64).map(|row| row % 50).collect())),
            ),
        ],
    );
    Dataset { tables, spaces, ..Dataset::default() }
}

fn program() -> Program {
    let mut text = RECORDS.to_owned();
    for (number, (title, lines)) in RULES.iter().enumerate() {
        text += &format!("rule r{number:02}\n  \"{title}\"\n  cites made-up 1\n  {lines}\n");
    }
    let (checked, sources) = check_texts([("linear.shall", text.as_str())]);
    let errors: Vec<_> = checked.all_diagnostics().into_iter().filter(|diagnostic| diagnostic.is_error()).collect();
    assert!(errors.is_empty(), "{}", show(&errors, &sources));
    checked.program
}

fn settings() -> RunSettings {
    let day = |text| Date::parse(text).map(Moment::Date);
    RunSettings {
        as_of: Timestamp::parse("2025-01-01T00:00Z"),
        period: Interval::new(day("2024-10-01"), day("2024-12-01")),
    }
}

/// Judges every rule; what came out, and what it cost.
fn costs(program: &Program, incidents: u64, batch: usize) -> Vec<(Evaluation, u64)> {
    let dataset = dataset(&program.environment.schema, incidents);
    let (environment, settings) = (&*program.environment, settings());
    let exclusions = Exclusions::of(environment, &dataset, settings, environment.schema.ids());
    let inputs = Inputs { environment, dataset: &dataset, settings, exclusions: &exclusions, reported: None };
    program
        .rules
        .iter()
        .map(|rule| {
            let evaluator = Evaluator::new(inputs, &rule.body, Options { batch, ..Options::default() });
            let evaluation = evaluator.evaluate(None).expect("there is no budget");
            let operations = evaluator.operations();
            (evaluation, operations)
        })
        .collect()
}

#[test]
fn ten_times_the_records_are_ten_times_the_work() {
    let program = program();
    let (few, many) = (costs(&program, 1_000, 65_536), costs(&program, 10_000, 65_536));
    for ((rule, (few, few_done)), (many, many_done)) in program.rules.iter().zip(few).zip(many) {
        let title = &rule.title;
        assert!(few.population() > 0, "{title}: judges something");
        assert!(many.examined <= 12 * few.examined, "{title}: examined {} and {}", few.examined, many.examined);
        assert!(many_done <= 12 * few_done, "{title}: {few_done} and {many_done} values");
    }
}

#[test]
fn exclusions_are_asked_once_of_each_record() {
    let program = program();
    let (environment, settings) = (&*program.environment, settings());
    let change = environment.schema.find("change").expect("the record");
    for incidents in [1_000, 10_000] {
        let dataset = dataset(&environment.schema, incidents);
        let none = Exclusions::default();
        let inputs = Inputs { environment, dataset: &dataset, settings, exclusions: &none, reported: None };
        let mut exclusions = Exclusions::default();
        // There are as many approvals as changes, half of them of one change; one change more is that of which nothing is known.
        let changes = u64::from(dataset.table(change).rows);
        let budget = |budget| Options { budget: Some(budget), ..Options::default() };
        assert_eq!(exclusions.add(inputs, change, budget(4 * changes)), Ok(()), "{incidents}");
        let left_out = exclusions.counts(change).into_iter().flatten().map(|(_, count)| count.for_certain).sum::<u64>();
        assert!(0 < left_out && left_out < changes, "{left_out} of {changes}");
        // What was asked is not asked again.
        assert_eq!(exclusions.add(inputs, change, budget(0)), Ok(()), "{incidents}");
        assert!(Exclusions::default().add(inputs, change, budget(changes / 2)).is_err(), "{incidents}");
    }
}

#[test]
fn a_budget_is_exact_whatever_the_batches() {
    let program = program();
    let dataset = dataset(&program.environment.schema, 300);
    let (environment, settings) = (&*program.environment, settings());
    let exclusions = Exclusions::of(environment, &dataset, settings, environment.schema.ids());
    let inputs = Inputs { environment, dataset: &dataset, settings, exclusions: &exclusions, reported: None };
    for rule in &program.rules {
        let judge = |batch, budget| {
            Evaluator::new(inputs, &rule.body, Options { batch, budget, ..Options::default() }).evaluate(None)
        };
        let whole = judge(65_536, None).expect("there is no budget");
        for batch in [7, 65_536] {
            assert_eq!(judge(batch, Some(whole.examined)).as_ref(), Ok(&whole), "{}", rule.title);
            assert!(judge(batch, Some(whole.examined - 1)).is_err(), "{}", rule.title);
        }
    }
}

#[test]
fn large_graphs_are_the_same_in_small_batches() {
    let program = program();
    let dataset = dataset(&program.environment.schema, 10_000);
    let (environment, settings) = (&*program.environment, settings());
    let exclusions = Exclusions::of(environment, &dataset, settings, environment.schema.ids());
    let inputs = Inputs { environment, dataset: &dataset, settings, exclusions: &exclusions, reported: None };
    for rule in program.rules.iter().filter(|rule| rule.title.starts_with("graph")) {
        let judge = |batch| {
            let options = Options { batch, ..Options::default() };
            Evaluator::new(inputs, &rule.body, options).evaluate(None).expect("there is no budget")
        };
        let whole = judge(65_536);
        assert_eq!(judge(997), whole, "{}", rule.title);
        assert_eq!((whole.population(), whole.unknown.len()), (10_000, 0), "{}", rule.title);
    }
}
