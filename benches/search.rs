//! What a search by name takes, beside plain tantivy and SQLite's full-text search.
//!
//! `cargo bench --bench search`; `benches/README.md` says what is measured, how a part is
//! chosen, and what the last figures were.

mod searching;
#[path = "support/selection.rs"]
mod selection;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, SamplingMode};

use searching::people::People;
use searching::queries::{Kind, queries};
use searching::stores::{Prepared, claim, prepared};
use searching::{finding, following, ranking, scopes, writing};
use selection::Selection;

/// So many contacts are scanned, at most.
const CHECKED: u64 = 10_000;

fn compare(criterion: &mut Criterion, people: &People, prepared: &Prepared, size: u64, kind: Kind) {
    let mut group = criterion.benchmark_group(format!("{kind}/{size}"));
    group.sampling_mode(SamplingMode::Flat);
    let typed = queries(people, size, kind);
    let sides = finding::Sides::open(prepared);
    for (name, asked) in sides.asked(kind, &typed) {
        if asked.is_empty() {
            continue;
        }
        let mut next = asked.iter().cycle();
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(next.next().unwrap()()));
        });
    }
    group.finish();
}

fn main() {
    let selection = Selection::from_environment();
    let people = People::new();
    let claim = claim();
    ranking::check(
        &people,
        CHECKED.min(selection.sizes.iter().copied().max().unwrap_or(CHECKED)),
    );
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for &size in &selection.sizes {
        let prepared = prepared(&people, size);
        following::rebuild(&prepared, size);
        if selection.has_section(&format!("finding/{size}")) {
            finding::print(&people, &prepared, size);
        }
        if selection.has_section(&format!("scopes/{size}")) {
            scopes::print(&people, &prepared, size);
        }
        if selection.has_section(&format!("following/{size}")) {
            following::print(&people, &prepared, size);
        }
        if selection.has_section(&format!("writing/{size}")) {
            writing::print(&people, &prepared, size);
        }
        if selection.has_section(&format!("at once/{size}")) {
            writing::print_searched_at_once(&people, &prepared, size);
        }
        for kind in Kind::ALL {
            if selection.has_group(&format!("{kind}/{size}")) {
                compare(&mut criterion, &people, &prepared, size, kind);
            }
        }
    }
    criterion.final_summary();
    drop(claim);
}
