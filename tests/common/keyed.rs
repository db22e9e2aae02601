//! Requests that carry an idempotency key, and the ways in which they are asked.

use std::path::Path;

use kinfold::{Draft, Error, Kinfold, Outcome, ResolveRequest, Scope};

use super::{contacts, number, raw};

pub(crate) type Answer = Result<Outcome, Error>;

pub(crate) fn by_email(name: &str) -> Draft {
    Draft::new().email(format!("{name}@example.com"))
}

pub(crate) fn keyed(draft: Draft, key: &str) -> ResolveRequest {
    ResolveRequest::from(draft).idempotency_key(key)
}

/// How many answers a store keeps.
pub(crate) fn answers(folder: &Path) -> i64 {
    number(&raw(folder), "SELECT count(*) FROM answer")
}

type Way = fn(&Kinfold, ResolveRequest) -> Answer;

/// The ways in which one request is asked.
pub(crate) const WAYS: [(&str, Way); 4] = [
    ("resolve", |kinfold, request| {
        contacts(kinfold).resolve(request)
    }),
    ("upsert", |kinfold, request| {
        contacts(kinfold).upsert(request)
    }),
    ("resolve_many", |kinfold, request| {
        let others = [by_email("one").into(), request, by_email("two").into()];
        contacts(kinfold).resolve_many(others)?.remove(1)
    }),
    ("transaction", |kinfold, request| {
        kinfold.transaction(|tx| tx.contacts(Scope::default()).resolve(request))
    }),
];
