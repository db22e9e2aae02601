//! Processes that are killed or stopped where it hurts most: in the middle of a write,
//! of a read, of making the store. Children are this very program, run again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

mod common;

use std::fs;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use common::companion::{Companion, wait_at};
use common::standing::StandingClock;
use common::{
    PATIENCE, child, contacts, contacts_with_patience, folder_of_child, new_folder, number,
    number_of_child, numbered_child, raw, say,
};
use kinfold::{
    Contacts, Draft, Error, Key, Kind, Kinfold, OnConflict, ResolveRequest, Scope, TextField,
};

/// What a death may cost the others.
const MOST: Duration = Duration::from_secs(1);

fn email(name: &str, number: usize) -> String {
    format!("{name}{number}@example.com")
}

/// How many a process resolves together when it dies: more than SQLite keeps in memory.
const LOST: usize = 2_000;

/// So many people whose records are long enough to need pages of their own: of some
/// thousand, SQLite writes the first to the log while the transaction is still open.
fn people(name: &str, count: usize) -> Vec<Draft> {
    let text = "word ".repeat(400);
    let person = |number| {
        let draft = Draft::new().email(email(name, number));
        draft.text(TextField::Description, &text)
    };
    (0..count).map(person).collect()
}

/// How many of them are there.
fn known(contacts: &Contacts, name: &str, count: usize) -> usize {
    let is_known = |number: &usize| {
        let key = Key::read(Kind::Email, &email(name, *number)).unwrap();
        contacts.find(&key).unwrap().is_some()
    };
    (0..count).filter(is_known).count()
}

fn resolve(contacts: &Contacts, email: &str) -> Result<bool, Error> {
    let outcome = contacts.resolve(Draft::new().email(email))?;
    Ok(outcome.created)
}

/// A child that takes the write lock and keeps it, through the library or behind its
/// back, after it has written what must not be lost.
fn write_and_stand(folder: &Path, behind_its_back: bool) {
    let clock = StandingClock::new(|| wait_at("in the middle"));
    let builder = Kinfold::builder().clock(clock.clone());
    let contacts = contacts(&builder.open(folder).unwrap());
    for draft in people("single", 20) {
        contacts.resolve(draft).unwrap();
    }
    contacts.resolve_many(people("group", 300)).unwrap();
    if behind_its_back {
        let connection = raw(folder);
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        let changed = "UPDATE contact SET description = description || ' and more'";
        connection.execute_batch(changed).unwrap();
        return wait_at("in the middle");
    }
    // Two ids for each: its own and that of the entry in the log.
    clock.stand_after(3_000);
    contacts.resolve_many(people("lost", LOST)).unwrap();
}

/// What it wrote, and nothing of what it had not finished.
fn assert_whole(kinfold: &Kinfold) {
    let contacts = contacts(kinfold);
    assert_eq!(known(&contacts, "single", 20), 20);
    assert_eq!(known(&contacts, "group", 300), 300);
    assert_eq!(known(&contacts, "lost", LOST), 0);
    let untouched = |contact: kinfold::Contact| {
        let text = contact.fields.description.unwrap_or_default();
        assert!(text.is_empty() || text.len() == 400 * "word ".len() - 1);
        Ok(())
    };
    contacts.for_each(untouched).unwrap();
    let report = kinfold.check().unwrap();
    assert!(report.ok, "{:?}", report.problems);
}

#[test]
fn a_death_with_the_write_lock_held_delays_the_others_by_less_than_a_second() {
    const THREADS: usize = 4;
    const WAITERS: usize = 2;
    let name = "a_death_with_the_write_lock_held_delays_the_others_by_less_than_a_second";
    if let Some(folder) = folder_of_child() {
        let number = number_of_child();
        if number >= WAITERS {
            return write_and_stand(&folder, number > WAITERS);
        }
        let impatient = contacts_with_patience(&folder, Duration::ZERO);
        let patient = contacts_with_patience(&folder, PATIENCE);
        let email = email("process", number);
        let refused = resolve(&impatient, &email).unwrap_err();
        wait_at(refused.code());
        assert!(resolve(&patient, &email).unwrap());
        return say("through");
    }
    for behind_its_back in [false, true] {
        let (_above, folder) = new_folder();
        let start = |number| Companion::start(numbered_child(name, &folder, number));
        let victim = start(WAITERS + usize::from(behind_its_back));
        victim.expect("in the middle");
        let kinfold = Kinfold::builder().busy_timeout(PATIENCE).open(&folder);
        let kinfold = kinfold.unwrap();
        let mut processes: Vec<Companion> = (0..WAITERS).map(start).collect();
        processes.iter().for_each(|process| process.expect("BUSY"));

        let delays: Vec<Duration> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|number| {
                    let contacts = contacts(&kinfold);
                    scope.spawn(move || {
                        assert!(resolve(&contacts, &email("thread", number)).unwrap());
                        Instant::now()
                    })
                })
                .collect();
            processes.iter_mut().for_each(|process| process.tell("go"));
            // Who has waited this long looks only ten times a second whether it is free.
            std::thread::sleep(Duration::from_millis(400));
            assert!(threads.iter().all(|thread| !thread.is_finished()));
            let dies = Instant::now();
            victim.kill();
            let through = threads.into_iter().map(|thread| thread.join().unwrap());
            let mut through: Vec<Instant> = through.collect();
            for process in &processes {
                let (when, words) = process.hear_when();
                assert_eq!(words, "through");
                through.push(when);
            }
            through.iter().map(|&when| when - dies).collect()
        });
        assert!(delays.iter().all(|&delay| delay < MOST), "{delays:?}");
        assert_whole(&kinfold);
    }
}

#[cfg(unix)]
#[test]
fn a_process_stopped_with_the_write_lock_held_makes_writers_busy_and_nobody_else() {
    if let Some(folder) = folder_of_child() {
        return write_and_stand(&folder, false);
    }
    let (_above, folder) = new_folder();
    let name = "a_process_stopped_with_the_write_lock_held_makes_writers_busy_and_nobody_else";
    let mut stopped = Companion::start(child(name, &folder));
    stopped.expect("in the middle");
    stopped.stop();

    let patience = Duration::from_millis(120);
    let open = || Kinfold::builder().busy_timeout(patience).open(&folder);
    let kinfold = open().unwrap();
    for kinfold in [&kinfold, &open().unwrap()] {
        let contacts = contacts(kinfold);
        let started = Instant::now();
        let error = resolve(&contacts, "ana@example.com").unwrap_err();
        assert!(matches!(error, Error::Busy { waited } if waited == patience));
        assert!(started.elapsed() >= patience / 2, "it did wait");
        assert!(!resolve(&contacts, &email("single", 0)).unwrap(), "known");
        assert_whole(kinfold);
    }
    stopped.go_on();
    stopped.tell("go on");
    stopped.end();
    let contacts = contacts(&kinfold);
    assert_eq!(known(&contacts, "lost", LOST), LOST, "nothing is lost");
    assert!(resolve(&contacts, "ana@example.com").unwrap());
    assert!(kinfold.check().unwrap().ok);
}

#[cfg(unix)]
#[test]
fn a_process_stopped_in_the_middle_of_reading_stops_nobody() {
    const PEOPLE: usize = 50;
    if let Some(folder) = folder_of_child() {
        let contacts = contacts(&Kinfold::open(folder).unwrap());
        let mut seen = 0;
        let each = |contact: kinfold::Contact| {
            if seen == 0 {
                wait_at("in the middle");
            }
            assert_eq!(contact.version, 1, "the state of its beginning");
            seen += 1;
            Ok(())
        };
        contacts.for_each(each).unwrap();
        return say(&seen.to_string());
    }
    let (_above, folder) = new_folder();
    // With no patience at all, any lock that somebody has would be an error.
    let kinfold = Kinfold::builder()
        .busy_timeout(Duration::ZERO)
        .open(&folder);
    let kinfold = kinfold.unwrap();
    let contacts = contacts(&kinfold);
    contacts.resolve_many(people("person", PEOPLE)).unwrap();
    let name = "a_process_stopped_in_the_middle_of_reading_stops_nobody";
    let mut reader = Companion::start(child(name, &folder));
    reader.expect("in the middle");
    reader.stop();
    // So much that the log is written back several times over, as far as the reader lets.
    for round in 0..20 {
        let more = |draft: Draft| draft.metadata(format!("round {round}"), true);
        let people = people("person", PEOPLE).into_iter().map(more);
        let answers = contacts.resolve_many(people).unwrap();
        assert!(answers.iter().all(|one| one.as_ref().unwrap().changed));
    }
    reader.go_on();
    reader.tell("go on");
    reader.expect(&PEOPLE.to_string());
    reader.end();
    assert!(kinfold.check().unwrap().ok);
}

#[test]
fn a_death_while_the_store_is_made_leaves_it_to_the_others() {
    const STANDS_WITH_THE_LOCK: usize = 10;
    const STANDS_BEFORE_THE_STORE_HAS_AN_ID: usize = 11;
    let name = "a_death_while_the_store_is_made_leaves_it_to_the_others";
    if let Some(folder) = folder_of_child() {
        match number_of_child() {
            STANDS_WITH_THE_LOCK => {
                fs::create_dir(&folder).unwrap();
                let lock = fs::File::create(folder.join("contacts.lock")).unwrap();
                lock.lock().unwrap();
                wait_at("in the middle");
            }
            STANDS_BEFORE_THE_STORE_HAS_AN_ID => {
                let clock = StandingClock::new(|| wait_at("in the middle"));
                clock.stand_after(0);
                Kinfold::builder().clock(clock).open(&folder).unwrap();
            }
            _ => {
                let opened = Kinfold::builder()
                    .busy_timeout(Duration::ZERO)
                    .open(&folder);
                wait_at(opened.as_ref().err().map_or("opened", Error::code));
                let contacts = contacts_with_patience(&folder, PATIENCE);
                say(&contacts.stats().unwrap().store_id);
            }
        }
        return;
    }
    for (stands, at_first) in [
        (STANDS_WITH_THE_LOCK, "BUSY"),
        (STANDS_BEFORE_THE_STORE_HAS_AN_ID, "opened"),
    ] {
        let (_above, folder) = new_folder();
        let start = |number| Companion::start(numbered_child(name, &folder, number));
        let victim = start(stands);
        victim.expect("in the middle");
        // One after the other: they have no patience for one another.
        let mut others: Vec<Companion> = Vec::new();
        for number in 0..3 {
            let other = start(number);
            other.expect(at_first);
            others.push(other);
        }
        others.iter_mut().for_each(|other| other.tell("go"));
        std::thread::sleep(Duration::from_millis(200));
        let dies = Instant::now();
        victim.kill();
        let mut ids = Vec::new();
        for other in others {
            let (when, id) = other.hear_when();
            assert!(when.saturating_duration_since(dies) < MOST);
            ids.push(id);
            other.end();
        }
        assert!(
            ids[0].len() == 36 && ids.iter().all(|id| *id == ids[0]),
            "{ids:?}"
        );
        assert!(Kinfold::open(&folder).unwrap().check().unwrap().ok);
    }
}

/// How many are resolved together in each round of the next test.
const GROUP: usize = 50;

#[test]
fn what_was_acknowledged_outlives_the_process_and_nothing_is_half_done() {
    let text = || "word ".repeat(2_000);
    let described = |draft: Draft, tag: &str| draft.text(TextField::Description, text()).tag(tag);
    let one_of = |number: u64| Draft::new().email(format!("person{number}@example.com"));
    let phone_of = |number: u64| format!("+1415555{:04}", number % 10_000);
    let group_of = |number: u64| format!("group{number}.");
    if let Some(folder) = folder_of_child() {
        let contacts = contacts_with_patience(&folder, PATIENCE);
        let first = contacts.stats().unwrap().last_seq;
        // Each round makes two contacts and merges them, and then some at once, until the
        // process is killed.
        for number in first.. {
            let phone = phone_of(number);
            let resolve = |request: ResolveRequest| contacts.resolve(request).unwrap();
            resolve(described(one_of(number), "one").into());
            resolve(described(Draft::new().phone(&phone), "two").into());
            say(&format!("described {number}"));
            let both = ResolveRequest::from(one_of(number).phone(&phone));
            resolve(both.on_conflict(OnConflict::Merge));
            say(&format!("merged {number}"));
            let group = people(&group_of(number), GROUP).into_iter();
            let group = group.map(|draft| described(draft, "three"));
            contacts.resolve_many(group).unwrap();
            say(&format!("grouped {number}"));
        }
    }
    let (_above, folder) = new_folder();
    // Somebody else writes meanwhile, as often as the victim says a word, whoever dies.
    let builder = Kinfold::builder().busy_timeout(PATIENCE);
    let acme = Scope::new("acme", None).unwrap();
    let elsewhere = builder.open(&folder).unwrap().contacts(acme);
    let bystander = elsewhere.clone();
    let (ask, asked) = channel();
    let writer = std::thread::spawn(move || {
        let written = asked.iter().enumerate().map(|(number, ())| {
            assert!(resolve(&bystander, &email("bystander", number)).unwrap());
        });
        written.count()
    });

    let name = "what_was_acknowledged_outlives_the_process_and_nothing_is_half_done";
    for round in 0..6 {
        let victim = Companion::start(child(name, &folder));
        let mut said = Vec::new();
        for _ in 0..1 + 2 * round {
            said.push(victim.hear());
            ask.send(()).unwrap();
        }
        said.extend(victim.kill());

        let kinfold = Kinfold::open(&folder).unwrap();
        let report = kinfold.check().unwrap();
        assert!(report.ok, "{:?}", report.problems);
        let contacts = contacts(&kinfold);
        let mut last = 0;
        for words in said {
            let (what, number) = words.split_once(' ').unwrap();
            last = number.parse().unwrap();
            let key = Key::read(Kind::Email, &format!("person{last}@example.com")).unwrap();
            let one = contacts.find(&key).unwrap().unwrap();
            let key = Key::read(Kind::Phone, &phone_of(last)).unwrap();
            let other = contacts.find(&key).unwrap().unwrap();
            match what {
                "merged" => assert_eq!(one.id, other.id),
                "grouped" => assert_eq!(known(&contacts, &group_of(last), GROUP), GROUP),
                _ => {}
            }
        }
        for number in [last, last + 1] {
            let there = known(&contacts, &group_of(number), GROUP);
            assert!(there == 0 || there == GROUP, "{there} of a group");
        }
        let whole = |contact: kinfold::Contact| {
            assert!(!contact.identifiers.is_empty() && !contact.fields.tags.is_empty());
            let description = contact.fields.description.unwrap();
            assert_eq!(description.len(), text().trim_end().len());
            Ok(())
        };
        contacts.for_each(whole).unwrap();
        // Every version of every contact that was not absorbed is one entry of the log.
        let unlogged =
            "SELECT count(*) FROM contact WHERE state = 0 AND version <> (SELECT count(*)
             FROM change WHERE change.contact = contact.id AND op <> 'review')";
        assert_eq!(number(&raw(&folder), unlogged), 0);
    }
    drop(ask);
    let written = writer.join().unwrap();
    assert_eq!(known(&elsewhere, "bystander", written), written);
}
