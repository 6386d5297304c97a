//! What a file of JSON is made of, down to a few levels: where its records may be, and what it says beside them.

use super::{Advance, Documents};
use crate::data::outline::{DEPTH, Outline};
use crate::data::stream::Fault;

impl Documents<'_> {
    /// Reads the file to its end for its outline. Records are neither cut nor looked into.
    pub(super) fn read_outline(&mut self) -> Result<Outline, Fault> {
        let mut outline = Outline::default();
        let mut path = Some(Vec::new());
        while self.peek()?.is_some() {
            outline.begin_value();
            self.outline_value(&[Outline::ROOT], 0, &mut path, &mut outline)?;
            self.forget();
        }
        Ok(outline)
    }

    /// Reads a value that several places of the outline stand for. `path` are the names that lead to it; none within a list.
    fn outline_value(
        &mut self,
        places: &[usize],
        depth: usize,
        path: &mut Option<Vec<String>>,
        outline: &mut Outline,
    ) -> Result<(), Fault> {
        let byte = self.need()?;
        outline.add(places, byte);
        match byte {
            b'{' if depth < DEPTH => self.outline_object(places, depth, path, outline),
            b'[' if depth < DEPTH => {
                let elements = outline.every(places);
                self.outline_members(b']', |documents| {
                    documents.outline_value(&elements, depth + 1, &mut None, outline)
                })
            }
            b'{' | b'[' => self.pass_over(),
            _ => {
                let start = self.at;
                let said = if byte == b'"' {
                    self.text()?
                } else {
                    self.pass_over()?;
                    String::from_utf8_lossy(&self.window.bytes()[start..self.at]).into_owned()
                };
                if let Some(path) = path {
                    outline.say(path, said);
                }
                Ok(())
            }
        }
    }

    fn outline_object(
        &mut self,
        places: &[usize],
        depth: usize,
        path: &mut Option<Vec<String>>,
        outline: &mut Outline,
    ) -> Result<(), Fault> {
        self.outline_members(b'}', |documents| {
            let name = documents.key()?;
            let members = outline.member(places, &name);
            if let Some(path) = path {
                path.push(name);
            }
            documents.outline_value(&members, depth + 1, path, outline)?;
            if let Some(path) = path {
                path.pop();
            }
            Ok(())
        })
    }

    /// Reads what stands in an object or a list, in which the next byte opens.
    fn outline_members(
        &mut self,
        closing: u8,
        mut member: impl FnMut(&mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.at += 1;
        let mut is_first = true;
        loop {
            self.forget();
            match self.need()? {
                byte if byte == closing && is_first => break,
                _ if is_first => {}
                byte if byte == closing => break,
                b',' => {
                    self.at += 1;
                    if self.need()? == closing {
                        return Err(self.malformed("a further value behind the comma"));
                    }
                }
                _ => return Err(self.malformed("a comma or a closing bracket")),
            }
            is_first = false;
            member(self)?;
        }
        self.at += 1;
        Ok(())
    }

    fn pass_over(&mut self) -> Result<(), Fault> {
        let mut advance = self.skip()?;
        while let (Advance::On, Some(nesting)) = (&advance, self.passing.take()) {
            self.forget();
            advance = self.pass(nesting)?;
        }
        Ok(())
    }

    /// Gives up the bytes that were read, if they are many.
    fn forget(&mut self) {
        if self.at >= self.window.block {
            let chunk = self.chunk(self.at);
            self.window.spare.push(chunk.buffer);
        }
    }
}
