//! The service as its clients see it: a real process, real connections.

#[path = "../support/server.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;

mod crowd;
mod fields;
mod gohighlevel;
mod golden;
mod keys;
mod process;
mod refused;
mod trips;

use serde_json::Value;
use support::Desk;

/// How many entries the change log of a scope has.
fn changes(desk: &Desk, scope: &[&str]) -> usize {
    let mut arguments = vec!["changes"];
    arguments.extend(scope);
    desk.run(&arguments).lines().len()
}

/// The only contact of the default organisation, as the program prints it.
fn only_contact(desk: &Desk) -> Value {
    let contacts = desk.run(&["list"]).lines();
    assert_eq!(contacts.len(), 1, "{contacts:?}");
    contacts.into_iter().next().unwrap()
}
