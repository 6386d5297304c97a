//! Lowered rules on regorus' interpreter.

use ::regorus::{Engine, Value as Rego_};
use serde_json::{Value as Json, json};
use shall::data::Dataset;
use shall::eval::{Binding, Evaluation, Subject};
use shall::ir::{Body, Environment};
use shall::lower::rego;
use shall::schema::Type;
use shall::value::{Cell, Interval, Moment, Value};

/// Every subject, by what it is made of, with its status; sorted.
pub(crate) type Subjects = Vec<(String, String)>;

/// Modules that are ready to be asked.
pub(crate) struct Rego {
    engine: Engine,
}

impl Rego {
    /// The support module with others.
    pub(crate) fn new(modules: impl IntoIterator<Item = rego::File>) -> Rego {
        let support = Rego { engine: Engine::new() };
        support.with(rego::support().into_iter().chain(modules)).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same with more modules.
    pub(crate) fn with(&self, modules: impl IntoIterator<Item = rego::File>) -> Result<Rego, String> {
        let mut engine = self.engine.clone();
        for file in modules {
            let added = engine.add_policy(file.name.clone(), file.text.clone());
            added.map_err(|error| format!("{}: {error:#}\n{}", file.name, file.text))?;
        }
        Ok(Rego { engine })
    }

    pub(crate) fn read(&mut self, input: &Json) {
        self.engine.set_input(Rego_::from_json_str(&input.to_string()).expect("JSON"));
    }

    /// What a rule says of every subject, and what it comes to.
    pub(crate) fn judge(&mut self, id: &str) -> Result<(Subjects, String), String> {
        let package = rego::package(id);
        let query = format!("answer := data.shall.rules.{package}");
        let answer = self.engine.eval_query(query, false).map_err(|error| format!("{error:#}"))?;
        let answer: Json = serde_json::to_value(&answer.result).map_err(|error| error.to_string())?;
        let answer = &answer[0]["bindings"]["answer"];
        let results = &answer["results"];
        let text = |value: &Json| value.as_str().map(str::to_owned);
        let mut subjects = Vec::new();
        for result in results.as_array().ok_or_else(|| format!("results: {results}"))? {
            let (Some(status), Some(_), Some(_)) =
                (text(&result["status"]), text(&result["msg"]), text(&result["key"]))
            else {
                return Err(format!("a result: {result}"));
            };
            subjects.push((result["subject"].to_string(), status));
        }
        subjects.sort();
        let failing = subjects.iter().filter(|(_, status)| status == "fails").count();
        let told = answer["violation"].as_array().map_or(0, Vec::len);
        if failing > 0 && told != failing {
            return Err(format!("{failing} subjects fail, {told} are told"));
        }
        Ok((subjects, text(&answer["outcome"]).ok_or_else(|| format!("no outcome: {answer}"))?))
    }
}

/// What the evaluator says, in the same form.
pub(crate) fn subjects(environment: &Environment, dataset: &Dataset, body: &Body, evaluation: &Evaluation) -> Subjects {
    let told = |subject: &Subject, status: &str| {
        let parts: Vec<Json> = subject
            .bindings
            .iter()
            .map(|(variable, binding)| match binding {
                Binding::Row(_, row) => json!({ "row": row }),
                Binding::Missing(_) => json!({ "more": true }),
                Binding::Element(cell) => {
                    let ty = &body.variables[variable.0 as usize].ty.base;
                    match cell {
                        Cell::Present(value) => json!({ "element": plain(environment, dataset, value, ty) }),
                        Cell::Absent => json!({ "element": null }),
                        Cell::Unknown => json!({ "element": { "__unknown": true } }),
                    }
                }
            })
            .collect();
        (Json::Array(parts).to_string(), status.to_owned())
    };
    let mut subjects: Subjects = evaluation
        .holding
        .iter()
        .map(|(subject, vacuously)| told(subject, if *vacuously { "vacuous" } else { "holds" }))
        .chain(evaluation.fails.iter().map(|subject| told(subject, "fails")))
        .chain(evaluation.unknown.iter().map(|subject| told(subject, "unknown")))
        .chain(evaluation.not_yet_due.iter().map(|subject| told(subject, "not yet due")))
        .collect();
    subjects.sort();
    subjects
}

/// An element as docs/lowering.md says that it is written.
fn plain(environment: &Environment, dataset: &Dataset, value: &Value, ty: &Type) -> Json {
    let end = |end: Option<Moment>| match end {
        Some(Moment::Date(date)) => json!(date.0),
        Some(Moment::Timestamp(instant)) => json!(instant.0),
        None => Json::Null,
    };
    match (value, ty) {
        (Value::Text(text), _) => json!(&**text),
        (Value::Boolean(known), _) => json!(known),
        (Value::Date(date), _) => json!(date.0),
        (Value::Timestamp(instant), _) => json!(instant.0),
        (Value::Interval(Interval { from, until }), _) => json!({ "from": end(*from), "until": end(*until) }),
        (Value::Reference(key), Type::Reference(targets)) => {
            json!(dataset.key_text(environment.schema.reference_space(targets), *key))
        }
        (Value::Member(position), Type::Enum(members)) => json!(members.members[*position as usize]),
        (Value::Number(number) | Value::Duration(number), _) => match number.to_scaled() {
            Some((digits, 0)) => json!(digits),
            Some((digits, scale)) => json!({ "over": [digits, 10i64.pow(u32::from(scale))] }),
            None => panic!("{number} has no form"),
        },
        other => panic!("no element is {other:?}"),
    }
}
