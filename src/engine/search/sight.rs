//! What is seen of a store by a search: the index, and what was committed since.

use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::contact::Name;
use crate::error::{Error, Result};
use crate::search::{
    Candidate, Folder, Kept, Layer, Names, Query, Reached, Reader, Scratch, Searched, Tail, Texts,
    reached_on_disk,
};
use crate::store::{Failure, Reading, SearchedRow};

// Tests have few contacts and little time, and meet every case all the same.

/// Contacts that are searched in memory, one by one.
pub(super) const LONGEST_TAIL: usize = if cfg!(test) { 8 } else { 2_048 };
/// From so many on it is looked whether the index has come further.
const WORTH_A_LOOK: usize = if cfg!(test) { 4 } else { 64 };
/// And how often.
const LOOK: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 20 });
/// How long an index that could not be read is left alone, unless somebody commits to it.
const UNSOUND: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 1_000 });

/// What searches and the thread that has the index follow tell one another.
pub(super) struct Shared {
    folder: Option<Folder>,
    store: [u8; 16],
    memory: usize,
    state: Mutex<State>,
    orders: Mutex<Orders>,
    /// Something was ordered, or was done.
    changed: Condvar,
}

/// What a search sees.
#[derive(Default)]
struct State {
    disk: Option<Reader>,
    /// The last commit of an index that could not be read, and when that was tried.
    unsound: Option<(SystemTime, Instant)>,
    /// When the disk was last looked at.
    looked: Option<Instant>,
    /// How far the index on disk goes that was held against the log.
    trusted: Option<Reached>,
    /// In memory, of what came after the index on disk.
    private: Option<Arc<Layer>>,
    tail: Arc<Tail>,
    /// From where on the tail knows everything.
    since: u64,
}

/// What the thread is to do.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Orders {
    pub(super) stop: bool,
    /// Not to wait for more.
    pub(super) soon: bool,
    /// The index can't be read.
    pub(super) distrust: bool,
    pub(super) rebuild: Option<Rebuild>,
}

/// How far an ordered rebuild is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rebuild {
    Ordered,
    Done,
    Failed,
    /// Somebody else writes the index.
    Busy,
}

impl Shared {
    pub(super) fn new(folder: Option<Folder>, store: [u8; 16], memory: usize) -> Self {
        Self {
            folder,
            store,
            memory,
            state: Mutex::default(),
            orders: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    pub(super) fn folder(&self) -> Option<&Folder> {
        self.folder.as_ref()
    }

    pub(super) fn store(&self) -> [u8; 16] {
        self.store
    }

    pub(super) fn memory(&self) -> usize {
        self.memory
    }

    /// Whether there is anything of an index on disk.
    pub(super) fn has_files(&self) -> bool {
        self.folder.as_ref().is_some_and(Folder::has_files)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn order(&self, give: impl FnOnce(&mut Orders)) {
        give(&mut self.orders());
        self.changed.notify_all();
    }

    pub(super) fn stop(&self) {
        self.order(|orders| orders.stop = true);
    }

    /// The index on disk is not what it says it is.
    pub(super) fn distrust(&self) {
        let mut state = self.state();
        state.disk = None;
        state.private = None;
        state.looked = Some(Instant::now());
        drop(state);
        self.order(|orders| orders.distrust = true);
    }

    /// What is ordered, after a while at most.
    pub(super) fn wait(&self, most: Duration) -> Orders {
        let mut orders = self.orders();
        if !(orders.stop || orders.soon || orders.distrust || orders.has_to_rebuild()) {
            let waited = self.changed.wait_timeout(orders, most);
            orders = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let given = *orders;
        orders.soon = false;
        orders.distrust = false;
        given
    }

    /// Orders a rebuild, and waits for it.
    pub(super) fn rebuild(&self) -> Result<()> {
        self.order(|orders| orders.rebuild = Some(Rebuild::Ordered));
        let mut orders = self.orders();
        loop {
            match orders.rebuild {
                Some(Rebuild::Ordered) => {
                    let waited = self.changed.wait(orders);
                    orders = waited.unwrap_or_else(PoisonError::into_inner);
                }
                Some(Rebuild::Failed) => {
                    return Err(Error::Storage(
                        "the search index can't be written".to_owned(),
                    ));
                }
                Some(Rebuild::Busy) => {
                    return Err(Error::Busy {
                        waited: Duration::ZERO,
                    });
                }
                Some(Rebuild::Done) | None => return Ok(()),
            }
        }
    }

    pub(super) fn rebuilt(&self, how: Rebuild) {
        self.order(|orders| {
            if orders.has_to_rebuild() {
                orders.rebuild = Some(how);
            }
        });
    }

    /// Whether the files of the index have nothing any more of what was erased up to a
    /// change, within the time given.
    pub(super) fn is_purged(&self, change: u64, patience: Duration) -> bool {
        const LOOK: Duration = Duration::from_millis(2);
        let Some(folder) = &self.folder else {
            return true;
        };
        let until = Instant::now() + patience;
        loop {
            if !folder.has_files() {
                return true;
            }
            let reached = reached_on_disk(folder, self.store);
            if reached.is_some_and(|reached| reached.change >= change) {
                // Of what was set aside nobody knows what it holds.
                return folder.remove_set_aside().is_ok();
            }
            self.order(|orders| orders.soon = true);
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(LOOK);
        }
    }

    /// How far the index on disk goes, as far as this handle has read it: to be called before
    /// anything else is read.
    pub(super) fn on_disk(&self, tx: &Reading<'_>) -> Result<Option<Reached>, Failure> {
        let mut state = self.state();
        state.look(self, true);
        state.validate(tx)?;
        Ok(state
            .disk
            .as_ref()
            .map(|disk| disk.layer().reached().clone()))
    }

    /// Shows searches what an index in memory has by now, or that there is none.
    pub(super) fn show_private(&self, layer: Option<Arc<Layer>>) {
        self.state().private = layer;
    }

    /// What is committed at the moment: to be called before anything else is read.
    pub(super) fn sight(&self, tx: &Reading<'_>) -> Result<Sight, Failure> {
        let mut state = self.state();
        // The index first: it never goes further than what is read after it.
        state.look(self, false);
        let end = tx.log_end()?;
        state.validate(tx)?;
        let layers = state.layers();
        let base = layers.first().map_or(0, |layer| layer.reached().change);
        if (state.since..=state.tail.reached).contains(&base) {
            if base > state.since {
                Arc::make_mut(&mut state.tail).forget(base);
            }
        } else {
            state.tail = Arc::new(Tail::from(base));
        }
        state.since = base;
        let mut beyond = None;
        if state.tail.reached < end {
            let touched = tx.touched_since(state.tail.reached, LONGEST_TAIL)?;
            if touched.is_all && state.tail.len() + touched.rows.len() <= LONGEST_TAIL {
                let tail = Arc::make_mut(&mut state.tail);
                let rows: Vec<i64> = touched.rows.iter().map(|(_, row)| *row).collect();
                tx.for_each_searched(&rows, |row| tail.put(row.row, kept(row)))?;
                tail.reached = end;
            } else {
                beyond = Some(base);
            }
        }
        let tail = Arc::clone(&state.tail);
        drop(state);
        Ok(match beyond {
            None => Sight {
                layers,
                tail,
                all_since: None,
            },
            Some(base) => {
                let touched = tx.touched_since(base, usize::MAX)?;
                let rows: HashSet<i64> = touched.rows.iter().map(|(_, row)| *row).collect();
                Sight {
                    tail: Arc::new(Tail::hiding(rows)),
                    layers,
                    all_since: Some(touched.rows.into_iter().map(|(_, row)| row).collect()),
                }
            }
        })
    }
}

impl Orders {
    fn has_to_rebuild(&self) -> bool {
        self.rebuild == Some(Rebuild::Ordered)
    }
}

impl State {
    /// Looks at the disk, if that is worth it.
    fn look(&mut self, shared: &Shared, now: bool) {
        let Some(folder) = &shared.folder else {
            return;
        };
        let is_due = self.looked.is_none_or(|looked| looked.elapsed() >= LOOK);
        let is_worth_it = self.disk.is_none() || self.tail.len() >= WORTH_A_LOOK;
        if !(now || (is_due && is_worth_it)) {
            return;
        }
        self.looked = Some(Instant::now());
        let refreshed = self.disk.as_mut().map(Reader::refresh);
        if !matches!(refreshed, Some(Ok(()))) {
            self.open(folder, shared.store);
        }
    }

    /// Opens the index, which reads all of it; so what was found unsound is given some time.
    fn open(&mut self, folder: &Folder, store: [u8; 16]) {
        self.disk = None;
        let Some(commit) = folder.last_commit() else {
            return;
        };
        let is_unsound = |(unsound, tried): (SystemTime, Instant)| {
            unsound == commit && tried.elapsed() < UNSOUND
        };
        if self.unsound.is_some_and(is_unsound) {
            return;
        }
        self.disk = Reader::open(folder, store);
        self.unsound = match self.disk {
            Some(_) => None,
            None => Some((commit, Instant::now())),
        };
    }

    /// Forgets an index that followed another log.
    fn validate(&mut self, tx: &Reading<'_>) -> Result<(), Failure> {
        let Some(disk) = &self.disk else {
            return Ok(());
        };
        let reached = disk.layer().reached();
        if self.trusted.as_ref() == Some(reached) {
            return Ok(());
        }
        if is_of_this_log(tx, reached)? {
            self.trusted = Some(reached.clone());
        } else {
            self.disk = None;
        }
        Ok(())
    }

    /// The newest first.
    fn layers(&self) -> Vec<Arc<Layer>> {
        let disk = self.disk.as_ref().map(Reader::layer);
        let private = self.private.as_ref().filter(|private| {
            let on_disk = disk.map_or(0, |disk| disk.reached().change);
            // What it was made beside is still there, or more.
            private.reached().change > on_disk && private.since() <= on_disk
        });
        private.into_iter().chain(disk).map(Arc::clone).collect()
    }
}

/// Whether an index followed the log of this store, as it is now.
pub(super) fn is_of_this_log(tx: &Reading<'_>, reached: &Reached) -> Result<bool, Failure> {
    if reached.change == 0 {
        return Ok(true);
    }
    if reached.change > tx.log_end()? {
        return Ok(false);
    }
    let mut is_known = false;
    for (seq, id) in &reached.entries {
        match tx.entry_id(*seq)? {
            Some(entry) if entry.as_bytes() != id => return Ok(false),
            entry => is_known |= entry.is_some(),
        }
    }
    // What was forgotten since can't be asked.
    Ok(is_known || tx.forgotten_anywhere()? >= reached.change)
}

/// What one search sees.
pub(super) struct Sight {
    layers: Vec<Arc<Layer>>,
    tail: Arc<Tail>,
    /// The contacts that changed since the newest layer, where they are too many to be kept.
    all_since: Option<Vec<i64>>,
}

impl Sight {
    pub(super) fn layers(&self) -> &[Arc<Layer>] {
        &self.layers
    }

    pub(super) fn tail(&self) -> &Tail {
        &self.tail
    }

    /// Who is found among the contacts that no index has yet.
    pub(super) fn of_tail(
        &self,
        tx: &Reading<'_>,
        query: &Query,
        scope: i64,
        scratch: &mut Scratch,
    ) -> Result<Vec<Candidate>, Failure> {
        let Some(rows) = &self.all_since else {
            return Ok(self.tail.find(query, scope, scratch));
        };
        ranked(tx, rows, query, scope, scratch)
    }
}

/// Those of some contacts that a query finds, looked at one by one.
pub(super) fn ranked(
    tx: &Reading<'_>,
    rows: &[i64],
    query: &Query,
    scope: i64,
    scratch: &mut Scratch,
) -> Result<Vec<Candidate>, Failure> {
    let mut found = Vec::new();
    tx.for_each_searched(rows, |row| {
        if row.scope != scope || !row.is_live {
            return;
        }
        if let Some(rank) = query.rank(&searched(row), scratch) {
            found.push(Candidate {
                rank,
                change: row.last_change,
                row: row.row,
            });
        }
    })?;
    Ok(found)
}

/// What is searched of a row.
pub(super) fn searched<'a>(row: &'a SearchedRow<'_>) -> Searched<'a> {
    Searched {
        names: match row.full_name {
            Some(full) => Names {
                display: Some(full.into()),
                given: row.given_name,
                family: row.family_name,
            },
            None => {
                let name = Name {
                    full: None,
                    given: row.given_name.map(str::to_owned),
                    family: row.family_name.map(str::to_owned),
                };
                Names {
                    display: name.display().map(Into::into),
                    given: None,
                    family: None,
                }
            }
        },
        company: row.company,
        emails: row.emails.iter().collect(),
        phones: row.phones.iter().collect(),
    }
}

fn kept(row: &SearchedRow<'_>) -> Kept {
    let texts = row.is_live.then(|| {
        let searched = searched(row);
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Texts {
            given: owned(searched.names.given),
            family: owned(searched.names.family),
            display: searched.names.display.map(|name| name.into_owned()),
            company: owned(searched.company),
            emails: row.emails.iter().map(str::to_owned).collect(),
            phones: row.phones.iter().map(str::to_owned).collect(),
        }
    });
    Kept {
        scope: row.scope,
        change: row.last_change,
        texts,
    }
}
