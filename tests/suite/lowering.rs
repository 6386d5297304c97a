//! Lowered rules give on regorus what the evaluator says, subject by subject: on the sample organization as it is, and with
//! its values removed and mangled at random. `SHALL_LOWERING_CASES` says how often, `SHALL_SEED` from which seed on.

mod mangle;
mod page;
pub(crate) mod regorus;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use shall::check::Checked;
use shall::data::{Dataset, Files, Loading, Silent, choose_sources, load};
use shall::eval::{Evaluation, Evaluator, Exclusions, Inputs, Options};
use shall::ir::reads::Reads;
use shall::ir::{Rule, RunSettings};
use shall::lower::document::document;
use shall::lower::refusal::Refusal;
use shall::lower::rego;
use shall::source::Sources;
use shall::value::time::{Interval, Moment};
use shall::value::{Date, Timestamp};

use crate::check::{check_texts, files, show};
use regorus::{Rego, Subjects, subjects};

const ORGANIZATION: &str = "fixtures/marmalade-ferries";
const PACK: [&str; 4] = ["policies/standards", "policies/records", "policies/rules", "policies/advice"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pack with the sample organization's own policies.
fn policies() -> (Checked, Sources) {
    let own = format!("{ORGANIZATION}/policies");
    let texts: Vec<(String, String)> = PACK
        .iter()
        .chain([&own.as_str()])
        .flat_map(|folder| files(&root().join(folder)))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a policy file can be read");
            (path.strip_prefix(root()).expect("under the project").display().to_string(), text)
        })
        .collect();
    let (checked, sources) = check_texts(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let mut errors = checked.all_diagnostics();
    errors.retain(|diagnostic| diagnostic.is_error());
    assert!(errors.is_empty(), "{}", show(&errors, &sources));
    (checked, sources)
}

/// The files of a folder.
struct Folder(PathBuf);

impl Files for Folder {
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("the export is there");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn open(&self, name: &str) -> std::io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(self.0.join(name))?))
    }

    fn size(&self, name: &str) -> Option<u64> {
        Some(self.0.join(name).metadata().ok()?.len())
    }
}

fn settings(checked: &Checked) -> RunSettings {
    let day = |text| Date::parse(text).expect("a day");
    let zone = checked.program.environment.zone.as_ref().expect("a zone");
    let ends = (Some(Moment::Date(day("2026-01-01"))), Some(Moment::Date(day("2026-07-01"))));
    RunSettings { as_of: zone.start_of_day(day("2026-07-01")), period: Interval::new(ends.0, ends.1) }
}

/// What some rules read.
pub(crate) fn reads_of<'r>(checked: &Checked, rules: impl IntoIterator<Item = &'r Rule>) -> Reads {
    let environment = &checked.program.environment;
    let mut reads = Reads::default();
    for rule in rules {
        reads.add_body(environment, &rule.body);
        reads.add_grade(environment, rule.grade.as_ref());
    }
    reads
}

fn export(checked: &Checked) -> Dataset {
    let files = Folder(root().join(ORGANIZATION).join("export"));
    let schema = &checked.program.environment.schema;
    let sources = choose_sources(schema, &checked.sources, &[], &files.names()).expect("the sources fit");
    let reads = reads_of(checked, &checked.program.rules);
    let loaded = load(&Loading::new(schema, &reads, &sources), &files, &Silent);
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    loaded.dataset
}

/// What the evaluator says of a rule.
pub(crate) fn evaluated(checked: &Checked, dataset: &Dataset, settings: RunSettings, rule: &Rule) -> Evaluation {
    let environment = &checked.program.environment;
    let reads = reads_of(checked, [rule]);
    let exclusions = Exclusions::of(environment, dataset, settings, reads.exclusions.iter().copied());
    let inputs = Inputs { environment, dataset, settings, exclusions: &exclusions, reported: None };
    let options = Options { list_holding: true, ..Options::default() };
    Evaluator::new(inputs, &rule.body, options).evaluate(None).expect("there is no budget")
}

/// Rules with their modules.
type Modules<'r> = Vec<(&'r Rule, rego::File)>;

/// What stands against a rule, by its id.
type Refused<'r> = BTreeMap<&'r str, Vec<Refusal>>;

/// Rules that lower, and whatever stands against the others.
fn lowered(checked: &Checked) -> (Modules<'_>, Refused<'_>) {
    let (mut modules, mut refused) = (Vec::new(), BTreeMap::new());
    for rule in &checked.program.rules {
        match rego::lower(&checked.program.environment, rule) {
            Ok(file) => modules.push((rule, file)),
            Err(refusals) => {
                refused.insert(rule.id.as_str(), refusals);
            }
        }
    }
    (modules, refused)
}

/// Compares every lowered rule on some data; returns how many subjects of each status there were, and what differs.
fn compare(
    checked: &Checked,
    rego: &mut Rego,
    modules: &[(&Rule, rego::File)],
    dataset: &Dataset,
    settings: RunSettings,
) -> (BTreeMap<String, usize>, Vec<String>) {
    let environment = &checked.program.environment;
    let reads = reads_of(checked, modules.iter().map(|(rule, _)| *rule));
    let input = document(environment, dataset, settings, &reads).expect("every number is exact");
    rego.read(&input);
    let (mut statuses, mut differences) = (BTreeMap::new(), Vec::new());
    for (rule, _) in modules {
        let evaluation = evaluated(checked, dataset, settings, rule);
        let expected: Subjects = subjects(environment, dataset, &rule.body, &evaluation);
        let found = rego.judge(&rule.id);
        for (_, status) in &expected {
            *statuses.entry(status.clone()).or_default() += 1;
        }
        let outcome = shall::verdict::judge_rule(rule, &evaluation).outcome.words().to_owned();
        match found {
            Ok((subjects, told)) if subjects == expected && told == outcome => {}
            Ok((subjects, told)) => {
                let only = |one: &Subjects, other: &Subjects| -> Vec<(String, String)> {
                    one.iter().filter(|own| !other.contains(own)).take(3).cloned().collect()
                };
                differences.push(format!(
                    "{}: {outcome} and {told}; evaluator {:?}, Rego {:?}",
                    rule.id,
                    only(&expected, &subjects),
                    only(&subjects, &expected)
                ));
            }
            Err(error) => differences.push(format!("{}: {error}", rule.id)),
        }
    }
    (statuses, differences)
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn lowered_rules_and_the_evaluator_agree_on_the_sample_organization() {
    let (checked, _) = policies();
    let (modules, _) = lowered(&checked);
    let mut rego = Rego::new(modules.iter().map(|(_, file)| file.clone()));
    let (settings, whole) = (settings(&checked), export(&checked));
    let mut all = BTreeMap::<String, usize>::new();
    let seed = number("SHALL_SEED", 0);
    for case in 0..=number("SHALL_LOWERING_CASES", 6) {
        let dataset = if case == 0 { whole.clone() } else { mangle::mangled(&whole, &checked, seed + case) };
        let told = match case % 5 {
            4 => RunSettings::default(),
            3 => RunSettings { as_of: Timestamp::parse("2026-03-29T12:30:15Z"), ..settings },
            _ => settings,
        };
        let (statuses, differences) = compare(&checked, &mut rego, &modules, &dataset, told);
        assert!(differences.is_empty(), "seed {seed}, case {case}:\n{}", differences.join("\n"));
        statuses.into_iter().for_each(|(status, count)| *all.entry(status).or_default() += count);
    }
    println!("{} rules: {all:?}", modules.len());
    let met: BTreeSet<&str> = all.keys().map(String::as_str).collect();
    assert_eq!(met, BTreeSet::from(["fails", "holds", "not yet due", "unknown"]));
}
