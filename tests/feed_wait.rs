//! Waiting for the next change: who is woken, how soon, and what waiting costs. Children
//! are this very program, run again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::path::Path;
use std::sync::Barrier;
use std::time::{Duration, Instant, SystemTime};

use common::companion::{Companion, told};
use common::standing::in_time;
use common::{PATIENCE, answers, child, contacts, folder_of_child, new_folder, raw, say};
use kinfold::{Contacts, Draft, Durability, Kinfold, Scope};

/// What is promised of every wake-up.
const SOON: Duration = Duration::from_millis(100);

fn person(number: usize) -> Draft {
    Draft::new().email(format!("person{number}@example.com"))
}

/// A store whose commits don't wait for the disk, so that it is waiting that is measured.
fn open(folder: &Path) -> Kinfold {
    let builder = Kinfold::builder().durability(Durability::Normal);
    builder.open(folder).unwrap()
}

/// How long after a commit somebody who waits is awake: one of several such measurements,
/// each at another moment between two looks. `commit` gives when it was done.
fn wake_up(contacts: &Contacts, number: u64, commit: impl FnOnce() -> SystemTime) -> Duration {
    let since = contacts.last_change().unwrap();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let woken = contacts.wait_for_change(since, PATIENCE).unwrap();
            (woken, SystemTime::now())
        });
        // It is to be waiting by then.
        std::thread::sleep(Duration::from_millis(5 + number * 7 % 31));
        let committed = commit();
        let (woken, at) = waiter.join().unwrap();
        assert_eq!(woken, Some(contacts.last_change().unwrap()));
        at.duration_since(committed).unwrap_or_default()
    })
}

fn all_are_soon(who: &str, mut wake_ups: Vec<Duration>) {
    wake_ups.sort();
    let (median, worst) = (wake_ups[wake_ups.len() / 2], wake_ups[wake_ups.len() - 1]);
    println!(
        "{who}: median {median:?}, worst {worst:?} of {}",
        wake_ups.len()
    );
    assert!(worst <= SOON, "{who}: {wake_ups:?}");
}

#[test]
fn who_waits_is_soon_awake_when_another_process_commits() {
    if let Some(folder) = folder_of_child() {
        let contacts = contacts(&open(&folder));
        say("ready");
        while let Some(number) = told() {
            let person = person(number.parse().unwrap());
            assert!(contacts.resolve(person).unwrap().created);
            let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
            say(&since.as_nanos().to_string());
        }
        return;
    }
    let (_above, folder) = new_folder();
    let contacts = contacts(&open(&folder));
    let name = "who_waits_is_soon_awake_when_another_process_commits";
    let mut other = Companion::start(child(name, &folder));
    other.expect("ready");
    let wake_ups = (0..30).map(|number| {
        wake_up(&contacts, number, || {
            let since = other.ask(number).parse().unwrap();
            SystemTime::UNIX_EPOCH + Duration::from_nanos(since)
        })
    });
    all_are_soon("another process", wake_ups.collect());
    other.end();
}

#[test]
fn who_waits_is_soon_awake_when_this_process_commits() {
    let (_above, folder) = new_folder();
    let on_disk = open(&folder);
    let another_handle = open(&folder);
    let in_memory = Kinfold::open_in_memory().unwrap();
    let cases = [
        ("a thread with the same handle", &on_disk, &on_disk),
        ("another handle", &on_disk, &another_handle),
        ("a store in memory", &in_memory, &in_memory),
    ];
    let mut number = 0;
    for (who, waits, writes) in cases {
        let wake_ups = (0..10).map(|_| {
            number += 1;
            wake_up(&contacts(waits), number, || {
                contacts(writes).resolve(person(number as usize)).unwrap();
                SystemTime::now()
            })
        });
        all_are_soon(who, wake_ups.collect());
    }
}

#[test]
fn any_number_of_threads_wait_for_one_commit() {
    const THREADS: usize = 48;
    let (_above, folder) = new_folder();
    for kinfold in [open(&folder), Kinfold::open_in_memory().unwrap()] {
        in_time(move || {
            let contacts = contacts(&kinfold);
            let together = Barrier::new(THREADS + 1);
            std::thread::scope(|scope| {
                let waiters: Vec<_> = (0..THREADS)
                    .map(|_| {
                        scope.spawn(|| {
                            together.wait();
                            let woken = contacts.wait_for_change(0, PATIENCE).unwrap();
                            (woken, Instant::now())
                        })
                    })
                    .collect();
                together.wait();
                std::thread::sleep(Duration::from_millis(30));
                contacts.resolve(person(0)).unwrap();
                let committed = Instant::now();
                for waiter in waiters {
                    let (woken, at) = waiter.join().unwrap();
                    assert_eq!(woken, Some(1));
                    let took = at.saturating_duration_since(committed);
                    assert!(took <= SOON, "{took:?}");
                }
            });
        });
    }
}

/// One of those who wait looks for all. When its time is over, another must.
#[test]
fn who_stops_waiting_leaves_nobody_asleep() {
    let (_above, folder) = new_folder();
    for kinfold in [open(&folder), Kinfold::open_in_memory().unwrap()] {
        in_time(move || {
            let contacts = contacts(&kinfold);
            for round in 0..4 {
                let since = contacts.last_change().unwrap();
                std::thread::scope(|scope| {
                    // Each gives up a little later than the one before, but for the last.
                    let given_up: Vec<_> = (1..=6)
                        .map(|number| {
                            let contacts = &contacts;
                            let timeout = Duration::from_millis(15 * number);
                            scope.spawn(move || contacts.wait_for_change(since, timeout))
                        })
                        .collect();
                    let patient = scope.spawn(|| {
                        let woken = contacts.wait_for_change(since, Duration::MAX).unwrap();
                        (woken, Instant::now())
                    });
                    for one in given_up {
                        assert_eq!(one.join().unwrap().unwrap(), None);
                    }
                    contacts.resolve(person(round)).unwrap();
                    let committed = Instant::now();
                    let (woken, at) = patient.join().unwrap();
                    assert_eq!(woken, Some(since + 1));
                    let took = at.saturating_duration_since(committed);
                    assert!(took <= SOON, "{took:?}");
                });
            }
        });
    }
}

#[test]
fn waiting_ends_when_its_time_is_over() {
    let (_above, folder) = new_folder();
    for kinfold in [open(&folder), Kinfold::open_in_memory().unwrap()] {
        let contacts = contacts(&kinfold);
        contacts.resolve(person(0)).unwrap();
        for milliseconds in [0, 1, 15, 60, 150] {
            let timeout = Duration::from_millis(milliseconds);
            let began = Instant::now();
            assert_eq!(contacts.wait_for_change(1, timeout).unwrap(), None);
            let took = began.elapsed();
            assert!(
                took >= timeout && took <= timeout + SOON,
                "{timeout:?}: {took:?}"
            );
        }
        // What is there already is waited for by nobody.
        for timeout in [Duration::ZERO, Duration::MAX] {
            assert_eq!(contacts.wait_for_change(0, timeout).unwrap(), Some(1));
        }
    }
}

/// A commit that is none of the scope's wakes nobody, and one that changes nothing neither.
#[test]
fn only_changes_of_the_scope_are_waited_for() {
    let (_above, folder) = new_folder();
    let kinfold = open(&folder);
    let own = contacts(&kinfold);
    let other = kinfold.contacts(Scope::new("other", None).unwrap());
    own.resolve(person(0)).unwrap();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| own.wait_for_change(1, Duration::from_millis(250)));
        for number in 0..20 {
            other.resolve(person(number)).unwrap();
            assert!(!own.resolve(person(0)).unwrap().changed);
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(waiter.join().unwrap().unwrap(), None);
    });
    // A scope of which nothing was ever written can be waited for, too.
    let new = kinfold.contacts(Scope::new("new", None).unwrap());
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| new.wait_for_change(0, PATIENCE));
        std::thread::sleep(Duration::from_millis(40));
        new.resolve(person(0)).unwrap();
        assert_eq!(waiter.join().unwrap().unwrap(), Some(22));
    });
}

/// Who waits has no state of the store open, so that the log can be written back and
/// start afresh at any time.
#[test]
fn who_waits_keeps_nothing_open() {
    let (_above, folder) = new_folder();
    let kinfold = open(&folder);
    let contacts = contacts(&kinfold);
    let raw = raw(&folder);
    // A look takes microseconds.
    raw.busy_timeout(Duration::from_secs(1)).unwrap();
    std::thread::scope(|scope| {
        let waiter =
            scope.spawn(|| contacts.wait_for_change(1_000_000, Duration::from_millis(600)));
        for number in 0..10 {
            contacts.resolve(person(number)).unwrap();
            std::thread::sleep(Duration::from_millis(50));
            let (busy, pages): (i64, i64) = raw
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .unwrap();
            assert_eq!((busy, pages), (0, 0), "the log starts afresh");
        }
        assert_eq!(waiter.join().unwrap().unwrap(), None);
    });
}

/// Processor time of all threads of this process so far.
#[cfg(target_os = "linux")]
fn processor_time() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let nanoseconds = tasks.map(|task| {
        // A thread may end meanwhile.
        let text = std::fs::read_to_string(task.unwrap().path().join("schedstat"));
        let text = text.unwrap_or_default();
        let first = text.split_whitespace().next().unwrap_or("0");
        first.parse::<u64>().unwrap()
    });
    Duration::from_nanos(nanoseconds.sum())
}

#[cfg(target_os = "linux")]
#[test]
fn who_waits_for_nothing_costs_next_to_nothing() {
    const WAIT: Duration = Duration::from_secs(3);
    let name = "who_waits_for_nothing_costs_next_to_nothing";
    if let Some(folder) = folder_of_child() {
        let kinfold = open(&folder);
        let waiting = |threads: usize| {
            let before = processor_time();
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..threads)
                    .map(|_| scope.spawn(|| contacts(&kinfold).wait_for_change(1, WAIT)))
                    .collect();
                // Those that ended are no longer counted: all are looked at while they wait.
                std::thread::sleep(WAIT - Duration::from_millis(200));
                let spent = processor_time().saturating_sub(before);
                for thread in threads {
                    assert_eq!(thread.join().unwrap().unwrap(), None);
                }
                spent
            })
        };
        for threads in [1, 32] {
            say(&waiting(threads).as_nanos().to_string());
        }
        return;
    }
    let (_above, folder) = new_folder();
    contacts(&open(&folder)).resolve(person(0)).unwrap();
    let said = answers(child(name, &folder).spawn().unwrap());
    for (threads, spent) in ["1 thread", "32 threads"].iter().zip(said) {
        let spent = Duration::from_nanos(spent.parse().unwrap());
        println!("{threads}: {spent:?} of {WAIT:?}");
        assert!(spent > Duration::ZERO, "it was measured");
        assert!(spent < WAIT / 100, "{threads}: {spent:?}");
    }
}

#[cfg(not(target_os = "linux"))]
#[test]
fn who_waits_for_nothing_costs_next_to_nothing() {
    println!("skipped: processor time is read from Linux's /proc");
}
