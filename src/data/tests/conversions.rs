//! Parts of texts, texts in HTML, columns of one name, and what tools write for times and booleans.

use super::mapping::read_with;

const FOUND: &str = r#"
record link {
  id:   text key
  mail: text?
  cis:  list of text
  more: list of integer
}
source desk "The desk" {
  link from "*.json", "*.csv"
    id   = ref find /^[A-Z]+-([0-9]+)$/
    mail = who absent "-" find /<([^>]*)>/
    cis  = cis find /'ci:([^']*)'/
    more = more split "|" find /[0-9]+/
}
"#;

#[test]
fn a_part_of_a_text_is_found() {
    let rows = r#"[
{"ref": "I-0017", "who": "Ada <ada@example.test>", "cis": "'ci:11';'impact:x'|'ci:26'", "more": "a1|b22"},
{"ref": "I-0018", "who": "-", "cis": "none", "more": ""},
{"ref": "18", "who": "<a> <b>", "cis": "'ci:'|'ci:3'", "more": "1|x"},
{"ref": "I-0019", "who": "nobody", "cis": ["'ci:7'", "8"], "more": [9, "10", {}]}
]"#;
    insta::assert_snapshot!(read_with(FOUND, &[("links.json", rows)]), @r#"
    link: id | mail | cis | more
      0017 | ada@example.test | [11,26] | [1,22] (links.json:2 @2)
      0018 | - | ? | ? (links.json:3 @109)
      ? | ? | [?,3] | [1,?] (links.json:4 @167)
      0019 | ? | [7,?] | [9,10,?] (links.json:5 @238)
    malformed-value links.json:3 link.cis "none": expected a text in which the source finds what it looks for
    missing-value links.json:3 link.more "": a value is required
    malformed-value links.json:4 link.id "18": expected a text in which the source finds what it looks for
    malformed-value links.json:4 link.mail "<a> <b>": expected a text in which the source finds one part, not several
    missing-value links.json:4 link.cis "": a value is required
    malformed-value links.json:4 link.more "x": expected a text in which the source finds what it looks for
    malformed-value links.json:5 link.mail "nobody": expected a text in which the source finds what it looks for
    malformed-value links.json:5 link.cis "8": expected a text in which the source finds what it looks for
    malformed-value links.json:5 link.more "{}": expected a single value, not an object
    "#);
}

const WRITTEN: &str = r#"
record note {
  id:    text key
  text:  text
  other: text?
}
source desk "The desk" {
  note from "*.json"
    id    = id
    text  = text as text in html
    other = other absent "n/a" as text in escaped_html
}
"#;

#[test]
fn html_is_read_as_plain_text() {
    let rows = r#"[
{"id": "1", "text": "<p>The <b>engine</b>&nbsp;room</p>\r\n<p>deck &lt;2&gt;</p>", "other": "&lt;p&gt;a &amp;amp; b&lt;/p&gt;"},
{"id": "2", "text": "<p> &nbsp; </p>", "other": "&nbsp;"},
{"id": "3", "text": "plain", "other": "n/a"}
]"#;
    insta::assert_snapshot!(read_with(WRITTEN, &[("notes.json", rows)]), @r#"
    note: id | text | other
      1 | The engine room
    deck <2> | a & b (notes.json:2 @2)
      2 | ? | - (notes.json:3 @131)
      3 | plain | - (notes.json:4 @190)
    missing-value notes.json:3 note.text "<p> &nbsp; </p>": a value is required
    "#);
}

const REPEATED: &str = r#"
record issue {
  key:     text key
  sprints: list of text
  first:   text?
  plain:   text?
}
source jira "Issues as CSV" {
  issue from "*.csv"
    key     = "Issue key"
    sprints = Sprint.*
    first   = Sprint.0
    plain   = "a.*"
}
"#;

#[test]
fn columns_of_one_name_are_a_list() {
    let rows = "Issue key,Sprint,Sprint,a.*,Sprint\nA-1,one,,x,three\nA-2,,,,\nA-3,,two,y,\n";
    insta::assert_snapshot!(read_with(REPEATED, &[("issues.csv", rows)]), @r"
    issue: key | sprints | first | plain
      A-1 | [one,three] | one | x (issues.csv:2 @35)
      A-2 | [] | - | - (issues.csv:3 @52)
      A-3 | [two] | - | y (issues.csv:4 @60)
    ");
    let policy = REPEATED.replace("Sprint.*", "Sprint split \";\"").replace("Sprint.0", "Sprint.7");
    insta::assert_snapshot!(read_with(&policy, &[("issues.csv", rows)]), @r"
    issue: no extract
    malformed-file issues.csv:0:0 two columns of the header are named `Sprint`
      help: write `Sprint.*` for the list of all of them, or `Sprint.0` for the first
    ");
    let once = "Issue key,Sprint\nA-1,one\n";
    insta::assert_snapshot!(read_with(&policy, &[("issues.csv", once)]), @r#"
    issue: key | sprints | first | plain
      A-1 | [one] | ? | ? (issues.csv:2 @17)
    missing-field everywhere issue.first "": the header has no column `Sprint.7`; did you mean `Sprint`?
    missing-field everywhere issue.plain "": the header has no column `a.*`; known columns: Issue key, Sprint
    "#);
}

const TIMES: &str = r#"
record step {
  id:    text key
  at:    timestamp?
  flag:  boolean?
  taken: duration?
}
source desk "The desk" {
  zone "UTC"
  step from "script*.csv"
    id   = id
    at   = at as timestamp "%a %b %d %Y %H:%M:%S GMT%z (Coordinated Universal Time)"
    flag = flag
  step from "jira*.csv"
    id   = id
    at   = at as timestamp "%d/%b/%y %I:%M %p"
    flag = flag
  step from "offset*.csv"
    id   = id
    at   = at as timestamp "%Y-%m-%dT%H:%M:%S%.f%z"
    flag = flag
  step from "perl*.csv"
    id   = id
    at   = at as timestamp "%a %b %d %H:%M:%S %Y"
    flag = flag
  step from "epoch*.csv"
    id    = id
    at    = at as timestamp in milliseconds
    taken = taken as duration in seconds
}
"#;

#[test]
fn times_and_booleans_of_tools() {
    insta::assert_snapshot!(read_with(TIMES, &[
        ("script.csv", "id,at,flag\ns,Mon Aug 10 2020 07:54:39 GMT+0000 (Coordinated Universal Time),TRUE\n"),
        ("jira.csv", "id,at,flag\nj,21/Nov/15 7:03 AM,Yes\nk,1/Dec/15 12:00 PM,n\n"),
        ("offset.csv", "id,at,flag\no,2015-11-21T07:03:02.000-0500,0\np,2015-11-21T07:03:02-05:00,off\nq,2014-02-27T21:43:53.0885+0000,1\n"),
        ("perl.csv", "id,at,flag\nt,Sun Nov 22 14:49:20 2026,maybe\n"),
        ("epoch.csv", "id,at,taken\ne,1444290120000,90\n"),
    ]), @r#"
    step: id | at | flag | taken
      s | 2020-08-10T07:54:39Z | true | ? (script.csv:2 @11)
      j | 2015-11-21T07:03Z | true | ? (jira.csv:2 @11)
      k | 2015-12-01T12:00Z | false | ? (jira.csv:3 @35)
      o | 2015-11-21T12:03:02Z | false | ? (offset.csv:2 @11)
      p | 2015-11-21T12:03:02Z | false | ? (offset.csv:3 @44)
      q | 2014-02-27T21:43:53.0885Z | true | ? (offset.csv:4 @76)
      t | 2026-11-22T14:49:20Z | ? | ? (perl.csv:2 @11)
      e | 2015-10-08T07:42Z | ? | 1 min 30 s (epoch.csv:2 @12)
    missing-field everywhere step.flag "": the source does not map it
    missing-field everywhere step.taken "": the source does not map it
    malformed-value perl.csv:2 step.flag "maybe": expected `true` or `false`
    "#);
}

const MANGLED: &str = r##"
record change {
  id: text key
}
record incident {
  id:       text key
  change:   -> change?
  handled:  decimal
  contacts: integer
  open:     boolean
}
source bank "A log with decimal commas" {
  delimiter ";"
  decimal ","
  thousands "."
  incident from "bank.csv"
    id       = "Incident ID"
    change   = "Related Change" absent "#N/B"
    handled  = Hours
    contacts = Contacts
    open     = Open
  change from "changes.csv"
    id = id
}
"##;

/// An id that was lost is no missing one: something is there, and nothing is known of it.
#[test]
fn values_that_were_mangled_on_the_way() {
    let bank = "\u{feff}Incident ID;Related Change;Hours;Contacts;Open\nIM1;C1;3383,436944;2.000;TRUE\n\
        IM2;#MULTIVALUE;0,5;1;false\nIM3;#N/B;1.000,25;1.000.000;0\n";
    insta::assert_snapshot!(read_with(MANGLED, &[("bank.csv", bank), ("changes.csv", "id\nC1\n")]), @r##"
    change: id
      C1 (changes.csv:2 @3)
    incident: id | change | handled | contacts | open
      IM1 | ->C1 | 3383.436944 | 2000 | true (bank.csv:2 @50)
      IM2 | ->#MULTIVALUE | 0.5 | 1 | false (bank.csv:3 @80)
      IM3 | - | 1000.25 | 1000000 | false (bank.csv:4 @108)
    dangling-reference bank.csv:3 incident.change "#MULTIVALUE": no change with this key was exported
    "##);
}
