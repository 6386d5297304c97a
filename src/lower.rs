//! The typed form in other languages.
//!
//! Enters: rules of a [`Program`](crate::ir::Program), and the tables of an export. Leaves: Rego modules with the same
//! three-valued results, and the document that they read. What a language cannot say with the same result is refused
//! with a reason, never approximated.

pub mod document;
pub mod refusal;
pub mod rego;
