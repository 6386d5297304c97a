//! `shall`: requirements as rules, judged against exported service-management data, with evidence.
//!
//! ```
//! use std::io::Read;
//!
//! use shall::data::{Files, Loading, Silent};
//! use shall::eval::{Evaluator, Exclusions, Inputs, Options};
//! use shall::ir::RunSettings;
//! use shall::ir::reads::Reads;
//! use shall::source::Sources;
//! use shall::verdict::{Outcome, judge_rule};
//!
//! // Policies: text, parsed file by file, checked as one program.
//! let text = r#"
//! standard ours "Our own rules" requirements {
//!   clause 1 "Incidents"
//! }
//!
//! record incident {
//!   number:      text key
//!   resolved_at: timestamp?
//! }
//!
//! rule incident-resolved
//!   "Every incident is resolved"
//!   cites ours 1
//!   for each incident i
//!     if none: no population
//!   shall i.resolved_at is present
//! "#;
//! let mut sources = Sources::new();
//! let file = sources.add("ours.shall", text);
//! let checked = shall::check(&[(file, shall::parse(file, text))], &sources);
//! assert!(checked.all_diagnostics().is_empty());
//! let environment = &checked.program.environment;
//! let rule = &checked.program.rules[0];
//!
//! // An export: files by name, of which only the fields that the rule reads are decoded.
//! struct Export;
//! impl Files for Export {
//!     fn names(&self) -> Vec<String> {
//!         vec!["incident.csv".to_owned()]
//!     }
//!     fn open(&self, _name: &str) -> std::io::Result<Box<dyn Read + Send>> {
//!         Ok(Box::new("number,resolved_at\nINC1,2026-01-05T09:00Z\nINC2,\n".as_bytes()))
//!     }
//!     fn size(&self, _name: &str) -> Option<u64> {
//!         None
//!     }
//! }
//! let mut reads = Reads::default();
//! reads.add_body(environment, &rule.body);
//! let loaded = shall::load(&Loading::new(&environment.schema, &reads, &[]), &Export, &Silent);
//! assert!(loaded.errors.is_empty());
//!
//! // The rule over the data, and what that means.
//! let (dataset, settings) = (&loaded.dataset, RunSettings::default());
//! let exclusions = Exclusions::of(environment, dataset, settings, reads.exclusions);
//! let inputs = Inputs { environment, dataset, settings, exclusions: &exclusions, reported: None };
//! let evaluation = Evaluator::new(inputs, &rule.body, Options::default()).evaluate(None).unwrap();
//! let verdict = judge_rule(rule, &evaluation);
//! assert_eq!(verdict.outcome, Outcome::Nonconformity);
//! assert_eq!((verdict.counts.population, verdict.counts.fails), (2, 1));
//! ```
#![doc = include_str!("../docs/architecture.md")]

pub mod check;
pub mod cli;
pub mod data;
pub mod diagnostic;
pub mod eval;
pub mod format;
pub mod ir;
pub mod lower;
pub mod rego;
pub mod report;
pub mod schema;
pub mod source;
pub mod syntax;
pub mod testing;
pub mod value;
pub mod verdict;

pub use check::check;
pub use data::load;
pub use format::format;
pub use syntax::parse;
