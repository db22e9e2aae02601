//! To stand still in the middle of a write, and to notice who stands still for ever.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};

use kinfold::{Clock, SystemClock, Timestamp};

use super::PATIENCE;

/// Runs a job that could wait for ever, and fails instead.
pub(crate) fn in_time<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, done) = channel();
    let thread = std::thread::spawn(move || tell.send(job()).is_ok());
    match done.recv_timeout(PATIENCE) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => panic!("somebody waits for somebody for ever"),
        // It panicked before it could tell.
        Err(RecvTimeoutError::Disconnected) => {
            std::panic::resume_unwind(thread.join().unwrap_err())
        }
    }
}

/// A clock that stands still in the middle of a write: a store asks it for ids while it
/// holds the write lock.
pub(crate) struct StandingClock {
    /// How many ids it still gives before it stands; below zero it never does.
    left: AtomicI64,
    stand: Box<dyn Fn() + Send + Sync>,
}

impl StandingClock {
    /// Calls `stand` when it stands, and goes on when that returns.
    pub(crate) fn new(stand: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicI64::new(-1),
            stand: Box::new(stand),
        })
    }

    /// A clock that stands until another thread lets it go on.
    pub(crate) fn with_a_door() -> (Arc<Self>, Door) {
        let (reach, reached) = channel();
        let (open, opened) = channel();
        let opened = Mutex::new(opened);
        let clock = Self::new(move || {
            reach.send(()).unwrap();
            opened.lock().unwrap().recv_timeout(PATIENCE).unwrap();
        });
        (clock, Door { reached, open })
    }

    /// Lets it stand, once, after so many ids.
    pub(crate) fn stand_after(&self, ids: i64) {
        self.left.store(ids, Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn new_id(&self) -> [u8; 16] {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 0 {
            (self.stand)();
        }
        SystemClock.new_id()
    }
}

/// Where a clock stands. Who stands there fails when it is gone.
pub(crate) struct Door {
    reached: Receiver<()>,
    open: Sender<()>,
}

impl Door {
    /// Waits until somebody stands before it.
    pub(crate) fn wait(&self) {
        self.reached.recv_timeout(PATIENCE).unwrap();
    }

    pub(crate) fn open(&self) {
        self.open.send(()).unwrap();
    }
}
