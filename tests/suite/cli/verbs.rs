//! The manual, `explain` and `rules`.

use super::{Desk, assert_run};

#[test]
fn the_manual() {
    let desk = Desk::empty();
    assert_run!("help", desk.run("--help"));
    assert_run!("help-check", desk.run("help check"));
    assert_run!("help-explain", desk.run("explain --help"));
    assert_run!("help-fmt", desk.run("help fmt"));
    assert_run!("help-lower", desk.run("help lower"));
    assert_run!("help-rules", desk.run("rules --help"));
    assert_run!("help-test", desk.run("help test"));
}

#[test]
fn wrong_usage() {
    let desk = Desk::new();
    for (arguments, expected) in [
        ("", "Usage: shall"),
        ("chek export", "tip: a similar subcommand exists: 'check'"),
        ("check", "required arguments were not provided"),
        ("check export --formt json", "tip: a similar argument exists: '--format'"),
        ("check export --format sarif", "possible values: terminal, json"),
        ("check export --max-findings -1", "unexpected argument '-1'"),
        ("check export --no-pack --policies ours --as-of yesterday", "neither an instant nor a day"),
        ("check export --no-pack --policies ours --period 2026-03-31..2026-01-01", "write 2026-01-01..2026-03-31"),
        ("check export --no-pack", "leave out `--no-pack`"),
        ("check export --no-pack --policies nowhere", "nowhere does not exist"),
        ("check export --no-pack --policies export", "export holds no `.shall` file"),
        ("check export --no-pack --policies ours --source desk", "there is no source `desk`"),
    ] {
        let run = desk.run(arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments}\n{}", run.stderr);
        assert!(run.stderr.contains(expected), "{arguments}\n{}", run.stderr);
    }
}

#[test]
fn a_rule_is_explained() {
    let desk = Desk::new();
    assert_run!("explain-rule", desk.run("explain change-approved --plan --no-pack --policies ours"));
    assert_run!("explain-advice", desk.run("explain incident-has-an-end --no-pack --policies ours"));
}

#[test]
fn every_code_is_explained() {
    let desk = Desk::empty();
    for code in shall::diagnostic::Code::ALL {
        let run = desk.run(&format!("explain {}", code.name()));
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", code.name());
        assert!(run.stdout.starts_with(&format!("# {}\n", code.name())), "{}", run.stdout);
    }
}

#[test]
fn what_is_not_there_is_not_explained() {
    let desk = Desk::new();
    let run = desk.run("explain chnge-approved --no-pack --policies ours");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("did you mean `change-approved`?"), "{}", run.stderr);
    let run = desk.run("explain unmaped-value --no-pack --policies ours");
    assert!(run.stderr.contains("did you mean `unmapped-value`?"), "{}", run.stderr);
}

#[test]
fn rules_are_listed_by_clause() {
    let desk = Desk::new();
    assert_run!("rules", desk.run("rules --no-pack --policies ours"));
}

#[test]
fn the_pack_alone_can_be_listed_and_explained() {
    let desk = Desk::empty();
    let run = desk.run("rules");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("incident-escalated"), "{}", run.stdout);
    let run = desk.run("explain incident-escalated --plan");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn a_broken_rule_is_listed_as_broken() {
    let desk = Desk::new();
    desk.write("ours/desk.shall", super::POLICIES.replace("i.opened_at\n", "i.opend_at\n"));
    let run = desk.run("rules --no-pack --policies ours");
    assert_eq!(run.status, 2);
    assert!(run.stdout.contains("incident-resolved-in-time (does not check)"), "{}", run.stdout);
    assert!(run.stderr.contains("did you mean `opened_at`?"), "{}", run.stderr);
}
