//! The tables of docs/lowering.md: what of the pack lowers, by construct, and what does not, with the reason.

use std::collections::{BTreeMap, BTreeSet};

use shall::check::Checked;
use shall::ir::reads::for_each_expr;
use shall::ir::{ExprKind, Rule, Step};
use shall::lower::refusal::{Construct, Refusal};
use shall::source::Sources;

/// What stands above the tables.
const MARK: &str = "<!-- What follows is written by a test: SHALL_WRITE_DOCS=1 cargo test --test suite lowering -->\n";

/// The constructs of the language that a rule uses, by their words.
fn constructs(rule: &Rule) -> BTreeSet<&'static str> {
    let mut used = BTreeSet::new();
    for step in &rule.body.steps {
        used.insert(match step {
            Step::ForEach { .. } => "for each",
            Step::Let { .. } => "let",
        });
    }
    if rule.body.due.is_some() {
        used.insert("due");
    }
    for_each_expr(&rule.body, &mut |expr| {
        used.extend(match &expr.kind {
            ExprKind::Quantified { quantifier, .. } => Some(quantifier.word()),
            ExprKind::Aggregate { function, .. } => Some(function.word()),
            ExprKind::Stated(stated) => Some(stated.statement.word()),
            ExprKind::Table { .. } => Some("table"),
            ExprKind::If { .. } => Some("if"),
            ExprKind::Implies(..) => Some("implies"),
            ExprKind::Otherwise { .. } => Some("otherwise"),
            ExprKind::During { .. } => Some("during"),
            ExprKind::In { .. } => Some("in"),
            ExprKind::Covers(..) => Some("covers"),
            ExprKind::Overlaps(..) => Some("overlaps"),
            ExprKind::Arithmetic { .. } => Some("arithmetic"),
            ExprKind::Presence { .. } => Some("is present, is absent"),
            ExprKind::Filled(_) => Some("filled"),
            ExprKind::IsRecord { .. } => Some("is (record)"),
            ExprKind::Matches { .. } => Some("matches"),
            ExprKind::TextTest { .. } => Some("contains, starts with, ends with"),
            ExprKind::Parameter(_) | ExprKind::ParameterAt { .. } => Some("parameters"),
            ExprKind::LeftOut { .. } => Some("leave out"),
            ExprKind::TimelineOperation { .. } => Some("timelines"),
            _ => None,
        });
    });
    used
}

fn tables(checked: &Checked, sources: &Sources, refused: &BTreeMap<&str, Vec<Refusal>>) -> String {
    let rules = &checked.program.rules;
    let mut by_construct: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for rule in rules {
        for construct in constructs(rule) {
            let (all, lowered) = by_construct.entry(construct).or_default();
            *all += 1;
            *lowered += usize::from(!refused.contains_key(rule.id.as_str()));
        }
    }
    let lowered = rules.len() - refused.len();
    let mut text = format!(
        "\n## What of the pack lowers\n\n{lowered} of {} rules: those of the pack and of the sample organization.\n\n\
         | Construct | Rules with it | of which lower |\n|---|---|---|\n",
        rules.len()
    );
    for (construct, (all, lowered)) in by_construct {
        text.push_str(&format!("| {construct} | {all} | {lowered} |\n"));
    }
    text.push_str("\n| Refused | Rules | Why |\n|---|---|---|\n");
    for construct in Construct::ALL {
        let of = |refusals: &&Vec<Refusal>| refusals.iter().any(|refusal| refusal.construct == construct);
        let count = refused.values().filter(of).count();
        text.push_str(&format!("| {} | {count} | {} |\n", construct.name(), construct.reason()));
    }
    text.push_str("\n| Rule | Lowers |\n|---|---|\n");
    for rule in rules {
        let told = match refused.get(rule.id.as_str()) {
            None => "yes".to_owned(),
            Some(refusals) => {
                let places: BTreeSet<String> = refusals
                    .iter()
                    .map(|refusal| {
                        let file = &sources.file(refusal.span.file).name;
                        format!("{} ({file}:{})", refusal.construct.name(), sources.location(refusal.span).line)
                    })
                    .collect();
                format!("no: {}", places.into_iter().collect::<Vec<_>>().join(", "))
            }
        };
        text.push_str(&format!("| {} | {told} |\n", rule.id));
    }
    text
}

/// The page tells which rules lower. `SHALL_WRITE_DOCS=1` writes its tables anew.
#[test]
fn the_page_tells_which_rules_lower() {
    let (checked, sources) = super::policies();
    let (_, refused) = super::lowered(&checked);
    let page = super::root().join("docs/lowering.md");
    let text = std::fs::read_to_string(&page).expect("the page is there");
    let (head, _) = text.split_once(MARK).expect("the page has its mark");
    let expected = format!("{head}{MARK}{}", tables(&checked, &sources, &refused));
    if std::env::var_os("SHALL_WRITE_DOCS").is_some() {
        std::fs::write(&page, expected).expect("the page can be written");
    } else {
        assert!(text == expected, "{} is stale: run this test with SHALL_WRITE_DOCS=1", page.display());
    }
}
