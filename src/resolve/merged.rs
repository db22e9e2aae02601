//! A merge that somebody asks for, planned.

use super::merge::{absorb, differ_in_a_source};
use super::plan::Absorb;
use super::survivorship::{Lost, MergeRules, lost};
use crate::contact::refused::Refused;
use crate::contact::{Contact, MergeId};
use crate::error::Result;

/// What a merge leaves.
///
/// Serialised it is what the program's `merge` prints.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Merged {
    /// The merge, by which it is undone; none after a dry run.
    pub merge: MergeId,
    /// The survivor, as it is now.
    pub contact: Contact,
    /// The values that it does not show. The ledger keeps them, and an undo gives them back.
    pub lost: Vec<Lost>,
}

/// A merge about to be written.
#[derive(Clone, Debug)]
pub(crate) struct MergePlan {
    pub(crate) before: Contact,
    pub(crate) absorbed: Contact,
    /// The survivor after it.
    pub(crate) contact: Contact,
    pub(crate) absorb: Absorb,
    pub(crate) lost: Vec<Lost>,
}

/// Plans a merge of two live contacts.
///
/// # Errors
///
/// [`Error::InvalidRequest`](crate::Error::InvalidRequest) if they are one contact already,
/// or have different values for one external source.
pub(crate) fn plan(survivor: Contact, absorbed: Contact, rules: &MergeRules) -> Result<MergePlan> {
    let id = absorbed.id.to_string();
    if survivor.id == absorbed.id {
        let reason = "it is the survivor itself; name two contacts";
        return Err(Refused::request("absorbed", &id, reason).into());
    }
    if differ_in_a_source(&survivor, &absorbed) {
        let reason = "it has another value than the survivor for one external source, so they \
                      are two; remove one of the values first";
        return Err(Refused::request("absorbed", &id, reason).into());
    }
    let mut contact = survivor.clone();
    let brought = absorb(&mut contact, &absorbed, rules);
    let lost = lost(&survivor.fields, &absorbed.fields, &contact.fields);
    Ok(MergePlan {
        absorb: Absorb {
            absorbed: 0,
            fields: contact.fields.clone(),
            brought,
        },
        before: survivor,
        absorbed,
        contact,
        lost,
    })
}
