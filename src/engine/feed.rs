//! The change log as a feed: read in pages, waited for, and that of one contact.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::Contacts;
use super::view::View;
use crate::contact::ContactId;
use crate::error::{Error, Result};
use crate::store::{ChangeEntry, Failure, History, Reading};

/// Changes that are read at a time by who follows.
const PAGE: usize = 1_000;

/// How long who follows may not be able to stop.
const PAUSE: Duration = Duration::from_millis(100);

/// What [`Contacts::follow`] tells.
#[derive(Debug)]
#[non_exhaustive]
pub enum FollowEvent {
    /// The next change.
    Change(ChangeEntry),
    /// There are no more for now. Told again about ten times a second while nothing
    /// happens, so that who follows can stop.
    UpToDate,
}

impl Contacts {
    /// The changes after the one with the number `since`, oldest first, at most `limit`.
    /// From 0 on it is the whole log.
    ///
    /// Numbers rise in the order in which changes were committed, by whatever thread or
    /// process: once a change was read, none with a smaller number appears. A scope's
    /// numbers are not without gaps, because the log is one for all scopes.
    ///
    /// # Errors
    ///
    /// [`Error::ChangesForgotten`] if changes of the scope after `since` were deleted
    /// ([`Builder::keep_changes`](crate::Builder::keep_changes)), and those of a store.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default()).origin("import")?;
    /// contacts.resolve(Draft::new().email("ana@example.com"))?;
    /// let changes = contacts.changes_since(0, 10)?;
    /// assert_eq!(changes[0].op, "create");
    /// assert_eq!(changes[0].origin.as_deref(), Some("import"));
    /// assert!(contacts.changes_since(changes[0].seq, 10)?.is_empty());
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn changes_since(&self, since: u64, limit: usize) -> Result<Vec<ChangeEntry>> {
        self.kinfold
            .inner
            .read(|tx| self.view.changes_since(tx, since, limit))
    }

    /// The number of the scope's last change, 0 if there never was one.
    ///
    /// Who starts to follow takes it first, reads the contacts then, and follows the log
    /// from it on: what happened between is read twice, and nothing is missed.
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn last_change(&self) -> Result<u64> {
        self.kinfold.inner.read(|tx| self.view.last_change(tx))
    }

    /// What happened to a contact and to all that were merged into it: the changes after
    /// the one with the number `since`, oldest first, at most `limit`. The id of an
    /// absorbed contact leads to the history of its survivor; a deleted contact has one,
    /// too.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], and those of a store. That changes were deleted is no error
    /// here: [`History::forgotten`] says so.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, OnConflict, ResolveRequest, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let ana = contacts.resolve(Draft::new().email("ana@example.com"))?.contact.id;
    /// contacts.resolve(Draft::new().phone("+14155550101"))?;
    /// let both = Draft::new().email("ana@example.com").phone("+14155550101");
    /// contacts.resolve(ResolveRequest::from(both).on_conflict(OnConflict::Merge))?;
    ///
    /// let history = contacts.history(ana, 0, 10)?;
    /// let ops: Vec<&str> = history.entries.iter().map(|entry| entry.op.as_str()).collect();
    /// assert_eq!(ops, ["create", "create", "merge"]);
    /// assert_eq!(history.forgotten, None);
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn history(&self, id: ContactId, since: u64, limit: usize) -> Result<History> {
        self.kinfold
            .inner
            .read(|tx| self.view.history(tx, id, since, limit))
    }

    /// Waits until the scope has a change with a larger number than `since`, whoever
    /// commits it: this handle, another thread or another process. The number of the last
    /// one, at once if it is there already; none when `timeout` is over.
    ///
    /// It wakes some 30 ms after the commit at the latest. Any number of threads may wait;
    /// while nothing happens all of a handle's together take less than a hundredth of a
    /// processor, and they hold nothing that writers or checkpoints need.
    ///
    /// # Errors
    ///
    /// Those of a store.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, Scope};
    /// use std::time::Duration;
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let seen = contacts.last_change()?;
    /// assert_eq!(contacts.wait_for_change(seen, Duration::from_millis(5))?, None);
    ///
    /// let writer = contacts.clone();
    /// let thread = std::thread::spawn(move || {
    ///     writer.resolve(Draft::new().email("ana@example.com")).map(|outcome| outcome.created)
    /// });
    /// assert!(contacts.wait_for_change(seen, Duration::from_secs(60))?.is_some());
    /// assert_eq!(contacts.changes_since(seen, 10)?.len(), 1);
    /// # assert!(thread.join().unwrap()?);
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn wait_for_change(&self, since: u64, timeout: Duration) -> Result<Option<u64>> {
        let inner = &self.kinfold.inner;
        // What can't be counted is for ever.
        let until = Instant::now().checked_add(timeout);
        loop {
            let noticed = inner.store.commits_noticed();
            let last = self.last_change()?;
            if last > since {
                return Ok(Some(last));
            }
            if until.is_some_and(|until| until <= Instant::now()) {
                return Ok(None);
            }
            let waited = inner.store.wait_for_commit(noticed, until);
            waited.map_err(|failure| inner.error(failure))?;
        }
    }

    /// Gives every change after the one with the number `since` to `each`, oldest first,
    /// and goes on with those to come until `each` breaks. What it breaks with.
    ///
    /// # Errors
    ///
    /// Those of [`changes_since`](Self::changes_since).
    ///
    /// ```
    /// use kinfold::{Draft, FollowEvent, Kinfold, Scope};
    /// use std::ops::ControlFlow;
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// contacts.resolve(Draft::new().email("ana@example.com"))?;
    /// let mut changes = Vec::new();
    /// contacts.follow(0, |event| match event {
    ///     FollowEvent::Change(change) => {
    ///         changes.push(change.op);
    ///         ControlFlow::Continue(())
    ///     }
    ///     _ => ControlFlow::Break(()),
    /// })?;
    /// assert_eq!(changes, ["create"]);
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn follow<B>(
        &self,
        mut since: u64,
        mut each: impl FnMut(FollowEvent) -> ControlFlow<B>,
    ) -> Result<B> {
        loop {
            let changes = self.changes_since(since, PAGE)?;
            let is_all = changes.len() < PAGE;
            for change in changes {
                since = change.seq;
                if let ControlFlow::Break(end) = each(FollowEvent::Change(change)) {
                    return Ok(end);
                }
            }
            if !is_all {
                continue;
            }
            loop {
                if let ControlFlow::Break(end) = each(FollowEvent::UpToDate) {
                    return Ok(end);
                }
                if self.wait_for_change(since, PAUSE)?.is_some() {
                    break;
                }
            }
        }
    }
}

impl View {
    pub(super) fn changes_since(
        &self,
        tx: &Reading<'_>,
        since: u64,
        limit: usize,
    ) -> Result<Vec<ChangeEntry>, Failure> {
        match self.row(tx)? {
            Some(scope) => tx.changes_since(scope, since, limit),
            None => Ok(Vec::new()),
        }
    }

    pub(super) fn last_change(&self, tx: &Reading<'_>) -> Result<u64, Failure> {
        match self.row(tx)? {
            Some(scope) => tx.last_change(scope),
            None => Ok(0),
        }
    }

    pub(super) fn history(
        &self,
        tx: &Reading<'_>,
        id: ContactId,
        since: u64,
        limit: usize,
    ) -> Result<History, Failure> {
        let not_found = || Failure::from(Error::NotFound(id));
        let scope = self.row(tx)?.ok_or_else(not_found)?;
        let found = tx.find(scope, id)?.ok_or_else(not_found)?;
        tx.history(scope, found.row, since, limit)
    }
}
