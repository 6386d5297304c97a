//! `shall check`: the main job, in order: policies, selection, export, rules, verdict; then advice; then the report.

use std::collections::BTreeSet;

use super::arguments::{CheckArguments, Format};
use super::console::Console;
use super::exports::Export;
use super::policies::{self, Policies};
use super::progress::Bar;
use super::select::{self, Selection};
use super::{Failure, faults, output, rego, time};
use crate::check::Status;
use crate::data::manifest::Demand;
use crate::data::{
    DataError, Dataset, Extract, Files, Limits, Loaded, Loading, MANIFEST, Manifest, Unpacked, choose_sources, load,
    no_data, read_manifest,
};
use crate::diagnostic::{self, Code, Diagnostic};
use crate::eval::explain::show::Show;
use crate::eval::{Evaluator, Exclusions, Inputs, Options, Reported};
use crate::ir::mapping::Source;
use crate::ir::reads::Reads;
use crate::ir::{Advice, Body, Grade, Rule, RunSettings};
use crate::rego::{Fault, Package, Question, Ruling, unanswered};
use crate::report::build::{self, Context};
use crate::report::{
    self, AdviceReport, AdviceResult, Exit, FORMAT_VERSION, Given, Report, RuleReport, SupportingAdvice, Time, Tool,
    View, json, terminal,
};
use crate::schema::RecordId;
use crate::verdict::{ExitStatus, exit_status, judge_rule};

/// Judges an export and writes the report.
///
/// # Errors
/// If the run could not be done. No report is written then.
pub(super) fn run(arguments: &CheckArguments, console: &mut Console) -> Result<ExitStatus, Failure> {
    let pending = output::end_on_interrupt();
    let policies = policies::load(&arguments.policies)?;
    let rego = rego::policy(&arguments.rego, arguments.rego_seconds)?;
    let selection = select::select(&policies.checked, &arguments.select, rego.packages.is_empty())?;
    let errors = selection.errors(&policies.checked);
    if !errors.is_empty() {
        faults::show(&errors, &policies.sources, console);
        return Err(Failure::new(count(errors.len(), "no rule was run: the policies have an error", "errors")));
    }
    let export = Export::find(&arguments.exports)?;
    let files = Unpacked::new(&export, Limits::default()).map_err(|error| refuse(error, console))?;
    let manifest = read_manifest(&files).map_err(|error| {
        faults::show_data(&[error], console);
        Failure::new("no rule was run: the manifest of the export cannot be used")
    })?;
    let run = Run::new(arguments, &policies, &rego, &selection, manifest.as_ref(), &files.names())?;
    let sources = run.sources(&files, console)?;
    run.stop_on_broken_sources(&sources, console)?;
    let bar = Bar::new(export.size());
    let demand =
        Demand { settings: run.settings, zone: run.environment().zone.as_ref(), required: arguments.require_manifest };
    let loading = Loading {
        manifest: manifest.as_ref(),
        demand,
        ..Loading::new(&run.environment().schema, &run.reads, &sources)
    };
    let loaded = load(&loading, &files, &bar);
    bar.finish();
    run.stop_on_unreadable(&loaded, console)?;
    let left_out = run.left_out(&loaded.dataset);
    let (report, status) = run.report(&loaded, &left_out, &sources)?;
    let render = |layout| match arguments.format {
        Format::Terminal => Ok(terminal::render(&report, layout)),
        Format::Json => json::render(&report)
            .map_err(|error| Failure::new(format!("internal error: the report cannot be written as JSON: {error}"))),
    };
    match &arguments.output {
        Some(path) => {
            output::write(path, &render(console.file_layout())?, &pending)?;
            console.print(&terminal::render_summary(&report, console.layout()))?;
        }
        None => console.print(&render(console.layout())?)?,
    }
    Ok(status)
}

/// `… an error` or `… 3 errors`
fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { one.to_owned() } else { one.replace("an error", &format!("{number} {many}")) }
}

/// What standing exclusions leave out.
struct LeftOut {
    /// Of the records that the rules range over.
    of_rules: Exclusions,
    /// Of those that the advice ranges over, too.
    of_all: Exclusions,
    /// Records of which to ask would exceed the budget of an advice.
    over_budget: BTreeSet<RecordId>,
}

/// A run whose policies are sound, before any data is read.
struct Run<'a> {
    arguments: &'a CheckArguments,
    policies: &'a Policies,
    rego: &'a rego::Policy,
    selection: &'a Selection<'a>,
    manifest: Option<&'a Manifest>,
    rules: Vec<&'a Rule>,
    advice: Vec<&'a Advice>,
    settings: RunSettings,
    /// What the rules read, and what rules and advice read together.
    rule_reads: Reads,
    reads: Reads,
}

/// The end of a run before data is read.
fn refuse(error: DataError, console: &mut Console) -> Failure {
    faults::show_data(&[error], console);
    Failure::shown()
}

impl<'a> Run<'a> {
    fn new(
        arguments: &'a CheckArguments,
        policies: &'a Policies,
        rego: &'a rego::Policy,
        selection: &'a Selection<'a>,
        manifest: Option<&'a Manifest>,
        files: &[String],
    ) -> Result<Run<'a>, Failure> {
        let checked = &policies.checked;
        let environment = &checked.program.environment;
        let settings = RunSettings {
            as_of: match arguments.as_of.as_deref() {
                Some(text) => Some(time::as_of(text, environment.zone.as_ref())?),
                None => manifest.and_then(|manifest| manifest.extracted_at(files)),
            },
            period: match arguments.period.as_deref() {
                Some(text) => Some(time::period(text)?),
                None => manifest.and_then(|manifest| manifest.period),
            },
        };
        let rules: Vec<&Rule> = checked.program.rules.iter().filter(|rule| selection.has_rule(&rule.id)).collect();
        let shows_advice = View::from(arguments.view) == View::Implementer;
        let advice: Vec<&Advice> = checked
            .advice
            .advice
            .iter()
            .filter(|advice| shows_advice && selection.has_advice(&advice.supports, &advice.citations))
            .collect();
        let mut rule_reads = Reads::default();
        for rule in &rules {
            rule_reads.add_body(environment, &rule.body);
            rule_reads.add_grade(environment, rule.grade.as_ref());
        }
        if !rego.packages.is_empty() {
            rule_reads.add_all(environment);
        }
        let mut reads = rule_reads.clone();
        advice.iter().for_each(|advice| reads.add_body(environment, &advice.body));
        Ok(Run { arguments, policies, rego, selection, manifest, rules, advice, settings, rule_reads, reads })
    }

    fn environment(&self) -> &'a crate::ir::Environment {
        &self.policies.checked.program.environment
    }

    /// Chooses the sources for the export.
    fn sources(&self, files: &dyn Files, console: &mut Console) -> Result<Vec<&'a Source>, Failure> {
        let checked = &self.policies.checked;
        let schema = &self.environment().schema;
        choose_sources(schema, &checked.sources, &self.arguments.source, &files.names())
            .map_err(|error| refuse(error, console))
    }

    fn source_errors(&self, chosen: &[&Source], reads: &Reads) -> Vec<Diagnostic> {
        self.policies.source_errors(&self.arguments.source, chosen, reads)
    }

    fn stop_on_broken_sources(&self, chosen: &[&Source], console: &mut Console) -> Result<(), Failure> {
        let errors = self.source_errors(chosen, &self.rule_reads);
        if errors.is_empty() {
            return Ok(());
        }
        faults::show(&errors, &self.policies.sources, console);
        Err(Failure::new(count(errors.len(), "no rule was run: the source of the export has an error", "errors")))
    }

    /// Ends the run if a file that the rules read cannot be read, or nothing that they read is there.
    fn stop_on_unreadable(&self, loaded: &Loaded, console: &mut Console) -> Result<(), Failure> {
        let mut errors: Vec<DataError> =
            loaded.errors.iter().filter(|error| concerns(error, &self.rule_reads.records)).cloned().collect();
        // Several mappings may read one file, and meet the same fault.
        let mut shown = BTreeSet::new();
        errors.retain(|error| shown.insert((error.file.clone(), error.line, error.code, error.message.clone())));
        // Only what the rules read counts here: a file that advice alone reads is no data for them.
        let is_missing = |record: &RecordId| loaded.dataset.table(*record).extract == Extract::Missing;
        if errors.is_empty() && self.rule_reads.records.iter().all(is_missing) {
            errors.extend(no_data(&self.environment().schema, &self.rule_reads, &loaded.unused));
        }
        if errors.is_empty() {
            return Ok(());
        }
        faults::show_data(&errors, console);
        Err(Failure::new(count(errors.len(), "no rule was run: the export has an error", "errors")))
    }

    /// Asks the standing exclusions of all records that the rules range over, then of those that only the advice does.
    fn left_out(&self, dataset: &Dataset) -> LeftOut {
        let (environment, settings) = (self.environment(), self.settings);
        let of_rules = Exclusions::of(environment, dataset, settings, self.rule_reads.exclusions.iter().copied());
        let (mut of_all, mut over_budget) = (of_rules.clone(), BTreeSet::new());
        let options = Options { budget: Some(self.arguments.advice_budget), ..Options::default() };
        for record in self.reads.exclusions.difference(&self.rule_reads.exclusions) {
            let inputs = Inputs { environment, dataset, settings, exclusions: &of_rules, reported: None };
            if of_all.add(inputs, *record, options).is_err() {
                over_budget.insert(*record);
            }
        }
        LeftOut { of_rules, of_all, over_budget }
    }

    /// Judges the rules, then looks at the advice, and puts the report together.
    fn report(
        &self,
        loaded: &'a Loaded,
        left_out: &'a LeftOut,
        sources: &[&'a Source],
    ) -> Result<(Report, ExitStatus), Failure> {
        let dataset = &loaded.dataset;
        let show = Show { environment: self.environment(), data: dataset, sources: &self.policies.sources };
        let view = View::from(self.arguments.view);
        let context =
            Context { show, max_findings: self.arguments.max_findings as usize, hints: view == View::Implementer };
        let judged: Result<Vec<RuleReport>, Failure> =
            self.rules.iter().map(|rule| self.rule(rule, &context, self.inputs(dataset, &left_out.of_rules))).collect();
        let rulings = self.rulings(self.inputs(dataset, &left_out.of_rules));
        let mut rules = judged?;
        rules.sort_by_cached_key(|rule| {
            let first = rule.citations.first();
            build::place(first.map(|first| (first.standard.as_str(), first.clause.as_str())), &rule.id)
        });
        // Rego cites no clause.
        rules
            .extend(rulings.iter().filter_map(|(package, ruling)| report::rego::rule(&context, package, read(ruling))));
        let summary = build::summary(rules.iter().map(|rule| rule.outcome));
        // Verdict and exit status stand before any advice is looked at, and are not looked at again.
        let status = exit_status(rules.iter().map(|rule| rule.outcome));
        let advice = (view == View::Implementer).then(|| {
            let of_rego =
                rulings.iter().filter_map(|(package, ruling)| report::rego::advice(&context, package, read(ruling)));
            self.advice_reports(&context, loaded, left_out, sources).into_iter().chain(of_rego).collect()
        });
        let report = Report {
            format_version: FORMAT_VERSION,
            tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            view,
            exit_status: Exit { number: status.number(), because: build::exit_because(status, &summary).to_owned() },
            summary,
            time: self.time(),
            selected: self.arguments.select.clone(),
            max_findings: u64::from(self.arguments.max_findings),
            inputs: crate::report::Inputs {
                policies: self.policies.names(),
                sources: sources.iter().map(|source| source.name.clone()).collect(),
                files: context.files(self.manifest),
                manifest: self.manifest.map(|_| MANIFEST.to_owned()),
                manifest_required: self.arguments.require_manifest,
                files_not_read: loaded.unused.clone(),
                records: context.records(&self.reads.records),
            },
            rules,
            advice,
            data_findings: context.data_findings(),
            parameters: context.parameters(&self.reads.parameters, self.today()),
            tables: context.tables(&self.reads.tables),
            exclusions: context.exclusions(&self.reads.exclusions, &left_out.of_all),
            warnings: context.warnings(&self.warnings()),
        };
        Ok((report, status))
    }

    /// What each package of Rego says of the records, or why it could not be asked.
    fn rulings(&self, inputs: Inputs<'_>) -> Vec<(&'a Package, Result<Ruling, String>)> {
        if self.rego.packages.is_empty() {
            return Vec::new();
        }
        let input = crate::rego::input(inputs, None);
        let ask = |package: &'a Package| {
            let ruling = rego::ruling(self.rego, package, &input, self.arguments.rego_seconds);
            (package, ruling.map_err(|fault| fault.to_string()))
        };
        self.rego.packages.iter().map(ask).collect()
    }

    fn rule(&self, rule: &'a Rule, context: &Context<'a>, inputs: Inputs<'a>) -> Result<RuleReport, Failure> {
        let reported = match self.reported(&rule.body, inputs) {
            Ok(reported) => reported,
            Err(fault) => Some(unanswered(&fault)),
        };
        let inputs = Inputs { reported: reported.as_ref(), ..inputs };
        let evaluator = Evaluator::new(inputs, &rule.body, Options::default());
        let when = match &rule.grade {
            Some(Grade::When(condition)) => Some(condition),
            _ => None,
        };
        // A rule has no budget, so there is none to be exceeded; if it were, nothing may be said of the rule.
        let evaluation = evaluator
            .evaluate(when)
            .map_err(|_| Failure::new(format!("internal error: the rule `{}` was not judged", rule.id)))?;
        let verdict = judge_rule(rule, &evaluation);
        let supporting = self
            .advice
            .iter()
            .filter(|advice| advice.supports.contains(&rule.id))
            .map(|advice| SupportingAdvice { id: advice.id.clone(), title: advice.title.clone() })
            .collect();
        Ok(context.rule(rule, &evaluator, &evaluation, &verdict, supporting))
    }

    fn inputs(&self, dataset: &'a Dataset, exclusions: &'a Exclusions) -> Inputs<'a> {
        Inputs { environment: self.environment(), dataset, settings: self.settings, exclusions, reported: None }
    }

    /// What the Rego of a body, if it is its condition, reports.
    fn reported(&self, body: &Body, inputs: Inputs<'_>) -> Result<Option<Reported>, Fault> {
        let ask = |question: &Question| rego::ask(question, self.arguments.rego_seconds);
        body.rego().map(|rego| crate::rego::reported(rego, inputs, &ask)).transpose()
    }

    /// Looks at the advice, and says of each that could not be run why.
    fn advice_reports(
        &self,
        context: &Context<'a>,
        loaded: &'a Loaded,
        left_out: &'a LeftOut,
        sources: &[&Source],
    ) -> Vec<AdviceReport> {
        let report = |advice: &&'a Advice| self.advice_report(advice, context, loaded, left_out, sources);
        let mut reports: Vec<AdviceReport> = self.advice.iter().map(report).collect();
        let broken = self.policies.checked.advice_status.iter().filter(|status| status.is_broken());
        reports.extend(broken.filter(|status| self.is_shown(status)).map(|status| self.broken_advice(status)));
        reports.sort_by_cached_key(|advice| {
            let first = advice.citations.first();
            build::place(first.map(|first| (first.standard.as_str(), first.clause.as_str())), &advice.id)
        });
        reports
    }

    fn advice_report(
        &self,
        advice: &'a Advice,
        context: &Context<'a>,
        loaded: &'a Loaded,
        left_out: &'a LeftOut,
        sources: &[&Source],
    ) -> AdviceReport {
        let mut reads = Reads::default();
        reads.add_body(self.environment(), &advice.body);
        let of_files = loaded.errors.iter().filter(|error| concerns(error, &reads.records)).map(faults::one_line);
        let of_sources = self.source_errors(sources, &reads);
        let errors: Vec<String> = of_sources.iter().map(|error| self.one_line(error)).chain(of_files).collect();
        let not_run = |reasons| AdviceReport {
            id: advice.id.clone(),
            title: advice.title.clone(),
            citations: build::citations(self.environment(), &advice.citations),
            supports: advice.supports.clone(),
            result: AdviceResult::NotRun(reasons),
        };
        if !errors.is_empty() {
            return not_run(errors);
        }
        let over_budget = || {
            not_run(vec![format!(
                "it would look at more than {} candidates, which is the limit for an advice",
                build::grouped(self.arguments.advice_budget)
            )])
        };
        if reads.exclusions.iter().any(|record| left_out.over_budget.contains(record)) {
            return over_budget();
        }
        let options = Options { budget: Some(self.arguments.advice_budget), ..Options::default() };
        let inputs = self.inputs(&loaded.dataset, &left_out.of_all);
        let reported = match self.reported(&advice.body, inputs) {
            Ok(reported) => reported,
            Err(fault) => return not_run(vec![format!("the Rego could not be evaluated: {fault}")]),
        };
        let inputs = Inputs { reported: reported.as_ref(), ..inputs };
        let evaluator = Evaluator::new(inputs, &advice.body, options);
        match evaluator.evaluate(None) {
            Ok(evaluation) => context.advice(advice, &evaluator, &evaluation),
            Err(_) => over_budget(),
        }
    }

    /// Whether a broken advice is mentioned. What it supports is not known, so only its clause can select it.
    fn is_shown(&self, status: &Status) -> bool {
        self.selection.has_advice(&[], status.citations.as_deref().unwrap_or_default())
    }

    fn broken_advice(&self, status: &Status) -> AdviceReport {
        AdviceReport {
            id: status.id.clone().unwrap_or_default(),
            title: status.title.clone().unwrap_or_default(),
            citations: build::citations(self.environment(), status.citations.as_deref().unwrap_or_default()),
            supports: Vec::new(),
            result: AdviceResult::NotRun(
                status.diagnostics.iter().filter(|fault| fault.is_error()).map(|fault| self.one_line(fault)).collect(),
            ),
        }
    }

    fn one_line(&self, fault: &Diagnostic) -> String {
        let sources = &self.policies.sources;
        let place = sources.location(fault.primary.span);
        let file = &sources.file(fault.primary.span.file).name;
        let text = format!("{file}:{}:{}: {} [{}]", place.line, place.column, fault.message, fault.code.name());
        std::iter::once(text).chain(fault.help.iter().cloned()).collect::<Vec<_>>().join("; ")
    }

    fn time(&self) -> Time {
        let given = |value: Option<String>, name: &str, typed: &Option<String>| {
            let origin = match typed {
                Some(typed) => format!("{name} {typed}"),
                None => MANIFEST.to_owned(),
            };
            value.map(|value| Given { value, origin })
        };
        let (as_of, period) = (&self.arguments.as_of, &self.arguments.period);
        Time {
            as_of: given(self.settings.as_of.map(|as_of| as_of.to_string()), "--as-of", as_of),
            period: given(self.settings.period.map(|period| period.to_string()), "--period", period),
            zone: self.environment().zone.as_ref().map(|zone| zone.name().to_owned()),
        }
    }

    /// The day as of which the run judges.
    fn today(&self) -> Option<crate::value::Date> {
        self.settings.as_of?.day(self.environment().zone.as_ref()?)
    }

    /// What is doubtful: warnings of the rules that were run, and faults that no rule, advice or source reaches, such as a
    /// binding of a parameter that does not exist.
    fn warnings(&self) -> Vec<Diagnostic> {
        let checked = &self.policies.checked;
        let of_rules = self.selection.rules.iter().flat_map(|status| &status.diagnostics);
        let elsewhere = checked.diagnostics.iter().filter(|fault| fault.is_error());
        // Parameters without a binding are in a list of their own.
        let mut warnings: Vec<Diagnostic> =
            of_rules.chain(elsewhere).filter(|fault| fault.code != Code::UnboundParameter).cloned().collect();
        diagnostic::sort(&mut warnings);
        warnings
    }
}

/// Whether an error in the export concerns one of some records; one that concerns none in particular concerns all.
fn concerns(error: &DataError, records: &BTreeSet<RecordId>) -> bool {
    error.record.is_none_or(|record| records.contains(&record))
}

/// What a package says, or why it does not.
fn read(ruling: &Result<Ruling, String>) -> Result<&Ruling, &str> {
    ruling.as_ref().map_err(String::as_str)
}
