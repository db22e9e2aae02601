//! What the way over HTTP costs: resolves on loopback, by clients that keep their connections,
//! beside the same resolves by as many threads of the library, in the same run.
//!
//! `cargo bench --package kinfold-cli --bench serve -- [RESOLVES [CONNECTIONS]]`

#[path = "../tests/support/server.rs"]
#[allow(dead_code, reason = "it is the client of the tests, too")]
mod server;
#[path = "../tests/support/mod.rs"]
mod support;

use std::io::BufReader;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use kinfold::wire::bland::{ResolveContact, resolve};
use kinfold::wire::{Access, Locations};
use kinfold::{Durability, Kinfold};
use server::{Server, TOKEN};
use support::Desk;

fn main() {
    // Cargo hands on options of its own.
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok());
    let resolves: usize = numbers.next().unwrap_or(10_000);
    let clients: usize = numbers.next().unwrap_or(16);
    println!("{resolves} resolves by {clients} clients; full durability: every commit is flushed");
    let both = [
        ("over HTTP", over_http as Way),
        ("the library", by_the_library),
    ];
    for (name, way) in both {
        let desk = Desk::new();
        for (what, took, all) in way(&desk, resolves, clients) {
            report(name, what, &took, all);
        }
    }
}

type Round = (&'static str, Vec<Duration>, Duration);
type Way = fn(&Desk, usize, usize) -> Vec<Round>;

/// First everybody is new, then everybody is known.
const ROUNDS: [&str; 2] = ["new", "known"];

fn over_http(desk: &Desk, resolves: usize, clients: usize) -> Vec<Round> {
    let server = Server::start(desk, &["--no-access-log"]);
    let rounds = ROUNDS.map(|what| {
        let (took, all) = at_once(resolves, clients, || {
            let mut stream = server.connect();
            stream.set_nodelay(true).unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let key = [("authorization", TOKEN)];
            move |person: usize| {
                let body = body(person);
                server::request(&mut stream, "POST", PATH, &key, body.as_bytes());
                assert_eq!(server::answer(&mut reader).status, 200);
            }
        });
        (what, took, all)
    });
    rounds.into()
}

fn by_the_library(desk: &Desk, resolves: usize, clients: usize) -> Vec<Round> {
    let folder = desk.path().join("store");
    let kinfold = Kinfold::builder()
        .durability(Durability::Full)
        .open(folder)
        .unwrap();
    let access = Access::new(kinfold, "default", Locations::None).unwrap();
    let rounds = ROUNDS.map(|what| {
        let (took, all) = at_once(resolves, clients, || {
            |person: usize| {
                let request = ResolveContact::from_json(&body(person)).unwrap();
                assert!(resolve(&access, &request).unwrap().reply().is_success());
            }
        });
        (what, took, all)
    });
    rounds.into()
}

const PATH: &str = "/v1/contacts/resolve";

fn body(person: usize) -> String {
    format!(
        r#"{{"phone_number":"+1415{:07}","email":"person{person}@example.com","name":"Person {person}","metadata":{{"source":"bench"}}}}"#,
        2_000_000 + person
    )
}

/// Has the clients share the people among them: how long each took, and all of it.
fn at_once<C: FnMut(usize) + Send>(
    resolves: usize,
    clients: usize,
    client: impl Fn() -> C + Sync,
) -> (Vec<Duration>, Duration) {
    let all = Mutex::new(Vec::with_capacity(resolves));
    let began = Instant::now();
    std::thread::scope(|scope| {
        for number in 0..clients {
            let (all, client) = (&all, &client);
            scope.spawn(move || {
                let mut call = client();
                let mut took = Vec::with_capacity(resolves / clients + 1);
                for person in (number..resolves).step_by(clients) {
                    let began = Instant::now();
                    call(person);
                    took.push(began.elapsed());
                }
                all.lock().unwrap().extend(took);
            });
        }
    });
    let whole = began.elapsed();
    let mut took = all.into_inner().unwrap();
    took.sort_unstable();
    (took, whole)
}

fn report(name: &str, what: &str, took: &[Duration], all: Duration) {
    let at = |share: usize| took[(took.len() - 1) * share / 100].as_secs_f64() * 1e3;
    let rate = took.len() as f64 / all.as_secs_f64();
    println!(
        "{name:<12} {what:<6} {rate:>8.0} a second   p50 {:>7.3} ms   p99 {:>7.3} ms",
        at(50),
        at(99)
    );
}
