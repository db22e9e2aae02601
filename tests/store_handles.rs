//! What handles of one store owe to one another, and threads that share a handle: who
//! reads waits for nobody and stops nobody. Children are this very program, run again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::sync::{Arc, Barrier};
use std::time::Duration;

use common::companion::{Companion, told, wait_at};
use common::standing::{StandingClock, in_time};
use common::{
    PATIENCE, child, contacts, contacts_with_patience, folder_of_child, new_folder, raw, say,
};
use kinfold::{Contacts, Draft, Key, Kind, Kinfold, Scope};

fn email(number: usize) -> String {
    format!("person{number}@example.com")
}

fn person(number: usize) -> Draft {
    Draft::new().email(email(number))
}

/// A store of so many people.
fn store_of(people: usize) -> (tempfile::TempDir, Kinfold) {
    let (above, folder) = new_folder();
    let kinfold = Kinfold::open(folder).unwrap();
    contacts(&kinfold)
        .resolve_many((0..people).map(person))
        .unwrap();
    (above, kinfold)
}

/// The size of the pool of idle readers, doubled.
const READERS: usize = 16;

#[test]
fn sixteen_threads_are_in_the_middle_of_reading_at_once() {
    let (_above, kinfold) = store_of(3);
    // If one had to wait for another's end, they would never meet.
    let meeting = Arc::new(Barrier::new(READERS));
    in_time(move || {
        std::thread::scope(|scope| {
            for _ in 0..READERS {
                let (contacts, meeting) = (contacts(&kinfold), meeting.clone());
                scope.spawn(move || {
                    let mut seen = 0;
                    let each = |_| {
                        meeting.wait();
                        seen += 1;
                        Ok(())
                    };
                    contacts.for_each(each).unwrap();
                    assert_eq!(seen, 3);
                });
            }
        });
    });
}

#[test]
fn who_is_in_the_middle_of_reading_stops_nobody() {
    let (_above, kinfold) = store_of(3);
    in_time(move || {
        let contacts = contacts(&kinfold);
        let mut seen = 0;
        let each = |contact: kinfold::Contact| {
            let others: Vec<_> = (0..4)
                .map(|thread| {
                    let contacts = contacts.clone();
                    let (kinfold, id) = (kinfold.clone(), contact.id);
                    std::thread::spawn(move || {
                        let key = Key::read(Kind::Email, &email(0)).unwrap();
                        assert!(contacts.find(&key).unwrap().is_some());
                        assert_eq!(contacts.get(id).unwrap().id, id);
                        assert!(contacts.list(None, 10).unwrap().len() >= 3);
                        assert!(kinfold.check().unwrap().ok);
                        assert!(!contacts.resolve(person(0)).unwrap().changed);
                        // Not even who writes.
                        let new = person(1_000 + seen * 10 + thread);
                        assert!(contacts.resolve(new).unwrap().created);
                    })
                })
                .collect();
            others.into_iter().for_each(|one| one.join().unwrap());
            seen += 1;
            Ok(())
        };
        contacts.for_each(each).unwrap();
        assert_eq!(seen, 3, "it read the state of its beginning");
        assert_eq!(contacts.count().unwrap(), 3 + 3 * 4);
    });
}

/// Reads in every way while somebody writes. The store has a patience of nothing at all,
/// so that waiting would be an error.
fn reads_the_committed_state(kinfold: &Kinfold) {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let contacts = contacts(kinfold);
                let ana = Draft::new().email("ana@example.com").name("Ana Ruiz");
                let key = Key::read(Kind::Email, "ana@example.com").unwrap();
                let found = contacts.find(&key).unwrap().unwrap();
                assert_eq!(found.fields.name.full.as_deref(), Some("Ana Ruiz"));
                assert_eq!(contacts.get(found.id).unwrap(), found);
                assert_eq!(contacts.count().unwrap(), 1);
                assert_eq!(contacts.list(None, 10).unwrap(), vec![found.clone()]);
                assert_eq!(contacts.changes_since(0, 10).unwrap().len(), 1);
                assert_eq!(contacts.stats().unwrap().contacts, 1);
                assert!(kinfold.check().unwrap().ok);
                // Who resolves and changes nothing only reads, as who asks what would be.
                assert_eq!(contacts.resolve(ana.clone()).unwrap().contact, found);
                assert!(!contacts.upsert(ana.clone()).unwrap().changed);
                let answers = contacts.resolve_many([ana.clone(), ana]).unwrap();
                assert!(answers.iter().all(|one| !one.as_ref().unwrap().changed));
                assert!(contacts.preview_resolve(person(0)).unwrap().created);
                assert_eq!(contacts.resolve(person(0)).unwrap_err().code(), "BUSY");
            });
        }
    });
}

#[test]
fn who_reads_waits_for_no_writer() {
    let elsewhere = |kinfold: &Kinfold| kinfold.contacts(Scope::new("acme", None).unwrap());
    if let Some(folder) = folder_of_child() {
        let clock = StandingClock::new(|| wait_at("in the middle"));
        let builder = Kinfold::builder().clock(clock.clone());
        let kinfold = builder.open(folder).unwrap();
        clock.stand_after(50);
        let written = elsewhere(&kinfold).resolve_many((0..100).map(person));
        assert!(written.unwrap().iter().all(|answer| answer.is_ok()));
        return;
    }
    let (_above, folder) = new_folder();
    let (clock, door) = StandingClock::with_a_door();
    let builder = Kinfold::builder().busy_timeout(Duration::ZERO);
    let kinfold = builder.clone().clock(clock.clone()).open(&folder).unwrap();
    let ana = Draft::new().email("ana@example.com").name("Ana Ruiz");
    contacts(&kinfold).resolve(ana).unwrap();

    // A writer of another process.
    let mut writer = Companion::start(child("who_reads_waits_for_no_writer", &folder));
    writer.expect("in the middle");
    reads_the_committed_state(&kinfold);
    reads_the_committed_state(&builder.open(&folder).unwrap());
    assert_eq!(elsewhere(&kinfold).count().unwrap(), 0);
    writer.tell("go on");
    writer.end();
    assert_eq!(elsewhere(&kinfold).count().unwrap(), 100);

    // A thread that writes with the same handle.
    clock.stand_after(50);
    std::thread::scope(|scope| {
        let door = door;
        let writer = scope.spawn(|| {
            let people = (100..200).map(person);
            elsewhere(&kinfold).resolve_many(people).unwrap()
        });
        door.wait();
        reads_the_committed_state(&kinfold);
        assert_eq!(elsewhere(&kinfold).count().unwrap(), 100);
        door.open();
        assert_eq!(writer.join().unwrap().len(), 100);
    });
    assert_eq!(elsewhere(&kinfold).count().unwrap(), 200);
}

#[test]
fn sixteen_handles_of_one_process_open_a_missing_folder_and_come_and_go() {
    const HANDLES: usize = 16;
    const PEOPLE: usize = 10;
    let person = |number: usize| Draft::new().email(email(number));
    let (_above, folder) = new_folder();
    let start = Barrier::new(HANDLES);
    let mut handles: Vec<Contacts> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..HANDLES)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    contacts_with_patience(&folder, PATIENCE)
                })
            })
            .collect();
        let opened = threads.into_iter().map(|thread| thread.join().unwrap());
        opened.collect()
    });
    let created: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = handles
            .iter()
            .map(|contacts| {
                scope.spawn(move || {
                    let resolve = |number| contacts.resolve(person(number)).unwrap();
                    (0..PEOPLE)
                        .filter(|&number| resolve(number).created)
                        .count()
                })
            })
            .collect();
        let done = threads.into_iter().map(|thread| thread.join().unwrap());
        done.sum()
    });
    assert_eq!(created, PEOPLE, "each was created once");

    // They go in an order that is not that of their coming.
    let mut known = PEOPLE;
    while !handles.is_empty() {
        drop(handles.swap_remove(known * 7 % handles.len()));
        for contacts in &handles {
            assert!(contacts.resolve(person(known)).unwrap().created);
            known += 1;
            assert_eq!(contacts.count().unwrap(), known as u64);
        }
    }
    let kinfold = Kinfold::open(&folder).unwrap();
    assert_eq!(contacts(&kinfold).count().unwrap(), known as u64);
    assert!(kinfold.check().unwrap().ok);
}

/// On POSIX systems a process that closes any descriptor of a file drops all the locks
/// that it has on it, those of its other handles too.
#[test]
fn a_handle_that_comes_or_goes_takes_no_lock_from_another() {
    if let Some(folder) = folder_of_child() {
        while let Some(email) = told() {
            // Opens the store and closes it again.
            let contacts = contacts_with_patience(&folder, Duration::from_millis(20));
            match contacts.resolve(Draft::new().email(email)) {
                Ok(outcome) => say(if outcome.created { "created" } else { "known" }),
                Err(error) => say(error.code()),
            }
        }
        return;
    }
    let (_above, folder) = new_folder();
    let come_and_go = || {
        let handles = [(); 5].map(|()| Kinfold::open(&folder).unwrap());
        assert!(contacts(&handles[3]).list(None, 10).is_ok());
    };
    let (clock, door) = StandingClock::with_a_door();
    let kinfold = Kinfold::builder()
        .clock(clock.clone())
        .open(&folder)
        .unwrap();
    let contacts = contacts(&kinfold);
    let name = "a_handle_that_comes_or_goes_takes_no_lock_from_another";
    let mut other = Companion::start(child(name, &folder));

    // The lock of a writer, that others must wait.
    clock.stand_after(0);
    std::thread::scope(|scope| {
        let door = door;
        let writer = scope.spawn(|| contacts.resolve(Draft::new().email("ana@example.com")));
        door.wait();
        assert_eq!(other.ask("ben@example.com"), "BUSY");
        come_and_go();
        assert_eq!(other.ask("ben@example.com"), "BUSY");
        door.open();
        assert!(writer.join().unwrap().unwrap().created);
    });
    assert_eq!(other.ask("ben@example.com"), "created");

    // The lock of a reader, that others keep the state that it reads.
    let mut seen = 0;
    let counted = contacts.for_each(|_| {
        come_and_go();
        for number in 0..200 {
            contacts.resolve(Draft::new().email(format!("{seen}.{number}@example.com")))?;
        }
        raw(&folder)
            .execute_batch("PRAGMA wal_checkpoint(PASSIVE)")
            .unwrap();
        seen += 1;
        Ok(())
    });
    counted.unwrap();
    assert_eq!(seen, 2, "those that were there when it began");

    // The lock of who has the store open, that nobody who goes takes the log away.
    come_and_go();
    assert_eq!(other.ask("cem@example.com"), "created");
    assert!(
        folder.join("contacts.db-wal").exists(),
        "it is still in use"
    );
    assert!(
        contacts
            .resolve(Draft::new().email("dan@example.com"))
            .unwrap()
            .created
    );
    assert_eq!(other.ask("dan@example.com"), "known");
    assert!(kinfold.check().unwrap().ok);
    other.end();
}
