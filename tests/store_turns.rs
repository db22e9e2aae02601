//! Whose turn it is to write: nobody is passed over, and the store's own upkeep costs
//! nobody his turn.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::{contacts, contacts_with_patience, new_folder, number, raw};
use kinfold::{Draft, Durability, Error, Kinfold, Scope, TextField};

#[test]
fn who_writes_all_the_time_lets_others_write_too() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::builder()
        .durability(Durability::Normal)
        .busy_timeout(Duration::from_secs(2))
        .open(&folder)
        .unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let greedy = scope.spawn(|| {
            let mut written = 0_u64;
            while !done.load(Ordering::Relaxed) {
                let email = format!("greedy{written}@example.com");
                let one = kinfold.transaction(|tx| {
                    tx.contacts(Scope::default())
                        .resolve(Draft::new().email(email))
                });
                written += u64::from(one.unwrap().created);
            }
            written
        });
        for modest in 0..100 {
            let email = format!("modest{modest}@example.com");
            let outcome = contacts(&kinfold).resolve(Draft::new().email(email));
            assert!(outcome.unwrap().created);
        }
        done.store(true, Ordering::Relaxed);
        assert!(greedy.join().unwrap() > 0);
    });
}

#[test]
fn whoever_writes_alone_is_never_told_to_wait() {
    // The log is written back meanwhile, and in the end is not long.
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::builder()
        .durability(Durability::Normal)
        .busy_timeout(Duration::ZERO)
        .open(&folder)
        .unwrap();
    let contacts = contacts(&kinfold);
    const LARGE: usize = 12_000;
    const ROUNDS: u64 = 3_000;
    for number in 0..ROUNDS {
        let draft = Draft::new().email(format!("person{number}@example.com"));
        let draft = draft.text(TextField::Description, "x".repeat(LARGE));
        assert!(contacts.resolve(draft).unwrap().created, "{number}");
    }
    let written = 2 * LARGE as u64 * ROUNDS;
    let log = std::fs::metadata(folder.join("contacts.db-wal")).unwrap();
    assert!(log.len() < written / 2, "{} of {written}", log.len());
    drop((contacts, kinfold));
    assert!(!folder.join("contacts.db-wal").exists(), "it was the last");
    assert!(Kinfold::open(&folder).unwrap().check().unwrap().ok);
}

#[test]
fn nobody_writes_to_a_store_that_was_migrated_meanwhile() {
    let (_above, folder) = new_folder();
    let contacts = contacts_with_patience(&folder, Duration::from_secs(1));
    contacts
        .resolve(Draft::new().email("ana@example.com"))
        .unwrap();
    let newer = raw(&folder);
    newer.pragma_update(None, "user_version", 99).unwrap();
    let new = Draft::new().email("ben@example.com");
    for outcome in [contacts.resolve(new.clone()), contacts.upsert(new)] {
        match outcome {
            Err(Error::StoreTooNew { found: 99, .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(number(&newer, "SELECT count(*) FROM contact"), 1);
}
