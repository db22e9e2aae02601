//! Whose turn it is to write: one connection, lent to one caller at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::failure::{Failure, Result};
use crate::error::Error;

/// Until when a call waits for others, be they threads or processes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    began: Instant,
    patience: Duration,
}

impl Deadline {
    pub(super) fn after(patience: Duration) -> Self {
        Self {
            began: Instant::now(),
            patience,
        }
    }

    /// How long it still waits.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] when the time is over.
    pub(super) fn left(&self) -> Result<Duration> {
        let left = self.patience.saturating_sub(self.began.elapsed());
        if left.is_zero() {
            let waited = self.patience;
            return Err(Error::Busy { waited }.into());
        }
        Ok(left)
    }
}

/// The writer, and those who wait for it.
pub(super) struct Turn {
    place: Mutex<Place>,
    is_free: Condvar,
}

struct Place {
    /// The writer, unless somebody has it.
    writer: Option<Connection>,
    waiting: usize,
}

impl Turn {
    pub(super) fn new(writer: Connection) -> Self {
        Self {
            place: Mutex::new(Place {
                writer: Some(writer),
                waiting: 0,
            }),
            is_free: Condvar::new(),
        }
    }

    /// The writer, if it is free and nobody waits for it.
    pub(super) fn try_take(&self) -> Option<Writer<'_>> {
        let mut place = self.lock();
        match place.waiting {
            0 => place.writer.take().map(|connection| self.lend(connection)),
            _ => None,
        }
    }

    /// The writer, when it is free.
    pub(super) fn take(&self, deadline: Deadline) -> Result<Writer<'_>> {
        let mut place = self.lock();
        loop {
            if let Some(connection) = place.writer.take() {
                return Ok(self.lend(connection));
            }
            let left = deadline.left()?;
            place.waiting += 1;
            let waited = self.is_free.wait_timeout(place, left);
            place = waited.unwrap_or_else(PoisonError::into_inner).0;
            place.waiting -= 1;
        }
    }

    fn lend(&self, connection: Connection) -> Writer<'_> {
        Writer {
            turn: self,
            connection: Some(connection),
        }
    }

    /// A poisoned lock guards a connection whose transaction was rolled back on unwind.
    fn lock(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The writer while somebody has it; goes back on drop.
pub(super) struct Writer<'a> {
    turn: &'a Turn,
    connection: Option<Connection>,
}

impl Writer<'_> {
    pub(super) fn connection(&self) -> Result<&Connection> {
        self.connection.as_ref().ok_or_else(gone)
    }
}

fn gone() -> Failure {
    Error::Storage("the writer is gone".to_owned()).into()
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        let mut place = self.turn.lock();
        place.writer = self.connection.take();
        let somebody_waits = place.waiting > 0;
        drop(place);
        // Waking nobody would cost a system call as well.
        if somebody_waits {
            self.turn.is_free.notify_one();
        }
    }
}
