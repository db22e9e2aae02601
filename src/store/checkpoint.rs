//! Writing the log back into the database, beside those who write.
//!
//! SQLite's automatic checkpoint makes one commit in a hundred wait for the disk. Here a
//! thread of its own does it: most of it while others go on writing, and the rest, once the
//! log is long, for a moment in a writer's turn, so that the log starts afresh.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::failure::Result;
use super::open::{self, Files, Options};
use super::turn::{Deadline, Turn};

/// Pages by which the log grows before it is written back and starts afresh: twice SQLite's
/// own measure, because each time costs those who wait for the disk two more.
const WORTH_IT: u32 = 2_000;
/// How long writers wait for somebody who reads an old state, so that the log can start
/// afresh.
const PATIENCE: Duration = Duration::from_millis(20);
/// How long the thread waits for a writer's turn.
const TURN_PATIENCE: Duration = Duration::from_secs(10);

thread_local! {
    /// Pages in the log after this thread's last commit.
    static PAGES: Cell<u32> = const { Cell::new(0) };
}

/// From now on nobody who writes on the connection writes the log back, but it is known
/// how long the log is.
pub(super) fn watch(writer: &Connection) {
    // It takes the place of SQLite's automatic checkpoint.
    writer.wal_hook(Some(|_, pages| {
        PAGES.set(u32::try_from(pages).unwrap_or_default());
        Ok(())
    }));
}

/// The thread that writes the log back. It starts when it is first needed, and ends when
/// this is dropped.
pub(super) struct Checkpointer {
    files: Files,
    options: Options,
    turn: Arc<Turn>,
    state: Arc<State>,
    /// How long the log was when it was last to be written back; 0 since it started afresh.
    asked_at: AtomicU32,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    wanted: Mutex<Wanted>,
    changed: Condvar,
}

#[derive(Clone, Copy, Default)]
struct Wanted {
    checkpoint: bool,
    end: bool,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, set: impl FnOnce(&mut Wanted)) {
        set(&mut self.lock());
        self.changed.notify_one();
    }

    /// The next checkpoint to do, when there is one. What was asked for before the end is
    /// still done: the store may stay open elsewhere, with nobody who writes it back.
    fn next(&self) -> Option<Asked> {
        let mut wanted = self.lock();
        loop {
            let asked = std::mem::take(&mut wanted.checkpoint);
            match (asked, wanted.end) {
                (true, false) => return Some(Asked::WhileOthersWrite),
                (true, true) => return Some(Asked::AtTheEnd),
                (false, true) => return None,
                (false, false) => {}
            }
            let waited = self.changed.wait(wanted);
            wanted = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// When a checkpoint is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    WhileOthersWrite,
    /// The handle is going, and waits.
    AtTheEnd,
}

impl Checkpointer {
    pub(super) fn new(files: Files, options: Options, turn: Arc<Turn>) -> Self {
        Self {
            files,
            options,
            turn,
            state: Arc::default(),
            asked_at: AtomicU32::new(0),
            thread: Mutex::new(None),
        }
    }

    /// After a commit of this thread's, while it has the writer: has the log written back
    /// if it has grown by enough since the last time.
    pub(super) fn after_commit(&self, writer: &Connection) {
        let pages = PAGES.replace(0);
        let asked_at = self.asked_at.load(Ordering::Relaxed);
        let Some(grown) = pages.checked_sub(asked_at) else {
            self.asked_at.store(0, Ordering::Relaxed);
            return;
        };
        if grown < WORTH_IT {
            return;
        }
        self.asked_at.store(pages, Ordering::Relaxed);
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            let (files, options) = (self.files.clone(), self.options.clone());
            let (turn, state) = (Arc::clone(&self.turn), Arc::clone(&self.state));
            let work = move || {
                // Whoever closes the store last writes the log back as well.
                let _ = work(&files, &options, &turn, &state);
            };
            let name = "kinfold checkpoint".to_owned();
            *thread = std::thread::Builder::new().name(name).spawn(work).ok();
        }
        match thread.as_ref() {
            Some(running) if !running.is_finished() => {
                self.state.set(|wanted| wanted.checkpoint = true);
            }
            // Without a thread it is done as SQLite would.
            _ => {
                let _ = passive(writer);
            }
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.state.set(|wanted| wanted.end = true);
        let thread = self.thread.get_mut();
        let thread = thread.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

fn work(files: &Files, options: &Options, turn: &Turn, state: &State) -> Result<()> {
    let connection = open::open_checkpointer(files, options)?;
    connection.busy_timeout(PATIENCE)?;
    // It copies pages and keeps none.
    connection.pragma_update(None, "cache_size", -64)?;
    let mut long = WORTH_IT;
    while let Some(asked) = state.next() {
        // What can't be written back now is written back next time.
        let Ok(log) = passive(&connection) else {
            continue;
        };
        if log.pages < long || asked == Asked::AtTheEnd {
            if log.pages < WORTH_IT {
                long = WORTH_IT;
            }
            continue;
        }
        // Those of this process wait for their turn, those of others for SQLite's lock.
        let done = turn
            .take_for_upkeep(Deadline::after(TURN_PATIENCE))
            .and_then(|_turn| checkpoint(&connection, "PRAGMA wal_checkpoint(RESTART)"));
        // Readers of an old state can keep it from starting afresh for long: then not
        // every writer is to wait.
        long = match done {
            Ok(log) if !log.busy => WORTH_IT,
            _ => log.pages.saturating_add(WORTH_IT),
        };
    }
    Ok(())
}

/// What a checkpoint says of the log.
struct Log {
    /// Whether somebody kept it from being written back whole.
    busy: bool,
    pages: u32,
}

/// Writes the log back whole and empties its file; false if somebody stands in the way for
/// longer than this.
pub(super) fn empty_log(writer: &Connection, patience: Duration) -> Result<bool> {
    writer.busy_timeout(patience)?;
    let done = checkpoint(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
    // Whoever writes waits by itself, see `Transaction::immediate`.
    writer.busy_timeout(Duration::ZERO)?;
    match done {
        Ok(log) => Ok(!log.busy),
        Err(failure) if failure.is_busy() => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// Writes back what nobody reads or writes at the moment.
fn passive(connection: &Connection) -> Result<Log> {
    checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)")
}

fn checkpoint(connection: &Connection, statement: &str) -> Result<Log> {
    let mut checkpoint = connection.prepare_cached(statement)?;
    Ok(checkpoint.query_row([], |row| {
        Ok(Log {
            busy: row.get(0)?,
            pages: u32::try_from(row.get::<_, i64>(1)?).unwrap_or_default(),
        })
    })?)
}
