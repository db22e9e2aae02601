//! What filters and sorting look at of a contact.

use crate::clock::Timestamp;
use crate::contact::{Contact, FieldDefinition, TextField};
use crate::wire::fault::Fault;

use super::values::{by_id, by_key};

/// What stands before the id or key of a custom field.
const CUSTOM: &str = "customFields.";

/// A member of a contact by the name that filters have for it.
#[derive(Clone)]
pub(super) enum Member {
    Own(fn(&Contact) -> Seen),
    Email,
    Phone,
    /// By the name under which contacts have it.
    Custom(String),
}

/// A member's value, ready to be compared: texts in small letters.
pub(super) enum Seen {
    Texts(Vec<String>),
    Moment(Option<i64>),
    Flag(bool),
}

const MEMBERS: &[(&str, Member)] = &[
    (
        "id",
        Member::Own(|contact| one(Some(&contact.id.to_string()))),
    ),
    ("firstName", Member::Own(first_name)),
    ("firstNameLowerCase", Member::Own(first_name)),
    ("lastName", Member::Own(last_name)),
    ("lastNameLowerCase", Member::Own(last_name)),
    ("name", Member::Own(name)),
    ("contactName", Member::Own(name)),
    ("fullNameLowerCase", Member::Own(name)),
    ("email", Member::Email),
    ("phone", Member::Phone),
    (
        "address",
        Member::Own(|contact| one(contact.fields.address.line1.as_deref())),
    ),
    (
        "address1",
        Member::Own(|contact| one(contact.fields.address.line1.as_deref())),
    ),
    (
        "city",
        Member::Own(|contact| one(contact.fields.address.city.as_deref())),
    ),
    (
        "state",
        Member::Own(|contact| one(contact.fields.address.state.as_deref())),
    ),
    ("country", Member::Own(country)),
    (
        "postalCode",
        Member::Own(|contact| one(contact.fields.address.postal_code.as_deref())),
    ),
    (
        "website",
        Member::Own(|contact| text(contact, TextField::Website)),
    ),
    (
        "companyName",
        Member::Own(|contact| text(contact, TextField::Company)),
    ),
    (
        "timezone",
        Member::Own(|contact| text(contact, TextField::Timezone)),
    ),
    (
        "source",
        Member::Own(|contact| text(contact, TextField::Source)),
    ),
    (
        "type",
        Member::Own(|contact| text(contact, TextField::ContactType)),
    ),
    (
        "contactType",
        Member::Own(|contact| text(contact, TextField::ContactType)),
    ),
    (
        "assignedTo",
        Member::Own(|contact| text(contact, TextField::AssignedTo)),
    ),
    (
        "businessId",
        Member::Own(|contact| text(contact, TextField::BusinessId)),
    ),
    (
        "gender",
        Member::Own(|contact| text(contact, TextField::Gender)),
    ),
    (
        "visitorId",
        Member::Own(|contact| text(contact, TextField::VisitorId)),
    ),
    ("tags", Member::Own(|contact| several(&contact.fields.tags))),
    (
        "followers",
        Member::Own(|contact| several(&contact.fields.followers)),
    ),
    (
        "offers",
        Member::Own(|contact| several(&contact.fields.offers)),
    ),
    (
        "products",
        Member::Own(|contact| several(&contact.fields.products)),
    ),
    (
        "dnd",
        Member::Own(|contact| Seen::Flag(contact.fields.do_not_disturb.all)),
    ),
    (
        "bounceEmail",
        Member::Own(|contact| flag(contact.fields.email_bounced)),
    ),
    (
        "unsubscribeEmail",
        Member::Own(|contact| flag(contact.fields.email_unsubscribed)),
    ),
    (
        "dateAdded",
        Member::Own(|contact| moment(Some(contact.created_at))),
    ),
    (
        "dateUpdated",
        Member::Own(|contact| moment(Some(contact.updated_at))),
    ),
    ("dateOfBirth", Member::Own(birthday)),
    (
        "lastActivity",
        Member::Own(|contact| moment(contact.fields.last_session_activity_at)),
    ),
    (
        "lastSessionActivityAt",
        Member::Own(|contact| moment(contact.fields.last_session_activity_at)),
    ),
];

impl Member {
    /// The member with this name.
    pub(super) fn named(
        at: &str,
        name: &str,
        definitions: &[FieldDefinition],
    ) -> Result<Self, Fault> {
        if let Some((_, member)) = MEMBERS.iter().find(|(known, _)| *known == name) {
            return Ok(member.clone());
        }
        let field = name.strip_prefix(CUSTOM);
        let field = field.and_then(|id| by_id(definitions, id).or(by_key(definitions, id)));
        match field {
            Some(definition) => Ok(Self::Custom(definition.name.clone())),
            None => Err(Fault::field(at, "names no member that can be looked at")),
        }
    }

    pub(super) fn of(&self, contact: &Contact) -> Seen {
        match self {
            Self::Own(read) => read(contact),
            Self::Email => {
                let emails = contact.emails();
                let both = emails.flat_map(|own| [own.key.as_str().to_owned(), lower(&own.raw)]);
                Seen::Texts(both.collect())
            }
            Self::Phone => {
                let phones = contact.phones();
                Seen::Texts(phones.map(|own| own.key.as_str().to_owned()).collect())
            }
            Self::Custom(name) => {
                let Some(field) = contact.fields.custom_fields.get(name) else {
                    return Seen::Texts(Vec::new());
                };
                let value = &field.value;
                let list = || serde_json::from_str::<Vec<String>>(value.as_str()).ok();
                let texts = match value.text() {
                    Some(text) => vec![text],
                    None => list().unwrap_or_else(|| vec![value.as_str().to_owned()]),
                };
                several(&texts)
            }
        }
    }
}

impl Seen {
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::Texts(texts) => !texts.is_empty(),
            Self::Moment(moment) => moment.is_some(),
            Self::Flag(_) => true,
        }
    }
}

fn lower(text: &str) -> String {
    text.trim().to_lowercase()
}

fn one(text: Option<&str>) -> Seen {
    Seen::Texts(text.into_iter().map(lower).collect())
}

fn several(texts: &[String]) -> Seen {
    Seen::Texts(texts.iter().map(|text| lower(text)).collect())
}

fn text(contact: &Contact, field: TextField) -> Seen {
    one(contact.fields.text(field))
}

fn flag(flag: Option<bool>) -> Seen {
    Seen::Flag(flag.unwrap_or(false))
}

fn moment(moment: Option<Timestamp>) -> Seen {
    Seen::Moment(moment.map(Timestamp::as_milliseconds))
}

fn first_name(contact: &Contact) -> Seen {
    one(contact.fields.name.parts().given.as_deref())
}

fn last_name(contact: &Contact) -> Seen {
    one(contact.fields.name.parts().family.as_deref())
}

fn name(contact: &Contact) -> Seen {
    one(contact.fields.name.display().as_deref())
}

fn country(contact: &Contact) -> Seen {
    let address = &contact.fields.address;
    let both = [address.country.as_deref(), address.country_code()];
    Seen::Texts(both.into_iter().flatten().map(lower).collect())
}

fn birthday(contact: &Contact) -> Seen {
    let day = contact.fields.date_of_birth;
    let midnight = day.and_then(|day| format!("{day}T00:00:00Z").parse().ok());
    moment(midnight)
}
