//! A store in a folder of its own, with a clock that a test can count on, and a second
//! connection to its file for what no call of the library does or shows.
#![allow(dead_code)]

pub mod both;
pub mod crowd;
pub mod driver;
pub mod notation;
pub mod picture;
pub mod side_by_side;
pub mod steps;
pub mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use kinfold::{Clock, Durability, Kinfold, Scope, Timestamp};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::model::Settings;

/// Each look at it is a millisecond later than the one before; ids count up.
#[derive(Debug, Default)]
pub struct SteppingClock {
    moments: AtomicI64,
    ids: AtomicI64,
}

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        let moment = self.moments.fetch_add(1, Ordering::Relaxed);
        Timestamp::from_milliseconds(1_767_225_600_000 + moment)
    }

    fn new_id(&self) -> [u8; 16] {
        let number = self.ids.fetch_add(1, Ordering::Relaxed) + 1;
        let mut id = [0x5a; 16];
        // Backwards, so that nothing can lean on ids being in the order of creation.
        id[..8].copy_from_slice(&(i64::MAX - number).to_be_bytes());
        id
    }
}

/// A store on disk that is gone with the test.
pub struct TestStore {
    pub kinfold: Kinfold,
    /// Sees and changes the file behind the library's back.
    pub raw: Connection,
    folder: TempDir,
}

/// What the files of a store are at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes(Vec<(PathBuf, Vec<u8>)>);

/// Where the files of a store have got to, without reading them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Grows with every commit of another connection.
    data_version: i64,
    files: Vec<(PathBuf, u64, SystemTime)>,
}

/// The file of an empty store: copying it is faster than making it anew for every history.
static EMPTY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let builder = Kinfold::builder().clock(Arc::new(SteppingClock::default()));
    drop(builder.open(folder.path()).expect("a new store"));
    fs::read(folder.path().join("contacts.db")).expect("its file")
});

impl TestStore {
    /// A new store.
    pub fn new(settings: &Settings) -> Self {
        Self::in_folder(tempfile::tempdir().expect("a folder"), settings)
    }

    /// The same, at the price of a copied file.
    pub fn copied(settings: &Settings) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("contacts.db"), &*EMPTY).expect("a copy");
        Self::in_folder(folder, settings)
    }

    fn in_folder(folder: TempDir, settings: &Settings) -> Self {
        let kinfold = Kinfold::builder()
            .durability(Durability::Normal)
            .clock(Arc::new(SteppingClock::default()))
            .strongest_first(settings.strength.map(both::engine_kind))
            .most_identifiers_of_a_kind(settings.limit)
            .open(folder.path())
            .expect("a store opens");
        let raw = Connection::open(folder.path().join("contacts.db")).expect("a connection");
        raw.set_prepared_statement_cache_capacity(64);
        raw.pragma_update(None, "foreign_keys", true)
            .expect("foreign keys");
        raw.pragma_update(None, "synchronous", "OFF")
            .expect("a faster connection");
        Self {
            kinfold,
            raw,
            folder,
        }
    }

    /// The content of the database and of its log, byte by byte.
    pub fn bytes(&self) -> Bytes {
        let read = |path: PathBuf| {
            let content = fs::read(&path).expect("a readable file");
            (path, content)
        };
        Bytes(self.files().into_iter().map(read).collect())
    }

    /// Whether anything was written is told by comparing two of these.
    pub fn trace(&self) -> Trace {
        let files = self.files().into_iter().map(|path| {
            let about = fs::metadata(&path).expect("a file");
            let modified = about.modified().expect("a time");
            (path, about.len(), modified)
        });
        Trace {
            files: files.collect(),
            ..self.commits()
        }
    }

    /// The same by commits alone: what was committed long ago may be written back at any time.
    pub fn commits(&self) -> Trace {
        let data_version = self
            .raw
            .query_row("PRAGMA data_version", [], |row| row.get(0));
        Trace {
            data_version: data_version.expect("a number"),
            files: Vec::new(),
        }
    }

    fn files(&self) -> Vec<PathBuf> {
        // The index of the log beside it is shared memory, which readers use as well.
        ["contacts.db", "contacts.db-wal"]
            .map(|name| self.folder.path().join(name))
            .into_iter()
            .filter(|path: &PathBuf| Path::exists(path))
            .collect()
    }
}

/// The scope of an organisation by its number, or of its one location.
pub fn scope(org: impl Into<u32>, location: bool) -> Scope {
    let org = format!("org{}", org.into());
    Scope::new(&org, location.then_some("branch")).expect("a scope")
}
