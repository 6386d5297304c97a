//! Records: how the columns of a file make objects and lists, by its schema.
//!
//! A place of a value says how deep it is defined and at which list it goes on; what lies between columns follows from that, as
//! in [Dremel](https://research.google/pubs/pub36632/), from which Parquet has it.

use std::collections::BTreeSet;

use ::parquet::basic::{ConvertedType, LogicalType, Repetition};
use ::parquet::schema::types::{SchemaDescriptor, Type};

use super::super::convert::Json;
use super::super::decode::cut;
use super::super::stream::Fault;
use super::column::{Column, Raw};
use super::file::damaged;
use super::value::Form;

/// A part of a record.
pub(super) struct Node {
    /// The level from which on it is there; below it is null.
    defined: i16,
    /// The first of its columns, and the one behind its last.
    columns: (usize, usize),
    shape: Shape,
}

enum Shape {
    Value {
        name: String,
        form: Form,
    },
    Object(Vec<(String, Node)>),
    /// At this list it goes on with an element. An element is there from a level on; below, the list is empty.
    List {
        repeated: i16,
        filled: i16,
        element: Box<Node>,
    },
    /// The same, of elements that are a key and a value.
    Map {
        repeated: i16,
        filled: i16,
        key: Box<Node>,
        value: Box<Node>,
    },
}

/// Where in the schema the reading is: how deep it can be defined, and how many lists are around it.
#[derive(Clone, Copy, Default)]
struct Levels {
    defined: i16,
    repeated: i16,
}

/// Makes the record of a schema.
///
/// # Errors
///
/// A column has a type that nothing is read as, two have one name, or the schema is none.
pub(super) fn record(schema: &SchemaDescriptor) -> Result<Node, Fault> {
    let mut maker = Maker { schema, next: 0 };
    let shape = maker.object(schema.root_schema(), Levels::default())?;
    Ok(Node { defined: 0, columns: (0, maker.next), shape })
}

struct Maker<'s> {
    schema: &'s SchemaDescriptor,
    /// The next column.
    next: usize,
}

impl Maker<'_> {
    /// Makes a part, with the list around it if it stands by itself as an element.
    fn part(&mut self, ty: &Type, around: Levels) -> Result<Node, Fault> {
        match ty.get_basic_info().repetition() {
            Repetition::REQUIRED => self.bare(ty, around),
            Repetition::OPTIONAL => self.bare(ty, Levels { defined: around.defined + 1, ..around }),
            Repetition::REPEATED => {
                let inside = Levels { defined: around.defined + 1, repeated: around.repeated + 1 };
                let start = self.next;
                let element = Box::new(self.bare(ty, inside)?);
                let shape = Shape::List { repeated: inside.repeated, filled: inside.defined, element };
                Ok(Node { defined: around.defined, columns: (start, self.next), shape })
            }
        }
    }

    /// Makes a part that is there at a level.
    fn bare(&mut self, ty: &Type, here: Levels) -> Result<Node, Fault> {
        let start = self.next;
        let shape = if ty.is_primitive() {
            self.value(ty.name())?
        } else {
            let info = ty.get_basic_info();
            let is_list = matches!(info.logical_type_ref(), Some(LogicalType::List))
                || info.converted_type() == ConvertedType::LIST;
            let is_map = matches!(info.logical_type_ref(), Some(LogicalType::Map))
                || matches!(info.converted_type(), ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE);
            let only = match ty.get_fields() {
                [only] if only.get_basic_info().repetition() == Repetition::REPEATED => Some(only),
                _ => None,
            };
            match only {
                Some(only) if is_list => self.list(ty, only, here)?,
                Some(only) if is_map && !only.is_primitive() => self.map(only, here)?,
                _ => self.object(ty, here)?,
            }
        };
        Ok(Node { defined: here.defined, columns: (start, self.next), shape })
    }

    fn value(&mut self, name: &str) -> Result<Shape, Fault> {
        let column = self.schema.columns().get(self.next).ok_or_else(damaged)?;
        self.next += 1;
        let form = Form::of(column).ok_or_else(|| {
            Fault::malformed(format!(
                "the column `{}` has a type that nothing is read as",
                cut(&column.path().string())
            ))
            .help("export the file without the column, or with texts or numbers in it")
        })?;
        Ok(Shape::Value { name: name.to_owned(), form })
    }

    fn object(&mut self, ty: &Type, here: Levels) -> Result<Shape, Fault> {
        let mut names = BTreeSet::new();
        let mut parts = Vec::new();
        for field in ty.get_fields() {
            if !names.insert(field.name()) {
                return Err(Fault::malformed(format!("two columns are called `{}`", cut(field.name())))
                    .help("export the file with a name of its own for each column"));
            }
            parts.push((field.name().to_owned(), self.part(field, here)?));
        }
        // Without a column there is nothing that says whether it is there.
        if parts.is_empty() { Err(damaged()) } else { Ok(Shape::Object(parts)) }
    }

    /// A list: its element is what the repeated part holds or, as old writers have it, that part.
    fn list(&mut self, list: &Type, repeated: &Type, here: Levels) -> Result<Shape, Fault> {
        let inside = Levels { defined: here.defined + 1, repeated: here.repeated + 1 };
        let is_element = repeated.is_primitive()
            || repeated.get_fields().len() != 1
            || repeated.name() == "array"
            || repeated.name() == format!("{}_tuple", list.name());
        let element = match is_element {
            true => self.bare(repeated, inside)?,
            false => self.part(&repeated.get_fields()[0], inside)?,
        };
        Ok(Shape::List { repeated: inside.repeated, filled: inside.defined, element: Box::new(element) })
    }

    /// A map, which is an object with its keys; without values it is the list of them.
    fn map(&mut self, pair: &Type, here: Levels) -> Result<Shape, Fault> {
        let inside = Levels { defined: here.defined + 1, repeated: here.repeated + 1 };
        let (repeated, filled) = (inside.repeated, inside.defined);
        match pair.get_fields() {
            [key] => Ok(Shape::List { repeated, filled, element: Box::new(self.part(key, inside)?) }),
            [key, value] if key.is_primitive() => {
                let key = Box::new(self.part(key, inside)?);
                Ok(Shape::Map { repeated, filled, key, value: Box::new(self.part(value, inside)?) })
            }
            _ => Err(damaged()),
        }
    }
}

impl Node {
    /// Writes the part at which the columns are, and goes on behind it.
    ///
    /// # Errors
    ///
    /// The columns do not agree, or a value cannot be written.
    pub(super) fn write(&self, columns: &mut [Column], json: &mut Json) -> Result<(), Fault> {
        let defined = self.first(columns)?.defined().ok_or_else(damaged)?;
        if defined < self.defined {
            json.mark("null");
            return self.pass(columns);
        }
        match &self.shape {
            Shape::Value { name, form } => {
                // Bytes are shared, not copied.
                let raw: Raw = self.first(columns)?.advance()?.ok_or_else(damaged)?;
                form.write(&raw, name, json)
            }
            Shape::Object(parts) => {
                let mut separator = "{";
                for (name, part) in parts {
                    json.mark(separator);
                    separator = ",";
                    json.text(name);
                    json.mark(":");
                    part.write(columns, json)?;
                }
                json.mark("}");
                Ok(())
            }
            Shape::List { repeated, filled, element } => {
                json.mark("[");
                self.elements(columns, json, defined, (*repeated, *filled), |columns, json| {
                    element.write(columns, json)
                })?;
                json.mark("]");
                Ok(())
            }
            Shape::Map { repeated, filled, key, value } => {
                json.mark("{");
                self.elements(columns, json, defined, (*repeated, *filled), |columns, json| {
                    key.write_key(columns, json)?;
                    json.mark(":");
                    value.write(columns, json)
                })?;
                json.mark("}");
                Ok(())
            }
        }
    }

    /// Writes elements for as long as there are some.
    fn elements(
        &self,
        columns: &mut [Column],
        json: &mut Json,
        defined: i16,
        (repeated, filled): (i16, i16),
        write: impl Fn(&mut [Column], &mut Json) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if defined < filled {
            return self.pass(columns);
        }
        loop {
            write(columns, json)?;
            match self.first(columns)?.repeated() {
                more if more == repeated => json.mark(","),
                more if more > repeated => return Err(damaged()),
                _ => return Ok(()),
            }
        }
    }

    /// Writes a value as a key.
    fn write_key(&self, columns: &mut [Column], json: &mut Json) -> Result<(), Fault> {
        let mut key = Json::default();
        self.write(columns, &mut key)?;
        let key = key.take();
        match std::str::from_utf8(&key) {
            Ok(text) if text.starts_with('"') => json.mark(text),
            Ok(mark) => json.text(mark),
            Err(_) => return Err(damaged()),
        }
        Ok(())
    }

    fn first<'c>(&self, columns: &'c mut [Column]) -> Result<&'c mut Column, Fault> {
        columns.get_mut(self.columns.0).ok_or_else(damaged)
    }

    /// Goes on by one place in each column of a part that is not there.
    fn pass(&self, columns: &mut [Column]) -> Result<(), Fault> {
        for column in columns.get_mut(self.columns.0..self.columns.1).ok_or_else(damaged)? {
            if column.advance()?.is_some() {
                return Err(damaged());
            }
        }
        Ok(())
    }
}
