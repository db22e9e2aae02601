//! Making the index, catching up, opening, and how large it is.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use kinfold::{Draft, Durability, Scope, SearchRequest, TextField};

use super::people::People;
use super::quantiles::Times;
use super::stores::{Prepared, SMALL, WithoutIndex, bytes, copy, last_change, open, put, reached};

/// Changes that another process made meanwhile.
const CHANGES: u64 = 100_000;
const AT_A_TIME: u64 = 500;
const STRANGERS: u64 = 30_000_000;

/// Makes the index of a prepared store anew, as this version of the library makes it.
pub fn rebuild(prepared: &Prepared, size: u64) {
    let store = prepared.store();
    let _ = fs::remove_dir_all(store.join("search"));
    let kinfold = open(&store, Durability::Normal);
    let started = Instant::now();
    kinfold.reindex().unwrap();
    let seconds = started.elapsed().as_secs_f64();
    drop(kinfold);
    let closed = started.elapsed().as_secs_f64() - seconds;
    let contacts = (size + SMALL) as f64;
    println!("\n== following, {size} contacts");
    println!(
        "made anew in {seconds:.2} s: {:.0} contacts a second; closed {closed:.2} s later",
        contacts / seconds
    );
    let size_of_index = bytes(&store.join("search")) as f64;
    println!(
        "{:.1} bytes of index for each contact",
        size_of_index / contacts
    );
    println!("segments: {:?}", segments(&store));
}

fn segments(store: &Path) -> Vec<u64> {
    let meta = fs::read_to_string(store.join("search/meta.json")).unwrap();
    let meta: serde_json::Value = serde_json::from_str(&meta).unwrap();
    let segments = meta["segments"].as_array().unwrap();
    segments
        .iter()
        .map(|one| one["max_doc"].as_u64().unwrap())
        .collect()
}

pub fn print(people: &People, prepared: &Prepared, size: u64) {
    let store = prepared.store();
    let mut times = [(); 4].map(|()| Times::default());
    let request = SearchRequest::new("mar");
    for _ in 0..20 {
        let kinfold = times[0].measure(0, || open(&store, Durability::Normal));
        let contacts = kinfold.contacts(Scope::default());
        times[1].measure(0, || contacts.search(&request)).unwrap();
        times[2].measure(0, || contacts.search(&request)).unwrap();
        times[3].measure(0, || drop((contacts, kinfold)));
    }
    for (name, times) in ["opened", "first search", "second search", "closed"]
        .iter()
        .zip(&mut times)
    {
        println!(
            "{name:20} p50 {:9.1} max {:9.1} µs",
            times.quantile(500),
            times.quantile(1_000)
        );
    }

    let copied = prepared.other("caught-up");
    copy(&store, &copied);
    let changes = CHANGES.min(size);
    change(people, &copied, size, changes);
    let (from, to) = (reached(&copied).unwrap(), last_change(&copied));
    let started = Instant::now();
    let contacts = open(&copied, Durability::Normal).contacts(Scope::default());
    let mut first = Times::default();
    first.measure(0, || contacts.search(&request)).unwrap();
    while reached(&copied) != Some(to) {
        thread::sleep(Duration::from_millis(2));
        assert!(
            started.elapsed() < Duration::from_secs(300),
            "the index follows"
        );
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "caught up with {} changes in {seconds:.2} s: {:.0} a second; the first search took {:.0} ms",
        to - from,
        (to - from) as f64 / seconds,
        first.quantile(500) / 1_000.0,
    );
    drop(contacts);
    let _ = fs::remove_dir_all(&copied);
}

/// Half of them new contacts, half of them edits.
fn change(people: &People, folder: &Path, size: u64, changes: u64) {
    let without = WithoutIndex::of(folder);
    let kinfold = open(folder, Durability::Normal);
    let contacts = kinfold.contacts(Scope::default());
    for start in (0..changes / 2).step_by(usize::try_from(AT_A_TIME).unwrap()) {
        let numbers = start..(changes / 2).min(start + AT_A_TIME);
        put(
            &contacts,
            people,
            numbers.clone().map(|number| STRANGERS + number),
        );
        kinfold
            .transaction(|tx| {
                let contacts = tx.contacts(Scope::default());
                for number in numbers {
                    let person = people.person(number * 13 % size);
                    let draft = match (person.email, person.phone) {
                        (Some(email), _) => Draft::new().email(email),
                        (None, phone) => Draft::new().phone(phone.unwrap()),
                    };
                    let company = format!("Newly Founded {number}");
                    contacts.upsert(draft.text(TextField::Company, company))?;
                }
                Ok::<_, kinfold::Error>(())
            })
            .unwrap();
    }
    drop((contacts, kinfold, without));
}
