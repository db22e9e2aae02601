//! Ravan: `POST /api/v1/ghl/contacts`, which gets a contact or creates it.

use serde::Serialize;

use super::access::{Access, Named};
use super::fault::Fault;
use super::members::Members;
use super::reply::Reply;
use super::says_nothing_of_the_person;
use crate::contact::{Contact, ContactId, Draft};

/// Who writes, in the change log.
const ORIGIN: &str = "ravan";

/// The body of get or create. Null and an empty text count as not given; a field that is not here
/// is refused.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ravan::GetOrCreateContact))]
#[serde(deny_unknown_fields)]
pub struct GetOrCreateContact {
    /// The organisation that the key opens.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub org_id: String,
    /// The location; where it is not given, that of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<String>,
    /// The whole name. It is filled in where the contact has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The email.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// What is answered, whether the contact was there or not.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ravan::Answer))]
pub struct Answer {
    /// True.
    pub success: bool,
    /// What was done, in words.
    pub message: String,
    /// The contact.
    pub data: ContactData,
}

/// A contact as Ravan knows it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ravan::ContactData))]
pub struct ContactData {
    /// The contact's id.
    pub id: ContactId,
    /// The whole name.
    pub name: Option<String>,
    /// The first email, as it was typed.
    pub email: Option<String>,
    /// The first phone, in E.164 format.
    pub phone: Option<String>,
    /// The location that it belongs to.
    pub location_id: Option<String>,
}

says_nothing_of_the_person!(GetOrCreateContact, Answer, ContactData);

impl GetOrCreateContact {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] for what is not a JSON object, [`Fault::Field`] for a field that is
    /// unknown, missing or of the wrong type.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let members = Members::read(json)?;
        members.only(&["org_id", "location_id", "name", "email", "phone"])?;
        Ok(Self {
            org_id: members.needed_text("org_id")?,
            location_id: members.text("location_id")?,
            name: members.text("name")?,
            email: members.text("email")?,
            phone: members.text("phone")?,
        })
    }

    fn draft(&self) -> Draft {
        let mut draft = Draft::new();
        if let Some(phone) = &self.phone {
            draft = draft.phone(phone.as_str());
        }
        if let Some(email) = &self.email {
            draft = draft.email(email);
        }
        if let Some(name) = &self.name {
            draft = draft.name(name);
        }
        draft
    }
}

impl From<&Contact> for ContactData {
    fn from(contact: &Contact) -> Self {
        Self {
            id: contact.id,
            name: contact.fields.name.display(),
            email: contact.emails().next().map(|email| email.raw.clone()),
            phone: contact.phones().next().map(|phone| phone.key.to_string()),
            location_id: contact.scope.location().map(str::to_owned),
        }
    }
}

impl Answer {
    /// The same as it is sent.
    pub fn reply(&self) -> Reply {
        Reply::new(200, self)
    }
}

/// Gets the contact that has the phone or the email, or creates one: a
/// [resolve](crate::Contacts::resolve).
///
/// # Errors
///
/// [`Fault::OtherScope`] if `org_id` or `location_id` is not what the key opens, and those of a
/// resolve.
///
/// ```
/// use kinfold::Kinfold;
/// use kinfold::wire::ravan::{GetOrCreateContact, get_or_create};
/// use kinfold::wire::{Access, Locations};
///
/// let access = Access::new(Kinfold::open_in_memory()?, "acme", Locations::All)?;
/// let request = GetOrCreateContact::from_json(
///     r#"{"org_id":"acme","location_id":"lisbon","name":"Alex","phone":"+14157774444"}"#,
/// ).unwrap();
/// let first = get_or_create(&access, &request).unwrap();
/// assert_eq!(first.data.location_id.as_deref(), Some("lisbon"));
/// let again = get_or_create(&access, &request).unwrap();
/// assert_eq!(again, first);
/// # Ok::<(), kinfold::Error>(())
/// ```
pub fn get_or_create(access: &Access, request: &GetOrCreateContact) -> Result<Answer, Fault> {
    let location = request.location_id.as_deref();
    let locations: Vec<_> = location
        .map(|location| ("location_id", location))
        .into_iter()
        .collect();
    let named = Named {
        org: Some(("org_id", &request.org_id)),
        locations: &locations,
    };
    let contacts = access.contacts_to_write(&named, ORIGIN)?;
    let outcome = contacts.resolve(request.draft())?;
    Ok(Answer {
        success: true,
        message: "Contact retrieved or created successfully".to_owned(),
        data: ContactData::from(&outcome.contact),
    })
}
