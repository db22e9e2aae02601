//! What a tool answers: JSON, as text and as structured content.

use kinfold::Contact;
use kinfold::wire::Fault;
use rmcp::model::{CallToolResult, ContentBlock};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::failure::json_of;

/// Bytes of a contact that are given to an assistant at once.
const LARGEST_CONTACT: usize = 256 * 1024;

/// The lists of values that the contact does not show, and bytes of them.
const LISTS: [&str; 2] = ["lost", "ignored"];
const LARGEST_LIST: usize = 64 * 1024;

/// Identifiers of a kind in a summary.
const FIRST: usize = 10;

/// The members of a contact of which each entry may be left out by itself.
const MAPS: [&str; 2] = ["metadata", "custom_fields"];

/// What a tool answers.
pub(super) struct Answer {
    text: String,
    structured: Value,
}

impl Answer {
    /// An answer with a contact in it, or with none. Of one that is too large the largest values
    /// are left out, and `left_out` names them; of values that were lost or ignored, too.
    pub(super) fn of<T: Serialize>(answer: &T) -> Result<Self, Refusal> {
        let text = serde_json::to_string(answer).map_err(|_| Refusal::Internal)?;
        let mut structured = serde_json::to_value(answer).map_err(|_| Refusal::Internal)?;
        let contact = structured.get_mut("contact").and_then(Value::as_object_mut);
        let mut left_out = contact.map(shorten).unwrap_or_default();
        for name in LISTS {
            let list = structured.get_mut(name).and_then(Value::as_array_mut);
            left_out.extend(
                list.map(|list| shorten_list(name, list))
                    .unwrap_or_default(),
            );
        }
        match left_out.is_empty() {
            // The text has numbers to the last digit.
            true => Ok(Self { text, structured }),
            false => Ok(Self::without(left_out, structured)),
        }
    }

    /// A contact as the answer itself, as its JSON was written.
    pub(super) fn of_contact(json: &str) -> Result<Self, Refusal> {
        let mut structured: Value = serde_json::from_str(json).map_err(|_| Refusal::Internal)?;
        let contact = structured.as_object_mut();
        let left_out = contact.map(shorten).unwrap_or_default();
        match left_out.is_empty() {
            true => Ok(Self {
                text: json.to_owned(),
                structured,
            }),
            false => Ok(Self::without(left_out, structured)),
        }
    }

    fn without(left_out: Vec<String>, mut structured: Value) -> Self {
        if let Some(answer) = structured.as_object_mut() {
            answer.insert("left_out".to_owned(), json!(left_out));
        }
        let text = structured.to_string();
        Self { text, structured }
    }
}

impl From<Answer> for CallToolResult {
    fn from(answer: Answer) -> Self {
        let mut result = Self::success(vec![ContentBlock::text(answer.text)]);
        result.structured_content = Some(answer.structured);
        result
    }
}

/// Takes the largest values out of a contact until it is small enough; their names.
fn shorten(contact: &mut Map<String, Value>) -> Vec<String> {
    let size = |value: &Value| value.to_string().len();
    let mut total: usize = contact.values().map(size).sum();
    let mut left_out = Vec::new();
    if total <= LARGEST_CONTACT {
        return left_out;
    }
    let mut values = Vec::new();
    for (name, value) in contact.iter() {
        match value.as_object() {
            Some(entries) if MAPS.contains(&name.as_str()) => {
                let entries = entries.iter();
                values.extend(
                    entries.map(|(key, value)| (size(value), name.clone(), Some(key.clone()))),
                );
            }
            _ if name == "id" => {}
            _ => values.push((size(value), name.clone(), None)),
        }
    }
    values.sort_by(|one, other| other.cmp(one));
    for (bytes, name, key) in values {
        if total <= LARGEST_CONTACT {
            break;
        }
        total = total.saturating_sub(bytes);
        match key {
            None => {
                contact.remove(&name);
                left_out.push(name);
            }
            Some(key) => {
                if let Some(entries) = contact.get_mut(&name).and_then(Value::as_object_mut) {
                    entries.remove(&key);
                }
                left_out.push(format!("{name}.{key}"));
            }
        }
    }
    left_out
}

/// Takes the largest values out of a list of fields and values until it is small enough; what
/// they are called.
fn shorten_list(list: &str, entries: &mut [Value]) -> Vec<String> {
    let size = |entry: &Value| entry.to_string().len();
    let mut total: usize = entries.iter().map(size).sum();
    let mut by_size: Vec<&mut Value> = entries.iter_mut().collect();
    by_size.sort_by_key(|entry| std::cmp::Reverse(size(entry)));
    let mut left_out = Vec::new();
    for entry in by_size {
        if total <= LARGEST_LIST {
            break;
        }
        total = total.saturating_sub(size(entry));
        let field = entry.get("field").and_then(Value::as_str);
        left_out.push(format!("{list}.{}", field.unwrap_or_default()));
        if let Some(entry) = entry.as_object_mut() {
            entry.remove("value");
        }
    }
    left_out
}

/// Who somebody is, in a list: the name, the company and the first identifiers of each kind.
pub(super) fn summary(contact: &Contact) -> Value {
    let first = |keys: &mut dyn Iterator<Item = &kinfold::contact::Listing>| -> Vec<String> {
        let keys = keys.take(FIRST);
        keys.map(|listing| listing.key.as_str().to_owned())
            .collect()
    };
    json!({
        "id": contact.id,
        "name": contact.fields.name.display(),
        "company": contact.fields.company,
        "phones": first(&mut contact.phones()),
        "emails": first(&mut contact.emails()),
        "external_ids": first(&mut contact.external_ids()),
        "updated_at": contact.updated_at,
    })
}

/// Why a tool did not do what it was asked.
pub(super) enum Refusal {
    /// The library says why.
    Library(kinfold::Error),
    /// A contact API says why.
    Api(Fault),
    /// Something that should not be.
    Internal,
}

impl From<kinfold::Error> for Refusal {
    fn from(error: kinfold::Error) -> Self {
        Self::Library(error)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Library(error) => Self::Library(error),
            fault => Self::Api(fault),
        }
    }
}

/// A refusal as the result of a call: the same JSON that the program prints. It is a text alone,
/// because structured content would have to be of the form of an answer.
pub(super) fn refused(refusal: &Refusal) -> CallToolResult {
    let error = match refusal {
        Refusal::Library(error) => json_of(error),
        Refusal::Api(Fault::Field { field, reason }) => json!({ "error": {
            "code": "INVALID_FIELD", "message": format!("{field}: {reason}"), "field": field,
        } }),
        Refusal::Api(fault) => json!({ "error": {
            "code": "INVALID_REQUEST", "message": fault.to_string(),
        } }),
        Refusal::Internal => json!({ "error": {
            "code": "STORAGE", "message": "the answer can't be written",
        } }),
    };
    CallToolResult::error(vec![ContentBlock::text(error.to_string())])
}
