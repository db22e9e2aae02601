//! The contact APIs of Bland, GoHighLevel, Ravan and Contactship as values: what their requests and
//! responses look like, and what each call does to a store. No HTTP: whoever serves them takes
//! requests from the network and sends [`Reply`]s.
//!
//! An [`Access`] is what a key or token opens. Each API is a module; a call takes an access and a
//! request and returns a [`Reply`] or a [`Fault`], and [`Fault::reply`] says what an API answers
//! then, in one table for all of them.

mod access;
pub mod bland;
pub mod contactship;
mod failure;
mod fault;
pub mod gohighlevel;
mod members;
mod query;
pub mod ravan;
mod reply;
#[cfg(feature = "openapi")]
mod schemas;
mod settings;
mod words;

use crate::contact::{Json, OrderedMap};

pub use access::{Access, Locations, Named};
pub use failure::{
    BlandError, BlandFailure, ContactshipFailure, GoHighLevelFailure, GoHighLevelUnprocessable,
    Present, RavanFailure,
};
pub use fault::{Api, Fault};
pub use reply::Reply;
pub use settings::{DecidesFirst, Settings};

/// An object whose members are anything.
pub type JsonObject = OrderedMap<Json>;

/// `{:?}` of what is about a person says nothing of whom.
macro_rules! says_nothing_of_the_person {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            /// Says nothing of the person.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}
use says_nothing_of_the_person;
