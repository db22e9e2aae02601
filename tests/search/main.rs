//! Finding people, on stores in folders: whatever becomes of the index and of those who write
//! it, a search finds all that was committed before it asked, and nothing of others.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may stop at the first surprise too"
)]
#![cfg(feature = "search")]

#[path = "../common/mod.rs"]
mod common;

mod damaged;
mod erased;
mod harmless;
mod killed;
mod paging;
mod processes;
mod replaced;
mod scopes;
mod visible;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kinfold::{Contacts, Draft, Kinfold, Scope, SearchRequest};

use common::PATIENCE;

/// Somebody with a name and an id of his own.
fn person(name: &str, number: usize) -> Draft {
    let draft = Draft::new().external_id("crm", number.to_string());
    draft.name(name)
}

/// The names of all that a query finds, best first.
fn found(contacts: &Contacts, query: &str) -> Vec<String> {
    found_by(
        contacts,
        &SearchRequest::new(query).limit(SearchRequest::MOST),
    )
}

fn found_by(contacts: &Contacts, request: &SearchRequest) -> Vec<String> {
    let page = contacts.search(request).unwrap();
    let names = page.hits.into_iter();
    let names = names.map(|hit| hit.contact.fields.name.display());
    names.map(Option::unwrap_or_default).collect()
}

/// Every page of a search, one after the other, as names.
fn page_by_page(contacts: &Contacts, request: &SearchRequest) -> Vec<String> {
    let (mut names, mut request) = (Vec::new(), request.clone());
    loop {
        let page = contacts.search(&request).unwrap();
        let of_page = page.hits.into_iter();
        let of_page = of_page.map(|hit| hit.contact.fields.name.display());
        names.extend(of_page.map(Option::unwrap_or_default));
        match page.next {
            Some(next) => request = request.after(next),
            None => return names,
        }
    }
}

/// A word of its own for each number, too short for a typing error.
fn word(number: usize) -> String {
    const LETTERS: &[u8; 20] = b"bcdfghjklmnpqrstvwxz";
    let letter = |number: usize| char::from(LETTERS[number % LETTERS.len()]);
    [number / 400 + 15, number / 20, number]
        .map(letter)
        .iter()
        .collect()
}

fn scope(org: &str, location: Option<&str>) -> Scope {
    Scope::new(org, location).unwrap()
}

/// The folder of a store's index.
fn index(folder: &Path) -> PathBuf {
    folder.join("search")
}

/// Up to which change the index in a folder has followed the log; none if there is none that
/// says so.
fn indexed(folder: &Path) -> Option<u64> {
    let text = fs::read_to_string(index(folder).join("meta.json")).ok()?;
    let meta: serde_json::Value = serde_json::from_str(&text).ok()?;
    let payload: serde_json::Value = serde_json::from_str(meta["payload"].as_str()?).ok()?;
    payload["change"].as_u64()
}

/// Waits for something that happens by itself.
fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let patience = Instant::now() + PATIENCE;
    while !happened() {
        assert!(Instant::now() < patience, "it does not happen: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until the index in a folder has all that was committed.
fn settle(kinfold: &Kinfold, folder: &Path) {
    let last = last_change(kinfold);
    let what = format!("the index of {last} changes");
    until(&what, || {
        // Who searches sees to it that the index follows.
        found(&common::contacts(kinfold), "nobody");
        indexed(folder).unwrap_or_default() == last
    });
}

/// The number of the last change of the whole store.
fn last_change(kinfold: &Kinfold) -> u64 {
    common::contacts(kinfold).stats().unwrap().last_seq
}

/// Files of an index, except those that only say something of the others.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(_) => return Vec::new(),
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}
