//! What Criterion does not report: the tail of single calls, threads, opening, bytes.

use super::selection::Selection;
use super::stores::Stores;

pub fn all(_selection: &Selection, _stores: &mut Stores, _size: u64) {}
