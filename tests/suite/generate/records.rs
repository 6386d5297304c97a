//! The records that generated programs are about: every type of field, required and optional.

use Kind::{Boolean, Calendar, Date, Decimal, Duration, Enum, Integer, List, Reference, Span, Text, Timestamp};

/// A type, as the generator knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Boolean,
    Integer,
    Decimal,
    Text,
    Date,
    Timestamp,
    Duration,
    Span,
    /// One of [`CALENDARS`].
    Calendar,
    /// One of [`ENUMS`].
    Enum(&'static str),
    Reference(&'static [&'static str]),
    Row(&'static str),
    /// An interval of days.
    Days,
    /// An interval of instants.
    Instants,
    /// A timeline of days or of instants.
    Timeline(&'static Kind),
    List(&'static Kind),
    Set(&'static Kind),
}

pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) optional: bool,
    pub(crate) key: bool,
}

pub(crate) struct Record {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
    /// What its keys, and references to it, are drawn from.
    pub(crate) keys: &'static [&'static str],
}

/// Name, members, whether they are ordered. Risk includes impact, and phase includes state.
pub(crate) const ENUMS: &[(&str, &[&str], bool)] = &[
    ("impact", &["low", "medium", "high"], true),
    ("risk", &["none", "low", "medium", "high", "extreme"], true),
    ("state", &["new", "open", "closed"], false),
    ("phase", &["closed", "gone", "open", "new"], false),
    ("outcome", &["conforming", "nonconforming", "undecided"], false),
    ("decision", &["approved", "rejected", "\"on hold\""], false),
];

/// The calendars: names, and the lines of each of their versions. Clocks are changed by one, one has nights, one a gap
/// of which it says nothing.
pub(crate) const CALENDARS: &[(&str, &[&str])] = &[
    (
        "office",
        &[
            "zone \"Europe/Amsterdam\" mon to fri 08:00-12:00, 13:00-17:30 sat 09:00-13:00 closed 2026-02-02 open 2026-02-01 10:00-11:00",
        ],
    ),
    (
        "night",
        &[
            "zone \"America/New_York\" valid through 2026-01-31 mon to sun 22:00-06:00",
            "zone \"America/New_York\" valid from 2026-02-03 fri to mon 23:00-04:30",
        ],
    ),
    ("always", &["zone \"UTC\" mon to sun 00:00-24:00"]),
];

/// Fields, by record and name, that stand in an extension of their record; the simplest way to have them there is to
/// declare what the generator knows in two places.
const EXTENDED: &[(&str, &str, Extended)] = &[
    ("service", "notice", Extended::Field),
    ("incident", "vip", Extended::Field),
    ("incident", "efforts", Extended::Field),
    ("change", "risk", Extended::Members("{low < medium < high}", &["{none < low}", "{high < extreme}"])),
    ("change", "phase", Extended::Members("{closed, gone}", &["{open, new}"])),
    ("team", "zones", Extended::Members("list of {new, open}", &["{closed}"])),
];

/// What of a field stands in an extension.
#[derive(Clone, Copy)]
enum Extended {
    /// All of it.
    Field,
    /// Members: the type without them, and what is added to it.
    Members(&'static str, &'static [&'static str]),
}

pub(crate) fn members(name: &str) -> &'static [&'static str] {
    ENUMS.iter().find(|(known, ..)| *known == name).map_or(&["new"], |(_, members, _)| members)
}

pub(crate) fn is_ordered(name: &str) -> bool {
    ENUMS.iter().any(|(known, _, ordered)| *known == name && *ordered)
}

const fn key(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, optional: false, key: true }
}

const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, optional: false, key: false }
}

const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, optional: true, key: false }
}

const TEAM: Kind = Reference(&["team"]);
const SERVICE: Kind = Reference(&["service"]);
const CHANGE: Kind = Reference(&["change"]);
const CAUSE: Kind = Reference(&["change", "release"]);
const INCIDENT: Kind = Reference(&["incident"]);

/// The records. Changes and releases share a key space, and some keys.
pub(crate) const RECORDS: &[Record] = &[
    Record {
        name: "team",
        keys: &["T1", "T2", "T3"],
        fields: &[
            key("id", Text),
            required("size", Integer),
            optional("founded", Date),
            required("zones", List(&Enum("state"))),
            required("busy", Boolean),
            optional("shift", Calendar),
        ],
    },
    Record {
        name: "service",
        keys: &["S1", "S2", "S3", "S4"],
        fields: &[
            key("id", Text),
            required("name", Text),
            required("risk", Enum("risk")),
            optional("owner", TEAM),
            required("live", Boolean),
            required("live_from", Date),
            optional("live_until", Date),
            required("cost", Decimal),
            optional("budget", Decimal),
            required("target", Duration),
            required("review_every", Span),
            optional("notice", Span),
            required("tags", List(&Text)),
            optional("contacts", List(&TEAM)),
            required("checks", List(&Date)),
            required("hours", Calendar),
        ],
    },
    Record {
        name: "incident",
        keys: &["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9"],
        fields: &[
            key("number", Text),
            required("service", SERVICE),
            required("impact", Enum("impact")),
            optional("urgency", Enum("impact")),
            required("state", Enum("state")),
            required("opened_at", Timestamp),
            optional("resolved_at", Timestamp),
            optional("due_on", Date),
            optional("on_hold", Duration),
            required("reopened", Integer),
            optional("score", Decimal),
            optional("title", Text),
            required("tags", List(&Text)),
            optional("cause", CAUSE),
            optional("parent", INCIDENT),
            optional("vip", Boolean),
            required("efforts", List(&Integer)),
            required("touched", List(&Timestamp)),
        ],
    },
    Record {
        name: "change",
        keys: &["C1", "C2", "C3", "X1"],
        fields: &[
            key("number", Text),
            optional("service", SERVICE),
            required("risk", Enum("risk")),
            required("planned", Boolean),
            required("phase", Enum("phase")),
            optional("start_at", Timestamp),
            optional("end_at", Timestamp),
            required("effort", Duration),
            required("teams", List(&TEAM)),
        ],
    },
    Record {
        name: "release",
        keys: &["R1", "R2", "X1"],
        fields: &[
            key("number", Text),
            required("released_on", Date),
            required("size", Integer),
            required("causes", List(&CAUSE)),
        ],
    },
    Record {
        name: "approval",
        keys: &[],
        fields: &[
            required("change", CHANGE),
            required("by", TEAM),
            required("decision", Enum("decision")),
            required("decided_at", Timestamp),
            optional("valid_for", Duration),
            optional("ticket", Text),
        ],
    },
    Record {
        name: "slot",
        keys: &[],
        fields: &[key("service", SERVICE), key("day", Date), required("load", Decimal), optional("limit", Integer)],
    },
    Record {
        name: "judgement",
        keys: &[],
        fields: &[
            required("requirement", Text),
            required("outcome", Enum("outcome")),
            required("assessed_at", Timestamp),
            optional("valid_until", Date),
            optional("subject", Text),
        ],
    },
    Record {
        name: "attestation",
        keys: &[],
        fields: &[
            required("requirement", List(&Text)),
            required("attested_at", Date),
            required("valid_from", Date),
            optional("withdrawn_at", Timestamp),
            optional("subject", Text),
        ],
    },
];

pub(crate) fn record(name: &str) -> &'static Record {
    RECORDS.iter().find(|record| record.name == name).unwrap_or(&RECORDS[0])
}

/// Writes a type as in a declaration; intervals have none.
fn declared(kind: Kind) -> String {
    match kind {
        Boolean => "boolean".to_owned(),
        Integer => "integer".to_owned(),
        Decimal => "decimal".to_owned(),
        Text => "text".to_owned(),
        Date => "date".to_owned(),
        Timestamp => "timestamp".to_owned(),
        Duration => "duration".to_owned(),
        Span => "span".to_owned(),
        Calendar => "calendar".to_owned(),
        Enum(name) => format!("{{{}}}", members(name).join(if is_ordered(name) { " < " } else { ", " })),
        Reference(targets) => format!("-> {}", targets.join(" | ")),
        List(element) => format!("list of {}", declared(*element)),
        Kind::Set(element) => format!("set of {}", declared(*element)),
        Kind::Row(name) => name.to_owned(),
        Kind::Days | Kind::Instants => "interval".to_owned(),
        Kind::Timeline(_) => "timeline".to_owned(),
    }
}

/// The parameters: name, type, values (none: not bound), of which some hold from a day on.
pub(crate) const PARAMETERS: &[(&str, Kind, &[&str])] = &[
    ("most_reopened", Integer, &["2", "3 since 2026-02-01"]),
    ("least_share", Decimal, &["50%"]),
    ("later_share", Decimal, &["10% since 2026-02-02"]),
    ("unset_number", Decimal, &[]),
    ("longest", Duration, &["4 hours since 2026-01-31", "2 days", "30 minutes since 2026-02-03"]),
    ("unset_duration", Duration, &[]),
    ("every_so_often", Span, &["1 month"]),
    ("cut_over", Date, &["2026-02-01"]),
    ("freeze", Timestamp, &["2026-01-31T23:30Z"]),
    ("good_tags", Kind::Set(&Text), &["{\"red\", \"green\"}", "{} since 2026-02-28"]),
    ("unset_tags", Kind::Set(&Text), &[]),
    ("worst_impact", Enum("impact"), &["medium since 2026-01-31", "high since 2026-03-01"]),
    ("firm", Boolean, &["true"]),
    ("desk", Calendar, &["office"]),
    ("unset_desk", Calendar, &[]),
    ("house_word", Text, &["\"red\""]),
];

/// The defines: name, parameter's record, result, text. Guards inside them hold without the caller's help.
pub(crate) const DEFINES: &[(&str, &str, Kind, &str)] = &[
    ("settled", "incident", Boolean, "x.state in {closed} or x.resolved_at is present"),
    ("taken", "incident", Duration, "(x.resolved_at otherwise as_of) - x.opened_at"),
    ("open_days", "service", Kind::Days, "x.live_from .. (x.live_until otherwise (today + 1 day))"),
    ("decisions", "change", Integer, "count(approval a where a.change = x)"),
];

/// The tables: name, types of the parameters, result, rows. Some agree on all members of a parameter.
pub(crate) const TABLES: &[(&str, &[Kind], Kind, &[&str])] = &[
    (
        "grade",
        &[Enum("impact"), Boolean],
        Integer,
        &["high, any => 3", "low | medium, true => -1", "medium, false => 3", "low, false => 0"],
    ),
    (
        "follows",
        &[Enum("state"), Enum("risk")],
        Enum("phase"),
        &[
            "new | open, none | low => new",
            "new, medium | high | extreme => open",
            "open, medium | high | extreme => new",
            "closed, any => closed",
        ],
    ),
    (
        "weight",
        &[Boolean, Enum("state")],
        Enum("impact"),
        &["true, any => high", "false, new => low", "false, open | closed => medium"],
    ),
    (
        "patience",
        &[Enum("risk")],
        Duration,
        &["none => 2 days", "low | medium => 4 hours", "high => 4 hours", "extreme => 30 minutes"],
    ),
    (
        "urgent",
        &[Enum("impact"), Enum("impact"), Boolean],
        Boolean,
        &[
            "high, any, any => true",
            "low | medium, high, true => true",
            "low | medium, high, false => false",
            "low | medium, low | medium, any => false",
        ],
    ),
    (
        "colour",
        &[Enum("decision")],
        Text,
        &["approved => \"green\"", "rejected => \"red\"", "\"on hold\" => \"re\" \"d\""],
    ),
    ("quota", &[Boolean, Boolean], Decimal, &["true, true => 95%", "false, any => 0.5", "true, false => 50%"]),
    ("notice_of", &[Enum("phase")], Span, &["any => 10 days"]),
];

/// The standing exclusions: what is left out. One ranges over records of which others are left out.
const EXCLUSIONS: &[&str] = &[
    "incident x where x.vip is present and x.vip",
    "incident x where x.cause is present and x.cause is change and x.cause.planned and x.reopened > 1",
    "slot x where x.load > 33 or (exists incident i where i.service = x.service and i.state = closed)",
    "service x where x.live_until is present and x.live_until <= x.live_from",
];

/// Everything of a program but its rules.
pub(crate) fn prelude() -> String {
    let mut text = String::from(
        "zone \"Europe/Amsterdam\"\n\nstandard made-up \"A made-up standard\" requirements {\n  clause 1 \"Everything\"\n}\n\
         standard made-up-guide \"A made-up guide\" guidance {\n  clause 1 \"Everything\"\n}\n",
    );
    for record in RECORDS {
        text += &format!("\nrecord {} {{\n", record.name);
        let mut extension = String::new();
        for field in record.fields {
            let (mark, key) = (if field.optional { "?" } else { "" }, if field.key { " key" } else { "" });
            let mut line = format!("  {}: {}{mark}{key}\n", field.name, declared(field.kind));
            match EXTENDED.iter().find(|(of, name, _)| (*of, *name) == (record.name, field.name)) {
                Some((.., Extended::Field)) => extension += &std::mem::take(&mut line),
                Some((.., Extended::Members(own, more))) => {
                    line = format!("  {}: {own}{mark}\n", field.name);
                    more.iter().for_each(|more| extension += &format!("  {}: + {more}\n", field.name));
                }
                None => {}
            }
            text += &line;
        }
        text += "}\n";
        if !extension.is_empty() {
            text += &format!("extend record {} {{\n{extension}}}\n", record.name);
        }
    }
    for (name, versions) in CALENDARS {
        versions.iter().for_each(|lines| text += &format!("calendar {name} {{ {lines} }}\n"));
    }
    text.push('\n');
    for (name, kind, values) in PARAMETERS {
        text += &format!("parameter {name}: {}\n", declared(*kind));
        for value in *values {
            text += &format!("bind {name} = {value} from \"a paper\"\n");
        }
    }
    for (name, parameters, result, rows) in TABLES {
        let parameters: Vec<String> =
            parameters.iter().enumerate().map(|(at, kind)| format!("p{at}: {}", declared(*kind))).collect();
        let (parameters, result) = (parameters.join(", "), declared(*result));
        text += &format!("table {name}({parameters}): {result} {{\n  {}\n}} from \"a paper\"\n", rows.join("\n  "));
    }
    for exclusion in EXCLUSIONS {
        text += &format!("leave out {exclusion} because \"made up\"\n");
    }
    for (name, record, _, body) in DEFINES {
        text += &format!("define {name}(x: {record}) = {body}\n");
    }
    text
}
