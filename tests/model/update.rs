//! An update of a contact that is known: what is named changes, what is not named stays.

use super::{Effect, Id, K, Kind, Named, Outcome, Refused, Request, Scope};
use std::collections::BTreeMap;

/// What an update does to the identifiers of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identifiers {
    /// A singular field: it takes the place of the primary one of its kind. An external id takes the
    /// place of the one of its source.
    One(K),
    /// A plural field: these, and no others of their kind. None at all is null.
    All(Kind, Vec<K>),
    Add(K),
    Remove(K),
    /// It is the first of its kind among the contact's own; no line changes.
    Primary(K),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    pub name: Named<u8>,
    pub company: Named<u8>,
    pub tags: Named<Vec<u8>>,
    pub metadata: Named<BTreeMap<u8, Option<u8>>>,
    pub add_tags: Vec<u8>,
    pub remove_tags: Vec<u8>,
    pub identifiers: Vec<Identifiers>,
}

impl Scope {
    pub fn update(&mut self, id: Id, update: &Update) -> Result<Outcome, Refused> {
        let id = self.usable(id)?;
        self.transaction(false, |scope| scope.change(id, update))
    }

    fn change(&mut self, id: Id, update: &Update) -> Result<Outcome, Refused> {
        let before = self.clone();
        let mut asked = Vec::new();
        let mut rejected = Vec::new();
        for identifiers in &update.identifiers {
            rejected.extend(self.change_identifiers(id, identifiers, &mut asked)?);
        }

        // What is named replaces, as in an upsert.
        let fields = Request {
            upsert: true,
            name: update.name,
            company: update.company,
            tags: update.tags.clone(),
            metadata: update.metadata.clone(),
            ..Request::default()
        };
        self.fill(id, &fields);
        for &tag in &update.add_tags {
            self.happen(Effect::Tagged(id, tag));
        }
        for &tag in &update.remove_tags {
            self.happen(Effect::Untagged(id, tag));
        }

        asked.retain(|&key| self.is_listed(id, key));
        let conflicts = self.remember(id, &asked);
        let holds = |key: &K| self.holder(*key) == Some(id);
        let mut attached = asked.clone();
        attached.retain(|key| holds(key) && before.holder(*key) != Some(id));
        let mut listed = asked;
        listed.retain(|key| !holds(key) && !before.is_listed(id, *key));
        Ok(Outcome {
            contact: Some(id),
            attached,
            listed,
            conflicts,
            rejected,
            ..Outcome::default()
        })
    }

    /// Answers what the limit keeps out. `asked` gets the keys that the contact is to list.
    fn change_identifiers(
        &mut self,
        id: Id,
        identifiers: &Identifiers,
        asked: &mut Vec<K>,
    ) -> Result<Vec<K>, Refused> {
        let (leave, join, first) = match identifiers {
            Identifiers::One(key) => (self.in_the_place_of(id, *key), vec![*key], vec![*key]),
            Identifiers::All(kind, keys) => {
                (self.contacts[id].keys_of(*kind), keys.clone(), keys.clone())
            }
            Identifiers::Add(key) => (Vec::new(), vec![*key], Vec::new()),
            Identifiers::Remove(key) => {
                if !self.is_listed(id, *key) {
                    return Err(Refused::NotFound);
                }
                (vec![*key], Vec::new(), Vec::new())
            }
            Identifiers::Primary(key) => {
                if !self.is_listed(id, *key) {
                    return Err(Refused::NotFound);
                }
                (Vec::new(), Vec::new(), vec![*key])
            }
        };
        // Who stays keeps the place in line.
        for key in leave.into_iter().filter(|key| !join.contains(key)) {
            self.happen(Effect::Unlisted(id, key));
        }
        let is_held = |key: &K| self.first_live(*key).is_some_and(|other| other != id);
        let mut in_the_way = join.clone();
        in_the_way.retain(|key| key.is_external() && is_held(key));
        if !in_the_way.is_empty() {
            let holder = |key: K| Some((key, self.first_live(key)?));
            let holders = in_the_way.into_iter().filter_map(holder);
            return Err(Refused::AlreadyExists(holders.collect()));
        }
        if self.has_other_value(id, &join) {
            return Err(Refused::InvalidRequest);
        }
        let over = self.list(id, &join);
        self.happen(Effect::Ordered(id, first));
        asked.extend(join);
        Ok(over.into_iter().collect())
    }

    /// What leaves when the key comes: the primary one of its kind, or the value of its source.
    fn in_the_place_of(&self, id: Id, key: K) -> Vec<K> {
        let own = self.contacts[id].keys_of(key.kind());
        if key.is_external() {
            own.into_iter().filter(|own| own.contradicts(key)).collect()
        } else {
            own.into_iter().take(1).collect()
        }
    }
}
