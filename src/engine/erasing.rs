//! What is left to do after a contact was erased: its values go from the files that the
//! database and the index leave behind.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use super::Inner;
use crate::store::{self, ERASE_PENDING, Failure};

/// Whether the files may still hold something of an erased contact.
#[derive(Default)]
pub(super) struct Erasing(AtomicU8);

const NOTHING: u8 = 0;
/// Something stood in the way.
const PENDING: u8 = 1;
/// This handle has erased, and nobody has tried yet.
const BEGUN: u8 = 2;

impl Erasing {
    /// Something is erased in the transaction that is about to be committed.
    pub(super) fn begin(&self) {
        self.0.store(BEGUN, Ordering::Relaxed);
    }

    pub(super) fn set_pending(&self, is_pending: bool) {
        let state = if is_pending { PENDING } else { NOTHING };
        self.0.store(state, Ordering::Relaxed);
    }

    pub(super) fn is_pending(&self) -> bool {
        self.0.load(Ordering::Relaxed) != NOTHING
    }

    /// Whether this is the first try.
    fn is_first_try(&self) -> bool {
        let begun = (BEGUN, PENDING);
        let (order, failed) = (Ordering::Relaxed, Ordering::Relaxed);
        self.0
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
        let patience = match self.erasing.is_first_try() {
            true => self.store.busy_timeout(),
            false => Duration::ZERO,
        };
        let known = self.read(|tx| Ok((tx.property(ERASE_PENDING)?, tx.log_end()?)));
        let Ok((known, change)) = known else {
            return;
        };
        let is_empty = matches!(self.store.empty_log(), Ok(true));
        if self.is_index_purged(change, patience) && is_empty {
            // What fails here is found pending again.
            let _ = self.forget_erasing(known.as_deref());
        }
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
