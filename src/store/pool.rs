//! One writer, several readers, and the transactions on them.

use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};

use super::failure::{Failure, Result};
use super::open::{self, Files, Options};
use super::{Reading, Writing};
use crate::error::Error;

/// Readers that wait for their next use; more are closed.
const IDLE_READERS: usize = 8;

/// The connections of one open store.
pub(crate) struct Store {
    options: Options,
    /// None in memory, where the writer reads too.
    files: Option<Files>,
    /// The writer, unless somebody has it.
    writer: Mutex<Option<Connection>>,
    writer_is_back: Condvar,
    readers: Mutex<Vec<Connection>>,
}

/// What becomes of a write transaction.
pub(crate) enum End<T> {
    Commit(T),
    RollBack(T),
}

impl Store {
    pub(crate) fn open(folder: &Path, options: Options) -> Result<Self> {
        open::check_sqlite()?;
        let files = Files::of(folder)?;
        let writer = open::open_writer(&files, &options)?;
        Self::with(writer, Some(files), options)
    }

    pub(crate) fn open_in_memory(options: Options) -> Result<Self> {
        open::check_sqlite()?;
        let writer = open::open_in_memory(&options)?;
        Self::with(writer, None, options)
    }

    fn with(writer: Connection, files: Option<Files>, options: Options) -> Result<Self> {
        Ok(Self {
            options,
            files,
            writer: Mutex::new(Some(writer)),
            writer_is_back: Condvar::new(),
            readers: Mutex::new(Vec::new()),
        })
    }

    pub(crate) fn busy_timeout(&self) -> Duration {
        self.options.busy_timeout
    }

    /// Reads one state of the store. Waits for no writer.
    pub(crate) fn read<T>(&self, job: impl FnOnce(&Reading<'_>) -> Result<T>) -> Result<T> {
        let Some(files) = &self.files else {
            let writer = self.take_writer()?;
            return read_on(writer.connection()?, job);
        };
        let idle = lock(&self.readers).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => open::open_reader(files, &self.options)?,
        };
        let result = read_on(&reader, job);
        let mut readers = lock(&self.readers);
        if readers.len() < IDLE_READERS && reader.is_autocommit() {
            readers.push(reader);
        }
        result
    }

    /// Writes, whole or not at all, after every other writer.
    pub(crate) fn write<T>(&self, job: impl FnOnce(&Writing<'_>) -> Result<End<T>>) -> Result<T> {
        let mut writer = self.take_writer()?;
        let transaction = writer
            .connection_mut()?
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let end = job(&Writing {
            reading: Reading {
                connection: &transaction,
            },
        })?;
        match end {
            End::Commit(value) => {
                transaction.commit()?;
                Ok(value)
            }
            End::RollBack(value) => {
                transaction.rollback()?;
                Ok(value)
            }
        }
    }

    fn take_writer(&self) -> Result<Writer<'_>> {
        let started = Instant::now();
        let most = self.options.busy_timeout;
        let mut place = lock(&self.writer);
        loop {
            if let Some(connection) = place.take() {
                return Ok(Writer {
                    store: self,
                    connection: Some(connection),
                });
            }
            let left = most.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Err(Error::Busy { waited: most }.into());
            }
            let waited = self.writer_is_back.wait_timeout(place, left);
            place = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn read_on<T>(connection: &Connection, job: impl FnOnce(&Reading<'_>) -> Result<T>) -> Result<T> {
    // Ends with a rollback, which for a reader is the same as a commit.
    let transaction = connection.unchecked_transaction()?;
    job(&Reading {
        connection: &transaction,
    })
}

/// A poisoned lock guards connections whose transaction was rolled back on unwind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The writer while somebody has it; goes back on drop.
struct Writer<'a> {
    store: &'a Store,
    connection: Option<Connection>,
}

impl Writer<'_> {
    fn connection(&self) -> Result<&Connection> {
        self.connection.as_ref().ok_or_else(gone)
    }

    fn connection_mut(&mut self) -> Result<&mut Connection> {
        self.connection.as_mut().ok_or_else(gone)
    }
}

fn gone() -> Failure {
    Error::Storage("the writer is gone".to_owned()).into()
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        *lock(&self.store.writer) = self.connection.take();
        self.store.writer_is_back.notify_one();
    }
}
