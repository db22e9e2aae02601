//! What can happen in a scope, and what it does to what stands there.

use super::standing::{Contact, Listing, Place, Standing, State};
use super::{Id, K, MergeNumber, Pair};
use std::mem;

/// One thing that happened. Contacts are named by their own numbers: an edit of a survivor is the
/// survivor's, whatever it absorbed before. An effect on something that is not there does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The next number is a live contact from now on.
    Created,
    Listed(Id, K, Place),
    /// It no longer lists the key; the next one in line holds it.
    Unlisted(Id, K),
    /// It was put at another place of a line in which it stands.
    Moved(Id, K, Place),
    /// The key is its own now: it stands there, whether it stood in line or not, and among its own
    /// behind as many of these as it did.
    Reassigned(Id, K, Place, Vec<K>),
    /// These are the first of their kind among its own, in this order; the others follow as they stood.
    Ordered(Id, Vec<K>),
    Name(Id, Option<u8>),
    Company(Id, Option<u8>),
    Tagged(Id, u8),
    Untagged(Id, u8),
    /// These tags are the first, in this order.
    TagsOrdered(Id, Vec<u8>),
    Metadata(Id, u8, Option<u8>),
    Merged(Merge),
    Deleted(Id),
    Restored(Id),
    /// It, and all that led to it.
    Erased(Id),
    Blocked(K),
    Unblocked(K),
    Distinct(Pair),
    Lifted(Pair),
    Reviewed(Pair, Review),
    /// As if the pair had never been reviewed.
    Forgotten(Pair),
}

/// What is kept of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    pub number: MergeNumber,
    pub survivor: Id,
    pub absorbed: Id,
    pub company: Company,
    /// What the absorbed contact held until then, and from which places.
    pub held: Vec<Listing>,
}

/// Whose company stays in a merge, if both have one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Company {
    #[default]
    Survivors,
    /// The survivor's, if both are as long.
    Longest,
}

/// What has become of a pair for somebody to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    Open,
    Distinct,
    Later,
}

impl Standing {
    /// Lets it happen.
    pub(super) fn meet(&mut self, effect: &Effect) {
        match effect.clone() {
            Effect::Created => self.contacts.push(Contact::new(self.contacts.len())),
            Effect::Listed(id, key, place) => {
                if !self.is_listed(id, key) {
                    self.contacts[id].list(Listing { key, place });
                }
            }
            Effect::Unlisted(id, key) => {
                let listings = &mut self.contacts[id].listings;
                listings.retain(|listing| listing.key != key);
            }
            Effect::Moved(id, key, place) => {
                for listing in &mut self.contacts[id].listings {
                    if listing.key == key {
                        listing.place = place.clone();
                    }
                }
            }
            Effect::Reassigned(id, key, place, own) => {
                self.meet(&Effect::Unlisted(id, key));
                self.meet(&Effect::Listed(id, key, place));
                let mut order = self.contacts[id].keys_of(key.kind());
                order.retain(|other| *other != key);
                let before = own.iter().take_while(|other| **other != key);
                let before = before.filter(|other| order.contains(other)).count();
                if !own.is_empty() {
                    order.insert(before, key);
                    self.meet(&Effect::Ordered(id, order));
                }
            }
            Effect::Ordered(id, first) => {
                let listings = &mut self.contacts[id].listings;
                listings.sort_by_key(|listing| (listing.key.kind(), rank(&first, &listing.key)));
            }
            Effect::Name(id, name) => self.contacts[id].name = name,
            Effect::Company(id, company) => self.contacts[id].company = company,
            Effect::Tagged(id, tag) => {
                let tags = &mut self.contacts[id].tags;
                if !tags.contains(&tag) {
                    tags.push(tag);
                }
            }
            Effect::Untagged(id, tag) => self.contacts[id].tags.retain(|other| *other != tag),
            Effect::TagsOrdered(id, first) => {
                self.contacts[id].tags.sort_by_key(|tag| rank(&first, tag));
            }
            Effect::Metadata(id, key, value) => {
                let metadata = &mut self.contacts[id].metadata;
                metadata.remove(&key);
                metadata.extend(value.map(|value| (key, value)));
            }
            Effect::Merged(merge) => self.absorb(merge),
            Effect::Deleted(id) => self.contacts[id].state = State::Deleted,
            Effect::Restored(id) => self.contacts[id].state = State::Live,
            Effect::Erased(id) => self.erase(id),
            Effect::Blocked(key) => {
                self.blocked.insert(key);
            }
            Effect::Unblocked(key) => {
                self.blocked.remove(&key);
            }
            Effect::Distinct(pair) => {
                self.distinct.insert(pair);
            }
            Effect::Lifted(pair) => {
                self.distinct.remove(&pair);
            }
            Effect::Reviewed(pair, review) => {
                self.reviews.insert(pair, review);
            }
            Effect::Forgotten(pair) => {
                self.reviews.remove(&pair);
            }
        }
    }

    fn absorb(&mut self, merge: Merge) {
        let Merge {
            survivor, absorbed, ..
        } = merge;
        let gone = Contact {
            state: State::Absorbed(survivor),
            ..Contact::new(absorbed)
        };
        let given = mem::replace(&mut self.contacts[absorbed], gone);
        let own = &mut self.contacts[survivor];
        own.created = own.created.min(given.created);

        // Each identifier stands at the smaller of the two places in line.
        for listing in given.listings {
            let mut listings = own.listings.iter_mut();
            match listings.find(|own| own.key == listing.key) {
                Some(own) => own.place = own.place.clone().min(listing.place),
                None => own.list(listing),
            }
        }

        // The survivor's own values stay; it gains what it lacks.
        own.name = own.name.or(given.name);
        own.company = match merge.company {
            Company::Survivors => own.company.or(given.company),
            // Nothing is shorter than anything.
            Company::Longest => own.company.max(given.company),
        };
        let lacking = |tag: &u8| !own.tags.contains(tag);
        let gained: Vec<u8> = given.tags.into_iter().filter(lacking).collect();
        own.tags.extend(gained);
        for (key, value) in given.metadata {
            own.metadata.entry(key).or_insert(value);
        }
    }

    fn erase(&mut self, id: Id) {
        let family = self.family(id);
        let is_gone = |&(a, b): &Pair| family.contains(&a) || family.contains(&b);
        self.distinct.retain(|pair| !is_gone(pair));
        self.reviews.retain(|pair, _| !is_gone(pair));
        for gone in family {
            self.contacts[gone] = Contact {
                state: State::Erased,
                ..Contact::new(gone)
            };
        }
    }
}

/// Where one stands in an order: those that it does not name are behind the others.
fn rank<T: PartialEq>(order: &[T], one: &T) -> usize {
    let named = order.iter().position(|other| other == one);
    named.unwrap_or(order.len())
}
