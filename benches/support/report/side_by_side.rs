//! Both sides in turns of some milliseconds, so that what else the machine does hits both.

use std::time::Duration;

use super::super::stores::Stores;
use super::super::work::{Side, Spent, Tasks, Work, answer_all};
use super::{heading, microseconds, quantile, with_both};
use crate::Measured;

/// Turns of each side.
const TURNS: usize = 80;

/// How long a turn takes about, where a commit waits for no disk.
const TURN: Duration = Duration::from_millis(8);

pub fn print(stores: &mut Stores, size: u64, measured: &[Measured]) {
    heading("side by side", size);
    println!(
        "microseconds a task: of all turns; of a quiet turn (the first quartile); on a processor"
    );
    print!("{:36}", "");
    for column in ["all", "quiet", "busy"] {
        print!("   {:>9} {:>9} {:>5}", column, "raw", "ratio");
    }
    println!();
    for measured in measured {
        stores.renew();
        let work = (measured.work, measured.group);
        let turns = with_both(stores, size, measured.durability, |both| {
            let (ours, our_tasks) = &mut both.ours;
            let (raw, raw_tasks) = &mut both.raw;
            let calls = calls_a_turn(|calls| answer_all(raw, raw_tasks, work, calls).time);
            answer_all(ours, our_tasks, work, calls);
            let turns = (0..TURNS).map(|_| {
                [
                    turn(ours, our_tasks, work, calls),
                    turn(raw, raw_tasks, work, calls),
                ]
            });
            turns.collect::<Vec<_>>()
        });
        print!("{:36}", measured.name());
        let sides = [0, 1].map(|side| turns.iter().map(move |turn| turn[side]));
        for figure in [all, quiet, busy] {
            let [ours, raw] = sides.clone().map(|own| microseconds(figure(own.collect())));
            print!("   {ours:9.2} {raw:9.2} {:5.2}", ours / raw);
        }
        println!();
    }
}

fn all(turns: Vec<Spent>) -> Duration {
    let count = u32::try_from(turns.len()).unwrap();
    turns.iter().map(|turn| turn.time).sum::<Duration>() / count
}

fn quiet(turns: Vec<Spent>) -> Duration {
    let mut times: Vec<_> = turns.iter().map(|turn| turn.time).collect();
    times.sort_unstable();
    quantile(&times, 250)
}

fn busy(turns: Vec<Spent>) -> Duration {
    let count = u32::try_from(turns.len()).unwrap();
    turns.iter().map(|turn| turn.busy).sum::<Duration>() / count
}

/// What a task took in one turn.
fn turn<S: Side>(side: &mut S, tasks: &mut Tasks, work: (Work, u64), calls: u64) -> Spent {
    let count = u32::try_from(calls * work.1).unwrap();
    let spent = answer_all(side, tasks, work, calls);
    Spent {
        time: spent.time / count,
        busy: spent.busy / count,
    }
}

fn calls_a_turn(mut time: impl FnMut(u64) -> Duration) -> u64 {
    const TRIED: u64 = 20;
    time(TRIED);
    let one = time(TRIED) / 20;
    let calls = TURN.as_nanos() / one.as_nanos().max(1);
    u64::try_from(calls).unwrap().clamp(5, 2_000)
}
