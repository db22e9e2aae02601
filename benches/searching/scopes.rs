//! A small scope beside a large one, and by itself.

use std::hint::black_box;

use kinfold::Durability;

use super::people::People;
use super::quantiles::Times;
use super::queries::{Kind, queries};
use super::stores::{Prepared, SMALL, open, small_scope};

const ROUNDS: usize = 10;

pub fn print(people: &People, prepared: &Prepared, size: u64) {
    println!("\n== scopes, {SMALL} contacts beside {size}, and alone");
    println!(
        "{:20} {:>9} {:>9} | {:>9} {:>9} | {:>6} {:>6}",
        "", "p50", "p99", "alone", "p99", "p50", "p99"
    );
    let beside = open(&prepared.store(), Durability::Normal).contacts(small_scope());
    let alone = open(&prepared.alone(), Durability::Normal);
    alone.reindex().unwrap();
    let alone = alone.contacts(small_scope());
    for kind in Kind::ALL {
        let typed = queries(people, SMALL, kind);
        let mut times = [Times::default(), Times::default()];
        for round in 0..=ROUNDS {
            for (contacts, times) in [&beside, &alone].into_iter().zip(&mut times) {
                for (place, typed) in typed.iter().enumerate() {
                    let request = typed.request(kind);
                    let search = || black_box(contacts.search(&request).unwrap());
                    match round {
                        0 => search(),
                        _ => times.measure(place, search),
                    };
                }
            }
        }
        let [beside, alone] = &times;
        let of = |times: &Times| [times.best(500), times.best(990)];
        let ([p50, p99], [alone_p50, alone_p99]) = (of(beside), of(alone));
        println!(
            "{:20} {p50:9.1} {p99:9.1} | {alone_p50:9.1} {alone_p99:9.1} | {:6.2} {:6.2}",
            kind.to_string(),
            p50 / alone_p50,
            p99 / alone_p99,
        );
    }
}
