//! What `check` and `stats` say of the index, and what mends it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::contact::{ContactId, Draft};
use crate::engine::{Contacts, Kinfold};
use crate::scope::Scope;
use crate::search::{
    Entry, Filtered, Folder, Names, SearchRequest, Searched, Writer, WriterOptions,
};
use crate::store::{Report, SearchStats};

/// A store with an index of four contacts, of which the last is deleted. Their rows are 1 to
/// 4, and so are their last changes, but for the deleted one's, which is 5.
fn store() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let kinfold = Kinfold::open(folder.path()).unwrap();
    let contacts = contacts(&kinfold);
    let ids: Vec<ContactId> = ["Ana", "Bo", "Cem", "Dee"]
        .map(|name| add(&contacts, name))
        .into();
    contacts.delete(ids[3]).unwrap();
    kinfold.reindex().unwrap();
    assert_eq!(stats(&kinfold), (3, 0));
    folder
}

fn contacts(kinfold: &Kinfold) -> Contacts {
    kinfold.contacts(Scope::default())
}

fn add(contacts: &Contacts, name: &str) -> ContactId {
    let draft = Draft::new().external_id("crm", name).name(name);
    contacts.resolve(draft).unwrap().contact.id
}

/// Contacts in the index, and changes that it has not seen.
fn stats(kinfold: &Kinfold) -> (u64, u64) {
    let stats = contacts(kinfold).stats().unwrap().search.unwrap();
    (stats.contacts, stats.changes_behind)
}

/// Waits until the index has everything.
fn settle(kinfold: &Kinfold) {
    let inner = &kinfold.inner;
    let end = inner.read(|tx| tx.log_end()).unwrap();
    assert!(inner.search.is_purged(end, Duration::from_secs(10)));
}

fn found(kinfold: &Kinfold, query: &str) -> usize {
    let page = contacts(kinfold).search(&SearchRequest::new(query));
    page.unwrap().hits.len()
}

/// Writes to an index what no follower would write.
fn tamper(folder: &Path, with: impl FnOnce(&mut Writer)) {
    let id = Kinfold::open(folder).unwrap().inner.id;
    let folder = Folder::of_store(folder);
    let lock = folder.try_lock().unwrap().unwrap();
    let options = WriterOptions {
        memory: 16 * 1024 * 1024,
        threads: 1,
    };
    let mut writer = Writer::on_disk(&folder, lock, id, options).unwrap();
    with(&mut writer);
    let reached = writer.reached().clone();
    writer.commit(reached).unwrap();
    writer.close().unwrap();
}

fn put(writer: &mut Writer, row: i64, change: u64) {
    let searched = Searched {
        names: Names::default(),
        company: None,
        emails: Vec::new(),
        phones: Vec::new(),
    };
    writer
        .add(&Entry {
            row,
            scope: 1,
            change,
            updated_at: 0,
            searched,
            filtered: Filtered::default(),
        })
        .unwrap();
}

fn only_index(report: &Report) -> &str {
    assert!(!report.ok);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    assert_eq!(report.index.len(), 1, "{:?}", report.index);
    assert_eq!(report.index[0].rule, "index");
    &report.index[0].what
}

/// What is done to an index.
type Tampering = (&'static str, fn(&mut Writer), &'static str);

const WRONG: &[Tampering] = &[
    (
        "a contact is not in it",
        |writer| writer.remove(1),
        "1 contacts that it should have are missing",
    ),
    (
        "a deleted one still is",
        |writer| put(writer, 4, 4),
        "1 contacts that it has are deleted, absorbed or none",
    ),
    (
        "two that never were are",
        |writer| {
            put(writer, 98, 2);
            put(writer, 99, 3);
        },
        "2 contacts that it has are deleted, absorbed or none",
    ),
    (
        "one is there twice",
        |writer| put(writer, 2, 2),
        "1 contacts stand in it more than once",
    ),
    (
        "one was removed and came back as it was",
        |writer| {
            writer.remove(3);
            put(writer, 3, 2);
        },
        "1 contacts stand in it as they were before their last change",
    ),
];

#[test]
fn an_index_that_differs_is_told_and_mended() {
    for (what, tampering, expected) in WRONG {
        let folder = store();
        tamper(folder.path(), tampering);
        let kinfold = Kinfold::open(folder.path()).unwrap();
        let report = kinfold.check().unwrap();
        let told = only_index(&report);
        assert!(told.contains(expected), "{what}: {told}");
        assert!(told.contains("reindex"), "{what}: {told}");

        let report = kinfold.repair().unwrap();
        assert!(report.ok && report.index.is_empty(), "{what}: {report:?}");
        let repaired: Vec<&str> = report.repaired.iter().map(|one| one.rule).collect();
        assert_eq!(repaired, ["index"], "{what}");
        assert_eq!(found(&kinfold, "ana"), 1, "{what}");
    }
}

/// About whom it has not seen something yet, it may say what it likes.
#[test]
fn what_it_has_not_seen_is_not_wrong() {
    let folder = store();
    let kinfold = Kinfold::open(folder.path()).unwrap();
    let contacts = contacts(&kinfold);
    assert!(kinfold.check().unwrap().ok);
    add(&contacts, "Eve");
    let ana = contacts.list(None, 1).unwrap()[0].id;
    contacts.delete(ana).unwrap();
    drop((contacts, kinfold));
    // Nobody followed: it was too little to be worth it.
    let kinfold = Kinfold::open(folder.path()).unwrap();
    assert_eq!(stats(&kinfold), (3, 2));
    let report = kinfold.check().unwrap();
    assert!(report.ok && report.notes.is_empty(), "{report:?}");
    kinfold.reindex().unwrap();
    assert_eq!(stats(&kinfold), (3, 0));
    assert!(kinfold.check().unwrap().ok);
}

/// The files of the index's segments, in the order of their kinds.
fn files(store: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(store.join("search")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let is_of_segment = |path: &PathBuf| !matches!(kind(path).as_str(), "" | "json" | "lock");
    let mut files: Vec<PathBuf> = files.filter(is_of_segment).collect();
    files.sort_by_key(|path| kind(path));
    files
}

fn kind(path: &Path) -> String {
    let kind = path.extension().unwrap_or_default();
    kind.to_string_lossy().into_owned()
}

/// Another byte, one less, nothing, gone: in every file of its segments.
#[test]
fn a_damaged_file_is_told_and_mended() {
    let damages: [fn(&Path); 4] = [
        |path| {
            let mut bytes = fs::read(path).unwrap();
            bytes[0] ^= 1;
            fs::write(path, bytes).unwrap();
        },
        |path| {
            let mut bytes = fs::read(path).unwrap();
            bytes.pop();
            fs::write(path, bytes).unwrap();
        },
        |path| fs::write(path, "").unwrap(),
        |path| fs::remove_file(path).unwrap(),
    ];
    let kinds = files(store().path()).len();
    assert!(kinds > 3);
    for file in 0..kinds {
        for (number, damage) in damages.iter().enumerate() {
            let folder = store();
            let path = files(folder.path()).swap_remove(file);
            let what = format!("damage {number} of {}", kind(&path));
            damage(&path);
            let kinfold = Kinfold::open(folder.path()).unwrap();
            let report = kinfold.check().unwrap();
            assert!(only_index(&report).contains("damaged"), "{what}");
            assert_eq!(found(&kinfold, "ana"), 1, "{what}");
            // Or the search has seen to it before.
            assert!(kinfold.repair().unwrap().ok, "{what}");
            settle(&kinfold);
            assert_eq!(stats(&kinfold), (3, 0), "{what}");
        }
    }
}

#[test]
fn an_index_that_cannot_be_read_is_told_and_mended() {
    let folder = store();
    let index = folder.path().join("search");
    let meta = index.join("meta.json");
    fs::write(&meta, "{").unwrap();
    let kinfold = Kinfold::open(folder.path()).unwrap();
    assert!(only_index(&kinfold.check().unwrap()).contains("damaged"));
    assert_eq!(stats(&kinfold), (0, 5), "it is of no use");
    // It is set aside before a new one is made, and goes when one was asked for.
    assert!(kinfold.repair().unwrap().ok);
    assert_eq!(stats(&kinfold), (3, 0));
    assert!(!folder.path().join("search.damaged").exists());
}

#[test]
fn one_that_was_set_aside_is_worth_a_look() {
    let folder = store();
    fs::create_dir(folder.path().join("search.damaged")).unwrap();
    let kinfold = Kinfold::open(folder.path()).unwrap();
    assert!(
        contacts(&kinfold)
            .stats()
            .unwrap()
            .search
            .unwrap()
            .has_set_aside
    );
    let report = kinfold.check().unwrap();
    assert!(report.ok);
    assert!(report.notes[0].what.contains("set aside"), "{report:?}");
    kinfold.reindex().unwrap();
    assert!(kinfold.check().unwrap().notes.is_empty());
}

/// Of another store, or of a state of this one that a restored backup never had.
#[test]
fn anothers_index_is_worth_a_look_and_no_more() {
    let (folder, other) = (store(), store());
    let index = folder.path().join("search");
    fs::remove_dir_all(&index).unwrap();
    fs::rename(other.path().join("search"), &index).unwrap();
    let kinfold = Kinfold::open(folder.path()).unwrap();
    let report = kinfold.check().unwrap();
    assert!(report.ok && report.index.is_empty(), "{report:?}");
    assert!(report.notes[0].what.contains("another store"), "{report:?}");
    assert_eq!(stats(&kinfold), (0, 5));

    let copy = tempfile::tempdir().unwrap();
    kinfold.backup(copy.path().join("contacts.db")).unwrap();
    add(&contacts(&kinfold), "Eve");
    kinfold.reindex().unwrap();
    drop(kinfold);
    fs::rename(&index, copy.path().join("search")).unwrap();
    let restored = Kinfold::open(copy.path()).unwrap();
    let report = restored.check().unwrap();
    assert!(report.ok && !report.notes.is_empty(), "{report:?}");
    assert_eq!(stats(&restored), (0, 5));
    assert_eq!((found(&restored, "ana"), found(&restored, "eve")), (1, 0));
}

/// There is nothing on disk, so nothing can be wrong with it.
#[test]
fn a_store_in_memory_has_no_index_to_speak_of() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    add(&contacts(&kinfold), "Ana");
    assert_eq!(found(&kinfold, "ana"), 1);
    assert_eq!(contacts(&kinfold).stats().unwrap().search, None);
    assert_eq!(kinfold.reindex().unwrap(), SearchStats::default());
    assert!(kinfold.check().unwrap().ok);
}
