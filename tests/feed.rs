//! The change log as a feed: its order across processes, how much of it is kept, and what
//! is said of what is gone.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use common::{
    answers, child, contacts, folder_of_child, new_folder, number, number_of_child, numbered_child,
    raw, say,
};
use kinfold::{
    Clock, Contacts, Draft, Error, FollowEvent, Kinfold, Retention, Scope, SystemClock, TextField,
    Timestamp,
};

fn person(number: usize) -> Draft {
    Draft::new().email(format!("person{number}@example.com"))
}

fn write(contacts: &Contacts, people: std::ops::Range<usize>) {
    for number in people {
        assert!(contacts.resolve(person(number)).unwrap().created);
    }
}

fn numbers(contacts: &Contacts, since: u64) -> Vec<u64> {
    let changes = contacts.changes_since(since, usize::MAX).unwrap();
    changes.iter().map(|change| change.seq).collect()
}

/// What is said of changes that are gone: up to which they are, and which is the last.
fn forgotten(contacts: &Contacts, since: u64) -> (u64, u64) {
    match contacts.changes_since(since, 1) {
        Err(error @ Error::ChangesForgotten { forgotten, last }) => {
            assert_eq!(error.code(), "NOT_FOUND");
            assert!(!error.is_retryable() && !error.is_storage());
            (forgotten, last)
        }
        other => panic!("{other:?} since {since}"),
    }
}

fn keeping(folder: &Path, retention: Retention) -> Kinfold {
    let builder = Kinfold::builder().keep_changes(retention);
    builder.open(folder).unwrap()
}

#[test]
fn who_follows_sees_every_change_of_every_process_once_and_in_order() {
    const WRITERS: usize = 4;
    const EACH: usize = 150;
    let name = "who_follows_sees_every_change_of_every_process_once_and_in_order";
    if let Some(folder) = folder_of_child() {
        let first = number_of_child() * EACH;
        write(
            &contacts(&Kinfold::open(folder).unwrap()),
            first..first + EACH,
        );
        return say("done");
    }
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let children: Vec<_> = (0..WRITERS - 1)
        .map(|number| numbered_child(name, &folder, number).spawn().unwrap())
        .collect();
    let mut seen = Vec::new();
    let own = (WRITERS - 1) * EACH;
    std::thread::scope(|scope| {
        scope.spawn(|| write(&contacts, own..own + EACH));
        let end = contacts.follow(0, |event| match event {
            FollowEvent::Change(change) => {
                seen.push(change);
                match seen.len() {
                    all if all == WRITERS * EACH => ControlFlow::Break("all"),
                    _ => ControlFlow::Continue(()),
                }
            }
            _ => ControlFlow::Continue(()),
        });
        assert_eq!(end.unwrap(), "all");
    });
    for child in children {
        assert_eq!(answers(child), ["done"]);
    }
    assert!(seen.is_sorted_by(|one, next| one.seq < next.seq));
    assert_eq!(contacts.changes_since(0, usize::MAX).unwrap(), seen);

    // In pages of any size it is the same.
    for page in [1, 7, 100, 1_000] {
        let mut paged = Vec::new();
        loop {
            let since = paged
                .last()
                .map_or(0, |change: &kinfold::ChangeEntry| change.seq);
            let next = contacts.changes_since(since, page).unwrap();
            assert!(next.len() <= page);
            if next.is_empty() {
                break;
            }
            paged.extend(next);
        }
        assert_eq!(paged, seen, "pages of {page}");
    }
}

#[test]
fn a_follower_gets_what_comes_and_can_stop_when_nothing_does() {
    let kinfold = Kinfold::open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    write(&contacts, 0..3);
    // What it is told, and what it does then: the follower itself writes more.
    let (mut told, mut rests) = (Vec::new(), 0);
    let end = contacts.follow(1, |event| match event {
        FollowEvent::Change(change) => {
            told.push(change.seq);
            ControlFlow::Continue(())
        }
        _ => {
            rests += 1;
            match rests {
                1 => write(&contacts, 3..5),
                3 => return ControlFlow::Break(rests),
                _ => {}
            }
            ControlFlow::Continue(())
        }
    });
    assert_eq!((end.unwrap(), told), (3, vec![2, 3, 4, 5]));
}

#[test]
fn an_entry_of_the_scope_names_no_contact() {
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    write(&contacts, 0..1);
    raw(&folder)
        .execute_batch(
            "INSERT INTO change (id, scope, contact, at, op, diff)
             VALUES (zeroblob(16), 1, NULL, 0, 'define', '{}')",
        )
        .unwrap();
    let changes = contacts.changes_since(0, 10).unwrap();
    assert_eq!(changes.len(), 2);
    assert!(changes[0].contact.is_some());
    assert_eq!(changes[1].contact, None);
    let json = serde_json::to_value(&changes[1]).unwrap();
    assert_eq!(json["contact"], serde_json::Value::Null);
    assert_eq!(json["op"], "define");
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn a_store_keeps_as_much_of_its_log_as_it_was_told() {
    struct Case {
        why: &'static str,
        keep: Retention,
        /// The numbers that are left after twenty writes.
        left: std::ops::RangeInclusive<u64>,
    }
    let cases = [
        Case {
            why: "nothing was said",
            keep: Retention::default(),
            left: 1..=20,
        },
        Case {
            why: "the newest five",
            keep: Retention::Entries(5),
            left: 16..=20,
        },
        Case {
            why: "as many as there are",
            keep: Retention::Entries(20),
            left: 1..=20,
        },
        Case {
            why: "more than there are",
            keep: Retention::Entries(u64::MAX),
            left: 1..=20,
        },
        Case {
            why: "the newest alone",
            keep: Retention::Entries(1),
            left: 20..=20,
        },
        Case {
            why: "nothing of today is a day old",
            keep: Retention::Age(Duration::from_hours(24)),
            left: 1..=20,
        },
        Case {
            why: "longer than there is a calendar",
            keep: Retention::Age(Duration::MAX),
            left: 1..=20,
        },
    ];
    for Case { why, keep, left } in cases {
        let (_above, folder) = new_folder();
        let kinfold = keeping(&folder, keep);
        let contacts = contacts(&kinfold);
        write(&contacts, 0..20);
        let cut = left.start() - 1;
        assert_eq!(numbers(&contacts, cut), left.collect::<Vec<_>>(), "{why}");
        assert_eq!(contacts.last_change().unwrap(), 20, "{why}");
        for since in 0..cut {
            assert_eq!(forgotten(&contacts, since), (cut, 20), "{why}");
        }
        assert_eq!(contacts.stats().unwrap().last_seq, 20, "{why}");
        assert_eq!(contacts.count().unwrap(), 20, "{why}: contacts stay");
        assert!(kinfold.check().unwrap().ok, "{why}");
    }
    for keep in [Retention::Entries(0), Retention::Age(Duration::ZERO)] {
        let refused = Kinfold::builder().keep_changes(keep).open_in_memory();
        assert_eq!(refused.unwrap_err().field(), Some("keep_changes"));
    }
}

/// A clock that is set.
#[derive(Default)]
struct SetClock(AtomicI64);

impl SetClock {
    fn set(&self, hours: i64) {
        self.0.store(hours * 3_600_000, Ordering::SeqCst);
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
fn entries_are_forgotten_by_their_age_from_the_oldest_on() {
    let clock = Arc::new(SetClock::default());
    let builder = Kinfold::builder()
        .clock(clock.clone())
        .keep_changes(Retention::Age(Duration::from_hours(10)));
    let kinfold = builder.open_in_memory().unwrap();
    let contacts = contacts(&kinfold);
    // When something is written, and the first number that is left then.
    let steps = [
        (0, 1, "the first"),
        (9, 1, "nine hours are less than ten"),
        (10, 2, "ten hours are not"),
        (30, 4, "the newest stays in any case"),
        (12, 4, "a clock that was put back"),
        (
            23,
            4,
            "what is old stays while something younger stands before it",
        ),
        (41, 7, "and goes with it"),
    ];
    for (step, (hour, first, why)) in steps.into_iter().enumerate() {
        clock.set(hour);
        write(&contacts, step..step + 1);
        let left: Vec<u64> = (first..=step as u64 + 1).collect();
        assert_eq!(numbers(&contacts, first - 1), left, "{why}");
        if first > 1 {
            assert_eq!(
                forgotten(&contacts, first - 2),
                (first - 1, step as u64 + 1)
            );
        }
    }
}

#[test]
fn a_long_log_is_forgotten_some_entries_at_a_time() {
    let (_above, folder) = new_folder();
    let all = contacts(&Kinfold::open(&folder).unwrap());
    all.resolve_many((0..350).map(person)).unwrap();
    let few = contacts(&keeping(&folder, Retention::Entries(10)));
    let entries = || number(&raw(&folder), "SELECT count(*) FROM change");
    for (write_number, left) in [251, 152, 53, 10, 10].into_iter().enumerate() {
        write(&few, 1_000 + write_number..1_001 + write_number);
        assert_eq!(entries(), left, "after write {write_number}");
        let cut = 351 + write_number as u64 - left as u64;
        assert_eq!(forgotten(&all, 0), (cut, 351 + write_number as u64));
    }
    // Who keeps everything deletes nothing.
    write(&all, 2_000..2_020);
    assert_eq!(entries(), 30);
}

#[test]
fn what_is_cut_is_cut_for_the_scope_that_had_it() {
    let (_above, folder) = new_folder();
    let kinfold = keeping(&folder, Retention::Entries(4));
    let quiet = kinfold.contacts(Scope::new("quiet", None).unwrap());
    let busy = kinfold.contacts(Scope::new("busy", None).unwrap());
    write(&quiet, 0..2);
    write(&busy, 0..20);

    // Who had followed the quiet one to its end has missed nothing and is told nothing.
    assert_eq!(quiet.last_change().unwrap(), 2);
    assert_eq!(quiet.changes_since(2, 10).unwrap(), []);
    assert_eq!(forgotten(&quiet, 1), (2, 2));
    assert_eq!(forgotten(&quiet, 0), (2, 2));
    assert_eq!(forgotten(&busy, 17), (18, 22));
    assert_eq!(numbers(&busy, 18), [19, 20, 21, 22]);

    // And a new one has its whole log.
    let new = kinfold.contacts(Scope::new("new", None).unwrap());
    assert_eq!(new.last_change().unwrap(), 0);
    assert_eq!(new.changes_since(0, 10).unwrap(), []);
    write(&new, 0..2);
    assert_eq!(numbers(&new, 0), [23, 24]);
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn who_starts_afresh_misses_nothing() {
    let (_above, folder) = new_folder();
    let kinfold = keeping(&folder, Retention::Entries(8));
    let contacts = contacts(&kinfold);
    write(&contacts, 0..30);
    // As the error says: the contacts, then the changes after the last one.
    let (_, last) = forgotten(&contacts, 3);
    let changed = person(1).text(TextField::Company, "Acme");
    contacts.upsert(changed).unwrap();
    let copied = contacts.list(None, 100).unwrap();
    write(&contacts, 30..32);
    let changes = contacts.changes_since(last, 100).unwrap();
    let ops: Vec<&str> = changes.iter().map(|change| change.op.as_str()).collect();
    assert_eq!(
        (copied.len(), ops),
        (30, vec!["update", "create", "create"])
    );
}

#[test]
fn numbers_are_never_given_twice() {
    let (_above, folder) = new_folder();
    let open = || contacts(&Kinfold::open(&folder).unwrap());
    write(&open(), 0..5);
    raw(&folder)
        .execute_batch("DELETE FROM change; UPDATE scope SET changes_forgotten = 5;")
        .unwrap();
    let contacts = open();
    assert_eq!(contacts.last_change().unwrap(), 5);
    assert_eq!(contacts.stats().unwrap().last_seq, 5);
    assert_eq!(forgotten(&contacts, 4), (5, 5));
    assert_eq!(contacts.changes_since(5, 10).unwrap(), []);
    write(&contacts, 5..6);
    assert_eq!(numbers(&contacts, 5), [6]);
}

/// A log that was cut does not excuse what is missing from the part that is there.
#[test]
fn check_knows_what_a_cut_log_must_have() {
    let (_above, folder) = new_folder();
    let kinfold = keeping(&folder, Retention::Entries(6));
    write(&contacts(&kinfold), 0..12);
    assert!(kinfold.check().unwrap().ok);
    let raw = raw(&folder);
    raw.execute_batch("DELETE FROM change WHERE seq = 9")
        .unwrap();
    let report = kinfold.check().unwrap();
    let rules: Vec<&str> = report.problems.iter().map(|problem| problem.rule).collect();
    // The creation, and that it was the last change.
    assert_eq!(rules, ["log"; 2], "{:?}", report.problems);
}

/// A follower of another process, and a transaction, are told the same.
#[test]
fn a_cut_log_is_cut_for_everybody() {
    let name = "a_cut_log_is_cut_for_everybody";
    if let Some(folder) = folder_of_child() {
        let contacts = contacts(&Kinfold::open(folder).unwrap());
        let (forgotten, last) = forgotten(&contacts, 0);
        return say(&format!("{forgotten} {last}"));
    }
    let (_above, folder) = new_folder();
    let kinfold = keeping(&folder, Retention::Entries(3));
    write(&contacts(&kinfold), 0..10);
    assert_eq!(answers(child(name, &folder).spawn().unwrap()), ["7 10"]);
    let told = kinfold.transaction(|tx| {
        let inside = tx.contacts(Scope::default());
        assert_eq!(inside.last_change()?, 10);
        inside.resolve(person(10))?;
        assert_eq!(inside.changes_since(8, 10)?.len(), 3);
        inside.changes_since(7, 10)
    });
    assert!(matches!(
        told,
        Err(Error::ChangesForgotten {
            forgotten: 8,
            last: 11
        })
    ));
    assert_eq!(contacts(&kinfold).last_change().unwrap(), 10);
}
