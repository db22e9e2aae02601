//! The keys of a request, how they stand, and whom they may mean: steps 3 to 5 of the rules.

use super::plan::{Rules, Situation, Standing};
use super::request::{ReadRequest, Requested};
use crate::contact::{Conflict, Contact, Rejected};
use crate::ident::Kind;

/// A key of the request that takes part, and how it stands.
pub(super) struct AskedKey<'a> {
    pub(super) requested: &'a Requested,
    pub(super) standing: Standing,
}

impl AskedKey<'_> {
    /// The holder; a blocked key has none.
    pub(super) fn holder(&self) -> Option<usize> {
        self.standing.holder.filter(|_| !self.standing.blocked)
    }
}

/// What a request asks for, and what of it takes no part.
pub(super) struct Asked<'a> {
    pub(super) keys: Vec<AskedKey<'a>>,
    pub(super) rejected: Vec<Rejected>,
}

/// Step 3: a blocked external id takes no part, other blocked keys are only listed.
pub(super) fn leave_out_blocked_ids<'a>(
    request: &'a ReadRequest,
    situation: &Situation,
) -> Asked<'a> {
    let mut asked = Asked {
        keys: Vec::new(),
        rejected: request.rejected.clone(),
    };
    for (requested, standing) in request.keys.iter().zip(&situation.keys) {
        if standing.blocked && requested.key.kind() == Kind::ExternalId {
            asked.rejected.push(blocked(requested));
        } else {
            asked.keys.push(AskedKey {
                requested,
                standing: *standing,
            });
        }
    }
    asked
}

/// Why a key does not count.
pub(super) fn blocked(requested: &Requested) -> Rejected {
    let reason = "it is blocked in this scope";
    Rejected::new(requested.field, &requested.raw, reason)
}

/// Steps 4 and 5: the holders that may be meant, in the order of their strongest key.
pub(super) fn candidates(
    keys: &[AskedKey<'_>],
    situation: &Situation,
    rules: &Rules,
) -> Vec<usize> {
    let mut by_strength: Vec<_> = keys
        .iter()
        .filter(|asked| !asked.requested.only_listed)
        .collect();
    by_strength.sort_by_key(|asked| strength(asked.requested.key.kind(), rules));
    let mut candidates = Vec::new();
    for holder in by_strength.into_iter().filter_map(AskedKey::holder) {
        let Some(contact) = situation.holders.get(holder) else {
            continue;
        };
        if !candidates.contains(&holder) && !contradicts(contact, keys) {
            candidates.push(holder);
        }
    }
    candidates
}

/// Whether a contact has another value than the request for an external source.
fn contradicts(contact: &Contact, keys: &[AskedKey<'_>]) -> bool {
    keys.iter().any(|asked| {
        let key = &asked.requested.key;
        let own = key
            .source()
            .and_then(|source| contact.external_value(source));
        own.is_some_and(|value| value != key.value())
    })
}

pub(in crate::resolve) fn strength(kind: Kind, rules: &Rules) -> usize {
    rules
        .strongest_first
        .iter()
        .position(|other| *other == kind)
        .unwrap_or(usize::MAX)
}

/// The keys that are held by the holders asked for.
pub(super) fn held(
    keys: &[AskedKey<'_>],
    situation: &Situation,
    wanted: impl Fn(usize) -> bool,
) -> Vec<Conflict> {
    keys.iter()
        .filter_map(|asked| {
            let holder = asked.holder().filter(|holder| wanted(*holder))?;
            let contact = situation.holders.get(holder)?;
            Some(Conflict {
                key: asked.requested.key.clone(),
                holder: contact.id,
            })
        })
        .collect()
}
