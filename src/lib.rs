//! `shall`: requirements as rules, judged against exported service-management data, with evidence.

pub mod diagnostic;
pub mod source;
pub mod syntax;
pub mod value;
