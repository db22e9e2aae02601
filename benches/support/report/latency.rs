//! How long single creates take, with the tail that a mean doesn't show.

use std::time::Duration;

use kinfold::Durability;

use super::super::stores::Stores;
use super::super::work::{Work, answer_each};
use super::{heading, microseconds, quantile, with_both};

/// Calls of one side before it is the other's turn.
const TURN: u64 = 500;

pub fn print(stores: &mut Stores, size: u64) {
    heading("latency", size);
    println!("microseconds of single creates");
    println!(
        "{:32} {:>9} {:>9} {:>9} {:>9} {:>10}",
        "", "p50", "p99", "p99.9", "max", "creates/s"
    );
    for (durability, calls) in [(Durability::Normal, 20_000), (Durability::Full, 3_000)] {
        stores.renew();
        let mut times = with_both(stores, size, durability, |both| {
            let mut times = [Vec::new(), Vec::new()];
            let (ours, our_tasks) = &mut both.ours;
            let (raw, raw_tasks) = &mut both.raw;
            // What a first call makes and warms up is no latency of the others.
            answer_each(ours, our_tasks, Work::Created, TURN, |_| {});
            answer_each(raw, raw_tasks, Work::Created, TURN, |_| {});
            for _ in 0..calls / TURN {
                let own = |time| times[0].push(time);
                answer_each(ours, our_tasks, Work::Created, TURN, own);
                let own = |time| times[1].push(time);
                answer_each(raw, raw_tasks, Work::Created, TURN, own);
            }
            times
        });
        for (side, times) in ["kinfold", "raw"].into_iter().zip(&mut times) {
            times.sort_unstable();
            let all: Duration = times.iter().sum();
            let [p50, p99, p999, max] =
                [500, 990, 999, 1_000].map(|share| microseconds(quantile(times, share)));
            println!(
                "{:32} {p50:9.1} {p99:9.1} {p999:9.1} {max:9.1} {:10.0}",
                format!("created, {durability:?}, {side}"),
                f64::from(u32::try_from(times.len()).unwrap()) / all.as_secs_f64(),
            );
        }
    }
}
