//! Custom fields of contacts: `{id, key, field_value}` in, `{id, value}` out.

use serde::Serialize;

use super::body::Body;
use super::request::Nulls;
use crate::contact::{
    Change, Contact, CustomField, CustomFieldId, FieldDefinition, Json, OrderedMap,
};
use crate::wire::fault::Fault;
use crate::wire::says_nothing_of_the_person;

/// What stands before the names of a contact's custom fields.
const PREFIX: &str = "contact.";

/// The key under which a custom field is known besides its id.
pub(super) fn field_key(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// A custom field as a request names it, and what is said of it.
#[derive(Clone)]
pub struct CustomValue {
    /// The id of its definition.
    pub id: Option<String>,
    /// Its key, which counts where there is no id: with `contact.` before it, or without.
    pub key: Option<String>,
    /// `field_value`, or else `value`: where clients send both, the one that says something.
    pub value: Change<Json>,
}

says_nothing_of_the_person!(CustomValue, ValueAnswer);

impl CustomValue {
    pub(super) fn read_all(values: &[Json]) -> Result<Vec<Self>, Fault> {
        let numbered = values.iter().enumerate();
        numbered
            .map(|(place, value)| {
                let body = Body::inside(&format!("customFields.{place}"), value)?;
                Ok(Self {
                    id: body.maybe_text("id")?,
                    key: body.maybe_text("key")?,
                    value: said_by([body.member("field_value"), body.member("value")]),
                })
            })
            .collect()
    }
}

fn said_by(members: [Option<&Json>; 2]) -> Change<Json> {
    let mut given = members.into_iter().flatten();
    let says_something = |value: &&Json| !value.is_null() && !is_empty_text(value);
    match given.clone().find(says_something) {
        Some(value) => Change::Set(value.clone()),
        None if given.any(Json::is_null) => Change::Clear,
        None => Change::Keep,
    }
}

fn is_empty_text(value: &Json) -> bool {
    value.text().is_some_and(|text| text.trim().is_empty())
}

/// The definition that an id names.
pub(super) fn by_id<'a>(
    definitions: &'a [FieldDefinition],
    id: &str,
) -> Option<&'a FieldDefinition> {
    let id: CustomFieldId = id.parse().ok()?;
    definitions.iter().find(|definition| definition.id == id)
}

/// The definition that a key names.
pub(super) fn by_key<'a>(
    definitions: &'a [FieldDefinition],
    key: &str,
) -> Option<&'a FieldDefinition> {
    let named = |name: &str| definitions.iter().find(|known| known.name == name);
    named(key).or_else(|| named(key.strip_prefix(PREFIX)?))
}

/// What a request says of custom fields, by the names that contacts have them under.
///
/// # Errors
///
/// [`Fault::Field`] for a field that the location does not define.
pub(super) fn patch_of_values(
    said: &Change<Vec<CustomValue>>,
    definitions: &[FieldDefinition],
    nulls: Nulls,
) -> Result<Change<OrderedMap<Change<CustomField>>>, Fault> {
    let values = match nulls.of(said) {
        Change::Set(values) => values,
        Change::Clear => return Ok(Change::Clear),
        Change::Keep => return Ok(Change::Keep),
    };
    let mut patch = OrderedMap::new();
    for (place, value) in values.iter().enumerate() {
        let definition = match (&value.id, &value.key) {
            (Some(id), _) => by_id(definitions, id),
            (None, Some(key)) => by_key(definitions, key),
            (None, None) => None,
        };
        let definition = definition.ok_or_else(|| {
            let field = format!("customFields.{place}.id");
            Fault::field(&field, "names no custom field of this location")
        })?;
        let change = match nulls.of(&value.value) {
            Change::Set(value) => Change::Set(CustomField {
                kind: definition.kind.as_str().to_owned(),
                value,
            }),
            Change::Clear => Change::Clear,
            Change::Keep => continue,
        };
        patch.insert(definition.name.clone(), change);
    }
    Ok(match patch.is_empty() {
        true => Change::Keep,
        false => Change::Set(patch),
    })
}

/// A custom field of a contact.
#[derive(Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::ValueAnswer))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct ValueAnswer {
    /// The id of its definition.
    pub id: String,
    /// Its value.
    pub value: Json,
}

/// The custom fields of a contact. One whose definition was deleted has no id by which a client
/// could name it again; the store keeps it.
pub(super) fn answers(contact: &Contact, definitions: &[FieldDefinition]) -> Vec<ValueAnswer> {
    let values = contact.fields.custom_fields.iter();
    values
        .filter_map(|(name, field)| {
            let definition = definitions.iter().find(|known| known.name == name)?;
            Some(ValueAnswer {
                id: definition.id.to_string(),
                value: field.value.clone(),
            })
        })
        .collect()
}
