//! What the tests of a store on disk share: folders, a second look at the files, and child processes.
#![allow(dead_code)]

pub(crate) mod companion;
pub(crate) mod keyed;
pub(crate) mod standing;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use kinfold::{Contacts, Error, Kinfold, ResolveRequest, Scope};
use rusqlite::Connection;

/// Longer than anything takes, so that no slow machine makes a test fail.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A folder that is gone with the test, and the path of a store in it that is not there yet.
pub(crate) fn new_folder() -> (tempfile::TempDir, PathBuf) {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("store");
    (above, folder)
}

/// The contacts of the default scope.
pub(crate) fn contacts(kinfold: &Kinfold) -> Contacts {
    kinfold.contacts(Scope::default())
}

/// A store that waits so long for other writers, and its contacts.
pub(crate) fn contacts_with_patience(folder: &Path, patience: Duration) -> Contacts {
    let builder = Kinfold::builder().busy_timeout(patience);
    contacts(&builder.open(folder).unwrap())
}

/// The database behind the library's back. It waits for nobody.
pub(crate) fn raw(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join("contacts.db")).unwrap();
    connection.busy_timeout(Duration::ZERO).unwrap();
    connection
}

/// One number out of the database.
pub(crate) fn number(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// A file as somebody who looks from outside sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) bytes: Vec<u8>,
    pub(crate) modified: SystemTime,
    pub(crate) mode: u32,
}

/// Every file of a folder under its name.
pub(crate) fn look_at(folder: &Path) -> BTreeMap<String, Seen> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        let seen = Seen {
            bytes: match metadata.is_file() {
                true => std::fs::read(entry.path()).unwrap(),
                false => Vec::new(),
            },
            modified: metadata.modified().unwrap(),
            mode: mode(&entry.path()),
        };
        files.insert(entry.file_name().into_string().unwrap(), seen);
    }
    files
}

/// Who may do what with a file: the lower nine bits.
#[cfg(unix)]
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(not(unix))]
pub(crate) fn mode(_: &Path) -> u32 {
    0
}

const FOLDER: &str = "KINFOLD_TEST_CHILD_FOLDER";
const NUMBER: &str = "KINFOLD_TEST_CHILD_NUMBER";

/// This test again, in a process of its own, told to do its other part in a folder.
pub(crate) fn child(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]);
    command.env(FOLDER, folder);
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// One of several such children.
pub(crate) fn numbered_child(test: &str, folder: &Path, number: usize) -> Command {
    let mut command = child(test, folder);
    command.env(NUMBER, number.to_string());
    command
}

/// Which of several a child is.
pub(crate) fn number_of_child() -> usize {
    std::env::var(NUMBER).unwrap().parse().unwrap()
}

/// A child that a shell makes ready first.
pub(crate) fn prepared(preparation: &str, child: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{preparation}; exec \"$0\" \"$@\"")])
        .arg(child.get_program())
        .args(child.get_args())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, value) in child.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    shell
}

/// The folder, in a process that [`child`] made.
pub(crate) fn folder_of_child() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// Waits for a child, and fails with what it printed if it failed. What it said with
/// [`say`] is the answer.
pub(crate) fn answers(child: std::process::Child) -> Vec<String> {
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "child: {printed}\n{errors}");
    let said = printed.lines().filter_map(|line| line.split_once(SAYS));
    said.map(|(_, words)| words.to_owned()).collect()
}

const SAYS: &str = "child says: ";

/// What a child has to tell, on a line of its own.
pub(crate) fn say(words: &str) {
    println!("\n{SAYS}{words}");
}

/// A store on disk in which nothing must ever be written.
pub(crate) struct Untouched {
    _above: tempfile::TempDir,
    folder: PathBuf,
    pub(crate) contacts: Contacts,
}

impl Untouched {
    pub(crate) fn new() -> Self {
        let (_above, folder) = new_folder();
        let contacts = contacts(&Kinfold::open(&folder).unwrap());
        Self {
            _above,
            folder,
            contacts,
        }
    }

    /// The error of a request in JSON, from the text itself or from the resolve.
    pub(crate) fn resolve(&self, json: &str) -> Error {
        let read = ResolveRequest::from_json(json);
        let done = read.and_then(|request| self.contacts.resolve(request));
        done.err()
            .unwrap_or_else(|| panic!("accepted: {json:.200}"))
    }

    pub(crate) fn upsert(&self, json: &str) -> Error {
        let read = ResolveRequest::from_json(json);
        let done = read.and_then(|request| self.contacts.upsert(request));
        done.err()
            .unwrap_or_else(|| panic!("accepted: {json:.200}"))
    }
}

impl Drop for Untouched {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        assert_eq!(self.contacts.count().unwrap(), 0);
        assert_eq!(self.contacts.changes_since(0, 1).unwrap(), []);
        let raw = raw(&self.folder);
        let tables = [
            "scope",
            "contact",
            "identifier",
            "change",
            "review_pair",
            "answer",
        ];
        for table in tables {
            let rows = number(&raw, &format!("SELECT count(*) FROM {table}"));
            assert_eq!(rows, 0, "rows of {table}");
        }
    }
}
