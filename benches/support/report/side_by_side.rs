//! Both sides in turns of some milliseconds, so that what else the machine does hits both.

use std::time::Duration;

use super::super::stores::Stores;
use super::super::work::{Side, Tasks, answer_all};
use super::{heading, microseconds, quantile, with_both};
use crate::Measured;

/// Turns of each side.
const TURNS: usize = 80;

/// How long a turn takes about, where a commit waits for no disk.
const TURN: Duration = Duration::from_millis(8);

pub fn print(stores: &mut Stores, size: u64, measured: &[Measured]) {
    heading("side by side", size);
    println!("microseconds a task: the mean of a quiet turn (the first quartile) and of all turns");
    println!(
        "{:40} {:>9} {:>9} {:>6}   {:>9} {:>9} {:>6} {:>10}",
        "", "kinfold", "raw", "ratio", "kinfold", "raw", "ratio", "kinfold/s"
    );
    for measured in measured {
        stores.renew();
        let work = (measured.work, measured.group);
        let [ours, raw] = with_both(stores, size, measured.durability, |both| {
            let (ours, our_tasks) = &mut both.ours;
            let (raw, raw_tasks) = &mut both.raw;
            let calls = calls_a_turn(|calls| answer_all(raw, raw_tasks, work, calls));
            answer_all(ours, our_tasks, work, calls);
            let mut times = [Vec::new(), Vec::new()];
            for _ in 0..TURNS {
                times[0].push(turn(ours, our_tasks, work, calls));
                times[1].push(turn(raw, raw_tasks, work, calls));
            }
            times
        });
        let quiet = [&ours, &raw].map(|times| {
            let mut sorted = times.clone();
            sorted.sort_unstable();
            microseconds(quantile(&sorted, 250))
        });
        let mean = [&ours, &raw].map(|times| {
            let turns = u32::try_from(times.len()).unwrap();
            microseconds(times.iter().sum::<Duration>() / turns)
        });
        println!(
            "{:40} {:9.2} {:9.2} {:6.2}   {:9.2} {:9.2} {:6.2} {:10.0}",
            measured.name(),
            quiet[0],
            quiet[1],
            quiet[0] / quiet[1],
            mean[0],
            mean[1],
            mean[0] / mean[1],
            1e6 / quiet[0],
        );
    }
}

/// The time of a task in one turn.
fn turn<S: Side>(
    side: &mut S,
    tasks: &mut Tasks,
    work: (super::super::work::Work, u64),
    calls: u64,
) -> Duration {
    let count = u32::try_from(calls * work.1).unwrap();
    answer_all(side, tasks, work, calls) / count
}

fn calls_a_turn(mut time: impl FnMut(u64) -> Duration) -> u64 {
    const TRIED: u64 = 20;
    time(TRIED);
    let one = time(TRIED) / 20;
    let calls = TURN.as_nanos() / one.as_nanos().max(1);
    u64::try_from(calls).unwrap().clamp(5, 2_000)
}
