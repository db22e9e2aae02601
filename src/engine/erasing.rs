//! What is left to do after a contact was erased: its values go from the files that the
//! database and the index leave behind.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Inner;
use crate::store::{self, ERASE_PENDING, Failure};

/// Whether the files may still hold something of an erased contact.
#[derive(Default)]
pub(super) struct Erasing {
    state: AtomicU8,
    tries: Mutex<Tries>,
}

/// What came of trying.
#[derive(Default)]
struct Tries {
    /// The write-ahead log was emptied of what this names.
    emptied: Option<String>,
    /// Until then nobody tries: one who reads for long must not make all writers wait.
    rest_until: Option<Instant>,
}

/// After a try in vain so many times as long as it took passes before the next one.
const REST: u32 = 20;
const LONGEST_REST: Duration = Duration::from_secs(1);
/// How long the first try waits for those who read an old state.
const PATIENCE_WITH_READERS: Duration = Duration::from_millis(200);

const NOTHING: u8 = 0;
/// Something stood in the way.
const PENDING: u8 = 1;
/// This handle has erased, and nobody has tried yet.
const BEGUN: u8 = 2;

impl Erasing {
    /// Something is erased in the transaction that is about to be committed.
    pub(super) fn begin(&self) {
        self.state.store(BEGUN, Ordering::Relaxed);
    }

    pub(super) fn set_pending(&self, is_pending: bool) {
        let state = if is_pending { PENDING } else { NOTHING };
        self.state.store(state, Ordering::Relaxed);
    }

    pub(super) fn is_pending(&self) -> bool {
        self.state.load(Ordering::Relaxed) != NOTHING
    }

    fn tries(&self) -> MutexGuard<'_, Tries> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is the first try.
    fn is_first_try(&self) -> bool {
        let begun = (BEGUN, PENDING);
        let (order, failed) = (Ordering::Relaxed, Ordering::Relaxed);
        self.state
            .compare_exchange(begun.0, begun.1, order, failed)
            .is_ok()
    }
}

impl Inner {
    /// Empties the write-ahead log and the index of what they may hold of an erased contact.
    /// Whoever erases waits for it as he would for a lock; what stands in the way then is left
    /// to the next writer, or to whoever opens the store next.
    pub(super) fn finish_erasing(&self) {
        if !self.erasing.is_pending() {
            return;
        }
        let began = Instant::now();
        let is_first = self.erasing.is_first_try();
        let rest_until = self.erasing.tries().rest_until;
        if !is_first && rest_until.is_some_and(|until| began < until) {
            return;
        }
        if self.try_to_finish_erasing(is_first) {
            return;
        }
        // The next one is tried at once: most stand in the way for a moment only.
        let rest = began.elapsed().saturating_mul(REST).min(LONGEST_REST);
        self.erasing.tries().rest_until = (!is_first).then(|| Instant::now() + rest);
    }

    /// Whether nothing is pending any more.
    fn try_to_finish_erasing(&self, is_first: bool) -> bool {
        let (with_readers, with_others) = match is_first {
            true => (PATIENCE_WITH_READERS, self.store.busy_timeout()),
            false => (Duration::ZERO, Duration::ZERO),
        };
        let known = self.read(|tx| Ok((tx.property(ERASE_PENDING)?, tx.log_end()?)));
        let Ok((known, change)) = known else {
            return false;
        };
        let mut is_empty = known.is_some() && self.erasing.tries().emptied == known;
        if !is_empty {
            is_empty = matches!(self.store.empty_log(with_readers), Ok(true));
            if is_empty {
                self.erasing.tries().emptied.clone_from(&known);
            }
        }
        // What fails here is found pending again.
        self.is_index_purged(change, with_others)
            && is_empty
            && self.forget_erasing(known.as_deref()).is_ok()
    }

    /// Whether no index has anything any more of who was erased up to a change.
    #[cfg(feature = "search")]
    fn is_index_purged(&self, change: u64, patience: Duration) -> bool {
        self.search.is_purged(change, patience)
    }

    /// Whether no index is left: nobody here could purge what a build with the feature
    /// `search` left beside the database, and such a build makes it anew.
    #[cfg(not(feature = "search"))]
    fn is_index_purged(&self, _change: u64, _patience: Duration) -> bool {
        let Some(folder) = &self.folder else {
            return true;
        };
        ["search", "search.damaged"].into_iter().all(|name| {
            match std::fs::remove_dir_all(folder.join(name)) {
                Ok(()) => true,
                Err(error) => error.kind() == std::io::ErrorKind::NotFound,
            }
        })
    }

    /// Says that nothing is pending any more of what was known to be before the files were
    /// emptied. Somebody may have erased more since.
    fn forget_erasing(&self, known: Option<&str>) -> Result<(), Failure> {
        self.store.write(|tx| {
            if tx.property(ERASE_PENDING)?.as_deref() != known {
                return Ok(store::End::RollBack(()));
            }
            tx.remove_property(ERASE_PENDING)?;
            // In the writer's turn: whoever erases next says so after it.
            self.erasing.set_pending(false);
            Ok(store::End::Commit(()))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::contact::Draft;
    use crate::engine::Kinfold;
    use crate::scope::Scope;
    use crate::store::{ERASE_PENDING, End};

    /// Between emptying the log and saying so another thread or process may erase.
    #[test]
    fn what_was_erased_meanwhile_stays_pending() {
        let kinfold = Kinfold::open_in_memory().unwrap();
        let inner = &kinfold.inner;
        let pending = || inner.read(|tx| tx.property(ERASE_PENDING)).unwrap();
        let erase = |email: &str| {
            let contacts = kinfold.contacts(Scope::default());
            let id = contacts
                .resolve(Draft::new().email(email))
                .unwrap()
                .contact
                .id;
            // As far as the commit, and no further.
            let erased = inner.store.write(|tx| {
                let scope = tx.scope(&Scope::default())?.unwrap_or_default();
                let found = tx.find(scope, id)?.map(|found| found.row);
                let row = found.unwrap_or_default();
                inner.stamped(None, |stamp| tx.erase(scope, &Scope::default(), row, stamp))?;
                inner.erasing.begin();
                Ok(End::Commit(()))
            });
            assert!(erased.is_ok());
            pending()
        };
        let known = erase("ana@example.com");
        let since = erase("ben@example.com");
        assert!(known.is_some() && since.is_some());
        // Whoever emptied the log for Ana comes back late.
        assert!(inner.forget_erasing(known.as_deref()).is_ok());
        assert_eq!(pending(), since);
        assert!(inner.erasing.is_pending());
        inner.finish_erasing();
        assert_eq!(pending(), None);
        assert!(!inner.erasing.is_pending());
    }
}
