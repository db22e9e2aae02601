//! Whoever writes is killed at any moment, also in the middle of writing the index. What was
//! acknowledged is found by whoever comes next.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use kinfold::{Contacts, Durability, Key, Kind, Kinfold, SearchRequest, Update};

use crate::common::companion::Companion;
use crate::common::{child, contacts, folder_of_child, new_folder, say};
use crate::person;

/// How often: two hundred times take a minute.
fn rounds() -> usize {
    match std::env::var_os("KINFOLD_LONG_TESTS") {
        Some(_) => 200,
        None => 30,
    }
}

/// What a process has said is safe from its own death without the disk being waited for.
fn open(folder: &Path) -> Kinfold {
    let builder = Kinfold::builder().durability(Durability::Normal);
    builder.open(folder).unwrap()
}

/// How many there are who are renamed again and again.
const RENAMED: usize = 20;

/// A new word for every number, none the beginning of another.
fn name(number: usize) -> String {
    let digits = format!("{number:05}");
    let letters = digits.bytes().map(|digit| char::from(digit - b'0' + b'k'));
    let letters: String = letters.flat_map(|letter| [letter, letter]).collect();
    format!("{letters}q")
}

/// Creates and renames until it is killed, and says each when it is done, while another
/// thread has the index written without a pause.
fn write(contacts: &Contacts) {
    let first = usize::try_from(contacts.count().unwrap()).unwrap();
    let kinfold = contacts.clone();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for round in 0.. {
                let junk = format!("Junk {round}");
                let junk = kinfold.resolve(person(&junk, 1_000_000 + round)).unwrap();
                // Who is erased is taken out of the files.
                kinfold.erase(junk.contact.id).unwrap();
                // The others want their turn.
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        for number in first.. {
            let created = contacts.resolve(person(&name(number), number)).unwrap();
            if created.created {
                say(&format!("created {number}"));
            }
            let key = Key::read(Kind::ExternalId, &format!("crm:{}", number % RENAMED)).unwrap();
            if let Some(one) = contacts.find(&key).unwrap() {
                let update = Update::new().name(name(50_000 + number));
                contacts.update(one.id, update).unwrap();
                say(&format!("renamed {number}"));
            }
        }
    });
}

#[test]
fn what_was_acknowledged_is_found_many_times_in_a_row() {
    if let Some(folder) = folder_of_child() {
        let contacts = contacts(&open(&folder));
        contacts.search(&SearchRequest::new("start")).unwrap();
        return write(&contacts);
    }
    let (_above, folder) = new_folder();
    let test = "killed::what_was_acknowledged_is_found_many_times_in_a_row";
    // Every name that was acknowledged and must be there.
    let (mut created, mut renamed) = (BTreeSet::new(), vec![None; RENAMED]);
    for round in 0..rounds() {
        let victim = Companion::start(child(test, &folder));
        let mut said = vec![victim.hear()];
        // At another moment each time.
        std::thread::sleep(Duration::from_micros((round as u64 * 7_919) % 25_000));
        said.extend(victim.kill());
        let numbers = said.iter().map(|words| words.split_once(' ').unwrap());
        let mut last = 0;
        for (what, number) in numbers {
            last = number.parse().unwrap();
            match what {
                "created" => drop(created.insert(last)),
                _ => renamed[last % RENAMED] = Some(last),
            }
        }

        let kinfold = open(&folder);
        let contacts = contacts(&kinfold);
        let finds = |number: usize| -> bool {
            let request = SearchRequest::new(name(number)).limit(1);
            crate::found_by(&contacts, &request) == [name(number)]
        };
        // Those of this round, and some of all before.
        let of_round = created.range(last.saturating_sub(60)..);
        let others = created.iter().skip(round % 11).step_by(11);
        for &number in of_round.chain(others) {
            if number >= RENAMED {
                assert!(finds(number), "round {round}: {number}");
            }
        }
        for number in renamed.iter().flatten() {
            // It may have been renamed once more, and been killed before it said so.
            let names = (0..3).map(|more| 50_000 + number + more * RENAMED);
            let is_found = names.into_iter().any(finds);
            assert!(is_found, "round {round}: the new name {number}");
        }
    }
    let all = contacts(&open(&folder));
    assert!(created.len() >= rounds(), "{}", created.len());
    assert!(all.count().unwrap() >= created.len() as u64);
}
