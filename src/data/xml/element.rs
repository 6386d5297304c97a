//! One record of XML: an element with all that is in it, and what it is as JSON.

use std::collections::BTreeMap;

use crate::data::convert::Json;
use crate::data::json::TEXT;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Its name; in an event log that of the attribute that it is.
    pub(super) name: String,
    /// Its attributes, in order.
    pub(super) attributes: Vec<(String, String)>,
    /// The elements in it, in order.
    pub(super) elements: Vec<Element>,
    /// The text in it, without that of elements in it.
    pub(super) text: String,
    /// The line on which it begins.
    pub(super) line: u32,
}

/// What a mapping asks of an element, as far as XML does not say it: whether it is one of a list, and whether it has attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::data) struct Shape {
    elements: BTreeMap<String, Shape>,
    is_list: bool,
    has_attributes: bool,
}

/// What the name of an attribute begins with in a path.
const ATTRIBUTE: char = '@';

impl Shape {
    /// The same, with attributes.
    pub(super) fn with_attributes(self) -> Shape {
        Shape { has_attributes: true, ..self }
    }

    /// Notes a path: names, and `None` for every element of the name before.
    pub(in crate::data) fn add<'s>(&mut self, path: impl IntoIterator<Item = Option<&'s str>>) {
        let mut shape = self;
        for step in path {
            match step {
                // A position among elements of one name.
                Some(name) if name.parse::<usize>().is_ok() => shape.is_list = true,
                None => shape.is_list = true,
                Some(name) => {
                    shape.has_attributes |= name.starts_with(ATTRIBUTE);
                    shape = shape.elements.entry(name.to_owned()).or_default();
                }
            }
        }
    }
}

impl Element {
    /// Writes what the element is as JSON.
    ///
    /// An element in which there are elements, or that has attributes, is an object: of its text under `#text`, its attributes
    /// under `@name`, and the elements in it under their names, those of one name as a list. Any other is its text.
    pub(super) fn write(&self, shape: Option<&Shape>, json: &mut Json) {
        json.go_to_line(self.line);
        let is_text = self.elements.is_empty();
        if is_text && self.attributes.is_empty() && !shape.is_some_and(|shape| shape.has_attributes) {
            return json.text(&self.text);
        }
        let mut separator = "{";
        let mut key = |name: &str, json: &mut Json| {
            json.mark(separator);
            separator = ",";
            json.text(name);
            json.mark(":");
        };
        if is_text || !self.text.trim().is_empty() {
            key(TEXT, json);
            json.text(&self.text);
        }
        for (name, value) in &self.attributes {
            key(&format!("{ATTRIBUTE}{name}"), json);
            json.text(value);
        }
        let mut named: BTreeMap<&str, Vec<&Element>> = BTreeMap::new();
        for element in &self.elements {
            named.entry(&element.name).or_default().push(element);
        }
        for element in &self.elements {
            // All of one name stand where the first of them does.
            let Some(all) = named.remove(element.name.as_str()) else { continue };
            let shape = shape.and_then(|shape| shape.elements.get(&element.name));
            key(&element.name, json);
            if all.len() == 1 && !shape.is_some_and(|shape| shape.is_list) {
                element.write(shape, json);
                continue;
            }
            for (position, one) in all.iter().enumerate() {
                json.mark(if position == 0 { "[" } else { "," });
                one.write(shape, json);
            }
            json.mark("]");
        }
        json.mark("}");
    }
}
