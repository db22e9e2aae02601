//! Resolve, upsert and create: a request in, an outcome or a refusal out.

use super::{
    Company, Contact, Effect, Field, Id, K, Named, Outcome, Policy, Refused, Request, Scope,
};
use std::collections::BTreeSet;

/// The keys of a request once they are read.
struct Asked {
    /// Each key once: phones, emails, external ids, and in the order given among those.
    all: Vec<K>,
    /// The same without the blocked external ids, which are left out of everything that follows.
    keys: Vec<K>,
}

impl Scope {
    /// Finds the one contact the request is about, or makes it. With `upsert` the fields named by the
    /// request replace what is there.
    pub fn resolve(&mut self, request: &Request) -> Result<Outcome, Refused> {
        self.transaction(request.dry_run, |scope| scope.find_or_make(request))
    }

    /// Makes a contact, for those who don't want to find one.
    pub fn create(
        &mut self,
        request: &Request,
        allow_duplicates: bool,
    ) -> Result<Outcome, Refused> {
        // There is nothing to replace or to clear in a new contact, so the rule for fields is resolve's.
        let request = &Request {
            upsert: false,
            ..request.clone()
        };
        self.transaction(request.dry_run, |scope| {
            scope.make(request, allow_duplicates)
        })
    }

    /// All of it or nothing: the work is done on a copy, which is kept only if nothing was refused and
    /// it was no dry run.
    pub(super) fn transaction(
        &mut self,
        dry_run: bool,
        work: impl FnOnce(&mut Scope) -> Result<Outcome, Refused>,
    ) -> Result<Outcome, Refused> {
        let mut after = self.clone();
        let mut outcome = work(&mut after)?;
        outcome.changed = after.standing() != self.standing();
        if !dry_run {
            *self = after;
        } else if outcome.created {
            outcome.contact = None;
        }
        Ok(outcome)
    }

    fn find_or_make(&mut self, request: &Request) -> Result<Outcome, Refused> {
        let before = self.clone();
        // 1 to 3. Read, no identifier, blocked keys.
        let asked = self.read(request)?;

        // 4. Holders, each once, in the order of the strongest key that leads to it.
        let held = self.held(&asked.keys);
        let mut holders: Vec<Id> = Vec::new();
        for key in self.strongest_first(&asked.keys) {
            if let Some(holder) = self.holder(key)
                && !holders.contains(&holder)
            {
                holders.push(holder);
            }
        }

        // 5. Contradiction: who has another value for a source that is named is not the one asked for.
        let reached = holders.len();
        holders.retain(|&holder| !self.has_other_value(holder, &asked.keys));
        let contradiction = holders.len() < reached;

        // 6. Decide. Rejecting comes first, because it leaves everything as it is.
        if request.policy == Policy::Reject && (holders.len() > 1 || contradiction) {
            return Err(Refused::IdentityConflict(held));
        }
        let Some((&winner, others)) = holders.split_first() else {
            let contact = self.new_contact();
            let outcome = self.finish(&before, contact, &asked, request);
            // A contact that holds nothing of what was asked would be made anew by every repeat.
            if self.holds(contact).is_empty() {
                return Err(Refused::IdentityConflict(held));
            }
            return Ok(outcome);
        };
        let mut merged = Vec::new();
        if request.policy == Policy::Merge {
            for &other in others {
                // Asked anew for each one: both may have come to the winner with a merge just before.
                if !self.is_distinct(winner, other) && !self.at_odds(winner, other) {
                    self.absorb(winner, other, Company::Survivors);
                    merged.push(other);
                }
            }
        }
        let outcome = self.finish(&before, winner, &asked, request);
        Ok(Outcome { merged, ..outcome })
    }

    fn make(&mut self, request: &Request, allow_duplicates: bool) -> Result<Outcome, Refused> {
        let before = self.clone();
        let asked = self.read(request)?;
        let mut in_the_way = self.held(&asked.keys);
        if allow_duplicates {
            // Phones and emails have lines to join; an external id has only its holder.
            in_the_way.retain(|(key, _)| key.is_external());
        }
        if !in_the_way.is_empty() {
            return Err(Refused::AlreadyExists(in_the_way));
        }
        let contact = self.new_contact();
        Ok(self.finish(&before, contact, &asked, request))
    }

    fn read(&self, request: &Request) -> Result<Asked, Refused> {
        // 1. Read: equal keys are one, and two values for one external source are an error.
        let mut all: Vec<K> = Vec::new();
        for &key in &request.keys {
            if all.iter().any(|other| other.contradicts(key)) {
                return Err(Refused::InvalidRequest);
            }
            if !all.contains(&key) {
                all.push(key);
            }
        }
        // Stable, so the order given stays within each kind.
        all.sort_by_key(|key| key.kind());

        // 2. No identifier at all. 3. Blocked keys: the external ids among them are left out, and if
        // nothing that is not blocked is left, it is as if there were no identifier.
        let mut keys = all.clone();
        keys.retain(|&key| !key.is_external() || !self.is_blocked(key));
        if keys.iter().all(|&key| self.is_blocked(key)) {
            return Err(Refused::NoIdentifier);
        }
        Ok(Asked { all, keys })
    }

    fn new_contact(&mut self) -> Id {
        self.happen(Effect::Created);
        self.count() - 1
    }

    /// The last three steps, which are the same for a contact that was found and for a new one, and the
    /// outcome. `before` is the scope as the request met it.
    fn finish(&mut self, before: &Scope, contact: Id, asked: &Asked, request: &Request) -> Outcome {
        let over = self.list(contact, &asked.keys);
        let (ignored, already) = self.fill(contact, request);
        let conflicts = self.remember(contact, &asked.keys);

        let held_before = |key: &K| before.holder(*key) == Some(contact);
        let holds = |key: &K| self.holder(*key) == Some(contact);
        let newly_lists =
            |key: &K| self.is_listed(contact, *key) && !before.is_listed(contact, *key);
        let mut matched_on = self.strongest_first(&asked.keys);
        matched_on.retain(held_before);
        let mut attached = asked.keys.clone();
        attached.retain(|key| holds(key) && !held_before(key));
        let mut listed = asked.keys.clone();
        listed.retain(|key| newly_lists(key) && !holds(key));
        let mut rejected = asked.all.clone();
        rejected.retain(|key| !asked.keys.contains(key) || over.contains(key));
        Outcome {
            contact: Some(contact),
            created: contact >= before.count(),
            matched_on,
            attached,
            listed,
            conflicts,
            merged: Vec::new(),
            rejected,
            ignored,
            already,
            changed: false,
        }
    }

    /// Step 7, list: the contact joins the end of every line it is not in yet. Answers the keys that the
    /// limit keeps out.
    fn list(&mut self, contact: Id, keys: &[K]) -> BTreeSet<K> {
        let mut over = BTreeSet::new();
        for &key in keys {
            if self.is_listed(contact, key) {
                continue;
            }
            // An external id that somebody else holds is only reported.
            if key.is_external() && self.first_live(key).is_some() {
                continue;
            }
            let mut same_kind = self.lists(contact);
            same_kind.retain(|other| other.kind() == key.kind());
            if same_kind.len() >= self.settings.limit {
                over.insert(key);
            } else {
                self.join(contact, key);
            }
        }
        over
    }

    /// Step 8, fill. Answers the fields that were not used because the contact has its own: first those of
    /// which its own is another one, then those of which it is the same.
    pub(super) fn fill(&mut self, contact: Id, request: &Request) -> (Vec<Field>, Vec<Field>) {
        let upsert = request.upsert;
        let mut unused = Unused::default();
        let mut own = self.contacts[contact].clone();
        own.name = unused.fill(Field::Name, own.name, request.name, upsert);
        own.company = unused.fill(Field::Company, own.company, request.company, upsert);

        // No tags and an empty list of tags are the same thing.
        let some = |tags: &Vec<u8>| !tags.is_empty();
        let tags = request
            .tags
            .as_ref()
            .map(|named| named.as_deref().map(each_once).filter(some));
        let own_tags = std::mem::take(&mut own.tags);
        own.tags = match (&tags, own_tags) {
            // Tags that are there already are used, in whatever order they were named.
            (Some(Some(named)), own_tags)
                if !upsert && some(&own_tags) && named.iter().all(|tag| own_tags.contains(tag)) =>
            {
                unused.same.push(Field::Tags);
                own_tags
            }
            (_, own_tags) => unused
                .fill(Field::Tags, Some(own_tags).filter(some), tags, upsert)
                .unwrap_or_default(),
        };

        match &request.metadata {
            None => {}
            Some(None) if upsert => own.metadata.clear(),
            Some(None) => {}
            Some(Some(metadata)) => {
                for (&key, &value) in metadata {
                    let own_value = own.metadata.remove(&key);
                    let value = unused.fill(Field::Metadata(key), own_value, Some(value), upsert);
                    own.metadata.extend(value.map(|value| (key, value)));
                }
            }
        }
        self.edit(contact, own);
        (unused.other, unused.same)
    }

    /// What of the fields is not yet as it should be becomes so, each by itself: what was there already was
    /// not edited.
    pub(super) fn edit(&mut self, id: Id, wanted: Contact) {
        let own = self.contacts[id].clone();
        self.happen(Effect::Name(id, wanted.name));
        self.happen(Effect::Company(id, wanted.company));
        for &tag in own.tags.iter().filter(|tag| !wanted.tags.contains(tag)) {
            self.happen(Effect::Untagged(id, tag));
        }
        for &tag in &wanted.tags {
            self.happen(Effect::Tagged(id, tag));
        }
        self.happen(Effect::TagsOrdered(id, wanted.tags));
        for &key in own.metadata.keys().chain(wanted.metadata.keys()) {
            let value = wanted.metadata.get(&key).copied();
            self.happen(Effect::Metadata(id, key, value));
        }
    }

    /// Step 9, remember: the conflicts, each of which puts its pair on the review queue once, unless it was
    /// decided.
    pub(super) fn remember(&mut self, contact: Id, keys: &[K]) -> Vec<(K, Id)> {
        let mut conflicts = self.held(keys);
        conflicts.retain(|&(_, holder)| holder != contact);
        for &(_, holder) in &conflicts {
            self.ask_about(contact, holder);
        }
        conflicts
    }

    /// The keys that have a holder, with the holder.
    pub(super) fn held(&self, keys: &[K]) -> Vec<(K, Id)> {
        let holder = |&key: &K| self.holder(key).map(|holder| (key, holder));
        keys.iter().filter_map(holder).collect()
    }

    /// The keys by the strength of their kind, in the order of the request within a kind.
    pub(super) fn strongest_first(&self, keys: &[K]) -> Vec<K> {
        let of = |&kind| keys.iter().copied().filter(move |key| key.kind() == kind);
        self.settings.strength.iter().flat_map(of).collect()
    }
}

fn each_once(tags: &[u8]) -> Vec<u8> {
    let mut once = Vec::new();
    for tag in tags {
        if !once.contains(tag) {
            once.push(*tag);
        }
    }
    once
}

/// The fields of a request that were not used, because the contact has its own.
#[derive(Default)]
struct Unused {
    other: Vec<Field>,
    same: Vec<Field>,
}

impl Unused {
    /// What the field is after the request.
    fn fill<T: PartialEq>(
        &mut self,
        field: Field,
        own: Option<T>,
        named: Named<T>,
        upsert: bool,
    ) -> Option<T> {
        match (own, named) {
            (own, None) => own,
            // Upsert: what is named replaces, and null clears.
            (_, Some(value)) if upsert => value,
            // Resolve: null is as if it had not been named, and only what is empty is filled.
            (own, Some(None)) => own,
            (None, Some(Some(value))) => Some(value),
            (Some(own), Some(Some(value))) => {
                if own == value {
                    self.same.push(field);
                } else {
                    self.other.push(field);
                }
                Some(own)
            }
        }
    }
}
