//! Whose turn it is to write: one connection, lent to one caller at a time.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::failure::{Failure, Result};
use crate::error::Error;

/// How long the store's own work is waited for at most, by those who waited long enough.
const MOST_KEPT: Duration = Duration::from_secs(1);

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

/// The writer, and those who wait for it: who came first is served first.
pub(super) struct Turn {
    queue: Mutex<Queue>,
}

struct Queue {
    /// The writer, unless somebody has it.
    writer: Option<Connection>,
    /// The tickets of those who wait, in their order, and whom to wake.
    waiting: VecDeque<(u64, Thread)>,
    next_ticket: u64,
    /// The ticket of the store's own work, if it waits.
    upkeep: Option<u64>,
    /// When the store's own work took the turn, if it has it.
    kept_since: Option<Instant>,
}

impl Queue {
    fn is_first(&self, ticket: u64) -> bool {
        self.waiting
            .front()
            .is_some_and(|(first, _)| *first == ticket)
    }

    /// Whether the store's own work has the turn, or is about to take it.
    fn is_kept_for_upkeep(&self) -> bool {
        let is_next = || self.upkeep.is_some_and(|ticket| self.is_first(ticket));
        match self.kept_since {
            Some(since) => since.elapsed() < MOST_KEPT,
            None => self.writer.is_some() && is_next(),
        }
    }

    fn wake_first(&self) {
        if let Some((_, thread)) = self.waiting.front() {
            thread.unpark();
        }
    }
}

impl Turn {
    pub(super) fn new(writer: Connection) -> Self {
        Self {
            queue: Mutex::new(Queue {
                writer: Some(writer),
                waiting: VecDeque::new(),
                next_ticket: 0,
                upkeep: None,
                kept_since: None,
            }),
        }
    }

    /// The writer, if it is free and nobody waits for it.
    pub(super) fn try_take(&self) -> Option<Writer<'_>> {
        let mut queue = self.lock();
        match queue.waiting.is_empty() {
            true => queue.writer.take().map(|connection| self.lend(connection)),
            false => None,
        }
    }

    /// The writer, when it is free and everybody who came before was served.
    ///
    /// What the store's own work takes is not counted as waiting: a caller without any
    /// patience is alone all the same.
    pub(super) fn take(&self, deadline: Deadline) -> Result<Writer<'_>> {
        self.wait(deadline, false)
    }

    /// The writer, for the store's own work.
    pub(super) fn take_for_upkeep(&self, deadline: Deadline) -> Result<Writer<'_>> {
        self.wait(deadline, true)
    }

    fn wait(&self, deadline: Deadline, for_upkeep: bool) -> Result<Writer<'_>> {
        let mut queue = self.lock();
        if queue.waiting.is_empty()
            && let Some(connection) = queue.writer.take()
        {
            queue.kept_since = for_upkeep.then(Instant::now);
            return Ok(self.lend(connection));
        }
        let ticket = queue.next_ticket;
        queue.next_ticket += 1;
        queue.waiting.push_back((ticket, std::thread::current()));
        queue.upkeep = for_upkeep.then_some(ticket).or(queue.upkeep);
        loop {
            if queue.is_first(ticket)
                && let Some(connection) = queue.writer.take()
            {
                queue.waiting.pop_front();
                queue.upkeep = queue.upkeep.filter(|other| *other != ticket);
                queue.kept_since = for_upkeep.then(Instant::now);
                return Ok(self.lend(connection));
            }
            let left = match deadline.left() {
                Ok(left) => left,
                Err(_) if !for_upkeep && queue.is_kept_for_upkeep() => MOST_KEPT,
                Err(busy) => {
                    queue.waiting.retain(|(other, _)| *other != ticket);
                    queue.upkeep = queue.upkeep.filter(|other| *other != ticket);
                    // Whoever is first now may have been passed over.
                    queue.wake_first();
                    return Err(busy);
                }
            };
            drop(queue);
            // A thread that was woken before it sleeps does not sleep.
            std::thread::park_timeout(left);
            queue = self.lock();
        }
    }

    fn lend(&self, connection: Connection) -> Writer<'_> {
        Writer {
            turn: self,
            connection: Some(connection),
        }
    }

    /// A poisoned lock guards a connection whose transaction was rolled back on unwind.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
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
        let mut queue = self.turn.lock();
        queue.writer = self.connection.take();
        queue.kept_since = None;
        queue.wake_first();
    }
}
