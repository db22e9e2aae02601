//! Whoever writes is killed at any moment, also in the middle of writing the index. What was
//! acknowledged is found by whoever comes next.

use std::collections::BTreeSet;
use std::time::Duration;

use kinfold::{Contacts, Key, Kind, Kinfold, SearchRequest, Update};

use crate::common::companion::Companion;
use crate::common::{child, contacts, folder_of_child, new_folder, say};
use crate::person;

/// How often.
const ROUNDS: usize = 200;

/// How many there are who are renamed again and again.
const RENAMED: usize = 20;

/// A new word for every number, none the beginning of another.
fn word(number: usize) -> String {
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
                let name = format!("Junk {round}");
                let junk = kinfold.resolve(person(&name, 1_000_000 + round)).unwrap();
                // Who is erased is taken out of the files.
                kinfold.erase(junk.contact.id).unwrap();
            }
        });
        for number in first.. {
            let created = contacts.resolve(person(&word(number), number)).unwrap();
            if created.created {
                say(&format!("created {number}"));
            }
            let key = Key::read(Kind::ExternalId, &format!("crm:{}", number % RENAMED)).unwrap();
            if let Some(one) = contacts.find(&key).unwrap() {
                let update = Update::new().name(word(50_000 + number));
                contacts.update(one.id, update).unwrap();
                say(&format!("renamed {number}"));
            }
        }
    });
}

#[test]
fn what_was_acknowledged_is_found_two_hundred_times_in_a_row() {
    if let Some(folder) = folder_of_child() {
        let contacts = contacts(&Kinfold::open(folder).unwrap());
        contacts.search(&SearchRequest::new("start")).unwrap();
        return write(&contacts);
    }
    let (_above, folder) = new_folder();
    let name = "killed::what_was_acknowledged_is_found_two_hundred_times_in_a_row";
    // Every name that was acknowledged and must be there.
    let (mut created, mut renamed) = (BTreeSet::new(), vec![None; RENAMED]);
    for round in 0..ROUNDS {
        let victim = Companion::start(child(name, &folder));
        let mut said = vec![victim.hear()];
        // At another moment each time.
        std::thread::sleep(Duration::from_micros((round as u64 * 7_919) % 9_000));
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

        let kinfold = Kinfold::open(&folder).unwrap();
        let contacts = contacts(&kinfold);
        let finds = |number: usize| -> bool {
            let request = SearchRequest::new(word(number)).limit(1);
            crate::found_by(&contacts, &request) == [word(number)]
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
        if round % 50 == 49 {
            kinfold.reindex().unwrap();
            assert_eq!(crate::found(&contacts, "junk 0").len(), 0, "round {round}");
        }
    }
    let all = contacts(&Kinfold::open(&folder).unwrap());
    assert!(created.len() >= ROUNDS, "{}", created.len());
    assert!(all.count().unwrap() >= created.len() as u64);
}
