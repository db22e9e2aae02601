//! Definitions of a location's custom fields.

use serde::Serialize;

use super::GoHighLevel;
use super::body::Body;
use super::contacts::Succeded;
use super::values::{by_id, by_key, field_key};
use crate::contact::{
    Change, FieldDefinition, FieldDefinitionDraft, FieldDefinitionPatch, FieldType,
};
use crate::engine::{Contacts, TransactionContacts};
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;

/// What the values of a field are called here; the spelling of `MONETORY` is the vendor's.
const TYPES: &[(&str, FieldType)] = &[
    ("TEXT", FieldType::Text),
    ("LARGE_TEXT", FieldType::LargeText),
    ("SINGLE_OPTIONS", FieldType::SingleSelect),
    ("RADIO", FieldType::Radio),
    ("NUMERICAL", FieldType::Numeric),
    ("MONETORY", FieldType::Monetary),
    ("CHECKBOX", FieldType::Checkbox),
    ("MULTIPLE_OPTIONS", FieldType::MultiSelect),
    ("FILE_UPLOAD", FieldType::File),
    ("DATE", FieldType::Date),
    ("PHONE", FieldType::Phone),
    ("EMAIL", FieldType::Email),
];

fn type_named(name: &str) -> Result<FieldType, Fault> {
    let found = TYPES.iter().find(|(known, _)| *known == name);
    found.map(|(_, kind)| kind.clone()).ok_or_else(|| {
        let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
        Fault::field("dataType", format!("must be one of {}", names.join(", ")))
    })
}

fn name_of_type(kind: &FieldType) -> &'static str {
    let found = TYPES.iter().find(|(_, known)| known == kind);
    match (found, kind) {
        (Some((name, _)), _) => name,
        // Types that other APIs have.
        (None, FieldType::Number) => "NUMERICAL",
        (None, _) => "TEXT",
    }
}

/// `{name,dataType,placeholder,position,options}`. Options may also be called
/// `picklistOptions` or `textBoxListOptions`, and be objects with a `label`.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct DefinitionRequest {
    pub name: Change<String>,
    pub data_type: Change<FieldType>,
    pub placeholder: Change<String>,
    pub position: Option<i64>,
    pub options: Change<Vec<String>>,
}

impl DefinitionRequest {
    /// Reads a body.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`], and [`Fault::Field`] for a member of another type, an unknown
    /// `dataType` and a `model` other than `contact`.
    pub fn from_json(json: &str) -> Result<Self, Fault> {
        let body = Body::read(json)?;
        if body
            .maybe_text("model")?
            .is_some_and(|model| model != "contact")
        {
            return Err(Fault::field(
                "model",
                "must be contact: nothing else is kept here",
            ));
        }
        let named = ["options", "picklistOptions", "textBoxListOptions"];
        let named = named.into_iter().find(|name| body.member(name).is_some());
        Ok(Self {
            name: body.text("name")?,
            data_type: match body.text("dataType")? {
                Change::Set(name) => Change::Set(type_named(&name)?),
                Change::Clear | Change::Keep => Change::Keep,
            },
            placeholder: body.text("placeholder")?,
            position: body.number("position")?,
            options: match named {
                Some(name) => options(&body, name)?,
                None => Change::Keep,
            },
        })
    }

    fn draft(&self) -> Result<FieldDefinitionDraft, Fault> {
        let needed = |field: &str| Fault::field(field, "should not be empty");
        let label = self.name.value().ok_or_else(|| needed("name"))?;
        let kind = self.data_type.value().ok_or_else(|| needed("dataType"))?;
        let name = key_of(label);
        if name.is_empty() {
            return Err(Fault::field("name", "must hold a letter or a digit"));
        }
        Ok(FieldDefinitionDraft {
            label: Some(label.clone()).filter(|label| *label != name),
            options: self.options.value().cloned(),
            placeholder: self.placeholder.value().cloned(),
            position: self.position,
            ..FieldDefinitionDraft::new(name, kind.clone())
        })
    }

    fn patch(&self) -> FieldDefinitionPatch {
        FieldDefinitionPatch {
            label: match &self.name {
                Change::Set(name) => Change::Set(name.clone()),
                Change::Clear | Change::Keep => Change::Keep,
            },
            kind: self.data_type.clone(),
            options: self.options.clone(),
            placeholder: self.placeholder.clone(),
            position: self.position.map_or(Change::Keep, Change::Set),
        }
    }
}

fn options(body: &Body, name: &str) -> Result<Change<Vec<String>>, Fault> {
    let options = match body.list(name)? {
        Change::Set(options) => options,
        Change::Clear => return Ok(Change::Clear),
        Change::Keep => return Ok(Change::Keep),
    };
    let numbered = options.iter().enumerate();
    let read = numbered.map(|(place, option)| match option.text() {
        Some(text) => Ok(text),
        None => Body::inside(&format!("{name}.{place}"), option)?.needed_text("label"),
    });
    let read = read.collect::<Result<Vec<_>, _>>()?;
    Ok(match read.is_empty() {
        true => Change::Clear,
        false => Change::Set(read),
    })
}

/// The key of a field: its name in small letters, with an underscore for all else.
fn key_of(label: &str) -> String {
    let mut key = String::new();
    for character in label.trim().chars() {
        if character.is_alphanumeric() {
            key.extend(character.to_lowercase());
        } else if !key.is_empty() && !key.ends_with('_') {
            key.push('_');
        }
    }
    key.trim_end_matches('_').to_owned()
}

/// The definition of a custom field.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are those of the document")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::DefinitionAnswer))]
pub struct DefinitionAnswer {
    pub id: String,
    pub name: String,
    pub field_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    pub data_type: &'static str,
    pub position: i64,
    pub picklist_options: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_id: Option<String>,
    pub model: &'static str,
}

impl DefinitionAnswer {
    fn of(definition: FieldDefinition, location: Option<&str>) -> Self {
        Self {
            id: definition.id.to_string(),
            field_key: field_key(&definition.name),
            name: definition.label.unwrap_or(definition.name),
            placeholder: definition.placeholder,
            data_type: name_of_type(&definition.kind),
            position: definition.position,
            picklist_options: definition.options.unwrap_or_default(),
            location_id: location.map(str::to_owned),
            model: "contact",
        }
    }
}

/// `{customFields}`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::Definitions))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct Definitions {
    pub custom_fields: Vec<DefinitionAnswer>,
}

/// `{customField}`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = gohighlevel::OneDefinition))]
#[allow(missing_docs, reason = "the names are those of the document")]
pub struct OneDefinition {
    pub custom_field: DefinitionAnswer,
}

impl GoHighLevel<'_> {
    /// `GET /locations/{locationId}/customFields`. Of a model other than `contact` there are
    /// none.
    ///
    /// # Errors
    ///
    /// Those of the access.
    pub fn definitions(&self, location: &str, model: Option<&str>) -> Result<Reply, Fault> {
        let contacts = self.contacts(Some(location))?;
        let of_contacts = model.is_none_or(|model| matches!(model, "" | "contact" | "all"));
        let fields = match of_contacts {
            true => contacts.fields()?,
            false => Vec::new(),
        };
        let own = contacts.scope().location();
        let fields = fields.into_iter();
        let custom_fields = fields
            .map(|field| DefinitionAnswer::of(field, own))
            .collect();
        Ok(Reply::new(200, &Definitions { custom_fields }))
    }

    /// `POST /locations/{locationId}/customFields`.
    ///
    /// # Errors
    ///
    /// [`Fault::Field`] for what is missing or can't be kept, and for a name whose key is
    /// taken.
    pub fn define(&self, location: &str, request: &DefinitionRequest) -> Result<Reply, Fault> {
        let contacts = self.contacts_to_write(Some(location))?;
        let defined = self.write(&contacts, |tx| Ok(tx.define_field(&request.draft()?)?))?;
        Ok(one(201, &contacts, defined))
    }

    /// `GET /locations/{locationId}/customFields/{id}`: by its id or by its key.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`].
    pub fn definition(&self, location: &str, id: &str) -> Result<Reply, Fault> {
        let contacts = self.contacts(Some(location))?;
        let definitions = contacts.fields()?;
        let found = found(&definitions, id)?.clone();
        Ok(one(200, &contacts, found))
    }

    /// `PUT /locations/{locationId}/customFields/{id}`: its key stays, whatever name it gets.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`], and [`Fault::Field`] for what can't be kept.
    pub fn redefine(
        &self,
        location: &str,
        id: &str,
        request: &DefinitionRequest,
    ) -> Result<Reply, Fault> {
        let contacts = self.contacts_to_write(Some(location))?;
        let changed = self.write(&contacts, |tx| {
            let name = name_in(tx, id)?;
            Ok(tx.redefine_field(&name, &request.patch())?)
        })?;
        Ok(one(200, &contacts, changed))
    }

    /// `DELETE /locations/{locationId}/customFields/{id}`. The store keeps the values that
    /// contacts have, because they are data; they are not answered until the key is defined again.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`].
    pub fn delete_definition(&self, location: &str, id: &str) -> Result<Reply, Fault> {
        let contacts = self.contacts_to_write(Some(location))?;
        self.write(&contacts, |tx| {
            let name = name_in(tx, id)?;
            Ok(tx.remove_definition(&name)?)
        })?;
        Ok(Reply::new(200, &Succeded { succeded: true }))
    }
}

fn one(status: u16, contacts: &Contacts, definition: FieldDefinition) -> Reply {
    let custom_field = DefinitionAnswer::of(definition, contacts.scope().location());
    Reply::new(status, &OneDefinition { custom_field })
}

fn found<'a>(definitions: &'a [FieldDefinition], id: &str) -> Result<&'a FieldDefinition, Fault> {
    let found = by_id(definitions, id).or_else(|| by_key(definitions, id));
    found.ok_or(Fault::NotFound("custom field"))
}

fn name_in(tx: &TransactionContacts<'_>, id: &str) -> Result<String, Fault> {
    Ok(found(&tx.fields()?, id)?.name.clone())
}
