//! The contacts of one scope: what can be asked and done.

use std::fmt;
use std::sync::Arc;

use super::Kinfold;
use super::view::{self, View};
use crate::contact::{Contact, ContactId};
use crate::error::{Error, Result};
use crate::ident::{Key, Region};
use crate::resolve::request::FieldRule;
use crate::resolve::{Outcome, ResolveRequest};
use crate::scope::Scope;
use crate::store::Stats;

/// The contacts of one scope. No call sees anything of another scope.
///
/// Cheap to clone; made by [`Kinfold::contacts`].
#[derive(Clone)]
pub struct Contacts {
    pub(super) kinfold: Kinfold,
    pub(super) view: View,
    pub(super) origin: Option<Arc<str>>,
}

/// How an identifier was read.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyReading {
    /// The key.
    pub key: Key,
    /// Whether a phone is valid in the numbering plan known here, and not just possible.
    pub verified: bool,
    /// What the crate `phonenumber` reads; none without the feature of that name, or if
    /// it can't read it.
    pub second_opinion: Option<String>,
}

impl fmt::Debug for KeyReading {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyReading")
            .field("kind", &self.key.kind())
            .field("verified", &self.verified)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Contacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contacts")
            .field("scope", &self.view.scope)
            .finish_non_exhaustive()
    }
}

impl Contacts {
    pub(super) fn new(kinfold: Kinfold, scope: Scope) -> Self {
        let inner = &kinfold.inner;
        Self {
            view: View::new(scope, inner.region, inner.rules),
            kinfold,
            origin: None,
        }
    }

    /// The same contacts, with another default region for phones.
    #[must_use]
    pub fn default_region(mut self, region: Region) -> Self {
        self.view.region = Some(region);
        self
    }

    /// The same contacts, written to under a name that the change log keeps: `user`,
    /// `hubspot-sync`, … A synchroniser knows its own changes by it.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] if the name is empty, longer than
    /// [`Limits::ORIGIN`](crate::Limits::ORIGIN) characters or holds control characters.
    pub fn origin(mut self, origin: &str) -> Result<Self> {
        self.origin = Some(view::origin(origin)?);
        Ok(self)
    }

    /// Whose contacts they are.
    pub fn scope(&self) -> &Scope {
        &self.view.scope
    }

    /// Finds whose record a request's identifiers belong to, or creates one. What the
    /// record has empty is filled from the request; nothing is overwritten.
    ///
    /// The whole of it is one transaction: of any number of callers that resolve a new
    /// identity at once, exactly one is told `created`. If nothing changes, nothing is
    /// written.
    ///
    /// # Errors
    ///
    /// - [`Error::NoIdentifier`] if the request names none, or none that counts;
    /// - [`Error::InvalidIdentifier`], [`Error::InvalidField`], [`Error::InvalidRequest`]
    ///   for what can't be read, or does not fit the definition of a custom field;
    /// - [`Error::IdentityConflict`] if the identifiers belong to others and the request
    ///   says [`Reject`](crate::OnConflict::Reject), or a new contact would hold none;
    /// - [`Error::IdempotencyKeyReused`] if another request carried its
    ///   [`idempotency_key`](ResolveRequest::idempotency_key) before;
    /// - [`Error::Busy`] and the other errors of a store.
    pub fn resolve(&self, request: impl Into<ResolveRequest>) -> Result<Outcome> {
        self.run(&request.into(), FieldRule::Fill)
    }

    /// Like [`resolve`](Self::resolve), but what the request names replaces what is there,
    /// and an explicit null clears it. Identifiers are only ever added.
    ///
    /// Name and address are one field each: naming a part replaces the whole, so that
    /// no record mixes two names.
    ///
    /// # Errors
    ///
    /// Those of [`resolve`](Self::resolve); a null identifier is
    /// [`Error::InvalidIdentifier`].
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, Scope, TextField};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// contacts.resolve(Draft::new().email("ana@example.com").text(TextField::Company, "Acme"))?;
    /// let moved = Draft::new().email("ana@example.com").text(TextField::Company, "Initech");
    /// let outcome = contacts.upsert(moved)?;
    /// assert_eq!(outcome.contact.fields.company.as_deref(), Some("Initech"));
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn upsert(&self, request: impl Into<ResolveRequest>) -> Result<Outcome> {
        self.run(&request.into(), FieldRule::Replace)
    }

    /// What [`resolve`](Self::resolve) would answer, without writing anything. A new
    /// contact and new merges have no ids in it, unless it is an answer that was kept.
    ///
    /// # Errors
    ///
    /// Those of [`resolve`](Self::resolve).
    pub fn preview_resolve(&self, request: impl Into<ResolveRequest>) -> Result<Outcome> {
        self.preview(&request.into(), FieldRule::Fill)
    }

    /// What [`upsert`](Self::upsert) would answer, without writing anything.
    ///
    /// # Errors
    ///
    /// Those of [`upsert`](Self::upsert).
    pub fn preview_upsert(&self, request: impl Into<ResolveRequest>) -> Result<Outcome> {
        self.preview(&request.into(), FieldRule::Replace)
    }

    fn run(&self, request: &ResolveRequest, rule: FieldRule) -> Result<Outcome> {
        let inner = &self.kinfold.inner;
        let asked = self.view.read(inner, request, rule)?;
        inner.look_then_write(
            self.origin.as_deref(),
            |tx| self.view.look(tx, &asked),
            |tx, planned, stamp| self.view.write(tx, &asked, planned, stamp),
        )
    }

    fn preview(&self, request: &ResolveRequest, rule: FieldRule) -> Result<Outcome> {
        let inner = &self.kinfold.inner;
        let asked = self.view.read(inner, request, rule)?;
        inner.read(|tx| self.view.preview(tx, &asked, || inner.clock.now()))
    }

    /// The contact with an id; that of an absorbed contact leads to its survivor. A
    /// deleted contact is given with `deleted` set.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], and those of a store.
    pub fn get(&self, id: ContactId) -> Result<Contact> {
        self.kinfold.inner.read(|tx| self.view.get(tx, id))
    }

    /// The holder of a key; none if nobody holds it.
    ///
    /// # Errors
    ///
    /// Those of a store.
    ///
    /// ```
    /// use kinfold::{Draft, Key, Kinfold, Kind, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// contacts.resolve(Draft::new().email("ana@example.com"))?;
    /// let key = Key::read(Kind::Email, "Ana@Example.com")?;
    /// assert!(contacts.find(&key)?.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find(&self, key: &Key) -> Result<Option<Contact>> {
        self.kinfold.inner.read(|tx| self.view.find(tx, key))
    }

    /// How an identifier is read here: its key, and what a second library makes of it.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidIdentifier`] if it can't be read.
    pub fn read_phone(&self, typed: &str) -> Result<KeyReading> {
        let draft = crate::contact::Draft::new().phone(typed);
        self.read_one(&draft.into(), second_opinion(typed, self.view.region))
    }

    /// How an email is read here.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidIdentifier`] if it can't be read.
    pub fn read_email(&self, typed: &str) -> Result<KeyReading> {
        self.read_one(&crate::contact::Draft::new().email(typed).into(), None)
    }

    /// How an external id is read here.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidIdentifier`] if it can't be read.
    pub fn read_external_id(&self, source: &str, value: &str) -> Result<KeyReading> {
        self.read_one(
            &crate::contact::Draft::new()
                .external_id(source, value)
                .into(),
            None,
        )
    }

    fn read_one(
        &self,
        request: &ResolveRequest,
        second_opinion: Option<String>,
    ) -> Result<KeyReading> {
        let inner = &self.kinfold.inner;
        let asked = self.view.read(inner, request, FieldRule::Fill)?;
        let one = asked.request.keys.into_iter().next();
        let one = one.ok_or_else(|| Error::NoIdentifier {
            rejected: Vec::new(),
        })?;
        Ok(KeyReading {
            key: one.key,
            verified: one.verified,
            second_opinion,
        })
    }

    /// A page of the live contacts in the order of their creation, after the contact with
    /// the id `after`.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there never was a contact `after`, and those of a store.
    pub fn list(&self, after: Option<ContactId>, limit: usize) -> Result<Vec<Contact>> {
        self.kinfold
            .inner
            .read(|tx| self.view.list(tx, after, limit))
    }

    /// Gives every live contact to `each`, all of one state of the store, in the order of
    /// their creation. An error of `each` ends it. Of a store in memory they are all copied
    /// first.
    ///
    /// # Errors
    ///
    /// Those of `each`, and those of a store.
    pub fn for_each(&self, each: impl FnMut(Contact) -> Result<()>) -> Result<()> {
        let inner = &self.kinfold.inner;
        if !inner.store.is_in_memory() {
            return inner.read(|tx| self.view.for_each(tx, each));
        }
        // There `each` could not ask the store anything while it is being read.
        let mut contacts = Vec::new();
        inner.read(|tx| {
            self.view.for_each(tx, |contact| {
                contacts.push(contact);
                Ok(())
            })
        })?;
        contacts.into_iter().try_for_each(each)
    }

    /// How many live contacts there are.
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn count(&self) -> Result<u64> {
        self.kinfold.inner.read(|tx| self.view.count(tx))
    }

    /// What the scope holds and what the store and its search index are, in numbers. Counts
    /// rows: a fraction of a second for a million contacts.
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn stats(&self) -> Result<Stats> {
        let inner = &self.kinfold.inner;
        inner.read(|tx| {
            let stats = self.view.stats(tx)?;
            #[cfg(feature = "search")]
            let stats = Stats {
                search: inner.search.stats(tx)?,
                ..stats
            };
            Ok(stats)
        })
    }
}

#[cfg(feature = "phonenumber")]
fn second_opinion(typed: &str, region: Option<Region>) -> Option<String> {
    crate::ident::second_opinion::read_with_phonenumber(typed, region).ok()
}

#[cfg(not(feature = "phonenumber"))]
fn second_opinion(_: &str, _: Option<Region>) -> Option<String> {
    None
}
