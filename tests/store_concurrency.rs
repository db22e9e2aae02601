//! Many callers at once: threads, processes, and processes that die. Children are this
//! very program, run again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use common::{
    answers, child, contacts, contacts_with_patience, folder_of_child, new_folder, number,
    number_of_child, numbered_child, raw, say,
};
use kinfold::{Contacts, Draft, Error, Key, Kind, Kinfold, OnConflict, ResolveRequest, TextField};

/// Longer than anything here takes, so that no slow machine makes a test fail.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn twelve_processes_open_one_missing_folder() {
    if let Some(folder) = folder_of_child() {
        let contacts = contacts_with_patience(&folder, PATIENCE);
        let stats = contacts.stats().unwrap();
        contacts
            .resolve(Draft::new().external_id("process", std::process::id().to_string()))
            .unwrap();
        return say(&stats.store_id);
    }
    for _ in 0..3 {
        let (_above, folder) = new_folder();
        let start = || child("twelve_processes_open_one_missing_folder", &folder).spawn();
        let children: Vec<Child> = (0..12).map(|_| start().unwrap()).collect();
        let ids: BTreeSet<String> = children.into_iter().flat_map(answers).collect();
        assert_eq!(ids.len(), 1, "all opened the same store: {ids:?}");
        let kinfold = Kinfold::open(&folder).unwrap();
        assert_eq!(contacts(&kinfold).count().unwrap(), 12);
        assert!(kinfold.check().unwrap().ok);
    }
}

const IDENTITIES: usize = 100;

/// One caller of many: resolves every identity, beginning somewhere else than the others.
/// Gives the identities that it was told to have created, with the contact's id.
fn resolve_all(contacts: &Contacts, caller: usize) -> Vec<(usize, String)> {
    let mut created = Vec::new();
    for step in 0..IDENTITIES {
        let identity = (step + caller * 7) % IDENTITIES;
        // Not all know the same of somebody, but all know the email.
        let mut draft = Draft::new().email(format!("person{identity}@example.com"));
        if caller.is_multiple_of(2) {
            draft = draft.phone(format!("+1415555{identity:04}"));
        }
        if caller.is_multiple_of(3) {
            draft = draft.external_id("crm", identity.to_string());
        }
        let policy = OnConflict::ALL[caller % OnConflict::ALL.len()];
        let request = ResolveRequest::from(draft).on_conflict(policy);
        let outcome = contacts.resolve(request).unwrap();
        if outcome.created {
            created.push((identity, outcome.contact.id.to_string()));
        }
    }
    created
}

#[test]
fn everybody_resolves_the_same_people_and_each_is_created_once() {
    const PROCESSES: usize = 4;
    const THREADS: usize = 8;
    let run = |folder: &Path, first: usize| -> Vec<(usize, String)> {
        let contacts = contacts_with_patience(folder, PATIENCE);
        std::thread::scope(|scope| {
            let callers: Vec<_> = (first..first + THREADS)
                .map(|caller| {
                    let contacts = contacts.clone();
                    scope.spawn(move || resolve_all(&contacts, caller))
                })
                .collect();
            let done = callers.into_iter().map(|caller| caller.join().unwrap());
            done.flatten().collect()
        })
    };
    if let Some(folder) = folder_of_child() {
        for (identity, id) in run(&folder, number_of_child() * THREADS) {
            say(&format!("{identity} {id}"));
        }
        return;
    }
    let (_above, folder) = new_folder();
    let name = "everybody_resolves_the_same_people_and_each_is_created_once";
    let children: Vec<Child> = (1..PROCESSES)
        .map(|number| numbered_child(name, &folder, number).spawn().unwrap())
        .collect();
    let mut created = run(&folder, 0);
    for line in children.into_iter().flat_map(answers) {
        let (identity, id) = line.split_once(' ').unwrap();
        created.push((identity.parse().unwrap(), id.to_owned()));
    }
    let by_identity: BTreeMap<usize, String> = created.iter().cloned().collect();
    assert_eq!(created.len(), IDENTITIES, "each was created once");
    assert_eq!(by_identity.len(), IDENTITIES, "and none was left out");

    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    assert_eq!(contacts.count().unwrap(), IDENTITIES as u64);
    for (identity, id) in by_identity {
        let key = Key::read(Kind::Email, &format!("person{identity}@example.com")).unwrap();
        let contact = contacts.find(&key).unwrap().unwrap();
        assert_eq!(contact.id.to_string(), id);
        assert_eq!(contact.identifiers.len(), 3, "all that anybody knew");
        assert!(contact.identifiers.iter().all(|listing| listing.holds));
    }
    assert_eq!(contacts.stats().unwrap().absorbed, 0);
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn a_writer_that_waited_too_long_may_try_again() {
    let (_above, folder) = new_folder();
    let patience = Duration::from_millis(80);
    let contacts = contacts_with_patience(&folder, patience);
    let holder = raw(&folder);
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let started = Instant::now();
    let error = contacts
        .resolve(Draft::new().email("ana@example.com"))
        .unwrap_err();
    assert!(started.elapsed() >= patience / 2, "it did wait");
    assert!(matches!(error, Error::Busy { waited } if waited == patience));
    assert!(error.is_retryable() && error.is_storage());
    assert_eq!(error.code(), "BUSY");

    // Threads that wait for one another inside a process get the same error.
    let errors: Vec<Error> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|number| {
                let draft = Draft::new().email(format!("ana{number}@example.com"));
                let contacts = contacts.clone();
                scope.spawn(move || contacts.resolve(draft).unwrap_err())
            })
            .collect();
        threads.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for error in errors {
        assert!(matches!(error, Error::Busy { .. }), "{error:?}");
    }
    holder.execute_batch("ROLLBACK").unwrap();
    let outcome = contacts.resolve(Draft::new().email("ana@example.com"));
    assert!(outcome.unwrap().created, "the same call succeeds later");
}

#[test]
fn who_reads_waits_for_nobody() {
    let (_above, folder) = new_folder();
    let patience = Duration::from_millis(80);
    let kinfold = Kinfold::builder()
        .busy_timeout(patience)
        .open(&folder)
        .unwrap();
    let contacts = contacts(&kinfold);
    let known = Draft::new().email("ana@example.com").name("Ana Ruiz");
    let id = contacts.resolve(known.clone()).unwrap().contact.id;
    let log = folder.join("contacts.db-wal");
    let length = fs::metadata(&log).unwrap().len();

    let holder = raw(&folder);
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    holder
        .execute_batch("UPDATE contact SET full_name = 'Nobody'")
        .unwrap();
    let key = Key::read(Kind::Email, "ana@example.com").unwrap();
    let name = |contact: kinfold::Contact| contact.fields.name.full.unwrap();
    // What is not committed is not seen, and nobody waits for it.
    assert_eq!(name(contacts.get(id).unwrap()), "Ana Ruiz");
    assert_eq!(name(contacts.find(&key).unwrap().unwrap()), "Ana Ruiz");
    assert_eq!(contacts.count().unwrap(), 1);
    assert_eq!(contacts.list(None, 10).unwrap().len(), 1);
    assert_eq!(contacts.changes(0, 10).unwrap().len(), 1);
    assert!(kinfold.check().unwrap().ok);

    // A resolve that changes nothing is such a reader: it needs no lock and writes nothing.
    for _ in 0..50 {
        assert!(!contacts.resolve(known.clone()).unwrap().changed);
        assert!(!contacts.upsert(known.clone()).unwrap().changed);
    }
    let unknown = Draft::new().email("ben@example.com");
    assert!(contacts.preview_resolve(unknown).unwrap().created);
    holder.execute_batch("ROLLBACK").unwrap();
    assert_eq!(
        fs::metadata(&log).unwrap().len(),
        length,
        "the log is as it was"
    );
    assert_eq!(contacts.get(id).unwrap().version, 1);
    assert_eq!(number(&raw(&folder), "SELECT count(*) FROM change"), 1);

    // So a store can even be opened while somebody writes.
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let opened = contacts_with_patience(&folder, patience);
    assert_eq!(opened.count().unwrap(), 1);
}

#[test]
fn a_process_that_dies_leaves_whole_records() {
    let described = |draft: Draft, tag: &str| {
        // Long enough to need pages of its own.
        let text = "word ".repeat(2_000);
        draft.text(TextField::Description, text).tag(tag)
    };
    if let Some(folder) = folder_of_child() {
        let contacts = contacts_with_patience(&folder, PATIENCE);
        let first = contacts.stats().unwrap().last_seq;
        say("ready");
        // Each round makes two contacts and merges them, until the process is killed.
        for number in first.. {
            let by_email = Draft::new().email(format!("person{number}@example.com"));
            let phone = format!("+1415555{:04}", number % 10_000);
            contacts
                .resolve(described(by_email.clone(), "one"))
                .unwrap();
            contacts
                .resolve(described(Draft::new().phone(&phone), "two"))
                .unwrap();
            let both = ResolveRequest::from(by_email.phone(&phone));
            contacts
                .resolve(both.on_conflict(OnConflict::Merge))
                .unwrap();
        }
    }
    let (_above, folder) = new_folder();
    for round in 0..6_u64 {
        let mut writer = child("a_process_that_dies_leaves_whole_records", &folder)
            .spawn()
            .unwrap();
        let mut printed = std::io::BufReader::new(writer.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("ready") {
            assert!(std::io::BufRead::read_line(&mut printed, &mut line).unwrap() > 0);
        }
        std::thread::sleep(Duration::from_millis(20 + 37 * round));
        writer.kill().unwrap();
        writer.wait().unwrap();

        let kinfold = Kinfold::open(&folder).unwrap();
        let report = kinfold.check().unwrap();
        assert!(report.ok, "{:?}", report.problems);
        let contacts = contacts(&kinfold);
        let last = contacts.stats().unwrap().last_seq;
        contacts
            .for_each(|contact| {
                assert!(!contact.identifiers.is_empty() && !contact.fields.tags.is_empty());
                let text = contact.fields.description.unwrap();
                assert_eq!(text.len(), "word ".repeat(2_000).trim_end().len());
                Ok(())
            })
            .unwrap();
        let raw = raw(&folder);
        // Every version of every contact that was not absorbed is one entry of the log.
        let unlogged =
            "SELECT count(*) FROM contact WHERE state = 0 AND version <> (SELECT count(*)
             FROM change WHERE change.contact = contact.id AND op <> 'review')";
        assert_eq!(number(&raw, unlogged), 0);
        assert!(last > 0, "it had begun to write");
    }
}
