//! What sources make of an export, as one value that every format shows.

mod proposal;
pub mod terminal;

use serde::Serialize;

pub use proposal::{ProposedArm, ProposedValue};

use super::build::{grouped, input_fed};
use super::{InputFed, Tool};
use crate::data::FindingValues;
use crate::data::inspect::{FieldInspection, Inspection, MappingInspection, Sign, Unread};
use crate::diagnostic::Code;
use crate::ir::mapping::{FieldSource, Mapping, Source, Step};
use crate::schema::{FieldId, RecordType, Schema};
use crate::source::Sources;
use crate::verdict::ExitStatus;

/// The version of the form. A field that is added leaves it; a field that changes or goes raises it.
pub const FORMAT_VERSION: u32 = 1;

/// What sources make of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InspectionReport {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// What made the report.
    pub tool: Tool,
    /// The mappings, in order.
    pub mappings: Vec<MappingReport>,
    /// Keys that stand twice and references that lead nowhere.
    pub links: Vec<LinkReport>,
    /// References of which it is not known whether they lead anywhere: no file holds their targets.
    pub untold: Vec<UntoldReport>,
    /// What no mapping reads in the files that are read.
    pub unread: Vec<UnreadReport>,
    /// The files that no mapping reads.
    pub files_not_read: Vec<String>,
    /// How many findings make a value unknown, by code, in order of code.
    pub findings: Vec<FindingTotal>,
    /// How many signs there are that something is amiss.
    pub signs: u64,
}

/// How many findings there are of one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingTotal {
    /// The code.
    pub code: String,
    /// How many.
    pub count: u64,
}

/// What one mapping makes of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MappingReport {
    /// The source; none for files that are laid out as the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The record.
    pub record: String,
    /// The patterns of its files.
    pub patterns: Vec<String>,
    /// Where the records are in them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// What it took of each file.
    pub files: Vec<MappingFile>,
    /// The fields that it feeds.
    pub fields: Vec<FieldReport>,
    /// Required fields that it does not feed: unknown in every record.
    pub required_not_fed: Vec<String>,
    /// Optional fields that it does not feed: unknown in every record.
    pub optional_not_fed: Vec<String>,
    /// Signs that something is amiss.
    pub signs: Vec<SignReport>,
}

/// What a mapping took of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MappingFile {
    /// The file.
    pub file: String,
    /// What it took.
    #[serde(flatten)]
    pub fed: InputFed,
}

/// What became of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldReport {
    /// The field.
    pub field: String,
    /// Where it comes from, as the source writes it.
    pub from: String,
    /// Records that have a value.
    pub present: u64,
    /// Records that legitimately have none.
    pub absent: u64,
    /// Records whose value is not known.
    pub unknown: u64,
    /// Why it is in no record, by the word of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// What was found wrong with its values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<ValuesReport>,
    /// Arms of a value map that would map what is not mapped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proposed: Vec<ProposedArm>,
    /// Whether those are a whole map, since the source has none; else they go behind the arms that are there.
    #[serde(skip_serializing_if = "is_false")]
    pub proposes_whole_map: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the writer of JSON asks so")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// Findings of one code on one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValuesReport {
    /// The code.
    pub code: String,
    /// How many.
    pub count: u64,
    /// The values, the most frequent first.
    pub values: Vec<ValueReport>,
    /// How many findings are about further values.
    #[serde(skip_serializing_if = "is_zero")]
    pub others: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the writer of JSON asks so")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// A value with the number of its findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValueReport {
    /// The value, cut to 80 characters; empty where there is none.
    pub value: String,
    /// How many.
    pub count: u64,
    /// What the first finding says.
    pub note: String,
}

/// Keys that stand twice, or references that lead nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkReport {
    /// The record.
    pub record: String,
    /// The field; none where the key is on several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The records to which it refers; empty for keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// What was found.
    #[serde(flatten)]
    pub found: ValuesReport,
}

/// References whose targets were not exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UntoldReport {
    /// The record.
    pub record: String,
    /// The field.
    pub field: String,
    /// The records to which it refers.
    pub targets: Vec<String>,
    /// How many references there are.
    pub count: u64,
}

/// What no mapping reads in some files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadReport {
    /// The files.
    pub files: Vec<String>,
    /// Where the records are in them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// How many records there are.
    pub rows: u64,
    /// The columns, or keys.
    pub columns: Vec<UnreadColumnReport>,
    /// How many further columns have nothing in any row.
    pub empty: u64,
}

/// A column or a key that is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadColumnReport {
    /// The column, or the path to the key.
    pub column: String,
    /// How often something is there.
    pub present: u64,
    /// What is there the first time, cut.
    pub example: String,
}

/// A sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignReport {
    /// Which: `round-number`, `states-more`, `incomplete`, `more-follows`, `gaps`, `whole-hours`.
    pub sign: &'static str,
    /// What was seen: a clause.
    pub says: String,
}

/// Builds the report of an inspection; `policies` are the texts in which the sources stand.
pub fn report(inspection: &Inspection, schema: &Schema, sources: &[&Source], policies: &Sources) -> InspectionReport {
    let mappings: Vec<MappingReport> =
        inspection.mappings.iter().map(|of| mapping(of, inspection, schema, sources, policies)).collect();
    let links: Vec<LinkReport> = inspection.links.iter().map(|found| link(found, schema)).collect();
    let found = mappings
        .iter()
        .flat_map(|of| &of.fields)
        .flat_map(|field| &field.findings)
        .chain(links.iter().map(|of| &of.found));
    let mut totals: Vec<FindingTotal> = Vec::new();
    for values in found {
        match totals.iter_mut().find(|total| total.code == values.code) {
            Some(total) => total.count += values.count,
            None => totals.push(FindingTotal { code: values.code.clone(), count: values.count }),
        }
    }
    let not_fed: u64 = mappings.iter().map(|of| of.required_not_fed.len() as u64).sum();
    if not_fed > 0 {
        let code = Code::MissingField.name();
        match totals.iter_mut().find(|total| total.code == code) {
            Some(total) => total.count += not_fed,
            None => totals.push(FindingTotal { code: code.to_owned(), count: not_fed }),
        }
    }
    totals.sort_by(|one, other| one.code.cmp(&other.code));
    InspectionReport {
        format_version: FORMAT_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        signs: mappings.iter().map(|of| of.signs.len() as u64).sum(),
        mappings,
        links,
        untold: inspection
            .untold
            .iter()
            .map(|(record, field, count)| {
                let ty = schema.record(*record);
                UntoldReport {
                    record: ty.name.clone(),
                    field: ty.field_type(*field).name.clone(),
                    targets: targets(schema, ty, *field),
                    count: *count,
                }
            })
            .collect(),
        unread: inspection.unread.iter().filter(|of| !of.columns.is_empty() || of.empty > 0).map(unread).collect(),
        files_not_read: inspection.unused.clone(),
        findings: totals,
    }
}

impl InspectionReport {
    /// The exit status: 1 if something makes a value unknown. Signs are none of it.
    pub fn status(&self) -> ExitStatus {
        if self.findings.is_empty() { ExitStatus::Conforms } else { ExitStatus::Nonconformity }
    }

    /// Writes it as JSON, indented, with a line break at the end.
    ///
    /// # Errors
    /// Only a failure of the writer of JSON itself.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }
}

/// A path as a source writes it.
fn path(steps: &[Step]) -> String {
    let shown = steps.iter().map(|step| match step {
        Step::Name(name) => name.clone(),
        Step::Every => "*".to_owned(),
        Step::Chosen { key, text } => format!("[{key} = \"{text}\"]"),
        Step::Named(name) => format!("[named \"{name}\"]"),
    });
    shown.collect::<Vec<_>>().join(".").replace(".[", "[")
}

fn mapping(
    of: &MappingInspection,
    inspection: &Inspection,
    schema: &Schema,
    sources: &[&Source],
    policies: &Sources,
) -> MappingReport {
    let ty = schema.record(of.mapping.record);
    let is_fed = |field: &&FieldInspection| of.mapping.fields.contains_key(&field.field);
    // A mapping that extends a record feeds some of its fields, and those are missing nowhere else.
    let extending = inspection.mappings.iter().map(|other| &other.mapping).filter(|other| other.extends.is_some());
    let extending: Vec<_> = extending.filter(|other| other.record == of.mapping.record).collect();
    let is_missing = |field: &&FieldInspection| {
        let is_given = || extending.iter().any(|other| other.gives(schema, field.field));
        of.mapping.extends.is_none() && !is_fed(field) && !is_given()
    };
    let not_fed = |optional: bool| -> Vec<String> {
        let not_fed = of.fields.iter().filter(is_missing).map(|field| ty.field_type(field.field));
        not_fed.filter(|field| field.ty.optional == optional).map(|field| field.name.clone()).collect()
    };
    let file = |(file, fed): &(String, crate::data::Fed)| MappingFile {
        file: file.clone(),
        fed: input_fed(fed, &ty.name, |span| policies.text(span).to_owned()),
    };
    MappingReport {
        source: of.source.and_then(|position| sources.get(position)).map(|source| source.name.clone()),
        record: ty.name.clone(),
        patterns: of.mapping.files.clone(),
        at: path(&of.mapping.at),
        files: of.files.iter().map(file).collect(),
        fields: of.fields.iter().filter(is_fed).map(|inspected| field(inspected, of, ty)).collect(),
        required_not_fed: not_fed(false),
        optional_not_fed: not_fed(true),
        signs: of.signs.iter().map(|seen| sign(seen, ty)).collect(),
    }
}

/// Where a field comes from, as the source writes it.
fn from(mapping: &Mapping, field: FieldId) -> String {
    match mapping.fields.get(&field) {
        Some(FieldSource::Path { path, .. }) => mapping.show(path),
        Some(FieldSource::Picked { pick, path, .. }) => {
            format!("{} {}", format!("{pick:?}").to_lowercase(), mapping.show(path))
        }
        Some(FieldSource::Joined { parts, by, .. }) => {
            let parts: Vec<String> = parts.iter().map(|part| mapping.show(part)).collect();
            format!("join {} by \"{by}\"", parts.join(", "))
        }
        Some(FieldSource::File { name, .. }) => format!("file {name}"),
        Some(FieldSource::Constant { text, .. }) => format!("constant \"{text}\""),
        Some(FieldSource::Unknown { .. }) => "unknown".to_owned(),
        None => String::new(),
    }
}

fn field(inspected: &FieldInspection, of: &MappingInspection, ty: &RecordType) -> FieldReport {
    let id = inspected.field;
    let because = match of.mapping.fields.get(&id) {
        Some(FieldSource::Unknown { because }) => Some(because.clone()),
        _ => None,
    };
    let has_files = !of.files.is_empty();
    let findings =
        if because.is_some() || !has_files { Vec::new() } else { inspected.findings.iter().map(values).collect() };
    let (proposed, proposes_whole_map) = proposal::proposed(inspected, &of.mapping, &ty.field_type(id).ty.base);
    FieldReport {
        field: ty.field_type(id).name.clone(),
        from: from(&of.mapping, id),
        present: inspected.present,
        absent: inspected.absent,
        unknown: inspected.unknown,
        because,
        findings,
        proposed,
        proposes_whole_map,
    }
}

fn values(found: &FindingValues) -> ValuesReport {
    let value = |value: &crate::data::FindingValue| ValueReport {
        value: value.value.clone(),
        count: value.count,
        note: value.note.clone(),
    };
    let values: Vec<ValueReport> = found.values.iter().map(value).collect();
    let count = values.iter().map(|value| value.count).sum::<u64>() + found.others;
    ValuesReport { code: found.code.name().to_owned(), count, values, others: found.others }
}

/// The names of the records to which a field refers.
fn targets(schema: &Schema, ty: &RecordType, field: FieldId) -> Vec<String> {
    let mut of = &ty.field_type(field).ty.base;
    while let crate::schema::Type::List(element) = of {
        of = element;
    }
    match of {
        crate::schema::Type::Reference(targets) => targets.iter().map(|id| schema.record(*id).name.clone()).collect(),
        _ => Vec::new(),
    }
}

fn link(found: &FindingValues, schema: &Schema) -> LinkReport {
    let ty = schema.record(found.record);
    let targets = match (found.code, found.field) {
        (Code::DanglingReference, Some(field)) => targets(schema, ty, field),
        _ => Vec::new(),
    };
    LinkReport {
        record: ty.name.clone(),
        field: found.field.map(|field| ty.field_type(field).name.clone()),
        targets,
        found: values(found),
    }
}

fn unread(of: &Unread) -> UnreadReport {
    let column = |column: &crate::data::inspect::UnreadColumn| UnreadColumnReport {
        column: path(&column.path),
        present: column.present,
        example: column.example.clone(),
    };
    UnreadReport {
        files: of.files.clone(),
        at: path(&of.at),
        rows: of.rows,
        columns: of.columns.iter().map(column).collect(),
        empty: of.empty,
    }
}

fn sign(seen: &Sign, ty: &RecordType) -> SignReport {
    let (sign, says) = match seen {
        Sign::RoundNumber { file, rows } => {
            ("round-number", format!("{file} has exactly {} rows: an export may end at such a number", grouped(*rows)))
        }
        Sign::StatesMore { file, path, stated, rows } => (
            "states-more",
            format!("{file} says `{}` {}, and {} were read", path.join("."), grouped(*stated), grouped(*rows)),
        ),
        Sign::Incomplete { says } => ("incomplete", format!("{says}; the records count as incomplete")),
        Sign::MoreFollows { file, path, says } => {
            ("more-follows", format!("{file} says `{}` {says}: another page follows that is not there", path.join(".")))
        }
        Sign::Gaps { first, last, present, missing, .. } => (
            "gaps",
            format!(
                "from {first} to {last} there are {} keys, and {} numbers between them are missing",
                grouped(*present),
                grouped(*missing)
            ),
        ),
        Sign::WholeHours { earlier, later, hours, count, of } => {
            let name = |field: &FieldId| ty.field_type(*field).name.as_str();
            let side = if *hours < 0 { "before" } else { "behind" };
            let unit = if hours.abs() == 1 { "hour" } else { "hours" };
            (
                "whole-hours",
                format!(
                    "`{}` lies {} {unit} {side} `{}`, to within two minutes, in {} of {} records: one of them may be read in a wrong zone",
                    name(later),
                    hours.abs(),
                    name(earlier),
                    grouped(*count),
                    grouped(*of)
                ),
            )
        }
    };
    SignReport { sign, says }
}
