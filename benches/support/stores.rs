//! The stores that are measured: filled once, kept in the target folder, and copied so
//! that both sides write into the same.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use kinfold::Durability;

use super::ours;
use super::people::person;
use super::work::Tasks;

/// Up to this size every group gets copies of its own; of larger stores all groups share
/// one pair, and each work has people of its own in it.
const CHEAP_TO_COPY: u64 = 100_000;

/// People put in at a time.
const AT_A_TIME: u64 = 500;

/// The stores of one run, on the disk of the target folder.
pub struct Stores {
    root: PathBuf,
    recipe: u64,
    pair: Option<(u64, Pair)>,
}

/// Two copies of one store.
pub struct Pair {
    pub ours: Own,
    pub raw: Own,
}

/// A side's copy, and what it was asked already.
pub struct Own {
    pub folder: PathBuf,
    pub tasks: Tasks,
}

impl Stores {
    /// `recipe` is another one when the same people would make another store.
    pub fn new(recipe: u64) -> Self {
        Self {
            root: root(),
            recipe,
            pair: None,
        }
    }

    /// The folder of a store with so many people, which nobody writes to. A store that
    /// an earlier run left is taken if it is of the same recipe.
    pub fn filled(&self, size: u64) -> PathBuf {
        let folder = self.root.join(format!("{size}-{:016x}", self.recipe));
        if folder.exists() {
            return folder;
        }
        self.remove_older(size);
        let unfinished = self.root.join(format!("{size}-unfinished"));
        let started = Instant::now();
        fill(&unfinished, size);
        fs::rename(&unfinished, &folder).unwrap();
        let seconds = started.elapsed().as_secs_f64();
        println!("made a store of {size} contacts in {seconds:.1} s");
        folder
    }

    fn remove_older(&self, size: u64) {
        for entry in fs::read_dir(&self.root).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy();
            if name.starts_with(&format!("{size}-")) {
                fs::remove_dir_all(path).unwrap();
            }
        }
    }

    /// Lets the next group begin with a store as it was filled, where that is cheap, and
    /// in any case with both in the system's page cache: the one that was copied first
    /// has lost more of it.
    pub fn renew(&mut self) {
        self.pair.take_if(|(size, _)| *size <= CHEAP_TO_COPY);
        if let Some((_, pair)) = &self.pair {
            pair.read_through();
        }
    }

    pub fn pair(&mut self, size: u64) -> &mut Pair {
        if self.pair.as_ref().is_none_or(|(made, _)| *made != size) {
            let filled = self.filled(size);
            let own = |name: &str| Own {
                folder: copy(&filled, &self.root.join(name)),
                tasks: Tasks::new(size),
            };
            let pair = Pair {
                ours: own("ours"),
                raw: own("raw"),
            };
            pair.read_through();
            self.pair = Some((size, pair));
        }
        &mut self.pair.as_mut().unwrap().1
    }
}

impl Pair {
    fn read_through(&self) {
        for own in [&self.ours, &self.raw] {
            read_through(&own.folder);
        }
    }
}

/// Brings a store into the system's page cache.
pub fn read_through(folder: &Path) {
    let mut database = fs::File::open(folder.join("contacts.db")).unwrap();
    io::copy(&mut database, &mut io::sink()).unwrap();
}

impl Drop for Stores {
    fn drop(&mut self) {
        for name in ["ours", "raw"] {
            // Nothing depends on it but the room on the disk.
            let _ = fs::remove_dir_all(self.root.join(name));
        }
    }
}

/// A real disk, where a commit costs what it costs; the system's temporary folder may be
/// memory.
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("resolve-stores");
    fs::create_dir_all(&root).unwrap();
    root
}

/// Makes a store of the first people.
pub fn fill(folder: &Path, size: u64) {
    let contacts = ours::open(folder, Durability::Normal);
    for start in (0..size).step_by(usize::try_from(AT_A_TIME).unwrap()) {
        let people = start..size.min(start + AT_A_TIME);
        let answers = contacts.resolve_many(people.map(|number| person(number).draft()));
        for answer in answers.unwrap() {
            let outcome = answer.unwrap();
            assert!(outcome.created && outcome.contact.identifiers.iter().all(|own| own.verified));
        }
    }
}

/// Copies a closed store.
pub fn copy(from: &Path, to: &Path) -> PathBuf {
    if to.exists() {
        fs::remove_dir_all(to).unwrap();
    }
    fs::create_dir_all(to).unwrap();
    let database = to.join("contacts.db");
    fs::copy(from.join("contacts.db"), &database).unwrap();
    // What the copy still has to write to the disk would slow down the first commits.
    fs::File::open(database).unwrap().sync_all().unwrap();
    to.to_owned()
}
