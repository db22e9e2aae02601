//! The handle that applications hold. It owns the transaction and joins the other
//! rooms: what was typed to keys, keys to holders, holders to a plan, the plan to rows.

mod beside;
mod book;
mod builder;
mod contacts;
mod custom_fields;
mod erasing;
mod feed;
#[cfg(feature = "exchange")]
mod import;
mod life;
mod lines;
mod many;
mod memories;
mod merges;
mod notes;
mod pairs;
#[cfg(test)]
mod rekey_tests;
#[cfg(feature = "search")]
mod search;
#[cfg(test)]
mod searched_tests;
mod tasks;
mod transaction;
mod view;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use builder::Builder;
pub use contacts::{Contacts, KeyReading};
pub use feed::FollowEvent;
#[cfg(feature = "exchange")]
pub use import::{ImportEvent, ImportOptions, ImportSummary};
pub use life::Erased;
pub use many::Answers;
pub use pairs::Decision;
pub use transaction::{Transaction, TransactionContacts};

/// What the contact APIs ask of a search.
#[cfg(all(feature = "search", feature = "wire"))]
pub(crate) use crate::search::SearchRequest;

use crate::clock::{Clock, Timestamp};
use crate::error::{Error, Result};
use crate::ident::Region;
use crate::resolve::plan::Rules;
use crate::scope::Scope;
use crate::store::{self, Failure, Report, Retention, Store};

/// An open store.
///
/// Cheap to clone and to share between threads: clones are the same store.
///
/// ```
/// use kinfold::{Draft, Kinfold, Scope};
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let kinfold = Kinfold::open(folder)?;
/// let contacts = kinfold.contacts(Scope::default());
///
/// let first = contacts.resolve(Draft::new().email("Ana@Example.com").name("Ana Ruiz"))?;
/// assert!(first.created);
///
/// let again = contacts.resolve(Draft::new().email("ana@example.com").phone("+1 415 555 0101"))?;
/// assert!(!again.created);
/// assert_eq!(again.contact.id, first.contact.id);
/// assert_eq!(again.attached[0].as_str(), "+14155550101");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Kinfold {
    pub(crate) inner: Arc<Inner>,
}

/// What all clones of a handle share.
pub(crate) struct Inner {
    store: Arc<Store>,
    /// How it is searched. Dropped with the last handle, which waits for its thread.
    #[cfg(feature = "search")]
    search: search::Search,
    /// Where an index may be that another build made.
    #[cfg(not(feature = "search"))]
    folder: Option<std::path::PathBuf>,
    /// The store's random id.
    id: [u8; 16],
    clock: Arc<dyn Clock>,
    rules: Rules,
    region: Option<Region>,
    answers_kept_for: Duration,
    /// Whether the files may still hold something of an erased contact.
    erasing: erasing::Erasing,
    keep_changes: Retention,
    /// Where those are who page through lists.
    lists: book::Lists,
}

impl std::fmt::Debug for Kinfold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kinfold").finish_non_exhaustive()
    }
}

/// Handles go anywhere.
const _: fn() = || {
    fn goes_anywhere<T: Clone + Send + Sync + 'static>() {}
    goes_anywhere::<Kinfold>();
    goes_anywhere::<Contacts>();
};

impl Kinfold {
    /// Opens the store in a folder, which is made when missing, with the settings of
    /// [`Builder::default`].
    ///
    /// The folder must be on a local disk: network and synchronised folders corrupt
    /// SQLite databases.
    ///
    /// # Errors
    ///
    /// [`Error::StoreTooNew`], [`Error::StoreCorrupt`] and [`Error::Storage`], and
    /// nothing in the folder was changed; [`Error::Busy`] if another process is making
    /// the same store for longer than this one waits.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Self::builder().open(folder)
    }

    /// Opens a store that is gone with its last handle.
    ///
    /// # Errors
    ///
    /// [`Error::Storage`] if there is no memory for it.
    pub fn open_in_memory() -> Result<Self> {
        Self::builder().open_in_memory()
    }

    /// The settings of a store about to be opened.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The contacts of a scope.
    pub fn contacts(&self, scope: Scope) -> Contacts {
        Contacts::new(self.clone(), scope)
    }

    /// Holds the store against itself and against the rules: the database's own
    /// integrity, one holder for every line that needs one, merges that lead
    /// somewhere, keys that are their own keys. Phones are read a second time with the
    /// crate `phonenumber` (the feature of that name), whose disagreement is a note.
    ///
    /// Keys that were computed by other rules than this version's are a note, too.
    ///
    /// The search index on disk is held against its checksums and against the database: it
    /// must have every contact that can be found, as of its last change, and nobody else.
    /// What is wrong there is told apart ([`Report::index`]), since no contact depends on it.
    ///
    /// Reads everything, in one state of the store: without the second opinion seconds
    /// for a million contacts, with it minutes. Other callers go on meanwhile.
    ///
    /// # Errors
    ///
    /// Those of a store that can't be read; what is wrong inside is in the report.
    pub fn check(&self) -> Result<Report> {
        // First: so the index is never newer than what it is held against.
        #[cfg(feature = "search")]
        let index = self.inner.search.look();
        self.inner.read(|tx| {
            let report = tx.check()?;
            #[cfg(feature = "search")]
            let report = self.inner.search.check(tx, &index, report)?;
            Ok(report)
        })
    }

    /// Checks, gives every key to the contact that the rules name its holder, makes a search
    /// index anew that is damaged or differs, and checks again. A database that is damaged
    /// itself is only reported: writing would make it worse.
    ///
    /// # Errors
    ///
    /// Those of a store that can't be written.
    pub fn repair(&self) -> Result<Report> {
        let report = self.check()?;
        if report.is_damaged() {
            return Ok(report);
        }
        let repaired = self
            .inner
            .write(None, |tx, stamp| tx.repair_holders(stamp))?;
        #[cfg(feature = "search")]
        let repaired = self.repair_index(&report, repaired)?;
        let mut report = self.check()?;
        report.repaired = repaired;
        Ok(report)
    }

    /// Copies the store into a new file, which its owner alone may read: one state of it,
    /// while others read and write. The file is there whole or not at all.
    ///
    /// In an empty folder and under the name `contacts.db` it is a store again. What is
    /// erased later stays in copies that were made before.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] if the file is there already, or is the store's own;
    /// [`Error::File`] if it can't be written; those of a store, and of a full disk.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, Scope};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path();
    /// let kinfold = Kinfold::open(folder.join("store"))?;
    /// kinfold.contacts(Scope::default()).resolve(Draft::new().email("ana@example.com"))?;
    ///
    /// std::fs::create_dir(folder.join("copy"))?;
    /// kinfold.backup(folder.join("copy").join("contacts.db"))?;
    ///
    /// let copy = Kinfold::open(folder.join("copy"))?;
    /// assert_eq!(copy.contacts(Scope::default()).count()?, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn backup(&self, file: impl AsRef<Path>) -> Result<()> {
        let done = self.inner.store.backup(file.as_ref());
        done.map_err(|failure| self.inner.error(failure))
    }
}

impl Inner {
    fn read<T>(&self, job: impl FnOnce(&store::Reading<'_>) -> Result<T, Failure>) -> Result<T> {
        self.store.read(job).map_err(|failure| self.error(failure))
    }

    /// One write transaction, stamped with the present moment.
    fn write<T>(
        &self,
        origin: Option<&str>,
        job: impl FnOnce(&store::Writing<'_>, &store::Stamp<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        let done = self.store.write(|tx| {
            self.stamped(origin, |stamp| job(tx, stamp))
                .map(store::End::Commit)
        });
        if done.is_ok() {
            self.after_write();
        }
        done.map_err(|failure| self.error(failure))
    }

    /// What follows a commit.
    fn after_write(&self) {
        self.finish_erasing();
        #[cfg(feature = "search")]
        self.search.after_call();
    }

    /// Looks without a lock, and writes if there is something to write.
    fn look_then_write<T, P>(
        &self,
        origin: Option<&str>,
        look: impl Fn(&store::Reading<'_>) -> Result<store::Look<T, P>, Failure>,
        write: impl FnOnce(&store::Writing<'_>, P, &store::Stamp<'_>) -> Result<T, Failure>,
    ) -> Result<T> {
        let write =
            |tx: &store::Writing<'_>, plan: P| self.stamped(origin, |stamp| write(tx, plan, stamp));
        let done = self.store.look_then_write(look, write);
        if done.is_ok() {
            self.after_write();
        }
        done.map_err(|failure| self.error(failure))
    }

    /// The stamp of a write that happens now.
    fn stamped<T>(&self, origin: Option<&str>, job: impl FnOnce(&store::Stamp<'_>) -> T) -> T {
        let new_id = || self.clock.new_id();
        job(&store::Stamp {
            now: self.clock.now(),
            new_id: &new_id,
            origin,
            keep_changes: self.keep_changes,
        })
    }

    /// The moment at or before which a kept answer is too old by now.
    fn answers_too_old(&self) -> Timestamp {
        let kept_for = i64::try_from(self.answers_kept_for.as_millis()).unwrap_or(i64::MAX);
        let now = self.clock.now().as_milliseconds();
        Timestamp::from_milliseconds(now.saturating_sub(kept_for))
    }

    fn error(&self, failure: Failure) -> Error {
        failure.into_error(self.store.busy_timeout())
    }
}
