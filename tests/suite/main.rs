//! The test suite: one binary, one module for each concern.
mod workload;
