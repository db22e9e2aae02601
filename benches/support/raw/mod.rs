//! The same work by hand: rusqlite, statements prepared once, one transaction, plain
//! values. It reads the same rows and writes the same tables, indexes and log entry as
//! the library, and knows beforehand what each kind of work comes to.

mod entry;
mod reading;
mod writing;

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use kinfold::Durability;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, PrepFlags, Statement};

use super::people::Person;
use super::work::{Side, Task, Work};
use reading::{RawKey, Reads};

pub const PHONE: i64 = 1;
pub const EMAIL: i64 = 2;
pub const EXTERNAL_ID: i64 = 3;

/// Opens a store's database with the settings that the library gives its writer
/// (`src/store/open.rs`).
pub fn connect(folder: &Path, durability: Durability) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(folder.join("contacts.db"), flags).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
    ] {
        connection.set_db_config(setting, on).unwrap();
    }
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    let pragmas = format!(
        "PRAGMA temp_store = MEMORY;
         PRAGMA mmap_size = 0;
         PRAGMA cache_size = -16384;
         PRAGMA synchronous = {synchronous};
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON;"
    );
    connection.execute_batch(&pragmas).unwrap();
    connection
}

/// A statement to hold: told so, SQLite makes it outside the small memory that running
/// statements use.
fn prepare<'connection>(connection: &'connection Connection, sql: &str) -> Statement<'connection> {
    let held = PrepFlags::SQLITE_PREPARE_PERSISTENT;
    connection.prepare_with_flags(sql, held).unwrap()
}

/// A connection and its statements.
pub struct Raw<'connection> {
    begin: Statement<'connection>,
    begin_immediate: Statement<'connection>,
    commit: Statement<'connection>,
    reads: Reads<'connection>,
    writes: writing::Statements<'connection>,
}

impl<'connection> Raw<'connection> {
    pub fn new(connection: &'connection Connection) -> Self {
        let prepare = |sql| prepare(connection, sql);
        Self {
            begin: prepare("BEGIN"),
            begin_immediate: prepare("BEGIN IMMEDIATE"),
            commit: prepare("COMMIT"),
            reads: Reads::new(connection),
            writes: writing::Statements::new(connection),
        }
    }

    /// Does tasks of one kind in one transaction.
    fn run(&mut self, work: Work, tasks: &[Task]) {
        match work.writes() {
            true => self.begin_immediate.execute([]).unwrap(),
            false => self.begin.execute([]).unwrap(),
        };
        for task in tasks {
            self.step(work, task);
        }
        self.commit.execute([]).unwrap();
    }

    fn step(&mut self, work: Work, Task { one, other }: &Task) {
        match work {
            Work::FoundByOne => {
                let found = black_box(self.reads.situation(&[(EMAIL, &one.email)]));
                assert_eq!(found.holders.len(), 1);
            }
            Work::FoundByThree => {
                let found = black_box(self.reads.situation(&keys(one)));
                assert_eq!(found.held_by, [Some(0); 3]);
            }
            Work::Unchanged => self.compare(one),
            Work::Created => self.create(one),
            Work::Attached => self.attach(one, other),
            Work::Conflict => self.conflict(one, other),
            Work::Contradiction => self.contradict(one, other),
            Work::Reject => {
                let keys = [(PHONE, other.phone()), (EMAIL, &*one.email)];
                black_box(self.reject(&keys));
            }
            Work::Merge => self.merge(one, other),
            Work::Upsert => self.upsert(one, other),
        }
    }

    /// Finds a person by all that is known, and sees that nothing of it is new.
    fn compare(&mut self, person: &Person) {
        let found = black_box(self.reads.situation(&keys(person)));
        let contact = &found.holders[0];
        let own = |column: usize| contact.texts[column].as_deref();
        let tags: Vec<&str> = serde_json::from_str(own(16).unwrap()).unwrap();
        let metadata: std::collections::BTreeMap<&str, &serde_json::value::RawValue> =
            serde_json::from_str(own(18).unwrap()).unwrap();
        let score: i64 = metadata["score"].get().parse().unwrap();
        let same = own(1) == Some(&*person.given)
            && own(2) == Some(&*person.family)
            && own(4) == Some(person.city)
            && own(7) == Some(person.country)
            && own(8) == Some(&*person.company)
            && own(14) == Some(person.source)
            && person.tags.iter().all(|tag| tags.contains(tag))
            && metadata["channel"].get().trim_matches('"') == person.channel
            && score == person.score
            && keys(person)
                .iter()
                .all(|(kind, key)| contact.lists(*kind, key));
        assert!(same);
    }

    /// The keys that are held by several, each with its holder.
    fn reject(&mut self, keys: &[RawKey<'_>]) -> Vec<(i64, String, [u8; 16])> {
        let situation = self.reads.situation(keys);
        assert_eq!(situation.holders.len(), 2);
        let held = keys.iter().zip(situation.held_by);
        held.filter_map(|((kind, key), holder)| {
            let holder = &situation.holders[holder?];
            Some((*kind, (*key).to_owned(), holder.uuid))
        })
        .collect()
    }
}

/// The keys of a person, phones first as everywhere.
pub fn keys(person: &Person) -> Vec<RawKey<'_>> {
    let mut keys = Vec::with_capacity(3);
    keys.extend(person.phone.as_deref().map(|phone| (PHONE, phone)));
    keys.push((EMAIL, &*person.email));
    keys.extend(person.external_id.as_deref().map(|id| (EXTERNAL_ID, id)));
    keys
}

/// Finds the holder of an email on a connection that was just opened.
pub fn find_once(connection: &Connection, email: &str) -> usize {
    connection.execute_batch("BEGIN").unwrap();
    let found = black_box(Reads::new(connection).situation(&[(EMAIL, email)]));
    connection.execute_batch("COMMIT").unwrap();
    found.holders.len()
}

impl Side for Raw<'_> {
    type Request = (Work, Vec<Task>);
    type Leftover = Self::Request;

    fn request(&self, work: Work, tasks: Vec<Task>) -> Self::Request {
        (work, tasks)
    }

    // A name of its own in a profile.
    #[inline(never)]
    fn answer(&mut self, (work, tasks): Self::Request) -> Self::Leftover {
        self.run(work, &tasks);
        (work, tasks)
    }
}
