//! Contactship: `POST /v1/contacts`, which creates a contact.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::access::{Access, Named};
use super::fault::Fault;
use super::members::Members;
use super::reply::Reply;
use super::says_nothing_of_the_person;
use crate::clock::Timestamp;
use crate::contact::{
    AddressPatch, Change, Conflict, Contact, ContactId, CustomField, Draft, FieldDefinition,
    FieldType, Json, Limits, OrderedMap, TextField,
};
use crate::error::Error;
use crate::ident::Key;
use crate::resolve::ResolveRequest;

/// Who writes, in the change log.
const ORIGIN: &str = "contactship";

/// The body of create. Null and an empty text count as not given; a field that is not here is
/// ignored.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = contactship::CreateContact))]
pub struct CreateContact {
    /// The phone, in international format.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub phone_number: String,
    /// The whole name.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub full_name: String,
    /// The country, by its name or code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The email.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A description, or notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Further fields, in order. One name may stand more than once, and be of another type in
    /// every contact; the store then keeps the later ones as `name (2)`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_data: Option<Vec<AdditionalData>>,
}

/// A further field.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = contactship::AdditionalData))]
pub struct AdditionalData {
    /// What it is: `text`, `date`, `number`, `location`, …
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub kind: String,
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub field: String,
    /// Its value.
    pub value: String,
}

/// The contact that was created.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = contactship::CreatedContact))]
pub struct CreatedContact {
    /// The contact's id.
    pub id: ContactId,
    /// When it was created, to the second.
    #[serde(serialize_with = "to_the_second")]
    pub created_at: Timestamp,
    /// The phone, in E.164 format.
    pub phone_number: String,
    /// The whole name.
    pub full_name: String,
    /// The country, as it was given.
    pub country: Option<String>,
    /// The email, as it was given.
    pub email: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The further fields, as they were given.
    pub additional_data: Vec<AdditionalData>,
    /// The organisation that it belongs to.
    pub organization_id: String,
}

says_nothing_of_the_person!(CreateContact, AdditionalData, CreatedContact);

impl CreateContact {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] for what is not a JSON object, [`Fault::Field`] for a field that is
    /// missing or of the wrong type.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let members = Members::read(json)?;
        let data = match members.list("additional_data")? {
            Some(list) if list.len() > Limits::ENTRIES => {
                let reason = format!("has more than {} entries", Limits::ENTRIES);
                return Err(Fault::field("additional_data", reason));
            }
            Some(list) => {
                let data = list.iter().enumerate();
                let data = data.map(|(place, value)| AdditionalData::read(place, value));
                Some(data.collect::<Result<Vec<_>, _>>()?)
            }
            None => None,
        };
        Ok(Self {
            phone_number: members.needed_text("phone_number")?,
            full_name: members.needed_text("full_name")?,
            country: members.text("country")?,
            email: members.text("email")?,
            description: members.text("description")?,
            additional_data: data,
        })
    }

    /// As a contact that is to be made, in a scope with these definitions.
    fn draft(&self, definitions: &[FieldDefinition]) -> Draft {
        let mut draft = Draft::new()
            .phone(self.phone_number.as_str())
            .name(&self.full_name);
        if let Some(email) = &self.email {
            draft = draft.email(email);
        }
        if let Some(description) = &self.description {
            draft = draft.text(TextField::Description, description);
        }
        if let Some(country) = &self.country {
            draft.fields.address = Change::Set(AddressPatch {
                country: Change::Set(country.clone()),
                ..AddressPatch::default()
            });
        }
        if let Some(data) = self.additional_data.as_deref() {
            draft.fields.custom_fields = Change::Set(custom_fields(data, definitions));
        }
        draft
    }
}

impl AdditionalData {
    fn read(place: usize, value: &Json) -> Result<Self, Fault> {
        let at = |name: &str| format!("additional_data.{place}.{name}");
        let members = Members::inside(&format!("additional_data.{place}"), value)?;
        let named = |name: &str| match members.needed_text(name) {
            Err(Fault::Field { reason, .. }) => Err(Fault::field(&at(name), reason)),
            read => read,
        };
        // A value may be empty, but not missing.
        let value = match members.text_or_empty("value") {
            Ok(Some(value)) => value,
            Ok(None) => return Err(Fault::field(&at("value"), "is required")),
            Err(_) => return Err(Fault::field(&at("value"), "must be a string")),
        };
        Ok(Self {
            kind: named("type")?,
            field: named("field")?,
            value,
        })
    }
}

/// Further fields as custom fields, which have one value a name and one type a scope: the second
/// `notes` is `notes (2)`, and so is one of another type than the scope's `notes`, unless that
/// name is given too.
fn custom_fields(
    data: &[AdditionalData],
    definitions: &[FieldDefinition],
) -> OrderedMap<Change<CustomField>> {
    let types: HashMap<&str, &FieldType> = definitions
        .iter()
        .map(|definition| (definition.name.as_str(), &definition.kind))
        .collect();
    let given: HashSet<&str> = data.iter().map(|entry| entry.field.trim()).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let mut fields = OrderedMap::new();
    for entry in data {
        let kind = FieldType::named(&entry.kind);
        let is_free = |name: &str| {
            let is_other = types.get(name).is_some_and(|other| **other != kind);
            !taken.contains(name) && !is_other
        };
        let mut name = entry.field.trim().to_owned();
        let mut count = 1;
        while !is_free(&name) || (count > 1 && given.contains(name.as_str())) {
            count += 1;
            name = format!("{} ({count})", entry.field.trim());
        }
        taken.insert(name.clone());
        let field = CustomField {
            kind: entry.kind.clone(),
            value: Json::from(entry.value.as_str()),
        };
        fields.insert(name, Change::Set(field));
    }
    fields
}

impl CreatedContact {
    fn new(contact: &Contact, data: &[AdditionalData]) -> Self {
        let fields = &contact.fields;
        let phone = contact.phones().next();
        Self {
            id: contact.id,
            created_at: contact.created_at,
            phone_number: phone.map(|phone| phone.key.to_string()).unwrap_or_default(),
            full_name: fields.name.display().unwrap_or_default(),
            country: fields.address.country.clone(),
            email: contact.emails().next().map(|email| email.raw.clone()),
            description: fields.description.clone(),
            additional_data: data.to_vec(),
            organization_id: contact.scope.org().to_owned(),
        }
    }

    /// The same as it is sent.
    pub fn reply(&self) -> Reply {
        Reply::new(201, self)
    }
}

/// `2023-01-01T12:00:00Z`.
fn to_the_second<S: serde::Serializer>(
    moment: &Timestamp,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = moment.to_string();
    match text.split_once('.') {
        Some((second, _)) => serializer.collect_str(&format_args!("{second}Z")),
        None => serializer.serialize_str(&text),
    }
}

/// Creates a contact, unless somebody holds its phone. An email that somebody else holds is
/// listed and not held, and the pair goes on the review queue.
///
/// # Errors
///
/// [`Error::AlreadyExists`] if the phone is held, and those of a
/// [create](crate::Contacts::create).
///
/// ```
/// use kinfold::Kinfold;
/// use kinfold::wire::contactship::{CreateContact, create};
/// use kinfold::wire::{Access, Api, Locations};
///
/// let access = Access::new(Kinfold::open_in_memory()?, "acme", Locations::None)?;
/// let request = CreateContact::from_json(
///     r#"{"phone_number":"+12124567890","full_name":"Juan Pérez","country":"México"}"#,
/// ).unwrap();
/// let created = create(&access, &request).unwrap();
/// assert_eq!(created.country.as_deref(), Some("México"));
/// let again = create(&access, &request).unwrap_err();
/// assert_eq!(again.reply(Api::Contactship).status, 409);
/// # Ok::<(), kinfold::Error>(())
/// ```
pub fn create(access: &Access, request: &CreateContact) -> Result<CreatedContact, Fault> {
    let contacts = access.contacts_to_write(&Named::default(), ORIGIN)?;
    let data = request.additional_data.as_deref().unwrap_or_default();
    let phone = contacts.read_phone(&request.phone_number)?.key;
    // Most of those who are there already need no write lock to be told so.
    free(&phone, contacts.find(&phone)?)?;
    let outcome = access.kinfold().transaction(|tx| {
        let contacts = tx.contacts_like(&contacts);
        free(&phone, contacts.find(&phone)?)?;
        let definitions = match data.is_empty() {
            true => Vec::new(),
            false => contacts.fields()?,
        };
        let draft = request.draft(&definitions);
        contacts.create(ResolveRequest::from(draft).allow_duplicates(true))
    })?;
    Ok(CreatedContact::new(&outcome.contact, data))
}

/// Refuses a phone that somebody holds.
fn free(phone: &Key, holder: Option<Contact>) -> Result<(), Error> {
    match holder {
        None => Ok(()),
        Some(contact) => Err(Error::AlreadyExists {
            holders: vec![Conflict {
                key: phone.clone(),
                holder: contact.id,
            }],
        }),
    }
}
