//! The whole life of a contact, sentence by sentence: made, changed, merged and parted,
//! deleted and put back, given a key, blocked, decided about. On stores in real files; every
//! test ends with a check of its store.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may stop at the first surprise too"
)]

mod backup;
mod blocks;
mod create;
mod desk;
mod failures;
mod lines;
mod merge;
mod pairs;
mod places;
mod survivorship;
mod unmerge;
mod update;
