//! `shall`: requirements as rules, judged against exported service-management data, with evidence.

pub mod check;
pub mod cli;
pub mod data;
pub mod diagnostic;
pub mod eval;
pub mod ir;
pub mod report;
pub mod schema;
pub mod source;
pub mod syntax;
pub mod value;
pub mod verdict;
