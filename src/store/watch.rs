//! Waiting until somebody commits, in this process or another.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::failure::Result;
use super::open::{self, Files, Options};

/// The time between two looks: a commit is noticed soon, and looking costs next to nothing.
const LOOK: Duration = Duration::from_millis(30);

/// Those who wait for a commit. One of them looks for all; when it goes, another does.
pub(super) struct Watch {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// How often somebody noticed that there were commits.
    noticed: u64,
    /// By what it is noticed, unless somebody is looking.
    lookout: Option<Lookout>,
}

/// By what it is noticed that there were commits.
pub(super) enum Lookout {
    OnDisk(Box<DataVersion>),
    /// The store's own count, where nobody else can write.
    InMemory {
        commits: Arc<AtomicU64>,
        seen: u64,
    },
}

/// SQLite's own count of what others committed, as a connection sees it that never writes.
/// It reads nothing else, and holds no lock between two looks.
pub(super) struct DataVersion {
    files: Files,
    options: Options,
    seen: Option<(Connection, i64)>,
}

impl Watch {
    pub(super) fn new(lookout: Lookout) -> Self {
        Self {
            state: Mutex::new(State {
                noticed: 0,
                lookout: Some(lookout),
            }),
            changed: Condvar::new(),
        }
    }

    /// How often commits were noticed so far: what to wait with, taken before the store is
    /// looked at, so that no commit falls between.
    pub(super) fn noticed(&self) -> u64 {
        self.lock().noticed
    }

    /// Waits until commits are noticed once more, or until a moment; without one it waits
    /// as long as it takes. Whether they were.
    pub(super) fn wait(&self, noticed: u64, until: Option<Instant>) -> Result<bool> {
        let mut state = self.lock();
        loop {
            let left = match until {
                Some(until) => until.saturating_duration_since(Instant::now()),
                None => Duration::MAX,
            };
            if state.noticed != noticed || left.is_zero() {
                if state.lookout.is_some() {
                    self.changed.notify_one();
                }
                return Ok(state.noticed != noticed);
            }
            let Some(mut lookout) = state.lookout.take() else {
                state = self.wait_for_who_looks(state, left);
                continue;
            };
            drop(state);
            std::thread::sleep(LOOK.min(left));
            let looked = lookout.look();
            state = self.lock();
            state.lookout = Some(lookout);
            match looked {
                Ok(false) => {}
                Ok(true) => {
                    state.noticed += 1;
                    self.changed.notify_all();
                }
                Err(failure) => {
                    self.changed.notify_one();
                    return Err(failure);
                }
            }
        }
    }

    fn wait_for_who_looks<'a>(
        &self,
        state: MutexGuard<'a, State>,
        left: Duration,
    ) -> MutexGuard<'a, State> {
        // Some systems can't wait for longer than they count.
        const LONG: Duration = Duration::from_secs(3_600);
        let waited = self.changed.wait_timeout(state, left.min(LONG));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lookout {
    pub(super) fn on_disk(files: Files, options: Options) -> Self {
        Self::OnDisk(Box::new(DataVersion {
            files,
            options,
            seen: None,
        }))
    }

    /// Whether anything was committed since the last look; the first one can't tell and
    /// says so.
    fn look(&mut self) -> Result<bool> {
        match self {
            Self::OnDisk(version) => version.look(),
            Self::InMemory { commits, seen } => {
                let before = std::mem::replace(seen, commits.load(Ordering::SeqCst));
                Ok(before != *seen)
            }
        }
    }
}

impl DataVersion {
    fn look(&mut self) -> Result<bool> {
        let (connection, before) = match self.seen.take() {
            Some((connection, version)) => (connection, Some(version)),
            None => (open_lookout(&self.files, &self.options)?, None),
        };
        let version = match version(&connection) {
            Ok(version) => version,
            // Somebody recovers the log: it is looked again soon.
            Err(failure) if failure.is_busy() => {
                self.seen = before.map(|before| (connection, before));
                return Ok(false);
            }
            Err(failure) => return Err(failure),
        };
        self.seen = Some((connection, version));
        Ok(before != Some(version))
    }
}

fn open_lookout(files: &Files, options: &Options) -> Result<Connection> {
    let connection = open::open_reader(files, options)?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.pragma_update(None, "cache_size", -64)?;
    Ok(connection)
}

fn version(connection: &Connection) -> Result<i64> {
    let mut version = connection.prepare_cached("PRAGMA data_version")?;
    Ok(version.query_row([], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use super::{Files, Lookout, Options, Watch};

    /// Who can't look says so, and so does the next: nobody waits for somebody who doesn't
    /// look.
    #[test]
    fn a_store_that_cannot_be_looked_at_is_an_error_for_all_who_wait() {
        let nowhere = Files::of(Path::new("/nowhere/at/all")).unwrap();
        let watch = Watch::new(Lookout::on_disk(nowhere, Options::default()));
        let until = Some(Instant::now() + Duration::from_secs(60));
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| watch.wait(0, until).is_err()))
                .collect();
            assert!(all.into_iter().all(|one| one.join().unwrap()));
        });
    }
}
