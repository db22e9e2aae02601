//! A copy of the store in one file.

use std::path::{Path, PathBuf};

use kinfold::{Kinfold, Scope};

use crate::desk::Desk;

/// A store made of a copy.
fn open(desk: &Desk, copy: &Path) -> Kinfold {
    let folder = desk.path().join("copied");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(copy, folder.join("contacts.db")).unwrap();
    Kinfold::open(&folder).unwrap()
}

/// What is in a folder besides the store.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| !path.ends_with("store"));
    files.sort();
    files
}

#[test]
fn a_copy_is_a_store() {
    let desk = Desk::new();
    let a = desk
        .make("P1 E1", r#"{"name":"Ana","metadata":{"n":1.50}}"#)
        .contact;
    let b = desk.person("E2");
    let merged = desk.contacts.merge(a.id, b, &Default::default()).unwrap();
    let copy = desk.path().join("copy.db");
    desk.unchanged(|_| desk.kinfold.backup(&copy)).unwrap();
    // What happens later is not in it.
    desk.contacts.delete(a.id).unwrap();
    let left = files(desk.path());
    assert_eq!(left, std::slice::from_ref(&copy), "and nothing else");

    let copied = open(&desk, &copy);
    let contacts = copied.contacts(Scope::default());
    assert_eq!(contacts.get(b).unwrap(), merged.contact);
    let undone = contacts.unmerge(merged.merge).unwrap();
    assert_eq!(undone.survivor.fields, a.fields);
    assert!(copied.check().unwrap().ok);
    let mode: String = rusqlite::Connection::open(desk.path().join("copied").join("contacts.db"))
        .unwrap()
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal", "readers wait for no writer there, either");
    // The original never noticed.
    assert!(desk.get(a.id).deleted);
}

/// Others go on while it is made: the copy is one state of the store.
#[test]
fn a_copy_is_of_one_moment() {
    let desk = Desk::new();
    // Two contacts always change together.
    let (a, b) = (desk.person("E1"), desk.person("E2"));
    let change = |round: u32| {
        desk.kinfold.transaction(|tx| {
            let contacts = tx.contacts(Scope::default());
            for id in [a, b] {
                let update = kinfold::Update::new().metadata("round", i64::from(round));
                contacts.update(id, update)?;
            }
            Ok::<_, kinfold::Error>(())
        })
    };
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        let writer = threads.spawn(|| {
            let mut round = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                round += 1;
                change(round).unwrap();
            }
            round
        });
        let mut seen = Vec::new();
        for number in 0..10 {
            let copy = desk.path().join(format!("{number}.db"));
            desk.kinfold.backup(&copy).unwrap();
            let folder = desk.path().join(format!("copied {number}"));
            std::fs::create_dir(&folder).unwrap();
            std::fs::rename(&copy, folder.join("contacts.db")).unwrap();
            let copied = Kinfold::open(&folder).unwrap();
            let contacts = copied.contacts(Scope::default());
            let [one, other] = [a, b].map(|id| contacts.get(id).unwrap());
            assert!(one.fields.metadata == other.fields.metadata);
            assert!(copied.check().unwrap().ok);
            seen.push(one.version);
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(writer.join().unwrap() > 0);
        assert!(seen.is_sorted());
    });
}

/// What stands in the way, and that it stays as it is.
#[test]
fn a_copy_takes_no_other_file_s_place() {
    let desk = Desk::new();
    desk.person("E1");
    let store = desk.path().join("store");
    let there = desk.path().join("there.txt");
    std::fs::write(&there, "mine").unwrap();
    let before = files(desk.path());
    let cases: &[(PathBuf, &str)] = &[
        (there.clone(), "it is there already"),
        (desk.path().to_owned(), "a folder is there already"),
        (store.join("contacts.db"), "the store itself"),
        (store.join("contacts.db-wal"), "its log"),
        (
            store.join("contacts.db-journal"),
            "what SQLite would take for its journal",
        ),
        (
            store.join("Contacts.DB-wal"),
            "the same where case makes no difference",
        ),
        (
            store.join("..").join("store").join("contacts.lock"),
            "the same by another way",
        ),
        (PathBuf::from("/"), "no file"),
        (PathBuf::from(""), "nothing"),
    ];
    for (path, why) in cases {
        let error = desk.refused(|_| desk.kinfold.backup(path));
        assert_eq!(
            (error.code(), error.field()),
            ("INVALID_REQUEST", Some("file")),
            "{why}"
        );
    }
    let nowhere = desk.path().join("no").join("such").join("folder.db");
    let error = desk.refused(|_| desk.kinfold.backup(&nowhere));
    assert!(matches!(error, kinfold::Error::File(_)), "{error}");
    assert_eq!(files(desk.path()), before);
    assert_eq!(std::fs::read(&there).unwrap(), b"mine");
    // In the store's folder under a name of its own it may stand.
    desk.kinfold.backup(store.join("copy.db")).unwrap();
    assert!(store.join("copy.db").is_file());
}

#[cfg(unix)]
#[test]
fn a_copy_is_for_its_owner_alone() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let desk = Desk::new();
    desk.person("E1");
    let copy = desk.path().join("copy.db");
    desk.kinfold.backup(&copy).unwrap();
    let mode = std::fs::metadata(&copy).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // A link that leads nowhere is not followed to where somebody else wants the file.
    let link = desk.path().join("link.db");
    symlink(desk.path().join("elsewhere.db"), &link).unwrap();
    let error = desk.refused(|_| desk.kinfold.backup(&link));
    assert_eq!(error.field(), Some("file"));
    assert!(!desk.path().join("elsewhere.db").exists());
}

/// A store in memory becomes one on disk.
#[test]
fn a_store_in_memory_is_kept() {
    let memory = Kinfold::open_in_memory().unwrap();
    let contacts = memory.contacts(Scope::default());
    let id = contacts
        .resolve(crate::desk::draft("P1"))
        .unwrap()
        .contact
        .id;
    let desk = Desk::new();
    let copy = desk.path().join("copy.db");
    memory.backup(&copy).unwrap();
    let copied = open(&desk, &copy);
    assert_eq!(copied.contacts(Scope::default()).get(id).unwrap().id, id);
    assert!(copied.check().unwrap().ok);
    contacts.delete(id).unwrap();
}
