//! The forms of a report: its schema, its layout, its escapes.

use shall::eval::explain::{
    Basis, Came, Cause, Explanation, Members, NamedValue, PolicyPlace, Reason, RecordPlace, Related, Standing,
    ValueState,
};
use shall::report::terminal::{self, Layout};
use shall::report::{
    AdviceReport, AdviceResult, AdviceRun, BindingReport, CitationReport, DataFinding, DataFindings, ExclusionReport,
    Exit, FORMAT_VERSION, Filter, Finding, Given, InputFed, InputFile, InputLeftOut, InputRecord, Inputs,
    LeftOutReport, ManifestEntry, ParameterReport, Report, RuleReport, Summary, SupportingAdvice, TableReport, Time,
    Tool, View, Warning, json,
};
use shall::verdict::{AdviceOutcome, Counts, Outcome, ProposedGrade};

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn policy(line: u32) -> PolicyPlace {
    PolicyPlace { file: "policies/rules/change.shall".to_owned(), line }
}

fn place(record: &str, key: &str, line: u32) -> RecordPlace {
    RecordPlace {
        record: record.to_owned(),
        key: key.to_owned(),
        file: Some(format!("{record}.json")),
        line: Some(line),
        byte: None,
    }
}

fn citation(clause: &str, title: &str) -> CitationReport {
    CitationReport {
        standard: "iso20000-1".to_owned(),
        standard_title: "ISO/IEC 20000-1:2018".to_owned(),
        clause: clause.to_owned(),
        clause_title: title.to_owned(),
        items: vec!["d".to_owned()],
    }
}

fn rule(id: &str, outcome: Outcome, counts: Counts) -> RuleReport {
    RuleReport {
        id: id.to_owned(),
        title: format!("The title of {id}"),
        outcome,
        proposed_grade: None,
        because: "of 3 subjects, 3 hold".to_owned(),
        citations: vec![
            citation("8.5.1.3", "Change management activities"),
            citation("8.5.1.2", "Change management initiation"),
        ],
        counts,
        by_attestation: 0,
        needs_judgement: 0,
        filters: vec![Filter {
            for_each: "change c where implemented(c)".to_owned(),
            candidates: 1234,
            kept: 3,
            left_out: vec![LeftOutReport { because: "merged \u{7}away".to_owned(), left_out: 1200, perhaps: 1 }],
        }],
        findings: Vec::new(),
        findings_left_out: 0,
        unknown: Vec::new(),
        unknown_left_out: 0,
        advice: Vec::new(),
        policy: policy(7),
    }
}

fn failing() -> Explanation {
    Explanation {
        subject: "CHG1".to_owned(),
        records: vec![place("change", "CHG1", 3)],
        message: some("CHG1 started \u{1b}[31m2026-01-05T09:00Z\r\nwithout a decision\u{202e}"),
        lets: vec![NamedValue {
            expression: "taken".to_owned(),
            value: "5 h".to_owned(),
            state: ValueState::Present,
            basis: None,
        }],
        reasons: vec![Reason {
            branch: some("approved"),
            condition: "exists change_approval a where a.change = c and a.decided_at <= c.actual_start".to_owned(),
            is: Came::False,
            says: "none of 2 change_approval with a.change = c counts".to_owned(),
            values: vec![NamedValue {
                expression: "c.model".to_owned(),
                value: "(absent)".to_owned(),
                state: ValueState::Absent,
                basis: some("normal, any => high").map(|row| Basis {
                    row: Some(row),
                    since: some("2026-01-01"),
                    from: "Change policy".to_owned(),
                }),
            }],
            members: vec![Members {
                are: Standing::Missing,
                set: "r.inputs".to_owned(),
                members: vec!["\"a\"".to_owned()],
                left_out: 3,
            }],
            looked_at: vec![Related {
                record: place("change_approval", "APR7", 12),
                says: vec!["a.decided_at (2026-01-05T10:05Z) is after c.actual_start (2026-01-05T09:00Z)".to_owned()],
            }],
            looked_at_left_out: 1,
            policy: policy(9),
        }],
        causes: Vec::new(),
    }
}

fn unknown() -> Explanation {
    Explanation {
        subject: "CHG2".to_owned(),
        records: vec![place("change", "CHG2", 4)],
        message: None,
        lets: Vec::new(),
        reasons: Vec::new(),
        causes: vec![Cause {
            reason: "malformed-value".to_owned(),
            says: "decided_at of change_approval APR9 (\"31 Feb\"): expected a timestamp".to_owned(),
            record: Some(place("change_approval", "APR9", 14)),
            field: some("decided_at"),
            parameter: None,
            found: some("31 Feb"),
        }],
    }
}

/// A report in which everything that a report can hold occurs.
fn report() -> Report {
    let mut bad = rule(
        "change-approved-before-start",
        Outcome::Nonconformity,
        Counts { population: 14, holds: 1, vacuous: 0, fails: 12, unknown: 1, not_yet_due: 0 },
    );
    bad.proposed_grade = Some(ProposedGrade::Major);
    bad.because = "of 14 subjects, 12 fail, 1 is unknown, 1 holds".to_owned();
    bad.findings = vec![Finding { major: true, explanation: failing() }];
    bad.findings_left_out = 11;
    bad.unknown = vec![unknown()];
    bad.advice = vec![SupportingAdvice { id: "change-told".to_owned(), title: "A change should be told".to_owned() }];
    let mut open = rule(
        "change-assessed",
        Outcome::NotDetermined,
        Counts { population: 1, holds: 0, vacuous: 0, fails: 0, unknown: 1, not_yet_due: 0 },
    );
    open.unknown = vec![unknown()];
    open.needs_judgement = 1;
    let mut good = rule(
        "a-change-is-known",
        Outcome::Conformity,
        Counts { population: 5, holds: 3, vacuous: 0, fails: 0, unknown: 0, not_yet_due: 2 },
    );
    good.by_attestation = 2;
    let empty =
        rule("change-with-a-very-long-name-that-leaves-no-room-beside-it", Outcome::NoPopulation, Counts::default());
    let run = AdviceRun {
        outcome: AdviceOutcome::NotFollowed,
        because: "of 2 subjects, 1 does not follow it, 1 is unknown".to_owned(),
        counts: Counts { population: 2, holds: 0, vacuous: 0, fails: 1, unknown: 1, not_yet_due: 0 },
        not_followed: vec![failing()],
        not_followed_left_out: 0,
        unknown: vec![unknown()],
        unknown_left_out: 2,
    };
    let advice = |id: &str, result| AdviceReport {
        id: id.to_owned(),
        title: "A change should be told".to_owned(),
        citations: vec![CitationReport {
            standard_title: "ISO/IEC 20000-2:2019".to_owned(),
            ..citation("8.5.1", "Change management")
        }],
        supports: vec!["change-approved-before-start".to_owned()],
        result,
    };
    Report {
        format_version: FORMAT_VERSION,
        tool: Tool { name: "shall".to_owned(), version: "0.0.0".to_owned() },
        view: View::Implementer,
        exit_status: Exit { number: 1, because: "at least one rule has a nonconformity".to_owned() },
        summary: Summary { rules: 4, nonconformity: 1, not_determined: 1, conformity: 1, no_population: 1 },
        time: Time {
            as_of: Some(Given {
                value: "2026-04-01T00:00Z".to_owned(),
                origin: "--as-of 2026-04-01T00:00Z".to_owned(),
            }),
            period: None,
            zone: some("Europe/Amsterdam"),
        },
        selected: vec!["8.5".to_owned()],
        max_findings: 1,
        inputs: Inputs {
            policies: vec!["policies/rules/change.shall".to_owned()],
            sources: vec!["desk".to_owned()],
            files: vec![InputFile {
                file: "change.json".to_owned(),
                fed: vec![InputFed {
                    record: "change".to_owned(),
                    rows: 1300,
                    kept: 1234,
                    extends: false,
                    left_out: vec![InputLeftOut {
                        choice: "exclude where title = \"TEST\"".to_owned(),
                        because: some("test records"),
                        rows: 66,
                    }],
                }],
                manifest: Some(ManifestEntry {
                    sha256: Some("0".repeat(64)),
                    rows: Some(1300),
                    system: some("harbour desk"),
                    query: some("opened in 2026"),
                    period: some("2026-01"),
                    extracted_at: some("2026-02-01T02:00Z"),
                    zone: some("Europe/Amsterdam"),
                    complete: Some(true),
                }),
            }],
            manifest: some("manifest.json"),
            manifest_required: false,
            files_not_read: vec!["notes.txt".to_owned()],
            records: vec![
                InputRecord {
                    record: "change".to_owned(),
                    rows: 1234,
                    missing: false,
                    incomplete: vec!["change.json covers 2026-01, and the audit period is 2026".to_owned()],
                },
                InputRecord { record: "release".to_owned(), rows: 0, missing: true, incomplete: Vec::new() },
            ],
        },
        rules: vec![good, bad, open, empty],
        advice: Some(vec![
            advice("change-told", AdviceResult::Run(run)),
            advice("change-told-late", AdviceResult::NotRun(vec!["ours/x.shall:3:1: a name is not known".to_owned()])),
        ]),
        data_findings: vec![DataFindings {
            record: "change_approval".to_owned(),
            field: some("decided_at"),
            code: "malformed-value".to_owned(),
            summary: "a value in an export cannot be read as its field's type".to_owned(),
            count: 2,
            first: vec![DataFinding {
                key: some("APR9"),
                file: some("change_approval.json"),
                line: Some(14),
                value: "31 Feb".to_owned(),
                note: "expected a timestamp".to_owned(),
            }],
        }],
        parameters: vec![
            ParameterReport {
                name: "limit".to_owned(),
                title: some("A limit"),
                value: some("4 hours"),
                from: some("SMP-004, section 4"),
                bindings: Vec::new(),
            },
            ParameterReport {
                name: "later".to_owned(),
                title: None,
                value: some("2 hours"),
                from: some("SMP-005"),
                bindings: vec![
                    BindingReport { value: "4 hours".to_owned(), since: None, from: "SMP-004".to_owned() },
                    BindingReport {
                        value: "2 hours".to_owned(),
                        since: some("2026-07-01"),
                        from: "SMP-005".to_owned(),
                    },
                ],
            },
            ParameterReport { name: "other".to_owned(), title: None, value: None, from: None, bindings: Vec::new() },
        ],
        tables: vec![TableReport {
            name: "risk_of".to_owned(),
            rows: vec!["normal, any => high".to_owned(), "standard, \u{7}any => low".to_owned()],
            from: "Change policy".to_owned(),
            policy: policy(5),
        }],
        exclusions: vec![ExclusionReport {
            record: "change".to_owned(),
            which: "change c where c.merged_into is present".to_owned(),
            left_out: LeftOutReport { because: "merged \u{7}away".to_owned(), left_out: 1200, perhaps: 0 },
            policy: policy(4),
        }],
        warnings: vec![Warning {
            code: "scan-join".to_owned(),
            message: "`a` is compared with every `b`".to_owned(),
            help: vec!["tie them by an equality".to_owned()],
            policy: policy(30),
        }],
    }
}

/// The auditor's report of the same run.
fn auditors() -> Report {
    let mut report = report();
    report.view = View::Auditor;
    report.advice = None;
    report.rules.iter_mut().for_each(|rule| rule.advice.clear());
    report.warnings.iter_mut().for_each(|warning| warning.help.clear());
    report
}

fn schema() -> jsonschema::Validator {
    let text = include_str!("../../docs/report.schema.json");
    let schema: serde_json::Value = serde_json::from_str(text).expect("the schema is JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is a schema");
    jsonschema::draft202012::new(&schema).expect("the schema compiles")
}

/// Demands that a report in JSON is what its schema says.
pub(crate) fn assert_fits_schema(text: &str) {
    let value: serde_json::Value = serde_json::from_str(text).expect("the report is JSON");
    let errors: Vec<String> =
        schema().iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn json_fits_its_schema() {
    for report in [report(), auditors()] {
        assert_fits_schema(&json::render(&report).expect("it can be written"));
    }
}

#[test]
fn the_schema_refuses_what_no_report_holds() {
    let value = serde_json::to_value(report()).expect("it can be written");
    for (pointer, wrong) in [
        ("/rules/0/outcome", serde_json::json!("pass")),
        ("/exit_status/number", serde_json::json!(2)),
        ("/rules/0/counts/fails", serde_json::json!(-1)),
        ("/rules/0", serde_json::json!({})),
        ("/advice/0/run", serde_json::json!(null)),
    ] {
        let mut value = value.clone();
        *value.pointer_mut(pointer).expect("the place is there") = wrong;
        assert!(!schema().is_valid(&value), "{pointer}");
    }
    let mut value = value;
    value["passed"] = serde_json::json!(true);
    assert!(!schema().is_valid(&value), "a field that is not documented");
}

#[test]
fn the_terminal_shows_all_of_it() {
    let text = terminal::render(&report(), Layout { width: 100, styled: false });
    insta::assert_snapshot!("terminal", text);
}

#[test]
fn an_auditor_sees_no_advice() {
    let text = terminal::render(&auditors(), Layout { width: 100, styled: false });
    assert!(!text.to_lowercase().contains("advice") && !text.contains("should"), "{text}");
    assert!(text.contains("change-approved-before-start"));
    let text = json::render(&auditors()).expect("it can be written");
    assert!(!text.contains("advice") && !text.contains("should"), "{text}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [24, 40, 79, 100, 120, 300] {
        let text = terminal::render(&report(), Layout { width, styled: false });
        for line in text.lines() {
            let columns = unicode_width::UnicodeWidthStr::width(line);
            assert!(columns <= width.min(Layout::MOST_COLUMNS), "{columns} columns in {width}: {line}");
            assert_eq!(line.trim_end(), line, "white space at the end of a line");
        }
    }
}

#[test]
fn colours_change_nothing_but_colours() {
    let plain = terminal::render(&report(), Layout { width: 100, styled: false });
    let styled = terminal::render(&report(), Layout { width: 100, styled: true });
    assert!(styled.contains("\u{1b}[1m") && !plain.contains('\u{1b}'));
    assert_eq!(anstream::adapter::strip_str(&styled).to_string(), plain);
}

#[test]
fn the_summary_is_three_lines_at_the_end() {
    let layout = Layout { width: 100, styled: false };
    let summary = terminal::render_summary(&report(), layout);
    assert_eq!(
        summary.lines().collect::<Vec<_>>(),
        [
            "4 rules: 1 with a nonconformity, 1 not determined, 1 conforming, 1 with nothing to judge.",
            "Nonconformity: change-approved-before-start.",
            "Exit status 1: at least one rule has a nonconformity.",
        ]
    );
    assert!(terminal::render(&report(), layout).ends_with(&summary));
}
