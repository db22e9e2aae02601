//! Opening a store: what is there, whether it is ours, and making it when it isn't.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use rusqlite_migration::{M, Migrations};

use super::failure::{Failure, Result};
use super::permissions;
use crate::error::Error;

/// `KNFD`, in the header of every database that is ours.
const APPLICATION_ID: i64 = 0x4B4E_4644;

/// The oldest SQLite that can't corrupt a WAL database by the WAL-reset race.
const OLDEST_SQLITE: i32 = 3_051_003;

const MIGRATIONS: &[M<'static>] = &[
    M::up(include_str!("migrations/0001_first.sql")),
    M::up(include_str!("migrations/0002_identifiers_and_answers.sql")),
    M::up(include_str!("migrations/0003_the_whole_life.sql")),
    M::up(include_str!("migrations/0004_last_changes.sql")),
];

/// The newest format that this version knows.
pub(crate) const FORMAT: i64 = MIGRATIONS.len() as i64;

/// When a commit is safe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Before the call returns, also from a power cut (`synchronous = FULL`).
    #[default]
    Full,
    /// From a crash of the program at once; a power cut may take the last commits, and
    /// leaves a whole store (`synchronous = NORMAL`).
    Normal,
}

/// How a store is opened.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) durability: Durability,
    /// How long a writer waits for another.
    pub(crate) busy_timeout: Duration,
    /// Bytes of the database that each connection keeps in memory.
    pub(crate) page_cache: u64,
    /// The SQLite VFS, by its registered name.
    pub(crate) vfs: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durability: Durability::default(),
            busy_timeout: Duration::from_secs(10),
            // The inner pages of every tree of a million contacts, and some leaves.
            page_cache: 16 * 1024 * 1024,
            vfs: None,
        }
    }
}

/// The files of a store on disk.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) folder: PathBuf,
    pub(super) database: PathBuf,
    lock: PathBuf,
}

impl Files {
    /// Absolute, so that SQLite takes no name for a URI, and a program may change its
    /// working folder.
    pub(super) fn of(folder: &Path) -> Result<Self> {
        let folder = std::path::absolute(folder)?;
        Ok(Self {
            database: folder.join("contacts.db"),
            lock: folder.join("contacts.lock"),
            folder,
        })
    }

    /// Whether a path is that of the database, of what SQLite has beside it, or of the lock.
    pub(super) fn are_at(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let own = [
            "contacts.db",
            "contacts.db-wal",
            "contacts.db-shm",
            "contacts.db-journal",
            "contacts.lock",
        ];
        let same_folder = match (
            path.parent().map(Path::canonicalize),
            self.folder.canonicalize(),
        ) {
            (Some(Ok(folder)), Ok(own)) => folder == own,
            _ => false,
        };
        same_folder && own.iter().any(|own| name.eq_ignore_ascii_case(own))
    }

    /// Whether a write-ahead log holds something.
    fn has_log(&self) -> bool {
        std::fs::metadata(self.folder.join("contacts.db-wal")).is_ok_and(|log| log.len() > 0)
    }

    /// Takes from all but the owner what an earlier copy of the files may have allowed.
    fn restrict(&self) -> std::io::Result<()> {
        permissions::restrict(&self.database)?;
        let writable = !std::fs::metadata(&self.database)?.permissions().readonly();
        for name in ["contacts.db-wal", "contacts.db-shm", "contacts.lock"] {
            let path = self.folder.join(name);
            match permissions::restrict(&path) {
                // What was made while the database was read-only must not stay so.
                Ok(()) if writable => ignore_missing(permissions::allow_owner(&path))?,
                done => ignore_missing(done)?,
            }
        }
        Ok(())
    }
}

/// Whoever closes a store last takes its log away.
fn ignore_missing(done: std::io::Result<()>) -> std::io::Result<()> {
    match done {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Refuses a linked SQLite that may corrupt a store.
pub(super) fn check_sqlite() -> Result<()> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        let reason = format!(
            "the linked SQLite {} can corrupt a store; link 3.51.3 or newer",
            rusqlite::version()
        );
        return Err(Error::Storage(reason).into());
    }
    Ok(())
}

/// Makes sure that the store is there and of our format, and opens its writer.
pub(super) fn open_writer(files: &Files, options: &Options) -> Result<Connection> {
    if !is_ready(files, options)? {
        create_or_migrate(files, options)?;
    }
    files.restrict()?;
    let connection = connect(&files.database, options, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // The main file may lag behind its write-ahead log, where a newer version may stand;
    // such a store is left with its log as it is.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Stamp::read(&connection)?.refuse_the_future()?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    set_up_writer(&connection, options)?;
    // Whoever writes waits by itself, see `Transaction::immediate`.
    connection.busy_timeout(Duration::ZERO)?;
    Ok(connection)
}

/// Refuses to write to a store that a newer version has migrated since it was opened.
pub(super) fn refuse_newer(writer: &Connection) -> Result<()> {
    let mut format = writer.prepare_cached("PRAGMA user_version")?;
    let found: i64 = format.query_row([], |row| row.get(0))?;
    let known = FORMAT;
    match found > known {
        true => Err(Error::StoreTooNew { found, known }.into()),
        false => Ok(()),
    }
}

/// Opens one more connection, which can't write.
pub(super) fn open_reader(files: &Files, options: &Options) -> Result<Connection> {
    let connection = connect(&files.database, options, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Opens the connection that writes the log back.
pub(super) fn open_checkpointer(files: &Files, options: &Options) -> Result<Connection> {
    let connection = connect(&files.database, options, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    set_up_writer(&connection, options)?;
    Ok(connection)
}

/// A store in memory, which nobody else sees.
pub(super) fn open_in_memory(options: &Options) -> Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    set_up(&connection, options)?;
    set_up_writer(&connection, options)?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Whether the main file alone already says that the store is of our format. Looks
/// without a lock, a WAL or any other trace, so that a store that is not ours stays
/// exactly as it is.
fn is_ready(files: &Files, options: &Options) -> Result<bool> {
    match std::fs::metadata(&files.database) {
        Ok(metadata) if metadata.is_dir() => {
            let reason = "contacts.db is a folder".to_owned();
            return Err(Error::StoreCorrupt(reason).into());
        }
        Ok(metadata) if metadata.len() == 0 => return Ok(false),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    // While another process writes its log back, the file says that it is longer than it
    // is. Without a log it is what it seems to be.
    let mut looks = 1;
    loop {
        let log_before = files.has_log();
        match look(files, options) {
            Err(Failure::Sqlite(error))
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) =>
            {
                if log_before || files.has_log() {
                    return Ok(false);
                }
                if looks == 3 {
                    return Err(error.into());
                }
                looks += 1;
                std::thread::sleep(Duration::from_millis(5));
            }
            looked => return looked,
        }
    }
}

fn look(files: &Files, options: &Options) -> Result<bool> {
    let uri = format!("file:{}?immutable=1", percent_encoded(&files.database));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = connect(Path::new(&uri), options, flags)?;
    let stamp = Stamp::read(&connection)?;
    stamp.refuse_the_future()?;
    stamp.refuse_a_stranger(&connection)?;
    Ok(stamp.is_ours())
}

/// A path as SQLite's URI file names want it.
fn percent_encoded(path: &Path) -> String {
    let mut encoded = String::new();
    if cfg!(windows) {
        encoded.push('/');
    }
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => encoded.push('/'),
            b'%' | b'?' | b'#' | 0x80.. => encoded.push_str(&format!("%{byte:02X}")),
            _ => encoded.push(char::from(byte)),
        }
    }
    encoded
}

/// What stands in a database's header.
struct Stamp {
    application: i64,
    format: i64,
}

impl Stamp {
    fn read(connection: &Connection) -> Result<Self> {
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get(0));
        Ok(Self {
            application: pragma("application_id")?,
            format: pragma("user_version")?,
        })
    }

    fn refuse_the_future(&self) -> Result<()> {
        if self.application == APPLICATION_ID && self.format > FORMAT {
            return Err(Error::StoreTooNew {
                found: self.format,
                known: FORMAT,
            }
            .into());
        }
        Ok(())
    }

    /// Refuses a database that another program filled.
    fn refuse_a_stranger(&self, connection: &Connection) -> Result<()> {
        if self.application == APPLICATION_ID {
            return Ok(());
        }
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if self.application != 0 || tables > 0 {
            let reason = "contacts.db is another program's database".to_owned();
            return Err(Error::StoreCorrupt(reason).into());
        }
        Ok(())
    }

    /// Whether it is that of a store of our format.
    fn is_ours(&self) -> bool {
        self.application == APPLICATION_ID && self.format == FORMAT
    }
}

/// Makes a store, or brings an older one to our format, while every other process
/// that wants the same waits.
fn create_or_migrate(files: &Files, options: &Options) -> Result<()> {
    permissions::create_folder(&files.folder)?;
    let lock = permissions::open_private(&files.lock)?;
    wait_for(&lock, options.busy_timeout)?;
    permissions::create_private(&files.database)?;
    // What an attempt on a read-only store left must not stay so.
    files.restrict()?;

    let mut connection = connect(&files.database, options, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // A store that turns out not to be ours is left with its WAL as it is.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let stamp = Stamp::read(&connection)?;
    stamp.refuse_the_future()?;
    stamp.refuse_a_stranger(&connection)?;
    if stamp.is_ours() {
        // Somebody else made it meanwhile, or has not written its log back yet.
        return Ok(());
    }
    set_up_writer(&connection, options)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        let reason = format!("no write-ahead log is possible in this folder (got \"{mode}\")");
        return Err(Error::Storage(reason).into());
    }
    migrate(&mut connection)?;
    // From here on the main file alone tells what it is; until then the log does.
    let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

fn wait_for(lock: &std::fs::File, most: Duration) -> Result<()> {
    let started = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error.into()),
            Err(TryLockError::WouldBlock) if started.elapsed() >= most => {
                return Err(Error::Busy { waited: most }.into());
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn migrate(connection: &mut Connection) -> Result<()> {
    Migrations::from_slice(MIGRATIONS)
        .to_latest(connection)
        .map_err(|error| match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => Failure::Sqlite(err),
            other => Error::StoreCorrupt(other.to_string()).into(),
        })
}

pub(super) fn connect(path: &Path, options: &Options, flags: OpenFlags) -> Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match &options.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
        None => Connection::open_with_flags(path, flags)?,
    };
    set_up(&connection, options)?;
    Ok(connection)
}

/// What every connection has.
fn set_up(connection: &Connection, options: &Options) -> Result<()> {
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // A plan that looks at bound values is made anew with each of them: a partial index
    // on `kind` would cost every look-up a preparation.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(128);
    // No temporary file and no memory map: the one would hold personal data outside
    // the store, a truncated other is a signal and not an error.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    // A negative size is in KiB.
    let kibibytes = i64::try_from(options.page_cache / 1024).unwrap_or(i64::MAX);
    connection.pragma_update(None, "cache_size", -kibibytes.clamp(64, 1 << 30))?;
    Ok(())
}

fn set_up_writer(connection: &Connection, options: &Options) -> Result<()> {
    let synchronous = match options.durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // From the creation of the database on; later is too late.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    // Without effect but on macOS, where plain fsync does not reach the disk.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    Ok(())
}
