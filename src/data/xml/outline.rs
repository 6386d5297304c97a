//! Which elements of a file of XML may be its records.

use quick_xml::events::Event;

use super::Xml;
use crate::data::stream::Fault;
use crate::ir::mapping::Step;

/// Most ways to elements that are told apart.
const MOST: usize = 256;

/// Elements that are reached by one way of names.
struct Way {
    names: Vec<String>,
    count: u64,
    /// Whether one of them has elements or attributes.
    has_parts: bool,
}

impl Xml<'_> {
    /// Reads the file to its end for the paths at which there are records: of the elements in the root, or where it holds a
    /// single one of a name that holds several of another, of those. Elements without anything in them are none.
    ///
    /// # Errors
    ///
    /// The file is not XML to its end.
    pub(in crate::data) fn read_outline(&mut self) -> Result<Vec<(Vec<Step>, u64)>, Fault> {
        let (mut open, mut ways): (Vec<String>, Vec<Way>) = (Vec::new(), Vec::new());
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let bytes = self.reader.get_mut();
            bytes.left = self.limits.record;
            let place = bytes.place;
            let event = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(error) => return Err(self.fault(error).at_end(place)),
            };
            match event {
                Event::Start(start) => {
                    self.check_depth(open.len()).map_err(|fault| fault.at(place))?;
                    open.push(AsRef::<str>::as_ref(&start.name()).to_owned());
                    note(&mut ways, &open, start.attributes().next().is_some());
                }
                Event::Empty(start) => {
                    open.push(AsRef::<str>::as_ref(&start.name()).to_owned());
                    note(&mut ways, &open, start.attributes().next().is_some());
                    open.pop();
                }
                Event::End(_) => {
                    open.pop();
                }
                Event::Eof if !open.is_empty() => {
                    return Err(Fault::truncated("the file ends in the middle of its XML").at(place));
                }
                Event::Eof => break,
                _ => {}
            }
        }
        Ok(records(&ways))
    }
}

fn note(ways: &mut Vec<Way>, open: &[String], has_attributes: bool) {
    if open.len() > 4 {
        return;
    }
    if let Some((_, outer @ [_, ..])) = open.split_last()
        && let Some(way) = ways.iter_mut().find(|way| way.names == outer)
    {
        way.has_parts = true;
    }
    if let Some(way) = ways.iter_mut().find(|way| way.names == open) {
        way.count += 1;
        way.has_parts |= has_attributes;
    } else if ways.len() < MOST {
        ways.push(Way { names: open.to_vec(), count: 1, has_parts: has_attributes });
    }
}

fn records(ways: &[Way]) -> Vec<(Vec<Step>, u64)> {
    let within = |outer: &[String]| -> Vec<&Way> {
        let of = ways.iter().filter(|way| way.names.len() == outer.len() + 1 && way.names.starts_with(outer));
        of.filter(|way| way.has_parts).collect()
    };
    let Some(root) = ways.first() else { return Vec::new() };
    let mut found = Vec::new();
    for way in within(&root.names) {
        let inner = within(&way.names);
        let holds_records = way.count == 1 && inner.iter().any(|inner| inner.count > 1);
        if holds_records { found.extend(inner) } else { found.push(way) }
    }
    let path = |way: &&Way| (way.names.iter().cloned().map(Step::Name).collect(), way.count);
    found.iter().map(path).collect()
}
