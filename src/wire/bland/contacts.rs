//! Contacts: who is it, and who is the same.

use serde::Serialize;

use super::{Answer, ORIGIN};
use crate::clock::Timestamp;
use crate::contact::{Change, Contact, ContactId, Draft, MemoryScope};
use crate::engine::Contacts;
use crate::error::Result as EngineResult;
use crate::resolve::{MergeRules, Outcome};
use crate::wire::JsonObject;
use crate::wire::access::{Access, Named};
use crate::wire::fault::Fault;
use crate::wire::members::Members;
use crate::wire::says_nothing_of_the_person;

/// The body of resolve. Null and an empty text count as not given; a field that is not here is
/// refused.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = bland::ResolveContact))]
#[serde(deny_unknown_fields)]
pub struct ResolveContact {
    /// The phone. Without a `+` it is read in the region of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// The email.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The id that another system issued: an external id of the source `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The whole name. It is filled in where the contact has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The persona whose memory of the contact is got or made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persona_id: Option<String>,
    /// The agent's number whose memory of the contact is got or made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_number: Option<String>,
    /// Anything. Keys that the contact has already stay as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<JsonObject>,
}

/// The body of merge. A field that is not here is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = bland::MergeContacts))]
#[serde(deny_unknown_fields)]
pub struct MergeContacts {
    /// The contact that stays.
    pub primary_contact_id: ContactId,
    /// The contact that goes.
    pub duplicate_contact_id: ContactId,
}

/// A contact as Bland knows it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = bland::ContactData))]
pub struct ContactData {
    /// The contact's id.
    pub id: ContactId,
    /// The organisation that it belongs to.
    pub org_id: String,
    /// The whole name.
    pub name: Option<String>,
    /// What was said of it, by key.
    pub metadata: JsonObject,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Whose contact it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = bland::Resolved))]
pub struct Resolved {
    /// The contact.
    pub contact: ContactData,
    /// Whether it is new.
    pub created: bool,
}

says_nothing_of_the_person!(ResolveContact, ContactData);

impl ResolveContact {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] for what is not a JSON object, [`Fault::Field`] for a field that is
    /// unknown or of the wrong type.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let members = Members::read(json)?;
        members.only(&[
            "phone_number",
            "email",
            "external_id",
            "name",
            "persona_id",
            "agent_number",
            "metadata",
        ])?;
        Ok(Self {
            phone_number: members.text("phone_number")?,
            email: members.text("email")?,
            external_id: members.text("external_id")?,
            name: members.text("name")?,
            persona_id: members.text("persona_id")?,
            agent_number: members.text("agent_number")?,
            metadata: members.object("metadata")?,
        })
    }

    fn draft(&self) -> Draft {
        let mut draft = Draft::new();
        if let Some(phone) = &self.phone_number {
            draft = draft.phone(phone.as_str());
        }
        if let Some(email) = &self.email {
            draft = draft.email(email);
        }
        if let Some(id) = &self.external_id {
            draft = draft.external_id("", id);
        }
        if let Some(name) = &self.name {
            draft = draft.name(name);
        }
        if let Some(metadata) = &self.metadata {
            let entries = metadata.iter();
            let entries = entries.map(|(key, value)| (key, Change::Set(value.clone())));
            draft.fields.metadata = Change::Set(entries.collect());
        }
        draft
    }

    /// Those whose memories are got or made.
    fn who_remembers(&self) -> Vec<MemoryScope> {
        let persona = self.persona_id.clone().map(MemoryScope::Persona);
        let agent = self.agent_number.clone().map(MemoryScope::AgentNumber);
        persona.into_iter().chain(agent).collect()
    }
}

impl MergeContacts {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] for what is not a JSON object, [`Fault::Field`] for a field that is
    /// unknown, missing or no id.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let members = Members::read(json)?;
        members.only(&["primary_contact_id", "duplicate_contact_id"])?;
        let id = |name| super::memories::id(name, &members.needed_text(name)?);
        Ok(Self {
            primary_contact_id: id("primary_contact_id")?,
            duplicate_contact_id: id("duplicate_contact_id")?,
        })
    }
}

impl From<&Contact> for ContactData {
    fn from(contact: &Contact) -> Self {
        Self {
            id: contact.id,
            org_id: contact.scope.org().to_owned(),
            name: contact.fields.name.display(),
            metadata: contact.fields.metadata.clone(),
            created_at: contact.created_at,
            updated_at: contact.updated_at,
        }
    }
}

/// Finds the contact that has the phone, the email or the external id, or creates one: a
/// [resolve](crate::Contacts::resolve). The memories of the persona and of the agent's number
/// that are named are got or made with it, in one transaction.
///
/// # Errors
///
/// Those of a resolve and of a [memory](crate::Contacts::memory).
pub fn resolve(access: &Access, request: &ResolveContact) -> Result<Answer<Resolved>, Fault> {
    let contacts = access.contacts_to_write(&Named::default(), ORIGIN)?;
    let who = request.who_remembers();
    let outcome = match who.is_empty() {
        true => contacts.resolve(request.draft())?,
        false => resolve_with_memories(access, &contacts, request, &who)?,
    };
    Ok(Answer::new(Resolved {
        contact: ContactData::from(&outcome.contact),
        created: outcome.created,
    }))
}

fn resolve_with_memories(
    access: &Access,
    contacts: &Contacts,
    request: &ResolveContact,
    who: &[MemoryScope],
) -> EngineResult<Outcome> {
    // Who calls again is known and remembered, and needs no write lock.
    let seen = contacts.preview_resolve(request.draft())?;
    if !seen.changed && remembers(contacts, seen.contact.id, who)? {
        return Ok(seen);
    }
    access.kinfold().transaction(|tx| {
        let contacts = tx.contacts_like(contacts);
        let outcome = contacts.resolve(request.draft())?;
        for of in who {
            contacts.memory(outcome.contact.id, of)?;
        }
        Ok(outcome)
    })
}

fn remembers(contacts: &Contacts, id: ContactId, who: &[MemoryScope]) -> EngineResult<bool> {
    for of in who {
        if contacts.find_memory(id, of)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Merges one contact into another: a [merge](crate::Contacts::merge). The primary's name and
/// metadata come first; the memories of both stay.
///
/// # Errors
///
/// Those of a merge.
///
/// ```
/// use kinfold::wire::bland::{MergeContacts, merge};
/// use kinfold::wire::{Access, Locations};
/// use kinfold::{Draft, Kinfold, Scope};
///
/// let kinfold = Kinfold::open_in_memory()?;
/// let contacts = kinfold.contacts(Scope::new("acme", None)?);
/// let primary = contacts.resolve(Draft::new().email("john@example.com"))?.contact.id;
/// let duplicate = contacts.resolve(Draft::new().phone("+14155550101").name("John Doe"))?.contact.id;
///
/// let access = Access::new(kinfold, "acme", Locations::None)?;
/// let request = MergeContacts { primary_contact_id: primary, duplicate_contact_id: duplicate };
/// let merged = merge(&access, &request).unwrap();
/// assert_eq!(merged.data.name.as_deref(), Some("John Doe"));
/// # Ok::<(), kinfold::Error>(())
/// ```
pub fn merge(access: &Access, request: &MergeContacts) -> Result<Answer<ContactData>, Fault> {
    let primary = request.primary_contact_id;
    let contacts = access.contacts_with_to_write(&Named::default(), primary, ORIGIN)?;
    let merged = contacts.merge(
        primary,
        request.duplicate_contact_id,
        &MergeRules::default(),
    )?;
    Ok(Answer::new(ContactData::from(&merged.contact)))
}
