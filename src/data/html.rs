//! Texts written in HTML, as plain text.

use quick_xml::escape::{resolve_html5_entity, unescape_with};

use crate::ir::mapping::Markup;

/// Elements between whose texts a line ends.
const BLOCKS: [&str; 16] =
    ["address", "blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "p", "pre", "table", "tr"];

/// Elements whose content is no text.
const HIDDEN: [&str; 2] = ["script", "style"];

/// Returns the words of a text: without marks, with what entities stand for, blanks as one, and a line for each block.
pub(super) fn plain(text: &str, markup: Markup) -> String {
    match markup {
        Markup::Html => words(text),
        Markup::EscapedHtml => words(&resolved(text)),
    }
}

fn words(html: &str) -> String {
    let mut lines = Lines::default();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        lines.add(&resolved(before));
        let Some(length) = tag_length(tag) else {
            lines.add("<");
            rest = &tag[1..];
            continue;
        };
        let name = name_of(&tag[..length]);
        rest = &tag[length..];
        if BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block)) {
            lines.end();
        }
        if let Some(hidden) = HIDDEN.iter().find(|hidden| name.eq_ignore_ascii_case(hidden))
            && !tag.starts_with("</")
        {
            let closing = format!("</{hidden}");
            let end =
                rest.as_bytes().windows(closing.len()).position(|part| part.eq_ignore_ascii_case(closing.as_bytes()));
            rest = end.map_or("", |end| &rest[end..]);
        }
    }
    lines.add(&resolved(rest));
    lines.end();
    lines.text
}

/// How long the tag or comment is with which a text begins; none if it begins with none.
fn tag_length(text: &str) -> Option<usize> {
    if text.starts_with("<!--") {
        return Some(text.find("-->").map_or(text.len(), |end| end + 3));
    }
    let begins = text.strip_prefix("</").or_else(|| text.strip_prefix('<'))?;
    if !begins.starts_with(|first: char| first.is_ascii_alphabetic() || first == '!') {
        return None;
    }
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn name_of(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    name.split(|other: char| !other.is_ascii_alphanumeric()).next().unwrap_or("")
}

/// What the entities of a text stand for; one that nobody knows stays as it is.
fn resolved(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest[1..].find(|other: char| !other.is_ascii_alphanumeric() && other != '#').map(|end| end + 1);
        let entity = end.filter(|end| rest[*end..].starts_with(';')).map(|end| &rest[..=end]);
        let known = entity.and_then(|entity| unescape_with(entity, resolve_html5_entity).ok());
        match (entity, known) {
            (Some(entity), Some(known)) => {
                out.push_str(&known);
                rest = &rest[entity.len()..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Lines of words, as they come.
#[derive(Debug, Default)]
struct Lines {
    text: String,
    /// Whether a line was ended and the next one has no words yet.
    ended: bool,
    /// Whether a blank stands before the next word.
    blank: bool,
}

impl Lines {
    fn add(&mut self, text: &str) {
        for part in text.split_inclusive(char::is_whitespace) {
            let word = part.trim_end();
            if !word.is_empty() {
                if self.ended && !self.text.is_empty() {
                    self.text.push('\n');
                } else if self.blank && !self.text.is_empty() {
                    self.text.push(' ');
                }
                (self.ended, self.blank) = (false, false);
                self.text.push_str(word);
            }
            self.blank |= part.len() > word.len();
        }
    }

    fn end(&mut self) {
        self.ended = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(plain(html, Markup::Html), expected);
    }

    #[test]
    fn words_stay_and_marks_go() {
        check("<p>The <b>engine</b>&nbsp;room &amp; deck</p><p>Second</p>", "The engine room & deck\nSecond");
        check("one<br/>two<br>\n three", "one\ntwo\nthree");
        check("<ul><li>a</li><li>b</li></ul>", "a\nb");
        check("a<span title='x > y'>b</span>c", "abc");
        check("  spread \t over\n lines ", "spread over lines");
        check("<!-- a > b -->seen<style>p { color: red }</style><script>if (a < b) {}</SCRIPT>", "seen");
    }

    #[test]
    fn what_is_no_mark_stays() {
        check("a < b && c > d", "a < b && c > d");
        check("1 <2, x<y", "1 <2, x<y");
        check("&unknown; &amp &#xE9;&#233;&eacute; &#99999999;", "&unknown; &amp \u{e9}\u{e9}\u{e9} &#99999999;");
        check("&lt;b&gt; shown as text", "<b> shown as text");
        check("<p>", "");
        check("<", "<");
        check("<!--", "");
    }

    #[test]
    fn marks_that_are_escaped_are_marks() {
        let escaped = "&lt;p&gt;&lt;b&gt;Hi&lt;/b&gt; &amp;lt;b&amp;gt; &amp;amp; more&lt;/p&gt;";
        assert_eq!(plain(escaped, Markup::EscapedHtml), "Hi <b> & more");
        assert_eq!(plain(escaped, Markup::Html), "<p><b>Hi</b> &lt;b&gt; &amp; more</p>");
    }
}
