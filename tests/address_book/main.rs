//! The address book as a list: its orders, its filters, and its pages.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what helps a test may stop at the first surprise too"
)]

#[path = "../common/mod.rs"]
mod common;
mod filters;
mod languages;
mod pages;

use kinfold::{BookPage, BookRequest, Contacts, Draft, Kinfold, Scope};

/// The contacts of a new store in memory.
fn in_memory() -> Contacts {
    Kinfold::open_in_memory()
        .unwrap()
        .contacts(Scope::default())
}

/// Somebody with an email that nobody else has.
fn numbered(number: usize) -> Draft {
    Draft::new().email(format!("{number}@example.com"))
}

/// Somebody with a name, or without one where it is empty.
fn named(number: usize, name: &str) -> Draft {
    match name {
        "" => numbered(number),
        name => numbered(number).name(name),
    }
}

/// The names on a page as they are displayed.
fn names(page: &BookPage) -> Vec<String> {
    let names = page.contacts.iter();
    let names = names.map(|contact| contact.fields.name.display().unwrap_or_default());
    names.collect()
}

/// Every page of a list, one after the other.
fn all_pages(
    request: &BookRequest,
    page: impl Fn(&BookRequest) -> kinfold::Result<BookPage>,
) -> Vec<BookPage> {
    let mut pages = Vec::new();
    let mut request = request.clone();
    loop {
        let page = page(&request).unwrap();
        let next = page.next.clone();
        pages.push(page);
        match next {
            Some(next) => request = request.after(next),
            None => return pages,
        }
    }
}
