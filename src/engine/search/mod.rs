//! Searches: the index, what is not in it yet, and the contacts themselves, seen as one
//! state of the store.

#[cfg(test)]
mod erased_tests;
mod follower;
#[cfg(test)]
mod histories_tests;
mod inspect;
#[cfg(test)]
mod inspect_tests;
mod sight;
#[cfg(test)]
mod table_tests;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Contacts;
use super::view::View;
use crate::book::Matcher;
use crate::contact::refused::Refused;
use crate::error::{Error, Result};
use crate::search::{
    Candidate, Candidates, Filters, Folder, IndexError, Query, Scratch, SearchCursor, SearchHit,
    SearchPage, SearchRequest, SearchSeal, Searched, score,
};
use crate::store::{Failure, Reading, SearchStats, Store};

use sight::{Shared, Sight};

/// Changes after which a handle that writes has the index follow, also if nobody searches.
const WORTH_IT: u64 = 256;
/// After so many calls that may have changed something it is looked how many they were.
const LOOK: u32 = 64;

/// How a store is searched: what all clones of a handle share of it.
pub(super) struct Search {
    store: Arc<Store>,
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Calls that may have changed something.
    calls: AtomicU32,
    /// How far the log went when it was first looked at.
    seen: AtomicU64,
    is_followed: AtomicBool,
}

impl Search {
    /// The search of a store in a folder, or of one in memory. Nothing is opened yet.
    pub(super) fn new(
        store: Arc<Store>,
        folder: Option<&Path>,
        id: [u8; 16],
        memory: usize,
    ) -> Self {
        let folder = folder.map(Folder::of_store);
        Self {
            store,
            shared: Arc::new(Shared::new(folder, id, memory)),
            thread: Mutex::default(),
            calls: AtomicU32::new(0),
            seen: AtomicU64::new(u64::MAX),
            is_followed: AtomicBool::new(false),
        }
    }

    /// After a call of this handle's that may have changed something.
    pub(super) fn after_call(&self) {
        let calls = self.calls.fetch_add(1, Ordering::Relaxed);
        if !calls.is_multiple_of(LOOK) || self.is_followed.load(Ordering::Relaxed) {
            return;
        }
        // Calls that change nothing are no reason to write an index.
        let Ok(end) = self.store.read(|tx| tx.log_end()) else {
            return;
        };
        let seen = self.seen.fetch_min(end, Ordering::Relaxed).min(end);
        if end - seen >= WORTH_IT {
            self.follow();
        }
    }

    /// Has the index follow the log from now on, and says whether it does.
    fn follow(&self) -> bool {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return true;
        }
        let (store, shared) = (Arc::clone(&self.store), Arc::clone(&self.shared));
        let name = "kinfold search".to_owned();
        let work = move || follower::work(&store, &shared);
        // Without a thread every search looks at the contacts themselves.
        *thread = std::thread::Builder::new().name(name).spawn(work).ok();
        self.is_followed.store(thread.is_some(), Ordering::Relaxed);
        thread.is_some()
    }

    /// Has the index made anew from the database, and waits for it.
    pub(super) fn rebuild(&self) -> Result<()> {
        if !self.follow() {
            let reason = "no thread can be started to write the search index";
            return Err(Error::Storage(reason.to_owned()));
        }
        self.shared.rebuild()
    }

    /// Whether the files of the index hold nothing any more of what was erased up to a
    /// change, within the time given.
    pub(super) fn is_purged(&self, change: u64, patience: Duration) -> bool {
        if !self.shared.has_files() {
            return true;
        }
        self.follow();
        self.shared.is_purged(change, patience)
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.shared.stop();
        let thread = self.thread.get_mut();
        let thread = thread.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

/// A search as it was read.
struct AskedSearch {
    query: Query,
    filter: Matcher,
    filters: Filters,
    limit: usize,
    after: Option<Candidate>,
    seal: SearchSeal,
}

impl AskedSearch {
    fn read(view: &View, store: [u8; 16], request: &SearchRequest) -> Result<Self> {
        request.check()?;
        let seal = SearchSeal::new(store, &view.scope, &request.query);
        let position = |cursor: &SearchCursor| {
            let refused = |invalid| Refused::request("cursor", &cursor.to_string(), invalid);
            cursor.position(&seal).map_err(refused)
        };
        let after = request.after.as_ref().map(position).transpose()?;
        let filter = Matcher::read(&request.filter)?;
        Ok(Self {
            query: Query::read(&request.query),
            filters: filters(&filter),
            filter,
            limit: request.limit,
            after,
            seal,
        })
    }
}

/// What the index can tell of a filter.
fn filters(filter: &Matcher) -> Filters {
    let mut filters = Filters::default();
    for tag in filter.tags() {
        filters.tag(tag);
    }
    if !filter.any_tags().is_empty() {
        filters.any_tag(filter.any_tags());
    }
    if let Some(company) = filter.company() {
        filters.company(company);
    }
    if let Some(city) = filter.city() {
        filters.city(city);
    }
    if let Some(source) = filter.source() {
        filters.source(source);
    }
    if let Some(user) = filter.assigned_to() {
        filters.assigned_to(user);
    }
    for (kind, has) in [("phone", filter.has_phone), ("email", filter.has_email)] {
        if let Some(has) = has {
            filters.lists(kind, has);
        }
    }
    if let Some(moment) = filter.changed_since {
        filters.changed_since(moment.as_milliseconds());
    }
    filters
}

impl Contacts {
    /// Finds contacts by name, best first; see [`SearchRequest`] for what is found and how it
    /// is ranked.
    ///
    /// Every committed change counts, of this process and of others: what the index has not
    /// seen yet is searched in memory. The index is a folder `search` beside the database; a
    /// thread of the handle has it follow the change log, from the first search on or once
    /// the handle has written a few hundred times. Without one, and as long as it is being
    /// made, the contacts themselves are looked at: some seconds for a million of them.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest) for a limit out of bounds, an
    /// empty condition or a cursor of another store, scope or query; those of a store.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchPage> {
        let inner = &self.kinfold.inner;
        let asked = AskedSearch::read(&self.view, inner.id, request)?;
        if asked.query.words.is_empty() {
            return Ok(SearchPage::default());
        }
        inner.search.follow();
        loop {
            let page = inner.read(|tx| {
                // Before anything else is read: so the tail is never newer than what is read.
                let sight = inner.search.shared.sight(tx)?;
                self.view.search(tx, &asked, &sight)
            })?;
            match page {
                Some(page) => return Ok(page),
                // An index that can't be read is not asked again.
                None => inner.search.shared.distrust(),
            }
        }
    }
}

impl View {
    /// A page of hits; none if the index can't be read.
    fn search(
        &self,
        tx: &Reading<'_>,
        asked: &AskedSearch,
        sight: &Sight,
    ) -> Result<Option<SearchPage>, Failure> {
        let Some(scope) = self.row(tx)? else {
            return Ok(Some(SearchPage::default()));
        };
        let mut scratch = Scratch::default();
        let (query, filters) = (&asked.query, &asked.filters);
        let mut ranked = sight.of_tail(tx, query, scope, &mut scratch)?;
        let mut layers = sight.layers();
        let Some(few) = readable(|| filters.few(layers, sight.tail(), scope)) else {
            return Ok(None);
        };
        if let Some(few) = few {
            ranked.append(&mut sight::ranked(tx, &few, query, scope, &mut scratch)?);
            layers = &[];
        }
        let after = asked.after;
        let mut candidates =
            Candidates::new(query, filters, scope, after, layers, sight.tail(), ranked);
        let mut page = SearchPage::default();
        let mut last = None;
        let mut met = HashSet::new();
        loop {
            let Some(candidate) = readable(|| candidates.next()) else {
                return Ok(None);
            };
            let Some(candidate) = candidate else {
                break;
            };
            if !tx.is_in_scope(candidate.row, scope)? || !met.insert(candidate.row) {
                // No index that is what it was when it was written says so.
                continue;
            }
            let contact = tx.contact(candidate.row, &self.scope)?;
            let searched = Searched::of(&contact);
            let found = asked.query.matches(&searched, &mut scratch);
            // What an index says is never believed against the contact itself.
            let Some(found) = found.filter(|found| found.rank == candidate.rank) else {
                continue;
            };
            if contact.deleted || !asked.filter.lets_through_contact(&contact) {
                continue;
            }
            if page.hits.len() == asked.limit {
                page.next = last.map(|last| SearchCursor::of(&last, &asked.seal));
                break;
            }
            last = Some(candidate);
            drop(searched);
            page.hits.push(SearchHit {
                contact,
                score: score(found.rank),
                class: found.rank.class,
                matched: found.parts,
            });
        }
        Ok(Some(page))
    }
}

/// What is read of an index; none if it can't be read. What reads its files believes them,
/// and who changed one meanwhile may make it panic.
fn readable<T>(read: impl FnOnce() -> Result<T, IndexError>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok()?.ok()
}

impl super::Kinfold {
    /// Makes the index that searches use anew from the database, and waits for it. What was
    /// set aside as damaged is removed. What is on disk then; nothing, if the store is in
    /// memory.
    ///
    /// Never needed: an index that is missing, damaged or behind is noticed and mended by
    /// itself, and meanwhile searches are answered all the same.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`](crate::Error::Busy) if another process writes the index;
    /// [`Error::Storage`](crate::Error::Storage) if it can't be written.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, Scope};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path();
    /// let kinfold = Kinfold::open(folder)?;
    /// kinfold.contacts(Scope::default()).resolve(Draft::new().email("ana@example.com"))?;
    /// let index = kinfold.reindex()?;
    /// assert_eq!((index.contacts, index.changes_behind), (1, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reindex(&self) -> Result<SearchStats> {
        let search = &self.inner.search;
        search.rebuild()?;
        let stats = self.inner.read(|tx| search.stats(tx))?;
        Ok(stats.unwrap_or_default())
    }
}
