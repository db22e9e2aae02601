//! Many callers at once, threads and processes, and what they are promised. Children are
//! this very program, run again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::collections::BTreeSet;
use std::process::Child;
use std::time::{Duration, Instant};

use common::companion::{Companion, wait_at};
use common::{
    PATIENCE, answers, child, contacts, contacts_with_patience, folder_of_child, new_folder,
    number_of_child, numbered_child, raw, say,
};
use kinfold::{
    Contact, Contacts, Draft, Durability, Error, Key, Kind, Kinfold, OnConflict, Outcome,
    ResolveRequest,
};

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

const PROCESSES: usize = 8;
const THREADS: usize = 8;
const CALLERS: usize = PROCESSES * THREADS;
const IDENTITIES: usize = 500;

fn phone(identity: usize) -> String {
    format!("+1415555{identity:04}")
}

fn email(identity: usize) -> String {
    format!("person{identity}@example.com")
}

/// The keys by which an identity is known to those who know everything of it.
fn keys(identity: usize) -> [Key; 3] {
    [
        Key::read(Kind::Phone, &phone(identity)).unwrap(),
        Key::read(Kind::Email, &email(identity)).unwrap(),
        Key::read(Kind::ExternalId, &format!("crm:{identity}")).unwrap(),
    ]
}

/// What the callers together were told.
#[derive(Default)]
struct Told {
    /// The contacts that somebody was told to have created, with the identity.
    created: Vec<(usize, String)>,
    /// The contacts that somebody was told were absorbed.
    absorbed: Vec<String>,
    /// How many calls changed something.
    changes: u64,
    /// How many calls were refused because of a conflict.
    conflicts: u64,
}

/// Eight processes of eight threads meet before a missing folder and begin at once. Each
/// thread is a caller with a number, and calls `ask` for every identity; those of four
/// processes go through the identities side by side. An error fails the test, unless it
/// is a conflict and `may_conflict` says that this caller can have one.
///
/// None in the children.
fn crowd(
    test: &str,
    ask: impl Fn(&Contacts, usize, usize) -> Result<Outcome, Error> + Sync,
    may_conflict: impl Fn(usize) -> bool + Sync,
) -> Option<(tempfile::TempDir, Kinfold, Told)> {
    if let Some(folder) = folder_of_child() {
        wait_at("ready");
        let process = number_of_child();
        let durability = match process.is_multiple_of(2) {
            true => Durability::Full,
            false => Durability::Normal,
        };
        let builder = Kinfold::builder().durability(durability);
        // With the default patience: nobody may starve for so long.
        let contacts = contacts(&builder.open(folder).unwrap());
        let call = |caller: usize| {
            let mut lines = Vec::new();
            let (mut changes, mut conflicts) = (0, 0);
            for step in 0..IDENTITIES {
                let identity = (step + process / 4 * IDENTITIES / 2) % IDENTITIES;
                match ask(&contacts, caller, identity) {
                    Ok(outcome) => {
                        if outcome.created {
                            lines.push(format!("created {identity} {}", outcome.contact.id));
                        }
                        let absorbed = outcome.merged.iter();
                        lines.extend(absorbed.map(|id| format!("absorbed {id}")));
                        changes += u64::from(outcome.changed);
                    }
                    Err(error) if error.is_conflict() && may_conflict(caller) => conflicts += 1,
                    Err(error) => panic!("caller {caller}, identity {identity}: {error:?}"),
                }
            }
            lines.push(format!("changes {changes}"));
            lines.push(format!("conflicts {conflicts}"));
            lines
        };
        let first = process * THREADS;
        let lines: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (first..first + THREADS)
                .map(|caller| scope.spawn(move || call(caller)))
                .collect();
            let done = threads.into_iter().map(|thread| thread.join().unwrap());
            done.flatten().collect()
        });
        lines.iter().for_each(|line| say(line));
        return None;
    }
    let (above, folder) = new_folder();
    let mut processes: Vec<Companion> = (0..PROCESSES)
        .map(|number| Companion::start(numbered_child(test, &folder, number)))
        .collect();
    processes.iter().for_each(|process| process.expect("ready"));
    processes.iter_mut().for_each(|process| process.tell("go"));
    let mut told = Told::default();
    for line in processes.into_iter().flat_map(Companion::end) {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["created", identity, id] => {
                told.created
                    .push((identity.parse().unwrap(), id.to_owned()));
            }
            ["absorbed", id] => told.absorbed.push(id.to_owned()),
            ["changes", count] => told.changes += count.parse::<u64>().unwrap(),
            ["conflicts", count] => told.conflicts += count.parse::<u64>().unwrap(),
            _ => panic!("{line}"),
        }
    }
    let kinfold = Kinfold::open(folder).unwrap();
    Some((above, kinfold, told))
}

/// The draft of somebody who knows the phone, the email or the id, or several of them.
fn draft(identity: usize, phone_too: bool, email_too: bool, id_too: bool) -> Draft {
    let mut draft = Draft::new();
    if phone_too {
        draft = draft.phone(phone(identity));
    }
    if email_too {
        draft = draft.email(email(identity));
    }
    if id_too {
        draft = draft.external_id("crm", identity.to_string());
    }
    draft
}

/// The policies change from caller to caller.
fn policy(caller: usize) -> OnConflict {
    OnConflict::ALL[caller % OnConflict::ALL.len()]
}

/// Checks what always holds after a crowd: one live contact for each identity, with all
/// that anybody knew, and a log that tells of exactly what the callers were told of.
fn judge(kinfold: &Kinfold, told: &Told) -> Vec<Contact> {
    let contacts = contacts(kinfold);
    let stats = contacts.stats().unwrap();
    assert_eq!(stats.contacts, IDENTITIES as u64, "live ones");
    assert_eq!(stats.absorbed, told.absorbed.len() as u64, "absorbed ones");
    assert_eq!(stats.contacts + stats.absorbed, told.created.len() as u64);
    assert_eq!(stats.changes, told.changes, "one entry for each change");
    let unique = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<_>>().len();
    let created: Vec<String> = told.created.iter().map(|(_, id)| id.clone()).collect();
    assert_eq!(unique(&created), created.len(), "no two created the same");
    assert_eq!(unique(&told.absorbed), told.absorbed.len());

    let all: Vec<Contact> = (0..IDENTITIES)
        .map(|identity| {
            let holders = keys(identity).map(|key| contacts.find(&key).unwrap().unwrap());
            assert!(holders.iter().all(|holder| holder.id == holders[0].id));
            let [contact, ..] = holders;
            assert_eq!(contact.identifiers.len(), 3, "all that anybody knew");
            assert!(contact.identifiers.iter().all(|listing| listing.holds));
            contact
        })
        .collect();
    // Whom they created is there, or leads to who is.
    for (identity, id) in &told.created {
        let now = contacts.get(id.parse().unwrap()).unwrap();
        assert_eq!(now.id, all[*identity].id);
    }
    let report = kinfold.check().unwrap();
    assert!(report.ok, "{:?}", report.problems);
    all
}

#[test]
fn everybody_resolves_the_same_people_and_each_is_created_once() {
    let ask = |contacts: &Contacts, caller: usize, identity: usize| {
        // Not all know the same of somebody, but all know the email.
        let draft = draft(identity, caller & 1 > 0, true, caller & 2 > 0);
        let mut draft = draft.name(format!("Person {identity}"));
        if identity.is_multiple_of(100) {
            // All of them leave their mark on some.
            draft = draft.metadata(format!("caller-{caller}"), true);
        }
        let request = ResolveRequest::from(draft).on_conflict(policy(caller));
        match caller & 4 > 0 {
            true => contacts.upsert(request),
            false => contacts.resolve(request),
        }
    };
    let test = "everybody_resolves_the_same_people_and_each_is_created_once";
    let Some((_above, kinfold, told)) = crowd(test, ask, |_| false) else {
        return;
    };
    let all = judge(&kinfold, &told);
    assert!(
        told.absorbed.is_empty(),
        "who shares the email is nobody else"
    );
    for (identity, id) in &told.created {
        assert_eq!(all[*identity].id.to_string(), *id);
    }
    for contact in all.iter().step_by(100) {
        assert_eq!(contact.fields.metadata.iter().count(), CALLERS);
    }
}

#[test]
fn who_was_known_by_different_identifiers_is_one_contact_in_the_end() {
    let ask = |contacts: &Contacts, caller: usize, identity: usize| {
        let knows = |phone, email, id| draft(identity, phone, email, id);
        let (draft, policy) = match caller % 8 {
            0 => (knows(true, false, false), policy(caller / 8)),
            1 => (knows(false, true, false), policy(caller / 8)),
            2 => (knows(false, false, true), policy(caller / 8)),
            // Who knows two of them for the same person says so; once both of these were
            // there, all three are one.
            3 => (knows(true, true, false), OnConflict::Merge),
            4 => (knows(false, true, true), OnConflict::Merge),
            5 => (knows(true, true, true), OnConflict::PreferStrongest),
            6 => (knows(true, true, true), OnConflict::Reject),
            _ => (knows(true, false, true), OnConflict::PreferStrongest),
        };
        let request = ResolveRequest::from(draft).on_conflict(policy);
        match (caller / 8).is_multiple_of(2) {
            true => contacts.upsert(request),
            false => contacts.resolve(request),
        }
    };
    let test = "who_was_known_by_different_identifiers_is_one_contact_in_the_end";
    let Some((_above, kinfold, told)) = crowd(test, ask, |caller| caller % 8 == 6) else {
        return;
    };
    judge(&kinfold, &told);
    assert!(!told.absorbed.is_empty(), "nobody met anybody");
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
fn nobody_waits_longer_than_was_said() {
    // One caller waits for another process, a second for the first and then for the
    // process: the patience is one, and counts from the call.
    let (_above, folder) = new_folder();
    let patience = Duration::from_secs(1);
    let contacts = contacts_with_patience(&folder, patience);
    let holder = raw(&folder);
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waited: Vec<Duration> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|number| {
                let draft = Draft::new().email(format!("ana{number}@example.com"));
                let contacts = contacts.clone();
                scope.spawn(move || {
                    let started = Instant::now();
                    let error = contacts.resolve(draft).unwrap_err();
                    assert!(matches!(error, Error::Busy { .. }), "{error:?}");
                    started.elapsed()
                })
            })
            .collect();
        threads.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for waited in waited {
        assert!(waited >= patience / 2, "it did wait: {waited:?}");
        assert!(waited < patience * 7 / 4, "it gave up in time: {waited:?}");
    }
}
