//! Standard output and standard error, as the verbs write to them.

use std::io::{self, IsTerminal, Write};

use anstream::AutoStream;

use super::Failure;
use crate::report::terminal::Layout;

/// The two streams, and whether colours are written.
pub(super) struct Console {
    color: clap::ColorChoice,
}

impl Console {
    pub(super) fn new(color: clap::ColorChoice) -> Console {
        Console { color }
    }

    /// Whether a stream gets colours.
    fn styled(&self, stream: &impl anstream::stream::RawStream) -> bool {
        match self.color {
            clap::ColorChoice::Always => true,
            clap::ColorChoice::Never => false,
            clap::ColorChoice::Auto => AutoStream::choice(stream) != anstream::ColorChoice::Never,
        }
    }

    /// The layout of text on standard output.
    pub(super) fn layout(&self) -> Layout {
        let width = if io::stdout().is_terminal() {
            terminal_size::terminal_size_of(io::stdout()).map_or(Layout::PLAIN_WIDTH, |(width, _)| usize::from(width.0))
        } else {
            Layout::PLAIN_WIDTH
        };
        Layout { width, styled: self.styled(&io::stdout()) }
    }

    /// The layout of text in a file.
    pub(super) fn file_layout(&self) -> Layout {
        Layout { width: Layout::PLAIN_WIDTH, styled: self.color == clap::ColorChoice::Always }
    }

    /// Whether diagnostics on standard error get colours.
    pub(super) fn errors_styled(&self) -> bool {
        self.styled(&io::stderr())
    }

    /// Writes to standard output. A reader that has gone away (`| head`) is no failure.
    ///
    /// # Errors
    /// If it cannot be written, as on a full disk.
    pub(super) fn print(&mut self, text: &str) -> Result<(), Failure> {
        let mut stream = io::stdout().lock();
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::new(format!("standard output cannot be written: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Writes text to standard error. If that cannot be written there is nowhere to say so.
    pub(super) fn notify(&mut self, text: &str) {
        let mut stream = io::stderr().lock();
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    }

    /// Writes an error with its help to standard error.
    pub(super) fn error(&mut self, message: &str, help: Option<&str>) {
        self.message("error", anstyle::AnsiColor::Red, message, "", help);
    }

    /// Writes a message of some kind to standard error, with its place (written as it is) and its help.
    pub(super) fn message(
        &mut self,
        kind: &str,
        color: anstyle::AnsiColor,
        message: &str,
        place: &str,
        help: Option<&str>,
    ) {
        let message = crate::report::terminal::clean(message);
        let style = color.on_default().bold();
        let mut text = if self.errors_styled() {
            format!("{style}{kind}{style:#}: {message}{place}\n")
        } else {
            format!("{kind}: {message}{place}\n")
        };
        if let Some(help) = help {
            text.push_str(&format!("  help: {}\n", crate::report::terminal::clean(help)));
        }
        self.notify(&text);
    }
}
