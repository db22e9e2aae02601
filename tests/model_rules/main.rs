//! The model of the rules holds what the rules say: a model that is wrong would make a wrong
//! engine look right.

#![allow(
    unreachable_pub,
    reason = "the modules here are shared with other tests"
)]

mod life;
#[path = "../model/mod.rs"]
mod model;
mod pairs;
mod properties;
#[path = "../support/steps.rs"]
mod steps;
mod tale;
mod undo;
