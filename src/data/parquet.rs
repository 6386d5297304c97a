//! Files of Parquet, read as JSON: each row an object on the line of its number.
//!
//! A file states sizes of itself everywhere, and the library that decodes values takes them at their word. So the library is
//! given values to decode and no more: what a footer states is checked before it is read, and pages are cut and unpacked here.

#[cfg(feature = "parquet")]
mod column;
#[cfg(feature = "parquet")]
mod file;
#[cfg(feature = "parquet")]
mod packed;
#[cfg(feature = "parquet")]
mod page;
#[cfg(feature = "parquet")]
mod record;
#[cfg(feature = "parquet")]
mod thrift;
#[cfg(feature = "parquet")]
mod value;

#[cfg(feature = "parquet")]
pub(super) use file::open;

/// Says that this program was built without what reads Parquet.
#[cfg(not(feature = "parquet"))]
pub(super) fn open(
    _: super::stream::Stream<'_>,
    _: super::stream::Limits,
) -> Result<super::apart::Apart, super::stream::Fault> {
    Err(super::stream::Fault::malformed("the file is Parquet, and this program was built without what reads it")
        .help("build it with `cargo install --features parquet`, or export the data as NDJSON or CSV"))
}
