//! A contact as GoHighLevel shows it.

use serde::Serialize;
use std::collections::BTreeMap;

use super::values::{self, ValueAnswer};
use crate::clock::Timestamp;
use crate::contact::{Channel, ChannelSetting, Contact, FieldDefinition, InboundSetting, Json};
use crate::wire::says_nothing_of_the_person;

/// A contact. What is not known is left out; lists are empty where nothing is in them.
///
/// The first of them are the members of the create document's example, in its order; those
/// behind are in the answers to other calls, or were in the request.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are those of the document")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::ContactAnswer))]
pub struct ContactAnswer {
    pub id: String,
    pub date_added: Timestamp,
    pub date_updated: Timestamp,
    pub deleted: bool,
    pub tags: Vec<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub contact_type: Option<String>,
    pub custom_fields: Vec<ValueAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name_lower_case: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name_lower_case: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name_lower_case: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_lower_case: Option<String>,
    pub bounce_email: bool,
    pub unsubscribe_email: bool,
    pub dnd: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub dnd_settings: BTreeMap<Channel, ChannelSetting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// Midnight of the day, if its year is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
    /// Counted from 0: the document's example of 25 September has 8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_month: Option<i8>,
    /// Counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_day: Option<i8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_session_activity_at: Option<Timestamp>,
    pub offers: Vec<String>,
    pub products: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_dnd_settings: Option<InboundAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_activity: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution_source: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attribution_source: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub followers: Vec<String>,
}

/// The way from the contact to its owner, on all channels.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::InboundAnswer))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct InboundAnswer {
    /// The only one there is.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub all: InboundSetting,
}

says_nothing_of_the_person!(ContactAnswer);

impl ContactAnswer {
    /// What the create document shows of a contact.
    pub(super) fn created(contact: &Contact, definitions: &[FieldDefinition]) -> Self {
        Self {
            name: None,
            last_activity: None,
            ..Self::of(contact, definitions)
        }
    }

    /// All that is shown of a contact.
    pub(super) fn of(contact: &Contact, definitions: &[FieldDefinition]) -> Self {
        let fields = &contact.fields;
        let parts = fields.name.parts();
        let first_name = parts.given.map(String::from);
        let last_name = parts.family.map(String::from);
        let name = fields.name.display();
        let email = contact.emails().next().map(|own| own.raw.clone());
        let phone = contact.phones().next();
        let lower = |text: &Option<String>| text.as_deref().map(str::to_lowercase);
        let birthday = fields.date_of_birth;
        let address = &fields.address;
        Self {
            id: contact.id.to_string(),
            date_added: contact.created_at,
            date_updated: contact.updated_at,
            deleted: contact.deleted,
            tags: fields.tags.clone(),
            contact_type: fields.contact_type.clone(),
            custom_fields: values::answers(contact, definitions),
            location_id: contact.scope.location().map(str::to_owned),
            first_name_lower_case: lower(&first_name),
            first_name,
            full_name_lower_case: lower(&name),
            last_name_lower_case: lower(&last_name),
            last_name,
            email_lower_case: lower(&email),
            email,
            bounce_email: fields.email_bounced.unwrap_or(false),
            unsubscribe_email: fields.email_unsubscribed.unwrap_or(false),
            dnd: fields.do_not_disturb.all,
            dnd_settings: fields.do_not_disturb.channels.clone(),
            phone: phone.map(|own| own.key.as_str().to_owned()),
            address1: address.line1.clone(),
            city: address.city.clone(),
            state: address.state.clone(),
            country: match address.country_code() {
                Some(code) => Some(code.to_owned()),
                None => address.country.clone(),
            },
            postal_code: address.postal_code.clone(),
            website: fields.website.clone(),
            source: fields.source.clone(),
            company_name: fields.company.clone(),
            date_of_birth: birthday
                .filter(|day| day.year().is_some())
                .map(|day| format!("{day}T00:00:00.000Z")),
            birth_month: birthday.map(|day| day.month() - 1),
            birth_day: birthday.map(|day| day.day()),
            last_session_activity_at: fields.last_session_activity_at,
            offers: fields.offers.clone(),
            products: fields.products.clone(),
            business_id: fields.business_id.clone(),
            assigned_to: fields.assigned_to.clone(),
            gender: fields.gender.clone(),
            timezone: fields.timezone.clone(),
            inbound_dnd_settings: fields
                .do_not_disturb
                .inbound
                .clone()
                .map(|all| InboundAnswer { all }),
            name,
            last_activity: fields.last_session_activity_at,
            attribution_source: fields.attribution.clone(),
            last_attribution_source: fields.last_attribution.clone(),
            visitor_id: fields.visitor_id.clone(),
            followers: fields.followers.clone(),
        }
    }
}
