//! How long single creates take, with the tail that a mean doesn't show.

use std::time::Duration;

use kinfold::Durability;

use super::super::stores::Stores;
use super::super::work::{Side, Tasks, Work, answer_all, answer_each};
use super::{WARMING_UP, heading, microseconds, our_turn, quantile, raw_turn};

/// Calls of one side before it is the other's turn.
const TURN: u64 = 1_000;

pub fn print(stores: &mut Stores, size: u64) {
    heading("latency", size);
    println!("microseconds of single creates");
    println!(
        "{:32} {:>9} {:>9} {:>9} {:>9} {:>10}",
        "", "p50", "p99", "p99.9", "max", "creates/s"
    );
    for (durability, calls) in [(Durability::Normal, 20_000), (Durability::Full, 3_000)] {
        stores.renew();
        let pair = stores.pair(size);
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..calls / TURN {
            our_turn(&mut pair.ours, durability, |side, tasks| {
                turn(side, tasks, &mut times[0]);
            });
            raw_turn(&mut pair.raw, durability, |side, tasks| {
                turn(side, tasks, &mut times[1]);
            });
        }
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

fn turn<S: Side>(side: &mut S, tasks: &mut Tasks, times: &mut Vec<Duration>) {
    // What a first call makes and warms up is no latency of the others.
    answer_all(side, tasks, (Work::Created, 1), WARMING_UP);
    answer_each(side, tasks, Work::Created, TURN, |time| times.push(time));
}
