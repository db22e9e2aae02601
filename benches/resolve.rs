//! What a resolve costs beside the same work written by hand in SQL.
//!
//! `cargo bench --bench resolve`. The figures of the last run stand in
//! `benches/README.md`.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use kinfold::{Draft, Durability, Kinfold, Scope};
use rusqlite::{Connection, OpenFlags, params};
use std::hint::black_box;

/// Contacts in the store that is measured.
const CONTACTS: u64 = 10_000;

fn draft(number: u64) -> Draft {
    Draft::new()
        .phone(format!("+1415555{number:04}", number = number % 10_000))
        .email(format!("person{number}@example.com"))
        .name(format!("Person {number}"))
}

fn resolve(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let kinfold = Kinfold::builder()
        .durability(Durability::Normal)
        .open(folder.path())
        .unwrap();
    let contacts = kinfold.contacts(Scope::default());
    for number in 0..CONTACTS {
        contacts.resolve(draft(number)).unwrap();
    }
    let raw = Connection::open_with_flags(
        folder.path().join("contacts.db"),
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .unwrap();

    let mut group = criterion.benchmark_group("found by an email");
    let mut number = 0;
    let mut next = move || {
        number = (number + 7_919) % CONTACTS;
        format!("person{number}@example.com")
    };
    group.bench_function("kinfold", |bencher| {
        bencher.iter_batched(
            &mut next,
            |email| contacts.resolve(Draft::new().email(email)).unwrap(),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("raw", |bencher| {
        bencher.iter_batched(
            &mut next,
            |email| by_hand(&raw, &email),
            BatchSize::SmallInput,
        );
    });
    group.finish();

    let mut group = criterion.benchmark_group("created");
    let mut fresh = CONTACTS;
    group.bench_function("kinfold", |bencher| {
        bencher.iter_batched(
            || {
                fresh += 1;
                Draft::new()
                    .email(format!("fresh{fresh}@example.com"))
                    .name("Fresh")
            },
            |draft| contacts.resolve(draft).unwrap(),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// The same rows as a resolve by an email reads, without our types.
fn by_hand(raw: &Connection, email: &str) -> usize {
    let transaction = raw.unchecked_transaction().unwrap();
    let scope: i64 = transaction
        .prepare_cached("SELECT id FROM scope WHERE org = ?1 AND location = ?2")
        .unwrap()
        .query_row(params!["default", ""], |row| row.get(0))
        .unwrap();
    let row: i64 = transaction
        .prepare_cached(
            "SELECT contact FROM identifier
             WHERE scope = ?1 AND kind = 2 AND key = ?2 AND holds = 1",
        )
        .unwrap()
        .query_row(params![scope, email], |row| row.get(0))
        .unwrap();
    let name: Option<String> = transaction
        .prepare_cached(
            "SELECT full_name, uuid, version, created_at, updated_at, tags, metadata
             FROM contact WHERE id = ?1",
        )
        .unwrap()
        .query_row([row], |found| found.get(0))
        .unwrap();
    let listed: Vec<String> = transaction
        .prepare_cached(
            "SELECT key, raw, holds, place FROM identifier WHERE contact = ?1
             ORDER BY kind, position",
        )
        .unwrap()
        .query_map([row], |found| found.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    black_box(name.map_or(0, |name| name.len()) + listed.len())
}

criterion_group!(benches, resolve);
criterion_main!(benches);
