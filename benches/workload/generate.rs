//! A seeded export of any size: the same numbers in, the same bytes out, on every machine.
//!
//! Six files of one JSON object a line, laid out as the records of `records.shall`. Every rule of `six-rules` has its
//! faults planted at a known rate.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use jiff::Timestamp;

/// How many records of each kind an export has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Wide records of 42 fields and 1.4 KB.
    pub(crate) incidents: u64,
    /// Three for ten incidents.
    pub(crate) changes: u64,
    /// Services; each has one agreement.
    pub(crate) services: u64,
}

impl Size {
    /// The size that goes with a number of incidents.
    pub(crate) fn of(incidents: u64) -> Size {
        Size { incidents, changes: incidents * 3 / 10, services: (incidents / 2_500).clamp(4, 400) }
    }
}

/// Random numbers from a seed (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is far below 2^64, so that no value is noticeably likelier than another.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True in `times` of `of` cases.
    fn chance(&mut self, times: u64, of: u64) -> bool {
        self.below(of) < times
    }

    fn pick<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len() as u64) as usize]
    }

    /// Some texts, `from` to `until` of them, with blanks between.
    fn words(&mut self, texts: &[&str], from: u64, until: u64) -> String {
        let count = from + self.below(until - from);
        (0..count).map(|_| self.pick(texts)).collect::<Vec<_>>().join(" ")
    }
}

const PEOPLE: &[&str] = &[
    "Zoë van der Linden",
    "Łukasz Wójcik",
    "Amélie Fournier",
    "Tomáš Dvořák",
    "Søren Østergaard",
    "Ngozi Okafor",
    "Priya Raman",
    "Jürgen Weiß",
    "Ólafur Þórsson",
    "Mei-Ling Chao",
    "Patrick O'Dowd",
    "Ana Sofía Peña",
];
const GROUPS: &[&str] =
    &["Service desk", "Network operations", "Database team", "Workplace", "Application support", "Identity"];
const PLACES: &[&str] = &["Quay 1", "Quay 2, north wing", "Harbour tower 14", "Dépôt Ouest", "Lighthouse road 7"];
const CATEGORIES: &[&str] = &["network", "hardware", "software", "access", "database", "telephony"];
const SUBCATEGORIES: &[&str] = &["latency", "outage", "defect", "permission", "capacity", "configuration"];
const WORDS: &[&str] = &[
    "the",
    "ticket machine",
    "does not",
    "respond",
    "since",
    "this morning",
    "user",
    "reports",
    "error",
    "\"timeout\"",
    "after",
    "restart",
    "of",
    "server",
    "C:\\spool\\out",
    "connection",
    "dropped",
    "several",
    "times",
    "naïve",
    "retry",
    "queue",
    "is",
    "full",
    "and",
    "passengers",
    "wait",
    "at",
    "gate",
    "cannot",
    "print",
    "boarding pass",
    "5 µs",
    "coördinated",
    "with",
    "vendor",
    "logs",
    "attached",
    "a/b test",
    "rollback",
    "planned",
    "tonight",
    "no",
    "workaround",
    "yet",
    "screen",
    "stays",
    "blank",
];
const STEPS: &[&str] = &[
    "Restarted the service.",
    "Cleared the queue.\n",
    "Asked the user for a screenshot:",
    "replaced the cable;",
    "checked\tthe logs,",
    "escalated to the vendor –",
    "the alert went away.\n",
    "Reset the password.",
    "Rolled back to \"stable\".",
    "No fault found.",
];
const HOUR: i64 = 3_600;
/// 2026-01-01T00:00:00Z, in seconds since 1970.
const START: i64 = 1_767_225_600;
/// How long the year is from which moments are drawn, in seconds.
const YEAR: u64 = 365 * 86_400;

/// A line of JSON in the making.
#[derive(Default)]
struct Row(Vec<u8>);

impl Row {
    fn name(&mut self, name: &str) {
        self.0.extend_from_slice(if self.0.is_empty() { b"{\"" } else { b",\"" });
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        self.0.push(b'"');
        for byte in text.bytes() {
            match byte {
                b'"' => self.0.extend_from_slice(b"\\\""),
                b'\\' => self.0.extend_from_slice(b"\\\\"),
                b'\n' => self.0.extend_from_slice(b"\\n"),
                b'\t' => self.0.extend_from_slice(b"\\t"),
                _ => self.0.push(byte),
            }
        }
        self.0.push(b'"');
    }

    fn optional(&mut self, name: &str, text: Option<&str>) {
        match text {
            Some(text) => self.text(name, text),
            None => self.bare(name, "null"),
        }
    }

    fn bare(&mut self, name: &str, value: &str) {
        self.name(name);
        self.0.extend_from_slice(value.as_bytes());
    }

    /// A moment, in seconds since 1970.
    fn time(&mut self, name: &str, seconds: Option<i64>) {
        let text = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).map(|moment| moment.to_string());
        self.optional(name, text.as_deref());
    }

    fn finish(&mut self, file: &mut impl Write) -> io::Result<()> {
        self.0.extend_from_slice(b"}\n");
        file.write_all(&self.0)?;
        self.0.clear();
        Ok(())
    }
}

fn service(number: u64) -> String {
    format!("SVC{number:04}")
}

/// Writes an export into a folder, which must exist.
///
/// # Errors
///
/// The first that occurs while a file is written.
pub(crate) fn generate(folder: &Path, size: Size, seed: u64) -> io::Result<()> {
    // Each file has its own stream of numbers, so that one may be changed without the others.
    let stream = |number: u64| Random(seed ^ number.wrapping_mul(0x5851_f42d_4c95_7f2d));
    write(folder, "service.ndjson", |file| services(file, size, &mut stream(1)))?;
    write(folder, "sla.ndjson", |file| agreements(file, size, &mut stream(2)))?;
    write(folder, "incident.ndjson", |file| {
        write(folder, "state_event.ndjson", |history| incidents(file, history, size, &mut stream(3), &mut stream(6)))
    })?;
    write(folder, "change.ndjson", |file| changes(file, size, &mut stream(4)))?;
    write(folder, "approval.ndjson", |file| approvals(file, size, &mut stream(5)))
}

fn write(folder: &Path, name: &str, rows: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
    let unfinished = folder.join(format!("{name}.part"));
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&unfinished)?);
    rows(&mut file)?;
    file.into_inner()?;
    fs::rename(unfinished, folder.join(name))
}

fn services(file: &mut impl Write, size: Size, random: &mut Random) -> io::Result<()> {
    let mut row = Row::default();
    for number in 0..size.services {
        row.text("id", &service(number));
        row.text("name", &random.words(WORDS, 2, 5));
        row.text("owner", random.pick(PEOPLE));
        row.text("tier", random.pick(&["gold", "silver", "bronze"]));
        row.text("hours", ["office", "office", "quay", "night_watch"][(number % 4) as usize]);
        row.finish(file)?;
    }
    Ok(())
}

fn agreements(file: &mut impl Write, size: Size, random: &mut Random) -> io::Result<()> {
    let mut row = Row::default();
    for number in 0..size.services {
        row.text("id", &format!("SLA{number:04}"));
        row.text("service", &service(number));
        row.bare("target", random.pick(&["0.9", "0.95", "0.925"]));
        row.text("signed_by", random.pick(PEOPLE));
        row.finish(file)?;
    }
    Ok(())
}

/// How many of 1000 incidents of a service are resolved when they are due; around the targets of the agreements.
fn punctuality(service: u64) -> u64 {
    880 + service * 37 % 110
}

fn incidents(
    file: &mut impl Write,
    history: &mut impl Write,
    size: Size,
    random: &mut Random,
    lives: &mut Random,
) -> io::Result<()> {
    let mut row = Row::default();
    let mut events = 0;
    for number in 0..size.incidents {
        // One in 10,000 carries the number of the row before.
        let shown = if number > 0 && random.chance(1, 10_000) { number - 1 } else { number };
        let of = random.below(size.services);
        let opened = START + random.below(YEAR) as i64;
        let priority = random.below(100);
        let priority = [(5, "p1"), (20, "p2"), (60, "p3"), (100, "p4")].iter().find(|(end, _)| priority < *end);
        let priority = priority.map_or("p4", |(_, name)| name);
        let state = random.pick(&[
            "new",
            "in_progress",
            "resolved",
            "closed",
            "closed",
            "closed",
            "closed",
            "closed",
            "closed",
            "cancelled",
        ]);
        let closed = state == "closed";
        let settled = closed || state == "resolved";
        let due = opened + HOUR * if priority == "p1" { 6 } else { 48 };
        let late = !random.chance(punctuality(of), 1000);
        let taken = if late {
            due - opened + 1 + random.below(200_000) as i64
        } else {
            random.below((due - opened) as u64 + 1) as i64
        };
        let resolved = settled.then_some(opened + taken);
        let group = random.pick(GROUPS);

        row.text("number", &format!("INC{shown:07}"));
        row.text("sys_id", &format!("{:016x}{:016x}", random.next(), random.next()));
        row.text("state", state);
        row.text("impact", random.pick(&["low", "medium", "high"]));
        row.text("urgency", random.pick(&["low", "medium", "high"]));
        row.text("priority", priority);
        row.text("severity", random.pick(&["minor", "moderate", "severe"]));
        // One in 10,000 has lost the moment at which it was opened.
        row.time("opened_at", (!random.chance(1, 10_000)).then_some(opened));
        row.text("opened_by", random.pick(PEOPLE));
        row.text("caller", random.pick(PEOPLE));
        row.text("contact_type", random.pick(&["phone", "mail", "portal", "monitoring"]));
        row.text("company", "Marmalade Ferries");
        row.text("department", random.pick(&["Ticketing", "Harbour", "Fleet", "Finance & Pay"]));
        row.text("location", random.pick(PLACES));
        // One in 500 names a service that is not in the catalogue.
        row.text("service", &service(if random.chance(1, 500) { size.services + of } else { of }));
        row.text("service_offering", random.pick(&["standard", "extended", "round the clock"]));
        row.text("configuration_item", &format!("ci-{:05}.quay.example", random.below(20_000)));
        row.optional("category", (!closed || !random.chance(1, 400)).then(|| random.pick(CATEGORIES)));
        row.text("subcategory", random.pick(SUBCATEGORIES));
        row.text("short_description", &random.words(WORDS, 5, 12));
        row.text("description", &random.words(WORDS, 12, 30));
        row.text("assignment_group", group);
        row.optional("assigned_to", (state != "new" && !random.chance(1, 300)).then(|| random.pick(PEOPLE)));
        row.time("first_response_at", Some(opened + random.below(3_600) as i64));
        row.time("due_at", Some(due));
        row.time("resolved_at", resolved);
        row.optional("resolved_by", settled.then(|| random.pick(PEOPLE)));
        row.optional(
            "close_code",
            (closed && !random.chance(1, 200)).then(|| random.pick(&["solved", "workaround", "no fault found"])),
        );
        row.optional("close_notes", settled.then(|| random.words(STEPS, 1, 4)).as_deref());
        row.time("closed_at", resolved.filter(|_| closed).map(|moment| moment + 72 * HOUR));
        row.optional("closed_by", closed.then(|| random.pick(PEOPLE)));
        row.text("work_notes", &random.words(STEPS, 2, 7));
        row.time("updated_at", Some(resolved.unwrap_or(opened) + random.below(86_400) as i64));
        row.text("updated_by", random.pick(PEOPLE));
        row.text("escalation", random.pick(&["none", "none", "none", "functional", "hierarchical"]));
        row.text("reassignment_count", &random.below(7).to_string());
        row.text("reopen_count", &random.below(3).to_string());
        row.optional("problem", random.chance(1, 20).then(|| format!("PRB{:06}", random.below(50_000))).as_deref());
        row.optional(
            "caused_by",
            random.chance(1, 30).then(|| format!("CHG{:07}", random.below(size.changes + 1))).as_deref(),
        );
        row.optional("knowledge", random.chance(1, 9).then(|| format!("KB{:06}", random.below(4_000))).as_deref());
        row.text("watch_list", &format!("{}, {}", random.pick(PEOPLE), random.pick(PEOPLE)));
        row.text("correlation_id", &format!("{:016x}", random.next()));
        row.finish(file)?;
        for (at, before, after) in life(opened, resolved, lives) {
            row.text("id", &format!("EVT{events:08}"));
            row.text("record_type", "incident");
            row.text("record_id", &format!("INC{number:07}"));
            row.text("field", "state");
            row.text("old_value", before);
            row.text("new_value", after);
            row.time("at", Some(at));
            row.text("by", lives.pick(PEOPLE));
            row.finish(history)?;
            events += 1;
        }
    }
    Ok(())
}

/// When an incident went from which state to which: taken up soon after it was opened; two of five that are resolved were on
/// hold in between, up to three times.
fn life(opened: i64, resolved: Option<i64>, random: &mut Random) -> Vec<(i64, &'static str, &'static str)> {
    let end = resolved.unwrap_or(opened + 48 * HOUR);
    let mut moments: Vec<i64> = Vec::new();
    if end - opened > 1 && random.chance(2, 5) {
        let holds = 1 + random.below(3);
        moments.extend((0..2 * holds).map(|_| opened + 1 + random.below((end - opened - 1) as u64) as i64));
        moments.sort_unstable();
        // Two moments of one record in one second would be a tie.
        moments.dedup();
        moments.truncate(moments.len() / 2 * 2);
    }
    let mut life = vec![(opened, "new", "in_progress")];
    for hold in moments.chunks_exact(2) {
        life.push((hold[0], "in_progress", "on_hold"));
        life.push((hold[1], "on_hold", "in_progress"));
    }
    life.extend(resolved.map(|resolved| (resolved, "in_progress", "resolved")));
    life
}

/// When a change starts. Changes and approvals both need it, so it is computed from the number alone.
fn started(change: u64) -> i64 {
    START + Random(change).below(YEAR) as i64
}

fn changes(file: &mut impl Write, size: Size, random: &mut Random) -> io::Result<()> {
    let mut row = Row::default();
    for number in 0..size.changes {
        let start = started(number);
        let carried_out = random.chance(17, 20);
        row.text("number", &format!("CHG{number:07}"));
        row.text("kind", random.pick(&["standard", "normal", "normal", "normal", "emergency"]));
        row.text("state", if carried_out { "closed" } else { "scheduled" });
        row.text("service", &service(random.below(size.services)));
        row.text("requested_by", random.pick(PEOPLE));
        row.text("risk", random.pick(&["low", "moderate", "high"]));
        row.text("short_description", &random.words(WORDS, 5, 12));
        row.text("plan", &random.words(STEPS, 2, 6));
        row.time("planned_start", Some(start));
        row.time("planned_end", Some(start + 4 * HOUR));
        row.time("actual_start", carried_out.then_some(start));
        row.time("actual_end", carried_out.then(|| start + random.below(20_000) as i64));
        row.text("assigned_to", random.pick(PEOPLE));
        row.finish(file)?;
    }
    Ok(())
}

fn approvals(file: &mut impl Write, size: Size, random: &mut Random) -> io::Result<()> {
    let (mut row, mut number) = (Row::default(), 0u64);
    for change in 0..size.changes {
        // One change in 50 was never put to anybody; one in six needed two decisions.
        let decisions = if random.chance(1, 50) { 0 } else { 1 + u64::from(random.chance(1, 6)) };
        for _ in 0..decisions {
            // One decision in 100 is a refusal, one in 80 comes after the start.
            let late = random.chance(1, 80);
            let away = 1 + random.below(200_000) as i64;
            row.text("id", &format!("APR{number:07}"));
            row.text("change", &format!("CHG{change:07}"));
            row.text("approver", random.pick(PEOPLE));
            row.text("role", random.pick(&["service owner", "change manager", "security officer"]));
            row.text("decision", if random.chance(1, 100) { "rejected" } else { "approved" });
            row.time("decided_at", Some(if late { started(change) + away } else { started(change) - away }));
            row.text("remark", &random.words(WORDS, 0, 6));
            row.finish(file)?;
            number += 1;
        }
    }
    Ok(())
}
