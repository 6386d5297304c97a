//! `shall source`: first drafts.

use super::{Desk, assert_run};

const TICKETS: &str = "\
number,state,priority,opened,resolved,caller,made_sla\n\
T-1,New,2 - High,3/1/2026 09:15,?,Caller 12,true\n\
T-2,Done,1 - Low,14/1/2026 10:00,15/1/2026 08:30,Caller 7,false\n\
T-3,Done,1 - Low,15/1/2026 11:30,16/1/2026 09:00,?,true\n\
T-4,New,2 - High,16/1/2026 08:00,?,Caller 12,true\n";

#[test]
fn a_draft_is_written_to_standard_output() {
    let desk = Desk::empty();
    desk.write("export/tickets.csv", TICKETS);
    desk.write("export/README.md", "Tickets of January\n");
    assert_run!("source-infer", desk.run("source infer export"));
    desk.write("draft.shall", desk.run("source infer export").stdout);
    assert_eq!(desk.run("fmt --check draft.shall").status, 0);
}

#[test]
fn nothing_to_draft_from() {
    let desk = Desk::empty();
    desk.write("empty/.hidden", "");
    assert_run!("source-infer-empty-folder", desk.run("source infer empty"));
    desk.write("words/notes.txt", "just a few words\n");
    desk.write("words/broken.json", "[{\"a\": 1}, {\"a\": ");
    assert_run!("source-infer-nothing", desk.run("source infer words"));
    let missing = desk.run("source infer nowhere");
    assert_eq!((missing.status, missing.stderr.as_str()), (2, "error: nowhere does not exist\n"));
}

#[test]
fn help() {
    let desk = Desk::empty();
    assert_run!("help-source", desk.run("source --help"));
    assert_run!("help-source-infer", desk.run("help source infer"));
}
