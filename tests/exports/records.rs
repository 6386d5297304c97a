//! The records that a source makes of an export.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use shall::data::{Archive, Files, Limits, Loading, Silent, Unpacked, load};
use shall::ir::reads::Reads;
use shall::source::Sources;

/// The fields of records as they are shown, by name, by the key of the record.
pub(crate) type Rows = BTreeMap<String, BTreeMap<String, String>>;

/// Files of the exports, by their own names.
pub(crate) struct Export(BTreeMap<String, PathBuf>);

impl Export {
    pub(crate) fn of(exports: &[&str]) -> Export {
        let name = |path: &PathBuf| path.file_name().expect("a file").to_string_lossy().into_owned();
        Export(exports.iter().map(|export| super::export(export)).map(|path| (name(&path), path)).collect())
    }
}

impl Files for Export {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn open(&self, name: &str) -> std::io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(&self.0[name])?))
    }

    fn open_archive(&self, name: &str) -> std::io::Result<Box<dyn Archive>> {
        Ok(Box::new(File::open(&self.0[name])?))
    }

    fn size(&self, _name: &str) -> Option<u64> {
        None
    }
}

/// Reads exports with a source of an example; returns the records by type. What is wrong with them fails the test.
pub(crate) fn of(example: &str, source: &str, exports: &[&str]) -> BTreeMap<String, Rows> {
    read(&policies(&format!("examples/{example}")), source, &Export::of(exports))
}

/// Reads exports with the source for a tool, for the records of the pack; each export is given the name that the source reads.
pub(crate) fn of_tool(source: &str, exports: &[(&str, &str)]) -> BTreeMap<String, Rows> {
    let mut paths = policies("records");
    paths.push(Path::new(super::PROJECT).join(format!("policies/sources/{source}.shall")));
    let files = exports.iter().map(|(name, export)| ((*name).to_owned(), super::export(export)));
    read(&paths, source, &Export(files.collect()))
}

/// The files of policies in a folder, without tests.
fn policies(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(super::PROJECT).join("policies").join(folder);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| !path.to_string_lossy().ends_with(".test.shall"));
    paths.sort();
    paths
}

fn read(paths: &[PathBuf], source: &str, export: &Export) -> BTreeMap<String, Rows> {
    let mut sources = Sources::new();
    let mut parsed = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path).expect("a policy");
        let file = sources.add(path.to_string_lossy(), text.clone());
        parsed.push((file, shall::parse(file, &text)));
    }
    let checked = shall::check(&parsed, &sources);
    let faults: Vec<_> = checked.all_diagnostics().into_iter().filter(|diagnostic| diagnostic.is_error()).collect();
    assert!(faults.is_empty(), "{faults:?}");
    let schema = &checked.program.environment.schema;
    let chosen: Vec<_> = checked.sources.iter().filter(|known| known.name == source).collect();
    assert_eq!(chosen.len(), 1, "the source {source}");
    let fed: Vec<_> = chosen[0].mappings.iter().map(|mapping| mapping.record).collect();
    let mut reads = Reads::default();
    for record in schema.ids().filter(|record| fed.contains(record)) {
        reads.records.insert(record);
        let fields = schema.record(record).fields.len() as u32;
        reads.fields.extend((0..fields).map(|field| (record, shall::schema::FieldId(field))));
    }
    let files = Unpacked::new(export, Limits::default()).expect("archives are in order");
    let loaded = load(&Loading::new(schema, &reads, &chosen), &files, &Silent);
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    let rows_of = |record| {
        let table = loaded.dataset.table(record);
        let ty = schema.record(record);
        let row = |row| {
            let cell = |position: usize| {
                let cell = loaded.dataset.cell(record, row, shall::schema::FieldId(position as u32));
                (ty.fields[position].name.clone(), format!("{cell:?}"))
            };
            let fields: BTreeMap<String, String> = (0..ty.fields.len()).map(cell).collect();
            let shall::value::Cell::Present(shall::value::Value::Text(key)) =
                loaded.dataset.cell(record, row, ty.key[0])
            else {
                panic!("a record of {} without a key", ty.name)
            };
            (key.to_string(), fields)
        };
        (ty.name.clone(), (0..table.rows).map(row).collect::<Rows>())
    };
    reads.records.iter().copied().map(rows_of).collect()
}
