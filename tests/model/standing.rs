//! What stands in a scope at one moment.

use super::{Id, K, Kind, Pair, Review, pair};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Live,
    Deleted,
    /// Merged into another contact, which may have been merged itself since.
    Absorbed(Id),
    /// Nothing is left of it but its number.
    Erased,
}

/// A place in a line: the smaller one comes first. It is the number of the effect that gave it, so it is
/// given once. Who is put to the front has the negative of such a number; who is put right behind another
/// has that one's place and behind it, after the comma as it were, the negative of such a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(Vec<i64>);

impl Place {
    /// Behind all that have a place.
    pub fn at_the_end(number: i64) -> Place {
        Place(vec![number])
    }

    /// Before all that have a place.
    pub fn in_front(number: i64) -> Place {
        Place(vec![-number])
    }

    /// Before all that stand behind the other, but not before the other itself.
    pub fn right_behind(other: &Place, number: i64) -> Place {
        let mut place = other.0.clone();
        place.push(-number);
        Place(place)
    }
}

/// One identifier of one contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    pub key: K,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub state: State,
    /// The one of its family that was created first.
    pub created: Id,
    /// Phones, emails and external ids, each in the contact's own order: the first one is the primary one.
    pub listings: Vec<Listing>,
    pub name: Option<u8>,
    pub company: Option<u8>,
    /// In the order in which they came, each once.
    pub tags: Vec<u8>,
    pub metadata: BTreeMap<u8, u8>,
}

impl Contact {
    /// A contact of which nothing is known but its number.
    pub fn new(id: Id) -> Contact {
        Contact {
            state: State::Live,
            created: id,
            listings: Vec::new(),
            name: None,
            company: None,
            tags: Vec::new(),
            metadata: BTreeMap::new(),
        }
    }

    /// Behind those of its kind.
    pub(super) fn list(&mut self, listing: Listing) {
        self.listings.push(listing);
        // Stable, so that those of a kind stay in their order.
        self.listings.sort_by_key(|listing| listing.key.kind());
    }

    /// What it lists, in its own order.
    pub fn keys(&self) -> Vec<K> {
        self.listings.iter().map(|listing| listing.key).collect()
    }

    /// What it lists of one kind, in its own order.
    pub fn keys_of(&self, kind: Kind) -> Vec<K> {
        let mut keys = self.keys();
        keys.retain(|key| key.kind() == kind);
        keys
    }

    pub fn place(&self, key: K) -> Option<&Place> {
        let listing = self.listings.iter().find(|listing| listing.key == key)?;
        Some(&listing.place)
    }
}

/// Contacts, what is blocked, and what was said of two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub(super) contacts: Vec<Contact>,
    pub(super) blocked: BTreeSet<K>,
    /// Kept for the contacts of which it was said, and true of those that they lead to.
    pub(super) distinct: BTreeSet<Pair>,
    /// Likewise.
    pub(super) reviews: BTreeMap<Pair, Review>,
}

impl Standing {
    /// The line of the key, front first, with the deleted contacts that keep their places in it. An
    /// external id has no line in the sense of the rules: at most one live contact is in it.
    pub fn line(&self, key: K) -> Vec<Id> {
        let mut line: Vec<(&Place, Id)> = Vec::new();
        for (id, contact) in self.contacts.iter().enumerate() {
            line.extend(contact.place(key).map(|place| (place, id)));
        }
        line.sort();
        line.into_iter().map(|(_, id)| id).collect()
    }

    /// The one contact found by the key: the first live one in the line of a key that is not blocked.
    pub fn holder(&self, key: K) -> Option<Id> {
        if self.blocked.contains(&key) {
            None
        } else {
            self.first_live(key)
        }
    }

    /// The first live contact in the line, be the key blocked or not.
    pub fn first_live(&self, key: K) -> Option<Id> {
        self.line(key).into_iter().find(|&id| self.is_live(id))
    }

    /// What this very contact lists, in the order of keys; a merged one lists nothing.
    pub fn lists(&self, id: Id) -> Vec<K> {
        let contact = self.contacts.get(id);
        let mut keys = contact.map(Contact::keys).unwrap_or_default();
        keys.sort();
        keys
    }

    pub fn is_listed(&self, id: Id, key: K) -> bool {
        self.lists(id).contains(&key)
    }

    /// What this very contact holds.
    pub fn holds(&self, id: Id) -> Vec<K> {
        let mut keys = self.lists(id);
        keys.retain(|&key| self.holder(key) == Some(id));
        keys
    }

    pub fn place(&self, id: Id, key: K) -> Option<&Place> {
        self.contacts.get(id)?.place(key)
    }

    /// The contact that answers to the number, through any number of merges; it may be deleted. Nobody
    /// answers to the number of an erased one.
    pub fn answer(&self, id: Id) -> Option<Id> {
        let mut at = id;
        // No chain of merges is longer than there are contacts.
        for _ in 0..=self.contacts.len() {
            match self.contacts.get(at)?.state {
                State::Absorbed(survivor) => at = survivor,
                State::Live | State::Deleted => return Some(at),
                State::Erased => return None,
            }
        }
        panic!("the merges of contact {id} lead round in a circle");
    }

    /// The contact, and all that lead to it.
    pub fn family(&self, id: Id) -> Vec<Id> {
        let leads = |&other: &Id| other == id || self.answer(other) == Some(id);
        (0..self.count()).filter(leads).collect()
    }

    pub fn state(&self, id: Id) -> Option<State> {
        self.contacts.get(id).map(|contact| contact.state)
    }

    /// This very contact; a merged one is empty.
    pub fn contact(&self, id: Id) -> Option<&Contact> {
        self.contacts.get(id)
    }

    /// How many numbers have been given: the contacts are `0..count`.
    pub fn count(&self) -> usize {
        self.contacts.len()
    }

    pub fn is_live(&self, id: Id) -> bool {
        self.state(id) == Some(State::Live)
    }

    /// The contacts that are neither deleted nor merged nor erased.
    pub fn live(&self) -> Vec<Id> {
        (0..self.count()).filter(|&id| self.is_live(id)).collect()
    }

    /// Every key that some contact lists.
    pub fn keys(&self) -> Vec<K> {
        let listed: BTreeSet<K> = self.contacts.iter().flat_map(Contact::keys).collect();
        listed.into_iter().collect()
    }

    pub fn blocked(&self) -> &BTreeSet<K> {
        &self.blocked
    }

    pub fn is_blocked(&self, key: K) -> bool {
        self.blocked.contains(&key)
    }

    /// Whether the contact has, for an external source named among the keys, another value. A blocked
    /// value counts: the contact has it all the same, and may not have a second one.
    pub fn has_other_value(&self, id: Id, keys: &[K]) -> bool {
        let own = self.lists(id);
        own.iter()
            .any(|own| keys.iter().any(|key| own.contradicts(*key)))
    }

    /// Whether the two have different values for one external source.
    pub fn at_odds(&self, a: Id, b: Id) -> bool {
        self.has_other_value(a, &self.lists(b))
    }

    /// Every pair of one of the first one's family and one of the other's.
    pub fn between(&self, a: Id, b: Id) -> BTreeSet<Pair> {
        let (own, others) = (self.family(a), self.family(b));
        own.iter()
            .flat_map(|&one| others.iter().map(move |&other| pair(one, other)))
            .collect()
    }

    pub fn is_distinct(&self, a: Id, b: Id) -> bool {
        !self.between(a, b).is_disjoint(&self.distinct)
    }

    /// What reviews there are between the two families.
    pub fn reviews(&self, a: Id, b: Id) -> Vec<Review> {
        let between = self.between(a, b);
        let of_these = self
            .reviews
            .iter()
            .filter(|(pair, _)| between.contains(pair));
        of_these.map(|(_, &review)| review).collect()
    }

    /// Whether somebody is to decide if the two live contacts are one.
    pub fn is_queued(&self, a: Id, b: Id) -> bool {
        let reviews = self.reviews(a, b);
        let is_open = |review: &Review| *review == Review::Open;
        !reviews.is_empty() && reviews.iter().all(is_open) && !self.is_distinct(a, b)
    }

    /// The pairs of contacts that answer to themselves and are marked as different people.
    pub fn distinct(&self) -> BTreeSet<Pair> {
        let answering: Vec<Id> = (0..self.count())
            .filter(|&id| self.answer(id) == Some(id))
            .collect();
        pairs_among(&answering, |a, b| self.is_distinct(a, b))
    }

    /// The review queue.
    pub fn queue(&self) -> BTreeSet<Pair> {
        pairs_among(&self.live(), |a, b| self.is_queued(a, b))
    }
}

fn pairs_among(contacts: &[Id], is_one: impl Fn(Id, Id) -> bool) -> BTreeSet<Pair> {
    let mut pairs = BTreeSet::new();
    for (at, &one) in contacts.iter().enumerate() {
        for &other in &contacts[at + 1..] {
            if is_one(one, other) {
                pairs.insert(pair(one, other));
            }
        }
    }
    pairs
}
