//! What came of tests in the form of JUnit, which CI systems show: a suite for each rule and advice.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Came, Mismatch, Results};
use crate::eval::explain::Explanation;

/// Writes results as XML. It holds no times and nothing else that differs between two runs.
///
/// # Errors
/// Only a failure of the writer of XML itself, which results do not give occasion to.
pub fn render(results: &Results) -> Result<String, quick_junit::SerializeError> {
    let mut report = Report::new("shall test");
    for tested in &results.tested {
        let mut suite = TestSuite::new(if tested.id.is_empty() { "not known" } else { &tested.id });
        for test in &tested.tests {
            let status = match &test.came {
                Came::Passed => TestCaseStatus::success(),
                Came::Failed { mismatches } => {
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                    let first = mismatches.first().map_or("", |first| first.got.as_str());
                    status.set_message(first).set_type("unexpected").set_description(described(mismatches));
                    status
                }
                Came::NotRun { reasons } => {
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                    let first = reasons.first().map_or("", String::as_str);
                    status.set_message(first).set_type("not run").set_description(reasons.join("\n"));
                    status
                }
            };
            let title = test.title.clone().unwrap_or_else(|| format!("line {}", test.policy.line));
            let mut case = TestCase::new(title, status);
            case.set_classname(&tested.id);
            case.extra.insert("file".into(), test.policy.file.as_str().into());
            case.extra.insert("line".into(), test.policy.line.to_string().into());
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn described(mismatches: &[Mismatch]) -> String {
    let mut lines = Vec::new();
    for mismatch in mismatches {
        lines.push(format!("{}:{}", mismatch.policy.file, mismatch.policy.line));
        lines.push(format!("- expected {}", mismatch.expected));
        lines.push(format!("+ got {}", mismatch.got));
        for subject in &mismatch.subjects {
            lines.push(format!("  {}: {}", subject.explanation.subject, subject.came));
            lines.extend(evidence(&subject.explanation).into_iter().map(|line| format!("    {line}")));
        }
    }
    lines.join("\n")
}

fn evidence(explanation: &Explanation) -> Vec<String> {
    let causes = explanation.causes.iter().map(|cause| format!("? {}", cause.says));
    let reasons = explanation.reasons.iter().map(|reason| match &reason.branch {
        Some(branch) => format!("{branch}: {}", reason.says),
        None => reason.says.clone(),
    });
    explanation.message.iter().cloned().chain(causes).chain(reasons).collect()
}
