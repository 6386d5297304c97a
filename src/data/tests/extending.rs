//! Mappings whose rows give fields to the records of other files.

use super::mapping::read_with;

const DESK: &str = r#"
record ticket {
  number:   text key
  title:    text
  opened:   timestamp
  owner:    text?
  resolved: timestamp?
  worked:   duration
  vip:      boolean?
}
source desk "A list, single tickets, time sheets and a list of who matters" {
  ticket from "list.json" at items
    known as uuid
    number = id
    title  = Subject
  extend ticket from "ticket/{id}.json"
    number = file id
    opened = Created
    owner  = Owner absent "Nobody"
    resolved = Resolved when Status = "resolved"
  extend ticket from "times*.csv" one per Ticket in order of At
    known as Ticket
    worked = last Minutes as duration in minutes
  extend ticket from "vip.csv"
    if none: absent
    only where Vip != "?"
    number = Id
    vip    = Vip
}
"#;

const LIST: &str = r#"{"items": [
{"id": 1, "uuid": "a", "Subject": "Mail"},
{"id": 2, "uuid": "b", "Subject": "Net"},
{"id": "3", "uuid": "c", "Subject": "Fax"},
{"id": null, "uuid": "d", "Subject": "None"}
]}"#;

const FILES: [(&str, &str); 6] = [
    ("list.json", LIST),
    (
        "ticket/1.json",
        r#"{"Created": "2026-01-05T09:00Z", "Owner": "ann", "Status": "resolved", "Resolved": "2026-01-05T10:00Z"}"#,
    ),
    (
        "ticket/2.json",
        "\n{\"Created\": \"soon\", \"Owner\": \"Nobody\", \"Status\": \"open\", \"Resolved\": \"2026-01-05T10:00Z\"}",
    ),
    ("ticket/9.json", r#"{"Created": "2026-01-05T09:00Z", "Owner": "eve", "Status": "open", "Resolved": null}"#),
    (
        "times.csv",
        "Ticket,At,Minutes\na,2026-01-05T09:00Z,5\nb,2026-01-05T09:00Z,x\na,2026-01-05T08:00Z,7\nz,2026-01-05T08:00Z,7\n",
    ),
    ("vip.csv", "Id,Vip\n1,true\n2,true\n2,false\n3,?\n8,true\n"),
];

#[test]
fn rows_of_further_files_give_records_fields() {
    insta::assert_snapshot!(read_with(DESK, &FILES), @r#"
    ticket: number | title | opened | owner | resolved | worked | vip
      1 | Mail | 2026-01-05T09:00Z | ann | 2026-01-05T10:00Z | 5 min | true (list.json:2 @12)
      2 | Net | ? | - | - | ? | ? (list.json:3 @55)
      3 | Fax | ? | ? | ? | ? | - (list.json:4 @97)
      ? | None | ? | ? | ? | ? | ? (list.json:5 @141)
    ticket/9.json fed ticket: 0 of 1, left out [], superseded 0, strays 1
    times.csv fed ticket: 2 of 4, left out [], superseded 0, strays 1
    vip.csv fed ticket: 3 of 5, left out [1], superseded 0, strays 1
    malformed-value list.json:3 ticket.opened "soon": ticket/2.json:2: expected a time that exists, with its offset, such as 2026-03-01T09:30:00Z
    malformed-value list.json:3 ticket.worked "x": times.csv:3: expected a length of time such as PT4H30M
    duplicate-key list.json:3 ticket.vip "": vip.csv:3 and vip.csv:4 both extend the record
    missing-value list.json:4 ticket.opened "": no row of `ticket/{id}.json` extends the record
    missing-value list.json:4 ticket.owner "": no row of `ticket/{id}.json` extends the record
    missing-value list.json:4 ticket.resolved "": no row of `ticket/{id}.json` extends the record
    missing-value list.json:4 ticket.worked "": no row of `times*.csv` extends the record
    missing-value list.json:5 ticket.number "null": a value is required
    missing-value list.json:5 ticket.opened "": no row of `ticket/{id}.json` extends the record
    missing-value list.json:5 ticket.owner "": no row of `ticket/{id}.json` extends the record
    missing-value list.json:5 ticket.resolved "": no row of `ticket/{id}.json` extends the record
    missing-value list.json:5 ticket.worked "": no row of `times*.csv` extends the record
    missing-value list.json:5 ticket.vip "": it cannot be told whether a row of `vip.csv` extends the record
    "#);
}

#[test]
fn what_is_not_there_extends_nothing() {
    // No file of times; nobody says who matters; tickets have no owner.
    let files: Vec<(&str, String)> = FILES
        .iter()
        .filter(|(name, _)| *name != "times.csv")
        .map(|(name, text)| match *name {
            "vip.csv" => (*name, "Id\n1\n".to_owned()),
            _ => (*name, text.replace("Owner", "Who")),
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    insta::assert_snapshot!(read_with(&DESK.replace("Vip != \"?\"", "Id is present"), &files), @r#"
    ticket: number | title | opened | owner | resolved | worked | vip
      1 | Mail | 2026-01-05T09:00Z | ? | 2026-01-05T10:00Z | ? | ? (list.json:2 @12)
      2 | Net | ? | ? | - | ? | ? (list.json:3 @55)
      3 | Fax | ? | ? | ? | ? | ? (list.json:4 @97)
      ? | None | ? | ? | ? | ? | ? (list.json:5 @141)
    ticket/9.json fed ticket: 0 of 1, left out [], superseded 0, strays 1
    missing-field everywhere ticket.owner "": no record has `Owner`
    missing-field everywhere ticket.worked "": the export has no file `times*.csv`
    missing-field everywhere ticket.vip "": the header has no column `Vip`; known columns: Id
    malformed-value list.json:3 ticket.opened "soon": ticket/2.json:2: expected a time that exists, with its offset, such as 2026-03-01T09:30:00Z
    missing-value list.json:4 ticket.opened "": no row of `ticket/{id}.json` extends the record
    missing-value list.json:4 ticket.resolved "": no row of `ticket/{id}.json` extends the record
    missing-value list.json:5 ticket.number "null": a value is required
    missing-value list.json:5 ticket.opened "": no row of `ticket/{id}.json` extends the record
    missing-value list.json:5 ticket.resolved "": no row of `ticket/{id}.json` extends the record
    "#);
    // A file that cannot be read makes the whole record missing, as any of its files does.
    insta::assert_snapshot!(read_with(DESK, &[FILES[0], ("ticket/1.json", "{\"Created\"")]), @r"
    ticket: no extract
    truncated-file ticket/1.json:1:11 the file ends in the middle of its JSON
      help: export the file again, and compare its size with the tool's
    ");
}

#[test]
fn a_row_that_does_not_say_whose_it_is_may_be_that_of_any_record() {
    let files = [FILES[0], ("vip.csv", "Id,Vip\n1,true\n,false\n"), FILES[1], FILES[4]];
    let read = read_with(DESK, &files);
    let vip: Vec<&str> = read.lines().filter(|line| line.contains("ticket.vip")).collect();
    insta::assert_snapshot!(vip.join("\n"), @r#"
    missing-value list.json:3 ticket.vip "": it cannot be told whether a row of `vip.csv` extends the record
    missing-value list.json:4 ticket.vip "": it cannot be told whether a row of `vip.csv` extends the record
    missing-value list.json:5 ticket.vip "": it cannot be told whether a row of `vip.csv` extends the record
    "#);
}

#[test]
fn rows_that_nothing_ties_to_records_extend_none() {
    let vip = ("vip.csv", "Nr,Vip\n1,true\n");
    let read = read_with(DESK, &[FILES[0], FILES[1], FILES[4], vip]);
    let about: Vec<&str> =
        read.lines().filter(|line| line.contains("ticket.number") || line.contains("ticket.vip")).collect();
    insta::assert_snapshot!(about.join("\n"), @r#"
    missing-field everywhere ticket.number "": in `vip.csv`: the header has no column `Id`; known columns: Nr, Vip
    missing-value list.json:2 ticket.vip "": it cannot be told whether a row of `vip.csv` extends the record
    missing-value list.json:3 ticket.vip "": it cannot be told whether a row of `vip.csv` extends the record
    missing-value list.json:4 ticket.vip "": it cannot be told whether a row of `vip.csv` extends the record
    missing-value list.json:5 ticket.number "null": a value is required
    missing-value list.json:5 ticket.vip "": it cannot be told whether a row of `vip.csv` extends the record
    "#);
}

#[test]
fn records_laid_out_as_themselves_are_extended_too() {
    let policy = r#"
record incident {
  number:   text key
  title:    text
  is_major: boolean
}
source major "The list of major incidents" {
  extend incident from "major.csv"
    number   = Number
    is_major = Major match { "yes" => true, "no" => false }
}
"#;
    let incidents = ("incident.csv", "number,title,is_major\nI1,Mail,true\nI1,Again,true\nI2,Net,true\n");
    insta::assert_snapshot!(read_with(policy, &[incidents, ("major.csv", "Number,Major\nI1,no\nI2,maybe\n")]), @r#"
    incident: number | title | is_major
      I1 | Mail | false (incident.csv:2 @22)
      I1 | Again | false (incident.csv:3 @35)
      I2 | Net | ? (incident.csv:4 @49)
    duplicate-key incident.csv:3 incident.number "I1": incident.csv:2 has the same key
    unmapped-value incident.csv:4 incident.is_major "maybe": major.csv:3: the value map of the source does not have it; known values: no, yes
    "#);
}

#[test]
fn a_source_gives_no_field_that_another_gives() {
    let policy = r#"
record incident {
  number:   text key
  title:    text
  is_major: boolean
}
source tool "The tool" {
  incident from "incidents.csv"
    number   = Number
    title    = Title
    is_major = unknown because "the tool does not say"
}
source sheet "What is known beside it" {
  extend incident from "major.csv"
    number   = Number
    is_major = Major
}
source copy "Titles from elsewhere" {
  extend incident from "titles.csv"
    number = Number
    title  = Title
}
"#;
    let mut sources = crate::source::Sources::new();
    let file = sources.add("policy.shall", policy);
    let checked = crate::check(&[(file, crate::parse(file, policy))], &sources);
    let choose = |named: &[&str]| {
        let named: Vec<String> = named.iter().map(|name| (*name).to_owned()).collect();
        let files = ["incidents.csv", "major.csv"].map(str::to_owned);
        match crate::data::choose_sources(&checked.program.environment.schema, &checked.sources, &named, &files) {
            Ok(chosen) => chosen.iter().map(|source| source.name.as_str()).collect::<Vec<_>>().join(", "),
            Err(error) => format!("{}; {}", error.message, error.help.unwrap_or_default()),
        }
    };
    assert_eq!(choose(&[]), "tool, sheet");
    insta::assert_snapshot!(choose(&["tool", "copy"]), @"the sources `tool` and `copy` both give `incident.title`; take the field out of one of them: `copy` only extends the records");
}
