//! What is done to keys that are known: reassigned, blocked. Each answers whether anything changed.

use super::{Effect, Id, K, Place, Refused, Scope};

impl Scope {
    /// The contact joins the end of the line.
    pub(super) fn join(&mut self, id: Id, key: K) {
        let place = Place::at_the_end(self.next_number());
        self.happen(Effect::Listed(id, key, place));
    }

    /// Moves the contact to the front of the line, in which it need not have stood. An external id is
    /// taken from the one that lists it. What a merge brought is its own from then on.
    pub fn reassign(&mut self, key: K, id: Id) -> Result<bool, Refused> {
        let id = self.usable(id)?;
        if self.has_other_value(id, &[key]) {
            return Err(Refused::InvalidRequest);
        }
        let is_its_own = self.is_listed(id, key) && !self.is_brought(id, key);
        if key.is_external()
            && let Some(other) = self.first_live(key)
        {
            if other == id && is_its_own {
                return Ok(false);
            }
            if other != id {
                self.happen(Effect::Unlisted(other, key));
            }
        }
        if is_its_own && self.line(key).first() == Some(&id) {
            return Ok(false);
        }
        let front = Place::in_front(self.next_number());
        let own = match self.is_listed(id, key) {
            true => self.contacts[id].keys_of(key.kind()),
            false => Vec::new(),
        };
        self.happen(Effect::Reassigned(id, key, front, own));
        Ok(true)
    }

    /// From now on the key is listed but held by nobody.
    pub fn block(&mut self, key: K) -> bool {
        let is_new = !self.is_blocked(key);
        self.happen(Effect::Blocked(key));
        is_new
    }

    /// The key goes back to the first live contact in its line.
    pub fn unblock(&mut self, key: K) -> bool {
        let was_there = self.is_blocked(key);
        self.happen(Effect::Unblocked(key));
        was_there
    }
}
