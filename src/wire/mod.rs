//! The contact APIs of Bland, GoHighLevel, Ravan and Contactship as values: what their requests and
//! responses look like, and what each call does to a store. No HTTP: whoever serves them takes
//! requests from the network and sends [`Reply`]s.
//!
//! An [`Access`] is what a key or token opens. Each API is a module; a call takes an access and a
//! request and returns a [`Reply`] or a [`Fault`], and [`Fault::reply`] says what an API answers
//! then, in one table for all of them.

mod access;
mod fault;
pub mod gohighlevel;
mod reply;
mod settings;

pub use access::{Access, Locations, Named};
pub use fault::{Api, Fault};
pub use reply::Reply;
pub use settings::{DecidesFirst, Settings};
