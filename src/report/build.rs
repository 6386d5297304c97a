//! What a run came to, as the parts of its report.

use std::collections::BTreeSet;

use super::{
    AdviceReport, AdviceResult, AdviceRun, BindingReport, CitationReport, DataFinding, DataFindings, ExclusionReport,
    Filter, Finding, InputFed, InputFile, InputLeftOut, InputRecord, LeftOutReport, ManifestEntry, ParameterReport,
    RuleReport, Summary, SupportingAdvice, TableReport, Warning,
};
use crate::data::{Dataset, Extract, Fed, Manifest, ManifestFile};
use crate::diagnostic::Diagnostic;
use crate::eval::explain::show::Show;
use crate::eval::explain::{Explainer, Explanation, Limits};
use crate::eval::{Evaluation, Evaluator, Exclusions, LeftOut, Subject};
use crate::ir::{Advice, Binding, Body, Citation, Domain, Environment, ParameterId, Rule, Step, TableId};
use crate::schema::RecordId;
use crate::source::Span;
pub use crate::value::grouped;
use crate::value::{Date, Truth};
use crate::verdict::{AdviceOutcome, Counts, ExitStatus, Outcome, RuleVerdict, judge_advice};

/// What all parts of a report are made from.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Values, rows and policy text as text.
    pub show: Show<'a>,
    /// Most findings, unknown subjects, and faults of one kind in the data that are listed.
    pub max_findings: usize,
    /// Whether the report may say how to put things right: not to an auditor.
    pub hints: bool,
}

impl<'a> Context<'a> {
    fn environment(&self) -> &'a Environment {
        self.show.environment
    }

    fn data(&self) -> &'a Dataset {
        self.show.data
    }

    /// Reports a rule; `advice` is the advice that supports it, in order, where the view shows advice.
    pub fn rule(
        &self,
        rule: &'a Rule,
        evaluator: &Evaluator<'a>,
        evaluation: &Evaluation,
        verdict: &RuleVerdict,
        advice: Vec<SupportingAdvice>,
    ) -> RuleReport {
        let explainer = Explainer { evaluator, body: &rule.body, show: self.show, limits: Limits::READABLE };
        let (fails, findings_left_out) = self.first(&rule.body, &evaluation.fails);
        let findings = fails
            .into_iter()
            .map(|place| Finding {
                major: evaluation.major.get(place) == Some(&Truth::True),
                explanation: explainer.explain(&evaluation.fails[place]),
            })
            .collect();
        let (unknown, unknown_left_out) = self.explained(&explainer, &evaluation.unknown);
        RuleReport {
            id: rule.id.clone(),
            title: rule.title.clone(),
            outcome: verdict.outcome,
            proposed_grade: verdict.grade,
            because: format!(
                "{}{}{}",
                rule_because(&rule.body, verdict, evaluation.more_may_fail),
                statements_because(&rule.body, evaluation),
                rego_because(evaluator, evaluation)
            ),
            citations: citations(self.environment(), &rule.citations),
            counts: verdict.counts,
            by_attestation: evaluation.by_attestation,
            needs_judgement: evaluation.needs_judgement,
            filters: self.filters(&rule.body, evaluation, evaluator.inputs().exclusions),
            findings,
            findings_left_out,
            unknown,
            unknown_left_out,
            advice: if verdict.outcome == Outcome::Nonconformity { advice } else { Vec::new() },
            policy: self.show.policy_place(rule.span),
        }
    }

    /// Reports an advice that was run.
    pub fn advice(&self, advice: &'a Advice, evaluator: &Evaluator<'a>, evaluation: &Evaluation) -> AdviceReport {
        let explainer = Explainer { evaluator, body: &advice.body, show: self.show, limits: Limits::READABLE };
        let verdict = judge_advice(evaluation);
        let (not_followed, not_followed_left_out) = self.explained(&explainer, &evaluation.fails);
        let (unknown, unknown_left_out) = self.explained(&explainer, &evaluation.unknown);
        AdviceReport {
            id: advice.id.clone(),
            title: advice.title.clone(),
            citations: citations(self.environment(), &advice.citations),
            supports: advice.supports.clone(),
            result: AdviceResult::Run(AdviceRun {
                outcome: verdict.outcome,
                because: format!(
                    "{}{}",
                    advice_because(&advice.body, verdict.outcome, verdict.counts),
                    rego_because(evaluator, evaluation)
                ),
                counts: verdict.counts,
                not_followed,
                not_followed_left_out,
                unknown,
                unknown_left_out,
            }),
        }
    }

    fn explained(&self, explainer: &Explainer<'_, 'a>, subjects: &[Subject]) -> (Vec<Explanation>, u64) {
        let (first, left_out) = self.first(explainer.body, subjects);
        (first.into_iter().map(|place| explainer.explain(&subjects[place])).collect(), left_out)
    }

    /// The positions of the subjects that come first by name, and how many are left out.
    fn first(&self, body: &Body, subjects: &[Subject]) -> (Vec<usize>, u64) {
        let mut named: Vec<(String, usize)> = Vec::new();
        for (place, subject) in subjects.iter().enumerate() {
            named.push((self.show.subject(body, subject), place));
            // Only the first few are kept at any time: a rule can fail for every record of a large export.
            if named.len() > 2 * self.max_findings + 1024 {
                named.sort_unstable();
                named.truncate(self.max_findings);
            }
        }
        named.sort_unstable();
        named.truncate(self.max_findings);
        let left_out = (subjects.len() - named.len()) as u64;
        (named.into_iter().map(|(_, place)| place).collect(), left_out)
    }

    fn filters(&self, body: &Body, evaluation: &Evaluation, exclusions: &Exclusions) -> Vec<Filter> {
        let binders = body.steps.iter().filter_map(|step| match step {
            Step::ForEach { binder, .. } => Some(binder),
            Step::Let { .. } => None,
        });
        binders
            .zip(&evaluation.steps)
            .map(|(binder, count)| Filter {
                for_each: self.show.text(binder.span),
                candidates: count.candidates,
                kept: count.kept,
                left_out: match binder.domain {
                    Domain::Records(record) => self.left_out(record, exclusions),
                    Domain::Elements(_) => Vec::new(),
                },
            })
            .collect()
    }

    /// How many records of a type the exclusions concern that concern any.
    fn left_out(&self, record: RecordId, exclusions: &Exclusions) -> Vec<LeftOutReport> {
        let of = |(position, count): (usize, LeftOut)| {
            let because = self.environment().exclusions.get(position)?.because.clone();
            Some(LeftOutReport { because, left_out: count.for_certain, perhaps: count.perhaps })
        };
        exclusions.counts(record).into_iter().flatten().filter_map(of).collect()
    }

    /// Reports the standing exclusions of some records, in order of record, file and place.
    pub fn exclusions(&self, records: &BTreeSet<RecordId>, exclusions: &Exclusions) -> Vec<ExclusionReport> {
        let mut reports = Vec::new();
        for record in records {
            let Some(counts) = exclusions.counts(*record) else { continue };
            for (position, exclusion) in self.environment().exclusions_of(*record) {
                let LeftOut { for_certain, perhaps } = counts.get(&position).copied().unwrap_or_default();
                let because = exclusion.because.clone();
                reports.push(ExclusionReport {
                    record: self.show.record_name(*record).to_owned(),
                    which: self.show.text(exclusion.span),
                    left_out: LeftOutReport { because, left_out: for_certain, perhaps },
                    policy: self.show.policy_place(exclusion.span),
                });
            }
        }
        reports
    }

    /// Reports what is wrong with values of the export, by record, field and kind.
    pub fn data_findings(&self) -> Vec<DataFindings> {
        let findings = &self.data().findings;
        let schema = &self.environment().schema;
        findings
            .counts
            .iter()
            .map(|count| {
                let first = findings
                    .kept
                    .iter()
                    .filter(|kept| (kept.record, kept.field, kept.code) == (count.record, count.field, count.code))
                    .take(self.max_findings)
                    .map(|kept| {
                        let place = kept.row.map(|row| self.show.record_place(kept.record, row));
                        DataFinding {
                            key: place.as_ref().map(|place| place.key.clone()),
                            file: match &place {
                                Some(place) => place.file.clone(),
                                None => self.only_file(kept.record),
                            },
                            line: place.as_ref().and_then(|place| place.line),
                            value: kept.value.clone(),
                            note: self.note(&kept.note),
                        }
                    })
                    .collect();
                let record = schema.record(count.record);
                DataFindings {
                    record: record.name.clone(),
                    field: count.field.map(|field| record.field_type(field).name.clone()),
                    code: count.code.name().to_owned(),
                    summary: count.code.summary().to_owned(),
                    count: count.count,
                    first,
                }
            })
            .collect()
    }

    /// The file that feeds a record, if it is one alone: what concerns the whole extract stands there.
    fn only_file(&self, record: RecordId) -> Option<String> {
        let mut feeding = self.data().files.iter().filter(|file| file.fed.iter().any(|fed| fed.record == record));
        feeding.next().filter(|_| feeding.next().is_none()).map(|file| file.name.clone())
    }

    /// What is said of a value, without the guess at what was meant where no hints are given.
    fn note(&self, note: &str) -> String {
        match note.find("; did you mean") {
            Some(guess) if !self.hints => note[..guess].to_owned(),
            _ => note.to_owned(),
        }
    }

    /// Reports the files that were read, each with what a manifest says of it.
    pub fn files(&self, manifest: Option<&Manifest>) -> Vec<InputFile> {
        let fed = |fed: &Fed| input_fed(fed, self.show.record_name(fed.record), |span| self.show.text(span));
        self.data()
            .files
            .iter()
            .map(|file| InputFile {
                file: file.name.clone(),
                fed: file.fed.iter().map(fed).collect(),
                manifest: manifest.and_then(|manifest| manifest.files.get(&file.name)).map(manifest_entry),
            })
            .collect()
    }

    /// Reports how many records of some types there are.
    pub fn records(&self, records: &BTreeSet<RecordId>) -> Vec<InputRecord> {
        records
            .iter()
            .map(|record| {
                let table = self.data().table(*record);
                InputRecord {
                    record: self.show.record_name(*record).to_owned(),
                    rows: u64::from(table.rows),
                    missing: table.extract == Extract::Missing,
                    incomplete: table.shortfalls.clone(),
                }
            })
            .collect()
    }

    /// Reports parameters, in order of name; `today` is the day as of which the run judges.
    pub fn parameters(&self, read: &BTreeSet<ParameterId>, today: Option<Date>) -> Vec<ParameterReport> {
        let binding = |binding: &Binding| BindingReport {
            value: binding.shown.clone(),
            since: binding.since.map(|day| day.to_string()),
            from: binding.from.clone(),
        };
        read.iter()
            .filter_map(|id| self.environment().parameters.get(id.0 as usize))
            .map(|parameter| ParameterReport {
                name: parameter.name.clone(),
                title: parameter.title.clone(),
                value: parameter.on(today).map(|binding| binding.shown.clone()),
                from: parameter.on(today).map(|binding| binding.from.clone()),
                bindings: parameter.bindings.iter().filter(|_| parameter.depends_on_day()).map(binding).collect(),
            })
            .collect()
    }

    /// Reports policy tables, in order of name.
    pub fn tables(&self, read: &BTreeSet<TableId>) -> Vec<TableReport> {
        read.iter()
            .filter_map(|id| self.environment().tables.get(id.0 as usize))
            .map(|table| TableReport {
                name: table.name.clone(),
                rows: table.rows.iter().map(|row| self.show.text(row.span)).collect(),
                from: table.from.clone(),
                policy: self.show.policy_place(table.span),
            })
            .collect()
    }

    /// Reports warnings.
    pub fn warnings(&self, warnings: &[Diagnostic]) -> Vec<Warning> {
        warnings
            .iter()
            .map(|warning| Warning {
                code: warning.code.name().to_owned(),
                message: warning.message.clone(),
                help: if self.hints { warning.help.clone() } else { Vec::new() },
                policy: self.show.policy_place(warning.primary.span),
            })
            .collect()
    }
}

/// Looks up the titles of what is cited.
pub fn citations(environment: &Environment, cited: &[Citation]) -> Vec<CitationReport> {
    cited
        .iter()
        .map(|citation| {
            let standard = environment.standards.iter().find(|standard| standard.name == citation.standard);
            let clause =
                standard.and_then(|standard| standard.clauses.iter().find(|clause| clause.number == citation.clause));
            CitationReport {
                standard: citation.standard.clone(),
                standard_title: standard.map_or(String::new(), |standard| standard.title.clone()),
                clause: citation.clause.clone(),
                clause_title: clause.map_or(String::new(), |clause| clause.title.clone()),
                items: citation.items.clone(),
            }
        })
        .collect()
}

/// A part of a clause's number, ordered as people read them: `8.9` before `8.10`, numbers before letters.
pub type ClausePart = (bool, u64, String);

/// The place of something in a report: by standard, clause and id.
pub fn place(first: Option<(&str, &str)>, id: &str) -> (String, Vec<ClausePart>, String) {
    let (standard, clause) = first.unwrap_or_default();
    let parts = clause
        .split('.')
        .map(|part| match part.parse::<u64>() {
            Ok(number) => (false, number, String::new()),
            Err(_) => (true, 0, part.to_owned()),
        })
        .collect();
    (standard.to_owned(), parts, id.to_owned())
}

/// Counts outcomes.
pub fn summary(outcomes: impl IntoIterator<Item = Outcome>) -> Summary {
    let mut summary = Summary { rules: 0, nonconformity: 0, not_determined: 0, conformity: 0, no_population: 0 };
    for outcome in outcomes {
        summary.rules += 1;
        *match outcome {
            Outcome::Nonconformity => &mut summary.nonconformity,
            Outcome::NotDetermined => &mut summary.not_determined,
            Outcome::Conformity => &mut summary.conformity,
            Outcome::NoPopulation => &mut summary.no_population,
        } += 1;
    }
    summary
}

/// Says why a run ended as it did.
pub fn exit_because(status: ExitStatus, summary: &Summary) -> &'static str {
    match status {
        ExitStatus::Conforms if summary.no_population > 0 => {
            "every rule that had something to judge conforms, and no rule has a nonconformity"
        }
        ExitStatus::Conforms => "every rule conforms",
        ExitStatus::Nonconformity => "at least one rule has a nonconformity",
        ExitStatus::CouldNotRun => "no rule was run",
        ExitStatus::NotDetermined if summary.not_determined > 0 => {
            "no rule has a nonconformity, but not all could be determined"
        }
        ExitStatus::NotDetermined => "no rule has a nonconformity, but there was nothing to judge",
    }
}

/// What a mapping took from a file; `text` tells what stands at a place of the policies.
pub(crate) fn input_fed(fed: &Fed, record: &str, text: impl Fn(Span) -> String) -> InputFed {
    let mut left_out: Vec<InputLeftOut> = fed
        .left_out
        .iter()
        .map(|left_out| {
            let choice = text(left_out.filter);
            // The reason stands beside the choice; it need not be in it too.
            let cut = choice.rfind(" because ").filter(|_| left_out.because.is_some()).unwrap_or(choice.len());
            InputLeftOut { choice: choice[..cut].to_owned(), because: left_out.because.clone(), rows: left_out.rows }
        })
        .collect();
    if fed.superseded > 0 {
        let choice = "another row of the same record was kept".to_owned();
        left_out.push(InputLeftOut { choice, because: None, rows: fed.superseded });
    }
    if fed.joined > 0 {
        let choice = "a further row of the same record".to_owned();
        left_out.push(InputLeftOut { choice, because: None, rows: fed.joined });
    }
    if fed.strays > 0 {
        let choice = "a row that extends a record which is not there".to_owned();
        left_out.push(InputLeftOut { choice, because: None, rows: fed.strays });
    }
    left_out.retain(|left_out| left_out.rows > 0);
    InputFed { record: record.to_owned(), rows: fed.rows, kept: fed.kept, extends: fed.extends, left_out }
}

fn has_subjects(body: &Body) -> bool {
    body.steps.iter().any(|step| matches!(step, Step::ForEach { .. }))
}

fn rule_because(body: &Body, verdict: &RuleVerdict, more_may_fail: bool) -> String {
    let counts = verdict.counts;
    if !has_subjects(body) && counts.vacuous == 0 {
        return match verdict.outcome {
            Outcome::Nonconformity => "it does not hold for the organization",
            Outcome::NotDetermined => "whether it holds for the organization is not known",
            Outcome::Conformity => "it holds for the organization",
            Outcome::NoPopulation => "it is not yet due for the organization",
        }
        .to_owned();
    }
    if counts.population == counts.vacuous {
        let nothing = if counts.population == 0 {
            "there is nothing to judge".to_owned()
        } else {
            format!("there is nothing to judge in {}", plural(counts.population, "subject"))
        };
        return match verdict.outcome {
            Outcome::Nonconformity => format!("{nothing}, and the rule asks for something"),
            Outcome::NotDetermined if more_may_fail => nothing,
            Outcome::NotDetermined => format!("{nothing}, and the rule cannot tell what that means"),
            Outcome::Conformity | Outcome::NoPopulation => format!("{nothing}, and the rule allows that"),
        };
    }
    tally(counts, ["fails", "fail"], ["holds", "hold"])
}

/// What of the outcome people have stated, or have not.
fn statements_because(body: &Body, evaluation: &Evaluation) -> String {
    let holds = evaluation.holds + evaluation.vacuous;
    let attested = match evaluation.by_attestation {
        0 => String::new(),
        all if all == holds => "; what holds is attested, and not shown otherwise".to_owned(),
        1 => "; 1 that holds is attested, and not shown otherwise".to_owned(),
        some => format!("; {} that hold are attested, and not shown otherwise", grouped(some)),
    };
    let judged = match evaluation.needs_judgement {
        0 => String::new(),
        _ if !has_subjects(body) => "; it needs judgement".to_owned(),
        1 => "; 1 needs judgement".to_owned(),
        many => format!("; {} need judgement", grouped(many)),
    };
    format!("{attested}{judged}")
}

/// Why more may fail than Rego reports of subjects.
fn rego_because(evaluator: &Evaluator<'_>, evaluation: &Evaluation) -> String {
    let open =
        evaluator.inputs().reported.filter(|_| evaluation.more_may_fail).map(|reported| reported.open.as_slice());
    match open {
        None | Some([]) => String::new(),
        Some([one]) => format!("; {}", one.says),
        Some([first, ..]) => format!("; {}; and more like it", first.says),
    }
}

fn advice_because(body: &Body, outcome: AdviceOutcome, counts: Counts) -> String {
    if counts.population == counts.vacuous + counts.not_yet_due {
        return "there is nothing to look at".to_owned();
    }
    if !has_subjects(body) {
        return match outcome {
            AdviceOutcome::NotFollowed => "the organization does not follow it",
            AdviceOutcome::NotDetermined => "whether the organization follows it is not known",
            AdviceOutcome::Followed | AdviceOutcome::NothingToLookAt => "the organization follows it",
        }
        .to_owned();
    }
    tally(counts, ["does not follow it", "do not follow it"], ["follows it", "follow it"])
}

fn plural(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// `of 12 subjects, 2 fail, 1 is unknown, 8 hold, 1 holds vacuously`
fn tally(counts: Counts, fails: [&str; 2], holds: [&str; 2]) -> String {
    let say = |count: u64, verb: [&str; 2], behind: &str| {
        (count > 0).then(|| format!("{} {}{behind}", grouped(count), verb[usize::from(count != 1)]))
    };
    let parts: Vec<String> = [
        say(counts.fails, fails, ""),
        say(counts.unknown, ["is", "are"], " unknown"),
        say(counts.holds, holds, ""),
        say(counts.vacuous, holds, " only because there is nothing to look at"),
        say(counts.not_yet_due, ["is", "are"], " not yet due"),
    ]
    .into_iter()
    .flatten()
    .collect();
    format!("of {}, {}", plural(counts.population, "subject"), parts.join(", "))
}

fn manifest_entry(file: &ManifestFile) -> ManifestEntry {
    ManifestEntry {
        sha256: file.sha256.clone(),
        rows: file.rows,
        system: file.system.clone(),
        query: file.query.clone(),
        period: file.period.map(|period| period.to_string()),
        extracted_at: file.extracted_at.map(|instant| instant.to_string()),
        zone: file.zone.clone(),
        complete: file.complete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_come_in_the_order_of_their_numbers() {
        let mut clauses = ["8.10", "A.5.15", "8.9", "10.1", "8.9.1", "A.5.2", "8"];
        clauses.sort_by_key(|clause| place(Some(("s", clause)), "r"));
        assert_eq!(clauses, ["8", "8.9", "8.9.1", "8.10", "10.1", "A.5.2", "A.5.15"]);
    }

    #[test]
    fn counts_read_as_a_sentence() {
        let counts = Counts { population: 1240, holds: 1230, vacuous: 1, fails: 2, unknown: 1, not_yet_due: 6 };
        assert_eq!(
            tally(counts, ["fails", "fail"], ["holds", "hold"]),
            "of 1,240 subjects, 2 fail, 1 is unknown, 1,230 hold, 1 holds only because there is nothing to look at, \
             6 are not yet due"
        );
    }
}
