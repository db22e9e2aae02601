//! What is done to contacts and keys that are known already. Each answers whether anything was
//! written, unless there is more to tell. A number that was merged away leads to its survivor, except
//! for delete and restore.

use super::{Contact, Id, K, Pair, Refused, Scope, State, pair};
use std::collections::BTreeSet;

impl Scope {
    /// Merges in spite of a distinct mark, which it lifts.
    pub fn merge(&mut self, survivor: Id, absorbed: Id) -> Result<(), Refused> {
        let survivor = self.usable(survivor)?;
        let absorbed = self.usable(absorbed)?;
        if survivor == absorbed || self.at_odds(survivor, absorbed) {
            return Err(Refused::InvalidRequest);
        }
        // The mark between the two would pair the survivor with itself, and so it vanishes.
        self.absorb(survivor, absorbed);
        Ok(())
    }

    /// Merges one live contact into another. Whether they may be merged was asked before.
    pub(super) fn absorb(&mut self, survivor: Id, absorbed: Id) {
        // Each identifier stands at the smaller of the two places in line.
        for line in self.lines.values_mut() {
            let mut seen = false;
            for id in line.iter_mut().filter(|id| **id == absorbed) {
                *id = survivor;
            }
            line.retain(|&id| id != survivor || !std::mem::replace(&mut seen, true));
        }

        // The survivor's own values stay; it gains what it lacks.
        let gone = Contact {
            state: State::Absorbed(survivor),
            ..Contact::default()
        };
        let given = std::mem::replace(&mut self.contacts[absorbed], gone);
        let own = &mut self.contacts[survivor];
        own.name = own.name.or(given.name);
        own.company = own.company.or(given.company);
        let lacking = |tag: &u8| !own.tags.contains(tag);
        let gained: Vec<u8> = given.tags.into_iter().filter(lacking).collect();
        own.tags.extend(gained);
        for (key, value) in given.metadata {
            own.metadata.entry(key).or_insert(value);
        }

        // Marks and queued pairs follow; what would pair the survivor with itself vanishes, and so does
        // the queued pair that is decided for the survivor.
        let follow = |id: Id| if id == absorbed { survivor } else { id };
        let moved = |pairs: &BTreeSet<Pair>| -> BTreeSet<Pair> {
            let followed = pairs.iter().map(|&(a, b)| pair(follow(a), follow(b)));
            followed.filter(|(a, b)| a != b).collect()
        };
        self.distinct = moved(&self.distinct);
        self.queue = moved(&self.queue);
        self.queue
            .retain(|pair| !self.distinct.contains(pair) && !self.decided.contains(pair));
    }

    /// From now on the key is listed but held by nobody.
    pub fn block(&mut self, key: K) -> bool {
        self.blocked.insert(key)
    }

    /// The key goes back to the first live contact in its line.
    pub fn unblock(&mut self, key: K) -> bool {
        self.blocked.remove(&key)
    }

    /// No rule pairs the two again, until the mark is lifted.
    pub fn mark_distinct(&mut self, a: Id, b: Id) -> Result<bool, Refused> {
        let pair = self.usable_pair(a, b)?;
        let unqueued = self.queue.remove(&pair);
        Ok(self.distinct.insert(pair) || unqueued)
    }

    pub fn lift_distinct(&mut self, a: Id, b: Id) -> Result<bool, Refused> {
        let pair = self.usable_pair(a, b)?;
        Ok(self.distinct.remove(&pair))
    }

    /// A reviewer settles the pair and neither merges it nor marks it distinct: it does not come back.
    pub fn dismiss(&mut self, a: Id, b: Id) -> Result<bool, Refused> {
        let pair = self.usable_pair(a, b)?;
        let unqueued = self.queue.remove(&pair);
        Ok(self.decided.insert(pair) || unqueued)
    }

    /// Leaves a tombstone, which holds nothing but keeps its places.
    pub fn delete(&mut self, id: Id) -> Result<(), Refused> {
        match self.itself(id)? {
            State::Deleted => Err(Refused::Deleted),
            _ => {
                self.contacts[id].state = State::Deleted;
                Ok(())
            }
        }
    }

    /// Puts a deleted contact back. Answers the keys that others hold meanwhile, in the order of keys.
    pub fn restore(&mut self, id: Id) -> Result<Vec<(K, Id)>, Refused> {
        if self.itself(id)? != State::Deleted {
            return Err(Refused::InvalidRequest);
        }
        let mut conflicts = Vec::new();
        for key in self.lists(id) {
            if key.is_external() {
                // Only one contact lists it, so there is no place to put this one back at.
                if let Some(other) = self.first_live(key) {
                    self.leave(key, id);
                    conflicts.push((key, other));
                }
            } else if let Some(holder) = self.holder(key) {
                let mut line = self.line(key);
                let first = line.iter().find(|&&other| other == id || other == holder);
                // Where the holder stands ahead, nothing was taken from the contact: it has its place back.
                if first == Some(&id) {
                    line.retain(|&other| other != id);
                    let behind = line.iter().take_while(|&&other| other != holder).count() + 1;
                    line.insert(behind, id);
                    self.lines.insert(key, line);
                    conflicts.push((key, holder));
                }
            }
        }
        self.contacts[id].state = State::Live;
        Ok(conflicts)
    }

    /// Moves the contact to the front of the line, in which it need not have stood. An external id is
    /// taken from the one that lists it.
    pub fn reassign(&mut self, key: K, id: Id) -> Result<bool, Refused> {
        let id = self.usable(id)?;
        if self.has_other_value(id, &[key]) {
            return Err(Refused::InvalidRequest);
        }
        let before = self.line(key);
        if key.is_external()
            && let Some(other) = self.first_live(key)
        {
            if other == id {
                return Ok(false);
            }
            self.leave(key, other);
        }
        self.leave(key, id);
        self.lines.entry(key).or_default().insert(0, id);
        Ok(self.line(key) != before)
    }

    /// The contact no longer lists the key; the next one in line holds it.
    pub fn drop_identifier(&mut self, id: Id, key: K) -> Result<(), Refused> {
        let id = self.usable(id)?;
        if !self.line(key).contains(&id) {
            return Err(Refused::NotFound);
        }
        self.leave(key, id);
        Ok(())
    }

    /// The live contact that the number leads to.
    fn usable(&self, id: Id) -> Result<Id, Refused> {
        let id = self.answer(id).ok_or(Refused::NotFound)?;
        if self.is_live(id) {
            Ok(id)
        } else {
            Err(Refused::Deleted)
        }
    }

    fn usable_pair(&self, a: Id, b: Id) -> Result<Pair, Refused> {
        let (a, b) = (self.usable(a)?, self.usable(b)?);
        if a == b {
            return Err(Refused::InvalidRequest);
        }
        Ok(pair(a, b))
    }

    /// The state of this very contact, for what is refused to merged ones.
    fn itself(&self, id: Id) -> Result<State, Refused> {
        match (self.state(id), self.answer(id)) {
            (Some(State::Absorbed(_)), Some(survivor)) => Err(Refused::Absorbed(survivor)),
            (Some(state), _) => Ok(state),
            (None, _) => Err(Refused::NotFound),
        }
    }
}
