//! How far a long command is: on a terminal, and only there.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar with a rate and the time left; nothing unless stderr is a terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    bytes: Arc<AtomicU64>,
}

impl Progress {
    /// A bar for a source of so many bytes, if that is known.
    pub(crate) fn of_bytes(total: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        let template = match total {
            Some(_) => "{bar:30} {percent:>3}%  {msg}  {binary_bytes_per_sec}  {eta} left",
            None => "{spinner} {binary_bytes}  {msg}  {binary_bytes_per_sec}  {elapsed}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            bytes: Arc::default(),
        }
    }

    /// Counts what is read from a source.
    pub(crate) fn counting<R: Read>(&self, source: R) -> Counting<R> {
        Counting {
            source,
            bytes: Arc::clone(&self.bytes),
        }
    }

    /// Shows so many records done.
    pub(crate) fn records(&self, done: u64) {
        self.bar.set_position(self.bytes.load(Ordering::Relaxed));
        let seconds = self.bar.elapsed().as_secs_f64();
        let rate = if seconds > 0.0 {
            done as f64 / seconds
        } else {
            0.0
        };
        self.bar.set_message(format!("{done} records, {rate:.0}/s"));
    }

    /// Prints a line above the bar.
    pub(crate) fn note(&self, line: &str) {
        self.bar.suspend(|| crate::output::note(line));
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A source whose bytes are counted.
pub(crate) struct Counting<R> {
    source: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.bytes
            .fetch_add(u64::try_from(read).unwrap_or(0), Ordering::Relaxed);
        Ok(read)
    }
}
