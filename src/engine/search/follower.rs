//! The thread that has the index follow the change log.
//!
//! One handle writes the index in the folder, and whoever can't does without, or follows in
//! memory once what it would have to search one by one has grown long.

use std::time::{Duration, Instant};

use super::sight::{LONGEST_TAIL, Orders, Rebuild, Shared, is_of_this_log, searched};
use crate::search::{Entry, Filtered, IndexError, Reached, Writer, WriterOptions};
use crate::store::{Failure, Reading, SearchedRow, Store};

// Tests have few contacts and little time, and meet every case all the same.

/// The time between two looks at the log.
const LOOK: Duration = Duration::from_millis(if cfg!(test) { 3 } else { 50 });
/// Changes that are committed to the index at once, if they don't wait for longer than this.
const MANY: u64 = if cfg!(test) { 4 } else { 1_024 };
const LONG: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 250 });
/// How long an index is left alone that could not be written.
const REST: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 1_000 });
/// And how long if it can't be, again and again.
const LONGEST_REST: Duration = Duration::from_millis(if cfg!(test) { 100 } else { 30_000 });
/// How often the files of an index that this handle writes are looked at.
const INSPECTION: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 1_000 });
/// After so long without a change somebody else may write the index.
const IDLE: Duration = Duration::from_millis(if cfg!(test) { 100 } else { 30_000 });
/// Changes that a handle which closes leaves to the next, if it has written nothing so far.
const FEW: u64 = if cfg!(test) { 4 } else { 1_024 };

/// Contacts that are read in one state of the store.
const AT_A_TIME: usize = 128;
/// Changes for which it is worth to write with several threads.
const WORTH_THREADS: u64 = if cfg!(test) { 6 } else { 50_000 };
const MOST_THREADS: usize = 4;

/// Follows the log until it is told to stop.
pub(super) fn work(store: &Store, shared: &Shared) {
    let _end = End(shared);
    let mut follower = Follower {
        store,
        shared,
        disk: None,
        private: None,
        behind_since: None,
        rests_until: None,
        rest: REST,
        inspected: Instant::now(),
        last_change: Instant::now(),
    };
    loop {
        let orders = shared.wait(LOOK);
        // What fails here is found undone the next time.
        let done = follower.follow(orders);
        if done.is_err() {
            follower.abandon();
            // It may have been given half of something.
            follower.private = None;
            follower.rests_until = Some(Instant::now() + follower.rest);
            follower.rest = (follower.rest * 2).min(LONGEST_REST);
            // Not one that was ordered meanwhile.
            if orders.rebuild == Some(Rebuild::Ordered) {
                shared.rebuilt(Rebuild::Failed);
            }
        }
        if orders.stop {
            follower.close();
            return;
        }
    }
}

/// However it ends, nobody waits for it any more.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.rebuilt(Rebuild::Failed);
    }
}

struct Follower<'a> {
    store: &'a Store,
    shared: &'a Shared,
    /// The index in the folder, if this handle writes it.
    disk: Option<Writer>,
    /// An index in memory, if it does not.
    private: Option<Writer>,
    behind_since: Option<Instant>,
    rests_until: Option<Instant>,
    /// How long it rests if the index can't be written.
    rest: Duration,
    inspected: Instant,
    last_change: Instant,
}

/// Why the index does not follow.
enum Trouble {
    Store,
    Index,
}

impl From<Failure> for Trouble {
    fn from(_: Failure) -> Self {
        Self::Store
    }
}

impl From<IndexError> for Trouble {
    fn from(_: IndexError) -> Self {
        Self::Index
    }
}

impl Follower<'_> {
    fn follow(&mut self, orders: Orders) -> Result<(), Trouble> {
        if orders.distrust {
            self.abandon();
            self.private = None;
            self.shared.show_private(None);
        }
        // Somebody may have taken the folder away, or put another one there.
        let is_in_place = self.disk.as_ref().is_none_or(Writer::is_in_place);
        if !is_in_place {
            self.abandon();
        } else if !self.is_whole() {
            self.abandon();
            // What was opened before is no longer what others find.
            self.shared.distrust();
        }
        if self.disk.as_mut().is_some_and(Writer::has_gathered) {
            // One thread is enough for what comes now.
            self.let_go()?;
            self.writes_on_disk(0)?;
        }
        if let Some(writer) = self.private.take_if(|writer| writer.has_gathered()) {
            self.shared.show_private(writer.layer()?);
            self.private = Some(writer);
        }
        if orders.rebuild == Some(Rebuild::Ordered) {
            return self.rebuild();
        }
        let (end, on_disk) = self.store.read(|tx| {
            let on_disk = match (&self.disk, self.shared.folder()) {
                (Some(writer), _) => Some(writer.reached().clone()),
                (None, Some(_)) => self.shared.on_disk(tx)?,
                (None, None) => None,
            };
            Ok((tx.log_end()?, on_disk))
        })?;
        let behind = end.saturating_sub(on_disk.map_or(0, |reached| reached.change));
        if behind == 0 {
            self.behind_since = None;
            if self.private.take().is_some() {
                self.shared.show_private(None);
            }
            if self.last_change.elapsed() > IDLE {
                self.let_go()?;
            }
            return Ok(());
        }
        self.last_change = Instant::now();
        let since = *self.behind_since.get_or_insert_with(Instant::now);
        let is_time = match orders.stop {
            true => self.disk.is_some() || behind > FEW,
            false => orders.soon || behind >= MANY || since.elapsed() >= LONG,
        };
        let rests = self.rests_until.is_some_and(|until| Instant::now() < until);
        if !is_time || (rests && !orders.stop) {
            return Ok(());
        }
        self.behind_since = None;
        match self.writes_on_disk(behind)? {
            true => self.follow_on_disk(orders.stop)?,
            false if orders.stop => {}
            false => self.follow_in_memory(behind)?,
        }
        self.rest = REST;
        Ok(())
    }

    /// Whether this handle writes the index in the folder, from now on at least.
    fn writes_on_disk(&mut self, behind: u64) -> Result<bool, Trouble> {
        if self.disk.is_some() {
            return Ok(true);
        }
        let Some(folder) = self.shared.folder() else {
            return Ok(false);
        };
        let lock = folder.try_lock().map_err(|_| Trouble::Index)?;
        let Some(lock) = lock else {
            return Ok(false);
        };
        let options = self.options(behind);
        self.disk = Some(Writer::on_disk(folder, lock, self.shared.store(), options)?);
        Ok(true)
    }

    fn options(&self, behind: u64) -> WriterOptions {
        let threads = match behind >= WORTH_THREADS {
            true => std::thread::available_parallelism().map_or(1, usize::from),
            false => 1,
        };
        WriterOptions {
            memory: self.shared.memory(),
            threads: threads.min(MOST_THREADS),
        }
    }

    fn follow_on_disk(&mut self, is_last: bool) -> Result<(), Trouble> {
        let Some(writer) = &mut self.disk else {
            return Ok(());
        };
        catch_up(self.store, writer)?;
        // Nobody waits for it at the end of a program.
        if !is_last {
            writer.gather()?;
        }
        self.private = None;
        self.store.read(|tx| self.shared.on_disk(tx))?;
        self.shared.show_private(None);
        Ok(())
    }

    /// Follows in memory, beside an index that somebody else writes or that there is none of.
    fn follow_in_memory(&mut self, behind: u64) -> Result<(), Trouble> {
        let on_disk = self.store.read(|tx| self.shared.on_disk(tx))?;
        let on_disk = on_disk.unwrap_or_else(|| Reached::nothing(self.shared.store()));
        let is_beside = |private: &Writer| private.since() <= on_disk.change;
        if self.private.as_ref().is_some_and(|private| {
            !is_beside(private) || private.reached().change <= on_disk.change
        }) {
            self.private = None;
        }
        if self.private.is_none() {
            let touched = self
                .store
                .read(|tx| tx.touched_since(on_disk.change, LONGEST_TAIL / 2))?;
            if touched.is_all {
                self.shared.show_private(None);
                return Ok(());
            }
            self.private = Some(Writer::in_memory(on_disk, self.options(behind))?);
        }
        if let Some(writer) = &mut self.private {
            catch_up(self.store, writer)?;
            writer.gather()?;
            self.shared.show_private(writer.layer()?);
        }
        Ok(())
    }

    /// Makes the index anew, once more if somebody takes its files away meanwhile.
    fn rebuild(&mut self) -> Result<(), Trouble> {
        const TRIES: usize = 3;
        for _ in 1..TRIES {
            if self.try_to_rebuild().is_ok() {
                return Ok(());
            }
            self.abandon();
            std::thread::sleep(LOOK);
        }
        self.try_to_rebuild()
    }

    fn try_to_rebuild(&mut self) -> Result<(), Trouble> {
        if self.shared.folder().is_none() {
            self.private = None;
            let all = self.store.read(|tx| tx.log_end())?;
            self.follow_in_memory(all)?;
            self.shared.rebuilt(Rebuild::Done);
            return Ok(());
        }
        // However it ends.
        let _ = self.let_go();
        let all = self.store.read(|tx| tx.log_end())?;
        if !self.writes_on_disk(all)? {
            self.shared.rebuilt(Rebuild::Busy);
            return Ok(());
        }
        if let Some(writer) = &mut self.disk {
            writer.clear()?;
        }
        self.follow_on_disk(false)?;
        if let Some(folder) = self.shared.folder() {
            folder.remove_set_aside().map_err(|_| Trouble::Index)?;
        }
        self.shared.rebuilt(Rebuild::Done);
        Ok(())
    }

    /// Leaves the index to whoever wants to write it.
    fn let_go(&mut self) -> Result<(), Trouble> {
        if let Some(writer) = self.disk.take() {
            writer.close()?;
        }
        Ok(())
    }

    /// Leaves an index that is not what it should be. Whoever writes it next must not meet
    /// threads that still write what nobody will read: these are waited for.
    fn abandon(&mut self) {
        let _ = self.let_go();
    }

    /// Whether nobody did anything to the files of the index that this handle writes, as far as
    /// that is seen from time to time.
    fn is_whole(&mut self) -> bool {
        let (Some(writer), Some(folder)) = (&mut self.disk, self.shared.folder()) else {
            return true;
        };
        if self.inspected.elapsed() < INSPECTION {
            return true;
        }
        self.inspected = Instant::now();
        writer.is_whole(folder)
    }

    fn close(&mut self) {
        // What is left over is done by the next writer.
        let _ = self.let_go();
    }
}

/// Gives an index all that changed since it looked.
fn catch_up(store: &Store, writer: &mut Writer) -> Result<(), Trouble> {
    let Changed {
        rows,
        erased,
        reached,
    } = store.read(|tx| Ok(changed(tx, writer)))??;
    for row in &rows {
        writer.remove(*row);
    }
    // What is read of a contact may be younger than the change up to which the index is said
    // to go: then it is among those that changed since. So nobody who writes has to wait until
    // all are read.
    for rows in rows.chunks(AT_A_TIME) {
        let mut failed = None;
        store.read(|tx| {
            tx.for_each_searched(rows, |row| {
                if row.is_live && failed.is_none() {
                    failed = add(writer, row).err();
                }
            })
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
    }
    if !erased.is_empty() || writer.is_cleared() {
        writer.purge(&erased)?;
    }
    writer.commit(reached)?;
    Ok(())
}

/// What an index is to be given.
struct Changed {
    rows: Vec<i64>,
    /// Of whom nothing may be left.
    erased: Vec<i64>,
    /// How far it goes then.
    reached: Reached,
}

fn changed(tx: &Reading<'_>, writer: &mut Writer) -> Result<Changed, Trouble> {
    if !is_of_this_log(tx, writer.reached())? {
        writer.clear()?;
    }
    let end = tx.log_end()?;
    let (rows, erased) = match writer.reached().change {
        0 => (tx.live_rows(None)?, Vec::new()),
        since => {
            let touched = tx.touched_since(since, usize::MAX)?;
            (touched.rows, touched.erased)
        }
    };
    let mut reached = writer.reached().clone();
    reached.change = end;
    reached.entries = entries(tx, end)?;
    Ok(Changed {
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        erased,
        reached,
    })
}

/// The last entries of the log, and fewer of those before them.
fn entries(tx: &Reading<'_>, end: u64) -> Result<Vec<(u64, [u8; 16])>, Failure> {
    let back = (0..u64::BITS).map(|power| 1 << power);
    let numbers = std::iter::once(0).chain(back).map_while(|back| {
        let number = end.checked_sub(back);
        number.filter(|number| *number > 0)
    });
    let mut entries = Vec::new();
    for number in numbers {
        if let Some(id) = tx.entry_id(number)? {
            entries.push((number, *id.as_bytes()));
        }
    }
    Ok(entries)
}

fn add(writer: &mut Writer, row: &SearchedRow<'_>) -> Result<(), IndexError> {
    writer.add(&Entry {
        row: row.row,
        scope: row.scope,
        change: row.last_change,
        updated_at: row.updated_at,
        searched: searched(row),
        filtered: Filtered {
            tags: row.tags,
            company: row.company,
            city: row.city,
            source: row.source,
            assigned_to: row.assigned_to,
        },
    })
}
