//! Retries: after a lost answer, of many at once, while somebody writes, and too late.
//! Children are this very program, run again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use common::companion::{Companion, wait_at};
use common::keyed::{WAYS, answers, by_email, keyed};
use common::{
    PATIENCE, child, contacts, contacts_with_patience, folder_of_child, look_at, new_folder,
    number_of_child, numbered_child, raw, say,
};
use kinfold::{Clock, Contacts, Error, Kinfold, Scope, SystemClock, Timestamp};

#[test]
fn a_retry_after_a_lost_answer_gets_that_answer() {
    let request = || {
        let draft = by_email("ana").phone("+1 (415) 555-0101").name("Ana Ruiz");
        keyed(draft.metadata("n", 12), "signup 17")
    };
    if let Some(folder) = folder_of_child() {
        let (_, ask) = WAYS[number_of_child()];
        let outcome = ask(&Kinfold::open(folder).unwrap(), request()).unwrap();
        assert!(outcome.created);
        return wait_at("it is committed, and the answer on its way");
    }
    for (way, (name, ask)) in WAYS.iter().enumerate() {
        let (_above, folder) = new_folder();
        let test = "a_retry_after_a_lost_answer_gets_that_answer";
        let victim = Companion::start(numbered_child(test, &folder, way));
        victim.expect("it is committed, and the answer on its way");
        victim.kill();

        let kinfold = Kinfold::open(&folder).unwrap();
        let contacts = contacts(&kinfold);
        let log = contacts.changes_since(0, 10).unwrap();
        let outcome = ask(&kinfold, request()).unwrap();
        assert!(outcome.created && outcome.changed, "{name}");
        assert_eq!(outcome.attached.len(), 2, "{name}");
        assert_eq!(contacts.get(outcome.contact.id).unwrap(), outcome.contact);
        assert_eq!(
            contacts.changes_since(0, 10).unwrap(),
            log,
            "{name}: nothing new"
        );
        let its_own = log
            .iter()
            .filter(|entry| entry.contact == Some(outcome.contact.id));
        assert_eq!(its_own.count(), 1, "{name}");
        assert_eq!(ask(&kinfold, request()).unwrap(), outcome, "{name}");
        assert!(kinfold.check().unwrap().ok);
    }
}

#[test]
fn everybody_who_sends_one_request_at_once_gets_one_answer() {
    const THREADS: usize = 8;
    const PROCESSES: usize = 2;
    const REQUESTS: usize = 12;
    let ask = |contacts: &Contacts, number: usize| -> String {
        let draft = by_email(&format!("person{number}")).tag("lead");
        let request = keyed(draft, &format!("request {number}"));
        let outcome = match number % 2 {
            0 => contacts.resolve(request),
            _ => contacts.upsert(request),
        };
        serde_json::to_string(&outcome.unwrap()).unwrap()
    };
    if let Some(folder) = folder_of_child() {
        let contacts = contacts_with_patience(&folder, PATIENCE);
        wait_at("ready");
        return (0..REQUESTS).for_each(|number| say(&ask(&contacts, number)));
    }
    let (_above, folder) = new_folder();
    let test = "everybody_who_sends_one_request_at_once_gets_one_answer";
    let mut processes: Vec<Companion> = (0..PROCESSES)
        .map(|_| Companion::start(child(test, &folder)))
        .collect();
    processes.iter().for_each(|process| process.expect("ready"));
    let contacts = contacts_with_patience(&folder, PATIENCE);
    let told: Vec<Vec<String>> = std::thread::scope(|scope| {
        processes.iter_mut().for_each(|process| process.tell("go"));
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                let contacts = contacts.clone();
                scope.spawn(move || (0..REQUESTS).map(|number| ask(&contacts, number)).collect())
            })
            .collect();
        let threads = threads.into_iter().map(|thread| thread.join().unwrap());
        threads
            .chain(processes.drain(..).map(Companion::end))
            .collect()
    });
    assert_eq!(told.len(), THREADS + PROCESSES);
    for answers in &told {
        assert_eq!(answers, &told[0], "the same to everybody");
        let created = |answer: &String| answer.contains(r#""created":true"#);
        assert!(answers.len() == REQUESTS && answers.iter().all(created));
    }
    assert_eq!(contacts.count().unwrap(), REQUESTS as u64);
    assert_eq!(contacts.changes_since(0, 1_000).unwrap().len(), REQUESTS);
}

#[test]
fn a_retry_waits_for_nobody_who_writes() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::builder().busy_timeout(Duration::ZERO);
    let kinfold = kinfold.open(&folder).unwrap();
    let request = |name: &str| keyed(by_email(name), name);
    let first = contacts(&kinfold).resolve(request("ana")).unwrap();
    let holder = raw(&folder);
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(contacts(&kinfold).resolve(request("ana")).unwrap(), first);
    assert!(matches!(
        contacts(&kinfold).upsert(request("ana")),
        Err(Error::IdempotencyKeyReused(_))
    ));
    let new = contacts(&kinfold).resolve(request("bo"));
    assert!(matches!(new, Err(Error::Busy { .. })), "a new one needs it");
    holder.execute_batch("ROLLBACK").unwrap();
    let done: Result<(), Error> = kinfold.transaction(|_| {
        assert_eq!(contacts(&kinfold).resolve(request("ana"))?, first);
        Ok(())
    });
    done.unwrap();
}

#[test]
fn a_retry_leaves_every_file_as_it_was() {
    let request = || keyed(by_email("ana").name("Ana"), "k");
    if let Some(folder) = folder_of_child() {
        let contacts = contacts(&Kinfold::open(folder).unwrap());
        let first = contacts.resolve(request()).unwrap();
        // The first who reads notes in the shared memory up to where.
        assert_eq!(contacts.resolve(request()).unwrap(), first);
        wait_at("answered");
        for _ in 0..100 {
            assert_eq!(contacts.resolve(request()).unwrap(), first);
            assert_eq!(contacts.preview_resolve(request()).unwrap(), first);
            assert_eq!(contacts.resolve_many([request()]).unwrap().len(), 1);
            assert!(contacts.upsert(request()).is_err());
        }
        return wait_at("asked again");
    }
    let (_above, folder) = new_folder();
    let look = || {
        let mut files = look_at(&folder);
        if let Some(shared_memory) = files.get_mut("contacts.db-shm") {
            shared_memory.modified = SystemTime::UNIX_EPOCH;
        }
        files
    };
    let mut asker = Companion::start(child("a_retry_leaves_every_file_as_it_was", &folder));
    asker.expect("answered");
    let before = look();
    asker.tell("go on");
    asker.expect("asked again");
    assert!(look() == before, "a file was written to");
    asker.tell("go on");
    asker.end();
}

/// A clock that a test puts where it wants it.
#[derive(Default)]
struct SetClock(AtomicI64);

impl SetClock {
    fn go_on(&self, time: Duration) {
        let milliseconds = time.as_millis().try_into().unwrap();
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_milliseconds(self.0.load(Ordering::SeqCst))
    }

    fn new_id(&self) -> [u8; 16] {
        SystemClock.new_id()
    }
}

#[test]
fn an_answer_that_is_too_old_is_not_there() {
    const HOUR: Duration = Duration::from_secs(3_600);
    const MOMENT: Duration = Duration::from_millis(1);
    let (_above, folder) = new_folder();
    let clock = Arc::new(SetClock::default());
    let builder = Kinfold::builder().clock(clock.clone());
    let kinfold = builder.answers_kept_for(HOUR).open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let request = || keyed(by_email("ana"), "k");
    let first = contacts.resolve(request()).unwrap();
    clock.go_on(HOUR - MOMENT);
    assert_eq!(
        contacts.resolve(request()).unwrap(),
        first,
        "the last moment"
    );
    clock.go_on(MOMENT);
    assert!(!contacts.preview_resolve(request()).unwrap().created);
    let anew = contacts.resolve(request()).unwrap();
    assert!(!anew.created && !anew.changed, "judged anew");
    assert_eq!(answers(&folder), 1, "in place of the old one");
    clock.go_on(HOUR - MOMENT);
    assert_eq!(
        contacts.resolve(request()).unwrap(),
        anew,
        "and kept as long"
    );
    clock.go_on(MOMENT);
    let other = contacts.upsert(keyed(by_email("bo"), "k")).unwrap();
    assert!(other.created, "the key is free for another request");
}

#[test]
fn answers_are_kept_for_a_week_for_ever_or_not_at_all() {
    const DAY: Duration = Duration::from_secs(24 * 3_600);
    let builder = || Kinfold::builder();
    for (builder, lasts) in [
        (builder(), 7),
        (builder().answers_kept_for(Duration::MAX), 1_000),
        (builder().answers_kept_for(Duration::ZERO), 0),
    ] {
        let clock = Arc::new(SetClock::default());
        clock.go_on(20_000 * DAY);
        let kinfold = builder.clock(clock.clone()).open_in_memory().unwrap();
        let contacts = contacts(&kinfold);
        let ask = || contacts.resolve(keyed(by_email("ana"), "k")).unwrap();
        assert!(ask().created);
        for day in 0..lasts.min(20) {
            assert!(ask().created, "day {day} of {lasts}");
            clock.go_on(DAY);
        }
        assert_eq!(ask().created, lasts > 20, "after {lasts} days");
    }
}

#[test]
fn old_answers_are_removed_a_hundred_at_a_time_when_one_is_kept() {
    const HOUR: Duration = Duration::from_secs(3_600);
    let (_above, folder) = new_folder();
    let clock = Arc::new(SetClock::default());
    let builder = Kinfold::builder().clock(clock.clone());
    let kinfold = builder.answers_kept_for(HOUR).open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let many = (0..250).map(|number| keyed(by_email("ana"), &format!("key {number}")));
    contacts.resolve_many(many).unwrap();
    clock.go_on(HOUR / 2);
    contacts.resolve(keyed(by_email("ana"), "young")).unwrap();
    assert_eq!(answers(&folder), 251, "none of them is too old yet");
    clock.go_on(HOUR / 2);
    // The first is one of them: the last that would be removed.
    for (key, left) in [("key 99", 151), ("b", 52), ("c", 4), ("d", 5)] {
        let kept = contacts.resolve(keyed(by_email("ana"), key)).unwrap();
        contacts.resolve(by_email("ana").tag(key)).unwrap();
        let again = contacts.resolve(keyed(by_email("ana"), key)).unwrap();
        assert_eq!(again, kept, "{key}");
        assert_eq!(answers(&folder), left, "{key}");
    }
    clock.go_on(HOUR);
    let done: Result<(), Error> = kinfold.transaction(|tx| {
        tx.contacts(Scope::default())
            .resolve(keyed(by_email("ana"), "last"))?;
        Err(Error::Stopped)
    });
    assert!(done.is_err());
    assert_eq!(answers(&folder), 5, "what was removed is taken back, too");
}
