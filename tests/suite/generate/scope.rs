//! What a generated expression may name, and what is known to be present there.

use std::collections::BTreeMap;

use super::records::{Kind, record};

/// Something that can be named: a variable, or a field read from one.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) text: String,
    pub(crate) kind: Kind,
    /// Whether it may be absent here.
    pub(crate) optional: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    variables: Vec<Path>,
    /// Paths that guards have shown to be present.
    present: Vec<String>,
    /// References to one of several that guards have narrowed to one.
    narrowed: BTreeMap<String, &'static [&'static str]>,
}

/// How many dots a path has at most.
const DEPTH: usize = 2;

impl Scope {
    pub(crate) fn bind(&mut self, name: &str, kind: Kind, optional: bool) {
        self.variables.push(Path { text: name.to_owned(), kind, optional });
    }

    pub(crate) fn guard(&mut self, path: &str) {
        self.present.push(path.to_owned());
    }

    pub(crate) fn narrow(&mut self, path: &str, target: &'static [&'static str]) {
        self.narrowed.insert(path.to_owned(), target);
    }

    /// Everything that can be named, shortest first.
    pub(crate) fn paths(&self) -> Vec<Path> {
        let mut paths: Vec<Path> = self.variables.iter().map(|path| self.as_known(path.clone())).collect();
        let mut last = paths.clone();
        for _ in 0..DEPTH {
            last = last.iter().flat_map(|path| self.fields(path)).collect();
            paths.extend(last.iter().cloned());
        }
        paths
    }

    /// The paths of one kind.
    pub(crate) fn of(&self, kind: Kind) -> Vec<Path> {
        self.paths().into_iter().filter(|path| path.kind == kind).collect()
    }

    /// The paths that begin with a variable.
    pub(crate) fn of_variable(&self, name: &str) -> Vec<Path> {
        let inside = |path: &Path| path.text == name || path.text.starts_with(&format!("{name}."));
        self.paths().into_iter().filter(inside).collect()
    }

    fn as_known(&self, mut path: Path) -> Path {
        path.optional &= !self.present.contains(&path.text);
        if let Some(target) = self.narrowed.get(&path.text) {
            path.kind = Kind::Reference(target);
        }
        path
    }

    fn fields(&self, path: &Path) -> Vec<Path> {
        let name = match path.kind {
            Kind::Row(name) => name,
            Kind::Reference([name]) => name,
            _ => return Vec::new(),
        };
        if path.optional {
            return Vec::new();
        }
        let read = |field: &super::records::Field| {
            let text = format!("{}.{}", path.text, field.name);
            self.as_known(Path { text, kind: field.kind, optional: field.optional })
        };
        record(name).fields.iter().map(read).collect()
    }
}
