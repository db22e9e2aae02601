//! Both sides in turns of a twentieth of a second, so that what else the machine does hits both.

use std::time::Duration;

use super::super::stores::Stores;
use super::super::work::{Side, Spent, Tasks, Work, answer_all};
use super::{WARMING_UP, heading, microseconds, our_turn, quantile, raw_turn};
use crate::Measured;

/// Turns of each side.
const TURNS: usize = 24;

/// How long a turn takes about, where a commit waits for no disk.
const TURN: Duration = Duration::from_millis(40);

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
        let pair = stores.pair(size);
        let (work, durability) = ((measured.work, measured.group), measured.durability);
        let mut turns = Vec::new();
        let tasks_a_turn = raw_turn(&mut pair.raw, durability, |side, tasks| {
            tasks_a_turn(|calls| turn(side, tasks, work, calls).time)
        });
        let calls = tasks_a_turn.div_ceil(measured.group);
        for _ in 0..TURNS {
            turns.push([
                our_turn(&mut pair.ours, durability, |side, tasks| {
                    turn(side, tasks, work, calls)
                }),
                raw_turn(&mut pair.raw, durability, |side, tasks| {
                    turn(side, tasks, work, calls)
                }),
            ]);
        }
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
    answer_all(side, tasks, work, WARMING_UP.div_ceil(work.1));
    let count = u32::try_from(calls * work.1).unwrap();
    let spent = answer_all(side, tasks, work, calls);
    Spent {
        time: spent.time / count,
        busy: spent.busy / count,
    }
}

/// How many tasks take about as long as a turn, given what a task takes.
fn tasks_a_turn(mut task: impl FnMut(u64) -> Duration) -> u64 {
    let task = task(20).as_nanos().max(1);
    let calls = u64::try_from(TURN.as_nanos() / task).unwrap();
    calls.clamp(40, 10_000)
}
