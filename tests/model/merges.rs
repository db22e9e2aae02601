//! Two contacts become one, and two again.

use super::{Company, Effect, Id, K, Merge, MergeNumber, Refused, Review, Scope, pair};
use std::collections::BTreeMap;

/// What an undone merge leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmerged {
    /// Whom the survivor leads to today.
    pub survivor: Id,
    /// The contact that stands alone again.
    pub restored: Id,
    /// Its keys that others have meanwhile, in the order of keys.
    pub conflicts: Vec<(K, Id)>,
}

impl Scope {
    /// Merges in spite of a distinct mark, which it lifts.
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
        let number = self.merges().len();
        self.happen(Effect::Merged(Merge {
            number,
            survivor,
            absorbed,
            company,
            called_for: true,
        }));
        Ok(number)
    }

    /// Merges one live contact into another for a resolve, which asked before whether they may be.
    pub(super) fn absorb(&mut self, survivor: Id, absorbed: Id) {
        self.happen(Effect::Merged(Merge {
            number: self.merges().len(),
            survivor,
            absorbed,
            company: Company::Survivors,
            called_for: false,
        }));
    }

    /// What stands is what would if the merge had not been made and everything else had happened; but
    /// nobody loses a key by it that was not lost to the contact that comes back.
    pub fn unmerge(&mut self, number: MergeNumber) -> Result<Unmerged, Refused> {
        let merge = *self.merges().get(number).ok_or(Refused::NotFound)?;
        let survivor = self.answer(merge.survivor).ok_or(Refused::NotFound)?;
        if self.is_undone(number) {
            return Err(Refused::InvalidRequest);
        }
        let held: BTreeMap<K, Id> = (self.keys().into_iter())
            .filter_map(|key| Some((key, self.holder(key)?)))
            .collect();
        self.unmake(number);

        let restored = merge.absorbed;
        let mut conflicts = Vec::new();
        for key in self.lists(restored) {
            let taken = if key.is_external() {
                let mut line = self.line(key).into_iter();
                line.find(|&other| other != restored && self.is_live(other))
            } else {
                held.get(&key).copied().filter(|&other| other != survivor)
            };
            conflicts.extend(self.give_way(restored, key, taken));
        }

        // The undoing is the decision that the two are two.
        let pair = pair(merge.survivor, restored);
        self.happen(Effect::Distinct(pair));
        self.happen(Effect::Reviewed(pair, Review::Distinct));
        Ok(Unmerged {
            survivor,
            restored,
            conflicts,
        })
    }
}
