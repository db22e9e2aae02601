//! Opening a store: what is made, who may read it, and what is refused without touching it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::fs;
use std::path::Path;
use std::time::Duration;

use common::{
    answers, child, contacts, folder_of_child, look_at, mode, new_folder, number, prepared, raw,
    say,
};
use kinfold::{Draft, Durability, Error, Key, Kind, Kinfold, TextField};

/// A store with one contact, closed.
fn store_with_one_contact(folder: &Path) {
    let kinfold = Kinfold::open(folder).unwrap();
    let draft = Draft::new().email("ana@example.com").name("Ana Ruiz");
    contacts(&kinfold).resolve(draft).unwrap();
}

/// Changes a closed store by SQL and leaves the change in its write-ahead log alone.
fn change_in_the_log_alone(folder: &Path, sql: &str) {
    let connection = raw(folder);
    let no_checkpoint = rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    connection.set_db_config(no_checkpoint, true).unwrap();
    connection.execute_batch(sql).unwrap();
    drop(connection);
    let log = fs::metadata(folder.join("contacts.db-wal")).unwrap();
    assert!(log.len() > 0, "the change stands in the log");
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_a_store() {
    use std::os::unix::fs::PermissionsExt;
    if let Some(folder) = folder_of_child() {
        let kinfold = Kinfold::open(&folder).unwrap();
        contacts(&kinfold)
            .resolve(Draft::new().email("ana@example.com"))
            .unwrap();
        for (name, file) in look_at(&folder) {
            say(&format!("{name} {:o}", file.mode));
        }
        return say(&format!("folder {:o}", mode(&folder)));
    }
    // Whatever the user's umask is, also one that hides nothing from anybody.
    for umask in ["000", "022", "077"] {
        let (_above, folder) = new_folder();
        let child = child("only_the_owner_may_read_a_store", &folder);
        let mut shell = prepared(&format!("umask {umask}"), &child);
        let said = answers(shell.spawn().unwrap());
        let all_private = [
            "contacts.db 600",
            "contacts.db-shm 600",
            "contacts.db-wal 600",
            "contacts.lock 600",
            "folder 700",
        ];
        assert_eq!(said, all_private, "umask {umask}");
    }

    // A copy made by a tool that knows nothing of it, its log included.
    let (_above, folder) = new_folder();
    store_with_one_contact(&folder);
    change_in_the_log_alone(&folder, "UPDATE contact SET updated_at = updated_at + 1");
    for name in look_at(&folder).keys() {
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let kinfold = Kinfold::open(&folder).unwrap();
    contacts(&kinfold)
        .resolve(Draft::new().email("ben@example.com"))
        .unwrap();
    for (name, file) in look_at(&folder) {
        assert_eq!(file.mode, 0o600, "{name} was 0644 before it was opened");
    }
}

#[test]
fn a_store_says_in_its_header_what_it_is() {
    let (_above, folder) = new_folder();
    store_with_one_contact(&folder);
    let raw = raw(&folder);
    assert_eq!(number(&raw, "PRAGMA application_id"), 0x4B4E_4644); // KNFD
    assert_eq!(number(&raw, "PRAGMA user_version"), 4);
    let journal: String = raw
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(journal, "wal", "readers go on while somebody writes");
    // Older ones can corrupt a database in this mode.
    assert!(rusqlite::version_number() >= 3_051_003);
}

#[test]
fn a_store_opens_again_wherever_it_lies() {
    // Characters that mean something in a URI, and some that are not ASCII.
    let names = [
        "a b",
        "50%",
        "%41",
        "a?b",
        "a#b",
        "a&b=c",
        "Überblick",
        "連絡先",
        "file:x",
        "a'b\"c",
    ];
    for name in names {
        let (_above, folder) = new_folder();
        let folder = folder.join(name);
        for durability in [Durability::Full, Durability::Normal] {
            let opened = Kinfold::builder().durability(durability).open(&folder);
            let kinfold = opened.unwrap_or_else(|error| panic!("{name}: {error}"));
            let outcome = contacts(&kinfold)
                .resolve(Draft::new().email("ana@example.com"))
                .unwrap();
            assert_eq!(outcome.created, durability == Durability::Full, "{name}");
            assert!(kinfold.check().unwrap().ok);
        }
    }
    // A name that is no text at all, where the system has such.
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;
        let (_above, folder) = new_folder();
        let folder = folder.join(std::ffi::OsStr::from_bytes(b"a\xFFb%ff"));
        for _ in 0..2 {
            store_with_one_contact(&folder);
        }
    }
}

#[test]
fn a_store_from_the_future_stays_as_it_is() {
    let (_above, folder) = new_folder();
    store_with_one_contact(&folder);
    raw(&folder).pragma_update(None, "user_version", 7).unwrap();
    let before = look_at(&folder);
    match Kinfold::open(&folder) {
        Err(Error::StoreTooNew { found: 7, known: 4 }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(look_at(&folder), before);
    assert!(
        !before.contains_key("contacts.db-wal"),
        "nothing but the file itself was there"
    );
}

#[test]
fn a_store_from_the_future_is_known_by_its_log_alone() {
    // Its newer owner died, or has a reader that keeps the log from being written back.
    let (_above, folder) = new_folder();
    store_with_one_contact(&folder);
    change_in_the_log_alone(&folder, "PRAGMA user_version = 7");
    let before = look_at(&folder);
    match Kinfold::open(&folder) {
        Err(Error::StoreTooNew { found: 7, known: 4 }) => {}
        other => panic!("{other:?}"),
    }
    let mut after = look_at(&folder);
    // The index of the log is made anew by whoever reads it first, and holds no data.
    let shared_memory = "contacts.db-shm".to_owned();
    after.insert(shared_memory.clone(), before[&shared_memory].clone());
    assert_eq!(after, before);
    assert_eq!(number(&raw(&folder), "PRAGMA user_version"), 7);
}

#[test]
fn what_is_not_a_store_is_refused_and_stays_as_it_is() {
    type Make = fn(&Path);
    let cases: [(&str, Make); 7] = [
        ("another program's database", |path| {
            let other = rusqlite::Connection::open(path).unwrap();
            other
                .execute_batch("CREATE TABLE song (title); INSERT INTO song VALUES ('x')")
                .unwrap();
        }),
        ("another program's database with a log", |path| {
            let other = rusqlite::Connection::open(path).unwrap();
            other
                .query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
                .unwrap();
            other
                .execute_batch("PRAGMA application_id = 7; CREATE TABLE song (title)")
                .unwrap();
        }),
        ("a text", |path| {
            fs::write(path, "dear diary\n".repeat(1_000)).unwrap();
        }),
        ("a short text", |path| fs::write(path, "diary").unwrap()),
        ("zeros", |path| fs::write(path, [0; 8_192]).unwrap()),
        ("a store cut off after its first page", |path| {
            let bytes = fs::read(path).unwrap();
            fs::write(path, &bytes[..4_096]).unwrap();
        }),
        ("a folder", |path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        }),
    ];
    for (why, make) in cases {
        let (_above, folder) = new_folder();
        store_with_one_contact(&folder);
        if why.starts_with("another") {
            fs::remove_dir_all(&folder).unwrap();
            fs::create_dir(&folder).unwrap();
        }
        make(&folder.join("contacts.db"));
        let before = look_at(&folder);
        match Kinfold::open(&folder) {
            Err(Error::StoreCorrupt(reason)) => assert!(!reason.is_empty(), "{why}"),
            other => panic!("{why}: {other:?}"),
        }
        assert_eq!(look_at(&folder), before, "{why}");
    }
}

#[test]
fn an_empty_file_becomes_a_store() {
    // What is left when a machine dies while a store is being made; nothing can be lost.
    let (_above, folder) = new_folder();
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("contacts.db"), "").unwrap();
    store_with_one_contact(&folder);
    assert!(Kinfold::open(&folder).unwrap().check().unwrap().ok);
}

#[test]
fn a_damaged_page_is_reported() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    for number in 0..200 {
        let draft = Draft::new()
            .email(format!("ana{number}@example.com"))
            .text(TextField::Company, "Acme".repeat(50));
        contacts(&kinfold).resolve(draft).unwrap();
    }
    drop(kinfold);
    let pages = fs::metadata(folder.join("contacts.db")).unwrap().len() / 4_096;
    let whole = fs::read(folder.join("contacts.db")).unwrap();
    for page in 1..pages {
        let mut bytes = whole.clone();
        let at = usize::try_from(page * 4_096).unwrap();
        bytes[at..at + 4_096].fill(0xAB);
        fs::write(folder.join("contacts.db"), bytes).unwrap();
        // From whichever call meets it first, as a typed error or in the report; never a panic.
        let found = Kinfold::open(&folder).and_then(|kinfold| kinfold.check());
        match found {
            Ok(report) => assert!(!report.ok, "page {page} was not missed"),
            Err(Error::StoreCorrupt(_)) => {}
            Err(other) => panic!("page {page}: {other:?}"),
        }
    }
}

#[test]
fn where_no_folder_can_be_made_the_error_says_so() {
    let (above, _) = new_folder();
    let file = above.path().join("a-file");
    fs::write(&file, "").unwrap();
    let mut places = vec![
        ("below a file", file.join("store")),
        ("a file itself", file),
        ("deep below a file", above.path().join("a-file/b/c/d")),
    ];
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let locked = above.path().join("locked");
        fs::create_dir(&locked).unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o500)).unwrap();
        match fs::write(locked.join("probe"), "") {
            Err(_) => places.push(("without permission", locked.join("store"))),
            Ok(()) => eprintln!("left out: this user may write everywhere (root?)"),
        }
    }
    for (why, place) in places {
        match Kinfold::open(&place) {
            Err(error @ Error::Storage(_)) => assert!(!error.is_retryable(), "{why}"),
            other => panic!("{why}: {other:?}"),
        }
    }
}

#[test]
fn closing_one_handle_leaves_the_locks_of_another() {
    // POSIX drops all locks that a process has on a file when it closes any descriptor of it.
    if let Some(folder) = folder_of_child() {
        let impatient = Kinfold::builder().busy_timeout(Duration::from_millis(50));
        let kinfold = impatient.open(&folder).unwrap();
        let written = contacts(&kinfold).resolve(Draft::new().email("ben@example.com"));
        say(written.map_or_else(|error| error.code(), |_| "written"));
        // Only possible for who is alone with the database.
        drop(kinfold);
        let left = raw(&folder).query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()));
        return say(left.map_or_else(|_| "kept out", |()| "alone"));
    }
    let name = "closing_one_handle_leaves_the_locks_of_another";
    let (_above, folder) = new_folder();
    store_with_one_contact(&folder);
    let one = Kinfold::open(&folder).unwrap();
    let key = Key::read(Kind::Email, "ana@example.com").unwrap();
    assert!(contacts(&one).find(&key).unwrap().is_some());
    let holder = raw(&folder);
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();

    for _ in 0..3 {
        let other = Kinfold::open(&folder).unwrap();
        assert!(contacts(&other).find(&key).unwrap().is_some());
        drop(other);
        let said = answers(child(name, &folder).spawn().unwrap());
        assert_eq!(said, ["BUSY", "kept out"]);
    }
    holder.execute_batch("ROLLBACK").unwrap();
    drop(holder);
    // The handle that stayed open goes on, and is still not alone.
    contacts(&one)
        .resolve(Draft::new().email("cleo@example.com"))
        .unwrap();
    let said = answers(child(name, &folder).spawn().unwrap());
    assert_eq!(said, ["written", "kept out"]);
    drop(one);
    let said = answers(child(name, &folder).spawn().unwrap());
    assert_eq!(said, ["written", "alone"]);
}

/// A folder's name is a name, whatever SQLite would make of it.
#[test]
fn a_folder_may_be_named_like_a_uri() {
    let (_guard, folder) = new_folder();
    std::fs::create_dir(&folder).unwrap_or(());
    for name in [
        "file:x?mode=memory",
        "a#b",
        "100%",
        "Überblick",
        "with space",
    ] {
        let store = folder.join(name);
        contacts(&Kinfold::open(&store).unwrap())
            .resolve(Draft::new().email("a@example.com"))
            .unwrap();
        assert_eq!(
            contacts(&Kinfold::open(&store).unwrap()).count().unwrap(),
            1,
            "{name}"
        );
        assert!(store.join("contacts.db").exists(), "{name}");
    }
}
