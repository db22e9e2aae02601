//! Queries of every kind, beside the peers, on one store with one scope of all people.

use std::hint::black_box;
use std::time::Duration;

use kinfold::{Contacts, Durability, Scope};

use super::peers::{FullText, HITS, Tantivy};
use super::people::People;
use super::quantiles::Times;
use super::queries::{Kind, Typed, queries};
use super::stores::{Prepared, open};

/// How often each query is asked.
const ROUNDS: usize = 5;

/// So long one side is measured with one kind of query, and a little longer.
const LONGEST: Duration = Duration::from_secs(10);

/// The three that are compared.
pub struct Sides {
    pub contacts: Contacts,
    pub tantivy: Tantivy,
    pub full_text: FullText,
}

impl Sides {
    pub fn open(prepared: &Prepared) -> Self {
        Self {
            contacts: open(&prepared.store(), Durability::Normal).contacts(Scope::default()),
            tantivy: Tantivy::open(&prepared.tantivy()),
            full_text: FullText::open(&prepared.full_text()),
        }
    }

    /// Each side with each of the queries, if it can answer them.
    pub fn asked<'a>(
        &'a self,
        kind: Kind,
        typed: &'a [Typed],
    ) -> [(&'static str, Vec<Asked<'a>>); 3] {
        let ours = typed.iter().map(|typed| {
            let request = typed.request(kind);
            let asked: Asked<'a> =
                Box::new(move || self.contacts.search(&request).unwrap().hits.len());
            asked
        });
        let tantivy = typed.iter().filter_map(|typed| {
            let query = self.tantivy.query(kind, typed)?;
            let asked: Asked<'a> = Box::new(move || self.tantivy.search(&*query).len());
            Some(asked)
        });
        let full_text = typed.iter().filter_map(|typed| {
            let query = self.full_text.query(kind, typed)?;
            let asked: Asked<'a> = Box::new(move || self.full_text.search(&query).len());
            Some(asked)
        });
        [
            ("kinfold", ours.collect()),
            ("tantivy", tantivy.collect()),
            ("fts5", full_text.collect()),
        ]
    }
}

/// Asks, and says how many hits there were.
pub type Asked<'a> = Box<dyn Fn() -> usize + 'a>;

pub fn print(people: &People, prepared: &Prepared, size: u64) {
    println!("\n== finding, {size} contacts");
    println!("microseconds of a search for {HITS} hits, warm; queries and mean hits of kinfold");
    println!(
        "{:20} {:>8} {:>6} | {:>9} {:>9} {:>9} | {:>9} {:>9} {:>9} | {:>9} {:>9} {:>9}",
        "",
        "queries",
        "hits",
        "p50",
        "p99",
        "quiet p99",
        "tantivy",
        "p99",
        "quiet",
        "fts5",
        "p99",
        "quiet"
    );
    let sides = Sides::open(prepared);
    for kind in Kind::ALL {
        let typed = queries(people, size, kind);
        let sides = sides.asked(kind, &typed);
        let mut times = [Times::default(), Times::default(), Times::default()];
        let mut hits = 0;
        for asked in &sides[0].1 {
            hits += asked();
        }
        for _ in 0..ROUNDS {
            for ((_, asked), times) in sides.iter().zip(&mut times) {
                for (place, asked) in asked.iter().enumerate() {
                    if times.total() < LONGEST {
                        times.measure(place, || black_box(asked()));
                    }
                }
            }
        }
        print!(
            "{:20} {:8} {:6.1} |",
            kind.to_string(),
            typed.len(),
            hits as f64 / typed.len() as f64
        );
        for (place, times) in times.iter_mut().enumerate() {
            if times.is_empty() {
                print!(" {:>9} {:>9} {:>9}", "-", "-", "-");
            } else {
                print!(" {:9.1} {:9.1}", times.quantile(500), times.quantile(990));
                print!(" {:9.1}", times.best(990));
            }
            if place < 2 {
                print!(" |");
            }
        }
        println!();
    }
}
