//! The test suite: one binary, one module for each concern.

mod layers;
mod workload;
