//! A model of the resolution rules, as plainly as they can be stated, to hold the engine against.
//!
//! Keys are symbols, contacts are numbers, and a line is a list of contacts. Who holds a key is never
//! kept anywhere: it is worked out from the line each time, so it cannot be out of step with it. What a
//! change wrote is found by comparing the scope before and after. Nothing here is meant to be fast.
//!
//! This file has the words of the rules, `resolve` has finding and creating, and `changes` has what is
//! done to contacts and keys that are known already.
#![allow(dead_code)]

mod changes;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};

/// A contact's number: contacts of one scope are counted from zero as they are created, and a number
/// is never used again.
pub type Id = usize;

/// A field of a request: not named, named as null, or named with a value.
pub type Named<T> = Option<Option<T>>;

/// The key of an identifier. The order of the variants is the order of keys in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum K {
    Phone(u8),
    Email(u8),
    External { source: u8, value: u8 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Phone,
    Email,
    External,
}

impl K {
    pub fn kind(self) -> Kind {
        match self {
            K::Phone(_) => Kind::Phone,
            K::Email(_) => Kind::Email,
            K::External { .. } => Kind::External,
        }
    }

    pub fn is_external(self) -> bool {
        self.kind() == Kind::External
    }

    /// Whether both are external ids of one source with different values, which no contact may have.
    pub fn contradicts(self, other: K) -> bool {
        match (self, other) {
            (
                K::External { source, value },
                K::External {
                    source: other_source,
                    value: other_value,
                },
            ) => source == other_source && value != other_value,
            _ => false,
        }
    }
}

/// What to do when a request's keys lead to several contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    #[default]
    PreferStrongest,
    Merge,
    Reject,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// As they were typed: in any order, perhaps the same one twice.
    pub keys: Vec<K>,
    pub policy: Policy,
    /// Whether the fields follow the rule of upsert: what is named replaces, null clears.
    pub upsert: bool,
    pub dry_run: bool,
    pub name: Named<u8>,
    pub company: Named<u8>,
    pub tags: Named<Vec<u8>>,
    /// Null as a whole is every key cleared; null for one key is that key cleared.
    pub metadata: Named<BTreeMap<u8, Option<u8>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Name,
    Company,
    Tags,
    Metadata(u8),
}

impl Field {
    pub fn name(self) -> &'static str {
        match self {
            Field::Name => "name",
            Field::Company => "company",
            Field::Tags => "tags",
            Field::Metadata(_) => "metadata",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// None only where a dry run would have created the contact.
    pub contact: Option<Id>,
    pub created: bool,
    pub matched_on: Vec<K>,
    pub attached: Vec<K>,
    pub listed: Vec<K>,
    pub conflicts: Vec<(K, Id)>,
    pub merged: Vec<Id>,
    /// Blocked external ids and keys over the limit, in the order of the request.
    pub rejected: Vec<K>,
    /// Fields not used because the contact has its own value, which is another one.
    pub ignored: Vec<Field>,
    /// Fields not used because the contact has that very value.
    pub already: Vec<Field>,
    pub changed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    NoIdentifier,
    /// Every key of the request that is not blocked and has a holder, with the holder.
    IdentityConflict(Vec<(K, Id)>),
    InvalidRequest,
    /// The contact was merged, and what was asked is refused for merged contacts: the survivor.
    Absorbed(Id),
    /// There is no contact with that number, or it does not list the key it should drop.
    NotFound,
    /// The contact is deleted, and only `restore` is for deleted contacts.
    Deleted,
    /// The keys in the way, with their holders, in the order of the request.
    AlreadyExists(Vec<(K, Id)>),
}

impl Refused {
    /// The code that the rules give the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::NoIdentifier => "NO_IDENTIFIER",
            Refused::IdentityConflict(_) => "IDENTITY_CONFLICT",
            Refused::InvalidRequest | Refused::Absorbed(_) => "INVALID_REQUEST",
            Refused::NotFound | Refused::Deleted => "NOT_FOUND",
            Refused::AlreadyExists(_) => "ALREADY_EXISTS",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Live,
    Deleted,
    /// Merged into another contact, which may have been merged itself since.
    Absorbed(Id),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub state: State,
    pub name: Option<u8>,
    pub company: Option<u8>,
    /// In the order in which they came, each once.
    pub tags: Vec<u8>,
    pub metadata: BTreeMap<u8, u8>,
}

impl Default for Contact {
    fn default() -> Self {
        Contact {
            state: State::Live,
            name: None,
            company: None,
            tags: Vec::new(),
            metadata: BTreeMap::new(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Kinds of keys, the strongest first.
    pub strength: [Kind; 3],
    /// How many keys of one kind a contact may list; merges may exceed it.
    pub limit: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            strength: [Kind::External, Kind::Email, Kind::Phone],
            limit: 100,
        }
    }
}

/// Two different contacts in no order: the smaller number is kept first.
pub type Pair = (Id, Id);

pub fn pair(a: Id, b: Id) -> Pair {
    (a.min(b), a.max(b))
}

/// One organisation, or one location of it. Nothing is ever seen from another scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    settings: Settings,
    contacts: Vec<Contact>,
    /// Who lists each key, front first. Deleted contacts keep their places; merged ones have none. For
    /// an external id it is no line in the sense of the rules: at most one live contact is in it.
    lines: BTreeMap<K, Vec<Id>>,
    blocked: BTreeSet<K>,
    distinct: BTreeSet<Pair>,
    /// The review queue.
    queue: BTreeSet<Pair>,
    /// Pairs a reviewer has settled without marking them distinct.
    decided: BTreeSet<Pair>,
}

/// Every scope there is, each on its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    pub settings: Settings,
    pub scopes: BTreeMap<u8, Scope>,
}

impl World {
    pub fn new(settings: Settings) -> Self {
        World {
            settings,
            scopes: BTreeMap::new(),
        }
    }

    /// The scope, empty if it has not been used yet.
    pub fn scope(&mut self, scope: u8) -> &mut Scope {
        let settings = &self.settings;
        self.scopes
            .entry(scope)
            .or_insert_with(|| Scope::new(settings.clone()))
    }

    pub fn invariants(&self) {
        self.scopes.values().for_each(Scope::invariants);
    }
}

impl Scope {
    pub fn new(settings: Settings) -> Self {
        Scope {
            settings,
            ..Scope::default()
        }
    }

    /// The one contact found by the key: the first live one in the line of a key that is not blocked.
    pub fn holder(&self, key: K) -> Option<Id> {
        if self.blocked.contains(&key) {
            None
        } else {
            self.first_live(key)
        }
    }

    /// The line of the key, front first, with the deleted contacts that keep their places in it.
    pub fn line(&self, key: K) -> Vec<Id> {
        self.lines.get(&key).cloned().unwrap_or_default()
    }

    /// What this very contact lists, whether it is live or deleted; a merged one lists nothing.
    pub fn lists(&self, id: Id) -> Vec<K> {
        let listing = self.lines.iter().filter(|(_, line)| line.contains(&id));
        listing.map(|(&key, _)| key).collect()
    }

    /// What this very contact holds.
    pub fn holds(&self, id: Id) -> Vec<K> {
        let mut keys = self.lists(id);
        keys.retain(|&key| self.holder(key) == Some(id));
        keys
    }

    /// The contact that answers to the number, through any number of merges; it may be deleted.
    pub fn answer(&self, id: Id) -> Option<Id> {
        let mut at = id;
        // No chain of merges is longer than there are contacts.
        for _ in 0..=self.contacts.len() {
            match self.contacts.get(at)?.state {
                State::Absorbed(survivor) => at = survivor,
                State::Live | State::Deleted => return Some(at),
            }
        }
        panic!("the merges of contact {id} lead round in a circle");
    }

    pub fn state(&self, id: Id) -> Option<State> {
        self.contacts.get(id).map(|contact| contact.state)
    }

    /// The fields of this very contact; a merged one has none.
    pub fn contact(&self, id: Id) -> Option<&Contact> {
        self.contacts.get(id)
    }

    /// How many numbers have been given: the contacts are `0..count`.
    pub fn count(&self) -> usize {
        self.contacts.len()
    }

    /// The contacts that are neither deleted nor merged.
    pub fn live(&self) -> Vec<Id> {
        (0..self.count()).filter(|&id| self.is_live(id)).collect()
    }

    /// Every key that some contact lists.
    pub fn keys(&self) -> Vec<K> {
        self.lines.keys().copied().collect()
    }

    pub fn is_blocked(&self, key: K) -> bool {
        self.blocked.contains(&key)
    }

    pub fn is_distinct(&self, a: Id, b: Id) -> bool {
        self.distinct.contains(&pair(a, b))
    }

    pub fn distinct(&self) -> &BTreeSet<Pair> {
        &self.distinct
    }

    /// The review queue, with pairs that cannot be decided now because one of them is deleted.
    pub fn queue(&self) -> &BTreeSet<Pair> {
        &self.queue
    }

    /// The pairs of the review queue of which both are live.
    pub fn open_queue(&self) -> Vec<Pair> {
        let open = |&(a, b): &Pair| self.is_live(a) && self.is_live(b);
        self.queue.iter().copied().filter(open).collect()
    }

    fn is_live(&self, id: Id) -> bool {
        self.state(id) == Some(State::Live)
    }

    /// The first live contact in the line, be the key blocked or not.
    fn first_live(&self, key: K) -> Option<Id> {
        let line = self.lines.get(&key)?;
        line.iter().copied().find(|&id| self.is_live(id))
    }

    /// Whether the two have different values for one external source. A blocked value counts: the
    /// contact has it all the same, and may not have a second one.
    fn at_odds(&self, a: Id, b: Id) -> bool {
        self.has_other_value(a, &self.lists(b))
    }

    /// Whether the contact has, for an external source named among the keys, another value.
    fn has_other_value(&self, id: Id, keys: &[K]) -> bool {
        let own = self.lists(id);
        own.iter()
            .any(|own| keys.iter().any(|key| own.contradicts(*key)))
    }

    /// Takes the contact's place in the line away.
    fn leave(&mut self, key: K, id: Id) {
        if let Some(line) = self.lines.get_mut(&key) {
            line.retain(|&other| other != id);
            // A line nobody stands in is the same as none, also when scopes are compared.
            if line.is_empty() {
                self.lines.remove(&key);
            }
        }
    }

    /// Panics if the scope is in a state that no operation may lead to.
    pub fn invariants(&self) {
        for id in 0..self.count() {
            // Panics by itself when the merges lead round in a circle.
            let answer = self.answer(id);
            assert!(answer.is_some(), "contact {id} leads to no contact");
            let own = self.lists(id);
            assert!(
                !self.has_other_value(id, &own),
                "contact {id} has two values for one external source: {own:?}"
            );
            if let Some(State::Absorbed(_)) = self.state(id) {
                assert!(own.is_empty(), "merged contact {id} still lists {own:?}");
            }
        }
        for (key, line) in &self.lines {
            assert!(!line.is_empty(), "an empty line is kept for {key:?}");
            let once: BTreeSet<_> = line.iter().collect();
            assert_eq!(once.len(), line.len(), "{key:?} has one twice: {line:?}");
            for &id in line {
                assert!(id < self.count(), "{key:?} is listed by nobody's {id}");
            }
            let live = line.iter().filter(|&&id| self.is_live(id)).count();
            assert!(
                !key.is_external() || live <= 1,
                "{key:?} is listed by {live} live contacts: {line:?}"
            );
            if let Some(holder) = self.holder(*key) {
                assert!(self.is_live(holder), "{key:?} is held by a dead {holder}");
                assert!(!self.is_blocked(*key), "{key:?} is blocked and held");
            }
        }
        for &(a, b) in self.distinct.iter().chain(&self.queue) {
            assert!(a < b, "the pair ({a}, {b}) is not two contacts in order");
            for id in [a, b] {
                assert_eq!(
                    self.answer(id),
                    Some(id),
                    "a pair has the merged contact {id}"
                );
            }
        }
        for pair in &self.queue {
            assert!(
                !self.distinct.contains(pair) && !self.decided.contains(pair),
                "the pair {pair:?} is on the review queue although it was decided"
            );
        }
    }
}
