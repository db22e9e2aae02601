//! Taking an erased contact's values out of what was written about others.

use std::collections::BTreeSet;

use super::entries::{FieldName, FieldValue};
use super::fields::Fields;
use super::id::ContactId;
use super::json::{Json, OrderedMap};
use super::name::Name;
use super::record::Listing;

/// What stood in a contact: every text and number, by itself.
#[derive(Clone, Default)]
pub(crate) struct Values(BTreeSet<String>);

impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Values({})", self.0.len())
    }
}

impl Values {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what stands in the fields.
    pub(crate) fn add_fields(&mut self, fields: &Fields) {
        for (name, value) in fields.entries() {
            if let FieldName::CustomField(name) | FieldName::Metadata(name) = &name {
                self.0.insert(name.clone());
            }
            match value {
                // What a status or a type is called is nobody's.
                FieldValue::Setting(setting) => {
                    self.0
                        .extend([setting.message, setting.code].into_iter().flatten());
                }
                FieldValue::Inbound(setting) => self.0.extend(setting.message),
                FieldValue::CustomField(field) => {
                    self.add_json(CUSTOM_FIELDS, field.value.as_str(), true);
                }
                FieldValue::Json(value) => self.add_json(METADATA, value.as_str(), true),
                // The names of a record's own parts are nobody's either.
                value => self.add_json("", value.to_json().as_str(), false),
            }
        }
    }

    /// Adds an identifier, as it was typed and as it is compared.
    pub(crate) fn add_listing(&mut self, listing: &Listing) {
        for text in [listing.key.as_str(), listing.key.value(), &listing.raw] {
            self.0.insert(text.to_owned());
        }
    }

    /// Adds what an entry of the change log, a JSON object, says of a contact: what it was,
    /// and is.
    pub(crate) fn add_difference(&mut self, entry: &str) {
        for (field, said) in members(entry) {
            let mut values = Self::default();
            if field == "name" {
                values.add_names(said);
            }
            // There names are of somebody's own making, down to the last one.
            let has_names = matches!(
                field.as_str(),
                METADATA | CUSTOM_FIELDS | "attribution" | "last_attribution"
            );
            values.add_json(&field, said, has_names);
            if NAMES_CONTACTS.contains(&field.as_str()) {
                values.0.retain(|value| value.parse::<ContactId>().is_err());
            }
            self.add_all(&values);
        }
        self.0.retain(|value| !WORDS.contains(&value.as_str()));
    }

    /// Adds names as they are printed: whole and in parts, whatever was given of them.
    fn add_names(&mut self, said: &str) {
        let versions: OrderedMap<OrderedMap<String>> =
            serde_json::from_str(said).unwrap_or_default();
        for (_, parts) in versions.iter() {
            let part = |name: &str| parts.get(name).cloned();
            let name = Name {
                full: part("full"),
                given: part("given"),
                family: part("family"),
            };
            self.add_json("name", Json::of(&name).as_str(), false);
        }
    }

    /// Adds a text.
    pub(crate) fn add_text(&mut self, text: &str) {
        self.0.insert(text.to_owned());
    }

    /// Adds the texts and numbers inside the JSON value of a field.
    pub(crate) fn add_json(&mut self, field: &str, json: &str, with_names: bool) {
        for token in tokens(field, json) {
            if (!token.is_name || with_names) && !token.is_of_the_record {
                self.0.extend(token.content());
            }
        }
    }

    /// Adds what stood in another.
    pub(crate) fn add_all(&mut self, others: &Self) {
        self.0.extend(others.0.iter().cloned());
    }

    /// Leaves out what another has as well.
    pub(crate) fn remove_all(&mut self, others: &Self) {
        self.0.retain(|value| !others.0.contains(value));
    }

    /// A JSON text without these values: null where one stood, and another name where one
    /// was a name. None if none of them stood in it.
    pub(crate) fn redact(&self, json: &str) -> Option<String> {
        let mut redacted = String::with_capacity(json.len());
        let (mut copied, mut erased) = (0, 0);
        for token in tokens("", json) {
            let Some(text) = token.content().filter(|text| self.0.contains(text)) else {
                continue;
            };
            if (token.is_name && NAMES.contains(&text.as_str())) || token.is_of_the_record {
                continue;
            }
            redacted.push_str(json.get(copied..token.start)?);
            copied = token.start + token.text.len();
            erased += 1;
            match token.is_name {
                true => redacted.push_str(&format!("\"erased {erased}\"")),
                false => redacted.push_str("null"),
            }
        }
        redacted.push_str(json.get(copied..)?);
        (erased > 0).then_some(redacted)
    }
}

/// Names that stand in the log whoever it is about. That somebody has one of them for a name
/// of its own making says nothing of anybody.
const NAMES: &[&str] = &[
    // An entry, and what it says of a change.
    "before",
    "after",
    "added",
    "removed",
    "changed",
    "absorbed",
    "merge",
    "merges",
    "restored",
    "review",
    "with",
    "conflicts",
    "holders",
    "holder",
    "reassigned",
    "taken_from",
    "blocked",
    "defined_fields",
    "affirmed",
    "order",
    // A contact.
    "id",
    "org",
    "location",
    "name",
    "full",
    "given",
    "family",
    "phones",
    "emails",
    "external_ids",
    "kind",
    "key",
    "source",
    "value",
    "raw",
    "holds",
    "verified",
    "region",
    "pattern",
    "address",
    "line1",
    "city",
    "state",
    "postal_code",
    "country",
    "country_code",
    "company",
    "website",
    "gender",
    "date_of_birth",
    "timezone",
    "description",
    "tags",
    "custom_fields",
    "type",
    "metadata",
    "do_not_disturb",
    "all",
    "channels",
    "inbound",
    "status",
    "message",
    "code",
    "Call",
    "Email",
    "SMS",
    "WhatsApp",
    "GMB",
    "FB",
    "assigned_to",
    "business_id",
    "visitor_id",
    "followers",
    "offers",
    "products",
    "email_bounced",
    "email_unsubscribed",
    "last_session_activity_at",
    "attribution",
    "last_attribution",
    "created_at",
    "updated_at",
    "deleted",
    "version",
    // What stands beside it.
    "note",
    "task",
    "memory",
    "title",
    "body",
    "colour",
    "pinned",
    "author",
    "due_at",
    "completed",
    "persona",
    "agent_number",
    "summary",
    "facts",
    "open_items",
    "recent_messages",
    "entities",
    "history",
];

/// What the log calls others, by their ids, or merges. An id anywhere else is a value.
const NAMES_CONTACTS: &[&str] = &[
    "absorbed",
    "merges",
    "merge",
    "restored",
    "review",
    "with",
    "conflicts",
    "holders",
];

/// Words of the record's own, which say nothing of anybody.
const WORDS: &[&str] = &[
    "active",
    "inactive",
    "permanent",
    "phone",
    "email",
    "external_id",
    "default",
    "conflict",
    "text",
];

/// The ids inside a JSON text.
pub(crate) fn ids(json: &str) -> impl Iterator<Item = String> {
    let contents = tokens("", json).filter_map(|token| token.content());
    contents.filter(|content| content.parse::<ContactId>().is_ok())
}

/// A text or a number of a JSON text, as it is written there.
struct Token<'a> {
    start: usize,
    text: &'a str,
    is_name: bool,
    /// Whether it says how a phone was read, and nothing of a person.
    is_of_the_record: bool,
}

impl Token<'_> {
    /// The text without its quotes and escapes, or the number.
    fn content(&self) -> Option<String> {
        match self.text.starts_with('"') {
            true => serde_json::from_str(self.text).ok(),
            false => Some(self.text.to_owned()),
        }
    }
}

const METADATA: &str = "metadata";
const CUSTOM_FIELDS: &str = "custom_fields";

/// Below these all names are of somebody's own making, whatever they look like.
const OF_ONE_S_OWN: &[&str] = &[
    METADATA,
    CUSTOM_FIELDS,
    "attribution",
    "last_attribution",
    "facts",
    "open_items",
    "recent_messages",
    "entities",
    "history",
];

/// Whether a value under this name, inside of these, is the region in which a phone was read.
fn is_region(inside: &[&str], under: Option<&str>, value: &str) -> bool {
    let value = value.trim_matches('"');
    under == Some("region")
        && value.len() == 2
        && value.bytes().all(|byte| byte.is_ascii_uppercase())
        && inside.contains(&"phones")
        && !inside.iter().any(|name| OF_ONE_S_OWN.contains(name))
}

/// The texts and numbers of what stands in a field, or of a whole entry of the log.
fn tokens<'a>(field: &'a str, json: &'a str) -> impl Iterator<Item = Token<'a>> {
    let (mut at, mut under) = (0, None);
    let mut inside = vec![field];
    std::iter::from_fn(move || {
        loop {
            let rest = json.get(at..)?;
            let first = rest.chars().next()?;
            let length = match first {
                '"' => length_of_text(rest),
                '-' | '0'..='9' => rest
                    .find(|other: char| !matches!(other, '-' | '+' | '.' | 'e' | 'E' | '0'..='9'))
                    .unwrap_or(rest.len()),
                other => {
                    match other {
                        '{' | '[' => inside.push(under.take().unwrap_or_default()),
                        '}' | ']' => {
                            inside.pop();
                        }
                        // What comes is no longer the value of the last name.
                        ',' => under = None,
                        _ => {}
                    }
                    at += other.len_utf8();
                    continue;
                }
            };
            let (start, text) = (at, rest.get(..length)?);
            at += length;
            let behind = json.get(at..).unwrap_or_default().trim_start();
            let is_name = behind.starts_with(':');
            let token = Token {
                start,
                text,
                is_name,
                is_of_the_record: is_region(&inside, under.take(), text),
            };
            under = is_name.then(|| text.trim_matches('"'));
            return Some(token);
        }
    })
}

/// The members of a JSON object, however deep their values are.
fn members(object: &str) -> impl Iterator<Item = (String, &str)> {
    let mut rest = object.trim().strip_prefix('{').unwrap_or_default();
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([',', ' ', '\n', '\t', '\r']);
        let name = rest.starts_with('"').then(|| length_of_text(rest))?;
        let (name, value) = rest.split_at_checked(name)?;
        let value = value.trim_start().strip_prefix(':')?;
        let (value, behind) = value.split_at_checked(length_of_value(value))?;
        rest = behind;
        Some((serde_json::from_str(name).ok()?, value.trim()))
    })
}

/// The bytes of a JSON value, with the white space before it.
fn length_of_value(json: &str) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while let Some(rest) = json.get(at..).filter(|rest| !rest.is_empty()) {
        match rest.as_bytes().first() {
            Some(b'"') => {
                at += length_of_text(rest);
                continue;
            }
            Some(b'{' | b'[') => depth += 1,
            Some(b'}' | b']') if depth == 0 => return at,
            Some(b'}' | b']') => depth -= 1,
            Some(b',') if depth == 0 => return at,
            _ => {}
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    json.len()
}

/// The bytes of a JSON text from its first quote to its last.
fn length_of_text(json: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    json.len()
}

#[cfg(test)]
#[path = "redact_tests.rs"]
mod tests;
