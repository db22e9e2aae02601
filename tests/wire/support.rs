//! A store that always tells the same time, and what opens it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kinfold::wire::gohighlevel::{ContactRequest, GoHighLevel};
use kinfold::wire::{Access, Api, Fault, Locations, Reply};
use kinfold::{Clock, Contacts, Kinfold, Scope, Timestamp};
use serde_json::Value;

pub const LOCATION: &str = "ve9EPM428h8vShlRW1KT";

/// The moment of the create document's example.
pub const NOW: &str = "2021-08-31T09:59:41.937Z";

struct Standing(AtomicU64);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        NOW.parse().unwrap()
    }

    fn new_id(&self) -> [u8; 16] {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        u128::from(number).to_be_bytes()
    }
}

pub fn kinfold() -> Kinfold {
    Kinfold::builder()
        .clock(Arc::new(Standing(AtomicU64::new(1))))
        .open_in_memory()
        .unwrap()
}

pub fn access_to(kinfold: &Kinfold, location: &str) -> Access {
    Access::new(kinfold.clone(), "acme", Locations::One(location.to_owned())).unwrap()
}

pub fn access() -> Access {
    access_to(&kinfold(), LOCATION)
}

/// The contacts that an access to one location opens, as the library has them.
pub fn contacts_of(access: &Access) -> Contacts {
    let Locations::One(location) = access.locations() else {
        panic!("it opens more than one location");
    };
    let scope = Scope::new(access.org(), Some(location)).unwrap();
    access.kinfold().contacts(scope)
}

pub fn request(json: &str) -> ContactRequest {
    ContactRequest::from_json(json).unwrap()
}

/// An answer's status and body.
pub fn told(done: Result<Reply, Fault>) -> (u16, Value) {
    let reply = done.unwrap_or_else(|fault| fault.reply(Api::GoHighLevel));
    (reply.status, serde_json::from_str(&reply.body).unwrap())
}

pub fn create(access: &Access, json: &str) -> (u16, Value) {
    told(
        ContactRequest::from_json(json)
            .and_then(|request| GoHighLevel::new(access).create(&request)),
    )
}

pub fn upsert(access: &Access, json: &str) -> (u16, Value) {
    told(
        ContactRequest::from_json(json)
            .and_then(|request| GoHighLevel::new(access).upsert(&request)),
    )
}

pub fn update(access: &Access, id: &str, json: &str) -> (u16, Value) {
    told(
        ContactRequest::from_json(json)
            .and_then(|request| GoHighLevel::new(access).update(id, &request)),
    )
}

pub fn get(access: &Access, id: &str) -> (u16, Value) {
    told(GoHighLevel::new(access).get(id))
}

/// The id of the contact in an answer.
pub fn id_of(body: &Value) -> String {
    body["contact"]["id"].as_str().unwrap().to_owned()
}
