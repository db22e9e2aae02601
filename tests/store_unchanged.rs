//! A call that changes nothing takes no lock and leaves no trace in any file.
//!
//! The test itself only looks at the files, and never opens the store: a process that
//! closes a file drops the locks that it has on it, those of SQLite too. Children do the
//! rest, and they are this very program, run again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use common::companion::{Companion, told, wait_at};
use common::{Seen, answers, child, contacts, folder_of_child, look_at, new_folder, raw, say};
use kinfold::{Contacts, Draft, Key, Kind, Kinfold, OnConflict, ResolveRequest, TextField};

const PEOPLE: usize = 20;
const THREADS: usize = 4;
const ROUNDS: usize = 4;

fn person(number: usize) -> Draft {
    Draft::new()
        .email(format!("person{number}@example.com"))
        .phone(format!("+1415555{number:04}"))
        .external_id("crm", number.to_string())
        .name(format!("Person {number}"))
        .text(TextField::Company, "Acme")
        .tag("lead")
        .metadata("channel", "web")
}

/// The phone of one and the email of another.
fn mixture(number: usize, policy: OnConflict) -> ResolveRequest {
    let draft = Draft::new()
        .phone(format!("+1415555{number:04}"))
        .email(format!("person{}@example.com", number + 1));
    ResolveRequest::from(draft).on_conflict(policy)
}

/// People, some of them in conflict with one another, and one who was absorbed.
fn fill(contacts: &Contacts) {
    for answer in contacts.resolve_many((0..PEOPLE).map(person)).unwrap() {
        answer.unwrap();
    }
    for number in 0..PEOPLE - 1 {
        let mixture = mixture(number, OnConflict::PreferStrongest);
        contacts.resolve(mixture).unwrap();
    }
    let one = Draft::new().email("one@example.com");
    let other = Draft::new().phone("+14155559999");
    contacts.resolve(one.clone()).unwrap();
    contacts.resolve(other).unwrap();
    let both = ResolveRequest::from(one.phone("+14155559999"));
    let merged = contacts.resolve(both.on_conflict(OnConflict::Merge));
    assert_eq!(merged.unwrap().merged.len(), 1);
}

/// Some thousand calls, by several threads, that have nothing to write: everything in
/// them is known, or refused, or only asked.
fn call_without_change(kinfold: &Kinfold) {
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let contacts = contacts(kinfold);
                for number in (0..PEOPLE - 1).cycle().take(ROUNDS * PEOPLE) {
                    call_of(&contacts, number);
                }
                let everybody = || (0..PEOPLE).map(person);
                let mut answers = contacts.resolve_many(everybody()).unwrap();
                answers.extend(contacts.upsert_many(everybody()).unwrap());
                assert!(answers.iter().all(|one| !one.as_ref().unwrap().changed));
                assert_eq!(contacts.stats().unwrap().merges, 1);
                assert!(kinfold.check().unwrap().ok);
                let mut live = 0;
                let count = |_| {
                    live += 1;
                    Ok(())
                };
                contacts.for_each(count).unwrap();
                assert_eq!(live, contacts.count().unwrap());
            });
        }
    });
}

fn call_of(contacts: &Contacts, number: usize) {
    for policy in OnConflict::ALL {
        let known = ResolveRequest::from(person(number)).on_conflict(policy);
        assert!(!contacts.resolve(known.clone()).unwrap().changed);
        assert!(!contacts.upsert(known).unwrap().changed);
    }
    // The conflict stands in the review queue already.
    let conflict = contacts.resolve(mixture(number, OnConflict::PreferStrongest));
    let conflict = conflict.unwrap();
    assert!(!conflict.changed && !conflict.conflicts.is_empty());
    let refused = contacts.resolve(mixture(number, OnConflict::Reject));
    assert!(refused.unwrap_err().is_conflict());
    let unreadable = contacts.upsert(Draft::new().email("nobody"));
    assert_eq!(unreadable.unwrap_err().code(), "INVALID_IDENTIFIER");

    // What would have changed something.
    let both = person(number).email("one@example.com");
    let both = ResolveRequest::from(both).on_conflict(OnConflict::Merge);
    assert_eq!(contacts.preview_resolve(both).unwrap().merged.len(), 1);
    let new = Draft::new().email("nobody@example.com");
    assert!(contacts.preview_upsert(new).unwrap().created);

    let key = Key::read(Kind::ExternalId, &format!("crm:{number}")).unwrap();
    let contact = contacts.find(&key).unwrap().unwrap();
    assert_eq!(contacts.get(contact.id).unwrap(), contact);
    assert!(contacts.list(Some(contact.id), 3).is_ok());
    assert_eq!(contacts.changes_since(number as u64, 3).unwrap().len(), 3);
}

/// Everything about the files but when the shared memory was touched, which is no file's
/// content.
fn look(folder: &Path) -> BTreeMap<String, Seen> {
    let mut files = look_at(folder);
    if let Some(shared_memory) = files.get_mut("contacts.db-shm") {
        shared_memory.modified = SystemTime::UNIX_EPOCH;
    }
    files
}

fn assert_same(before: &BTreeMap<String, Seen>, after: &BTreeMap<String, Seen>) {
    assert!(before.keys().eq(after.keys()), "the same files");
    for (name, was) in before {
        let is = &after[name];
        assert_eq!(was.bytes.len(), is.bytes.len(), "the length of {name}");
        assert!(was.bytes == is.bytes, "{name} was written to");
        assert_eq!(was.modified, is.modified, "when {name} was written to");
        assert_eq!(was.mode, is.mode, "who may read {name}");
    }
}

#[test]
fn who_changes_nothing_leaves_every_file_as_it_was() {
    if let Some(folder) = folder_of_child() {
        let kinfold = Kinfold::open(&folder).unwrap();
        if contacts(&kinfold).count().unwrap() == 0 {
            fill(&contacts(&kinfold));
            // The first who reads notes in the shared memory up to where.
            call_of(&contacts(&kinfold), 0);
        }
        wait_at("ready");
        call_without_change(&kinfold);
        return wait_at("done");
    }
    let (_above, folder) = new_folder();
    let start = || {
        Companion::start(child(
            "who_changes_nothing_leaves_every_file_as_it_was",
            &folder,
        ))
    };
    let mut keeper = start();
    keeper.expect("ready");
    let before = look(&folder);
    assert!(before["contacts.db-wal"].bytes.len() > 100_000);

    // Two processes at once, one of which comes and goes meanwhile.
    let mut guest = start();
    guest.expect("ready");
    assert_same(&before, &look(&folder));
    keeper.tell("go");
    guest.tell("go");
    keeper.expect("done");
    guest.expect("done");
    assert_same(&before, &look(&folder));
    guest.tell("end");
    guest.end();
    assert_same(&before, &look(&folder));
    keeper.tell("end");
    keeper.end();
}

#[test]
fn who_opens_a_store_and_changes_nothing_leaves_it_as_it_was() {
    if let Some(folder) = folder_of_child() {
        let kinfold = Kinfold::open(&folder).unwrap();
        match contacts(&kinfold).count().unwrap() {
            0 => fill(&contacts(&kinfold)),
            _ => call_without_change(&kinfold),
        }
        return;
    }
    let (_above, folder) = new_folder();
    let run = || {
        let name = "who_opens_a_store_and_changes_nothing_leaves_it_as_it_was";
        answers(child(name, &folder).spawn().unwrap())
    };
    run();
    let before = look(&folder);
    assert!(!before.contains_key("contacts.db-wal"), "it is closed");
    run();
    assert_same(&before, &look(&folder));
}

#[test]
fn who_changes_nothing_takes_no_lock() {
    if let Some(folder) = folder_of_child() {
        // With no patience at all, any lock that somebody has would be an error.
        let builder = Kinfold::builder().busy_timeout(Duration::ZERO);
        let kinfold = builder.open(&folder).unwrap();
        while told().is_some() {
            call_without_change(&kinfold);
            say("done");
        }
        return;
    }
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    fill(&contacts(&kinfold));
    let mut reader = Companion::start(child("who_changes_nothing_takes_no_lock", &folder));
    let writer = raw(&folder);

    // Nobody of them needs a lock that a writer has…
    writer
        .execute_batch("BEGIN IMMEDIATE; UPDATE contact SET full_name = 'Nobody'")
        .unwrap();
    assert_eq!(reader.ask("go"), "done");
    writer.execute_batch("ROLLBACK").unwrap();

    // … and none has a lock that a writer needs, who has no patience either.
    reader.tell("go");
    let mut writes = 0;
    let done = loop {
        writer.execute_batch("BEGIN IMMEDIATE; ROLLBACK").unwrap();
        writes += 1;
        if let Some(words) = reader.heard() {
            break words;
        }
    };
    assert_eq!(done, "done");
    assert!(writes > 100, "it wrote {writes} times meanwhile");
    reader.end();
}
