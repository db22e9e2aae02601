//! Where contacts stand: in which scope, in the line of a key, in the order of creation.

use super::view::View;
use super::{Contacts, Kinfold, TransactionContacts};
use crate::contact::{Contact, ContactId, MemoryId};
use crate::error::{Error, Result};
use crate::ident::{Key, Kind};
use crate::resolve::plan::Rules;
use crate::scope::Scope;
use crate::store::{Failure, Reading};

impl View {
    fn line(&self, tx: &Reading<'_>, key: &Key) -> Result<Vec<Contact>, Failure> {
        let Some(scope) = self.row(tx)? else {
            return Ok(Vec::new());
        };
        let rows = tx.line(scope, key)?;
        rows.into_iter()
            .map(|row| tx.contact(row, &self.scope))
            .collect()
    }

    fn count_up_to(&self, tx: &Reading<'_>, id: ContactId) -> Result<u64, Failure> {
        let not_found = || Failure::from(Error::NotFound(id));
        let scope = self.row(tx)?.ok_or_else(not_found)?;
        let row = tx.row_of(scope, id)?.ok_or_else(not_found)?;
        tx.count_up_to(scope, row)
    }
}

/// The rules with another order of the kinds.
pub(super) fn with_strongest_first(rules: Rules, kinds: [Kind; 3]) -> Result<Rules> {
    for kind in Kind::ALL {
        if !kinds.contains(&kind) {
            let reason = format!("it must name every kind once; {kind} is missing");
            return Err(Error::invalid_request("strongest_first", "", reason));
        }
    }
    Ok(Rules {
        strongest_first: kinds,
        ..rules
    })
}

impl Kinfold {
    /// The scope of a contact of an organisation, for those who may see all of its
    /// locations and know nothing but the id. A contact that was deleted or absorbed has
    /// its scope still.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if no scope of the organisation has such a contact, and those of
    /// a store.
    ///
    /// ```
    /// use kinfold::{Draft, Kinfold, Scope};
    ///
    /// let kinfold = Kinfold::open_in_memory()?;
    /// let lisbon = Scope::new("acme", Some("lisbon"))?;
    /// let ana = kinfold.contacts(lisbon.clone()).resolve(Draft::new().email("ana@example.com"))?;
    /// assert_eq!(kinfold.scope_of("acme", ana.contact.id)?, lisbon);
    /// assert!(kinfold.scope_of("initech", ana.contact.id).is_err());
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn scope_of(&self, org: &str, id: ContactId) -> Result<Scope> {
        let found = self.inner.read(|tx| tx.scope_of(org, id))?;
        found.ok_or(Error::NotFound(id))
    }

    /// The same of a memory.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuch`] if no scope of the organisation has such a memory, and those of a
    /// store.
    pub fn scope_of_memory(&self, org: &str, id: MemoryId) -> Result<Scope> {
        let found = self.inner.read(|tx| tx.scope_of_memory(org, id))?;
        found.ok_or_else(|| Error::NoSuch {
            what: "memory",
            id: id.to_string(),
        })
    }
}

impl Contacts {
    /// The same contacts, with another order of the kinds of identifier from the strongest
    /// to the weakest than the store's
    /// [`strongest_first`](crate::Builder::strongest_first).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRequest`] if a kind is missing.
    ///
    /// ```
    /// use kinfold::{Draft, Kind, Kinfold, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let by_phone = contacts.resolve(Draft::new().phone("+14155550101"))?.contact.id;
    /// let by_email = contacts.resolve(Draft::new().email("ana@example.com"))?.contact.id;
    ///
    /// let both = Draft::new().phone("+14155550101").email("ana@example.com");
    /// assert_eq!(contacts.resolve(both.clone())?.contact.id, by_email);
    /// let kinds = [Kind::ExternalId, Kind::Phone, Kind::Email];
    /// assert_eq!(contacts.strongest_first(kinds)?.resolve(both)?.contact.id, by_phone);
    /// # Ok::<(), kinfold::Error>(())
    /// ```
    pub fn strongest_first(mut self, kinds: [Kind; 3]) -> Result<Self> {
        self.view.rules = with_strongest_first(self.view.rules, kinds)?;
        Ok(self)
    }

    /// The live contacts that list a key, as they stand in its line: its holder first,
    /// unless it is blocked.
    ///
    /// # Errors
    ///
    /// Those of a store.
    ///
    /// ```
    /// use kinfold::{Draft, Key, Kind, Kinfold, ResolveRequest, Scope};
    ///
    /// let contacts = Kinfold::open_in_memory()?.contacts(Scope::default());
    /// let ana = contacts.create(Draft::new().email("family@example.com"))?.contact.id;
    /// let second = ResolveRequest::from(Draft::new().email("family@example.com"));
    /// let ben = contacts.create(second.allow_duplicates(true))?.contact.id;
    ///
    /// let line = contacts.line(&Key::read(Kind::Email, "family@example.com")?)?;
    /// assert_eq!(line.iter().map(|one| one.id).collect::<Vec<_>>(), [ana, ben]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn line(&self, key: &Key) -> Result<Vec<Contact>> {
        self.read(|tx| self.view.line(tx, key))
    }

    /// How many live contacts come up to this one in the order of their creation, itself
    /// included if it is live: how far a [`list`](Self::list) after it has come.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there never was such a contact, and those of a store.
    pub fn count_up_to(&self, id: ContactId) -> Result<u64> {
        self.read(|tx| self.view.count_up_to(tx, id))
    }
}

impl TransactionContacts<'_> {
    /// As [`Contacts::strongest_first`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::strongest_first`].
    pub fn strongest_first(mut self, kinds: [Kind; 3]) -> Result<Self> {
        self.view.rules = with_strongest_first(self.view.rules, kinds)?;
        Ok(self)
    }

    /// As [`Contacts::line`].
    ///
    /// # Errors
    ///
    /// Those of a store.
    pub fn line(&self, key: &Key) -> Result<Vec<Contact>> {
        self.read(|tx| self.view.line(tx, key))
    }

    /// As [`Contacts::count_up_to`].
    ///
    /// # Errors
    ///
    /// Those of [`Contacts::count_up_to`].
    pub fn count_up_to(&self, id: ContactId) -> Result<u64> {
        self.read(|tx| self.view.count_up_to(tx, id))
    }
}
