//! Tests of texts.

use regex::Regex;

use super::super::vector::{Shape, Vector};
use super::overlay;
use crate::ir::TextTest;
use crate::value::Truth;

/// `a contains b`, `a starts with b`, `a ends with b`
pub(super) fn test<'a>(op: TextTest, text: &Vector<'a>, part: &Vector<'a>) -> Vector<'a> {
    let shape = Shape::of(&[text, part]);
    let mut truths: Vec<Truth> = if op == TextTest::Contains && part.is_constant() {
        let finder = memchr::memmem::Finder::new(part.text(0).as_bytes());
        (0..shape.physical()).map(|row| Truth::from(finder.find(text.text(row).as_bytes()).is_some())).collect()
    } else {
        let holds = |row: usize| {
            let (text, part) = (text.text(row), part.text(row));
            match op {
                TextTest::Contains => text.contains(part),
                TextTest::StartsWith => text.starts_with(part),
                TextTest::EndsWith => text.ends_with(part),
            }
        };
        (0..shape.physical()).map(|row| Truth::from(holds(row))).collect()
    };
    overlay(&mut truths, &[text, part]);
    Vector::truths(shape, truths)
}

/// `a matches /…/`
pub(super) fn matches<'a>(text: &Vector<'a>, pattern: &Regex) -> Vector<'a> {
    let shape = text.shape();
    let mut truths: Vec<Truth> =
        (0..shape.physical()).map(|row| Truth::from(pattern.is_match(text.text(row)))).collect();
    overlay(&mut truths, &[text]);
    Vector::truths(shape, truths)
}
