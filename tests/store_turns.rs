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

use common::{
    child, contacts, contacts_with_patience, folder_of_child, new_folder, number, raw, say,
};
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
fn who_comes_and_goes_leaves_no_log_that_only_grows() {
    // Somebody has the store open all the time and never writes, so that none of those who
    // come and go is the last to close it.
    let (_above, folder) = new_folder();
    let idle = contacts(&Kinfold::open(&folder).unwrap());
    let mut longest = 0;
    for number in 0..200 {
        let builder = Kinfold::builder().durability(Durability::Normal);
        let contacts = contacts(&builder.open(&folder).unwrap());
        let draft = Draft::new().email(format!("person{number}@example.com"));
        let draft = draft.text(TextField::Description, "x".repeat(60_000));
        assert!(contacts.resolve(draft).unwrap().created);
        drop(contacts);
        let log = std::fs::metadata(folder.join("contacts.db-wal")).unwrap();
        longest = longest.max(log.len());
    }
    assert_eq!(idle.count().unwrap(), 200);
    // Twice as long as what is worth writing back; all that was written is 25 MB.
    assert!(longest < 10 << 20, "{longest} bytes");
}

#[test]
fn who_holds_the_lock_for_long_lets_other_processes_write_too() {
    let name = "who_holds_the_lock_for_long_lets_other_processes_write_too";
    if let Some(folder) = folder_of_child() {
        let kinfold = Kinfold::open(&folder).unwrap();
        say("ready");
        for number in 0.. {
            let done = kinfold.transaction(|tx| {
                let email = format!("greedy{number}@example.com");
                let contacts = tx.contacts(Scope::default());
                contacts.resolve(Draft::new().email(email))?;
                std::thread::sleep(Duration::from_millis(20));
                Ok::<_, Error>(())
            });
            done.unwrap();
        }
    }
    let (_above, folder) = new_folder();
    let modest = contacts_with_patience(&folder, Duration::from_secs(3));
    let mut greedy = child(name, &folder).spawn().unwrap();
    let mut printed = std::io::BufReader::new(greedy.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("ready") {
        assert!(std::io::BufRead::read_line(&mut printed, &mut line).unwrap() > 0);
    }
    let answers: Vec<_> = (0..10)
        .map(|number| modest.resolve(Draft::new().email(format!("modest{number}@example.com"))))
        .collect();
    greedy.kill().unwrap();
    greedy.wait().unwrap();
    for answer in answers {
        assert!(answer.unwrap().created);
    }
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
