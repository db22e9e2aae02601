//! Transactions that the store fails, or a call breaks off, in the middle: nothing of them
//! is committed, whatever the job returns.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use common::{contacts, new_folder, number, raw};
use kinfold::{
    Clock, Draft, Error, Key, Kind, Kinfold, OnConflict, ResolveRequest, Scope, SystemClock,
    Timestamp,
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

/// A clock whose ids are a wild one's: 1, always the same; 2, a panic.
#[derive(Default)]
struct WildClock {
    mood: AtomicU8,
}

impl WildClock {
    const TAME: u8 = 0;
    const SAME: u8 = 1;
    const PANICS: u8 = 2;

    fn set(&self, mood: u8) {
        self.mood.store(mood, Ordering::SeqCst);
    }
}

impl Clock for WildClock {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn new_id(&self) -> [u8; 16] {
        match self.mood.load(Ordering::SeqCst) {
            Self::TAME => SystemClock.new_id(),
            Self::SAME => [1; 16],
            _ => panic!("a clock that panics"),
        }
    }
}

/// A store in which the next new contact, and the next merge, fail in the middle: an id
/// that was given before is given again.
fn store_that_fails(folder: &Path) -> (Kinfold, Arc<WildClock>) {
    let clock = Arc::new(WildClock::default());
    let kinfold = Kinfold::builder().clock(clock.clone()).open(folder);
    let kinfold = kinfold.unwrap();
    let contacts = contacts(&kinfold);
    for name in ["ana", "bo", "cem", "dee"] {
        contacts.resolve(by_email(name)).unwrap();
    }
    clock.set(WildClock::SAME);
    let both = by_email("ana").email("bo@example.com");
    contacts.resolve(merging(both)).unwrap();
    contacts.resolve(by_email("same")).unwrap();
    clock.set(WildClock::TAME);
    (kinfold, clock)
}

#[test]
fn what_the_store_failed_in_the_middle_of_a_call_is_never_committed() {
    let new = || ResolveRequest::from(by_email("new"));
    let merge = || merging(by_email("cem").email("dee@example.com"));
    let edit = || by_email("ana").tag("edited");
    for (what, fails) in [("a new contact", new()), ("a merge", merge())] {
        let (_above, folder) = new_folder();
        let (kinfold, clock) = store_that_fails(&folder);
        let there = rows(&folder);
        // The job goes on as if nothing had happened, and says that all is well.
        let done: Result<(), Error> = kinfold.transaction(|tx| {
            let inside = tx.contacts(Scope::default());
            inside.resolve(edit())?;
            clock.set(WildClock::SAME);
            let error = inside.resolve(fails.clone()).unwrap_err();
            clock.set(WildClock::TAME);
            assert!(matches!(error, Error::StoreCorrupt(_)), "{what}: {error}");
            let later = [
                inside.resolve(edit()).err(),
                inside.upsert(edit()).err(),
                inside.preview_resolve(edit()).err(),
                inside.preview_upsert(edit()).err(),
                inside.count().err(),
                inside.find(&key("ana")).err(),
                inside.list(None, 1).err(),
                inside.for_each(|_| Ok(())).err(),
                inside.changes_since(0, 1).err(),
                tx.contacts(scope("acme")).resolve(edit()).err(),
            ];
            for again in later {
                assert_eq!(again.unwrap().to_string(), error.to_string(), "{what}");
            }
            Ok(())
        });
        let error = done.unwrap_err();
        assert!(matches!(error, Error::StoreCorrupt(_)), "{what}: {error}");
        assert_eq!(rows(&folder), there, "{what}");

        // An error of its own is the job's answer all the same.
        let done: Result<(), Own> = kinfold.transaction(|tx| {
            clock.set(WildClock::SAME);
            let failed = tx.contacts(Scope::default()).resolve(fails.clone());
            clock.set(WildClock::TAME);
            assert!(failed.is_err());
            Err(Own::Reason("enough"))
        });
        assert_eq!(done, Err(Own::Reason("enough")));
        assert_eq!(rows(&folder), there, "{what}");

        let done = kinfold.transaction(|tx| tx.contacts(Scope::default()).resolve(fails));
        assert!(
            done.unwrap().changed,
            "{what}: the next transaction is sound"
        );
        assert!(kinfold.check().unwrap().ok, "{what}");
    }
}

#[test]
fn what_a_panic_left_of_a_call_is_not_committed_though_the_job_catches_it() {
    let (_above, folder) = new_folder();
    let (kinfold, clock) = store_that_fails(&folder);
    let there = rows(&folder);
    let done: Result<(), Error> = kinfold.transaction(|tx| {
        let inside = tx.contacts(scope("acme"));
        clock.set(WildClock::PANICS);
        let caught = catch_unwind(AssertUnwindSafe(|| inside.resolve(by_email("ana"))));
        clock.set(WildClock::TAME);
        assert!(caught.is_err());
        assert!(matches!(inside.count(), Err(Error::Storage(_))));
        Ok(())
    });
    assert!(matches!(done, Err(Error::Storage(_))));
    assert_eq!(rows(&folder), there);
    assert!(contacts(&kinfold).resolve(by_email("eva")).unwrap().created);
}
