//! Files of Parquet, written here from what also stands as JSON.

#[cfg(feature = "parquet")]
mod hostile;
#[cfg(feature = "parquet")]
mod same;
#[cfg(feature = "parquet")]
mod written;

#[cfg(not(feature = "parquet"))]
#[test]
fn a_program_without_parquet_says_so() {
    let shown =
        super::read_shaped("incident: number text key", &[("incident.parquet", "PAR1"), ("other.parquet", "PAR1")]);
    insta::assert_snapshot!(shown, @r#"
    incident: no extract
    malformed-file incident.parquet:0:0 the file is Parquet, and this program was built without what reads it
      help: build it with `cargo install --features parquet`, or export the data as NDJSON or CSV
    unused: other.parquet
    "#);
}
