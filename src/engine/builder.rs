//! How a store is opened.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::book::Lists;
use super::erasing::Erasing;
use super::lines::with_strongest_first;
#[cfg(feature = "search")]
use super::search::Search;
use super::{Inner, Kinfold};
use crate::clock::{Clock, SystemClock};
use crate::contact::ChangeId;
use crate::error::{Error, Result};
use crate::ident::{KeyRules, Kind, OwnRules, Region};
use crate::resolve::plan::Rules;
use crate::store::Failure;
use crate::store::{
    Durability, ERASE_PENDING, End, KEY_RULES, Options, Retention, STORE_ID, Store,
};

#[cfg(feature = "search")]
const INDEX_MEMORY: usize = 64 * 1024 * 1024;
#[cfg(feature = "search")]
const LEAST_INDEX_MEMORY: usize = 16 * 1024 * 1024;

/// The settings of a store about to be opened.
///
/// ```
/// use kinfold::{Durability, Kinfold};
/// use std::time::Duration;
///
/// # let folder = tempfile::tempdir()?;
/// let kinfold = Kinfold::builder()
///     .default_region("US".parse()?)
///     .durability(Durability::Normal)
///     .busy_timeout(Duration::from_secs(2))
///     .open(folder.path())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Builder {
    options: Options,
    rules: Rules,
    region: Option<Region>,
    clock: Arc<dyn Clock>,
    answers_kept_for: Duration,
    key_rules: Arc<dyn KeyRules>,
    keep_changes: Retention,
    #[cfg(feature = "search")]
    index_memory: usize,
}

impl Default for Builder {
    /// Commits that survive a power cut, ten seconds of patience, no default region,
    /// external id before email before phone, a hundred identifiers of a kind, answers
    /// kept for seven days, and the whole change log.
    fn default() -> Self {
        Self {
            options: Options::default(),
            rules: Rules::default(),
            region: None,
            clock: Arc::new(SystemClock),
            answers_kept_for: Duration::from_hours(7 * 24),
            key_rules: Arc::new(OwnRules),
            keep_changes: Retention::default(),
            #[cfg(feature = "search")]
            index_memory: INDEX_MEMORY,
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("options", &self.options)
            .field("rules", &self.rules)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// The region in which phones without a `+` are read, unless the request or the
    /// [`Contacts`](crate::Contacts) name another.
    #[must_use]
    pub fn default_region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// When a commit is safe. [`Durability::Full`] unless said otherwise.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.options.durability = durability;
        self
    }

    /// How long a writer waits for another before it gives up with [`Error::Busy`].
    #[must_use]
    pub fn busy_timeout(mut self, most: Duration) -> Self {
        self.options.busy_timeout = most;
        self
    }

    /// How many bytes of the database a connection keeps in memory at most. 16 MiB unless
    /// said otherwise, 64 KiB at least.
    ///
    /// One connection writes, and as many read as threads do at once; eight of those stay
    /// open. Memory is taken only for pages that were read.
    #[must_use]
    pub fn page_cache(mut self, bytes: u64) -> Self {
        self.options.page_cache = bytes;
        self
    }

    /// The kinds of identifier from the strongest to the weakest: whose holder is meant
    /// when a request's identifiers belong to several contacts.
    #[must_use]
    pub fn strongest_first(mut self, kinds: [Kind; 3]) -> Self {
        self.rules.strongest_first = kinds;
        self
    }

    /// The most identifiers of one kind that a contact lists; merges may exceed it.
    #[must_use]
    pub fn most_identifiers_of_a_kind(mut self, most: usize) -> Self {
        self.rules.most_of_a_kind = most;
        self
    }

    /// How long the answer to a request with an
    /// [`idempotency_key`](crate::ResolveRequest::idempotency_key) is kept. Later, by the
    /// store's clock, the key is as good as new; what was kept is deleted when later
    /// requests with keys are answered, a hundred answers at a time. Handles of one store
    /// should agree on it, because each deletes what it finds too old.
    #[must_use]
    pub fn answers_kept_for(mut self, time: Duration) -> Self {
        self.answers_kept_for = time;
        self
    }

    /// How much of the change log is kept: all of it, unless said otherwise.
    ///
    /// What is no longer kept is deleted by later writes, the oldest first and a hundred
    /// entries at a time. Who followed the log only up to before that is told to start
    /// afresh ([`Error::ChangesForgotten`]); merges can be undone all the same. Handles of
    /// one store should agree on it, because each deletes what it finds too much.
    ///
    /// ```
    /// use kinfold::{Draft, Error, Kinfold, Retention, Scope};
    ///
    /// let builder = Kinfold::builder().keep_changes(Retention::Entries(2));
    /// let contacts = builder.open_in_memory()?.contacts(Scope::default());
    /// for name in ["ana", "bo", "cem"] {
    ///     contacts.resolve(Draft::new().email(format!("{name}@example.com")))?;
    /// }
    /// assert_eq!(contacts.changes_since(1, 10)?.len(), 2);
    /// let error = contacts.changes_since(0, 10).unwrap_err();
    /// assert!(matches!(error, Error::ChangesForgotten { forgotten: 1, last: 3 }));
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn keep_changes(mut self, retention: Retention) -> Self {
        self.keep_changes = retention;
        self
    }

    /// How many bytes of memory a thread that writes the search index takes for what is not on
    /// disk yet. 64 MiB unless said otherwise, 16 MiB at least; taken only while it writes. It
    /// is one thread, or up to four while an index is made anew.
    #[cfg(feature = "search")]
    #[must_use]
    pub fn index_memory(mut self, bytes: usize) -> Self {
        self.index_memory = bytes.max(LEAST_INDEX_MEMORY);
        self
    }

    /// Where time and ids come from.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The SQLite VFS by the name under which it is registered.
    #[must_use]
    pub fn vfs(mut self, name: impl Into<String>) -> Self {
        self.options.vfs = Some(name.into());
        self
    }

    /// Other rules than this version's, for tests of what becomes of a store then.
    #[cfg(test)]
    pub(crate) fn key_rules(mut self, rules: Arc<dyn KeyRules>) -> Self {
        self.key_rules = rules;
        self
    }

    /// Opens the store in a folder. If other rules made its keys (other phone metadata,
    /// another version of Unicode), they are computed anew in one transaction, which takes
    /// seconds for a million contacts.
    ///
    /// # Errors
    ///
    /// Those of [`Kinfold::open`], and [`Error::InvalidRequest`] for settings that
    /// contradict themselves.
    pub fn open(self, folder: impl AsRef<Path>) -> Result<Kinfold> {
        self.check()?;
        let waits = self.options.busy_timeout;
        let store = Store::open(folder.as_ref(), self.options.clone())
            .map_err(|failure| failure.into_error(waits))?;
        self.with(store, Some(folder.as_ref()))
    }

    /// Opens a store that is gone with its last handle.
    ///
    /// # Errors
    ///
    /// Those of [`Kinfold::open_in_memory`], and [`Error::InvalidRequest`] for settings
    /// that contradict themselves.
    pub fn open_in_memory(self) -> Result<Kinfold> {
        self.check()?;
        let waits = self.options.busy_timeout;
        let store = Store::open_in_memory(self.options.clone())
            .map_err(|failure| failure.into_error(waits))?;
        self.with(store, None)
    }

    /// Before anything is made: whether the settings go together.
    fn check(&self) -> Result<()> {
        with_strongest_first(self.rules, self.rules.strongest_first)?;
        if self.rules.most_of_a_kind == 0 {
            let reason = "it must be 1 at least: a contact is found by what it lists";
            return Err(Error::invalid_request(
                "most_identifiers_of_a_kind",
                "0",
                reason,
            ));
        }
        let kept = match self.keep_changes {
            Retention::Entries(most) => most > 0,
            Retention::Age(most) => !most.is_zero(),
            _ => true,
        };
        if !kept {
            let reason = "it must be more than nothing: others follow the log";
            return Err(Error::invalid_request("keep_changes", "0", reason));
        }
        Ok(())
    }

    fn with(self, store: Store, folder: Option<&Path>) -> Result<Kinfold> {
        let store = Arc::new(store);
        let id = introduce(&store, &*self.clock, &*self.key_rules)
            .map_err(|failure| failure.into_error(store.busy_timeout()))?;
        let inner = Inner {
            #[cfg(feature = "search")]
            search: Search::new(Arc::clone(&store), folder, id, self.index_memory),
            #[cfg(not(feature = "search"))]
            folder: folder.map(Path::to_path_buf),
            store,
            id,
            clock: self.clock,
            rules: self.rules,
            region: self.region,
            answers_kept_for: self.answers_kept_for,
            erasing: Erasing::default(),
            keep_changes: self.keep_changes,
            lists: Lists::default(),
        };
        inner.follow_key_rules(&*self.key_rules)?;
        let pending = inner.read(|tx| tx.property(ERASE_PENDING))?.is_some();
        inner.erasing.set_pending(pending);
        inner.finish_erasing();
        Ok(Kinfold {
            inner: Arc::new(inner),
        })
    }
}

impl Inner {
    /// Computes the store's keys anew if other rules made them.
    fn follow_key_rules(&self, rules: &dyn KeyRules) -> Result<()> {
        let version = rules.version();
        let is_other = |made_by: Option<String>| made_by.as_deref() != Some(version.as_str());
        if !is_other(self.read(|tx| tx.property(KEY_RULES))?) {
            return Ok(());
        }
        self.write(Some("key rules"), |tx, stamp| {
            // Another process may have been faster.
            match is_other(tx.property(KEY_RULES)?) {
                true => tx.rekey(rules, stamp),
                false => Ok(false),
            }
        })?;
        Ok(())
    }
}

/// Gives a new store its id and says by which rules its keys are computed. The id.
fn introduce(store: &Store, clock: &dyn Clock, rules: &dyn KeyRules) -> Result<[u8; 16], Failure> {
    let id = match store.read(|tx| tx.property(STORE_ID))? {
        Some(id) => id,
        None => give_id(store, clock, rules)?,
    };
    let id: ChangeId = id.parse().map_err(|_| {
        let reason = "what it has for its id is none".to_owned();
        Error::StoreCorrupt(reason)
    })?;
    Ok(*id.as_bytes())
}

fn give_id(store: &Store, clock: &dyn Clock, rules: &dyn KeyRules) -> Result<String, Failure> {
    let id = ChangeId::from_bytes(clock.new_id()).to_string();
    store.write(|tx| {
        if let Some(id) = tx.property(STORE_ID)? {
            // Another process was faster.
            return Ok(End::RollBack(id));
        }
        tx.set_property(STORE_ID, &id)?;
        tx.set_property(KEY_RULES, &rules.version())?;
        Ok(End::Commit(id))
    })
}
