//! Several calls in one transaction: all of them are committed together, or none is.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use common::companion::{Companion, wait_at};
use common::{PATIENCE, child, contacts, folder_of_child, new_folder, number, raw};
use kinfold::{
    Draft, Durability, Error, Json, Key, Kind, Kinfold, OnConflict, ResolveRequest, Scope,
    Transaction,
};

fn by_email(name: &str) -> Draft {
    Draft::new().email(format!("{name}@example.com"))
}

fn key(name: &str) -> Key {
    Key::read(Kind::Email, &format!("{name}@example.com")).unwrap()
}

fn scope(org: &str) -> Scope {
    Scope::new(org, None).unwrap()
}

fn merging(draft: Draft) -> ResolveRequest {
    ResolveRequest::from(draft).on_conflict(OnConflict::Merge)
}

/// How much is in every table that a call can write to.
fn rows(folder: &Path) -> Vec<(&'static str, i64)> {
    let tables = [
        "scope",
        "contact",
        "identifier",
        "change",
        "merge",
        "merge_mark",
        "review_pair",
        "answer",
    ];
    let raw = raw(folder);
    let count = |table| number(&raw, &format!("SELECT count(*) FROM {table}"));
    tables.map(|table| (table, count(table))).into()
}

/// An error of an application's own.
#[derive(Debug, PartialEq)]
enum Own {
    Reason(&'static str),
    Kinfold(&'static str),
}

impl From<Error> for Own {
    fn from(error: Error) -> Self {
        Self::Kinfold(error.code())
    }
}

/// Writes a bit of everything into two scopes, one of which may be new.
fn write_everything(tx: &Transaction<'_>) -> Result<(), Error> {
    for org in ["default", "acme"] {
        let contacts = tx.contacts(scope(org)).origin("group")?;
        contacts.resolve(by_email("ana").phone("+14155550101"))?;
        contacts.resolve(by_email("bo").external_id("crm", "1"))?;
        contacts.resolve(by_email("bo").phone("+14155550101"))?;
        contacts.resolve(merging(by_email("bo").phone("+14155550101")))?;
        let keyed = ResolveRequest::from(by_email("dee")).idempotency_key("dee");
        contacts.upsert(keyed)?;
    }
    Ok(())
}

#[test]
fn what_is_written_is_seen_inside_at_once_and_outside_when_it_is_committed() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let elsewhere = Kinfold::open(&folder).unwrap();
    let outside = [contacts(&kinfold), contacts(&elsewhere)];
    contacts(&kinfold).resolve(by_email("ana")).unwrap();
    let ids = kinfold.transaction(|tx| {
        let inside = tx.contacts(Scope::default());
        let other = tx.contacts(scope("acme"));
        assert!(inside.preview_resolve(by_email("bo"))?.contact.id.is_none());
        let bo = inside
            .resolve(by_email("bo").phone("+14155550101"))?
            .contact;
        let same = inside.upsert(Draft::new().phone("+14155550101").name("Bo"))?;
        assert!(!same.created && same.contact.id == bo.id);
        assert!(other.resolve(by_email("bo"))?.created, "another scope");

        assert_eq!((inside.count()?, other.count()?), (2, 1));
        assert_eq!(inside.find(&key("bo"))?, Some(same.contact.clone()));
        assert_eq!(inside.get(bo.id)?, same.contact);
        assert_eq!(inside.list(None, 10)?.last(), Some(&same.contact));
        assert_eq!(inside.changes_since(0, 10)?.len(), 3);
        assert!(matches!(other.get(bo.id), Err(Error::NotFound(_))));
        assert!(inside.preview_upsert(by_email("cem"))?.created);
        for outside in &outside {
            assert_eq!(outside.count()?, 1);
            assert_eq!(outside.find(&key("bo"))?, None);
            assert_eq!(outside.changes_since(0, 10)?.len(), 1);
        }
        Ok::<_, Error>((bo.id, other.list(None, 1)?[0].id))
    });
    let (bo, other_bo) = ids.unwrap();
    for outside in outside {
        assert_eq!(outside.find(&key("bo")).unwrap().unwrap().id, bo);
        assert_eq!(outside.count().unwrap(), 2);
        let log: Vec<_> = outside.changes_since(0, 10).unwrap();
        let ops: Vec<_> = log.iter().map(|entry| entry.op.as_str()).collect();
        assert_eq!(ops, ["create", "create", "update"]);
        assert!(log.is_sorted_by_key(|entry| entry.seq));
    }
    let acme = elsewhere.contacts(scope("acme"));
    assert_eq!(acme.find(&key("bo")).unwrap().unwrap().id, other_bo);
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn an_error_of_the_job_takes_everything_back_and_is_handed_back_as_it_is() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let before = [contacts(&kinfold), kinfold.contacts(scope("acme"))];
    contacts(&kinfold).resolve(by_email("known")).unwrap();
    let there = rows(&folder);

    let done: Result<(), Own> = kinfold.transaction(|tx| {
        write_everything(tx)?;
        Err(Own::Reason("the application thought better of it"))
    });
    let own = Own::Reason("the application thought better of it");
    assert_eq!(done, Err(own));
    assert_eq!(rows(&folder), there, "nothing of any scope");

    let done: Result<(), Own> = kinfold.transaction(|tx| {
        write_everything(tx)?;
        tx.contacts(scope("acme")).resolve(by_email("a b"))?;
        Ok(())
    });
    assert_eq!(done, Err(Own::Kinfold("INVALID_IDENTIFIER")));
    assert_eq!(rows(&folder), there);

    // What the scope's row would have been goes to another scope now.
    let late = kinfold.contacts(scope("late"));
    assert!(late.resolve(by_email("ana")).unwrap().created);
    for contacts in before {
        assert_eq!(contacts.find(&key("ana")).unwrap(), None);
        assert!(contacts.resolve(by_email("ana")).unwrap().created);
        assert!(!contacts.resolve(by_email("ana")).unwrap().created);
    }
    kinfold.transaction(write_everything).unwrap();
    let log = kinfold
        .contacts(scope("acme"))
        .changes_since(0, 100)
        .unwrap();
    let mut origins = log.iter().map(|entry| entry.origin.as_deref());
    assert_eq!(origins.next(), Some(None));
    assert!(origins.all(|origin| origin == Some("group")));
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn a_call_that_is_refused_wrote_nothing_and_the_next_one_goes_on() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    contacts.resolve(by_email("ana")).unwrap();
    contacts.resolve(by_email("bo")).unwrap();
    let used = ResolveRequest::from(by_email("ana")).idempotency_key("used");
    contacts.resolve(used).unwrap();
    let both = || ResolveRequest::from(by_email("ana").email("bo@example.com"));
    let refused = [
        (Draft::new().name("Nobody").into(), "NO_IDENTIFIER"),
        (Draft::new().email("nobody").into(), "INVALID_IDENTIFIER"),
        (by_email("new").name("a\0b").into(), "INVALID_FIELD"),
        (both().on_conflict(OnConflict::Reject), "IDENTITY_CONFLICT"),
        (both().idempotency_key("used"), "INVALID_REQUEST"),
        (both().idempotency_key(""), "INVALID_REQUEST"),
    ];
    let there = rows(&folder);
    let done: Result<(), Error> = kinfold.transaction(|tx| {
        let inside = tx.contacts(Scope::default());
        for (request, code) in &refused {
            assert_eq!(inside.resolve(request.clone()).unwrap_err().code(), *code);
            assert_eq!(inside.upsert(request.clone()).unwrap_err().code(), *code);
            assert_eq!(inside.changes_since(0, 10)?.len(), 2);
        }
        assert!(inside.clone().origin("").is_err());
        let nobody = tx.contacts(scope("new")).get(inside.list(None, 1)?[0].id);
        assert!(matches!(nobody, Err(Error::NotFound(_))));
        Ok(())
    });
    done.unwrap();
    assert_eq!(rows(&folder), there);

    let done = kinfold.transaction(|tx| {
        let inside = tx.contacts(Scope::default());
        let (refused, _) = refused[3].clone();
        assert!(inside.resolve(refused).unwrap_err().is_conflict());
        inside.resolve(by_email("cem"))
    });
    assert!(done.unwrap().created);
    assert_eq!(contacts.count().unwrap(), 3, "what came after it is there");
}

#[test]
fn a_panic_inside_takes_everything_back_and_the_handle_goes_on() {
    let (_above, folder) = new_folder();
    for kinfold in [
        Kinfold::open(&folder).unwrap(),
        Kinfold::open_in_memory().unwrap(),
    ] {
        let contacts = contacts(&kinfold);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let done: Result<(), Error> = kinfold.transaction(|tx| {
                write_everything(tx)?;
                panic!("the application has a fault");
            });
            done
        }));
        assert!(panicked.is_err());
        assert_eq!(contacts.count().unwrap(), 0);
        assert_eq!(contacts.changes_since(0, 10).unwrap(), []);
        assert!(contacts.resolve(by_email("ana")).unwrap().created);
        let done = kinfold.transaction(|tx| tx.contacts(Scope::default()).resolve(by_email("bo")));
        assert!(done.unwrap().created);
        assert!(kinfold.check().unwrap().ok);
    }
}

#[test]
fn the_handles_own_calls_inside_wait_for_the_transaction_and_end_with_busy() {
    let patience = Duration::from_millis(30);
    let builder = Kinfold::builder().busy_timeout(patience);
    let (_above, folder) = new_folder();
    let on_disk = builder.clone().open(&folder).unwrap();
    let elsewhere = builder.clone().open(&folder).unwrap();
    for (kinfold, reading_waits) in [(on_disk, false), (builder.open_in_memory().unwrap(), true)] {
        let contacts = contacts(&kinfold);
        contacts.resolve(by_email("ana")).unwrap();
        let done = kinfold.transaction(|tx| {
            let bo = tx.contacts(Scope::default()).resolve(by_email("bo"))?;
            let nested = kinfold.transaction(|tx| tx.contacts(Scope::default()).count());
            let elsewhere = elsewhere.contacts(Scope::default());
            let mut busy = vec![
                contacts.resolve(by_email("cem")).err(),
                contacts.resolve_many([by_email("cem")]).err(),
                nested.err(),
            ];
            match reading_waits {
                true => busy.push(contacts.count().err()),
                false => {
                    busy.push(elsewhere.upsert(by_email("cem")).err());
                    assert_eq!(contacts.count()?, 1);
                    assert!(!contacts.resolve(by_email("ana"))?.changed);
                }
            }
            for error in busy {
                let error = error.unwrap();
                assert!(matches!(error, Error::Busy { waited } if waited == patience));
            }
            Ok::<_, Error>(bo.contact.id)
        });
        let bo = contacts.find(&key("bo")).unwrap();
        assert_eq!(bo.unwrap().id, done.unwrap());
        assert_eq!(contacts.count().unwrap(), 2, "{reading_waits}");
    }
}

#[test]
fn a_job_does_not_begin_before_the_write_lock_is_there() {
    let (_above, folder) = new_folder();
    let builder = Kinfold::builder().busy_timeout(Duration::ZERO);
    let kinfold = builder.open(&folder).unwrap();
    let holder = raw(&folder);
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let done = kinfold.transaction(|_| -> Result<(), Error> { panic!("it began") });
    assert!(matches!(done, Err(Error::Busy { .. })));
    holder.execute_batch("ROLLBACK").unwrap();
    let done: Result<_, Error> = kinfold.transaction(|_| Ok("done"));
    assert_eq!(done.unwrap(), "done");
    assert_eq!(rows(&folder).iter().map(|(_, rows)| rows).sum::<i64>(), 0);
}

#[test]
fn a_store_in_memory_commits_and_takes_back_as_one_on_disk() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let done: Result<(), Own> = kinfold.transaction(|tx| {
        write_everything(tx)?;
        Err(Own::Reason("no"))
    });
    assert_eq!(done, Err(Own::Reason("no")));
    for org in ["default", "acme"] {
        assert_eq!(kinfold.contacts(scope(org)).count().unwrap(), 0);
    }
    kinfold.transaction(write_everything).unwrap();
    for org in ["default", "acme"] {
        assert_eq!(kinfold.contacts(scope(org)).count().unwrap(), 2);
    }
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn whoever_walks_through_the_contacts_may_write_meanwhile() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let region = "US".parse().unwrap();
    let done = kinfold.transaction(|tx| {
        let inside = tx.contacts(Scope::default()).default_region(region);
        for name in ["ana", "bo", "cem"] {
            inside.resolve(by_email(name))?;
        }
        let mut seen = 0;
        inside.for_each(|contact| {
            seen += 1;
            assert_eq!(contact.emails().count(), 1, "as it was when the walk began");
            // Bo and Cem are absorbed before it is their turn.
            let all = by_email("ana")
                .email("bo@example.com")
                .email("cem@example.com");
            inside.resolve(merging(all.phone("(415) 555-0101")))?;
            Ok(())
        })?;
        assert_eq!((seen, inside.count()?), (3, 1));
        let stopped = inside.for_each(|_| Err(Error::Stopped));
        assert!(matches!(stopped, Err(Error::Stopped)));
        inside.list(None, 1)
    });
    let ana = done.unwrap().remove(0);
    assert_eq!(ana.phones().next().unwrap().key.as_str(), "+14155550101");
}

#[test]
fn what_a_transaction_read_still_holds_when_it_writes() {
    const THREADS: usize = 6;
    const ROUNDS: usize = 25;
    let (_above, folder) = new_folder();
    let builder = Kinfold::builder().durability(Durability::Normal);
    let builder = builder.busy_timeout(PATIENCE);
    let handles = [0, 1].map(|_| builder.clone().open(&folder).unwrap());
    let counter = |contact: &kinfold::Contact| -> i64 {
        let value = contact.fields.metadata.get("counter");
        value.map_or(0, |json| json.as_str().parse().unwrap())
    };
    std::thread::scope(|threads| {
        for number in 0..THREADS {
            let kinfold = &handles[number % 2];
            threads.spawn(move || {
                for _ in 0..ROUNDS {
                    let done = kinfold.transaction(|tx| {
                        let inside = tx.contacts(Scope::default());
                        let now = inside.find(&key("ana"))?.as_ref().map_or(0, counter);
                        inside.upsert(by_email("ana").metadata("counter", Json::from(now + 1)))
                    });
                    done.unwrap();
                }
            });
        }
    });
    let ana = contacts(&handles[0]).find(&key("ana")).unwrap().unwrap();
    let all = THREADS * ROUNDS;
    assert_eq!(counter(&ana), all as i64);
    assert_eq!(ana.version, all as u64);
}

#[test]
fn a_process_that_is_killed_in_the_middle_leaves_nothing_of_it() {
    if let Some(folder) = folder_of_child() {
        let kinfold = Kinfold::open(folder).unwrap();
        let done: Result<(), Error> = kinfold.transaction(|tx| {
            write_everything(tx)?;
            wait_at("in the middle");
            Ok(())
        });
        return done.unwrap();
    }
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    contacts(&kinfold).resolve(by_email("known")).unwrap();
    let there = rows(&folder);
    let name = "a_process_that_is_killed_in_the_middle_leaves_nothing_of_it";
    let victim = Companion::start(child(name, &folder));
    victim.expect("in the middle");
    victim.kill();
    assert_eq!(rows(&folder), there);
    kinfold.transaction(write_everything).unwrap();
    assert!(kinfold.check().unwrap().ok);
}
