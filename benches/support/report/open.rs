//! How long it takes to open a store, find somebody and close it again, with the store in
//! the system's page cache.

use std::path::Path;
use std::time::{Duration, Instant};

use kinfold::{Durability, Key, Kind, Kinfold, Scope};

use super::super::people::person;
use super::super::raw;
use super::super::stores::{Stores, read_through};
use super::heading;

const TIMES: usize = 50;

pub fn print(stores: &mut Stores, size: u64) {
    heading("open", size);
    println!("milliseconds: the best of {TIMES}, and the median");
    println!(
        "{:10} {:>17} {:>17} {:>17} {:>17}",
        "", "open", "find", "close", "all"
    );
    let filled = stores.filled(size);
    read_through(&filled);
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..TIMES {
        times[0].push(ours_once(&filled));
        times[1].push(raw_once(&filled));
    }
    for (side, times) in ["kinfold", "raw"].into_iter().zip(&times) {
        print!("{side:10}");
        for part in 0..4 {
            let mut own: Vec<Duration> = times
                .iter()
                .map(|times| match part {
                    3 => times.iter().sum(),
                    part => times[part],
                })
                .collect();
            own.sort_unstable();
            let [best, median] = [own[0], own[own.len() / 2]].map(|time| time.as_secs_f64() * 1e3);
            print!(" {best:8.3} {median:8.3}");
        }
        println!();
    }
}

/// Opening, finding, closing.
fn ours_once(folder: &Path) -> [Duration; 3] {
    let key = Key::read(Kind::Email, &person(7).email).unwrap();
    let started = Instant::now();
    let contacts = Kinfold::open(folder).unwrap().contacts(Scope::default());
    let opened = started.elapsed();
    assert!(contacts.find(&key).unwrap().is_some());
    let found = started.elapsed();
    drop(contacts);
    [opened, found - opened, started.elapsed() - found]
}

fn raw_once(folder: &Path) -> [Duration; 3] {
    let email = person(7).email;
    let started = Instant::now();
    let connection = raw::connect(folder, Durability::Full);
    let opened = started.elapsed();
    assert_eq!(raw::find_once(&connection, &email), 1);
    let found = started.elapsed();
    drop(connection);
    [opened, found - opened, started.elapsed() - found]
}
