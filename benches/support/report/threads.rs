//! How many resolves that find somebody two threads answer beside one.

use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use kinfold::Durability;

use super::super::raw::{self, Raw};
use super::super::stores::{Stores, read_through};
use super::super::work::{Side, Tasks, Work};
use super::{heading, ours};

/// Calls of one thread in one turn, and before it is measured.
const CALLS: u64 = 20_000;

const WARMING_UP: usize = 500;

const TURNS: usize = 8;

pub fn print(stores: &mut Stores, size: u64) {
    heading("threads", size);
    println!("found by one key, answers a second: the best turn, and the median");
    println!(
        "{:10} {:>12} {:>12} {:>6}   {:>12} {:>12} {:>6}",
        "", "1 thread", "2 threads", "ratio", "1 thread", "2 threads", "ratio"
    );
    let filled = stores.filled(size);
    read_through(&filled);
    let mut rates: [[Vec<f64>; 2]; 2] = Default::default();
    for _ in 0..TURNS {
        for threads in [1, 2] {
            rates[0][threads - 1].push(ours_rate(&filled, size, threads));
            rates[1][threads - 1].push(raw_rate(&filled, size, threads));
        }
    }
    for (side, rates) in ["kinfold", "raw"].into_iter().zip(&mut rates) {
        let [one, two] = rates.each_mut().map(|rates| {
            rates.sort_unstable_by(f64::total_cmp);
            (rates[rates.len() - 1], rates[rates.len() / 2])
        });
        println!(
            "{side:10} {:12.0} {:12.0} {:6.2}   {:12.0} {:12.0} {:6.2}",
            one.0,
            two.0,
            two.0 / one.0,
            one.1,
            two.1,
            two.1 / one.1
        );
    }
}

// Each turn opens the store anew, see `our_turn`.
fn ours_rate(filled: &Path, size: u64, threads: usize) -> f64 {
    let contacts = ours::open(filled, Durability::Normal);
    let barrier = Barrier::new(threads);
    thread::scope(|scope| {
        let own = (0..threads).map(|thread| {
            let (barrier, mut side) = (&barrier, contacts.clone());
            scope.spawn(move || rate(&mut side, size, thread, barrier))
        });
        let own: Vec<_> = own.collect();
        own.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

fn raw_rate(filled: &Path, size: u64, threads: usize) -> f64 {
    let barrier = Barrier::new(threads);
    thread::scope(|scope| {
        let own = (0..threads).map(|thread| {
            let barrier = &barrier;
            scope.spawn(move || {
                let connection = raw::connect(filled, Durability::Normal);
                rate(&mut Raw::new(&connection), size, thread, barrier)
            })
        });
        let own: Vec<_> = own.collect();
        own.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

/// Answers a second of one thread, while the others do the same.
fn rate<S: Side>(side: &mut S, size: u64, thread: usize, barrier: &Barrier) -> f64 {
    let mut tasks = Tasks::new(size);
    tasks.skip(Work::FoundByOne, thread as u64 * 2 * CALLS);
    let requests: Vec<_> = tasks
        .next(Work::FoundByOne, CALLS + WARMING_UP as u64)
        .0
        .into_iter()
        .map(|task| side.request(Work::FoundByOne, vec![task]))
        .collect();
    let mut requests = requests.into_iter();
    for request in requests.by_ref().take(WARMING_UP) {
        side.answer(request);
    }
    let mut leftovers = Vec::with_capacity(requests.len());
    barrier.wait();
    let started = Instant::now();
    for request in requests {
        leftovers.push(side.answer(request));
    }
    let time: Duration = started.elapsed();
    f64::from(u32::try_from(CALLS).unwrap()) / time.as_secs_f64()
}
