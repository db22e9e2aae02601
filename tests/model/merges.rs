//! Two contacts become one, and two again.

use super::{Company, Effect, Id, K, Merge, MergeNumber, Refused, Scope, pair};
use std::collections::BTreeMap;

/// What an undone merge leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmerged {
    /// Whom the survivor leads to today.
    pub survivor: Id,
    /// The contact that stands alone again.
    pub restored: Id,
    /// The keys that it held before and that others have meanwhile, in its own order.
    pub conflicts: Vec<(K, Id)>,
}

impl Scope {
    /// Merges in spite of a distinct mark: what was said of two says nothing of one.
    pub fn merge(
        &mut self,
        survivor: Id,
        absorbed: Id,
        company: Company,
    ) -> Result<MergeNumber, Refused> {
        let survivor = self.usable(survivor)?;
        let absorbed = self.usable(absorbed)?;
        if survivor == absorbed || self.at_odds(survivor, absorbed) {
            return Err(Refused::InvalidRequest);
        }
        Ok(self.absorb(survivor, absorbed, company))
    }

    /// Merges one live contact into another. Whether they may be merged was asked before.
    pub(super) fn absorb(&mut self, survivor: Id, absorbed: Id, company: Company) -> MergeNumber {
        let number = self.merges().len();
        let mut held = self.contacts[absorbed].listings.clone();
        held.retain(|listing| self.holder(listing.key) == Some(absorbed));
        self.happen(Effect::Merged(Merge {
            number,
            survivor,
            absorbed,
            company,
            held,
        }));
        number
    }

    /// What stands is what would if the merge had not been made and everything else had happened; but
    /// nobody loses a key by it that was not lost to the contact that comes back.
    pub fn unmerge(&mut self, number: MergeNumber) -> Result<Unmerged, Refused> {
        let merges = self.merges();
        let merge = merges.get(number).ok_or(Refused::NotFound)?;
        let survivor = self.answer(merge.survivor).ok_or(Refused::NotFound)?;
        self.answer(merge.absorbed).ok_or(Refused::NotFound)?;
        if self.is_undone(number) {
            return Err(Refused::InvalidRequest);
        }
        let held: BTreeMap<K, Id> = (self.keys().into_iter())
            .filter_map(|key| Some((key, self.holder(key)?)))
            .collect();
        let stood = self.contacts[survivor].listings.clone();
        self.unmake(number);

        let restored = merge.absorbed;
        let mut conflicts = Vec::new();
        for listing in self.contacts[restored].listings.clone() {
            let key = listing.key;
            if key.is_external() {
                let mut line = self.line(key).into_iter();
                let taken = line.find(|&other| other != restored && self.is_live(other));
                conflicts.extend(self.give_way(restored, key, taken));
                continue;
            }
            // What the survivor lists by itself since is its own as much as what others have.
            let is_own = |&other: &Id| {
                let stands = &self.contacts[survivor].listings;
                other != survivor
                    || stands
                        .iter()
                        .any(|own| own.key == key && stood.contains(own))
            };
            let taken = held.get(&key).copied().filter(is_own);
            self.give_way(restored, key, taken);
            // What it held before from that very place, and somebody else holds now, whoever that is.
            let holder = self.holder(key).filter(|&holder| holder != restored);
            let lost = holder.filter(|_| merge.held.contains(&listing));
            conflicts.extend(lost.map(|holder| (key, holder)));
        }

        // The undoing is the decision that the two are two.
        self.say_distinct(pair(merge.survivor, restored));
        Ok(Unmerged {
            survivor,
            restored,
            conflicts,
        })
    }
}
