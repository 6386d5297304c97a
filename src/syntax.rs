//! Policy text to syntax tree.
//!
//! Enters: one policy file. Leaves: [`Parsed`], its items in order, each with its tree or with what is wrong with it. A
//! file is cut into items at column 1 and each is parsed alone, so a fault never reaches past its item. No name is
//! resolved here, and nothing is known of types.

pub mod ast;
