//! Whose record it is: the rules of the engine.
//!
//! Pure: values in, values out. A plan is a function of the request, of what the store
//! says about its keys, and of the rules; the store applies it.
//!
//! # The steps
//!
//! 1. **Read.** Every identifier becomes its key; equal keys are one. One that can't be
//!    read fails the request, or is left out of a lenient one. Two values for one external
//!    source contradict each other.
//! 2. **No identifier**: nobody can be found.
//! 3. **Blocked keys** never match. A blocked phone or email is listed, a blocked external
//!    id is left out.
//! 4. **Holders**: whoever holds one of the keys may be meant.
//! 5. **Contradiction**: a holder with another value for an external source of the request
//!    is not meant; the keys that led to it are conflicts.
//! 6. **Decide.** Nobody is left: a new contact, unless it would hold nothing. One: that
//!    one. Several: the holder of the strongest key, and the policy says whether the others
//!    stay, are merged into it (not those marked distinct, nor those that differ in an
//!    external source), or the request is refused.
//! 7. **List.** The contact lists every key that it did not, held or not; external ids of
//!    others are only reported, and what is over the limit is rejected.
//! 8. **Fill.** A resolve fills what is empty, an upsert replaces what it names. Name and
//!    address are one field each, every tag list is one, every custom field and metadata
//!    key is one of its own, and so is every channel of do-not-disturb.
//! 9. **Remember.** Conflicts go on the review queue, the change into the log. If nothing
//!    changed, nothing is written.
//!
//! A merge keeps the survivor's own values and fills what it lacks, with one exception:
//! do-not-disturb goes to the stricter of the two, so that no consent is widened.

mod asked;
mod fill;
pub(crate) mod idempotency;
pub(crate) mod kept;
#[cfg(test)]
mod kept_tests;
pub(crate) mod merge;
pub(crate) mod merged;
mod outcome;
pub(crate) mod plan;
#[cfg(test)]
mod plan_tests;
pub(crate) mod request;
pub(crate) mod survivorship;
pub(crate) mod unmerge;
pub(crate) mod update;

pub use merged::Merged;
pub use outcome::{Ignored, Outcome};
pub use request::{OnConflict, ResolveRequest};
pub use survivorship::{Lost, MergeRules, Survivorship};
pub use update::Update;
