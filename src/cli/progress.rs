//! How far a long load has come, on standard error if that is a terminal.

use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::data::Progress;

/// How long a load may take before anything is shown: short ones shall not flicker.
const PATIENCE: Duration = Duration::from_millis(1500);

/// A bar that appears when a load takes long. Nothing of it reaches a report.
pub(super) struct Bar {
    since: Instant,
    total: u64,
    bar: Mutex<Option<ProgressBar>>,
    read: std::sync::atomic::AtomicU64,
    visible: bool,
}

impl Bar {
    /// A bar for so many bytes.
    pub(super) fn new(total: u64) -> Bar {
        Bar {
            since: Instant::now(),
            total,
            bar: Mutex::new(None),
            read: std::sync::atomic::AtomicU64::new(0),
            visible: io::stderr().is_terminal(),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn advance(&self, bytes: u64) {
        let read = self.read.fetch_add(bytes, std::sync::atomic::Ordering::Relaxed) + bytes;
        if !self.visible || self.since.elapsed() < PATIENCE {
            return;
        }
        // Another thread that draws at this moment draws for this one too.
        if let Ok(mut bar) = self.bar.try_lock() {
            let bar = bar.get_or_insert_with(|| {
                let bar = ProgressBar::with_draw_target(Some(self.total), ProgressDrawTarget::stderr());
                let style = ProgressStyle::with_template("reading {bar:30} {bytes} of {total_bytes} ({eta} left)");
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                bar
            });
            bar.set_position(read);
        }
    }
}
