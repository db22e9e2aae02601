//! Times, sorted.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// What was measured, each as often as it was.
#[derive(Default)]
pub struct Times {
    all: Vec<Duration>,
    /// The shortest time of each.
    best: HashMap<usize, Duration>,
}

impl Times {
    /// Measures one of several: `place` says which.
    pub fn measure<T>(&mut self, place: usize, job: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let done = job();
        let time = started.elapsed();
        self.all.push(time);
        let best = self.best.entry(place).or_insert(time);
        *best = time.min(*best);
        done
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub fn total(&self) -> Duration {
        self.all.iter().sum()
    }

    /// Microseconds that a share of them (in thousandths) does not exceed.
    pub fn quantile(&self, thousandths: usize) -> f64 {
        quantile(self.all.clone(), thousandths)
    }

    /// The same of the shortest time of each: what it takes by itself, on a machine on which
    /// others work as well.
    pub fn best(&self, thousandths: usize) -> f64 {
        quantile(self.best.values().copied().collect(), thousandths)
    }
}

fn quantile(mut times: Vec<Duration>, thousandths: usize) -> f64 {
    times.sort_unstable();
    let last = times.len() - 1;
    times[(last * thousandths).div_ceil(1_000)].as_secs_f64() * 1e6
}
