//! Custom fields: what a scope defines, and which values fit.

mod values;

use std::fmt;

use serde::{Serialize, Serializer};

use super::beside::{Beside, json_object};
use super::draft::{nullable, parse, text, unknown};
use super::fields::CustomField;
use super::id::CustomFieldId;
use super::json::Json;
use super::limits::{self, Limits};
use super::patch::Change;
use super::refused::Refused;
use crate::clock::Timestamp;

pub(crate) use values::{KnownFields, NamedFields, NewDefinition, given};

/// What the values of a custom field are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldType {
    /// `text`: a JSON string. It may have several lines, because nothing is gained by
    /// refusing one that has.
    Text,
    /// `large_text`: a JSON string.
    LargeText,
    /// `single_select`: one of the options.
    SingleSelect,
    /// `radio`: one of the options.
    Radio,
    /// `numeric`: a JSON number, or a string that is one: `12.50`, `"12.50"`.
    Numeric,
    /// `monetary`: as `numeric`.
    Monetary,
    /// `checkbox`: a list of options.
    Checkbox,
    /// `multi_select`: a list of options.
    MultiSelect,
    /// `file`: a JSON object that says where the file is.
    File,
    /// `date`: a day (`2026-03-01`, `--03-01` without a year) or a moment of RFC 3339.
    Date,
    /// `number`: as `numeric`.
    Number,
    /// `location`: a JSON string or object.
    Location,
    /// `phone`: a phone, with or without country code. It is kept as it was written, and
    /// nobody is found by it.
    Phone,
    /// `email`: an email, likewise.
    Email,
    /// Any other name: any value.
    Other(String),
}

/// The types with a name of their own.
const TYPES: [(FieldType, &str); 14] = [
    (FieldType::Text, "text"),
    (FieldType::LargeText, "large_text"),
    (FieldType::SingleSelect, "single_select"),
    (FieldType::Radio, "radio"),
    (FieldType::Numeric, "numeric"),
    (FieldType::Monetary, "monetary"),
    (FieldType::Checkbox, "checkbox"),
    (FieldType::MultiSelect, "multi_select"),
    (FieldType::File, "file"),
    (FieldType::Date, "date"),
    (FieldType::Number, "number"),
    (FieldType::Location, "location"),
    (FieldType::Phone, "phone"),
    (FieldType::Email, "email"),
];

impl FieldType {
    /// The type with this name; case makes no difference for those with a name of their own.
    ///
    /// ```
    /// use kinfold::FieldType;
    ///
    /// assert_eq!(FieldType::named("multi_select"), FieldType::MultiSelect);
    /// assert_eq!(FieldType::named("colour").as_str(), "colour");
    /// ```
    pub fn named(name: &str) -> Self {
        let name = name.trim();
        let known = TYPES
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name));
        match known {
            Some((kind, _)) => kind.clone(),
            None => Self::Other(name.to_owned()),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        if let Self::Other(name) = self {
            return name;
        }
        let own = TYPES.iter().find(|(kind, _)| kind == self);
        own.map_or("", |(_, name)| name)
    }

    /// Whether its values are among options.
    pub fn has_options(&self) -> bool {
        matches!(
            self,
            Self::SingleSelect | Self::Radio | Self::Checkbox | Self::MultiSelect
        )
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for FieldType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The definition of a custom field in a scope.
///
/// Serialised it is the JSON that the program prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FieldDefinition {
    /// The id by which the outside knows it.
    pub id: CustomFieldId,
    /// The name under which contacts have it.
    pub name: String,
    /// What a person sees in its place.
    pub label: Option<String>,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What can be chosen; none: any text.
    pub options: Option<Vec<String>>,
    /// What stands in its place while it is empty.
    pub placeholder: Option<String>,
    /// Its place among the others, the smallest first.
    pub position: i64,
    /// When it was defined.
    pub created_at: Timestamp,
}

impl FieldDefinition {
    /// Whether a value fits: its type's name, then its shape.
    fn check(&self, field: &CustomField) -> Result<(), String> {
        if FieldType::named(&field.kind) != self.kind {
            return Err(format!(
                "it is not given as {}, as it is defined",
                self.kind
            ));
        }
        values::fits(&self.kind, self.options.as_deref(), &field.value)
    }

    /// Whether a value that a contact has fits; the name under which its type was written
    /// makes no difference.
    pub(crate) fn fits(&self, value: &Json) -> bool {
        values::fits(&self.kind, self.options.as_deref(), value).is_ok()
    }
}

impl Beside for FieldDefinition {
    const NAME: &'static str = "field";

    fn stamp(&mut self, new_id: Option<[u8; 16]>, now: Timestamp) {
        if let Some(id) = new_id {
            self.id = CustomFieldId::from_bytes(id);
            self.created_at = now;
        }
    }
}

/// A custom field about to be defined.
///
/// ```
/// use kinfold::{FieldDefinitionDraft, FieldType};
///
/// let plan = FieldDefinitionDraft::new("plan", FieldType::SingleSelect)
///     .label("Plan")
///     .options(["silver", "gold"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of FieldDefinition")]
pub struct FieldDefinitionDraft {
    pub name: String,
    pub label: Option<String>,
    pub kind: FieldType,
    pub options: Option<Vec<String>>,
    pub placeholder: Option<String>,
    /// None: behind the others.
    pub position: Option<i64>,
}

impl FieldDefinitionDraft {
    /// A field with this name, of at most [`Limits::ENTRY_NAME`] characters.
    pub fn new(name: impl Into<String>, kind: FieldType) -> Self {
        Self {
            name: name.into(),
            label: None,
            kind,
            options: None,
            placeholder: None,
            position: None,
        }
    }

    /// Says what a person sees in its place: at most [`Limits::LINE`] characters.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Says what can be chosen: at most [`Limits::OPTIONS`] texts of at most
    /// [`Limits::LINE`] characters.
    #[must_use]
    pub fn options<T: Into<String>>(mut self, options: impl IntoIterator<Item = T>) -> Self {
        self.options = Some(options.into_iter().map(Into::into).collect());
        self
    }

    /// Says what stands in its place while it is empty: at most [`Limits::LINE`]
    /// characters.
    #[must_use]
    pub fn placeholder(mut self, placeholder: impl Into<String>) -> Self {
        self.placeholder = Some(placeholder.into());
        self
    }

    /// Says its place among the others.
    #[must_use]
    pub fn position(mut self, position: i64) -> Self {
        self.position = Some(position);
        self
    }

    /// The definition, still without id and time; `behind` is the place behind all others.
    pub(crate) fn read(&self, behind: i64) -> Result<FieldDefinition, Refused> {
        let line = |field: &str, value: &Option<String>| match value {
            Some(value) => limits::line(field, value, Limits::LINE),
            None => Ok(None),
        };
        let definition = FieldDefinition {
            id: CustomFieldId::NONE,
            name: limits::line("name", &self.name, Limits::ENTRY_NAME)?
                .ok_or_else(|| Refused::field("name", "", "it is empty"))?,
            label: line("label", &self.label)?,
            kind: read_type(self.kind.as_str())?,
            options: match &self.options {
                Some(options) => Some(read_options(options)?),
                None => None,
            },
            placeholder: line("placeholder", &self.placeholder)?,
            position: self.position.unwrap_or(behind),
            created_at: Timestamp::default(),
        };
        go_together(&definition)?;
        Ok(definition)
    }
}

/// What is to change of a definition: what is not named stays.
///
/// ```
/// use kinfold::{Change, FieldDefinitionPatch};
///
/// let options = vec!["silver".to_owned(), "gold".to_owned()];
/// let patch = FieldDefinitionPatch { options: Change::Set(options), ..Default::default() };
/// assert_eq!(patch, FieldDefinitionPatch::from_json(r#"{"options":["silver","gold"]}"#)?);
/// # Ok::<(), kinfold::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of FieldDefinition")]
pub struct FieldDefinitionPatch {
    pub label: Change<String>,
    pub kind: Change<FieldType>,
    pub options: Change<Vec<String>>,
    pub placeholder: Change<String>,
    pub position: Change<i64>,
}

impl FieldDefinitionPatch {
    /// Reads a patch in JSON: a value replaces, null clears.
    pub(crate) fn read_json(json: &str) -> Result<Self, Refused> {
        let mut patch = Self::default();
        for (key, value) in json_object(json)?.iter() {
            match key {
                "label" => patch.label = text(key, value)?,
                "type" => {
                    patch.kind = nullable(value, |value| {
                        let name: String = parse(key, value, "it must be a text")?;
                        Ok(FieldType::named(&name))
                    })?;
                }
                "options" => {
                    patch.options = nullable(value, |value| {
                        parse(key, value, "it must be a list of texts or null")
                    })?;
                }
                "placeholder" => patch.placeholder = text(key, value)?,
                "position" => {
                    patch.position = nullable(value, |value| {
                        parse(key, value, "it must be a whole number")
                    })?;
                }
                _ => return Err(unknown(key)),
            }
        }
        Ok(patch)
    }

    /// The definition with what the patch says.
    pub(crate) fn applied(&self, definition: &FieldDefinition) -> Result<FieldDefinition, Refused> {
        for (field, is_null) in [
            ("type", self.kind == Change::Clear),
            ("position", self.position == Change::Clear),
        ] {
            if is_null {
                let reason = "it is null; every definition has one, so leave it out";
                return Err(Refused::field(field, "null", reason));
            }
        }
        let line = |field: &str, change: &Change<String>| {
            let change = change.as_ref();
            change.try_map(|value| limits::line(field, value, Limits::LINE))
        };
        let mut definition = definition.clone();
        line("label", &self.label)?.apply_to(&mut definition.label);
        if let Change::Set(kind) = &self.kind {
            definition.kind = read_type(kind.as_str())?;
        }
        let options = self.options.as_ref();
        options
            .try_map(|options| read_options(options).map(Some))?
            .apply_to(&mut definition.options);
        line("placeholder", &self.placeholder)?.apply_to(&mut definition.placeholder);
        definition.position = self.position.over(definition.position);
        go_together(&definition)?;
        Ok(definition)
    }
}

fn read_type(name: &str) -> Result<FieldType, Refused> {
    let name = limits::line("type", name, Limits::ENTRY_NAME)?
        .ok_or_else(|| Refused::field("type", "", "it is empty"))?;
    Ok(FieldType::named(&name))
}

fn read_options(options: &[String]) -> Result<Vec<String>, Refused> {
    let refused = |value: &str, reason: &str| Err(Refused::field("options", value, reason));
    if options.is_empty() {
        return refused("", "it is empty; leave it out, or name what can be chosen");
    }
    if options.len() > Limits::OPTIONS {
        return refused("", &format!("they are more than {}", Limits::OPTIONS));
    }
    let mut read = Vec::with_capacity(options.len());
    let mut seen = std::collections::BTreeSet::new();
    for typed in options {
        let Some(option) = limits::line("options", typed, Limits::LINE)? else {
            return refused(typed, "it has an option without a text");
        };
        if !seen.insert(option.clone()) {
            return refused(&option, "it names this option twice");
        }
        read.push(option);
    }
    Ok(read)
}

fn go_together(definition: &FieldDefinition) -> Result<(), Refused> {
    if definition.options.is_some() && !definition.kind.has_options() {
        let reason = "it has options, which only single_select, radio, checkbox and multi_select \
                      have";
        return Err(Refused::field("options", "", reason));
    }
    Ok(())
}
