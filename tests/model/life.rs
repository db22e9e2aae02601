//! Delete, restore and erase.

use super::{Effect, Id, K, Place, Refused, Scope, State};

impl Scope {
    /// Leaves a tombstone, which holds nothing but keeps its places.
    pub fn delete(&mut self, id: Id) -> Result<(), Refused> {
        if self.itself(id)? == State::Deleted {
            return Err(Refused::Deleted);
        }
        self.happen(Effect::Deleted(id));
        Ok(())
    }

    /// Puts a deleted contact back. Answers the keys that others have meanwhile, in its own order.
    pub fn restore(&mut self, id: Id) -> Result<Vec<(K, Id)>, Refused> {
        if self.itself(id)? != State::Deleted {
            return Err(Refused::InvalidRequest);
        }
        let mut conflicts = Vec::new();
        for key in self.contacts[id].keys() {
            let taken = if key.is_external() {
                self.first_live(key)
            } else {
                self.holder(key)
            };
            conflicts.extend(self.give_way(id, key, taken));
        }
        self.happen(Effect::Restored(id));
        Ok(conflicts)
    }

    /// What a contact that comes back lists may be somebody else's meanwhile, who keeps it. An external id
    /// has no line to wait in. Elsewhere it goes right behind the holder; if the holder stands ahead
    /// anyhow, nothing was taken from it, and it has its place.
    pub(super) fn give_way(&mut self, id: Id, key: K, taken: Option<Id>) -> Option<(K, Id)> {
        let other = taken?;
        if key.is_external() {
            self.happen(Effect::Unlisted(id, key));
            return Some((key, other));
        }
        let (own, ahead) = (self.place(id, key)?, self.place(other, key)?);
        if own > ahead {
            return None;
        }
        let behind = Place::right_behind(ahead, self.next_number());
        self.happen(Effect::Moved(id, key, behind));
        Some((key, other))
    }

    /// Nothing is left of the contact and of those that it absorbed, and nothing brings them back.
    pub fn erase(&mut self, id: Id) -> Result<(), Refused> {
        self.itself(id)?;
        self.happen(Effect::Erased(id));
        Ok(())
    }
}
