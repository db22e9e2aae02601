//! What a resolve costs beside the same work written by hand in SQL.
//!
//! `cargo bench --bench resolve`; `benches/README.md` says what is measured, how a part
//! is chosen, and what the last figures were.

mod support;

use std::cell::OnceCell;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use kinfold::Durability;

use support::raw::{self, Raw};
use support::selection::Selection;
use support::stores::Stores;
use support::work::{Work, answer_all};
use support::{alike, ours, report};

/// What is measured on both sides.
pub struct Measured {
    work: Work,
    /// Tasks in one transaction.
    group: u64,
    durability: Durability,
}

impl Measured {
    /// Everything; first what only reads, on stores that nobody has written to.
    fn all() -> Vec<Self> {
        let one = |work| Self {
            work,
            group: 1,
            durability: Durability::Normal,
        };
        let many = |work, group| Self { group, ..one(work) };
        let (writing, reading): (Vec<_>, Vec<_>) =
            Work::ALL.into_iter().partition(|work| work.writes());
        let mut all: Vec<_> = reading.into_iter().map(one).collect();
        all.extend([many(Work::FoundByOne, 10), many(Work::FoundByOne, 100)]);
        all.extend(writing.into_iter().map(one));
        all.extend([
            Self {
                durability: Durability::Full,
                ..one(Work::Created)
            },
            many(Work::Created, 10),
            many(Work::Created, 100),
        ]);
        all
    }

    fn name(&self) -> String {
        let mut name = self.work.to_string();
        if self.group > 1 {
            name.push_str(&format!(" in groups of {}", self.group));
        }
        if self.durability == Durability::Full {
            name.push_str(" at full durability");
        }
        name
    }
}

fn compare(criterion: &mut Criterion, stores: &mut Stores, size: u64, measured: &Measured) {
    let Measured {
        work,
        group,
        durability,
    } = *measured;
    stores.renew();
    let mut criterion_group = criterion.benchmark_group(format!("{}/{size}", measured.name()));
    criterion_group.throughput(Throughput::Elements(group));

    let mut side = None;
    criterion_group.bench_function("kinfold", |bencher| {
        let own = &mut stores.pair(size).ours;
        let side = side.get_or_insert_with(|| ours::open(&own.folder, durability));
        bencher.iter_custom(|calls| answer_all(side, &mut own.tasks, (work, group), calls).time);
    });
    drop(side);

    let connection = OnceCell::new();
    let mut side = None;
    criterion_group.bench_function("raw", |bencher| {
        let own = &mut stores.pair(size).raw;
        let connection = connection.get_or_init(|| raw::connect(&own.folder, durability));
        let side = side.get_or_insert_with(|| Raw::new(connection));
        bencher.iter_custom(|calls| answer_all(side, &mut own.tasks, (work, group), calls).time);
    });
    criterion_group.finish();
}

fn main() {
    let selection = Selection::from_environment();
    let mut stores = Stores::new(alike::check());
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    let all = Measured::all();
    for &size in &selection.sizes {
        for measured in &all {
            if selection.has_group(&format!("{}/{size}", measured.name())) {
                compare(&mut criterion, &mut stores, size, measured);
            }
        }
        report::all(&selection, &mut stores, size, &all);
    }
    criterion.final_summary();
}
