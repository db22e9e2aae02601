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
//!    A custom value must fit what the scope defines for its field; where the scope defines
//!    fields as they come, the first value defines one.
//! 9. **Remember.** Conflicts go on the review queue, the change into the log. If nothing
//!    changed, nothing is written.
//!
//! # Create and update
//!
//! [`Contacts::create`](crate::Contacts::create) finds nobody: a key that is held is an
//! error, unless duplicates are allowed. [`Contacts::update`](crate::Contacts::update) changes
//! the contact with an id, and is what changes identifiers: a singular `phone` or `email`
//! takes the place of the primary one, a plural the place of all, an external id that of its
//! source. Who newly lists a key joins the end of its line.
//!
//! # Merge
//!
//! The survivor gains the absorbed contact's identifiers, each at the smaller of its two
//! places in line, the tags, custom fields and metadata keys that it lacks, and the fields
//! that it has empty, name and address as wholes. [`MergeRules`] may choose otherwise, field by
//! field; an empty value never beats a real one. Do-not-disturb goes to the stricter of the
//! two, so that no consent is widened, and the date of creation is the earlier one. Notes,
//! tasks and memories stay where they are and belong to the survivor. The absorbed contact's
//! id leads to the survivor, through any number of merges.
//!
//! # Undo
//!
//! [`Contacts::unmerge`](crate::Contacts::unmerge) leaves what would be if the merge had not
//! been made and everything else had. What the merge brought goes back, and what a later
//! merge would have brought in its place takes it; what was edited since stays with the
//! survivor, and the absorbed contact has its own value. So merges can be undone in any order,
//! and a merge and its undo change nothing but the version, the log, and that the two are
//! marked as different people from then on.
//!
//! A key that went to somebody else meanwhile stays there: the contact that stands alone
//! again lists a phone or an email right behind its holder, and an external id not at all.
//! [`Contacts::restore`](crate::Contacts::restore) does the same for a deleted contact.
//!
//! # Pairs
//!
//! A distinct mark and a pair on the review queue stay with the contacts for which they were
//! made, and hold for whomever those lead to. A pair that was decided does not come back by
//! itself: merged, marked as different people, or put off.
//!
//! # Blocked keys
//!
//! Contacts list them and nobody holds them. A key is blocked by itself or by a
//! [`KeyPattern`](crate::KeyPattern) such as `noreply@*`; a new scope starts with a short list
//! of notorious ones. Lifting a block gives the key back to the first live contact in its line.
//!
//! # Delete and erase
//!
//! A deleted contact is a tombstone that holds nothing and keeps its places, until it is
//! restored. Of an erased one nothing is left but that something was erased.

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
