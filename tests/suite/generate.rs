//! Random programs and exports, as the texts that people would write, from a tape of choices.
//!
//! Enters: numbers that proptest draws and shrinks. Leaves: policy text that the checker should accept, and files of an
//! export with every kind of fault in them. A tape that has run out chooses the simplest, so shorter and smaller tapes
//! are simpler cases.

pub(crate) mod choices;
pub(crate) mod condition;
pub(crate) mod export;
pub(crate) mod expression;
pub(crate) mod quantity;
pub(crate) mod records;
pub(crate) mod rule;
pub(crate) mod scope;
pub(crate) mod timeline;
