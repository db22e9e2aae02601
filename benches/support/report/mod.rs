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
use super::stores::{Own, Stores};
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

/// Tasks done before a turn is measured.
const WARMING_UP: u64 = 100;

/// One side's turn on its copy, which it opens and closes: as bundled, SQLite has one page
/// cache for all connections of a process, and who fills it first starves the others.
fn our_turn<T>(
    own: &mut Own,
    durability: Durability,
    job: impl FnOnce(&mut Contacts, &mut Tasks) -> T,
) -> T {
    job(&mut ours::open(&own.folder, durability), &mut own.tasks)
}

fn raw_turn<T>(
    own: &mut Own,
    durability: Durability,
    job: impl FnOnce(&mut Raw<'_>, &mut Tasks) -> T,
) -> T {
    let connection = raw::connect(&own.folder, durability);
    job(&mut Raw::new(&connection), &mut own.tasks)
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
