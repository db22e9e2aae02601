//! What a write takes while the index follows, beside one that no index follows.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::thread;
use std::time::Duration;

use kinfold::{Contacts, Draft, Durability, Scope, SearchRequest, TextField};

use super::people::People;
use super::quantiles::Times;
use super::stores::{Prepared, WithoutIndex, copy, open};

/// Writes of one side before it is the other's turn.
const TURN: u64 = 1_000;
const WARMING_UP: u64 = 100;

/// Long enough for the index to have followed.
const QUIET: Duration = Duration::from_millis(700);

const STRANGERS: u64 = 20_000_000;

#[derive(Clone, Copy)]
enum Work {
    Created,
    Edited,
}

struct Side {
    contacts: Contacts,
    created: u64,
    edited: u64,
}

impl Side {
    /// `begin` keeps what is written apart from what an earlier one wrote.
    fn new(folder: &Path, durability: Durability, begin: u64) -> Self {
        Self {
            contacts: open(folder, durability).contacts(Scope::default()),
            created: begin,
            edited: begin,
        }
    }

    fn write(&mut self, people: &People, work: Work, size: u64, times: Option<&mut Times>) {
        let mut ignored = Times::default();
        let times = times.unwrap_or(&mut ignored);
        match work {
            Work::Created => {
                let draft = people.person(STRANGERS + self.created).draft();
                self.created += 1;
                let outcome = times.measure(0, || self.contacts.resolve(draft)).unwrap();
                assert!(outcome.created);
            }
            Work::Edited => {
                let person = loop {
                    let person = people.person(self.edited * 7 % size);
                    self.edited += 1;
                    if person.email.is_some() {
                        break person;
                    }
                };
                let company = people.company(usize::try_from(self.edited % 1_999).unwrap());
                let draft = Draft::new()
                    .email(person.email.unwrap())
                    .text(TextField::Company, format!("{company} Holding"));
                let outcome = times.measure(0, || self.contacts.upsert(draft)).unwrap();
                assert!(!outcome.created);
            }
        }
    }
}

pub fn print(people: &People, prepared: &Prepared, size: u64) {
    println!("\n== writing, {size} contacts, the index following and not");
    println!(
        "{:24} {:>9} {:>9} {:>9} | {:>9} {:>9} {:>9} | {:>9} {:>9}",
        "", "p50", "p99", "p99.9", "without", "p99", "p99.9", "p50 +", "p99 +"
    );
    let folders = [prepared.other("followed"), prepared.other("unfollowed")];
    for folder in &folders {
        copy(&prepared.store(), folder);
    }
    let without = WithoutIndex::of(&folders[1]);
    for (durability, turns, begin) in [(Durability::Normal, 10, 0), (Durability::Full, 2, 100_000)]
    {
        let mut sides = folders
            .each_ref()
            .map(|folder| Side::new(folder, durability, begin));
        // From the first search on the index follows.
        let request = SearchRequest::new("maria");
        sides[0].contacts.search(&request).unwrap();
        for (name, work) in [("created", Work::Created), ("edited", Work::Edited)] {
            let mut times = [Times::default(), Times::default()];
            for _ in 0..turns {
                for (side, times) in sides.iter_mut().zip(&mut times) {
                    thread::sleep(QUIET);
                    for _ in 0..WARMING_UP {
                        side.write(people, work, size, None);
                    }
                    for _ in 0..TURN {
                        side.write(people, work, size, Some(times));
                    }
                }
            }
            let [[p50, p99, p999], [own50, own99, own999]] = times
                .each_mut()
                .map(|times| [500, 990, 999].map(|share| times.quantile(share)));
            println!(
                "{:24} {p50:9.1} {p99:9.1} {p999:9.1} | {own50:9.1} {own99:9.1} {own999:9.1} | {:9.1} {:9.1}",
                format!("{name}, {durability:?}"),
                p50 - own50,
                p99 - own99,
            );
        }
    }
    drop(without);
    for folder in folders {
        let _ = fs::remove_dir_all(folder);
    }
}

/// What a search takes right after writes, which are in no index yet.
pub fn print_searched_at_once(people: &People, prepared: &Prepared, size: u64) {
    println!("\n== at once, {size} contacts");
    println!("microseconds of a search of three letters right after a number of writes");
    let folder = prepared.other("searched");
    copy(&prepared.store(), &folder);
    let mut side = Side::new(&folder, Durability::Normal, 0);
    println!("{:24} {:>9} {:>9} {:>9}", "", "p50", "p99", "max");
    for writes in [0, 1, 10, 100] {
        let mut times = Times::default();
        for turn in 0..1_000 {
            for _ in 0..writes {
                side.write(people, Work::Created, size, None);
            }
            let name = people.person(turn * 31 % size).name().to_lowercase();
            let words: Vec<&str> = name.split(' ').collect();
            let word = words[usize::try_from(turn).unwrap() % words.len()];
            let request = SearchRequest::new(word.chars().take(3).collect::<String>());
            black_box(times.measure(0, || side.contacts.search(&request)).unwrap());
        }
        println!(
            "{:24} {:9.1} {:9.1} {:9.1}",
            format!("after {writes}"),
            times.quantile(500),
            times.quantile(990),
            times.quantile(1_000),
        );
    }
    drop(side);
    let _ = fs::remove_dir_all(folder);
}
