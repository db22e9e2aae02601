//! A disk that takes no more: the call fails typed, nothing is half written, and with
//! room again everything goes on.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::path::Path;
use std::process::Command;

use common::{answers, child, contacts, folder_of_child, new_folder, prepared, say};
use kinfold::{Contacts, Draft, Error, Key, Kind, Kinfold, TextField};

fn email(number: u64) -> String {
    format!("person{number}@example.com")
}

fn large_draft(number: u64) -> Draft {
    let draft = Draft::new().email(email(number));
    draft.text(TextField::Description, "x".repeat(60_000))
}

/// Writes until nothing more can be written; how many contacts were acknowledged.
fn fill(contacts: &Contacts) -> u64 {
    for number in 0..1_000 {
        match contacts.resolve(large_draft(number)) {
            Ok(outcome) => assert!(outcome.created),
            Err(error @ Error::Storage(_)) => {
                assert_eq!(error.code(), "STORAGE");
                assert!(!error.is_retryable() && error.is_storage());
                return number;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    panic!("the disk was never full");
}

/// Every contact that was acknowledged is there whole, and nothing of the one that was not.
fn exactly(contacts: &Contacts, acknowledged: u64) {
    assert!(acknowledged > 0, "something was written before");
    assert_eq!(contacts.count().unwrap(), acknowledged);
    assert_eq!(contacts.stats().unwrap().changes, acknowledged);
    for number in 0..=acknowledged {
        let key = Key::read(Kind::Email, &email(number)).unwrap();
        let found = contacts.find(&key).unwrap();
        assert_eq!(found.is_some(), number < acknowledged, "{number}");
        if let Some(contact) = found {
            assert_eq!(contact.fields.description.unwrap().len(), 60_000);
        }
    }
}

#[test]
fn files_that_may_not_grow() {
    // The limit of a file's size stands for a full disk where no disk can be filled: a write
    // stops in the middle in the same way. The signal that comes with it is ignored.
    let name = "files_that_may_not_grow";
    if let Some(folder) = folder_of_child() {
        let kinfold = Kinfold::open(&folder).unwrap();
        let contacts = contacts(&kinfold);
        let mut acknowledged = fill(&contacts);
        // The handle goes on: what was there can be read, and the next write fails alike,
        // unless the log was written back meanwhile and starts afresh.
        exactly(&contacts, acknowledged);
        match contacts.resolve(large_draft(acknowledged)) {
            Ok(outcome) => acknowledged += u64::from(outcome.created),
            Err(error) => assert!(matches!(error, Error::Storage(_)), "{error:?}"),
        }
        exactly(&contacts, acknowledged);
        return say(&acknowledged.to_string());
    }
    // The first is reached by the write-ahead log before it was ever written back, the second by
    // the database, when the log can't be written back. A block has 512 bytes or 1,024.
    for blocks in [1_500, 12_000] {
        let (_above, folder) = new_folder();
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}");
        let mut limited = prepared(&limited, &child(name, &folder));
        let said = answers(limited.spawn().unwrap());
        let acknowledged: u64 = said[0].parse().unwrap();
        with_room_again(&folder, acknowledged);
    }
}

fn with_room_again(folder: &Path, acknowledged: u64) {
    let kinfold = Kinfold::open(folder).unwrap();
    let contacts = contacts(&kinfold);
    exactly(&contacts, acknowledged);
    assert!(contacts.resolve(large_draft(acknowledged)).unwrap().created);
    exactly(&contacts, acknowledged + 1);
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn a_disk_that_is_really_full() {
    let name = "a_disk_that_is_really_full";
    if let Some(folder) = folder_of_child() {
        let ballast = folder.join("ballast");
        std::fs::write(&ballast, vec![1; 1_000_000]).unwrap();
        let kinfold = Kinfold::open(folder.join("store")).unwrap();
        let contacts = contacts(&kinfold);
        let acknowledged = fill(&contacts);
        exactly(&contacts, acknowledged);
        let again = contacts.resolve(large_draft(acknowledged)).unwrap_err();
        assert!(again.to_string().contains("full"), "{again}");
        // A smaller disk never fills while there is room: the same handle writes again.
        std::fs::remove_file(&ballast).unwrap();
        assert!(contacts.resolve(large_draft(acknowledged)).unwrap().created);
        exactly(&contacts, acknowledged + 1);
        assert!(kinfold.check().unwrap().ok);
        drop((contacts, kinfold));
        let kinfold = Kinfold::open(folder.join("store")).unwrap();
        exactly(&common::contacts(&kinfold), acknowledged + 1);
        return say("done");
    }
    // A disk of four megabytes in memory, seen by the child alone and gone with it.
    let (above, _) = new_folder();
    let small_disk = "mount -t tmpfs -o size=4m none \"$KINFOLD_TEST_CHILD_FOLDER\" || exit 1";
    let possible = Command::new("unshare")
        .args(["-m", "sh", "-c", small_disk])
        .env("KINFOLD_TEST_CHILD_FOLDER", above.path())
        .output();
    if !possible.is_ok_and(|output| output.status.success()) {
        eprintln!("left out: this user may not mount a small disk");
        return;
    }
    let prepared = prepared(small_disk, &child(name, above.path()));
    let mut unshared = Command::new("unshare");
    unshared
        .arg("-m")
        .arg(prepared.get_program())
        .args(prepared.get_args());
    for (name, value) in prepared.get_envs() {
        unshared.env(name, value.unwrap_or_default());
    }
    unshared
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    assert_eq!(answers(unshared.spawn().unwrap()), ["done"]);
}
