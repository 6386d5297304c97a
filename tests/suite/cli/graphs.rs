//! Evidence on graphs: ways, what does not lead anywhere, cycles.

use super::{Desk, assert_run};

const POLICIES: &str = r#"standard map "Map" requirements {
  clause 1 "Ways"
}

record place {
  id:   text key
  kind: {hub, stop}
}

record ferry {
  id:   text key
  from: -> place
  to:   -> place
  runs: boolean
}

"#;
const PLACES: &str = "id,kind\nA,hub\nB,stop\nC,stop\nD,stop\nE,stop\nF,stop\n";
const FERRIES: &str =
    "id,from,to,runs\nF1,A,B,true\nF2,B,C,true\nF3,A,C,false\nF4,C,A,true\nF5,D,E,true\nF6,A,D,false\n";

/// Runs rules over the ferries.
fn check(ferries: &str, rules: &[&str]) -> super::Run {
    let desk = Desk::empty();
    let mut text = POLICIES.to_owned();
    for (number, rule) in rules.iter().enumerate() {
        text.push_str(&format!("rule r{number:02}\n  \"{number}\"\n  cites map 1\n{rule}\n\n"));
    }
    desk.write("ours/map.shall", text);
    desk.write("export/place.csv", PLACES);
    desk.write("export/ferry.csv", ferries);
    let mut run = desk.check("--view auditor");
    let from = run.stdout.find("  ✗").or_else(|| run.stdout.find("  ?")).unwrap_or(0);
    let until = run.stdout.find("\n───").unwrap_or(run.stdout.len());
    run.stdout = run.stdout[from..until].to_owned();
    run
}

const RUNNING: &str = "ferry f where f.runs : f.from -> f.to";

#[test]
fn what_is_reached_and_what_is_not_is_explained() {
    let hubs = "set(place h where h.kind = hub : h)";
    let each = "  for each place p\n    if none: nonconformity\n";
    assert_run!(
        "graph-reachable",
        check(
            FERRIES,
            &[
                &format!("{each}  shall p in reachable({RUNNING} from {hubs})"),
                &format!("{each}  shall p not in reachable({RUNNING} from {hubs})"),
                &format!("  shall reachable({RUNNING} from {hubs}) covers set(place p : p)"),
                &format!("  shall not reachable({RUNNING} from {hubs}) overlaps set(place p where p.kind = stop : p)"),
                &format!("{each}  let ways = reachable({RUNNING} from p)\n  shall count(x in ways where x != p) < 2"),
            ]
        )
    );
}

#[test]
fn a_cycle_is_shown_in_order() {
    let acyclic = format!("  shall acyclic({RUNNING})");
    assert_run!(
        "graph-cycle",
        check(FERRIES, &[&acyclic, "  shall not acyclic(ferry f where not f.runs : f.from -> f.to)"])
    );
    // The shortest way round through the first thing that lies on one.
    assert_run!("graph-cycle-short", check(&format!("{FERRIES}F7,B,A,true\nF8,E,D,true\n"), &[&acyclic]));
    assert_run!("graph-cycle-alone", check(&format!("{FERRIES}F7,F,F,true\n"), &[&acyclic]));
}

#[test]
fn what_is_not_known_of_a_graph_is_traced_to_its_cause() {
    let each = "  for each place p\n    if none: nonconformity\n";
    let rules = [
        format!("{each}  shall p in reachable({RUNNING} from set(place h where h.kind = hub : h))"),
        format!("  shall acyclic({RUNNING})"),
    ];
    // Whether F2 runs is not known, and where F4 leads; neither is of any consequence for what D leads to.
    let ferries = FERRIES.replace("F2,B,C,true", "F2,B,C,perhaps").replace("F4,C,A", "F4,C,");
    assert_run!("graph-unknown", check(&ferries, &[&rules[0], &rules[1]]));
}

#[test]
fn a_long_way_is_followed_to_its_end() {
    let ferries: String = (0..60_000).map(|at| format!("F{at},P{at},P{},true\n", (at + 1) % 60_000)).collect();
    let run = check(
        &format!("id,from,to,runs\n{ferries}"),
        &[
            &format!("  shall acyclic({RUNNING})"),
            &format!(
                "  shall every p in set(ferry l where l.id = \"F59998\" : l.to) has p not in reachable({RUNNING} from \
                 set(ferry s where s.id = \"F0\" : s.from))"
            ),
        ],
    );
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    assert!(run.stdout.contains("P0 -> P1 -> P2"), "{}", run.stdout);
    assert!(run.stdout.contains("(59989 more) -> P0"), "{}", run.stdout);
    assert!(run.stdout.contains("(59988 more) -> P59999"), "{}", run.stdout);
    assert!(run.stdout.contains("and 59,988 more"), "{}", run.stdout);
}

#[test]
fn the_plan_says_from_where_edges_are_followed() {
    let desk = Desk::empty();
    desk.write(
        "ours/map.shall",
        format!(
            "{POLICIES}rule ways\n  \"Ways\"\n  cites map 1\n  for each place p\n    if none: nonconformity\n  shall p in \
             reachable({RUNNING} from set(place h where h.kind = hub : h))\n    and count(x in reachable({RUNNING} from p)) < 9\n    \
             and acyclic(ferry f where f.runs and f.from = p : f.from -> f.to)\n"
        ),
    );
    let run = desk.run("explain ways --plan --no-pack --policies ours");
    let plan = run.stdout.find("\nPlan").map_or("", |at| &run.stdout[at + 1..]);
    insta::assert_snapshot!("graph-plan", plan);
}
