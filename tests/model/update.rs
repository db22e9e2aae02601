//! An update of a contact that is known: what is named changes, what is not named stays.

use super::{Effect, Id, K, Kind, Named, Outcome, Refused, Request, Scope};
use std::collections::BTreeMap;

const KINDS: [Kind; 3] = [Kind::Phone, Kind::Email, Kind::External];

/// What an update does to the identifiers of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identifiers {
    /// A singular field: it takes the place of the primary one of its kind, an external id that of the one
    /// of its source.
    One(K),
    /// A plural field: these, and no others of their kind. None at all is null.
    All(Kind, Vec<K>),
    Add(K),
    Remove(K),
    /// It is the first of its kind among the contact's own; no line changes.
    Primary(K),
}

impl Identifiers {
    pub fn kind(&self) -> Kind {
        match self {
            Identifiers::All(kind, _) => *kind,
            Identifiers::One(key)
            | Identifiers::Add(key)
            | Identifiers::Remove(key)
            | Identifiers::Primary(key) => key.kind(),
        }
    }

    /// The keys that the contact is to list.
    fn named(&self) -> &[K] {
        match self {
            Identifiers::All(_, keys) => keys,
            Identifiers::One(key) | Identifiers::Add(key) => std::slice::from_ref(key),
            Identifiers::Remove(_) | Identifiers::Primary(_) => &[],
        }
    }
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
        let mut edits = update.identifiers.clone();
        edits.sort_by_key(Identifiers::kind);
        let mut asked = Vec::new();
        for &key in edits.iter().flat_map(Identifiers::named) {
            if !asked.contains(&key) {
                asked.push(key);
            }
        }

        // What is to be listed, and whether it may be.
        let mut wanted = Vec::new();
        let mut taken = Vec::new();
        for kind in KINDS {
            let own = self.contacts[id].keys_of(kind);
            let of_kind = self.wanted(&own, edits.iter().filter(|edit| edit.kind() == kind))?;
            let too_many = of_kind.len() > self.settings.limit;
            if too_many && of_kind.len() > own.len() {
                return Err(Refused::InvalidRequest);
            }
            for &key in of_kind.iter().filter(|key| key.is_external()) {
                if own.contains(&key) {
                    continue;
                }
                if self.is_blocked(key) {
                    return Err(Refused::InvalidIdentifier);
                }
                taken.extend(self.first_live(key).map(|other| (key, other)));
            }
            wanted.extend(of_kind);
        }
        if !taken.is_empty() {
            return Err(Refused::AlreadyExists(taken));
        }

        // Who stays keeps the place in line; who comes joins the end.
        for key in self.lists(id) {
            if !wanted.contains(&key) {
                self.happen(Effect::Unlisted(id, key));
            }
        }
        for &key in &wanted {
            if !self.is_listed(id, key) {
                self.join(id, key);
            }
        }
        for kind in KINDS {
            let of_kind = wanted.iter().filter(|key| key.kind() == kind);
            self.happen(Effect::Ordered(id, of_kind.copied().collect()));
        }
        self.change_fields(id, update);

        asked.retain(|&key| self.is_listed(id, key) || before.is_listed(id, key));
        let held = |scope: &Scope, key: K| scope.holder(key) == Some(id);
        let mut matched_on = self.strongest_first(&asked);
        matched_on.retain(|&key| held(&before, key));
        asked.retain(|&key| self.is_listed(id, key));
        let conflicts = self.remember(id, &asked);
        let mut attached = asked.clone();
        attached.retain(|&key| held(self, key) && !held(&before, key));
        let mut listed = asked;
        listed.retain(|&key| !held(self, key) && !before.is_listed(id, key));
        Ok(Outcome {
            contact: Some(id),
            matched_on,
            attached,
            listed,
            conflicts,
            ..Outcome::default()
        })
    }

    /// What is named replaces, as in an upsert; tags are added and removed one by one as well.
    fn change_fields(&mut self, id: Id, update: &Update) {
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
    }

    /// What the contact is to list of one kind, in its own order.
    fn wanted<'a>(
        &self,
        own: &[K],
        edits: impl Iterator<Item = &'a Identifiers>,
    ) -> Result<Vec<K>, Refused> {
        let mut wanted = own.to_vec();
        for edit in edits {
            match edit {
                Identifiers::One(key) if key.is_external() => {
                    let same_source = |own: &&mut K| *own == key || own.contradicts(*key);
                    match wanted.iter_mut().find(same_source) {
                        Some(own) => *own = *key,
                        None => wanted.push(*key),
                    }
                }
                Identifiers::One(key) => {
                    wanted = wanted.into_iter().skip(1).collect();
                    wanted.retain(|own| own != key);
                    wanted.insert(0, *key);
                }
                Identifiers::All(_, keys) => {
                    wanted = Vec::new();
                    for key in keys {
                        if !wanted.contains(key) {
                            wanted.push(*key);
                        }
                    }
                }
                Identifiers::Add(key) if wanted.contains(key) => {}
                Identifiers::Add(key) => wanted.push(*key),
                Identifiers::Remove(key) => wanted.retain(|own| own != key),
                Identifiers::Primary(key) => {
                    if !wanted.contains(key) {
                        return Err(Refused::InvalidIdentifier);
                    }
                    wanted.retain(|own| own != key);
                    wanted.insert(0, *key);
                }
            }
        }
        Ok(wanted)
    }
}
