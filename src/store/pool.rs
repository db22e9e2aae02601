//! One writer, several readers, and the transactions on them.

use std::cell::Cell;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::backup::Copy;
use super::checkpoint::{self, Checkpointer};
use super::failure::Result;
use super::open::{self, Files, Options};
use super::transaction::{LONG_HOLD, REST, Transaction};
use super::turn::{Deadline, Turn, Writer};
use super::watch::{Lookout, Watch};
use super::{Reading, Writing};

/// Readers that wait for their next use; more are closed.
const IDLE_READERS: usize = 8;

thread_local! {
    /// Threads come back to the reader they used before: what it has in memory is then in
    /// their processor's caches.
    static SEAT: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed)
    };
    /// Whether this thread's last look led to a write: then the next one is on the writer.
    static HAD_TO_WRITE: Cell<bool> = const { Cell::new(true) };
}

/// The connections of one open store.
pub(crate) struct Store {
    options: Options,
    /// None in memory. Dropped first: its thread has a connection of its own, and the
    /// last one that is closed tidies up.
    on_disk: Option<OnDisk>,
    /// Those who wait for a commit. It has a connection of its own, too.
    watch: Watch,
    /// Commits to a store in memory.
    commits: Arc<AtomicU64>,
    turn: Arc<Turn>,
}

/// What a store on disk has beside its writer.
struct OnDisk {
    checkpointer: Checkpointer,
    files: Files,
    /// Readers that wait for their next use.
    seats: [Mutex<Option<Connection>>; IDLE_READERS],
    /// Until when the write lock is left to other processes.
    rests_until: Mutex<Option<Instant>>,
}

/// What becomes of a write transaction.
pub(crate) enum End<T> {
    Commit(T),
    RollBack(T),
}

/// What a look at the store leads to.
pub(crate) enum Look<T, P> {
    /// An answer, and nothing to write.
    Answer(T),
    /// Something to write, as long as the store is as it was seen.
    Write(P),
}

impl Store {
    pub(crate) fn open(folder: &Path, options: Options) -> Result<Self> {
        open::check_sqlite()?;
        let files = Files::of(folder)?;
        let writer = open::open_writer(&files, &options)?;
        checkpoint::watch(&writer);
        let turn = Arc::new(Turn::new(writer));
        let checkpointer = Checkpointer::new(files.clone(), options.clone(), Arc::clone(&turn));
        let watch = Watch::new(Lookout::on_disk(files.clone(), options.clone()));
        let on_disk = OnDisk {
            checkpointer,
            files,
            seats: Default::default(),
            rests_until: Mutex::new(None),
        };
        Ok(Self {
            options,
            on_disk: Some(on_disk),
            watch,
            commits: Arc::default(),
            turn,
        })
    }

    pub(crate) fn open_in_memory(options: Options) -> Result<Self> {
        open::check_sqlite()?;
        let writer = open::open_in_memory(&options)?;
        let commits = Arc::<AtomicU64>::default();
        Ok(Self {
            options,
            on_disk: None,
            watch: Watch::new(Lookout::InMemory {
                commits: Arc::clone(&commits),
                seen: 0,
            }),
            commits,
            turn: Arc::new(Turn::new(writer)),
        })
    }

    /// Whether there is one connection for all, so that who reads keeps others waiting.
    pub(crate) fn is_in_memory(&self) -> bool {
        self.on_disk.is_none()
    }

    pub(crate) fn busy_timeout(&self) -> Duration {
        self.options.busy_timeout
    }

    /// Reads one state of the store. Waits for no writer.
    pub(crate) fn read<T>(&self, job: impl FnOnce(&Reading<'_>) -> Result<T>) -> Result<T> {
        let Some(on_disk) = &self.on_disk else {
            let writer = self.turn.take(self.deadline())?;
            return read_on(writer.connection()?, job);
        };
        let reader = match on_disk.idle_reader() {
            Some(reader) => reader,
            None => open::open_reader(&on_disk.files, &self.options)?,
        };
        let result = read_on(&reader, job);
        if reader.is_autocommit() {
            on_disk.seat(reader);
        }
        result
    }

    /// Copies one state of the store into a new file. Waits for no writer.
    pub(crate) fn backup(&self, place: &Path) -> Result<()> {
        let files = self.on_disk.as_ref().map(|on_disk| &on_disk.files);
        let copy = Copy::at(place, files)?;
        self.read(|tx| copy.write(tx.connection, &self.options))
    }

    /// Writes, whole or not at all, after every other writer.
    pub(crate) fn write<T>(&self, job: impl FnOnce(&Writing<'_>) -> Result<End<T>>) -> Result<T> {
        let deadline = self.deadline();
        let writer = self.turn.take(deadline)?;
        self.write_on(&writer, deadline, job)
    }

    /// Looks, without a lock, and writes if there is something to write.
    ///
    /// What was seen still holds when it is written: if somebody else wrote meanwhile, it
    /// is looked again, with the lock.
    pub(crate) fn look_then_write<T, P>(
        &self,
        look: impl Fn(&Reading<'_>) -> Result<Look<T, P>>,
        write: impl FnOnce(&Writing<'_>, P) -> Result<T>,
    ) -> Result<T> {
        let deadline = self.deadline();
        let free = match &self.on_disk {
            Some(_) if HAD_TO_WRITE.get() => self.turn.try_take(),
            Some(_) => None,
            None => Some(self.turn.take(deadline)?),
        };
        let (writer, seen) = match free {
            // On the writer's own connection, so that what it read can become a write.
            Some(writer) => {
                let connection = writer.connection()?;
                let transaction = Transaction::deferred(connection)?;
                match look(&Reading::committed(connection)) {
                    Ok(Look::Answer(answer)) => {
                        transaction.commit()?;
                        HAD_TO_WRITE.set(false);
                        return Ok(answer);
                    }
                    Ok(Look::Write(plan)) if transaction.try_to_write()? => {
                        open::refuse_newer(connection)?;
                        let value = write(&Writing::on(connection), plan)?;
                        self.commit(transaction)?;
                        return Ok(value);
                    }
                    Ok(Look::Write(_)) => {
                        drop(transaction);
                        (Some(writer), true)
                    }
                    // The writer doesn't wait where a reader does, for the log to be recovered.
                    Err(failure) if failure.is_busy() => (None, false),
                    Err(failure) => return Err(failure),
                }
            }
            None => (None, false),
        };
        if !seen && let Look::Answer(answer) = self.read(&look)? {
            return Ok(answer);
        }
        HAD_TO_WRITE.set(true);
        let writer = match writer {
            Some(writer) => writer,
            None => self.turn.take(deadline)?,
        };
        self.write_on(&writer, deadline, |tx| {
            Ok(End::Commit(match look(tx)? {
                Look::Answer(answer) => answer,
                Look::Write(plan) => write(tx, plan)?,
            }))
        })
    }

    fn write_on<T>(
        &self,
        writer: &Writer<'_>,
        deadline: Deadline,
        job: impl FnOnce(&Writing<'_>) -> Result<End<T>>,
    ) -> Result<T> {
        let connection = writer.connection()?;
        if let Some(on_disk) = &self.on_disk {
            on_disk.rest();
        }
        let transaction = Transaction::immediate(connection, deadline)?;
        let began = Instant::now();
        open::refuse_newer(connection)?;
        let end = job(&Writing::on(connection))?;
        let value = match end {
            End::Commit(value) => {
                self.commit(transaction)?;
                value
            }
            End::RollBack(value) => {
                drop(transaction);
                value
            }
        };
        if let Some(on_disk) = &self.on_disk
            && began.elapsed() > LONG_HOLD
        {
            *on_disk.rests_until() = Some(Instant::now() + REST);
        }
        Ok(value)
    }

    /// Writes the log back whole and empties its file; false if somebody reads an old state for
    /// longer than this.
    pub(crate) fn empty_log(&self, patience: Duration) -> Result<bool> {
        if self.is_in_memory() {
            return Ok(true);
        }
        let writer = self.turn.take(self.deadline())?;
        checkpoint::empty_log(writer.connection()?, patience)
    }

    fn commit(&self, transaction: Transaction<'_>) -> Result<()> {
        let connection = transaction.connection();
        transaction.commit()?;
        match &self.on_disk {
            Some(on_disk) => on_disk.checkpointer.after_commit(connection),
            None => {
                self.commits.fetch_add(1, Ordering::SeqCst);
            }
        }
        Ok(())
    }

    /// How often commits were noticed so far; to be taken before the store is looked at.
    pub(crate) fn commits_noticed(&self) -> u64 {
        self.watch.noticed()
    }

    /// Waits until commits are noticed once more, of whatever process, or until a moment.
    pub(crate) fn wait_for_commit(&self, noticed: u64, until: Option<Instant>) -> Result<bool> {
        self.watch.wait(noticed, until)
    }

    fn deadline(&self) -> Deadline {
        Deadline::after(self.options.busy_timeout)
    }
}

impl OnDisk {
    /// Leaves the write lock free for a moment after it was held for long: who waits in
    /// another process would hardly ever find it free.
    fn rest(&self) {
        let until = self.rests_until().take();
        if let Some(left) = until.and_then(|until| until.checked_duration_since(Instant::now())) {
            std::thread::sleep(left);
        }
    }

    fn rests_until(&self) -> MutexGuard<'_, Option<Instant>> {
        lock(&self.rests_until)
    }

    /// An idle reader: this thread's own, or else somebody's.
    fn idle_reader(&self) -> Option<Connection> {
        self.seats_from_own().find_map(|seat| lock(seat).take())
    }

    /// Puts a reader on this thread's seat, or else on a free one, or closes it.
    fn seat(&self, reader: Connection) {
        let mut reader = Some(reader);
        for seat in self.seats_from_own() {
            let mut seat = lock(seat);
            if seat.is_none() {
                *seat = reader.take();
                return;
            }
        }
    }

    fn seats_from_own(&self) -> impl Iterator<Item = &Mutex<Option<Connection>>> {
        let own = SEAT.with(|seat| seat % IDLE_READERS);
        self.seats.iter().cycle().skip(own).take(IDLE_READERS)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read_on<T>(connection: &Connection, job: impl FnOnce(&Reading<'_>) -> Result<T>) -> Result<T> {
    let transaction = Transaction::deferred(connection)?;
    let result = job(&Reading::committed(connection))?;
    transaction.commit()?;
    Ok(result)
}
