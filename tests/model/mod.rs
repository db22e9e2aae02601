//! A model of the rules, as plainly as they can be stated, to hold the engine against.
//!
//! Keys are symbols and contacts are numbers. A scope is the list of what happened in it, in order: its
//! **effects**. What stands in it is those effects done one after the other, and **a merge is undone by
//! doing them again without it**. Who holds a key is never kept anywhere: it is worked out from the places
//! of those who list it each time, so it cannot be out of step with them. Nothing here is meant to be fast.
//!
//! This file has the words of the rules, `standing` has what stands in a scope, `effect` what can happen in
//! it, and `scope` the list of what did. The other files are what somebody may ask for: `resolve` finds and
//! creates, `update` edits a contact that is known, `keys` and `life` have what else is done to one,
//! `merges` merges two and undoes it, and `pairs` has what is said of two.
#![allow(dead_code, unused_imports)]

mod effect;
mod keys;
mod life;
mod merges;
mod pairs;
mod resolve;
mod scope;
mod standing;
mod update;

pub use effect::{Company, Effect, Merge, Review};
pub use merges::Unmerged;
pub use pairs::Decision;
pub use scope::Scope;
pub use standing::{Contact, Place, Standing, State};
pub use update::{Identifiers, Update};

use std::collections::BTreeMap;

/// A contact's number: contacts of one scope are counted from zero as they are created, and a number
/// is never used again.
pub type Id = usize;

/// A merge's number: merges of one scope are counted from zero as they are made.
pub type MergeNumber = usize;

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
    /// The greater number is the longer text.
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
    /// An external id that is blocked, or a primary one that the contact does not list.
    InvalidIdentifier,
    /// The contact was merged, and what was asked is refused for merged contacts: the survivor.
    Absorbed(Id),
    /// There is no contact or no merge of that number.
    NotFound,
    /// The contact is deleted, and only `restore` and `erase` are for deleted contacts.
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
            Refused::InvalidIdentifier => "INVALID_IDENTIFIER",
            Refused::InvalidRequest | Refused::Absorbed(_) => "INVALID_REQUEST",
            Refused::NotFound | Refused::Deleted => "NOT_FOUND",
            Refused::AlreadyExists(_) => "ALREADY_EXISTS",
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
