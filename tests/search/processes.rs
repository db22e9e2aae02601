//! Processes that write, write the index and search one store at once, or stop in the middle.

use std::path::Path;
use std::time::{Duration, Instant};

use kinfold::{Contacts, Draft, Kinfold, SearchRequest};

use crate::common::companion::{Companion, told};
use crate::common::{
    PATIENCE, child, contacts, contacts_with_patience, folder_of_child, new_folder,
    number_of_child, numbered_child, say,
};
use crate::{found, found_by, indexed, last_change, settle, until};

fn named(name: &str, number: usize) -> Draft {
    let draft = Draft::new().external_id(name, number.to_string());
    draft.name(format!("{name} n{number}x"))
}

fn finds(contacts: &Contacts, name: &str, number: usize) -> bool {
    let full = format!("{name} n{number}x");
    found_by(contacts, &SearchRequest::new(&full).limit(1)) == [full]
}

/// What each writer has said is found, at once.
#[test]
fn two_write_and_a_third_misses_nothing() {
    const EACH: usize = 150;
    const WRITERS: [&str; 2] = ["Wanda", "Viktor"];
    if let Some(folder) = folder_of_child() {
        let contacts = contacts_with_patience(&folder, PATIENCE);
        let name = WRITERS[number_of_child()];
        for number in 0..EACH {
            contacts.resolve(named(name, number)).unwrap();
            // Both search, too, so that both would write the index.
            if number % 10 == 0 {
                assert!(finds(&contacts, name, number));
            }
            say(&number.to_string());
        }
        return;
    }
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let test = "processes::two_write_and_a_third_misses_nothing";
    let writers = [0, 1].map(|number| Companion::start(numbered_child(test, &folder, number)));
    let mut heard = [0; 2];
    while heard != [EACH; 2] {
        for (writer, (name, heard)) in writers.iter().zip(WRITERS.iter().zip(&mut heard)) {
            while let Some(number) = writer.heard() {
                let number: usize = number.parse().unwrap();
                *heard = number + 1;
                assert!(finds(&contacts, name, number), "{name} {number}");
            }
            if *heard > 0 {
                let before = (*heard * 7) % *heard;
                assert!(finds(&contacts, name, before), "{name} {before}");
            }
        }
    }
    for writer in writers {
        writer.end();
    }
    for name in WRITERS {
        let request = SearchRequest::new(name).limit(1_000);
        assert_eq!(contacts.search(&request).unwrap().hits.len(), EACH);
    }
    settle(&kinfold, &folder);
    for name in WRITERS {
        assert_eq!(found(&contacts, name).len(), EACH);
    }
}

/// How many are imported while the index stands still: more than are searched one by one.
fn many() -> usize {
    match std::env::var_os("KINFOLD_LONG_TESTS") {
        Some(_) => 1_000_000,
        None => 6_000,
    }
}

const WRITES_THE_INDEX: usize = 0;
const IMPORTS: usize = 1;

fn play(folder: &Path) {
    let kinfold = Kinfold::builder().busy_timeout(PATIENCE).open(folder);
    let kinfold = kinfold.unwrap();
    let contacts = contacts(&kinfold);
    match number_of_child() {
        WRITES_THE_INDEX => {
            contacts.resolve(named("Before", 0)).unwrap();
            kinfold.reindex().unwrap();
            say("writes the index");
            // It goes on as long as it is not told to end.
            while told().is_some() {
                say("goes on");
            }
        }
        _ => {
            while let Some(name) = told() {
                let drafts = (0..many()).map(|number| named(&name, number));
                let mut drafts = drafts.peekable();
                while drafts.peek().is_some() {
                    contacts.resolve_many(drafts.by_ref().take(500)).unwrap();
                    say("more");
                }
                say("imported");
            }
        }
    }
}

/// A million take longer than anybody waits for a word.
fn hear_the_end(importer: &Companion) {
    loop {
        match importer.hear().as_str() {
            "more" => {}
            end => return assert_eq!(end, "imported"),
        }
    }
}

/// How long a search may take while everything else is in the way.
const REASONABLE: Duration = Duration::from_secs(2);

#[cfg(unix)]
#[test]
fn a_writer_of_the_index_that_stands_still_or_dies_is_missed_by_nobody() {
    if let Some(folder) = folder_of_child() {
        return play(&folder);
    }
    let (_above, folder) = new_folder();
    let test = "processes::a_writer_of_the_index_that_stands_still_or_dies_is_missed_by_nobody";
    let start = |number| Companion::start(numbered_child(test, &folder, number));
    let mut writer = start(WRITES_THE_INDEX);
    writer.expect("writes the index");
    writer.stop();
    let stopped_at = indexed(&folder);
    assert!(stopped_at.is_some());

    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let mut importer = start(IMPORTS);
    importer.tell("Import");
    let check = |name: &str, what: &str| {
        for number in [0, 1, many() / 2, many() - 1] {
            assert!(finds(&contacts, name, number), "{what}: {name} {number}");
        }
        let started = Instant::now();
        assert!(finds(&contacts, "Before", 0), "{what}");
        assert_eq!(
            found(&contacts, &name.to_lowercase()).len(),
            1_000,
            "{what}"
        );
        started.elapsed()
    };
    hear_the_end(&importer);
    check("Import", "at once");
    assert_eq!(indexed(&folder), stopped_at, "nobody writes the index");
    // Before long they are no longer looked at one by one.
    until("searches are fast", || {
        check("Import", "later") < REASONABLE
    });
    assert_eq!(indexed(&folder), stopped_at, "nobody writes the index");

    writer.go_on();
    assert_eq!(writer.ask("on"), "goes on");
    until("the writer follows", || {
        indexed(&folder) == Some(last_change(&kinfold))
    });
    check("Import", "followed");

    // It dies; somebody else goes on with what there is.
    importer.tell("Second");
    hear_the_end(&importer);
    writer.kill();
    check("Second", "after a death");
    settle(&kinfold, &folder);
    check("Second", "taken over");
    check("Import", "taken over");
    let reached = indexed(&folder).unwrap();
    assert!(reached > stopped_at.unwrap() + 2 * many() as u64 - 1);
    importer.end();
}

/// Whoever holds the index and only waits gives way when it ends.
#[test]
fn an_end_leaves_the_index_to_others() {
    if let Some(folder) = folder_of_child() {
        let kinfold = Kinfold::open(folder).unwrap();
        contacts(&kinfold).resolve(named("First", 0)).unwrap();
        kinfold.reindex().unwrap();
        say("holds it");
        let _ = told();
        return;
    }
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    let holder = Companion::start(child(
        "processes::an_end_leaves_the_index_to_others",
        &folder,
    ));
    holder.expect("holds it");
    let refused = kinfold.reindex().unwrap_err();
    assert_eq!(refused.code(), "BUSY");
    contacts.resolve(named("Second", 0)).unwrap();
    assert!(finds(&contacts, "First", 0) && finds(&contacts, "Second", 0));
    holder.end();
    kinfold.reindex().unwrap();
    assert!(finds(&contacts, "First", 0) && finds(&contacts, "Second", 0));
    assert_eq!(indexed(&folder), Some(last_change(&kinfold)));
}

/// Wherever whoever writes or reads the index stands still, searches go on.
#[cfg(unix)]
#[test]
fn nobody_who_stands_still_stops_a_search() {
    let test = "processes::nobody_who_stands_still_stops_a_search";
    if let Some(folder) = folder_of_child() {
        let contacts = contacts(&Kinfold::open(&folder).unwrap());
        say("begins");
        for round in 0.. {
            match number_of_child() {
                // The index is written again and again, and files go.
                WRITES_THE_INDEX => {
                    let junk = contacts.create(named("Junk", round)).unwrap();
                    contacts.erase(junk.contact.id).unwrap();
                }
                _ => {
                    let contacts = crate::common::contacts(&Kinfold::open(&folder).unwrap());
                    assert!(finds(&contacts, "Kept", 0));
                }
            }
        }
    }
    let (_above, folder) = new_folder();
    let kinfold = Kinfold::open(&folder).unwrap();
    let contacts = contacts(&kinfold);
    for number in 0..20 {
        contacts.resolve(named("Kept", number)).unwrap();
    }
    settle(&kinfold, &folder);
    drop((contacts, kinfold));
    let start = |number| Companion::start(numbered_child(test, &folder, number));
    let others = [start(WRITES_THE_INDEX), start(IMPORTS)];
    others.iter().for_each(|other| other.expect("begins"));
    for round in 0..60 {
        std::thread::sleep(Duration::from_micros(round * 1_013 % 7_000));
        let stopped = &others[usize::try_from(round).unwrap() % 2];
        stopped.stop();
        let folder = folder.clone();
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let contacts = crate::common::contacts(&Kinfold::open(folder).unwrap());
            let _ = tell.send(finds(&contacts, "Kept", 7));
        });
        let found = told.recv_timeout(10 * REASONABLE);
        stopped.go_on();
        assert_eq!(found, Ok(true), "round {round}");
    }
}
