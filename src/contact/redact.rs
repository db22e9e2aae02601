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
                FieldValue::CustomField(field) => self.add_json(&field.value, true),
                FieldValue::Json(value) => self.add_json(&value, true),
                // The names of a record's own parts are nobody's either.
                value => self.add_json(&value.to_json(), false),
            }
        }
    }

    /// Adds an identifier, as it was typed and as it is compared.
    pub(crate) fn add_listing(&mut self, listing: &Listing) {
        for text in [listing.key.as_str(), listing.key.value(), &listing.raw] {
            self.0.insert(text.to_owned());
        }
    }

    /// Adds what an entry of the change log says of a contact: what it was, and is.
    pub(crate) fn add_difference(&mut self, entry: &OrderedMap<Json>) {
        for (field, said) in entry.iter() {
            if let ("metadata" | "custom_fields", Ok(entries)) = (
                field,
                serde_json::from_str::<OrderedMap<Json>>(said.as_str()),
            ) {
                self.0.extend(entries.into_iter().map(|(name, _)| name));
            }
            if field == "name" {
                self.add_names(said);
            }
            self.add_json(said, false);
        }
        self.0.retain(|value| !is_nobodys(value));
    }

    /// Adds names as they are printed: whole and in parts, whatever was given of them.
    fn add_names(&mut self, said: &Json) {
        let versions: OrderedMap<OrderedMap<String>> =
            serde_json::from_str(said.as_str()).unwrap_or_default();
        for (_, parts) in versions.iter() {
            let part = |name: &str| parts.get(name).cloned();
            let name = Name {
                full: part("full"),
                given: part("given"),
                family: part("family"),
            };
            self.add_json(&Json::of(&name), false);
        }
    }

    /// Adds a text.
    pub(crate) fn add_text(&mut self, text: &str) {
        self.0.insert(text.to_owned());
    }

    /// Adds the texts and numbers inside a JSON value.
    pub(crate) fn add_json(&mut self, json: &Json, with_names: bool) {
        for token in tokens(json.as_str()) {
            if !token.is_name || with_names {
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
        for token in tokens(json) {
            if !token.content().is_some_and(|text| self.0.contains(&text)) {
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

/// What the record says of itself, and of nobody: ids, and words of its own.
fn is_nobodys(value: &str) -> bool {
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
    WORDS.contains(&value) || value.parse::<ContactId>().is_ok()
}

/// The ids inside a JSON text.
pub(crate) fn ids(json: &str) -> impl Iterator<Item = String> {
    let contents = tokens(json).filter_map(|token| token.content());
    contents.filter(|content| content.parse::<ContactId>().is_ok())
}

/// A text or a number of a JSON text, as it is written there.
struct Token<'a> {
    start: usize,
    text: &'a str,
    is_name: bool,
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

fn tokens(json: &str) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
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
                    at += other.len_utf8();
                    continue;
                }
            };
            let (start, text) = (at, rest.get(..length)?);
            at += length;
            let behind = json.get(at..).unwrap_or_default().trim_start();
            return Some(Token {
                start,
                text,
                is_name: behind.starts_with(':'),
            });
        }
    })
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
mod tests {
    use super::Values;
    use crate::contact::{Fields, Json, TextField};

    fn values(of: &[&str]) -> Values {
        let mut values = Values::default();
        of.iter().for_each(|text| values.add_text(text));
        values
    }

    #[test]
    fn whole_values_are_taken_out_and_all_else_stays_to_the_letter() {
        let gone = values(&["Acme", "12345678901234567890.10", "Ruiz \"x\"", "plan"]);
        for (json, expected) in [
            (
                r#"{"company":{"before":"Acme","after":"Acme Ltd"}}"#,
                Some(r#"{"company":{"before":null,"after":"Acme Ltd"}}"#),
            ),
            (
                r#"["Ruiz \"x\"", 1.50, 12345678901234567890.10]"#,
                Some(r#"[null, 1.50, null]"#),
            ),
            // A name of somebody's own making, and names that are not.
            (
                r#"{"metadata":{"plan":{"after":"gold"}}}"#,
                Some(r#"{"metadata":{"erased 1":{"after":"gold"}}}"#),
            ),
            (r#"{"a":"Acm\u0065"}"#, Some(r#"{"a":null}"#)),
            (r#"{"a":"acme","b":[true,null,123]}"#, None),
            ("", None),
        ] {
            assert_eq!(gone.redact(json).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn a_contact_s_values_are_all_that_was_said_of_it() {
        let mut fields = Fields::default();
        *fields.text_mut(TextField::Company) = Some("Acme".into());
        fields.tags.push("vip".into());
        fields
            .metadata
            .insert("crm", Json::parse(r#"{"owner":[42,"bo"]}"#).unwrap());
        let mut values = Values::default();
        values.add_fields(&fields);
        for text in ["Acme", "vip", "crm", "owner", "42", "bo"] {
            assert!(
                values
                    .redact(&format!("[{}]", Json::from(text).as_str()))
                    .is_some(),
                "{text}"
            );
        }
        assert!(values.redact(r#"["company","after"]"#).is_none());
        let mut own = Values::default();
        own.add_text("Acme");
        values.remove_all(&own);
        assert!(values.redact(r#""Acme""#).is_none());
    }
}
