//! The contact APIs as values: requests in, replies out.
#![cfg(feature = "wire")]

mod faults;
mod gohighlevel;
mod gohighlevel_again;
mod gohighlevel_beside;
mod gohighlevel_fields;
mod gohighlevel_lists;
mod gohighlevel_rules;
mod small_apis;
mod support;
