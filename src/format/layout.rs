//! Pieces of text, and where lines may break between them, to lines.
//!
//! Enters: [`Op`]s: what is written, in order. Leaves: text. A group is written on one line if it fits; else its breaks
//! are line breaks. Comments stand at breaks and nowhere else: a break that holds one is a line break, and so the groups
//! around it are broken. Where a line breaks thus depends on the pieces and the comments alone, never on how the lines
//! were broken before: that is why formatting twice changes nothing.

use unicode_width::UnicodeWidthStr;

/// The longest line, in columns.
pub(super) const WIDTH: usize = 120;

/// Columns of one level of indentation.
pub(super) const INDENT: usize = 2;

/// One step of writing.
#[derive(Debug)]
pub(super) enum Op<'a> {
    /// Text without a line break.
    Text(&'a str),
    /// Text in groups on one line, and text in groups that are broken.
    Choice(String, String),
    /// A place where a line may break.
    Break(Break<'a>),
    /// A group begins.
    Open,
    /// The innermost group ends.
    Close,
    /// Lines begin one level further right.
    Indent,
    /// The same, if the last break was a line break.
    IndentIfBelow,
    /// Lines begin at the current column.
    Align,
    /// The innermost of these three ends.
    Dedent,
}

/// A place where a line may break, and the comments that stand there.
#[derive(Debug)]
pub(super) struct Break<'a> {
    /// When it is a line break.
    pub(super) kind: BreakKind,
    /// What stands there if the line does not break.
    pub(super) flat: &'static str,
    /// Whether a bracket that closes follows: comments before it stand with what is inside.
    pub(super) closes: bool,
    /// Whether a blank line stands before what follows.
    pub(super) blank: bool,
    /// A comment at the end of the line.
    pub(super) trailing: Option<&'a str>,
    /// Comments on lines of their own before what follows.
    pub(super) above: Vec<Comment<'a>>,
}

/// When a break is a line break; where a comment stands it always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BreakKind {
    /// Always.
    Hard,
    /// If its group is broken.
    Soft,
    /// If its group is broken and what follows, up to the next break of the group, does not fit behind it.
    Fill {
        /// Whether what follows breaks well by itself, as brackets do: then, rather than standing too long on a line of
        /// its own, it begins behind what is before.
        hugs: bool,
    },
    /// Before the first piece: its comments stand above it.
    Start,
}

/// A comment on a line of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comment<'a> {
    /// From its `#` on, without blanks at its end.
    pub(super) text: &'a str,
    /// Whether a blank line stands before it.
    pub(super) blank: bool,
}

impl Break<'_> {
    /// Whether it is a line break in any case.
    fn is_forced(&self) -> bool {
        self.kind == BreakKind::Hard || self.trailing.is_some() || (!self.above.is_empty() && !self.starts())
    }

    fn starts(&self) -> bool {
        self.kind == BreakKind::Start
    }
}

/// Writes all steps. The text ends without a line break.
pub(super) fn lines(ops: &[Op<'_>]) -> String {
    let mut page = Page { ops, broken: broken_by_force(ops), text: String::new(), column: 0, pending: 0, below: false };
    page.write();
    page.text
}

/// For each [`Op::Open`], by its position, whether a break inside its group is one in any case.
fn broken_by_force(ops: &[Op<'_>]) -> Vec<bool> {
    let (mut broken, mut open) = (vec![false; ops.len()], Vec::new());
    for (at, op) in ops.iter().enumerate() {
        match op {
            Op::Open => open.push(at),
            Op::Close => {
                open.pop();
            }
            Op::Break(place) if place.is_forced() => open.iter().for_each(|group| broken[*group] = true),
            _ => {}
        }
    }
    broken
}

struct Page<'p, 'a> {
    ops: &'p [Op<'a>],
    broken: Vec<bool>,
    text: String,
    /// How wide the current line is, what is pending included.
    column: usize,
    /// Blanks at the beginning of a line, written when something follows them.
    pending: usize,
    /// Whether the last break was a line break.
    below: bool,
}

impl Page<'_, '_> {
    fn write(&mut self) {
        let (ops, mut groups, mut indents) = (self.ops, Vec::new(), vec![0]);
        for (at, op) in ops.iter().enumerate() {
            let indent = indents.last().copied().unwrap_or(0);
            let broken = groups.last().copied().unwrap_or(true);
            match op {
                Op::Text(text) => self.put(text),
                Op::Choice(flat, otherwise) => self.put(if broken { otherwise } else { flat }),
                Op::Open => groups.push(broken && (self.broken[at] || !self.fits(at, 0, self.column))),
                Op::Close => {
                    groups.pop();
                }
                Op::Indent => indents.push(indent + INDENT),
                Op::IndentIfBelow => indents.push(if self.below { indent + INDENT } else { indent }),
                Op::Align => indents.push(self.column),
                Op::Dedent => {
                    indents.pop();
                }
                Op::Break(place) => {
                    self.below = place.is_forced() || (broken && self.breaks(at, place, indent));
                    if self.below {
                        self.line(place, indent);
                    } else {
                        self.put(place.flat);
                    }
                }
            }
        }
    }

    fn put(&mut self, text: &str) {
        if !text.is_empty() {
            self.text.extend(std::iter::repeat_n(' ', std::mem::take(&mut self.pending)));
            self.text.push_str(text);
            self.column += text.width();
        }
    }

    /// Whether a break of a broken group is a line break.
    fn breaks(&self, at: usize, place: &Break<'_>, indent: usize) -> bool {
        match place.kind {
            BreakKind::Hard | BreakKind::Soft | BreakKind::Start => true,
            BreakKind::Fill { hugs } => {
                let behind = self.column + place.flat.width();
                let fits_behind = self.fits(at + 1, 1, behind);
                let fits_below = || self.fits(at + 1, 1, indent);
                !fits_behind && (fits_below() || !hugs || !self.head_fits(at + 1, behind))
            }
        }
    }

    /// Ends the line, with the comments that stand there.
    fn line(&mut self, place: &Break<'_>, indent: usize) {
        if let Some(comment) = place.trailing {
            self.put(" ");
            self.put(comment);
        }
        let mut begun = place.starts();
        let mut next = |page: &mut Self, blank: bool, column: usize| {
            if !begun {
                page.text.push('\n');
            }
            if blank {
                page.text.push('\n');
            }
            (page.pending, page.column, begun) = (column, column, false);
        };
        let inside = if place.closes { indent + INDENT } else { indent };
        for comment in &place.above {
            next(self, comment.blank, inside);
            self.put(comment.text);
        }
        next(self, place.blank, indent);
    }

    /// Whether what begins at `from` fits into a line in which it begins at `column`, up to where the line can break.
    ///
    /// Of what begins there, groups that are more than `level` deep are on one line. With 0, that is the group that opens
    /// there; with 1, all groups up to the next break of the group around.
    fn fits(&self, from: usize, level: usize, column: usize) -> bool {
        let (mut depth, mut inside, mut column) = (level, true, column);
        for (op, forced) in self.ops[from..].iter().zip(&self.broken[from..]) {
            match op {
                Op::Text(text) => column += text.width(),
                Op::Choice(flat, otherwise) => column += if inside { flat.width() } else { otherwise.width() },
                Op::Open => {
                    depth += 1;
                    inside &= !forced;
                }
                Op::Close => {
                    depth = depth.saturating_sub(1);
                    inside &= depth > 0;
                }
                Op::Break(place) if !inside || depth <= level || place.is_forced() => return column <= WIDTH,
                Op::Break(place) => column += place.flat.width(),
                Op::Indent | Op::IndentIfBelow | Op::Align | Op::Dedent => {}
            }
            if column > WIDTH {
                return false;
            }
        }
        true
    }

    /// Whether what begins at `from` fits up to the first place where a line can break.
    fn head_fits(&self, from: usize, mut column: usize) -> bool {
        for op in &self.ops[from..] {
            match op {
                Op::Text(text) => column += text.width(),
                Op::Break(_) => break,
                _ => {}
            }
        }
        column <= WIDTH
    }
}
