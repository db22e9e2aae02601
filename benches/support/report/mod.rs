//! What Criterion does not report: both sides in turns, the tail of single calls, threads,
//! opening, bytes. Plain text, after the groups of each size.

mod bytes;
mod latency;
mod open;
mod side_by_side;
mod threads;

use std::time::Duration;

use kinfold::{Contacts, Durability};

use super::ours;
use super::raw::{self, Raw};
use super::selection::Selection;
use super::stores::Stores;
use super::work::Tasks;
use crate::Measured;

/// Runs the sections that are chosen.
pub fn all(selection: &Selection, stores: &mut Stores, size: u64, measured: &[Measured]) {
    if selection.has_section(&format!("side by side/{size}")) {
        side_by_side::print(stores, size, measured);
    }
    if selection.has_section(&format!("latency/{size}")) {
        latency::print(stores, size);
    }
    if selection.has_section(&format!("threads/{size}")) {
        threads::print(stores, size);
    }
    if selection.has_section(&format!("open/{size}")) {
        open::print(stores, size);
    }
    if selection.has_section(&format!("bytes/{size}")) {
        bytes::print(stores, size);
    }
}

/// Both sides on their copies, and what each was asked already.
struct Both<'a> {
    ours: (Contacts, &'a mut Tasks),
    raw: (Raw<'a>, &'a mut Tasks),
}

fn with_both<T>(
    stores: &mut Stores,
    size: u64,
    durability: Durability,
    job: impl FnOnce(&mut Both<'_>) -> T,
) -> T {
    let pair = stores.pair(size);
    let connection = raw::connect(&pair.raw.folder, durability);
    job(&mut Both {
        ours: (
            ours::open(&pair.ours.folder, durability),
            &mut pair.ours.tasks,
        ),
        raw: (Raw::new(&connection), &mut pair.raw.tasks),
    })
}

fn heading(name: &str, size: u64) {
    println!("\n== {name}, {size} contacts");
}

/// The time that a share of them (in thousandths) does not exceed.
fn quantile(sorted: &[Duration], thousandths: usize) -> Duration {
    let last = sorted.len() - 1;
    sorted[last * thousandths / 1_000]
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
