//! Creating, reading, changing and deleting contacts.

use serde::Serialize;
use uuid::Uuid;

use super::answer::ContactAnswer;
use super::request::{ContactRequest, Nulls};
use super::{GoHighLevel, living};
use crate::contact::{Change, ContactId, FieldDefinition};
use crate::engine::TransactionContacts;
use crate::error::Error;
use crate::ident::{Key, Kind};
use crate::resolve::{Outcome, ResolveRequest, Update};
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::settings::Settings;

/// `{contact}`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::OneContact))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct OneContact {
    pub contact: ContactAnswer,
}

/// `{succeded,contact}`: the spelling is the vendor's.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::UpdatedContact))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct UpdatedContact {
    pub succeded: bool,
    pub contact: ContactAnswer,
}

/// `{new,contact,traceId}`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::UpsertedContact))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct UpsertedContact {
    pub new: bool,
    pub contact: ContactAnswer,
    pub trace_id: String,
}

/// `{succeded}`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::Succeded))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct Succeded {
    pub succeded: bool,
}

impl GoHighLevel<'_> {
    /// `POST /contacts/`: a new contact.
    ///
    /// # Errors
    ///
    /// [`Fault::Duplicate`] if somebody has its email or phone and the location does not
    /// allow duplicates; [`Fault::Field`] without email and phone, for a custom field that
    /// the location does not define, and for what can't be kept; those of the access.
    pub fn create(&self, request: &ContactRequest) -> Result<Reply, Fault> {
        let contacts = self.contacts_to_write(request.location_id.as_deref())?;
        request.must_identify()?;
        let settings = self.access.settings_of(contacts.scope());
        let contact = self.write(&contacts, |tx| {
            let definitions = tx.fields()?;
            let draft = request.draft(&definitions)?;
            let draft = ResolveRequest::from(draft).allow_duplicates(settings.allow_duplicates);
            let made = tx.create(draft).map_err(|error| taken(error, settings))?;
            Ok(ContactAnswer::created(&made.contact, &definitions))
        })?;
        Ok(Reply::new(201, &OneContact { contact }))
    }

    /// `GET /contacts/{contactId}`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`], also for a contact of another location.
    pub fn get(&self, contact: &str) -> Result<Reply, Fault> {
        let (contacts, id) = self.one(contact)?;
        let contact = contacts.get(id)?;
        let contact = ContactAnswer::of(&living(contact)?, &contacts.fields()?);
        Ok(Reply::new(200, &OneContact { contact }))
    }

    /// `PUT /contacts/{contactId}`: what is named replaces what is there, null clears it.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`], and [`Fault::Field`] for what can't be kept.
    pub fn update(&self, contact: &str, request: &ContactRequest) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_to_write(contact, request.location_id.as_deref())?;
        let contact = self.write(&contacts, |tx| {
            let definitions = tx.fields()?;
            let outcome = tx.update(id, request.update(&definitions)?)?;
            Ok(ContactAnswer::of(&outcome.contact, &definitions))
        })?;
        let succeded = true;
        Ok(Reply::new(200, &UpdatedContact { succeded, contact }))
    }

    /// `DELETE /contacts/{contactId}`.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`], also if it is deleted already.
    pub fn delete(&self, contact: &str) -> Result<Reply, Fault> {
        let (contacts, id) = self.one_to_write(contact, None)?;
        contacts.delete(id)?;
        Ok(Reply::new(200, &Succeded { succeded: true }))
    }

    /// `POST /contacts/upsert`: the contact that has the email or the phone is changed, a new
    /// one is made where nobody has.
    ///
    /// Of two contacts the one is meant that the location's setting decides for; the other
    /// stays as it is, and the pair goes on the review queue.
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create).
    pub fn upsert(&self, request: &ContactRequest) -> Result<Reply, Fault> {
        let contacts = self.contacts_to_write(request.location_id.as_deref())?;
        request.must_identify()?;
        let settings = self.access.settings_of(contacts.scope());
        let body = self.write(&contacts, |tx| {
            let definitions = tx.fields()?;
            let outcome = upserted(tx, request, &definitions, settings)?;
            Ok(UpsertedContact {
                new: outcome.created,
                contact: ContactAnswer::of(&outcome.contact, &definitions),
                trace_id: Uuid::new_v4().to_string(),
            })
        })?;
        Ok(Reply::new(200, &body))
    }
}

fn upserted(
    tx: &TransactionContacts<'_>,
    request: &ContactRequest,
    definitions: &[FieldDefinition],
    settings: Settings,
) -> Result<Outcome, Fault> {
    let draft = request.draft(definitions)?;
    if request.create_new_if_duplicate_allowed && settings.allow_duplicates {
        return Ok(tx.create(ResolveRequest::from(draft).allow_duplicates(true))?);
    }
    let seen = tx.preview_upsert(request.identifiers())?;
    if seen.created {
        return Ok(tx.upsert(draft)?);
    }
    // An upsert takes the place of a name or an address as a whole, and this API names their
    // parts one by one: so it is an update, which adds the identifiers as an upsert does.
    let fields = request.fields(definitions, Nulls::Clear)?;
    let mut update = Update::new().fields(fields);
    if let Change::Set(phone) = &request.phone {
        update = update.add_phone(phone.as_str());
    }
    if let Change::Set(email) = &request.email {
        update = update.add_email(email);
    }
    for kind in [Kind::Phone, Kind::Email] {
        let mut named = seen.matched_on.iter().chain(&seen.attached);
        if let Some(key) = named.find(|key| key.kind() == kind) {
            update = update.make_primary(key);
        }
    }
    Ok(tx.update(seen.contact.id, update)?)
}

/// Who has the identifiers of a contact that was to be made: by the one that decides first.
fn taken(error: Error, settings: Settings) -> Fault {
    let holder = |kind: &Kind| {
        let held = error.holders().iter();
        let mut held = held.filter(|conflict| conflict.key.kind() == *kind);
        held.next().map(|conflict| (&conflict.key, conflict.holder))
    };
    let is_duplicate = matches!(error, Error::AlreadyExists { .. });
    let first: Option<(&Key, ContactId)> = settings.decides_first.kinds().iter().find_map(holder);
    match first.filter(|_| is_duplicate) {
        Some((key, contact)) => Fault::Duplicate {
            contact,
            field: key.kind().as_str(),
        },
        None => error.into(),
    }
}
