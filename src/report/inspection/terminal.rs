//! An inspection as text.

use super::super::build::grouped;
use super::super::terminal::Layout;
use super::super::terminal::page::{Page, Tone};
use super::super::terminal::section::one_fed;
use super::{FieldReport, InspectionReport, LinkReport, MappingReport, ProposedArm, UnreadReport, ValuesReport};

/// Most values, and most columns that are not read, that are listed of one kind; all are counted.
const MOST_LISTED: usize = 20;

/// What stands in the place of a member that could not be guessed.
const FILL_IN: &str = "FILL_IN";

/// Writes an inspection. The text ends with the summary and a line break.
pub fn render(report: &InspectionReport, layout: Layout) -> String {
    let mut page = Page::new(layout);
    report.mappings.iter().for_each(|of| mapping(&mut page, of));
    links(&mut page, report);
    report.unread.iter().for_each(|of| unread(&mut page, of));
    if !report.files_not_read.is_empty() {
        page.blank();
        page.hanging(0, Tone::Quiet, "files that nothing reads: ", &report.files_not_read.join(", "));
    }
    page.rule_off();
    summary(&mut page, report);
    page.finish()
}

/// `12 (0.4%)`
fn share(count: u64, of: u64) -> String {
    if count == 0 || of == 0 {
        return grouped(count);
    }
    if count == of {
        return format!("{} (all)", grouped(count));
    }
    let thousandths = (u128::from(count) * 1000 / u128::from(of)) as u64;
    let percent =
        if thousandths == 0 { "<0.1".to_owned() } else { format!("{}.{}", thousandths / 10, thousandths % 10) };
    format!("{} ({percent}%)", grouped(count))
}

fn mapping(page: &mut Page, of: &MappingReport) {
    page.blank();
    let at = if of.at.is_empty() { String::new() } else { format!(" at {}", of.at) };
    let (head, patterns) = match &of.source {
        Some(source) => (format!("{} from {source}", of.record), format!("{}{at}", of.patterns.join(", "))),
        None => (format!("{}, from the file of its name", of.record), String::new()),
    };
    page.row(0, &head, Tone::Strong, &patterns, Tone::Quiet);
    if of.files.is_empty() {
        page.line(2, Tone::Doubtful, "no file of the export fits");
        return;
    }
    for file in &of.files {
        one_fed(page, &file.file, &file.fed);
    }
    table(page, of);
    for field in &of.fields {
        findings(page, field);
    }
    if !of.required_not_fed.is_empty() {
        page.blank();
        page.hanging(2, Tone::Bad, "required and not mapped: ", &of.required_not_fed.join(", "));
    }
    if !of.optional_not_fed.is_empty() {
        page.blank();
        page.hanging(2, Tone::Quiet, "optional and not mapped: ", &of.optional_not_fed.join(", "));
    }
    if !of.signs.is_empty() {
        page.blank();
        of.signs.iter().for_each(|sign| page.hanging(2, Tone::Doubtful, "sign: ", &sign.says));
    }
}

/// How many records have each field.
fn table(page: &mut Page, of: &MappingReport) {
    let head = ["field".to_owned(), "present".to_owned(), "absent".to_owned(), "unknown".to_owned()];
    let rows = of.fields.iter().map(|field| {
        let all = field.present + field.absent + field.unknown;
        let unknown = match &field.because {
            Some(_) => "not exported".to_owned(),
            None => share(field.unknown, all),
        };
        [field.field.clone(), share(field.present, all), share(field.absent, all), unknown]
    });
    let lines: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; 4] = std::array::from_fn(width);
    page.blank();
    for (position, line) in lines.iter().enumerate() {
        let [name, numbers @ ..] = line;
        let mut text = format!("{name:<width$}", width = widths[0]);
        for (number, width) in numbers.iter().zip(&widths[1..]) {
            text.push_str(&format!("  {number:>width$}"));
        }
        page.verbatim(2, if position == 0 { Tone::Quiet } else { Tone::Plain }, &text);
    }
}

fn findings(page: &mut Page, field: &FieldReport) {
    if field.findings.is_empty() {
        return;
    }
    page.blank();
    for found in &field.findings {
        listed(page, &format!("{} = {}", field.field, field.from), found);
    }
    if field.proposed.is_empty() {
        return;
    }
    let head = if field.proposes_whole_map { "a map that the source could have:" } else { "arms that the map lacks:" };
    page.line(4, Tone::Advice, head);
    field.proposed.iter().take(MOST_LISTED).for_each(|proposed| arm(page, proposed));
    if field.proposed.len() > MOST_LISTED {
        page.line(6, Tone::Quiet, &format!("and {} more (--format json has all)", field.proposed.len() - MOST_LISTED));
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t"))
}

fn arm(page: &mut Page, arm: &ProposedArm) {
    let values: Vec<String> = arm.values.iter().map(|value| quoted(&value.value)).collect();
    let member = arm.member.as_deref().unwrap_or(FILL_IN);
    page.verbatim(6, Tone::Advice, &format!("{} => {member},", values.join(" | ")));
}

/// Writes findings of one code with their values.
fn listed(page: &mut Page, what: &str, found: &ValuesReport) {
    let (label, tone) = match found.code.as_str() {
        "missing-field" => ("not exported", Tone::Bad),
        "missing-value" => ("missing", Tone::Bad),
        "malformed-value" => ("malformed", Tone::Bad),
        "unmapped-value" => ("not mapped", Tone::Bad),
        "duplicate-key" => ("the key of another", Tone::Bad),
        "dangling-reference" => ("lead nowhere", Tone::Bad),
        other => (other, Tone::Bad),
    };
    let count = if found.code == "missing-field" { String::new() } else { format!("{} ", grouped(found.count)) };
    page.row(2, what, Tone::Strong, &format!("{count}{label}"), tone);
    for value in found.values.iter().take(MOST_LISTED) {
        let shown = if value.value.is_empty() { String::new() } else { format!("{} ", quoted(&value.value)) };
        let times = if found.code == "missing-field" { String::new() } else { format!("{} × ", grouped(value.count)) };
        page.hanging(4, Tone::Plain, &times, &format!("{shown}{}", value.note));
    }
    let listed: u64 = found.values.iter().take(MOST_LISTED).map(|value| value.count).sum();
    if found.count > listed {
        let text =
            format!("and {} of other values (--format json has up to 1,000 values)", grouped(found.count - listed));
        page.line(4, Tone::Quiet, &text);
    }
}

fn links(page: &mut Page, report: &InspectionReport) {
    let what = |link: &LinkReport| {
        let field = link.field.as_ref().map_or(String::new(), |field| format!(".{field}"));
        let to = if link.targets.is_empty() { String::new() } else { format!(" -> {}", link.targets.join(" | ")) };
        format!("{}{field}{to}", link.record)
    };
    if report.links.is_empty() && report.untold.is_empty() {
        return;
    }
    page.blank();
    page.line(0, Tone::Strong, "Keys and references");
    for link in &report.links {
        page.blank();
        listed(page, &what(link), &link.found);
    }
    if !report.untold.is_empty() {
        page.blank();
    }
    for untold in &report.untold {
        let (what, targets) = (format!("{}.{}", untold.record, untold.field), untold.targets.join(" or "));
        let text = format!("{} references, and no {targets} was exported", grouped(untold.count));
        page.hanging(2, Tone::Quiet, &format!("{what}: "), &text);
    }
}

fn unread(page: &mut Page, of: &UnreadReport) {
    page.blank();
    let files = match of.files.as_slice() {
        [one] => one.clone(),
        files => format!("{} files, {} …", grouped(files.len() as u64), files.first().map_or("", String::as_str)),
    };
    let at = if of.at.is_empty() { String::new() } else { format!(" at {}", of.at) };
    page.line(0, Tone::Strong, &format!("What nothing reads in {files}{at}"));
    for column in of.columns.iter().take(MOST_LISTED) {
        let right =
            format!("in {}, such as {}", share(column.present, of.rows.max(column.present)), quoted(&column.example));
        page.row(2, &column.column, Tone::Plain, &right, Tone::Quiet);
    }
    if of.columns.len() > MOST_LISTED {
        let more: Vec<&str> = of.columns[MOST_LISTED..].iter().map(|column| column.column.as_str()).collect();
        page.hanging(2, Tone::Quiet, &format!("and {} more: ", more.len()), &more.join(", "));
    }
    if of.empty > 0 {
        let columns = if of.empty == 1 { "column has" } else { "columns have" };
        page.line(2, Tone::Quiet, &format!("{} further {columns} nothing in any row", grouped(of.empty)));
    }
}

fn summary(page: &mut Page, report: &InspectionReport) {
    let total: u64 = report.findings.iter().map(|found| found.count).sum();
    if total == 0 {
        page.line(0, Tone::Good, "No value is unknown that a mapping reads.");
    } else {
        let parts: Vec<String> =
            report.findings.iter().map(|found| format!("{} {}", grouped(found.count), found.code)).collect();
        let findings = if total == 1 { "finding makes" } else { "findings make" };
        page.line(0, Tone::Bad, &format!("{} {findings} values unknown: {}.", grouped(total), parts.join(", ")));
    }
    match report.signs {
        0 => {}
        1 => page.line(0, Tone::Doubtful, "1 sign that something is amiss: a hint to look, no verdict."),
        more => page.line(
            0,
            Tone::Doubtful,
            &format!("{} signs that something is amiss: hints to look, no verdicts.", grouped(more)),
        ),
    }
}
