//! The stores that are measured: filled once, and kept in the target folder.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Instant;

use kinfold::{Contacts, Durability, Kinfold, Scope};
use rusqlite::Connection;

use super::peers::{FullText, Tantivy};
use super::people::People;

/// People put in at a time.
const AT_A_TIME: usize = 500;

/// How many are in the small scope that stands beside the large one.
pub const SMALL: u64 = 1_000;

/// Those of the small scope, by their numbers.
const OF_SMALL: u64 = 50_000_000;

pub fn small_scope() -> Scope {
    Scope::new("small", None).unwrap()
}

/// What was made of so many people.
pub struct Prepared(PathBuf);

impl Prepared {
    /// The library's store: all people in one scope, and a thousand others in another.
    pub fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    /// That thousand by themselves.
    pub fn alone(&self) -> PathBuf {
        self.0.join("alone")
    }

    pub fn tantivy(&self) -> PathBuf {
        self.0.join("tantivy")
    }

    pub fn full_text(&self) -> PathBuf {
        self.0.join("fts5.db")
    }

    /// A folder for a copy.
    pub fn other(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

/// A real disk; the system's temporary folder may be memory.
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("search-stores");
    fs::create_dir_all(&root).unwrap();
    root
}

/// Keeps other runs from these stores, as long as it lives.
pub fn claim() -> fs::File {
    let claim = fs::File::create(root().join("claimed")).unwrap();
    claim.lock().unwrap();
    claim
}

/// What so many people make; of an earlier run, if the library would make the same again.
pub fn prepared(people: &People, size: u64) -> Prepared {
    let folder = root().join(format!("{size}-{:016x}", recipe(people)));
    if !folder.exists() {
        for entry in fs::read_dir(root()).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy();
            if name.starts_with(&format!("{size}-")) {
                fs::remove_dir_all(path).unwrap();
            }
        }
        let started = Instant::now();
        let unfinished = root().join(format!("{size}-unfinished"));
        fs::create_dir_all(&unfinished).unwrap();
        make(&Prepared(unfinished.clone()), people, size);
        fs::rename(&unfinished, &folder).unwrap();
        let seconds = started.elapsed().as_secs_f64();
        println!("made the stores of {size} contacts in {seconds:.1} s");
    }
    Prepared(folder)
}

/// Another number when the same people would make another store.
fn recipe(people: &People) -> u64 {
    let folder = root().join("recipe");
    let _ = fs::remove_dir_all(&folder);
    drop(open(&folder, Durability::Normal));
    let connection = Connection::open(folder.join("contacts.db")).unwrap();
    let mut select = connection.prepare("SELECT sql FROM sqlite_master").unwrap();
    let tables = select.query_map([], |row| row.get(0)).unwrap();
    let tables: Vec<Option<String>> = tables.collect::<Result<_, _>>().unwrap();
    let mut hasher = DefaultHasher::new();
    tables.hash(&mut hasher);
    for number in 0..100 {
        people.person(number).name().hash(&mut hasher);
    }
    hasher.finish()
}

fn make(prepared: &Prepared, people: &People, size: u64) {
    let numbered = || (0..size).map(|number| (number, people.person(number)));
    Tantivy::make(&prepared.tantivy(), numbered());
    FullText::make(&prepared.full_text(), numbered());

    let without = WithoutIndex::of(&prepared.store());
    let kinfold = open(&prepared.store(), Durability::Normal);
    let large = kinfold.contacts(Scope::default());
    let small = kinfold.contacts(small_scope());
    let numbers: Vec<u64> = (0..size).collect();
    let mut others = OF_SMALL..OF_SMALL + SMALL;
    // They come among the others.
    let at_once = usize::try_from(SMALL).unwrap() * AT_A_TIME / numbers.len() + 1;
    for numbers in numbers.chunks(AT_A_TIME) {
        put(&large, people, numbers.iter().copied());
        put(&small, people, others.by_ref().take(at_once));
    }
    put(&small, people, others);
    drop((large, small, kinfold, without));

    let alone = open(&prepared.alone(), Durability::Normal);
    put(
        &alone.contacts(small_scope()),
        people,
        OF_SMALL..OF_SMALL + SMALL,
    );
}

/// A folder in which no index is written, as long as this lives: what stands in the place of
/// the lock can't be locked.
pub struct WithoutIndex(PathBuf);

impl WithoutIndex {
    pub fn of(store: &Path) -> Self {
        let lock = store.join("search.lock");
        let _ = fs::remove_file(&lock);
        fs::create_dir_all(&lock).unwrap();
        Self(lock)
    }
}

impl Drop for WithoutIndex {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

pub fn open(folder: &Path, durability: Durability) -> Kinfold {
    Kinfold::builder()
        .durability(durability)
        .open(folder)
        .unwrap()
}

/// Puts people in.
pub fn put(contacts: &Contacts, people: &People, numbers: impl Iterator<Item = u64>) {
    let drafts: Vec<_> = numbers
        .map(|number| people.person(number).draft())
        .collect();
    let count = drafts.len();
    let answers = contacts.resolve_many(drafts).unwrap();
    let created = answers
        .iter()
        .filter(|answer| answer.as_ref().unwrap().created);
    assert_eq!(created.count(), count);
}

/// A copy of a closed store with its index.
pub fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => {
                fs::copy(&path, &target).unwrap();
                // What is still to be written to the disk would slow down the first commits.
                fs::File::open(&target).unwrap().sync_all().unwrap();
            }
        }
    }
}

/// Bytes of all files in a folder.
pub fn bytes(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).unwrap();
    files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum()
}

/// How far the index in a store's folder says that it has come.
pub fn reached(store: &Path) -> Option<u64> {
    let meta = fs::read_to_string(store.join("search/meta.json")).ok()?;
    let meta: serde_json::Value = serde_json::from_str(&meta).ok()?;
    let payload: serde_json::Value = serde_json::from_str(meta["payload"].as_str()?).ok()?;
    payload["change"].as_u64()
}

/// The number of the last change.
pub fn last_change(store: &Path) -> u64 {
    let connection = Connection::open(store.join("contacts.db")).unwrap();
    let last = "SELECT seq FROM sqlite_sequence WHERE name = 'change'";
    connection.query_row(last, [], |row| row.get(0)).unwrap()
}
