//! GoHighLevel's contacts API: what its requests and answers look like, and what each call
//! does to a store.
//!
//! The vendor's document of the create call decides the shapes. Where documents are silent:
//!
//! - Members of a body that they do not name are ignored. Null and an empty text count as not
//!   given on create; null clears on update and upsert, but an upsert never clears an
//!   identifier.
//! - What is not known of a contact is left out of the answer, as in the examples, which show
//!   no nulls. `bounceEmail`, `unsubscribeEmail`, `deleted` and `dnd` are always there, and so
//!   are the lists.
//! - A contact has one email and one phone in this API: its primary ones. An upsert that names
//!   another phone than the contact has adds it and makes it the primary one, if nobody else
//!   holds it; an update puts it in the place of the one before.
//! - `birthMonth` counts from 0, as the document's example does.
//!
//! ```
//! use kinfold::Kinfold;
//! use kinfold::wire::gohighlevel::{ContactRequest, GoHighLevel};
//! use kinfold::wire::{Access, Locations};
//!
//! let access = Access::new(Kinfold::open_in_memory()?, "acme", Locations::One("lisbon".into()))?;
//! let body = r#"{"locationId":"lisbon","email":"ana@example.com","firstName":"Ana"}"#;
//! let request = ContactRequest::from_json(body).unwrap();
//!
//! let reply = GoHighLevel::new(&access).upsert(&request).unwrap();
//! assert_eq!(reply.status, 200);
//! assert!(reply.body.starts_with(r#"{"new":true,"contact":{"id":""#));
//! # Ok::<(), kinfold::Error>(())
//! ```

mod answer;
mod body;
mod business;
mod condition;
mod contacts;
mod definitions;
mod filter;
mod followers;
mod list;
mod members;
mod notes;
mod request;
#[cfg(feature = "openapi")]
mod schemas;
mod search;
mod sort;
mod tags;
mod tasks;
mod values;
mod words;

use super::access::{Access, Locations, Named};
use super::fault::Fault;
use crate::contact::{Contact, ContactId};
use crate::engine::{Contacts, TransactionContacts};

pub use answer::{ContactAnswer, InboundAnswer};
pub use business::{BusinessAnswer, BusinessContacts, BusinessList, BusinessRequest};
pub use contacts::{OneContact, Succeded, UpdatedContact, UpsertedContact};
pub use definitions::{DefinitionAnswer, DefinitionRequest, Definitions, OneDefinition};
pub use filter::Filter;
pub use followers::{FollowersAnswer, FollowersRequest};
pub use list::{ListMeta, ListRequest, ListedContacts};
pub use notes::{NoteAnswer, NoteRequest, Notes, OneNote};
pub use request::ContactRequest;
pub use search::{
    DuplicateContact, DuplicateRequest, FindRequest, FoundContacts, SearchBody, SearchedContacts,
};
pub use sort::SortMember;
pub use tags::{BulkTagsAnswer, BulkTagsAnswers, BulkTagsRequest, TagsChange, TagsRequest};
pub use tasks::{OneTask, TaskAnswer, TaskRequest, Tasks};
pub use values::{CustomValue, ValueAnswer};
pub(super) use words::own_name;

/// Under which name the change log keeps who wrote, unless it is told another.
const ORIGIN: &str = "gohighlevel";

/// The calls of the API, with what a token opens.
#[derive(Clone, Debug)]
pub struct GoHighLevel<'a> {
    access: &'a Access,
    header: Option<&'a str>,
    address: &'a str,
    origin: &'a str,
}

impl<'a> GoHighLevel<'a> {
    /// The calls for who has this access.
    pub fn new(access: &'a Access) -> Self {
        Self {
            access,
            header: None,
            address: "",
            origin: ORIGIN,
        }
    }

    /// The same, of a request with the header `Location-Id`. An empty one is not given.
    #[must_use]
    pub fn location_header(mut self, location: Option<&'a str>) -> Self {
        self.header = location.filter(|location| !location.trim().is_empty());
        self
    }

    /// The same at an address, `http://127.0.0.1:7600`, with which the address of a list's next
    /// page begins.
    #[must_use]
    pub fn at(mut self, address: &'a str) -> Self {
        self.address = address;
        self
    }

    /// The same, written to under another name in the change log than `gohighlevel`.
    #[must_use]
    pub fn origin(mut self, origin: &'a str) -> Self {
        self.origin = origin;
        self
    }

    /// The answer to calls on what is not kept here, such as `Appointments`, `Campaigns` and
    /// `Workflows`.
    ///
    /// # Errors
    ///
    /// [`Fault::Unsupported`], always.
    pub fn unsupported(&self, what: &'static str) -> Result<super::Reply, Fault> {
        Err(Fault::Unsupported(what))
    }

    /// Everything that a request names a location by.
    fn named<T>(
        &self,
        location: Option<&str>,
        job: impl FnOnce(&Named<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let header = self.header.map(|location| ("Location-Id", location));
        let given = location.map(|location| ("locationId", location));
        let locations: Vec<_> = header.into_iter().chain(given).collect();
        job(&Named {
            org: None,
            locations: &locations,
        })
    }

    /// The contacts of a location, for reading.
    fn contacts(&self, location: Option<&str>) -> Result<Contacts, Fault> {
        if *self.access.locations() == Locations::All && self.header.or(location).is_none() {
            let reason = "should not be empty: the token opens all locations";
            return Err(Fault::field("locationId", reason));
        }
        let contacts = self.named(location, |named| self.access.contacts(named))?;
        self.as_set(contacts)
    }

    /// The contacts of a location, for writing.
    fn contacts_to_write(&self, location: Option<&str>) -> Result<Contacts, Fault> {
        self.access.may_write()?;
        Ok(self.contacts(location)?.origin(self.origin)?)
    }

    /// A contact that is known by its id, for reading.
    fn one(&self, contact: &str) -> Result<(Contacts, ContactId), Fault> {
        let id = contact_id(contact)?;
        let contacts = self.named(None, |named| self.access.contacts_with(named, id));
        Ok((self.as_set(contacts?)?, id))
    }

    /// The same of one that is there: a tombstone keeps what stands beside it, and is nobody.
    fn one_living(&self, contact: &str) -> Result<(Contacts, ContactId), Fault> {
        let (contacts, id) = self.one(contact)?;
        living(contacts.get(id)?)?;
        Ok((contacts, id))
    }

    /// A contact that is known by its id, for writing.
    fn one_to_write(
        &self,
        contact: &str,
        location: Option<&str>,
    ) -> Result<(Contacts, ContactId), Fault> {
        self.access.may_write()?;
        let id = contact_id(contact)?;
        let contacts = self.named(location, |named| {
            self.access.contacts_with_to_write(named, id, self.origin)
        });
        Ok((self.as_set(contacts?)?, id))
    }

    /// The contacts with what their location is set to.
    fn as_set(&self, contacts: Contacts) -> Result<Contacts, Fault> {
        let settings = self.access.settings_of(contacts.scope());
        Ok(contacts.strongest_first(settings.decides_first.kinds())?)
    }

    /// One transaction, whatever it does.
    fn write<T>(
        &self,
        contacts: &Contacts,
        job: impl FnOnce(&TransactionContacts<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let kinfold = self.access.kinfold();
        kinfold.transaction(|tx| job(&tx.contacts_like(contacts)))
    }
}

/// An id that is none is nobody's.
fn contact_id(text: &str) -> Result<ContactId, Fault> {
    text.parse().map_err(|_| Fault::NotFound("contact"))
}

/// A contact that is there: a tombstone is not.
fn living(contact: Contact) -> Result<Contact, Fault> {
    match contact.deleted {
        true => Err(Fault::NotFound("contact")),
        false => Ok(contact),
    }
}
